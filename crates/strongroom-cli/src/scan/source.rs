//! Where the bytes come from: files, folders, lists of files, standard input.

use super::INPUT_BYTES_MAX;
use crate::error::CliError;
use ignore::WalkBuilder;
use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

/// One thing to scan. Standard input comes before all files, and files in the order of their paths.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    File {
        /// Where it is.
        path: PathBuf,
        /// The folder that was named, where it was found by walking one.
        folder: Option<PathBuf>,
    },
}

/// Something that could not be scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unread {
    /// Which file, or standard input.
    pub(super) path: String,
    /// Why, and what to do.
    pub(super) reason: String,
}

/// How folders are walked.
#[derive(Debug, Clone, Default)]
pub(super) struct Walk {
    /// Into hidden files too.
    pub(super) hidden: bool,
    /// Into ignored files too.
    pub(super) ignored: bool,
    /// A folder that is left out, with its links resolved.
    pub(super) without: Option<PathBuf>,
}

/// Everything to scan, once each and in order, and what cannot be looked into.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Inputs {
    /// What is scanned.
    pub(super) found: Vec<Input>,
    /// What is not.
    pub(super) unread: Vec<Unread>,
}

impl Input {
    /// As it is shown.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File { path, .. } => path.display().to_string(),
        }
    }

    fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdin => None,
            Self::File { path, .. } => Some(path),
        }
    }

    /// About how many bytes it has; none for what has no length.
    pub(super) fn size(&self) -> u64 {
        self.path().and_then(|path| fs::metadata(path).ok()).map_or(0, |metadata| metadata.len())
    }

    /// The whole of it.
    pub(super) fn read(&self) -> Result<Vec<u8>, Unread> {
        match self {
            Self::Stdin => whole(io::stdin().lock())
                .map_err(|reason| Unread { path: "standard input".to_owned(), reason }),
            Self::File { path, .. } => {
                let bytes = File::open(path).map_err(|error| told(&error)).and_then(whole);
                bytes.map_err(|reason| Unread { path: path.display().to_string(), reason })
            }
        }
    }
}

impl Walk {
    /// Every file that is named or lies below a folder that is.
    pub(super) fn inputs(&self, paths: &[PathBuf]) -> Inputs {
        let mut inputs = Inputs::default();
        for path in paths {
            if path == Path::new("-") {
                inputs.found.push(Input::Stdin);
                continue;
            }
            if let Err(error) = path.symlink_metadata() {
                inputs.unread.push(Unread { path: path.display().to_string(), reason: told(&error) });
                continue;
            }
            for entry in self.walk(path) {
                match entry {
                    // A file that was named is scanned whatever it is, such as a pipe.
                    Ok(entry) if entry.depth() == 0 && !entry.path().is_dir() => {
                        inputs.found.push(Input::File { path: entry.into_path(), folder: None });
                    }
                    Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                        let folder = Some(path.clone());
                        inputs.found.push(Input::File { path: entry.into_path(), folder });
                    }
                    Ok(_) => {}
                    Err(error) => inputs.unread.push(unread(path, &error)),
                }
            }
        }
        inputs.found.sort();
        inputs.found.dedup_by(|again, first| again.path() == first.path());
        inputs.unread.sort_by(|a, b| a.path.cmp(&b.path));
        inputs
    }

    fn walk(&self, path: &Path) -> ignore::Walk {
        let without = self.without.clone();
        WalkBuilder::new(path)
            .hidden(!self.hidden)
            .ignore(!self.ignored)
            .git_ignore(!self.ignored)
            .git_exclude(!self.ignored)
            .git_global(!self.ignored)
            .parents(!self.ignored)
            .require_git(false)
            .filter_entry(move |entry| {
                let left_out = without.as_deref().is_some_and(|without| {
                    entry.file_type().is_some_and(|kind| kind.is_dir())
                        && entry.path().canonicalize().is_ok_and(|path| path == without)
                });
                entry.file_name() != OsStr::new(".git") && !left_out
            })
            .build()
    }
}

/// The paths that a list names: ended by NUL bytes if there is one, else one a line.
pub(super) fn listed(list: &Path) -> Result<Vec<PathBuf>, CliError> {
    let (shown, bytes) = if list == Path::new("-") {
        ("standard input".to_owned(), whole(io::stdin().lock()))
    } else {
        let bytes = File::open(list).map_err(|error| CliError::file(list, &error)).map(whole)?;
        (format!("`{}`", list.display()), bytes)
    };
    let bytes = bytes.map_err(|reason| CliError::input(format!("{shown}: {reason}")))?;
    paths_of(&bytes).map_err(|line| {
        CliError::input(format!("{shown}: path {line} of the list is not UTF-8; name that file another way"))
    })
}

/// The paths of a list, or the number of one that is none.
pub(super) fn paths_of(list: &[u8]) -> Result<Vec<PathBuf>, usize> {
    let end = if memchr::memchr(0, list).is_some() { 0 } else { b'\n' };
    let names = list.split(|byte| *byte == end).map(|name| match (end, name) {
        (b'\n', [line @ .., b'\r']) => line,
        _ => name,
    });
    let paths = names.zip(1_usize..).filter(|(name, _)| !name.is_empty());
    paths.map(|(name, number)| path_of(name).ok_or(number)).collect()
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere not every name is a path")]
fn path_of(name: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(PathBuf::from(OsStr::from_bytes(name)))
}

#[cfg(not(unix))]
fn path_of(name: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(name).ok().map(PathBuf::from)
}

/// The whole of what a reader gives, if it is not too much.
pub(super) fn whole(reader: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = reader.take(INPUT_BYTES_MAX.saturating_add(1)).read_to_end(&mut bytes);
    let read = read.map_err(|error| told(&error))?;
    if u64::try_from(read).is_ok_and(|read| read > INPUT_BYTES_MAX) {
        let most = INPUT_BYTES_MAX.checked_div(1024 * 1024).unwrap_or_default();
        return Err(format!("longer than {most} MiB, which is the most that one scan takes; split it"));
    }
    Ok(bytes)
}

/// Why a file cannot be read, and what to do.
fn told(error: &io::Error) -> String {
    let todo = match error.kind() {
        io::ErrorKind::NotFound => "; check the path",
        io::ErrorKind::PermissionDenied => "; check who may read there",
        _ => "",
    };
    format!("{error}{todo}")
}

/// What a walk could not look into: the innermost path that the error names, else the folder that was walked.
fn unread(folder: &Path, error: &ignore::Error) -> Unread {
    let (mut path, mut inner) = (folder, error);
    loop {
        match inner {
            ignore::Error::WithPath { path: at, err } => (path, inner) = (at, err),
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => inner = err,
            _ => break,
        }
    }
    let reason = inner.io_error().map_or_else(|| inner.to_string(), told);
    Unread { path: path.display().to_string(), reason }
}
