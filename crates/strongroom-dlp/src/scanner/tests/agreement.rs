//! Goal: for each kind of data the scanner finds what the slow reference takes, whole, and nothing that it refuses.
//! Method: values near to each kind, about half of which hold, alone or beside the words that name them; then texts of
//! several, with every detector and with one.

use std::cell::Cell;
use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;

use super::kinds::{KINDS, Kind, compact, is_doubtful};
use super::slow::asia;
use crate::check;
use crate::testing::cases;
use crate::{Entity, Finding, Scanner};

fn scanner_of(kind: &Kind) -> Scanner {
    Scanner::builder().with_entities(&[kind.entity]).build().unwrap()
}

/// Whether any of these forms of the kind holds, or may.
fn is_taken(entity: Entity, value: &str, form: impl Fn(&Kind) -> bool) -> bool {
    let mut forms = KINDS.iter().filter(|kind| kind.entity == entity && form(kind));
    is_doubtful(entity, value) || forms.any(|kind| kind.holds(value) || kind.holds(&read_as_digits(value)))
}

/// The value with the letters that look like digits read so, as the scanner does.
fn read_as_digits(value: &str) -> String {
    let read = |c: char| match c {
        'O' | 'o' => '0',
        'I' | 'i' | 'L' | 'l' => '1',
        other => other,
    };
    value.chars().map(read).collect()
}

#[test]
fn each_kind_is_found_where_the_reference_takes_it_and_nowhere_else() {
    let mut wrong = Vec::new();
    for kind in KINDS {
        let scanner = scanner_of(kind);
        let (taken, refused) = (Cell::new(0_u32), Cell::new(0_u32));
        let values = (kind.values(), 0_usize..6, any::<Index>());
        let test = |(value, way, form): (String, usize, Index)| {
            let holds = kind.holds(&value);
            let count = if holds { &taken } else { &refused };
            count.set(count.get() + 1);
            // The check of an exact kind looks past marks that are out of place.
            if let Some(check) = kind.check.filter(|_| holds || !kind.exact) {
                prop_assert_eq!(check(&value), holds, "check of {} {}", kind.entity, value);
            }
            let written = kind.written(&value, way, form);
            let text = format!("{}{written}", kind.label);
            let found: Vec<_> = scanner.scan(text.as_bytes()).iter().map(Finding::range).collect();
            let range = kind.label.len()..text.len();
            if holds {
                prop_assert_eq!(found, [range], "{} missed in {}", kind.entity, text);
            } else if !is_taken(kind.entity, &value, |other| other.label == kind.label) {
                prop_assert!(!found.contains(&range), "{} found in {}", kind.entity, text);
            }
            Ok(())
        };
        let outcome = TestRunner::new(cases(250)).run(&values, test);
        wrong.extend(outcome.err().map(|error| format!("{} {error}", kind.entity)));
        // Were nearly all of one sort, the agreement would say little.
        let all = taken.get() + refused.get();
        if taken.get() * 20 < all || refused.get() * 20 < all {
            wrong.push(format!("{} takes {} of {all}", kind.entity, taken.get()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What stands between values: marks that end a value and join it to nothing, and others that may make one value of two.
const ENDS: [&str; 5] = ["；", "\n", "。", "，", " | "];
const JOINS: [&str; 9] = [" ", "-", ".", "/", "", "(", "  ", "_", ": "];

/// One value of a text.
#[derive(Debug, Clone)]
struct Piece {
    kind: &'static Kind,
    value: String,
    labelled: bool,
    after: &'static str,
}

fn piece() -> impl Strategy<Value = Piece> {
    let after = prop_oneof![3 => select(ENDS.to_vec()), 1 => select(JOINS.to_vec())];
    (compact(), any::<bool>(), after).prop_map(|((kind, value), labelled, after)| Piece {
        kind,
        value,
        labelled,
        after,
    })
}

/// What the slow reference knows of a text: each run of letters and digits that must be found, by every kind that takes
/// it, with its place.
///
/// A kind is sure to be found behind its own label, or without one where no word that names another stands before.
fn expected(pieces: &[Piece]) -> (String, Vec<(Entity, Range<usize>)>) {
    let (mut text, mut expected, mut open, mut labelled) = (String::new(), Vec::new(), true, false);
    for piece in pieces {
        let label = if piece.labelled { piece.kind.label } else { "" };
        text.push_str(label);
        let start = text.len();
        text.push_str(&piece.value);
        let range = start..text.len();
        text.push_str(piece.after);
        let ends = ENDS.contains(&piece.after);
        let alone = open && ends;
        if alone && (!label.is_empty() || !labelled) {
            let kinds = KINDS.iter().filter(|kind| kind.label == label && kind.holds(&piece.value));
            expected.extend(kinds.map(|kind| (kind.entity, range.clone())));
        }
        labelled |= !label.is_empty();
        open = ends;
    }
    (text, expected)
}

/// Whether the reference takes what was found: all of it, its letters and digits without marks.
fn is_vouched_for(finding: &Finding, text: &str) -> bool {
    let value = text.get(finding.range()).unwrap();
    let compact: String =
        value.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    let known = KINDS.iter().any(|kind| kind.entity == finding.entity && !kind.exact);
    // Of phones the reference knows but one sort.
    let judged = known && finding.entity != Entity::Phone;
    !judged || is_taken(finding.entity, value, |_| true) || is_taken(finding.entity, &compact, |_| true)
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn texts_of_several_values_have_the_findings_that_the_reference_gives(pieces in vec(piece(), 1..6)) {
        let (text, expected) = expected(&pieces);
        let all = Scanner::new().scan(text.as_bytes());
        for finding in &all {
            prop_assert!(is_vouched_for(finding, &text), "{} {:?} in {}", finding.entity, finding.range(), text);
        }
        for (entity, range) in &expected {
            let scanner = Scanner::builder().with_entities(&[*entity]).build().unwrap();
            let found = scanner.scan(text.as_bytes());
            prop_assert!(found.iter().any(|finding| finding.range() == *range), "{} {:?} missed in {}", entity, range, text);
            for finding in &found {
                prop_assert!(is_vouched_for(finding, &text), "{} {:?} in {}", entity, finding.range(), text);
            }
            // Another kind may have the stronger claim, but the value does not go unseen.
            let seen = all.iter().any(|finding| finding.start < range.end && range.start < finding.end);
            prop_assert!(seen, "{} {:?} unseen in {}", entity, range, text);
        }
    }

    #[test]
    fn the_check_of_korea_agrees_with_the_reference(value in "(19|20|21|00)(0[1-9]|1[0-3])[0-3][0-9][0-9][0-9]{6}") {
        prop_assert_eq!(check::kr_rrn(&value), asia::kr_rrn(&value));
    }
}
