//! Opening: the tables are made where they are missing, and looked at where they are not.

use crate::{
    failure::Failure,
    options::Options,
    pool::Pool,
    schema::{VERSION, durability, migrate},
    store::PostgresStore,
    tls::TlsError,
};
use strongroom_store::PruneRight;
use uuid::Uuid;

/// Why a store did not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The server, or what is in it, refused: user, password, rights.
    #[error("the store at {place} refused: {reason}")]
    Denied {
        /// Hosts, database, schema.
        place: String,
        /// What it said.
        reason: String,
    },
    /// The schema holds tables of another version, or another program's.
    #[error("the store at {place} has format {found}; this program opens {VERSION}")]
    Foreign {
        /// Hosts, database, schema.
        place: String,
        /// The version that was found; -1 where there is none.
        found: i64,
    },
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The server does not answer, or not in a way that makes a connection, such as with a certificate that is not right.
    #[error("the store at {place} cannot be reached: {reason}")]
    Unreachable {
        /// Hosts, database, schema.
        place: String,
        /// Why.
        reason: String,
    },
}

impl PostgresStore {
    /// Drops the store's schema with everything in it, at once and for good, as far as the role may. For scratch
    /// stores; a vault's data is purged by the vault.
    ///
    /// # Errors
    ///
    /// [`OpenError`], as for opening.
    pub fn destroy(options: Options) -> Result<(), OpenError> {
        let place = options.to_string();
        let pool = Pool::new(options, Uuid::nil())?;
        let dropped = pool.connect().and_then(|(mut client, _)| {
            Ok(client.batch_execute(&format!("DROP SCHEMA IF EXISTS {} CASCADE", pool.options().schema))?)
        });
        dropped.map_err(|failure| refused(&place, failure))
    }

    /// Opens the store, whose tables are made where they are missing, and returns the right to prune its append-only
    /// spaces. `opening` is any fresh random id; it ties the right to this opening and makes the ids of commits.
    ///
    /// Any number of processes may have the same store open.
    ///
    /// # Errors
    ///
    /// [`OpenError`] names the place, never a password.
    pub fn open(options: Options, opening: Uuid) -> Result<(Self, PruneRight), OpenError> {
        let place = options.to_string();
        let pool = Pool::new(options, opening)?;
        let attempts_max = pool.options().attempts_max;
        let mut attempt = 0_u32;
        let found = loop {
            let schema = &pool.options().schema;
            let made = pool.connect().and_then(|(mut client, _)| migrate(&mut client, schema));
            attempt = attempt.saturating_add(1);
            match made {
                // Besides what passes: two processes that make the same tables at once trip over each other.
                Err(Failure::Passing(_) | Failure::Other(_)) if attempt < attempts_max => pool.wait(attempt),
                made => break made.map_err(|failure| refused(&place, failure))?,
            }
        };
        if let Err(found) = found {
            return Err(OpenError::Foreign { place, found });
        }
        // A first connection, so that what is wrong with rights or tables is told now.
        let reaches =
            pool.loan().and_then(|mut loan| loan.with(|connection| durability(&mut connection.client)));
        let reaches = reaches.map_err(|failure| refused(&place, failure))?;
        Ok((Self::new(pool, opening, reaches), PruneRight::for_store(opening)))
    }
}

fn refused(place: &str, failure: Failure) -> OpenError {
    let place = place.to_owned();
    match failure {
        Failure::Denied(reason) => OpenError::Denied { place, reason },
        other => OpenError::Unreachable { place, reason: other.to_string() },
    }
}
