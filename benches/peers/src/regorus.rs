//! Rego in regorus, compiled for its virtual machine: roles, users, grants and denies are the data document, a grant
//! standing under each role that holds it.

use super::Peer;
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::{Engine, Rc, Value};
use serde_json::{Map, Value as Json, json};
use strongroom_benches::Fault;
use strongroom_benches::crm::{Crm, Request, Scope, name};

/// Each lookup is by key; the only loops are over one to three roles and over the scopes in one cell.
const POLICY: &str = r#"
package crm

import rego.v1

default allow := false

allow if {
    proved
    not denied
    some role in data.users[input.user].roles
    data.clearances[role] >= input.level
    some scope in data.grants[role][input.kind][input.action]
    whose(scope)
}

denied if {
    some role in data.users[input.user].roles
    data.denies[role][input.kind][input.action]
}

proved if input.level < 3

proved if {
    input.mfa
    input.office
}

whose("any") if true

whose("same") if data.users[input.user].department == input.department

whose("own") if input.owner == input.user
"#;
const ENTRY: &str = "data.crm.allow";

/// regorus with the workload loaded.
pub struct Rego {
    machine: RegoVM,
}

impl Rego {
    /// Loads it.
    pub fn new(crm: &Crm) -> Result<Self, Fault> {
        let data = Value::from(data(crm));
        let mut engine = Engine::new();
        engine.add_policy("crm.rego".to_owned(), POLICY.to_owned())?;
        engine.add_data(data.clone())?;
        let policy = engine.compile_with_entrypoint(&Rc::from(ENTRY))?;
        let mut machine = RegoVM::new();
        machine.load_program(Compiler::compile_from_policy(&policy, &[ENTRY])?);
        machine.set_data(data)?;
        Ok(Self { machine })
    }
}

fn data(crm: &Crm) -> Json {
    let (mut grants, mut denies) = (json!({}), json!({}));
    let holders = |held: usize| (0..crm.roles.len()).filter(move |role| crm.closure(*role).contains(&held));
    for grant in &crm.grants {
        let scope = match grant.scope {
            Scope::Any => "any",
            Scope::Department => "same",
            Scope::Own => "own",
        };
        for role in holders(grant.role) {
            for action in &grant.actions {
                cell(&mut grants, role, grant.kind, *action, scope);
            }
        }
    }
    for deny in &crm.denies {
        for role in holders(deny.role) {
            for action in &deny.actions {
                cell(&mut denies, role, deny.kind, *action, "any");
            }
        }
    }
    let clearances: Map<String, Json> =
        (0..crm.roles.len()).map(|role| (name("r", role), json!(crm.clearance(role)))).collect();
    let user = |(number, user): (usize, &strongroom_benches::crm::User)| {
        let roles: Vec<String> = user.roles.iter().map(|role| name("r", *role)).collect();
        (name("u", number), json!({ "department": name("d", user.department), "roles": roles }))
    };
    let users: Map<String, Json> = crm.users.iter().enumerate().map(user).collect();
    json!({ "clearances": clearances, "denies": denies, "grants": grants, "users": users })
}

/// Adds a scope to those of a role, a kind and an action, once.
fn cell(rules: &mut Json, role: usize, kind: usize, action: usize, scope: &str) {
    let mut at = rules;
    for step in [name("r", role), name("k", kind)] {
        let Some(map) = at.as_object_mut() else { return };
        at = map.entry(step).or_insert_with(|| json!({}));
    }
    let Some(map) = at.as_object_mut() else { return };
    let Some(scopes) = map.entry(name("a", action)).or_insert_with(|| json!([])).as_array_mut() else {
        return;
    };
    if !scopes.iter().any(|known| known == scope) {
        scopes.push(json!(scope));
    }
}

impl Peer for Rego {
    type Asked = Value;

    fn ask(&self, crm: &Crm, request: &Request) -> Result<Value, Fault> {
        let record = crm.records.get(request.record).ok_or("there is a record")?;
        Ok(Value::from(json!({
            "user": name("u", request.user),
            "kind": name("k", record.kind),
            "action": name("a", request.action),
            "level": record.level,
            "owner": name("u", record.owner),
            "department": name("d", record.department),
            "mfa": request.mfa,
            "office": request.office,
        })))
    }

    fn decide(&mut self, asked: &Value) -> Result<bool, Fault> {
        // A count, not a copy.
        self.machine.set_input(asked.clone());
        Ok(self.machine.execute()? == Value::from(true))
    }
}
