//! Names as numbers: each name that the rules speak of has a bit, so that a list of names is a word.

use crate::error::{ConfigProblem, Step};
use crate::policy::Policy;
use crate::schema::{FieldSchema, KindSchema, Schema};
use rustc_hash::{FxHashMap, FxHashSet};
use strongroom_types::Purpose;

/// The most different purposes, zones and states, each, that the rules of a policy speak of.
pub const NAMES_MAX: usize = 64;

/// Names of one sort, numbered in the order in which they came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    numbers: FxHashMap<Box<str>, u8>,
    pub(crate) list: Vec<Box<str>>,
}

impl Names {
    fn add(&mut self, name: &str) {
        if !self.numbers.contains_key(name)
            && let Ok(number) = u8::try_from(self.list.len())
        {
            self.numbers.insert(name.into(), number);
            self.list.push(name.into());
        }
    }

    /// The bit of a name; none for a name that no rule speaks of.
    pub(crate) fn bit(&self, name: &str) -> u64 {
        self.numbers.get(name).map_or(0, |number| 1_u64.checked_shl((*number).into()).unwrap_or(0))
    }

    pub(crate) fn bits<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> u64 {
        names.into_iter().fold(0, |bits, name| bits | self.bit(name))
    }
}

/// The names that rules speak of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interned {
    pub(crate) purposes: Names,
    pub(crate) zones: Names,
    pub(crate) states: Names,
    /// Every purpose that the schema or the policy knows, for permits to point at.
    pub(crate) known_purposes: FxHashSet<Purpose>,
}

impl Interned {
    pub(crate) fn new(schema: &Schema, policy: &Policy, problems: &mut Vec<ConfigProblem>) -> Self {
        let mut names = Self::default();
        let whens = policy.grants.iter().map(|rule| &rule.when);
        let whens = whens.chain(policy.requirements.iter().map(|rule| &rule.when));
        for when in whens.chain(policy.denies.iter().filter_map(|rule| rule.unless.as_ref())) {
            names.add(when.purposes.as_deref(), when.zones.as_deref(), when.states.as_deref());
        }
        for when in policy.denies.iter().map(|rule| &rule.when) {
            names.add(when.purposes.as_deref(), when.zones.as_deref(), when.states.as_deref());
        }
        let fields = schema.kinds().flat_map(KindSchema::fields).flat_map(FieldSchema::purposes);
        names.known_purposes.extend(fields.cloned());
        for (what, list) in
            [("purposes", &names.purposes), ("zones", &names.zones), ("states", &names.states)]
        {
            if list.list.len() > NAMES_MAX {
                let message = format!(
                    "the rules of a policy speak of at most {NAMES_MAX} different {what}, these of {}",
                    list.list.len()
                );
                problems.push(ConfigProblem::new(vec![Step::from("grants")], message));
            }
        }
        names
    }

    fn add(
        &mut self,
        purposes: Option<&[Purpose]>,
        zones: Option<&[strongroom_types::Zone]>,
        states: Option<&[String]>,
    ) {
        for purpose in purposes.into_iter().flatten() {
            self.purposes.add(purpose.as_str());
            self.known_purposes.insert(purpose.clone());
        }
        zones.into_iter().flatten().for_each(|zone| self.zones.add(zone.as_str()));
        states.into_iter().flatten().for_each(|state| self.states.add(state));
    }
}
