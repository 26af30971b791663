//! `policy check`

use super::init::ConfigTexts;
use crate::{
    args::{ConfigFiles, PolicyCheckArgs, PolicyCommand},
    context::Context,
    error::{CliError, Failure, of_folder},
    output::Outcome,
};
use serde::Serialize;
use std::path::{Path, PathBuf};
use strongroom::{
    Config, FolderError, House,
    policy::{CompiledPolicy, Schema},
    retention::Schedule,
};

pub(super) fn run(command: &PolicyCommand, ctx: &Context) -> Result<Outcome, CliError> {
    let PolicyCommand::Check(PolicyCheckArgs { files }) = command;
    let named =
        [&files.schema, &files.policy, &files.retention, &files.house].iter().any(|file| file.is_some());
    let files = if named { files.clone() } else { of_vault(&ctx.vault_dir())? };
    let texts = ConfigTexts::read(&files)?;
    let config = match check(&texts, &files) {
        Ok(config) => config,
        // Here a wrong file is what was asked about, not what stood in the way.
        Err(CliError::Failed { message, .. }) => return Err(CliError::new(Failure::Check, message)),
        Err(closed) => return Err(closed),
    };
    let checked = Checked {
        files: Roles::of(&files).map(|(_, path)| path),
        kinds: config.schema.kinds().map(|kind| kind.name().to_string()).collect(),
        schema_version: config.schema.version(),
        policy_version: config.policy.version(),
        retention_rules: config.schedule.rules().len(),
    };
    ctx.out.show(&checked, |out| {
        for (role, path) in Roles::of(&files) {
            writeln!(out, "{role:<10} {path}")?;
        }
        writeln!(
            out,
            "Sound: schema {} with the kinds {}; policy {}; {} retention rules.",
            checked.schema_version,
            checked.kinds.join(", "),
            checked.policy_version,
            checked.retention_rules
        )
    })?;
    Ok(Outcome::Done)
}

/// Checks texts, each alone and against the others; problems name file, line and column.
pub(super) fn check(texts: &ConfigTexts, files: &ConfigFiles) -> Result<Config, CliError> {
    let [schema, policy, retention, house] = Roles::of(files).map(|(_, path)| path);
    let wrong = |error: FolderError| CliError::input(error.to_string());
    let schema =
        Schema::from_toml(&texts.schema, &schema).map_err(|error| wrong(FolderError::Config(error)))?;
    let policy = CompiledPolicy::from_toml(&schema, &texts.policy, &policy)
        .map_err(|error| wrong(FolderError::Config(error)))?;
    let schedule = Schedule::from_toml(&retention, &texts.retention)
        .map_err(|error| wrong(FolderError::Schedule(error)))?;
    let house = House::from_toml(&texts.house, &house).map_err(|error| wrong(FolderError::House(error)))?;
    Config::new(schema, policy, schedule, house).map_err(|error| wrong(FolderError::House(error)))
}

fn of_vault(dir: &Path) -> Result<ConfigFiles, CliError> {
    if !dir.join("vault.toml").exists() {
        return Err(of_folder(dir, FolderError::NoVault(dir.to_owned())));
    }
    let file = |name: &str| Some(dir.join(name));
    Ok(ConfigFiles {
        schema: file("schema.toml"),
        policy: file("policy.toml"),
        retention: file("retention.toml"),
        house: file("house.toml"),
    })
}

/// What each file is for, and its name in messages.
struct Roles;

impl Roles {
    fn of(files: &ConfigFiles) -> [(&'static str, String); 4] {
        let named = |file: &Option<PathBuf>, role: &'static str| {
            (
                role,
                file.as_ref()
                    .map_or_else(|| format!("sample {role}.toml"), |path| path.display().to_string()),
            )
        };
        [
            named(&files.schema, "schema"),
            named(&files.policy, "policy"),
            named(&files.retention, "retention"),
            named(&files.house, "house"),
        ]
    }
}

#[derive(Debug, Serialize)]
struct Checked {
    files: [String; 4],
    kinds: Vec<String>,
    schema_version: u32,
    policy_version: u32,
    retention_rules: usize,
}
