//! Detectors that look at the bytes around a group of digits rather than at a chain: what holds marks that join no
//! number, or characters that are no letters of ASCII.

use super::{Hit, civil, geo, named, network, plate, token};
use crate::chain::Chain;

/// Whether a date can begin with these digits and the byte after them, or have them as its day.
fn may_be_date(digits: &[u8], after: u8) -> bool {
    let century = digits.starts_with(b"19") || digits.starts_with(b"20");
    match digits.len() {
        8 => century,
        4 => century && matches!(after, b'-' | b'/' | b'.' | b' ' | 0x80..),
        1..=3 => matches!(after, b'-' | b'/' | b'.' | b' ' | b',' | b's' | b'n' | b'r' | b't' | 0x80..),
        _ => false,
    }
}

/// Calls those detectors that the bytes beside each group call for.
pub(crate) fn run(bytes: &[u8], chain: &Chain, found: &mut dyn FnMut(Hit)) {
    for (place, group) in chain.groups.iter().enumerate().take(chain.starts) {
        if group.numerals > 0 {
            continue;
        }
        let before =
            group.start.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or(b'\n');
        let after = bytes.get(group.end).copied().unwrap_or(b'\n');
        let size = group.to.saturating_sub(group.from);
        if before == b':' || after == b':' {
            network::ip_v6(bytes, group.start).into_iter().for_each(&mut *found);
        }
        if matches!(after, b':' | b'-' | b'.') && matches!(size, 2 | 4) {
            network::mac(bytes, group.start).into_iter().for_each(&mut *found);
        }
        if matches!(size, 3..=7) && !before.is_ascii_digit() {
            plate::find(bytes, chain.text(group), group).into_iter().for_each(&mut *found);
        }
        if !group.letters && may_be_date(chain.text(group), after) {
            civil::birth_date(bytes, group).into_iter().for_each(&mut *found);
        }
        if !group.letters && size <= 3 && after == b'.' {
            geo::coordinates(bytes, group).into_iter().for_each(&mut *found);
        }
        if matches!(after, b' ' | 0xE5..=0xE8) && size <= 6 {
            named::address(bytes, group).into_iter().for_each(&mut *found);
        }
        // A token of several parts is looked for at the first of them, or at one that is long.
        if size >= 8 || (place == 0 && matches!(before, b'_' | b'-')) {
            token::find(bytes, group.start, found);
        }
        if chain.text(group).starts_with(b"EYJ") {
            token::jwt(bytes, group.start).into_iter().for_each(&mut *found);
        }
    }
    if let Some(start) = chain.long {
        token::find(bytes, start, found);
        token::jwt(bytes, start).into_iter().for_each(found);
    }
}
