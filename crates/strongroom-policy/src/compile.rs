//! From policy data to the tables that decisions look up.

mod check;
mod roles;

use crate::answers::Answers;
use crate::cells::{Cells, Entry, bit};
use crate::condition::{Conditions, DenyConditions};
use crate::error::{ConfigError, Step};
use crate::intern::Interned;
use crate::permit::Obligation;
use crate::policy::{Deny, Grant, ObligationRule, Policy};
use crate::role_set::RoleSet;
use crate::schema::{KIND_VAULT, Schema, Title};
use crate::tables::{
    CompiledDelegation, CompiledDeny, CompiledGrant, CompiledPolicy, CompiledRequirement, CompiledSeparation,
    Tables, Words,
};
use crate::{FieldSchema, KindSchema, Mask};
use check::{Check, path};
use roles::Roles;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use strongroom_types::{Action, Kind, Level, RoleName};

/// The most roles in a policy.
pub const ROLES_MAX: usize = 512;
/// The most grants, denies, requirements and separations together.
pub const RULES_MAX: usize = 10_000;
/// The most entries in the compiled tables: each rule counts once per role that holds it, kind and action.
pub const TABLE_ENTRIES_MAX: usize = 8_000_000;

impl CompiledPolicy {
    /// Checks a policy against a schema and compiles it. On failure, every problem that was found.
    pub fn compile(schema: &Schema, policy: &Policy) -> Result<Self, ConfigError> {
        let mut check = Check::new(schema, policy);
        check.limits();
        let names = Interned::new(schema, policy, &mut check.problems);
        let roles = Roles::new(&mut check);
        check.finish()?;
        let mut build = Build::new(check, &roles, &names);
        let requirements = build.requirements();
        let separations = build.separations();
        let delegation = build.delegation();
        let (denies, deny_entries) = build.denies();
        let (grants, grant_entries) = build.grants();
        build.check.finish()?;
        let kinds = build.kinds;
        let cells = Cells::new(roles.closures.len(), kinds.len(), &deny_entries, &grant_entries);
        let answers = Answers::new(roles.closures.len(), kinds.len(), &cells, &grants);
        let mut kind_levels = vec![Level::default(); kinds.len()];
        for (kind, at) in &kinds {
            if let (Some(level), Some(kind)) = (kind_levels.get_mut(*at), schema.kind(kind)) {
                *level = kind.label().level;
            }
        }
        let kind_titles = kinds.keys().map(|kind| (kind.clone(), kind_title(schema, kind))).collect();
        let mut role_names: Vec<_> =
            roles.indices.iter().map(|(name, index)| (*index, name.clone())).collect();
        role_names.sort_unstable();
        let tables = Tables {
            version: policy.version,
            scale: schema.scale().clone(),
            words: Arc::new(Words { scale: schema.scale().clone(), kind_titles }),
            names,
            kinds,
            kind_levels,
            roles: roles.indices,
            role_names: role_names.into_iter().map(|(_, name)| name).collect(),
            parents: roles.parents,
            closures: roles.closures,
            clearances: roles.clearances,
            requirements,
            separations,
            grant_needs: grants.iter().map(|grant| grant.conditions.all_needs()).collect(),
            grants,
            denies,
            cells,
            answers,
            delegation,
            source: policy.clone(),
        };
        Ok(Self { tables: Arc::new(tables) })
    }
}

struct Build<'a> {
    check: Check<'a>,
    schema: &'a Schema,
    policy: &'a Policy,
    roles: &'a Roles,
    names: &'a Interned,
    kinds: FxHashMap<Kind, usize>,
    entries: usize,
    /// By role: those that hold it, themselves or by inheritance.
    holders: Vec<RoleSet>,
}

impl<'a> Build<'a> {
    fn new(check: Check<'a>, roles: &'a Roles, names: &'a Interned) -> Self {
        let (schema, policy) = (check.schema, check.policy);
        let vault = Kind::new(KIND_VAULT).ok();
        let all = schema.kinds().map(|kind| kind.name().clone()).chain(vault);
        let kinds = all.enumerate().map(|(index, kind)| (kind, index)).collect();
        let mut holders = vec![RoleSet::default(); roles.closures.len()];
        for (role, closure) in roles.closures.iter().enumerate() {
            for held in closure.iter() {
                if let Some(set) = holders.get_mut(held) {
                    set.insert(role);
                }
            }
        }
        Self { check, schema, policy, roles, names, kinds, entries: 0, holders }
    }

