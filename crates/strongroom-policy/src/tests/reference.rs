//! The engine against a slow, obviously right evaluator, and the laws of change: random policies, random requests.

use super::cases;
use super::random::{Dice, Question, deny, policy, question, schema};
use crate::policy::{DenyWhen, Hours, ObligationRule, Policy, When};
use crate::{CompiledPolicy, Decision, Permit, Request, Schema};
use proptest::prelude::*;
use strongroom_types::{Level, RoleName};

/// In whose name somebody acts: their own, or that of who lent roles.
struct Part<'a> {
    id: strongroom_types::ActorId,
    team: Option<&'a str>,
    roles: Vec<&'a RoleName>,
}

/// The grant's id, the ceiling and the lender, by reading the policy as a person would.
fn reference(schema: &Schema, policy: &Policy, question: &Question) -> Option<Answer> {
    let actor = &question.actor;
    let held = |role: &RoleName| inherited(policy, role);
    let known = |roles: &'_ [RoleName]| -> Vec<RoleName> {
        roles.iter().filter(|role| policy.roles.contains_key(*role)).cloned().collect()
    };
    let assigned: Vec<RoleName> = known(&actor.roles);
    let in_reach: Vec<RoleName> = assigned.iter().flat_map(held).collect();
    let active: Vec<RoleName> = match &actor.active_roles {
        None => assigned.clone(),
        Some(some) => known(some).into_iter().filter(|role| in_reach.contains(role)).collect(),
    };
    let lent: Vec<RoleName> = actor.lent.iter().flat_map(|lent| known(&lent.roles)).collect();
    let everything =
        |roles: &[RoleName]| -> Vec<RoleName> { roles.iter().chain(&lent).flat_map(held).collect() };
    if !actor.active || schema.kind(&question.kind).is_none() {
        return None;
    }
    for rule in &policy.separation {
        let counted = everything(if rule.dynamic { &active } else { &assigned });
        if rule.roles.iter().filter(|role| counted.contains(role)).count() > usize::from(rule.at_most) {
            return None;
        }
    }
    let lent_known: Vec<Vec<RoleName>> = actor.lent.iter().map(|lent| known(&lent.roles)).collect();
    let mut parts = vec![Part { id: actor.id, team: actor.team.as_deref(), roles: active.iter().collect() }];
    for (lent, roles) in actor.lent.iter().zip(&lent_known) {
        parts.push(Part { id: lent.by, team: lent.team.as_deref(), roles: roles.iter().collect() });
    }
    let all = everything(&active);
    let answers = parts.iter().enumerate().filter_map(|(at, part)| {
        let (key, ceiling, grant) = part_answer(schema, policy, question, part, &all)?;
        let lender = (at > 0).then_some(part.id);
        Some(((key, std::cmp::Reverse(ceiling), grant), at, lender))
    });
    let ((_, ceiling, grant), _, lender) = answers.min_by_key(|(key, at, _)| (*key, *at))?;
    Some((policy.grants[grant].id.to_string(), ceiling.0, lender))
}

/// How much the obligations ask, dearest first.
type Burden = (usize, usize, usize, usize, usize, usize);
type Answer = (String, Level, Option<strongroom_types::ActorId>);

fn part_answer(
    schema: &Schema,
    policy: &Policy,
    question: &Question,
    part: &Part<'_>,
    all: &[RoleName],
) -> Option<(Burden, Level, usize)> {
    for deny in &policy.denies {
        let binds = deny.roles.as_ref().is_none_or(|roles| roles.iter().any(|role| all.contains(role)));
        let about = deny.kinds.contains(&question.kind) && deny.actions.contains(&question.action);
        let excused = deny.unless.as_ref().is_some_and(|when| holds(when, question, part));
        if binds && about && may_hold(&deny.when, question, part) && !excused {
            return None;
        }
    }
    let rank = |name: &str| schema.scale().level(name).unwrap();
    let mut reach = schema.scale().highest();
    for rule in &policy.requirements {
        let about = rule.actions.as_ref().is_none_or(|actions| actions.contains(&question.action));
        if about && !holds(&rule.when, question, part) {
            reach = reach.min(Level::from_rank(rank(&rule.from).rank() - 1));
        }
    }
    let mut candidates = Vec::new();
    for role in &part.roles {
        let held = inherited(policy, role);
        let clearance = held.iter().filter_map(|role| policy.roles[role].clearance.as_deref()).map(rank);
        let ceiling = clearance.max().unwrap_or_default().min(reach);
        for (at, grant) in policy.grants.iter().enumerate() {
            let about = grant.kinds.contains(&question.kind) && grant.actions.contains(&question.action);
            let through = grant.roles.iter().any(|granted| held.contains(granted));
            let in_force = grant.from.is_none_or(|from| from <= question.now)
                && grant.until.is_none_or(|until| question.now < until);
            let cleared = ceiling >= question.label.level;
            if about && through && in_force && cleared && holds(&grant.when, question, part) {
                candidates.push((burden(&grant.obligations), std::cmp::Reverse(ceiling), at));
            }
        }
    }
    let (burden, ceiling, at) = candidates.into_iter().min()?;
    Some((burden, ceiling.0, at))
}

