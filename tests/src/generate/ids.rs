//! Identifiers with a right check digit, made from a seed and looked up nowhere.
//!
//! Bank and branch codes, streets, companies and mail domains are visibly made up. Numbers that must look real
//! to a validator (ids, cards, phones) are drawn at random; a likeness to a number in use is chance.
//! The checkers in `tests/sample.rs` share no code with this file.

use super::rng::SplitMix;
use time::Date;

/// Six-digit codes of administrative divisions of the mainland (GB/T 2260), and the city each lies in.
const DIVISIONS: [(&str, &str); 10] = [
    ("110105", "北京市朝阳区"),
    ("310115", "上海市浦东新区"),
    ("320102", "南京市玄武区"),
    ("330106", "杭州市西湖区"),
    ("420106", "武汉市武昌区"),
    ("440106", "广州市天河区"),
    ("440305", "深圳市南山区"),
    ("500103", "重庆市渝中区"),
    ("510104", "成都市锦江区"),
    ("610113", "西安市雁塔区"),
];

/// The alphabet of the unified social credit code, GB 32100-2015: no I, O, S, V, Z.
const USCC_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// A division of the mainland: its code and its name.
pub(crate) fn division(rng: &mut SplitMix) -> (&'static str, &'static str) {
    let at = usize::try_from(rng.below(10)).unwrap_or(0);
    DIVISIONS.get(at).copied().unwrap_or(("110105", "北京市朝阳区"))
}

/// A resident id of the mainland, GB 11643-1999: division, birth date, sequence, check character.
pub(crate) fn cn_resident_id(rng: &mut SplitMix, division: &str, born: Date, is_female: bool) -> String {
    let ymd = format!("{:04}{:02}{:02}", born.year(), u8::from(born.month()), born.day());
    resident_id_of(rng, division, &ymd, is_female)
}

/// A resident id whose check character is right and whose birth date, the 30th of February, is not.
pub(crate) fn cn_resident_id_of_no_day(
    rng: &mut SplitMix,
    division: &str,
    born: Date,
    is_female: bool,
) -> String {
    resident_id_of(rng, division, &format!("{:04}0230", born.year()), is_female)
}

fn resident_id_of(rng: &mut SplitMix, division: &str, ymd: &str, is_female: bool) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    // Sequences run from 001 to 999: odd for men, even for women.
    let sequence = rng.below(499).saturating_mul(2).saturating_add(if is_female { 2 } else { 1 });
    let body = format!("{division}{ymd}{sequence:03}");
    let sum: u32 = values(&body).zip(WEIGHTS).map(|(digit, weight)| digit.saturating_mul(weight)).sum();
    format!("{body}{}", nth(b"10X98765432", sum % 11))
}

/// A unified social credit code of a company: department, category, division, organisation code, check character.
pub(crate) fn cn_uscc(rng: &mut SplitMix, division: &str) -> String {
    const ORG_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let organisation = format!("MA{}", rng.digits(6));
    let sum: u32 = values(&organisation).zip(ORG_WEIGHTS).map(|(v, weight)| v.saturating_mul(weight)).sum();
    // GB 11714: 10 is written X, 11 is written 0.
    let body = format!("91{division}{organisation}{}", nth(b"0X987654321", sum % 11));
    let sum: u32 = body.bytes().zip(WEIGHTS).map(|(b, weight)| uscc_value(b).saturating_mul(weight)).sum();
    format!("{body}{}", nth(USCC_ALPHABET, 31_u32.saturating_sub(sum % 31) % 31))
}

/// A card number of `len` digits that begins with `prefix`, with its Luhn digit (ISO/IEC 7812-1).
pub(crate) fn card(rng: &mut SplitMix, prefix: &str, len: usize) -> String {
    let body = format!("{prefix}{}", rng.digits(len.saturating_sub(1).saturating_sub(prefix.len())));
    let mut sum: u32 = 0;
    for (place, digit) in body.bytes().rev().map(value).enumerate() {
        let weighed = if place % 2 == 0 { digit.saturating_mul(2) } else { digit };
        sum = sum.saturating_add(weighed / 10).saturating_add(weighed % 10);
    }
    format!("{body}{}", 10_u32.saturating_sub(sum % 10) % 10)
}

