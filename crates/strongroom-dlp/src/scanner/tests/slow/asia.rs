//! India, Japan, Korea, Malaysia, the Philippines, Singapore and Thailand.

use super::{
    DIGITS, LETTERS, digits, is_day, is_made_of, is_one_digit_over_and_over, is_short_day, number, weighed,
};

/// Where a motion of the regular pentagon takes each of its corners.
type Motion = [u32; 5];

/// The motion that a digit stands for: 0 to 4 turn the pentagon by so many corners, 5 to 9 turn it over first.
fn motion(digit: u32) -> Motion {
    let corners = [0, 1, 2, 3, 4];
    if digit < 5 {
        corners.map(|corner| (corner + digit) % 5)
    } else {
        corners.map(|corner| (digit - corner) % 5)
    }
}

/// A number of Aadhaar (UIDAI): twelve digits, the first from 2 on, with the check digit of J. Verhoeff (Error Detecting
/// Decimal Codes, 1969): each digit is put through the permutation (1 5 8 9 4 2 7 0)(3 6) as often as its place from the
/// right says, and the motions that come out, one after the other, leave the pentagon as it was.
pub(in super::super) fn in_aadhaar(id: &str) -> bool {
    let Some(digits) = digits(id, 12) else { return false };
    let mut pentagon: Motion = motion(0);
    for (place, digit) in digits.iter().rev().enumerate() {
        let mut permuted = *digit;
        for _ in 0..place {
            permuted = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4][usize::try_from(permuted).unwrap()];
        }
        let next = motion(permuted);
        pentagon = next.map(|corner| pentagon[usize::try_from(corner).unwrap()]);
    }
    digits[0] >= 2 && pentagon == motion(0) && !is_one_digit_over_and_over(id)
}

/// A permanent account number (Income Tax Department, "Know your PAN"): three letters of a series, the kind of holder, a
/// letter of the name, a serial from 0001 to 9999, and a check letter whose formula is not published.
///
/// The department's list of holders has ten letters: A (association of persons), B (body of individuals), C (company), F
/// (firm, partnerships of limited liability among them), G (government), H (Hindu undivided family), J (artificial
/// juridical person), L (local authority), P (person), T (trust). Some lists on the net add E for partnerships of limited
/// liability, which others count with the firms, and K for a trust named Krish; we found no text of the department that
/// has either.
pub(in super::super) fn in_pan(pan: &str) -> bool {
    let serial = [DIGITS; 4];
    let head = [LETTERS, LETTERS, LETTERS, "ABCFGHJLPT", LETTERS];
    let places: Vec<&str> = head.iter().chain(&serial).chain(&[LETTERS]).copied().collect();
    is_made_of(pan, &places) && &pan[5..9] != "0000"
}

/// 個人番号 (Ordinance 85 of 2014 of the Ministry of Internal Affairs and Communications, article 5): with P the n-th digit
/// from the right of the first eleven, and Q as n + 1 up to the sixth and n - 5 after, the check digit is 11 less the
/// remainder modulo 11 of the sum of P times Q, and 0 where the remainder is 0 or 1.
pub(in super::super) fn jp_my_number(text: &str) -> bool {
    let Some(digits) = digits(text, 12) else { return false };
    let mut sum = 0;
    for (n, p) in (1_u32..=11).zip(digits[..11].iter().rev()) {
        let q = if n <= 6 { n + 1 } else { n - 5 };
        sum += p * q;
    }
    let check = if sum % 11 <= 1 { 0 } else { 11 - sum % 11 };
    check == digits[11] && !is_one_digit_over_and_over(text)
}

/// 주민등록번호 and 외국인등록번호 (주민등록법 시행규칙, article 2): the day of birth, a digit that tells century and sex, and
/// for those born before the reform of 5 October 2020 the check digit; after it the digits are random.
pub(in super::super) fn kr_rrn(text: &str) -> bool {
    kr_birth(text).is_some_and(|born| born >= (2020, 10, 5) || has_kr_check(text))
}

/// What is found beside the word for it: thirteen digits that hold, or the form alone with its dash.
pub(in super::super) fn kr_rrn_named(text: &str) -> bool {
    kr_rrn(text) || has_kr_shape(text)
}

