//! What can be wrong with a rule.

use super::{ROLES_MAX, RULES_MAX};
use crate::error::{ConfigError, ConfigProblem, Step};
use crate::policy::{Deny, Grant, ObligationRule, Policy, When};
use crate::schema::{FieldSchema, KIND_VAULT, KindSchema, Schema};
use std::collections::HashSet;
use strongroom_types::{FieldName, Kind, Level, Purpose, RoleName, RuleId};

pub(super) struct Check<'a> {
    pub(super) schema: &'a Schema,
    pub(super) policy: &'a Policy,
    pub(super) problems: Vec<ConfigProblem>,
    ids: HashSet<&'a str>,
}

pub(super) fn path(list: &str, index: usize) -> Vec<Step> {
    vec![list.into(), index.into()]
}

impl<'a> Check<'a> {
    pub(super) fn new(schema: &'a Schema, policy: &'a Policy) -> Self {
        Self { schema, policy, problems: Vec::new(), ids: HashSet::new() }
    }

    pub(super) fn finish(&mut self) -> Result<(), ConfigError> {
        ConfigError::unless_empty(std::mem::take(&mut self.problems))
    }

    pub(super) fn refuse(&mut self, here: &[Step], key: &str, message: String) {
        self.problems.push(ConfigProblem::new(under(here, key, None), message));
    }

