//! What a batch refuses before any backend sees it, and what never shows in its debug output. By table: each accepted
//! shape beside the nearest refused ones.

use proptest::prelude::*;
use strongroom_store::{
    BATCH_BYTES_MAX, BATCH_OPS_MAX, Batch, Direction, Found, KEY_BYTES_MAX, KeyRange, PruneRight, Refusal,
    Space, VALUE_BYTES_MAX,
};
use uuid::Uuid;

const DATA: Space = Space::mutable(1, "data");
const LOG: Space = Space::append_only(2, "log");
const HERE: Uuid = Uuid::from_u128(1);
const ELSEWHERE: Uuid = Uuid::from_u128(2);

fn check(what: &str, batch: &Batch, expected: impl Into<Option<Refusal>>) {
    assert_eq!(batch.check(HERE).err(), expected.into(), "{what}");
}

#[test]
fn a_batch_keeps_the_limits() {
    let ops = |count: usize| (0..count).fold(Batch::new(), |batch, _| batch.put(DATA, "k", "v"));
    check("nothing", &Batch::new(), None);
    check("the most changes", &ops(BATCH_OPS_MAX), None);
    let count = BATCH_OPS_MAX + 1;
    check("one more", &ops(count), Refusal::BatchOps { ops: count });

    let full =
        || Batch::new().put(DATA, "a", vec![0; VALUE_BYTES_MAX]).put(DATA, "b", vec![0; VALUE_BYTES_MAX]);
    let last = BATCH_BYTES_MAX - 2 * VALUE_BYTES_MAX - 3;
    check("the most bytes", &full().put(DATA, "c", vec![0; last]), None);
    let bytes = BATCH_BYTES_MAX + 1;
    check("a byte of value more", &full().put(DATA, "c", vec![0; last + 1]), Refusal::BatchBytes { bytes });
    check("a byte of key more", &full().put(DATA, "cc", vec![0; last]), Refusal::BatchBytes { bytes });

    check("the longest key", &Batch::new().put(DATA, vec![1; KEY_BYTES_MAX], "v"), None);
    check("the longest value", &Batch::new().put(LOG, "k", vec![1; VALUE_BYTES_MAX]), None);
    let bytes = VALUE_BYTES_MAX + 1;
    let refusal = Refusal::ValueBytes { space: "log", bytes };
    check("one past the longest value", &Batch::new().put(LOG, "k", vec![1; bytes]), refusal);
}

/// A batch that names this key in some way.
type Shape = fn(Vec<u8>, &PruneRight) -> Batch;

#[test]
fn every_way_to_name_a_key_checks_it() {
    let right = PruneRight::for_store(HERE);
    let shapes: [(&str, Shape); 5] = [
        ("put", |key, _| Batch::new().put(LOG, key, "v")),
        ("prune", |key, right| Batch::new().prune(right, LOG, key)),
        ("absent", |key, _| Batch::new().require_absent(LOG, key)),
        ("value", |key, _| Batch::new().require_value(LOG, key, "v")),
        ("appended", |key, _| {
            let mut batch = Batch::new().put(LOG, "fine", "v");
            batch.append(Batch::new().put(LOG, key, "v"));
            batch
        }),
    ];
    let bytes = KEY_BYTES_MAX + 1;
    for (what, shape) in shapes {
        check(what, &shape(vec![1], &right), None);
        check(what, &shape(vec![1; KEY_BYTES_MAX], &right), None);
        check(what, &shape(vec![1; bytes], &right), Refusal::KeyBytes { space: "log", bytes });
        check(what, &shape(Vec::new(), &right), Refusal::KeyEmpty { space: "log" });
    }
    check("delete", &Batch::new().delete(DATA, ""), Refusal::KeyEmpty { space: "data" });
}

#[test]
fn removal_follows_the_mode_of_the_space() {
    let (own, foreign) = (PruneRight::for_store(HERE), PruneRight::for_store(ELSEWHERE));
    check("delete, mutable", &Batch::new().delete(DATA, "k"), None);
    check("delete, append-only", &Batch::new().delete(LOG, "k"), Refusal::AppendOnly { space: "log" });
    check("prune, own right", &Batch::new().prune(&own, LOG, "k"), None);
    let refusal = Refusal::ForeignPruneRight { space: "log" };
    check("prune, foreign right", &Batch::new().prune(&foreign, LOG, "k"), refusal);
    let refusal = Refusal::PruneOfMutable { space: "data" };
    check("prune, mutable", &Batch::new().prune(&own, DATA, "k"), refusal.clone());
    check("prune, mutable, foreign", &Batch::new().prune(&foreign, DATA, "k"), refusal);
}

#[test]
fn debug_output_shows_no_key_and_no_value() {
    let secret = "11010519491231002X";
    let batch = Batch::new()
        .require_absent(DATA, secret)
        .require_value(DATA, secret, secret)
        .put(DATA, secret, secret)
        .delete(DATA, secret);
    let range = KeyRange::between(secret, secret);
    let found = Found::Value(secret.as_bytes().to_vec());
    let shown = format!("{batch:?} {range:?} {found:?}");
    assert!(!shown.contains("1101"), "{shown}");
    // As a list of numbers it would show as well.
    assert!(!shown.contains("49, 49"), "{shown}");
    assert!(shown.contains("18 bytes"), "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_prefix_range_holds_what_begins_with_it(prefix in bytes(), key in bytes()) {
        prop_assert_eq!(KeyRange::prefix(&prefix).contains(&key), key.starts_with(&prefix));
    }

    #[test]
    fn a_range_is_empty_when_no_key_fits(start in bytes(), end in bytes(), key in bytes()) {
        let range = KeyRange::between(start.clone(), end.clone());
        prop_assert_eq!(range.contains(&key), start <= key && key < end);
        prop_assert!(!range.is_empty() || !range.contains(&key));
        prop_assert_eq!(range.is_empty(), !range.contains(&start));
    }

    #[test]
    fn what_is_left_after_a_page_is_what_lies_beyond(range in range(), last in bytes(), key in bytes()) {
        prop_assume!(range.contains(&last));
        let left = range.after(&last, Direction::Forward);
        prop_assert_eq!(left.contains(&key), range.contains(&key) && key > last);
        let left = range.after(&last, Direction::Backward);
        prop_assert_eq!(left.contains(&key), range.contains(&key) && key < last);
    }
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(proptest::sample::select(vec![0u8, 1, 0xfe, 0xff]), 0..5)
}

fn range() -> impl Strategy<Value = KeyRange> {
    (bytes(), proptest::option::of(bytes())).prop_map(|(start, end)| KeyRange { start, end })
}
