//! Goal: the fast scanner agrees with a slow one that is plainly right, and holds its promises on any bytes.
//! Method: the reference splits text into runs of letters and digits and asks textbook formulas, written in another
//! way than the detectors'.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::string_slice,
    reason = "a reference is to be plain; a panic in it is a failed test"
)]

use proptest::prelude::*;
use proptest::sample::select;

use crate::resolve::settle;
use crate::testing::cases;
use crate::trigger::Triggers;
use crate::{Entity, Evidence, Finding, Scanner};

type Test = fn(&str) -> bool;

/// What the reference says of one run of letters and digits that stands alone.
fn reference(run: &str) -> Vec<Entity> {
    let upper = run.to_uppercase();
    let tests: [(Entity, Test); 6] = [
        (Entity::CnResidentId, slow::resident),
        (Entity::CnUscc, slow::uscc),
        (Entity::CreditCard, slow::card),
        (Entity::Iban, slow::iban),
        (Entity::Phone, slow::mobile),
        (Entity::TwNationalId, slow::taiwan),
    ];
    tests.into_iter().filter(|(_, test)| test(&upper)).map(|(entity, _)| entity).collect()
}

mod slow {
    fn digit(c: char) -> u32 {
        c.to_digit(36).unwrap()
    }

    /// ISO 7064 MOD 11-2 as the recursion of the standard, not as a table of weights.
    pub(super) fn resident(id: &str) -> bool {
        let plain = id.len() == 18 && id[..17].chars().all(|c| c.is_ascii_digit()) && !id.starts_with('0');
        if !plain || !(id.ends_with('X') || id.ends_with(|c: char| c.is_ascii_digit())) {
            return false;
        }
        let rest = id[..17].chars().fold(0, |p, c| (p + digit(c)) * 2 % 11);
        let check = if id.ends_with('X') { 10 } else { digit(id.chars().last().unwrap()) };
        let (year, month, day): (u32, usize, u32) =
            (id[6..10].parse().unwrap(), id[10..12].parse().unwrap(), id[12..14].parse().unwrap());
        let february = if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 { 29 } else { 28 };
        let days = [0, 31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0];
        let provinces = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83";
        (rest + check) % 11 == 1
            && (1850..2050).contains(&year)
            && day >= 1
            && days.get(month).is_some_and(|last| day <= *last)
            && provinces.split(' ').any(|province| id.starts_with(province))
    }

    pub(super) fn uscc(code: &str) -> bool {
        let alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
        if code.len() != 18 || !code.chars().all(|c| alphabet.contains(c)) || !code.starts_with("91") {
            return false;
        }
        let sum: u128 =
            code[..17].chars().zip(0..).map(|(c, i)| alphabet.find(c).unwrap() as u128 * 3_u128.pow(i)).sum();
        let check = alphabet.find(code.chars().last().unwrap()).unwrap() as u128;
        let provinces = ["11", "31", "35", "44"];
        (sum + check).is_multiple_of(31)
            && code[2..8].chars().all(|c| c.is_ascii_digit())
            && provinces.contains(&&code[2..4])
    }

    pub(super) fn card(number: &str) -> bool {
        if !number.chars().all(|c| c.is_ascii_digit()) {
            return false;
        }
        let doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
        let value = |(at, c): (usize, char)| if at % 2 == 1 { doubled[digit(c) as usize] } else { digit(c) };
        let sum: u32 = number.chars().rev().enumerate().map(value).sum();
        let scheme = match number.len() {
            15 => number.starts_with("34") || number.starts_with("37"),
            16 => number.starts_with('4') || number.starts_with("62") || number.starts_with("55"),
            17 | 18 => number.starts_with("62"),
            19 => number.starts_with('4') || number.starts_with("62"),
            _ => false,
        };
        scheme && sum.is_multiple_of(10)
    }

    pub(super) fn iban(number: &str) -> bool {
        let length =
            [("GB", 22), ("DE", 22), ("NO", 15), ("FR", 27)].iter().find(|(c, _)| number.starts_with(c));
        if length.is_none_or(|(_, length)| *length != number.len())
            || !number[2..4].chars().all(|c| c.is_ascii_digit())
        {
            return false;
        }
        let moved = format!("{}{}", &number[4..], &number[..4]);
        let decimal: String = moved.chars().map(|c| digit(c).to_string()).collect();
        let rest = decimal.bytes().fold(0_u32, |rest, d| (rest * 10 + u32::from(d - b'0')) % 97);
        rest == 1 && (2..=98).contains(&number[2..4].parse::<u32>().unwrap())
    }

    pub(super) fn mobile(number: &str) -> bool {
        let ranges = "130 131 132 133 134 135 136 137 138 139 140 141 144 145 146 147 148 149 150 151 152 153 155 156 157 \
                      158 159 162 165 166 167 170 171 172 173 174 175 176 177 178 180 181 182 183 184 185 186 187 188 189 \
                      190 191 192 193 195 196 197 198 199";
        number.len() == 11
            && number.chars().all(|c| c.is_ascii_digit())
            && ranges.split_whitespace().any(|range| number.starts_with(range))
    }

    pub(super) fn taiwan(id: &str) -> bool {
        if id.len() != 10 || !id[1..].chars().all(|c| c.is_ascii_digit()) || !matches!(&id[1..2], "1" | "2") {
            return false;
        }
        let Some(letter) = "ABCDEFGHJKLMNPQRSTUVXYWZIO".find(&id[..1]) else { return false };
        let full = format!("{}{}", letter + 10, &id[1..]);
        let sum: u32 =
            full.chars().zip([1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1]).map(|(c, weight)| digit(c) * weight).sum();
        sum.is_multiple_of(10)
    }
}

