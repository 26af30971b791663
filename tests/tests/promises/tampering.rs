//! Whoever writes to the store past the vault is named by the verification, and gets nothing opened.

use crate::{NOW, customer};
use std::sync::Arc;
use strongroom::{Changes, Error, Fields, FolderError, Vault};
use strongroom_audit::{LogError, Verdict};
use strongroom_store::{
    Batch, Direction, Durability, Fault, Faulty, KeyRange, MemoryStore, PruneRight, Read as _, Space, Store,
};
use strongroom_store_sled::SledStore;
use strongroom_tests::{House, Person, RECORD, field, kind, vault_folder};
use strongroom_types::{RecordId, Timestamp};
use uuid::Uuid;

/// A vault with one record of two versions; then `change` at the store, with the row of the first version at hand; then
/// what verification says of which record, and whether the record can be viewed.
fn tampered(
    change: impl Fn(&House, &SledStore, RecordId, Vec<u8>) -> RecordId,
) -> (Option<Verdict>, Result<(), Error>) {
    let root = vault_folder().unwrap();
    let house = House::init(&root.path().join("vault"), NOW);
    let record = {
        let vault = house.open();
        customer(&Person::MANAGER.at(&vault, &house), "C-1").record
    };
    let first = house.row(&house.stores().data, record).unwrap();
    {
        let vault = house.open();
        let set = Fields::new().with(field("phone"), "13900139000");
        Person::MANAGER.at(&vault, &house).update(record, &Changes { set, ..Changes::default() }).unwrap();
        assert!(vault.verify(Vec::new(), &mut |_| ()).unwrap().is_sound(), "before");
    }
    let named = change(&house, &house.stores().data, record, first);
    let vault = house.open();
    let found = vault.verify(Vec::new(), &mut |_| ()).unwrap();
    assert!(found.data.iter().all(|finding| finding.record == named), "nobody else is accused: {found:?}");
    assert_eq!(found.is_sound(), found.data.is_empty(), "{found:?}");
    let verdict = found.data.first().map(|finding| finding.verdict);
    (verdict, Person::MANAGER.at(&vault, &house).view(record).map(drop))
}

fn put(house: &House, store: &SledStore, record: RecordId, row: Vec<u8>) {
    store.commit(&Batch::new().put(RECORD, house.row_key(record), row), Durability::Power).unwrap();
}

#[test]
fn nothing_changed_is_nothing_found() {
    let (verdict, view) = tampered(|_, _, record, _| record);
    assert_eq!(verdict, None);
    view.unwrap();
}

#[test]
fn a_record_put_back_to_an_older_version_is_named() {
    let (verdict, _) = tampered(|house, store, record, first| {
        put(house, store, record, first);
        record
    });
    assert_eq!(verdict, Some(Verdict::Altered));
}

#[test]
fn a_record_that_was_removed_is_named() {
    let (verdict, view) = tampered(|house, store, record, _| {
        store.commit(&Batch::new().delete(RECORD, house.row_key(record)), Durability::Power).unwrap();
        record
    });
    assert_eq!(verdict, Some(Verdict::Missing));
    assert!(matches!(view, Err(Error::NotFound { .. })), "{view:?}");
}

#[test]
fn a_record_that_was_added_is_named() {
    let (verdict, view) = tampered(|house, store, _, first| {
        let other = RecordId::fresh(Timestamp::from_unix_micros(0), &strongroom_envelope::OsRandom).unwrap();
        put(house, store, other, first);
        other
    });
    assert_eq!(verdict, Some(Verdict::Altered));
    view.unwrap();
}

#[test]
fn a_record_given_to_another_owner_opens_for_nobody() {
    let (verdict, view) = tampered(|house, store, record, _| {
        let mut row = house.row(store, record).unwrap();
        let (owner, thief) = (Person::MANAGER.id(), Person::SALES.id());
        let at = row.windows(16).position(|window| window == owner.as_bytes()).unwrap();
        row[at..at + 16].copy_from_slice(thief.as_bytes());
        put(house, store, record, row);
        record
    });
    assert_eq!(verdict, Some(Verdict::Altered));
    assert!(matches!(view, Err(Error::Tampered { .. })), "{view:?}");
}

