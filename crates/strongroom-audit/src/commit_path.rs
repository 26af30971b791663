//! How commits reach the store.

use crate::{
    Commit, Detail, ENTRY_BYTES_MAX, Entry, EntryId, Event, FenceChange, Log, LogError, LookupError, Receipt,
    codec::CLOCK_BYTES,
    detail::aad,
    evaluate::{Draft, Load, Merge, Owner, Placed, Prepared},
    key::{DETAILS, SPACE_ID_MAX},
    log::{ATTEMPTS_MAX, Tip},
};
use std::{collections::BTreeMap, iter, mem, sync::Arc};
use strongroom_store::{Batch, CommitError, FailedPrecondition, Op, Precondition, Space, StoreExt as _};

type Slot = strongroom_store::Slot<Prepared, Outcome>;
use strongroom_types::Timestamp;

type Outcome = Result<Receipt, LogError>;

impl Log {
    /// Everything that can be done to a commit before its place is known: in its caller's thread.
    pub(crate) fn prepare(&self, now: Timestamp, commit: Commit) -> Result<Prepared, LogError> {
        let Commit { changes, events, guards, fences, durability } = commit;
        if events.is_empty() {
            return Err(LogError::Eventless);
        }
        let reaches = self.store.capabilities().durability_max;
        if durability > reaches {
            return Err(LogError::TooDurable { asked: durability, reaches });
        }
        let prefix = self.stream().prefix();
        let erases = |op: &Op| matches!(op, Op::Delete { space, key } if *space == DETAILS && key.starts_with(&prefix));
        check_spaces(&changes, erases)?;
        changes.check(self.prune.store())?;
        // The first entry of a commit tells its fence changes; the others have none to tell.
        let told = iter::once(fences.clone()).chain(iter::repeat(Vec::new()));
        let drafts = events.into_iter().zip(told).map(|(event, fences)| self.draft(now, event, fences));
        let drafts = drafts.collect::<Result<_, _>>()?;
        let prepared = Prepared { changes, guards, fences, durability, now, drafts };
        let load = prepared.load().plus(Load::FIXED);
        if !load.fits() {
            return Err(LogError::TooLarge { ops: load.ops, bytes: load.bytes });
        }
        Ok(prepared)
    }

    fn draft(&self, now: Timestamp, mut event: Event, fences: Vec<FenceChange>) -> Result<Draft, LogError> {
        let stream = self.stream();
        let id = EntryId::fresh(&*self.random)?;
        let customer = event.customer;
        let detail = Detail::salted(mem::take(&mut event.detail), &*self.random)?;
        let commitments = detail.commitments();
        let sealed = if commitments.is_empty() {
            None
        } else {
            let plain = detail.encode().ok_or(LogError::DetailTooLong)?;
            Some(self.sealer.seal(customer, &aad(stream, id, customer), &plain)?)
        };
        let leaf = Entry::new(stream, id, now, event, commitments, fences).encode();
        let bytes = leaf.len().saturating_add(CLOCK_BYTES);
        if bytes > ENTRY_BYTES_MAX {
            return Err(LogError::EntryTooLong { bytes });
        }
        Ok(Draft { id, leaf, customer, detail: sealed })
    }

    /// Commits a group as its leader: one outcome for each.
    pub(crate) fn apply(&self, group: &[Arc<Slot>]) -> Vec<Outcome> {
        let mut tip = match self.tip() {
            Ok(tip) => tip,
            Err(error) => return group.iter().map(|_| Err(error.clone())).collect(),
        };
        let mut work = Work { group, outcomes: group.iter().map(|_| None).collect(), at_once: group.len() };
        // Each attempt settles a commit, takes the group apart, or meets another process that was faster.
        for _ in 0..ATTEMPTS_MAX.saturating_add(group.len()) {
            if work.outcomes.iter().all(Option::is_some) {
                break;
            }
            if let Err(error) = self.attempt(&mut tip, &mut work) {
                self.poison();
                work.settle_rest(&error);
            }
        }
        work.settle_rest(&LogError::Retryable("other processes were always faster".to_owned()));
        work.outcomes.into_iter().flatten().collect()
    }

