#![doc = include_str!("../README.md")]

#[cfg(feature = "conformance")]
pub mod conformance;

mod batch;
mod copy;
mod error;
#[cfg(feature = "faulty")]
mod faulty;
pub mod flat;
mod judge;
mod limits;
#[cfg(feature = "files")]
mod mark;
mod memory;
mod prune;
mod queue;
#[cfg(feature = "files")]
mod reserve;
mod space;
mod store;

pub use batch::{Batch, Op, Precondition};
pub use copy::{CopyError, CopyProgress, copy};
pub use error::{CommitError, FailedPrecondition, Found, ReadError, Refusal};
#[cfg(feature = "faulty")]
pub use faulty::{Fault, Faulty};
pub use judge::{Change, judge};
pub use limits::{
    BATCH_BYTES_MAX, BATCH_OPS_MAX, BATCH_PRECONDITIONS_MAX, KEY_BYTES_MAX, PRECONDITION_BYTES_MAX,
    SCAN_LIMIT_MAX, VALUE_BYTES_MAX,
};
#[cfg(feature = "files")]
pub use mark::{Mark, MarkError};
pub use memory::MemoryStore;
pub use prune::PruneRight;
pub use queue::{Queue, Slot};
#[cfg(feature = "files")]
pub use reserve::{Reserve, ReserveSizes};
pub use space::{Mode, Space};
pub use store::{
    Capabilities, Committed, Direction, Durability, KeyRange, Outcome, Pair, Read, ReadExt, Store, StoreExt,
};
