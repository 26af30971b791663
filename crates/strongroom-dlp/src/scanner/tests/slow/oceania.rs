//! Australia and New Zealand.

use super::{digits, is_one_digit_over_and_over, number, weighed};

/// An Australian business number (Australian Business Register, Format of the ABN): 1 taken from the first digit, the
/// weights 10 1 3 5 7 9 11 13 15 17 19, a multiple of 89. The first digit is not 0.
pub(in super::super) fn au_abn(text: &str) -> bool {
    let Some(mut digits) = digits(text, 11) else { return false };
    if digits[0] == 0 {
        return false;
    }
    digits[0] -= 1;
    weighed(&digits, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]).is_multiple_of(89)
}

/// A Medicare card number (Services Australia): eight digits, the first from 2 to 6, with the weights 1 3 7 9 twice and
/// the remainder modulo 10 as the ninth; the issue of the card from 1 on, and perhaps the person on it from 1 on.
pub(in super::super) fn au_medicare(text: &str) -> bool {
    let Some(digits) = digits(text, 10).or_else(|| digits(text, 11)) else { return false };
    let check = weighed(&digits, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10;
    (2..=6).contains(&digits[0]) && check == digits[8] && digits[9..].iter().all(|digit| *digit != 0)
}

/// A tax file number of nine digits: the weights 1 4 3 7 5 8 6 9 10, a multiple of 11. The older ones of eight digits
/// have the weights 10 7 8 4 6 3 5 1.
///
/// The Australian Taxation Office speaks of both lengths (TFN declaration reporting specification 4.0.3, section 9), but
/// gives the weights to makers of software on request alone. Those of nine digits are published in many places. Those of
/// eight were on its page `obtainTFNalgorithm`, from which others quote them, and they fit those of nine, which times 10
/// are 10 7 8 4 6 3 5 2 1 modulo 11: the older form lacks the eighth digit. Some libraries use the first eight of the
/// nine weights instead, without a source.
pub(in super::super) fn au_tfn(text: &str) -> bool {
    let sum = match (digits(text, 9), digits(text, 8)) {
        (Some(nine), _) => weighed(&nine, &[1, 4, 3, 7, 5, 8, 6, 9, 10]),
        (_, Some(eight)) => weighed(&eight, &[10, 7, 8, 4, 6, 3, 5, 1]),
        _ => return false,
    };
    sum.is_multiple_of(11) && !is_one_digit_over_and_over(text)
}

/// An IRD number (Inland Revenue, RWT and NRWT specification): seven or eight digits, filled up to eight with a zero,
/// with the weights 3 2 7 6 5 4 3 2 and 11 less the remainder modulo 11 as check digit. Where that is 10, the weights are
/// 7 4 3 2 5 2 7 6, and where it is 10 again, there is no number.
///
/// The specification of 31 March 2016 has numbers from 10-000-000 to 150-000-000: those issued, and those it expected to
/// be issued in the ten years from then. They are over, and an example of Inland Revenue's that is quoted since has
/// 150000026, of which the steps above give another check digit. No text that we found says where the numbers end now;
/// up to 200-000-000 is the product's choice.
pub(in super::super) fn nz_ird(text: &str) -> bool {
    if digits(text, 8).is_none() && digits(text, 9).is_none() {
        return false;
    }
    let (base, last) = text.split_at(text.len() - 1);
    let base = digits(&format!("{base:0>8}"), 8).unwrap();
    let check = |weights| match weighed(&base, weights) % 11 {
        0 => 0,
        rest => 11 - rest,
    };
    let mut digit = check(&[3, 2, 7, 6, 5, 4, 3, 2]);
    if digit == 10 {
        digit = check(&[7, 4, 3, 2, 5, 2, 7, 6]);
    }
    digit.to_string() == last && (10_000_000..200_000_000).contains(&number(text))
}
