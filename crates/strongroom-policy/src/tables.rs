//! The compiled policy: everything that a decision looks up, laid out so that it looks up little.

use crate::condition::Conditions;
use crate::policy::DenyWhen;
use crate::{Actor, ActorProblem, ApproverRefused, Obligation, Request, Subject, Title, error::nearest};
use std::{collections::HashMap, sync::Arc};
use strongroom_types::{Action, ActorId, Kind, Level, LevelScale, RoleName, RuleId};

/// A policy that was checked against a schema. Immutable, cheap to clone, shared by threads.
#[derive(Debug, Clone)]
pub struct CompiledPolicy {
    pub(crate) tables: Arc<Tables>,
}

impl CompiledPolicy {
    /// The version of the language that it was written in.
    pub fn version(&self) -> u32 {
        self.tables.version
    }

    /// Whether the policy has this role.
    pub fn has_role(&self, role: &RoleName) -> bool {
        self.tables.roles.contains_key(role)
    }

    /// An actor with the roles resolved, for many decisions.
    pub fn subject<'a>(&'a self, actor: &'a Actor) -> Subject<'a> {
        Subject::new(&self.tables, actor)
    }

    /// Whether an actor may stand in the directory like this: every role known, separation of duty kept.
    /// Ask when somebody joins or changes; `decide` gives unknown roles nothing and conflicting ones nothing at all.
    pub fn check_actor(&self, actor: &Actor) -> Result<(), Vec<ActorProblem>> {
        let known = || self.tables.roles.keys().map(RoleName::as_str);
        let mut problems: Vec<_> = actor
            .roles
            .iter()
            .filter(|role| !self.has_role(role))
            .map(|role| ActorProblem::UnknownRole {
                role: role.clone(),
                suggestion: nearest(role.as_str(), known()),
            })
            .collect();
        let closure = self.tables.closure(self.tables.role_set(actor));
        problems.extend(
            self.tables
                .conflict(closure)
                .map(|separation| ActorProblem::ConflictingRoles { rule: separation.id.clone() }),
        );
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// Whether `approver` may say yes to what `requester` asks, as one of those who hold `role`, themselves or by
    /// inheritance. That the approver's own session may approve at all is a decision on [`Action::Approve`].
    pub fn may_approve(
        &self,
        requester: ActorId,
        approver: &Actor,
        role: &RoleName,
    ) -> Result<(), ApproverRefused> {
        if approver.id == requester {
            return Err(ApproverRefused::SamePerson);
        }
        if !approver.active {
            return Err(ApproverRefused::Inactive);
        }
        let closure = self.tables.closure(self.tables.role_set(approver));
        if let Some(separation) = self.tables.conflict(closure) {
            return Err(ApproverRefused::ConflictingRoles { rule: separation.id.clone() });
        }
        let held = self.tables.roles.get(role).is_some_and(|index| closure.contains(*index));
        if held { Ok(()) } else { Err(ApproverRefused::NoRole { role: role.clone() }) }
    }
}

#[derive(Debug)]
pub(crate) struct Tables {
    pub(crate) version: u32,
    pub(crate) scale: LevelScale,
    pub(crate) kinds: HashMap<Kind, usize>,
    pub(crate) kind_titles: HashMap<Kind, Title>,
    pub(crate) roles: HashMap<RoleName, usize>,
    /// By role: the role itself and all that it inherits.
    pub(crate) closures: Vec<RoleSet>,
    /// By role: the highest level that it reaches.
    pub(crate) clearances: Vec<Level>,
    pub(crate) requirements: Vec<CompiledRequirement>,
    pub(crate) separations: Vec<CompiledSeparation>,
    pub(crate) grants: Vec<Arc<CompiledGrant>>,
    pub(crate) grant_cells: Cells,
    pub(crate) denies: Vec<CompiledDeny>,
    pub(crate) deny_cells: Cells,
    /// The row of the denies that bind everybody.
    pub(crate) everybody: usize,
}

/// One grant for one kind.
#[derive(Debug)]
pub(crate) struct CompiledGrant {
    pub(crate) id: RuleId,
    pub(crate) kind: Kind,
    pub(crate) kind_title: Title,
    pub(crate) conditions: Conditions,
    pub(crate) obligations: Box<[Obligation]>,
    /// What the obligations ask of people, so that of two grants the lighter one is used.
    pub(crate) burden: u32,
}

#[derive(Debug)]
pub(crate) struct CompiledDeny {
    pub(crate) id: RuleId,
    pub(crate) when: DenyWhen,
    pub(crate) unless: Option<Conditions>,
}

impl CompiledDeny {
    pub(crate) fn binds(&self, request: &Request<'_>) -> bool {
        self.when.may_hold(request) && !self.unless.as_ref().is_some_and(|unless| unless.hold(request))
    }
}

#[derive(Debug)]
pub(crate) struct CompiledRequirement {
    pub(crate) id: RuleId,
    /// The highest level that stays within reach where the conditions do not hold.
    pub(crate) below: Level,
    pub(crate) actions: Option<Vec<Action>>,
    pub(crate) conditions: Conditions,
}

impl CompiledRequirement {
    pub(crate) fn speaks_of(&self, action: Action) -> bool {
        self.actions.as_ref().is_none_or(|actions| actions.contains(&action))
    }
}

#[derive(Debug)]
pub(crate) struct CompiledSeparation {
    pub(crate) id: RuleId,
    pub(crate) roles: RoleSet,
}

impl Tables {
    pub(crate) fn role_set(&self, actor: &Actor) -> RoleSet {
        let mut set = RoleSet::default();
        for index in actor.roles.iter().filter_map(|role| self.roles.get(role)) {
            set.insert(*index);
        }
        set
    }

