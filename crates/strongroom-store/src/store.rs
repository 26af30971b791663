//! The trait.

use crate::{Batch, CommitError, ReadError, Space};
use std::{fmt, sync::Arc};
use uuid::Uuid;

/// How well a commit survives. Ordered: each level includes those below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Durability {
    /// Survives the death of the process (`kill -9`), perhaps not the loss of power.
    Process,
    /// Survives the loss of power: the bytes and the names that lead to them were synced to the device.
    Power,
    /// Survives the loss of the machine: another one has it durably.
    Replicated,
}

/// A commit took place, all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The durability that was achieved: at least what was asked for.
    pub durability: Durability,
}

/// What became of a commit that had answered [`CommitError::Unknown`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It took place, all of it.
    Applied,
    /// It did not take place and never will.
    NotApplied,
    /// This store cannot tell, or no longer can: reopen and look at what the commit would have changed.
    Untold,
}

/// What a backend can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// The highest durability `commit` reaches.
    pub durability_max: Durability,
    /// Whether several processes may have the store open and write.
    pub multi_writer: bool,
    /// Whether a snapshot stays answerable however much is written meanwhile; otherwise long scans may end in
    /// [`ReadError::SnapshotTooOld`].
    pub unbounded_snapshots: bool,
}

/// From which end a scan goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Ascending keys.
    Forward,
    /// Descending keys.
    Backward,
}

/// A half-open range of keys: `start <= key < end`; no `end` is no bound.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyRange {
    /// The first key that may be in it.
    pub start: Vec<u8>,
    /// The first key after it.
    pub end: Option<Vec<u8>>,
}

impl KeyRange {
    /// Every key.
    pub const fn all() -> Self {
        Self { start: Vec::new(), end: None }
    }

    /// The keys that begin with `prefix`.
    pub fn prefix(prefix: &[u8]) -> Self {
        // The successor of a prefix: drop trailing 0xff, add one to what is last then.
        let mut end = prefix.to_vec();
        while let Some(last) = end.pop() {
            if let Some(next) = last.checked_add(1) {
                end.push(next);
                return Self { start: prefix.to_vec(), end: Some(end) };
            }
        }
        Self { start: prefix.to_vec(), end: None }
    }

    /// `start <= key < end`.
    pub fn between(start: impl Into<Vec<u8>>, end: impl Into<Vec<u8>>) -> Self {
        Self { start: start.into(), end: Some(end.into()) }
    }

    /// Whether `key` is in it.
    pub fn contains(&self, key: &[u8]) -> bool {
        self.start.as_slice() <= key && self.end.as_deref().is_none_or(|end| key < end)
    }

    /// Whether no key can be in it.
    pub fn is_empty(&self) -> bool {
        self.end.as_deref().is_some_and(|end| end <= self.start.as_slice())
    }

    /// What is left of it after a page that ended with `last`, going in this direction.
    #[must_use]
    pub fn after(&self, last: &[u8], direction: Direction) -> Self {
        match direction {
            Direction::Forward => {
                let mut start = last.to_vec();
                start.push(0);
                Self { start, end: self.end.clone() }
            }
            Direction::Backward => Self { start: self.start.clone(), end: Some(last.to_vec()) },
        }
    }
}

// Keys may be derived from personal data: only their lengths are printed.
impl fmt::Debug for KeyRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyRange({} bytes .. {:?} bytes)", self.start.len(), self.end.as_ref().map(Vec::len))
    }
}

/// A key and its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// Looking into a store, or into a snapshot of one.
///
/// - **Atomicity**: one `get` or one `scan` of a snapshot sees whole batches. On a store itself a `get` sees its key as
///   of some moment during the call, and a `scan` each pair for itself: who needs several to fit together takes a
///   [snapshot](Store::snapshot).
/// - **Ordering**: a read that starts after a `commit` returned sees it, on any thread and any handle of the store. It
///   may see one that has not returned yet; what is committed by somebody who saw it is durable no earlier than it.
/// - **Durability** and **idempotence**: reading changes nothing, and may be repeated.
/// - **Limits**: a key that is empty or longer than [`KEY_BYTES_MAX`](crate::KEY_BYTES_MAX) is not there; that is no
///   error.
///
/// [`ReadError`] says what each failure obliges the caller to do.
pub trait Read: Send + Sync {
    /// The value of a key: `None` where there is none, which is not the same as an empty value.
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError>;

