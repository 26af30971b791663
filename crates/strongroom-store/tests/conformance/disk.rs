//! A store with a device of its own, in memory: it can be closed, crash, lose power and lose touch. It keeps every
//! promise, but for the one that it is told to break.

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};
use strongroom_store::{
    Batch, Capabilities, CommitError, Committed, Direction, Durability, KeyRange, MemoryStore, Op, Outcome,
    Pair, Precondition, PruneRight, Read, ReadError, Refusal, SCAN_LIMIT_MAX, Space, Store, VALUE_BYTES_MAX,
    conformance,
};
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Break {
    BackwardScanForward,
    BatchInPieces,
    CheckThenAct,
    ConflictIgnored,
    DurabilityOverstated,
    EndIncluded,
    EveryTenthCommitLost,
    LastOpDropped,
    LaterSurvivesAlone,
    LoserIsFatal,
    LogOverwritten,
    LongKeyAskedFor,
    LongestValueRefused,
    LostByClosing,
    LostByCrash,
    LostCalledUndone,
    LostLandsLate,
    OldRightWorks,
    OnlyPreconditionsIgnored,
    OpsReversed,
    PagesByOffset,
    PowerForgets,
    ReserveUnchecked,
    ScanUnlimited,
    SnapshotMoves,
    SpacesTouch,
    SyncForgets,
    TornByPowerCut,
    UnknownIdApplied,
}

impl Break {
    /// Each with the promise that it breaks.
    pub(crate) const ALL: [(Self, &'static str); 33] = [
        (Self::BackwardScanForward, "pages"),
        (Self::BatchInPieces, "snapshots"),
        (Self::CheckThenAct, "a log without gaps"),
        (Self::CheckThenAct, "compare and swap"),
        (Self::CheckThenAct, "one winner"),
        (Self::ConflictIgnored, "preconditions"),
        (Self::DurabilityOverstated, "durability"),
        (Self::EndIncluded, "pages"),
        (Self::EveryTenthCommitLost, "compare and swap"),
        (Self::EveryTenthCommitLost, "model"),
        (Self::LastOpDropped, "spaces"),
        (Self::LaterSurvivesAlone, "power"),
        (Self::LoserIsFatal, "a log without gaps"),
        (Self::LoserIsFatal, "one winner"),
        (Self::LogOverwritten, "append-only"),
        (Self::LongKeyAskedFor, "limits"),
        (Self::LongestValueRefused, "limits"),
        (Self::LostByClosing, "closing"),
        (Self::LostByCrash, "crash"),
        (Self::LostCalledUndone, "lost touch"),
        (Self::LostLandsLate, "lost touch"),
        (Self::OldRightWorks, "closing"),
        (Self::OnlyPreconditionsIgnored, "no changes"),
        (Self::OpsReversed, "order in a batch"),
        (Self::PagesByOffset, "pages beside writers"),
        (Self::PowerForgets, "power"),
        (Self::ReserveUnchecked, "reserve"),
        (Self::ScanUnlimited, "limit of a scan"),
        (Self::SnapshotMoves, "snapshots"),
        (Self::SpacesTouch, "spaces"),
        (Self::SyncForgets, "sync"),
        (Self::TornByPowerCut, "power"),
        (Self::UnknownIdApplied, "outcome"),
    ];
}

pub(crate) struct Disk {
    inner: MemoryStore,
    opening: Uuid,
    how: Option<Break>,
    commits: AtomicU32,
    device: Mutex<Device>,
}

/// What was committed, in order, and how much of it was synced.
#[derive(Default)]
struct Device {
    history: Vec<Batch>,
    synced: usize,
    outcomes: HashMap<Uuid, Outcome>,
    /// On its way, and not there yet.
    late: Option<Batch>,
}

impl Disk {
    pub(crate) fn open(opening: Uuid, how: Option<Break>) -> (Self, PruneRight) {
        let (inner, right) = MemoryStore::open(opening);
        (Self { inner, opening, how, commits: AtomicU32::new(0), device: Mutex::default() }, right)
    }

    /// The store that is left when these batches are.
    fn again(&self, history: &[Batch]) -> (Self, PruneRight) {
        let next = match self.how {
            Some(Break::OldRightWorks) => self.opening,
            _ => Uuid::from_u128(self.opening.as_u128() + 1),
        };
        let (store, right) = Self::open(next, self.how);
        for batch in history {
            // The right in a batch is that of an earlier opening.
            store
                .inner
                .commit(&rebuilt(batch, false, batch.ops().len(), Some(&right)), Durability::Process)
                .unwrap();
            store.device.lock().unwrap().history.push(batch.clone());
        }
        store.device.lock().unwrap().synced = history.len();
        (store, right)
    }

