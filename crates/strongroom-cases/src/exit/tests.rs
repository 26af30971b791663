//! Every verb in every state, and random walks that keep the orderings.

#![expect(clippy::arithmetic_side_effects, reason = "an overflow is a failed test")]

use super::*;
use crate::testing::{actor, at, case, config, customer, digest, hold, stored_form_is_strict};
use proptest::prelude::*;

const OPENER: u8 = 1;
const PLANNER: u8 = 2;
const OFFICER: u8 = 3;
const SERVICE: u8 = 4;
const PLAN: u8 = 20;

fn target(name: &str) -> TargetName {
    TargetName::new(name).unwrap()
}

fn targets() -> BTreeSet<TargetName> {
    BTreeSet::from([target("vault"), target("mailbox")])
}

fn report(n: u8) -> TargetReport {
    TargetReport { erased: u64::from(n), kept: 1, evidence: digest(n) }
}

fn draft() -> ExitDraft {
    ExitDraft {
        id: case(1),
        customer: customer(1),
        trigger: ExitTrigger::Manual,
        reason: ExitReason::Price,
        note_held: true,
    }
}

type Outcome = Result<Stepped<ExitCase>, ExitError>;

/// One verb by the person and with the words that it takes.
fn apply(exit: ExitCase, verb: ExitVerb, by: u8, now: Timestamp) -> Outcome {
    let by = actor(by);
    match verb {
        ExitVerb::Approve => exit.approve(digest(PLAN), by, now),
        ExitVerb::BeginPurge => exit.begin_purge(digest(PLAN), digest(30), by, now),
        ExitVerb::CloseAccess => {
            exit.close_access(AccessClosure { accounts: 1, permissions: 2, sessions: 3 }, by, now)
        }
        ExitVerb::Finish => exit.finish(digest(41), by, now),
        ExitVerb::Inventory => exit.inventory(targets(), digest(10), by, now),
        ExitVerb::Plan => exit.plan(digest(PLAN), true, by, now),
        ExitVerb::Purged => exit.purged(digest(40), by, now),
        ExitVerb::Release => exit.release(hold(1), by, now),
        // The fifth person answers for the vault, everybody else for the mailbox.
        ExitVerb::Report if by == actor(5) => exit.report(&target("vault"), report(1), by, now),
        ExitVerb::Report => exit.report(&target("mailbox"), report(1), by, now),
        ExitVerb::Review => exit.review(digest(PLAN), by, now),
        ExitVerb::Suspend => exit.suspend(hold(1), by, now),
        ExitVerb::Unanswered => exit.unanswered(&target("vault"), by, now),
        ExitVerb::Withdraw => exit.withdraw(by, now),
    }
}

fn walk(steps: &[(ExitVerb, u8)]) -> ExitCase {
    let open = ExitCase::open(draft(), actor(OPENER), at(0)).unwrap().0;
    steps.iter().fold(open, |exit, (verb, by)| apply(exit, *verb, *by, at(1)).unwrap().0)
}

const TO_PURGED: [(ExitVerb, u8); 9] = [
    (ExitVerb::CloseAccess, OPENER),
    (ExitVerb::Inventory, SERVICE),
    (ExitVerb::Plan, PLANNER),
    (ExitVerb::Review, OFFICER),
    (ExitVerb::Approve, OFFICER),
    (ExitVerb::BeginPurge, SERVICE),
    (ExitVerb::Unanswered, SERVICE),
    (ExitVerb::Report, SERVICE),
    (ExitVerb::Purged, SERVICE),
];

fn up_to(verb: ExitVerb) -> ExitCase {
    let end = TO_PURGED.iter().position(|(v, _)| *v == verb).unwrap();
    walk(TO_PURGED.get(..=end).unwrap())
}

fn finished() -> ExitCase {
    let purged =
        up_to(ExitVerb::Purged).report(&target("vault"), report(9), actor(SERVICE), at(2)).unwrap().0;
    apply(purged, ExitVerb::Finish, SERVICE, at(3)).unwrap().0
}

