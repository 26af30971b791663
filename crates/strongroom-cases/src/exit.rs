//! A customer's exit: access ends first, then what there is is listed, planned, approved by somebody else, purged at
//! every target, and proven.

mod state;

pub use state::{
    AccessClosure, ExitReason, ExitState, ExitTrigger, ExitVerb, Review, TargetReport, TargetState,
};

use crate::{
    Event, Fact, Stepped, TargetName, WrongState,
    stored::{Record, Version, stored},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use strongroom_types::{ActorId, CaseId, CustomerId, Digest, HoldId, Timestamp};

/// The most targets of one exit.
pub const TARGETS_MAX: usize = 128;
/// The most holds that one exit notes.
pub const HOLDS_MAX: usize = 256;

/// What an exit says when it is opened. The reason comes first: there is no exit without one.
#[derive(Debug, Clone, Copy)]
pub struct ExitDraft {
    /// The case's id, fresh.
    pub id: CaseId,
    /// Who leaves.
    pub customer: CustomerId,
    /// What set it off.
    pub trigger: ExitTrigger,
    /// Why.
    pub reason: ExitReason,
    /// Whether there is a text about the reason. Such a text is personal data; it is kept sealed elsewhere, and goes
    /// with the customer.
    pub note_held: bool,
}

/// Why an exit did not move.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExitError {
    /// More than [`HOLDS_MAX`] holds.
    #[error("an exit notes at most {HOLDS_MAX} holds")]
    Holds,
    /// The plan has no open question, or somebody has looked already.
    #[error("the plan waits for no review")]
    NoReviewPending,
    /// The plan is not the one that was made or approved.
    #[error("the plan at hand is not the plan of the case")]
    OtherPlan,
    /// The target reported something else before.
    #[error("target `{target}` has already reported, and differently")]
    OtherReport {
        /// Which.
        target: TargetName,
    },
    /// Rules collide in the plan, and nobody has looked yet.
    #[error("the plan waits for its review")]
    ReviewPending,
    /// Who opened or planned an exit can neither review nor approve it.
    #[error("who opened or planned an exit can neither review nor approve it")]
    SelfApproval,
    /// No target, or more than [`TARGETS_MAX`].
    #[error("an exit has 1 to {TARGETS_MAX} targets, this one has {0}")]
    Targets(usize),
    /// The exit is not stopped by this hold.
    #[error("the exit is not stopped by this hold")]
    UnknownHold,
    /// The exit has no such target.
    #[error("the exit has no target `{target}`")]
    UnknownTarget {
        /// Which.
        target: TargetName,
    },
    /// Targets whose answer is missing.
    #[error("{} of the targets have not answered: `{}`", .targets.len(), .targets.iter().map(TargetName::as_str).collect::<Vec<_>>().join("`, `"))]
    Waiting {
        /// Which.
        targets: Vec<TargetName>,
    },
    /// The verb does not fit the state.
    #[error(transparent)]
    WrongState(#[from] WrongState),
}

/// A customer's exit, from its reason to its final certificate.
///
/// From [`begin_purge`](Self::begin_purge) on there is no way back: a hold comes too late, and so does a withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExitCase(Stored);

// INVARIANT: what `check` says. The steps keep it, and reading refuses everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: Version,
    id: CaseId,
    customer: CustomerId,
    trigger: ExitTrigger,
    reason: ExitReason,
    note_held: bool,
    opener: ActorId,
    opened_at: Timestamp,
    changed_at: Timestamp,
    access: Option<AccessClosure>,
    approver: Option<ActorId>,
    targets: BTreeMap<TargetName, TargetState>,
    state: ExitState,
}

stored!(ExitCase, Stored);

impl ExitCase {
    /// Opens an exit.
    pub fn open(draft: ExitDraft, by: ActorId, now: Timestamp) -> Result<Stepped<Self>, ExitError> {
        let ExitDraft { id, customer, trigger, reason, note_held } = draft;
        let stored = Stored {
            version: Version,
            id,
            customer,
            trigger,
            reason,
            note_held,
            opener: by,
            opened_at: now,
            changed_at: now,
            access: None,
            approver: None,
            targets: BTreeMap::new(),
            state: ExitState::Opened,
        };
        Ok((Self(stored), vec![Fact { at: now, actor: by, event: Event::ExitOpened { trigger, reason } }]))
    }

    /// Notes that accounts, permissions and sessions are ended. Nothing is purged before that.
    pub fn close_access(
        mut self,
        closed: AccessClosure,
        by: ActorId,
        now: Timestamp,
    ) -> Result<Stepped<Self>, ExitError> {
        self.gate(ExitVerb::CloseAccess)?;
        self.0.access = Some(closed);
        Ok(self.step(ExitState::AccessClosed, by, now, [Event::ExitAccessClosed]))
    }

