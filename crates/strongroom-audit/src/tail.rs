//! The end of the log, looked at when it opens.

use crate::{
    LookupError, OpenError,
    hash::{CHAIN_START, chain_hash, leaf_hash},
    head::Head,
    lookup::{View, split_entry},
};
use strongroom_types::Digest;

/// How many entries at the end are held against the chain when a log opens: some milliseconds' worth, and more than
/// an engine loses that comes back without its last writes, or with a hole in them.
const TAIL_ENTRIES: u64 = 1024;

/// A look at the end of the log; `verify` looks at all of it.
pub(crate) fn check_tail(view: View<'_>, head: &Head) -> Result<(), OpenError> {
    let size = head.size();
    let refused = |what| Err(OpenError::Inconsistent { what, size });
    if view.entry(size)?.is_some() {
        return refused("there is an entry past the end");
    }
    let mut chain = match first_of_tail(size).checked_sub(1) {
        None => CHAIN_START,
        Some(before) => match view.entry(before)? {
            Some((chain, _)) => chain,
            None => return refused("an entry near the end is missing"),
        },
    };
    let mut fits = true;
    let walked = walk(view, size, |_, stored, leaf| {
        chain = chain_hash(&chain, &leaf_hash(leaf));
        fits &= chain == stored;
        Ok(())
    });
    match walked {
        Err(LookupError::Missing { .. }) => return refused("an entry near the end is missing"),
        Err(error) => return Err(error.into()),
        Ok(()) => {}
    }
    if !fits || chain != head.chain {
        return refused("an entry near the end is not the one that was written");
    }
    if let Some(last) = head.checkpoints.checked_sub(1)
        && view.checkpoint(last)?.is_none()
    {
        return refused("the last checkpoint is missing");
    }
    if view.checkpoint(head.checkpoints)?.is_some() {
        return refused("there is a checkpoint past the end");
    }
    Ok(())
}

const fn first_of_tail(size: u64) -> u64 {
    size.saturating_sub(TAIL_ENTRIES)
}

/// Every entry of the tail in order, without a gap: its index, its chain value, its leaf.
fn walk(
    view: View<'_>,
    size: u64,
    mut visit: impl FnMut(u64, Digest, &[u8]) -> Result<(), LookupError>,
) -> Result<(), LookupError> {
    let mut next = first_of_tail(size);
    view.entry_rows(next, |index, row| {
        if next >= size {
            return Ok(false);
        }
        if index != next {
            return Err(LookupError::Missing { what: "entry", index: next });
        }
        let (chain, leaf) = split_entry(row).ok_or(LookupError::Damaged { what: "entry", index })?;
        visit(index, chain, leaf)?;
        next = next.saturating_add(1);
        Ok(true)
    })?;
    if next < size { Err(LookupError::Missing { what: "entry", index: next }) } else { Ok(()) }
}
