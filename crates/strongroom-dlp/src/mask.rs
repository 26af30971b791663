//! Rewriting text so that findings no longer show.

use std::ops::Range;

use thiserror::Error;

use crate::{Entity, Finding};

/// How a finding is covered.
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

/// Text with its findings covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// The new text.
    pub text: String,
    /// What was covered, in order.
    pub spans: Vec<MaskedSpan>,
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
        let before = self.spans.partition_point(|span| span.source.end <= source_offset);
        if self.spans.get(before).is_some_and(|span| span.source.contains(&source_offset)) {
            return None;
        }
        let (source, target) = match before.checked_sub(1).and_then(|last| self.spans.get(last)) {
            Some(span) => (span.source.end, span.target.end),
            None => (0, 0),
        };
        let offset = target.checked_add(source_offset.checked_sub(source)?)?;
        (offset <= self.text.len()).then_some(offset)
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
    /// A finding cuts a character in two, so it belongs to another text.
    #[error("a finding at bytes {start}..{end} cuts a character in two")]
    SplitsCharacter {
        /// Where the finding says it starts.
        start: usize,
        /// Where the finding says it ends.
        end: usize,
    },
}

/// Covers every finding in the text, in one style.
///
/// Findings may come in any order; those that overlap are covered as one. On an error nothing is returned, so text is
/// never half covered.
pub fn mask(text: &str, findings: &[Finding], style: Style) -> Result<Masked, MaskError> {
    mask_with(text, findings, |_| style)
}

/// Covers every finding in the text, in the style that its entity asks for.
pub fn mask_with(
    text: &str,
    findings: &[Finding],
    style: impl Fn(Entity) -> Style,
) -> Result<Masked, MaskError> {
    let mut masked = Masked { text: String::with_capacity(text.len()), spans: Vec::new() };
    let mut copied = 0;
    for (entity, source) in merged(text, findings)? {
        let outside = MaskError::OutOfRange { start: source.start, end: source.end, length: text.len() };
        let (Some(between), Some(value)) = (text.get(copied..source.start), text.get(source.clone())) else {
            return Err(outside);
        };
        masked.text.push_str(between);
        let start = masked.text.len();
        cover(&mut masked.text, entity, value, style(entity));
        copied = source.end;
        masked.spans.push(MaskedSpan { entity, source, target: start..masked.text.len() });
    }
    masked.text.push_str(text.get(copied..).unwrap_or_default());
    Ok(masked)
}

/// The ranges to cover: checked, in order, and none touching another's inside.
fn merged(text: &str, findings: &[Finding]) -> Result<Vec<(Entity, Range<usize>)>, MaskError> {
    let mut ranges = Vec::<(Entity, Range<usize>)>::with_capacity(findings.len());
    for finding in findings {
        let Range { start, end } = finding.range();
        if start >= end || end > text.len() {
            return Err(MaskError::OutOfRange { start, end, length: text.len() });
        }
        if !text.is_char_boundary(start) || !text.is_char_boundary(end) {
            return Err(MaskError::SplitsCharacter { start, end });
        }
        ranges.push((finding.entity, finding.range()));
    }
    ranges.sort_by_key(|(entity, range)| (range.start, std::cmp::Reverse(range.end), *entity));
    let mut merged = Vec::<(Entity, Range<usize>)>::with_capacity(ranges.len());
    for (entity, range) in ranges {
        match merged.last_mut() {
            Some((_, last)) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push((entity, range)),
        }
    }
    Ok(merged)
}

fn cover(out: &mut String, entity: Entity, value: &str, style: Style) {
    match style {
        Style::Redact => {
            out.push('[');
            out.push_str(entity.name());
            out.push(']');
        }
        Style::SameLength(with) => out.extend(value.chars().map(|_| with)),
        Style::KeepEnds { first, last } => {
            let total = value.chars().count();
            let kept = first.saturating_add(last);
            let hidden = total.saturating_sub(kept);
            // SECURITY: asking for three and four of a six-digit value must not show it.
            let (first, last) = if hidden >= total.div_ceil(3).max(3) { (first, last) } else { (0, 0) };
            let tail = total.saturating_sub(last);
            out.extend(
                value.chars().enumerate().map(|(at, c)| if at < first || at >= tail { c } else { '*' }),
            );
        }
    }
}

#[cfg(test)]
mod tests;
