//! One character at a time, normalised: full-width forms, dashes, spaces and invisible characters.
//!
//! Positions are always those of the original bytes, so no offset map is needed. Malformed UTF-8 is [`Glyph::Other`],
//! one byte at a time, and so ends whatever stands beside it.

/// One character as the detectors see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Glyph {
    /// `0` to `9`, full-width too.
    Digit(u8),
    /// `A` to `Z`, folded to upper case, full-width too.
    Letter(u8),
    /// Any other ASCII byte, or the one that a dash, dot, space, bracket or currency sign stands for.
    Mark(u8),
    /// Zero-width and direction characters: as if they were not there.
    Skip,
    /// All else.
    Other,
}

impl Glyph {
    /// The letter or digit.
    pub(crate) const fn alphanumeric(self) -> Option<u8> {
        match self {
            Self::Digit(c) | Self::Letter(c) => Some(c),
            Self::Mark(_) | Self::Skip | Self::Other => None,
        }
    }
}

/// The glyph that starts at `at`, and its bytes; `None` at the end.
#[inline]
pub(crate) fn next(bytes: &[u8], at: usize) -> Option<(Glyph, usize)> {
    let rest = bytes.get(at..)?;
    let lead = *rest.first()?;
    if lead < 0x80 {
        return Some((ascii(lead), 1));
    }
    Some(wide(rest))
}

/// The glyph that ends at `at`, and its bytes; `None` at the start.
pub(crate) fn previous(bytes: &[u8], at: usize) -> Option<(Glyph, usize)> {
    let head = bytes.get(..at)?;
    let last = *head.last()?;
    if last < 0x80 {
        return Some((ascii(last), 1));
    }
    for length in 2..=4 {
        let Some(tail) = head.len().checked_sub(length).and_then(|from| head.get(from..)) else { break };
        // The first byte that is no continuation byte must begin a character of just this length.
        if tail.first().is_some_and(|byte| byte & 0xC0 != 0x80) {
            let (glyph, taken) = wide(tail);
            return Some(if taken == length { (glyph, length) } else { (Glyph::Other, 1) });
        }
    }
    Some((Glyph::Other, 1))
}

/// The nearest glyph from `at` on that is not invisible, and where it starts and ends.
#[inline]
pub(crate) fn next_visible(bytes: &[u8], at: usize) -> Option<(Glyph, usize, usize)> {
    match *bytes.get(at)? {
        byte @ 0..0x80 => Some((ascii(byte), at, at.saturating_add(1))),
        _ => next_of_many(bytes, at),
    }
}

fn next_of_many(bytes: &[u8], mut at: usize) -> Option<(Glyph, usize, usize)> {
    for _ in 0..INVISIBLE_MAX {
        let (glyph, length) = next(bytes, at)?;
        let end = at.saturating_add(length);
        if glyph != Glyph::Skip {
            return Some((glyph, at, end));
        }
        at = end;
    }
    None
}

/// The nearest glyph before `at` that is not invisible, and where it starts and ends.
#[inline]
pub(crate) fn previous_visible(bytes: &[u8], at: usize) -> Option<(Glyph, usize, usize)> {
    let start = at.checked_sub(1)?;
    match *bytes.get(start)? {
        byte @ 0..0x80 => Some((ascii(byte), start, at)),
        _ => previous_of_many(bytes, at),
    }
}

fn previous_of_many(bytes: &[u8], mut at: usize) -> Option<(Glyph, usize, usize)> {
    for _ in 0..INVISIBLE_MAX {
        let (glyph, length) = previous(bytes, at)?;
        let start = at.saturating_sub(length);
        if glyph != Glyph::Skip {
            return Some((glyph, start, at));
        }
        at = start;
    }
    None
}

/// So many invisible characters in a row are passed over; more are a wall, which keeps every look-around bounded.
const INVISIBLE_MAX: usize = 8;

