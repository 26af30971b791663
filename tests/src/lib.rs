//! Fixtures shared by the journeys, the simulation and the architecture tests.
//!
//! Everything follows from a seed, which is printed, so that a failure can be run again: set `STRONGROOM_SEED`.
//! `STRONGROOM_EFFORT` multiplies the number of cases: 1 by default, 10 before a merge, 100 for a soak.

pub mod corpus;
mod crash_at;
mod fixture;
pub mod generate;
mod house;

pub use crash_at::{CrashAt, CrashPoint};
pub use fixture::{SeededRandom, TestClock, effort, seed, vault_folder};
pub use generate::SplitMix;
pub use house::{House, Opened, Person, RECORD, copy_folder, field, kind, passphrase, texts};

/// The README of the project, in both languages: its examples run as documentation tests.
#[cfg(doctest)]
mod readme {
    #[doc = include_str!("../../README.md")]
    mod english {}
    #[doc = include_str!("../../README.zh-CN.md")]
    mod chinese {}
}
