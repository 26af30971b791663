//! Requests as JSON lines and as options: `{"who","action","what","context"}`.

use crate::{args::RequestArgs, context::Context, error::CliError, staff::Staff};
use serde::Deserialize;
use std::path::Path;
use strongroom::{
    policy::{
        Actor, AuthContext, CompiledPolicy, KIND_VAULT, KindSchema, Related, Request, Resource, Schema,
    },
    types::{Action, ActorId, Kind, Label, Level, Purpose, RoleName, Timestamp, Zone},
};

/// One line of a file of requests.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    /// Who asks, by name or id.
    pub(super) who: String,
    pub(super) action: Action,
    pub(super) what: What,
    #[serde(default)]
    pub(super) context: Circumstances,
    /// What the answer should be: `allow`, `deny`, a rule's id or a reason's code.
    #[serde(default)]
    pub(super) expect: Option<String>,
}

/// A kind, or a record of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "expected a kind, or a record as `{ \"kind\": \"customer\", .. }`")]
pub(super) enum What {
    Kind(Kind),
    Record(Box<Record>),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    kind: Kind,
    #[serde(default)]
    level: Option<String>,
    #[serde(default)]
    owner: Option<String>,
    #[serde(default)]
    team: Option<String>,
    #[serde(default)]
    state: Option<String>,
    /// Who stands in which relation; left out, it is not known.
    #[serde(default)]
    related: Option<Vec<Relation>>,
    /// The purposes that were consented to; left out, they are not known.
    #[serde(default)]
    consents: Option<Vec<Purpose>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Relation {
    who: String,
    relation: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Circumstances {
    at: Option<Timestamp>,
    purpose: Option<Purpose>,
    zone: Option<Zone>,
    /// When a second factor was used, or how many seconds before.
    mfa_at: Option<Timestamp>,
    mfa_age_seconds: Option<u32>,
    session_started: Option<Timestamp>,
    session_age_seconds: Option<u32>,
    device: Vec<String>,
    broke_glass: bool,
    active_roles: Option<Vec<RoleName>>,
}

/// A request with all that it points at.
pub(super) struct Question {
    pub(super) actor: Actor,
    pub(super) auth: AuthContext,
    pub(super) action: Action,
    pub(super) kind: Kind,
    pub(super) now: Timestamp,
    label: Label,
    owner: Option<ActorId>,
    team: Option<String>,
    state: Option<String>,
    related: Option<Vec<(ActorId, String)>>,
    consents: Option<Vec<Purpose>>,
}

/// What requests are read against.
pub(super) struct Reader<'a> {
    pub(super) schema: &'a Schema,
    pub(super) policy: &'a CompiledPolicy,
    pub(super) staff: &'a Staff,
    pub(super) now: Timestamp,
}

impl Question {
    /// Hands the request to `with`.
    pub(super) fn ask<T>(&self, with: impl FnOnce(&Request<'_>) -> T) -> T {
        let related: Option<Vec<Related<'_>>> = self.related.as_ref().map(|related| {
            related.iter().map(|(actor, relation)| Related { actor: *actor, relation }).collect()
        });
        let mut resource = Resource::new(&self.kind, self.label);
        resource.owner = self.owner;
        resource.team = self.team.as_deref();
        resource.state = self.state.as_deref();
        resource.related = related.as_deref();
        resource.consents = self.consents.as_deref();
        let Self { actor, auth, action, now, .. } = self;
        with(&Request { actor, auth, action: *action, resource: &resource, now: *now })
    }
}

