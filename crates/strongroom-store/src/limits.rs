//! The limits that hold on every backend. Each backend tests them at the limit and one past it.

/// The longest key, in bytes. Small enough for the index of every engine we know.
pub const KEY_BYTES_MAX: usize = 512;
/// The longest value, in bytes: a document chunk of 64 KiB with its seal and header fits, and a value of this size
/// still fits into one segment of every engine we know, so that no engine moves it to a file of its own.
pub const VALUE_BYTES_MAX: usize = 128 * 1024;
/// The most puts, deletes and prunes in one batch.
pub const BATCH_OPS_MAX: usize = 4096;
/// The most bytes of keys and values in one batch.
pub const BATCH_BYTES_MAX: usize = 384 * 1024;
/// The most preconditions in one batch.
pub const BATCH_PRECONDITIONS_MAX: usize = 4096;
/// The most bytes of keys and values in the preconditions of one batch; a digest counts its 32.
pub const PRECONDITION_BYTES_MAX: usize = 384 * 1024;
/// The most pairs that one `scan` answers; a larger limit is read as this.
pub const SCAN_LIMIT_MAX: usize = 10_000;
