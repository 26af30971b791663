//! Telephone numbers: the national forms of mainland China, Taiwan, Hong Kong, Macao and North America, and `+` forms.
//!
//! Sources: the numbering plans of MIIT (2017 and its later ranges), NCC, OFCA, CTT and NANPA, and the country codes
//! of ITU-T E.164. Emergency and short numbers are not personal data and are left out.

use super::{Hit, Window, is_date, number};
use crate::Entity;
use crate::chain::join;
use crate::fact::Fact;
use crate::glyph::{self, Glyph};

/// What stands before the first digit.
#[derive(Debug, Clone, Copy)]
struct Lead {
    /// A plus sign, so a country code follows.
    plus: bool,
    /// The number with its plus sign and opening bracket.
    start: usize,
}

/// A number after its plus sign or double zero.
pub(crate) fn international(window: &Window<'_>) -> Option<Hit> {
    if !(7..=20).contains(&window.text.len()) || !window.all_digits() {
        return None;
    }
    let lead = lead(window)?;
    let (plan, score) = if lead.plus {
        of_country(window.text, &window.sizes())?
    } else {
        let together = window.sizes().first() >= Some(&2);
        let rest = window.text.strip_prefix(b"00").filter(|_| together)?;
        let (plan, score) = of_country(rest, &[u8::MAX, 0, 0, 0, 0, 0, 0, 0, 0])?;
        (plan, if plan == Fact::E164 { 0.35 } else { score - 0.05 })
    };
    Some(Hit { start: lead.start, ..window.hit(Entity::Phone, score) }.with(plan))
}

/// A number as it is dialled within its country.
pub(crate) fn national(window: &Window<'_>) -> Option<Hit> {
    if window.text.starts_with(b"00") || !window.all_digits() {
        return None;
    }
    let (plan, score) = of_plan(window)?;
    let lead = lead(window).filter(|lead| !lead.plus)?;
    Some(Hit { start: lead.start, ..window.hit(Entity::Phone, score) }.with(plan))
}

/// A number within its town, which only a word can tell.
pub(crate) fn local(window: &Window<'_>) -> Option<Hit> {
    let (plan, score) = window.all_digits().then(|| short(window.text, &window.sizes())).flatten()?;
    let lead = lead(window).filter(|lead| !lead.plus)?;
    Some(Hit { start: lead.start, ..window.hit(Entity::Phone, score) }.with(plan))
}

/// Whether such a number may have a group of this size in this place.
pub(crate) const fn is_local_shape(groups: usize, place: usize, size: usize) -> bool {
    match (groups, place) {
        (1, _) => matches!(size, 7 | 8),
        (_, 0) => matches!(size, 3 | 4),
        _ => size == 4,
    }
}

/// Whether a number without its country may have a group of this size in this place.
pub(crate) const fn is_national_shape(groups: usize, place: usize, size: usize) -> bool {
    match (groups, place) {
        (1, _) => size >= 9 && size <= 13,
        (4.., 0) => size >= 1 && size <= 4,
        (_, 0) => size >= 2 && size <= 4,
        (2, 1) => size >= 4 && size <= 11,
        (_, 1) => size >= 2 && size <= 8,
        (3, 2) => size <= 8,
        (_, 2) => size >= 3 && size <= 5,
        _ => true,
    }
}

/// `None` where brackets do not pair up, or where a plus sign or bracket stands before that this number has no use for.
fn lead(window: &Window<'_>) -> Option<Lead> {
    let count = |bit: u8| window.joins().filter(|join| join & bit != 0).count();
    let (opened, closed) = (count(join::OPEN), count(join::CLOSE));
    let mut lead = Lead { plus: false, start: window.start };
    let mut before = glyph::previous_visible(window.bytes, window.start);
    if let Some((Glyph::Mark(b'+'), start, _)) = before {
        lead = Lead { plus: true, start };
        before = glyph::previous_visible(window.bytes, start);
    }
    let missing = closed.checked_sub(opened)?;
    match (missing, before) {
        (0, _) => Some(lead),
        (1, Some((Glyph::Mark(b'('), start, _))) => Some(Lead { start, ..lead }),
        _ => None,
    }
}

