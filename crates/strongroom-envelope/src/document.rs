//! Sealed documents: chunks of 64 KiB under a random file key, which alone is wrapped under the customer's key.

use crate::{
    Generation, KeyRole, Keys, OpenError, RewrapError, SealError, Secret, Suite,
    aead::{SealKey, Sha256, TAG_BYTES, finish, sha256},
    codec::{Broken, Reader, list},
    head::{HEAD_BYTES, Head, Shape, or_wipe},
    kdf::Deriver,
    keys::KeyInUse,
};
use std::{fmt, sync::Arc};
use strongroom_types::{CustomerId, Digest, Random, RecordId, TenantId};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Plaintext bytes of every chunk but the last. A sealed chunk is 16 bytes longer.
pub const CHUNK_BYTES: usize = 64 * 1024;

const SHAPE: Shape = Shape { magic: *b"SRdc", word: b"strongroom document" };
const WRAPPED_KEY_BYTES: usize = 32 + TAG_BYTES;

/// Where a document belongs. It opens nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DocumentAddress {
    /// The tenant; must be that of the [`Keys`].
    pub tenant: TenantId,
    /// Whose key wraps the file key.
    pub customer: CustomerId,
    /// The document's own id.
    pub document: RecordId,
    /// The version of the document, counted by the caller.
    pub version: u64,
}

/// Seals a document chunk by chunk, in bounded memory.
pub struct DocumentSealer {
    address: DocumentAddress,
    suite: Suite,
    customer_key: Arc<KeyInUse>,
    random: Arc<dyn Random>,
    file_key: Secret,
    file: FileKey,
    digest: Sha256,
    length: u64,
    chunks: u32,
    ended: bool,
}

/// What is left to store once all chunks are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedDocument {
    /// The header, without which no chunk opens: 206 bytes.
    pub header: Vec<u8>,
    /// Bytes of plaintext.
    pub length: u64,
    /// How many chunks there are; an empty document has one.
    pub chunks: u32,
    /// SHA-256 of all sealed chunks, one after the other.
    pub digest: Digest,
}

/// Opens chunks of one document, in any order.
pub struct DocumentOpener {
    address: DocumentAddress,
    suite: Suite,
    facts: Facts,
    file: FileKey,
}

/// What the header says of the chunks. The wrap of the file key vouches for it.
#[derive(Clone, Copy)]
struct Facts {
    file_commitment: [u8; 32],
    length: u64,
    chunks: u32,
    digest: Digest,
}

/// The key of all chunks of one document, and the commitment to it.
struct FileKey {
    key: SealKey,
    commitment: [u8; 32],
}

impl Keys {
    /// Begins a document: a fresh file key, which `finish` wraps under the customer's data key of that generation.
    pub fn seal_document(
        &self,
        address: &DocumentAddress,
        generation: Generation,
    ) -> Result<DocumentSealer, SealError> {
        if address.tenant != self.tenant() {
            return Err(SealError::ForeignTenant);
        }
        let customer_key = self.generation(Some(address.customer), KeyRole::Data, generation)?;
        customer_key.enabled()?;
        customer_key.count_use()?;
        let file_key = Secret::fresh(self.random())?;
        Ok(DocumentSealer {
            address: *address,
            suite: self.suite(),
            customer_key,
            random: self.shared_random(),
            file: FileKey::derive(self.suite(), address, &file_key)?,
            file_key,
            digest: Sha256::new(),
            length: 0,
            chunks: 0,
            ended: false,
        })
    }

    /// Opens a document's header. Chunks are opened one by one.
    pub fn open_document(
        &self,
        address: &DocumentAddress,
        header: &[u8],
    ) -> Result<DocumentOpener, OpenError> {
        let (suite, facts, file_key) = self.unwrap_file_key(address, header)?;
        let file = FileKey::derive(suite, address, &file_key)?;
        // SECURITY: before any chunk opens; see `Head::resume`.
        if !bool::from(file.commitment.ct_eq(&facts.file_commitment)) {
            return Err(OpenError::DecryptionFailed);
        }
        Ok(DocumentOpener { address: *address, suite, facts, file })
    }

    /// The header for the same chunks with the file key wrapped under another generation, which must be enabled. The chunks
    /// stay as they are.
    pub fn rewrap_document(
        &self,
        address: &DocumentAddress,
        header: &[u8],
        to: Generation,
    ) -> Result<Vec<u8>, RewrapError> {
        let (suite, facts, file_key) = self.unwrap_file_key(address, header)?;
        let key = self.generation(Some(address.customer), KeyRole::Data, to).map_err(SealError::from)?;
        key.enabled()?;
        key.count_use()?;
        Ok(wrap_file_key(suite, address, &facts, &file_key, &key, self.random())?)
    }

