//! The words and states of an exit.

use crate::words::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use strongroom_types::{ActorId, Digest, HoldId, Timestamp};

words! {
    /// What set the exit off.
    ExitTrigger, "exit trigger" {
        /// A rule did: the account was closed, the contract ended.
        Automatic = "automatic",
        /// The customer asked, or somebody decided.
        Manual = "manual",
        /// The member of staff who dealt with the customer leaves.
        StaffLeaves = "staff-leaves",
    }
}

words! {
    /// Why the customer leaves. What the customer said in their own words is personal data and kept elsewhere.
    ExitReason, "exit reason" {
        /// The brand.
        Brand = "brand",
        /// How we advertised.
        Marketing = "marketing",
        /// The product no longer fits the need.
        NeedProduct = "need-product",
        /// Something else.
        Other = "other",
        /// The price.
        Price = "price",
        /// How we served.
        Service = "service",
    }
}

words! {
    /// What can be done in an exit.
    ExitVerb, "exit verb" {
        /// Allow the plan.
        Approve = "approve",
        /// Begin what cannot be called back.
        BeginPurge = "begin-purge",
        /// End accounts, permissions and sessions.
        CloseAccess = "close-access",
        /// Attach the final certificate.
        Finish = "finish",
        /// List what there is and where.
        Inventory = "inventory",
        /// Say what goes and what stays.
        Plan = "plan",
        /// Attach the provisional certificate.
        Purged = "purged",
        /// Let go of a hold.
        Release = "release",
        /// Note what a target answered.
        Report = "report",
        /// Note that somebody looked at the plan's open questions.
        Review = "review",
        /// Stop for a hold.
        Suspend = "suspend",
        /// Note that a target did not answer.
        Unanswered = "unanswered",
        /// Call the exit off.
        Withdraw = "withdraw",
    }
}

/// How much access was ended, as counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessClosure {
    /// Accounts closed.
    pub accounts: u32,
    /// Permissions and shared links revoked.
    pub permissions: u32,
    /// Sessions and tokens ended.
    pub sessions: u32,
}

/// What a target did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetReport {
    /// Records erased there.
    pub erased: u64,
    /// Records that stay there, as the plan says.
    pub kept: u64,
    /// SHA-256 of the target's own account of it.
    pub evidence: Digest,
}

/// Where one target stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case", deny_unknown_fields)]
pub enum TargetState {
    /// Not asked, or the answer is still awaited.
    Pending,
    /// It answered.
    Reported {
        /// When.
        at: Timestamp,
        /// What.
        report: TargetReport,
    },
    /// It was asked and did not answer in time.
    Unanswered {
        /// When that was first noted.
        since: Timestamp,
        /// How often it was noted.
        attempts: u32,
    },
}

/// Whether a person must look at the plan before it can be approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Review {
    /// The plan has no open question.
    NotNeeded,
    /// Rules collide, and nobody has looked yet.
    Pending,
    /// Somebody looked.
    Done {
        /// Who.
        by: ActorId,
    },
}

/// Where an exit stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ExitState {
    /// The reason is recorded, nothing has happened yet.
    Opened,
    /// Accounts, permissions and sessions are ended.
    AccessClosed,
    /// What there is, and in which targets, is listed.
    Inventoried {
        /// SHA-256 of the list.
        inventory: Digest,
    },
    /// What goes and what stays is planned.
    Planned {
        /// SHA-256 of the plan.
        plan: Digest,
        /// Who planned.
        by: ActorId,
        /// Whether a person must look first.
        review: Review,
    },
    /// The plan may be carried out.
    Approved {
        /// SHA-256 of the plan.
        plan: Digest,
    },
    /// The purge began. There is no way back.
    Purging {
        /// SHA-256 of the plan.
        plan: Digest,
        /// SHA-256 of the intent that was logged.
        intent: Digest,
    },
    /// The purge is done. Targets may be unanswered, the key epoch may not be turned yet.
    Purged {
        /// SHA-256 of the provisional certificate's body.
        certificate: Digest,
    },
    /// Every target reported; the exit is over.
    Finished {
        /// SHA-256 of the final certificate's body.
        certificate: Digest,
    },
    /// Legal holds stop the exit.
    Suspended {
        /// Which.
        holds: BTreeSet<HoldId>,
    },
    /// The exit was called off.
    Withdrawn,
}

impl ExitState {
    /// The name, as stored.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::AccessClosed => "access-closed",
            Self::Inventoried { .. } => "inventoried",
            Self::Planned { .. } => "planned",
            Self::Approved { .. } => "approved",
            Self::Purging { .. } => "purging",
            Self::Purged { .. } => "purged",
            Self::Finished { .. } => "finished",
            Self::Suspended { .. } => "suspended",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// What can be done in this state.
    pub const fn allows(&self) -> &'static [ExitVerb] {
        use ExitVerb::{
            Approve, BeginPurge, CloseAccess, Finish, Inventory, Plan, Purged, Release, Report, Review,
            Suspend, Unanswered, Withdraw,
        };
        match self {
            Self::Opened => &[CloseAccess, Suspend, Withdraw],
            Self::AccessClosed => &[Inventory, Suspend, Withdraw],
            Self::Inventoried { .. } => &[Inventory, Plan, Suspend, Withdraw],
            Self::Planned { .. } => &[Approve, Inventory, Plan, Review, Suspend, Withdraw],
            Self::Approved { .. } => &[BeginPurge, Plan, Suspend, Withdraw],
            Self::Purging { .. } => &[Purged, Report, Unanswered],
            Self::Purged { .. } => &[Finish, Report, Unanswered],
            Self::Suspended { .. } => &[Release, Suspend, Withdraw],
            Self::Finished { .. } | Self::Withdrawn => &[],
        }
    }
}
