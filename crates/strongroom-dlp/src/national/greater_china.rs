//! Macao, Taiwan's residents from abroad, and the permits of mainland China.

use super::{is_digits, is_shaped};
use crate::detect::{number, taiwan};

/// 統一證號 of foreigners in Taiwan: since 2021 a letter, 8 or 9, and eight digits; before, a letter, one of A to D, and
/// eight digits. The check digit is that of the identity card, where the second letter counts with its ones (內政部移民署).
pub(crate) fn is_tw_arc(id: &[u8]) -> bool {
    let [first, second, rest @ ..] = id else { return false };
    let (Some(first), true) = (taiwan::letter_value(*first), is_digits(rest, 8)) else { return false };
    let second = match second {
        b'8' | b'9' => number(&[*second]),
        b'A'..=b'D' => taiwan::letter_value(*second).unwrap_or(0) % 10,
        _ => return false,
    };
    let start =
        (first / 10).saturating_add((first % 10).saturating_mul(9)).saturating_add(second.saturating_mul(8));
    start.saturating_add(super::weigh(rest, &[7, 6, 5, 4, 3, 2, 1, 1])).is_multiple_of(10)
}

/// 澳門居民身份證, BIR: 1, 5 or 7 and seven digits, of which the last is a check digit that stands in brackets. How it is
/// made is not published (Direcção dos Serviços de Identificação).
pub(crate) fn is_mo_id(id: &[u8]) -> bool {
    is_digits(id, 8) && matches!(id.first(), Some(b'1' | b'5' | b'7'))
}

/// Permits to cross between mainland China, Hong Kong, Macao and Taiwan (国家移民管理局). None has a public check digit.
pub(crate) fn is_cn_travel_permit(id: &[u8]) -> bool {
    match id.first() {
        // 往来港澳通行证: C or W, a letter or digit, seven digits; in the letters O and I are left out.
        Some(b'C' | b'W') => is_shaped(id, b"A*9999999") && !matches!(id.get(1), Some(b'I' | b'O')),
        // 港澳居民来往内地通行证: H or M, eight digits of the holder, and on older ones two of the issue.
        Some(b'H' | b'M') => is_shaped(id, b"A99999999") || is_shaped(id, b"A9999999999"),
        // 大陆居民往来台湾通行证.
        Some(b'L' | b'T') => is_shaped(id, b"A99999999"),
        // 台湾居民来往大陆通行证.
        _ => is_digits(id, 8),
    }
}

/// The digits of an officer's certificate: 军字第12345678号.
pub(crate) fn is_cn_officer_digits(id: &[u8]) -> bool {
    (5..=8).contains(&id.len()) && is_digits(id, id.len())
}
