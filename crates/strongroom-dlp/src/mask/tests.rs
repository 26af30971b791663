//! Goal: nothing found stays readable, nothing else changes, nothing panics. Method: a table, then arbitrary ranges.

mod values;

#[cfg(feature = "encodings")]
mod encoded;
mod tokens;

use super::*;
use crate::Evidence;
use proptest::prelude::*;

fn finding(entity: Entity, start: usize, end: usize) -> Finding {
    Finding { entity, start, end, confidence: 1.0, evidence: Evidence::default() }
}

#[test]
fn each_style_covers_the_value() {
    let text = "电话13800138000，谢谢";
    let found = [finding(Entity::Phone, 6, 17)];
    for (style, expected) in [
        (Style::Redact, "电话[PHONE]，谢谢"),
        (Style::SameLength('*'), "电话***********，谢谢"),
        (Style::SameLength('＊'), "电话＊＊＊＊＊＊＊＊＊＊＊，谢谢"),
        (Style::KeepEnds { first: 3, last: 2 }, "电话138******00，谢谢"),
        (Style::KeepEnds { first: 0, last: 4 }, "电话*******8000，谢谢"),
        (Style::KeepEnds { first: 3, last: 4 }, "电话138****8000，谢谢"),
        (Style::KeepEnds { first: 4, last: 4 }, "电话***********，谢谢"),
        (Style::KeepEnds { first: usize::MAX, last: 1 }, "电话***********，谢谢"),
    ] {
        assert_eq!(mask(text, &found, style).unwrap().text, expected, "{style:?}");
    }
}

#[test]
fn offsets_of_what_remains_are_mapped() {
    let text = "ab13800138000cd13900139000ef";
    let masked =
        mask(text, &[finding(Entity::Phone, 15, 26), finding(Entity::Phone, 2, 13)], Style::Redact).unwrap();
    assert_eq!(masked.text, "ab[PHONE]cd[PHONE]ef");
    assert_eq!(masked.target_offset(0), Some(0));
    assert_eq!(masked.target_offset(2), None);
    assert_eq!(masked.target_offset(13), Some(9));
    assert_eq!(masked.target_offset(25), None);
    assert_eq!(masked.target_offset(27), Some(19));
    assert_eq!(masked.target_offset(28), Some(20));
    assert_eq!(masked.target_offset(29), None);
    for (target, source) in [
        (0, Some(0)),
        (1, Some(1)),
        (2, None),
        (8, None),
        (9, Some(13)),
        (10, Some(14)),
        (11, None),
        (18, Some(26)),
        (20, Some(28)),
        (21, None),
        (usize::MAX, None),
    ] {
        assert_eq!(masked.source_offset(target), source, "{target}");
    }
}

#[test]
fn ranges_of_another_text_are_refused() {
    let text = "电话1";
    for (start, end) in [(0, 8), (7, 8), (3, 3), (4, 3), (usize::MAX, 0), (0, usize::MAX)] {
        let refused = mask(text, &[finding(Entity::Email, start, end)], Style::Redact);
        assert_eq!(refused, Err(MaskError::OutOfRange { start, end, length: 7 }));
    }
    for (start, end) in [(1, 3), (0, 4)] {
        let refused = mask(text, &[finding(Entity::Email, start, end)], Style::Redact);
        assert_eq!(refused, Err(MaskError::SplitsCharacter { start, end }));
    }
}

proptest! {
    #![proptest_config(crate::testing::cases(256))]

    #[test]
    fn any_ranges_are_covered_or_refused(
        text in "[a-f电话]{0,24}",
        ranges in proptest::collection::vec((0_usize..80, 0_usize..80), 0..6),
    ) {
        let found: Vec<_> = ranges.iter().map(|(start, end)| finding(Entity::Phone, *start, *end)).collect();
        if let Ok(masked) = mask(&text, &found, Style::SameLength('*')) {
            // The reference: character by character.
            let expected: String = text
                .char_indices()
                .map(|(at, c)| if found.iter().any(|f| f.range().contains(&at)) { '*' } else { c })
                .collect();
            prop_assert_eq!(&masked.text, &expected);
            for (at, c) in text.char_indices() {
                match masked.target_offset(at) {
                    Some(to) => {
                        prop_assert_eq!(masked.source_offset(to), Some(at)); prop_assert!(masked.text.get(to..).is_some_and(|rest| rest.starts_with(c)));
                    }
                    None => prop_assert!(found.iter().any(|f| f.range().contains(&at))),
                }
            }
        }
    }
}
