//! A store that fails on request.

use crate::{
    Batch, Capabilities, CommitError, Committed, Direction, Durability, KeyRange, Outcome, Pair, Read,
    ReadError, Space, Store,
};
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

/// What happens to a commit instead of, or besides, taking place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Not applied; [`CommitError::Fatal`], and so is every later commit.
    Fatal,
    /// Not applied; [`CommitError::Retryable`].
    Retryable,
    /// Applied, and yet reported as [`CommitError::Unknown`].
    UnknownDone,
    /// Not applied; reported as [`CommitError::Unknown`].
    UnknownUndone,
}

/// A store around another that fails when told to, so that a caller can prove what it does when commits fail.
///
/// A caller that handles `UnknownDone` and `UnknownUndone` alike handles a lost connection right. Faults do not go
/// through the inner store's checks: a batch that would have been refused meets the fault first.
#[derive(Debug)]
pub struct Faulty<S> {
    inner: S,
    plan: Mutex<Plan>,
}

#[derive(Debug, Default)]
struct Plan {
    /// Commits seen so far.
    commits: usize,
    /// Faults by the number of the commit that meets them.
    faults: BTreeMap<usize, Fault>,
    /// State of the generator and the odds, where faults are drawn.
    seeded: Option<(u64, u32)>,
    dead: bool,
    reads_fail: bool,
}

impl<S> Faulty<S> {
    /// A store without faults until some are asked for.
    pub fn new(inner: S) -> Self {
        Self { inner, plan: Mutex::default() }
    }

    /// A store of which one commit in `one_in` meets a fault other than [`Fault::Fatal`], as drawn from `seed`: the
    /// same seed and the same order of commits give the same faults. `one_in` of 0 is read as 1.
    pub fn seeded(inner: S, seed: u64, one_in: u32) -> Self {
        let plan = Plan { seeded: Some((seed, one_in.max(1))), ..Plan::default() };
        Self { inner, plan: Mutex::new(plan) }
    }

    /// Lets `skip` more commits pass and makes the next one meet `fault`, once.
    pub fn fail_commit(&self, skip: usize, fault: Fault) {
        let mut plan = self.plan();
        let at = plan.commits.saturating_add(skip);
        plan.faults.insert(at, fault);
    }

    /// Makes every `get`, `scan` and `snapshot` fail with [`ReadError::Io`], or no longer.
    pub fn fail_reads(&self, on: bool) {
        self.plan().reads_fail = on;
    }

    /// How many commits were asked for so far.
    pub fn commits(&self) -> usize {
        self.plan().commits
    }

    /// The store inside.
    pub const fn inner(&self) -> &S {
        &self.inner
    }

    /// The store inside, without its faults.
    pub fn into_inner(self) -> S {
        self.inner
    }

    // The plan is plain numbers: whole after a panic as well.
    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_read(&self) -> Result<(), ReadError> {
        if self.plan().reads_fail { Err(ReadError::Io("injected fault".to_owned())) } else { Ok(()) }
    }
}

impl Plan {
    fn next(&mut self) -> Option<Fault> {
        let at = self.commits;
        self.commits = self.commits.saturating_add(1);
        if self.dead {
            return Some(Fault::Fatal);
        }
        let fault = self.faults.remove(&at).or_else(|| self.draw());
        self.dead = fault == Some(Fault::Fatal);
        fault
    }

    fn draw(&mut self) -> Option<Fault> {
        let (state, one_in) = self.seeded.as_mut()?;
        let drawn = split_mix(state);
        if drawn.checked_rem(u64::from(*one_in)) != Some(0) {
            return None;
        }
        match drawn.rotate_left(17) % 3 {
            0 => Some(Fault::Retryable),
            1 => Some(Fault::UnknownDone),
            _ => Some(Fault::UnknownUndone),
        }
    }
}

// SplitMix64: small, seedable, good enough to choose faults, never for secrets.
const fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl<S: Store> Read for Faulty<S> {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        self.check_read()?;
        self.inner.get(space, key)
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError> {
        self.check_read()?;
        self.inner.scan(space, range, direction, limit)
    }
}

impl<S: Store> Store for Faulty<S> {
    fn commit(&self, batch: &Batch, durability: Durability) -> Result<Committed, CommitError> {
        let reason = || "injected fault".to_owned();
        let fault = self.plan().next();
        match fault {
            None => self.inner.commit(batch, durability),
            Some(Fault::Fatal) => Err(CommitError::Fatal(reason())),
            Some(Fault::Retryable) => Err(CommitError::Retryable(reason())),
            Some(Fault::UnknownDone) => {
                self.inner.commit(batch, durability)?;
                Err(CommitError::Unknown { commit: None, reason: reason() })
            }
            Some(Fault::UnknownUndone) => Err(CommitError::Unknown { commit: None, reason: reason() }),
        }
    }

    fn sync(&self) -> Result<Durability, CommitError> {
        if self.plan().dead {
            return Err(CommitError::Fatal("injected fault".to_owned()));
        }
        self.inner.sync()
    }

    fn snapshot(&self) -> Result<Box<dyn Read + '_>, ReadError> {
        self.check_read()?;
        self.inner.snapshot()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn outcome(&self, commit: Uuid) -> Result<Outcome, CommitError> {
        self.inner.outcome(commit)
    }
}
