//! India, Japan, Korea, Malaysia, the Philippines, Singapore and Thailand.

use super::{is_birth, is_digits, is_repeated, is_shaped, is_short_date, last, letter, part, weigh};
use crate::detect::number;

/// Aadhaar: twelve digits, the first neither 0 nor 1, and the check digit of Verhoeff (UIDAI).
pub(crate) fn is_in_aadhaar(id: &[u8]) -> bool {
    is_digits(id, 12) && matches!(id.first(), Some(b'2'..=b'9')) && !is_repeated(id) && verhoeff(id)
}

/// Whether the products in the dihedral group of ten elements, each digit permuted by its place, come to 0 (J. Verhoeff,
/// Error Detecting Decimal Codes, 1969).
fn verhoeff(digits: &[u8]) -> bool {
    let permuted = |place: usize, digit: u32| (0..place % 8).fold(digit, |digit, _| permute(digit));
    let product = digits
        .iter()
        .rev()
        .enumerate()
        .fold(0, |product, (place, digit)| dihedral(product, permuted(place, number(&[*digit]))));
    product == 0
}

/// The permutation (1 5 8 9 4 2 7 0)(3 6).
const fn permute(digit: u32) -> u32 {
    match digit {
        0 => 1,
        1 => 5,
        2 => 7,
        3 => 6,
        4 => 2,
        5 => 8,
        6 => 3,
        7 => 0,
        8 => 9,
        _ => 4,
    }
}

/// The product in the dihedral group: 0 to 4 are turns, 5 to 9 are reflections.
const fn dihedral(a: u32, b: u32) -> u32 {
    let (turn, other) = (a % 5, b % 5);
    let reflected = (a >= 5) != (b >= 5);
    let turned =
        if a < 5 { turn.saturating_add(other) } else { turn.saturating_add(5).saturating_sub(other) };
    (turned % 5).saturating_add(if reflected { 5 } else { 0 })
}

/// Permanent account number: five letters, of which the fourth tells the kind of holder, four digits, a letter (Income
/// Tax Department; how the last letter is made is not published). The kinds are the ten of the department's own list; the
/// E and K of some others have no source.
pub(crate) fn is_in_pan(id: &[u8]) -> bool {
    let holder =
        matches!(id.get(3), Some(b'A' | b'B' | b'C' | b'F' | b'G' | b'H' | b'J' | b'L' | b'P' | b'T'));
    is_shaped(id, b"AAAAA9999A") && holder && part(id, 5, 9) != Some(0)
}

/// 個人番号, My Number: eleven digits and a check digit modulo 11 (Ordinance 85 of 2014 of the Ministry of Internal
/// Affairs and Communications, article 5).
pub(crate) fn is_jp_my_number(id: &[u8]) -> bool {
    let check = match weigh(id, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11 {
        0 | 1 => 0,
        rest => 11_u32.saturating_sub(rest),
    };
    is_digits(id, 12) && !is_repeated(id) && last(id) == Some(check)
}

/// 주민등록번호 and 외국인등록번호: birth date, a digit of sex and century, and six more. Up to October 2020 the last is a
/// check digit modulo 11; those given out later are random, so for them it is not asked for.
pub(crate) fn is_kr_rrn(id: &[u8]) -> bool {
    is_kr_rrn_shaped(id) && (has_kr_check(id) || is_kr_random(id))
}

/// Thirteen digits with a birth date and a digit of sex and century.
pub(crate) fn is_kr_rrn_shaped(id: &[u8]) -> bool {
    let Some((year, month, day)) = kr_born(id) else { return false };
    is_digits(id, 13) && is_birth(year, month, day)
}

/// Whether the last digit is the check digit, which counts 2 more for foreigners.
pub(crate) fn has_kr_check(id: &[u8]) -> bool {
    let foreign = matches!(id.get(6), Some(b'5'..=b'8'));
    let sum = weigh(id, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11;
    let from = if foreign { 13_u32 } else { 11 };
    last(id) == Some(from.saturating_sub(sum) % 10)
}

/// Whether the person was born so late that the number is random.
fn is_kr_random(id: &[u8]) -> bool {
    kr_born(id).is_some_and(|born| born >= (2020, 10, 5))
}

fn kr_born(id: &[u8]) -> Option<(u32, u32, u32)> {
    let century = match id.get(6)? {
        b'9' | b'0' => 1800_u32,
        b'1' | b'2' | b'5' | b'6' => 1900,
        b'3' | b'4' | b'7' | b'8' => 2000,
        _ => return None,
    };
    Some((century.saturating_add(part(id, 0, 2)?), part(id, 2, 4)?, part(id, 4, 6)?))
}

/// Number of the `MyKad` of Malaysia: birth date, code of the place of birth, four digits (Jabatan Pendaftaran Negara).
/// It has no check digit.
pub(crate) fn is_my_nric(id: &[u8]) -> bool {
    let (Some(year), Some(month), Some(day)) = (part(id, 0, 2), part(id, 2, 4), part(id, 4, 6)) else {
        return false;
    };
    let place = matches!(part(id, 6, 8), Some(1..=16 | 21..=68 | 71 | 72 | 74..=79 | 82..=93 | 98 | 99));
    is_digits(id, 12) && is_short_date(year, month, day) && place
}

/// Taxpayer identification number of the Philippines: nine digits, or with a branch of three or five (Bureau of
/// Internal Revenue; how its ninth digit is made is not published).
pub(crate) fn is_ph_tin(id: &[u8]) -> bool {
    let shape = is_digits(id, 9) || is_digits(id, 12) || is_digits(id, 14);
    shape && id.get(..9).is_some_and(|body| !is_repeated(body)) && part(id, 1, 8) != Some(0)
}

/// NRIC and FIN of Singapore: S or T for citizens and residents, F, G or M for foreigners, seven digits, and a check
/// letter modulo 11 (Immigration and Checkpoints Authority).
pub(crate) fn is_sg_nric(id: &[u8]) -> bool {
    let (Some(first), Some(digits)) = (id.first(), id.get(1..8)) else { return false };
    let (letters, offset): (&[u8; 11], u32) = match first {
        b'S' => (b"JZIHGFEDCBA", 0),
        b'T' => (b"JZIHGFEDCBA", 4),
        b'F' => (b"XWUTRQPNMLK", 0),
        b'G' => (b"XWUTRQPNMLK", 4),
        b'M' => (b"XWUTRQPNJLK", 3),
        _ => return false,
    };
    let sum = weigh(digits, &[2, 7, 6, 5, 4, 3, 2]).saturating_add(offset);
    is_shaped(id, b"A9999999A") && letter(letters, sum % 11) == id.last().copied()
}

/// Whether the second and third digit are a province of ISO 3166-2:TH.
pub(crate) fn has_th_province(id: &[u8]) -> bool {
    matches!(part(id, 1, 3), Some(10..=27 | 30..=58 | 60..=67 | 70..=77 | 80..=86 | 90..=96))
}

/// เลขประจำตัวประชาชน: kind of person 1 to 8, province and district, and a check digit modulo 11 (Department of
/// Provincial Administration). The province is not looked at, see [`has_th_province`].
pub(crate) fn is_th_tnin(id: &[u8]) -> bool {
    let sum = weigh(id, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    is_digits(id, 13)
        && matches!(id.first(), Some(b'1'..=b'8'))
        && last(id) == Some(11_u32.saturating_sub(sum % 11) % 10)
}
