//! Random policies and requests from one seed. Small worlds, so that rules meet often.

use crate::policy::{
    Day, Deny, DenyWhen, Grant, Hours, ObligationRule, Policy, Requirement, Role, Separation, When,
};
use crate::{Actor, AuthContext, Lent, Related, Resource, Schema};
use std::collections::BTreeMap;
use strongroom_types::{Action, ActorId, Kind, Label, Level, Purpose, RoleName, RuleId, Timestamp, Zone};

/// The generator `SplitMix64`.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    /// True once in so many times.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn one_of<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// One to all of them.
    fn some_of<T: Clone>(&mut self, from: &[T]) -> Vec<T> {
        let mut chosen: Vec<T> = from.iter().filter(|_| self.once_in(2)).cloned().collect();
        if chosen.is_empty() {
            chosen.push(self.one_of(from));
        }
        chosen
    }

    fn maybe<T>(&mut self, times: usize, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.once_in(times).then(|| make(self))
    }
}

pub(super) fn schema() -> Schema {
    let kind = |name: &str| {
        format!(
            "[kinds.{name}]\nlabel = {{ level = \"Public\" }}\nstates = [\"s0\", \"s1\"]\npurposes = [\"p0\", \"p1\"]\n\
             [kinds.{name}.fields.a]\n[kinds.{name}.fields.b]\n"
        )
    };
    Schema::from_toml(&format!("version = 1\n{}{}", kind("k0"), kind("k1")), "random.toml").unwrap()
}

const LEVELS: [&str; 4] = ["Public", "Internal", "Confidential", "Restricted"];
const ACTIONS: [Action; 3] = [Action::Export, Action::Update, Action::View];

fn texts(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|n| format!("{prefix}{n}")).collect()
}

pub(super) fn names<T: std::str::FromStr<Err: std::fmt::Debug>>(prefix: &str, count: usize) -> Vec<T> {
    texts(prefix, count).iter().map(|name| name.parse().unwrap()).collect()
}

fn id(prefix: &str, number: usize) -> RuleId {
    RuleId::new(&format!("{prefix}{number}")).unwrap()
}

pub(super) fn policy(dice: &mut Dice) -> Policy {
    let roles: Vec<RoleName> = names("r", 5);
    let mut map = BTreeMap::new();
    for (at, name) in roles.iter().enumerate() {
        let inherits = roles[..at].iter().filter(|_| dice.once_in(3)).cloned().collect();
        let clearance = dice.maybe(2, |dice| dice.one_of(&LEVELS).to_owned());
        map.insert(name.clone(), Role { title: None, inherits, clearance });
    }
    let mut policy = Policy { version: 1, roles: map, ..Policy::default() };
    policy.grants = (0..=dice.below(7)).map(|n| grant(dice, &roles, n)).collect();
    policy.denies = (0..dice.below(3)).map(|n| deny(dice, n)).collect();
    policy.requirements = (0..dice.below(3)).map(|n| requirement(dice, n)).collect();
    if dice.once_in(3) {
        let roles = vec![roles[dice.below(2)].clone(), roles[2 + dice.below(3)].clone()];
        let dynamic = dice.once_in(2);
        policy.separation.push(Separation { id: id("s", 0), roles, at_most: 1, dynamic });
    }
    policy
}

pub(super) fn grant(dice: &mut Dice, roles: &[RoleName], number: usize) -> Grant {
    let micros = |dice: &mut Dice| super::now().plus_seconds(i64::try_from(dice.below(9)).unwrap() - 4);
    let from = dice.maybe(6, micros);
    let until = dice.maybe(6, micros).filter(|until| from.is_none_or(|from| from < *until));
    let when = when(dice);
    let mut obligations = obligations(dice, roles);
    if when.break_glass {
        obligations.retain(|rule| *rule != ObligationRule::Justify);
        obligations.push(ObligationRule::Justify);
        obligations.push(ObligationRule::Review { by_role: roles[0].clone(), within_hours: 24 });
    }
    Grant {
        id: id("g", number),
        roles: dice.some_of(roles),
        kinds: dice.some_of(&names("k", 2)),
        actions: dice.some_of(&ACTIONS),
        when,
        obligations,
        from,
        until,
    }
}

