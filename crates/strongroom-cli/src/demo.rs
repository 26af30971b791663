//! `demo`: the whole story in a fresh folder, each act with what was expected and what happened.

mod egress;
mod given;
mod going;
mod needle;
mod opening;
mod proving;
mod seeing;
mod stage;
mod world;

#[cfg(test)]
mod tests;

use crate::{
    args::{DemoArgs, Format},
    context::Context,
    error::CliError,
    import::Progress,
    output::Outcome,
    text::count,
};
use given::{Cast, Given, Known};
use serde::Serialize;
use stage::{Act, Stage};
use std::{
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};
use strongroom::{FolderOptions, Session, Vault, View};
use strongroom_types::CaseId;
use world::{World, field, kind};

/// Plays the story.
pub(crate) fn run(args: &DemoArgs, context: &Context) -> Result<Outcome, CliError> {
    let human = context.out.format() == Format::Human;
    let stdout = io::stdout();
    let colour = human && stdout.is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut shown: Box<dyn Write> = if human { Box::new(stdout) } else { Box::new(io::sink()) };
    let bar = context.out.progress(0, "importing");
    let plot = Plot {
        dir: args.dir.as_deref(),
        customers: args.customers.as_deref(),
        fast: args.fast,
        options: context.folder_options(),
    };
    let mut progress = |progress: Progress| {
        bar.set_length(progress.bytes_total.unwrap_or(progress.bytes));
        bar.set_position(progress.bytes);
    };
    let played = {
        let mut stage = Stage::new(&mut shown, colour);
        play(plot, &mut stage, &mut progress)
    };
    bar.finish_and_clear();
    let played = played?;
    if !human {
        context.out.show(&played, |_| Ok(()))?;
    }
    Ok(if played.ok { Outcome::Done } else { Outcome::Found })
}

/// How the story is to be played.
pub(crate) struct Plot<'p> {
    /// The folder; a fresh one among the temporary files if `None`.
    pub(crate) dir: Option<&'p Path>,
    /// The user's own customers; the sample if `None`.
    pub(crate) customers: Option<&'p Path>,
    /// A tenth of the sample only.
    pub(crate) fast: bool,
    /// Clock, randomness, and how hard the passphrase is to guess.
    pub(crate) options: FolderOptions,
}

/// How it went.
#[derive(Debug, Serialize)]
pub(crate) struct Played {
    /// Whether every act went as expected.
    pub(crate) ok: bool,
    /// The folder, to go on with.
    pub(crate) dir: PathBuf,
    /// The acts.
    pub(crate) acts: Vec<Act>,
}

/// What the acts hand on to each other.
pub(crate) struct Story {
    world: World,
    cast: Cast,
    /// The exit of whom nothing stays.
    leaving_case: Option<CaseId>,
}

/// Plays all acts.
pub(crate) fn play(
    plot: Plot<'_>,
    stage: &mut Stage<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Played, CliError> {
    let began = plot.options.clock.now();
    let world = World::make(plot.dir, plot.options)?;
    stage.line("Strongroom · 保险库")?;
    stage.line(&format!("in {}", world.dir.display()))?;
    stage.line("✔ what was expected, and beside it what happened · 左为预期，右为实际")?;

    let vault = opening::made(&world, stage)?;
    let given = match plot.customers {
        Some(path) => Given::own(path),
        None => Given::sample(&world, plot.fast)?,
    };
    opening::imported(&world, &vault, &given, stage, progress)?;
    let cast = given.cast(&vault.config().schema)?;
    let mut story = Story { world, cast, leaving_case: None };
    story.more_rows(&vault)?;
    seeing::viewed(&story, &vault, stage)?;
    seeing::searched(&story, &vault, stage)?;
    seeing::document(&story, &vault, stage)?;
    egress::blocked(&story, &vault, stage)?;
    egress::approved(&story, &vault, stage)?;
    egress::alert(&story, &vault, stage)?;
    going::held(&mut story, &vault, stage)?;
    let kept_record = going::gone(&story, &vault, stage)?;
    going::nowhere(&story, &given, vault.tenant(), stage)?;
    proving::verified(&story, &vault, stage)?;
    let tenant = vault.tenant();
    drop(vault);
    proving::tampered(&story, tenant, stage)?;
    let shown = proving::restarted(&story, kept_record, stage)?;

    let seconds = story.world.now().seconds_since(began);
    epilogue(&story, &shown, seconds, stage)?;
    Ok(Played { ok: stage.all_ok(), dir: story.world.dir, acts: std::mem::take(&mut stage.acts) })
}

impl Story {
    fn session<'v>(&self, vault: &'v Vault, who: &str, purpose: &str) -> Result<Session<'v>, CliError> {
        self.world.session(vault, who, purpose)
    }

    /// What happens this morning: the one who leaves writes once more, the one of whom the law keeps something buys.
    fn more_rows(&self, vault: &Vault) -> Result<(), CliError> {
        use strongroom::{Fields, NewRecord, Whose};
        let zone = time::UtcOffset::from_hms(8, 0, 0).map_err(|error| CliError::input(error.to_string()))?;
        let today = self.world.now().date_in(zone).to_string();
        let contact = Fields::new()
            .with(field("channel")?, "letter")
            .with(field("contacted_on")?, today.as_str())
            .with(field("summary")?, format!("{} 来函，要求注销账户。", self.cast.leaving.name));
        let bought = Fields::new()
            .with(field("transaction_no")?, "DEMO-0001")
            .with(field("happened_on")?, today.as_str())
            .with(field("amount")?, "1280.00");
        let of = |known: &Known| Whose::Key(known.number.clone());
        let rows = vec![
            NewRecord::new(kind("contact")?, of(&self.cast.leaving), contact),
            NewRecord::new(kind("transaction")?, of(&self.cast.kept), bought),
        ];
        for answer in self.session(vault, "importer", "service")?.import(rows) {
            answer?;
        }
        Ok(())
    }
}

