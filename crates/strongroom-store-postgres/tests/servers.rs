//! Servers that restart, break connections, want TLS, or die with a standby at hand: nothing acknowledged is lost, and
//! nothing is applied twice.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "what fails here fails the test"
)]

mod common;

use common::{Cluster, free_port, skip, until};
use postgres::{Client, NoTls};
use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, chown},
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
};
use strongroom_store::{
    Batch, CommitError, Direction, Durability, KeyRange, Read, Space, Store, StoreExt as _,
};
use strongroom_store_postgres::{OpenError, Options, PostgresStore, Tls};
use uuid::Uuid;

const DATA: Space = Space::mutable(3, "data");
const LOG: Space = Space::append_only(4, "log");

fn open(url: &str, opening: u128) -> PostgresStore {
    PostgresStore::open(Options::from_url(url).unwrap(), Uuid::from_u128(opening << 64)).unwrap().0
}

fn effort() -> u32 {
    std::env::var("STRONGROOM_EFFORT").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// Writers that each append to a log of their own behind a head row, and what was acknowledged to them.
struct Writers {
    acknowledged: Vec<AtomicU32>,
    stop: AtomicBool,
    /// How often a commit's fate had to be asked for.
    asked: AtomicU32,
    trouble: Mutex<Vec<String>>,
}

impl Writers {
    fn new(count: usize) -> Self {
        Self {
            acknowledged: (0..count).map(|_| AtomicU32::new(0)).collect(),
            stop: AtomicBool::new(false),
            asked: AtomicU32::new(0),
            trouble: Mutex::default(),
        }
    }

    fn total(&self) -> u32 {
        self.acknowledged.iter().map(|count| count.load(Ordering::SeqCst)).sum()
    }

    /// Entry `n` of writer `me`: applied twice, its head would not fit, and its key would be there already.
    fn batch(me: usize, n: u32) -> Batch {
        let me = u8::try_from(me).unwrap();
        let batch = match n {
            0 => Batch::new().require_absent(DATA, [me]),
            n => Batch::new().require_value(DATA, [me], n.to_be_bytes()),
        };
        batch.put(DATA, [me], (n + 1).to_be_bytes()).put(LOG, [&[me][..], &n.to_be_bytes()].concat(), "entry")
    }

    /// Appends until told to stop. Whatever an answer leaves open is asked for.
    fn write(&self, me: usize, store: &PostgresStore, wanted: Durability) {
        let mut wanted = wanted;
        while !self.stop.load(Ordering::SeqCst) {
            let n = self.acknowledged[me].load(Ordering::SeqCst);
            let acknowledge = || self.acknowledged[me].store(n + 1, Ordering::SeqCst);
            match store.commit_settled(&Self::batch(me, n), wanted) {
                Ok(done) => {
                    assert!(done.durability >= wanted);
                    acknowledge();
                }
                Err(CommitError::Retryable(_)) => {}
                // The standby became the server, and has none of its own.
                Err(CommitError::TooDurable { reaches, .. }) => wanted = reaches,
                Err(CommitError::Unknown { .. }) => {
                    self.asked.fetch_add(1, Ordering::SeqCst);
                    let key = [&[u8::try_from(me).unwrap()][..], &n.to_be_bytes()].concat();
                    until("a read", || match store.get(LOG, &key) {
                        Ok(found) => {
                            if found.is_some() {
                                acknowledge();
                            }
                            true
                        }
                        Err(_) => false,
                    });
                }
                Err(error) => {
                    self.trouble.lock().unwrap().push(format!("{error:?}"));
                    self.stop.store(true, Ordering::SeqCst);
                }
            }
        }
    }

    /// Everything acknowledged is there once, in order, and at most one entry more for each writer.
    fn check(&self, store: &PostgresStore) {
        assert_eq!(*self.trouble.lock().unwrap(), Vec::<String>::new());
        for (me, acknowledged) in self.acknowledged.iter().enumerate() {
            let acknowledged = acknowledged.load(Ordering::SeqCst);
            let prefix = [u8::try_from(me).unwrap()];
            let mut range = KeyRange::prefix(&prefix);
            let mut there = Vec::new();
            loop {
                let page = store.scan(LOG, &range, Direction::Forward, 1000).unwrap();
                there.extend(page.iter().map(|(key, _)| u32::from_be_bytes(key[1..].try_into().unwrap())));
                match page.last() {
                    Some((last, _)) if page.len() == 1000 => range = range.after(last, Direction::Forward),
                    _ => break,
                }
            }
            let count = u32::try_from(there.len()).unwrap();
            assert!(
                count == acknowledged || count == acknowledged + 1,
                "writer {me}: {acknowledged} were acknowledged, {count} are there"
            );
            assert_eq!(there, (0..count).collect::<Vec<_>>(), "writer {me}: without a gap");
            let head = store
                .get(DATA, &prefix)
                .unwrap()
                .map_or(0, |head| u32::from_be_bytes(head.try_into().unwrap()));
            assert_eq!(head, count, "writer {me}: the head says how many");
        }
    }
}

#[test]
fn a_restart_of_the_server_loses_nothing_and_the_writers_go_on() {
    let Some(cluster) = Cluster::start("") else { return skip("no PostgreSQL server is installed") };
    let store = open(&cluster.url("restart"), 1);
    let writers = Writers::new(4);
    thread::scope(|scope| {
        for me in 0..4 {
            let (writers, store) = (&writers, &store);
            scope.spawn(move || writers.write(me, store, Durability::Power));
        }
        for round in 0..2 * effort() {
            let mode = if round % 2 == 0 { "fast" } else { "immediate" };
            let before = writers.total();
            until("progress", || writers.total() > before + 50 || writers.stop.load(Ordering::SeqCst));
            cluster.stop(mode);
            cluster.launch();
        }
        let before = writers.total();
        until("progress after the restarts", || {
            writers.total() > before + 50 || writers.stop.load(Ordering::SeqCst)
        });
        writers.stop.store(true, Ordering::SeqCst);
    });
    writers.check(&store);
}

#[test]
fn a_connection_that_breaks_around_a_commit_is_settled_once() {
    let Some(cluster) = Cluster::start("") else { return skip("no PostgreSQL server is installed") };
    let url = cluster.url("breaks");
    let store = open(&url, 1);
    let writers = Writers::new(3);
    thread::scope(|scope| {
        for me in 0..3 {
            let (writers, store) = (&writers, &store);
            scope.spawn(move || writers.write(me, store, Durability::Power));
        }
        let mut killer = Client::connect(url.split_once('?').unwrap().0, NoTls).unwrap();
        for round in 0..60 * effort() {
            let before = writers.total();
            until("progress", || writers.total() > before || writers.stop.load(Ordering::SeqCst));
            // At another moment of a transaction each time.
            (0..(round % 40) * 2000).for_each(|_| std::hint::spin_loop());
            killer
                .execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'strongroom'",
                    &[],
                )
                .unwrap();
        }
        writers.stop.store(true, Ordering::SeqCst);
    });
    writers.check(&store);
    // An id that was claimed as not applied stays so, whoever comes with it.
    let never = Uuid::from_u128(42);
    assert_eq!(store.outcome(never).unwrap(), strongroom_store::Outcome::NotApplied);
    let mut client = Client::connect(url.split_once('?').unwrap().0, NoTls).unwrap();
    let late = client.execute("INSERT INTO breaks.commits (id, applied) VALUES ($1, true)", &[&never]);
    assert!(late.is_err(), "a commit that comes after its outcome was told is refused");
}

