//! Who asks, under which circumstances, for what.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use strongroom_types::{
    Action, ActorId, CustomerId, Kind, Label, Purpose, RecordId, RoleName, RuleId, Timestamp, Zone,
};

/// Somebody's entry in the host's directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub struct Actor {
    /// The id in the log.
    pub id: ActorId,
    /// The roles. A role that the policy does not know gives nothing.
    pub roles: Vec<RoleName>,
    /// The team, for grants to the record's team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Evidence such as `nda` or `training`, and the instant until which it is valid.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub evidence: BTreeMap<String, Timestamp>,
    /// Whether the actor may do anything at all. Must be given: a directory that forgets it denies.
    #[serde(default)]
    pub active: bool,
    /// The roles that are active in this session, of those above and those that they inherit; all of those above if
    /// left out. Others give nothing. Static separation of duty counts the assigned roles, dynamic the active ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_roles: Option<Vec<RoleName>>,
    /// What others have lent, as [`Directory::actor`](crate::Directory::actor) finds it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lent: Vec<Lent>,
}

/// Roles that somebody lent to an actor. Acting through them, the actor owns what the lender owns and is of the
/// lender's team; second factor, evidence and place remain the actor's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Lent {
    /// Whose they are, at the root of the chain.
    pub by: ActorId,
    /// The lender's team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The roles.
    pub roles: Vec<RoleName>,
}

impl Actor {
    /// An active actor with these roles, all of them active.
    pub fn new(id: ActorId, roles: impl IntoIterator<Item = RoleName>) -> Self {
        let roles = roles.into_iter().collect();
        let (evidence, lent) = (BTreeMap::new(), Vec::new());
        Self { id, roles, team: None, evidence, active: true, active_roles: None, lent }
    }
}

/// What the host's authentication knows about the session. This crate authenticates nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthContext {
    /// When the session began.
    pub session_started: Timestamp,
    /// When a second factor was last used in it. An instant after the request's counts as never.
    pub mfa_at: Option<Timestamp>,
    /// Where the request comes from.
    pub zone: Option<Zone>,
    /// What the actor says the data is for.
    pub purpose: Option<Purpose>,
    /// What is known of the device, such as `managed` or `encrypted`.
    pub device: Vec<String>,
    /// Whether the actor has said that this is an emergency, which will be reviewed.
    pub broke_glass: bool,
}

impl AuthContext {
    /// A session without a second factor, a zone or a purpose.
    pub fn new(session_started: Timestamp) -> Self {
        let device = Vec::new();
        Self { session_started, mfa_at: None, zone: None, purpose: None, device, broke_glass: false }
    }
}

/// What is asked for: a record, or the vault itself.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Resource<'a> {
    /// The kind of record, or [`KIND_VAULT`](crate::KIND_VAULT).
    pub kind: &'a Kind,
    /// The record's label: its kind's, raised by whatever raised this one record. Fields above the actor's reach are
    /// withheld one by one by [`Projection`](crate::Projection).
    pub label: Label,
    /// The record, if there is one already.
    pub record: Option<RecordId>,
    /// The customer that it belongs to.
    pub customer: Option<CustomerId>,
    /// Its owner; when it is created, the owner that it will have.
    pub owner: Option<ActorId>,
    /// Its team.
    pub team: Option<&'a str>,
    /// The state of its life.
    pub state: Option<&'a str>,
    /// Who stands in which relation to it; `None` if that is not known.
    pub related: Option<&'a [Related<'a>]>,
    /// The purposes to which the person whom it is about has consented, as of now; `None` if that is not known.
    pub consents: Option<&'a [Purpose]>,
}

/// Somebody's relation to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Related<'a> {
    /// Who.
    pub actor: ActorId,
    /// The relation, such as `account-manager`.
    pub relation: &'a str,
}

impl<'a> Resource<'a> {
    /// A resource of which only kind and label are known.
    pub fn new(kind: &'a Kind, label: Label) -> Self {
        Self {
            kind,
            label,
            record: None,
            customer: None,
            owner: None,
            team: None,
            state: None,
            related: None,
            consents: None,
        }
    }
}

/// One question to a policy.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Who asks.
    pub actor: &'a Actor,
    /// Under which circumstances.
    pub auth: &'a AuthContext,
    /// To do what.
    pub action: Action,
    /// With what.
    pub resource: &'a Resource<'a>,
    /// When.
    pub now: Timestamp,
}

/// Why an actor must not stand in the directory like this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActorProblem {
    /// Roles that nobody may hold together.
    #[error("holds roles that `{rule}` keeps apart")]
    ConflictingRoles {
        /// The rule of separation.
        rule: RuleId,
    },
    /// The policy has no such role.
    #[error("there is no role `{role}`{}", suggestion.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
    UnknownRole {
        /// The role.
        role: RoleName,
        /// The known role that is nearest.
        suggestion: Option<String>,
    },
}

/// Why somebody may not approve a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApproverRefused {
    /// The approver's roles break separation of duty.
    #[error("the approver holds roles that `{rule}` keeps apart")]
    ConflictingRoles {
        /// The rule of separation.
        rule: RuleId,
    },
    /// The approver is not active.
    #[error("the approver is not active")]
    Inactive,
    /// The approver does not hold the role.
    #[error("the approver does not hold the role `{role}`")]
    NoRole {
        /// The role.
        role: RoleName,
    },
    /// Nobody approves their own request.
    #[error("nobody approves their own request")]
    SamePerson,
}
