//! Promise: no configuration or file makes a parser panic, however wrong, and what one accepts is written back to what
//! reads the same; rules, suppressions, baselines and patterns that were accepted answer on any findings.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::fmt::{Debug, Display};
use std::str::FromStr;
use std::sync::LazyLock;
use strongroom_dlp::{
    Baseline, Confidence, Day, Encoding, Entity, Finding, Fingerprint, Pattern, Response, Rules, Scanner,
    Suppressions, Tokens, ValueKey, restore,
};

static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::new);
static KEY: LazyLock<ValueKey> = LazyLock::new(|| ValueKey::new(&[7; 32]));

const TEXT: &str = "张三 13800138000, 11010519491231002X, zs@example.com; 4111 1111 1111 1111";

fuzz_target!(|input: &[u8]| {
    let ([kind], rest) = strongroom_fuzz::head(input);
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let findings = SCANNER.scan(TEXT.as_bytes());
    match kind % 8 {
        0 => rules(toml(text), &findings),
        1 => rules(json(text), &findings),
        2 => suppressions(toml(text), &findings),
        3 => suppressions(json(text), &findings),
        4 => baseline(json(text), &findings),
        5 => tokens(json(text)),
        6 => pattern(text),
        _ => names(text),
    }
});

fn rules(rules: Option<Rules>, findings: &[Finding]) {
    let Some(rules) = rules else { return };
    if let Err(error) = rules.validate() {
        assert!(!error.problems.is_empty() && !error.to_string().is_empty());
    }
    for (recipient, level) in [("Internal", 0), ("External", 2), ("", u8::MAX)] {
        assert_eq!(rules.respond(&[], recipient, level).response, Response::Allow);
        let verdict = rules.respond(findings, recipient, level);
        let strictest = verdict.reasons.iter().map(|reason| reason.response).max();
        assert_eq!(Some(verdict.response), strictest, "every finding falls to a rule or a default");
        if let Ok(overridden) = verdict.clone().override_with("the customer asked for it") {
            assert!(overridden.verdict().response < verdict.response);
            assert!(overridden.lifted().iter().all(|reason| reason.overridable));
        }
    }
}

fn suppressions(suppressions: Option<Suppressions>, findings: &[Finding]) {
    let Some(suppressions) = suppressions else { return };
    for today in ["0001-01-01", "2027-01-31", "9999-12-31"] {
        let today = today.parse().expect("a day");
        let applied = suppressions.apply("docs/letter.txt", TEXT, findings, Some(&KEY), today);
        assert_eq!(applied.kept.len() + applied.suppressed.len(), findings.len());
        for hit in applied.suppressed.iter().chain(&applied.expired) {
            assert!(hit.suppression < suppressions.list().len());
        }
        assert!(suppressions.unused([&applied]).len() <= suppressions.list().len());
    }
}

fn baseline(baseline: Option<Baseline>, findings: &[Finding]) {
    let Some(mut baseline) = baseline else { return };
    for accepted in baseline.accepted() {
        assert!(accepted.count > 0);
    }
    let Ok(compared) = baseline.compare("docs/letter.txt", TEXT, findings, &KEY) else { return };
    assert_eq!(compared.new.len() + compared.known.len(), findings.len());
    baseline.accept("docs/letter.txt", TEXT, findings, &KEY).expect("the key is the same");
    let compared = baseline.compare("docs/letter.txt", TEXT, findings, &KEY).expect("the key is the same");
    assert!(compared.new.is_empty() && compared.gone.is_empty());
}

fn tokens(tokens: Option<Tokens>) {
    let Some(mut tokens) = tokens else { return };
    let count = tokens.len();
    let token = tokens.token(Entity::Phone, "13800138000");
    assert_eq!(tokens.value(&token), Some("13800138000"));
    assert!(tokens.len() - count <= 1);
    assert_eq!(restore(&token, &tokens), "13800138000");
}

/// An expression that is accepted finds something or nothing, and always the same.
fn pattern(text: &str) {
    let Ok(pattern) = Pattern::new("PATTERN", text) else { return };
    let scanner = Scanner::builder().with_entities(&[]).detector(pattern).build().expect("a scanner");
    let input = TEXT.repeat(3);
    let found = scanner.scan(input.as_bytes());
    assert_eq!(scanner.scan(input.as_bytes()), found);
    assert!(found.is_sorted_by(|a, b| a.end <= b.start));
}

fn names(text: &str) {
    name::<Day>(text);
    name::<Encoding>(text);
    name::<Entity>(text);
    name::<Fingerprint>(text);
    if let Ok(value) = text.parse::<f32>() {
        let confidence = Confidence::new(value);
        assert_eq!(confidence.is_ok(), (0.0..=1.0).contains(&value));
        if let Ok(confidence) = confidence {
            assert_eq!(confidence.to_string().parse::<f32>().map(Confidence::new), Ok(Ok(confidence)));
        }
    }
}

/// What has a name has one, however it was written.
fn name<T: FromStr + Display + PartialEq + Debug>(text: &str) {
    let Ok(value) = text.parse::<T>() else { return };
    assert!(value.to_string().parse::<T>().is_ok_and(|again| again == value), "{value}");
}

fn toml<T>(text: &str) -> Option<T>
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug,
{
    let value = toml::from_str::<T>(text).ok()?;
    let written = toml::to_string(&value).expect("what was read can be written");
    assert_eq!(toml::from_str::<T>(&written).expect("what was written can be read"), value);
    Some(value)
}

fn json<T>(text: &str) -> Option<T>
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug,
{
    let value = serde_json::from_str::<T>(text).ok()?;
    let written = serde_json::to_string(&value).expect("what was read can be written");
    assert_eq!(serde_json::from_str::<T>(&written).expect("what was written can be read"), value);
    Some(value)
}
