//! Goal: the fast scanner holds its promises on any bytes, whatever the form of writing and what stands around.
//! Method: values near to each kind in other forms of writing and other surroundings, and plain searches beside the fast.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    reason = "a panic in a test is a failed test"
)]

use proptest::prelude::*;
use proptest::sample::select;

use super::kinds::compact;
use crate::resolve::settle;
use crate::testing::cases;
use crate::trigger::Triggers;
use crate::{Entity, Evidence, Finding, Scanner};

/// A value near to a kind after the word that names it, or any run of letters and digits.
fn run() -> impl Strategy<Value = (&'static str, String)> {
    let value = compact().prop_map(|(kind, value)| (kind.label, value));
    prop_oneof![9 => value, 1 => "[0-9A-Z]{1,24}".prop_map(|run| ("", run))]
}

fn widened(c: char, form: u8) -> String {
    match form {
        0 if c.is_ascii_graphic() => char::from_u32(u32::from(c) + 0xFEE0).unwrap().to_string(),
        1 => format!("{c}\u{200b}"),
        2 => c.to_lowercase().to_string(),
        _ => c.to_string(),
    }
}

/// Findings at small places with few confidences, so that many overlap and tie.
fn findings() -> impl Strategy<Value = Vec<Finding>> {
    let one = (0_usize..40, 1_usize..6, 0_u8..4, select(vec![Entity::Phone, Entity::Iban])).prop_map(
        |(start, length, confidence, entity)| Finding {
            entity,
            start,
            end: start + length,
            confidence: f32::from(confidence) / 4.0,
            evidence: Evidence::default(),
        },
    );
    proptest::collection::vec(one, 0..24)
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn the_strongest_of_overlapping_findings_stay(mut found in findings()) {
        let mut kept = Vec::new();
        settle(&mut found.clone(), usize::MAX, &mut 0, &mut kept);
        let kept: Vec<_> = kept.iter().map(|f| (f.start, f.end, f.entity)).collect();
        // The reference: all of them by rank, each against every one that was taken.
        found.sort_by(|a, b| {
            let rank = |f: &Finding| (f.end - f.start, usize::MAX - f.start, std::cmp::Reverse(f.entity));
            b.confidence.total_cmp(&a.confidence).then_with(|| rank(b).cmp(&rank(a)))
        });
        let mut expected = Vec::<Finding>::new();
        for finding in found {
            if expected.iter().all(|taken| finding.end <= taken.start || taken.end <= finding.start) {
                expected.push(finding);
            }
        }
        expected.sort_by_key(|f| f.start);
        let expected: Vec<_> = expected.iter().map(|f| (f.start, f.end, f.entity)).collect();
        prop_assert_eq!(kept, expected);
    }

    #[test]
    fn forms_of_writing_change_nothing((label, run) in run(), forms in proptest::collection::vec(0_u8..4, 40)) {
        let scanner = Scanner::new();
        let plain: Vec<_> = scanner.scan(format!("{label}{run}").as_bytes()).iter().map(|f| f.entity).collect();
        let written: String = run.chars().zip(&forms).map(|(c, form)| widened(c, *form)).collect();
        let text = format!("{label}{written}");
        let found = scanner.scan(text.as_bytes());
        // An access key is exact by nature, so it alone may be lost.
        let entities: Vec<_> = found.iter().map(|f| f.entity).collect();
        if plain != [Entity::AwsKey] {
            prop_assert_eq!(&entities, &plain, "{}", text);
        }
        for finding in found {
            prop_assert_eq!(finding.start, label.len());
            prop_assert_eq!(finding.end, text.trim_end_matches('\u{200b}').len());
        }
    }

    #[test]
    fn surroundings_without_meaning_change_nothing(
        text in "([0-9]{1,5}|[ ()@+.-]|[a-c]{1,3}|电话|订单|中|1380013800[0-9]|4111 1111 1111 1111|a@b\\.cn){0,12}",
        filler in 25_usize..60,
    ) {
        let scanner = Scanner::new();
        let filler = "。".repeat(filler);
        let alone = scanner.scan(text.as_bytes());
        let amid = scanner.scan(format!("{filler}{text}{filler}").as_bytes());
        let moved: Vec<_> = amid.iter().map(|f| (f.entity, f.start - filler.len(), f.end - filler.len())).collect();
        let expected: Vec<_> = alone.iter().map(|f| (f.entity, f.start, f.end)).collect();
        prop_assert_eq!(moved, expected);
    }

    #[test]
    fn any_text_gives_findings_in_order_and_in_range(
        text in "([0-9]{1,20}|[０-９]{1,5}|[ ()@+./:_-]{1,4}|[a-zA-Z]{1,4}|[电话\u{200b}订单元￥（）＠]|-----BEGIN |eyJ|://|[A-Z][0-9]{6}\\([0-9A]\\)){0,24}",
    ) {
        let findings = Scanner::builder().threshold(0.0).build().unwrap().scan(text.as_bytes());
        let mut last = 0;
        for finding in &findings {
            prop_assert!(finding.start >= last && finding.start < finding.end);
            prop_assert!(text.get(finding.range()).is_some());
            prop_assert!((0.0..=1.0).contains(&finding.confidence));
            last = finding.end;
        }
        prop_assert_eq!(Scanner::builder().threshold(0.0).build().unwrap().scan(text.as_bytes()), findings);
    }

    #[test]
    fn any_bytes_are_scanned(bytes in proptest::collection::vec(prop_oneof![
        any::<u8>(), select(b"0123456789@-.+() \xEF\xBC\x90\xE2\x80\x8B".to_vec()),
    ], 0..200)) {
        for finding in Scanner::new().scan(&bytes) {
            prop_assert!(finding.start < finding.end && finding.end <= bytes.len());
        }
    }

    #[test]
    fn triggers_are_where_a_plain_search_finds_them(
        text in "([a-z ]{0,40}|[0-9@０９＠，。-]|SWIFT|bic|Ltd|LLC|Mrs|Dr[. ]|公司|公园|姓名：|代码|[(]at[)]| dot | dotted|AKIA|客户|我是|我的|: [A-Z]|,\n[A-Z]|Corp){0,8}",
        from in 0_usize..40,
    ) {
        let expected = (from.min(text.len())..text.len()).find(|at| text.get(*at..).is_some_and(plainly_a_trigger));
        prop_assert_eq!(Triggers::new().next(text.as_bytes(), from).map(|(at, _)| at), expected);
    }
}

