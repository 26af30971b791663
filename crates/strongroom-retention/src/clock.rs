//! The clock guard and the due index: what keeps a sweep from believing a wrong year, and cheap.

use std::time::Duration;
use strongroom_types::{RecordId, Timestamp};

/// Why a sweep must not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClockError {
    /// The clock is later than the log's last entry by more than the bound: perhaps a wrong year, perhaps a log that
    /// slept. Write a heartbeat checkpoint with a trusted time first.
    #[error("the clock is {seconds} s ahead of the log's last entry; the bound is {bound_seconds} s")]
    Ahead {
        /// By how much, in seconds.
        seconds: i64,
        /// The bound, in seconds.
        bound_seconds: u64,
    },
    /// The clock is earlier than the log's last entry by more than the bound.
    #[error("the clock is {seconds} s behind the log's last entry; the bound is {bound_seconds} s")]
    Behind {
        /// By how much, in seconds.
        seconds: i64,
        /// The bound, in seconds.
        bound_seconds: u64,
    },
}

/// Whether `now` is within `bound` of the time of the log's last entry, either way. Ask before every sweep: a clock that
/// jumped ten years would find everything due.
pub fn clock_agrees(now: Timestamp, log_last: Timestamp, bound: Duration) -> Result<(), ClockError> {
    let apart = now.unix_micros().abs_diff(log_last.unix_micros());
    if u128::from(apart) <= bound.as_micros() {
        return Ok(());
    }
    let bound_seconds = bound.as_secs();
    let seconds = i64::try_from(apart / 1_000_000).unwrap_or(i64::MAX);
    if now > log_last {
        return Err(ClockError::Ahead { seconds, bound_seconds });
    }
    Err(ClockError::Behind { seconds, bound_seconds })
}

const SIGN: u64 = 1 << 63;

/// The key of a record in an index by due date: sorts by `due`, then by record, so that a sweep scans up to
/// [`due_key`]`(now, RecordId::from_bytes([255; 16]))` and its cost follows what is due, not what exists.
///
/// FORMAT: 8 bytes big-endian microseconds since 1970 with the sign bit flipped, then the 16 bytes of the record id.
pub fn due_key(due: Timestamp, record: RecordId) -> [u8; 24] {
    let mut key = [0; 24];
    let sortable = due.unix_micros().cast_unsigned() ^ SIGN;
    let (at, id) = key.split_at_mut(8);
    at.copy_from_slice(&sortable.to_be_bytes());
    id.copy_from_slice(record.as_bytes());
    key
}

/// What a [`due_key`] was made of.
pub fn due_key_parts(key: &[u8; 24]) -> (Timestamp, RecordId) {
    let (mut at, mut id) = ([0; 8], [0; 16]);
    let (head, tail) = key.split_at(8);
    at.copy_from_slice(head);
    id.copy_from_slice(tail);
    let micros = (u64::from_be_bytes(at) ^ SIGN).cast_signed();
    (Timestamp::from_unix_micros(micros), RecordId::from_bytes(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::config;
    use proptest::prelude::*;

    #[test]
    fn a_clock_within_the_bound_agrees_and_one_past_it_does_not() {
        let log = Timestamp::from_unix_micros(1_800_000_000_000_000);
        let bound = Duration::from_secs(3600);
        for accepted in [-3600, -1, 0, 1, 3600] {
            assert_eq!(clock_agrees(log.plus_seconds(accepted), log, bound), Ok(()), "{accepted}");
        }
        for refused in [-315_360_000, -3601, 3601, 315_360_000] {
            let now = log.plus_seconds(refused);
            match clock_agrees(now, log, bound).unwrap_err() {
                ClockError::Ahead { seconds, bound_seconds } => {
                    assert_eq!((seconds, bound_seconds), (refused, 3600));
                }
                ClockError::Behind { seconds, bound_seconds } => {
                    assert_eq!((seconds, bound_seconds), (-refused, 3600));
                }
            }
        }
        assert!(clock_agrees(Timestamp::MAX, Timestamp::MIN, Duration::MAX).is_ok());
        assert!(clock_agrees(Timestamp::MAX, Timestamp::MIN, Duration::from_secs(1)).is_err());
    }

    proptest! {
        #![proptest_config(config(256))]

        #[test]
        fn keys_sort_as_due_dates_do(a in any::<i64>(), b in any::<i64>(), x in any::<[u8; 16]>(), y in any::<[u8; 16]>()) {
            let (a, b) = (Timestamp::from_unix_micros(a), Timestamp::from_unix_micros(b));
            let (x, y) = (RecordId::from_bytes(x), RecordId::from_bytes(y));
            prop_assert_eq!(due_key(a, x).cmp(&due_key(b, y)), (a, x).cmp(&(b, y)));
            prop_assert_eq!(due_key_parts(&due_key(a, x)), (a, x));
        }
    }
}
