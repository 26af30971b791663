//! What the tests of this crate share.

#![expect(clippy::clone_on_ref_ptr, reason = "what tests share, they share everywhere")]

use crate::{
    DocumentAddress, Epoch, EpochReceipt, Guarantee, KeyProvider, Keyring, KeyringParams, Keys, KeysOptions,
    Passphrase, ProviderError, RecordAddress, Secret, SigningPurpose, Wrapped, sha256,
};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, AtomicU64, Ordering::SeqCst},
};
use strongroom_store::{
    Batch, Capabilities, CommitError, Committed, Direction, Durability, KeyRange, MemoryStore, Pair, Read,
    ReadError, Space, Store,
};
use strongroom_types::{
    CaseId, CustomerId, FieldName, Kind, Random, RandomError, RecordId, TenantId, Timestamp,
};

pub(crate) const TENANT: TenantId = TenantId::from_bytes([0x11; 16]);
pub(crate) const CASE: CaseId = CaseId::from_bytes([0xca; 16]);
pub(crate) const WORDS: &str = "three small words";

pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix_micros(1_790_000_000_000_000)
}

pub(crate) fn later() -> Timestamp {
    now().plus_seconds(3600)
}

pub(crate) fn customer(number: u16) -> CustomerId {
    let [a, b] = number.to_be_bytes();
    CustomerId::from_bytes([a, b, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 1])
}

pub(crate) fn field(name: &str) -> FieldName {
    FieldName::new(name).unwrap()
}

pub(crate) fn address(number: u16) -> RecordAddress {
    RecordAddress {
        tenant: TENANT,
        customer: customer(number),
        kind: Kind::new("customer").unwrap(),
        record: RecordId::from_bytes([7; 16]),
        version: 3,
        schema_version: 1,
    }
}

pub(crate) fn document(number: u16) -> DocumentAddress {
    DocumentAddress {
        tenant: TENANT,
        customer: customer(number),
        document: RecordId::from_bytes([8; 16]),
        version: 1,
    }
}

/// How many cases a property is tried on: `base` times the effort that is asked for.
pub(crate) fn cases(base: u32) -> proptest::test_runner::Config {
    let effort = std::env::var("STRONGROOM_EFFORT").ok().and_then(|effort| effort.parse().ok()).unwrap_or(1);
    proptest::test_runner::Config {
        cases: base.saturating_mul(effort),
        failure_persistence: None,
        ..proptest::test_runner::Config::default()
    }
}

/// A stream that is the same each time: SHA-256 of a counter.
#[derive(Default)]
pub(crate) struct Known(AtomicU64);

impl Random for Known {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        for chunk in bytes.chunks_mut(32) {
            let block = sha256(&self.0.fetch_add(1, SeqCst).to_le_bytes());
            chunk.copy_from_slice(&block.as_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// A key store, a keyring file and a folder, which outlive what is opened on them.
pub(crate) struct House {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) random: Arc<Known>,
}

impl House {
    pub(crate) fn new() -> Self {
        let house = Self {
            folder: tempfile::tempdir().unwrap(),
            store: Arc::new(MemoryStore::open(TENANT.uuid()).0),
            random: Arc::default(),
        };
        let weak = KeyringParams::weak_for_tests();
        Keyring::create(&house.path(), &words(), weak, &[TENANT], now(), house.random.clone()).unwrap();
        house
    }

    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("keyring")
    }

    pub(crate) fn keyring(&self) -> Arc<Keyring> {
        Arc::new(Keyring::open(&self.path(), &words(), self.random.clone()).unwrap())
    }

    /// Keys as a process that starts now sees them.
    pub(crate) fn keys(&self) -> Keys {
        self.keys_on(self.store.clone(), self.keyring())
    }

    pub(crate) fn keys_on(&self, store: Arc<dyn Store>, provider: Arc<dyn KeyProvider>) -> Keys {
        Keys::open(store, provider, TENANT, self.random.clone(), self.options(), now()).unwrap()
    }

    pub(crate) fn options(&self) -> KeysOptions {
        let mut options = KeysOptions::new(self.keyring().signer(SigningPurpose::Certificate).unwrap());
        options.durability = Durability::Process;
        options
    }
}

pub(crate) fn words() -> Passphrase {
    Passphrase::new(WORDS)
}

/// When an effect fails: before it took place, or after it with nobody told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fail {
    After,
    Before,
}

/// Counts the effects of a store and a provider, and fails one of them and all that come after: what a crash does.
pub(crate) struct Crash {
    left: AtomicI64,
    fail: Fail,
    pub(crate) effects: Mutex<Vec<&'static str>>,
}

impl Crash {
    pub(crate) fn at(effect: i64, fail: Fail) -> Arc<Self> {
        Arc::new(Self { left: effect.into(), fail, effects: Mutex::default() })
    }

    pub(crate) fn happened(&self) -> bool {
        self.left.load(SeqCst) < 0
    }

    fn effect<T>(&self, name: &'static str, effect: impl FnOnce() -> T) -> Result<T, ()> {
        let left = self.left.fetch_sub(1, SeqCst);
        if left < 0 || (left == 0 && self.fail == Fail::Before) {
            return Err(());
        }
        let done = effect();
        self.effects.lock().unwrap().push(name);
        if left == 0 { Err(()) } else { Ok(done) }
    }
}

pub(crate) struct CrashingStore(pub(crate) Arc<MemoryStore>, pub(crate) Arc<Crash>);

impl Read for CrashingStore {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        self.0.get(space, key)
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        to: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError> {
        self.0.scan(space, range, to, limit)
    }
}

impl Store for CrashingStore {
    fn commit(&self, batch: &Batch, durability: Durability) -> Result<Committed, CommitError> {
        let done = self.1.effect("commit", || self.0.commit(batch, durability));
        done.unwrap_or_else(|()| Err(CommitError::Fatal("the power went".to_owned())))
    }

    fn sync(&self) -> Result<Durability, CommitError> {
        self.0.sync()
    }

    fn snapshot(&self) -> Result<Box<dyn Read + '_>, ReadError> {
        self.0.snapshot()
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }
}

pub(crate) struct CrashingProvider(pub(crate) Arc<Keyring>, pub(crate) Arc<Crash>);

fn power_went() -> ProviderError {
    ProviderError::Failed("the power went".into())
}

impl KeyProvider for CrashingProvider {
    fn epoch(&self, tenant: TenantId) -> Result<Epoch, ProviderError> {
        self.0.epoch(tenant)
    }

    fn wrap(&self, tenant: TenantId, context: &[u8], key: &Secret) -> Result<Wrapped, ProviderError> {
        self.0.wrap(tenant, context, key)
    }

    fn unwrap(&self, tenant: TenantId, context: &[u8], wrapped: &Wrapped) -> Result<Secret, ProviderError> {
        self.0.unwrap(tenant, context, wrapped)
    }

    fn new_epoch(&self, tenant: TenantId, now: Timestamp) -> Result<Epoch, ProviderError> {
        let done = self.1.effect("new epoch", || self.0.new_epoch(tenant, now));
        done.unwrap_or_else(|()| Err(power_went()))
    }

    fn destroy_epochs_before(
        &self,
        tenant: TenantId,
        epoch: Epoch,
        now: Timestamp,
    ) -> Result<EpochReceipt, ProviderError> {
        let done = self.1.effect("destroy epochs", || self.0.destroy_epochs_before(tenant, epoch, now));
        done.unwrap_or_else(|()| Err(power_went()))
    }

    fn guarantee(&self) -> Guarantee {
        self.0.guarantee()
    }
}
