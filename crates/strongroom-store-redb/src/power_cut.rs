//! A simulated power cut, through the engine's own storage trait.
//!
//! A disk that remembers: every write since the last sync is kept apart. When the power goes, what was synced is there;
//! of what was written since, any 512-byte sectors may be there and others not, in any mixture, and a change of
//! length may be there or not. The store opens on every such remainder, with everything that was acknowledged.
#![expect(clippy::arithmetic_side_effects, reason = "small numbers, and what fails here fails the test")]

use crate::{Options, RedbStore, open::open_engine, store::Files};
use redb::StorageBackend;
use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};
use strongroom_store::{Batch, Direction, Durability, KeyRange, Read, Space, Store};
use uuid::Uuid;

const DATA: Space = Space::mutable(3, "data");
const LOG: Space = Space::append_only(4, "log");
const SECTOR: usize = 512;

/// What happened to the file, in order.
#[derive(Debug, Clone)]
enum Event {
    Write(usize, Vec<u8>),
    SetLen(usize),
    Sync,
    /// The writer acknowledged so many batches.
    Acknowledged(u32),
}

#[derive(Debug, Clone, Default)]
struct Disk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    events: Vec<Event>,
}

impl Disk {
    fn holding(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new(State { bytes, events: Vec::new() })))
    }

    fn note(&self, event: Event) {
        self.0.lock().unwrap().events.push(event);
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(u64::try_from(self.0.lock().unwrap().bytes.len()).unwrap())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.0.lock().unwrap();
        let start = usize::try_from(offset).unwrap();
        let found = state.bytes.get(start..start + out.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(found);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).unwrap();
        let mut state = self.0.lock().unwrap();
        state.bytes.resize(len, 0);
        state.events.push(Event::SetLen(len));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.note(Event::Sync);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap();
        let mut state = self.0.lock().unwrap();
        state.bytes[start..start + data.len()].copy_from_slice(data);
        state.events.push(Event::Write(start, data.to_vec()));
        Ok(())
    }
}

