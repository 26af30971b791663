//! The fault injector does what it is told, once, and the seed decides the rest. By table and by replay: for each fault
//! what the caller hears, what is applied, what is said later, and what the store is good for afterwards.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Barrier, Mutex, mpsc},
    thread,
};
use strongroom_store::{
    Batch, CommitError, Committed, Direction, Durability, Fault, Faulty, KeyRange, MemoryStore, Outcome,
    Read, ReadError, Space, Store, StoreExt,
};
use uuid::Uuid;

const DATA: Space = Space::mutable(1, "data");
const LOG: Space = Space::append_only(2, "log");

fn memory() -> MemoryStore {
    MemoryStore::open(Uuid::from_u128(1)).0
}

fn try_put(store: &impl Store, key: &str) -> Result<Committed, CommitError> {
    let batch = Batch::new().put(DATA, key, "v").put(LOG, key, "v").put(DATA, [key, " too"].concat(), "v");
    store.commit(&batch, Durability::Process)
}

fn kind<T>(answer: &Result<T, CommitError>) -> &'static str {
    match answer {
        Ok(_) => "ok",
        Err(CommitError::Fatal(_)) => "fatal",
        Err(CommitError::Full(_)) => "full",
        Err(CommitError::Refused(_)) => "refused",
        Err(CommitError::Retryable(_)) => "retryable",
        Err(CommitError::Unknown { commit: None, .. }) => "unknown",
        Err(CommitError::Unknown { commit: Some(_), .. }) => "unknown with id",
        Err(_) => "other",
    }
}

/// How many of the three changes of a batch are there.
fn applied(store: &Faulty<MemoryStore>, key: &str) -> usize {
    let at = [(DATA, key.to_owned()), (LOG, key.to_owned()), (DATA, format!("{key} too"))];
    at.iter().filter(|(space, key)| store.inner().get(*space, key.as_bytes()).unwrap().is_some()).count()
}

#[test]
fn a_fault_strikes_the_commit_it_was_set_for() {
    use Outcome::{Applied, NotApplied};
    let cases = [
        // What is answered, how much is applied, what is said later, and how the next commit fares.
        (Fault::DelayAfter, "ok", 3, None, "ok"),
        (Fault::DelayBefore, "ok", 3, None, "ok"),
        (Fault::Fatal, "fatal", 0, None, "fatal"),
        (Fault::Full, "full", 0, None, "ok"),
        (Fault::Retryable, "retryable", 0, None, "ok"),
        (Fault::Torn { ops: 0 }, "unknown", 0, None, "ok"),
        (Fault::Torn { ops: 2 }, "unknown", 2, None, "ok"),
        (Fault::Torn { ops: 9 }, "unknown", 3, None, "ok"),
        (Fault::TornFatal { ops: 1 }, "fatal", 1, None, "fatal"),
        (Fault::UnknownDone, "unknown", 3, None, "ok"),
        (Fault::UnknownDoneWithId, "unknown with id", 3, Some(Applied), "ok"),
        (Fault::UnknownLateWithId, "unknown with id", 0, Some(NotApplied), "ok"),
        (Fault::UnknownUndone, "unknown", 0, None, "ok"),
        (Fault::UnknownUndoneWithId, "unknown with id", 0, Some(NotApplied), "ok"),
    ];
    for (fault, expected, changes, outcome, after) in cases {
        let store = Faulty::new(memory());
        store.fail_commit(1, fault);
        assert_eq!(kind(&try_put(&store, "first")), "ok", "{fault:?}: before it");
        let answer = try_put(&store, "struck");
        assert_eq!(kind(&answer), expected, "{fault:?}");
        assert_eq!(applied(&store, "struck"), changes, "{fault:?}: what is applied");
        let id = match answer {
            Err(CommitError::Unknown { commit, .. }) => commit,
            _ => None,
        };
        assert_eq!(id.map(|id| store.outcome(id).unwrap()), outcome, "{fault:?}: the outcome");
        assert_eq!(kind(&try_put(&store, "after")), after, "{fault:?}: after it");
        assert_eq!(applied(&store, "struck"), changes, "{fault:?}: what is applied stays so");
        assert_eq!(id.map(|id| store.outcome(id).unwrap()), outcome, "{fault:?}: the outcome is final");
        assert_eq!(store.sync().is_err(), after == "fatal", "{fault:?}: sync after it");
        assert_eq!(store.commits(), 3, "{fault:?}");
        assert_eq!(applied(&store, "first"), 3, "{fault:?}: what was there stays");
    }
}

