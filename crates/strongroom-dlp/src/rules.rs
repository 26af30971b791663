//! Rules of response: what may happen to data that goes to someone, given what was found in it.

mod confidence;
mod overridden;
mod validate;

use std::collections::BTreeMap;

use crate::{Entity, Finding};

pub use confidence::{Confidence, ConfidenceError};
pub use overridden::{Overridden, OverrideError};
pub use validate::{RuleFault, RuleProblem, RulesError};

/// The usual names of recipient kinds. A host may use any other names of its own.
pub mod recipient {
    /// Inside the organisation.
    pub const INTERNAL: &str = "Internal";
    /// A partner under contract.
    pub const PARTNER: &str = "Partner";
    /// Anyone else.
    pub const EXTERNAL: &str = "External";
}

/// What should happen, from the mildest to the strictest.
///
/// Exhaustive on purpose: an enforcement point must answer each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Response {
    /// Let it pass.
    Allow,
    /// Let it pass and tell the sender.
    Warn,
    /// Let it pass with the findings masked.
    Redact,
    /// Hold it until someone else approves.
    NeedApproval,
    /// Do not let it pass.
    Block,
}

/// One rule: it matches when all its conditions hold, and then demands its response.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Rule {
    /// The name that reasons quote.
    pub name: String,
    /// Recipient kinds it speaks of; empty means any.
    #[cfg_attr(feature = "serde", serde(default))]
    pub recipients: Vec<String>,
    /// Entities it speaks of; empty means any.
    #[cfg_attr(feature = "serde", serde(default))]
    pub entities: Vec<Entity>,
    /// For each of these entities, the least confidence at which a finding of it counts here; others count at any. A
    /// finding that no rule counts falls to the default of the recipient kind, so a minimum never lets one pass unheard.
    #[cfg_attr(feature = "serde", serde(default))]
    pub confidence_min: BTreeMap<Entity, Confidence>,
    /// The least number of findings, over all its entities together, at which it matches. Zero counts as one: a rule
    /// never matches where nothing was found.
    #[cfg_attr(feature = "serde", serde(default = "one"))]
    pub count_min: usize,
    /// The least label rank at which it matches; zero means any.
    #[cfg_attr(feature = "serde", serde(default))]
    pub level_min: u8,
    /// What it demands.
    pub response: Response,
    /// Whether a person may override it, with a reason: see [`Verdict::override_with`].
    #[cfg_attr(feature = "serde", serde(default))]
    pub overridable: bool,
}

impl Rule {
    /// A rule for every recipient, entity and level, from the first finding on.
    pub fn new(name: impl Into<String>, response: Response) -> Self {
        Self {
            name: name.into(),
            recipients: Vec::new(),
            entities: Vec::new(),
            confidence_min: BTreeMap::new(),
            count_min: 1,
            level_min: 0,
            response,
            overridable: false,
        }
    }

    /// Only towards these recipient kinds.
    #[must_use]
    pub fn recipients<'a>(mut self, kinds: impl IntoIterator<Item = &'a str>) -> Self {
        self.recipients = kinds.into_iter().map(str::to_owned).collect();
        self
    }

    /// Only for these entities.
    #[must_use]
    pub fn entities(mut self, entities: &[Entity]) -> Self {
        self.entities = entities.to_vec();
        self
    }

    /// Only for findings of this entity that are at least so sure.
    #[must_use]
    pub fn confidence_min(mut self, entity: Entity, confidence: Confidence) -> Self {
        self.confidence_min.insert(entity, confidence);
        self
    }

    /// Only from this many findings on.
    #[must_use]
    pub const fn count_min(mut self, count: usize) -> Self {
        self.count_min = count;
        self
    }

    /// Only from this label rank on.
    #[must_use]
    pub const fn level_min(mut self, rank: u8) -> Self {
        self.level_min = rank;
        self
    }

    /// A person may override it, with a reason.
    #[must_use]
    pub const fn overridable(mut self) -> Self {
        self.overridable = true;
        self
    }

    fn speaks_of(&self, entity: Entity) -> bool {
        self.entities.is_empty() || self.entities.contains(&entity)
    }

    /// How many findings of this entity count here, given how sure each is, the surest first.
    fn counts(&self, entity: Entity, confidences: &[f32]) -> usize {
        if !self.speaks_of(entity) {
            return 0;
        }
        let least = self.confidence_min.get(&entity).map_or(f32::MIN, |least| least.value());
        confidences.partition_point(|confidence| *confidence >= least)
    }

    fn speaks_to(&self, recipient: &str, level: u8) -> bool {
        level >= self.level_min
            && (self.recipients.is_empty() || self.recipients.iter().any(|kind| kind == recipient))
    }
}