    /// At most `limit` pairs of a range, in order of their keys (bytewise), from the end that `direction` names.
    ///
    /// Fewer than `limit` means that the range is exhausted; a limit above
    /// [`SCAN_LIMIT_MAX`](crate::SCAN_LIMIT_MAX) is read as that. The next page is the same call on
    /// [`KeyRange::after`] the last key. Who pages through a store while others write meets each key that was there
    /// throughout once; of those that come and go, some. An error gives no part of a page.
    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError>;
}

/// A home for data: ordered keys in spaces, changed by atomic batches.
///
/// - **Atomicity**: a batch happens wholly or not at all, through a crash as well.
/// - **Ordering**: commits are totally ordered, as if one had been made after the other. A commit that returned comes
///   before one that was asked for later. What is left after a crash or the loss of power is the first batches of that
///   order, whole, and none behind one that is missing.
/// - **Durability**: `commit` answers `Ok` only once the batch, and with it every batch before it, has at least the
///   durability asked for, and says which it reached. A store never downgrades in silence.
/// - **Idempotence**: none of itself. Whoever may repeat a batch adds a precondition that fails the second time, or
///   asks for the [outcome](Store::outcome) first.
/// - **Limits**: those of [`Batch::check`], the same on every backend, and a store refuses nothing that keeps them.
///
/// A handle is used by many threads at once. After [`CommitError::Fatal`] it takes no more commits.
pub trait Store: Read {
    /// Applies a batch if all its preconditions hold.
    ///
    /// The preconditions and the changes are one moment of the order: nothing happens between the look and the change.
    /// A batch without changes is judged as any other, and reaches its durability. Checked in this order, the first that
    /// fails being the answer: the limits and modes that the batch shows by itself ([`CommitError::Refused`]), the
    /// durability ([`CommitError::TooDurable`]), the room ([`CommitError::Full`]), all preconditions
    /// ([`CommitError::Conflict`]), puts over existing keys of append-only spaces ([`CommitError::Refused`]).
    ///
    /// # Errors
    ///
    /// Each [`CommitError`] says what is true of the store afterwards and what it obliges the caller to do. All but
    /// `Unknown` mean that nothing of the batch was applied, and nothing ever will be.
    fn commit(&self, batch: &Batch, durability: Durability) -> Result<Committed, CommitError>;

    /// Makes every commit that returned so far as durable as the store can, and says how durable that is:
    /// [`durability_max`](Capabilities::durability_max). May be repeated; with nothing to do it does nothing.
    ///
    /// # Errors
    ///
    /// [`CommitError::Retryable`], and it may be tried again; [`CommitError::Unknown`] without an id where nobody knows
    /// what reached the disk: the earlier commits are visible and perhaps not durable, and the handle is to be closed and
    /// opened again, since a second sync would not make it good; [`CommitError::Fatal`] ever after.
    fn sync(&self) -> Result<Durability, CommitError>;

    /// A consistent view of this moment, for long scans: whole batches, every commit that returned before, and none that
    /// was asked for after. It stays as it is while others write, as long as it is kept; writing goes on meanwhile.
    ///
    /// # Errors
    ///
    /// As any read. Where [`unbounded_snapshots`](Capabilities::unbounded_snapshots) is `false` its reads may end in
    /// [`ReadError::SnapshotTooOld`], and do so from then on rather than answer wrongly.
    fn snapshot(&self) -> Result<Box<dyn Read + '_>, ReadError>;

    /// What this backend can do. It does not change while the store is open.
    fn capabilities(&self) -> Capabilities;

