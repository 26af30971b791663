//! Merging commits into one batch: each is judged in order against the store and what those before it will do, so that
//! the outcome is that of one commit after the other.

use crate::{
    EntryId, Fence, FenceChange, Guard, LogError,
    codec::{self, CLOCK_BYTES},
    hash::{chain_hash, leaf_hash},
    head::{HEAD_BYTES_MAX, Head},
    key::{self, DETAILS, ENTRIES, FENCES, HEADS, NODES},
    lookup::View,
    tree::is_stored,
};
use std::{
    collections::{BTreeMap, HashMap},
    mem,
    ops::Range,
};

use strongroom_store::{
    BATCH_BYTES_MAX, BATCH_OPS_MAX, BATCH_PRECONDITIONS_MAX, Batch, Durability, FailedPrecondition, Found,
    Op, PRECONDITION_BYTES_MAX, Precondition,
};
use strongroom_types::{CustomerId, Timestamp};

/// A commit that its caller made ready: everything costly is done before it queues.
pub(crate) struct Prepared {
    pub(crate) changes: Batch,
    pub(crate) guards: Vec<Guard>,
    pub(crate) fences: Vec<FenceChange>,
    pub(crate) durability: Durability,
    pub(crate) now: Timestamp,
    pub(crate) drafts: Vec<Draft>,
}

/// An entry that lacks only its place and, should the clock be behind, its time.
pub(crate) struct Draft {
    pub(crate) id: EntryId,
    pub(crate) leaf: Vec<u8>,
    pub(crate) customer: Option<CustomerId>,
    pub(crate) detail: Option<Vec<u8>>,
}

/// What commits take of a batch, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) ops: usize,
    pub(crate) bytes: usize,
    /// Preconditions, and bytes in them.
    pub(crate) required: usize,
    pub(crate) required_bytes: usize,
}

/// Longer than any key of ours.
const KEY_BYTES: usize = 48;
const NODE_BYTES: usize = KEY_BYTES + 32;
/// One row per sixteen leaves on each stored level, and each batch can complete one on all sixteen of them.
const NODE_LEVELS: usize = 16;

impl Load {
    /// What each batch needs, whatever is in it.
    pub(crate) const FIXED: Self = Self {
        ops: 1 + NODE_LEVELS,
        bytes: KEY_BYTES + HEAD_BYTES_MAX + NODE_LEVELS * NODE_BYTES,
        required: 1,
        required_bytes: KEY_BYTES + HEAD_BYTES_MAX,
    };

    pub(crate) const fn plus(self, other: Self) -> Self {
        Self {
            ops: self.ops.saturating_add(other.ops),
            bytes: self.bytes.saturating_add(other.bytes),
            required: self.required.saturating_add(other.required),
            required_bytes: self.required_bytes.saturating_add(other.required_bytes),
        }
    }

    pub(crate) const fn fits(self) -> bool {
        self.ops <= BATCH_OPS_MAX
            && self.bytes <= BATCH_BYTES_MAX
            && self.required <= BATCH_PRECONDITIONS_MAX
            && self.required_bytes <= PRECONDITION_BYTES_MAX
    }
}

impl Prepared {
    pub(crate) fn load(&self) -> Load {
        let own = Load {
            ops: self.changes.ops().len(),
            bytes: self.changes.bytes(),
            required: self.changes.preconditions().len(),
            required_bytes: self.changes.required_bytes(),
        };
        let fences = self.fences.len();
        let fences =
            Load { ops: fences, bytes: fences.saturating_mul(KEY_BYTES * 2), required: 0, required_bytes: 0 };
        self.drafts.iter().fold(own.plus(fences), |load, draft| {
            let detail = draft.detail.as_ref().map_or(0, |detail| detail.len().saturating_add(KEY_BYTES));
            let entry = draft.leaf.len().saturating_add(KEY_BYTES + 32 + CLOCK_BYTES + NODE_BYTES);
            load.plus(Load { ops: 3, bytes: entry.saturating_add(detail), required: 0, required_bytes: 0 })
        })
    }
}

/// A clock this far behind the log is a fact worth an entry's member; less is threads overtaking each other.
const CLOCK_BEHIND_SECONDS: i64 = 1;

/// Whose a precondition of the batch is, and which of theirs; nobody's is the log's own.
pub(crate) type Owner = Option<(usize, usize)>;

