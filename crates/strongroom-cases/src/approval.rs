//! Approval: several people in a fixed order say yes to exactly one thing, and it is used once.

mod state;

pub use state::{ApprovalDraft, ApprovalState, ApprovalStep, ApprovalVerb, RefusalReason, Vote};

use crate::{
    Event, Fact, Stepped, WrongState,
    stored::{Record, Version, stored},
};
use serde::{Deserialize, Serialize};
use strongroom_types::{Action, ActorId, ApprovalId, Digest, Purpose, RoleName, Timestamp};

/// The most steps a request may need.
pub const STEPS_MAX: usize = 8;
/// The most votes a request may need, over all its steps.
pub const VOTES_MAX: usize = 32;

/// Why a request did not move.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApprovalError {
    /// This person has voted already, in this step or an earlier one.
    #[error("one person votes once, whatever their roles")]
    AlreadyVoted,
    /// The time is over.
    #[error("the request ran out at {at}")]
    Expired {
        /// When.
        at: Timestamp,
    },
    /// The draft is not one that can be opened.
    #[error("the request cannot be opened: {0}")]
    Malformed(&'static str),
    /// The time is not over.
    #[error("the request runs until {at}")]
    NotYetExpired {
        /// Until when.
        at: Timestamp,
    },
    /// Only the requester may.
    #[error("only the requester may withdraw or use a request")]
    NotRequester,
    /// Approved was another action.
    #[error("the approval is for `{approved}`, not for `{wanted}`")]
    OtherAction {
        /// What was approved.
        approved: Action,
        /// What was tried.
        wanted: Action,
    },
    /// Approved was something else: the content, a recipient, the purpose or the watermark changed since.
    #[error("what was approved is not what is at hand: content, recipients, purpose or watermark differ")]
    OtherBinding,
    /// The person does not hold the role that the step asks for.
    #[error("this step needs a holder of the role `{role}`")]
    RoleMissing {
        /// The role.
        role: RoleName,
    },
    /// The requester cannot be an approver.
    #[error("nobody approves, refuses or revokes their own request")]
    SelfApproval,
    /// The verb does not fit the state.
    #[error(transparent)]
    WrongState(#[from] WrongState),
}

/// A request for approval, from opening to its one use.
///
/// Not `Clone`: two copies could both be [taken](Self::take). The caller reads it from the store, makes one step and
/// commits the result on condition that the stored bytes have not changed; after an error it is read again.
#[derive(Debug, PartialEq, Eq)]
pub struct ApprovalRequest(Stored);

// INVARIANT: what `check` says. The steps keep it, and reading refuses everything else.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: Version,
    id: ApprovalId,
    action: Action,
    requester: ActorId,
    subject: Digest,
    binding: Digest,
    purpose: Purpose,
    needed: Vec<ApprovalStep>,
    votes: Vec<Vote>,
    opened_at: Timestamp,
    changed_at: Timestamp,
    expires_at: Timestamp,
    state: ApprovalState,
}

stored!(ApprovalRequest, Stored);

/// A right to do what was approved, once. Only [`ApprovalRequest::take`] makes one, and it cannot be copied.
///
/// It is good once the used request is durably committed; whoever acts before that could act twice.
#[derive(Debug)]
#[must_use = "a grant that is not used is lost"]
pub struct Grant {
    approval: ApprovalId,
    action: Action,
    requester: ActorId,
    subject: Digest,
    binding: Digest,
    purpose: Purpose,
    approvers: Vec<ActorId>,
}

impl ApprovalRequest {
    /// Opens a request. It must have at least one step, each of at least one vote, and end later than `now`.
    pub fn open(draft: ApprovalDraft, now: Timestamp) -> Result<Stepped<Self>, ApprovalError> {
        let ApprovalDraft { id, action, requester, subject, binding, purpose, needed, expires_at } = draft;
        let stored = Stored {
            version: Version,
            id,
            action,
            requester,
            subject,
            binding,
            purpose,
            needed,
            votes: Vec::new(),
            opened_at: now,
            changed_at: now,
            expires_at,
            state: ApprovalState::Open,
        };
        stored.check().map_err(ApprovalError::Malformed)?;
        Ok((Self(stored), vec![Fact { at: now, actor: requester, event: Event::ApprovalRequested }]))
    }

