//! The vault on PostgreSQL: two processes on one log, a life story, and moves from and to embedded stores.
//! Private servers on loopback; where none is installed, each test says that it is skipped.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

#[path = "../../crates/strongroom-store-postgres/tests/common/mod.rs"]
mod common;

use common::fresh_url;
use std::{
    env,
    path::Path,
    process::{Command, Stdio},
};
use strongroom::{Error, Fields, Folder, Home, NewRecord, Whose};
use strongroom_audit::{LogError, Verdict};
use strongroom_cases::{ExitReason, ExitTrigger};
use strongroom_store::Read as _;
use strongroom_tests::{House, Person, effort, field, kind, vault_folder};
use strongroom_types::{CustomerId, RecordId};

const NOW: &str = "2026-11-22T02:00:00Z";
const FOLDER: &str = "STRONGROOM_TEST_FOLDER";
const NAME: &str = "STRONGROOM_TEST_NAME";

fn home() -> Option<Home> {
    fresh_url().map(|url| url.parse().unwrap())
}

fn create(house: &House, vault: &strongroom::Vault, number: &str) -> (CustomerId, RecordId) {
    let fields = Fields::new()
        .with(field("customer_no"), number)
        .with(field("name"), "王小明")
        .with(field("phone"), "13800138000");
    loop {
        let record = NewRecord::new(kind("customer"), Whose::New, fields.clone());
        match Person::MANAGER.at(vault, house).create(record) {
            Ok(created) => return (created.customer, created.record),
            // Others were faster, again and again.
            Err(Error::Conflict | Error::Log(LogError::Retryable(_))) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

fn customers() -> u32 {
    effort().saturating_mul(20)
}

/// The other process, when this binary was started as one; otherwise the proof that it does nothing unasked.
#[test]
fn other_process() {
    let (Some(folder), Ok(name)) = (env::var_os(FOLDER), env::var(NAME)) else { return };
    let house = House::at(Path::new(&folder), NOW);
    let vault = house.open();
    for n in 0..customers() {
        let (_, record) = create(&house, &vault, &format!("C-{name}-{n}"));
        Person::MANAGER.at(&vault, &house).view(record).unwrap();
    }
}

#[test]
fn two_processes_append_to_one_log_without_a_gap_or_a_duplicate() {
    let Some(home) = home() else { return };
    let root = vault_folder().unwrap();
    let house = House::init_in(&root.path().join("vault"), NOW, home);
    drop(house.open());
    let children: Vec<_> = ["one", "two"]
        .into_iter()
        .map(|name| {
            Command::new(env::current_exe().unwrap())
                .args(["other_process", "--exact", "--test-threads=1"])
                .env(FOLDER, house.path())
                .env(NAME, name)
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success(), "a process that appends ends well");
    }
    let vault = house.open();
    let found = vault.verify(Vec::new(), &mut |_| ()).unwrap();
    assert!(found.is_sound(), "{found:?}");
    assert_eq!(found.log.verdict(), Verdict::Intact);
    assert_eq!(found.records, u64::from(customers()) * 2, "every acknowledged customer is there, once");
    // A create and a look each, and nothing else but what a vault says by itself.
    assert!(found.log.size >= u64::from(customers()) * 4, "{} entries", found.log.size);
}

/// A customer comes, is seen, has a document, leaves, and is gone; another stays.
fn live(house: &House) -> (CustomerId, RecordId) {
    let vault = house.open();
    let (leaver, gone) = create(house, &vault, "C-leaver");
    let stayer = create(house, &vault, "C-stayer");
    let manager = Person::MANAGER.at(&vault, house);
    let content = vec![7_u8; 300_000];
    manager.attach(stayer.0, "a.bin", "application/octet-stream", &mut content.as_slice()).unwrap();
    let dpo = Person::DPO.at(&vault, house);
    let second = Person::SECOND_DPO.at(&vault, house);
    let case = dpo.open_exit(leaver, ExitTrigger::Manual, ExitReason::Price, Some("moved")).unwrap();
    if dpo.plan_exit(case).unwrap().review_needed {
        second.review_exit(case).unwrap();
    }
    second.approve_exit(case).unwrap();
    dpo.run_exit(case).unwrap();
    Person::ADMIN.at(&vault, house).turn_epoch(&mut |_| ()).unwrap();
    let certificate = dpo.certificate(case).unwrap();
    strongroom::verify_certificate(&certificate, &vault.certificate_key().unwrap(), vault.log_key()).unwrap();
    assert!(manager.view(gone).is_err());
    let found = vault.verify(Vec::new(), &mut |_| ()).unwrap();
    assert!(found.is_sound(), "{found:?}");
    stayer
}

fn is_there(house: &House, record: RecordId) {
    let vault = house.open();
    let manager = Person::MANAGER.at(&vault, house);
    assert_eq!(manager.view(record).unwrap().field("phone").unwrap().text(), Some("13800138000"));
    let found = vault.verify(Vec::new(), &mut |_| ()).unwrap();
    assert!(found.is_sound(), "{found:?}");
}

#[test]
fn a_vault_lives_in_postgres_and_moves_in_and_out() {
    let (Some(first), Some(second)) = (home(), home()) else { return };
    let root = vault_folder().unwrap();
    let mut house = House::init_in(&root.path().join("vault"), NOW, first);
    let (_, record) = live(&house);
    let moved = house.move_to(&"redb:".parse().unwrap());
    assert!(moved.pairs > 50, "{moved:?}");
    is_there(&house, record);
    house.move_to(&second);
    is_there(&house, record);
    assert!(
        Folder::home_of(house.path(), &strongroom::FolderOptions::default())
            .unwrap()
            .to_string()
            .contains("postgres://")
    );
    house.move_to(&"sled:".parse().unwrap());
    is_there(&house, record);
}

#[test]
fn the_key_store_lies_apart_from_the_data() {
    let Some(home) = home() else { return };
    let root = vault_folder().unwrap();
    let house = House::init_in(&root.path().join("vault"), NOW, home.clone());
    live(&house);
    let stores = home.open(house.path(), &strongroom_envelope::OsRandom).unwrap();
    let keys = strongroom_envelope::SPACES.first().copied().unwrap();
    let all = strongroom_store::KeyRange::all();
    let forward = strongroom_store::Direction::Forward;
    assert!(!stores.keys.scan(keys, &all, forward, 10).unwrap().is_empty());
    let log = strongroom_audit::SPACES.first().copied().unwrap();
    assert!(!stores.data.scan(log, &all, forward, 10).unwrap().is_empty());
    assert!(stores.keys.scan(log, &all, forward, 10).unwrap().is_empty(), "no entries beside the keys");
}
