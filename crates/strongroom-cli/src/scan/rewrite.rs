//! Bytes with their findings covered, in the encoding that they are in.

use strongroom_dlp::{Encoding, Finding, MaskError, Style, decode, mask};

/// The bytes with each finding covered. Whatever lies between the findings stays as it is, byte for byte: marks of byte
/// order, ends of lines, and bytes that are no character.
///
/// The findings are in order and do not overlap, as a scan of these bytes in this encoding answers them.
pub(super) fn covered(
    bytes: &[u8],
    encoding: Encoding,
    findings: &[Finding],
    style: Style,
) -> Result<Vec<u8>, MaskError> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut copied = 0_usize;
    for finding in findings {
        let outside = MaskError::OutOfRange { start: finding.start, end: finding.end, length: bytes.len() };
        let between = bytes.get(copied..finding.start);
        let (Some(between), Some(value)) = (between, bytes.get(finding.range())) else { return Err(outside) };
        out.extend_from_slice(between);
        let value = decode(value, encoding);
        // The value by itself is a text in which the finding reaches from the first byte to the last.
        let whole = Finding { start: 0, end: value.text().len(), ..*finding };
        encode(&mask(value.text(), &[whole], style)?.text, encoding, &mut out);
        copied = finding.end;
    }
    out.extend_from_slice(bytes.get(copied..).unwrap_or_default());
    Ok(out)
}

/// Appends the text in the encoding. A character that it has no code for becomes `*`.
fn encode(text: &str, encoding: Encoding, out: &mut Vec<u8>) {
    match encoding {
        Encoding::Utf16Be => out.extend(text.encode_utf16().flat_map(u16::to_be_bytes)),
        Encoding::Utf16Le => out.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
        Encoding::Gb18030 => each_character(text, encoding_rs::GB18030, out),
        Encoding::Big5 => each_character(text, encoding_rs::BIG5, out),
        // UTF-8, and what a later version of the scanner may know: ASCII is the same in all of those.
        _ => out.extend_from_slice(text.as_bytes()),
    }
}

fn each_character(text: &str, encoding: &'static encoding_rs::Encoding, out: &mut Vec<u8>) {
    for character in text.chars() {
        let mut utf8 = [0; 4];
        let mut bytes = [0; 16];
        let one: &str = character.encode_utf8(&mut utf8);
        let mut encoder = encoding.new_encoder();
        let (result, _, written) = encoder.encode_from_utf8_without_replacement(one, &mut bytes, true);
        match bytes.get(..written) {
            Some(bytes) if result == encoding_rs::EncoderResult::InputEmpty => out.extend_from_slice(bytes),
            _ => out.push(b'*'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strongroom_dlp::Scanner;

    const TEXT: &str = "\u{feff}王：18957667102；€，a.b@example.com\r\n";

    fn in_bytes(text: &str, encoding: Encoding) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(text, encoding, &mut bytes);
        bytes
    }

    #[test]
    fn what_is_covered_reads_as_the_covered_text_in_every_encoding() {
        for encoding in [Encoding::Utf8, Encoding::Gb18030, Encoding::Utf16Le, Encoding::Utf16Be] {
            for (style, expected) in [
                (Style::Redact, "\u{feff}王：[PHONE]；€，[EMAIL]\r\n"),
                (Style::KeepEnds { first: 3, last: 4 }, "\u{feff}王：189****7102；€，a.b********.com\r\n"),
                (Style::SameLength('*'), "\u{feff}王：***********；€，***************\r\n"),
            ] {
                let bytes = in_bytes(TEXT, encoding);
                let found = Scanner::new().scan_encoded(&bytes, encoding);
                let covered = covered(&bytes, encoding, &found, style).unwrap();
                assert_eq!(decode(&covered, encoding).text(), expected, "{encoding}");
            }
        }
        // Big5 has no mark of byte order.
        let bytes = in_bytes("電話 0912-345-678。", Encoding::Big5);
        let found = Scanner::new().scan_encoded(&bytes, Encoding::Big5);
        let covered = covered(&bytes, Encoding::Big5, &found, Style::Redact).unwrap();
        assert_eq!(decode(&covered, Encoding::Big5).text(), "電話 [PHONE]。");
    }

    #[test]
    fn bytes_that_are_no_character_stay_and_a_finding_of_other_bytes_is_refused() {
        let bytes = b"\xff\xfe\xfa 18957667102 \xc0\x80";
        let found = Scanner::new().scan(bytes);
        let covered_bytes = covered(bytes, Encoding::Utf8, &found, Style::Redact).unwrap();
        assert_eq!(covered_bytes, b"\xff\xfe\xfa [PHONE] \xc0\x80");
        assert!(covered(b"short", Encoding::Utf8, &found, Style::Redact).is_err());
        let mut out = Vec::new();
        encode("\u{1f600}a", Encoding::Big5, &mut out);
        assert_eq!(out, b"*a", "no code for it");
    }
}
