//! Where the two stores of a vault lie: data and log in one, wrapped keys in the other.

use std::{
    error,
    fmt::{self, Write as _},
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
};
use strongroom_store::{PruneRight, Store};
use strongroom_types::{Random, RandomError};
use uuid::Uuid;

/// The kind of store and where it is, written as a URL.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Home {
    /// `sled:`, in the vault's folder, or `sled:DIR`. The default.
    Sled(Option<PathBuf>),
    /// `redb:`, in the vault's folder, or `redb:DIR`. For production on one machine; feature `redb`.
    Redb(Option<PathBuf>),
    /// `postgres://user@host/database?…`, in two schemas: what the URL says under `schema` (`strongroom` if nothing) with
    /// `_data` and `_keys` behind it. Several processes may have it open; feature `postgres`. The password is left out
    /// where the URL is written down: give it at each opening, in the URL or as
    /// [`FolderOptions::store_password`](crate::FolderOptions::store_password).
    Postgres(String),
}

/// The two stores, opened.
pub struct Stores {
    /// Data and log.
    pub data: Arc<dyn Store>,
    /// The right to prune `data`.
    pub prune: PruneRight,
    /// Wrapped keys.
    pub keys: Arc<dyn Store>,
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stores").finish_non_exhaustive()
    }
}

/// A text names no home.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} names no store: write `sled:`, `redb:`, either with a folder behind it, or `postgres://user@host/database`"
)]
pub struct HomeParseError(String);

/// What kind of trouble a store has that does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HomeTrouble {
    /// This program was built without that kind of store.
    Absent,
    /// Another process has it open.
    Busy,
    /// What is there is not what was written.
    Damaged,
    /// Another program's, or a later version's.
    Foreign,
    /// It does not answer, or the operating system refused.
    Unavailable,
}

/// A store did not open.
#[derive(Debug, thiserror::Error)]
#[error("{source}")]
pub struct HomeError {
    /// What kind of trouble.
    pub trouble: HomeTrouble,
    /// What the backend says, with the place.
    pub source: Box<dyn error::Error + Send + Sync>,
}

impl HomeError {
    pub(crate) fn new(trouble: HomeTrouble, source: impl error::Error + Send + Sync + 'static) -> Self {
        Self { trouble, source: Box::new(source) }
    }
}

impl Default for Home {
    fn default() -> Self {
        Self::Sled(None)
    }
}

impl FromStr for Home {
    type Err = HomeParseError;

    fn from_str(text: &str) -> Result<Self, HomeParseError> {
        let dir = |rest: &str| Some(rest).filter(|rest| !rest.is_empty()).map(PathBuf::from);
        match text.split_once(':') {
            Some(("sled", rest)) => Ok(Self::Sled(dir(rest))),
            Some(("redb", rest)) => Ok(Self::Redb(dir(rest))),
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => {
                Ok(Self::Postgres(format!("postgres:{rest}")))
            }
            // What is no scheme of ours may be anything, a password among it.
            Some((scheme, _)) => Err(HomeParseError(format!("`{scheme}:…`"))),
            None => Err(HomeParseError(format!("`{text}`"))),
        }
    }
}

impl fmt::Display for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, dir) = match self {
            Self::Sled(dir) => ("sled", dir),
            Self::Redb(dir) => ("redb", dir),
            Self::Postgres(url) => return f.write_str(&without_password(url)),
        };
        match dir {
            Some(dir) => write!(f, "{scheme}:{}", dir.display()),
            None => write!(f, "{scheme}:"),
        }
    }
}

impl fmt::Debug for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Home({self})")
    }
}

impl Home {
    /// Opens both stores. `folder` is the vault's, for homes without a place of their own.
    ///
    /// # Errors
    ///
    /// [`HomeError`] says what kind of trouble it is and names the place.
    pub fn open(&self, folder: &Path, random: &dyn Random) -> Result<Stores, HomeError> {
        let unnamed = |error: RandomError| HomeError::new(HomeTrouble::Unavailable, error);
        let (first, second) = (opening(random).map_err(unnamed)?, opening(random).map_err(unnamed)?);
        match self {
            Self::Sled(dir) => {
                let dir = dir.as_deref().unwrap_or(folder);
                let (data, prune) = sled(&dir.join("data"), first)?;
                let (keys, _) = sled(&dir.join("keys"), second)?;
                Ok(Stores { data, prune, keys })
            }
            Self::Redb(dir) => {
                let dir = dir.clone().unwrap_or_else(|| folder.join("redb"));
                let (data, prune) = redb(&dir.join("data"), first)?;
                let (keys, _) = redb(&dir.join("keys"), second)?;
                Ok(Stores { data, prune, keys })
            }
            Self::Postgres(url) => {
                let (data, prune) = postgres(url, "data", first)?;
                let (keys, _) = postgres(url, "keys", second)?;
                Ok(Stores { data, prune, keys })
            }
        }
    }

