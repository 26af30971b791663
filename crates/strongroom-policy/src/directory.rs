//! The directory: who holds which roles, since when and until when, and who lent what to whom. Data; what a policy
//! makes of it is worked out for one instant.

mod delegation;
mod offboard;

pub use delegation::{Delegation, DelegationFault};
pub use offboard::{Estate, Offboarded, Owned};

use crate::error::nearest;
use crate::{Actor, ActorProblem, CompiledPolicy, Title};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use strongroom_types::{ActorId, RoleName, Timestamp};

/// The people of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Directory {
    /// Who there is.
    #[serde(default, rename = "person")]
    pub people: Vec<Person>,
    /// Who lent roles to whom.
    #[serde(default, rename = "delegation", skip_serializing_if = "Vec::is_empty")]
    pub delegations: Vec<Delegation>,
}

/// One person, service or partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Person {
    /// The id in the log.
    pub id: ActorId,
    /// A name for people who read reports; decides nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What to call the person, in English and Chinese; decides nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// The roles, each perhaps for a time.
    #[serde(default)]
    pub roles: Vec<Assignment>,
    /// The team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Evidence such as `nda` or `training`, and the instant until which it is valid.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub evidence: BTreeMap<String, Timestamp>,
    /// Whether the person may do anything at all. Must be given: a directory that forgets it denies.
    #[serde(default)]
    pub active: bool,
}

/// A role that somebody holds: its name, or `{ role = "partner", until = "2027-01-01T00:00:00Z" }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "AssignmentFile", into = "AssignmentFile")]
pub struct Assignment {
    /// The role.
    pub role: RoleName,
    /// It is held from this instant on.
    pub from: Option<Timestamp>,
    /// It is held before this instant.
    pub until: Option<Timestamp>,
}

impl Assignment {
    /// A role without an end.
    pub fn new(role: RoleName) -> Self {
        Self { role, from: None, until: None }
    }

    /// Whether it is held at an instant.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a role: its name, or `{ role = \"..\", from = \"..\", until = \"..\" }`"
)]
enum AssignmentFile {
    Name(RoleName),
    Timed(TimedFile),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TimedFile {
    role: RoleName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

impl From<AssignmentFile> for Assignment {
    fn from(file: AssignmentFile) -> Self {
        match file {
            AssignmentFile::Name(role) => Self::new(role),
            AssignmentFile::Timed(TimedFile { role, from, until }) => Self { role, from, until },
        }
    }
}

impl From<Assignment> for AssignmentFile {
    fn from(assignment: Assignment) -> Self {
        let Assignment { role, from, until } = assignment;
        if from.is_none() && until.is_none() {
            Self::Name(role)
        } else {
            Self::Timed(TimedFile { role, from, until })
        }
    }
}

impl Person {
    /// An active person without a role.
    pub fn new(id: ActorId) -> Self {
        let (roles, evidence) = (Vec::new(), BTreeMap::new());
        Self { id, name: None, title: None, roles, team: None, evidence, active: true }
    }

    /// The name, or else the id.
    pub fn display(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.id.to_string())
    }

    fn held(&self, now: Timestamp) -> impl Iterator<Item = &RoleName> {
        self.roles.iter().filter(move |one| one.is_in_force(now)).map(|one| &one.role)
    }
}

/// What is wrong with an entry of a directory. An entry with a problem gives nothing; it is not refused as a whole,
/// since everybody else must go on working.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryProblem {
    /// Two entries of one id: neither acts.
    #[error("there are two entries for `{person}`")]
    Duplicate {
        /// Whose.
        person: String,
    },
    /// A person must not stand there like this.
    #[error("`{person}` {problem}")]
    Actor {
        /// Whose entry.
        person: String,
        /// What is wrong.
        problem: ActorProblem,
    },
    /// A delegation lends nothing.
    #[error("the delegation `{id}` {fault}")]
    Delegation {
        /// Which.
        id: String,
        /// Why.
        fault: DelegationFault,
    },
}

impl Directory {
    /// The entry of this id; none if there are two.
    pub fn person(&self, id: ActorId) -> Option<&Person> {
        let mut found = self.people.iter().filter(|person| person.id == id);
        let first = found.next();
        // SECURITY: of two entries nobody knows which is meant.
        if found.next().is_some() { None } else { first }
    }

    /// Somebody as the policy sees them at an instant: the roles in force, and those that others have lent.
    pub fn actor(&self, policy: &CompiledPolicy, id: ActorId, now: Timestamp) -> Option<Actor> {
        let person = self.person(id)?;
        let mut actor = Actor::new(id, person.held(now).cloned());
        actor.team.clone_from(&person.team);
        actor.evidence.clone_from(&person.evidence);
        actor.active = person.active;
        actor.lent = self.lent_to(policy, id, now);
        Some(actor)
    }

    /// Everybody as the policy sees them at an instant, by id.
    pub fn actors(&self, policy: &CompiledPolicy, now: Timestamp) -> Vec<Actor> {
        let mut ids: Vec<ActorId> = self.people.iter().map(|person| person.id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().filter_map(|id| self.actor(policy, id, now)).collect()
    }

    /// Every problem at an instant: unknown roles, duties that nobody may join, delegations that lend nothing.
    pub fn check(&self, policy: &CompiledPolicy, now: Timestamp) -> Vec<DirectoryProblem> {
        let mut problems = Vec::new();
        let mut seen = HashSet::new();
        for person in &self.people {
            if !seen.insert(person.id) {
                problems.push(DirectoryProblem::Duplicate { person: person.display() });
                continue;
            }
            let Some(actor) = self.actor(policy, person.id, now) else { continue };
            // What is not in force yet must be known as well.
            let mut all = actor.clone();
            all.roles = person.roles.iter().map(|one| one.role.clone()).collect();
            all.lent.clear();
            let unknown = all.roles.iter().filter(|role| !policy.has_role(role));
            problems.extend(unknown.map(|role| DirectoryProblem::Actor {
                person: person.display(),
                problem: ActorProblem::UnknownRole {
                    role: role.clone(),
                    suggestion: nearest(role.as_str(), policy.roles().map(RoleName::as_str)),
                },
            }));
            let conflicts = policy.check_actor(&actor).err().unwrap_or_default();
            let conflicts =
                conflicts.into_iter().filter(|p| matches!(p, ActorProblem::ConflictingRoles { .. }));
            problems.extend(
                conflicts.map(|problem| DirectoryProblem::Actor { person: person.display(), problem }),
            );
        }
        for delegation in &self.delegations {
            if let Err(fault) = self.root_of(policy, delegation, now) {
                problems.push(DirectoryProblem::Delegation { id: delegation.id.to_string(), fault });
            }
        }
        problems
    }
}