/// What [`Triggers`] stop at, one way of writing after the other.
fn plainly_a_trigger(rest: &str) -> bool {
    let exact = [
        "---", "Ltd", "Lim", "Inc", "LLC", "Gmb", "PLC", "Mr", "Ms", "Dr ", "Dr.", "公司", "先生", "女士",
        "小姐", "代码", "代碼", "人:", "人：", "人 ", "名:", "名：", "名 ", "AKIA", "ASIA", "LLP", "Cor",
        "户", "戶", "我是", "人",
    ];
    let folded = ["swi", "bic", "(at", "[at"];
    let lower = rest.to_ascii_lowercase();
    let named = matches!(
        rest.as_bytes(),
        [b':' | b'r' | b't', b' ', b'A'..=b'Z', ..] | [b',', b'\n', b'A'..=b'Z', ..]
    );
    let dotted = ["(dot", "[dot", " dot"]
        .iter()
        .any(|d| lower.starts_with(d) && !rest[d.len()..].starts_with(|c: char| c.is_ascii_lowercase()));
    rest.starts_with(|c: char| matches!(c, '0'..='9' | '０'..='９' | '@' | '＠'))
        || exact.iter().any(|word| rest.starts_with(word))
        || folded.iter().any(|word| lower.starts_with(word))
        || dotted
        || named
}
