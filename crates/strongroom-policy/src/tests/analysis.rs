//! Questions about whole policies, each held against asking one request after the other.

use super::cases;
use super::random::{Dice, Question, deny, grant, names, policy, question, schema};
use super::reference::ask;
use crate::policy::Policy;
use crate::{Actor, CompiledPolicy, Lint, Obligation, Outcome, Schema};
use proptest::prelude::*;
use strongroom_types::{Action, ActorId, Level, RoleName};

fn compile(schema: &Schema, policy: &Policy) -> Option<CompiledPolicy> {
    CompiledPolicy::compile(schema, policy).ok()
}

/// A small change, as somebody would make one.
fn mutated(dice: &mut Dice, policy: &Policy) -> Policy {
    let mut new = policy.clone();
    let roles: Vec<RoleName> = names("r", 5);
    match dice.below(7) {
        0 => drop(new.grants.remove(dice.below(new.grants.len()))),
        1 => new.grants.push(grant(dice, &roles, 50)),
        2 => new.denies.push(deny(dice, 50)),
        3 => drop(new.denies.pop()),
        4 => drop(new.requirements.pop()),
        5 => drop(new.separation.pop()),
        _ => {
            let at = dice.below(new.grants.len());
            let when = grant(dice, &roles, 51).when;
            if !when.break_glass && !new.grants[at].when.break_glass {
                new.grants[at].when = when;
            }
        }
    }
    new
}

type Terms = Option<(Vec<Obligation>, Level)>;

fn terms(policy: &CompiledPolicy, question: &Question) -> Terms {
    ask(policy, question).map(|permit| {
        let mut obligations = permit.obligations().to_vec();
        obligations.sort_by_key(|one| format!("{one:?}"));
        (obligations, permit.ceiling())
    })
}

/// What nobody lent and every role that somebody has.
fn plain(mut question: Question) -> Question {
    question.actor.lent.clear();
    question.actor.active_roles = None;
    question
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases(300)) })]

    #[test]
    fn a_diff_finds_every_difference_and_shows_only_true_ones(seed: u64) {
        let (mut dice, schema) = (Dice(seed), schema());
        let old = policy(&mut dice);
        let new = mutated(&mut dice, &old);
        let (Some(a), Some(b)) = (compile(&schema, &old), compile(&schema, &new)) else { return Ok(()) };
        let diff = a.diff(&b, super::now()).unwrap();
        for (list, before, after) in
            [(&diff.gained, false, true), (&diff.lost, true, false), (&diff.changed, true, true)]
        {
            for change in list {
                let allowed = |outcome: &Outcome| matches!(outcome, Outcome::Allowed { .. });
                prop_assert_eq!((allowed(&change.before), allowed(&change.after)), (before, after));
                prop_assert_eq!(&Outcome::of(&a, &change.witness), &change.before);
                prop_assert_eq!(&Outcome::of(&b, &change.witness), &change.after);
                if before && after {
                    prop_assert_ne!(&change.before, &change.after);
                }
            }
        }
        for _ in 0..60 {
            let question = plain(question(&mut dice));
            let (before, after) = (terms(&a, &question), terms(&b, &question));
            if before == after {
                continue;
            }
            // What many roles gain or lose, a few of them do. Other terms can be one role's gain where another was
            // allowed already. Separation shows by its roles alone, anything else in its own cell.
            let list: Vec<_> = match (&before, &after) {
                (None, _) => diff.gained.iter().collect(),
                (_, None) => diff.lost.iter().collect(),
                _ => diff.changed.iter().chain(&diff.gained).chain(&diff.lost).collect(),
            };
            let here = list.iter().any(|change| {
                let held = |role: &RoleName| question.actor.roles.contains(role);
                // Separation is shown with whichever role is granted something.
                (change.witness.actor.roles.len() > 1
                    && change.witness.actor.roles.iter().filter(|role| held(role)).count() > 1)
                    || (change.witness.actor.roles.iter().all(held) && (change.witness.kind == question.kind && change.witness.action == question.action))
            });
            prop_assert!(here, "{old:?}\n{new:?}\n{question:?}\n{before:?} {after:?}\n{diff:?}");
        }
    }

    #[test]
    fn a_rule_that_is_said_to_do_nothing_can_be_taken_away(seed: u64) {
        let (mut dice, schema) = (Dice(seed), schema());
        let policy = policy(&mut dice);
        let Some(compiled) = compile(&schema, &policy) else { return Ok(()) };
        for lint in compiled.lints(super::now()) {
            let mut without = policy.clone();
            match &lint {
                Lint::IdleDeny { rule, .. } => without.denies.retain(|deny| deny.id != *rule),
                Lint::Shadowed { rule, .. } | Lint::Unreachable { rule, .. } => {
                    without.grants.retain(|grant| grant.id != *rule);
                }
            }
            let without = compile(&schema, &without).unwrap();
            for _ in 0..30 {
                let question = plain(question(&mut dice));
                prop_assert_eq!(terms(&compiled, &question), terms(&without, &question), "{:?}", lint);
            }
        }
    }

    #[test]
    fn a_filter_matches_exactly_what_a_decision_allows(seed: u64) {
        let (mut dice, schema) = (Dice(seed), schema());
        let Some(compiled) = compile(&schema, &policy(&mut dice)) else { return Ok(()) };
        for _ in 0..20 {
            let question = question(&mut dice);
            let filter = compiled
                .bind(&question.actor, &question.auth)
                .filter(question.action, &question.kind, question.now);
            for _ in 0..8 {
                // The same person, another record.
                let other = super::random::question(&mut dice);
                let asked = Question {
                    label: other.label,
                    owner: other.owner,
                    team: other.team,
                    state: other.state,
                    related: other.related,
                    consents: other.consents,
                    ..question.clone()
                };
                let related = asked.related();
                let allowed = ask(&compiled, &asked).is_some();
                let matches = filter.matches(&asked.resource(related.as_deref()));
                prop_assert_eq!(matches, allowed, "{:#?}\n{:#?}", filter, asked);
            }
        }
    }

    #[test]
    fn who_can_is_everybody_for_whom_the_decision_is_yes(seed: u64) {
        let (mut dice, schema) = (Dice(seed), schema());
        let Some(compiled) = compile(&schema, &policy(&mut dice)) else { return Ok(()) };
        let people: Vec<Actor> = (0..40)
            .map(|number| {
                let mut actor = question(&mut dice).actor;
                actor.id = ActorId::from_bytes([number; 16]);
                actor
            })
            .collect();
        let roster = compiled.roster(&people);
        for _ in 0..6 {
            let question = question(&mut dice);
            let related = question.related();
            let resource = question.resource(related.as_deref());
            let target = compiled.target(&resource);
            let expected: Vec<ActorId> = people
                .iter()
                .filter(|actor| {
                    ask(&compiled, &Question { actor: (*actor).clone(), ..question.clone() }).is_some()
                })
                .map(|actor| actor.id)
                .collect();
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let page = roster.who_can(
                    question.action, &target, &question.auth, question.now, (after, 3),
                );
                prop_assert!(page.people.len() <= 3);
                found.extend(page.people);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            prop_assert_eq!(&found, &expected);
        }
    }
}

