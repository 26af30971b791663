//! Roles: who inherits whom, and how far each reaches.

use super::ROLES_MAX;
use super::check::Check;
use crate::error::Step;
use crate::role_set::RoleSet;
use rustc_hash::FxHashMap;
use strongroom_types::{Level, RoleName};

/// The roles, numbered in the order of their names.
pub(super) struct Roles {
    pub(super) indices: FxHashMap<RoleName, usize>,
    pub(super) parents: Vec<RoleSet>,
    pub(super) closures: Vec<RoleSet>,
    pub(super) clearances: Vec<Level>,
}

impl Roles {
    pub(super) fn new(check: &mut Check<'_>) -> Self {
        let roles = &check.policy.roles;
        let indices: FxHashMap<_, _> =
            roles.keys().cloned().enumerate().map(|(at, name)| (name, at)).collect();
        let mut parents: Vec<RoleSet> = Vec::new();
        let mut own: Vec<Level> = Vec::new();
        for (name, role) in roles.iter().take(ROLES_MAX) {
            let here: Vec<Step> = vec!["roles".into(), name.as_str().into()];
            let mut set = RoleSet::default();
            for (at, parent) in role.inherits.iter().enumerate() {
                match indices.get(parent) {
                    Some(index) => set.insert(*index),
                    None => check.unknown_role(&here, "inherits", Some(at), parent),
                }
            }
            parents.push(set);
            let level = role.clearance.as_ref().and_then(|level| check.level(&here, "clearance", level));
            own.push(level.unwrap_or_default());
        }
        let closures = closures(&parents);
        for (index, name) in roles.keys().enumerate().take(ROLES_MAX) {
            let inherited = parents.get(index).copied().unwrap_or_default();
            let cycle = inherited.iter().filter_map(|p| closures.get(p)).any(|above| above.contains(index));
            if cycle {
                let here: Vec<Step> = vec!["roles".into(), name.as_str().into()];
                check.refuse(&here, "inherits", format!("the role `{name}` inherits itself"));
            }
        }
        let highest = |set: &RoleSet| set.iter().filter_map(|role| own.get(role)).max().copied();
        let clearances = closures.iter().map(|set| highest(set).unwrap_or_default()).collect();
        Self { indices, parents, closures, clearances }
    }
}

/// By role: itself and all that it inherits. Ends on cycles too, since sets only grow.
fn closures(parents: &[RoleSet]) -> Vec<RoleSet> {
    let mut closures: Vec<RoleSet> = Vec::new();
    for (index, set) in parents.iter().enumerate() {
        let mut closure = *set;
        closure.insert(index);
        closures.push(closure);
    }
    loop {
        let grown: Vec<RoleSet> = closures
            .iter()
            .map(|set| {
                set.iter().filter_map(|role| closures.get(role)).fold(*set, |all, some| all.union(*some))
            })
            .collect();
        if grown == closures {
            return closures;
        }
        closures = grown;
    }
}
