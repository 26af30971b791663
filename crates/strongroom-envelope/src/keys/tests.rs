//! Goal: keys are made before data needs them, destroyed for good, and turned without loss, through any crash.
//! Method: each effect of each operation fails in turn, before and after it took place; then a new process goes on.

#![expect(clippy::clone_on_ref_ptr, reason = "what tests share, they share everywhere")]

use super::*;
use crate::{
    Epoch, OpenError, RecordAddress, SealError, Wrapped,
    testing::{
        CASE, Crash, CrashingProvider, CrashingStore, Fail, House, TENANT, address, cases, customer, field,
        later, now,
    },
};
use proptest::prelude::*;
use rows::{CUSTOMERS, customer_range};
use strongroom_store::{KeyRange, Read};
use strongroom_types::CaseId;

fn seal(keys: &Keys, number: u16, generation: Generation) -> Result<Vec<u8>, SealError> {
    let name = field("name");
    keys.seal_record(&address(number), generation, [(&name, &b"value"[..])])
        .map(crate::SealedRecord::into_bytes)
}

fn opens(keys: &Keys, number: u16, sealed: &[u8]) -> bool {
    keys.open_record(&address(number), sealed).is_ok()
}

fn rows_of(house: &House, number: u16) -> Vec<(Vec<u8>, Vec<u8>)> {
    let range = customer_range(TENANT, customer(number), None);
    house.store.scan(CUSTOMERS, &range, Direction::Forward, 100).unwrap()
}

#[test]
fn a_key_is_made_once_and_found_again() {
    let house = House::new();
    let keys = house.keys();
    assert!(matches!(seal(&keys, 1, Generation::FIRST), Err(SealError::NoKey)));
    assert_eq!(keys.state(customer(1)).unwrap(), CustomerKeys::Absent);
    assert_eq!(keys.create(customer(1), now()).unwrap(), Generation::FIRST);
    let rows = rows_of(&house, 1);
    assert_eq!(rows.len(), 2);
    let sealed = seal(&keys, 1, Generation::FIRST).unwrap();
    keys.create(customer(1), later()).unwrap();
    assert_eq!(rows_of(&house, 1), rows);
    let next_process = house.keys();
    assert!(opens(&next_process, 1, &sealed));
    assert_eq!(next_process.create(customer(1), later()).unwrap(), Generation::FIRST);
    let CustomerKeys::Living { keys: living, shredded } = keys.state(customer(1)).unwrap() else { panic!() };
    assert!(shredded.is_empty());
    assert_eq!(
        living.iter().map(|key| (key.role, key.created)).collect::<Vec<_>>(),
        [(KeyRole::Data, now()), (KeyRole::LogDetail, now())]
    );
}

#[test]
fn many_customers_get_keys_in_few_commits() {
    let house = House::new();
    let crash = Crash::at(i64::MAX, Fail::Before);
    let keys = house.keys_on(Arc::new(CrashingStore(house.store.clone(), crash.clone())), house.keyring());
    let before = crash.effects.lock().unwrap().len();
    let many: Vec<CustomerId> = (0..600).chain([5, 5, 599]).map(customer).collect();
    keys.create_many(&many, now()).unwrap();
    assert_eq!(crash.effects.lock().unwrap().len() - before, 3);
    keys.create_many(&many, now()).unwrap();
    assert_eq!(crash.effects.lock().unwrap().len() - before, 3);
    for number in [0, 255, 256, 599] {
        assert!(opens(&house.keys(), number, &seal(&keys, number, Generation::FIRST).unwrap()));
    }
}

