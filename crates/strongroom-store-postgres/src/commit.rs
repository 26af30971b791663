//! One transaction for all batches that wait.
//!
//! READ COMMITTED with explicit locks, which amounts to serialisable for batches: every batch first locks the stripes of
//! all keys that it names, in order, and holds them to the end of its transaction (strict two-phase locking). Whoever
//! waited sees what the one before committed, since each statement has a snapshot of its own. So writers of one log queue;
//! under SERIALIZABLE all but one of them would be told to try again. A database that is serialisable anyway, and answers
//! 40001, is tried again.

use crate::{failure::Failure, patience::Patience, pool::Connection, schema::read_durability};
use postgres::{IsolationLevel, Transaction};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::Ordering,
};
use strongroom_store::{Batch, Change, CommitError, Durability, Mode, Op, Precondition, Space, judge};
use uuid::Uuid;

/// Where a transaction ended that did not end well.
pub(crate) enum Stop {
    /// Before its commit was sent: nothing of it is there.
    Before(Failure),
    /// While its commit was under way.
    During(Failure),
}

/// What became of a group.
pub(crate) struct Judged {
    /// One for each batch; nothing where the server does not reach what was wanted, and nothing was done.
    pub(crate) answers: Option<Vec<Result<(), CommitError>>>,
    /// What the server reaches.
    pub(crate) reaches: Durability,
}

/// Applies a group of batches under one commit id. On `Ok` every answer stands; on `Err` none does.
pub(crate) fn commit(
    connection: &mut Connection,
    id: Uuid,
    group: &[&Batch],
    wanted: Durability,
) -> Result<Judged, Stop> {
    let before = |error: postgres::Error| Stop::Before(error.into());
    connection.gave_up.store(false, Ordering::SeqCst);
    let statements = &connection.statements;
    let begun = connection.client.build_transaction().isolation_level(IsolationLevel::ReadCommitted).start();
    let mut transaction = begun.map_err(before)?;
    // With a standby, only what must be there waits for it.
    let level = if wanted == Durability::Replicated { "on" } else { "local" };
    transaction.batch_execute(&format!("SET LOCAL synchronous_commit = {level}")).map_err(before)?;
    let locked = transaction.query(&statements.lock, &[&stripes(group)]).map_err(before)?;
    let Some(first) = locked.first() else {
        return Err(Stop::Before(Failure::Denied("the rows to lock are missing from its tables".to_owned())));
    };
    let reaches = read_durability(first).map_err(before)?;
    if wanted > reaches {
        transaction.rollback().map_err(before)?;
        return Ok(Judged { answers: None, reaches });
    }
    let found = look(&mut transaction, &statements.values, group).map_err(before)?;
    // What the batches of this group have done so far, over what the database holds.
    let mut overlay: Overlay = BTreeMap::new();
    let mut answers = Vec::new();
    for batch in group {
        let judged = judge(batch, |space, key| {
            let at = (space.id(), key.to_vec());
            let now = match overlay.get(&at) {
                Some((_, value)) => value.clone(),
                None => found.get(&at).cloned(),
            };
            Ok::<_, std::convert::Infallible>(now)
        });
        let Ok(judged) = judged;
        match judged {
            Err(refused) => answers.push(Err(refused)),
            Ok(changes) => {
                for Change { space, key, value } in changes {
                    overlay.insert((space.id(), key.to_vec()), (space, value.map(<[u8]>::to_vec)));
                }
                answers.push(Ok(()));
            }
        }
    }
    if overlay.is_empty() {
        transaction.rollback().map_err(before)?;
        return Ok(Judged { answers: Some(answers), reaches });
    }
    let rows = Rows::of(overlay, &found);
    if !rows.pruned.0.is_empty() {
        let (spaces, keys) = &rows.pruned;
        transaction.execute(statements.prune.as_str(), &[spaces, keys]).map_err(before)?;
    }
    let Rows { deleted, put, appended, .. } = &rows;
    transaction
        .execute(
            &statements.apply,
            &[&deleted.0, &deleted.1, &put.0, &put.1, &put.2, &appended.0, &appended.1, &appended.2, &id],
        )
        .map_err(before)?;
    let patience = (wanted == Durability::Replicated).then(|| {
        Patience::for_commit(transaction.cancel_token(), connection.connector.clone(), connection.patience)
    });
    transaction.commit().map_err(|error| Stop::During(error.into()))?;
    drop(patience);
    if connection.gave_up.load(Ordering::SeqCst) {
        return Err(Stop::During(Failure::StandbyUnknown));
    }
    Ok(Judged { answers: Some(answers), reaches })
}

