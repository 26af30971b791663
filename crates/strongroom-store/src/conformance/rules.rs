//! Tables: each promise beside the nearest things that are refused.

use super::{HIGHEST, LOG, LOWEST, commit, must_commit, sha256, value};
use crate::{
    BATCH_BYTES_MAX, BATCH_OPS_MAX, Batch, CommitError, Direction, Durability, Found, KEY_BYTES_MAX,
    KeyRange, Outcome, PruneRight, Refusal, SCAN_LIMIT_MAX, Store, VALUE_BYTES_MAX,
};
use uuid::Uuid;

pub(super) fn preconditions(store: &impl Store) {
    must_commit(store, &Batch::new().put(LOWEST, "there", "v"), "a plain put");
    must_commit(store, &Batch::new().require_absent(LOWEST, "not there"), "`Absent` of an absent key");
    must_commit(store, &Batch::new().require_value(LOWEST, "there", "v"), "`ValueIs` of the value");

    let refused = Batch::new()
        .require_value(LOWEST, "there", "v")
        .require_absent(LOWEST, "there")
        .require_value(LOWEST, "there", "w")
        .require_value(LOWEST, "there", "")
        .require_value(LOWEST, "not there", "v")
        .require_absent(HIGHEST, "there")
        .put(LOWEST, "there", "overwritten")
        .put(HIGHEST, "new", "v");
    match commit(store, &refused) {
        Err(CommitError::Conflict(failed)) => {
            let v = Found::Value(b"v".to_vec());
            let expected = [(1, v.clone()), (2, v.clone()), (3, v), (4, Found::Nothing)];
            let found: Vec<_> = failed.into_iter().map(|failed| (failed.index, failed.found)).collect();
            assert_eq!(found, expected, "a conflict lists each failed precondition with what was found");
        }
        answer => panic!("four failed preconditions: expected `Conflict`, got {answer:?}"),
    }
    assert_eq!(value(store, LOWEST, b"there"), Some(b"v".to_vec()), "a conflict changes nothing");
    assert_eq!(value(store, HIGHEST, b"new"), None, "a conflict adds nothing");

    // A value is compared whole: its prefix and what begins with it are other values. An empty value is a value.
    must_commit(store, &Batch::new().put(LOWEST, "empty", ""), "an empty value");
    assert_eq!(value(store, LOWEST, b"empty"), Some(Vec::new()), "an empty value is there");
    expect_conflict(store, &Batch::new().require_absent(LOWEST, "empty"), "`Absent` of an empty value");
    must_commit(store, &Batch::new().require_value(LOWEST, "empty", ""), "`ValueIs` of an empty value");
    digests(store);
    // Preconditions speak of the state before the batch.
    let itself = Batch::new().put(LOWEST, "fresh", "v").require_value(LOWEST, "fresh", "v");
    expect_conflict(store, &itself, "a precondition on what the batch itself puts");
    let itself = Batch::new().put(LOWEST, "fresh", "v").require_absent(LOWEST, "fresh");
    must_commit(store, &itself, "`Absent` of what the batch itself puts");
}

fn digests(store: &impl Store) {
    let is = |key: &str, value: &[u8]| Batch::new().require_digest(LOWEST, key, sha256(value));
    must_commit(store, &is("there", b"v"), "`DigestIs` of the value's digest");
    must_commit(store, &is("empty", b""), "`DigestIs` of an empty value's digest");
    let mut one_bit_off = sha256(b"v");
    one_bit_off[31] ^= 1;
    let refused = [
        ("of another value's digest", is("there", b"w")),
        ("of an empty value's digest where there is a longer one", is("there", b"")),
        ("of an empty value's digest where there is nothing", is("not there", b"")),
        ("of a digest that is one bit off", Batch::new().require_digest(LOWEST, "there", one_bit_off)),
        (
            "of a digest of zeros where there is nothing",
            Batch::new().require_digest(LOWEST, "not there", [0; 32]),
        ),
    ];
    for (what, batch) in refused {
        expect_conflict(store, &batch, &format!("`DigestIs` {what}"));
    }
}

pub(super) fn order_within_a_batch(store: &impl Store) {
    let batch = Batch::new()
        .put(LOWEST, "twice", "first")
        .put(LOWEST, "twice", "second")
        .put(LOWEST, "gone", "v")
        .delete(LOWEST, "gone")
        .delete(LOWEST, "back")
        .put(LOWEST, "back", "v")
        .delete(LOWEST, "never there");
    must_commit(store, &batch, "several changes of one key");
    assert_eq!(value(store, LOWEST, b"twice"), Some(b"second".to_vec()), "the later put wins");
    assert_eq!(value(store, LOWEST, b"gone"), None, "a delete after a put wins");
    assert_eq!(value(store, LOWEST, b"back"), Some(b"v".to_vec()), "a put after a delete wins");
    must_commit(store, &Batch::new(), "an empty batch");
}

