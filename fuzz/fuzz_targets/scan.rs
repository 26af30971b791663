//! Promise: no input makes a scan panic; the same input gives the same findings, in order, none overlapping, on the
//! characters of the input; malformed bytes are in none of them; and a threshold or an allowed value only leaves findings
//! out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use strongroom_dlp::{Finding, Scanner, Style, mask_bytes};

static EAGER: LazyLock<Scanner> = LazyLock::new(strongroom_fuzz::eager);
static USUAL: LazyLock<Scanner> = LazyLock::new(Scanner::new);

fuzz_target!(|input: &[u8]| {
    let found = EAGER.scan(input);
    strongroom_fuzz::assert_sound(input, &found);
    assert_eq!(EAGER.scan(input), found);
    assert!(mask_bytes(input, &found, Style::Redact).is_ok(), "{found:?}");
    // Building a scanner takes longer than most scans.
    if input.len().is_multiple_of(64) {
        an_allowed_value_is_not_reported(input, &found);
    }
    // The surest of rivals is kept, so those that would not be reported take nothing from those that are.
    let sure: Vec<_> = found.into_iter().filter(|finding| finding.confidence >= 0.5).collect();
    assert_eq!(USUAL.scan(input), sure);
});

fn an_allowed_value_is_not_reported(input: &[u8], found: &[Finding]) {
    let Some(first) = found.first() else { return };
    let value = std::str::from_utf8(&input[first.range()]).expect("a finding is text");
    let builder = Scanner::builder().threshold(0.0).allow(value);
    let left = builder.build().expect("a value has characters").scan(input);
    assert!(left.iter().all(|finding| input[finding.range()] != *value.as_bytes()));
    assert!(left.iter().all(|finding| found.contains(finding)));
    // What is gone is the value in some spelling, or one of its kind of which either begins the other.
    for gone in found.iter().filter(|finding| !left.contains(finding)) {
        let spelling = &input[gone.range()];
        let is_ascii = spelling.is_ascii() && value.is_ascii();
        let (gone, value) = (plain(spelling), plain(value.as_bytes()));
        assert!(!is_ascii || gone.starts_with(&value) || value.starts_with(&gone));
    }
}

/// Without case, spaces, dashes and brackets.
fn plain(value: &[u8]) -> Vec<u8> {
    value.iter().filter(|byte| !b" -()".contains(byte)).map(u8::to_ascii_uppercase).collect()
}
