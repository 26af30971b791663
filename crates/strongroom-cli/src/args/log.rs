//! Commands about the vault itself: making, checking, the log, certificates and keys.

use clap::{Args, Subcommand};
use std::path::PathBuf;
use strongroom::{
    audit::VerifierKey,
    types::{CaseId, CustomerId, Digest},
};

/// `init`
#[derive(Debug, Clone, Args)]
pub(crate) struct InitArgs {
    /// The name that the log's checkpoints carry, such as `crm.example.com/acme`.
    #[arg(long, value_name = "NAME", default_value = "strongroom.example/vault")]
    pub(crate) origin: String,
    #[command(flatten)]
    pub(crate) files: ConfigFiles,
}

/// Configuration files.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ConfigFiles {
    /// The schema.
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
    /// The policy.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// The retention schedule.
    #[arg(long, value_name = "FILE")]
    pub(crate) retention: Option<PathBuf>,
    /// The house rules.
    #[arg(long, value_name = "FILE")]
    pub(crate) house: Option<PathBuf>,
}

/// `audit`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum AuditCommand {
    /// Verify the log, and the living records against it.
    Verify(VerifyArgs),
    /// Show entries.
    Show(ShowEntriesArgs),
    /// Prove that an entry is in the log, under a fresh checkpoint.
    Prove {
        /// The entry's place in the log.
        index: u64,
    },
    /// Sign where the log stands, and show it to a witness.
    Checkpoint {
        /// A file outside the vault that remembers checkpoints and accepts only what extends them.
        #[arg(long, value_name = "FILE")]
        witness: Option<PathBuf>,
    },
    /// Everybody who saw, changed or was refused data of a customer.
    WhoSaw {
        /// The customer.
        customer: CustomerId,
    },
    /// Alerts and notifications.
    Notices,
    /// Write the whole log with proofs as JSON lines, which a stranger can verify without this program.
    Export {
        /// The new file. An existing file is not overwritten.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// `audit verify`
#[derive(Debug, Clone, Args)]
pub(crate) struct VerifyArgs {
    /// A witness's file: the log must extend what it has seen.
    #[arg(long, value_name = "FILE")]
    pub(crate) witness: Option<PathBuf>,
}

/// `audit show`
#[derive(Debug, Clone, Args)]
pub(crate) struct ShowEntriesArgs {
    /// One entry, with its sealed detail opened. The look is itself an entry.
    pub(crate) index: Option<u64>,
    /// The first entry to show [default: the last `--limit` ones].
    #[arg(long, value_name = "INDEX", conflicts_with = "index")]
    pub(crate) from: Option<u64>,
    /// How many at most.
    #[arg(long, value_name = "N", default_value_t = 20, conflicts_with = "index")]
    pub(crate) limit: u32,
}

/// `certificate`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum CertificateCommand {
    /// Show the certificate of a case, or write it to a file.
    Show {
        /// The case.
        case: CaseId,
        /// Write the certificate as JSON to this new file.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// In Chinese.
        #[arg(long)]
        zh: bool,
    },
    /// Verify a certificate with two pinned keys and nothing else.
    Verify(CertificateVerifyArgs),
}

/// `certificate verify`
#[derive(Debug, Clone, Args)]
pub(crate) struct CertificateVerifyArgs {
    /// The certificate's JSON.
    pub(crate) file: PathBuf,
    /// The log's key, as `keys show` prints it.
    #[arg(long, value_name = "KEY")]
    pub(crate) log_key: VerifierKey,
    /// The certificates' key in hexadecimal, as `keys show` prints it.
    #[arg(long, value_name = "HEX")]
    pub(crate) certificate_key: Digest,
}

/// `keys`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum KeysCommand {
    /// The two public keys to pin outside the vault.
    Show,
    /// Turn the key epoch: living keys are wrapped anew, the old epoch is destroyed.
    Rotate,
}

/// `passphrase`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum PassphraseCommand {
    /// Change the passphrase of the keyring.
    Change {
        /// Where the new passphrase stands [default: `$STRONGROOM_PASSPHRASE_NEW`, else asked for].
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
}
