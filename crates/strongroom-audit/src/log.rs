//! The log: the one way into the store.

use crate::{
    Checkpoint, CheckpointError, CheckpointSigner, Commit, ConsistencyProof, Detail, DetailError,
    DetailSealer, Entry, Fence, InclusionProof, LogError, LookupError, Receipt, Stream, VerifierKey, Witness,
    WitnessError,
    commit_path::check_spaces,
    detail::aad,
    evaluate::{Load, Prepared},
    head::Head,
    key::{CHECKPOINTS, DETAILS, HEADS},
    lookup::{View, split_entry},
    tail::check_tail,
    tree,
};
use std::{
    fmt,
    ops::Range,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
};
use strongroom_store::{
    Batch, Capabilities, CommitError, Committed, Direction, Durability, PruneRight, Queue, Read, ReadError,
    Store, StoreExt as _,
};
use strongroom_types::{CustomerId, Random, TenantId, Timestamp};

/// Whose log, and what its checkpoints call it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogOptions {
    /// Whose log.
    pub tenant: TenantId,
    /// The name in checkpoints, unique among all logs of the world: like a URL without a scheme, such as
    /// `example.org/crm/log`. One line, 1 to 255 bytes.
    pub origin: String,
    /// Which generation of the tenant's log; a later one needs another origin.
    pub generation: u32,
    /// Opens a log to look at it, even one whose end is damaged: it can be read, proved and verified, and every write
    /// is refused with [`LogError::ReadOnly`].
    pub read_only: bool,
}

impl LogOptions {
    /// The first generation of a tenant's log.
    pub fn new(tenant: TenantId, origin: impl Into<String>) -> Self {
        Self { tenant, origin: origin.into(), generation: 0, read_only: false }
    }
}

/// Why a log did not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The signer's name is no name of a key.
    #[error("`{0}` is no name of a key: it is empty or has white space or `+`")]
    KeyName(String),
    /// What the head says was written is not there, or more is there. Verify, restore.
    #[error("the log is damaged: {what} where the head says {size} entries")]
    Inconsistent {
        /// What does not agree.
        what: &'static str,
        /// What the head says.
        size: u64,
    },
    /// The log could not be read.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// The origin is empty, longer than 255 bytes or not one line.
    #[error("`{0}` is no origin: one line of 1 to 255 bytes is")]
    Origin(String),
}

/// The append-only log, and through it the only writer to its store.
///
/// Many threads may call it. Nothing here starts a thread: of those that wait in [`commit`](Self::commit), one commits
/// for all.
pub struct Log {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) prune: PruneRight,
    pub(crate) options: LogOptions,
    pub(crate) signer: Arc<dyn CheckpointSigner>,
    pub(crate) key: VerifierKey,
    pub(crate) sealer: Arc<dyn DetailSealer>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) tip: Mutex<Tip>,
    pub(crate) poisoned: AtomicBool,
    pub(crate) queue: Queue<Prepared, Result<Receipt, LogError>>,
}

/// The head as this handle knows it, with the row it stands in.
pub(crate) struct Tip {
    pub(crate) head: Head,
    pub(crate) row: Option<Vec<u8>>,
}

/// How often a commit is put together anew because another process was faster.
pub(crate) const ATTEMPTS_MAX: usize = 64;

impl Log {
    /// Opens a tenant's log, or begins it if the store has none.
    ///
    /// The `prune` right comes with the store, once: who holds it holds the log.
    pub fn open(
        store: Arc<dyn Store>,
        prune: PruneRight,
        options: LogOptions,
        signer: Arc<dyn CheckpointSigner>,
        sealer: Arc<dyn DetailSealer>,
        random: Arc<dyn Random>,
    ) -> Result<Self, OpenError> {
        let origin = &options.origin;
        if origin.is_empty() || origin.len() > 255 || origin.contains(char::is_control) {
            return Err(OpenError::Origin(origin.clone()));
        }
        let key = VerifierKey::ed25519(signer.key_name(), signer.public_key())
            .map_err(|_| OpenError::KeyName(signer.key_name().to_owned()))?;
        let stream = Stream { tenant: options.tenant, generation: options.generation };
        let (head, row) = {
            // Of one moment: other processes may be writing, and what they add between two reads is no damage.
            let snapshot = store.snapshot().map_err(LookupError::from)?;
            let view = View { read: &*snapshot, stream };
            let (head, row) = view.head()?;
            match check_tail(view, &head) {
                Err(OpenError::Lookup(error)) if options.read_only && error.is_damage() => {}
                Err(OpenError::Inconsistent { .. }) if options.read_only => {}
                checked => checked?,
            }
            (head, row)
        };
        let tip = Mutex::new(Tip { head, row });
        let poisoned = AtomicBool::new(false);
        Ok(Self {
            store,
            prune,
            options,
            signer,
            key,
            sealer,
            random,
            tip,
            poisoned,
            queue: Queue::default(),
        })
    }

