//! Witnesses: they remember how long the log was, so that it cannot be cut or forked behind their back.

use crate::{
    Checkpoint, ConsistencyProof, LookupError, NoteError, ProofError, VerifierKey, verify_consistency,
};
use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};
use strongroom_types::Digest;

/// The last checkpoint that a witness saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a witness is implemented by others")]
pub struct Seen {
    /// How many entries it stated.
    pub size: u64,
    /// Their root.
    pub root: Digest,
}

/// Accepts checkpoints of one log, each only if it extends the one before.
///
/// - **Atomicity**: after an error the witness stands where it stood.
/// - **Durability**: what it accepted it does not forget, or it is no witness.
/// - **Idempotence**: the checkpoint it saw last may be shown again.
pub trait Witness: Send + Sync {
    /// What it saw last; `None` before the first.
    fn latest(&self) -> Result<Option<Seen>, WitnessError>;

    /// Checks that a signed checkpoint extends what it saw last, and remembers it. The proof leads from the size of
    /// [`latest`](Self::latest), 0 before the first.
    fn witness(&self, note: &str, proof: &ConsistencyProof) -> Result<(), WitnessError>;
}

/// Why a witness did not accept a checkpoint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WitnessError {
    /// The checkpoint does not extend what the witness saw: the log was rewritten or forked.
    #[error("the log is not the one that was witnessed: {0}")]
    Forked(#[from] ProofError),
    /// The witness's own memory could not be read or written.
    #[error("the witness could not be reached: {0}")]
    Io(#[from] io::Error),
    /// The log could not make the proof.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// The checkpoint, or the one the witness keeps, is not signed by a key it knows.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A checkpoint of another log.
    #[error("the witness watches the log `{seen}`, this is `{origin}`")]
    OtherOrigin {
        /// The log that it watches.
        seen: String,
        /// The log of the checkpoint.
        origin: String,
    },
    /// The checkpoint states fewer entries than were witnessed: the log lost its end.
    #[error("{seen} entries were witnessed, now there are {size}: the log lost its end")]
    Shrunk {
        /// How many were witnessed.
        seen: u64,
        /// How many there are now.
        size: u64,
    },
    /// The proof is for other sizes.
    #[error("the proof leads from {old} to {new} entries, the witness needs {seen} to {size}")]
    WrongProof {
        /// Where the proof begins.
        old: u64,
        /// Where it ends.
        new: u64,
        /// Where it must begin.
        seen: u64,
        /// Where it must end.
        size: u64,
    },
}

/// A witness that keeps the last checkpoint in a file, to lie on another disk, better another machine, than the log.
///
/// One process at a time. The file is replaced as a whole, synced before and after.
#[derive(Debug)]
pub struct FileWitness {
    path: PathBuf,
    keys: Vec<VerifierKey>,
    turn: Mutex<()>,
}

impl FileWitness {
    /// A witness with its memory in this file, which need not be there yet, for checkpoints signed by these keys.
    pub fn new(path: impl Into<PathBuf>, keys: Vec<VerifierKey>) -> Self {
        Self { path: path.into(), keys, turn: Mutex::new(()) }
    }

    /// The last checkpoint it accepted, for [`VerifyOptions::witnessed`](crate::VerifyOptions::witnessed).
    pub fn latest_checkpoint(&self) -> Result<Option<Checkpoint>, WitnessError> {
        match fs::read_to_string(&self.path) {
            Ok(note) => Ok(Some(Checkpoint::open(&note, &self.keys)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Written beside, synced, then renamed: after a crash the file is the old one or the new one.
    fn remember(&self, note: &str) -> io::Result<()> {
        let mut beside = self.path.clone().into_os_string();
        beside.push(".new");
        let mut file = File::create(&beside)?;
        file.write_all(note.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        sync_folder(folder.unwrap_or(Path::new(".")))
    }
}

impl Witness for FileWitness {
    fn latest(&self) -> Result<Option<Seen>, WitnessError> {
        Ok(self.latest_checkpoint()?.map(|seen| Seen { size: seen.size(), root: seen.root() }))
    }

    fn witness(&self, note: &str, proof: &ConsistencyProof) -> Result<(), WitnessError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = Checkpoint::open(note, &self.keys)?;
        let seen = self.latest_checkpoint()?;
        let old = seen.as_ref().map_or(0, Checkpoint::size);
        let size = shown.size();
        if size < old {
            return Err(WitnessError::Shrunk { seen: old, size });
        }
        if proof.old != old || proof.new != size {
            return Err(WitnessError::WrongProof { old: proof.old, new: proof.new, seen: old, size });
        }
        if let Some(seen) = seen {
            if seen.origin() != shown.origin() {
                let (seen, origin) = (seen.origin().to_owned(), shown.origin().to_owned());
                return Err(WitnessError::OtherOrigin { seen, origin });
            }
            // Everything extends the empty log.
            if old > 0 {
                verify_consistency(&seen.root(), &shown.root(), proof)?;
            }
        }
        Ok(self.remember(note)?)
    }
}

/// Makes the name durable; other systems than Unix have no call for it and need none.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
