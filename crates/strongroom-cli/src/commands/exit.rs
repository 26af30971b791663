//! `exit`

use crate::{
    args::{ExitCommand, ExitOpenArgs},
    context::Context,
    error::CliError,
    output::Outcome,
    text::Table,
};
use serde::Serialize;
use std::io::{self, Write};
use strongroom::{
    retention::{Certificate, Outcome as Verdict, Plan, PlanLine, Status},
    types::CaseId,
};

pub(super) fn run(command: &ExitCommand, ctx: &Context) -> Result<Outcome, CliError> {
    let opened = ctx.open()?;
    let session = opened.session()?;
    match command {
        ExitCommand::Open(args) => {
            let ExitOpenArgs { customer, trigger, reason, note } = args;
            let case = session.open_exit(*customer, *trigger, *reason, note.as_deref())?;
            ctx.out.show(&Step { case, state: "open" }, |out| {
                writeln!(out, "Exit {case} is open; access of the customer is closed.")?;
                writeln!(out, "Next: strongroom exit plan {case}")
            })?;
        }
        ExitCommand::Plan { case } => {
            let planned = session.plan_exit(*case)?;
            ctx.out.show(&planned, |out| {
                writeln!(out, "Plan of exit {case}, digest {}", planned.digest)?;
                write_plan(out, &planned.plan)?;
                if planned.review_needed {
                    writeln!(
                        out,
                        "Rules cross here: a second person must first run `strongroom exit review {case}`."
                    )?;
                }
                writeln!(out, "Next, a second person: strongroom exit approve {case}")
            })?;
        }
        ExitCommand::Review { case } => {
            session.review_exit(*case)?;
            said(ctx, *case, "reviewed")?;
        }
        ExitCommand::Approve { case } => {
            session.approve_exit(*case)?;
            said(ctx, *case, "approved")?;
        }
        ExitCommand::Withdraw { case } => {
            session.withdraw_exit(*case)?;
            said(ctx, *case, "withdrawn")?;
        }
        ExitCommand::Run { case } => {
            let certificate = session.run_exit(*case)?;
            ctx.out.show(&certificate, |out| write_purged(out, &certificate))?;
        }
        ExitCommand::Show { case } => {
            let report = session.exit(*case)?;
            ctx.out.show(&report, |out| {
                let mut table = Table::default();
                table.row(["exit".to_owned(), report.exit.id().to_string()]);
                table.row(["customer".to_owned(), report.exit.customer().to_string()]);
                table.row(["state".to_owned(), report.exit.state().name().to_owned()]);
                table.row(["opened".to_owned(), report.exit.opened_at().to_string()]);
                table.row(["opened by".to_owned(), opened.staff.name(report.exit.opener())]);
                if let Some(approver) = report.exit.approver() {
                    table.row(["approved by".to_owned(), opened.staff.name(approver)]);
                }
                if let Some(certificate) = &report.certificate {
                    table.row(["certificate".to_owned(), status(certificate)]);
                }
                write!(out, "{}", table.render())
            })?;
        }
    }
    Ok(Outcome::Done)
}

/// What goes, what stays, and by which rules.
pub(super) fn write_plan(out: &mut dyn Write, plan: &Plan) -> io::Result<()> {
    let parts: [(&str, &[PlanLine]); 6] = [
        ("goes", plan.erase()),
        ("stays, closed", plan.restrict()),
        ("stays", plan.keep()),
        ("held", plan.held()),
        ("waits for an event", plan.pending()),
        ("rules cross", plan.review()),
    ];
    let mut table = Table::new(["what", "record", "kind", "fields", "until", "by rule"]);
    for (what, lines) in parts {
        for line in lines {
            let fields = line.fields.as_ref().map_or_else(
                || "all".to_owned(),
                |fields| fields.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            );
            let rules: Vec<String> = line.rules.iter().map(|rule| rule.id.to_string()).collect();
            table.row([
                what.to_owned(),
                line.record.to_string(),
                line.kind.to_string(),
                fields,
                until(&line.outcome),
                rules.join(", "),
            ]);
        }
    }
    write!(out, "{}", table.render())?;
    if plan.whole_customer() {
        writeln!(out, "Everything goes: the customer's keys are destroyed whole.")?;
    }
    Ok(())
}

pub(super) fn status(certificate: &Certificate) -> String {
    match &certificate.status {
        Status::Final { epoch_turned_at } => format!("final since {epoch_turned_at}"),
        Status::Provisional => "provisional until `keys rotate`".to_owned(),
    }
}

fn until(outcome: &Verdict) -> String {
    match outcome {
        Verdict::Keep { until } | Verdict::Restrict { until: Some(until) } => until.to_string(),
        Verdict::Pending { events } => events.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    }
}

fn write_purged(out: &mut dyn Write, certificate: &Certificate) -> io::Result<()> {
    let case = certificate.body.case;
    writeln!(out, "{}", certificate.render_en())?;
    writeln!(
        out,
        "Next: strongroom keys rotate, which makes it final; strongroom certificate show {case} --out FILE"
    )
}

fn said(ctx: &Context, case: CaseId, state: &'static str) -> Result<(), CliError> {
    ctx.out.show(&Step { case, state }, |out| writeln!(out, "Exit {case} is {state}."))
}

#[derive(Debug, Serialize)]
struct Step {
    case: CaseId,
    state: &'static str,
}
