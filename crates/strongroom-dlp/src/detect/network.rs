//! IPv4 addresses.

use super::{Hit, Window, number};
use crate::Entity;
use crate::candidate::join;

pub(crate) fn ip_v4(window: &Window<'_>) -> Option<Hit> {
    // Only the ASCII dot: a middle dot between numbers is a list.
    let dots = window.joins().all(|join| join == join::DOT) && window.end.saturating_sub(window.start) <= 15;
    if window.groups.len() != 4 || !dots || !window.all_digits() {
        return None;
    }
    let mut at = 0_usize;
    for size in window.sizes().into_iter().take(4) {
        let part = window.text.get(at..at.saturating_add(size))?;
        let zero_led = part.len() > 1 && part.starts_with(b"0");
        if part.len() > 3 || zero_led || number(part) > 255 {
            return None;
        }
        at = at.saturating_add(size);
    }
    // 0.x is no host, and 1.0.0.0 to 4.x are rather versions; a word can still raise them.
    let first = window.text.get(..*window.sizes().first()?).map(number)?;
    let score = if first == 0 {
        return None;
    } else if first < 5 {
        0.45
    } else {
        0.65
    };
    let hit = Hit { grouped: false, ..window.hit(Entity::IpAddress, score) };
    Some(hit.structure("dotted_quad"))
}
