//! Every verb in every state, and random walks that keep what was promised.

#![expect(clippy::arithmetic_side_effects, reason = "an overflow is a failed test")]

use super::*;
use crate::{
    ApprovalDraft, ApprovalRequest, ApprovalStep,
    testing::{actor, approval, at, case, config, customer, digest, stored_form_is_strict},
};
use proptest::prelude::*;
use strongroom_types::{Purpose, RoleName};
use time::macros::date;

const SELLER: u8 = 1;
const CHIEF: u8 = 2;
const LAWYER: u8 = 3;
/// The civil date of `at(0)` in UTC.
const TODAY: Date = date!(2026 - 11 - 22);

fn fields(names: &[&str]) -> BTreeSet<FieldName> {
    names.iter().map(|name| FieldName::new(name).unwrap()).collect()
}

fn duty(name: &str) -> ObligationName {
    ObligationName::new(name).unwrap()
}

fn draft() -> ContractDraft {
    ContractDraft {
        id: case(1),
        customer: customer(1),
        terms: digest(1),
        required: fields(&["parties", "price"]),
        filled: fields(&["parties", "price", "remarks"]),
        ends_on: Some(date!(2027 - 11 - 22)),
        obligations: vec![Obligation::new(duty("delivery"), date!(2026 - 12 - 01))],
    }
}

fn signature(terms: u8) -> Signature {
    Signature {
        method: SignatureMethod::ElectronicReliable,
        signers: [Signer::Actor(actor(SELLER)), Signer::Customer(customer(1))].into(),
        on: TODAY,
        at: at(0),
        terms: digest(terms),
        evidence: Some(digest(99)),
    }
}

fn amendment() -> Amendment {
    Amendment { terms: digest(2), binding: digest(50), ends_on: None }
}

/// A used approval: asked for by `requester`, given by `approver`.
fn grant(action: Action, subject: u8, binding: u8, requester: u8, approver: u8) -> Grant {
    let role = RoleName::new("chief").unwrap();
    let draft = ApprovalDraft {
        id: approval(1),
        action,
        requester: actor(requester),
        subject: digest(subject),
        binding: digest(binding),
        purpose: Purpose::new("contract").unwrap(),
        needed: vec![ApprovalStep { role: role.clone(), count: 1 }],
        expires_at: at(100),
    };
    let request = ApprovalRequest::open(draft, at(0)).unwrap().0;
    let request = request.approve(actor(approver), &[role], at(0)).unwrap().0;
    request.take(action, digest(binding), actor(requester), at(0)).unwrap().1
}

fn apply(
    contract: Contract,
    verb: ContractVerb,
    by: u8,
    now: Timestamp,
) -> Result<Stepped<Contract>, ContractError> {
    let who = actor(by);
    match verb {
        ContractVerb::Abandon => contract.abandon(who, now),
        ContractVerb::Amend => contract.amend(
            grant(Action::Contract, 2, 50, by, if by == CHIEF { 9 } else { CHIEF }),
            signature(2),
            who,
            now,
        ),
        ContractVerb::Close => contract.close(who, now),
        ContractVerb::End => contract.end(TODAY, who, now),
        ContractVerb::Meet => contract.meet(&duty("delivery"), who, now),
        ContractVerb::Perform => contract.perform(who, now),
        ContractVerb::Propose => contract.propose(amendment(), who, now),
        ContractVerb::Reinstate => contract.reinstate(who, now),
        ContractVerb::Reject => contract.reject(who, now),
        ContractVerb::Revise => contract.revise(digest(1), fields(&["parties", "price"]), None, who, now),
        ContractVerb::Sign => contract.sign(signature(1), who, now),
        ContractVerb::Terminate => contract.terminate(TODAY, who, now),
        ContractVerb::Waive => contract.waive(&duty("delivery"), who, now),
    }
}

fn walk(verbs: &[ContractVerb]) -> Contract {
    let draft = Contract::draft(draft(), actor(SELLER), at(0)).unwrap().0;
    verbs.iter().fold(draft, |contract, verb| apply(contract, *verb, SELLER, at(1)).unwrap().0)
}

fn closed(verb: ContractVerb) -> Contract {
    let closing = walk(&[ContractVerb::Sign, ContractVerb::Perform, ContractVerb::Meet, verb]);
    closing.close(actor(CHIEF), at(2)).unwrap().0
}

fn in_every_state() -> Vec<Contract> {
    use ContractVerb::{Abandon, End, Perform, Propose, Sign, Terminate};
    vec![
        walk(&[]),
        walk(&[Sign]),
        walk(&[Sign, Perform]),
        walk(&[Sign, Perform, Propose]),
        walk(&[Sign, Perform, End]),
        closed(End),
        closed(Terminate),
        walk(&[Abandon]),
    ]
}

