//! `scan`: personal data in files, folders and standard input. Needs no vault, and never prints what it finds.
//!
//! What the scanner library does is asked for in this file and in [`rewrite`] alone.

mod budget;
mod command;
mod copies;
mod detectors;
mod lines;
mod parallel;
mod place;
mod plan;
mod report;
mod rewrite;
mod sarif;
mod source;

#[cfg(test)]
mod tests;

pub(crate) use command::run;

use serde::Serialize;
use strongroom_dlp::{BuildError, Encoding, Entity, Finding, Scanner, Style, detect_encoding, mask};

/// The longest input: it is held in memory, decoded, and searched as a whole.
pub(crate) const INPUT_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// How much of a file's start decides whether it is text.
const HEAD_BYTES: usize = 64 * 1024;

/// What is looked for.
#[derive(Debug, Default)]
pub(crate) struct Wanted<'w> {
    /// These only, or all that the scanner looks for by itself if there is none.
    pub(crate) entities: &'w [Entity],
    /// Not these.
    pub(crate) not_entities: &'w [Entity],
    /// The confidence that a finding must reach.
    pub(crate) threshold: Option<f32>,
}

/// How inputs are scanned.
#[derive(Debug)]
pub(crate) struct Scan {
    scanner: Scanner,
    encoding: Option<Encoding>,
    binary: bool,
}

/// What is in an input.
#[derive(Debug)]
pub(crate) struct Scanned {
    /// The encoding that it was read in.
    pub(crate) encoding: Encoding,
    /// What was found, in order; offsets in the bytes of the input as it is.
    pub(crate) findings: Vec<Finding>,
}

/// One finding. It names no value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Located {
    /// What it is.
    pub(crate) entity: Entity,
    /// Where it begins, in bytes of the file as it is.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
    /// How sure the scanner is, 0 to 1.
    pub(crate) confidence: f32,
    /// Why it is so sure.
    pub(crate) evidence: String,
    /// The line, from 1.
    #[serde(skip)]
    pub(crate) line: usize,
    /// The character of the line, from 1.
    #[serde(skip)]
    pub(crate) column: usize,
}

impl Scan {
    /// A scan in this encoding, or the one that each input is most likely in.
    ///
    /// # Errors
    /// A threshold outside 0 to 1, or an allowed value with nothing in it.
    pub(crate) fn new<'a>(
        wanted: &Wanted<'_>,
        allowed: impl IntoIterator<Item = &'a str>,
        encoding: Option<Encoding>,
    ) -> Result<Self, BuildError> {
        let mut builder = Scanner::builder();
        if !wanted.entities.is_empty() {
            builder = builder.with_entities(wanted.entities);
        }
        builder = builder.without(wanted.not_entities);
        if let Some(threshold) = wanted.threshold {
            builder = builder.threshold(threshold);
        }
        builder = allowed.into_iter().fold(builder, strongroom_dlp::ScannerBuilder::allow);
        Ok(Self { scanner: builder.build()?, encoding, binary: false })
    }

    /// The same, and binary inputs are no exception.
    pub(crate) fn with_binary(mut self, binary: bool) -> Self {
        self.binary = binary;
        self
    }

    /// What it looks for.
    pub(crate) fn entities(&self) -> impl Iterator<Item = Entity> + '_ {
        self.scanner.entities()
    }

    /// What is in these bytes; `None` where they are binary and that was not asked for.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Option<Scanned> {
        let encoding = self.encoding.unwrap_or_else(|| detect_encoding(bytes));
        if !self.binary && is_binary(bytes, encoding) {
            return None;
        }
        Some(Scanned { encoding, findings: self.scanner.scan_encoded(bytes, encoding) })
    }

    /// What is in this text; offsets in its bytes as UTF-8.
    pub(crate) fn text(&self, text: &str) -> Vec<Finding> {
        self.scanner.scan(text.as_bytes())
    }

    /// The text with whatever is found in it covered, fit to be shown.
    pub(crate) fn shown(&self, text: &str) -> String {
        let findings = self.text(text);
        if findings.is_empty() {
            return text.to_owned();
        }
        // SECURITY: what cannot be covered is not shown at all.
        mask(text, &findings, Style::Redact).map_or_else(|_| "[redacted]".to_owned(), |masked| masked.text)
    }
}

impl Scanned {
    /// The findings with their lines and columns in the bytes they were found in.
    pub(crate) fn located(&self, bytes: &[u8]) -> Vec<Located> {
        let places = place::places(bytes, self.encoding, self.findings.iter().map(|finding| finding.start));
        let located = self.findings.iter().zip(places);
        located.map(|(finding, (line, column))| Located::new(finding, line, column)).collect()
    }
}

impl Located {
    fn new(finding: &Finding, line: usize, column: usize) -> Self {
        Self {
            entity: finding.entity,
            start: finding.start,
            end: finding.end,
            confidence: finding.confidence,
            evidence: finding.evidence.to_string(),
            line,
            column,
        }
    }
}

/// Whether the bytes are no text: there is a U+0000 near their start. UTF-16 has zero bytes, but never two that belong
/// together; and what is only taken for UTF-16 because of its zeros has an even length if it is.
fn is_binary(bytes: &[u8], encoding: Encoding) -> bool {
    let head = bytes.get(..HEAD_BYTES).unwrap_or(bytes);
    match encoding {
        Encoding::Utf16Be | Encoding::Utf16Le => {
            let marked = matches!(head, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]);
            let (pairs, _) = head.as_chunks::<2>();
            pairs.contains(&[0, 0]) || (!marked && !bytes.len().is_multiple_of(2))
        }
        _ => memchr::memchr(0, head).is_some(),
    }
}