#[test]
fn a_new_generation_seals_and_the_old_one_only_opens() {
    let house = House::new();
    let (keys, stale) = (house.keys(), house.keys());
    keys.create(customer(1), now()).unwrap();
    let old = seal(&keys, 1, Generation::FIRST).unwrap();
    assert_eq!(keys.next_generation(customer(1), now()).unwrap(), Generation(2));
    assert_eq!(keys.current_generation(customer(1)).unwrap(), Generation(2));
    assert!(matches!(seal(&keys, 1, Generation::FIRST), Err(SealError::DecryptOnly { .. })));
    let new = seal(&keys, 1, Generation(2)).unwrap();
    for keys in [&keys, &stale] {
        assert!(opens(keys, 1, &old) && opens(keys, 1, &new));
    }
    assert!(matches!(keys.next_generation(customer(2), now()), Err(KeysError::NoKey)));
    assert!(matches!(
        keys.shred_generation(customer(1), Generation(2), CASE, now()),
        Err(KeysError::Enabled { generation: Generation(2) })
    ));
    let receipt = keys.shred_generation(customer(1), Generation::FIRST, CASE, now()).unwrap();
    assert_eq!((receipt.generation, receipt.keys.len()), (Some(Generation::FIRST), 1));
    let gone = keys.open_record(&address(1), &old);
    assert!(matches!(gone, Err(OpenError::KeyGone { generation: Some(Generation::FIRST), .. })));
    assert!(opens(&keys, 1, &new));
    // An import that comes again finds the customer there, and makes no first generation anew.
    assert_eq!(house.keys().create(customer(1), now()).unwrap(), Generation(2));
}

#[test]
fn a_shredded_customer_stays_gone() {
    let house = House::new();
    let keys = house.keys();
    keys.create_many(&[customer(1), customer(2)], now()).unwrap();
    keys.next_generation(customer(1), now()).unwrap();
    let sealed = seal(&keys, 1, Generation(2)).unwrap();
    let neighbour = seal(&keys, 2, Generation::FIRST).unwrap();
    let detail = keys.seal_small(Some(customer(1)), KeyRole::LogDetail, "detail", b"7", b"who").unwrap();
    let receipt = keys.shred(customer(1), CASE, now()).unwrap();
    assert_eq!((receipt.keys.len(), receipt.at, receipt.case), (2, now(), CASE));
    assert!(receipt.verify());
    for keys in [&keys, &house.keys()] {
        assert_eq!(keys.shred(customer(1), CaseId::from_bytes([1; 16]), later()).unwrap(), receipt);
        assert!(
            matches!(keys.open_record(&address(1), &sealed), Err(OpenError::KeyGone { at, .. }) if at == now())
        );
        assert!(matches!(seal(keys, 1, Generation(2)), Err(SealError::KeyGone { .. })));
        assert!(matches!(keys.create(customer(1), later()), Err(KeysError::Gone { .. })));
        assert!(matches!(keys.next_generation(customer(1), later()), Err(KeysError::Gone { .. })));
        assert!(matches!(
            keys.shred_generation(customer(1), Generation(2), CASE, later()),
            Err(KeysError::Gone { .. })
        ));
        assert!(opens(keys, 2, &neighbour));
        // What the log says has a key and a time of its own.
        assert!(keys.open_small(Some(customer(1)), KeyRole::LogDetail, "detail", b"7", &detail).is_ok());
    }
    assert!(matches!(keys.shred(customer(3), CASE, now()), Err(KeysError::NoKey)));
    keys.shred_log_details(customer(1), CASE, later()).unwrap();
    let gone = keys.open_small(Some(customer(1)), KeyRole::LogDetail, "detail", b"7", &detail);
    assert!(matches!(gone, Err(OpenError::KeyGone { .. })));
    assert!(rows_of(&house, 1).is_empty());
    let state = keys.state(customer(1)).unwrap();
    assert!(
        matches!(state, CustomerKeys::Destroyed { epoch_turned: None, log_detail: None, .. }),
        "{state:?}"
    );
}

#[test]
fn a_key_brought_back_beside_its_tombstone_opens_nothing() {
    let house = House::new();
    let keys = house.keys();
    keys.create(customer(1), now()).unwrap();
    let sealed = seal(&keys, 1, Generation::FIRST).unwrap();
    let rows = rows_of(&house, 1);
    keys.shred(customer(1), CASE, now()).unwrap();
    let restore = rows.into_iter().fold(Batch::new(), |batch, (key, value)| batch.put(CUSTOMERS, key, value));
    house.store.commit(&restore, Durability::Process).unwrap();
    assert!(matches!(house.keys().open_record(&address(1), &sealed), Err(OpenError::KeyGone { .. })));
}

