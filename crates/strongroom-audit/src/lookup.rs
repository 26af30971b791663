//! Reading the rows of one stream.

use crate::{
    DetailError, EntryError, Fence, Stream,
    fence::decode_holds,
    hash::leaf_hash,
    head::Head,
    key::{self, CHECKPOINTS, DETAILS, ENTRIES, FENCES, HEADS, NODES},
};
use strongroom_store::{Read, ReadError, ReadExt as _};
use strongroom_types::{CustomerId, Digest};

/// Why the log could not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LookupError {
    /// A row is not what the format has there. Verify the log.
    #[error("the log is damaged: {what} at {index}")]
    Damaged {
        /// Which row.
        what: &'static str,
        /// Its index.
        index: u64,
    },
    /// The detail did not open.
    #[error(transparent)]
    Detail(#[from] DetailError),
    /// The entry has commitments to a detail that is no longer there.
    #[error("the detail of entry {index} is gone")]
    DetailGone {
        /// Which entry.
        index: u64,
    },
    /// A leaf is not an entry.
    #[error("entry {index}: {error}")]
    Entry {
        /// Which entry.
        index: u64,
        /// What is wrong with it.
        error: EntryError,
    },
    /// A row that must be there is not. Verify the log.
    #[error("the log is damaged: {what} at {index} is missing")]
    Missing {
        /// Which row.
        what: &'static str,
        /// Its index.
        index: u64,
    },
    /// A proof was asked for about more entries than the log has.
    #[error("the log has {size} entries, the proof asked for needs {needs}")]
    OutOfRange {
        /// How many entries would be needed.
        needs: u64,
        /// How many there are.
        size: u64,
    },
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] ReadError),
}

impl LookupError {
    /// Whether what is stored is not what was written; otherwise it could not be read, or was asked for wrongly.
    pub const fn is_damage(&self) -> bool {
        matches!(
            self,
            Self::Damaged { .. }
                | Self::Entry { .. }
                | Self::Missing { .. }
                | Self::Store(ReadError::Damaged(_))
        )
    }
}

/// A stream in a store or a snapshot.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) read: &'a dyn Read,
    pub(crate) stream: Stream,
}

impl View<'_> {
    /// The head, and the row it stands in if there is one.
    pub(crate) fn head(&self) -> Result<(Head, Option<Vec<u8>>), LookupError> {
        match self.read.get(HEADS, &self.stream.head())? {
            None => Ok((Head::start(), None)),
            Some(row) => {
                let head = Head::decode(&row).ok_or(LookupError::Damaged { what: "head", index: 0 })?;
                Ok((head, Some(row)))
            }
        }
    }

    /// The chain value and the leaf of an entry.
    pub(crate) fn entry(&self, index: u64) -> Result<Option<(Digest, Vec<u8>)>, LookupError> {
        let Some(row) = self.read.get(ENTRIES, &self.stream.entry(index))? else { return Ok(None) };
        let (chain, leaf) = split_entry(&row).ok_or(LookupError::Damaged { what: "entry", index })?;
        Ok(Some((chain, leaf.to_vec())))
    }

    pub(crate) fn leaf_hash(&self, index: u64) -> Result<Digest, LookupError> {
        let entry = self.entry(index)?.ok_or(LookupError::Missing { what: "entry", index })?;
        Ok(leaf_hash(&entry.1))
    }

    pub(crate) fn node(&self, level: u8, index: u64) -> Result<Digest, LookupError> {
        let row = self.read.get(NODES, &self.stream.node(level, index))?;
        let row = row.ok_or(LookupError::Missing { what: "node", index })?;
        row.try_into().map(Digest::from_bytes).map_err(|_| LookupError::Damaged { what: "node", index })
    }

    pub(crate) fn sealed_detail(
        &self,
        customer: Option<CustomerId>,
        index: u64,
    ) -> Result<Option<Vec<u8>>, LookupError> {
        Ok(self.read.get(DETAILS, &self.stream.detail(customer, index))?)
    }

    pub(crate) fn checkpoint(&self, number: u64) -> Result<Option<Vec<u8>>, LookupError> {
        Ok(self.read.get(CHECKPOINTS, &self.stream.checkpoint(number))?)
    }

    pub(crate) fn fence(&self, customer: CustomerId) -> Result<Option<Fence>, LookupError> {
        let Some(row) = self.read.get(FENCES, &key::fence(self.stream.tenant, customer))? else {
            return Ok(None);
        };
        Fence::decode(&row).map(Some).ok_or(LookupError::Damaged { what: "fence", index: 0 })
    }

    pub(crate) fn holds_version(&self) -> Result<u64, LookupError> {
        let row = self.read.get(FENCES, &key::holds(self.stream.tenant))?;
        decode_holds(row.as_deref()).ok_or(LookupError::Damaged { what: "version of holds", index: 0 })
    }

    /// Every entry row from an index on: its key's index, its value.
    pub(crate) fn entry_rows<E: From<ReadError>>(
        &self,
        from: u64,
        mut visit: impl FnMut(u64, &[u8]) -> Result<bool, E>,
    ) -> Result<(), E> {
        self.read.for_each(ENTRIES, &self.stream.entries(from), |key, row| {
            visit(key::index_of(key).unwrap_or(u64::MAX), row)
        })
    }
}

/// FORMAT: chain value (32), leaf.
pub(crate) fn split_entry(row: &[u8]) -> Option<(Digest, &[u8])> {
    let (chain, leaf) = row.split_first_chunk()?;
    Some((Digest::from_bytes(*chain), leaf))
}
