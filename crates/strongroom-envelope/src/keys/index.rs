//! Blind indexes: searching sealed fields without opening them.

use super::{IndexKeys, Keys, rows::Place};
use crate::{KeysError, codec::list, wipe::Wiped};
use ring::hmac;
use std::{
    fmt,
    sync::{Arc, MutexGuard, PoisonError},
};
use strongroom_types::{FieldName, Timestamp};

/// What stands in an index in place of a value: equal values of one field have equal tokens, and nothing else can
/// be told from one without the key.
///
/// 128 bits of HMAC-SHA256: two values of one field share a token by chance only past some 2^64 of them. A field with few distinct
/// values must not be indexed: counting tokens would tell them apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IndexToken([u8; 16]);

impl IndexToken {
    /// The token that stands in an index with these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes that stand in the index.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

// A token is derived from personal data, and links what has it.
impl fmt::Debug for IndexToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IndexToken([redacted])")
    }
}

impl Keys {
    /// Makes the key of a field's index, durably, if there is none. Versions let an index be rebuilt under a new key
    /// while the old one still answers.
    pub fn ensure_index_key(&self, field: &FieldName, version: u32, now: Timestamp) -> Result<(), KeysError> {
        self.ensure(&Place::Index { field: field.clone(), version }, now)
    }

    /// The token of a value that was [`normalise`](crate::normalise)d for its type.
    pub fn index_token(
        &self,
        field: &FieldName,
        version: u32,
        normalised: &[u8],
    ) -> Result<IndexToken, KeysError> {
        let key = self.index_key(field, version)?;
        let tag = hmac::sign(&key, &list(&[b"index token", normalised]));
        let mut token = [0; 16];
        // Truncation (RFC 2104, section 5): the leftmost bytes.
        token.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
        Ok(IndexToken(token))
    }

    fn index_key(&self, field: &FieldName, version: u32) -> Result<Arc<Wiped<hmac::Key>>, KeysError> {
        let name = (field.clone(), version);
        if let Some(key) = self.index_keys().get(&name) {
            return Ok(Arc::clone(key));
        }
        let place = Place::Index { field: field.clone(), version };
        let secret = self.unwrap_at(&place)?.1;
        let key = Arc::new(Wiped::new(hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret())));
        self.index_keys().insert(name, Arc::clone(&key));
        Ok(key)
    }

    fn index_keys(&self) -> MutexGuard<'_, IndexKeys> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
