//! `import`: a CSV file into the vault, in bounded memory. Good rows go in; bad ones go to a rejects file, which says
//! where and why and never what.

mod columns;
mod command;
mod rejects;
mod rows;
mod text;

#[cfg(test)]
mod tests;

pub(crate) use command::run;
pub(crate) use rejects::Rejects;
pub(crate) use rows::{GoodRow, Rows};
pub(crate) use text::Charset;

use columns::HeadingError;
use rejects::{Fault, Reject};
use rows::{BadRow, Place};
use std::{
    io,
    path::{Path, PathBuf},
};
use strongroom::{NewRecord, Session, Vault, Whose, policy::RecordFault};
use strongroom_types::{ActorId, Clock, FieldName, Kind};
use text::EncodingError;

/// How many rows, and how many bytes of them, are handed to the vault at once.
const BATCH_ROWS: usize = 512;
const BATCH_BYTES: usize = 2 * 1024 * 1024;

/// What is imported.
#[derive(Debug, Clone)]
pub(crate) struct ImportOptions {
    /// Of which kind the rows are.
    pub(crate) kind: Kind,
    /// In which encoding; worked out from the start of the file if `None`.
    pub(crate) charset: Option<Charset>,
    /// Who owns the records; who imports them if `None`.
    pub(crate) owner: Option<ActorId>,
}

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Bytes of the file that are done.
    pub(crate) bytes: u64,
    /// Bytes of the file; `None` where it has no length, such as a pipe.
    pub(crate) bytes_total: Option<u64>,
    /// Rows that went in.
    pub(crate) imported: u64,
    /// Rows that did not.
    pub(crate) rejected: u64,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub(crate) struct Summary {
    /// The file.
    pub(crate) file: PathBuf,
    /// In which encoding it was read.
    pub(crate) encoding: String,
    /// Rows that went in.
    pub(crate) imported: u64,
    /// Rows that did not.
    pub(crate) rejected: u64,
    /// Where the rejected rows are named, if there are any.
    pub(crate) rejects: Option<PathBuf>,
    /// How long it took.
    pub(crate) seconds: f64,
    /// Rows per second.
    pub(crate) rows_per_second: f64,
}

/// Why a file was not imported, or not to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ImportError {
    /// The file cannot be read, or the rejects file not be written.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not in the encoding.
    #[error("`{}`: {source}; nothing was imported. Name the encoding with --encoding", path.display())]
    Encoding {
        /// Which file.
        path: PathBuf,
        /// Where.
        source: EncodingError,
    },
    /// The first row does not fit the schema.
    #[error("`{}`, line {line}, nothing was imported: {source}", path.display())]
    Headings {
        /// Which file.
        path: PathBuf,
        /// On which line the headings stand.
        line: u64,
        /// What is wrong with them.
        source: HeadingError,
    },
    /// A row does not end.
    #[error(
        "`{}`, line {line}: the row that begins here is longer than {} bytes, as when a quotation mark is never closed; \
         the {imported} good rows before it went in",
        path.display(), text::ROW_BYTES_MAX
    )]
    RowTooLong {
        /// Which file.
        path: PathBuf,
        /// Where the row begins.
        line: u64,
        /// How many rows went in.
        imported: u64,
    },
    /// The rejects file would lie in the vault.
    #[error("the rejects file `{}` would lie inside the vault folder; name one outside with --rejects", .0.display())]
    RejectsInVault(PathBuf),
    /// The vault refused for a reason that is not the row's.
    #[error("`{}`, line {line}: {source}; the import stopped after {imported} rows went in", path.display())]
    Stopped {
        /// Which file.
        path: PathBuf,
        /// The row at which it stopped.
        line: u64,
        /// How many rows went in.
        imported: u64,
        /// Why.
        source: strongroom::Error,
    },
}

