//! Every verb in every state, and random walks beside a naive count.

#![expect(clippy::arithmetic_side_effects, reason = "an overflow is a failed test")]

use super::*;
use crate::testing::{actor, approval, at, config, digest, stored_form_is_strict};
use proptest::prelude::*;
use std::collections::BTreeSet;

const REQUESTER: u8 = 1;
const CLERK: u8 = 2;

fn role(name: &str) -> RoleName {
    RoleName::new(name).unwrap()
}

fn draft() -> ApprovalDraft {
    ApprovalDraft {
        id: approval(9),
        action: Action::Export,
        requester: actor(REQUESTER),
        subject: digest(3),
        binding: digest(4),
        purpose: Purpose::new("service").unwrap(),
        needed: vec![
            ApprovalStep { role: role("supervisor"), count: 2 },
            ApprovalStep { role: role("officer"), count: 1 },
        ],
        expires_at: at(100),
    }
}

/// The roles that the people of the tests hold: nobody sees anything but this list.
fn roles(person: u8) -> Vec<RoleName> {
    match person {
        3 | 4 => vec![role("supervisor")],
        5 => vec![role("officer")],
        REQUESTER | 6 => vec![role("supervisor"), role("officer")],
        _ => vec![],
    }
}

fn open() -> ApprovalRequest {
    ApprovalRequest::open(draft(), at(0)).unwrap().0
}

fn copy(request: &ApprovalRequest) -> ApprovalRequest {
    ApprovalRequest::decode(&request.encode().unwrap()).unwrap()
}

fn granted() -> ApprovalRequest {
    [3, 4, 5].into_iter().fold(open(), |request, n| request.approve(actor(n), &roles(n), at(1)).unwrap().0)
}

fn take(
    request: ApprovalRequest,
    seconds: i64,
) -> Result<(ApprovalRequest, Grant, Vec<Fact>), ApprovalError> {
    request.take(Action::Export, digest(4), actor(REQUESTER), at(seconds))
}

fn in_every_state() -> Vec<ApprovalRequest> {
    vec![
        open(),
        granted(),
        open().refuse(actor(3), &roles(3), RefusalReason::TooBroad, at(1)).unwrap().0,
        granted().expire(actor(8), at(100)).unwrap().0,
        take(granted(), 2).unwrap().0,
        granted().withdraw(actor(REQUESTER), at(2)).unwrap().0,
        granted().revoke(actor(3), &roles(3), at(2)).unwrap().0,
    ]
}

fn apply(request: ApprovalRequest, verb: ApprovalVerb) -> Result<ApprovalRequest, ApprovalError> {
    match verb {
        ApprovalVerb::Approve => request.approve(actor(6), &roles(6), at(3)).map(|(r, _)| r),
        ApprovalVerb::Expire => request.expire(actor(8), at(100)).map(|(r, _)| r),
        ApprovalVerb::Refuse => {
            request.refuse(actor(6), &roles(6), RefusalReason::Other, at(3)).map(|(r, _)| r)
        }
        ApprovalVerb::Revoke => request.revoke(actor(6), &roles(6), at(3)).map(|(r, _)| r),
        ApprovalVerb::Take => take(request, 3).map(|(r, _, _)| r),
        ApprovalVerb::Withdraw => request.withdraw(actor(REQUESTER), at(3)).map(|(r, _)| r),
    }
}

#[test]
fn every_verb_in_every_state_goes_as_tabled() {
    let table = [
        ("open", "approve expire refuse revoke withdraw"),
        ("granted", "expire revoke take withdraw"),
        ("refused", ""),
        ("expired", ""),
        ("used", ""),
        ("withdrawn", ""),
        ("revoked", ""),
    ];
    let states = in_every_state();
    assert_eq!(states.len(), table.len());
    for (request, (state, verbs)) in states.iter().zip(table) {
        assert_eq!(request.state().name(), state);
        let allowed: Vec<&str> = verbs.split_whitespace().collect();
        for verb in ApprovalVerb::ALL {
            let result = apply(copy(request), *verb);
            if allowed.contains(&verb.name()) {
                assert!(result.is_ok(), "{state} {verb}: {result:?}");
            } else {
                let wrong = WrongState { state, verb: verb.name(), allowed: allowed.clone() };
                assert_eq!(result, Err(ApprovalError::WrongState(wrong)));
            }
        }
    }
}

