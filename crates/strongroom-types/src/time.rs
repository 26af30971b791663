//! Instants. Calendar arithmetic is not here: it belongs to `strongroom-retention`, beside the rules that need it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};
use time::{
    Date, OffsetDateTime, PrimitiveDateTime, UtcOffset, format_description::well_known::Rfc3339,
    macros::format_description,
};

/// An instant: microseconds since 1970-01-01T00:00:00 UTC, in the years 0001 to 9999.
///
/// Written in exactly one way, `2026-11-22T14:42:13.000000Z`, so that texts sort as instants do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

const MICROS_MIN: i64 = -62_135_596_800_000_000;
const MICROS_MAX: i64 = 253_402_300_799_999_999;

/// The text is not an instant of the form above.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an instant such as `2026-11-22T14:42:13Z` (RFC 3339), found {bytes} bytes of another form")]
pub struct TimestampError {
    bytes: usize,
}

impl Timestamp {
    /// The earliest instant, the start of the year 1.
    pub const MIN: Self = Self(MICROS_MIN);
    /// The latest instant, the end of the year 9999.
    pub const MAX: Self = Self(MICROS_MAX);

    /// The instant so many microseconds after the Unix epoch, clamped to the years 0001 to 9999.
    pub const fn from_unix_micros(micros: i64) -> Self {
        if micros < MICROS_MIN {
            return Self(MICROS_MIN);
        }
        if micros > MICROS_MAX {
            return Self(MICROS_MAX);
        }
        Self(micros)
    }

    /// Microseconds since the Unix epoch.
    pub const fn unix_micros(self) -> i64 {
        self.0
    }

    /// The instant `seconds` later (earlier if negative), clamped to the years 0001 to 9999.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_unix_micros(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Whole seconds from `earlier` to this, rounded down; negative if `earlier` is later.
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).div_euclid(1_000_000)
    }

    /// The instant as a `time` value in UTC.
    pub fn to_utc(self) -> OffsetDateTime {
        let nanos = i128::from(self.0).saturating_mul(1000);
        OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// The civil date at this instant in a zone of a fixed offset from UTC.
    pub fn date_in(self, offset: UtcOffset) -> Date {
        self.to_utc().checked_to_offset(offset).unwrap_or_else(|| self.to_utc()).date()
    }

    /// Midnight at the start of a civil date in a zone of a fixed offset from UTC.
    pub fn start_of(date: Date, offset: UtcOffset) -> Self {
        Self::from(PrimitiveDateTime::new(date, time::Time::MIDNIGHT).assume_offset(offset))
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(instant: OffsetDateTime) -> Self {
        let micros = instant.unix_timestamp_nanos().div_euclid(1000);
        Self::from_unix_micros(i64::try_from(micros).unwrap_or(MICROS_MAX))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format =
            format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");
        f.write_str(&self.to_utc().format(format).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Reads RFC 3339 with any offset; digits past the microsecond are refused, since they would be lost.
    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let refused = TimestampError { bytes: text.len() };
        let parsed = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| refused.clone())?;
        if parsed.nanosecond() % 1000 != 0 {
            return Err(refused);
        }
        Ok(Self::from(parsed))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

        #[test]
        fn texts_come_back_and_sort_as_instants(a in MICROS_MIN..=MICROS_MAX, b in MICROS_MIN..=MICROS_MAX) {
            let (a, b) = (Timestamp(a), Timestamp(b));
            prop_assert_eq!(a.to_string().parse::<Timestamp>().unwrap(), a);
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }
    }

    #[test]
    fn instants_are_accepted_or_refused() {
        let check = |text: &str, micros| assert_eq!(text.parse::<Timestamp>().unwrap().unix_micros(), micros);
        check("1970-01-01T00:00:00Z", 0);
        check("1970-01-01T08:00:00+08:00", 0);
        check("2038-01-19T03:14:08.5Z", 2_147_483_648_500_000);
        for refused in
            ["", "2026-11-22", "2026-02-29T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00.1234567Z"]
        {
            assert!(refused.parse::<Timestamp>().is_err(), "{refused}");
        }
    }

    #[test]
    fn the_edges_clamp_and_the_civil_date_follows_the_zone() {
        assert_eq!(Timestamp::MAX.plus_seconds(1), Timestamp::MAX);
        assert_eq!(Timestamp::MIN.plus_seconds(-1), Timestamp::MIN);
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59.999999Z");
        let late: Timestamp = "2026-12-31T20:00:00Z".parse().unwrap();
        let shanghai = UtcOffset::from_hms(8, 0, 0).unwrap();
        assert_eq!(late.date_in(shanghai).to_string(), "2027-01-01");
        assert_eq!(
            Timestamp::start_of(late.date_in(shanghai), shanghai).to_string(),
            "2026-12-31T16:00:00.000000Z"
        );
    }
}
