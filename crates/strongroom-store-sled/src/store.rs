//! The store: one writer at a time, and no acknowledgement before the log file is synced.

use crate::{
    Options,
    engine::{Changes, Engine, Failure},
    images::Images,
    snapshot::Snapshot,
};
use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::{
        Condvar, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use strongroom_store::{
    Batch, Capabilities, Change, CommitError, Committed, Direction, Durability, KeyRange, Mark, Pair, Read,
    ReadError, Reserve, SCAN_LIMIT_MAX, Space, Store, flat, judge,
};
use uuid::Uuid;

/// A [`Store`] on sled, in a folder of its own. Opened by [`SledStore::open`].
///
/// Every commit is flushed and synced to the device before it is acknowledged, whichever durability was asked for;
/// threads that commit at the same time share one sync. A read may see a commit that is applied and not yet
/// acknowledged; whatever is committed after that read is durable no earlier than what it saw.
pub struct SledStore {
    engine: Engine,
    reserve: Reserve,
    mark: Mark,
    path: PathBuf,
    opening: Uuid,
    /// The number of commits applied since the store was made. Changed under `writer` alone.
    applied: AtomicU64,
    /// Held from the check of the preconditions until the batch is applied.
    writer: Mutex<()>,
    synced: Mutex<Synced>,
    /// Told at the end of each sync.
    sync_ended: Condvar,
    pub(crate) images: Mutex<Images>,
    /// Why no more commits are taken.
    dead: OnceLock<String>,
}

// A sync is `F_FULLFSYNC`, `fsync` or the like on every Unix. Elsewhere folders cannot be synced this way.
const REACHES: Durability = if cfg!(unix) { Durability::Power } else { Durability::Process };

/// How far the log file is synced.
struct Synced {
    /// So many commits are.
    commits: u64,
    /// A thread is at it: one at a time, so that none overtakes another.
    is_under_way: bool,
}

/// What opening found.
pub(crate) struct Parts {
    pub(crate) engine: Engine,
    pub(crate) reserve: Reserve,
    pub(crate) mark: Mark,
    /// How many commits there are.
    pub(crate) commits: u64,
}

impl SledStore {
    pub(crate) fn new(path: &Path, opening: Uuid, parts: Parts, options: Options) -> Self {
        let Parts { engine, reserve, mark, commits } = parts;
        Self {
            engine,
            reserve,
            mark,
            path: path.to_owned(),
            opening,
            applied: AtomicU64::new(commits),
            writer: Mutex::default(),
            synced: Mutex::new(Synced { commits, is_under_way: false }),
            sync_ended: Condvar::new(),
            images: Mutex::new(Images::new(options.before_image_bytes)),
            dead: OnceLock::new(),
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes the files in the folder have. The engine gives space back in pieces of 16 MiB.
    pub fn size_bytes(&self) -> Result<u64, ReadError> {
        folder_bytes(&self.path).map_err(|error| ReadError::Io(error.to_string()))
    }

    fn get_now(&self, at: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        self.engine.get(at).map(|found| found.map(|value| value.to_vec()))
    }

    /// Checks and applies a batch under the writer's lock. Returns the number that a sync must reach.
    fn apply(&self, batch: &Batch) -> Result<u64, CommitError> {
        if let Some(reason) = self.dead.get() {
            return Err(CommitError::Fatal(reason.clone()));
        }
        let judged = judge(batch, |space, key| self.get_now(&flat::encode(space, key)));
        let judged = judged.map_err(|failure| self.unread(&failure))??;
        let encoded =
            |change: Change<'_>| (flat::encode(change.space, change.key), change.value.map(<[u8]>::to_vec));
        let changes: Changes = judged.into_iter().map(encoded).collect();
        let before = self.applied.load(Ordering::SeqCst);
        if changes.is_empty() {
            return Ok(before);
        }
        // Once it is known that something will be written.
        self.reserve.admit(batch.is_from_reserve()).map_err(CommitError::Full)?;
        let version = before.saturating_add(1);
        self.record_images(&changes, version).map_err(|failure| self.unread(&failure))?;
        self.engine.apply(&changes, version).map_err(|failure| self.die(&failure))?;
        self.applied.store(version, Ordering::SeqCst);
        Ok(version)
    }

    // Ahead of the write: see `Snapshot`. An image too many, where the write then fails, says what is still true.
    fn record_images(&self, changes: &Changes, version: u64) -> Result<(), Failure> {
        for at in changes.keys() {
            if lock(&self.images).needs(at) {
                let before = self.get_now(at)?;
                lock(&self.images).record(at.clone(), version, before);
            }
        }
        Ok(())
    }

    /// Waits until this many commits are synced, syncing them where nobody else does. Whoever was covered by a sync
    /// goes on at its end, and does not wait for the next one.
    fn sync_to(&self, version: u64) -> Result<(), CommitError> {
        let mut synced = lock(&self.synced);
        loop {
            if synced.commits >= version {
                return Ok(());
            }
            // A sync that failed once must not be tried again: the system may have dropped the pages it could not write,
            // and the second sync would succeed without them.
            if let Some(reason) = self.dead.get() {
                return Err(CommitError::Unknown { commit: None, reason: reason.clone() });
            }
            if !synced.is_under_way {
                break;
            }
            synced = self.sync_ended.wait(synced).unwrap_or_else(PoisonError::into_inner);
        }
        synced.is_under_way = true;
        drop(synced);
        let covered = self.applied.load(Ordering::SeqCst);
        let done = self.engine.sync().and_then(|()| {
            // After the sync and before anybody hears of it.
            self.mark.write(covered).map_err(Failure::Sync)
        });
        let done = done.map_err(|failure| self.die(&failure));
        let mut synced = lock(&self.synced);
        synced.is_under_way = false;
        if done.is_ok() {
            synced.commits = covered;
        }
        drop(synced);
        self.sync_ended.notify_all();
        done
    }

    /// A failure after which nobody knows what was applied.
    fn die(&self, failure: &Failure) -> CommitError {
        let reason = failure.to_string();
        // The first reason is the one that explains the others.
        let _first = self.dead.set(reason.clone());
        CommitError::Unknown { commit: None, reason }
    }

    /// A failed read before anything was applied.
    fn unread(&self, failure: &Failure) -> CommitError {
        let reason = failure.to_string();
        match failure {
            Failure::Engine(sled::Error::Io(_)) | Failure::Sync(_) => CommitError::Retryable(reason),
            Failure::Engine(_) | Failure::Panic => {
                let _first = self.dead.set(reason.clone());
                CommitError::Fatal(reason)
            }
        }
    }

    fn read_failed(&self, failure: Failure) -> ReadError {
        if matches!(failure, Failure::Panic) {
            let _first = self.dead.set(failure.to_string());
        }
        failure.into()
    }
}

impl Read for SledStore {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        self.get_now(&flat::encode(space, key)).map_err(|failure| self.read_failed(failure))
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError> {
        self.engine
            .scan(space, range, direction, limit.min(SCAN_LIMIT_MAX))
            .map_err(|failure| self.read_failed(failure))
    }
}

impl Store for SledStore {
    fn commit(&self, batch: &Batch, durability: Durability) -> Result<Committed, CommitError> {
        batch.check(self.opening)?;
        if durability > REACHES {
            return Err(CommitError::TooDurable { asked: durability, reaches: REACHES });
        }
        let writer = lock(&self.writer);
        // INVARIANT: pinned from before the batch is applied until it is synced. The engine overwrites a segment of
        // its log once what replaced the segment's pages was written out, which is not yet a sync. Of a batch it
        // counts nothing as written out before all of it is, so a lone commit is safe. But here the next batch may be
        // applied while this one is being synced, and must not overwrite what this one replaced. The engine takes
        // note of what was written out in tasks that wait for every thread that was pinned when they were made.
        let pin = sled::pin();
        let applied = self.apply(batch)?;
        drop(writer);
        self.sync_to(applied)?;
        drop(pin);
        Ok(Committed { durability: REACHES })
    }

    fn sync(&self) -> Result<Durability, CommitError> {
        if let Some(reason) = self.dead.get() {
            return Err(CommitError::Fatal(reason.clone()));
        }
        self.sync_to(self.applied.load(Ordering::SeqCst))?;
        Ok(REACHES)
    }

    fn snapshot(&self) -> Result<Box<dyn Read + '_>, ReadError> {
        // No batch is half applied while the writer's lock is held.
        let writer = lock(&self.writer);
        let id = lock(&self.images).begin(self.applied.load(Ordering::SeqCst));
        drop(writer);
        Ok(Box::new(Snapshot::new(self, id)))
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { durability_max: REACHES, multi_writer: false, unbounded_snapshots: false }
    }
}

impl fmt::Debug for SledStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SledStore")
            .field("path", &self.path)
            .field("dead", &self.dead.get())
            .finish_non_exhaustive()
    }
}

// What these locks protect is changed in single steps, so a panic under one leaves it whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn folder_bytes(path: &Path) -> std::io::Result<u64> {
    let mut bytes = 0u64;
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let found = match entry.metadata() {
            Ok(found) => found,
            // The engine removes files of its own at any time.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let more = if found.is_dir() { folder_bytes(&entry.path())? } else { found.len() };
        bytes = bytes.saturating_add(more);
    }
    Ok(bytes)
}
