//! Goal: what version 0 wrote, this program reads, and writes again to the byte.
//! Method: files in `vectors/`, made once from a known stream of randomness. This test never writes them: when it
//! fails, the format has changed.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(clippy::clone_on_ref_ptr, reason = "what tests share, they share everywhere")]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use strongroom_envelope::{
    DocumentAddress, Generation, KeyRole, Keyring, KeyringParams, Keys, KeysOptions, Passphrase,
    RecordAddress, SigningPurpose, sha256,
};
use strongroom_store::{Direction, Durability, KeyRange, MemoryStore, Read, Space};
use strongroom_types::{
    CaseId, CustomerId, FieldName, Kind, Random, RandomError, RecordId, TenantId, Timestamp,
};

const TENANT: TenantId = TenantId::from_bytes([0x11; 16]);
const STAYS: CustomerId = CustomerId::from_bytes([0x22; 16]);
const LEAVES: CustomerId = CustomerId::from_bytes([0x33; 16]);

#[derive(Default)]
struct Known(AtomicU64);

impl Random for Known {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        for chunk in bytes.chunks_mut(32) {
            let block = sha256(&self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes());
            chunk.iter_mut().zip(block.as_bytes()).for_each(|(to, from)| *to = *from);
        }
        Ok(())
    }
}

fn now() -> Timestamp {
    Timestamp::from_unix_micros(1_790_000_000_000_000)
}

fn words() -> Passphrase {
    Passphrase::new("three small words")
}

fn address() -> RecordAddress {
    RecordAddress {
        tenant: TENANT,
        customer: STAYS,
        kind: Kind::new("customer").unwrap(),
        record: RecordId::from_bytes([7; 16]),
        version: 3,
        schema_version: 1,
    }
}

fn document() -> DocumentAddress {
    DocumentAddress { tenant: TENANT, customer: STAYS, document: RecordId::from_bytes([8; 16]), version: 1 }
}

fn email() -> FieldName {
    FieldName::new("email").unwrap()
}

fn fields() -> [(FieldName, &'static [u8]); 3] {
    let field = |name| FieldName::new(name).unwrap();
    [(field("email"), b"li.si@example.com"), (field("name"), "李四".as_bytes()), (field("note"), b"")]
}

fn open(path: &Path, store: Arc<MemoryStore>, random: Arc<Known>) -> Keys {
    let keyring = Keyring::open(path, &words(), random.clone()).unwrap();
    let mut options = KeysOptions::new(keyring.signer(SigningPurpose::Certificate).unwrap());
    options.durability = Durability::Process;
    Keys::open(store, Arc::new(keyring), TENANT, random, options, now()).unwrap()
}

/// Makes each vector anew, in a fixed order of steps.
fn written() -> Vec<(&'static str, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let (path, random) = (folder.path().join("keyring"), Arc::new(Known::default()));
    let weak = KeyringParams::weak_for_tests();
    Keyring::create(&path, &words(), weak, &[TENANT], now(), random.clone()).unwrap();
    let keyring = fs::read(&path).unwrap();
    let store = Arc::new(MemoryStore::open(TENANT.uuid()).0);
    let keys = open(&path, store.clone(), random);
    keys.create(STAYS, now()).unwrap();
    keys.create(LEAVES, now()).unwrap();
    keys.ensure_index_key(&email(), 1, now()).unwrap();
    let record =
        keys.seal_record(&address(), Generation::FIRST, fields().iter().map(|(n, v)| (n, *v))).unwrap();
    let small = keys.seal_small(Some(STAYS), KeyRole::LogDetail, "detail", b"entry 7", b"who").unwrap();
    let mut sealer = keys.seal_document(&document(), Generation::FIRST).unwrap();
    let chunk = sealer.chunk(b"the contract", true).unwrap();
    let header = sealer.finish().unwrap().header;
    let token = keys.index_token(&email(), 1, b"li.si@example.com").unwrap();
    keys.shred(LEAVES, CaseId::from_bytes([0xca; 16]), now()).unwrap();
    vec![
        ("keyring", keyring),
        ("key-store", dump(&store)),
        ("record", record.into_bytes()),
        ("small", small),
        ("document-header", header),
        ("document-chunk", chunk),
        ("index-token", token.as_bytes().to_vec()),
    ]
}

fn spaces() -> [Space; 7] {
    [
        Space::mutable(1, "keys.customers"),
        Space::append_only(2, "keys.destroyed"),
        Space::mutable(3, "keys.indexes"),
        Space::mutable(4, "keys.tenant"),
        Space::mutable(5, "keys.epoch"),
        Space::mutable(6, "keys.pending"),
        Space::append_only(7, "keys.turns"),
    ]
}

// One pair to a line: space, key, value, in hexadecimal.
fn dump(store: &MemoryStore) -> Vec<u8> {
    let mut lines = Vec::new();
    for space in spaces() {
        for (key, value) in store.scan(space, &KeyRange::all(), Direction::Forward, 1000).unwrap() {
            lines.push(format!("{} {} {}\n", space.id(), hex::encode(&key), hex::encode(&value)));
        }
    }
    lines.concat().into_bytes()
}

fn load(dump: &str) -> MemoryStore {
    use strongroom_store::{Batch, Store};
    let store = MemoryStore::open(TENANT.uuid()).0;
    for line in dump.lines() {
        let [id, key, value] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let space = spaces().into_iter().find(|space| space.id().to_string() == id).unwrap();
        store
            .commit(
                &Batch::new().put(space, hex::decode(key).unwrap(), hex::decode(value).unwrap()),
                Durability::Process,
            )
            .unwrap();
    }
    store
}

fn vector(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(format!("{name}-v0.bin"))
}

#[test]
fn version_0_is_written_to_the_byte() {
    for (name, bytes) in written() {
        assert_eq!(hex::encode(fs::read(vector(name)).unwrap()), hex::encode(&bytes), "{name}");
    }
}

#[test]
fn version_0_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyring");
    let read = |name| fs::read(vector(name)).unwrap();
    fs::write(&path, read("keyring")).unwrap();
    let store = Arc::new(load(&String::from_utf8(read("key-store")).unwrap()));
    let keys = open(&path, store, Arc::default());
    let record = keys.open_record(&address(), &read("record")).unwrap();
    assert_eq!(record.iter().collect::<Vec<_>>(), fields().iter().map(|(n, v)| (n, *v)).collect::<Vec<_>>());
    let small =
        keys.open_small(Some(STAYS), KeyRole::LogDetail, "detail", b"entry 7", &read("small")).unwrap();
    assert_eq!(small.as_slice(), b"who");
    let opener = keys.open_document(&document(), &read("document-header")).unwrap();
    assert_eq!(opener.chunk(0, &read("document-chunk")).unwrap().as_slice(), b"the contract");
    let token = keys.index_token(&email(), 1, b"li.si@example.com").unwrap();
    assert_eq!(token.as_bytes().as_slice(), read("index-token"));
    let receipt = keys.shred(LEAVES, CaseId::from_bytes([1; 16]), now()).unwrap();
    assert_eq!((receipt.case, receipt.verify()), (CaseId::from_bytes([0xca; 16]), true));
}
