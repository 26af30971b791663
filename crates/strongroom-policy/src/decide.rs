//! The decision. Pure, total, denies by default; allocates nothing when it allows.

use crate::answers::{Answered, whose};
use crate::bound::{Bound, Query, Standing, Target};
use crate::cells::{DENY, number};
use crate::denial::Denial;
use crate::permit::Permit;
use crate::role_set::RoleSet;
use crate::tables::{CompiledDeny, CompiledGrant, CompiledRequirement};
use crate::{Actor, AuthContext, CompiledPolicy, Lent, Request, Resource};
use strongroom_types::{Action, ActorId, Kind, Level, Timestamp};

/// Yes or no, each with its reason.
#[derive(Debug)]
#[must_use]
pub enum Decision<'p> {
    /// Yes, under the permit's obligations.
    Allow(Permit<'p>),
    /// No.
    Deny(Denial),
}

impl<'p> Decision<'p> {
    /// The permit, or else the denial.
    pub fn permit(self) -> Result<Permit<'p>, Denial> {
        match self {
            Self::Allow(permit) => Ok(permit),
            Self::Deny(denial) => Err(denial),
        }
    }
}

impl CompiledPolicy {
    /// Decides one request, given by names.
    pub fn decide(&self, request: &Request<'_>) -> Decision<'_> {
        let bound = Bound::new(&self.tables, request.actor, request.auth);
        let target = Target::new(&self.tables, request.resource);
        match bound.decide(request.action, &target, request.now) {
            Ok(permit) => Decision::Allow(permit),
            Err(refusal) => Decision::Deny(refusal.explain()),
        }
    }

    /// A session, with its names looked up, for many decisions.
    pub fn bind<'p, 'r>(&'p self, actor: &'r Actor, auth: &'r AuthContext) -> Bound<'p, 'r> {
        Bound::new(&self.tables, actor, auth)
    }

    /// A resource, with its names looked up, for many decisions.
    pub fn target<'r>(&'r self, resource: &'r Resource<'r>) -> Target<'r> {
        Target::new(&self.tables, resource)
    }
}

/// No, with all that is needed to say why. [`explain`](Self::explain) works it out, where somebody wants to know.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Refusal<'r> {
    pub(crate) bound: &'r Bound<'r, 'r>,
    pub(crate) target: &'r Target<'r>,
    pub(crate) action: Action,
    pub(crate) now: Timestamp,
}

/// The grant that allows, and how far it reaches.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'p> {
    pub(crate) grant: &'p CompiledGrant,
    pub(crate) rank: u32,
    pub(crate) ceiling: Level,
    /// Who lent the role through which it is held.
    pub(crate) lender: Option<ActorId>,
}

/// A search for the best grant, role by role.
struct Search<'p, 'q> {
    cell: (usize, Action),
    target: &'q Target<'q>,
    query: Query<'q>,
    reach: Option<Level>,
    best: Option<Found<'p>>,
    lender: Option<&'q Lent>,
}

