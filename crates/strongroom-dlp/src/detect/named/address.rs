//! Postal addresses, found from a number of a house: Chinese by divisions and streets, English by kinds of street.

use super::text::{capitalised, character, character_before, ends_with, starts_with};
use crate::Entity;
use crate::chain::Group;
use crate::detect::Hit;
use crate::fact::Fact;

/// Bytes of an address before and after its number.
const REACH: usize = 120;
/// What follows the number of a house, a part of it, or a room.
const UNITS: [&str; 16] = [
    "号院", "号楼", "號樓", "号", "號", "弄", "栋", "棟", "幢", "单元", "單元", "座", "楼", "樓", "室", "层",
];
/// Places that addresses name without a suffix.
const PLACES: [&str; 8] = ["香港", "九龍", "九龙", "新界", "澳門", "澳门", "中環", "中环"];
/// Words after which an address begins.
const LABELS: [&str; 16] = [
    "地址",
    "住址",
    "地址为",
    "地址是",
    "住在",
    "位于",
    "位於",
    "居住于",
    "寄往",
    "寄到",
    "送至",
    "送到",
    "址在",
    "家住",
    "通讯处",
    "现住",
];
const STREETS: [&str; 22] = [
    "Street",
    "Road",
    "Avenue",
    "Lane",
    "Drive",
    "Boulevard",
    "Court",
    "Place",
    "Square",
    "Terrace",
    "Crescent",
    "Close",
    "Parkway",
    "Highway",
    "Way",
    "St",
    "Rd",
    "Ave",
    "Ln",
    "Dr",
    "Blvd",
    "Ct",
];

/// The address whose number is this group.
pub(crate) fn around(bytes: &[u8], group: &Group) -> Option<Hit> {
    match bytes.get(group.end)? {
        b' ' => english(bytes, group),
        _ => unit(bytes, group.end).and_then(|_| chinese(bytes, group)),
    }
}

/// The unit that follows a number.
fn unit<'a>(bytes: &[u8], at: usize) -> Option<&'a str> {
    let first = character(bytes, at)?;
    matches!(first, '号' | '號' | '弄' | '栋' | '棟' | '幢' | '单' | '單' | '座' | '楼' | '樓' | '室' | '层')
        .then(|| starts_with(bytes, at, &UNITS))
        .flatten()
}

/// Whether this character, which ends at `end`, ends the name of a division or street.
fn is_division(last: char, bytes: &[u8], end: usize) -> bool {
    match last {
        '省' | '市' | '区' | '區' | '县' | '縣' | '镇' | '鎮' | '乡' | '鄉' | '村' | '路' | '街' | '道'
        | '巷' | '里' | '段' | '园' | '苑' | '弄' => true,
        '同' => ends_with(bytes, end, &["胡同"]).is_some(),
        _ => false,
    }
}

/// Whether one of the labels ends so.
const fn ends_label(last: char) -> bool {
    matches!(last, '址' | '为' | '是' | '在' | '于' | '於' | '往' | '到' | '至' | '处' | '住')
}

fn chinese(bytes: &[u8], group: &Group) -> Option<Hit> {
    let (mut start, mut divisions) = (group.start, 0_usize);
    let floor = start.saturating_sub(REACH);
    while start > floor {
        let last = character_before(bytes, start);
        // The last character tells most that are no label, without a look at each of them.
        if last.is_some_and(ends_label) && ends_with(bytes, start, &LABELS).is_some() {
            break;
        }
        if let Some(last) = last {
            divisions = divisions.saturating_add(usize::from(is_division(last, bytes, start)));
            start = start.checked_sub(3)?;
            // The names of some places say what they are without a suffix.
            divisions = divisions.saturating_add(usize::from(starts_with(bytes, start, &PLACES).is_some()));
        } else if start
            .checked_sub(1)
            .and_then(|before| bytes.get(before))
            .is_some_and(u8::is_ascii_alphanumeric)
        {
            start = start.checked_sub(1)?;
        } else {
            break;
        }
    }
    let mut end = group.end;
    // Numbers and units in turn: `88号3栋502室`.
    while let Some(part) = unit(bytes, end) {
        end = end.saturating_add(part.len());
        let rest = bytes.get(end..)?;
        let next =
            rest.iter().take(6).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
        let further = end.saturating_add(next);
        if next == 0 || unit(bytes, further).is_none() {
            break;
        }
        end = further;
    }
    let score = match divisions {
        0 | 1 => return None,
        2 => 0.55,
        _ => 0.65,
    };
    Some(Hit { numeric: false, ..Hit::new(Entity::Address, start, end, score) }.with(Fact::Divisions))
}

/// `12 High Street`, `1600 Amphitheatre Parkway, Mountain View`.
fn english(bytes: &[u8], group: &Group) -> Option<Hit> {
    let mut at = group.end.checked_add(1)?;
    for _ in 0..4 {
        let end = capitalised(bytes, at)?;
        let word = bytes.get(at..end)?;
        if STREETS.iter().any(|street| street.as_bytes() == word) {
            let end = town(bytes, end).map_or(end, |end| state(bytes, end).unwrap_or(end));
            return Some(Hit::new(Entity::Address, group.start, end, 0.6).with(Fact::Street));
        }
        if bytes.get(end) != Some(&b' ') {
            return None;
        }
        at = end.checked_add(1)?;
    }
    None
}

/// Where a state and a postal code after the town end: `, IL 62704`, ` NSW 2000`, ` SW1A 1AA`.
fn state(bytes: &[u8], end: usize) -> Option<usize> {
    let rest = bytes.get(end..)?;
    let rest = rest.strip_prefix(b",").unwrap_or(rest);
    let rest = rest.strip_prefix(b" ")?;
    let letters = rest.iter().take(5).take_while(|byte| byte.is_ascii_uppercase()).count();
    let code = match letters {
        0 => rest,
        2 | 3 => rest.get(letters..)?.strip_prefix(b" ")?,
        _ => return None,
    };
    let digits = code.iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
    let code = code.get(digits..)?;
    let over = !code.first().is_some_and(u8::is_ascii_alphanumeric);
    (matches!(digits, 4 | 5) && over).then(|| bytes.len().saturating_sub(code.len()))
}

/// Where the name of a town after the street and a comma ends.
fn town(bytes: &[u8], end: usize) -> Option<usize> {
    let after = bytes.get(end..)?.starts_with(b", ").then(|| end.saturating_add(2))?;
    let first = capitalised(bytes, after)?;
    let second =
        (bytes.get(first) == Some(&b' ')).then(|| capitalised(bytes, first.saturating_add(1))).flatten();
    Some(second.unwrap_or(first))
}
