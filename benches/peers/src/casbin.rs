//! Casbin: a rule for each grant and each deny, users in a hierarchy of roles, levels as Casbin's domains; what the record
//! says comes with the request.

use super::Peer;
use casbin::function_map::OperatorFunction;
use casbin::rhai::Dynamic;
use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};
use strongroom_benches::Fault;
use strongroom_benches::crm::{Crm, LEVELS, Request, Scope, name};

/// The cheapest and choosiest conditions stand first, since each rule is evaluated for each request. A clearance belongs
/// to the role that somebody has, not to the one that it inherits: `g(user, role, level)` says who holds a role as far up
/// as the level, and a deny binds from the lowest level on.
const MODEL: &str = r#"
[request_definition]
r = sub, kind, act, level, own, same, proved

[policy_definition]
p = sub, kind, acts, scope, eft

[role_definition]
g = _, _, _

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = r.kind == p.kind && among(r.act, p.acts) && (p.eft == "deny" && g(r.sub, p.sub, "0") || p.eft == "allow" && (r.level != "3" || r.proved == "yes") && (p.scope == "any" || p.scope == "own" && r.own == "yes" || p.scope == "same" && r.same == "yes") && g(r.sub, p.sub, r.level))
"#;

/// Casbin with the workload loaded.
pub struct Casbin {
    enforcer: Enforcer,
}

impl Casbin {
    /// Loads it.
    pub fn new(crm: &Crm) -> Result<Self, Fault> {
        // Its API is made of futures; deciding is not.
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let enforcer = runtime.block_on(async {
            let model = DefaultModel::from_str(MODEL).await?;
            let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await?;
            enforcer.add_function("among", OperatorFunction::Arg2(among));
            enforcer.add_policies(rules(crm)).await?;
            enforcer.add_grouping_policies(groups(crm)).await?;
            Ok::<_, Fault>(enforcer)
        })?;
        Ok(Self { enforcer })
    }
}

/// Whether an action is in a list. Casbin's language has no such operator, and one rule for each action, which would do
/// without, takes several times as long.
fn among(action: Dynamic, actions: Dynamic) -> Dynamic {
    let (action, actions) = (action.into_immutable_string(), actions.into_immutable_string());
    action.is_ok_and(|action| actions.is_ok_and(|actions| actions.contains(action.as_str()))).into()
}

fn rules(crm: &Crm) -> Vec<Vec<String>> {
    let rule = |role: usize, kind: usize, actions: &[usize], scope: &str, effect: &str| {
        // Names of one length, so that none is a part of another.
        let acts: Vec<String> = actions.iter().map(|action| name("a", *action)).collect();
        vec![name("r", role), name("k", kind), acts.join(" "), scope.to_owned(), effect.to_owned()]
    };
    let grants = crm.grants.iter().map(|grant| {
        let scope = match grant.scope {
            Scope::Any => "any",
            Scope::Department => "same",
            Scope::Own => "own",
        };
        rule(grant.role, grant.kind, &grant.actions, scope, "allow")
    });
    let denies = crm.denies.iter().map(|deny| rule(deny.role, deny.kind, &deny.actions, "any", "deny"));
    unlike(grants.chain(denies).collect())
}

/// Who has which role, and which role inherits which, level by level.
fn groups(crm: &Crm) -> Vec<Vec<String>> {
    let mut groups = Vec::new();
    let mut add = |who: &str, role: usize, level: usize| {
        groups.push(vec![who.to_owned(), name("r", role), level.to_string()]);
    };
    for (number, role) in crm.roles.iter().enumerate() {
        if let Some(parent) = role.parent {
            (0..LEVELS).for_each(|level| add(&name("r", number), parent, level));
        }
    }
    for (number, user) in crm.users.iter().enumerate() {
        for role in &user.roles {
            (0..=crm.clearance(*role)).for_each(|level| add(&name("u", number), *role, level));
        }
    }
    unlike(groups)
}

/// Casbin refuses a list of rules that has one twice.
fn unlike(mut rules: Vec<Vec<String>>) -> Vec<Vec<String>> {
    rules.sort();
    rules.dedup();
    rules
}

impl Peer for Casbin {
    type Asked = Vec<String>;

    fn ask(&self, crm: &Crm, request: &Request) -> Result<Vec<String>, Fault> {
        let record = crm.records.get(request.record).ok_or("there is a record")?;
        let user = crm.users.get(request.user).ok_or("there is a user")?;
        let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        Ok(vec![
            name("u", request.user),
            name("k", record.kind),
            name("a", request.action),
            record.level.to_string(),
            yes(record.owner == request.user),
            yes(record.department == user.department),
            yes(request.mfa && request.office),
        ])
    }

    fn decide(&mut self, asked: &Vec<String>) -> Result<bool, Fault> {
        Ok(self.enforcer.enforce(asked.clone())?)
    }
}