#[test]
fn every_verb_in_every_state_goes_as_tabled() {
    let table = [
        ("draft", "abandon revise sign"),
        ("signed", "meet perform terminate waive"),
        ("performing", "end meet propose terminate waive"),
        ("amending", "amend meet reject terminate waive"),
        ("closing", "close meet reinstate waive"),
        ("ended", ""),
        ("terminated", ""),
        ("abandoned", ""),
    ];
    let states = in_every_state();
    assert_eq!(states.len(), table.len());
    for (contract, (state, verbs)) in states.iter().zip(table) {
        assert_eq!(contract.state().name(), state);
        let allowed: Vec<&str> = verbs.split_whitespace().collect();
        for verb in ContractVerb::ALL {
            let result = apply(contract.clone(), *verb, LAWYER, at(5));
            if allowed.contains(&verb.name()) {
                let open = matches!(result, Err(ContractError::OpenObligations { .. }));
                assert!(
                    result.is_ok() || (open && *verb == ContractVerb::Close),
                    "{state} {verb}: {result:?}"
                );
            } else {
                let wrong = WrongState { state, verb: verb.name(), allowed: allowed.clone() };
                assert_eq!(result, Err(ContractError::WrongState(wrong)));
            }
        }
    }
}

#[test]
fn nobody_signs_with_a_field_empty_a_side_missing_or_other_terms() {
    let check = |change: fn(&mut Signature), expected: &str| {
        let mut signature = signature(1);
        change(&mut signature);
        assert_eq!(walk(&[]).sign(signature, actor(SELLER), at(1)).unwrap_err().to_string(), expected);
    };
    let sides = "a contract is signed by its customer and by at least one of ours, together at most 8";
    let date = "the date of the signature must not be another than that of its instant";
    check(|s| s.terms = digest(2), "the signature is over other terms");
    check(|s| s.signers = [Signer::Actor(actor(1))].into(), sides);
    check(|s| s.signers = [Signer::Customer(customer(1))].into(), sides);
    check(|s| s.signers = [Signer::Actor(actor(1)), Signer::Customer(customer(2))].into(), sides);
    check(|s| s.signers.extend((10..17).map(|n| Signer::Actor(actor(n)))), sides);
    check(|s| s.at = at(2), "the instant of the signature must not be in the future");
    check(|s| s.on = date!(2026 - 11 - 23), date);
    check(|s| s.on = date!(2026 - 11 - 20), date);
    let mut early = draft();
    early.ends_on = Some(date!(2026 - 11 - 21));
    let error =
        Contract::draft(early, actor(1), at(0)).unwrap().0.sign(signature(1), actor(1), at(1)).unwrap_err();
    assert_eq!(error.to_string(), "the planned end must not be before the signature");

    let revised = walk(&[]).revise(digest(1), fields(&["parties"]), None, actor(SELLER), at(1)).unwrap().0;
    assert_eq!(revised.missing().map(FieldName::as_str).collect::<Vec<_>>(), ["price"]);
    let error = revised.sign(signature(1), actor(SELLER), at(1)).unwrap_err();
    assert_eq!(error.to_string(), "required fields are empty: `price`");

    let (signed, facts) = walk(&[]).sign(signature(1), actor(SELLER), at(1)).unwrap();
    assert_eq!(facts.first().unwrap().event.trigger(), Some(("contract-signed", TODAY)));
    assert_eq!((signed.signed_on(), signed.amendment()), (Some(TODAY), 0));
}

