//! What a step made true, for the log and for the retention rules.

use crate::{ExitReason, ExitTrigger, ObligationName, RefusalReason, TargetName};
use strongroom_types::{ActorId, HoldId, Timestamp};
use time::Date;

/// A case after a step, and what the step made true.
pub type Stepped<T> = (T, Vec<Fact>);

/// Something that became true in a case. It belongs into the log in the same commit as the case's new state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: ActorId,
    /// What.
    pub event: Event,
}

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident $({ $($(#[$fdoc:meta])* $field:ident: $type:ty),* })? = $name:literal,)*) => {
        /// What became true. Holds no personal data: codes, counts, dates and random ids.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Event {
            $($(#[$doc])* $variant $({ $($(#[$fdoc])* $field: $type),* })?,)*
        }

        impl Event {
            /// The name in the log, such as `contract-signed`.
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $name,)* }
            }
        }
    };
}

events! {
    /// Somebody asked for approval.
    ApprovalRequested = "approval-requested",
    /// Somebody said yes.
    ApprovalVoted {
        /// To which step, from 0.
        step: u8
    } = "approval-voted",
    /// Everybody needed said yes.
    ApprovalGranted = "approval-granted",
    /// Somebody said no.
    ApprovalRefused {
        /// Why.
        reason: RefusalReason
    } = "approval-refused",
    /// The request ran out.
    ApprovalExpired = "approval-expired",
    /// The one use was made.
    ApprovalUsed = "approval-used",
    /// The requester took the request back.
    ApprovalWithdrawn = "approval-withdrawn",
    /// An approver stopped it.
    ApprovalRevoked = "approval-revoked",
    /// A customer's exit began.
    ExitOpened {
        /// What set it off.
        trigger: ExitTrigger,
        /// Why the customer leaves.
        reason: ExitReason
    } = "exit-opened",
    /// Accounts and permissions are ended.
    ExitAccessClosed = "exit-access-closed",
    /// What there is of the customer is listed.
    ExitInventoried = "exit-inventoried",
    /// What goes and what stays is planned.
    ExitPlanned = "exit-planned",
    /// A person looked at the plan's open questions.
    ExitReviewed = "exit-reviewed",
    /// The plan may be carried out.
    ExitApproved = "exit-approved",
    /// The purge began; it cannot be called back.
    ExitPurging = "exit-purging",
    /// A target answered.
    ExitTargetReported {
        /// Which.
        target: TargetName
    } = "exit-target-reported",
    /// A target was asked and did not answer.
    ExitTargetUnanswered {
        /// Which.
        target: TargetName
    } = "exit-target-unanswered",
    /// The purge is done; the certificate is provisional.
    ExitPurged = "exit-purged",
    /// The exit is over; the certificate is final.
    ExitFinished = "exit-finished",
    /// A hold stopped the exit.
    ExitSuspended {
        /// Which.
        hold: HoldId
    } = "exit-suspended",
    /// One of the holds that stop the exit is gone.
    ExitHoldReleased {
        /// Which.
        hold: HoldId
    } = "exit-hold-released",
    /// No hold stops the exit any more.
    ExitResumed = "exit-resumed",
    /// The exit was called off.
    ExitWithdrawn = "exit-withdrawn",
    /// A contract was drafted.
    ContractDrafted = "contract-drafted",
    /// The draft changed.
    ContractRevised = "contract-revised",
    /// Both sides signed.
    ContractSigned {
        /// The civil date of the signature.
        on: Date
    } = "contract-signed",
    /// The parties perform.
    ContractPerforming = "contract-performing",
    /// A change waits for approval and signature.
    ContractAmendmentProposed {
        /// The number the change would have, from 1.
        amendment: u32
    } = "contract-amendment-proposed",
    /// The contract changed.
    ContractAmended {
        /// The number of the change, from 1.
        amendment: u32
    } = "contract-amended",
    /// The change was dropped.
    ContractAmendmentRejected {
        /// The number the change would have had.
        amendment: u32
    } = "contract-amendment-rejected",
    /// A duty was done.
    ContractObligationMet {
        /// Which.
        obligation: ObligationName
    } = "contract-obligation-met",
    /// A duty was let go.
    ContractObligationWaived {
        /// Which.
        obligation: ObligationName
    } = "contract-obligation-waived",
    /// The end waits for its close-out review.
    ContractClosing = "contract-closing",
    /// The review sent the contract back to life.
    ContractReinstated = "contract-reinstated",
    /// The contract ran out or was fulfilled.
    ContractEnded {
        /// The civil date of the end.
        on: Date
    } = "contract-ended",
    /// The contract was broken off.
    ContractTerminated {
        /// The civil date of the end.
        on: Date
    } = "contract-terminated",
    /// The draft was given up.
    ContractAbandoned = "contract-abandoned",
}

impl Event {
    /// The retention trigger that this sets off, and its civil date: `contract-signed` or `contract-ended`
    /// (however it ended). Everything else sets off none.
    pub const fn trigger(&self) -> Option<(&'static str, Date)> {
        match self {
            Self::ContractSigned { on } => Some(("contract-signed", *on)),
            Self::ContractEnded { on } | Self::ContractTerminated { on } => Some(("contract-ended", *on)),
            _ => None,
        }
    }
}