fn inherited(policy: &Policy, role: &RoleName) -> Vec<RoleName> {
    let above = policy.roles[role].inherits.iter().flat_map(|parent| inherited(policy, parent));
    std::iter::once(role.clone()).chain(above).collect()
}

/// Reviews, then approvals, words, counted uses, budgets, and what is hidden.
fn burden(rules: &[ObligationRule]) -> Burden {
    let count = |what: fn(&ObligationRule) -> usize| rules.iter().map(what).sum::<usize>();
    (
        count(|rule| usize::from(matches!(rule, ObligationRule::Review { .. }))),
        count(|rule| usize::from(matches!(rule, ObligationRule::Approve { .. }))),
        count(|rule| usize::from(matches!(rule, ObligationRule::Justify))),
        count(|rule| usize::from(matches!(rule, ObligationRule::Uses { .. }))),
        count(|rule| usize::from(matches!(rule, ObligationRule::Budget { .. }))),
        count(|rule| match rule {
            ObligationRule::Redact { fields } => 3 * fields.len(),
            ObligationRule::Mask { fields, .. } => 2 * fields.len(),
            _ => 0,
        }),
    )
}

fn holds(when: &When, question: &Question, part: &Part<'_>) -> bool {
    let now = question.now;
    let age = |at: strongroom_types::Timestamp| now.unix_micros() - at.unix_micros();
    let young = |at, most: u32| (0..=i64::from(most) * 1_000_000).contains(&age(at));
    let mfa = question.auth.mfa_at.filter(|at| *at <= now);
    let related = |wanted: &Vec<String>| {
        question.related.iter().flatten().any(|(who, what)| *who == part.id && wanted.contains(what))
    };
    (!when.own || question.owner == Some(part.id))
        && (!when.team || (question.team.is_some() && question.team.as_deref() == part.team))
        && when.relations.as_ref().is_none_or(related)
        && when.device.iter().flatten().all(|posture| question.auth.device.contains(posture))
        && (!when.break_glass || question.auth.broke_glass)
        && (!when.consent
            || question
                .auth
                .purpose
                .as_ref()
                .is_some_and(|p| question.consents.iter().flatten().any(|x| x == p)))
        && (!when.mfa || mfa.is_some())
        && when.mfa_age_max_seconds.is_none_or(|most| mfa.is_some_and(|at| young(at, most)))
        && when.session_age_max_seconds.is_none_or(|most| young(question.auth.session_started, most))
        && when
            .purposes
            .as_ref()
            .is_none_or(|p| question.auth.purpose.as_ref().is_some_and(|x| p.contains(x)))
        && when.zones.as_ref().is_none_or(|z| question.auth.zone.as_ref().is_some_and(|x| z.contains(x)))
        && when.states.as_ref().is_none_or(|s| question.state.as_ref().is_some_and(|x| s.contains(x)))
        && when
            .evidence
            .iter()
            .flatten()
            .all(|e| question.actor.evidence.get(e).is_some_and(|until| *until > now))
        && when.hours.as_ref().is_none_or(|hours| open(hours, question))
}

