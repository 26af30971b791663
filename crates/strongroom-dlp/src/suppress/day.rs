//! A day of the calendar, without a clock.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::detect::is_date;

/// A day of the Gregorian calendar from 0001-01-01 to 9999-12-31, written `YYYY-MM-DD`.
///
/// The crate reads no clock: which day it is, and in which time zone, is for the host to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "String", try_from = "String"))]
pub struct Day {
    // In this order, so that the derived order is the calendar's.
    year: u16,
    month: u8,
    of_month: u8,
}

impl Day {
    /// From its parts, if there is such a day.
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, DayError> {
        let exists = (1..=9999).contains(&year) && is_date(year.into(), month.into(), day.into());
        if exists { Ok(Self { year, month, of_month: day }) } else { Err(DayError) }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}-{:02}", self.year, self.month, self.of_month))
    }
}

impl FromStr for Day {
    type Err = DayError;

    /// `YYYY-MM-DD` with all its zeros, and nothing else.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let part = |from: usize, to: usize| {
            let digits = text.get(from..to).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
            digits.and_then(|digits| digits.parse::<u16>().ok()).ok_or(DayError)
        };
        if text.len() != 10 || text.get(4..5) != Some("-") || text.get(7..8) != Some("-") {
            return Err(DayError);
        }
        let small = |part: u16| u8::try_from(part).map_err(|_| DayError);
        Self::new(part(0, 4)?, small(part(5, 7)?)?, small(part(8, 10)?)?)
    }
}

impl TryFrom<String> for Day {
    type Error = DayError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

/// What is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a day of the form `2027-01-31` that the calendar has")]
pub struct DayError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar_parse_and_print() {
        for text in ["0001-01-01", "2024-02-29", "2000-02-29", "2027-01-31", "2027-04-30", "9999-12-31"] {
            assert_eq!(text.parse::<Day>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "2027-1-31",
            "2027-01-32",
            "2027-02-29",
            "1900-02-29",
            "2027-04-31",
            "2027-13-01",
            "2027-00-10",
            "2027-01-00",
            "0000-01-01",
            "2027/01/31",
            "20270131",
            "2027-01-31T00:00",
            "+027-01-31",
            "2027-01-+1",
            " 2027-01-3",
            "２０２７",
            "2027-01-3١",
        ] {
            assert_eq!(text.parse::<Day>(), Err(DayError), "{text}");
        }
    }

    #[test]
    fn days_are_ordered_as_the_calendar_is() {
        let days = ["1999-12-31", "2000-01-01", "2000-01-02", "2000-02-01", "2001-01-01"];
        assert!(days.iter().map(|day| day.parse::<Day>().unwrap()).is_sorted_by(|a, b| a < b));
    }
}
