//! Verification: everything worked out anew from the leaves and held against what is stored, signed and witnessed.

use crate::{
    Checkpoint, DetailError, DetailSealer, Entry, Fence, FenceChange, LookupError, Reason, Report, Stream,
    VerifierKey,
    fence::decode_holds,
    hash::leaf_hash,
    head::Head,
    key::{self, CHECKPOINTS, DETAILS, ENTRIES, FENCES, NODES},
    log::open_detail,
    lookup::{View, split_entry},
    name::EventName,
    tree::is_stored,
    walk::{Chain, Tree},
};
use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};
use strongroom_store::{Read, ReadError, ReadExt as _};
use strongroom_types::{CustomerId, Digest, Timestamp};

/// What the log is held against.
#[non_exhaustive]
pub struct VerifyOptions<'a> {
    /// The keys that checkpoints must be signed by, pinned elsewhere than in the log's store. A checkpoint that none
    /// of them signed is a finding.
    pub keys: Vec<VerifierKey>,
    /// The origin that checkpoints must have, where it is known.
    pub origin: Option<String>,
    /// Checkpoints that witnesses saw. Without one, a log that lost its end is whole to all appearances.
    pub witnessed: Vec<Checkpoint>,
    /// Opens details, to hold them against the commitments in their entries. Without one, only their presence counts.
    pub sealer: Option<&'a dyn DetailSealer>,
}

impl VerifyOptions<'_> {
    /// Against checkpoints under these keys, and nothing more yet.
    pub const fn new(keys: Vec<VerifierKey>) -> Self {
        Self { keys, origin: None, witnessed: Vec::new(), sealer: None }
    }
}

impl fmt::Debug for VerifyOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyOptions")
            .field("keys", &self.keys)
            .field("origin", &self.origin)
            .field("witnessed", &self.witnessed.len())
            .field("sealer", &self.sealer.is_some())
            .finish()
    }
}

/// How far verification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Entries looked at.
    pub done: u64,
    /// Entries that the head states.
    pub total: u64,
}

/// Why there is no report. Damage is no reason: that is what a report is for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] ReadError),
}

/// Verifies a whole log: leaf hashes, chain, tree, head, signed roots, details, fences.
///
/// Give it a snapshot where others write meanwhile. Memory grows with customers and checkpoints, not with entries.
/// Fences are held against the log's first generation only. `progress` is called about once in a thousand entries.
pub fn verify(
    read: &dyn Read,
    stream: Stream,
    options: &VerifyOptions<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, VerifyError> {
    let view = View { read, stream };
    let mut audit = Audit::new(view, options);
    let head = audit.head()?;
    audit.load_claims(head.as_ref())?;
    audit.entries(head.as_ref(), progress)?;
    audit.finish(head.as_ref())?;
    Ok(audit.report)
}

const PROGRESS_ENTRIES: u64 = 1024;
/// A longer gap than this is no gap in a log but an entry that was put far away.
const GAP_MAX: u64 = 1 << 24;

/// Somebody states that the first `size` entries have this root.
struct Claim {
    size: u64,
    root: Digest,
    by: String,
}

/// A detail that is not there or does not open for want of a key.
struct Gone {
    index: u64,
    customer: Option<CustomerId>,
    reason: Reason,
}

#[derive(Default)]
struct Purge {
    intent: Option<u64>,
    result: Option<u64>,
}

struct Audit<'a> {
    view: View<'a>,
    options: &'a VerifyOptions<'a>,
    report: Report,
    chain: Chain,
    tree: Tree<'a>,
    /// By falling size: the next one is the last.
    claims: Vec<Claim>,
    checkpoints: u64,
    last_time: Option<Timestamp>,
    gone: Vec<Gone>,
    purges: HashMap<CustomerId, Purge>,
    fences: BTreeMap<CustomerId, Fence>,
    holds: u64,
    details: u64,
}

impl<'a> Audit<'a> {
    fn new(view: View<'a>, options: &'a VerifyOptions<'a>) -> Self {
        Self {
            view,
            options,
            report: Report::new(),
            chain: Chain::start(),
            tree: Tree::new(view),
            claims: Vec::new(),
            checkpoints: 0,
            last_time: None,
            gone: Vec::new(),
            purges: HashMap::new(),
            fences: BTreeMap::new(),
            holds: 0,
            details: 0,
        }
    }

