//! Identifiers that states give to people and businesses: shape, ranges and check digits.
//!
//! Every function takes compact text, that is ASCII letters in upper case and digits without separators, and says
//! whether it holds. Ranges are those that the issuer has published; where it leaves a date open, any day of a year
//! that fits will do. None of them allocates or panics, whatever the text.

pub(crate) mod americas;
pub(crate) mod asia;
pub(crate) mod britain;
pub(crate) mod europe;
pub(crate) mod greater_china;
pub(crate) mod nordic;
pub(crate) mod oceania;
pub(crate) mod swift;

use crate::detect::{is_date, number};

/// Whether there are just so many characters and all are digits.
fn is_digits(text: &[u8], length: usize) -> bool {
    text.len() == length && text.iter().all(u8::is_ascii_digit)
}

/// Whether it is one character over and over, which many check sums let pass and no issuer gives out.
fn is_repeated(text: &[u8]) -> bool {
    text.first().is_some_and(|first| text.iter().all(|character| character == first))
}

/// The number that some of the digits make; `None` past the end.
fn part(text: &[u8], from: usize, to: usize) -> Option<u32> {
    text.get(from..to).map(number)
}

/// The sum of digits times weights, over the shorter of the two.
fn weigh(digits: &[u8], weights: &[u32]) -> u32 {
    digits
        .iter()
        .zip(weights)
        .fold(0, |sum: u32, (digit, weight)| sum.saturating_add(number(&[*digit]).saturating_mul(*weight)))
}

/// The remainder of a number of any length.
fn remainder(digits: &[u8], modulus: u32) -> u32 {
    digits.iter().fold(0, |rest: u32, digit| {
        rest.saturating_mul(10).saturating_add(number(&[*digit])).checked_rem(modulus).unwrap_or(0)
    })
}

/// The value of the last digit.
fn last(digits: &[u8]) -> Option<u32> {
    digits.last().map(|digit| number(&[*digit]))
}

/// The character at a place of an alphabet of check characters.
fn letter(alphabet: &[u8], place: u32) -> Option<u8> {
    alphabet.get(usize::try_from(place).ok()?).copied()
}

/// Whether the text follows a pattern of `A` for a letter, `9` for a digit and `*` for either.
fn is_shaped(text: &[u8], pattern: &[u8]) -> bool {
    let fits = |(character, kind): (&u8, &u8)| match kind {
        b'A' => character.is_ascii_uppercase(),
        b'9' => character.is_ascii_digit(),
        _ => character.is_ascii_uppercase() || character.is_ascii_digit(),
    };
    text.len() == pattern.len() && text.iter().zip(pattern).all(fits)
}

/// Whether someone now alive, or on paper, can have been born on this day: no one was before 1800, nor will be after 2049,
/// by when these ranges are to be looked at again.
const fn is_birth(year: u32, month: u32, day: u32) -> bool {
    year >= 1800 && year <= 2049 && is_date(year, month, day)
}

/// Whether a day exists in a year of which only the last two digits are known: 29 February of 00 is of 2000.
const fn is_short_date(year: u32, month: u32, day: u32) -> bool {
    is_date(year.saturating_add(2000), month, day)
}

#[cfg(test)]
mod tests;