#[test]
fn a_forged_or_altered_tombstone_is_damage() {
    let house = House::new();
    let keys = house.keys();
    keys.create(customer(1), now()).unwrap();
    let receipt = keys.shred(customer(1), CASE, now()).unwrap();
    let mut altered = receipt.clone();
    altered.case = CaseId::from_bytes([2; 16]);
    assert!(receipt.verify() && !altered.verify());
    let mut fewer = receipt;
    fewer.keys.clear();
    assert!(!fewer.verify());
}

#[test]
fn after_shred_and_turn_stale_wraps_open_with_nothing_that_is_left() {
    let house = House::new();
    let keys = house.keys();
    keys.create_many(&[customer(1), customer(2)], now()).unwrap();
    let stale = rows_of(&house, 1);
    let neighbour = seal(&keys, 2, Generation::FIRST).unwrap();
    let receipt = keys.shred(customer(1), CASE, now()).unwrap();
    let context = |key: &[u8], id| Place::parse(CUSTOMERS, key).unwrap().context(TENANT, id);
    // Until the turn, whoever has an old copy of the key store can unwrap; this is why there are two facts.
    for (key, value) in &stale {
        let row = KeyRow::decode(value).unwrap();
        assert!(house.keyring().unwrap(TENANT, &context(key, row.id), &row.wrapped).is_ok());
    }
    assert_eq!(keys.epoch_turned(&receipt).unwrap(), None);
    let pending = keys.pending_turn().unwrap().unwrap();
    assert_eq!((pending.destroyed, pending.oldest, pending.begun), (1, now(), false));

    let mut steps = Vec::new();
    let turned = keys.turn_epoch(later(), &mut |step| steps.push(step)).unwrap();
    assert_eq!((turned.from, turned.to, turned.receipt.at), (Epoch(1), Epoch(2), later()));
    // Two of the tenant, two of the neighbour, and the log-detail key of the one who left.
    assert_eq!(turned.rewrapped, 5);
    assert!(steps.last().unwrap().finished);
    assert_eq!(keys.epoch_turned(&receipt).unwrap(), Some(turned.clone()));
    assert_eq!(keys.pending_turn().unwrap(), None);
    let CustomerKeys::Destroyed { epoch_turned, .. } = keys.state(customer(1)).unwrap() else { panic!() };
    assert_eq!(epoch_turned, Some(turned));

    let keyring = house.keyring();
    for (key, value) in &stale {
        let row = KeyRow::decode(value).unwrap();
        let gone = keyring.unwrap(TENANT, &context(key, row.id), &row.wrapped);
        assert!(matches!(gone, Err(ProviderError::EpochGone { epoch: Epoch(1) })));
        let renamed = Wrapped { epoch: Epoch(2), bytes: row.wrapped.bytes };
        assert!(matches!(
            keyring.unwrap(TENANT, &context(key, row.id), &renamed),
            Err(ProviderError::Refused)
        ));
    }
    for keys in [&keys, &house.keys()] {
        assert!(opens(keys, 2, &neighbour));
    }
}