    /// Applies changes and records the events that explain them, in one batch; or nothing of it.
    ///
    /// - **Atomicity**: changes, entries, details and fence changes are all there afterwards, or none.
    /// - **Ordering**: commits have one order, that of their entries. Guards and preconditions are judged at the
    ///   commit's place in it.
    /// - **Durability**: as asked for or better; the receipt says which.
    /// - **Idempotence**: none. A commit that may be repeated carries a precondition that fails the second time.
    ///
    /// `now` is the caller's clock. The entry's time never falls behind the entry before it.
    pub fn commit(&self, now: Timestamp, commit: Commit) -> Result<Receipt, LogError> {
        self.check_usable()?;
        let prepared = self.prepare(now, commit)?;
        self.queue.submit(
            prepared,
            |waiting| head(waiting),
            |group| self.apply(group),
            || Err(LogError::Poisoned),
        )
    }

    /// Puts chunks that nothing refers to yet, without an event; a later commit publishes them by naming them.
    pub fn stage(&self, batch: &Batch, durability: Durability) -> Result<Committed, LogError> {
        self.check_usable()?;
        check_spaces(batch, |_| false)?;
        self.store.commit_settled(batch, durability).map_err(|error| self.failed(error))
    }

    /// Makes every commit so far as durable as the store can, and says how durable that is.
    pub fn sync(&self) -> Result<Durability, LogError> {
        self.check_usable()?;
        self.store.sync().map_err(|error| self.failed(error))
    }

    /// The changes that delete at most `limit` sealed details of a customer, for a commit whose event says so; `None`
    /// once there are none left.
    pub fn erase_details(&self, customer: CustomerId, limit: usize) -> Result<Option<Batch>, LookupError> {
        let range = self.stream().details_of(Some(customer));
        let page = self.store.scan(DETAILS, &range, Direction::Forward, limit.max(1))?;
        let batch = page.into_iter().fold(Batch::new(), |batch, (key, _)| batch.delete(DETAILS, key));
        Ok(Some(batch).filter(|batch| !batch.ops().is_empty()))
    }

    /// The store, for reading.
    pub fn read(&self) -> &dyn Read {
        &*self.store
    }

