//! A batch: preconditions and changes that happen together or not at all.

use crate::{
    BATCH_BYTES_MAX, BATCH_OPS_MAX, BATCH_PRECONDITIONS_MAX, KEY_BYTES_MAX, Mode, PRECONDITION_BYTES_MAX,
    PruneRight, Refusal, Space, VALUE_BYTES_MAX,
};
use ring::digest;
use std::fmt;
use uuid::Uuid;

/// What must hold at the moment of the commit.
#[derive(Clone, PartialEq, Eq)]
pub enum Precondition {
    /// The key is not there.
    Absent {
        /// Where.
        space: Space,
        /// Which key.
        key: Vec<u8>,
    },
    /// The SHA-256 of the key's value is this: what a caller says who keeps digests, not values.
    DigestIs {
        /// Where.
        space: Space,
        /// Which key.
        key: Vec<u8>,
        /// SHA-256 (FIPS 180-4) of the value it must have.
        digest: [u8; 32],
    },
    /// The key has exactly this value.
    ValueIs {
        /// Where.
        space: Space,
        /// Which key.
        key: Vec<u8>,
        /// The value it must have.
        value: Vec<u8>,
    },
}

/// One change.
#[derive(Clone, PartialEq, Eq)]
pub enum Op {
    /// Remove a key of a mutable space; removing what is not there is fine.
    Delete {
        /// Where.
        space: Space,
        /// Which key.
        key: Vec<u8>,
    },
    /// Remove a key of an append-only space, by the right of the store opened under this id.
    Prune {
        /// Where.
        space: Space,
        /// Which key.
        key: Vec<u8>,
        /// The opening whose [`PruneRight`] was shown.
        right: Uuid,
    },
    /// Set a key; in an append-only space the key must not be there yet.
    Put {
        /// Where.
        space: Space,
        /// Which key.
        key: Vec<u8>,
        /// The value.
        value: Vec<u8>,
    },
}

/// Preconditions and changes, all or nothing.
///
/// Changes apply in the order they were added: a later put on a key wins over an earlier one in a mutable space.
/// Preconditions speak of the state before the batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    preconditions: Vec<Precondition>,
    ops: Vec<Op>,
    reserve: bool,
}

impl Batch {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Requires that a key is not there.
    #[must_use]
    pub fn require_absent(mut self, space: Space, key: impl Into<Vec<u8>>) -> Self {
        self.preconditions.push(Precondition::Absent { space, key: key.into() });
        self
    }

    /// Requires that the SHA-256 of a key's value is this.
    #[must_use]
    pub fn require_digest(mut self, space: Space, key: impl Into<Vec<u8>>, digest: [u8; 32]) -> Self {
        self.preconditions.push(Precondition::DigestIs { space, key: key.into(), digest });
        self
    }