/// The digits after the plus sign or double zero.
fn of_country(digits: &[u8], sizes: &[u8; 9]) -> Option<(Fact, f32)> {
    if !(8..=16).contains(&digits.len()) || sizes.iter().filter(|size| **size > 0).count() > 6 {
        return None;
    }
    match digits {
        [b'8', b'6', rest @ ..] => {
            let rest = rest.strip_prefix(b"0").unwrap_or(rest);
            if is_cn_mobile(rest) {
                return Some((Fact::CnMobile, 0.9));
            }
            cn_area(rest).filter(|area| is_cn_local(rest.get(*area..))).map(|_| (Fact::CnLandLine, 0.85))
        }
        [b'8', b'5', b'2', rest @ ..] => {
            (rest.len() == 8 && matches!(rest.first(), Some(b'2'..=b'9'))).then_some((Fact::Hk, 0.85))
        }
        [b'8', b'5', b'3', rest @ ..] => is_mo(rest).then_some((Fact::Mo, 0.85)),
        [b'8', b'8', b'6', rest @ ..] => {
            let rest = rest.strip_prefix(b"0").unwrap_or(rest);
            match rest {
                [b'9', ..] if rest.len() == 9 => Some((Fact::TwMobile, 0.9)),
                [b'2'..=b'8', ..] if (8..=9).contains(&rest.len()) => Some((Fact::TwLandLine, 0.8)),
                _ => None,
            }
        }
        [b'1', rest @ ..] => {
            if is_nanp(rest) {
                Some((Fact::Nanp, 0.85))
            } else {
                // The plus sign says that it is a number, if not one of the plan as it is known here.
                (rest.len() == 10
                    && matches!(rest, [b'2'..=b'9', second, third, ..] if (*second, *third) != (b'1', b'1')))
                .then_some((Fact::E164, 0.55))
            }
        }
        _ => is_e164(digits).then_some((Fact::E164, 0.65)),
    }
}

fn of_plan(window: &Window<'_>) -> Option<(Fact, f32)> {
    let (digits, sizes) = (window.text, window.sizes());
    match digits.first()? {
        b'0' => {
            cn_mobile(digits, &sizes).or_else(|| cn_land_line(window, &sizes)).or_else(|| tw(digits, &sizes))
        }
        b'1' => cn_mobile(digits, &sizes).or_else(|| nanp(window, &sizes)),
        _ => match digits.len() {
            10 => service(digits, &sizes).or_else(|| nanp(window, &sizes)),
            13 => cn_mobile(digits, &sizes),
            _ => None,
        },
    }
}

fn cn_mobile(digits: &[u8], sizes: &[u8; 9]) -> Option<(Fact, f32)> {
    let in_groups = |sizes: &[u8]| {
        matches!(
            sizes,
            [3, 4, 4, 0, ..] | [3, 8, 0, ..] | [3, 3, 5, 0, ..] | [4, 4, 3, 0, ..] | [4, 3, 4, 0, ..]
        )
    };
    let tail = sizes.get(1..).unwrap_or_default();
    match digits {
        [b'1', ..] if is_cn_mobile(digits) => match sizes {
            [11, 0, ..] => Some((Fact::CnMobile, 0.65)),
            _ => in_groups(sizes).then_some((Fact::CnMobile, 0.7)),
        },
        [b'8', b'6', rest @ ..] if is_cn_mobile(rest) => match sizes {
            [13, 0, ..] => Some((Fact::CnMobile, 0.55)),
            [2, 11, 0, ..] => Some((Fact::CnMobile, 0.75)),
            _ => (sizes.first() == Some(&2) && in_groups(tail)).then_some((Fact::CnMobile, 0.75)),
        },
        // The zero of long-distance calls to a mobile, as it was dialled before 2018.
        [b'0', rest @ ..] if is_cn_mobile(rest) => {
            sizes.starts_with(&[12, 0]).then_some((Fact::CnMobile, 0.4))
        }
        _ => None,
    }
}

