//! International bank account numbers, ISO 13616.

use super::{Hit, Window, base36};
use crate::Entity;
use crate::chain::join;
use crate::fact::Fact;

/// Countries of the registry and the length of their numbers.
#[rustfmt::skip]
const LENGTHS: &[(&[u8; 2], usize)] = &[
    (b"AD", 24), (b"AE", 23), (b"AL", 28), (b"AT", 20), (b"AZ", 28), (b"BA", 20), (b"BE", 16), (b"BG", 22),
    (b"BH", 22), (b"BI", 27), (b"BR", 29), (b"BY", 28), (b"CH", 21), (b"CR", 22), (b"CY", 28), (b"CZ", 24),
    (b"DE", 22), (b"DJ", 27), (b"DK", 18), (b"DO", 28), (b"EE", 20), (b"EG", 29), (b"ES", 24), (b"FI", 18),
    (b"FK", 18), (b"FO", 18), (b"FR", 27), (b"GB", 22), (b"GE", 22), (b"GI", 23), (b"GL", 18), (b"GR", 27),
    (b"GT", 28), (b"HN", 28), (b"HR", 21), (b"HU", 28), (b"IE", 22), (b"IL", 23), (b"IQ", 23), (b"IS", 26),
    (b"IT", 27), (b"JO", 30), (b"KW", 30), (b"KZ", 20), (b"LB", 28), (b"LC", 32), (b"LI", 21), (b"LT", 20),
    (b"LU", 20), (b"LV", 21), (b"LY", 25), (b"MC", 27), (b"MD", 24), (b"ME", 22), (b"MK", 19), (b"MN", 20),
    (b"MR", 27), (b"MT", 31), (b"MU", 30), (b"NI", 28), (b"NL", 18), (b"NO", 15), (b"OM", 23), (b"PK", 24),
    (b"PL", 28), (b"PS", 29), (b"PT", 25), (b"QA", 29), (b"RO", 24), (b"RS", 22), (b"RU", 33), (b"SA", 24),
    (b"SC", 31), (b"SD", 18), (b"SE", 24), (b"SI", 19), (b"SK", 24), (b"SM", 27), (b"SO", 23), (b"ST", 25),
    (b"SV", 28), (b"TL", 23), (b"TN", 24), (b"TR", 26), (b"UA", 29), (b"VA", 22), (b"VG", 24), (b"XK", 20),
    (b"YE", 30),
];

pub(crate) fn find(window: &Window<'_>) -> Option<Hit> {
    let first = window.text.first()?;
    if !first.is_ascii_uppercase() || !in_fours(window) || !is_valid(window.text) {
        return None;
    }
    Some(window.hit(Entity::Iban, 0.95).with(Fact::Iso7064Mod97_10).with(Fact::CountryLength))
}

/// A country of the registry with its length, check digits from 02 to 98, and the remainder 1 of ISO 7064 MOD 97-10.
pub(crate) fn is_valid(number: &[u8]) -> bool {
    let [a, b, c, d, rest @ ..] = number else { return false };
    let known = LENGTHS.binary_search_by(|(country, _)| (*country).cmp(&[*a, *b]));
    let length = known.ok().and_then(|place| LENGTHS.get(place)).map(|(_, length)| *length);
    if length != Some(number.len()) || !c.is_ascii_digit() || !d.is_ascii_digit() {
        return false;
    }
    let check = super::number(&[*c, *d]);
    let mut moved = rest.iter().chain([a, b, c, d]);
    let remainder = moved.try_fold(0_u32, |remainder, character| {
        let value = base36(*character)?;
        let shift = if value < 10 { 10 } else { 100 };
        Some(remainder.saturating_mul(shift).saturating_add(value) % 97)
    });
    (2..=98).contains(&check) && remainder == Some(1)
}

/// Written without gaps, or in fours with a shorter last group.
fn in_fours(window: &Window<'_>) -> bool {
    let before_last = window.groups.len().saturating_sub(1);
    let alike =
        window.joins().all(|join| join == join::SPACE) || window.joins().all(|join| join == join::DASH);
    window.is_single() || (alike && window.sizes().iter().take(before_last).all(|size| *size == 4))
}
