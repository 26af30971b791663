//! An entry: one leaf of the log, parsed.

use crate::{Decision, Event, EventName, FactName, FactValue, FenceChange, Outcome, Stream, codec};
use serde::{Serialize, Serializer};
use std::{collections::BTreeMap, fmt};
use strongroom_types::{
    ActorId, ApprovalId, CaseId, CustomerId, Digest, Kind, Purpose, Random, RandomError, RecordId, RuleId,
    Timestamp, Zone,
};

/// The longest entry, in bytes of its leaf.
pub const ENTRY_BYTES_MAX: usize = 65_535;

/// 128 random bits that name an entry wherever it goes. Its index says where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId([u8; 16]);

/// The bytes are not an entry of version 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// The bytes break the format at this place.
    #[error("not an entry: byte {at} of {bytes} is not what the format has there")]
    Malformed {
        /// Where.
        at: usize,
        /// How long the leaf is.
        bytes: usize,
    },
    /// The values are an entry's, their spelling is not the one the format has.
    #[error("not an entry: {bytes} bytes that spell an entry in another way than the format does")]
    NotCanonical {
        /// How long the leaf is.
        bytes: usize,
    },
    /// Longer than [`ENTRY_BYTES_MAX`].
    #[error("an entry has at most {ENTRY_BYTES_MAX} bytes, this one has {bytes}")]
    TooLong {
        /// How long the leaf is.
        bytes: usize,
    },
}

/// One entry of the log: an [`Event`] as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// When: the caller's clock, or the time of the entry before where that is later. Never falls within a log.
    pub time: Timestamp,
    /// The caller's clock, where it was a second or more behind the entry before.
    pub clock: Option<Timestamp>,
    /// The log it belongs to.
    pub stream: Stream,
    /// Its name.
    pub id: EntryId,
    /// What happened.
    pub name: EventName,
    /// Who did it.
    pub actor: ActorId,
    /// On whose behalf.
    pub on_behalf: Option<ActorId>,
    /// Where from.
    pub zone: Option<Zone>,
    /// The kind of the object.
    pub kind: Option<Kind>,
    /// The object.
    pub record: Option<RecordId>,
    /// The customer it is about.
    pub customer: Option<CustomerId>,
    /// The customers it is about, where they are many.
    pub customers: Vec<CustomerId>,
    /// Why.
    pub purpose: Option<Purpose>,
    /// The approval it rests on.
    pub approval: Option<ApprovalId>,
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// What the policy said.
    pub decision: Option<Decision>,
    /// The rules that said so.
    pub rules: Vec<RuleId>,
    /// How it ended.
    pub outcome: Outcome,
    /// SHA-256 of the sealed record that was written.
    pub sealed: Option<Digest>,
    /// The version of the record.
    pub version: Option<u64>,
    /// How many.
    pub count: Option<u64>,
    /// Further typed facts.
    pub facts: BTreeMap<FactName, FactValue>,
    /// For each field of the sealed detail, HMAC-SHA256 of its name and value under a salt that lies in the detail.
    pub commitments: BTreeMap<FactName, Digest>,
    /// The fence changes of the commit, in its first entry.
    pub fences: Vec<FenceChange>,
}

impl Entry {
    /// The entry these bytes are, if they are one of version 0 in its only spelling.
    pub fn decode(leaf: &[u8]) -> Result<Self, EntryError> {
        if leaf.len() > ENTRY_BYTES_MAX {
            return Err(EntryError::TooLong { bytes: leaf.len() });
        }
        let entry = codec::decode(leaf).map_err(|at| EntryError::Malformed { at, bytes: leaf.len() })?;
        if codec::encode(&entry).as_bytes() == leaf {
            return Ok(entry);
        }
        Err(EntryError::NotCanonical { bytes: leaf.len() })
    }

    /// The bytes of the leaf.
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(self).into_bytes()
    }

    pub(crate) fn new(
        stream: Stream,
        id: EntryId,
        time: Timestamp,
        event: Event,
        commitments: BTreeMap<FactName, Digest>,
        fences: Vec<FenceChange>,
    ) -> Self {
        Self {
            time,
            clock: None,
            stream,
            id,
            name: event.name,
            actor: event.actor,
            on_behalf: event.on_behalf,
            zone: event.zone,
            kind: event.kind,
            record: event.record,
            customer: event.customer,
            customers: event.customers,
            purpose: event.purpose,
            approval: event.approval,
            case: event.case,
            decision: event.decision,
            rules: event.rules,
            outcome: event.outcome,
            sealed: event.sealed,
            version: event.version,
            count: event.count,
            facts: event.facts,
            commitments,
            fences,
        }
    }
}

// For reports and command lines; proofs are made over `encode`, whose member order is fixed.
impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value: serde_json::Value =
            serde_json::from_str(&codec::encode(self)).map_err(serde::ser::Error::custom)?;
        value.serialize(serializer)
    }
}

impl EntryId {
    /// The id with these 16 bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    pub(crate) fn fresh(random: &dyn Random) -> Result<Self, RandomError> {
        let mut bytes = [0; 16];
        random.fill(&mut bytes)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryId({self})")
    }
}
