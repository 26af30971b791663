//! One tenant's keys: made, found, counted, destroyed.

mod cache;
mod create;
mod index;
mod rows;
mod shred;
mod state;
mod turn;

pub use index::IndexToken;
pub use rows::SPACES;
pub use shred::{Destroyed, DestroyedKey};
pub use state::{CustomerKeys, KeyInfo};
pub use turn::{EpochTurned, PendingTurn, TurnProgress};

use crate::{
    KeyProvider, KeysError, ProviderError, SealError, Secret, Signer, Suite, kdf::Deriver, wipe::Wiped,
};
use cache::Cache;
use ring::hmac;
use rows::{EPOCHS, EpochRow, KeyRow, Place};
use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use strongroom_store::{Batch, CommitError, Direction, Durability, Store, StoreExt as _};
use strongroom_types::{CustomerId, FieldName, KeyId, Random, TenantId, Timestamp};

/// How many things one loaded key seals before it asks for the next generation.
///
/// The key seals nothing itself: each thing gets a key derived under a fresh 24-byte salt, so the bound on blocks and
/// nonces of AES-GCM never nears. What is bounded is that two salts be equal: after 2^32 of them the odds are below 2^-128.
/// The count starts anew with each loading of the key, which even a thousand times over changes nothing in that.
pub const SEALS_PER_KEY_MAX: u64 = 1 << 32;

/// How often an operation is tried again when others change the same keys.
const ATTEMPTS_MAX: usize = 32;

/// The number of a customer's key; a partial purge makes the next one. The first is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Generation(pub u32);

impl Generation {
    /// The one that every customer starts with.
    pub const FIRST: Self = Self(1);
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a key is for. Log details have a key of their own, since they are kept for another time than the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyRole {
    /// The customer's records and documents.
    Data,
    /// What the log says about the customer beyond ids.
    LogDetail,
}

impl KeyRole {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Data => 1,
            Self::LogDetail => 2,
        }
    }
}

/// What a living key may do. A destroyed one is not there any more; its tombstone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// It only opens: a newer generation seals.
    DecryptOnly,
    /// It seals and opens.
    Enabled,
}

/// How a tenant's keys behave.
#[derive(Debug)]
pub struct KeysOptions {
    /// What the key store must reach before a new key, a destroyed key or a turned epoch is reported as such.
    pub durability: Durability,
    /// The cipher for what is sealed from now on; every suite opens.
    pub suite: Suite,
    /// How many customers' unwrapped keys are kept at hand (between this and twice as many).
    pub cached_keys_max: usize,
    /// Signs tombstones.
    pub signer: Signer,
}

impl KeysOptions {
    /// [`Durability::Power`], AES-256-GCM, 4096 customers at hand.
    pub const fn new(signer: Signer) -> Self {
        Self { durability: Durability::Power, suite: Suite::Aes256Gcm, cached_keys_max: 4096, signer }
    }
}

/// One tenant's keys: wrapped in the key store, unwrapped in memory only.
///
/// The key store must not be the store of the data: a backup of one must not be able to bring back what was
/// destroyed in the other. Spaces 1 to 15 of it belong to this crate.
///
/// Methods take `&self`; share it between threads. Several processes may share a key store that allows several
/// writers, with the fence of the data store keeping a key that one of them cached from being used after another destroyed it.
pub struct Keys {
    store: Arc<dyn Store>,
    provider: Arc<dyn KeyProvider>,
    tenant: TenantId,
    random: Arc<dyn Random>,
    options: KeysOptions,
    cache: Mutex<Cache>,
    tokens: Mutex<IndexKeys>,
}

/// The unwrapped keys of indexes, by field and version: as many as the schema has.
type IndexKeys = HashMap<(FieldName, u32), Arc<Wiped<hmac::Key>>>;

/// A key, unwrapped, ready to derive others from.
pub(crate) struct KeyInUse {
    pub(crate) id: KeyId,
    pub(crate) generation: Generation,
    pub(crate) deriver: Deriver,
    state: KeyState,
    uses: AtomicU64,
}

impl Keys {
    /// Opens a tenant's keys; on an empty key store, makes the tenant's own keys, durably.
    ///
    /// Refuses a provider that lacks the epoch the keys are wrapped under ([`KeysError::ProviderBehind`]): an old copy of
    /// a keyring is told from a damaged one.
    pub fn open(
        store: Arc<dyn Store>,
        provider: Arc<dyn KeyProvider>,
        tenant: TenantId,
        random: Arc<dyn Random>,
        options: KeysOptions,
        now: Timestamp,
    ) -> Result<Self, KeysError> {
        let cache = Mutex::new(Cache::new(options.cached_keys_max));
        let keys = Self { store, provider, tenant, random, options, cache, tokens: Mutex::default() };
        keys.settle_first_epoch(now)?;
        if keys.provider.epoch(tenant)? < keys.epoch_row()?.0.to {
            return Err(KeysError::ProviderBehind);
        }
        for role in [KeyRole::Data, KeyRole::LogDetail] {
            keys.ensure(&Place::Tenant { role }, now)?;
        }
        Ok(keys)
    }

    /// Whose keys these are.
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    pub(crate) const fn suite(&self) -> Suite {
        self.options.suite
    }

    pub(crate) fn random(&self) -> &dyn Random {
        self.random.as_ref()
    }

    pub(crate) fn shared_random(&self) -> Arc<dyn Random> {
        Arc::clone(&self.random)
    }

