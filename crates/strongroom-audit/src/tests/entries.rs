//! The bytes of entries: one value, one encoding.

use super::*;
use proptest::prelude::*;
use strongroom_types::{CaseId, HoldId, Kind, Purpose, RecordId, RuleId, Zone};
use uuid::Uuid;

const GOLDEN: &str = include_str!("../../vectors/golden.json");

fn golden() -> serde_json::Value {
    serde_json::from_str(GOLDEN).unwrap()
}

/// An event that has everything.
fn full() -> Event {
    Event::new(Action::Update, ACTOR)
        .on_behalf(ActorId::from_bytes([2; 16]))
        .zone(Zone::new("office-shanghai").unwrap())
        .record(Kind::new("contact").unwrap(), RecordId::from_bytes([3; 16]))
        .customer(customer(4))
        .purpose(Purpose::new("service").unwrap())
        .approval(strongroom_types::ApprovalId::from_bytes([5; 16]))
        .case(CaseId::from_bytes([6; 16]))
        .decision(Decision::Allow)
        .rules([RuleId::new("sales-own").unwrap(), RuleId::new("mfa").unwrap()])
        .sealed(sha256(b"sealed"))
        .version(7)
        .count(0)
        .fact(FactName::from_static("certificate"), sha256(b"certificate"))
        .fact(FactName::from_static("due"), at(60))
        .fact(FactName::from_static("hold"), HoldId::from_bytes([8; 16]))
        .fact(FactName::from_static("pages"), u64::MAX)
        .fact(FactName::from_static("role"), FactName::from_static("sales"))
        .detail(FactName::from_static("address"), "203.0.113.9")
}

fn golden_bench() -> Bench {
    let bench = Bench::new();
    let commit = one(full())
        .event(view())
        .fence(FenceChange::Open { customer: customer(4) })
        .fence(FenceChange::BumpHolds);
    bench.log.commit(at(0), commit).unwrap();
    bench
        .log
        .commit(
            at(-2),
            one(Event::new(Action::Export, ACTOR).decision(Decision::Deny).outcome(Outcome::Refused)),
        )
        .unwrap();
    bench
}

#[test]
fn entry_head_and_checkpoint_have_the_bytes_of_the_golden_file() {
    let bench = golden_bench();
    let golden = golden();
    for (index, leaf) in (0..3).zip(golden["entries"].as_array().unwrap()) {
        let bytes = bench.log.leaf_bytes(index).unwrap().unwrap();
        assert_eq!(std::str::from_utf8(&bytes).unwrap(), leaf.as_str().unwrap());
    }
    let head = bench.rig.rows().into_iter().find(|(space, ..)| *space == SPACES[2]).unwrap();
    assert_eq!(hex(&head.1), golden["head_key"].as_str().unwrap());
    assert_eq!(hex(&head.2), golden["head"].as_str().unwrap());
    let note = bench.log.checkpoint(at(1)).unwrap();
    assert_eq!(note.note(), golden["note"].as_str().unwrap());
}

#[test]
fn the_first_entry_of_a_commit_tells_its_fences() {
    let bench = golden_bench();
    let fences = |index| bench.log.entry(index).unwrap().unwrap().fences;
    assert_eq!(fences(0), [FenceChange::Open { customer: customer(4) }, FenceChange::BumpHolds]);
    assert_eq!(fences(1), []);
}

#[test]
fn another_spelling_of_an_entry_is_refused() {
    for leaf in golden()["entries"].as_array().unwrap() {
        let leaf = leaf.as_str().unwrap().as_bytes();
        assert_eq!(Entry::decode(leaf).unwrap().encode(), leaf);
        for cut in 0..leaf.len() {
            Entry::decode(&leaf[..cut]).unwrap_err();
        }
        for at in 0..leaf.len() {
            for flip in [0x01, 0x20, 0x80] {
                let mut other = leaf.to_vec();
                other[at] ^= flip;
                // Another value may be an entry too, but never in a spelling that is not its own.
                if let Ok(entry) = Entry::decode(&other) {
                    assert_eq!(entry.encode(), other);
                }
            }
            for extra in [b" ".as_slice(), b"\n", b"0"] {
                let longer = [&leaf[..at], extra, &leaf[at..]].concat();
                if let Ok(entry) = Entry::decode(&longer) {
                    assert_eq!(entry.encode(), longer);
                }
            }
        }
        assert!(Entry::decode(&[leaf, b"\n"].concat()).is_err());
    }
    let text = golden()["entries"][0].as_str().unwrap().to_owned();
    for (from, to) in [
        ("\"v\":0", "\"v\":1"),
        ("\"v\":0", "\"v\":00"),
        ("\"version\":7", "\"version\":07"),
        ("\"version\":7", "\"version\":7.0"),
        ("\"version\":7", "\"version\":\"7\""),
        ("T", "t"),
        (".000000Z", "Z"),
        (".000000Z", ".000000+00:00"),
        ("\"decision\":\"allow\"", "\"decision\":\"Allow\""),
        ("\"zone\":\"office-shanghai\"", "\"zone\":\"Office\""),
        ("\"zone\":", "\"Zone\":"),
        ("aaaaaaaa-", "AAAAAAAA-"),
        ("sha256:", "sha512:"),
        ("id:", "name:"),
        ("\"fences\":[", "\"fences\":[\"close:04040404-0404-0404-0404-040404040404\","),
        (",\"rules\":[\"sales-own\",\"mfa\"]", ",\"rules\":[]"),
        ("\"certificate\":", "\"zzz\":"),
    ] {
        assert!(text.contains(from), "{from}");
        let other = text.replacen(from, to, 1);
        assert!(Entry::decode(other.as_bytes()).is_err(), "{other}");
    }
    assert!(matches!(Entry::decode(&vec![b'x'; ENTRY_BYTES_MAX + 1]), Err(EntryError::TooLong { .. })));
}

