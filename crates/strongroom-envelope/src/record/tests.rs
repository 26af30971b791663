//! Goal: a sealed record opens where it belongs and as it was, and in no other place and no other form.
//! Method: properties for the way there and back, tables of everything that can be altered.

#![expect(clippy::clone_on_ref_ptr, reason = "what tests share, they share everywhere")]

use super::*;
use crate::testing::{House, address, cases, customer, field, now};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn sample() -> Vec<(FieldName, Vec<u8>)> {
    vec![
        (field("email"), b"zhang.san@example.com".to_vec()),
        (field("name"), "张三".as_bytes().to_vec()),
        (field("note"), Vec::new()),
    ]
}

fn seal(
    keys: &Keys,
    address: &RecordAddress,
    fields: &[(FieldName, Vec<u8>)],
) -> Result<SealedRecord, SealError> {
    keys.seal_record(address, Generation::FIRST, fields.iter().map(|(name, value)| (name, value.as_slice())))
}

fn keys_of(customers: &[u16]) -> Keys {
    let keys = House::new().keys();
    for number in customers {
        keys.create(customer(*number), now()).unwrap();
    }
    keys
}

fn refused(result: Result<OpenedRecord, OpenError>) -> bool {
    match result {
        Err(
            OpenError::DecryptionFailed
            | OpenError::NoKey
            | OpenError::NewerVersion { .. }
            | OpenError::UnsupportedSuite { .. },
        ) => true,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_sealed_opens_field_by_field() {
    let keys = keys_of(&[1]);
    let sealed = seal(&keys, &address(1), &sample()).unwrap();
    assert_eq!(sealed.digest(), sha256(sealed.bytes()));
    let mut opened = keys.open_record(&address(1), sealed.bytes()).unwrap();
    for (name, value) in &sample() {
        assert_eq!(opened.get(name), Some(value.as_slice()));
    }
    assert_eq!(opened.take(&field("email")).unwrap().as_slice(), b"zhang.san@example.com");
    assert_eq!((opened.len(), opened.get(&field("email"))), (2, None));
    let some = keys.open_fields(&address(1), sealed.bytes(), &[field("name"), field("absent")]).unwrap();
    assert_eq!(some.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["name"]);
    let header = record_header(sealed.bytes()).unwrap();
    assert_eq!((header.generation, header.fields.len()), (Generation::FIRST, 3));
}

#[test]
fn no_plaintext_and_nothing_equal_twice_is_in_a_sealed_record() {
    let keys = keys_of(&[1]);
    let (a, b) = (seal(&keys, &address(1), &sample()).unwrap(), seal(&keys, &address(1), &sample()).unwrap());
    assert!(!a.bytes().windows(9).any(|window| window == b"zhang.san"));
    let head = 4 + 1 + 1 + 16 + 4;
    assert_eq!(a.bytes()[..head], b.bytes()[..head]);
    assert_ne!(a.bytes()[head..], b.bytes()[head..]);
    let printed = format!("{:?}", keys.open_record(&address(1), a.bytes()).unwrap());
    assert!(printed.contains("redacted") && !printed.contains("zhang"), "{printed}");
}

#[test]
fn every_altered_byte_is_refused() {
    let keys = keys_of(&[1]);
    for suite_and_record in [sample(), Vec::new()] {
        let sealed = seal(&keys, &address(1), &suite_and_record).unwrap().into_bytes();
        for place in 0..sealed.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut altered = sealed.clone();
                altered[place] ^= flip;
                assert!(
                    refused(keys.open_record(&address(1), &altered)),
                    "byte {place} flipped by {flip:#x}"
                );
            }
        }
    }
}

#[test]
fn every_length_but_the_right_one_is_refused() {
    let keys = keys_of(&[1]);
    let sealed = seal(&keys, &address(1), &sample()).unwrap().into_bytes();
    for cut in 0..sealed.len() {
        assert!(refused(keys.open_record(&address(1), &sealed[..cut])), "cut at {cut}");
    }
    for more in [&[0][..], &[0; 16], &sealed] {
        assert!(refused(keys.open_record(&address(1), &[&sealed[..], more].concat())));
    }
}

