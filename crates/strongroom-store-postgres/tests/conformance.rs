//! The store keeps every promise of the trait, on a real server; append-only is held by triggers and by grants.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod common;

use common::{fresh_url, skip};
use std::sync::atomic::{AtomicU64, Ordering};
use strongroom_store::{
    Batch, CommitError, Direction, Durability, KeyRange, PruneRight, Read, Space, Store, conformance,
};
use strongroom_store_postgres::{OpenError, Options, PostgresStore};
use uuid::Uuid;

const DATA: Space = Space::mutable(3, "data");
const LOG: Space = Space::append_only(4, "log");

fn open(url: &str) -> (PostgresStore, PruneRight) {
    static OPENINGS: AtomicU64 = AtomicU64::new(1);
    let opening =
        Uuid::from_u64_pair(std::process::id().into(), OPENINGS.fetch_add(1, Ordering::SeqCst) << 32);
    PostgresStore::open(Options::from_url(url).unwrap(), opening).unwrap()
}

struct Schemas;

/// A store and where it lies.
struct Placed {
    store: PostgresStore,
    url: String,
}

impl Read for Placed {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, strongroom_store::ReadError> {
        self.store.get(space, key)
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<strongroom_store::Pair>, strongroom_store::ReadError> {
        self.store.scan(space, range, direction, limit)
    }
}

impl Store for Placed {
    fn commit(
        &self,
        batch: &Batch,
        durability: Durability,
    ) -> Result<strongroom_store::Committed, CommitError> {
        self.store.commit(batch, durability)
    }

    fn sync(&self) -> Result<Durability, CommitError> {
        self.store.sync()
    }

    fn snapshot(&self) -> Result<Box<dyn Read + '_>, strongroom_store::ReadError> {
        self.store.snapshot()
    }

    fn capabilities(&self) -> strongroom_store::Capabilities {
        self.store.capabilities()
    }

    fn outcome(&self, commit: Uuid) -> Result<strongroom_store::Outcome, CommitError> {
        self.store.outcome(commit)
    }
}

impl conformance::Factory for Schemas {
    type Store = Placed;

    fn fresh(&self) -> (Placed, PruneRight) {
        let url = fresh_url().unwrap();
        let (store, right) = open(&url);
        (Placed { store, url }, right)
    }

    fn reopen(&self, store: Placed) -> Option<(Placed, PruneRight)> {
        let url = store.url.clone();
        drop(store);
        let (store, right) = open(&url);
        Some((Placed { store, url }, right))
    }

    /// The server breaks every connection of the store, as the death of the process would.
    fn crash(&self, store: Placed) -> Option<(Placed, PruneRight)> {
        self.reopen(store)
    }
}

#[test]
fn the_postgres_store_conforms() {
    if fresh_url().is_some() {
        conformance::run(&Schemas);
    }
}

fn client(url: &str, user: &str) -> postgres::Client {
    let config = url.replace("owner@", &format!("{user}@"));
    let (base, _) = config.split_once('?').unwrap();
    postgres::Client::connect(base, postgres::NoTls).unwrap()
}