fn obligations(dice: &mut Dice, roles: &[RoleName]) -> Vec<ObligationRule> {
    let mut all = Vec::new();
    if dice.once_in(4) {
        all.push(ObligationRule::Approve { by_role: dice.one_of(roles), count: 1 });
    }
    if dice.once_in(4) {
        all.push(ObligationRule::Justify);
    }
    if dice.once_in(3) {
        let fields = dice.some_of(&["a".parse().unwrap(), "b".parse().unwrap()]);
        let (keep_last, generalise, replace_by) = (None, None, None);
        all.push(ObligationRule::Mask { fields, keep_first: Some(1), keep_last, generalise, replace_by });
    }
    if dice.once_in(8) {
        all.push(ObligationRule::Uses { max: 2 });
    }
    if dice.once_in(8) {
        all.push(ObligationRule::Budget { records: 9, per_seconds: 60 });
    }
    if dice.once_in(4) {
        all.push(ObligationRule::Redact { fields: vec!["b".parse().unwrap()] });
    }
    all
}

fn when(dice: &mut Dice) -> When {
    When {
        own: dice.once_in(8),
        team: dice.once_in(10),
        mfa: dice.once_in(10),
        mfa_age_max_seconds: dice.maybe(10, |dice| u32::try_from(dice.below(4)).unwrap()),
        session_age_max_seconds: dice.maybe(14, |dice| u32::try_from(dice.below(4)).unwrap()),
        purposes: dice.maybe(8, |dice| dice.some_of(&names("p", 2))),
        zones: dice.maybe(10, |dice| dice.some_of(&names("z", 2))),
        states: dice.maybe(10, |dice| dice.some_of(&texts("s", 2))),
        evidence: dice.maybe(12, |dice| dice.some_of(&texts("e", 2))),
        device: dice.maybe(14, |dice| dice.some_of(&texts("v", 2))),
        relations: dice.maybe(12, |dice| dice.some_of(&texts("l", 2))),
        consent: dice.once_in(14),
        break_glass: dice.once_in(14),
        hours: dice.maybe(14, hours),
    }
}

fn hours(dice: &mut Dice) -> Hours {
    let from = dice.below(24);
    let to = from + 1 + dice.below(24 - from);
    let week = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];
    Hours {
        from: format!("{from:02}:00"),
        to: format!("{to:02}:00"),
        offset: dice.one_of(&["+08:00", "+00:00", "-05:30"]).to_owned(),
        days: dice.maybe(2, |dice| dice.some_of(&week)),
    }
}

pub(super) fn deny(dice: &mut Dice, number: usize) -> Deny {
    Deny {
        id: id("d", number),
        roles: dice.maybe(2, |dice| dice.some_of(&names("r", 5))),
        kinds: dice.some_of(&names("k", 2)),
        actions: dice.some_of(&ACTIONS),
        when: DenyWhen {
            own: dice.maybe(3, |dice| dice.once_in(2)),
            team: dice.maybe(4, |dice| dice.once_in(2)),
            purposes: dice.maybe(4, |dice| dice.some_of(&names("p", 2))),
            zones: dice.maybe(4, |dice| dice.some_of(&names("z", 2))),
            states: dice.maybe(4, |dice| dice.some_of(&texts("s", 2))),
            relations: dice.maybe(5, |dice| dice.some_of(&texts("l", 2))),
        },
        unless: dice.maybe(2, when),
    }
}

fn requirement(dice: &mut Dice, number: usize) -> Requirement {
    Requirement {
        id: id("q", number),
        from: dice.one_of(&LEVELS[1..]).to_owned(),
        actions: dice.maybe(2, |dice| dice.some_of(&ACTIONS)),
        when: When { mfa: true, ..when(dice) },
    }
}

