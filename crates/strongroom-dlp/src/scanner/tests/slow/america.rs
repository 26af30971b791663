//! The Americas.

use super::{LETTERS, digits, is_day, is_made_of, is_one_digit_over_and_over, luhn, number, weighed};

/// A social security number of the United States (Social Security Administration, randomization of 2011): the area is
/// not 000, 666 or 900 to 999, the group not 00, the serial not 0000.
pub(in super::super) fn us_ssn(number: &str) -> bool {
    digits(number, 9).is_some()
        && !["000", "666"].contains(&&number[..3])
        && !number.starts_with('9')
        && &number[3..5] != "00"
        && &number[5..] != "0000"
}

/// An individual taxpayer identification number (IRS, Internal Revenue Manual 3.21.263): 9, and the fourth and fifth
/// digits from 50 to 65, 70 to 88, 90 to 92 or 94 to 99.
pub(in super::super) fn us_itin(text: &str) -> bool {
    let given_out = |middle| matches!(middle, 50..=65 | 70..=88 | 90..=92 | 94..=99);
    digits(text, 9).is_some() && text.starts_with('9') && given_out(number(&text[3..5]))
}

/// A routing number (American Bankers Association, Routing Number Policy): the first two digits are 00 of the
/// government, 01 to 12 of the Federal Reserve districts, 21 to 32 of thrifts, 61 to 72 of electronic transfers, or 80
/// of traveller's cheques; 3 7 1 as weights, a multiple of 10. None is all zeros.
pub(in super::super) fn us_routing(text: &str) -> bool {
    let Some(digits) = digits(text, 9) else { return false };
    let prefix = number(&text[..2]);
    let used = prefix <= 12 || (21..=32).contains(&prefix) || (61..=72).contains(&prefix) || prefix == 80;
    used && text != "000000000" && weighed(&digits, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}

/// A social insurance number of Canada (Employment and Social Development Canada): nine digits with the Luhn digit; those
/// that begin with 8 are of businesses.
pub(in super::super) fn ca_sin(number: &str) -> bool {
    digits(number, 9).is_some()
        && !number.starts_with('8')
        && luhn(number)
        && !is_one_digit_over_and_over(number)
}

/// CURP (RENAPO, Instructivo Normativo, Diario Oficial de la Federación of 18 October 2021): four letters of the names,
/// day of birth, sex, state, three consonants, a character that is a digit for those born up to 1999 and a letter for
/// those born later, and a check digit: values in the order 0 to 9, A to N, Ñ, O to Z, weights from 18 down to 2.
/// Nobody on paper is born after 2049.
pub(in super::super) fn mx_curp(curp: &str) -> bool {
    let consonants = "BCDFGHJKLMNPQRSTVWXYZ";
    let states =
        "AS BC BS CC CL CM CS CH DF DG GT GR HG JC MC MN MS NT NL OC PL QT QR SP SL SR TC TS TL VZ YN ZS NE";
    if curp.len() != 18 || digits(&curp[4..10], 6).is_none() {
        return false;
    }
    let names = is_made_of(&curp[..4], &[LETTERS, "AEIOUX", LETTERS, LETTERS])
        && is_made_of(&curp[13..16], &[consonants, consonants, consonants]);
    let century = match curp.as_bytes()[16] {
        b'0'..=b'9' => 1900,
        b'A'..=b'Z' => 2000,
        _ => return false,
    };
    let year = century + number(&curp[4..6]);
    let born = year < 2050 && is_day(year, number(&curp[6..8]), number(&curp[8..10]));
    // X is of those who are neither, since 2023.
    let sex = ["H", "M", "X"].contains(&&curp[10..11]);
    let state = states.split(' ').any(|state| state == &curp[11..13]);

    let order: Vec<char> = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ".chars().collect();
    let mut sum = 0;
    for (place, c) in curp[..17].chars().enumerate() {
        sum += order.iter().position(|other| *other == c).unwrap_or(0) * (18 - place);
    }
    let check = (10 - sum % 10) % 10;
    names && born && sex && state && curp.ends_with(&check.to_string())
}

/// The check digit of both Brazilian numbers: the weights 2, 3 and on from the right, up to `most` and then again from
/// 2; 11 less the remainder modulo 11, or 0 where that has two digits (Receita Federal). A letter of a CNPJ counts as
/// its ASCII code less 48 (Instrução Normativa RFB 2.229/2024).
fn brazilian_check(body: &str, most: u32) -> String {
    let (mut sum, mut weight) = (0, 2);
    for c in body.chars().rev() {
        sum += (u32::from(c) - 48) * weight;
        weight = if weight == most { 2 } else { weight + 1 };
    }
    let check = 11 - sum % 11;
    if check > 9 { "0".to_owned() } else { check.to_string() }
}

/// CPF (Receita Federal): nine digits and two check digits, the second over the first.
pub(in super::super) fn br_cpf(cpf: &str) -> bool {
    if digits(cpf, 11).is_none() || is_one_digit_over_and_over(cpf) {
        return false;
    }
    let first = brazilian_check(&cpf[..9], 11);
    let second = brazilian_check(&format!("{}{first}", &cpf[..9]), 11);
    cpf.ends_with(&format!("{first}{second}"))
}

/// CNPJ (Instrução Normativa RFB 2.229/2024): twelve digits or letters and two check digits.
pub(in super::super) fn br_cnpj(cnpj: &str) -> bool {
    if cnpj.len() != 14 || digits(&cnpj[12..], 2).is_none() || is_one_digit_over_and_over(cnpj) {
        return false;
    }
    let first = brazilian_check(&cnpj[..12], 9);
    let second = brazilian_check(&format!("{}{first}", &cnpj[..12]), 9);
    cnpj.ends_with(&format!("{first}{second}"))
}
