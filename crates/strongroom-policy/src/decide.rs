//! The decision. Pure, total, denies by default; allocates nothing when it allows.

use crate::denial::{Denial, Miss, Reason};
use crate::tables::{CompiledDeny, CompiledGrant, CompiledRequirement, RoleSet, Tables};
use crate::{Actor, AuthContext, CompiledPolicy, Permit, Request, Resource};
use std::{ops::ControlFlow, sync::Arc};
use strongroom_types::{Action, Kind, Level, Timestamp};

/// Yes or no, each with its reason.
#[derive(Debug)]
#[must_use]
pub enum Decision {
    /// Yes, under the permit's obligations.
    Allow(Permit),
    /// No.
    Deny(Denial),
}

impl Decision {
    /// The permit, or else the denial.
    pub fn permit(self) -> Result<Permit, Denial> {
        match self {
            Self::Allow(permit) => Ok(permit),
            Self::Deny(denial) => Err(denial),
        }
    }
}

impl CompiledPolicy {
    /// Decides one request.
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        self.subject(request.actor).decide(request.auth, request.action, request.resource, request.now)
    }
}

/// An actor whose roles are resolved against one policy.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    tables: &'a Arc<Tables>,
    actor: &'a Actor,
    roles: RoleSet,
    closure: RoleSet,
}

/// The grant that allows, and how far it reaches.
struct Found<'a> {
    grant: &'a Arc<CompiledGrant>,
    index: u32,
    ceiling: Level,
}

/// What the denies say.
enum Block<'a> {
    Free,
    Rule(&'a CompiledDeny),
    /// The tables have no such cell. They always do; if not, that denies.
    Unanswered,
}

impl<'a> Subject<'a> {
    pub(crate) fn new(tables: &'a Arc<Tables>, actor: &'a Actor) -> Self {
        let roles = tables.role_set(actor);
        Self { tables, actor, roles, closure: tables.closure(roles) }
    }

    /// Decides one request of this actor.
    pub fn decide(
        &self,
        auth: &AuthContext,
        action: Action,
        resource: &Resource<'_>,
        now: Timestamp,
    ) -> Decision {
        let request = Request { actor: self.actor, auth, action, resource, now };
        match self.allowing(&request) {
            Some(found) => Decision::Allow(Permit::new(Arc::clone(found.grant), found.ceiling, &request)),
            None => Decision::Deny(Denial::new(Arc::clone(self.tables), self.reason(&request), &request)),
        }
    }

    /// Whether some grant of this actor speaks of the action on the kind, whatever its conditions. Where none does,
    /// no record of the kind can be reached, and a list may be refused as a whole.
    pub fn has_grant(&self, action: Action, kind: &Kind) -> bool {
        let Some(kind) = self.tables.kinds.get(kind) else { return false };
        self.may_act()
            && self.roles.iter().any(|role| {
                self.tables.grant_cells.rules(role, *kind, action).is_some_and(|rules| !rules.is_empty())
            })
    }

    fn may_act(&self) -> bool {
        self.actor.active && self.tables.conflict(self.closure).is_none()
    }

    fn allowing(&self, request: &Request<'_>) -> Option<Found<'a>> {
        let kind = *self.tables.kinds.get(request.resource.kind)?;
        // SECURITY: denies come before grants, and a cell that is not there denies.
        if !self.may_act() || !matches!(self.blocking(kind, request), Block::Free) {
            return None;
        }
        let reach = self.reach(request);
        let mut best: Option<Found<'a>> = None;
        for role in self.roles.iter() {
            let ceiling = (*self.tables.clearances.get(role)?).min(reach);
            if request.resource.label.level > ceiling {
                continue;
            }
            let rules = self.tables.grant_cells.rules(role, kind, request.action)?;
            // A cell is ordered from the lightest grant to the heaviest: its first that holds is its best.
            for index in rules {
                let grant = self.grant(*index)?;
                if grant.conditions.hold(request) {
                    let found = Found { grant, index: *index, ceiling };
                    if best.as_ref().is_none_or(|best| found.is_better_than(best)) {
                        best = Some(found);
                    }
                    break;
                }
            }
        }
        best
    }

    fn grant(&self, index: u32) -> Option<&'a Arc<CompiledGrant>> {
        self.tables.grants.get(usize::try_from(index).ok()?)
    }

