//! `actors.toml`: who may be named with `--as`, and the roles they have, own or lent. Authentication is the host's.

use crate::error::CliError;
use std::{fs, path::Path};
use strongroom::{
    Vault,
    policy::{Actor, Assignment, CompiledPolicy, Directory, Person, Title},
    types::{ActorId, Random, RandomError, Timestamp},
};

const FILE: &str = "actors.toml";

/// The people of a vault.
#[derive(Debug, Clone)]
pub(crate) struct Staff {
    /// As the policy takes them.
    pub(crate) directory: Directory,
}

impl Staff {
    /// Sample people, one or two for each role of the sample policy, with fresh ids.
    pub(crate) fn sample(random: &dyn Random) -> Result<Self, RandomError> {
        let people = SAMPLE.iter().map(|(name, en, zh, roles)| {
            let mut person = Person::new(ActorId::fresh(random)?);
            person.name = Some((*name).to_owned());
            person.title = Some(Title { en: (*en).to_owned(), zh: (*zh).to_owned() });
            let roles = roles.iter().filter_map(|role| role.parse().ok());
            person.roles = roles.map(Assignment::new).collect();
            Ok(person)
        });
        let people = people.collect::<Result<_, RandomError>>()?;
        Ok(Self { directory: Directory { people, ..Directory::default() } })
    }

    pub(crate) fn read(dir: &Path) -> Result<Self, CliError> {
        let staff = Self::read_file(&dir.join(FILE))?;
        if staff.directory.people.iter().any(|person| person.name.is_none()) {
            let path = dir.join(FILE);
            return Err(CliError::input(format!("`{}`: every person needs a `name`", path.display())));
        }
        Ok(staff)
    }

    /// A directory from any file.
    pub(crate) fn read_file(path: &Path) -> Result<Self, CliError> {
        let text = fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
        let directory: Directory = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(0, |span| {
                let before = text.get(..span.start).unwrap_or_default();
                before.matches('\n').count().saturating_add(1)
            });
            CliError::input(format!("`{}`:{line}: {}", path.display(), error.message()))
        })?;
        if directory.people.is_empty() {
            return Err(CliError::input(format!("`{}` names nobody", path.display())));
        }
        Ok(Self { directory })
    }

    pub(crate) fn write(&self, dir: &Path) -> Result<(), CliError> {
        let path = dir.join(FILE);
        let text = render(&self.directory)?;
        // A half-written directory would lock everybody out.
        let fresh = dir.join(format!("{FILE}.new"));
        fs::write(&fresh, text).map_err(|error| CliError::file(&fresh, &error))?;
        fs::rename(&fresh, &path).map_err(|error| CliError::file(&path, &error))
    }

    /// The person of this name or id, the first without one.
    pub(crate) fn person(&self, name: Option<&str>) -> Result<&Person, CliError> {
        let people = &self.directory.people;
        let is = |person: &&Person| {
            name.is_some_and(|name| person.name.as_deref() == Some(name) || person.id.to_string() == name)
        };
        let found = if name.is_some() { people.iter().find(is) } else { people.first() };
        found.ok_or_else(|| {
            let known: Vec<String> = people.iter().map(Person::display).collect();
            let name = name.unwrap_or_default();
            CliError::input(format!("the directory has nobody called `{name}`; it has {}", known.join(", ")))
        })
    }

    /// Somebody as the policy sees them at an instant.
    pub(crate) fn actor(
        &self,
        policy: &CompiledPolicy,
        person: &Person,
        now: Timestamp,
    ) -> Result<Actor, CliError> {
        self.directory.actor(policy, person.id, now).ok_or_else(|| {
            CliError::input(format!("the directory has two entries for `{}`: neither acts", person.display()))
        })
    }

    /// Refuses somebody whose roles the policy does not have, or does not let one person have together.
    pub(crate) fn check(
        &self,
        person: &Person,
        vault: &Vault,
        dir: &Path,
        now: Timestamp,
    ) -> Result<(), CliError> {
        let policy = &vault.config().policy;
        policy.check_actor(&self.actor(policy, person, now)?).map_err(|problems| {
            let file = dir.join(FILE);
            let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
            let name = person.display();
            CliError::input(format!("`{}`: person `{name}`: {}", file.display(), list.join("; ")))
        })
    }

    pub(crate) fn people(&self) -> &[Person] {
        &self.directory.people
    }

    /// What to call whoever has this id: the name for `--as`, else the id.
    pub(crate) fn name(&self, id: ActorId) -> String {
        let known = self.directory.people.iter().find(|person| person.id == id);
        known.map_or_else(|| id.to_string(), Person::display)
    }
}

fn render(directory: &Directory) -> Result<String, CliError> {
    let body = toml::to_string(directory)
        .map_err(|error| CliError::input(format!("the directory cannot be written as TOML: {error}")))?;
    Ok(format!(
        "# Who may be named with `--as`. The first is the default. The program believes whoever holds the\n\
         # passphrase: a host with real log-ins keeps its own directory and opens sessions itself.\n\
         # Ids stand in the log for ever; names and titles do not.\n\n{body}"
    ))
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
