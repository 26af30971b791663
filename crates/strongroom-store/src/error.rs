//! What can go wrong, sorted by what the caller must do.

use crate::{
    BATCH_BYTES_MAX, BATCH_OPS_MAX, BATCH_PRECONDITIONS_MAX, Durability, KEY_BYTES_MAX,
    PRECONDITION_BYTES_MAX, VALUE_BYTES_MAX,
};
use std::fmt;
use uuid::Uuid;

/// Why a read gave no answer. Nothing was changed by it, whichever it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The engine or the disk failed, or is out of reach. Reading again may help, with patience and not for ever; until
    /// then nothing is known of what was asked, and a missing answer is not a missing key.
    #[error("the store could not be read: {0}")]
    Io(String),
    /// What was read is not what was written. Reading again does not help. Stop writing, verify, restore from a backup.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// A snapshot outlived the before-images that the backend keeps. Take a new one and begin again from the start: pages
    /// of two snapshots do not fit together.
    #[error("the snapshot is too old: more was overwritten since it was taken than the store keeps")]
    SnapshotTooOld,
}

/// What was found where a precondition did not hold.
#[derive(Clone, PartialEq, Eq)]
pub enum Found {
    /// No value.
    Nothing,
    /// Another value.
    Value(Vec<u8>),
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("Nothing"),
            Self::Value(value) => write!(f, "Value({} bytes)", value.len()),
        }
    }
}

/// A precondition that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedPrecondition {
    /// Its place in [`Batch::preconditions`](crate::Batch::preconditions).
    pub index: usize,
    /// What was found instead.
    pub found: Found,
}

/// Why a batch is not one that this store may ever apply. A bug in the caller, not an event in the world.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A put on an existing key, or a delete, in an append-only space.
    #[error("space `{space}` is append-only: a key that is there stays as it is")]
    AppendOnly {
        /// Where.
        space: &'static str,
    },
    /// Too many bytes.
    #[error("a batch has at most {BATCH_BYTES_MAX} bytes, this one has {bytes}")]
    BatchBytes {
        /// How many there were.
        bytes: usize,
    },
    /// Too many preconditions.
    #[error("a batch has at most {BATCH_PRECONDITIONS_MAX} preconditions, this one has {preconditions}")]
    BatchPreconditions {
        /// How many there were.
        preconditions: usize,
    },
    /// Too many changes.
    #[error("a batch has at most {BATCH_OPS_MAX} changes, this one has {ops}")]
    BatchOps {
        /// How many there were.
        ops: usize,
    },
    /// A prune with the right of another store.
    #[error("the right to prune `{space}` belongs to another store")]
    ForeignPruneRight {
        /// Where.
        space: &'static str,
    },
    /// A key that is too long.
    #[error("a key has at most {KEY_BYTES_MAX} bytes, one for space `{space}` has {bytes}")]
    KeyBytes {
        /// Where.
        space: &'static str,
        /// How long it was.
        bytes: usize,
    },
    /// A key without bytes.
    #[error("a key for space `{space}` is empty")]
    KeyEmpty {
        /// Where.
        space: &'static str,
    },
    /// Too many bytes in preconditions.
    #[error(
        "the preconditions of a batch have at most {PRECONDITION_BYTES_MAX} bytes, those of this one have {bytes}"
    )]
    PreconditionBytes {
        /// How many there were.
        bytes: usize,
    },
    /// A prune where a delete would do.
    #[error("space `{space}` is mutable: delete from it, prune is for append-only spaces")]
    PruneOfMutable {
        /// Where.
        space: &'static str,
    },
    /// A value that is too long.
    #[error("a value has at most {VALUE_BYTES_MAX} bytes, one for space `{space}` has {bytes}")]
    ValueBytes {
        /// Where.
        space: &'static str,
        /// How long it was.
        bytes: usize,
    },
}

/// Why a commit is not acknowledged, sorted by what is true of the store afterwards. Each but `Unknown` means that
/// nothing of the batch was applied and, by this call, nothing will be.
///
/// Exhaustive on purpose: a new way to fail must break whoever handles failures.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Nothing was applied: these preconditions did not hold, all of them listed in their order. Read again, or go on
    /// from what was found, and decide again; the same batch again is judged anew.
    #[error("{} precondition(s) did not hold", .0.len())]
    Conflict(Vec<FailedPrecondition>),
    /// Nothing was applied, and nothing more will be by this handle; reads may still answer. Close, reopen, verify; what
    /// was acknowledged before is there.
    #[error("the store failed and takes no more commits: {0}")]
    Fatal(String),
    /// Nothing was applied: what is left of the disk is kept in reserve. Make room, then try the same batch again; one
    /// that is [from the reserve](crate::Batch::from_reserve) may still be taken. Trying again without room is in vain.
    #[error("no space: {0}")]
    Full(String),
    /// Nothing was applied: the batch breaks a limit or the mode of a space. Never try it again: mend the caller.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nothing was applied: a passing failure. The same batch may be tried again, with patience and a bound.
    #[error("the store could not commit this time: {0}")]
    Retryable(String),
    /// Nothing was applied: the store cannot reach the durability asked for, and never will. Ask for less, knowingly, or
    /// choose another store.
    #[error("durability {asked:?} was asked for, this store reaches {reaches:?}")]
    TooDurable {
        /// What was asked for.
        asked: Durability,
        /// The most it can.
        reaches: Durability,
    },
    /// Whether the batch was applied is not known. Where there is an id, ask for its [outcome](crate::Store::outcome)
    /// once the store answers again; otherwise reopen and look. Until then treat it as neither done nor undone: report
    /// neither success nor failure, and repeat it only with a precondition that fails the second time.
    #[error("whether the commit took place is unknown: {reason}")]
    Unknown {
        /// The id of the commit, where the store can tell later.
        commit: Option<Uuid>,
        /// What happened.
        reason: String,
    },
}
