#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod chain;
pub mod check;
mod context;
mod custom;
mod detect;
mod entity;
mod fact;
mod finding;
mod glyph;
mod mask;
mod national;
mod normal;
mod pass;
mod resolve;
mod rules;
mod scanner;
mod stream;
mod trigger;

#[cfg(feature = "pseudonyms")]
mod baseline;
#[cfg(feature = "encodings")]
mod encoding;
#[cfg(feature = "pseudonyms")]
mod fingerprint;
#[cfg(feature = "pseudonyms")]
mod input;
mod lanes;
mod lone;
#[cfg(feature = "pseudonyms")]
mod suppress;
#[cfg(feature = "serde")]
mod version;

#[cfg(test)]
mod testing;

pub use custom::{CUSTOM_BYTES_MAX, Detector, Match};
#[cfg(feature = "patterns")]
pub use custom::{Pattern, PatternError};
pub use entity::{CustomEntity, CustomEntityError, Entity, UnknownEntity};
pub use finding::{Evidence, Finding, Proof};
pub use mask::{
    Cover, MaskError, Masked, MaskedBytes, MaskedSpan, Style, Tokens, mask, mask_bytes, mask_with, restore,
};
pub use rules::{
    Confidence, ConfidenceError, Overridden, OverrideError, Reason, Response, Rule, RuleFault, RuleProblem,
    Rules, RulesError, Verdict, recipient,
};
pub use scanner::{BuildError, Scanner, ScannerBuilder};
pub use stream::Stream;

#[cfg(feature = "encodings")]
pub use encoding::{Decoded, Encoding, UnknownEncoding, decode, detect as detect_encoding};
#[cfg(feature = "encodings")]
pub use mask::{mask_encoded, mask_encoded_with, restore_encoded};

#[cfg(feature = "pseudonyms")]
pub use baseline::{Accepted, Baseline, BaselineError, Compared};
#[cfg(feature = "pseudonyms")]
pub use fingerprint::{Fingerprint, NotAFingerprint, ValueKey};
#[cfg(feature = "pseudonyms")]
pub use input::Input;
#[cfg(feature = "pseudonyms")]
pub use mask::Pseudonyms;
#[cfg(feature = "pseudonyms")]
pub use suppress::{
    Applied, Day, DayError, Hit, Suppression, SuppressionError, SuppressionFault, Suppressions,
};
