//! 香港身份證: one or two letters, six digits, a check digit, mostly in brackets.

use super::{Hit, Window, base36};
use crate::Entity;
use crate::fact::Fact;
use crate::glyph::{self, Glyph};

pub(crate) fn find(window: &Window<'_>) -> Option<Hit> {
    if !window.is_single() {
        return None;
    }
    if is_valid(window.text) {
        // Without brackets it looks like any product code, of which one in eleven passes.
        return Some(window.hit(Entity::HkHkid, 0.45).with(Fact::HkidMod11));
    }
    let letters = window.text.len().checked_sub(6)?;
    let (prefix, digits) = window.text.split_at_checked(letters)?;
    let shape = matches!(prefix.len(), 1 | 2) && prefix.iter().all(u8::is_ascii_uppercase);
    if !shape || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (check, end, bracketed) = tail(window.bytes, window.end)?;
    let mut id = window.text.to_vec();
    id.push(check);
    let score = if bracketed { 0.85 } else { 0.5 };
    let hit = Hit { end, ..window.hit(Entity::HkHkid, score) }.with(Fact::HkidMod11);
    is_valid(&id).then(|| if bracketed { hit.with(Fact::Brackets) } else { hit })
}

/// 8 or 9 characters in upper case. A missing first letter counts as 36; weights run from 9 down to 1, mod 11.
pub(crate) fn is_valid(id: &[u8]) -> bool {
    let (Some(letters), Some((last, body))) = (id.len().checked_sub(7), id.split_last()) else {
        return false;
    };
    let (Some(prefix), Some(digits)) = (body.get(..letters), body.get(letters..)) else { return false };
    let shape = matches!(letters, 1 | 2)
        && prefix.iter().all(u8::is_ascii_uppercase)
        && digits.iter().all(u8::is_ascii_digit)
        && (last.is_ascii_digit() || *last == b'A');
    let missing = if letters == 1 { Some(36) } else { None };
    let values = missing.into_iter().chain(id.iter().filter_map(|character| base36(*character)));
    let weights = (1..=9_u32).rev();
    let sum = values
        .zip(weights)
        .fold(0_u32, |sum, (value, weight)| sum.saturating_add(value.saturating_mul(weight)));
    shape && sum.is_multiple_of(11)
}

/// The check digit after the six digits: `(3)`, ` (3)` or `-3`; where it ends, and whether it stands in brackets.
fn tail(bytes: &[u8], end: usize) -> Option<(u8, usize, bool)> {
    let (mut opening, _, mut at) = glyph::next_visible(bytes, end)?;
    if opening == Glyph::Mark(b' ') {
        (opening, _, at) = glyph::next_visible(bytes, at)?;
    }
    let (check, _, after) = glyph::next_visible(bytes, at)?;
    let check = check.alphanumeric()?;
    let following = glyph::next_visible(bytes, after);
    match (opening, following) {
        (Glyph::Mark(b'('), Some((Glyph::Mark(b')'), _, end))) => Some((check, end, true)),
        (Glyph::Mark(b'-'), None) => Some((check, after, false)),
        (Glyph::Mark(b'-'), Some((glyph, ..))) if glyph.alphanumeric().is_none() => {
            Some((check, after, false))
        }
        _ => None,
    }
}
