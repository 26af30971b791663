//! What the log promises, tested through its public face on the store in memory, with a real signer and a real AEAD.
#![expect(clippy::arithmetic_side_effects, clippy::string_slice, reason = "a panic is a failed test")]

mod commits;
mod damage;
mod details;
mod entries;
mod proofs;
mod threads;
mod vectors;
mod witnesses;

use crate::*;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    signature::{Ed25519KeyPair, KeyPair as _},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};
use strongroom_store::{
    Batch, Capabilities, CommitError, Committed, Direction, Durability, KeyRange, MemoryStore, Pair,
    PruneRight, Read, ReadError, Space, Store,
};
use strongroom_types::{Action, ActorId, CustomerId, Digest, Random, RandomError, TenantId, Timestamp};

/// A space of a caller.
const NOTES: Space = Space::mutable(16, "notes");
/// An append-only space of a caller.
const LEDGER: Space = Space::append_only(17, "ledger");

const TENANT: TenantId = TenantId::from_bytes([0xaa; 16]);
const ACTOR: ActorId = ActorId::from_bytes([0x01; 16]);
const ORIGIN: &str = "example.org/crm/log";

fn effort() -> u32 {
    match std::env::var("STRONGROOM_EFFORT").as_deref() {
        Ok("soak") => 100,
        Ok("ci") => 10,
        _ => 1,
    }
}

fn cases(base: u32) -> proptest::test_runner::Config {
    proptest::test_runner::Config {
        failure_persistence: None,
        ..proptest::test_runner::Config::with_cases(base.saturating_mul(effort()))
    }
}

fn customer(n: u8) -> CustomerId {
    CustomerId::from_bytes([n; 16])
}

/// Seconds into a day of November 2026.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_micros(1_795_305_600_000_000).plus_seconds(seconds)
}

fn view() -> Event {
    Event::new(Action::View, ACTOR)
}

fn one(event: Event) -> Commit {
    Commit::new(Durability::Process).event(event)
}

/// Unpredictable to nobody, and never the same twice.
#[derive(Default)]
struct Counting(AtomicU64);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        for chunk in bytes.chunks_mut(32) {
            let digest = sha256(&self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes());
            chunk.copy_from_slice(&digest.as_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

struct Signer(Ed25519KeyPair);

impl Signer {
    fn new(seed: u8) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap())
    }

    fn key(&self) -> VerifierKey {
        VerifierKey::ed25519(self.key_name(), self.public_key()).unwrap()
    }
}

impl CheckpointSigner for Signer {
    fn key_name(&self) -> &'static str {
        ORIGIN
    }

    fn public_key(&self) -> [u8; 32] {
        self.0.public_key().as_ref().try_into().unwrap()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        Ok(self.0.sign(message).as_ref().try_into().unwrap())
    }
}

/// AES-256-GCM, one key per customer, until it is destroyed.
#[derive(Default)]
struct Sealer {
    keys: Mutex<BTreeMap<Option<CustomerId>, Option<u8>>>,
    nonces: Counting,
}

impl Sealer {
    fn destroy(&self, customer: CustomerId) {
        self.keys.lock().unwrap().insert(Some(customer), None);
    }

    fn key(&self, customer: Option<CustomerId>) -> Result<LessSafeKey, DetailError> {
        let mut keys = self.keys.lock().unwrap();
        let number = u8::try_from(keys.len()).unwrap();
        let key = keys.entry(customer).or_insert(Some(number)).ok_or(DetailError::KeyGone)?;
        Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[key; 32]).unwrap()))
    }
}

impl DetailSealer for Sealer {
    fn seal(&self, customer: Option<CustomerId>, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, DetailError> {
        let key = self.key(customer)?;
        let mut nonce = [0; NONCE_LEN];
        self.nonces.fill(&mut nonce).map_err(|_| DetailError::Failed)?;
        let mut sealed = plain.to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut sealed)
            .map_err(|_| DetailError::Failed)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    fn open(
        &self,
        customer: Option<CustomerId>,
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, DetailError> {
        let key = self.key(customer)?;
        let (nonce, sealed) = sealed.split_first_chunk().ok_or(DetailError::Failed)?;
        let mut bytes = sealed.to_vec();
        let plain = key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(aad), &mut bytes)
            .map_err(|_| DetailError::Failed)?;
        Ok(Zeroizing::new(plain.to_vec()))
    }
}

/// What a store under test does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Works.
    None,
    /// Dies before it applies a batch.
    Before,
    /// Applies the batch, and dies before it says so.
    After,
    /// Fails once and goes on.
    Once,
    /// Panics.
    Panic,
}

