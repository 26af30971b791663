//! A store in memory: for tests, for examples, and as the model that other backends are held against.

use crate::{
    Batch, Capabilities, CommitError, Committed, Direction, Durability, FailedPrecondition, Found, KeyRange,
    Mode, Op, Pair, PruneRight, Read, ReadError, Refusal, SCAN_LIMIT_MAX, Space, Store,
};
use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{PoisonError, RwLock, RwLockReadGuard},
};
use uuid::Uuid;

type Map = BTreeMap<(u8, Vec<u8>), Vec<u8>>;
/// What becomes of each key: a value, or nothing.
type Changes = BTreeMap<(u8, Vec<u8>), Option<Vec<u8>>>;

/// A store in memory. It keeps every promise of [`Store`] but outliving its process: what it calls
/// [`Durability::Process`] lasts as long as the value lives.
#[derive(Debug)]
pub struct MemoryStore {
    opening: Uuid,
    map: RwLock<Map>,
}

impl MemoryStore {
    /// An empty store and the right to prune it. `opening` is any random id.
    pub fn open(opening: Uuid) -> (Self, PruneRight) {
        (Self { opening, map: RwLock::default() }, PruneRight::for_store(opening))
    }

    // Every change is made after all checks, so a panic while the lock was held left the map whole.
    fn map(&self) -> RwLockReadGuard<'_, Map> {
        self.map.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for MemoryStore {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.map().get(&(space.id(), key.to_vec())).cloned())
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError> {
        Ok(scan(&self.map(), space, range, direction, limit))
    }
}

impl Store for MemoryStore {
    fn commit(&self, batch: &Batch, durability: Durability) -> Result<Committed, CommitError> {
        batch.check(self.opening)?;
        if durability > Durability::Process {
            return Err(CommitError::TooDurable { asked: durability, reaches: Durability::Process });
        }
        let mut map = self.map.write().unwrap_or_else(PoisonError::into_inner);
        check_preconditions(&map, batch)?;
        for (at, value) in changes(&map, batch)? {
            match value {
                Some(value) => map.insert(at, value),
                None => map.remove(&at),
            };
        }
        Ok(Committed { durability: Durability::Process })
    }

    fn sync(&self) -> Result<Durability, CommitError> {
        Ok(Durability::Process)
    }

    fn snapshot(&self) -> Result<Box<dyn Read + '_>, ReadError> {
        Ok(Box::new(Snapshot(self.map().clone())))
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { durability_max: Durability::Process, multi_writer: false, unbounded_snapshots: true }
    }
}

#[derive(Debug)]
struct Snapshot(Map);

impl Read for Snapshot {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.0.get(&(space.id(), key.to_vec())).cloned())
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError> {
        Ok(scan(&self.0, space, range, direction, limit))
    }
}

fn check_preconditions(map: &Map, batch: &Batch) -> Result<(), CommitError> {
    let failed: Vec<FailedPrecondition> = batch
        .preconditions()
        .iter()
        .enumerate()
        .filter_map(|(index, precondition)| {
            let found = map.get(&(precondition.space().id(), precondition.key().to_vec()));
            (!precondition.holds(found.map(Vec::as_slice))).then(|| FailedPrecondition {
                index,
                found: found.map_or(Found::Nothing, |value| Found::Value(value.clone())),
            })
        })
        .collect();
    if failed.is_empty() { Ok(()) } else { Err(CommitError::Conflict(failed)) }
}

// Worked out beside the map, so that a refused put leaves nothing half done.
fn changes(map: &Map, batch: &Batch) -> Result<Changes, Refusal> {
    let mut changes = Changes::new();
    for op in batch.ops() {
        let at = (op.space().id(), op.key().to_vec());
        match op {
            Op::Put { space, value, .. } => {
                let present = changes.get(&at).map_or_else(|| map.contains_key(&at), Option::is_some);
                if space.mode() == Mode::AppendOnly && present {
                    return Err(Refusal::AppendOnly { space: space.name() });
                }
                changes.insert(at, Some(value.clone()));
            }
            Op::Delete { .. } | Op::Prune { .. } => {
                changes.insert(at, None);
            }
        }
    }
    Ok(changes)
}

fn scan(map: &Map, space: Space, range: &KeyRange, direction: Direction, limit: usize) -> Vec<Pair> {
    if range.is_empty() {
        return Vec::new();
    }
    let start = Bound::Included((space.id(), range.start.clone()));
    let end = match (&range.end, space.id().checked_add(1)) {
        (Some(end), _) => Bound::Excluded((space.id(), end.clone())),
        (None, Some(next)) => Bound::Excluded((next, Vec::new())),
        (None, None) => Bound::Unbounded,
    };
    let here = map.range((start, end)).map(|((_, key), value)| (key.clone(), value.clone()));
    let limit = limit.min(SCAN_LIMIT_MAX);
    match direction {
        Direction::Forward => here.take(limit).collect(),
        Direction::Backward => here.rev().take(limit).collect(),
    }
}
