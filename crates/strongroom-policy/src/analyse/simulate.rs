//! "What if": the decisions that a log recorded, under another policy.
//!
//! A log says who did what under which rule, and not whose the record was or when a second factor was used. But a grant
//! that allowed had its conditions met: that is known of each recorded use, and what it leaves open is said to be open.

use super::cell::Cell;
use super::formula::{Formula, solve};
use super::space::{Attribute, Gathered, Space, Value};
use super::witness::Witness;
use crate::{CompiledPolicy, Directory, Usage, UsageLog};
use rustc_hash::FxHashMap;
use strongroom_types::{Action, ActorId, Kind, Purpose, RoleName, RuleId, Timestamp, Zone};

/// What becomes of a recorded decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Allowed before and allowed now, whatever the log left out.
    Kept,
    /// Allowed before; now it depends on what the log left out: such a request would be denied.
    MayBeLost(Box<Witness>),
    /// Allowed before and denied now, whatever the log left out.
    Lost(Box<Witness>),
    /// Denied before and denied now, whatever the log left out.
    StillDenied,
    /// Denied before; now it depends on what the log left out: such a request would be allowed.
    MayBeGained(Box<Witness>),
    /// More conditions meet here than can be told apart.
    TooFine,
    /// The directory does not know the person any more.
    UnknownActor,
}

/// Recorded decisions that share a fate, since nothing that matters tells them apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// Who decided to do what, by the first of them.
    pub actor: ActorId,
    /// The roles.
    pub roles: Vec<RoleName>,
    /// The kind.
    pub kind: Kind,
    /// The action.
    pub action: Action,
    /// The rules that were cited.
    pub rules: Vec<RuleId>,
    /// How many.
    pub count: u64,
    /// The fate.
    pub fate: Fate,
}

/// What becomes of a log's decisions under another policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Simulation {
    /// How many decisions were replayed.
    pub decisions: u64,
    /// By fate and what leads to it.
    pub replayed: Vec<Replayed>,
}

impl Simulation {
    /// How many decisions have a fate like this.
    pub fn count(&self, of: impl Fn(&Fate) -> bool) -> u64 {
        self.replayed.iter().filter(|one| of(&one.fate)).fold(0, |sum, one| sum.saturating_add(one.count))
    }
}

/// What tells two recorded decisions apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    /// Then, and under the other directory.
    roles: [Vec<RoleName>; 2],
    kind: Kind,
    action: Action,
    rules: Vec<RuleId>,
    allowed: bool,
    purpose: Option<Purpose>,
    zone: Option<Zone>,
    /// Only where a rule tells instants apart.
    at: Option<Timestamp>,
}

impl CompiledPolicy {
    /// What would become of recorded decisions, made under this policy, under another. People have the roles that the
    /// directory gives them at the instant of each decision.
    ///
    /// # Errors
    /// The log's.
    pub fn simulate<L: UsageLog + ?Sized>(
        &self,
        new: &Self,
        directory: &Directory,
        log: &L,
    ) -> Result<Simulation, L::Error> {
        self.simulate_between((directory, directory), new, log)
    }

    /// As [`Self::simulate`], with another directory for the other policy.
    pub(crate) fn simulate_between<L: UsageLog + ?Sized>(
        &self,
        directories: (&Directory, &Directory),
        new: &Self,
        log: &L,
    ) -> Result<Simulation, L::Error> {
        let mut found: FxHashMap<(ActorId, Option<Key>), Replayed> = FxHashMap::default();
        let mut fates: FxHashMap<Key, Fate> = FxHashMap::default();
        let mut simulation = Simulation::default();
        log.each(&mut |usage| {
            simulation.decisions = simulation.decisions.saturating_add(1);
            let roles = |directory: &Directory, policy: &Self| {
                directory.actor(policy, usage.actor, usage.at).map(|actor| {
                    let lent = actor.lent.into_iter().flat_map(|lent| lent.roles);
                    actor.roles.into_iter().chain(lent).collect::<Vec<_>>()
                })
            };
            let both = roles(directories.0, self).zip(roles(directories.1, new));
            let key = both.map(|(old, other)| self.key(new, [old, other], usage));
            let fate = key.as_ref().map_or(Fate::UnknownActor, |key| {
                fates.entry(key.clone()).or_insert_with(|| self.fate(new, key, usage.at)).clone()
            });
            let of_key = |key: &Option<Key>| {
                key.iter().filter_map(|key| key.roles.first()).flatten().cloned().collect()
            };
            let roles = of_key(&key);
            let one = found.entry((usage.actor, key)).or_insert_with(|| Replayed {
                actor: usage.actor,
                roles,
                kind: usage.kind.clone(),
                action: usage.action,
                rules: usage.rules.clone(),
                count: 0,
                fate,
            });
            one.count = one.count.saturating_add(1);
        })?;
        simulation.replayed = found.into_values().collect();
        simulation.replayed.sort_by(|a, b| {
            (a.actor, &a.kind, a.action, &a.rules).cmp(&(b.actor, &b.kind, b.action, &b.rules))
        });
        Ok(simulation)
    }

