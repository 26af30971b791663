//! The least policy that the log needs, and the proof that it does not take away what was used.

use super::UsageLog;
use super::report::Seen;
use crate::analyse::Fate;
use crate::policy::{Grant, ObligationRule, Policy};
use crate::tables::Tables;
use crate::{CompiledPolicy, ConfigError, Directory, KindSchema, Replayed, Schema};
use std::collections::{BTreeMap, BTreeSet};
use strongroom_types::{Action, ActorId, FieldName, Kind, RoleName, RuleId};

/// A smaller policy and a smaller directory.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Suggestion {
    /// Every grant as narrow as its uses: unused ones are gone, the others speak of what was used. Roles, denies,
    /// requirements and separation stay as they are.
    pub policy: Policy,
    /// The grants that are gone.
    pub removed: Vec<RuleId>,
    /// The grants that are narrower, each with those that took its place.
    pub narrowed: Vec<(RuleId, Vec<RuleId>)>,
    /// Roles that somebody holds and whose every use another of their roles covers.
    pub assignments: Vec<(ActorId, RoleName)>,
    /// The directory without these.
    pub directory: Directory,
    /// The log, replayed.
    pub proof: Proof,
}

/// A log replayed under a suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// How many recorded decisions were allowed.
    pub used: u64,
    /// How many of these are allowed by the suggestion, whatever the log left out.
    pub kept: u64,
    /// The others. Not the suggestion's doing: their rule is not in the policy any more, or the person not in the
    /// directory, or the roles have changed since.
    pub unproved: Vec<Replayed>,
}

impl Proof {
    /// Whether no access that was used is lost.
    pub fn is_whole(&self) -> bool {
        self.used == self.kept
    }
}

impl CompiledPolicy {
    /// The least policy and directory that the log needs, and the proof.
    ///
    /// # Errors
    /// The log's, as the outer one; the inner one where the narrowed policy does not compile, which would be a fault of
    /// this crate's.
    pub fn suggest<L: UsageLog + ?Sized>(
        &self,
        schema: &Schema,
        directory: &Directory,
        log: &L,
    ) -> Result<Result<Suggestion, ConfigError>, L::Error> {
        let seen = Seen::of(log)?;
        let mut used: BTreeMap<&RuleId, BTreeSet<(&Kind, Action)>> = BTreeMap::new();
        for (rule, pairs) in seen.used.values().flatten() {
            used.entry(rule).or_default().extend(pairs.iter().map(|(kind, action)| (kind, *action)));
        }
        let (policy, removed, narrowed) = narrow(schema, self.source(), &used);
        let compiled = match Self::compile(schema, &policy) {
            Ok(compiled) => compiled,
            Err(error) => return Ok(Err(error)),
        };
        let assignments = idle_roles(&self.tables, directory, &seen);
        let mut smaller = directory.clone();
        for person in &mut smaller.people {
            let id = person.id;
            person.roles.retain(|one| !assignments.contains(&(id, one.role.clone())));
        }
        let simulation = self.simulate_between((directory, &smaller), &compiled, log)?;
        let allowed = |fate: &Fate| !matches!(fate, Fate::StillDenied | Fate::MayBeGained(_));
        let (used, kept) = (simulation.count(allowed), simulation.count(|fate| *fate == Fate::Kept));
        let unproved = simulation
            .replayed
            .into_iter()
            .filter(|one| allowed(&one.fate) && one.fate != Fate::Kept)
            .collect();
        let (directory, proof) = (smaller, Proof { used, kept, unproved });
        Ok(Ok(Suggestion { policy, removed, narrowed, assignments, directory, proof }))
    }
}

type Narrowed = (Policy, Vec<RuleId>, Vec<(RuleId, Vec<RuleId>)>);

fn narrow(schema: &Schema, policy: &Policy, used: &BTreeMap<&RuleId, BTreeSet<(&Kind, Action)>>) -> Narrowed {
    let (mut removed, mut narrowed, mut grants) = (Vec::new(), Vec::new(), Vec::new());
    for grant in &policy.grants {
        let Some(pairs) = used.get(&grant.id) else {
            removed.push(grant.id.clone());
            continue;
        };
        let parts: Vec<Grant> = parts(grant, pairs).into_iter().map(|part| fitted(schema, part)).collect();
        match parts.as_slice() {
            [] => removed.push(grant.id.clone()),
            [one] if one == grant => {}
            parts => narrowed.push((grant.id.clone(), parts.iter().map(|part| part.id.clone()).collect())),
        }
        grants.extend(parts);
    }
    (Policy { grants, ..policy.clone() }, removed, narrowed)
}

