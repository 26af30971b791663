//! The fault injector does what it is told, once, and the seed decides the rest. By table and by replay.

use strongroom_store::{
    Batch, CommitError, Direction, Durability, Fault, Faulty, KeyRange, MemoryStore, Read, ReadError, Space,
    Store,
};
use uuid::Uuid;

const DATA: Space = Space::mutable(1, "data");

fn memory() -> MemoryStore {
    MemoryStore::open(Uuid::from_u128(1)).0
}

fn put(store: &impl Store, key: &str) -> Result<(), CommitError> {
    store.commit(&Batch::new().put(DATA, key, "v"), Durability::Process).map(|_| ())
}

fn kind(answer: &Result<(), CommitError>) -> &'static str {
    match answer {
        Ok(()) => "ok",
        Err(CommitError::Fatal(_)) => "fatal",
        Err(CommitError::Retryable(_)) => "retryable",
        Err(CommitError::Unknown { .. }) => "unknown",
        Err(_) => "other",
    }
}

#[test]
fn a_fault_strikes_the_commit_it_was_set_for() {
    let cases = [
        (Fault::Retryable, "retryable", false, "ok"),
        (Fault::UnknownDone, "unknown", true, "ok"),
        (Fault::UnknownUndone, "unknown", false, "ok"),
        (Fault::Fatal, "fatal", false, "fatal"),
    ];
    for (fault, expected, applied, after) in cases {
        let store = Faulty::new(memory());
        store.fail_commit(1, fault);
        assert_eq!(kind(&put(&store, "first")), "ok", "{fault:?}: before it");
        assert_eq!(kind(&put(&store, "struck")), expected, "{fault:?}");
        assert_eq!(store.get(DATA, b"struck").unwrap().is_some(), applied, "{fault:?}: applied");
        assert_eq!(kind(&put(&store, "after")), after, "{fault:?}: after it");
        assert_eq!(store.sync().is_err(), after == "fatal", "{fault:?}: sync after it");
        assert_eq!(store.commits(), 3, "{fault:?}");
        assert!(store.inner().get(DATA, b"first").unwrap().is_some(), "{fault:?}: what was there stays");
    }
}

#[test]
fn reads_fail_while_they_are_told_to() {
    let store = Faulty::new(memory());
    put(&store, "k").unwrap();
    store.fail_reads(true);
    assert!(matches!(store.get(DATA, b"k"), Err(ReadError::Io(_))));
    assert!(matches!(store.scan(DATA, &KeyRange::all(), Direction::Forward, 1), Err(ReadError::Io(_))));
    assert!(store.snapshot().is_err());
    store.fail_reads(false);
    assert!(store.get(DATA, b"k").unwrap().is_some());
}

#[test]
fn the_same_seed_gives_the_same_faults() {
    let play = |seed| {
        let store = Faulty::seeded(memory(), seed, 3);
        (0..300).map(|at| kind(&put(&store, &at.to_string()))).collect::<Vec<_>>()
    };
    let first = play(1);
    assert_eq!(first, play(1));
    assert_ne!(first, play(2));
    let faults = first.iter().filter(|kind| **kind != "ok").count();
    assert!((60..140).contains(&faults), "about one in three of 300, found {faults}");
    assert!(!first.contains(&"fatal"), "a drawn fault is survivable");
}
