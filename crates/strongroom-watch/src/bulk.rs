//! Bulk access: somebody looks at or takes out more than their work asks for, in a short time.

use crate::{
    Alert, BulkRule, BulkSettings, BulkSnapshot, Measure, Observation, ResumeError, SettingsError,
    snapshot::{ActorState, WindowState},
    window::{Course, Entry, Window},
};
use std::collections::{BTreeSet, HashMap};
use strongroom_types::{ActorId, RoleName};

const DETECTOR: &str = "bulk-access";

/// Counts, per actor and rule, customers or records in a sliding window, and says when a threshold is reached.
///
/// Deterministic: the same observations in the same order give the same alerts. Memory is bounded by
/// [`actors_max`](BulkSettings::actors_max) and [`entries_max`](BulkSettings::entries_max); where they do not suffice,
/// the actor that has been idle longest is forgotten, and [`evicted`](Self::evicted) counts it.
#[derive(Debug, Clone)]
pub struct BulkAccess {
    settings: BulkSettings,
    course: Course,
    // INVARIANT: `idle` holds every actor once, at its `last` place; `entries` is the sum over all windows.
    actors: HashMap<ActorId, Watched>,
    idle: BTreeSet<(i64, ActorId)>,
    entries: usize,
    evicted: u64,
}

#[derive(Debug, Clone)]
struct Watched {
    last: i64,
    /// One for each rule, in order.
    windows: Vec<Window>,
}

impl BulkAccess {
    /// A detector that has seen nothing.
    pub fn new(settings: BulkSettings) -> Result<Self, SettingsError> {
        settings.validate()?;
        Ok(Self {
            settings,
            course: Course::default(),
            actors: HashMap::new(),
            idle: BTreeSet::new(),
            entries: 0,
            evicted: 0,
        })
    }

    /// Takes in what happened. `roles` are those that the actor holds, by the word of the caller; they choose the
    /// threshold. The answer is nearly always empty.
    ///
    /// What was refused, and what showed no record, is not counted.
    pub fn observe(&mut self, observation: &Observation, roles: &[RoleName]) -> Vec<Alert> {
        let lateness = i64::from(self.settings.lateness_seconds).saturating_mul(1_000_000);
        let place = self.course.place(observation.at, lateness);
        self.forget_idle(place);
        if !observation.allowed
            || observation.records == 0
            || !self.settings.rules.iter().any(|rule| rule.counts(observation))
        {
            return Vec::new();
        }
        let watched = self.actors.entry(observation.actor).or_insert_with(|| Watched {
            last: place,
            windows: vec![Window::default(); self.settings.rules.len()],
        });
        self.idle.remove(&(watched.last, observation.actor));
        self.idle.insert((place, observation.actor));
        watched.last = place;
        let mut alerts = Vec::new();
        for (rule, window) in self.settings.rules.iter().zip(&mut watched.windows) {
            if !rule.counts(observation) {
                continue;
            }
            let before = window.len();
            window.push(entry(rule, observation, place), rule.window_micros(), rule.cap());
            self.entries = self.entries.saturating_sub(before).saturating_add(window.len());
            alerts.extend(alert(rule, window, observation, roles, place));
        }
        self.make_room(observation.actor);
        alerts
    }

    /// Takes in the log's tail, oldest first, after a restart without a snapshot. What it returns was said before,
    /// unless the detector was not running then.
    ///
    /// From [`horizon_seconds`](Self::horizon_seconds) before the log's end, the counts come out as they were. Whether
    /// somebody who stays over a threshold is within the quiet time after an alert depends on what came before, so one
    /// alert may come again, or up to a window sooner or later.
    pub fn replay<I, R>(&mut self, history: I) -> Vec<Alert>
    where
        I: IntoIterator<Item = (Observation, R)>,
        R: AsRef<[RoleName]>,
    {
        history
            .into_iter()
            .flat_map(|(observation, roles)| self.observe(&observation, roles.as_ref()))
            .collect()
    }

    /// How much of the log's tail a [`replay`](Self::replay) needs: twice the longest window.
    pub fn horizon_seconds(&self) -> u32 {
        self.settings.rules.iter().map(|rule| rule.window_seconds).max().unwrap_or(0).saturating_mul(2)
    }

