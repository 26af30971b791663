//! The in-memory store keeps every promise of the trait, as the suite for backends sees it. Further, the suite can
//! fail: backends that break one promise each are caught.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU32, Ordering},
};
use strongroom_store::{
    Batch, Capabilities, CommitError, Committed, Direction, Durability, Faulty, KeyRange, MemoryStore, Op,
    Pair, PruneRight, Read, ReadError, Space, Store, conformance,
};
use uuid::Uuid;

struct Memory;

impl conformance::Factory for Memory {
    type Store = MemoryStore;

    fn fresh(&self) -> (MemoryStore, PruneRight) {
        MemoryStore::open(Uuid::from_u128(7))
    }
}

#[test]
fn the_memory_store_conforms() {
    conformance::run(&Memory);
}

struct NoFaults;

impl conformance::Factory for NoFaults {
    type Store = Faulty<MemoryStore>;

    fn fresh(&self) -> (Self::Store, PruneRight) {
        let (store, right) = MemoryStore::open(Uuid::from_u128(7));
        (Faulty::new(store), right)
    }

    // The map outlives the wrapper, so this also runs the reopening branch of the suite.
    fn reopen(&self, store: Self::Store) -> Option<(Self::Store, PruneRight)> {
        let right = PruneRight::for_store(Uuid::from_u128(7));
        Some((Faulty::new(store.into_inner()), right))
    }
}

#[test]
fn a_faulty_store_without_faults_conforms() {
    conformance::run(&NoFaults);
}

/// A memory store with one promise broken.
struct Broken {
    inner: MemoryStore,
    how: Break,
    commits: AtomicU32,
}

#[derive(Clone, Copy, Debug)]
enum Break {
    BackwardScanForward,
    ConflictIgnored,
    DurabilityOverstated,
    EndIncluded,
    EveryTenthCommitLost,
    LastOpDropped,
    LogOverwritten,
    SnapshotMoves,
}

impl Read for Broken {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        self.inner.get(space, key)
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        way: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError> {
        match self.how {
            Break::BackwardScanForward => self.inner.scan(space, range, Direction::Forward, limit),
            Break::EndIncluded => {
                let end = range.end.as_ref().map(|end| [end.as_slice(), &[0]].concat());
                self.inner.scan(space, &KeyRange { start: range.start.clone(), end }, way, limit)
            }
            _ => self.inner.scan(space, range, way, limit),
        }
    }
}

impl Store for Broken {
    fn commit(&self, batch: &Batch, durability: Durability) -> Result<Committed, CommitError> {
        let nth = self.commits.fetch_add(1, Ordering::SeqCst);
        let rebuilt = |preconditions: bool, ops: &[Op], log: Space| {
            let mut next = Batch::new();
            if preconditions {
                for precondition in batch.preconditions() {
                    let mut one = Batch::new();
                    one.append(next);
                    next = match precondition {
                        strongroom_store::Precondition::Absent { space, key } => {
                            one.require_absent(*space, key.clone())
                        }
                        strongroom_store::Precondition::DigestIs { space, key, digest } => {
                            one.require_digest(*space, key.clone(), *digest)
                        }
                        strongroom_store::Precondition::ValueIs { space, key, value } => {
                            one.require_value(*space, key.clone(), value.clone())
                        }
                    };
                }
            }
            ops.iter().fold(next, |next, op| match op {
                Op::Put { space, key, value } if space.id() == log.id() => {
                    next.put(log, key.clone(), value.clone())
                }
                Op::Put { space, key, value } => next.put(*space, key.clone(), value.clone()),
                Op::Delete { space, key } | Op::Prune { space, key, .. } => next.delete(*space, key.clone()),
            })
        };
        let log = Space::append_only(254, "log");
        match self.how {
            Break::ConflictIgnored => self.inner.commit(&rebuilt(false, batch.ops(), log), durability),
            Break::DurabilityOverstated => {
                self.inner.commit(batch, Durability::Process)?;
                Ok(Committed { durability: Durability::Replicated })
            }
            Break::EveryTenthCommitLost if nth % 10 == 9 => Ok(Committed { durability }),
            Break::LastOpDropped => {
                let ops = batch.ops().split_last().map_or(&[][..], |(_, rest)| rest);
                self.inner.commit(&rebuilt(true, ops, log), durability)
            }
            Break::LogOverwritten => {
                self.inner.commit(&rebuilt(true, batch.ops(), Space::mutable(254, "log")), durability)
            }
            _ => self.inner.commit(batch, durability),
        }
    }

    fn sync(&self) -> Result<Durability, CommitError> {
        self.inner.sync()
    }

    fn snapshot(&self) -> Result<Box<dyn Read + '_>, ReadError> {
        match self.how {
            Break::SnapshotMoves => Ok(Box::new(Moving(&self.inner))),
            _ => self.inner.snapshot(),
        }
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }
}

struct Moving<'a>(&'a MemoryStore);

impl Read for Moving<'_> {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        self.0.get(space, key)
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        way: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError> {
        self.0.scan(space, range, way, limit)
    }
}

impl conformance::Factory for Break {
    type Store = Broken;

    fn fresh(&self) -> (Broken, PruneRight) {
        let (inner, right) = MemoryStore::open(Uuid::from_u128(7));
        (Broken { inner, how: *self, commits: AtomicU32::new(0) }, right)
    }
}

#[test]
fn a_broken_promise_is_caught() {
    let ways = [
        Break::BackwardScanForward,
        Break::ConflictIgnored,
        Break::DurabilityOverstated,
        Break::EndIncluded,
        Break::EveryTenthCommitLost,
        Break::LastOpDropped,
        Break::LogOverwritten,
        Break::SnapshotMoves,
    ];
    for how in ways {
        let outcome = catch_unwind(AssertUnwindSafe(|| conformance::run(&how)));
        assert!(outcome.is_err(), "{how:?} passed the suite");
    }
}

#[test]
fn a_fresh_store_is_empty() {
    let (store, _right) = MemoryStore::open(Uuid::from_u128(1));
    let pairs = store.scan(Space::mutable(1, "any"), &KeyRange::all(), Direction::Forward, 10).unwrap();
    assert_eq!(pairs, []);
}
