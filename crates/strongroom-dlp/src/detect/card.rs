//! Payment card numbers, ISO/IEC 7812-1: issuer range, length, Luhn digit.

use super::{Hit, Window, number};
use crate::Entity;
use crate::fact::Fact;

pub(crate) fn find(window: &Window<'_>) -> Option<Hit> {
    let length = window.text.len();
    if !(12..=19).contains(&length) || !window.all_digits() || !window.is_uniform() {
        return None;
    }
    let (scheme, weight) = scheme(window.text)?;
    if !luhn(window.text) {
        return None;
    }
    // People write cards in fours, American Express in 4-6-5; other groupings are chance.
    let grouping = match window.sizes() {
        [_, 0, ..] => 0.0,
        [4, 4, 4, 1..=4, 0, ..] | [4, 4, 4, 4, 1..=3, 0, ..] | [4, 6, 4 | 5, 0, ..] | [6, 13, 0, ..] => 0.15,
        _ => -0.25,
    };
    Some(window.hit(Entity::CreditCard, weight + grouping).with(Fact::Luhn).with(scheme))
}

/// 2 or more digits whose Luhn sum is a multiple of ten.
pub(crate) fn luhn(digits: &[u8]) -> bool {
    /// The sum of the digits of twice a digit.
    const DOUBLED: [u32; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    if digits.len() < 2 || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum = digits.rchunks(2).fold(0_u32, |sum, pair| {
        let (double, plain) = match pair {
            [double, plain] => (*double, *plain),
            [plain] => (b'0', *plain),
            _ => return sum,
        };
        let doubled = DOUBLED.get(usize::from(double & 0x0F)).copied().unwrap_or(0);
        sum.wrapping_add(doubled).wrapping_add(u32::from(plain & 0x0F))
    });
    sum.is_multiple_of(10)
}

/// The scheme whose ranges and lengths hold this number, and the score that it and the Luhn digit give.
///
/// One number in ten passes Luhn by chance, so ranges that are wide or old weigh less than the threshold.
fn scheme(digits: &[u8]) -> Option<(Fact, f32)> {
    if !matches!(
        (digits.first()?, digits.len()),
        (b'2' | b'8', 16) | (b'3', 14..) | (b'4', 13 | 16 | 19) | (b'5' | b'6', _)
    ) {
        return None;
    }
    let prefix = digits.get(..6).map(number)?;
    let (two, three, four) = (prefix / 10_000, prefix / 1_000, prefix / 100);
    Some(match (digits.len(), prefix) {
        (15, _) if matches!(two, 34 | 37) => (Fact::Amex, 0.65),
        (14, _) if matches!(three, 300..=305 | 309) || matches!(two, 36 | 38 | 39) => (Fact::Diners, 0.55),
        (16..=19, _) if (3528..=3589).contains(&four) => (Fact::Jcb, 0.6),
        (16, _) if (51..=55).contains(&two) || (2221..=2720).contains(&four) => (Fact::Mastercard, 0.65),
        (16, _) if (2200..=2204).contains(&four) => (Fact::Mir, 0.6),
        (16, _) if prefix / 100_000 == 4 => (Fact::Visa, 0.65),
        (19, _) if prefix / 100_000 == 4 => (Fact::Visa, 0.5),
        (13, _) if prefix / 100_000 == 4 => (Fact::Visa, 0.4),
        (16..=19, _) if two == 62 => (Fact::Unionpay, 0.65),
        (16..=19, _) if four == 6011 || two == 65 || (644..=649).contains(&three) => (Fact::Discover, 0.6),
        (16, _) if three == 508 || matches!(two, 60 | 81 | 82) => (Fact::Rupay, 0.45),
        (12..=19, _) if matches!(two, 50 | 56..=58 | 60 | 61 | 63 | 66..=69) => (Fact::Maestro, 0.35),
        _ => return None,
    })
}
