//! How much of the inputs may be in memory at once, whatever the number of threads.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A number of bytes that threads share.
#[derive(Debug)]
pub(super) struct Budget {
    most: u64,
    used: Mutex<u64>,
    given_back: Condvar,
}

/// A part of the budget, given back when it goes.
#[derive(Debug)]
pub(super) struct Share<'b> {
    budget: &'b Budget,
    bytes: u64,
}

impl Budget {
    /// A budget of `most` bytes.
    pub(super) fn new(most: u64) -> Self {
        Self { most, used: Mutex::new(0), given_back: Condvar::new() }
    }

    /// Waits until there is room. What is larger than the whole budget gets it alone, so that nothing waits for ever.
    ///
    /// A thread that holds a share must not ask for another.
    pub(super) fn take(&self, bytes: u64) -> Share<'_> {
        let mut used = self.used();
        while *used > 0 && used.saturating_add(bytes) > self.most {
            used = self.given_back.wait(used).unwrap_or_else(PoisonError::into_inner);
        }
        *used = used.saturating_add(bytes);
        drop(used);
        Share { budget: self, bytes }
    }

    // A number is whole whatever the thread that held it did.
    fn used(&self) -> MutexGuard<'_, u64> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let mut used = self.budget.used();
        *used = used.saturating_sub(self.bytes);
        drop(used);
        self.budget.given_back.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::atomic::{AtomicU64, Ordering},
        thread,
    };

    #[test]
    fn no_more_is_out_than_the_budget_and_what_is_larger_goes_alone() {
        let (budget, out) = (Budget::new(10), AtomicU64::new(0));
        thread::scope(|scope| {
            for bytes in [3, 4, 25, 6, 9, 10, 1, 0, 25, 5] {
                let (budget, out) = (&budget, &out);
                scope.spawn(move || {
                    for _ in 0..100 {
                        let _share = budget.take(bytes);
                        let now = out.fetch_add(bytes, Ordering::SeqCst) + bytes;
                        assert!(now <= 10 || now == bytes, "{now} bytes are out");
                        out.fetch_sub(bytes, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(*budget.used(), 0);
    }
}
