//! `export`, `release`

use super::{approve, file::NewFile};
use crate::{
    args::{ExportArgs, ReleaseArgs},
    context::{Context, Opened},
    error::{CliError, Failure},
    output::Outcome,
    text::count,
};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::{Path, PathBuf},
};
use strongroom::{
    Export, ExportRequest, Pending, Released, Selection,
    dlp::{Entity, Verdict},
    types::{ApprovalId, Digest},
};

pub(super) fn export(args: &ExportArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let selection =
        if args.records.is_empty() { Selection::All } else { Selection::Records(args.records.clone()) };
    let request = ExportRequest {
        action: args.action,
        kind: args.kind.clone(),
        selection,
        fields: args.fields.clone(),
        recipient: args.to_kind.clone(),
        recipients: args.recipient.clone(),
        redact: args.redact,
    };
    let opened = ctx.open()?;
    let file = args.out.as_deref().map(NewFile::create).transpose()?;
    match opened.session()?.export(&request)? {
        Export::Blocked { findings, verdict } => blocked(ctx, &findings, &verdict),
        Export::NeedsApproval { approval, records, findings } => {
            waits(ctx, &opened, &approval, records, &findings)
        }
        Export::Released(released) => match (args.out.as_deref(), file) {
            (Some(path), Some(file)) => written(ctx, path, file, &released),
            _ => to_standard_output(ctx, &released),
        },
    }
}

pub(super) fn release(args: &ReleaseArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let opened = ctx.open()?;
    let file = NewFile::create(&args.out)?;
    let released = opened.session()?.release(args.approval)?;
    written(ctx, &args.out, file, &released)
}

/// What became of it.
#[derive(Debug, Serialize)]
#[serde(tag = "export", rename_all = "kebab-case")]
enum Answer<'a> {
    Blocked {
        findings: &'a BTreeMap<Entity, u64>,
        verdict: &'a Verdict,
    },
    NeedsApproval {
        approval: &'a Pending,
        records: u64,
        findings: &'a BTreeMap<Entity, u64>,
    },
    Released {
        records: u64,
        sha256: Digest,
        approval: Option<ApprovalId>,
        file: Option<PathBuf>,
        content: Option<&'a str>,
    },
}

fn blocked(ctx: &Context, findings: &BTreeMap<Entity, u64>, verdict: &Verdict) -> Result<Outcome, CliError> {
    ctx.out.show(&Answer::Blocked { findings, verdict }, |out| {
        writeln!(out, "Blocked: nothing left the vault.")?;
        list_findings(out, findings)?;
        for reason in &verdict.reasons {
            let rule = reason.rule.as_deref().unwrap_or("what the house does by default");
            writeln!(out, "  because of {rule}: {}", reason.entity)?;
        }
        writeln!(out, "Leave these fields out with `--fields`, or replace what was found with `--redact`.")
    })?;
    // Refused by the rules of response, as a denial is by the policy.
    Err(CliError::new(Failure::Denied, "the egress rules block this export; nothing was staged"))
}

fn waits(
    ctx: &Context,
    opened: &Opened<'_>,
    approval: &Pending,
    records: u64,
    findings: &BTreeMap<Entity, u64>,
) -> Result<Outcome, CliError> {
    ctx.out.show(&Answer::NeedsApproval { approval, records, findings }, |out| {
        writeln!(
            out,
            "Waiting for approval: {} staged under seal, nothing left the vault.",
            count(records, "record")
        )?;
        list_findings(out, findings)?;
        approve::write_pending(out, opened, approval)?;
        writeln!(out, "A second person: strongroom approve yes {} --mfa --as NAME", approval.approval)?;
        writeln!(out, "Then you:        strongroom release {} --out FILE", approval.approval)
    })?;
    Ok(Outcome::Waiting)
}

fn written(ctx: &Context, path: &Path, file: NewFile, released: &Released) -> Result<Outcome, CliError> {
    file.write(&released.content)?;
    let answer = Answer::Released {
        records: released.records,
        sha256: released.digest,
        approval: released.approval,
        file: Some(path.to_owned()),
        content: None,
    };
    ctx.out.show(&answer, |out| {
        writeln!(out, "Wrote {} to `{}`.", count(released.records, "record"), path.display())?;
        writeln!(out, "SHA-256 {}, which stands in the log.", released.digest)
    })?;
    Ok(Outcome::Done)
}

fn to_standard_output(ctx: &Context, released: &Released) -> Result<Outcome, CliError> {
    let answer = Answer::Released {
        records: released.records,
        sha256: released.digest,
        approval: released.approval,
        file: None,
        content: std::str::from_utf8(&released.content).ok(),
    };
    ctx.out.show(&answer, |out| out.write_all(&released.content))?;
    Ok(Outcome::Done)
}

fn list_findings(out: &mut dyn Write, findings: &BTreeMap<Entity, u64>) -> io::Result<()> {
    for (entity, found) in findings {
        writeln!(out, "  found {found:>6}  {entity}")?;
    }
    Ok(())
}
