//! Stand-ins for masked values, from the keys of the blind indexes.

use crate::{Vault, vault::INDEX_VERSION};
use strongroom_policy::Pseudonyms;
use strongroom_types::{FieldName, Kind};

impl Vault {
    /// A keyed stand-in. The name of the use goes before the value, so that what a mask shows is nothing that stands in
    /// an index; equal values of the field look equal for as long as its index key lives.
    fn stand_in(&self, use_of_it: &str, kind: &Kind, field: &FieldName, value: &str) -> Option<String> {
        let message = [use_of_it, kind.as_str(), value].join("\0");
        // Only fields with an index have a key; of any other nothing shows.
        let token = self.keys.index_token(field, INDEX_VERSION, message.as_bytes()).ok()?;
        let hex = token.as_bytes().iter().map(|byte| format!("{byte:02x}"));
        Some(hex.collect())
    }
}

impl Pseudonyms for Vault {
    fn hash(&self, kind: &Kind, field: &FieldName, value: &str) -> Option<String> {
        // Eight bytes tell values apart and are short enough to read.
        Some(format!("#{}", self.stand_in("mask-hash", kind, field, value)?.get(..16)?))
    }

    fn token(&self, kind: &Kind, field: &FieldName, value: &str) -> Option<String> {
        Some(format!("tok-{}", self.stand_in("mask-token", kind, field, value)?))
    }
}
