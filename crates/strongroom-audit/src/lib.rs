#![doc = include_str!("../README.md")]

mod checkpoint;
mod codec;
mod commit;
mod commit_path;
mod detail;
mod entry;
mod evaluate;
mod event;
mod export;
mod fence;
mod hash;
mod head;
mod key;
mod log;
mod lookup;
mod name;
mod note;
mod proof;
mod report;
mod tail;
mod tree;
mod verify;
mod walk;
mod witness;

#[cfg(test)]
mod tests;

pub use checkpoint::{Checkpoint, CheckpointError, CheckpointSigner, SignError};
pub use commit::{Commit, LogError, Receipt};
pub use detail::{DETAIL_BYTES_MAX, DETAIL_OVERHEAD_BYTES_MAX, Detail, DetailError, DetailSealer};
pub use entry::{ENTRY_BYTES_MAX, Entry, EntryError, EntryId};
pub use event::{Decision, Event, FactValue, Outcome};
pub use export::ExportError;
pub use fence::{FENCE_GENERATION_FIRST, Fence, FenceChange, Guard};
pub use hash::{leaf_hash, sha256};
pub use key::{SPACE_ID_MAX, SPACES, Stream};
pub use log::{Log, LogOptions, OpenError};
pub use lookup::LookupError;
pub use name::{EventName, FactName};
pub use note::{NoteError, SignedNote, VerifierKey};
pub use proof::{ConsistencyProof, InclusionProof, ProofError, verify_consistency, verify_inclusion};
pub use report::{Finding, Reason, Report, Verdict};
pub use verify::{Progress, VerifyError, VerifyOptions, verify};
pub use witness::{FileWitness, Seen, Witness, WitnessError};
pub use zeroize::Zeroizing;
