//! What is left of a decision when everything is known but the record: the filter that a storage query needs.

use crate::bound::{Bound, Query};
use crate::condition::{Conditions, needs};
use crate::role_set::RoleSet;
use crate::tables::{CompiledDeny, CompiledGrant};
use crate::{Lent, Resource};
use serde::Serialize;
use strongroom_types::{Action, ActorId, Kind, Level, Purpose, Timestamp};

/// Which records of a kind an actor reaches: a record matches exactly where the decision on it is yes.
///
/// Plain data, for a host to turn into its own query language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Filter {
    /// All of them hold; every record where the list is empty.
    All(Vec<Self>),
    /// One of them holds; no record where the list is empty.
    Any(Vec<Self>),
    /// The person whom the record is about has consented to the purpose.
    Consented(Purpose),
    /// The record's level is no higher.
    LevelAtMost(Level),
    /// The owner is known and one of these.
    OwnerIs(Vec<ActorId>),
    /// The owner is known and none of these.
    OwnerIsNot(Vec<ActorId>),
    /// This person stands in one of these relations to the record.
    Related(ActorId, Vec<String>),
    /// The relations are known, and none of these people stands in one of these.
    Unrelated(Vec<ActorId>, Vec<String>),
    /// The state is known and one of these.
    StateIs(Vec<String>),
    /// The state is known and none of these.
    StateIsNot(Vec<String>),
    /// The team is known and one of these.
    TeamIs(Vec<String>),
    /// The team is known and none of these.
    TeamIsNot(Vec<String>),
}

/// Which attributes of a record a storage can filter by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one for each attribute")]
pub struct Columns {
    /// Its consents.
    pub consents: bool,
    /// Its level.
    pub level: bool,
    /// Its owner.
    pub owner: bool,
    /// Who stands in which relation to it.
    pub relations: bool,
    /// Its state.
    pub state: bool,
    /// Its team.
    pub team: bool,
}

/// The storage cannot filter by something that decides. Fetching more and filtering later would touch what must not be
/// seen, so there is no query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the storage cannot filter by `{attribute}`, on which the decision rests")]
pub struct Inexpressible {
    /// The attribute.
    pub attribute: &'static str,
}

impl Filter {
    const EVERYTHING: Self = Self::All(Vec::new());
    const NOTHING: Self = Self::Any(Vec::new());

    /// Whether no record can match.
    pub fn is_nothing(&self) -> bool {
        *self == Self::NOTHING
    }

    /// Whether every record matches.
    pub fn is_everything(&self) -> bool {
        *self == Self::EVERYTHING
    }

