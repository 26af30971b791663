//! One error enum per verb.

use crate::{Generation, ProviderError, codec::Broken};
use strongroom_store::{CommitError, ReadError};
use strongroom_types::{FieldName, KeyId, RandomError, Timestamp};

/// Why nothing was sealed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The generation only opens: a newer one seals. Ask for the current generation and try again.
    #[error("generation {generation} of the customer's key only opens, a newer one seals")]
    DecryptOnly {
        /// Which one.
        generation: Generation,
    },
    /// A document is sealed in chunks of [`CHUNK_BYTES`](crate::CHUNK_BYTES), of which only the last is shorter.
    #[error("a document chunk of {bytes} bytes does not belong here: {expected}")]
    DocumentShape {
        /// How long the chunk was.
        bytes: usize,
        /// What was expected.
        expected: &'static str,
    },
    /// A record names a field twice.
    #[error("field `{field}` is given twice")]
    DuplicateField {
        /// Which one.
        field: FieldName,
    },
    /// The address names another tenant than these keys belong to.
    #[error("the address names another tenant than these keys belong to")]
    ForeignTenant,
    /// A promise between our own functions is broken. Do not use this handle any more.
    #[error("an internal promise is broken: {0}")]
    Invariant(&'static str),
    /// The key is not to be had for another reason.
    #[error(transparent)]
    Key(KeysError),
    /// The key was destroyed.
    #[error("the key was destroyed on {at}")]
    KeyGone {
        /// Which generation; `None` is the whole customer.
        generation: Option<Generation>,
        /// When.
        at: Timestamp,
    },
    /// There was never such a key.
    #[error("there is no such key")]
    NoKey,
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// A record with too many fields.
    #[error("a record has at most {} fields, this one has {fields}", crate::FIELDS_MAX)]
    TooManyFields {
        /// How many there were.
        fields: usize,
    },
    /// Something longer than its format holds.
    #[error("a {what} has at most {bytes_max} bytes, this one has {bytes}")]
    TooLong {
        /// What was to be sealed.
        what: &'static str,
        /// How long it was (sealed, for records).
        bytes: usize,
        /// How long it may be.
        bytes_max: usize,
    },
    /// The key has sealed as much as one key may. Make the next generation.
    #[error("the key has sealed as many things as one key may: make the next generation")]
    UsageLimit,
}

/// Why nothing was opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Altered, cut, extended, moved, malformed, or sealed under another key. Which of these is not said.
    #[error("decryption failed")]
    DecryptionFailed,
    /// The address names another tenant than these keys belong to.
    #[error("the address names another tenant than these keys belong to")]
    ForeignTenant,
    /// The key is not to be had for another reason.
    #[error(transparent)]
    Key(KeysError),
    /// The key was destroyed on purpose.
    #[error("the key was destroyed on {at}")]
    KeyGone {
        /// Which generation; `None` is the whole customer.
        generation: Option<Generation>,
        /// When.
        at: Timestamp,
    },
    /// Sealed by a later version of this program.
    #[error("sealed in format version {found}, this program reads version 0")]
    NewerVersion {
        /// The version that was found.
        found: u8,
    },
    /// There was never such a key.
    #[error("there is no such key")]
    NoKey,
    /// A suite that this program does not have; 16 to 31 are reserved for SM4.
    #[error("sealed with suite {suite}, which this program does not have")]
    UnsupportedSuite {
        /// The number that was found.
        suite: u8,
    },
}

/// Why a document's key was not wrapped anew.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RewrapError {
    /// The old header does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The new header could not be made.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// Why an operation on keys did not happen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
    /// The key store did not commit.
    #[error("the key store did not commit: {0}")]
    Commit(#[from] CommitError),
    /// Others changed the same keys each time it was tried. Try again.
    #[error("others kept changing the same keys: try again")]
    Contended,
    /// Something in the key store is not what was written there.
    #[error("the key store is damaged: {what}")]
    Damaged {
        /// Which thing.
        what: &'static str,
    },
    /// The enabled generation cannot be destroyed alone: make the next one first, or shred the customer.
    #[error("generation {generation} is the enabled one: make the next generation first")]
    Enabled {
        /// Which one.
        generation: Generation,
    },
    /// The key was destroyed.
    #[error("the key was destroyed on {at}")]
    Gone {
        /// Which generation; `None` is the whole customer.
        generation: Option<Generation>,
        /// When.
        at: Timestamp,
    },
    /// A promise between our own functions is broken. Do not use this handle any more.
    #[error("an internal promise is broken: {0}")]
    Invariant(&'static str),
    /// There was never such a key.
    #[error("there is no such key")]
    NoKey,
    /// No turn of the epoch was begun.
    #[error("no turn of the epoch was begun")]
    NoTurn,
    /// The provider is an older copy than the key store: it lacks epochs that keys are wrapped under.
    #[error("the key provider is older than the key store: restore the newest keyring")]
    ProviderBehind,
    /// The provider did not do its part.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The key store could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The turn cannot be finished: some living keys are still under the old epoch.
    #[error("{keys} living keys are still wrapped under the old epoch")]
    TurnUnfinished {
        /// How many.
        keys: u64,
    },
    /// A living key does not unwrap; nothing was destroyed.
    #[error("key {key} does not unwrap: nothing was destroyed")]
    Unreadable {
        /// Which one.
        key: KeyId,
    },
}

impl From<Broken> for SealError {
    fn from(_: Broken) -> Self {
        Self::Invariant("a cipher refused what fits its limits")
    }
}

impl From<Broken> for OpenError {
    fn from(_: Broken) -> Self {
        Self::DecryptionFailed
    }
}

impl From<KeysError> for SealError {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::Gone { generation, at } => Self::KeyGone { generation, at },
            KeysError::NoKey => Self::NoKey,
            other => Self::Key(other),
        }
    }
}

impl From<KeysError> for OpenError {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::Gone { generation, at } => Self::KeyGone { generation, at },
            KeysError::NoKey => Self::NoKey,
            other => Self::Key(other),
        }
    }
}
