//! What verification found.

use crate::EntryError;
use serde::{Serialize, Serializer};
use strongroom_types::{CustomerId, Digest};

/// The most findings that a report names; more are counted.
const FINDINGS_MAX: usize = 1000;

/// What is true of a log, or of one place in it. Ordered: the worst is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything is as it was written.
    Intact,
    /// A detail is gone, and the log tells of the purge that took it.
    ErasedAuthorised,
    /// Something that was written is not there.
    Missing,
    /// Something is there that was not written so.
    Altered,
}

/// Something that is not as it was written, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// How bad.
    pub verdict: Verdict,
    /// The entry it is about, or the first of those it is about.
    pub index: Option<u64>,
    /// Why.
    pub reason: Reason,
}

/// Why something is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// A chain value was changed; the leaf beside it is as it was.
    #[error("the chain value is not the one that was written")]
    ChainValue,
    /// A checkpoint past the number that the head has.
    #[error("checkpoint {0} lies past the last one of the head")]
    CheckpointExtra(u64),
    /// A checkpoint is not there.
    #[error("checkpoint {0} is not there")]
    CheckpointMissing(u64),
    /// A checkpoint is not signed by a pinned key, or not for this log.
    #[error("checkpoint {number} is not one of this log under a pinned key: {error}")]
    CheckpointRefused {
        /// Which.
        number: u64,
        /// Why.
        error: String,
    },
    /// The entries do not lead to a signed root.
    #[error("the first {size} entries do not have the root that {by} states")]
    CheckpointRoot {
        /// How many entries were stated.
        size: u64,
        /// Who stated it.
        by: String,
    },
    /// Entries are not there that a checkpoint states.
    #[error("{by} states {size} entries")]
    CheckpointSize {
        /// How many were stated.
        size: u64,
        /// Who stated it.
        by: String,
    },
    /// A detail does not open, or not to what the entry commits to.
    #[error("the detail is not the one that the entry commits to")]
    DetailAltered,
    /// A detail is gone, after a purge that the log tells of.
    #[error("the detail was erased by the purge whose result is entry {result}")]
    DetailErased {
        /// The entry that tells of the purge's end.
        result: u64,
    },
    /// A detail that no entry commits to.
    #[error("a detail lies there that no entry commits to")]
    DetailExtra,
    /// The key of a detail is gone, and the log tells of no purge.
    #[error("the key of the detail is gone, and no purge of its customer stands in the log")]
    DetailKeyGone,
    /// A detail is gone, and the log tells of no purge.
    #[error("the detail is gone, and no purge of its customer stands in the log")]
    DetailMissing,
    /// An entry past the end that the head states.
    #[error("an entry lies past the end of the log")]
    EntryExtra,
    /// Entries are not there.
    #[error("{0} entries from here on are not there")]
    EntryMissing(u64),
    /// The bytes of an entry were changed.
    #[error("the entry does not fit the chain: it is not the one that was written")]
    EntryAltered,
    /// The bytes are no entry, or not one of this log.
    #[error("{0}")]
    EntryRefused(EntryError),
    /// An entry of another log.
    #[error("the entry belongs to another log")]
    EntryStream,
    /// An entry is older than the one before it.
    #[error("the entry is older than the one before it")]
    EntryTime,
    /// A fence is not what the entries lead to.
    #[error("the fence of customer {0} is not what the entries lead to")]
    Fence(CustomerId),
    /// An entry tells of a fence change that was not possible there.
    #[error("the entry tells of a change to a fence that was not possible")]
    FenceChange,
    /// A row among the fences that is none.
    #[error("a row lies among the fences that is none")]
    FenceRow,
    /// The head is not what the entries lead to.
    #[error("the head does not have the {0} that the entries lead to")]
    Head(&'static str),
    /// There is no head.
    #[error("the head is not there")]
    HeadMissing,
    /// The version of the holds is not what the entries lead to.
    #[error("the version of the holds is not what the entries lead to")]
    Holds,
    /// A subtree's hash is not what its leaves lead to.
    #[error("the stored hash of the subtree of height {0} is not what its leaves lead to")]
    Node(u8),
    /// A stored hash of a subtree that is not complete.
    #[error("a hash lies there for a subtree that is not")]
    NodeExtra,
    /// A subtree's hash is not there.
    #[error("the stored hash of the subtree of height {0} is not there")]
    NodeMissing(u8),
}

impl Reason {
    /// How bad it is.
    pub const fn verdict(&self) -> Verdict {
        match self {
            Self::DetailErased { .. } => Verdict::ErasedAuthorised,
            Self::CheckpointMissing(_)
            | Self::CheckpointSize { .. }
            | Self::DetailKeyGone
            | Self::DetailMissing
            | Self::EntryMissing(_)
            | Self::HeadMissing
            | Self::NodeMissing(_) => Verdict::Missing,
            _ => Verdict::Altered,
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What verification found in a whole log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// How many entries there are.
    pub size: u64,
    /// The root over them; `None` where damage leaves it unknown.
    pub root: Option<Digest>,
    /// How many checkpoints, stored and witnessed, state a root that the entries lead to.
    pub checkpoints: u64,
    /// How many details are there, and, with a sealer, agree with their entries.
    pub details: u64,
    /// What is not as it was written, authorised erasures included.
    pub findings: Vec<Finding>,
    /// How many findings there are beyond those named.
    pub findings_left_out: u64,
    /// The worst of all findings.
    verdict: Verdict,
}

impl Report {
    pub(crate) const fn new() -> Self {
        Self {
            size: 0,
            root: None,
            checkpoints: 0,
            details: 0,
            findings: Vec::new(),
            findings_left_out: 0,
            verdict: Verdict::Intact,
        }
    }

    /// The worst of all findings, those left out included.
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Whether nothing is missing or altered; erasures that the log authorises are no harm.
    pub fn is_sound(&self) -> bool {
        self.verdict <= Verdict::ErasedAuthorised
    }

    pub(crate) fn add(&mut self, index: impl Into<Option<u64>>, reason: Reason) {
        let verdict = reason.verdict();
        self.verdict = self.verdict.max(verdict);
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { verdict, index: index.into(), reason });
        } else {
            self.findings_left_out = self.findings_left_out.saturating_add(1);
        }
    }
}
