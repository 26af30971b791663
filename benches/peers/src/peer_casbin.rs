//! Casbin: a rule for each grant, action and role that holds it, since a clearance belongs to the role that somebody has;
//! users and their roles as grouping; what the record says comes with the request.

use super::Peer;
use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi, RbacApi};
use strongroom_benches::Fault;
use strongroom_benches::crm::{Crm, Request, Scope, name};

const MODEL: &str = r#"
[request_definition]
r = sub, kind, act, level, own, same, proved

[policy_definition]
p = sub, kind, act, scope, clearance, eft

[role_definition]
g = _, _

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = r.act == p.act && r.kind == p.kind && g(r.sub, p.sub) && (p.eft == "deny" || (r.level <= p.clearance && (p.scope == "any" || (p.scope == "own" && r.own == "yes") || (p.scope == "same" && r.same == "yes")) && (r.level != "3" || r.proved == "yes")))
"#;

/// Casbin with the workload loaded.
pub struct Casbin {
    enforcer: Enforcer,
}

impl Casbin {
    /// # Errors
    /// Casbin's.
    pub fn new(crm: &Crm) -> Result<Self, Fault> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let enforcer = runtime.block_on(async {
            let model = DefaultModel::from_str(MODEL).await?;
            let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await?;
            enforcer.add_policies(rules(crm)).await?;
            for (number, user) in crm.users.iter().enumerate() {
                let mut roles: Vec<String> = user.roles.iter().map(|role| name("r", *role)).collect();
                roles.sort();
                roles.dedup();
                enforcer.add_roles_for_user(&name("u", number), roles, None).await?;
            }
            Ok::<_, Fault>(enforcer)
        })?;
        Ok(Self { enforcer })
    }
}

fn rules(crm: &Crm) -> Vec<Vec<String>> {
    let holders = |held: usize| (0..crm.roles.len()).filter(move |role| crm.closure(*role).contains(&held));
    let mut rules = Vec::new();
    for grant in &crm.grants {
        let scope = match grant.scope {
            Scope::Any => "any",
            Scope::Department => "same",
            Scope::Own => "own",
        };
        for role in holders(grant.role) {
            for action in &grant.actions {
                let clearance = crm.clearance(role).to_string();
                let (kind, action) = (name("k", grant.kind), name("a", *action));
                rules.push(vec![
                    name("r", role),
                    kind,
                    action,
                    scope.to_owned(),
                    clearance,
                    "allow".to_owned(),
                ]);
            }
        }
    }
    for deny in &crm.denies {
        for role in holders(deny.role) {
            for action in &deny.actions {
                let (kind, action) = (name("k", deny.kind), name("a", *action));
                rules.push(vec![
                    name("r", role),
                    kind,
                    action,
                    "any".to_owned(),
                    "3".to_owned(),
                    "deny".to_owned(),
                ]);
            }
        }
    }
    rules.sort();
    rules.dedup();
    rules
}

impl Peer for Casbin {
    type Asked = [String; 7];

    fn ask(&self, crm: &Crm, request: &Request) -> Result<[String; 7], Fault> {
        let record = crm.records.get(request.record).ok_or("there is a record")?;
        let user = crm.users.get(request.user).ok_or("there is a user")?;
        let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        Ok([
            name("u", request.user),
            name("k", record.kind),
            name("a", request.action),
            record.level.to_string(),
            yes(record.owner == request.user),
            yes(record.department == user.department),
            yes(request.mfa && request.office),
        ])
    }

    fn decide(&mut self, asked: &[String; 7]) -> Result<bool, Fault> {
        let [sub, kind, act, level, own, same, proved] = asked;
        let request = (
            sub.as_str(),
            kind.as_str(),
            act.as_str(),
            level.as_str(),
            own.as_str(),
            same.as_str(),
            proved.as_str(),
        );
        Ok(self.enforcer.enforce(request)?)
    }
}
