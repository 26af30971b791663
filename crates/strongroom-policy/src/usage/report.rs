//! What was used, and what was not.

use super::{Usage, UsageLog};
use crate::cells::bit;
use crate::role_set::RoleSet;
use crate::tables::Tables;
use crate::{CompiledPolicy, Directory};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use strongroom_types::{Action, ActorId, Kind, RoleName, RuleId, Timestamp};

/// What a log says about who needs what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UsageReport {
    /// How many decisions the log holds.
    pub decisions: u64,
    /// Its earliest and its latest; what is "unused" is unused between them.
    pub period: Option<(Timestamp, Timestamp)>,
    /// Grants that nobody used since the limit, the longest unused first.
    pub unused_grants: Vec<UnusedGrant>,
    /// Roles, the most over-privileged first: by the share of what they grant that none of their holders used.
    pub roles: Vec<RoleUse>,
    /// People whose duties should be apart: by the roles that they hold, or by what they did.
    pub duties: Vec<Duties>,
    /// Active people who did nothing since the limit.
    pub dormant: Vec<Dormant>,
}

/// A grant that was not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnusedGrant {
    /// The grant.
    pub rule: RuleId,
    /// When it was last used before the limit, if ever.
    pub last_used: Option<Timestamp>,
    /// How many active people hold it.
    pub holders: usize,
}

/// What a role grants and what its holders used of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoleUse {
    /// The role.
    pub role: RoleName,
    /// How many active people have it by name.
    pub holders: usize,
    /// How many pairs of kind and action it grants, by inheritance too.
    pub granted: usize,
    /// The pairs that no holder used.
    pub unused: Vec<(Kind, Action)>,
}

/// Somebody whose duties should be apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Duties {
    /// Who.
    pub actor: ActorId,
    /// The rule of separation.
    pub rule: RuleId,
    /// The roles in question.
    pub roles: Vec<RoleName>,
    /// Whether they acted through more of them than the rule lets them, and did not only hold them.
    pub acted: bool,
}

/// Somebody who may act and does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dormant {
    /// Who.
    pub actor: ActorId,
    /// When they last did or tried something, if ever.
    pub last_seen: Option<Timestamp>,
}

/// What is gathered in one pass over a log.
#[derive(Debug, Default)]
pub(super) struct Seen {
    decisions: u64,
    period: Option<(Timestamp, Timestamp)>,
    pub(super) last_used: BTreeMap<RuleId, Timestamp>,
    pub(super) by_actor: BTreeMap<ActorId, Timestamp>,
    /// What each person used of each grant.
    pub(super) used: BTreeMap<ActorId, BTreeMap<RuleId, BTreeSet<(Kind, Action)>>>,
    /// By person and grant: the latest use.
    pub(super) latest: BTreeMap<(ActorId, RuleId), Timestamp>,
}

impl Seen {
    pub(super) fn of<L: UsageLog + ?Sized>(log: &L) -> Result<Self, L::Error> {
        let mut seen = Self::default();
        log.each(&mut |usage| seen.add(usage))?;
        Ok(seen)
    }

    fn add(&mut self, usage: &Usage) {
        self.decisions = self.decisions.saturating_add(1);
        let (from, until) = self.period.unwrap_or((usage.at, usage.at));
        self.period = Some((from.min(usage.at), until.max(usage.at)));
        let last = self.by_actor.entry(usage.actor).or_insert(usage.at);
        *last = (*last).max(usage.at);
        if !usage.allowed {
            return;
        }
        let used = self.used.entry(usage.actor).or_default();
        for rule in &usage.rules {
            used.entry(rule.clone()).or_default().insert((usage.kind.clone(), usage.action));
            for last in [
                self.last_used.entry(rule.clone()).or_insert(usage.at),
                self.latest.entry((usage.actor, rule.clone())).or_insert(usage.at),
            ] {
                *last = (*last).max(usage.at);
            }
        }
    }
}

impl CompiledPolicy {
    /// What a log says about who needs what, as of an instant. Grants and people are unused where the log shows no use
    /// within the last `days`.
    ///
    /// # Errors
    /// The log's.
    pub fn usage_report<L: UsageLog + ?Sized>(
        &self,
        directory: &Directory,
        log: &L,
        now: Timestamp,
        days: u16,
    ) -> Result<UsageReport, L::Error> {
        let seen = Seen::of(log)?;
        let limit = now.plus_seconds(i64::from(days).saturating_mul(86_400).saturating_neg());
        let people = People::new(self, directory, now);
        Ok(UsageReport {
            decisions: seen.decisions,
            period: seen.period,
            unused_grants: people.unused_grants(&seen, limit),
            roles: people.roles(&seen),
            duties: people.duties(&seen),
            dormant: people.dormant(&seen, limit),
        })
    }
}

/// The active people and their roles, as numbers.
struct People<'p> {
    tables: &'p Tables,
    roles: BTreeMap<ActorId, RoleSet>,
}