/// One batch in the making.
pub(crate) struct Merge<'a> {
    view: View<'a>,
    head: Head,
    batch: Batch,
    durability: Durability,
    /// Whether it may use the space that the store keeps back. The queue merges only commits that agree in it.
    reserve: bool,
    /// One for each precondition of the batch.
    owners: Vec<Owner>,
    /// What the commits so far do to keys of the callers.
    overlay: HashMap<(u8, &'a [u8]), Option<&'a [u8]>>,
    /// Fences as they stand after the commits so far, and whether those changed them.
    fences: BTreeMap<CustomerId, (Option<Fence>, bool)>,
    holds: Option<(u64, bool)>,
}

/// Where a commit's entries went.
pub(crate) struct Placed {
    pub(crate) indices: Range<u64>,
    pub(crate) time: Timestamp,
}

impl<'a> Merge<'a> {
    pub(crate) fn new(view: View<'a>, head: Head, row: Option<&[u8]>) -> Self {
        let key = view.stream.head();
        let batch = match row {
            Some(row) => Batch::new().require_value(HEADS, key, row),
            None => Batch::new().require_absent(HEADS, key),
        };
        Self {
            view,
            head,
            batch,
            durability: Durability::Process,
            reserve: false,
            owners: vec![None],
            overlay: HashMap::new(),
            fences: BTreeMap::new(),
            holds: None,
        }
    }

    /// Adds a commit, or says why it is refused; a refused one leaves no trace.
    pub(crate) fn add(&mut self, number: usize, commit: &'a Prepared) -> Result<Placed, LogError> {
        commit.guards.iter().try_for_each(|guard| self.check_guard(guard))?;
        let (fences, holds) = self.changed_fences(&commit.fences)?;
        self.check_overlaid(commit.changes.preconditions())?;
        // Nothing fails from here on but a broken promise, which poisons the handle.
        for (index, precondition) in commit.changes.preconditions().iter().enumerate() {
            if !self.overlay.contains_key(&place(precondition.space().id(), precondition.key())) {
                self.owners.push(Some((number, index)));
                self.require(precondition);
            }
        }
        self.fences.extend(fences.into_iter().map(|(customer, fence)| (customer, (Some(fence), true))));
        self.holds = holds.map(|version| (version, true)).or(self.holds);
        for op in commit.changes.ops() {
            let value = if let Op::Put { value, .. } = op { Some(value.as_slice()) } else { None };
            self.overlay.insert(place(op.space().id(), op.key()), value);
            self.batch = match op {
                Op::Put { space, key, value } => self.taken().put(*space, key.as_slice(), value.as_slice()),
                Op::Delete { space, key } | Op::Prune { space, key, .. } => {
                    self.taken().delete(*space, key.as_slice())
                }
            };
        }
        self.durability = self.durability.max(commit.durability);
        self.reserve |= commit.changes.is_from_reserve();
        let first = self.head.size();
        let mut time = commit.now;
        for draft in &commit.drafts {
            time = self.append(draft, commit.now)?;
        }
        Ok(Placed { indices: first..self.head.size(), time })
    }

    /// The batch, what it makes of the head, and who owns its preconditions.
    pub(crate) fn finish(mut self) -> (Batch, Durability, Head, Vec<Owner>) {
        let tenant = self.view.stream.tenant;
        for (customer, (fence, changed)) in mem::take(&mut self.fences) {
            if let (Some(fence), true) = (fence, changed) {
                self.batch = self.taken().put(FENCES, key::fence(tenant, customer), fence.encode());
            }
        }
        if let Some((version, true)) = self.holds {
            self.batch = self.taken().put(FENCES, key::holds(tenant), version.to_le_bytes());
        }
        self.batch = self.taken().put(HEADS, self.view.stream.head(), self.head.encode());
        if self.reserve {
            self.batch = self.taken().from_reserve();
        }
        (self.batch, self.durability, self.head, self.owners)
    }

    fn taken(&mut self) -> Batch {
        mem::take(&mut self.batch)
    }

    fn require(&mut self, precondition: &Precondition) {
        self.batch = match precondition {
            Precondition::Absent { space, key } => self.taken().require_absent(*space, key.as_slice()),
            Precondition::DigestIs { space, key, digest } => {
                self.taken().require_digest(*space, key.as_slice(), *digest)
            }
            Precondition::ValueIs { space, key, value } => {
                self.taken().require_value(*space, key.as_slice(), value.as_slice())
            }
        };
    }

    fn fence(&mut self, customer: CustomerId) -> Result<Option<Fence>, LogError> {
        if let Some((fence, _)) = self.fences.get(&customer) {
            return Ok(*fence);
        }
        let fence = self.view.fence(customer).map_err(|error| LogError::Read(error.to_string()))?;
        self.fences.insert(customer, (fence, false));
        Ok(fence)
    }