#[test]
fn a_late_commit_lands_unless_somebody_asks_first() {
    for asks in [false, true] {
        let store = Faulty::new(memory());
        store.fail_commit(0, Fault::UnknownLateWithId);
        let Err(CommitError::Unknown { commit: Some(id), .. }) = try_put(&store, "late") else {
            panic!("a lost commit has an id");
        };
        if asks {
            assert_eq!(store.outcome(id).unwrap(), Outcome::NotApplied);
        }
        try_put(&store, "next").unwrap();
        assert_eq!(applied(&store, "late"), if asks { 0 } else { 3 }, "asked first: {asks}");
        let outcome = if asks { Outcome::NotApplied } else { Outcome::Applied };
        assert_eq!(store.outcome(id).unwrap(), outcome, "asked first: {asks}");
    }
    // What has become impossible by the time it lands was never applied, and is said so.
    let store = Faulty::new(memory());
    store.fail_commit(1, Fault::UnknownLateWithId);
    let append = |key: &str| store.commit(&Batch::new().put(LOG, key, "v"), Durability::Process);
    append("1").unwrap();
    let Err(CommitError::Unknown { commit: Some(id), .. }) = append("1") else {
        panic!("a lost commit has an id")
    };
    append("2").unwrap();
    assert_eq!(store.outcome(id).unwrap(), Outcome::NotApplied);
    assert_eq!(
        store.outcome(Uuid::from_u128(99)).unwrap(),
        Outcome::Untold,
        "of others the inner store tells"
    );
}

#[test]
fn a_settled_commit_is_what_the_outcome_says() {
    let cases = [
        (Fault::UnknownDone, "unknown"),
        (Fault::UnknownDoneWithId, "ok"),
        (Fault::UnknownLateWithId, "retryable"),
        (Fault::UnknownUndone, "unknown"),
        (Fault::UnknownUndoneWithId, "retryable"),
    ];
    for (fault, expected) in cases {
        let store = Faulty::new(memory());
        store.fail_commit(0, fault);
        let batch = Batch::new().require_absent(DATA, "k").put(DATA, "k", "v");
        assert_eq!(kind(&store.commit_settled(&batch, Durability::Process)), expected, "{fault:?}");
        if expected == "retryable" {
            store.commit_settled(&batch, Durability::Process).unwrap();
        }
    }
    // A sync that fails leaves it unknown how durable the commit is.
    let store = Faulty::new(memory());
    store.fail_commit(0, Fault::UnknownDoneWithId);
    store.fail_sync();
    let answer = store.commit_settled(&Batch::new().put(DATA, "k", "v"), Durability::Process);
    assert_eq!(kind(&answer), "unknown with id");
}

#[test]
fn a_failed_sync_is_the_end() {
    let store = Faulty::new(memory());
    store.fail_sync();
    assert_eq!(kind(&try_put(&store, "before")), "ok");
    assert_eq!(kind(&store.sync()), "unknown");
    assert_eq!(kind(&store.sync()), "fatal");
    assert_eq!(kind(&try_put(&store, "after")), "fatal");
    assert_eq!((applied(&store, "before"), applied(&store, "after")), (3, 0));
}

#[test]
fn a_full_disk_takes_batches_from_the_reserve_alone() {
    let store = Faulty::new(memory());
    store.fill(true);
    assert_eq!(kind(&try_put(&store, "k")), "full");
    assert_eq!(applied(&store, "k"), 0);
    let purge = Batch::new().put(DATA, "purged", "v").from_reserve();
    assert_eq!(kind(&store.commit(&purge, Durability::Process)), "ok");
    store.fail_commit(0, Fault::Full);
    assert_eq!(kind(&store.commit(&purge, Durability::Process)), "full", "the reserve has an end as well");
    store.fill(false);
    assert_eq!(kind(&try_put(&store, "k")), "ok");
}

#[test]
fn a_torn_batch_keeps_its_preconditions_and_the_modes_of_its_spaces() {
    let store = Faulty::new(memory());
    try_put(&store, "there").unwrap();
    store.fail_commit(0, Fault::Torn { ops: 1 });
    let batch = Batch::new().require_absent(DATA, "there").put(DATA, "new", "v");
    assert!(matches!(store.commit(&batch, Durability::Process), Err(CommitError::Conflict(_))));
    store.fail_commit(0, Fault::Torn { ops: 1 });
    let batch = Batch::new().put(LOG, "there", "other").put(DATA, "new", "v");
    assert_eq!(kind(&store.commit(&batch, Durability::Process)), "refused");
    assert_eq!(store.inner().get(DATA, b"new").unwrap(), None);
    // Removals are torn like puts.
    let (inner, right) = MemoryStore::open(Uuid::from_u128(2));
    let store = Faulty::new(inner);
    try_put(&store, "k").unwrap();
    store.fail_commit(0, Fault::Torn { ops: 2 });
    let batch = Batch::new().prune(&right, LOG, "k").delete(DATA, "k").delete(DATA, "k too");
    assert_eq!(kind(&store.commit(&batch, Durability::Process)), "unknown");
    assert_eq!(applied(&store, "k"), 1);
}

