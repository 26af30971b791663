//! `audit`

use super::file::NewFile;
use crate::{
    args::{AuditCommand, ShowEntriesArgs, VerifyArgs},
    context::{Context, Opened},
    error::{CliError, Failure},
    output::Outcome,
    text::{Table, count, one_line},
};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::Path,
};
use strongroom::{
    Error, Notice, NoticeKind, Verification,
    audit::{Checkpoint, Decision, Entry, FileWitness, Verdict, Witness},
    types::{CustomerId, Digest},
};

pub(super) fn run(command: &AuditCommand, ctx: &Context) -> Result<Outcome, CliError> {
    if let AuditCommand::Verify(args) = command {
        return verify(args, &ctx.open_to_verify()?, ctx);
    }
    let opened = ctx.open()?;
    match command {
        AuditCommand::Verify(_) => {}
        AuditCommand::Show(args) => show(args, &opened, ctx)?,
        AuditCommand::Prove { index } => prove(*index, &opened, ctx)?,
        AuditCommand::Checkpoint { witness } => checkpoint(witness.as_deref(), &opened, ctx)?,
        AuditCommand::WhoSaw { customer } => who_saw(*customer, &opened, ctx)?,
        AuditCommand::Notices => notices(&opened, ctx)?,
        AuditCommand::Export { out } => export(out, &opened, ctx)?,
    }
    Ok(Outcome::Done)
}

fn verify(args: &VerifyArgs, opened: &Opened<'_>, ctx: &Context) -> Result<Outcome, CliError> {
    let witnessed = match &args.witness {
        Some(path) => {
            let seen = FileWitness::new(path, vec![opened.vault.log_key()]).latest_checkpoint();
            let seen =
                seen.map_err(|error| CliError::input(format!("witness `{}`: {error}", path.display())))?;
            let seen = seen.ok_or_else(|| {
                CliError::input(format!("witness `{}` has seen nothing yet", path.display()))
            })?;
            vec![seen]
        }
        None => Vec::new(),
    };
    let bar = ctx.out.progress(0, "verifying");
    let found = opened.session()?.verify(witnessed, &mut |progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
    });
    bar.finish_and_clear();
    let found = found.map_err(|error| match error {
        // The walk itself could not go on: what it reads is not what was written.
        Error::Config(message) => CliError::new(Failure::Damaged, message),
        other => other.into(),
    })?;
    ctx.out.show(&Report { verdict: found.verdict(), sound: found.is_sound(), found: &found }, |out| {
        write_verification(out, &found)
    })?;
    Ok(if found.is_sound() { Outcome::Done } else { Outcome::Found })
}

#[derive(Debug, Serialize)]
struct Report<'a> {
    verdict: Verdict,
    sound: bool,
    #[serde(flatten)]
    found: &'a Verification,
}

fn write_verification(out: &mut dyn Write, found: &Verification) -> io::Result<()> {
    let log = &found.log;
    writeln!(
        out,
        "{}: {}",
        if found.is_sound() { "Sound" } else { "NOT SOUND" },
        verdict_words(found.verdict())
    )?;
    writeln!(out, "  {} in the log, {} opened", entries(log.size), count(log.checkpoints, "checkpoint"))?;
    writeln!(out, "  {} compared with their last entries", count(found.records, "living record"))?;
    for finding in &log.findings {
        let at = finding.index.map_or_else(String::new, |index| format!(" at entry {index}"));
        writeln!(out, "  {}{at}: {}", verdict_words(finding.verdict), finding.reason)?;
    }
    if log.findings_left_out > 0 {
        writeln!(out, "  and {} more", log.findings_left_out)?;
    }
    for finding in &found.holds {
        writeln!(out, "  {} hold {}: {}", verdict_words(finding.verdict), finding.hold, finding.reason)?;
    }
    for finding in &found.data {
        writeln!(out, "  {} record {}: {}", verdict_words(finding.verdict), finding.record, finding.reason)?;
    }
    Ok(())
}

fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Intact => "intact",
        Verdict::ErasedAuthorised => "intact, but for what was erased with authority",
        Verdict::Missing => "missing",
        Verdict::Altered => "altered",
    }
}

fn show(args: &ShowEntriesArgs, opened: &Opened<'_>, ctx: &Context) -> Result<(), CliError> {
    if let Some(index) = args.index {
        return show_one(index, opened, ctx);
    }
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX).max(1);
    let session = opened.session()?;
    let entries = if let Some(from) = args.from {
        session.entries(from, limit)?
    } else {
        // The log is walked in pages, so that its length does not matter.
        let (mut last, mut from) = (Vec::new(), 0);
        loop {
            let page = session.entries(from, PAGE_ENTRIES)?;
            let Some((index, _)) = page.last() else { break };
            from = index.saturating_add(1);
            last.extend(page);
            last.drain(..last.len().saturating_sub(limit));
        }
        last
    };
    let entries: Vec<Indexed> = entries.into_iter().map(|(index, entry)| Indexed { index, entry }).collect();
    ctx.out.list(&entries, |out| {
        let mut table =
            Table::new(["#", "time", "who", "what", "outcome", "kind", "customer", "purpose", "by rule"]);
        for Indexed { index, entry } in &entries {
            let text = |name: Option<String>| name.unwrap_or_default();
            let rules: Vec<String> = entry.rules.iter().map(ToString::to_string).collect();
            table.row([
                index.to_string(),
                entry.time.to_string(),
                opened.staff.name(entry.actor),
                entry.name.to_string(),
                outcome(entry),
                text(entry.kind.as_ref().map(ToString::to_string)),
                customers(entry),
                text(entry.purpose.as_ref().map(ToString::to_string)),
                rules.join(" "),
            ]);
        }
        write!(out, "{}", table.render())
    })
}

/// How many entries are read at a time.
const PAGE_ENTRIES: usize = 1000;

#[derive(Debug, Serialize)]
struct Indexed {
    index: u64,
    entry: Entry,
}

fn outcome(entry: &Entry) -> String {
    match entry.decision {
        Some(Decision::Deny) => "denied".to_owned(),
        _ => format!("{:?}", entry.outcome).to_lowercase(),
    }
}

fn customers(entry: &Entry) -> String {
    match (entry.customer, entry.customers.len()) {
        (Some(customer), _) => customer.to_string(),
        (None, 0) => String::new(),
        (None, n) => count(u64::try_from(n).unwrap_or(u64::MAX), "customer"),
    }
}

#[derive(Debug, Serialize)]
struct Detailed {
    index: u64,
    entry: Entry,
    detail: Option<BTreeMap<String, String>>,
}

fn show_one(index: u64, opened: &Opened<'_>, ctx: &Context) -> Result<(), CliError> {
    let session = opened.session()?;
    let entry = session.entries(index, 1)?.into_iter().next().filter(|(found, _)| *found == index);
    let (_, entry) = entry.ok_or_else(|| CliError::input(format!("the log has no entry {index}")))?;
    let detail = session.entry_detail(index)?;
    let detail = detail.map(|detail| {
        detail.fields().map(|(name, text)| (name.to_string(), text.to_owned())).collect::<BTreeMap<_, _>>()
    });
    let shown = Detailed { index, entry, detail };
    ctx.out.show(&shown, |out| {
        serde_json::to_writer_pretty(&mut *out, &shown.entry).map_err(io::Error::from)?;
        writeln!(out)?;
        for (name, text) in shown.detail.iter().flatten() {
            writeln!(out, "{name}: {}", one_line(text))?;
        }
        Ok(())
    })
}

fn prove(index: u64, opened: &Opened<'_>, ctx: &Context) -> Result<(), CliError> {
    let proven = opened.session()?.prove(index)?;
    ctx.out.show(&proven, |out| {
        writeln!(out, "Entry {index}:\n{}\n", proven.leaf)?;
        writeln!(out, "Its way to the root of {} (RFC 6962):", entries(proven.proof.size))?;
        for digest in &proven.proof.path {
            writeln!(out, "  {digest}")?;
        }
        writeln!(out, "\nThe signed checkpoint with that root:\n{}", proven.checkpoint.trim_end())
    })
}