/// What becomes of each key, with its space.
type Overlay = BTreeMap<(u8, Vec<u8>), (Space, Option<Vec<u8>>)>;
type Found = BTreeMap<(u8, Vec<u8>), Vec<u8>>;

/// The changes as columns.
#[derive(Default)]
struct Rows {
    deleted: (Vec<i16>, Vec<Vec<u8>>),
    pruned: (Vec<i16>, Vec<Vec<u8>>),
    put: (Vec<i16>, Vec<Vec<u8>>, Vec<Vec<u8>>),
    appended: (Vec<i16>, Vec<Vec<u8>>, Vec<Vec<u8>>),
}

impl Rows {
    fn of(overlay: Overlay, found: &Found) -> Self {
        let mut rows = Self::default();
        for ((id, key), (space, value)) in overlay {
            let id_column = i16::from(id);
            match (space.mode(), value) {
                (Mode::Mutable, None) => {
                    rows.deleted.0.push(id_column);
                    rows.deleted.1.push(key);
                }
                (Mode::Mutable, Some(value)) => {
                    rows.put.0.push(id_column);
                    rows.put.1.push(key);
                    rows.put.2.push(value);
                }
                (Mode::AppendOnly, value) => {
                    // Pruned, and perhaps put again.
                    let at = (id, key);
                    if found.contains_key(&at) || value.is_none() {
                        rows.pruned.0.push(id_column);
                        rows.pruned.1.push(at.1.clone());
                    }
                    if let Some(value) = value {
                        rows.appended.0.push(id_column);
                        rows.appended.1.push(at.1);
                        rows.appended.2.push(value);
                    }
                }
            }
        }
        rows
    }
}

/// All keys that a batch reads or changes.
fn keys(batch: &Batch) -> impl Iterator<Item = &[u8]> {
    batch.preconditions().iter().map(Precondition::key).chain(batch.ops().iter().map(Op::key))
}

/// In order, each once; the first one where no key is named, since something must be asked of the server.
fn stripes(group: &[&Batch]) -> Vec<i16> {
    let stripes: BTreeSet<i16> = group.iter().flat_map(|batch| keys(batch)).map(stripe).collect();
    if stripes.is_empty() { vec![0] } else { stripes.into_iter().collect() }
}

/// A stripe for what a key begins with: where keys begin with a tenant, a tenant's commits queue and others pass by.
/// FORMAT: every process must take the same locks. FNV-1a over the first 16 bytes.
fn stripe(key: &[u8]) -> i16 {
    let hash = key.iter().take(16).fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let [lowest, ..] = hash.to_le_bytes();
    i16::from(lowest)
}

/// Numbers, spaces and keys.
type Columns = (Vec<i32>, Vec<i16>, Vec<Vec<u8>>);

/// The values that the group's judgement needs, in one query.
fn look(
    transaction: &mut Transaction<'_>,
    statement: &postgres::Statement,
    group: &[&Batch],
) -> Result<Found, postgres::Error> {
    let mut wanted: BTreeSet<(u8, Vec<u8>, bool)> = BTreeSet::new();
    for batch in group {
        for precondition in batch.preconditions() {
            let space = precondition.space();
            wanted.insert((space.id(), precondition.key().to_vec(), space.mode() == Mode::AppendOnly));
        }
        for op in batch.ops() {
            let appends = op.space().mode() == Mode::AppendOnly && !matches!(op, Op::Delete { .. });
            if appends {
                wanted.insert((op.space().id(), op.key().to_vec(), true));
            }
        }
    }
    if wanted.is_empty() {
        return Ok(Found::new());
    }
    let mut columns: [Columns; 2] = Default::default();
    let wanted: Vec<_> = wanted.into_iter().collect();
    for (n, (id, key, appends)) in (0_i32..).zip(&wanted) {
        let [rows, log] = &mut columns;
        let column = if *appends { log } else { rows };
        column.0.push(n);
        column.1.push(i16::from(*id));
        column.2.push(key.clone());
    }
    let [rows, log] = &columns;
    let answer = transaction.query(statement, &[&rows.0, &rows.1, &rows.2, &log.0, &log.1, &log.2])?;
    let mut found = Found::new();
    for row in answer {
        let n = usize::try_from(row.try_get::<_, i32>(1)?).unwrap_or(usize::MAX);
        if let Some((id, key, _)) = wanted.get(n) {
            found.insert((*id, key.clone()), row.try_get(2)?);
        }
    }
    Ok(found)
}
