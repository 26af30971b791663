//! Where the database is, and how patient a store is with it.

use percent_encoding::percent_decode_str;
use postgres::config::{Config, Host, SslMode, TargetSessionAttrs};
use std::{fmt, net::IpAddr, path::PathBuf, str::FromStr, time::Duration};

/// Where the database is, and how patient a store is with it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Options {
    /// Hosts, database, user, password: as `postgres` has them.
    pub(crate) config: Config,
    /// The schema that the tables lie in, made where it is missing. Several stores may share a database under
    /// different names. `strongroom` if the URL says nothing.
    pub schema: String,
    /// How the connection is protected.
    pub tls: Tls,
    /// The most connections that are open at once for commits and reads, and as many again for snapshots. 8.
    pub connections_max: usize,
    /// How long one statement may take on the server. 30 s.
    pub statement_timeout: Duration,
    /// How often something is tried again that failed in passing, with waits that double from 5 ms up to 500 ms and are
    /// scattered by half. 14: some five seconds, enough for a restart of the server.
    pub attempts_max: u32,
}

/// How the connection is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tls {
    /// TLS 1.2 or 1.3; the server's certificate must be signed by one of these roots and name the host.
    Verified {
        /// A PEM file of roots; the platform's if `None`.
        roots: Option<PathBuf>,
    },
    /// No TLS: a Unix socket, a loopback address, or a network that you protect otherwise. Chosen by `sslmode=disable`.
    Plain,
}

/// A URL names no database, or asks for what this crate does not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// Not a URL of a PostgreSQL database. What is wrong is told without the URL, which may hold a password.
    #[error("no URL of a PostgreSQL database: {0}")]
    Malformed(String),
    /// `sslmode=disable` towards another machine.
    #[error(
        "`sslmode=disable` is for Unix sockets and loopback addresses; `{0}` is neither: use `sslmode=verify-full`"
    )]
    PlainAbroad(String),
    /// A schema's name that would need quoting.
    #[error("`schema={0}` is not a lowercase name of letters, digits and `_`, at most 40 of them")]
    Schema(String),
    /// A way of TLS that checks less than it seems to.
    #[error("`sslmode={0}` is not offered: use `verify-full`, or `disable` where nobody is in between")]
    SslMode(String),
}

const SCHEMA_BYTES_MAX: usize = 40;

impl Options {
    /// Reads `postgres://user@host:port/database`, with the parameters of libpq that the `postgres` crate knows (several
    /// hosts for failover among them) and three of our own: `sslmode` (`verify-full`, the default, or `disable`),
    /// `sslrootcert` (a PEM file) and `schema`.
    ///
    /// # Errors
    ///
    /// [`UrlError`]; it does not repeat the URL, which may hold a password.
    pub fn from_url(url: &str) -> Result<Self, UrlError> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut theirs, mut sslmode, mut roots, mut schema) = (Vec::new(), None, None, None);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = percent_decode_str(value).decode_utf8();
            let value =
                value.map_err(|_| UrlError::Malformed(format!("`{name}` is not UTF-8")))?.into_owned();
            match name {
                "schema" => schema = Some(value),
                "sslmode" => sslmode = Some(value),
                "sslrootcert" => roots = Some(PathBuf::from(value)),
                _ => theirs.push(pair),
            }
        }
        let rest = if theirs.is_empty() { base.to_owned() } else { format!("{base}?{}", theirs.join("&")) };
        let mut config = Config::from_str(&rest).map_err(|error| {
            UrlError::Malformed(
                std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string),
            )
        })?;
        if config.get_hosts().is_empty() {
            return Err(UrlError::Malformed("it names no host".to_owned()));
        }
        let schema = schema.unwrap_or_else(|| "strongroom".to_owned());
        check_schema(&schema)?;
        let sockets_only = config.get_hosts().iter().all(|host| matches!(host, Host::Unix(_)));
        let tls = match sslmode.as_deref() {
            None if sockets_only => Tls::Plain,
            None | Some("verify-full") => Tls::Verified { roots },
            Some("disable") => {
                refuse_abroad(&config)?;
                Tls::Plain
            }
            Some(other) => return Err(UrlError::SslMode(other.to_owned())),
        };
        config
            .ssl_mode(if tls == Tls::Plain { SslMode::Disable } else { SslMode::Require })
            .target_session_attrs(TargetSessionAttrs::ReadWrite)
            .application_name("strongroom");
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(5));
        }
        Ok(Self {
            config,
            schema,
            tls,
            connections_max: 8,
            statement_timeout: Duration::from_secs(30),
            attempts_max: 14,
        })
    }

    /// The same database, and another schema in it.
    ///
    /// # Errors
    ///
    /// [`UrlError::Schema`].
    pub fn with_schema(mut self, schema: &str) -> Result<Self, UrlError> {
        check_schema(schema)?;
        schema.clone_into(&mut self.schema);
        Ok(self)
    }

    /// Sets the password, so that it need not stand in a URL.
    #[must_use]
    pub fn with_password(mut self, password: &str) -> Self {
        self.config.password(password);
        self
    }
}

