//! Copies with the findings covered: where each goes, and how it gets there.

use super::source::Input;
use crate::{
    error::CliError,
    text::{count, one_line},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Component, Path, PathBuf},
    process,
};
use strongroom_dlp::Style;

/// Where the copy of each input goes.
#[derive(Debug)]
pub(super) struct Copies {
    /// In the order of the inputs.
    targets: Vec<PathBuf>,
    /// How findings are covered.
    pub(super) style: Style,
    force: bool,
}

impl Copies {
    /// Decides on every place before anything is written.
    ///
    /// A file below a folder that was named keeps its path in that folder; a file that was named keeps its path where
    /// that leads down from the working directory, else its name.
    ///
    /// # Errors
    /// Two inputs with one place; a place that is an input; without `force`, a place that is taken.
    pub(super) fn plan(to: &Path, inputs: &[Input], style: Style, force: bool) -> Result<Self, CliError> {
        let is_file = matches!(inputs, [Input::Stdin | Input::File { folder: None, .. }]);
        let is_folder = !is_file || to.is_dir() || ends_with_separator(to);
        if is_folder && to.exists() && !to.is_dir() {
            let message = format!(
                "`{}` is a file, and there are {}; name a folder with --redact-to",
                to.display(),
                count(u64::try_from(inputs.len()).unwrap_or(u64::MAX), "input")
            );
            return Err(CliError::input(message));
        }
        let target = |input| if is_folder { to.join(inside(input)) } else { to.to_owned() };
        let targets: Vec<PathBuf> = inputs.iter().map(target).collect();
        let copies = Self { targets, style, force };
        copies.check(inputs)?;
        Ok(copies)
    }

    fn check(&self, inputs: &[Input]) -> Result<(), CliError> {
        let mut taken = BTreeMap::new();
        for (input, target) in inputs.iter().zip(&self.targets) {
            if let Some(other) = taken.insert(target, input) {
                return Err(CliError::input(format!(
                    "the copies of `{}` and `{}` would both be `{}`; scan them one after the other",
                    one_line(&other.shown()),
                    one_line(&input.shown()),
                    one_line(&target.display().to_string())
                )));
            }
        }
        let real: BTreeSet<PathBuf> = inputs.iter().filter_map(real_path).collect();
        for target in &self.targets {
            let shown = one_line(&target.display().to_string());
            // SECURITY: not even `--force` replaces the only whole copy of the data.
            if target.canonicalize().is_ok_and(|target| real.contains(&target)) {
                return Err(CliError::input(format!(
                    "`{shown}` is scanned itself and is never replaced; name another place with --redact-to"
                )));
            }
            if !self.force && target.symlink_metadata().is_ok() {
                return Err(CliError::input(format!(
                    "`{shown}` is there already, and nothing was written; name another place with --redact-to, or \
                     let it be replaced with --force"
                )));
            }
        }
        Ok(())
    }

    /// Writes the copy of the input with this number: whole or not at all, on the disk when this returns, and readable
    /// for its owner alone.
    ///
    /// # Errors
    /// Which file cannot be written, and why.
    pub(super) fn write(&self, index: usize, bytes: &[u8]) -> Result<(), CliError> {
        let Some(target) = self.targets.get(index) else { return Ok(()) };
        let folder = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => CliError::input(format!(
                "`{}` cannot be a folder, since there is a file in its place; name another place with --redact-to",
                folder.display()
            )),
            _ => CliError::file(folder, &error),
        })?;
        let mut name = OsString::from(format!(".strongroom-{}-{index}-", process::id()));
        name.push(target.file_name().unwrap_or_default());
        let fresh = Fresh(folder.join(name));
        fresh
            .fill(bytes)
            .and_then(|()| self.publish(&fresh.0, target))
            .and_then(|()| sync_folder(folder))
            .map_err(|error| CliError::file(target, &error))
    }

    fn publish(&self, fresh: &Path, target: &Path) -> io::Result<()> {
        if self.force {
            return fs::rename(fresh, target);
        }
        // A link never replaces a file that came since the places were decided on, as a rename would.
        match fs::hard_link(fresh, target) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                // There are file systems without links.
                if target.symlink_metadata().is_ok() {
                    return Err(io::ErrorKind::AlreadyExists.into());
                }
                fs::rename(fresh, target)
            }
            linked => linked,
        }
    }
}

/// A file under a name of its own, which goes when this goes.
struct Fresh(PathBuf);

impl Fresh {
    fn fill(&self, bytes: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.0)?;
        file.write_all(bytes)?;
        file.sync_all()
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // After a rename there is nothing left to remove.
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The folder among those that were scanned in which `to` lies, or would lie.
pub(super) fn scanned_folder_around<'p>(to: &Path, paths: &'p [PathBuf]) -> Option<&'p Path> {
    let there = std::path::absolute(to).ok()?;
    let real = there.ancestors().find_map(|folder| folder.canonicalize().ok())?;
    let folders = paths.iter().filter(|path| path.is_dir());
    folders
        .map(PathBuf::as_path)
        .find(|folder| folder.canonicalize().is_ok_and(|folder| real.starts_with(folder)))
}

fn real_path(input: &Input) -> Option<PathBuf> {
    match input {
        Input::Stdin => None,
        Input::File { path, .. } => path.canonicalize().ok(),
    }
}

fn ends_with_separator(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().last().is_some_and(|last| std::path::is_separator(char::from(*last)))
}

/// The path of an input's copy in the folder of copies.
fn inside(input: &Input) -> PathBuf {
    let Input::File { path, folder } = input else { return PathBuf::from("stdin") };
    let path = folder.as_ref().and_then(|folder| path.strip_prefix(folder).ok()).unwrap_or(path);
    let leads_down = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    match path.file_name() {
        Some(name) if !leads_down => PathBuf::from(name),
        _ => path.components().filter(|part| matches!(part, Component::Normal(_))).collect(),
    }
}