// Every effect of a turn fails in turn; then a new process opens the same store and file and ends it.
#[test]
fn a_turn_that_crashes_anywhere_is_ended_by_the_next_process() {
    let mut crashes = 0;
    for fail in [Fail::Before, Fail::After] {
        for effect in 0.. {
            let house = House::new();
            let keys = house.keys();
            let many: Vec<CustomerId> = (0..300).map(customer).collect();
            keys.create_many(&many, now()).unwrap();
            keys.ensure_index_key(&field("phone"), 1, now()).unwrap();
            let token = keys.index_token(&field("phone"), 1, b"13800138000").unwrap();
            let receipt = keys.shred(customer(7), CASE, now()).unwrap();
            let sealed: Vec<Vec<u8>> =
                [0, 255, 299].into_iter().map(|n| seal(&keys, n, Generation::FIRST).unwrap()).collect();

            let crash = Crash::at(effect, fail);
            let store = Arc::new(CrashingStore(house.store.clone(), crash.clone()));
            let broken = house.keys_on(store, Arc::new(CrashingProvider(house.keyring(), crash.clone())));
            let first = broken.turn_epoch(later(), &mut |_| ());
            let stopped = crash.happened();
            assert_eq!(first.is_err(), stopped, "effect {effect}, {fail:?}");

            let keys = house.keys();
            // Keys that come while the turn stands still are as safe as those that were there.
            keys.create(customer(1000), later()).unwrap();
            let young = seal(&keys, 1000, Generation::FIRST).unwrap();
            let turned = match keys.pending_turn().unwrap() {
                Some(_) => keys.turn_epoch(later(), &mut |_| ()).unwrap(),
                None => keys.epoch_turned(&receipt).unwrap().unwrap(),
            };
            assert_eq!(keys.epoch_turned(&receipt).unwrap(), Some(turned.clone()));
            assert_eq!((turned.from, turned.to), (Epoch(1), Epoch(2)), "effect {effect}, {fail:?}");
            assert_eq!(keys.pending_turn().unwrap(), None);
            let keys = house.keys();
            for (number, sealed) in [0, 255, 299].into_iter().zip(&sealed) {
                assert!(opens(&keys, number, sealed), "effect {effect}, {fail:?}");
            }
            assert!(opens(&keys, 1000, &young));
            assert_eq!(keys.index_token(&field("phone"), 1, b"13800138000").unwrap(), token);
            assert_no_row_below(&house, Epoch(2));
            if !stopped {
                break;
            }
            crashes += 1;
        }
    }
    // A new epoch, the beginning, five steps, destroying, forgetting what waited, the end: before and after each.
    assert!(crashes >= 18, "{crashes}");
}

fn assert_no_row_below(house: &House, epoch: Epoch) {
    for space in rows::WRAPPED {
        for (_, value) in house.store.scan(space, &KeyRange::all(), Direction::Forward, usize::MAX).unwrap() {
            assert!(KeyRow::decode(&value).unwrap().wrapped.epoch >= epoch);
        }
    }
}

#[test]
fn a_shred_that_crashes_is_wholly_done_or_not_at_all() {
    for (fail, done) in [(Fail::Before, false), (Fail::After, true)] {
        let house = House::new();
        let keys = house.keys();
        keys.create(customer(1), now()).unwrap();
        let sealed = seal(&keys, 1, Generation::FIRST).unwrap();
        let crash = Crash::at(0, fail);
        let broken = house.keys_on(Arc::new(CrashingStore(house.store.clone(), crash)), house.keyring());
        assert!(broken.shred(customer(1), CASE, now()).is_err());
        let next = house.keys();
        assert_eq!(!opens(&next, 1, &sealed), done);
        assert_eq!(next.pending_turn().unwrap().is_some(), done);
        let receipt = next.shred(customer(1), CASE, later()).unwrap();
        assert_eq!(receipt.at, if done { now() } else { later() });
        assert!(!opens(&next, 1, &sealed));
    }
}

#[test]
fn a_creation_that_crashes_leaves_a_whole_key_or_none() {
    for fail in [Fail::Before, Fail::After] {
        let house = House::new();
        house.keys();
        let crash = Crash::at(0, fail);
        let broken = house.keys_on(Arc::new(CrashingStore(house.store.clone(), crash)), house.keyring());
        assert!(broken.create(customer(1), now()).is_err());
        let keys = house.keys();
        keys.create(customer(1), later()).unwrap();
        assert!(opens(&house.keys(), 1, &seal(&keys, 1, Generation::FIRST).unwrap()));
    }
}

#[test]
fn the_parts_of_a_turn_refuse_to_be_called_out_of_order() {
    let house = House::new();
    let keys = house.keys();
    keys.create(customer(1), now()).unwrap();
    assert!(matches!(keys.rewrap_step(), Err(KeysError::NoTurn)));
    assert!(matches!(keys.finish_turn(now()), Err(KeysError::NoTurn)));
    assert_eq!(keys.begin_turn(now()).unwrap(), Epoch(2));
    assert_eq!(keys.begin_turn(later()).unwrap(), Epoch(2));
    assert!(matches!(keys.finish_turn(now()), Err(KeysError::TurnUnfinished { keys: 4 })));
    assert!(keys.pending_turn().unwrap().unwrap().begun);
    while !keys.rewrap_step().unwrap().finished {}
    keys.finish_turn(now()).unwrap();
    // A turn may be made at any time, with nothing waiting for it.
    assert_eq!(keys.turn_epoch(later(), &mut |_| ()).unwrap().to, Epoch(3));
}

