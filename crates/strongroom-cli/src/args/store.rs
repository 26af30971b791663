//! Commands about where the vault's stores lie.

use clap::{Args, Subcommand};
use strongroom::Home;

/// `store`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum StoreCommand {
    /// Run the conformance suite of the storage trait in a scratch space beside a store, which itself is not touched.
    Check(StoreCheckArgs),
    /// Copy the vault's stores into stores of another kind, compare them, verify the vault there, and use those from
    /// then on. Interrupted, the same command goes on where it stopped.
    Copy(StoreCopyArgs),
}

/// `store check`
#[derive(Debug, Clone, Args)]
pub(crate) struct StoreCheckArgs {
    /// The store, such as `redb:` or `sled:DIR` [default: that of the vault].
    #[arg(value_name = "STORE")]
    pub(crate) store: Option<Home>,
}

/// `store copy`
#[derive(Debug, Clone, Args)]
pub(crate) struct StoreCopyArgs {
    /// Where the vault's stores lie now, such as `sled:`.
    #[arg(value_name = "FROM")]
    pub(crate) from: Home,
    /// Where they shall lie, such as `redb:`. Must be empty, or an unfinished copy of this vault.
    #[arg(value_name = "TO")]
    pub(crate) to: Home,
}
