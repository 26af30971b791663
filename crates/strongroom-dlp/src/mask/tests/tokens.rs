//! Goal: what was masked comes back, byte for byte, and nothing comes back that was not put in. Method: a table of
//! look-alikes, then arbitrary text with arbitrary findings.

use super::*;

#[test]
fn a_value_keeps_its_token_and_a_spelling_has_its_own() {
    let text = "13800138000, a@b.cn, 138-0013-8000, 13900139000, 13800138000";
    let found: Vec<_> = [(0, 11), (21, 34), (36, 47), (49, 60)]
        .map(|(start, end)| finding(Entity::Phone, start, end))
        .into_iter()
        .chain([finding(Entity::Email, 13, 19)])
        .collect();
    let mut tokens = Tokens::new();
    let masked = mask(text, &found, &mut tokens).unwrap();
    assert_eq!(masked.text, "[PHONE#1], [EMAIL#1], [PHONE#1.2], [PHONE#2], [PHONE#1]");
    assert_eq!(restore(&masked.text, &tokens), text);
    assert_eq!(tokens.value("[PHONE#1.2]"), Some("138-0013-8000"));
    assert_eq!((tokens.len(), tokens.is_empty()), (4, false));
    // Another text of the same set.
    let second = mask("13900139000", &[finding(Entity::Phone, 0, 11)], &mut tokens).unwrap();
    assert_eq!(second.text, "[PHONE#2]");
    assert_eq!(tokens.token(Entity::Phone, "13700137000"), "[PHONE#3]");
}

#[test]
fn text_may_be_edited_around_the_tokens() {
    let mut tokens = Tokens::new();
    tokens.token(Entity::Phone, "13800138000");
    tokens.token(Entity::Phone, "138 0013 8000");
    tokens.token(Entity::Email, "a@b.cn");
    for (edited, restored) in [
        ("write to [EMAIL#1], not [EMAIL#1]!", "write to a@b.cn, not a@b.cn!"),
        ("([PHONE#1.2])", "(138 0013 8000)"),
        ("[[PHONE#1]]", "[13800138000]"),
        // What is in no table stays: unknown numbers, spellings, names, and near misses.
        ("[PHONE#2]", "[PHONE#2]"),
        ("[PHONE#0]", "[PHONE#0]"),
        ("[PHONE#01]", "[PHONE#01]"),
        ("[PHONE#1.1]", "[PHONE#1.1]"),
        ("[PHONE#1.3]", "[PHONE#1.3]"),
        ("[PHONE#1.2.1]", "[PHONE#1.2.1]"),
        ("[PHONE#99999999999999999999999]", "[PHONE#99999999999999999999999]"),
        ("[IBAN#1]", "[IBAN#1]"),
        ("[NOTHING#1]", "[NOTHING#1]"),
        ("[phone#1]", "[phone#1]"),
        ("[PHONE#1", "[PHONE#1"),
        ("PHONE#1]", "PHONE#1]"),
        ("[PHONE #1]", "[PHONE #1]"),
        ("[PHONE#]", "[PHONE#]"),
        ("[#1]", "[#1]"),
        // Escapes lose one sign, and nothing else.
        ("[#PHONE#1]", "[PHONE#1]"),
        ("[###PHONE#1]", "[##PHONE#1]"),
        ("[#PHONE#]", "[#PHONE#]"),
    ] {
        assert_eq!(restore(edited, &tokens), restored, "{edited}");
    }
    assert_eq!(tokens.value(" [PHONE#1]"), None);
    assert_eq!(tokens.value("[PHONE#1] "), None);
    assert_eq!(tokens.value("[#PHONE#1]"), None);
}

#[test]
fn look_alikes_in_the_text_are_not_confused() {
    let mut tokens = Tokens::new();
    let text = "see [PHONE#1] and [#PHONE#1]: 13800138000";
    let masked = mask(text, &[finding(Entity::Phone, 30, 41)], &mut tokens).unwrap();
    assert_eq!(masked.text, "see [#PHONE#1] and [##PHONE#1]: [PHONE#1]");
    assert_eq!(masked.spans.len(), 1);
    assert_eq!(masked.target_offset(5), Some(6));
    assert_eq!(masked.source_offset(5), None);
    assert_eq!(restore(&masked.text, &tokens), text);
}

