//! The certificate of a disposal: what went, what stayed and why, signed, with proofs from the log, and without personal data.

use crate::{
    BackupSet, CertificateSigner, Citation, Claim, ClassName, Exception, GuaranteeCode, Intent, LogRef,
    Method, PortError, Proof, ProofCheck, ReasonCode, ShredReceipt, TargetInfo, TargetStep,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use strongroom_types::{ActorId, CaseId, CustomerId, Digest, KeyId, TenantId, Timestamp};

mod render;

/// The longest certificate, in bytes of JSON.
pub const CERTIFICATE_BYTES_MAX: usize = 16 << 20;
/// The version of the format that this crate writes and reads.
pub const CERTIFICATE_VERSION: u32 = 0;

/// What is signed starts with these bytes, so that a signature over anything else is none over a certificate.
const SIGNED_PREFIX: &[u8] = b"strongroom disposal certificate v0\n";

/// Why a certificate was not made, read or believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The text is not the one canonical spelling of its content.
    #[error("the certificate is not in canonical form")]
    Canonical,
    /// The epoch receipt does not name every key that the certificate says was destroyed, or is earlier than the destruction.
    #[error("the epoch receipt does not cover the keys of this certificate")]
    Epoch,
    /// It is already final.
    #[error("the certificate is already final")]
    Final,
    /// It is not a certificate.
    #[error("not a certificate: line {line}, column {column}")]
    Form {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// A proof is missing, is of another entry, or does not hold.
    #[error("the log does not prove the {what}: {error}")]
    Proof {
        /// `intent` or `result`.
        what: &'static str,
        /// What the check said.
        #[source]
        error: PortError,
    },
    /// There must be exactly one proof of the intent and one of the result.
    #[error("the certificate has {0} proofs, expected 2")]
    Proofs(usize),
    /// The signature is not by the pinned key over this content.
    #[error("the signature does not verify")]
    Signature,
    /// The signer failed.
    #[error("could not sign: {0}")]
    Sign(#[source] PortError),
    /// More than [`CERTIFICATE_BYTES_MAX`] bytes.
    #[error("a certificate has at most {CERTIFICATE_BYTES_MAX} bytes, this one {0}")]
    TooLarge(usize),
    /// A version that this crate does not know.
    #[error("certificate version {0} is not known")]
    Version(u32),
}

/// A signed certificate. Any change to `body`, `status` or the key's name breaks the signature; the proofs stand on their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// What happened. Fixed for ever: its digest is in the log.
    pub body: CertificateBody,
    /// Whether the destruction of the keys is backed by a turned epoch.
    pub status: Status,
    /// That the intent and the result are in the log, in this order.
    pub proofs: Vec<Proof>,
    /// The signature over body, status and key name.
    pub signature: Signature,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateBody {
    /// The version of the format.
    pub version: u32,
    /// The case.
    pub case: CaseId,
    /// The tenant.
    pub tenant: TenantId,
    /// The subject's pseudonym: a random id that means nothing once the records are gone.
    pub subject: CustomerId,
    /// Why, as a code.
    pub reason: ReasonCode,
    /// When the intent was made.
    pub intended_at: Timestamp,
    /// When the last target was verified.
    pub completed_at: Timestamp,
    /// The intent's log entry.
    pub intent: LogRef,
    /// The rules that the disposal followed, erasing and keeping.
    pub rules: Vec<Citation>,
    /// The classes of the data that went, in order.
    pub classes: Vec<ClassName>,
    /// From how many records something went.
    pub records: u64,
    /// Whether everything of the subject went.
    pub whole_subject: bool,
    /// What was done at each target.
    pub targets: Vec<TargetResult>,
    /// What stayed and why.
    pub exceptions: Vec<Exception>,
    /// The key generations that were destroyed.
    pub keys: Vec<KeyId>,
    /// When they were destroyed.
    pub destroyed_at: Timestamp,
    /// What the key provider promises about old copies, as a code.
    pub guarantee: GuaranteeCode,
    /// What is claimed, and no more than that.
    pub claims: Vec<Sanitisation>,
    /// The backups that outlive the disposal for a while.
    pub backups: Vec<BackupSet>,
    /// Who asked for it.
    pub requester: ActorId,
    /// Who agreed.
    pub approvers: Vec<ActorId>,
    /// Who ran it.
    pub operator: ActorId,
}

/// What a certificate may claim. NIST SP 800-88 speaks of media; a disposal of records in a living store is never its "purge"
/// or "destroy".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sanitisation {
    /// Cryptographic erase (NIST SP 800-88): the data was only ever stored encrypted, under keys of its own, and they are destroyed.
    CryptographicErase,
    /// Deleted through the target's own interface; what its medium keeps is not known.
    Delete,
}

/// What was done at one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetResult {
    /// The target.
    pub name: String,
    /// The adapter's version.
    pub adapter_version: String,
    /// How it disposes.
    pub method: Method,
    /// How many objects it held before.
    pub found: u64,
    /// When the removal began.
    pub started_at: Timestamp,
    /// When it was done.
    pub ended_at: Timestamp,
    /// When a second look found nothing.
    pub verified_absent_at: Timestamp,
}

