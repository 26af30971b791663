//! What the unit tests share.

use proptest::test_runner::Config;

/// So many cases, times the effort asked for in `STRONGROOM_EFFORT` (1 quick, 10 ci, 100 soak).
pub(crate) fn cases(base: u32) -> Config {
    let effort =
        std::env::var("STRONGROOM_EFFORT").ok().and_then(|effort| effort.parse().ok()).unwrap_or(1_u32);
    Config { cases: base.saturating_mul(effort), failure_persistence: None, ..Config::default() }
}