const fn ascii(byte: u8) -> Glyph {
    match byte {
        b'0'..=b'9' => Glyph::Digit(byte),
        b'A'..=b'Z' | b'a'..=b'z' => Glyph::Letter(byte.to_ascii_uppercase()),
        _ => Glyph::Mark(byte),
    }
}

fn wide(rest: &[u8]) -> (Glyph, usize) {
    match rest {
        // U+0660..0669 and U+06F0..06F9, the digits of Arabic and Persian.
        [0xD9, second @ 0xA0..=0xA9, ..] => (Glyph::Digit(second.wrapping_sub(0x70)), 2),
        [0xDB, second @ 0xB0..=0xB9, ..] => (Glyph::Digit(second.wrapping_sub(0x80)), 2),
        // Digits of Devanagari, Bengali, Gurmukhi, Gujarati, Tamil and Telugu: U+0966, U+09E6, U+0A66, U+0AE6, U+0BE6, U+0C66.
        [0xE0, 0xA5 | 0xA7 | 0xA9 | 0xAB | 0xAF | 0xB1, third @ 0xA6..=0xAF, ..] => {
            (Glyph::Digit(third.wrapping_sub(0x76)), 3)
        }
        // Thai U+0E50 and Lao U+0ED0, Myanmar U+1040, Khmer U+17E0.
        [0xE0, 0xB9 | 0xBB, third @ 0x90..=0x99, ..] => (Glyph::Digit(third.wrapping_sub(0x60)), 3),
        [0xE1, 0x81, third @ 0x80..=0x89, ..] => (Glyph::Digit(third.wrapping_sub(0x50)), 3),
        [0xE1, 0x9F, third @ 0xA0..=0xA9, ..] => (Glyph::Digit(third.wrapping_sub(0x70)), 3),
        // U+1D7CE..1D7FF, five sets of mathematical digits.
        [0xF0, 0x9D, 0x9F, fourth @ 0x8E..=0xBF, ..] => {
            (Glyph::Digit(b'0'.wrapping_add(fourth.wrapping_sub(0x8E) % 10)), 4)
        }
        // U+00A0 no-break space, U+00A3 and U+00A5 pound and yen, U+00AD soft hyphen, U+00B7 middle dot.
        [0xC2, 0xA0, ..] => (Glyph::Mark(b' '), 2),
        [0xC2, 0xA3 | 0xA5, ..] => (Glyph::Mark(b'$'), 2),
        [0xC2, 0xAD, ..] => (Glyph::Skip, 2),
        [0xC2, 0xB7, ..] => (Glyph::Mark(b'.'), 2),
        [0xE2, 0x80, third, ..] => (general_punctuation(*third), 3),
        // U+2060..2064 joiners, U+2066..2069 isolates, U+FEFF the byte order mark or zero-width no-break space.
        [0xE2, 0x81, 0xA0..=0xA4 | 0xA6..=0xA9, ..] | [0xEF, 0xBB, 0xBF, ..] => (Glyph::Skip, 3),
        // U+20AC euro, U+FFE5 full-width yen, U+2212 minus.
        [0xE2, 0x82, 0xAC, ..] | [0xEF, 0xBF, 0xA5, ..] => (Glyph::Mark(b'$'), 3),
        [0xE2, 0x88, 0x92, ..] => (Glyph::Mark(b'-'), 3),
        // U+3000 ideographic space, U+30FB katakana middle dot.
        [0xE3, 0x80, 0x80, ..] => (Glyph::Mark(b' '), 3),
        [0xE3, 0x83, 0xBB, ..] => (Glyph::Mark(b'.'), 3),
        // U+FF01..FF5E, the full-width forms of ASCII 0x21..0x7E.
        [0xEF, 0xBC, third @ 0x81..=0xBF, ..] => (ascii(third.wrapping_sub(0x60)), 3),
        [0xEF, 0xBD, third @ 0x80..=0x9E, ..] => (ascii(third.wrapping_sub(0x20)), 3),
        _ => (Glyph::Other, well_formed(rest)),
    }
}

