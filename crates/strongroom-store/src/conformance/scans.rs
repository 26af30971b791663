//! Scans: pages in both directions put together give the range, for every range and page size.

use super::{LOWEST, must_commit};
use crate::{Batch, Direction, KeyRange, Pair, Read, ReadError, ReadExt, SCAN_LIMIT_MAX, Store};
use std::collections::BTreeMap;

pub(super) fn pages(store: &impl Store) {
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
    let none = store.scan(LOWEST, &KeyRange::all(), Direction::Forward, 0).expect("scan answers");
    assert_eq!(none, [], "a limit of nothing answers nothing");
    let all = store.scan(LOWEST, &KeyRange::all(), Direction::Forward, usize::MAX).expect("scan answers");
    assert_eq!(all.len(), map.len(), "a limit past the most is read as the most");
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
