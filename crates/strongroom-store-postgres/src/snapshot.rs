//! A consistent view: a read-only transaction of one moment, on a connection of its own.

use crate::{
    failure::Failure,
    pool::{Connection, Loan, Pool},
    store,
};
use std::sync::{Mutex, PoisonError};
use strongroom_store::{Direction, KeyRange, Pair, Read, ReadError, Space};

pub(crate) struct Snapshot<'p>(Mutex<Loan<'p>>);

impl<'p> Snapshot<'p> {
    pub(crate) fn begin(pool: &'p Pool) -> Result<Self, Failure> {
        let mut attempt = 0_u32;
        loop {
            let begun = pool.loan_for_view().and_then(|mut loan| {
                loan.with(|connection| {
                    // The moment is that of the first query.
                    connection
                        .client
                        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1")?;
                    Ok(())
                })
                .map(|()| loan)
            });
            attempt = attempt.saturating_add(1);
            match begun {
                Ok(loan) => return Ok(Self(Mutex::new(loan))),
                Err(failure) if failure.is_passing() && attempt < pool.options().attempts_max => {
                    pool.wait(attempt);
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Connection) -> Result<T, Failure>) -> Result<T, ReadError> {
        let mut loan = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Another connection would be another moment: what is lost is lost.
        loan.with(act).map_err(|failure| match failure {
            Failure::Lost(_) => ReadError::SnapshotTooOld,
            other => other.into(),
        })
    }
}

impl Read for Snapshot<'_> {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        self.with(|connection| store::get(connection, space, key))
    }

    fn scan(
        &self,
        space: Space,
        range: &KeyRange,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, ReadError> {
        self.with(|connection| store::scan(connection, space, range, direction, limit))
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        let loan = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        // A connection that cannot end its transaction is not used again.
        let _ended = loan.with(|connection| Ok(connection.client.batch_execute("ROLLBACK")?));
    }
}
