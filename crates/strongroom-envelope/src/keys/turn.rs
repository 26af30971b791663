//! Turning the epoch: a new key-encryption key, every living key re-wrapped under it, and only then the old one destroyed.
//!
//! After a turn the wraps in old pages and old copies of the key store open nothing, since what they are sealed under is
//! gone. A turn touches no data.

use super::{
    ATTEMPTS_MAX, Destroyed, Keys,
    rows::{self, EPOCHS, EpochRow, KeyRow, PENDING, Place, TURNS, WRAPPED},
};
use crate::{
    Epoch, EpochReceipt, Guarantee, KeysError, ProviderError,
    codec::{Broken, Reader},
};
use strongroom_store::{Batch, Direction, KeyRange, Pair, ReadExt, Space};
use strongroom_types::{TenantId, Timestamp};

/// How many keys are re-wrapped in one commit.
const KEYS_PER_STEP: usize = 256;

/// Destroyed keys whose stale wraps could still be opened by whoever has an old copy of the key store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingTurn {
    /// How many shreds wait.
    pub destroyed: u64,
    /// When the first of them took place; the beginning of the turn if none waits.
    pub oldest: Timestamp,
    /// Whether a turn was begun and not ended.
    pub begun: bool,
}

/// How far a turn is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnProgress {
    /// Keys re-wrapped since the turn began, through crashes as well.
    pub rewrapped: u64,
    /// Whether every key was looked at.
    pub finished: bool,
}

/// The second of the two facts of a shred: the epoch that stale wraps are under is destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochTurned {
    /// Whose epochs.
    pub tenant: TenantId,
    /// The newest epoch that was destroyed.
    pub from: Epoch,
    /// The epoch that living keys are wrapped under since.
    pub to: Epoch,
    /// How many living keys were re-wrapped.
    pub rewrapped: u64,
    /// What the provider says of it.
    pub receipt: EpochReceipt,
}

impl Keys {
    /// Turns the epoch, or ends a turn that was begun. `progress` is called after each commit.
    ///
    /// It is [`begin_turn`](Self::begin_turn), [`rewrap_step`](Self::rewrap_step) until finished, and
    /// [`finish_turn`](Self::finish_turn); call those instead where something must happen before the old epoch is
    /// destroyed, such as a verified backup of the key store. Stopped at any point, it can be called again.
    pub fn turn_epoch(
        &self,
        now: Timestamp,
        progress: &mut dyn FnMut(TurnProgress),
    ) -> Result<EpochTurned, KeysError> {
        self.begin_turn(now)?;
        loop {
            let step = self.rewrap_step()?;
            progress(step);
            if step.finished {
                return self.finish_turn(now);
            }
        }
    }

    /// Makes a new epoch and has every new key wrapped under it from now on. A turn that was begun goes on as it is.
    pub fn begin_turn(&self, now: Timestamp) -> Result<Epoch, KeysError> {
        for _ in 0..ATTEMPTS_MAX {
            let (row, bytes) = self.epoch_row()?;
            if row.turning {
                return Ok(row.to);
            }
            // An epoch that a crash left unused is taken up.
            let current = self.provider.epoch(self.tenant)?;
            let to = if current > row.to { current } else { self.provider.new_epoch(self.tenant, now)? };
            let next = EpochRow { turning: true, from: row.to, to, begun: now }.encode();
            let tenant = self.tenant.as_bytes().as_slice();
            let progress = Progress { rewrapped: 0, space: 0, after: Vec::new() }.encode();
            let batch = Batch::new().require_value(EPOCHS, tenant, bytes).put(EPOCHS, tenant, next).put(
                EPOCHS,
                self.progress_key(),
                progress,
            );
            let batch = batch.from_reserve();
            if self.commit(&batch)? {
                return Ok(to);
            }
        }
        Err(KeysError::Contended)
    }

    /// Re-wraps the next 256 keys or fewer in one durable commit.
    pub fn rewrap_step(&self) -> Result<TurnProgress, KeysError> {
        for _ in 0..ATTEMPTS_MAX {
            let (row, _) = self.epoch_row()?;
            if !row.turning {
                return Err(KeysError::NoTurn);
            }
            let (mut progress, before) = self.progress()?;
            let Some(space) = WRAPPED.get(usize::from(progress.space)).copied() else {
                return Ok(TurnProgress { rewrapped: progress.rewrapped, finished: true });
            };
            let page = self.store.scan(space, &self.left(&progress), Direction::Forward, KEYS_PER_STEP)?;
            let mut batch = Batch::new().require_value(EPOCHS, self.progress_key(), before);
            for (key, bytes) in &page {
                if let Some(rewrapped) = self.rewrapped(space, key, bytes, row.to)? {
                    progress.rewrapped = progress.rewrapped.saturating_add(1);
                    batch = batch.require_value(space, key.clone(), bytes.clone()).put(
                        space,
                        key.clone(),
                        rewrapped,
                    );
                }
            }
            progress.advance(&page);
            batch = batch.put(EPOCHS, self.progress_key(), progress.encode()).from_reserve();
            // A conflict is a key that was destroyed or changed meanwhile, or another process at the same work.
            if self.commit(&batch)? {
                let finished = usize::from(progress.space) >= WRAPPED.len();
                return Ok(TurnProgress { rewrapped: progress.rewrapped, finished });
            }
        }
        Err(KeysError::Contended)
    }

