//! The vault from end to end, on the sample's configuration, beside the engine or the backend committing the same bytes.
//!
//! The two stores of the vault keep what they were asked to commit, and the limit commits it again. A new customer costs
//! the vault two durable commits, key before data, and the limit one: that both are in one batch is what makes it a limit.

use crate::{
    audit::{concurrently, replay},
    corpus, engine,
    engine::{RawSled, Recorder, Tape, folder, open_store, raw_batch},
    envelope::keys,
    policy::{POLICY, SCHEMA},
    retention,
};
use std::{
    hint::black_box,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
};
use strongroom::{Fields, NewRecord, Parts, Session, Texts, Vault, Whose, read_config};
use strongroom_benches::{Fault, Figures, Goal, Unit, ensure, repeated, seconds_each};
use strongroom_envelope::{Generation, Keyring, KeyringParams, OsRandom, Passphrase};
use strongroom_policy::{Actor, AuthContext};
use strongroom_store::{Batch, Durability, MemoryStore, PruneRight, Space, Store};
use strongroom_types::{
    ActorId, Clock, CustomerId, FieldName, Kind, Purpose, RecordId, RoleName, TenantId, Timestamp,
};

const HOUSE: &str = include_str!("../../../crates/strongroom-cli/sample/house.toml");
const LISTED: u32 = 1_000;
const DUE: u32 = 50;

pub(crate) fn run(figures: &Figures) -> Result<(), Fault> {
    writes(figures, "vault-write-1-writer", 1, 30)?;
    writes(figures, "vault-write-8-writers", 8, 10)?;
    reads(figures, "vault-read-1-reader", 1, 40)?;
    reads(figures, "vault-read-8-readers", 8, 20)?;
    import(figures)?;
    list(figures)?;
    sweep(figures)
}

fn writes(figures: &Figures, name: &str, writers: u32, each: u32) -> Result<(), Fault> {
    if !figures.wants(&[name]) {
        return Ok(());
    }
    let folder = folder()?;
    let house = House::on_disk(folder.path())?;
    let raw = RawSled::open(&folder.path().join("raw"))?;
    let written = writers.saturating_mul(each);
    house.forget();
    figures.ratio(
        name,
        Unit::PerSecond,
        Goal::Share(0.5),
        || {
            let rows = Rows(house.customers(written)?.into());
            seconds_each(written, || {
                concurrently(writers, || {
                    let session = house.session(1, "manager", "contract")?;
                    (0..each).try_for_each(|_| Ok(session.create(rows.next()?).map(drop)?))
                })
            })
        },
        || {
            let (data, keys) = (house.data.take(), house.keys.take());
            ensure(keys.len() <= data.len().saturating_mul(8), "a customer's key is about one batch")?;
            let batches = folded(&data, &keys);
            seconds_each(written, || batches.into_iter().try_for_each(|batch| raw.commit(batch)))
        },
    )
}

/// One raw batch for each batch of data, with its share of what went to the key store.
fn folded(data: &[Batch], keys: &[Batch]) -> Vec<sled::Batch> {
    let each = keys.len().div_ceil(data.len().max(1)).max(1);
    let mut keys = keys.chunks(each);
    data.iter().map(|batch| raw_batch(keys.next().unwrap_or_default().iter().chain([batch]))).collect()
}

fn reads(figures: &Figures, name: &str, readers: u32, each: u32) -> Result<(), Fault> {
    if !figures.wants(&[name]) {
        return Ok(());
    }
    let folder = folder()?;
    let house = House::on_disk(folder.path())?;
    let (raw, _) = open_store(&folder.path().join("raw"))?;
    let records = house.fill(100)?;
    let read = readers.saturating_mul(each);
    house.forget();
    figures.ratio(
        name,
        Unit::PerSecond,
        Goal::Share(0.6),
        || {
            seconds_each(read, || {
                concurrently(readers, || {
                    let session = house.session(1, "manager", "contract")?;
                    let mut records = records.iter().cycle();
                    (0..each).try_for_each(|_| {
                        let (record, _) = *records.next().ok_or("there are records")?;
                        drop(black_box(session.view(record)?));
                        Ok(())
                    })
                })
            })
        },
        || replay(&house.data, &raw, read),
    )
}

fn import(figures: &Figures) -> Result<(), Fault> {
    if !figures.wants(&["vault-import"]) {
        return Ok(());
    }
    let folder = folder()?;
    let house = House::on_disk(folder.path())?;
    let raw = RawSled::open(&folder.path().join("raw"))?;
    house.forget();
    figures.ratio(
        "vault-import",
        Unit::PerSecond,
        Goal::Share(0.3),
        || {
            let rows = house.customers(LISTED)?;
            let session = house.session(1, "importer", "service")?;
            let mut refused = 0;
            let took = seconds_each(LISTED, || {
                refused = session.import(rows).iter().filter(|answer| answer.is_err()).count();
                Ok(())
            })?;
            ensure(refused == 0, "every row goes in")?;
            Ok(took)
        },
        || {
            let (data, keys) = (house.data.take(), house.keys.take());
            let batch = raw_batch(keys.iter().chain(&data));
            seconds_each(LISTED, || raw.commit(batch))
        },
    )
}

