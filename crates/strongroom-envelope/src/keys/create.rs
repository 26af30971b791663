//! Making keys. A key is durable before the first byte that needs it is written.

use super::{
    ATTEMPTS_MAX, Generation, KeyInUse, KeyRole, KeyState, Keys,
    rows::{CUSTOMERS, EPOCHS, EpochRow, KeyRow, Place, TOMBSTONES, customer_range, tombstone_key},
};
use crate::{KeysError, Secret};
use std::{collections::BTreeSet, sync::Arc};
use strongroom_store::{Batch, Direction};
use strongroom_types::{CustomerId, KeyId, Timestamp};

/// How many customers get their keys in one commit: 512 keys of some 150 bytes.
const CUSTOMERS_PER_BATCH: usize = 256;
/// A customer's living generations, so that destroying them all fits one commit.
const GENERATIONS_MAX: usize = 1024;

/// A key that is not yet in the store.
struct Fresh {
    place: Place,
    key: KeyInUse,
    row: Vec<u8>,
}

impl Keys {
    /// Makes a customer's first keys: one for data, one for log details. Both are durable on return, so write the data
    /// after it. Where they are already, nothing happens.
    ///
    /// Answers the generation that seals now. A customer whose data key was destroyed gets no other:
    /// [`KeysError::Gone`].
    pub fn create(&self, customer: CustomerId, now: Timestamp) -> Result<Generation, KeysError> {
        self.create_many(&[customer], now)?;
        self.current_generation(customer)
    }

    /// Makes the first keys of many customers, 256 customers to one durable commit. Where they are already, nothing happens; where
    /// a customer is gone, the call fails there, with the commits before it done.
    pub fn create_many(&self, customers: &[CustomerId], now: Timestamp) -> Result<(), KeysError> {
        customers.chunks(CUSTOMERS_PER_BATCH).try_for_each(|some| {
            // The same customer may be named twice.
            let some: BTreeSet<CustomerId> = some.iter().copied().collect();
            self.create_some(&Batch::new(), &some, now)
        })
    }

    /// As [`create`](Self::create), by right to the space that the store keeps back for the day when its disk is full:
    /// for keys that a purge needs.
    pub fn create_from_reserve(&self, customer: CustomerId, now: Timestamp) -> Result<Generation, KeysError> {
        self.create_some(&Batch::new().from_reserve(), &BTreeSet::from([customer]), now)?;
        self.current_generation(customer)
    }

    /// The generation of the customer's data key that seals now.
    pub fn current_generation(&self, customer: CustomerId) -> Result<Generation, KeysError> {
        self.current(Some(customer), KeyRole::Data).map(|key| key.generation)
    }

    /// Makes the next generation of a customer's data key, durably; the ones before it only open from now on.
    ///
    /// Each call makes one; after a crash an unused one may be left, which does no harm. A partial purge needs it, so it
    /// may use the space that the store keeps back.
    pub fn next_generation(&self, customer: CustomerId, now: Timestamp) -> Result<Generation, KeysError> {
        for _ in 0..ATTEMPTS_MAX {
            self.refuse_tombstone(customer, KeyRole::Data, None)?;
            let range = customer_range(self.tenant, customer, Some(KeyRole::Data));
            let living = self.store.scan(CUSTOMERS, &range, Direction::Backward, GENERATIONS_MAX)?;
            if living.len() >= GENERATIONS_MAX {
                return Err(KeysError::Invariant("a customer has at most 1024 living generations"));
            }
            let (newest, bytes) = living.first().ok_or(KeysError::NoKey)?;
            let Place::Customer { generation, .. } = Place::parse(CUSTOMERS, newest)? else {
                return Err(KeysError::Invariant("a customer's key has another's name"));
            };
            let generation = generation.0.checked_add(1).map(Generation);
            let generation = generation.ok_or(KeysError::Invariant("generations are counted in 32 bits"))?;
            let (epochs, epoch_bytes) = self.epoch_row()?;
            let place = Place::Customer { customer, role: KeyRole::Data, generation };
            let fresh = self.fresh(place, epochs, now)?;
            let mut row = KeyRow::decode(bytes)?;
            row.state = KeyState::DecryptOnly;
            let batch = self
                .add(Batch::new(), &fresh)
                .require_value(EPOCHS, self.tenant.as_bytes().as_slice(), epoch_bytes)
                .require_absent(TOMBSTONES, tombstone_key(self.tenant, customer, KeyRole::Data, None))
                .require_value(CUSTOMERS, newest.clone(), bytes.clone())
                .put(CUSTOMERS, newest.clone(), row.encode()?)
                .from_reserve();
            let made = self.commit(&batch)?;
            self.cache().evict(customer, KeyRole::Data);
            if made {
                return Ok(generation);
            }
        }
        Err(KeysError::Contended)
    }