    /// A place beside this home for stores that come and go.
    #[cfg(feature = "check")]
    pub(crate) fn scratch(&self, folder: &Path, name: u32) -> crate::check::ScratchHome {
        let base = match self {
            Self::Sled(Some(dir)) | Self::Redb(Some(dir)) => dir,
            Self::Sled(None) | Self::Redb(None) | Self::Postgres(_) => folder,
        };
        crate::check::ScratchHome { home: self.clone(), dir: base.join(format!("store-check-{name:08x}")) }
    }

    /// Drops scratch stores that lie in no folder.
    #[cfg(feature = "check")]
    pub(crate) fn destroy(&self) -> Result<(), HomeError> {
        match self {
            Self::Sled(_) | Self::Redb(_) => Ok(()),
            Self::Postgres(url) => ["data", "keys"].iter().try_for_each(|suffix| drop_postgres(url, suffix)),
        }
    }

    /// One of many homes of this kind in a folder.
    #[cfg(feature = "check")]
    pub(crate) fn numbered(&self, dir: &Path, number: u32) -> Self {
        let numbered = Some(dir.join(number.to_string()));
        match self {
            Self::Sled(_) => Self::Sled(numbered),
            Self::Redb(_) => Self::Redb(numbered),
            Self::Postgres(url) => {
                let name = dir.file_name().and_then(|name| name.to_str()).unwrap_or("store-check");
                Self::Postgres(with_schema(url, &format!("{}_{number}", name.replace('-', "_"))))
            }
        }
    }

    /// The same home with a password, where it has a use for one.
    #[must_use]
    pub fn with_password(self, password: &str) -> Self {
        match self {
            Self::Postgres(url) => {
                let sign = if url.contains('?') { '&' } else { '?' };
                // Every byte as `%xx`: right whatever the password is.
                let mut url = format!("{url}{sign}password=");
                for byte in password.bytes() {
                    // Writing to a string does not fail.
                    let _written = write!(url, "%{byte:02X}");
                }
                Self::Postgres(url)
            }
            other => other,
        }
    }

    /// Where data and log lie, in words for messages.
    pub fn data_place(&self, folder: &Path) -> String {
        let dir = match self {
            Self::Sled(dir) => dir.clone().unwrap_or_else(|| folder.to_owned()),
            Self::Redb(dir) => dir.clone().unwrap_or_else(|| folder.join("redb")),
            Self::Postgres(_) => return self.to_string(),
        };
        dir.join("data").display().to_string()
    }
}

type Opened = (Arc<dyn Store>, PruneRight);

fn sled(path: &Path, opening: Uuid) -> Result<Opened, HomeError> {
    use strongroom_store_sled::{OpenError, Options, SledStore};
    match SledStore::open(path, opening, Options::default()) {
        Ok((store, right)) => Ok((Arc::new(store), right)),
        Err(error) => {
            let trouble = match error {
                OpenError::Damaged { .. } => HomeTrouble::Damaged,
                OpenError::Foreign { .. } => HomeTrouble::Foreign,
                OpenError::Locked { .. } => HomeTrouble::Busy,
                _ => HomeTrouble::Unavailable,
            };
            Err(HomeError::new(trouble, error))
        }
    }
}

#[cfg(feature = "redb")]
fn redb(path: &Path, opening: Uuid) -> Result<Opened, HomeError> {
    use strongroom_store_redb::{OpenError, Options, RedbStore};
    match RedbStore::open(path, opening, Options::default()) {
        Ok((store, right)) => Ok((Arc::new(store), right)),
        Err(error) => {
            let trouble = match error {
                OpenError::Damaged { .. } => HomeTrouble::Damaged,
                OpenError::Foreign { .. } => HomeTrouble::Foreign,
                OpenError::Locked { .. } => HomeTrouble::Busy,
                _ => HomeTrouble::Unavailable,
            };
            Err(HomeError::new(trouble, error))
        }
    }
}

#[cfg(not(feature = "redb"))]
fn redb(_: &Path, _: Uuid) -> Result<Opened, HomeError> {
    Err(HomeError::new(HomeTrouble::Absent, Absent { kind: "redb" }))
}

