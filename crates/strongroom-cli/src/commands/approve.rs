//! `approve`

use crate::{
    args::ApproveCommand,
    context::{Context, Opened},
    error::CliError,
    output::Outcome,
    text::{Table, count},
};
use std::io::{self, Write};
use strongroom::Pending;

pub(super) fn run(command: &ApproveCommand, ctx: &Context) -> Result<Outcome, CliError> {
    let opened = ctx.open()?;
    let session = opened.session()?;
    let pending = match command {
        ApproveCommand::List => return list(&opened, &session.approvals()?, ctx),
        ApproveCommand::Yes { approval } => session.approve(*approval)?,
        ApproveCommand::No { approval, reason } => session.refuse(*approval, *reason)?,
        ApproveCommand::Withdraw { approval } => session.withdraw(*approval)?,
    };
    ctx.out.show(&pending, |out| write_pending(out, &opened, &pending))?;
    Ok(Outcome::Done)
}

/// One approval in a few lines.
pub(super) fn write_pending(out: &mut dyn Write, opened: &Opened<'_>, pending: &Pending) -> io::Result<()> {
    writeln!(out, "Approval {} is {}.", pending.approval, pending.state)?;
    let requester = opened.staff.name(pending.requester);
    write!(out, "  {requester} asks for {} (purpose {})", pending.action, pending.purpose)?;
    match &pending.waits_for {
        Some(role) => writeln!(out, "; it waits for somebody with the role `{role}`")?,
        None => writeln!(out)?,
    }
    writeln!(out, "  usable until {}; binds to {}", pending.expires_at, pending.binding)
}

fn list(opened: &Opened<'_>, all: &[Pending], ctx: &Context) -> Result<Outcome, CliError> {
    ctx.out.list(all, |out| {
        let mut table =
            Table::new(["approval", "state", "action", "asked by", "purpose", "waits for", "until"]);
        for pending in all {
            table.row([
                pending.approval.to_string(),
                pending.state.to_owned(),
                pending.action.to_string(),
                opened.staff.name(pending.requester),
                pending.purpose.to_string(),
                pending.waits_for.as_ref().map_or_else(String::new, ToString::to_string),
                pending.expires_at.to_string(),
            ]);
        }
        write!(out, "{}", table.render())?;
        writeln!(out, "{}", count(u64::try_from(all.len()).unwrap_or(u64::MAX), "approval"))
    })?;
    Ok(Outcome::Done)
}
