//! A store that stops its process between two commits.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use strongroom_store::{
    Batch, Capabilities, CommitError, Committed, Direction, Durability, KeyRange, Pair, Read, ReadError,
    Space, Store,
};

/// Where the process stops. Commits are counted from 1 over all stores that share the point, from the moment it is
/// armed.
#[derive(Debug)]
pub struct CrashPoint {
    before: u64,
    after: u64,
    seen: AtomicU64,
    armed: AtomicU64,
}

impl CrashPoint {
    /// Stops before the `n`th commit; `0` never stops.
    pub fn before(n: u64) -> Arc<Self> {
        Arc::new(Self { before: n, after: 0, seen: AtomicU64::new(0), armed: AtomicU64::new(0) })
    }

    /// Stops after the `n`th commit, before anybody hears that it took place; `0` never stops.
    pub fn after(n: u64) -> Arc<Self> {
        Arc::new(Self { before: 0, after: n, seen: AtomicU64::new(0), armed: AtomicU64::new(0) })
    }

    /// From now on commits count.
    pub fn arm(&self) {
        self.armed.store(1, Ordering::SeqCst);
    }

    /// How many commits there were since.
    pub fn commits(&self) -> u64 {
        self.seen.load(Ordering::SeqCst)
    }
}

/// A store around another that stops the process at a [`CrashPoint`], as `kill -9` would: no destructor runs, no buffer
/// is written out.
#[derive(Debug)]
pub struct CrashAt<S> {
    inner: S,
    point: Arc<CrashPoint>,
}

impl<S> CrashAt<S> {
    /// `inner`, until `point`.
    pub const fn new(inner: S, point: Arc<CrashPoint>) -> Self {
        Self { inner, point }
    }
}

impl<S: Store> Read for CrashAt<S> {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        self.inner.get(space, key)
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError> {
        self.inner.scan(space, range, direction, limit)
    }
}

impl<S: Store> Store for CrashAt<S> {
    fn commit(&self, batch: &Batch, durability: Durability) -> Result<Committed, CommitError> {
        let n = match self.point.armed.load(Ordering::SeqCst) {
            0 => return self.inner.commit(batch, durability),
            one => self.point.seen.fetch_add(one, Ordering::SeqCst).saturating_add(one),
        };
        if n == self.point.before {
            std::process::abort();
        }
        let committed = self.inner.commit(batch, durability);
        if n == self.point.after {
            std::process::abort();
        }
        committed
    }

    fn sync(&self) -> Result<Durability, CommitError> {
        self.inner.sync()
    }

    fn snapshot(&self) -> Result<Box<dyn Read + '_>, ReadError> {
        self.inner.snapshot()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }
}