#[test]
fn a_key_that_does_not_unwrap_stops_the_turn_before_anything_is_destroyed() {
    let house = House::new();
    let keys = house.keys();
    keys.create(customer(1), now()).unwrap();
    let sealed = seal(&keys, 1, Generation::FIRST).unwrap();
    let (key, mut value) = rows_of(&house, 1).pop().unwrap();
    *value.last_mut().unwrap() ^= 1;
    house.store.commit(&Batch::new().put(CUSTOMERS, key, value), Durability::Process).unwrap();
    assert!(matches!(keys.turn_epoch(later(), &mut |_| ()), Err(KeysError::Unreadable { .. })));
    assert!(opens(&house.keys(), 1, &sealed));
}

#[test]
fn a_keyring_older_than_the_key_store_is_told_so() {
    let house = House::new();
    let old = std::fs::read(house.path()).unwrap();
    house.keys().turn_epoch(later(), &mut |_| ()).unwrap();
    std::fs::write(house.path(), old).unwrap();
    let (store, random) = (house.store.clone(), house.random.clone());
    let opened = Keys::open(store, house.keyring(), TENANT, random, house.options(), now());
    assert!(matches!(opened, Err(KeysError::ProviderBehind)));
}

#[test]
fn a_wrapped_key_opens_under_its_own_name_alone() {
    let house = House::new();
    let keys = house.keys();
    keys.create_many(&[customer(1), customer(2)], now()).unwrap();
    let (from, to) = (rows_of(&house, 1), rows_of(&house, 2));
    house
        .store
        .commit(&Batch::new().put(CUSTOMERS, to[0].0.clone(), from[0].1.clone()), Durability::Process)
        .unwrap();
    let moved = seal(&house.keys(), 2, Generation::FIRST);
    assert!(matches!(moved, Err(SealError::Key(KeysError::Unreadable { .. }))), "{moved:?}");
}

#[test]
fn small_things_open_with_the_same_words_alone() {
    let house = House::new();
    let keys = house.keys();
    keys.create_many(&[customer(1), customer(2)], now()).unwrap();
    for owner in [Some(customer(1)), None] {
        let sealed = keys.seal_small(owner, KeyRole::Data, "case", b"where", b"state").unwrap();
        let open = |owner, role, label: &str, aad: &[u8], sealed: &[u8]| {
            keys.open_small(owner, role, label, aad, sealed).map(|plain| plain.to_vec())
        };
        assert_eq!(open(owner, KeyRole::Data, "case", b"where", &sealed).unwrap(), b"state");
        for other in [Some(customer(1)), Some(customer(2)), Some(customer(3)), None] {
            assert_eq!(open(other, KeyRole::Data, "case", b"where", &sealed).is_ok(), other == owner);
        }
        assert!(open(owner, KeyRole::LogDetail, "case", b"where", &sealed).is_err());
        assert!(open(owner, KeyRole::Data, "cas", b"ewhere", &sealed).is_err());
        assert!(open(owner, KeyRole::Data, "case", b"wher", &sealed).is_err());
        for place in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[place] ^= 1;
            assert!(open(owner, KeyRole::Data, "case", b"where", &altered).is_err(), "byte {place}");
            assert!(open(owner, KeyRole::Data, "case", b"where", &sealed[..place]).is_err());
        }
        assert!(open(owner, KeyRole::Data, "case", b"where", &[&sealed[..], &[0]].concat()).is_err());
    }
    // No sealed thing passes for one of another shape.
    let record = seal(&keys, 1, Generation::FIRST).unwrap();
    assert!(keys.open_small(Some(customer(1)), KeyRole::Data, "case", b"", &record).is_err());
    let longest = "x".repeat(crate::LABEL_BYTES_MAX);
    let long = longest.clone() + "x";
    assert!(keys.seal_small(None, KeyRole::Data, &longest, b"", b"").is_ok());
    assert!(matches!(keys.seal_small(None, KeyRole::Data, &long, b"", b""), Err(SealError::TooLong { .. })));
}

