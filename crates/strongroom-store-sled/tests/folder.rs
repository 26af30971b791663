//! What a folder may be before it is opened: a table of wrong ones, each with its error; and damage of every file at many
//! places, after which the store gives an error or whole batches, never a wrong value and never a panic.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what fails here fails the test")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};
use strongroom_store::{Batch, Direction, Durability, KeyRange, Read, Space, Store};
use strongroom_store_sled::{OpenError, Options, SledStore};
use tempfile::TempDir;
use uuid::Uuid;

const DATA: Space = Space::mutable(3, "data");
const LOG: Space = Space::append_only(4, "log");

fn open(path: &Path) -> Result<SledStore, OpenError> {
    open_with(path, Options::default())
}

fn open_with(path: &Path, mut options: Options) -> Result<SledStore, OpenError> {
    options.reserve_bytes = 0;
    SledStore::open(path, Uuid::from_u128(1), options).map(|(store, _)| store)
}

fn accepting_loss() -> Options {
    let mut options = Options::default();
    options.accept_loss = true;
    options
}

#[test]
fn a_wrong_folder_is_named_and_left_alone() {
    let root = TempDir::new().unwrap();
    let at = |name: &str| root.path().join(name);

    fs::write(at("file"), "not a folder").unwrap();
    assert!(matches!(open(&at("file")), Err(OpenError::NotADirectory { path }) if path == at("file")));
    assert!(matches!(open(&at("file/below")), Err(OpenError::NotADirectory { .. })));
    assert_eq!(fs::read(at("file")).unwrap(), b"not a folder");

    drop(sled::Config::new().path(at("foreign")).open().unwrap());
    let error = open(&at("foreign")).unwrap_err();
    assert!(matches!(&error, OpenError::Foreign { path, .. } if *path == at("foreign")), "{error:?}");
    assert!(error.to_string().contains("foreign"), "{error}");

    // The same settings as ours, but somebody else's data; and a version of ours to come.
    let config = |name| sled::Config::new().path(at(name)).segment_size(16 << 20);
    config("default").open().unwrap().insert("k", "v").unwrap();
    config("later").open().unwrap().open_tree("strongroom 1").unwrap().insert("k", "v").unwrap();
    for name in ["default", "later"] {
        assert!(matches!(open(&at(name)), Err(OpenError::Foreign { .. })), "{name}");
        assert!(matches!(open(&at(name)), Err(OpenError::Foreign { .. })), "{name}, again");
    }

    let held = open(&at("held/deep")).unwrap();
    assert!(matches!(open(&at("held/deep")), Err(OpenError::Locked { path }) if path == at("held/deep")));
    held.commit(&Batch::new().put(DATA, "k", "v"), Durability::Power).unwrap();
    drop(held);
    let again = open(&at("held/deep")).unwrap();
    assert_eq!(again.get(DATA, b"k").unwrap(), Some(b"v".to_vec()));
}

#[test]
fn a_store_reopens_at_once_many_times() {
    let root = TempDir::new().unwrap();
    for round in 0..10u8 {
        let store = open(root.path()).unwrap();
        let pairs = store.scan(LOG, &KeyRange::all(), Direction::Forward, 100).unwrap();
        assert_eq!(pairs.len(), usize::from(round));
        store.commit(&Batch::new().put(LOG, [round], vec![round; 3000]), Durability::Power).unwrap();
    }
}

/// Batch `n` puts `n` in the log and overwrites some data with values that name `n`.
fn batch(n: u32) -> Batch {
    let value = |len: usize| [&n.to_be_bytes()[..], &vec![0xaa; len]].concat();
    Batch::new().put(LOG, n.to_be_bytes(), value(50)).put(DATA, (n % 7).to_be_bytes(), value(900)).put(
        DATA,
        "last",
        n.to_be_bytes(),
    )
}

const BATCHES: u32 = 120;

fn healthy(root: &Path) -> PathBuf {
    let path = root.join("healthy");
    // Two openings, so that there is a snapshot file and a log before and after it.
    for half in [0..BATCHES / 2, BATCHES / 2..BATCHES] {
        let store = open(&path).unwrap();
        for n in half {
            store.commit(&batch(n), Durability::Power).unwrap();
        }
    }
    path
}