    /// Requires that a key has exactly this value.
    #[must_use]
    pub fn require_value(mut self, space: Space, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Self {
        self.preconditions.push(Precondition::ValueIs { space, key: key.into(), value: value.into() });
        self
    }

    /// Sets a key.
    #[must_use]
    pub fn put(mut self, space: Space, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Self {
        self.ops.push(Op::Put { space, key: key.into(), value: value.into() });
        self
    }

    /// Removes a key of a mutable space.
    #[must_use]
    pub fn delete(mut self, space: Space, key: impl Into<Vec<u8>>) -> Self {
        self.ops.push(Op::Delete { space, key: key.into() });
        self
    }

    /// Removes a key of an append-only space, which only the holder of the right can spell.
    #[must_use]
    pub fn prune(mut self, right: &PruneRight, space: Space, key: impl Into<Vec<u8>>) -> Self {
        self.ops.push(Op::Prune { space, key: key.into(), right: right.store() });
        self
    }

    /// Lets the batch use the space that a backend keeps back for the day when its disk is full, as far as it keeps
    /// any. For what makes room or must not wait for room: purging, pruning, and the log entries that say so.
    #[must_use]
    pub fn from_reserve(mut self) -> Self {
        self.reserve = true;
        self
    }

    /// Whether it may use the space kept in reserve.
    pub const fn is_from_reserve(&self) -> bool {
        self.reserve
    }

    /// Everything of `other` after everything of this one; from the reserve if one of them is.
    pub fn append(&mut self, other: Self) {
        self.preconditions.extend(other.preconditions);
        self.ops.extend(other.ops);
        self.reserve |= other.reserve;
    }

    /// The preconditions, in the order they were added.
    pub fn preconditions(&self) -> &[Precondition] {
        &self.preconditions
    }

    /// The changes, in the order they apply.
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// Bytes of keys and values in the changes.
    pub fn bytes(&self) -> usize {
        self.ops.iter().fold(0, |sum, op| sum.saturating_add(op.key().len()).saturating_add(op.value().len()))
    }

    /// Bytes of keys and values in the preconditions; a digest counts its 32.
    pub fn required_bytes(&self) -> usize {
        self.preconditions.iter().map(Precondition::bytes).fold(0, usize::saturating_add)
    }

    /// Whether the batch keeps the limits and the modes of its spaces. Every backend asks this first; whether a key
    /// of an append-only space is already there, only the backend can tell.
    ///
    /// `opening` is the id of the store's opening, which prunes must name.
    pub fn check(&self, opening: Uuid) -> Result<(), Refusal> {
        if self.ops.len() > BATCH_OPS_MAX {
            return Err(Refusal::BatchOps { ops: self.ops.len() });
        }
        let bytes = self.bytes();
        if bytes > BATCH_BYTES_MAX {
            return Err(Refusal::BatchBytes { bytes });
        }
        let preconditions = self.preconditions.len();
        if preconditions > BATCH_PRECONDITIONS_MAX {
            return Err(Refusal::BatchPreconditions { preconditions });
        }
        let bytes = self.required_bytes();
        if bytes > PRECONDITION_BYTES_MAX {
            return Err(Refusal::PreconditionBytes { bytes });
        }
        self.ops.iter().try_for_each(|op| op.check(opening))?;
        self.preconditions
            .iter()
            .try_for_each(|precondition| check_key(precondition.space(), precondition.key()))
    }
}

impl Precondition {
    /// Where.
    pub const fn space(&self) -> Space {
        match self {
            Self::Absent { space, .. } | Self::DigestIs { space, .. } | Self::ValueIs { space, .. } => *space,
        }
    }

    /// Which key.
    pub fn key(&self) -> &[u8] {
        match self {
            Self::Absent { key, .. } | Self::DigestIs { key, .. } | Self::ValueIs { key, .. } => key,
        }
    }

    fn bytes(&self) -> usize {
        let value = match self {
            Self::Absent { .. } => 0,
            Self::DigestIs { digest, .. } => digest.len(),
            Self::ValueIs { value, .. } => value.len(),
        };
        self.key().len().saturating_add(value)
    }

    /// Whether it holds where the key has this value.
    pub fn holds(&self, found: Option<&[u8]>) -> bool {
        match self {
            Self::Absent { .. } => found.is_none(),
            Self::DigestIs { digest: wanted, .. } => {
                found.is_some_and(|value| digest::digest(&digest::SHA256, value).as_ref() == wanted)
            }
            Self::ValueIs { value, .. } => found == Some(value.as_slice()),
        }
    }
}

impl Op {
    /// Where.
    pub const fn space(&self) -> Space {
        match self {
            Self::Delete { space, .. } | Self::Prune { space, .. } | Self::Put { space, .. } => *space,
        }
    }

    /// Which key.
    pub fn key(&self) -> &[u8] {
        match self {
            Self::Delete { key, .. } | Self::Prune { key, .. } | Self::Put { key, .. } => key,
        }
    }

    /// The value that is put; empty for a removal.
    pub fn value(&self) -> &[u8] {
        match self {
            Self::Put { value, .. } => value,
            Self::Delete { .. } | Self::Prune { .. } => &[],
        }
    }

    fn check(&self, opening: Uuid) -> Result<(), Refusal> {
        check_key(self.space(), self.key())?;
        let name = self.space().name();
        match (self, self.space().mode()) {
            (Self::Put { value, .. }, _) if value.len() > VALUE_BYTES_MAX => {
                Err(Refusal::ValueBytes { space: name, bytes: value.len() })
            }
            (Self::Delete { .. }, Mode::AppendOnly) => Err(Refusal::AppendOnly { space: name }),
            (Self::Prune { .. }, Mode::Mutable) => Err(Refusal::PruneOfMutable { space: name }),
            (Self::Prune { right, .. }, Mode::AppendOnly) if *right != opening => {
                Err(Refusal::ForeignPruneRight { space: name })
            }
            _ => Ok(()),
        }
    }
}

// Keys and values may be personal data: their lengths are all that is printed.
impl fmt::Debug for Precondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self {
            Self::Absent { .. } => "Absent",
            Self::DigestIs { .. } => "DigestIs",
            Self::ValueIs { .. } => "ValueIs",
        };
        write!(f, "{verb}({}, {} bytes of key)", self.space().name(), self.key().len())
    }
}

impl fmt::Debug for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self {
            Self::Delete { .. } => "Delete",
            Self::Prune { .. } => "Prune",
            Self::Put { .. } => "Put",
        };
        let (key, value) = (self.key().len(), self.value().len());
        write!(f, "{verb}({}, {key} bytes of key, {value} bytes of value)", self.space().name())
    }
}

fn check_key(space: Space, key: &[u8]) -> Result<(), Refusal> {
    match key.len() {
        0 => Err(Refusal::KeyEmpty { space: space.name() }),
        bytes if bytes > KEY_BYTES_MAX => Err(Refusal::KeyBytes { space: space.name(), bytes }),
        _ => Ok(()),
    }
}