pub(super) fn append_only(store: &impl Store, right: &PruneRight) {
    let append_only = || Refusal::AppendOnly { space: LOG.name() };
    let foreign = PruneRight::for_store(Uuid::from_u128(!right.store().as_u128()));
    must_commit(store, &Batch::new().put(LOG, "1", "one").put(LOG, "2", "two"), "puts of new keys");

    let cases = [
        ("a put over an existing key", Batch::new().put(LOG, "1", "other"), append_only()),
        ("a put of the same value", Batch::new().put(LOG, "1", "one"), append_only()),
        (
            "a put over it with its value as precondition",
            Batch::new().require_value(LOG, "1", "one").put(LOG, "1", "other"),
            append_only(),
        ),
        ("two puts of a new key", Batch::new().put(LOG, "3", "a").put(LOG, "3", "b"), append_only()),
        ("a delete", Batch::new().delete(LOG, "1"), append_only()),
        ("a delete of what is not there", Batch::new().delete(LOG, "9"), append_only()),
        ("a delete before a put", Batch::new().delete(LOG, "1").put(LOG, "1", "other"), append_only()),
        (
            "a prune with the right of another store",
            Batch::new().prune(&foreign, LOG, "1"),
            Refusal::ForeignPruneRight { space: LOG.name() },
        ),
        (
            "a prune of a mutable space",
            Batch::new().prune(right, LOWEST, "x"),
            Refusal::PruneOfMutable { space: LOWEST.name() },
        ),
    ];
    for (what, batch, refusal) in cases {
        // The refusal takes the innocent changes of its batch with it.
        expect_refused(store, &batch.put(LOWEST, "beside", "v"), &refusal, what);
        assert_eq!(value(store, LOG, b"1"), Some(b"one".to_vec()), "{what} changed the entry");
        assert_eq!(value(store, LOG, b"3"), None, "{what} added an entry");
        assert_eq!(value(store, LOWEST, b"beside"), None, "{what}: a part of the batch was applied");
    }

    must_commit(store, &Batch::new().prune(right, LOG, "1").prune(right, LOG, "absent"), "a prune by right");
    assert_eq!(value(store, LOG, b"1"), None, "a pruned key is gone");
    assert_eq!(value(store, LOG, b"2"), Some(b"two".to_vec()), "a prune takes what it names alone");
    let again = Batch::new().prune(right, LOG, "2").put(LOG, "2", "anew");
    must_commit(store, &again, "a put after a prune in one batch");
    assert_eq!(value(store, LOG, b"2"), Some(b"anew".to_vec()), "a put after a prune is there");
}

pub(super) fn limits(store: &impl Store) {
    let name = LOWEST.name();
    let key = |bytes: usize| vec![0xff; bytes];
    let big = vec![7; VALUE_BYTES_MAX];
    must_commit(
        store,
        &Batch::new().put(LOWEST, key(KEY_BYTES_MAX), big.clone()),
        "the longest key and value",
    );
    assert_eq!(
        value(store, LOWEST, &key(KEY_BYTES_MAX)).as_ref(),
        Some(&big),
        "the longest value comes back"
    );

    let ops = |count: usize| {
        (0..count).fold(Batch::new(), |batch, at| batch.put(HIGHEST, at.to_string().into_bytes(), "v"))
    };
    must_commit(store, &ops(BATCH_OPS_MAX), "the most changes");
    let all =
        store.scan(HIGHEST, &KeyRange::all(), Direction::Forward, SCAN_LIMIT_MAX).expect("scan answers");
    assert_eq!(all.len(), BATCH_OPS_MAX, "all changes of the largest batch are there");

    // Three values and their one-byte keys fill a batch exactly.
    let filled = |bytes: usize| {
        let last = bytes.saturating_sub(3).saturating_sub(VALUE_BYTES_MAX.saturating_mul(2));
        Batch::new().put(LOWEST, "a", big.clone()).put(LOWEST, "b", big.clone()).put(
            LOWEST,
            "c",
            vec![9; last],
        )
    };
    must_commit(store, &filled(BATCH_BYTES_MAX), "the most bytes");
    assert_eq!(value(store, LOWEST, b"b").as_ref(), Some(&big), "the largest batch comes back");

    let past = |limit: usize| limit.saturating_add(1);
    let bytes = past(BATCH_BYTES_MAX);
    let full = filled(BATCH_BYTES_MAX).put(HIGHEST, "d", "");
    expect_refused(store, &full, &Refusal::BatchBytes { bytes }, "one byte too many");
    let count = past(BATCH_OPS_MAX);
    expect_refused(store, &ops(count), &Refusal::BatchOps { ops: count }, "one change too many");
    let long = past(VALUE_BYTES_MAX);
    let batch = Batch::new().put(LOWEST, "long", vec![0; long]);
    expect_refused(store, &batch, &Refusal::ValueBytes { space: name, bytes: long }, "a value too long");
    let long = past(KEY_BYTES_MAX);
    let refusal = Refusal::KeyBytes { space: name, bytes: long };
    expect_refused(store, &Batch::new().put(LOWEST, key(long), ""), &refusal, "a key too long to put");
    expect_refused(store, &Batch::new().delete(LOWEST, key(long)), &refusal, "a key too long to delete");
    expect_refused(
        store,
        &Batch::new().require_absent(LOWEST, key(long)),
        &refusal,
        "a key too long to ask for",
    );
    let empty = Refusal::KeyEmpty { space: name };
    expect_refused(store, &Batch::new().put(LOWEST, "", "v"), &empty, "an empty key");
    expect_refused(store, &Batch::new().require_absent(LOWEST, ""), &empty, "an empty key to ask for");
    assert_eq!(value(store, LOWEST, b"long"), None, "a refused value is not there");
    // Reading past a limit is a plain miss.
    assert_eq!(value(store, LOWEST, &key(long)), None, "a key too long is not there");
    assert_eq!(value(store, LOWEST, b""), None, "an empty key is not there");
}

