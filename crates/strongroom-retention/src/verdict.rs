//! The verdict on one record: what the rules, locks and holds together say, and which rules they were.

use crate::{ClassName, EventName, Holds, Item, Rule, RuleKind, Schedule};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use strongroom_types::{FieldName, HoldId, RuleId, Timestamp};

/// What is to be done with a record or a field. Exhaustive on purpose: who acts on it must think of every case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// To be erased; overdue since `due`.
    Erase {
        /// The first instant at which the duty was due and nothing forbade it.
        due: Timestamp,
    },
    /// Held: nothing may be done.
    Hold {
        /// The holds, in order of placing.
        holds: Vec<HoldId>,
    },
    /// Kept; nothing to do before `until`.
    Keep {
        /// When the answer changes: the duty falls due or the minimum ends.
        until: Timestamp,
    },
    /// A rule waits for an event that has not happened, so that no date can be computed. Never silent: plans list it.
    Pending {
        /// The events, in order.
        events: Vec<EventName>,
    },
    /// May only be stored, and is not to be used (PIPL 47(2), GDPR 18).
    Restrict {
        /// When the answer changes; `None` if only an event or a person ends it.
        until: Option<Timestamp>,
    },
    /// A person must decide.
    Review {
        /// Why.
        reason: ReviewReason,
    },
}

/// Why no rule decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewReason {
    /// A duty without a period has had its event: whether the purpose is over, only a person can tell.
    Judgement,
    /// Every minimum is over, and no rule says "erase".
    NoDuty,
    /// No rule speaks of the class.
    NoRule,
}

/// A rule as it stood when it decided.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RuleRef {
    /// The rule.
    pub id: RuleId,
    /// Its version then.
    pub version: u32,
}

/// The verdict on one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// What is to be done with the record and every field of its class.
    pub outcome: Outcome,
    /// The rules that made it: minima first, then duties, then restrictions.
    pub rules: Vec<RuleRef>,
    /// Whether a duty to erase is overdue while a minimum runs. A person must look.
    pub conflict: bool,
    /// The fields whose class is not the record's. Duties of the record bind them too; minima of the record do not.
    pub fields: Vec<FieldVerdict>,
}

/// The verdict on one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldVerdict {
    /// The field.
    pub name: FieldName,
    /// What is to be done with it.
    pub outcome: Outcome,
    /// The rules that made it: minima first, then duties, then restrictions.
    pub rules: Vec<RuleRef>,
    /// Whether a duty to erase is overdue while a minimum runs.
    pub conflict: bool,
}

/// What the schedule says of a record at `now`, per record and per field. Pure and total.
///
/// 1. An active hold decides alone.
/// 2. `not_before` is the latest end of the minima in force and the locks; `not_after` the earliest end of the maxima and
///    erasure duties. Before both: `Keep`. From `not_after` on, unless `not_before` is later: `Erase`.
/// 3. `not_before` after `not_after`: once the duty is due the part that the minimum needs is `Restrict`ed until the minimum
///    ends and marked as a conflict; fields of other classes that no minimum names are erased.
/// 4. A minimum whose event has not happened forbids erasure: `Pending`.
/// 5. A `restrict` rule in force makes `Restrict` of everything milder than `Erase`.
/// 6. A duty without a period whose event has happened: `Review`, unless a minimum runs.
/// 7. Nothing to compute with: `Pending` if an event is awaited, otherwise `Review`.
pub fn verdict(item: &Item, schedule: &Schedule, holds: &Holds, now: Timestamp) -> Verdict {
    let holding = holds.covering(item);
    if !holding.is_empty() {
        let outcome = Outcome::Hold { holds: holding };
        return Verdict { outcome, rules: Vec::new(), conflict: false, fields: Vec::new() };
    }
    let (outcome, rules, conflict) = Weighed::new(item, &item.class, schedule, now).decide(now);
    let fields = item.fields.iter().filter(|field| field.class != item.class);
    let fields = fields.map(|field| {
        let (outcome, rules, conflict) = Weighed::new(item, &field.class, schedule, now).decide(now);
        FieldVerdict { name: field.name.clone(), outcome, rules, conflict }
    });
    Verdict { outcome, rules, conflict, fields: fields.collect() }
}

impl Schedule {
    /// The earliest instant at which something of the record may fall to be erased, for an index by due date; holds are
    /// ignored. `None` while no date can be computed. Compute it again whenever an event, a lock or the schedule changes.
    ///
    /// The index only proposes; [`verdict`] decides. So this may be early where a law comes into force in between, never late.
    pub fn next_due(&self, item: &Item) -> Option<Timestamp> {
        let other_classes =
            item.fields.iter().map(|field| &field.class).filter(|class| **class != item.class);
        std::iter::once(&item.class).chain(other_classes).filter_map(|class| due_of(item, class, self)).min()
    }
}

/// The rules that bind a part of the record that has this class: those about the class, and the duties of the record.
fn binding<'a>(
    item: &Item,
    class: &ClassName,
    schedule: &'a Schedule,
) -> impl Iterator<Item = &'a Rule> + Clone {
    let whole = (*class != item.class).then(|| schedule.about(&item.class));
    let own_ids = schedule.about(class);
    let is_duty = |rule: &&Rule| rule.kind != RuleKind::RetainMin;
    let duties = whole.into_iter().flatten().filter(is_duty);
    let own = own_ids.clone();
    own_ids.chain(duties.filter(move |duty| !own.clone().any(|rule| rule.id == duty.id)))
}