    fn requirements(&mut self) -> Vec<CompiledRequirement> {
        let mut compiled = Vec::new();
        for (at, rule) in self.policy.requirements.iter().enumerate() {
            let here = path("requirements", at);
            self.check.id(&here, &rule.id);
            self.check.when(&here, "when", &rule.when, None);
            if let Some(actions) = &rule.actions {
                self.check.some(&here, "actions", actions.len());
            }
            let Some(level) = self.check.level(&here, "from", &rule.from) else { continue };
            let Some(below) = level.rank().checked_sub(1).map(Level::from_rank) else {
                self.check.refuse(
                    &here,
                    "from",
                    "below the lowest level nothing is left; use a deny".to_owned(),
                );
                continue;
            };
            let Some(conditions) = self.conditions(&here, "when", &rule.when) else { continue };
            let actions =
                rule.actions.as_deref().unwrap_or(Action::ALL).iter().fold(0, |all, a| all | bit(*a));
            compiled.push(CompiledRequirement { id: rule.id.clone(), below, actions, conditions });
        }
        compiled
    }

    fn separations(&mut self) -> Vec<CompiledSeparation> {
        let mut compiled = Vec::new();
        for (at, rule) in self.policy.separation.iter().enumerate() {
            let here = path("separation", at);
            self.check.id(&here, &rule.id);
            let roles = self.role_set(&here, &rule.roles);
            let at_most = u32::from(rule.at_most);
            if at_most == 0 {
                self.check.refuse(&here, "at-most", "nobody could use these roles; use a deny".to_owned());
            } else if roles.common(roles) <= at_most {
                let message =
                    format!("separation needs more roles than the {at_most} that are allowed together");
                self.check.refuse(&here, "roles", message);
            }
            for (name, index) in &self.roles.indices {
                let closure = self.roles.closures.get(*index).copied().unwrap_or_default();
                if closure.common(roles) > at_most {
                    let message = format!("the role `{name}` holds more than {at_most} of them by itself");
                    self.check.refuse(&here, "roles", message);
                }
            }
            compiled.push(CompiledSeparation { id: rule.id.clone(), roles, at_most, dynamic: rule.dynamic });
        }
        compiled
    }

    fn delegation(&mut self) -> Option<CompiledDelegation> {
        let rule = self.policy.delegation.as_ref()?;
        let here = [Step::from("delegation")];
        self.check.some(&here, "roles", rule.roles.len());
        let roles = self.role_set(&here, &rule.roles);
        for (key, value) in [("depth-max", u16::from(rule.depth_max)), ("days-max", rule.days_max)] {
            if value == 0 {
                self.check.refuse(&here, key, "at least 1; leave `delegation` out to allow none".to_owned());
            }
        }
        Some(CompiledDelegation { roles, depth_max: rule.depth_max, days_max: rule.days_max })
    }

    fn grants(&mut self) -> (Vec<CompiledGrant>, Vec<Entry>) {
        let mut compiled: Vec<CompiledGrant> = Vec::new();
        for (at, grant) in self.policy.grants.iter().enumerate() {
            let here = path("grants", at);
            self.check_grant(&here, grant);
            let roles = self.role_set(&here, &grant.roles);
            let Some(conditions) = self.conditions(&here, "when", &grant.when) else { continue };
            let conditions = conditions.within(grant.from, grant.until);
            let holders = self.holders(roles);
            let actions = grant.actions.iter().fold(0, |all, action| all | bit(*action));
            for (at_kind, kind) in grant.kinds.iter().enumerate() {
                // Listed twice, it is no second grant.
                if grant.kinds.iter().take(at_kind).any(|before| before == kind) {
                    continue;
                }
                self.check_reach(&here, kind, holders);
                let obligations = self.obligations(&here, kind, &grant.obligations);
                compiled.push(CompiledGrant {
                    id: grant.id.clone(),
                    place: at,
                    kind: kind.clone(),
                    kind_title: kind_title(self.schema, kind),
                    roles,
                    actions,
                    conditions: conditions.clone(),
                    burden: obligations.iter().map(Obligation::burden).fold(0, u32::saturating_add),
                    obligations,
                });
            }
        }
        // A cell keeps the order in which its rules are entered: the lightest first.
        compiled.sort_by_key(|grant| (grant.burden, grant.place));
        let mut entries = Vec::new();
        for (rank, grant) in compiled.iter().enumerate() {
            let holders = self.holders(grant.roles);
            self.enter(&mut entries, holders, &grant.kind, grant.actions, rank);
        }
        (compiled, entries)
    }

