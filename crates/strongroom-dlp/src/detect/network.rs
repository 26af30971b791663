//! IP addresses, version 4 and 6, and hardware addresses.

use super::{Hit, Window, number};
use crate::Entity;
use crate::chain::join;
use crate::fact::Fact;

/// Bytes of the longest IPv6 address, with an IPv4 address at its end.
const V6_BYTES_MAX: usize = 45;

pub(crate) fn ip_v4(window: &Window<'_>) -> Option<Hit> {
    // Only the ASCII dot: a middle dot between numbers is a list.
    let dots = window.joins().all(|join| join == join::DOT) && window.end.saturating_sub(window.start) <= 15;
    if window.groups.len() != 4 || !dots || !window.all_digits() {
        return None;
    }
    // A fifth part makes it a version, or the number of an object.
    let more_before = matches!(window.bytes.get(..window.start), Some([.., b'0'..=b'9', b'.']));
    let more_after = matches!(window.bytes.get(window.end..), Some([b'.', b'0'..=b'9', ..]));
    if more_before || more_after {
        return None;
    }
    let mut at = 0_usize;
    for size in window.sizes().into_iter().take(4) {
        let part = window.text.get(at..at.saturating_add(usize::from(size)))?;
        let zero_led = part.len() > 1 && part.starts_with(b"0");
        if part.len() > 3 || zero_led || number(part) > 255 {
            return None;
        }
        at = at.saturating_add(usize::from(size));
    }
    // 0.x is no host, and 1.0.0.0 to 4.x are rather versions; a word can still raise them.
    let first = window.text.get(..usize::from(*window.sizes().first()?)).map(number)?;
    let score = if first == 0 {
        return None;
    } else if first < 5 {
        0.45
    } else {
        0.65
    };
    let hit = Hit { grouped: false, ..window.hit(Entity::IpAddress, score) };
    Some(hit.with(Fact::DottedQuad))
}

/// The run of hexadecimal digits, colons, dashes and dots around `at`, of at most as many bytes as an address has.
fn run(bytes: &[u8], at: usize, mark: impl Fn(u8) -> bool) -> Option<(usize, usize)> {
    let inside = |byte: &&u8| byte.is_ascii_hexdigit() || mark(**byte);
    let back = bytes.get(..at)?.iter().rev().take(V6_BYTES_MAX).take_while(inside).count();
    let ahead = bytes.get(at..)?.iter().take(V6_BYTES_MAX).take_while(inside).count();
    let (mut start, end) = (at.checked_sub(back)?, at.checked_add(ahead)?);
    // A single colon in front ends a label; two are part of an address.
    let head = bytes.get(start..end)?;
    if head.starts_with(b":") && !head.starts_with(b"::") {
        start = start.saturating_add(1);
    }
    // In `IPv6:2001:…` the label ends with a digit of its own.
    let before = start.checked_sub(1).and_then(|before| bytes.get(before));
    if before.is_some_and(u8::is_ascii_alphanumeric) {
        let label = bytes.get(start..end)?.iter().take(4).position(|byte| *byte == b':');
        start = label.map_or(start, |label| start.saturating_add(label).saturating_add(1));
    }
    let touches = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let glued = touches(start.checked_sub(1).and_then(|before| bytes.get(before)))
        || touches(bytes.get(end))
        || bytes.get(end) == Some(&b':');
    (!glued && back.saturating_add(ahead) <= V6_BYTES_MAX).then_some((start, end))
}

/// Whether addresses were looked for at the group before the colon before `start`: up to four hexadecimal digits, the last of
/// them decimal, that nothing else is joined to.
pub(crate) fn is_asked_before(bytes: &[u8], start: usize, size: usize) -> bool {
    let head = bytes.get(..start).unwrap_or_default();
    let Some(head) = head.strip_suffix(b":").filter(|head| head.last().is_some_and(u8::is_ascii_digit))
    else {
        return false;
    };
    let digits = head.iter().rev().take(5).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let open =
        head.iter().rev().nth(digits).is_none_or(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric());
    open && digits <= 4 && (size != 2 || digits == 2)
}

/// The IPv6 address (RFC 4291) that the digit at `at` is part of.
pub(crate) fn ip_v6(bytes: &[u8], at: usize) -> Option<Hit> {
    let (start, mut end) = run(bytes, at, |byte| matches!(byte, b':' | b'.'))?;
    // A full stop or a colon after the address ends a sentence.
    while end > start && matches!(bytes.get(end.saturating_sub(1)), Some(b'.')) {
        end = end.saturating_sub(1);
    }
    let text = bytes.get(start..end)?;
    // A time of the day has one colon or two; parsing would only say so later.
    if memchr::memchr_iter(b':', text).count() < 6 && !text.windows(2).any(|two| two == b"::") {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    let address: std::net::Ipv6Addr = text.parse().ok()?;
    // `::1` and `1::` are as often code; what has two groups or more in full is an address.
    let groups = address.segments().iter().filter(|segment| **segment != 0).count();
    let score = if groups >= 3 { 0.8 } else { 0.4 };
    let hit = Hit::new(Entity::IpAddress, start, end, score).with(Fact::Ipv6);
    Some(hit)
}

/// The hardware address (IEEE 802) that the digit at `at` and this mark after its group are part of: six pairs joined by colons or by dashes, or three
/// groups of four joined by dots.
pub(crate) fn mac(bytes: &[u8], at: usize, mark: u8) -> Option<Hit> {
    let (size, length) = if mark == b'.' { (4, 14) } else { (2, 17) };
    let (start, end) = run(bytes, at, |byte| byte == mark)?;
    let text = bytes.get(start..end).filter(|text| text.len() == length)?;
    let shape = text.split(|byte| *byte == mark).all(|group| group.len() == size);
    let value = || text.iter().filter(|byte| **byte != mark);
    // All zeros and all ones name no card. Six pairs of decimal digits may be a date and a time.
    let plain = value().all(|byte| *byte == b'0') || value().all(|byte| byte.eq_ignore_ascii_case(&b'F'));
    let letters = value().any(u8::is_ascii_alphabetic);
    let score = if letters && mark != b'.' { 0.8 } else { 0.4 };
    let found = shape && !plain;
    found.then(|| Hit::new(Entity::MacAddress, start, end, score).with(Fact::Eui48))
}
