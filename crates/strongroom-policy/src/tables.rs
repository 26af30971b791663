//! The compiled policy: everything that a decision looks up, laid out so that it looks up little.

use crate::bound::{Bound, Query, Standing};
use crate::condition::{Conditions, DenyConditions, needs};
use crate::intern::Interned;
use crate::{Actor, ActorProblem, ApproverRefused, AuthContext, Obligation, Title, error::nearest};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use strongroom_types::{Action, ActorId, Kind, Level, LevelScale, RoleName, RuleId, Timestamp};

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

    /// The roles, in the order of their names.
    pub fn roles(&self) -> impl Iterator<Item = &RoleName> {
        self.tables.role_names.iter()
    }

    /// The policy that it was compiled from.
    pub fn source(&self) -> &crate::Policy {
        &self.tables.source
    }

    /// How often a role may be lent on, and for how many days, if any may be.
    pub(crate) fn delegation(&self) -> Option<(u8, u16)> {
        self.tables.delegation.as_ref().map(|rule| (rule.depth_max, rule.days_max))
    }

    pub(crate) fn is_lendable(&self, role: &RoleName) -> bool {
        let index = self.tables.roles.get(role);
        self.tables.delegation.as_ref().zip(index).is_some_and(|(rule, index)| rule.roles.contains(*index))
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
        let lent = actor.lent.iter().flat_map(|lent| &lent.roles);
        let closure = self.tables.closure(self.tables.role_set(actor.roles.iter().chain(lent)));
        // Dynamic separation is a matter of sessions.
        problems.extend(
            self.tables
                .conflict(closure, RoleSet::default())
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
        let auth = AuthContext::new(Timestamp::MIN);
        let bound = Bound::new(&self.tables, approver, &auth);
        if let Standing::Conflicting(rule) = bound.standing {
            return Err(ApproverRefused::ConflictingRoles { rule: rule.clone() });
        }
        let Some(index) = self.tables.roles.get(role).copied() else {
            return Err(ApproverRefused::NoRole { role: role.clone() });
        };
        let holds = |roles: RoleSet| self.tables.closure(roles).contains(index);
        if holds(bound.roles()) {
            return Ok(());
        }
        // SECURITY: in the name of the requester nobody approves either.
        let mut lenders =
            bound.lent().iter().filter(|(roles, _)| holds(*roles)).map(|(_, lent)| lent.by).peekable();
        if lenders.peek().is_none() {
            return Err(ApproverRefused::NoRole { role: role.clone() });
        }
        if lenders.any(|lender| lender != requester) { Ok(()) } else { Err(ApproverRefused::SamePerson) }
    }
}

#[derive(Debug)]
pub(crate) struct Tables {
    pub(crate) version: u32,
    pub(crate) scale: LevelScale,
    /// What explanations need, which outlive the decision.
    pub(crate) words: Arc<Words>,
    pub(crate) names: Interned,
    pub(crate) kinds: FxHashMap<Kind, usize>,
    /// By kind: the level of its label, below which no record of it lies.
    pub(crate) kind_levels: Vec<Level>,
    pub(crate) roles: FxHashMap<RoleName, usize>,
    /// By number.
    pub(crate) role_names: Vec<RoleName>,
    /// By role: those that it names to inherit.
    pub(crate) parents: Vec<RoleSet>,
    /// By role: the role itself and all that it inherits.
    pub(crate) closures: Vec<RoleSet>,
    /// By role: the highest level that it reaches.
    pub(crate) clearances: Vec<Level>,
    pub(crate) requirements: Vec<CompiledRequirement>,
    pub(crate) separations: Vec<CompiledSeparation>,
    /// By rank: from the lightest burden to the heaviest, then in the order of the policy.
    pub(crate) grants: Vec<CompiledGrant>,
    /// By rank: what its conditions look at, so that most decisions need not look at the grant.
    pub(crate) grant_needs: Vec<u16>,
    pub(crate) denies: Vec<CompiledDeny>,
    pub(crate) cells: Cells,
    pub(crate) delegation: Option<CompiledDelegation>,
    /// What it was compiled from; rules are found in it by their place.
    pub(crate) source: crate::Policy,
}

