//! Generated histories against a `BTreeMap`: the same outcome of every commit, the same answer to every read, after
//! reopening and after crashing as well.

use super::{Factory, Ground, SPACES, commit};
use crate::{
    Batch, CommitError, Direction, FailedPrecondition, Found, KeyRange, Mode, Op, PruneRight, Read, Refusal,
    SCAN_LIMIT_MAX, Space, Store,
};
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
    sample::select,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use std::collections::BTreeMap;

const CASES: u32 = 24;

type Map = BTreeMap<(u8, Vec<u8>), Vec<u8>>;

#[derive(Debug, Clone)]
enum Step {
    Commit(Vec<Part>),
    Crash,
    Reopen,
    Scan {
        space: Space,
        start: Vec<u8>,
        end: Option<Vec<u8>>,
        direction: Direction,
        limit: usize,
    },
    /// A snapshot, these commits, then a look at both.
    Snapshot(Vec<Vec<Part>>),
}

/// A part of a batch. `RequireCurrent` asks for what the model holds, so that many preconditions hold.
#[derive(Debug, Clone)]
enum Part {
    FromReserve,
    Put(Space, Vec<u8>, Vec<u8>),
    Remove(Space, Vec<u8>),
    RequireAbsent(Space, Vec<u8>),
    RequireCurrent(Space, Vec<u8>),
    RequireCurrentDigest(Space, Vec<u8>),
    RequireDigest(Space, Vec<u8>, Vec<u8>),
    RequireValue(Space, Vec<u8>, Vec<u8>),
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Committed,
    Conflict(Vec<FailedPrecondition>),
    Refused(Refusal),
}

