//! A contract's life: draft, signature, performance, change, end. Its dates start retention periods.

mod state;

pub use state::{
    Amendment, ContractState, ContractVerb, Live, Obligation, ObligationState, Signature, SignatureMethod,
    SignedTerms, Signer,
};

use crate::{
    Event, Fact, Grant, ObligationName, Stepped, WrongState,
    stored::{Record, Version, date, stored},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use strongroom_types::{Action, ActorId, CaseId, CustomerId, Digest, FieldName, Timestamp};
use time::{Date, UtcOffset, macros::offset};

/// The most amendments of one contract.
pub const AMENDMENTS_MAX: usize = 64;
/// The most required, and the most filled, fields of one contract.
pub const FIELDS_MAX: usize = 64;
/// The most obligations of one contract.
pub const OBLIGATIONS_MAX: usize = 64;
/// The most signers of one signature.
pub const SIGNERS_MAX: usize = 8;

/// The first and the last zone of the earth: a civil date has begun somewhere when it has begun in the latter.
const ZONES: (UtcOffset, UtcOffset) = (offset!(-12), offset!(+14));

/// What a contract says when it is drafted.
#[derive(Debug, Clone)]
pub struct ContractDraft {
    /// The case's id, fresh.
    pub id: CaseId,
    /// With whom.
    pub customer: CustomerId,
    /// SHA-256 of the terms.
    pub terms: Digest,
    /// The fields that must be filled before anybody signs, at most [`FIELDS_MAX`].
    pub required: BTreeSet<FieldName>,
    /// The fields that are, at most [`FIELDS_MAX`].
    pub filled: BTreeSet<FieldName>,
    /// The planned end, if there is one.
    pub ends_on: Option<Date>,
    /// The duties, all open, at most [`OBLIGATIONS_MAX`].
    pub obligations: Vec<Obligation>,
}

/// Why a contract did not move.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContractError {
    /// More than [`AMENDMENTS_MAX`].
    #[error("a contract has at most {AMENDMENTS_MAX} amendments")]
    Amendments,
    /// A date or instant is out of order.
    #[error("the {what} must not be {order}")]
    Date {
        /// Which.
        what: &'static str,
        /// How it is wrong.
        order: &'static str,
    },
    /// The draft is not one that can be kept.
    #[error("the contract cannot be drafted: {0}")]
    Malformed(&'static str),
    /// Required fields are empty.
    #[error("required fields are empty: `{}`", .fields.iter().map(FieldName::as_str).collect::<Vec<_>>().join("`, `"))]
    Missing {
        /// Which.
        fields: Vec<FieldName>,
    },
    /// Duties are open.
    #[error("obligations are open: `{}`", .obligations.iter().map(ObligationName::as_str).collect::<Vec<_>>().join("`, `"))]
    OpenObligations {
        /// Which.
        obligations: Vec<ObligationName>,
    },
    /// The approval is for something else, or for somebody else to use.
    #[error("the approval is not for this change of this contract by this person")]
    OtherApproval,
    /// What was signed is not what is at hand.
    #[error("the signature is over other terms")]
    OtherTerms,
    /// Who proposed a change or began to close cannot be who agrees.
    #[error("nobody approves their own change or reviews their own closing")]
    SelfApproval,
    /// The duty is met or waived already.
    #[error("obligation `{obligation}` is settled already")]
    Settled {
        /// Which.
        obligation: ObligationName,
    },
    /// Signers are missing or too many.
    #[error(
        "a contract is signed by its customer and by at least one of ours, together at most {SIGNERS_MAX}"
    )]
    Signers,
    /// The contract has no such duty.
    #[error("the contract has no obligation `{obligation}`")]
    UnknownObligation {
        /// Which.
        obligation: ObligationName,
    },
    /// The verb does not fit the state.
    #[error(transparent)]
    WrongState(#[from] WrongState),
}

/// A contract, from its draft to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract(Stored);

// INVARIANT: what `check` says. The steps keep it, and reading refuses everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: Version,
    id: CaseId,
    customer: CustomerId,
    drafter: ActorId,
    drafted_at: Timestamp,
    changed_at: Timestamp,
    terms: Digest,
    required: BTreeSet<FieldName>,
    filled: BTreeSet<FieldName>,
    #[serde(with = "date::optional")]
    ends_on: Option<Date>,
    obligations: Vec<Obligation>,
    signed: Vec<SignedTerms>,
    state: ContractState,
}

