//! What people did, as a log tells it, and what follows from it for least privilege.

mod report;
mod review;
mod suggest;

pub use report::{Dormant, Duties, RoleUse, UnusedGrant, UsageReport};
pub use review::{AccessReview, ReviewError, ReviewItem, ReviewState, Verdict};
pub use suggest::{Proof, Suggestion};

use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use strongroom_types::{Action, ActorId, Kind, Purpose, RecordId, RuleId, Timestamp, Zone};

/// One decision that a log recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub struct Usage {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: ActorId,
    /// What was done, or tried.
    pub action: Action,
    /// With what.
    pub kind: Kind,
    /// Which record, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordId>,
    /// The rules that the decision cited.
    #[serde(default)]
    pub rules: Vec<RuleId>,
    /// Whether it was allowed.
    pub allowed: bool,
    /// What for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// Where from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
}

impl Usage {
    /// An allowed use of one grant, of which nothing more is known.
    pub fn new(at: Timestamp, actor: ActorId, action: Action, kind: Kind, rule: RuleId) -> Self {
        let (record, purpose, zone) = (None, None, None);
        Self { at, actor, action, kind, record, rules: vec![rule], allowed: true, purpose, zone }
    }

    /// Something that was tried and denied, of which nothing more is known.
    pub fn denied(at: Timestamp, actor: ActorId, action: Action, kind: Kind) -> Self {
        let (record, purpose, zone) = (None, None, None);
        Self { at, actor, action, kind, record, rules: Vec::new(), allowed: false, purpose, zone }
    }
}

/// A log that can be read from its start to its end.
pub trait UsageLog {
    /// Why it could not be read.
    type Error;

    /// Calls `visit` for every decision, in any order.
    ///
    /// # Errors
    /// The log's own. What was visited by then counts for nothing.
    fn each(&self, visit: &mut dyn FnMut(&Usage)) -> Result<(), Self::Error>;
}

impl UsageLog for [Usage] {
    type Error = Infallible;

    fn each(&self, visit: &mut dyn FnMut(&Usage)) -> Result<(), Infallible> {
        self.iter().for_each(visit);
        Ok(())
    }
}

impl UsageLog for Vec<Usage> {
    type Error = Infallible;

    fn each(&self, visit: &mut dyn FnMut(&Usage)) -> Result<(), Infallible> {
        self.as_slice().each(visit)
    }
}
