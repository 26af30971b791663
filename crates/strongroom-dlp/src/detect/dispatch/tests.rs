//! Goal: no window that a detector would find anything in is kept from it, by its shape or by what stands alone.
//! Method: every detector on every window that its row allows, as the slow and plain way.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "a reference is to be plain; an overflow in it is a failed test"
)]

use super::*;
use crate::Scanner;
use crate::chain::join;
use crate::detect::around;
use crate::lone::{self, Lone};
use crate::testing::cases;
use crate::trigger::{Trigger, Triggers};
use proptest::prelude::*;

type Seen = (Entity, usize, usize);

/// What every detector says of every window whose length, groups, letters and joins its row allows.
fn plainly(bytes: &[u8], chain: &Chain) -> Vec<Seen> {
    let shapes = Shapes::new(|_| true);
    let mut found = Vec::new();
    for first in 0..chain.starts {
        let mut walk = Walk::new(&shapes, Bits::MAX);
        let mut joined = 0;
        for (count, group) in (1..=WINDOW_GROUPS_MAX).zip(chain.groups.get(first..).unwrap()) {
            let _ = walk.take(group);
            joined |= if count > 1 { group.join } else { 0 };
            let groups = chain.groups.get(first..first + count).unwrap();
            let Some(window) = Window::of(bytes, chain, groups, &walk) else { continue };
            let lettered = groups.iter().any(|group| group.letters);
            let allowed = |detector: &&Detector| {
                (detector.length.0..=detector.length.1).contains(&window.text.len())
                    && (detector.groups.0..=detector.groups.1).contains(&count)
                    && (detector.letters || !lettered)
                    && match detector.joins {
                        Joins::Any => true,
                        Joins::Dots => matches!(joined, 0 | join::DOT),
                        Joins::Alike => matches!(joined, 0 | join::SPACE | join::DASH | join::DOT),
                    }
            };
            found.extend(
                detectors().filter(allowed).filter_map(|detector| (detector.find)(&window)).map(seen),
            );
        }
    }
    found
}

fn seen(hit: Hit) -> Seen {
    (hit.entity, hit.start, hit.end)
}

/// Chains of every digit in the text, from the first on.
fn chains(text: &str) -> Vec<(usize, usize, Chain)> {
    let (bytes, mut triggers, mut at, mut found) = (text.as_bytes(), Triggers::new(), 0, Vec::new());
    while let Some((trigger, kind)) = triggers.next(bytes, at) {
        at = trigger + 1;
        if kind == Trigger::Digit {
            let mut chain = Chain::default();
            let floor = found.last().map_or(0, |(_, _, chain): &(usize, usize, Chain)| chain.end);
            chain.collect(bytes, trigger, floor.min(trigger));
            at = chain.end.max(at);
            found.push((trigger, floor, chain));
        }
    }
    found
}

/// Numbers in groups of the sizes that detectors know, with marks and letters around.
fn text() -> impl Strategy<Value = String> {
    let near_valid = prop::sample::select(vec![
        "13800138000",
        "138 0013 8000",
        "+86 138-0013-8000",
        "(020) 8888 6666",
        "0755 2677 0099",
        "0912-345-678",
        "4111 1111 1111 1111",
        "11010519491231002X",
        "91430102MATX0D2G91",
        "GB82 WEST 1234 5698 7654 32",
        "A123456789",
        "A123456(3)",
        "192.168.0.1",
        "123-45-6789",
        "943 476 5919",
        "AB 12 34 56 C",
        "20-3052-0092",
        "12345674",
        "090-0101 6789",
        "4444 5555 6666",
        "1-2345-67890-12-1",
        "1 85 05 78 006 084 36",
        "S1234567D",
        "8201011234567",
        "529.982.247-25",
        "11.222.333/0001-81",
        "131052-308T",
        "811218-9876",
        "12345678Z",
        "X1234567L",
        "1-415-555-2671",
        "1980-01-02",
        "2026-03-17T09:15:22.123Z",
        "3.14",
        "12:30",
        "1,234.50",
        "phase 2 of",
        "took 15 ms;",
        "May 5, 1985",
        "fe80::1",
        "00:1a:2b:3c:4d:5e",
        "10 High Street",
        "ABCDE 1234 F",
        "\u{4EAC}A 12345",
        "88\u{53F7}3\u{680B}",
    ]);
    let piece = prop_oneof![
        4 => near_valid.prop_map(str::to_owned),
        4 => "[0-9]{1,11}",
        3 => "[ ,.:;/()+=|\n-]",
        1 => "[A-Za-z]{1,5}",
        1 => "[\u{FF10}-\u{FF13}\u{5E74}\u{FF0C}\u{7535}]",
    ];
    prop::collection::vec(piece, 1..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn no_window_is_kept_from_a_detector(text in text()) {
        let scanner = Scanner::builder().threshold(0.0).build().unwrap();
        for (_, _, chain) in chains(&text) {
            let mut found = Vec::new();
            let mut context = scanner.context().reader();
            scanner.dispatch().run(text.as_bytes(), &chain, &mut context, &mut |hit, _| found.push(seen(hit)));
            for hit in plainly(text.as_bytes(), &chain) {
                prop_assert!(found.contains(&hit), "{hit:?} in {text:?}");
            }
        }
    }

    #[test]
    fn nothing_comes_of_what_stands_alone(text in text()) {
        let bytes = text.as_bytes();
        for (trigger, floor, chain) in chains(&text) {
            let Some(lone) = lone::at(bytes, trigger, floor) else { continue };
            let mut found = plainly(bytes, &chain);
            around::run(bytes, &chain, &mut |hit| found.push(seen(hit)));
            // What begins before or after it is found from other numbers.
            found.retain(|(_, start, _)| (floor..lone.end()).contains(start));
            match lone {
                Lone::Nothing { end } => prop_assert!(found.is_empty() && end > trigger, "{found:?} in {text:?}"),
                Lone::Date { start, end } => {
                    found.retain(|hit| *hit != (Entity::DateOfBirth, start, end));
                    prop_assert!(found.is_empty(), "{found:?} in {text:?}");
                }
            }
        }
    }
}

#[test]
fn every_detector_has_its_bit() {
    assert_eq!(usize::try_from(bits(|_| true).count_ones()), Ok(detectors().count()));
}