#[test]
fn an_approval_is_given_in_order_by_different_people_and_used_once() {
    let (request, facts) = ApprovalRequest::open(draft(), at(0)).unwrap();
    assert_eq!(facts[0].event.name(), "approval-requested");
    let refused = |n: u8| copy(&request).approve(actor(n), &roles(n), at(1)).unwrap_err();
    assert_eq!(refused(REQUESTER), ApprovalError::SelfApproval);
    assert_eq!(refused(5), ApprovalError::RoleMissing { role: role("supervisor") });
    assert_eq!(refused(CLERK), ApprovalError::RoleMissing { role: role("supervisor") });
    let request = request.approve(actor(6), &roles(6), at(1)).unwrap().0;
    let refused = |n: u8| copy(&request).approve(actor(n), &roles(n), at(1)).unwrap_err();
    assert_eq!(refused(6), ApprovalError::AlreadyVoted);
    let request = request.approve(actor(3), &roles(3), at(2)).unwrap().0;
    assert_eq!(request.current_step().unwrap().role, role("officer"));
    // The second hat of somebody who voted already does not count.
    assert_eq!(copy(&request).approve(actor(6), &roles(6), at(3)).unwrap_err(), ApprovalError::AlreadyVoted);
    let (request, facts) = request.approve(actor(5), &roles(5), at(3)).unwrap();
    assert_eq!(
        facts.iter().map(|f| f.event.name()).collect::<Vec<_>>(),
        ["approval-voted", "approval-granted"]
    );
    assert_eq!(*request.state(), ApprovalState::Granted { at: at(3) });
    let (request, grant, facts) = take(request, 4).unwrap();
    assert_eq!(facts[0].event, Event::ApprovalUsed);
    assert_eq!(grant.approvers().collect::<Vec<_>>(), [actor(6), actor(3), actor(5)]);
    assert_eq!((grant.approval(), grant.subject(), grant.binding()), (approval(9), digest(3), digest(4)));
    assert!(matches!(take(request, 5), Err(ApprovalError::WrongState(_))));
}

#[test]
fn a_changed_binding_or_action_a_stranger_or_a_late_use_releases_nothing() {
    let check = |action, binding, by: u8, seconds, expected| {
        let error = granted().take(action, digest(binding), actor(by), at(seconds)).unwrap_err();
        assert_eq!(error, expected);
    };
    let other = ApprovalError::OtherAction { approved: Action::Export, wanted: Action::Send };
    check(Action::Export, 5, REQUESTER, 2, ApprovalError::OtherBinding);
    check(Action::Send, 4, REQUESTER, 2, other);
    check(Action::Export, 4, 3, 2, ApprovalError::NotRequester);
    check(Action::Export, 4, REQUESTER, 100, ApprovalError::Expired { at: at(100) });
    assert!(take(granted(), 99).is_ok());
}

#[test]
fn a_clock_that_is_set_back_revives_nothing() {
    let late = open().approve(actor(3), &roles(3), at(99)).unwrap().0;
    let (late, _) = late.approve(actor(4), &roles(4), at(5)).unwrap();
    assert_eq!(late.changed_at(), at(99));
    let (late, _) = late.approve(actor(5), &roles(5), at(5)).unwrap();
    assert_eq!(*take(late, 0).unwrap().0.state(), ApprovalState::Used { at: at(99) });
}

#[test]
fn drafts_that_cannot_be_decided_are_refused() {
    let check = |change: fn(&mut ApprovalDraft)| {
        let mut draft = draft();
        change(&mut draft);
        assert!(matches!(ApprovalRequest::open(draft, at(0)), Err(ApprovalError::Malformed(_))));
    };
    check(|d| d.needed.clear());
    check(|d| d.needed[0].count = 0);
    check(|d| d.needed = vec![d.needed[1].clone(); STEPS_MAX + 1]);
    check(|d| d.needed[0].count = 32);
    check(|d| d.expires_at = at(0));
    let mut most = draft();
    most.needed = vec![ApprovalStep { role: role("supervisor"), count: 4 }; STEPS_MAX];
    assert!(ApprovalRequest::open(most, at(0)).is_ok());
}