    /// Makes a key at a place that is the tenant's, if there is none.
    pub(super) fn ensure(&self, place: &Place, now: Timestamp) -> Result<(), KeysError> {
        for _ in 0..ATTEMPTS_MAX {
            if self.store.get(place.space(), &place.key(self.tenant))?.is_some() {
                return Ok(());
            }
            let (epochs, epoch_bytes) = self.epoch_row()?;
            let fresh = self.fresh(place.clone(), epochs, now)?;
            let tenant = self.tenant.as_bytes().as_slice();
            let batch = self.add(Batch::new(), &fresh).require_value(EPOCHS, tenant, epoch_bytes);
            if self.commit(&batch)? {
                return Ok(());
            }
        }
        Err(KeysError::Contended)
    }

    /// Each commit is `opening` and what is added to it.
    fn create_some(
        &self,
        opening: &Batch,
        customers: &BTreeSet<CustomerId>,
        now: Timestamp,
    ) -> Result<(), KeysError> {
        for _ in 0..ATTEMPTS_MAX {
            let stamp = self.cache().stamp();
            let (epochs, epoch_bytes) = self.epoch_row()?;
            let tenant = self.tenant.as_bytes().as_slice();
            let mut batch = opening.clone().require_value(EPOCHS, tenant, epoch_bytes);
            let mut made = Vec::new();
            for customer in customers {
                for place in self.missing(*customer)? {
                    let fresh = self.fresh(place, epochs, now)?;
                    batch = self.add(batch, &fresh);
                    made.push(fresh);
                }
                batch = batch
                    .require_absent(TOMBSTONES, tombstone_key(self.tenant, *customer, KeyRole::Data, None));
            }
            if made.is_empty() {
                return Ok(());
            }
            if self.commit(&batch)? {
                self.keep(made, stamp);
                return Ok(());
            }
        }
        Err(KeysError::Contended)
    }

    // The first keys that a customer does not have.
    fn missing(&self, customer: CustomerId) -> Result<Vec<Place>, KeysError> {
        self.refuse_tombstone(customer, KeyRole::Data, None)?;
        let mut missing = Vec::new();
        for role in [KeyRole::Data, KeyRole::LogDetail] {
            let range = customer_range(self.tenant, customer, Some(role));
            let there = !self.store.scan(CUSTOMERS, &range, Direction::Forward, 1)?.is_empty();
            // Log details that were destroyed on purpose stay so while the customer lives on.
            if !there && self.tombstone(customer, role, None)?.is_none() {
                missing.push(Place::Customer { customer, role, generation: Generation::FIRST });
            }
        }
        Ok(missing)
    }

    fn fresh(&self, place: Place, epochs: EpochRow, now: Timestamp) -> Result<Fresh, KeysError> {
        let id = KeyId::fresh(self.random())?;
        let secret = Secret::fresh(self.random())?;
        let wrapped = self.provider.wrap(self.tenant, &place.context(self.tenant, id), &secret)?;
        // SECURITY: a wrap under an epoch that a turn is about to destroy would be lost with it.
        if wrapped.epoch < epochs.to {
            return Err(KeysError::ProviderBehind);
        }
        let row = KeyRow { id, state: KeyState::Enabled, created: now, wrapped };
        Ok(Fresh { key: KeyInUse::new(&place, &row, &secret), row: row.encode()?, place })
    }

