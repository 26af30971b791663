//! `import` on the command line.

use super::{ImportError, ImportOptions, Progress, Rejects, Summary, import_file};
use crate::{
    args::ImportArgs,
    context::{Context, Opened},
    error::{CliError, Failure},
    output::Outcome,
    text::count,
};
use std::path::Path;
use strongroom::SystemClock;

/// Imports the files, one after the other.
pub(crate) fn run(args: &ImportArgs, context: &Context) -> Result<Outcome, CliError> {
    let opened = context.open()?;
    let options = ImportOptions {
        kind: args.kind.clone(),
        charset: args.encoding.0.map(Into::into),
        owner: match &args.owner {
            Some(name) => Some(opened.staff.person(Some(name))?.id),
            None => None,
        },
    };
    let vault_dir = context.vault_dir();
    let mut shared = match &args.rejects {
        Some(path) => Some(Rejects::create(path, &vault_dir).map_err(failed)?),
        None => None,
    };
    let mut summaries = Vec::with_capacity(args.files.len());
    for file in &args.files {
        let summary = if let Some(rejects) = &mut shared {
            one(&opened, file, &options, rejects, context)?
        } else {
            let mut rejects = Rejects::create_for(file, Path::new(""), &vault_dir).map_err(failed)?;
            let summary = one(&opened, file, &options, &mut rejects, context)?;
            rejects.finish().map_err(failed)?;
            summary
        };
        summaries.push(summary);
    }
    if let Some(rejects) = shared {
        rejects.finish().map_err(failed)?;
    }
    let rejected = summaries.iter().any(|summary| summary.rejected > 0);
    context.out.list(&summaries, |out| {
        for summary in &summaries {
            writeln!(
                out,
                "{}: {} imported, {} rejected ({}, {:.1} s, {:.0} rows/s)",
                summary.file.display(),
                count(summary.imported, "row"),
                summary.rejected,
                summary.encoding,
                summary.seconds,
                summary.rows_per_second,
            )?;
            if let Some(rejects) = &summary.rejects {
                writeln!(out, "  why, by line and column, but no values: {}", rejects.display())?;
            }
        }
        Ok(())
    })?;
    Ok(if rejected { Outcome::Found } else { Outcome::Done })
}

fn one(
    opened: &Opened<'_>,
    file: &Path,
    options: &ImportOptions,
    rejects: &mut Rejects,
    context: &Context,
) -> Result<Summary, CliError> {
    let bar = context.out.progress(0, "importing");
    let mut show = |progress: Progress| {
        // A file without a length shows its rows alone.
        bar.set_length(progress.bytes_total.unwrap_or(progress.bytes));
        bar.set_position(progress.bytes);
        bar.set_message(format!("{} rows, {} rejected", progress.imported, progress.rejected));
    };
    let session = opened.session()?;
    let done = import_file(&opened.vault, &session, file, options, rejects, &SystemClock, &mut show);
    bar.finish_and_clear();
    done.map_err(failed)
}

fn failed(error: ImportError) -> CliError {
    match error {
        ImportError::Io { path, source } => CliError::file(&path, &source),
        ImportError::Stopped { path, line, imported, source } => {
            let source = CliError::from(source);
            let message = format!(
                "`{}`, line {line}: {source}\nthe import stopped; {} had gone in before",
                path.display(),
                count(imported, "row"),
            );
            CliError::new(source.kind(), message)
        }
        other => CliError::new(Failure::Input, other.to_string()),
    }
}
