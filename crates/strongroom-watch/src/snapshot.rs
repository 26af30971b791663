//! What a detector remembers, as data.

use crate::{
    BulkSettings, Measure, SettingsError,
    window::{Course, Entry},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use strongroom_types::ActorId;

const VERSION: u32 = 0;

/// What a detector remembers, to go on after a restart. Holds random ids, counts and instants, no personal data; who
/// can change it can hide what an actor did, so it belongs where the log's readers cannot write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BulkSnapshot {
    version: u32,
    settings: BulkSettings,
    course: Course,
    evicted: u64,
    actors: Vec<ActorState>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActorState {
    pub(crate) actor: ActorId,
    pub(crate) last: i64,
    pub(crate) windows: Vec<WindowState>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WindowState {
    pub(crate) fired: Option<i64>,
    pub(crate) entries: Vec<Entry>,
}

/// Why a detector cannot go on from a snapshot. Replay the log's tail instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// No detector remembers such a thing.
    #[error("the snapshot contradicts itself: {0}")]
    Inconsistent(&'static str),
    /// It was taken under other settings.
    #[error("the snapshot was taken under other settings")]
    OtherSettings,
    /// The settings are refused.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Written by another release.
    #[error("the snapshot has version {0}, and only version {VERSION} is known")]
    UnknownVersion(u32),
}

impl BulkSnapshot {
    pub(crate) fn new(settings: BulkSettings, course: Course, evicted: u64, actors: Vec<ActorState>) -> Self {
        Self { version: VERSION, settings, course, evicted, actors }
    }

    /// The parts, if a detector with these settings can have left them.
    pub(crate) fn checked(
        self,
        settings: &BulkSettings,
    ) -> Result<(Course, u64, Vec<ActorState>), ResumeError> {
        if self.version != VERSION {
            return Err(ResumeError::UnknownVersion(self.version));
        }
        if self.settings != *settings {
            return Err(ResumeError::OtherSettings);
        }
        let must = |holds: bool, what| if holds { Ok(()) } else { Err(ResumeError::Inconsistent(what)) };
        let within = |count: usize, max: u32| u32::try_from(count).is_ok_and(|count| count <= max);
        must(within(self.actors.len(), settings.actors_max), "too many actors")?;
        let entries = self.actors.iter().flat_map(|actor| &actor.windows).map(|window| window.entries.len());
        must(within(entries.fold(0, usize::saturating_add), settings.entries_max), "too many entries")?;
        must(
            self.actors.iter().map(|actor| actor.actor).collect::<BTreeSet<_>>().len() == self.actors.len(),
            "an actor is there twice",
        )?;
        for actor in &self.actors {
            must(
                self.course.latest.is_some_and(|latest| actor.last <= latest),
                "an actor acted after the end",
            )?;
            must(actor.windows.len() == settings.rules.len(), "the windows do not fit the rules")?;
            for (rule, window) in settings.rules.iter().zip(&actor.windows) {
                let places = window.entries.iter().map(|entry| entry.place).chain([actor.last]);
                must(
                    places.is_sorted() && window.fired.is_none_or(|fired| fired <= actor.last),
                    "time runs back",
                )?;
                let customers: Vec<_> = window.entries.iter().filter_map(|entry| entry.customer).collect();
                let named = customers.iter().collect::<BTreeSet<_>>().len() == customers.len()
                    && (customers.is_empty() || rule.measure == Measure::Customers);
                must(named, "a customer is there twice or in a count of records")?;
                let weights = window
                    .entries
                    .iter()
                    .all(|entry| entry.weight > 0 && (entry.customer.is_none() || entry.weight == 1));
                must(weights, "an entry has another weight than it can have")?;
            }
        }
        Ok((self.course, self.evicted, self.actors))
    }
}
