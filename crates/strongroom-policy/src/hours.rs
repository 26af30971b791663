//! Daily windows of time.

use crate::error::{ConfigError, ConfigProblem, Step};
use crate::policy::{Day, Hours};
use strongroom_types::Timestamp;

const MINUTES_PER_DAY: i64 = 1440;

/// A daily window in local minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) first: i64,
    pub(crate) end: i64,
    pub(crate) offset_minutes: i64,
    days: [bool; 7],
}

impl Window {
    pub(crate) fn new(hours: &Hours, path: &[Step]) -> Result<Self, ConfigError> {
        let refuse = |key: &str, message: String| {
            let path = path.iter().cloned().chain(["hours".into(), key.into()]).collect();
            ConfigError::from(ConfigProblem::new(path, message))
        };
        let time = |key: &str, text: &str| {
            minutes(text)
                .filter(|m| *m <= MINUTES_PER_DAY)
                .ok_or_else(|| refuse(key, format!("expected a time of day such as `08:30`, found `{text}`")))
        };
        let (first, end) = (time("from", &hours.from)?, time("to", &hours.to)?);
        if first >= end {
            return Err(refuse("to", "the window must end after it begins".to_owned()));
        }
        let bad_offset =
            || refuse("offset", format!("expected an offset such as `+08:00`, found `{}`", hours.offset));
        let offset = match (hours.offset.strip_prefix('+'), hours.offset.strip_prefix('-')) {
            (Some(text), _) => minutes(text),
            (_, Some(text)) => minutes(text).map(i64::saturating_neg),
            _ => None,
        };
        let offset_minutes = offset.filter(|m| m.abs() <= 14 * 60).ok_or_else(bad_offset)?;
        let mut days = [hours.days.is_none(); 7];
        for day in hours.days.iter().flatten() {
            if let Some(slot) = days.get_mut(day.index()) {
                *slot = true;
            }
        }
        if days == [false; 7] {
            return Err(refuse("days", "list at least one day, or leave `days` out".to_owned()));
        }
        Ok(Self { first, end, offset_minutes, days })
    }

    pub(crate) fn contains(&self, now: Timestamp) -> bool {
        let local = now.unix_micros().div_euclid(60_000_000).saturating_add(self.offset_minutes);
        let minute = local.rem_euclid(MINUTES_PER_DAY);
        // 1970-01-01 was a Thursday, day 3 counted from Monday.
        let day = local.div_euclid(MINUTES_PER_DAY).saturating_add(3).rem_euclid(7);
        let on = usize::try_from(day).ok().and_then(|day| self.days.get(day)).copied().unwrap_or(false);
        on && (self.first..self.end).contains(&minute)
    }
}

impl Day {
    const fn index(self) -> usize {
        match self {
            Self::Mon => 0,
            Self::Tue => 1,
            Self::Wed => 2,
            Self::Thu => 3,
            Self::Fri => 4,
            Self::Sat => 5,
            Self::Sun => 6,
        }
    }
}

/// The minutes of `HH:MM`.
fn minutes(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |part: &str| {
        (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<i64>().ok())?
    };
    let (hours, minutes) = (number(hours)?, number(minutes).filter(|m| *m < 60)?);
    Some(hours.saturating_mul(60).saturating_add(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_contains_its_first_minute_and_not_its_end() {
        let hours = |from: &str, to: &str, days| Hours {
            from: from.to_owned(),
            to: to.to_owned(),
            offset: "+08:00".to_owned(),
            days,
        };
        let week = Some(vec![Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri]);
        let office = Window::new(&hours("08:00", "20:00", week), &[]).unwrap();
        // 2026-11-20 is a Friday.
        for (instant, expected) in [
            ("2026-11-20T08:00:00+08:00", true),
            ("2026-11-20T07:59:59.999999+08:00", false),
            ("2026-11-20T19:59:59.999999+08:00", true),
            ("2026-11-20T20:00:00+08:00", false),
            ("2026-11-20T23:30:00Z", false),
            ("2026-11-20T00:00:00Z", true),
            ("2026-11-21T12:00:00+08:00", false),
            ("2026-11-22T12:00:00+08:00", false),
            ("2026-11-23T12:00:00+08:00", true),
            ("1969-12-31T12:00:00+08:00", true),
            ("1969-12-28T12:00:00+08:00", false),
        ] {
            assert_eq!(office.contains(instant.parse().unwrap()), expected, "{instant}");
        }
        let whole = Window::new(&hours("00:00", "24:00", None), &[]).unwrap();
        assert!(whole.contains(Timestamp::MIN) && whole.contains(Timestamp::MAX));
    }

    #[test]
    fn a_window_that_makes_no_sense_is_refused() {
        let check = |from: &str, to: &str, offset: &str, days| {
            let hours = Hours { from: from.to_owned(), to: to.to_owned(), offset: offset.to_owned(), days };
            assert!(Window::new(&hours, &[]).is_err(), "{from} {to} {offset}");
        };
        check("08:00", "08:00", "+08:00", None);
        check("20:00", "08:00", "+08:00", None);
        check("8:00", "20:00", "+08:00", None);
        check("08:60", "20:00", "+08:00", None);
        check("08:00", "24:01", "+08:00", None);
        check("08:00", "25:00", "+08:00", None);
        check("08:00", "20:00", "08:00", None);
        check("08:00", "20:00", "+14:01", None);
        check("08:00", "20:00", "Z", None);
        check("08:00", "20:00", "", None);
        check("+8:00", "20:00", "+08:00", None);
        check("08:00", "20:00", "+08:00", Some(vec![]));
    }
}
