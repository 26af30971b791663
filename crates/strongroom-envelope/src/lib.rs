#![doc = include_str!("../README.md")]

mod aead;
mod codec;
mod document;
mod error;
mod head;
mod kdf;
mod keyring;
mod keys;
mod normalise;
mod provider;
mod record;
mod secret;
mod signer;
mod small;
#[cfg(test)]
mod testing;
mod wipe;

pub use aead::{Suite, sha256};
pub use document::{CHUNK_BYTES, DocumentAddress, DocumentOpener, DocumentSealer, SealedDocument};
pub use error::{KeysError, OpenError, RewrapError, SealError};
pub use keyring::{Keyring, KeyringError, KeyringParams, SigningPurpose};
pub use keys::{
    CustomerKeys, Destroyed, DestroyedKey, EpochTurned, Generation, IndexToken, KeyInfo, KeyRole, KeyState,
    Keys, KeysOptions, PendingTurn, SEALS_PER_KEY_MAX, SPACES, TurnProgress,
};
pub use normalise::{FieldType, normalise};
pub use provider::{Epoch, EpochReceipt, Guarantee, KeyProvider, ProviderError, Wrapped};
pub use record::{
    FIELDS_MAX, OpenedRecord, RECORD_BYTES_MAX, RecordAddress, RecordHeader, SealedRecord, record_header,
};
pub use secret::{OsRandom, Passphrase, Secret};
pub use signer::{Signer, verify_signature};
pub use small::{LABEL_BYTES_MAX, SMALL_BYTES_MAX};
