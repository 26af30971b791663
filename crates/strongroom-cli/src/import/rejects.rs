//! The rejects file: which rows did not go in, and why. It never holds a value.

use super::{ImportError, code};
use serde::Serialize;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};
use strongroom::policy::RecordProblem;

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Fault {
    /// The column's number, the first being 1; `None` where it is the row as a whole.
    pub(crate) column: Option<usize>,
    /// The field; `None` where it is the row as a whole.
    pub(crate) field: Option<String>,
    /// A code for programs.
    pub(crate) reason: &'static str,
    /// Words for people.
    pub(crate) message: String,
}

impl Fault {
    pub(super) fn of_row(reason: &'static str, message: String) -> Self {
        Self::of_field(None, reason, message)
    }

    pub(super) fn of_field(field: Option<String>, reason: &'static str, message: String) -> Self {
        Self { column: None, field, reason, message }
    }

    pub(super) fn of_problem(problem: &RecordProblem) -> Self {
        Self::of_field(Some(problem.field.clone()), code(problem.reason), problem.reason.to_string())
    }
}

/// One line of the file.
#[derive(Debug, Serialize)]
pub(super) struct Reject<'r> {
    pub(super) file: &'r str,
    pub(super) row: u64,
    pub(super) line: u64,
    #[serde(flatten)]
    pub(super) fault: Fault,
}

/// A rejects file: JSON lines, or CSV where its name ends in `.csv`; readable by its owner alone; never over another
/// file. It is there from the start, so that a place where nothing can be written is found before the import, and goes
/// when nothing was rejected.
#[derive(Debug)]
pub(crate) struct Rejects {
    path: PathBuf,
    out: Option<BufWriter<File>>,
    csv: bool,
    written: u64,
}

impl Rejects {
    /// Makes the file.
    ///
    /// # Errors
    /// [`ImportError::RejectsInVault`] inside the vault's folder; [`ImportError::Io`], also where there is a file of
    /// this name already.
    pub(crate) fn create(path: &Path, vault_folder: &Path) -> Result<Self, ImportError> {
        let failed = |source| ImportError::Io { path: path.to_owned(), source };
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        // SECURITY: links are resolved first, so that none leads into the vault.
        let folder = folder.canonicalize().map_err(failed)?;
        let vault = vault_folder
            .canonicalize()
            .map_err(|source| ImportError::Io { path: vault_folder.to_owned(), source })?;
        if folder.starts_with(&vault) {
            return Err(ImportError::RejectsInVault(path.to_owned()));
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut out = BufWriter::new(options.open(path).map_err(failed)?);
        let csv = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        if csv {
            out.write_all(b"file,row,line,column,field,reason,message\r\n").map_err(failed)?;
        }
        Ok(Self { path: path.to_owned(), out: Some(out), csv, written: 0 })
    }

    /// Makes the file that an import of `input` writes when nobody names one: `<input>.rejects.jsonl` in `folder`, with
    /// a number where there is such a file already.
    pub(crate) fn create_for(input: &Path, folder: &Path, vault_folder: &Path) -> Result<Self, ImportError> {
        let stem = input.file_name().map_or_else(|| "import".into(), |name| name.to_string_lossy());
        let mut number = 1_u32;
        loop {
            let name = match number {
                1 => format!("{stem}.rejects.jsonl"),
                _ => format!("{stem}.rejects-{number}.jsonl"),
            };
            match Self::create(&folder.join(name), vault_folder) {
                Err(ImportError::Io { source, .. })
                    if source.kind() == io::ErrorKind::AlreadyExists && number < 1000 =>
                {
                    number = number.saturating_add(1);
                }
                other => return other,
            }
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How many lines it has.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    pub(super) fn write(&mut self, reject: &Reject<'_>) -> io::Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        if self.csv {
            let fault = &reject.fault;
            let column = fault.column.map(|column| column.to_string()).unwrap_or_default();
            let (row, line) = (reject.row.to_string(), reject.line.to_string());
            let field = fault.field.as_deref().unwrap_or_default();
            let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
            csv.write_record([reject.file, &row, &line, &column, field, fault.reason, &fault.message])?;
            csv.flush()?;
        } else {
            serde_json::to_writer(&mut *out, reject)?;
            out.write_all(b"\n")?;
        }
        self.written = self.written.saturating_add(1);
        Ok(())
    }

    /// Writes everything out; removes the file if it says nothing.
    pub(crate) fn finish(mut self) -> Result<(), ImportError> {
        let path = self.path.clone();
        self.close().map_err(|source| ImportError::Io { path, source })
    }

    fn close(&mut self) -> io::Result<()> {
        let Some(out) = self.out.take() else { return Ok(()) };
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        if self.written > 0 { file.sync_all() } else { fs::remove_file(&self.path) }
    }
}

impl Drop for Rejects {
    fn drop(&mut self) {
        // After an error the lines written so far are still worth having; that they cannot be written is then not
        // the first thing that went wrong.
        drop(self.close());
    }
}