    /// Whatever way a batch takes, this is where it is applied.
    fn apply(&self, batch: &Batch) -> Result<(), CommitError> {
        let commit = |batch: &Batch| self.inner.commit(batch, Durability::Process).map(drop);
        let ops = batch.ops().len();
        match self.how {
            Some(Break::BatchInPieces) => {
                commit(&rebuilt(batch, true, 0, None))?;
                batch.ops().iter().try_for_each(|op| {
                    thread::yield_now();
                    commit(&put_op(Batch::new(), op, None))
                })
            }
            Some(Break::CheckThenAct) => {
                commit(&rebuilt(batch, true, 0, None))?;
                thread::yield_now();
                commit(&overwriting(&rebuilt(batch, false, ops, None)))
            }
            Some(Break::ConflictIgnored) => commit(&rebuilt(batch, false, ops, None)),
            Some(Break::EveryTenthCommitLost) if self.commits.fetch_add(1, Ordering::SeqCst) % 10 == 9 => {
                Ok(())
            }
            Some(Break::LastOpDropped) => commit(&rebuilt(batch, true, ops.saturating_sub(1), None)),
            Some(Break::LoserIsFatal) => commit(batch).map_err(|error| match error {
                CommitError::Conflict(_) => CommitError::Fatal("somebody else was faster".to_owned()),
                other => other,
            }),
            Some(Break::LogOverwritten) => commit(&overwriting(batch)),
            Some(Break::LongKeyAskedFor) if batch.check(self.opening).is_err() => {
                commit(&rebuilt(batch, false, ops, None))
            }
            Some(Break::OnlyPreconditionsIgnored) if ops == 0 => Ok(()),
            Some(Break::OpsReversed) => {
                let start = rebuilt(batch, true, 0, None);
                commit(&batch.ops().iter().rev().fold(start, |next, op| put_op(next, op, None)))
            }
            Some(Break::ReserveUnchecked) if batch.is_from_reserve() => {
                commit(&rebuilt(batch, false, ops, None))
            }
            _ => commit(batch),
        }
    }

    fn check(&self, batch: &Batch) -> Result<(), Refusal> {
        match self.how {
            Some(Break::LongKeyAskedFor) => {
                rebuilt(batch, false, batch.ops().len(), None).check(self.opening)
            }
            Some(Break::LongestValueRefused) => {
                let longest = batch.ops().iter().find(|op| op.value().len() == VALUE_BYTES_MAX);
                longest.map_or(batch.check(self.opening), |op| {
                    Err(Refusal::ValueBytes { space: op.space().name(), bytes: op.value().len() })
                })
            }
            _ => batch.check(self.opening),
        }
    }

    /// Races need the moment between looking and acting that a lock would take away.
    fn is_racy(&self) -> bool {
        matches!(self.how, Some(Break::BatchInPieces | Break::CheckThenAct))
    }
}

/// The same batch with or without its preconditions, with its first ops, pruning by another right.
fn rebuilt(batch: &Batch, preconditions: bool, ops: usize, right: Option<&PruneRight>) -> Batch {
    let mut next = Batch::new();
    for precondition in batch.preconditions().iter().filter(|_| preconditions) {
        next = match precondition.clone() {
            Precondition::Absent { space, key } => next.require_absent(space, key),
            Precondition::DigestIs { space, key, digest } => next.require_digest(space, key, digest),
            Precondition::ValueIs { space, key, value } => next.require_value(space, key, value),
        };
    }
    batch.ops()[..ops].iter().fold(next, |next, op| put_op(next, op, right))
}

fn put_op(batch: Batch, op: &Op, right: Option<&PruneRight>) -> Batch {
    match (op.clone(), right) {
        (Op::Put { space, key, value }, _) => batch.put(space, key, value),
        (Op::Delete { space, key }, _) => batch.delete(space, key),
        (Op::Prune { space, key, .. }, Some(right)) => batch.prune(right, space, key),
        (Op::Prune { space, key, right }, None) => batch.prune(&PruneRight::for_store(right), space, key),
    }
}

/// The same batch, in whose spaces everything may be overwritten.
fn overwriting(batch: &Batch) -> Batch {
    let mutable = |space: Space| Space::mutable(space.id(), space.name());
    batch.ops().iter().fold(rebuilt(batch, true, 0, None), |next, op| match op.clone() {
        Op::Put { space, key, value } => next.put(mutable(space), key, value),
        Op::Delete { space, key } | Op::Prune { space, key, .. } => next.delete(mutable(space), key),
    })
}

impl Read for Disk {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        self.inner.get(space, key)
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        way: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError> {
        let scan = |range: &KeyRange, way, limit| self.inner.scan(space, range, way, limit);
        match self.how {
            Some(Break::BackwardScanForward) => scan(range, Direction::Forward, limit),
            Some(Break::EndIncluded) => {
                let end = range.end.as_ref().map(|end| [end.as_slice(), &[0]].concat());
                scan(&KeyRange { start: range.start.clone(), end }, way, limit)
            }
            Some(Break::PagesByOffset) => {
                let mut page = scan(range, way, limit / 2)?;
                thread::yield_now();
                let rest = scan(range, way, limit)?;
                page.extend(rest.into_iter().skip(limit / 2));
                Ok(page)
            }
            Some(Break::ScanUnlimited) => {
                let mut page = scan(range, way, limit)?;
                if let Some((last, _)) = page.last().filter(|_| limit > SCAN_LIMIT_MAX) {
                    let more = scan(&range.after(last, way), way, limit - SCAN_LIMIT_MAX)?;
                    page.extend(more);
                }
                Ok(page)
            }
            Some(Break::SpacesTouch) if range.end.is_none() => {
                let mut page = scan(range, way, limit)?;
                let next = Space::mutable(space.id().wrapping_add(1), "next");
                page.extend(self.inner.scan(next, range, way, limit - page.len())?);
                Ok(page)
            }
            _ => scan(range, way, limit),
        }
    }
}

impl Store for Disk {
    fn commit(&self, batch: &Batch, durability: Durability) -> Result<Committed, CommitError> {
        self.check(batch)?;
        if durability > Durability::Power {
            return Err(CommitError::TooDurable { asked: durability, reaches: Durability::Power });
        }
        if self.is_racy() {
            self.apply(batch)?;
            return Ok(Committed { durability });
        }
        let mut device = self.device.lock().unwrap();
        if let Some(late) = device.late.take() {
            self.inner.commit(&late, Durability::Process)?;
        }
        self.apply(batch)?;
        device.history.push(batch.clone());
        if durability == Durability::Power && self.how != Some(Break::PowerForgets) {
            device.synced = device.history.len();
        }
        let reached =
            if self.how == Some(Break::DurabilityOverstated) { Durability::Replicated } else { durability };
        Ok(Committed { durability: reached })
    }

