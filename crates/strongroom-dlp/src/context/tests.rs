use super::*;

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