    fn check_grant(&mut self, here: &[Step], grant: &'a Grant) {
        self.check.id(here, &grant.id);
        self.check.names(here, &grant.kinds, grant.actions.len());
        self.check.some(here, "roles", grant.roles.len());
        self.check.when(here, "when", &grant.when, Some(&grant.kinds));
        self.check.glass(here, grant);
        if grant.from.zip(grant.until).is_some_and(|(from, until)| from >= until) {
            self.check.refuse(here, "until", "the grant ends before it begins".to_owned());
        }
        for (at, obligation) in grant.obligations.iter().enumerate() {
            let here: Vec<Step> = here.iter().cloned().chain(["obligations".into(), at.into()]).collect();
            self.check.obligation(&here, obligation, &grant.kinds);
        }
    }

    /// A grant that nobody who holds it can ever use is a mistake.
    fn check_reach(&mut self, here: &[Step], kind: &Kind, holders: RoleSet) {
        let Some(label) = self.schema.kind(kind).map(KindSchema::label) else { return };
        let highest = holders.iter().filter_map(|role| self.roles.clearances.get(role)).max();
        if highest.is_some_and(|level| *level < label.level) {
            let scale = self.schema.scale();
            let message = format!(
                "no role that holds this grant is cleared for `{kind}`, which is `{}`; the highest clearance is `{}`",
                scale.name(label.level).unwrap_or("?"),
                highest.and_then(|level| scale.name(*level)).unwrap_or("?"),
            );
            self.check.refuse(here, "kinds", message);
        }
    }

    fn denies(&mut self) -> (Vec<CompiledDeny>, Vec<Entry>) {
        let mut compiled = Vec::new();
        let mut entries = Vec::new();
        for (at, deny) in self.policy.denies.iter().enumerate() {
            let here = path("denies", at);
            self.check_deny(&here, deny);
            let roles = deny.roles.as_ref().map(|roles| self.role_set(&here, roles));
            // What binds everybody stands in every cell: who has no role has no grant either.
            let holders = roles.map_or_else(|| self.everybody(), |roles| self.holders(roles));
            let unless = match &deny.unless {
                Some(when) => match self.conditions(&here, "unless", when) {
                    Some(conditions) => Some(conditions),
                    None => continue,
                },
                None => None,
            };
            let actions = deny.actions.iter().fold(0, |all, action| all | bit(*action));
            for (at_kind, kind) in deny.kinds.iter().enumerate() {
                if !deny.kinds.iter().take(at_kind).any(|before| before == kind) {
                    self.enter(&mut entries, holders, kind, actions, compiled.len());
                }
            }
            let when = DenyConditions::new(&deny.when, self.names);
            compiled.push(CompiledDeny { id: deny.id.clone(), roles, when, unless });
        }
        (compiled, entries)
    }

    fn check_deny(&mut self, here: &[Step], deny: &'a Deny) {
        self.check.id(here, &deny.id);
        self.check.names(here, &deny.kinds, deny.actions.len());
        if let Some(roles) = &deny.roles {
            self.check.some(here, "roles", roles.len());
        }
        self.check.deny_when(here, deny);
        if let Some(unless) = &deny.unless {
            self.check.when(here, "unless", unless, Some(&deny.kinds));
        }
    }

    fn conditions(&mut self, here: &[Step], key: &str, when: &crate::When) -> Option<Conditions> {
        let here: Vec<Step> = here.iter().cloned().chain([key.into()]).collect();
        match Conditions::new(when, self.names, &here) {
            Ok(conditions) => Some(conditions),
            Err(error) => {
                self.check.problems.extend(error.into_problems());
                None
            }
        }
    }