    /// The first deny that binds.
    fn blocking(&self, kind: usize, request: &Request<'_>) -> Block<'a> {
        for role in self.roles.iter().chain([self.tables.everybody]) {
            let Some(rules) = self.tables.deny_cells.rules(role, kind, request.action) else {
                return Block::Unanswered;
            };
            for index in rules {
                let deny = usize::try_from(*index).ok().and_then(|index| self.tables.denies.get(index));
                match deny {
                    None => return Block::Unanswered,
                    Some(deny) if deny.binds(request) => return Block::Rule(deny),
                    Some(_) => {}
                }
            }
        }
        Block::Free
    }

    fn unmet<'r>(&self, request: &'r Request<'r>) -> impl Iterator<Item = &'a CompiledRequirement> {
        let requirements = self.tables.requirements.iter();
        requirements.filter(|rule| rule.speaks_of(request.action) && !rule.conditions.hold(request))
    }

    /// The highest level that the requirements leave within reach.
    fn reach(&self, request: &Request<'_>) -> Level {
        let highest = self.tables.scale.highest();
        self.unmet(request).map(|requirement| requirement.below).fold(highest, Level::min)
    }

    fn reason(&self, request: &Request<'_>) -> Reason {
        if !self.actor.active {
            return Reason::Inactive;
        }
        if let Some(separation) = self.tables.conflict(self.closure) {
            return Reason::ConflictingRoles { rule: separation.id.clone() };
        }
        let Some(kind) = self.tables.kinds.get(request.resource.kind) else { return Reason::UnknownKind };
        match self.blocking(*kind, request) {
            Block::Rule(deny) => Reason::Blocked { rule: deny.id.clone() },
            Block::Unanswered => Reason::NoGrant,
            Block::Free => self.nearest_miss(*kind, request),
        }
    }

    /// The grant that the fewest conditions keep from allowing, and the first of these.
    fn nearest_miss(&self, kind: usize, request: &Request<'_>) -> Reason {
        let mut nearest: Option<(usize, Reason)> = None;
        for role in self.roles.iter() {
            let rules = self.tables.grant_cells.rules(role, kind, request.action).unwrap_or_default();
            for grant in rules.iter().filter_map(|index| self.grant(*index)) {
                let mut misses = self.level_misses(role, grant, request);
                let _: ControlFlow<()> = grant.conditions.each_miss(request, |miss| {
                    misses.push(Reason::NearMiss { rule: grant.id.clone(), miss });
                    ControlFlow::Continue(())
                });
                let count = misses.len();
                if let Some(first) = misses.into_iter().next()
                    && nearest.as_ref().is_none_or(|(fewest, _)| count < *fewest)
                {
                    nearest = Some((count, first));
                }
            }
        }
        nearest.map_or(Reason::NoGrant, |(_, reason)| reason)
    }

    fn level_misses(&self, role: usize, grant: &CompiledGrant, request: &Request<'_>) -> Vec<Reason> {
        let need = request.resource.label.level;
        let has = self.tables.clearances.get(role).copied().unwrap_or_default();
        let mut misses = Vec::new();
        if need > has {
            let miss = Miss::ClearanceTooLow { need, has };
            misses.push(Reason::NearMiss { rule: grant.id.clone(), miss });
        }
        for requirement in self.unmet(request).filter(|requirement| need > requirement.below) {
            let _: ControlFlow<()> = requirement.conditions.each_miss(request, |miss| {
                misses.push(Reason::NearMiss { rule: requirement.id.clone(), miss });
                ControlFlow::Continue(())
            });
        }
        misses
    }
}

impl Found<'_> {
    /// Lighter obligations first, then the higher ceiling, then the order of the policy.
    fn is_better_than(&self, other: &Self) -> bool {
        let key = |found: &Self| (found.grant.burden, std::cmp::Reverse(found.ceiling), found.index);
        key(self) < key(other)
    }
}