#[test]
fn a_change_needs_an_approval_of_exactly_this_change_by_somebody_else() {
    let amending = walk(&[ContractVerb::Sign, ContractVerb::Perform, ContractVerb::Propose]);
    let check = |grant: Grant, expected: ContractError| {
        assert_eq!(amending.clone().amend(grant, signature(2), actor(LAWYER), at(2)).unwrap_err(), expected);
    };
    check(grant(Action::Update, 2, 50, LAWYER, CHIEF), ContractError::OtherApproval);
    check(grant(Action::Contract, 3, 50, LAWYER, CHIEF), ContractError::OtherApproval);
    check(grant(Action::Contract, 2, 51, LAWYER, CHIEF), ContractError::OtherApproval);
    check(grant(Action::Contract, 2, 50, CHIEF, LAWYER), ContractError::OtherApproval);
    check(grant(Action::Contract, 2, 50, LAWYER, SELLER), ContractError::SelfApproval);
    let right = || grant(Action::Contract, 2, 50, LAWYER, CHIEF);
    let unsigned = amending.clone().amend(right(), signature(1), actor(LAWYER), at(2)).unwrap_err();
    assert_eq!(unsigned, ContractError::OtherTerms);
    let (amended, facts) = amending.clone().amend(right(), signature(2), actor(LAWYER), at(2)).unwrap();
    assert_eq!(facts.first().unwrap().event, Event::ContractAmended { amendment: 1 });
    assert_eq!((amended.terms(), amended.ends_on(), amended.amendment()), (digest(2), None, 1));
    assert_eq!(amended.signed().last().unwrap().approval, Some(approval(1)));
    let (rejected, _) = amending.reject(actor(CHIEF), at(2)).unwrap();
    assert_eq!((rejected.terms(), rejected.amendment()), (digest(1), 0));
    let early = Amendment { ends_on: Some(date!(2026 - 11 - 21)), ..amendment() };
    assert!(matches!(rejected.propose(early, actor(SELLER), at(3)), Err(ContractError::Date { .. })));
}

#[test]
fn an_end_waits_for_a_second_person_and_for_every_duty_and_keeps_its_own_date() {
    let performing = walk(&[ContractVerb::Sign, ContractVerb::Perform]);
    for (on, order) in
        [(date!(2026 - 11 - 21), "before the signature"), (date!(2026 - 11 - 24), "in the future")]
    {
        let error = performing.clone().end(on, actor(SELLER), at(2)).unwrap_err();
        assert_eq!(error, ContractError::Date { what: "end", order });
    }
    let closing = performing.end(TODAY, actor(SELLER), at(2)).unwrap().0;
    assert_eq!(closing.clone().close(actor(SELLER), at(3)).unwrap_err(), ContractError::SelfApproval);
    let open = ContractError::OpenObligations { obligations: vec![duty("delivery")] };
    assert_eq!(closing.clone().close(actor(CHIEF), at(3)).unwrap_err(), open);
    let closing = closing.waive(&duty("delivery"), actor(CHIEF), at(3)).unwrap().0;
    let settled = ContractError::Settled { obligation: duty("delivery") };
    assert_eq!(closing.clone().meet(&duty("delivery"), actor(CHIEF), at(3)).unwrap_err(), settled);
    let unknown = ContractError::UnknownObligation { obligation: duty("payment") };
    assert_eq!(closing.clone().meet(&duty("payment"), actor(CHIEF), at(3)).unwrap_err(), unknown);
    let (ended, facts) = closing.clone().close(actor(CHIEF), at(90 * 86_400)).unwrap();
    assert_eq!(facts.first().unwrap().event.trigger(), Some(("contract-ended", TODAY)));
    assert_eq!(*ended.state(), ContractState::Ended { on: TODAY });
    assert_eq!(closing.reinstate(actor(CHIEF), at(3)).unwrap().0.state().name(), "performing");
    let broken_off = walk(&[ContractVerb::Sign, ContractVerb::Waive, ContractVerb::Terminate]);
    assert_eq!(broken_off.clone().reinstate(actor(CHIEF), at(3)).unwrap().0.state().name(), "signed");
    let (_, facts) = broken_off.close(actor(CHIEF), at(3)).unwrap();
    assert_eq!(facts.first().unwrap().event.name(), "contract-terminated");
    assert_eq!(facts.first().unwrap().event.trigger(), Some(("contract-ended", TODAY)));
}

#[test]
fn duties_are_overdue_from_the_day_after_and_only_while_the_contract_lives() {
    let check =
        |contract: &Contract, today, expected: usize| assert_eq!(contract.overdue(today).count(), expected);
    let signed = walk(&[ContractVerb::Sign]);
    check(&signed, date!(2026 - 12 - 01), 0);
    check(&signed, date!(2026 - 12 - 02), 1);
    check(&walk(&[]), date!(2026 - 12 - 02), 0);
    check(&walk(&[ContractVerb::Sign, ContractVerb::Meet]), date!(2026 - 12 - 02), 0);
}

