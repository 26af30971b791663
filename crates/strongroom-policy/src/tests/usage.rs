//! Least privilege from use: what is unused is found, what is suggested is smaller, and what was used is kept.

use super::random::{Dice, schema};
use super::{cases, now};
use crate::usage::*;
use crate::{Assignment, CompiledPolicy, Directory, Fate, Person, Policy};
use proptest::prelude::*;
use strongroom_types::{Action, ActorId, Kind, RoleName, RuleId, Timestamp};

fn id(number: u8) -> ActorId {
    ActorId::from_bytes([number; 16])
}

fn days_ago(days: i64) -> Timestamp {
    now().plus_seconds(-days * 86_400)
}

fn person(number: u8, roles: &[&str]) -> Person {
    let mut person = Person::new(id(number));
    person.roles = roles.iter().map(|role| Assignment::new(RoleName::new(role).unwrap())).collect();
    person
}

fn directory() -> Directory {
    let people = vec![
        person(1, &["sales"]),
        person(2, &["manager", "support"]),
        person(3, &["legal"]),
        person(4, &["admin", "auditor"]),
    ];
    Directory { people, delegations: vec![] }
}

fn used(days: i64, who: u8, action: Action, kind: &str, rule: &str) -> Usage {
    let mut usage =
        Usage::new(days_ago(days), id(who), action, Kind::new(kind).unwrap(), rule.parse().unwrap());
    usage.purpose = Some("service".parse().unwrap());
    usage
}

fn log() -> Vec<Usage> {
    let mut legal = used(1, 3, Action::View, "contract", "legal-reads-contracts");
    legal.purpose = Some("legal".parse().unwrap());
    vec![
        used(200, 1, Action::Export, "contract", "sales-export-own"),
        used(20, 1, Action::View, "contract", "sales-own-contracts-read"),
        used(10, 1, Action::List, "contract", "sales-own-contracts-read"),
        used(5, 2, Action::View, "customer", "managers-customers"),
        used(4, 2, Action::Update, "customer", "managers-customers"),
        used(4, 2, Action::View, "contact", "managers-customers"),
        legal,
    ]
}

fn rule(name: &str) -> RuleId {
    name.parse().unwrap()
}

#[test]
fn a_report_says_what_nobody_needs() {
    let (_, policy) = super::sample();
    let report = policy.usage_report(&directory(), &log(), now(), 90).unwrap();
    assert_eq!(report.decisions, 7);
    let unused = |name: &str| report.unused_grants.iter().find(|grant| grant.rule == rule(name));
    assert_eq!(unused("sales-export-own").unwrap().last_used, Some(days_ago(200)));
    assert_eq!(unused("sales-own-dealings").unwrap().last_used, None);
    assert!(unused("managers-customers").is_none() && unused("sales-own-contracts-read").is_none());
    let sales = report.roles.iter().find(|one| one.role.as_str() == "sales").unwrap();
    assert_eq!(sales.holders, 1);
    let pair = |kind: &str, action| (Kind::new(kind).unwrap(), action);
    assert!(!sales.unused.contains(&pair("contract", Action::View)));
    assert!(sales.unused.contains(&pair("customer", Action::View)));
    let [duties] = report.duties.as_slice() else { panic!("{:?}", report.duties) };
    assert_eq!((duties.actor, duties.rule.as_str(), duties.acted), (id(4), "admin-apart", false));
    let dormant: Vec<ActorId> = report.dormant.iter().map(|one| one.actor).collect();
    assert_eq!(dormant, [id(4)]);
    let week = policy.usage_report(&directory(), &log(), now(), 7).unwrap();
    assert_eq!(week.dormant.iter().map(|one| one.actor).collect::<Vec<_>>(), [id(4), id(1)]);
}

#[test]
fn a_suggestion_is_smaller_and_loses_no_use() {
    let (schema, policy) = super::sample();
    let suggestion = policy.suggest(schema, &directory(), &log()).unwrap().unwrap();
    assert!(suggestion.proof.is_whole(), "{:#?}", suggestion.proof);
    assert_eq!(suggestion.proof.used, 7);
    let grants: Vec<&str> = suggestion.policy.grants.iter().map(|grant| grant.id.as_str()).collect();
    assert_eq!(
        grants,
        [
            "sales-own-contracts-read",
            "sales-export-own",
            "managers-customers.customer",
            "managers-customers.contact",
            "legal-reads-contracts",
        ]
    );
    assert!(suggestion.removed.contains(&rule("auditors-audit")));
    assert_eq!(suggestion.narrowed.len(), 4);
    // Support is idle beside manager: nothing of it was used.
    let idle: Vec<(ActorId, &str)> =
        suggestion.assignments.iter().map(|(id, role)| (*id, role.as_str())).collect();
    assert!(idle.contains(&(id(2), "support")) && !idle.contains(&(id(2), "manager")), "{idle:?}");
    assert!(!idle.contains(&(id(1), "sales")));
    // Nothing is gained anywhere.
    let smaller = CompiledPolicy::compile(schema, &suggestion.policy).unwrap();
    let diff = policy.diff(&smaller, now()).unwrap();
    assert!(diff.gained.is_empty() && !diff.lost.is_empty());
}

