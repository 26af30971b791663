//! One file per group of commands. Each opens the vault, does one thing in one session, and answers.

mod approve;
mod audit;
mod certificate;
mod contract;
mod document;
mod egress;
mod exit;
mod file;
mod hold;
pub(crate) mod init;
mod keys;
mod policy;
mod record;
mod staff;
mod store;
mod sweep;

use crate::{args::Command, context::Context, demo, error::CliError, import, output::Outcome, scan};

pub(crate) fn run(command: &Command, ctx: &Context) -> Result<Outcome, CliError> {
    match command {
        Command::Init(args) => init::run(args, ctx),
        Command::Import(args) => import::run(args, ctx),
        Command::Create(args) => record::create(args, ctx),
        Command::List(args) => record::list(args, ctx),
        Command::Show(args) => record::show(args, ctx),
        Command::Search(args) => record::search(args, ctx),
        Command::Update(args) => record::update(args, ctx),
        Command::Attach(args) => document::attach(args, ctx),
        Command::Open(args) => document::open(args, ctx),
        Command::Export(args) => egress::export(args, ctx),
        Command::Release(args) => egress::release(args, ctx),
        Command::Approve(command) => approve::run(command, ctx),
        Command::Hold(command) => hold::run(command, ctx),
        Command::Sweep(args) => sweep::run(args, ctx),
        Command::Exit(command) => exit::run(command, ctx),
        Command::Contract(args) => contract::run(args, ctx),
        Command::Scan(args) => scan::run(args, ctx),
        Command::Policy(command) => policy::run(command, ctx),
        Command::Audit(command) => audit::run(command, ctx),
        Command::Certificate(command) => certificate::run(command, ctx),
        Command::Keys(command) => keys::run(command, ctx),
        Command::Passphrase(command) => keys::passphrase(command, ctx),
        Command::Staff(command) => staff::run(command, ctx),
        Command::Store(command) => store::run(command, ctx),
        Command::Demo(args) => demo::run(args, ctx),
    }
}
