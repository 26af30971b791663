//! Writes the sample data: `generate --customers N --contracts M --seed S --out DIR`.

use clap::Parser;
use std::{
    io::{Write, stderr},
    path::PathBuf,
    process::ExitCode,
};
use strongroom_tests::generate::{Options, SAMPLE, generate};

/// Writes made-up customers as CSV files, the same for the same seed, and a manifest of every bad row.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many customers
    #[arg(long, default_value_t = SAMPLE.customers)]
    customers: u64,
    /// How many contracts
    #[arg(long, default_value_t = SAMPLE.contracts)]
    contracts: u64,
    /// Where every number comes from
    #[arg(long, default_value_t = SAMPLE.seed)]
    seed: u64,
    /// The folder to write into; files of the same names are replaced
    #[arg(long)]
    out: PathBuf,
}

fn main() -> ExitCode {
    let Arguments { customers, contracts, seed, out } = Arguments::parse();
    let mut terminal = stderr().lock();
    let made = generate(Options { customers, contracts, seed }, &out, |done| {
        if done % 50_000 == 0 {
            // Progress is a courtesy; a closed terminal does not stop the work.
            let _ = writeln!(terminal, "{done} of {customers} customers");
        }
    });
    match made {
        Ok(manifest) => {
            for (name, file) in manifest.files {
                let (malformed, invalid) = (file.malformed.len(), file.invalid.len());
                let _ = writeln!(
                    stderr(),
                    "{name}: {} rows, {malformed} malformed, {invalid} invalid",
                    file.rows
                );
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            let cause =
                std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
            let _ = writeln!(stderr(), "error: {error}{cause}");
            ExitCode::FAILURE
        }
    }
}
