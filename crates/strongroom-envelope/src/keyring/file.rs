//! The keyring as a file. FORMAT: `docs/format.md`, "The keyring file".

use super::{KeyringError, KeyringParams, contents::Contents};
use crate::{
    Passphrase, Secret, Suite,
    aead::{SealKey, TAG_BYTES, sha256},
    codec::{Broken, Reader},
    kdf::{Derived, Deriver},
};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};
use strongroom_types::{Digest, Random};
use subtle::ConstantTimeEq;

const MAGIC: &[u8; 8] = b"SRkeyrng";
const VERSION: u16 = 0;
const SUITE: Suite = Suite::Aes256Gcm;
/// Magic, version, suite, memory, passes, lanes, passphrase salt, file salt, commitment, length of the body.
const HEADER_BYTES: usize = 8 + 2 + 1 + 12 + 16 + 24 + 32 + 4;
/// Far more than the most tenants and epochs that anybody has.
const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// How the contents are sealed, and what the file on disk was when we last had to do with it.
pub(super) struct Envelope {
    params: KeyringParams,
    passphrase_salt: [u8; 16],
    /// Argon2id of the passphrase. Kept, so that changes can be saved without asking for it again.
    root: Secret,
    on_disk: Digest,
}

impl Envelope {
    pub(super) fn fresh(
        passphrase: &Passphrase,
        params: KeyringParams,
        random: &dyn Random,
    ) -> Result<Self, KeyringError> {
        if passphrase.expose_secret().is_empty() {
            return Err(KeyringError::PassphraseEmpty);
        }
        let mut passphrase_salt = [0; 16];
        random.fill(&mut passphrase_salt)?;
        let root = params.root(passphrase, &passphrase_salt)?;
        Ok(Self { params, passphrase_salt, root, on_disk: sha256(&[]) })
    }

    pub(super) fn open(path: &Path, passphrase: &Passphrase) -> Result<(Self, Contents), KeyringError> {
        let bytes = read(path)?;
        let header = Header::read(path, &bytes)?;
        let root = header.params.root(passphrase, &header.passphrase_salt)?;
        let contents = header.open(path, &bytes, &root)?;
        let Header { params, passphrase_salt, .. } = header;
        Ok((Self { params, passphrase_salt, root, on_disk: sha256(&bytes) }, contents))
    }

    /// Whether this is the passphrase.
    pub(super) fn check(&self, path: &Path, passphrase: &Passphrase) -> Result<(), KeyringError> {
        let root = self.params.root(passphrase, &self.passphrase_salt)?;
        if bool::from(root.expose_secret().ct_eq(self.root.expose_secret())) {
            return Ok(());
        }
        Err(KeyringError::WrongPassphraseOrDamaged { path: path.to_owned() })
    }

    /// This envelope is to take the place of another one's file.
    pub(super) const fn replaces(&mut self, other: &Self) {
        self.on_disk = other.on_disk;
    }

    /// Writes a file where there is none.
    pub(super) fn write_new(
        &mut self,
        path: &Path,
        contents: &Contents,
        random: &dyn Random,
    ) -> Result<(), KeyringError> {
        let bytes = self.seal(contents, random)?;
        let beside = write_beside(path, &bytes).map_err(|source| io_error(path, source))?;
        // A link fails where there is a file, as a rename does not.
        let placed = match fs::hard_link(&beside, path) {
            Ok(()) => fs::remove_file(&beside),
            // A file system without links.
            Err(error)
                if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) =>
            {
                fs::rename(&beside, path)
            }
            Err(error) => fs::remove_file(&beside).and(Err(error)),
        };
        match placed.and_then(|()| sync_folder(path)) {
            Err(source) if source.kind() == io::ErrorKind::AlreadyExists => {
                return Err(KeyringError::AlreadyThere { path: path.to_owned() });
            }
            other => other.map_err(|source| io_error(path, source))?,
        }
        self.on_disk = sha256(&bytes);
        Ok(())
    }

    /// Puts a new file in the place of the one we know.
    pub(super) fn replace(
        &mut self,
        path: &Path,
        contents: &Contents,
        random: &dyn Random,
    ) -> Result<(), KeyringError> {
        let bytes = self.seal(contents, random)?;
        // Held until the new file is in place. Who waited for it then finds another file at the path than it knew.
        // For writing, since some file systems lock no other way; nothing is written through it.
        let known =
            OpenOptions::new().read(true).write(true).open(path).map_err(|source| io_error(path, source))?;
        known.lock().map_err(|source| io_error(path, source))?;
        if sha256(&read(path)?) != self.on_disk {
            return Err(KeyringError::ChangedOnDisk { path: path.to_owned() });
        }
        let beside = write_beside(path, &bytes).map_err(|source| io_error(path, source))?;
        let renamed = fs::rename(&beside, path).and_then(|()| sync_folder(path));
        renamed.map_err(|source| io_error(path, source))?;
        self.on_disk = sha256(&bytes);
        Ok(())
    }

    fn seal(&self, contents: &Contents, random: &dyn Random) -> Result<Vec<u8>, KeyringError> {
        let broken = |_| KeyringError::TooManyTenants;
        let body = contents.encode().map_err(broken)?;
        let body_bytes = body.len().checked_add(TAG_BYTES).and_then(|bytes| u32::try_from(bytes).ok());
        let body_bytes = body_bytes.ok_or(KeyringError::TooManyTenants)?;
        let mut file_salt = [0; 24];
        random.fill(&mut file_salt)?;
        let header = Header {
            params: self.params,
            passphrase_salt: self.passphrase_salt,
            file_salt,
            commitment: [0; 32],
            body_bytes,
        };
        let Derived { key, commitment } = header.derive(&self.root).map_err(broken)?;
        let mut bytes = Vec::with_capacity(HEADER_BYTES.saturating_add(body.len()).saturating_add(TAG_BYTES));
        Header { commitment, ..header }.write(&mut bytes);
        let aad = bytes.clone();
        bytes.extend_from_slice(&body);
        let sealed =
            SealKey::new(SUITE, &key).and_then(|key| key.seal_tail([0; 12], &aad, &mut bytes, HEADER_BYTES));
        crate::head::or_wipe(&mut bytes, sealed).map_err(broken)?;
        Ok(bytes)
    }
}

