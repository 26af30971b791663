//! Denials go into the log too; floods of equal ones coalesce into counted entries.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use strongroom_types::{Action, ActorId, Kind, RecordId, Timestamp};

/// Equal denials within this time become one counted entry.
const WINDOW_SECONDS: i64 = 60;
/// How many different denials are counted at once; further ones are logged one by one.
const DIFFERENT_MAX: usize = 1024;

/// What makes two denials equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct DenialKey {
    pub(crate) actor: ActorId,
    pub(crate) action: Action,
    pub(crate) kind: Kind,
    pub(crate) record: Option<RecordId>,
    pub(crate) code: &'static str,
}

/// Counts equal denials. What is counted and not yet logged is lost with the process: at most the repetitions of one
/// window, never the first denial.
#[derive(Debug, Default)]
pub(crate) struct Denials(Mutex<HashMap<DenialKey, Window>>);

#[derive(Debug, Clone, Copy)]
struct Window {
    since: Timestamp,
    held_back: u64,
}

impl Denials {
    /// How many denials an entry written now stands for: this one and those held back before it.
    /// `None`: hold this one back.
    pub(crate) fn count(&self, key: DenialKey, now: Timestamp) -> Option<u64> {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(window) = windows.get_mut(&key) {
            let age = now.seconds_since(window.since);
            if (0..WINDOW_SECONDS).contains(&age) {
                window.held_back = window.held_back.saturating_add(1);
                return None;
            }
            let count = window.held_back.saturating_add(1);
            *window = Window { since: now, held_back: 0 };
            return Some(count);
        }
        if windows.len() >= DIFFERENT_MAX {
            windows
                .retain(|_, window| window.held_back > 0 || now.seconds_since(window.since) < WINDOW_SECONDS);
        }
        if windows.len() < DIFFERENT_MAX {
            windows.insert(key, Window { since: now, held_back: 0 });
        }
        Some(1)
    }

    /// Everything held back, to be logged now.
    pub(crate) fn drain(&self) -> Vec<(DenialKey, u64)> {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held = windows.drain().filter(|(_, window)| window.held_back > 0);
        held.map(|(key, window)| (key, window.held_back)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_becomes_one_counted_entry_and_nothing_is_forgotten() {
        let denials = Denials::default();
        let key = DenialKey {
            actor: ActorId::from_bytes([1; 16]),
            action: Action::View,
            kind: Kind::new("customer").unwrap(),
            record: None,
            code: "not-owner",
        };
        let at = |seconds| Timestamp::from_unix_micros(0).plus_seconds(seconds);
        assert_eq!(denials.count(key.clone(), at(0)), Some(1));
        for second in 1..60 {
            assert_eq!(denials.count(key.clone(), at(second)), None);
        }
        let other = DenialKey { code: "needs-mfa", ..key.clone() };
        assert_eq!(denials.count(other, at(30)), Some(1));
        assert_eq!(denials.count(key.clone(), at(60)), Some(60));
        assert_eq!(denials.count(key.clone(), at(61)), None);
        assert_eq!(denials.drain(), vec![(key, 1)]);
        assert_eq!(denials.drain(), vec![]);
    }
}
