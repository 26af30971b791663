//! Group commit: many threads, few physical commits, each with its own result.

use super::*;
use std::{collections::BTreeSet, sync::atomic::AtomicBool, thread};

const THREADS: u64 = 16;
const ROUNDS: u64 = 60;

#[test]
fn each_of_many_threads_gets_its_own_result() {
    let bench = Bench::new();
    let log = &bench.log;
    let won: Vec<u64> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                scope.spawn(move || {
                    let mut won = 0;
                    for round in 0..ROUNDS {
                        // Of those who ask for the same key, one must get it.
                        let key = round.to_be_bytes();
                        let claim =
                            Batch::new().require_absent(NOTES, key).put(NOTES, key, thread.to_be_bytes());
                        match log.commit(at(0), one(view().count(thread)).changes(claim)) {
                            Ok(receipt) => {
                                won += 1;
                                assert_eq!(log.entry(receipt.first).unwrap().unwrap().count, Some(thread));
                            }
                            Err(LogError::Conflict(failed)) => assert_eq!(failed[0].index, 0),
                            Err(other) => panic!("{other}"),
                        }
                        let receipt = log.commit(at(0), one(view()).event(view().version(round))).unwrap();
                        assert_eq!(receipt.count(), 2);
                        assert_eq!(log.entry(receipt.first + 1).unwrap().unwrap().version, Some(round));
                    }
                    won
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(won.iter().sum::<u64>(), ROUNDS, "each key has one owner");
    let size = log.size().unwrap();
    assert_eq!(size, ROUNDS + THREADS * ROUNDS * 2);
    let mut ids = BTreeSet::new();
    log.entries(0..size, |_, entry| ids.insert(entry.id)).unwrap();
    assert_eq!(ids.len(), usize::try_from(size).unwrap(), "ids are never given twice");
    assert_eq!(bench.verify().verdict(), Verdict::Intact);
}

/// Commits merged by hand, so that it does not hang on how threads happen to meet.
fn merged(bench: &Bench, commits: Vec<Commit>) -> Vec<Result<Receipt, LogError>> {
    let prepared = commits.into_iter().map(|commit| bench.log.prepare(at(0), commit).unwrap());
    let slots: Vec<_> = prepared.map(strongroom_store::Slot::alone).map(Arc::new).collect();
    bench.log.apply(&slots)
}

#[test]
fn a_commit_that_fails_in_a_group_fails_alone() {
    let bench = Bench::new();
    bench
        .log
        .commit(at(0), one(view()).changes(Batch::new().put(NOTES, "there", "1").put(LEDGER, "x", "1")))
        .unwrap();
    let claim = |key: &str| one(view()).changes(Batch::new().require_absent(NOTES, key).put(NOTES, key, "2"));
    let before = bench.rig.commits.load(Ordering::Relaxed);
    let outcomes = merged(
        &bench,
        vec![
            claim("new"),
            claim("there"),
            claim("new"),
            one(view()).changes(Batch::new().require_value(NOTES, "new", "2").delete(NOTES, "new")),
            claim("new"),
            one(view()),
        ],
    );
    let firsts: Vec<_> =
        outcomes.iter().map(|outcome| outcome.as_ref().ok().map(|receipt| receipt.first)).collect();
    assert_eq!(firsts, [Some(1), None, None, Some(2), Some(3), Some(4)]);
    for lost in [&outcomes[1], &outcomes[2]] {
        assert!(matches!(lost, Err(LogError::Conflict(failed)) if failed[0].index == 0), "{lost:?}");
    }
    assert_eq!(bench.rig.commits.load(Ordering::Relaxed) - before, 2, "once with the lost one, once without");
    assert_eq!(bench.log.size().unwrap(), 5);
    assert_eq!(bench.verify().verdict(), Verdict::Intact);
}

#[test]
fn a_refusal_that_rested_on_a_lost_commit_is_taken_back() {
    let bench = Bench::new();
    bench.log.commit(at(0), one(view()).changes(Batch::new().put(NOTES, "there", "1"))).unwrap();
    let outcomes = merged(
        &bench,
        vec![
            // The store refuses this one only at the commit ...
            one(view()).changes(Batch::new().require_absent(NOTES, "there").put(NOTES, "key", "1")),
            // ... and with it goes the ground on which this one was refused.
            one(view()).changes(Batch::new().require_absent(NOTES, "key").put(NOTES, "key", "2")),
        ],
    );
    assert!(matches!(outcomes[0], Err(LogError::Conflict(_))));
    assert_eq!(outcomes[1].as_ref().unwrap().first, 1);
}

#[test]
fn a_commit_that_the_store_refuses_is_told_from_its_group() {
    let bench = Bench::new();
    bench.log.commit(at(0), one(view()).changes(Batch::new().put(LEDGER, "x", "1"))).unwrap();
    let write = |key: &str| one(view()).changes(Batch::new().put(LEDGER, key, "2"));
    let outcomes = merged(&bench, vec![write("a"), write("x"), write("b"), write("b")]);
    let fine: Vec<_> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(fine, [true, false, true, false]);
    assert!(matches!(outcomes[1], Err(LogError::Refused(_))));
    assert_eq!(bench.log.size().unwrap(), 3);
    assert_eq!(bench.verify().verdict(), Verdict::Intact);
}

#[test]
fn fences_change_within_a_group() {
    let bench = Bench::new();
    let (who, intent) = (customer(1), strongroom_types::CaseId::from_bytes([5; 16]));
    let write = || one(view()).guard(Guard::Active { customer: who, generation: Some(1) });
    let hold = || one(view()).guard(Guard::HoldsVersion(0)).fence(FenceChange::BumpHolds);
    let outcomes = merged(
        &bench,
        vec![
            one(view()).fence(FenceChange::Open { customer: who }),
            write(),
            hold(),
            hold(),
            one(view()).fence(FenceChange::Condemn { customer: who, intent }),
            write(),
        ],
    );
    let fine: Vec<_> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(fine, [true, true, true, false, true, false]);
    assert!(matches!(outcomes[3], Err(LogError::HoldsMoved { found: 1 })));
    assert!(matches!(outcomes[5], Err(LogError::Fenced { found: Some(Fence::Condemned { .. }), .. })));
    assert_eq!(bench.rig.commits.load(Ordering::Relaxed), 1);
    assert_eq!(bench.verify().verdict(), Verdict::Intact);
}

#[test]
fn a_store_that_panics_leaves_nobody_waiting() {
    let bench = Bench::new();
    bench.rig.fail(Fault::Panic);
    let log = &bench.log;
    let ended: Vec<bool> = thread::scope(|scope| {
        let threads: Vec<_> =
            (0..8).map(|_| scope.spawn(|| log.commit(at(0), one(view())).is_ok())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(false)).collect()
    });
    assert_eq!(ended, [false; 8]);
    bench.rig.fail(Fault::None);
    assert!(matches!(log.commit(at(0), one(view())), Err(LogError::Poisoned)));
}

#[test]
fn a_log_opens_beside_somebody_who_writes_to_it() {
    let bench = Bench::new();
    let writer = open(&bench.rig, &bench.sealer, Arc::new(Counting::default())).unwrap();
    let stop = AtomicBool::new(false);
    let refused: Vec<OpenError> = thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                writer.commit(at(n), one(view())).unwrap();
            }
        });
        let openings = (0..200).map(|_| open(&bench.rig, &bench.sealer, Arc::new(Counting::default())));
        let refused = openings.filter_map(Result::err).collect();
        stop.store(true, Ordering::Relaxed);
        refused
    });
    assert!(refused.is_empty(), "{} of 200 were refused, such as {:?}", refused.len(), refused.first());
}
