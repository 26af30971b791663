//! Each backend beside its own engine: the same keys and values, as durable, without us.

mod raw;

use crate::engine::folder;
use raw::{Raw, RawPostgres, RawRedb, RawSled, postgres_server};
use std::thread;
use strongroom_benches::{Fault, Figures, Goal, Unit, ensure, repeated, seconds_each};
use strongroom_store::{Batch, Direction, Durability, KeyRange, Space, Store};
use strongroom_store_postgres::PostgresStore;
use strongroom_store_redb::RedbStore;
use strongroom_store_sled::SledStore;
use uuid::Uuid;

const ROWS: Space = Space::mutable(1, "rows");
const VALUE: [u8; 200] = [7; 200];
/// The backend adds at most a tenth to its engine.
const GOAL: Goal = Goal::Share(0.9);
const WRITERS: u32 = 32;

pub(crate) fn run(figures: &Figures) -> Result<(), Fault> {
    if figures.wants(&Names::of("sled").all()) {
        let folder = folder()?;
        let (store, _) =
            SledStore::open(&folder.path().join("ours"), OPENING, strongroom_store_sled::Options::default())?;
        let mut raw = RawSled::open(&folder.path().join("raw"))?;
        beside(figures, &Names::of("sled"), &store, &mut raw)?;
    }
    if figures.wants(&Names::of("redb").all()) {
        let folder = folder()?;
        let (store, _) =
            RedbStore::open(&folder.path().join("ours"), OPENING, strongroom_store_redb::Options::default())?;
        let mut raw = RawRedb::open(&folder.path().join("raw"))?;
        beside(figures, &Names::of("redb"), &store, &mut raw)?;
    }
    if figures.wants(&Names::of("postgres").all())
        && let Some(url) = postgres_server()
    {
        let (store, _) = PostgresStore::open(strongroom_store_postgres::Options::from_url(&url)?, OPENING)?;
        let mut raw = RawPostgres::open(&url)?;
        beside(figures, &Names::of("postgres"), &store, &mut raw)?;
    }
    Ok(())
}

const OPENING: Uuid = Uuid::from_u128(1 << 64);

struct Names {
    single: String,
    batch: String,
    writers: String,
    get: String,
    scan: String,
}

impl Names {
    fn of(backend: &str) -> Self {
        let name = |figure| format!("store-{backend}-{figure}");
        Self {
            single: name("single"),
            batch: name("batch-100"),
            writers: name("32-writers"),
            get: name("get"),
            scan: name("scan-1000"),
        }
    }

    fn all(&self) -> [&str; 5] {
        [&self.single, &self.batch, &self.writers, &self.get, &self.scan]
    }
}

fn beside(figures: &Figures, names: &Names, store: &dyn Store, raw: &mut dyn Raw) -> Result<(), Fault> {
    let durability = store.capabilities().durability_max;
    ensure(durability >= Durability::Power, "a store that does not sync")?;
    // What reads look for, and what makes the engines' trees as deep as in life.
    for first in (0..20_000_u64).step_by(1000) {
        let rows = rows(first, 1000);
        store.commit(&batch(&rows), durability)?;
        raw.commit(&rows)?;
    }
    let (mut ours, mut limit) = (Counter(1 << 32), Counter(1 << 32));
    for (name, puts, commits) in [(&names.single, 1, 40), (&names.batch, 100, 12)] {
        figures.ratio(
            name,
            Unit::PerSecond,
            GOAL,
            || {
                seconds_each(commits, || {
                    (0..commits).try_for_each(|_| {
                        Ok(store.commit(&batch(&ours.take(puts)), Durability::Power).map(drop)?)
                    })
                })
            },
            || seconds_each(commits, || (0..commits).try_for_each(|_| raw.commit(&limit.take(puts)))),
        )?;
    }
    // The limit of many writers is one that has all their rows at hand: as many in one durable batch as there are
    // writers.
    let each = 12;
    figures.ratio(
        &names.writers,
        Unit::PerSecond,
        GOAL,
        || {
            let shares: Vec<Vec<Vec<Row>>> =
                (0..WRITERS).map(|_| (0..each).map(|_| ours.take(1)).collect()).collect();
            seconds_each(WRITERS.saturating_mul(each), || write_at_once(store, shares))
        },
        || {
            let rounds: Vec<Vec<Row>> = (0..each).map(|_| limit.take(WRITERS.into())).collect();
            seconds_each(WRITERS.saturating_mul(each), || rounds.iter().try_for_each(|rows| raw.commit(rows)))
        },
    )?;
    reads(figures, names, store, raw)
}

fn reads(figures: &Figures, names: &Names, store: &dyn Store, raw: &mut dyn Raw) -> Result<(), Fault> {
    let (mut ours, mut limit) = (0_u64, 0_u64);
    let next = |at: &mut u64| {
        *at = at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((*at >> 33) % 20_000).to_be_bytes()
    };
    // Both answer in one process: the engine is asked through a cell of its own.
    let raw = std::cell::RefCell::new(raw);
    figures.ratio(
        &names.get,
        Unit::Nanos,
        GOAL,
        repeated(|| ensure(store.get(ROWS, &next(&mut ours))?.is_some_and(|value| value == VALUE), "a miss")),
        repeated(|| {
            ensure(raw.borrow_mut().get(&next(&mut limit))?.is_some_and(|value| value == VALUE), "a miss")
        }),
    )?;
    let range = KeyRange::between(1000_u64.to_be_bytes(), 19_000_u64.to_be_bytes());
    figures.ratio(
        &names.scan,
        Unit::Nanos,
        GOAL,
        repeated(|| {
            ensure(store.scan(ROWS, &range, Direction::Forward, 1000)?.len() == 1000, "a short page")
        }),
        repeated(|| {
            let (start, end) = (1000_u64.to_be_bytes(), 19_000_u64.to_be_bytes());
            ensure(raw.borrow_mut().scan(&start, &end, 1000)?.len() == 1000, "a short page")
        }),
    )
}

pub(crate) type Row = ([u8; 8], [u8; 200]);

fn rows(first: u64, count: u64) -> Vec<Row> {
    (first..first.saturating_add(count)).map(|n| (n.to_be_bytes(), VALUE)).collect()
}

fn batch(rows: &[Row]) -> Batch {
    rows.iter().fold(Batch::new(), |batch, (key, value)| batch.put(ROWS, *key, *value))
}

/// New rows without end.
struct Counter(u64);

impl Counter {
    fn take(&mut self, count: u64) -> Vec<Row> {
        let first = self.0;
        self.0 = first.saturating_add(count);
        rows(first, count)
    }
}

fn write_at_once(store: &dyn Store, shares: Vec<Vec<Vec<Row>>>) -> Result<(), Fault> {
    thread::scope(|scope| {
        let writers: Vec<_> = shares
            .into_iter()
            .map(|share| {
                scope.spawn(move || -> Result<(), Fault> {
                    share
                        .iter()
                        .try_for_each(|rows| Ok(store.commit(&batch(rows), Durability::Power).map(drop)?))
                })
            })
            .collect();
        writers
            .into_iter()
            .try_for_each(|writer| writer.join().map_err(|_| Fault::from("a writer panicked"))?)
    })
}