#[test]
fn tokens_are_equal_for_equal_values_of_one_field_and_version() {
    let house = House::new();
    let keys = house.keys();
    let (phone, email) = (field("phone"), field("email"));
    assert!(matches!(keys.index_token(&phone, 1, b"1"), Err(KeysError::NoKey)));
    for (field, version) in [(&phone, 1), (&phone, 2), (&email, 1), (&phone, 1)] {
        keys.ensure_index_key(field, version, now()).unwrap();
    }
    let token = keys.index_token(&phone, 1, b"13800138000").unwrap();
    assert_eq!(house.keys().index_token(&phone, 1, b"13800138000").unwrap(), token);
    for other in [
        keys.index_token(&phone, 1, b"13800138001").unwrap(),
        keys.index_token(&phone, 2, b"13800138000").unwrap(),
        keys.index_token(&email, 1, b"13800138000").unwrap(),
    ] {
        assert_ne!(other, token);
    }
    assert_eq!(format!("{token:?}"), "IndexToken([redacted])");
    assert_eq!(IndexToken::from_bytes(*token.as_bytes()), token);
}

#[test]
fn the_cache_forgets_what_is_least_used_and_what_was_destroyed_meanwhile() {
    let house = House::new();
    let mut options = house.options();
    options.cached_keys_max = 2;
    let keys =
        Keys::open(house.store.clone(), house.keyring(), TENANT, house.random, options, now()).unwrap();
    let many: Vec<CustomerId> = (0..20).map(customer).collect();
    keys.create_many(&many, now()).unwrap();
    for number in 0..20 {
        let sealed = seal(&keys, number, Generation::FIRST).unwrap();
        assert!(opens(&keys, number, &sealed));
        assert!(keys.cache().len() <= 4);
    }
    // A key read before a shred and brought to the cache after it.
    let key = keys.generation(Some(customer(1)), KeyRole::Data, Generation::FIRST).unwrap();
    let stamp = keys.cache().stamp();
    keys.shred(customer(1), CASE, now()).unwrap();
    keys.cache().insert(Some(customer(1)), KeyRole::Data, &key, stamp);
    assert!(matches!(seal(&keys, 1, Generation::FIRST), Err(SealError::KeyGone { .. })));
}

#[test]
fn a_key_asks_for_the_next_one_at_its_limit() {
    let house = House::new();
    let keys = house.keys();
    keys.create(customer(1), now()).unwrap();
    let key = keys.generation(Some(customer(1)), KeyRole::Data, Generation::FIRST).unwrap();
    key.uses.store(SEALS_PER_KEY_MAX - 1, Ordering::Relaxed);
    let sealed = seal(&keys, 1, Generation::FIRST).unwrap();
    for _ in 0..3 {
        assert!(matches!(seal(&keys, 1, Generation::FIRST), Err(SealError::UsageLimit)));
    }
    assert!(opens(&keys, 1, &sealed));
}

#[test]
fn threads_that_create_shred_and_turn_at_once_lose_nothing() {
    let house = House::new();
    let keys = house.keys();
    let sealed: Vec<(u16, Vec<u8>)> = std::thread::scope(|scope| {
        let makers: Vec<_> = (0..4_u16)
            .map(|maker| {
                let keys = &keys;
                scope.spawn(move || {
                    let mut made = Vec::new();
                    for number in (maker * 100)..(maker * 100 + 40) {
                        let generation = keys.create(customer(number), now()).unwrap();
                        made.push((number, seal(keys, number, generation).unwrap()));
                        if number % 4 == 0 {
                            keys.shred(customer(number), CASE, now()).unwrap();
                        }
                    }
                    made
                })
            })
            .collect();
        for _ in 0..5 {
            keys.turn_epoch(later(), &mut |_| ()).unwrap();
        }
        makers.into_iter().flat_map(|maker| maker.join().unwrap()).collect()
    });
    let last = keys.turn_epoch(later(), &mut |_| ()).unwrap();
    assert_no_row_below(&house, last.to);
    for keys in [&keys, &house.keys()] {
        for (number, sealed) in &sealed {
            assert_eq!(opens(keys, *number, sealed), number % 4 != 0);
        }
    }
}

