//! What goes wrong, in words for the person at the keyboard, with an exit code.

use std::{io, path::Path, process::ExitCode};
use strongroom::{
    Error, FolderError, HomeTrouble, OpenError, audit,
    cases::{ApprovalError, ContractError, ExitError},
    envelope,
    retention::PurgeError,
    store,
};

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The reader of our output went away.
    #[error("standard output is closed")]
    Closed,
    /// Anything else.
    #[error("{message}")]
    Failed {
        /// What kind of failure; decides the exit code.
        kind: Failure,
        /// What, where, what to do.
        message: String,
    },
}

/// The kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Another process has the vault open.
    Busy,
    /// A check found what it looks for.
    Check,
    /// The vault is not as it was written.
    Damaged,
    /// The policy denies it, or a condition is not met.
    Denied,
    /// Input or configuration is wrong.
    Input,
    /// A promise between our own parts was broken.
    Internal,
    /// The command line is wrong.
    Usage,
    /// An approval is missing.
    Waiting,
}

impl Failure {
    /// The name in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Check => "check",
            Self::Damaged => "damaged",
            Self::Denied => "denied",
            Self::Input => "input",
            Self::Internal => "internal",
            Self::Usage => "usage",
            Self::Waiting => "waiting",
        }
    }

    /// The exit code, as `--help` lists them.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Check => 1,
            Self::Usage => 2,
            Self::Denied => 3,
            Self::Waiting => 4,
            Self::Input => 5,
            Self::Damaged => 6,
            Self::Busy => 7,
            Self::Internal => 70,
        }
    }
}

impl CliError {
    pub(crate) fn new(kind: Failure, message: impl Into<String>) -> Self {
        Self::Failed { kind, message: message.into() }
    }

    /// Bad input or configuration.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::new(Failure::Input, message)
    }

    /// A wrong combination of arguments.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Failure::Usage, message)
    }

    /// A file that could not be read or written.
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        let todo = match error.kind() {
            io::ErrorKind::AlreadyExists => "; nothing is overwritten, so name a new file",
            io::ErrorKind::NotFound => "; check the path",
            io::ErrorKind::PermissionDenied => "; check who may read and write there",
            _ => "",
        };
        Self::input(format!("`{}`: {error}{todo}", path.display()))
    }

    pub(crate) fn kind(&self) -> Failure {
        match self {
            Self::Closed => Failure::Internal,
            Self::Failed { kind, .. } => *kind,
        }
    }

    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(self.kind().code())
    }
}

/// Of standard output.
impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Closed;
        }
        Self::input(format!("standard output: {error}"))
    }
}

impl From<Error> for CliError {
    fn from(error: Error) -> Self {
        match &error {
            Error::Denied(denial) => {
                Self::new(Failure::Denied, format!("{denial}{}", denial_todo(denial.code())))
            }
            Error::Approval(ApprovalError::WrongState(wrong)) => of_approval_state(wrong.state),
            error => {
                let (kind, todo) = of_verb(error);
                Self::new(kind, format!("{error}{todo}"))
            }
        }
    }
}

fn of_verb(error: &Error) -> (Failure, &'static str) {
    match error {
        Error::Undischarged { obligation, .. } => match *obligation {
            "approve" => (Failure::Waiting, ""),
            "justify" => (Failure::Denied, " with `--because TEXT`"),
            "step-up" => (Failure::Denied, " and state so with `--mfa`"),
            "purpose" => (Failure::Denied, ": `--purpose NAME`"),
            _ => (Failure::Denied, ""),
        },
        Error::Departed { .. } => (Failure::Denied, "; whoever runs the system can let them back in"),
        Error::Restricted { .. } | Error::FieldWithheld { .. } | Error::Held => (Failure::Denied, ""),
        Error::Tampered { .. } => (Failure::Damaged, ""),
        Error::Unseal(envelope::OpenError::NoKey) => (
            Failure::Damaged,
            "; the key store is damaged or was put back to an older state: keep a copy and restore from a backup",
        ),
        Error::Unseal(_) => {
            (Failure::Damaged, "; what is stored is damaged or was changed: run `strongroom audit verify`")
        }
        Error::Read(store::ReadError::Damaged(_)) => {
            (Failure::Damaged, "; stop, keep a copy of the folder and run `strongroom audit verify`")
        }
        Error::Lookup(error) if error.is_damage() => {
            (Failure::Damaged, "; stop, keep a copy of the folder and restore from a backup")
        }
        Error::Log(audit::LogError::Full(_)) => {
            (Failure::Input, "; make room, meanwhile exits, holds, sweeps and key turns go through")
        }
        Error::Keys(error) => of_keys(error),
        Error::Invariant(_) => (Failure::Internal, ""),
        Error::Approval(error) => of_approval(error),
        Error::Contract(ContractError::SelfApproval) => {
            (Failure::Denied, "; a second person must (`--as NAME`)")
        }
        Error::Exit(error) => of_exit(error),
        Error::Purge(PurgeError::Port { .. }) => (Failure::Input, "; run the same command again to go on"),
        _ => (Failure::Input, ""),
    }
}

