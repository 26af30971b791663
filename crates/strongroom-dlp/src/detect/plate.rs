//! Licence plates: those of mainland China by their form (GA 36-2018), others beside a word.

use super::Hit;
use crate::Entity;
use crate::chain::Group;
use crate::detect::named::character_before;
use crate::fact::Fact;
use crate::glyph::{self, Glyph};

/// Whether the plates of a province begin so.
const fn is_province(first: char) -> bool {
    matches!(
        first,
        '京' | '津'
            | '沪'
            | '渝'
            | '冀'
            | '豫'
            | '云'
            | '辽'
            | '黑'
            | '湘'
            | '皖'
            | '鲁'
            | '新'
            | '苏'
            | '浙'
            | '赣'
            | '鄂'
            | '桂'
            | '甘'
            | '晋'
            | '蒙'
            | '陕'
            | '吉'
            | '闽'
            | '贵'
            | '粤'
            | '青'
            | '藏'
            | '川'
            | '宁'
            | '琼'
    )
}

/// What the last place of a plate can be besides a letter or digit.
const KINDS: [&str; 6] = ["学", "警", "港", "澳", "挂", "领"];

/// The plate that this group is part of: `京A12345`, `京A·12345`, `粤BD12345`, `粤Z1234港`.
pub(crate) fn find(bytes: &[u8], text: &[u8], group: &Group) -> Option<Hit> {
    mainland(bytes, text, group).or_else(|| elsewhere(bytes, text, group))
}

fn mainland(bytes: &[u8], text: &[u8], group: &Group) -> Option<Hit> {
    // The letter of the city stands in the group, or before a dot or space.
    let (start, city, serial) = if let Some(start) = province(bytes, group.start) {
        let (city, serial) = text.split_first()?;
        (start, *city, serial)
    } else {
        let (mark, at, _) = glyph::previous_visible(bytes, group.start)?;
        let Glyph::Mark(b'.' | b' ' | b'-') = mark else { return None };
        let (Glyph::Letter(city), at, _) = glyph::previous_visible(bytes, at)? else { return None };
        (province(bytes, at)?, city, text)
    };
    let rest = bytes.get(group.end..).unwrap_or_default();
    let kind = KINDS.iter().find(|kind| rest.starts_with(kind.as_bytes()));
    let length = serial.len().saturating_add(usize::from(kind.is_some()));
    // I and O are not given out.
    let plain = serial.iter().all(|c| c.is_ascii_alphanumeric() && !matches!(c, b'I' | b'O'));
    let energy = length == 6
        && kind.is_none()
        && serial.iter().filter(|c| c.is_ascii_uppercase()).count() <= 2
        && (serial.first().is_some_and(u8::is_ascii_uppercase)
            || serial.last().is_some_and(u8::is_ascii_uppercase));
    let letters = serial.iter().filter(|c| c.is_ascii_uppercase()).count();
    let fits =
        city.is_ascii_uppercase() && city != b'I' && plain && ((length == 5 && letters <= 2) || energy);
    let end = group.end.saturating_add(kind.map_or(0, |kind| kind.len()));
    fits.then(|| Hit::new(Entity::LicensePlate, start, end, 0.75).with(Fact::Ga36))
}

/// Where the character of a province begins that ends at `end`.
fn province(bytes: &[u8], end: usize) -> Option<usize> {
    character_before(bytes, end).filter(|last| is_province(*last))?;
    end.checked_sub(3)
}

/// Hong Kong's `AB 1234`, Taiwan's `ABC-1234` and others of letters and digits, told by a word.
fn elsewhere(bytes: &[u8], text: &[u8], group: &Group) -> Option<Hit> {
    // A part of a longer number.
    if matches!(bytes.get(group.end..), Some([b'-' | b'.' | b'/', next, ..]) if next.is_ascii_alphanumeric())
    {
        return None;
    }
    let hit = |start: usize, end: usize| {
        Some(Hit::new(Entity::LicensePlate, start, end, 0.4).with(Fact::Plate).with_context_only())
    };
    let letters = text.iter().take_while(|c| c.is_ascii_uppercase()).count();
    let tail = text.get(letters..).unwrap_or_default();
    if (1..=3).contains(&letters) && (3..=4).contains(&tail.len()) && tail.iter().all(u8::is_ascii_digit) {
        return hit(group.start, group.end);
    }
    if !(3..=4).contains(&text.len()) || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (mark, mut at, _) = glyph::previous_visible(bytes, group.start)?;
    let Glyph::Mark(b' ' | b'-') = mark else { return None };
    let mut count = 0_usize;
    while let Some((Glyph::Letter(_), before, _)) = glyph::previous_visible(bytes, at) {
        // `at 155`: the letters of a plate are capitals.
        if bytes.get(before).is_some_and(u8::is_ascii_lowercase) {
            return None;
        }
        (at, count) = (before, count.saturating_add(1));
        if count > 3 {
            return None;
        }
    }
    let digit_before = matches!(glyph::previous_visible(bytes, at), Some((Glyph::Digit(_), ..)));
    ((2..=3).contains(&count) && !digit_before).then(|| hit(at, group.end))?
}
