#![doc = include_str!("../README.md")]

mod engine;
mod images;
mod open;
mod snapshot;
mod store;

#[cfg(test)]
mod power_cut;

pub use open::{OpenError, Options};
pub use store::SledStore;