    /// Notes what there is and the targets where it lies. Again while nothing is approved: a plan falls with its list.
    pub fn inventory(
        mut self,
        targets: BTreeSet<TargetName>,
        inventory: Digest,
        by: ActorId,
        now: Timestamp,
    ) -> Result<Stepped<Self>, ExitError> {
        self.gate(ExitVerb::Inventory)?;
        if !(1..=TARGETS_MAX).contains(&targets.len()) {
            return Err(ExitError::Targets(targets.len()));
        }
        self.0.targets = targets.into_iter().map(|target| (target, TargetState::Pending)).collect();
        Ok(self.step(ExitState::Inventoried { inventory }, by, now, [Event::ExitInventoried]))
    }

    /// Notes the plan: what goes, what stays and by which rule. A new plan drops the review and the approval of the old.
    pub fn plan(
        mut self,
        plan: Digest,
        review_needed: bool,
        by: ActorId,
        now: Timestamp,
    ) -> Result<Stepped<Self>, ExitError> {
        self.gate(ExitVerb::Plan)?;
        self.0.approver = None;
        let review = if review_needed { Review::Pending } else { Review::NotNeeded };
        Ok(self.step(ExitState::Planned { plan, by, review }, by, now, [Event::ExitPlanned]))
    }

    /// Notes that somebody other than the opener and the planner looked at the plan's open questions.
    pub fn review(self, plan: Digest, by: ActorId, now: Timestamp) -> Result<Stepped<Self>, ExitError> {
        let (planner, review) = self.planned(ExitVerb::Review, plan, by)?;
        if review != Review::Pending {
            return Err(ExitError::NoReviewPending);
        }
        let state = ExitState::Planned { plan, by: planner, review: Review::Done { by } };
        Ok(self.step(state, by, now, [Event::ExitReviewed]))
    }

    /// Allows exactly this plan, by somebody other than the opener and the planner, after its review if it needs one.
    pub fn approve(mut self, plan: Digest, by: ActorId, now: Timestamp) -> Result<Stepped<Self>, ExitError> {
        let (_, review) = self.planned(ExitVerb::Approve, plan, by)?;
        if review == Review::Pending {
            return Err(ExitError::ReviewPending);
        }
        self.0.approver = Some(by);
        Ok(self.step(ExitState::Approved { plan }, by, now, [Event::ExitApproved]))
    }

    /// Begins the purge of exactly the approved plan. The intent must be in the log in the same commit.
    pub fn begin_purge(
        self,
        plan: Digest,
        intent: Digest,
        by: ActorId,
        now: Timestamp,
    ) -> Result<Stepped<Self>, ExitError> {
        match self.0.state {
            // SECURITY: a plan that changed after its approval purges nothing.
            ExitState::Approved { plan: approved } if approved != plan => Err(ExitError::OtherPlan),
            ExitState::Approved { .. } => {
                Ok(self.step(ExitState::Purging { plan, intent }, by, now, [Event::ExitPurging]))
            }
            _ => Err(self.wrong(ExitVerb::BeginPurge).into()),
        }
    }

    /// Notes what a target answered. The same answer again changes nothing and gives no fact, so that a step that was
    /// interrupted can be repeated; a different one is refused.
    pub fn report(
        mut self,
        target: &TargetName,
        report: TargetReport,
        by: ActorId,
        now: Timestamp,
    ) -> Result<Stepped<Self>, ExitError> {
        let at = self.0.changed_at.max(now);
        match self.target(ExitVerb::Report, target)? {
            TargetState::Reported { report: before, .. } if *before == report => {
                return Ok((self, Vec::new()));
            }
            TargetState::Reported { .. } => return Err(ExitError::OtherReport { target: target.clone() }),
            open @ (TargetState::Pending | TargetState::Unanswered { .. }) => {
                *open = TargetState::Reported { at, report };
            }
        }
        let state = self.0.state.clone();
        Ok(self.step(state, by, now, [Event::ExitTargetReported { target: target.clone() }]))
    }

    /// Notes that a target was asked and did not answer.
    pub fn unanswered(
        mut self,
        target: &TargetName,
        by: ActorId,
        now: Timestamp,
    ) -> Result<Stepped<Self>, ExitError> {
        let at = self.0.changed_at.max(now);
        match self.target(ExitVerb::Unanswered, target)? {
            open @ TargetState::Pending => *open = TargetState::Unanswered { since: at, attempts: 1 },
            TargetState::Unanswered { attempts, .. } => *attempts = attempts.saturating_add(1),
            TargetState::Reported { .. } => return Err(ExitError::OtherReport { target: target.clone() }),
        }
        let state = self.0.state.clone();
        Ok(self.step(state, by, now, [Event::ExitTargetUnanswered { target: target.clone() }]))
    }