#[test]
fn the_originals_do_not_show_in_debug_output() {
    let mut tokens = Tokens::new();
    tokens.token(Entity::Phone, "13800138000");
    let shown = format!("{tokens:?}");
    assert!(!shown.contains("138") && shown.contains("[redacted]"), "{shown}");
}

#[test]
fn restoring_takes_linear_time() {
    // Quadratic time would be minutes.
    let hostile = "[".repeat(300_000) + &"[A#".repeat(300_000) + &"#".repeat(300_000);
    assert_eq!(restore(&hostile, &Tokens::new()), hostile);
    let mut tokens = Tokens::new();
    for spelling in 0..20_000 {
        tokens.token(Entity::Phone, &format!("1{}", " ".repeat(spelling % 500)));
    }
    assert_eq!(tokens.len(), 500);
}

#[cfg(feature = "serde")]
#[test]
fn a_table_survives_json_and_refuses_what_it_does_not_know() {
    let mut tokens = Tokens::new();
    for value in ["13800138000", "13900139000", "138-0013-8000"] {
        tokens.token(Entity::Phone, value);
    }
    let json = serde_json::to_string(&tokens).unwrap();
    assert_eq!(json, r#"{"version":1,"values":{"PHONE":[["13800138000","138-0013-8000"],["13900139000"]]}}"#);
    assert!(serde_json::from_str::<Tokens>(&json).unwrap() == tokens);
    for bad in [
        r#"{"version":2,"values":{}}"#,
        r#"{"values":{}}"#,
        r#"{"version":1,"values":{},"more":1}"#,
        r#"{"version":1,"values":{"TELEPHONE":[]}}"#,
        r#"{"version":1,"values":{"PHONE":[[]]}}"#,
        r#"{"version":1,"values":{"PHONE":[["1"],["1"]]}}"#,
        r#"{"version":1,"values":{"PHONE":[["1","1"]]}}"#,
        r#"{"version":1,"values":{"PHONE":[["1","2"]]}}"#,
        r#"{"version":1,"values":{"PHONE":[["1"],["1 "]]}}"#,
    ] {
        let refused = serde_json::from_str::<Tokens>(bad);
        assert!(refused.is_err(), "{bad}");
    }
}

proptest! {
    #![proptest_config(crate::testing::cases(512))]

    #[test]
    fn what_was_masked_comes_back(
        text in r"(\[|#|\]|A|PHONE|EMAIL|[0-2]|\.|电|\[PHONE#1\]|[^\x00]){0,24}",
        ranges in proptest::collection::vec((0_usize..80, 0_usize..12, any::<bool>()), 0..6),
        others in proptest::collection::vec("[0-2A#\\[\\]]{0,3}", 0..3),
    ) {
        let boundaries: Vec<_> =
            text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let mut end = 0;
        let mut found = Vec::new();
        for (skip, length, is_phone) in ranges {
            let start = usize::saturating_add(end, skip % 8);
            end = start.saturating_add((length % 4).max(1));
            if let (Some(start), Some(end)) = (boundaries.get(start), boundaries.get(end)) {
                found.push(finding(if is_phone { Entity::Phone } else { Entity::Email }, *start, *end));
            }
        }
        let mut tokens = Tokens::new();
        for other in others {
            tokens.token(Entity::Phone, &other);
        }
        let masked = mask(&text, &found, &mut tokens).unwrap();
        prop_assert_eq!(restore(&masked.text, &tokens), text.as_str());
        prop_assert_eq!(mask(&text, &found, &mut tokens).unwrap(), masked);
    }

    #[test]
    fn any_text_can_be_restored(text in r"(\[|#|\]|A|PHONE|[0-2]|\.|[^\x00]){0,24}") {
        let mut tokens = Tokens::new();
        tokens.token(Entity::Phone, "x");
        restore(&text, &tokens);
        // Text that no token was put into is escaped and comes back.
        let masked = mask(&text, &[], &mut tokens).unwrap();
        prop_assert_eq!(restore(&masked.text, &tokens), text);
    }
}
