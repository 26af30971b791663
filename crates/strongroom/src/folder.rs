//! A vault in a folder: two stores, a keyring file, and the configuration beside them.

use crate::{
    Config, Home, HomeError, HomeParseError, House, HouseError, OpenError, Parts, Stores, SystemClock, Vault,
};
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};
use strongroom_envelope::{Keyring, KeyringError, KeyringParams, OsRandom, Passphrase};
use strongroom_policy::{CompiledPolicy, ConfigError, Schema};
use strongroom_retention::{Schedule, ScheduleError};
use strongroom_types::{Clock, Random, TenantId};

/// Why a vault folder cannot be made or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// There is something in the folder already.
    #[error("`{}` is not empty; name a new folder for a new vault", .0.display())]
    NotEmpty(PathBuf),
    /// The folder holds no vault.
    #[error("`{}` holds no vault: `vault.toml` is missing", .0.display())]
    NoVault(PathBuf),
    /// `vault.toml` is not as this version writes it.
    #[error("`{}`: {message}", path.display())]
    Descriptor {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A file could not be read or written.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The schema or the policy is wrong, with file, line and field.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// The retention schedule is wrong, with file and line.
    #[error("{0}")]
    Schedule(#[from] ScheduleError),
    /// The house rules are wrong, with file and line.
    #[error("{0}")]
    House(#[from] HouseError),
    /// The keyring refused, such as a wrong passphrase.
    #[error("{0}")]
    Keyring(#[from] KeyringError),
    /// A store could not be opened, such as one that another process has open.
    #[error("{0}")]
    Store(#[from] HomeError),
    /// What is in the data store is not what was written.
    #[error("the store in `{place}` is damaged: {source}")]
    Damaged {
        /// Where the store is.
        place: String,
        /// What was found.
        source: OpenError,
    },
    /// The parts do not make a vault.
    #[error("{0}")]
    Vault(#[from] OpenError),
    /// No random bytes.
    #[error("{0}")]
    Random(#[from] strongroom_types::RandomError),
}

/// How a folder is made or opened.
#[derive(Clone)]
pub struct FolderOptions {
    /// Where the keyring lies; `keyring` in the folder if `None`. Production keeps it elsewhere.
    pub keyring: Option<PathBuf>,
    /// How hard the passphrase is to guess; only for a new keyring.
    pub params: KeyringParams,
    /// Where the stores lie. For a new vault `sled:` if `None`, for an old one what its `vault.toml` says.
    pub store: Option<Home>,
    /// For homes that ask for a password and whose URL has none.
    pub store_password: Option<String>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Unpredictable bytes.
    pub random: Arc<dyn Random>,
}

impl std::fmt::Debug for FolderOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FolderOptions")
            .field("keyring", &self.keyring)
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

impl Default for FolderOptions {
    fn default() -> Self {
        Self {
            keyring: None,
            params: KeyringParams::default(),
            store: None,
            store_password: None,
            clock: Arc::new(SystemClock),
            random: Arc::new(OsRandom),
        }
    }
}

/// The texts that configure a vault, as files have them.
#[derive(Debug, Clone, Copy)]
pub struct Texts<'t> {
    /// `schema.toml`.
    pub schema: &'t str,
    /// `policy.toml`.
    pub policy: &'t str,
    /// `retention.toml`.
    pub retention: &'t str,
    /// `house.toml`.
    pub house: &'t str,
}

/// `vault.toml`: what the folder is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Descriptor {
    /// The folder's format; this version writes and reads 0.
    format: u32,
    tenant: TenantId,
    origin: String,
    /// The stores; `sled:` where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    store: Option<String>,
}

/// A vault folder.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// Makes a new vault in an empty or new folder. The configuration is checked before anything is written.
    pub fn init(
        path: &Path,
        origin: &str,
        texts: Texts<'_>,
        passphrase: &Passphrase,
        options: &FolderOptions,
    ) -> Result<Self, FolderError> {
        let folder = Self(path.to_owned());
        config(texts)?;
        match fs::read_dir(path) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    return Err(FolderError::NotEmpty(path.to_owned()));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(path)
                    .map_err(|source| FolderError::Io { path: path.to_owned(), source })?;
            }
            Err(source) => return Err(FolderError::Io { path: path.to_owned(), source }),
        }
        let tenant = TenantId::fresh(options.random.as_ref())?;
        let files = [
            (SCHEMA, texts.schema),
            (POLICY, texts.policy),
            (RETENTION, texts.retention),
            (HOUSE, texts.house),
        ];
        for (name, text) in files {
            folder.write(name, text)?;
        }
        let now = options.clock.now();
        let keyring = folder.keyring(options);
        Keyring::create(&keyring, passphrase, options.params, &[tenant], now, Arc::clone(&options.random))?;
        let descriptor = Descriptor {
            format: 0,
            tenant,
            origin: origin.to_owned(),
            store: options.store.as_ref().map(Home::to_string),
        };
        let text = folder.text_of(&descriptor)?;
        // Last: a folder without it holds no vault.
        folder.write(DESCRIPTOR, &text)?;
        Ok(folder)
    }

    /// Opens the vault in a folder.
    ///
    /// # Errors
    ///
    /// [`FolderError::Store`] or [`FolderError::Damaged`] where a store lost something or its log ends in what was
    /// never written; [`Self::inspect`] opens the latter to be verified.
    pub fn open(path: &Path, passphrase: &Passphrase, options: &FolderOptions) -> Result<Vault, FolderError> {
        let folder = Self(path.to_owned());
        let (parts, home) = folder.parts(passphrase, options)?;
        Vault::open(parts).map_err(|error| folder.refused(&home, error))
    }

    /// Opens the vault in a folder to look at it, as [`Vault::inspect`] does.
    pub fn inspect(
        path: &Path,
        passphrase: &Passphrase,
        options: &FolderOptions,
    ) -> Result<Vault, FolderError> {
        let folder = Self(path.to_owned());
        let (parts, home) = folder.parts(passphrase, options)?;
        Vault::inspect(parts).map_err(|error| folder.refused(&home, error))
    }

    fn refused(&self, home: &Home, error: OpenError) -> FolderError {
        let is_damage = match &error {
            OpenError::Log(strongroom_audit::OpenError::Inconsistent { .. }) => true,
            OpenError::Log(strongroom_audit::OpenError::Lookup(error)) | OpenError::Lookup(error) => {
                error.is_damage()
            }
            _ => false,
        };
        if is_damage {
            return FolderError::Damaged { place: home.data_place(&self.0), source: error };
        }
        error.into()
    }

    fn parts(&self, passphrase: &Passphrase, options: &FolderOptions) -> Result<(Parts, Home), FolderError> {
        let folder = self;
        let descriptor = folder.descriptor()?;
        let text = |name: &str| folder.read(name);
        let (schema, policy, retention, house) =
            (text(SCHEMA)?, text(POLICY)?, text(RETENTION)?, text(HOUSE)?);
        let texts = Texts { schema: &schema, policy: &policy, retention: &retention, house: &house };
        let config = config(texts)?;
        let keyring = Keyring::open(&folder.keyring(options), passphrase, Arc::clone(&options.random))?;
        let home = folder.home(&descriptor, options)?;
        let Stores { data, prune, keys } = home.open(&folder.0, options.random.as_ref())?;
        let parts = Parts {
            tenant: descriptor.tenant,
            origin: descriptor.origin,
            data,
            prune,
            keys,
            keyring: Arc::new(keyring),
            config,
            clock: Arc::clone(&options.clock),
            random: Arc::clone(&options.random),
        };
        Ok((parts, home))
    }

    /// Where the stores of the vault in a folder lie: what the options say, or else the vault itself.
    pub fn home_of(path: &Path, options: &FolderOptions) -> Result<Home, FolderError> {
        Self::at(path).tenant_and_home(options).map(|(_, home)| home)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    fn descriptor(&self) -> Result<Descriptor, FolderError> {
        let path = self.file(DESCRIPTOR);
        if !path.exists() {
            return Err(FolderError::NoVault(self.0.clone()));
        }
        let refused = |message: String| FolderError::Descriptor { path: path.clone(), message };
        let descriptor: Descriptor =
            toml::from_str(&self.read(DESCRIPTOR)?).map_err(|error| refused(error.to_string()))?;
        if descriptor.format != 0 {
            return Err(refused(format!(
                "format {} is newer than this program; it opens 0",
                descriptor.format
            )));
        }
        Ok(descriptor)
    }

    pub(crate) fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Whose vault it is, and where its stores lie.
    pub(crate) fn tenant_and_home(&self, options: &FolderOptions) -> Result<(TenantId, Home), FolderError> {
        let descriptor = self.descriptor()?;
        Ok((descriptor.tenant, self.home(&descriptor, options)?))
    }

    /// Writes down that the stores lie there from now on: all of the file or nothing of it, through a crash as well.
    pub(crate) fn settle_in(&self, home: &Home) -> Result<(), FolderError> {
        let descriptor = Descriptor { store: Some(home.to_string()), ..self.descriptor()? };
        let (path, fresh) = (self.file(DESCRIPTOR), format!("{DESCRIPTOR}.new"));
        self.write(&fresh, &self.text_of(&descriptor)?)?;
        let synced = fs::rename(self.file(&fresh), &path).and_then(|()| fs::File::open(&self.0)?.sync_all());
        synced.map_err(|source| FolderError::Io { path, source })
    }

    fn text_of(&self, descriptor: &Descriptor) -> Result<String, FolderError> {
        toml::to_string(descriptor).map_err(|error| FolderError::Descriptor {
            path: self.file(DESCRIPTOR),
            message: error.to_string(),
        })
    }

    /// What the caller says, or else the vault itself.
    fn home(&self, descriptor: &Descriptor, options: &FolderOptions) -> Result<Home, FolderError> {
        let home = match (&options.store, &descriptor.store) {
            (Some(home), _) => home.clone(),
            (None, None) => Home::default(),
            (None, Some(text)) => text.parse().map_err(|error: HomeParseError| FolderError::Descriptor {
                path: self.file(DESCRIPTOR),
                message: format!("store: {error}"),
            })?,
        };
        Ok(match &options.store_password {
            Some(password) => home.with_password(password),
            None => home,
        })
    }

    fn keyring(&self, options: &FolderOptions) -> PathBuf {
        options.keyring.clone().unwrap_or_else(|| self.file("keyring"))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn read(&self, name: &str) -> Result<String, FolderError> {
        let path = self.file(name);
        fs::read_to_string(&path).map_err(|source| FolderError::Io { path, source })
    }

    fn write(&self, name: &str, text: &str) -> Result<(), FolderError> {
        let path = self.file(name);
        fs::write(&path, text)
            .and_then(|()| fs::File::open(&path)?.sync_all())
            .map_err(|source| FolderError::Io { path, source })
    }
}

/// Reads and checks the configuration.
pub fn config(texts: Texts<'_>) -> Result<Config, FolderError> {
    let schema = Schema::from_toml(texts.schema, SCHEMA)?;
    let policy = CompiledPolicy::from_toml(&schema, texts.policy, POLICY)?;
    let schedule = Schedule::from_toml(RETENTION, texts.retention)?;
    let house = House::from_toml(texts.house, HOUSE)?;
    Ok(Config::new(schema, policy, schedule, house)?)
}

const DESCRIPTOR: &str = "vault.toml";
const SCHEMA: &str = "schema.toml";
const POLICY: &str = "policy.toml";
const RETENTION: &str = "retention.toml";
const HOUSE: &str = "house.toml";
