//! Scans: pages in both directions put together give the range, for every range and page size.

use super::{Factory, Ground, HIGHEST, LOWEST, must_commit, races::together, snapshots::StopOnDrop};
use crate::{
    BATCH_OPS_MAX, Batch, Direction, KeyRange, Pair, Read, ReadError, ReadExt, SCAN_LIMIT_MAX, Store,
};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
};

const BOTH: [Direction; 2] = [Direction::Forward, Direction::Backward];

pub(super) fn pages<F: Factory>(ground: &Ground<'_, F>) {
    let store = &ground.store();
    let keys = awkward_keys();
    let batch = keys.iter().fold(Batch::new(), |batch, key| batch.put(LOWEST, key.clone(), key.clone()));
    must_commit(store, &batch, "awkward keys");
    let map: BTreeMap<Vec<u8>, Vec<u8>> = keys.iter().map(|key| (key.clone(), key.clone())).collect();
    let snapshot = store.snapshot().expect("snapshot answers");

    for range in ranges(&keys) {
        let expected: Vec<Pair> = map
            .iter()
            .filter(|(key, _)| range.contains(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        let mut reversed = expected.clone();
        reversed.reverse();
        for limit in [1, 2, 3, 7, SCAN_LIMIT_MAX] {
            let what = format!("{range:?} in pages of {limit}");
            assert_eq!(walk(store, &range, Direction::Forward, limit), expected, "{what}, forward");
            assert_eq!(walk(store, &range, Direction::Backward, limit), reversed, "{what}, backward");
            assert_eq!(walk(&*snapshot, &range, Direction::Backward, limit), reversed, "{what}, snapshot");
        }
        let mut visited = Vec::new();
        let visit = |key: &[u8], value: &[u8]| {
            visited.push((key.to_vec(), value.to_vec()));
            Ok::<bool, ReadError>(true)
        };
        store.for_each(LOWEST, &range, visit).expect("for_each answers");
        assert_eq!(visited, expected, "`for_each` over {range:?}");
    }
    // Every size of page there is, up to one past all of them.
    for limit in 1..=keys.len().saturating_add(1) {
        for direction in BOTH {
            let mut found = walk(store, &KeyRange::all(), direction, limit);
            if direction == Direction::Backward {
                found.reverse();
            }
            assert!(
                found.iter().map(|(key, _)| key).eq(map.keys()),
                "all in pages of {limit}, {direction:?}"
            );
        }
    }
    let none = store.scan(LOWEST, &KeyRange::all(), Direction::Forward, 0).expect("scan answers");
    assert_eq!(none, [], "a limit of nothing answers nothing");
    let all = store.scan(LOWEST, &KeyRange::all(), Direction::Forward, usize::MAX).expect("scan answers");
    assert_eq!(all.len(), map.len(), "a limit past the most is read as the most");
}

/// One pair more than a scan answers at most.
pub(super) fn the_most<F: Factory>(ground: &Ground<'_, F>) {
    let store = &ground.store();
    let count = u32::try_from(SCAN_LIMIT_MAX).expect("a small limit").saturating_add(1);
    let step = u32::try_from(BATCH_OPS_MAX).expect("a small limit");
    for start in (0..count).step_by(BATCH_OPS_MAX) {
        let batch = (start..count.min(start.saturating_add(step)))
            .fold(Batch::new(), |batch, at| batch.put(HIGHEST, at.to_be_bytes(), []));
        must_commit(store, &batch, "the most pairs and one more");
    }
    let all = KeyRange::all();
    for direction in BOTH {
        for limit in
            [SCAN_LIMIT_MAX.saturating_sub(1), SCAN_LIMIT_MAX, SCAN_LIMIT_MAX.saturating_add(1), usize::MAX]
        {
            let page = store.scan(HIGHEST, &all, direction, limit).expect("scan answers");
            let expected = limit.min(SCAN_LIMIT_MAX);
            assert_eq!(page.len(), expected, "{direction:?}, a limit of {limit}");
            let (last, _) = page.last().expect("a page of some");
            let rest =
                store.scan(HIGHEST, &all.after(last, direction), direction, limit).expect("scan answers");
            let missing = SCAN_LIMIT_MAX.saturating_add(1).saturating_sub(expected);
            assert_eq!(rest.len(), missing, "{direction:?}, the page after one of {limit}");
        }
    }
}

const STAYING: u8 = 40;

/// Writers put and delete keys between others that stay. Whoever pages meanwhile may or may not meet the ones that come
/// and go, but meets those that stay.
pub(super) fn pages_beside_writers<F: Factory>(ground: &Ground<'_, F>) {
    let store = &ground.store();
    let staying: Vec<Vec<u8>> = (0..STAYING).map(|at| vec![b's', at]).collect();
    let batch = staying.iter().fold(Batch::new(), |batch, key| batch.put(LOWEST, key.clone(), key.clone()));
    must_commit(store, &batch, "keys that stay");
    let (done, turns) = (AtomicBool::new(false), AtomicU32::new(0));
    thread::scope(|scope| {
        let write = |own: u8| {
            let (done, turns) = (&done, &turns);
            scope.spawn(move || {
                let mut turn = own;
                while !done.load(Ordering::SeqCst) {
                    turn = turn.wrapping_add(7);
                    let at = |turn: u8| vec![b's', turn % STAYING, own];
                    let key = at(turn);
                    let batch =
                        Batch::new().put(LOWEST, key.clone(), key).delete(LOWEST, at(turn.wrapping_mul(3)));
                    must_commit(store, &batch, "a writer beside a reader of pages");
                    turns.fetch_add(1, Ordering::SeqCst);
                }
            })
        };
        let writers = vec![write(1), write(2)];
        let _stop = StopOnDrop(&done);
        let wanted = ground.times(90);
        let mut walks = 0u32;
        for limit in (1..=usize::from(STAYING).saturating_add(5)).cycle() {
            walks = walks.saturating_add(1);
            if writers.iter().any(thread::ScopedJoinHandle::is_finished)
                || (walks > wanted && turns.load(Ordering::SeqCst) >= wanted)
            {
                break;
            }
            for direction in BOTH {
                let mut found = walk(store, &KeyRange::prefix(b"s"), direction, limit);
                if direction == Direction::Backward {
                    found.reverse();
                }
                let what = format!("beside writers, {direction:?} in pages of {limit}");
                assert!(found.is_sorted_by(|(a, _), (b, _)| a < b), "{what}: a key twice, or out of order");
                assert!(
                    found.iter().all(|(key, value)| key == value),
                    "{what}: a value that nobody put there"
                );
                let stayed = found.iter().map(|(key, _)| key).filter(|key| key.len() == 2);
                assert!(stayed.eq(&staying), "{what}: not all of the keys that stay");
            }
        }
        done.store(true, Ordering::SeqCst);
        together(writers);
    });
}

fn walk(store: &(impl Read + ?Sized), range: &KeyRange, direction: Direction, limit: usize) -> Vec<Pair> {
    let mut range = range.clone();
    let mut all = Vec::new();
    loop {
        let page = store.scan(LOWEST, &range, direction, limit).expect("scan answers");
        assert!(page.len() <= limit, "a page of {} where {limit} was the limit", page.len());
        assert!(
            page.iter().all(|(key, _)| range.contains(key)),
            "a page of {range:?} holds a key outside of it"
        );
        let full = page.len() == limit;
        if let (true, Some((last, _))) = (full, page.last()) {
            range = range.after(last, direction);
        }
        all.extend(page);
        if !full {
            return all;
        }
    }
}

// Prefixes of each other, zero and 0xff bytes at either end: where a bound is off by one.
fn awkward_keys() -> Vec<Vec<u8>> {
    let mut keys: Vec<Vec<u8>> =
        ["a", "aa", "a\0", "ab", "b", "\0", "\0\0"].iter().map(|key| key.as_bytes().to_vec()).collect();
    keys.extend([vec![0xff], vec![0xff, 0xff], vec![0xff, 0], vec![b'a', 0xff], vec![0xff; 512]]);
    keys.extend((0..60u8).map(|at| vec![b'k', at]));
    keys
}

fn ranges(keys: &[Vec<u8>]) -> Vec<KeyRange> {
    let mut ranges = vec![
        KeyRange::all(),
        KeyRange::prefix(b""),
        KeyRange::prefix(b"a"),
        KeyRange::prefix(b"k"),
        KeyRange::prefix(&[0xff]),
        KeyRange::prefix(&[0xff, 0xff]),
        KeyRange::prefix(b"nothing"),
        KeyRange::between("a", "a"),
        KeyRange::between("b", "a"),
        KeyRange::between("", "a"),
    ];
    let every_fifth: Vec<_> = keys.iter().step_by(5).collect();
    for start in &every_fifth {
        ranges.extend(every_fifth.iter().map(|end| KeyRange::between((*start).clone(), (*end).clone())));
    }
    ranges
}
