//! Why a verb of a session did not happen. Nothing is half done when one of these comes back.

use strongroom_audit::{CheckpointError, LogError, LookupError};
use strongroom_cases::{ApprovalError, ContractError, ExitError};
use strongroom_envelope::{KeysError, OpenError as UnsealError, RewrapError, SealError};
use strongroom_policy::{Denial, RecordProblem};
use strongroom_retention::{PermitError, PlanError, PurgeError};
use strongroom_store::ReadError;
use strongroom_types::{CaseId, CustomerId, FieldName, Kind, RandomError, RecordId, Timestamp};

/// Why a verb did not happen.
///
/// Messages name kinds, fields, rules and ids, never a value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The policy denies it. The denial is in the log.
    #[error("denied: {0}")]
    Denied(Box<Denial>),
    /// The person has left; no session of theirs does anything.
    #[error("this person's access was ended at {at}")]
    Departed {
        /// When.
        at: Timestamp,
    },
    /// The policy allows it under a condition that was not met.
    #[error("allowed only with `{obligation}`: {todo}")]
    Undischarged {
        /// Which obligation.
        obligation: &'static str,
        /// What to do about it.
        todo: &'static str,
    },
    /// The record is kept by law only; nobody reads it in the ordinary way.
    #[error("record {record} is kept only because the law says so, and is not open to ordinary use")]
    Restricted {
        /// Which record.
        record: RecordId,
    },
    /// There is no such thing, or none that may be seen.
    #[error("there is no such {what}")]
    NotFound {
        /// What was looked for.
        what: &'static str,
    },
    /// The schema does not know the kind.
    #[error("the schema has no kind `{0}`")]
    UnknownKind(Kind),
    /// The values are not what the schema asks for.
    #[error("{} problem(s) in the record: {}", .0.len(), list(.0))]
    Record(Vec<RecordProblem>),
    /// A field that may not be written, searched or exported by this role.
    #[error("field `{field}` of `{kind}` is masked or above your clearance, so you may not {verb} it")]
    FieldWithheld {
        /// The kind.
        kind: Kind,
        /// The field.
        field: FieldName,
        /// What was tried.
        verb: &'static str,
    },
    /// A search in a field without an index.
    #[error(
        "field `{field}` of `{kind}` has no index; set `index = true` in the schema before data comes in"
    )]
    NotIndexed {
        /// The kind.
        kind: Kind,
        /// The field.
        field: FieldName,
    },
    /// Another record of the kind has this natural key.
    #[error("another `{kind}` has the same `{field}`")]
    Duplicate {
        /// The kind.
        kind: Kind,
        /// The key field.
        field: FieldName,
    },
    /// Somebody else changed it first. Read it again.
    #[error("it was changed by somebody else meanwhile; read it again and repeat")]
    Conflict,
    /// The customer's data is being purged or is gone.
    #[error("the data of customer {customer} is being purged or is gone")]
    CustomerGone {
        /// Whose data.
        customer: CustomerId,
    },
    /// An exit closed the customer's data to ordinary use.
    #[error("customer {customer} is leaving: their data is closed to ordinary use")]
    AccessClosed {
        /// Whose data.
        customer: CustomerId,
    },
    /// Purges are on their way that a hold would come too late for.
    #[error("too late: {} purge(s) are already under way: {}", .cases.len(), ids(.cases))]
    TooLate {
        /// Their cases.
        cases: Vec<CaseId>,
    },
    /// A hold covers it.
    #[error("a legal hold covers it; it stays until the hold is released")]
    Held,
    /// What is stored is not what was written: the head, the seal or the row.
    #[error("{what} was changed behind the vault's back; run `audit verify` before anything else")]
    Tampered {
        /// What it is.
        what: &'static str,
    },
    /// The configuration lacks something that the verb needs.
    #[error("configuration: {0}")]
    Config(String),
    /// A promise between our own parts was broken.
    #[error("internal promise broken: {0}")]
    Invariant(&'static str),
    /// The approval does not allow it.
    #[error("approval: {0}")]
    Approval(#[from] ApprovalError),
    /// The exit case does not allow it.
    #[error("exit: {0}")]
    Exit(#[from] ExitError),
    /// The contract does not allow it.
    #[error("contract: {0}")]
    Contract(#[from] ContractError),
    /// A case could not be read or written.
    #[error("case: {0}")]
    Case(String),
    /// The plan cannot be made.
    #[error("plan: {0}")]
    Plan(#[from] PlanError),
    /// The plan permits nothing on these terms.
    #[error("disposal: {0}")]
    Disposal(#[from] PermitError),
    /// The purge stopped; running it again goes on where it stopped.
    #[error("purge: {0}")]
    Purge(#[from] PurgeError),
    /// The log refused; the action did not happen.
    #[error("log: {0}")]
    Log(LogError),
    /// The log could not be read.
    #[error("log: {0}")]
    Lookup(#[from] LookupError),
    /// No checkpoint could be made.
    #[error("checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The keys refused.
    #[error("keys: {0}")]
    Keys(#[from] KeysError),
    /// Sealing failed.
    #[error("seal: {0}")]
    Seal(#[from] SealError),
    /// Opening failed.
    #[error("open: {0}")]
    Unseal(#[from] UnsealError),
    /// A document's key could not be wrapped anew.
    #[error("rewrap: {0}")]
    Rewrap(#[from] RewrapError),
    /// The store could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The host's reader or writer failed.
    #[error("{what}: {source}")]
    Io {
        /// What was being read or written.
        what: &'static str,
        /// Why.
        source: std::io::Error,
    },
}

fn ids(cases: &[CaseId]) -> String {
    cases.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn list(problems: &[RecordProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl From<LogError> for Error {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Conflict(_) => Self::Conflict,
            LogError::Fenced { customer, .. } => Self::CustomerGone { customer },
            LogError::HoldsMoved { .. } => Self::Held,
            other => Self::Log(other),
        }
    }
}

impl From<Denial> for Error {
    fn from(denial: Denial) -> Self {
        Self::Denied(Box::new(denial))
    }
}

impl From<crate::codec::BadRow> for Error {
    fn from(_: crate::codec::BadRow) -> Self {
        Self::Tampered { what: "a stored row" }
    }
}
