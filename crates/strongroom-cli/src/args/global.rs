//! Options that every command takes.

use clap::{Args, ValueEnum};
use std::path::PathBuf;
use strongroom::{Home, types::Purpose};

/// Options that every command takes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// The vault's folder [default: `$STRONGROOM_VAULT`, else ./vault].
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) vault: Option<PathBuf>,
    /// Who you are: a person from the vault's `actors.toml` [default: the first].
    #[arg(long = "as", global = true, value_name = "NAME")]
    pub(crate) person: Option<String>,
    /// What the data is for, such as `service`.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) purpose: Option<Purpose>,
    /// States that this person has just proven a second factor.
    #[arg(long, global = true)]
    pub(crate) mfa: bool,
    /// States that this is an emergency: grants that ask to break the glass hold, and will be reviewed.
    #[arg(long, global = true)]
    pub(crate) break_glass: bool,
    /// Why, where the policy asks for a justification. Goes into the log sealed.
    #[arg(long, global = true, value_name = "TEXT")]
    pub(crate) because: Option<String>,
    /// Where the passphrase stands [default: `$STRONGROOM_PASSPHRASE`, else asked for].
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// The keyring file [default: `keyring` in the vault's folder]. In production it lies elsewhere.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) keyring: Option<PathBuf>,
    /// Where the stores lie: `sled:`, `redb:`, either with a folder behind it, or `postgres://user@host/database` (feature
    /// `postgres`) [default: `$STRONGROOM_STORE`, else what the vault says; a new vault uses `sled:`].
    #[arg(long, global = true, value_name = "STORE")]
    pub(crate) store: Option<Home>,
    /// How to answer.
    #[arg(long, global = true, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// No progress and no remarks; answers and errors only.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

/// How to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// Text for people.
    #[default]
    Human,
    /// One JSON document; errors on standard error as `{"error":{"kind","message"}}`.
    Json,
    /// JSON without line breaks; lists as one object per line.
    Jsonl,
    /// A SARIF 2.1.0 log, as code hosts show it; `scan` alone.
    Sarif,
}