/// The calendar of the `time` crate rather than our arithmetic.
fn open(hours: &Hours, question: &Question) -> bool {
    let part = |text: &str, at: usize| text[at..at + 2].parse::<i32>().unwrap();
    let sign = if hours.offset.starts_with('-') { -1 } else { 1 };
    let offset = sign * (part(&hours.offset, 1) * 60 + part(&hours.offset, 4));
    let local = question.now.to_utc() + std::time::Duration::from_secs(24 * 3600);
    let local = local - std::time::Duration::from_secs(u64::try_from(24 * 60 - offset).unwrap() * 60);
    let minute = i32::from(local.hour()) * 60 + i32::from(local.minute());
    let minutes = |text: &str| part(text, 0) * 60 + part(text, 3);
    let day = local.weekday().to_string();
    let listed = |days: &Vec<crate::Day>| days.iter().any(|d| day.starts_with(&format!("{d:?}")));
    (minutes(&hours.from)..minutes(&hours.to)).contains(&minute) && hours.days.as_ref().is_none_or(listed)
}

fn may_hold(when: &DenyWhen, question: &Question, part: &Part<'_>) -> bool {
    let owns = |id| question.owner.map(|owner| owner == id);
    let same = |team: Option<&str>| match (&question.team, team) {
        (Some(a), Some(b)) => Some(a == b),
        _ => None,
    };
    // Whoever acts for somebody is bound where either of them is.
    let agrees = |wanted: Option<bool>, own: Option<bool>, lender: Option<bool>| match wanted {
        None => true,
        Some(true) => own != Some(false) || lender != Some(false),
        Some(false) => lender != Some(true),
    };
    let actor = &question.actor;
    let related = |wanted: &Vec<String>| {
        question.related.as_ref().is_none_or(|related| {
            related.iter().any(|(who, what)| (*who == part.id || *who == actor.id) && wanted.contains(what))
        })
    };
    agrees(when.own, owns(actor.id), owns(part.id))
        && agrees(when.team, same(actor.team.as_deref()), same(part.team))
        && when.relations.as_ref().is_none_or(related)
        && when.purposes.as_ref().is_none_or(|p| question.auth.purpose.as_ref().is_none_or(|x| p.contains(x)))
        && when.zones.as_ref().is_none_or(|z| question.auth.zone.as_ref().is_none_or(|x| z.contains(x)))
        && when.states.as_ref().is_none_or(|s| question.state.as_ref().is_none_or(|x| s.contains(x)))
}

pub(super) fn ask<'p>(policy: &'p CompiledPolicy, question: &Question) -> Option<Permit<'p>> {
    let related = question.related();
    let resource = question.resource(related.as_deref());
    let Question { actor, auth, action, now, .. } = question;
    match policy.decide(&Request { actor, auth, action: *action, resource: &resource, now: *now }) {
        Decision::Allow(permit) => Some(permit),
        Decision::Deny(denial) => {
            // Every reason can be said.
            assert!(!denial.explain_en().is_empty() && !denial.explain_zh().is_empty());
            None
        }
    }
}

fn allows(policy: &CompiledPolicy, question: &Question) -> bool {
    ask(policy, question).is_some()
}

/// A random policy that compiles: a separation that a role breaks by itself is dropped.
fn compiled(dice: &mut Dice, schema: &Schema) -> (Policy, CompiledPolicy) {
    let mut policy = policy(dice);
    if CompiledPolicy::compile(schema, &policy).is_err() {
        policy.separation.clear();
    }
    let compiled = CompiledPolicy::compile(schema, &policy).unwrap_or_else(|error| panic!("{error}"));
    (policy, compiled)
}

/// What is asked with one attribute less, or with one that is older or more sensitive.
fn worse(question: &Question) -> Vec<Question> {
    let mut all = Vec::new();
    let mut with = |change: &dyn Fn(&mut Question)| {
        let mut changed = question.clone();
        change(&mut changed);
        all.push(changed);
    };
    with(&|q| q.owner = None);
    with(&|q| q.team = None);
    with(&|q| q.actor.team = None);
    with(&|q| q.state = None);
    with(&|q| q.auth.zone = None);
    with(&|q| q.auth.purpose = None);
    with(&|q| q.auth.broke_glass = false);
    with(&|q| q.auth.device.clear());
    with(&|q| q.related = None);
    with(&|q| q.consents = None);
    with(&|q| q.consents = q.consents.as_ref().map(|_| Vec::new()));
    with(&|q| q.auth.mfa_at = None);
    with(&|q| q.auth.mfa_at = q.auth.mfa_at.filter(|at| *at <= q.now).map(|at| at.plus_seconds(-1)));
    with(&|q| q.auth.session_started = q.now.plus_seconds(-100));
    with(&|q| q.label.level = Level::from_rank(q.label.level.rank() + 1));
    with(&|q| q.actor.active = false);
    with(&|q| {
        q.actor.evidence.pop_first();
    });
    with(&|q| {
        q.actor.evidence.pop_last();
    });
    all
}

