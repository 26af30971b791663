//! Durable commits per second, beside the engine's own: `cargo run --release -p strongroom-store-sled --example
//! commit_rate`. Ours and the raw engine write the same bytes and take turns after each commit, so that a busy machine
//! hurts both alike.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::unwrap_used,
    reason = "a measurement reads the clock, prints, and stops at the first failure"
)]

use std::{fs::File, path::Path, thread, time::Instant};
use strongroom_store::{Batch, Durability, Space, Store};
use strongroom_store_sled::{Options, SledStore};
use uuid::Uuid;

const DATA: Space = Space::mutable(1, "data");
const LOG: Space = Space::append_only(2, "log");

fn main() {
    let root = tempfile::TempDir::new_in(".").unwrap();
    println!("{:<36}{:>12}{:>12}{:>8}", "200 bytes per put", "ours/s", "raw sled/s", "ratio");
    for (puts, commits) in [(1u64, 3000u64), (100, 500)] {
        let store = open(&root.path().join(format!("ours{puts}")));
        let (db, log) = open_raw(&root.path().join(format!("raw{puts}")));
        let (mut ours, mut raw) = (0.0, 0.0);
        for n in 0..commits {
            ours += seconds(|| commit(&store, n * puts, puts));
            raw += seconds(|| commit_raw(&db, &log, n * puts, puts));
        }
        row(&format!("batches of {puts}, one thread"), commits as f64 / ours, commits as f64 / raw);
    }
    let store = open(&root.path().join("many"));
    let (db, log) = open_raw(&root.path().join("manyraw"));
    let (threads, each) = (32u64, 60u64);
    let ours = seconds(|| {
        thread::scope(|scope| {
            for thread in 0..threads {
                let store = &store;
                scope.spawn(move || (0..each).for_each(|n| commit(store, thread << 32 | n, 1)));
            }
        });
    });
    let commits = threads * each;
    let raw = seconds(|| (0..commits).for_each(|n| commit_raw(&db, &log, n, 1)));
    row("batches of 1, 32 threads (raw: one)", commits as f64 / ours, commits as f64 / raw);
}

fn open(path: &Path) -> SledStore {
    SledStore::open(path, Uuid::from_u128(1), Options::default()).unwrap().0
}

fn open_raw(path: &Path) -> (sled::Db, File) {
    let config = sled::Config::new().path(path).flush_every_ms(None).segment_size(16 << 20);
    let db = config.mode(sled::Mode::HighThroughput).open().unwrap();
    (db, File::open(path.join("db")).unwrap())
}

// As the audit log writes: an entry that must be new, and what it speaks of.
fn commit(store: &SledStore, first: u64, puts: u64) {
    let batch = (first..first + puts).fold(Batch::new(), |batch, n| {
        let space = if n % 2 == 0 { LOG } else { DATA };
        batch.put(space, n.to_be_bytes(), vec![7; 200])
    });
    store.commit(&batch, Durability::Power).unwrap();
}

fn commit_raw(db: &sled::Db, log: &File, first: u64, puts: u64) {
    let mut batch = sled::Batch::default();
    for n in first..first + puts {
        let space = if n % 2 == 0 { 2u8 } else { 1 };
        batch.insert([&[space][..], &n.to_be_bytes()].concat(), vec![7; 200]);
    }
    db.apply_batch(batch).unwrap();
    db.flush().unwrap();
    log.sync_data().unwrap();
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn row(what: &str, ours: f64, raw: f64) {
    println!("{what:<36}{ours:>12.0}{raw:>12.0}{:>8.2}", ours / raw);
}