/// Imports one file.
pub(crate) fn import_file(
    vault: &Vault,
    session: &Session<'_>,
    path: &Path,
    options: &ImportOptions,
    rejects: &mut Rejects,
    clock: &dyn Clock,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, ImportError> {
    let began = clock.now();
    let rows = Rows::open(path, &vault.config().schema, &options.kind, options.charset)?;
    let encoding = rows.charset().to_string();
    let rejected_before = rejects.written();
    let mut import = Import {
        session,
        path,
        name: path.display().to_string(),
        options,
        parent_key: rows.parent_key().cloned(),
        rejects,
        imported: 0,
        rejected: 0,
    };
    import.all(rows, progress)?;
    let (imported, rejected) = (import.imported, import.rejected);
    let named = (rejects.written() > rejected_before).then(|| rejects.path().to_owned());
    let seconds = std::time::Duration::from_micros(
        clock.now().unix_micros().saturating_sub(began.unix_micros()).unsigned_abs(),
    )
    .as_secs_f64();
    let rows = f64::from(u32::try_from(imported.saturating_add(rejected)).unwrap_or(u32::MAX));
    Ok(Summary {
        file: path.to_owned(),
        encoding,
        imported,
        rejected,
        rejects: named,
        seconds,
        rows_per_second: if seconds > 0.0 { rows / seconds } else { rows },
    })
}

struct Import<'i, 'v> {
    session: &'i Session<'v>,
    path: &'i Path,
    name: String,
    options: &'i ImportOptions,
    /// The field of the parent by which a row names its customer.
    parent_key: Option<FieldName>,
    rejects: &'i mut Rejects,
    imported: u64,
    rejected: u64,
}

impl Import<'_, '_> {
    fn all(&mut self, mut rows: Rows<'_>, progress: &mut dyn FnMut(Progress)) -> Result<(), ImportError> {
        let mut batch: Vec<GoodRow> = Vec::with_capacity(BATCH_ROWS);
        let mut bytes = 0_usize;
        loop {
            match rows.next_row() {
                Ok(Some(Ok(row))) => {
                    bytes = bytes.saturating_add(row.bytes);
                    batch.push(row);
                }
                // Rejects stand in the order of the file: what waits goes first.
                Ok(Some(Err(bad))) => {
                    self.flush(&mut batch, &mut bytes)?;
                    self.refuse(bad)?;
                }
                Ok(None) => break,
                Err(error) => {
                    self.flush(&mut batch, &mut bytes)?;
                    return Err(self.broken(error));
                }
            }
            if batch.len() >= BATCH_ROWS || bytes >= BATCH_BYTES {
                self.flush(&mut batch, &mut bytes)?;
                progress(self.progress(&rows));
            }
        }
        self.flush(&mut batch, &mut bytes)?;
        progress(self.progress(&rows));
        Ok(())
    }

    fn flush(&mut self, batch: &mut Vec<GoodRow>, bytes: &mut usize) -> Result<(), ImportError> {
        *bytes = 0;
        let mut places = Vec::with_capacity(batch.len());
        let mut records = Vec::with_capacity(batch.len());
        for row in batch.drain(..) {
            places.push(row.place);
            let customer = row.parent.map_or(Whose::New, Whose::Key);
            let mut record = NewRecord::new(self.options.kind.clone(), customer, row.fields);
            record.owner = self.options.owner;
            records.push(record);
        }
        if records.is_empty() {
            return Ok(());
        }
        let mut stopped = None;
        for (place, answer) in places.into_iter().zip(self.session.import(records)) {
            match answer {
                Ok(_) => self.imported = self.imported.saturating_add(1),
                Err(error) => match self.fault(&error) {
                    Some(fault) => self.refuse(BadRow { place, faults: vec![fault] })?,
                    None => stopped = stopped.or(Some((place, error))),
                },
            }
        }
        match stopped {
            None => Ok(()),
            Some((place, source)) => Err(ImportError::Stopped {
                path: self.path.to_owned(),
                line: place.line,
                imported: self.imported,
                source,
            }),
        }
    }

    /// What is wrong with the row, or `None` where it is not the row that is wrong.
    fn fault(&self, error: &strongroom::Error) -> Option<Fault> {
        let parent = self.parent_key.as_ref().map(|key| key.as_str().to_owned());
        match error {
            strongroom::Error::NotFound { what: "customer" } => {
                Some(Fault::of_field(parent, "unknown_customer", "no customer has this key".to_owned()))
            }
            strongroom::Error::CustomerGone { .. } => {
                Some(Fault::of_field(parent, "customer_gone", "the customer is gone or going".to_owned()))
            }
            strongroom::Error::Duplicate { field, .. } => Some(Fault::of_field(
                Some(field.as_str().to_owned()),
                "duplicate",
                "another record has the same key".to_owned(),
            )),
            strongroom::Error::Record(problems) => problems.first().map(Fault::of_problem),
            _ => None,
        }
    }

    fn refuse(&mut self, bad: BadRow) -> Result<(), ImportError> {
        self.rejected = self.rejected.saturating_add(1);
        let Place { row, line } = bad.place;
        for fault in bad.faults {
            let reject = Reject { file: &self.name, row, line, fault };
            self.rejects
                .write(&reject)
                .map_err(|source| ImportError::Io { path: self.rejects.path().to_owned(), source })?;
        }
        Ok(())
    }

    fn broken(&self, error: rows::ReadError) -> ImportError {
        match error {
            rows::ReadError::Io(source) => ImportError::Io { path: self.path.to_owned(), source },
            rows::ReadError::TooLong { line } => {
                ImportError::RowTooLong { path: self.path.to_owned(), line, imported: self.imported }
            }
        }
    }

    fn progress(&self, rows: &Rows<'_>) -> Progress {
        Progress {
            bytes: rows.bytes_read(),
            bytes_total: rows.bytes_total(),
            imported: self.imported,
            rejected: self.rejected,
        }
    }
}

/// The code under which a fault of the schema's stands in the rejects file.
fn code(fault: RecordFault) -> &'static str {
    match fault {
        RecordFault::BadForm(_) => "bad_form",
        RecordFault::Duplicate => "duplicate_field",
        RecordFault::Missing => "empty_required",
        RecordFault::NotListed => "not_listed",
        RecordFault::TooLong => "too_long",
        _ => "refused",
    }
}