/// Beside its parts: one durable append of the same bytes, 1,000 gets of the same rows, 1,000 opens of as many fields.
fn list(figures: &Figures) -> Result<(), Fault> {
    if !figures.wants(&["vault-list-1000"]) {
        return Ok(());
    }
    let folder = folder()?;
    let house = House::on_disk(folder.path())?;
    let (raw, _) = open_store(&folder.path().join("raw"))?;
    house.forget();
    house.fill(LISTED)?;
    let rows = record_keys(&house.data.take());
    ensure(rows.len() == 1_000, "a thousand records were stored")?;
    let (keys, address) = keys(folder.path())?;
    let fields = house.customers(1)?.pop().ok_or("there is a customer")?.fields;
    let head = [0; 300];
    let head_name = FieldName::new("head")?;
    let parts = fields.iter().map(|(name, value)| (name, value.as_bytes()));
    let sealed =
        keys.seal_record(&address, Generation::FIRST, parts.chain([(&head_name, head.as_slice())]))?;
    let session = house.session(1, "manager", "contract")?;
    let kind = Kind::new("customer")?;
    figures.ratio(
        "vault-list-1000",
        Unit::PerSecond,
        Goal::Share(0.6),
        || {
            seconds_each(LISTED, || {
                let page = session.list(&kind, None, 1_000)?;
                ensure(page.views.len() == 1_000, "a thousand records are listed")
            })
        },
        || {
            let append: Vec<_> = house.data.take().iter().map(|batch| engine::bare_batch([batch])).collect();
            ensure(append.len() == 1, "a list is one entry")?;
            seconds_each(LISTED, || {
                append.iter().try_for_each(|batch| raw.commit(batch, Durability::Power).map(drop))?;
                rows.iter().try_for_each(|(space, key)| {
                    black_box(house.store.get(*space, key)?);
                    drop(black_box(keys.open_record(&address, black_box(sealed.bytes()))?));
                    Ok::<_, Fault>(())
                })
            })
        },
    )
}

fn record_keys(batches: &[Batch]) -> Vec<(Space, Vec<u8>)> {
    let ops = batches.iter().flat_map(Batch::ops).filter(|op| op.space().name() == "record");
    ops.map(|op| (op.space(), op.key().to_vec())).collect()
}

