//! What a disposal asks of the world, in this crate's words. The host implements these traits; each says what it must promise.

use crate::{BackupSet, CertificateBody, Citation, Exception, GuaranteeCode, PlanLine, ReasonCode};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};
use strongroom_types::{ActorId, CaseId, CustomerId, Digest, KeyId, RecordId, TenantId, Timestamp};

/// Why a port did not do what it was asked. Texts are the adapter's own words: names from configuration, never data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PortError {
    /// What was read back is not what was written, or cannot be read.
    #[error("stored state is damaged: {0}")]
    Corrupt(String),
    /// A hold was placed after the plan was made. Plan again.
    #[error("a hold was placed meanwhile")]
    Held,
    /// It will not be done, however often it is asked.
    #[error("refused: {0}")]
    Refused(String),
    /// Another disposal has condemned the customer already.
    #[error("too late: another disposal has begun")]
    TooLate,
    /// It did not answer, or not in time; asking again may help.
    #[error("unavailable: {0}")]
    Unavailable(String),
}

/// Where an entry stands in the tenant's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogRef {
    /// The entry's index, from 0.
    pub index: u64,
    /// The entry's leaf hash.
    pub leaf: Digest,
}

/// That an entry is in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The entry.
    pub log: LogRef,
    /// What the log's verifier needs (entry bytes, tree size, hashes, checkpoint); opaque here.
    pub evidence: serde_json::Value,
}

/// The durable memory of a disposal: the log, the fence and the sealed case data.
pub trait Journal {
    /// Makes the intent durable. One commit holds the log entry, the customer's fence as condemned and the sealed intent, with
    /// the holds version as its precondition: [`PortError::Held`] if it differs from [`Intent::holds_version`],
    /// [`PortError::TooLate`] if another case has condemned the customer. Durable when it returns.
    ///
    /// Idempotent by case: asked again after a crash, it answers with what the first call wrote.
    fn intend(&self, intent: &Intent) -> Result<LogRef, PortError>;

    /// Appends a step to the case, durably. Steps hold no personal data. A step that is recorded twice may stand twice.
    fn record(&self, case: CaseId, step: &StepRecord) -> Result<(), PortError>;

    /// Writes the result entry with the certificate body's digest and sets the fence to gone (or active again under the new
    /// key generation, if the customer stays) in one durable commit.
    ///
    /// Idempotent by case: asked again with the same digest, it answers with the first entry; with another, it refuses.
    fn result(&self, result: &ResultRecord) -> Result<LogRef, PortError>;

    /// What [`Journal::intend`] and [`Journal::record`] stored for a case, steps in order; `None` if it has no intent.
    fn recall(&self, case: CaseId) -> Result<Option<Recalled>, PortError>;
}

/// What a journal remembers of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Recalled {
    /// The intent as it was.
    pub intent: Intent,
    /// Its log entry.
    pub log: LogRef,
    /// The steps that were recorded, in order.
    pub steps: Vec<StepRecord>,
}

/// Destroys keys.
pub trait Shredder {
    /// Destroys the key generations under which the intent's data lies. Where [`Intent::whole_customer`] is false, what stays
    /// is first re-sealed under a new generation and committed. Durable when it returns.
    ///
    /// Idempotent by case: asked again, it answers with the first receipt.
    fn shred(&self, intent: &Intent) -> Result<ShredReceipt, PortError>;
}

/// What was destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShredReceipt {
    /// The key generations that are gone; may be empty if the data never had a key of its own.
    pub keys: Vec<KeyId>,
    /// When.
    pub destroyed_at: Timestamp,
    /// When the key epoch that wrapped them was destroyed, too, if it was.
    pub epoch_turned_at: Option<Timestamp>,
    /// What the key provider promises about old copies, as a code.
    pub guarantee: GuaranteeCode,
}

/// A place that holds the customer's data: the store itself, an index, a mailbox, a cloud folder, a warehouse.
pub trait PurgeTarget {
    /// Its name, unique among the targets, the adapter's version and how it disposes.
    fn describe(&self) -> TargetInfo;

    /// Counts what it holds of the scope and says what it will need to find it again when the keys are gone. Changes nothing.
    fn discover(&self, scope: &PurgeScope<'_>) -> Result<Discovery, PortError>;

    /// Removes it; durable when it returns. Idempotent: removing what is gone succeeds.
    fn erase(&self, intent: &Intent) -> Result<(), PortError>;

    /// Looks again, by another path than the removal where there is one.
    fn verify_absence(&self, intent: &Intent) -> Result<Absence, PortError>;
}

/// Who a target is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetInfo {
    /// The name from configuration, unique among the targets.
    pub name: String,
    /// The adapter's version.
    pub version: String,
    /// How it disposes.
    pub method: Method,
}

