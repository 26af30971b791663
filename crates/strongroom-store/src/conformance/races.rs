//! Threads: compare-and-swap has one winner, and a snapshot stays still.

use super::{HIGHEST, LOG, LOWEST, commit, effort, must_commit, value};
use crate::{Batch, CommitError, Direction, Found, KeyRange, Pair, Read, ReadError, SCAN_LIMIT_MAX, Store};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

const THREADS: u8 = 8;

pub(super) fn one_winner_creates(store: &impl Store) {
    for round in 0..effort().saturating_mul(20) {
        let key = round.to_be_bytes().to_vec();
        let answers: Vec<_> = thread::scope(|scope| {
            let racers: Vec<_> = (0..THREADS)
                .map(|me| {
                    let batch = Batch::new()
                        .require_absent(LOG, key.clone())
                        .put(LOG, key.clone(), [me])
                        .put(LOWEST, [key.as_slice(), &[me]].concat(), [me]);
                    scope.spawn(move || (me, commit(store, &batch)))
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().expect("no racer panics")).collect()
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

pub(super) fn no_increment_is_lost(store: &impl Store) {
    let each = effort().saturating_mul(25);
    must_commit(store, &Batch::new().put(LOWEST, "counter", 0u32.to_be_bytes()), "the counter");
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(move || (0..each).for_each(|_| increment(store)));
        }
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

/// Writers move amounts between two accounts and add and remove other keys. In every snapshot the sum is the same,
/// and reading it twice, in either direction, in pages of any size, reads the same.
pub(super) fn snapshots_stay_still(store: &impl Store) {
    let set = |left: u64| {
        let right = 1000u64.saturating_sub(left);
        Batch::new().put(LOWEST, "left", left.to_be_bytes()).put(LOWEST, "right", right.to_be_bytes())
    };
    must_commit(store, &set(1000), "the accounts");
    let unbounded = store.capabilities().unbounded_snapshots;
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut turn = 0u64;
            while !done.load(Ordering::SeqCst) {
                turn = turn.wrapping_add(1);
                let name = |at: u64| format!("m{:02}", at % 40).into_bytes();
                let batch = set(turn % 1001)
                    .put(LOWEST, name(turn), turn.to_be_bytes())
                    .delete(LOWEST, name(turn.wrapping_mul(7)));
                must_commit(store, &batch, "a writer beside a snapshot");
            }
        });
        // Dropped when a look fails as well: the scope waits for the writer before it passes the panic on.
        let _stop = StopOnDrop(&done);
        for _ in 0..effort().saturating_mul(30) {
            if writer.is_finished() {
                break;
            }
            match store.snapshot().and_then(|snapshot| look_twice(&*snapshot)) {
                Ok(()) => {}
                Err(ReadError::SnapshotTooOld) if !unbounded => {}
                Err(error) => panic!("a snapshot expected to answer, got {error:?}"),
            }
        }
    });
}

struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn look_twice(snapshot: &dyn Read) -> Result<(), ReadError> {
    let first = look(snapshot, Direction::Forward, SCAN_LIMIT_MAX)?;
    let sum = [b"left".as_slice(), b"right"].iter().try_fold(0u64, |sum, key| {
        let bytes = snapshot.get(LOWEST, key)?.expect("an account is there");
        Ok::<u64, ReadError>(sum.saturating_add(u64::from_be_bytes(bytes.try_into().expect("eight bytes"))))
    })?;
    assert_eq!(sum, 1000, "a snapshot shows half of a batch");
    for limit in [SCAN_LIMIT_MAX, 5, 1] {
        let mut backward = look(snapshot, Direction::Backward, limit)?;
        backward.reverse();
        assert_eq!(backward, first, "a snapshot moved, backward in pages of {limit}");
        assert_eq!(
            look(snapshot, Direction::Forward, limit)?,
            first,
            "a snapshot moved, in pages of {limit}"
        );
    }
    for (key, expected) in &first {
        assert_eq!(snapshot.get(LOWEST, key)?.as_ref(), Some(expected), "get and scan of a snapshot differ");
    }
    Ok(())
}

fn look(snapshot: &dyn Read, direction: Direction, limit: usize) -> Result<Vec<Pair>, ReadError> {
    let mut range = KeyRange::all();
    let mut all: Vec<Pair> = Vec::new();
    loop {
        let page = snapshot.scan(LOWEST, &range, direction, limit)?;
        assert!(
            page.iter().all(|(key, _)| range.contains(key)),
            "a page of {range:?} holds a key outside of it"
        );
        let full = page.len() == limit;
        all.extend(page);
        match all.last() {
            Some((last, _)) if full => range = range.after(last, direction),
            _ => return Ok(all),
        }
    }
}

/// A head row that says how long the log is, and entries behind it: the shape of every log on this trait.
pub(super) fn a_log_has_no_gap(store: &impl Store) {
    let rounds = effort().saturating_mul(10);
    let acknowledged: u32 = thread::scope(|scope| {
        let writers: Vec<_> = (0..THREADS)
            .map(|me| {
                scope.spawn(move || {
                    let mut done = 0_u32;
                    while done < rounds {
                        let head = value(store, LOWEST, b"head");
                        let size = head.as_deref().map_or(0, number);
                        let batch = match head {
                            Some(head) => Batch::new().require_value(LOWEST, "head", head),
                            None => Batch::new().require_absent(LOWEST, "head"),
                        };
                        let next = size.checked_add(1).expect("few entries");
                        let batch =
                            batch.put(LOG, size.to_be_bytes(), [me]).put(LOWEST, "head", next.to_be_bytes());
                        match commit(store, &batch) {
                            Ok(_) => done = done.saturating_add(1),
                            Err(CommitError::Conflict(_)) => {}
                            answer => {
                                panic!("an append that lost a race: expected `Conflict`, got {answer:?}")
                            }
                        }
                    }
                    done
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().expect("no writer panics")).sum()
    });
    let head = value(store, LOWEST, b"head").as_deref().map_or(0, number);
    let entries =
        store.scan(LOG, &KeyRange::all(), Direction::Forward, SCAN_LIMIT_MAX).expect("scan answers");
    let keys: Vec<u32> = entries.iter().map(|(key, _)| number(key)).collect();
    assert_eq!(
        keys,
        (0..acknowledged).collect::<Vec<_>>(),
        "one entry for each acknowledgement, without a gap"
    );
    assert_eq!(head, acknowledged, "the head says how many there are");
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_be_bytes(bytes.try_into().expect("four bytes"))
}

/// Every batch writes the same value to several keys of two spaces: a view in which they differ is torn.
pub(super) fn snapshots_are_not_torn(store: &impl Store) {
    const KEYS: u8 = 6;
    let batch = |n: u32| {
        (0..KEYS).fold(Batch::new(), |batch, key| {
            batch.put(LOWEST, [key], n.to_be_bytes()).put(HIGHEST, [key], n.to_be_bytes())
        })
    };
    must_commit(store, &batch(0), "the first of many batches");
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let looker = scope.spawn(|| {
            let mut looks = 0_u32;
            while !done.load(Ordering::SeqCst) || looks == 0 {
                let snapshot = store.snapshot().expect("snapshot answers");
                let scan = |space| snapshot.scan(space, &KeyRange::all(), Direction::Forward, 100);
                // A store that keeps little history may give a snapshot up; it must not tear it.
                let (Ok(low), Ok(high)) = (scan(LOWEST), scan(HIGHEST)) else { continue };
                let values: Vec<u32> = low.iter().chain(&high).map(|(_, value)| number(value)).collect();
                assert_eq!(values.len(), usize::from(KEYS) * 2, "every key is there");
                assert!(values.windows(2).all(|two| two.first() == two.last()), "a torn view: {values:?}");
                looks = looks.saturating_add(1);
            }
        });
        for n in 1..effort().saturating_mul(60) {
            must_commit(store, &batch(n), "one of many batches");
        }
        done.store(true, Ordering::SeqCst);
        looker.join().expect("the looker saw whole batches");
    });
}
