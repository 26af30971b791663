//! The promises of the crate: the sample by table, the engine against a slow reference, refusals with their places.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "a panic is a failed test, and seeds are printed"
)]
#![expect(clippy::too_many_lines, reason = "a table is as long as its cases")]

mod analysis;
mod check;
mod config;
mod directory;
mod example;
mod nist;
mod projection;
mod random;
mod reference;
mod usage;

use crate::{Actor, CompiledPolicy, Schema};
use std::sync::LazyLock;
use strongroom_types::{ActorId, RoleName, Timestamp};

pub(crate) const SCHEMA: &str = include_str!("../examples/crm.schema.toml");
const POLICY: &str = include_str!("../examples/crm.policy.toml");

pub(crate) fn sample() -> &'static (Schema, CompiledPolicy) {
    static SAMPLE: LazyLock<(Schema, CompiledPolicy)> = LazyLock::new(|| {
        let schema = Schema::from_toml(SCHEMA, "crm.schema.toml").unwrap_or_else(|error| panic!("{error}"));
        let policy = CompiledPolicy::from_toml(&schema, POLICY, "crm.policy.toml");
        (schema, policy.unwrap_or_else(|error| panic!("{error}")))
    });
    &SAMPLE
}

pub(crate) fn actor(number: u8, roles: &[&str]) -> Actor {
    Actor::new(ActorId::from_bytes([number; 16]), roles.iter().map(|role| RoleName::new(role).unwrap()))
}

/// A Friday, 10:00 in Shanghai.
pub(crate) fn now() -> Timestamp {
    "2026-11-20T10:00:00+08:00".parse().unwrap()
}

/// How many cases, scaled by `STRONGROOM_EFFORT`: 1 quick (the default), 10 for each merge, 100 to soak.
fn cases(base: u32) -> u32 {
    let effort = std::env::var("STRONGROOM_EFFORT").ok().and_then(|effort| effort.parse().ok()).unwrap_or(1);
    base * effort
}

/// Where a run of many cases begins: `STRONGROOM_SEED`, or else at random. Printed, so that it can be run again.
fn seed() -> u64 {
    use std::hash::BuildHasher;
    let named = std::env::var("STRONGROOM_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = named.unwrap_or_else(|| std::hash::RandomState::new().hash_one(0));
    println!("STRONGROOM_SEED={seed}");
    seed
}
