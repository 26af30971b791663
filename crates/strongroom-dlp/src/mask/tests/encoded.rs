//! Goal: in every encoding each byte outside the findings stays, and the cover is in the same encoding. Method: text is
//! encoded by another hand, masked as bytes, and compared with the same text masked as text.

use super::values::{composed, parts};
use super::*;
use crate::testing::{ENCODINGS, encode};
use crate::{Encoding, Scanner, decode};

#[test]
fn a_file_is_masked_in_its_own_encoding() {
    let text = "客戶張三，電話：１３８００１３８０００；身份證11010519491231002X。";
    for encoding in ENCODINGS {
        let bytes = encode(text, encoding);
        let found = Scanner::new().scan_encoded(&bytes, encoding);
        for (style, expected) in [
            (Style::Redact, "客戶張三，電話：[PHONE]；身份證[CN_RESIDENT_ID]。"),
            (
                Style::SameLength('＊'),
                "客戶張三，電話：＊＊＊＊＊＊＊＊＊＊＊；身份證＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊。",
            ),
            (
                Style::KeepEnds { first: 3, last: 2 },
                "客戶張三，電話：１３８******００；身份證110*************2X。",
            ),
        ] {
            let masked = mask_encoded(&bytes, encoding, &found, style).unwrap();
            assert_eq!(masked.bytes, encode(expected, encoding), "{encoding} {style:?}");
        }
        let by_entity = |entity| if entity == Entity::Phone { Style::Redact } else { Style::SameLength('x') };
        let masked = mask_encoded_with(&bytes, encoding, &found, by_entity).unwrap();
        assert_eq!(masked.bytes, encode("客戶張三，電話：[PHONE]；身份證xxxxxxxxxxxxxxxxxx。", encoding));
    }
}

#[test]
fn marks_and_malformed_bytes_stay() {
    for (encoding, bytes, start, end, expected) in [
        (Encoding::Utf16Le, &b"\xFF\xFE1\x002\x00\xFF"[..], 2, 6, &b"\xFF\xFE*\x00*\x00\xFF"[..]),
        (Encoding::Utf16Be, b"\xFE\xFF\x001\x002\xD8\x00", 2, 6, b"\xFE\xFF\x00*\x00*\xD8\x00"),
        (Encoding::Gb18030, b"\x80\xFF1\xFF", 2, 3, b"\x80\xFF*\xFF"),
        (Encoding::Big5, b"\x88\x621\xFE", 2, 3, b"\x88\x62*\xFE"),
        (Encoding::Utf8, b"\xEF\xBB\xBF1\xFF", 3, 4, b"\xEF\xBB\xBF*\xFF"),
    ] {
        let found = [finding(Entity::Phone, start, end)];
        let masked = mask_encoded(bytes, encoding, &found, Style::SameLength('*')).unwrap();
        assert_eq!(masked.bytes, expected, "{encoding}");
    }
}

#[test]
fn findings_of_another_text_or_encoding_are_refused() {
    let splits = |start, end| MaskError::SplitsCharacter { start, end };
    for (encoding, bytes, start, end, error) in [
        (Encoding::Utf16Le, &b"1\x002\x00"[..], 1, 2, splits(1, 2)),
        (Encoding::Utf16Le, b"1\x002\x00", 0, 3, splits(0, 3)),
        (Encoding::Utf16Le, b"1\x002\x00\x00", 2, 5, splits(2, 5)),
        (Encoding::Gb18030, b"\xD6\xD0", 0, 1, splits(0, 1)),
        (Encoding::Gb18030, b"\xD6\xD0", 1, 2, splits(1, 2)),
        (Encoding::Gb18030, b"1\xFF", 0, 2, splits(0, 2)),
        (Encoding::Big5, b"\xA4\xA4", 1, 2, splits(1, 2)),
        (Encoding::Utf8, "中".as_bytes(), 0, 2, splits(0, 2)),
        (Encoding::Utf8, b"12", 1, 3, MaskError::OutOfRange { start: 1, end: 3, length: 2 }),
        (Encoding::Utf8, b"12", 1, 1, MaskError::OutOfRange { start: 1, end: 1, length: 2 }),
    ] {
        let refused = mask_encoded(bytes, encoding, &[finding(Entity::Phone, start, end)], Style::Redact);
        assert_eq!(refused, Err(error), "{encoding}");
    }
}

#[test]
fn a_cover_the_encoding_lacks_is_refused() {
    let found = [finding(Entity::Phone, 0, 1)];
    let refused = mask_encoded(b"1", Encoding::Big5, &found, Style::SameLength('😀'));
    assert_eq!(refused, Err(MaskError::Unencodable { start: 0, end: 1 }));
    assert!(mask_encoded(b"1", Encoding::Gb18030, &found, Style::SameLength('😀')).is_ok());
    let mut tokens = Tokens::new();
    tokens.token(Entity::Phone, "😀");
    let refused = restore_encoded(b" [PHONE#1]", Encoding::Big5, &tokens);
    assert_eq!(refused, Err(MaskError::Unencodable { start: 1, end: 10 }));
}

