//! What the arguments ask for, or why they cannot mean anything.

use super::{
    Scan, Wanted,
    source::{self, Walk},
};
use crate::{
    args::{FailOn, Format, ScanArgs},
    error::CliError,
};
use std::{
    fs,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    thread,
};
use strongroom_dlp::{Encoding, Entity};

/// What makes a scan fail.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Gate {
    on: FailOn,
    confidence_min: f32,
}

impl Gate {
    pub(super) fn new(args: &ScanArgs) -> Self {
        let on = match &args.fail_on {
            Some(on) => on.clone(),
            None if args.fail_on_findings => FailOn::Any,
            None => FailOn::Nothing,
        };
        Self { on, confidence_min: args.min_confidence.unwrap_or(0.0) }
    }

    /// Whether such a finding makes the scan fail.
    pub(super) fn stops(&self, entity: Entity, confidence: f32) -> bool {
        let named = match &self.on {
            FailOn::Any => true,
            FailOn::Nothing => false,
            FailOn::Entities(entities) => entities.contains(&entity),
        };
        named && confidence >= self.confidence_min
    }
}

/// Refuses arguments that contradict each other.
pub(super) fn check(args: &ScanArgs, format: Format) -> Result<(), CliError> {
    let stdin = |path: &Path| path == Path::new("-");
    let refuse = |words: &str| Err(CliError::usage(words));
    if args.list_detectors && format == Format::Sarif {
        return refuse("`--list-detectors` answers people or JSON; leave `--format sarif` out");
    }
    if args.jsonl_in && args.redact_to.is_some() {
        return refuse("`--redact-to` does not go with `--jsonl-in`; scan the file as text to get a copy");
    }
    if args.jsonl_in && args.encoding.0.is_some_and(|encoding| encoding != Encoding::Utf8) {
        return refuse("JSON lines are UTF-8; leave `--encoding` out, or `--jsonl-in`");
    }
    if args.files_from.as_deref().is_some_and(stdin) && args.paths.iter().any(|path| stdin(path)) {
        return refuse(
            "standard input is either the list of files or an input; name one of them another way",
        );
    }
    if let Some(confidence) = args.min_confidence {
        if !(0.0..=1.0).contains(&confidence) {
            return refuse("`--min-confidence` is not between 0 and 1");
        }
        if args.fail_on.is_none() && !args.fail_on_findings {
            return refuse(
                "`--min-confidence` says which findings `--fail-on` means, and there is none; to report fewer, use \
                 `--threshold`",
            );
        }
    }
    Ok(())
}

/// How to scan.
pub(super) fn scan(args: &ScanArgs) -> Result<Scan, CliError> {
    let listed = allowed(&args.allow_file)?;
    let named = args.allow.iter().map(|value| value.0.as_str());
    if named.clone().any(|value| value.trim().is_empty()) {
        return Err(CliError::usage("a value of `--allow` is empty"));
    }
    let wanted =
        Wanted { entities: &args.entities, not_entities: &args.not_entities, threshold: args.threshold };
    let scan = Scan::new(&wanted, named.chain(listed.iter().map(String::as_str)), args.encoding.0)
        .map_err(|error| CliError::usage(error.to_string()))?
        .with_binary(args.binary);
    if scan.entities().next().is_none() {
        return Err(CliError::usage("`--not-entity` leaves nothing to look for"));
    }
    if let Some(FailOn::Entities(entities)) = &args.fail_on
        && let Some(missed) = entities.iter().find(|entity| !scan.entities().any(|sought| sought == **entity))
    {
        // A check that can never fail is worse than none.
        let message = format!("`--fail-on {missed}` can never hold, since {missed} is not looked for");
        return Err(CliError::usage(message));
    }
    Ok(scan)
}

fn allowed(files: &[PathBuf]) -> Result<Vec<String>, CliError> {
    let mut values = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).map_err(|error| CliError::file(file, &error))?;
        for line in text.trim_start_matches('\u{feff}').lines().map(str::trim) {
            if !line.is_empty() && !line.starts_with('#') {
                values.push(line.to_owned());
            }
        }
    }
    Ok(values)
}

/// The paths that are named, here or in a list; standard input if none is.
pub(super) fn paths(args: &ScanArgs) -> Result<Vec<PathBuf>, CliError> {
    let mut paths = args.paths.clone();
    match &args.files_from {
        Some(list) => paths.extend(source::listed(list)?),
        None if paths.is_empty() => paths.push(PathBuf::from("-")),
        None => {}
    }
    Ok(paths)
}

/// How folders are walked: not into the copies of an earlier scan.
pub(super) fn walk(args: &ScanArgs) -> Walk {
    let without = args.redact_to.as_ref().filter(|to| to.is_dir()).and_then(|to| to.canonicalize().ok());
    Walk { hidden: args.hidden, ignored: args.no_ignore, without }
}

/// How many files are scanned at once.
pub(super) fn threads(args: &ScanArgs) -> NonZeroUsize {
    args.threads.unwrap_or_else(|| thread::available_parallelism().unwrap_or(NonZeroUsize::MIN))
}
