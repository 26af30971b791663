//! Goal: a document comes back whole and in order, or not at all.
//! Method: sizes around the chunk, and every way to cut, swap, extend and move chunks and headers.

use super::*;
use crate::testing::{CASE, House, customer, document, later, now};

struct Stored {
    header: Vec<u8>,
    chunks: Vec<Vec<u8>>,
}

fn seal(keys: &Keys, address: &DocumentAddress, generation: Generation, plain: &[u8]) -> Stored {
    let mut sealer = keys.seal_document(address, generation).unwrap();
    let mut parts: Vec<&[u8]> = plain.chunks(CHUNK_BYTES).collect();
    if parts.is_empty() {
        parts.push(&[]);
    }
    let count = parts.len();
    let chunks: Vec<Vec<u8>> =
        (1..).zip(parts).map(|(n, part)| sealer.chunk(part, n == count).unwrap()).collect();
    let whole = sealer.finish().unwrap();
    assert_eq!(whole.header.len(), 206);
    assert_eq!(whole.digest, sha256(&chunks.concat()));
    assert_eq!((whole.length, whole.chunks), (plain.len().try_into().unwrap(), count.try_into().unwrap()));
    Stored { header: whole.header, chunks }
}

fn open(keys: &Keys, address: &DocumentAddress, stored: &Stored) -> Result<Vec<u8>, OpenError> {
    let opener = keys.open_document(address, &stored.header)?;
    let mut plain = Vec::new();
    for (index, chunk) in (0..).zip(&stored.chunks) {
        plain.extend_from_slice(&opener.chunk(index, chunk)?);
    }
    Ok(plain)
}

fn plain(bytes: usize) -> Vec<u8> {
    (0..=250).cycle().take(bytes).collect()
}

fn house() -> (House, Keys) {
    let house = House::new();
    let keys = house.keys();
    keys.create_many(&[customer(1), customer(2)], now()).unwrap();
    (house, keys)
}

#[test]
fn documents_of_every_shape_come_back() {
    let (_house, keys) = house();
    for bytes in [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES + 17]
    {
        let stored = seal(&keys, &document(1), Generation::FIRST, &plain(bytes));
        assert!(open(&keys, &document(1), &stored).unwrap() == plain(bytes), "{bytes}");
    }
}

#[test]
fn chunks_open_in_any_order_and_only_in_their_place() {
    let (_house, keys) = house();
    let stored = seal(&keys, &document(1), Generation::FIRST, &plain(3 * CHUNK_BYTES));
    let opener = keys.open_document(&document(1), &stored.header).unwrap();
    for index in [2_u32, 0, 1] {
        for (place, chunk) in (0_u32..).zip(&stored.chunks) {
            assert_eq!(opener.chunk(index, chunk).is_ok(), place == index, "chunk {place} as {index}");
        }
    }
    assert!(opener.chunk(3, &stored.chunks[2]).is_err());
    assert!(opener.chunk(u32::MAX, &stored.chunks[2]).is_err());
}

#[test]
fn cut_extended_and_altered_chunks_are_refused() {
    let (_house, keys) = house();
    let stored = seal(&keys, &document(1), Generation::FIRST, &plain(CHUNK_BYTES + 40));
    let opener = keys.open_document(&document(1), &stored.header).unwrap();
    let last = &stored.chunks[1];
    for cut in 0..last.len() {
        assert!(opener.chunk(1, &last[..cut]).is_err());
        let mut altered = last.clone();
        altered[cut] ^= 1;
        assert!(opener.chunk(1, &altered).is_err());
    }
    assert!(opener.chunk(1, &[&last[..], &[0]].concat()).is_err());
}

#[test]
fn a_document_cut_at_a_chunk_is_another_document() {
    let (_house, keys) = house();
    let stored = seal(&keys, &document(1), Generation::FIRST, &plain(2 * CHUNK_BYTES));
    // The header of the first chunk alone, sealed in the same place: its chunk is a last one, that of `stored` is not.
    let shorter = seal(&keys, &document(1), Generation::FIRST, &plain(CHUNK_BYTES));
    let opener = keys.open_document(&document(1), &shorter.header).unwrap();
    assert!(opener.chunk(0, &stored.chunks[0]).is_err());
    // And the header says how many there are: it cannot be made to say otherwise.
    for place in 0..stored.header.len() {
        let mut header = stored.header.clone();
        header[place] ^= 1;
        assert!(keys.open_document(&document(1), &header).is_err(), "byte {place}");
        assert!(keys.open_document(&document(1), &stored.header[..place]).is_err());
    }
}

#[test]
fn a_document_opens_at_its_address_alone() {
    let (_house, keys) = house();
    let stored = seal(&keys, &document(1), Generation::FIRST, &plain(100));
    let here = document(1);
    for elsewhere in [
        DocumentAddress { customer: customer(2), ..here },
        DocumentAddress { document: RecordId::from_bytes([1; 16]), ..here },
        DocumentAddress { version: 2, ..here },
        DocumentAddress { tenant: TenantId::from_bytes([1; 16]), ..here },
    ] {
        assert!(open(&keys, &elsewhere, &stored).is_err());
    }
}

#[test]
fn chunks_of_another_shape_are_refused_and_nothing_is_lost() {
    let (_house, keys) = house();
    let mut sealer = keys.seal_document(&document(1), Generation::FIRST).unwrap();
    assert!(sealer.chunk(&plain(5), false).is_err());
    assert!(sealer.chunk(&plain(CHUNK_BYTES + 1), true).is_err());
    let first = sealer.chunk(&plain(CHUNK_BYTES), false).unwrap();
    assert!(sealer.chunk(&[], true).is_err());
    let second = sealer.chunk(&plain(5), true).unwrap();
    assert!(sealer.chunk(&plain(5), true).is_err());
    let stored = Stored { header: sealer.finish().unwrap().header, chunks: vec![first, second] };
    assert_eq!(open(&keys, &document(1), &stored).unwrap().len(), CHUNK_BYTES + 5);
    let unended = keys.seal_document(&document(1), Generation::FIRST).unwrap();
    assert!(matches!(unended.finish(), Err(SealError::DocumentShape { .. })));
}

#[test]
fn a_rewrapped_document_outlives_its_old_generation() {
    let (_house, keys) = house();
    let stored = seal(&keys, &document(1), Generation::FIRST, &plain(CHUNK_BYTES + 1));
    let next = keys.next_generation(customer(1), now()).unwrap();
    assert!(matches!(
        keys.rewrap_document(&document(1), &stored.header, Generation::FIRST),
        Err(RewrapError::Seal(SealError::DecryptOnly { .. }))
    ));
    let header = keys.rewrap_document(&document(1), &stored.header, next).unwrap();
    keys.shred_generation(customer(1), Generation::FIRST, CASE, later()).unwrap();
    assert!(matches!(keys.open_document(&document(1), &stored.header), Err(OpenError::KeyGone { .. })));
    let stored = Stored { header, ..stored };
    assert!(open(&keys, &document(1), &stored).unwrap() == plain(CHUNK_BYTES + 1));
}
