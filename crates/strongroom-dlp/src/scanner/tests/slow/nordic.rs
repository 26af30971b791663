//! Finland and Sweden.

use super::{digits, is_day, is_short_day, luhn, number};

/// Henkilötunnus (Digi- ja väestötietovirasto; decree 690/2022), with its sign: day, month, year, the sign of the century,
/// an individual number from 002 to 899, and the remainder modulo 31 of all nine digits as a character.
pub(in super::super) fn fi_hetu(text: &str) -> bool {
    let hetu = text.to_uppercase();
    if hetu.len() != 11 || !hetu.is_ascii() {
        return false;
    }
    let century = match &hetu[6..7] {
        "+" => 1800,
        "-" | "U" | "V" | "W" | "X" | "Y" => 1900,
        "A" | "B" | "C" | "D" | "E" | "F" => 2000,
        _ => return false,
    };
    let plain = format!("{}{}", &hetu[..6], &hetu[7..10]);
    let year = century + number(&hetu[4..6]);
    digits(&plain, 9).is_some()
        && year < 2050
        && is_day(year, number(&hetu[2..4]), number(&hetu[..2]))
        && (2..900).contains(&number(&hetu[7..10]))
        && "0123456789ABCDEFHJKLMNPRSTUVWXY".chars().nth(usize::try_from(number(&plain) % 31).unwrap())
            == hetu.chars().last()
}

/// Personnummer and samordningsnummer (Skatteverket, SKV 704 and SKV 707), without their sign: the day of birth, of the
/// latter 60 more, a serial that is not 000, and the Luhn digit over the last ten. Twelve digits have the century, from
/// 1800 on.
pub(in super::super) fn se_personnummer(text: &str) -> bool {
    if digits(text, 10).is_none() && digits(text, 12).is_none() {
        return false;
    }
    let ten = &text[text.len() - 10..];
    let day = number(&ten[4..6]);
    let day = if day > 60 { day - 60 } else { day };
    let born = if text.len() == 12 {
        let year = number(&text[..4]);
        (1800..2050).contains(&year) && is_day(year, number(&ten[2..4]), day)
    } else {
        is_short_day(&format!("{}{day:02}", &ten[..4]))
    };
    born && &ten[6..9] != "000" && luhn(ten)
}

/// The number of someone a hundred years old or more: six digits, a plus sign, four digits.
pub(in super::super) fn old_se_personnummer(text: &str) -> bool {
    text.split_once('+')
        .is_some_and(|(born, rest)| born.len() == 6 && se_personnummer(&format!("{born}{rest}")))
}