    fn head(&mut self) -> Result<Option<Head>, VerifyError> {
        match self.view.head() {
            Ok((head, row)) => Ok(row.map(|_| head)),
            Err(LookupError::Store(error)) => Err(error.into()),
            Err(_) => {
                self.report.add(None, Reason::Head("form"));
                Ok(None)
            }
        }
    }

    fn load_claims(&mut self, head: Option<&Head>) -> Result<(), VerifyError> {
        let total = head.map_or(0, |head| head.checkpoints);
        let mut next = 0_u64;
        let (view, mut rows) = (self.view, Vec::new());
        view.read.for_each(CHECKPOINTS, &view.stream.all(), |key, note| {
            let number = key::index_of(key).filter(|number| *key == *view.stream.checkpoint(*number));
            rows.push((number.unwrap_or(u64::MAX), note.to_vec()));
            Ok::<_, VerifyError>(true)
        })?;
        for (number, note) in rows {
            if number == u64::MAX || head.is_some() && number >= total {
                self.report.add(None, Reason::CheckpointExtra(number));
                continue;
            }
            // One finding for a gap: the first that is not there.
            if number > next {
                self.report.add(None, Reason::CheckpointMissing(next));
            }
            next = number.saturating_add(1);
            self.add_claim(number, &note);
        }
        if next < total {
            self.report.add(None, Reason::CheckpointMissing(next));
        }
        self.checkpoints = next;
        for seen in &self.options.witnessed {
            let by = "a witnessed checkpoint".to_owned();
            self.claims.push(Claim { size: seen.size(), root: seen.root(), by });
        }
        self.claims.sort_by_key(|claim| std::cmp::Reverse(claim.size));
        Ok(())
    }

    fn add_claim(&mut self, number: u64, note: &[u8]) {
        let opened = std::str::from_utf8(note)
            .map_err(|_| "it is not UTF-8".to_owned())
            .and_then(|note| Checkpoint::open(note, &self.options.keys).map_err(|error| error.to_string()));
        let wanted = self.options.origin.as_deref();
        match opened {
            Ok(checkpoint) if wanted.is_none_or(|origin| origin == checkpoint.origin()) => {
                let by = format!("checkpoint {number}");
                self.claims.push(Claim { size: checkpoint.size(), root: checkpoint.root(), by });
            }
            Ok(_) => {
                let error = "its origin is another".to_owned();
                self.report.add(None, Reason::CheckpointRefused { number, error });
            }
            Err(error) => self.report.add(None, Reason::CheckpointRefused { number, error }),
        }
    }

    /// Holds every claim about as many entries as were seen against the tree.
    fn settle_claims(&mut self) {
        let size = self.tree.size();
        while let Some(claim) = self.claims.pop_if(|claim| claim.size <= size) {
            let (edge, in_doubt) = self.tree.edge();
            if edge.root() == claim.root {
                self.report.checkpoints = self.report.checkpoints.saturating_add(1);
            } else if !in_doubt {
                self.report
                    .add(size.checked_sub(1), Reason::CheckpointRoot { size: claim.size, by: claim.by });
            }
        }
    }

    fn entries(
        &mut self,
        head: Option<&Head>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), VerifyError> {
        let stated = head.map(Head::size);
        let (view, range) = (self.view, self.view.stream.entries(0));
        self.settle_claims();
        view.read.for_each(ENTRIES, &range, |key, row| {
            let index = key::index_of(key).unwrap_or(u64::MAX);
            let expected = self.tree.size();
            let far = index.saturating_sub(expected) > GAP_MAX;
            if stated.is_some_and(|size| index >= size) || far || key != view.stream.entry(index).as_slice() {
                self.report.add(index, Reason::EntryExtra);
                return Ok(true);
            }
            self.gap(index)?;
            self.entry(index, row)?;
            let done = self.tree.size();
            if done.is_multiple_of(PROGRESS_ENTRIES) {
                progress(Progress { done, total: stated.unwrap_or(done) });
            }
            Ok::<_, VerifyError>(true)
        })?;
        if let Some(size) = stated.filter(|size| *size > self.tree.size()) {
            let first = self.tree.size();
            self.report.add(first, Reason::EntryMissing(size.saturating_sub(first)));
            self.chain.gap(&mut self.report);
        }
        progress(Progress { done: self.tree.size(), total: stated.unwrap_or_else(|| self.tree.size()) });
        Ok(())
    }

