//! `hold`

use crate::{
    args::{HoldCommand, HoldPlaceArgs},
    context::{Context, Opened},
    error::CliError,
    output::Outcome,
    text::{Table, count},
};
use serde::Serialize;
use strongroom::{
    retention::{Hold, Scope},
    types::HoldId,
};

pub(super) fn run(command: &HoldCommand, ctx: &Context) -> Result<Outcome, CliError> {
    let opened = ctx.open()?;
    match command {
        HoldCommand::Place(args) => {
            let hold = opened.session()?.place_hold(scope(args), args.reason.clone())?;
            ctx.out.show(&Placed { hold }, |out| {
                writeln!(out, "Hold {hold} is in force: nothing in its scope is purged until it is released.")
            })?;
        }
        HoldCommand::Release { hold } => {
            opened.session()?.release_hold(*hold)?;
            ctx.out.show(&Placed { hold: *hold }, |out| {
                writeln!(out, "Hold {hold} is released; what waited for it is due again at the next sweep.")
            })?;
        }
        HoldCommand::List => list(ctx, &opened)?,
    }
    Ok(Outcome::Done)
}

#[derive(Debug, Serialize)]
struct Placed {
    hold: HoldId,
}

fn scope(args: &HoldPlaceArgs) -> Scope {
    match (args.customer, args.record, &args.class) {
        (Some(customer), _, _) => Scope::Customer(customer),
        (_, Some(record), _) => Scope::Record(record),
        (_, _, Some(class)) => Scope::Class(class.clone()),
        // The command line admits exactly one of the four.
        (None, None, None) => Scope::Everything,
    }
}

fn list(ctx: &Context, opened: &Opened<'_>) -> Result<(), CliError> {
    let holds = opened.session()?.holds()?;
    ctx.out.list(&holds, |out| {
        let mut table = Table::new(["hold", "scope", "reason", "placed", "by", "released"]);
        for hold in &holds {
            table.row([
                hold.id.to_string(),
                scope_words(hold),
                hold.reason.to_string(),
                hold.placed_at.to_string(),
                opened.staff.name(hold.placed_by),
                hold.released.as_ref().map_or_else(|| "no".to_owned(), |release| release.at.to_string()),
            ]);
        }
        write!(out, "{}", table.render())?;
        writeln!(out, "{}", count(u64::try_from(holds.len()).unwrap_or(u64::MAX), "hold"))
    })
}

fn scope_words(hold: &Hold) -> String {
    match &hold.scope {
        Scope::Class(class) => format!("class {class}"),
        Scope::Customer(customer) => format!("cust. {customer}"),
        Scope::Everything => "everything".to_owned(),
        Scope::Record(record) => format!("rec. {record}"),
    }
}
