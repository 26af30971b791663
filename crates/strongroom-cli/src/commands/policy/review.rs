//! `policy review`: the review is a file; each decision is made by its reviewer.

use super::usage::{read_usage, write_new};
use super::{Loaded, staff};
use crate::{
    args::ReviewCommand,
    commands::file::NewFile,
    context::Context,
    error::{CliError, Failure},
    output::Outcome,
    staff::Staff,
    text::{Table, one_line},
};
use std::{fs, path::Path};
use strongroom::policy::{AccessReview, ReviewState, Verdict};
use strongroom::types::{ActorId, Timestamp};

pub(super) fn run(command: &ReviewCommand, ctx: &Context) -> Result<Outcome, CliError> {
    match command {
        ReviewCommand::Open { file, id, reviewer, due_days, unused } => {
            let loaded = Loaded::read(&unused.files, ctx)?;
            let people = staff(unused.files.directory.as_deref(), ctx)?;
            let usage = read_usage(&unused.usage, ctx)?;
            let reviewers: Vec<ActorId> = reviewer
                .iter()
                .map(|name| people.person(Some(name)).map(|person| person.id))
                .collect::<Result<_, _>>()?;
            let now = ctx.now();
            let due = now.plus_seconds(i64::from(*due_days).saturating_mul(86_400));
            let config = (&loaded.policy, &people.directory);
            let Ok(review) =
                AccessReview::open(id.clone(), config, &usage, (now, due, unused.days), |person| {
                    reviewers.iter().find(|reviewer| **reviewer != person.id).copied()
                });
            let review =
                review.map_err(|error| CliError::input(format!("{error}; name another `--reviewer`")))?;
            NewFile::create(file)?.write(json(&review)?.as_bytes())?;
            show(&review, &people, ctx)?;
            Ok(Outcome::Done)
        }
        ReviewCommand::Decide { file, whose: name, role, verdict, directory } => {
            let people = staff(directory.as_deref(), ctx)?;
            let mut review = read(file)?;
            let whose = people.person(Some(name))?.id;
            let at = review.items.iter().position(|item| item.person == whose && item.role == *role);
            let at = at
                .ok_or_else(|| CliError::input(format!("the review has no item for `{name}` as `{role}`")))?;
            let by = people.person(ctx.global.person.as_deref())?.id;
            let why = ctx.global.because.as_deref().unwrap_or_default();
            review
                .decide(at, by, Verdict::from(*verdict), why, ctx.now())
                .map_err(|error| CliError::new(Failure::Denied, format!("{error} (`--as`, `--because`)")))?;
            replace(file, &json(&review)?)?;
            show(&review, &people, ctx)?;
            Ok(Outcome::Done)
        }
        ReviewCommand::Close { file, out_directory, directory } => {
            let people = staff(directory.as_deref(), ctx)?;
            let mut review = read(file)?;
            review.expire(ctx.now());
            if !review.is_closed() {
                let open = review.items.iter().filter(|item| item.state == ReviewState::Open).count();
                return Err(CliError::new(
                    Failure::Waiting,
                    format!("{open} item(s) wait for a decision until {}", review.due),
                ));
            }
            replace(file, &json(&review)?)?;
            let mut after = people.directory.clone();
            let taken = review.apply(&mut after);
            write_new(Some(out_directory), &after)?;
            ctx.out.show(&taken, |out| {
                for (actor, role) in &taken {
                    writeln!(out, "taken: {role} from {}", one_line(&people.name(*actor)))?;
                }
                writeln!(out, "The directory without it is in `{}`.", out_directory.display())
            })?;
            Ok(Outcome::Done)
        }
    }
}

fn show(review: &AccessReview, people: &Staff, ctx: &Context) -> Result<(), CliError> {
    ctx.out.show(review, |out| {
        let mut table = Table::new(["person", "role", "last used", "suggested", "reviewer", "state"]);
        for item in &review.items {
            let state = match &item.state {
                ReviewState::Open => "open".to_owned(),
                ReviewState::Expired { .. } => "expired".to_owned(),
                ReviewState::Decided { verdict, .. } => word(*verdict).to_owned(),
            };
            table.row([
                one_line(&people.name(item.person)),
                item.role.to_string(),
                item.last_used.map_or_else(|| "never".to_owned(), |at: Timestamp| at.to_string()),
                word(item.recommended).to_owned(),
                one_line(&people.name(item.reviewer)),
                state,
            ]);
        }
        write!(out, "{}", table.render())?;
        writeln!(out, "due {}", review.due)
    })
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Certify => "certify",
        Verdict::Revoke => "revoke",
    }
}

fn json(review: &AccessReview) -> Result<String, CliError> {
    serde_json::to_string_pretty(review).map_err(|error| CliError::new(Failure::Internal, error.to_string()))
}

fn read(path: &Path) -> Result<AccessReview, CliError> {
    let text = fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
    serde_json::from_str(&text)
        .map_err(|error| CliError::input(format!("`{}` is no access review: {error}", path.display())))
}

/// In one step: a review half written would be a review lost.
fn replace(path: &Path, text: &str) -> Result<(), CliError> {
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    let fresh = Path::new(&fresh);
    fs::write(fresh, text).map_err(|error| CliError::file(fresh, &error))?;
    fs::rename(fresh, path).map_err(|error| CliError::file(path, &error))
}
