//! What in a set of rules is surely a mistake.

use std::collections::BTreeSet;
use std::fmt;

use thiserror::Error;

use super::{Response, Rule, Rules};
use crate::Entity;

impl Rules {
    /// Refuses rules with a mistake in them, and names every one: the rule, the field, and what is wrong.
    ///
    /// Check configuration with it once, after reading; [`Rules::respond`] does not.
    pub fn validate(&self) -> Result<(), RulesError> {
        let mut problems = Vec::new();
        let mut names = BTreeSet::new();
        for (place, rule) in self.rules.iter().enumerate() {
            let mut report = |field, fault| {
                let name = (!rule.name.trim().is_empty()).then(|| rule.name.clone());
                problems.push(RuleProblem { place: Some(place), name, field, fault });
            };
            if rule.name.trim().is_empty() {
                report("name", RuleFault::Blank);
            } else if !names.insert(rule.name.as_str()) {
                report("name", RuleFault::DuplicateName);
            }
            faults(rule, report);
        }
        if self.unmatched.keys().any(|kind| kind.trim().is_empty()) {
            problems.push(RuleProblem {
                place: None,
                name: None,
                field: "unmatched",
                fault: RuleFault::Blank,
            });
        }
        if problems.is_empty() { Ok(()) } else { Err(RulesError { problems }) }
    }
}

/// What is wrong with one rule, its name aside.
fn faults(rule: &Rule, mut report: impl FnMut(&'static str, RuleFault)) {
    let mut kinds = BTreeSet::new();
    for kind in &rule.recipients {
        if kind.trim().is_empty() {
            report("recipients", RuleFault::Blank);
        } else if !kinds.insert(kind) {
            report("recipients", RuleFault::RepeatedRecipient(kind.clone()));
        }
    }
    let mut entities = BTreeSet::new();
    for entity in &rule.entities {
        if !entities.insert(entity) {
            report("entities", RuleFault::RepeatedEntity(*entity));
        }
    }
    for entity in rule.confidence_min.keys().filter(|entity| !rule.speaks_of(**entity)) {
        report("confidence_min", RuleFault::EntityNotSpokenOf(*entity));
    }
    if rule.count_min == 0 {
        report("count_min", RuleFault::CountOfZero);
    }
    if rule.overridable && rule.response == Response::Allow {
        report("overridable", RuleFault::OverridableAllow);
    }
}

/// Rules with mistakes in them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", lines(problems))]
pub struct RulesError {
    /// Every mistake, in the order of the rules; at least one.
    pub problems: Vec<RuleProblem>,
}

fn lines(problems: &[RuleProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// One mistake, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleProblem {
    /// The place of the rule, from zero; `None` for a field of the whole set.
    pub place: Option<usize>,
    /// The name of the rule, where it has one.
    pub name: Option<String>,
    /// The field, as configuration writes it.
    pub field: &'static str,
    /// What is wrong.
    pub fault: RuleFault,
}

impl fmt::Display for RuleProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.place, &self.name) {
            (Some(_), Some(name)) => write!(f, "rule `{name}`: ")?,
            (Some(place), None) => write!(f, "rule {}: ", place.saturating_add(1))?,
            (None, _) => {}
        }
        write!(f, "`{}` {}", self.field, self.fault)
    }
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RuleFault {
    /// A name that is nothing but spaces.
    #[error("holds a blank name")]
    Blank,
    /// Two rules of one name: a reason would not say which spoke.
    #[error("is that of an earlier rule")]
    DuplicateName,
    /// A recipient kind that is named twice.
    #[error("names `{0}` twice")]
    RepeatedRecipient(String),
    /// An entity that is named twice.
    #[error("names `{0}` twice")]
    RepeatedEntity(Entity),
    /// A least confidence for an entity that the rule does not speak of: it can never matter.
    #[error("names `{0}`, which `entities` leaves out")]
    EntityNotSpokenOf(Entity),
    /// A least count of zero: no rule matches where nothing was found.
    #[error("is zero, but a rule needs something that was found")]
    CountOfZero,
    /// A rule that allows and may be overridden: there is nothing to override.
    #[error("is set where the response is `Allow`, so there is nothing to override")]
    OverridableAllow,
}
