#![doc = include_str!("../README.md")]

mod engine;
mod open;
mod snapshot;
mod store;

#[cfg(test)]
mod power_cut;

pub use open::{OpenError, Options};
pub use store::RedbStore;
