//! Identifiers that data alone does not describe: signs that are no join, brackets, characters that are not ASCII.

use super::around::{Spread, is_open_after};
use super::{find, rows};
use crate::Entity;
use crate::chain::join;
use crate::detect::{Hit, Window, number};
use crate::fact::Fact;
use crate::glyph::{self, Glyph};
use crate::national::{americas, asia, britain, greater_china, nordic};

/// CNPJ, whose slash is no join: `00.000.000/0000-00` is found from its last two groups.
pub(crate) fn br_cnpj(window: &Window<'_>) -> Option<Hit> {
    let hit = match window.sizes() {
        [14, 0, ..] if americas::is_br_cnpj(window.text) => window.hit(Entity::BrCnpj, 0.4),
        [4, 2, 0, ..] if window.joins().all(|join| join == join::DASH) => {
            let spread = Spread::read_before(window, &[(2, b'.'), (3, b'.'), (3, b'/')])?;
            let hit = Hit { start: spread.start, ..window.hit(Entity::BrCnpj, 0.75) };
            americas::is_br_cnpj(spread.text()).then(|| hit.with(Fact::Punctuation))?
        }
        _ => return None,
    };
    Some(hit.with(Fact::CnpjMod11))
}

/// Whether one of the marks follows, or what is no ASCII and may be one.
fn is_followed(window: &Window<'_>, marks: &[u8]) -> bool {
    window.bytes.get(window.end).is_some_and(|byte| marks.contains(byte) || !byte.is_ascii())
}

/// Henkilötunnus, whose century sign may be a dash, a letter or a plus sign.
pub(crate) fn fi_hetu(window: &Window<'_>) -> Option<Hit> {
    if window.text.len() == 6 && !is_followed(window, b"+-") {
        return None;
    }
    let (end, valid) = match window.sizes() {
        [11, 0, ..] => (window.end, nordic::is_fi_hetu(window.text)),
        [6, 0, ..] => {
            let spread = Spread::read_after(window, b"+-", true, 4)?;
            (spread.end, nordic::is_fi_hetu(spread.text()))
        }
        _ => return None,
    };
    let hit = Hit { end, numeric: false, ..window.hit(Entity::FiHetu, 0.8) };
    valid.then(|| hit.with(Fact::HetuMod31).with(Fact::BirthDate))
}

/// Personnummer; a plus sign, for those of a hundred years and more, is no join.
pub(crate) fn se_personnummer(window: &Window<'_>) -> Option<Hit> {
    if window.text.len() == 6 {
        if !is_followed(window, b"+") {
            return None;
        }
        let spread = Spread::read_after(window, b"+", false, 4)?;
        let hit = Hit { end: spread.end, ..window.hit(Entity::SePersonnummer, 0.6) };
        return nordic::is_se_personnummer(spread.text()).then(|| hit.with(Fact::Luhn).with(Fact::BirthDate));
    }
    find(window, &rows::SE_PERSONNUMMER)
}

/// NIR; those with sex, month and all else as most people have them pass by chance once in some 4,000.
pub(crate) fn fr_nir(window: &Window<'_>) -> Option<Hit> {
    let hit = find(window, &rows::FR_NIR)?;
    let usual = matches!(window.text.first(), Some(b'1' | b'2'))
        && matches!(window.text.get(3..5).map(number), Some(1..=12));
    Some(if usual { Hit { score: hit.score + 0.3, ..hit }.with(Fact::BirthMonth) } else { hit })
}

/// What is taken from a number outside the ranges that are given out, as far as they are known: many are made up for forms and
/// tests, and they are somebody's as far as a reader can tell.
const UNISSUED_WEIGHT: f32 = 0.05;

/// Thailand's number, whose province is a second proof.
pub(crate) fn th_tnin(window: &Window<'_>) -> Option<Hit> {
    let hit = find(window, &rows::TH_TNIN)?;
    Some(if asia::has_th_province(window.text) {
        hit.with(Fact::Province)
    } else {
        Hit { score: hit.score - UNISSUED_WEIGHT, ..hit }
    })
}

/// The NHS number, whose range is a second proof.
pub(crate) fn uk_nhs(window: &Window<'_>) -> Option<Hit> {
    let hit = find(window, &rows::UK_NHS)?;
    Some(if britain::is_uk_nhs_issued(window.text) {
        hit.with(Fact::Range)
    } else {
        Hit { score: hit.score - UNISSUED_WEIGHT, ..hit }
    })
}

