//! `policy unused` and `policy suggest`.

use super::{Loaded, staff};
use crate::{
    args::{SuggestArgs, UnusedArgs, UsageFrom},
    commands::file::NewFile,
    context::Context,
    error::{CliError, Failure},
    output::Outcome,
    text::{Table, count, one_line},
};
use serde::Serialize;
use std::{fs, path::Path};
use strongroom::{
    policy::{Directory, Policy, Usage, UsageReport},
    types::{ActorId, RoleName, RuleId, Timestamp},
};

/// What people did: a file's lines, or else the vault's log.
pub(super) fn read_usage(from: &UsageFrom, ctx: &Context) -> Result<Vec<Usage>, CliError> {
    let Some(path) = &from.usage else {
        return Ok(ctx.open()?.session()?.usage()?);
    };
    let text = fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            serde_json::from_str(line).map_err(|error| {
                let why = error.to_string();
                let why = why.split(" at line").next().unwrap_or(&why).to_owned();
                CliError::input(format!("`{}`:{}: {why}", path.display(), at.saturating_add(1)))
            })
        })
        .collect()
}

pub(super) fn unused(args: &UnusedArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let loaded = Loaded::read(&args.files, ctx)?;
    let people = staff(args.files.directory.as_deref(), ctx)?;
    let usage = read_usage(&args.usage, ctx)?;
    let Ok(report) = loaded.policy.usage_report(&people.directory, &usage, ctx.now(), args.days);
    let day = |at: Option<Timestamp>| at.map_or_else(|| "never".to_owned(), |at| at.to_string());
    ctx.out.show(&report, |out| {
        let UsageReport { decisions, period, unused_grants, roles, duties, dormant, .. } = &report;
        let within = period.map_or_else(|| "an empty log".to_owned(), |(from, to)| format!("{from} to {to}"));
        writeln!(
            out,
            "{}, {within}; unused: not for {}",
            count(*decisions, "decision"),
            count(args.days.into(), "day")
        )?;
        let mut table = Table::new(["unused grant", "last used", "holders"]);
        for grant in unused_grants {
            table.row([grant.rule.to_string(), day(grant.last_used), grant.holders.to_string()]);
        }
        write!(out, "{}", table.render())?;
        let mut table = Table::new(["role", "holders", "granted", "unused"]);
        for role in roles {
            let unused = role.unused.len().to_string();
            table.row([role.role.to_string(), role.holders.to_string(), role.granted.to_string(), unused]);
        }
        write!(out, "{}", table.render())?;
        for one in duties {
            let roles: Vec<&str> = one.roles.iter().map(RoleName::as_str).collect();
            let how = if one.acted { "acts as" } else { "holds" };
            writeln!(
                out,
                "duties: {} {how} {} against {}",
                one_line(&people.name(one.actor)),
                roles.join(" and "),
                one.rule
            )?;
        }
        for one in dormant {
            writeln!(
                out,
                "dormant: {}, last seen {}",
                one_line(&people.name(one.actor)),
                day(one.last_seen)
            )?;
        }
        Ok(())
    })?;
    let found = !report.duties.is_empty() || !report.dormant.is_empty() || !report.unused_grants.is_empty();
    Ok(if found { Outcome::Found } else { Outcome::Done })
}

#[derive(Debug, Serialize)]
struct Suggested<'s> {
    used: u64,
    kept: u64,
    proved: bool,
    removed: &'s [RuleId],
    narrowed: &'s [(RuleId, Vec<RuleId>)],
    assignments: &'s [(ActorId, RoleName)],
    policy: &'s Policy,
    directory: &'s Directory,
}

pub(super) fn suggest(args: &SuggestArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let loaded = Loaded::read(&args.files, ctx)?;
    let people = staff(args.files.directory.as_deref(), ctx)?;
    let usage = read_usage(&args.usage, ctx)?;
    let Ok(suggestion) = loaded.policy.suggest(&loaded.schema, &people.directory, &usage);
    let suggestion = suggestion.map_err(|error| CliError::new(Failure::Internal, error.to_string()))?;
    write_new(args.out.as_deref(), &suggestion.policy)?;
    write_new(args.out_directory.as_deref(), &suggestion.directory)?;
    let shown = Suggested {
        used: suggestion.proof.used,
        kept: suggestion.proof.kept,
        proved: suggestion.proof.is_whole(),
        removed: &suggestion.removed,
        narrowed: &suggestion.narrowed,
        assignments: &suggestion.assignments,
        policy: &suggestion.policy,
        directory: &suggestion.directory,
    };
    ctx.out.show(&shown, |out| {
        for rule in shown.removed {
            writeln!(out, "remove the grant {rule}: nobody used it")?;
        }
        for (rule, parts) in shown.narrowed {
            let parts: Vec<&str> = parts.iter().map(RuleId::as_str).collect();
            writeln!(out, "narrow the grant {rule} to what was used: {}", parts.join(", "))?;
        }
        for (actor, role) in shown.assignments {
            writeln!(out, "take the role {role} from {}: no use needs it", one_line(&people.name(*actor)))?;
        }
        let words =
            if shown.proved { "no access that was used is lost" } else { "the rest could not be proved" };
        writeln!(out, "replayed: {} of {} uses are allowed as before; {words}", shown.kept, shown.used)
    })?;
    Ok(if shown.proved { Outcome::Done } else { Outcome::Found })
}

/// Writes a configuration to a new file.
pub(super) fn write_new<T: Serialize>(path: Option<&Path>, what: &T) -> Result<(), CliError> {
    let Some(path) = path else { return Ok(()) };
    let text = toml::to_string(what).map_err(|error| {
        CliError::new(Failure::Internal, format!("it cannot be written as TOML: {error}"))
    })?;
    NewFile::create(path)?.write(text.as_bytes())
}
