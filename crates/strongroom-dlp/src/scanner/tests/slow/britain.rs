//! The United Kingdom.

use super::{DIGITS, digits, is_made_of, is_one_digit_over_and_over, weighed};

/// An NHS number (NHS Data Dictionary, attribute NHS NUMBER): weights 10 down to 2, and 11 less the remainder modulo 11
/// as check digit, where 11 is 0 and 10 is never given out. Ranges count for less than the check digit.
pub(in super::super) fn nhs(text: &str) -> bool {
    let Some(digits) = digits(text, 10) else { return false };
    let rest = weighed(&digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    let check = if rest == 0 { 0 } else { 11 - rest };
    check == digits[9] && !is_one_digit_over_and_over(text)
}

/// A national insurance number (HMRC, National Insurance Manual NIM39110): neither letter of the prefix is D, F, I, Q, U
/// or V, the second is not O, seven prefixes are not used, and the suffix is A to D.
pub(in super::super) fn nino(text: &str) -> bool {
    let (first, second) = ("ABCEGHJKLMNOPRSTWXYZ", "ABCEGHJKLMNPRSTWXYZ");
    is_made_of(text, &[first, second, DIGITS, DIGITS, DIGITS, DIGITS, DIGITS, DIGITS, "ABCD"])
        && !["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"].contains(&&text[..2])
}
