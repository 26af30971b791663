//! France, Germany, Italy, the Netherlands, Poland and Spain.

use super::{
    is_birth, is_digits, is_repeated, is_shaped, is_short_date, last, letter, number, part, remainder, weigh,
};
use crate::detect::base36;

/// Steuerliche Identifikationsnummer: eleven digits, among the first ten of which one comes twice or three times and
/// every other at most once, and the check digit of ISO 7064 MOD 11,10 (Bundeszentralamt für Steuern).
pub(crate) fn is_de_tax_id(id: &[u8]) -> bool {
    let Some((check, body)) = id.split_last() else { return false };
    is_digits(id, 11)
        && body.first() != Some(&b'0')
        && repeats_one_digit(body)
        && mod_11_10(body) == number(&[*check])
}

/// One digit comes twice, or three times but not in a row; no other comes more than once.
fn repeats_one_digit(body: &[u8]) -> bool {
    let mut counts = [0_u32; 10];
    for digit in body {
        if let Some(count) = usize::try_from(number(&[*digit])).ok().and_then(|place| counts.get_mut(place)) {
            *count = count.saturating_add(1);
        }
    }
    let mut repeated = counts.iter().filter(|count| **count > 1);
    matches!((repeated.next(), repeated.next()), (Some(2 | 3), None)) && !body.windows(3).any(is_repeated)
}

/// The check digit of ISO 7064 MOD 11,10.
fn mod_11_10(body: &[u8]) -> u32 {
    let product = body.iter().fold(10_u32, |product, digit| {
        let sum = match product.saturating_add(number(&[*digit])) % 10 {
            0 => 10,
            sum => sum,
        };
        sum.saturating_mul(2) % 11
    });
    11_u32.saturating_sub(product) % 10
}

/// The control letters of Spain, by the remainder modulo 23 (Real Decreto 1553/2005).
const ES_LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

/// Número de identificación fiscal of a person: the eight digits of the DNI, or K, L or M and seven digits, and the
/// control letter (Orden EHA/451/2008 and Real Decreto 1065/2007).
pub(crate) fn is_es_nif(id: &[u8]) -> bool {
    let digits = match id.first() {
        Some(b'K' | b'L' | b'M') if is_shaped(id, b"A9999999A") => id.get(1..8),
        Some(_) if is_shaped(id, b"99999999A") => id.get(..8),
        _ => None,
    };
    digits.is_some_and(|digits| !is_repeated(digits) || digits.first() != Some(&b'0'))
        && digits.and_then(|digits| letter(ES_LETTERS, remainder(digits, 23))) == id.last().copied()
}

/// Número de identidad de extranjero: X, Y or Z, which count as 0, 1 and 2, seven digits, and the control letter.
pub(crate) fn is_es_nie(id: &[u8]) -> bool {
    let (Some(first), Some(digits)) = (id.first(), id.get(1..8)) else { return false };
    let series = match first {
        b'X' => 0_u32,
        b'Y' => 1,
        b'Z' => 2,
        _ => return false,
    };
    let value = series.saturating_mul(10_000_000).saturating_add(number(digits));
    is_shaped(id, b"A9999999A") && letter(ES_LETTERS, value % 23) == id.last().copied()
}

/// Numéro d'inscription au répertoire (INSEE), the social security number of France: sex, year, month, department,
/// commune, order, and the key 97 less the remainder modulo 97. Corsica's 2A and 2B count as 19 and 18.
pub(crate) fn is_fr_nir(id: &[u8]) -> bool {
    if id.len() != 15 {
        return false;
    }
    let (Some(body), Some(key), Some(month)) = (id.get(..13), part(id, 13, 15), part(id, 3, 5)) else {
        return false;
    };
    let corsica = match id.get(5..7) {
        Some(b"2A") => Some(b'9'),
        Some(b"2B") => Some(b'8'),
        _ => None,
    };
    // Digits in the place of the department's letter, after which all must be digits.
    let digit_at = |(place, character): (usize, &u8)| match (place, corsica) {
        (5, Some(_)) => b'1',
        (6, Some(ones)) => ones,
        _ => *character,
    };
    let digits = body.iter().enumerate().map(digit_at);
    let shape = digits.clone().all(|digit| digit.is_ascii_digit())
        && id.get(13..).is_some_and(|key| key.iter().all(u8::is_ascii_digit));
    let rest =
        digits.fold(0_u32, |rest, digit| rest.saturating_mul(10).saturating_add(number(&[digit])) % 97);
    // 20, 30 to 42 and 50 and on stand for a month that the papers do not tell; 3, 4, 7 and 8 for those still to be
    // entered for good.
    // Departments overseas have three digits, and their communes two.
    let overseas = matches!(part(id, 5, 7), Some(97 | 98));
    let ranges = matches!(id.first(), Some(b'1'..=b'4' | b'7' | b'8'))
        && matches!(month, 1..=12 | 20 | 30..=42 | 50..=99)
        && (corsica.is_some() || part(id, 5, 7) != Some(0))
        && part(id, if overseas { 8 } else { 7 }, 10) != Some(0)
        && part(id, 10, 13) != Some(0);
    shape && ranges && key == 97_u32.saturating_sub(rest)
}