/// 50 questions to each of 2,000 policies: 10^7 decisions at an effort of 100.
#[test]
fn the_engine_and_the_reference_agree() {
    let (schema, first) = (schema(), super::seed());
    let mut allowed = 0_u64;
    for case in 0..u64::from(cases(2000)) {
        let seed = first.wrapping_add(case);
        let mut dice = Dice(seed);
        let (policy, compiled) = compiled(&mut dice, &schema);
        for _ in 0..50 {
            let question = question(&mut dice);
            let expected = reference(&schema, &policy, &question);
            let found = ask(&compiled, &question).map(|permit| {
                (permit.rules().next().unwrap().to_string(), permit.ceiling(), permit.on_behalf())
            });
            allowed += u64::from(found.is_some());
            assert_eq!(found, expected, "seed {seed}\n{policy:#?}\n{question:#?}");
        }
    }
    println!("{} decisions, {allowed} of them yes", u64::from(cases(2000)) * 50);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases(600)) })]

    #[test]
    fn no_change_for_the_worse_allows_more(seed: u64) {
        let (mut dice, schema) = (Dice(seed), schema());
        let (policy, compiled) = compiled(&mut dice, &schema);
        let mut stricter = policy.clone();
        stricter.denies.push(deny(&mut dice, 99));
        let stricter = CompiledPolicy::compile(&schema, &stricter).unwrap();
        let mut poorer = policy.clone();
        poorer.grants.remove(dice.below(poorer.grants.len()));
        let poorer = CompiledPolicy::compile(&schema, &poorer).unwrap();
        for _ in 0..4 {
            let question = question(&mut dice);
            if allows(&compiled, &question) {
                continue;
            }
            prop_assert!(!allows(&stricter, &question), "a deny allowed more: {question:#?}");
            prop_assert!(!allows(&poorer, &question), "a grant less allowed more: {question:#?}");
            for worse in worse(&question) {
                prop_assert!(!allows(&compiled, &worse), "{policy:#?}\n{question:#?}\n{worse:#?}");
            }
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases(400)) })]

    #[test]
    fn the_cited_grants_suffice_and_none_of_them_is_idle(seed: u64) {
        let (mut dice, schema) = (Dice(seed), schema());
        let (policy, compiled) = compiled(&mut dice, &schema);
        for _ in 0..4 {
            let question = question(&mut dice);
            let Some(permit) = ask(&compiled, &question) else { continue };
            let cited: Vec<_> = permit.rules().cloned().collect();
            let mut only = policy.clone();
            only.grants.retain(|grant| cited.contains(&grant.id));
            prop_assert!(allows(&CompiledPolicy::compile(&schema, &only).unwrap(), &question));
            for rule in &cited {
                let mut without = only.clone();
                without.grants.retain(|grant| grant.id != *rule);
                prop_assert!(!allows(&CompiledPolicy::compile(&schema, &without).unwrap(), &question));
            }
        }
    }
}

#[test]
fn the_random_worlds_allow_and_deny_often_enough_to_tell() {
    let (mut dice, schema) = (Dice(7), schema());
    let (mut allowed, mut masked, mut blocked) = (0, 0, 0);
    for _ in 0..300 {
        let (_, compiled) = compiled(&mut dice, &schema);
        for _ in 0..8 {
            let question = question(&mut dice);
            match ask(&compiled, &question) {
                Some(permit) => {
                    allowed += 1;
                    masked += usize::from(!permit.obligations().is_empty());
                }
                None => blocked += 1,
            }
        }
    }
    assert!(allowed > 200 && masked > 50 && blocked > 1000, "{allowed} {masked} {blocked}");
}
