//! The joint to whatever holds the key-encryption keys.

use crate::Secret;
use std::fmt;
use strongroom_types::{TenantId, Timestamp};

/// The number of a key-encryption key of one tenant. The first is 1; each turn adds one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Epoch(pub u32);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A key, sealed under a key-encryption key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    /// Which key-encryption key.
    pub epoch: Epoch,
    /// The sealed key, at most 512 bytes; what is in it, only the provider knows.
    pub bytes: Vec<u8>,
}

/// What a provider says when key-encryption keys were destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochReceipt {
    /// Whose keys.
    pub tenant: TenantId,
    /// No epoch below this one is in the provider.
    pub destroyed_before: Epoch,
    /// Since when.
    pub at: Timestamp,
    /// What the provider's word is worth.
    pub guarantee: Guarantee,
}

/// What it means when this provider says that a key is destroyed. Certificates quote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Guarantee {
    /// The keys were in one file under a passphrase.
    LocalKeyring,
    /// The keys never left the device that destroyed them.
    NonExportable,
}

impl Guarantee {
    /// The stable code in logs and certificates.
    pub const fn code(self) -> &'static str {
        match self {
            Self::LocalKeyring => "local-keyring",
            Self::NonExportable => "non-exportable",
        }
    }
}

impl fmt::Display for Guarantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LocalKeyring => {
                "the epoch is absent from the keyring file; an old copy of that file plus the passphrase still opens"
            }
            Self::NonExportable => "the epoch was destroyed inside a device that exports no keys",
        })
    }
}

/// Why a provider did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// The key-encryption key is destroyed.
    #[error("epoch {epoch} of the key-encryption keys is destroyed")]
    EpochGone {
        /// Which one.
        epoch: Epoch,
    },
    /// The provider itself failed.
    #[error("the key provider failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The wrapped key does not open: altered bytes, or another context than it was wrapped with.
    #[error("the wrapped key does not open")]
    Refused,
    /// The provider has no keys of this tenant.
    #[error("the key provider knows no tenant {tenant}")]
    UnknownTenant {
        /// Which one.
        tenant: TenantId,
    },
    /// The provider has not seen this epoch yet: it is an older copy than the key store.
    #[error("the key provider knows no epoch {epoch}: it is older than the key store")]
    UnknownEpoch {
        /// Which one.
        epoch: Epoch,
    },
    /// The key-encryption key has wrapped as many keys as it may. Turn the epoch.
    #[error("epoch {epoch} has wrapped as many keys as one epoch may: turn the epoch")]
    UsageLimit {
        /// Which one.
        epoch: Epoch,
    },
}

/// Holds the key-encryption keys of tenants, in numbered epochs, and never gives them away.
///
/// - **Atomicity**: each call happens or does not.
/// - **Ordering**: what a call returned, later calls know.
/// - **Durability**: `new_epoch` and `destroy_epochs_before` survive power loss once they returned; the others
///   change nothing.
/// - **Idempotence**: `destroy_epochs_before` may be repeated and answers with the receipt of the first time.
///   `new_epoch` makes a new one each time.
pub trait KeyProvider: Send + Sync {
    /// The epoch that `wrap` uses now.
    fn epoch(&self, tenant: TenantId) -> Result<Epoch, ProviderError>;

    /// Seals a key under the current epoch, bound to `context`.
    fn wrap(&self, tenant: TenantId, context: &[u8], key: &Secret) -> Result<Wrapped, ProviderError>;

    /// Opens a wrapped key, if it was wrapped for this tenant with the same `context`.
    fn unwrap(&self, tenant: TenantId, context: &[u8], wrapped: &Wrapped) -> Result<Secret, ProviderError>;

    /// Makes a new epoch, which is the current one from now on. The old ones still unwrap.
    fn new_epoch(&self, tenant: TenantId, now: Timestamp) -> Result<Epoch, ProviderError>;

    /// Destroys every epoch below `epoch`, which must not be above the current one.
    fn destroy_epochs_before(
        &self,
        tenant: TenantId,
        epoch: Epoch,
        now: Timestamp,
    ) -> Result<EpochReceipt, ProviderError>;

    /// What a receipt of this provider is worth.
    fn guarantee(&self) -> Guarantee;
}
