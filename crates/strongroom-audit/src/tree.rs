//! The Merkle tree over the leaves (RFC 6962, section 2.1), grown at its right edge and read back for proofs.

use crate::{
    hash::{node_hash, sha256},
    lookup::{LookupError, View},
};
use strongroom_types::Digest;

/// Every this many levels the hashes of complete subtrees are stored; those between are worked out from at most
/// eight stored ones. One row in sixteen entries, instead of one for each, and proofs stay logarithmic.
pub(crate) const LEVELS_PER_ROW: u8 = 4;

/// Whether the hashes of complete subtrees of this height are stored.
pub(crate) const fn is_stored(level: u8) -> bool {
    level > 0 && level.is_multiple_of(LEVELS_PER_ROW)
}

/// The right edge of the tree: the roots of its maximal complete subtrees, largest first.
///
/// INVARIANT: as many roots as `size` has one bits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Frontier {
    size: u64,
    roots: Vec<Digest>,
}

/// A subtree that became complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) level: u8,
    pub(crate) index: u64,
    pub(crate) hash: Digest,
}

impl Frontier {
    pub(crate) fn from_roots(size: u64, roots: Vec<Digest>) -> Option<Self> {
        (u32::try_from(roots.len()) == Ok(size.count_ones())).then_some(Self { size, roots })
    }

    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn roots(&self) -> &[Digest] {
        &self.roots
    }

    /// Adds a leaf, and tells of each larger subtree that it completes.
    pub(crate) fn push(&mut self, leaf: Digest, done: impl FnMut(Node)) {
        self.push_subtree(0, leaf, done);
    }

    /// Adds a complete subtree of this height; `size` must be a multiple of its leaves.
    pub(crate) fn push_subtree(&mut self, level: u8, hash: Digest, mut done: impl FnMut(Node)) {
        let mut node = Node { level, index: self.size.checked_shr(level.into()).unwrap_or(0), hash };
        debug_assert_eq!(node.index.checked_shl(level.into()), Some(self.size), "only where it is aligned");
        while node.index % 2 == 1 {
            let Some(left) = self.roots.pop() else { break };
            node = Node {
                level: node.level.saturating_add(1),
                index: node.index / 2,
                hash: node_hash(&left, &node.hash),
            };
            done(node);
        }
        self.roots.push(node.hash);
        self.size = self.size.saturating_add(1_u64.checked_shl(level.into()).unwrap_or(0));
    }

    /// The root of the tree; of the empty tree, SHA-256 of nothing.
    pub(crate) fn root(&self) -> Digest {
        let mut smallest_first = self.roots.iter().rev();
        let Some(last) = smallest_first.next() else { return sha256(&[]) };
        smallest_first.fold(*last, |right, left| node_hash(left, &right))
    }
}

/// The audit path of a leaf in the tree of `size` leaves (RFC 6962, section 2.1.1), nearest sibling first.
pub(crate) fn inclusion_path(view: View<'_>, index: u64, size: u64) -> Result<Vec<Digest>, LookupError> {
    let (mut start, mut rest, mut path) = (0_u64, size, Vec::new());
    while rest > 1 {
        let left = split(rest);
        let right = rest.saturating_sub(left);
        let middle = start.saturating_add(left);
        if index < middle {
            path.push(range_root(view, middle, right)?);
            rest = left;
        } else {
            path.push(range_root(view, start, left)?);
            (start, rest) = (middle, right);
        }
    }
    path.reverse();
    Ok(path)
}

/// That the tree of `new` leaves begins with the tree of `old` leaves (RFC 6962, section 2.1.2); 0 < old < new.
pub(crate) fn consistency_path(view: View<'_>, old: u64, new: u64) -> Result<Vec<Digest>, LookupError> {
    let (mut start, mut rest, mut path) = (0_u64, new, Vec::new());
    while start.saturating_add(rest) != old {
        let left = split(rest);
        let right = rest.saturating_sub(left);
        let middle = start.saturating_add(left);
        if old <= middle {
            path.push(range_root(view, middle, right)?);
            rest = left;
        } else {
            path.push(range_root(view, start, left)?);
            (start, rest) = (middle, right);
        }
    }
    // The whole of the old tree is known to whoever asks; a part of it is not.
    if start > 0 {
        path.push(range_root(view, start, rest)?);
    }
    path.reverse();
    Ok(path)
}

/// The largest power of two below `size`, which is at least 2.
const fn split(size: u64) -> u64 {
    match size.saturating_sub(1).checked_ilog2() {
        Some(level) => 1 << level,
        None => 1,
    }
}

fn range_root(view: View<'_>, start: u64, size: u64) -> Result<Digest, LookupError> {
    if size.is_power_of_two() {
        let level = size.trailing_zeros();
        return node(view, u8::try_from(level).unwrap_or(u8::MAX), start.checked_shr(level).unwrap_or(0));
    }
    let left = split(size);
    let right = range_root(view, start.saturating_add(left), size.saturating_sub(left))?;
    Ok(node_hash(&range_root(view, start, left)?, &right))
}

fn node(view: View<'_>, level: u8, index: u64) -> Result<Digest, LookupError> {
    if is_stored(level) {
        return view.node(level, index);
    }
    let Some(below) = level.checked_sub(1) else { return view.leaf_hash(index) };
    let left = index.saturating_mul(2);
    Ok(node_hash(&node(view, below, left)?, &node(view, below, left.saturating_add(1))?))
}
