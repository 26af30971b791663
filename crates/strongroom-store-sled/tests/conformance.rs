//! The store keeps every promise of the trait, as the suite for backends sees it; a crash is a copy of the folder's
//! files as the operating system has them, opened beside the store that never closed.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};
use strongroom_store::{
    Batch, CommitError, Direction, Durability, KeyRange, PruneRight, Read, ReadError, Space, Store,
    VALUE_BYTES_MAX, conformance,
};
use strongroom_store_sled::{Options, SledStore};
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

    fn open(&self, path: &Path) -> (SledStore, PruneRight) {
        let opening = Uuid::from_u128(self.next.fetch_add(1, Ordering::SeqCst).into());
        // The suite opens hundreds of stores.
        let mut options = Options::default();
        options.reserve_bytes = 1 << 20;
        SledStore::open(path, opening, options).unwrap()
    }

    fn path(&self) -> std::path::PathBuf {
        self.root.path().join(self.next.fetch_add(1, Ordering::SeqCst).to_string())
    }
}

impl conformance::Factory for Folders {
    type Store = SledStore;

    fn fresh(&self) -> (SledStore, PruneRight) {
        self.open(&self.path())
    }

    fn reopen(&self, store: SledStore) -> Option<(SledStore, PruneRight)> {
        let path = store.path().to_owned();
        drop(store);
        Some(self.open(&path))
    }

    fn crash(&self, store: SledStore) -> Option<(SledStore, PruneRight)> {
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
fn the_sled_store_conforms() {
    conformance::run(&Folders::new());
}

#[test]
fn the_largest_values_stay_in_the_log() {
    let folders = Folders::new();
    let path = folders.path();
    let (store, _right) = folders.open(&path);
    // Neighbours with the longest values fill a leaf; the changes afterwards make the engine write such leaves whole.
    for round in 0..3u8 {
        for at in 0..20u8 {
            let key = [&[at][..], &[at; 500]].concat();
            let batch = Batch::new().put(DATA, key, vec![at ^ round; VALUE_BYTES_MAX]);
            store.commit(&batch, Durability::Power).unwrap();
        }
    }
    assert_eq!(
        fs::read_dir(path.join("blobs")).unwrap().count(),
        0,
        "the engine moved a page out of the log"
    );
    let bytes = store.size_bytes().unwrap();
    assert!(bytes > 20 * 128 * 1024, "{bytes} bytes on disk");
    drop(store);
    let (store, _right) = folders.open(&path);
    let pairs = store.scan(DATA, &KeyRange::all(), Direction::Backward, 100).unwrap();
    assert_eq!(pairs.len(), 20);
    assert!(pairs.iter().all(|(key, value)| *value == vec![key[0] ^ 2; VALUE_BYTES_MAX]));
    assert_eq!(fs::read_dir(path.join("blobs")).unwrap().count(), 0);
}

#[test]
fn a_snapshot_past_its_bound_says_so_and_the_next_one_works() {
    let root = TempDir::new().unwrap();
    let mut options = Options::default();
    options.before_image_bytes = 10_000;
    let (store, _right) = SledStore::open(root.path(), Uuid::from_u128(1), options).unwrap();
    let put = |byte: u8| {
        store.commit(
            &Batch::new().put(DATA, "k", vec![byte; 6_000]).put(DATA, [byte], "v"),
            Durability::Process,
        )
    };
    put(0).unwrap();
    let first = store.snapshot().unwrap();
    put(1).unwrap();
    assert_eq!(first.get(DATA, b"k").unwrap(), Some(vec![0; 6_000]));
    let second = store.snapshot().unwrap();
    put(2).unwrap();
    // Two values of 6,000 bytes are more than 10,000: the older snapshot is given up, for every kind of read.
    assert!(matches!(first.get(DATA, b"k"), Err(ReadError::SnapshotTooOld)));
    assert!(matches!(first.get(DATA, b"unchanged"), Err(ReadError::SnapshotTooOld)));
    let scanned = first.scan(DATA, &KeyRange::all(), Direction::Forward, 10);
    assert!(matches!(scanned, Err(ReadError::SnapshotTooOld)));
    assert_eq!(second.get(DATA, b"k").unwrap(), Some(vec![1; 6_000]));
    assert_eq!(second.scan(DATA, &KeyRange::all(), Direction::Forward, 10).unwrap().len(), 3);
    let third = store.snapshot().unwrap();
    assert_eq!(third.get(DATA, b"k").unwrap(), Some(vec![2; 6_000]));
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
