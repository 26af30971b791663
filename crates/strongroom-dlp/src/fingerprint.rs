//! Values without the values: what a key turns them into.

use std::fmt;
use std::str::FromStr;

use ring::hmac;
use thiserror::Error;

use crate::Entity;
use crate::normal::normal;

/// The first hex digits of an HMAC-SHA-256 that a fingerprint keeps: 128 bits.
const DIGITS: usize = 32;
/// As many of what tells one key from another.
const KEY_CHECK_DIGITS: usize = 16;

/// What one key is used for. Each use has its own word, so that a pseudonym in a shared text is no fingerprint of a
/// baseline, and the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Fingerprint,
    KeyCheck,
    Pseudonym,
}

/// The secret key under which values become pseudonyms and fingerprints.
///
/// Values are few enough to try them all (there are some 10¹⁰ mobile numbers), so whoever has the key can find the value
/// of a pseudonym: keep it away from those who get the pseudonyms. Under the same key the same value always has the same
/// pseudonym; to make two exports incomparable, give each its own key.
#[derive(Clone)]
pub struct ValueKey(hmac::Key);

impl fmt::Debug for ValueKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ValueKey([redacted])")
    }
}

impl ValueKey {
    /// From 32 bytes, which must be random: the crate draws none itself.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The fingerprint of a value, the same for every spacing, grouping and width it is written in.
    pub fn fingerprint(&self, entity: Entity, value: &str) -> Fingerprint {
        Fingerprint(self.digest(Use::Fingerprint, entity.name(), &normal(entity, value), DIGITS))
    }

    /// What tells this key from another, and tells nothing else about it.
    pub(crate) fn check(&self) -> String {
        self.digest(Use::KeyCheck, "", "", KEY_CHECK_DIGITS)
    }

    /// At most 64 hex digits over a use, a name without a zero byte, and a value.
    pub(crate) fn digest(&self, usage: Use, name: &str, value: &str, digits: usize) -> String {
        let mut context = hmac::Context::with_key(&self.0);
        // The use and the name hold no zero byte, so no two triples are one input.
        context.update(match usage {
            Use::Fingerprint => b"strongroom-dlp/fingerprint/1\0".as_slice(),
            Use::KeyCheck => b"strongroom-dlp/key-check/1\0",
            Use::Pseudonym => b"strongroom-dlp/pseudonym/1\0",
        });
        context.update(name.as_bytes());
        context.update(b"\0");
        context.update(value.as_bytes());
        let nibbles =
            context.sign().as_ref().iter().flat_map(|byte| [byte >> 4, byte & 0xF]).collect::<Vec<_>>();
        nibbles.into_iter().take(digits).filter_map(|nibble| char::from_digit(nibble.into(), 16)).collect()
    }
}

/// Whether this can be what tells one key from another.
#[cfg(feature = "serde")]
pub(crate) fn is_key_check(text: &str) -> bool {
    is_hex(text, KEY_CHECK_DIGITS)
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// What a value is under a [`ValueKey`]: 32 hex digits in lower case. It may be stored; see there for who may see it
/// beside the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "String", try_from = "String"))]
pub struct Fingerprint(String);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.0
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = NotAFingerprint;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if is_hex(&text, DIGITS) { Ok(Self(text)) } else { Err(NotAFingerprint) }
    }
}

impl FromStr for Fingerprint {
    type Err = NotAFingerprint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}

/// Text that is no fingerprint. It does not repeat the text, which may be a value that was put in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a fingerprint, which is 32 hex digits in lower case and never the value itself")]
pub struct NotAFingerprint;

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> ValueKey {
        ValueKey::new(&[byte; 32])
    }

    #[test]
    fn spellings_share_a_fingerprint_and_nothing_else_does() {
        let mine = key(1).fingerprint(Entity::Phone, "13800138000");
        for spelling in ["138 0013 8000", "１３８-００１３-８０００", "+86 138 0013 8000"] {
            assert_eq!(key(1).fingerprint(Entity::Phone, spelling), mine, "{spelling}");
        }
        assert_ne!(key(1).fingerprint(Entity::Phone, "13800138001"), mine);
        assert_ne!(key(2).fingerprint(Entity::Phone, "13800138000"), mine);
        assert_ne!(key(1).fingerprint(Entity::CnBankAccount, "13800138000"), mine);
    }

    #[test]
    fn the_digest_is_hmac_sha_256_in_hex() {
        // Stored fingerprints must stay valid, so this value stays. It was computed by another implementation.
        let whole = key(7).digest(Use::Fingerprint, "PHONE", "13800138000", 64);
        assert_eq!(whole, "a0a07620492f01f86d76363675d64e03b4945ef595d92fc91c955c1bd16231bf");
        let short = key(7).fingerprint(Entity::Phone, "138-0013-8000").to_string();
        assert_eq!(Some(short.as_str()), whole.get(..32));
    }

    #[test]
    fn uses_are_apart() {
        let digests =
            [Use::Fingerprint, Use::KeyCheck, Use::Pseudonym].map(|usage| key(1).digest(usage, "", "", 64));
        assert!(digests[0] != digests[1] && digests[1] != digests[2] && digests[0] != digests[2]);
    }

    #[test]
    fn the_key_does_not_show_in_debug_output() {
        assert_eq!(format!("{:?}", key(0x61)), "ValueKey([redacted])");
    }

    #[test]
    fn only_32_lower_case_hex_digits_parse() {
        let sound = "0123456789abcdef0123456789abcdef";
        assert_eq!(sound.parse::<Fingerprint>().unwrap().to_string(), sound);
        for bad in
            ["", "13800138000", sound.trim_start_matches('0'), &format!("{sound}0"), &sound.to_uppercase()]
        {
            assert_eq!(bad.parse::<Fingerprint>(), Err(NotAFingerprint), "{bad}");
        }
    }
}
