use crate::generate::SplitMix;
use std::{
    env, io,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};
use strongroom_types::{Clock, Random, RandomError, Timestamp};
use tempfile::TempDir;

/// How much work the tests do, from `STRONGROOM_EFFORT`: 1 where it is not set or is no positive number.
/// Cases = a test's own base times this.
pub fn effort() -> u32 {
    env::var("STRONGROOM_EFFORT")
        .ok()
        .and_then(|text| text.parse().ok())
        .filter(|effort| *effort > 0)
        .unwrap_or(1)
}

/// The seed of a run, from `STRONGROOM_SEED`, else `fallback`; printed, so that a failed test shows it.
#[expect(clippy::print_stderr, reason = "the test harness shows it when the test fails, and only then")]
pub fn seed(fallback: u64) -> u64 {
    let seed = env::var("STRONGROOM_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(fallback);
    eprintln!("seed {seed}: set STRONGROOM_SEED={seed} to run the same again, effort {}", effort());
    seed
}

/// An empty folder for a vault, gone when the value is dropped.
pub fn vault_folder() -> io::Result<TempDir> {
    tempfile::Builder::new().prefix("strongroom-").tempdir()
}

/// Predictable bytes, for tests only: whoever knows the seed knows every key drawn from it.
#[derive(Debug)]
pub struct SeededRandom(Mutex<SplitMix>);

impl SeededRandom {
    /// The stream of a seed.
    pub const fn new(seed: u64) -> Self {
        Self(Mutex::new(SplitMix::new(seed)))
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        // A panic elsewhere leaves the stream whole: it is one number.
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for piece in bytes.chunks_mut(8) {
            let drawn = rng.next_u64().to_le_bytes();
            piece.iter_mut().zip(drawn).for_each(|(byte, new)| *byte = new);
        }
        Ok(())
    }
}

/// A clock that a test sets. Each look at it takes a millisecond, so that no two moments are the same.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// A clock that stands at `now`.
    pub const fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.unix_micros()))
    }

    /// Puts it forward, or back.
    pub fn pass_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds.saturating_mul(1_000_000), Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_micros(self.0.fetch_add(1000, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_does_not() {
        let draw = |seed| {
            let (random, mut first, mut second) = (SeededRandom::new(seed), [0; 13], [0; 13]);
            random.fill(&mut first).unwrap();
            random.fill(&mut second).unwrap();
            assert_ne!(first, second);
            (first, second)
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn the_stream_of_the_generator_is_the_published_one() {
        // The first outputs of splitmix64.c for the seed 1234567.
        let mut rng = SplitMix::new(1_234_567);
        let drawn = [rng.next_u64(), rng.next_u64(), rng.next_u64()];
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }
}
