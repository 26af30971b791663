//! Where the two stores of a vault lie: data and log in one, wrapped keys in the other.

use std::{
    error, fmt,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
};
use strongroom_store::{PruneRight, Store};
use strongroom_types::{Random, RandomError};
use uuid::Uuid;

/// The kind of store and where it is, written as a URL.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Home {
    /// `sled:`, in the vault's folder, or `sled:DIR`. The default.
    Sled(Option<PathBuf>),
    /// `redb:`, in the vault's folder, or `redb:DIR`. For production on one machine; feature `redb`.
    Redb(Option<PathBuf>),
}

/// The two stores, opened.
pub struct Stores {
    /// Data and log.
    pub data: Arc<dyn Store>,
    /// The right to prune `data`.
    pub prune: PruneRight,
    /// Wrapped keys.
    pub keys: Arc<dyn Store>,
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stores").finish_non_exhaustive()
    }
}

/// A text names no home.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no store: write `sled:`, `redb:`, or either with a folder behind it")]
pub struct HomeParseError(String);

/// What kind of trouble a store has that does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HomeTrouble {
    /// This program was built without that kind of store.
    Absent,
    /// Another process has it open.
    Busy,
    /// What is there is not what was written.
    Damaged,
    /// Another program's, or a later version's.
    Foreign,
    /// It does not answer, or the operating system refused.
    Unavailable,
}

/// A store did not open.
#[derive(Debug, thiserror::Error)]
#[error("{source}")]
pub struct HomeError {
    /// What kind of trouble.
    pub trouble: HomeTrouble,
    /// What the backend says, with the place.
    pub source: Box<dyn error::Error + Send + Sync>,
}

impl HomeError {
    pub(crate) fn new(trouble: HomeTrouble, source: impl error::Error + Send + Sync + 'static) -> Self {
        Self { trouble, source: Box::new(source) }
    }
}

impl Default for Home {
    fn default() -> Self {
        Self::Sled(None)
    }
}

impl FromStr for Home {
    type Err = HomeParseError;

    fn from_str(text: &str) -> Result<Self, HomeParseError> {
        let dir = |rest: &str| Some(rest).filter(|rest| !rest.is_empty()).map(PathBuf::from);
        match text.split_once(':') {
            Some(("sled", rest)) => Ok(Self::Sled(dir(rest))),
            Some(("redb", rest)) => Ok(Self::Redb(dir(rest))),
            _ => Err(HomeParseError(text.to_owned())),
        }
    }
}

impl fmt::Display for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, dir) = match self {
            Self::Sled(dir) => ("sled", dir),
            Self::Redb(dir) => ("redb", dir),
        };
        match dir {
            Some(dir) => write!(f, "{scheme}:{}", dir.display()),
            None => write!(f, "{scheme}:"),
        }
    }
}

impl fmt::Debug for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Home({self})")
    }
}

impl Home {
    /// Opens both stores. `folder` is the vault's, for homes without a place of their own.
    ///
    /// # Errors
    ///
    /// [`HomeError`] says what kind of trouble it is and names the place.
    pub fn open(&self, folder: &Path, random: &dyn Random) -> Result<Stores, HomeError> {
        let unnamed = |error: RandomError| HomeError::new(HomeTrouble::Unavailable, error);
        let (first, second) = (opening(random).map_err(unnamed)?, opening(random).map_err(unnamed)?);
        match self {
            Self::Sled(dir) => {
                let dir = dir.as_deref().unwrap_or(folder);
                let (data, prune) = sled(&dir.join("data"), first)?;
                let (keys, _) = sled(&dir.join("keys"), second)?;
                Ok(Stores { data, prune, keys })
            }
            Self::Redb(dir) => {
                let dir = dir.clone().unwrap_or_else(|| folder.join("redb"));
                let (data, prune) = redb(&dir.join("data"), first)?;
                let (keys, _) = redb(&dir.join("keys"), second)?;
                Ok(Stores { data, prune, keys })
            }
        }
    }

    /// A place beside this home for stores that come and go.
    #[cfg(feature = "check")]
    pub(crate) fn scratch(&self, folder: &Path, name: u32) -> crate::check::ScratchHome {
        let base = match self {
            Self::Sled(Some(dir)) | Self::Redb(Some(dir)) => dir,
            Self::Sled(None) | Self::Redb(None) => folder,
        };
        crate::check::ScratchHome { home: self.clone(), dir: base.join(format!("store-check-{name:08x}")) }
    }

    /// One of many homes of this kind in a folder.
    #[cfg(feature = "check")]
    pub(crate) fn numbered(&self, dir: &Path, number: u32) -> Self {
        let dir = Some(dir.join(number.to_string()));
        match self {
            Self::Sled(_) => Self::Sled(dir),
            Self::Redb(_) => Self::Redb(dir),
        }
    }

    /// Where data and log lie, in words for messages.
    pub fn data_place(&self, folder: &Path) -> String {
        let dir = match self {
            Self::Sled(dir) => dir.clone().unwrap_or_else(|| folder.to_owned()),
            Self::Redb(dir) => dir.clone().unwrap_or_else(|| folder.join("redb")),
        };
        dir.join("data").display().to_string()
    }
}

type Opened = (Arc<dyn Store>, PruneRight);

fn sled(path: &Path, opening: Uuid) -> Result<Opened, HomeError> {
    use strongroom_store_sled::{OpenError, Options, SledStore};
    match SledStore::open(path, opening, Options::default()) {
        Ok((store, right)) => Ok((Arc::new(store), right)),
        Err(error) => {
            let trouble = match error {
                OpenError::Damaged { .. } => HomeTrouble::Damaged,
                OpenError::Foreign { .. } => HomeTrouble::Foreign,
                OpenError::Locked { .. } => HomeTrouble::Busy,
                _ => HomeTrouble::Unavailable,
            };
            Err(HomeError::new(trouble, error))
        }
    }
}

#[cfg(feature = "redb")]
fn redb(path: &Path, opening: Uuid) -> Result<Opened, HomeError> {
    use strongroom_store_redb::{OpenError, Options, RedbStore};
    match RedbStore::open(path, opening, Options::default()) {
        Ok((store, right)) => Ok((Arc::new(store), right)),
        Err(error) => {
            let trouble = match error {
                OpenError::Damaged { .. } => HomeTrouble::Damaged,
                OpenError::Foreign { .. } => HomeTrouble::Foreign,
                OpenError::Locked { .. } => HomeTrouble::Busy,
                _ => HomeTrouble::Unavailable,
            };
            Err(HomeError::new(trouble, error))
        }
    }
}

#[cfg(not(feature = "redb"))]
fn redb(_: &Path, _: Uuid) -> Result<Opened, HomeError> {
    Err(HomeError::new(HomeTrouble::Absent, Absent { kind: "redb" }))
}

#[cfg(not(feature = "redb"))]
#[derive(Debug, thiserror::Error)]
#[error("this program was built without `{kind}` stores: build it with the feature of that name")]
struct Absent {
    kind: &'static str,
}

fn opening(random: &dyn Random) -> Result<Uuid, RandomError> {
    let mut bytes = [0; 16];
    random.fill(&mut bytes)?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_what_its_url_says() {
        for text in ["sled:", "redb:", "sled:/var/vault", "redb:some where"] {
            assert_eq!(text.parse::<Home>().unwrap().to_string(), text);
        }
        for text in ["", "sled", "redb", ":", "Sled:", "rocksdb:", "/var/vault", "file:/var/vault"] {
            let error = text.parse::<Home>().unwrap_err();
            assert!(error.to_string().contains("names no store"), "{text}: {error}");
        }
    }
}
