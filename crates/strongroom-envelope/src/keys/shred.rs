//! Destroying keys. A tombstone takes the key's place, in the same commit, for ever.

use super::{
    ATTEMPTS_MAX, Generation, KeyRole, KeyState, Keys,
    rows::{self, CUSTOMERS, KeyRow, PENDING, Place, TOMBSTONES, customer_range, tombstone_key},
};
use crate::{
    Epoch, KeysError,
    codec::{Broken, Reader},
    verify_signature,
};
use strongroom_store::{Batch, Direction};
use strongroom_types::{CaseId, CustomerId, KeyId, TenantId, Timestamp};

/// What every signed tombstone begins with, so that its signature is never one of something else.
const WORDS: &[u8] = b"strongroom tombstone 0\n";

/// The first of the two facts of a shred: the wrapped keys are deleted from the key store.
///
/// Old copies of that store may still hold the wraps, which the provider could unwrap until the epoch was turned:
/// see [`Keys::epoch_turned`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destroyed {
    /// Whose key store.
    pub tenant: TenantId,
    /// Whose keys.
    pub customer: CustomerId,
    /// What they were for.
    pub role: KeyRole,
    /// Which generation; `None` is all of them, and none will come after.
    pub generation: Option<Generation>,
    /// On which case.
    pub case: CaseId,
    /// When.
    pub at: Timestamp,
    /// The keys that were living until then.
    pub keys: Vec<DestroyedKey>,
    /// Who signed.
    pub public_key: [u8; 32],
    /// Ed25519 over [`Destroyed::signed_bytes`].
    pub signature: [u8; 64],
}

/// A key that is no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DestroyedKey {
    /// Which key.
    pub id: KeyId,
    /// Its generation.
    pub generation: Generation,
    /// The epoch its last wrap was under.
    pub epoch: Epoch,
}

impl Keys {
    /// Destroys every generation of a customer's data key. Durable on return; one commit. Asked again, it answers
    /// with the same receipt.
    pub fn shred(&self, customer: CustomerId, case: CaseId, now: Timestamp) -> Result<Destroyed, KeysError> {
        self.destroy(customer, KeyRole::Data, None, case, now)
    }

    /// Destroys one generation of a customer's data key, which must not be the enabled one. Durable on return;
    /// asked again, it answers with the same receipt.
    pub fn shred_generation(
        &self,
        customer: CustomerId,
        generation: Generation,
        case: CaseId,
        now: Timestamp,
    ) -> Result<Destroyed, KeysError> {
        self.destroy(customer, KeyRole::Data, Some(generation), case, now)
    }

    /// Destroys a customer's key for log details, so that what the log says beyond ids is gone. Durable on return;
    /// asked again, it answers with the same receipt.
    pub fn shred_log_details(
        &self,
        customer: CustomerId,
        case: CaseId,
        now: Timestamp,
    ) -> Result<Destroyed, KeysError> {
        self.destroy(customer, KeyRole::LogDetail, None, case, now)
    }

    fn destroy(
        &self,
        customer: CustomerId,
        role: KeyRole,
        generation: Option<Generation>,
        case: CaseId,
        now: Timestamp,
    ) -> Result<Destroyed, KeysError> {
        for _ in 0..ATTEMPTS_MAX {
            if let Some(receipt) = self.tombstone(customer, role, generation)? {
                // A crash may have come between the commit and this, or another process committed.
                self.cache().evict(customer, role);
                return Ok(receipt);
            }
            let living = self.living(customer, role, generation)?;
            let keys = living.iter().map(|(generation, _, row)| DestroyedKey {
                id: row.0.id,
                generation: *generation,
                epoch: row.0.wrapped.epoch,
            });
            let mut receipt = Destroyed {
                tenant: self.tenant,
                customer,
                role,
                generation,
                case,
                at: now,
                keys: keys.collect(),
                public_key: self.options.signer.public_key(),
                signature: [0; 64],
            };
            receipt.signature = self.options.signer.sign(&receipt.signed_bytes());
            let done = self.commit(&self.burial(&receipt, &living))?;
            // SECURITY: after the commit. Evicted before it, a key could be read back in between.
            self.cache().evict(customer, role);
            if done {
                return Ok(receipt);
            }
        }
        Err(KeysError::Contended)
    }

    // The living keys that are to go, each with its place and its row as it stands.
    fn living(
        &self,
        customer: CustomerId,
        role: KeyRole,
        only: Option<Generation>,
    ) -> Result<Vec<Living>, KeysError> {
        let range = customer_range(self.tenant, customer, Some(role));
        let pairs = self.store.scan(CUSTOMERS, &range, Direction::Forward, usize::MAX)?;
        let mut living = Vec::new();
        for (key, bytes) in pairs {
            let Place::Customer { generation, .. } = Place::parse(CUSTOMERS, &key)? else { continue };
            if only.is_none_or(|only| only == generation) {
                living.push((generation, key, (KeyRow::decode(&bytes)?, bytes)));
            }
        }
        let Some(only) = only else {
            return if living.is_empty() { Err(KeysError::NoKey) } else { Ok(living) };
        };
        match living.first() {
            Some((_, _, (row, _))) if row.state == KeyState::Enabled => {
                Err(KeysError::Enabled { generation: only })
            }
            Some(_) => Ok(living),
            None => {
                self.refuse_tombstone(customer, role, None)?;
                Err(KeysError::NoKey)
            }
        }
    }

