//! `scan` on the command line.

use super::{Located, Scan, Skipped, lines, source};
use crate::{
    args::{Format, ScanArgs},
    context::Context,
    error::{CliError, Failure},
    output::{Outcome, Output},
    text::{count, one_line},
};
use serde::Serialize;
use std::{
    fs::File,
    io::{self, BufReader, Write},
    path::{Path, PathBuf},
};

/// Scans.
pub(crate) fn run(args: &ScanArgs, context: &Context) -> Result<Outcome, CliError> {
    let scan = Scan::new(&args.entities, args.threshold, args.encoding.0)
        .map_err(|error| CliError::usage(error.to_string()))?;
    let stdout = io::stdout().lock();
    let ended = if args.jsonl_in {
        scan_lines(&scan, args, context.out, &mut io::BufWriter::new(stdout))?
    } else {
        let mut report = Report::new(context.out, io::BufWriter::new(stdout));
        scan_paths(&scan, args, &mut report)?;
        report.finish()?
    };
    if ended.skipped > 0 {
        return Err(CliError::new(Failure::Input, format!("{} scanned", ended.words())));
    }
    Ok(if args.fail_on_findings && ended.findings > 0 { Outcome::Found } else { Outcome::Done })
}

/// How a scan ended.
#[derive(Debug, Clone, Copy)]
struct Ended {
    findings: u64,
    skipped: u64,
    unit: &'static str,
}

impl Ended {
    fn words(self) -> String {
        format!("{} could not be", count(self.skipped, self.unit))
    }
}

fn scan_paths<W: Write>(scan: &Scan, args: &ScanArgs, report: &mut Report<W>) -> io::Result<()> {
    if args.paths.is_empty() {
        return scan_stdin(scan, report);
    }
    for path in &args.paths {
        if path == Path::new("-") {
            scan_stdin(scan, report)?;
            continue;
        }
        let mut skipped: Vec<Skipped> = Vec::new();
        source::files(
            std::slice::from_ref(path),
            args.hidden,
            &mut |file| match source::file(file) {
                Ok(bytes) => report.found(scan.bytes(&file.display().to_string(), &bytes)),
                Err(reason) => report.skipped(&Skipped { path: file.to_owned(), reason }),
            },
            &mut |one| {
                skipped.push(one);
                Ok(())
            },
        )?;
        for one in &skipped {
            report.skipped(one)?;
        }
    }
    Ok(())
}

fn scan_stdin<W: Write>(scan: &Scan, report: &mut Report<W>) -> io::Result<()> {
    report.files = report.files.saturating_add(1);
    match source::whole(io::stdin().lock()) {
        Ok(bytes) => report.found(scan.bytes("-", &bytes)),
        Err(reason) => report.skipped(&Skipped { path: PathBuf::from("standard input"), reason }),
    }
}

fn scan_lines(scan: &Scan, args: &ScanArgs, output: Output, out: &mut dyn Write) -> Result<Ended, CliError> {
    let mut ended = Ended { findings: 0, skipped: 0, unit: "line" };
    let paths: Vec<PathBuf> =
        if args.paths.is_empty() { vec![PathBuf::from("-")] } else { args.paths.clone() };
    for path in &paths {
        let stdin = path == Path::new("-");
        let shown = if stdin { "standard input".to_owned() } else { path.display().to_string() };
        let mut refused = |line: u64, reason: &str| {
            output.error(&CliError::input(format!("{shown}, line {line}: {reason}")));
            Ok(())
        };
        let lines = if stdin {
            lines::scan(scan, io::stdin().lock(), out, &mut refused)?
        } else {
            let file = File::open(path).map_err(|error| CliError::file(path, &error))?;
            lines::scan(scan, BufReader::new(file), out, &mut refused)?
        };
        ended.findings = ended.findings.saturating_add(lines.findings);
        ended.skipped = ended.skipped.saturating_add(lines.bad);
    }
    Ok(ended)
}

/// Writes findings as they come.
struct Report<W> {
    output: Output,
    out: W,
    files: u64,
    findings: u64,
    skipped: u64,
}

impl<W: Write> Report<W> {
    fn new(output: Output, out: W) -> Self {
        Self { output, out, files: 0, findings: 0, skipped: 0 }
    }

    fn found(&mut self, findings: Vec<Located>) -> io::Result<()> {
        self.files = self.files.saturating_add(1);
        for finding in findings {
            match self.output.format() {
                Format::Human => writeln!(
                    self.out,
                    "{}:{}:{} {} {:.2} {}",
                    one_line(&finding.path),
                    finding.line,
                    finding.column,
                    finding.entity,
                    finding.confidence,
                    finding.evidence
                )?,
                Format::Jsonl => self.json(&finding)?,
                Format::Json => {
                    self.out.write_all(if self.findings == 0 { b"[\n " } else { b",\n " })?;
                    serde_json::to_writer(&mut self.out, &finding)?;
                }
            }
            self.findings = self.findings.saturating_add(1);
        }
        Ok(())
    }

    fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, value)?;
        self.out.write_all(b"\n")
    }

    fn skipped(&mut self, skipped: &Skipped) -> io::Result<()> {
        self.skipped = self.skipped.saturating_add(1);
        // What was found before stands above the complaint.
        self.out.flush()?;
        let message = format!("{}: {}", one_line(&skipped.path.display().to_string()), skipped.reason);
        self.output.error(&CliError::input(message));
        Ok(())
    }

    fn finish(mut self) -> io::Result<Ended> {
        if self.output.format() == Format::Json {
            self.out.write_all(if self.findings == 0 { b"[]\n" } else { b"\n]\n" })?;
        }
        self.out.flush()?;
        let (findings, files) = (count(self.findings, "finding"), count(self.files, "file"));
        self.output.remark(&format!("{findings} in {files}"));
        Ok(Ended { findings: self.findings, skipped: self.skipped, unit: "file" })
    }
}