#[test]
fn nothing_secret_is_printed() {
    let house = House::new();
    let keys = house.keys();
    let printed = format!("{keys:?} {:?}", house.options());
    assert!(printed.contains(&TENANT.to_string()) && printed.contains("Signer([redacted])"), "{printed}");
    assert!(!printed.contains("deriver") && printed.len() < 400, "{printed}");
}

// A model of what must open: which generations each customer's records were sealed under, and what was destroyed.
#[derive(Debug, Clone)]
enum Step {
    Create(u16),
    Next(u16),
    Seal(u16),
    Shred(u16),
    ShredOld(u16),
    Turn,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let one = 0_u16..4;
    prop_oneof![
        one.clone().prop_map(Step::Create),
        one.clone().prop_map(Step::Next),
        one.clone().prop_map(Step::Seal),
        one.clone().prop_map(Step::Shred),
        one.prop_map(Step::ShredOld),
        Just(Step::Turn),
        Just(Step::Restart),
    ]
}

#[derive(Default)]
struct Model {
    current: std::collections::BTreeMap<u16, u32>,
    gone: std::collections::BTreeSet<(u16, u32)>,
    sealed: Vec<(u16, u32, Vec<u8>)>,
}

impl Model {
    fn apply(&mut self, keys: &Keys, step: &Step) {
        match *step {
            Step::Create(n) => match self.current.get(&n) {
                Some(0) => assert!(matches!(keys.create(customer(n), now()), Err(KeysError::Gone { .. }))),
                known => {
                    let expected = known.copied().unwrap_or(1);
                    assert_eq!(keys.create(customer(n), now()).unwrap(), Generation(expected));
                    self.current.insert(n, expected);
                }
            },
            Step::Next(n) => match self.current.get_mut(&n) {
                Some(current @ 1..) => {
                    *current = current.saturating_add(1);
                    assert_eq!(keys.next_generation(customer(n), now()).unwrap(), Generation(*current));
                }
                _ => assert!(keys.next_generation(customer(n), now()).is_err()),
            },
            Step::Seal(n) => match self.current.get(&n) {
                Some(current @ 1..) => {
                    self.sealed.push((n, *current, seal(keys, n, Generation(*current)).unwrap()));
                }
                _ => assert!(keys.current_generation(customer(n)).is_err()),
            },
            Step::Shred(n) => match self.current.get_mut(&n) {
                Some(current) => {
                    keys.shred(customer(n), CASE, now()).unwrap();
                    self.gone.extend((1..=*current).map(|generation| (n, generation)));
                    *current = 0;
                }
                None => assert!(keys.shred(customer(n), CASE, now()).is_err()),
            },
            Step::ShredOld(n) => {
                let old = self
                    .current
                    .get(&n)
                    .copied()
                    .filter(|current| *current > 1)
                    .map(|current| current.saturating_sub(1));
                if let Some(old) = old {
                    keys.shred_generation(customer(n), Generation(old), CASE, now()).unwrap();
                    self.gone.insert((n, old));
                }
            }
            Step::Turn => drop(keys.turn_epoch(later(), &mut |_| ()).unwrap()),
            Step::Restart => {}
        }
    }
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn keys_behave_as_their_model(steps in prop::collection::vec(step(), 1..40)) {
        let house = House::new();
        let mut keys = house.keys();
        let mut model = Model::default();
        for step in &steps {
            if matches!(step, Step::Restart) {
                keys = house.keys();
            }
            model.apply(&keys, step);
        }
        for keys in [&keys, &house.keys()] {
            for (number, generation, sealed) in &model.sealed {
                let here: RecordAddress = address(*number);
                match keys.open_record(&here, sealed) {
                    Ok(_) => prop_assert!(!model.gone.contains(&(*number, *generation))),
                    Err(OpenError::KeyGone { .. }) => prop_assert!(model.gone.contains(&(*number, *generation))),
                    Err(other) => prop_assert!(false, "{other:?}"),
                }
            }
        }
    }
}
