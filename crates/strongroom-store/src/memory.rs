//! A store in memory: for tests, for examples, and as the model that other backends are held against.

use crate::{
    Batch, Capabilities, Change, CommitError, Committed, Direction, Durability, KeyRange, Pair, PruneRight,
    Read, ReadError, SCAN_LIMIT_MAX, Space, Store, judge,
};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    ops::Bound,
    sync::{PoisonError, RwLock, RwLockReadGuard},
};
use uuid::Uuid;

type Map = BTreeMap<(u8, Vec<u8>), Vec<u8>>;

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
        let get =
            |space: Space, key: &[u8]| Ok::<_, Infallible>(map.get(&(space.id(), key.to_vec())).cloned());
        let Ok(judged) = judge(batch, get);
        // Worked out beside the map, so that a refused put leaves nothing half done.
        for Change { space, key, value } in judged? {
            let at = (space.id(), key.to_vec());
            match value {
                Some(value) => map.insert(at, value.to_vec()),
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
