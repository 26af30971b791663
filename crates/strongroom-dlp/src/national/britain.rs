//! The United Kingdom.

use super::{is_digits, is_repeated, is_shaped, is_short_date, last, part, weigh};

/// Whether the number lies in a range that is given out: below those of Northern Ireland it begins with a day of birth.
pub(crate) fn is_uk_nhs_issued(id: &[u8]) -> bool {
    let (Some(day), Some(month), Some(year)) = (part(id, 0, 2), part(id, 2, 4), part(id, 4, 6)) else {
        return false;
    };
    is_short_date(year, month, day) || part(id, 0, 9) > Some(320_000_000)
}

/// NHS number of England, Wales and the Isle of Man, CHI number of Scotland, and health and care number of Northern
/// Ireland: ten digits, the last modulo 11 (NHS Data Dictionary). Those that begin with 0 to 3 are of Scotland and
/// begin with the day of birth, up to the 320 000 001 and on of Northern Ireland, which is not looked at, see
/// [`is_uk_nhs_issued`].
pub(crate) fn is_uk_nhs(id: &[u8]) -> bool {
    // 11 stands for 0; 10 is never given out.
    let check = 11_u32.saturating_sub(weigh(id, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    is_digits(id, 10) && !is_repeated(id) && last(id) == Some(check)
}

/// National insurance number: two letters, six digits, and A, B, C or D (HMRC, National Insurance Manual NIM39110).
pub(crate) fn is_uk_nino(id: &[u8]) -> bool {
    let (Some([first, second]), Some(suffix)) = (id.first_chunk::<2>(), id.last()) else { return false };
    let never = |letter: &u8| matches!(letter, b'D' | b'F' | b'I' | b'Q' | b'U' | b'V');
    let kept = matches!(&[*first, *second], b"BG" | b"GB" | b"KN" | b"NK" | b"NT" | b"TN" | b"ZZ");
    is_shaped(id, b"AA999999A")
        && !never(first)
        && !never(second)
        && *second != b'O'
        && !kept
        && matches!(suffix, b'A'..=b'D')
}
