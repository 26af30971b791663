//! A vault folder with the sample configuration, and the people who work in it.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a fixture that cannot be built is a failed test"
)]

use crate::TestClock;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};
use strongroom::{Folder, FolderError, FolderOptions, Home, Moved, Parts, Session, Texts, Vault};
use strongroom_envelope::{
    Keyring, KeyringParams, Keys, KeysOptions, OsRandom, Passphrase, RecordAddress, SigningPurpose,
};
use strongroom_policy::{Actor, AuthContext};
use strongroom_store::{PruneRight, Read as _, Space, Store};
use strongroom_store_sled::{Options, SledStore};
use strongroom_types::{
    ActorId, Clock as _, CustomerId, FieldName, Kind, Purpose, RecordId, RoleName, TenantId, Timestamp,
};
use uuid::Uuid;

/// A vault in a folder, under a passphrase that everybody knows.
#[derive(Debug)]
pub struct House {
    path: PathBuf,
    clock: Arc<TestClock>,
    options: FolderOptions,
}

/// The two stores of a folder, opened without the vault.
#[derive(Debug)]
pub struct Opened {
    /// Data and log.
    pub data: SledStore,
    /// The right to prune `data`.
    pub prune: PruneRight,
    /// Wrapped keys.
    pub keys: SledStore,
}

impl House {
    /// Makes a new vault in a folder. Its clock stands at `now`.
    pub fn init(path: &Path, now: &str) -> Self {
        let house = Self::at(path, now);
        Folder::init(path, ORIGIN, texts(), &passphrase(), &house.options).unwrap();
        house
    }

    /// Makes a new vault whose stores lie elsewhere.
    pub fn init_in(path: &Path, now: &str, home: Home) -> Self {
        let mut house = Self::at(path, now);
        house.options.store = Some(home);
        Folder::init(path, ORIGIN, texts(), &passphrase(), &house.options).unwrap();
        house
    }

    /// Moves the vault into another home, which its folder knows from then on.
    pub fn move_to(&mut self, home: &Home) -> Moved {
        let moved = Folder::move_to(&self.path, home, &passphrase(), &self.options, &mut |_| true).unwrap();
        self.options.store = None;
        moved
    }

    /// A vault that is there already.
    pub fn at(path: &Path, now: &str) -> Self {
        let clock = Arc::new(TestClock::at(now.parse().unwrap()));
        let options = FolderOptions {
            keyring: None,
            params: KeyringParams::weak_for_tests(),
            store: None,
            store_password: None,
            clock: Arc::<TestClock>::clone(&clock),
            random: Arc::new(OsRandom),
        };
        Self { path: path.to_owned(), clock, options }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The time in it.
    pub fn clock(&self) -> &TestClock {
        &self.clock
    }

    /// Its time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Opens the vault as a host does.
    pub fn open(&self) -> Vault {
        self.try_open().unwrap()
    }

    /// Opens the vault as a host does, or says why not.
    pub fn try_open(&self) -> Result<Vault, FolderError> {
        Folder::open(&self.path, &passphrase(), &self.options)
    }

    /// Opens the vault to look at it, damaged as its log may be.
    pub fn inspect(&self) -> Vault {
        Folder::inspect(&self.path, &passphrase(), &self.options).unwrap()
    }

    /// Its stores by themselves.
    pub fn stores(&self) -> Opened {
        let (data, prune) = open_store(&self.path.join("data"), Uuid::from_u128(1));
        let (keys, _) = open_store(&self.path.join("keys"), Uuid::from_u128(2));
        Opened { data, prune, keys }
    }

    /// The vault on stores of the test's own.
    pub fn on(&self, data: Arc<dyn Store>, prune: PruneRight, keys: Arc<dyn Store>) -> Vault {
        let read = |name: &str| fs::read_to_string(self.path.join(name)).unwrap();
        let (schema, policy) = (read("schema.toml"), read("policy.toml"));
        let (retention, house) = (read("retention.toml"), read("house.toml"));
        let texts = Texts { schema: &schema, policy: &policy, retention: &retention, house: &house };
        Vault::open(Parts {
            tenant: self.tenant(),
            origin: ORIGIN.to_owned(),
            data,
            prune,
            keys,
            keyring: Arc::new(self.keyring()),
            config: strongroom::read_config(texts).unwrap(),
            clock: Arc::<TestClock>::clone(&self.clock),
            random: Arc::new(OsRandom),
        })
        .unwrap()
    }

    /// Its keys alone, from any key store and the keyring that lies in the folder.
    pub fn keys(&self, store: Arc<dyn Store>) -> Keys {
        let keyring = Arc::new(self.keyring());
        let options = KeysOptions::new(keyring.signer(SigningPurpose::Certificate).unwrap());
        Keys::open(store, keyring, self.tenant(), Arc::new(OsRandom), options, self.now()).unwrap()
    }

    fn keyring(&self) -> Keyring {
        Keyring::open(&self.path.join("keyring"), &passphrase(), Arc::new(OsRandom)).unwrap()
    }

    /// Whose vault it is.
    pub fn tenant(&self) -> TenantId {
        let text = fs::read_to_string(self.path.join("vault.toml")).unwrap();
        let descriptor: toml::Table = text.parse().unwrap();
        descriptor.get("tenant").unwrap().as_str().unwrap().parse().unwrap()
    }

    /// The stored bytes of a record.
    pub fn row(&self, data: &SledStore, record: RecordId) -> Option<Vec<u8>> {
        data.get(RECORD, &self.row_key(record)).unwrap()
    }

    /// Where a record lies in [`RECORD`].
    pub fn row_key(&self, record: RecordId) -> Vec<u8> {
        [self.tenant().as_bytes().as_slice(), record.as_bytes()].concat()
    }

    /// Takes a stored record apart, as `docs/format.md` of the vault says: where it is sealed to, and the sealed bytes.
    pub fn taken_apart(&self, record: RecordId, row: &[u8]) -> (RecordAddress, Vec<u8>) {
        let (head, rest) = prefixed(row);
        let (sealed, _) = prefixed(rest.get(4..).unwrap());
        let customer = CustomerId::from_bytes(head.get(1..17).unwrap().try_into().unwrap());
        let (kind, rest) = prefixed(head.get(17..).unwrap());
        let number = |at: std::ops::Range<usize>| rest.get(at).unwrap();
        let address = RecordAddress {
            tenant: self.tenant(),
            customer,
            kind: Kind::new(std::str::from_utf8(kind).unwrap()).unwrap(),
            record,
            version: u64::from_le_bytes(number(0..8).try_into().unwrap()),
            schema_version: u32::from_le_bytes(number(8..12).try_into().unwrap()),
        };
        (address, sealed.to_vec())
    }
}

/// A lock that was let go may be held for a moment yet, by a process that another test is just starting: between fork and
/// exec it has all files of this one.
fn open_store(path: &Path, opening: Uuid) -> (SledStore, PruneRight) {
    for _ in 0..100_000 {
        match SledStore::open(path, opening, Options::default()) {
            Err(strongroom_store_sled::OpenError::Locked { .. }) => std::thread::yield_now(),
            opened => return opened.unwrap(),
        }
    }
    SledStore::open(path, opening, Options::default()).unwrap()
}

/// Somebody, their role and what they are about.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    id: [u8; 16],
    role: &'static str,
    purpose: &'static str,
}