#[test]
fn the_death_of_the_primary_loses_nothing_that_was_replicated_and_applies_nothing_twice() {
    let Some(primary) = Cluster::start("wal_level = replica\nmax_wal_senders = 4\n") else {
        return skip("no PostgreSQL server is installed");
    };
    let standby = primary.standby("second");
    let url = format!(
        "postgres://owner@127.0.0.1:{},127.0.0.1:{}/postgres?sslmode=disable&schema=ha",
        primary.port, standby.port
    );
    // The tables first: with a standby to wait for, everything waits for it.
    drop(open(&url, 1));
    primary.configure("synchronous_standby_names = 'second'\n");
    let mut client =
        Client::connect(&format!("postgres://owner@127.0.0.1:{}/postgres", primary.port), NoTls).unwrap();
    client.execute("SELECT pg_reload_conf()", &[]).unwrap();
    until("a synchronous standby", || {
        let row =
            client.query_opt("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'", &[]).unwrap();
        row.is_some()
    });
    let store = open(&url, 2);
    assert_eq!(store.capabilities().durability_max, Durability::Replicated);
    let writers = Writers::new(4);
    thread::scope(|scope| {
        for me in 0..4 {
            let (writers, store) = (&writers, &store);
            scope.spawn(move || writers.write(me, store, Durability::Replicated));
        }
        until("replicated commits", || writers.total() > 200 || writers.stop.load(Ordering::SeqCst));
        primary.kill();
        standby.promote();
        let before = writers.total();
        until("progress on the new primary", || {
            writers.total() > before + 200 || writers.stop.load(Ordering::SeqCst)
        });
        writers.stop.store(true, Ordering::SeqCst);
    });
    writers.check(&store);
    assert_eq!(store.capabilities().durability_max, Durability::Power, "the new primary has no standby");
    let refused = store.commit(&Batch::new().put(DATA, "k", "v"), Durability::Replicated);
    assert!(
        matches!(refused, Err(CommitError::TooDurable { reaches: Durability::Power, .. })),
        "{refused:?}"
    );
}

