//! The classes of requests that the rules of a cell tell apart.

use super::formula::{Formula, Values};
use crate::condition::{Conditions, DenyConditions, needs};
use crate::hours::Window;
use crate::intern::Names;
use crate::tables::{CompiledDeny, Tables};
use std::collections::BTreeSet;
use strongroom_types::{Level, Timestamp};

/// An attribute of a request that a condition looks at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Attribute {
    Consent,
    Device(Box<str>),
    Evidence(Box<str>),
    Glass,
    Level,
    Mfa,
    Own,
    Purpose,
    Related(Box<str>),
    RelationsKnown,
    Session,
    State,
    Team,
    Time,
    Zone,
}

/// A value of an attribute that stands for all that the rules do not tell from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// So many seconds ago.
    Age(u32),
    At(Timestamp),
    Level(Level),
    /// A name, or nothing.
    Name(Option<Box<str>>),
    /// Yes, no, or unknown.
    Truth(Option<bool>),
}

/// Too many conditions of one attribute meet in one cell to be told apart at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooFine;

/// The attributes and their values.
#[derive(Debug, Default)]
pub(super) struct Space {
    pub(super) attributes: Vec<(Attribute, Vec<Value>)>,
}

/// What the rules of a cell speak of, gathered before the values are made.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    names: [BTreeSet<Box<str>>; 3],
    evidence: BTreeSet<Box<str>>,
    device: BTreeSet<Box<str>>,
    relations: BTreeSet<Box<str>>,
    mfa_ages: BTreeSet<u32>,
    session_ages: BTreeSet<u32>,
    instants: BTreeSet<Timestamp>,
    windows: Vec<Window>,
}

const STATES: usize = 0;
const PURPOSES: usize = 1;
const ZONES: usize = 2;

impl Gathered {
    pub(super) fn conditions(&mut self, tables: &Tables, conditions: &Conditions) {
        self.named(STATES, &tables.names.states, conditions.states);
        self.named(PURPOSES, &tables.names.purposes, conditions.purposes);
        self.named(ZONES, &tables.names.zones, conditions.zones);
        self.evidence.extend(conditions.evidence.iter().cloned());
        self.device.extend(conditions.device.iter().cloned());
        self.relations.extend(conditions.relations.iter().cloned());
        self.mfa_ages.extend(conditions.mfa_age_max);
        self.session_ages.extend(conditions.session_age_max);
        if conditions.needs(needs::FORCE) {
            let ends = [conditions.from, conditions.until];
            self.instants
                .extend(ends.into_iter().filter(|at| *at != Timestamp::MIN && *at != Timestamp::MAX));
        }
        self.windows.extend(conditions.window);
    }

    pub(super) fn deny(&mut self, tables: &Tables, deny: &CompiledDeny) {
        self.named(STATES, &tables.names.states, deny.when.states.unwrap_or(0));
        self.named(PURPOSES, &tables.names.purposes, deny.when.purposes.unwrap_or(0));
        self.named(ZONES, &tables.names.zones, deny.when.zones.unwrap_or(0));
        self.relations.extend(deny.when.relations.iter().flatten().cloned());
        if let Some(unless) = &deny.unless {
            self.conditions(tables, unless);
        }
    }

    fn named(&mut self, sort: usize, names: &Names, bits: u64) {
        let spoken_of = names.list.iter().filter(|name| names.bit(name) & bits != 0);
        if let Some(set) = self.names.get_mut(sort) {
            set.extend(spoken_of.cloned());
        }
    }

    /// The values of every attribute. `levels` are those that a record of the kind can have, `now` is when witnesses
    /// take place where no rule speaks of time.
    pub(super) fn space(self, levels: Vec<Level>, now: Timestamp) -> Result<Space, TooFine> {
        let truth = || vec![Value::Truth(Some(false)), Value::Truth(Some(true)), Value::Truth(None)];
        let flag = || vec![Value::Truth(Some(false)), Value::Truth(Some(true))];
        let times = self.times(now);
        let [states, purposes, zones] = self.names;
        let named = |names: BTreeSet<Box<str>>, other: &str| {
            // What no rule names is one more value, whatever it is called.
            let other = [Value::Name(None), Value::Name(Some(other.into()))];
            other.into_iter().chain(names.into_iter().map(|name| Value::Name(Some(name)))).collect::<Vec<_>>()
        };
        let ages = |set: BTreeSet<u32>| {
            let older = set.last().map_or(60, |most| most.saturating_add(1));
            set.into_iter().chain([older]).map(Value::Age).collect::<Vec<_>>()
        };
        let mut mfa = vec![Value::Truth(None)];
        mfa.extend(ages(self.mfa_ages));
        let mut attributes = vec![
            (Attribute::Level, levels.into_iter().map(Value::Level).collect()),
            (Attribute::Own, truth()),
            (Attribute::Team, truth()),
            (Attribute::State, named(states, "any-other-state")),
            (Attribute::Purpose, named(purposes, "any-other-purpose")),
            (Attribute::Zone, named(zones, "anywhere-else")),
            (Attribute::Session, ages(self.session_ages)),
            (Attribute::Mfa, mfa),
            (Attribute::Time, times),
            (Attribute::Glass, flag()),
            (Attribute::Consent, flag()),
            (Attribute::RelationsKnown, vec![Value::Truth(Some(true)), Value::Truth(Some(false))]),
        ];
        attributes.extend(self.relations.into_iter().map(|name| (Attribute::Related(name), flag())));
        attributes.extend(self.evidence.into_iter().map(|name| (Attribute::Evidence(name), flag())));
        attributes.extend(self.device.into_iter().map(|name| (Attribute::Device(name), flag())));
        if attributes.iter().any(|(_, values)| values.len() > 128) {
            return Err(TooFine);
        }
        Ok(Space { attributes })
    }

