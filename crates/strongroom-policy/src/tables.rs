//! The compiled policy: everything that a decision looks up, laid out so that it looks up little.

use crate::answers::Answers;
use crate::bound::{Bound, Query, Standing};
use crate::cells::{Cells, DENY, bit};
use crate::condition::{Conditions, DenyConditions, needs};
use crate::intern::Interned;
use crate::role_set::RoleSet;
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
    pub(crate) answers: Answers,
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
