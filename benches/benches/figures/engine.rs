//! What is underneath: the engine without us, our backend without those above it, and a store that keeps what it was
//! asked to commit, so that the same bytes can be committed again by the limit.

use std::{
    fs::File,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};
use strongroom_benches::Fault;
use strongroom_store::{
    Batch, Capabilities, CommitError, Committed, Direction, Durability, KeyRange, Op, Pair, PruneRight, Read,
    ReadError, Space, Store,
};
use strongroom_store_sled::{Options, SledStore};
use tempfile::TempDir;
use uuid::Uuid;

/// A folder on the disk that holds the build, since the system's own may lie in memory.
pub(crate) fn folder() -> Result<TempDir, Fault> {
    Ok(TempDir::with_prefix_in("figures-", env!("CARGO_TARGET_TMPDIR"))?)
}

pub(crate) fn open_store(path: &Path) -> Result<(SledStore, PruneRight), Fault> {
    Ok(SledStore::open(path, Uuid::from_u128(1), Options::default())?)
}

/// The engine as the backend configures it, and a true sync of its file.
pub(crate) struct RawSled {
    db: sled::Db,
    tree: sled::Tree,
    log: File,
}

impl RawSled {
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        let config = sled::Config::new().path(path).cache_capacity(64 << 20).flush_every_ms(None);
        let config = config.mode(sled::Mode::HighThroughput).segment_size(16 << 20);
        let db = config.open()?;
        Ok(Self { tree: db.open_tree("raw")?, db, log: File::open(path.join("db"))? })
    }

    pub(crate) fn tree(&self) -> &sled::Tree {
        &self.tree
    }

    pub(crate) fn commit(&self, batch: sled::Batch) -> Result<(), Fault> {
        self.tree.apply_batch(batch)?;
        self.db.flush()?;
        Ok(self.log.sync_data()?)
    }
}

/// The changes of batches as one batch of the engine.
pub(crate) fn raw_batch<'b>(batches: impl IntoIterator<Item = &'b Batch>) -> sled::Batch {
    let mut raw = sled::Batch::default();
    for op in batches.into_iter().flat_map(Batch::ops) {
        let key = [&[op.space().id()], op.key()].concat();
        match op {
            Op::Put { value, .. } => raw.insert(key, value.as_slice()),
            Op::Delete { .. } | Op::Prune { .. } => raw.remove(key),
        }
    }
    raw
}

/// The changes of batches as one batch of ours, without what they required.
pub(crate) fn bare_batch<'b>(batches: impl IntoIterator<Item = &'b Batch>) -> Batch {
    batches.into_iter().flat_map(Batch::ops).fold(Batch::new(), |batch, op| match op {
        Op::Put { space, key, value } => batch.put(*space, key.clone(), value.clone()),
        Op::Delete { space, key } | Op::Prune { space, key, .. } => batch.delete(*space, key.clone()),
    })
}

/// A store that keeps every batch it committed until somebody takes them.
pub(crate) struct Recorder {
    inner: Box<dyn Store>,
    batches: Arc<Mutex<Vec<Batch>>>,
}

/// What a [`Recorder`] kept.
#[derive(Clone)]
pub(crate) struct Tape(Arc<Mutex<Vec<Batch>>>);

impl Recorder {
    pub(crate) fn new(inner: impl Store + 'static) -> (Self, Tape) {
        let batches = Arc::default();
        (Self { inner: Box::new(inner), batches: Arc::clone(&batches) }, Tape(batches))
    }
}

impl Tape {
    pub(crate) fn take(&self) -> Vec<Batch> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Read for Recorder {
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

impl Store for Recorder {
    fn commit(&self, batch: &Batch, durability: Durability) -> Result<Committed, CommitError> {
        let committed = self.inner.commit(batch, durability)?;
        self.batches.lock().unwrap_or_else(PoisonError::into_inner).push(batch.clone());
        Ok(committed)
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
