//! Moving a vault to stores of another kind: copied, compared, verified, and only then switched over.

use crate::{Folder, FolderError, FolderOptions, Home, HomeError, Stores, Vault, Verification, spaces};
use std::path::Path;
use strongroom_envelope::Passphrase;
use strongroom_store::{CopyError, CopyProgress, Durability, copy};
use strongroom_types::{Random, TenantId};

/// How far a move is. Answered after each page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MoveProgress {
    /// Whether it is the store of keys; that of data and log comes first.
    pub keys: bool,
    /// How far that store is.
    pub copy: CopyProgress,
}

/// Why a vault was not moved. The stores that it had are as they were, and still the ones it uses.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MoveError {
    /// The stores could not be copied.
    #[error("{store}: {source}")]
    Copy {
        /// Which store: `data` or `keys`.
        store: &'static str,
        /// Why.
        source: CopyError,
    },
    /// The folder, or a store, could not be opened.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Both are the same place.
    #[error("`{0}` is where the vault is already")]
    SamePlace(String),
    /// It was stopped; the same call goes on.
    #[error("stopped; the same command goes on where it stopped")]
    Stopped,
    /// What arrived is not sound. The vault stays where it was.
    #[error("what arrived is not sound, so the vault stays where it was: {0}")]
    Unsound(String),
}

/// What was moved.
#[derive(Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Moved {
    /// From where.
    pub from: String,
    /// To where.
    pub to: String,
    /// Pairs in both stores.
    pub pairs: u64,
    /// Bytes of keys and values in both stores.
    pub bytes: u64,
    /// What verification of the vault in its new place found.
    pub verification: Verification,
}

impl Folder {
    /// Moves the vault in a folder into another home: copies both stores page by page, compares them pair by pair, opens
    /// the vault there and verifies it, and then writes the new home into `vault.toml`. Nothing else may have the vault
    /// open. Interrupted, the same call goes on where it stopped; nothing is changed in the old home.
    ///
    /// The old stores stay. They hold what they held, wrapped keys among it: once the new ones are trusted, remove them
    /// and [turn the key epoch](crate::Session::turn_epoch), after which copies of the old key store open nothing.
    ///
    /// # Errors
    ///
    /// [`MoveError`]; the vault stays in its old home.
    pub fn move_to(
        path: &Path,
        to: &Home,
        passphrase: &Passphrase,
        options: &FolderOptions,
        progress: &mut dyn FnMut(MoveProgress) -> bool,
    ) -> Result<Moved, MoveError> {
        let folder = Self::at(path);
        let (tenant, from) = folder.tenant_and_home(options)?;
        if from == *to {
            return Err(MoveError::SamePlace(from.to_string()));
        }
        let copied = copy_stores(path, tenant, &from, to, options.random.as_ref(), progress)?;
        let there = FolderOptions { store: Some(to.clone()), ..options.clone() };
        let vault: Vault = Self::open(path, passphrase, &there)?;
        let verified = vault.verify(Vec::new(), &mut |_| ());
        let verification = verified.map_err(|error| MoveError::Unsound(error.to_string()))?;
        drop(vault);
        if !verification.is_sound() {
            return Err(MoveError::Unsound(format!("{:?}", verification.verdict())));
        }
        folder.settle_in(to)?;
        let (pairs, bytes) = copied;
        Ok(Moved { from: from.to_string(), to: to.to_string(), pairs, bytes, verification })
    }
}

/// Copies both stores of a vault into another, empty home and compares them. Answers how many pairs and bytes there are.
/// The vault's folder is not changed. What is copied is sealed: no passphrase is needed.
///
/// # Errors
///
/// [`MoveError::Copy`]; the same call goes on where it stopped.
pub fn copy_stores(
    path: &Path,
    tenant: TenantId,
    from: &Home,
    to: &Home,
    random: &dyn Random,
    progress: &mut dyn FnMut(MoveProgress) -> bool,
) -> Result<(u64, u64), MoveError> {
    let open = |home: &Home| -> Result<Stores, MoveError> {
        home.open(path, random).map_err(|error: HomeError| FolderError::from(error).into())
    };
    let (source, target) = (open(from)?, open(to)?);
    let mut total = (0_u64, 0_u64);
    let data = (&*source.data, &*target.data, spaces::data());
    let keys = (&*source.keys, &*target.keys, spaces::keys());
    for (store, (source, target, spaces)) in [("data", data), ("keys", keys)] {
        let durability = target.capabilities().durability_max.min(Durability::Power);
        let told = &mut |copy| progress(MoveProgress { keys: store == "keys", copy });
        let done = copy(source, target, &spaces, tenant.as_bytes(), durability, told);
        let done = done.map_err(|source| MoveError::Copy { store, source })?;
        let done = done.ok_or(MoveError::Stopped)?;
        total = (total.0.saturating_add(done.pairs), total.1.saturating_add(done.bytes));
    }
    Ok(total)
}
