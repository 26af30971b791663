//! A wait for the standby that ends. The server's own timeout does not cover it: a commit whose standby is gone would
//! wait for ever.

use crate::tls::Connector;
use postgres::{CancelToken, NoTls};
use std::{
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::Duration,
};

/// Cancels what a connection waits for, unless it is dropped in time.
pub(crate) struct Patience {
    over: Option<Sender<()>>,
    waiting: Option<JoinHandle<()>>,
}

impl Patience {
    pub(crate) fn for_commit(cancel: CancelToken, connector: Connector, patience: Duration) -> Self {
        let (over, told) = mpsc::channel();
        let waiting = thread::spawn(move || {
            if told.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                // The server gives up the wait, and says so with the commit's answer. Where it cannot be reached, the
                // connection itself will break.
                let _asked = match connector {
                    Connector::Plain => cancel.cancel_query(NoTls),
                    Connector::Verified(tls) => cancel.cancel_query(tls),
                };
            }
        });
        Self { over: Some(over), waiting: Some(waiting) }
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        drop(self.over.take());
        if let Some(waiting) = self.waiting.take() {
            // A thread that panicked has cancelled nothing; the commit has its answer.
            let _ended = waiting.join();
        }
    }
}
