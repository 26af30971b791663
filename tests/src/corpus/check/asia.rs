//! China, Hong Kong, Taiwan, and the rest of Asia.
#![expect(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "sums of a few digits")]

use super::{digits, is_day, letter, values, weigh};

/// Citizen identity number of the mainland, GB 11643-1999: birth date, and ISO 7064 MOD 11-2 over 17 digits.
pub fn cn_resident_id(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let (Some(body), Some(check)) = (text.get(..17).and_then(|body| digits(body, 17)), text.get(17..)) else {
        return false;
    };
    let number = |range: &[u32]| range.iter().fold(0, |sum, digit| sum * 10 + digit);
    let year = number(&body[6..10]);
    (1800..2100).contains(&year)
        && is_day(Some(year), number(&body[10..12]), number(&body[12..14]))
        && check == letter("10X98765432", weigh(&body, &WEIGHTS) % 11).to_string()
}

/// Unified social credit code, GB 32100-2015: 18 characters without I, O, S, V, Z; modulo 31. The nine before the last are
/// the organisation code of GB 11714, with a check character of their own.
pub fn cn_uscc(text: &str) -> bool {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let places: Option<Vec<u32>> = text
        .chars()
        .map(|c| ALPHABET.chars().position(|other| other == c).and_then(|at| u32::try_from(at).ok()))
        .collect();
    let Some(places) = places.filter(|places| places.len() == 18) else { return false };
    text.get(8..17).is_some_and(cn_organisation) && (31 - weigh(&places, &WEIGHTS) % 31) % 31 == places[17]
}

/// Organisation code, GB 11714-1997: eight characters and a check character, modulo 11.
pub fn cn_organisation(text: &str) -> bool {
    let sum = weigh(&values(text), &[3, 7, 9, 10, 5, 8, 4, 2]);
    text.len() == 9 && text.ends_with(letter("0X987654321", sum % 11))
}

/// Hong Kong identity card number, without brackets: one or two letters, six digits, modulo 11.
pub fn hk_hkid(text: &str) -> bool {
    const WEIGHTS: [u32; 8] = [9, 8, 7, 6, 5, 4, 3, 2];
    let mut body = values(text);
    let check = body.pop();
    if body.len() == 7 {
        // The missing first letter counts as a space, which has the value 36.
        body.insert(0, 36);
    }
    body.len() == 8 && check == Some((11 - weigh(&body, &WEIGHTS) % 11) % 11)
}

/// The number of a first letter of Taiwan's identity numbers.
fn tw_place(letter: char) -> Option<u32> {
    let at = "ABCDEFGHJKLMNPQRSTUVXYWZIO".chars().position(|other| other == letter)?;
    Some(u32::try_from(at).ok()? + 10)
}

/// The modulo 10 sum over a letter's two digits and nine more.
fn tw_sum(text: &str, second: u32) -> Option<u32> {
    let place = tw_place(text.chars().next()?)?;
    let rest = digits(text.get(2..)?, 8)?;
    Some(place / 10 + place % 10 * 9 + second * 8 + weigh(&rest, &[7, 6, 5, 4, 3, 2, 1, 1]))
}

/// National identification number of Taiwan (國民身分證統一編號): a letter, 1 or 2, eight digits, modulo 10.
pub fn tw_national_id(text: &str) -> bool {
    let second = text.chars().nth(1).and_then(|c| c.to_digit(10)).filter(|second| matches!(second, 1 | 2));
    text.len() == 10
        && second.and_then(|second| tw_sum(text, second)).is_some_and(|sum| sum.is_multiple_of(10))
}

/// Resident certificate number of Taiwan (居留證統一證號): two letters until 2020, since then a letter and 8 or 9.
pub fn tw_arc(text: &str) -> bool {
    let second = match text.chars().nth(1) {
        Some(c @ ('8' | '9')) => c.to_digit(10),
        Some(c @ 'A'..='D') => tw_place(c).map(|place| place % 10),
        _ => None,
    };
    text.len() == 10
        && second.and_then(|second| tw_sum(text, second)).is_some_and(|sum| sum.is_multiple_of(10))
}

/// Business number of Taiwan (統一編號) by the rule of 2023: the sum of the products' digits is a multiple of 5; where the
/// seventh digit is 7, its product may count as 0 or as 1.
pub fn tw_ubn(text: &str) -> bool {
    let Some(number) = digits(text, 8) else { return false };
    let parts =
        number.iter().zip([1, 2, 1, 2, 1, 2, 4, 1]).map(|(digit, weight): (&u32, u32)| digit * weight);
    let sum: u32 = parts.map(|product| product / 10 + product % 10).sum();
    sum.is_multiple_of(5) || (number[6] == 7 && (sum + 1).is_multiple_of(5))
}

/// Aadhaar of India: twelve digits, the first 2 to 9, Verhoeff's scheme.
pub fn in_aadhaar(text: &str) -> bool {
    const INVERTED: [usize; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let Some(number) = digits(text, 12) else { return false };
    // The dihedral group of order ten: below 5 rotations, from 5 on reflections.
    let product = |a: usize, b: usize| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b) % 5 + 5,
        (false, true) => (a + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let total = number.iter().rev().enumerate().fold(0, |total, (at, digit)| {
        let digit = usize::try_from(*digit).unwrap_or(0);
        let permuted = (0..at % 8).fold(digit, |digit, _| INVERTED[digit]);
        product(total, permuted)
    });
    number[0] > 1 && total == 0
}

/// Individual number of Japan (マイナンバー): eleven digits and a check digit, modulo 11.
pub fn jp_my_number(text: &str) -> bool {
    let Some(number) = digits(text, 12) else { return false };
    let rest = weigh(&number, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    number[11] == if rest <= 1 { 0 } else { 11 - rest }
}

/// Resident registration number of Korea, as given out until October 2020: birth date, century, modulo 11.
pub fn kr_rrn(text: &str) -> bool {
    let Some(number) = digits(text, 13) else { return false };
    let sum = weigh(&number, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    // Foreigners' numbers (5 to 8) have a check digit that is 2 further; they are not drawn.
    let known = matches!(number[6], 0..=4 | 9);
    known
        && is_day(None, number[2] * 10 + number[3], number[4] * 10 + number[5])
        && number[12] == (11 - sum % 11) % 10
}

/// NRIC and FIN of Singapore of the series S, T, F and G: seven digits between two letters.
pub fn sg_nric(text: &str) -> bool {
    let series = text.chars().next().unwrap_or(' ');
    let Some(body) = text.get(1..8).and_then(|body| digits(body, 7)) else { return false };
    let offset = if matches!(series, 'T' | 'G') { 4 } else { 0 };
    let alphabet = match series {
        'S' | 'T' => "JZIHGFEDCBA",
        'F' | 'G' => "XWUTRQPNMLK",
        _ => return false,
    };
    let sum = weigh(&body, &[2, 7, 6, 5, 4, 3, 2]) + offset;
    text.len() == 9 && text.ends_with(letter(alphabet, sum % 11))
}

/// Population identification number of Thailand: thirteen digits, modulo 11.
pub fn th_tnin(text: &str) -> bool {
    let Some(number) = digits(text, 13) else { return false };
    let sum = weigh(&number, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    (1..=8).contains(&number[0]) && number[12] == (11 - sum % 11) % 10
}
