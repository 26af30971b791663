//! What keys a customer has, for people and certificates.

use super::{
    Destroyed, EpochTurned, Generation, KeyRole, KeyState, Keys,
    rows::{CUSTOMERS, KeyRow, Place, TOMBSTONES, customer_range},
};
use crate::{Epoch, KeysError};
use strongroom_store::Direction;
use strongroom_types::{CustomerId, KeyId, Timestamp};

/// A living key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyInfo {
    /// Which key.
    pub id: KeyId,
    /// What it is for.
    pub role: KeyRole,
    /// Its generation.
    pub generation: Generation,
    /// What it may do.
    pub state: KeyState,
    /// When it was made.
    pub created: Timestamp,
    /// The epoch it is wrapped under now.
    pub epoch: Epoch,
}

/// A customer's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomerKeys {
    /// There were never any.
    Absent,
    /// The data key was destroyed.
    Destroyed {
        /// The first fact.
        receipt: Box<Destroyed>,
        /// The second fact; until then a certificate is provisional.
        epoch_turned: Option<EpochTurned>,
        /// The key for log details, if it is living still.
        log_detail: Option<KeyInfo>,
        /// What else was destroyed: single generations before, the key for log details.
        others: Vec<Destroyed>,
    },
    /// The data key is living.
    Living {
        /// Every living key, by role and generation.
        keys: Vec<KeyInfo>,
        /// Single generations that were destroyed, and the key for log details if it was.
        shredded: Vec<Destroyed>,
    },
}

impl Keys {
    /// What keys a customer has and had.
    pub fn state(&self, customer: CustomerId) -> Result<CustomerKeys, KeysError> {
        let range = customer_range(self.tenant, customer, None);
        // Tombstones first: what is destroyed in between shows as both, and the tombstone counts.
        let tombstones = self.store.scan(TOMBSTONES, &range, Direction::Forward, usize::MAX)?;
        let mut shredded = Vec::new();
        for (key, bytes) in &tombstones {
            shredded.push(Destroyed::decode(key, bytes)?);
        }
        let mut keys = Vec::new();
        for (key, bytes) in self.store.scan(CUSTOMERS, &range, Direction::Forward, usize::MAX)? {
            let Place::Customer { role, generation, .. } = Place::parse(CUSTOMERS, &key)? else { continue };
            let KeyRow { id, state, created, wrapped } = KeyRow::decode(&bytes)?;
            keys.push(KeyInfo { id, role, generation, state, created, epoch: wrapped.epoch });
        }
        let whole = shredded.iter().position(|one| one.role == KeyRole::Data && one.generation.is_none());
        let Some(whole) = whole else {
            let never = keys.is_empty() && shredded.is_empty();
            return Ok(if never { CustomerKeys::Absent } else { CustomerKeys::Living { keys, shredded } });
        };
        let receipt = shredded.remove(whole);
        Ok(CustomerKeys::Destroyed {
            epoch_turned: self.epoch_turned(&receipt)?,
            receipt: Box::new(receipt),
            log_detail: keys.into_iter().find(|key| key.role == KeyRole::LogDetail),
            others: shredded,
        })
    }
}