pub(super) fn agrees_with_a_map<F: Factory>(ground: &Ground<'_, F>) {
    let config = Config {
        cases: ground.times(CASES),
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    };
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&ground.options.seed.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let outcome = TestRunner::new_with_rng(config, random).run(&vec(step(), 1..40), |steps| {
        play(ground.factory, steps);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("the store and the model differ: {error}");
    }
}

fn play<F: Factory>(factory: &F, steps: Vec<Step>) {
    let (mut store, mut right) = factory.fresh();
    let mut map = Map::new();
    for step in steps {
        match step {
            Step::Commit(parts) => commit_both(&store, &right, &mut map, parts),
            Step::Crash | Step::Reopen => {
                let again = match step {
                    Step::Crash => factory.crash(store),
                    _ => factory.reopen(store),
                };
                let Some(again) = again else { return };
                (store, right) = again;
                compare(&store, &map, "after opening again");
            }
            Step::Scan { space, start, end, direction, limit } => {
                let range = KeyRange { start, end };
                let found = store.scan(space, &range, direction, limit).expect("scan answers");
                let mut expected = pairs(&map, space, &range);
                if direction == Direction::Backward {
                    expected.reverse();
                }
                expected.truncate(limit);
                assert_eq!(found, expected, "scan of `{}`, {direction:?}, limit {limit}", space.name());
            }
            Step::Snapshot(commits) => {
                let before = map.clone();
                let snapshot = store.snapshot().expect("snapshot answers");
                for parts in commits {
                    commit_both(&store, &right, &mut map, parts);
                }
                compare(&*snapshot, &before, "a snapshot after later commits");
                drop(snapshot);
            }
        }
    }
    compare(&store, &map, "at the end");
}

fn commit_both(store: &impl Store, right: &PruneRight, map: &mut Map, parts: Vec<Part>) {
    let batch = parts.into_iter().fold(Batch::new(), |batch, part| match part {
        Part::FromReserve => batch.from_reserve(),
        Part::Put(space, key, value) => batch.put(space, key, value),
        Part::Remove(space, key) if space.mode() == Mode::AppendOnly => batch.prune(right, space, key),
        Part::Remove(space, key) => batch.delete(space, key),
        Part::RequireAbsent(space, key) => batch.require_absent(space, key),
        Part::RequireCurrent(space, key) => match map.get(&(space.id(), key.clone())) {
            Some(value) => batch.require_value(space, key, value.clone()),
            None => batch.require_absent(space, key),
        },
        Part::RequireCurrentDigest(space, key) => match map.get(&(space.id(), key.clone())) {
            Some(value) => batch.require_digest(space, key, super::sha256(value)),
            None => batch.require_absent(space, key),
        },
        Part::RequireDigest(space, key, value) => batch.require_digest(space, key, super::sha256(&value)),
        Part::RequireValue(space, key, value) => batch.require_value(space, key, value),
    });
    let expected = apply(map, &batch);
    let found = match commit(store, &batch) {
        Ok(_) => Outcome::Committed,
        Err(CommitError::Conflict(failed)) => Outcome::Conflict(failed),
        Err(CommitError::Refused(refusal)) => Outcome::Refused(refusal),
        Err(error) => panic!("a commit that should be answered failed: {error:?}"),
    };
    assert_eq!(found, expected, "the outcome of {batch:?}");
}

/// The naive reference: a copy, changed one step at a time, kept if nothing was wrong.
fn apply(map: &mut Map, batch: &Batch) -> Outcome {
    let mut failed = Vec::new();
    for (index, precondition) in batch.preconditions().iter().enumerate() {
        let found = map.get(&(precondition.space().id(), precondition.key().to_vec()));
        if !precondition.holds(found.map(Vec::as_slice)) {
            let found = found.map_or(Found::Nothing, |value| Found::Value(value.clone()));
            failed.push(FailedPrecondition { index, found });
        }
    }
    if !failed.is_empty() {
        return Outcome::Conflict(failed);
    }
    let mut next = map.clone();
    for op in batch.ops() {
        let at = (op.space().id(), op.key().to_vec());
        match op {
            Op::Put { space, value, .. } => {
                if next.insert(at, value.clone()).is_some() && space.mode() == Mode::AppendOnly {
                    return Outcome::Refused(Refusal::AppendOnly { space: space.name() });
                }
            }
            Op::Delete { .. } | Op::Prune { .. } => {
                next.remove(&at);
            }
        }
    }
    *map = next;
    Outcome::Committed
}

fn compare(store: &(impl Read + ?Sized), map: &Map, what: &str) {
    for space in SPACES {
        let expected = pairs(map, space, &KeyRange::all());
        let found =
            store.scan(space, &KeyRange::all(), Direction::Forward, SCAN_LIMIT_MAX).expect("scan answers");
        assert_eq!(found, expected, "space `{}` {what}", space.name());
        for (key, value) in expected {
            assert_eq!(store.get(space, &key).expect("get answers"), Some(value), "get {what}");
        }
    }
}

fn pairs(map: &Map, space: Space, range: &KeyRange) -> Vec<crate::Pair> {
    map.iter()
        .filter(|((id, key), _)| *id == space.id() && range.contains(key))
        .map(|((_, key), value)| (key.clone(), value.clone()))
        .collect()
}

fn step() -> impl Strategy<Value = Step> {
    let scan = (space(), bound(), proptest::option::of(bound()), any::<bool>(), 0..30usize).prop_map(
        |(space, start, end, forward, limit)| {
            let direction = if forward { Direction::Forward } else { Direction::Backward };
            Step::Scan { space, start, end, direction, limit }
        },
    );
    prop_oneof![
        20 => parts().prop_map(Step::Commit),
        6 => scan,
        3 => vec(parts(), 0..5).prop_map(Step::Snapshot),
        1 => Just(Step::Reopen),
        1 => Just(Step::Crash),
    ]
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    let part = prop_oneof![
        8 => (space(), key(), content()).prop_map(|(space, key, value)| Part::Put(space, key, value)),
        3 => (space(), key()).prop_map(|(space, key)| Part::Remove(space, key)),
        1 => Just(Part::FromReserve),
        1 => (space(), key()).prop_map(|(space, key)| Part::RequireAbsent(space, key)),
        2 => (space(), key()).prop_map(|(space, key)| Part::RequireCurrent(space, key)),
        1 => (space(), key()).prop_map(|(space, key)| Part::RequireCurrentDigest(space, key)),
        1 => (space(), key(), content()).prop_map(|(space, key, value)| Part::RequireDigest(space, key, value)),
        1 => (space(), key(), content()).prop_map(|(space, key, value)| Part::RequireValue(space, key, value)),
    ];
    vec(part, 0..8)
}

fn space() -> impl Strategy<Value = Space> {
    select(SPACES.to_vec())
}

// Few keys, so that they meet; the bytes at both ends, so that bounds are tried.
fn key() -> impl Strategy<Value = Vec<u8>> {
    vec(select(vec![0u8, 1, b'a', b'b', 0xfe, 0xff]), 1..4)
}

fn bound() -> impl Strategy<Value = Vec<u8>> {
    vec(select(vec![0u8, 1, b'a', b'b', 0xfe, 0xff]), 0..4)
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        20 => vec(any::<u8>(), 0..12),
        1 => (any::<u8>(), 1000..60_000usize).prop_map(|(byte, len)| vec![byte; len]),
    ]
}
