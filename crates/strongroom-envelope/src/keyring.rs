//! The local key provider: one small file under a passphrase.

mod contents;
mod file;
mod params;

pub use params::KeyringParams;

use crate::{
    Epoch, EpochReceipt, Guarantee, KeyProvider, Passphrase, ProviderError, Secret, Signer, Wrapped,
    aead::TAG_BYTES,
};
use contents::{Contents, EpochKey, TenantKeys};
use file::Envelope;
use std::{
    collections::BTreeMap,
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};
use strongroom_types::{Random, RandomError, TenantId, Timestamp};

const NONCE_BYTES: usize = 12;

/// What a signing key of the keyring signs. Each purpose has a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SigningPurpose {
    /// Certificates and tombstones.
    Certificate,
    /// Checkpoints of the log.
    Log,
}

/// The local key provider: tenants' key-encryption keys and the signing seeds in one file, sealed under an argon2id
/// passphrase (RFC 9106).
///
/// The file is replaced, never changed: written beside itself with mode 0600, synced, renamed, and the folder synced. What was
/// destroyed is absent from the new file; an **old copy** of the file with its passphrase still opens what it opened
/// then, and [`Guarantee::LocalKeyring`] says so.
///
/// One process at a time should have it open. A second one that writes is not overwritten:
/// [`KeyringError::ChangedOnDisk`].
pub struct Keyring {
    path: PathBuf,
    random: Arc<dyn Random>,
    state: RwLock<State>,
}

struct State {
    envelope: Envelope,
    contents: Contents,
}

/// Why a keyring was not opened or not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// There is something at the path already.
    #[error("`{}` is already there: a keyring is never overwritten by a new one", .path.display())]
    AlreadyThere {
        /// Where.
        path: PathBuf,
    },
    /// Somebody else has written the file since this process read it. Open it anew.
    #[error("`{}` was changed by another process: open it anew", .path.display())]
    ChangedOnDisk {
        /// Where.
        path: PathBuf,
    },
    /// The file begins as a keyring and goes on as none.
    #[error("keyring `{}` is damaged: {what}", .path.display())]
    Damaged {
        /// Where.
        path: PathBuf,
        /// What is wrong.
        what: &'static str,
    },
    /// The file is something else.
    #[error("`{}` is not a keyring", .path.display())]
    Foreign {
        /// Where.
        path: PathBuf,
    },
    /// A promise between our own functions is broken.
    #[error("an internal promise is broken: {0}")]
    Invariant(&'static str),
    /// The file could not be read or written.
    #[error("keyring `{}`: {source}", .path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is nothing at the path.
    #[error("there is no keyring at `{}`", .path.display())]
    Missing {
        /// Where.
        path: PathBuf,
    },
    /// Written by a later version of this program.
    #[error("keyring `{}` has format version {found}, this program reads version 0", .path.display())]
    NewerVersion {
        /// Where.
        path: PathBuf,
        /// The version that was found.
        found: u16,
    },
    /// Argon2id does not work with these numbers.
    #[error("argon2id takes 8 KiB of memory per lane to 1 GiB, 1 to 32 passes and 1 to 16 lanes")]
    Params,
    /// An empty passphrase protects nothing.
    #[error("the passphrase is empty")]
    PassphraseEmpty,
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// More than the format holds.
    #[error("a keyring holds at most {} tenants", contents::TENANTS_MAX)]
    TooManyTenants,
    /// The file ends before its header says.
    #[error("keyring `{}` is cut short: {bytes} bytes are there", .path.display())]
    Truncated {
        /// Where.
        path: PathBuf,
        /// How long it is.
        bytes: usize,
    },
    /// One of the two; which, nobody can tell.
    #[error("keyring `{}` does not open: the passphrase is wrong or the file is damaged", .path.display())]
    WrongPassphraseOrDamaged {
        /// Where.
        path: PathBuf,
    },
}

