//! Brazil, Canada, Mexico and the United States.

use super::{is_birth, is_digits, is_repeated, is_shaped, last, part, weigh};
use crate::detect::base36;
use crate::detect::card::luhn;

/// Cadastro de Pessoas Físicas: nine digits and two check digits, each modulo 11 (Receita Federal).
pub(crate) fn is_br_cpf(id: &[u8]) -> bool {
    is_digits(id, 11) && !is_repeated(id) && has_brazilian_checks(id, 11)
}

/// Cadastro Nacional da Pessoa Jurídica: twelve characters, letters among them since 2026, and two check digits modulo
/// 11 (Instrução Normativa RFB 2.229/2024).
pub(crate) fn is_br_cnpj(id: &[u8]) -> bool {
    is_shaped(id, b"************99") && !is_repeated(id) && has_brazilian_checks(id, 9)
}

/// Whether the last two digits are the checks of all that stands before each of them.
fn has_brazilian_checks(id: &[u8], weight_max: u32) -> bool {
    let holds = |length: Option<usize>| {
        let (body, check) = (length.and_then(|at| id.get(..at)), length.and_then(|at| id.get(at)));
        let (Some(body), Some(check)) = (body, check) else { return false };
        brazilian_check(body, weight_max) == u32::from(check.wrapping_sub(b'0'))
    };
    holds(id.len().checked_sub(2)) && holds(id.len().checked_sub(1))
}

/// Weights from 2 up to the greatest, over and over from the right. A letter counts as its ASCII code less 48.
fn brazilian_check(body: &[u8], weight_max: u32) -> u32 {
    let sum = body.iter().rev().zip((2..=weight_max).cycle()).fold(0_u32, |sum, (character, weight)| {
        sum.saturating_add(u32::from(character.wrapping_sub(b'0')).saturating_mul(weight))
    });
    match sum % 11 {
        0 | 1 => 0,
        rest => 11_u32.saturating_sub(rest),
    }
}

/// Social insurance number of Canada: nine digits with the Luhn digit. The first is the region, or 0 for the individual
/// tax numbers of the same form, or 9 for temporary residents; 8 is for businesses only.
pub(crate) fn is_ca_sin(id: &[u8]) -> bool {
    is_digits(id, 9) && !is_repeated(id) && id.first() != Some(&b'8') && luhn(id)
}

/// The 32 states, and NE for those born abroad.
#[rustfmt::skip]
const MX_STATES: [&[u8; 2]; 33] = [
    b"AS", b"BC", b"BS", b"CC", b"CH", b"CL", b"CM", b"CS", b"DF", b"DG", b"GR", b"GT", b"HG", b"JC", b"MC", b"MN",
    b"MS", b"NE", b"NL", b"NT", b"OC", b"PL", b"QR", b"QT", b"SL", b"SP", b"SR", b"TC", b"TL", b"TS", b"VZ", b"YN",
    b"ZS",
];

/// Clave Única de Registro de Población: name, birth date, sex, state, consonants of the name, a character that tells
/// the century (a digit up to 1999, a letter from 2000), and a check digit modulo 10 (RENAPO, DOF of 18 October 2021).
pub(crate) fn is_mx_curp(id: &[u8]) -> bool {
    let (Some(state), Some(names), Some(century)) = (id.get(11..13), id.get(13..16), id.get(16)) else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) = (part(id, 4, 6), part(id, 6, 8), part(id, 8, 10)) else {
        return false;
    };
    let years = if century.is_ascii_digit() { 1900 } else { 2000 };
    let is_vowel = |letter: &u8| matches!(letter, b'A' | b'E' | b'I' | b'O' | b'U');
    is_shaped(id, b"AAAA999999AAAAAA*9")
        && id.get(1).is_some_and(|letter| is_vowel(letter) || *letter == b'X')
        && matches!(id.get(10), Some(b'H' | b'M' | b'X'))
        && MX_STATES.iter().any(|known| known.as_slice() == state)
        && !names.iter().any(is_vowel)
        && is_birth(year.saturating_add(years), month, day)
        && curp_check(id) == last(id)
}

/// Values in the order 0-9, A-N, Ñ, O-Z; weights from 18 down to 2.
fn curp_check(id: &[u8]) -> Option<u32> {
    let sum = id.iter().zip((2..=18_u32).rev()).try_fold(0_u32, |sum, (character, weight)| {
        let value = base36(*character)?;
        let value = value.saturating_add(u32::from(*character >= b'O'));
        Some(sum.saturating_add(value.saturating_mul(weight)))
    })?;
    Some(10_u32.saturating_sub(sum % 10) % 10)
}

/// Routing number of the American Bankers Association: a prefix of a Federal Reserve district, of a thrift, of an
/// electronic or a government payment, and the sum with the weights 3, 7, 1 a multiple of 10.
pub(crate) fn is_us_bank_routing(id: &[u8]) -> bool {
    is_digits(id, 9)
        && !is_repeated(id)
        && matches!(part(id, 0, 2), Some(0..=12 | 21..=32 | 61..=72 | 80))
        && weigh(id, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}

/// Individual taxpayer identification number: it begins with 9, and its middle is in the ranges given out (IRS,
/// Publication 1915 and IRM 3.21.263).
pub(crate) fn is_us_itin(id: &[u8]) -> bool {
    is_digits(id, 9)
        && id.first() == Some(&b'9')
        && matches!(part(id, 3, 5), Some(50..=65 | 70..=88 | 90..=92 | 94..=99))
}
