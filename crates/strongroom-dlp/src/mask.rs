//! Rewriting text so that findings no longer show.

mod plan;
mod tokens;

#[cfg(feature = "encodings")]
mod encoded;
#[cfg(feature = "pseudonyms")]
mod pseudonym;

use std::fmt;
use std::ops::Range;

use thiserror::Error;

use crate::{Entity, Finding};
use plan::{Offsets, Piece, Plan, merged, splice};

#[cfg(feature = "encodings")]
pub use encoded::{mask_encoded, mask_encoded_with, restore_encoded};
#[cfg(feature = "pseudonyms")]
pub use pseudonym::Pseudonyms;
pub use tokens::{Tokens, restore};

/// What is written in the place of a value.
///
/// Implement it for a cover of your own. [`Style`], `Pseudonyms` and [`Tokens`] are those that come with the crate.
pub trait Cover {
    /// Appends what stands in the place of the value. It must not show the value, and should be ASCII where the text is
    /// to be written in another encoding than UTF-8.
    fn cover(&mut self, entity: Entity, value: &str, out: &mut String);

    /// Offsets in the text between values at which a `#` is put in, so that text is not taken for a cover when covers
    /// are read back. None, unless this is how the cover works; a cover that passes values on to [`Tokens`] must pass
    /// this on too.
    fn escapes(&self, between: &str) -> Vec<usize> {
        let _ = between;
        Vec::new()
    }
}

impl<C: Cover + ?Sized> Cover for &mut C {
    fn cover(&mut self, entity: Entity, value: &str, out: &mut String) {
        (**self).cover(entity, value, out);
    }

    fn escapes(&self, between: &str) -> Vec<usize> {
        (**self).escapes(between)
    }
}

/// How a finding is covered, without a way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Style {
    /// The name of the entity in brackets: `[PHONE]`.
    Redact,
    /// The first and last characters stay, and each one between becomes `*`.
    ///
    /// At least three characters and a third of all are covered; where more was asked to stay, none stays, so a short
    /// value is never shown whole. (3, 4) is the custom for a mobile number: `138****8000`.
    KeepEnds {
        /// Characters that stay at the start.
        first: usize,
        /// Characters that stay at the end.
        last: usize,
    },
    /// Each character becomes this one: as many characters, not always as many bytes.
    SameLength(char),
}

impl Cover for Style {
    fn cover(&mut self, entity: Entity, value: &str, out: &mut String) {
        match *self {
            Self::Redact => {
                out.push('[');
                out.push_str(entity.name());
                out.push(']');
            }
            Self::SameLength(with) => out.extend(value.chars().map(|_| with)),
            Self::KeepEnds { first, last } => {
                let total = value.chars().count();
                let kept = first.saturating_add(last);
                let hidden = total.saturating_sub(kept);
                // SECURITY: asking for three and four of a six-digit value must not show it.
                let (first, last) = if hidden >= total.div_ceil(3).max(3) { (first, last) } else { (0, 0) };
                let tail = total.saturating_sub(last);
                let shown = |(at, c)| if at < first || at >= tail { c } else { '*' };
                out.extend(value.chars().enumerate().map(shown));
            }
        }
    }
}

/// A style for each entity, chosen by a function: what `mask_with` runs on.
struct ByEntity<F>(F);

impl<C: Cover, F: FnMut(Entity) -> C> Cover for ByEntity<F> {
    fn cover(&mut self, entity: Entity, value: &str, out: &mut String) {
        (self.0)(entity).cover(entity, value, out);
    }
}

/// Text with its findings covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// The new text.
    pub text: String,
    /// What was covered, in order.
    pub spans: Vec<MaskedSpan>,
    offsets: Offsets,
}

/// Bytes with their findings covered, in the encoding they had; each byte outside the findings is as it was.
#[derive(Clone, PartialEq, Eq)]
pub struct MaskedBytes {
    /// The new bytes.
    pub bytes: Vec<u8>,
    /// What was covered, in order.
    pub spans: Vec<MaskedSpan>,
    offsets: Offsets,
}

impl fmt::Debug for MaskedBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MaskedBytes({} bytes, {:?})", self.bytes.len(), self.spans)
    }
}

/// Where one covered finding was, and where its cover is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskedSpan {
    /// What is covered; where findings overlapped, the first of them.
    pub entity: Entity,
    /// Bytes in the text as it was given.
    pub source: Range<usize>,
    /// Bytes in the new text.
    pub target: Range<usize>,
}

