//! What goes in and what comes out.

use crate::Measure;
use serde::{Deserialize, Serialize};
use std::fmt;
use strongroom_types::{Action, ActorId, CustomerId, Kind, Level, RuleId, Timestamp};

/// One thing somebody did or was refused, as the log has it. Holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: ActorId,
    /// What.
    pub action: Action,
    /// To records of which kind.
    pub kind: Kind,
    /// How sensitive; the highest level touched. Unknown counts as sensitive enough for every rule.
    pub level: Option<Level>,
    /// How many records were shown or taken out.
    pub records: u64,
    /// Whose, if they are one customer's.
    pub customer: Option<CustomerId>,
    /// Whether it was allowed.
    pub allowed: bool,
}

/// How urgent an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth a look in the periodic review.
    Low,
    /// Worth a look today.
    #[default]
    Medium,
    /// Worth a look now.
    High,
    /// Worth waking somebody.
    Critical,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}

/// Somebody reached the threshold of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// Which detector: `bulk-access`.
    pub detector: &'static str,
    /// Which rule.
    pub rule: RuleId,
    /// Who.
    pub actor: ActorId,
    /// The instant of the first observation that was counted.
    pub from: Timestamp,
    /// The instant of the observation that set the alert off.
    pub to: Timestamp,
    /// What was counted.
    pub measure: Measure,
    /// How many: at least so many, since the detector remembers no more than the rule needs.
    pub observed: u64,
    /// How many were allowed to pass, plus one.
    pub threshold: u64,
    /// How urgent.
    pub severity: Severity,
    /// The highest level among what was counted, as far as it is known.
    pub level: Option<Level>,
}
