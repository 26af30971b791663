//! What a batch comes to, worked out once for all backends.

use crate::{Batch, CommitError, FailedPrecondition, Found, Mode, Op, Refusal, Space};
use std::collections::BTreeMap;

/// What becomes of one key.
#[derive(Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a backend that misses a part would lose data")]
pub struct Change<'b> {
    /// Where.
    pub space: Space,
    /// Which key.
    pub key: &'b [u8],
    /// Its value from now on; `None` removes it.
    pub value: Option<&'b [u8]>,
}

// Keys and values may be personal data.
impl std::fmt::Debug for Change<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = self.value.map(<[u8]>::len);
        write!(f, "Change({}, {} bytes of key, {value:?} bytes of value)", self.space.name(), self.key.len())
    }
}

/// For backends: judges a batch against what `get` finds, and answers what becomes of each key it touches, one change a
/// key, ordered by space and key.
///
/// `get` must answer from one state of the store, which must still be the state when the changes are applied: judge
/// under the lock, or in the transaction, that applies. Limits and modes that the batch shows by itself are for
/// [`Batch::check`], which comes first.
///
/// # Errors
///
/// The outer one is `get`'s. The inner one is [`CommitError::Conflict`] with every precondition that failed, or
/// [`CommitError::Refused`] for a put over an existing key of an append-only space.
pub fn judge<E>(
    batch: &Batch,
    mut get: impl FnMut(Space, &[u8]) -> Result<Option<Vec<u8>>, E>,
) -> Result<Result<Vec<Change<'_>>, CommitError>, E> {
    let mut failed = Vec::new();
    for (index, precondition) in batch.preconditions().iter().enumerate() {
        let found = get(precondition.space(), precondition.key())?;
        if !precondition.holds(found.as_deref()) {
            let found = found.map_or(Found::Nothing, Found::Value);
            failed.push(FailedPrecondition { index, found });
        }
    }
    if !failed.is_empty() {
        return Ok(Err(CommitError::Conflict(failed)));
    }
    let mut changes: BTreeMap<(u8, &[u8]), Change<'_>> = BTreeMap::new();
    for op in batch.ops() {
        let (space, key) = (op.space(), op.key());
        let at = (space.id(), key);
        let value = if let Op::Put { value, .. } = op { Some(value.as_slice()) } else { None };
        if value.is_some() && space.mode() == Mode::AppendOnly {
            let is_there = match changes.get(&at) {
                Some(change) => change.value.is_some(),
                None => get(space, key)?.is_some(),
            };
            if is_there {
                return Ok(Err(Refusal::AppendOnly { space: space.name() }.into()));
            }
        }
        changes.insert(at, Change { space, key, value });
    }
    Ok(Ok(changes.into_values().collect()))
}
