//! A request as numbers: names are looked up once, for many decisions.

use crate::role_set::RoleSet;
use crate::tables::Tables;
use crate::{Actor, AuthContext, Lent, Related, Resource};
use std::collections::BTreeMap;
use strongroom_types::{ActorId, CustomerId, Level, Purpose, RecordId, RoleName, RuleId, Timestamp};

/// Somebody's session, bound to one policy: roles, purpose and place are looked up, separation of duty is checked.
/// Made by [`CompiledPolicy::bind`](crate::CompiledPolicy::bind); decides in tens of nanoseconds.
#[derive(Debug)]
pub struct Bound<'p, 'r> {
    pub(crate) tables: &'p Tables,
    pub(crate) id: ActorId,
    team: Option<Team<'r>>,
    pub(crate) actor: &'r Actor,
    pub(crate) auth: &'r AuthContext,
    /// The actor's active roles, where they are few and nobody lent any: all that most decisions walk along.
    pub(crate) few: Few,
    /// The roles otherwise, apart: a bound session is as small as can be.
    wide: Option<Box<Wide<'r>>>,
    pub(crate) standing: Standing<'p>,
    pub(crate) purpose_bit: u64,
    pub(crate) zone_bit: u64,
    pub(crate) purpose: Option<&'p Purpose>,
}

/// At most six roles in a line, ended by [`Few::END`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Few([u16; 6]);

impl Few {
    const END: u16 = u16::MAX;
    const NONE: Self = Self([Self::END; 6]);

    /// `None` where they are more.
    fn of(tables: &Tables, roles: &[RoleName]) -> Option<Self> {
        let mut few = Self::NONE;
        if roles.len() > few.0.len() {
            return None;
        }
        let known = roles.iter().filter_map(|role| tables.roles.get(role));
        for (slot, role) in few.0.iter_mut().zip(known) {
            *slot = u16::try_from(*role).ok()?;
        }
        Some(few)
    }

    #[inline]
    pub(crate) fn iter(self) -> impl Iterator<Item = usize> {
        self.0.into_iter().take_while(|role| *role != Self::END).map(usize::from)
    }

    pub(crate) fn set(self) -> RoleSet {
        let mut set = RoleSet::default();
        self.iter().for_each(|role| set.insert(role));
        set
    }
}

/// Many roles, or some that others lent.
#[derive(Debug)]
pub(crate) struct Wide<'r> {
    /// The actor's own active roles.
    pub(crate) roles: RoleSet,
    /// And all that were lent: the denies on any of them bind.
    pub(crate) all: RoleSet,
    pub(crate) lent: Vec<(RoleSet, &'r Lent)>,
}

/// Whether somebody may act at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing<'p> {
    Good,
    Inactive,
    Conflicting(&'p RuleId),
}

impl<'p> Standing<'p> {
    fn of(tables: &'p Tables, assigned: RoleSet, active: RoleSet) -> Self {
        let conflict = tables.conflict(tables.closure(assigned), tables.closure(active));
        conflict.map_or(Self::Good, |rule| Self::Conflicting(&rule.id))
    }
}

impl<'r> Wide<'r> {
    fn new<'p>(tables: &'p Tables, actor: &'r Actor) -> (Option<Box<Self>>, Standing<'p>) {
        let assigned = tables.role_set(&actor.roles);
        let roles = match &actor.active_roles {
            None => assigned,
            // Only what is assigned, or inherited by what is, can be active.
            Some(active) => tables.role_set(active).common_set(tables.closure(assigned)),
        };
        let lent: Vec<_> = actor.lent.iter().map(|lent| (tables.role_set(&lent.roles), lent)).collect();
        let borrowed = lent.iter().fold(RoleSet::default(), |all, (some, _)| all.union(*some));
        let all = roles.union(borrowed);
        let standing = Standing::of(tables, assigned.union(borrowed), all);
        (Some(Box::new(Self { roles, all, lent })), standing)
    }
}

impl<'p, 'r> Bound<'p, 'r> {
    pub(crate) fn new(tables: &'p Tables, actor: &'r Actor, auth: &'r AuthContext) -> Self {
        let plain = actor.active_roles.is_none() && actor.lent.is_empty();
        let few = if plain { Few::of(tables, &actor.roles) } else { None };
        let (wide, standing) = match few {
            Some(_) if tables.separations.is_empty() => (None, Standing::Good),
            Some(few) => (None, Standing::of(tables, few.set(), few.set())),
            None => Wide::new(tables, actor),
        };
        let standing = if actor.active { standing } else { Standing::Inactive };
        let purpose = auth.purpose.as_ref();
        Self {
            tables,
            id: actor.id,
            team: Team::of(actor.team.as_deref()),
            actor,
            auth,
            few: few.unwrap_or(Few::NONE),
            wide,
            standing,
            purpose_bit: purpose.map_or(0, |name| tables.names.purposes.bit(name.as_str())),
            zone_bit: auth.zone.as_ref().map_or(0, |name| tables.names.zones.bit(name.as_str())),
            purpose: purpose.and_then(|name| tables.names.known_purposes.get(name)),
        }
    }

    /// The roles where they are many, or lent.
    pub(crate) fn wide(&self) -> Option<&Wide<'r>> {
        self.wide.as_deref()
    }

    /// The actor's own active roles.
    pub(crate) fn roles(&self) -> RoleSet {
        self.wide().map_or_else(|| self.few.set(), |wide| wide.roles)
    }

    /// The active roles of the actor and all that were lent: the denies on any of them bind.
    pub(crate) fn all(&self) -> RoleSet {
        self.wide().map_or_else(|| self.few.set(), |wide| wide.all)
    }

    /// What each lender lent.
    pub(crate) fn lent(&self) -> &[(RoleSet, &'r Lent)] {
        self.wide().map(|wide| wide.lent.as_slice()).unwrap_or_default()
    }

    /// What the conditions are asked about, for the actor's own roles or for what one lender lent.
    #[inline]
    pub(crate) fn query<'q>(
        &'q self,
        lender: Option<&'q Lent>,
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
