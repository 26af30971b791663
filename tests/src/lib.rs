//! Fixtures shared by the journeys, the simulation and the architecture tests.
//!
//! Everything follows from a seed, which is printed, so that a failure can be run again: set `STRONGROOM_SEED`.
//! `STRONGROOM_EFFORT` multiplies the number of cases: 1 by default, 10 before a merge, 100 for a soak.

mod fixture;
pub mod generate;

pub use fixture::{SeededRandom, effort, seed, vault_folder};
