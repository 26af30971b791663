//! Chain and tree, worked out anew leaf by leaf and held against what is stored.

use crate::{
    LookupError, Reason, Report,
    hash::{CHAIN_START, chain_hash, node_hash},
    lookup::View,
    tree::{Frontier, LEVELS_PER_ROW, is_stored},
};
use std::mem;
use strongroom_types::Digest;

const BLOCK: usize = 1 << LEVELS_PER_ROW;

/// The chain. Where a value does not fit, the next one tells whether it or its leaf was changed.
pub(crate) struct Chain {
    /// The value before the next entry; unknown after a gap.
    previous: Option<Digest>,
    /// An entry that did not fit, and the value that its leaf leads to.
    doubt: Option<(u64, Digest)>,
}

impl Chain {
    pub(crate) const fn start() -> Self {
        Self { previous: Some(CHAIN_START), doubt: None }
    }

    /// Takes an entry; says whether it fits.
    pub(crate) fn push(&mut self, index: u64, leaf: &Digest, stored: Digest, report: &mut Report) -> bool {
        let Some(previous) = self.previous.replace(stored) else { return true };
        if chain_hash(&previous, leaf) == stored {
            self.settle(false, report);
            return true;
        }
        if let Some((_, worked_out)) = self.doubt
            && chain_hash(&worked_out, leaf) == stored
        {
            self.settle(true, report);
            return true;
        }
        self.settle(false, report);
        self.doubt = Some((index, chain_hash(&previous, leaf)));
        false
    }

    pub(crate) fn gap(&mut self, report: &mut Report) {
        self.settle(false, report);
        self.previous = None;
    }

    /// Takes the head's value; says whether it fits.
    pub(crate) fn finish(&mut self, head: &Digest, report: &mut Report) -> bool {
        let leaf_is_whole = self.doubt.is_some_and(|(_, worked_out)| worked_out == *head);
        self.settle(leaf_is_whole, report);
        leaf_is_whole || self.previous.is_none_or(|previous| previous == *head)
    }

    fn settle(&mut self, leaf_is_whole: bool, report: &mut Report) {
        if let Some((index, _)) = self.doubt.take() {
            report.add(index, if leaf_is_whole { Reason::ChainValue } else { Reason::EntryAltered });
        }
    }
}

/// The tree. Where a leaf is damaged, the stored hash of its block of sixteen stands in for it, so that what comes
/// after can still be held against signed roots.
pub(crate) struct Tree<'a> {
    view: View<'a>,
    upper: Frontier,
    block: Vec<Digest>,
    /// A leaf of the block is missing or in doubt.
    block_in_doubt: bool,
    /// A whole block is lost: no root from here on.
    lost: bool,
}

impl<'a> Tree<'a> {
    pub(crate) fn new(view: View<'a>) -> Self {
        Self { view, upper: Frontier::default(), block: Vec::new(), block_in_doubt: false, lost: false }
    }

    pub(crate) fn size(&self) -> u64 {
        self.upper.size().saturating_add(u64::try_from(self.block.len()).unwrap_or(0))
    }

    /// The right edge, and whether damage leaves it in doubt.
    pub(crate) fn edge(&self) -> (Frontier, bool) {
        let mut edge = self.upper.clone();
        for leaf in &self.block {
            edge.push(*leaf, |_| ());
        }
        (edge, self.lost || self.block_in_doubt)
    }

    pub(crate) fn push(&mut self, leaf: Digest, whole: bool, report: &mut Report) -> Result<(), LookupError> {
        self.block.push(leaf);
        self.block_in_doubt |= !whole;
        if self.block.len() == BLOCK { self.close_block(report) } else { Ok(()) }
    }

    fn close_block(&mut self, report: &mut Report) -> Result<(), LookupError> {
        let first = self.upper.size();
        let mut level = mem::take(&mut self.block);
        while level.len() > 1 {
            level = level
                .as_chunks()
                .0
                .iter()
                .map(|[left, right]: &[Digest; 2]| node_hash(left, right))
                .collect();
        }
        let Some(mut hash) = level.pop() else { return Ok(()) };
        let stored = self.stored(LEVELS_PER_ROW, first >> LEVELS_PER_ROW)?;
        match (mem::take(&mut self.block_in_doubt), stored) {
            (true, Some(stored)) => hash = stored,
            (true, None) => self.lost = true,
            (false, stored) => compare(hash, stored, LEVELS_PER_ROW, first, report),
        }
        let mut done = Vec::new();
        self.upper.push_subtree(LEVELS_PER_ROW, hash, |node| done.push(node));
        for node in done.into_iter().filter(|node| is_stored(node.level) && !self.lost) {
            let first = node.index.checked_shl(node.level.into()).unwrap_or(0);
            compare(node.hash, self.stored(node.level, node.index)?, node.level, first, report);
        }
        Ok(())
    }

    fn stored(&self, level: u8, index: u64) -> Result<Option<Digest>, LookupError> {
        match self.view.node(level, index) {
            Ok(hash) => Ok(Some(hash)),
            Err(LookupError::Missing { .. }) => Ok(None),
            // Of another length, so of another value than any hash that was written.
            Err(LookupError::Damaged { .. }) => Ok(Some(CHAIN_START)),
            Err(error) => Err(error),
        }
    }
}

fn compare(worked_out: Digest, stored: Option<Digest>, level: u8, first: u64, report: &mut Report) {
    match stored {
        None => report.add(first, Reason::NodeMissing(level)),
        Some(stored) if stored != worked_out => report.add(first, Reason::Node(level)),
        Some(_) => {}
    }
}