    /// A yes to the current step. `roles` are those that `by` holds now, by the word of the caller.
    pub fn approve(
        self,
        by: ActorId,
        roles: &[RoleName],
        now: Timestamp,
    ) -> Result<Stepped<Self>, ApprovalError> {
        let (step, now) = self.vote(ApprovalVerb::Approve, by, roles, now)?;
        let Self(mut stored) = self;
        stored.votes.push(Vote { by, step, at: now });
        let mut facts = vec![Fact { at: now, actor: by, event: Event::ApprovalVoted { step } }];
        let mut state = ApprovalState::Open;
        if stored.current().is_none() {
            state = ApprovalState::Granted { at: now };
            facts.push(Fact { at: now, actor: by, event: Event::ApprovalGranted });
        }
        Ok((stored.into_state(state, now), facts))
    }

    /// A no in the current step, which ends the request. `roles` as for [`approve`](Self::approve).
    pub fn refuse(
        self,
        by: ActorId,
        roles: &[RoleName],
        reason: RefusalReason,
        now: Timestamp,
    ) -> Result<Stepped<Self>, ApprovalError> {
        let (_, now) = self.vote(ApprovalVerb::Refuse, by, roles, now)?;
        let state = ApprovalState::Refused { by, at: now, reason };
        Ok((
            self.0.into_state(state, now),
            vec![Fact { at: now, actor: by, event: Event::ApprovalRefused { reason } }],
        ))
    }

    /// The requester takes the request back, granted or not.
    pub fn withdraw(self, by: ActorId, now: Timestamp) -> Result<Stepped<Self>, ApprovalError> {
        let now = self.gate(ApprovalVerb::Withdraw, now)?;
        self.only_requester(by)?;
        let state = ApprovalState::Withdrawn { at: now };
        Ok((
            self.0.into_state(state, now),
            vec![Fact { at: now, actor: by, event: Event::ApprovalWithdrawn }],
        ))
    }

    /// Somebody who could vote in any of the steps stops the request, granted or not, even after their own yes.
    pub fn revoke(
        self,
        by: ActorId,
        roles: &[RoleName],
        now: Timestamp,
    ) -> Result<Stepped<Self>, ApprovalError> {
        let now = self.gate(ApprovalVerb::Revoke, now)?;
        if by == self.0.requester {
            return Err(ApprovalError::SelfApproval);
        }
        if !self.0.needed.iter().any(|step| roles.contains(&step.role)) {
            let role = self.0.needed.first().map(|step| step.role.clone());
            return Err(role.map_or(ApprovalError::Malformed("it has no step"), |role| {
                ApprovalError::RoleMissing { role }
            }));
        }
        let state = ApprovalState::Revoked { by, at: now };
        Ok((self.0.into_state(state, now), vec![Fact { at: now, actor: by, event: Event::ApprovalRevoked }]))
    }

    /// Notes that the request ran out. Votes and uses are refused from then on in any case; this only says so.
    pub fn expire(self, by: ActorId, now: Timestamp) -> Result<Stepped<Self>, ApprovalError> {
        let now = self.gate(ApprovalVerb::Expire, now)?;
        if now < self.0.expires_at {
            return Err(ApprovalError::NotYetExpired { at: self.0.expires_at });
        }
        let state = ApprovalState::Expired { at: now };
        Ok((self.0.into_state(state, now), vec![Fact { at: now, actor: by, event: Event::ApprovalExpired }]))
    }

