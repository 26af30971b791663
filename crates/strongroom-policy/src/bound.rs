//! A request as numbers: names are looked up once, for many decisions.

use crate::tables::{RoleSet, Tables};
use crate::{Actor, AuthContext, Related, Resource};
use std::collections::BTreeMap;
use strongroom_types::{ActorId, CustomerId, Level, Purpose, RecordId, RuleId, Timestamp};

/// Somebody's session, bound to one policy: roles, purpose and place are looked up, separation of duty is checked.
/// Made by [`CompiledPolicy::bind`](crate::CompiledPolicy::bind); decides in tens of nanoseconds.
#[derive(Debug)]
pub struct Bound<'p, 'r> {
    pub(crate) tables: &'p Tables,
    pub(crate) id: ActorId,
    team: Option<Team<'r>>,
    pub(crate) actor: &'r Actor,
    pub(crate) auth: &'r AuthContext,
    /// The actor's own active roles.
    pub(crate) roles: RoleSet,
    /// Apart, since few have any: a bound session is as small as can be.
    lent: Option<Box<Borrowed<'r>>>,
    pub(crate) standing: Standing<'p>,
    pub(crate) purpose_bit: u64,
    pub(crate) zone_bit: u64,
    pub(crate) purpose: Option<&'p Purpose>,
}

/// Roles that others lent.
#[derive(Debug)]
struct Borrowed<'r> {
    all: RoleSet,
    each: Vec<(RoleSet, &'r crate::Lent)>,
}

impl<'r> Borrowed<'r> {
    fn new(tables: &Tables, lent: &'r [crate::Lent]) -> Self {
        let each: Vec<_> = lent.iter().map(|lent| (tables.role_set(&lent.roles), lent)).collect();
        let all = each.iter().fold(RoleSet::default(), |all, (some, _)| all.union(*some));
        Self { all, each }
    }
}

/// Whether somebody may act at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing<'p> {
    Good,
    Inactive,
    Conflicting(&'p RuleId),
}

impl<'p, 'r> Bound<'p, 'r> {
    pub(crate) fn new(tables: &'p Tables, actor: &'r Actor, auth: &'r AuthContext) -> Self {
        let assigned = tables.role_set(&actor.roles);
        let roles = match &actor.active_roles {
            None => assigned,
            // Only what is assigned, or inherited by what is, can be active.
            Some(active) => tables.role_set(active).common_set(tables.closure(assigned)),
        };
        let lent = (!actor.lent.is_empty()).then(|| Box::new(Borrowed::new(tables, &actor.lent)));
        let borrowed = lent.as_ref().map_or(RoleSet::default(), |lent| lent.all);
        let standing = if !actor.active {
            Standing::Inactive
        } else if tables.separations.is_empty() {
            Standing::Good
        } else {
            let conflict = tables
                .conflict(tables.closure(assigned.union(borrowed)), tables.closure(roles.union(borrowed)));
            conflict.map_or(Standing::Good, |rule| Standing::Conflicting(&rule.id))
        };
        let purpose = auth.purpose.as_ref();
        Self {
            tables,
            id: actor.id,
            team: Team::of(actor.team.as_deref()),
            actor,
            auth,
            roles,
            lent,
            standing,
            purpose_bit: purpose.map_or(0, |name| tables.names.purposes.bit(name.as_str())),
            zone_bit: auth.zone.as_ref().map_or(0, |name| tables.names.zones.bit(name.as_str())),
            purpose: purpose
                .and_then(|name| tables.names.known_purposes.get_key_value(name))
                .map(|(name, ())| name),
        }
    }

    /// The active roles of the actor and all that were lent: the denies on any of them bind.
    #[inline]
    pub(crate) fn all(&self) -> RoleSet {
        self.lent.as_ref().map_or(self.roles, |lent| self.roles.union(lent.all))
    }