#[test]
fn no_part_of_the_address_may_differ() {
    let keys = keys_of(&[1, 2]);
    for fields in [sample(), Vec::new()] {
        let sealed = seal(&keys, &address(1), &fields).unwrap().into_bytes();
        assert!(keys.open_record(&address(1), &sealed).is_ok());
        let here = address(1);
        for elsewhere in [
            RecordAddress { customer: customer(2), ..here.clone() },
            RecordAddress { customer: customer(3), ..here.clone() },
            RecordAddress { kind: Kind::new("contract").unwrap(), ..here.clone() },
            RecordAddress { record: RecordId::from_bytes([9; 16]), ..here.clone() },
            RecordAddress { version: 4, ..here.clone() },
            RecordAddress { schema_version: 2, ..here.clone() },
        ] {
            assert!(refused(keys.open_record(&elsewhere, &sealed)), "{elsewhere:?}");
        }
        let foreign = RecordAddress { tenant: TenantId::from_bytes([0x12; 16]), ..here };
        assert!(matches!(keys.open_record(&foreign, &sealed), Err(OpenError::ForeignTenant)));
        assert!(matches!(seal(&keys, &foreign, &fields), Err(SealError::ForeignTenant)));
    }
}

#[test]
fn fields_cannot_change_places_or_records() {
    let keys = keys_of(&[1]);
    let fields = vec![(field("a"), b"one".to_vec()), (field("b"), b"two".to_vec())];
    let sealed = seal(&keys, &address(1), &fields).unwrap().into_bytes();
    let one = sealed.len() - 2 * 19;
    let swapped = [&sealed[..one], &sealed[one + 19..], &sealed[one..one + 19]].concat();
    assert!(refused(keys.open_record(&address(1), &swapped)));
    let renamed: Vec<u8> = sealed.iter().map(|byte| if *byte == b'b' { b'c' } else { *byte }).collect();
    assert!(renamed == sealed || refused(keys.open_record(&address(1), &renamed)));
    let other = seal(&keys, &address(1), &fields).unwrap().into_bytes();
    let mixed = [&sealed[..one + 19], &other[one + 19..]].concat();
    assert!(refused(keys.open_record(&address(1), &mixed)));
    // The last field dropped, count and directory put right.
    let head = HEAD_BYTES;
    let dropped = [&sealed[..head], &[1, 0], &sealed[head + 2..head + 8], &sealed[one..one + 19]].concat();
    assert!(record_header(&dropped).is_ok());
    assert!(refused(keys.open_record(&address(1), &dropped)));
}

#[test]
fn other_encodings_of_the_same_record_are_refused_before_any_key_is_used() {
    let keys = keys_of(&[1]);
    let fields = vec![(field("a"), b"one".to_vec()), (field("b"), b"two".to_vec())];
    let sealed = seal(&keys, &address(1), &fields).unwrap().into_bytes();
    let directory = HEAD_BYTES + 2;
    let entry = |from: usize| sealed[directory + from..directory + from + 6].to_vec();
    let rest = &sealed[directory + 12..];
    for entries in [[entry(6), entry(0)].concat(), [entry(0), entry(0)].concat()] {
        let altered = [&sealed[..directory], &entries, rest].concat();
        assert!(matches!(record_header(&altered), Err(OpenError::DecryptionFailed)));
    }
    for name in [&b""[..], b"A", b"a\0", &[0xff]] {
        let entry = [&[u8::try_from(name.len()).unwrap()], name, &3_u32.to_le_bytes()].concat();
        let altered = [&sealed[..HEAD_BYTES], &[1, 0], &entry, &[0; 19]].concat();
        assert!(matches!(record_header(&altered), Err(OpenError::DecryptionFailed)), "{name:?}");
    }
    let mut long = sealed[..HEAD_BYTES].to_vec();
    long.resize(RECORD_BYTES_MAX + 1, 0);
    assert!(record_header(&long).is_err());
}