    fn sync(&self) -> Result<Durability, CommitError> {
        let mut device = self.device.lock().unwrap();
        if self.how != Some(Break::SyncForgets) {
            device.synced = device.history.len();
        }
        Ok(Durability::Power)
    }

    fn snapshot(&self) -> Result<Box<dyn Read + '_>, ReadError> {
        match self.how {
            Some(Break::SnapshotMoves) => Ok(Box::new(Moving(&self.inner))),
            _ => self.inner.snapshot(),
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { durability_max: Durability::Power, ..self.inner.capabilities() }
    }

    fn outcome(&self, commit: Uuid) -> Result<Outcome, CommitError> {
        if self.how == Some(Break::UnknownIdApplied) {
            return Ok(Outcome::Applied);
        }
        Ok(self.device.lock().unwrap().outcomes.get(&commit).copied().unwrap_or(Outcome::Untold))
    }
}

struct Moving<'a>(&'a MemoryStore);

impl Read for Moving<'_> {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        self.0.get(space, key)
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        way: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError> {
        self.0.scan(space, range, way, limit)
    }
}

/// Disks that all break the same promise, or none.
pub(crate) struct Disks(pub(crate) Option<Break>);

impl conformance::Factory for Disks {
    type Store = Disk;

    fn fresh(&self) -> (Disk, PruneRight) {
        Disk::open(Uuid::from_u128(7), self.0)
    }

    fn reopen(&self, store: Disk) -> Option<(Disk, PruneRight)> {
        let device = store.device.lock().unwrap();
        let lost = usize::from(self.0 == Some(Break::LostByClosing));
        Some(store.again(&device.history[..device.history.len().saturating_sub(lost)]))
    }

    fn crash(&self, store: Disk) -> Option<(Disk, PruneRight)> {
        let device = store.device.lock().unwrap();
        let kept = if self.0 == Some(Break::LostByCrash) { device.synced } else { device.history.len() };
        Some(store.again(&device.history[..kept]))
    }

    fn cut_power(&self, store: Disk) -> Option<(Disk, PruneRight)> {
        let device = store.device.lock().unwrap();
        let (synced, rest) = device.history.split_at(device.synced);
        // Some of what was not synced may be there as well, as long as it is what came first.
        let mut left = [synced, &rest[..rest.len() / 2]].concat();
        let next = &rest[rest.len() / 2..];
        match self.0 {
            Some(Break::LaterSurvivesAlone) => left.extend(next.last().filter(|_| next.len() > 1).cloned()),
            Some(Break::TornByPowerCut) => {
                left.extend(next.first().map(|batch| rebuilt(batch, false, 1, None)));
            }
            _ => {}
        }
        Some(store.again(&left))
    }

    fn lose_touch(&self, store: &Disk, batch: &Batch) -> Option<Result<Committed, CommitError>> {
        let id = Uuid::from_u128(store.commits.fetch_add(1, Ordering::SeqCst).into());
        let outcome = if id.as_u128().is_multiple_of(2) { Outcome::Applied } else { Outcome::NotApplied };
        if outcome == Outcome::Applied {
            store.commit(batch, Durability::Process).unwrap();
        }
        let mut device = store.device.lock().unwrap();
        match (self.0, outcome) {
            (Some(Break::LostLandsLate), Outcome::NotApplied) => device.late = Some(batch.clone()),
            (Some(Break::LostCalledUndone), _) => {
                device.outcomes.insert(id, Outcome::NotApplied);
            }
            _ => {}
        }
        device.outcomes.entry(id).or_insert(outcome);
        Some(Err(CommitError::Unknown { commit: Some(id), reason: "the connection is gone".to_owned() }))
    }
}