    fn unwrap_file_key(
        &self,
        address: &DocumentAddress,
        header: &[u8],
    ) -> Result<(Suite, Facts, Secret), OpenError> {
        if address.tenant != self.tenant() {
            return Err(OpenError::ForeignTenant);
        }
        let mut reader = Reader::new(header);
        let head = Head::read(&SHAPE, &mut reader)?;
        let facts = Facts::read(&mut reader)?;
        let wrapped: [u8; WRAPPED_KEY_BYTES] = reader.array()?;
        reader.end()?;
        let key = self.generation(Some(address.customer), KeyRole::Data, head.generation)?;
        let bound = facts.bound(head.suite, address);
        let wrapping = head.resume(&SHAPE, &key, &sha256(&bound))?;
        let mut buffer = Zeroizing::new(wrapped);
        let opened = wrapping.open([0; 12], &bound, buffer.as_mut_slice())?;
        let mut file_key = Secret::zeroed();
        if opened.len() != file_key.expose_secret().len() {
            return Err(OpenError::DecryptionFailed);
        }
        file_key.as_mut().copy_from_slice(opened);
        Ok((head.suite, facts, file_key))
    }
}

impl DocumentSealer {
    /// Seals the next chunk. Every chunk but the last has exactly [`CHUNK_BYTES`] bytes; the last has 1 to
    /// [`CHUNK_BYTES`], or none if it is the only one.
    pub fn chunk(&mut self, plain: &[u8], last: bool) -> Result<Vec<u8>, SealError> {
        let mut out = Vec::with_capacity(plain.len().saturating_add(TAG_BYTES));
        out.extend_from_slice(plain);
        self.chunk_in_place(&mut out, last)?;
        Ok(out)
    }

    /// Seals the next chunk where it lies, and appends its tag. After an error the buffer is as it was or empty.
    pub fn chunk_in_place(&mut self, chunk: &mut Vec<u8>, last: bool) -> Result<(), SealError> {
        self.check(chunk.len(), last)?;
        let (length, chunks) = self.counted(chunk.len())?;
        let aad = chunk_aad(self.suite, &self.address, self.chunks, last);
        let sealed = self.file.key.seal_tail(chunk_nonce(self.chunks, last), &aad, chunk, 0);
        or_wipe(chunk, sealed)?;
        self.digest.update(chunk);
        (self.length, self.chunks, self.ended) = (length, chunks, last);
        Ok(())
    }

    /// The header, once the last chunk was sealed.
    pub fn finish(self) -> Result<SealedDocument, SealError> {
        if !self.ended {
            return Err(SealError::DocumentShape { bytes: 0, expected: "the last chunk before the end" });
        }
        let facts = Facts {
            file_commitment: self.file.commitment,
            length: self.length,
            chunks: self.chunks,
            digest: finish(self.digest),
        };
        let key = &self.customer_key;
        let header =
            wrap_file_key(self.suite, &self.address, &facts, &self.file_key, key, self.random.as_ref())?;
        Ok(SealedDocument { header, length: facts.length, chunks: facts.chunks, digest: facts.digest })
    }

    fn check(&self, bytes: usize, last: bool) -> Result<(), SealError> {
        let refuse = |expected| Err(SealError::DocumentShape { bytes, expected });
        if self.ended {
            return refuse("nothing after the last chunk");
        }
        match (bytes, last) {
            (CHUNK_BYTES, _) => Ok(()),
            (0, true) if self.chunks > 0 => refuse("a last chunk with something in it"),
            (0..CHUNK_BYTES, true) => Ok(()),
            (_, true) => refuse("a last chunk of at most 65536 bytes"),
            (_, false) => refuse("a chunk of 65536 bytes, since it is not the last"),
        }
    }

    fn counted(&self, bytes: usize) -> Result<(u64, u32), SealError> {
        let length = u64::try_from(bytes).ok().and_then(|bytes| self.length.checked_add(bytes));
        match (length, self.chunks.checked_add(1)) {
            (Some(length), Some(chunks)) => Ok((length, chunks)),
            _ => Err(SealError::DocumentShape { bytes, expected: "at most 4294967295 chunks" }),
        }
    }
}

impl DocumentOpener {
    /// Bytes of plaintext.
    pub const fn length(&self) -> u64 {
        self.facts.length
    }

