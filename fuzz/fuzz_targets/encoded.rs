//! Promise: in every encoding, offsets are into the bytes as they were given and fall on characters; the findings are
//! those of the decoded text; and masking leaves each byte outside them as it was, with covers in the same encoding.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use strongroom_dlp::{
    Decoded, Encoding, Finding, MaskedBytes, Scanner, Style, Tokens, decode, detect_encoding, mask_encoded,
    restore_encoded,
};

static SCANNER: LazyLock<Scanner> = LazyLock::new(strongroom_fuzz::eager);

const ENCODINGS: [Encoding; 5] =
    [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Gb18030, Encoding::Big5];

fuzz_target!(|input: &[u8]| {
    let ([choice], bytes) = strongroom_fuzz::head(input);
    let encoding = ENCODINGS[choice % ENCODINGS.len()];
    detect_encoding(bytes);
    let decoded = decode(bytes, encoding);
    offsets_lead_through_the_source(&decoded, bytes.len());
    let found = SCANNER.scan_encoded(bytes, encoding);
    // In UTF-8 nothing is decoded, and what a word may stand before a value is counted in bytes.
    if encoding != Encoding::Utf8 || decoded.malformed() == 0 {
        findings_are_those_of_the_text(&found, &decoded);
    }
    only_findings_are_masked(bytes, encoding, &found);
    originals_come_back(bytes, encoding, &decoded, &found);
    utf16_gives_the_findings_of_utf8(decoded.text());
});

fn offsets_lead_through_the_source(decoded: &Decoded, length: usize) {
    let text = decoded.text();
    let places = text.char_indices().map(|(place, _)| place).chain([text.len()]);
    let sources: Vec<_> =
        places.map(|place| decoded.source_offset(place).expect("a character begins in the source")).collect();
    assert!(sources.is_sorted());
    assert_eq!(sources.last(), Some(&length));
}

fn findings_are_those_of_the_text(found: &[Finding], decoded: &Decoded) {
    let mut of_text = SCANNER.scan(decoded.text().as_bytes());
    for finding in &mut of_text {
        finding.start = decoded.source_offset(finding.start).expect("a finding begins at a character");
        finding.end = decoded.source_offset(finding.end).expect("a finding ends at a character");
    }
    assert_eq!(found, of_text);
}

fn only_findings_are_masked(bytes: &[u8], encoding: Encoding, found: &[Finding]) {
    let masked = mask_encoded(bytes, encoding, found, Style::Redact).expect("every finding is a value");
    assert_eq!(masked.spans.len(), found.len());
    assert_eq!(outside(bytes, masked.spans.iter().map(|span| &span.source)), kept(&masked));
    for span in &masked.spans {
        let cover = decode(&masked.bytes[span.target.clone()], encoding);
        assert_eq!(cover.text(), format!("[{}]", span.entity));
    }
}

fn originals_come_back(bytes: &[u8], encoding: Encoding, decoded: &Decoded, found: &[Finding]) {
    let mut tokens = Tokens::new();
    let masked = mask_encoded(bytes, encoding, found, &mut tokens).expect("every finding is a value");
    let restored =
        restore_encoded(&masked.bytes, encoding, &tokens).expect("the values were in this encoding");
    // A malformed byte may join the first character of a cover, and of two codes for a character the first is written.
    if decoded.malformed() == 0 {
        assert_eq!(decode(&restored, encoding).text(), decoded.text());
    }
    if encoding == Encoding::Utf8
        || (decoded.malformed() == 0 && encoding != Encoding::Big5 && encoding != Encoding::Gb18030)
    {
        assert_eq!(restored, bytes);
    }
}

fn utf16_gives_the_findings_of_utf8(text: &str) {
    let found = SCANNER.scan(text.as_bytes());
    let place = |at: usize| text[..at].encode_utf16().count() * 2;
    let expected: Vec<_> = found
        .into_iter()
        .map(|finding| Finding { start: place(finding.start), end: place(finding.end), ..finding })
        .collect();
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(SCANNER.scan_encoded(&little, Encoding::Utf16Le), expected);
    assert_eq!(SCANNER.scan_encoded(&big, Encoding::Utf16Be), expected);
}

fn kept(masked: &MaskedBytes) -> Vec<u8> {
    outside(&masked.bytes, masked.spans.iter().map(|span| &span.target))
}

/// What lies outside the ranges, which are in order and apart.
fn outside<'r>(bytes: &[u8], ranges: impl Iterator<Item = &'r std::ops::Range<usize>>) -> Vec<u8> {
    let (mut kept, mut at) = (Vec::new(), 0);
    for range in ranges {
        kept.extend_from_slice(&bytes[at..range.start]);
        at = range.end;
    }
    kept.extend_from_slice(&bytes[at..]);
    kept
}
