//! The log beside its store. What the log committed in a round is committed again by the limit: the same rows, in as many
//! batches, by one thread, with nothing to work out. Verification beside SHA-256 over the same leaves and nodes.

use crate::engine::{Recorder, Tape, bare_batch, folder, open_store};
use ring::{
    digest::{Context, Digest, SHA256},
    signature::{Ed25519KeyPair, KeyPair as _},
};
use std::{hint::black_box, sync::Arc, thread};
use strongroom_audit::{
    CheckpointSigner, Commit, Decision, DetailError, DetailSealer, Event, Log, LogOptions, SignError,
    VerifyOptions, Zeroizing, verify,
};
use strongroom_benches::{Fault, Figures, Goal, Unit, ensure, seconds_each};
use strongroom_envelope::OsRandom;
use strongroom_store::{Durability, MemoryStore, PruneRight, Store};
use strongroom_store_sled::SledStore;
use strongroom_types::{Action, ActorId, CustomerId, Kind, Purpose, RecordId, TenantId, Timestamp};

const NOW: Timestamp = Timestamp::from_unix_micros(1_795_305_600_000_000);
const ENTRIES: u32 = 100_000;

pub(crate) fn run(figures: &Figures) -> Result<(), Fault> {
    commits(figures, "audit-commit-1-writer", 1, 60, 0.9)?;
    commits(figures, "audit-commit-32-writers", 32, 30, 0.6)?;
    if figures.wants(&["audit-verify"]) { verification(figures) } else { Ok(()) }
}

fn commits(figures: &Figures, name: &str, writers: u32, each: u32, goal: f64) -> Result<(), Fault> {
    if !figures.wants(&[name]) {
        return Ok(());
    }
    let folder = folder()?;
    let (store, right) = open_store(&folder.path().join("ours"))?;
    let (raw, _) = open_store(&folder.path().join("raw"))?;
    let (store, tape) = Recorder::new(store);
    let log = log(Arc::new(store), right)?;
    let event = event()?;
    let write = || (0..each).try_for_each(|_| commit(&log, Durability::Power, &event));
    let entries = writers.saturating_mul(each);
    drop(tape.take());
    figures.ratio(
        name,
        Unit::PerSecond,
        Goal::Share(goal),
        || seconds_each(entries, || concurrently(writers, write)),
        || replay(&tape, &raw, entries),
    )
}

/// Commits what the tape holds to the backend, batch by batch, and empties the tape. The seconds are for one of `count`.
pub(crate) fn replay(tape: &Tape, raw: &SledStore, count: u32) -> Result<f64, Fault> {
    let batches: Vec<_> = tape.take().iter().map(|batch| bare_batch([batch])).collect();
    ensure(!batches.is_empty(), "something was committed")?;
    seconds_each(count, || {
        batches.iter().try_for_each(|batch| Ok(raw.commit(batch, Durability::Power).map(drop)?))
    })
}

/// The work in so many threads at once.
pub(crate) fn concurrently(threads: u32, work: impl Fn() -> Result<(), Fault> + Sync) -> Result<(), Fault> {
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        running.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread panicked")?)
    })
}

fn commit(log: &Log, durability: Durability, event: &Event) -> Result<(), Fault> {
    Ok(log.commit(NOW, Commit::new(durability).event(event.clone())).map(drop)?)
}

fn verification(figures: &Figures) -> Result<(), Fault> {
    const EVENTS: u32 = 100;
    let (store, right) = MemoryStore::open(uuid::Uuid::from_u128(1));
    let log = log(Arc::new(store), right)?;
    let event = event()?;
    for _ in 0..ENTRIES / EVENTS {
        let commit =
            (0..EVENTS).fold(Commit::new(Durability::Process), |commit, _| commit.event(event.clone()));
        log.commit(NOW, commit)?;
    }
    log.checkpoint(NOW)?;
    let leaves =
        (0..u64::from(ENTRIES)).map(|index| Ok(log.leaf_bytes(index)?.ok_or("an entry is missing")?));
    let leaves = leaves.collect::<Result<Vec<_>, Fault>>()?;
    let options = VerifyOptions::new(vec![log.verifier_key()]);
    let report = verify(log.read(), log.stream(), &options, &mut |_| ())?;
    let root = report.root.ok_or("a verified log has a root")?;
    ensure(report.is_sound() && root.as_bytes() == root_of(&leaves)?.as_ref(), "both find the same root")?;
    figures.ratio(
        "audit-verify",
        Unit::PerSecond,
        Goal::Share(0.9),
        || seconds_each(ENTRIES, || Ok(verify(log.read(), log.stream(), &options, &mut |_| ())?)),
        || seconds_each(ENTRIES, || Ok(black_box(root_of(black_box(&leaves))?))),
    )
}

/// The root of the tree of RFC 6962 over leaves that lie in memory: every leaf and every node hashed once.
fn root_of(leaves: &[Vec<u8>]) -> Result<Digest, Fault> {
    let mut level: Vec<Digest> = leaves.iter().map(|leaf| hash(&[&[0], leaf])).collect();
    while level.len() > 1 {
        let node = |pair: &[Digest]| match pair {
            [left, right] => Some(hash(&[&[1], left.as_ref(), right.as_ref()])),
            // A node without a sister moves up as it is.
            [alone] => Some(*alone),
            _ => None,
        };
        level = level.chunks(2).filter_map(node).collect();
    }
    Ok(*level.first().ok_or("there are leaves")?)
}

fn hash(parts: &[&[u8]]) -> Digest {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    context.finish()
}

fn log(store: Arc<dyn Store>, right: PruneRight) -> Result<Log, Fault> {
    let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).map_err(|_| "ring refused a seed")?;
    let options = LogOptions::new(TenantId::from_bytes([1; 16]), "crm.example/figures");
    Ok(Log::open(store, right, options, Arc::new(Signer(key)), Arc::new(Unused), Arc::new(OsRandom))?)
}

/// As a read of a record is logged.
fn event() -> Result<Event, Fault> {
    Ok(Event::new(Action::View, ActorId::from_bytes([2; 16]))
        .customer(CustomerId::from_bytes([3; 16]))
        .record(Kind::new("contact")?, RecordId::from_bytes([4; 16]))
        .purpose(Purpose::new("service")?)
        .decision(Decision::Allow))
}

struct Signer(Ed25519KeyPair);

impl CheckpointSigner for Signer {
    fn key_name(&self) -> &'static str {
        "crm.example/figures"
    }

    fn public_key(&self) -> [u8; 32] {
        self.0.public_key().as_ref().try_into().unwrap_or_default()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        let signature = self.0.sign(message);
        signature.as_ref().try_into().map_err(|_| SignError::new("64 bytes were expected"))
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
