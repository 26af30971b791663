//! `scan`: personal data in files, folders and standard input. Needs no vault, and never prints what it finds.

mod command;
mod lines;
mod place;
mod source;

#[cfg(test)]
mod tests;

pub(crate) use command::run;

use serde::Serialize;
use std::path::PathBuf;
use strongroom_dlp::{Encoding, Entity, Finding, Scanner, detect_encoding};

/// The longest input: it is held in memory, decoded, and searched as a whole.
pub(crate) const INPUT_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// What is looked for.
#[derive(Debug)]
pub(crate) struct Scan {
    scanner: Scanner,
    encoding: Option<Encoding>,
}

/// One finding. It names no value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Located {
    /// The file, `-` for standard input.
    pub(crate) path: String,
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

/// Something that could not be scanned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Skipped {
    /// Which file, or standard input.
    pub(crate) path: PathBuf,
    /// Why.
    pub(crate) reason: String,
}

impl Scan {
    /// A scan for `entities`, or all that there are if there is none, in this encoding or the one that each input is
    /// most likely in.
    ///
    /// # Errors
    /// A threshold outside 0 to 1.
    pub(crate) fn new(
        entities: &[Entity],
        threshold: Option<f32>,
        encoding: Option<Encoding>,
    ) -> Result<Self, strongroom_dlp::BuildError> {
        let mut builder = Scanner::builder();
        if !entities.is_empty() {
            builder = builder.with_entities(entities);
        }
        if let Some(threshold) = threshold {
            builder = builder.threshold(threshold);
        }
        Ok(Self { scanner: builder.build()?, encoding })
    }

    /// What is in these bytes.
    pub(crate) fn bytes(&self, path: &str, bytes: &[u8]) -> Vec<Located> {
        let encoding = self.encoding.unwrap_or_else(|| detect_encoding(bytes));
        let findings = self.scanner.scan_encoded(bytes, encoding);
        let places = place::places(bytes, encoding, findings.iter().map(|finding| finding.start));
        findings.iter().zip(places).map(|(finding, place)| located(path, finding, place)).collect()
    }

    /// What is in this text; offsets in its bytes as UTF-8.
    pub(crate) fn text(&self, text: &str) -> Vec<Finding> {
        self.scanner.scan(text.as_bytes())
    }
}

fn located(path: &str, finding: &Finding, (line, column): (usize, usize)) -> Located {
    Located {
        path: path.to_owned(),
        entity: finding.entity,
        start: finding.start,
        end: finding.end,
        confidence: finding.confidence,
        evidence: finding.evidence.to_string(),
        line,
        column,
    }
}
