//! 居民身份证, GB 11643-1999.

use super::{Hit, Window, is_date, number};
use crate::Entity;
use crate::fact::Fact;

/// Years of birth that are looked at: the standard's own example is of 1880.
const YEAR_MIN: u32 = 1850;
const YEAR_MAX: u32 = 2049;

/// Weights of the first 17 characters, 2^(17-i) mod 11.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS: &[u8; 11] = b"10X98765432";

pub(crate) fn find(window: &Window<'_>) -> Option<Hit> {
    match window.text.len() {
        18 if window.is_uniform() && is_valid(window.text) => {
            let hit = window.hit(Entity::CnResidentId, 0.0).with(Fact::Iso7064Mod11_2).with(Fact::BirthDate);
            // A number of 18 digits without a known region passes by chance once in some 30,000.
            let grouping = if window.is_single() { 0.0 } else { 0.1 };
            let hit = Hit { numeric: true, ..hit };
            Some(if is_province(window.text) {
                Hit { score: 0.9 - grouping, ..hit }.with(Fact::Region)
            } else {
                Hit { score: 0.4 - grouping, ..hit }
            })
        }
        15 if window.is_single() && is_old(window.text) => Some(
            window
                .hit(Entity::CnResidentId, 0.5)
                .with(Fact::BirthDate)
                .with(Fact::Region)
                .with_context_only(),
        ),
        _ => None,
    }
}

/// 18 characters in upper case: shape, birth date and check character. The region is not looked at, since codes of
/// regions that are no more stay on people's cards.
pub(crate) fn is_valid(id: &[u8]) -> bool {
    let (Some((last, body)), 18) = (id.split_last(), id.len()) else { return false };
    if !body.iter().all(u8::is_ascii_digit) || body.first() == Some(&b'0') {
        return false;
    }
    let (Some(year), Some(month), Some(day)) = (body.get(6..10), body.get(10..12), body.get(12..14)) else {
        return false;
    };
    let year = number(year);
    (YEAR_MIN..=YEAR_MAX).contains(&year)
        && is_date(year, number(month), number(day))
        && check_character(body) == Some(*last)
}

fn check_character(body: &[u8]) -> Option<u8> {
    let sum = body
        .iter()
        .zip(WEIGHTS)
        .fold(0_u32, |sum, (digit, weight)| sum.saturating_add(number(&[*digit]).saturating_mul(weight)));
    CHECK_CHARACTERS.get(usize::try_from(sum % 11).ok()?).copied()
}

/// The form of before 1999: no century, no check character.
fn is_old(id: &[u8]) -> bool {
    let (Some(year), Some(month), Some(day)) = (id.get(6..8), id.get(8..10), id.get(10..12)) else {
        return false;
    };
    let year = number(year).saturating_add(1900);
    id.iter().all(u8::is_ascii_digit) && is_province(id) && is_date(year, number(month), number(day))
}

/// The first two digits of GB/T 2260: the provinces, and 81, 82, 83 of the residence permits of Hong Kong, Macao, Taiwan.
fn is_province(id: &[u8]) -> bool {
    let province = id.get(..2).map(number);
    matches!(province, Some(11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83))
}
