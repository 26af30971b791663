//! Findings that someone has looked at and does not want to see for a time.

mod day;

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::input::Input;
use crate::{Entity, Finding, Fingerprint, ValueKey};

pub use day::{Day, DayError};

/// What not to report, why, who says so, and until when. It never holds the value.
///
/// It names a value by its fingerprint, or a place, or both; one that names neither is refused, since it would hide an
/// entity everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Suppression {
    /// The entity that is not reported.
    pub entity: Entity,
    /// Where: a place as the host names it. One that ends in `/` is every place that begins with it; any other is itself
    /// alone. `None` is everywhere.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub place: Option<String>,
    /// The value, as [`ValueKey::fingerprint`] gives it. `None` is every value.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub fingerprint: Option<Fingerprint>,
    /// Why, in one line.
    pub reason: String,
    /// Who says so.
    pub who: String,
    /// The first day on which it no longer hides anything.
    pub expires: Day,
}

impl Suppression {
    fn covers(&self, place: &str) -> bool {
        self.place.as_deref().is_none_or(|own| own == place || own.ends_with('/') && place.starts_with(own))
    }

    fn fault(&self) -> Option<(&'static str, SuppressionFault)> {
        let one_line =
            |text: &str| !text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
        for (field, text) in
            [("reason", Some(&self.reason)), ("who", Some(&self.who)), ("place", self.place.as_ref())]
        {
            match text {
                Some(text) if text.trim().is_empty() => return Some((field, SuppressionFault::Blank)),
                Some(text) if !one_line(text) => return Some((field, SuppressionFault::Control)),
                _ => {}
            }
        }
        let is_broad = self.place.is_none() && self.fingerprint.is_none();
        is_broad.then_some(("fingerprint", SuppressionFault::TooBroad))
    }
}

/// Suppressions that were checked.
///
/// With the feature `serde` they are `{"version": 1, "suppressions": […]}`; an unknown version is refused.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "stored::File", try_from = "stored::File"))]
pub struct Suppressions {
    list: Vec<Suppression>,
    /// Their places in the list, by what is looked up for a finding.
    index: BTreeMap<(Entity, Option<Fingerprint>), Vec<usize>>,
    /// The entities of which some value is named.
    valued: BTreeSet<Entity>,
}

impl Suppressions {
    /// Refuses the first that is blank where it must say something, that names neither a place nor a value, or that
    /// names just what an earlier one does.
    pub fn new(list: Vec<Suppression>) -> Result<Self, SuppressionError> {
        let mut index = BTreeMap::<_, Vec<usize>>::new();
        let mut seen = BTreeSet::new();
        for (at, one) in list.iter().enumerate() {
            let name = (one.entity, one.fingerprint.clone(), one.place.clone());
            let twice = || (!seen.insert(name)).then_some(("entity", SuppressionFault::Repeated));
            if let Some((field, fault)) = one.fault().or_else(twice) {
                return Err(SuppressionError { at, entity: one.entity, field, fault });
            }
            index.entry((one.entity, one.fingerprint.clone())).or_default().push(at);
        }
        let valued = list.iter().filter(|one| one.fingerprint.is_some()).map(|one| one.entity).collect();
        Ok(Self { list, index, valued })
    }

    /// All of them, in the order in which they were given: the order that [`Hit::suppression`] counts in.
    pub fn list(&self) -> &[Suppression] {
        &self.list
    }

