//! Moving what one store holds into another, of whichever kind.

use crate::{
    BATCH_BYTES_MAX, BATCH_OPS_MAX, Batch, CommitError, Direction, Durability, KeyRange, Pair, Read,
    ReadError, Space, Store, StoreExt as _,
};

/// How far a copy is. Answered after each page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CopyProgress {
    /// In which space.
    pub space: Space,
    /// Pairs so far, in all spaces.
    pub pairs: u64,
    /// Bytes of keys and values so far, in all spaces.
    pub bytes: u64,
    /// Whether these were compared, and no longer copied.
    pub comparing: bool,
}

/// Why a copy stopped. What was copied stays, and the same call goes on after it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CopyError {
    /// The target holds something that this copy did not put there. Copy into an empty store.
    #[error("the target is not empty and holds no unfinished copy of this source")]
    NotEmpty,
    /// Source and target differ after the copy: something was written to one of them meanwhile. Empty the target and
    /// begin again.
    #[error(
        "space `{space}` differs in source and target after {pairs} equal pairs: something was written meanwhile"
    )]
    Differs {
        /// Where.
        space: &'static str,
        /// How many pairs before were equal.
        pairs: u64,
    },
    /// The source, or the target, could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The target did not take a page.
    #[error("the target: {0}")]
    Commit(#[from] CommitError),
}

/// Marks a target as an unfinished copy. No store of ours uses this id.
const MARK: Space = Space::mutable(255, "copy");
const MARK_KEY: &[u8] = b"unfinished";
/// Pairs that one scan asks for; their values may be 128 KiB each.
const PAGE_PAIRS: usize = 256;

/// Copies all pairs of these spaces from a view of one store into another store, then compares both pair by pair.
///
/// - **Resumable**: run again with the same arguments, it goes on after the last key that arrived in each space. `label`
///   says what is copied, such as the tenant and the log's name; a target that is an unfinished copy of something else
///   is refused. A target that is equal already is a finished copy.
/// - **Durability**: each page is committed at `durability`; the mark of an unfinished copy goes with the last commit,
///   after the comparison, so a target without it is complete.
/// - **Order**: append-only spaces stay append-only on the way: nothing that arrived is written again.
///
/// Memory is bounded by one page. `progress` may answer `false` to stop; the answer is then `Ok(None)`.
///
/// # Errors
///
/// [`CopyError`]; nothing in the source is ever changed.
pub fn copy(
    source: &dyn Read,
    target: &dyn Store,
    spaces: &[Space],
    label: &[u8],
    durability: Durability,
    progress: &mut dyn FnMut(CopyProgress) -> bool,
) -> Result<Option<CopyProgress>, CopyError> {
    if !begin(target, spaces, label, durability)? {
        return compare(source, target, spaces, progress).map_err(|error| match error {
            CopyError::Differs { .. } => CopyError::NotEmpty,
            other => other,
        });
    }
    let mut done = CopyProgress { space: MARK, pairs: 0, bytes: 0, comparing: false };
    for space in spaces {
        done.space = *space;
        let mut range = KeyRange::all();
        if let Some((last, _)) = target.scan(*space, &range, Direction::Backward, 1)?.first() {
            range = range.after(last, Direction::Forward);
        }
        loop {
            let page = source.scan(*space, &range, Direction::Forward, PAGE_PAIRS)?;
            let Some((last, _)) = page.last() else { break };
            range = range.after(last, Direction::Forward);
            let is_last = page.len() < PAGE_PAIRS;
            done = put(target, *space, page, durability, done)?;
            if !progress(done) {
                return Ok(None);
            }
            if is_last {
                break;
            }
        }
    }
    let Some(compared) = compare(source, target, spaces, progress)? else { return Ok(None) };
    target.commit_settled(&Batch::new().delete(MARK, MARK_KEY), durability)?;
    Ok(Some(compared))
}

/// Whether the target is ours to copy into: empty, or an unfinished copy. Otherwise it holds something.
fn begin(
    target: &dyn Store,
    spaces: &[Space],
    label: &[u8],
    durability: Durability,
) -> Result<bool, CopyError> {
    match target.get(MARK, MARK_KEY)? {
        Some(found) if found == label => return Ok(true),
        Some(_) => return Err(CopyError::NotEmpty),
        None => {}
    }
    for space in spaces {
        if !target.scan(*space, &KeyRange::all(), Direction::Forward, 1)?.is_empty() {
            return Ok(false);
        }
    }
    let mark = Batch::new().require_absent(MARK, MARK_KEY).put(MARK, MARK_KEY, label);
    match target.commit_settled(&mark, durability) {
        // Somebody else copies into the same store.
        Err(CommitError::Conflict(_)) => Err(CopyError::NotEmpty),
        answer => answer.map(|_| true).map_err(CopyError::from),
    }
}

/// Puts a page in as many batches as it needs.
fn put(
    target: &dyn Store,
    space: Space,
    page: Vec<Pair>,
    durability: Durability,
    mut done: CopyProgress,
) -> Result<CopyProgress, CopyError> {
    let (mut batch, mut bytes) = (Batch::new(), 0_usize);
    for (key, value) in page {
        let more = key.len().saturating_add(value.len());
        if bytes.saturating_add(more) > BATCH_BYTES_MAX || batch.ops().len() >= BATCH_OPS_MAX {
            target.commit_settled(&std::mem::take(&mut batch), durability)?;
            bytes = 0;
        }
        bytes = bytes.saturating_add(more);
        done.pairs = done.pairs.saturating_add(1);
        done.bytes = done.bytes.saturating_add(u64::try_from(more).unwrap_or(u64::MAX));
        batch = batch.put(space, key, value);
    }
    target.commit_settled(&batch, durability)?;
    Ok(done)
}

/// Walks both in step. An answer of `None`: it was stopped.
fn compare(
    source: &dyn Read,
    target: &dyn Store,
    spaces: &[Space],
    progress: &mut dyn FnMut(CopyProgress) -> bool,
) -> Result<Option<CopyProgress>, CopyError> {
    let mut done = CopyProgress { space: MARK, pairs: 0, bytes: 0, comparing: true };
    for space in spaces {
        done.space = *space;
        let mut range = KeyRange::all();
        loop {
            let here = source.scan(*space, &range, Direction::Forward, PAGE_PAIRS)?;
            let there = target.scan(*space, &range, Direction::Forward, PAGE_PAIRS)?;
            let equal = here.iter().zip(&there).take_while(|(one, other)| one == other).count();
            done.pairs = done.pairs.saturating_add(u64::try_from(equal).unwrap_or(u64::MAX));
            if equal < here.len().max(there.len()) {
                return Err(CopyError::Differs { space: space.name(), pairs: done.pairs });
            }
            let bytes = here.iter().map(|(key, value)| key.len().saturating_add(value.len()));
            let bytes = bytes.fold(0, usize::saturating_add);
            done.bytes = done.bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
            if !progress(done) {
                return Ok(None);
            }
            match here.last() {
                Some((last, _)) if here.len() >= PAGE_PAIRS => range = range.after(last, Direction::Forward),
                _ => break,
            }
        }
    }
    Ok(Some(done))
}
