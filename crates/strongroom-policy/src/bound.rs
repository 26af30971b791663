//! A request as numbers: names are looked up once, for many decisions.

use crate::tables::{RoleSet, Tables};
use crate::{Actor, AuthContext, Related, Resource};
use std::collections::BTreeMap;
use strongroom_types::{ActorId, CustomerId, Kind, Level, Purpose, RecordId, RuleId, Timestamp};

/// Somebody's session, bound to one policy: roles, purpose and place are looked up, separation of duty is checked.
/// Made by [`CompiledPolicy::bind`](crate::CompiledPolicy::bind); decides in tens of nanoseconds.
#[derive(Debug)]
pub struct Bound<'p, 'r> {
    pub(crate) tables: &'p Tables,
    pub(crate) actor: &'r Actor,
    pub(crate) auth: &'r AuthContext,
    /// The active roles of the actor and all that were lent: the denies on any of them bind.
    pub(crate) all: RoleSet,
    /// The actor's own active roles.
    pub(crate) roles: RoleSet,
    pub(crate) lent: Vec<(RoleSet, &'r crate::Lent)>,
    pub(crate) standing: Standing<'p>,
    pub(crate) purpose_bit: u64,
    pub(crate) zone_bit: u64,
    pub(crate) purpose: Option<&'p Purpose>,
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
        let lent: Vec<_> = actor.lent.iter().map(|lent| (tables.role_set(&lent.roles), lent)).collect();
        let borrowed = lent.iter().fold(RoleSet::default(), |all, (some, _)| all.union(*some));
        let all = roles.union(borrowed);
        let standing = if !actor.active {
            Standing::Inactive
        } else if tables.separations.is_empty() {
            Standing::Good
        } else {
            let conflict = tables.conflict(tables.closure(assigned.union(borrowed)), tables.closure(all));
            conflict.map_or(Standing::Good, |rule| Standing::Conflicting(&rule.id))
        };
        let purpose = auth.purpose.as_ref();
        Self {
            tables,
            actor,
            auth,
            all,
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

    /// What the conditions are asked about, for the actor's own roles or for what one lender lent.
    #[inline]
    pub(crate) fn query<'q>(
        &'q self,
        lender: Option<&'q crate::Lent>,
        target: &'q Target<'q>,
        now: Timestamp,
    ) -> Query<'q> {
        let actor = self.actor;
        let own = |id: ActorId| target.owner.map(|owner| owner == id);
        let team = |team: Option<&str>| target.team.zip(team).map(|(a, b)| a == b);
        let (actor_own, actor_team) = (own(actor.id), team(actor.team.as_deref()));
        let (principal, own, team) = match lender {
            None => (actor.id, actor_own, actor_team),
            Some(lender) => (lender.by, own(lender.by), team(lender.team.as_deref())),
        };
        Query {
            auth: self.auth,
            evidence: &actor.evidence,
            now,
            actor: actor.id,
            principal,
            own,
            team,
            actor_own,
            actor_team,
            purpose: self.purpose_bit,
            zone: self.zone_bit,
            state: target.state_bit,
            has_state: target.has_state,
            related: target.related,
            consents: target.consents,
        }
    }
}

/// A resource, bound to one policy: kind and state are looked up. Made by
/// [`CompiledPolicy::target`](crate::CompiledPolicy::target).
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Which policy's numbers these are.
    pub(crate) tables: &'a Tables,
    pub(crate) kind: Option<usize>,
    pub(crate) kind_name: &'a Kind,
    pub(crate) level: Level,
    pub(crate) record: Option<RecordId>,
    pub(crate) customer: Option<CustomerId>,
    pub(crate) owner: Option<ActorId>,
    pub(crate) team: Option<&'a str>,
    pub(crate) state_bit: u64,
    pub(crate) has_state: bool,
    related: Option<&'a [Related<'a>]>,
    consents: Option<&'a [Purpose]>,
}

impl<'a> Target<'a> {
    pub(crate) fn new(tables: &'a Tables, resource: &Resource<'a>) -> Self {
        Self {
            tables,
            kind: tables.kinds.get(resource.kind).copied(),
            kind_name: resource.kind,
            level: resource.label.level,
            record: resource.record,
            customer: resource.customer,
            owner: resource.owner,
            team: resource.team,
            state_bit: resource.state.map_or(0, |state| tables.names.states.bit(state)),
            has_state: resource.state.is_some(),
            related: resource.related,
            consents: resource.consents,
        }
    }
}

/// What conditions are asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Query<'q> {
    pub(crate) auth: &'q AuthContext,
    pub(crate) evidence: &'q BTreeMap<String, Timestamp>,
    pub(crate) now: Timestamp,
    pub(crate) actor: ActorId,
    /// On whose behalf: the lender of the roles, or else the actor.
    pub(crate) principal: ActorId,
    pub(crate) own: Option<bool>,
    pub(crate) team: Option<bool>,
    pub(crate) actor_own: Option<bool>,
    pub(crate) actor_team: Option<bool>,
    pub(crate) purpose: u64,
    pub(crate) zone: u64,
    pub(crate) state: u64,
    pub(crate) has_state: bool,
    pub(crate) related: Option<&'q [Related<'q>]>,
    consents: Option<&'q [Purpose]>,
}

impl Query<'_> {
    /// Whether the person whom the record is about has consented to the purpose of the request.
    pub(crate) fn consented(&self) -> bool {
        let purpose = self.auth.purpose.as_ref();
        purpose.zip(self.consents).is_some_and(|(purpose, consents)| consents.contains(purpose))
    }
}