/// A national id of Taiwan: a letter of the place, 1 or 2, seven digits, a check digit.
pub(crate) fn tw_national_id(rng: &mut SplitMix, is_female: bool) -> String {
    // The letters in the order of the numbers 10 to 35 they stand for.
    const LETTERS: &[u8; 26] = b"ABCDEFGHJKLMNPQRSTUVXYWZIO";
    const WEIGHTS: [u32; 8] = [8, 7, 6, 5, 4, 3, 2, 1];
    let place = u32::try_from(rng.below(26)).unwrap_or(0);
    let body = format!("{}{}", if is_female { 2 } else { 1 }, rng.digits(7));
    let number = place.saturating_add(10);
    let sum: u32 = values(&body).zip(WEIGHTS).map(|(digit, weight)| digit.saturating_mul(weight)).sum();
    let sum = sum.saturating_add(number / 10).saturating_add((number % 10).saturating_mul(9));
    format!("{}{body}{}", nth(LETTERS, place), 10_u32.saturating_sub(sum % 10) % 10)
}

/// A Hong Kong identity card number of one letter, six digits and a check character in brackets.
pub(crate) fn hk_id(rng: &mut SplitMix) -> String {
    const WEIGHTS: [u32; 7] = [8, 7, 6, 5, 4, 3, 2];
    let letter = nth(b"ABCDEFGHKMPRVYZ", u32::try_from(rng.below(15)).unwrap_or(0));
    let body = format!("{letter}{}", rng.digits(6));
    // The missing second letter counts as a space: 36 in the first place, of weight 9.
    let sum: u32 = values(&body).zip(WEIGHTS).map(|(v, weight)| v.saturating_mul(weight)).sum();
    let rest = sum.saturating_add(324) % 11;
    format!("{body}({})", nth(b"0A987654321", rest))
}

/// A business number of Taiwan (統一編號): eight digits whose weighed digit sum is a multiple of five.
pub(crate) fn tw_ubn(rng: &mut SplitMix) -> String {
    loop {
        let number = rng.digits(8);
        // A seventh digit of 7 has a rule of its own; leaving it out keeps one way to be right.
        if ubn_sum(&number).is_multiple_of(5) && number.as_bytes().get(6) != Some(&b'7') {
            return number;
        }
    }
}

fn ubn_sum(number: &str) -> u32 {
    let weighed =
        values(number).zip([1, 2, 1, 2, 1, 2, 4, 1]).map(|(v, weight): (u32, u32)| v.saturating_mul(weight));
    weighed.map(|product| (product / 10).saturating_add(product % 10)).sum()
}

/// An IBAN (ISO 13616) of Germany or the United Kingdom, at a bank whose code (99999999, TEST) is nobody's.
pub(crate) fn iban(rng: &mut SplitMix) -> String {
    let (country, account) = if rng.chance(50) {
        ("DE", format!("99999999{}", rng.digits(10)))
    } else {
        ("GB", format!("TEST{}", rng.digits(14)))
    };
    let rest = format!("{account}{country}00").chars().fold(0_u32, |rest, c| {
        let v = c.to_digit(36).unwrap_or(0);
        let shift = if v > 9 { 100 } else { 10 };
        rest.saturating_mul(shift).saturating_add(v) % 97
    });
    format!("{country}{:02}{account}", 98_u32.saturating_sub(rest))
}

/// The same text with its last digit another: the check no longer holds.
pub(crate) fn with_wrong_check(id: &str) -> String {
    let mut chars: Vec<char> = id.chars().collect();
    if let Some(last) = chars.iter_mut().rev().find(|c| c.is_ascii_alphanumeric()) {
        *last = match *last {
            '0'..='8' => {
                char::from_digit(last.to_digit(10).unwrap_or(0).saturating_add(1), 10).unwrap_or('0')
            }
            _ => '0',
        };
    }
    chars.into_iter().collect()
}

/// Digits as themselves, letters as 10 to 35.
fn value(byte: u8) -> u32 {
    char::from(byte).to_digit(36).unwrap_or(0)
}

fn values(text: &str) -> impl Iterator<Item = u32> + '_ {
    text.bytes().map(value)
}

fn uscc_value(byte: u8) -> u32 {
    USCC_ALPHABET.iter().position(|b| *b == byte).and_then(|at| u32::try_from(at).ok()).unwrap_or(0)
}

fn nth(alphabet: &[u8], at: u32) -> char {
    usize::try_from(at).ok().and_then(|at| alphabet.get(at)).map_or('0', |b| char::from(*b))
}