struct Header {
    params: KeyringParams,
    passphrase_salt: [u8; 16],
    file_salt: [u8; 24],
    commitment: [u8; 32],
    body_bytes: u32,
}

impl Header {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.push(SUITE.code());
        for number in [self.params.memory_kib, self.params.passes, self.params.lanes] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(&self.passphrase_salt);
        out.extend_from_slice(&self.file_salt);
        out.extend_from_slice(&self.commitment);
        out.extend_from_slice(&self.body_bytes.to_le_bytes());
    }

    fn read(path: &Path, bytes: &[u8]) -> Result<Self, KeyringError> {
        let cut = |_| KeyringError::Truncated { path: path.to_owned(), bytes: bytes.len() };
        let damaged = |what| KeyringError::Damaged { path: path.to_owned(), what };
        let mut reader = Reader::new(bytes);
        let magic = bytes.get(..MAGIC.len()).unwrap_or(bytes);
        if magic.is_empty() || !MAGIC.starts_with(magic) {
            return Err(KeyringError::Foreign { path: path.to_owned() });
        }
        reader.take(MAGIC.len()).map_err(cut)?;
        let found = reader.u16().map_err(cut)?;
        if found != VERSION {
            return Err(KeyringError::NewerVersion { path: path.to_owned(), found });
        }
        if reader.u8().map_err(cut)? != SUITE.code() {
            return Err(damaged("its cipher is not one that keyrings have"));
        }
        let mut numbers = [0; 3];
        for number in &mut numbers {
            *number = reader.u32().map_err(cut)?;
        }
        let [memory_kib, passes, lanes] = numbers;
        let params = KeyringParams::new(memory_kib, passes, lanes);
        let params = params.map_err(|_| damaged("its argon2id parameters are out of bounds"))?;
        let header = Self {
            params,
            passphrase_salt: reader.array().map_err(cut)?,
            file_salt: reader.array().map_err(cut)?,
            commitment: reader.array().map_err(cut)?,
            body_bytes: reader.u32().map_err(cut)?,
        };
        let expected = usize::try_from(header.body_bytes).unwrap_or(usize::MAX);
        match reader.rest().len() {
            found if found < expected => Err(cut(Broken)),
            found if found > expected => Err(damaged("something follows its end")),
            _ => Ok(header),
        }
    }

    fn open(&self, path: &Path, bytes: &[u8], root: &Secret) -> Result<Contents, KeyringError> {
        let refused = |_| KeyringError::WrongPassphraseOrDamaged { path: path.to_owned() };
        let Derived { key, commitment } = self.derive(root).map_err(refused)?;
        // SECURITY: before the body opens. Without it, one file could be made to answer to many passphrases at once.
        if !bool::from(commitment.ct_eq(&self.commitment)) {
            return Err(refused(Broken));
        }
        let (aad, sealed) = bytes.split_at_checked(HEADER_BYTES).ok_or_else(|| refused(Broken))?;
        let body =
            SealKey::new(SUITE, &key).and_then(|key| key.open_copy([0; 12], aad, sealed)).map_err(refused)?;
        Contents::decode(&body).map_err(|_| KeyringError::Damaged {
            path: path.to_owned(),
            what: "its contents have another form",
        })
    }

    fn derive(&self, root: &Secret) -> Result<Derived, Broken> {
        let deriver = Deriver::extract(b"strongroom keyring root", root.expose_secret());
        deriver.derive(&[b"strongroom keyring", &VERSION.to_le_bytes(), &[SUITE.code()], &self.file_salt])
    }
}

fn read(path: &Path) -> Result<Vec<u8>, KeyringError> {
    let too_long = |bytes: u64| usize::try_from(bytes).map_or(true, |bytes| bytes > FILE_BYTES_MAX);
    let metadata = fs::metadata(path).map_err(|source| io_error(path, source))?;
    if too_long(metadata.len()) {
        return Err(KeyringError::Foreign { path: path.to_owned() });
    }
    fs::read(path).map_err(|source| io_error(path, source))
}

// Always under the same name: what a crash left there is overwritten by the next change, never kept.
fn write_beside(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let beside = path.with_file_name(name);
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if let Err(error) = written {
        // Nothing more can be done about it; the next change removes it.
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    Ok(beside)
}

// A rename is durable once the folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn io_error(path: &Path, source: io::Error) -> KeyringError {
    if source.kind() == io::ErrorKind::NotFound && !path.exists() {
        return KeyringError::Missing { path: path.to_owned() };
    }
    KeyringError::Io { path: path.to_owned(), source }
}
