//! Opening: one process at a time, and no store that lost what it acknowledged.

use crate::{
    RedbStore,
    engine::{self, COMMITS, DATA, FORMAT, Failure, META, guarded},
    store::Files,
};
use redb::{Builder, Database, ReadableTable as _};
use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};
use strongroom_store::{Mark, MarkError, PruneRight, Reserve, ReserveSizes};
use uuid::Uuid;

/// Why a store did not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// What is in the folder is not what was written. Restore from a backup.
    #[error("the store in `{}` is damaged: {reason}", path.display())]
    Damaged {
        /// The folder.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// A database that this crate did not make, or one of a later version.
    #[error("`{}` holds a database of another kind: {reason}", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The operating system refused.
    #[error("the store in `{}` could not be opened: {source}", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process, or another handle in this one, has the store open.
    #[error("the store in `{}` is in use by another process", path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// The path leads to something else than a folder.
    #[error("`{}` is not a folder", path.display())]
    NotADirectory {
        /// The path.
        path: PathBuf,
    },
}

/// How a store uses memory and disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// How many bytes of pages the engine keeps in memory, at the most. 64 MiB.
    pub cache_bytes: usize,
    /// Saves with each commit what a crash would otherwise have to work out anew by reading the whole file. Commits are
    /// slower by a second sync, and opening after a crash takes the same time however large the store is. Off.
    pub quick_repair: bool,
    /// Reads the whole file at opening and holds every page against its checksum. Off: damage shows when it is read.
    pub check_on_open: bool,
    /// How many bytes of disk are kept back for the day when it is full, so that purges go on; see
    /// [`Batch::from_reserve`](strongroom_store::Batch::from_reserve). 0 keeps nothing back. 16 MiB.
    pub reserve_bytes: u64,
    /// Opens a store that comes back with fewer commits than were acknowledged, and forgets that there were more.
    /// For saving what is left of a damaged store; never for going on with it.
    pub accept_loss: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cache_bytes: 64 << 20,
            quick_repair: false,
            check_on_open: false,
            reserve_bytes: 16 << 20,
            accept_loss: false,
        }
    }
}

/// The engine's file.
pub(crate) const FILE: &str = "data.redb";
/// The version of `docs/format.md`.
const VERSION: u64 = 0;
// What the engine may write for one transaction at the most: a group of 4 MiB, its pages written anew, and their parents.
const HEADROOM_BYTES: u64 = 16 << 20;
/// A small transaction, and an opening, which writes little.
const FLOOR_BYTES: u64 = 8 << 20;

impl RedbStore {
    /// Opens the store in a folder, which is created where it is missing, and returns the right to prune its
    /// append-only spaces. `opening` is any fresh random id; it ties the right to this opening.
    ///
    /// One process may have a store open at a time. After a crash, opening reads the whole file unless
    /// [`Options::quick_repair`] was on.
    ///
    /// # Errors
    ///
    /// [`OpenError`] names the folder and the reason.
    pub fn open(path: &Path, opening: Uuid, options: Options) -> Result<(Self, PruneRight), OpenError> {
        let failed = |source| OpenError::Io { path: path.to_owned(), source };
        create_folder(path)?;
        let file = lock(path)?;
        // Before the engine opens, which takes space as well.
        let sizes = ReserveSizes {
            bytes: options.reserve_bytes,
            headroom_bytes: HEADROOM_BYTES,
            floor_bytes: FLOOR_BYTES.min(options.reserve_bytes >> 1),
        };
        let reserve = Reserve::open(path, sizes).map_err(failed)?;
        // After `kill -9` the file's end may lie in the operating system's cache alone; the engine would go on from there.
        file.sync_all().map_err(failed)?;
        drop(file);
        let explained = |failure| explain(path, failure);
        let (db, commits) =
            open_engine(options, |builder| Ok(builder.create(path.join(FILE))?)).map_err(explained)?;
        let mark = match Mark::check(path, FILE, commits, options.accept_loss) {
            Ok(mark) => mark,
            Err(MarkError::Io(source)) => return Err(failed(source)),
            Err(error) => {
                return Err(OpenError::Damaged { path: path.to_owned(), reason: error.to_string() });
            }
        };
        sync_names(path).map_err(failed)?;
        let files = Files { path: path.to_owned(), reserve: Some(reserve), mark: Some(mark) };
        let store = Self::new(db, files, opening, commits, options).map_err(explained)?;
        Ok((store, PruneRight::for_store(opening)))
    }
}

