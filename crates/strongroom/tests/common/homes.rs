//! Where a new vault may lie.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(unreachable_pub, reason = "test binaries take it")]

#[cfg(feature = "postgres")]
#[path = "../../../strongroom-store-postgres/tests/common/mod.rs"]
mod server;

use crate::common::options;
use strongroom::{FolderOptions, Home};

/// Every kind of store that this build and this machine have: where a new vault may lie.
pub fn homes() -> Vec<Home> {
    let mut homes = vec!["sled:".parse().unwrap()];
    if cfg!(feature = "redb") {
        homes.push("redb:".parse().unwrap());
    }
    #[cfg(feature = "postgres")]
    homes.extend(server::fresh_url().map(|url| url.parse::<Home>().unwrap()));
    homes
}

pub fn at_home(home: &Home) -> FolderOptions {
    FolderOptions { store: Some(home.clone()), ..options() }
}
