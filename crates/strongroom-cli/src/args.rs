//! The command line: every command, its arguments, and the words of `--help`.

mod case;
mod data;
mod global;
mod log;
mod policy;
mod scan;
mod store;

pub(crate) use case::{
    ApproveCommand, ContractArgs, ContractCommand, ExitCommand, ExitOpenArgs, HoldCommand, HoldPlaceArgs,
    SweepArgs,
};
pub(crate) use data::{
    Assignment, AttachArgs, CreateArgs, DemoArgs, ExportArgs, ImportArgs, ListArgs, OpenArgs, ReleaseArgs,
    SearchArgs, ShowArgs, UpdateArgs,
};
pub(crate) use global::{Format, GlobalArgs};
pub(crate) use log::{
    AuditCommand, CertificateCommand, CertificateVerifyArgs, ConfigFiles, InitArgs, KeysCommand,
    PassphraseCommand, ShowEntriesArgs, VerifyArgs,
};
pub(crate) use policy::{
    DiffArgs, DiffKind, ExplainArgs, PolicyCheckArgs, PolicyCommand, PolicyFiles, RequestArgs, ReviewCommand,
    SimulateArgs, StaffCommand, SuggestArgs, UnusedArgs, UsageFrom, WhatCanArgs, WhoCanArgs,
};

pub(crate) use scan::{FailOn, ScanArgs};
pub(crate) use store::{StoreCheckArgs, StoreCommand, StoreCopyArgs};

use clap::{Parser, Subcommand};

/// A vault for customer data in a folder of your choice.
#[derive(Debug, Parser)]
#[command(name = "strongroom", version, disable_help_subcommand = true, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
Who you are: the program believes whoever holds the passphrase. `--as` names a person from the vault's `actors.toml`, \
`--mfa` states that this person has just proven a second factor, `--purpose` says what for. Proving all that is the \
host's work: put this program where only operators reach it.

Exit codes:
  0   done
  1   a check found something: findings that `scan --fail-on` names, an unsound log, a wrong configuration file
  2   the command line is wrong
  3   denied by the policy, or a condition of it is not met
  4   waiting for an approval
  5   bad input or configuration, such as a wrong passphrase
  6   the vault is damaged or was tampered with
  7   the vault is busy: another process has it open
  70  an internal promise was broken";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new vault in an empty folder.
    Init(InitArgs),
    /// Bring the rows of CSV files in.
    Import(ImportArgs),
    /// Create one record.
    Create(CreateArgs),
    /// List the records of a kind that you may see.
    List(ListArgs),
    /// Show one record as you may see it.
    Show(ShowArgs),
    /// Find records by the exact value of an indexed field.
    Search(SearchArgs),
    /// Change fields of a record.
    Update(UpdateArgs),
    /// Attach a file to a customer, sealed under the customer's key.
    Attach(AttachArgs),
    /// Open an attached document into a new file.
    Open(OpenArgs),
    /// Take records out as CSV, or learn what stands in the way.
    Export(ExportArgs),
    /// Write the content of a granted approval to a file, once.
    Release(ReleaseArgs),
    /// See approvals and vote.
    #[command(subcommand)]
    Approve(ApproveCommand),
    /// Place and release legal holds.
    #[command(subcommand)]
    Hold(HoldCommand),
    /// Purge what the retention schedule says is due.
    Sweep(SweepArgs),
    /// Let a customer go: plan, approve by a second person, purge, certify.
    #[command(subcommand)]
    Exit(ExitCommand),
    /// Take a contract one step on.
    Contract(ContractArgs),
    /// Find personal data in files, folders or standard input; needs no vault.
    Scan(ScanArgs),
    /// Check configuration files.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// People: who leaves.
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Verify, read and prove the log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Show and verify certificates of purges.
    #[command(subcommand)]
    Certificate(CertificateCommand),
    /// Show the public keys and turn the key epoch.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Change the passphrase of the keyring.
    #[command(subcommand)]
    Passphrase(PassphraseCommand),
    /// Check a store, or move the vault to stores of another kind.
    #[command(subcommand)]
    Store(StoreCommand),
    /// Play the whole story in a fresh folder and check each act.
    Demo(DemoArgs),
}
