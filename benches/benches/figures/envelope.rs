//! Sealing beside what it is made of, done with ring alone: one HKDF to a fresh key, one AES-256-GCM pass in place per
//! field or chunk. The limit draws no salt, copies nothing into a record and hashes nothing.

use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, Tag, UnboundKey},
    hkdf,
};
use std::{hint::black_box, sync::Arc};
use strongroom_benches::{Fault, Figures, Goal, Unit, ensure, repeated};
use strongroom_envelope::{
    CHUNK_BYTES, DocumentAddress, Generation, Keyring, KeyringParams, Keys, KeysOptions, OsRandom,
    Passphrase, RecordAddress, SigningPurpose,
};
use strongroom_store::{Durability, MemoryStore};
use strongroom_types::{CustomerId, FieldName, Kind, RecordId, TenantId, Timestamp};

const FIELDS: usize = 12;
const FIELD_BYTES: usize = 64;
/// About as long as what a record's address binds.
const AAD: [u8; 100] = [5; 100];

pub(crate) fn run(figures: &Figures) -> Result<(), Fault> {
    let folder = tempfile::tempdir()?;
    let (keys, address) = keys(folder.path())?;
    records(figures, &keys, &address)?;
    documents(figures, &keys, &address)
}

/// The keys of one customer, in memory, and where a record of theirs belongs.
pub(crate) fn keys(folder: &std::path::Path) -> Result<(Keys, RecordAddress), Fault> {
    let (random, now) = (Arc::new(OsRandom), Timestamp::from_unix_micros(0));
    let (tenant, customer) = (TenantId::fresh(&OsRandom)?, CustomerId::fresh(&OsRandom)?);
    let (path, words) = (folder.join("keyring"), Passphrase::new("three small words"));
    let params = KeyringParams::weak_for_tests();
    let keyring = Keyring::create(&path, &words, params, &[tenant], now, Arc::<OsRandom>::clone(&random))?;
    let mut options = KeysOptions::new(keyring.signer(SigningPurpose::Certificate)?);
    options.durability = Durability::Process;
    let store = Arc::new(MemoryStore::open(tenant.uuid()).0);
    let keys = Keys::open(store, Arc::new(keyring), tenant, random, options, now)?;
    keys.create(customer, now)?;
    let (kind, record) = (Kind::new("customer")?, RecordId::fresh(now, &OsRandom)?);
    Ok((keys, RecordAddress { tenant, customer, kind, record, version: 1, schema_version: 1 }))
}

fn records(figures: &Figures, keys: &Keys, address: &RecordAddress) -> Result<(), Fault> {
    let name = |number| FieldName::new(&format!("field_{number:02}"));
    let names = (0..FIELDS).map(name).collect::<Result<Vec<_>, _>>()?;
    let value = [1; FIELD_BYTES];
    let fields = || names.iter().map(|name| (name, value.as_slice()));
    let raw = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, &[3; 32]);
    let mut buffers = vec![value.to_vec(); FIELDS];
    figures.ratio(
        "envelope-seal-record",
        Unit::Nanos,
        Goal::Share(0.8),
        repeated(|| {
            drop(black_box(keys.seal_record(address, Generation::FIRST, fields())?));
            Ok(())
        }),
        repeated(|| {
            let key = derive(&raw)?;
            buffers.iter_mut().enumerate().try_for_each(|(at, buffer)| seal(&key, at, buffer).map(|_| ()))
        }),
    )?;

    let sealed = keys.seal_record(address, Generation::FIRST, fields())?;
    ensure(keys.open_record(address, sealed.bytes())?.len() == FIELDS, "every field opens")?;
    let key = derive(&raw)?;
    let copies = (0..FIELDS).map(|at| sealed_copy(&key, at, &value)).collect::<Result<Vec<_>, _>>()?;
    let mut buffer = Vec::new();
    figures.ratio(
        "envelope-open-record",
        Unit::Nanos,
        Goal::Share(0.8),
        repeated(|| {
            drop(black_box(keys.open_record(address, black_box(sealed.bytes()))?));
            Ok(())
        }),
        repeated(|| {
            let key = derive(&raw)?;
            copies.iter().enumerate().try_for_each(|(at, copy)| open(&key, at, copy, &mut buffer))
        }),
    )
}