/// Day of birth and dash, whatever the last digit.
fn has_kr_shape(text: &str) -> bool {
    text.split_once('-').is_some_and(|(born, rest)| {
        let compact = format!("{born}{rest}");
        born.len() == 6 && kr_birth(&compact).is_some()
    })
}

/// The form with its dash and the check digit: what has both is found without any word.
pub(in super::super) fn kr_rrn_checked(text: &str) -> bool {
    has_kr_shape(text) && has_kr_check(&text.replace('-', ""))
}

/// The day of birth of thirteen digits.
fn kr_birth(text: &str) -> Option<(u64, u64, u64)> {
    let century = match digits(text, 13)?[6] {
        1 | 2 | 5 | 6 => 1900,
        3 | 4 | 7 | 8 => 2000,
        _ => 1800,
    };
    let (year, month, day) = (century + number(&text[..2]), number(&text[2..4]), number(&text[4..6]));
    (year < 2050 && is_day(year, month, day)).then_some((year, month, day))
}

/// The check digit until the reform: weights 2 to 9 and 2 to 5, 11 less the remainder modulo 11, of which the last digit;
/// for foreigners, whose seventh digit is from 5 to 8, 13 less it.
fn has_kr_check(text: &str) -> bool {
    let digits = digits(text, 13).unwrap();
    let base = if (5..=8).contains(&digits[6]) { 13 } else { 11 };
    (base - weighed(&digits, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10 == digits[12]
}

/// The number of a `MyKad` (Jabatan Pendaftaran Negara, Kod Negeri): day of birth, code of the place of birth, four
/// digits. No place has the codes 00, 17 to 20, 69, 70, 73, 80, 81 and 94 to 97.
pub(in super::super) fn my_nric(text: &str) -> bool {
    digits(text, 12).is_some()
        && is_short_day(text)
        && !"00 17 18 19 20 69 70 73 80 81 94 95 96 97".split(' ').any(|none| none == &text[6..8])
}

/// A taxpayer identification number of the Philippines (Bureau of Internal Revenue; National Tax Research Center, Tax
/// Research Journal of November 2014): nine digits, of which the first is 0 for corporations and 1 to 9 for individuals
/// and the ninth a check digit whose formula is not published; perhaps three digits of a branch, or five since 2023. The
/// seven between are a sequence, which does not begin with 0.
pub(in super::super) fn ph_tin(text: &str) -> bool {
    [9, 12, 14].iter().any(|length| digits(text, *length).is_some())
        && &text[1..8] != "0000000"
        && !is_one_digit_over_and_over(&text[..9])
}

/// NRIC and FIN (Immigration and Checkpoints Authority; the M series of 2022): S, T, F, G or M, seven digits with the
/// weights 2 7 6 5 4 3 2, 4 more for T and G and 3 more for M, and the letter of the remainder modulo 11.
pub(in super::super) fn sg_nric(id: &str) -> bool {
    if id.len() != 9 || !id.is_ascii() {
        return false;
    }
    let (more, letters) = match &id[..1] {
        "S" => (0, "JZIHGFEDCBA"),
        "T" => (4, "JZIHGFEDCBA"),
        "F" => (0, "XWUTRQPNMLK"),
        "G" => (4, "XWUTRQPNMLK"),
        "M" => (3, "XWUTRQPNJLK"),
        _ => return false,
    };
    let Some(digits) = digits(&id[1..8], 7) else { return false };
    let rest = (weighed(&digits, &[2, 7, 6, 5, 4, 3, 2]) + more) % 11;
    letters.chars().nth(usize::try_from(rest).unwrap()) == id.chars().last()
}

/// เลขประจำตัวประชาชน (Department of Provincial Administration): the kind of person from 1 to 8, the province, and after
/// twelve digits with the weights 13 down to 2 the last digit of 11 less the remainder modulo 11. The province counts for
/// less than the check digit.
pub(in super::super) fn th_tnin(text: &str) -> bool {
    let Some(digits) = digits(text, 13) else { return false };
    let sum = weighed(&digits, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    (1..=8).contains(&digits[0]) && (11 - sum % 11) % 10 == digits[12]
}
