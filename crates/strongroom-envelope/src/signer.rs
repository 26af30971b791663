//! Ed25519 signatures (RFC 8032).

use crate::{Secret, codec::Broken, wipe::Wiped};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use std::fmt;

/// A signing key. It comes out of a keyring, lives in memory, and is wiped on drop.
pub struct Signer {
    pair: Wiped<Ed25519KeyPair>,
    public: [u8; 32],
}

impl Signer {
    /// The signer of a seed (RFC 8032, 5.1.5).
    pub(crate) fn from_seed(seed: &Secret) -> Result<Self, Broken> {
        let pair = Wiped::new(Ed25519KeyPair::from_seed_unchecked(seed.expose_secret()).map_err(|_| Broken)?);
        let public = pair.public_key().as_ref().try_into().map_err(|_| Broken)?;
        Ok(Self { pair, public })
    }

    /// The public key, to be pinned by whoever verifies.
    pub const fn public_key(&self) -> [u8; 32] {
        self.public
    }

    /// The signature of a message. Sign only what begins with a word for what it is: one key, many kinds of message.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let mut bytes = [0; 64];
        // An Ed25519 signature has 64 bytes; `zip` cannot run past either side.
        bytes.iter_mut().zip(self.pair.sign(message).as_ref()).for_each(|(to, from)| *to = *from);
        bytes
    }
}

/// Whether `signature` is that of `message` under the public key.
pub fn verify_signature(public_key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public_key).verify(message, signature).is_ok()
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer([redacted])")
    }
}
