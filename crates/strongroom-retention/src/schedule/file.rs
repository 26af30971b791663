//! Schedules as TOML files: every error names line and column.

use super::{Place, SCHEDULE_BYTES_MAX, Schedule, ScheduleError, ScheduleFault};
use crate::{ClassName, Rule};
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    groups: BTreeMap<ClassName, Vec<ClassName>>,
    #[serde(default)]
    rules: Vec<toml::Spanned<Rule>>,
}

pub(super) fn read(file: &str, text: &str) -> Result<Schedule, ScheduleError> {
    if text.len() > SCHEDULE_BYTES_MAX {
        return Err(ScheduleFault::TooLarge.into());
    }
    let at = |offset| Some(place(file, text, offset));
    let parsed: File = toml::from_str(text).map_err(|error| ScheduleError {
        place: error.span().and_then(|span| at(span.start)),
        fault: ScheduleFault::Syntax(error.message().to_owned()),
    })?;
    // Each rule is checked here first, while its place is known; `Schedule::new` then finds nothing more to say of one rule.
    let mut seen = HashSet::new();
    for rule in &parsed.rules {
        let fault = match rule.get_ref().clone().checked() {
            Ok(checked) if seen.insert(checked.id.clone()) => continue,
            Ok(checked) => ScheduleFault::Duplicate(checked.id),
            Err((id, fault)) => ScheduleFault::Rule { id, fault },
        };
        return Err(ScheduleError { place: at(rule.span().start), fault });
    }
    let rules = parsed.rules.into_iter().map(toml::Spanned::into_inner).collect();
    Schedule::new(parsed.groups, rules)
        .map_err(|error| ScheduleError { place: error.place.or_else(|| at(0)), ..error })
}

fn place(file: &str, text: &str, offset: usize) -> Place {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
    Place {
        file: file.to_owned(),
        line: before.matches('\n').count().saturating_add(1),
        column: before.get(line_start..).unwrap_or_default().chars().count().saturating_add(1),
    }
}