    pub(crate) fn closure(&self, roles: RoleSet) -> RoleSet {
        roles.iter().filter_map(|role| self.closures.get(role)).fold(roles, |all, some| all.union(*some))
    }

    pub(crate) fn conflict(&self, closure: RoleSet) -> Option<&CompiledSeparation> {
        self.separations.iter().find(|separation| closure.common(separation.roles) > 1)
    }
}

/// A set of at most [`ROLES_MAX`](crate::ROLES_MAX) roles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RoleSet([u64; 4]);

impl RoleSet {
    pub(crate) fn insert(&mut self, role: usize) {
        if let Some(word) = self.0.get_mut(role / 64) {
            *word |= 1 << (role % 64);
        }
    }

    pub(crate) fn contains(self, role: usize) -> bool {
        self.0.get(role / 64).is_some_and(|word| word & (1 << (role % 64)) != 0)
    }

    pub(crate) fn union(self, other: Self) -> Self {
        let mut words = self.0;
        for (word, more) in words.iter_mut().zip(other.0) {
            *word |= more;
        }
        Self(words)
    }

    pub(crate) fn common(self, other: Self) -> u32 {
        self.0.iter().zip(other.0).map(|(a, b)| (a & b).count_ones()).sum()
    }

    pub(crate) fn iter(self) -> Roles {
        let [word, rest @ ..] = self.0;
        Roles { word, rest, base: 0 }
    }
}

/// The members of a [`RoleSet`], in order. By hand: nested iterator adapters were the dearest part of a decision.
pub(crate) struct Roles {
    word: u64,
    rest: [u64; 3],
    base: usize,
}

impl Iterator for Roles {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while self.word == 0 {
            let [word, second, third] = self.rest;
            if self.rest == [0; 3] {
                return None;
            }
            (self.word, self.rest) = (word, [second, third, 0]);
            self.base = self.base.saturating_add(64);
        }
        let bit = usize::try_from(self.word.trailing_zeros()).ok()?;
        self.word &= self.word.wrapping_sub(1);
        self.base.checked_add(bit)
    }
}

/// By role, kind and action: the rules that speak of them. One run of numbers and where each cell begins in it.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    kinds: usize,
    starts: Vec<u32>,
    rules: Vec<u32>,
}

impl Cells {
    pub(crate) fn new(kinds: usize, cells: &[Vec<u32>]) -> Self {
        let mut starts = vec![0];
        let mut rules: Vec<u32> = Vec::new();
        for cell in cells {
            rules.extend(cell);
            starts.push(u32::try_from(rules.len()).unwrap_or(u32::MAX));
        }
        Self { kinds, starts, rules }
    }

    /// The number of a cell.
    pub(crate) fn at(kinds: usize, role: usize, kind: usize, action: Action) -> Option<usize> {
        #[expect(clippy::as_conversions, reason = "the number of a unit variant")]
        let action = action as usize;
        role.checked_mul(kinds)?.checked_add(kind)?.checked_mul(Action::ALL.len())?.checked_add(action)
    }

    /// The rules in a cell, or `None` where there is no such cell.
    pub(crate) fn rules(&self, role: usize, kind: usize, action: Action) -> Option<&[u32]> {
        let cell = Self::at(self.kinds, role, kind, action)?;
        let start = usize::try_from(*self.starts.get(cell)?).ok()?;
        let end = usize::try_from(*self.starts.get(cell.checked_add(1)?)?).ok()?;
        self.rules.get(start..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_set_holds_what_was_put_in() {
        let mut set = RoleSet::default();
        for role in [0, 63, 64, 200, 255, 256] {
            set.insert(role);
        }
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 63, 64, 200, 255]);
        assert!(set.contains(200) && !set.contains(201) && !set.contains(256));
        assert_eq!(set.common(set), 5);
        assert_eq!(set.union(RoleSet::default()), set);
    }

    #[test]
    fn actions_are_numbered_in_order() {
        for (number, action) in Action::ALL.iter().enumerate() {
            assert_eq!(Cells::at(1, 0, 0, *action), Some(number));
        }
    }
}
