//! `sweep`

use super::exit::write_plan;
use crate::{args::SweepArgs, context::Context, error::CliError, output::Outcome, text::count};

pub(super) fn run(args: &SweepArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let opened = ctx.open()?;
    if args.dry_run {
        let found = opened.session()?.plan_sweep()?;
        ctx.out.show(&found, |out| {
            let going: usize = found.plans.iter().map(|plan| plan.erase().len()).sum();
            let going = u64::try_from(going).unwrap_or(u64::MAX);
            writeln!(
                out,
                "{} due, of which {going} would go and {} stay.",
                count(found.due, "record"),
                found.waiting
            )?;
            for plan in &found.plans {
                writeln!(out, "\nCustomer {}", plan.customer())?;
                write_plan(out, plan)?;
            }
            Ok(())
        })?;
        return Ok(Outcome::Done);
    }
    let bar = ctx.out.progress(0, "sweeping");
    let report = opened.session()?.sweep(&mut |done, total| {
        bar.set_length(u64::try_from(total).unwrap_or(u64::MAX));
        bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
    });
    bar.finish_and_clear();
    let report = report?;
    ctx.out.show(&report, |out| {
        let customers = u64::try_from(report.certificates.len()).unwrap_or(u64::MAX);
        writeln!(out, "Purged {} of {}.", count(report.erased, "record"), count(customers, "customer"))?;
        for certificate in &report.certificates {
            writeln!(
                out,
                "  certificate of case {}, provisional until `keys rotate`",
                certificate.body.case
            )?;
        }
        for (customer, why) in &report.stopped {
            writeln!(out, "  stopped at customer {customer}: {why}; the next sweep goes on")?;
        }
        Ok(())
    })?;
    Ok(if report.stopped.is_empty() { Outcome::Done } else { Outcome::Found })
}
