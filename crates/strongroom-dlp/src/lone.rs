//! Numbers that stand alone and are too short to be anything: most of those in prose, logs and tables.
//!
//! It says no more than that no detector would find anything; [`crate::chain`] is asked wherever there is doubt.

use crate::detect::network;

/// Digits of the longest number that is passed over; seven can be a telephone number.
const DIGITS_MAX: usize = 6;
/// Letters that are looked at before or after a number.
const LETTERS_MAX: usize = 24;

/// A number that needs no chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lone {
    /// Nothing can come of it.
    Nothing { end: usize },
    /// A year, month and day: at most a date of birth.
    Date { start: usize, end: usize },
}

impl Lone {
    /// Where the search goes on.
    pub(crate) const fn end(self) -> usize {
        match self {
            Self::Nothing { end } | Self::Date { end, .. } => end,
        }
    }
}

/// What the number at `trigger` is, if it is certain without a look at its chain.
#[inline]
pub(crate) fn at(bytes: &[u8], trigger: usize, floor: usize) -> Option<Lone> {
    let rest = bytes.get(trigger..)?;
    let count =
        rest.iter().take(DIGITS_MAX.saturating_add(1)).take_while(|byte| byte.is_ascii_digit()).count();
    let end = trigger.saturating_add(count);
    let before = match trigger.checked_sub(1) {
        // What stands before the floor belongs to another number.
        Some(at) if at >= floor => *bytes.get(at)?,
        _ => return None,
    };
    if count > DIGITS_MAX || !is_closed_before(bytes, trigger, before, count) {
        return None;
    }
    if let (4, Some(lone)) = (count, date(rest, trigger)) {
        return Some(lone);
    }
    closed(bytes, end, before, count).map(|end| Lone::Nothing { end })
}

/// `2026-03-17` or `2026/03/17` that nothing is joined to, or a time of the day follows.
fn date(rest: &[u8], start: usize) -> Option<Lone> {
    let [_, _, _, _, first, m0, m1, second, d0, d1, after, ..] = rest else { return None };
    let digits = [m0, m1, d0, d1].iter().all(|byte| byte.is_ascii_digit());
    if !matches!(first, b'-' | b'/') || first != second || !digits {
        return None;
    }
    let end = start.saturating_add(10);
    match after {
        b',' | b';' | b'"' | b'\'' | b'\n' | b'\r' | b'\t' | b'|' | b')' | b'<' | b']' => {
            Some(Lone::Date { start, end })
        }
        b'T' => time(rest.get(11..)?)
            .map(|size| Lone::Nothing { end: end.saturating_add(1).saturating_add(size) }),
        _ => None,
    }
}

/// Bytes of a time of the day after a date, `09:15:22.123Z`, but midnight, at which nobody was born by the records.
fn time(rest: &[u8]) -> Option<usize> {
    let [h0, h1, b':', m0, m1, b':', s0, s1, rest @ ..] = rest else { return None };
    let digits = [h0, h1, m0, m1, s0, s1].iter().all(|byte| byte.is_ascii_digit());
    if !digits || (*h0, *h1) == (b'0', b'0') {
        return None;
    }
    let parts = match rest {
        [b'.', parts @ ..] => {
            parts.iter().take(10).take_while(|byte| byte.is_ascii_digit()).count().saturating_add(1)
        }
        _ => 0,
    };
    let after = rest.get(parts..)?;
    let zone = usize::from(after.starts_with(b"Z"));
    is_over(after.get(zone..)?).then(|| parts.saturating_add(zone).saturating_add(8))
}

/// Whether the byte before the digits belongs to no value that they could be the end of.
fn is_closed_before(bytes: &[u8], trigger: usize, before: u8, count: usize) -> bool {
    match before {
        b',' | b';' | b'=' | b'"' | b'\'' | b'\n' | b'\t' | b'|' | b'>' | b'<' | b'*' | b'~' | b'#'
        | b'&' | b'?' => true,
        // An address of the network was looked for at the group before the colon.
        b':' => network::is_asked_before(bytes, trigger, count),
        // Plates and others have two, three or five letters before the space.
        b' ' => {
            count < 3 || !matches!(letters_before(bytes, trigger.saturating_sub(1)), None | Some(2 | 3 | 5))
        }
        _ => false,
    }
}

