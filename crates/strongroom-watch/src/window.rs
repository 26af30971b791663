//! A course of time that never runs back, and a sliding count over it.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use strongroom_types::{CustomerId, Level, Timestamp};

/// Places instants on a course that never runs back, in microseconds.
///
/// A little late counts as now. Much earlier means that the clock was set back: from there time goes on from the latest
/// place, so that setting a clock back neither hides what was counted nor stops the count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct Course {
    pub(crate) latest: Option<i64>,
    offset: i64,
}

impl Course {
    pub(crate) fn place(&mut self, at: Timestamp, lateness_micros: i64) -> i64 {
        let place = at.unix_micros().saturating_add(self.offset);
        let latest = self.latest.unwrap_or(place);
        let behind = latest.saturating_sub(place);
        if behind > lateness_micros {
            self.offset = self.offset.saturating_add(behind);
        }
        let place = place.max(latest);
        self.latest = Some(place);
        place
    }
}

/// Something that was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) place: i64,
    pub(crate) at: Timestamp,
    pub(crate) weight: u64,
    pub(crate) level: Option<Level>,
    pub(crate) customer: Option<CustomerId>,
}

/// What one actor did within one rule's window.
///
/// It remembers the most recent entries, as many as make up the highest threshold: whatever is older cannot change
/// whether a threshold is reached. A customer who is seen again is remembered at the later place only.
#[derive(Debug, Clone, Default)]
pub(crate) struct Window {
    // INVARIANT: places rise with the sequence numbers; `total` is the sum of the weights; `customers` names every
    // entry that has a customer.
    entries: BTreeMap<u64, Entry>,
    customers: HashMap<CustomerId, u64>,
    next: u64,
    total: u128,
    pub(crate) fired: Option<i64>,
}

impl Window {
    /// A window that is empty, and quiet since then.
    pub(crate) fn resumed(fired: Option<i64>) -> Self {
        Self { fired, ..Self::default() }
    }

    /// Counts an entry at a place that is no earlier than any before.
    pub(crate) fn push(&mut self, entry: Entry, window_micros: i64, cap: u64) {
        let start = entry.place.saturating_sub(window_micros);
        self.pop_while(|oldest, _| oldest.place <= start);
        if let Some(customer) = entry.customer
            && let Some(before) = self.customers.insert(customer, self.next)
            && let Some(before) = self.entries.remove(&before)
        {
            self.total = self.total.saturating_sub(before.weight.into());
        }
        self.entries.insert(self.next, entry);
        self.next = self.next.saturating_add(1);
        self.total = self.total.saturating_add(entry.weight.into());
        self.pop_while(|oldest, total| total.saturating_sub(oldest.weight.into()) >= u128::from(cap));
    }

    pub(crate) fn total(&self) -> u64 {
        u64::try_from(self.total).unwrap_or(u64::MAX)
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Oldest first.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    fn pop_while(&mut self, goes: impl Fn(&Entry, u128) -> bool) {
        while let Some(oldest) = self.entries.first_entry() {
            if !goes(oldest.get(), self.total) {
                return;
            }
            let oldest = oldest.remove();
            self.total = self.total.saturating_sub(oldest.weight.into());
            if let Some(customer) = oldest.customer {
                self.customers.remove(&customer);
            }
        }
    }
}