#[test]
fn foreign_versions_and_suites_are_named() {
    let keys = keys_of(&[1]);
    let mut sealed = seal(&keys, &address(1), &sample()).unwrap().into_bytes();
    sealed[4] = 1;
    assert!(matches!(keys.open_record(&address(1), &sealed), Err(OpenError::NewerVersion { found: 1 })));
    sealed[4] = 0;
    for suite in [0, 3, 16, 17, 31, 255] {
        sealed[5] = suite;
        let refused = keys.open_record(&address(1), &sealed);
        assert!(matches!(refused, Err(OpenError::UnsupportedSuite { suite: found }) if found == suite));
    }
    // A suite that exists, but is not the one that sealed.
    sealed[5] = 2;
    assert!(matches!(keys.open_record(&address(1), &sealed), Err(OpenError::DecryptionFailed)));
}

#[test]
fn both_suites_open_each_others_vault() {
    let house = House::new();
    let aes = house.keys();
    aes.create(customer(1), now()).unwrap();
    let mut options = house.options();
    options.suite = Suite::ChaCha20Poly1305;
    let chacha =
        Keys::open(house.store.clone(), house.keyring(), aes.tenant(), house.random, options, now()).unwrap();
    for (sealer, opener, suite) in
        [(&aes, &chacha, Suite::Aes256Gcm), (&chacha, &aes, Suite::ChaCha20Poly1305)]
    {
        let sealed = seal(sealer, &address(1), &sample()).unwrap();
        assert_eq!(record_header(sealed.bytes()).unwrap().suite, suite);
        assert_eq!(opener.open_record(&address(1), sealed.bytes()).unwrap().len(), 3);
    }
}

#[test]
fn limits_hold_and_one_past_them_is_refused() {
    let keys = keys_of(&[1]);
    let many = |count: usize| (0..count).map(|n| (field(&format!("f{n}")), vec![1])).collect::<Vec<_>>();
    let sealed = seal(&keys, &address(1), &many(FIELDS_MAX)).unwrap();
    assert_eq!(keys.open_record(&address(1), sealed.bytes()).unwrap().len(), FIELDS_MAX);
    let over = seal(&keys, &address(1), &many(FIELDS_MAX + 1));
    assert!(matches!(over, Err(SealError::TooManyFields { fields: 513 })));
    let largest = RECORD_BYTES_MAX - HEAD_BYTES - 2 - 22;
    let sealed = seal(&keys, &address(1), &[(field("a"), vec![5; largest])]).unwrap();
    assert_eq!(sealed.bytes().len(), RECORD_BYTES_MAX);
    assert!(keys.open_record(&address(1), sealed.bytes()).is_ok());
    let over = seal(&keys, &address(1), &[(field("a"), vec![5; largest + 1])]);
    assert!(matches!(over, Err(SealError::TooLong { bytes_max: RECORD_BYTES_MAX, .. })));
    let twice = seal(&keys, &address(1), &[(field("a"), vec![]), (field("b"), vec![]), (field("a"), vec![])]);
    assert!(matches!(twice, Err(SealError::DuplicateField { field }) if field.as_str() == "a"));
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn any_record_opens_as_it_was(
        fields in prop::collection::btree_map("[a-z][a-z0-9_.:-]{0,12}", prop::collection::vec(any::<u8>(), 0..200), 0..20),
        turn in 0_usize..20,
    ) {
        let keys = keys_of(&[1]);
        let fields: BTreeMap<FieldName, Vec<u8>> =
            fields.into_iter().map(|(name, value)| (field(&name), value)).collect();
        // In some other order than that of names.
        let mut given: Vec<_> = fields.clone().into_iter().collect();
        let turn = turn.min(given.len());
        given.rotate_left(turn);
        let sealed = seal(&keys, &address(1), &given).unwrap();
        let opened = keys.open_record(&address(1), sealed.bytes()).unwrap();
        let found: BTreeMap<FieldName, Vec<u8>> =
            opened.iter().map(|(name, value)| (name.clone(), value.to_vec())).collect();
        prop_assert_eq!(found, fields);
    }

    #[test]
    fn no_bytes_at_all_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), cut in 0_usize..90) {
        let keys = keys_of(&[1]);
        let sealed = seal(&keys, &address(1), &sample()).unwrap().into_bytes();
        let mixed = [&sealed[..cut], &bytes].concat();
        prop_assert!(keys.open_record(&address(1), &bytes).is_err());
        prop_assert!(keys.open_record(&address(1), &mixed).is_err());
    }
}