    /// Names the entries that are not there up to an index, and leaves their places open.
    fn gap(&mut self, index: u64) -> Result<(), VerifyError> {
        let first = self.tree.size();
        if index > first {
            self.report.add(first, Reason::EntryMissing(index.saturating_sub(first)));
            self.chain.gap(&mut self.report);
        }
        for _ in first..index {
            self.tree.push(leaf_hash(&[]), false, &mut self.report).map_err(store_error)?;
            self.settle_claims();
        }
        Ok(())
    }

    fn entry(&mut self, index: u64, row: &[u8]) -> Result<(), VerifyError> {
        let Some((chain, leaf)) = split_entry(row) else {
            self.report.add(index, Reason::EntryAltered);
            self.chain.gap(&mut self.report);
            self.tree.push(leaf_hash(row), false, &mut self.report).map_err(store_error)?;
            return Ok(());
        };
        let hash = leaf_hash(leaf);
        let whole = self.chain.push(index, &hash, chain, &mut self.report);
        self.tree.push(hash, whole, &mut self.report).map_err(store_error)?;
        self.settle_claims();
        match Entry::decode(leaf) {
            Ok(entry) => self.meaning(index, &entry),
            Err(error) => {
                self.report.add(index, Reason::EntryRefused(error));
                Ok(())
            }
        }
    }

    fn meaning(&mut self, index: u64, entry: &Entry) -> Result<(), VerifyError> {
        if entry.stream != self.view.stream {
            self.report.add(index, Reason::EntryStream);
        }
        if self.last_time.is_some_and(|last| entry.time < last) {
            self.report.add(index, Reason::EntryTime);
        }
        self.last_time = Some(entry.time);
        if let Some(customer) = entry.customer {
            if entry.name == EventName::PURGE_INTENT {
                self.purges.entry(customer).or_default().intent = Some(index);
            } else if entry.name == EventName::PURGE_RESULT {
                let purge = self.purges.entry(customer).or_default();
                // Only what was announced is authorised.
                purge.result = purge.intent.map(|_| index).or(purge.result);
            }
        }
        for change in &entry.fences {
            self.fence(index, change);
        }
        if entry.commitments.is_empty() { Ok(()) } else { self.detail(index, entry) }
    }

    fn fence(&mut self, index: u64, change: &FenceChange) {
        let Some(customer) = change.customer() else {
            self.holds = self.holds.saturating_add(1);
            return;
        };
        match change.apply(self.fences.get(&customer).copied()) {
            Some(fence) => {
                self.fences.insert(customer, fence);
            }
            None if self.view.stream.generation == 0 => self.report.add(index, Reason::FenceChange),
            None => {}
        }
    }

    fn detail(&mut self, index: u64, entry: &Entry) -> Result<(), VerifyError> {
        let customer = entry.customer;
        let sealed = self.view.sealed_detail(customer, index).map_err(store_error)?;
        let Some(sealed) = sealed else {
            self.gone.push(Gone { index, customer, reason: Reason::DetailMissing });
            return Ok(());
        };
        self.details = self.details.saturating_add(1);
        let opened = self.options.sealer.map(|sealer| open_detail(sealer, entry, &sealed));
        match opened {
            None | Some(Ok(_)) => self.report.details = self.report.details.saturating_add(1),
            Some(Err(DetailError::KeyGone)) => {
                self.gone.push(Gone { index, customer, reason: Reason::DetailKeyGone });
            }
            Some(Err(DetailError::Failed)) => self.report.add(index, Reason::DetailAltered),
        }
        Ok(())
    }

    fn finish(&mut self, head: Option<&Head>) -> Result<(), VerifyError> {
        let size = self.tree.size();
        self.report.size = size;
        for claim in std::mem::take(&mut self.claims) {
            self.report.add(size, Reason::CheckpointSize { size: claim.size, by: claim.by });
        }
        let (edge, in_doubt) = self.tree.edge();
        self.report.root = (!in_doubt).then(|| edge.root());
        match head {
            Some(head) => self.hold_against(head),
            None => self.without_head(),
        }
        for Gone { index, customer, reason } in std::mem::take(&mut self.gone) {
            let result = customer.and_then(|customer| self.purges.get(&customer)?.result);
            match result.filter(|result| index < *result) {
                Some(result) => self.report.add(index, Reason::DetailErased { result }),
                None => self.report.add(index, reason),
            }
        }
        self.extra_nodes(size)?;
        self.extra_details()?;
        if self.view.stream.generation == 0 { self.fence_rows() } else { Ok(()) }
    }

