//! The three hashes of the log, each under its own leading byte so that none can pass for another.

use ring::digest::{Context, SHA256};
use strongroom_types::Digest;

/// SHA-256 of bytes (FIPS 180-4).
pub fn sha256(bytes: &[u8]) -> Digest {
    hash(&[bytes])
}

/// The hash of a leaf: SHA-256(0x00 || leaf) (RFC 6962, section 2.1).
pub fn leaf_hash(leaf: &[u8]) -> Digest {
    hash(&[&[0x00], leaf])
}

/// The hash of an inner node: SHA-256(0x01 || left || right) (RFC 6962, section 2.1).
pub(crate) fn node_hash(left: &Digest, right: &Digest) -> Digest {
    hash(&[&[0x01], left.as_bytes(), right.as_bytes()])
}

/// The running chain value: SHA-256(0x02 || previous || leaf hash); 32 zero bytes stand before the first.
pub(crate) fn chain_hash(previous: &Digest, leaf: &Digest) -> Digest {
    hash(&[&[0x02], previous.as_bytes(), leaf.as_bytes()])
}

/// The chain value before the first entry.
pub(crate) const CHAIN_START: Digest = Digest::from_bytes([0; 32]);

fn hash(parts: &[&[u8]]) -> Digest {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut bytes = [0; 32];
    for (byte, hashed) in bytes.iter_mut().zip(context.finish().as_ref()) {
        *byte = *hashed;
    }
    Digest::from_bytes(bytes)
}
