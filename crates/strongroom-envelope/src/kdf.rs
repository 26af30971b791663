//! HKDF-SHA256 (RFC 5869) as we use it: one extract per long-lived key, one expand per sealed thing.

use crate::{codec::Broken, wipe::Wiped};
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use zeroize::Zeroizing;

/// A long-lived key from which others are derived. The key itself is forgotten; ring's state is wiped on drop.
pub(crate) struct Deriver(Wiped<Prk>);

/// A key for one use, and the commitment to it that stands in the open.
pub(crate) struct Derived {
    pub(crate) key: Zeroizing<[u8; 32]>,
    pub(crate) commitment: [u8; 32],
}

impl Deriver {
    /// HKDF-Extract.
    pub(crate) fn extract(salt: &[u8], secret: &[u8]) -> Self {
        Self(Wiped::new(Salt::new(HKDF_SHA256, salt).extract(secret)))
    }

    /// A key and its commitment: 64 bytes of HKDF-Expand. Each `info` must decode in one way only.
    ///
    /// Whoever finds two keys with one commitment under the same `info` has found a collision of HMAC-SHA256.
    pub(crate) fn derive(&self, info: &[&[u8]]) -> Result<Derived, Broken> {
        let mut okm = Zeroizing::new([0; 64]);
        self.expand(info, okm.as_mut_slice())?;
        let mut derived = Derived { key: Zeroizing::new([0; 32]), commitment: [0; 32] };
        let (key, commitment) = okm.split_at(32);
        derived.key.copy_from_slice(key);
        derived.commitment.copy_from_slice(commitment);
        Ok(derived)
    }

    /// HKDF-Expand; at most 8160 bytes.
    fn expand(&self, info: &[&[u8]], out: &mut [u8]) -> Result<(), Broken> {
        let okm = self.0.expand(info, Length(out.len())).map_err(|_| Broken)?;
        okm.fill(out).map_err(|_| Broken)
    }
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 5869, appendix A: the three vectors for SHA-256, through the very functions that seal.
    #[test]
    fn rfc_5869_vectors_hold() {
        let sequence = |from: u8, to: u8| (from..=to).collect::<Vec<u8>>();
        let cases = [
            (
                vec![0x0b; 22],
                sequence(0, 0x0c),
                sequence(0xf0, 0xf9),
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
            ),
            (
                sequence(0, 0x4f),
                sequence(0x60, 0xaf),
                sequence(0xb0, 0xff),
                "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09\
                 da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
            ),
            (
                vec![0x0b; 22],
                Vec::new(),
                Vec::new(),
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
            ),
        ];
        for (secret, salt, info, expected) in cases {
            let mut okm = vec![0; expected.len() / 2];
            let parts: Vec<&[u8]> = info.chunks(3).collect();
            Deriver::extract(&salt, &secret).expand(&parts, &mut okm).unwrap();
            assert_eq!(hex::encode(okm), expected);
        }
    }

    #[test]
    fn the_longest_output_is_given_and_one_past_it_refused() {
        let deriver = Deriver::extract(b"salt", b"secret");
        assert!(deriver.expand(&[b"info"], &mut [0; 8160]).is_ok());
        assert!(deriver.expand(&[b"info"], &mut [0; 8161]).is_err());
    }
}
