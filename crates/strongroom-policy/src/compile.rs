//! From policy data to the tables that decisions look up.

mod check;
mod roles;

use crate::condition::Conditions;
use crate::error::{ConfigError, Step};
use crate::permit::Obligation;
use crate::policy::{Deny, Grant, ObligationRule, Policy};
use crate::schema::{KIND_VAULT, Schema, Title};
use crate::tables::{
    Cells, CompiledDeny, CompiledGrant, CompiledPolicy, CompiledRequirement, CompiledSeparation, RoleSet,
    Tables,
};
use crate::{FieldSchema, KindSchema, Mask};
use check::{Check, path};
use roles::Roles;
use std::{collections::HashMap, sync::Arc};
use strongroom_types::{Action, Kind, Level, RoleName};

/// The most roles in a policy.
pub const ROLES_MAX: usize = 256;
/// The most grants, denies, requirements and separations together.
pub const RULES_MAX: usize = 10_000;
/// The most entries in the compiled tables: each rule counts once per role that holds it, kind and action.
pub const TABLE_ENTRIES_MAX: usize = 8_000_000;

impl CompiledPolicy {
    /// Checks a policy against a schema and compiles it. On failure, every problem that was found.
    pub fn compile(schema: &Schema, policy: &Policy) -> Result<Self, ConfigError> {
        let mut check = Check::new(schema, policy);
        check.limits();
        let roles = Roles::new(&mut check);
        check.finish()?;
        let mut build = Build::new(check, &roles);
        let requirements = build.requirements();
        let separations = build.separations();
        let (grants, grant_cells) = build.grants();
        let (denies, deny_cells) = build.denies();
        build.check.finish()?;
        let kinds = build.kinds;
        let tables = Tables {
            version: policy.version,
            scale: schema.scale().clone(),
            kind_titles: kinds.keys().map(|kind| (kind.clone(), kind_title(schema, kind))).collect(),
            kinds,
            everybody: roles.closures.len(),
            roles: roles.indices,
            closures: roles.closures,
            clearances: roles.clearances,
            requirements,
            separations,
            grants,
            grant_cells,
            denies,
            deny_cells,
        };
        Ok(Self { tables: Arc::new(tables) })
    }
}

struct Build<'a> {
    check: Check<'a>,
    schema: &'a Schema,
    policy: &'a Policy,
    roles: &'a Roles,
    kinds: HashMap<Kind, usize>,
    entries: usize,
}