#[test]
fn an_entry_reads_as_json_for_people() {
    let bench = golden_bench();
    let value = serde_json::to_value(bench.log.entry(0).unwrap().unwrap()).unwrap();
    assert_eq!(value["event"], "update");
    assert_eq!(value["facts"]["pages"], u64::MAX);
    assert!(value["detail"]["address"].is_string());
}

fn name() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9_.:-]{0,20}"
}

fn fact() -> impl Strategy<Value = FactValue> {
    prop_oneof![
        any::<[u8; 32]>().prop_map(|bytes| FactValue::Digest(Digest::from_bytes(bytes))),
        any::<u128>().prop_map(|id| FactValue::Id(Uuid::from_u128(id))),
        name().prop_map(|name| FactValue::Name(FactName::new(&name).unwrap())),
        any::<u64>().prop_map(FactValue::Number),
        any::<i64>().prop_map(|micros| FactValue::Time(Timestamp::from_unix_micros(micros))),
    ]
}

prop_compose! {
    fn event()(
        names in (name(), prop::option::of(name()), prop::option::of(name()), prop::option::of(name())),
        ids in prop::array::uniform8(any::<Option<[u8; 16]>>()),
        rules in prop::collection::vec(name(), 0..4),
        numbers in prop::array::uniform2(any::<Option<u64>>()),
        facts in prop::collection::btree_map(name(), fact(), 0..4),
        (decision, outcome, sealed) in (0_usize..3, 0_usize..4, any::<Option<[u8; 32]>>()),
    ) -> Event {
        let (event, zone, kind, purpose) = names;
        let mut event = Event::new(EventName::new(&event).unwrap(), ActorId::from_bytes(ids[0].unwrap_or_default()));
        event.on_behalf = ids[1].map(ActorId::from_bytes);
        event.zone = zone.map(|name| Zone::new(&name).unwrap());
        event.kind = kind.map(|name| Kind::new(&name).unwrap());
        event.purpose = purpose.map(|name| Purpose::new(&name).unwrap());
        event.record = ids[2].map(RecordId::from_bytes);
        event.customer = ids[3].map(CustomerId::from_bytes);
        event.approval = ids[4].map(strongroom_types::ApprovalId::from_bytes);
        event.case = ids[5].map(CaseId::from_bytes);
        event.rules = rules.iter().map(|name| RuleId::new(name).unwrap()).collect();
        event.sealed = sealed.map(Digest::from_bytes);
        [event.version, event.count] = numbers;
        event.decision = [None, Some(Decision::Allow), Some(Decision::Deny)][decision];
        event.outcome = [Outcome::Done, Outcome::Failed, Outcome::Intended, Outcome::Refused][outcome];
        event.facts = facts.into_iter().map(|(name, fact)| (FactName::new(&name).unwrap(), fact)).collect();
        event
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn an_entry_comes_back_from_its_bytes(event in event(), micros in any::<i64>(), behind in any::<bool>()) {
        let time = Timestamp::from_unix_micros(micros);
        let entry = Entry::new(
            Stream { tenant: TENANT, generation: 3 },
            EntryId::from_bytes([9; 16]),
            time,
            event,
            BTreeMap::new(),
            Vec::new(),
        );
        let leaf = entry.encode();
        prop_assert_eq!(&Entry::decode(&leaf).unwrap(), &entry);
        let clock = behind.then_some(at(0));
        let retimed = Entry { time: at(1), clock, ..entry };
        prop_assert_eq!(codec::retime(&leaf, at(1), clock).unwrap(), retimed.encode());
    }

    #[test]
    fn bytes_that_are_no_entry_are_refused_in_peace(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Entry::decode(&bytes).is_err());
    }
}
