#![doc = include_str!("../README.md")]

mod commit;
mod failure;
mod open;
mod options;
mod patience;
mod pool;
mod schema;
mod snapshot;
mod store;
mod tls;

pub use open::OpenError;
pub use options::{Options, Tls, UrlError};
pub use store::PostgresStore;
pub use tls::TlsError;
