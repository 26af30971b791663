//! Which encoding bytes are in, where nobody says so.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

use super::Encoding;

/// Bytes at the start that [`detect`] looks at.
pub(super) const SAMPLE_BYTES: usize = 64 * 1024;

/// The encoding that the bytes are most likely in.
///
/// In this order: a byte order mark; UTF-16, where zero bytes stand beside ASCII throughout and the rest reads as text;
/// well-formed UTF-8; then a guess between GB 18030 and Big5 on the first 64 KiB. Short texts can be guessed wrong. Where
/// nothing fits the answer is UTF-8, which the scanner reads leniently.
pub fn detect(bytes: &[u8]) -> Encoding {
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => return Encoding::Utf8,
        [0xFF, 0xFE, ..] => return Encoding::Utf16Le,
        [0xFE, 0xFF, ..] => return Encoding::Utf16Be,
        _ => {}
    }
    let sample = bytes.get(..SAMPLE_BYTES).unwrap_or(bytes);
    // A character may be cut at the end of the sample; that alone is no fault.
    let well_formed = match std::str::from_utf8(sample) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && sample.len() < bytes.len(),
    };
    if let Some(encoding) = sample.contains(&0).then(|| utf16(sample, well_formed)).flatten() {
        return encoding;
    }
    if well_formed {
        return Encoding::Utf8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    if guess == encoding_rs::BIG5 {
        Encoding::Big5
    } else if guess == encoding_rs::GBK || guess == encoding_rs::GB18030 {
        Encoding::Gb18030
    } else {
        Encoding::Utf8
    }
}

/// The order of the bytes in which they read as UTF-16, if in either; if in both, the better.
fn utf16(sample: &[u8], well_formed: bool) -> Option<Encoding> {
    let readings = [
        (Reading::of(sample, u16::from_be_bytes), Encoding::Utf16Be),
        (Reading::of(sample, u16::from_le_bytes), Encoding::Utf16Le),
    ];
    let texts = readings.iter().filter(|(reading, _)| reading.is_text(well_formed));
    texts.max_by_key(|(reading, _)| reading.weight()).map(|(_, encoding)| *encoding)
}

/// How many characters of each sort the bytes give when they are read as UTF-16.
#[derive(Debug, Default)]
struct Reading {
    /// ASCII, whose other byte is zero: what UTF-16 shows itself by.
    ascii: usize,
    /// Of Chinese and what is written beside it, or of Western Europe.
    known: usize,
    /// Two bytes that are ASCII each: one ideograph, or two letters of plain text.
    plain: usize,
    /// Of other scripts.
    other: usize,
    /// Halves of pairs, control characters, private and no characters.
    wrong: usize,
}

impl Reading {
    fn of(sample: &[u8], unit: fn([u8; 2]) -> u16) -> Self {
        let (pairs, _) = sample.as_chunks::<2>();
        let mut reading = Self::default();
        for character in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
            let count = match character {
                Ok('\t' | '\n' | '\r' | ' '..='~') => &mut reading.ascii,
                Ok(character) if is_two_of_ascii(character) => &mut reading.plain,
                // Dashes and quotation marks, signs, kana, ideographs, and full-width forms.
                Ok(
                    '\u{A0}'..='\u{24F}'
                    | '\u{2010}'..='\u{2027}'
                    | '\u{3000}'..='\u{9FFF}'
                    | '\u{FF01}'..='\u{FFEE}',
                ) => &mut reading.known,
                Ok('\0'..='\u{9F}' | '\u{E000}'..='\u{F8FF}' | '\u{FFF0}'..='\u{FFFF}') | Err(_) => {
                    &mut reading.wrong
                }
                Ok(_) => &mut reading.other,
            };
            *count = count.saturating_add(1);
        }
        reading
    }

    /// What tells the order of the bytes: in the wrong one ideographs scatter over all scripts, and 一 (U+4E00) is an N.
    const fn weight(&self) -> (usize, usize) {
        (self.ascii.saturating_add(self.known), self.ascii)
    }

    /// Whether this is text, rather than text in another encoding with a zero byte in it.
    ///
    /// Zero bytes in plain text, as between the names of a list, come with pairs of its letters. They must be outweighed,
    /// and where all is well-formed UTF-8 by ASCII alone, of which one character is then no evidence. In GB 18030 and
    /// Big5 most pairs read as Hangul, Yi, or nothing.
    const fn is_text(&self, well_formed: bool) -> bool {
        let all = self.ascii.saturating_add(self.known).saturating_add(self.plain);
        let whole = all.saturating_add(self.other).saturating_add(self.wrong);
        let shown = if well_formed {
            self.ascii >= 2 && self.ascii > self.plain
        } else {
            self.ascii >= 1 && self.ascii.saturating_add(self.known) > self.plain
        };
        let familiar = all.saturating_mul(4) >= whole.saturating_mul(3);
        // In other scripts there are spaces and digits.
        let spaced = self.ascii >= 2 && self.ascii.saturating_mul(8) >= whole;
        shown && (familiar || spaced) && self.wrong.saturating_mul(32) <= whole
    }
}

/// Whether both bytes of the character are printable ASCII.
fn is_two_of_ascii(character: char) -> bool {
    let unit = u16::try_from(u32::from(character)).unwrap_or(0);
    unit.to_be_bytes().iter().all(|byte| matches!(byte, b' '..=b'~'))
}