    fn unknown<'n>(
        &mut self,
        path: Vec<Step>,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let problem = ConfigProblem::new(path, format!("there is no {what} `{name}`"));
        self.problems.push(problem.meaning(name, known));
    }

    pub(super) fn limits(&mut self) {
        let Policy { version, roles, requirements, grants, denies, separation, delegation: _ } = self.policy;
        if *version != 1 {
            self.refuse(&[], "version", format!("this program reads policy version 1, not {version}"));
        }
        if roles.len() > ROLES_MAX {
            let message = format!("a policy has at most {ROLES_MAX} roles, this one has {}", roles.len());
            self.refuse(&[], "roles", message);
        }
        let rules = [requirements.len(), grants.len(), denies.len(), separation.len()];
        let rules = rules.into_iter().fold(0, usize::saturating_add);
        if rules > RULES_MAX {
            let message = format!("a policy has at most {RULES_MAX} rules, this one has {rules}");
            self.refuse(&[], "grants", message);
        }
    }

    pub(super) fn id(&mut self, here: &[Step], id: &'a RuleId) {
        if !self.ids.insert(id.as_str()) {
            self.refuse(here, "id", format!("the id `{id}` is taken by another rule"));
        }
    }

    /// An empty list would read as "none" to one person and as "any" to another.
    pub(super) fn some(&mut self, here: &[Step], key: &str, length: usize) {
        if length == 0 {
            self.refuse(here, key, format!("list at least one of `{key}`"));
        }
    }

    pub(super) fn names(&mut self, here: &[Step], kinds: &[Kind], actions: usize) {
        self.some(here, "kinds", kinds.len());
        self.some(here, "actions", actions);
        for (at, kind) in kinds.iter().enumerate() {
            if kind.as_str() != KIND_VAULT && self.schema.kind(kind).is_none() {
                let known = self.schema.kinds().map(|kind| kind.name().as_str()).chain([KIND_VAULT]);
                let known: Vec<&str> = known.collect();
                self.unknown(under(here, "kinds", Some(at)), "kind", kind.as_str(), known);
            }
        }
    }

    pub(super) fn unknown_role(&mut self, here: &[Step], key: &str, at: Option<usize>, name: &RoleName) {
        let roles = &self.policy.roles;
        self.unknown(under(here, key, at), "role", name.as_str(), roles.keys().map(RoleName::as_str));
    }

    pub(super) fn level(&mut self, here: &[Step], key: &str, name: &str) -> Option<Level> {
        let scale = self.schema.scale();
        let level = scale.level(name);
        if level.is_none() {
            self.unknown(under(here, key, None), "level", name, scale.names());
        }
        level
    }

    /// `kinds` are those that the rule speaks of; all where it does not say.
    pub(super) fn when(&mut self, here: &[Step], key: &str, when: &When, kinds: Option<&[Kind]>) {
        let here = under(here, key, None);
        let strings = |list: &Option<Vec<String>>| list.as_ref().map(Vec::len);
        for (key, length) in [
            ("device", strings(&when.device)),
            ("evidence", strings(&when.evidence)),
            ("relations", strings(&when.relations)),
            ("zones", when.zones.as_ref().map(Vec::len)),
        ] {
            if let Some(length) = length {
                self.some(&here, key, length);
            }
        }
        self.purposes_and_states(&here, when.purposes.as_deref(), when.states.as_deref(), kinds);
        if kinds.is_none() && *when == When::default() {
            self.refuse(&here, "", "a requirement needs a condition".to_owned());
        }
    }

    pub(super) fn deny_when(&mut self, here: &[Step], deny: &Deny) {
        let here = under(here, "when", None);
        if let Some(zones) = &deny.when.zones {
            self.some(&here, "zones", zones.len());
        }
        if let Some(relations) = &deny.when.relations {
            self.some(&here, "relations", relations.len());
        }
        let (purposes, states) = (deny.when.purposes.as_deref(), deny.when.states.as_deref());
        self.purposes_and_states(&here, purposes, states, Some(&deny.kinds));
    }

    fn purposes_and_states(
        &mut self,
        here: &[Step],
        purposes: Option<&[Purpose]>,
        states: Option<&[String]>,
        kinds: Option<&[Kind]>,
    ) {
        let spoken_of = |kind: &KindSchema| kinds.is_none_or(|kinds| kinds.contains(kind.name()));
        let kinds: Vec<&KindSchema> = self.schema.kinds().filter(|kind| spoken_of(kind)).collect();
        if let Some(purposes) = purposes {
            self.some(here, "purposes", purposes.len());
            // A purpose of another kind's is no mistake: a rule may speak of many kinds, or of one of them alone later.
            let fields = self.schema.kinds().flat_map(KindSchema::fields);
            let mut known: Vec<&str> = fields.flat_map(FieldSchema::purposes).map(Purpose::as_str).collect();
            known.sort_unstable();
            known.dedup();
            for (at, purpose) in purposes.iter().enumerate() {
                // A schema that lists no purposes says nothing about which there are.
                if !known.is_empty() && !known.contains(&purpose.as_str()) {
                    let path = under(here, "purposes", Some(at));
                    self.unknown(path, "field with the purpose", purpose.as_str(), known.iter().copied());
                }
            }
        }
        if let Some(states) = states {
            self.some(here, "states", states.len());
            for (at, state) in states.iter().enumerate() {
                if !kinds.iter().any(|kind| kind.states().contains(state)) {
                    let known = kinds.iter().flat_map(|kind| kind.states()).map(String::as_str);
                    let known: Vec<&str> = known.collect();
                    self.unknown(under(here, "states", Some(at)), "state", state, known);
                }
            }
        }
    }

    pub(super) fn obligation(&mut self, here: &[Step], rule: &ObligationRule, kinds: &[Kind]) {
        match rule {
            ObligationRule::Approve { by_role, count } => {
                let here = under(here, "approve", None);
                if !self.policy.roles.contains_key(by_role) {
                    self.unknown_role(&here, "by-role", None, by_role);
                }
                if *count == 0 {
                    self.refuse(&here, "count", "an approval needs at least one person".to_owned());
                }
            }
            ObligationRule::Mask { fields, .. } => {
                let here = under(here, "mask", None);
                self.fields(&here, fields, kinds);
                if let Err(error) = rule.mask_rule().mask(&here) {
                    self.problems.extend(error.into_problems());
                }
            }
            ObligationRule::Budget { records, per_seconds } => {
                let here = under(here, "budget", None);
                for (key, value) in [("records", *records), ("per-seconds", *per_seconds)] {
                    self.positive(&here, key, value);
                }
            }
            ObligationRule::Review { by_role, within_hours } => {
                let here = under(here, "review", None);
                if !self.policy.roles.contains_key(by_role) {
                    self.unknown_role(&here, "by-role", None, by_role);
                }
                self.positive(&here, "within-hours", *within_hours);
            }
            ObligationRule::Uses { max } => self.positive(&under(here, "uses", None), "max", *max),
            ObligationRule::Notify { role } => {
                if !self.policy.roles.contains_key(role) {
                    self.unknown_role(&under(here, "notify", None), "role", None, role);
                }
            }
            ObligationRule::Redact { fields } => self.fields(&under(here, "redact", None), fields, kinds),
            ObligationRule::Justify | ObligationRule::StepUp { .. } | ObligationRule::Watermark => {}
        }
    }

    fn positive(&mut self, here: &[Step], key: &str, value: u32) {
        if value == 0 {
            self.refuse(here, key, "at least 1; use a deny to allow nothing".to_owned());
        }
    }

    /// Whoever breaks the glass says why, and is reviewed.
    pub(super) fn glass(&mut self, here: &[Step], grant: &Grant) {
        let has = |wanted: fn(&ObligationRule) -> bool| grant.obligations.iter().any(wanted);
        let reviewed = has(|rule| matches!(rule, ObligationRule::Review { .. }));
        if grant.when.break_glass && !(reviewed && has(|rule| *rule == ObligationRule::Justify)) {
            let message = "a grant that asks to break the glass needs the obligations `review` and `justify`";
            self.refuse(here, "obligations", message.to_owned());
        }
    }

    fn fields(&mut self, here: &[Step], fields: &[FieldName], kinds: &[Kind]) {
        self.some(here, "fields", fields.len());
        let kinds: Vec<&KindSchema> = kinds.iter().filter_map(|kind| self.schema.kind(kind)).collect();
        for (at, field) in fields.iter().enumerate() {
            if !kinds.iter().any(|kind| kind.field(field.as_str()).is_some()) {
                let known = kinds.iter().flat_map(|kind| kind.fields()).map(|field| field.name().as_str());
                let known: Vec<&str> = known.collect();
                self.unknown(under(here, "fields", Some(at)), "field", field.as_str(), known);
            }
        }
    }
}

fn under(here: &[Step], key: &str, index: Option<usize>) -> Vec<Step> {
    let key = (!key.is_empty()).then(|| key.into());
    here.iter().cloned().chain(key).chain(index.map(Step::Index)).collect()
}
