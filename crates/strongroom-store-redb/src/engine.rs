//! The engine behind a door: its many errors become four, and its panics one of them.

use redb::{
    Database, ReadOnlyTable, ReadableDatabase as _, ReadableTable, Table, TableDefinition, WriteTransaction,
};
use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
};
use strongroom_store::{Direction, KeyRange, Pair, ReadError, SCAN_LIMIT_MAX, Space, flat};

// FORMAT: docs/format.md. Keys are `flat`, so all spaces lie in one table.
pub(crate) const DATA: TableDefinition<'static, &[u8], &[u8]> = TableDefinition::new("data");
/// `format`: the version of the format. `commits`: how many commits there are.
pub(crate) const META: TableDefinition<'static, &str, u64> = TableDefinition::new("meta");
pub(crate) const FORMAT: &str = "format";
pub(crate) const COMMITS: &str = "commits";

/// All data, as of some commit.
pub(crate) type View = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// What the engine could not do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("something in it is not what was written")]
    Corrupt,
    #[error("{0}")]
    Engine(String),
    /// Not a database of ours, or not of this version.
    #[error("{0}")]
    Foreign(String),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("another handle has it open")]
    Locked,
    #[error("the engine panicked")]
    Panic,
    #[error("an earlier failure left the engine unable to write")]
    Spent,
}

impl Failure {
    /// Whether it was a lack of space that somebody can make.
    pub(crate) fn is_full(&self) -> bool {
        let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded, io::ErrorKind::FileTooLarge];
        matches!(self, Self::Io(error) if full.contains(&error.kind()))
    }
}

impl From<redb::Error> for Failure {
    fn from(error: redb::Error) -> Self {
        match error {
            redb::Error::Corrupted(_) => Self::Corrupt,
            redb::Error::DatabaseAlreadyOpen => Self::Locked,
            redb::Error::Io(error) => Self::Io(error),
            redb::Error::UpgradeRequired(version) => {
                Self::Foreign(format!("its file has version {version} of the engine's format"))
            }
            redb::Error::PreviousIo | redb::Error::DatabaseClosed => Self::Spent,
            other => Self::Engine(other.to_string()),
        }
    }
}

impl From<Failure> for ReadError {
    fn from(failure: Failure) -> Self {
        let text = failure.to_string();
        match failure {
            Failure::Corrupt | Failure::Panic => Self::Damaged(text),
            Failure::Engine(_) | Failure::Foreign(_) | Failure::Io(_) | Failure::Locked | Failure::Spent => {
                Self::Io(text)
            }
        }
    }
}

/// Runs a call of the engine; a panic in it becomes a failure.
///
/// Sound: what the closure borrows of ours is not changed by it. What a panic may leave behind is an engine that does
/// not agree with itself, which is why every `Panic` of a commit ends the handle's commits.
pub(crate) fn guarded<T>(call: impl FnOnce() -> Result<T, redb::Error>) -> Result<T, Failure> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(answer) => answer.map_err(Failure::from),
        Err(_) => Err(Failure::Panic),
    }
}

pub(crate) fn view(db: &Database) -> Result<View, Failure> {
    guarded(|| Ok(db.begin_read()?.open_table(DATA)?))
}

pub(crate) fn get(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    space: Space,
    key: &[u8],
) -> Result<Option<Vec<u8>>, Failure> {
    let at = flat::encode(space, key);
    guarded(|| Ok(table.get(at.as_slice())?.map(|value| value.value().to_vec())))
}

pub(crate) fn scan(
    table: &View,
    space: Space,
    range: &KeyRange,
    direction: Direction,
    limit: usize,
) -> Result<Vec<Pair>, Failure> {
    let limit = limit.min(SCAN_LIMIT_MAX);
    if range.is_empty() || limit == 0 {
        return Ok(Vec::new());
    }
    let (start, end) = flat::bounds(space, range);
    guarded(|| {
        let mut pairs = Vec::new();
        let mut found = table.range(start.as_slice()..end.as_slice())?;
        while pairs.len() < limit {
            let next = match direction {
                Direction::Forward => found.next(),
                Direction::Backward => found.next_back(),
            };
            let Some(pair) = next else { break };
            let (key, value) = pair?;
            pairs.push((flat::decode(key.value()), value.value().to_vec()));
        }
        Ok(pairs)
    })
}

pub(crate) fn put(
    table: &mut Table<'_, &'static [u8], &'static [u8]>,
    at: &[u8],
    value: Option<&[u8]>,
) -> Result<(), Failure> {
    guarded(|| {
        match value {
            Some(value) => drop(table.insert(at, value)?),
            None => drop(table.remove(at)?),
        }
        Ok(())
    })
}

/// Writes the number of commits and makes the transaction durable. After a failure what became of it is not known.
pub(crate) fn commit(transaction: WriteTransaction, commits: u64) -> Result<(), Failure> {
    guarded(move || {
        transaction.open_table(META)?.insert(COMMITS, commits)?;
        Ok(transaction.commit()?)
    })
}
