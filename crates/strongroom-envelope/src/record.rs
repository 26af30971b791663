//! Sealed records: one fresh key per record version, one seal per field.

use crate::{
    Generation, KeyRole, Keys, OpenError, SealError, Suite,
    aead::{SealKey, Sha256, TAG_BYTES, counter_nonce, finish, sha256},
    codec::{Broken, Reader, list, prefixed},
    head::{HEAD_BYTES, Head, Shape, or_wipe},
    small::bound,
};
use std::fmt;
use strongroom_types::{CustomerId, Digest, FieldName, KeyId, Kind, RecordId, TenantId};
use zeroize::Zeroizing;

/// The most fields of one record.
pub const FIELDS_MAX: usize = 512;
/// The longest sealed record, in bytes: with its index tokens beside it, it fits one value of every store.
pub const RECORD_BYTES_MAX: usize = 120 * 1024;

const SHAPE: Shape = Shape { magic: *b"SRrc", word: b"strongroom record" };

/// Where a record version belongs. It opens nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RecordAddress {
    /// The tenant; must be that of the [`Keys`].
    pub tenant: TenantId,
    /// Whose key seals.
    pub customer: CustomerId,
    /// The kind of the record.
    pub kind: Kind,
    /// The record.
    pub record: RecordId,
    /// The version of the record, counted by the caller. A version is sealed once.
    pub version: u64,
    /// The version of the schema that says what the fields mean.
    pub schema_version: u32,
}

/// A sealed record version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRecord {
    bytes: Vec<u8>,
}

/// What was sealed, opened: fields in the order of their names. Each value is wiped on drop.
pub struct OpenedRecord {
    // INVARIANT: ascending names, no two equal.
    fields: Vec<(FieldName, Zeroizing<Vec<u8>>)>,
}

/// What stands in the open in a sealed record. Nothing vouches for it until the record was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordHeader {
    /// The key that sealed it.
    pub key: KeyId,
    /// That key's generation.
    pub generation: Generation,
    /// The cipher.
    pub suite: Suite,
    /// The names of the fields, ascending.
    pub fields: Vec<FieldName>,
}

impl Keys {
    /// Seals a record version: a fresh key, derived from the customer's data key of that generation and used for this
    /// call alone, seals each field.
    ///
    /// Fields may come in any order; a name given twice is refused. At most [`FIELDS_MAX`] fields, and
    /// [`RECORD_BYTES_MAX`] bytes sealed: a header of 84 bytes, and for each field its name, its value and 21 more.
    pub fn seal_record<'a>(
        &self,
        address: &RecordAddress,
        generation: Generation,
        fields: impl IntoIterator<Item = (&'a FieldName, &'a [u8])>,
    ) -> Result<SealedRecord, SealError> {
        if address.tenant != self.tenant() {
            return Err(SealError::ForeignTenant);
        }
        let mut fields: Vec<(&FieldName, &[u8])> = fields.into_iter().collect();
        fields.sort_unstable_by_key(|(name, _)| *name);
        let bytes = check(&fields)?;
        let key = self.generation(Some(address.customer), KeyRole::Data, generation)?;
        key.enabled()?;
        key.count_use()?;
        let directory = write_directory(&fields)?;
        let mut aad = address.aad(self.suite());
        let begun = Head::begin(&SHAPE, self.suite(), &key, &context(&aad, &directory), self.random())?;
        // Exactly as long as the sealed record: a buffer that grew would leave plaintext behind in freed memory.
        let mut out = Vec::with_capacity(bytes);
        begun.head.write(&SHAPE, &mut out);
        out.extend_from_slice(&directory);
        let sealed = seal_fields(&begun.key, &mut aad, &fields, &mut out);
        or_wipe(&mut out, sealed)?;
        Ok(SealedRecord { bytes: out })
    }

    /// Opens every field of a sealed record.
    pub fn open_record(&self, address: &RecordAddress, sealed: &[u8]) -> Result<OpenedRecord, OpenError> {
        self.open_where(address, sealed, |_| true)
    }

    /// Opens the wanted fields of a sealed record; the others stay sealed. A wanted field that the record does not have is not
    /// in the answer.
    pub fn open_fields(
        &self,
        address: &RecordAddress,
        sealed: &[u8],
        wanted: &[FieldName],
    ) -> Result<OpenedRecord, OpenError> {
        self.open_where(address, sealed, |name| wanted.contains(name))
    }

    fn open_where(
        &self,
        address: &RecordAddress,
        sealed: &[u8],
        wanted: impl Fn(&FieldName) -> bool,
    ) -> Result<OpenedRecord, OpenError> {
        if address.tenant != self.tenant() {
            return Err(OpenError::ForeignTenant);
        }
        let parsed = Parsed::read(sealed)?;
        let key = self.generation(Some(address.customer), KeyRole::Data, parsed.head.generation)?;
        let mut aad = address.aad(parsed.head.suite);
        let record_key = parsed.head.resume(&SHAPE, &key, &context(&aad, parsed.directory))?;
        let address_bytes = aad.len();
        let mut fields = Vec::new();
        for (counter, (name, sealed)) in (0..).zip(parsed.fields) {
            if !wanted(&name) {
                continue;
            }
            prefixed(&mut aad, name.as_str().as_bytes());
            let opened = record_key.open_copy(counter_nonce(counter), &aad, sealed)?;
            aad.truncate(address_bytes);
            fields.push((name, opened));
        }
        Ok(OpenedRecord { fields })
    }
}

