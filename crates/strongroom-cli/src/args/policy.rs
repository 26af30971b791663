//! Commands about who may do what. All but those that read the vault's log work on files alone and need no passphrase.

use super::ConfigFiles;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;
use strongroom::{
    policy::Verdict,
    types::{Action, Kind, Purpose, RoleName, RuleId, Timestamp, Zone},
};

/// `policy`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Check schema, policy, retention schedule and house rules: those of the vault, or the files you name; and the
    /// directory, and rules that do nothing. With `--requests`, decide them and compare with what they expect.
    Check(PolicyCheckArgs),
    /// Decide one request, or a file of them, and say why.
    Explain(ExplainArgs),
    /// Who can do it to such a record.
    WhoCan(WhoCanArgs),
    /// What somebody can reach.
    WhatCan(WhatCanArgs),
    /// What a new policy gives and takes, each with a request that shows it.
    Diff(DiffArgs),
    /// What a new policy would do to what the log recorded.
    Simulate(SimulateArgs),
    /// Reviews of access: open, decide, close.
    #[command(subcommand)]
    Review(ReviewCommand),
    /// What nobody uses: grants, roles, accounts; and duties that should be apart.
    Unused(UnusedArgs),
    /// The least policy and directory that the log needs, proved by replaying it.
    Suggest(SuggestArgs),
    /// The policy as data, and who may do what as a table.
    Export {
        #[command(flatten)]
        files: PolicyFiles,
    },
}

/// Which policy, and whose. Without any of them, those of the vault's folder.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct PolicyFiles {
    /// The schema [default: the vault's, else the sample].
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
    /// The policy [default: the vault's, else the sample].
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// The directory of people [default: the vault's `actors.toml`].
    #[arg(long, value_name = "FILE")]
    pub(crate) directory: Option<PathBuf>,
}

/// `policy check`
#[derive(Debug, Clone, Args)]
pub(crate) struct PolicyCheckArgs {
    #[command(flatten)]
    pub(crate) files: ConfigFiles,
    /// The directory of people [default: the vault's `actors.toml`].
    #[arg(long, value_name = "FILE")]
    pub(crate) directory: Option<PathBuf>,
    /// Requests as JSON lines, each with what it expects: `"expect": "allow"`, `"deny"`, a rule's id or a reason's code.
    #[arg(long, value_name = "FILE")]
    pub(crate) requests: Option<PathBuf>,
    /// Report fields that are unclassified, or collected for nothing, as well.
    #[arg(long)]
    pub(crate) minimise: bool,
}

/// `policy explain`
#[derive(Debug, Clone, Args)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) files: PolicyFiles,
    /// Requests as JSON lines: `{"who","action","what","context"}`.
    #[arg(long, value_name = "FILE", conflicts_with = "who")]
    pub(crate) requests: Option<PathBuf>,
    /// Who asks, by name or id.
    #[arg(long, value_name = "NAME", required_unless_present = "requests", requires_all = ["action", "kind"])]
    pub(crate) who: Option<String>,
    /// To do what.
    #[arg(long, value_name = "ACTION")]
    pub(crate) action: Option<Action>,
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    /// In Chinese.
    #[arg(long)]
    pub(crate) zh: bool,
}

/// A record and the circumstances.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct RequestArgs {
    /// The kind of the record; `vault` is the vault itself.
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<Kind>,
    /// Its level, by name [default: its kind's].
    #[arg(long, value_name = "LEVEL")]
    pub(crate) level: Option<String>,
    /// Its owner, by name or id.
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: Option<String>,
    /// Its team.
    #[arg(long, value_name = "TEAM")]
    pub(crate) team: Option<String>,
    /// Its state.
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<String>,
    /// For what; the same as the global option.
    #[arg(long = "for", value_name = "PURPOSE")]
    pub(crate) purpose: Option<Purpose>,
    /// From where.
    #[arg(long, value_name = "ZONE")]
    pub(crate) zone: Option<Zone>,
    /// A second factor was used so many seconds ago.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) mfa_age: Option<u32>,
    /// The device is this, such as `managed`.
    #[arg(long, value_name = "POSTURE")]
    pub(crate) device: Vec<String>,
    /// When [default: now].
    #[arg(long, value_name = "INSTANT")]
    pub(crate) at: Option<Timestamp>,
}

/// `policy who-can`
#[derive(Debug, Clone, Args)]
pub(crate) struct WhoCanArgs {
    /// To do what.
    pub(crate) action: Action,
    #[command(flatten)]
    pub(crate) files: PolicyFiles,
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    /// How many at most.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) limit: usize,
    /// Go on after this person, by name or id.
    #[arg(long, value_name = "NAME")]
    pub(crate) after: Option<String>,
}

