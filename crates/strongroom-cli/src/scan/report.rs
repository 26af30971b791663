//! What a scan says: findings as they come, what was left out, and what it all comes to.

use super::{
    Located,
    lines::{Answer, Line},
    plan::Gate,
    sarif::Sarif,
    source::Unread,
};
use crate::{
    args::Format,
    error::CliError,
    output::{Outcome, Output},
    text::{count, one_line},
};
use indicatif::ProgressBar;
use serde::Serialize;
use std::{
    collections::BTreeMap,
    io::{self, Write},
};
use strongroom_dlp::Entity;

/// So many binary files are named; of the others the summary tells the number.
const BINARY_NAMED_MAX: u64 = 10;

/// What a scan comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(super) struct Summary {
    /// Inputs that were scanned.
    pub(super) files: u64,
    /// Bytes of them.
    pub(super) bytes: u64,
    /// How many findings of which entity.
    pub(super) findings: BTreeMap<&'static str, u64>,
    /// Binary files that were left out.
    pub(super) skipped: u64,
    /// Inputs that could not be scanned.
    pub(super) unread: u64,
    /// Lines that are no JSON object.
    pub(super) bad_lines: u64,
    /// Copies that were written.
    pub(super) copies: u64,
    /// Copies that could not be.
    pub(super) copies_failed: u64,
}

/// Writes a report piece by piece.
pub(super) struct Report<'r, W> {
    output: Output,
    out: W,
    bar: &'r ProgressBar,
    gate: &'r Gate,
    sarif: Option<Sarif>,
    summary: Summary,
    stops: bool,
}

#[derive(Serialize)]
struct Document<'s> {
    summary: &'s Summary,
}

#[derive(Serialize)]
struct InFile<'f, T> {
    path: &'f str,
    #[serde(flatten)]
    what: &'f T,
}

impl<'r, W: Write> Report<'r, W> {
    /// A report about these entities.
    pub(super) fn new(
        output: Output,
        out: W,
        bar: &'r ProgressBar,
        gate: &'r Gate,
        entities: impl Iterator<Item = Entity>,
    ) -> io::Result<Self> {
        let sarif = (output.format() == Format::Sarif).then(|| Sarif::new(entities.collect()));
        let mut report = Self { output, out, bar, gate, sarif, summary: Summary::default(), stops: false };
        if let Some(sarif) = &report.sarif {
            sarif.begin(&mut report.out)?;
        }
        Ok(report)
    }

    /// An input was scanned.
    pub(super) fn scanned(&mut self, path: &str, bytes: u64, found: &[Located]) -> io::Result<()> {
        self.input(bytes);
        for one in found {
            match (&mut self.sarif, self.output.format()) {
                (Some(sarif), _) => sarif.result(&mut self.out, path, one)?,
                (None, Format::Human) => writeln!(
                    self.out,
                    "{}:{}:{} {} {:.2} {}",
                    one_line(path),
                    one.line,
                    one.column,
                    one.entity,
                    one.confidence,
                    one.evidence
                )?,
                (None, Format::Json | Format::Sarif) => {
                    self.out.write_all(if self.summary.findings.is_empty() { b"[\n " } else { b",\n " })?;
                    serde_json::to_writer(&mut self.out, &InFile { path, what: one })?;
                }
                (None, Format::Jsonl) => self.json_line(path, one)?,
            }
            self.count(one);
        }
        // A person sees each file's findings when it is done, and the bar stands below them.
        if !found.is_empty() && !self.bar.is_hidden() {
            let out = &mut self.out;
            self.bar.suspend(|| out.flush())?;
        }
        Ok(())
    }

    /// An input of lines was read; its lines were told before.
    pub(super) fn input(&mut self, bytes: u64) {
        self.summary.files = self.summary.files.saturating_add(1);
        self.summary.bytes = self.summary.bytes.saturating_add(bytes);
    }

    /// A line of an input was scanned.
    pub(super) fn line(&mut self, path: &str, answer: &Answer) -> io::Result<()> {
        match answer {
            Ok(line) => self.good_line(path, line),
            Err((number, reason)) => {
                self.summary.bad_lines = self.summary.bad_lines.saturating_add(1);
                let shown = if path == "-" { "standard input" } else { path };
                if let Some(sarif) = &mut self.sarif {
                    let reason = format!("line {number}: {reason}");
                    sarif.unread(&Unread { path: path.to_owned(), reason });
                }
                self.complain(&format!("{}, line {number}: {reason}", one_line(shown)))
            }
        }
    }

