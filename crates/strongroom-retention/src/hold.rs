//! Legal holds: nothing in their scope is erased, whatever is due.

use crate::{ClassName, Item, ReasonCode};
use serde::{Deserialize, Serialize};
use strongroom_types::{ActorId, CustomerId, HoldId, RecordId, Timestamp};

/// What a hold covers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every record of this class or with a field of this class.
    Class(ClassName),
    /// Every record of one customer.
    Customer(CustomerId),
    /// Everything of the tenant.
    Everything,
    /// One record.
    Record(RecordId),
}

/// A legal hold. An open request of the customer, too, is placed as a hold on the records it is about until it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The hold.
    pub id: HoldId,
    /// What it covers.
    pub scope: Scope,
    /// Why, as a code.
    pub reason: ReasonCode,
    /// Who placed it.
    pub placed_by: ActorId,
    /// When.
    pub placed_at: Timestamp,
    /// Who released it and when, if anyone did. A released hold stays as a fact.
    pub released: Option<Release>,
}

/// The end of a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Who released it.
    pub by: ActorId,
    /// When.
    pub at: Timestamp,
}

/// Why a hold was not released.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HoldError {
    /// It already was.
    #[error("hold `{0}` is already released")]
    AlreadyReleased(HoldId),
    /// The release would be earlier than the hold.
    #[error("hold `{0}` cannot be released before it was placed")]
    BeforePlaced(HoldId),
}

impl Hold {
    /// Whether the hold still holds.
    pub const fn is_active(&self) -> bool {
        self.released.is_none()
    }

    /// Releases the hold. What waited under it is due again: put the covered records back into the due index.
    pub fn release(&mut self, by: ActorId, at: Timestamp) -> Result<(), HoldError> {
        if self.released.is_some() {
            return Err(HoldError::AlreadyReleased(self.id));
        }
        if at < self.placed_at {
            return Err(HoldError::BeforePlaced(self.id));
        }
        self.released = Some(Release { by, at });
        Ok(())
    }

    /// Whether the record lies in the scope, be the hold active or not.
    pub fn covers(&self, item: &Item) -> bool {
        match &self.scope {
            Scope::Class(class) => item.class == *class || item.fields.iter().any(|f| f.class == *class),
            Scope::Customer(customer) => item.customer == *customer,
            Scope::Everything => true,
            Scope::Record(record) => item.record == *record,
        }
    }
}

/// The active holds of a tenant at one version.
///
/// The version is the tenant's holds version: placing a hold raises it, and a purge's intent is refused where it differs
/// from the one that the plan saw, so that a hold and a purge cannot race.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holds {
    version: u64,
    active: Vec<Hold>,
}

impl Holds {
    /// These holds as of this version. Released ones are left out.
    pub fn new(version: u64, mut holds: Vec<Hold>) -> Self {
        holds.retain(Hold::is_active);
        Self { version, active: holds }
    }

    /// The tenant's holds version.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// The active holds.
    pub fn active(&self) -> impl Iterator<Item = &Hold> {
        self.active.iter()
    }

    /// The active holds that cover a record, in order of placing.
    pub fn covering(&self, item: &Item) -> Vec<HoldId> {
        self.active.iter().filter(|hold| hold.covers(item)).map(|hold| hold.id).collect()
    }
}
