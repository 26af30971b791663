//! Unwrapped keys at hand, bounded in number.

use super::{Generation, KeyInUse, KeyRole, KeyState};
use std::{collections::HashMap, sync::Arc};
use strongroom_types::CustomerId;

/// More than a few generations of one customer are not used at once.
const GENERATIONS_MAX: usize = 8;

type Owner = (Option<CustomerId>, KeyRole);

/// Two maps: what is used moves to `young`; when that is full, it becomes `old` and the old one is forgotten. So what is used
/// often stays, and no list has to be kept in order.
pub(super) struct Cache {
    owners_max: usize,
    young: HashMap<Owner, Vec<Arc<KeyInUse>>>,
    old: HashMap<Owner, Vec<Arc<KeyInUse>>>,
    /// Counts evictions: a key that was read before one must not come back after it.
    stamp: u64,
}

impl Cache {
    pub(super) fn new(owners_max: usize) -> Self {
        Self { owners_max: owners_max.max(1), young: HashMap::new(), old: HashMap::new(), stamp: 0 }
    }

    /// The key, if it is here, and a stamp to show when it is put here after having been read elsewhere.
    pub(super) fn generation(
        &mut self,
        customer: Option<CustomerId>,
        role: KeyRole,
        generation: Generation,
    ) -> (Option<Arc<KeyInUse>>, u64) {
        let keys = self.keys((customer, role));
        (keys.and_then(|keys| keys.iter().find(|key| key.generation == generation)).cloned(), self.stamp)
    }

    /// The key that seals now, if it is here.
    pub(super) fn current(&mut self, customer: CustomerId, role: KeyRole) -> Option<Arc<KeyInUse>> {
        self.keys((Some(customer), role))?.iter().find(|key| key.state == KeyState::Enabled).cloned()
    }

    /// Keeps a key, unless something was evicted since `stamp`.
    pub(super) fn insert(
        &mut self,
        customer: Option<CustomerId>,
        role: KeyRole,
        key: &Arc<KeyInUse>,
        stamp: u64,
    ) {
        // SECURITY: a shred may have happened between the reading of the row and now.
        if stamp != self.stamp {
            return;
        }
        self.make_room();
        let keys = self.young.entry((customer, role)).or_default();
        keys.retain(|kept| kept.generation != key.generation);
        keys.truncate(GENERATIONS_MAX);
        keys.insert(0, Arc::clone(key));
    }

    /// Forgets a customer's keys of a role.
    pub(super) fn evict(&mut self, customer: CustomerId, role: KeyRole) {
        self.stamp = self.stamp.wrapping_add(1);
        self.young.remove(&(Some(customer), role));
        self.old.remove(&(Some(customer), role));
    }

    pub(super) const fn stamp(&self) -> u64 {
        self.stamp
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.young.len().saturating_add(self.old.len())
    }

    fn keys(&mut self, owner: Owner) -> Option<&Vec<Arc<KeyInUse>>> {
        if let Some(keys) = self.old.remove(&owner) {
            self.make_room();
            self.young.insert(owner, keys);
        }
        self.young.get(&owner)
    }

    fn make_room(&mut self) {
        if self.young.len() >= self.owners_max {
            self.old = std::mem::take(&mut self.young);
        }
    }
}
