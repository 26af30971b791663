//! The engine behind a door: its panics become errors, and its log file is truly synced.

use sled::{Batch, IVec, Tree};
use std::{
    collections::BTreeMap,
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
};
use strongroom_store::{Direction, KeyRange, Pair, ReadError, Space, flat};

/// The tree and the file behind it.
pub(crate) struct Engine {
    // Dropped in this order: the tree and the database flush, then the sync handle goes, and the lock last.
    tree: Tree,
    /// One row: how many commits were applied.
    counter: Tree,
    _db: sled::Db,
    log: File,
    _lock: File,
}

const COUNT: &[u8] = b"commits";

/// What becomes of each encoded key: a value, or nothing.
pub(crate) type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// What the engine could not do.
#[derive(Debug)]
pub(crate) enum Failure {
    Engine(sled::Error),
    Panic,
    Sync(std::io::Error),
}

impl Engine {
    pub(crate) const fn new(db: sled::Db, tree: Tree, counter: Tree, log: File, lock: File) -> Self {
        Self { tree, counter, _db: db, log, _lock: lock }
    }

    /// How many commits the engine has.
    pub(crate) fn commits(&self) -> Result<u64, Failure> {
        let Some(count) = guarded(|| self.counter.get(COUNT))? else { return Ok(0) };
        let count = count.as_ref().try_into().map(u64::from_le_bytes);
        count.map_err(|_| Failure::Engine(sled::Error::Corruption { at: None, bt: () }))
    }

    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<IVec>, Failure> {
        guarded(|| self.tree.get(key))
    }

    pub(crate) fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, Failure> {
        if range.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        let (start, end) = flat::bounds(space, range);
        guarded(|| {
            let pair = |found: sled::Result<(IVec, IVec)>| {
                found.map(|(at, value)| (flat::decode(&at), value.to_vec()))
            };
            let pairs = self.tree.range(start..end);
            match direction {
                Direction::Forward => pairs.take(limit).map(pair).collect(),
                Direction::Backward => pairs.rev().take(limit).map(pair).collect(),
            }
        })
    }

    /// Applies changes in memory and in the engine's write buffer, as the commit of this number. After a failure, what is
    /// applied is not known.
    pub(crate) fn apply(&self, changes: &Changes, number: u64) -> Result<(), Failure> {
        guarded(|| {
            let mut batch = Batch::default();
            for (at, value) in changes {
                match value {
                    Some(value) => batch.insert(at.as_slice(), value.as_slice()),
                    None => batch.remove(at.as_slice()),
                }
            }
            self.tree.apply_batch(batch)?;
            // Not in the batch: a row beside the data would drag the leaf it lies in into every commit. A crash between
            // the two leaves a commit that nobody acknowledged and that is not counted, which no mark is ahead of.
            self.counter.insert(COUNT, &number.to_le_bytes())?;
            // The engine leaves splits and merges of nodes to whoever passes by next. Passing by now makes them part
            // of this commit, so that readers have no reason to write to the log between commits.
            changes.keys().try_for_each(|at| self.tree.get(at).map(drop))
        })
    }

    /// Writes everything applied so far to the log file, and the file to the device.
    pub(crate) fn sync(&self) -> Result<(), Failure> {
        // Past `flush` every byte was given to the operating system, which a dead process cannot take back; the
        // engine also started the write-out (`sync_file_range`), but flushed neither the device's cache nor the
        // metadata that leads to the bytes. That is what `sync_data` is for.
        guarded(|| self.tree.flush())?;
        self.log.sync_data().map_err(Failure::Sync)
    }
}

/// Runs a call of the engine; a panic in it becomes a failure.
///
/// Sound: the engine's own unsafe code does not rely on unwinding being impossible, its locks do not poison, and what
/// the closure borrows of ours is not changed by it. What a panic may leave behind is a logically torn engine, which is
/// why every `Panic` ends the handle's commits.
pub(crate) fn guarded<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, Failure> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(answer) => answer.map_err(Failure::Engine),
        Err(_) => Err(Failure::Panic),
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Engine(sled::Error::Io(error)) => write!(f, "{error}"),
            Self::Engine(sled::Error::Corruption { .. }) => {
                f.write_str("something in it is not what was written")
            }
            Self::Engine(error) => write!(f, "{error}"),
            Self::Panic => f.write_str("the engine panicked"),
            Self::Sync(error) => write!(f, "the log file could not be synced: {error}"),
        }
    }
}

impl From<Failure> for ReadError {
    fn from(failure: Failure) -> Self {
        let text = failure.to_string();
        match failure {
            Failure::Engine(sled::Error::Corruption { .. }) | Failure::Panic => Self::Damaged(text),
            Failure::Engine(_) | Failure::Sync(_) => Self::Io(text),
        }
    }
}
