//! Conditions. Every one is monotone: taking an attribute away, or making it older, never makes one hold.

use crate::error::{ConfigError, ConfigProblem, Step};
use crate::policy::{Day, DenyWhen, Hours, When};
use crate::{Miss, Request};
use std::{ops::ControlFlow, sync::Arc};
use strongroom_types::Timestamp;

/// Checked conditions.
#[derive(Debug, Clone)]
pub(crate) struct Conditions {
    when: When,
    window: Option<Window>,
    evidence: Vec<Arc<str>>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Conditions {
    pub(crate) fn new(when: &When, path: &[Step]) -> Result<Self, ConfigError> {
        let window = when.hours.as_ref().map(|hours| Window::new(hours, path)).transpose()?;
        let evidence = when.evidence.iter().flatten().map(|name| name.as_str().into()).collect();
        Ok(Self { when: when.clone(), window, evidence, from: None, until: None })
    }

    pub(crate) fn within(mut self, from: Option<Timestamp>, until: Option<Timestamp>) -> Self {
        (self.from, self.until) = (from, until);
        self
    }

    pub(crate) fn hold(&self, request: &Request<'_>) -> bool {
        self.each_miss(request, |_| ControlFlow::Break(())).is_continue()
    }

    /// Calls `miss` for each condition that does not hold, until it breaks.
    pub(crate) fn each_miss(
        &self,
        request: &Request<'_>,
        mut miss: impl FnMut(Miss) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Request { actor, auth, resource, now, .. } = request;
        let when = &self.when;
        if self.from.is_some_and(|from| *now < from) || self.until.is_some_and(|until| *now >= until) {
            miss(Miss::NotInForce)?;
        }
        if when.own && resource.owner != Some(actor.id) {
            miss(Miss::NotOwner)?;
        }
        if when.team && (resource.team.is_none() || resource.team != actor.team.as_deref()) {
            miss(Miss::NotTeam)?;
        }
        if !among(when.states.as_deref(), resource.state) {
            miss(Miss::WrongState)?;
        }
        if !among(when.purposes.as_deref(), auth.purpose.as_ref()) {
            miss(Miss::WrongPurpose)?;
        }
        if !among(when.zones.as_deref(), auth.zone.as_ref()) {
            miss(Miss::WrongZone)?;
        }
        if self.window.as_ref().is_some_and(|window| !window.contains(*now)) {
            miss(Miss::OutsideHours)?;
        }
        if let Some(most) = when.session_age_max_seconds
            && !is_recent(Some(auth.session_started), most, *now)
        {
            miss(Miss::SessionTooOld { age_seconds_max: most })?;
        }
        if (when.mfa || when.mfa_age_max_seconds.is_some()) && !is_past(auth.mfa_at, *now) {
            miss(Miss::NeedsMfa)?;
        } else if let Some(most) = when.mfa_age_max_seconds
            && !is_recent(auth.mfa_at, most, *now)
        {
            miss(Miss::MfaTooOld { age_seconds_max: most })?;
        }
        for name in &self.evidence {
            if actor.evidence.get(&**name).is_none_or(|until| *until <= *now) {
                miss(Miss::EvidenceMissing { name: Arc::clone(name) })?;
            }
        }
        ControlFlow::Continue(())
    }
}

impl DenyWhen {
    /// Whether the conditions hold for all that is known: a missing attribute counts as holding.
    pub(crate) fn may_hold(&self, request: &Request<'_>) -> bool {
        let Request { actor, auth, resource, .. } = request;
        let own = resource.owner.map(|owner| owner == actor.id);
        let team = resource.team.zip(actor.team.as_deref()).map(|(a, b)| a == b);
        let agrees = |wanted: Option<bool>, known: Option<bool>| {
            wanted.zip(known).is_none_or(|(wanted, known)| wanted == known)
        };
        agrees(self.own, own)
            && agrees(self.team, team)
            && (auth.purpose.is_none() || among(self.purposes.as_deref(), auth.purpose.as_ref()))
            && (auth.zone.is_none() || among(self.zones.as_deref(), auth.zone.as_ref()))
            && (resource.state.is_none() || among(self.states.as_deref(), resource.state))
    }
}

/// Whether there is no list, or the attribute is there and listed.
fn among<T, U: PartialEq<T> + ?Sized>(list: Option<&[T]>, attribute: Option<&U>) -> bool {
    list.is_none_or(|list| attribute.is_some_and(|attribute| list.iter().any(|listed| *attribute == *listed)))
}

fn is_past(at: Option<Timestamp>, now: Timestamp) -> bool {
    at.is_some_and(|at| at <= now)
}

pub(crate) fn is_recent(at: Option<Timestamp>, age_seconds_max: u32, now: Timestamp) -> bool {
    // To the microsecond: whole seconds, rounded down, would add up to one.
    at.is_some_and(|at| at <= now && at.plus_seconds(age_seconds_max.into()) >= now)
}

const MINUTES_PER_DAY: i64 = 1440;

/// A daily window in local minutes.
#[derive(Debug, Clone, Copy)]
struct Window {
    first: i64,
    end: i64,
    offset_minutes: i64,
    days: [bool; 7],
}

impl Window {
    fn new(hours: &Hours, path: &[Step]) -> Result<Self, ConfigError> {
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

    fn contains(&self, now: Timestamp) -> bool {
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

    #[test]
    fn recent_is_counted_to_the_microsecond() {
        let now = Timestamp::from_unix_micros(10_000_000);
        for (micros, expected) in
            [(10_000_001, false), (10_000_000, true), (5_000_000, true), (4_999_999, false)]
        {
            assert_eq!(is_recent(Some(Timestamp::from_unix_micros(micros)), 5, now), expected, "{micros}");
        }
        assert!(!is_recent(None, u32::MAX, now));
    }
}
