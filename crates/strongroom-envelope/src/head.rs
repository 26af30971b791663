//! The header that every sealed thing begins with, and the one way from a customer's key to the key of one thing.

use crate::{
    OpenError, SealError, Suite,
    aead::SealKey,
    codec::{Broken, Reader},
    kdf::Deriver,
    keys::{Generation, KeyInUse},
};
use strongroom_types::{Digest, KeyId, Random};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Magic, version, suite, key id, generation, salt, commitment.
pub(crate) const HEAD_BYTES: usize = 4 + 1 + 1 + 16 + 4 + SALT_BYTES + 32;
const SALT_BYTES: usize = 24;
const VERSION: u8 = 0;

/// What kind of thing is sealed: four letters for readers of files, and a word for the key derivation.
pub(crate) struct Shape {
    pub(crate) magic: [u8; 4],
    /// No word is the beginning of another, and fixed-length parts follow: each derivation decodes in one way.
    pub(crate) word: &'static [u8],
}

/// FORMAT: `docs/format.md`, "The common header".
pub(crate) struct Head {
    pub(crate) suite: Suite,
    pub(crate) key: KeyId,
    pub(crate) generation: Generation,
    salt: [u8; SALT_BYTES],
    commitment: [u8; 32],
}

/// A key for one sealed thing, and the header that leads back to it.
pub(crate) struct Begun {
    pub(crate) head: Head,
    pub(crate) key: SealKey,
}

impl Head {
    /// A fresh key for one thing. `context` is a digest of all that the thing is bound to.
    pub(crate) fn begin(
        shape: &Shape,
        suite: Suite,
        key: &KeyInUse,
        context: &Digest,
        random: &dyn Random,
    ) -> Result<Begun, SealError> {
        let mut head = Self {
            suite,
            key: key.id,
            generation: key.generation,
            salt: [0; SALT_BYTES],
            commitment: [0; 32],
        };
        // The salt is what makes the derived key, and with it every counter nonce, unique.
        random.fill(&mut head.salt)?;
        let derived = head.derive(shape, &key.deriver, context)?;
        head.commitment = derived.commitment;
        Ok(Begun { key: SealKey::new(suite, &derived.key)?, head })
    }

    /// The key of a sealed thing, if the header's commitment is to it.
    pub(crate) fn resume(
        &self,
        shape: &Shape,
        key: &KeyInUse,
        context: &Digest,
    ) -> Result<SealKey, OpenError> {
        if self.key != key.id {
            return Err(OpenError::DecryptionFailed);
        }
        let derived = self.derive(shape, &key.deriver, context)?;
        // SECURITY: before anything opens. AES-GCM alone opens one ciphertext under two keys of an attacker's choice.
        if !bool::from(derived.commitment.ct_eq(&self.commitment)) {
            return Err(OpenError::DecryptionFailed);
        }
        Ok(SealKey::new(self.suite, &derived.key)?)
    }

    fn derive(
        &self,
        shape: &Shape,
        deriver: &Deriver,
        context: &Digest,
    ) -> Result<crate::kdf::Derived, Broken> {
        deriver.derive(&[
            shape.word,
            &[VERSION, self.suite.code()],
            self.key.as_bytes(),
            &self.generation.0.to_le_bytes(),
            &self.salt,
            context.as_bytes(),
        ])
    }

    pub(crate) fn write(&self, shape: &Shape, out: &mut Vec<u8>) {
        out.extend_from_slice(&shape.magic);
        out.extend_from_slice(&[VERSION, self.suite.code()]);
        out.extend_from_slice(self.key.as_bytes());
        out.extend_from_slice(&self.generation.0.to_le_bytes());
        out.extend_from_slice(&self.salt);
        out.extend_from_slice(&self.commitment);
    }

    pub(crate) fn read(shape: &Shape, from: &mut Reader<'_>) -> Result<Self, OpenError> {
        if from.array()? != shape.magic {
            return Err(OpenError::DecryptionFailed);
        }
        let found = from.u8()?;
        if found != VERSION {
            return Err(OpenError::NewerVersion { found });
        }
        let suite = from.u8()?;
        let suite = Suite::from_code(suite).ok_or(OpenError::UnsupportedSuite { suite })?;
        let key = KeyId::from_bytes(from.array()?);
        let generation = Generation(from.u32()?);
        Ok(Self { suite, key, generation, salt: from.array()?, commitment: from.array()? })
    }
}

/// Wipes what was copied into a buffer to be sealed there, when sealing it failed.
pub(crate) fn or_wipe<T>(out: &mut Vec<u8>, result: Result<T, Broken>) -> Result<T, Broken> {
    if result.is_err() {
        drop(Zeroizing::new(std::mem::take(out)));
    }
    result
}