/// The words of explanations.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) scale: LevelScale,
    pub(crate) kind_titles: FxHashMap<Kind, Title>,
}

/// One grant for one kind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CompiledGrant {
    pub(crate) id: RuleId,
    /// Its place in the policy.
    pub(crate) place: usize,
    pub(crate) kind: Kind,
    pub(crate) kind_title: Title,
    /// Those who hold it by name; others do by inheritance.
    pub(crate) roles: RoleSet,
    pub(crate) actions: u64,
    pub(crate) conditions: Conditions,
    pub(crate) obligations: Box<[Obligation]>,
    /// What the obligations ask of people, so that of two grants the lighter one is used.
    pub(crate) burden: u32,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CompiledDeny {
    pub(crate) id: RuleId,
    /// Those whom it binds by name; everybody if `None`.
    pub(crate) roles: Option<RoleSet>,
    pub(crate) when: DenyConditions,
    pub(crate) unless: Option<Conditions>,
}

impl CompiledDeny {
    pub(crate) fn binds(&self, query: &Query<'_>) -> bool {
        self.when.may_hold(query) && !self.unless.as_ref().is_some_and(|unless| unless.hold(query))
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CompiledRequirement {
    pub(crate) id: RuleId,
    /// The highest level that stays within reach where the conditions do not hold.
    pub(crate) below: Level,
    /// Bits of [`bit`].
    pub(crate) actions: u64,
    pub(crate) conditions: Conditions,
}

impl CompiledRequirement {
    pub(crate) fn speaks_of(&self, action: Action) -> bool {
        self.actions & bit(action) != 0
    }
}

/// The bit of an action.
pub(crate) const fn bit(action: Action) -> u64 {
    1 << number(action)
}

#[expect(clippy::as_conversions, reason = "the number of a unit variant")]
const fn number(action: Action) -> usize {
    action as usize
}

#[derive(Debug)]
pub(crate) struct CompiledSeparation {
    pub(crate) id: RuleId,
    pub(crate) roles: RoleSet,
    pub(crate) at_most: u32,
    pub(crate) dynamic: bool,
}

#[derive(Debug)]
pub(crate) struct CompiledDelegation {
    pub(crate) roles: RoleSet,
    pub(crate) depth_max: u8,
    pub(crate) days_max: u16,
}

impl Tables {
    pub(crate) fn role_set<'a>(&self, names: impl IntoIterator<Item = &'a RoleName>) -> RoleSet {
        let mut set = RoleSet::default();
        for index in names.into_iter().filter_map(|role| self.roles.get(role)) {
            set.insert(*index);
        }
        set
    }

    #[inline]
    pub(crate) fn grant(&self, rank: u32) -> Option<&CompiledGrant> {
        self.grants.get(usize::try_from(rank).ok()?)
    }

    /// Whether a grant's conditions hold. Those that only ask whose the record is are answered without the grant.
    #[inline]
    pub(crate) fn holds(&self, rank: u32, query: &Query<'_>) -> Option<bool> {
        let needs = *self.grant_needs.get(usize::try_from(rank).ok()?)?;
        if needs & needs::OWN != 0 && query.own != Some(true)
            || needs & needs::TEAM != 0 && query.team != Some(true)
        {
            return Some(false);
        }
        if needs & !(needs::OWN | needs::TEAM) == 0 {
            return Some(true);
        }
        Some(self.grant(rank)?.conditions.hold(query))
    }

    /// A deny by its number in a cell, marked or not.
    pub(crate) fn deny(&self, index: u32) -> Option<&CompiledDeny> {
        self.denies.get(usize::try_from(index & !DENY).ok()?)
    }

    pub(crate) fn closure(&self, roles: RoleSet) -> RoleSet {
        roles.iter().filter_map(|role| self.closures.get(role)).fold(roles, |all, some| all.union(*some))
    }

    /// From a role down to one of those named, over what it inherits; by the fewest steps.
    pub(crate) fn path(&self, role: usize, named: RoleSet) -> Vec<RoleName> {
        let mut paths = vec![vec![role]];
        let mut seen = RoleSet::default();
        while !paths.is_empty() {
            let mut longer = Vec::new();
            for path in paths {
                let Some(last) = path.last().copied() else { continue };
                if named.contains(last) {
                    return path.iter().filter_map(|role| self.role_names.get(*role)).cloned().collect();
                }
                seen.insert(last);
                for next in self.parents.get(last).copied().unwrap_or_default().iter() {
                    if !seen.contains(next) {
                        longer.push(path.iter().copied().chain([next]).collect());
                    }
                }
            }
            paths = longer;
        }
        Vec::new()
    }

    /// The levels that a record of a kind can have.
    pub(crate) fn levels(&self, kind: usize) -> Vec<Level> {
        let lowest = self.kind_levels.get(kind).copied().unwrap_or_default();
        (lowest.rank()..=self.scale.highest().rank()).map(Level::from_rank).collect()
    }

    /// The first rule of separation that these break.
    pub(crate) fn conflict(&self, assigned: RoleSet, active: RoleSet) -> Option<&CompiledSeparation> {
        let counted = |rule: &CompiledSeparation| if rule.dynamic { active } else { assigned };
        self.separations.iter().find(|rule| counted(rule).common(rule.roles) > rule.at_most)
    }
}

/// A set of at most [`ROLES_MAX`](crate::ROLES_MAX) roles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RoleSet([u64; WORDS]);

const WORDS: usize = 8;

impl RoleSet {
    pub(crate) const NONE: Self = Self([0; WORDS]);

