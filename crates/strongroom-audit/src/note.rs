//! Signed notes (C2SP signed-note): a text and signatures under it by named keys.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::signature::{ED25519, UnparsedPublicKey};
use std::{fmt, str::FromStr};

/// The most signatures under one note.
const SIGNATURES_MAX: usize = 100;
/// The longest note, in bytes.
const NOTE_BYTES_MAX: usize = 1 << 20;
/// The C2SP signature type of Ed25519.
const TYPE_ED25519: u8 = 0x01;
const SIGNATURE_MARK: &str = "\u{2014} ";

/// Why a text is not a note, or not one that the given keys signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// Two of the given keys have the same name and hash, or one was given twice.
    #[error("two of the given keys have the same name and key hash")]
    AmbiguousKey,
    /// A known key's signature is wrong.
    #[error("a signature by a known key does not fit the text")]
    InvalidSignature,
    /// Not a key in the form `name+hash+base64`.
    #[error("expected a verifier key in the form `name+hash+base64`")]
    MalformedKey,
    /// Not a note.
    #[error("the text is not a signed note")]
    MalformedNote,
    /// A note, but its text is no checkpoint.
    #[error("the note is no checkpoint: origin, size and root were expected")]
    NoCheckpoint,
    /// None of the given keys signed it.
    #[error("no signature by a given key")]
    Unsigned,
}

/// An Ed25519 public key with the name it signs notes under; written `name+hash+base64` (C2SP signed-note).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    public: [u8; 32],
}

/// A note with at least one good signature by a given key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedNote {
    /// The text that is signed, with its last newline.
    pub text: String,
    /// The names of the keys whose signatures were checked and are good.
    pub signers: Vec<String>,
    /// How many signatures are by keys that were not given.
    pub unknown: usize,
}

impl VerifierKey {
    /// A key by its name and bytes. A name is not empty and has neither white space nor `+`.
    pub fn ed25519(name: &str, public: [u8; 32]) -> Result<Self, NoteError> {
        if !is_key_name(name) {
            return Err(NoteError::MalformedKey);
        }
        Ok(Self { name: name.to_owned(), public })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The 32 bytes of the key.
    pub const fn public_key(&self) -> &[u8; 32] {
        &self.public
    }

    /// The first four bytes of SHA-256(name || "\n" || 0x01 || key).
    fn hash(&self) -> [u8; 4] {
        let mut bytes = self.name.as_bytes().to_vec();
        bytes.extend_from_slice(&[b'\n', TYPE_ED25519]);
        bytes.extend_from_slice(&self.public);
        let [a, b, c, d, ..] = *crate::sha256(&bytes).as_bytes();
        [a, b, c, d]
    }

    /// Whether this key signed this text.
    pub(crate) fn verifies(&self, text: &str, signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.public).verify(text.as_bytes(), signature).is_ok()
    }

    /// The line that says so under a note.
    pub(crate) fn signature_line(&self, signature: &[u8; 64]) -> String {
        let bytes = [self.hash().as_slice(), signature].concat();
        format!("{SIGNATURE_MARK}{} {}\n", self.name, STANDARD.encode(bytes))
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = u32::from_be_bytes(self.hash());
        let key = STANDARD.encode([&[TYPE_ED25519], self.public.as_slice()].concat());
        write!(f, "{}+{hash:08x}+{key}", self.name)
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        // A base64 text may hold `+`, a name and a hash may not.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::MalformedKey);
        };
        let bytes = STANDARD.decode(key).map_err(|_| NoteError::MalformedKey)?;
        let public = bytes.strip_prefix(&[TYPE_ED25519]).and_then(|key| key.try_into().ok());
        let key = Self::ed25519(name, public.ok_or(NoteError::MalformedKey)?)?;
        if key.to_string() == text { Ok(key) } else { Err(NoteError::MalformedKey) }
    }
}

impl SignedNote {
    /// Reads a note and checks the signatures of the given keys: each that is there must be good, and one must be.
    /// Signatures by other keys are counted.
    pub fn open(note: &str, keys: &[VerifierKey]) -> Result<Self, NoteError> {
        let (text, lines) = split(note).ok_or(NoteError::MalformedNote)?;
        let mut opened = Self { text: text.to_owned(), signers: Vec::new(), unknown: 0 };
        let (mut known, mut strange) = (Vec::new(), Vec::new());
        for (count, line) in lines.enumerate() {
            if count >= SIGNATURES_MAX {
                return Err(NoteError::MalformedNote);
            }
            let signature = Signature::parse(line).ok_or(NoteError::MalformedNote)?;
            let mut candidates =
                keys.iter().filter(|key| key.name == signature.name && key.hash() == signature.hash);
            let Some(key) = candidates.next() else {
                if !strange.contains(&line) {
                    strange.push(line);
                }
                continue;
            };
            if candidates.next().is_some() {
                return Err(NoteError::AmbiguousKey);
            }
            // Only the first signature of a key counts.
            if known.contains(&key) {
                continue;
            }
            if !key.verifies(text, &signature.bytes) {
                return Err(NoteError::InvalidSignature);
            }
            known.push(key);
        }
        if known.is_empty() {
            return Err(NoteError::Unsigned);
        }
        opened.signers = known.into_iter().map(|key| key.name.clone()).collect();
        opened.unknown = strange.len();
        Ok(opened)
    }
}

struct Signature<'a> {
    name: &'a str,
    hash: [u8; 4],
    bytes: Vec<u8>,
}

impl<'a> Signature<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(SIGNATURE_MARK)?.split_once(' ')?;
        let bytes = STANDARD.decode(encoded).ok()?;
        let (hash, bytes) = bytes.split_first_chunk()?;
        if !is_key_name(name) || bytes.is_empty() {
            return None;
        }
        Some(Self { name, hash: *hash, bytes: bytes.to_vec() })
    }
}

/// The text with its last newline, and the lines of signatures after the empty line.
fn split(note: &str) -> Option<(&str, impl Iterator<Item = &str>)> {
    let control = |c: char| c < ' ' && c != '\n';
    if note.len() > NOTE_BYTES_MAX || note.contains(control) {
        return None;
    }
    let at = note.rfind("\n\n")?;
    let (text, signatures) = note.split_at_checked(at.checked_add(1)?)?;
    let signatures = signatures.strip_prefix('\n')?.strip_suffix('\n')?;
    Some((text, signatures.split('\n')))
}

fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}
