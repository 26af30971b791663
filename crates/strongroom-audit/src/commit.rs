//! What goes into the log in one piece, and what comes back.

use crate::{
    DetailError, ENTRY_BYTES_MAX, EntryId, Event, Fence, FenceChange, Guard, detail::DETAIL_BYTES_MAX,
};
use std::ops::Range;
use strongroom_store::{Batch, CommitError, Durability, FailedPrecondition, Refusal};
use strongroom_types::{CustomerId, RandomError, Timestamp};

/// Changes to the store and the events that explain them: all of it happens, or nothing.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "a part that is added must be thought of by every caller")]
pub struct Commit {
    /// Changes to spaces outside the log's own, with their preconditions.
    pub changes: Batch,
    /// What happened; at least one.
    pub events: Vec<Event>,
    /// What must be true of fences and holds.
    pub guards: Vec<Guard>,
    /// Changes to fences and holds, applied in this order after the guards held.
    pub fences: Vec<FenceChange>,
    /// How well the commit must survive.
    pub durability: Durability,
}

impl Commit {
    /// A commit of nothing yet.
    pub fn new(durability: Durability) -> Self {
        Self { changes: Batch::new(), events: Vec::new(), guards: Vec::new(), fences: Vec::new(), durability }
    }

    /// Adds an event after those already there.
    #[must_use]
    pub fn event(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// Adds changes after those already there.
    #[must_use]
    pub fn changes(mut self, changes: Batch) -> Self {
        self.changes.append(changes);
        self
    }

    /// Lets the commit use the space that the store keeps back for the day when its disk is full: for purging and
    /// pruning, see [`Batch::from_reserve`].
    #[must_use]
    pub fn from_reserve(mut self) -> Self {
        self.changes = self.changes.from_reserve();
        self
    }

    /// Adds a guard.
    #[must_use]
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guards.push(guard);
        self
    }

    /// Adds a fence change after those already there.
    #[must_use]
    pub fn fence(mut self, change: FenceChange) -> Self {
        self.fences.push(change);
        self
    }
}

/// A commit took place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt {
    /// The index of its first entry; the others follow without a gap.
    pub first: u64,
    /// The ids of its entries, in the order of its events.
    pub entries: Vec<EntryId>,
    /// The time in its last entry.
    pub time: Timestamp,
    /// The durability that was achieved: at least what was asked for.
    pub durability: Durability,
}

impl Receipt {
    /// How many entries.
    pub fn count(&self) -> u64 {
        u64::try_from(self.entries.len()).unwrap_or(u64::MAX)
    }

    /// Their indices.
    pub fn indices(&self) -> Range<u64> {
        self.first..self.first.saturating_add(self.count())
    }
}

/// Why a commit is not acknowledged. But for [`Unknown`](Self::Unknown), nothing of it was applied.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// Preconditions of the caller's changes did not hold; indices are into `commit.changes.preconditions()`.
    #[error("{} precondition(s) did not hold", .0.len())]
    Conflict(Vec<FailedPrecondition>),
    /// A detail was not sealed.
    #[error(transparent)]
    Detail(#[from] DetailError),
    /// An event's detail is too long.
    #[error("the detail of an event has at most {DETAIL_BYTES_MAX} bytes")]
    DetailTooLong,
    /// An event does not fit an entry.
    #[error("an entry has at most {ENTRY_BYTES_MAX} bytes, this one has {bytes}")]
    EntryTooLong {
        /// How long it would be.
        bytes: usize,
    },
    /// A commit without events; use [`Log::stage`](crate::Log::stage) for chunks that nothing refers to yet.
    #[error("a commit has at least one event")]
    Eventless,
    /// The store takes no more commits, nor does this handle.
    #[error("the store failed and takes no more commits: {0}")]
    Fatal(String),
    /// The customer's fence is not what a guard or a fence change needs.
    #[error("customer {customer} is fenced: {}", fence_words(.found.as_ref()))]
    Fenced {
        /// Whose fence.
        customer: CustomerId,
        /// The fence that stands; `None` if there is none.
        found: Option<Fence>,
    },
    /// The disk is full but for what is kept in reserve. Make room, or purge: a commit that is
    /// [from the reserve](Commit::from_reserve) may still be taken.
    #[error("no space: {0}")]
    Full(String),
    /// Holds were placed or released since the caller looked.
    #[error("holds have changed: their version is {found} now")]
    HoldsMoved {
        /// The version now.
        found: u64,
    },
    /// A promise between parts of this crate is broken; the handle takes no more writes.
    #[error("a promise within the log is broken: {0}")]
    Invariant(&'static str),
    /// An earlier failure left unknown what the log holds: reopen it, which finds out.
    #[error("the log takes no more writes through this handle: reopen it")]
    Poisoned,
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The log's own rows could not be read.
    #[error("the log could not be read: {0}")]
    Read(String),
    /// The log was opened to look at it alone.
    #[error("the log was opened to be looked at, nothing is written to it")]
    ReadOnly,
    /// The caller's changes break a limit or the mode of a space.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The caller's changes touch a space of the log.
    #[error("space `{space}` belongs to the log")]
    ReservedSpace {
        /// Which space.
        space: &'static str,
    },
    /// A passing failure; the same commit may be tried again.
    #[error("the store could not commit this time: {0}")]
    Retryable(String),
    /// The store cannot reach the durability asked for.
    #[error("durability {asked:?} was asked for, this store reaches {reaches:?}")]
    TooDurable {
        /// What was asked for.
        asked: Durability,
        /// The most it can.
        reaches: Durability,
    },
    /// Changes, entries and details together are more than a batch holds.
    #[error(
        "the commit with its entries would have {ops} changes and {bytes} bytes, more than a batch holds"
    )]
    TooLarge {
        /// Changes, the log's own included.
        ops: usize,
        /// Bytes, the log's own included.
        bytes: usize,
    },
    /// Whether the commit took place is not known. The handle takes no more writes; reopening the log tells.
    #[error("whether the commit took place is unknown: {0}")]
    Unknown(String),
}

impl From<CommitError> for LogError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict(failed) => Self::Conflict(failed),
            CommitError::Fatal(reason) => Self::Fatal(reason),
            CommitError::Full(reason) => Self::Full(reason),
            CommitError::Refused(refusal) => Self::Refused(refusal),
            CommitError::Retryable(reason) => Self::Retryable(reason),
            CommitError::TooDurable { asked, reaches } => Self::TooDurable { asked, reaches },
            CommitError::Unknown { reason, .. } => Self::Unknown(reason),
        }
    }
}

fn fence_words(found: Option<&Fence>) -> String {
    match found {
        None => "there is no fence".to_owned(),
        Some(Fence::Active { generation }) => format!("active, key generation {generation}"),
        Some(Fence::Condemned { intent, .. }) => format!("condemned by case {intent}"),
        Some(Fence::Gone) => "purged".to_owned(),
    }
}