#[test]
fn what_a_change_would_do_to_what_was_done() {
    let (schema, policy) = super::sample();
    let source = policy.source();
    let fates = |new: Policy| {
        let new = CompiledPolicy::compile(schema, &new).unwrap();
        let simulation = policy.simulate(&new, &directory(), &log()).unwrap();
        let count = |of: fn(&Fate) -> bool| simulation.count(of);
        (
            count(|fate| *fate == Fate::Kept),
            count(|fate| matches!(fate, Fate::MayBeLost(_))),
            count(|fate| matches!(fate, Fate::Lost(_))),
        )
    };
    assert_eq!(fates(source.clone()), (7, 0, 0));
    // Support may see customers too, though not the most sensitive ones: twice it depends.
    assert_eq!(fates(source.without_grant(&rule("managers-customers"))), (4, 2, 1));
    // The log does not say how old the second factor was: a stricter rule may have lost what was done.
    let mut stricter = source.clone();
    let grant = stricter.grants.iter_mut().find(|grant| grant.id == rule("managers-customers")).unwrap();
    grant.when.mfa_age_max_seconds = Some(60);
    assert_eq!(fates(stricter), (4, 3, 0));
    // It does say what for.
    let mut other = source.clone();
    let grant = other.grants.iter_mut().find(|grant| grant.id == rule("managers-customers")).unwrap();
    grant.when.purposes = Some(vec!["marketing".parse().unwrap()]);
    assert_eq!(fates(other), (4, 2, 1));

    let mut denied = used(1, 1, Action::Import, "customer", "x");
    (denied.allowed, denied.rules) = (false, vec![]);
    let mut wider = source.clone();
    wider.grants[0].actions.push(Action::Import);
    wider.grants[0].kinds.push(Kind::new("customer").unwrap());
    let wider = CompiledPolicy::compile(schema, &wider).unwrap();
    let simulation = policy.simulate(&wider, &directory(), &vec![denied.clone()]).unwrap();
    assert!(matches!(simulation.replayed[0].fate, Fate::MayBeGained(_)));
    let same = policy.simulate(policy, &directory(), &vec![denied]).unwrap();
    assert_eq!(same.replayed[0].fate, Fate::StillDenied);
    let stranger = vec![used(1, 9, Action::View, "customer", "managers-customers")];
    assert_eq!(
        policy.simulate(policy, &directory(), &stranger).unwrap().replayed[0].fate,
        Fate::UnknownActor
    );
}

