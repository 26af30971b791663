//! A consistent view: what the store holds now, corrected by the before-images.

use crate::{
    SledStore,
    images::{Images, TooOld},
};
use std::{
    collections::BTreeMap,
    sync::{MutexGuard, PoisonError},
};
use strongroom_store::{Direction, KeyRange, Pair, Read, ReadError, SCAN_LIMIT_MAX, Space, flat};

pub(crate) struct Snapshot<'a> {
    store: &'a SledStore,
    id: u64,
}

impl<'a> Snapshot<'a> {
    pub(crate) const fn new(store: &'a SledStore, id: u64) -> Self {
        Self { store, id }
    }

    fn images(&self) -> MutexGuard<'a, Images> {
        self.store.images.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        self.images().end(self.id);
    }
}

// INVARIANT: read the store first and the images second. A writer records the image ahead of its write, so whoever saw
// the write in the store finds the image; the other way round a write could slip in between.
impl Read for Snapshot<'_> {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        let now = self.store.get(space, key)?;
        let before = self.images().before(self.id, &flat::encode(space, key))?;
        Ok(before.unwrap_or(now))
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError> {
        let limit = limit.min(SCAN_LIMIT_MAX);
        let mut rest = range.clone();
        let mut pairs = Vec::new();
        while pairs.len() < limit {
            let wanted = limit.saturating_sub(pairs.len());
            let page = self.store.scan(space, &rest, direction, wanted)?;
            let last = page.last().filter(|_| page.len() == wanted).map(|(key, _)| key.clone());
            let covered = last.as_ref().map_or_else(|| rest.clone(), |last| through(&rest, last, direction));
            pairs.extend(self.correct(space, &covered, direction, page)?);
            match last {
                Some(last) => rest = rest.after(&last, direction),
                None => break,
            }
        }
        pairs.truncate(limit);
        Ok(pairs)
    }
}

impl Snapshot<'_> {
    /// What a part of a range was, given what it is.
    fn correct(
        &self,
        space: Space,
        covered: &KeyRange,
        direction: Direction,
        page: Vec<Pair>,
    ) -> Result<Vec<Pair>, ReadError> {
        let (start, end) = flat::bounds(space, covered);
        let changed = self.images().between(self.id, &start, &end)?;
        if changed.is_empty() {
            return Ok(page);
        }
        let mut pairs: BTreeMap<Vec<u8>, Vec<u8>> = page.into_iter().collect();
        for (at, before) in changed {
            match before {
                Some(value) => pairs.insert(flat::decode(&at), value),
                None => pairs.remove(&flat::decode(&at)),
            };
        }
        Ok(match direction {
            Direction::Forward => pairs.into_iter().collect(),
            Direction::Backward => pairs.into_iter().rev().collect(),
        })
    }
}

/// The part of a range that a page ending with `last` covers.
fn through(range: &KeyRange, last: &[u8], direction: Direction) -> KeyRange {
    match direction {
        Direction::Forward => KeyRange::between(range.start.clone(), [last, &[0]].concat()),
        Direction::Backward => KeyRange { start: last.to_vec(), end: range.end.clone() },
    }
}

impl From<TooOld> for ReadError {
    fn from(TooOld: TooOld) -> Self {
        Self::SnapshotTooOld
    }
}