    /// What became of a commit, by the id in its [`CommitError::Unknown`]. [`Outcome::NotApplied`] is final: a backend
    /// that says so has made sure that the commit, should it still be on its way, is refused. So is
    /// [`Outcome::Applied`], of which the batch is visible by then, though perhaps not durable: [`Store::sync`] sees to
    /// that. An id that no commit had is never called applied. Asking changes nothing else and may be repeated; a store
    /// may forget after a while, and then says [`Outcome::Untold`].
    ///
    /// Backends that lose touch with their engine in the middle of a commit implement it; by default a store cannot tell.
    ///
    /// # Errors
    ///
    /// [`CommitError::Retryable`] where the store is still out of reach: ask again. The commit stays unknown until then.
    fn outcome(&self, commit: Uuid) -> Result<Outcome, CommitError> {
        // Nothing is kept by this id.
        let _: Uuid = commit;
        Ok(Outcome::Untold)
    }
}

impl<R: Read + ?Sized> Read for Arc<R> {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        (**self).get(space, key)
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError> {
        (**self).scan(space, range, direction, limit)
    }
}

impl<S: Store + ?Sized> Store for Arc<S> {
    fn commit(&self, batch: &Batch, durability: Durability) -> Result<Committed, CommitError> {
        (**self).commit(batch, durability)
    }

    fn sync(&self) -> Result<Durability, CommitError> {
        (**self).sync()
    }

    fn snapshot(&self) -> Result<Box<dyn Read + '_>, ReadError> {
        (**self).snapshot()
    }

    fn capabilities(&self) -> Capabilities {
        (**self).capabilities()
    }

    fn outcome(&self, commit: Uuid) -> Result<Outcome, CommitError> {
        (**self).outcome(commit)
    }
}

/// Conveniences on every [`Read`].
pub trait ReadExt: Read {
    /// Calls `visit` with each pair of a range in ascending order, a page of 512 at a time, until it answers `false`.
    ///
    /// On a snapshot all pages are of one moment; on a store each is of its own, as [`Read::scan`] says.
    ///
    /// # Errors
    ///
    /// That of `visit`, or a [`ReadError`] turned into one: the pairs so far were visited and no others.
    fn for_each<E: From<ReadError>>(
        &self,
        space: Space,
        range: &KeyRange,
        mut visit: impl FnMut(&[u8], &[u8]) -> Result<bool, E>,
    ) -> Result<(), E> {
        const PAGE: usize = 512;
        let mut range = range.clone();
        loop {
            let page = self.scan(space, &range, Direction::Forward, PAGE)?;
            for (key, value) in &page {
                if !visit(key, value)? {
                    return Ok(());
                }
            }
            match page.last() {
                Some((last, _)) if page.len() >= PAGE => range = range.after(last, Direction::Forward),
                _ => return Ok(()),
            }
        }
    }
}

impl<R: Read + ?Sized> ReadExt for R {}

/// Conveniences on every [`Store`].
pub trait StoreExt: Store {
    /// Commits, and where the answer is [`CommitError::Unknown`] with an id, asks what became of it: a commit that
    /// took place is answered as such once everything so far is as durable as it was to be, one that did not is
    /// [`CommitError::Retryable`]. What no store can tell stays `Unknown`.
    ///
    /// Not idempotent: it commits once, asks once and tries nothing again. Who wants to wait for a store that is out of
    /// reach asks for the [outcome](Store::outcome) with patience of their own.
    ///
    /// # Errors
    ///
    /// As [`Store::commit`]. An `Unknown` with an id can still be asked about; it also comes where the commit took place
    /// and it could not be made as durable as it was to be.
    fn commit_settled(&self, batch: &Batch, durability: Durability) -> Result<Committed, CommitError> {
        let unknown = match self.commit(batch, durability) {
            Err(unknown @ CommitError::Unknown { commit: Some(_), .. }) => unknown,
            answer => return answer,
        };
        let CommitError::Unknown { commit: Some(id), .. } = unknown else { return Err(unknown) };
        match self.outcome(id) {
            Ok(Outcome::Applied) => match self.sync() {
                Ok(reached) if reached >= durability => Ok(Committed { durability: reached }),
                _ => Err(unknown),
            },
            Ok(Outcome::NotApplied) => {
                Err(CommitError::Retryable("the store lost touch before the commit took place".to_owned()))
            }
            Ok(Outcome::Untold) | Err(_) => Err(unknown),
        }
    }
}

impl<S: Store + ?Sized> StoreExt for S {}
