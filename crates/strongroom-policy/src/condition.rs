//! Conditions. Every one is monotone: taking an attribute away, or making it older, never makes one hold.

use crate::bound::Query;
use crate::error::{ConfigError, Step};
use crate::hours::Window;
use crate::intern::Interned;
use crate::policy::{DenyWhen, When};
use crate::{Miss, Related};
use std::ops::ControlFlow;
use strongroom_types::{ActorId, Timestamp};

/// Checked conditions, laid out so that those that are left out cost nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conditions {
    /// Which of the conditions below there are: bits of [`needs`].
    needs: u16,
    pub(crate) states: u64,
    pub(crate) purposes: u64,
    pub(crate) zones: u64,
    pub(crate) mfa_age_max: Option<u32>,
    pub(crate) session_age_max: Option<u32>,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) window: Option<Window>,
    pub(crate) evidence: Box<[Box<str>]>,
    pub(crate) device: Box<[Box<str>]>,
    pub(crate) relations: Box<[Box<str>]>,
}

/// The bits of [`Conditions::needs`].
pub(crate) mod needs {
    pub(crate) const OWN: u16 = 1;
    pub(crate) const TEAM: u16 = 1 << 1;
    pub(crate) const STATE: u16 = 1 << 2;
    pub(crate) const PURPOSE: u16 = 1 << 3;
    pub(crate) const ZONE: u16 = 1 << 4;
    pub(crate) const MFA: u16 = 1 << 5;
    pub(crate) const SESSION: u16 = 1 << 6;
    pub(crate) const FORCE: u16 = 1 << 7;
    pub(crate) const HOURS: u16 = 1 << 8;
    pub(crate) const EVIDENCE: u16 = 1 << 9;
    pub(crate) const DEVICE: u16 = 1 << 10;
    pub(crate) const RELATION: u16 = 1 << 11;
    pub(crate) const CONSENT: u16 = 1 << 12;
    pub(crate) const GLASS: u16 = 1 << 13;
    /// Those that few policies have: a decision passes over them in one step.
    pub(crate) const RARE: u16 = FORCE | HOURS | EVIDENCE | DEVICE | RELATION | CONSENT | GLASS;
    /// Those whose answer depends on the actor beyond roles, ownership and team.
    pub(crate) const PERSONAL: u16 = EVIDENCE | RELATION;
}

/// A condition that does not hold, as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unmet {
    Consent,
    Device(usize),
    Evidence(usize),
    Force,
    Glass,
    Hours,
    Mfa,
    MfaAge(u32),
    Owner,
    Purpose,
    Relation,
    SessionAge(u32),
    State,
    Team,
    Zone,
}

impl Conditions {
    pub(crate) fn new(when: &When, names: &Interned, path: &[Step]) -> Result<Self, ConfigError> {
        let window = when.hours.as_ref().map(|hours| Window::new(hours, path)).transpose()?;
        let boxed = |list: &Option<Vec<String>>| -> Box<[Box<str>]> {
            list.iter().flatten().map(|name| name.as_str().into()).collect()
        };
        let mut needs = 0;
        for (there, bit) in [
            (when.own, needs::OWN),
            (when.team, needs::TEAM),
            (when.states.is_some(), needs::STATE),
            (when.purposes.is_some(), needs::PURPOSE),
            (when.zones.is_some(), needs::ZONE),
            (when.mfa || when.mfa_age_max_seconds.is_some(), needs::MFA),
            (when.session_age_max_seconds.is_some(), needs::SESSION),
            (window.is_some(), needs::HOURS),
            (when.evidence.is_some(), needs::EVIDENCE),
            (when.device.is_some(), needs::DEVICE),
            (when.relations.is_some(), needs::RELATION),
            (when.consent, needs::CONSENT),
            (when.break_glass, needs::GLASS),
        ] {
            if there {
                needs |= bit;
            }
        }
        Ok(Self {
            needs,
            states: names.states.bits(when.states.iter().flatten().map(String::as_str)),
            purposes: names.purposes.bits(when.purposes.iter().flatten().map(AsRef::as_ref)),
            zones: names.zones.bits(when.zones.iter().flatten().map(AsRef::as_ref)),
            mfa_age_max: when.mfa_age_max_seconds,
            session_age_max: when.session_age_max_seconds,
            from: Timestamp::MIN,
            until: Timestamp::MAX,
            window,
            evidence: boxed(&when.evidence),
            device: boxed(&when.device),
            relations: boxed(&when.relations),
        })
    }