fn open(disk: Disk, quick_repair: bool) -> Option<RedbStore> {
    let options = Options { quick_repair, cache_bytes: 1 << 20, ..Options::default() };
    let (db, commits) = open_engine(options, |builder| Ok(builder.create_with_backend(disk)?)).ok()?;
    RedbStore::new(db, Files::default(), Uuid::from_u128(1), commits, options).ok()
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

const KEYS: u32 = 300;
const PUTS: u32 = 60;

fn key(n: u32, at: u32) -> [u8; 4] {
    ((n * 31 + at * 7) % KEYS).to_be_bytes()
}

/// Batch `n` logs `n`, overwrites a fifth of the keys, and now and then puts a large value.
fn batch(n: u32) -> Batch {
    let len = if n.is_multiple_of(4) { 3_000 } else { 120 };
    (0..PUTS).fold(Batch::new().put(LOG, n.to_be_bytes(), "entry"), |batch, at| {
        batch.put(DATA, key(n, at), [&n.to_be_bytes()[..], &vec![0xaa; len]].concat())
    })
}

/// How many batches are there, all whole. `None`: the store does not open, or a batch is torn.
fn count_whole(disk: Disk) -> Option<u32> {
    let store = open(disk, false)?;
    let scan = |space| store.scan(space, &KeyRange::all(), Direction::Forward, 10_000).ok();
    let count = u32::try_from(scan(LOG)?.len()).unwrap();
    let mut model = vec![None; usize::try_from(KEYS).unwrap()];
    for n in 0..count {
        (0..PUTS).for_each(|at| model[usize::try_from(u32::from_be_bytes(key(n, at))).unwrap()] = Some(n));
    }
    let mut found = vec![None; usize::try_from(KEYS).unwrap()];
    for (key, value) in scan(DATA)? {
        let at = usize::try_from(u32::from_be_bytes(key.try_into().unwrap())).unwrap();
        found[at] = Some(u32::from_be_bytes(value[..4].try_into().unwrap()));
    }
    (found == model).then_some(count)
}

/// The disk after a power cut behind the first `cut` events: what was synced, and of the rest whatever chance keeps.
fn remainder(
    events: &[Event],
    cut: usize,
    forget_sync: Option<usize>,
    random: &mut Random,
) -> (Vec<u8>, u32) {
    let is_sync = |at: usize| matches!(events[at], Event::Sync) && Some(at) != forget_sync;
    let synced = (0..cut).rev().find(|at| is_sync(*at)).unwrap_or(0);
    let mut bytes = Vec::new();
    let mut acknowledged = 0;
    // In ten: how many unsynced sectors survive.
    let survive = [0, 1, 5, 9, 10][random.below(5)];
    for (at, event) in events.iter().enumerate().take(cut) {
        let kept = at < synced;
        match event {
            Event::SetLen(len) if kept || random.below(2) == 0 => bytes.resize(*len, 0),
            Event::Write(start, data) => {
                for (index, sector) in data.chunks(SECTOR).enumerate() {
                    let start = start + index * SECTOR;
                    if kept || random.below(10) < survive {
                        if bytes.len() < start + sector.len() {
                            bytes.resize(start + sector.len(), 0);
                        }
                        bytes[start..start + sector.len()].copy_from_slice(sector);
                    }
                }
            }
            Event::Acknowledged(count) => acknowledged = *count,
            Event::SetLen(_) | Event::Sync => {}
        }
    }
    (bytes, acknowledged)
}

fn record(batches: u32, quick_repair: bool) -> Vec<Event> {
    let disk = Disk::default();
    let store = open(disk.clone(), quick_repair).unwrap();
    disk.note(Event::Acknowledged(0));
    for n in 0..batches {
        store.commit(&batch(n), Durability::Power).unwrap();
        disk.note(Event::Acknowledged(n + 1));
    }
    let events = disk.0.lock().unwrap().events.clone();
    drop(store);
    events
}

fn effort() -> usize {
    std::env::var("STRONGROOM_EFFORT").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

fn is_fine(count: Option<u32>, acknowledged: u32) -> bool {
    count.is_some_and(|count| count == acknowledged || count == acknowledged + 1)
}

/// Every test of one process draws other cuts, and a failure names its own.
static SEED: AtomicU64 = AtomicU64::new(0x5eed);

fn cuts(quick_repair: bool) {
    let seed = SEED.fetch_add(1, Ordering::SeqCst);
    let mut random = Random(seed);
    let events = record(24, quick_repair);
    // From when the store was made; before that, nobody was told that there is one.
    let made = events.iter().position(|event| matches!(event, Event::Acknowledged(0))).unwrap();
    for round in 0..effort() * 12 {
        let cut = made + 1 + random.below(events.len() - made);
        let (bytes, acknowledged) = remainder(&events, cut, None, &mut random);
        let count = count_whole(Disk::holding(bytes));
        assert!(
            is_fine(count, acknowledged),
            "seed {seed}, round {round}, quick repair {quick_repair}, cut after event {cut} of {}: {acknowledged} \
             batches were acknowledged, there are {count:?}",
            events.len()
        );
    }
}

#[test]
fn no_mixture_of_sectors_loses_an_acknowledged_batch() {
    cuts(false);
}

#[test]
fn nor_does_any_with_quick_repair() {
    cuts(true);
}

#[test]
fn without_one_of_its_syncs_the_same_cuts_lose_an_acknowledged_batch() {
    let events = record(12, false);
    let made = events.iter().position(|event| matches!(event, Event::Acknowledged(0))).unwrap();
    let syncs: Vec<usize> = (made..events.len()).filter(|at| matches!(events[*at], Event::Sync)).collect();
    let mut random = Random(0x5eed);
    let mut lost = 0;
    for forgotten in &syncs {
        // Cut right before the next sync, when the most rests on the one that did not happen.
        let next = syncs.iter().find(|at| *at > forgotten).copied().unwrap_or(events.len());
        for _ in 0..4 {
            let (bytes, acknowledged) = remainder(&events, next, Some(*forgotten), &mut random);
            lost += u32::from(!is_fine(count_whole(Disk::holding(bytes)), acknowledged));
        }
    }
    assert!(lost > 0, "the cuts of this test cannot hurt even an engine that does not sync");
}
