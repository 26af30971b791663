//! What is in a keyring. FORMAT: `docs/format.md`, "The keyring file: body".

use super::SigningPurpose;
use crate::{
    Epoch, ProviderError, Secret, Suite,
    aead::SealKey,
    codec::{Broken, Reader, list},
};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};
use strongroom_types::{Random, RandomError, TenantId, Timestamp};
use zeroize::Zeroizing;

pub(super) const TENANTS_MAX: usize = 4096;
const EPOCHS_MAX: usize = 4096;
/// How many keys one epoch wraps before it asks for a turn. Nonces are random: NIST SP 800-38D, 8.3, allows 2^32.
/// The count starts anew with each opening of the file, so a quarter of that is where it ends.
const WRAPS_PER_EPOCH_MAX: u64 = 1 << 30;

pub(super) struct Contents {
    pub(super) created: Timestamp,
    pub(super) seeds: BTreeMap<SigningPurpose, Secret>,
    pub(super) tenants: BTreeMap<TenantId, TenantKeys>,
}

pub(super) struct TenantKeys {
    /// INVARIANT: ascending numbers, at least one; the last is current.
    pub(super) epochs: Vec<EpochKey>,
    /// No epoch below this one is here, since then.
    pub(super) destroyed: Option<(Epoch, Timestamp)>,
}

pub(super) struct EpochKey {
    pub(super) number: Epoch,
    pub(super) sealer: SealKey,
    created: Timestamp,
    key: Secret,
    wraps: AtomicU64,
}

impl TenantKeys {
    pub(super) fn fresh(now: Timestamp, random: &dyn Random) -> Result<Self, RandomError> {
        let first = EpochKey::new(Epoch(1), now, Secret::fresh(random)?).map_err(|_| RandomError)?;
        Ok(Self { epochs: vec![first], destroyed: None })
    }

    pub(super) fn current(&self) -> Result<&EpochKey, ProviderError> {
        self.epochs.last().ok_or_else(|| super::failed(super::broken()))
    }

    pub(super) fn epoch(&self, number: Epoch) -> Result<&EpochKey, ProviderError> {
        let found = self.epochs.iter().find(|key| key.number == number);
        found.ok_or_else(|| match self.epochs.last() {
            Some(newest) if newest.number < number => ProviderError::UnknownEpoch { epoch: number },
            _ => ProviderError::EpochGone { epoch: number },
        })
    }
}

impl EpochKey {
    pub(super) fn new(number: Epoch, created: Timestamp, key: Secret) -> Result<Self, Broken> {
        let sealer = SealKey::new(Suite::Aes256Gcm, key.expose_secret())?;
        Ok(Self { number, sealer, created, key, wraps: AtomicU64::new(0) })
    }

    pub(super) fn count_wrap(&self) -> Result<(), ProviderError> {
        let counted = self.wraps.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |wraps| {
            wraps.checked_add(1).filter(|wraps| *wraps <= WRAPS_PER_EPOCH_MAX)
        });
        counted.map(drop).map_err(|_| ProviderError::UsageLimit { epoch: self.number })
    }
}

impl Contents {
    pub(super) fn tenant(&self, tenant: TenantId) -> Result<&TenantKeys, ProviderError> {
        self.tenants.get(&tenant).ok_or(ProviderError::UnknownTenant { tenant })
    }

    pub(super) fn tenant_mut(&mut self, tenant: TenantId) -> Result<&mut TenantKeys, ProviderError> {
        self.tenants.get_mut(&tenant).ok_or(ProviderError::UnknownTenant { tenant })
    }

