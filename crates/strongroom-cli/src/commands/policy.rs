//! `policy`: one file per question.

mod change;
pub(crate) mod check;
mod decide;
mod request;
mod reverse;
mod review;
mod usage;

use crate::{
    args::{PolicyCommand, PolicyFiles},
    commands::init::SAMPLE,
    context::Context,
    error::CliError,
    output::Outcome,
    staff::Staff,
};
use std::{fs, path::Path};
use strongroom::policy::{CompiledPolicy, Schema};

pub(super) fn run(command: &PolicyCommand, ctx: &Context) -> Result<Outcome, CliError> {
    match command {
        PolicyCommand::Check(args) => check::run(args, ctx),
        PolicyCommand::Explain(args) => decide::explain(args, ctx),
        PolicyCommand::WhoCan(args) => reverse::who_can(args, ctx),
        PolicyCommand::WhatCan(args) => reverse::what_can(args, ctx),
        PolicyCommand::Diff(args) => change::diff(args, ctx),
        PolicyCommand::Simulate(args) => change::simulate(args, ctx),
        PolicyCommand::Review(command) => review::run(command, ctx),
        PolicyCommand::Unused(args) => usage::unused(args, ctx),
        PolicyCommand::Suggest(args) => usage::suggest(args, ctx),
        PolicyCommand::Export { files } => reverse::export(files, ctx),
    }
}

/// A schema and a policy, read and checked.
pub(super) struct Loaded {
    pub(super) schema: Schema,
    pub(super) policy: CompiledPolicy,
}

impl Loaded {
    /// The files that are named; else the vault's; else the sample's.
    pub(super) fn read(files: &PolicyFiles, ctx: &Context) -> Result<Self, CliError> {
        let vault = ctx.vault_dir();
        let text = |named: Option<&Path>, file: &str, sample: &str| -> Result<(String, String), CliError> {
            let of_vault = vault.join(file);
            let path = named.map(Path::to_owned).or_else(|| of_vault.exists().then_some(of_vault));
            match path {
                None => Ok((sample.to_owned(), format!("sample {file}"))),
                Some(path) => {
                    let text = fs::read_to_string(&path).map_err(|error| CliError::file(&path, &error))?;
                    Ok((text, path.display().to_string()))
                }
            }
        };
        let (schema, schema_name) = text(files.schema.as_deref(), "schema.toml", SAMPLE.schema)?;
        let (policy, policy_name) = text(files.policy.as_deref(), "policy.toml", SAMPLE.policy)?;
        let schema = Schema::from_toml(&schema, &schema_name).map_err(wrong)?;
        let policy = CompiledPolicy::from_toml(&schema, &policy, &policy_name).map_err(wrong)?;
        Ok(Self { schema, policy })
    }

    /// Another policy for the same schema.
    pub(super) fn other(&self, path: &Path) -> Result<CompiledPolicy, CliError> {
        let text = fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
        CompiledPolicy::from_toml(&self.schema, &text, &path.display().to_string()).map_err(wrong)
    }
}

/// The directory that is named, else the vault's.
pub(super) fn staff(named: Option<&Path>, ctx: &Context) -> Result<Staff, CliError> {
    match named {
        Some(path) => Staff::read_file(path),
        None => Staff::read(&ctx.vault_dir()),
    }
}

fn wrong(error: impl std::fmt::Display) -> CliError {
    CliError::input(error.to_string())
}
