//! `store`

use crate::{
    args::{StoreCheckArgs, StoreCommand, StoreCopyArgs},
    context::Context,
    error::{CliError, Failure, of_folder},
    output::Outcome,
    text::count,
};
use serde::Serialize;
use std::{cell::Cell, panic};
use strongroom::{Folder, FolderOptions, MoveError, check_home, envelope::OsRandom, store::CopyError};

pub(super) fn run(command: &StoreCommand, ctx: &Context) -> Result<Outcome, CliError> {
    match command {
        StoreCommand::Check(args) => check(args, ctx),
        StoreCommand::Copy(args) => copy(args, ctx),
    }
}

#[derive(Debug, Serialize)]
struct Checked {
    store: String,
    promises: u64,
    kept: bool,
    broken: Option<String>,
}

fn check(args: &StoreCheckArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let dir = ctx.vault_dir();
    let home = match &args.store {
        Some(home) => home.clone(),
        None => Folder::home_of(&dir, &ctx.folder_options()).map_err(|error| of_folder(&dir, error))?,
    };
    let said = Cell::new(0_u64);
    let out = ctx.out;
    // The suite reports by panicking; what it says is the answer, not a crash of this program.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let kept = panic::catch_unwind(panic::AssertUnwindSafe(|| {
        check_home(&home, &dir, &OsRandom, &mut |promise| {
            said.set(said.get().saturating_add(1));
            out.remark(&format!("kept: {promise}"));
        })
    }));
    panic::set_hook(hook);
    let broken = match kept {
        Ok(opened) => {
            opened.map_err(|error| of_folder(&dir, error.into()))?;
            None
        }
        Err(panic) => Some(words(panic.as_ref())),
    };
    let checked = Checked { store: home.to_string(), promises: said.get(), kept: broken.is_none(), broken };
    ctx.out.show(&checked, |out| match &checked.broken {
        None => writeln!(out, "`{}` keeps all {}.", checked.store, count(said.get(), "promise")),
        Some(broken) => writeln!(
            out,
            "`{}` broke a promise after {} kept: {broken}",
            checked.store,
            count(said.get(), "promise")
        ),
    })?;
    Ok(if checked.kept { Outcome::Done } else { Outcome::Found })
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    text.unwrap_or_else(|| "the suite stopped without a word".to_owned())
}

fn copy(args: &StoreCopyArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let dir = ctx.vault_dir();
    let options = ctx.folder_options();
    let home = Folder::home_of(&dir, &options).map_err(|error| of_folder(&dir, error))?;
    if home != args.from {
        return Err(CliError::input(format!(
            "the vault in `{}` lies in `{home}`, not in `{}`; nothing was copied",
            dir.display(),
            args.from
        )));
    }
    let passphrase = ctx.passphrase()?;
    let options = FolderOptions { store: Some(args.from.clone()), ..options };
    let bar = ctx.out.progress(0, "copying");
    let moved = Folder::move_to(&dir, &args.to, &passphrase, &options, &mut |progress| {
        // How much there is nobody knows before the end; how far it is can be told.
        bar.set_message(match (progress.keys, progress.copy.comparing) {
            (false, false) => "copying data",
            (false, true) => "comparing data",
            (true, false) => "copying keys",
            (true, true) => "comparing keys",
        });
        bar.set_length(progress.copy.pairs);
        bar.set_position(progress.copy.pairs);
        true
    });
    bar.finish_and_clear();
    let moved = moved.map_err(|error| of_move(&dir, error))?;
    ctx.out.show(&moved, |out| {
        writeln!(
            out,
            "The vault lies in `{}` now: {} compared and sound.",
            moved.to,
            count(moved.pairs, "pair")
        )?;
        writeln!(
            out,
            "`{}` still holds what it held, wrapped keys among it. Once you trust the new",
            moved.from
        )?;
        writeln!(out, "stores, destroy the old ones and run `strongroom keys rotate`.")
    })?;
    Ok(Outcome::Done)
}

fn of_move(dir: &std::path::Path, error: MoveError) -> CliError {
    match error {
        MoveError::Folder(error) => of_folder(dir, error),
        MoveError::Unsound(_) => CliError::new(Failure::Damaged, error.to_string()),
        MoveError::Copy { source: CopyError::NotEmpty, .. } => CliError::input(format!(
            "{error}; name an empty one, or remove what an earlier attempt left there"
        )),
        other => {
            CliError::input(format!("{other}; the vault stays where it was, and the same command goes on"))
        }
    }
}