/// What a sealed record says in the open: which key it needs, which fields it has.
pub fn record_header(sealed: &[u8]) -> Result<RecordHeader, OpenError> {
    let Parsed { head, fields, .. } = Parsed::read(sealed)?;
    let fields = fields.into_iter().map(|(name, _)| name).collect();
    Ok(RecordHeader { key: head.key, generation: head.generation, suite: head.suite, fields })
}

impl SealedRecord {
    /// The bytes to store.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes to store.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// SHA-256 of the bytes, for the log entry of the write.
    pub fn digest(&self) -> Digest {
        sha256(&self.bytes)
    }
}

impl OpenedRecord {
    /// The value of a field.
    pub fn get(&self, name: &FieldName) -> Option<&[u8]> {
        let (_, value) = self.fields.get(self.place(name)?)?;
        Some(value.as_slice())
    }

    /// The value of a field, taken out.
    pub fn take(&mut self, name: &FieldName) -> Option<Zeroizing<Vec<u8>>> {
        let place = self.place(name)?;
        Some(self.fields.remove(place).1)
    }

    /// Names and values, by ascending names.
    pub fn iter(&self) -> impl Iterator<Item = (&FieldName, &[u8])> {
        self.fields.iter().map(|(name, value)| (name, value.as_slice()))
    }

    /// How many fields were opened.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether no field was opened.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    fn place(&self, name: &FieldName) -> Option<usize> {
        self.fields.binary_search_by(|(here, _)| here.cmp(name)).ok()
    }
}

impl fmt::Debug for OpenedRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.fields.iter().map(|(name, _)| (name, "[redacted]"))).finish()
    }
}

impl RecordAddress {
    // The last part of the list, the field, is added for each field.
    fn aad(&self, suite: Suite) -> Vec<u8> {
        list(&[
            b"record",
            &[suite.code()],
            self.tenant.as_bytes(),
            self.customer.as_bytes(),
            self.kind.as_str().as_bytes(),
            self.record.as_bytes(),
            &self.version.to_le_bytes(),
            &self.schema_version.to_le_bytes(),
        ])
    }
}

// The key of a record is derived from its address and the list of its fields: dropping a field, or a record without
// fields in another place, fails at the commitment already.
fn context(address: &[u8], directory: &[u8]) -> Digest {
    let mut digest = Sha256::new();
    digest.update(address);
    digest.update(directory);
    finish(digest)
}