fn copy(from: &Path, to: &Path) {
    let _gone = fs::remove_dir_all(to);
    fs::create_dir_all(to.join("blobs")).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[derive(Debug, PartialEq)]
enum Seen {
    Error,
    Whole(u32),
    /// Batches are missing in the middle.
    Holes,
}

/// Opens a damaged copy and looks at everything. A value that no batch wrote to its key fails the test.
fn look(path: &Path, options: Options, what: &str) -> Seen {
    let Ok(store) = open_with(path, options) else { return Seen::Error };
    let scan = |space| store.scan(space, &KeyRange::all(), Direction::Forward, 10_000);
    let (Ok(log), Ok(data)) = (scan(LOG), scan(DATA)) else { return Seen::Error };
    for (key, value) in &log {
        let n = u32::from_be_bytes(key.as_slice().try_into().unwrap());
        assert_eq!(
            *value,
            [&n.to_be_bytes()[..], &[0xaa; 50]].concat(),
            "{what}: a value that was never written"
        );
    }
    for (key, value) in data.iter().filter(|(key, _)| key != b"last") {
        let n = u32::from_be_bytes(value[..4].try_into().unwrap());
        assert_eq!(key, &(n % 7).to_be_bytes(), "{what}: a value of another key");
        assert_eq!(value[4..], [0xaa; 900], "{what}: a value that was never written");
    }
    let count = u32::try_from(log.len()).unwrap();
    let mut model = BTreeMap::new();
    for n in 0..count {
        model.insert((n % 7).to_be_bytes().to_vec(), n);
        model.insert(b"last".to_vec(), n);
    }
    let found: BTreeMap<Vec<u8>, u32> = data
        .iter()
        .map(|(key, value)| (key.clone(), u32::from_be_bytes(value[..4].try_into().unwrap())))
        .collect();
    let contiguous = log.iter().zip(0u32..).all(|((key, _), n)| *key == n.to_be_bytes());
    if contiguous && found == model { Seen::Whole(count) } else { Seen::Holes }
}

fn effort() -> u64 {
    std::env::var("STRONGROOM_EFFORT").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

#[test]
fn damage_is_an_error_and_what_can_be_saved_are_whole_batches() {
    let root = TempDir::new().unwrap();
    let (healthy, damaged) = (healthy(root.path()), root.path().join("damaged"));
    copy(&healthy, &damaged);
    assert_eq!(look(&damaged, Options::default(), "healthy"), Seen::Whole(BATCHES));
    copy(&healthy, &damaged);
    let files: Vec<String> = fs::read_dir(&damaged)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "blobs" && name != "lock")
        .collect();
    assert_eq!(files.len(), 4, "a log, a configuration, a snapshot and a mark: {files:?}");

    let mut random = 0x5eed_u64;
    let mut below = |limit: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % limit.max(1)
    };
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for round in 0..effort() * 8 {
        for name in &files {
            copy(&healthy, &damaged);
            let mut bytes = fs::read(damaged.join(name)).unwrap();
            // The log's last segment is mostly empty: aim at the part that was written.
            let written =
                bytes.iter().rposition(|byte| *byte != 0).map_or(0, |at| u64::try_from(at).unwrap());
            let place = below(written.min(300_000) + 1);
            let at = usize::try_from(place).unwrap();
            let what = if round % 2 == 0 {
                bytes[at] ^= 1 << below(8);
                format!("`{name}` flipped at {at}")
            } else {
                bytes.truncate(at);
                format!("`{name}` cut at {at}")
            };
            fs::write(damaged.join(name), &bytes).unwrap();
            let kind = name.split('.').next().unwrap().to_owned();
            // All of it, or an error: nothing that was acknowledged goes missing in silence.
            let strict = look(&damaged, Options::default(), &what);
            assert!(matches!(strict, Seen::Error | Seen::Whole(BATCHES)), "{what}: {strict:?}");
            // Whoever opens it all the same gets whole batches, or an error.
            let outcome = look(&damaged, accepting_loss(), &what);
            *seen.entry(format!("{kind} {}", outcome_name(&outcome))).or_default() += 1;
        }
    }
    // The configuration and the snapshot carry checksums over all they hold. In the log, the engine drops what it cannot
    // read behind the last snapshot, and tells of what it cannot read before it.
    assert!(seen.keys().all(|outcome| !outcome.ends_with("holes")), "{seen:?}");
    assert!(seen.contains_key("db whole") && seen.contains_key("db error"), "both kinds were seen: {seen:?}");
}

#[test]
fn a_store_that_lost_its_end_says_how_much() {
    let root = TempDir::new().unwrap();
    let (healthy, damaged) = (healthy(root.path()), root.path().join("damaged"));
    let refusal = |what: &str| match open(&damaged) {
        Err(error @ OpenError::Damaged { .. }) => error.to_string(),
        answer => panic!("{what}: expected `Damaged`, got {answer:?}"),
    };
    copy(&healthy, &damaged);
    fs::remove_file(damaged.join("mark")).unwrap();
    assert!(refusal("no mark").contains("`mark` is missing"));
    assert!(refusal("no mark, again").contains("`mark` is missing"));

    // The log as it was before the last batches, which is what a file system that lost its end leaves.
    copy(&healthy, &damaged);
    let store = open(&healthy).unwrap();
    for n in BATCHES..BATCHES + 3 {
        store.commit(&batch(n), Durability::Power).unwrap();
    }
    fs::copy(healthy.join("mark"), damaged.join("mark")).unwrap();
    let said = refusal("three batches are missing");
    assert!(said.contains("3 more were acknowledged") && said.contains("`db`"), "{said}");
    assert!(said.contains(damaged.to_str().unwrap()), "{said}");
    assert!(refusal("again").contains("3 more were acknowledged"), "it stays refused");
    assert_eq!(look(&damaged, accepting_loss(), "saved"), Seen::Whole(BATCHES));
    assert!(open(&damaged).is_ok(), "the loss was accepted");
}

fn outcome_name(seen: &Seen) -> &'static str {
    match seen {
        Seen::Error => "error",
        Seen::Holes => "holes",
        Seen::Whole(_) => "whole",
    }
}
