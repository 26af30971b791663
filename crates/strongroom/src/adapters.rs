//! Where a leaf's trait meets another leaf. Each adapter is small and has no rules of its own.

mod case_journal;
mod certificate_signer;
mod log_proofs;
mod log_signer;
mod pseudonyms;
mod sealed_details;
mod shredder;
mod vault_target;

pub(crate) use case_journal::CaseJournal;
pub(crate) use certificate_signer::KeyringCertificates;
pub(crate) use log_proofs::{LogProofs, PinnedProofs};
pub(crate) use log_signer::LogSigner;
pub(crate) use sealed_details::SealedDetails;
pub(crate) use shredder::KeyShredder;
pub(crate) use vault_target::{TARGET_NAME, VaultTarget};