#[test]
fn what_somebody_can_reach_comes_in_pages() {
    let (_, policy) = super::sample();
    let sales = super::actor(1, &["sales"]);
    let mut auth = crate::AuthContext::new(super::now());
    auth.mfa_at = Some(super::now());
    auth.purpose = Some("service".parse().unwrap());
    let bound = policy.bind(&sales, &auth);
    let all = bound.what_can(super::now(), (None, usize::MAX));
    let mut paged = Vec::new();
    loop {
        let after = paged.last().map(|reach: &crate::Reach| (reach.kind.clone(), reach.action));
        let page = bound.what_can(super::now(), (after.as_ref().map(|(kind, action)| (kind, *action)), 4));
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, all);
    let contracts =
        all.iter().find(|reach| reach.kind.as_str() == "contract" && reach.action == Action::Update);
    let filter = &contracts.unwrap().filter;
    assert!(format!("{filter:?}").contains("OwnerIs"), "{filter:?}");
    let columns = crate::Columns { level: true, ..crate::Columns::default() };
    assert_eq!(filter.expressible(columns).unwrap_err().attribute, "owner");
    assert!(filter.expressible(crate::Columns { owner: true, ..columns }).is_ok());
    assert!(bound.filter(Action::Import, &"contract".parse().unwrap(), super::now()).is_nothing());
}

#[test]
fn the_sample_policy_has_no_rule_that_does_nothing() {
    let (_, policy) = super::sample();
    assert_eq!(policy.lints(super::now()), []);
}

#[test]
fn what_was_looked_up_in_one_policy_means_nothing_to_another() {
    let (schema, policy) = super::sample();
    let other = CompiledPolicy::compile(schema, policy.source()).unwrap();
    let manager = super::actor(1, &["manager"]);
    let mut auth = crate::AuthContext::new(super::now());
    auth.mfa_at = Some(super::now());
    auth.purpose = Some("service".parse().unwrap());
    let kind = "customer".parse().unwrap();
    let resource = crate::Resource::new(&kind, schema.kind(&kind).unwrap().label());
    let (ours, theirs) = (policy.target(&resource), other.target(&resource));
    let bound = policy.bind(&manager, &auth);
    assert!(bound.decide(Action::View, &ours, super::now()).is_ok());
    let refusal = bound.decide(Action::View, &theirs, super::now()).unwrap_err();
    assert_eq!(refusal.explain().code(), "unknown-kind");
    let people = [manager.clone()];
    let roster = policy.roster(&people);
    let everybody = (None, usize::MAX);
    assert_eq!(roster.who_can(Action::View, &ours, &auth, super::now(), everybody).people.len(), 1);
    assert_eq!(roster.who_can(Action::View, &theirs, &auth, super::now(), everybody).people.len(), 0);
}
