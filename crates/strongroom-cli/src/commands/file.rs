//! New files for what leaves the vault: readable for their owner alone, never over an existing one.

use crate::error::CliError;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// A new file that disappears again unless it is kept.
#[derive(Debug)]
pub(super) struct NewFile {
    path: PathBuf,
    file: File,
    kept: bool,
}

impl NewFile {
    /// Makes the file before anything is taken out: whoever cannot write it must not spend an approval on it.
    pub(super) fn create(path: &Path) -> Result<Self, CliError> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| CliError::file(path, &error))?;
        Ok(Self { path: path.to_owned(), file, kept: false })
    }

    /// Writes all of it and keeps it.
    pub(super) fn write(mut self, content: &[u8]) -> Result<(), CliError> {
        self.file.write_all(content).map_err(|error| CliError::file(&self.path, &error))?;
        self.keep()
    }

    pub(super) fn keep(mut self) -> Result<(), CliError> {
        self.file.sync_all().map_err(|error| CliError::file(&self.path, &error))?;
        self.kept = true;
        Ok(())
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.kept {
            // It stays empty or half-written where it cannot be removed; the error that led here says more.
            let _ = fs::remove_file(&self.path);
        }
    }
}
