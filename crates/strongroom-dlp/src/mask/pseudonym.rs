//! Covers that tell one value from another without telling the value.

use super::Cover;
use crate::Entity;
use crate::fingerprint::{Use, ValueKey};

/// Hex digits of a pseudonym: at least and at most.
const DIGITS: std::ops::RangeInclusive<usize> = 8..=64;

/// A keyed hash in the place of each value: `[PHONE:3f9a8c01d2e4b567]`.
///
/// The same value has the same pseudonym under the same key, in every text and in every way it is written (spacing,
/// grouping, width; for a mobile number of mainland China with or without its country code). It is HMAC-SHA-256 over
/// the entity and the value. There is no way back but to try values, which takes the key.
#[derive(Debug, Clone)]
pub struct Pseudonyms {
    key: ValueKey,
    digits: usize,
}

impl Pseudonyms {
    /// Under this key, with 16 hex digits: two of a million values share a pseudonym with a chance of 1 in 37 million.
    pub const fn new(key: ValueKey) -> Self {
        Self { key, digits: 16 }
    }

    /// With so many hex digits; fewer than 8 become 8, more than 64 become 64.
    #[must_use]
    pub fn digits(mut self, digits: usize) -> Self {
        self.digits = digits.clamp(*DIGITS.start(), *DIGITS.end());
        self
    }

    /// The pseudonym of a value, brackets and all.
    pub fn pseudonym(&self, entity: Entity, value: &str) -> String {
        let value = crate::normal::normal(entity, value);
        let digest = self.key.digest(Use::Pseudonym, entity.name(), &value, self.digits);
        format!("[{entity}:{digest}]")
    }
}

impl Cover for &Pseudonyms {
    fn cover(&mut self, entity: Entity, value: &str, out: &mut String) {
        out.push_str(&self.pseudonym(entity, value));
    }
}

impl Cover for Pseudonyms {
    fn cover(&mut self, entity: Entity, value: &str, out: &mut String) {
        out.push_str(&self.pseudonym(entity, value));
    }
}