stored!(Contract, Stored);

impl Contract {
    /// Drafts a contract.
    pub fn draft(draft: ContractDraft, by: ActorId, now: Timestamp) -> Result<Stepped<Self>, ContractError> {
        let ContractDraft { id, customer, terms, required, filled, ends_on, obligations } = draft;
        let stored = Stored {
            version: Version,
            id,
            customer,
            drafter: by,
            drafted_at: now,
            changed_at: now,
            terms,
            required,
            filled,
            ends_on,
            obligations,
            signed: Vec::new(),
            state: ContractState::Draft,
        };
        stored.check().map_err(ContractError::Malformed)?;
        Ok((Self(stored), vec![Fact { at: now, actor: by, event: Event::ContractDrafted }]))
    }

    /// Changes the draft.
    pub fn revise(
        mut self,
        terms: Digest,
        filled: BTreeSet<FieldName>,
        ends_on: Option<Date>,
        by: ActorId,
        now: Timestamp,
    ) -> Result<Stepped<Self>, ContractError> {
        self.gate(ContractVerb::Revise)?;
        if filled.len() > FIELDS_MAX {
            return Err(ContractError::Malformed(FIELDS));
        }
        self.0.terms = terms;
        self.0.filled = filled;
        self.0.ends_on = ends_on;
        Ok(self.step(ContractState::Draft, by, now, Event::ContractRevised))
    }

    /// Attaches the signatures of both sides to exactly the drafted terms, once every required field is filled.
    pub fn sign(
        mut self,
        signature: Signature,
        by: ActorId,
        now: Timestamp,
    ) -> Result<Stepped<Self>, ContractError> {
        self.gate(ContractVerb::Sign)?;
        let fields: Vec<FieldName> = self.missing().cloned().collect();
        if !fields.is_empty() {
            return Err(ContractError::Missing { fields });
        }
        self.signature(&signature, self.0.terms, now)?;
        let on = signature.on;
        ends_after(self.0.ends_on, on)?;
        self.0.signed.push(SignedTerms { signature, approval: None });
        Ok(self.step(ContractState::Signed, by, now, Event::ContractSigned { on }))
    }

    /// Notes that the parties perform.
    pub fn perform(self, by: ActorId, now: Timestamp) -> Result<Stepped<Self>, ContractError> {
        self.gate(ContractVerb::Perform)?;
        Ok(self.step(ContractState::Performing, by, now, Event::ContractPerforming))
    }

    /// Proposes a change.
    pub fn propose(
        self,
        amendment: Amendment,
        by: ActorId,
        now: Timestamp,
    ) -> Result<Stepped<Self>, ContractError> {
        self.gate(ContractVerb::Propose)?;
        if self.0.signed.len() > AMENDMENTS_MAX {
            return Err(ContractError::Amendments);
        }
        ends_after(amendment.ends_on, self.signed_on().unwrap_or(Date::MIN))?;
        let event = Event::ContractAmendmentProposed { amendment: self.amendment().saturating_add(1) };
        Ok(self.step(ContractState::Amending { amendment, by }, by, now, event))
    }

    /// Puts the proposed change into force: with an approval of [`Action::Contract`] for exactly this change, which
    /// `by` asked for and the proposer did not give, and with the signatures of both sides.
    #[expect(clippy::needless_pass_by_value, reason = "a grant is used up by use")]
    pub fn amend(
        mut self,
        grant: Grant,
        signature: Signature,
        by: ActorId,
        now: Timestamp,
    ) -> Result<Stepped<Self>, ContractError> {
        let ContractState::Amending { amendment, by: proposer } = self.0.state else {
            return Err(self.wrong(ContractVerb::Amend).into());
        };
        // SECURITY: an approval of another change, or of the same change to another contract, changes nothing.
        if grant.action() != Action::Contract
            || grant.subject() != amendment.terms
            || grant.binding() != amendment.binding
            || grant.requester() != by
        {
            return Err(ContractError::OtherApproval);
        }
        if grant.approvers().any(|approver| approver == proposer) {
            return Err(ContractError::SelfApproval);
        }
        self.signature(&signature, amendment.terms, now)?;
        self.0.terms = amendment.terms;
        self.0.ends_on = amendment.ends_on;
        self.0.signed.push(SignedTerms { signature, approval: Some(grant.approval()) });
        let event = Event::ContractAmended { amendment: self.amendment() };
        Ok(self.step(ContractState::Performing, by, now, event))
    }