    pub(super) fn encode(&self) -> Result<Zeroizing<Vec<u8>>, Broken> {
        let epochs = self.tenants.values().fold(0_usize, |sum, keys| sum.saturating_add(keys.epochs.len()));
        // Never grown: a buffer that moved would leave keys behind.
        let bytes = [
            64,
            self.seeds.len().saturating_mul(33),
            self.tenants.len().saturating_mul(30),
            epochs.saturating_mul(44),
        ];
        let mut out = Zeroizing::new(Vec::with_capacity(bytes.into_iter().fold(0, usize::saturating_add)));
        out.extend_from_slice(&self.created.unix_micros().to_le_bytes());
        out.push(u8::try_from(self.seeds.len()).map_err(|_| Broken)?);
        for (purpose, seed) in &self.seeds {
            out.push(purpose_code(*purpose));
            out.extend_from_slice(seed.expose_secret());
        }
        out.extend_from_slice(&count(self.tenants.len(), TENANTS_MAX)?);
        for (tenant, keys) in &self.tenants {
            keys.encode(*tenant, &mut out)?;
        }
        Ok(out)
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Broken> {
        let mut reader = Reader::new(bytes);
        let created = reader.instant()?;
        let mut seeds = BTreeMap::new();
        for _ in 0..reader.u8()? {
            let purpose = purpose(reader.u8()?)?;
            if seeds.last_key_value().is_some_and(|(last, _)| *last >= purpose) {
                return Err(Broken);
            }
            seeds.insert(purpose, secret(&mut reader)?);
        }
        let mut tenants = BTreeMap::new();
        for _ in 0..read_count(&mut reader, TENANTS_MAX)? {
            let tenant = TenantId::from_bytes(reader.array()?);
            if tenants.last_key_value().is_some_and(|(last, _)| *last >= tenant) {
                return Err(Broken);
            }
            tenants.insert(tenant, TenantKeys::decode(&mut reader)?);
        }
        reader.end()?;
        Ok(Self { created, seeds, tenants })
    }
}

impl TenantKeys {
    fn encode(&self, tenant: TenantId, out: &mut Vec<u8>) -> Result<(), Broken> {
        out.extend_from_slice(tenant.as_bytes());
        let (before, at) = self.destroyed.map_or((0, 0), |(before, at)| (before.0, at.unix_micros()));
        out.extend_from_slice(&before.to_le_bytes());
        out.extend_from_slice(&at.to_le_bytes());
        out.extend_from_slice(&count(self.epochs.len(), EPOCHS_MAX)?);
        for epoch in &self.epochs {
            out.extend_from_slice(&epoch.number.0.to_le_bytes());
            out.extend_from_slice(&epoch.created.unix_micros().to_le_bytes());
            out.extend_from_slice(epoch.key.expose_secret());
        }
        Ok(())
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, Broken> {
        let (before, at) = (Epoch(reader.u32()?), reader.instant()?);
        let destroyed = match (before.0, at.unix_micros()) {
            (0, 0) => None,
            (0, _) => return Err(Broken),
            _ => Some((before, at)),
        };
        let mut epochs: Vec<EpochKey> = Vec::new();
        for _ in 0..read_count(reader, EPOCHS_MAX)? {
            let number = Epoch(reader.u32()?);
            let least = epochs.last().map_or(before.0.max(1), |last| last.number.0.saturating_add(1));
            if number.0 < least {
                return Err(Broken);
            }
            let created = reader.instant()?;
            epochs.push(EpochKey::new(number, created, secret(reader)?)?);
        }
        if epochs.is_empty() { Err(Broken) } else { Ok(Self { epochs, destroyed }) }
    }
}

/// What a wrap is bound to.
pub(super) fn wrap_aad(tenant: TenantId, epoch: Epoch, context: &[u8]) -> Vec<u8> {
    list(&[b"keyring wrap", tenant.as_bytes(), &epoch.0.to_le_bytes(), context])
}

const fn purpose_code(purpose: SigningPurpose) -> u8 {
    match purpose {
        SigningPurpose::Certificate => 1,
        SigningPurpose::Log => 2,
    }
}

const fn purpose(code: u8) -> Result<SigningPurpose, Broken> {
    match code {
        1 => Ok(SigningPurpose::Certificate),
        2 => Ok(SigningPurpose::Log),
        _ => Err(Broken),
    }
}

fn secret(reader: &mut Reader<'_>) -> Result<Secret, Broken> {
    let mut secret = Secret::zeroed();
    secret.as_mut().copy_from_slice(reader.take(32)?);
    Ok(secret)
}

fn count(count: usize, max: usize) -> Result<[u8; 4], Broken> {
    let count = Some(count).filter(|count| *count <= max).ok_or(Broken)?;
    u32::try_from(count).map(u32::to_le_bytes).map_err(|_| Broken)
}

fn read_count(reader: &mut Reader<'_>, max: usize) -> Result<usize, Broken> {
    let count = usize::try_from(reader.u32()?).map_err(|_| Broken)?;
    if count <= max { Ok(count) } else { Err(Broken) }
}