    /// Destroys the old epochs, once no living key is under one of them.
    pub fn finish_turn(&self, now: Timestamp) -> Result<EpochTurned, KeysError> {
        let (row, bytes) = self.epoch_row()?;
        if !row.turning {
            return Err(KeysError::NoTurn);
        }
        // SECURITY: looked at once more, whatever the steps said: what is under the old epoch afterwards is lost.
        let keys = self.left_behind(row.to)?;
        if keys > 0 {
            return Err(KeysError::TurnUnfinished { keys });
        }
        let receipt = self.provider.destroy_epochs_before(self.tenant, row.to, now)?;
        self.forget_pending(row.to)?;
        let (progress, _) = self.progress()?;
        let turned = EpochTurned {
            tenant: self.tenant,
            from: row.from,
            to: row.to,
            rewrapped: progress.rewrapped,
            receipt,
        };
        let settled = EpochRow { turning: false, begun: now, ..row }.encode();
        let tenant = self.tenant.as_bytes().as_slice();
        let batch = Batch::new()
            .require_value(EPOCHS, tenant, bytes)
            .put(EPOCHS, tenant, settled)
            .delete(EPOCHS, self.progress_key())
            .put(TURNS, turn_key(self.tenant, row.to), turned.encode())
            .from_reserve();
        if self.commit(&batch)? { Ok(turned) } else { Err(KeysError::Contended) }
    }

    /// Whether a turn is due: keys were destroyed since the last one, or one was begun and not ended.
    pub fn pending_turn(&self) -> Result<Option<PendingTurn>, KeysError> {
        let (row, _) = self.epoch_row()?;
        let mut pending = PendingTurn { destroyed: 0, oldest: row.begun, begun: row.turning };
        self.each_pending(|_, _, at| {
            pending.oldest = if pending.destroyed == 0 { at } else { pending.oldest.min(at) };
            pending.destroyed = pending.destroyed.saturating_add(1);
        })?;
        Ok(Some(pending).filter(|pending| pending.begun || pending.destroyed > 0))
    }

    /// The turn after which stale wraps of destroyed keys open nothing; none yet is `None`.
    pub fn epoch_turned(&self, destroyed: &Destroyed) -> Result<Option<EpochTurned>, KeysError> {
        let epoch = destroyed.epoch().ok_or(KeysError::Damaged { what: "a tombstone without keys" })?;
        let next =
            Epoch(epoch.0.checked_add(1).ok_or(KeysError::Invariant("epochs are counted in 32 bits"))?);
        let mut range = KeyRange::prefix(self.tenant.as_bytes());
        range.start = turn_key(self.tenant, next);
        let first = self.store.scan(TURNS, &range, Direction::Forward, 1)?;
        first.first().map(|(key, bytes)| EpochTurned::decode(key, bytes)).transpose()
    }

    fn rewrapped(
        &self,
        space: Space,
        key: &[u8],
        bytes: &[u8],
        to: Epoch,
    ) -> Result<Option<Vec<u8>>, KeysError> {
        let mut row = KeyRow::decode(bytes)?;
        if row.wrapped.epoch >= to {
            return Ok(None);
        }
        let context = Place::parse(space, key)?.context(self.tenant, row.id);
        let secret = match self.provider.unwrap(self.tenant, &context, &row.wrapped) {
            Err(ProviderError::Refused | ProviderError::EpochGone { .. }) => {
                return Err(KeysError::Unreadable { key: row.id });
            }
            other => other?,
        };
        row.wrapped = self.provider.wrap(self.tenant, &context, &secret)?;
        if row.wrapped.epoch < to {
            return Err(KeysError::ProviderBehind);
        }
        row.encode().map(Some)
    }

    fn left_behind(&self, to: Epoch) -> Result<u64, KeysError> {
        let mut keys: u64 = 0;
        for space in WRAPPED {
            self.store.for_each(space, &KeyRange::prefix(self.tenant.as_bytes()), |_, bytes| {
                if KeyRow::decode(bytes)?.wrapped.epoch < to {
                    keys = keys.saturating_add(1);
                }
                Ok::<bool, KeysError>(true)
            })?;
        }
        Ok(keys)
    }