    pub(crate) fn insert(&mut self, role: usize) {
        if let Some(word) = self.0.get_mut(role / 64) {
            *word |= 1 << (role % 64);
        }
    }

    #[inline]
    pub(crate) fn contains(&self, role: usize) -> bool {
        self.0.get(role / 64).is_some_and(|word| word & (1 << (role % 64)) != 0)
    }

    pub(crate) fn union(self, other: Self) -> Self {
        let mut words = self.0;
        for (word, more) in words.iter_mut().zip(other.0) {
            *word |= more;
        }
        Self(words)
    }

    pub(crate) fn common_set(self, other: Self) -> Self {
        let mut words = self.0;
        for (word, mask) in words.iter_mut().zip(other.0) {
            *word &= mask;
        }
        Self(words)
    }

    pub(crate) fn meets(self, other: Self) -> bool {
        self.0.iter().zip(other.0).any(|(a, b)| a & b != 0)
    }

    pub(crate) fn common(self, other: Self) -> u32 {
        self.0.iter().zip(other.0).map(|(a, b)| (a & b).count_ones()).sum()
    }

    pub(crate) fn iter(self) -> Roles {
        Roles { set: self, at: 0 }
    }
}

/// The members of a [`RoleSet`], in order.
#[derive(Debug)]
pub(crate) struct Roles {
    set: RoleSet,
    at: usize,
}

impl Iterator for Roles {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        loop {
            let word = self.set.0.get_mut(self.at)?;
            if *word != 0 {
                let bit = usize::try_from(word.trailing_zeros()).ok()?;
                *word &= word.wrapping_sub(1);
                return self.at.checked_mul(64)?.checked_add(bit);
            }
            self.at = self.at.saturating_add(1);
        }
    }
}

/// By role, kind and action: the rules that speak of them, denies before grants. One run of numbers, and where each
/// cell begins in it.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    kinds: usize,
    /// Where a cell begins; one more than there are cells.
    starts: Vec<u32>,
    /// Denies bear [`DENY`].
    rules: Vec<u32>,
    /// By kind and action: the roles whose cells are not empty. Few are: a decision looks into no others.
    spoken_to: Vec<RoleSet>,
}

/// A rule in a cell.
pub(crate) type Entry = (u32, u32);