#[test]
fn the_log_is_append_only_by_trigger_for_the_owner_and_by_grants_for_the_application() {
    let Some(url) = fresh_url() else { return };
    if std::env::var_os("STRONGROOM_TEST_POSTGRES_URL").is_some() {
        return skip("roles are made in a private cluster alone");
    }
    let schema = url.rsplit_once("schema=").unwrap().1.to_owned();
    let (store, right) = open(&url);
    store.commit(&Batch::new().put(LOG, "1", "one").put(DATA, "d", "v"), Durability::Power).unwrap();

    // The roles of docs/roles.sql, under names of this test.
    let (app, pruner) = (format!("app_{schema}"), format!("pruner_{schema}"));
    let roles = include_str!("../docs/roles.sql")
        .replace("strongroom_app", &app)
        .replace("strongroom_pruner", &pruner)
        .replace("strongroom.", &format!("{schema}."))
        .replace("SCHEMA strongroom", &format!("SCHEMA {schema}"));
    let mut owner = client(&url, "owner");
    owner.batch_execute(&roles).unwrap();

    let attempts = [
        format!("UPDATE {schema}.log SET value = 'x'"),
        format!("DELETE FROM {schema}.log"),
        format!("TRUNCATE {schema}.log"),
        format!(
            "INSERT INTO {schema}.log SELECT * FROM {schema}.log ON CONFLICT (space, key) DO UPDATE SET value = 'x'"
        ),
    ];
    for sql in &attempts {
        let error = owner.batch_execute(sql).unwrap_err();
        assert!(format!("{error:?}").contains("append-only"), "{sql}, by the owner: {error:?}");
        for role in [&app, &pruner] {
            let error = client(&url, role).batch_execute(sql).unwrap_err();
            assert!(format!("{error:?}").contains("permission denied"), "{sql}, by {role}: {error:?}");
        }
    }
    // Nor with the setting that pruning uses, which anybody may set: the grants do not look at it.
    let sly = format!("BEGIN; SET LOCAL strongroom.prune = 'on'; DELETE FROM {schema}.log; COMMIT");
    assert!(client(&url, &app).batch_execute(&sly).is_err());
    assert!(client(&url, &app).batch_execute(&format!("SELECT {schema}.prune('{{}}', '{{}}')")).is_err());

    // The application works as it should with its role, but cannot prune.
    let (by_app, app_right) = open(&url.replace("owner@", &format!("{app}@")));
    let batch =
        Batch::new().require_value(DATA, "d", "v").put(DATA, "d", "w").put(LOG, "2", "two").delete(DATA, "x");
    by_app.commit(&batch, Durability::Power).unwrap();
    let prune = Batch::new().prune(&app_right, LOG, "1");
    let refused = by_app.commit(&prune, Durability::Power);
    assert!(matches!(refused, Err(CommitError::Fatal(_))), "{refused:?}");
    assert_eq!(store.get(LOG, b"1").unwrap(), Some(b"one".to_vec()), "all is as it was");
    let (by_pruner, pruner_right) = open(&url.replace("owner@", &format!("{pruner}@")));
    by_pruner.commit(&Batch::new().prune(&pruner_right, LOG, "1"), Durability::Power).unwrap();
    store.commit(&Batch::new().prune(&right, LOG, "2"), Durability::Power).unwrap();
    assert_eq!(store.scan(LOG, &KeyRange::all(), Direction::Forward, 10).unwrap(), []);
    drop((store, by_app, by_pruner));
    owner
        .batch_execute(&format!(
            "DROP SCHEMA {schema} CASCADE; DROP OWNED BY {pruner}, {app}; DROP ROLE {pruner}, {app}"
        ))
        .unwrap();
}

#[test]
fn what_is_not_ours_is_told_apart_from_what_does_not_answer() {
    let Some(url) = fresh_url() else { return };
    drop(open(&url));
    let schema = url.rsplit_once("schema=").unwrap().1;
    client(&url, "owner")
        .batch_execute(&format!("UPDATE {schema}.meta SET value = 7 WHERE name = 'format'"))
        .unwrap();
    let try_open = |url: &str| {
        let mut options = Options::from_url(url).unwrap();
        options.attempts_max = 2;
        PostgresStore::open(options, Uuid::from_u128(1)).map(drop).unwrap_err()
    };
    let error = try_open(&url);
    assert!(matches!(error, OpenError::Foreign { found: 7, .. }), "{error:?}");
    let nobody = format!("postgres://me:hunter2@127.0.0.1:{}/d?sslmode=disable", common::free_port());
    let error = try_open(&nobody);
    assert!(
        matches!(error, OpenError::Unreachable { .. }) && !error.to_string().contains("hunter2"),
        "{error:?}"
    );
    let error = try_open(&url.replace("/postgres?", "/nowhere?"));
    assert!(matches!(error, OpenError::Denied { .. }), "{error:?}");
}

#[test]
fn a_statement_that_takes_too_long_is_given_up() {
    let Some(url) = fresh_url() else { return };
    let (store, _right) = open(&url);
    store.commit(&Batch::new().put(DATA, "k", "v"), Durability::Power).unwrap();
    let schema = url.rsplit_once("schema=").unwrap().1.to_owned();
    // Somebody holds all locks.
    let mut blocker = client(&url, "owner");
    let mut held = blocker.transaction().unwrap();
    held.batch_execute(&format!("SELECT 1 FROM {schema}.locks FOR UPDATE")).unwrap();
    let mut options = Options::from_url(&url).unwrap();
    options.statement_timeout = std::time::Duration::from_millis(50);
    options.attempts_max = 3;
    let (hasty, _right) = PostgresStore::open(options, Uuid::from_u128(77)).unwrap();
    let answer = hasty.commit(&Batch::new().put(DATA, "k", "w"), Durability::Power);
    assert!(matches!(answer, Err(CommitError::Retryable(_))), "{answer:?}");
    assert_eq!(hasty.get(DATA, b"k").unwrap(), Some(b"v".to_vec()), "reading waits for no lock");
    held.rollback().unwrap();
    hasty.commit(&Batch::new().put(DATA, "k", "w"), Durability::Power).unwrap();
    assert_eq!(store.get(DATA, b"k").unwrap(), Some(b"w".to_vec()));
}
