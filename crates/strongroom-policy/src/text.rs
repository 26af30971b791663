//! TOML texts: reading, and finding the place of a problem.

use crate::error::{ConfigError, ConfigProblem, Place, Step, nearest};
use crate::{CompiledPolicy, Policy, Schema};
use serde::de::DeserializeOwned;
use strongroom_types::Action;
use toml::de::{DeTable, DeValue};

/// The longest schema or policy text, in bytes.
pub const CONFIG_BYTES_MAX: usize = 4 << 20;

impl Schema {
    /// Reads a schema from TOML. `file_name` is only quoted in errors.
    pub fn from_toml(text: &str, file_name: &str) -> Result<Self, ConfigError> {
        let file = read(text, file_name)?;
        Self::from_file(file).map_err(|error| located(error, text, file_name))
    }
}

impl Policy {
    /// Reads a policy from TOML without checking it against a schema. `file_name` is only quoted in errors.
    pub fn from_toml(text: &str, file_name: &str) -> Result<Self, ConfigError> {
        read(text, file_name)
    }
}

impl CompiledPolicy {
    /// Reads a policy from TOML and compiles it. `file_name` is only quoted in errors.
    pub fn from_toml(schema: &Schema, text: &str, file_name: &str) -> Result<Self, ConfigError> {
        let policy = Policy::from_toml(text, file_name)?;
        Self::compile(schema, &policy).map_err(|error| located(error, text, file_name))
    }
}

impl ConfigProblem {
    /// The problem with its place in the TOML text that the configuration came from.
    #[must_use]
    pub fn in_toml(mut self, text: &str, file_name: &str) -> Self {
        if let Ok(root) = DeTable::parse(text) {
            self.place = Some(place(text, offset(root.get_ref(), &self.steps), file_name));
        }
        self
    }
}

fn read<T: DeserializeOwned>(text: &str, file_name: &str) -> Result<T, ConfigError> {
    if text.len() > CONFIG_BYTES_MAX {
        let message = format!("a text has at most {CONFIG_BYTES_MAX} bytes, this one has {}", text.len());
        let mut problem = ConfigProblem::new(Vec::new(), message);
        problem.place = Some(place(text, 0, file_name));
        return Err(problem.into());
    }
    toml::from_str(text).map_err(|error: toml::de::Error| {
        // Some messages of the parser have several lines; a problem has one.
        let message = error.message().lines().map(str::trim).collect::<Vec<_>>().join(", ");
        let suggestion = suggestion(&message);
        let mut problem = ConfigProblem::new(Vec::new(), message);
        problem.suggestion = suggestion;
        problem.place = Some(place(text, error.span().map_or(0, |span| span.start), file_name));
        problem.into()
    })
}

/// What was meant, taken from a message such as "unknown field `a`, expected one of `b`, `c`".
fn suggestion(message: &str) -> Option<String> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next()?;
    if message.ends_with("is no action") {
        return nearest(unknown, Action::ALL.iter().map(|action| action.name()));
    }
    if message.starts_with("unknown ") { nearest(unknown, quoted) } else { None }
}

fn located(mut error: ConfigError, text: &str, file_name: &str) -> ConfigError {
    if let Ok(root) = DeTable::parse(text) {
        for problem in error.problems_mut() {
            problem.place = Some(place(text, offset(root.get_ref(), &problem.steps), file_name));
        }
    }
    error
}

/// Where the part that the steps lead to begins, or the last part on the way that is there.
fn offset(root: &DeTable<'_>, steps: &[Step]) -> usize {
    let mut found = 0;
    let mut table = Some(root);
    let mut value: Option<&DeValue<'_>> = None;
    for step in steps {
        let next = match step {
            Step::Key(key) => {
                let Some((name, next)) = table.and_then(|t| t.iter().find(|(name, _)| name.get_ref() == key))
                else {
                    return found;
                };
                found = name.span().start;
                next
            }
            Step::Index(index) => {
                let Some(next) = value.and_then(DeValue::as_array).and_then(|array| array.get(*index)) else {
                    return found;
                };
                found = next.span().start;
                next
            }
        };
        value = Some(next.get_ref());
        table = next.get_ref().as_table();
    }
    found
}

fn place(text: &str, offset: usize, file_name: &str) -> Place {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
    Place {
        file: file_name.to_owned(),
        line: before.matches('\n').count().saturating_add(1),
        column: before.get(line_start..).unwrap_or("").chars().count().saturating_add(1),
    }
}