fn check_schema(name: &str) -> Result<(), UrlError> {
    let is_fine = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
        && name.len() <= SCHEMA_BYTES_MAX;
    if is_fine { Ok(()) } else { Err(UrlError::Schema(name.to_owned())) }
}

fn refuse_abroad(config: &Config) -> Result<(), UrlError> {
    let abroad = config.get_hosts().iter().find_map(|host| match host {
        Host::Tcp(name) => {
            let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
            let is_here = name == "localhost" || address.is_ok_and(|address| address.is_loopback());
            (!is_here).then(|| name.clone())
        }
        Host::Unix(_) => None,
    });
    let abroad = abroad.or_else(|| {
        config.get_hostaddrs().iter().find(|address| !address.is_loopback()).map(ToString::to_string)
    });
    match abroad {
        Some(host) => Err(UrlError::PlainAbroad(host)),
        None => Ok(()),
    }
}

// Hosts and names; never a password.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("hosts", &self.config.get_hosts())
            .field("ports", &self.config.get_ports())
            .field("database", &self.config.get_dbname())
            .field("user", &self.config.get_user())
            .field("schema", &self.schema)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

/// The place, for messages: hosts, database and schema.
impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, host) in self.config.get_hosts().iter().enumerate() {
            if n > 0 {
                f.write_str(",")?;
            }
            match host {
                Host::Tcp(name) => f.write_str(name)?,
                Host::Unix(path) => write!(f, "{}", path.display())?,
            }
        }
        let database = self.config.get_dbname().or_else(|| self.config.get_user()).unwrap_or_default();
        write!(f, "/{database}, schema {}", self.schema)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_checked_and_its_password_is_never_shown() {
        let options =
            Options::from_url("postgres://me:hunter2@db.example.com:5433/crm?schema=acme_data").unwrap();
        assert_eq!((options.schema.as_str(), &options.tls), ("acme_data", &Tls::Verified { roots: None }));
        let shown = format!("{options:?} {options}");
        assert!(!shown.contains("hunter2") && shown.contains("db.example.com"), "{shown}");
        let roots = Options::from_url(
            "postgres://db.example.com/crm?sslrootcert=%2Fetc%2Fca.pem&sslmode=verify-full",
        );
        assert_eq!(roots.unwrap().tls, Tls::Verified { roots: Some(PathBuf::from("/etc/ca.pem")) });
        for plain in ["localhost", "127.0.0.1", "[::1]", "127.0.0.1:1,127.0.0.1:2"] {
            let options = Options::from_url(&format!("postgres://me@{plain}/crm?sslmode=disable"));
            assert_eq!(options.unwrap().tls, Tls::Plain, "{plain}");
        }
        let socket = Options::from_url("postgres://me@%2Fvar%2Frun%2Fpostgresql/crm").unwrap();
        assert_eq!(socket.tls, Tls::Plain);
    }

    #[test]
    fn what_is_not_meant_well_is_refused() {
        type Refused = fn(&UrlError) -> bool;
        let malformed: Refused = |error| matches!(error, UrlError::Malformed(_));
        let abroad: Refused = |error| matches!(error, UrlError::PlainAbroad(_));
        let schema: Refused = |error| matches!(error, UrlError::Schema(_));
        let ssl_mode: Refused = |error| matches!(error, UrlError::SslMode(_));
        let cases: [(&str, Refused); 13] = [
            ("", malformed),
            ("postgres://", malformed),
            ("mysql://h/d", malformed),
            ("postgres://me:hunter2@h:port/d", malformed),
            ("postgres://me:hunter2@h/d?connect_timeout=soon", malformed),
            ("postgres://me:hunter2@10.0.0.1/d?sslmode=disable", abroad),
            ("postgres://me:hunter2@localhost,db.example.com/d?sslmode=disable", abroad),
            ("postgres://h/d?schema=", schema),
            ("postgres://h/d?schema=Acme", schema),
            ("postgres://h/d?schema=1st", schema),
            ("postgres://h/d?schema=a%22%3B%20drop%20schema%20public", schema),
            ("postgres://h/d?sslmode=require", ssl_mode),
            ("postgres://h/d?sslmode=prefer", ssl_mode),
        ];
        for (url, is_right) in cases {
            let error = Options::from_url(url).unwrap_err();
            assert!(is_right(&error), "{url}: {error:?}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}
