//! `contract`

use crate::{
    args::{ContractArgs, ContractCommand},
    context::Context,
    error::CliError,
    output::Outcome,
};
use serde::Serialize;
use strongroom::{ContractStep, types::RecordId};

pub(super) fn run(args: &ContractArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let step = match args.step {
        ContractCommand::Abandon => ContractStep::Abandon,
        ContractCommand::Close => ContractStep::Close,
        ContractCommand::Draft => ContractStep::Draft,
        ContractCommand::End { on } => ContractStep::End(on),
        ContractCommand::Perform => ContractStep::Perform,
        ContractCommand::Reinstate => ContractStep::Reinstate,
        ContractCommand::Revise => ContractStep::Revise,
        ContractCommand::Sign { method, on } => ContractStep::Sign { method, on },
        ContractCommand::Terminate { on } => ContractStep::Terminate(on),
    };
    let opened = ctx.open()?;
    let state = opened.session()?.contract(args.record, step)?;
    ctx.out.show(&Moved { record: args.record, state }, |out| {
        writeln!(out, "Contract {} is {state}.", args.record)
    })?;
    Ok(Outcome::Done)
}

#[derive(Debug, Serialize)]
struct Moved {
    record: RecordId,
    state: &'static str,
}
