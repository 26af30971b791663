//! `audit::DetailSealer` by envelope's log-detail keys.

use std::sync::Arc;
use strongroom_audit::{DetailError, DetailSealer, Zeroizing};
use strongroom_envelope::{KeyRole, Keys, OpenError, SealError};
use strongroom_types::CustomerId;

const LABEL: &str = "log-detail";

pub(crate) struct SealedDetails(Arc<Keys>);

impl SealedDetails {
    pub(crate) fn new(keys: Arc<Keys>) -> Self {
        Self(keys)
    }
}

impl DetailSealer for SealedDetails {
    fn seal(&self, customer: Option<CustomerId>, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, DetailError> {
        self.0.seal_small(customer, KeyRole::LogDetail, LABEL, aad, plain).map_err(|error| match error {
            SealError::KeyGone { .. } => DetailError::KeyGone,
            _ => DetailError::Failed,
        })
    }

    fn open(
        &self,
        customer: Option<CustomerId>,
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, DetailError> {
        self.0.open_small(customer, KeyRole::LogDetail, LABEL, aad, sealed).map_err(|error| match error {
            OpenError::KeyGone { .. } => DetailError::KeyGone,
            _ => DetailError::Failed,
        })
    }
}