fn in_every_state() -> Vec<ExitCase> {
    let suspended =
        walk(&[(ExitVerb::CloseAccess, OPENER)]).suspend(hold(1), actor(OFFICER), at(1)).unwrap().0;
    vec![
        walk(&[]),
        walk(&[(ExitVerb::CloseAccess, OPENER)]),
        up_to(ExitVerb::Inventory),
        up_to(ExitVerb::Plan),
        up_to(ExitVerb::Approve),
        up_to(ExitVerb::BeginPurge),
        up_to(ExitVerb::Purged),
        finished(),
        suspended,
        walk(&[(ExitVerb::Withdraw, OPENER)]),
    ]
}

#[test]
fn every_verb_in_every_state_goes_as_tabled() {
    let table = [
        ("opened", "close-access suspend withdraw"),
        ("access-closed", "inventory suspend withdraw"),
        ("inventoried", "inventory plan suspend withdraw"),
        ("planned", "approve inventory plan review suspend withdraw"),
        ("approved", "begin-purge plan suspend withdraw"),
        ("purging", "purged report unanswered"),
        ("purged", "finish report unanswered"),
        ("finished", ""),
        ("suspended", "release suspend withdraw"),
        ("withdrawn", ""),
    ];
    let states = in_every_state();
    assert_eq!(states.len(), table.len());
    for (exit, (state, verbs)) in states.iter().zip(table) {
        assert_eq!(exit.state().name(), state);
        let allowed: Vec<&str> = verbs.split_whitespace().collect();
        for verb in ExitVerb::ALL {
            let result = apply(exit.clone(), *verb, OFFICER, at(5));
            if allowed.contains(&verb.name()) {
                assert!(!matches!(result, Err(ExitError::WrongState(_))), "{state} {verb}: {result:?}");
            } else {
                let wrong = WrongState { state, verb: verb.name(), allowed: allowed.clone() };
                assert_eq!(result, Err(ExitError::WrongState(wrong)));
            }
        }
    }
}

#[test]
fn an_exit_waits_for_every_target_and_names_those_that_did_not_answer() {
    let purging = up_to(ExitVerb::BeginPurge);
    let waiting = |exit: &ExitCase| match exit.clone().purged(digest(40), actor(SERVICE), at(2)).unwrap_err()
    {
        ExitError::Waiting { targets } => targets,
        other => panic!("{other}"),
    };
    assert_eq!(waiting(&purging), [target("mailbox"), target("vault")]);
    let purging = purging.report(&target("vault"), report(7), actor(SERVICE), at(2)).unwrap().0;
    assert_eq!(waiting(&purging), [target("mailbox")]);
    let purging = purging.unanswered(&target("mailbox"), actor(SERVICE), at(3)).unwrap().0;
    let purging = purging.unanswered(&target("mailbox"), actor(SERVICE), at(4)).unwrap().0;
    let asked = TargetState::Unanswered { since: at(3), attempts: 2 };
    assert_eq!(purging.targets().get(&target("mailbox")), Some(&asked));
    let (purged, _) = purging.purged(digest(40), actor(SERVICE), at(5)).unwrap();
    let error = purged.clone().finish(digest(41), actor(SERVICE), at(6)).unwrap_err();
    assert_eq!(error.to_string(), "1 of the targets have not answered: `mailbox`");
    let (purged, facts) = purged.report(&target("mailbox"), report(1), actor(SERVICE), at(6)).unwrap();
    assert_eq!(facts.len(), 1);
    // An interrupted step is repeated: the same answer is no news, another one is no answer.
    let (purged, facts) = purged.report(&target("mailbox"), report(1), actor(SERVICE), at(7)).unwrap();
    assert_eq!((facts.len(), purged.changed_at()), (0, at(6)));
    let other = purged.clone().report(&target("mailbox"), report(2), actor(SERVICE), at(7)).unwrap_err();
    assert_eq!(other, ExitError::OtherReport { target: target("mailbox") });
    let unknown = purged.clone().report(&target("cloud"), report(2), actor(SERVICE), at(7)).unwrap_err();
    assert_eq!(unknown, ExitError::UnknownTarget { target: target("cloud") });
    let (finished, facts) = purged.finish(digest(41), actor(SERVICE), at(8)).unwrap();
    assert_eq!((facts.len(), finished.unreported().count()), (1, 0));
}

