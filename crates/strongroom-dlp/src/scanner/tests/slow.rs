//! The slow reference: what each standard says, as plainly as it can be written, and in another way than the detectors.
//!
//! Every function takes one value in capitals without spaces or marks, unless it says otherwise, and tells whether it
//! holds. Nothing here is shared with the detectors but the facts, and those are taken from the source that each names.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    reason = "a reference is to be plain; a panic in it is a failed test"
)]

use std::fmt::Write;

pub(super) mod america;
pub(super) mod asia;
pub(super) mod britain;
pub(super) mod china;
pub(super) mod europe;
pub(super) mod money;
pub(super) mod net;
pub(super) mod nordic;
pub(super) mod oceania;

/// The digits, where there are just so many and nothing else.
fn digits(text: &str, length: usize) -> Option<Vec<u32>> {
    if text.len() != length {
        return None;
    }
    text.chars().map(|c| c.to_digit(10)).collect()
}

/// The number that a text of digits is; 0 for what is none, which no rule here lets pass.
fn number(text: &str) -> u64 {
    text.parse().unwrap_or(0)
}

/// Each digit times its weight, added up.
fn weighed(digits: &[u32], weights: &[u32]) -> u32 {
    let mut sum = 0;
    for place in 0..weights.len() {
        sum += digits[place] * weights[place];
    }
    sum
}

/// Whether it is one digit over and over. Many check sums let such a number pass; none is anyone's.
fn is_one_digit_over_and_over(text: &str) -> bool {
    text.chars().all(|c| text.starts_with(c))
}

/// The check of ISO/IEC 7812-1, annex B: from the right every second digit is doubled, and the digits of all that are
/// added to a multiple of ten.
fn luhn(text: &str) -> bool {
    let mut sum = 0;
    for (place, c) in text.chars().rev().enumerate() {
        let Some(digit) = c.to_digit(10) else { return false };
        let product = if place % 2 == 1 { digit * 2 } else { digit };
        sum += product.to_string().chars().filter_map(|c| c.to_digit(10)).sum::<u32>();
    }
    sum % 10 == 0
}

/// The remainder of a decimal number of any length, in pieces of nine digits as ISO 13616 suggests for small machines.
fn remainder(decimal: &str, modulus: u64) -> u64 {
    let mut rest = decimal.to_owned();
    while rest.len() > 9 {
        rest = format!("{}{}", number(&rest[..9]) % modulus, &rest[9..]);
    }
    number(&rest) % modulus
}

/// Whether the Gregorian calendar has this day.
fn is_day(year: u64, month: u64, day: u64) -> bool {
    let leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    1 <= day && day <= last
}

/// Whether `YYMMDD` is a day of the last century or of this.
fn is_short_day(text: &str) -> bool {
    let (year, month, day) = (number(&text[..2]), number(&text[2..4]), number(&text[4..6]));
    is_day(1900 + year, month, day) || is_day(2000 + year, month, day)
}

/// Whether each character of the text is one of those that stand in its place.
fn is_made_of(text: &str, places: &[&str]) -> bool {
    text.len() == places.len() && text.chars().zip(places).all(|(c, allowed)| allowed.contains(c))
}

/// The bits of the bytes as numbers of so many bits each, filled up with zeros.
fn in_pieces_of_bits(bytes: &[u8], size: usize) -> impl Iterator<Item = u32> {
    let mut bits = String::new();
    for byte in bytes {
        write!(bits, "{byte:08b}").unwrap();
    }
    let pieces = bits.len().div_ceil(size);
    bits += &"0".repeat(size);
    (0..pieces).map(move |at| u32::from_str_radix(&bits[at * size..(at + 1) * size], 2).unwrap())
}

const DIGITS: &str = "0123456789";
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