    // Tombstone in, wraps out, and a note that they wait for a turn: all or nothing, and never for want of space.
    fn burial(&self, receipt: &Destroyed, living: &[Living]) -> Batch {
        let tombstone = tombstone_key(self.tenant, receipt.customer, receipt.role, receipt.generation);
        let epoch = receipt.epoch().map_or(0, |epoch| epoch.0).to_le_bytes();
        let pending = [&epoch[..], &receipt.at.unix_micros().to_le_bytes()].concat();
        let batch = Batch::new()
            .require_absent(TOMBSTONES, tombstone.clone())
            .put(TOMBSTONES, tombstone.clone(), receipt.encode())
            .put(PENDING, tombstone, pending)
            .from_reserve();
        living.iter().fold(batch, |batch, (_, key, (_, bytes))| {
            batch.require_value(CUSTOMERS, key.clone(), bytes.clone()).delete(CUSTOMERS, key.clone())
        })
    }

    /// The receipt of what was destroyed under exactly this name.
    pub(super) fn tombstone(
        &self,
        customer: CustomerId,
        role: KeyRole,
        generation: Option<Generation>,
    ) -> Result<Option<Destroyed>, KeysError> {
        let key = tombstone_key(self.tenant, customer, role, generation);
        self.store.get(TOMBSTONES, &key)?.map(|bytes| Destroyed::decode(&key, &bytes)).transpose()
    }

    pub(super) fn refuse_tombstone(
        &self,
        customer: CustomerId,
        role: KeyRole,
        generation: Option<Generation>,
    ) -> Result<(), KeysError> {
        match self.tombstone(customer, role, generation)? {
            Some(receipt) => Err(KeysError::Gone { generation, at: receipt.at }),
            None => Ok(()),
        }
    }
}

type Living = (Generation, Vec<u8>, (KeyRow, Vec<u8>));

impl Destroyed {
    /// The newest epoch that a stale wrap of these keys could be under.
    pub fn epoch(&self) -> Option<Epoch> {
        self.keys.iter().map(|key| key.epoch).max()
    }

    /// Whether the signature is that of its own public key; whether that key is yours, compare yourself.
    pub fn verify(&self) -> bool {
        verify_signature(&self.public_key, &self.signed_bytes(), &self.signature)
    }

    /// What is signed: every member but the signature, in `docs/format.md`'s order.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let name = tombstone_key(self.tenant, self.customer, self.role, self.generation);
        [WORDS, &name, &self.body()].concat()
    }

    fn body(&self) -> Vec<u8> {
        let mut body = vec![0];
        body.extend_from_slice(self.case.as_bytes());
        body.extend_from_slice(&self.at.unix_micros().to_le_bytes());
        body.extend_from_slice(&self.public_key);
        // A customer has at most 1024 living generations.
        body.extend_from_slice(&u16::try_from(self.keys.len()).unwrap_or(u16::MAX).to_le_bytes());
        for key in &self.keys {
            body.extend_from_slice(key.id.as_bytes());
            body.extend_from_slice(&key.generation.0.to_le_bytes());
            body.extend_from_slice(&key.epoch.0.to_le_bytes());
        }
        body
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = self.body();
        bytes.extend_from_slice(&self.signature);
        bytes
    }

    pub(super) fn decode(name: &[u8], bytes: &[u8]) -> Result<Self, KeysError> {
        let receipt = Self::read(name, bytes)
            .map_err(|_| KeysError::Damaged { what: "a tombstone of another form" })?;
        if receipt.verify() {
            Ok(receipt)
        } else {
            Err(KeysError::Damaged { what: "a tombstone's signature" })
        }
    }

    fn read(name: &[u8], bytes: &[u8]) -> Result<Self, Broken> {
        let mut of = Reader::new(name);
        let (tenant, customer) = (TenantId::from_bytes(of.array()?), CustomerId::from_bytes(of.array()?));
        let role = rows::role(of.u8()?)?;
        let generation = Some(u32::from_be_bytes(of.array()?)).filter(|number| *number > 0).map(Generation);
        of.end()?;
        let mut reader = Reader::new(bytes);
        rows::version(&mut reader)?;
        let case = CaseId::from_bytes(reader.array()?);
        let at = reader.instant()?;
        let public_key = reader.array()?;
        let count = reader.u16()?;
        let mut keys = Vec::new();
        for _ in 0..count {
            let id = KeyId::from_bytes(reader.array()?);
            keys.push(DestroyedKey {
                id,
                generation: Generation(reader.u32()?),
                epoch: Epoch(reader.u32()?),
            });
        }
        let signature = reader.array()?;
        reader.end()?;
        Ok(Self { tenant, customer, role, generation, case, at, keys, public_key, signature })
    }
}
