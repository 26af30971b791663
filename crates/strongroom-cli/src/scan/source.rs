//! Where the bytes come from: files, folders, standard input.

use super::{INPUT_BYTES_MAX, Skipped};
use ignore::WalkBuilder;
use std::{
    ffi::OsStr,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// Every file below the paths, in order. What cannot be looked into goes to `skipped`.
pub(super) fn files(
    paths: &[PathBuf],
    hidden: bool,
    each: &mut dyn FnMut(&Path) -> io::Result<()>,
    skipped: &mut dyn FnMut(Skipped) -> io::Result<()>,
) -> io::Result<()> {
    for path in paths {
        if let Err(error) = path.symlink_metadata() {
            skipped(Skipped { path: path.clone(), reason: error.to_string() })?;
            continue;
        }
        let walk = WalkBuilder::new(path)
            .hidden(!hidden)
            .ignore(!hidden)
            .git_ignore(!hidden)
            .git_exclude(!hidden)
            .git_global(!hidden)
            .parents(!hidden)
            .require_git(false)
            .filter_entry(|entry| entry.file_name() != OsStr::new(".git"))
            .sort_by_file_name(Ord::cmp)
            .build();
        for entry in walk {
            match entry {
                // A file that was named is scanned whatever it is, such as a pipe.
                Ok(entry) if entry.depth() == 0 && !entry.path().is_dir() => each(entry.path())?,
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => each(entry.path())?,
                Ok(_) => {}
                Err(error) => skipped(Skipped { path: path.clone(), reason: reason(&error) })?,
            }
        }
    }
    Ok(())
}

/// The whole of a file.
pub(super) fn file(path: &Path) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    whole(file)
}

/// The whole of what a reader gives, if it is not too much.
pub(super) fn whole(reader: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = reader.take(INPUT_BYTES_MAX.saturating_add(1)).read_to_end(&mut bytes);
    let read = read.map_err(|error| error.to_string())?;
    if u64::try_from(read).is_ok_and(|read| read > INPUT_BYTES_MAX) {
        let most = INPUT_BYTES_MAX.checked_div(1024 * 1024).unwrap_or_default();
        return Err(format!("longer than {most} MiB, which is the most that one scan takes; split it"));
    }
    Ok(bytes)
}

fn reason(error: &ignore::Error) -> String {
    error.io_error().map_or_else(|| error.to_string(), ToString::to_string)
}
