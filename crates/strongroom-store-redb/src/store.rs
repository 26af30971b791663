//! The store: threads that wait share one transaction, and nothing is acknowledged before it is durable.

use crate::{
    Options,
    engine::{self, DATA, Failure, View, guarded},
    snapshot::Snapshot,
};
use redb::{Database, WriteTransaction};
use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};
use strongroom_store::{
    Batch, Capabilities, CommitError, Committed, Direction, Durability, KeyRange, Mark, Pair, Queue, Read,
    ReadError, Reserve, Slot, Space, Store, flat, judge,
};
use uuid::Uuid;

/// A [`Store`] on redb, in a folder of its own. Opened by [`RedbStore::open`].
///
/// Every commit is synced to the device before it is acknowledged, whichever durability was asked for; threads that
/// commit at the same time share one transaction of the engine and one sync. A read sees acknowledged commits, and none
/// that is under way.
pub struct RedbStore {
    db: Database,
    files: Files,
    opening: Uuid,
    options: Options,
    /// All data as of the last commit; nothing after a compaction that failed.
    latest: RwLock<Option<Arc<View>>>,
    queue: Queue<Batch, Answer>,
    /// How many commits there are. Changed by the leader of the queue alone.
    commits: AtomicU64,
    /// Why no more commits are taken.
    dead: OnceLock<String>,
}

/// What lies beside the engine's file; nothing where the engine has none.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) path: PathBuf,
    pub(crate) reserve: Option<Reserve>,
    pub(crate) mark: Option<Mark>,
}

type Answer = Result<Committed, CommitError>;

// A sync is `fdatasync`, `F_FULLFSYNC` or the like on every Unix. Elsewhere folders cannot be synced.
const REACHES: Durability = if cfg!(unix) { Durability::Power } else { Durability::Process };

/// How many bytes of batches go into one transaction: enough for many threads, and bounded in memory.
const GROUP_BYTES_MAX: usize = 4 << 20;

impl RedbStore {
    pub(crate) fn new(
        db: Database,
        files: Files,
        opening: Uuid,
        commits: u64,
        options: Options,
    ) -> Result<Self, Failure> {
        let latest = RwLock::new(Some(Arc::new(engine::view(&db)?)));
        let commits = AtomicU64::new(commits);
        let (queue, dead) = (Queue::default(), OnceLock::new());
        Ok(Self { db, files, opening, options, latest, queue, commits, dead })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.files.path
    }

    /// How many bytes the engine's file has. It grows in steps and shrinks by [`compact`](Self::compact) alone.
    pub fn size_bytes(&self) -> Result<u64, ReadError> {
        let file = fs::metadata(self.files.path.join(crate::open::FILE));
        file.map(|found| found.len()).map_err(|error| ReadError::Io(error.to_string()))
    }

    /// Makes the engine's file as small as it can be, and says whether it became smaller. Takes as long as rewriting it.
    ///
    /// # Errors
    ///
    /// Where the engine fails, the store takes no more commits: drop it and open it again.
    pub fn compact(&mut self) -> Result<bool, CommitError> {
        if let Some(reason) = self.dead.get() {
            return Err(CommitError::Fatal(reason.clone()));
        }
        // What somebody reads stays in place; so the view of the last commit is given up meanwhile.
        let latest = self.latest.get_mut().unwrap_or_else(PoisonError::into_inner);
        *latest = None;
        let db = &mut self.db;
        let compacted = guarded(|| Ok(db.compact()?)).and_then(|smaller| {
            *latest = Some(Arc::new(engine::view(db)?));
            Ok(smaller)
        });
        compacted.map_err(|failure| {
            let _first = self.dead.set(failure.to_string());
            CommitError::Fatal(failure.to_string())
        })
    }

    fn latest(&self) -> Result<Arc<View>, ReadError> {
        let latest = self.latest.read().unwrap_or_else(PoisonError::into_inner);
        latest.clone().ok_or_else(|| ReadError::Io("the store failed while it was made smaller".to_owned()))
    }

    /// Commits a group as its leader: one answer for each.
    fn apply(&self, group: &[Arc<Slot<Batch, Answer>>]) -> Vec<Answer> {
        if let Some(reason) = self.dead.get() {
            return group.iter().map(|_| Err(CommitError::Fatal(reason.clone()))).collect();
        }
        // On a failure every answer falls: a refusal may rest on a batch before it in the group.
        match self.write(group) {
            Ok(answers) => answers,
            Err(Stop::Clean(failure)) => {
                let reason = failure.to_string();
                let error = match failure {
                    _ if failure.is_full() => CommitError::Full,
                    // Panicked in the middle of a table: whether it would write the next one right, nobody knows.
                    Failure::Corrupt | Failure::Panic | Failure::Spent => {
                        let _first = self.dead.set(reason.clone());
                        CommitError::Fatal
                    }
                    _ => CommitError::Retryable,
                };
                group.iter().map(|_| Err(error(reason.clone()))).collect()
            }
            Err(Stop::Unknown(failure)) => {
                // The first reason is the one that explains the others.
                let _first = self.dead.set(failure.to_string());
                let unknown = || CommitError::Unknown { commit: None, reason: failure.to_string() };
                group.iter().map(|_| Err(unknown())).collect()
            }
        }
    }