    /// Attaches the provisional certificate. Every target must have been asked; one that did not answer is named in the
    /// certificate, and holds up the final one.
    pub fn purged(
        self,
        certificate: Digest,
        by: ActorId,
        now: Timestamp,
    ) -> Result<Stepped<Self>, ExitError> {
        self.gate(ExitVerb::Purged)?;
        self.waiting(|state| matches!(state, TargetState::Pending))?;
        Ok(self.step(ExitState::Purged { certificate }, by, now, [Event::ExitPurged]))
    }

    /// Attaches the final certificate. Every target must have reported.
    pub fn finish(
        self,
        certificate: Digest,
        by: ActorId,
        now: Timestamp,
    ) -> Result<Stepped<Self>, ExitError> {
        self.gate(ExitVerb::Finish)?;
        self.waiting(|state| !matches!(state, TargetState::Reported { .. }))?;
        Ok(self.step(ExitState::Finished { certificate }, by, now, [Event::ExitFinished]))
    }

    /// Stops the exit for a legal hold, before the purge began. What was listed, planned and approved falls: by the
    /// time the hold goes, it may no longer be true. A hold that is noted already changes nothing.
    pub fn suspend(mut self, hold: HoldId, by: ActorId, now: Timestamp) -> Result<Stepped<Self>, ExitError> {
        self.gate(ExitVerb::Suspend)?;
        let mut holds = self.holds().clone();
        if !holds.insert(hold) {
            return Ok((self, Vec::new()));
        }
        if holds.len() > HOLDS_MAX {
            return Err(ExitError::Holds);
        }
        self.0.targets.clear();
        self.0.approver = None;
        Ok(self.step(ExitState::Suspended { holds }, by, now, [Event::ExitSuspended { hold }]))
    }

    /// Notes that a hold is gone. With the last one the exit goes on from where access is closed, or from the start.
    pub fn release(self, hold: HoldId, by: ActorId, now: Timestamp) -> Result<Stepped<Self>, ExitError> {
        self.gate(ExitVerb::Release)?;
        let mut holds = self.holds().clone();
        if !holds.remove(&hold) {
            return Err(ExitError::UnknownHold);
        }
        let released = Event::ExitHoldReleased { hold };
        if !holds.is_empty() {
            return Ok(self.step(ExitState::Suspended { holds }, by, now, [released]));
        }
        let state = if self.0.access.is_some() { ExitState::AccessClosed } else { ExitState::Opened };
        Ok(self.step(state, by, now, [released, Event::ExitResumed]))
    }

    /// Calls the exit off, before the purge began. Access that was ended stays ended.
    pub fn withdraw(mut self, by: ActorId, now: Timestamp) -> Result<Stepped<Self>, ExitError> {
        self.gate(ExitVerb::Withdraw)?;
        self.0.targets.clear();
        self.0.approver = None;
        Ok(self.step(ExitState::Withdrawn, by, now, [Event::ExitWithdrawn]))
    }

    /// The case's id.
    pub const fn id(&self) -> CaseId {
        self.0.id
    }

    /// Who leaves.
    pub const fn customer(&self) -> CustomerId {
        self.0.customer
    }

    /// What set it off.
    pub const fn trigger(&self) -> ExitTrigger {
        self.0.trigger
    }

    /// Why.
    pub const fn reason(&self) -> ExitReason {
        self.0.reason
    }

    /// Whether a text about the reason is kept elsewhere.
    pub const fn note_held(&self) -> bool {
        self.0.note_held
    }

    /// Who opened it.
    pub const fn opener(&self) -> ActorId {
        self.0.opener
    }

    /// Who approved the plan, once somebody has.
    pub const fn approver(&self) -> Option<ActorId> {
        self.0.approver
    }

    /// When it was opened.
    pub const fn opened_at(&self) -> Timestamp {
        self.0.opened_at
    }

    /// When it last moved.
    pub const fn changed_at(&self) -> Timestamp {
        self.0.changed_at
    }

    /// What access was ended, once it was.
    pub const fn access(&self) -> Option<AccessClosure> {
        self.0.access
    }

    /// Where it stands.
    pub const fn state(&self) -> &ExitState {
        &self.0.state
    }

    /// The targets and where each stands.
    pub const fn targets(&self) -> &BTreeMap<TargetName, TargetState> {
        &self.0.targets
    }

    /// The targets that have not reported.
    pub fn unreported(&self) -> impl Iterator<Item = &TargetName> {
        let open = |state: &TargetState| !matches!(state, TargetState::Reported { .. });
        self.0.targets.iter().filter(move |(_, state)| open(state)).map(|(target, _)| target)
    }