/// Whether the destruction of the keys is final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase", deny_unknown_fields)]
pub enum Status {
    /// The key epoch that wrapped the destroyed keys is destroyed, too: old copies of the key store open nothing.
    Final {
        /// When the epoch was turned.
        epoch_turned_at: Timestamp,
    },
    /// Old copies of the key store could still be opened with the living epoch.
    Provisional,
}

/// An Ed25519 signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The name of the key.
    pub key_name: String,
    /// The public key, as 64 lower-case hexadecimal digits. A verifier trusts the key that it pinned, not this one.
    pub public_key: String,
    /// The signature, as 128 lower-case hexadecimal digits.
    pub value: String,
}

/// That a key epoch was turned: the new one wraps the living keys, and the old one is destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochReceipt {
    /// When the old epoch was destroyed.
    pub turned_at: Timestamp,
    /// The destroyed key generations that only the old epoch had wrapped.
    pub keys: Vec<KeyId>,
}

impl CertificateBody {
    pub(crate) fn new(
        intent: &Intent,
        log: LogRef,
        receipt: &ShredReceipt,
        targets: Vec<TargetResult>,
        now: Timestamp,
    ) -> Self {
        let classes: BTreeSet<_> = intent.erase.iter().map(|line| line.class.clone()).collect();
        let mut claims = BTreeSet::new();
        for target in &targets {
            // A target says that its data had keys of its own; only the receipt says that keys are gone.
            claims.insert(match target.method {
                Method::KeyDestroy if !receipt.keys.is_empty() => Sanitisation::CryptographicErase,
                Method::KeyDestroy | Method::Delete => Sanitisation::Delete,
            });
        }
        Self {
            version: CERTIFICATE_VERSION,
            case: intent.case,
            tenant: intent.tenant,
            subject: intent.customer,
            reason: intent.reason.clone(),
            intended_at: intent.intended_at,
            completed_at: now,
            intent: log,
            rules: intent.citations.clone(),
            classes: classes.into_iter().collect(),
            records: u64::try_from(intent.records().count()).unwrap_or(u64::MAX),
            whole_subject: intent.whole_customer,
            targets,
            exceptions: intent.exceptions.clone(),
            keys: receipt.keys.clone(),
            destroyed_at: receipt.destroyed_at,
            guarantee: receipt.guarantee.clone(),
            claims: claims.into_iter().collect(),
            backups: intent.backups.clone(),
            requester: intent.requester,
            approvers: intent.approvers.clone(),
            operator: intent.operator,
        }
    }

    /// The SHA-256 of the body's canonical JSON: what the log's result entry carries.
    pub fn digest(&self) -> Digest {
        let digest = ring::digest::digest(&ring::digest::SHA256, canonical(self).as_bytes());
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(digest.as_ref()).for_each(|(byte, from)| *byte = *from);
        Digest::from_bytes(bytes)
    }
}

impl Signature {
    /// The 64 bytes; `None` in any other spelling than lower-case hexadecimal.
    fn bytes(&self) -> Option<Vec<u8>> {
        hex::decode(&self.value).ok().filter(|bytes| bytes.len() == 64 && hex::encode(bytes) == self.value)
    }
}

impl TargetResult {
    pub(crate) fn new(info: TargetInfo, intent: &Intent, erased: &TargetStep, verified: &TargetStep) -> Self {
        let found = intent.discoveries.iter().find(|discovered| discovered.target == info.name);
        Self {
            name: info.name,
            adapter_version: info.version,
            method: info.method,
            found: found.map_or(0, |discovered| discovered.discovery.found),
            started_at: erased.started_at,
            ended_at: erased.ended_at,
            verified_absent_at: verified.ended_at,
        }
    }
}

