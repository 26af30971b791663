//! `policy check`

use super::{Loaded, decide};
use crate::{
    args::{ConfigFiles, PolicyCheckArgs},
    commands::init::ConfigTexts,
    context::Context,
    error::{CliError, Failure, of_folder},
    output::Outcome,
    staff::Staff,
    text::one_line,
};
use serde::Serialize;
use std::path::{Path, PathBuf};
use strongroom::{
    Config, FolderError, House,
    policy::{CompiledPolicy, Lint, Minimisation, Schema},
    retention::Schedule,
};

pub(super) fn run(args: &PolicyCheckArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let files = &args.files;
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
    let [_, policy_file, ..] = Roles::of(&files).map(|(_, path)| path);
    let lints = config.policy.lints(ctx.now());
    let located = |lint: &Lint| lint.problem().in_toml(&texts.policy, &policy_file).to_string();
    let mut findings: Vec<String> = lints.iter().map(located).collect();
    let people = people(args, named, ctx)?;
    let loaded = Loaded { schema: config.schema.clone(), policy: config.policy.clone() };
    if let Some(people) = &people {
        let problems = people.directory.check(&config.policy, ctx.now());
        findings.extend(problems.iter().map(ToString::to_string));
    }
    let mut answered = 0;
    if let Some(path) = &args.requests {
        let people = people
            .as_ref()
            .ok_or_else(|| CliError::usage("requests are asked by people: name a `--directory FILE`"))?;
        let answers = decide::of_file(path, &loaded, people, ctx)?;
        answered = answers.len();
        findings.extend(answers.iter().filter_map(decide::Answer::surprise));
    }
    let minimise = if args.minimise { config.policy.minimisation(&config.schema) } else { Vec::new() };
    let checked = Checked {
        files: Roles::of(&files).map(|(_, path)| path),
        kinds: config.schema.kinds().map(|kind| kind.name().to_string()).collect(),
        schema_version: config.schema.version(),
        policy_version: config.policy.version(),
        retention_rules: config.schedule.rules().len(),
        requests: answered,
        sound: findings.is_empty(),
        findings,
        minimise,
    };
    ctx.out.show(&checked, |out| checked.write(&files, out))?;
    Ok(if checked.sound && checked.minimise.is_empty() { Outcome::Done } else { Outcome::Found })
}

/// The directory that is named, or the vault's where its files are checked.
fn people(args: &PolicyCheckArgs, named: bool, ctx: &Context) -> Result<Option<Staff>, CliError> {
    match &args.directory {
        Some(path) => Staff::read_file(path).map(Some),
        None if named => Ok(None),
        None => Staff::read(&ctx.vault_dir()).map(Some),
    }
}

/// Checks texts, each alone and against the others; problems name file, line and column.
pub(crate) fn check(texts: &ConfigTexts, files: &ConfigFiles) -> Result<Config, CliError> {
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
    requests: usize,
    sound: bool,
    findings: Vec<String>,
    minimise: Vec<Minimisation>,
}

impl Checked {
    fn write(&self, files: &ConfigFiles, out: &mut dyn std::io::Write) -> std::io::Result<()> {
        for (role, path) in Roles::of(files) {
            writeln!(out, "{role:<10} {path}")?;
        }
        for finding in &self.findings {
            writeln!(out, "{}", one_line(finding))?;
        }
        for one in &self.minimise {
            let issues = serde_json::to_string(&one.issues).unwrap_or_default();
            let required = if one.required { ", required" } else { "" };
            writeln!(out, "{}.{}{required}: {issues}", one.kind, one.field)?;
        }
        writeln!(
            out,
            "{}: schema {} with the kinds {}; policy {}; {} retention rules{}.",
            if self.sound { "Sound" } else { "NOT SOUND" },
            self.schema_version,
            self.kinds.join(", "),
            self.policy_version,
            self.retention_rules,
            if self.requests > 0 { format!("; {} requests", self.requests) } else { String::new() }
        )
    }
}