#[test]
fn a_delay_holds_up_one_commit_where_it_was_told_to() {
    for (fault, seen) in [(Fault::DelayBefore, 0), (Fault::DelayAfter, 3)] {
        let (arrived, hears) = mpsc::channel();
        let barrier = Arc::new(Barrier::new(2));
        let gate = Arc::clone(&barrier);
        let arrived = Mutex::new(arrived);
        let store = Faulty::new(memory()).with_delay(move |commit| {
            arrived.lock().unwrap().send(commit).unwrap();
            gate.wait();
        });
        try_put(&store, "first").unwrap();
        store.fail_commit(0, fault);
        thread::scope(|scope| {
            let slow = scope.spawn(|| try_put(&store, "slow"));
            assert_eq!(hears.recv().unwrap(), 1, "{fault:?}: the number of the commit");
            assert_eq!(applied(&store, "slow"), seen, "{fault:?}: what others see meanwhile");
            try_put(&store, "others").unwrap();
            barrier.wait();
            slow.join().unwrap().unwrap();
        });
        assert_eq!((applied(&store, "slow"), applied(&store, "others")), (3, 3), "{fault:?}");
    }
    // Without a hook there is nothing to wait for.
    let store = Faulty::new(memory());
    store.fail_commit(0, Fault::DelayBefore);
    try_put(&store, "k").unwrap();
}

#[test]
fn reads_fail_while_they_are_told_to() {
    let store = Faulty::new(memory());
    try_put(&store, "k").unwrap();
    let snapshot = store.snapshot().unwrap();
    store.fail_reads(true);
    let both: [&dyn Read; 2] = [&store, &*snapshot];
    for read in both {
        assert!(matches!(read.get(DATA, b"k"), Err(ReadError::Io(_))));
        assert!(matches!(read.scan(DATA, &KeyRange::all(), Direction::Forward, 1), Err(ReadError::Io(_))));
    }
    assert!(store.snapshot().is_err());
    store.fail_reads(false);
    assert!(store.get(DATA, b"k").unwrap().is_some());
    assert!(snapshot.get(DATA, b"k").unwrap().is_some());

    store.fail_read(1, ReadError::Damaged("a flipped bit".to_owned()));
    store.fail_read(2, ReadError::SnapshotTooOld);
    assert!(store.get(DATA, b"k").is_ok());
    assert!(matches!(store.get(DATA, b"k"), Err(ReadError::Damaged(_))));
    assert!(matches!(snapshot.get(DATA, b"k"), Err(ReadError::SnapshotTooOld)));
    assert!(snapshot.get(DATA, b"k").is_ok());
}

/// Plays 600 commits and, beside them, some reads.
fn play(store: &Faulty<MemoryStore>, reads_each: usize) -> (Vec<&'static str>, Vec<Uuid>, Vec<bool>) {
    let (mut kinds, mut ids, mut reads) = (Vec::new(), Vec::new(), Vec::new());
    for at in 0..600 {
        let answer = try_put(store, &at.to_string());
        kinds.push(kind(&answer));
        if let Err(CommitError::Unknown { commit: Some(id), .. }) = answer {
            ids.push(id);
        }
        reads.extend((0..reads_each).map(|_| store.get(DATA, b"k").is_err()));
    }
    (kinds, ids, reads)
}

#[test]
fn the_same_seed_gives_the_same_faults() {
    let seeded = |seed| Faulty::seeded(memory(), seed, 3).with_seeded_reads(seed, 4);
    let first = play(&seeded(1), 1);
    assert_eq!(first, play(&seeded(1), 1));
    assert_ne!(first, play(&seeded(2), 1));
    let (kinds, ids, reads) = first;
    assert_eq!(kinds, play(&seeded(1), 2).0, "reads change nothing for commits");

    let faults = kinds.iter().filter(|kind| **kind != "ok").count();
    assert!((120..280).contains(&faults), "about one in three of 600, found {faults}");
    let failed = reads.iter().filter(|failed| **failed).count();
    assert!((90..210).contains(&failed), "about one in four of 600 reads, found {failed}");
    let seen: BTreeSet<_> = kinds.iter().copied().collect();
    assert_eq!(
        seen,
        BTreeSet::from(["ok", "retryable", "unknown", "unknown with id"]),
        "survivable, each kind"
    );
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "each commit has an id of its own");
}

#[test]
fn a_seed_draws_from_the_faults_it_was_given() {
    let count = |faults: &[Fault]| {
        let mut seen = BTreeMap::new();
        for kind in play(&Faulty::seeded_from(memory(), 5, 2, faults), 0).0 {
            *seen.entry(kind).or_insert(0) += 1;
        }
        seen
    };
    assert_eq!(count(&[]), BTreeMap::from([("ok", 600)]));
    let seen = count(&[Fault::Full, Fault::Retryable]);
    assert_eq!(seen.keys().copied().collect::<Vec<_>>(), ["full", "ok", "retryable"]);
    assert!(seen.values().all(|count| *count > 90), "{seen:?}");
    let seen = count(&[Fault::Fatal]);
    assert!(
        seen.keys().all(|kind| ["fatal", "ok"].contains(kind)) && seen["fatal"] > 500,
        "the end is the end: {seen:?}"
    );
}
