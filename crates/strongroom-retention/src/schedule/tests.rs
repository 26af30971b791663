//! Goal: a schedule file says what it means or is refused with its place. Method: tables of files, and the shipped pack against
//! a list of the articles it must cite.

use super::*;
use crate::{Mark, Period, RuleKind};

const RULE: &str = r#"
[[rules]]
id = "r"
version = 1
jurisdiction = "CN"
instrument = "PIPL"
article = "47(1)"
kind = "erase"
period = "P0D"
trigger = "account-closed"
classes = ["contact"]
mark = "V"
"#;

#[test]
fn a_wrong_file_is_refused_with_line_and_column() {
    let check = |text: &str, expected: &str| {
        let error = Schedule::from_toml("my.toml", text).unwrap_err().to_string();
        assert!(error.starts_with("my.toml:") && error.contains(expected), "{text}\n{error}");
    };
    let with = |from: &str, to: &str| RULE.replace(from, to);
    assert!(Schedule::from_toml("my.toml", RULE).is_ok());
    check(&with("version = 1", "version = 0"), "my.toml:2:1: rule `r`: `version` starts at 1");
    check(&with("version = 1", "version = -1"), "my.toml:4:11: ");
    check(&with("\"P0D\"", "\"3 years\""), "my.toml:9:10: `3 years` is no period");
    check(&with("\"erase\"", "\"delete\""), "my.toml:8:8: unknown variant `delete`");
    check(&with("\"erase\"", "\"retain_min\""), "rule `r`: `retain_min` needs a period longer than `P0D`");
    check(
        &with("\"account-closed\"", "\"Account closed\""),
        "my.toml:10:11: `Account closed` is no trigger event",
    );
    check(&with("[\"contact\"]", "[]"), "names 1 to 64 classes, this one 0");
    check(&with("\"V\"", "\"M\""), "marked M or P");
    check(&with("\"V\"", "\"P\""), "marked M or P");
    check(&with("\"V\"", "\"X\""), "my.toml:12:8: ");
    check(&with("\"CN\"", "\"EU\""), "`zone` is missing");
    check(&with("\"CN\"", "\"\""), "`jurisdiction` must have");
    check(&with("\"PIPL\"", &format!("\"{}\"", "x".repeat(RULE_TEXT))), "`instrument` must have");
    check(&with("mark", "zone = \"+8\"\nmark"), "`+8` is no offset from UTC");
    check(&with("mark", "valid_from = \"2021-02-29\"\nmark"), "`2021-02-29` is no date");
    check(
        &with("mark", "valid_from = \"2021-11-02\"\nvalid_to = \"2021-11-01\"\nmark"),
        "before `valid_from`",
    );
    check(&with("mark", "perod = \"P3Y\"\nmark"), "my.toml:12:1: unknown field `perod`");
    check(&format!("{RULE}{RULE}"), "my.toml:14:1: two rules are called `r`");
    check(&format!("{RULE}\n[groups]\npersonal = []\n"), "group `personal` is empty");
    check(
        &format!("{RULE}\n[groups]\na = [\"b\"]\nb = [\"c\"]\n"),
        "group `a` is empty or names another group",
    );
    check("rules = 3", "my.toml:1:9: ");
    check("[[rules]\n", "my.toml:1:");
    check("电话 = 1", "my.toml:1:1: ");
}

const RULE_TEXT: usize = crate::RULE_TEXT_BYTES_MAX + 1;

#[test]
fn limits_hold_at_the_edge() {
    let many = |count: usize| -> Vec<Rule> {
        let rule = Schedule::from_toml("", RULE).unwrap().rules()[0].clone();
        (0..count).map(|n| Rule { id: format!("r{n}").parse().unwrap(), ..rule.clone() }).collect()
    };
    assert!(Schedule::new(BTreeMap::new(), many(SCHEDULE_RULES_MAX)).is_ok());
    let error = Schedule::new(BTreeMap::new(), many(SCHEDULE_RULES_MAX + 1)).unwrap_err();
    assert_eq!(error.fault(), &ScheduleFault::TooLarge);
    assert_eq!(
        Schedule::from_toml("", &" ".repeat(SCHEDULE_BYTES_MAX + 1)).unwrap_err().fault(),
        &ScheduleFault::TooLarge
    );
    let classes =
        |count: usize| (0..count).map(|n| format!("c{n}").parse().unwrap()).collect::<Vec<ClassName>>();
    let mut rule = many(1).remove(0);
    rule.classes = classes(crate::RULE_CLASSES_MAX);
    assert!(Schedule::new(BTreeMap::new(), vec![rule.clone()]).is_ok());
    rule.classes = classes(crate::RULE_CLASSES_MAX + 1);
    assert!(Schedule::new(BTreeMap::new(), vec![rule]).is_err());
}

