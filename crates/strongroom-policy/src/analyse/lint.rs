//! Rules that do nothing: each was written for a reason that it does not serve.

use super::cell::Cell;
use super::formula::{Formula, Values, solve};
use super::space::{Gathered, Space};
use crate::CompiledPolicy;
use crate::cells::bit;
use crate::error::{ConfigProblem, Step};
use crate::role_set::RoleSet;
use crate::tables::Tables;
use std::collections::{BTreeMap, BTreeSet};
use strongroom_types::{Action, Kind, RuleId, Timestamp};

/// A rule that changes no answer to any request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lint {
    /// The deny binds nobody who is granted anything.
    IdleDeny {
        /// The deny.
        rule: RuleId,
        /// Its place in the policy.
        place: usize,
    },
    /// Wherever the grant allows, another is used instead, which asks no more.
    Shadowed {
        /// The grant.
        rule: RuleId,
        /// Its place in the policy.
        place: usize,
        /// Those that are used.
        by: Vec<RuleId>,
    },
    /// The grant allows no request: denies or clearances stop them all.
    Unreachable {
        /// The grant.
        rule: RuleId,
        /// Its place in the policy.
        place: usize,
        /// The denies that speak of it.
        by: Vec<RuleId>,
    },
}

impl Lint {
    /// The rule.
    pub fn rule(&self) -> &RuleId {
        match self {
            Self::IdleDeny { rule, .. } | Self::Shadowed { rule, .. } | Self::Unreachable { rule, .. } => {
                rule
            }
        }
    }

    /// As a problem of the configuration, to be shown like the others.
    pub fn problem(&self) -> ConfigProblem {
        let list = |rules: &[RuleId]| rules.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
        let (key, place, message) = match self {
            Self::IdleDeny { rule, place } => (
                "denies",
                place,
                format!("the deny `{rule}` is idle: nobody whom it binds is granted any of it"),
            ),
            Self::Shadowed { rule, place, by } => {
                let by = list(by);
                (
                    "grants",
                    place,
                    format!("the grant `{rule}` is shadowed: {by} allows all that it does and asks no more"),
                )
            }
            Self::Unreachable { rule, place, by } => {
                let by = if by.is_empty() { "its conditions".to_owned() } else { list(by) };
                ("grants", place, format!("the grant `{rule}` is unreachable: {by} leaves nothing of it"))
            }
        };
        ConfigProblem::new(vec![Step::from(key), Step::from(*place)], message)
    }
}

impl CompiledPolicy {
    /// The rules that change no answer to any request, found by search over all of them. A cell in which more conditions
    /// meet than can be told apart is passed over: what is listed is certain.
    pub fn lints(&self, now: Timestamp) -> Vec<Lint> {
        let tables = &*self.tables;
        let mut used = Used::default();
        let mut kinds: Vec<&Kind> = tables.kinds.keys().collect();
        kinds.sort_unstable();
        for kind in kinds {
            for action in Action::ALL {
                if let Some(cell) = Cell::new(tables, kind, *action) {
                    used.look(&cell, now);
                }
            }
        }
        used.lints(tables)
    }
}

/// What was seen to matter.
#[derive(Default)]
struct Used {
    chosen: BTreeSet<usize>,
    reached: BTreeSet<usize>,
    binding: BTreeSet<usize>,
    /// By place of a grant: those that were used where it would have allowed.
    instead: BTreeMap<usize, BTreeSet<RuleId>>,
    /// Cells that could not be looked at: their rules are not spoken of.
    passed_over: BTreeSet<usize>,
    denies_passed_over: BTreeSet<usize>,
}

impl Used {
    fn look(&mut self, cell: &Cell<'_>, now: Timestamp) {
        let roles: Vec<usize> =
            (0..cell.tables.closures.len()).filter(|role| cell.grants(*role).next().is_some()).collect();
        for role in &roles {
            let set = single(*role);
            match space(cell, set, now) {
                Some(space) => self.look_at_role(cell, *role, &space),
                None => self.passed_over.extend(cell.grants(*role).map(|(_, grant)| grant.place)),
            }
        }
        self.look_at_denies(cell, &roles, now);
    }

