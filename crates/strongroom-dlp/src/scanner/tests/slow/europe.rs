//! France, Germany, Italy, the Netherlands, Poland and Spain.

use super::{LETTERS, digits, is_day, is_made_of, is_short_day, number, remainder, weighed};

/// The letter after the number (Real Decreto 1553/2005, article 11, as published by the Ministry of the Interior).
fn spanish_letter(number: u64) -> String {
    "T R W A G M Y F P D X B N J Z S Q V H L C K E"
        .split(' ')
        .nth(usize::try_from(number % 23).unwrap())
        .unwrap()
        .to_owned()
}

/// A NIF of a person in Spain (Real Decreto 1065/2007, articles 19 and 20): the eight digits of the DNI, or K, L or M and
/// seven, and the letter of the number modulo 23. There is no number 0.
pub(in super::super) fn es_nif(nif: &str) -> bool {
    if nif.len() != 9 {
        return false;
    }
    let (body, letter) = nif.split_at(8);
    let special = body.starts_with(['K', 'L', 'M']);
    let digits = if special { digits(&body[1..], 7) } else { digits(body, 8) };
    let number = number(body.trim_start_matches(['K', 'L', 'M']));
    digits.is_some() && number > 0 && letter == spanish_letter(number)
}

/// An NIE (Real Decreto 557/2011, article 206, and Orden INT/2058/2008): X, Y or Z, which count as 0, 1 and 2 before the
/// seven digits, and the letter of the number modulo 23.
pub(in super::super) fn es_nie(nie: &str) -> bool {
    if nie.len() != 9 {
        return false;
    }
    let Some(first) = "XYZ".find(&nie[..1]) else { return false };
    let plain = format!("{first}{}", &nie[1..8]);
    digits(&plain, 8).is_some() && nie[8..] == spanish_letter(number(&plain))
}

/// NIR (INSEE): sex, year, month, department, commune, order, and as key 97 less the remainder modulo 97 of the first
/// thirteen digits, in which 2A counts as 19 and 2B as 18.
///
/// The sex is 1 or 2, of people still to be entered for good 3 or 4, and 7 or 8. Months past 12 are of people whose date is known in part: 20, 30 to 42, and 50 on. Departments 91 to 96 with codes of
/// countries, and 99, are of those born elsewhere; overseas they have three digits, and the commune two.
pub(in super::super) fn fr_nir(nir: &str) -> bool {
    let corsican = nir.len() == 15 && (&nir[5..7] == "2A" || &nir[5..7] == "2B");
    let plain = if corsican { nir.replace("2A", "19").replace("2B", "18") } else { nir.to_owned() };
    if digits(&plain, 15).is_none() {
        return false;
    }
    let month = number(&plain[3..5]);
    let department = number(&plain[5..7]);
    let overseas = department == 97 || department == 98;
    let commune = if overseas { number(&plain[8..10]) } else { number(&plain[7..10]) };
    plain.starts_with(['1', '2', '3', '4', '7', '8'])
        && matches!(month, 1..=12 | 20 | 30..=42 | 50..=99)
        && department != 0
        && commune != 0
        && &plain[10..13] != "000"
        && number(&plain[13..]) == 97 - remainder(&plain[..13], 97)
}

/// Codice fiscale (Decreto ministeriale of 23 December 1976, as amended): three letters of the surname and three of the
/// name, each consonants, then vowels, then X; the year; a letter for the month; the day, of women 40 more; a letter and
/// three digits for the place,
/// A to M of the Italian alphabet or Z for other countries; and the control letter. Where two people would have the same code, digits give way to
/// letters, the rightmost first.
pub(in super::super) fn it_fiscal_code(code: &str) -> bool {
    let (vowels, consonants) = ("AEIOU", "BCDFGHJKLMNPQRSTVWXYZ");
    let substitutes = "LMNPQRSTUV";
    if code.len() != 16 || !code.chars().all(|c| c.is_ascii_digit() || LETTERS.contains(c)) {
        return false;
    }
    let is_of_a_name = |three: &str| {
        [
            [consonants, consonants, consonants],
            [consonants, consonants, vowels],
            [consonants, vowels, vowels],
            [vowels, vowels, vowels],
            [consonants, vowels, "X"],
            [vowels, vowels, "X"],
            [vowels, "X", "X"],
        ]
        .iter()
        .any(|places| is_made_of(three, places))
    };
    let mut plain = String::new();
    for (place, c) in code.chars().enumerate() {
        let numeric = [6, 7, 9, 10, 12, 13, 14].contains(&place);
        match substitutes.find(c) {
            Some(digit) if numeric => plain.push_str(&digit.to_string()),
            _ => plain.push(c),
        }
    }
    let Some(month) = "ABCDEHLMPRST".find(&plain[8..9]) else { return false };
    let numeric = format!("{}{}{}", &plain[6..8], &plain[9..11], &plain[12..15]);
    if digits(&numeric, 7).is_none() {
        return false;
    }
    let day = number(&plain[9..11]);
    let date = format!("{}{:02}{:02}", &plain[6..8], month + 1, if day > 40 { day - 40 } else { day });
    is_of_a_name(&code[..3])
        && is_of_a_name(&code[3..6])
        && is_short_day(&date)
        && "ABCDEFGHILMZ".contains(&plain[11..12])
        && code.ends_with(&italian_letter(&code[..15]))
}