    /// Whether a storage with these columns can answer it; else it must not be asked.
    ///
    /// # Errors
    /// [`Inexpressible`], with the first attribute that is missing.
    pub fn expressible(&self, columns: Columns) -> Result<(), Inexpressible> {
        let need = |there: bool, attribute| if there { Ok(()) } else { Err(Inexpressible { attribute }) };
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().try_for_each(|part| part.expressible(columns))
            }
            Self::Consented(_) => need(columns.consents, "consents"),
            Self::LevelAtMost(_) => need(columns.level, "level"),
            Self::OwnerIs(_) | Self::OwnerIsNot(_) => need(columns.owner, "owner"),
            Self::Related(..) | Self::Unrelated(..) => need(columns.relations, "relations"),
            Self::StateIs(_) | Self::StateIsNot(_) => need(columns.state, "state"),
            Self::TeamIs(_) | Self::TeamIsNot(_) => need(columns.team, "team"),
        }
    }

    /// Whether a record matches.
    pub fn matches(&self, resource: &Resource<'_>) -> bool {
        let related = |actors: &[ActorId], relations: &[String]| {
            let mut all = resource.related.into_iter().flatten();
            all.any(|one| actors.contains(&one.actor) && relations.iter().any(|name| name == one.relation))
        };
        let among = |list: &[String], value: &str| list.iter().any(|one| one == value);
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(resource)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(resource)),
            Self::Consented(purpose) => resource.consents.is_some_and(|consents| consents.contains(purpose)),
            Self::LevelAtMost(level) => resource.label.level <= *level,
            Self::OwnerIs(ids) => resource.owner.is_some_and(|owner| ids.contains(&owner)),
            Self::OwnerIsNot(ids) => resource.owner.is_some_and(|owner| !ids.contains(&owner)),
            Self::Related(actor, relations) => related(&[*actor], relations),
            Self::Unrelated(actors, relations) => resource.related.is_some() && !related(actors, relations),
            Self::StateIs(states) => resource.state.is_some_and(|state| among(states, state)),
            Self::StateIsNot(states) => resource.state.is_some_and(|state| !among(states, state)),
            Self::TeamIs(teams) => resource.team.is_some_and(|team| among(teams, team)),
            Self::TeamIsNot(teams) => resource.team.is_some_and(|team| !among(teams, team)),
        }
    }

    fn all(parts: Vec<Self>) -> Self {
        let mut kept: Vec<Self> = Vec::new();
        let mut lowest = None;
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::All(inner) => inner,
            other => vec![other],
        });
        for part in flat {
            match part {
                nothing if nothing.is_nothing() => return Self::NOTHING,
                other if kept.contains(&other) => {}
                Self::LevelAtMost(level) => {
                    lowest = Some(lowest.map_or(level, |lowest: Level| lowest.min(level)));
                }
                other => kept.push(other),
            }
        }
        kept.extend(lowest.map(Self::LevelAtMost));
        one_or(kept, Self::All)
    }

    fn any(parts: Vec<Self>) -> Self {
        let mut kept: Vec<Self> = Vec::new();
        for part in parts {
            match part {
                Self::Any(inner) => kept.extend(inner),
                everything if everything.is_everything() => return Self::EVERYTHING,
                other if kept.contains(&other) => {}
                other => kept.push(other),
            }
        }
        one_or(kept, Self::Any)
    }
}

fn one_or(mut parts: Vec<Filter>, several: impl FnOnce(Vec<Filter>) -> Filter) -> Filter {
    match (parts.pop(), parts.is_empty()) {
        (Some(one), true) => one,
        (last, _) => {
            parts.extend(last);
            several(parts)
        }
    }
}

impl Bound<'_, '_> {
    /// Which records of a kind this session reaches with an action, as of an instant.
    pub fn filter(&self, action: Action, kind: &Kind, now: Timestamp) -> Filter {
        let standing = self.standing == crate::bound::Standing::Good;
        let Some(index) = self.tables.kinds.get(kind).copied().filter(|_| standing) else {
            return Filter::NOTHING;
        };
        let own = std::iter::once((self.roles(), None));
        let lent = self.lent().iter().map(|(roles, lender)| (*roles, Some(*lender)));
        Filter::any(own.chain(lent).map(|part| self.part(part, (index, action), kind, now)).collect())
    }

    fn part(
        &self,
        (roles, lender): (RoleSet, Option<&Lent>),
        (index, action): (usize, Action),
        kind: &Kind,
        now: Timestamp,
    ) -> Filter {
        // Of the record nothing is known here, so what is asked of it below fails: it becomes the filter.
        let resource = Resource::new(kind, strongroom_types::Label::default());
        let target = crate::Target::new(self.tables, &resource);
        let query = self.query(lender, &target, now);
        let who = Who { principal: query.principal, actor: self.actor.id, lender, bound: self };
        let mut ways = Vec::new();
        for role in roles.iter() {
            let clearance = self.tables.clearances.get(role).copied().unwrap_or_default();
            for rank in self.tables.cells.grants(role, index, action).unwrap_or_default() {
                if let Some(grant) = self.tables.grant(*rank) {
                    ways.push(who.grant(grant, clearance, &query));
                }
            }
        }
        let mut parts = vec![Filter::any(ways)];
        for requirement in self.tables.requirements.iter().filter(|one| one.speaks_of(action)) {
            let below = Filter::LevelAtMost(requirement.below);
            parts.push(Filter::any(vec![who.conditions(&requirement.conditions, &query), below]));
        }
        for role in self.all().iter() {
            for deny in self.tables.cells.denies(role, index, action).into_iter().flatten() {
                if let Some(deny) = self.tables.deny(deny) {
                    let free = who.free_of(deny, &query);
                    if !parts.contains(&free) {
                        parts.push(free);
                    }
                }
            }
        }
        Filter::all(parts)
    }
}