    fn holds(&mut self) -> Result<u64, LogError> {
        if let Some((version, _)) = self.holds {
            return Ok(version);
        }
        let version = self.view.holds_version().map_err(|error| LogError::Read(error.to_string()))?;
        self.holds = Some((version, false));
        Ok(version)
    }

    fn check_guard(&mut self, guard: &Guard) -> Result<(), LogError> {
        match guard {
            Guard::Active { customer, generation: wanted } => match self.fence(*customer)? {
                Some(Fence::Active { generation }) if wanted.is_none_or(|wanted| wanted == generation) => {
                    Ok(())
                }
                found => Err(LogError::Fenced { customer: *customer, found }),
            },
            Guard::Condemned { customer, intent: wanted } => match self.fence(*customer)? {
                Some(Fence::Condemned { intent, .. }) if intent == *wanted => Ok(()),
                found => Err(LogError::Fenced { customer: *customer, found }),
            },
            Guard::HoldsVersion(wanted) => match self.holds()? {
                found if found == *wanted => Ok(()),
                found => Err(LogError::HoldsMoved { found }),
            },
        }
    }

    fn changed_fences(
        &mut self,
        changes: &[FenceChange],
    ) -> Result<(BTreeMap<CustomerId, Fence>, Option<u64>), LogError> {
        let (mut fences, mut holds) = (BTreeMap::new(), None);
        for change in changes {
            let Some(customer) = change.customer() else {
                let version = holds.map_or_else(|| self.holds(), Ok)?;
                holds = Some(version.checked_add(1).ok_or(LogError::Invariant("versions of holds ran out"))?);
                continue;
            };
            let found = match fences.get(&customer) {
                Some(fence) => Some(*fence),
                None => self.fence(customer)?,
            };
            fences.insert(customer, change.apply(found).ok_or(LogError::Fenced { customer, found })?);
        }
        Ok((fences, holds))
    }

    /// Preconditions on keys that earlier commits of this batch change; the store judges the others.
    fn check_overlaid(&self, preconditions: &[Precondition]) -> Result<(), LogError> {
        let overlaid = |p: &Precondition| self.overlay.get(&place(p.space().id(), p.key())).copied();
        if preconditions.iter().all(|p| overlaid(p).is_none_or(|value| p.holds(value))) {
            return Ok(());
        }
        // It is refused: its caller is owed every precondition that fails, the store's among them.
        let mut failed = Vec::new();
        for (index, precondition) in preconditions.iter().enumerate() {
            let found = if let Some(value) = overlaid(precondition) {
                value.map(<[u8]>::to_vec)
            } else {
                let read = self.view.read.get(precondition.space(), precondition.key());
                read.map_err(|error| LogError::Read(error.to_string()))?
            };
            if !precondition.holds(found.as_deref()) {
                failed.push(FailedPrecondition { index, found: found.map_or(Found::Nothing, Found::Value) });
            }
        }
        Err(LogError::Conflict(failed))
    }

    fn append(&mut self, draft: &Draft, now: Timestamp) -> Result<Timestamp, LogError> {
        let stream = self.view.stream;
        let index = self.head.size();
        let time = self.head.time.map_or(now, |last| last.max(now));
        let clock = (time.seconds_since(now) >= CLOCK_BEHIND_SECONDS).then_some(now);
        let retimed;
        let leaf = if time == now {
            &draft.leaf
        } else {
            retimed =
                codec::retime(&draft.leaf, time, clock).ok_or(LogError::Invariant("a draft has no time"))?;
            &retimed
        };
        let hash = leaf_hash(leaf);
        let chain = chain_hash(&self.head.chain, &hash);
        let row = [chain.as_bytes(), leaf.as_slice()].concat();
        let mut batch = self.taken().put(ENTRIES, stream.entry(index), row);
        if let Some(detail) = &draft.detail {
            batch = batch.put(DETAILS, stream.detail(draft.customer, index), detail.as_slice());
        }
        let mut nodes = Vec::new();
        self.head.frontier.push(hash, |node| {
            if is_stored(node.level) {
                nodes.push(node);
            }
        });
        for node in nodes {
            batch = batch.put(NODES, stream.node(node.level, node.index), *node.hash.as_bytes());
        }
        self.batch = batch;
        self.head.chain = chain;
        self.head.time = Some(time);
        Ok(time)
    }
}

const fn place(space: u8, key: &[u8]) -> (u8, &[u8]) {
    (space, key)
}
