#![doc = include_str!("../README.md")]

mod approval;
mod contract;
mod exit;
mod fact;
mod stored;
#[cfg(test)]
mod testing;
mod words;

pub use approval::{
    ApprovalDraft, ApprovalError, ApprovalRequest, ApprovalState, ApprovalStep, ApprovalVerb, Grant,
    RefusalReason, STEPS_MAX, VOTES_MAX, Vote,
};
pub use contract::{
    AMENDMENTS_MAX, Amendment, Contract, ContractDraft, ContractError, ContractState, ContractVerb,
    FIELDS_MAX, Live, OBLIGATIONS_MAX, Obligation, ObligationState, SIGNERS_MAX, Signature, SignatureMethod,
    SignedTerms, Signer,
};
pub use exit::{
    AccessClosure, ExitCase, ExitDraft, ExitError, ExitReason, ExitState, ExitTrigger, ExitVerb, HOLDS_MAX,
    Review, TARGETS_MAX, TargetReport, TargetState,
};
pub use fact::{Event, Fact, Stepped};
pub use stored::{CASE_BYTES_MAX, DecodeError, EncodeError, WrongState};
pub use words::{CodeError, ObligationName, TargetName, UnknownWord};