fn denial_todo(code: &str) -> &'static str {
    match code {
        "needs-mfa" | "mfa-too-old" => "; prove a second factor and state so with `--mfa`",
        "wrong-purpose" => "; say what it is for with `--purpose NAME`",
        "no-grant" | "not-owner" | "not-team" => "; ask somebody whose role may (`--as NAME`)",
        _ => "",
    }
}

fn of_approval_state(state: &str) -> CliError {
    match state {
        "open" => CliError::new(
            Failure::Waiting,
            "the approval is not granted yet; it waits for the vote of a second person (`strongroom approve yes`)",
        ),
        "granted" => CliError::input("the approval is granted already; act on it with `strongroom release`"),
        state => CliError::input(format!(
            "the approval is {state}, and nothing more can be done with it; ask anew"
        )),
    }
}

fn of_exit(error: &ExitError) -> (Failure, &'static str) {
    match error {
        ExitError::SelfApproval => (Failure::Denied, "; a second person must (`--as NAME`)"),
        ExitError::WrongState(wrong) if wrong.verb == "begin-purge" && wrong.state == "planned" => {
            (Failure::Waiting, "; a second person must first run `strongroom exit approve`")
        }
        ExitError::ReviewPending => {
            (Failure::Waiting, "; a second person must first run `strongroom exit review`")
        }
        _ => (Failure::Input, ""),
    }
}

fn of_approval(error: &ApprovalError) -> (Failure, &'static str) {
    match error {
        ApprovalError::SelfApproval
        | ApprovalError::AlreadyVoted
        | ApprovalError::RoleMissing { .. }
        | ApprovalError::NotRequester => (Failure::Denied, ""),
        _ => (Failure::Input, ""),
    }
}

fn of_keys(error: &envelope::KeysError) -> (Failure, &'static str) {
    use envelope::KeysError;
    match error {
        KeysError::Damaged { .. }
        | KeysError::Unreadable { .. }
        | KeysError::Read(store::ReadError::Damaged(_)) => {
            (Failure::Damaged, "; the key store must be restored from a backup")
        }
        KeysError::ProviderBehind => (Failure::Damaged, "; this keyring file is older than the key store"),
        KeysError::Invariant(_) => (Failure::Internal, ""),
        _ => (Failure::Input, ""),
    }
}

/// Why a folder could not be made or opened, with the folder's name.
#[expect(clippy::needless_pass_by_value, reason = "it takes what `map_err` hands over")]
pub(crate) fn of_folder(vault: &Path, error: FolderError) -> CliError {
    let shown = vault.display();
    let (kind, todo) = match &error {
        FolderError::Store(error) => match error.trouble {
            HomeTrouble::Busy => (Failure::Busy, "; wait until it has finished, or end it"),
            HomeTrouble::Damaged => {
                (Failure::Damaged, "; keep a copy of it as it is, and restore from a backup")
            }
            HomeTrouble::Foreign => (Failure::Damaged, "; restore from a backup"),
            _ => (Failure::Input, ""),
        },
        FolderError::Damaged { .. } => (
            Failure::Damaged,
            "; keep a copy of it; `strongroom audit verify` says what is left, then restore from a backup",
        ),
        FolderError::NoVault(_) => {
            (Failure::Input, "; name the folder with `--vault DIR`, or make one with `strongroom init`")
        }
        FolderError::Keyring(error) => return of_keyring(error),
        FolderError::Vault(error) => return of_opening(vault, error),
        FolderError::Config(_) | FolderError::Schedule(_) | FolderError::House(_) => {
            return CliError::input(format!(
                "the configuration in `{shown}` cannot be used; nothing was opened or changed\n{error}"
            ));
        }
        _ => (Failure::Input, ""),
    };
    CliError::new(kind, format!("{error}{todo}"))
}

/// What a keyring file refuses.
pub(crate) fn of_keyring(error: &envelope::KeyringError) -> CliError {
    use envelope::KeyringError;
    let (kind, todo) = match error {
        KeyringError::WrongPassphraseOrDamaged { .. } => {
            (Failure::Input, "; try the passphrase again, nothing was changed")
        }
        KeyringError::Missing { .. } => (
            Failure::Input,
            "; name it with `--keyring FILE`: without it nothing in this vault can ever be opened",
        ),
        KeyringError::Damaged { .. } | KeyringError::Truncated { .. } | KeyringError::Foreign { .. } => {
            (Failure::Damaged, "; restore the keyring file from your copy of it")
        }
        KeyringError::ChangedOnDisk { .. } => {
            (Failure::Busy, "; another process changed it, run the command again")
        }
        KeyringError::Invariant(_) => (Failure::Internal, ""),
        _ => (Failure::Input, ""),
    };
    CliError::new(kind, format!("{error}{todo}"))
}

fn of_opening(vault: &Path, error: &OpenError) -> CliError {
    let (kind, todo) = match error {
        OpenError::Keys(error) => of_keys(error),
        OpenError::Keyring(error) => return of_keyring(error),
        _ => (Failure::Input, ""),
    };
    CliError::new(kind, format!("the vault in `{}` does not open: {error}{todo}", vault.display()))
}
