//! The store: a queue before a transaction, and an answer for a commit whose connection broke.

use crate::{
    commit::{self, Stop},
    failure::Failure,
    patience::Patience,
    pool::{Connection, Pool},
    schema::durability,
    snapshot::Snapshot,
};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
};
use strongroom_store::{
    Batch, Capabilities, CommitError, Committed, Direction, Durability, KeyRange, Mode, Outcome, Pair, Queue,
    Read, ReadError, SCAN_LIMIT_MAX, Slot, Space, Store,
};
use uuid::Uuid;

/// A [`Store`] on PostgreSQL. Opened by [`PostgresStore::open`].
///
/// Any number of processes may work on the same store. In one process, threads that wait share a transaction.
pub struct PostgresStore {
    pool: Pool,
    opening: Uuid,
    queue: Queue<Work, Answer>,
    /// How many commits were tried: makes their ids.
    tried: AtomicU64,
    /// What the server last met reaches, as [`Durability`] in order. A failover may change it.
    reaches: AtomicU8,
}

struct Work {
    batch: Batch,
    durability: Durability,
}

type Answer = Result<Committed, CommitError>;

/// How many bytes of batches go into one transaction.
const GROUP_BYTES_MAX: usize = 2 << 20;
/// After so many commits one sweeps out the ids of a week ago.
const FORGET_EVERY: u64 = 1000;

impl PostgresStore {
    pub(crate) fn new(pool: Pool, opening: Uuid, reaches: Durability) -> Self {
        let reaches = AtomicU8::new(level(reaches));
        Self { pool, opening, queue: Queue::default(), tried: AtomicU64::new(0), reaches }
    }

    fn reaches(&self) -> Durability {
        match self.reaches.load(Ordering::SeqCst) {
            0 => Durability::Process,
            1 => Durability::Power,
            _ => Durability::Replicated,
        }
    }

    /// Ids never repeat: the opening is random, and each attempt adds one.
    fn next_id(&self) -> Uuid {
        let tried = self.tried.fetch_add(1, Ordering::SeqCst);
        Uuid::from_u128(self.opening.as_u128().wrapping_add(u128::from(tried)).wrapping_add(1))
    }

    /// Commits a group as its leader, and again while it fails in passing before its commit is sent.
    fn apply(&self, group: &[Arc<Slot<Work, Answer>>]) -> Vec<Answer> {
        let batches: Vec<&Batch> = group.iter().map(|slot| &slot.work.batch).collect();
        let wanted = group.iter().map(|slot| slot.work.durability).max().unwrap_or(Durability::Process);
        let mut attempt = 0_u32;
        loop {
            let id = self.next_id();
            attempt = attempt.saturating_add(1);
            let failure = match self.once(id, &batches, wanted) {
                Ok(answers) => return answers,
                Err(Stop::During(failure)) => {
                    let unknown =
                        || Err(CommitError::Unknown { commit: Some(id), reason: failure.to_string() });
                    return group.iter().map(|_| unknown()).collect();
                }
                Err(Stop::Before(failure)) => failure,
            };
            if !failure.is_passing() || attempt >= self.pool.options().attempts_max {
                return group.iter().map(|_| Err(failure.clone().before_commit())).collect();
            }
            self.pool.wait(attempt);
        }
    }

    fn once(&self, id: Uuid, group: &[&Batch], wanted: Durability) -> Result<Vec<Answer>, Stop> {
        let mut loan = self.pool.loan().map_err(Stop::Before)?;
        let mut stopped_during = false;
        let judged = loan.with(|connection| match commit::commit(connection, id, group, wanted) {
            Ok(judged) => Ok(judged),
            Err(Stop::Before(failure)) => Err(failure),
            Err(Stop::During(failure)) => {
                stopped_during = true;
                Err(failure)
            }
        });
        let judged = judged
            .map_err(|failure| if stopped_during { Stop::During(failure) } else { Stop::Before(failure) })?;
        let reaches = judged.reaches;
        self.reaches.store(level(reaches), Ordering::SeqCst);
        let Some(answers) = judged.answers else {
            let error = || CommitError::TooDurable { asked: wanted, reaches };
            return Ok(group.iter().map(|_| Err(error())).collect());
        };
        if self.tried.load(Ordering::SeqCst).is_multiple_of(FORGET_EVERY) {
            // Hygiene: where it fails, the next one does it.
            let forget = |connection: &mut Connection| {
                let statement = connection.statements.forget.clone();
                Ok(connection.client.execute(statement.as_str(), &[])?)
            };
            let _forgotten = loan.with(forget);
        }
        // Without a wait for the standby, a commit is as durable as this machine makes it.
        let durability =
            if wanted == Durability::Replicated { wanted } else { reaches.min(Durability::Power) };
        Ok(answers.into_iter().map(|answer| answer.map(|()| Committed { durability })).collect())
    }
}

