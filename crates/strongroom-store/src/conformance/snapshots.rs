//! Snapshots: they stay as they were while others write, and never show a part of a batch.

use super::{Factory, Ground, HIGHEST, LOG, LOWEST, must_commit, races::together};
use crate::{Batch, Direction, KeyRange, Pair, PruneRight, Read, ReadError, SCAN_LIMIT_MAX, Store};
use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
};

/// Writers move amounts between two accounts and add and remove other keys. In every snapshot the sum is the same,
/// and reading it twice, in either direction, in pages of any size, reads the same.
pub(super) fn stay_still<F: Factory>(ground: &Ground<'_, F>) {
    let (store, right) = &ground.factory.fresh();
    let set = |left: u64| {
        let right = 1000u64.saturating_sub(left);
        Batch::new().put(LOWEST, "left", left.to_be_bytes()).put(LOWEST, "right", right.to_be_bytes())
    };
    must_commit(store, &set(1000), "the accounts");
    let unbounded = store.capabilities().unbounded_snapshots;
    let (done, turns) = (AtomicBool::new(false), AtomicU32::new(0));
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
        let grouper = scope.spawn(|| {
            for turn in (1..).take_while(|_| !done.load(Ordering::SeqCst)) {
                must_commit(store, &group(turn, right), "a writer of many keys beside a snapshot");
                turns.store(turn, Ordering::SeqCst);
            }
        });
        // Dropped when a look fails as well: the scope waits for the writer before it passes the panic on.
        let _stop = StopOnDrop(&done);
        // As many looks, and as much to see.
        let (wanted, mut looks) = (ground.times(15), 0u32);
        while looks < wanted || turns.load(Ordering::SeqCst) < wanted {
            looks = looks.saturating_add(1);
            // They are asked to stop below: until then only a panic ends one.
            if writer.is_finished() || grouper.is_finished() {
                break;
            }
            let answer = look_at_moments(store).and_then(|()| store.snapshot()).and_then(|snapshot| {
                look_at_group(&*snapshot)?;
                look_twice(&*snapshot, || {
                    // Until something was committed that the snapshot must not show.
                    let before = turns.load(Ordering::SeqCst);
                    while turns.load(Ordering::SeqCst) == before && !grouper.is_finished() {
                        thread::yield_now();
                    }
                })?;
                look_at_group(&*snapshot)
            });
            match answer {
                Ok(()) => {}
                Err(ReadError::SnapshotTooOld) if !unbounded => {}
                Err(error) => panic!("a snapshot expected to answer, got {error:?}"),
            }
        }
        done.store(true, Ordering::SeqCst);
        together(vec![writer, grouper]);
    });
}

const GROUP: u8 = 12;
/// So many entries of the log are kept.
const GROUP_LOG: u32 = 50;

/// A batch over several keys of all spaces, the entry of the log in the middle.
fn group(turn: u32, right: &PruneRight) -> Batch {
    let put = |batch: Batch, at: u8| {
        let space = if at.is_multiple_of(2) { LOWEST } else { HIGHEST };
        batch.put(space, [b"group ", &[at][..]].concat(), turn.to_be_bytes())
    };
    let first = (0..GROUP / 2).fold(Batch::new(), put);
    let first = first.put(LOG, turn.to_be_bytes(), "turn");
    let batch = (GROUP / 2..GROUP).fold(first, put);
    match turn.checked_sub(GROUP_LOG) {
        Some(old) => batch.prune(right, LOG, old.to_be_bytes()),
        None => batch,
    }
}

/// Short looks at many moments, to meet those in the middle of a batch.
fn look_at_moments(store: &impl Store) -> Result<(), ReadError> {
    (0..25).try_for_each(|_| {
        thread::yield_now();
        look_at_keys(&*store.snapshot()?)
    })
}

/// Either every key of a turn is there or none: all keys say the same turn, and it is the last in the log.
fn look_at_keys(snapshot: &dyn Read) -> Result<(), ReadError> {
    let last = snapshot.scan(LOG, &KeyRange::all(), Direction::Backward, 1)?;
    let turn = last.first().map(|(key, _)| key);
    for at in 0..GROUP {
        let space = if at.is_multiple_of(2) { LOWEST } else { HIGHEST };
        let found = snapshot.get(space, &[b"group ", &[at][..]].concat())?;
        assert_eq!(found.as_ref(), turn, "a snapshot shows a part of a batch: key {at} beside the log");
    }
    Ok(())
}

fn look_at_group(snapshot: &dyn Read) -> Result<(), ReadError> {
    let entries = snapshot.scan(LOG, &KeyRange::all(), Direction::Forward, SCAN_LIMIT_MAX)?;
    let turns = entries.iter().filter_map(|(key, _)| key.as_slice().try_into().ok().map(u32::from_be_bytes));
    let turns: Vec<_> = turns.collect();
    let last = turns.last().copied().unwrap_or(0);
    let first = last.saturating_sub(GROUP_LOG).saturating_add(1);
    assert!(
        turns.iter().copied().eq(first..=last),
        "a snapshot shows a log with a gap, or more than is kept"
    );
    look_at_keys(snapshot)
}

/// Stops the writers, whatever happens to whoever looks.
pub(super) struct StopOnDrop<'a>(pub(super) &'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn look_twice(snapshot: &dyn Read, between: impl Fn()) -> Result<(), ReadError> {
    let first = look(snapshot, Direction::Forward, SCAN_LIMIT_MAX)?;
    let sum = [b"left".as_slice(), b"right"].iter().try_fold(0u64, |sum, key| {
        let bytes = snapshot.get(LOWEST, key)?.expect("an account is there");
        Ok::<u64, ReadError>(sum.saturating_add(u64::from_be_bytes(bytes.try_into().expect("eight bytes"))))
    })?;
    assert_eq!(sum, 1000, "a snapshot shows half of a batch");
    between();
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