#[test]
fn a_review_takes_what_nobody_certified() {
    let (_, policy) = super::sample();
    let (log, people) = (log(), directory());
    let boss = id(9);
    let open = |reviewer: fn(&Person) -> Option<ActorId>| {
        let (id, due) = (rule("q4"), now().plus_seconds(1000));
        AccessReview::open(id, (policy, &people), &log, (now(), due, 90), reviewer).unwrap()
    };
    assert_eq!(open(|_| None), Err(ReviewError::NoReviewer));
    assert_eq!(open(|person| Some(person.id)), Err(ReviewError::NoReviewer), "nobody reviews themselves");
    let mut review = open(|_| Some(id(9))).unwrap();
    let roles: Vec<(u8, &str, Verdict)> = review
        .items
        .iter()
        .map(|item| (item.person.as_bytes()[0], item.role.as_str(), item.recommended))
        .collect();
    assert_eq!(
        roles,
        [
            (1, "sales", Verdict::Certify),
            (2, "manager", Verdict::Certify),
            (2, "support", Verdict::Revoke),
            (3, "legal", Verdict::Certify),
            (4, "admin", Verdict::Revoke),
            (4, "auditor", Verdict::Revoke),
        ]
    );
    let at = now().plus_seconds(10);
    let mut decide = |item, by, verdict, why: &str, at| review.decide(item, by, verdict, why, at);
    assert_eq!(decide(9, boss, Verdict::Certify, "", at), Err(ReviewError::NoItem));
    assert_eq!(decide(0, id(1), Verdict::Certify, "", at), Err(ReviewError::NotReviewer));
    assert_eq!(decide(2, boss, Verdict::Certify, " ", at), Err(ReviewError::ReasonMissing));
    assert_eq!(decide(0, boss, Verdict::Certify, "", now().plus_seconds(1000)), Err(ReviewError::Late));
    assert_eq!(decide(0, boss, Verdict::Certify, "", at), Ok(()));
    assert_eq!(decide(0, boss, Verdict::Revoke, "", at), Err(ReviewError::Closed));
    assert_eq!(decide(1, boss, Verdict::Revoke, "moves", at), Ok(()));
    assert_eq!(decide(2, boss, Verdict::Certify, "covers on Sundays", at), Ok(()));
    assert_eq!(review.hand_over(3, id(3)), Err(ReviewError::NoReviewer));
    assert_eq!(review.hand_over(3, id(8)), Ok(()));
    assert_eq!(review.decide(3, boss, Verdict::Certify, "", at), Err(ReviewError::NotReviewer));
    assert_eq!(review.decide(3, id(8), Verdict::Certify, "", at), Ok(()));
    assert_eq!(review.expire(at), 0);
    assert!(!review.is_closed());
    assert_eq!(review.expire(now().plus_seconds(1000)), 2);
    assert!(review.is_closed());
    // Evidence outlives the process.
    let kept: AccessReview = serde_json::from_str(&serde_json::to_string(&review).unwrap()).unwrap();
    assert_eq!(kept, review);
    let mut after = people.clone();
    let taken = review.apply(&mut after);
    assert_eq!(
        taken.iter().map(|(_, role)| role.as_str()).collect::<Vec<_>>(),
        ["manager", "admin", "auditor"]
    );
    assert!(review.apply(&mut after).is_empty());
    assert_eq!(after.people[1].roles.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases(150)) })]

    #[test]
    fn no_suggestion_loses_a_use(seed: u64) {
        let (mut dice, schema) = (Dice(seed), schema());
        let policy = super::random::policy(&mut dice);
        let Ok(compiled) = CompiledPolicy::compile(&schema, &policy) else { return Ok(()) };
        let mut directory = Directory::default();
        let mut log = Vec::new();
        for number in 1..=20_u8 {
            let question = super::random::question(&mut dice);
            let mut actor = question.actor.clone();
            actor.id = id(number);
            (actor.lent, actor.active_roles) = (vec![], None);
            let roles: Vec<&str> = actor.roles.iter().map(RoleName::as_str).collect();
            let mut entry = person(number, &roles);
            (entry.active, entry.team) = (actor.active, actor.team.clone());
            entry.evidence.clone_from(&actor.evidence);
            directory.people.push(entry);
            for _ in 0..6 {
                let mut asked = super::random::question(&mut dice);
                asked.actor = actor.clone();
                asked.auth = question.auth.clone();
                let Some(permit) = super::reference::ask(&compiled, &asked) else { continue };
                let rule = permit.rules().next().unwrap().clone();
                let mut usage = Usage::new(asked.now, actor.id, asked.action, asked.kind.clone(), rule);
                (usage.purpose, usage.zone) = (asked.auth.purpose.clone(), asked.auth.zone.clone());
                log.push((usage, asked));
            }
        }
        let usages: Vec<Usage> = log.iter().map(|(usage, _)| usage.clone()).collect();
        let suggestion = compiled.suggest(&schema, &directory, &usages).unwrap().unwrap();
        prop_assert!(suggestion.proof.is_whole(), "{:#?}", suggestion.proof);
        // The proof is held against asking: every request that was allowed is allowed again.
        let smaller = CompiledPolicy::compile(&schema, &suggestion.policy).unwrap();
        for (usage, asked) in &log {
            let mut actor = suggestion.directory.actor(&smaller, usage.actor, usage.at).unwrap();
            actor.evidence.clone_from(&asked.actor.evidence);
            let again = super::random::Question { actor, ..asked.clone() };
            prop_assert!(super::reference::ask(&smaller, &again).is_some(), "{policy:#?}\n{suggestion:#?}\n{again:#?}");
        }
        for _ in 0..20 {
            let other = super::random::question(&mut dice);
            let before = super::reference::ask(&compiled, &other).is_some();
            prop_assert!(before || super::reference::ask(&smaller, &other).is_none(), "gained");
        }
    }
}

#[test]
fn a_log_that_cannot_be_read_is_no_empty_log() {
    struct Broken;
    impl UsageLog for Broken {
        type Error = &'static str;
        fn each(&self, _: &mut dyn FnMut(&Usage)) -> Result<(), Self::Error> {
            Err("torn")
        }
    }
    let (schema, policy) = super::sample();
    assert_eq!(policy.usage_report(&directory(), &Broken, now(), 90).unwrap_err(), "torn");
    assert_eq!(policy.simulate(policy, &directory(), &Broken).unwrap_err(), "torn");
    assert!(policy.suggest(schema, &directory(), &Broken).is_err());
}