// How long the sealed record will be, if there may be such a record. `fields` is sorted.
fn check(fields: &[(&FieldName, &[u8])]) -> Result<usize, SealError> {
    if fields.len() > FIELDS_MAX {
        return Err(SealError::TooManyFields { fields: fields.len() });
    }
    if let Some((name, _)) =
        fields.iter().zip(fields.iter().skip(1)).find(|(a, b)| a.0 == b.0).map(|(a, _)| a)
    {
        return Err(SealError::DuplicateField { field: (*name).clone() });
    }
    let bytes = fields.iter().fold(HEAD_BYTES.saturating_add(2), |sum, (name, value)| {
        [1, name.as_str().len(), 4, value.len(), TAG_BYTES].into_iter().fold(sum, usize::saturating_add)
    });
    bound("sealed record", bytes, RECORD_BYTES_MAX)?;
    Ok(bytes)
}

// FORMAT: `docs/format.md`, "A record": count, then for each field length of the name, name, length of the plaintext.
fn write_directory(fields: &[(&FieldName, &[u8])]) -> Result<Vec<u8>, Broken> {
    let mut out = Vec::with_capacity(fields.len().saturating_mul(24));
    out.extend_from_slice(&u16::try_from(fields.len()).map_err(|_| Broken)?.to_le_bytes());
    for (name, value) in fields {
        let name = name.as_str().as_bytes();
        out.push(u8::try_from(name.len()).map_err(|_| Broken)?);
        out.extend_from_slice(name);
        out.extend_from_slice(&u32::try_from(value.len()).map_err(|_| Broken)?.to_le_bytes());
    }
    Ok(out)
}

fn seal_fields(
    key: &SealKey,
    aad: &mut Vec<u8>,
    fields: &[(&FieldName, &[u8])],
    out: &mut Vec<u8>,
) -> Result<(), Broken> {
    let address_bytes = aad.len();
    for (counter, (name, value)) in (0..).zip(fields) {
        prefixed(aad, name.as_str().as_bytes());
        let start = out.len();
        out.extend_from_slice(value);
        key.seal_tail(counter_nonce(counter), aad, out, start)?;
        aad.truncate(address_bytes);
    }
    Ok(())
}

struct Parsed<'a> {
    head: Head,
    directory: &'a [u8],
    fields: Vec<(FieldName, &'a [u8])>,
}

impl<'a> Parsed<'a> {
    // SECURITY: one record, one encoding; every other is refused here, before any key is touched.
    fn read(sealed: &'a [u8]) -> Result<Self, OpenError> {
        if sealed.len() > RECORD_BYTES_MAX {
            return Err(OpenError::DecryptionFailed);
        }
        let mut reader = Reader::new(sealed);
        let head = Head::read(&SHAPE, &mut reader)?;
        let body = reader.rest();
        let mut reader = Reader::new(body);
        let entries = read_directory(&mut reader)?;
        let rest = reader.rest();
        let directory = body.len().checked_sub(rest.len()).and_then(|end| body.get(..end)).ok_or(Broken)?;
        let mut reader = Reader::new(rest);
        let fields = entries.into_iter().map(|(name, bytes)| Ok((name, reader.take(bytes)?)));
        let fields = fields.collect::<Result<Vec<_>, Broken>>()?;
        reader.end()?;
        Ok(Self { head, directory, fields })
    }
}

fn read_directory(reader: &mut Reader<'_>) -> Result<Vec<(FieldName, usize)>, Broken> {
    let count = usize::from(reader.u16()?);
    if count > FIELDS_MAX {
        return Err(Broken);
    }
    let mut entries: Vec<(FieldName, usize)> = Vec::with_capacity(count);
    for _ in 0..count {
        let length = usize::from(reader.u8()?);
        let name = std::str::from_utf8(reader.take(length)?).map_err(|_| Broken)?;
        let name = FieldName::new(name).map_err(|_| Broken)?;
        if entries.last().is_some_and(|(last, _)| *last >= name) {
            return Err(Broken);
        }
        let plain = usize::try_from(reader.u32()?).map_err(|_| Broken)?;
        entries.push((name, plain.checked_add(TAG_BYTES).ok_or(Broken)?));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests;