    /// What each lender lent.
    pub(crate) fn lent(&self) -> &[(RoleSet, &'r crate::Lent)] {
        self.lent.as_ref().map(|lent| lent.each.as_slice()).unwrap_or_default()
    }

    /// What the conditions are asked about, for the actor's own roles or for what one lender lent.
    #[inline]
    pub(crate) fn query<'q>(
        &'q self,
        lender: Option<&'q crate::Lent>,
        target: &'q Target<'q>,
        now: Timestamp,
    ) -> Query<'q> {
        let own = |id: ActorId| target.owner.map(|owner| owner == id);
        let team = |team: Option<Team<'_>>| target.team.zip(team).map(|(a, b)| a == b);
        let (actor_own, actor_team) = (own(self.id), team(self.team));
        let (principal, own, team) = match lender {
            None => (self.id, actor_own, actor_team),
            Some(lender) => (lender.by, own(lender.by), team(Team::of(lender.team.as_deref()))),
        };
        Query { bound: self, target, now, principal, own, team, actor_own, actor_team }
    }
}

/// A team's name and its mark: most teams differ, and that shows without looking at the names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Team<'a> {
    mark: u64,
    pub(crate) name: &'a str,
}

impl<'a> Team<'a> {
    fn of(name: Option<&'a str>) -> Option<Self> {
        name.map(|name| Self { mark: mark(name), name })
    }
}

/// The length and the last bytes: names of one sort differ at their ends.
fn mark(name: &str) -> u64 {
    let end = name.bytes().rev().take(7);
    end.fold(u64::try_from(name.len()).unwrap_or(u64::MAX), |mark, byte| {
        mark.rotate_left(8) ^ u64::from(byte)
    })
}

impl PartialEq for Team<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.mark == other.mark && self.name == other.name
    }
}

/// A resource, bound to one policy: kind and state are looked up. Made by
/// [`CompiledPolicy::target`](crate::CompiledPolicy::target).
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Which policy's numbers these are.
    pub(crate) tables: &'a Tables,
    /// What is rarely looked at.
    pub(crate) resource: &'a Resource<'a>,
    pub(crate) state_bit: u64,
    pub(crate) team: Option<Team<'a>>,
    pub(crate) owner: Option<ActorId>,
    pub(crate) record: Option<RecordId>,
    pub(crate) customer: Option<CustomerId>,
    pub(crate) kind: Option<u16>,
    pub(crate) level: Level,
}

impl<'a> Target<'a> {
    pub(crate) fn new(tables: &'a Tables, resource: &'a Resource<'a>) -> Self {
        Self {
            tables,
            resource,
            state_bit: resource.state.map_or(0, |state| tables.names.states.bit(state)),
            team: Team::of(resource.team),
            owner: resource.owner,
            record: resource.record,
            customer: resource.customer,
            kind: tables.kinds.get(resource.kind).and_then(|kind| u16::try_from(*kind).ok()),
            level: resource.label.level,
        }
    }
}

/// What conditions are asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Query<'q> {
    pub(crate) bound: &'q Bound<'q, 'q>,
    pub(crate) target: &'q Target<'q>,
    pub(crate) now: Timestamp,
    /// On whose behalf: the lender of the roles, or else the actor.
    pub(crate) principal: ActorId,
    pub(crate) own: Option<bool>,
    pub(crate) team: Option<bool>,
    pub(crate) actor_own: Option<bool>,
    pub(crate) actor_team: Option<bool>,
}

impl<'q> Query<'q> {
    pub(crate) fn auth(&self) -> &'q AuthContext {
        self.bound.auth
    }

    pub(crate) fn evidence(&self) -> &'q BTreeMap<String, Timestamp> {
        &self.bound.actor.evidence
    }

    pub(crate) fn related(&self) -> Option<&'q [Related<'q>]> {
        self.target.resource.related
    }

    /// Whether the person whom the record is about has consented to the purpose of the request.
    pub(crate) fn consented(&self) -> bool {
        let purpose = self.auth().purpose.as_ref();
        purpose
            .zip(self.target.resource.consents)
            .is_some_and(|(purpose, consents)| consents.contains(purpose))
    }
}