    /// Parts the findings at one place into those that are reported and those that are not.
    ///
    /// `input` is what was scanned, `today` is the present day. Without the key, or under another than they were made
    /// with, suppressions of values hide nothing. Where several suppressions fit, the first that has not expired is
    /// named.
    pub fn apply<'i>(
        &self,
        place: &str,
        input: impl Into<Input<'i>>,
        findings: &[Finding],
        key: Option<&ValueKey>,
        today: Day,
    ) -> Applied {
        let input = input.into();
        let mut applied = Applied::default();
        for finding in findings {
            let fitting = self.fitting(place, input, finding, key);
            applied.matched.extend(&fitting);
            let is_live = |at: &&usize| self.list.get(**at).is_some_and(|one| today < one.expires);
            if let Some(live) = fitting.iter().find(is_live) {
                applied.suppressed.push(Hit { finding: *finding, suppression: *live });
                continue;
            }
            applied.kept.push(*finding);
            if let Some(expired) = fitting.first() {
                applied.expired.push(Hit { finding: *finding, suppression: *expired });
            }
        }
        applied
    }

    /// The suppressions that fitted nothing in any of these: too narrow, outdated, or made under another key. Pass what
    /// [`apply`](Self::apply) gave for every place.
    pub fn unused<'a>(&self, applied: impl IntoIterator<Item = &'a Applied>) -> Vec<&Suppression> {
        let used: BTreeSet<_> = applied.into_iter().flat_map(|one| &one.matched).collect();
        self.list.iter().enumerate().filter(|(at, _)| !used.contains(at)).map(|(_, one)| one).collect()
    }

    /// Those that fit a finding, expired or not, in their order.
    fn fitting(
        &self,
        place: &str,
        input: Input<'_>,
        finding: &Finding,
        key: Option<&ValueKey>,
    ) -> Vec<usize> {
        let entity = finding.entity;
        // A digest for each finding is paid for only where one is named.
        let value = key
            .filter(|_| self.valued.contains(&entity))
            .and_then(|key| input.value(finding.range()).map(|value| key.fingerprint(entity, &value)));
        let mut fitting: Vec<_> = [Some(None), value.map(Some)]
            .into_iter()
            .flatten()
            .filter_map(|value| self.index.get(&(entity, value)))
            .flatten()
            .copied()
            .filter(|at| self.list.get(*at).is_some_and(|one| one.covers(place)))
            .collect();
        fitting.sort_unstable();
        fitting
    }
}

/// What became of the findings at one place.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Applied {
    /// Those to report, in the order given.
    pub kept: Vec<Finding>,
    /// Those that are not reported, and why not.
    pub suppressed: Vec<Hit>,
    /// Those among the kept that a suppression hid until it expired.
    pub expired: Vec<Hit>,
    /// The places in the list of all that fitted.
    #[cfg_attr(feature = "serde", serde(skip))]
    matched: BTreeSet<usize>,
}

/// A finding and the suppression that fits it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Hit {
    /// What was found.
    pub finding: Finding,
    /// The place of the suppression in [`Suppressions::list`].
    pub suppression: usize,
}

/// A suppression that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("suppression {} of `{entity}`: `{field}` {fault}", at.saturating_add(1))]
pub struct SuppressionError {
    /// Its place in the list, from zero.
    pub at: usize,
    /// The entity it names.
    pub entity: Entity,
    /// The field, as configuration writes it.
    pub field: &'static str,
    /// What is wrong.
    pub fault: SuppressionFault,
}

/// What is wrong with a suppression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SuppressionFault {
    /// A field that is nothing but spaces.
    #[error("is blank")]
    Blank,
    /// A line break or another control character, which would break a line of a log.
    #[error("holds a control character")]
    Control,
    /// Neither a place nor a value: it would hide the entity everywhere.
    #[error("is missing, and so is `place`: one of them is needed")]
    TooBroad,
    /// The same entity, place and value as an earlier one.
    #[error("is that of an earlier one, at the same place and for the same value")]
    Repeated,
}

#[cfg(feature = "serde")]
mod stored {
    use super::{Suppression, SuppressionError, Suppressions};
    use crate::version::Version;

    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct File {
        version: Version<1>,
        suppressions: Vec<Suppression>,
    }

    impl From<Suppressions> for File {
        fn from(suppressions: Suppressions) -> Self {
            Self { version: Version, suppressions: suppressions.list }
        }
    }

    impl TryFrom<File> for Suppressions {
        type Error = SuppressionError;

        fn try_from(file: File) -> Result<Self, Self::Error> {
            Self::new(file.suppressions)
        }
    }
}

#[cfg(test)]
mod tests;
