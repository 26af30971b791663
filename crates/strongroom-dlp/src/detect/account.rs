//! Numbers that only a word nearby can tell, and the social security number of the United States.

use super::{Hit, Window, number};
use crate::Entity;
use crate::chain::join;
use crate::fact::Fact;

/// 12 to 22 digits, in one piece or in fours.
pub(crate) fn bank_account(window: &Window<'_>) -> Option<Hit> {
    let length = window.text.len();
    let shape = (12..=22).contains(&length) && window.all_digits() && window.is_uniform();
    let before_last = window.groups.len().saturating_sub(1);
    let fours = window.sizes().iter().take(before_last).all(|size| *size == 4);
    (shape && fours).then(|| window.hit(Entity::CnBankAccount, 0.4).with(Fact::Length).with_context_only())
}

/// `E12345678`, `EA1234567`, `G12345678`, `K01234567`, or nine digits.
pub(crate) fn passport(window: &Window<'_>) -> Option<Hit> {
    if !window.is_single() || !(8..=9).contains(&window.text.len()) {
        return None;
    }
    let letters = window.text.iter().take_while(|character| character.is_ascii_uppercase()).count();
    let digits = window.text.get(letters..).unwrap_or_default();
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let form = match (letters, digits.len()) {
        (0, 9) => Fact::NineDigits,
        (1 | 2, 6..=8) => Fact::LettersAndDigits,
        _ => return None,
    };
    Some(window.hit(Entity::Passport, 0.45).with(form).with_context_only())
}

/// `123-45-6789` in the ranges that were ever given out.
pub(crate) fn us_ssn(window: &Window<'_>) -> Option<Hit> {
    let (Some(area), Some(group), Some(serial)) =
        (window.text.get(..3), window.text.get(3..5), window.text.get(5..9))
    else {
        return None;
    };
    let alike =
        window.joins().all(|join| join == join::DASH) || window.joins().all(|join| join == join::SPACE);
    let score = match window.sizes() {
        [3, 2, 4, 0, ..] if window.joins().next() == Some(join::DASH) => 0.6,
        [3, 2, 4, 0, ..] => 0.35,
        // Nine digits are anything, but beside the word.
        [9, 0, ..] => 0.3,
        _ => return None,
    };
    let area = number(area);
    let ranges = !matches!(area, 0 | 666 | 900..=999) && number(group) != 0 && number(serial) != 0;
    let shape = window.all_digits() && alike && ranges;
    shape.then(|| window.hit(Entity::UsSsn, score).with(Fact::Ranges))
}