/// Where the number ends with its decimals, if what follows the digits ends it and is no part of a date.
fn closed(bytes: &[u8], end: usize, before: u8, count: usize) -> Option<usize> {
    let rest = bytes.get(end..)?;
    let is_over = match rest {
        [
            b';' | b')' | b'"' | b'\'' | b'\n' | b'\r' | b'\t' | b'|' | b'<' | b'>' | b'=' | b'!' | b'?'
            | b'&' | b']' | b'}',
            ..,
        ] => true,
        [b':', ..] => before == b':',
        // `March 5, 1985` and `5,March 1985`.
        [b',', ..] if count > 2 => true,
        [b',', next, ..] => before != b' ' && *next != b' ' && next.is_ascii() && !next.is_ascii_alphabetic(),
        [b' ', rest @ ..] => is_plain_word(rest),
        [b'.', rest @ ..] => {
            return decimals(rest, before, count).map(|size| end.saturating_add(size).saturating_add(1));
        }
        _ => false,
    };
    is_over.then_some(end)
}

/// How many digits follow a point, none where it ends a sentence, and nothing else.
fn decimals(rest: &[u8], before: u8, count: usize) -> Option<usize> {
    if let [b' ', rest @ ..] = rest {
        return is_plain_word(rest).then_some(0);
    }
    let size = rest.iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
    let after = rest.get(size..)?;
    let is_over = if before == b':' {
        // The parts of a second.
        let after = after.strip_prefix(b"Z").unwrap_or(after);
        // Seven digits can be a telephone number.
        size <= DIGITS_MAX && is_over(after)
    } else {
        count <= 4 && (1..=2).contains(&size) && is_over(after)
    };
    is_over.then_some(size)
}

/// Whether a mark ends the number, or a space and a word.
fn is_over(after: &[u8]) -> bool {
    match after {
        [b' ', rest @ ..] => is_plain_word(rest),
        [first, ..] => {
            matches!(first, b',' | b';' | b')' | b'"' | b'\'' | b'\n' | b'\t' | b'|' | b']' | b'}')
        }
        [] => false,
    }
}

/// Whether a mark or a word without digits begins here that is no name of a month or a street.
fn is_plain_word(rest: &[u8]) -> bool {
    match rest {
        [first, second, third, ..] if first.is_ascii_alphabetic() => {
            let letters = rest.iter().take(LETTERS_MAX).take_while(|byte| byte.is_ascii_alphabetic()).count();
            let over = rest.get(letters).is_some_and(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric());
            // A capital may begin the name of a street, but not of one in capitals alone.
            let plain = first.is_ascii_lowercase() || rest.iter().take(letters).all(u8::is_ascii_uppercase);
            over && plain && !is_month([first | 0x20, *second, *third])
        }
        [b'=' | b',' | b';' | b'"' | b'|' | b'<' | b'>' | b':' | b'[' | b'{' | b'&', ..] => true,
        _ => false,
    }
}

const fn is_month(three: [u8; 3]) -> bool {
    let [a, b, c] = three;
    matches!(
        &[a, b | 0x20, c | 0x20],
        b"jan"
            | b"feb"
            | b"mar"
            | b"apr"
            | b"may"
            | b"jun"
            | b"jul"
            | b"aug"
            | b"sep"
            | b"oct"
            | b"nov"
            | b"dec"
    )
}

/// How many letters end at `end`; `None` where what stands there is not ASCII.
fn letters_before(bytes: &[u8], end: usize) -> Option<usize> {
    let head = bytes.get(..end)?;
    let letters = head.iter().rev().take(LETTERS_MAX).take_while(|byte| byte.is_ascii_alphabetic()).count();
    head.iter().rev().nth(letters).is_none_or(u8::is_ascii).then_some(letters)
}
