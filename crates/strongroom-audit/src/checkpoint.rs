//! Checkpoints: signed statements of how long the log is and what is in it (C2SP tlog-checkpoint).

use crate::{LookupError, NoteError, SignedNote, VerifierKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use strongroom_store::CommitError;
use strongroom_types::{Digest, Timestamp};

/// Signs checkpoints. The private key stays with the implementor.
pub trait CheckpointSigner: Send + Sync {
    /// The name that stands beside the signature; neither white space nor `+`. Best the origin of the log.
    fn key_name(&self) -> &str;

    /// The Ed25519 public key (RFC 8032).
    fn public_key(&self) -> [u8; 32];

    /// The Ed25519 signature of a message. Signing one message twice gives the same signature.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError>;
}

/// The signer did not sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the checkpoint was not signed: {0}")]
pub struct SignError(String);

impl SignError {
    /// For implementors: the reason, without any key material.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// Why there is no checkpoint. The log itself is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The log could not be read.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// The handle is poisoned: reopen the log.
    #[error("the log takes no more writes through this handle: reopen it")]
    Poisoned,
    /// The log was opened to look at it alone.
    #[error("the log was opened to be looked at, nothing is written to it")]
    ReadOnly,
    /// The signer did not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] CommitError),
    /// What the signer gave is no signature by its own key.
    #[error("the signer gave a signature that its own public key does not verify")]
    WrongSignature,
}

/// A checkpoint whose signature was checked when the value was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    note: String,
    origin: String,
    size: u64,
    root: Digest,
    time: Option<Timestamp>,
}

const TIME_MARK: &str = "time ";

impl Checkpoint {
    /// Reads a checkpoint and checks that one of these keys signed it.
    pub fn open(note: &str, keys: &[VerifierKey]) -> Result<Self, NoteError> {
        let text = SignedNote::open(note, keys)?.text;
        Self::parse(note, &text).ok_or(NoteError::NoCheckpoint)
    }

    /// The whole note: text, empty line, signatures.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// Which log.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many entries.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree over them.
    pub const fn root(&self) -> Digest {
        self.root
    }

    /// When it was made, where it says so.
    pub const fn time(&self) -> Option<Timestamp> {
        self.time
    }

    /// The text that a checkpoint of ours signs. FORMAT: docs/format.md, "Checkpoint".
    pub(crate) fn text(origin: &str, size: u64, root: &Digest, time: Timestamp) -> String {
        format!("{origin}\n{size}\n{}\n{TIME_MARK}{time}\n", STANDARD.encode(root.as_bytes()))
    }

    fn parse(note: &str, text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, digits, root) = (lines.next()?, lines.next()?, lines.next()?);
        let size: u64 = digits.parse().ok()?;
        let root: [u8; 32] = STANDARD.decode(root).ok()?.try_into().ok()?;
        let mut time = None;
        for line in lines {
            if line.is_empty() {
                return None;
            }
            time = time.or_else(|| line.strip_prefix(TIME_MARK)?.parse().ok());
        }
        if origin.is_empty() || size.to_string() != digits {
            return None;
        }
        let root = Digest::from_bytes(root);
        Some(Self { note: note.to_owned(), origin: origin.to_owned(), size, root, time })
    }
}