/// The control letter: what stands in odd places counts as the table of the decree says, what stands in even places as
/// it is, A from 0; the remainder modulo 26.
fn italian_letter(code: &str) -> String {
    let odd = "0=1 1=0 2=5 3=7 4=9 5=13 6=15 7=17 8=19 9=21 A=1 B=0 C=5 D=7 E=9 F=13 G=15 H=17 I=19 J=21 K=2 L=4 \
               M=18 N=20 O=11 P=3 Q=6 R=8 S=12 T=14 U=16 V=10 W=22 X=25 Y=24 Z=23";
    let mut sum = 0;
    for (place, c) in code.chars().enumerate() {
        sum += if place % 2 == 0 {
            let entry = odd.split_whitespace().find(|entry| entry.starts_with(c)).unwrap();
            number(&entry[2..])
        } else {
            u64::from(c.to_digit(10).unwrap_or_else(|| u32::from(c) - u32::from('A')))
        };
    }
    LETTERS.chars().nth(usize::try_from(sum % 26).unwrap()).unwrap().to_string()
}

/// Steuerliche Identifikationsnummer (§ 139b AO; Bundeszentralamt für Steuern, Aufbau der Identifikationsnummer): eleven
/// digits, the first not 0. Among the first ten one digit comes twice, or since 2016 three times but not three in a row,
/// and no other more than once. The last is the check digit of ISO 7064 MOD 11,10, here as that standard's recursion.
pub(in super::super) fn de_tax_id(id: &str) -> bool {
    let Some(digits) = digits(id, 11) else { return false };
    let times = |digit: &u32| digits[..10].iter().filter(|other| *other == digit).count();
    let mut several: Vec<u32> = digits[..10].iter().copied().filter(|digit| times(digit) > 1).collect();
    let often = several.len();
    several.dedup();
    let in_a_row = digits[..10].windows(3).any(|three| three[0] == three[1] && three[1] == three[2]);

    let mut product = 10;
    for digit in &digits[..10] {
        let sum = (product + digit) % 10;
        product = (if sum == 0 { 10 } else { sum }) * 2 % 11;
    }
    let one = several.iter().all(|digit| *digit == several[0]);
    digits[0] != 0 && (often == 2 || often == 3) && one && !in_a_row && (product + digits[10]) % 10 == 1
}

/// Burgerservicenummer (Logisch ontwerp BSN, elfproef): weights 9 down to 2 and for the last digit -1, a multiple of 11.
pub(in super::super) fn nl_bsn(text: &str) -> bool {
    let Some(digits) = digits(text, 9) else { return false };
    // 10 is -1 modulo 11.
    weighed(&digits, &[9, 8, 7, 6, 5, 4, 3, 2, 10]).is_multiple_of(11) && text != "000000000"
}

/// PESEL (Ustawa o ewidencji ludności, article 15): year, month, day, serial, sex and check digit. The month is 80 more
/// for the century from 1800, 20 more for that from 2000, 40 from 2100 and 60 from 2200; the weights are 1 3 7 9, and the
/// sum with the check digit ends with 0. Nobody on paper is born after 2049.
pub(in super::super) fn pl_pesel(pesel: &str) -> bool {
    let Some(digits) = digits(pesel, 11) else { return false };
    let (year, month, day) = (number(&pesel[..2]), number(&pesel[2..4]), number(&pesel[4..6]));
    let century = match month / 20 {
        0 => 1900,
        1 => 2000,
        4 => 1800,
        _ => return false,
    };
    century + year < 2050
        && is_day(century + year, month % 20, day)
        && weighed(&digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}