/// `policy what-can`
#[derive(Debug, Clone, Args)]
pub(crate) struct WhatCanArgs {
    /// Who, by name or id.
    pub(crate) who: String,
    #[command(flatten)]
    pub(crate) files: PolicyFiles,
    #[command(flatten)]
    pub(crate) request: RequestArgs,
}

/// `policy diff`
#[derive(Debug, Clone, Args)]
pub(crate) struct DiffArgs {
    /// The new policy.
    pub(crate) new: PathBuf,
    #[command(flatten)]
    pub(crate) files: PolicyFiles,
    /// End with code 1 where this is found.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) fail_on: Vec<DiffKind>,
}

/// What a change of a policy does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffKind {
    /// Access that was not there.
    Gained,
    /// Access that is gone.
    Lost,
    /// Access under other terms.
    Changed,
}

/// Where to read what people did.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct UsageFrom {
    /// JSON lines of `{"at","actor","action","kind","rules","allowed",..}` [default: the vault's log].
    #[arg(long, value_name = "FILE")]
    pub(crate) usage: Option<PathBuf>,
}

/// `policy simulate`
#[derive(Debug, Clone, Args)]
pub(crate) struct SimulateArgs {
    /// The new policy.
    pub(crate) new: PathBuf,
    #[command(flatten)]
    pub(crate) files: PolicyFiles,
    #[command(flatten)]
    pub(crate) usage: UsageFrom,
}

/// `policy unused`
#[derive(Debug, Clone, Args)]
pub(crate) struct UnusedArgs {
    #[command(flatten)]
    pub(crate) files: PolicyFiles,
    #[command(flatten)]
    pub(crate) usage: UsageFrom,
    /// Unused is what was not used for so many days.
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    pub(crate) days: u16,
}

/// `policy suggest`
#[derive(Debug, Clone, Args)]
pub(crate) struct SuggestArgs {
    #[command(flatten)]
    pub(crate) files: PolicyFiles,
    #[command(flatten)]
    pub(crate) usage: UsageFrom,
    /// Write the suggested policy to this new file.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Write the suggested directory to this new file.
    #[arg(long, value_name = "FILE")]
    pub(crate) out_directory: Option<PathBuf>,
}

/// `policy review`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ReviewCommand {
    /// Open a review of every role that somebody holds.
    Open {
        /// The new file that the review is kept in.
        file: PathBuf,
        /// Its name.
        #[arg(long, value_name = "ID", default_value = "access-review")]
        id: RuleId,
        /// Who decides, by name or id; give two, so that each has another reviewer.
        #[arg(long, value_name = "NAME", required = true)]
        reviewer: Vec<String>,
        /// What is undecided after so many days expires, and the access with it.
        #[arg(long, value_name = "DAYS", default_value_t = 14)]
        due_days: u16,
        #[command(flatten)]
        unused: UnusedArgs,
    },
    /// Decide on one person's role, as the person of `--as`.
    Decide {
        /// The review.
        file: PathBuf,
        /// Whose role, by name or id.
        whose: String,
        /// Which role.
        role: RoleName,
        /// Keep or lose.
        #[arg(value_enum)]
        verdict: KeepOrLose,
        /// The directory of people [default: the vault's `actors.toml`].
        #[arg(long, value_name = "FILE")]
        directory: Option<PathBuf>,
    },
    /// Let what is overdue expire, and write the directory without what was revoked.
    Close {
        /// The review.
        file: PathBuf,
        /// Write the directory to this new file.
        #[arg(long, value_name = "FILE")]
        out_directory: PathBuf,
        /// The directory of people [default: the vault's `actors.toml`].
        #[arg(long, value_name = "FILE")]
        directory: Option<PathBuf>,
    },
}

/// `staff`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum StaffCommand {
    /// Somebody leaves: ends their sessions, roles and delegations, withdraws what waits at their request, and lists
    /// what they still own.
    Offboard {
        /// Who, by name or id.
        whose: String,
    },
    /// Lets somebody act again who had left. Their roles are given back in `actors.toml`.
    Readmit {
        /// Who, by name or id.
        whose: String,
    },
}

/// What a reviewer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeepOrLose {
    /// The person keeps the role.
    Certify,
    /// The person loses it.
    Revoke,
}

impl From<KeepOrLose> for Verdict {
    fn from(verdict: KeepOrLose) -> Self {
        match verdict {
            KeepOrLose::Certify => Self::Certify,
            KeepOrLose::Revoke => Self::Revoke,
        }
    }
}
