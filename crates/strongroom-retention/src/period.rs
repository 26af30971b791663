//! Calendar periods. Never days x 365: a year is a year.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};
use strongroom_types::Timestamp;
use time::{Date, Duration, Month, UtcOffset};

/// The longest period, in years.
pub const PERIOD_YEARS_MAX: u32 = 1000;

/// A calendar period in ISO 8601 form without a time part: `P3Y`, `P6M`, `P2W`, `P30D`, `P1Y6M`.
///
/// Counted from the civil date of the trigger in the rule's zone, once, never step by step: `P24M` keeps its spelling and
/// means what `P2Y` means. A day that the target month does not have becomes the month's last: 31 January + `P1M` is
/// 28 or 29 February, 29 February + `P1Y` is 28 February. The day of the trigger does not count and the last day counts
/// whole (PRC Civil Code 201 to 203; the roll over holidays of 203(1) is not made), so a period ends at the midnight
/// after the matching day. `P0D` is no period but "at once": it ends at the trigger's own instant.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    years: u32,
    months: u32,
    weeks: u32,
    days: u32,
}

/// Why a text is not a period. Periods are configuration, so the error quotes it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no period: expected `P` and then whole numbers with `Y`, `M`, `W`, `D` in this order, such as `P3Y` \
     or `P1Y6M`, at most {PERIOD_YEARS_MAX} years"
)]
pub struct PeriodError(String);

impl Period {
    /// "At once".
    pub const ZERO: Self = Self { years: 0, months: 0, weeks: 0, days: 0 };

    /// Whether the period is "at once".
    pub const fn is_zero(self) -> bool {
        self.years == 0 && self.months == 0 && self.weeks == 0 && self.days == 0
    }

    /// The instant at which the period is over when it starts on the civil date of `trigger` in `zone`; the end of the
    /// year 9999 where it would be later.
    #[must_use]
    pub fn end(self, trigger: Timestamp, zone: UtcOffset) -> Timestamp {
        if self.is_zero() {
            return trigger;
        }
        self.matching_day(trigger.date_in(zone))
            .and_then(Date::next_day)
            .map_or(Timestamp::MAX, |day_after| Timestamp::start_of(day_after, zone))
    }

    /// The day of the target month that matches `from`, or the month's last; `None` past the year 9999.
    fn matching_day(self, from: Date) -> Option<Date> {
        let months = self.years.checked_mul(12)?.checked_add(self.months)?;
        let month_index = u32::from(u8::from(from.month()).checked_sub(1)?).checked_add(months)?;
        let year = from.year().checked_add(i32::try_from(month_index / 12).ok()?)?;
        let month = Month::try_from(u8::try_from(month_index % 12).ok()?.checked_add(1)?).ok()?;
        let day = from.day().min(month.length(year));
        let days = i64::from(self.weeks).checked_mul(7)?.checked_add(i64::from(self.days))?;
        Date::from_calendar_date(year, month, day).ok()?.checked_add(Duration::days(days))
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        parse(text).ok_or_else(|| PeriodError(text.chars().take(32).collect()))
    }
}

fn parse(text: &str) -> Option<Period> {
    let mut rest = text.strip_prefix('P')?;
    let mut period = Period::ZERO;
    let mut last_rank = 0;
    while !rest.is_empty() {
        let (digits, after) = rest.split_at_checked(rest.find(|c: char| !c.is_ascii_digit())?)?;
        // One value, one spelling: no sign, no leading zero, and zero only in `P0D`.
        if digits.is_empty() || digits.len() > 6 || (digits.starts_with('0') && text != "P0D") {
            return None;
        }
        let number: u32 = digits.parse().ok()?;
        let (unit, tail) = after.split_at_checked(1)?;
        let (rank, slot) = match unit {
            "Y" => (1, &mut period.years),
            "M" => (2, &mut period.months),
            "W" => (3, &mut period.weeks),
            "D" => (4, &mut period.days),
            _ => return None,
        };
        if rank <= last_rank {
            return None;
        }
        (last_rank, *slot, rest) = (rank, number, tail);
    }
    let bounded = period.years <= PERIOD_YEARS_MAX
        && period.months <= PERIOD_YEARS_MAX.saturating_mul(12)
        && period.weeks <= PERIOD_YEARS_MAX.saturating_mul(52)
        && period.days <= PERIOD_YEARS_MAX.saturating_mul(365);
    (last_rank > 0 && bounded).then_some(period)
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("P0D");
        }
        f.write_str("P")?;
        let parts = [(self.years, 'Y'), (self.months, 'M'), (self.weeks, 'W'), (self.days, 'D')];
        parts
            .iter()
            .filter(|(number, _)| *number > 0)
            .try_for_each(|(number, unit)| write!(f, "{number}{unit}"))
    }
}

impl fmt::Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