fn documents(figures: &Figures, keys: &Keys, address: &RecordAddress) -> Result<(), Fault> {
    let RecordAddress { tenant, customer, record: document, version, .. } = *address;
    let at = DocumentAddress { tenant, customer, document, version };
    let unit = Unit::MegabytesPerSecond(crate::corpus::length(CHUNK_BYTES));
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).map_err(|_| "ring refused a key")?);
    let plain = vec![1; CHUNK_BYTES];
    let (mut ours, mut limit) = (plain.clone(), plain.clone());
    let mut sealer = keys.seal_document(&at, Generation::FIRST)?;
    figures.ratio(
        "envelope-seal-chunk",
        unit,
        Goal::Share(0.75),
        repeated(|| {
            sealer.chunk_in_place(&mut ours, false)?;
            ours.truncate(CHUNK_BYTES);
            Ok(())
        }),
        repeated(|| seal(&key, 0, &mut limit).map(|_| ())),
    )?;

    let mut sealer = keys.seal_document(&at, Generation::FIRST)?;
    let chunk = sealer.chunk(&plain, false)?;
    sealer.chunk(&plain, true)?;
    let opener = keys.open_document(&at, &sealer.finish()?.header)?;
    ensure(opener.chunk(0, &chunk)?.as_slice() == plain, "the chunk opens")?;
    let copy = sealed_copy(&key, 0, &plain)?;
    let mut buffer = Vec::new();
    figures.ratio(
        "envelope-open-chunk",
        unit,
        Goal::Share(0.75),
        repeated(|| {
            drop(black_box(opener.chunk(0, black_box(&chunk))?));
            Ok(())
        }),
        repeated(|| open(&key, 0, &copy, &mut buffer)),
    )
}

/// 64 bytes of key material, as a key and a commitment to it, and the key schedule.
fn derive(from: &hkdf::Prk) -> Result<LessSafeKey, Fault> {
    let mut material = [0; 64];
    let okm = from.expand(&[b"figures"], Bytes(material.len())).map_err(|_| "ring expanded nothing")?;
    okm.fill(&mut material).map_err(|_| "ring filled nothing")?;
    let (key, commitment) = material.split_at(32);
    black_box(commitment);
    Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).map_err(|_| "ring refused a key")?))
}

struct Bytes(usize);

impl hkdf::KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn nonce(at: usize) -> Nonce {
    let mut bytes = [0; NONCE_LEN];
    bytes.iter_mut().zip(at.to_le_bytes()).for_each(|(byte, new)| *byte = new);
    Nonce::assume_unique_for_key(bytes)
}

fn seal(key: &LessSafeKey, at: usize, buffer: &mut [u8]) -> Result<Tag, Fault> {
    let tag = key.seal_in_place_separate_tag(nonce(at), Aad::from(AAD), black_box(buffer));
    Ok(black_box(tag.map_err(|_| "ring sealed nothing")?))
}

fn sealed_copy(key: &LessSafeKey, at: usize, plain: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut copy = plain.to_vec();
    let tag = seal(key, at, &mut copy)?;
    copy.extend_from_slice(tag.as_ref());
    Ok(copy)
}

/// Opens in place. What was opened is not sealed any more, so each time a copy is made into the same buffer.
fn open(key: &LessSafeKey, at: usize, sealed: &[u8], buffer: &mut Vec<u8>) -> Result<(), Fault> {
    buffer.clear();
    buffer.extend_from_slice(sealed);
    let opened = key.open_in_place(nonce(at), Aad::from(AAD), buffer);
    black_box(opened.map_err(|_| "ring opened nothing")?);
    Ok(())
}