pub(super) fn durability(store: &impl Store) {
    let reaches = store.capabilities().durability_max;
    for asked in [Durability::Process, Durability::Power, Durability::Replicated] {
        let key = format!("{asked:?}").into_bytes();
        match store.commit(&Batch::new().put(LOWEST, key.clone(), "v"), asked) {
            Ok(done) if asked <= reaches => {
                assert!(done.durability >= asked, "asked for {asked:?}, achieved only {:?}", done.durability);
                assert!(
                    done.durability <= reaches,
                    "achieved {:?}, more than it says it can",
                    done.durability
                );
            }
            Err(CommitError::TooDurable { asked: a, reaches: r }) if asked > reaches => {
                assert_eq!((a, r), (asked, reaches), "what `TooDurable` says");
                assert_eq!(value(store, LOWEST, &key), None, "a commit that was too durable changes nothing");
            }
            answer => panic!("asked for {asked:?} of {reaches:?}: got {answer:?}"),
        }
    }
    let synced = store.sync().expect("sync answers");
    assert!(synced <= reaches, "sync reached {synced:?}, more than the store says it can");
}

pub(super) fn spaces_do_not_touch(store: &impl Store) {
    let batch = Batch::new().put(LOWEST, "k", "low").put(LOG, [0xff; 8], "log").put(HIGHEST, [0], "high");
    must_commit(store, &batch, "the same batch in three spaces");
    for (space, expected) in [(LOWEST, "low"), (LOG, "log"), (HIGHEST, "high")] {
        for direction in [Direction::Forward, Direction::Backward] {
            let pairs = store.scan(space, &KeyRange::all(), direction, 10).expect("scan answers");
            let values: Vec<_> = pairs.into_iter().map(|(_, value)| value).collect();
            assert_eq!(values, [expected.as_bytes()], "space `{}`, {direction:?}", space.name());
        }
    }
    assert_eq!(value(store, HIGHEST, b"k"), None, "a key of another space is not there");
}

fn expect_conflict(store: &impl Store, batch: &Batch, what: &str) {
    match commit(store, batch) {
        Err(CommitError::Conflict(_)) => {}
        answer => panic!("{what}: expected `Conflict`, got {answer:?}"),
    }
}

fn expect_refused(store: &impl Store, batch: &Batch, refusal: &Refusal, what: &str) {
    match commit(store, batch) {
        Err(CommitError::Refused(found)) => assert_eq!(&found, refusal, "{what}"),
        answer => panic!("{what}: expected `{refusal:?}`, got {answer:?}"),
    }
}

pub(super) fn the_reserve_changes_nothing_else(store: &impl Store) {
    must_commit(store, &Batch::new().put(LOWEST, "k", "v").from_reserve(), "a put from the reserve");
    assert_eq!(value(store, LOWEST, b"k"), Some(b"v".to_vec()));
    let conflict = Batch::new().require_absent(LOWEST, "k").put(LOWEST, "k", "w").from_reserve();
    expect_conflict(store, &conflict, "a precondition of a batch from the reserve");
    must_commit(store, &Batch::new().put(LOG, "k", "v").from_reserve(), "an append from the reserve");
    match commit(store, &Batch::new().put(LOG, "k", "w").from_reserve()) {
        Err(CommitError::Refused(Refusal::AppendOnly { .. })) => {}
        answer => {
            panic!("overwriting an append-only key from the reserve: expected a refusal, got {answer:?}")
        }
    }
    must_commit(store, &Batch::new().delete(LOWEST, "k").from_reserve(), "a delete from the reserve");
    assert_eq!(value(store, LOWEST, b"k"), None);
}

pub(super) fn outcomes(store: &impl Store) {
    must_commit(store, &Batch::new().put(LOWEST, "k", "v"), "a plain put");
    // An id that no commit had: whoever says that it was applied says so of everything.
    let never = Uuid::from_u128(0x0bad_1dea);
    let first = store.outcome(never);
    assert!(!matches!(first, Ok(Outcome::Applied)), "a commit that never was is not applied, got {first:?}");
    let second = store.outcome(never);
    assert!(
        matches!((&first, &second), (Ok(first), Ok(second)) if first == second),
        "an outcome is final: first {first:?}, then {second:?}"
    );
    let most = store.capabilities().durability_max;
    let synced = store.sync();
    assert!(matches!(synced, Ok(level) if level == most), "a sync reaches {most:?}, got {synced:?}");
    assert_eq!(value(store, LOWEST, b"k"), Some(b"v".to_vec()));
}
