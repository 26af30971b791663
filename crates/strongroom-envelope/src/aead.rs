//! The authenticated ciphers, and the one digest.

use crate::{codec::Broken, wipe::Wiped};
use ring::aead::{AES_256_GCM, Aad, Algorithm, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use strongroom_types::Digest;

pub(crate) const TAG_BYTES: usize = 16;

/// Which cipher seals. The number stands in every sealed header.
///
/// 16 to 31 are reserved for SM4 with SM3 and SM2; they and every other number answer
/// [`OpenError::UnsupportedSuite`](crate::OpenError::UnsupportedSuite).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Suite {
    /// Number 1: HKDF-SHA256 and AES-256-GCM (NIST SP 800-38D). The fastest where the processor has AES.
    Aes256Gcm,
    /// Number 2: HKDF-SHA256 and ChaCha20-Poly1305 (RFC 8439).
    ChaCha20Poly1305,
}

impl Suite {
    /// The number in headers.
    pub const fn code(self) -> u8 {
        match self {
            Self::Aes256Gcm => 1,
            Self::ChaCha20Poly1305 => 2,
        }
    }

    /// The suite of a number, if there is one.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Aes256Gcm),
            2 => Some(Self::ChaCha20Poly1305),
            _ => None,
        }
    }

    const fn algorithm(self) -> &'static Algorithm {
        match self {
            Self::Aes256Gcm => &AES_256_GCM,
            Self::ChaCha20Poly1305 => &CHACHA20_POLY1305,
        }
    }
}

/// SHA-256 of bytes (FIPS 180-4), as every digest in Strongroom is computed.
pub fn sha256(bytes: &[u8]) -> Digest {
    finish(Sha256::of(bytes))
}

/// A digest in the making.
pub(crate) struct Sha256(ring::digest::Context);

impl Sha256 {
    pub(crate) fn new() -> Self {
        Self(ring::digest::Context::new(&ring::digest::SHA256))
    }

    fn of(bytes: &[u8]) -> Self {
        let mut digest = Self::new();
        digest.update(bytes);
        digest
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

pub(crate) fn finish(digest: Sha256) -> Digest {
    let mut bytes = [0; 32];
    // A SHA-256 has 32 bytes; `zip` cannot run past either side.
    bytes.iter_mut().zip(digest.0.finish().as_ref()).for_each(|(to, from)| *to = *from);
    Digest::from_bytes(bytes)
}

/// A key that seals and opens. Who builds one is answerable for never using a nonce twice.
pub(crate) struct SealKey(Wiped<LessSafeKey>);

impl SealKey {
    pub(crate) fn new(suite: Suite, key: &[u8; 32]) -> Result<Self, Broken> {
        let key = UnboundKey::new(suite.algorithm(), key).map_err(|_| Broken)?;
        Ok(Self(Wiped::new(LessSafeKey::new(key))))
    }

    /// Seals `in_out` where it lies; the tag is returned.
    pub(crate) fn seal(
        &self,
        nonce: [u8; 12],
        aad: &[u8],
        in_out: &mut [u8],
    ) -> Result<[u8; TAG_BYTES], Broken> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self.0.seal_in_place_separate_tag(nonce, Aad::from(aad), in_out).map_err(|_| Broken)?;
        tag.as_ref().try_into().map_err(|_| Broken)
    }

    /// Seals what `in_out` holds from `start` on, and appends the tag.
    pub(crate) fn seal_tail(
        &self,
        nonce: [u8; 12],
        aad: &[u8],
        in_out: &mut Vec<u8>,
        start: usize,
    ) -> Result<(), Broken> {
        let tag = self.seal(nonce, aad, in_out.get_mut(start..).ok_or(Broken)?)?;
        in_out.extend_from_slice(&tag);
        Ok(())
    }

    /// Opens `sealed`, whose last 16 bytes are the tag, where it lies; the plaintext is its front.
    pub(crate) fn open<'a>(
        &self,
        nonce: [u8; 12],
        aad: &[u8],
        sealed: &'a mut [u8],
    ) -> Result<&'a mut [u8], Broken> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.0.open_in_place(nonce, Aad::from(aad), sealed).map_err(|_| Broken)
    }

    /// Opens into a buffer of its own, which is wiped when dropped, on failure too.
    pub(crate) fn open_copy(
        &self,
        nonce: [u8; 12],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, Broken> {
        let mut opened = zeroize::Zeroizing::new(sealed.to_vec());
        let length = self.open(nonce, aad, opened.as_mut_slice())?.len();
        opened.truncate(length);
        Ok(opened)
    }
}

/// The nonce of the `counter`-th seal under a key that nothing else uses.
pub(crate) fn counter_nonce(counter: u32) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce.iter_mut().zip(counter.to_le_bytes()).for_each(|(to, from)| *to = from);
    nonce
}