    /// Whether the rules tell one instant from another.
    pub(super) fn tells_time(&self) -> bool {
        !self.instants.is_empty() || !self.windows.is_empty()
    }

    /// The space with one instant alone.
    pub(super) fn space_at(mut self, levels: Vec<Level>, at: Timestamp) -> Result<Space, TooFine> {
        self.instants.clear();
        self.windows.clear();
        self.space(levels, at)
    }

    /// Instants that stand for all: between two instants at which a grant begins or ends, the daily windows repeat
    /// weekly, and change only at their edges.
    fn times(&self, now: Timestamp) -> Vec<Value> {
        let mut starts: BTreeSet<Timestamp> = self.instants.iter().copied().collect();
        let before_all = starts.first().map_or(now, |first| first.plus_seconds(-8 * 86_400));
        starts.insert(before_all);
        let mut seen: Vec<Vec<bool>> = Vec::new();
        let mut values = Vec::new();
        for start in &starts {
            let end = starts.range((std::ops::Bound::Excluded(*start), std::ops::Bound::Unbounded)).next();
            for at in std::iter::once(*start).chain(self.edges(*start)) {
                if end.is_some_and(|end| at >= *end) {
                    continue;
                }
                let signature: Vec<bool> = (self.instants.iter().map(|instant| *instant <= at))
                    .chain(self.windows.iter().map(|window| window.contains(at)))
                    .collect();
                if !seen.contains(&signature) {
                    seen.push(signature);
                    values.push(Value::At(at));
                }
            }
        }
        values
    }

    /// Where the windows begin and end in the week after an instant.
    fn edges(&self, start: Timestamp) -> Vec<Timestamp> {
        let minute = start.unix_micros().div_euclid(60_000_000);
        let mut edges = Vec::new();
        for window in &self.windows {
            for edge in [window.first, window.end] {
                let local_now = minute.saturating_add(window.offset_minutes);
                let first = local_now.saturating_sub(local_now.rem_euclid(1440)).saturating_add(edge);
                for day in 0..=8_i64 {
                    let local = first.saturating_add(day.saturating_mul(1440));
                    let utc = local.saturating_sub(window.offset_minutes);
                    let at = Timestamp::from_unix_micros(utc.saturating_mul(60_000_000));
                    if at > start {
                        edges.push(at);
                    }
                }
            }
        }
        edges.sort_unstable();
        edges
    }
}

impl Space {
    pub(super) fn domains(&self) -> Vec<Values> {
        let all = |values: &Vec<Value>| match u32::try_from(values.len()) {
            Ok(count) if count < 128 => (1_u128 << count).wrapping_sub(1),
            _ => Values::MAX,
        };
        self.attributes.iter().map(|(_, values)| all(values)).collect()
    }

    /// The names among the values of an attribute.
    pub(super) fn names(&self, attribute: &Attribute) -> Vec<Box<str>> {
        let values = self.attributes.iter().find(|(name, _)| name == attribute).map(|(_, values)| values);
        let names = values.into_iter().flatten().filter_map(|value| match value {
            Value::Name(Some(name)) => Some(name.clone()),
            _ => None,
        });
        names.collect()
    }

    /// The attribute has a value of which this is true.
    pub(super) fn is(&self, attribute: &Attribute, mut holds: impl FnMut(&Value) -> bool) -> Formula {
        let Some(at) = self.attributes.iter().position(|(name, _)| name == attribute) else {
            return Formula::FALSE;
        };
        let values = self.attributes.get(at).map(|(_, values)| values.as_slice()).unwrap_or_default();
        let bits = values.iter().enumerate().filter(|(_, value)| holds(value));
        Formula::Is(at, bits.fold(0, |all, (bit, _)| all | (1_u128 << (bit & 127))))
    }

