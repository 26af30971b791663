//! Which rules, and how much memory.

use crate::{Observation, Severity};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};
use strongroom_types::{Action, Kind, Level, RoleName, RuleId};

/// The most rules.
pub const RULES_MAX: usize = 32;
/// The highest threshold.
pub const THRESHOLD_MAX: u64 = 100_000;
/// The longest window: a day.
pub const WINDOW_SECONDS_MAX: u32 = 86_400;
/// The most actors that can be watched at a time.
pub const ACTORS_MAX: u32 = 1_000_000;

/// What a rule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Different customers. An observation of several customers at once counts as many as it has records: rather an
    /// alert early than one too late.
    Customers,
    /// Records, each time they are shown.
    Records,
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Customers => "customers",
            Self::Records => "records",
        })
    }
}

/// One threshold over one sliding window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BulkRule {
    /// The rule's name, unique.
    pub name: RuleId,
    /// What is counted.
    pub measure: Measure,
    /// The count that sets the alert off, 1 to [`THRESHOLD_MAX`].
    pub threshold: u64,
    /// How far back is counted, 1 to [`WINDOW_SECONDS_MAX`]. What is exactly so old is no longer counted.
    pub window_seconds: u32,
    /// Only what is at least so sensitive is counted; by default everything.
    #[serde(default)]
    pub level_min: Level,
    /// Only these actions are counted; by default those that show data or take it out.
    #[serde(default = "reads")]
    pub actions: BTreeSet<Action>,
    /// Only these kinds of records are counted; none named: all.
    #[serde(default)]
    pub kinds: BTreeSet<Kind>,
    /// How urgent the alert is; by default medium.
    #[serde(default)]
    pub severity: Severity,
    /// Other thresholds for holders of roles. Who holds several of them has the lowest.
    #[serde(default)]
    pub roles: BTreeMap<RoleName, u64>,
}

fn reads() -> BTreeSet<Action> {
    let reads = [Action::List, Action::Open, Action::Search, Action::View];
    Action::ALL.iter().copied().filter(|action| action.is_egress()).chain(reads).collect()
}

impl BulkRule {
    /// A rule over everything that shows data or takes it out, of medium severity, the same for every role.
    pub fn new(name: RuleId, measure: Measure, threshold: u64, window_seconds: u32) -> Self {
        Self {
            name,
            measure,
            threshold,
            window_seconds,
            level_min: Level::default(),
            actions: reads(),
            kinds: BTreeSet::new(),
            severity: Severity::default(),
            roles: BTreeMap::new(),
        }
    }

    /// The threshold for a holder of these roles.
    pub fn threshold_of(&self, roles: &[RoleName]) -> u64 {
        roles.iter().filter_map(|role| self.roles.get(role)).min().copied().unwrap_or(self.threshold)
    }

    pub(crate) fn counts(&self, observation: &Observation) -> bool {
        self.actions.contains(&observation.action)
            && (self.kinds.is_empty() || self.kinds.contains(&observation.kind))
            && observation.level.is_none_or(|level| level >= self.level_min)
    }

    /// The highest count that matters to anybody.
    pub(crate) fn cap(&self) -> u64 {
        self.roles.values().copied().fold(self.threshold, u64::max)
    }

    pub(crate) fn window_micros(&self) -> i64 {
        i64::from(self.window_seconds).saturating_mul(1_000_000)
    }
}

/// The rules and bounds of [`BulkAccess`](crate::BulkAccess).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BulkSettings {
    /// 1 to [`RULES_MAX`] rules.
    pub rules: Vec<BulkRule>,
    /// How many actors are remembered at a time, 1 to [`ACTORS_MAX`]; by default 10,000.
    pub actors_max: u32,
    /// How many entries are remembered over all actors; by default 1,000,000, about 120 bytes each. At least the sum of
    /// the rules' highest thresholds, so that one actor always fits.
    pub entries_max: u32,
    /// An observation that is later than another by at most so much, but older, counts as simultaneous. One that is
    /// older by more says that the clock was set back. By default 60.
    pub lateness_seconds: u32,
}

