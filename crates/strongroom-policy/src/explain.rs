//! Why: the reason of a refusal, and the whole story of a request.

use crate::bound::{Bound, Query, Standing};
use crate::condition::{Conditions, Unmet};
use crate::decide::Refusal;
use crate::denial::{Denial, Miss, Reason};
use crate::tables::CompiledGrant;
use crate::{CompiledPolicy, Decision, Lent, Obligation, Permit, Request};
use std::{ops::ControlFlow, sync::Arc};
use strongroom_types::{Action, ActorId, Level, RoleName, RuleId};

impl Refusal<'_> {
    /// The reason: the rule that blocks, or else the nearest miss.
    pub fn explain(&self) -> Denial {
        let words = Arc::clone(&self.bound.tables.words);
        Denial::new(words, self.reason(), self.action, self.target.resource.kind)
    }

    fn reason(&self) -> Reason {
        let bound = self.bound;
        match bound.standing {
            Standing::Inactive => return Reason::Inactive,
            Standing::Conflicting(rule) => return Reason::ConflictingRoles { rule: rule.clone() },
            Standing::Good => {}
        }
        let Some(kind) = bound.kind(self.target) else { return Reason::UnknownKind };
        let mut blocked = None;
        let mut nearest = Nearest { count: usize::MAX, first: None };
        let ways = std::iter::once(None).chain(bound.lent().iter().map(|(_, lender)| Some(*lender)));
        for lender in ways {
            let query = bound.query(lender, self.target, self.now);
            match bound.blocking(kind, self.action, &query) {
                Some(Some(deny)) => {
                    blocked.get_or_insert_with(|| Reason::Blocked { rule: deny.id.clone() });
                    continue;
                }
                None => return Reason::NoGrant,
                Some(None) => {}
            }
            for (role, grant) in bound.candidates(lender, kind, self.action) {
                let (mut count, mut first) = (0_usize, None);
                each_gap(bound, (role, grant), self.action, self.target.level, &query, |rule, gap| {
                    count = count.saturating_add(1);
                    first.get_or_insert((rule, gap));
                });
                nearest.offer(count, first);
            }
        }
        match (nearest.first, blocked) {
            (Some((rule, gap)), _) => Reason::NearMiss { rule: rule.clone(), miss: gap.miss() },
            (None, Some(blocked)) => blocked,
            (None, None) => Reason::NoGrant,
        }
    }
}

/// The grant that the fewest conditions keep from allowing, and the first of these.
struct Nearest<'p> {
    count: usize,
    first: Option<(&'p RuleId, Gap<'p>)>,
}

/// What keeps a grant from allowing, as it is found.
#[derive(Clone, Copy)]
enum Gap<'p> {
    Clearance { need: Level, has: Level },
    Condition(&'p Conditions, Unmet),
}

impl Gap<'_> {
    fn miss(self) -> Miss {
        match self {
            Self::Clearance { need, has } => Miss::ClearanceTooLow { need, has },
            Self::Condition(conditions, unmet) => conditions.miss(unmet),
        }
    }
}

impl<'p> Nearest<'p> {
    fn offer(&mut self, count: usize, first: Option<(&'p RuleId, Gap<'p>)>) {
        if first.is_some() && count < self.count {
            (self.count, self.first) = (count, first);
        }
    }
}

impl<'p> Bound<'p, '_> {
    /// The grants that speak of it, each with a role that holds it.
    fn candidates(
        &self,
        lender: Option<&Lent>,
        kind: usize,
        action: Action,
    ) -> impl Iterator<Item = (usize, &'p CompiledGrant)> + use<'p> {
        let tables = self.tables;
        let lent =
            self.lent().iter().find(|(_, lent)| lender.is_some_and(|lender| std::ptr::eq(*lent, lender)));
        let roles = lent.map_or_else(|| self.roles(), |(roles, _)| *roles);
        roles.iter().flat_map(move |role| {
            let ranks = tables.cells.grants(role, kind, action).unwrap_or_default();
            ranks.iter().filter_map(move |rank| Some((role, tables.grant(*rank)?)))
        })
    }
}

