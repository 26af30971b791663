//! `actors.toml`: who may be named with `--as`, and the roles they have. Authentication is the host's.

use crate::error::CliError;
use serde::Deserialize;
use std::{collections::BTreeMap, fmt::Write, fs, path::Path};
use strongroom::{
    Vault,
    policy::{Actor, Title},
    types::{ActorId, Random, RandomError, RoleName, Timestamp},
};

const FILE: &str = "actors.toml";

/// The people of a vault.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Staff {
    #[serde(rename = "person")]
    people: Vec<Person>,
}

/// One of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    /// The name for `--as`.
    pub(crate) name: String,
    /// What to call them.
    pub(crate) title: Title,
    id: ActorId,
    roles: Vec<RoleName>,
    #[serde(default)]
    team: Option<String>,
    #[serde(default)]
    evidence: BTreeMap<String, Timestamp>,
    /// Must be given: a directory that forgets it denies.
    #[serde(default)]
    active: bool,
}

impl Person {
    /// As the policy knows them.
    pub(crate) fn actor(&self) -> Actor {
        let mut actor = Actor::new(self.id, self.roles.iter().cloned());
        actor.team.clone_from(&self.team);
        actor.evidence.clone_from(&self.evidence);
        actor.active = self.active;
        actor
    }

    /// Their id in the log.
    pub(crate) fn id(&self) -> ActorId {
        self.id
    }

    /// Refuses somebody whose roles the policy does not have, or does not let one person have together.
    pub(crate) fn check(&self, vault: &Vault, dir: &Path) -> Result<(), CliError> {
        vault.config().policy.check_actor(&self.actor()).map_err(|problems| {
            let file = dir.join(FILE);
            let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
            CliError::input(format!("`{}`: person `{}`: {}", file.display(), self.name, list.join("; ")))
        })
    }
}

impl Staff {
    /// Sample people, one or two for each role of the sample policy, with fresh ids.
    pub(crate) fn sample(random: &dyn Random) -> Result<Self, RandomError> {
        let people = SAMPLE.iter().map(|(name, en, zh, roles)| {
            let roles = roles.iter().filter_map(|role| role.parse().ok());
            let title = Title { en: (*en).to_owned(), zh: (*zh).to_owned() };
            Ok(Person {
                name: (*name).to_owned(),
                title,
                id: ActorId::fresh(random)?,
                roles: roles.collect(),
                team: None,
                evidence: BTreeMap::new(),
                active: true,
            })
        });
        Ok(Self { people: people.collect::<Result<_, _>>()? })
    }

    pub(crate) fn read(dir: &Path) -> Result<Self, CliError> {
        let path = dir.join(FILE);
        let text = fs::read_to_string(&path).map_err(|error| CliError::file(&path, &error))?;
        let staff: Self = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(0, |span| {
                let before = text.get(..span.start).unwrap_or_default();
                before.matches('\n').count().saturating_add(1)
            });
            CliError::input(format!("`{}`:{line}: {}", path.display(), error.message()))
        })?;
        if staff.people.is_empty() {
            return Err(CliError::input(format!("`{}` names nobody", path.display())));
        }
        Ok(staff)
    }

    pub(crate) fn write(&self, dir: &Path) -> Result<(), CliError> {
        let path = dir.join(FILE);
        fs::write(&path, self.render()).map_err(|error| CliError::file(&path, &error))
    }

    /// The person of this name, the first without one.
    pub(crate) fn person(&self, name: Option<&str>) -> Result<&Person, CliError> {
        let found = match name {
            Some(name) => self.people.iter().find(|person| person.name == name),
            None => self.people.first(),
        };
        found.ok_or_else(|| {
            let known: Vec<&str> = self.people.iter().map(|person| person.name.as_str()).collect();
            let name = name.unwrap_or_default();
            CliError::input(format!("`actors.toml` has nobody called `{name}`; it has {}", known.join(", ")))
        })
    }

    pub(crate) fn people(&self) -> &[Person] {
        &self.people
    }

    /// What to call whoever has this id: the name for `--as`, else the id.
    pub(crate) fn name(&self, id: ActorId) -> String {
        let known = self.people.iter().find(|person| person.id == id);
        known.map_or_else(|| id.to_string(), |person| person.name.clone())
    }

    fn render(&self) -> String {
        let mut text = String::from(
            "# Who may be named with `--as`. The first is the default. The program believes whoever holds the\n\
             # passphrase: a host with real log-ins keeps its own directory and opens sessions itself.\n\
             # Ids stand in the log for ever; names and titles do not.\n",
        );
        for person in &self.people {
            let roles: Vec<String> = person.roles.iter().map(|role| format!("\"{role}\"")).collect();
            // Writing to a string does not fail.
            let _ = write!(
                text,
                "\n[[person]]\nname = \"{}\"\ntitle = {{ en = \"{}\", zh = \"{}\" }}\nid = \"{}\"\nroles = [{}]\nactive = true\n",
                person.name,
                person.title.en,
                person.title.zh,
                person.id,
                roles.join(", "),
            );
        }
        text
    }
}

/// Name, titles, roles.
const SAMPLE: &[(&str, &str, &str, &[&str])] = &[
    ("sun", "Sun, sales", "孙，销售", &["sales"]),
    ("li", "Li, sales", "李，销售", &["sales"]),
    ("wang", "Wang, manager", "王，管理层", &["manager"]),
    ("zhou", "Zhou, support", "周，客服", &["support"]),
    ("importer", "Data import", "数据导入", &["importer"]),
    ("chen", "Chen, data-protection officer", "陈，数据保护官", &["dpo"]),
    ("lin", "Lin, data-protection officer and approver", "林，数据保护官、审批人", &["approver", "dpo"]),
    ("legal", "Legal", "法务", &["legal"]),
    ("auditor", "Auditor", "审计员", &["auditor"]),
    ("admin", "Administrator", "系统管理员", &["admin"]),
];
