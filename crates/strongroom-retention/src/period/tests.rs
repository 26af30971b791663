//! Goal: the calendar is right at its edges. Method: tables worked out by hand, and a naive day-by-day reference.

#![expect(clippy::arithmetic_side_effects, reason = "an overflow in a test is a failed test")]

use super::*;
use crate::testing::config;
use proptest::prelude::*;

fn shanghai() -> UtcOffset {
    UtcOffset::from_hms(8, 0, 0).unwrap()
}

#[test]
fn periods_are_accepted_or_refused() {
    for accepted in ["P0D", "P3Y", "P6M", "P24M", "P2W", "P30D", "P1Y6M", "P1Y2M3W4D", "P1000Y", "P365000D"] {
        assert_eq!(accepted.parse::<Period>().unwrap().to_string(), accepted);
    }
    for refused in [
        "",
        "P",
        "3Y",
        "p3y",
        "P3y",
        "P-3Y",
        "P+3Y",
        "P3",
        "PY",
        "P1.5Y",
        "P1,5Y",
        "P03Y",
        "P0Y",
        "P1Y0M",
        "PT1H",
        "P1DT1H",
        "P1M1Y",
        "P1Y1Y",
        "P1001Y",
        "P365001D",
        "P9999999D",
        "P3Y ",
        " P3Y",
        "P三Y",
        "P3年",
        "P5Y / P10Y",
        "P99999999999999999999Y",
    ] {
        assert!(refused.parse::<Period>().is_err(), "{refused}");
    }
}

#[test]
fn a_period_ends_at_the_midnight_after_the_matching_day() {
    let check = |period: &str, trigger: &str, end: &str| {
        let end_found = period.parse::<Period>().unwrap().end(trigger.parse().unwrap(), shanghai());
        assert_eq!(end_found, end.parse().unwrap(), "{period} from {trigger}");
    };
    // Month ends.
    check("P1M", "2026-01-31T10:00:00+08:00", "2026-03-01T00:00:00+08:00");
    check("P1M", "2028-01-31T10:00:00+08:00", "2028-03-01T00:00:00+08:00");
    check("P1M", "2026-01-30T10:00:00+08:00", "2026-03-01T00:00:00+08:00");
    check("P1M", "2026-02-28T10:00:00+08:00", "2026-03-29T00:00:00+08:00");
    check("P1M", "2026-03-31T10:00:00+08:00", "2026-05-01T00:00:00+08:00");
    check("P13M", "2026-12-31T10:00:00+08:00", "2028-02-01T00:00:00+08:00");
    check("P6M", "2026-08-31T10:00:00+08:00", "2027-03-01T00:00:00+08:00");
    check("P6M", "2027-08-31T10:00:00+08:00", "2028-03-01T00:00:00+08:00");
    // Leap years; 2100 has no 29 February, 2400 has.
    check("P1Y", "2028-02-29T10:00:00+08:00", "2029-03-01T00:00:00+08:00");
    check("P4Y", "2028-02-29T10:00:00+08:00", "2032-03-01T00:00:00+08:00");
    check("P3Y", "2026-03-15T10:00:00+08:00", "2029-03-16T00:00:00+08:00");
    check("P72Y", "2028-02-29T10:00:00+08:00", "2100-03-01T00:00:00+08:00");
    check("P372Y", "2028-02-29T10:00:00+08:00", "2400-03-01T00:00:00+08:00");
    check("P365D", "2027-03-01T10:00:00+08:00", "2028-03-01T00:00:00+08:00");
    check("P1Y", "2027-03-01T10:00:00+08:00", "2028-03-02T00:00:00+08:00");
    // Past the end of 32-bit seconds: a thirty-year accounting rule of today.
    check("P30Y", "2027-01-01T00:00:00+08:00", "2057-01-02T00:00:00+08:00");
    check("P30Y", "2028-02-29T00:00:00+08:00", "2058-03-01T00:00:00+08:00");
    // The civil date is the zone's: 20:00 UTC on New Year's Eve is New Year's Day in Shanghai.
    check("P1D", "2026-12-31T20:00:00Z", "2027-01-03T00:00:00+08:00");
    check("P1D", "2026-12-31T15:59:59.999999Z", "2027-01-02T00:00:00+08:00");
    // "At once" is the instant itself.
    check("P0D", "2026-12-31T20:00:00Z", "2026-12-31T20:00:00Z");
    // Months first, then days, then the last instant there is.
    check("P1M1D", "2026-01-31T00:00:00+08:00", "2026-03-02T00:00:00+08:00");
    check("P1W", "2026-01-31T00:00:00+08:00", "2026-02-08T00:00:00+08:00");
    check("P1000Y", "9500-01-01T00:00:00+08:00", &Timestamp::MAX.to_string());
    check("P1D", "9999-12-30T20:00:00+08:00", &Timestamp::MAX.to_string());
}

/// Walks one day at a time and counts what it passes: slow, and right by eye.
fn end_by_walking(months: u32, days: u32, from: Date) -> Date {
    let mut at = from;
    for _ in 0..months {
        let month = at.month();
        while at.month() == month {
            at = at.next_day().unwrap();
        }
    }
    if months > 0 {
        let month = at.month();
        while at.day() < from.day() && at.next_day().unwrap().month() == month {
            at = at.next_day().unwrap();
        }
    }
    (0..=days).fold(at, |day, _| day.next_day().unwrap())
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn arithmetic_agrees_with_walking_the_calendar(months in 0u32..60, days in 0u32..50, ordinal in 0i64..40_000) {
        let from = Date::from_calendar_date(1999, Month::January, 1).unwrap() + Duration::days(ordinal);
        let period = Period { years: 0, months, weeks: 0, days };
        prop_assume!(!period.is_zero());
        let noon = Timestamp::start_of(from, shanghai()).plus_seconds(12 * 3600);
        prop_assert_eq!(period.end(noon, shanghai()).date_in(shanghai()), end_by_walking(months, days, from));
    }

    #[test]
    fn a_longer_period_never_ends_earlier(years in 0u32..40, months in 0u32..40, more in 1u32..40, micros in 0i64..4_000_000_000_000_000) {
        let trigger = Timestamp::from_unix_micros(micros);
        let shorter = Period { years, months, weeks: 0, days: 0 }.end(trigger, shanghai());
        let longer = Period { years, months: months + more, weeks: 0, days: 0 }.end(trigger, shanghai());
        prop_assert!(shorter < longer);
        prop_assert!(trigger <= shorter);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "P?[0-9YMWDPT.年]{0,12}") {
        if let Ok(period) = text.parse::<Period>() {
            prop_assert_eq!(period.to_string(), text);
        }
    }
}
