//! What a change of the policy gives and takes, each with a request that shows it.
//!
//! Exact: grants add up, so a set of roles is allowed where one of them is and none of its denies binds; a difference for
//! any set of roles shows for one role, for one role and one whose deny binds, or for roles that separation keeps apart and
//! one that is granted something.

use super::cell::{Cell, Way};
use super::formula::{Formula, solve};
use super::space::{Gathered, Space};
use super::witness::Witness;
use crate::CompiledPolicy;
use crate::permit::Obligation;
use crate::role_set::RoleSet;
use crate::tables::{CompiledSeparation, Tables};
use std::collections::{BTreeSet, HashMap};
use strongroom_types::{Action, Kind, Level, RoleName, RuleId, Timestamp};

/// What a policy answers to a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Yes.
    Allowed {
        /// By which grant.
        rule: RuleId,
        /// Under which obligations.
        obligations: Vec<Obligation>,
        /// Up to which level.
        ceiling: Level,
    },
    /// No; by which rule, as [`Denial::rules`](crate::Denial::rules) cites it.
    Denied {
        /// The rule, if one made it.
        rule: Option<RuleId>,
        /// The stable code of the reason.
        code: &'static str,
    },
}

/// A difference, shown by a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The answer of the old policy.
    pub before: Outcome,
    /// The answer of the new one.
    pub after: Outcome,
    /// The request: its roles, kind and action say where the difference is.
    pub witness: Witness,
}

/// What a change of the policy changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyDiff {
    /// Denied before, allowed now.
    pub gained: Vec<Change>,
    /// Allowed before, denied now.
    pub lost: Vec<Change>,
    /// Allowed before and now, under other obligations or up to another level.
    pub changed: Vec<Change>,
}

impl PolicyDiff {
    /// Whether no request at all is answered differently, but for the rules that are cited.
    pub fn is_empty(&self) -> bool {
        self.gained.is_empty() && self.lost.is_empty() && self.changed.is_empty()
    }
}

/// Why two policies cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiffError {
    /// They are made for schemas of different levels.
    #[error("the policies are made for schemas with different levels")]
    Scales,
    /// More conditions meet in one place than can be told apart.
    #[error("too many different conditions on `{action}` of `{kind}` to compare them exactly")]
    TooFine {
        /// The kind.
        kind: Kind,
        /// The action.
        action: Action,
    },
    /// Separation of duty over so many roles that their combinations cannot be listed.
    #[error("the separation `{rule}` keeps too many combinations of roles apart to compare them all")]
    TooManyRoles {
        /// The rule.
        rule: RuleId,
    },
}

/// The most combinations of roles that are looked at for one rule of separation.
const COMBINATIONS_MAX: usize = 20_000;

impl CompiledPolicy {
    /// What changes from this policy to `new`, for every request that there can be. Instants in witnesses lie near `now`.
    ///
    /// # Errors
    /// [`DiffError`], rather than an answer that is not exact.
    pub fn diff(&self, new: &Self, now: Timestamp) -> Result<PolicyDiff, DiffError> {
        if self.tables.scale != new.tables.scale {
            return Err(DiffError::Scales);
        }
        let mut diff =
            Diff { old: self, new, now, found: PolicyDiff::default(), classes: Classes::new(self, new) };
        let kinds: BTreeSet<&Kind> = self.tables.kinds.keys().chain(new.tables.kinds.keys()).collect();
        for kind in &kinds {
            for action in Action::ALL {
                diff.cell(kind, *action)?;
            }
        }
        diff.separations(&kinds)?;
        Ok(diff.found)
    }
}

struct Diff<'p> {
    old: &'p CompiledPolicy,
    new: &'p CompiledPolicy,
    now: Timestamp,
    found: PolicyDiff,
    classes: Classes,
}

/// Both policies in one cell, for one set of roles.
struct Pair<'p> {
    old: Option<Cell<'p>>,
    new: Option<Cell<'p>>,
    space: Space,
}

