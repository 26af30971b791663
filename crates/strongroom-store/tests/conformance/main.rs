//! The in-memory store keeps every promise of the trait, as the suite for backends sees it, and so does a store that can
//! lose its power. Further, the suite can fail: for each promise there is a store that breaks it, and is caught at it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "what fails here fails the test"
)]

mod disk;

use disk::{Break, Disk, Disks};
use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicUsize, Ordering},
};
use strongroom_store::{
    Batch, CommitError, Committed, Direction, Durability, Fault, Faulty, KeyRange, MemoryStore, PruneRight,
    Read, Space, Store as _,
    conformance::{self, Options, Verdict},
};
use uuid::Uuid;

struct Memory;

impl conformance::Factory for Memory {
    type Store = MemoryStore;

    fn fresh(&self) -> (MemoryStore, PruneRight) {
        MemoryStore::open(Uuid::from_u128(7))
    }
}

struct NoFaults;

impl conformance::Factory for NoFaults {
    type Store = Faulty<MemoryStore>;

    fn fresh(&self) -> (Self::Store, PruneRight) {
        let (store, right) = MemoryStore::open(Uuid::from_u128(7));
        (Faulty::new(store), right)
    }
}

/// A store that loses touch in every way there is.
struct Losing(AtomicUsize);

impl conformance::Factory for Losing {
    type Store = Faulty<MemoryStore>;

    fn fresh(&self) -> (Self::Store, PruneRight) {
        conformance::Factory::fresh(&NoFaults)
    }

    fn lose_touch(&self, store: &Self::Store, batch: &Batch) -> Option<Result<Committed, CommitError>> {
        let nth = self.0.fetch_add(1, Ordering::SeqCst);
        store.fail_commit(0, Fault::SURVIVABLE[nth % Fault::SURVIVABLE.len()]);
        Some(store.commit(batch, Durability::Process))
    }
}

/// The names of the promises that could not be tested.
fn untested(factory: &impl conformance::Factory) -> Vec<&'static str> {
    let mut untested = Vec::new();
    let outcome = conformance::prove(factory, Options::default(), |promise, verdict| {
        if verdict != Verdict::Kept {
            untested.push(promise.name());
        }
    });
    outcome.unwrap();
    untested
}

const OF_A_STORE_THAT_ENDS: [&str; 5] = ["closing", "crash", "sync", "power", "lost touch"];

#[test]
fn the_memory_store_conforms() {
    assert_eq!(untested(&Memory), OF_A_STORE_THAT_ENDS, "what a store that ends with its handle cannot show");
}

#[test]
fn a_faulty_store_without_faults_conforms() {
    assert_eq!(untested(&NoFaults), OF_A_STORE_THAT_ENDS);
}

#[test]
fn what_a_faulty_store_says_of_lost_commits_is_true_and_final() {
    assert_eq!(untested(&Losing(AtomicUsize::new(0))), ["closing", "crash", "sync", "power"]);
}

#[test]
fn a_store_that_can_lose_its_power_conforms_in_everything() {
    assert_eq!(untested(&Disks(None)), [""; 0]);
}

#[test]
fn each_promise_has_a_store_that_breaks_it_and_is_caught() {
    let promises = conformance::promises();
    let mut caught = BTreeSet::new();
    for (how, name) in Break::ALL {
        let promise = *promises.iter().find(|promise| promise.name() == name).unwrap();
        // The seed is of no account for what is broken here.
        match conformance::check(&Disks(Some(how)), promise, Options::default()) {
            Err(broken) => {
                assert_eq!(broken.promise, promise);
                assert!(
                    !broken.reason.is_empty() && !broken.reason.contains("without a text"),
                    "{how:?}: {broken}"
                );
            }
            Ok(verdict) => panic!("{how:?} passed the promise `{name}`: {verdict:?}"),
        }
        caught.insert(name);
    }
    let names: BTreeSet<_> = promises.iter().map(|promise| promise.name()).collect();
    assert_eq!(names.len(), promises.len(), "names are unique");
    assert_eq!(caught, names, "a promise without a store that breaks it");
}

#[test]
fn a_failure_names_the_promise_and_how_to_see_it_again() {
    let options = Options::new(1, 42);
    let mut kept = Vec::new();
    let broken = conformance::prove(&Disks(Some(Break::LogOverwritten)), options, |promise, _| {
        kept.push(promise.name());
    });
    let broken = broken.unwrap_err();
    assert_eq!(kept, ["preconditions", "order in a batch", "no changes"], "what came before it was reported");
    assert_eq!(broken.promise.name(), "append-only");
    let text = broken.to_string();
    for part in
        ["the promise `append-only` is broken", broken.promise.claim(), "STRONGROOM_SEED=42", &broken.reason]
    {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
    let panic =
        catch_unwind(AssertUnwindSafe(|| conformance::run(&Disks(Some(Break::LogOverwritten))))).unwrap_err();
    assert!(
        panic.downcast_ref::<String>().unwrap().contains("`append-only` is broken"),
        "`run` panics with it"
    );
}

#[test]
fn each_promise_is_named_once_it_was_kept() {
    let mut kept = Vec::new();
    conformance::run_with(&Memory, &mut |claim| kept.push(claim));
    let expected: Vec<_> = conformance::promises()
        .iter()
        .filter(|promise| !OF_A_STORE_THAT_ENDS.contains(&promise.name()))
        .map(|promise| promise.claim())
        .collect();
    assert_eq!(kept, expected, "and what could not be tested is not named");
}

#[test]
fn the_same_seed_generates_the_same_histories() {
    let model = *conformance::promises().iter().find(|promise| promise.name() == "model").unwrap();
    let reason = |seed| {
        let how = Disks(Some(Break::EveryTenthCommitLost));
        conformance::check(&how, model, Options::new(1, seed)).unwrap_err().reason
    };
    assert_eq!(reason(1), reason(1));
    assert!((2..6).any(|seed| reason(seed) != reason(1)), "four other seeds found the very same history");
}

#[test]
fn a_fresh_store_is_empty() {
    let (store, _right) = MemoryStore::open(Uuid::from_u128(1));
    let pairs = store.scan(Space::mutable(1, "any"), &KeyRange::all(), Direction::Forward, 10).unwrap();
    assert_eq!(pairs, []);
    let (disk, _right) = Disk::open(Uuid::from_u128(1), None);
    assert_eq!(disk.scan(Space::mutable(1, "any"), &KeyRange::all(), Direction::Forward, 10).unwrap(), []);
}