/// Codice fiscale of a person: six letters of the name, year, month letter, day (40 more for women), the place's code,
/// and the control letter (Decreto ministeriale 23 December 1976). Where two people would have the same, digits give
/// way to letters from the right (omocodia).
pub(crate) fn is_it_fiscal_code(id: &[u8]) -> bool {
    if !is_shaped(id, b"AAAAAA**A**A***A") {
        return false;
    }
    let digit_at = |place: usize| id.get(place).copied().and_then(omocode);
    let two = |place: usize| {
        let ones = digit_at(place.saturating_add(1))?;
        Some(digit_at(place)?.saturating_mul(10).saturating_add(ones))
    };
    let month = id.get(8).and_then(|month| IT_MONTHS.iter().position(|known| known == month));
    let month = month.and_then(|place| u32::try_from(place.saturating_add(1)).ok());
    let (Some(year), Some(month), Some(day)) = (two(6), month, two(9)) else { return false };
    let day = if day > 40 { day.saturating_sub(40) } else { day };
    let place = matches!(id.get(11), Some(b'A'..=b'I' | b'L' | b'M' | b'Z'))
        && [12, 13, 14].into_iter().all(|place| digit_at(place).is_some());
    let names = id.get(..3).is_some_and(is_name) && id.get(3..6).is_some_and(is_name);
    names && place && is_short_date(year, month, day) && it_check(id) == id.last().copied()
}

/// The letters of the months, January first.
const IT_MONTHS: &[u8; 12] = b"ABCDEHLMPRST";

/// The digit, or the one that a letter of omocodia stands for.
const fn omocode(character: u8) -> Option<u32> {
    Some(match character {
        b'0' | b'L' => 0,
        b'1' | b'M' => 1,
        b'2' | b'N' => 2,
        b'3' | b'P' => 3,
        b'4' | b'Q' => 4,
        b'5' | b'R' => 5,
        b'6' | b'S' => 6,
        b'7' | b'T' => 7,
        b'8' | b'U' => 8,
        b'9' | b'V' => 9,
        _ => return None,
    })
}

/// Three letters of a name: its consonants, then its vowels, then X.
fn is_name(letters: &[u8]) -> bool {
    let is_vowel = |letter: &u8| matches!(letter, b'A' | b'E' | b'I' | b'O' | b'U');
    let rest = letters.iter().skip_while(|letter| !is_vowel(letter));
    // Past the first vowel only vowels and the X that fills up may follow.
    rest.skip_while(|letter| is_vowel(letter)).all(|letter| *letter == b'X')
}

/// What a character in an odd place counts: 0-9, and A-J which count alike, then K-Z.
const IT_ODD: [u32; 26] =
    [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/// The control letter: the sum modulo 26 of the values, which for odd places are those of the table.
fn it_check(id: &[u8]) -> Option<u8> {
    let body = id.get(..15)?;
    let sum = body.iter().enumerate().try_fold(0_u32, |sum, (place, character)| {
        let value = base36(*character)?;
        let value = if value < 10 { value } else { value.saturating_sub(10) };
        let even = place % 2 == 1;
        let counts = if even { value } else { *IT_ODD.get(usize::try_from(value).ok()?)? };
        Some(sum.saturating_add(counts))
    })?;
    u8::try_from(sum % 26).ok().map(|value| value.saturating_add(b'A'))
}

/// Burgerservicenummer: nine digits, the weights 9 down to 2 and -1 for the last, a multiple of 11 (Logisch ontwerp
/// BSN).
pub(crate) fn is_nl_bsn(id: &[u8]) -> bool {
    let Some(check) = last(id) else { return false };
    let sum = weigh(id, &[9, 8, 7, 6, 5, 4, 3, 2]);
    // 11 times 9 is added so that the difference stays above zero.
    is_digits(id, 9) && !is_repeated(id) && sum.saturating_add(99).saturating_sub(check).is_multiple_of(11)
}

/// PESEL: birth date with the century in the month, serial, sex, check digit modulo 10 (Ustawa o ewidencji ludności).
pub(crate) fn is_pl_pesel(id: &[u8]) -> bool {
    let (Some(year), Some(month), Some(day)) = (part(id, 0, 2), part(id, 2, 4), part(id, 4, 6)) else {
        return false;
    };
    let century = match month / 20 {
        0 => 1900,
        1 => 2000,
        2 => 2100,
        3 => 2200,
        _ => 1800_u32,
    };
    is_digits(id, 11)
        && is_birth(century.saturating_add(year), month % 20, day)
        && weigh(id, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}