#[expect(clippy::unnested_or_patterns, reason = "one line for each second digit reads as the plan does")]
fn is_cn_mobile(digits: &[u8]) -> bool {
    digits.len() == 11
        && matches!(
            digits,
            [b'1', b'3' | b'8', ..]
                | [b'1', b'4', b'0' | b'1' | b'4'..=b'9', ..]
                | [b'1', b'5', b'0'..=b'3' | b'5'..=b'9', ..]
                | [b'1', b'6', b'2' | b'5'..=b'7', ..]
                | [b'1', b'7', b'0'..=b'8', ..]
                | [b'1', b'9', b'0'..=b'3' | b'5'..=b'9', ..]
        )
}

/// `010-65529988`, `(0755) 2677 0099`, `0571-8765432-801`.
fn cn_land_line(window: &Window<'_>, sizes: &[u8; 9]) -> Option<(Fact, f32)> {
    let rest = window.text.strip_prefix(b"0")?;
    let area = cn_area(rest)?;
    if window.is_single() {
        return is_cn_local(rest.get(area..)).then_some((Fact::CnLandLine, 0.4));
    }
    let (first, tail) = sizes.split_first()?;
    if usize::from(*first) != area.saturating_add(1) {
        return None;
    }
    let (local, extension) = match tail {
        [local @ 7..=8, 0, ..] => (usize::from(*local), 0),
        [local @ 7..=8, extension @ 1..=6, 0, ..] => (usize::from(*local), *extension),
        [head @ 3..=4, 4, 0, ..] => (usize::from(*head).saturating_add(4), 0),
        [head @ 3..=4, 4, extension @ 1..=6, 0, ..] => (usize::from(*head).saturating_add(4), *extension),
        _ => return None,
    };
    let dash = window.joins().last().is_some_and(|join| join == join::DASH);
    let spaced = window.joins().next() == Some(join::SPACE);
    let holds = is_cn_local(rest.get(area..area.saturating_add(local))) && (extension == 0 || dash);
    holds.then_some((Fact::CnLandLine, if spaced { 0.55 } else { 0.7 }))
}

/// Digits of the area code without its zero: 10, 2x, or three digits that begin with 3 to 9.
fn cn_area(digits: &[u8]) -> Option<usize> {
    match digits {
        [b'1', b'0', ..] | [b'2', b'0'..=b'5' | b'7'..=b'9', ..] => Some(2),
        [b'3'..=b'9', b'0'..=b'9', b'0'..=b'9', ..] => Some(3),
        _ => None,
    }
}

fn is_cn_local(digits: Option<&[u8]>) -> bool {
    digits.is_some_and(|local| matches!(local.len(), 7 | 8) && matches!(local.first(), Some(b'2'..=b'9')))
}

/// `0912-345-678`, `(02) 2345-6789`, `037-123456`.
fn tw(digits: &[u8], sizes: &[u8; 9]) -> Option<(Fact, f32)> {
    if digits.len() == 10 && digits.starts_with(b"09") {
        return match sizes {
            [4, 3, 3, 0, ..] | [4, 6, 0, ..] => Some((Fact::TwMobile, 0.75)),
            [10, 0, ..] | [4, 2, 4, 0, ..] | [2, 2, 3, 3, 0, ..] | [3, 3, 4, 0, ..] => {
                Some((Fact::TwMobile, 0.6))
            }
            _ => None,
        };
    }
    let (area, local) = match digits {
        [b'0', b'8', b'2' | b'3', b'6', ..] => (4, 5..=5),
        [b'0', b'8', b'2' | b'9', ..] | [b'0', b'3', b'7', ..] => (3, 6..=6),
        [b'0', b'4', b'9', ..] => (3, 7..=7),
        [b'0', b'2' | b'4', ..] => (2, 7..=8),
        [b'0', b'3' | b'5'..=b'8', ..] => (2, 7..=7),
        _ => return None,
    };
    let grouped = matches!(sizes, [first, 5..=8, 0, ..] if usize::from(*first) == area)
        || matches!(sizes, [first, 3..=4, 3..=4, 0, ..] if usize::from(*first) == area);
    let starts = matches!(digits.get(area), Some(b'2'..=b'9'));
    let length = digits.len().saturating_sub(area);
    if !local.contains(&length) || !starts {
        return None;
    }
    match sizes {
        [_, 0, ..] => Some((Fact::TwLandLine, 0.35)),
        _ => grouped.then_some((Fact::TwLandLine, 0.65)),
    }
}