    fn add(&self, batch: Batch, fresh: &Fresh) -> Batch {
        let (space, key) = (fresh.place.space(), fresh.place.key(self.tenant));
        batch.require_absent(space, key.clone()).put(space, key, fresh.row.clone())
    }

    fn keep(&self, made: Vec<Fresh>, stamp: u64) {
        let mut cache = self.cache();
        for fresh in made {
            if let Place::Customer { customer, role, .. } = fresh.place {
                cache.insert(Some(customer), role, &Arc::new(fresh.key), stamp);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::clone_on_ref_ptr, reason = "what tests share, they share everywhere")]

    use super::*;
    use crate::{
        Epoch, EpochReceipt, Guarantee, KeyProvider, Keyring, ProviderError, Wrapped,
        testing::{House, address, customer, field, later, now},
    };
    use std::sync::Mutex;
    use strongroom_types::TenantId;

    type Meddling = Box<dyn FnOnce() + Send>;

    /// Lets something else happen once, between wrapping a key and storing it.
    struct Slow(Arc<Keyring>, Mutex<Option<Meddling>>);

    impl KeyProvider for Slow {
        fn epoch(&self, tenant: TenantId) -> Result<Epoch, ProviderError> {
            self.0.epoch(tenant)
        }

        fn wrap(&self, tenant: TenantId, context: &[u8], key: &Secret) -> Result<Wrapped, ProviderError> {
            let wrapped = self.0.wrap(tenant, context, key);
            let meddle = self.1.lock().unwrap().take();
            if let Some(meddle) = meddle {
                meddle();
            }
            wrapped
        }

        fn unwrap(
            &self,
            tenant: TenantId,
            context: &[u8],
            wrapped: &Wrapped,
        ) -> Result<Secret, ProviderError> {
            self.0.unwrap(tenant, context, wrapped)
        }

        fn new_epoch(&self, tenant: TenantId, now: Timestamp) -> Result<Epoch, ProviderError> {
            self.0.new_epoch(tenant, now)
        }

        fn destroy_epochs_before(
            &self,
            tenant: TenantId,
            epoch: Epoch,
            now: Timestamp,
        ) -> Result<EpochReceipt, ProviderError> {
            self.0.destroy_epochs_before(tenant, epoch, now)
        }

        fn guarantee(&self) -> Guarantee {
            self.0.guarantee()
        }
    }

    // A whole turn fits between the wrapping of a new key and its commit: without the precondition on the epoch the key
    // would be stored under an epoch that is destroyed, and what it seals would be lost.
    #[test]
    fn a_key_wrapped_before_a_turn_is_not_stored_after_it() {
        let makers: [fn(&Keys); 3] = [
            |keys| assert!(keys.create(customer(1), now()).is_ok()),
            |keys| assert!(keys.next_generation(customer(2), now()).is_ok()),
            |keys| assert!(keys.ensure_index_key(&field("phone"), 1, now()).is_ok()),
        ];
        for make in makers {
            let house = House::new();
            let keyring = house.keyring();
            let other = house.keys_on(house.store.clone(), keyring.clone());
            other.create(customer(2), now()).unwrap();
            let slow = Arc::new(Slow(keyring, Mutex::new(None)));
            let keys = house.keys_on(house.store.clone(), slow.clone());
            let turn = move || assert!(other.turn_epoch(later(), &mut |_| ()).is_ok());
            *slow.1.lock().unwrap() = Some(Box::new(turn));
            make(&keys);
            assert!(slow.1.lock().unwrap().is_none());
            let next_process = house.keys();
            for number in [1, 2] {
                let generation = next_process.create(customer(number), now()).unwrap();
                let name = field("name");
                let sealed =
                    keys.seal_record(&address(number), generation, [(&name, &b"value"[..])]).unwrap();
                assert!(next_process.open_record(&address(number), sealed.bytes()).is_ok());
            }
            next_process.ensure_index_key(&field("phone"), 1, now()).unwrap();
            assert!(next_process.index_token(&field("phone"), 1, b"1").is_ok());
        }
    }
}