impl Keyring {
    /// Makes a keyring with fresh keys for these tenants, durably. Refuses to touch a file that is there.
    pub fn create(
        path: &Path,
        passphrase: &Passphrase,
        params: KeyringParams,
        tenants: &[TenantId],
        now: Timestamp,
        random: Arc<dyn Random>,
    ) -> Result<Self, KeyringError> {
        if path.symlink_metadata().is_ok() {
            return Err(KeyringError::AlreadyThere { path: path.to_owned() });
        }
        let mut contents = Contents { created: now, seeds: BTreeMap::new(), tenants: BTreeMap::new() };
        for purpose in [SigningPurpose::Log, SigningPurpose::Certificate] {
            contents.seeds.insert(purpose, Secret::fresh(random.as_ref())?);
        }
        for tenant in tenants {
            contents.tenants.insert(*tenant, TenantKeys::fresh(now, random.as_ref())?);
        }
        let mut envelope = Envelope::fresh(passphrase, params, random.as_ref())?;
        envelope.write_new(path, &contents, random.as_ref())?;
        Ok(Self { path: path.to_owned(), random, state: RwLock::new(State { envelope, contents }) })
    }

    /// Opens a keyring. Takes as long as its parameters of argon2id say.
    pub fn open(path: &Path, passphrase: &Passphrase, random: Arc<dyn Random>) -> Result<Self, KeyringError> {
        let (envelope, contents) = Envelope::open(path, passphrase)?;
        Ok(Self { path: path.to_owned(), random, state: RwLock::new(State { envelope, contents }) })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whose keys it holds.
    pub fn tenants(&self) -> Vec<TenantId> {
        self.read().contents.tenants.keys().copied().collect()
    }

    /// Gives another tenant its first key-encryption key, durably. A tenant that is there keeps its keys.
    pub fn add_tenant(&self, tenant: TenantId, now: Timestamp) -> Result<(), KeyringError> {
        let state = &mut *self.write();
        if state.contents.tenants.contains_key(&tenant) {
            return Ok(());
        }
        let keys = TenantKeys::fresh(now, self.random.as_ref())?;
        state.contents.tenants.insert(tenant, keys);
        let saved = self.save(state);
        if saved.is_err() {
            state.contents.tenants.remove(&tenant);
        }
        saved
    }

    /// Seals the file under another passphrase, durably. The keys in it stay the same, so old copies of the file
    /// open with the old passphrase.
    pub fn change_passphrase(
        &self,
        current: &Passphrase,
        next: &Passphrase,
        params: KeyringParams,
    ) -> Result<(), KeyringError> {
        let state = &mut *self.write();
        // Whoever sits before an open program shows that the passphrase is theirs.
        state.envelope.check(&self.path, current)?;
        let mut envelope = Envelope::fresh(next, params, self.random.as_ref())?;
        envelope.replaces(&state.envelope);
        envelope.replace(&self.path, &state.contents, self.random.as_ref())?;
        state.envelope = envelope;
        Ok(())
    }

    /// The signing key of a purpose.
    pub fn signer(&self, purpose: SigningPurpose) -> Result<Signer, KeyringError> {
        let state = self.read();
        let seed = state.contents.seeds.get(&purpose);
        let seed = seed.ok_or(KeyringError::Invariant("a keyring has a seed for each purpose"))?;
        Signer::from_seed(seed).map_err(|_| KeyringError::Invariant("every seed makes a signing key"))
    }

    fn save(&self, state: &mut State) -> Result<(), KeyringError> {
        state.envelope.replace(&self.path, &state.contents, self.random.as_ref())
    }

    // Every change is whole, or taken back, before the lock is let go.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyProvider for Keyring {
    fn epoch(&self, tenant: TenantId) -> Result<Epoch, ProviderError> {
        Ok(self.read().contents.tenant(tenant)?.current()?.number)
    }

    fn wrap(&self, tenant: TenantId, context: &[u8], key: &Secret) -> Result<Wrapped, ProviderError> {
        let state = self.read();
        let epoch = state.contents.tenant(tenant)?.current()?;
        epoch.count_wrap()?;
        let mut nonce = [0; NONCE_BYTES];
        self.random.fill(&mut nonce).map_err(failed)?;
        let mut bytes = Vec::with_capacity(NONCE_BYTES.saturating_add(32).saturating_add(TAG_BYTES));
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(key.expose_secret());
        let aad = contents::wrap_aad(tenant, epoch.number, context);
        let sealed = epoch.sealer.seal_tail(nonce, &aad, &mut bytes, NONCE_BYTES);
        crate::head::or_wipe(&mut bytes, sealed).map_err(|_| failed(broken()))?;
        Ok(Wrapped { epoch: epoch.number, bytes })
    }

    fn unwrap(&self, tenant: TenantId, context: &[u8], wrapped: &Wrapped) -> Result<Secret, ProviderError> {
        let state = self.read();
        let epoch = state.contents.tenant(tenant)?.epoch(wrapped.epoch)?;
        let (nonce, sealed) = wrapped.bytes.split_at_checked(NONCE_BYTES).ok_or(ProviderError::Refused)?;
        let nonce = nonce.try_into().map_err(|_| ProviderError::Refused)?;
        let aad = contents::wrap_aad(tenant, epoch.number, context);
        let opened = epoch.sealer.open_copy(nonce, &aad, sealed).map_err(|_| ProviderError::Refused)?;
        let mut key = Secret::zeroed();
        if opened.len() != key.expose_secret().len() {
            return Err(ProviderError::Refused);
        }
        key.as_mut().copy_from_slice(&opened);
        Ok(key)
    }

    fn new_epoch(&self, tenant: TenantId, now: Timestamp) -> Result<Epoch, ProviderError> {
        let state = &mut *self.write();
        let keys = state.contents.tenant_mut(tenant)?;
        let number = keys.current()?.number.0.checked_add(1).map(Epoch).ok_or_else(|| failed(broken()))?;
        let fresh = EpochKey::new(number, now, Secret::fresh(self.random.as_ref()).map_err(failed)?);
        keys.epochs.push(fresh.map_err(|_| failed(broken()))?);
        let saved = self.save(state);
        if saved.is_err() {
            state.contents.tenant_mut(tenant)?.epochs.pop();
        }
        saved.map(|()| number).map_err(failed)
    }

    fn destroy_epochs_before(
        &self,
        tenant: TenantId,
        epoch: Epoch,
        now: Timestamp,
    ) -> Result<EpochReceipt, ProviderError> {
        let state = &mut *self.write();
        let keys = state.contents.tenant_mut(tenant)?;
        if epoch > keys.current()?.number {
            return Err(ProviderError::UnknownEpoch { epoch });
        }
        let kept = keys.epochs.iter().position(|key| key.number >= epoch).unwrap_or(0);
        if kept > 0 {
            let before = keys.destroyed;
            let destroyed: Vec<EpochKey> = keys.epochs.drain(..kept).collect();
            keys.destroyed = Some((epoch, now));
            if let Err(error) = self.save(state) {
                let keys = state.contents.tenant_mut(tenant)?;
                keys.epochs.splice(..0, destroyed);
                keys.destroyed = before;
                return Err(failed(error));
            }
        }
        let keys = state.contents.tenant(tenant)?;
        // Nothing was there to destroy, now or ever: then it is so since the keyring was made.
        let (destroyed_before, at) = keys.destroyed.unwrap_or((Epoch(1), state.contents.created));
        Ok(EpochReceipt { tenant, destroyed_before, at, guarantee: self.guarantee() })
    }

    fn guarantee(&self) -> Guarantee {
        Guarantee::LocalKeyring
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> ProviderError {
    ProviderError::Failed(Box::new(error))
}

const fn broken() -> KeyringError {
    KeyringError::Invariant("a cipher refused what fits its limits")
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("path", &self.path).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