/// The Encoding Standard writes no code of the Hong Kong supplement below A1, so an address that held one was masked and
/// could not be restored.
#[test]
fn values_in_characters_of_hong_kong_come_back() {
    // 九龍深水埗南昌邨, the four letters with a mark or without one, and each code of two bytes.
    let mut values = vec![
        b"\xa4E\xc0s\xb2`\xa4\xf4\x96\xf5\xabn\xa9\xf7\x90\x68".to_vec(),
        b"\x88\x62\x88\x64\x88\x66\x88\xa3\x88\xa5\x88\xa7\x88\x66".to_vec(),
    ];
    let codes = (0x81..=0xFE_u8).flat_map(|lead| (0x40..=0xFE_u8).map(move |trail| vec![lead, trail]));
    values.extend(codes.filter(|code| decode(code, Encoding::Big5).malformed() == 0));
    assert!(values.len() > 17_000);
    for value in values {
        let found = [finding(Entity::Address, 0, value.len())];
        let mut tokens = Tokens::new();
        let masked = mask_encoded(&value, Encoding::Big5, &found, &mut tokens).unwrap();
        assert_eq!(masked.bytes, b"[ADDRESS#1]");
        let restored = restore_encoded(&masked.bytes, Encoding::Big5, &tokens).unwrap();
        // Of two codes for a character the first is written.
        assert_eq!(decode(&restored, Encoding::Big5).text(), decode(&value, Encoding::Big5).text());
        assert!(value.len() == 2 || restored == value, "{value:X?} {restored:X?}");
    }
}

#[test]
fn a_long_value_is_encoded_to_its_end() {
    let mut tokens = Tokens::new();
    tokens.token(Entity::Phone, &"中文".repeat(1000));
    for encoding in ENCODINGS {
        let restored = restore_encoded(&encode("a[PHONE#1]z", encoding), encoding, &tokens).unwrap();
        assert_eq!(restored, encode(&format!("a{}z", "中文".repeat(1000)), encoding), "{encoding}");
    }
}

proptest! {
    #![proptest_config(crate::testing::cases(128))]

    #[test]
    fn bytes_and_text_are_masked_alike(parts in parts("[0-9０-９]{1,9}"), end in "[a-z電]{0,4}") {
        let (text, found) = composed(&parts, &end);
        for encoding in ENCODINGS {
            if encoding == Encoding::Big5 && encoding_rs::BIG5.encode(&text).2 {
                continue;
            }
            let bytes = encode(&text, encoding);
            let place = |at: usize| encode(text.get(..at).unwrap(), encoding).len();
            let moved: Vec<_> = found.iter().map(|f| finding(f.entity, place(f.start), place(f.end))).collect();
            let mut tokens = Tokens::new();
            let masked = mask(&text, &found, &mut Tokens::new()).unwrap();
            let masked_bytes = mask_encoded(&bytes, encoding, &moved, &mut tokens).unwrap();
            prop_assert_eq!(&masked_bytes.bytes, &encode(&masked.text, encoding));
            prop_assert_eq!(restore_encoded(&masked_bytes.bytes, encoding, &tokens), Ok(bytes.clone()));
            for at in 0..=bytes.len() {
                match masked_bytes.target_offset(at) {
                    Some(to) => {
                        prop_assert_eq!(masked_bytes.source_offset(to), Some(at));
                        prop_assert_eq!(bytes.get(at), masked_bytes.bytes.get(to));
                    }
                    None => prop_assert!(moved.iter().any(|f| f.range().contains(&at))),
                }
            }
        }
    }

    #[test]
    fn any_bytes_and_ranges_are_masked_or_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..40),
        ranges in proptest::collection::vec((0_usize..40, 1_usize..8), 0..4),
    ) {
        let found: Vec<_> =
            ranges.iter().map(|(start, length)| finding(Entity::Phone, *start, start.saturating_add(*length))).collect();
        for encoding in ENCODINGS {
            let masked = mask_encoded(&bytes, encoding, &found, Style::Redact);
            if let Ok(masked) = masked {
                let kept = |at: &usize| !found.iter().any(|f| f.range().contains(at));
                for at in (0..bytes.len()).filter(kept) {
                    let to = masked.target_offset(at).unwrap();
                    prop_assert_eq!(masked.bytes[to], bytes[at]);
                }
                for span in &masked.spans {
                    prop_assert_eq!(decode(&bytes[span.source.clone()], encoding).malformed(), 0);
                }
            }
        }
    }
}
