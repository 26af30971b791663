//! The only door to standard output and standard error.

use crate::{
    args::Format,
    error::{CliError, Failure},
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use std::{
    ffi::OsString,
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

/// How a command ended, where it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// As asked.
    Done,
    /// A check found something.
    Found,
    /// What was asked waits for an approval.
    Waiting,
}

impl Outcome {
    pub(crate) fn code(self) -> ExitCode {
        match self {
            Self::Done => ExitCode::SUCCESS,
            Self::Found => ExitCode::from(Failure::Check.code()),
            Self::Waiting => ExitCode::from(Failure::Waiting.code()),
        }
    }
}

/// How to answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    format: Format,
    quiet: bool,
}

impl Output {
    pub(crate) fn new(format: Format, quiet: bool) -> Self {
        Self { format, quiet }
    }

    /// In which format.
    pub(crate) fn format(self) -> Format {
        self.format
    }

    /// Answers one thing: `json` for programs, what `human` writes for people.
    pub(crate) fn show<T: Serialize + ?Sized>(
        self,
        json: &T,
        human: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), CliError> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        match self.format {
            Format::Human => human(&mut out)?,
            Format::Json | Format::Sarif => {
                serde_json::to_writer_pretty(&mut out, json).map_err(io::Error::from)?;
                writeln!(out)?;
            }
            Format::Jsonl => {
                serde_json::to_writer(&mut out, json).map_err(io::Error::from)?;
                writeln!(out)?;
            }
        }
        Ok(out.flush()?)
    }

    /// Answers a list: one JSON array, or one object per line.
    pub(crate) fn list<T: Serialize>(
        self,
        items: &[T],
        human: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), CliError> {
        if self.format != Format::Jsonl {
            return self.show(items, human);
        }
        let mut out = io::BufWriter::new(io::stdout().lock());
        for item in items {
            serde_json::to_writer(&mut out, item).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        Ok(out.flush()?)
    }

    /// A remark beside the answer, on standard error; not with `--quiet`.
    pub(crate) fn remark(self, text: &str) {
        if !self.quiet {
            self.warn(text);
        }
    }

    /// A remark that even `--quiet` lets through.
    pub(crate) fn warn(self, text: &str) {
        let mut err = io::stderr().lock();
        // Nobody can be told that standard error is closed.
        let _ = match self.format {
            Format::Human => writeln!(err, "{text}"),
            Format::Json | Format::Jsonl | Format::Sarif => {
                let json = serde_json::to_string(&Remark { remark: text }).unwrap_or_default();
                writeln!(err, "{json}")
            }
        };
    }

    /// What an answer comes to, on standard error; not with `--quiet`.
    pub(crate) fn summary<T: Serialize>(self, json: &T, human: impl FnOnce() -> String) {
        if self.quiet {
            return;
        }
        let text = match self.format {
            Format::Human => human(),
            Format::Json | Format::Jsonl | Format::Sarif => serde_json::to_string(json).unwrap_or_default(),
        };
        // Nobody can be told that standard error is closed.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Progress on standard error; hidden with `--quiet` and where standard error is not a terminal.
    pub(crate) fn progress(self, total: u64, what: &'static str) -> ProgressBar {
        let seen = !self.quiet && io::stderr().is_terminal();
        let target = if seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        let style = ProgressStyle::with_template("{msg} [{bar:32}] {pos}/{len} {eta}");
        bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_message(what)
    }

    /// Says on standard error why the command failed.
    pub(crate) fn error(self, error: &CliError) {
        let mut err = io::stderr().lock();
        // Nobody can be told that standard error is closed.
        let _ = match self.format {
            Format::Human => writeln!(err, "strongroom: {error}"),
            Format::Json | Format::Jsonl | Format::Sarif => {
                let error = ErrorBody { kind: error.kind().name(), message: error.to_string() };
                let json = serde_json::to_string(&ErrorDocument { error }).unwrap_or_default();
                writeln!(err, "{json}")
            }
        };
    }
}

#[derive(Debug, Serialize)]
struct Remark<'t> {
    remark: &'t str,
}

#[derive(Debug, Serialize)]
struct ErrorDocument {
    error: ErrorBody,
}

#[derive(Debug, Serialize)]
struct ErrorBody {
    kind: &'static str,
    message: String,
}

/// Help and version go to standard output; a wrong command line is said in the format that it asks for.
pub(crate) fn refuse_usage(refusal: &clap::Error, args: &[OsString]) -> ExitCode {
    if !refusal.use_stderr() {
        // Whoever asked for help and does not read it needs none.
        let _ = write!(io::stdout().lock(), "{refusal}");
        return ExitCode::SUCCESS;
    }
    let wants_json = args
        .windows(2)
        .any(|pair| matches!(pair, [option, value] if option == "--format" && value != "human"))
        || args.iter().any(|arg| {
            arg.to_str().and_then(|arg| arg.strip_prefix("--format=")).is_some_and(|value| value != "human")
        });
    if wants_json {
        let message = refusal.to_string();
        let message = message.strip_prefix("error: ").unwrap_or(&message);
        // What follows the first paragraph are hints on several lines for people.
        let message = message.split_once("\n\n").map_or(message, |(first, _)| first);
        Output::new(Format::Json, true).error(&CliError::usage(message.trim_end()));
    } else {
        let _ = write!(io::stderr().lock(), "{refusal}");
    }
    ExitCode::from(Failure::Usage.code())
}