const fn level(durability: Durability) -> u8 {
    match durability {
        Durability::Process => 0,
        Durability::Power => 1,
        Durability::Replicated => 2,
    }
}

/// The longest head of the queue that makes one transaction: batches that ask for the same.
fn head(waiting: &mut dyn Iterator<Item = &Work>) -> usize {
    let (mut bytes, mut wanted) = (0_usize, None);
    let fits = |work: &&Work| {
        bytes = bytes.saturating_add(work.batch.bytes());
        bytes <= GROUP_BYTES_MAX && *wanted.get_or_insert(work.durability) == work.durability
    };
    waiting.take_while(fits).count()
}

pub(crate) fn get(connection: &mut Connection, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
    let [rows, log] = &connection.statements.get;
    let statement = if space.mode() == Mode::AppendOnly { log } else { rows };
    let row = connection.client.query_opt(statement, &[&i16::from(space.id()), &key])?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

pub(crate) fn scan(
    connection: &mut Connection,
    space: Space,
    range: &KeyRange,
    direction: Direction,
    limit: usize,
) -> Result<Vec<Pair>, Failure> {
    let limit = i64::try_from(limit.min(SCAN_LIMIT_MAX)).unwrap_or(i64::MAX);
    if range.is_empty() || limit == 0 {
        return Ok(Vec::new());
    }
    let [rows, log] = &connection.statements.scan;
    let scans = if space.mode() == Mode::AppendOnly { log } else { rows };
    let [open, closed] = match direction {
        Direction::Forward => &scans.forward,
        Direction::Backward => &scans.backward,
    };
    let id = i16::from(space.id());
    let answer = match &range.end {
        None => connection.client.query(open, &[&id, &range.start, &limit])?,
        Some(end) => connection.client.query(closed, &[&id, &range.start, &limit, end])?,
    };
    answer.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

impl Read for PostgresStore {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.pool.patiently(|connection| get(connection, space, key))?)
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError> {
        Ok(self.pool.patiently(|connection| scan(connection, space, range, direction, limit))?)
    }
}

impl Store for PostgresStore {
    fn commit(&self, batch: &Batch, durability: Durability) -> Result<Committed, CommitError> {
        batch.check(self.opening)?;
        let work = Work { batch: batch.clone(), durability };
        let lost = || Err(CommitError::Unknown { commit: None, reason: "the commit panicked".to_owned() });
        self.queue.submit(work, head, |group| self.apply(group), lost)
    }

    fn sync(&self) -> Result<Durability, CommitError> {
        // A commit that waits for the standby waits for everything before it as well.
        let beat = |connection: &mut Connection| {
            let reaches = durability(&mut connection.client)?;
            self.reaches.store(level(reaches), Ordering::SeqCst);
            if reaches == Durability::Replicated {
                connection.gave_up.store(false, Ordering::SeqCst);
                let beat = format!(
                    "BEGIN; SET LOCAL synchronous_commit = on; {}; COMMIT",
                    connection.statements.beat
                );
                let cancel = connection.client.cancel_token();
                let patience =
                    Patience::for_commit(cancel, connection.connector.clone(), connection.patience);
                connection.client.batch_execute(&beat)?;
                drop(patience);
                if connection.gave_up.load(Ordering::SeqCst) {
                    return Err(Failure::StandbyUnknown);
                }
            }
            Ok(reaches)
        };
        self.pool.patiently(beat).map_err(Failure::before_commit)
    }

    fn snapshot(&self) -> Result<Box<dyn Read + '_>, ReadError> {
        Ok(Box::new(Snapshot::begin(&self.pool)?))
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { durability_max: self.reaches(), multi_writer: true, unbounded_snapshots: true }
    }

    /// Claims the id: where the commit is still on its way, this waits for it or makes it fail.
    fn outcome(&self, commit: Uuid) -> Result<Outcome, CommitError> {
        let claim = |connection: &mut Connection| {
            let (claim, settled) =
                (connection.statements.claim.clone(), connection.statements.settled.clone());
            // What is claimed needs no replica: on another server there is another answer.
            connection.client.batch_execute("SET synchronous_commit = local")?;
            connection.client.execute(claim.as_str(), &[&commit])?;
            let applied = connection.client.query_one(settled.as_str(), &[&commit])?;
            Ok(if applied.try_get(0)? { Outcome::Applied } else { Outcome::NotApplied })
        };
        self.pool.patiently(claim).map_err(Failure::before_commit)
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("options", self.pool.options()).finish_non_exhaustive()
    }
}
