//! How fast the log is on the store in memory: commits by 32 threads, and verification.
//! `cargo run --release -p strongroom-audit --example pace`
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "an example that measures"
)]

use ring::signature::{Ed25519KeyPair, KeyPair as _};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};
use strongroom_audit::{
    CheckpointSigner, Commit, Decision, DetailError, DetailSealer, Event, Log, LogOptions, SignError,
    VerifyOptions, Zeroizing, verify,
};
use strongroom_store::{Batch, Durability, MemoryStore, Space, Store as _};
use strongroom_types::{
    Action, ActorId, CustomerId, Kind, Purpose, Random, RandomError, RecordId, TenantId, Timestamp,
};

const THREADS: u64 = 32;
const ENTRIES: u64 = 200_000;
const ROWS: Space = Space::mutable(16, "rows");

/// Distinct and cheap, so that the figures are the log's.
struct Cheap(AtomicU64);

impl Random for Cheap {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        let number = self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        bytes.iter_mut().zip(number).for_each(|(byte, number)| *byte = number);
        Ok(())
    }
}

struct Signer(Ed25519KeyPair);

impl CheckpointSigner for Signer {
    fn key_name(&self) -> &'static str {
        "example.org/pace"
    }

    fn public_key(&self) -> [u8; 32] {
        self.0.public_key().as_ref().try_into().unwrap()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        Ok(self.0.sign(message).as_ref().try_into().unwrap())
    }
}

/// No event here has a detail.
struct Unused;

impl DetailSealer for Unused {
    fn seal(&self, _: Option<CustomerId>, _: &[u8], _: &[u8]) -> Result<Vec<u8>, DetailError> {
        Err(DetailError::Failed)
    }

    fn open(&self, _: Option<CustomerId>, _: &[u8], _: &[u8]) -> Result<Zeroizing<Vec<u8>>, DetailError> {
        Err(DetailError::Failed)
    }
}

fn main() {
    let random = Arc::new(Cheap(AtomicU64::new(0)));
    let now = Timestamp::from_unix_micros(1_795_305_600_000_000);
    let id = TenantId::fresh(&*random).unwrap().uuid();
    let (store, right) = MemoryStore::open(id);
    let signer = Arc::new(Signer(Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap()));
    let options = LogOptions::new(TenantId::from_bytes([1; 16]), "example.org/pace");
    let log = Log::open(Arc::new(store), right, options, signer, Arc::new(Unused), random).unwrap();
    let event = Event::new(Action::View, ActorId::from_bytes([2; 16]))
        .customer(CustomerId::from_bytes([3; 16]))
        .record(Kind::new("contact").unwrap(), RecordId::from_bytes([4; 16]))
        .purpose(Purpose::new("service").unwrap())
        .decision(Decision::Allow);

    let rate =
        |count: u64, start: Instant| f64::from(u32::try_from(count).unwrap()) / start.elapsed().as_secs_f64();
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..ENTRIES / THREADS {
                    log.commit(now, Commit::new(Durability::Process).event(event.clone())).unwrap();
                }
            });
        }
    });
    println!("Log::commit, {THREADS} threads: {:.0} entries/s", rate(ENTRIES, start));

    let start = Instant::now();
    for _ in 0..20_000 {
        log.commit(now, Commit::new(Durability::Process).event(event.clone())).unwrap();
    }
    println!("Log::commit, 1 thread: {:.0} entries/s", rate(20_000, start));

    // The same store's own rate for rows of the size of an entry, one batch each.
    let (raw, _) = MemoryStore::open(id);
    let leaf = log.leaf_bytes(0).unwrap().unwrap();
    let start = Instant::now();
    for number in 0..ENTRIES {
        raw.commit(&Batch::new().put(ROWS, number.to_be_bytes(), leaf.as_slice()), Durability::Process)
            .unwrap();
    }
    println!("MemoryStore::commit of {} bytes, 1 thread: {:.0} rows/s", leaf.len(), rate(ENTRIES, start));

    log.checkpoint(now).unwrap();
    let start = Instant::now();
    let options = VerifyOptions::new(vec![log.verifier_key()]);
    let report = verify(log.read(), log.stream(), &options, &mut |_| ()).unwrap();
    println!("verify: {:.0} entries/s, {:?}", rate(report.size, start), report.verdict());
    let start = Instant::now();
    for index in (0..ENTRIES).step_by(200) {
        log.prove_inclusion(index, report.size).unwrap();
    }
    println!("prove_inclusion: {:.1} us", 1e6 / rate(1000, start));
}
