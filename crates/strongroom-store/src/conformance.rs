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
//! It is a list of [`promises`], each with a name and one sentence of what is promised; a failure names the promise.
//! [`run_with`] names each as it is kept, for programs that show them; [`prove`] answers instead of panicking, and
//! [`check`] tests one promise alone.
//!
//! What it proves depends on what the factory can do: without [`Factory::reopen`], [`Factory::crash`] and the others the
//! promises about them answer [`Verdict::Untested`]. It does not prove durability against the loss of power by itself: a
//! backend cuts the power in [`Factory::cut_power`], or counts its own syncs, as `strongroom-store-sled` does.
//!
//! The suite is not API-stable: a new version may test more.

#![expect(clippy::panic, clippy::expect_used, reason = "a test suite reports by panicking")]

mod lives;
mod model;
mod outcomes;
mod promise;
mod races;
mod rules;
mod scans;
mod snapshots;

pub use promise::{Broken, Options, Promise, Verdict, check, promises, prove, run, run_with};

use crate::{Batch, CommitError, Committed, Durability, PruneRight, Space, Store};

/// Opens the stores that the suite tests. Every `fresh` store is empty and independent of the others; two openings of
/// one store never share an id, as [`PruneRight`] demands.
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

    /// Loses the handle as the loss of power would, so that nothing is left but what was made [`Durability::Power`],
    /// and perhaps some of the rest; opens what is left. `None`: this cannot be done here.
    fn cut_power(&self, store: Self::Store) -> Option<(Self::Store, PruneRight)> {
        drop(store);
        None
    }

    /// Commits a batch so that the answer is lost on its way, as a cut connection loses it, and answers what `commit`
    /// said. Each call may lose touch before, during or after the effect. `None`: this store cannot lose touch.
    fn lose_touch(&self, store: &Self::Store, batch: &Batch) -> Option<Result<Committed, CommitError>> {
        let _: (&Self::Store, &Batch) = (store, batch);
        None
    }
}

/// What a check may use: stores, how much to do, and the seed of what is generated.
struct Ground<'a, F> {
    factory: &'a F,
    options: Options,
}

impl<F: Factory> Ground<'_, F> {
    fn store(&self) -> F::Store {
        self.factory.fresh().0
    }

    /// A number of repetitions, scaled.
    fn times(&self, base: u32) -> u32 {
        base.saturating_mul(self.options.effort.clamp(1, 1000))
    }
}

// The ids at both ends and neighbours of different modes: where a key could slip into the next space.
const LOWEST: Space = Space::mutable(0, "lowest");
const LOG: Space = Space::append_only(254, "log");
const HIGHEST: Space = Space::mutable(255, "highest");
const SPACES: [Space; 3] = [LOWEST, LOG, HIGHEST];

/// Commits at the least durability and again where the store says that the failure was a passing one.
fn commit(store: &impl Store, batch: &Batch) -> Result<Committed, CommitError> {
    commit_at(store, batch, Durability::Process)
}

fn commit_at(store: &impl Store, batch: &Batch, durability: Durability) -> Result<Committed, CommitError> {
    for _ in 0..1000 {
        match store.commit(batch, durability) {
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
