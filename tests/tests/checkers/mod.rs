//! Checkers of identifiers, written from the standards and apart from the generator and the scanner, so that three ways to
//! the answer can be compared.
#![expect(clippy::arithmetic_side_effects, reason = "sums of a few digits")]

use time::{Date, Month};

/// Digits as themselves, letters as 10 to 35; none for anything else.
fn values(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(36)).collect()
}

/// The id that the residents of a region carry; empty where the sample gives none.
pub(crate) fn national_id(id: &str, region: &str, born: &str) -> bool {
    match region {
        "CN" => iso7064_mod11_2(id) && birth_date(id).is_some_and(|date| date.to_string() == born),
        "HK" => hk_id(id),
        "TW" => tw_id(id),
        _ => id.is_empty(),
    }
}

/// ISO 7064 MOD 11-2 in its recursive form: the whole string, check character included, leaves 1.
pub(crate) fn iso7064_mod11_2(id: &str) -> bool {
    let Some((body, check)) = id.split_at_checked(17) else { return false };
    let check = if check == "X" { Some(10) } else { check.parse::<u32>().ok().filter(|c| *c < 10) };
    let rest = body.chars().try_fold(0, |rest, c| Some((rest + c.to_digit(10)?) * 2 % 11));
    check.zip(rest).is_some_and(|(check, rest)| (rest + check) % 11 == 1)
}

fn birth_date(id: &str) -> Option<Date> {
    let part = |from: usize, to: usize| id.get(from..to)?.parse::<u16>().ok();
    let month = Month::try_from(u8::try_from(part(10, 12)?).ok()?).ok()?;
    Date::from_calendar_date(i32::from(part(6, 10)?), month, u8::try_from(part(12, 14)?).ok()?).ok()
}

/// GB 32100: powers of 3 modulo 31 over an alphabet of 31.
pub(crate) fn uscc(code: &str) -> bool {
    let value = |c: char| "0123456789ABCDEFGHJKLMNPQRTUWXY".find(c);
    let Some(values) = code.chars().map(value).collect::<Option<Vec<_>>>() else { return false };
    let (mut sum, mut power) = (0, 1);
    for value in values.iter().take(17) {
        sum += value * power;
        power = power * 3 % 31;
    }
    let organisation = code.get(8..17).is_some_and(gb11714);
    values.len() == 18 && values.last().is_some_and(|check| (sum + check).is_multiple_of(31)) && organisation
}

/// GB 11714: the organisation code inside.
fn gb11714(code: &str) -> bool {
    let Some((body, check)) = code.split_at_checked(8) else { return false };
    let Some(values) = values(body) else { return false };
    let check = if check == "X" { Some(10) } else { check.parse::<u32>().ok() };
    let sum: u32 = [3, 7, 9, 10, 5, 8, 4, 2].iter().zip(values).map(|(weight, value)| weight * value).sum();
    check.is_some_and(|check| (sum + check).is_multiple_of(11))
}

/// ISO/IEC 7812-1, by the table of doubled digits.
pub(crate) fn luhn(card: &str) -> bool {
    const DOUBLED: [u32; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    let Some(digits) = card.chars().map(|c| c.to_digit(10)).collect::<Option<Vec<_>>>() else { return false };
    let weighed = digits.iter().rev().enumerate().map(|(place, digit)| {
        let doubled = usize::try_from(*digit).ok().and_then(|at| DOUBLED.get(at)).copied().unwrap_or(0);
        if place % 2 == 1 { doubled } else { *digit }
    });
    (12..=19).contains(&digits.len()) && weighed.sum::<u32>().is_multiple_of(10)
}

/// 身分證字號: the letter stands for two digits; weights 1, 9, 8 … 1, 1.
pub(crate) fn tw_id(id: &str) -> bool {
    const LETTERS: [(char, u32); 26] = [
        ('A', 10),
        ('B', 11),
        ('C', 12),
        ('D', 13),
        ('E', 14),
        ('F', 15),
        ('G', 16),
        ('H', 17),
        ('I', 34),
        ('J', 18),
        ('K', 19),
        ('L', 20),
        ('M', 21),
        ('N', 22),
        ('O', 35),
        ('P', 23),
        ('Q', 24),
        ('R', 25),
        ('S', 26),
        ('T', 27),
        ('U', 28),
        ('V', 29),
        ('W', 32),
        ('X', 30),
        ('Y', 31),
        ('Z', 33),
    ];
    let mut chars = id.chars();
    let letter = chars.next().and_then(|c| LETTERS.iter().find(|(letter, _)| *letter == c));
    let Some(digits) = chars.map(|c| c.to_digit(10)).collect::<Option<Vec<_>>>() else { return false };
    let is_person = matches!(digits.first(), Some(1 | 2)) && digits.len() == 9;
    let sum: u32 = [8, 7, 6, 5, 4, 3, 2, 1, 1].iter().zip(digits).map(|(weight, digit)| weight * digit).sum();
    is_person && letter.is_some_and(|(_, number)| (number / 10 + number % 10 * 9 + sum).is_multiple_of(10))
}

/// HKID: weights 9 to 1 over a space (36), the letter, six digits and the check leave 0 modulo 11.
pub(crate) fn hk_id(id: &str) -> bool {
    let plain: String = id.chars().filter(|c| !matches!(c, '(' | ')')).collect();
    let Some(values) = values(&plain) else { return false };
    let sum: u32 = (1..=8).rev().zip(&values).map(|(weight, value)| weight * value).sum();
    values.len() == 8 && id.ends_with(')') && (sum + 36 * 9).is_multiple_of(11)
}

/// ISO 13616: rotated and spelled in digits, the number leaves 1 modulo 97.
pub(crate) fn iban(iban: &str) -> bool {
    let Some((head, account)) = iban.split_at_checked(4) else { return false };
    let Some(values) = values(&[account, head].concat()) else { return false };
    let spelled: String = values.iter().map(u32::to_string).collect();
    let rest = spelled.chars().fold(0, |rest, c| (rest * 10 + c.to_digit(10).unwrap_or(0)) % 97);
    rest == 1 && (15..=34).contains(&iban.len())
}

/// 統一編號: the digit sum of the weighed digits is a multiple of 5 (since 2023).
pub(crate) fn tw_ubn(number: &str) -> bool {
    let Some(digits) = number.chars().map(|c| c.to_digit(10)).collect::<Option<Vec<_>>>() else {
        return false;
    };
    let weighed = [1, 2, 1, 2, 1, 2, 4, 1].iter().zip(&digits).map(|(weight, digit)| weight * digit);
    digits.len() == 8 && weighed.map(|product| product / 10 + product % 10).sum::<u32>().is_multiple_of(5)
}

/// As many digits as a number of the region has.
pub(crate) fn phone(phone: &str, region: &str) -> bool {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let country = match region {
        "CN" => "86",
        "GB" => "44",
        "HK" => "852",
        "SG" => "65",
        "TW" => "886",
        _ => "1",
    };
    let (international, digits) = match phone.strip_prefix('+') {
        Some(_) => (true, digits.strip_prefix(country).unwrap_or("")),
        None => (false, digits.as_str()),
    };
    match (region, international) {
        ("CN", _) => digits.len() == 11 && digits.starts_with('1'),
        ("GB", true) => digits.len() == 10 && digits.starts_with("7700900"),
        ("HK" | "SG", _) => digits.len() == 8,
        ("TW", true) => digits.len() == 9,
        ("TW", false) => digits.len() == 10 && digits.starts_with('0'),
        ("US", false) => digits.len() == 10 && digits.get(3..8) == Some("55501"),
        _ => false,
    }
}