impl Default for BulkSettings {
    /// 100 customers in 10 minutes; 20 from level rank 2 on (`Confidential`, 机密), of high severity; 1,000 records in
    /// an hour.
    fn default() -> Self {
        let rule = |name, measure, threshold, window| {
            RuleId::new(name).ok().map(|name| BulkRule::new(name, measure, threshold, window))
        };
        let customers = rule("bulk-customers", Measure::Customers, 100, 600);
        let sensitive = rule("bulk-sensitive", Measure::Customers, 20, 600).map(|rule| BulkRule {
            level_min: Level::from_rank(2),
            severity: Severity::High,
            ..rule
        });
        let records = rule("bulk-records", Measure::Records, 1000, 3600);
        Self {
            rules: [customers, sensitive, records].into_iter().flatten().collect(),
            actors_max: 10_000,
            entries_max: 1_000_000,
            lateness_seconds: 60,
        }
    }
}

/// Why settings are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// Outside 1 to [`ACTORS_MAX`].
    #[error("`actors_max` is 1 to {ACTORS_MAX}, not {0}")]
    Actors(u32),
    /// A rule that counts no action never sets anything off.
    #[error("rule `{rule}` counts no action")]
    Actions {
        /// Which.
        rule: RuleId,
    },
    /// Too few for one actor.
    #[error("`entries_max` is at least {needed}, the sum of the rules' highest thresholds, not {given}")]
    Entries {
        /// At least.
        needed: u64,
        /// What the settings say.
        given: u32,
    },
    /// Longer than the shortest window.
    #[error("`lateness_seconds` is at most {window}, the shortest window, not {given}")]
    Lateness {
        /// At most.
        window: u32,
        /// What the settings say.
        given: u32,
    },
    /// Two rules of one name.
    #[error("two rules are called `{rule}`")]
    Name {
        /// Which.
        rule: RuleId,
    },
    /// None, or more than [`RULES_MAX`].
    #[error("there are 1 to {RULES_MAX} rules, not {0}")]
    Rules(usize),
    /// Outside 1 to [`THRESHOLD_MAX`].
    #[error("a threshold of rule `{rule}` is 1 to {THRESHOLD_MAX}, not {given}")]
    Threshold {
        /// Which.
        rule: RuleId,
        /// What the settings say.
        given: u64,
    },
    /// Outside 1 to [`WINDOW_SECONDS_MAX`].
    #[error("`window_seconds` of rule `{rule}` is 1 to {WINDOW_SECONDS_MAX}, not {given}")]
    Window {
        /// Which.
        rule: RuleId,
        /// What the settings say.
        given: u32,
    },
}

impl BulkSettings {
    /// Whether the settings can be used.
    pub fn validate(&self) -> Result<(), SettingsError> {
        if !(1..=RULES_MAX).contains(&self.rules.len()) {
            return Err(SettingsError::Rules(self.rules.len()));
        }
        if !(1..=ACTORS_MAX).contains(&self.actors_max) {
            return Err(SettingsError::Actors(self.actors_max));
        }
        let mut names = BTreeSet::new();
        for rule in &self.rules {
            let name = || rule.name.clone();
            if !names.insert(&rule.name) {
                return Err(SettingsError::Name { rule: name() });
            }
            if rule.actions.is_empty() {
                return Err(SettingsError::Actions { rule: name() });
            }
            if !(1..=WINDOW_SECONDS_MAX).contains(&rule.window_seconds) {
                return Err(SettingsError::Window { rule: name(), given: rule.window_seconds });
            }
            let thresholds = rule.roles.values().chain([&rule.threshold]);
            if let Some(given) = thresholds.copied().find(|given| !(1..=THRESHOLD_MAX).contains(given)) {
                return Err(SettingsError::Threshold { rule: name(), given });
            }
        }
        let window = self.rules.iter().map(|rule| rule.window_seconds).min().unwrap_or(0);
        if self.lateness_seconds > window {
            return Err(SettingsError::Lateness { window, given: self.lateness_seconds });
        }
        let needed = self.rules.iter().map(BulkRule::cap).fold(0, u64::saturating_add);
        if u64::from(self.entries_max) < needed {
            return Err(SettingsError::Entries { needed, given: self.entries_max });
        }
        Ok(())
    }
}
