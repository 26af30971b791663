//! Goal: no covered value stays in the text, and a cover says no more than it should. Method: text put together from
//! values and from filling that cannot hold one, so that every value's place is known.

use super::*;

/// Text of filling and values in turn, with a finding for each value.
pub(super) fn composed(parts: &[(String, Entity, String)], end: &str) -> (String, Vec<Finding>) {
    let mut text = String::new();
    let mut found = Vec::new();
    for (filling, entity, value) in parts {
        text.push_str(filling);
        let start = text.len();
        text.push_str(value);
        if !value.is_empty() {
            found.push(finding(*entity, start, text.len()));
        }
    }
    text.push_str(end);
    (text, found)
}

fn entity() -> impl Strategy<Value = Entity> {
    proptest::sample::select(vec![Entity::Phone, Entity::Email, Entity::HkHkid])
}

/// Filling that looks like covers, and values.
pub(super) fn parts(value: &'static str) -> impl Strategy<Value = Vec<(String, Entity, String)>> {
    let filling = r"(\[|#|\]|PHONE|EMAIL|\.|电话|\[PHONE#1\]|\[#EMAIL#2\]|[a-z ]){0,6}";
    proptest::collection::vec((filling, entity(), value), 0..6)
}

#[test]
fn a_cover_of_ones_own_is_as_good() {
    struct Stars;
    impl Cover for Stars {
        fn cover(&mut self, entity: Entity, value: &str, out: &mut String) {
            if entity == Entity::Phone {
                out.push('*');
            } else {
                Style::SameLength('x').cover(entity, value, out);
            }
        }
    }
    let found = [finding(Entity::Phone, 0, 3), finding(Entity::Email, 4, 6)];
    assert_eq!(mask("123 ab", &found, Stars).unwrap().text, "* xx");
    assert_eq!(mask("123 ab", &found, &mut Stars).unwrap().text, "* xx");
}

#[test]
fn a_cover_of_nothing_keeps_the_offsets() {
    struct Nothing;
    impl Cover for Nothing {
        fn cover(&mut self, _: Entity, _: &str, _: &mut String) {}
    }
    let masked = mask("a1b", &[finding(Entity::Phone, 1, 2)], Nothing).unwrap();
    assert_eq!(masked.text, "ab");
    assert_eq!(
        (masked.target_offset(1), masked.target_offset(2), masked.source_offset(1)),
        (None, Some(1), Some(2))
    );
}

#[test]
fn malformed_bytes_stay_and_are_never_in_a_finding() {
    let bytes = b"\xFFab\xE4\xB8 13800138000\x80";
    let masked = mask_bytes(bytes, &[finding(Entity::Phone, 6, 17)], Style::Redact).unwrap();
    assert_eq!(masked.bytes, b"\xFFab\xE4\xB8 [PHONE]\x80");
    assert_eq!((masked.target_offset(17), masked.source_offset(13)), (Some(13), Some(17)));
    assert!(!format!("{masked:?}").contains("ab"));
    for (start, end) in [(0, 1), (2, 4), (3, 5), (6, 18)] {
        let refused = mask_bytes(bytes, &[finding(Entity::Phone, start, end)], Style::Redact);
        assert_eq!(refused, Err(MaskError::SplitsCharacter { start, end }));
    }
    let refused = mask_bytes(bytes, &[finding(Entity::Phone, 6, 19)], Style::Redact);
    assert_eq!(refused, Err(MaskError::OutOfRange { start: 6, end: 19, length: 18 }));
}

