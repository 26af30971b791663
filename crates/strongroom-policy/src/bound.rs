//! A request as numbers: names are looked up once, for many decisions.

use crate::role_set::RoleSet;
use crate::tables::Tables;
use crate::{Actor, AuthContext, Lent, Related, Resource};
use std::collections::BTreeMap;
use strongroom_types::{ActorId, CustomerId, Level, Purpose, RecordId, RoleName, RuleId, Timestamp};

/// Somebody's session, bound to one policy: roles, purpose and place are looked up, separation of duty is checked.
/// Made by [`CompiledPolicy::bind`](crate::CompiledPolicy::bind); decides in tens of nanoseconds.
#[derive(Debug)]
#[repr(C, align(64))]
pub struct Bound<'p, 'r> {
    // What every decision looks at comes first, and fits one line of the cache.
    pub(crate) tables: &'p Tables,
    pub(crate) id: ActorId,
    /// The actor's active roles, where they are few and nobody lent any: all that most decisions walk along.
    pub(crate) few: Few,
    /// Whether these are all the roles, and the actor may act at all.
    pub(crate) plain: bool,
    pub(crate) auth: &'r AuthContext,
    team: Team,
    pub(crate) purpose: Option<&'p Purpose>,
    pub(crate) actor: &'r Actor,
    /// The roles otherwise, apart: a bound session is as small as can be.
    wide: Option<Box<Wide<'r>>>,
    pub(crate) standing: Standing<'p>,
    pub(crate) purpose_bit: u64,
    pub(crate) zone_bit: u64,
}

/// At most four roles in a line, each with its clearance. Those that are not there are the one that nothing is granted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Few {
    roles: [u16; 4],
    clearances: [Level; 4],
    count: u8,
}

impl Few {
    fn none(tables: &Tables) -> Self {
        let nobody = u16::try_from(tables.closures.len()).unwrap_or(u16::MAX);
        Self { roles: [nobody; 4], clearances: [Level::default(); 4], count: 0 }
    }

    /// `None` where they are more.
    fn of(tables: &Tables, roles: &[RoleName]) -> Option<Self> {
        let mut few = Self::none(tables);
        for role in roles.iter().filter_map(|role| tables.roles.get(role)) {
            let at = usize::from(few.count);
            *few.roles.get_mut(at)? = u16::try_from(*role).ok()?;
            *few.clearances.get_mut(at)? = *tables.clearances.get(*role)?;
            few.count = few.count.saturating_add(1);
        }
        Some(few)
    }

    /// All four, those that are not there too.
    #[inline]
    pub(crate) fn all(&self) -> impl Iterator<Item = (usize, Level)> {
        self.roles.iter().map(|role| usize::from(*role)).zip(self.clearances)
    }

    #[inline]
    pub(crate) fn iter(self) -> impl Iterator<Item = usize> {
        self.roles.into_iter().take(self.count.into()).map(usize::from)
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
            team: Team::of(actor.team.as_deref(), Team::NO_ACTORS),
            actor,
            auth,
            few: few.unwrap_or_else(|| Few::none(tables)),
            plain: few.is_some() && standing == Standing::Good,
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
        let (own, team) = self.whose(target);
        // From what stands here: the actor and the resource are elsewhere, and most decisions never look at them.
        let both_known = self.team != Team::NO_ACTORS && target.team != Team::NO_RECORDS;
        let (actor_own, actor_team) = (target.owner.map(|_| own), both_known.then_some(team));
        let (principal, own, team) = match lender {
            None => (self.id, actor_own, actor_team),
            Some(lender) => {
                let team = target.resource.team.zip(lender.team.as_deref());
                (lender.by, target.owner.map(|owner| owner == lender.by), team.map(|(a, b)| a == b))
            }
        };
        Query { bound: self, target, now, principal, own, team, actor_own, actor_team }
    }

