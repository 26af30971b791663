//! The questions the other way round: who can do this to that record, and what can this person reach.

use crate::bound::{Bound, Few, Query, Standing, Target};
use crate::condition::needs;
use crate::role_set::RoleSet;
use crate::tables::Tables;
use crate::{Actor, AuthContext, CompiledPolicy, Filter};
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::collections::BTreeMap;
use strongroom_types::{Action, ActorId, Kind, RoleName, RuleId, Timestamp};

/// Everybody, looked up in one policy, to be asked about again and again. Sorted by id.
#[derive(Debug)]
pub struct Roster<'p> {
    policy: &'p CompiledPolicy,
    actors: &'p [Actor],
    people: Vec<Entry>,
    teams: FxHashMap<&'p str, u32>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    id: ActorId,
    few: Few,
    /// [`NO_TEAM`] without one.
    team: u32,
    place: u32,
    /// Whoever has many roles, or some that others lent, is asked about one by one.
    singly: bool,
}

const NO_TEAM: u32 = u32::MAX;

/// A page of people, and where the next begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhoCan {
    /// Who can, in the order of their ids.
    pub people: Vec<ActorId>,
    /// The last one that was looked at, to go on after; `None` at the end.
    pub next: Option<ActorId>,
}

/// What somebody can reach with one action on one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// The kind.
    pub kind: Kind,
    /// The action.
    pub action: Action,
    /// Which records.
    pub filter: Filter,
}

impl CompiledPolicy {
    /// By role, kind and action: the grants that speak of them, own or inherited. Conditions and denies aside.
    pub fn matrix(&self) -> BTreeMap<RoleName, BTreeMap<Kind, BTreeMap<Action, Vec<RuleId>>>> {
        let mut matrix: BTreeMap<_, BTreeMap<_, BTreeMap<_, Vec<_>>>> = BTreeMap::new();
        for (role, name) in self.tables.role_names.iter().enumerate() {
            for (kind, index) in &self.tables.kinds {
                for action in Action::ALL {
                    let ranks = self.tables.cells.grants(role, *index, *action).unwrap_or_default();
                    let rules: Vec<RuleId> =
                        ranks.iter().filter_map(|rank| Some(self.tables.grant(*rank)?.id.clone())).collect();
                    if !rules.is_empty() {
                        let kinds = matrix.entry(name.clone()).or_default();
                        kinds.entry(kind.clone()).or_default().insert(*action, rules);
                    }
                }
            }
        }
        matrix
    }

    /// Everybody, looked up once. Those who may not act at all are left out.
    pub fn roster<'p>(&'p self, actors: &'p [Actor]) -> Roster<'p> {
        let auth = AuthContext::new(Timestamp::MIN);
        let mut teams: FxHashMap<&str, u32> = FxHashMap::default();
        let mut people = Vec::with_capacity(actors.len());
        for (place, actor) in actors.iter().enumerate() {
            let bound = Bound::new(&self.tables, actor, &auth);
            if bound.standing != Standing::Good {
                continue;
            }
            let fresh = u32::try_from(teams.len()).unwrap_or(NO_TEAM);
            let team = actor.team.as_deref().map_or(NO_TEAM, |team| *teams.entry(team).or_insert(fresh));
            people.push(Entry {
                id: actor.id,
                few: bound.few,
                team,
                place: u32::try_from(place).unwrap_or(u32::MAX),
                singly: bound.wide().is_some(),
            });
        }
        people.sort_by_key(|entry| entry.id);
        Roster { policy: self, actors, people, teams }
    }
}

impl Roster<'_> {
    /// Who can do it to the target, under these circumstances, at this instant: exactly those for whom the decision would
    /// be yes. At most `limit` people, those after `after`.
    pub fn who_can(
        &self,
        action: Action,
        target: &Target<'_>,
        auth: &AuthContext,
        now: Timestamp,
        (after, limit): (Option<ActorId>, usize),
    ) -> WhoCan {
        let mut found = WhoCan { people: Vec::new(), next: None };
        let nobody = Actor::new(ActorId::from_bytes([0; 16]), []);
        let bound = Bound::new(&self.policy.tables, &nobody, auth);
        let Some(kind) = bound.kind(target) else { return found };
        let mut verdicts = Verdicts::new(&bound, (kind, action), target, now);
        let team = target
            .resource
            .team
            .map(|team| self.teams.get(team).copied().unwrap_or(NO_TEAM.saturating_sub(1)));
        let start = after.map_or(0, |after| self.people.partition_point(|entry| entry.id <= after));
        for entry in self.people.get(start..).unwrap_or_default() {
            let own = target.owner.map(|owner| owner == entry.id);
            let same_team = team.filter(|_| entry.team != NO_TEAM).map(|team| team == entry.team);
            let any = |of: &RoleSet| entry.few.iter().any(|role| of.contains(role));
            let can = if entry.singly || any(&verdicts.personal) {
                self.decides(entry, action, target, auth, now)
            } else {
                let (allow, deny) = verdicts.of(own, same_team);
                any(allow) && !any(deny)
            };
            if can {
                if found.people.len() >= limit {
                    found.next = found.people.last().copied();
                    return found;
                }
                found.people.push(entry.id);
            }
        }
        found
    }

    fn decides(
        &self,
        entry: &Entry,
        action: Action,
        target: &Target<'_>,
        auth: &AuthContext,
        now: Timestamp,
    ) -> bool {
        let actor = usize::try_from(entry.place).ok().and_then(|place| self.actors.get(place));
        actor.is_some_and(|actor| self.policy.bind(actor, auth).decide(action, target, now).is_ok())
    }
}