    /// The key of a generation; `None` as customer is the tenant's own key.
    pub(crate) fn generation(
        &self,
        customer: Option<CustomerId>,
        role: KeyRole,
        generation: Generation,
    ) -> Result<Arc<KeyInUse>, KeysError> {
        let (found, stamp) = self.cache().generation(customer, role, generation);
        if let Some(key) = found {
            return Ok(key);
        }
        let place = match customer {
            Some(customer) => Place::Customer { customer, role, generation },
            None if generation == Generation::FIRST => Place::Tenant { role },
            None => return Err(KeysError::NoKey),
        };
        let key = Arc::new(self.load(&place)?);
        self.cache().insert(customer, role, &key, stamp);
        Ok(key)
    }

    /// The key that seals now.
    pub(crate) fn current(
        &self,
        customer: Option<CustomerId>,
        role: KeyRole,
    ) -> Result<Arc<KeyInUse>, KeysError> {
        let Some(customer) = customer else { return self.generation(None, role, Generation::FIRST) };
        if let Some(key) = self.cache().current(customer, role) {
            return Ok(key);
        }
        let generation = self.current_of(customer, role)?;
        self.generation(Some(customer), role, generation)
    }

    fn current_of(&self, customer: CustomerId, role: KeyRole) -> Result<Generation, KeysError> {
        self.refuse_tombstone(customer, role, None)?;
        let range = rows::customer_range(self.tenant, customer, Some(role));
        let newest = self.store.scan(rows::CUSTOMERS, &range, Direction::Backward, 1)?;
        let (key, _) = newest.first().ok_or(KeysError::NoKey)?;
        match Place::parse(rows::CUSTOMERS, key)? {
            Place::Customer { generation, .. } => Ok(generation),
            _ => Err(KeysError::Invariant("a customer's key has another's name")),
        }
    }

    /// Reads and unwraps a key.
    fn load(&self, place: &Place) -> Result<KeyInUse, KeysError> {
        if let Place::Customer { customer, role, generation } = place {
            // SECURITY: before the row, so that a key that a restore brought back beside its tombstone stays gone.
            self.refuse_tombstone(*customer, *role, None)?;
            self.refuse_tombstone(*customer, *role, Some(*generation))?;
        }
        let (row, secret) = self.unwrap_at(place)?;
        Ok(KeyInUse::new(place, &row, &secret))
    }

    fn unwrap_at(&self, place: &Place) -> Result<(KeyRow, Secret), KeysError> {
        let mut before = None;
        for _ in 0..ATTEMPTS_MAX {
            let found = self.store.get(place.space(), &place.key(self.tenant))?.ok_or(KeysError::NoKey)?;
            let row = KeyRow::decode(&found)?;
            match self.provider.unwrap(self.tenant, &place.context(self.tenant, row.id), &row.wrapped) {
                Ok(secret) => return Ok((row, secret)),
                // Between reading the row and unwrapping it, a turn may have re-wrapped it and ended.
                Err(ProviderError::EpochGone { .. }) if before.as_ref() != Some(&found) => {
                    before = Some(found);
                }
                Err(ProviderError::Refused) => return Err(KeysError::Unreadable { key: row.id }),
                Err(ProviderError::UnknownEpoch { .. }) => return Err(KeysError::ProviderBehind),
                Err(error) => return Err(error.into()),
            }
        }
        Err(KeysError::Contended)
    }

    /// The row that says which epoch keys are wrapped under, and its bytes for a precondition.
    fn epoch_row(&self) -> Result<(EpochRow, Vec<u8>), KeysError> {
        let bytes = self.store.get(EPOCHS, self.tenant.as_bytes())?;
        let bytes = bytes.ok_or(KeysError::Damaged { what: "the tenant's epoch is missing" })?;
        Ok((EpochRow::decode(&bytes)?, bytes))
    }

    fn settle_first_epoch(&self, now: Timestamp) -> Result<(), KeysError> {
        if self.store.get(EPOCHS, self.tenant.as_bytes())?.is_some() {
            return Ok(());
        }
        let epoch = self.provider.epoch(self.tenant)?;
        let row = EpochRow { turning: false, from: epoch, to: epoch, begun: now }.encode();
        let key = self.tenant.as_bytes().as_slice();
        let batch = Batch::new().require_absent(EPOCHS, key).put(EPOCHS, key, row);
        match self.store.commit_settled(&batch, self.options.durability) {
            // Another process was first.
            Ok(_) | Err(CommitError::Conflict(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Commits; `false` is a conflict, after which the caller reads again.
    fn commit(&self, batch: &Batch) -> Result<bool, KeysError> {
        match self.store.commit_settled(batch, self.options.durability) {
            Ok(_) => Ok(true),
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    // Every change of the cache is whole before the lock is let go.
    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyInUse {
    fn new(place: &Place, row: &KeyRow, secret: &Secret) -> Self {
        let generation = match place {
            Place::Customer { generation, .. } => *generation,
            Place::Index { .. } | Place::Tenant { .. } => Generation::FIRST,
        };
        let deriver = Deriver::extract(b"strongroom key", secret.expose_secret());
        Self { id: row.id, generation, deriver, state: row.state, uses: AtomicU64::new(0) }
    }

    pub(crate) fn enabled(&self) -> Result<(), SealError> {
        match self.state {
            KeyState::DecryptOnly => Err(SealError::DecryptOnly { generation: self.generation }),
            KeyState::Enabled => Ok(()),
        }
    }

    pub(crate) fn count_use(&self) -> Result<(), SealError> {
        // At the limit the count stays where it is: it must not run round.
        let counted = self.uses.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |uses| {
            uses.checked_add(1).filter(|uses| *uses <= SEALS_PER_KEY_MAX)
        });
        counted.map(drop).map_err(|_| SealError::UsageLimit)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