/// In whose name the filter is made.
struct Who<'a> {
    principal: ActorId,
    actor: ActorId,
    lender: Option<&'a Lent>,
    bound: &'a Bound<'a, 'a>,
}

impl Who<'_> {
    fn grant(&self, grant: &CompiledGrant, clearance: Level, query: &Query<'_>) -> Filter {
        let level = if clearance == self.bound.tables.scale.highest() {
            Filter::EVERYTHING
        } else {
            Filter::LevelAtMost(clearance)
        };
        Filter::all(vec![level, self.conditions(&grant.conditions, query)])
    }

    /// When the conditions hold: nothing, or what they ask of the record.
    fn conditions(&self, conditions: &Conditions, query: &Query<'_>) -> Filter {
        if !conditions.hold_but_for_record(query) {
            return Filter::NOTHING;
        }
        let mut parts = Vec::new();
        if conditions.needs(needs::OWN) {
            parts.push(Filter::OwnerIs(vec![self.principal]));
        }
        if conditions.needs(needs::TEAM) {
            parts.push(self.team().map_or(Filter::NOTHING, |team| Filter::TeamIs(vec![team.to_owned()])));
        }
        if conditions.needs(needs::STATE) {
            parts.push(Filter::StateIs(self.states(conditions.states)));
        }
        if conditions.needs(needs::RELATION) {
            parts.push(Filter::Related(self.principal, texts(&conditions.relations)));
        }
        if conditions.needs(needs::CONSENT) {
            let purpose = self.bound.auth.purpose.clone();
            parts.push(purpose.map_or(Filter::NOTHING, Filter::Consented));
        }
        Filter::all(parts)
    }

    /// When the deny does not bind.
    fn free_of(&self, deny: &CompiledDeny, query: &Query<'_>) -> Filter {
        if !deny.when.may_hold_but_for_record(query) {
            return Filter::EVERYTHING;
        }
        let when = &deny.when;
        let both = || {
            let mut ids = vec![self.principal];
            if self.actor != self.principal {
                ids.push(self.actor);
            }
            ids
        };
        let mut ways = Vec::new();
        match when.own {
            Some(true) => ways.push(Filter::OwnerIsNot(both())),
            Some(false) => ways.push(Filter::OwnerIs(vec![self.principal])),
            None => {}
        }
        match when.team {
            Some(true) => ways.push(self.in_no_team()),
            Some(false) => {
                let team = self.team().map(|team| Filter::TeamIs(vec![team.to_owned()]));
                ways.push(team.unwrap_or(Filter::NOTHING));
            }
            None => {}
        }
        if let Some(states) = when.states {
            ways.push(Filter::StateIsNot(self.states(states)));
        }
        if let Some(relations) = &when.relations {
            ways.push(Filter::Unrelated(both(), texts(relations)));
        }
        if let Some(unless) = &deny.unless {
            ways.push(self.conditions(unless, query));
        }
        Filter::any(ways)
    }

    fn team(&self) -> Option<&str> {
        match self.lender {
            None => self.bound.actor.team.as_deref(),
            Some(lender) => lender.team.as_deref(),
        }
    }

    /// Neither of those in whose name this is has the record's team, and of both it is known.
    fn in_no_team(&self) -> Filter {
        let teams: Option<Vec<String>> = [self.team(), self.bound.actor.team.as_deref()]
            .into_iter()
            .map(|team| team.map(str::to_owned))
            .collect();
        teams.map_or(Filter::NOTHING, |mut teams| {
            teams.dedup();
            Filter::TeamIsNot(teams)
        })
    }

    fn states(&self, bits: u64) -> Vec<String> {
        let names = &self.bound.tables.names.states;
        names.list.iter().filter(|name| names.bit(name) & bits != 0).map(ToString::to_string).collect()
    }
}

fn texts(names: &[Box<str>]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}