#[test]
fn a_standby_that_does_not_answer_is_no_replica_and_one_that_is_given_up_is_noticed() {
    let Some(cluster) = Cluster::start("") else { return skip("no PostgreSQL server is installed") };
    let url = cluster.url("lonely");
    drop(open(&url, 1));
    cluster.configure("synchronous_standby_names = 'nobody'\n");
    let mut client = Client::connect(url.split_once('?').unwrap().0, NoTls).unwrap();
    client.execute("SELECT pg_reload_conf()", &[]).unwrap();
    until("the setting", || {
        client.query_one("SHOW synchronous_standby_names", &[]).unwrap().get::<_, String>(0) == "nobody"
    });
    let mut options = Options::from_url(&url).unwrap();
    options.statement_timeout = std::time::Duration::from_millis(300);
    options.attempts_max = 2;
    let (store, _right) = PostgresStore::open(options, Uuid::from_u128(2 << 64)).unwrap();
    assert_eq!(store.capabilities().durability_max, Durability::Replicated);
    // What need not be replicated does not wait.
    let put = |value: &str| Batch::new().put(DATA, "k", value);
    assert_eq!(store.commit(&put("local"), Durability::Power).unwrap().durability, Durability::Power);
    // The wait ends with the timeout: done here, and who knows where else.
    let answer = store.commit(&put("lonely"), Durability::Replicated);
    let Err(CommitError::Unknown { commit: Some(id), .. }) = answer else { panic!("{answer:?}") };
    assert_eq!(store.outcome(id).unwrap(), strongroom_store::Outcome::Applied);
    let settled = store.commit_settled(&put("lonely still"), Durability::Replicated);
    assert!(matches!(settled, Err(CommitError::Unknown { .. })), "applied, but not replicated: {settled:?}");
    // The setting goes while the connections live: nothing is called replicated any more.
    cluster.configure("synchronous_standby_names = ''\n");
    client.execute("SELECT pg_reload_conf()", &[]).unwrap();
    until("the setting", || {
        client.query_one("SHOW synchronous_standby_names", &[]).unwrap().get::<_, String>(0).is_empty()
    });
    until("the refusal", || {
        let answer = store.commit(&put("alone"), Durability::Replicated);
        matches!(answer, Err(CommitError::TooDurable { reaches: Durability::Power, .. }))
    });
}

#[test]
fn snapshots_do_not_keep_others_from_their_connections() {
    let Some(cluster) = Cluster::start("") else { return skip("no PostgreSQL server is installed") };
    let mut options = Options::from_url(&cluster.url("many")).unwrap();
    options.connections_max = 2;
    options.statement_timeout = std::time::Duration::from_millis(300);
    options.attempts_max = 2;
    let (store, _right) = PostgresStore::open(options, Uuid::from_u128(1 << 64)).unwrap();
    store.commit(&Batch::new().put(DATA, "k", "v"), Durability::Power).unwrap();
    let held = [store.snapshot().unwrap(), store.snapshot().unwrap()];
    store.commit(&Batch::new().put(DATA, "k", "w"), Durability::Power).unwrap();
    assert_eq!(store.get(DATA, b"k").unwrap(), Some(b"w".to_vec()));
    assert!(held.iter().all(|snapshot| snapshot.get(DATA, b"k").unwrap() == Some(b"v".to_vec())));
    assert!(store.snapshot().is_err(), "there are as many as there may be, and waiting ends");
    drop(held);
    assert!(store.snapshot().is_ok());
}

#[test]
fn a_server_that_does_not_flush_is_not_believed() {
    let Some(cluster) = Cluster::start("fsync = off\n") else {
        return skip("no PostgreSQL server is installed");
    };
    let store = open(&cluster.url("lax"), 1);
    assert_eq!(store.capabilities().durability_max, Durability::Process);
    let put = Batch::new().put(DATA, "k", "v");
    assert!(matches!(store.commit(&put, Durability::Power), Err(CommitError::TooDurable { .. })));
    assert_eq!(store.commit(&put, Durability::Process).unwrap().durability, Durability::Process);
}