impl Person {
    /// Sees and edits customers.
    pub const MANAGER: Self = Self::new(1, "manager", "service");
    /// Sees customers with masks.
    pub const SUPPORT: Self = Self::new(2, "support", "service");
    /// Sees what is their own.
    pub const SALES: Self = Self::new(3, "sales", "service");
    /// Runs exits, holds and sweeps.
    pub const DPO: Self = Self::new(4, "dpo", "legal");
    /// The second pair of eyes.
    pub const SECOND_DPO: Self = Self::new(5, "dpo", "legal");
    /// Runs the system and sees nothing.
    pub const ADMIN: Self = Self::new(6, "admin", "service");
    /// Brings records in.
    pub const IMPORTER: Self = Self::new(7, "importer", "service");
    /// Reads the log.
    pub const AUDITOR: Self = Self::new(8, "auditor", "service");

    const fn new(id: u8, role: &'static str, purpose: &'static str) -> Self {
        Self { id: [id; 16], role, purpose }
    }

    /// Another person of the same role.
    #[must_use]
    pub const fn called(mut self, id: [u8; 16]) -> Self {
        self.id = id;
        self
    }

    /// The same person at another task.
    #[must_use]
    pub const fn for_purpose(mut self, purpose: &'static str) -> Self {
        self.purpose = purpose;
        self
    }

    /// Their id in the log.
    pub const fn id(self) -> ActorId {
        ActorId::from_bytes(self.id)
    }

    /// A session of theirs, with a fresh second factor.
    pub fn at<'v>(self, vault: &'v Vault, house: &House) -> Session<'v> {
        let now = house.now();
        let mut auth = AuthContext::new(now);
        auth.mfa_at = Some(now);
        auth.purpose = Some(Purpose::new(self.purpose).unwrap());
        let actor = Actor::new(self.id(), [RoleName::new(self.role).unwrap()]);
        vault.session(actor, auth).because("a test asks for it")
    }
}

/// The sample configuration.
pub const fn texts() -> Texts<'static> {
    Texts {
        schema: include_str!("../../crates/strongroom-policy/examples/crm.schema.toml"),
        policy: include_str!("../../crates/strongroom-policy/examples/crm.policy.toml"),
        retention: include_str!("../../crates/strongroom-retention/examples/crm.retention.toml"),
        house: include_str!("../../crates/strongroom-cli/sample/house.toml"),
    }
}

/// The passphrase of every test vault.
pub fn passphrase() -> Passphrase {
    Passphrase::new("correct horse battery staple")
}

/// A field's name.
pub fn field(name: &str) -> FieldName {
    FieldName::new(name).unwrap()
}

/// A kind.
pub fn kind(name: &str) -> Kind {
    Kind::new(name).unwrap()
}

/// Sealed records, as `docs/format.md` of the vault numbers the spaces.
pub const RECORD: Space = Space::mutable(16, "record");

/// Copies a folder with everything in it but the space that stores keep back, which they take again when they open.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_name() == "reserve" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

const ORIGIN: &str = "crm.example/test";

/// A part with its length before it, and the rest.
fn prefixed(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = bytes.split_at_checked(4).unwrap();
    let length = usize::try_from(u32::from_le_bytes(length.try_into().unwrap())).unwrap();
    rest.split_at_checked(length).unwrap()
}
