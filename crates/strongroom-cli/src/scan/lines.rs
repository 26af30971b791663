//! Lines `{"id","text"}` in, lines `{"id","findings":[..]}` out.

use super::{INPUT_BYTES_MAX, Scan};
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Read, Write};
use strongroom_dlp::Entity;

#[derive(Deserialize)]
struct LineIn {
    /// A text or a number; it comes back as it is.
    id: serde_json::Value,
    text: String,
}

#[derive(Serialize)]
struct LineOut {
    id: serde_json::Value,
    findings: Vec<Found>,
}

#[derive(Serialize)]
struct Found {
    entity: Entity,
    start: usize,
    end: usize,
    confidence: f32,
}

/// What became of the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Lines {
    /// Findings in all of them.
    pub(super) findings: u64,
    /// Lines that are not of the form.
    pub(super) bad: u64,
}

/// Scans line by line. A line that is not of the form is told to `refused`, by its number and why, and the others go
/// on. Nothing of a line's content is ever told.
pub(super) fn scan(
    scan: &Scan,
    mut input: impl BufRead,
    out: &mut dyn Write,
    refused: &mut dyn FnMut(u64, &str) -> io::Result<()>,
) -> io::Result<Lines> {
    let mut lines = Lines::default();
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let read = input.by_ref().take(INPUT_BYTES_MAX.saturating_add(1)).read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        let too_long = u64::try_from(read).is_ok_and(|read| read > INPUT_BYTES_MAX);
        if too_long && line.last() != Some(&b'\n') {
            skip_line(&mut input)?;
        }
        let text = line.trim_ascii();
        if text.is_empty() {
            continue;
        }
        let parsed = if too_long { Err("the line is too long".to_owned()) } else { parse(text) };
        match parsed {
            Ok(LineIn { id, text }) => {
                let findings = scan.text(&text);
                lines.findings =
                    lines.findings.saturating_add(u64::try_from(findings.len()).unwrap_or(u64::MAX));
                let findings = findings.iter().map(|finding| Found {
                    entity: finding.entity,
                    start: finding.start,
                    end: finding.end,
                    confidence: finding.confidence,
                });
                serde_json::to_writer(&mut *out, &LineOut { id, findings: findings.collect() })?;
                out.write_all(b"\n")?;
            }
            Err(reason) => {
                lines.bad = lines.bad.saturating_add(1);
                refused(number, &reason)?;
            }
        }
    }
    out.flush()?;
    Ok(lines)
}

fn parse(line: &[u8]) -> Result<LineIn, String> {
    let parsed: LineIn = serde_json::from_slice(line).map_err(|error| {
        // SECURITY: the parser's own words may quote the value that it did not expect; only the place is told.
        let what = match error.classify() {
            serde_json::error::Category::Data => "no object with a text `text` and an `id`",
            serde_json::error::Category::Eof => "the line ends in the middle of the JSON",
            serde_json::error::Category::Io | serde_json::error::Category::Syntax => "no JSON",
        };
        format!("{what} (column {})", error.column())
    })?;
    match parsed.id {
        serde_json::Value::String(_) | serde_json::Value::Number(_) => Ok(parsed),
        _ => Err("`id` is neither a text nor a number".to_owned()),
    }
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let (used, ended) = {
            let available = input.fill_buf()?;
            match available.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at.saturating_add(1), true),
                None => (available.len(), available.is_empty()),
            }
        };
        input.consume(used);
        if ended {
            return Ok(());
        }
    }
}