#[test]
fn nobody_approves_or_reviews_their_own_exit_and_only_the_plan_at_hand_counts() {
    let planned = up_to(ExitVerb::Plan);
    for by in [OPENER, PLANNER] {
        for verb in [ExitVerb::Review, ExitVerb::Approve] {
            assert_eq!(apply(planned.clone(), verb, by, at(2)).unwrap_err(), ExitError::SelfApproval);
        }
    }
    assert_eq!(
        apply(planned.clone(), ExitVerb::Approve, OFFICER, at(2)).unwrap_err(),
        ExitError::ReviewPending
    );
    assert_eq!(planned.clone().approve(digest(21), actor(OFFICER), at(2)).unwrap_err(), ExitError::OtherPlan);
    assert_eq!(planned.clone().review(digest(21), actor(OFFICER), at(2)).unwrap_err(), ExitError::OtherPlan);
    let reviewed = apply(planned, ExitVerb::Review, OFFICER, at(2)).unwrap().0;
    assert_eq!(apply(reviewed.clone(), ExitVerb::Review, 7, at(2)).unwrap_err(), ExitError::NoReviewPending);
    let approved = apply(reviewed, ExitVerb::Approve, OFFICER, at(2)).unwrap().0;
    let other = approved.clone().begin_purge(digest(21), digest(30), actor(SERVICE), at(3)).unwrap_err();
    assert_eq!(other, ExitError::OtherPlan);
    let again = approved.plan(digest(21), false, actor(PLANNER), at(3)).unwrap().0;
    assert_eq!(again.approver(), None);
}

#[test]
fn a_hold_stops_an_exit_until_the_last_one_is_gone_and_nothing_planned_survives_it() {
    let approved = up_to(ExitVerb::Approve);
    let (exit, _) = approved.suspend(hold(1), actor(OFFICER), at(2)).unwrap();
    let (exit, _) = exit.suspend(hold(2), actor(OFFICER), at(2)).unwrap();
    let (exit, facts) = exit.suspend(hold(2), actor(OFFICER), at(2)).unwrap();
    assert_eq!((facts.len(), exit.holds().len()), (0, 2));
    assert_eq!(exit.clone().release(hold(3), actor(OFFICER), at(3)).unwrap_err(), ExitError::UnknownHold);
    let (exit, _) = exit.release(hold(1), actor(OFFICER), at(3)).unwrap();
    assert_eq!(exit.state().name(), "suspended");
    let (exit, facts) = exit.release(hold(2), actor(OFFICER), at(4)).unwrap();
    assert_eq!(*exit.state(), ExitState::AccessClosed);
    assert_eq!(facts.last().unwrap().event, Event::ExitResumed);
    assert!(exit.targets().is_empty() && exit.approver().is_none());
    let early = walk(&[]).suspend(hold(1), actor(OFFICER), at(1)).unwrap().0;
    assert_eq!(*early.release(hold(1), actor(OFFICER), at(2)).unwrap().0.state(), ExitState::Opened);
}

#[test]
fn limits_hold_at_the_edge_and_one_past_it() {
    let many = |n: usize| (0..n).map(|n| target(&format!("t{n:063}"))).collect::<BTreeSet<_>>();
    let closed = walk(&[(ExitVerb::CloseAccess, OPENER)]);
    for refused in [0, TARGETS_MAX + 1] {
        let error = closed.clone().inventory(many(refused), digest(1), actor(SERVICE), at(2)).unwrap_err();
        assert_eq!(error, ExitError::Targets(refused));
    }
    let listed = closed.inventory(many(TARGETS_MAX), digest(1), actor(SERVICE), at(2)).unwrap().0;
    let planned = listed.plan(digest(PLAN), false, actor(PLANNER), at(3)).unwrap().0;
    let approved = planned.approve(digest(PLAN), actor(OFFICER), at(3)).unwrap().0;
    let mut exit = approved.begin_purge(digest(PLAN), digest(2), actor(SERVICE), at(3)).unwrap().0;
    let most = TargetReport { erased: u64::MAX, kept: u64::MAX, evidence: digest(255) };
    for target in many(TARGETS_MAX) {
        exit = exit.report(&target, most, actor(SERVICE), at(4)).unwrap().0;
    }
    assert_eq!(ExitCase::decode(&exit.encode().unwrap()).unwrap(), exit);
    let id = |n: usize| HoldId::from_bytes(u128::try_from(n).unwrap().to_be_bytes());
    let mut exit = walk(&[]);
    for n in 0..HOLDS_MAX {
        exit = exit.suspend(id(n), actor(OFFICER), at(1)).unwrap().0;
    }
    assert_eq!(ExitCase::decode(&exit.encode().unwrap()).unwrap(), exit);
    assert_eq!(exit.suspend(id(HOLDS_MAX), actor(OFFICER), at(1)).unwrap_err(), ExitError::Holds);
}