/// A certificate authority, and a certificate of it for a host.
fn certificates(dir: &Path, host: &str) -> std::path::PathBuf {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::<String>::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_certificate = ca.self_signed(&ca_key).unwrap();
    let issuer = Issuer::new(ca, ca_key);
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec![host.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    fs::write(dir.join("server.crt"), certificate.pem()).unwrap();
    fs::write(dir.join("server.key"), key.serialize_pem()).unwrap();
    fs::write(dir.join("ca.pem"), ca_certificate.pem()).unwrap();
    dir.join("ca.pem")
}

#[test]
fn tls_checks_the_certificate_and_the_host_and_a_password_is_never_shown() {
    let dir = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let ca = certificates(dir.path(), "localhost");
    let wrong_ca = certificates(other.path(), "localhost");
    fs::set_permissions(dir.path().join("server.key"), fs::Permissions::from_mode(0o600)).unwrap();
    let _as_root_only = chown(dir.path().join("server.key"), Some(65534), Some(65534));
    let _as_root_only = chown(dir.path(), Some(65534), Some(65534));
    let settings = format!(
        "ssl = on\nssl_cert_file = '{0}/server.crt'\nssl_key_file = '{0}/server.key'\n",
        dir.path().display()
    );
    let Some(cluster) = Cluster::start(&settings) else { return skip("no PostgreSQL server is installed") };
    let hba = cluster.data().join("pg_hba.conf");
    let rules = "hostssl all secret 127.0.0.1/32 scram-sha-256\nhost all owner 127.0.0.1/32 trust\n";
    fs::write(&hba, rules).unwrap();
    let mut owner =
        Client::connect(&format!("postgres://owner@127.0.0.1:{}/postgres", cluster.port), NoTls).unwrap();
    owner
        .batch_execute("CREATE ROLE secret LOGIN SUPERUSER PASSWORD 'hunter2'; SELECT pg_reload_conf()")
        .unwrap();
    let url = |host: &str, ca: &Path, password: &str| {
        format!(
            "postgres://secret:{password}@{host}:{}/postgres?sslrootcert={}&schema=tls",
            cluster.port,
            ca.display()
        )
    };
    let try_open = |url: &str| {
        let mut options = Options::from_url(url).unwrap();
        options.attempts_max = 2;
        PostgresStore::open(options, Uuid::from_u128(1))
    };
    let (store, _right) = try_open(&url("localhost", &ca, "hunter2")).unwrap();
    store.commit(&Batch::new().put(DATA, "k", "v"), Durability::Power).unwrap();
    let mut sessions = owner
        .query("SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'secret'", &[])
        .unwrap();
    assert!(sessions.pop().unwrap().get::<_, bool>(0), "the connection is encrypted");

    let refusals = [
        ("another authority", url("localhost", &wrong_ca, "hunter2")),
        ("another host", url("127.0.0.1", &ca, "hunter2")),
        ("a wrong password", url("localhost", &ca, "hunter3")),
        (
            "no TLS where it is demanded",
            format!("postgres://secret:hunter2@127.0.0.1:{}/postgres?sslmode=disable", cluster.port),
        ),
    ];
    for (what, url) in refusals {
        let error = try_open(&url).map(drop).unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(!said.contains("hunter"), "{what}: {said}");
        let denied = what == "a wrong password" || what.starts_with("no TLS");
        assert_eq!(matches!(error, OpenError::Denied { .. }), denied, "{what}: {said}");
        assert!(denied || matches!(error, OpenError::Unreachable { .. }), "{what}: {said}");
    }
    let missing = try_open(&url("localhost", Path::new("/nowhere/ca.pem"), "hunter2")).map(drop);
    assert!(matches!(missing, Err(OpenError::Tls(_))), "{missing:?}");
    // A server without TLS is not talked to in the clear.
    let Some(plain) = Cluster::start("") else { return };
    let url = format!("postgres://owner@localhost:{}/postgres?sslrootcert={}", plain.port, ca.display());
    assert!(matches!(Options::from_url(&url).unwrap().tls, Tls::Verified { .. }));
    assert!(matches!(try_open(&url), Err(OpenError::Unreachable { .. })));
    assert_ne!(free_port(), 0);
}