proptest! {
    #![proptest_config(crate::testing::cases(256))]

    #[test]
    fn no_masked_value_stays(parts in parts("[5-9]{6,12}"), end in "[a-z]{0,4}") {
        let (text, found) = composed(&parts, &end);
        let keep = Style::KeepEnds { first: 2, last: 2 };
        let mut tokens = Tokens::new();
        let masked = [
            mask(&text, &found, Style::Redact).unwrap(),
            mask(&text, &found, keep).unwrap(),
            mask(&text, &found, Style::SameLength('*')).unwrap(),
            mask(&text, &found, &mut tokens).unwrap(),
        ];
        for masked in masked {
            for (_, _, value) in &parts {
                prop_assert!(!masked.text.contains(value.as_str()), "{}", masked.text);
            }
            prop_assert_eq!(masked.spans.len(), found.len());
            prop_assert_eq!(masked.target_offset(text.len()), Some(masked.text.len()));
            prop_assert_eq!(masked.source_offset(masked.text.len()), Some(text.len()));
        }
    }

    #[test]
    fn offsets_lead_there_and_back(parts in parts("[5-9]{1,9}"), end in r"[a-z\]]{0,4}") {
        let (text, found) = composed(&parts, &end);
        let masked = mask(&text, &found, &mut Tokens::new()).unwrap();
        for at in 0..=text.len() {
            match masked.target_offset(at) {
                Some(to) => {
                    prop_assert_eq!(masked.source_offset(to), Some(at));
                    prop_assert_eq!(text.as_bytes().get(at), masked.text.as_bytes().get(to));
                }
                None => prop_assert!(found.iter().any(|f| f.range().contains(&at))),
            }
        }
        for to in 0..=masked.text.len() {
            if let Some(at) = masked.source_offset(to) {
                prop_assert_eq!(masked.target_offset(at), Some(to));
            }
        }
    }

    #[test]
    fn bytes_and_text_are_masked_alike(parts in parts("[5-9]{1,9}"), end in "[a-z]{0,4}") {
        let (text, found) = composed(&parts, &end);
        let masked = mask(&text, &found, &mut Tokens::new()).unwrap();
        let bytes = mask_bytes(text.as_bytes(), &found, &mut Tokens::new()).unwrap();
        prop_assert_eq!(masked.text.as_bytes(), &bytes.bytes[..]);
        prop_assert_eq!(&masked.spans, &bytes.spans);
        for at in 0..=text.len() {
            prop_assert_eq!(masked.target_offset(at), bytes.target_offset(at));
        }
    }
}

#[cfg(feature = "pseudonyms")]
mod pseudonyms {
    use super::*;
    use crate::{Pseudonyms, ValueKey};

    fn pseudonyms(byte: u8) -> Pseudonyms {
        Pseudonyms::new(ValueKey::new(&[byte; 32]))
    }

    #[test]
    fn spellings_of_one_value_share_a_pseudonym() {
        let text = "13800138000 １３８-００１３-８０００ 13800138001";
        let found =
            [finding(Entity::Phone, 0, 11), finding(Entity::Phone, 12, 47), finding(Entity::Phone, 48, 59)];
        let masked = mask(text, &found, &pseudonyms(1).digits(12)).unwrap().text;
        let covers: Vec<_> = masked.split(' ').collect();
        assert_eq!(covers[0], covers[1]);
        assert_ne!(covers[0], covers[2]);
        assert!(covers.iter().all(|cover| cover.len() == "[PHONE:]".len() + 12), "{masked}");
    }

    #[test]
    fn digits_stay_in_bounds() {
        for (asked, given) in [(0, 8), (8, 8), (9, 9), (64, 64), (usize::MAX, 64)] {
            let cover = pseudonyms(1).digits(asked).pseudonym(Entity::Iban, "X");
            assert_eq!(cover.len(), "[IBAN:]".len() + given, "{asked}");
        }
    }

    #[test]
    fn neither_key_nor_fingerprint_shows() {
        let fingerprint = ValueKey::new(&[1; 32]).fingerprint(Entity::Phone, "1").to_string();
        let cover = pseudonyms(1).digits(64).pseudonym(Entity::Phone, "1");
        assert!(!cover.contains(fingerprint.get(..8).unwrap()));
        assert!(format!("{:?}", pseudonyms(1)).contains("[redacted]"));
    }

    proptest! {
        #![proptest_config(crate::testing::cases(128))]

        #[test]
        fn one_value_one_pseudonym(one in "[0-9]{6,9}", other in "[0-9]{6,9}", gap in "[- .]{1,2}", at in 1_usize..5) {
            let (head, tail) = one.split_at(at);
            let spaced = format!("{head}{gap}{tail}");
            let mine = pseudonyms(1).pseudonym(Entity::Phone, &one);
            prop_assert_eq!(&pseudonyms(1).pseudonym(Entity::Phone, &spaced), &mine);
            prop_assert_eq!(pseudonyms(1).pseudonym(Entity::Phone, &other) == mine, one == other);
            prop_assert_ne!(&pseudonyms(2).pseudonym(Entity::Phone, &one), &mine);
            prop_assert_ne!(pseudonyms(1).pseudonym(Entity::TwUbn, &one), mine.as_str());
            prop_assert!(!mine.contains(&one) || one.len() < 8);
        }
    }
}
