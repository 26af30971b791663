//! Coordinates on Earth: two decimal degrees, beside a word that says so.

use super::{Hit, number};
use crate::Entity;
use crate::chain::Group;
use crate::fact::Fact;

/// Digits after the point that make a place rather than a size: a hundred metres.
const DECIMALS_MIN: usize = 3;
const DECIMALS_MAX: usize = 15;

/// One decimal number.
#[derive(Debug, Clone, Copy)]
struct Decimal {
    degrees: u32,
    end: usize,
}

/// The pair whose first number begins with this group.
pub(crate) fn coordinates(bytes: &[u8], group: &Group) -> Option<Hit> {
    let first = decimal(bytes, group.start)?;
    let mut at = hemisphere(bytes, first.end);
    let rest = bytes.get(at..)?;
    let mark = ["，", ", ", ",", "; ", ";", " / ", "/", "、", " "]
        .iter()
        .find(|m| rest.starts_with(m.as_bytes()))?;
    at = at.saturating_add(mark.len());
    at = at.saturating_add(usize::from(matches!(bytes.get(at), Some(b'-' | b'+'))));
    let second = decimal(bytes, at)?;
    let end = hemisphere(bytes, second.end);
    let plausible =
        (first.degrees <= 90 && second.degrees <= 180) || (first.degrees <= 180 && second.degrees <= 90);
    let sign = group.start.checked_sub(1).filter(|before| matches!(bytes.get(*before), Some(b'-' | b'+')));
    let start = sign.unwrap_or(group.start);
    let hit = Hit::new(Entity::GeoCoordinates, start, end, 0.45).with(Fact::Degrees);
    plausible.then(|| hit.with_context_only())
}

fn decimal(bytes: &[u8], at: usize) -> Option<Decimal> {
    let rest = bytes.get(at..)?;
    let whole = rest.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    let after = rest.get(whole..)?.strip_prefix(b".")?;
    let decimals =
        after.iter().take(DECIMALS_MAX.saturating_add(1)).take_while(|byte| byte.is_ascii_digit()).count();
    let fits = (1..=3).contains(&whole) && (DECIMALS_MIN..=DECIMALS_MAX).contains(&decimals);
    let end = at.saturating_add(whole).saturating_add(1).saturating_add(decimals);
    fits.then_some(Decimal { degrees: number(rest.get(..whole)?), end })
}

/// Past a degree sign and a letter for north, south, east or west.
fn hemisphere(bytes: &[u8], mut at: usize) -> usize {
    let starts =
        |at: usize, mark: &str| bytes.get(at..).is_some_and(|rest| rest.starts_with(mark.as_bytes()));
    if starts(at, "°") {
        at = at.saturating_add("°".len());
    }
    let spaced = at.saturating_add(usize::from(starts(at, " ")));
    if matches!(bytes.get(spaced), Some(b'N' | b'S' | b'E' | b'W'))
        && !bytes.get(spaced.saturating_add(1)).is_some_and(u8::is_ascii_alphanumeric)
    {
        return spaced.saturating_add(1);
    }
    at
}
