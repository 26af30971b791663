//! The words, parts and states of a contract.

use crate::{ObligationName, stored::date, words::words};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use strongroom_types::{ActorId, ApprovalId, CustomerId, Digest, Timestamp};
use time::Date;

words! {
    /// How a contract was signed.
    SignatureMethod, "signature method" {
        /// Electronically, without claim to more.
        Electronic = "electronic",
        /// Electronically, so that it counts as reliable: made by the signer alone, under the signer's control, and any
        /// later change shows (PRC Electronic Signature Law, article 13; advanced signature, eIDAS article 26).
        ElectronicReliable = "electronic-reliable",
        /// By hand.
        Handwritten = "handwritten",
        /// With the seal of a company.
        Seal = "seal",
    }
}

words! {
    /// What can be done to a contract.
    ContractVerb, "contract verb" {
        /// Give the draft up.
        Abandon = "abandon",
        /// Put the proposed change into force.
        Amend = "amend",
        /// Close it after its review.
        Close = "close",
        /// Say that it ran out or is fulfilled.
        End = "end",
        /// Note that a duty was done.
        Meet = "meet",
        /// Begin to perform.
        Perform = "perform",
        /// Propose a change.
        Propose = "propose",
        /// Send it back to life from its review.
        Reinstate = "reinstate",
        /// Drop the proposed change.
        Reject = "reject",
        /// Change the draft.
        Revise = "revise",
        /// Attach the signatures.
        Sign = "sign",
        /// Break it off.
        Terminate = "terminate",
        /// Let go of a duty.
        Waive = "waive",
    }
}

words! {
    /// The living states, to which a contract can go back.
    Live, "living state" {
        /// The parties perform.
        Performing = "performing",
        /// Signed, not begun.
        Signed = "signed",
    }
}

/// Who signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signer {
    /// Somebody of ours.
    Actor(ActorId),
    /// The customer, or somebody who signs beside them.
    Customer(CustomerId),
}

/// The record of a signature: who signed what, when and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// How.
    pub method: SignatureMethod,
    /// By whom: the contract's customer and at least one of ours, at most [`SIGNERS_MAX`](crate::SIGNERS_MAX).
    pub signers: BTreeSet<Signer>,
    /// The civil date that the contract bears, in the zone of the parties.
    #[serde(with = "date")]
    pub on: Date,
    /// The instant of the last signature, on that date somewhere on earth.
    pub at: Timestamp,
    /// SHA-256 of what was signed.
    pub terms: Digest,
    /// SHA-256 of further evidence, such as a platform's signing report.
    pub evidence: Option<Digest>,
}

/// One set of terms that both sides signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedTerms {
    /// The signature.
    pub signature: Signature,
    /// The approval of the change; none for the first terms.
    pub approval: Option<ApprovalId>,
}

/// A change that is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    /// SHA-256 of the new terms, which the approval must have as its subject.
    pub terms: Digest,
    /// What the approval must be bound to: at least this contract and these terms.
    pub binding: Digest,
    /// The new planned end, if there is one.
    #[serde(with = "date::optional")]
    pub ends_on: Option<Date>,
}

/// A duty out of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Obligation {
    /// Its name, unique in the contract.
    pub name: ObligationName,
    /// The last civil date on which it is in time.
    #[serde(with = "date")]
    pub due_on: Date,
    /// Where it stands.
    pub state: ObligationState,
}

impl Obligation {
    /// An open duty.
    pub const fn new(name: ObligationName, due_on: Date) -> Self {
        Self { name, due_on, state: ObligationState::Open }
    }
}

/// Where a duty stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ObligationState {
    /// Not done.
    Open,
    /// Done.
    Met {
        /// Noted by.
        by: ActorId,
        /// Noted when.
        at: Timestamp,
    },
    /// Let go.
    Waived {
        /// By whom.
        by: ActorId,
        /// When.
        at: Timestamp,
    },
}

/// Where a contract stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ContractState {
    /// Being written.
    Draft,
    /// Signed, not begun.
    Signed,
    /// The parties perform.
    Performing,
    /// A change waits for its approval and signature.
    Amending {
        /// The change.
        amendment: Amendment,
        /// Who proposed it.
        by: ActorId,
    },
    /// The end waits for its close-out review by somebody else.
    Closing {
        /// The civil date of the end.
        #[serde(with = "date")]
        on: Date,
        /// Whether it was broken off.
        broken_off: bool,
        /// Who began to close.
        by: ActorId,
        /// Where it goes if the review does not agree.
        from: Live,
    },
    /// Ran out or was fulfilled.
    Ended {
        /// The civil date of the end.
        #[serde(with = "date")]
        on: Date,
    },
    /// Broken off.
    Terminated {
        /// The civil date of the end.
        #[serde(with = "date")]
        on: Date,
    },
    /// Given up before anybody signed.
    Abandoned,
}

impl ContractState {
    /// The name, as stored.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Signed => "signed",
            Self::Performing => "performing",
            Self::Amending { .. } => "amending",
            Self::Closing { .. } => "closing",
            Self::Ended { .. } => "ended",
            Self::Terminated { .. } => "terminated",
            Self::Abandoned => "abandoned",
        }
    }

    /// What can be done in this state.
    pub const fn allows(&self) -> &'static [ContractVerb] {
        use ContractVerb::{
            Abandon, Amend, Close, End, Meet, Perform, Propose, Reinstate, Reject, Revise, Sign, Terminate,
            Waive,
        };
        match self {
            Self::Draft => &[Abandon, Revise, Sign],
            Self::Signed => &[Meet, Perform, Terminate, Waive],
            Self::Performing => &[End, Meet, Propose, Terminate, Waive],
            Self::Amending { .. } => &[Amend, Meet, Reject, Terminate, Waive],
            Self::Closing { .. } => &[Close, Meet, Reinstate, Waive],
            Self::Ended { .. } | Self::Terminated { .. } | Self::Abandoned => &[],
        }
    }
}
