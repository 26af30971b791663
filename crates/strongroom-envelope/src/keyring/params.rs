//! How dear a guess at the passphrase is.

use super::KeyringError;
use crate::{Passphrase, Secret};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::Zeroize;

const MEMORY_KIB_MAX: u32 = 1024 * 1024;
const PASSES_MAX: u32 = 32;
const LANES_MAX: u32 = 16;

/// The parameters of argon2id (RFC 9106): memory, passes, lanes. They stand in the file's header.
///
/// The default is 64 MiB, 3 passes, 1 lane: the memory and passes that RFC 9106 recommends second, and a fraction of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyringParams {
    pub(super) memory_kib: u32,
    pub(super) passes: u32,
    pub(super) lanes: u32,
}

impl Default for KeyringParams {
    fn default() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 }
    }
}

impl KeyringParams {
    /// Other parameters: 8 KiB per lane to 1 GiB of memory, 1 to 32 passes, 1 to 16 lanes.
    ///
    /// Fewer than the default make each guess cheaper: with a passphrase that a person can remember, do not.
    pub const fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, KeyringError> {
        let fits = memory_kib <= MEMORY_KIB_MAX
            && passes >= 1
            && passes <= PASSES_MAX
            && lanes >= 1
            && lanes <= LANES_MAX
            && memory_kib >= lanes.saturating_mul(8);
        if fits { Ok(Self { memory_kib, passes, lanes }) } else { Err(KeyringError::Params) }
    }

    /// The least there is: 8 KiB, one pass. It protects nothing; it makes tests fast.
    pub const fn weak_for_tests() -> Self {
        Self { memory_kib: 8, passes: 1, lanes: 1 }
    }

    /// Argon2id, version 0x13, without secret or associated data.
    pub(super) fn root(self, passphrase: &Passphrase, salt: &[u8]) -> Result<Secret, KeyringError> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32));
        let argon =
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params.map_err(|_| KeyringError::Params)?);
        // The memory is ours so that it can be wiped: it is derived from the passphrase.
        let mut memory = vec![Block::default(); argon.params().block_count()];
        let mut root = Secret::zeroed();
        let words = passphrase.expose_secret().as_bytes();
        let hashed = argon.hash_password_into_with_memory(words, salt, root.as_mut(), &mut memory);
        memory.iter_mut().for_each(Zeroize::zeroize);
        hashed.map_err(|_| KeyringError::Params)?;
        Ok(root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_bounded() {
        for (memory, passes, lanes, fits) in [
            (8, 1, 1, true),
            (7, 1, 1, false),
            (16, 1, 2, true),
            (15, 1, 2, false),
            (MEMORY_KIB_MAX, 32, 16, true),
            (MEMORY_KIB_MAX + 1, 1, 1, false),
            (8, 0, 1, false),
            (8, 33, 1, false),
            (8, 1, 0, false),
            (1024, 1, 17, false),
        ] {
            assert_eq!(KeyringParams::new(memory, passes, lanes).is_ok(), fits, "{memory} {passes} {lanes}");
        }
        let default = KeyringParams::default();
        assert_eq!((default.memory_kib, default.passes, default.lanes), (65_536, 3, 1));
    }

    // From the tests of the reference implementation (argon2id, version 0x13).
    #[test]
    fn a_published_vector_holds() {
        let params = KeyringParams::new(256, 2, 1).unwrap();
        let root = params.root(&Passphrase::new("password"), b"somesalt").unwrap();
        assert_eq!(
            hex::encode(root.expose_secret()),
            "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"
        );
    }

    #[test]
    fn each_input_changes_the_root() {
        let root = |params: KeyringParams, words: &str, salt| {
            *params.root(&Passphrase::new(words), &[salt; 16]).unwrap().expose_secret()
        };
        let weak = KeyringParams::weak_for_tests();
        let base = root(weak, "words", 1);
        assert_eq!(base, root(weak, "words", 1));
        for other in [
            root(weak, "Words", 1),
            root(weak, "words", 2),
            root(KeyringParams::new(9, 1, 1).unwrap(), "words", 1),
            root(KeyringParams::new(8, 2, 1).unwrap(), "words", 1),
        ] {
            assert_ne!(base, other);
        }
    }
}