    fn truth(&self, attribute: &Attribute, wanted: bool) -> Formula {
        self.is(attribute, |value| *value == Value::Truth(Some(wanted)))
    }

    fn named(&self, attribute: &Attribute, names: &Names, bits: u64) -> Formula {
        self.is(attribute, |value| matches!(value, Value::Name(Some(name)) if names.bit(name) & bits != 0))
    }

    /// What always holds among the attributes themselves: nobody consents to a purpose that is not given.
    pub(super) fn sense(&self) -> Formula {
        let purpose = self.is(&Attribute::Purpose, |value| *value != Value::Name(None));
        Formula::Or(vec![self.truth(&Attribute::Consent, false), purpose])
    }

    pub(super) fn at_most(&self, level: Level) -> Formula {
        self.is(&Attribute::Level, |value| matches!(value, Value::Level(one) if *one <= level))
    }

    /// The conditions hold.
    pub(super) fn holds(&self, tables: &Tables, conditions: &Conditions) -> Formula {
        let mut all = Vec::new();
        let mut when = |bit: u16, formula: &dyn Fn() -> Formula| {
            if conditions.needs(bit) {
                all.push(formula());
            }
        };
        when(needs::OWN, &|| self.truth(&Attribute::Own, true));
        when(needs::TEAM, &|| self.truth(&Attribute::Team, true));
        when(needs::STATE, &|| self.named(&Attribute::State, &tables.names.states, conditions.states));
        when(needs::PURPOSE, &|| {
            self.named(&Attribute::Purpose, &tables.names.purposes, conditions.purposes)
        });
        when(needs::ZONE, &|| self.named(&Attribute::Zone, &tables.names.zones, conditions.zones));
        when(needs::SESSION, &|| self.young(&Attribute::Session, conditions.session_age_max));
        when(needs::MFA, &|| self.young(&Attribute::Mfa, conditions.mfa_age_max));
        when(needs::GLASS, &|| self.truth(&Attribute::Glass, true));
        when(needs::CONSENT, &|| self.truth(&Attribute::Consent, true));
        when(needs::RELATION, &|| {
            Formula::And(vec![
                self.truth(&Attribute::RelationsKnown, true),
                self.one_of(&conditions.relations),
            ])
        });
        when(needs::FORCE | needs::HOURS, &|| {
            self.is(&Attribute::Time, |value| {
                let Value::At(at) = value else { return false };
                conditions.is_in_force(*at) && conditions.window.is_none_or(|window| window.contains(*at))
            })
        });
        for name in &conditions.evidence {
            all.push(self.truth(&Attribute::Evidence(name.clone()), true));
        }
        for name in &conditions.device {
            all.push(self.truth(&Attribute::Device(name.clone()), true));
        }
        Formula::And(all)
    }

    fn young(&self, attribute: &Attribute, most: Option<u32>) -> Formula {
        self.is(attribute, |value| matches!(value, Value::Age(age) if most.is_none_or(|most| *age <= most)))
    }

    fn one_of(&self, relations: &[Box<str>]) -> Formula {
        Formula::Or(
            relations.iter().map(|name| self.truth(&Attribute::Related(name.clone()), true)).collect(),
        )
    }

    /// The deny binds.
    pub(super) fn binds(&self, tables: &Tables, deny: &CompiledDeny) -> Formula {
        let mut all = self.may_hold(tables, &deny.when);
        if let Some(unless) = &deny.unless {
            all.push(self.holds(tables, unless).negated());
        }
        Formula::And(all)
    }

    fn may_hold(&self, tables: &Tables, when: &DenyConditions) -> Vec<Formula> {
        let unless = |attribute: Attribute, wanted: Option<bool>| {
            wanted.map(|wanted| self.is(&attribute, |value| *value != Value::Truth(Some(!wanted))))
        };
        let unknown_or = |attribute: Attribute, names: &Names, bits: Option<u64>| {
            let unknown = self.is(&attribute, |value| *value == Value::Name(None));
            bits.map(|bits| Formula::Or(vec![unknown, self.named(&attribute, names, bits)]))
        };
        let names = &tables.names;
        let related = when.relations.as_ref().map(|relations| {
            Formula::Or(vec![self.truth(&Attribute::RelationsKnown, false), self.one_of(relations)])
        });
        [
            unless(Attribute::Own, when.own),
            unless(Attribute::Team, when.team),
            unknown_or(Attribute::Purpose, &names.purposes, when.purposes),
            unknown_or(Attribute::Zone, &names.zones, when.zones),
            unknown_or(Attribute::State, &names.states, when.states),
            related,
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