#[test]
fn a_stored_request_is_read_strictly_in_every_state() {
    for request in in_every_state() {
        let bytes = request.encode().unwrap();
        assert_eq!(ApprovalRequest::decode(&bytes).unwrap(), request);
        stored_form_is_strict(&bytes, ApprovalRequest::decode);
    }
}

#[test]
fn a_stored_request_that_contradicts_itself_is_refused() {
    let text = String::from_utf8(granted().encode().unwrap()).unwrap();
    let check = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        let forged = text.replace(from, to);
        assert!(
            matches!(ApprovalRequest::decode(forged.as_bytes()), Err(crate::DecodeError::Inconsistent(_))),
            "{to}"
        );
        assert!(serde_json::from_str::<ApprovalRequest>(&forged).is_err());
    };
    let id = |n: u8| actor(n).to_string();
    check(&id(4), &id(3));
    check(&id(4), &id(REQUESTER));
    check(r#""count":2"#, r#""count":3"#);
    check(r#""count":2"#, r#""count":1"#);
    check(r#""step":1"#, r#""step":0"#);
    check(r#"{"name":"granted","at":"2026-11-22T00:00:01.000000Z"}"#, r#"{"name":"open"}"#);
}

#[derive(Debug, Clone)]
enum Act {
    Approve(u8),
    Refuse(u8),
    Revoke(u8),
    Withdraw(u8),
    Expire,
    Take { by: u8, binding: u8, send: bool },
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        12 => (1u8..7).prop_map(Act::Approve),
        1 => (1u8..7).prop_map(Act::Refuse),
        1 => (1u8..7).prop_map(Act::Revoke),
        1 => (1u8..7).prop_map(Act::Withdraw),
        1 => Just(Act::Expire),
        8 => (1u8..3, 3u8..6, any::<bool>()).prop_map(|(by, binding, send)| Act::Take { by, binding, send }),
    ]
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn nothing_is_granted_without_enough_other_people_of_the_right_roles(
        acts in proptest::collection::vec((act(), -3i64..12), 1..40),
    ) {
        let mut request = open();
        let mut clock = 0;
        let mut released = 0;
        let mut said_yes: Vec<u8> = Vec::new();
        for (act, wait) in acts {
            clock += wait;
            let now = at(clock);
            let before = copy(&request);
            let next = match act {
                Act::Approve(n) => request.approve(actor(n), &roles(n), now).map(|(r, _)| { said_yes.push(n); r }),
                Act::Refuse(n) => request.refuse(actor(n), &roles(n), RefusalReason::NotNeeded, now).map(|(r, _)| r),
                Act::Revoke(n) => request.revoke(actor(n), &roles(n), now).map(|(r, _)| r),
                Act::Withdraw(n) => request.withdraw(actor(n), now).map(|(r, _)| r),
                Act::Expire => request.expire(actor(8), now).map(|(r, _)| r),
                Act::Take { by, binding, send } => {
                    let action = if send { Action::Send } else { Action::Export };
                    request.take(action, digest(binding), actor(by), now).map(|(r, grant, _)| {
                        released += 1;
                        assert_eq!((action, binding, by), (Action::Export, 4, REQUESTER));
                        assert_eq!(grant.approvers().count(), 3);
                        assert!(now < at(100) && before.state().name() == "granted");
                        r
                    })
                }
            };
            request = next.unwrap_or(before);
            let people: BTreeSet<u8> = said_yes.iter().copied().collect();
            prop_assert_eq!(people.len(), said_yes.len());
            prop_assert!(!people.contains(&REQUESTER));
            if matches!(request.state(), ApprovalState::Granted { .. } | ApprovalState::Used { .. }) {
                prop_assert_eq!(said_yes.len(), 3);
                prop_assert!(said_yes[..2].iter().all(|n| roles(*n).contains(&role("supervisor"))));
                prop_assert!(roles(said_yes[2]).contains(&role("officer")));
            }
            prop_assert!(released <= 1);
            prop_assert_eq!(released == 1, request.state().name() == "used");
            prop_assert_eq!(&copy(&request), &request);
        }
    }
}
