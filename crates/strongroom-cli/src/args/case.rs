//! Commands about approvals, holds, retention, exits and contracts.

use clap::{Args, Subcommand};
use strongroom::{
    cases::{ExitReason, ExitTrigger, RefusalReason, SignatureMethod},
    retention::{ClassName, ReasonCode},
    types::{ApprovalId, CaseId, CustomerId, HoldId, RecordId},
};

/// `approve`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ApproveCommand {
    /// All approvals.
    List,
    /// Say yes.
    Yes {
        /// The approval.
        approval: ApprovalId,
    },
    /// Say no.
    No {
        /// The approval.
        approval: ApprovalId,
        /// Why: not-needed, other, purpose-unclear, too-broad, wrong-recipient.
        #[arg(long, default_value = "other")]
        reason: RefusalReason,
    },
    /// Take your own request back.
    Withdraw {
        /// The approval.
        approval: ApprovalId,
    },
}

/// `hold`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum HoldCommand {
    /// Place a hold: nothing in its scope is purged until it is released.
    Place(HoldPlaceArgs),
    /// Release a hold.
    Release {
        /// The hold.
        hold: HoldId,
    },
    /// All holds, released ones too.
    List,
}

/// `hold place`
#[derive(Debug, Clone, Args)]
#[command(group(clap::ArgGroup::new("scope").required(true).args(["customer", "record", "class", "everything"])))]
pub(crate) struct HoldPlaceArgs {
    /// Everything of this customer.
    #[arg(long, value_name = "ID")]
    pub(crate) customer: Option<CustomerId>,
    /// This record.
    #[arg(long, value_name = "ID")]
    pub(crate) record: Option<RecordId>,
    /// Everything of this retention class.
    #[arg(long, value_name = "NAME")]
    pub(crate) class: Option<ClassName>,
    /// Everything in the vault.
    #[arg(long)]
    pub(crate) everything: bool,
    /// A code for the reason, such as `litigation`. No personal data: it stands in the log.
    #[arg(long, value_name = "CODE")]
    pub(crate) reason: ReasonCode,
}

/// `sweep`
#[derive(Debug, Clone, Args)]
pub(crate) struct SweepArgs {
    /// Say what would go, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `exit`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ExitCommand {
    /// Open an exit: access closes at once.
    Open(ExitOpenArgs),
    /// Work out what goes, what stays and why.
    Plan {
        /// The case.
        case: CaseId,
    },
    /// Confirm, as a second person, how conflicts between rules come out.
    Review {
        /// The case.
        case: CaseId,
    },
    /// Approve the plan, as a second person.
    Approve {
        /// The case.
        case: CaseId,
    },
    /// Purge by the approved plan and certify.
    Run {
        /// The case.
        case: CaseId,
    },
    /// How the exit stands.
    Show {
        /// The case.
        case: CaseId,
    },
    /// Give the exit up before anything is destroyed.
    Withdraw {
        /// The case.
        case: CaseId,
    },
}

/// `exit open`
#[derive(Debug, Clone, Args)]
pub(crate) struct ExitOpenArgs {
    /// The customer.
    pub(crate) customer: CustomerId,
    /// How it came about: automatic, manual, staff-leaves.
    #[arg(long, default_value = "manual")]
    pub(crate) trigger: ExitTrigger,
    /// Why the customer goes: brand, marketing, need-product, other, price, service.
    #[arg(long, default_value = "other")]
    pub(crate) reason: ExitReason,
    /// What the customer said. Sealed under the customer's key, and goes with it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
}

/// `contract`
#[derive(Debug, Clone, Args)]
pub(crate) struct ContractArgs {
    /// The contract's record.
    pub(crate) record: RecordId,
    #[command(subcommand)]
    pub(crate) step: ContractCommand,
}

/// A step in a contract's life.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ContractCommand {
    /// Begin its life from the record's present content.
    Draft,
    /// Take the record's present content as the draft's.
    Revise,
    /// Both sides have signed the present content.
    Sign {
        /// How: electronic, electronic-reliable, handwritten, seal.
        #[arg(long, default_value = "seal")]
        method: SignatureMethod,
        /// The date on the contract, as YYYY-MM-DD: today's, in some zone. An older signature is data of the record.
        #[arg(long, value_name = "DATE", value_parser = date)]
        on: time::Date,
    },
    /// Performance begins.
    Perform,
    /// It has ended on this date; closing begins.
    End {
        /// The date, as YYYY-MM-DD.
        #[arg(long, value_name = "DATE", value_parser = date)]
        on: time::Date,
    },
    /// It was terminated on this date; closing begins.
    Terminate {
        /// The date, as YYYY-MM-DD.
        #[arg(long, value_name = "DATE", value_parser = date)]
        on: time::Date,
    },
    /// Nothing is open: it is over. Not by whoever began to close it.
    Close,
    /// Take a closing back.
    Reinstate,
    /// Give a draft up.
    Abandon,
}

fn date(text: &str) -> Result<time::Date, String> {
    let form = time::macros::format_description!("[year]-[month]-[day]");
    time::Date::parse(text, form).map_err(|_| "write the date as YYYY-MM-DD".to_owned())
}
