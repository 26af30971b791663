//! Promise: masking covers the findings and nothing else, whatever findings it is given; offsets map both ways; a cover
//! of the same length has it; and tokens are restored to the text that was masked.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::ops::Range;
use std::sync::LazyLock;
use strongroom_dlp::{
    Cover, Entity, Evidence, Finding, MaskError, Masked, Pseudonyms, Scanner, Style, Tokens, ValueKey, mask,
    mask_bytes, mask_with, restore,
};

static SCANNER: LazyLock<Scanner> = LazyLock::new(strongroom_fuzz::eager);
static PSEUDONYMS: LazyLock<Pseudonyms> = LazyLock::new(|| Pseudonyms::new(ValueKey::new(&[7; 32])));

/// Leaves nothing in the place of a value.
struct Nothing;

impl Cover for Nothing {
    fn cover(&mut self, _: Entity, _: &str, _: &mut String) {}
}

fuzz_target!(|input: &[u8]| {
    let ([made_up, keep_first, keep_last], rest) = strongroom_fuzz::head(input);
    let (made_up, rest) = rest.split_at(rest.len().min(3 * (made_up % 8)));
    let text = String::from_utf8_lossy(rest);
    let mut findings = SCANNER.scan(text.as_bytes());
    findings.extend(made_up.chunks_exact(3).map(|three| finding(three, text.len())));

    let sound =
        findings.iter().all(|finding| !finding.range().is_empty() && text.get(finding.range()).is_some());
    let masked = mask(&text, &findings, Style::Redact);
    assert_eq!(masked.is_ok(), sound);
    let Ok(masked) = masked else { return };
    spans_are_the_findings(&masked, &findings);
    let by_entity = mask_with(&text, &findings, |_| Style::Redact);
    assert_eq!(by_entity.as_ref(), Ok(&masked));
    for span in &masked.spans {
        assert_eq!(masked.text[span.target.clone()], format!("[{}]", span.entity));
    }
    offsets_map_both_ways(&text, &masked);
    offsets_map_both_ways(&text, &mask(&text, &findings, Nothing).expect("the findings are sound"));
    lengths_stay(&text, &findings, keep_first % 16, keep_last % 16);
    one_value_has_one_pseudonym(&text, &findings);
    originals_come_back(&text, &findings);
    let bytes = mask_bytes(text.as_bytes(), &findings, Style::Redact).expect("the findings are sound");
    assert_eq!(bytes.bytes, masked.text.as_bytes());
});

/// A finding that no scanner made: anywhere, perhaps half a character, perhaps outside the text.
fn finding(three: &[u8], length: usize) -> Finding {
    let [start, size, entity] = [0, 1, 2].map(|place| usize::from(three[place]));
    let start = if start < 128 { start } else { (length + start).saturating_sub(255) };
    let entity = Entity::ALL[entity % Entity::ALL.len()];
    Finding { entity, start, end: start + size % 32, confidence: 0.5, evidence: Evidence::default() }
}

/// Every byte of a finding is in a span, and every span begins and ends with a finding.
fn spans_are_the_findings(masked: &Masked, findings: &[Finding]) {
    let inside =
        |outer: &Range<usize>, inner: &Range<usize>| outer.start <= inner.start && inner.end <= outer.end;
    for finding in findings {
        assert!(masked.spans.iter().any(|span| inside(&span.source, &finding.range())));
    }
    for span in &masked.spans {
        assert!(findings.iter().any(|finding| finding.start == span.source.start));
        assert!(findings.iter().any(|finding| finding.end == span.source.end));
    }
    assert!(
        masked.spans.is_sorted_by(|a, b| a.source.end <= b.source.start && a.target.end <= b.target.start)
    );
}

fn offsets_map_both_ways(text: &str, masked: &Masked) {
    for source in 0..=text.len() {
        let covered = masked.spans.iter().any(|span| span.source.contains(&source));
        let target = masked.target_offset(source);
        assert_eq!(target.is_none(), covered, "{source}");
        let Some(target) = target else { continue };
        assert_eq!(masked.text.as_bytes().get(target), text.as_bytes().get(source), "{source}");
        assert_eq!(masked.source_offset(target), Some(source));
    }
    for target in 0..=masked.text.len() {
        if let Some(source) = masked.source_offset(target) {
            assert!(masked.spans.iter().all(|span| !span.target.contains(&target)), "{target}");
            assert_eq!(masked.target_offset(source), Some(target));
        }
    }
    assert_eq!(masked.target_offset(text.len() + 1), None);
    assert_eq!(masked.source_offset(masked.text.len() + 1), None);
}

/// As many characters as before, and never more of a value than was asked for, nor two thirds of it.
fn lengths_stay(text: &str, findings: &[Finding], first: usize, last: usize) {
    for style in [Style::SameLength('＊'), Style::KeepEnds { first, last }] {
        let masked = mask(text, findings, style).expect("the findings are sound");
        offsets_map_both_ways(text, &masked);
        for span in &masked.spans {
            let (value, cover) = (&text[span.source.clone()], &masked.text[span.target.clone()]);
            let length = value.chars().count();
            assert_eq!(cover.chars().count(), length);
            let hidden = cover.chars().filter(|c| matches!(c, '*' | '＊')).count();
            assert!(hidden >= length.min(3).max(length.div_ceil(3)), "{style:?} of {length}");
        }
    }
}

fn one_value_has_one_pseudonym(text: &str, findings: &[Finding]) {
    let masked = mask(text, findings, &*PSEUDONYMS).expect("the findings are sound");
    for span in &masked.spans {
        let value = &text[span.source.clone()];
        assert_eq!(masked.text[span.target.clone()], PSEUDONYMS.pseudonym(span.entity, value));
    }
}

fn originals_come_back(text: &str, findings: &[Finding]) {
    let mut tokens = Tokens::new();
    let masked = mask(text, findings, &mut tokens).expect("the findings are sound");
    offsets_map_both_ways(text, &masked);
    assert_eq!(restore(&masked.text, &tokens), text);
    for span in &masked.spans {
        assert_eq!(tokens.value(&masked.text[span.target.clone()]), Some(&text[span.source.clone()]));
    }
    // A second text finds the tokens of the first.
    assert_eq!(mask(text, findings, &mut tokens).as_ref(), Ok(&masked));
    // What was masked may be masked again, and comes back in turn.
    let again = mask(&masked.text, &[], &mut tokens).expect("nothing is covered");
    assert_eq!(restore(&again.text, &tokens), masked.text);
    let stored = serde_json::to_string(&tokens).expect("a table can be written");
    assert_eq!(serde_json::from_str::<Tokens>(&stored).expect("a table can be read"), tokens);
    assert!(matches!(
        mask(text, &[Finding { end: text.len() + 1, ..finding(&[0, 0, 0], 0) }], &mut tokens),
        Err(MaskError::OutOfRange { .. })
    ));
}
