//! Threads that want the same: one wins at a time, the others are told, and nothing is lost or counted twice.

use super::{Factory, Ground, LOG, LOWEST, commit, lives::contents, must_commit, sha256, value};
use crate::{Batch, CommitError, Found, Store};
use std::{
    panic::resume_unwind,
    sync::Barrier,
    thread::{self, ScopedJoinHandle},
};

const THREADS: u8 = 8;

/// What the threads answered; the panic of one of them becomes ours.
pub(super) fn together<T>(threads: Vec<ScopedJoinHandle<'_, T>>) -> Vec<T> {
    threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
}

pub(super) fn one_winner_creates<F: Factory>(ground: &Ground<'_, F>) {
    let store = &ground.store();
    for round in 0..ground.times(20) {
        let key = round.to_be_bytes().to_vec();
        let start = &Barrier::new(THREADS.into());
        let answers: Vec<_> = thread::scope(|scope| {
            let racers: Vec<_> = (0..THREADS)
                .map(|me| {
                    let batch = Batch::new()
                        .require_absent(LOG, key.clone())
                        .put(LOG, key.clone(), [me])
                        .put(LOWEST, [key.as_slice(), &[me]].concat(), [me]);
                    scope.spawn(move || {
                        start.wait();
                        (me, commit(store, &batch))
                    })
                })
                .collect();
            together(racers)
        });
        let winners: Vec<u8> =
            answers.iter().filter(|(_, answer)| answer.is_ok()).map(|(me, _)| *me).collect();
        let [winner] = winners.as_slice() else {
            panic!("{THREADS} threads created one key, {} won", winners.len());
        };
        for (me, answer) in &answers {
            let beside = value(store, LOWEST, &[key.as_slice(), &[*me]].concat());
            match answer {
                Ok(_) => assert_eq!(beside, Some(vec![*me]), "the winner's whole batch is there"),
                Err(CommitError::Conflict(failed)) => {
                    let found: Vec<_> = failed.iter().map(|failed| &failed.found).collect();
                    assert_eq!(found, [&Found::Value(vec![*winner])], "a loser is told the winner's value");
                    assert_eq!(beside, None, "nothing of a loser's batch is there");
                }
                Err(other) => panic!("a racer expected to win or to conflict, got {other:?}"),
            }
        }
    }
}

pub(super) fn no_increment_is_lost<F: Factory>(ground: &Ground<'_, F>) {
    let store = &ground.store();
    let each = ground.times(25);
    must_commit(store, &Batch::new().put(LOWEST, "counter", 0u32.to_be_bytes()), "the counter");
    let start = &Barrier::new(THREADS.into());
    thread::scope(|scope| {
        let one = || {
            scope.spawn(move || {
                start.wait();
                (0..each).for_each(|_| increment(store));
            })
        };
        together((0..THREADS).map(|_| one()).collect());
    });
    let expected = each.saturating_mul(u32::from(THREADS));
    let found = value(store, LOWEST, b"counter");
    assert_eq!(found, Some(expected.to_be_bytes().to_vec()), "every won increment counts once");
}

fn increment(store: &impl Store) {
    let mut bytes = value(store, LOWEST, b"counter").expect("the counter is there");
    loop {
        let count = u32::from_be_bytes(bytes.clone().try_into().expect("four bytes")).saturating_add(1);
        let batch = Batch::new()
            .require_value(LOWEST, "counter", bytes)
            .put(LOWEST, "counter", count.to_be_bytes())
            .put(LOG, count.to_be_bytes(), "won");
        thread::yield_now();
        match commit(store, &batch) {
            Ok(_) => return,
            // What the conflict found is the next thing to try.
            Err(CommitError::Conflict(failed)) => {
                match failed.into_iter().next().map(|failed| failed.found) {
                    Some(Found::Value(found)) => bytes = found,
                    found => panic!("the counter was found as {found:?}"),
                }
            }
            // An append-only put that is refused here means that two threads won the same count.
            Err(other) => panic!("an increment expected to win or to conflict, got {other:?}"),
        }
    }
}

/// Threads append to one log behind one head row, as the audit log does. Afterwards the entries are numbered from 1
/// without a gap, and they are the acknowledged attempts: each once, each thread's in its own order, and no other.
pub(super) fn a_log_has_no_gaps<F: Factory>(ground: &Ground<'_, F>) {
    let store = &ground.store();
    let each = ground.times(20);
    must_commit(store, &Batch::new().put(LOWEST, "head", 0u32.to_be_bytes()), "the head");
    let start = &Barrier::new(THREADS.into());
    let acknowledged: Vec<Vec<(u32, Vec<u8>)>> = thread::scope(|scope| {
        let one = |me: u8| {
            scope.spawn(move || {
                start.wait();
                (0..each).map(|nth| append(store, me, nth)).collect()
            })
        };
        together((0..THREADS).map(one).collect())
    });
    for (me, own) in acknowledged.iter().enumerate() {
        assert!(own.is_sorted_by(|(a, _), (b, _)| a < b), "thread {me}: a later entry has a lower number");
    }
    let mut expected: Vec<_> = acknowledged.into_iter().flatten().collect();
    expected.sort_unstable();
    let found: Vec<_> = contents(store, LOG)
        .into_iter()
        .map(|(key, entry)| (u32::from_be_bytes(key.try_into().expect("four bytes")), entry))
        .collect();
    let count = u32::try_from(expected.len()).expect("few entries");
    assert!(
        found.iter().map(|(number, _)| *number).eq(1..=count),
        "a gap, or an entry that nobody acknowledged"
    );
    assert!(found == expected, "an entry that was not acknowledged stands where one that was should be");
    assert_eq!(
        value(store, LOWEST, b"head"),
        Some(count.to_be_bytes().to_vec()),
        "the head after all of them"
    );
}

/// Appends until it is acknowledged. Each attempt has a text of its own; answers the number and the text that won.
fn append(store: &impl Store, me: u8, nth: u32) -> (u32, Vec<u8>) {
    let mut head = value(store, LOWEST, b"head").expect("the head is there");
    for attempt in 0u32.. {
        let number = u32::from_be_bytes(head.clone().try_into().expect("four bytes")).saturating_add(1);
        let entry = format!("thread {me}, entry {nth}, attempt {attempt}").into_bytes();
        // Both ways to name what the attempt rests on.
        let batch = match attempt % 2 {
            0 => Batch::new().require_value(LOWEST, "head", head),
            _ => Batch::new().require_digest(LOWEST, "head", sha256(&head)),
        };
        let batch =
            batch.put(LOWEST, "head", number.to_be_bytes()).put(LOG, number.to_be_bytes(), entry.clone());
        // Somebody else may be faster now.
        thread::yield_now();
        match commit(store, &batch) {
            Ok(_) => {
                // The head has moved on for good: who still rests on the old one has lost.
                match commit(store, &batch) {
                    Err(CommitError::Conflict(failed)) if failed.len() == 1 => {}
                    answer => {
                        panic!("an append on a head that has moved: expected a conflict, got {answer:?}")
                    }
                }
                return (number, entry);
            }
            Err(CommitError::Conflict(failed)) => {
                match failed.into_iter().next().map(|failed| failed.found) {
                    Some(Found::Value(found)) => head = found,
                    found => panic!("the head was found as {found:?}"),
                }
            }
            Err(other) => panic!("an append that lost expected a conflict, got {other:?}"),
        }
    }
    panic!("an append never won");
}
