//! A store that fails on request.

mod plan;

use crate::{
    Batch, Capabilities, CommitError, Committed, Direction, Durability, KeyRange, Op, Outcome, Pair,
    Precondition, PruneRight, Read, ReadError, Space, Store,
};
use plan::Plan;
use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

const REASON: &str = "injected fault";

/// What happens to a commit instead of, or besides, taking place.
///
/// Faults with an id are those of a store that loses touch with its engine and can say later what became of the commit:
/// [`Store::outcome`] answers for them, truly and for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// Applied and answered as ever, but the [hook](Faulty::with_delay) is called between the effect and the answer:
    /// others can see it, its caller does not know.
    DelayAfter,
    /// The [hook](Faulty::with_delay) is called first; then all is as ever.
    DelayBefore,
    /// Not applied; [`CommitError::Fatal`], and so is every later commit. What a failed write to the disk comes to.
    Fatal,
    /// Not applied; [`CommitError::Full`].
    Full,
    /// Not applied; [`CommitError::Retryable`]. What a failed read of a precondition comes to.
    Retryable,
    /// A broken promise: only the first changes are applied, and the answer is [`CommitError::Unknown`] without an id.
    /// To test that whoever verifies a store notices.
    Torn {
        /// How many changes are applied.
        ops: usize,
    },
    /// A broken promise: only the first changes are applied; [`CommitError::Fatal`], and so is every later commit.
    TornFatal {
        /// How many changes are applied.
        ops: usize,
    },
    /// Applied, and yet reported as [`CommitError::Unknown`], without an id.
    UnknownDone,
    /// Applied, and yet reported as [`CommitError::Unknown`]; its outcome is [`Outcome::Applied`].
    UnknownDoneWithId,
    /// Reported as [`CommitError::Unknown`] while still on its way: it is applied just before the next commit, unless
    /// somebody asks for its outcome first. That makes sure that it never is: [`Outcome::NotApplied`].
    UnknownLateWithId,
    /// Not applied; reported as [`CommitError::Unknown`], without an id.
    UnknownUndone,
    /// Not applied; reported as [`CommitError::Unknown`]; its outcome is [`Outcome::NotApplied`].
    UnknownUndoneWithId,
}

impl Fault {
    /// Those that leave a store whole, alive and with room: what [`Faulty::seeded`] draws from.
    pub const SURVIVABLE: [Self; 6] = [
        Self::Retryable,
        Self::UnknownDone,
        Self::UnknownDoneWithId,
        Self::UnknownLateWithId,
        Self::UnknownUndone,
        Self::UnknownUndoneWithId,
    ];
}

/// A store around another that fails when told to, so that a caller can prove what it does when commits fail.
///
/// A caller that handles `UnknownDone` and `UnknownUndone` alike handles a lost connection right. Faults do not go
/// through the inner store's checks: a batch that would have been refused meets the fault first. But what a fault
/// applies, the inner store applies, and what that refuses is answered as it says.
pub struct Faulty<S> {
    inner: S,
    plan: Mutex<Plan>,
    delay: Option<Box<dyn Fn(usize) + Send + Sync>>,
}

impl<S> Faulty<S> {
    /// A store without faults until some are asked for.
    pub fn new(inner: S) -> Self {
        Self::with_plan(inner, Plan::default())
    }

    /// A store of which one commit in `one_in` meets one of [`Fault::SURVIVABLE`], as drawn from `seed`: the same seed and
    /// the same order of commits give the same faults and the same ids. `one_in` of 0 is read as 1.
    pub fn seeded(inner: S, seed: u64, one_in: u32) -> Self {
        Self::seeded_from(inner, seed, one_in, &Fault::SURVIVABLE)
    }

    /// As [`Faulty::seeded`], drawing from these faults; none draws none.
    pub fn seeded_from(inner: S, seed: u64, one_in: u32, faults: &[Fault]) -> Self {
        Self::with_plan(inner, Plan::seeded(seed, one_in, faults))
    }

