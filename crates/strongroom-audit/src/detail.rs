//! Sealed details: what an event says of people, outside the entry, erasable.
//! FORMAT: docs/format.md, "Detail".

use crate::{EntryId, FactName, Stream};
use ring::hmac;
use std::{collections::BTreeMap, fmt};
use strongroom_types::{CustomerId, Digest, Random, RandomError};
use zeroize::{Zeroize, Zeroizing};

/// The longest detail before it is sealed, in bytes: names, salts, values and 22 bytes per field.
pub const DETAIL_BYTES_MAX: usize = 65_535;
/// The most bytes that a [`DetailSealer`] may add.
pub const DETAIL_OVERHEAD_BYTES_MAX: usize = 512;

/// Why a detail was not sealed or not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DetailError {
    /// It did not seal, or did not open under this key with this context; more is not said.
    #[error("the detail could not be sealed or opened")]
    Failed,
    /// The key was destroyed.
    #[error("the key of the detail is gone")]
    KeyGone,
}

/// Seals details under a customer's log-detail key, or under the tenant's where no customer is named.
///
/// An AEAD with `aad` authenticated; the sealed bytes are at most [`DETAIL_OVERHEAD_BYTES_MAX`] longer. Two seals of
/// one text differ. What one customer's key sealed, no other's opens.
pub trait DetailSealer: Send + Sync {
    /// Seals `plain`.
    fn seal(&self, customer: Option<CustomerId>, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, DetailError>;

    /// Opens what [`seal`](Self::seal) sealed with the same customer and `aad`.
    fn open(
        &self,
        customer: Option<CustomerId>,
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, DetailError>;
}

/// An opened detail whose every field agrees with the commitment in its entry.
pub struct Detail(BTreeMap<FactName, (Salt, Zeroizing<String>)>);

type Salt = [u8; 16];
const SALT_BYTES: usize = 16;
const VERSION: u8 = 0;

impl Detail {
    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields().find(|(field, _)| field.as_str() == name).map(|(_, value)| value)
    }

    /// The fields in the order of their names.
    pub fn fields(&self) -> impl Iterator<Item = (&FactName, &str)> {
        self.0.iter().map(|(name, (_, value))| (name, value.as_str()))
    }

    /// Salts drawn for fields that are to be sealed.
    pub(crate) fn salted(
        fields: BTreeMap<FactName, String>,
        random: &dyn Random,
    ) -> Result<Self, RandomError> {
        let mut salted = BTreeMap::new();
        for (name, value) in fields {
            let value = Zeroizing::new(value);
            let mut salt = Salt::default();
            random.fill(&mut salt)?;
            salted.insert(name, (salt, value));
        }
        Ok(Self(salted))
    }

    /// HMAC-SHA256(salt, name || 0x00 || value) per field; a name holds no 0x00.
    pub(crate) fn commitments(&self) -> BTreeMap<FactName, Digest> {
        self.0.iter().map(|(name, (salt, value))| (name.clone(), commitment(salt, name, value))).collect()
    }

    /// FORMAT: version (1), then per field in order of names: name length u8, name, salt (16), value length u32 LE,
    /// value (UTF-8). `None` past the limit.
    pub(crate) fn encode(&self) -> Option<Zeroizing<Vec<u8>>> {
        let bytes = self.0.iter().fold(1_usize, |sum, (name, (_, value))| {
            sum.saturating_add(name.as_str().len()).saturating_add(value.len()).saturating_add(SALT_BYTES + 5)
        });
        if bytes > DETAIL_BYTES_MAX {
            return None;
        }
        // Sized beforehand: growing would leave a copy behind.
        let mut out = Zeroizing::new(Vec::with_capacity(bytes));
        out.push(VERSION);
        for (name, (salt, value)) in &self.0 {
            out.push(u8::try_from(name.as_str().len()).ok()?);
            out.extend_from_slice(name.as_str().as_bytes());
            out.extend_from_slice(salt);
            out.extend_from_slice(&u32::try_from(value.len()).ok()?.to_le_bytes());
            out.extend_from_slice(value.as_bytes());
        }
        Some(out)
    }

    pub(crate) fn decode(plain: &[u8]) -> Option<Self> {
        let (version, mut rest) = plain.split_first()?;
        if *version != VERSION || plain.len() > DETAIL_BYTES_MAX {
            return None;
        }
        let mut fields = BTreeMap::new();
        while let Some((bytes, after)) = rest.split_first() {
            let (name, after) = after.split_at_checked(usize::from(*bytes))?;
            let (salt, after) = after.split_first_chunk::<SALT_BYTES>()?;
            let (bytes, after) = after.split_first_chunk()?;
            let (value, after) = after.split_at_checked(usize::try_from(u32::from_le_bytes(*bytes)).ok()?)?;
            let name = FactName::new(std::str::from_utf8(name).ok()?).ok()?;
            if fields.last_key_value().is_some_and(|(last, _)| *last >= name) {
                return None;
            }
            fields.insert(name, (*salt, Zeroizing::new(std::str::from_utf8(value).ok()?.to_owned())));
            rest = after;
        }
        (!fields.is_empty()).then_some(Self(fields))
    }
}

// The values are personal data; with a salt, a commitment could be tried against guesses.
impl fmt::Debug for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Detail([redacted] in {} field(s))", self.0.len())
    }
}

