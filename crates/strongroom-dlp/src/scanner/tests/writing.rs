//! Goal: digits that are written in another way are digits, and what only stands beside a number is no part of it.

use super::all;
use crate::Entity;

#[test]
fn letters_that_look_like_digits() {
    all(
        Entity::Phone,
        &[
            "手机⟦138OO138OOO⟧",
            "⟦l38 0013 8000⟧",
            "⟦I38OOI38000⟧",
            "⟦+86 138OO138OOO⟧",
            "138OO138OOOP",
            "LOL 138OIL",
            "O13800138OO0O",
            "model IO1380",
        ],
    );
    all(
        Entity::CnResidentId,
        &[
            "⟦11O1O51949123IOO2X⟧",
            "⟦11O10519491231002x⟧",
            "IIOIO5I949I23IOO2X",
            "11O10519491231003X",
            "11O1051949123100ZX",
        ],
    );
    all(Entity::CreditCard, &["⟦4111 1111 1111 11ll⟧", "⟦4lll 1111 1111 1111⟧", "4lll 1111 1111 1112"]);
    // Names of things have such letters too, and no check digit.
    all(Entity::CnUscc, &["⟦91350100M000100Y43⟧", "9135O100M000100Y44"]);
}

#[test]
fn letters_that_look_like_digits_weigh_less() {
    let confidence =
        |text: &str| crate::Scanner::new().scan(text.as_bytes()).first().map(|found| found.confidence);
    let (plain, alike) = (confidence("手机13800138000").unwrap(), confidence("手机138OO138000").unwrap());
    assert!(alike < plain - 0.05, "{alike} {plain}");
}

#[test]
fn numerals_apart_from_each_other() {
    all(
        Entity::Phone,
        &[
            "联系：⟦一\u{200b}三\u{200b}八\u{200b}〇\u{200b}〇\u{200b}一\u{200b}三\u{200b}八\u{200b}〇\u{200b}〇\u{200b}〇⟧",
            "联系：⟦一三八-〇〇一三-八〇〇〇⟧",
            "⟦86 138 00138000⟧",
        ],
    );
}

#[test]
fn digits_of_other_scripts() {
    all(
        Entity::Phone,
        &["⟦๑๓๘๐๐๑๓๘๐๐๐⟧", "⟦१३८००१३८०००⟧", "⟦১৩৮০০১৩৮০০০⟧", "⟦១៣៨០០១៣៨០០០⟧", "⟦၁၃၈၀၀၁၃၈၀၀၀⟧", "๑๓๘๐๐๑๓๘๐๐"],
    );
}

#[test]
fn digits_in_circles() {
    all(
        Entity::Phone,
        &[
            "联系：⟦①③⑧⓪⓪①③⑧⓪⓪⓪⟧",
            "⟦❶❸❽⓿⓿❶❸❽⓿⓿⓿⟧",
            "⟦一③八〇〇①三八〇〇⓪⟧",
            // The mark of a list and that of a note.
            "①⟦13800138000⟧",
            "⟦13800138000⟧²",
            "①③⑧⓪⓪①③",
        ],
    );
}