#[test]
fn a_rewritten_end_of_the_log_is_refused_by_name_and_can_still_be_looked_at() {
    let root = vault_folder().unwrap();
    let house = House::init(&root.path().join("vault"), NOW);
    let record = {
        let vault = house.open();
        customer(&Person::MANAGER.at(&vault, &house), "C-1").record
    };
    {
        let store = house.stores().data;
        let entries = strongroom_audit::SPACES.iter().find(|space| space.name() == "audit-entries").unwrap();
        let rows = store.scan(*entries, &KeyRange::all(), Direction::Backward, 1).unwrap();
        let (key, mut row) = rows.into_iter().next().unwrap();
        *row.last_mut().unwrap() ^= 1;
        // The same space under another flag: what somebody with the disk in hand could do.
        let around = Space::mutable(entries.id(), entries.name());
        store.commit(&Batch::new().put(around, key, row), Durability::Power).unwrap();
    }
    let refused = house.try_open().unwrap_err();
    assert!(matches!(refused, FolderError::Damaged { .. }), "{refused:?}");
    let said = refused.to_string();
    assert!(said.contains("vault/data") && said.contains("near the end is not the one"), "{said}");
    let vault = house.inspect();
    let found = vault.verify(Vec::new(), &mut |_| ()).unwrap();
    assert_eq!(found.log.verdict(), Verdict::Altered, "{found:?}");
    let manager = Person::MANAGER.at(&vault, &house);
    let seen = manager.view(record);
    assert!(matches!(seen, Err(Error::Log(LogError::ReadOnly))), "no look without an entry: {seen:?}");
    // Nor are keys touched.
    let turned = Person::ADMIN.at(&vault, &house).turn_epoch(&mut |_| ());
    assert!(matches!(turned, Err(Error::Log(LogError::ReadOnly))), "{turned:?}");
    let recovered = vault.recover(Person::DPO.id());
    assert!(matches!(recovered, Err(Error::Log(LogError::ReadOnly))), "{recovered:?}");
}

#[test]
fn no_single_byte_of_a_record_can_be_another() {
    let root = vault_folder().unwrap();
    let house = House::init(&root.path().join("vault"), NOW);
    let stores = (MemoryStore::open(DATA).0, MemoryStore::open(KEYS).0);
    let (data, keys) = (Arc::new(stores.0), Arc::new(stores.1));
    let vault = house.on(Arc::<MemoryStore>::clone(&data), PruneRight::for_store(DATA), keys);
    let record = customer(&Person::MANAGER.at(&vault, &house), "C-1").record;
    let key = house.row_key(record);
    let row = strongroom_store::Read::get(data.as_ref(), RECORD, &key).unwrap().unwrap();
    for at in 0..row.len() {
        let mut changed = row.clone();
        changed[at] ^= 1 << (at % 8);
        data.commit(&Batch::new().put(RECORD, key.clone(), changed), Durability::Process).unwrap();
        let view = Person::MANAGER.at(&vault, &house).view(record);
        assert!(view.is_err(), "byte {at} of {} was changed and the record opens", row.len());
        // Each look is an entry, so each verification takes longer than the one before.
        if at % 16 == 0 {
            let found = vault.verify(Vec::new(), &mut |_| ()).unwrap();
            assert_eq!(found.data.len(), 1, "byte {at}");
        }
    }
    data.commit(&Batch::new().put(RECORD, key, row), Durability::Process).unwrap();
    Person::MANAGER.at(&vault, &house).view(record).unwrap();
}

const DATA: Uuid = Uuid::from_u128(1);
const KEYS: Uuid = Uuid::from_u128(2);

/// What a faulty store is asked to do.
const ACTIONS: [&str; 6] = ["create", "update", "view", "list", "attach", "hold"];

