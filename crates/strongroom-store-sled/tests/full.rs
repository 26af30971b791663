//! A volume that is really full. This binary starts itself again in a mount namespace of its own with a small tmpfs,
//! fills that to the last byte, and shows what still works: purges, reading, reopening; and everything once there is room.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::{
    env, fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};
use strongroom_store::{Batch, CommitError, Durability, Read, Space, Store};
use strongroom_store_sled::{Options, SledStore};
use uuid::Uuid;

const DATA: Space = Space::mutable(3, "data");
const VOLUME: &str = "STRONGROOM_TEST_SMALL_VOLUME";
/// Rows of the large purge.
const ROWS: u32 = 2000;
const SAID: &str = "every promise of a full volume was kept";

fn open(path: &Path) -> SledStore {
    SledStore::open(path, Uuid::from_u128(1), Options::default()).unwrap().0
}

fn batch(n: u32) -> Batch {
    Batch::new().put(DATA, n.to_be_bytes(), vec![n.to_le_bytes()[0]; 100_000])
}

/// Takes every byte that is left.
fn fill(path: &Path) {
    let mut file = fs::File::create(path).unwrap();
    let mut piece = 1 << 20;
    while piece > 0 {
        if file.write_all(&vec![0xff; piece]).is_err() {
            piece /= 4;
        }
    }
}

fn check_all(store: &SledStore, range: std::ops::Range<u32>) {
    for n in range {
        let value = store.get(DATA, &n.to_be_bytes()).unwrap().unwrap();
        assert!(value == vec![n.to_le_bytes()[0]; 100_000], "value {n}");
    }
}

/// The story, when this binary was started on a small volume; otherwise the proof that it does nothing elsewhere.
#[test]
#[expect(clippy::print_stdout, reason = "the parent listens")]
fn on_a_small_volume() {
    let Some(volume) = env::var_os(VOLUME) else {
        assert!(env::var("STRONGROOM_TEST_NESTED").is_err(), "started without a volume");
        return;
    };
    let volume = Path::new(&volume);
    let (path, reserve) = (volume.join("store"), volume.join("store/reserve"));
    fs::write(volume.join("ballast"), vec![0xff; 96 << 20]).unwrap();
    let store = open(&path);
    assert_eq!(fs::metadata(&reserve).unwrap().len(), 64 << 20);

    let is_full = |store: &SledStore, n: u32| match store.commit(&batch(n), Durability::Power) {
        Err(CommitError::Full(reason)) => assert!(reason.contains("KiB left"), "{reason}"),
        answer => panic!("expected `Full`, got {answer:?}"),
    };
    let count = (0..10_000).find(|n| store.commit(&batch(*n), Durability::Power).is_err()).unwrap();
    assert!(count > 50, "{count} batches went in");
    is_full(&store, count);
    assert!(reserve.exists(), "what is refused does not use up the reserve");
    check_all(&store, 0..count);

    fill(&volume.join("junk"));
    assert_eq!(fs4::available_space(volume).unwrap(), 0);
    is_full(&store, count);
    // A purge goes on: it removes a third, and says so.
    let purged = (count / 3).min(30);
    let purge = (0..purged).fold(Batch::new().put(DATA, "purged", "intent").from_reserve(), |batch, n| {
        batch.delete(DATA, n.to_be_bytes())
    });
    store.commit(&purge, Durability::Power).unwrap();
    assert!(!reserve.exists(), "the reserve was given up for it");
    is_full(&store, count);
    check_all(&store, purged..count);

    // The volume is filled again: the process dies, and the store opens on what little is left.
    drop(store);
    let store = open(&path);
    assert_eq!(store.get(DATA, b"purged").unwrap(), Some(b"intent".to_vec()));
    assert_eq!(store.get(DATA, &0_u32.to_be_bytes()).unwrap(), None);
    check_all(&store, purged..count);
    is_full(&store, count);
    let result = Batch::new().put(DATA, "purged", "result").from_reserve();
    store.commit(&result, Durability::Power).unwrap();

    // Room again: the reserve first, then everything else.
    fs::remove_file(volume.join("junk")).unwrap();
    fs::remove_file(volume.join("ballast")).unwrap();
    store.commit(&batch(count), Durability::Power).unwrap();
    assert_eq!(fs::metadata(&reserve).unwrap().len(), 64 << 20);
    drop(store);
    check_all(&open(&path), purged..count + 1);
    println!("{SAID}");
}

/// A purge larger than what is kept back, when this binary was started on a volume for it.
#[test]
#[expect(clippy::print_stdout, reason = "the parent listens")]
fn a_large_purge_on_a_small_volume() {
    let Some(volume) = env::var_os(VOLUME) else { return };
    let volume = Path::new(&volume);
    let path = volume.join("store");
    let store = open(&path);
    let row = |n: u32| Batch::new().put(DATA, n.to_be_bytes(), vec![1; 65_600]);
    for n in 0..ROWS {
        store.commit(&row(n), Durability::Power).unwrap();
    }
    fill(&volume.join("junk"));
    let purge = |store: &SledStore, from: u32| {
        let batch = Batch::new().put(DATA, "purged", from.to_be_bytes()).from_reserve();
        let batch = (from..from + 16).fold(batch, |batch, n| batch.delete(DATA, n.to_be_bytes()));
        store.commit(&batch, Durability::Power)
    };
    let mut next = 0;
    while next < ROWS {
        match purge(&store, next) {
            Ok(_) => next += 16,
            Err(CommitError::Full(_)) => break,
            answer => panic!("after {next} rows: {answer:?}"),
        }
    }
    assert!(next > 100, "{next} rows went");
    // Stopped or not, the store opens on what is left, and goes on once there is room.
    drop(store);
    let store = open(&path);
    assert_eq!(store.get(DATA, &0_u32.to_be_bytes()).unwrap(), None);
    fs::remove_file(volume.join("junk")).unwrap();
    while next < ROWS {
        purge(&store, next).unwrap();
        next += 16;
    }
    assert_eq!(store.get(DATA, &(ROWS - 1).to_be_bytes()).unwrap(), None);
    println!("{SAID}");
}

#[test]
fn a_purge_larger_than_the_reserve_stops_where_the_store_still_opens() {
    nested("a_large_purge_on_a_small_volume", "900m");
}

#[test]
fn a_full_volume_blocks_no_purge_and_loses_nothing() {
    nested("on_a_small_volume", "320m");
}

#[expect(clippy::print_stdout, reason = "a skipped proof must be seen to be skipped")]
fn nested(story: &str, size: &str) {
    let mount = tempfile::tempdir().unwrap();
    let script = format!(
        "mount -t tmpfs -o size={size} tmpfs \"$STRONGROOM_TEST_SMALL_VOLUME\" && exec \"$0\" \"$@\""
    );
    let mut unshare = Command::new("unshare");
    unshare.args(["-rm", "sh", "-c", &script]).env(VOLUME, mount.path());
    if !unshare.arg("true").stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
        println!("skipped: no mount namespace can be had here");
        return;
    }
    let mut child = Command::new("unshare");
    child.args(["-rm", "sh", "-c", &script]).arg(env::current_exe().unwrap());
    child.args([story, "--exact", "--nocapture", "--test-threads=1"]);
    let output = child.env(VOLUME, mount.path()).env("STRONGROOM_TEST_NESTED", "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains(SAID), "{said}\n{complained}");
}