    /// Drops the proposed change.
    pub fn reject(self, by: ActorId, now: Timestamp) -> Result<Stepped<Self>, ContractError> {
        self.gate(ContractVerb::Reject)?;
        let event = Event::ContractAmendmentRejected { amendment: self.amendment().saturating_add(1) };
        Ok(self.step(ContractState::Performing, by, now, event))
    }

    /// Notes that a duty was done.
    pub fn meet(
        mut self,
        obligation: &ObligationName,
        by: ActorId,
        now: Timestamp,
    ) -> Result<Stepped<Self>, ContractError> {
        let at = now.max(self.0.changed_at);
        *self.open(ContractVerb::Meet, obligation)? = ObligationState::Met { by, at };
        let state = self.0.state;
        Ok(self.step(state, by, now, Event::ContractObligationMet { obligation: obligation.clone() }))
    }

    /// Lets go of a duty.
    pub fn waive(
        mut self,
        obligation: &ObligationName,
        by: ActorId,
        now: Timestamp,
    ) -> Result<Stepped<Self>, ContractError> {
        let at = now.max(self.0.changed_at);
        *self.open(ContractVerb::Waive, obligation)? = ObligationState::Waived { by, at };
        let state = self.0.state;
        Ok(self.step(state, by, now, Event::ContractObligationWaived { obligation: obligation.clone() }))
    }

    /// Says that the contract ran out or is fulfilled as of a civil date that has begun somewhere and is not before the
    /// signature. The end counts once its review is [done](Self::close).
    pub fn end(self, on: Date, by: ActorId, now: Timestamp) -> Result<Stepped<Self>, ContractError> {
        self.closing(ContractVerb::End, on, by, now)
    }

    /// Says that the contract is broken off; else as [`end`](Self::end). A proposed change falls.
    pub fn terminate(self, on: Date, by: ActorId, now: Timestamp) -> Result<Stepped<Self>, ContractError> {
        self.closing(ContractVerb::Terminate, on, by, now)
    }

    /// Closes the contract: the close-out review, by somebody other than who began it, with every duty met or waived.
    /// The fact it gives is the retention trigger `contract-ended`, with the date of the end, not of the review.
    pub fn close(self, by: ActorId, now: Timestamp) -> Result<Stepped<Self>, ContractError> {
        let ContractState::Closing { on, broken_off, by: beginner, .. } = self.0.state else {
            return Err(self.wrong(ContractVerb::Close).into());
        };
        if by == beginner {
            return Err(ContractError::SelfApproval);
        }
        let obligations: Vec<ObligationName> =
            self.0.open_obligations().map(|duty| duty.name.clone()).collect();
        if !obligations.is_empty() {
            return Err(ContractError::OpenObligations { obligations });
        }
        let (state, event) = if broken_off {
            (ContractState::Terminated { on }, Event::ContractTerminated { on })
        } else {
            (ContractState::Ended { on }, Event::ContractEnded { on })
        };
        Ok(self.step(state, by, now, event))
    }

    /// The review does not agree: the contract lives on.
    pub fn reinstate(self, by: ActorId, now: Timestamp) -> Result<Stepped<Self>, ContractError> {
        let ContractState::Closing { from, .. } = self.0.state else {
            return Err(self.wrong(ContractVerb::Reinstate).into());
        };
        let state = match from {
            Live::Performing => ContractState::Performing,
            Live::Signed => ContractState::Signed,
        };
        Ok(self.step(state, by, now, Event::ContractReinstated))
    }

    /// Gives the draft up.
    pub fn abandon(self, by: ActorId, now: Timestamp) -> Result<Stepped<Self>, ContractError> {
        self.gate(ContractVerb::Abandon)?;
        Ok(self.step(ContractState::Abandoned, by, now, Event::ContractAbandoned))
    }

    /// The case's id.
    pub const fn id(&self) -> CaseId {
        self.0.id
    }

    /// With whom.
    pub const fn customer(&self) -> CustomerId {
        self.0.customer
    }

    /// Who drafted it.
    pub const fn drafter(&self) -> ActorId {
        self.0.drafter
    }

    /// When it was drafted.
    pub const fn drafted_at(&self) -> Timestamp {
        self.0.drafted_at
    }