/// A store in memory whose rows a test may look at and change behind the log's back.
struct Rig {
    inner: MemoryStore,
    fault: Mutex<Fault>,
    commits: AtomicU64,
    syncs: AtomicU64,
}

type Rows = Vec<(Space, Vec<u8>, Vec<u8>)>;

impl Rig {
    fn new() -> Arc<Self> {
        Self::holding(&Vec::new())
    }

    /// A store with exactly these rows.
    fn holding(rows: &Rows) -> Arc<Self> {
        let (inner, _) = MemoryStore::open(uuid::Uuid::nil());
        for rows in rows.chunks(64) {
            let batch = rows.iter().fold(Batch::new(), |batch, (space, key, value)| {
                batch.put(*space, key.as_slice(), value.as_slice())
            });
            inner.commit(&batch, Durability::Process).unwrap();
        }
        let fault = Mutex::new(Fault::None);
        Arc::new(Self { inner, fault, commits: AtomicU64::new(0), syncs: AtomicU64::new(0) })
    }

    fn fail(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }

    fn rows(&self) -> Rows {
        let spaces = SPACES.iter().copied().chain([NOTES, LEDGER]);
        let pairs = |space| self.inner.scan(space, &KeyRange::all(), Direction::Forward, usize::MAX).unwrap();
        spaces
            .flat_map(|space| pairs(space).into_iter().map(move |(key, value)| (space, key, value)))
            .collect()
    }
}

impl Read for Rig {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        self.inner.get(space, key)
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError> {
        self.inner.scan(space, range, direction, limit)
    }
}

impl Store for Rig {
    fn commit(&self, batch: &Batch, durability: Durability) -> Result<Committed, CommitError> {
        self.commits.fetch_add(1, Ordering::Relaxed);
        let reason = || "pulled the plug".to_owned();
        let fault = *self.fault.lock().unwrap();
        match fault {
            Fault::None => self.inner.commit(batch, durability),
            Fault::Before => Err(CommitError::Fatal(reason())),
            Fault::After => {
                self.inner.commit(batch, durability)?;
                Err(CommitError::Unknown { commit: None, reason: reason() })
            }
            Fault::Once => {
                self.fail(Fault::None);
                Err(CommitError::Retryable(reason()))
            }
            Fault::Panic => panic!("pulled the plug"),
        }
    }

    fn sync(&self) -> Result<Durability, CommitError> {
        self.syncs.fetch_add(1, Ordering::Relaxed);
        self.inner.sync()
    }

    fn snapshot(&self) -> Result<Box<dyn Read + '_>, ReadError> {
        self.inner.snapshot()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }
}

struct Bench {
    rig: Arc<Rig>,
    sealer: Arc<Sealer>,
    log: Log,
}

impl Bench {
    fn new() -> Self {
        Self::on(Rig::new(), Arc::default())
    }

    fn on(rig: Arc<Rig>, sealer: Arc<Sealer>) -> Self {
        let log = open(&rig, &sealer, Arc::new(Counting::default())).unwrap();
        Self { rig, sealer, log }
    }

    fn verify(&self) -> Report {
        self.verify_against(Vec::new())
    }

    fn verify_against(&self, witnessed: Vec<Checkpoint>) -> Report {
        let mut options = VerifyOptions::new(vec![self.log.verifier_key()]);
        options.origin = Some(ORIGIN.to_owned());
        options.sealer = Some(&*self.sealer);
        options.witnessed = witnessed;
        verify(&*self.rig, self.log.stream(), &options, &mut |_| ()).unwrap()
    }
}

fn open(rig: &Arc<Rig>, sealer: &Arc<Sealer>, random: Arc<dyn Random>) -> Result<Log, OpenError> {
    open_as(LogOptions::new(TENANT, ORIGIN), rig, sealer, random)
}

fn open_as(
    options: LogOptions,
    rig: &Arc<Rig>,
    sealer: &Arc<Sealer>,
    random: Arc<dyn Random>,
) -> Result<Log, OpenError> {
    let right = PruneRight::for_store(uuid::Uuid::nil());
    let store: Arc<dyn Store> = Arc::<Rig>::clone(rig);
    let sealer: Arc<dyn DetailSealer> = Arc::<Sealer>::clone(sealer);
    Log::open(store, right, options, Arc::new(Signer::new(7)), sealer, random)
}

fn root_by_hand(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => sha256(&[]),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            sha256(&[&[1], root_by_hand(left).as_bytes().as_slice(), root_by_hand(right).as_bytes()].concat())
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
