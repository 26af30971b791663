//! Secrets that we hold: wiped when dropped, never printed, never copied or compared by accident.

use ring::rand::{SecureRandom, SystemRandom};
use std::fmt;
use strongroom_types::{Random, RandomError};
use zeroize::{Zeroize, Zeroizing};

/// The operating system's randomness, through ring.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        SystemRandom::new().fill(bytes).map_err(|_| RandomError)
    }
}

/// What a person types to open a keyring. Any UTF-8; taken as it is, without normalisation.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes the text over; the caller's `String` is the one that is wiped.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text. Say it where it is used and nowhere else.
    pub fn expose_secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase([redacted])")
    }
}

/// A key of 32 bytes. It lies in one place on the heap and is wiped there when dropped.
pub struct Secret(Box<[u8; 32]>);

impl Secret {
    /// A fresh random key.
    pub fn fresh(random: &dyn Random) -> Result<Self, RandomError> {
        let mut secret = Self::zeroed();
        random.fill(secret.as_mut())?;
        Ok(secret)
    }

    /// A key with known bytes: for providers, and for tests.
    pub fn from_bytes(bytes: &Zeroizing<[u8; 32]>) -> Self {
        let mut secret = Self::zeroed();
        secret.0.copy_from_slice(bytes.as_slice());
        secret
    }

    /// The bytes. Say it where they are used and nowhere else.
    pub fn expose_secret(&self) -> &[u8; 32] {
        &self.0
    }

    /// A place for a key, to be filled where it lies.
    pub(crate) fn zeroed() -> Self {
        Self(Box::new([0; 32]))
    }

    pub(crate) fn as_mut(&mut self) -> &mut [u8; 32] {
        &mut self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_printed() {
        let key = Secret::from_bytes(&Zeroizing::new([0x5a; 32]));
        let words = Passphrase::new("correct horse");
        let printed = format!("{:?} {:#?} {:?}", Some(&key), (&key, 1), [&words]);
        assert!(printed.contains("[redacted]"), "{printed}");
        for leak in ["90", "5a", "5A", "horse"] {
            assert!(!printed.contains(leak), "{printed}");
        }
    }

    #[test]
    fn two_fresh_keys_differ() {
        let (a, b) = (Secret::fresh(&OsRandom).unwrap(), Secret::fresh(&OsRandom).unwrap());
        assert_ne!(a.expose_secret(), b.expose_secret());
    }
}
