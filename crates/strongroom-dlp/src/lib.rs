#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod candidate;
pub mod check;
mod context;
mod detect;
mod entity;
mod finding;
mod glyph;
mod mask;
mod rules;
mod scanner;

#[cfg(feature = "encodings")]
mod encoding;

#[cfg(test)]
mod testing;

pub use entity::{Entity, UnknownEntity};
pub use finding::{Evidence, Finding, Proof};
pub use mask::{MaskError, Masked, MaskedSpan, Style, mask, mask_with};
pub use rules::{Reason, Response, Rule, Rules, Verdict, recipient};
pub use scanner::{BuildError, Scanner, ScannerBuilder};

#[cfg(feature = "encodings")]
pub use encoding::{Decoded, Encoding, UnknownEncoding, decode, detect as detect_encoding};