    fn role_set(&mut self, here: &[Step], names: &[RoleName]) -> RoleSet {
        let mut set = RoleSet::default();
        for (at, name) in names.iter().enumerate() {
            match self.roles.indices.get(name) {
                Some(index) => set.insert(*index),
                None => self.check.unknown_role(here, "roles", Some(at), name),
            }
        }
        set
    }

    /// The roles that hold one of these, themselves or by inheritance.
    fn holders(&self, roles: RoleSet) -> RoleSet {
        let sets = roles.iter().filter_map(|role| self.holders.get(role));
        sets.fold(RoleSet::default(), |all, some| all.union(*some))
    }

    fn everybody(&self) -> RoleSet {
        let mut all = RoleSet::default();
        (0..self.roles.closures.len()).for_each(|role| all.insert(role));
        all
    }

    fn enter(&mut self, entries: &mut Vec<Entry>, holders: RoleSet, kind: &Kind, actions: u64, rule: usize) {
        let (Some(kind), Ok(rule)) = (self.kinds.get(kind).copied(), u32::try_from(rule)) else { return };
        let before = self.entries;
        let more = holders.common(holders).saturating_mul(actions.count_ones());
        self.entries = before.saturating_add(usize::try_from(more).unwrap_or(usize::MAX));
        if self.entries > TABLE_ENTRIES_MAX {
            if before <= TABLE_ENTRIES_MAX {
                let message = format!(
                    "the rules, roles, kinds and actions multiply to over {TABLE_ENTRIES_MAX} entries"
                );
                self.check.refuse(&[], "grants", message);
            }
            return;
        }
        for role in holders.iter() {
            for action in Action::ALL.iter().filter(|action| actions & bit(**action) != 0) {
                let cell = Cells::at(self.kinds.len(), role, kind, *action);
                if let Some(cell) = cell.and_then(|cell| u32::try_from(cell).ok()) {
                    entries.push((cell, rule));
                }
            }
        }
    }

    fn obligations(&mut self, here: &[Step], kind: &Kind, rules: &[ObligationRule]) -> Box<[Obligation]> {
        let mut compiled = Vec::new();
        for (at, rule) in rules.iter().enumerate() {
            let here: Vec<Step> = here.iter().cloned().chain(["obligations".into(), at.into()]).collect();
            match rule {
                ObligationRule::Approve { by_role, count } => {
                    compiled.push(Obligation::Approve { role: by_role.clone(), count: *count });
                }
                ObligationRule::Budget { records, per_seconds } => {
                    compiled.push(Obligation::Budget { records: *records, per_seconds: *per_seconds });
                }
                ObligationRule::Justify => compiled.push(Obligation::Justify),
                ObligationRule::Mask { fields, .. } => {
                    // What is wrong with the rule, the check has said once for all kinds.
                    let own = rule.mask_rule().mask(&here).unwrap_or(Some(Mask::Redact));
                    for field in fields.iter().filter_map(|name| self.field(kind, name.as_str())) {
                        let mask = own.or(field.mask()).unwrap_or(Mask::Redact);
                        compiled.push(Obligation::Mask { field: field.name().clone(), mask });
                    }
                }
                ObligationRule::Notify { role } => compiled.push(Obligation::Notify { role: role.clone() }),
                ObligationRule::Redact { fields } => {
                    for field in fields.iter().filter_map(|name| self.field(kind, name.as_str())) {
                        compiled.push(Obligation::Redact { field: field.name().clone() });
                    }
                }
                ObligationRule::Review { by_role, within_hours } => {
                    compiled.push(Obligation::Review { role: by_role.clone(), within_hours: *within_hours });
                }
                ObligationRule::Uses { max } => compiled.push(Obligation::Uses { max: *max }),
                ObligationRule::StepUp { max_age_seconds } => {
                    compiled.push(Obligation::StepUp { max_age_seconds: *max_age_seconds });
                }
                ObligationRule::Watermark => compiled.push(Obligation::Watermark),
            }
        }
        compiled.into()
    }

    fn field(&self, kind: &Kind, name: &str) -> Option<&'a FieldSchema> {
        self.schema.kind(kind)?.field(name)
    }
}

fn kind_title(schema: &Schema, kind: &Kind) -> Title {
    let vault = || Title { en: "vault".to_owned(), zh: "保险库".to_owned() };
    schema.kind(kind).map_or_else(vault, |kind| kind.title().clone())
}
