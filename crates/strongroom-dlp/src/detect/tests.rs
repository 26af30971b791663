//! Goal: small helpers are right at their borders.

use super::*;

#[test]
fn dates_follow_the_calendar() {
    for (year, month, day) in [(2000, 2, 29), (2024, 2, 29), (1900, 2, 28), (2023, 12, 31), (2023, 4, 30)] {
        assert!(is_date(year, month, day), "{year}-{month}-{day}");
    }
    for (year, month, day) in
        [(1900, 2, 29), (2023, 2, 29), (2023, 4, 31), (2023, 0, 1), (2023, 13, 1), (2023, 1, 0)]
    {
        assert!(!is_date(year, month, day), "{year}-{month}-{day}");
    }
}

#[test]
fn base_36_begins_with_the_digits() {
    for (character, value) in [(b'0', 0), (b'9', 9), (b'A', 10), (b'Z', 35)] {
        assert_eq!(base36(character), Some(value));
    }
    assert_eq!(base36(b'a'), None);
    assert_eq!(base36(b'-'), None);
}

#[test]
fn what_touches_a_number_is_told() {
    for (before, after, expected) in [
        ("", "", (Edge::Open, Edge::Open)),
        ("中", "文", (Edge::Open, Edge::Open)),
        ("a-", "-1", (Edge::Joined, Edge::Joined)),
        ("- ", "-", (Edge::Open, Edge::Open)),
        ("1.", ".5", (Edge::Joined, Edge::Joined)),
        ("。", ".", (Edge::Open, Edge::Open)),
        ("1 ", " 1", (Edge::Crowded, Edge::Crowded)),
        ("￥", "元", (Edge::Money, Edge::Money)),
        ("$ ", "%", (Edge::Money, Edge::Money)),
        ("a/", "/a", (Edge::Joined, Edge::Open)),
        ("1/", "/1", (Edge::Open, Edge::Open)),
    ] {
        let text = format!("{before}7{after}");
        let found =
            (Edge::before(text.as_bytes(), before.len()), Edge::after(text.as_bytes(), before.len() + 1));
        assert_eq!(found, expected, "{text}");
    }
}
