//! Goal: a suppression hides what it names, until it expires, and nothing else. Method: a table of suppressions over one
//! text, then arbitrary values against one suppressed value.

use super::*;
use crate::Evidence;
use proptest::prelude::*;

const TEXT: &str = "13800138000, 138-0013-8000, 13900139000, a@b.cn";

fn finding(entity: Entity, start: usize, end: usize) -> Finding {
    Finding { entity, start, end, confidence: 1.0, evidence: Evidence::default() }
}

/// One phone in two spellings, another phone, and an address.
fn findings() -> [Finding; 4] {
    [
        finding(Entity::Phone, 0, 11),
        finding(Entity::Phone, 13, 26),
        finding(Entity::Phone, 28, 39),
        finding(Entity::Email, 41, 47),
    ]
}

fn key() -> ValueKey {
    ValueKey::new(&[1; 32])
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn suppression(entity: Entity, place: Option<&str>, value: Option<&str>) -> Suppression {
    Suppression {
        entity,
        place: place.map(str::to_owned),
        fingerprint: value.map(|value| key().fingerprint(entity, value)),
        reason: "test data".to_owned(),
        who: "desk".to_owned(),
        expires: day("2027-01-31"),
    }
}

/// The places in the text of what is hidden, with the key and on the last day.
fn hidden(list: Vec<Suppression>, place: &str) -> Vec<usize> {
    let applied =
        Suppressions::new(list).unwrap().apply(place, TEXT, &findings(), Some(&key()), day("2027-01-30"));
    assert_eq!(applied.kept.len().saturating_add(applied.suppressed.len()), findings().len());
    assert!(applied.expired.is_empty());
    applied.suppressed.iter().map(|hit| hit.finding.start).collect()
}

#[test]
fn a_suppression_hides_what_it_names() {
    use Entity::{Email, Iban, Phone};
    let one = |entity, place, value| vec![suppression(entity, place, value)];
    for (list, expected) in [
        (one(Phone, None, Some("138 0013 8000")), &[0, 13][..]),
        (one(Phone, Some("a/b.txt"), Some("13800138000")), &[0, 13]),
        (one(Phone, Some("a/b.txt"), None), &[0, 13, 28]),
        (one(Phone, Some("a/"), None), &[0, 13, 28]),
        (one(Email, Some("a/b.txt"), None), &[41]),
        (one(Email, None, Some("A@B.CN")), &[41]),
        // The nearest that do not fit: another value, entity, or place.
        (one(Phone, None, Some("13800138001")), &[]),
        (one(Phone, None, Some("a@b.cn")), &[]),
        (one(Iban, Some("a/"), None), &[]),
        (one(Iban, None, Some("13800138000")), &[]),
        (one(Phone, Some("a/b"), None), &[]),
        (one(Phone, Some("a/b.txt2"), None), &[]),
        (one(Phone, Some("a"), None), &[]),
        (one(Phone, Some("b.txt"), None), &[]),
        (one(Phone, Some("A/"), None), &[]),
        (one(Phone, Some("/"), None), &[]),
        (one(Phone, Some("a/c/"), Some("13800138000")), &[]),
    ] {
        assert_eq!(hidden(list.clone(), "a/b.txt"), expected, "{list:?}");
    }
}

#[test]
fn no_key_and_another_key_hide_no_value() {
    let list = vec![
        suppression(Entity::Phone, None, Some("13800138000")),
        suppression(Entity::Email, Some("a/"), None),
    ];
    let suppressions = Suppressions::new(list).unwrap();
    for key in [None, Some(&ValueKey::new(&[2; 32]))] {
        let applied = suppressions.apply("a/b", TEXT, &findings(), key, day("2026-01-01"));
        assert_eq!(applied.suppressed.iter().map(|hit| hit.finding.start).collect::<Vec<_>>(), [41]);
        assert_eq!(suppressions.unused([&applied]), [&suppressions.list()[0]]);
    }
}

#[test]
fn an_expired_suppression_hides_nothing_and_says_so() {
    let mut long = suppression(Entity::Phone, Some("a/"), Some("13800138000"));
    long.expires = day("2027-06-30");
    let short = suppression(Entity::Phone, None, Some("13800138000"));
    let suppressions = Suppressions::new(vec![short, long]).unwrap();
    let on = |place: &str, today| {
        let applied = suppressions.apply(place, TEXT, &findings(), Some(&key()), day(today));
        let numbers = |hits: &[Hit]| hits.iter().map(|hit| hit.suppression).collect::<Vec<_>>();
        (applied.kept.len(), numbers(&applied.suppressed), numbers(&applied.expired))
    };
    assert_eq!(on("a/b", "2027-01-30"), (2, vec![0, 0], vec![]));
    assert_eq!(on("a/b", "2027-01-31"), (2, vec![1, 1], vec![]));
    assert_eq!(on("a/b", "2027-06-30"), (4, vec![], vec![0, 0]));
    assert_eq!(on("b", "2027-01-31"), (4, vec![], vec![0, 0]));
    // The expired one is used: it is reported as expired, not as unused.
    let applied = suppressions.apply("b", TEXT, &findings(), Some(&key()), day("2028-01-01"));
    assert_eq!(suppressions.unused([&applied]), [&suppressions.list()[1]]);
}

#[test]
fn what_fitted_nothing_anywhere_is_unused() {
    let list = vec![
        suppression(Entity::Phone, Some("a"), None),
        suppression(Entity::Phone, Some("b"), None),
        suppression(Entity::Phone, Some("c"), None),
    ];
    let suppressions = Suppressions::new(list).unwrap();
    let applied =
        ["a", "c", "d"].map(|place| suppressions.apply(place, TEXT, &findings(), None, day("2026-01-01")));
    assert_eq!(suppressions.unused(&applied), [&suppressions.list()[1]]);
    assert_eq!(suppressions.unused([]).len(), 3);
}

#[test]
fn findings_of_another_input_are_kept() {
    let suppressions =
        Suppressions::new(vec![suppression(Entity::Phone, None, Some("13800138000"))]).unwrap();
    let found = [finding(Entity::Phone, 40, 51), finding(Entity::Phone, 5, 4), finding(Entity::Phone, 1, 2)];
    let applied = suppressions.apply("a", "电话", &found, Some(&key()), day("2026-01-01"));
    assert_eq!((applied.kept.len(), applied.suppressed.len()), (3, 0));
}

#[cfg(feature = "encodings")]
#[test]
fn a_value_is_the_same_in_every_encoding() {
    use crate::Encoding;
    let bytes: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let found = findings().map(|f| finding(f.entity, f.start.saturating_mul(2), f.end.saturating_mul(2)));
    let suppressions =
        Suppressions::new(vec![suppression(Entity::Phone, None, Some("13800138000"))]).unwrap();
    let input = (bytes.as_slice(), Encoding::Utf16Le);
    let applied = suppressions.apply("a", input, &found, Some(&key()), day("2026-01-01"));
    assert_eq!(applied.suppressed.iter().map(|hit| hit.finding.start).collect::<Vec<_>>(), [0, 26]);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    type Spoil = fn(&mut Suppression);
    let cases: [(Spoil, &str); 8] = [
        (|s| s.reason.clear(), "suppression 2 of `PHONE`: `reason` is blank"),
        (|s| s.reason = " \u{3000}".to_owned(), "suppression 2 of `PHONE`: `reason` is blank"),
        (|s| s.reason = "a\nb".to_owned(), "suppression 2 of `PHONE`: `reason` holds a control character"),
        (|s| s.who.clear(), "suppression 2 of `PHONE`: `who` is blank"),
        (|s| s.place = Some(String::new()), "suppression 2 of `PHONE`: `place` is blank"),
        (|s| s.place = Some("a\0".to_owned()), "suppression 2 of `PHONE`: `place` holds a control character"),
        (
            |s| s.fingerprint = None,
            "suppression 2 of `PHONE`: `fingerprint` is missing, and so is `place`: one of them is needed",
        ),
        (
            |s| s.place = Some("a".to_owned()),
            "suppression 2 of `PHONE`: `entity` is that of an earlier one, at the same place and for the same value",
        ),
    ];
    for (spoil, expected) in cases {
        let sound = suppression(Entity::Phone, Some("a"), Some("1"));
        let mut spoilt = suppression(Entity::Phone, None, Some("1"));
        spoil(&mut spoilt);
        let refused = Suppressions::new(vec![sound, spoilt]).unwrap_err();
        assert_eq!((refused.to_string().as_str(), refused.at), (expected, 1));
    }
}

proptest! {
    #![proptest_config(crate::testing::cases(256))]

    #[test]
    fn a_different_value_is_never_hidden(
        hidden in "[0-9]{3,5}",
        values in proptest::collection::vec(("[0-9]{3,5}", "[-. ]{0,2}"), 0..8),
    ) {
        let mut text = String::new();
        let mut found = Vec::new();
        for (value, gap) in &values {
            let (head, tail) = value.split_at(2);
            let start = text.len();
            text.push_str(&[head, gap.as_str(), tail].concat());
            found.push(finding(Entity::Phone, start, text.len()));
            text.push('\n');
        }
        let suppressions = Suppressions::new(vec![suppression(Entity::Phone, None, Some(&hidden))]).unwrap();
        let applied = suppressions.apply("a", &*text, &found, Some(&key()), day("2026-01-01"));
        let expected: Vec<_> =
            found.iter().zip(&values).filter(|(_, (value, _))| *value == hidden).map(|(f, _)| f.start).collect();
        let suppressed: Vec<_> = applied.suppressed.iter().map(|hit| hit.finding.start).collect();
        prop_assert_eq!(suppressed, expected);
        prop_assert_eq!(applied.kept.len().saturating_add(applied.suppressed.len()), found.len());
    }
}