    /// One transaction, judged batch by batch.
    fn write(&self, group: &[Arc<Slot<Batch, Answer>>]) -> Result<Vec<Answer>, Stop> {
        let mut answers = Vec::new();
        let transaction = self.begin().map_err(Stop::Clean)?;
        let wrote = {
            let mut table = guarded(|| Ok(transaction.open_table(DATA)?)).map_err(Stop::Clean)?;
            let mut wrote = false;
            for slot in group {
                let judged = judge(&slot.work, |space, key| engine::get(&table, space, key));
                match judged.map_err(Stop::Clean)? {
                    Err(refused) => answers.push(Err(refused)),
                    Ok(changes) => {
                        answers.push(Ok(Committed { durability: REACHES }));
                        wrote |= !changes.is_empty();
                        for change in changes {
                            let at = flat::encode(change.space, change.key);
                            engine::put(&mut table, &at, change.value).map_err(Stop::Clean)?;
                        }
                    }
                }
            }
            wrote
        };
        if !wrote {
            // Dropped: nothing is written for a group without changes.
            return Ok(answers);
        }
        let commits = self.commits.load(Ordering::SeqCst).saturating_add(1);
        engine::commit(transaction, commits).map_err(Stop::Unknown)?;
        // After the sync and before anybody hears of it.
        if let Some(mark) = &self.files.mark {
            mark.write(commits).map_err(|error| Stop::Unknown(error.into()))?;
        }
        self.commits.store(commits, Ordering::SeqCst);
        let view = engine::view(&self.db).map_err(Stop::Unknown)?;
        *self.latest.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(view));
        Ok(answers)
    }

    fn begin(&self) -> Result<WriteTransaction, Failure> {
        guarded(|| {
            let mut transaction = self.db.begin_write()?;
            transaction.set_quick_repair(self.options.quick_repair);
            Ok(transaction)
        })
    }
}

/// Why a transaction did not end well.
enum Stop {
    /// Before its commit: it was dropped, and nothing of it is there.
    Clean(Failure),
    /// In its commit.
    Unknown(Failure),
}

/// The longest head of the queue that makes one transaction.
fn head(waiting: &mut dyn Iterator<Item = &Batch>) -> usize {
    let mut bytes = 0_usize;
    let fits = |batch: &&Batch| {
        bytes = bytes.saturating_add(batch.bytes());
        bytes <= GROUP_BYTES_MAX
    };
    waiting.take_while(fits).count()
}

impl Read for RedbStore {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(engine::get(&*self.latest()?, space, key)?)
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError> {
        Ok(engine::scan(&*self.latest()?, space, range, direction, limit)?)
    }
}

impl Store for RedbStore {
    fn commit(&self, batch: &Batch, durability: Durability) -> Result<Committed, CommitError> {
        batch.check(self.opening)?;
        if durability > REACHES {
            return Err(CommitError::TooDurable { asked: durability, reaches: REACHES });
        }
        if let Some(reason) = self.dead.get() {
            return Err(CommitError::Fatal(reason.clone()));
        }
        if let Some(reserve) = &self.files.reserve {
            reserve.admit(batch.is_from_reserve()).map_err(CommitError::Full)?;
        }
        let lost = || Err(CommitError::Unknown { commit: None, reason: "the commit panicked".to_owned() });
        self.queue.submit(batch.clone(), head, |group| self.apply(group), lost)
    }

    fn sync(&self) -> Result<Durability, CommitError> {
        // Each commit was synced before it was acknowledged.
        match self.dead.get() {
            Some(reason) => Err(CommitError::Fatal(reason.clone())),
            None => Ok(REACHES),
        }
    }

    fn snapshot(&self) -> Result<Box<dyn Read + '_>, ReadError> {
        Ok(Box::new(Snapshot(self.latest()?)))
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { durability_max: REACHES, multi_writer: false, unbounded_snapshots: true }
    }
}

impl fmt::Debug for RedbStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbStore")
            .field("path", &self.files.path)
            .field("dead", &self.dead.get())
            .finish_non_exhaustive()
    }
}
