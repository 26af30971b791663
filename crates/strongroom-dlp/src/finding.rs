//! What a scan returns: where, what, how sure, and why. Never the matched text.

use std::fmt;
use std::ops::Range;

use crate::Entity;
use crate::fact::Fact;

/// How many facts one finding can carry beside its word.
const FACTS_MAX: usize = 4;

/// One place in the input that holds personal or secret data.
///
/// It carries no matched text, so it may be logged, stored and shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finding {
    /// What was found.
    pub entity: Entity,
    /// Offset of its first byte in the input as it was given.
    pub start: usize,
    /// Offset one past its last byte in the input as it was given.
    pub end: usize,
    /// How likely this is what it says, from 0 to 1: not a measured probability, but the sum of documented weights.
    pub confidence: f32,
    /// Which checks passed and which words nearby spoke for it.
    pub evidence: Evidence,
}

impl Finding {
    /// The byte range in the input.
    pub const fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// One reason to believe a finding. The words are the scanner's own, never the input's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Proof {
    /// A check digit or check sum holds.
    Checksum(&'static str),
    /// A context word from the scanner's lists stands nearby.
    Context(&'static str),
    /// The shape is one that is in use: a prefix, a region, a length, a grouping.
    Structure(&'static str),
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checksum(id) => write!(f, "checksum:{id}"),
            Self::Context(word) => write!(f, "context:{word}"),
            Self::Structure(id) => write!(f, "structure:{id}"),
        }
    }
}

/// The reasons for one finding.
///
/// Displayed as `checksum:iso7064_mod11_2,structure:region,context:身份证`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Evidence {
    facts: [Option<Fact>; FACTS_MAX],
    /// One pointer to the word in the scanner's lists, half as much as the word itself would take.
    word: Option<&'static &'static str>,
}

impl Evidence {
    /// The reasons, checks first, context last.
    pub fn iter(&self) -> impl Iterator<Item = Proof> + '_ {
        let word = self.word.map(|word| Proof::Context(word));
        self.facts.iter().flatten().map(|fact| fact.proof()).chain(word)
    }

    /// Whether a check digit or check sum holds.
    pub fn has_checksum(&self) -> bool {
        self.iter().any(|proof| matches!(proof, Proof::Checksum(_)))
    }

    /// The context word that speaks for the finding, if there is one.
    pub fn context(&self) -> Option<&'static str> {
        self.word.copied()
    }

    /// With one more fact; one past the fourth is dropped, which no detector reaches.
    #[must_use]
    pub(crate) fn with(mut self, fact: Fact) -> Self {
        if let Some(free) = self.facts.iter_mut().find(|slot| slot.is_none()) {
            *free = Some(fact);
        }
        self
    }

    /// With the word nearby that speaks for it.
    #[must_use]
    pub(crate) const fn beside(mut self, word: &'static &'static str) -> Self {
        self.word = Some(word);
        self
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, proof) in self.iter().enumerate() {
            if place > 0 {
                f.write_str(",")?;
            }
            proof.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Evidence({self})")
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Evidence {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Finding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut fields = serializer.serialize_struct("Finding", 5)?;
        fields.serialize_field("entity", &self.entity)?;
        fields.serialize_field("start", &self.start)?;
        fields.serialize_field("end", &self.end)?;
        fields.serialize_field("confidence", &self.confidence)?;
        fields.serialize_field("evidence", &self.evidence)?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_prints_in_a_compact_form() {
        let evidence = Evidence::default().with(Fact::Luhn).with(Fact::Unionpay).beside(&"银行卡");
        assert_eq!(evidence.to_string(), "checksum:luhn,structure:unionpay,context:银行卡");
        assert_eq!(evidence.context(), Some("银行卡"));
        assert!(evidence.has_checksum());
        assert_eq!(Evidence::default().to_string(), "");
    }
}
