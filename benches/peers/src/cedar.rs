//! Cedar: users in a hierarchy of roles, records as entities with attributes, a policy for each grant and each deny.

use super::{Peer, reach};
use cedar_policy::{Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request as CedarRequest};
use serde_json::json;
use std::fmt::Write;
use strongroom_benches::Fault;
use strongroom_benches::crm::{Crm, Request, Scope, name};

/// Cedar with the workload loaded.
pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
}

impl Cedar {
    /// Loads it.
    pub fn new(crm: &Crm) -> Result<Self, Fault> {
        let policies = policies(crm)?.parse::<PolicySet>()?;
        Ok(Self { authorizer: Authorizer::new(), policies, entities: entities(crm)? })
    }
}

fn policies(crm: &Crm) -> Result<String, Fault> {
    let mut text = String::new();
    let list = |actions: &[usize]| {
        actions
            .iter()
            .map(|action| format!("Action::\"{}\"", name("a", *action)))
            .collect::<Vec<_>>()
            .join(", ")
    };
    for grant in &crm.grants {
        let role = name("r", grant.role);
        let scope = match grant.scope {
            Scope::Any => "",
            Scope::Department => " && principal.department == resource.department",
            Scope::Own => " && principal == resource.owner",
        };
        writeln!(
            text,
            "permit(principal in Role::\"{role}\", action in [{}], resource is {}) when {{ \
             principal.reach.{role} >= resource.level{scope} }};",
            list(&grant.actions),
            kind(grant.kind),
        )?;
    }
    for deny in &crm.denies {
        let role = name("r", deny.role);
        let (actions, kind) = (list(&deny.actions), kind(deny.kind));
        writeln!(text, "forbid(principal in Role::\"{role}\", action in [{actions}], resource is {kind});")?;
    }
    writeln!(
        text,
        "forbid(principal, action, resource) when {{ resource.level >= 3 && !(context.mfa && context.office) }};"
    )?;
    Ok(text)
}

fn kind(number: usize) -> String {
    name("K", number)
}

fn entities(crm: &Crm) -> Result<Entities, Fault> {
    let uid = |sort: &str, id: String| json!({ "type": sort, "id": id });
    let mut all = Vec::new();
    for (number, role) in crm.roles.iter().enumerate() {
        let parents: Vec<_> = role.parent.iter().map(|parent| uid("Role", name("r", *parent))).collect();
        all.push(json!({ "uid": uid("Role", name("r", number)), "attrs": {}, "parents": parents }));
    }
    for (number, user) in crm.users.iter().enumerate() {
        let parents: Vec<_> = user.roles.iter().map(|role| uid("Role", name("r", *role))).collect();
        let reach: serde_json::Map<String, serde_json::Value> = reach(crm, &user.roles)
            .into_iter()
            .map(|(role, level)| (name("r", role), json!(level)))
            .collect();
        let attrs = json!({ "department": name("d", user.department), "reach": reach });
        all.push(json!({ "uid": uid("User", name("u", number)), "attrs": attrs, "parents": parents }));
    }
    for (number, record) in crm.records.iter().enumerate() {
        let owner = json!({ "__entity": uid("User", name("u", record.owner)) });
        let attrs =
            json!({ "owner": owner, "department": name("d", record.department), "level": record.level });
        all.push(json!({ "uid": uid(&kind(record.kind), name("x", number)), "attrs": attrs, "parents": [] }));
    }
    Ok(Entities::from_json_value(serde_json::Value::Array(all), None)?)
}

impl Peer for Cedar {
    type Asked = CedarRequest;

    fn ask(&self, crm: &Crm, request: &Request) -> Result<CedarRequest, Fault> {
        let record = crm.records.get(request.record).ok_or("there is a record")?;
        let uid = |sort: &str, id: String| Ok::<_, Fault>(format!("{sort}::\"{id}\"").parse::<EntityUid>()?);
        let context =
            Context::from_json_value(json!({ "mfa": request.mfa, "office": request.office }), None)?;
        Ok(CedarRequest::new(
            uid("User", name("u", request.user))?,
            uid("Action", name("a", request.action))?,
            uid(&kind(record.kind), name("x", request.record))?,
            context,
            None,
        )?)
    }

    fn decide(&mut self, asked: &CedarRequest) -> Result<bool, Fault> {
        let answer = self.authorizer.is_authorized(asked, &self.policies, &self.entities);
        Ok(answer.decision() == Decision::Allow)
    }
}