    /// One physical commit of at most `at_once` of the commits that have no outcome yet. An error poisons the handle.
    fn attempt(&self, tip: &mut Tip, work: &mut Work<'_>) -> Result<(), LogError> {
        let group = work.group;
        let mut merge = Merge::new(self.view(), tip.head.clone(), tip.row.as_deref());
        let (mut placed, mut refused) = (Vec::new(), Vec::new());
        let open = group.iter().zip(&work.outcomes).enumerate().filter(|(_, (_, outcome))| outcome.is_none());
        for (number, (slot, _)) in open.take(work.at_once) {
            match merge.add(number, &slot.work) {
                Ok(place) => placed.push((number, place)),
                Err(error @ LogError::Invariant(_)) => return Err(error),
                Err(error) => refused.push((number, error)),
            }
        }
        let mut durability = None;
        let (batch, wanted, head, owners) = merge.finish();
        if !placed.is_empty() {
            match self.store.commit_settled(&batch, wanted) {
                Ok(committed) => durability = Some(committed.durability),
                Err(error) => return self.not_committed(tip, work, &placed, &owners, error),
            }
        }
        // A refusal may rest on a commit before it in this very batch: it stands only now that this is committed.
        for (number, error) in refused {
            work.settle(number, Err(error));
        }
        if let Some(durability) = durability {
            let row = Some(head.encode());
            *tip = Tip { head, row };
            for (number, Placed { indices, time }) in placed {
                let entries =
                    group.get(number).map(|slot| slot.work.drafts.iter().map(|draft| draft.id).collect());
                let entries = entries.unwrap_or_default();
                work.settle(number, Ok(Receipt { first: indices.start, entries, time, durability }));
            }
        }
        Ok(())
    }

    fn not_committed(
        &self,
        tip: &mut Tip,
        work: &mut Work<'_>,
        placed: &[(usize, Placed)],
        owners: &[Owner],
        error: CommitError,
    ) -> Result<(), LogError> {
        match error {
            CommitError::Conflict(failed) => {
                let (conflicts, moved) = sort(failed, owners)?;
                for (number, failed) in conflicts {
                    work.settle(number, Err(LogError::Conflict(failed)));
                }
                if moved && let Err(error) = self.reload(tip) {
                    work.settle_rest(&LogError::Read(error.to_string()));
                }
                Ok(())
            }
            CommitError::Refused(_) if work.at_once > 1 && work.group.len() > 1 => {
                // Which of them the store does not take, it tells only one by one.
                work.at_once = 1;
                Ok(())
            }
            error @ (CommitError::Fatal(_) | CommitError::Unknown { .. }) => {
                let error = LogError::from(error);
                for (number, _) in placed {
                    work.settle(*number, Err(error.clone()));
                }
                Err(LogError::Poisoned)
            }
            error @ (CommitError::Full(_)
            | CommitError::Refused(_)
            | CommitError::Retryable(_)
            | CommitError::TooDurable { .. }) => {
                let error = LogError::from(error);
                for (number, _) in placed {
                    work.settle(*number, Err(error.clone()));
                }
                Ok(())
            }
        }
    }

    fn reload(&self, tip: &mut Tip) -> Result<(), LookupError> {
        let (head, row) = self.view().head()?;
        *tip = Tip { head, row };
        Ok(())
    }
}

/// A group on its way to outcomes.
struct Work<'a> {
    group: &'a [Arc<Slot>],
    outcomes: Vec<Option<Outcome>>,
    at_once: usize,
}

impl Work<'_> {
    fn settle(&mut self, number: usize, outcome: Outcome) {
        if let Some(open) = self.outcomes.get_mut(number) {
            *open = Some(outcome);
        }
    }

    fn settle_rest(&mut self, error: &LogError) {
        for open in self.outcomes.iter_mut().filter(|outcome| outcome.is_none()) {
            *open = Some(Err(error.clone()));
        }
    }
}

type Conflicts = BTreeMap<usize, Vec<FailedPrecondition>>;

/// Sorts failed preconditions by the commits they belong to, and says whether the log's own was among them.
fn sort(failed: Vec<FailedPrecondition>, owners: &[Owner]) -> Result<(Conflicts, bool), LogError> {
    let (mut conflicts, mut moved) = (Conflicts::new(), false);
    for FailedPrecondition { index, found } in failed {
        match owners.get(index) {
            Some(Some((number, index))) => {
                conflicts.entry(*number).or_default().push(FailedPrecondition { index: *index, found });
            }
            Some(None) => moved = true,
            None => return Err(LogError::Invariant("the store's conflict names no precondition")),
        }
    }
    Ok((conflicts, moved))
}

/// Whether a caller's batch keeps out of the spaces of the log, but for the changes that `may` pass.
pub(crate) fn check_spaces(batch: &Batch, may: impl Fn(&Op) -> bool) -> Result<(), LogError> {
    let ours = |space: Space| (1..=SPACE_ID_MAX).contains(&space.id());
    let ops = batch.ops().iter().filter(|op| !may(op)).map(Op::space);
    match ops.chain(batch.preconditions().iter().map(Precondition::space)).find(|space| ours(*space)) {
        Some(space) => Err(LogError::ReservedSpace { space: space.name() }),
        None => Ok(()),
    }
}
