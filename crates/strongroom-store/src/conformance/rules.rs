//! Tables: each promise beside the nearest things that are refused.

use super::{
    Factory, Ground, HIGHEST, LOG, LOWEST, SPACES, commit, commit_at, lives::contents, must_commit, sha256,
    value,
};
use crate::{
    BATCH_BYTES_MAX, BATCH_OPS_MAX, BATCH_PRECONDITIONS_MAX, Batch, CommitError, Direction, Durability,
    Found, KEY_BYTES_MAX, KeyRange, PRECONDITION_BYTES_MAX, PruneRight, Read, Refusal, SCAN_LIMIT_MAX, Store,
    VALUE_BYTES_MAX,
};
use uuid::Uuid;

pub(super) fn preconditions<F: Factory>(ground: &Ground<'_, F>) {
    let store = &ground.store();
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

pub(super) fn order_within_a_batch<F: Factory>(ground: &Ground<'_, F>) {
    let store = &ground.store();
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
}

pub(super) fn no_changes<F: Factory>(ground: &Ground<'_, F>) {
    let store = &ground.store();
    let reaches = store.capabilities().durability_max;
    must_commit(store, &Batch::new(), "an empty batch of an empty store");
    must_commit(store, &Batch::new().put(LOWEST, "there", "v").put(LOG, "1", "entry"), "a plain put");
    let before = SPACES.map(|space| contents(store, space));

    let holding = Batch::new()
        .require_value(LOWEST, "there", "v")
        .require_digest(LOG, "1", sha256(b"entry"))
        .require_absent(HIGHEST, "there");
    for asked in [Durability::Process, Durability::Power, Durability::Replicated] {
        for (what, batch) in [("an empty batch", &Batch::new()), ("preconditions that hold", &holding)] {
            match commit_at(store, batch, asked) {
                Ok(done) if asked <= reaches => {
                    assert!(done.durability >= asked, "{what}: less than {asked:?}");
                }
                Err(CommitError::TooDurable { .. }) if asked > reaches => {}
                answer => panic!("{what}, asked for {asked:?} of {reaches:?}: got {answer:?}"),
            }
        }
    }
    match commit(store, &holding.require_value(LOWEST, "there", "w").require_absent(LOG, "1")) {
        Err(CommitError::Conflict(failed)) => {
            let found: Vec<_> = failed.into_iter().map(|failed| (failed.index, failed.found)).collect();
            let expected = [(3, Found::Value(b"v".to_vec())), (4, Found::Value(b"entry".to_vec()))];
            assert_eq!(found, expected, "what a conflict without changes found");
        }
        answer => panic!("preconditions alone, two of which fail: expected `Conflict`, got {answer:?}"),
    }
    assert_eq!(
        SPACES.map(|space| contents(store, space)),
        before,
        "batches without changes changed something"
    );
}

/// The same batches on two stores, from the reserve on one: the same answers, and the same contents in the end.
pub(super) fn from_reserve<F: Factory>(ground: &Ground<'_, F>) {
    let (plain, plain_right) = ground.factory.fresh();
    let (reserved, reserved_right) = ground.factory.fresh();
    let script = |right: &PruneRight| {
        let many = (0..=BATCH_OPS_MAX).fold(Batch::new(), |batch, _| batch.put(LOWEST, "k", "v"));
        vec![
            ("a batch", Batch::new().put(LOWEST, "a", "1").put(LOG, "1", "one").put(LOG, "2", "two")),
            ("nothing", Batch::new()),
            ("a condition that holds", Batch::new().require_value(LOWEST, "a", "1").put(LOWEST, "b", "2")),
            ("one that fails", Batch::new().require_absent(LOWEST, "a").put(LOWEST, "c", "3")),
            ("a digest that fails", Batch::new().require_digest(LOWEST, "a", [0; 32]).delete(LOWEST, "a")),
            ("a put over an entry", Batch::new().put(HIGHEST, "x", "y").put(LOG, "1", "other")),
            ("a delete of an entry", Batch::new().delete(LOG, "1")),
            ("a prune", Batch::new().prune(right, LOG, "1").delete(LOWEST, "b").put(LOG, "3", "three")),
            ("an empty key", Batch::new().put(LOWEST, "", "v")),
            (
                "too long a value",
                Batch::new().put(LOWEST, "long", vec![0; VALUE_BYTES_MAX.saturating_add(1)]),
            ),
            ("too many changes", many),
        ]
    };
    let reserved_script = script(&reserved_right).into_iter().map(|(_, batch)| batch.from_reserve());
    for ((what, batch), from_reserve) in script(&plain_right).into_iter().zip(reserved_script) {
        let answers = (commit(&plain, &batch), commit(&reserved, &from_reserve));
        let same = match &answers {
            (Ok(first), Ok(second)) => first == second,
            (Err(CommitError::Conflict(first)), Err(CommitError::Conflict(second))) => first == second,
            (Err(CommitError::Refused(first)), Err(CommitError::Refused(second))) => first == second,
            _ => false,
        };
        assert!(same, "{what}: without and from the reserve: {answers:?}");
    }
    for space in SPACES {
        let (plain, reserved) = (contents(&plain, space), contents(&reserved, space));
        assert_eq!(plain, reserved, "space `{}` after the same batches", space.name());
    }
}

pub(super) fn append_only<F: Factory>(ground: &Ground<'_, F>) {
    let (store, right) = &ground.factory.fresh();
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

pub(super) fn limits<F: Factory>(ground: &Ground<'_, F>) {
    let store = &ground.store();
    let big = vec![7; VALUE_BYTES_MAX];
    let longest = vec![0xff; KEY_BYTES_MAX];
    let batch = Batch::new().put(LOWEST, longest.clone(), big.clone()).put(LOG, longest.clone(), big.clone());
    must_commit(store, &batch, "the longest keys and values");
    for space in [LOWEST, LOG] {
        assert_eq!(value(store, space, &longest).as_ref(), Some(&big), "the longest value comes back");
    }
    let named = Batch::new()
        .require_digest(LOWEST, longest.clone(), sha256(&big))
        .require_value(LOG, longest.clone(), big.clone())
        .require_absent(HIGHEST, longest.clone())
        .delete(LOWEST, longest.clone());
    must_commit(store, &named, "the longest key in every place");
    assert_eq!(value(store, LOWEST, &longest), None, "the longest key can be deleted");

    let ops = |count: usize| {
        (0..count).fold(Batch::new(), |batch, at| batch.put(HIGHEST, at.to_string().into_bytes(), "v"))
    };
    must_commit(store, &ops(BATCH_OPS_MAX), "the most changes");
    let all =
        store.scan(HIGHEST, &KeyRange::all(), Direction::Forward, SCAN_LIMIT_MAX).expect("scan answers");
    assert_eq!(all.len(), BATCH_OPS_MAX, "all changes of the largest batch are there");

    // Three values and their one-byte keys fill a batch exactly.
    let last = BATCH_BYTES_MAX.saturating_sub(3).saturating_sub(VALUE_BYTES_MAX.saturating_mul(2));
    let filled = || {
        let batch = Batch::new().put(LOWEST, "a", big.clone()).put(LOWEST, "b", big.clone());
        batch.put(LOWEST, "c", vec![9; last])
    };
    must_commit(store, &filled(), "the most bytes");
    assert_eq!(value(store, LOWEST, b"b").as_ref(), Some(&big), "the largest batch comes back");

    let past = |limit: usize| limit.saturating_add(1);
    let bytes = past(BATCH_BYTES_MAX);
    let full = filled().put(LOWEST, "d", "");
    expect_refused(store, &full, &Refusal::BatchBytes { bytes }, "one byte too many");
    let count = past(BATCH_OPS_MAX);
    let many = ops(BATCH_OPS_MAX).put(LOWEST, "d", "");
    expect_refused(store, &many, &Refusal::BatchOps { ops: count }, "one change too many");
    let long = past(VALUE_BYTES_MAX);
    let refusal = Refusal::ValueBytes { space: LOWEST.name(), bytes: long };
    expect_refused(store, &Batch::new().put(LOWEST, "d", vec![0; long]), &refusal, "a value too long");
    assert_eq!(value(store, LOWEST, b"d"), None, "what was refused is not there");
    key_limits(store);
    precondition_limits(store);
}

fn precondition_limits(store: &impl Store) {
    let absent = |count: usize| {
        let batch = Batch::new().put(LOWEST, "e", "");
        (0..count).fold(batch, |batch, at| batch.require_absent(LOG, at.to_string().into_bytes()))
    };
    must_commit(store, &absent(BATCH_PRECONDITIONS_MAX), "the most preconditions");
    let preconditions = BATCH_PRECONDITIONS_MAX.saturating_add(1);
    let refusal = Refusal::BatchPreconditions { preconditions };
    expect_refused(store, &absent(preconditions), &refusal, "one precondition too many");

    // As many bytes as there may be, in three preconditions that hold; and one byte more.
    let big = vec![7; VALUE_BYTES_MAX];
    let last = PRECONDITION_BYTES_MAX.saturating_sub(3).saturating_sub(VALUE_BYTES_MAX.saturating_mul(2));
    let required = |key: &str| {
        Batch::new()
            .require_value(LOWEST, "a", big.clone())
            .require_value(LOWEST, "b", big.clone())
            .require_value(LOWEST, key, vec![9; last])
            .put(LOWEST, "e", "")
    };
    must_commit(store, &required("c"), "the most bytes in preconditions");
    let refusal = Refusal::PreconditionBytes { bytes: PRECONDITION_BYTES_MAX.saturating_add(1) };
    expect_refused(store, &required("cc"), &refusal, "one byte too many in preconditions");
}

/// Every way to name a key, with one that is too long and one that is empty.
fn key_limits(store: &impl Store) {
    let bytes = KEY_BYTES_MAX.saturating_add(1);
    let long = vec![0xff; bytes];
    let refusals = [
        (long.clone(), Refusal::KeyBytes { space: LOWEST.name(), bytes }),
        (Vec::new(), Refusal::KeyEmpty { space: LOWEST.name() }),
    ];
    for (key, refusal) in refusals {
        let ways = [
            ("put", Batch::new().put(LOWEST, key.clone(), "")),
            ("deleted", Batch::new().delete(LOWEST, key.clone())),
            ("required absent", Batch::new().require_absent(LOWEST, key.clone())),
            ("required to have a value", Batch::new().require_value(LOWEST, key.clone(), "v")),
            ("required to have a digest", Batch::new().require_digest(LOWEST, key.clone(), sha256(b"v"))),
        ];
        for (way, batch) in ways {
            // The refusal comes before a precondition that fails, and takes innocent changes with it.
            let what = format!("a key of {} bytes {way}", key.len());
            expect_refused(store, &batch, &refusal, &what);
            let batch = batch.require_value(HIGHEST, "nothing", "v").put(HIGHEST, "beside", "v");
            expect_refused(store, &batch, &refusal, &what);
            assert_eq!(value(store, HIGHEST, b"beside"), None, "{what}: a part of the batch was applied");
        }
        // Reading past a limit is a plain miss.
        assert_eq!(value(store, LOWEST, &key), None, "a key of {} bytes is not there", key.len());
    }
    let beyond = KeyRange::between([long.clone(), vec![0]].concat(), [long, vec![1]].concat());
    let none = store.scan(LOWEST, &beyond, Direction::Forward, 10).expect("scan answers");
    assert_eq!(none, [], "a range beyond the longest key is empty");
}

pub(super) fn durability<F: Factory>(ground: &Ground<'_, F>) {
    let store = &ground.store();
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
    assert_eq!(synced, reaches, "a sync reaches what the store says it can");
}

pub(super) fn spaces_do_not_touch<F: Factory>(ground: &Ground<'_, F>) {
    let store = &ground.store();
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