    /// The holds that stop the exit.
    pub const fn holds(&self) -> &BTreeSet<HoldId> {
        const NONE: &BTreeSet<HoldId> = &BTreeSet::new();
        match &self.0.state {
            ExitState::Suspended { holds } => holds,
            _ => NONE,
        }
    }

    fn gate(&self, verb: ExitVerb) -> Result<(), WrongState> {
        if self.0.state.allows().contains(&verb) { Ok(()) } else { Err(self.wrong(verb)) }
    }

    fn wrong(&self, verb: ExitVerb) -> WrongState {
        let allowed = self.0.state.allows().iter().map(|verb| verb.name()).collect();
        WrongState { state: self.0.state.name(), verb: verb.name(), allowed }
    }

    /// Who planned and how the review stands, if `by` may judge exactly this plan.
    fn planned(&self, verb: ExitVerb, plan: Digest, by: ActorId) -> Result<(ActorId, Review), ExitError> {
        match self.0.state {
            ExitState::Planned { plan: planned, .. } if planned != plan => Err(ExitError::OtherPlan),
            ExitState::Planned { by: planner, .. } if by == planner || by == self.0.opener => {
                Err(ExitError::SelfApproval)
            }
            ExitState::Planned { by: planner, review, .. } => Ok((planner, review)),
            _ => Err(self.wrong(verb).into()),
        }
    }

    fn target(&mut self, verb: ExitVerb, target: &TargetName) -> Result<&mut TargetState, ExitError> {
        self.gate(verb)?;
        self.0.targets.get_mut(target).ok_or_else(|| ExitError::UnknownTarget { target: target.clone() })
    }

    fn waiting(&self, waits: impl Fn(&TargetState) -> bool) -> Result<(), ExitError> {
        let targets: Vec<TargetName> = self
            .0
            .targets
            .iter()
            .filter(|(_, state)| waits(state))
            .map(|(target, _)| target.clone())
            .collect();
        if targets.is_empty() { Ok(()) } else { Err(ExitError::Waiting { targets }) }
    }

    fn step<const N: usize>(
        mut self,
        state: ExitState,
        by: ActorId,
        now: Timestamp,
        events: [Event; N],
    ) -> Stepped<Self> {
        // Time never runs back in a case.
        let now = now.max(self.0.changed_at);
        self.0.state = state;
        self.0.changed_at = now;
        (self, events.into_iter().map(|event| Fact { at: now, actor: by, event }).collect())
    }
}

impl Record for Stored {
    fn check(&self) -> Result<(), &'static str> {
        let must = |holds: bool, what: &'static str| if holds { Ok(()) } else { Err(what) };
        let time = self.opened_at..=self.changed_at;
        must(self.changed_at >= self.opened_at, "a case changes after it was opened")?;
        must(self.targets.len() <= TARGETS_MAX, "an exit has at most 128 targets")?;
        must(
            self.targets.values().all(|target| match target {
                TargetState::Pending => true,
                TargetState::Reported { at, .. } => time.contains(at),
                TargetState::Unanswered { since, attempts } => time.contains(since) && *attempts > 0,
            }),
            "a target answered outside the case's time",
        )?;
        let closed = self.access.is_some();
        let asked = |state: &TargetState| !matches!(state, TargetState::Pending);
        let reported = |state: &TargetState| matches!(state, TargetState::Reported { .. });
        let listed = closed && !self.targets.is_empty();
        let (fits, approved) = match &self.state {
            ExitState::Opened => (!closed && self.targets.is_empty(), false),
            ExitState::AccessClosed => (closed && self.targets.is_empty(), false),
            ExitState::Inventoried { .. } => (listed && !self.targets.values().any(asked), false),
            ExitState::Planned { by, review, .. } => {
                let other = match review {
                    Review::Done { by: reviewer } => reviewer != by && *reviewer != self.opener,
                    Review::NotNeeded | Review::Pending => true,
                };
                (listed && other && !self.targets.values().any(asked), false)
            }
            ExitState::Approved { .. } => (listed && !self.targets.values().any(asked), true),
            ExitState::Purging { .. } => (listed, true),
            ExitState::Purged { .. } => (listed && self.targets.values().all(asked), true),
            ExitState::Finished { .. } => (listed && self.targets.values().all(reported), true),
            ExitState::Suspended { holds } => {
                (self.targets.is_empty() && (1..=HOLDS_MAX).contains(&holds.len()), false)
            }
            ExitState::Withdrawn => (self.targets.is_empty(), false),
        };
        must(fits, "the targets or the access do not fit the state")?;
        must(self.approver.is_some() == approved, "the approver does not fit the state")?;
        must(self.approver != Some(self.opener), "the opener approved the exit")
    }
}

#[cfg(test)]
mod tests;
