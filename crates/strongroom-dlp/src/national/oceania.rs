//! Australia and New Zealand.

use super::{is_digits, is_repeated, last, number, part, weigh};

/// Australian business number: eleven digits, 1 taken from the first, the weighted sum a multiple of 89 (Australian
/// Business Register).
pub(crate) fn is_au_abn(id: &[u8]) -> bool {
    let sum = weigh(id, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    is_digits(id, 11) && id.first() != Some(&b'0') && sum.saturating_sub(10).is_multiple_of(89)
}

/// Medicare card number: eight digits that begin with 2 to 6, a check digit modulo 10, the issue of the card, and
/// sometimes the place of the person on it (Services Australia).
pub(crate) fn is_au_medicare(id: &[u8]) -> bool {
    let is_place = |place: usize| id.get(place).is_none_or(|digit| *digit != b'0');
    (is_digits(id, 10) || is_digits(id, 11))
        && matches!(id.first(), Some(b'2'..=b'6'))
        && part(id, 8, 9) == Some(weigh(id, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10)
        && is_place(9)
        && is_place(10)
}

/// Tax file number: nine digits, or eight of the older ones, with the weighted sum a multiple of 11 (Australian
/// Taxation Office). The weights of eight are those of its former page `obtainTFNalgorithm`, as others quote them.
pub(crate) fn is_au_tfn(id: &[u8]) -> bool {
    let sum = match id.len() {
        8 => weigh(id, &[10, 7, 8, 4, 6, 3, 5, 1]),
        9 => weigh(id, &[1, 4, 3, 7, 5, 8, 6, 9, 10]),
        _ => return false,
    };
    is_digits(id, id.len()) && !is_repeated(id) && sum.is_multiple_of(11)
}

/// The numbers that Inland Revenue gives out. Its specification of 2016 ends at 150-000-000, for the ten years from then;
/// a later bound was not found, so there is room above it.
const IRD_MIN: u32 = 10_000_000;
const IRD_MAX: u32 = 200_000_000;

/// IRD number: seven or eight digits and a check digit modulo 11, with a second set of weights where the first gives 10
/// (Inland Revenue, RWT and NRWT specification).
pub(crate) fn is_nz_ird(id: &[u8]) -> bool {
    let (true, Some((check, body))) = (matches!(id.len(), 8 | 9), id.split_last()) else { return false };
    let digit = |weights: &[u32; 8]| {
        let weights = weights.get(8_usize.saturating_sub(body.len())..).unwrap_or_default();
        11_u32.saturating_sub(weigh(body, weights) % 11) % 11
    };
    let expected = match digit(&[3, 2, 7, 6, 5, 4, 3, 2]) {
        10 => digit(&[7, 4, 3, 2, 5, 2, 7, 6]),
        digit => digit,
    };
    is_digits(id, id.len()) && (IRD_MIN..=IRD_MAX).contains(&number(id)) && last(&[*check]) == Some(expected)
}
