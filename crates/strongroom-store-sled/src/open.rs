//! Opening: one process at a time, and everything the engine trusts is synced before it trusts it.

use crate::{
    SledStore,
    engine::{Engine, Failure, guarded},
    store::Parts,
};
use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
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
        /// What the engine said.
        reason: String,
    },
    /// A sled database that this crate did not make, or one of another version.
    #[error("`{}` holds a database of another kind: {reason}", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// What the engine said.
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
    /// How many bytes of pages the engine keeps in memory, about. 64 MiB.
    pub cache_bytes: u64,
    /// How many bytes of overwritten values are kept in memory for open snapshots; past it, the oldest snapshot fails
    /// with [`SnapshotTooOld`](strongroom_store::ReadError::SnapshotTooOld). 64 MiB.
    pub before_image_bytes: usize,
    /// How many bytes of disk are kept back for the day when it is full, so that purges go on; see
    /// [`Batch::from_reserve`](strongroom_store::Batch::from_reserve). 0 keeps nothing back. 64 MiB: two segments of the
    /// engine's log for purges, and two that an opening after them may need.
    pub reserve_bytes: u64,
    /// Opens a store that comes back with fewer commits than were acknowledged, and forgets that there were more.
    /// For saving what is left of a damaged store; never for going on with it.
    pub accept_loss: bool,
    /// For tests that need the log to come round soon.
    pub(crate) segment_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cache_bytes: 64 << 20,
            before_image_bytes: 64 << 20,
            reserve_bytes: 64 << 20,
            accept_loss: false,
            segment_bytes: SEGMENT_BYTES,
        }
    }
}

// The engine moves a page to a file of its own in `blobs/`, which it never syncs, when the page takes more than a
// quarter of a segment. A page is a leaf of at most 20 keys, whatever their size: with the longest keys and values 2.6 MiB.
// So the segment is the largest there is, and `blobs/` stays empty.
const SEGMENT_BYTES: usize = 16 << 20;

// FORMAT: the digit is the version of `docs/format.md`.
const TREE: &[u8] = b"strongroom 0";
const COUNTER: &[u8] = b"strongroom 0 commits";
// What a usual commit writes at the most, and an opening: a segment each. A commit that touches many leaves of large
// values writes all of them anew now and then; it may take more, and then dies with the disk's own error.
const HEADROOM_BYTES: u64 = 24 << 20;
const FLOOR_BYTES: u64 = 32 << 20;
// The engine makes this one by itself; it stays empty.
const DEFAULT_TREE: &[u8] = b"__sled__default";

impl SledStore {
    /// Opens the store in a folder, which is created where it is missing, and returns the right to prune its
    /// append-only spaces. `opening` is any fresh random id; it ties the right to this opening.
    ///
    /// One process may have a store open at a time. Opening takes as long as reading the part of the log that was
    /// written since the last opening, and at least tens of milliseconds for a store that was used.
    ///
    /// # Errors
    ///
    /// [`OpenError`] names the folder and the reason; the store is as it was, except after `Damaged`, where the engine
    /// may have cut off what it could not read. Copy a damaged folder before trying again.
    pub fn open(path: &Path, opening: Uuid, options: Options) -> Result<(Self, PruneRight), OpenError> {
        let failed = |source| OpenError::Io { path: path.to_owned(), source };
        create_folder(path)?;
        let lock = lock_folder(path)?;
        // Before the engine opens, which takes space as well.
        let sizes = ReserveSizes {
            bytes: options.reserve_bytes,
            headroom_bytes: HEADROOM_BYTES,
            // No more than there is, where less is kept back.
            floor_bytes: FLOOR_BYTES.min(options.reserve_bytes >> 1),
        };
        let reserve = Reserve::open(path, sizes).map_err(failed)?;
        remove_unfinished_snapshots(path).map_err(failed)?;
        sync_before_recovery(path).map_err(failed)?;
        let db = open_engine(path, options)?;
        let opened = guarded(|| {
            // A tree we do not know is another program's, or of a version to come.
            let known = |name: &sled::IVec| [TREE, COUNTER, DEFAULT_TREE].contains(&name.as_ref());
            if !db.is_empty() || !db.tree_names().iter().all(known) {
                return Err(sled::Error::Unsupported(
                    "it has trees that this version does not know".to_owned(),
                ));
            }
            let trees = (db.open_tree(TREE)?, db.open_tree(COUNTER)?);
            trees.0.flush()?;
            Ok(trees)
        });
        let (tree, counter) = opened.map_err(|failure| explain(path, failure))?;
        let log = fs::OpenOptions::new().read(true).write(true).open(path.join("db")).map_err(failed)?;
        log.sync_all().map_err(failed)?;
        let engine = Engine::new(db, tree, counter, log, lock);
        let (commits, mark) = check_mark(path, &engine, options)?;
        sync_names(path).map_err(failed)?;
        let parts = Parts { engine, reserve, mark, commits };
        Ok((Self::new(path, opening, parts, options), PruneRight::for_store(opening)))
    }
}

