//! `init`

use crate::{
    args::{ConfigFiles, InitArgs},
    context::Context,
    error::{CliError, of_folder},
    output::Outcome,
    staff::Staff,
};
use serde::Serialize;
use std::{
    fs,
    path::{Path, PathBuf},
};
use strongroom::{
    Folder, FolderError, FolderOptions, Texts, envelope::Passphrase, policy::Person, types::ActorId,
};

/// The configuration of the sample.
pub(crate) const SAMPLE: Texts<'static> = Texts {
    schema: include_str!("../../sample/schema.toml"),
    policy: include_str!("../../sample/policy.toml"),
    retention: include_str!("../../sample/retention.toml"),
    house: include_str!("../../sample/house.toml"),
};

pub(super) fn run(args: &InitArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let dir = ctx.vault_dir();
    let texts = ConfigTexts::read(&args.files)?;
    super::policy::check::check(&texts, &args.files)?;
    // Before anybody is asked to make up a passphrase.
    if fs::read_dir(&dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(of_folder(&dir, FolderError::NotEmpty(dir.clone())));
    }
    let passphrase = Context::new_passphrase(ctx.global.passphrase_file.as_deref(), "STRONGROOM_PASSPHRASE")?;
    let options = ctx.folder_options();
    let staff = create(&dir, &args.origin, texts.texts(), &passphrase, &options)?;
    let made = Made { vault: dir.clone(), keyring: ctx.keyring(), people: people(&staff) };
    ctx.out.show(&made, |out| {
        writeln!(out, "Made a vault in `{}`.", dir.display())?;
        writeln!(out, "Its keyring is `{}`.", made.keyring.display())?;
        if ctx.global.keyring.is_none() {
            writeln!(out, "In production keep the keyring elsewhere (`--keyring FILE`): whoever has both")?;
            writeln!(out, "the folder and the passphrase has everything.")?;
        }
        writeln!(out, "People (`--as NAME`, in `actors.toml`): {}.", names(&staff))?;
        writeln!(out, "Next: strongroom import --kind customer FILE.csv --as importer --mfa")
    })?;
    Ok(Outcome::Done)
}

/// Makes the folder, with sample people.
pub(crate) fn create(
    dir: &Path,
    origin: &str,
    texts: Texts<'_>,
    passphrase: &Passphrase,
    options: &FolderOptions,
) -> Result<Staff, CliError> {
    let staff = Staff::sample(options.random.as_ref())
        .map_err(|error| CliError::input(format!("no ids for the sample people: {error}")))?;
    if let Some(keyring) = options.keyring.as_deref().filter(|keyring| keyring.exists()) {
        return Err(CliError::input(format!(
            "there is a keyring at `{}` already; a new vault needs a new one",
            keyring.display()
        )));
    }
    let made = make_private(dir)?;
    Folder::init(dir, origin, texts, passphrase, options).map_err(|error| {
        if !matches!(error, FolderError::NotEmpty(_)) {
            undo(dir, made);
        }
        of_folder(dir, error)
    })?;
    staff.write(dir)?;
    Ok(staff)
}

/// Makes the folder, for its owner alone; whether it was not there before.
fn make_private(dir: &Path) -> Result<bool, CliError> {
    if dir.exists() {
        return Ok(false);
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|error| CliError::file(dir, &error))?;
    Ok(true)
}

/// Removes what a failed making of a vault left in a folder that was empty before.
fn undo(dir: &Path, made: bool) {
    // What cannot be removed is named by the next attempt, which finds the folder not empty.
    for name in ["schema.toml", "policy.toml", "retention.toml", "house.toml", "keyring"] {
        let _ = fs::remove_file(dir.join(name));
    }
    if made {
        let _ = fs::remove_dir(dir);
    }
}

/// The configuration, from the files that were named and the sample for the rest.
#[derive(Debug)]
pub(crate) struct ConfigTexts {
    pub(crate) schema: String,
    pub(crate) policy: String,
    pub(crate) retention: String,
    pub(crate) house: String,
}

impl ConfigTexts {
    pub(crate) fn read(files: &ConfigFiles) -> Result<Self, CliError> {
        let text = |file: &Option<PathBuf>, sample: &str| match file {
            Some(path) => fs::read_to_string(path).map_err(|error| CliError::file(path, &error)),
            None => Ok(sample.to_owned()),
        };
        Ok(Self {
            schema: text(&files.schema, SAMPLE.schema)?,
            policy: text(&files.policy, SAMPLE.policy)?,
            retention: text(&files.retention, SAMPLE.retention)?,
            house: text(&files.house, SAMPLE.house)?,
        })
    }

    pub(crate) fn texts(&self) -> Texts<'_> {
        Texts { schema: &self.schema, policy: &self.policy, retention: &self.retention, house: &self.house }
    }
}

#[derive(Debug, Serialize)]
struct Made {
    vault: PathBuf,
    keyring: PathBuf,
    people: Vec<Named>,
}

#[derive(Debug, Serialize)]
struct Named {
    name: String,
    id: ActorId,
}

fn people(staff: &Staff) -> Vec<Named> {
    staff.people().iter().map(|person| Named { name: person.display(), id: person.id }).collect()
}

fn names(staff: &Staff) -> String {
    let names: Vec<String> = staff.people().iter().map(Person::display).collect();
    names.join(", ")
}
