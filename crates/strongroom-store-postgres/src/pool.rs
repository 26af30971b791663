//! Connections: few, checked out one at a time, replaced when they break.

use crate::{
    failure::Failure,
    options::Options,
    schema::Statements,
    tls::{Connector, TlsError, connector},
};
use postgres::{Client, NoTls, error::SqlState};
use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};
use uuid::Uuid;

/// The connections of one store.
pub(crate) struct Pool {
    options: Options,
    connector: Connector,
    /// Scatters the waits.
    opening: Uuid,
    draws: AtomicU64,
    /// For what takes one moment.
    work: Lane,
    /// For snapshots, which last. Apart from the others: whoever holds a snapshot reads and commits beside it, and must
    /// not wait for what others do with theirs.
    views: Lane,
}

#[derive(Default)]
struct Lane {
    idle: Mutex<Idle>,
    returned: Condvar,
}

#[derive(Default)]
struct Idle {
    connections: Vec<Connection>,
    /// Idle and checked out.
    open: usize,
}

/// A connection that is ready to work.
pub(crate) struct Connection {
    pub(crate) client: Client,
    pub(crate) statements: Statements,
    /// Makes the connection that cancels a wait of this one, and how long a wait may be.
    pub(crate) connector: Connector,
    pub(crate) patience: Duration,
    /// Set when the server gave up waiting for its standby.
    pub(crate) gave_up: Arc<AtomicBool>,
}

/// A connection on loan.
pub(crate) struct Loan<'p> {
    lane: &'p Lane,
    connection: Option<Connection>,
}

impl Pool {
    pub(crate) fn new(options: Options, opening: Uuid) -> Result<Self, TlsError> {
        let connector = connector(&options.tls)?;
        Ok(Self {
            options,
            connector,
            opening,
            draws: AtomicU64::new(0),
            work: Lane::default(),
            views: Lane::default(),
        })
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// A connection without our tables in mind.
    pub(crate) fn connect(&self) -> Result<(Client, Arc<AtomicBool>), Failure> {
        let gave_up = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&gave_up);
        let mut config = self.options.config.clone();
        config.notice_callback(move |notice| {
            // The one warning that changes what a commit is worth; its words have no code of their own.
            let of_standby =
                *notice.code() == SqlState::WARNING && notice.message().contains("synchronous replication");
            if of_standby {
                seen.store(true, Ordering::SeqCst);
            }
        });
        let mut client = match self.connector.clone() {
            Connector::Plain => config.connect(NoTls)?,
            Connector::Verified(tls) => config.connect(tls)?,
        };
        let timeout = self.options.statement_timeout.as_millis();
        client.batch_execute(&format!("SET statement_timeout = {timeout}"))?;
        Ok((client, gave_up))
    }

    /// A connection for one piece of work: waits for one, or makes one.
    pub(crate) fn loan(&self) -> Result<Loan<'_>, Failure> {
        self.loan_from(&self.work)
    }

    /// A connection for a snapshot.
    pub(crate) fn loan_for_view(&self) -> Result<Loan<'_>, Failure> {
        self.loan_from(&self.views)
    }

    fn loan_from<'p>(&'p self, lane: &'p Lane) -> Result<Loan<'p>, Failure> {
        let mut idle = lane.idle();
        loop {
            if let Some(connection) = idle.connections.pop() {
                if connection.client.is_closed() {
                    idle.open = idle.open.saturating_sub(1);
                    continue;
                }
                return Ok(Loan { lane, connection: Some(connection) });
            }
            if idle.open < self.options.connections_max.max(1) {
                idle.open = idle.open.saturating_add(1);
                break;
            }
            let waited = lane.returned.wait_timeout(idle, self.options.statement_timeout);
            let (again, wait) = waited.unwrap_or_else(PoisonError::into_inner);
            idle = again;
            if wait.timed_out() && idle.connections.is_empty() {
                return Err(Failure::Busy(self.options.connections_max));
            }
        }
        drop(idle);
        // Counted before it is there, and given back by the loan where it does not come.
        let mut loan = Loan { lane, connection: None };
        loan.connection = Some(self.prepared()?);
        Ok(loan)
    }

    fn prepared(&self) -> Result<Connection, Failure> {
        let (mut client, gave_up) = self.connect()?;
        let statements = Statements::prepare(&mut client, &self.options.schema)?;
        let (connector, patience) = (self.connector.clone(), self.options.statement_timeout);
        Ok(Connection { client, statements, connector, patience, gave_up })
    }

    /// Does something with a connection, and again while it fails in passing.
    pub(crate) fn patiently<T>(
        &self,
        mut act: impl FnMut(&mut Connection) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut attempt = 0_u32;
        loop {
            let answer = self.loan().and_then(|mut loan| loan.with(&mut act));
            attempt = attempt.saturating_add(1);
            match answer {
                Err(failure) if failure.is_passing() && attempt < self.options.attempts_max => {
                    self.wait(attempt);
                }
                answer => return answer,
            }
        }
    }

    /// Waits before another attempt: 5 ms, 10, 20 … 500, scattered by half, so that many do not come back at once.
    pub(crate) fn wait(&self, attempt: u32) {
        let full = 5_u64.saturating_mul(1 << attempt.saturating_sub(1).min(10)).min(500);
        let draw = self.draws.fetch_add(1, Ordering::Relaxed);
        // Not for secrets: the opening is random, the multiplier spreads the count over it.
        let (high, low) = self.opening.as_u64_pair();
        let drawn = (high ^ low ^ draw).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
        let scatter = drawn.checked_rem((full >> 1).max(1)).unwrap_or(0);
        thread::sleep(Duration::from_millis(full.saturating_sub(scatter)));
    }
}

impl Lane {
    // A list and a count, each changed in one step.
    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Loan<'_> {
    /// Does something with the connection. One that failed is not used again.
    pub(crate) fn with<T>(
        &mut self,
        act: impl FnOnce(&mut Connection) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let Some(connection) = &mut self.connection else {
            return Err(Failure::Lost("the connection broke before".to_owned()));
        };
        let answer = act(connection);
        if answer.as_ref().is_err_and(Failure::spends_connection) {
            self.connection = None;
        }
        answer
    }
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        let mut idle = self.lane.idle();
        match self.connection.take() {
            Some(connection) => idle.connections.push(connection),
            None => idle.open = idle.open.saturating_sub(1),
        }
        drop(idle);
        self.lane.returned.notify_one();
    }
}