fn act(vault: &Vault, house: &House, action: &str, record: RecordId) -> Result<(), Error> {
    let manager = Person::MANAGER.at(vault, house);
    match action {
        "create" => {
            let fields = Fields::new().with(field("customer_no"), "C-2").with(field("name"), "李四");
            manager
                .create(strongroom::NewRecord::new(kind("customer"), strongroom::Whose::New, fields))
                .map(drop)
        }
        "update" => {
            let set = Fields::new().with(field("phone"), "13900139000");
            manager.update(record, &Changes { set, ..Changes::default() }).map(drop)
        }
        "view" => manager.view(record).map(drop),
        "list" => manager.list(&kind("customer"), None, 10).map(drop),
        "attach" => {
            let customer = manager.view(record)?.customer;
            manager.attach(customer, "a.txt", "text/plain", &mut b"content".as_slice()).map(drop)
        }
        _ => {
            let reason = strongroom_retention::ReasonCode::new("litigation").unwrap();
            Person::DPO
                .at(vault, house)
                .place_hold(strongroom_retention::Scope::Record(record), reason)
                .map(drop)
        }
    }
}

/// What can be seen of a vault: versions, documents, holds.
fn seen(vault: &Vault, house: &House) -> (Vec<(RecordId, u64)>, usize) {
    let manager = Person::MANAGER.at(vault, house);
    let mut records = Vec::new();
    for of in ["customer", "document"] {
        let page = manager.list(&kind(of), None, 10).unwrap();
        records.extend(page.views.iter().map(|view| (view.record, view.version)));
    }
    (records, Person::DPO.at(vault, house).holds().unwrap().len())
}

#[test]
fn where_the_log_fails_the_action_fails() {
    for action in ACTIONS {
        let mut met = 0;
        for fault in [Fault::Fatal, Fault::Retryable, Fault::UnknownUndone, Fault::UnknownDone] {
            for on_keys in [false, true] {
                for skip in 0..3 {
                    met += usize::from(check_fault(action, fault, on_keys, skip));
                }
            }
        }
        assert!(met >= 4, "{action}: every fault met its first commit");
    }
}

fn check_fault(action: &str, fault: Fault, on_keys: bool, skip: usize) -> bool {
    let what = format!("{action}, {fault:?} of commit {skip}, keys: {on_keys}");
    let root = vault_folder().unwrap();
    let house = House::init(&root.path().join("vault"), NOW);
    let data = Arc::new(Faulty::new(MemoryStore::open(DATA).0));
    let keys = Arc::new(Faulty::new(MemoryStore::open(KEYS).0));
    let open = || {
        let store = |of: &Arc<Faulty<MemoryStore>>| Arc::<Faulty<MemoryStore>>::clone(of);
        house.on(store(&data), PruneRight::for_store(DATA), store(&keys))
    };
    let (record, before) = {
        let vault = open();
        let record = customer(&Person::MANAGER.at(&vault, &house), "C-1").record;
        (record, seen(&vault, &house))
    };
    let (done, met) = {
        let vault = open();
        let store = if on_keys { &keys } else { &data };
        let commits = store.commits();
        store.fail_commit(skip, fault);
        let done = act(&vault, &house, action, record);
        (done, store.commits() > commits + skip)
    };
    if !met {
        // The action has fewer commits on this store.
        assert!(done.is_ok(), "{what}: {done:?}");
        return false;
    }
    if fault == Fault::Fatal {
        // That handle is dead for good; nothing may have been answered.
        assert!(done.is_err(), "{what}: {done:?}");
        return true;
    }
    let vault = open();
    let after = seen(&vault, &house);
    let found = vault.verify(Vec::new(), &mut |_| ()).unwrap();
    assert!(found.is_sound(), "{what}: {found:?}");
    let reads = matches!(action, "view" | "list");
    match done {
        Ok(()) => assert_eq!(after != before, !reads, "{what}: answered and not done"),
        Err(error) => {
            let unknown = fault == Fault::UnknownDone;
            assert!(unknown || after == before, "{what}: refused and done: {error}");
        }
    }
    // The vault goes on.
    act(&vault, &house, "view", record).unwrap();
    true
}