    /// A consistent view of the store as it is now.
    pub fn snapshot(&self) -> Result<Box<dyn Read + '_>, ReadError> {
        self.store.snapshot()
    }

    /// What the store can do.
    pub fn capabilities(&self) -> Capabilities {
        self.store.capabilities()
    }

    /// What the log was opened with.
    pub const fn options(&self) -> &LogOptions {
        &self.options
    }

    /// Which stream this is, for [`verify`](crate::verify()).
    pub const fn stream(&self) -> Stream {
        Stream { tenant: self.options.tenant, generation: self.options.generation }
    }

    /// The key that verifies this log's checkpoints. Pin it elsewhere.
    pub fn verifier_key(&self) -> VerifierKey {
        self.key.clone()
    }

    /// A customer's fence.
    pub fn fence(&self, customer: CustomerId) -> Result<Option<Fence>, LookupError> {
        self.view().fence(customer)
    }

    /// How often holds were placed or released.
    pub fn holds_version(&self) -> Result<u64, LookupError> {
        self.view().holds_version()
    }

    /// How many entries the log has.
    pub fn size(&self) -> Result<u64, LookupError> {
        Ok(self.view().head()?.0.size())
    }

    /// The time in the last entry: the log's own idea of the time, which never falls.
    pub fn last_time(&self) -> Result<Option<Timestamp>, LookupError> {
        Ok(self.view().head()?.0.time)
    }

    /// An entry.
    pub fn entry(&self, index: u64) -> Result<Option<Entry>, LookupError> {
        self.leaf_bytes(index)?.map(|leaf| decode(index, &leaf)).transpose()
    }

    /// The bytes of an entry, as they were hashed.
    pub fn leaf_bytes(&self, index: u64) -> Result<Option<Vec<u8>>, LookupError> {
        Ok(self.view().entry(index)?.map(|(_, leaf)| leaf))
    }

    /// Calls `visit` with the entries of a range in order, until it answers `false`.
    pub fn entries(
        &self,
        range: Range<u64>,
        mut visit: impl FnMut(u64, Entry) -> bool,
    ) -> Result<(), LookupError> {
        self.view().entry_rows(range.start, |index, row| {
            if index >= range.end {
                return Ok(false);
            }
            let (_, leaf) = split_entry(row).ok_or(LookupError::Damaged { what: "entry", index })?;
            Ok(visit(index, decode(index, leaf)?))
        })
    }

    /// As [`entries`](Self::entries), but passing over what is no entry, which [`verify`](crate::verify()) names.
    pub fn whole_entries(
        &self,
        range: Range<u64>,
        mut visit: impl FnMut(u64, Entry),
    ) -> Result<(), ReadError> {
        self.view().entry_rows(range.start, |index, row| {
            let entry = split_entry(row).and_then(|(_, leaf)| Entry::decode(leaf).ok());
            if let Some(entry) = entry.filter(|_| index < range.end) {
                visit(index, entry);
            }
            Ok(index < range.end)
        })
    }

    /// The sealed detail of an entry, opened and checked against the entry; `None` if it never had one.
    pub fn detail(&self, index: u64) -> Result<Option<Detail>, LookupError> {
        let entry = self.entry(index)?.ok_or(LookupError::Missing { what: "entry", index })?;
        if entry.commitments.is_empty() {
            return Ok(None);
        }
        let sealed = self.view().sealed_detail(entry.customer, index)?;
        let sealed = sealed.ok_or(LookupError::DetailGone { index })?;
        Ok(Some(open_detail(&*self.sealer, &entry, &sealed)?))
    }

    /// Signs and stores a checkpoint of the log as it is now, after making all of it durable: what a checkpoint
    /// states must not be lost with the power. Also worth doing when nothing happened, as a sign of life.
    pub fn checkpoint(&self, now: Timestamp) -> Result<Checkpoint, CheckpointError> {
        let mut tip = self.tip().map_err(|error| match error {
            LogError::ReadOnly => CheckpointError::ReadOnly,
            _ => CheckpointError::Poisoned,
        })?;
        for _ in 0..ATTEMPTS_MAX {
            let (head, row) = self.view().head()?;
            // After the look at the head: another process may have added to it without syncing.
            let reaches = self.store.sync().map_err(|error| self.not_stored(error))?;
            let checkpoint = self.sign(&head, now)?;
            let number = head.checkpoints;
            let next = Head { checkpoints: number.saturating_add(1), ..head };
            let next_row = next.encode();
            let key = self.stream().head();
            let batch = match row {
                Some(row) => Batch::new().require_value(HEADS, key.as_slice(), row),
                None => Batch::new().require_absent(HEADS, key.as_slice()),
            };
            let batch = batch.put(CHECKPOINTS, self.stream().checkpoint(number), checkpoint.note()).put(
                HEADS,
                key,
                next_row.as_slice(),
            );
            // Small, and a purge ends with one.
            let batch = batch.from_reserve();
            match self.store.commit_settled(&batch, reaches) {
                Ok(_) => {
                    *tip = Tip { head: next, row: Some(next_row) };
                    return Ok(checkpoint);
                }
                Err(CommitError::Conflict(_)) => {}
                Err(error) => return Err(self.not_stored(error)),
            }
        }
        Err(CommitError::Retryable("other processes were always faster".to_owned()).into())
    }

    /// Calls `visit` with every checkpoint in the order they were made, until it answers `false`.
    pub fn checkpoints(&self, mut visit: impl FnMut(Checkpoint) -> bool) -> Result<(), LookupError> {
        for number in 0..self.view().head()?.0.checkpoints {
            if !visit(self.stored_checkpoint(number)?) {
                break;
            }
        }
        Ok(())
    }

    /// The last checkpoint.
    pub fn latest_checkpoint(&self) -> Result<Option<Checkpoint>, LookupError> {
        let (head, _) = self.view().head()?;
        head.checkpoints.checked_sub(1).map(|number| self.stored_checkpoint(number)).transpose()
    }

    /// The proof that an entry is in the log of this size.
    pub fn prove_inclusion(&self, index: u64, size: u64) -> Result<InclusionProof, LookupError> {
        self.check_size(size.max(index.saturating_add(1)))?;
        if index >= size {
            return Err(LookupError::OutOfRange { needs: index.saturating_add(1), size });
        }
        Ok(InclusionProof { index, size, path: tree::inclusion_path(self.view(), index, size)? })
    }

    /// The proof that the log of the new size begins with the log of the old one.
    pub fn prove_consistency(&self, old: u64, new: u64) -> Result<ConsistencyProof, LookupError> {
        self.check_size(new)?;
        if old > new {
            return Err(LookupError::OutOfRange { needs: old, size: new });
        }
        let trivial = old == 0 || old == new;
        let path = if trivial { Vec::new() } else { tree::consistency_path(self.view(), old, new)? };
        Ok(ConsistencyProof { old, new, path })
    }

    /// Shows a checkpoint to a witness, with the proof that it extends what that witness saw last.
    pub fn witness(&self, checkpoint: &Checkpoint, witness: &dyn Witness) -> Result<(), WitnessError> {
        let seen = witness.latest()?.map_or(0, |seen| seen.size);
        if seen > checkpoint.size() {
            return Err(WitnessError::Shrunk { seen, size: checkpoint.size() });
        }
        let proof = self.prove_consistency(seen, checkpoint.size())?;
        witness.witness(checkpoint.note(), &proof)
    }

    pub(crate) fn view(&self) -> View<'_> {
        View { read: self.read(), stream: self.stream() }
    }

    fn check_size(&self, needs: u64) -> Result<(), LookupError> {
        let size = self.size()?;
        if needs > size { Err(LookupError::OutOfRange { needs, size }) } else { Ok(()) }
    }

    pub(crate) fn check_usable(&self) -> Result<(), LogError> {
        if self.options.read_only {
            return Err(LogError::ReadOnly);
        }
        if self.poisoned.load(Ordering::Acquire) { Err(LogError::Poisoned) } else { Ok(()) }
    }

    pub(crate) fn poison(&self) {
        self.poisoned.store(true, Ordering::Release);
    }

    pub(crate) fn tip(&self) -> Result<MutexGuard<'_, Tip>, LogError> {
        // A panic under this lock leaves unknown what was committed.
        let tip = self.tip.lock().map_err(|_| LogError::Poisoned)?;
        self.check_usable()?;
        Ok(tip)
    }

    pub(crate) fn failed(&self, error: CommitError) -> LogError {
        if matches!(error, CommitError::Fatal(_) | CommitError::Unknown { .. }) {
            self.poison();
        }
        error.into()
    }

    fn not_stored(&self, error: CommitError) -> CheckpointError {
        if matches!(error, CommitError::Fatal(_) | CommitError::Unknown { .. }) {
            self.poison();
        }
        error.into()
    }

    fn sign(&self, head: &Head, now: Timestamp) -> Result<Checkpoint, CheckpointError> {
        let time = head.time.map_or(now, |last| last.max(now));
        let text = Checkpoint::text(&self.options.origin, head.size(), &head.frontier.root(), time);
        let signature = self.signer.sign(text.as_bytes())?;
        let note = format!("{text}\n{}", self.key.signature_line(&signature));
        Checkpoint::open(&note, std::slice::from_ref(&self.key)).map_err(|_| CheckpointError::WrongSignature)
    }

    fn stored_checkpoint(&self, number: u64) -> Result<Checkpoint, LookupError> {
        let note = self.view().checkpoint(number)?;
        let note = note.ok_or(LookupError::Missing { what: "checkpoint", index: number })?;
        String::from_utf8(note)
            .ok()
            .and_then(|note| Checkpoint::open(&note, std::slice::from_ref(&self.key)).ok())
            .ok_or(LookupError::Damaged { what: "checkpoint", index: number })
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").field("options", &self.options).finish_non_exhaustive()
    }
}

/// The longest head of the queue that fits one batch. Commits from the reserve go by themselves: what has no right to
/// it must neither use it nor be refused with them.
fn head(waiting: &mut dyn Iterator<Item = &Prepared>) -> usize {
    let (mut load, mut reserve) = (Load::FIXED, None);
    let fits = |commit: &&Prepared| {
        load = load.plus(commit.load());
        let own = commit.changes.is_from_reserve();
        load.fits() && *reserve.get_or_insert(own) == own
    };
    waiting.take_while(fits).count()
}

/// Opens a sealed detail and holds it against the commitments of its entry.
pub(crate) fn open_detail(
    sealer: &dyn DetailSealer,
    entry: &Entry,
    row: &[u8],
) -> Result<Detail, DetailError> {
    let plain = sealer.open(entry.customer, &aad(entry.stream, entry.id, entry.customer), row)?;
    let detail = Detail::decode(&plain).ok_or(DetailError::Failed)?;
    if detail.commitments() == entry.commitments { Ok(detail) } else { Err(DetailError::Failed) }
}

fn decode(index: u64, leaf: &[u8]) -> Result<Entry, LookupError> {
    Entry::decode(leaf).map_err(|error| LookupError::Entry { index, error })
}
