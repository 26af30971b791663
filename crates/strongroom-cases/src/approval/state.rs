//! The words, parts and states of an approval.

use crate::words::words;
use serde::{Deserialize, Serialize};
use strongroom_types::{Action, ActorId, ApprovalId, Digest, Purpose, RoleName, Timestamp};

/// One step of the workflow: so many people of a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalStep {
    /// The role whose holders vote in this step.
    pub role: RoleName,
    /// How many of them, at least 1.
    pub count: u8,
}

/// What a request says when it is opened.
#[derive(Debug, Clone)]
pub struct ApprovalDraft {
    /// The request's id, fresh.
    pub id: ApprovalId,
    /// What is to be allowed.
    pub action: Action,
    /// Who wants it, and alone may use it.
    pub requester: ActorId,
    /// SHA-256 of the staged content: what approvers look at.
    pub subject: Digest,
    /// SHA-256 over everything the approval is bound to (content, recipients, purpose, watermark recipe). The caller
    /// computes it when asking and again when using; a difference in anything is a difference here.
    pub binding: Digest,
    /// What for.
    pub purpose: Purpose,
    /// The steps, in order; 1 to [`STEPS_MAX`](crate::STEPS_MAX), together at most [`VOTES_MAX`](crate::VOTES_MAX) votes.
    pub needed: Vec<ApprovalStep>,
    /// From this instant on nothing can be voted or used.
    pub expires_at: Timestamp,
}

/// One yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    /// Whose.
    pub by: ActorId,
    /// To which step, from 0.
    pub step: u8,
    /// When.
    pub at: Timestamp,
}

words! {
    /// Why somebody said no. A code, since the log holds no free text.
    RefusalReason, "refusal reason" {
        /// It does not have to be done at all.
        NotNeeded = "not-needed",
        /// Something else.
        Other = "other",
        /// The purpose is unclear or does not fit.
        PurposeUnclear = "purpose-unclear",
        /// Less data would do.
        TooBroad = "too-broad",
        /// A recipient should not get it.
        WrongRecipient = "wrong-recipient",
    }
}

words! {
    /// What can be done to a request.
    ApprovalVerb, "approval verb" {
        /// Say yes.
        Approve = "approve",
        /// Note that it ran out.
        Expire = "expire",
        /// Say no.
        Refuse = "refuse",
        /// Stop it, even after it was granted.
        Revoke = "revoke",
        /// Use it, once.
        Take = "take",
        /// Take it back.
        Withdraw = "withdraw",
    }
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ApprovalState {
    /// Votes are missing.
    Open,
    /// Everybody needed said yes; not yet used.
    Granted {
        /// When the last vote came.
        at: Timestamp,
    },
    /// Somebody said no.
    Refused {
        /// Who.
        by: ActorId,
        /// When.
        at: Timestamp,
        /// Why.
        reason: RefusalReason,
    },
    /// It ran out before it was used.
    Expired {
        /// When that was noted.
        at: Timestamp,
    },
    /// The one use was made.
    Used {
        /// When.
        at: Timestamp,
    },
    /// The requester took it back.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
    /// An approver stopped it.
    Revoked {
        /// Who.
        by: ActorId,
        /// When.
        at: Timestamp,
    },
}

impl ApprovalState {
    /// The name, as stored.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Granted { .. } => "granted",
            Self::Refused { .. } => "refused",
            Self::Expired { .. } => "expired",
            Self::Used { .. } => "used",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Revoked { .. } => "revoked",
        }
    }

    /// What can be done in this state.
    pub const fn allows(&self) -> &'static [ApprovalVerb] {
        use ApprovalVerb::{Approve, Expire, Refuse, Revoke, Take, Withdraw};
        match self {
            Self::Open => &[Approve, Expire, Refuse, Revoke, Withdraw],
            Self::Granted { .. } => &[Expire, Revoke, Take, Withdraw],
            Self::Refused { .. }
            | Self::Expired { .. }
            | Self::Used { .. }
            | Self::Withdrawn { .. }
            | Self::Revoked { .. } => &[],
        }
    }
}