impl<'p, 'r> Bound<'p, 'r> {
    /// Decides one request of this session.
    ///
    /// A target of another policy, or of another version, is refused.
    pub fn decide<'q>(
        &'q self,
        action: Action,
        target: &'q Target<'q>,
        now: Timestamp,
    ) -> Result<Permit<'p>, Refusal<'q>> {
        match self.allowing(action, target, now) {
            Some(found) => Ok(Permit::new(self, &found, action, target, now)),
            None => Err(Refusal { bound: self, target, action, now }),
        }
    }

    /// Whether some grant speaks of the action on the kind, whatever its conditions. Where none does, no record of the
    /// kind can be reached, and a list may be refused as a whole.
    pub fn has_grant(&self, action: Action, kind: &Kind) -> bool {
        let Some(kind) = self.tables.kinds.get(kind) else { return false };
        self.standing == Standing::Good
            && self.all().iter().any(|role| {
                self.tables.cells.grants(role, *kind, action).is_some_and(|rules| !rules.is_empty())
            })
    }

    /// Who would act.
    pub fn actor(&self) -> ActorId {
        self.id
    }

    fn allowing(&self, action: Action, target: &Target<'_>, now: Timestamp) -> Option<Found<'p>> {
        // SECURITY: denies come before grants, and a kind or cell that is not there denies.
        let cell = (self.kind(target)?, action);
        if self.plain {
            return self.best_of_few(cell, target, now)?;
        }
        let wide = self.wide().filter(|_| self.standing == Standing::Good)?;
        let own = self.best((wide.roles, None), cell, target, now)?;
        // What others lent counts beside it, each lender for himself.
        wide.lent.iter().try_fold(own, |best, (roles, lender)| {
            let found = self.best((*roles, Some(*lender)), cell, target, now)?;
            Some(match (best, found) {
                (Some(best), Some(found)) if found.is_better_than(&best) => Some(found),
                (None, found) => found,
                (best, _) => best,
            })
        })?
    }

    /// SECURITY: the numbers of another policy mean other names here, so its targets are of no kind.
    pub(crate) fn kind(&self, target: &Target<'_>) -> Option<usize> {
        target.kind.map(usize::from).filter(|_| std::ptr::eq(self.tables, target.tables))
    }

    /// The best grant that the few roles hold, unless a deny binds; the outer `None` where a table has no such cell.
    #[expect(clippy::option_option, reason = "no cell is not no grant: it denies at once")]
    #[inline]
    fn best_of_few(
        &self,
        cell: (usize, Action),
        target: &Target<'_>,
        now: Timestamp,
    ) -> Option<Option<Found<'p>>> {
        let query = self.query(None, target, now);
        let reach = self.reach(cell.1, &query);
        let (own, team) = self.whose(target);
        let answers = &self.tables.answers;
        match answers.of((cell.0, number(cell.1)), &self.few, whose(own, team), (target.level, reach)) {
            Answered::Nothing => return Some(None),
            Answered::Grant(rank, ceiling) => {
                let grant = self.tables.grant(rank)?;
                return Some(Some(Found { grant, rank, ceiling, lender: None }));
            }
            Answered::Ask => {}
        }
        self.ask_few(cell, target, query, reach)
    }

    /// The same, rule by rule.
    #[expect(clippy::option_option, reason = "no cell is not no grant: it denies at once")]
    fn ask_few(
        &self,
        cell: (usize, Action),
        target: &Target<'_>,
        query: Query<'_>,
        reach: Level,
    ) -> Option<Option<Found<'p>>> {
        let spoken_to = self.tables.cells.spoken_to(cell.0, cell.1)?;
        let mut search = Search { cell, target, query, reach: Some(reach), best: None, lender: None };
        for role in self.few.iter() {
            if spoken_to.contains(role) && !self.look(&mut search, role, true)? {
                return Some(None);
            }
        }
        Some(search.best)
    }

    /// The same of many roles, or of those that somebody lent.
    #[expect(clippy::option_option, reason = "no cell is not no grant: it denies at once")]
    fn best(
        &self,
        (roles, lender): (RoleSet, Option<&Lent>),
        cell: (usize, Action),
        target: &Target<'_>,
        now: Timestamp,
    ) -> Option<Option<Found<'p>>> {
        let spoken_to = self.tables.cells.spoken_to(cell.0, cell.1)?;
        let query = self.query(lender, target, now);
        let mut search = Search { cell, target, query, reach: None, best: None, lender };
        for role in self.all().common_set(*spoken_to).iter() {
            if !self.look(&mut search, role, roles.contains(role))? {
                return Some(None);
            }
        }
        Some(search.best)
    }

    /// Looks into one role's cell: at its denies, and at its grants if they count. False where a deny binds.
    #[inline]
    fn look(&self, search: &mut Search<'p, '_>, role: usize, grants_count: bool) -> Option<bool> {
        let (kind, action) = search.cell;
        let mut cell = self.tables.cells.rules(role, kind, action)?.iter();
        // SECURITY: a cell has its denies first, and nothing is allowed before every role's were asked.
        let first = loop {
            match cell.next() {
                Some(entry) if entry & DENY != 0 => {
                    if self.tables.deny(*entry)?.binds(&search.query) {
                        return Some(false);
                    }
                }
                first => break first,
            }
        };
        let (clearance, level) = (*self.tables.clearances.get(role)?, search.target.level);
        if level > clearance || first.is_none() || !grants_count {
            return Some(true);
        }
        let ceiling = clearance.min(*search.reach.get_or_insert_with(|| self.reach(action, &search.query)));
        if level > ceiling {
            return Some(true);
        }
        // From the lightest grant to the heaviest: the first that holds is the best.
        for rank in first.into_iter().chain(cell) {
            if self.tables.holds(*rank, &search.query)? {
                let lender = search.lender.map(|lender| lender.by);
                let found = Found { grant: self.tables.grant(*rank)?, rank: *rank, ceiling, lender };
                if search.best.as_ref().is_none_or(|best| found.is_better_than(best)) {
                    search.best = Some(found);
                }
                break;
            }
        }
        Some(true)
    }

    /// The first deny that binds; the outer `None` where a table has no such cell.
    #[expect(clippy::option_option, reason = "no cell is not no deny: it denies at once")]
    pub(crate) fn blocking(
        &self,
        kind: usize,
        action: Action,
        query: &Query<'_>,
    ) -> Option<Option<&'p CompiledDeny>> {
        for role in self.all().iter() {
            for index in self.tables.cells.denies(role, kind, action)? {
                let deny = self.tables.deny(index)?;
                if deny.binds(query) {
                    return Some(Some(deny));
                }
            }
        }
        Some(None)
    }

    /// The highest level that the requirements leave within reach.
    pub(crate) fn reach(&self, action: Action, query: &Query<'_>) -> Level {
        let highest = self.tables.scale.highest();
        self.unmet(action, query).map(|requirement| requirement.below).fold(highest, Level::min)
    }

    pub(crate) fn unmet<'q>(
        &'q self,
        action: Action,
        query: &'q Query<'q>,
    ) -> impl Iterator<Item = &'p CompiledRequirement> + use<'p, 'q, 'r> {
        let requirements = self.tables.requirements.iter();
        requirements.filter(move |rule| rule.speaks_of(action) && !rule.conditions.hold(query))
    }
}

impl Found<'_> {
    /// Lighter obligations first, then the higher ceiling, then the order of the policy. A grant's rank is by burden,
    /// then by that order.
    fn is_better_than(&self, other: &Self) -> bool {
        let key = |found: &Self| (found.grant.burden, std::cmp::Reverse(found.ceiling), found.rank);
        self.rank != other.rank && key(self) < key(other)
            || self.rank == other.rank && self.ceiling > other.ceiling
    }
}
