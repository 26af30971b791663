//! The folder that the story plays in, and the people in it.

use crate::{
    commands::init::{SAMPLE, create},
    error::{CliError, of_folder},
    staff::Staff,
};
use std::{
    fmt::Write as _,
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};
use strongroom::{
    Folder, FolderError, FolderOptions, Home, Session, Vault, audit::FileWitness, copy_stores,
    envelope::Passphrase, policy::AuthContext,
};
use strongroom_types::{FieldName, Kind, Purpose, TenantId, Timestamp};

/// The folder, its passphrase, its people.
pub(crate) struct World {
    pub(crate) dir: PathBuf,
    pub(crate) options: FolderOptions,
    pub(crate) staff: Staff,
    passphrase: String,
}

impl World {
    /// Makes the folder, which must be new or empty, and a vault in it.
    pub(crate) fn make(dir: Option<&Path>, options: FolderOptions) -> Result<Self, CliError> {
        let fresh = |bytes: &mut [u8]| {
            let filled = options.random.fill(bytes);
            filled.map_err(|error| CliError::input(error.to_string()))
        };
        let mut name = [0; 4];
        fresh(&mut name)?;
        let mut secret = [0; 16];
        fresh(&mut secret)?;
        let dir = match dir {
            Some(dir) => dir.to_owned(),
            None => std::env::temp_dir().join(format!("strongroom-demo-{}", hex(&name))),
        };
        if fs::read_dir(&dir).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(of_folder(&dir, FolderError::NotEmpty(dir.clone())));
        }
        make_folder(&dir)?;
        // Absolute, so that the commands at the end work from anywhere.
        let dir = dir.canonicalize().map_err(|error| CliError::file(&dir, &error))?;
        let passphrase = hex(&secret);
        new_file(&dir.join("passphrase"), format!("{passphrase}\n").as_bytes())?;
        for part in ["given", "rejects", "out"] {
            make_folder(&dir.join(part))?;
        }
        let words = Passphrase::new(passphrase.clone());
        let staff = create(&dir.join("vault"), "strongroom.example/demo", SAMPLE, &words, &options)?;
        Ok(Self { dir, options, staff, passphrase })
    }

    pub(crate) fn vault_dir(&self) -> PathBuf {
        self.dir.join("vault")
    }

    /// The vault in a folder of this world's, such as `vault`.
    pub(crate) fn open(&self, folder: &str) -> Result<Vault, FolderError> {
        self.open_with(folder, &self.passphrase)
    }

    pub(crate) fn open_with(&self, folder: &str, passphrase: &str) -> Result<Vault, FolderError> {
        // Copies for the tampering lie beside their configuration, whatever the vault itself lies in.
        let beside = FolderOptions { store: Some(Home::Sled(None)), ..self.options.clone() };
        let options = if folder == "vault" { &self.options } else { &beside };
        Folder::open(&self.dir.join(folder), &Passphrase::new(passphrase), options)
    }

    /// Whether the vault's stores lie outside its folder.
    pub(crate) fn is_elsewhere(&self) -> Result<bool, CliError> {
        let vault = self.vault_dir();
        let home = Folder::home_of(&vault, &self.options).map_err(|error| of_folder(&vault, error))?;
        Ok(!matches!(home, Home::Sled(None) | Home::Redb(None)))
    }

    /// Copies the vault, which nobody may have open: its files, and what is in its stores.
    pub(crate) fn copy(&self, tenant: TenantId, folder: &str) -> Result<(), CliError> {
        let (vault, target) = (self.vault_dir(), self.dir.join(folder));
        let failed = |error: io::Error| CliError::file(&vault, &error);
        make_folder(&target)?;
        for entry in fs::read_dir(&vault).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.file_type().map_err(failed)?.is_file() {
                fs::copy(entry.path(), target.join(entry.file_name())).map_err(failed)?;
            }
        }
        let home = Folder::home_of(&vault, &self.options).map_err(|error| of_folder(&vault, error))?;
        let copied = Home::Sled(Some(target));
        copy_stores(&vault, tenant, &home, &copied, self.options.random.as_ref(), &mut |_| true)
            .map(drop)
            .map_err(|error| CliError::input(error.to_string()))
    }

    /// Somebody at work, who has just proven a second factor.
    pub(crate) fn session<'v>(
        &self,
        vault: &'v Vault,
        who: &str,
        purpose: &str,
    ) -> Result<Session<'v>, CliError> {
        let now = self.now();
        let actor = self.staff.actor(&vault.config().policy, self.staff.person(Some(who))?, now)?;
        let mut auth = AuthContext::new(now);
        auth.mfa_at = Some(now);
        auth.purpose = Some(purpose_of(purpose)?);
        Ok(vault.session(actor, auth))
    }

    /// A file outside the vault that remembers the newest checkpoint.
    pub(crate) fn witness(&self, vault: &Vault) -> FileWitness {
        FileWitness::new(self.dir.join("out").join("witness"), vec![vault.log_key()])
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.options.clock.now()
    }

    /// Writes a file for the world outside the vault.
    pub(crate) fn put_out(&self, name: &str, content: &[u8]) -> Result<PathBuf, CliError> {
        let path = self.dir.join("out").join(name);
        new_file(&path, content)?;
        Ok(path)
    }
}

pub(crate) fn kind(name: &str) -> Result<Kind, CliError> {
    Kind::new(name).map_err(|error| CliError::input(error.to_string()))
}

pub(crate) fn field(name: &str) -> Result<FieldName, CliError> {
    FieldName::new(name).map_err(|error| CliError::input(error.to_string()))
}

fn purpose_of(name: &str) -> Result<Purpose, CliError> {
    Purpose::new(name).map_err(|error| CliError::input(error.to_string()))
}

/// A folder for its owner alone.
fn make_folder(path: &Path) -> Result<(), CliError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| CliError::file(path, &error))
}

/// A new file for its owner alone.
pub(crate) fn new_file(path: &Path, content: &[u8]) -> Result<(), CliError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(content));
    written.map_err(|error| CliError::file(path, &error))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
