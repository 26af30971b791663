//! What outlives a handle: closing, crashes, the loss of power.

use super::{Factory, Ground, HIGHEST, LOG, LOWEST, SPACES, Verdict, commit_at, must_commit, value};
use crate::{
    Batch, CommitError, Direction, Durability, KeyRange, MemoryStore, Pair, PruneRight, Read, Refusal,
    SCAN_LIMIT_MAX, Space, Store, VALUE_BYTES_MAX,
};
use uuid::Uuid;

const KEYS: u32 = 16;
const NO_CLOSING: Verdict = Verdict::Untested("stores here do not outlive their handle");
const NO_CRASH: Verdict = Verdict::Untested("stores here cannot be crashed");
const NO_POWER_CUT: Verdict =
    Verdict::Untested("the power cannot be cut here, or the store does not claim to survive it");

/// Batch `n`: an entry, and changes of every kind among few keys, so that what is there tells how many batches there are.
fn batch(n: u32, right: &PruneRight) -> Batch {
    let key = |n: u32| n.checked_rem(KEYS).unwrap_or(0).to_be_bytes();
    let len = if n.is_multiple_of(7) { VALUE_BYTES_MAX } else { 20 };
    let entry = n.to_be_bytes();
    let batch = Batch::new()
        .put(LOG, entry, "entry")
        .put(LOWEST, key(n), [&entry[..], &vec![7; len.saturating_sub(4)]].concat())
        .delete(LOWEST, key(n.wrapping_mul(5)))
        .put(HIGHEST, "last", entry);
    match n.checked_sub(10) {
        Some(old) => batch.prune(right, LOG, old.to_be_bytes()),
        None => batch,
    }
}

/// What is in a space, whole.
pub(super) fn contents(store: &(impl Read + ?Sized), space: Space) -> Vec<Pair> {
    store.scan(space, &KeyRange::all(), Direction::Forward, SCAN_LIMIT_MAX).expect("scan answers")
}

/// What the first batches leave, by another store, so that the factory has no more than one open.
struct Reference {
    store: MemoryStore,
    right: PruneRight,
    count: u32,
}

impl Reference {
    fn new() -> Self {
        let (store, right) = MemoryStore::open(Uuid::nil());
        Self { store, right, count: 0 }
    }

    fn go_on_to(&mut self, count: u32) -> [Vec<Pair>; 3] {
        for n in self.count..count {
            must_commit(&self.store, &batch(n, &self.right), "the reference");
        }
        self.count = count;
        SPACES.map(|space| contents(&self.store, space))
    }
}

fn last(store: &impl Store) -> Option<u32> {
    let last = value(store, HIGHEST, b"last")?;
    Some(u32::from_be_bytes(last.try_into().expect("four bytes")))
}

/// How many batches are there. Fails where they are not whole, or not the first ones. The reference is not ahead of them.
fn whole(store: &impl Store, reference: &mut Reference, what: &str) -> u32 {
    let count = last(store).map_or(0, |last| last.saturating_add(1));
    assert!(
        count >= reference.count,
        "{what}: {count} batches are there, and there were {}",
        reference.count
    );
    let found = SPACES.map(|space| contents(store, space));
    for ((space, found), expected) in SPACES.iter().zip(found).zip(reference.go_on_to(count)) {
        assert!(
            found == expected,
            "{what}: space `{}` is not what {count} whole batches leave",
            space.name()
        );
    }
    count
}

/// A way to lose a handle and to open the same data again.
type Ending<F> = fn(&F, <F as Factory>::Store) -> Option<(<F as Factory>::Store, PruneRight)>;

/// Writes, ends, and looks, again and again on one store: everything is there each time.
fn live<F: Factory>(ground: &Ground<'_, F>, end: Ending<F>, asked: Durability) -> Option<()> {
    // Nothing at all is also something to come back with.
    let (mut store, mut right) = end(ground.factory, ground.store())?;
    let mut reference = Reference::new();
    assert_eq!(whole(&store, &mut reference, "an empty store opened again"), 0, "batches of nobody");
    let mut next = 0u32;
    for round in 1..=ground.times(3) {
        let more = round.min(12);
        for n in (next..).take(usize::try_from(more).unwrap_or(12)) {
            let answer = commit_at(&store, &batch(n, &right), asked);
            assert!(answer.is_ok(), "a commit between openings: {answer:?}");
        }
        next = next.saturating_add(more);
        let older = right;
        (store, right) = end(ground.factory, store)?;
        assert_eq!(whole(&store, &mut reference, "a store opened again"), next, "acknowledged batches");
        let prune = Batch::new().prune(&older, LOG, next.saturating_sub(1).to_be_bytes());
        match super::commit(&store, &prune) {
            Err(CommitError::Refused(Refusal::ForeignPruneRight { .. })) => {}
            answer => {
                panic!("a prune with the right of an earlier opening: expected a refusal, got {answer:?}")
            }
        }
    }
    Some(())
}

pub(super) fn closing<F: Factory>(ground: &Ground<'_, F>) -> Verdict {
    live(ground, F::reopen, Durability::Process).map_or(NO_CLOSING, |()| Verdict::Kept)
}

pub(super) fn crash<F: Factory>(ground: &Ground<'_, F>) -> Verdict {
    live(ground, F::crash, Durability::Process).map_or(NO_CRASH, |()| Verdict::Kept)
}

/// Weak commits, a sync, more weak commits, and the worst end that the level of the sync speaks of.
pub(super) fn sync<F: Factory>(ground: &Ground<'_, F>) -> Verdict {
    for round in 1..=ground.times(3) {
        let (store, right) = ground.factory.fresh();
        let before = round.checked_rem(20).unwrap_or(0).saturating_add(1);
        (0..before).for_each(|n| must_commit(&store, &batch(n, &right), "a commit before a sync"));
        let reached = store.sync().expect("sync answers");
        assert_eq!(reached, store.capabilities().durability_max, "a sync reaches what the store says it can");
        let after = before.saturating_add(3);
        (before..after).for_each(|n| must_commit(&store, &batch(n, &right), "a commit after a sync"));
        let end = if reached >= Durability::Power { F::cut_power } else { F::crash };
        let Some((store, _right)) = end(ground.factory, store) else {
            return if reached >= Durability::Power { NO_POWER_CUT } else { NO_CRASH };
        };
        let there = whole(&store, &mut Reference::new(), "what a sync covered");
        assert!(
            (before..=after).contains(&there),
            "{before} batches before a sync, then 3 more: {there} are there"
        );
    }
    Verdict::Kept
}

pub(super) fn power<F: Factory>(ground: &Ground<'_, F>) -> Verdict {
    if ground.store().capabilities().durability_max < Durability::Power
        || live(ground, F::cut_power, Durability::Power).is_none()
    {
        return NO_POWER_CUT;
    }
    for round in 1..=ground.times(3) {
        let (store, right) = ground.factory.fresh();
        // One strong commit among weak ones: it takes those before it along.
        let (strong, count) = (round.checked_rem(5).unwrap_or(0), 8);
        for n in 0..count {
            let asked = if n == strong { Durability::Power } else { Durability::Process };
            let answer = commit_at(&store, &batch(n, &right), asked);
            assert!(answer.is_ok(), "a commit before a power cut: {answer:?}");
        }
        let Some((store, _right)) = ground.factory.cut_power(store) else { return NO_POWER_CUT };
        let there = whole(&store, &mut Reference::new(), "after a power cut");
        assert!(
            (strong.saturating_add(1)..=count).contains(&there),
            "batch {strong} of {count} was power-safe: {there} batches are there"
        );
    }
    Verdict::Kept
}