/// Calls `gap` for each thing that keeps a grant from allowing, level first.
fn each_gap<'p>(
    bound: &Bound<'p, '_>,
    (role, grant): (usize, &'p CompiledGrant),
    action: Action,
    need: Level,
    query: &Query<'_>,
    mut gap: impl FnMut(&'p RuleId, Gap<'p>),
) {
    let has = bound.tables.clearances.get(role).copied().unwrap_or_default();
    if need > has {
        gap(&grant.id, Gap::Clearance { need, has });
    }
    for requirement in bound.unmet(action, query).filter(|requirement| need > requirement.below) {
        let _: ControlFlow<()> = requirement.conditions.each_unmet(query, |unmet| {
            gap(&requirement.id, Gap::Condition(&requirement.conditions, unmet));
            ControlFlow::Continue(())
        });
    }
    let _: ControlFlow<()> = grant.conditions.each_unmet(query, |unmet| {
        gap(&grant.id, Gap::Condition(&grant.conditions, unmet));
        ControlFlow::Continue(())
    });
}

/// Everything that bears on one request, for people who ask why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Whether it is allowed.
    pub allowed: bool,
    /// The answer, as [`Permit`](crate::Permit) and [`Denial`] give it: a stable code, then in English and Chinese.
    pub code: &'static str,
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
    /// The rule that the answer cites, if one made it.
    pub rule: Option<RuleId>,
    /// What the enforcement point must do, if it is allowed.
    pub obligations: Vec<Obligation>,
    /// The highest level that it reveals, by rank, if it is allowed.
    pub ceiling: Option<Level>,
    /// The requirements that keep the ceiling below the highest level.
    pub lowered_by: Vec<RuleId>,
    /// Every grant that speaks of it, each by each role that holds it.
    pub grants: Vec<Considered>,
    /// Every deny that binds.
    pub denies: Vec<RuleId>,
}

/// A grant that was considered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Considered {
    /// The grant.
    pub rule: RuleId,
    /// The role that the actor has, and then the roles that it inherits, down to the one that the grant names.
    pub through: Vec<RoleName>,
    /// Who lent the role, if somebody did.
    pub lender: Option<ActorId>,
    /// What keeps it from allowing; nothing if it would.
    pub misses: Vec<(RuleId, Miss)>,
}

impl CompiledPolicy {
    /// Decides one request and says everything that bears on it.
    pub fn explain(&self, request: &Request<'_>) -> Explanation {
        let bound = self.bind(request.actor, request.auth);
        let target = self.target(request.resource);
        let mut all = Explanation::of(&self.decide(request));
        let Some(kind) = bound.kind(&target) else { return all };
        let ways = std::iter::once(None).chain(bound.lent().iter().map(|(_, lender)| Some(*lender)));
        for lender in ways {
            let query = bound.query(lender, &target, request.now);
            for role in bound.all().iter() {
                for index in self.tables.cells.denies(role, kind, request.action).into_iter().flatten() {
                    if let Some(deny) = self.tables.deny(index)
                        && deny.binds(&query)
                        && !all.denies.contains(&deny.id)
                    {
                        all.denies.push(deny.id.clone());
                    }
                }
            }
            for requirement in bound.unmet(request.action, &query) {
                if !all.lowered_by.contains(&requirement.id) {
                    all.lowered_by.push(requirement.id.clone());
                }
            }
            for (role, grant) in bound.candidates(lender, kind, request.action) {
                let mut misses = Vec::new();
                each_gap(&bound, (role, grant), request.action, target.level, &query, |rule, gap| {
                    misses.push((rule.clone(), gap.miss()));
                });
                all.grants.push(Considered {
                    rule: grant.id.clone(),
                    through: self.tables.path(role, grant.roles),
                    lender: lender.map(|lender| lender.by),
                    misses,
                });
            }
        }
        all.grants.sort_by_key(|one| one.misses.len());
        all
    }
}

impl Explanation {
    fn of(decision: &Decision<'_>) -> Self {
        let (en, zh, code, rule) = match decision {
            Decision::Allow(permit) => {
                (permit.explain_en(), permit.explain_zh(), "allowed", permit.rules().next().cloned())
            }
            Decision::Deny(denial) => {
                (denial.explain_en(), denial.explain_zh(), denial.code(), denial.rules().first().cloned())
            }
        };
        let permit = if let Decision::Allow(permit) = decision { Some(permit) } else { None };
        Self {
            allowed: permit.is_some(),
            code,
            en,
            zh,
            rule,
            obligations: permit.map(|permit| permit.obligations().to_vec()).unwrap_or_default(),
            ceiling: permit.map(Permit::ceiling),
            lowered_by: Vec::new(),
            grants: Vec::new(),
            denies: Vec::new(),
        }
    }
}
