//! Space kept back on a volume, for backends whose data is files: purges go on when everything else is full.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// A file that takes up space until it is needed.
///
/// While the volume has room, it lies there and ordinary batches are admitted. When what is left falls below the
/// headroom, ordinary batches are refused, so that the engine does not meet the end of the disk in the middle of a
/// write; a batch [from the reserve](crate::Batch::from_reserve) removes the file and goes on, down to a floor that
/// the engine needs to open again. Once there is room again, the file is made again, and with it ordinary batches are
/// admitted. So what is kept back, less the floor, is what purges can use; a purge that needs more hears that the store
/// is full, and goes on when there is room.
///
/// What other programs write to the same volume between the question and the write, nothing here can see: the headroom
/// is for that as well. On a volume that cannot set space aside, or that does not say how much it has, nothing is kept back.
#[derive(Debug)]
pub struct Reserve {
    folder: PathBuf,
    sizes: ReserveSizes,
    state: Mutex<State>,
}

/// How much space is asked for. An engine names what it may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a backend must think of each")]
pub struct ReserveSizes {
    /// How much is kept back. 0 keeps nothing back and admits everything.
    pub bytes: u64,
    /// How much must be left beside it for an ordinary batch: what one commit may write.
    pub headroom_bytes: u64,
    /// How much must be left for a batch from the reserve: what one small commit writes, and an opening after it.
    pub floor_bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The file is not there for want of room.
    Gone,
    /// The file is there.
    Kept,
    /// This volume sets no space aside.
    Unable,
}

const NAME: &str = "reserve";

impl Reserve {
    /// Keeps space back in a file `reserve` in a folder.
    ///
    /// On a volume that is full already, a file that is there is given up at once, since opening a database takes
    /// space as well; ordinary batches then wait until there is room.
    ///
    /// # Errors
    ///
    /// Where a file that is there can be neither looked at nor removed. That it cannot be made is none.
    pub fn open(folder: &Path, sizes: ReserveSizes) -> io::Result<Self> {
        let reserve = Self { folder: folder.to_owned(), sizes, state: Mutex::new(State::Gone) };
        let mut state = reserve.state();
        match fs::metadata(reserve.file()) {
            Ok(found) if found.len() == sizes.bytes && sizes.bytes > 0 && is_dense(&found) => {
                *state = State::Kept;
            }
            // Of another size, half made when the power went, or copied without its space.
            Ok(_) => fs::remove_file(reserve.file())?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        if let Some(left) = reserve.left()
            && sizes.bytes > 0
        {
            match *state {
                State::Kept if left < sizes.headroom_bytes => reserve.give_up(&mut state)?,
                State::Gone => reserve.make(&mut state, left),
                State::Kept | State::Unable => {}
            }
        }
        drop(state);
        Ok(reserve)
    }

    /// Whether a batch may be written now; otherwise why not, in words for people. Asked under the lock under which the
    /// engine writes, so that several do not rest on the same space.
    pub fn admit(&self, from_reserve: bool) -> Result<(), String> {
        if self.sizes.bytes == 0 {
            return Ok(());
        }
        // A system that does not say how much is left leaves only the engine's own failure.
        let Some(left) = self.left() else { return Ok(()) };
        let mut state = self.state();
        if from_reserve {
            self.admit_from_reserve(&mut state, left)
        } else {
            self.admit_ordinary(&mut state, left)
        }
    }

    fn admit_ordinary(&self, state: &mut State, left: u64) -> Result<(), String> {
        if *state == State::Gone {
            self.make(state, left);
        }
        if *state != State::Gone && left >= self.sizes.headroom_bytes {
            return Ok(());
        }
        let missing = if *state == State::Gone { self.sizes.bytes } else { 0 };
        let wanted = self.sizes.headroom_bytes.saturating_add(missing);
        Err(self.refusal(left, wanted, "anything but a purge"))
    }

    fn admit_from_reserve(&self, state: &mut State, left: u64) -> Result<(), String> {
        let mut left = left;
        if *state == State::Kept && left < self.sizes.headroom_bytes {
            self.give_up(state).map_err(|error| format!("the reserve cannot be freed: {error}"))?;
            left = self.left().unwrap_or(u64::MAX);
        }
        // Below it, not even a purge: an engine that meets the end of the disk may not open again.
        if left >= self.sizes.floor_bytes {
            return Ok(());
        }
        Err(self.refusal(left, self.sizes.floor_bytes, "any more of a purge"))
    }

    fn refusal(&self, left: u64, wanted: u64, what: &str) -> String {
        let (left, wanted) = (left >> 10, wanted >> 10);
        format!(
            "`{}` has {left} KiB left on its volume, and {wanted} KiB are asked for before {what} is written",
            self.folder.display()
        )
    }

    /// What is left; `None` where the system does not know its volume.
    fn left(&self) -> Option<u64> {
        let volume = fs4::statvfs(&self.folder).ok()?;
        (volume.total_space() > 0).then(|| volume.available_space())
    }

    fn file(&self) -> PathBuf {
        self.folder.join(NAME)
    }

    fn give_up(&self, state: &mut State) -> io::Result<()> {
        match fs::remove_file(self.file()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => *state = State::Gone,
        }
        Ok(())
    }

    /// Makes the file where there is room for it and the headroom, and notes where that cannot be done here at all.
    fn make(&self, state: &mut State, left: u64) {
        if left < self.sizes.bytes.saturating_add(self.sizes.headroom_bytes) {
            return;
        }
        let made = File::create(self.file()).and_then(|file| fs4::FileExt::allocate(&file, self.sizes.bytes));
        *state = match made {
            Ok(()) => State::Kept,
            Err(error) => {
                // What cannot be removed is found, and removed, by the next opening.
                let _removed = fs::remove_file(self.file());
                let full =
                    [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded, io::ErrorKind::FileTooLarge];
                if full.contains(&error.kind()) { State::Gone } else { State::Unable }
            }
        };
    }

    // One word: whole after a panic as well, and the next look at the volume mends it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a file really has the space that its length says: a sparse copy of it keeps nothing back.
#[cfg(unix)]
fn is_dense(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    found.blocks().saturating_mul(512) >= found.len()
}

#[cfg(not(unix))]
fn is_dense(_: &fs::Metadata) -> bool {
    true
}