#[test]
fn limits_hold_at_the_edge_and_one_past_it() {
    let many =
        |n: usize| (0..n).map(|n| FieldName::new(&format!("f{n:063}")).unwrap()).collect::<BTreeSet<_>>();
    let duties =
        |n: usize| (0..n).map(|n| Obligation::new(duty(&format!("o{n:063}")), TODAY)).collect::<Vec<_>>();
    let check = |change: &dyn Fn(&mut ContractDraft)| {
        let mut draft = draft();
        change(&mut draft);
        assert!(matches!(Contract::draft(draft, actor(1), at(0)), Err(ContractError::Malformed(_))));
    };
    check(&|d| d.required = many(FIELDS_MAX + 1));
    check(&|d| d.filled = many(FIELDS_MAX + 1));
    check(&|d| d.obligations = duties(OBLIGATIONS_MAX + 1));
    check(&|d| d.obligations = vec![Obligation::new(duty("same"), TODAY); 2]);
    let state = ObligationState::Met { by: actor(1), at: at(0) };
    check(&|d| d.obligations = vec![Obligation { state, ..Obligation::new(duty("done"), TODAY) }]);

    let mut most = draft();
    (most.required, most.filled) = (many(FIELDS_MAX), many(FIELDS_MAX));
    most.obligations = duties(OBLIGATIONS_MAX);
    let signature = |terms| {
        let mut signature = signature(terms);
        signature.signers.extend((10..16).map(|n| Signer::Customer(customer(n))));
        assert_eq!(signature.signers.len(), SIGNERS_MAX);
        signature
    };
    let mut contract = Contract::draft(most, actor(SELLER), at(0)).unwrap().0;
    contract =
        contract.sign(signature(1), actor(SELLER), at(0)).unwrap().0.perform(actor(SELLER), at(0)).unwrap().0;
    for name in duties(OBLIGATIONS_MAX).into_iter().map(|duty| duty.name) {
        contract = contract.waive(&name, actor(CHIEF), at(1)).unwrap().0;
    }
    for _ in 0..AMENDMENTS_MAX {
        contract = contract.propose(amendment(), actor(SELLER), at(1)).unwrap().0;
        let grant = grant(Action::Contract, 2, 50, LAWYER, CHIEF);
        contract = contract.amend(grant, signature(2), actor(LAWYER), at(1)).unwrap().0;
    }
    assert_eq!(
        contract.clone().propose(amendment(), actor(SELLER), at(2)).unwrap_err(),
        ContractError::Amendments
    );
    assert_eq!(Contract::decode(&contract.encode().unwrap()).unwrap(), contract);
}

#[test]
fn a_stored_contract_is_read_strictly_in_every_state() {
    for contract in in_every_state() {
        let bytes = contract.encode().unwrap();
        assert_eq!(Contract::decode(&bytes).unwrap(), contract);
        stored_form_is_strict(&bytes, Contract::decode);
    }
    let text = String::from_utf8(walk(&[ContractVerb::Sign]).encode().unwrap()).unwrap();
    let check = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        let forged = Contract::decode(text.replacen(from, to, 1).as_bytes());
        assert!(matches!(forged, Err(crate::DecodeError::Inconsistent(_))), "{forged:?}");
    };
    check(r#"{"name":"signed"}"#, r#"{"name":"draft"}"#);
    check(r#"{"name":"signed"}"#, r#"{"name":"ended","on":"2026-11-22"}"#);
    check(r#""required":["#, r#""required":["more","#);
    check(r#""approval":null"#, &format!(r#""approval":"{}""#, approval(1)));
    check(&format!(r#""terms":"{}""#, digest(1)), &format!(r#""terms":"{}""#, digest(2)));
    check(r#""on":"2026-11-22""#, r#""on":"2025-11-22""#);
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn on_every_walk_both_sides_sign_and_a_second_person_closes(
        steps in proptest::collection::vec((proptest::sample::select(ContractVerb::ALL), 1u8..5, -2i64..5), 1..60),
    ) {
        let mut contract = walk(&[]);
        let mut seen: Vec<(&str, ActorId)> = Vec::new();
        let mut clock = 1;
        for (verb, by, wait) in steps {
            clock += wait;
            let before = contract.clone();
            let Ok((next, facts)) = apply(contract, verb, by, at(clock)) else { contract = before; continue };
            contract = next;
            prop_assert!(contract.changed_at() >= before.changed_at());
            seen.extend(facts.iter().map(|fact| (fact.event.name(), fact.actor)));
            prop_assert_eq!(&Contract::decode(&contract.encode().unwrap()).unwrap(), &contract);
            let count = |name| seen.iter().filter(|(event, _)| *event == name).count();
            let signed = count("contract-signed") + count("contract-amended");
            prop_assert_eq!(contract.signed().len(), signed);
            prop_assert!(contract.signed().last().is_none_or(|terms| terms.signature.terms == contract.terms()));
            if ["ended", "terminated"].contains(&contract.state().name()) {
                let beginner = seen.iter().rfind(|(event, _)| *event == "contract-closing").unwrap().1;
                prop_assert_ne!(beginner, actor(by));
                prop_assert!(contract.obligations().iter().all(|duty| duty.state != ObligationState::Open));
            }
        }
    }
}