    fn forget_pending(&self, to: Epoch) -> Result<(), KeysError> {
        let mut done = Vec::new();
        self.each_pending(|key, epoch, _| {
            if epoch < to {
                done.push(key.to_vec());
            }
        })?;
        for some in done.chunks(1024) {
            let nothing = Batch::new().from_reserve();
            let batch = some.iter().fold(nothing, |batch, key| batch.delete(PENDING, key.clone()));
            self.commit(&batch)?;
        }
        Ok(())
    }

    fn each_pending(&self, mut visit: impl FnMut(&[u8], Epoch, Timestamp)) -> Result<(), KeysError> {
        self.store.for_each(PENDING, &KeyRange::prefix(self.tenant.as_bytes()), |key, bytes| {
            let mut reader = Reader::new(bytes);
            let read = reader.u32().and_then(|epoch| Ok((epoch, reader.instant()?)));
            let (epoch, at) = read.map_err(|_| KeysError::Damaged { what: "a note of a pending turn" })?;
            visit(key, Epoch(epoch), at);
            Ok(true)
        })
    }

    fn progress(&self) -> Result<(Progress, Vec<u8>), KeysError> {
        let damaged = KeysError::Damaged { what: "the progress of a turn" };
        let Some(bytes) = self.store.get(EPOCHS, &self.progress_key())? else { return Err(damaged) };
        match Progress::read(&bytes) {
            Ok(progress) => Ok((progress, bytes)),
            Err(Broken) => Err(damaged),
        }
    }

    fn progress_key(&self) -> Vec<u8> {
        [self.tenant.as_bytes().as_slice(), b"progress"].concat()
    }

    fn left(&self, progress: &Progress) -> KeyRange {
        let range = KeyRange::prefix(self.tenant.as_bytes());
        if progress.after.is_empty() { range } else { range.after(&progress.after, Direction::Forward) }
    }
}

/// How far a turn is, as it stands in the key store.
struct Progress {
    rewrapped: u64,
    /// Which of the spaces with wrapped keys; past the last, all were looked at.
    space: u8,
    /// The last key of that space that was looked at.
    after: Vec<u8>,
}

impl Progress {
    fn advance(&mut self, page: &[Pair]) {
        match page.last() {
            Some((last, _)) if page.len() >= KEYS_PER_STEP => self.after.clone_from(last),
            _ => {
                self.space = self.space.saturating_add(1);
                self.after.clear();
            }
        }
    }

    fn encode(&self) -> Vec<u8> {
        [&[0, self.space][..], &self.rewrapped.to_le_bytes(), &self.after].concat()
    }

    fn read(bytes: &[u8]) -> Result<Self, Broken> {
        let mut reader = Reader::new(bytes);
        rows::version(&mut reader)?;
        let space = reader.u8()?;
        Ok(Self { rewrapped: reader.u64()?, space, after: reader.rest().to_vec() })
    }
}

impl EpochTurned {
    fn encode(&self) -> Vec<u8> {
        let guarantee = match self.receipt.guarantee {
            Guarantee::LocalKeyring => 1,
            Guarantee::NonExportable => 2,
        };
        let at = self.receipt.at.unix_micros().to_le_bytes();
        [&[0, guarantee][..], &self.from.0.to_le_bytes(), &self.rewrapped.to_le_bytes(), &at].concat()
    }

    fn decode(key: &[u8], bytes: &[u8]) -> Result<Self, KeysError> {
        Self::read(key, bytes).map_err(|_| KeysError::Damaged { what: "the record of a turn" })
    }

    fn read(key: &[u8], bytes: &[u8]) -> Result<Self, Broken> {
        let mut of = Reader::new(key);
        let (tenant, to) = (TenantId::from_bytes(of.array()?), Epoch(u32::from_be_bytes(of.array()?)));
        of.end()?;
        let mut reader = Reader::new(bytes);
        rows::version(&mut reader)?;
        let guarantee = match reader.u8()? {
            1 => Guarantee::LocalKeyring,
            2 => Guarantee::NonExportable,
            _ => return Err(Broken),
        };
        let (from, rewrapped, at) = (Epoch(reader.u32()?), reader.u64()?, reader.instant()?);
        reader.end()?;
        let receipt = EpochReceipt { tenant, destroyed_before: to, at, guarantee };
        Ok(Self { tenant, from, to, rewrapped, receipt })
    }
}

fn turn_key(tenant: TenantId, to: Epoch) -> Vec<u8> {
    [tenant.as_bytes().as_slice(), &to.0.to_be_bytes()].concat()
}
