//! Detectors that look at the bytes around a group of digits rather than at a chain: what holds marks that join no
//! number, or characters that are no letters of ASCII.

use super::{Hit, civil, geo, named, network, plate, token};
use crate::chain::Chain;

/// Whether a date can begin with these digits and what follows them, or have them as its day.
///
/// It is asked of every group of digits, so it looks at two bytes; what it lets pass is read in full.
fn may_be_date(digits: &[u8], head: &[u8], rest: &[u8]) -> bool {
    let century = digits.starts_with(b"19") || digits.starts_with(b"20");
    let next = rest.get(1).copied().unwrap_or(0);
    match (digits.len(), rest.first().copied().unwrap_or(b'\n')) {
        (8, _) => century,
        // A sign, a space before a sign, or a character such as 年.
        (4, b'-' | b'/' | b'.') => century && matches!(next, b'0'..=b'9' | b' ' | 0x80..),
        (4, b' ') => century && matches!(next, b'-' | b'/' | b'.' | b' ' | 0x80..),
        (1..=2, b'.') if next.is_ascii_digit() => has_year(rest),
        (1..=2, b'.') => matches!(next, b' ' | 0x80..),
        // The name of a month stands before the day, or else a sign would follow.
        (1..=2, b' ') if next.is_ascii_digit() => {
            matches!(head, [.., b'a'..=b'z' | b'A'..=b'Z' | b'.', b' '])
        }
        // It may follow.
        (1..=2, b'-' | b'/' | b' ') => {
            matches!(next, b'0'..=b'9' | b' ' | b'-' | b'/' | b'.' | 0x80..) || is_month_letter(next)
        }
        (1..=2, b',') => matches!(next, b'0'..=b'9' | b' ') || is_month_letter(next),
        (1..=2, b's' | b'n' | b'r' | b't') => matches!(next, b't' | b'd' | b'h'),
        (1..=4, 0x80..) => (digits.len() < 4 || century) && !is_other_character(rest),
        _ => false,
    }
}

/// Whether a month and a year can follow the point after a day: `.2.1980`.
fn has_year(rest: &[u8]) -> bool {
    let month = rest.get(1..).unwrap_or_default();
    let size = month.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    match month.get(size..) {
        Some([b'.', year @ ..]) => {
            !year.first().is_some_and(u8::is_ascii_digit)
                || year.iter().take(4).filter(|b| b.is_ascii_digit()).count() == 4
        }
        Some([b' ' | 0x80.., ..]) => true,
        _ => false,
    }
}

/// Whether the name of a month begins so.
const fn is_month_letter(letter: u8) -> bool {
    matches!(letter | 0x20, b'j' | b'f' | b'm' | b'a' | b's' | b'o' | b'n' | b'd')
}

/// Whether this is a Chinese character that follows no part of a date.
fn is_other_character(rest: &[u8]) -> bool {
    matches!(rest.first(), Some(0xE4..=0xE9))
        && !["年", "月"].iter().any(|sign| rest.starts_with(sign.as_bytes()))
}

/// Whether the byte can join the groups of a hardware address.
const fn is_mark(byte: u8) -> bool {
    matches!(byte, b':' | b'-' | b'.')
}

/// Calls those detectors that the bytes beside each group call for.
pub(crate) fn run(bytes: &[u8], chain: &Chain, found: &mut dyn FnMut(Hit)) {
    for (place, group) in chain.groups.iter().enumerate().take(chain.starts) {
        if group.numerals > 0 {
            continue;
        }
        let before =
            group.start.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or(b'\n');
        let rest = bytes.get(group.end..).unwrap_or_default();
        let after = rest.first().copied().unwrap_or(b'\n');
        let size = group.to.saturating_sub(group.from);
        let asked = before == b':' && network::is_asked_before(bytes, group.start, size);
        if (before == b':' || after == b':') && !asked {
            network::ip_v6(bytes, group.start).into_iter().for_each(&mut *found);
        }
        // Of an address whose first digit is in its last group only the mark before that is seen.
        let mark = if is_mark(after) || place > 0 { after } else { before };
        if matches!((mark, size), (b':' | b'-', 2) | (b'.', 4)) && !asked {
            network::mac(bytes, group.start, mark).into_iter().for_each(&mut *found);
        }
        // A letter in the group, or a mark or a character before it.
        let joined_letter = || {
            matches!(
                bytes.get(..group.start),
                Some([.., b'a'..=b'z' | b'A'..=b'Z' | 0x80.., b' ' | b'-' | b'.'])
            )
        };
        if matches!(size, 3..=7) && (group.letters || before >= 0x80 || joined_letter()) {
            plate::find(bytes, chain.text(group), group).into_iter().for_each(&mut *found);
        }
        if !group.letters
            && size <= 8
            && may_be_date(chain.text(group), bytes.get(..group.start).unwrap_or_default(), rest)
        {
            civil::birth_date(bytes, group).into_iter().for_each(&mut *found);
        }
        if !group.letters && size <= 3 && matches!(rest, [b'.', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', ..]) {
            geo::coordinates(bytes, group).into_iter().for_each(&mut *found);
        }
        if size <= 6
            && (matches!(after, 0xE5..=0xE8)
                || (after == b' ' && rest.get(1).is_some_and(u8::is_ascii_uppercase)))
        {
            named::address(bytes, group).into_iter().for_each(&mut *found);
        }
        // A token of several parts is looked for at the first of them, or at one that is long.
        let joined = matches!(before, b'_' | b'-');
        // A number alone is none of them unless it is long enough to be written in base 58.
        if size >= (if group.letters { 16 } else { 26 })
            || (size >= 8 && (joined || matches!(after, b'_' | b'-')))
            || (place == 0 && joined)
        {
            token::find(bytes, group.start, found);
        }
        if group.letters && chain.text(group).starts_with(b"EYJ") {
            token::jwt(bytes, group.start).into_iter().for_each(&mut *found);
        }
    }
    if let Some(start) = chain.long {
        token::find(bytes, start, found);
        token::jwt(bytes, start).into_iter().for_each(found);
    }
}