/// The digit that the Chinese numeral at `at` stands for; all of them take three bytes.
///
/// 〇 and the numerals of everyday and of cheques, Simplified and Traditional, and 幺, as telephone numbers are said. Digits
/// in circles count as numerals too, since one alone is the mark of a list and no part of the number after it.
#[inline]
pub(crate) fn numeral(bytes: &[u8], at: usize) -> Option<u8> {
    let [a @ 0xE2..=0xE9, b @ 0x80..=0xBF, c @ 0x80..=0xBF] = *bytes.get(at..)?.first_chunk::<3>()? else {
        return None;
    };
    let bits = |byte: u8, mask: u8| u32::from(byte & mask);
    Some(match (bits(a, 0x0F) << 12) | (bits(b, 0x3F) << 6) | bits(c, 0x3F) {
        // ① to ⑨, ❶ to ❾, ⓪ and ⓿.
        code @ 0x2460..=0x2468 => circled(code, 0x2460),
        code @ 0x2776..=0x277E => circled(code, 0x2776),
        0x24EA | 0x24FF | 0x3007 | 0x96F6 => b'0',
        0x4E00 | 0x58F9 | 0x5E7A => b'1',
        0x4E8C | 0x8D30 | 0x8CB3 => b'2',
        0x4E09 | 0x53C1 | 0x53C3 => b'3',
        0x56DB | 0x8086 => b'4',
        0x4E94 | 0x4F0D => b'5',
        0x516D | 0x9646 | 0x9678 => b'6',
        0x4E03 | 0x67D2 => b'7',
        0x516B | 0x634C => b'8',
        0x4E5D | 0x7396 => b'9',
        _ => return None,
    })
}

/// The digit from 1 to 9 in a circle.
fn circled(code: u32, one: u32) -> u8 {
    u8::try_from(code.wrapping_sub(one)).map_or(b'0', |place| b'1'.wrapping_add(place))
}

/// U+2000..U+203F.
const fn general_punctuation(third: u8) -> Glyph {
    match third {
        // U+2000..200A and U+202F spaces.
        0x80..=0x8A | 0xAF => Glyph::Mark(b' '),
        // U+200B..200F zero-width and marks, U+202A..202E embeddings.
        0x8B..=0x8F | 0xAA..=0xAE => Glyph::Skip,
        // U+2010..2015 hyphens and dashes.
        0x90..=0x95 => Glyph::Mark(b'-'),
        // U+2022 bullet, U+2027 hyphenation point.
        0xA2 | 0xA7 => Glyph::Mark(b'.'),
        _ => Glyph::Other,
    }
}