#[test]
fn groups_and_joins_spread_a_rule_over_classes() {
    let house = Schedule::from_toml("house.toml", "[groups]\npersonal = [\"contact\", \"customer-basic\"]\n")
        .unwrap();
    let joined = Schedule::shipped().unwrap().join(house).unwrap();
    let about = |class: &str| {
        joined.about(&class.parse().unwrap()).map(|rule| rule.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(about("contact"), about("personal"));
    assert!(about("contact").contains(&"cn-pipl-47-1-closed".to_owned()));
    assert!(!about("contact").contains(&"eu-gdpr-17".to_owned()), "a rule that is off does not act");
    assert!(about("unheard-of").is_empty());
    let twice = Schedule::shipped().unwrap().join(Schedule::shipped().unwrap()).unwrap_err();
    assert!(matches!(twice.fault(), ScheduleFault::Duplicate(_)));
}

#[test]
fn a_schedule_comes_back_from_its_own_file() {
    for schedule in [Schedule::shipped().unwrap(), crate::testing::crm()] {
        let text = toml::to_string(&schedule).unwrap();
        let again = Schedule::from_toml("again.toml", &text).unwrap();
        assert_eq!(again.rules(), schedule.rules());
        assert_eq!(again.groups, schedule.groups);
    }
}

#[test]
fn the_example_speaks_of_the_classes_and_events_of_the_sample() {
    let crm = crate::testing::crm();
    let classes: Vec<_> = crm.classes().map(ToString::to_string).collect();
    assert_eq!(
        classes,
        ["contact", "contract", "customer-basic", "document", "feedback", "preference", "transaction"]
    );
    let triggers: Vec<_> = crm.triggers().into_iter().map(ToString::to_string).collect();
    assert_eq!(triggers, ["account-closed", "collected", "contract-ended", "transaction-done"]);
}

/// Jurisdiction, article, kind, period as the source has it, mark, number of rules that it became (one for each event).
const PACK: &[(&str, &str, &str, &str, &str, usize)] = &[
    ("CN", "19", "retain_max", "", "V", 1),
    ("CN", "47(1)", "erase", "P0D", "V", 5),
    ("CN", "47(2)", "restrict", "", "V", 1),
    ("CN", "24", "erase", "P0D", "V", 2),
    ("CN", "24", "erase", "P0D", "V", 1),
    ("CN", "21(2)", "erase", "P0D", "V", 1),
    ("CN", "56", "retain_min", "P3Y", "V", 1),
    ("CN", "12", "retain_min", "P3Y", "V", 1),
    ("CN", "21(3) (→23 from 2026-01-01)", "retain_min", "P6M", "V", 1),
    ("CN", "14", "retain_min", "P60D", "V", 1),
    ("CN", "31", "retain_min", "P3Y", "V", 1),
    ("CN", "20", "retain_min", "P3Y", "S", 1),
    ("CN", "31", "retain_min", "P3Y", "M", 1),
    ("CN", "14 + table", "retain_min", "P30Y", "S", 1),
    ("CN", "14 + table", "retain_min", "P10Y", "S", 1),
    ("CN", "29", "retain_min", "P10Y", "V", 1),
    ("CN", "34", "retain_min", "P10Y", "V", 2),
    ("CN", "137", "retain_min", "P20Y", "V", 1),
    ("CN", "87", "retain_min", "P5Y / P10Y", "V", 2),
    ("CN", "50", "retain_min", "P2Y", "V", 1),
    ("CN", "16", "retain_max", "P5Y", "V", 1),
    ("CN", "24", "retain_min", "P5Y", "V", 1),
    ("EU", "5(1)(e)", "retain_max", "", "M", 1),
    ("EU", "17(1),(3)", "erase", "", "M", 1),
    ("EU", "18-19", "restrict", "", "M", 1),
    ("EU", "28(3)(g)", "erase", "", "M", 1),
    ("HK", "DPP2(2), s.26", "erase", "", "S", 1),
    ("HK", "s.27", "retain_min", "P4Y", "S", 1),
    ("US-CA", "7101", "retain_min", "P24M", "S", 1),
    ("US-CA", "7022", "erase", "", "S", 1),
];

#[test]
fn the_shipped_pack_keeps_every_row_with_its_provenance() {
    let pack = Schedule::shipped().unwrap();
    let kind_of = |name: &str| match name {
        "erase" => RuleKind::Erase,
        "restrict" => RuleKind::Restrict,
        "retain_max" => RuleKind::RetainMax,
        _ => RuleKind::RetainMin,
    };
    let mut expected = 0;
    for (jurisdiction, article, kind, periods, mark, count) in PACK {
        let periods: Vec<Option<Period>> = match *periods {
            "" => vec![None],
            some => some.split(" / ").map(|period| Some(period.parse().unwrap())).collect(),
        };
        let matching = pack.rules().iter().filter(|rule| {
            rule.jurisdiction == *jurisdiction
                && rule.article == *article
                && rule.kind == kind_of(kind)
                && periods.contains(&rule.period)
                && serde_json::to_value(rule.mark).unwrap() == **mark
        });
        assert!(matching.count() >= *count, "{jurisdiction} {article}");
        expected += count;
    }
    assert_eq!(pack.rules().len(), expected);
}

#[test]
fn unverified_and_sector_rules_ship_off_and_all_others_on() {
    for rule in Schedule::shipped().unwrap().rules() {
        assert!(
            !rule.instrument.is_empty()
                && !rule.article.is_empty()
                && rule.valid_from.is_some()
                && rule.note.starts_with("event: ")
        );
        let is_sector = rule.note.contains("; sector: ");
        assert_eq!(rule.enabled, matches!(rule.mark, Mark::V | Mark::S) && !is_sector, "{}", rule.id);
    }
}
