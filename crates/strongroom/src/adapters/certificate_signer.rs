//! `retention::CertificateSigner` by the keyring's certificate key.

use strongroom_envelope::Signer;
use strongroom_retention::{CertificateSigner, PortError};

pub(crate) struct KeyringCertificates {
    name: String,
    signer: Signer,
}

impl KeyringCertificates {
    pub(crate) fn new(name: String, signer: Signer) -> Self {
        Self { name, signer }
    }
}

impl CertificateSigner for KeyringCertificates {
    fn key_name(&self) -> &str {
        &self.name
    }

    fn public_key(&self) -> [u8; 32] {
        self.signer.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], PortError> {
        Ok(self.signer.sign(message))
    }
}