    fn hold_against(&mut self, head: &Head) {
        let (edge, in_doubt) = self.tree.edge();
        let cut = self.tree.size() < head.size();
        let chain_fits = self.chain.finish(&head.chain, &mut self.report);
        if cut {
            return;
        }
        if !chain_fits {
            self.report.add(None, Reason::Head("chain value"));
        }
        if !in_doubt && edge != head.frontier {
            self.report.add(None, Reason::Head("root"));
        }
        // An entry that was refused above has no time to compare.
        if self.last_time != head.time && self.report.is_sound() {
            self.report.add(None, Reason::Head("time"));
        }
    }

    fn without_head(&mut self) {
        self.chain.gap(&mut self.report);
        let begun = self.tree.size() > 0 || self.checkpoints > 0;
        let malformed = self.report.findings.iter().any(|finding| finding.reason == Reason::Head("form"));
        if begun && !malformed {
            self.report.add(None, Reason::HeadMissing);
        }
    }

    fn extra_nodes(&mut self, size: u64) -> Result<(), VerifyError> {
        let (view, range) = (self.view, self.view.stream.all());
        view.read.for_each(NODES, &range, |key, _| {
            let index = key::index_of(key).unwrap_or(u64::MAX);
            let level = key.get(view.stream.prefix().len()).copied().unwrap_or(0);
            let end =
                index.checked_add(1).and_then(|next| next.checked_mul(1_u64.checked_shl(level.into())?));
            let is_there = is_stored(level) && end.is_some_and(|end| end <= size);
            if !is_there || key != view.stream.node(level, index).as_slice() {
                self.report.add(None, Reason::NodeExtra);
            }
            Ok(true)
        })
    }

    fn extra_details(&mut self) -> Result<(), VerifyError> {
        let (view, range) = (self.view, self.view.stream.all());
        let mut count = 0_u64;
        view.read.for_each(DETAILS, &range, |_, _| {
            count = count.saturating_add(1);
            Ok::<_, VerifyError>(true)
        })?;
        if count == self.details {
            return Ok(());
        }
        // Some have no entry that commits to them: look each one up.
        view.read.for_each(DETAILS, &range, |key, _| {
            let index = key::index_of(key).unwrap_or(u64::MAX);
            let entry = view.entry(index).ok().flatten().and_then(|(_, leaf)| Entry::decode(&leaf).ok());
            let belongs = entry.is_some_and(|entry| {
                !entry.commitments.is_empty() && key == view.stream.detail(entry.customer, index).as_slice()
            });
            if !belongs {
                self.report.add(index, Reason::DetailExtra);
            }
            Ok(true)
        })
    }

    fn fence_rows(&mut self) -> Result<(), VerifyError> {
        let tenant = self.view.stream.tenant;
        let mut wanted = std::mem::take(&mut self.fences);
        let (view, mut holds) = (self.view, None);
        view.read.for_each(FENCES, &key::fences(tenant), |key, row| {
            if *key == *key::holds(tenant) {
                holds = Some(row.to_vec());
                return Ok(true);
            }
            let customer = key.last_chunk().map(|bytes| CustomerId::from_bytes(*bytes));
            let customer = customer.filter(|customer| *key == *key::fence(tenant, *customer));
            match customer {
                None => self.report.add(None, Reason::FenceRow),
                Some(customer)
                    if Fence::decode(row).is_some_and(|fence| wanted.remove(&customer) == Some(fence)) => {}
                Some(customer) => self.report.add(None, Reason::Fence(customer)),
            }
            Ok::<_, VerifyError>(true)
        })?;
        for customer in wanted.into_keys() {
            self.report.add(None, Reason::Fence(customer));
        }
        if decode_holds(holds.as_deref()) != Some(self.holds) {
            self.report.add(None, Reason::Holds);
        }
        Ok(())
    }
}

/// Damage is handled where it is met; what is left is a store that does not answer.
fn store_error(error: LookupError) -> VerifyError {
    match error {
        LookupError::Store(error) => error.into(),
        error => ReadError::Damaged(error.to_string()).into(),
    }
}
