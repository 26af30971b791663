//! The test suite that any backend can run on itself.
//!
//! ```
//! use strongroom_store::{MemoryStore, PruneRight, conformance};
//! use uuid::Uuid;
//!
//! struct Memory;
//!
//! impl conformance::Factory for Memory {
//!     type Store = MemoryStore;
//!
//!     fn fresh(&self) -> (MemoryStore, PruneRight) {
//!         MemoryStore::open(Uuid::from_u128(1))
//!     }
//! }
//!
//! conformance::run(&Memory);
//! ```
//!
//! It proves: atomicity of refused and conflicting batches, every kind of precondition, the order of changes within a
//! batch, append-only refusal on every path, the limits at and one past them, scans and pages in both directions,
//! exactly one winner of each compare-and-swap race, a log without gap or duplicate, snapshots that stay still and whole
//! while writers run, honest outcomes, and agreement with a `BTreeMap` over generated histories that include reopening
//! and crashing. [`run_with`] names each promise as it passes.
//!
//! It does not prove durability against the loss of power, which no test inside a process can: a backend counts its
//! own syncs, as `strongroom-store-sled` does.
//!
//! The environment variable `STRONGROOM_EFFORT` (1, 10, 100) scales the generated part. The suite is not API-stable:
//! a new version may test more.

#![expect(clippy::panic, clippy::expect_used, reason = "a test suite reports by panicking")]

mod model;
mod races;
mod rules;
mod scans;

use crate::{Batch, CommitError, Committed, PruneRight, Space, Store};

/// Opens the stores that the suite tests. Every `fresh` store is empty and independent of the others; two openings
/// never share an id, as [`PruneRight`] demands.
pub trait Factory {
    /// The backend.
    type Store: Store;

    /// A new, empty store and the right to prune it.
    fn fresh(&self) -> (Self::Store, PruneRight);

    /// Closes a store cleanly and opens the same data again. `None`: the data does not outlive the handle.
    fn reopen(&self, store: Self::Store) -> Option<(Self::Store, PruneRight)> {
        drop(store);
        None
    }

    /// Loses the handle as the death of its process would, without closing, and opens the same data again.
    /// `None`: this cannot be done here.
    fn crash(&self, store: Self::Store) -> Option<(Self::Store, PruneRight)> {
        drop(store);
        None
    }
}

/// Runs the whole suite.
///
/// # Panics
///
/// Where the backend breaks a promise of [`Store`], with what was expected and what happened.
pub fn run<F: Factory>(factory: &F) {
    run_with(factory, &mut |_| ());
}

/// Runs the whole suite, and names each promise once it was kept.
///
/// # Panics
///
/// As [`run`]; the promise that was broken is the one after the last that was named.
pub fn run_with<F: Factory>(factory: &F, kept: &mut dyn FnMut(&'static str)) {
    rules::preconditions(&factory.fresh().0);
    kept(
        "preconditions of every kind are judged against the state before the batch, and each that fails is told",
    );
    rules::order_within_a_batch(&factory.fresh().0);
    kept("changes apply in the order of the batch");
    let (store, right) = factory.fresh();
    rules::append_only(&store, &right);
    drop(store);
    kept("append-only spaces refuse overwriting and deleting on every path but pruning by right");
    rules::limits(&factory.fresh().0);
    kept("limits hold at the limit and one past it");
    rules::durability(&factory.fresh().0);
    kept("durability is reported as achieved, and more than that is refused");
    rules::the_reserve_changes_nothing_else(&factory.fresh().0);
    kept("a batch from the reserve is otherwise a batch like any other");
    rules::outcomes(&factory.fresh().0);
    kept("what became of a commit is never told wrongly");
    rules::spaces_do_not_touch(&factory.fresh().0);
    kept("spaces do not touch each other");
    scans::pages(&factory.fresh().0);
    kept("scans and pages in both directions are in order and complete");
    races::one_winner_creates(&factory.fresh().0);
    kept("of threads that create the same key, one wins");
    races::no_increment_is_lost(&factory.fresh().0);
    kept("compare-and-swap loses no update");
    races::a_log_has_no_gap(&factory.fresh().0);
    kept("threads that append behind one head leave no gap and no duplicate");
    races::snapshots_stay_still(&factory.fresh().0);
    kept("snapshots stay still while writers run");
    races::snapshots_are_not_torn(&factory.fresh().0);
    kept("snapshots see whole batches");
    model::agrees_with_a_map(factory);
    kept("generated histories agree with a map, after reopening and after crashing as well");
}

// The ids at both ends and neighbours of different modes: where a key could slip into the next space.
const LOWEST: Space = Space::mutable(0, "lowest");
const LOG: Space = Space::append_only(254, "log");
const HIGHEST: Space = Space::mutable(255, "highest");

fn effort() -> u32 {
    std::env::var("STRONGROOM_EFFORT").ok().and_then(|text| text.parse().ok()).unwrap_or(1).clamp(1, 1000)
}

/// Commits at the least durability and again where the store says that the failure was a passing one.
fn commit(store: &impl Store, batch: &Batch) -> Result<Committed, CommitError> {
    for _ in 0..1000 {
        match store.commit(batch, crate::Durability::Process) {
            Err(CommitError::Retryable(_)) => std::thread::yield_now(),
            answer => return answer,
        }
    }
    panic!("a commit was `Retryable` 1000 times in a row");
}

fn must_commit(store: &impl Store, batch: &Batch, what: &str) {
    if let Err(error) = commit(store, batch) {
        panic!("{what}: expected a commit, got {error:?}");
    }
}

fn value(store: &impl Store, space: Space, key: &[u8]) -> Option<Vec<u8>> {
    store.get(space, key).expect("get answers")
}

fn sha256(value: &[u8]) -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, value);
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}