/// The mark of a deny.
pub(crate) const DENY: u32 = 1 << 31;

impl Cells {
    /// The cells of so many roles and kinds, from the entries (cell, rule); each sort in the order that cells keep.
    pub(crate) fn new(roles: usize, kinds: usize, denies: &[Entry], grants: &[Entry]) -> Self {
        let cells = roles.saturating_mul(kinds).saturating_mul(Action::ALL.len());
        let at = |cell: u32| usize::try_from(cell).unwrap_or(usize::MAX);
        let mut starts = vec![0_u32; cells.saturating_add(1)];
        for (cell, _) in denies.iter().chain(grants) {
            if let Some(count) = starts.get_mut(at(*cell)) {
                *count = count.saturating_add(1);
            }
        }
        let mut next = 0_u32;
        for start in &mut starts {
            next = next.saturating_add(std::mem::replace(start, next));
        }
        let mut run = vec![0; at(next)];
        let mut free = starts.clone();
        let denies = denies.iter().map(|(cell, rule)| (*cell, rule | DENY));
        for (cell, rule) in denies.chain(grants.iter().copied()) {
            if let Some(slot) = free.get_mut(at(cell)) {
                if let Some(place) = run.get_mut(at(*slot)) {
                    *place = rule;
                }
                *slot = slot.saturating_add(1);
            }
        }
        let mut spoken_to = vec![RoleSet::default(); kinds.saturating_mul(Action::ALL.len())];
        for (cell, _) in starts.windows(2).enumerate().filter(|(_, pair)| pair.first() < pair.get(1)) {
            let (Some(role), Some(rest)) =
                (cell.checked_div(spoken_to.len()), cell.checked_rem(spoken_to.len()))
            else {
                continue;
            };
            if let Some(set) = spoken_to.get_mut(rest) {
                set.insert(role);
            }
        }
        Self { kinds, starts, rules: run, spoken_to }
    }

    /// The roles of which some rule speaks there, or `None` where there is no such kind.
    #[inline]
    pub(crate) fn spoken_to(&self, kind: usize, action: Action) -> Option<&RoleSet> {
        self.spoken_to.get(kind.checked_mul(Action::ALL.len())?.checked_add(number(action))?)
    }

    /// The number of a cell.
    #[inline]
    pub(crate) fn at(kinds: usize, role: usize, kind: usize, action: Action) -> Option<usize> {
        role.checked_mul(kinds)?
            .checked_add(kind)?
            .checked_mul(Action::ALL.len())?
            .checked_add(number(action))
    }

    /// The rules in a cell, denies first, or `None` where there is no such cell.
    #[inline]
    pub(crate) fn rules(&self, role: usize, kind: usize, action: Action) -> Option<&[u32]> {
        let cell = Self::at(self.kinds, role, kind, action)?;
        let [start, end] = *self.starts.get(cell..)?.first_chunk::<2>()?;
        self.rules.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
    }

    fn split(&self, role: usize, kind: usize, action: Action) -> Option<(&[u32], &[u32])> {
        let rules = self.rules(role, kind, action)?;
        rules.split_at_checked(rules.partition_point(|rule| rule & DENY != 0))
    }

    /// The denies in a cell, or `None` where there is no such cell.
    pub(crate) fn denies(
        &self,
        role: usize,
        kind: usize,
        action: Action,
    ) -> Option<impl Iterator<Item = u32> + use<'_>> {
        Some(self.split(role, kind, action)?.0.iter().map(|rule| rule & !DENY))
    }

    /// The grants in a cell, by rank, or `None` where there is no such cell.
    pub(crate) fn grants(&self, role: usize, kind: usize, action: Action) -> Option<&[u32]> {
        Some(self.split(role, kind, action)?.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_set_holds_what_was_put_in() {
        let mut set = RoleSet::default();
        for role in [0, 63, 64, 200, 511, 512] {
            set.insert(role);
        }
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 63, 64, 200, 511]);
        assert!(set.contains(200) && !set.contains(201) && !set.contains(512));
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
