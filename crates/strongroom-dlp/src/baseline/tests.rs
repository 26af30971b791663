//! Goal: what was accepted is known where it was accepted, and anything else is new. Method: one place before and after
//! a change, then arbitrary multisets of values against a naive count.

use super::*;
use crate::Evidence;
use proptest::prelude::*;

fn key() -> ValueKey {
    ValueKey::new(&[1; 32])
}

/// Lines of values, and a finding for each.
fn lines(values: &[&str]) -> (String, Vec<Finding>) {
    let mut text = String::new();
    let mut found = Vec::new();
    for value in values {
        let start = text.len();
        text.push_str(value);
        let entity = if value.contains('@') { Entity::Email } else { Entity::Phone };
        found.push(Finding {
            entity,
            start,
            end: text.len(),
            confidence: 1.0,
            evidence: Evidence::default(),
        });
        text.push('\n');
    }
    (text, found)
}

fn baseline(place: &str, values: &[&str]) -> Baseline {
    let (text, found) = lines(values);
    let mut baseline = Baseline::new(&key());
    baseline.accept(place, &*text, &found, &key()).unwrap();
    baseline
}

/// New and known, by the number of the line, and how many are gone.
fn compared(baseline: &Baseline, place: &str, values: &[&str]) -> (Vec<usize>, Vec<usize>, u64) {
    let (text, found) = lines(values);
    let compared = baseline.compare(place, &*text, &found, &key()).unwrap();
    let numbers = |some: &[Finding]| {
        some.iter().map(|f| found.iter().position(|other| other == f).unwrap()).collect::<Vec<_>>()
    };
    (numbers(&compared.new), numbers(&compared.known), compared.gone.iter().map(|gone| gone.count).sum())
}

#[test]
fn only_what_is_new_is_reported() {
    let accepted = baseline("a", &["13800138000", "13800138000", "a@b.cn"]);
    for (values, new, known, gone) in [
        (&["13800138000", "138 0013 8000", "a@b.cn"][..], &[][..], &[0, 1, 2][..], 0),
        (&["a@b.cn", "13800138000"], &[], &[0, 1], 1),
        (&["13800138000", "13800138000", "13800138000"], &[2], &[0, 1], 1),
        (&["13800138001", "c@b.cn"], &[0, 1], &[], 3),
        (&[], &[], &[], 3),
    ] {
        assert_eq!(compared(&accepted, "a", values), (new.to_vec(), known.to_vec(), gone), "{values:?}");
    }
    // At another place nothing is accepted, and nothing is gone.
    assert_eq!(compared(&accepted, "b", &["a@b.cn"]), (vec![0], vec![], 0));
    assert_eq!(compared(&accepted, "a/", &["a@b.cn"]), (vec![0], vec![], 0));
}

#[test]
fn a_place_is_accepted_as_a_whole() {
    let mut accepted = baseline("a", &["13800138000"]);
    let (text, found) = lines(&["13900139000"]);
    accepted.accept("a", &*text, &found, &key()).unwrap();
    assert_eq!(compared(&accepted, "a", &["13800138000", "13900139000"]), (vec![0], vec![1], 0));
    accepted.accept("a", "", &[], &key()).unwrap();
    assert!(accepted.is_empty());
    let mut accepted = baseline("a", &["13800138000"]);
    accepted.forget("a");
    assert_eq!(accepted, Baseline::new(&key()));
}

#[test]
fn another_key_and_another_input_are_refused() {
    let mut accepted = baseline("a", &["13800138000"]);
    let before = accepted.clone();
    let (text, found) = lines(&["13800138000"]);
    let other = ValueKey::new(&[2; 32]);
    assert_eq!(accepted.compare("a", &*text, &found, &other), Err(BaselineError::OtherKey));
    assert_eq!(accepted.accept("a", &*text, &found, &other), Err(BaselineError::OtherKey));
    let outside = BaselineError::OtherInput { start: 0, end: 11 };
    assert_eq!(accepted.accept("a", "1", &found, &key()), Err(outside.clone()));
    assert_eq!(accepted.accept("a", "0123456789电", &found, &key()), Err(outside));
    assert_eq!(accepted, before);
    assert_eq!(accepted.compare("a", "1", &found, &key()).unwrap().new, found);
}

#[test]
fn it_holds_no_value() {
    let accepted = baseline("a", &["13800138000", "a@b.cn"]);
    let shown = format!("{accepted:?} {:?}", accepted.accepted().collect::<Vec<_>>());
    assert!(!shown.contains("13800138000") && !shown.contains("a@b.cn"));
}

proptest! {
    #![proptest_config(crate::testing::cases(256))]

    #[test]
    fn known_is_what_both_have(
        before in proptest::collection::vec("[12]{1,2}", 0..8),
        after in proptest::collection::vec("[12]{1,2}", 0..8),
    ) {
        let before: Vec<_> = before.iter().map(String::as_str).collect();
        let after: Vec<_> = after.iter().map(String::as_str).collect();
        let accepted = baseline("a", &before);
        let (new, known, gone) = compared(&accepted, "a", &after);
        let mut left = before.clone();
        let (mut naive_new, mut naive_known) = (Vec::new(), Vec::new());
        for (at, value) in after.iter().enumerate() {
            match left.iter().position(|other| other == value) {
                Some(found) => {
                    left.remove(found);
                    naive_known.push(at);
                }
                None => naive_new.push(at),
            }
        }
        let naive_gone = u64::try_from(left.len()).unwrap();
        prop_assert_eq!((new, known, gone), (naive_new, naive_known, naive_gone));
        // Accepted again, nothing is new.
        let renewed = baseline("a", &after);
        prop_assert_eq!(compared(&renewed, "a", &after).0, Vec::<usize>::new());
    }
}