    /// How many chunks there are.
    pub const fn chunks(&self) -> u32 {
        self.facts.chunks
    }

    /// SHA-256 of all sealed chunks, one after the other, as the header has it.
    pub const fn digest(&self) -> Digest {
        self.facts.digest
    }

    /// Opens the chunk at an index, counted from 0. Chunks that are cut, extended, swapped or of another document are refused.
    pub fn chunk(&self, index: u32, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let after = index.checked_add(1).ok_or(Broken)?;
        if after > self.facts.chunks {
            return Err(OpenError::DecryptionFailed);
        }
        let last = after == self.facts.chunks;
        let before = u64::from(index).saturating_mul(chunk_bytes());
        let plain = self.facts.length.saturating_sub(before).min(chunk_bytes());
        if u64::try_from(sealed.len()).ok() != plain.checked_add(16) {
            return Err(OpenError::DecryptionFailed);
        }
        let aad = chunk_aad(self.suite, &self.address, index, last);
        Ok(self.file.key.open_copy(chunk_nonce(index, last), &aad, sealed)?)
    }
}

impl FileKey {
    // The file key is random and used for one document: what is derived from it needs no salt.
    fn derive(suite: Suite, address: &DocumentAddress, file_key: &Secret) -> Result<Self, Broken> {
        let bound = sha256(&address.bound(suite));
        let source = Deriver::extract(b"strongroom file", file_key.expose_secret());
        let derived = source.derive(&[b"strongroom chunks", &[suite.code()], bound.as_bytes()])?;
        Ok(Self { key: SealKey::new(suite, &derived.key)?, commitment: derived.commitment })
    }
}

impl DocumentAddress {
    fn bound(&self, suite: Suite) -> Vec<u8> {
        list(&[
            b"document",
            &[suite.code()],
            self.tenant.as_bytes(),
            self.customer.as_bytes(),
            self.document.as_bytes(),
            &self.version.to_le_bytes(),
        ])
    }
}

impl Facts {
    fn bound(&self, suite: Suite, address: &DocumentAddress) -> Vec<u8> {
        let mut bound = address.bound(suite);
        self.write(&mut bound);
        bound
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.file_commitment);
        out.extend_from_slice(&self.length.to_le_bytes());
        out.extend_from_slice(&self.chunks.to_le_bytes());
        out.extend_from_slice(self.digest.as_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Broken> {
        let file_commitment = from.array()?;
        let (length, chunks) = (from.u64()?, from.u32()?);
        // One length, one number of chunks; an empty document has one, too.
        if u64::from(chunks) != length.div_ceil(chunk_bytes()).max(1) {
            return Err(Broken);
        }
        Ok(Self { file_commitment, length, chunks, digest: Digest::from_bytes(from.array()?) })
    }
}

fn wrap_file_key(
    suite: Suite,
    address: &DocumentAddress,
    facts: &Facts,
    file_key: &Secret,
    key: &KeyInUse,
    random: &dyn Random,
) -> Result<Vec<u8>, SealError> {
    let bound = facts.bound(suite, address);
    let begun = Head::begin(&SHAPE, suite, key, &sha256(&bound), random)?;
    let mut out = Vec::with_capacity(HEAD_BYTES.saturating_add(76).saturating_add(WRAPPED_KEY_BYTES));
    begun.head.write(&SHAPE, &mut out);
    facts.write(&mut out);
    let start = out.len();
    out.extend_from_slice(file_key.expose_secret());
    let sealed = begun.key.seal_tail([0; 12], &bound, &mut out, start);
    or_wipe(&mut out, sealed)?;
    Ok(out)
}

fn chunk_aad(suite: Suite, address: &DocumentAddress, index: u32, last: bool) -> Vec<u8> {
    let mut aad = address.bound(suite);
    aad.extend_from_slice(&index.to_le_bytes());
    aad.push(u8::from(last));
    aad
}

// The index, seven zeros, the final flag: a chunk that is the last under one flag is no chunk under the other.
fn chunk_nonce(index: u32, last: bool) -> [u8; 12] {
    let [a, b, c, d] = index.to_le_bytes();
    [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, u8::from(last)]
}

const fn chunk_bytes() -> u64 {
    65_536
}

impl fmt::Debug for DocumentSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentSealer").field("chunks", &self.chunks).finish_non_exhaustive()
    }
}

impl fmt::Debug for DocumentOpener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentOpener").field("chunks", &self.facts.chunks).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