    fn look_at_role(&mut self, cell: &Cell<'_>, role: usize, space: &Space) {
        let open = |grant: usize, done: &BTreeSet<usize>| !done.contains(&grant);
        if cell.grants(role).all(|(_, grant)| !open(grant.place, &self.chosen)) {
            return;
        }
        let (sense, domains) = (space.sense(), space.domains());
        let ways = cell.ways(space, single(role));
        for way in &ways {
            if open(way.grant.place, &self.chosen) && solve(&domains, &[&sense, &way.chosen]).is_some() {
                self.chosen.insert(way.grant.place);
            }
        }
        let not_denied = cell.denied(space, single(role)).negated();
        for (_, grant) in cell.grants(role) {
            if !open(grant.place, &self.chosen) {
                continue;
            }
            let allows = cell.allows(space, role, grant);
            if solve(&domains, &[&sense, &not_denied, &allows]).is_none() {
                continue;
            }
            self.reached.insert(grant.place);
            let instead = ways.iter().filter(|way| {
                way.grant.place != grant.place && is_possible(&domains, &[&sense, &way.chosen, &allows])
            });
            let instead: Vec<RuleId> = instead.map(|way| way.rule().clone()).collect();
            self.instead.entry(grant.place).or_default().extend(instead);
        }
    }

    /// A deny matters where somebody holds a grant that it stops, in whatever role.
    fn look_at_denies(&mut self, cell: &Cell<'_>, roles: &[usize], now: Timestamp) {
        for binding in 0..cell.tables.closures.len() {
            for index in cell.denies(binding) {
                let Some((at, deny)) = usize::try_from(index).ok().zip(cell.tables.deny(index)) else {
                    continue;
                };
                if self.binding.contains(&at) {
                    continue;
                }
                for role in roles {
                    let both = single(*role).union(single(binding));
                    let Some(space) = space(cell, both, now) else {
                        self.denies_passed_over.insert(at);
                        continue;
                    };
                    let (sense, binds) = (space.sense(), space.binds(cell.tables, deny));
                    let granted = cell.granted(&space, single(*role));
                    if is_possible(&space.domains(), &[&sense, &granted, &binds]) {
                        self.binding.insert(at);
                        break;
                    }
                }
            }
        }
    }

    fn lints(self, tables: &Tables) -> Vec<Lint> {
        let mut lints = Vec::new();
        for (place, grant) in tables.source.grants.iter().enumerate() {
            if self.chosen.contains(&place) || self.passed_over.contains(&place) {
                continue;
            }
            let rule = grant.id.clone();
            if self.reached.contains(&place) {
                let by = self.instead.get(&place).into_iter().flatten().cloned().collect();
                lints.push(Lint::Shadowed { rule, place, by });
            } else {
                lints.push(Lint::Unreachable { rule, place, by: speaking_denies(tables, place) });
            }
        }
        for (place, deny) in tables.source.denies.iter().enumerate() {
            if !self.binding.contains(&place) && !self.denies_passed_over.contains(&place) {
                lints.push(Lint::IdleDeny { rule: deny.id.clone(), place });
            }
        }
        lints
    }
}

fn is_possible(domains: &[Values], formulas: &[&Formula]) -> bool {
    solve(domains, formulas).is_some()
}

fn single(role: usize) -> RoleSet {
    let mut set = RoleSet::default();
    set.insert(role);
    set
}

fn space(cell: &Cell<'_>, roles: RoleSet, now: Timestamp) -> Option<Space> {
    let mut gathered = Gathered::default();
    cell.gather(roles, &mut gathered);
    gathered.space(cell.tables.levels(cell.kind), now).ok()
}

/// The denies that share a kind and an action with a grant.
fn speaking_denies(tables: &Tables, place: usize) -> Vec<RuleId> {
    let Some(grant) = tables.source.grants.get(place) else { return Vec::new() };
    let actions = |list: &[Action]| list.iter().fold(0, |all, action| all | bit(*action));
    let shares = |deny: &&crate::Deny| {
        deny.kinds.iter().any(|kind| grant.kinds.contains(kind))
            && actions(&deny.actions) & actions(&grant.actions) != 0
    };
    tables.source.denies.iter().filter(shares).map(|deny| deny.id.clone()).collect()
}
