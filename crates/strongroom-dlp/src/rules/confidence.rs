//! How sure a finding must be for a rule.

use std::fmt;

use thiserror::Error;

/// A confidence from 0 to 1, as rules compare it with [`Finding::confidence`](crate::Finding::confidence).
///
/// In configuration it is a plain number.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "f32", try_from = "f32"))]
pub struct Confidence(f32);

// It is never NaN.
impl Eq for Confidence {}

impl Confidence {
    /// From 0 to 1; anything else, and what is not a number, is refused.
    pub fn new(value: f32) -> Result<Self, ConfidenceError> {
        // The sum makes one value of the two zeros.
        if (0.0..=1.0).contains(&value) { Ok(Self(value + 0.0)) } else { Err(ConfidenceError(value)) }
    }

    /// From 0 to 1.
    pub const fn value(self) -> f32 {
        self.0
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<f32> for Confidence {
    type Error = ConfidenceError;

    fn try_from(value: f32) -> Result<Self, Self::Error> {
        Self::new(value)
    }
}

impl From<Confidence> for f32 {
    fn from(confidence: Confidence) -> Self {
        confidence.0
    }
}

/// A number that is no confidence.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error("`{0}` is no confidence, which is from 0 to 1")]
pub struct ConfidenceError(f32);
