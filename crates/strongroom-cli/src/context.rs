//! What a command works in: the options, the output, and the opened vault.

use crate::{
    args::GlobalArgs,
    error::{CliError, Failure, of_folder},
    output::Output,
    staff::Staff,
};
use std::{
    env, fs,
    path::{Path, PathBuf},
};
use strongroom::{
    Error, Folder, FolderError, FolderOptions, Session, Vault,
    audit::FileWitness,
    envelope::Passphrase,
    policy::{AuthContext, Person},
    types::Timestamp,
};

/// The options and the output.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) global: GlobalArgs,
    pub(crate) out: Output,
}

impl Context {
    /// The environment says what the command line does not.
    pub(crate) fn new(mut global: GlobalArgs) -> Result<Self, CliError> {
        let out = Output::new(global.format, global.quiet);
        if global.store.is_none()
            && let Ok(store) = env::var("STRONGROOM_STORE")
            && !store.is_empty()
        {
            let store = store.parse();
            global.store =
                Some(store.map_err(|error| CliError::input(format!("$STRONGROOM_STORE: {error}")))?);
        }
        Ok(Self { global, out })
    }

    /// The vault's folder.
    pub(crate) fn vault_dir(&self) -> PathBuf {
        let named = self.global.vault.clone();
        let named = named
            .or_else(|| env::var_os("STRONGROOM_VAULT").filter(|dir| !dir.is_empty()).map(PathBuf::from));
        named.unwrap_or_else(|| PathBuf::from("vault"))
    }

    /// Clock, randomness, keyring and stores.
    pub(crate) fn folder_options(&self) -> FolderOptions {
        FolderOptions {
            keyring: self.global.keyring.clone(),
            store: self.global.store.clone(),
            // As libpq has it.
            store_password: env::var("PGPASSWORD").ok().filter(|password| !password.is_empty()),
            ..FolderOptions::default()
        }
    }

    /// What the clock says.
    pub(crate) fn now(&self) -> Timestamp {
        self.folder_options().clock.now()
    }

    /// Where the keyring lies.
    pub(crate) fn keyring(&self) -> PathBuf {
        self.global.keyring.clone().unwrap_or_else(|| self.vault_dir().join("keyring"))
    }

    /// The passphrase of the vault.
    pub(crate) fn passphrase(&self) -> Result<Passphrase, CliError> {
        let found = given_passphrase(self.global.passphrase_file.as_deref(), "STRONGROOM_PASSPHRASE")?;
        found.map_or_else(|| asked_passphrase("Passphrase: "), Ok)
    }

    /// A passphrase for something new: asked for twice where it is asked for.
    pub(crate) fn new_passphrase(file: Option<&Path>, variable: &str) -> Result<Passphrase, CliError> {
        if let Some(passphrase) = given_passphrase(file, variable)? {
            return Ok(passphrase);
        }
        let first = asked_passphrase("New passphrase: ")?;
        let second = asked_passphrase("Once more: ")?;
        if first.expose_secret() != second.expose_secret() {
            return Err(CliError::input("the two passphrases differ; nothing was changed"));
        }
        Ok(first)
    }

    /// Opens the vault, as the person of `--as`, and goes on with purges that were interrupted.
    pub(crate) fn open(&self) -> Result<Opened<'_>, CliError> {
        self.open_by(|dir, passphrase, options| {
            Folder::open(dir, passphrase, options).map(|vault| (vault, false))
        })
    }

    /// As [`Self::open`], but a vault whose log is damaged is opened to look at it.
    pub(crate) fn open_to_verify(&self) -> Result<Opened<'_>, CliError> {
        self.open_by(|dir, passphrase, options| match Folder::open(dir, passphrase, options) {
            Err(error @ FolderError::Damaged { .. }) => {
                self.out.warn(&error.to_string());
                Folder::inspect(dir, passphrase, options).map(|vault| (vault, true))
            }
            opened => opened.map(|vault| (vault, false)),
        })
    }

    /// `open` says whether the vault is there to be looked at alone.
    fn open_by(
        &self,
        open: impl FnOnce(&Path, &Passphrase, &FolderOptions) -> Result<(Vault, bool), FolderError>,
    ) -> Result<Opened<'_>, CliError> {
        let dir = self.vault_dir();
        // Before the passphrase: whoever named the wrong folder should hear that first.
        if !dir.join("vault.toml").exists() {
            return Err(of_folder(&dir, FolderError::NoVault(dir.clone())));
        }
        let staff = Staff::read(&dir)?;
        let person = staff.person(self.global.person.as_deref())?.clone();
        let passphrase = self.passphrase()?;
        let options = self.folder_options();
        let (vault, looked_at) = open(&dir, &passphrase, &options).map_err(|error| of_folder(&dir, error))?;
        drop(passphrase);
        staff.check(&person, &vault, &dir, options.clock.now())?;
        let guard = FileWitness::new(dir.join(GUARD), vec![vault.log_key()]);
        let opened = Opened { context: self, vault, staff, person, options, guard };
        if !looked_at {
            opened.check_end(&dir)?;
            opened.recover();
        }
        Ok(opened)
    }
}