    const fn with_plan(inner: S, plan: Plan) -> Self {
        Self { inner, plan: Mutex::new(plan), delay: None }
    }

    /// What the delay of a fault is: a call with the number of the commit, counted from 0. Nothing here sleeps; the hook
    /// may wait for a channel or a barrier, and holds up that commit alone.
    #[must_use]
    pub fn with_delay(mut self, hook: impl Fn(usize) + Send + Sync + 'static) -> Self {
        self.delay = Some(Box::new(hook));
        self
    }

    /// One read in `one_in` fails with [`ReadError::Io`], as drawn from `seed`, apart from the commits' faults: a `get`,
    /// a `scan` or a `snapshot`, or a read of a snapshot. `one_in` of 0 is read as 1.
    #[must_use]
    pub fn with_seeded_reads(self, seed: u64, one_in: u32) -> Self {
        self.plan().draw_reads(seed, one_in);
        self
    }

    /// Lets `skip` more commits pass and makes the next one meet `fault`, once.
    pub fn fail_commit(&self, skip: usize, fault: Fault) {
        self.plan().fail_commit(skip, fault);
    }

    /// Lets `skip` more reads pass and makes the next one fail with `error`, once.
    pub fn fail_read(&self, skip: usize, error: ReadError) {
        self.plan().fail_read(skip, error);
    }

    /// Makes every read fail with [`ReadError::Io`], or no longer.
    pub fn fail_reads(&self, on: bool) {
        self.plan().reads_fail = on;
    }

    /// Makes the next `sync` fail as a failed `fsync` does: [`CommitError::Unknown`], and the store is dead, since nobody
    /// knows what the operating system dropped.
    pub fn fail_sync(&self) {
        self.plan().sync_fails = true;
    }

    /// Fills the disk, or makes room again: while it is full, every batch but those from the reserve is
    /// [`CommitError::Full`].
    pub fn fill(&self, on: bool) {
        self.plan().full = on;
    }

    /// How many commits were asked for so far.
    pub fn commits(&self) -> usize {
        self.plan().commits
    }

    /// The store inside.
    pub const fn inner(&self) -> &S {
        &self.inner
    }

    /// The store inside, without its faults. What was still on its way never arrives.
    pub fn into_inner(self) -> S {
        self.inner
    }

    // The plan is changed in single steps: whole after a panic as well.
    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn delay(&self, commit: usize) {
        if let Some(hook) = &self.delay {
            hook(commit);
        }
    }

    fn settle(&self, outcome: Outcome) -> CommitError {
        let mut plan = self.plan();
        let id = plan.id();
        plan.outcomes.insert(id, outcome);
        unknown(Some(id))
    }
}

impl<S: Store> Faulty<S> {
    /// Applies what was on its way. What is no longer possible then was never applied.
    fn land(&self, durability: Durability) {
        let mut plan = self.plan();
        if plan.dead {
            return;
        }
        for (id, batch) in std::mem::take(&mut plan.late) {
            let outcome = match self.inner.commit(&batch, durability) {
                Ok(_) => Outcome::Applied,
                Err(_) => Outcome::NotApplied,
            };
            plan.outcomes.insert(id, outcome);
        }
    }

    fn strike(
        &self,
        (at, fault): (usize, Fault),
        batch: &Batch,
        durability: Durability,
    ) -> Result<Committed, CommitError> {
        let reason = || REASON.to_owned();
        match fault {
            Fault::DelayAfter => {
                let answer = self.inner.commit(batch, durability);
                self.delay(at);
                answer
            }
            Fault::DelayBefore => {
                self.delay(at);
                self.inner.commit(batch, durability)
            }
            Fault::Fatal => Err(CommitError::Fatal(reason())),
            Fault::Full => Err(CommitError::Full(reason())),
            Fault::Retryable => Err(CommitError::Retryable(reason())),
            Fault::Torn { ops } => {
                self.inner.commit(&torn(batch, ops), durability)?;
                Err(unknown(None))
            }
            Fault::TornFatal { ops } => {
                // It dies, whatever became of the pieces.
                let _: Result<Committed, CommitError> = self.inner.commit(&torn(batch, ops), durability);
                Err(CommitError::Fatal(reason()))
            }
            Fault::UnknownDone => {
                self.inner.commit(batch, durability)?;
                Err(unknown(None))
            }
            Fault::UnknownDoneWithId => {
                self.inner.commit(batch, durability)?;
                Err(self.settle(Outcome::Applied))
            }
            Fault::UnknownLateWithId => {
                let mut plan = self.plan();
                let id = plan.id();
                plan.late.push((id, batch.clone()));
                Err(unknown(Some(id)))
            }
            Fault::UnknownUndone => Err(unknown(None)),
            Fault::UnknownUndoneWithId => Err(self.settle(Outcome::NotApplied)),
        }
    }
}

