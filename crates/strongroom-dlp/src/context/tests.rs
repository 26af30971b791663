#![expect(
    clippy::arithmetic_side_effects,
    reason = "a reference is to be plain; an overflow in it is a failed test"
)]

use super::*;
use proptest::prelude::*;

fn around(before: &str, after: &str, entity: Entity) -> Around {
    let text = format!("{before}{after}");
    Context::new().reader().around(text.as_bytes(), before.len(), before.len()).of(entity)
}

#[test]
fn the_nearest_word_decides() {
    use Around::{Contrary, Nothing, Other, Word};
    for (before, after, entity, expected) in [
        ("手机号：", "", Entity::Phone, Word(&"手机号")),
        ("手機號碼 ", "", Entity::Phone, Word(&"手機號碼")),
        ("Tel: ", "", Entity::Phone, Word(&"tel")),
        ("hotel ", "", Entity::Phone, Nothing),
        ("telex ", "", Entity::Phone, Nothing),
        ("订单号：", "", Entity::Phone, Contrary),
        ("订单号码：", "", Entity::Phone, Contrary),
        ("电话订单号：", "", Entity::Phone, Contrary),
        ("订单 A，电话：", "", Entity::Phone, Word(&"电话")),
        ("身份证号：", "", Entity::Phone, Other),
        ("身份证号：", "", Entity::CnResidentId, Word(&"身份证号")),
        ("公民身份号码 ", "", Entity::CnResidentId, Word(&"公民身份号码")),
        ("证件号码 ", "", Entity::Passport, Word(&"证件号码")),
        ("银行卡号 ", "", Entity::CreditCard, Word(&"银行卡号")),
        ("", "（手机）", Entity::Phone, Word(&"手机")),
        ("", " (mobile)", Entity::Phone, Word(&"mobile")),
        ("", "，手机", Entity::Phone, Nothing),
        ("", "", Entity::Phone, Nothing),
    ] {
        assert_eq!(around(before, after, entity), expected, "{before:?} {after:?}");
    }
}

#[test]
fn a_word_too_far_away_is_not_heard() {
    let before = format!("电话{}", "，".repeat(BEFORE_BYTES / 3));
    assert_eq!(around(&before, "", Entity::Phone), Around::Nothing);
}

#[test]
fn words_can_be_found() {
    for (_, words) in words::all() {
        for word in *words {
            assert!(word.len() >= 3, "{word}");
            assert_eq!(*word, word.to_ascii_lowercase());
            assert!(word.len() < BEFORE_BYTES);
        }
    }
}

/// Words, parts of words, and what stands between them.
fn prose() -> impl Strategy<Value = String> {
    let words: Vec<&str> = words::all().flat_map(|(_, words)| words.iter().copied()).collect();
    let piece = prop_oneof![
        3 => prop::sample::select(words.clone()).prop_map(str::to_owned),
        2 => prop::sample::select(words).prop_map(|word| word.to_uppercase().replace(' ', "_")),
        2 => "[a-zA-Z]{1,9}",
        2 => "[ ,.:\n\"0-9-]{1,3}",
        1 => "[\u{4E00}-\u{9FA5}]{1,4}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 1..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(crate::testing::cases(400))]

    #[test]
    fn a_block_says_of_every_word_where_it_begins(text in prose(), at in 0_usize..80) {
        let (context, bytes) = (Context::new(), text.as_bytes());
        let letter = at > 0 && bytes.get(at - 1).is_some_and(u8::is_ascii_alphabetic);
        if let Some(block) = context.starts.block(bytes, at, letter) {
            for place in 0..64 {
                let word = context.match_at(bytes, at + place, bytes.len());
                prop_assert!(word.is_none() || block.begins >> place & 1 == 1, "{word:?} at {place} in {text:?}");
                let inside = |at: usize| at > 0 && [at - 1, at].iter().all(|at| bytes.get(*at).is_some_and(u8::is_ascii_alphabetic));
                prop_assert!(!inside(at + place) || block.begins >> place & 1 == 0, "inside a word at {place} in {text:?}");
                prop_assert_eq!(block.feeds >> place & 1 == 1, bytes.get(at + place) == Some(&b'\n'));
            }
        }
    }

    #[test]
    fn cells_are_those_that_a_plain_count_gives(
        text in "([a-z\u{4E00}]{0,30}[,\"\n]{1,2}){0,40}",
        asked in prop::collection::vec(0_usize..1500, 1..20),
    ) {
        let (bytes, mut row) = (text.as_bytes(), row::Row::new());
        for start in asked.into_iter().filter(|start| *start < bytes.len()) {
            let line = bytes.get(..start).unwrap().iter().rposition(|byte| *byte == b'\n').map_or(0, |feed| feed + 1);
            let (mut column, mut cell, mut quoted) = (0, line, false);
            for (at, byte) in bytes.iter().enumerate().take(start).skip(line) {
                match byte {
                    b'"' => quoted = !quoted,
                    b',' if !quoted => (column, cell) = (column + 1, at + 1),
                    _ => {}
                }
            }
            prop_assert_eq!(row.cell(bytes, start, b','), Some((cell, column)), "{} in {:?}", start, text);
        }
    }
}