impl Drop for Detail {
    fn drop(&mut self) {
        for (salt, _) in self.0.values_mut() {
            salt.zeroize();
        }
    }
}

/// What a sealed detail is bound to: its stream, its entry, its customer.
pub(crate) fn aad(stream: Stream, id: EntryId, customer: Option<CustomerId>) -> Vec<u8> {
    let mut aad = b"strongroom-audit/detail/0".to_vec();
    aad.extend_from_slice(stream.tenant.as_bytes());
    aad.extend_from_slice(&stream.generation.to_be_bytes());
    aad.extend_from_slice(id.as_bytes());
    if let Some(customer) = customer {
        aad.extend_from_slice(customer.as_bytes());
    }
    aad
}

fn commitment(salt: &Salt, name: &FactName, value: &str) -> Digest {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, salt));
    context.update(name.as_str().as_bytes());
    context.update(&[0]);
    context.update(value.as_bytes());
    let mut bytes = [0; 32];
    for (byte, tag) in bytes.iter_mut().zip(context.sign().as_ref()) {
        *byte = *tag;
    }
    Digest::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;

    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
            bytes.fill(7);
            Ok(())
        }
    }

    #[test]
    fn a_detail_comes_back_and_no_prefix_of_it_does() {
        let fields = BTreeMap::from([
            (FactName::from_static("address"), "203.0.113.9".to_owned()),
            (FactName::from_static("reason"), "客户来电".to_owned()),
        ]);
        let detail = Detail::salted(fields, &Fixed).unwrap();
        assert_eq!(format!("{detail:?}"), "Detail([redacted] in 2 field(s))");
        let plain = detail.encode().unwrap();
        let back = Detail::decode(&plain).unwrap();
        assert_eq!(back.commitments(), detail.commitments());
        assert_eq!(back.get("reason"), Some("客户来电"));
        let whole_fields = 1 + 1 + 7 + SALT_BYTES + 4 + 11;
        for cut in (0..plain.len()).filter(|cut| *cut != whole_fields) {
            assert!(Detail::decode(&plain[..cut]).is_none(), "{cut}");
        }
        assert!(Detail::decode(&[plain.as_slice(), &[0]].concat()).is_none());
        assert!(Detail::decode(&[&plain[..], &plain[1..]].concat()).is_none(), "names must ascend");
    }

    #[test]
    fn a_detail_keeps_its_limit() {
        let sized = |bytes| {
            let fields = BTreeMap::from([(FactName::from_static("a"), "x".repeat(bytes))]);
            Detail::salted(fields, &Fixed).unwrap().encode()
        };
        let overhead = 1 + 1 + 1 + SALT_BYTES + 4;
        assert_eq!(sized(DETAIL_BYTES_MAX - overhead).unwrap().len(), DETAIL_BYTES_MAX);
        assert!(sized(DETAIL_BYTES_MAX - overhead + 1).is_none());
    }
}
