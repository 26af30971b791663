//! A consistent view: the engine keeps old pages as long as somebody reads them.

use crate::engine::{self, View};
use std::sync::Arc;
use strongroom_store::{Direction, KeyRange, Pair, Read, ReadError, Space};

pub(crate) struct Snapshot(pub(crate) Arc<View>);

impl Read for Snapshot {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(engine::get(&*self.0, space, key)?)
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError> {
        Ok(engine::scan(&self.0, space, range, direction, limit)?)
    }
}
