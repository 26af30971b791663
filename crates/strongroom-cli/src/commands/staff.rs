//! `staff`: the directory and the vault, in one step.

use crate::{
    args::StaffCommand,
    context::Context,
    error::CliError,
    output::Outcome,
    text::{count, one_line},
};
use serde::Serialize;
use strongroom::{
    Left, Session,
    policy::{Estate, Offboarded, Owned},
    types::{ActorId, ApprovalId, Timestamp},
};

pub(super) fn run(command: &StaffCommand, ctx: &Context) -> Result<Outcome, CliError> {
    match command {
        StaffCommand::Offboard { whose } => offboard(whose, ctx),
        StaffCommand::Readmit { whose } => readmit(whose, ctx),
    }
}

/// The vault, as what of a person lies outside the directory. All of it ends in one commit of the vault.
struct OfVault<'s, 'v> {
    session: &'s Session<'v>,
    left: Option<Left>,
}

impl OfVault<'_, '_> {
    fn left(&mut self, actor: ActorId) -> Result<&Left, CliError> {
        let left = match self.left.take() {
            Some(left) => left,
            None => self.session.offboard(actor)?,
        };
        Ok(self.left.insert(left))
    }
}

impl Estate for OfVault<'_, '_> {
    type Error = CliError;

    fn end_sessions(&mut self, actor: ActorId, _: Timestamp) -> Result<u64, CliError> {
        // The vault counts no sessions: from now on it refuses every one of theirs.
        self.left(actor).map(|_| 0)
    }

    fn withdraw_approvals(&mut self, actor: ActorId, _: Timestamp) -> Result<Vec<ApprovalId>, CliError> {
        self.left(actor).map(|left| left.approvals.clone())
    }

    fn owned(&self, _: ActorId) -> Result<Vec<Owned>, CliError> {
        let owned = self.left.iter().flat_map(|left| &left.owned);
        Ok(owned.map(|(kind, record)| Owned { kind: kind.clone(), record: *record }).collect())
    }
}

#[derive(Debug, Serialize)]
struct Gone<'g> {
    name: String,
    #[serde(flatten)]
    gone: &'g Offboarded,
}

fn offboard(whose: &str, ctx: &Context) -> Result<Outcome, CliError> {
    let opened = ctx.open()?;
    let person = opened.staff.person(Some(whose))?.clone();
    let session = opened.session()?;
    let mut staff = opened.staff.clone();
    let mut estate = OfVault { session: &session, left: None };
    let gone = staff.directory.offboard(&mut estate, person.id, ctx.now())?;
    staff.write(&ctx.vault_dir())?;
    let name = person.display();
    ctx.out.show(&Gone { name: name.clone(), gone: &gone }, |out| {
        writeln!(out, "{} has left. Whatever they have open does nothing any more.", one_line(&name))?;
        let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        writeln!(
            out,
            "  ended: {}, {}, {}",
            count(number(gone.assignments.len()), "role"),
            count(number(gone.delegations.len()), "delegation"),
            count(number(gone.approvals.len()), "request for approval"),
        )?;
        writeln!(out, "  still theirs: {}", count(number(gone.owned.len()), "record"))?;
        gone.owned.iter().try_for_each(|one| writeln!(out, "    {} {}", one.kind, one.record))
    })?;
    Ok(Outcome::Done)
}

fn readmit(whose: &str, ctx: &Context) -> Result<Outcome, CliError> {
    let opened = ctx.open()?;
    let id = opened.staff.person(Some(whose))?.id;
    opened.session()?.readmit(id)?;
    ctx.out.show(&id, |out| {
        writeln!(out, "{} may act again; their roles are yours to give in `actors.toml`.", one_line(whose))
    })?;
    Ok(Outcome::Done)
}