impl<'a> Build<'a> {
    fn new(check: Check<'a>, roles: &'a Roles) -> Self {
        let (schema, policy) = (check.schema, check.policy);
        let vault = Kind::new(KIND_VAULT).ok();
        let names = schema.kinds().map(|kind| kind.name().clone()).chain(vault);
        let kinds = names.enumerate().map(|(index, kind)| (kind, index)).collect();
        Self { check, schema, policy, roles, kinds, entries: 0 }
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
            let actions = rule.actions.clone();
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
            if roles.common(roles) < 2 {
                self.check.refuse(&here, "roles", "separation needs at least two roles".to_owned());
            }
            for (name, index) in &self.roles.indices {
                let closure = self.roles.closures.get(*index).copied().unwrap_or_default();
                if closure.common(roles) > 1 {
                    let message = format!("the role `{name}` holds more than one of them by itself");
                    self.check.refuse(&here, "roles", message);
                }
            }
            compiled.push(CompiledSeparation { id: rule.id.clone(), roles });
        }
        compiled
    }

    fn grants(&mut self) -> (Vec<Arc<CompiledGrant>>, Cells) {
        let mut compiled: Vec<Arc<CompiledGrant>> = Vec::new();
        let mut cells = self.cells();
        for (at, grant) in self.policy.grants.iter().enumerate() {
            let here = path("grants", at);
            self.check_grant(&here, grant);
            let roles = self.role_set(&here, &grant.roles);
            let Some(conditions) = self.conditions(&here, "when", &grant.when) else { continue };
            let conditions = conditions.within(grant.from, grant.until);
            let holders = self.holders(roles);
            for kind in &grant.kinds {
                self.check_reach(&here, kind, &holders);
                let obligations = self.obligations(&here, kind, &grant.obligations);
                let one = CompiledGrant {
                    id: grant.id.clone(),
                    kind: kind.clone(),
                    kind_title: kind_title(self.schema, kind),
                    conditions: conditions.clone(),
                    burden: obligations.iter().map(Obligation::burden).fold(0, u32::saturating_add),
                    obligations,
                };
                self.enter(&mut cells, &holders, kind, &grant.actions, compiled.len());
                compiled.push(Arc::new(one));
            }
        }
        for cell in &mut cells {
            let burden =
                |index: u32| usize::try_from(index).ok().and_then(|at| compiled.get(at)).map(|g| g.burden);
            cell.sort_by_key(|index| (burden(*index), *index));
            cell.dedup();
        }
        let cells = Cells::new(self.kinds.len(), &cells);
        (compiled, cells)
    }

    fn check_grant(&mut self, here: &[Step], grant: &'a Grant) {
        self.check.id(here, &grant.id);
        self.check.names(here, &grant.kinds, grant.actions.len());
        self.check.some(here, "roles", grant.roles.len());
        self.check.when(here, "when", &grant.when, Some(&grant.kinds));
        if grant.from.zip(grant.until).is_some_and(|(from, until)| from >= until) {
            self.check.refuse(here, "until", "the grant ends before it begins".to_owned());
        }
        for (at, obligation) in grant.obligations.iter().enumerate() {
            let here: Vec<Step> = here.iter().cloned().chain(["obligations".into(), at.into()]).collect();
            self.check.obligation(&here, obligation, &grant.kinds);
        }
    }

    /// A grant that nobody who holds it can ever use is a mistake.
    fn check_reach(&mut self, here: &[Step], kind: &Kind, holders: &[usize]) {
        let Some(label) = self.schema.kind(kind).map(KindSchema::label) else { return };
        let highest = holders.iter().filter_map(|role| self.roles.clearances.get(*role)).max();
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

    fn denies(&mut self) -> (Vec<CompiledDeny>, Cells) {
        let mut compiled = Vec::new();
        let mut cells = self.cells();
        for (at, deny) in self.policy.denies.iter().enumerate() {
            let here = path("denies", at);
            self.check_deny(&here, deny);
            let holders = match &deny.roles {
                Some(roles) => {
                    let roles = self.role_set(&here, roles);
                    self.holders(roles)
                }
                None => vec![self.roles.closures.len()],
            };
            let unless = match &deny.unless {
                Some(when) => match self.conditions(&here, "unless", when) {
                    Some(conditions) => Some(conditions),
                    None => continue,
                },
                None => None,
            };
            for kind in &deny.kinds {
                self.enter(&mut cells, &holders, kind, &deny.actions, compiled.len());
            }
            compiled.push(CompiledDeny { id: deny.id.clone(), when: deny.when.clone(), unless });
        }
        let cells = Cells::new(self.kinds.len(), &cells);
        (compiled, cells)
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
        match Conditions::new(when, &here) {
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
    fn holders(&self, roles: RoleSet) -> Vec<usize> {
        let closures = self.roles.closures.iter().enumerate();
        closures.filter(|(_, closure)| closure.common(roles) > 0).map(|(role, _)| role).collect()
    }

    fn cells(&self) -> Vec<Vec<u32>> {
        let rows = self.roles.closures.len().saturating_add(1);
        vec![Vec::new(); rows.saturating_mul(self.kinds.len()).saturating_mul(Action::ALL.len())]
    }

    fn enter(
        &mut self,
        cells: &mut [Vec<u32>],
        holders: &[usize],
        kind: &Kind,
        actions: &[Action],
        rule: usize,
    ) {
        let (Some(kind), Ok(rule)) = (self.kinds.get(kind).copied(), u32::try_from(rule)) else { return };
        let before = self.entries;
        self.entries = before.saturating_add(holders.len().saturating_mul(actions.len()));
        if self.entries > TABLE_ENTRIES_MAX {
            if before <= TABLE_ENTRIES_MAX {
                let message = format!(
                    "the rules, roles, kinds and actions multiply to over {TABLE_ENTRIES_MAX} entries"
                );
                self.check.refuse(&[], "grants", message);
            }
            return;
        }
        for role in holders {
            for action in actions {
                let cell = Cells::at(self.kinds.len(), *role, kind, *action).and_then(|at| cells.get_mut(at));
                if let Some(cell) = cell {
                    cell.push(rule);
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
