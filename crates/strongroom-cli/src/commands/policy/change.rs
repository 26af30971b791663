//! `policy diff` and `policy simulate`.

use super::usage::read_usage;
use super::{Loaded, staff};
use crate::{
    args::{DiffArgs, DiffKind, SimulateArgs},
    context::Context,
    error::{CliError, Failure},
    output::Outcome,
    text::{count, one_line},
};
use serde::Serialize;
use std::io::{self, Write};
use strongroom::{
    policy::{Change, CompiledPolicy, Fate, Obligation, Outcome as Answer, Replayed, Witness},
    types::{Action, ActorId, Kind, LevelScale, RoleName, RuleId, Timestamp},
};

/// A request as JSON, with what matters of it.
#[derive(Debug, Serialize)]
struct Shown {
    roles: Vec<RoleName>,
    action: Action,
    kind: Kind,
    level: String,
    /// `own`, `other` or `unknown`.
    owner: &'static str,
    team: &'static str,
    state: Option<String>,
    purpose: Option<String>,
    zone: Option<String>,
    mfa_age_seconds: Option<i64>,
    session_age_seconds: i64,
    device: Vec<String>,
    evidence: Vec<String>,
    relations: Option<Vec<String>>,
    consent: bool,
    broke_glass: bool,
    at: Timestamp,
}

impl Shown {
    fn of(witness: &Witness, scale: &LevelScale) -> Self {
        let age = |at: Timestamp| witness.now.seconds_since(at);
        let whose = |known: bool, same: bool, own: &'static str| match (known, same) {
            (false, _) => "unknown",
            (true, true) => own,
            (true, false) => "other",
        };
        let same_team = witness.team.is_some() && witness.team == witness.actor.team;
        Self {
            roles: witness.actor.roles.clone(),
            action: witness.action,
            kind: witness.kind.clone(),
            level: scale.name(witness.level).unwrap_or("?").to_owned(),
            owner: whose(witness.owner.is_some(), witness.owner == Some(witness.actor.id), "own"),
            team: whose(witness.team.is_some(), same_team, "same"),
            state: witness.state.clone(),
            purpose: witness.auth.purpose.as_ref().map(ToString::to_string),
            zone: witness.auth.zone.as_ref().map(ToString::to_string),
            mfa_age_seconds: witness.auth.mfa_at.map(age),
            session_age_seconds: age(witness.auth.session_started),
            device: witness.auth.device.clone(),
            evidence: witness.actor.evidence.keys().cloned().collect(),
            relations: witness.relations.as_ref().map(|all| all.iter().cloned().collect()),
            consent: witness.consent,
            broke_glass: witness.auth.broke_glass,
            at: witness.now,
        }
    }

    fn words(&self) -> String {
        let roles: Vec<&str> = self.roles.iter().map(RoleName::as_str).collect();
        let mut words = format!("{} {} {} ({}", roles.join("+"), self.action, self.kind, self.level);
        let mut add = |what: &str, value: &str| words.extend([", ", what, " ", value]);
        add("owner", self.owner);
        if self.team != "unknown" {
            add("team", self.team);
        }
        for (what, value) in [("state", &self.state), ("purpose", &self.purpose), ("zone", &self.zone)] {
            if let Some(value) = value {
                add(what, value);
            }
        }
        match self.mfa_age_seconds {
            Some(age) => add("second factor", &format!("{age} s ago")),
            None => add("second factor", "none"),
        }
        add("at", &self.at.to_string());
        words.push(')');
        one_line(&words)
    }
}

#[derive(Debug, Serialize)]
struct ShownChange {
    request: Shown,
    before: ShownAnswer,
    after: ShownAnswer,
}

#[derive(Debug, Serialize)]
struct ShownAnswer {
    allowed: bool,
    rule: Option<RuleId>,
    code: &'static str,
    obligations: Vec<Obligation>,
    ceiling: Option<String>,
}

impl ShownAnswer {
    fn of(answer: &Answer, scale: &LevelScale) -> Self {
        match answer {
            Answer::Allowed { rule, obligations, ceiling } => Self {
                allowed: true,
                rule: Some(rule.clone()),
                code: "allowed",
                obligations: obligations.clone(),
                ceiling: scale.name(*ceiling).map(str::to_owned),
            },
            Answer::Denied { rule, code } => {
                Self { allowed: false, rule: rule.clone(), code, obligations: Vec::new(), ceiling: None }
            }
        }
    }

    fn words(&self) -> String {
        let rule = self.rule.as_ref().map(|rule| format!(" by {rule}")).unwrap_or_default();
        if !self.allowed {
            return format!("no{rule}, {}", self.code);
        }
        let names: Vec<&str> = self.obligations.iter().map(Obligation::name).collect();
        let with = if names.is_empty() { String::new() } else { format!(" with {}", names.join(", ")) };
        format!("yes{rule}{with}, up to {}", self.ceiling.as_deref().unwrap_or("?"))
    }
}

#[derive(Debug, Serialize)]
struct Diff {
    gained: Vec<ShownChange>,
    lost: Vec<ShownChange>,
    changed: Vec<ShownChange>,
}