    pub(crate) fn within(mut self, from: Option<Timestamp>, until: Option<Timestamp>) -> Self {
        if from.is_some() || until.is_some() {
            self.needs |= needs::FORCE;
        }
        self.from = from.unwrap_or(Timestamp::MIN);
        self.until = until.unwrap_or(Timestamp::MAX);
        self
    }

    pub(crate) const fn all_needs(&self) -> u16 {
        self.needs
    }

    pub(crate) const fn needs(&self, bits: u16) -> bool {
        self.needs & bits != 0
    }

    pub(crate) const fn is_in_force(&self, now: Timestamp) -> bool {
        // `until` is the first instant after; the last instant of all has none.
        let (from, until) = (self.from.unix_micros(), self.until.unix_micros());
        now.unix_micros() >= from && (now.unix_micros() < until || until == Timestamp::MAX.unix_micros())
    }

    #[inline]
    pub(crate) fn hold(&self, query: &Query<'_>) -> bool {
        self.each_unmet(query, |_| ControlFlow::Break(())).is_continue()
    }

    /// Calls `unmet` for each condition that does not hold, until it breaks.
    #[inline]
    pub(crate) fn each_unmet(
        &self,
        query: &Query<'_>,
        mut unmet: impl FnMut(Unmet) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if self.needs(needs::OWN) && query.own != Some(true) {
            unmet(Unmet::Owner)?;
        }
        if self.needs(needs::TEAM) && query.team != Some(true) {
            unmet(Unmet::Team)?;
        }
        if self.needs(needs::STATE) && self.states & query.target.state_bit == 0 {
            unmet(Unmet::State)?;
        }
        if self.needs(needs::PURPOSE) && self.purposes & query.bound.purpose_bit == 0 {
            unmet(Unmet::Purpose)?;
        }
        if self.needs(needs::ZONE) && self.zones & query.bound.zone_bit == 0 {
            unmet(Unmet::Zone)?;
        }
        if let Some(most) = self.session_age_max
            && !is_recent(Some(query.auth().session_started), most, query.now)
        {
            unmet(Unmet::SessionAge(most))?;
        }
        if self.needs(needs::MFA) {
            match (query.auth().mfa_at.filter(|at| *at <= query.now), self.mfa_age_max) {
                (None, _) => unmet(Unmet::Mfa)?,
                (Some(at), Some(most)) if !is_recent(Some(at), most, query.now) => {
                    unmet(Unmet::MfaAge(most))?;
                }
                (Some(_), _) => {}
            }
        }
        if self.needs(needs::RARE) { self.each_rare(query, unmet) } else { ControlFlow::Continue(()) }
    }