/// A grant for each set of actions that some of its kinds were used with. One alone keeps the id.
fn parts(grant: &Grant, pairs: &BTreeSet<(&Kind, Action)>) -> Vec<Grant> {
    let mut by_actions: Vec<(Vec<Action>, Vec<Kind>)> = Vec::new();
    for kind in &grant.kinds {
        let used = |action: &&Action| pairs.contains(&(kind, **action));
        let actions: Vec<Action> = grant.actions.iter().filter(used).copied().collect();
        if actions.is_empty() {
            continue;
        }
        match by_actions.iter_mut().find(|(same, _)| *same == actions) {
            Some((_, kinds)) => kinds.push(kind.clone()),
            None => by_actions.push((actions, vec![kind.clone()])),
        }
    }
    let alone = by_actions.len() == 1;
    let part = |(actions, kinds): (Vec<Action>, Vec<Kind>)| {
        let id = kinds.first().filter(|_| !alone).and_then(|kind| part_id(&grant.id, kind));
        Grant { id: id.unwrap_or_else(|| grant.id.clone()), kinds, actions, ..grant.clone() }
    };
    by_actions.into_iter().map(part).collect()
}

/// Without what a grant says of kinds that it does not speak of any more: their fields and their states.
fn fitted(schema: &Schema, mut grant: Grant) -> Grant {
    let kinds: Vec<&KindSchema> = grant.kinds.iter().filter_map(|kind| schema.kind(kind)).collect();
    let known = |field: &FieldName| kinds.iter().any(|kind| kind.field(field.as_str()).is_some());
    for rule in &mut grant.obligations {
        if let ObligationRule::Mask { fields, .. } | ObligationRule::Redact { fields } = rule {
            fields.retain(|field| known(field));
        }
    }
    grant.obligations.retain(|rule| match rule {
        ObligationRule::Mask { fields, .. } | ObligationRule::Redact { fields } => !fields.is_empty(),
        _ => true,
    });
    if let Some(states) = &mut grant.when.states {
        states.retain(|state| kinds.iter().any(|kind| kind.states().contains(state)));
    }
    grant
}

/// The part of a grant that begins with a kind; where the name would be too long, its end gives way.
fn part_id(id: &RuleId, kind: &Kind) -> Option<RuleId> {
    let room = strongroom_types::NAME_BYTES_MAX.checked_sub(kind.as_str().len().checked_add(1)?)?;
    let start = id.as_str().get(..id.as_str().len().min(room))?;
    RuleId::new(&format!("{start}.{kind}")).ok()
}

/// Roles that people can lose without losing a use: every grant that they used is held through another of their roles
/// that reaches as high.
fn idle_roles(tables: &Tables, directory: &Directory, seen: &Seen) -> Vec<(ActorId, RoleName)> {
    let mut idle = Vec::new();
    for person in directory.people.iter().filter(|person| person.active) {
        let used: BTreeSet<&RuleId> =
            seen.used.get(&person.id).into_iter().flat_map(BTreeMap::keys).collect();
        // A role for a time is not weighed against one without an end.
        let mut left: Vec<usize> = person
            .roles
            .iter()
            .filter(|one| one.from.is_none() && one.until.is_none())
            .filter_map(|one| tables.roles.get(&one.role).copied())
            .collect();
        for role in left.clone() {
            let others: Vec<usize> = left.iter().copied().filter(|other| *other != role).collect();
            let covered = tables.grants.iter().filter(|grant| used.contains(&grant.id)).all(|grant| {
                let holds = |role: usize| tables.closures.get(role).is_some_and(|set| set.meets(grant.roles));
                let reach = |role: usize| tables.clearances.get(role).copied().unwrap_or_default();
                !holds(role) || others.iter().any(|other| holds(*other) && reach(*other) >= reach(role))
            });
            if covered && let Some(name) = tables.role_names.get(role) {
                left = others;
                idle.push((person.id, name.clone()));
            }
        }
    }
    idle
}