/// The customer's record, as this session sees it.
fn find(session: &Session<'_>, known: &Known) -> Result<View, CliError> {
    let found = session.search(&kind("customer")?, &field("customer_no")?, &known.number)?;
    let missing = || CliError::input("a customer of the story is not in the vault");
    found.into_iter().next().ok_or_else(missing)
}

fn epilogue(story: &Story, shown: &View, seconds: i64, stage: &mut Stage<'_>) -> Result<(), CliError> {
    let total = u64::try_from(stage.checks().count()).unwrap_or(u64::MAX);
    let wrong: Vec<String> =
        stage.checks().filter(|check| check.ok == Some(false)).map(|check| check.expected.clone()).collect();
    let skipped = stage.checks().filter(|check| check.ok.is_none()).count();
    let acts = stage.acts.len();
    stage.line("")?;
    if wrong.is_empty() {
        let aside = if skipped == 0 { String::new() } else { format!(", {skipped} not tried") };
        stage.line(&format!(
            "All {acts} acts went as expected: {}{aside}, {}. · 全部符合预期。",
            count(total, "check"),
            count(seconds.unsigned_abs(), "second"),
        ))?;
    } else {
        stage.line(&format!("{} of {total} did not go as expected:", wrong.len()))?;
        for one in &wrong {
            stage.line(&format!("  ✘ {one}"))?;
        }
    }
    let program =
        std::env::current_exe().map_or_else(|_| "strongroom".to_owned(), |path| path.display().to_string());
    stage.line("\nGo on in the same vault · 接着试试:")?;
    stage.line(&format!("  cd {}; alias strongroom={program}", story.world.dir.display()))?;
    stage.line("  alias sr='strongroom --vault vault --passphrase-file passphrase'")?;
    let record = shown.record;
    let customer = shown.customer;
    for (command, why) in [
        ("sr list customer --limit 5 --as wang --mfa --purpose service".to_owned(), "what a manager sees"),
        (format!("sr show {record} --as zhou --purpose service"), "what support sees of one of them"),
        (format!("sr show {record} --as sun --purpose service"), "what sales does not, and why"),
        (format!("sr audit who-saw {customer} --as auditor --mfa"), "who has looked"),
        ("sr audit notices --as auditor --mfa".to_owned(), "what somebody must be told"),
        ("sr audit verify --witness out/witness --as auditor --mfa".to_owned(), "is all as it was written?"),
        (
            "strongroom --vault tampered --passphrase-file passphrase audit verify --as auditor --mfa"
                .to_owned(),
            "and here?",
        ),
        (
            "strongroom scan given --entity PHONE,CN_RESIDENT_ID --format jsonl".to_owned(),
            "what the files held",
        ),
    ] {
        stage.line(&format!("  {command}  # {why}"))?;
    }
    stage.line(&format!("Throw it all away with: rm -r {}", story.world.dir.display()))?;
    Ok(())
}
