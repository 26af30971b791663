//! `audit::CheckpointSigner` by the keyring's log key.

use strongroom_audit::{CheckpointSigner, SignError};
use strongroom_envelope::Signer;

pub(crate) struct LogSigner {
    name: String,
    signer: Signer,
}

impl LogSigner {
    pub(crate) fn new(name: String, signer: Signer) -> Self {
        Self { name, signer }
    }
}

impl CheckpointSigner for LogSigner {
    fn key_name(&self) -> &str {
        &self.name
    }

    fn public_key(&self) -> [u8; 32] {
        self.signer.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        Ok(self.signer.sign(message))
    }
}
