//! Europe, the Americas, Australia and New Zealand.
#![expect(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "sums of a few digits")]

use super::{digits, is_day, letter, luhn, values, weigh};

/// Business number of Australia: eleven digits; one less in the first place, modulo 89.
pub fn au_abn(text: &str) -> bool {
    let Some(number) = digits(text, 11) else { return false };
    // Ten less is the weight of the first digit, from which the rule takes one.
    let sum = weigh(&number, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    number[0] > 0 && (sum - 10).is_multiple_of(89)
}

/// Medicare card number of Australia: the first digit 2 to 6, a check digit in the ninth place, then the issue.
pub fn au_medicare(text: &str) -> bool {
    let Some(number) = digits(text, 10) else { return false };
    (2..=6).contains(&number[0])
        && number[8] == weigh(&number, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10
        && number[9] > 0
}

/// Tax file number of Australia: nine digits, modulo 11.
pub fn au_tfn(text: &str) -> bool {
    digits(text, 9).is_some_and(|number| weigh(&number, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11))
}

/// IRD number of New Zealand: eight or nine digits in the range given out; modulo 11, with second weights.
pub fn nz_ird(text: &str) -> bool {
    let padded = format!("{text:0>9}");
    let Some(number) = digits(&padded, 9).filter(|_| matches!(text.len(), 8 | 9)) else { return false };
    let whole = number.iter().fold(0_u32, |whole, digit| whole * 10 + digit);
    let check = |weights: &[u32]| (11 - weigh(&number, weights) % 11) % 11;
    let first = check(&[3, 2, 7, 6, 5, 4, 3, 2]);
    let check = if first == 10 { check(&[7, 4, 3, 2, 5, 2, 7, 6]) } else { first };
    (10_000_000..=150_000_000).contains(&whole) && check == number[8]
}

/// Whether all digits are one: such numbers pass some sums and are never given out.
fn is_uniform(number: &[u32]) -> bool {
    number.windows(2).all(|pair| pair[0] == pair[1])
}

/// CPF of Brazil: nine digits and two check digits.
pub fn br_cpf(text: &str) -> bool {
    let Some(number) = digits(text, 11).filter(|number| !is_uniform(number)) else { return false };
    let check = |sum: u32| sum * 10 % 11 % 10;
    number[9] == check(weigh(&number, &[10, 9, 8, 7, 6, 5, 4, 3, 2]))
        && number[10] == check(weigh(&number, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]))
}

/// CNPJ of Brazil: twelve digits and two check digits.
pub fn br_cnpj(text: &str) -> bool {
    let Some(number) = digits(text, 14).filter(|number| !is_uniform(number)) else { return false };
    let check = |sum: u32| if sum % 11 < 2 { 0 } else { 11 - sum % 11 };
    number[12] == check(weigh(&number, &[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]))
        && number[13] == check(weigh(&number, &[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]))
}

/// Social insurance number of Canada: nine digits, Luhn.
pub fn ca_sin(text: &str) -> bool {
    digits(text, 9).is_some_and(|number| number[0] != 8) && luhn(text)
}

/// CURP of Mexico: eighteen characters, the last of which checks the others with weights from 18 down, modulo 10.
pub fn mx_curp(text: &str) -> bool {
    const ALPHABET: &str = "0123456789ABCDEFGHIJKLMN\u{d1}OPQRSTUVWXYZ";
    let places: Vec<u32> = text
        .chars()
        .filter_map(|c| ALPHABET.chars().position(|other| other == c))
        .filter_map(|at| u32::try_from(at).ok())
        .collect();
    let weights: Vec<u32> = (2..=18).rev().collect();
    places.len() == 18 && places[17] == (10 - weigh(&places, &weights) % 10) % 10
}

/// Routing number of the American Bankers Association: nine digits, weights 3, 7, 1; the first two name a district.
pub fn us_bank_routing(text: &str) -> bool {
    let Some(number) = digits(text, 9) else { return false };
    let district = number[0] * 10 + number[1];
    matches!(district, 1..=12 | 21..=32) && weigh(&number, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}

/// Tax identification number of Germany: eleven digits; of the first ten, one comes twice or three times and no other
/// twice; ISO 7064 MOD 11,10.
pub fn de_tax_id(text: &str) -> bool {
    let Some(number) = digits(text, 11) else { return false };
    let body = &number[..10];
    let mut counts = [0_u32; 10];
    for digit in body {
        counts[usize::try_from(*digit).unwrap_or(0)] += 1;
    }
    let repeated: Vec<u32> = counts.into_iter().filter(|count| *count > 1).collect();
    let is_run = body.windows(3).any(is_uniform);
    let product = body.iter().fold(10, |product, digit| match (digit + product) % 10 {
        0 => 20 % 11,
        sum => sum * 2 % 11,
    });
    number[0] != 0 && matches!(repeated.as_slice(), [2 | 3]) && !is_run && number[10] == (11 - product) % 10
}

const NIF_LETTERS: &str = "TRWAGMYFPDXBNJZSQVHLCKE";

/// NIF (DNI) of Spain: eight digits and a letter, modulo 23.
pub fn es_nif(text: &str) -> bool {
    let number =
        text.get(..8).filter(|body| digits(body, 8).is_some()).and_then(|body| body.parse::<u32>().ok());
    text.len() == 9 && number.is_some_and(|number| text.ends_with(letter(NIF_LETTERS, number % 23)))
}

/// NIE of Spain: X, Y or Z for 0, 1 or 2, seven digits, and the letter of the NIF.
pub fn es_nie(text: &str) -> bool {
    let first = match text.chars().next() {
        Some('X') => "0",
        Some('Y') => "1",
        Some('Z') => "2",
        _ => return false,
    };
    text.get(1..).is_some_and(|rest| es_nif(&format!("{first}{rest}")))
}

/// Personal identity code of Finland: birth date, sign of the century, three digits, modulo 31.
pub fn fi_hetu(text: &str) -> bool {
    let numbers = text.get(..6).zip(text.get(7..10)).filter(|_| text.len() == 11);
    let Some((date, serial)) = numbers else { return false };
    let Some(date_digits) = digits(date, 6) else { return false };
    let number: Option<u32> = format!("{date}{serial}").parse().ok();
    is_day(None, date_digits[2] * 10 + date_digits[3], date_digits[0] * 10 + date_digits[1])
        && matches!(text.get(6..7), Some("+" | "-" | "A"))
        && number.is_some_and(|n| text.ends_with(letter("0123456789ABCDEFHJKLMNPRSTUVWXY", n % 31)))
}

/// Registration number of France (NIR): thirteen digits and a key, modulo 97. Corsica's letters are not drawn.
pub fn fr_nir(text: &str) -> bool {
    let number: Option<u64> =
        digits(text, 15).and_then(|_| text.get(..13)).and_then(|body| body.parse().ok());
    let key: Option<u64> = text.get(13..).and_then(|key| key.parse().ok());
    matches!(text.chars().next(), Some('1' | '2'))
        && number.zip(key).is_some_and(|(number, key)| key == 97 - number % 97)
}

/// Fiscal code of a person in Italy: sixteen characters, the last of which checks the others, modulo 26.
pub fn it_fiscal_code(text: &str) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let mut places = values(text);
    if places.len() != 16 || text.len() != 16 {
        return false;
    }
    places.truncate(15);
    let ordinal = |value: &u32| if *value < 10 { *value } else { value - 10 };
    let sum: u32 = places
        .iter()
        .enumerate()
        .map(|(at, value)| match (at % 2, ordinal(value)) {
            (0, ordinal) => ODD[usize::try_from(ordinal).unwrap_or(0)],
            (_, ordinal) => ordinal,
        })
        .sum();
    text.ends_with(letter("ABCDEFGHIJKLMNOPQRSTUVWXYZ", sum % 26))
}

/// Citizen service number of the Netherlands: nine digits, weights 9 down to 2 and minus 1, modulo 11.
pub fn nl_bsn(text: &str) -> bool {
    // Minus one is ten, modulo eleven.
    digits(text, 9)
        .is_some_and(|n| !is_uniform(&n) && weigh(&n, &[9, 8, 7, 6, 5, 4, 3, 2, 10]).is_multiple_of(11))
}

/// PESEL of Poland: birth date with the century in the month, weights 1, 3, 7, 9, modulo 10.
pub fn pl_pesel(text: &str) -> bool {
    let Some(number) = digits(text, 11) else { return false };
    is_day(None, (number[2] * 10 + number[3]) % 20, number[4] * 10 + number[5])
        && weigh(&number, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}

/// Personal identity number of Sweden, ten digits: birth date and Luhn.
pub fn se_personnummer(text: &str) -> bool {
    let Some(number) = digits(text, 10) else { return false };
    is_day(None, number[2] * 10 + number[3], number[4] * 10 + number[5]) && luhn(text)
}

/// NHS number: ten digits, modulo 11.
pub fn uk_nhs(text: &str) -> bool {
    let Some(number) = digits(text, 10).filter(|number| !is_uniform(number)) else { return false };
    number[9] == (11 - weigh(&number, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11
}
