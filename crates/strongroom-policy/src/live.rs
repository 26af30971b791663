//! The policy in force, replaced as a whole.

use crate::CompiledPolicy;
use arc_swap::{ArcSwap, Guard};
use std::sync::Arc;

/// A policy and the number of times that it was replaced.
#[derive(Debug)]
pub struct Version {
    /// 0 for the first.
    pub number: u64,
    /// The policy.
    pub policy: CompiledPolicy,
}

/// The policy that is in force, shared by threads. Readers never wait: each takes the version that is there, whole, and
/// keeps it until its decisions are done; whoever replaces it does so in one step.
#[derive(Debug)]
pub struct LivePolicy {
    current: ArcSwap<Version>,
}

impl LivePolicy {
    /// In force from now on.
    pub fn new(policy: CompiledPolicy) -> Self {
        Self { current: ArcSwap::from_pointee(Version { number: 0, policy }) }
    }

    /// The version in force, for a few decisions. Hold it no longer than these last; for longer, [`Self::version`].
    pub fn load(&self) -> Guard<Arc<Version>> {
        self.current.load()
    }

    /// The version in force.
    pub fn version(&self) -> Arc<Version> {
        self.current.load_full()
    }

    /// Puts a policy in force, if the version is still the one that it was derived from, and answers its number.
    ///
    /// # Errors
    /// [`Superseded`] where somebody else was faster; nothing has changed then.
    pub fn replace(&self, expected: u64, policy: CompiledPolicy) -> Result<u64, Superseded> {
        let current = self.current.load();
        let number = expected.saturating_add(1);
        if current.number != expected {
            return Err(Superseded { expected, found: current.number });
        }
        let next = Arc::new(Version { number, policy });
        let before = self.current.compare_and_swap(&*current, next);
        if Arc::ptr_eq(&before, &current) {
            Ok(number)
        } else {
            Err(Superseded { expected, found: before.number })
        }
    }
}

/// Somebody else replaced the policy first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the policy in force is version {found}, not {expected}: read it again and repeat")]
pub struct Superseded {
    /// The version that was to be replaced.
    pub expected: u64,
    /// The version that is in force.
    pub found: u64,
}

#[cfg(all(test, feature = "toml"))]
mod tests {
    use super::*;

    #[test]
    fn of_two_replacements_of_one_version_one_wins() {
        let (_, policy) = crate::tests::sample();
        let live = LivePolicy::new(policy.clone());
        let wins: usize = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..4).map(|_| scope.spawn(|| live.replace(0, policy.clone()).is_ok())).collect();
            threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
        });
        assert_eq!((wins, live.load().number), (1, 1));
        assert_eq!(live.replace(0, policy.clone()), Err(Superseded { expected: 0, found: 1 }));
        assert_eq!(live.replace(1, policy.clone()), Ok(2));
    }
}