/// The 400 and 800 numbers of companies in mainland China.
fn service(digits: &[u8], sizes: &[u8; 9]) -> Option<(Fact, f32)> {
    if digits.len() != 10 || !(digits.starts_with(b"400") || digits.starts_with(b"800")) {
        return None;
    }
    match sizes {
        [10, 0, ..] => Some((Fact::CnService, 0.35)),
        [3, 3, 4, 0, ..] | [3, 4, 3, 0, ..] | [4, 3, 3, 0, ..] => Some((Fact::CnService, 0.6)),
        _ => None,
    }
}

/// `415-555-2671`, `(415) 555-2671`, `1-415-555-2671`.
fn nanp(window: &Window<'_>, sizes: &[u8; 9]) -> Option<(Fact, f32)> {
    let digits = match sizes {
        [3, 3, 4, 0, ..] => window.text,
        [1, 3, 3, 4, 0, ..] => window.text.strip_prefix(b"1")?,
        _ => return None,
    };
    let spaced = window.joins().all(|join| join == join::SPACE);
    is_nanp(digits).then_some((Fact::Nanp, if spaced { 0.4 } else { 0.6 }))
}

fn is_nanp(digits: &[u8]) -> bool {
    // N11 codes are services, and neither an area nor an exchange.
    let plain =
        |part: Option<&[u8]>| part.is_some_and(|part| part.first() >= Some(&b'2') && !part.ends_with(b"11"));
    digits.len() == 10 && plain(digits.get(..3)) && plain(digits.get(3..6))
}

/// Seven or eight digits: Hong Kong, Macao, or a local number; only a word nearby can tell.
fn short(digits: &[u8], sizes: &[u8; 9]) -> Option<(Fact, f32)> {
    // `电话会议 20240501` speaks of a day.
    let single = matches!(sizes, [8, 0, ..]);
    let parts = (digits.get(..4).map(number), digits.get(4..6).map(number), digits.get(6..8).map(number));
    if let ((Some(year @ 1900..=2099), Some(month), Some(day)), true) = (parts, single)
        && is_date(year, month, day)
    {
        return None;
    }
    let starts = matches!(digits.first(), Some(b'2'..=b'9'));
    match (digits.len(), sizes) {
        (8, [8, 0, ..] | [4, 4, 0, ..]) if starts => Some((Fact::Local, 0.35)),
        (7, [7, 0, ..] | [3, 4, 0, ..]) if starts => Some((Fact::Local, 0.3)),
        _ => None,
    }
}

fn is_mo(digits: &[u8]) -> bool {
    digits.len() == 8 && matches!(digits, [b'6' | b'8', ..] | [b'2', b'8', ..])
}

/// A country code in use and enough digits after it.
fn is_e164(digits: &[u8]) -> bool {
    let Some(code) = digits.get(..3).map(number) else { return false };
    let two = code / 10;
    let code_digits = match code {
        700..=799 => 1,
        _ if matches!(two, 20 | 27 | 30..=34 | 36 | 39..=41 | 43..=49 | 51..=58 | 60..=66 | 81 | 82 | 84 | 90..=95 | 98) => {
            2
        }
        211..=213
        | 216
        | 218
        | 220..=258
        | 260..=269
        | 290
        | 291
        | 297..=299
        | 350..=359
        | 370..=378
        | 380..=383
        | 385..=387
        | 389
        | 420
        | 421
        | 423
        | 500..=509
        | 590..=599
        | 670
        | 672..=683
        | 685..=692
        | 850
        | 855
        | 856
        | 880
        | 960..=968
        | 970..=977
        | 979
        | 992..=996
        | 998 => 3,
        _ => return false,
    };
    let subscriber = digits.len().saturating_sub(code_digits);
    subscriber >= 6 && digits.len() <= 15
}