fn unknown(commit: Option<Uuid>) -> CommitError {
    CommitError::Unknown { commit, reason: REASON.to_owned() }
}

/// The first changes of a batch under all its preconditions.
fn torn(batch: &Batch, ops: usize) -> Batch {
    let start =
        batch.preconditions().iter().cloned().fold(Batch::new(), |next, precondition| match precondition {
            Precondition::Absent { space, key } => next.require_absent(space, key),
            Precondition::DigestIs { space, key, digest } => next.require_digest(space, key, digest),
            Precondition::ValueIs { space, key, value } => next.require_value(space, key, value),
        });
    let start = if batch.is_from_reserve() { start.from_reserve() } else { start };
    batch.ops().iter().take(ops).cloned().fold(start, |next, op| match op {
        Op::Delete { space, key } => next.delete(space, key),
        Op::Prune { space, key, right } => next.prune(&PruneRight::for_store(right), space, key),
        Op::Put { space, key, value } => next.put(space, key, value),
    })
}

impl<S: Store> Read for Faulty<S> {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        self.plan().next_read()?;
        self.inner.get(space, key)
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError> {
        self.plan().next_read()?;
        self.inner.scan(space, range, direction, limit)
    }
}

impl<S: Store> Store for Faulty<S> {
    fn commit(&self, batch: &Batch, durability: Durability) -> Result<Committed, CommitError> {
        self.land(durability);
        let (at, fault) = self.plan().next(batch.is_from_reserve());
        match fault {
            Some(fault) => self.strike((at, fault), batch, durability),
            None => self.inner.commit(batch, durability),
        }
    }

    fn sync(&self) -> Result<Durability, CommitError> {
        let mut plan = self.plan();
        if plan.dead {
            return Err(CommitError::Fatal(REASON.to_owned()));
        }
        if std::mem::take(&mut plan.sync_fails) {
            plan.dead = true;
            return Err(unknown(None));
        }
        drop(plan);
        self.inner.sync()
    }

    fn snapshot(&self) -> Result<Box<dyn Read + '_>, ReadError> {
        self.plan().next_read()?;
        Ok(Box::new(Snapshot { store: self, inner: self.inner.snapshot()? }))
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn outcome(&self, commit: Uuid) -> Result<Outcome, CommitError> {
        let mut plan = self.plan();
        // Who asks stops what is on its way: otherwise the answer would not be final.
        if let Some(at) = plan.late.iter().position(|(id, _)| *id == commit) {
            plan.late.remove(at);
            plan.outcomes.insert(commit, Outcome::NotApplied);
        }
        let known = plan.outcomes.get(&commit).copied();
        drop(plan);
        known.map_or_else(|| self.inner.outcome(commit), Ok)
    }
}

impl<S: fmt::Debug> fmt::Debug for Faulty<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faulty").field("inner", &self.inner).field("plan", &self.plan).finish_non_exhaustive()
    }
}

struct Snapshot<'a, S> {
    store: &'a Faulty<S>,
    inner: Box<dyn Read + 'a>,
}

impl<S: Store> Read for Snapshot<'_, S> {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        self.store.plan().next_read()?;
        self.inner.get(space, key)
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError> {
        self.store.plan().next_read()?;
        self.inner.scan(space, range, direction, limit)
    }
}