impl Reader<'_> {
    /// Every request of a file. An empty line is none.
    pub(super) fn file(&self, path: &Path) -> Result<Vec<(usize, Line, Question)>, CliError> {
        let text = std::fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
        let mut all = Vec::new();
        for (at, text) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let number = at.saturating_add(1);
            let wrong = |why: String| CliError::input(format!("`{}`:{number}: {why}", path.display()));
            let line: Line = serde_json::from_str(text).map_err(|error| {
                // Of one line, so its own line number says nothing.
                let why = error.to_string();
                wrong(why.split(" at line").next().unwrap_or(&why).to_owned())
            })?;
            let question = self.line(&line).map_err(|error| wrong(error.to_string()))?;
            all.push((number, line, question));
        }
        Ok(all)
    }

    fn line(&self, line: &Line) -> Result<Question, CliError> {
        let record = match &line.what {
            What::Kind(kind) => Record {
                kind: kind.clone(),
                level: None,
                owner: None,
                team: None,
                state: None,
                related: None,
                consents: None,
            },
            What::Record(record) => (**record).clone(),
        };
        let context = &line.context;
        let now = context.at.unwrap_or(self.now);
        let ago = |seconds: u32| now.plus_seconds(i64::from(seconds).saturating_neg());
        let started = context.session_started.or(context.session_age_seconds.map(ago)).unwrap_or(now);
        let mut auth = AuthContext::new(started);
        auth.mfa_at = context.mfa_at.or(context.mfa_age_seconds.map(ago));
        auth.purpose.clone_from(&context.purpose);
        auth.zone.clone_from(&context.zone);
        auth.device.clone_from(&context.device);
        auth.broke_glass = context.broke_glass;
        let person = self.staff.person(Some(&line.who))?;
        let mut actor = self.staff.actor(self.policy, person, now)?;
        actor.active_roles.clone_from(&context.active_roles);
        let related = record.related.map(|related| {
            related
                .into_iter()
                .map(|one| Ok((self.id(&one.who)?, one.relation)))
                .collect::<Result<Vec<_>, CliError>>()
        });
        Ok(Question {
            actor,
            auth,
            action: line.action,
            label: self.label(&record.kind, record.level.as_deref())?,
            kind: record.kind,
            now,
            owner: record.owner.map(|owner| self.id(&owner)).transpose()?,
            team: record.team,
            state: record.state,
            related: related.transpose()?,
            consents: record.consents,
        })
    }

    /// A request from options.
    pub(super) fn options(
        &self,
        who: Option<&str>,
        action: Action,
        args: &RequestArgs,
        ctx: &Context,
    ) -> Result<Question, CliError> {
        let kind = args.kind.clone().ok_or_else(|| CliError::usage("`--kind KIND` is needed"))?;
        let now = args.at.unwrap_or(self.now);
        let actor = match who {
            Some(who) => self.staff.actor(self.policy, self.staff.person(Some(who))?, now)?,
            None => Actor::new(ActorId::from_bytes([0; 16]), []),
        };
        Ok(Question {
            actor,
            auth: session(args, ctx, now),
            action,
            label: self.label(&kind, args.level.as_deref())?,
            kind,
            now,
            owner: args.owner.as_deref().map(|owner| self.id(owner)).transpose()?,
            team: args.team.clone(),
            state: args.state.clone(),
            related: None,
            consents: None,
        })
    }

    /// Somebody in the directory, or an id of whoever is not.
    pub(super) fn id(&self, name: &str) -> Result<ActorId, CliError> {
        name.parse().or_else(|_| Ok(self.staff.person(Some(name))?.id))
    }

    fn label(&self, kind: &Kind, level: Option<&str>) -> Result<Label, CliError> {
        let known = self.schema.kind(kind).map(KindSchema::label);
        if known.is_none() && kind.as_str() != KIND_VAULT {
            let names: Vec<&str> = self.schema.kinds().map(|kind| kind.name().as_str()).collect();
            let names = names.join(", ");
            return Err(CliError::input(format!(
                "the schema has no kind `{kind}`; it has {names}, {KIND_VAULT}"
            )));
        }
        let label = known.unwrap_or_default();
        let Some(name) = level else { return Ok(label) };
        let level: Level = self.schema.scale().level(name).ok_or_else(|| {
            let names: Vec<&str> = self.schema.scale().names().collect();
            CliError::input(format!("the schema has no level `{name}`; it has {}", names.join(", ")))
        })?;
        Ok(label.join(Label { level, ..Label::default() }))
    }
}

/// A session as options describe it.
pub(super) fn session(args: &RequestArgs, ctx: &Context, now: Timestamp) -> AuthContext {
    let mut auth = AuthContext::new(now);
    let age = args.mfa_age.or(ctx.global.mfa.then_some(0));
    auth.mfa_at = age.map(|age| now.plus_seconds(i64::from(age).saturating_neg()));
    auth.purpose = args.purpose.clone().or_else(|| ctx.global.purpose.clone());
    auth.zone.clone_from(&args.zone);
    auth.device.clone_from(&args.device);
    auth.broke_glass = ctx.global.break_glass;
    auth
}
