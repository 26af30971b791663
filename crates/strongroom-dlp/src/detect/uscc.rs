//! 统一社会信用代码, GB 32100-2015.

use super::{Hit, Window, number};
use crate::Entity;
use crate::fact::Fact;

/// The 31 characters of the standard, in the order of their values.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

pub(crate) fn find(window: &Window<'_>) -> Option<Hit> {
    if window.text.len() != 18 || !window.is_uniform() || !is_valid(window.text) {
        return None;
    }
    let hit = window.hit(Entity::CnUscc, 0.0).with(Fact::Gb32100Mod31).with(Fact::Registry);
    let score = match (is_region(window.text), hit.numeric) {
        (true, false) => 0.9,
        // 18 digits alone pass by chance far more often than a mix of letters and digits.
        (true, true) => 0.6,
        (false, false) => 0.55,
        (false, true) => 0.3,
    };
    let hit = Hit { score, ..hit };
    Some(if is_region(window.text) { hit.with(Fact::Region) } else { hit })
}

/// 18 characters in upper case: registry and kind of organisation, six digits of region, and the check character.
#[expect(clippy::unnested_or_patterns, reason = "one line for each registry reads as the standard does")]
pub(crate) fn is_valid(code: &[u8]) -> bool {
    let (Some((last, body)), 18) = (code.split_last(), code.len()) else { return false };
    let registry = matches!(
        body,
        [b'1', b'1'..=b'3' | b'9', ..]
            | [b'2', b'1' | b'9', ..]
            | [b'3', b'1'..=b'5' | b'9', ..]
            | [b'4', b'1' | b'9', ..]
            | [b'5', b'1'..=b'3' | b'9', ..]
            | [b'6', b'1' | b'2' | b'9', ..]
            | [b'7', b'1' | b'2' | b'9', ..]
            | [b'8', b'1' | b'9', ..]
            | [b'9', b'1'..=b'3', ..]
            | [b'A', b'1' | b'9', ..]
            | [b'N', b'1'..=b'3' | b'9', ..]
            | [b'Y', b'1', ..]
    );
    let region = body.get(2..8).is_some_and(|region| region.iter().all(u8::is_ascii_digit));
    registry && region && check_character(body).is_some_and(|check| check == *last)
}

/// C18 = 31 - (sum of value * 3^(i-1) mod 31), where 31 stands for 0.
fn check_character(body: &[u8]) -> Option<u8> {
    let (mut sum, mut weight) = (0_u32, 1_u32);
    for character in body {
        let value = ALPHABET.iter().position(|known| known == character)?;
        sum = sum.saturating_add(u32::try_from(value).ok()?.saturating_mul(weight));
        weight = weight.saturating_mul(3) % 31;
    }
    let place = 31_u32.saturating_sub(sum % 31) % 31;
    ALPHABET.get(usize::try_from(place).ok()?).copied()
}

/// The province of the region, or 10 for the national registry.
fn is_region(code: &[u8]) -> bool {
    let province = code.get(2..4).map(number);
    matches!(province, Some(10..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81 | 82))
}
