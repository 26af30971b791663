//! Proofs: that an entry is in the log, that one log extends another.

use crate::hash::node_hash;
use serde::{Deserialize, Serialize};
use strongroom_types::Digest;

/// That a leaf stands at an index of the tree of a size: the hashes of its siblings, nearest first
/// (RFC 6962, section 2.1.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InclusionProof {
    /// Where the leaf stands, from 0.
    pub index: u64,
    /// How many leaves the tree has.
    pub size: u64,
    /// The siblings.
    pub path: Vec<Digest>,
}

/// That the tree of the old size is the beginning of the tree of the new one (RFC 6962, section 2.1.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsistencyProof {
    /// How many leaves the older tree has.
    pub old: u64,
    /// How many leaves the newer tree has.
    pub new: u64,
    /// The hashes that rebuild both roots.
    pub path: Vec<Digest>,
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The hashes lead to another root.
    #[error("the proof leads to another root")]
    OtherRoot,
    /// The numbers or the length of the path fit no tree.
    #[error("the proof does not have the shape of one for these sizes")]
    Shape,
}

/// Checks that a leaf of this hash is in the tree of this root (RFC 9162, section 2.1.3.2).
pub fn verify_inclusion(leaf: &Digest, proof: &InclusionProof, root: &Digest) -> Result<(), ProofError> {
    if proof.index >= proof.size {
        return Err(ProofError::Shape);
    }
    let mut walk = Walk { node: proof.index, last: proof.size.saturating_sub(1) };
    let mut hash = *leaf;
    for sibling in &proof.path {
        hash = if walk.sibling_is_left()? { node_hash(sibling, &hash) } else { node_hash(&hash, sibling) };
    }
    walk.is_at_root(&[(&hash, root)])
}

/// Checks that the tree of the new root begins with the tree of the old root (RFC 9162, section 2.1.4.2).
///
/// A tree extends itself, by an empty path. Every tree extends the empty one, so a proof of that proves nothing and is
/// refused.
pub fn verify_consistency(
    old_root: &Digest,
    new_root: &Digest,
    proof: &ConsistencyProof,
) -> Result<(), ProofError> {
    if proof.old == 0 || proof.old > proof.new {
        return Err(ProofError::Shape);
    }
    if proof.old == proof.new {
        return match (proof.path.is_empty(), old_root == new_root) {
            (true, true) => Ok(()),
            (true, false) => Err(ProofError::OtherRoot),
            (false, _) => Err(ProofError::Shape),
        };
    }
    let mut path = proof.path.iter();
    let mut walk = Walk { node: proof.old.saturating_sub(1), last: proof.new.saturating_sub(1) };
    while walk.node % 2 == 1 {
        walk.up();
    }
    // Where the old tree is one complete subtree, its root is where both walks begin, and the path leaves it out.
    let first = if proof.old.is_power_of_two() { old_root } else { path.next().ok_or(ProofError::Shape)? };
    if path.len() == 0 {
        return Err(ProofError::Shape);
    }
    let (mut old_hash, mut new_hash) = (*first, *first);
    for hash in path {
        if walk.sibling_is_left()? {
            old_hash = node_hash(hash, &old_hash);
            new_hash = node_hash(hash, &new_hash);
        } else {
            new_hash = node_hash(&new_hash, hash);
        }
    }
    walk.is_at_root(&[(&old_hash, old_root), (&new_hash, new_root)])
}

/// A walk from a node towards the root, beside the last node of its level.
struct Walk {
    node: u64,
    last: u64,
}

impl Walk {
    const fn up(&mut self) {
        self.node /= 2;
        self.last /= 2;
    }

    /// Takes one step, and says whether the sibling on the way stood to the left.
    fn sibling_is_left(&mut self) -> Result<bool, ProofError> {
        if self.last == 0 {
            return Err(ProofError::Shape);
        }
        let left = self.node % 2 == 1 || self.node == self.last;
        if left {
            // The last node of an uneven level has no sibling there: it rises until it has one.
            while self.node.is_multiple_of(2) && self.node != 0 {
                self.up();
            }
        }
        self.up();
        Ok(left)
    }

    fn is_at_root(&self, pairs: &[(&Digest, &Digest)]) -> Result<(), ProofError> {
        if self.last != 0 {
            return Err(ProofError::Shape);
        }
        if pairs.iter().all(|(worked_out, given)| worked_out == given) {
            return Ok(());
        }
        Err(ProofError::OtherRoot)
    }
}