    fn good_line(&mut self, path: &str, line: &Line) -> io::Result<()> {
        if let Some(sarif) = &mut self.sarif {
            for found in &line.findings {
                sarif.line(&mut self.out, path, line.number, found)?;
            }
        } else {
            self.json_line(path, line)?;
        }
        for found in &line.findings {
            self.count(&found.located);
        }
        Ok(())
    }

    fn json_line(&mut self, path: &str, what: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, &InFile { path, what })?;
        self.out.write_all(b"\n")
    }

    fn count(&mut self, found: &Located) {
        let count = self.summary.findings.entry(found.entity.name()).or_default();
        *count = count.saturating_add(1);
        self.stops |= self.gate.stops(found.entity, found.confidence);
    }

    /// An input was left out because it is binary.
    pub(super) fn binary(&mut self, path: &str) {
        self.summary.skipped = self.summary.skipped.saturating_add(1);
        if let Some(sarif) = &mut self.sarif {
            sarif.binary(path);
        }
        if self.summary.skipped <= BINARY_NAMED_MAX {
            let path = one_line(path);
            self.bar.suspend(|| {
                self.output.remark(&format!("{path}: binary, left out; `--binary` looks into it"));
            });
        }
    }

    /// An input could not be scanned.
    pub(super) fn unread(&mut self, unread: &Unread) -> io::Result<()> {
        self.summary.unread = self.summary.unread.saturating_add(1);
        if let Some(sarif) = &mut self.sarif {
            sarif.unread(unread);
        }
        self.complain(&format!("{}: {}", one_line(&unread.path), unread.reason))
    }

    /// A copy was written, or could not be.
    pub(super) fn copy(&mut self, written: Result<(), CliError>) -> io::Result<()> {
        match written {
            Ok(()) => self.summary.copies = self.summary.copies.saturating_add(1),
            Err(error) => {
                self.summary.copies_failed = self.summary.copies_failed.saturating_add(1);
                self.complain(&error.to_string())?;
            }
        }
        Ok(())
    }

    fn complain(&mut self, message: &str) -> io::Result<()> {
        // What was found before stands above the complaint.
        self.out.flush()?;
        self.bar.suspend(|| self.output.error(&CliError::input(message)));
        Ok(())
    }

    /// Ends the report, with how the command ended.
    pub(super) fn finish(mut self, lines: bool) -> Result<Outcome, CliError> {
        let failed = self.summary.failures();
        if let Some(sarif) = &self.sarif {
            sarif.end(&mut self.out, &self.summary, failed.is_none())?;
        } else if self.output.format() == Format::Json && !lines {
            self.out.write_all(if self.summary.findings.is_empty() { b"[]\n" } else { b"\n]\n" })?;
        }
        self.out.flush()?;
        self.bar.finish_and_clear();
        self.output.summary(&Document { summary: &self.summary }, || self.summary.words());
        match failed {
            Some(failed) => Err(CliError::input(failed)),
            None if self.stops => Ok(Outcome::Found),
            None => Ok(Outcome::Done),
        }
    }
}

impl Summary {
    fn words(&self) -> String {
        let found = self.findings.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
        let each: Vec<String> =
            self.findings.iter().map(|(entity, count)| format!("{entity} {count}")).collect();
        let mut words =
            format!("{} in {}, {}", count(found, "finding"), count(self.files, "file"), size(self.bytes));
        if !each.is_empty() {
            words.push_str(": ");
            words.push_str(&each.join(", "));
        }
        if self.skipped > 0 {
            words.push_str("; ");
            words.push_str(&count(self.skipped, "binary file"));
            words.push_str(" left out");
        }
        if self.copies > 0 {
            words.push_str("; covered copies: ");
            words.push_str(&self.copies.to_string());
        }
        words
    }

    /// What went wrong, if anything did.
    fn failures(&self) -> Option<String> {
        let mut failures = Vec::new();
        if self.unread > 0 {
            failures.push(format!("{} could not be scanned", count(self.unread, "file")));
        }
        if self.bad_lines > 0 {
            failures.push(format!("{} could not be scanned", count(self.bad_lines, "line")));
        }
        if self.copies_failed > 0 {
            let what = if self.copies_failed == 1 {
                "1 copy".to_owned()
            } else {
                format!("{} copies", self.copies_failed)
            };
            failures.push(format!("{what} could not be written"));
        }
        (!failures.is_empty()).then(|| failures.join("; "))
    }
}

/// A number of bytes for people.
fn size(bytes: u64) -> String {
    const KIB: u64 = 1024;
    const MIB: u64 = 1024 * KIB;
    let whole = |unit: u64| bytes.checked_div(unit).unwrap_or_default();
    match bytes {
        0..=10_239 => count(bytes, "byte"),
        10_240..=10_485_759 => format!("{} KiB", whole(KIB)),
        _ => format!("{} MiB", whole(MIB)),
    }
}
