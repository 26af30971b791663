//! The store keeps every promise of the trait, as the suite for backends sees it; a crash is a copy of the folder's
//! files as the operating system has them, opened beside the store that never closed.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};
use strongroom_store::{
    Batch, CommitError, Direction, Durability, KeyRange, PruneRight, Read, Space, Store, VALUE_BYTES_MAX,
    conformance,
};
use strongroom_store_redb::{Options, RedbStore};
use tempfile::TempDir;
use uuid::Uuid;

const DATA: Space = Space::mutable(3, "data");

struct Folders {
    root: TempDir,
    next: AtomicU64,
}

impl Folders {
    fn new() -> Self {
        Self { root: TempDir::new().unwrap(), next: AtomicU64::new(1) }
    }

    fn open(&self, path: &Path) -> (RedbStore, PruneRight) {
        let opening = Uuid::from_u128(self.next.fetch_add(1, Ordering::SeqCst).into());
        // The suite opens hundreds of stores.
        let mut options = Options::default();
        options.reserve_bytes = 1 << 20;
        RedbStore::open(path, opening, options).unwrap()
    }

    fn path(&self) -> std::path::PathBuf {
        self.root.path().join(self.next.fetch_add(1, Ordering::SeqCst).to_string())
    }
}

impl conformance::Factory for Folders {
    type Store = RedbStore;

    fn fresh(&self) -> (RedbStore, PruneRight) {
        self.open(&self.path())
    }

    fn reopen(&self, store: RedbStore) -> Option<(RedbStore, PruneRight)> {
        let path = store.path().to_owned();
        drop(store);
        Some(self.open(&path))
    }

    fn crash(&self, store: RedbStore) -> Option<(RedbStore, PruneRight)> {
        let path = self.path();
        fs::create_dir(&path).unwrap();
        for entry in fs::read_dir(store.path()).unwrap() {
            let entry = entry.unwrap();
            if entry.metadata().unwrap().is_file() {
                fs::copy(entry.path(), path.join(entry.file_name())).unwrap();
            }
        }
        let old = store.path().to_owned();
        drop(store);
        fs::remove_dir_all(old).unwrap();
        Some(self.open(&path))
    }
}

#[test]
fn the_redb_store_conforms() {
    conformance::run(&Folders::new());
}

#[test]
fn a_snapshot_stays_still_however_much_is_written_and_space_comes_back() {
    let folders = Folders::new();
    let (mut store, _right) = folders.open(&folders.path());
    let put = |store: &RedbStore, byte: u8| {
        let batch = Batch::new().put(DATA, "k", vec![byte; VALUE_BYTES_MAX]).put(DATA, [byte], "v");
        store.commit(&batch, Durability::Process).unwrap();
    };
    put(&store, 0);
    {
        let first = store.snapshot().unwrap();
        (1..100).for_each(|byte| put(&store, byte));
        assert_eq!(first.get(DATA, b"k").unwrap(), Some(vec![0; VALUE_BYTES_MAX]));
        assert_eq!(first.scan(DATA, &KeyRange::all(), Direction::Backward, 200).unwrap().len(), 2);
    }
    let before = store.size_bytes().unwrap();
    store.compact().unwrap();
    assert!(store.size_bytes().unwrap() < before, "{before} bytes before");
    assert_eq!(store.get(DATA, b"k").unwrap(), Some(vec![99; VALUE_BYTES_MAX]));
    put(&store, 100);
    assert_eq!(store.scan(DATA, &KeyRange::all(), Direction::Forward, 200).unwrap().len(), 102);
}

#[test]
fn commits_say_what_they_reached() {
    let folders = Folders::new();
    let (store, _right) = folders.open(&folders.path());
    for asked in [Durability::Process, Durability::Power] {
        let done = store.commit(&Batch::new().put(DATA, "k", "v"), asked).unwrap();
        assert_eq!(done.durability, Durability::Power);
    }
    assert_eq!(store.sync().unwrap(), Durability::Power);
    let refused = store.commit(&Batch::new(), Durability::Replicated);
    assert!(matches!(refused, Err(CommitError::TooDurable { reaches: Durability::Power, .. })));
}