impl<'p> People<'p> {
    fn new(policy: &'p CompiledPolicy, directory: &Directory, now: Timestamp) -> Self {
        let tables = &*policy.tables;
        let actors = directory.actors(policy, now).into_iter().filter(|actor| actor.active);
        let roles = actors.map(|actor| {
            let lent = actor.lent.iter().flat_map(|lent| &lent.roles);
            (actor.id, tables.role_set(actor.roles.iter().chain(lent)))
        });
        Self { tables, roles: roles.collect() }
    }

    fn unused_grants(&self, seen: &Seen, limit: Timestamp) -> Vec<UnusedGrant> {
        let mut unused = Vec::new();
        for grant in &self.tables.source.grants {
            let last_used = seen.last_used.get(&grant.id).copied();
            if last_used.is_some_and(|at| at >= limit) {
                continue;
            }
            let named = self.tables.role_set(&grant.roles);
            let holds = |roles: &&RoleSet| self.tables.closure(**roles).meets(named);
            let holders = self.roles.values().filter(holds).count();
            unused.push(UnusedGrant { rule: grant.id.clone(), last_used, holders });
        }
        unused.sort_by_key(|grant| grant.last_used);
        unused
    }

    fn roles(&self, seen: &Seen) -> Vec<RoleUse> {
        let mut all: Vec<RoleUse> = Vec::new();
        for (role, name) in self.tables.role_names.iter().enumerate() {
            let holders: Vec<ActorId> =
                self.roles.iter().filter(|(_, roles)| roles.contains(role)).map(|(id, _)| *id).collect();
            let closure = self.tables.closures.get(role).copied().unwrap_or_default();
            let mut granted: BTreeSet<(Kind, Action)> = BTreeSet::new();
            let mut held: BTreeSet<&RuleId> = BTreeSet::new();
            for grant in self.tables.grants.iter().filter(|grant| grant.roles.meets(closure)) {
                let actions = Action::ALL.iter().filter(|action| grant.actions & bit(**action) != 0);
                granted.extend(actions.map(|action| (grant.kind.clone(), *action)));
                held.insert(&grant.id);
            }
            let mut unused = granted.clone();
            for used in holders.iter().filter_map(|id| seen.used.get(id)) {
                for (_, pairs) in used.iter().filter(|(rule, _)| held.contains(rule)) {
                    unused.retain(|pair| !pairs.contains(pair));
                }
            }
            if !granted.is_empty() {
                let (holders, granted) = (holders.len(), granted.len());
                all.push(RoleUse {
                    role: name.clone(),
                    holders,
                    granted,
                    unused: unused.into_iter().collect(),
                });
            }
        }
        let share =
            |one: &RoleUse| one.unused.len().saturating_mul(10_000).checked_div(one.granted).unwrap_or(0);
        all.sort_by_key(|one| std::cmp::Reverse(share(one)));
        all
    }

    fn duties(&self, seen: &Seen) -> Vec<Duties> {
        let mut found = Vec::new();
        for (actor, roles) in &self.roles {
            let closure = self.tables.closure(*roles);
            for rule in &self.tables.separations {
                let held = closure.common_set(rule.roles);
                let acted = self.acted_through(seen.used.get(actor)).common_set(rule.roles);
                let over = |set: RoleSet| set.common(set) > rule.at_most;
                if over(held) || over(acted) {
                    let set = if over(acted) { acted } else { held };
                    let names = set.iter().filter_map(|role| self.tables.role_names.get(role)).cloned();
                    let (rule, roles, acted) = (rule.id.clone(), names.collect(), over(acted));
                    found.push(Duties { actor: *actor, rule, roles, acted });
                }
            }
        }
        found
    }

    /// The roles that are named by grants of which somebody made use.
    fn acted_through(&self, used: Option<&BTreeMap<RuleId, BTreeSet<(Kind, Action)>>>) -> RoleSet {
        let used = |id: &RuleId| used.is_some_and(|used| used.contains_key(id));
        let grants = self.tables.grants.iter().filter(|grant| used(&grant.id));
        // A grant to several roles tells of none of them in particular.
        let single = grants.map(|grant| grant.roles).filter(|roles| roles.common(*roles) == 1);
        single.fold(RoleSet::default(), RoleSet::union)
    }

    fn dormant(&self, seen: &Seen, limit: Timestamp) -> Vec<Dormant> {
        let last_seen = |actor: &ActorId| seen.by_actor.get(actor).copied();
        let asleep = self.roles.keys().filter(|actor| last_seen(actor).is_none_or(|at| at < limit));
        let mut dormant: Vec<Dormant> =
            asleep.map(|actor| Dormant { actor: *actor, last_seen: last_seen(actor) }).collect();
        dormant.sort_by_key(|one| one.last_seen);
        dormant
    }
}
