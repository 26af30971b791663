//! Times sealing beside ring alone: `cargo run --release -p strongroom-envelope --example measure`.

#![expect(clippy::print_stdout, reason = "a program for people")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use std::{error::Error, hint::black_box, sync::Arc, time::Instant};
use strongroom_envelope::{
    CHUNK_BYTES, DocumentAddress, Generation, Keyring, KeyringParams, Keys, KeysOptions, OsRandom,
    Passphrase, RecordAddress, SigningPurpose,
};
use strongroom_store::{Durability, MemoryStore};
use strongroom_types::{CustomerId, FieldName, Kind, Random, RecordId, TenantId, Timestamp};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (keys, address) = vault(folder.path())?;
    println!("24 random bytes            {:>10.0} ns", nanos(20_000, || Ok(OsRandom.fill(&mut [0; 24])?))?);
    let ring = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).map_err(|_| "key")?);
    for bytes in [64, 1024, CHUNK_BYTES] {
        let mut buffer = vec![1; bytes];
        let alone = nanos(20_000, || seal_with_ring(&ring, &mut buffer))?;
        println!("ring in place, {bytes:>6} B     {alone:>10.0} ns");
    }
    records(&keys, &address)?;
    documents(&keys, &address)?;
    many_keys(&keys, address.tenant)
}

fn vault(folder: &std::path::Path) -> Result<(Keys, RecordAddress), Box<dyn Error>> {
    let (random, now) = (Arc::new(OsRandom), Timestamp::from_unix_micros(0));
    let (tenant, customer) = (TenantId::fresh(&OsRandom)?, CustomerId::fresh(&OsRandom)?);
    let (path, words) = (folder.join("keyring"), Passphrase::new("three small words"));
    let began = Instant::now();
    let keyring = Keyring::create(
        &path,
        &words,
        KeyringParams::default(),
        &[tenant],
        now,
        Arc::<OsRandom>::clone(&random),
    )?;
    println!("argon2id, 64 MiB, 3 passes {:>10} ms", began.elapsed().as_millis());
    let mut options = KeysOptions::new(keyring.signer(SigningPurpose::Certificate)?);
    options.durability = Durability::Process;
    let store = Arc::new(MemoryStore::open(tenant.uuid()).0);
    let keys = Keys::open(store, Arc::new(keyring), tenant, random, options, now)?;
    keys.create(customer, now)?;
    let (kind, record) = (Kind::new("customer")?, RecordId::fresh(now, &OsRandom)?);
    Ok((keys, RecordAddress { tenant, customer, kind, record, version: 1, schema_version: 1 }))
}

fn records(keys: &Keys, address: &RecordAddress) -> Result<(), Box<dyn Error>> {
    for (count, bytes) in [(12, 64), (1, 1024), (1, CHUNK_BYTES)] {
        let names: Vec<FieldName> = (0..count)
            .map(|number| FieldName::new(&format!("field_{number:02}")))
            .collect::<Result<_, _>>()?;
        let value = vec![1; bytes];
        let fields = || names.iter().map(|name| (name, value.as_slice()));
        let seal = nanos(10_000, || {
            black_box(keys.seal_record(address, Generation::FIRST, fields())?);
            Ok(())
        })?;
        let sealed = keys.seal_record(address, Generation::FIRST, fields())?;
        let open = nanos(10_000, || {
            black_box(keys.open_record(address, sealed.bytes())?);
            Ok(())
        })?;
        println!("record of {count:>2} x {bytes:>5} B     {seal:>10.0} ns to seal, {open:>8.0} ns to open");
    }
    Ok(())
}

fn documents(keys: &Keys, address: &RecordAddress) -> Result<(), Box<dyn Error>> {
    let RecordAddress { tenant, customer, record: document, version, .. } = *address;
    let document = DocumentAddress { tenant, customer, document, version };
    let mut sealer = keys.seal_document(&document, Generation::FIRST)?;
    let mut buffer = vec![1; CHUNK_BYTES];
    let chunk = nanos(4_000, || {
        sealer.chunk_in_place(&mut buffer, false)?;
        buffer.truncate(CHUNK_BYTES);
        Ok(())
    })?;
    println!("document chunk, in place   {chunk:>10.0} ns, its SHA-256 included");
    let digest = nanos(4_000, || {
        black_box(strongroom_envelope::sha256(&buffer));
        Ok(())
    })?;
    println!("SHA-256 of 64 KiB          {digest:>10.0} ns");
    Ok(())
}

fn many_keys(keys: &Keys, tenant: TenantId) -> Result<(), Box<dyn Error>> {
    let now = Timestamp::from_unix_micros(0);
    let many: Vec<CustomerId> =
        (0..50_000).map(|_| CustomerId::fresh(&OsRandom)).collect::<Result<_, _>>()?;
    let began = Instant::now();
    keys.create_many(&many, now)?;
    println!("keys of 50,000 customers   {:>10} ms", began.elapsed().as_millis());
    let began = Instant::now();
    let turned = keys.turn_epoch(now, &mut |_| ())?;
    println!("turn over {:>7} keys     {:>10} ms ({tenant})", turned.rewrapped, began.elapsed().as_millis());
    Ok(())
}

fn seal_with_ring(key: &LessSafeKey, buffer: &mut [u8]) -> Result<(), Box<dyn Error>> {
    let nonce = Nonce::assume_unique_for_key([0; 12]);
    let tag = key.seal_in_place_separate_tag(nonce, Aad::from([0; 100]), buffer).map_err(|_| "seal")?;
    let _ = black_box(tag);
    Ok(())
}

// The best of many short rounds: the machine may have other work, and a short one fits between two of its turns.
fn nanos(times: u32, mut work: impl FnMut() -> Result<(), Box<dyn Error>>) -> Result<f64, Box<dyn Error>> {
    const ROUNDS: u32 = 200;
    let per_round = times / ROUNDS;
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let began = Instant::now();
        for _ in 0..per_round {
            work()?;
        }
        best = best.min(began.elapsed().as_secs_f64() * 1e9 / f64::from(per_round));
    }
    Ok(best)
}
