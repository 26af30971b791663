//! `scan` on the command line.

use super::{
    INPUT_BYTES_MAX, Located, Scan,
    budget::Budget,
    copies::{Copies, scanned_folder_around},
    detectors, lines, parallel, plan,
    plan::Gate,
    report::Report,
    rewrite,
    source::{Input, Inputs, Unread},
};
use crate::{args::ScanArgs, context::Context, error::CliError, output::Outcome};
use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Write},
};

/// Bytes of inputs that are in memory at once. Beside each stands its decoded text.
const BUDGET_BYTES: u64 = INPUT_BYTES_MAX.saturating_mul(2);

/// Scans.
pub(crate) fn run(args: &ScanArgs, context: &Context) -> Result<Outcome, CliError> {
    plan::check(args, context.out.format())?;
    if args.list_detectors {
        detectors::list(context.out)?;
        return Ok(Outcome::Done);
    }
    let scan = plan::scan(args)?;
    let paths = plan::paths(args)?;
    let inputs = plan::walk(args).inputs(&paths);
    let copies = match &args.redact_to {
        Some(to) => {
            if let Some(folder) = scanned_folder_around(to, &paths) {
                context.out.warn(&format!(
                    "the copies go to `{}`, inside the scanned folder `{}`",
                    to.display(),
                    folder.display()
                ));
            }
            let style = args.style.unwrap_or_default().into();
            Some(Copies::plan(to, &inputs.found, style, args.force)?)
        }
        None => None,
    };
    let (gate, total) = (Gate::new(args), u64::try_from(inputs.found.len()).unwrap_or(u64::MAX));
    let bar = context.out.progress(total, "scanning");
    let out = BufWriter::new(io::stdout().lock());
    let mut report = Report::new(context.out, out, &bar, &gate, scan.entities())?;
    for unread in &inputs.unread {
        report.unread(unread)?;
    }
    if args.jsonl_in {
        for input in &inputs.found {
            scan_lines(&scan, input, &mut report)?;
            bar.inc(1);
        }
    } else {
        let work = Work { scan: &scan, copies: copies.as_ref(), budget: Budget::new(BUDGET_BYTES) };
        let Inputs { found, .. } = &inputs;
        parallel::in_order(
            plan::threads(args),
            found,
            |index, input| work.one(index, input),
            |index, done| {
                bar.inc(1);
                let shown = found.get(index).map(Input::shown).unwrap_or_default();
                tell(&mut report, &shown, done)
            },
        )?;
    }
    report.finish(args.jsonl_in)
}

/// What the threads share.
struct Work<'w> {
    scan: &'w Scan,
    copies: Option<&'w Copies>,
    budget: Budget,
}

/// What became of an input.
enum Done {
    Unread(Unread),
    Binary,
    Scanned { bytes: u64, found: Vec<Located>, copy: Option<Result<(), CliError>> },
}

impl Work<'_> {
    fn one(&self, index: usize, input: &Input) -> Done {
        let _share = self.budget.take(input.size().min(INPUT_BYTES_MAX));
        let bytes = match input.read() {
            Ok(bytes) => bytes,
            Err(unread) => return Done::Unread(unread),
        };
        let Some(scanned) = self.scan.bytes(&bytes) else { return Done::Binary };
        let copy = self.copies.map(|copies| {
            let covered = rewrite::covered(&bytes, scanned.encoding, &scanned.findings, copies.style);
            let covered = covered.map_err(|error| {
                CliError::input(format!("`{}`: no copy was written: {error}", input.shown()))
            })?;
            copies.write(index, &covered)
        });
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Done::Scanned { bytes: length, found: scanned.located(&bytes), copy }
    }
}

fn tell<W: Write>(report: &mut Report<'_, W>, shown: &str, done: Done) -> io::Result<()> {
    match done {
        Done::Unread(unread) => report.unread(&unread),
        Done::Binary => {
            report.binary(shown);
            Ok(())
        }
        Done::Scanned { bytes, found, copy } => {
            report.scanned(shown, bytes, &found)?;
            copy.map_or(Ok(()), |written| report.copy(written))
        }
    }
}

fn scan_lines<W: Write>(scan: &Scan, input: &Input, report: &mut Report<'_, W>) -> io::Result<()> {
    let shown = input.shown();
    let mut failed = None;
    let mut each = |answer: lines::Answer| {
        let told = report.line(&shown, &answer);
        // An error of standard output is told apart from one of the input.
        told.map_err(|error| {
            let stop = io::ErrorKind::Other.into();
            failed = Some(error);
            stop
        })
    };
    let read = match input {
        Input::Stdin => lines::scan(scan, io::stdin().lock(), &mut each),
        Input::File { path, .. } => {
            File::open(path).and_then(|file| lines::scan(scan, BufReader::new(file), &mut each))
        }
    };
    match (failed, read) {
        (Some(error), _) => Err(error),
        (None, Ok(bytes)) => {
            report.input(bytes);
            Ok(())
        }
        (None, Err(error)) => report.unread(&Unread { path: shown, reason: error.to_string() }),
    }
}