/// An open vault and the person at work in it.
pub(crate) struct Opened<'c> {
    context: &'c Context,
    pub(crate) vault: Vault,
    pub(crate) staff: Staff,
    pub(crate) person: Person,
    options: FolderOptions,
    guard: FileWitness,
}

/// The file in the vault's folder that remembers how long the log was when the last command ended. It shows a store
/// that lost its end by accident. Whoever can write there can change both: a witness elsewhere is what shows an attack.
const GUARD: &str = "last-checkpoint";

impl Opened<'_> {
    /// Refuses a store that lost its end: sled takes a file cut short for one that was not written further.
    fn check_end(&self, dir: &Path) -> Result<(), CliError> {
        self.vault.checkpoint(&[&self.guard]).map(drop).map_err(|error| match error {
            Error::Config(why) => CliError::new(
                Failure::Damaged,
                format!(
                    "the store in `{}` is damaged or was put back to an older state, says `{}`: {why}; \
                     keep a copy and restore from a backup",
                    dir.join("data").display(),
                    dir.join(GUARD).display(),
                ),
            ),
            other => other.into(),
        })
    }

    /// Goes on with purges that a crash or a kill interrupted, and says so.
    fn recover(&self) {
        let out = self.context.out;
        match self.vault.recover(self.person.id) {
            Ok(finished) => {
                for (case, why) in &finished.stopped {
                    out.warn(&format!(
                        "the purge of case {case} could not go on, the next command tries again: {why}"
                    ));
                }
                for certificate in &finished.certificates {
                    let case = certificate.body.case;
                    out.remark(&format!(
                        "a purge had been interrupted; it went on and is certified now: case {case}"
                    ));
                }
            }
            // The data concerned is condemned and opens for nobody; the rest of the vault stays usable.
            Err(error) => {
                out.warn(&format!(
                    "an interrupted purge could not go on, the next command tries again: {error}"
                ));
            }
        }
    }

    /// A session of the person of `--as`.
    pub(crate) fn session(&self) -> Result<Session<'_>, CliError> {
        let global = &self.context.global;
        let now = self.options.clock.now();
        let mut auth = AuthContext::new(now);
        auth.mfa_at = global.mfa.then_some(now);
        auth.purpose.clone_from(&global.purpose);
        auth.broke_glass = global.break_glass;
        let actor = self.staff.actor(&self.vault.config().policy, &self.person, now)?;
        let session = self.vault.session(actor, auth);
        Ok(match &global.because {
            Some(why) => session.because(why.clone()),
            None => session,
        })
    }
}

impl Drop for Opened<'_> {
    fn drop(&mut self) {
        // Where it fails, the next command sees a guard that is older than need be, which is no damage.
        let _ = self.vault.checkpoint(&[&self.guard]);
    }
}

fn given_passphrase(file: Option<&Path>, variable: &str) -> Result<Option<Passphrase>, CliError> {
    if let Some(path) = file {
        let text = fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() {
            return Err(CliError::input(format!(
                "`{}` is empty; it must hold the passphrase",
                path.display()
            )));
        }
        return Ok(Some(Passphrase::new(line)));
    }
    match env::var(variable) {
        Ok(text) if !text.is_empty() => Ok(Some(Passphrase::new(text))),
        Ok(_) | Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(CliError::input(format!("`{variable}` is not UTF-8"))),
    }
}

fn asked_passphrase(prompt: &str) -> Result<Passphrase, CliError> {
    let text = rpassword::prompt_password(prompt).map_err(|_| {
        CliError::input(
            "there is no terminal to ask for the passphrase; use `--passphrase-file FILE` or $STRONGROOM_PASSPHRASE",
        )
    })?;
    if text.is_empty() {
        return Err(CliError::input("the passphrase is empty"));
    }
    Ok(Passphrase::new(text))
}