impl Certificate {
    pub(crate) fn sign(
        body: CertificateBody,
        epoch_turned_at: Option<Timestamp>,
        proofs: Vec<Proof>,
        signer: &dyn CertificateSigner,
    ) -> Result<Self, PortError> {
        let status =
            epoch_turned_at.map_or(Status::Provisional, |epoch_turned_at| Status::Final { epoch_turned_at });
        let signature = Signature {
            key_name: signer.key_name().to_owned(),
            public_key: hex::encode(signer.public_key()),
            value: hex::encode(signer.sign(&signed_bytes(&body, status, signer.key_name()))?),
        };
        Ok(Self { body, status, proofs, signature })
    }

    /// The canonical JSON: one line, members in fixed order.
    pub fn to_json(&self) -> String {
        canonical(self)
    }

    /// Reads a certificate; every spelling but the canonical one is refused. Nothing is verified yet.
    pub fn from_json(text: &str) -> Result<Self, CertificateError> {
        if text.len() > CERTIFICATE_BYTES_MAX {
            return Err(CertificateError::TooLarge(text.len()));
        }
        let certificate: Self = serde_json::from_str(text)
            .map_err(|error| CertificateError::Form { line: error.line(), column: error.column() })?;
        if certificate.body.version != CERTIFICATE_VERSION {
            return Err(CertificateError::Version(certificate.body.version));
        }
        if certificate.to_json() != text || certificate.signature.bytes().is_none() {
            return Err(CertificateError::Canonical);
        }
        Ok(certificate)
    }

    /// Whether the pinned Ed25519 key signed this body and status. The key inside the certificate is not trusted.
    pub fn verify_signature(&self, public_key: &[u8; 32]) -> Result<(), CertificateError> {
        let value = self.signature.bytes().ok_or(CertificateError::Signature)?;
        if self.signature.public_key != hex::encode(public_key) {
            return Err(CertificateError::Signature);
        }
        ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, public_key)
            .verify(&signed_bytes(&self.body, self.status, &self.signature.key_name), &value)
            .map_err(|_| CertificateError::Signature)
    }

    /// Verifies the whole, offline: the signature by the pinned key, that the intent is in the log, and that the log's result
    /// entry carries the digest of this very body.
    pub fn verify(&self, public_key: &[u8; 32], proofs: &dyn ProofCheck) -> Result<(), CertificateError> {
        if self.body.version != CERTIFICATE_VERSION {
            return Err(CertificateError::Version(self.body.version));
        }
        self.verify_signature(public_key)?;
        let [intent, result] = self.proofs.as_slice() else {
            return Err(CertificateError::Proofs(self.proofs.len()));
        };
        let case = self.body.case;
        let failed = |what| move |error| CertificateError::Proof { what, error };
        if intent.log != self.body.intent {
            let error = PortError::Refused("the proof is of another entry".to_owned());
            return Err(failed("intent")(error));
        }
        proofs.check(intent, &Claim::Intent { case }).map_err(failed("intent"))?;
        let claim = Claim::Result { case, body: self.body.digest() };
        proofs.check(result, &claim).map_err(failed("result"))
    }

    /// Makes a provisional certificate final once the key epoch is turned, with a new signature. The body stays as it is, and so do
    /// the proofs of it.
    pub fn finalise(
        self,
        receipt: &EpochReceipt,
        signer: &dyn CertificateSigner,
    ) -> Result<Self, CertificateError> {
        if self.status != Status::Provisional {
            return Err(CertificateError::Final);
        }
        // SECURITY: nobody may finalise what he cannot show to be signed by the same key.
        self.verify_signature(&signer.public_key())?;
        let covered = self.body.keys.iter().all(|key| receipt.keys.contains(key));
        if !covered || receipt.turned_at < self.body.destroyed_at {
            return Err(CertificateError::Epoch);
        }
        Self::sign(self.body, Some(receipt.turned_at), self.proofs, signer).map_err(CertificateError::Sign)
    }
}

/// The bytes that are signed.
fn signed_bytes(body: &CertificateBody, status: Status, key_name: &str) -> Vec<u8> {
    #[derive(Serialize)]
    struct Signed<'a> {
        body: &'a CertificateBody,
        status: Status,
        key_name: &'a str,
    }
    [SIGNED_PREFIX, canonical(&Signed { body, status, key_name }).as_bytes()].concat()
}

/// FORMAT: JSON without white space, members in the order of the fields, no floats, text as UTF-8 with the escapes that JSON
/// demands. Serialisation of these types cannot fail: they have no maps with other keys than text, and no floats.
fn canonical<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
#[cfg(feature = "toml")]
mod tests;
