//! Spaces and keys. FORMAT: docs/format.md, "Spaces and keys".

use strongroom_store::{KeyRange, Space};
use strongroom_types::{CustomerId, TenantId};

/// The log owns the spaces with ids 1 to this; others begin after it.
pub const SPACE_ID_MAX: u8 = 15;

pub(crate) const ENTRIES: Space = Space::append_only(1, "audit-entries");
pub(crate) const NODES: Space = Space::append_only(2, "audit-nodes");
pub(crate) const HEADS: Space = Space::mutable(3, "audit-heads");
pub(crate) const DETAILS: Space = Space::mutable(4, "audit-details");
pub(crate) const CHECKPOINTS: Space = Space::append_only(5, "audit-checkpoints");
pub(crate) const FENCES: Space = Space::mutable(6, "audit-fences");

/// The spaces of the log, for whoever lists or opens all spaces of a store.
pub const SPACES: &[Space] = &[ENTRIES, NODES, HEADS, DETAILS, CHECKPOINTS, FENCES];

/// One log: a tenant's stream. A stream that had to be begun anew after its end was lost has the next generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stream {
    /// Whose log.
    pub tenant: TenantId,
    /// Which generation of it.
    pub generation: u32,
}

impl Stream {
    /// The first generation of a tenant's log.
    pub const fn first(tenant: TenantId) -> Self {
        Self { tenant, generation: 0 }
    }

    /// What every key of the stream begins with.
    pub(crate) fn prefix(self) -> Vec<u8> {
        [self.tenant.as_bytes().as_slice(), &self.generation.to_be_bytes()].concat()
    }

    fn key(self, parts: &[&[u8]]) -> Vec<u8> {
        let mut key = self.prefix();
        for part in parts {
            key.extend_from_slice(part);
        }
        key
    }

    pub(crate) fn head(self) -> Vec<u8> {
        self.prefix()
    }

    pub(crate) fn entry(self, index: u64) -> Vec<u8> {
        self.key(&[&index.to_be_bytes()])
    }

    pub(crate) fn entries(self, from: u64) -> KeyRange {
        KeyRange { start: self.entry(from), end: KeyRange::prefix(&self.prefix()).end }
    }

    pub(crate) fn node(self, level: u8, index: u64) -> Vec<u8> {
        self.key(&[&[level], &index.to_be_bytes()])
    }

    pub(crate) fn detail(self, customer: Option<CustomerId>, index: u64) -> Vec<u8> {
        self.key(&[&whose(customer), &index.to_be_bytes()])
    }

    pub(crate) fn details_of(self, customer: Option<CustomerId>) -> KeyRange {
        KeyRange::prefix(&self.key(&[&whose(customer)]))
    }

    pub(crate) fn checkpoint(self, number: u64) -> Vec<u8> {
        self.key(&[&number.to_be_bytes()])
    }

    pub(crate) fn all(self) -> KeyRange {
        KeyRange::prefix(&self.prefix())
    }
}

/// A customer's id behind a byte that tells it from "no customer", since every 16 bytes are some customer's id.
fn whose(customer: Option<CustomerId>) -> Vec<u8> {
    customer.map_or_else(|| vec![0], |customer| [&[1], customer.as_bytes().as_slice()].concat())
}

const FENCE_OF_HOLDS: u8 = 0;
const FENCE_OF_CUSTOMER: u8 = 1;

/// The row that counts changes to a tenant's holds. Fences belong to the data, not to a generation of the log.
pub(crate) fn holds(tenant: TenantId) -> Vec<u8> {
    [tenant.as_bytes().as_slice(), &[FENCE_OF_HOLDS]].concat()
}

/// The row of a customer's fence.
pub(crate) fn fence(tenant: TenantId, customer: CustomerId) -> Vec<u8> {
    [tenant.as_bytes().as_slice(), &[FENCE_OF_CUSTOMER], customer.as_bytes()].concat()
}

/// Every fence row of a tenant.
pub(crate) fn fences(tenant: TenantId) -> KeyRange {
    KeyRange::prefix(tenant.as_bytes())
}

/// The last eight bytes of a key, which in entries, details, nodes and checkpoints are the index.
pub(crate) fn index_of(key: &[u8]) -> Option<u64> {
    key.last_chunk().map(|bytes| u64::from_be_bytes(*bytes))
}
