//! A schedule: rules, checked and indexed by class.

use crate::{ClassName, EventName, Rule, RuleFault};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
};
use strongroom_types::RuleId;

#[cfg(feature = "toml")]
mod file;

/// The most rules in a schedule.
pub const SCHEDULE_RULES_MAX: usize = 4096;
/// The largest schedule file, in bytes.
pub const SCHEDULE_BYTES_MAX: usize = 4 << 20;

/// Where in a file something is wrong. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as the caller named it.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Why rules do not make a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleError {
    place: Option<Place>,
    fault: ScheduleFault,
}

/// What is wrong with a schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleFault {
    /// Two rules of one id.
    #[error("two rules are called `{0}`")]
    Duplicate(RuleId),
    /// A group is empty or has another group as a member.
    #[error("group `{0}` is empty or names another group")]
    Group(ClassName),
    /// One rule is wrong.
    #[error("rule `{id}`: {fault}")]
    Rule {
        /// The rule.
        id: RuleId,
        /// What is wrong with it.
        fault: RuleFault,
    },
    /// The text is not of the expected form.
    #[error("{0}")]
    Syntax(String),
    /// More than [`SCHEDULE_RULES_MAX`] rules or [`SCHEDULE_BYTES_MAX`] bytes.
    #[error("a schedule has at most {SCHEDULE_RULES_MAX} rules in {SCHEDULE_BYTES_MAX} bytes")]
    TooLarge,
}

impl ScheduleError {
    /// Where in which file, if the schedule came from one.
    pub const fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// What is wrong.
    pub const fn fault(&self) -> &ScheduleFault {
        &self.fault
    }
}

impl From<ScheduleFault> for ScheduleError {
    fn from(fault: ScheduleFault) -> Self {
        Self { place: None, fault }
    }
}

impl fmt::Display for ScheduleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Place { file, line, column }) = &self.place {
            write!(f, "{file}:{line}:{column}: ")?;
        }
        self.fault.fmt(f)
    }
}

impl std::error::Error for ScheduleError {}

/// Checked rules, indexed by class. Immutable; swap the whole to change it.
///
/// Serialises as the file it may come from: `groups` and `rules`.
#[derive(Debug, Clone, Serialize)]
pub struct Schedule {
    groups: BTreeMap<ClassName, Vec<ClassName>>,
    rules: Vec<Rule>,
    /// INVARIANT: positions in `rules`, of enabled rules only, in order.
    #[serde(skip)]
    by_class: HashMap<ClassName, Vec<usize>>,
}

/// The serialised form of a schedule, unchecked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    #[serde(default)]
    groups: BTreeMap<ClassName, Vec<ClassName>>,
    #[serde(default)]
    rules: Vec<Rule>,
}

impl<'de> Deserialize<'de> for Schedule {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Unchecked { groups, rules } = Unchecked::deserialize(deserializer)?;
        Self::new(groups, rules).map_err(serde::de::Error::custom)
    }
}

impl Schedule {
    /// Checks rules and makes them a schedule.
    ///
    /// `groups` names classes together: a rule about a group is about each of its members (and about the group's own
    /// name). Groups do not nest.
    pub fn new(groups: BTreeMap<ClassName, Vec<ClassName>>, rules: Vec<Rule>) -> Result<Self, ScheduleError> {
        if rules.len() > SCHEDULE_RULES_MAX {
            return Err(ScheduleFault::TooLarge.into());
        }
        for (name, members) in &groups {
            if members.is_empty() || members.iter().any(|member| groups.contains_key(member)) {
                return Err(ScheduleFault::Group(name.clone()).into());
            }
        }
        let mut seen = BTreeSet::new();
        let mut checked = Vec::with_capacity(rules.len());
        for rule in rules {
            if !seen.insert(rule.id.clone()) {
                return Err(ScheduleFault::Duplicate(rule.id).into());
            }
            checked.push(rule.checked().map_err(|(id, fault)| ScheduleFault::Rule { id, fault })?);
        }
        let by_class = index(&groups, &checked);
        Ok(Self { groups, rules: checked, by_class })
    }

    /// Reads a schedule from TOML. `file` is only quoted in errors, which name line and column.
    #[cfg(feature = "toml")]
    pub fn from_toml(file: &str, text: &str) -> Result<Self, ScheduleError> {
        file::read(file, text)
    }

    /// The pack of law rules that ships (`data/law-pack.toml`): CN, EU, HK and US-CA, each with its citation. Its class
    /// names are the law's (`personal`, `transaction`, `network-log`, ...): join it with a schedule whose groups say
    /// which of your classes those are.
    #[cfg(feature = "toml")]
    pub fn shipped() -> Result<Self, ScheduleError> {
        file::read("law-pack.toml", include_str!("../data/law-pack.toml"))
    }

    /// Both schedules as one. Groups of one name are united; a rule id may stand in one of them only.
    pub fn join(self, other: Self) -> Result<Self, ScheduleError> {
        let Self { mut groups, mut rules, .. } = self;
        for (name, members) in other.groups {
            let mine = groups.entry(name).or_default();
            for member in members {
                if !mine.contains(&member) {
                    mine.push(member);
                }
            }
        }
        rules.extend(other.rules);
        Self::new(groups, rules)
    }

    /// Every rule, also those that are off.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of this id.
    pub fn rule(&self, id: &RuleId) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == *id)
    }

    /// The classes that an enabled rule speaks of, in order.
    pub fn classes(&self) -> impl Iterator<Item = &ClassName> {
        self.by_class.keys().collect::<BTreeSet<_>>().into_iter()
    }

    /// The events that enabled rules wait for.
    pub fn triggers(&self) -> BTreeSet<&EventName> {
        self.rules.iter().filter(|rule| rule.enabled).map(|rule| &rule.trigger).collect()
    }

    /// The enabled rules about a class.
    pub(crate) fn about(&self, class: &ClassName) -> impl Iterator<Item = &Rule> + Clone {
        self.by_class.get(class).into_iter().flatten().filter_map(|at| self.rules.get(*at))
    }
}

fn index(groups: &BTreeMap<ClassName, Vec<ClassName>>, rules: &[Rule]) -> HashMap<ClassName, Vec<usize>> {
    let mut by_class = HashMap::<ClassName, Vec<usize>>::new();
    for (at, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.enabled) {
        for class in &rule.classes {
            for name in std::iter::once(class).chain(groups.get(class).into_iter().flatten()) {
                let positions = by_class.entry(name.clone()).or_default();
                if positions.last() != Some(&at) {
                    positions.push(at);
                }
            }
        }
    }
    by_class
}

#[cfg(test)]
#[cfg(feature = "toml")]
mod tests;