    /// Uses the approval up: for the approved action, on exactly what was approved, by the requester, in time.
    ///
    /// Commit the used request durably, on condition that the stored one is unchanged, before acting on the grant.
    pub fn take(
        self,
        action: Action,
        binding: Digest,
        by: ActorId,
        now: Timestamp,
    ) -> Result<(Self, Grant, Vec<Fact>), ApprovalError> {
        let now = self.gate(ApprovalVerb::Take, now)?;
        self.in_time(now)?;
        self.only_requester(by)?;
        if action != self.0.action {
            return Err(ApprovalError::OtherAction { approved: self.0.action, wanted: action });
        }
        // SECURITY: the one check that ties the votes to the bytes that leave.
        if binding != self.0.binding {
            return Err(ApprovalError::OtherBinding);
        }
        let grant = Grant {
            approval: self.0.id,
            action,
            requester: self.0.requester,
            subject: self.0.subject,
            binding,
            purpose: self.0.purpose.clone(),
            approvers: self.0.votes.iter().map(|vote| vote.by).collect(),
        };
        let request = self.0.into_state(ApprovalState::Used { at: now }, now);
        Ok((request, grant, vec![Fact { at: now, actor: by, event: Event::ApprovalUsed }]))
    }

    /// The request's id.
    pub const fn id(&self) -> ApprovalId {
        self.0.id
    }

    /// What is to be allowed.
    pub const fn action(&self) -> Action {
        self.0.action
    }

    /// Who wants it.
    pub const fn requester(&self) -> ActorId {
        self.0.requester
    }

    /// SHA-256 of the staged content.
    pub const fn subject(&self) -> Digest {
        self.0.subject
    }

    /// What the approval is bound to.
    pub const fn binding(&self) -> Digest {
        self.0.binding
    }

    /// What for.
    pub const fn purpose(&self) -> &Purpose {
        &self.0.purpose
    }

    /// The steps, in order.
    pub fn needed(&self) -> &[ApprovalStep] {
        &self.0.needed
    }

    /// The votes so far, in order.
    pub fn votes(&self) -> &[Vote] {
        &self.0.votes
    }

    /// Where it stands.
    pub const fn state(&self) -> &ApprovalState {
        &self.0.state
    }

    /// The step whose votes are waited for, while the request is open.
    pub fn current_step(&self) -> Option<&ApprovalStep> {
        self.0.current().filter(|_| self.0.state == ApprovalState::Open).map(|(_, step)| step)
    }

    /// When it was opened.
    pub const fn opened_at(&self) -> Timestamp {
        self.0.opened_at
    }

    /// When it last moved.
    pub const fn changed_at(&self) -> Timestamp {
        self.0.changed_at
    }

    /// From when on nothing can be voted or used.
    pub const fn expires_at(&self) -> Timestamp {
        self.0.expires_at
    }

    /// Whether the verb fits the state; the instant at which it happens.
    fn gate(&self, verb: ApprovalVerb, now: Timestamp) -> Result<Timestamp, WrongState> {
        let allowed = self.0.state.allows();
        if !allowed.contains(&verb) {
            let allowed = allowed.iter().map(|verb| verb.name()).collect();
            return Err(WrongState { state: self.0.state.name(), verb: verb.name(), allowed });
        }
        // Time never runs back in a case: a clock that does revives nothing that ran out.
        Ok(now.max(self.0.changed_at))
    }

    /// Whether `by` may vote now; the step and the instant of the vote.
    fn vote(
        &self,
        verb: ApprovalVerb,
        by: ActorId,
        roles: &[RoleName],
        now: Timestamp,
    ) -> Result<(u8, Timestamp), ApprovalError> {
        let now = self.gate(verb, now)?;
        self.in_time(now)?;
        if by == self.0.requester {
            return Err(ApprovalError::SelfApproval);
        }
        if self.0.votes.iter().any(|vote| vote.by == by) {
            return Err(ApprovalError::AlreadyVoted);
        }
        match self.0.current() {
            Some((at, step)) if roles.contains(&step.role) => Ok((at, now)),
            Some((_, step)) => Err(ApprovalError::RoleMissing { role: step.role.clone() }),
            None => Err(ApprovalError::Malformed("an open request has all its votes")),
        }
    }

    fn in_time(&self, now: Timestamp) -> Result<(), ApprovalError> {
        if now < self.0.expires_at { Ok(()) } else { Err(ApprovalError::Expired { at: self.0.expires_at }) }
    }