    /// When it last moved.
    pub const fn changed_at(&self) -> Timestamp {
        self.0.changed_at
    }

    /// SHA-256 of the terms in force, or drafted.
    pub const fn terms(&self) -> Digest {
        self.0.terms
    }

    /// How often it was amended.
    pub fn amendment(&self) -> u32 {
        u32::try_from(self.0.signed.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// The required fields that are not filled.
    pub fn missing(&self) -> impl Iterator<Item = &FieldName> {
        self.0.required.difference(&self.0.filled)
    }

    /// What was signed, in order: the first terms, then each change.
    pub fn signed(&self) -> &[SignedTerms] {
        &self.0.signed
    }

    /// The civil date of the first signature.
    pub fn signed_on(&self) -> Option<Date> {
        self.0.signed.first().map(|terms| terms.signature.on)
    }

    /// The planned end.
    pub const fn ends_on(&self) -> Option<Date> {
        self.0.ends_on
    }

    /// The duties.
    pub fn obligations(&self) -> &[Obligation] {
        &self.0.obligations
    }

    /// The duties that are open past their date, in a contract that is alive.
    pub fn overdue(&self, today: Date) -> impl Iterator<Item = &Obligation> {
        let alive = self.0.state.allows().contains(&ContractVerb::Meet);
        self.0.open_obligations().filter(move |duty| alive && duty.due_on < today)
    }

    /// Where it stands.
    pub const fn state(&self) -> &ContractState {
        &self.0.state
    }

    fn gate(&self, verb: ContractVerb) -> Result<(), WrongState> {
        if self.0.state.allows().contains(&verb) { Ok(()) } else { Err(self.wrong(verb)) }
    }

    fn wrong(&self, verb: ContractVerb) -> WrongState {
        let allowed = self.0.state.allows().iter().map(|verb| verb.name()).collect();
        WrongState { state: self.0.state.name(), verb: verb.name(), allowed }
    }

    fn signature(&self, signature: &Signature, terms: Digest, now: Timestamp) -> Result<(), ContractError> {
        if signature.terms != terms {
            return Err(ContractError::OtherTerms);
        }
        if !self.0.signed_by_both(signature) {
            return Err(ContractError::Signers);
        }
        if signature.at > now.max(self.0.changed_at) {
            return Err(ContractError::Date { what: "instant of the signature", order: "in the future" });
        }
        if !signature.bears_its_date() {
            return Err(ContractError::Date {
                what: "date of the signature",
                order: "another than that of its instant",
            });
        }
        Ok(())
    }

    fn open(
        &mut self,
        verb: ContractVerb,
        name: &ObligationName,
    ) -> Result<&mut ObligationState, ContractError> {
        self.gate(verb)?;
        let duty = self.0.obligations.iter_mut().find(|duty| duty.name == *name);
        match duty.map(|duty| &mut duty.state) {
            None => Err(ContractError::UnknownObligation { obligation: name.clone() }),
            Some(ObligationState::Met { .. } | ObligationState::Waived { .. }) => {
                Err(ContractError::Settled { obligation: name.clone() })
            }
            Some(open @ ObligationState::Open) => Ok(open),
        }
    }

    fn closing(
        self,
        verb: ContractVerb,
        on: Date,
        by: ActorId,
        now: Timestamp,
    ) -> Result<Stepped<Self>, ContractError> {
        self.gate(verb)?;
        if on > now.max(self.0.changed_at).date_in(ZONES.1) {
            return Err(ContractError::Date { what: "end", order: "in the future" });
        }
        if self.signed_on().is_none_or(|signed| on < signed) {
            return Err(ContractError::Date { what: "end", order: "before the signature" });
        }
        let from = if self.0.state == ContractState::Signed { Live::Signed } else { Live::Performing };
        let broken_off = verb == ContractVerb::Terminate;
        Ok(self.step(ContractState::Closing { on, broken_off, by, from }, by, now, Event::ContractClosing))
    }

    fn step(mut self, state: ContractState, by: ActorId, now: Timestamp, event: Event) -> Stepped<Self> {
        // Time never runs back in a case.
        let now = now.max(self.0.changed_at);
        self.0.state = state;
        self.0.changed_at = now;
        (self, vec![Fact { at: now, actor: by, event }])
    }
}

fn ends_after(ends_on: Option<Date>, signed_on: Date) -> Result<(), ContractError> {
    if ends_on.is_some_and(|end| end < signed_on) {
        return Err(ContractError::Date { what: "planned end", order: "before the signature" });
    }
    Ok(())
}

impl Signature {
    /// Whether its instant falls on its date somewhere on earth.
    fn bears_its_date(&self) -> bool {
        (self.at.date_in(ZONES.0)..=self.at.date_in(ZONES.1)).contains(&self.on)
    }
}

const FIELDS: &str = "a contract has at most 64 required and 64 filled fields";

impl Stored {
    fn open_obligations(&self) -> impl Iterator<Item = &Obligation> {
        self.obligations.iter().filter(|duty| duty.state == ObligationState::Open)
    }

    fn signed_by_both(&self, signature: &Signature) -> bool {
        signature.signers.len() <= SIGNERS_MAX
            && signature.signers.contains(&Signer::Customer(self.customer))
            && signature.signers.iter().any(|signer| matches!(signer, Signer::Actor(_)))
    }

    fn check_signed(&self) -> Result<(), &'static str> {
        let must = |holds: bool, what: &'static str| if holds { Ok(()) } else { Err(what) };
        must(self.signed.len() <= AMENDMENTS_MAX.saturating_add(1), "a contract has at most 64 amendments")?;
        must(
            self.signed.iter().all(|terms| {
                let signature = &terms.signature;
                self.signed_by_both(signature)
                    && signature.bears_its_date()
                    && signature.at <= self.changed_at
            }),
            "a signature lacks a side or has another date than its instant",
        )?;
        must(
            (0u32..).zip(&self.signed).all(|(at, terms)| terms.approval.is_some() == (at > 0)),
            "every change has an approval, and nothing else has",
        )?;
        let draft = matches!(self.state, ContractState::Draft | ContractState::Abandoned);
        must(self.signed.is_empty() == draft, "the signatures do not fit the state")?;
        must(draft || self.required.is_subset(&self.filled), "a signed contract lacks required fields")?;
        must(
            self.signed.last().is_none_or(|terms| terms.signature.terms == self.terms),
            "the terms in force are not those last signed",
        )
    }
}

impl Record for Stored {
    fn check(&self) -> Result<(), &'static str> {
        let must = |holds: bool, what: &'static str| if holds { Ok(()) } else { Err(what) };
        let time = self.drafted_at..=self.changed_at;
        must(self.changed_at >= self.drafted_at, "a case changes after it was opened")?;
        must(self.required.len() <= FIELDS_MAX && self.filled.len() <= FIELDS_MAX, FIELDS)?;
        must(self.obligations.len() <= OBLIGATIONS_MAX, "a contract has at most 64 obligations")?;
        let names: BTreeSet<&ObligationName> = self.obligations.iter().map(|duty| &duty.name).collect();
        must(names.len() == self.obligations.len(), "two obligations have one name")?;
        must(
            self.obligations.iter().all(|duty| match &duty.state {
                ObligationState::Open => true,
                ObligationState::Met { at, .. } | ObligationState::Waived { at, .. } => time.contains(at),
            }),
            "an obligation was settled outside the case's time",
        )?;
        self.check_signed()?;
        let signed_on = self.signed.first().map_or(Date::MIN, |terms| terms.signature.on);
        let settled = self.open_obligations().next().is_none();
        let over = |on: Date| on >= signed_on && on <= self.changed_at.date_in(ZONES.1);
        let fits = match self.state {
            ContractState::Draft | ContractState::Abandoned => {
                self.obligations.iter().all(|duty| duty.state == ObligationState::Open)
            }
            ContractState::Signed => self.signed.len() == 1,
            ContractState::Performing => true,
            ContractState::Amending { amendment, .. } => {
                self.signed.len() <= AMENDMENTS_MAX && amendment.ends_on.is_none_or(|end| end >= signed_on)
            }
            ContractState::Closing { on, broken_off, from, .. } => {
                over(on) && (from == Live::Performing || (broken_off && self.signed.len() == 1))
            }
            ContractState::Ended { on } | ContractState::Terminated { on } => settled && over(on),
        };
        let planned = self.signed.is_empty() || self.ends_on.is_none_or(|end| end >= signed_on);
        must(fits && planned, "the dates or obligations do not fit the state")
    }
}

#[cfg(test)]
mod tests;