/// The first instant from the duty's due date on at which no minimum and no lock stands in the way.
fn due_of(item: &Item, class: &ClassName, schedule: &Schedule) -> Option<Timestamp> {
    let mut duty: Option<Timestamp> = None;
    let mut floors = Vec::new();
    for rule in binding(item, class, schedule) {
        let trigger = item.triggers.get(&rule.trigger).copied();
        match (rule.kind, trigger) {
            (RuleKind::RetainMin, None) => return None,
            (RuleKind::RetainMin, Some(at)) if rule.starts_with(at) => {
                floors.extend(rule.end(at).map(|end| (rule.in_force_from(), end)));
            }
            (RuleKind::Erase | RuleKind::RetainMax, Some(at)) if rule.starts_with(at) => {
                duty = earlier(duty, rule.end(at).map(|end| end.max(rule.in_force_from())));
            }
            _ => {}
        }
    }
    floors.extend(item.locks.iter().map(|lock| (Timestamp::MIN, lock.until())));
    let mut due = duty?;
    // Each round moves past at least one floor for good, so there are at most as many rounds as floors.
    while let Some((_, end)) = floors.iter().find(|(from, end)| *from <= due && due < *end) {
        due = *end;
    }
    Some(due)
}

fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// What the rules say of one part of a record.
#[derive(Default)]
struct Weighed<'a> {
    minima: Vec<&'a Rule>,
    duties: Vec<&'a Rule>,
    restrictions: Vec<&'a Rule>,
    judgements: Vec<&'a Rule>,
    pending: BTreeMap<&'a EventName, Vec<&'a Rule>>,
    awaits_minimum: bool,
    not_before: Option<Timestamp>,
    not_after: Option<Timestamp>,
    /// One for each of `restrictions`; `None` has no end.
    restriction_ends: Vec<Option<Timestamp>>,
}

impl<'a> Weighed<'a> {
    fn new(item: &Item, class: &ClassName, schedule: &'a Schedule, now: Timestamp) -> Self {
        let mut weighed =
            Self { not_before: item.locks.iter().map(|lock| lock.until()).max(), ..Self::default() };
        for rule in binding(item, class, schedule) {
            match item.triggers.get(&rule.trigger).copied() {
                None => weighed.await_event(rule),
                Some(trigger) if rule.starts_with(trigger) => weighed.weigh(rule, trigger, now),
                Some(_) => {}
            }
        }
        weighed
    }

    fn await_event(&mut self, rule: &'a Rule) {
        // Nobody waits for a restriction: it only ever makes things stricter.
        if rule.kind != RuleKind::Restrict {
            self.pending.entry(&rule.trigger).or_default().push(rule);
            self.awaits_minimum |= rule.kind == RuleKind::RetainMin;
        }
    }

    fn weigh(&mut self, rule: &'a Rule, trigger: Timestamp, now: Timestamp) {
        let in_force = rule.in_force_from();
        let end = rule.end(trigger);
        match (rule.kind, end) {
            (RuleKind::RetainMin, Some(end)) if in_force <= now => {
                self.minima.push(rule);
                self.not_before = self.not_before.max(Some(end));
            }
            (RuleKind::Erase | RuleKind::RetainMax, Some(end)) => {
                self.duties.push(rule);
                self.not_after = earlier(self.not_after, Some(end.max(in_force)));
            }
            (RuleKind::Erase | RuleKind::RetainMax, None) if in_force.max(trigger) <= now => {
                self.judgements.push(rule);
            }
            (RuleKind::Restrict, end) if in_force.max(trigger) <= now && end.is_none_or(|end| now < end) => {
                self.restrictions.push(rule);
                self.restriction_ends.push(end);
            }
            _ => {}
        }
    }

    fn decide(self, now: Timestamp) -> (Outcome, Vec<RuleRef>, bool) {
        let Self { minima, duties, restrictions, judgements, pending, .. } = self;
        let events = || pending.keys().copied().cloned().collect();
        let awaited: Vec<_> = pending.values().flatten().copied().collect();
        let is_kept = self.not_before.is_some_and(|end| now < end);
        let is_due = self.not_after.is_some_and(|due| due <= now);
        if is_due && is_kept {
            return (
                Outcome::Restrict { until: self.not_before },
                refs(&[&minima, &duties, &restrictions]),
                true,
            );
        }
        if is_due && !self.awaits_minimum {
            let due = self.not_after.max(self.not_before).unwrap_or(now);
            return (Outcome::Erase { due }, refs(&[&minima, &duties]), false);
        }
        if !restrictions.is_empty() {
            let mut ends = self.restriction_ends.iter();
            let until = ends.try_fold(Timestamp::MIN, |latest, end| end.map(|end| latest.max(end)));
            return (Outcome::Restrict { until }, refs(&[&minima, &duties, &restrictions]), false);
        }
        if is_due {
            return (Outcome::Pending { events: events() }, refs(&[&awaited, &duties]), true);
        }
        // Whether the purpose is over must not wait for a maximum that lies years ahead, only for a minimum.
        if !is_kept && !judgements.is_empty() {
            return (
                Outcome::Review { reason: ReviewReason::Judgement },
                refs(&[&judgements, &duties]),
                false,
            );
        }
        if let Some(until) = self.not_after.or(self.not_before.filter(|_| is_kept)) {
            return (Outcome::Keep { until }, refs(&[&minima, &duties]), false);
        }
        if !pending.is_empty() {
            return (Outcome::Pending { events: events() }, refs(&[&awaited]), false);
        }
        let reason = if minima.is_empty() { ReviewReason::NoRule } else { ReviewReason::NoDuty };
        (Outcome::Review { reason }, refs(&[&minima]), false)
    }
}

fn refs(lists: &[&[&Rule]]) -> Vec<RuleRef> {
    let all = lists.iter().flat_map(|list| list.iter());
    all.map(|rule| RuleRef { id: rule.id.clone(), version: rule.version }).collect()
}

#[cfg(test)]
#[cfg(feature = "toml")]
mod tests;
