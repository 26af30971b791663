//! Small sealed things: log details, case states, staged parts of an export.

use crate::{
    KeyRole, Keys, OpenError, SealError,
    aead::{TAG_BYTES, counter_nonce, sha256},
    codec::{Reader, list},
    head::{HEAD_BYTES, Head, Shape, or_wipe},
};
use strongroom_types::CustomerId;
use zeroize::Zeroizing;

/// The longest thing that `seal_small` takes, in bytes.
pub const SMALL_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The longest label, in bytes.
pub const LABEL_BYTES_MAX: usize = 255;

const SHAPE: Shape = Shape { magic: *b"SRsm", word: b"strongroom small" };

impl Keys {
    /// Seals something small under the customer's current key of that role, or under the tenant's own key.
    ///
    /// `label` says what it is (`log-detail`, `case-state`) and `aad` where it belongs; both must be given again to open,
    /// and neither is stored. At most [`SMALL_BYTES_MAX`] bytes and [`LABEL_BYTES_MAX`] of label.
    pub fn seal_small(
        &self,
        customer: Option<CustomerId>,
        role: KeyRole,
        label: &str,
        aad: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        bound("small thing", plain.len(), SMALL_BYTES_MAX)?;
        bound("label", label.len(), LABEL_BYTES_MAX)?;
        let key = self.current(customer, role)?;
        key.count_use()?;
        let bound = self.small_context(customer, role, label, aad);
        let begun = Head::begin(&SHAPE, self.suite(), &key, &sha256(&bound), self.random())?;
        let capacity = HEAD_BYTES.saturating_add(plain.len()).saturating_add(TAG_BYTES);
        let mut out = Vec::with_capacity(capacity);
        begun.head.write(&SHAPE, &mut out);
        out.extend_from_slice(plain);
        let sealed = begun.key.seal_tail(counter_nonce(0), &bound, &mut out, HEAD_BYTES);
        or_wipe(&mut out, sealed)?;
        Ok(out)
    }

    /// Opens what `seal_small` made, if customer, role, label and `aad` are the same.
    pub fn open_small(
        &self,
        customer: Option<CustomerId>,
        role: KeyRole,
        label: &str,
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let mut reader = Reader::new(sealed);
        let head = Head::read(&SHAPE, &mut reader)?;
        let key = self.generation(customer, role, head.generation)?;
        let bound = self.small_context(customer, role, label, aad);
        let opener = head.resume(&SHAPE, &key, &sha256(&bound))?;
        Ok(opener.open_copy(counter_nonce(0), &bound, reader.rest())?)
    }

    fn small_context(&self, customer: Option<CustomerId>, role: KeyRole, label: &str, aad: &[u8]) -> Vec<u8> {
        let customer = customer.as_ref().map_or(&[][..], |id| id.as_bytes());
        list(&[b"small", self.tenant().as_bytes(), customer, &[role.code()], label.as_bytes(), aad])
    }
}

pub(crate) fn bound(what: &'static str, bytes: usize, bytes_max: usize) -> Result<(), SealError> {
    if bytes > bytes_max { Err(SealError::TooLong { what, bytes, bytes_max }) } else { Ok(()) }
}
