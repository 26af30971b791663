//! What one policy answers in one cell, as formulas.

use super::formula::Formula;
use super::space::{Gathered, Space};
use crate::permit::Obligation;
use crate::role_set::RoleSet;
use crate::tables::{CompiledGrant, Tables};
use std::cmp::Reverse;
use strongroom_types::{Action, Kind, Level, RuleId};

/// A kind and an action, as one policy sees them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell<'p> {
    pub(super) tables: &'p Tables,
    pub(super) kind: usize,
    pub(super) action: Action,
}

/// One way to be allowed: a grant, the level that it reaches, and when it is the one that is used.
#[derive(Debug)]
pub(super) struct Way<'p> {
    pub(super) grant: &'p CompiledGrant,
    pub(super) ceiling: Level,
    pub(super) chosen: Formula,
}

impl<'p> Cell<'p> {
    pub(super) fn new(tables: &'p Tables, kind: &Kind, action: Action) -> Option<Self> {
        Some(Self { tables, kind: *tables.kinds.get(kind)?, action })
    }

    /// Adds what the rules of these roles speak of.
    pub(super) fn gather(&self, roles: RoleSet, into: &mut Gathered) {
        for role in roles.iter() {
            for grant in self.grants(role) {
                into.conditions(self.tables, &grant.1.conditions);
            }
            for index in self.denies(role) {
                if let Some(deny) = self.tables.deny(index) {
                    into.deny(self.tables, deny);
                }
            }
        }
        for requirement in self.tables.requirements.iter().filter(|one| one.speaks_of(self.action)) {
            into.conditions(self.tables, &requirement.conditions);
        }
    }

    pub(super) fn grants(&self, role: usize) -> impl Iterator<Item = (u32, &'p CompiledGrant)> + use<'p> {
        let tables = self.tables;
        let ranks = tables.cells.grants(role, self.kind, self.action).unwrap_or_default();
        ranks.iter().filter_map(move |rank| Some((*rank, tables.grant(*rank)?)))
    }

    pub(super) fn denies(&self, role: usize) -> impl Iterator<Item = u32> + use<'p> {
        self.tables.cells.denies(role, self.kind, self.action).into_iter().flatten()
    }

    /// A deny of one of the roles binds.
    pub(super) fn denied(&self, space: &Space, roles: RoleSet) -> Formula {
        let mut seen = Vec::new();
        for index in roles.iter().flat_map(|role| self.denies(role)) {
            if !seen.contains(&index) {
                seen.push(index);
            }
        }
        let denies = seen.iter().filter_map(|index| self.tables.deny(*index));
        Formula::Or(denies.map(|deny| space.binds(self.tables, deny)).collect())
    }

    /// Some grant of one of the roles allows, denies aside.
    pub(super) fn granted(&self, space: &Space, roles: RoleSet) -> Formula {
        Formula::Or(
            roles
                .iter()
                .flat_map(|role| self.grants(role).map(move |(_, grant)| (role, grant)))
                .map(|(role, grant)| self.allows(space, role, grant))
                .collect(),
        )
    }

    /// The decision is yes.
    pub(super) fn allowed(&self, space: &Space, roles: RoleSet) -> Formula {
        Formula::And(vec![self.denied(space, roles).negated(), self.granted(space, roles)])
    }

    /// One grant allows through one role, denies aside.
    pub(super) fn allows(&self, space: &Space, role: usize, grant: &CompiledGrant) -> Formula {
        let clearance = self.tables.clearances.get(role).copied().unwrap_or_default();
        let mut all = vec![space.at_most(clearance), space.holds(self.tables, &grant.conditions)];
        for requirement in self.tables.requirements.iter().filter(|one| one.speaks_of(self.action)) {
            let met = space.holds(self.tables, &requirement.conditions);
            all.push(Formula::Or(vec![space.at_most(requirement.below), met]));
        }
        Formula::And(all)
    }

    /// Every way in which the roles are allowed, in the order in which one is preferred to the next. Which requirements
    /// are met decides the ceilings, so the ways are told apart by that too.
    pub(super) fn ways(&self, space: &Space, roles: RoleSet) -> Vec<Way<'p>> {
        let not_denied = self.denied(space, roles).negated();
        let mut ways = Vec::new();
        for (reach, reached) in self.reaches(space) {
            let mut candidates: Vec<(u32, &CompiledGrant, Level)> = Vec::new();
            for role in roles.iter() {
                let ceiling = self.tables.clearances.get(role).copied().unwrap_or_default().min(reach);
                candidates.extend(self.grants(role).map(|(rank, grant)| (rank, grant, ceiling)));
            }
            candidates.sort_by_key(|(rank, grant, ceiling)| (grant.burden, Reverse(*ceiling), *rank));
            let mut better: Vec<Formula> = Vec::new();
            for (_, grant, ceiling) in candidates {
                let own =
                    Formula::And(vec![space.at_most(ceiling), space.holds(self.tables, &grant.conditions)]);
                let mut chosen = vec![not_denied.clone(), reached.clone(), own.clone()];
                chosen.extend(better.iter().map(Formula::negated));
                ways.push(Way { grant, ceiling, chosen: Formula::And(chosen) });
                better.push(own);
            }
        }
        ways
    }

    /// The levels down to which the requirements can leave one, and when they leave exactly that.
    fn reaches(&self, space: &Space) -> Vec<(Level, Formula)> {
        let speaking: Vec<_> =
            self.tables.requirements.iter().filter(|one| one.speaks_of(self.action)).collect();
        let met = |wanted: &dyn Fn(Level) -> bool| -> Vec<Formula> {
            let wanted = speaking.iter().filter(|one| wanted(one.below));
            wanted.map(|one| space.holds(self.tables, &one.conditions)).collect()
        };
        let highest = self.tables.scale.highest();
        let mut levels: Vec<Level> = speaking.iter().map(|one| one.below).collect();
        levels.sort_unstable();
        levels.dedup();
        let mut reaches = vec![(highest, Formula::And(met(&|_| true)))];
        for level in levels {
            let here = met(&|below| below == level);
            let mut all = met(&|below| below < level);
            all.push(Formula::And(here).negated());
            reaches.push((level, Formula::And(all)));
        }
        reaches
    }
}

impl Way<'_> {
    /// What the permit would say.
    pub(super) fn terms(&self) -> (&[Obligation], Level) {
        (&self.grant.obligations, self.ceiling)
    }

    pub(super) fn rule(&self) -> &RuleId {
        &self.grant.id
    }
}