/// Bytes of the character at the start, 1 for one that is malformed.
const fn well_formed(rest: &[u8]) -> usize {
    match rest {
        [0xC2..=0xDF, 0x80..=0xBF, ..] => 2,
        [0xE0..=0xEF, 0x80..=0xBF, 0x80..=0xBF, ..] => 3,
        [0xF0..=0xF4, 0x80..=0xBF, 0x80..=0xBF, 0x80..=0xBF, ..] => 4,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forms_of_one_character_are_one_glyph() {
        for (text, expected) in [
            ("7", Glyph::Digit(b'7')),
            ("０", Glyph::Digit(b'0')),
            ("９", Glyph::Digit(b'9')),
            ("x", Glyph::Letter(b'X')),
            ("Ａ", Glyph::Letter(b'A')),
            ("ｚ", Glyph::Letter(b'Z')),
            ("＠", Glyph::Mark(b'@')),
            ("－", Glyph::Mark(b'-')),
            ("—", Glyph::Mark(b'-')),
            ("（", Glyph::Mark(b'(')),
            ("＋", Glyph::Mark(b'+')),
            ("·", Glyph::Mark(b'.')),
            ("・", Glyph::Mark(b'.')),
            ("\u{3000}", Glyph::Mark(b' ')),
            ("\u{200b}", Glyph::Skip),
            ("\u{feff}", Glyph::Skip),
            ("\u{202e}", Glyph::Skip),
            ("￥", Glyph::Mark(b'$')),
            ("٣", Glyph::Digit(b'3')),
            ("۹", Glyph::Digit(b'9')),
            ("𝟎", Glyph::Digit(b'0')),
            ("𝟿", Glyph::Digit(b'9')),
            ("०", Glyph::Digit(b'0')),
            ("९", Glyph::Digit(b'9')),
            ("১", Glyph::Digit(b'1')),
            ("௮", Glyph::Digit(b'8')),
            ("౩", Glyph::Digit(b'3')),
            ("๐", Glyph::Digit(b'0')),
            ("๙", Glyph::Digit(b'9')),
            ("໕", Glyph::Digit(b'5')),
            ("၀", Glyph::Digit(b'0')),
            ("៩", Glyph::Digit(b'9')),
            ("²", Glyph::Other),
            ("①", Glyph::Other),
            ("中", Glyph::Other),
            ("一", Glyph::Other),
            ("😀", Glyph::Other),
        ] {
            assert_eq!(next(text.as_bytes(), 0), Some((expected, text.len())), "{text:?}");
            assert_eq!(previous(text.as_bytes(), text.len()), Some((expected, text.len())), "{text:?}");
        }
        assert_eq!(next(b"", 0), None);
        assert_eq!(previous(b"1", 0), None);
    }

    #[test]
    fn chinese_numerals_are_digits() {
        for (text, digits) in [
            ("〇一二三四五六七八九", "0123456789"),
            ("零壹贰叁肆伍陆柒捌玖", "0123456789"),
            ("零壹貳參肆伍陸柒捌玖", "0123456789"),
            ("幺", "1"),
            ("⓪①②③④⑤⑥⑦⑧⑨", "0123456789"),
            ("⓿❶❷❸❹❺❻❼❽❾", "0123456789"),
        ] {
            let found = text.char_indices().map(|(at, _)| numeral(text.as_bytes(), at));
            assert!(found.eq(digits.bytes().map(Some)), "{text}");
        }
        for text in ["十", "百", "两", "中", "0", "", "０"] {
            assert_eq!(numeral(text.as_bytes(), 0), None, "{text}");
        }
    }

    /// The six low bits of a byte once were taken for those of a continuation byte, whatever the others were.
    #[test]
    fn half_a_numeral_and_another_byte_are_none() {
        let one = "一".as_bytes();
        for place in 0..3 {
            for byte in 0..=u8::MAX {
                let mut bytes = one.to_vec();
                bytes[place] = byte;
                let digit = numeral(&bytes, 0);
                assert!(digit.is_none() || std::str::from_utf8(&bytes).is_ok(), "{bytes:X?}");
            }
        }
    }

    proptest! {
        #![proptest_config(crate::testing::cases(512))]

        #[test]
        fn forwards_and_backwards_agree_on_text(text in ".{0,12}") {
            let bytes = text.as_bytes();
            let mut at = 0;
            while let Some((glyph, length)) = next(bytes, at) {
                at = at.saturating_add(length);
                prop_assert!(text.is_char_boundary(at));
                prop_assert_eq!(previous(bytes, at), Some((glyph, length)));
            }
            prop_assert_eq!(at, bytes.len());
        }

        #[test]
        fn any_bytes_are_walked_to_the_end(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let mut at = 0;
            while let Some((_, length)) = next(&bytes, at) {
                at = at.saturating_add(length);
            }
            prop_assert_eq!(at, bytes.len());
            while let Some((_, length)) = previous(&bytes, at) {
                at = at.saturating_sub(length);
            }
            prop_assert_eq!(at, 0);
        }
    }
}