/// Runs close to valid: each entity's shape, with the check character tried in turn so that about half hold.
fn run() -> impl Strategy<Value = String> {
    let digits = |n: usize| {
        proptest::collection::vec(0_u8..10, n).prop_map(|d| d.iter().map(u8::to_string).collect::<String>())
    };
    let region = select(vec!["110105", "440524", "310101", "990101", "710000"]);
    let resident = (
        region,
        1848_u32..2052,
        0_u32..14,
        0_u32..33,
        digits(3),
        select("0123456789X".chars().collect::<Vec<_>>()),
    )
        .prop_map(|(region, y, m, d, seq, check)| format!("{region}{y:04}{m:02}{d:02}{seq}{check}"));
    let card = (select(vec!["4", "62", "55", "37", "622202", "99"]), digits(17), 11_usize..20)
        .prop_map(|(iin, tail, length)| format!("{iin}{tail}")[..length.min(17)].to_owned());
    let uscc = (select(vec!["9135", "9111", "9199"]), digits(4), "[0-9A-HJ-NPQRTUWXY]{10}")
        .prop_map(|(head, region, tail)| format!("{head}{region}{tail}"));
    let iban = prop_oneof![
        Just("GB82WEST12345698765432".to_owned()),
        Just("DE89370400440532013000".to_owned()),
        "(NO[0-9]{13}|de[0-9]{20}|GB[0-9]{2}[A-Z]{4}[0-9]{14})"
    ];
    let taiwan = "[A-Z][123][0-9]{8}";
    let mobile = "1[0-9]{10}";
    prop_oneof![
        repaired(resident),
        repaired(card),
        repaired(uscc),
        iban,
        repaired(taiwan),
        mobile,
        "[0-9A-Z]{1,24}"
    ]
}

/// Half the time, the last character is the first one that the reference accepts.
fn repaired(base: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (base, any::<bool>()).prop_map(|(run, repair)| {
        let head = &run[..run.len() - 1];
        let candidates = "0123456789XABCDEFGHJKLMNPQRTUWY".chars().map(|c| format!("{head}{c}"));
        if repair { candidates.into_iter().find(|c| !reference(c).is_empty()).unwrap_or(run) } else { run }
    })
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
    fn each_detector_agrees_with_the_reference(runs in proptest::collection::vec(run(), 1..4)) {
        let text = runs.join("；");
        for entity in [
            Entity::CnResidentId, Entity::CnUscc, Entity::CreditCard, Entity::Iban, Entity::Phone, Entity::TwNationalId,
        ] {
            let scanner = Scanner::builder().with_entities(&[entity]).build().unwrap();
            let found: Vec<_> = scanner.scan(text.as_bytes()).iter().map(Finding::range).collect();
            let mut expected = Vec::new();
            let mut at = 0;
            for run in &runs {
                if reference(run).contains(&entity) {
                    expected.push(at..at + run.len());
                }
                at += run.len() + "；".len();
            }
            // The reference knows fewer ranges of cards, phones and registries; of what it knows, nothing may be missing, and of
            // what it denies by check digit alone, nothing may be found.
            for range in &expected {
                prop_assert!(found.contains(range), "{entity} missed in {text}: {found:?}");
            }
            if matches!(entity, Entity::CnResidentId | Entity::TwNationalId) {
                prop_assert_eq!(&found, &expected, "{} in {}", entity, text);
            }
            for range in &found {
                prop_assert!(!breaks_check(entity, &text[range.clone()]), "{entity} in {text}");
            }
        }
    }

    #[test]
    fn forms_of_writing_change_nothing(run in run(), forms in proptest::collection::vec(0_u8..4, 40)) {
        let scanner = Scanner::new();
        let plain: Vec<_> = scanner.scan(run.as_bytes()).iter().map(|f| f.entity).collect();
        let written: String = run.chars().zip(&forms).map(|(c, form)| widened(c, *form)).collect();
        let found = scanner.scan(written.as_bytes());
        // An access key is exact by nature, so it alone may be lost.
        let entities: Vec<_> = found.iter().map(|f| f.entity).collect();
        if plain != [Entity::AwsKey] {
            prop_assert_eq!(&entities, &plain, "{}", written);
        }
        for finding in found {
            prop_assert_eq!(finding.start, 0);
            prop_assert_eq!(finding.end, written.trim_end_matches('\u{200b}').len());
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

/// Whether a value that was found fails the reference's check formula, range tables aside.
fn breaks_check(entity: Entity, value: &str) -> bool {
    let upper = value.to_uppercase();
    match entity {
        Entity::CreditCard => {
            // As a card of a scheme the reference knows: the Luhn sum does not depend on leading zeros' doubling alone.
            let digits: Vec<u32> = upper.chars().rev().map(|c| c.to_digit(10).unwrap()).collect();
            let sum: u32 = digits
                .iter()
                .enumerate()
                .map(|(at, d)| if at % 2 == 1 { d * 2 / 10 + d * 2 % 10 } else { *d })
                .sum();
            !sum.is_multiple_of(10)
        }
        Entity::CnResidentId => upper.len() == 18 && !slow::resident(&upper),
        Entity::TwNationalId => !slow::taiwan(&upper),
        Entity::Phone => upper.len() == 11 && upper.starts_with('1') && !slow::mobile(&upper),
        _ => false,
    }
}
