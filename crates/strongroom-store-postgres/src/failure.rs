//! What the server or the network says, sorted by what follows from it.

use postgres::error::SqlState;
use strongroom_store::{CommitError, ReadError};

/// What went wrong.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Failure {
    /// Every connection is at work, and has been for as long as a statement may take.
    #[error("all {0} connections are in use")]
    Busy(usize),
    /// The server refused: rights, passwords, missing tables. Trying again does not help.
    #[error("the database refused: {0}")]
    Denied(String),
    /// The server's disk is full.
    #[error("the database's disk is full: {0}")]
    Full(String),
    /// The connection is gone, or could not be had.
    #[error("the database cannot be reached: {0}")]
    Lost(String),
    /// A passing failure of a living connection, such as a deadlock, a timeout, or a server that is read-only for now.
    #[error("the database could not do it this time: {0}")]
    Passing(String),
    /// The commit is done here, and nobody knows whether the standby has it.
    #[error("the wait for the standby was given up")]
    StandbyUnknown,
    /// Anything else.
    #[error("the database failed: {0}")]
    Other(String),
}

impl From<postgres::Error> for Failure {
    fn from(error: postgres::Error) -> Self {
        let Some(state) = error.code() else {
            // No answer of the server: the network, TLS, or a broken protocol. Sources hold the reason.
            let reason = std::error::Error::source(&error).map(ToString::to_string);
            return Self::Lost(reason.unwrap_or_else(|| error.to_string()));
        };
        let said = error.as_db_error().map_or_else(|| error.to_string(), |said| said.message().to_owned());
        // Classes of SQLSTATE: PostgreSQL's documentation, appendix A.
        let class = state.code().get(..2).unwrap_or_default();
        match class {
            _ if *state == SqlState::DISK_FULL => Self::Full(said),
            _ if *state == SqlState::READ_ONLY_SQL_TRANSACTION => Self::Passing(said),
            // A lock was not had in time, a statement was cancelled or took too long.
            _ if [SqlState::LOCK_NOT_AVAILABLE, SqlState::QUERY_CANCELED].contains(state) => {
                Self::Passing(said)
            }
            _ if [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW]
                .contains(state) =>
            {
                Self::Lost(said)
            }
            _ if *state == SqlState::TOO_MANY_CONNECTIONS => Self::Lost(said),
            "08" => Self::Lost(said),
            // Serialisation failures and deadlocks (40001, 40P01 and their kin); out of memory and the like.
            "40" | "53" => Self::Passing(said),
            // Authorisation, syntax and missing things, schema names.
            "28" | "42" | "3D" | "3F" => Self::Denied(said),
            _ => Self::Other(format!("{said} ({})", state.code())),
        }
    }
}

impl Failure {
    /// Whether the same thing may go well a moment later.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Self::Lost(_) | Self::Passing(_))
    }

    /// Whether the connection must not be used again. A passing failure within a transaction was rolled back.
    pub(crate) fn spends_connection(&self) -> bool {
        !matches!(self, Self::Denied(_))
    }

    /// As the answer to a commit of which nothing was applied.
    pub(crate) fn before_commit(self) -> CommitError {
        match self {
            Self::Full(_) => CommitError::Full(self.to_string()),
            Self::Busy(_) | Self::Lost(_) | Self::Passing(_) | Self::StandbyUnknown => {
                CommitError::Retryable(self.to_string())
            }
            Self::Denied(_) | Self::Other(_) => CommitError::Fatal(self.to_string()),
        }
    }
}

impl From<Failure> for ReadError {
    fn from(failure: Failure) -> Self {
        Self::Io(failure.to_string())
    }
}