pub(super) fn diff(args: &DiffArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let loaded = Loaded::read(&args.files, ctx)?;
    let new = loaded.other(&args.new)?;
    let found = loaded.policy.diff(&new, ctx.now());
    let found = found.map_err(|error| CliError::new(Failure::Input, error.to_string()))?;
    let scale = loaded.schema.scale();
    let shown = |list: &[Change]| {
        let one = |change: &Change| ShownChange {
            request: Shown::of(&change.witness, scale),
            before: ShownAnswer::of(&change.before, scale),
            after: ShownAnswer::of(&change.after, scale),
        };
        list.iter().map(one).collect::<Vec<_>>()
    };
    let diff =
        Diff { gained: shown(&found.gained), lost: shown(&found.lost), changed: shown(&found.changed) };
    ctx.out.show(&diff, |out| {
        if found.is_empty() {
            writeln!(out, "No request is answered differently.")?;
        }
        write_changes(out, "gained", &diff.gained)?;
        write_changes(out, "lost", &diff.lost)?;
        write_changes(out, "changed", &diff.changed)
    })?;
    let fails = args.fail_on.iter().any(|kind| match kind {
        DiffKind::Gained => !found.gained.is_empty(),
        DiffKind::Lost => !found.lost.is_empty(),
        DiffKind::Changed => !found.changed.is_empty(),
    });
    Ok(if fails { Outcome::Found } else { Outcome::Done })
}

fn write_changes(out: &mut dyn Write, title: &str, changes: &[ShownChange]) -> io::Result<()> {
    for change in changes {
        writeln!(out, "{title}: {}", change.request.words())?;
        writeln!(out, "  before: {}", change.before.words())?;
        writeln!(out, "  after:  {}", change.after.words())?;
    }
    Ok(())
}

#[derive(Debug, Serialize)]
struct Simulated {
    decisions: u64,
    kept: u64,
    lost: u64,
    may_be_lost: u64,
    may_be_gained: u64,
    still_denied: u64,
    unknown: u64,
    differences: Vec<Difference>,
}

#[derive(Debug, Serialize)]
struct Difference {
    fate: &'static str,
    actor: ActorId,
    name: String,
    action: Action,
    kind: Kind,
    rules: Vec<RuleId>,
    count: u64,
    /// Such a request would be answered so.
    request: Option<Shown>,
}

const fn name(fate: &Fate) -> &'static str {
    match fate {
        Fate::Kept => "kept",
        Fate::MayBeLost(_) => "may-be-lost",
        Fate::Lost(_) => "lost",
        Fate::StillDenied => "still-denied",
        Fate::MayBeGained(_) => "may-be-gained",
        Fate::TooFine | Fate::UnknownActor => "unknown",
    }
}

pub(super) fn simulate(args: &SimulateArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let loaded = Loaded::read(&args.files, ctx)?;
    let new: CompiledPolicy = loaded.other(&args.new)?;
    let people = staff(args.files.directory.as_deref(), ctx)?;
    let usage = read_usage(&args.usage, ctx)?;
    let Ok(simulation) = loaded.policy.simulate(&new, &people.directory, &usage);
    let of = |wanted: &str| simulation.count(|fate| name(fate) == wanted);
    let differs = |one: &&Replayed| !matches!(one.fate, Fate::Kept | Fate::StillDenied);
    let differences = simulation.replayed.iter().filter(differs).map(|one| Difference {
        fate: name(&one.fate),
        actor: one.actor,
        name: people.name(one.actor),
        action: one.action,
        kind: one.kind.clone(),
        rules: one.rules.clone(),
        count: one.count,
        request: match &one.fate {
            Fate::MayBeLost(witness) | Fate::Lost(witness) | Fate::MayBeGained(witness) => {
                Some(Shown::of(witness, loaded.schema.scale()))
            }
            Fate::Kept | Fate::StillDenied | Fate::TooFine | Fate::UnknownActor => None,
        },
    });
    let shown = Simulated {
        decisions: simulation.decisions,
        kept: of("kept"),
        lost: of("lost"),
        may_be_lost: of("may-be-lost"),
        may_be_gained: of("may-be-gained"),
        still_denied: of("still-denied"),
        unknown: of("unknown"),
        differences: differences.collect(),
    };
    ctx.out.show(&shown, |out| {
        writeln!(
            out,
            "{}: {} kept, {} lost, {} perhaps lost, {} still denied, {} perhaps gained, {} unknown",
            count(shown.decisions, "decision"),
            shown.kept,
            shown.lost,
            shown.may_be_lost,
            shown.still_denied,
            shown.may_be_gained,
            shown.unknown
        )?;
        for one in &shown.differences {
            let rules: Vec<&str> = one.rules.iter().map(RuleId::as_str).collect();
            writeln!(
                out,
                "{}: {} {} {} ({}), by {}",
                one.fate,
                one_line(&one.name),
                one.action,
                one.kind,
                count(one.count, "time"),
                if rules.is_empty() { "no rule".to_owned() } else { rules.join(", ") }
            )?;
            if let Some(request) = &one.request {
                writeln!(out, "  such as: {}", request.words())?;
            }
        }
        Ok(())
    })?;
    Ok(if shown.lost.saturating_add(shown.may_be_lost) > 0 { Outcome::Found } else { Outcome::Done })
}
