//! The vault: the parts put together, and what every flow needs of them.

use crate::{
    Config, Error, Session,
    adapters::{LogSigner, SealedDetails},
    denials::Denials,
    row::{HEAD_FIELD, Head, Row},
    spaces,
    unreleased::{DOCUMENT_FIELD, Unreleased},
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use strongroom_audit::{
    CheckpointSigner, Commit, Decision, DetailSealer, Entry, Fence, Log, LogError, LogOptions, LookupError,
    VerifierKey,
};
use strongroom_envelope::{
    Generation, IndexToken, KeyProvider, KeyRole, Keyring, Keys, KeysError, KeysOptions,
    OpenError as UnsealError, RecordAddress, SigningPurpose, normalise,
};
use strongroom_policy::{Actor, AuthContext, FieldSchema, FieldType, KindSchema, Permit, Projection};
use strongroom_store::{Durability, PruneRight, Read, Space, Store};
use strongroom_types::{
    Action, Clock, CustomerId, FieldName, Level, Random, RecordId, RoleName, TenantId, Timestamp,
};
use strongroom_watch::{BulkAccess, Observation};
use zeroize::Zeroizing;

/// The parts of a vault. Each may be swapped singly.
pub struct Parts {
    /// Whose vault it is.
    pub tenant: TenantId,
    /// The name that checkpoints carry, such as `crm.example.com/acme`.
    pub origin: String,
    /// Where data and the log lie.
    pub data: Arc<dyn Store>,
    /// The right to prune that came with `data`.
    pub prune: PruneRight,
    /// Where wrapped keys lie. Never the same store as `data`.
    pub keys: Arc<dyn Store>,
    /// The keyring file: wraps keys and signs checkpoints and certificates.
    pub keyring: Arc<Keyring>,
    /// Schema, policy, schedule, house rules.
    pub config: Config,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Unpredictable bytes.
    pub random: Arc<dyn Random>,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts")
            .field("tenant", &self.tenant)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// Why a vault cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The key store or the keyring refused.
    #[error("keys: {0}")]
    Keys(#[from] KeysError),
    /// The keyring lacks this tenant or its signing keys.
    #[error("keyring: {0}")]
    Keyring(#[from] strongroom_envelope::KeyringError),
    /// The log could not be opened.
    #[error("log: {0}")]
    Log(#[from] strongroom_audit::OpenError),
    /// The log could not be read.
    #[error("log: {0}")]
    Lookup(#[from] LookupError),
    /// A key of ours does not make a verifier key.
    #[error("log key: {0}")]
    Note(#[from] strongroom_audit::NoteError),
    /// The watch cannot use its settings.
    #[error("watch: {0}")]
    Watch(#[from] strongroom_watch::SettingsError),
}

/// A vault for the customer data of one tenant.
///
/// `Send + Sync`: share it behind an `Arc`, open one session per request.
pub struct Vault {
    pub(crate) tenant: TenantId,
    pub(crate) config: Config,
    pub(crate) log: Log,
    pub(crate) keys: Arc<Keys>,
    pub(crate) key_store: Arc<dyn Store>,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) denials: Denials,
    pub(crate) details: Arc<SealedDetails>,
    watch: Mutex<BulkAccess>,
    purging: Mutex<()>,
    /// The most durable commit that the data store knows.
    pub(crate) durable: Durability,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

impl Vault {
    /// Puts the parts together. New index keys of the schema are made durable before this returns.
    ///
    /// # Errors
    ///
    /// [`OpenError::Log`] where the end of the log is not what was written; [`Self::inspect`] opens it to be verified.
    pub fn open(parts: Parts) -> Result<Self, OpenError> {
        Self::put_together(parts, false)
    }

    /// Puts the parts together to look at a vault whose log is damaged. It can be [verified](Self::verify), and its log
    /// read by whoever may; nothing is written, and so no data revealed, since no look at it could be logged.
    pub fn inspect(parts: Parts) -> Result<Self, OpenError> {
        Self::put_together(parts, true)
    }

    fn put_together(parts: Parts, read_only: bool) -> Result<Self, OpenError> {
        let Parts { tenant, origin, data, prune, keys: key_store, keyring, config, clock, random } = parts;
        let now = clock.now();
        let durable = data.capabilities().durability_max.min(Durability::Power);
        let mut options = KeysOptions::new(keyring.signer(SigningPurpose::Certificate)?);
        options.durability = key_store.capabilities().durability_max.min(Durability::Power);
        let provider: Arc<dyn KeyProvider> = Arc::<Keyring>::clone(&keyring);
        let keys = Keys::open(Arc::clone(&key_store), provider, tenant, Arc::clone(&random), options, now)?;
        let keys = Arc::new(keys);
        let fields = config.schema.kinds().flat_map(KindSchema::fields);
        for field in fields.filter(|field| field.is_indexed() && !read_only) {
            keys.ensure_index_key(field.name(), INDEX_VERSION, now)?;
        }
        let details = Arc::new(SealedDetails::new(Arc::clone(&keys)));
        let sealer: Arc<dyn DetailSealer> = Arc::<SealedDetails>::clone(&details);
        let signer: Arc<dyn CheckpointSigner> =
            Arc::new(LogSigner::new(origin.clone(), keyring.signer(SigningPurpose::Log)?));
        let mut options = LogOptions::new(tenant, origin);
        options.read_only = read_only;
        let log = Log::open(data, prune, options, signer, sealer, Arc::clone(&random))?;
        let watch = Mutex::new(BulkAccess::new(config.house.bulk.clone())?);
        let denials = Denials::default();
        let purging = Mutex::default();
        let vault = Self {
            tenant,
            config,
            log,
            keys,
            key_store,
            keyring,
            clock,
            random,
            denials,
            details,
            watch,
            purging,
            durable,
        };
        if !read_only {
            vault.replay_watch(now)?;
        }
        Ok(vault)
    }

    /// Shows the watch the end of the log, so that a restart does not blind it. Roles of then are not known now: each
    /// rule's own threshold holds.
    fn replay_watch(&self, now: Timestamp) -> Result<(), OpenError> {
        const PAGE: u64 = 512;
        const ENTRIES_MAX: u64 = 50_000;
        let mut watch = self.watch();
        let since = now.plus_seconds(0_i64.saturating_sub(watch.horizon_seconds().into()));
        let size = self.log.size()?;
        let mut from = size;
        let mut recent: Vec<Entry> = Vec::new();
        while from > 0 && size.saturating_sub(from) < ENTRIES_MAX {
            let page = from.saturating_sub(PAGE)..from;
            from = page.start;
            let mut entries = Vec::new();
            let mut old = false;
            self.log.entries(page, |_, entry| {
                old |= entry.time < since;
                entries.push(entry);
                true
            })?;
            entries.append(&mut recent);
            recent = entries;
            if old {
                break;
            }
        }
        let looks = recent.iter().filter(|entry| entry.time >= since).flat_map(observations);
        let none: &[RoleName] = &[];
        watch.replay(looks.map(|look| (look, none)));
        Ok(())
    }

    /// A session of somebody who proved to the host who they are, as `auth` says.
    pub fn session(&self, actor: Actor, auth: AuthContext) -> Session<'_> {
        Session::new(self, actor, auth)
    }

    /// The rules it works by.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Whose vault it is.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The key that opens its checkpoints. Pin it outside the vault.
    pub fn log_key(&self) -> VerifierKey {
        self.log.verifier_key()
    }

    /// The key that verifies its certificates. Pin it outside the vault.
    pub fn certificate_key(&self) -> Result<[u8; 32], Error> {
        let signer = self.keyring.signer(SigningPurpose::Certificate);
        Ok(signer.map_err(|error| Error::Config(error.to_string()))?.public_key())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The present, but never before the end of the log: for dates that must not run back with a clock, such as when a
    /// key was destroyed and when its epoch turned.
    pub(crate) fn now_in_log(&self) -> Result<Timestamp, Error> {
        let now = self.now();
        Ok(self.log.last_time()?.map_or(now, |last| now.max(last)))
    }

    pub(crate) fn watch(&self) -> MutexGuard<'_, BulkAccess> {
        // A detector that panicked half-way has counted too little or too much of one look; it goes on counting.
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One purge at a time: two runners of one case would each certify it.
    pub(crate) fn purging(&self) -> MutexGuard<'_, ()> {
        self.purging.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn read(&self) -> &dyn Read {
        self.log.read()
    }

    /// A vault that is there to be looked at does nothing, to its keys either.
    pub(crate) fn refuse_inspected(&self) -> Result<(), Error> {
        if self.log.options().read_only { Err(Error::Log(LogError::ReadOnly)) } else { Ok(()) }
    }

    /// A commit of what must not wait for space on the disk: exits, purges, holds and sweeps.
    pub(crate) fn essential(&self) -> Commit {
        Commit::new(self.durable).from_reserve()
    }

    /// How durably a read of this level is logged before it is answered.
    pub(crate) fn read_durability(&self, level: Level) -> Durability {
        if level.rank() >= self.config.house.read_power_from { self.durable } else { Durability::Process }
    }

    /// A row that the vault decides by, such as an approval: sealed, so that nobody who writes to the store can make one.
    pub(crate) fn trusted(&self, space: Space, key: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(self.keys.seal_small(None, KeyRole::Data, space.name(), key, plain)?)
    }

    /// Opens a row that [`Self::trusted`] sealed.
    pub(crate) fn trust(&self, space: Space, key: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.keys.open_small(None, KeyRole::Data, space.name(), key, sealed).map_err(|error| match error {
            UnsealError::DecryptionFailed => Error::Tampered { what: space.name() },
            other => other.into(),
        })
    }

    /// The row of a record and its bytes.
    pub(crate) fn row(&self, record: RecordId) -> Result<(Row, Vec<u8>), Error> {
        let bytes = self.read().get(spaces::RECORD, &spaces::record(self.tenant, record))?;
        let bytes = bytes.ok_or(Error::NotFound { what: "record" })?;
        Ok((Row::decode(&bytes)?, bytes))
    }

    /// The generation under which the customer's data is sealed now.
    pub(crate) fn generation(&self, customer: CustomerId) -> Result<u32, Error> {
        match self.log.fence(customer)? {
            Some(Fence::Active { generation }) => Ok(generation),
            Some(Fence::Condemned { .. } | Fence::Gone) => Err(Error::CustomerGone { customer }),
            None => Err(Error::NotFound { what: "customer" }),
        }
    }

    /// Whether an exit closed the customer's data to ordinary use.
    pub(crate) fn is_closed(&self, customer: CustomerId) -> Result<bool, Error> {
        let key = spaces::customer(self.tenant, customer);
        Ok(self.read().get(spaces::CLOSED, &key)?.is_some())
    }

    pub(crate) fn refuse_closed(&self, customer: CustomerId) -> Result<(), Error> {
        if self.is_closed(customer)? { Err(Error::AccessClosed { customer }) } else { Ok(()) }
    }

    pub(crate) fn address(&self, record: RecordId, head: &Head) -> RecordAddress {
        RecordAddress {
            tenant: self.tenant,
            customer: head.customer,
            kind: head.kind.clone(),
            record,
            version: head.version,
            schema_version: head.schema_version,
        }
    }

    /// Opens a record. What comes back has been seen by nobody.
    pub(crate) fn unseal(&self, record: RecordId, row: &Row) -> Result<Unreleased, Error> {
        let opened = self.keys.open_record(&self.address(record, &row.head), &row.sealed)?;
        Unreleased::new(record, row.head.clone(), &opened)
    }

    /// Seals the fields and the head of a record under a generation of its customer's key.
    pub(crate) fn seal(
        &self,
        record: RecordId,
        head: Head,
        generation: u32,
        fields: &crate::Fields,
        document: Option<&[u8]>,
    ) -> Result<Row, Error> {
        let name = |text| FieldName::new(text).map_err(|_| Error::Invariant("a system field's name"));
        let (head_field, document_field) = (name(HEAD_FIELD)?, name(DOCUMENT_FIELD)?);
        let head_bytes = head.encode();
        let parts = fields
            .iter()
            .map(|(name, value)| (name, value.as_bytes()))
            .chain([(&head_field, head_bytes.as_slice())])
            .chain(document.map(|header| (&document_field, header)));
        let sealed = self.keys.seal_record(&self.address(record, &head), Generation(generation), parts)?;
        Ok(Row { head, generation, sealed: sealed.into_bytes() })
    }

    /// The blind-index token of a value.
    /// What a permit shows, with this vault's stand-ins for masked values.
    pub(crate) fn projection<'v>(&'v self, permit: &Permit<'v>) -> Projection<'v> {
        Projection::with_pseudonyms(&self.config.schema, permit, Some(self))
    }

    pub(crate) fn token(&self, field: &FieldSchema, value: &str) -> Result<IndexToken, Error> {
        let normal = normalise(index_type(field.field_type()), value);
        Ok(self.keys.index_token(field.name(), INDEX_VERSION, normal.as_bytes())?)
    }
}

/// What the watch would have been told of an entry.
fn observations(entry: &Entry) -> Vec<Observation> {
    let action: Option<Action> = entry.name.as_str().parse().ok();
    let (Some(action), Some(kind), Some(Decision::Allow)) = (action, entry.kind.as_ref(), entry.decision)
    else {
        return Vec::new();
    };
    let customers = entry.customer.iter().chain(&entry.customers);
    customers
        .map(|customer| Observation {
            at: entry.time,
            actor: entry.actor,
            action,
            kind: kind.clone(),
            level: None,
            records: 1,
            customer: Some(*customer),
            allowed: true,
        })
        .collect()
}

/// The version of the index keys. Turning them comes with the rotation of indexes.
pub(crate) const INDEX_VERSION: u32 = 1;

fn index_type(field: FieldType) -> strongroom_envelope::FieldType {
    match field {
        FieldType::Email => strongroom_envelope::FieldType::Email,
        FieldType::Id => strongroom_envelope::FieldType::Id,
        FieldType::Phone => strongroom_envelope::FieldType::Phone,
        _ => strongroom_envelope::FieldType::Text,
    }
}