    fn key(&self, new: &Self, roles: [Vec<RoleName>; 2], usage: &Usage) -> Key {
        let mut gathered = Gathered::default();
        for (policy, roles) in [self, new].into_iter().zip(&roles) {
            if let Some(cell) = Cell::new(&policy.tables, &usage.kind, usage.action) {
                cell.gather(policy.tables.role_set(roles), &mut gathered);
            }
        }
        Key {
            roles,
            kind: usage.kind.clone(),
            action: usage.action,
            rules: usage.rules.clone(),
            allowed: usage.allowed,
            purpose: usage.purpose.clone(),
            zone: usage.zone.clone(),
            at: gathered.tells_time().then_some(usage.at),
        }
    }

    fn fate(&self, new: &Self, key: &Key, at: Timestamp) -> Fate {
        let old_cell = Cell::new(&self.tables, &key.kind, key.action);
        let new_cell = Cell::new(&new.tables, &key.kind, key.action);
        let [old_roles, new_roles] = &key.roles;
        let mut gathered = Gathered::default();
        let mut levels = Vec::new();
        for (cell, roles) in [(old_cell, old_roles), (new_cell, new_roles)] {
            if let Some(cell) = cell {
                cell.gather(cell.tables.role_set(roles), &mut gathered);
                levels = cell.tables.levels(cell.kind);
            }
        }
        // At the instant of the decision: which windows were open then is known.
        let Ok(space) = gathered.space_at(levels, at) else { return Fate::TooFine };
        let named = |attribute: Attribute, name: Option<&str>| {
            let known = space.names(&attribute);
            space.is(&attribute, |value| is_named(value, name, &known))
        };
        let request = Formula::And(vec![
            space.sense(),
            named(Attribute::Purpose, key.purpose.as_ref().map(Purpose::as_str)),
            named(Attribute::Zone, key.zone.as_ref().map(Zone::as_str)),
        ]);
        let facts = old_cell.filter(|_| key.allowed).map(|cell| cited(&cell, &space, old_roles, &key.rules));
        let domains = space.domains();
        // Where the recorded grant cannot have allowed, roles or rules have changed since: the request alone is known.
        let facts =
            facts.filter(|facts| solve(&domains, &[&request, facts]).is_some()).unwrap_or(Formula::TRUE);
        let allowed =
            new_cell.map_or(Formula::FALSE, |cell| cell.allowed(&space, cell.tables.role_set(new_roles)));
        let denied = allowed.negated();
        let find = |answer: &Formula| {
            let values = solve(&domains, &[&request, &facts, answer])?;
            Some(Box::new(Witness::new(&space, &values, new_roles.clone(), &key.kind, key.action)))
        };
        match (key.allowed, find(&allowed), find(&denied)) {
            (true, _, None) => Fate::Kept,
            (true, Some(_), Some(witness)) => Fate::MayBeLost(witness),
            (true, None, Some(witness)) => Fate::Lost(witness),
            (false, Some(witness), _) => Fate::MayBeGained(witness),
            (false, None, _) => Fate::StillDenied,
        }
    }
}

/// One of the grants that the log cites allowed, through one of the roles, and no deny bound.
fn cited(cell: &Cell<'_>, space: &Space, roles: &[RoleName], named: &[RuleId]) -> Formula {
    let roles = cell.tables.role_set(roles);
    let mut ways = Vec::new();
    for role in roles.iter() {
        for (_, grant) in cell.grants(role).filter(|(_, grant)| named.contains(&grant.id)) {
            ways.push(cell.allows(space, role, grant));
        }
    }
    Formula::And(vec![cell.denied(space, roles).negated(), Formula::Or(ways)])
}

/// Whether a value stands for a name: its own, or "any other" for one that no rule speaks of.
fn is_named(value: &Value, name: Option<&str>, known: &[Box<str>]) -> bool {
    match (value, name) {
        (Value::Name(None), None) => true,
        (Value::Name(Some(value)), Some(name)) => {
            **value == *name || (value.starts_with("any") && !known.iter().any(|known| **known == *name))
        }
        _ => false,
    }
}
