//! Scores the content scanner over the labelled corpus: `score --documents N --seed S`.

use clap::Parser;
use serde::Serialize;
use std::{
    io::{Write, stdout},
    process::ExitCode,
};
use strongroom_dlp::Scanner;
use strongroom_tests::corpus::{Example, Found, Score, corpus, score};

/// Prints what the scanner finds in a made-up corpus, by entity and by way of writing.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many documents
    #[arg(long, default_value_t = 2_000)]
    documents: usize,
    /// Where every document comes from
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Also list so many misses and false findings
    #[arg(long, default_value_t = 0)]
    examples: usize,
    /// List only those of this entity
    #[arg(long)]
    entity: Option<String>,
    /// Print so many documents, and scan nothing
    #[arg(long)]
    show: Option<usize>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Report<'a> {
    seed: u64,
    score: &'a Score,
    examples: Vec<&'a Example>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(documents) = arguments.show {
        return exit(&show(arguments.seed, documents));
    }
    let scanner = Scanner::new();
    let score = score(&corpus(arguments.seed, arguments.documents), |text| {
        let findings = scanner.scan(text.as_bytes());
        findings
            .iter()
            .map(|found| Found { start: found.start, end: found.end, entity: found.entity.name() })
            .collect()
    });
    let wanted = |example: &&Example| arguments.entity.as_ref().is_none_or(|entity| example.entity == entity);
    let examples: Vec<&Example> = score.examples.iter().filter(wanted).take(arguments.examples).collect();
    exit(&print(&arguments, &score, examples))
}

/// A closed terminal is all that can go wrong; nobody is left to read of it.
fn exit(outcome: &std::io::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Prints documents with what is planted in them.
fn show(seed: u64, documents: usize) -> std::io::Result<()> {
    let mut out = stdout().lock();
    for document in corpus(seed, documents) {
        let value = |start: usize, end: usize| document.text.get(start..end).unwrap_or("?");
        writeln!(out, "--- {:?} {:?}\n{}", document.language, document.style, document.text)?;
        for label in &document.labels {
            let name = label.variant.name();
            writeln!(out, "    {} {name}: {:?}", label.entity, value(label.start, label.end))?;
        }
        for decoy in &document.decoys {
            writeln!(out, "    not {}: {:?}", decoy.kind.name(), value(decoy.start, decoy.end))?;
        }
    }
    Ok(())
}

fn print(arguments: &Arguments, score: &Score, examples: Vec<&Example>) -> std::io::Result<()> {
    let mut out = stdout().lock();
    if arguments.json {
        serde_json::to_writer_pretty(&mut out, &Report { seed: arguments.seed, score, examples })?;
        return writeln!(out);
    }
    writeln!(out, "{score}, seed {}", arguments.seed)?;
    for example in examples {
        writeln!(out, "{example}")?;
    }
    Ok(())
}