#[cfg(feature = "postgres")]
fn postgres_options(url: &str, suffix: &str) -> Result<strongroom_store_postgres::Options, HomeError> {
    let unusable = |error| HomeError::new(HomeTrouble::Unavailable, error);
    let options = strongroom_store_postgres::Options::from_url(url).map_err(unusable)?;
    let schema = format!("{}_{suffix}", options.schema);
    options.with_schema(&schema).map_err(unusable)
}

#[cfg(all(feature = "postgres", feature = "check"))]
fn drop_postgres(url: &str, suffix: &str) -> Result<(), HomeError> {
    let dropped = strongroom_store_postgres::PostgresStore::destroy(postgres_options(url, suffix)?);
    dropped.map_err(|error| HomeError::new(HomeTrouble::Unavailable, error))
}

#[cfg(all(not(feature = "postgres"), feature = "check"))]
fn drop_postgres(_: &str, _: &str) -> Result<(), HomeError> {
    Err(HomeError::new(HomeTrouble::Absent, Absent { kind: "postgres" }))
}

#[cfg(feature = "postgres")]
fn postgres(url: &str, suffix: &str, opening: Uuid) -> Result<Opened, HomeError> {
    use strongroom_store_postgres::{OpenError, PostgresStore};
    match PostgresStore::open(postgres_options(url, suffix)?, opening) {
        Ok((store, right)) => Ok((Arc::new(store), right)),
        Err(error) => {
            let trouble = match error {
                OpenError::Foreign { .. } => HomeTrouble::Foreign,
                _ => HomeTrouble::Unavailable,
            };
            Err(HomeError::new(trouble, error))
        }
    }
}

#[cfg(not(feature = "postgres"))]
fn postgres(_: &str, _: &str, _: Uuid) -> Result<Opened, HomeError> {
    Err(HomeError::new(HomeTrouble::Absent, Absent { kind: "postgres" }))
}

/// The URL with another schema.
#[cfg(feature = "check")]
fn with_schema(url: &str, schema: &str) -> String {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("schema="));
    let query: Vec<&str> = kept.collect();
    let query = [query.join("&"), format!("schema={schema}")].join("&");
    format!("{base}?{}", query.trim_start_matches('&'))
}

/// The URL as it may be written down and shown. A password lies between the first `:` of `user:password@` and the last
/// `@` before the path, or in a parameter.
fn without_password(url: &str) -> String {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = base.split_once("//").unwrap_or((base, ""));
    let shown = match rest.rsplit_once('@') {
        Some((who, place)) => {
            let user = who.split_once(':').map_or(who, |(user, _)| user);
            format!("{user}@{place}")
        }
        None => rest.to_owned(),
    };
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("password="));
    let query: Vec<&str> = kept.collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    format!("{scheme}//{shown}{query}")
}

#[cfg(not(all(feature = "redb", feature = "postgres")))]
#[derive(Debug, thiserror::Error)]
#[error("this program was built without `{kind}` stores: build it with the feature of that name")]
struct Absent {
    kind: &'static str,
}

fn opening(random: &dyn Random) -> Result<Uuid, RandomError> {
    let mut bytes = [0; 16];
    random.fill(&mut bytes)?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_what_its_url_says() {
        let same =
            ["sled:", "redb:", "sled:/var/vault", "redb:some where", "postgres://me@h:1,i:2/d?schema=s"];
        for text in same {
            assert_eq!(text.parse::<Home>().unwrap().to_string(), text);
        }
        for text in
            ["", "sled", "redb", ":", "Sled:", "rocksdb:", "/var/vault", "file:/var/vault", "postgres:d"]
        {
            let error = text.parse::<Home>().unwrap_err();
            assert!(error.to_string().contains("names no store"), "{text}: {error}");
        }
    }

    #[test]
    fn no_password_is_shown_or_written_down() {
        let cases = [
            ("postgresql://me:hunter2@h/d", "postgres://me@h/d"),
            ("postgres://me:hun@ter2:@h/d", "postgres://me@h/d"),
            ("postgres://h/d?password=hunter2&schema=s", "postgres://h/d?schema=s"),
            ("postgres://me:hunter2@h/d?user=x&password=hunter2", "postgres://me@h/d?user=x"),
        ];
        for (url, shown) in cases {
            let home: Home = url.parse().unwrap();
            assert_eq!(home.to_string(), shown, "{url}");
            assert!(!format!("{home:?}").contains("ter2"), "{home:?}");
        }
        let error = "mysql://me:hunter2@h/d".parse::<Home>().unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