#[derive(Debug, Serialize)]
struct Signed {
    origin: String,
    size: u64,
    root: Digest,
    note: String,
}

impl Signed {
    fn of(checkpoint: &Checkpoint) -> Self {
        Self {
            origin: checkpoint.origin().to_owned(),
            size: checkpoint.size(),
            root: checkpoint.root(),
            note: checkpoint.note().to_owned(),
        }
    }
}

fn checkpoint(file: Option<&Path>, opened: &Opened<'_>, ctx: &Context) -> Result<(), CliError> {
    let witness = file.map(|path| FileWitness::new(path, vec![opened.vault.log_key()]));
    let witnesses: Vec<&dyn Witness> = witness.iter().map(|witness| -> &dyn Witness { witness }).collect();
    let checkpoint = opened.session()?.checkpoint(&witnesses)?;
    let signed = Signed::of(&checkpoint);
    ctx.out.show(&signed, |out| {
        writeln!(out, "{}", signed.note.trim_end())?;
        match file {
            Some(path) => writeln!(out, "\nThe witness `{}` has seen it.", path.display()),
            None => Ok(()),
        }
    })
}

fn who_saw(customer: CustomerId, opened: &Opened<'_>, ctx: &Context) -> Result<(), CliError> {
    let seen = opened.session()?.who_saw(customer)?;
    ctx.out.list(&seen, |out| {
        let mut table = Table::new(["#", "time", "who", "what", "allowed", "kind", "record", "purpose"]);
        for look in &seen {
            table.row([
                look.index.to_string(),
                look.at.to_string(),
                opened.staff.name(look.actor),
                look.action.clone(),
                match look.allowed {
                    Some(true) => "yes",
                    Some(false) => "no",
                    None => "",
                }
                .to_owned(),
                look.kind.as_ref().map_or_else(String::new, ToString::to_string),
                look.record.map_or_else(String::new, |record| record.to_string()),
                look.purpose.as_ref().map_or_else(String::new, ToString::to_string),
            ]);
        }
        write!(out, "{}", table.render())
    })
}

fn notices(opened: &Opened<'_>, ctx: &Context) -> Result<(), CliError> {
    let notices = opened.session()?.notices()?;
    ctx.out.list(&notices, |out| {
        for Notice { at, actor, kind } in &notices {
            write!(out, "{at}  {}: ", opened.staff.name(*actor))?;
            match kind {
                NoticeKind::BulkAccess { rule, observed, threshold, from, severity } => writeln!(
                    out,
                    "{severity}: looked at {observed} since {from}, more than {threshold} (rule `{rule}`)"
                )?,
                NoticeKind::Notify { role, action, record } => {
                    let record = record.map_or_else(String::new, |record| format!(" on record {record}"));
                    writeln!(out, "`{role}` should know of {action}{record}")?;
                }
                _ => writeln!(out, "a notice of a newer version")?,
            }
        }
        writeln!(out, "{}", count(u64::try_from(notices.len()).unwrap_or(u64::MAX), "notice"))
    })
}

#[derive(Debug, Serialize)]
struct Exported<'a> {
    file: &'a Path,
    entries: u64,
}

fn export(path: &Path, opened: &Opened<'_>, ctx: &Context) -> Result<(), CliError> {
    let mut file = NewFile::create(path)?;
    let written = opened.session()?.export_log(&mut file)?;
    file.keep()?;
    ctx.out.show(&Exported { file: path, entries: written }, |out| {
        writeln!(out, "Wrote {} with their proofs to `{}`.", entries(written), path.display())
    })
}

fn entries(n: u64) -> String {
    if n == 1 { "1 entry".to_owned() } else { format!("{n} entries") }
}
