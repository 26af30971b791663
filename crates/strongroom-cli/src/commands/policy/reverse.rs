//! `policy who-can`, `what-can` and `export`.

use super::request::{Reader, session};
use super::{Loaded, staff};
use crate::{
    args::{PolicyFiles, WhatCanArgs, WhoCanArgs},
    context::Context,
    error::CliError,
    output::Outcome,
    text::{Table, one_line},
};
use serde::Serialize;
use std::collections::BTreeMap;
use strongroom::{
    policy::{Filter, Policy, Reach},
    types::{Action, ActorId, Kind, RoleName, RuleId},
};

#[derive(Debug, Serialize)]
struct Can {
    people: Vec<Named>,
    /// Go on with `--after` this one.
    next: Option<ActorId>,
}

#[derive(Debug, Serialize)]
struct Named {
    id: ActorId,
    name: String,
}

pub(super) fn who_can(args: &WhoCanArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let loaded = Loaded::read(&args.files, ctx)?;
    let people = staff(args.files.directory.as_deref(), ctx)?;
    let reader = Reader { schema: &loaded.schema, policy: &loaded.policy, staff: &people, now: ctx.now() };
    let question = reader.options(None, args.action, &args.request, ctx)?;
    let after = args.after.as_deref().map(|name| reader.id(name)).transpose()?;
    let actors = people.directory.actors(&loaded.policy, question.now);
    let roster = loaded.policy.roster(&actors);
    let found = question.ask(|request| {
        let target = loaded.policy.target(request.resource);
        roster.who_can(args.action, &target, request.auth, request.now, (after, args.limit))
    });
    let named = |id: ActorId| Named { id, name: people.name(id) };
    let can = Can { people: found.people.into_iter().map(named).collect(), next: found.next };
    ctx.out.show(&can, |out| {
        can.people.iter().try_for_each(|one| writeln!(out, "{}", one_line(&one.name)))?;
        match can.next {
            Some(next) => writeln!(out, "and more: go on with `--after {next}`"),
            None if can.people.is_empty() => writeln!(out, "nobody"),
            None => Ok(()),
        }
    })?;
    Ok(Outcome::Done)
}

pub(super) fn what_can(args: &WhatCanArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let loaded = Loaded::read(&args.files, ctx)?;
    let people = staff(args.files.directory.as_deref(), ctx)?;
    let now = args.request.at.unwrap_or_else(|| ctx.now());
    let actor = people.actor(&loaded.policy, people.person(Some(&args.who))?, now)?;
    let auth = session(&args.request, ctx, now);
    let bound = loaded.policy.bind(&actor, &auth);
    let mut reaches = bound.what_can(now, (None, usize::MAX));
    reaches.retain(|reach| args.request.kind.as_ref().is_none_or(|kind| *kind == reach.kind));
    ctx.out.list(&reaches, |out| {
        let mut table = Table::new(["kind", "action", "which records"]);
        for Reach { kind, action, filter } in &reaches {
            table.row([kind.to_string(), action.to_string(), words(filter, &loaded)]);
        }
        write!(out, "{}", table.render())
    })?;
    Ok(Outcome::Done)
}

/// A filter in words.
fn words(filter: &Filter, loaded: &Loaded) -> String {
    let list = |parts: &[Filter], with: &str| {
        parts.iter().map(|part| words(part, loaded)).collect::<Vec<_>>().join(with)
    };
    let ids = |ids: &[ActorId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
    match filter {
        Filter::All(parts) if parts.is_empty() => "all".to_owned(),
        Filter::All(parts) => list(parts, " and "),
        Filter::Any(parts) if parts.is_empty() => "none".to_owned(),
        Filter::Any(parts) => format!("({})", list(parts, " or ")),
        Filter::Consented(purpose) => format!("with consent to {purpose}"),
        Filter::LevelAtMost(level) => {
            format!("up to {}", loaded.schema.scale().name(*level).unwrap_or("?"))
        }
        Filter::OwnerIs(owners) => format!("owned by {}", ids(owners)),
        Filter::OwnerIsNot(owners) => format!("owned by others than {}", ids(owners)),
        Filter::Related(_, relations) => format!("related as {}", relations.join(" or ")),
        Filter::Unrelated(_, relations) => format!("not related as {}", relations.join(" or ")),
        Filter::StateIs(states) => format!("in the state {}", states.join(" or ")),
        Filter::StateIsNot(states) => format!("in another state than {}", states.join(" or ")),
        Filter::TeamIs(teams) => format!("of the team {}", teams.join(" or ")),
        Filter::TeamIsNot(teams) => format!("of another team than {}", teams.join(" or ")),
        // A younger filter shows as data until it has words.
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

/// The policy, and by role and kind which grants allow which actions.
#[derive(Debug, Serialize)]
struct Export<'p> {
    policy: &'p Policy,
    matrix: BTreeMap<RoleName, BTreeMap<Kind, BTreeMap<Action, Vec<RuleId>>>>,
}

pub(super) fn export(files: &PolicyFiles, ctx: &Context) -> Result<Outcome, CliError> {
    let loaded = Loaded::read(files, ctx)?;
    let export = Export { policy: loaded.policy.source(), matrix: loaded.policy.matrix() };
    ctx.out.show(&export, |out| {
        let mut table = Table::new(["role", "kind", "actions"]);
        for (role, kinds) in &export.matrix {
            for (kind, actions) in kinds {
                let actions: Vec<&str> = actions.keys().map(|action| action.name()).collect();
                table.row([role.to_string(), kind.to_string(), actions.join(" ")]);
            }
        }
        write!(out, "{}", table.render())
    })?;
    Ok(Outcome::Done)
}
