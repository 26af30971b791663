#![doc = include_str!("../README.md")]

mod args;
mod commands;
mod context;
mod demo;
mod error;
mod import;
mod output;
mod scan;
mod staff;
mod text;

use crate::{
    args::{Cli, Command, Format},
    context::Context,
    error::CliError,
    output::Output,
};
use clap::Parser;
use std::{ffi::OsString, process::ExitCode};

/// Runs the program with these arguments (the first is its name) and answers its exit code.
///
/// The README lists the codes. Answers go to standard output, everything else to standard error.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(refusal) => return output::refuse_usage(&refusal, &args),
    };
    let out = Output::new(cli.global.format, cli.global.quiet);
    if cli.global.format == Format::Sarif && !matches!(cli.command, Command::Scan(_)) {
        let error = CliError::usage("`--format sarif` is for `scan` alone; use `--format json`");
        out.error(&error);
        return error.code();
    }
    let context = match Context::new(cli.global) {
        Ok(context) => context,
        Err(error) => {
            out.error(&error);
            return error.code();
        }
    };
    match commands::run(&cli.command, &context) {
        Ok(outcome) => outcome.code(),
        // Whoever reads our output has seen enough, as `head` does.
        Err(CliError::Closed) => ExitCode::SUCCESS,
        Err(error) => {
            context.out.error(&error);
            error.code()
        }
    }
}