    fn each_rare(
        &self,
        query: &Query<'_>,
        mut unmet: impl FnMut(Unmet) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if !self.is_in_force(query.now) {
            unmet(Unmet::Force)?;
        }
        if self.window.as_ref().is_some_and(|window| !window.contains(query.now)) {
            unmet(Unmet::Hours)?;
        }
        if self.needs(needs::GLASS) && !query.auth().broke_glass {
            unmet(Unmet::Glass)?;
        }
        if self.needs(needs::CONSENT) && !query.consented() {
            unmet(Unmet::Consent)?;
        }
        if self.needs(needs::RELATION) && !is_related(query.related(), &self.relations, query.principal) {
            unmet(Unmet::Relation)?;
        }
        for (at, name) in self.device.iter().enumerate() {
            if !query.auth().device.iter().any(|posture| **posture == **name) {
                unmet(Unmet::Device(at))?;
            }
        }
        for (at, name) in self.evidence.iter().enumerate() {
            if query.evidence().get(&**name).is_none_or(|until| *until <= query.now) {
                unmet(Unmet::Evidence(at))?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Whether all conditions hold but those that look at the record.
    pub(crate) fn hold_but_for_record(&self, query: &Query<'_>) -> bool {
        let mut held = true;
        let _: ControlFlow<()> = self.each_unmet(query, |unmet| {
            held &=
                matches!(unmet, Unmet::Consent | Unmet::Owner | Unmet::Relation | Unmet::State | Unmet::Team);
            ControlFlow::Continue(())
        });
        held
    }

    /// For people.
    pub(crate) fn miss(&self, unmet: Unmet) -> Miss {
        let name = |list: &[Box<str>], at: usize| list.get(at).map_or("", |name| &**name).into();
        match unmet {
            Unmet::Consent => Miss::NoConsent,
            Unmet::Device(at) => Miss::DeviceLacks { posture: name(&self.device, at) },
            Unmet::Evidence(at) => Miss::EvidenceMissing { name: name(&self.evidence, at) },
            Unmet::Force => Miss::NotInForce,
            Unmet::Glass => Miss::GlassNotBroken,
            Unmet::Hours => Miss::OutsideHours,
            Unmet::Mfa => Miss::NeedsMfa,
            Unmet::MfaAge(most) => Miss::MfaTooOld { age_seconds_max: most },
            Unmet::Owner => Miss::NotOwner,
            Unmet::Purpose => Miss::WrongPurpose,
            Unmet::Relation => Miss::NotRelated,
            Unmet::SessionAge(most) => Miss::SessionTooOld { age_seconds_max: most },
            Unmet::State => Miss::WrongState,
            Unmet::Team => Miss::NotTeam,
            Unmet::Zone => Miss::WrongZone,
        }
    }
}

/// Conditions of a deny, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DenyConditions {
    pub(crate) own: Option<bool>,
    pub(crate) team: Option<bool>,
    pub(crate) purposes: Option<u64>,
    pub(crate) zones: Option<u64>,
    pub(crate) states: Option<u64>,
    pub(crate) relations: Option<Box<[Box<str>]>>,
}

impl DenyConditions {
    pub(crate) fn new(when: &DenyWhen, names: &Interned) -> Self {
        Self {
            own: when.own,
            team: when.team,
            purposes: when.purposes.as_ref().map(|list| names.purposes.bits(list.iter().map(AsRef::as_ref))),
            zones: when.zones.as_ref().map(|list| names.zones.bits(list.iter().map(AsRef::as_ref))),
            states: when.states.as_ref().map(|list| names.states.bits(list.iter().map(String::as_str))),
            relations: when
                .relations
                .as_ref()
                .map(|list| list.iter().map(|name| name.as_str().into()).collect()),
        }
    }

    /// Whether the conditions hold for all that is known: a missing attribute counts as holding.
    pub(crate) fn may_hold(&self, query: &Query<'_>) -> bool {
        // Through lent roles, `own = true` binds whoever owns the record, the actor or the lender.
        let agrees = |wanted: Option<bool>, held: Option<bool>, by_actor: Option<bool>| match wanted {
            None => true,
            Some(true) => held != Some(false) || by_actor != Some(false),
            Some(false) => held != Some(true),
        };
        self.may_hold_but_for_record(query)
            && agrees(self.own, query.own, query.actor_own)
            && agrees(self.team, query.team, query.actor_team)
            && among(self.states, query.target.state_bit, query.target.resource.state.is_some())
            && self.relations.as_ref().is_none_or(|wanted| {
                query.related().is_none()
                    || is_related(query.related(), wanted, query.principal)
                    || is_related(query.related(), wanted, query.bound.id)
            })
    }

    /// Whether the conditions may hold but for those that look at the record.
    pub(crate) fn may_hold_but_for_record(&self, query: &Query<'_>) -> bool {
        let auth = query.auth();
        among(self.purposes, query.bound.purpose_bit, auth.purpose.is_some())
            && among(self.zones, query.bound.zone_bit, auth.zone.is_some())
    }
}

/// Whether nothing is wanted, or it is not known what is there, or that is wanted.
fn among(wanted: Option<u64>, bit: u64, known: bool) -> bool {
    wanted.is_none_or(|wanted| !known || wanted & bit != 0)
}

fn is_related(related: Option<&[Related<'_>]>, wanted: &[Box<str>], actor: ActorId) -> bool {
    let mut all = related.into_iter().flatten();
    all.any(|one| one.actor == actor && wanted.iter().any(|name| **name == *one.relation))
}

pub(crate) fn is_recent(at: Option<Timestamp>, age_seconds_max: u32, now: Timestamp) -> bool {
    // To the microsecond: whole seconds, rounded down, would add up to one.
    at.is_some_and(|at| at <= now && at.plus_seconds(age_seconds_max.into()) >= now)
}

#[cfg(test)]
mod tests {
    use super::*;

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
