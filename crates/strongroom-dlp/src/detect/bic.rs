//! Business identifier codes, ISO 9362, which have no check and are only told by the word before them.

use super::Hit;
use crate::Entity;
use crate::fact::Fact;
use crate::glyph;
use crate::national::swift;
use std::ops::Range;

/// Bytes between the word and the code: `SWIFT/BIC code (8 or 11): `.
const BETWEEN_MAX: usize = 32;

/// The words behind which a code may stand; which of them speak of a bank is for the context to say.
const WORDS: [&[u8]; 4] = [b"SWIFT", b"BIC", "代码".as_bytes(), "代碼".as_bytes()];
/// Characters of a code.
const CODE_MAX: usize = 11;

/// The code behind the word at `at`: `SWIFT: DEUTDEFF`.
pub(crate) fn find(bytes: &[u8], at: usize) -> Option<Hit> {
    let rest = bytes.get(at..)?;
    let starts = |word: &&&[u8]| rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    let word = WORDS.iter().find(starts)?;
    let glued = at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(u8::is_ascii_alphanumeric);
    if glued {
        return None;
    }
    let until = at.saturating_add(word.len()).saturating_add(BETWEEN_MAX);
    let mut start = at.saturating_add(word.len());
    while start < until {
        let (glyph, length) = glyph::next(bytes, start)?;
        if glyph.alphanumeric().is_none() {
            start = start.saturating_add(length);
            continue;
        }
        let run = Run::read(bytes, start)?;
        if run.length <= CODE_MAX && !run.lower && swift::bic_at(run.code.get(..run.length)?) {
            let hit = Hit::new(Entity::SwiftBic, start, run.end, 0.45);
            return Some(hit.with(Fact::Country).with_context_only());
        }
        start = run.end;
    }
    None
}

/// Whether this is a code and nothing else.
pub(crate) fn whole(bytes: &[u8], cell: Range<usize>) -> bool {
    let run = Run::read(bytes, cell.start);
    run.is_some_and(|run| {
        run.end == cell.end && !run.lower && run.code.get(..run.length).is_some_and(swift::bic_at)
    })
}

/// A run of letters and digits in any width, with invisible characters among them or none.
struct Run {
    code: [u8; CODE_MAX],
    length: usize,
    lower: bool,
    end: usize,
}

impl Run {
    fn read(bytes: &[u8], start: usize) -> Option<Self> {
        let mut run = Self { code: [0; CODE_MAX], length: 0, lower: false, end: start };
        while let Some((glyph, at, end)) = glyph::next_visible(bytes, run.end) {
            let Some(character) = glyph.alphanumeric() else { break };
            // Past the longest code only the length matters, and a run of more than a word is none.
            if run.length > BETWEEN_MAX {
                return None;
            }
            if let Some(place) = run.code.get_mut(run.length) {
                *place = character;
            }
            run.lower |= bytes.get(at).is_some_and(u8::is_ascii_lowercase);
            run.length = run.length.saturating_add(1);
            run.end = end;
        }
        Some(run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An invisible character once ended a code, though it makes no difference in any number.
    #[test]
    fn invisible_characters_end_no_code() {
        for (text, expected) in [
            ("SWIFT: DEUTDEFF", Some(7..15)),
            ("SWIFT: DEUT\u{200b}DEFF.", Some(7..18)),
            ("SWIFT: DEUTDEFF\u{200b}500\u{200b}", Some(7..21)),
            ("SWIFT: DEUT\u{200b}Deff", None),
            ("SWIFT: DEUTDEFF\u{200b}5000", None),
        ] {
            assert_eq!(find(text.as_bytes(), 0).map(|hit| hit.start..hit.end), expected, "{text}");
        }
    }
}
