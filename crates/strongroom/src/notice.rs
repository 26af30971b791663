//! What somebody must be told: alerts of the watch, and notifications that the policy asks for.

use serde::{Deserialize, Serialize};
use strongroom_types::{ActorId, RecordId, RoleName, RuleId, Timestamp};

/// What a notice is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NoticeKind {
    /// Somebody looked at very many customers.
    BulkAccess {
        /// The rule of the watch that was crossed.
        rule: String,
        /// At least so many.
        observed: u64,
        /// More than this is too many.
        threshold: u64,
        /// Start of the window.
        from: Timestamp,
        /// How bad the rule says it is.
        severity: String,
    },
    /// The policy wants a role to look at what was done.
    Review {
        /// Who must look.
        role: RoleName,
        /// Until when.
        due: Timestamp,
        /// Under which grant it was done.
        rule: RuleId,
        /// What was done.
        action: String,
        /// To which record.
        record: Option<RecordId>,
    },
    /// The policy wants a role to know.
    Notify {
        /// Who must know.
        role: RoleName,
        /// What was done.
        action: String,
        /// To which record.
        record: Option<RecordId>,
    },
}

/// Something that somebody must be told. Written in the same commit as the action, or right after the log entry that
/// gave rise to it; holds ids only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// When.
    pub at: Timestamp,
    /// Whose action.
    pub actor: ActorId,
    /// What.
    #[serde(flatten)]
    pub kind: NoticeKind,
}