    /// Everything the detector remembers.
    pub fn snapshot(&self) -> BulkSnapshot {
        let actors = self.idle.iter().filter_map(|(last, actor)| {
            let windows = self.actors.get(actor)?.windows.iter();
            let windows = windows
                .map(|window| WindowState {
                    fired: window.fired,
                    entries: window.entries().copied().collect(),
                })
                .collect();
            Some(ActorState { actor: *actor, last: *last, windows })
        });
        BulkSnapshot::new(self.settings.clone(), self.course, self.evicted, actors.collect())
    }

    /// Goes on from a snapshot under the same settings. Under others, start anew and [`replay`](Self::replay).
    pub fn resume(settings: BulkSettings, snapshot: BulkSnapshot) -> Result<Self, ResumeError> {
        let mut detector = Self::new(settings)?;
        let (course, evicted, actors) = snapshot.checked(&detector.settings)?;
        detector.course = course;
        detector.evicted = evicted;
        for ActorState { actor, last, windows } in actors {
            let rules = &detector.settings.rules;
            let windows: Vec<Window> = rules
                .iter()
                .zip(windows)
                .map(|(rule, WindowState { fired, entries })| {
                    let mut window = Window::resumed(fired);
                    for entry in entries {
                        window.push(entry, rule.window_micros(), rule.cap());
                    }
                    window
                })
                .collect();
            let entries = windows.iter().map(Window::len).fold(0, usize::saturating_add);
            detector.entries = detector.entries.saturating_add(entries);
            detector.idle.insert((last, actor));
            detector.actors.insert(actor, Watched { last, windows });
        }
        Ok(detector)
    }

    /// The settings.
    pub const fn settings(&self) -> &BulkSettings {
        &self.settings
    }

    /// How many actors are remembered.
    pub fn actors(&self) -> usize {
        self.actors.len()
    }

    /// How many entries are remembered over all actors.
    pub const fn entries(&self) -> usize {
        self.entries
    }

    /// How many times an actor was forgotten for want of room, while something could still have been counted. Anything
    /// but 0 asks for larger bounds.
    pub const fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Forgets those whose every window has passed: nothing is lost.
    fn forget_idle(&mut self, place: i64) {
        let longest = self.settings.rules.iter().map(BulkRule::window_micros).max().unwrap_or(0);
        let start = place.saturating_sub(longest);
        while let Some((last, actor)) = self.idle.first().copied().filter(|(last, _)| *last <= start) {
            self.forget(last, actor);
        }
    }

    fn make_room(&mut self, current: ActorId) {
        let actors_max = usize::try_from(self.settings.actors_max).unwrap_or(usize::MAX);
        let entries_max = usize::try_from(self.settings.entries_max).unwrap_or(usize::MAX);
        while self.actors.len() > actors_max || self.entries > entries_max {
            let Some((last, actor)) = self.idle.iter().copied().find(|(_, actor)| *actor != current) else {
                return;
            };
            self.forget(last, actor);
            self.evicted = self.evicted.saturating_add(1);
        }
    }

    fn forget(&mut self, last: i64, actor: ActorId) {
        self.idle.remove(&(last, actor));
        if let Some(watched) = self.actors.remove(&actor) {
            let entries = watched.windows.iter().map(Window::len).fold(0, usize::saturating_add);
            self.entries = self.entries.saturating_sub(entries);
        }
    }
}

fn entry(rule: &BulkRule, observation: &Observation, place: i64) -> Entry {
    let (weight, customer) = match (rule.measure, observation.customer) {
        (Measure::Customers, Some(customer)) => (1, Some(customer)),
        (Measure::Customers, None) | (Measure::Records, _) => (observation.records, None),
    };
    Entry { place, at: observation.at, weight, level: observation.level, customer }
}

fn alert(
    rule: &BulkRule,
    window: &mut Window,
    observation: &Observation,
    roles: &[RoleName],
    place: i64,
) -> Option<Alert> {
    let threshold = rule.threshold_of(roles);
    let observed = window.total();
    let quiet = window.fired.is_some_and(|fired| place.saturating_sub(fired) < rule.window_micros());
    if observed < threshold || quiet {
        return None;
    }
    window.fired = Some(place);
    Some(Alert {
        detector: DETECTOR,
        rule: rule.name.clone(),
        actor: observation.actor,
        from: window.entries().map(|entry| entry.at).min().unwrap_or(observation.at),
        to: observation.at,
        measure: rule.measure,
        observed,
        threshold,
        severity: rule.severity,
        level: window.entries().filter_map(|entry| entry.level).max(),
    })
}

#[cfg(test)]
mod tests;