/// How a target disposes of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// It deletes; what its medium keeps of deleted data is not known.
    Delete,
    /// What it holds was only ever sealed under the destroyed keys; it also deletes.
    KeyDestroy,
}

/// What a target is asked to look for.
#[derive(Debug, Clone, Copy)]
pub struct PurgeScope<'a> {
    /// The case.
    pub case: CaseId,
    /// Whose data.
    pub customer: CustomerId,
    /// The records and fields that go.
    pub erase: &'a [PlanLine],
    /// Whether everything of the customer goes.
    pub whole_customer: bool,
}

/// What a target found.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discovery {
    /// How many objects of its own kind.
    pub found: u64,
    /// What it needs to find them again (external ids, index tokens). May be personal data: it is kept only in the sealed
    /// intent and is in no log entry and no certificate.
    pub locators: Vec<String>,
}

impl fmt::Debug for Discovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Discovery").field("found", &self.found).field("locators", &"[redacted]").finish()
    }
}

/// What a second look found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// Nothing.
    Absent,
    /// Something.
    StillThere {
        /// How many objects.
        count: u64,
    },
}

/// Shows that entries are in the log.
pub trait ProofSource {
    /// Checkpoints the log and proves each entry in it: one proof for each, in the same order.
    fn checkpoint_and_prove(&self, refs: &[LogRef]) -> Result<Vec<Proof>, PortError>;
}

/// Signs certificates with Ed25519 (RFC 8032).
pub trait CertificateSigner {
    /// The name of the key, as verifiers know it.
    fn key_name(&self) -> &str;

    /// The public key.
    fn public_key(&self) -> [u8; 32];

    /// The signature of these bytes.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], PortError>;
}

/// Checks proofs against a pinned log key, offline.
pub trait ProofCheck {
    /// Whether the evidence proves that the entry is in the log, and whether the entry says what is claimed.
    fn check(&self, proof: &Proof, claim: &Claim) -> Result<(), PortError>;
}

/// What a log entry is claimed to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is the intent of this case.
    Intent {
        /// The case.
        case: CaseId,
    },
    /// It is the result of this case, with this certificate body.
    Result {
        /// The case.
        case: CaseId,
        /// The digest of the certificate body.
        body: Digest,
    },
}

/// Everything that the steps after the intent need, so that they can be done when keys and identifiers are gone.
///
/// Stored sealed by the [`Journal`]: locators may be personal data. Nothing else in it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// The case; one disposal per case.
    pub case: CaseId,
    /// The tenant.
    pub tenant: TenantId,
    /// Whose records.
    pub customer: CustomerId,
    /// Why, as a code.
    pub reason: ReasonCode,
    /// Who asked for it.
    pub requester: ActorId,
    /// Who runs it.
    pub operator: ActorId,
    /// Who agreed.
    pub approvers: Vec<ActorId>,
    /// When it was planned.
    pub planned_at: Timestamp,
    /// When it was intended.
    pub intended_at: Timestamp,
    /// The tenant's holds version that the plan saw.
    pub holds_version: u64,
    /// Whether everything of the customer goes.
    pub whole_customer: bool,
    /// What goes.
    pub erase: Vec<PlanLine>,
    /// What stays and why.
    pub exceptions: Vec<Exception>,
    /// The rules cited by either.
    pub citations: Vec<Citation>,
    /// The backups that outlive the disposal for a while.
    pub backups: Vec<BackupSet>,
    /// What each target found.
    pub discoveries: Vec<Discovered>,
}

/// What one target found, as the intent keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discovered {
    /// The target.
    pub target: String,
    /// What it found.
    pub discovery: Discovery,
}

impl Intent {
    /// What a target asked to be remembered; empty if it is unknown.
    pub fn locators(&self, target: &str) -> &[String] {
        let found = self.discoveries.iter().find(|discovered| discovered.target == target);
        found.map_or(&[], |discovered| &discovered.discovery.locators)
    }

    /// The records of which something goes, each once, in order.
    pub fn records(&self) -> impl Iterator<Item = RecordId> {
        self.erase.iter().map(|line| line.record).collect::<BTreeSet<_>>().into_iter()
    }
}

/// A step that was done. No personal data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepRecord {
    /// The keys are destroyed.
    Shredded(ShredReceipt),
    /// A target has erased.
    Erased(TargetStep),
    /// A target's second look found nothing.
    Verified(TargetStep),
    /// The certificate's body, fixed before its digest goes into the log.
    Body(Box<CertificateBody>),
}

/// A step at one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetStep {
    /// The target.
    pub target: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was done.
    pub ended_at: Timestamp,
}

/// The result entry of a disposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultRecord {
    /// The case.
    pub case: CaseId,
    /// Whose records.
    pub customer: CustomerId,
    /// The digest of the certificate body.
    pub body: Digest,
    /// The intent's entry.
    pub intent: LogRef,
    /// When it was done.
    pub at: Timestamp,
}