impl Masked {
    /// Where the byte at this offset of the given text is in the new one; `None` for one that was covered or that lies
    /// past the end. The end itself maps to the end.
    pub fn target_offset(&self, source_offset: usize) -> Option<usize> {
        self.offsets.target(source_offset)
    }

    /// Where the byte at this offset of the new text was in the given one; `None` for one that belongs to a cover or
    /// that lies past the end. The end itself maps to the end.
    pub fn source_offset(&self, target_offset: usize) -> Option<usize> {
        self.offsets.source(target_offset)
    }
}

impl MaskedBytes {
    /// As [`Masked::target_offset`].
    pub fn target_offset(&self, source_offset: usize) -> Option<usize> {
        self.offsets.target(source_offset)
    }

    /// As [`Masked::source_offset`].
    pub fn source_offset(&self, target_offset: usize) -> Option<usize> {
        self.offsets.source(target_offset)
    }
}

/// Why text could not be masked. No variant carries any of it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MaskError {
    /// A finding ends before it starts, is empty, or lies outside the text.
    #[error("a finding at bytes {start}..{end} does not lie inside a text of {length} bytes")]
    OutOfRange {
        /// Where the finding says it starts.
        start: usize,
        /// Where the finding says it ends.
        end: usize,
        /// Bytes in the text.
        length: usize,
    },
    /// A finding cuts a character in two or holds malformed bytes, so it belongs to another text or another encoding.
    #[error("a finding at bytes {start}..{end} cuts a character in two")]
    SplitsCharacter {
        /// Where the finding says it starts.
        start: usize,
        /// Where the finding says it ends.
        end: usize,
    },
    /// A cover or a restored value has a character that the encoding lacks.
    #[error("what should stand at bytes {start}..{end} has a character that the encoding lacks")]
    Unencodable {
        /// Where what it replaces starts.
        start: usize,
        /// Where what it replaces ends.
        end: usize,
    },
}

/// Covers every finding in the text in one way: a [`Style`], `&Pseudonyms`, or `&mut` [`Tokens`].
///
/// Findings may come in any order; those that overlap are covered as one. On an error nothing is returned, so text is
/// never half covered.
pub fn mask(text: &str, findings: &[Finding], mut cover: impl Cover) -> Result<Masked, MaskError> {
    let ranges = merged(text.len(), findings, |range| text.get(range.clone()).map(|_| range))?;
    let plan = Plan::new([(0, text)], ranges, &mut cover)?;
    let mut out = String::with_capacity(text.len());
    let (spans, offsets) = splice(&plan, text.len(), |piece| {
        match piece {
            Piece::Kept(range) => out.push_str(text.get(range).unwrap_or_default()),
            Piece::New(new) => out.push_str(new),
        }
        Some(out.len())
    })?;
    Ok(Masked { text: out, spans, offsets })
}

/// Covers every finding in the text, in the way that its entity asks for.
pub fn mask_with<C: Cover>(
    text: &str,
    findings: &[Finding],
    cover: impl FnMut(Entity) -> C,
) -> Result<Masked, MaskError> {
    mask(text, findings, ByEntity(cover))
}

/// Covers every finding in bytes that should be UTF-8 and may not be.
///
/// Malformed bytes outside the findings stay as they are; a finding that holds one is refused.
pub fn mask_bytes(
    bytes: &[u8],
    findings: &[Finding],
    mut cover: impl Cover,
) -> Result<MaskedBytes, MaskError> {
    let ranges = merged(bytes.len(), findings, |range| {
        std::str::from_utf8(bytes.get(range.clone())?).ok().map(|_| range)
    })?;
    let mut at = 0_usize;
    let chunks = bytes.utf8_chunks().map(|chunk| {
        let start = at;
        at = start.saturating_add(chunk.valid().len()).saturating_add(chunk.invalid().len());
        (start, chunk.valid())
    });
    let plan = Plan::new(chunks, ranges, &mut cover)?;
    let mut out = Vec::with_capacity(bytes.len());
    let (spans, offsets) = splice(&plan, bytes.len(), |piece| {
        match piece {
            Piece::Kept(range) => out.extend_from_slice(bytes.get(range).unwrap_or_default()),
            Piece::New(new) => out.extend_from_slice(new.as_bytes()),
        }
        Some(out.len())
    })?;
    Ok(MaskedBytes { bytes: out, spans, offsets })
}

#[cfg(test)]
mod tests;
