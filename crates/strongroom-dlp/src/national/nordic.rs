//! Finland and Sweden.

use super::{is_birth, is_digits, is_short_date, letter, part, remainder};
use crate::detect::card::luhn;

/// The check characters of Finland, by the remainder modulo 31.
const FI_CHECKS: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";

/// Henkilötunnus: day, month, year, century sign, individual number from 002 to 899, check character (Digi- ja
/// väestötietovirasto; the further signs since 2023 are of decree 690/2022). The sign stands in the text: 11 characters.
pub(crate) fn is_fi_hetu(id: &[u8]) -> bool {
    let (Some(born), Some(sign), Some(individual), Some(check)) =
        (id.get(..6), id.get(6), id.get(7..10), id.get(10))
    else {
        return false;
    };
    let (Some(day), Some(month), Some(year)) = (part(born, 0, 2), part(born, 2, 4), part(born, 4, 6)) else {
        return false;
    };
    let century = match sign {
        b'+' => 1800,
        b'-' | b'U'..=b'Y' => 1900,
        b'A'..=b'F' => 2000_u32,
        _ => return false,
    };
    let digits = born.iter().chain(individual);
    // Nine digits, which 32 bits hold.
    let value = digits
        .clone()
        .fold(0_u32, |value, digit| value.saturating_mul(10).saturating_add(super::number(&[*digit])));
    id.len() == 11
        && digits.clone().all(u8::is_ascii_digit)
        && is_birth(century.saturating_add(year), month, day)
        && (2..=899).contains(&remainder(individual, 1000))
        && letter(FI_CHECKS, value % 31) == Some(*check)
}

/// Personnummer of 10 digits, or 12 with the century, and samordningsnummer, whose day is 60 more: birth date, serial,
/// and the Luhn digit of the last ten (Skatteverket, SKV 704).
pub(crate) fn is_se_personnummer(id: &[u8]) -> bool {
    let Some(short) = id.len().checked_sub(10).and_then(|from| id.get(from..)) else { return false };
    let (Some(year), Some(month), Some(day)) = (part(short, 0, 2), part(short, 2, 4), part(short, 4, 6))
    else {
        return false;
    };
    let day = if day > 60 { day.saturating_sub(60) } else { day };
    let date = match (id.len(), part(id, 0, 2)) {
        (10, _) => is_short_date(year, month, day),
        (12, Some(century @ 18..=20)) => {
            is_birth(century.saturating_mul(100).saturating_add(year), month, day)
        }
        _ => false,
    };
    is_digits(id, id.len()) && date && part(short, 6, 9) != Some(0) && luhn(short)
}
