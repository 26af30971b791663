//! The mark: how many commits were synced, in a small file beside an engine's own.
//!
//! An engine takes a file whose end is missing or unreadable for one that a crash tore, and goes on with what is left.
//! So each commit is counted twice: in the engine, and, once it is synced, here. An engine that comes back with fewer
//! commits than the mark has lost acknowledged ones, and the store refuses to open.
//!
//! The mark is written, not synced: a sync of its own would double the price of a commit. After `kill -9` it is exact;
//! after a power cut it may be older than the engine's file, never younger, since that was synced before it.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

/// How many commits were acknowledged, in a file `mark`. For backends whose data is files: see [`Mark::check`].
#[derive(Debug)]
pub struct Mark(File);

/// Why a store must not go on with what its engine came back with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MarkError {
    /// The engine has fewer commits than were acknowledged.
    #[error(
        "its file `{file}` ends after change {commits}, and {missing} more were acknowledged (see `mark`)"
    )]
    Lost {
        /// The engine's file.
        file: &'static str,
        /// How many commits the engine has.
        commits: u64,
        /// How many acknowledged ones it lacks.
        missing: u64,
    },
    /// There are commits and no mark.
    #[error("its file `mark` is missing, which says how many changes were acknowledged")]
    Missing,
    /// The file is not one of ours.
    #[error("its file `mark` is not what was written")]
    Unreadable,
    /// The operating system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What a file said when it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// At least so many commits were acknowledged.
    Commits(u64),
    /// The file was not there, or is empty.
    Fresh,
    /// The file is not one of ours.
    Unreadable,
}

// FORMAT: two slots, each a count and its complement, little-endian; written in turn, so that one is always whole. Both lie
// in one sector.
const SLOT_BYTES: usize = 16;
const NAME: &str = "mark";

impl Mark {
    /// Holds what an engine came back with against what was acknowledged, and opens the mark for the commits to come.
    /// The caller syncs the folder, since the file may be new.
    ///
    /// `file` is the engine's file, for the message; `commits` is how many the engine has. With `accept_loss` whatever
    /// is missing is forgotten.
    ///
    /// # Errors
    ///
    /// [`MarkError`]; a second opening says the same.
    pub fn check(
        folder: &Path,
        file: &'static str,
        commits: u64,
        accept_loss: bool,
    ) -> Result<Self, MarkError> {
        let (mark, seen) = Self::open(folder)?;
        match seen {
            _ if accept_loss => {}
            Seen::Commits(acknowledged) if acknowledged > commits => {
                let missing = acknowledged.saturating_sub(commits);
                return Err(MarkError::Lost { file, commits, missing });
            }
            // A file that this opening made, or that one before it made and a crash emptied, says nothing either.
            Seen::Fresh if commits > 0 => return Err(MarkError::Missing),
            // Before the first commit, a power cut may leave a length without its bytes.
            Seen::Unreadable if commits > 0 => return Err(MarkError::Unreadable),
            Seen::Commits(_) | Seen::Fresh | Seen::Unreadable => {}
        }
        mark.settle(commits)?;
        Ok(mark)
    }

    /// Says that so many commits are synced. Called after the sync and before the acknowledgement, by one thread at a
    /// time, with counts that never fall.
    pub fn write(&self, commits: u64) -> io::Result<()> {
        self.write_to(slot(commits), commits)
    }

    fn open(folder: &Path) -> io::Result<(Self, Seen)> {
        let path = folder.join(NAME);
        let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        let mut bytes = Vec::new();
        (&mut file).take(3 * 16).read_to_end(&mut bytes)?;
        Ok((Self(file), read(&bytes)))
    }

    /// Says it in both slots, and syncs the file itself.
    fn settle(&self, commits: u64) -> io::Result<()> {
        self.write(commits)?;
        self.write_to(slot(commits.wrapping_add(1)), commits)?;
        // After the slots: a file that is longer than both is damage, one of zeros as well.
        self.0.set_len(32)?;
        self.0.sync_all()
    }

    fn write_to(&self, at: u64, commits: u64) -> io::Result<()> {
        let bytes = [commits.to_le_bytes(), (!commits).to_le_bytes()].concat();
        let mut file = &self.0;
        file.seek(SeekFrom::Start(at))?;
        file.write_all(&bytes)
    }
}

fn slot(commits: u64) -> u64 {
    if commits.is_multiple_of(2) { 0 } else { 16 }
}

fn read(bytes: &[u8]) -> Seen {
    if bytes.len() > 2 * SLOT_BYTES || !bytes.len().is_multiple_of(SLOT_BYTES) {
        return Seen::Unreadable;
    }
    let counts = bytes.chunks_exact(SLOT_BYTES).filter_map(|slot| {
        let (count, complement) = slot.split_first_chunk::<8>()?;
        let count = u64::from_le_bytes(*count);
        (complement == (!count).to_le_bytes()).then_some(count)
    });
    match counts.max() {
        Some(count) => Seen::Commits(count),
        // Made, and the power went before anything was in it: before the first commit, that is.
        None if bytes.is_empty() => Seen::Fresh,
        None => Seen::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(first: u64, second: u64) -> Vec<u8> {
        [first, !first, second, !second].iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[test]
    fn a_mark_is_the_younger_whole_slot() {
        assert_eq!(read(&[]), Seen::Fresh);
        assert_eq!(read(&slots(6, 7)), Seen::Commits(7));
        assert_eq!(read(&slots(8, 7)), Seen::Commits(8));
        assert_eq!(read(&slots(0, 0)[..16]), Seen::Commits(0), "the second slot was never written");
        for at in 0..16 {
            let mut torn = slots(8, 7);
            torn[at] ^= 1;
            assert_eq!(read(&torn), Seen::Commits(7), "byte {at} of the younger slot");
        }
        let mut both = slots(8, 7);
        both[3] ^= 1;
        both[30] ^= 1;
        assert_eq!(read(&both), Seen::Unreadable);
        assert_eq!(read(&[0; 32]), Seen::Unreadable, "zeros are no mark");
        assert_eq!(read(&slots(8, 7)[..31]), Seen::Unreadable, "cut within a slot");
        assert_eq!(read(&[slots(8, 7), vec![0]].concat()), Seen::Unreadable, "a byte too many");
    }

    #[test]
    fn a_mark_says_what_was_last_written() {
        let folder = tempfile::tempdir().unwrap();
        let (mark, seen) = Mark::open(folder.path()).unwrap();
        assert_eq!(seen, Seen::Fresh);
        mark.settle(0).unwrap();
        for commits in 1..20 {
            mark.write(commits).unwrap();
            assert_eq!(Mark::open(folder.path()).unwrap().1, Seen::Commits(commits));
        }
        mark.settle(5).unwrap();
        assert_eq!(Mark::open(folder.path()).unwrap().1, Seen::Commits(5), "settling also goes back");
    }
}
