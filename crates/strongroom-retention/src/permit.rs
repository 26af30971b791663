//! The right to dispose, as a value.

use crate::{Citation, Exception, Plan, PlanLine, ReasonCode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use strongroom_types::{ActorId, CaseId, CustomerId, TenantId, Timestamp};

/// How long after its plan a permit is good, in seconds: a day. What happened since is not in the plan.
pub const PERMIT_SECONDS_MAX: i64 = 86_400;
/// The most approvers, and the most backup sets, that a permit names.
pub const PERMIT_NAMES_MAX: usize = 64;

/// Who disposes of what for which reason, and who agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermitTerms {
    /// The case that the disposal belongs to; one disposal per case.
    pub case: CaseId,
    /// The tenant.
    pub tenant: TenantId,
    /// Why, as a code, such as `customer-exit` or `retention-sweep`.
    pub reason: ReasonCode,
    /// Who asked for it.
    pub requester: ActorId,
    /// Who runs it.
    pub operator: ActorId,
    /// Who agreed: all different, the requester not among them.
    pub approvers: Vec<ActorId>,
    /// How many must have agreed. 0 is for routine sweeps, where the schedule itself was approved.
    pub approvals_min: usize,
    /// The backups that still hold the data, and when they go.
    pub backups: Vec<BackupSet>,
}

/// A backup that outlives the disposal for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupSet {
    /// The name of the set; a code, no personal data.
    pub name: String,
    /// When it expires, if that is known.
    pub expires_at: Option<Timestamp>,
}

/// Why a permit was not granted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PermitError {
    /// Not enough different people agreed.
    #[error("{found} of {needed} approvals")]
    Approvals {
        /// How many different people agreed.
        found: usize,
        /// How many must.
        needed: usize,
    },
    /// Nothing in the plan is to be erased.
    #[error("the plan erases nothing")]
    Nothing,
    /// Who asks must not agree to it.
    #[error("the requester is among the approvers")]
    SelfApproval,
    /// More than [`PERMIT_NAMES_MAX`] approvers or backups.
    #[error("a permit names at most {PERMIT_NAMES_MAX} approvers and as many backups")]
    TooMany,
}

/// The right to dispose of what one plan erases, once. Only [`Plan::permit`] grants it; it is not `Clone`, and
/// [`crate::Due::new`] uses it up.
///
/// ```compile_fail
/// # fn twice(permit: strongroom_retention::DisposalPermit) {
/// let first = strongroom_retention::Due::new(permit);
/// let second = strongroom_retention::Due::new(permit);
/// # }
/// ```
///
/// ```compile_fail
/// # fn copied(permit: &strongroom_retention::DisposalPermit) -> strongroom_retention::DisposalPermit {
/// permit.clone()
/// # }
/// ```
#[derive(Debug)]
pub struct DisposalPermit {
    pub(crate) terms: PermitTerms,
    pub(crate) customer: CustomerId,
    pub(crate) planned_at: Timestamp,
    pub(crate) holds_version: u64,
    pub(crate) whole_customer: bool,
    pub(crate) erase: Vec<PlanLine>,
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) citations: Vec<Citation>,
}

impl DisposalPermit {
    pub(crate) fn grant(plan: &Plan, mut terms: PermitTerms) -> Result<Self, PermitError> {
        if plan.erase().is_empty() {
            return Err(PermitError::Nothing);
        }
        if terms.approvers.len() > PERMIT_NAMES_MAX || terms.backups.len() > PERMIT_NAMES_MAX {
            return Err(PermitError::TooMany);
        }
        // SECURITY: who asks and who agrees are different people, and nobody counts twice.
        if terms.approvers.contains(&terms.requester) {
            return Err(PermitError::SelfApproval);
        }
        let distinct: BTreeSet<ActorId> = terms.approvers.iter().copied().collect();
        if distinct.len() < terms.approvals_min {
            return Err(PermitError::Approvals { found: distinct.len(), needed: terms.approvals_min });
        }
        terms.approvers = distinct.into_iter().collect();
        Ok(Self {
            terms,
            customer: plan.customer(),
            planned_at: plan.planned_at(),
            holds_version: plan.holds_version(),
            whole_customer: plan.whole_customer(),
            erase: plan.erase().to_vec(),
            exceptions: plan.exceptions(),
            citations: plan.citations().to_vec(),
        })
    }

    /// The case that the disposal belongs to.
    pub const fn case(&self) -> CaseId {
        self.terms.case
    }

    /// Whose records go.
    pub const fn customer(&self) -> CustomerId {
        self.customer
    }

    /// The last instant at which the permit is good.
    pub const fn valid_until(&self) -> Timestamp {
        self.planned_at.plus_seconds(PERMIT_SECONDS_MAX)
    }
}