/// Which roles allow and which deny, for each of the ways in which somebody can stand to the record.
struct Verdicts<'q> {
    bound: &'q Bound<'q, 'q>,
    cell: (usize, Action),
    target: &'q Target<'q>,
    now: Timestamp,
    /// Roles whose answer depends on more of the person.
    personal: RoleSet,
    known: [Option<(RoleSet, RoleSet)>; 9],
}

/// What a way that there is not would say.
const NOBODY: (RoleSet, RoleSet) = (RoleSet::NONE, RoleSet::NONE);

impl<'q> Verdicts<'q> {
    fn new(bound: &'q Bound<'q, 'q>, cell: (usize, Action), target: &'q Target<'q>, now: Timestamp) -> Self {
        let personal = personal(bound.tables, cell);
        Self { bound, cell, target, now, personal, known: [None; 9] }
    }

    fn of(&mut self, own: Option<bool>, team: Option<bool>) -> &(RoleSet, RoleSet) {
        let number =
            |truth: Option<bool>| truth.map_or(0, |truth| 1_usize.saturating_add(usize::from(truth)));
        let at = number(own).saturating_mul(3).saturating_add(number(team));
        if !matches!(self.known.get(at), Some(Some(_))) {
            let mut query = self.bound.query(None, self.target, self.now);
            (query.own, query.actor_own) = (own, own);
            (query.team, query.actor_team) = (team, team);
            let sets = self.sets(&query);
            if let Some(slot) = self.known.get_mut(at) {
                *slot = Some(sets);
            }
        }
        self.known.get(at).and_then(Option::as_ref).unwrap_or(&NOBODY)
    }

    fn sets(&self, query: &Query<'_>) -> (RoleSet, RoleSet) {
        let ((kind, action), tables) = (self.cell, self.bound.tables);
        let (mut allow, mut deny) = (RoleSet::default(), RoleSet::default());
        let reach = self.bound.reach(action, query);
        let Some(spoken_to) = tables.cells.spoken_to(kind, action) else { return NOBODY };
        for role in spoken_to.iter() {
            let ceiling = tables.clearances.get(role).copied().unwrap_or_default().min(reach);
            let grants = tables.cells.grants(role, kind, action).unwrap_or_default();
            let mut grants = grants.iter().filter_map(|rank| tables.grant(*rank));
            if self.target.level <= ceiling && grants.any(|grant| grant.conditions.hold(query)) {
                allow.insert(role);
            }
            let denies = tables.cells.denies(role, kind, action).into_iter().flatten();
            if denies.filter_map(|index| tables.deny(index)).any(|one| one.binds(query)) {
                deny.insert(role);
            }
        }
        (allow, deny)
    }
}

fn personal(tables: &Tables, (kind, action): (usize, Action)) -> RoleSet {
    let mut speaking = tables.requirements.iter().filter(|one| one.speaks_of(action));
    let everybody = speaking.any(|one| one.conditions.needs(needs::PERSONAL));
    let mut set = RoleSet::default();
    let Some(spoken_to) = tables.cells.spoken_to(kind, action) else { return set };
    for role in spoken_to.iter() {
        let grants = tables.cells.grants(role, kind, action).unwrap_or_default();
        let mut grants = grants.iter().filter_map(|rank| tables.grant(*rank));
        let denies = tables.cells.denies(role, kind, action).into_iter().flatten();
        let mut denies = denies.filter_map(|index| tables.deny(index));
        if everybody
            || grants.any(|grant| grant.conditions.needs(needs::PERSONAL))
            || denies.any(|deny| {
                deny.when.relations.is_some()
                    || deny.unless.as_ref().is_some_and(|unless| unless.needs(needs::PERSONAL))
            })
        {
            set.insert(role);
        }
    }
    set
}

impl Bound<'_, '_> {
    /// What this session can reach, as of an instant: every kind and action with at least one record that there could
    /// be, and which records. At most `limit`, those after `after`, in the order of kind and action.
    pub fn what_can(&self, now: Timestamp, (after, limit): (Option<(&Kind, Action)>, usize)) -> Vec<Reach> {
        let mut kinds: Vec<&Kind> = self.tables.kinds.keys().collect();
        kinds.sort_unstable();
        let all = kinds.into_iter().flat_map(|kind| Action::ALL.iter().map(move |action| (kind, *action)));
        let rest = all.filter(|pair| after.is_none_or(|after| *pair > after));
        let reaches = rest.filter(|(kind, action)| self.has_grant(*action, kind)).map(|(kind, action)| {
            Reach { kind: kind.clone(), action, filter: self.filter(action, kind, now) }
        });
        reaches.filter(|reach| !reach.filter.is_nothing()).take(limit).collect()
    }
}