    fn only_requester(&self, by: ActorId) -> Result<(), ApprovalError> {
        if by == self.0.requester { Ok(()) } else { Err(ApprovalError::NotRequester) }
    }
}

impl Grant {
    /// Which request it comes from.
    pub const fn approval(&self) -> ApprovalId {
        self.approval
    }

    /// What may be done.
    pub const fn action(&self) -> Action {
        self.action
    }

    /// Who may do it.
    pub const fn requester(&self) -> ActorId {
        self.requester
    }

    /// SHA-256 of the approved content.
    pub const fn subject(&self) -> Digest {
        self.subject
    }

    /// What the approval is bound to.
    pub const fn binding(&self) -> Digest {
        self.binding
    }

    /// What for.
    pub const fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// Who said yes, in the order of their votes.
    pub fn approvers(&self) -> impl Iterator<Item = ActorId> {
        self.approvers.iter().copied()
    }
}

impl Stored {
    /// The step of each vote that is needed, in order.
    fn slots(&self) -> impl Iterator<Item = (u8, &ApprovalStep)> {
        (0u8..)
            .zip(&self.needed)
            .flat_map(|(at, step)| std::iter::repeat_n((at, step), usize::from(step.count)))
    }

    /// The step of the next vote; none when all votes are there.
    fn current(&self) -> Option<(u8, &ApprovalStep)> {
        self.slots().nth(self.votes.len())
    }

    fn into_state(mut self, state: ApprovalState, now: Timestamp) -> ApprovalRequest {
        self.state = state;
        self.changed_at = now;
        ApprovalRequest(self)
    }
}

impl Record for Stored {
    fn check(&self) -> Result<(), &'static str> {
        let must = |holds: bool, what: &'static str| if holds { Ok(()) } else { Err(what) };
        must((1..=STEPS_MAX).contains(&self.needed.len()), "a request has 1 to 8 steps")?;
        must(self.needed.iter().all(|step| step.count > 0), "a step needs at least one vote")?;
        must(self.slots().count() <= VOTES_MAX, "a request needs at most 32 votes")?;
        must(self.expires_at > self.opened_at, "a request ends after it was opened")?;
        must(self.changed_at >= self.opened_at, "a request changes after it was opened")?;
        let mut voters: Vec<ActorId> = self.votes.iter().map(|vote| vote.by).collect();
        voters.sort_unstable();
        must(voters.windows(2).all(|pair| pair.first() != pair.last()), "one person voted twice")?;
        must(!voters.contains(&self.requester), "the requester voted")?;
        let slots: Vec<u8> = self.slots().map(|(at, _)| at).collect();
        must(
            self.votes.len() <= slots.len()
                && self.votes.iter().map(|vote| vote.step).eq(slots.iter().copied().take(self.votes.len())),
            "the votes do not follow the steps",
        )?;
        must(self.votes.is_sorted_by_key(|vote| vote.at), "the votes are out of order")?;
        must(
            self.votes.iter().all(|vote| {
                (self.opened_at..=self.changed_at).contains(&vote.at) && vote.at < self.expires_at
            }),
            "a vote was cast outside the request's time",
        )?;
        let full = self.votes.len() == slots.len();
        let last = self.votes.last().map_or(self.opened_at, |vote| vote.at);
        let (holds, at) = match self.state {
            ApprovalState::Open => (!full, last),
            ApprovalState::Granted { at } => (full && at == last, at),
            ApprovalState::Used { at } => (full && at < self.expires_at, at),
            ApprovalState::Refused { by, at, .. } => {
                (!full && by != self.requester && !voters.contains(&by) && at < self.expires_at, at)
            }
            ApprovalState::Revoked { by, at } => (by != self.requester, at),
            ApprovalState::Expired { at } => (at >= self.expires_at, at),
            ApprovalState::Withdrawn { at } => (true, at),
        };
        must(holds, "the votes do not fit the state")?;
        must(at == self.changed_at, "the state has another instant than the last change")
    }
}

#[cfg(test)]
mod tests;