/// Holds what the engine came back with against what was acknowledged.
fn check_mark(path: &Path, engine: &Engine, options: Options) -> Result<(u64, Mark), OpenError> {
    let commits = engine.commits().map_err(|failure| explain(path, failure))?;
    match Mark::check(path, "db", commits, options.accept_loss) {
        Ok(mark) => Ok((commits, mark)),
        Err(MarkError::Io(source)) => Err(OpenError::Io { path: path.to_owned(), source }),
        Err(error) => Err(OpenError::Damaged { path: path.to_owned(), reason: error.to_string() }),
    }
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

// A lock of our own, taken before anything is touched: the engine looks into the folder first and locks later, and
// tells a locked folder from a broken one only by words.
fn lock_folder(path: &Path) -> Result<File, OpenError> {
    let failed = |source| OpenError::Io { path: path.to_owned(), source };
    let lock = fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path.join("lock"))
        .map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

// The engine writes its snapshot under such a name, syncs it and renames it. A crash in between leaves a part of one, which
// the engine takes for the youngest snapshot there is: it calls the store corrupt, at every opening from then on. The
// older snapshot goes only after the renaming, so nothing is lost with the part.
fn remove_unfinished_snapshots(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

// After `kill -9` the log's end may lie in the operating system's cache alone. Recovery reads it from there and writes a
// synced snapshot of what it found: without this, a power cut soon after would leave a snapshot of a log that is gone.
fn sync_before_recovery(path: &Path) -> io::Result<()> {
    for name in ["conf", "db"] {
        match fs::OpenOptions::new().read(true).write(true).open(path.join(name)) {
            Ok(file) => file.sync_all()?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn open_engine(path: &Path, options: Options) -> Result<sled::Db, OpenError> {
    // Threads of the engine may hold a store that this process closed just now for a moment longer: its own lock goes
    // with the last of them. Since our lock is held, nobody else can be the one who has it.
    const TRIES: u32 = 2000;
    for _ in 0..TRIES {
        let config = sled::Config::new()
            .path(path)
            .cache_capacity(options.cache_bytes)
            .mode(sled::Mode::HighThroughput)
            .flush_every_ms(None)
            .use_compression(false)
            .segment_size(options.segment_bytes);
        match guarded(|| config.open()) {
            Err(Failure::Engine(sled::Error::Io(error)))
                if error.to_string().contains("could not acquire lock") =>
            {
                sled::pin().flush();
                thread::sleep(Duration::from_millis(1));
            }
            opened => return opened.map_err(|failure| explain(path, failure)),
        }
    }
    Err(OpenError::Locked { path: path.to_owned() })
}

// A name is durable once its folder is synced. The files were synced on their own.
fn sync_names(path: &Path) -> io::Result<()> {
    File::open(path.join("conf"))?.sync_all()?;
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
    let reason = failure.to_string();
    match failure {
        Failure::Engine(sled::Error::Io(source)) | Failure::Sync(source) => OpenError::Io { path, source },
        Failure::Engine(sled::Error::Unsupported(_)) => OpenError::Foreign { path, reason },
        Failure::Engine(_) | Failure::Panic => OpenError::Damaged { path, reason },
    }
}
