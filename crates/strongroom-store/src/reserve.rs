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
/// headroom, ordinary batches are refused, so that the engine never meets the end of the disk in the middle of a
/// write; a batch [from the reserve](crate::Batch::from_reserve) removes the file and goes on. Once there is room
/// again, the file is made again, and with it ordinary batches are admitted.
///
/// What other programs write to the same volume between the question and the write, nothing here can see: the headroom
/// is for that as well.
#[derive(Debug)]
pub struct Reserve {
    folder: PathBuf,
    bytes: u64,
    headroom_bytes: u64,
    /// Whether the file is there.
    there: Mutex<bool>,
}

const NAME: &str = "reserve";

impl Reserve {
    /// Keeps `bytes` back in a file `reserve` in a folder, and asks for `headroom_bytes` beside it: what the engine may
    /// need for one commit. 0 bytes keep nothing back and admit everything.
    ///
    /// On a volume that is full already, a file that is there is given up at once, since opening a database takes
    /// space as well; ordinary batches then wait until there is room.
    ///
    /// # Errors
    ///
    /// Where the file can be neither made nor removed for another reason than a lack of space.
    pub fn open(folder: &Path, bytes: u64, headroom_bytes: u64) -> io::Result<Self> {
        let reserve = Self { folder: folder.to_owned(), bytes, headroom_bytes, there: Mutex::new(false) };
        let mut there = reserve.there();
        *there = match fs::metadata(reserve.file()) {
            Ok(found) if found.len() == bytes && bytes > 0 => true,
            // Of another size, or half made when the power went.
            Ok(_) => {
                fs::remove_file(reserve.file())?;
                false
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        if bytes > 0 {
            match reserve.left() {
                Some(left) if *there && left < headroom_bytes => reserve.give_up(&mut there)?,
                Some(left) if !*there => reserve.make(&mut there, left)?,
                _ => {}
            }
        }
        drop(there);
        Ok(reserve)
    }

    /// Whether a batch may be written now; otherwise why not, in words for people.
    pub fn admit(&self, from_reserve: bool) -> Result<(), String> {
        if self.bytes == 0 {
            return Ok(());
        }
        // A system that does not say how much is left leaves only the engine's own failure.
        let Some(left) = self.left() else { return Ok(()) };
        let mut there = self.there();
        if from_reserve {
            if *there && left < self.headroom_bytes {
                self.give_up(&mut there).map_err(|error| format!("the reserve cannot be freed: {error}"))?;
            }
            return Ok(());
        }
        if !*there {
            self.make(&mut there, left).map_err(|error| format!("the reserve cannot be made: {error}"))?;
        }
        if *there && left >= self.headroom_bytes {
            return Ok(());
        }
        let (left, wanted) = (left >> 10, self.headroom_bytes.saturating_add(self.missing(*there)) >> 10);
        Err(format!(
            "`{}` has {left} KiB left on its volume, and {wanted} KiB are asked for before anything but a purge is \
             written",
            self.folder.display()
        ))
    }

    const fn missing(&self, there: bool) -> u64 {
        if there { 0 } else { self.bytes }
    }

    fn left(&self) -> Option<u64> {
        fs4::available_space(&self.folder).ok()
    }

    fn file(&self) -> PathBuf {
        self.folder.join(NAME)
    }

    fn give_up(&self, there: &mut bool) -> io::Result<()> {
        match fs::remove_file(self.file()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => *there = false,
        }
        Ok(())
    }

    /// Makes the file where there is room for it and the headroom.
    fn make(&self, there: &mut bool, left: u64) -> io::Result<()> {
        if left < self.bytes.saturating_add(self.headroom_bytes) {
            return Ok(());
        }
        let made = File::create(self.file()).and_then(|file| fs4::FileExt::allocate(&file, self.bytes));
        match made {
            Ok(()) => *there = true,
            // Somebody else took the room meanwhile.
            Err(error) if error.kind() == io::ErrorKind::StorageFull => self.give_up(there)?,
            Err(error) => {
                self.give_up(there)?;
                return Err(error);
            }
        }
        Ok(())
    }

    // A flag: whole after a panic as well, and the next look at the volume mends it.
    fn there(&self) -> MutexGuard<'_, bool> {
        self.there.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
