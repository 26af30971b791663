//! The workload as our schema, policy and requests.

use super::{ACTIONS, Crm, KINDS, LEVELS, Request, Scope, instant, name};
use crate::Fault;
use strongroom_policy::{
    Actor, AuthContext, CompiledPolicy, Deny, Grant, Hours, Policy, Requirement, Resource, Role, Schema, When,
};
use strongroom_types::{Action, ActorId, Kind, Label, Level, RecordId, RoleName};

const LEVEL_NAMES: [&str; LEVELS] = ["Public", "Internal", "Confidential", "Restricted"];

/// Schema, policy, and everybody and everything by number.
#[derive(Debug)]
pub struct Ours {
    /// The schema.
    pub schema: Schema,
    /// The policy as data.
    pub source: Policy,
    /// The policy.
    pub policy: CompiledPolicy,
    /// Users.
    pub actors: Vec<Actor>,
    /// Sessions: with a second factor, and without, within office hours and after them.
    pub sessions: [AuthContext; 4],
    kinds: Vec<Kind>,
    departments: Vec<String>,
}

fn id(prefix: u8, number: usize) -> [u8; 16] {
    let mut bytes = [prefix; 16];
    bytes.iter_mut().rev().zip(number.to_le_bytes()).for_each(|(byte, digit)| *byte = digit);
    bytes
}

impl Ours {
    /// The workload in our words.
    pub fn new(crm: &Crm) -> Result<Self, Fault> {
        let schema = schema()?;
        let source = source(crm)?;
        let policy = CompiledPolicy::compile(&schema, &source)?;
        let actors = crm.users.iter().enumerate().map(|(number, user)| {
            let roles = user.roles.iter().map(|role| RoleName::new(&name("r", *role)));
            let mut actor =
                Actor::new(ActorId::from_bytes(id(1, number)), roles.collect::<Result<Vec<_>, _>>()?);
            actor.team = Some(name("d", user.department));
            Ok::<_, Fault>(actor)
        });
        let session = |mfa: bool, office: bool| {
            let mut auth = AuthContext::new(instant(office));
            auth.mfa_at = mfa.then_some(instant(office));
            auth
        };
        Ok(Self {
            schema,
            source,
            policy,
            actors: actors.collect::<Result<_, _>>()?,
            sessions: [
                session(false, false),
                session(false, true),
                session(true, false),
                session(true, true),
            ],
            kinds: (0..KINDS).map(|kind| Kind::new(&name("k", kind))).collect::<Result<_, _>>()?,
            departments: (0..super::DEPARTMENTS).map(|at| name("d", at)).collect(),
        })
    }

    /// Every record.
    pub fn resources(&self, crm: &Crm) -> Vec<Resource<'_>> {
        let resource = |(number, record): (usize, &super::Record)| {
            let level = Level::from_rank(u8::try_from(record.level).unwrap_or(0));
            let kind = self.kinds.get(record.kind)?;
            let mut resource = Resource::new(kind, Label { level, ..Label::default() });
            resource.record = Some(RecordId::from_bytes(id(2, number)));
            resource.owner = Some(ActorId::from_bytes(id(1, record.owner)));
            resource.team = self.departments.get(record.department).map(String::as_str);
            Some(resource)
        };
        crm.records.iter().enumerate().filter_map(resource).collect()
    }

    /// The session of a request.
    pub fn session(request: &Request) -> usize {
        usize::from(request.mfa).saturating_mul(2).saturating_add(usize::from(request.office))
    }

    /// The action of a number.
    pub fn action(number: usize) -> Action {
        super::actions_all().nth(number).unwrap_or(Action::View)
    }
}

fn schema() -> Result<Schema, Fault> {
    let kind = |number: usize| {
        let name = name("k", number);
        format!("[kinds.{name}]\nlabel = {{ level = \"Public\" }}\n[kinds.{name}.fields.text]\n")
    };
    let text: String = (0..KINDS).map(kind).collect();
    Ok(Schema::from_toml(&format!("version = 1\n{text}"), "crm.toml")?)
}

fn source(crm: &Crm) -> Result<Policy, Fault> {
    let level = |number: usize| LEVEL_NAMES.get(number).copied().unwrap_or("Public");
    let role_name = |number: usize| RoleName::new(&name("r", number));
    let actions = |list: &[usize]| {
        list.iter().filter(|at| **at < ACTIONS).map(|at| Ours::action(*at)).collect::<Vec<_>>()
    };
    let mut policy = Policy::new();
    for (number, role) in crm.roles.iter().enumerate() {
        let inherits = role.parent.into_iter().map(role_name).collect::<Result<Vec<_>, _>>()?;
        policy = policy.role(role_name(number)?, Role::cleared(level(role.clearance)).inheriting(inherits));
    }
    for (number, grant) in crm.grants.iter().enumerate() {
        let when = match grant.scope {
            Scope::Any => When::default(),
            Scope::Department => When::default().team(),
            Scope::Own => When::default().own(),
        };
        let (roles, kinds) = ([role_name(grant.role)?], [Kind::new(&name("k", grant.kind))?]);
        policy = policy
            .grant(Grant::new(name("g", number).parse()?, roles, kinds, actions(&grant.actions)).when(when));
    }
    for (number, deny) in crm.denies.iter().enumerate() {
        let (roles, kinds) = ([role_name(deny.role)?], [Kind::new(&name("k", deny.kind))?]);
        policy =
            policy.deny(Deny::new(name("x", number).parse()?, kinds, actions(&deny.actions)).roles(roles));
    }
    let hours =
        Hours { from: "08:00".to_owned(), to: "20:00".to_owned(), offset: "+08:00".to_owned(), days: None };
    let when = When { hours: Some(hours), ..When::default().mfa(None) };
    policy.requirements =
        vec![Requirement { id: "top".parse()?, from: level(3).to_owned(), actions: None, when }];
    Ok(policy)
}