    /// Whether the record is known to be the actor's own, and of the actor's team.
    #[inline]
    pub(crate) fn whose(&self, target: &Target<'_>) -> (bool, bool) {
        let same = self.team == target.team;
        let team = if same && !self.team.is_whole() {
            self.actor.team.as_deref() == target.resource.team
        } else {
            same
        };
        (target.owner == Some(self.id), team)
    }
}

/// A team's name where it has at most 15 bytes, and its length and end where it has more: most teams differ, and that
/// shows without looking at the names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Team(u128);

impl Team {
    const WHOLE_MAX: u8 = 15;
    /// No team is another's, and no other is that of an actor without one.
    const NO_ACTORS: Self = Self(u128::MAX);
    const NO_RECORDS: Self = Self(u128::MAX - 1);

    fn of(name: Option<&str>, none: Self) -> Self {
        let Some(name) = name.map(str::as_bytes) else { return none };
        let end = name.last_chunk::<15>().map_or(name, |end| end);
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(end).for_each(|(byte, letter)| *byte = *letter);
        // No name is as long as those that are not there.
        let [.., length] = &mut bytes;
        *length = u8::try_from(name.len()).unwrap_or(u8::MAX).min(u8::MAX - 1);
        Self(u128::from_le_bytes(bytes))
    }

    fn is_whole(self) -> bool {
        let [.., length] = self.0.to_le_bytes();
        length <= Self::WHOLE_MAX
    }
}

/// A resource, bound to one policy: kind and state are looked up. Made by
/// [`CompiledPolicy::target`](crate::CompiledPolicy::target).
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub struct Target<'a> {
    /// Which policy's numbers these are.
    pub(crate) tables: &'a Tables,
    pub(crate) kind: Option<u16>,
    pub(crate) level: Level,
    pub(crate) owner: Option<ActorId>,
    team: Team,
    /// What is rarely looked at.
    pub(crate) resource: &'a Resource<'a>,
    pub(crate) state_bit: u64,
    pub(crate) record: Option<RecordId>,
    pub(crate) customer: Option<CustomerId>,
}

impl<'a> Target<'a> {
    pub(crate) fn new(tables: &'a Tables, resource: &'a Resource<'a>) -> Self {
        Self {
            tables,
            resource,
            state_bit: resource.state.map_or(0, |state| tables.names.states.bit(state)),
            team: Team::of(resource.team, Team::NO_RECORDS),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::sample;

    // Two lines of the cache each; what is added costs every decision.
    const _: () = assert!(size_of::<Bound<'_, '_>>() == 128 && size_of::<Target<'_>>() == 128);

    #[test]
    fn nothing_but_the_whole_name_makes_a_team_the_same() {
        let long = "the team of the north, sales";
        let other = "the team of the south, sales";
        for (actors, records, expected) in [
            (Some("sales"), Some("sales"), true),
            (Some("sales"), Some("sale"), false),
            (Some("sales"), Some("sales\0"), false),
            (Some("sales"), Some("Sales"), false),
            (Some(""), Some(""), true),
            (Some(""), None, false),
            (None, Some(""), false),
            (None, None, false),
            (Some("fifteen letters"), Some("fifteen letters"), true),
            (Some("sixteen letters!"), Some("sixteen letters!"), true),
            (Some(long), Some(long), true),
            (Some(long), Some(other), false),
            (Some(other), Some(" the team of the south, sales"), false),
            // As long, and with the same end.
            (Some("north: those who sell to the east"), Some("south: those who sell to the east"), false),
        ] {
            let (_, policy) = sample();
            let mut actor = Actor::new(ActorId::from_bytes([1; 16]), []);
            actor.team = actors.map(str::to_owned);
            let auth = AuthContext::new(Timestamp::MIN);
            let kind = strongroom_types::Kind::new("customer").unwrap();
            let mut resource = Resource::new(&kind, strongroom_types::Label::default());
            resource.team = records;
            let (bound, target) = (policy.bind(&actor, &auth), policy.target(&resource));
            assert_eq!(bound.whose(&target).1, expected, "{actors:?} {records:?}");
            assert_eq!(bound.query(None, &target, Timestamp::MIN).team == Some(true), expected);
        }
    }
}