impl<'p> Diff<'p> {
    fn names(&self) -> BTreeSet<&'p RoleName> {
        self.old.tables.role_names.iter().chain(&self.new.tables.role_names).collect()
    }

    fn cell(&mut self, kind: &Kind, action: Action) -> Result<(), DiffError> {
        let (old, new) = (&*self.old.tables, &*self.new.tables);
        let cells = (Cell::new(old, kind, action), Cell::new(new, kind, action));
        let names = self.names();
        let differ = |name: &RoleName| self.classes.differ(cells, name, old, new);
        let changed: Vec<&RoleName> = names.iter().copied().filter(|name| differ(name)).collect();
        let denies_differ = |name: &&RoleName| self.classes.denies_differ(cells, name, old, new);
        let with_denies: Vec<&RoleName> = changed.iter().copied().filter(denies_differ).collect();
        for name in &changed {
            self.single(kind, action, name)?;
        }
        for deny in with_denies {
            for name in names.iter().filter(|name| **name != deny) {
                self.double(kind, action, name, deny)?;
            }
        }
        Ok(())
    }

    fn pair(&self, kind: &Kind, action: Action, roles: &[&RoleName]) -> Result<Pair<'p>, DiffError> {
        let old = Cell::new(&self.old.tables, kind, action);
        let new = Cell::new(&self.new.tables, kind, action);
        let mut gathered = Gathered::default();
        let mut levels: BTreeSet<Level> = BTreeSet::new();
        for cell in [old, new].into_iter().flatten() {
            cell.gather(cell.tables.role_set(roles.iter().copied()), &mut gathered);
            levels.extend(cell.tables.levels(cell.kind));
        }
        let space = gathered
            .space(levels.into_iter().collect(), self.now)
            .map_err(|_| DiffError::TooFine { kind: kind.clone(), action })?;
        Ok(Pair { old, new, space })
    }

    /// The differences for somebody with one role.
    fn single(&mut self, kind: &Kind, action: Action, role: &RoleName) -> Result<(), DiffError> {
        let Pair { old, new, space } = self.pair(kind, action, &[role])?;
        let ways = |cell: Option<Cell<'p>>| {
            cell.map(|cell| cell.ways(&space, cell.tables.role_set([role]))).unwrap_or_default()
        };
        let allowed = |cell: Option<Cell<'p>>| {
            cell.map_or(Formula::FALSE, |cell| cell.allowed(&space, cell.tables.role_set([role])))
        };
        let (old_ways, new_ways) = (ways(old), ways(new));
        let (old_denied, new_denied) = (allowed(old).negated(), allowed(new).negated());
        let (sense, domains) = (space.sense(), space.domains());
        let mut seen: BTreeSet<(Option<&RuleId>, Option<&RuleId>)> = BTreeSet::new();
        let mut show =
            |diff: &mut Self, key: (Option<&'p RuleId>, Option<&'p RuleId>), formulas: &[&Formula]| {
                if !seen.contains(&key)
                    && let Some(values) = solve(&domains, formulas)
                {
                    seen.insert(key);
                    diff.record(Witness::new(&space, &values, vec![role.clone()], kind, action));
                }
            };
        for way in &old_ways {
            show(self, (Some(&way.grant.id), None), &[&sense, &way.chosen, &new_denied]);
        }
        for way in &new_ways {
            show(self, (None, Some(&way.grant.id)), &[&sense, &way.chosen, &old_denied]);
        }
        for before in &old_ways {
            for after in new_ways.iter().filter(|after| !same_terms(before, after)) {
                let key = (Some(&before.grant.id), Some(&after.grant.id));
                show(self, key, &[&sense, &before.chosen, &after.chosen]);
            }
        }
        Ok(())
    }

    /// The differences for somebody with a role and another whose denies bind, where neither role alone shows them.
    fn double(
        &mut self,
        kind: &Kind,
        action: Action,
        role: &RoleName,
        deny: &RoleName,
    ) -> Result<(), DiffError> {
        let Pair { old: Some(old), new: Some(new), space } = self.pair(kind, action, &[role, deny])? else {
            return Ok(());
        };
        let set = |cell: Cell<'p>, roles: &[&RoleName]| cell.tables.role_set(roles.iter().copied());
        let (sense, domains) = (space.sense(), space.domains());
        for (free, bound) in [(old, new), (new, old)] {
            let allowed = free.allowed(&space, set(free, &[role, deny]));
            let still = bound.allowed(&space, set(bound, &[role]));
            let denied = bound.denied(&space, set(bound, &[deny]));
            if let Some(values) = solve(&domains, &[&sense, &allowed, &still, &denied]) {
                let roles = vec![role.clone(), deny.clone()];
                self.record(Witness::new(&space, &values, roles, kind, action));
            }
        }
        Ok(())
    }

    /// Roles that one policy keeps apart and the other does not.
    fn separations(&mut self, kinds: &BTreeSet<&Kind>) -> Result<(), DiffError> {
        let mut seen: BTreeSet<Vec<RoleName>> = BTreeSet::new();
        for (with, without) in [(self.old, self.new), (self.new, self.old)] {
            for rule in &with.tables.separations {
                for roles in combinations(rule, &with.tables)? {
                    let names: Vec<RoleName> =
                        roles.iter().filter_map(|role| with.tables.role_names.get(*role)).cloned().collect();
                    let apart = |policy: &CompiledPolicy| {
                        let closure = policy.tables.closure(policy.tables.role_set(&names));
                        policy.tables.conflict(closure, closure).is_some()
                    };
                    if apart(with) && !apart(without) && seen.insert(names.clone()) {
                        self.freed(without, kinds, &names)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Records a request that roles kept apart by one policy allow together under the other, with one more role where
    /// they are granted nothing themselves.
    fn freed(
        &mut self,
        free: &'p CompiledPolicy,
        kinds: &BTreeSet<&Kind>,
        apart: &[RoleName],
    ) -> Result<(), DiffError> {
        let more = free.tables.role_names.iter().filter(|name| !apart.contains(name)).map(Some);
        for extra in std::iter::once(None).chain(more) {
            let names: Vec<RoleName> = apart.iter().chain(extra).cloned().collect();
            let set = free.tables.role_set(&names);
            let closure = free.tables.closure(set);
            if free.tables.conflict(closure, closure).is_some() {
                continue;
            }
            for (kind, action) in
                kinds.iter().flat_map(|kind| Action::ALL.iter().map(move |action| (kind, action)))
            {
                let Some(cell) = Cell::new(&free.tables, kind, *action) else { continue };
                if set.iter().all(|role| cell.grants(role).next().is_none()) {
                    continue;
                }
                let Pair { space, .. } = self.pair(kind, *action, &names.iter().collect::<Vec<_>>())?;
                let (sense, allowed) = (space.sense(), cell.allowed(&space, set));
                if let Some(values) = solve(&space.domains(), &[&sense, &allowed]) {
                    self.record(Witness::new(&space, &values, names, kind, *action));
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Puts a witness to both policies, and believes their answers alone.
    fn record(&mut self, witness: Witness) {
        let (before, after) = (Outcome::of(self.old, &witness), Outcome::of(self.new, &witness));
        let list = match (&before, &after) {
            (Outcome::Allowed { .. }, Outcome::Allowed { .. }) => &mut self.found.changed,
            (Outcome::Allowed { .. }, Outcome::Denied { .. }) => &mut self.found.lost,
            (Outcome::Denied { .. }, Outcome::Allowed { .. }) => &mut self.found.gained,
            (Outcome::Denied { .. }, Outcome::Denied { .. }) => return,
        };
        list.push(Change { before, after, witness });
    }
}

impl Outcome {
    /// What a policy answers to a witness.
    pub fn of(policy: &CompiledPolicy, witness: &Witness) -> Self {
        witness.ask(|request| match policy.decide(request).permit() {
            Ok(permit) => match permit.rules().next() {
                Some(rule) => Self::Allowed {
                    rule: rule.clone(),
                    obligations: permit.obligations().to_vec(),
                    ceiling: permit.ceiling(),
                },
                None => Self::Denied { rule: None, code: "no-grant" },
            },
            Err(denial) => Self::Denied { rule: denial.rules().first().cloned(), code: denial.code() },
        })
    }
}

fn same_terms(before: &Way<'_>, after: &Way<'_>) -> bool {
    let ((old, old_ceiling), (new, new_ceiling)) = (before.terms(), after.terms());
    old_ceiling == new_ceiling && old.len() == new.len() && old.iter().all(|one| new.contains(one))
}

/// The least sets of roles that a rule of separation keeps apart.
fn combinations(rule: &CompiledSeparation, tables: &Tables) -> Result<Vec<Vec<usize>>, DiffError> {
    let size = usize::try_from(rule.at_most).unwrap_or(usize::MAX).saturating_add(1);
    let holding = |closure: &&RoleSet| closure.meets(rule.roles);
    let roles: Vec<usize> = tables
        .closures
        .iter()
        .enumerate()
        .filter(|(_, closure)| holding(closure))
        .map(|(role, _)| role)
        .collect();
    let mut sets: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..size {
        let mut larger = Vec::new();
        for set in &sets {
            for role in roles.iter().filter(|role| set.last().is_none_or(|last| last < role)) {
                larger.push(set.iter().copied().chain([*role]).collect());
            }
            if larger.len() > COMBINATIONS_MAX {
                return Err(DiffError::TooManyRoles { rule: rule.id.clone() });
            }
        }
        sets = larger;
    }
    Ok(sets)
}

/// Which rules of the two policies are the same, so that cells that hold the same are passed over.
struct Classes {
    grants: [Vec<usize>; 2],
    denies: [Vec<usize>; 2],
    same_requirements: bool,
}

impl Classes {
    fn new(old: &CompiledPolicy, new: &CompiledPolicy) -> Self {
        let (a, b) = (old.source(), new.source());
        Self {
            grants: classes(&a.grants, &b.grants, |grant| &grant.id),
            denies: classes(&a.denies, &b.denies, |deny| &deny.id),
            same_requirements: a.requirements == b.requirements,
        }
    }

    fn differ(
        &self,
        cells: (Option<Cell<'_>>, Option<Cell<'_>>),
        name: &RoleName,
        old: &Tables,
        new: &Tables,
    ) -> bool {
        let (Some(a), Some(b)) = cells else { return true };
        let (Some(x), Some(y)) = (old.roles.get(name), new.roles.get(name)) else { return true };
        let list = |cell: Cell<'_>, role: usize, side: usize| -> Vec<Option<usize>> {
            let classes = self.grants.get(side);
            cell.grants(role).map(|(_, grant)| classes?.get(grant.place).copied()).collect()
        };
        let (ours, theirs) = (list(a, *x, 0), list(b, *y, 1));
        if ours.is_empty() && theirs.is_empty() {
            return self.denies_differ(cells, name, old, new);
        }
        ours != theirs
            || !self.same_requirements
            || old.clearances.get(*x) != new.clearances.get(*y)
            || self.denies_differ(cells, name, old, new)
    }

    fn denies_differ(
        &self,
        cells: (Option<Cell<'_>>, Option<Cell<'_>>),
        name: &RoleName,
        old: &Tables,
        new: &Tables,
    ) -> bool {
        let list = |cell: Option<Cell<'_>>, role: Option<&usize>, side: usize| -> BTreeSet<usize> {
            let (Some(cell), Some(role)) = (cell, role) else { return BTreeSet::new() };
            let indices = cell.denies(*role).filter_map(|index| usize::try_from(index).ok());
            indices.filter_map(|index| self.denies.get(side)?.get(index).copied()).collect()
        };
        list(cells.0, old.roles.get(name), 0) != list(cells.1, new.roles.get(name), 1)
    }
}

/// A number for each rule of both lists: one for rules that say the same under the same id.
fn classes<T: PartialEq>(old: &[T], new: &[T], id: impl Fn(&T) -> &RuleId) -> [Vec<usize>; 2] {
    let by_id: HashMap<&RuleId, usize> = old.iter().enumerate().map(|(at, rule)| (id(rule), at)).collect();
    let same = |rule: &T| by_id.get(id(rule)).copied().filter(|at| old.get(*at) == Some(rule));
    let theirs = new.iter().enumerate().map(|(at, rule)| same(rule).unwrap_or(old.len().saturating_add(at)));
    [(0..old.len()).collect(), theirs.collect()]
}
