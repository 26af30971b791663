//! The one place that reads the system's clock.

use strongroom_types::{Clock, Timestamp};

/// The operating system's clock. Hosts hand it to the vault; tests hand in another.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the door through which time comes in")]
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let micros = since.ok().and_then(|elapsed| i64::try_from(elapsed.as_micros()).ok());
        Timestamp::from_unix_micros(micros.unwrap_or(0))
    }
}