/// Opens the engine on a file or another home, and answers how many commits it has.
pub(crate) fn open_engine(
    options: Options,
    open: impl FnOnce(&Builder) -> Result<Database, redb::Error>,
) -> Result<(Database, u64), Failure> {
    let mut builder = Builder::new();
    builder.set_cache_size(options.cache_bytes).set_check_integrity_on_open(options.check_on_open);
    let db = guarded(|| open(&builder))?;
    let transaction = guarded(|| Ok(db.begin_write()?))?;
    let names: Vec<String> = guarded(|| {
        Ok(transaction.list_tables()?.map(|table| redb::TableHandle::name(&table).to_owned()).collect())
    })?;
    if names.is_empty() {
        guarded(|| {
            drop(transaction.open_table(DATA)?);
            let mut meta = transaction.open_table(META)?;
            meta.insert(FORMAT, VERSION)?;
            drop(meta);
            Ok(())
        })?;
        engine::commit(transaction, 0)?;
        return Ok((db, 0));
    }
    if names != ["data", "meta"] {
        return Err(Failure::Foreign("it has tables that this version does not know".to_owned()));
    }
    let number =
        |name: &str| guarded(|| Ok(transaction.open_table(META)?.get(name)?.map(|found| found.value())));
    let (format, commits) = (number(FORMAT)?, number(COMMITS)?);
    let (Some(format), Some(commits)) = (format, commits) else {
        return Err(Failure::Foreign("it does not say which version it has".to_owned()));
    };
    if format != VERSION {
        return Err(Failure::Foreign(format!("it has version {format}, this program opens {VERSION}")));
    }
    guarded(|| Ok(transaction.abort()?))?;
    Ok((db, commits))
}

fn create_folder(path: &Path) -> Result<(), OpenError> {
    match fs::metadata(path) {
        Ok(found) if !found.is_dir() => return Err(OpenError::NotADirectory { path: path.to_owned() }),
        Ok(_) => return Ok(()),
        Err(_) => {}
    }
    fs::create_dir_all(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotADirectory => OpenError::NotADirectory { path: path.to_owned() },
        _ => OpenError::Io { path: path.to_owned(), source },
    })
}

/// The engine locks its file itself; this looks before anything is touched, and says so in our words.
fn lock(path: &Path) -> Result<File, OpenError> {
    let failed = |source| OpenError::Io { path: path.to_owned(), source };
    let file = fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path.join(FILE))
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => file.unlock().map_err(failed).map(|()| file),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

// A name is durable once its folder is synced. The engine syncs its file.
fn sync_names(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(path)?.sync_all()?;
        // The parent of a bare name is the empty path, which means the current folder.
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(parent.unwrap_or_else(|| Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

fn explain(path: &Path, failure: Failure) -> OpenError {
    let path = path.to_owned();
    match failure {
        Failure::Io(source) if source.kind() == io::ErrorKind::InvalidData => {
            OpenError::Damaged { path, reason: source.to_string() }
        }
        Failure::Io(source) if source.kind() == io::ErrorKind::UnexpectedEof => {
            OpenError::Damaged { path, reason: format!("its file `{FILE}` ends too early") }
        }
        Failure::Io(source) => OpenError::Io { path, source },
        Failure::Locked => OpenError::Locked { path },
        Failure::Foreign(reason) => OpenError::Foreign { path, reason },
        Failure::Engine(reason) => OpenError::Damaged { path, reason },
        failure @ (Failure::Corrupt | Failure::Panic | Failure::Spent) => {
            OpenError::Damaged { path, reason: format!("its file `{FILE}`: {failure}") }
        }
    }
}