/// Resident registration number: a check digit that fails speaks against all but those born since the digits are random.
pub(crate) fn kr_rrn(window: &Window<'_>) -> Option<Hit> {
    let grouped = match window.sizes() {
        [13, 0, ..] => false,
        [6, 7, 0, ..] if window.is_uniform() => true,
        _ => return None,
    };
    if !asia::is_kr_rrn_shaped(window.text) {
        return None;
    }
    let checked = asia::has_kr_check(window.text);
    let score = match (grouped, checked, asia::is_kr_rrn(window.text)) {
        (true, true, _) => 0.75,
        (false, true, _) | (true, false, true) => 0.45,
        (false, false, true) | (true, false, false) => 0.3,
        (false, false, false) => return None,
    };
    let hit = window.hit(Entity::KrRrn, score);
    Some(if checked { hit.with(Fact::RrnMod11) } else { hit }.with(Fact::BirthDate))
}

/// Macao's identity card: the last digit in brackets, or eight digits that only a word can tell.
pub(crate) fn mo_id(window: &Window<'_>) -> Option<Hit> {
    match window.sizes() {
        [8, 0, ..] if greater_china::is_mo_id(window.text) => {
            Some(window.hit(Entity::MoId, 0.4).with(Fact::FirstDigit).with_context_only())
        }
        [7, 1, 0, ..] if window.is_uniform() && greater_china::is_mo_id(window.text) => {
            Some(window.hit(Entity::MoId, 0.45).with(Fact::FirstDigit))
        }
        [7, 0, ..] if matches!(window.text.first(), Some(b'1' | b'5' | b'7')) => {
            let end = bracketed_digit(window.bytes, window.end)?;
            let hit = Hit { end, numeric: false, ..window.hit(Entity::MoId, 0.45) };
            Some(hit.with(Fact::FirstDigit).with(Fact::Brackets))
        }
        _ => None,
    }
}

/// Where a digit in brackets ends, after a space or none.
fn bracketed_digit(bytes: &[u8], end: usize) -> Option<usize> {
    let (mut glyph, _, mut at) = glyph::next_visible(bytes, end)?;
    if glyph == Glyph::Mark(b' ') {
        (glyph, _, at) = glyph::next_visible(bytes, at)?;
    }
    let (digit, _, after) = glyph::next_visible(bytes, at)?;
    let (closing, _, past) = glyph::next_visible(bytes, after)?;
    let shape =
        glyph == Glyph::Mark(b'(') && matches!(digit, Glyph::Digit(_)) && closing == Glyph::Mark(b')');
    (shape && is_open_after(bytes, past)).then_some(past)
}

/// Permits between mainland China, Hong Kong, Macao and Taiwan, told by a word.
pub(crate) fn cn_travel_permit(window: &Window<'_>) -> Option<Hit> {
    if !window.is_single() || !greater_china::is_cn_travel_permit(window.text) {
        return None;
    }
    let score = if window.all_digits() { 0.35 } else { 0.45 };
    Some(window.hit(Entity::CnTravelPermit, score).with(Fact::LetterAndDigits).with_context_only())
}

/// Who gives out certificates of officers, soldiers and civilians of the armed forces.
const ARMED: [&str; 8] = ["军", "軍", "武", "士", "兵", "空", "海", "警"];

/// 军字第12345678号: the words around the digits belong to the number.
pub(crate) fn cn_officer_id(window: &Window<'_>) -> Option<Hit> {
    if !window.is_single() || !greater_china::is_cn_officer_digits(window.text) {
        return None;
    }
    let before = window.bytes.get(..window.start)?;
    if window.text.len() < 7 && !before.last().is_some_and(|last| *last == b' ' || !last.is_ascii()) {
        return None;
    }
    let spaceless = before.strip_suffix(b" ").unwrap_or(before);
    let Some(head) = spaceless.strip_suffix("字第".as_bytes()) else {
        // Bare digits are nothing but with a word.
        let hit = window.hit(Entity::CnOfficerId, 0.35).with(Fact::Length).with_context_only();
        return (window.text.len() >= 7).then_some(hit);
    };
    let from = head.len().checked_sub(3)?;
    let issuer = head.get(from..).and_then(|bytes| std::str::from_utf8(bytes).ok())?;
    // One Chinese character: other than those of the forces, courts and offices number their papers so.
    if !issuer.chars().all(|c| ('\u{4E00}'..='\u{9FA5}').contains(&c)) {
        return None;
    }
    let rest = window.bytes.get(window.end..)?;
    let sign = ["号", "號"]
        .into_iter()
        .find(|sign| rest.strip_prefix(b" ").unwrap_or(rest).starts_with(sign.as_bytes()));
    let spaces = usize::from(sign.is_some() && rest.starts_with(b" "));
    let end = window.end.saturating_add(sign.map_or(0, str::len)).saturating_add(spaces);
    let score = match (ARMED.contains(&issuer), sign.is_some()) {
        (true, true) => 0.85,
        (true, false) => 0.6,
        (false, _) => 0.35,
    };
    let hit = Hit { start: from, end, numeric: false, ..window.hit(Entity::CnOfficerId, score) };
    Some(Hit { evidence: hit.evidence.with(Fact::Issuer), ..hit })
}