/// A set of rules, and what holds where none of them speaks.
///
/// Plain data: build it in code, or read it from configuration with the `serde` feature.
///
/// Every rule that matches is heard and the strictest wins, so the order of rules does not matter. An entity that was
/// found and that no matching rule speaks of falls to the default of the recipient kind: [`Response::Allow`] for
/// `Internal`, [`Response::NeedApproval`] for every other, unless set otherwise. So do those findings of an entity that
/// are not sure enough for any of the rules that speak of it. A default cannot be overridden.
///
/// [`Rules::validate`] finds what is surely a mistake; [`Rules::respond`] makes sense of any rules.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields, default))]
pub struct Rules {
    /// The rules; the order does not matter.
    pub rules: Vec<Rule>,
    /// What holds for an entity no rule speaks of, by recipient kind.
    pub unmatched: BTreeMap<String, Response>,
    /// What holds for an entity no rule speaks of, for a recipient kind that `unmatched` does not name.
    pub unmatched_other: Response,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            unmatched: BTreeMap::from([(recipient::INTERNAL.to_owned(), Response::Allow)]),
            unmatched_other: Response::NeedApproval,
        }
    }
}

impl Rules {
    /// No rules, only the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more rule.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// With this default towards one recipient kind.
    #[must_use]
    pub fn unmatched(mut self, recipient: &str, response: Response) -> Self {
        self.unmatched.insert(recipient.to_owned(), response);
        self
    }

    /// With this default towards every recipient kind that has none of its own.
    #[must_use]
    pub const fn unmatched_other(mut self, response: Response) -> Self {
        self.unmatched_other = response;
        self
    }

    /// What should happen to data with these findings that goes to this recipient kind.
    ///
    /// `level` is the rank of the data's label. Without findings the answer is [`Response::Allow`]: rules about labels
    /// alone belong to the access policy.
    pub fn respond(&self, findings: &[Finding], recipient: &str, level: u8) -> Verdict {
        let mut found = BTreeMap::<Entity, Vec<f32>>::new();
        for finding in findings {
            // What is not a number cannot be compared: such a finding counts as a sure one.
            let sure = if finding.confidence.is_nan() { 1.0 } else { finding.confidence };
            found.entry(finding.entity).or_default().push(sure);
        }
        for confidences in found.values_mut() {
            confidences.sort_unstable_by(|a, b| b.total_cmp(a));
        }
        let mut reasons = Vec::new();
        let mut heard = BTreeMap::<Entity, usize>::new();
        for rule in self.rules.iter().filter(|rule| rule.speaks_to(recipient, level)) {
            let matching = || {
                found.iter().map(|(entity, all)| (*entity, rule.counts(*entity, all))).filter(|(_, n)| *n > 0)
            };
            let total = matching().fold(0_usize, |sum, (_, count)| sum.saturating_add(count));
            if total >= rule.count_min.max(1) {
                for (entity, count) in matching() {
                    let most = heard.entry(entity).or_default();
                    *most = count.max(*most);
                    reasons.push(Reason {
                        entity,
                        count,
                        rule: Some(rule.name.clone()),
                        response: rule.response,
                        overridable: rule.overridable,
                    });
                }
            }
        }
        let fallback = *self.unmatched.get(recipient).unwrap_or(&self.unmatched_other);
        for (entity, confidences) in found {
            // The surest are heard first, so those that no rule counted are what is left of the most that one did.
            let count = confidences.len().saturating_sub(heard.get(&entity).copied().unwrap_or_default());
            if count > 0 {
                reasons.push(Reason { entity, count, rule: None, response: fallback, overridable: false });
            }
        }
        // The strictest reason first; the sort is stable, so equals stay in the order of the rules.
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.response));
        Verdict { response: reasons.first().map_or(Response::Allow, |reason| reason.response), reasons }
    }
}

/// What should happen, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Verdict {
    /// The strictest response that any reason demands.
    pub response: Response,
    /// Every reason that was heard, the strictest first.
    pub reasons: Vec<Reason>,
}

/// One reason of a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Reason {
    /// What was found.
    pub entity: Entity,
    /// How many times.
    pub count: usize,
    /// The name of the rule; `None` where the default of the recipient kind spoke.
    pub rule: Option<String>,
    /// What it demands.
    pub response: Response,
    /// Whether a person may override it, with a reason.
    pub overridable: bool,
}

#[cfg(feature = "serde")]
const fn one() -> usize {
    1
}

#[cfg(test)]
mod tests;
