//! What a library asks of the world: the time and unpredictable bytes. Both are arguments, so that a test or a
//! simulation replays from a seed.

use crate::Timestamp;

/// Tells the time. The vault asks once per request and hands the answer down.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// A clock that stands still: for tests, and for acting as of a known instant.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// The source of randomness failed. Nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct RandomError;

/// Gives unpredictable bytes.
///
/// Keys, salts and ids come from here. In production that is the operating system
/// (`OsRandom` in `strongroom-envelope`); anything predictable breaks every promise of the keys drawn from it.
pub trait Random: Send + Sync {
    /// Fills `bytes` wholly, or fails and leaves them unspecified.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError>;
}