/// A question in owned parts.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) actor: Actor,
    pub(super) auth: AuthContext,
    pub(super) action: Action,
    pub(super) kind: Kind,
    pub(super) label: Label,
    pub(super) owner: Option<ActorId>,
    pub(super) team: Option<String>,
    pub(super) state: Option<String>,
    pub(super) related: Option<Vec<(ActorId, String)>>,
    pub(super) consents: Option<Vec<Purpose>>,
    pub(super) now: Timestamp,
}

impl Question {
    pub(super) fn related(&self) -> Option<Vec<Related<'_>>> {
        let related = self.related.as_ref()?.iter();
        Some(related.map(|(actor, relation)| Related { actor: *actor, relation }).collect())
    }

    pub(super) fn resource<'a>(&'a self, related: Option<&'a [Related<'a>]>) -> Resource<'a> {
        let mut resource = Resource::new(&self.kind, self.label);
        resource.owner = self.owner;
        resource.team = self.team.as_deref();
        resource.state = self.state.as_deref();
        resource.related = related;
        resource.consents = self.consents.as_deref();
        resource
    }
}

pub(super) fn question(dice: &mut Dice) -> Question {
    let now = super::now();
    let ago = |dice: &mut Dice| now.plus_seconds(1 - i64::try_from(dice.below(6)).unwrap());
    let mut actor = super::actor(1, &[]);
    actor.active = !dice.once_in(20);
    actor.roles = dice.some_of(&names("r", 6));
    actor.roles.truncate(1 + dice.below(3));
    actor.team = dice.maybe(2, |dice| dice.one_of(&texts("t", 2)));
    for name in texts("e", 2) {
        if dice.once_in(2) {
            actor.evidence.insert(name, ago(dice));
        }
    }
    actor.active_roles = dice.maybe(4, |dice| dice.some_of(&names("r", 5)));
    if dice.once_in(3) {
        for lender in 0..=dice.below(2) {
            let by = super::actor(u8::try_from(2 + lender).unwrap(), &[]).id;
            let roles = vec![dice.one_of(&names("r", 6))];
            let team = dice.maybe(2, |dice| dice.one_of(&texts("t", 2)));
            actor.lent.push(Lent { by, team, roles });
        }
    }
    let mut auth = AuthContext::new(ago(dice));
    auth.device = texts("v", 2).into_iter().filter(|_| dice.once_in(2)).collect();
    auth.broke_glass = dice.once_in(3);
    let related = (!dice.once_in(4)).then(|| {
        let one = |dice: &mut Dice| {
            (super::actor(1 + u8::try_from(dice.below(2)).unwrap(), &[]).id, dice.one_of(&texts("l", 2)))
        };
        (0..dice.below(3)).map(|_| one(dice)).collect()
    });
    let consents = (!dice.once_in(3)).then(|| dice.some_of(&names("p", 3)));
    auth.mfa_at = (!dice.once_in(3)).then(|| ago(dice));
    auth.zone = (!dice.once_in(4)).then(|| dice.one_of(&names::<Zone>("z", 3)));
    auth.purpose = (!dice.once_in(4)).then(|| dice.one_of(&names::<Purpose>("p", 3)));
    let owner = (!dice.once_in(4)).then(|| super::actor(if dice.once_in(3) { 2 } else { 1 }, &[]).id);
    let level = Level::from_rank(u8::try_from(dice.below(4).min(dice.below(4))).unwrap());
    let kinds = if dice.once_in(30) { 3 } else { 2 };
    Question {
        actor,
        auth,
        action: dice.one_of(&ACTIONS),
        kind: dice.one_of(&names("k", kinds)),
        label: Label { level, ..Label::default() },
        owner,
        team: (!dice.once_in(4)).then(|| dice.one_of(&texts("t", 2))),
        state: (!dice.once_in(4)).then(|| dice.one_of(&texts("s", 2))),
        related,
        consents,
        now,
    }
}
