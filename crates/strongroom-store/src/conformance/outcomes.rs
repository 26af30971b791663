//! What a store says of commits whose answer was lost.

use super::{Factory, Ground, HIGHEST, LOG, LOWEST, SPACES, Verdict, lives::contents, must_commit, value};
use crate::{Batch, CommitError, Outcome, Store};
use uuid::Uuid;

pub(super) fn of_unknown_ids<F: Factory>(ground: &Ground<'_, F>) {
    let store = &ground.store();
    must_commit(store, &Batch::new().put(LOWEST, "there", "v").put(LOG, "1", "entry"), "a plain put");
    let before = SPACES.map(|space| contents(store, space));
    for nth in 0..ground.times(20) {
        // Spread over all bits, and never the id of a commit: those are random.
        let id = Uuid::from_u128(u128::from(nth).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        let first = outcome(store, id);
        assert_ne!(first, Outcome::Applied, "an id that no commit had");
        // Something is committed meanwhile.
        must_commit(
            store,
            &Batch::new().put(HIGHEST, "beside", nth.to_be_bytes()),
            "a commit between questions",
        );
        if first == Outcome::NotApplied {
            assert_ne!(outcome(store, id), Outcome::Applied, "`NotApplied` is final");
        }
    }
    must_commit(store, &Batch::new().delete(HIGHEST, "beside"), "a delete");
    assert_eq!(SPACES.map(|space| contents(store, space)), before, "asking for outcomes changed something");
}

/// Commits that lose touch, each told apart by its own keys. What is said of each is held against what is there, at once
/// and once more after all the others.
pub(super) fn of_lost_commits<F: Factory>(ground: &Ground<'_, F>) -> Verdict {
    let store = &ground.store();
    let mut said = Vec::new();
    for nth in 0..ground.times(24) {
        let key = nth.to_be_bytes();
        // Without a precondition: nothing in the batch itself keeps it from landing late.
        let batch = Batch::new().put(LOWEST, key, "lost").put(HIGHEST, key, "lost");
        let Some(answer) = ground.factory.lose_touch(store, &batch) else {
            return Verdict::Untested("stores here cannot be made to lose touch");
        };
        let expected = match answer {
            Ok(_) => Some(true),
            Err(CommitError::Retryable(_) | CommitError::Full(_)) => Some(false),
            Err(CommitError::Unknown { commit: Some(id), .. }) => {
                let outcome = outcome(store, id);
                said.push((id, outcome));
                match outcome {
                    Outcome::Applied => Some(true),
                    Outcome::NotApplied => Some(false),
                    Outcome::Untold => None,
                }
            }
            Err(CommitError::Unknown { commit: None, .. }) => None,
            Err(other) => panic!("a commit that lost touch: {other:?}"),
        };
        look(store, &key, expected, "at once");
        // What comes late would come now.
        must_commit(store, &Batch::new().put(LOG, key, "after"), "a commit after a lost one");
        look(store, &key, expected, "after another commit");
        said.iter().rev().take(3).for_each(|(id, before)| still(store, *id, *before));
    }
    for (id, before) in said {
        still(store, id, before);
    }
    Verdict::Kept
}

fn look(store: &impl Store, key: &[u8], expected: Option<bool>, when: &str) {
    let there = (value(store, LOWEST, key).is_some(), value(store, HIGHEST, key).is_some());
    assert_eq!(there.0, there.1, "{when}: a lost commit is there in part");
    if let Some(expected) = expected {
        assert_eq!(there.0, expected, "{when}: whether a lost commit is there");
    }
}

/// A store may forget, never change its mind.
fn still(store: &impl Store, id: Uuid, before: Outcome) {
    let now = outcome(store, id);
    assert!(
        now == before || now == Outcome::Untold || before == Outcome::Untold,
        "the outcome of a commit was {before:?} and is {now:?}"
    );
}

fn outcome(store: &impl Store, id: Uuid) -> Outcome {
    for _ in 0..1000 {
        match store.outcome(id) {
            Ok(outcome) => return outcome,
            Err(CommitError::Retryable(_)) => std::thread::yield_now(),
            Err(error) => panic!("an outcome expected an answer, got {error:?}"),
        }
    }
    panic!("an outcome was `Retryable` 1000 times in a row");
}
