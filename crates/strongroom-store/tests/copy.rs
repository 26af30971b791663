//! A copy is the source, whole and equal, however often it was stopped; and it never mixes with what was there.
#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "what fails here fails the test")]

use proptest::prelude::*;
use strongroom_store::{
    Batch, CommitError, CopyError, Direction, Durability, Fault, Faulty, KeyRange, MemoryStore, Pair, Read,
    Space, Store, copy,
};
use uuid::Uuid;

const DATA: Space = Space::mutable(3, "data");
const LOG: Space = Space::append_only(4, "log");
const SPACES: [Space; 2] = [DATA, LOG];

fn store() -> MemoryStore {
    MemoryStore::open(Uuid::from_u128(1)).0
}

fn holding(pairs: &[(Space, Vec<u8>, Vec<u8>)]) -> MemoryStore {
    let store = store();
    for (space, key, value) in pairs {
        // The same key twice in the log is refused, and then not there twice.
        let _ = store.commit(&Batch::new().put(*space, key.clone(), value.clone()), Durability::Process);
    }
    store
}

fn all(store: &impl Read) -> Vec<(Space, Vec<Pair>)> {
    let pairs = |space| store.scan(space, &KeyRange::all(), Direction::Forward, 10_000).unwrap();
    SPACES.map(|space| (space, pairs(space))).to_vec()
}

fn many(count: u32, len: usize) -> MemoryStore {
    let pairs: Vec<_> = (0..count)
        .flat_map(|n| SPACES.map(|space| (space, n.to_be_bytes().to_vec(), vec![n.to_le_bytes()[0]; len])))
        .collect();
    holding(&pairs)
}

fn run(source: &dyn Read, target: &dyn Store) -> Result<bool, CopyError> {
    copy(source, target, &SPACES, b"label", Durability::Process, &mut |_| true).map(|done| done.is_some())
}

#[test]
fn what_arrives_is_what_was_there_and_the_mark_is_gone() {
    let source = many(1000, 40);
    let target = store();
    let mut seen = Vec::new();
    let done = copy(&source, &target, &SPACES, b"label", Durability::Process, &mut |progress| {
        seen.push(progress);
        true
    });
    let done = done.unwrap().unwrap();
    assert_eq!((done.pairs, done.bytes), (2000, 2000 * 44));
    assert_eq!(all(&target), all(&source));
    let mark = Space::mutable(255, "copy");
    assert_eq!(target.scan(mark, &KeyRange::all(), Direction::Forward, 10).unwrap(), []);
    assert!(seen.windows(2).all(|two| two[0].comparing != two[1].comparing || two[0].pairs <= two[1].pairs));
    // The longest values go over several batches.
    let source = many(20, 128 << 10);
    let target = store();
    assert!(run(&source, &target).unwrap());
    assert_eq!(all(&target), all(&source));
}

#[test]
fn a_target_that_is_not_ours_is_refused_and_left_alone() {
    let source = many(10, 4);
    for other in [holding(&[(DATA, b"k".to_vec(), b"v".to_vec())]), holding(&[(LOG, b"k".to_vec(), vec![])])]
    {
        let before = all(&other);
        assert!(matches!(run(&source, &other), Err(CopyError::NotEmpty)));
        assert_eq!(all(&other), before);
    }
    // An unfinished copy of something else; a finished copy is no unfinished one.
    let target = store();
    let stop = copy(&source, &target, &SPACES, b"label", Durability::Process, &mut |_| false).unwrap();
    assert!(stop.is_none());
    let other = copy(&source, &target, &SPACES, b"other", Durability::Process, &mut |_| true);
    assert!(matches!(other, Err(CopyError::NotEmpty)), "{other:?}");
    assert!(run(&source, &target).unwrap());
    // Done once more it is still the same; of a source that went on it is no copy any more.
    assert!(run(&source, &target).unwrap());
    put(&source, DATA, b"later".to_vec(), b"v");
    assert!(matches!(run(&source, &target), Err(CopyError::NotEmpty)));
}

#[test]
fn a_source_that_was_written_meanwhile_is_noticed() {
    type Change = fn(&MemoryStore);
    let changes: [(&str, Change); 3] = [
        ("a value", |source| put(source, DATA, [0; 4].to_vec(), b"new")),
        ("a key that went", |source| {
            source.commit(&Batch::new().delete(DATA, [0; 4]), Durability::Process).unwrap();
        }),
        ("a key in between", |source| put(source, LOG, vec![0, 0, 0, 1, 7], b"new")),
    ];
    for (what, change) in changes {
        let (source, target) = (many(600, 4), store());
        let mut pages = 0;
        let stopped = copy(&source, &target, &SPACES, b"label", Durability::Process, &mut |_| {
            pages += 1;
            pages < 6
        });
        assert!(stopped.unwrap().is_none());
        change(&source);
        let answer = run(&source, &target);
        assert!(matches!(answer, Err(CopyError::Differs { .. })), "{what}: {answer:?}");
    }
}

fn put(store: &MemoryStore, space: Space, key: Vec<u8>, value: &[u8]) {
    store.commit(&Batch::new().put(space, key, value), Durability::Process).unwrap();
}

#[test]
fn a_copy_goes_on_after_every_failure() {
    let source = many(900, 20);
    let target = Faulty::new(store());
    let mut failures = 0;
    // Each time the next commit but one fails.
    while {
        target.fail_commit(1, Fault::Retryable);
        match run(&source, &target) {
            Ok(done) => !done,
            Err(CopyError::Commit(CommitError::Retryable(_))) => true,
            Err(error) => panic!("{error}"),
        }
    } {
        failures += 1;
        assert!(failures < 100, "each try gets one page further");
    }
    assert!(failures > 4, "{failures}");
    assert_eq!(all(&target), all(&source));
}

proptest! {
    #[test]
    fn a_copy_of_anything_is_equal_to_it(
        pairs in proptest::collection::vec(
            (
                prop_oneof![Just(DATA), Just(LOG)],
                proptest::collection::vec(any::<u8>(), 1..6),
                proptest::collection::vec(any::<u8>(), 0..40),
            ),
            0..700,
        ),
        stop in 0..8usize,
    ) {
        let (source, target) = (holding(&pairs), store());
        let mut pages = 0;
        let first = copy(&source, &target, &SPACES, b"label", Durability::Process, &mut |_| {
            pages += 1;
            pages <= stop
        });
        if first.unwrap().is_none() {
            prop_assert!(run(&source, &target).unwrap());
        }
        prop_assert_eq!(all(&target), all(&source));
    }
}