#[test]
fn a_stored_exit_is_read_strictly_in_every_state() {
    for exit in in_every_state() {
        let bytes = exit.encode().unwrap();
        assert_eq!(ExitCase::decode(&bytes).unwrap(), exit);
        stored_form_is_strict(&bytes, ExitCase::decode);
    }
    let text = String::from_utf8(up_to(ExitVerb::BeginPurge).encode().unwrap()).unwrap();
    let check = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        let forged = ExitCase::decode(text.replacen(from, to, 1).as_bytes());
        assert!(matches!(forged, Err(crate::DecodeError::Inconsistent(_))), "{forged:?}");
    };
    let approver = format!(r#""approver":"{}""#, actor(OFFICER));
    check(&approver, r#""approver":null"#);
    check(&approver, &format!(r#""approver":"{}""#, actor(OPENER)));
    check(r#""access":{"accounts":1,"permissions":2,"sessions":3}"#, r#""access":null"#);
    check(r#""targets":{"mailbox":{"name":"pending"},"vault":{"name":"pending"}}"#, r#""targets":{}"#);
    check(
        &format!(r#"{{"name":"purging","plan":"{}","intent":"{}"}}"#, digest(PLAN), digest(30)),
        &format!(r#"{{"name":"finished","certificate":"{}"}}"#, digest(1)),
    );
}

/// A verb for the state at hand, mostly one that fits and leads on: a walk of equal chances is called off before it
/// comes to anything.
fn choose(exit: &ExitCase, any: ExitVerb, dice: u8) -> ExitVerb {
    let back = [ExitVerb::Inventory, ExitVerb::Plan, ExitVerb::Suspend, ExitVerb::Withdraw];
    let first = |verb: &&ExitVerb| {
        let moot = exit.state().name() == "planned" || exit.state().name() == "approved";
        !back.contains(verb) || (!moot && matches!(verb, ExitVerb::Inventory | ExitVerb::Plan))
    };
    let onward: Vec<ExitVerb> = exit.state().allows().iter().filter(first).copied().collect();
    if dice < 20 || onward.is_empty() { any } else { *onward.get(usize::from(dice) % onward.len()).unwrap() }
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn on_every_walk_access_ends_first_two_people_agree_and_nothing_turns_back(
        steps in proptest::collection::vec((proptest::sample::select(ExitVerb::ALL), any::<u8>(), 1u8..6, -2i64..5), 1..80),
    ) {
        let mut exit = walk(&[]);
        let mut seen: Vec<&str> = Vec::new();
        let mut clock = 0;
        for (any, dice, by, wait) in steps {
            clock += wait;
            let verb = choose(&exit, any, dice);
            let before = exit.clone();
            let Ok((next, facts)) = apply(exit, verb, by, at(clock)) else { exit = before; continue };
            exit = next;
            prop_assert!(exit.changed_at() >= before.changed_at());
            prop_assert!(facts.iter().all(|fact| fact.at == exit.changed_at() && fact.actor == actor(by)));
            seen.extend(facts.iter().map(|fact| fact.event.name()));
            prop_assert_eq!(&ExitCase::decode(&exit.encode().unwrap()).unwrap(), &exit);
            let purging = seen.contains(&"exit-purging");
            if purging {
                let order = ["exit-access-closed", "exit-inventoried", "exit-planned", "exit-approved", "exit-purging"];
                let places: Vec<_> = order.iter().map(|name| seen.iter().position(|s| s == name)).collect();
                prop_assert!(places.is_sorted() && places.iter().all(Option::is_some));
                prop_assert!(exit.approver().is_some_and(|by| by != actor(OPENER)));
                prop_assert!(["purging", "purged", "finished"].contains(&exit.state().name()));
            }
            prop_assert!(exit.state().name() != "finished" || exit.unreported().next().is_none());
        }
    }
}
