//! 國民身分證統一編號 and 統一編號 of Taiwan.

use super::{Hit, Window, number};
use crate::Entity;
use crate::fact::Fact;

pub(crate) fn ubn(window: &Window<'_>) -> Option<Hit> {
    (window.is_single() && is_ubn(window.text))
        .then(|| window.hit(Entity::TwUbn, 0.6).with(Fact::TwUbnMod5).with_context_only())
}

/// The values of the letters A to Z: the county where the number was first given out, in the order of its founding.
const LETTERS: [u32; 26] =
    [10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33];

/// The number of two digits that a letter stands for.
pub(crate) fn letter_value(letter: u8) -> Option<u32> {
    LETTERS.get(usize::from(letter.wrapping_sub(b'A'))).copied()
}

/// A letter, 1 or 2, eight digits: tens of the letter, then weights 9 (its ones) down to 1, then the check digit.
pub(crate) fn is_national_id(id: &[u8]) -> bool {
    let Some((letter, digits)) = id.split_first() else { return false };
    let shape = digits.len() == 9
        && digits.iter().all(u8::is_ascii_digit)
        && matches!(digits.first(), Some(b'1' | b'2'));
    let Some(value) = letter_value(*letter) else { return false };
    let weights = [8, 7, 6, 5, 4, 3, 2, 1, 1];
    let start = (value / 10).saturating_add((value % 10).saturating_mul(9));
    let sum = digits.iter().zip(weights).fold(start, |sum: u32, (digit, weight)| {
        sum.saturating_add(number(&[*digit]).saturating_mul(weight))
    });
    shape && sum.is_multiple_of(10)
}

/// Eight digits; the digit sums of the products with 1 2 1 2 1 2 4 1 add up to a multiple of 5; where the seventh digit
/// is 7, its product 28 may count as 10 or as 1 + 0, that is one less than 10 or none.
pub(crate) fn is_ubn(id: &[u8]) -> bool {
    if id.len() != 8 || !id.iter().all(u8::is_ascii_digit) || id.iter().all(|digit| *digit == b'0') {
        return false;
    }
    let sum = id.iter().zip([1_u32, 2, 1, 2, 1, 2, 4, 1]).fold(0_u32, |sum, (digit, weight)| {
        let product = number(&[*digit]).saturating_mul(weight);
        sum.saturating_add(product / 10).saturating_add(product % 10)
    });
    let seven = id.get(6) == Some(&b'7');
    sum.is_multiple_of(5) || (seven && sum.saturating_add(1).is_multiple_of(5))
}