/// The plan of a sweep, with as much due among ten times as many customers.
fn sweep(figures: &Figures) -> Result<(), Fault> {
    if !figures.wants(&["vault-sweep-plan"]) {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let house = |population: u32| {
        let house = House::in_memory(&folder.path().join(population.to_string()))?;
        let customers = house.fill(population)?;
        let old = customers.iter().take(usize::try_from(DUE)?).map(|(_, customer)| transaction(*customer));
        let old = old.collect::<Result<Vec<_>, Fault>>()?;
        let importer = house.session(1, "importer", "service")?;
        importer.import(old).into_iter().try_for_each(|answer| answer.map(drop))?;
        Ok::<_, Fault>(house)
    };
    let (little, much) = (house(1_000)?, house(10_000)?);
    let plan = |house: &House| {
        let session = house.session(2, "dpo", "legal")?;
        ensure(session.plan_sweep()?.due == u64::from(DUE), "as much is due")
    };
    figures.growth("vault-sweep-plan", 10, 1.2, repeated(|| plan(&little)), repeated(|| plan(&much)))
}

/// Long past its five years.
fn transaction(customer: CustomerId) -> Result<NewRecord, Fault> {
    let mut number = String::from("T-");
    number.push_str(&customer.uuid().simple().to_string());
    let fields = Fields::new()
        .with(FieldName::new("transaction_no")?, number)
        .with(FieldName::new("happened_on")?, "2015-01-05")
        .with(FieldName::new("amount")?, "12.50");
    Ok(NewRecord::new(Kind::new("transaction")?, Whose::Customer(customer), fields))
}

/// A vault, its clock, and what its stores were asked to commit.
struct House {
    vault: Vault,
    clock: Arc<TickingClock>,
    store: Arc<dyn Store>,
    data: Tape,
    keys: Tape,
    next: AtomicU32,
    names: Vec<FieldName>,
}

impl House {
    fn on_disk(folder: &Path) -> Result<Self, Fault> {
        let (data, keys) = (open_store(&folder.join("data"))?, open_store(&folder.join("keys"))?);
        Self::open(folder, data, keys.0)
    }

    fn in_memory(folder: &Path) -> Result<Self, Fault> {
        std::fs::create_dir(folder)?;
        let open = |number| MemoryStore::open(uuid::Uuid::from_u128(number));
        Self::open(folder, open(1), open(2).0)
    }

    fn open(
        folder: &Path,
        (data, prune): (impl Store + 'static, PruneRight),
        keys: impl Store + 'static,
    ) -> Result<Self, Fault> {
        let start: Timestamp = "2026-11-22T02:00:00Z".parse()?;
        let clock = Arc::new(TickingClock(AtomicI64::new(start.unix_micros())));
        let texts = Texts { schema: SCHEMA, policy: POLICY, retention: retention::HOUSE, house: HOUSE };
        let mut config = read_config(texts)?;
        // The watch goes on counting; an alert in some rounds and not in others would be noise.
        config.house.bulk.rules.iter_mut().for_each(|rule| rule.threshold = strongroom::watch::THRESHOLD_MAX);
        let (tenant, path) = (TenantId::fresh(&OsRandom)?, folder.join("keyring of the house"));
        let (words, params) = (Passphrase::new("three small words"), KeyringParams::weak_for_tests());
        let keyring = Keyring::create(&path, &words, params, &[tenant], start, Arc::new(OsRandom))?;
        let ((data, data_tape), (keys, keys_tape)) = (Recorder::new(data), Recorder::new(keys));
        let store: Arc<dyn Store> = Arc::new(data);
        let vault = Vault::open(Parts {
            tenant,
            origin: "crm.example/figures".to_owned(),
            data: Arc::clone(&store),
            prune,
            keys: Arc::new(keys),
            keyring: Arc::new(keyring),
            config,
            clock: Arc::<TickingClock>::clone(&clock),
            random: Arc::new(OsRandom),
        })?;
        let names = COLUMNS.iter().map(|name| FieldName::new(name)).collect::<Result<_, _>>()?;
        Ok(Self { vault, clock, store, data: data_tape, keys: keys_tape, next: AtomicU32::new(0), names })
    }

    fn session(&self, id: u8, role: &str, purpose: &str) -> Result<Session<'_>, Fault> {
        let actor = Actor::new(ActorId::from_bytes([id; 16]), [RoleName::new(role)?]);
        let now = self.clock.now();
        let mut auth = AuthContext::new(now);
        auth.mfa_at = Some(now);
        auth.purpose = Some(Purpose::new(purpose)?);
        Ok(self.vault.session(actor, auth))
    }

    /// So many customers out of the sample that have a value in every column, under numbers of their own.
    fn customers(&self, count: u32) -> Result<Vec<NewRecord>, Fault> {
        let whole = |row: &Vec<&str>| row.len() == COLUMNS.len() && row.iter().all(|value| !value.is_empty());
        let rows: Vec<_> = corpus::customers().filter(whole).take(16).collect();
        let kind = Kind::new("customer")?;
        let customer = |row: &Vec<&str>| {
            let number = format!("F-{:08}", self.next.fetch_add(1, Ordering::Relaxed));
            let values = std::iter::once(number.as_str()).chain(row.iter().skip(1).copied());
            let fields = self.names.iter().zip(values);
            let fields = fields.fold(Fields::new(), |fields, (name, value)| fields.with(name.clone(), value));
            NewRecord::new(kind.clone(), Whose::New, fields)
        };
        let rows: Vec<_> = rows.iter().cycle().take(usize::try_from(count)?).map(customer).collect();
        ensure(rows.len() == usize::try_from(count)?, "the sample has whole rows")?;
        Ok(rows)
    }

    /// Brings in so many customers.
    fn fill(&self, count: u32) -> Result<Vec<(RecordId, CustomerId)>, Fault> {
        let session = self.session(1, "importer", "service")?;
        let created = session.import(self.customers(count)?).into_iter();
        created.map(|created| Ok(created.map(|created| (created.record, created.customer))?)).collect()
    }

    fn forget(&self) {
        drop((self.data.take(), self.keys.take()));
    }
}

const COLUMNS: [&str; 13] = [
    "customer_no",
    "name",
    "gender",
    "birth_date",
    "national_id",
    "phone",
    "email",
    "address",
    "company",
    "uscc",
    "bank_card",
    "region",
    "lang",
];

/// A millisecond passes whenever somebody looks.
struct TickingClock(AtomicI64);

impl Clock for TickingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_micros(self.0.fetch_add(1_000, Ordering::Relaxed))
    }
}

/// Rows that several writers take from.
struct Rows(std::sync::Mutex<Vec<NewRecord>>);

impl Rows {
    fn next(&self) -> Result<NewRecord, Fault> {
        let row = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
        Ok(row.ok_or("there is a row for every write")?)
    }
}
