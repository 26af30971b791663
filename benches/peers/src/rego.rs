//! Rego in regorus, on its virtual machine: the grants as a document by kind and action, the users as another.

use super::Peer;
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::{Engine, Rc, Value};
use serde_json::{Map, json};
use strongroom_benches::Fault;
use strongroom_benches::crm::{Crm, Request, Scope, name};

const POLICY: &str = r#"
package crm

import rego.v1

default allow := false

allow if {
    not denied
    proved
    some grant in data.grants[input.kind][input.action]
    whose(grant.scope)
    some role in data.users[input.user].roles
    grant.roles[role] >= input.level
}

denied if {
    some role in data.users[input.user].roles
    data.denies[input.kind][input.action][role]
}

proved if input.level < 3

proved if input.proved

whose("any") := true

whose("same") if data.users[input.user].department == input.department

whose("own") if input.owner == input.user
"#;

/// regorus with the workload loaded.
pub struct Rego {
    machine: RegoVM,
}

impl Rego {
    /// # Errors
    /// regorus's.
    pub fn new(crm: &Crm) -> Result<Self, Fault> {
        let data = data(crm);
        let mut engine = Engine::new();
        engine.add_policy("crm.rego".to_owned(), POLICY.to_owned())?;
        engine.add_data(data.clone())?;
        let rule: Rc<str> = "data.crm.allow".into();
        let policy = engine.compile_with_entrypoint(&rule)?;
        let program = Compiler::compile_from_policy(&policy, &["data.crm.allow"])?;
        let mut machine = RegoVM::new();
        machine.load_program(program);
        machine.set_data(data)?;
        Ok(Self { machine })
    }
}

fn data(crm: &Crm) -> Value {
    let mut grants: Map<String, serde_json::Value> = Map::new();
    let cell =
        |map: &mut Map<String, serde_json::Value>, kind: usize, action: usize, value: serde_json::Value| {
            let kinds = map.entry(name("k", kind)).or_insert_with(|| json!({}));
            let list =
                kinds.as_object_mut().map(|map| map.entry(name("a", action)).or_insert_with(|| json!([])));
            if let Some(list) = list.and_then(serde_json::Value::as_array_mut) {
                list.push(value);
            }
        };
    let holders = |held: usize| (0..crm.roles.len()).filter(move |role| crm.closure(*role).contains(&held));
    for grant in &crm.grants {
        let roles: Map<String, serde_json::Value> =
            holders(grant.role).map(|role| (name("r", role), json!(crm.clearance(role)))).collect();
        let scope = match grant.scope {
            Scope::Any => "any",
            Scope::Department => "same",
            Scope::Own => "own",
        };
        for action in &grant.actions {
            cell(&mut grants, grant.kind, *action, json!({ "scope": scope, "roles": roles }));
        }
    }
    let mut denies: Map<String, serde_json::Value> = Map::new();
    for deny in &crm.denies {
        for action in &deny.actions {
            let kinds = denies.entry(name("k", deny.kind)).or_insert_with(|| json!({}));
            let Some(kinds) = kinds.as_object_mut() else { continue };
            let roles = kinds.entry(name("a", *action)).or_insert_with(|| json!({}));
            let Some(roles) = roles.as_object_mut() else { continue };
            roles.extend(holders(deny.role).map(|role| (name("r", role), json!(true))));
        }
    }
    let users: Map<String, serde_json::Value> = crm
        .users
        .iter()
        .enumerate()
        .map(|(number, user)| {
            let roles: Vec<String> = user.roles.iter().map(|role| name("r", *role)).collect();
            (name("u", number), json!({ "department": name("d", user.department), "roles": roles }))
        })
        .collect();
    Value::from(json!({ "grants": grants, "denies": denies, "users": users }))
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
            "proved": request.mfa && request.office,
        })))
    }

    fn decide(&mut self, asked: &Value) -> Result<bool, Fault> {
        self.machine.set_input(asked.clone());
        Ok(self.machine.execute()? == Value::from(true))
    }
}
