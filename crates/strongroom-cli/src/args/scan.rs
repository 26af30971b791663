//! The command that looks for personal data.

use super::data::ChosenEncoding;
use clap::{Args, ValueEnum};
use std::{fmt, num::NonZeroUsize, path::PathBuf, str::FromStr};
use strongroom_dlp::{Entity, Style};

/// `scan`
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = AFTER_HELP)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub(crate) struct ScanArgs {
    /// Files and folders; `-` or nothing is standard input. Folders are walked as git would: ignored files are left out.
    pub(crate) paths: Vec<PathBuf>,

    /// Also the files that this list names, `-` for standard input; one a line, or ended by NUL bytes.
    #[arg(long, value_name = "FILE", help_heading = "What is read")]
    pub(crate) files_from: Option<PathBuf>,
    /// Read lines of JSON objects and scan each of their texts by itself; answers one JSON line for each.
    #[arg(long, help_heading = "What is read")]
    pub(crate) jsonl_in: bool,
    /// The input's encoding: auto (for each file), utf-8, gb18030, big5, utf-16le, utf-16be.
    #[arg(long, default_value = "auto", value_name = "NAME", help_heading = "What is read")]
    pub(crate) encoding: ChosenEncoding,
    /// Look into hidden files of folders too; never into `.git`.
    #[arg(long, help_heading = "What is read")]
    pub(crate) hidden: bool,
    /// Look into files that `.gitignore` and its like leave out, too.
    #[arg(long, help_heading = "What is read")]
    pub(crate) no_ignore: bool,
    /// Look into binary files too.
    #[arg(long, help_heading = "What is read")]
    pub(crate) binary: bool,
    /// How many files are scanned at once [default: as many as there are processors].
    #[arg(long, value_name = "N", help_heading = "What is read")]
    pub(crate) threads: Option<NonZeroUsize>,

    /// Look for these only, such as `PHONE,EMAIL` [default: all].
    #[arg(
        long = "entity",
        visible_alias = "entities",
        value_delimiter = ',',
        value_name = "ENTITY,..",
        help_heading = "What is looked for"
    )]
    pub(crate) entities: Vec<Entity>,
    /// Do not look for these.
    #[arg(
        long = "not-entity",
        value_delimiter = ',',
        value_name = "ENTITY,..",
        help_heading = "What is looked for"
    )]
    pub(crate) not_entities: Vec<Entity>,
    /// Report findings of at least this confidence, 0 to 1.
    #[arg(long, value_name = "N", help_heading = "What is looked for")]
    pub(crate) threshold: Option<f32>,
    /// Never report this value, such as your own hotline; case, width, spaces and dashes do not matter. May be repeated.
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true, help_heading = "What is looked for")]
    pub(crate) allow: Vec<Private>,
    /// Never report the values in this file: one a line, `#` begins a line of comment.
    #[arg(long, value_name = "FILE", help_heading = "What is looked for")]
    pub(crate) allow_file: Vec<PathBuf>,
    /// List what can be looked for, and how it is told, instead of scanning.
    #[arg(long, help_heading = "What is looked for")]
    pub(crate) list_detectors: bool,

    /// End with exit code 1 if one of these is found: names of entities, `any` or `none` [default: none].
    #[arg(long, value_name = "ENTITY,..|any|none", help_heading = "What follows")]
    pub(crate) fail_on: Option<FailOn>,
    /// The same as `--fail-on any`.
    #[arg(long, conflicts_with = "fail_on", help_heading = "What follows")]
    pub(crate) fail_on_findings: bool,
    /// Only findings of at least this confidence, 0 to 1, count for `--fail-on`; others are reported all the same.
    #[arg(long, value_name = "N", help_heading = "What follows")]
    pub(crate) min_confidence: Option<f32>,
    /// Write a copy of each scanned file with its findings covered: into a folder, or for one input to a file. Paths and
    /// encodings stay.
    #[arg(long, value_name = "DIR|FILE", help_heading = "What follows")]
    pub(crate) redact_to: Option<PathBuf>,
    /// How findings are covered in the copies [default: redact].
    #[arg(long, value_enum, requires = "redact_to", help_heading = "What follows")]
    pub(crate) style: Option<CopyStyle>,
    /// Let copies replace files that are there already; never a file that was scanned.
    #[arg(long, requires = "redact_to", help_heading = "What follows")]
    pub(crate) force: bool,
}

const AFTER_HELP: &str = "\
Exit codes of a scan:
  0  every input was scanned, and nothing was found that `--fail-on` names
  1  every input was scanned, and something was found that `--fail-on` names
  2  the command line is wrong; nothing was scanned
  5  an input could not be read or a copy not be written; the others were

What is found is never printed, in no format; only where it stands. Binary files are left out with a remark.

As a pre-commit hook:
  git diff --cached --name-only --diff-filter=d -z | strongroom scan --files-from - --fail-on any";

/// What makes a scan fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FailOn {
    /// Any finding.
    Any,
    /// No finding.
    Nothing,
    /// A finding of one of these.
    Entities(Vec<Entity>),
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "any" => Ok(Self::Any),
            "none" => Ok(Self::Nothing),
            _ => text
                .split(',')
                .map(|name| name.trim().parse::<Entity>())
                .collect::<Result<_, _>>()
                .map(Self::Entities)
                .map_err(|error| {
                    format!("{error}, or `any` or `none` alone; `--list-detectors` has the names")
                }),
        }
    }
}

/// How findings are covered in copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum CopyStyle {
    /// The name of the entity: `[PHONE]`.
    #[default]
    Redact,
    /// Three characters at the start and four at the end stay, where that leaves enough covered: `138****8000`.
    KeepEnds,
    /// A `*` for each character.
    SameLength,
}

impl From<CopyStyle> for Style {
    fn from(style: CopyStyle) -> Self {
        match style {
            CopyStyle::Redact => Self::Redact,
            CopyStyle::KeepEnds => Self::KeepEnds { first: 3, last: 4 },
            CopyStyle::SameLength => Self::SameLength('*'),
        }
    }
}

/// A value that may be somebody's data; whatever prints arguments must not print it.
#[derive(Clone)]
pub(crate) struct Private(pub(crate) String);

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl FromStr for Private {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}
