//! Acts 1 and 2: a vault is made, and data comes in.

use super::{
    given::{Given, GivenFile, Refusal},
    stage::Stage,
    world::{World, kind},
};
use crate::{
    error::CliError,
    import::{ImportOptions, Progress, Rejects, Summary, import_file},
    text::count,
};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};
use strongroom::{FolderError, Vault, envelope::KeyringError};

/// Act 1.
pub(super) fn made(world: &World, stage: &mut Stage<'_>) -> Result<Vault, CliError> {
    stage.act("A vault is made", "建库")?;
    let folder = world.vault_dir();
    let has = |name: &str| folder.join(name).exists();
    stage.check(
        "a folder with its rules and a keyring of its own",
        has("vault.toml") && has("policy.toml") && has("keyring"),
        format!("vault/: 4 rule files, 1 keyring, {} people", world.staff.people().len()),
    )?;
    let wrong = world.open_with("vault", "open sesame");
    let refused = matches!(&wrong, Err(FolderError::Keyring(KeyringError::WrongPassphraseOrDamaged { .. })));
    let words = if refused { "refused, nothing changed" } else { "not refused as a wrong passphrase" };
    stage.check("a wrong passphrase opens nothing", refused, words)?;
    drop(wrong);
    let vault = world.open("vault").map_err(|error| CliError::input(error.to_string()))?;
    let second = world.open("vault").err().map(|error| error.to_string());
    if world.is_elsewhere()? {
        let happened = second.as_deref().unwrap_or("it works beside the first, on the same log");
        stage.check("a second process may open it as well", second.is_none(), happened)?;
    } else {
        stage.check(
            "nor does a second process while it is open",
            second.is_some(),
            second.as_deref().map_or("it opened twice", |_| "refused: the folder is locked"),
        )?;
    }
    Ok(vault)
}

/// Act 2.
pub(super) fn imported(
    world: &World,
    vault: &Vault,
    given: &Given,
    stage: &mut Stage<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), CliError> {
    stage.act("Data comes in; bad rows stay out", "导入数据，坏行被拒")?;
    let (mut rows, mut seconds) = (0_u64, 0.0);
    for file in &given.files {
        let (summary, refused) = import(world, vault, file, progress)?;
        rows = rows.saturating_add(summary.imported);
        seconds += summary.seconds;
        let name = file.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let mut by_reason: BTreeMap<&str, u64> = BTreeMap::new();
        for (_, _, _, reason) in &refused {
            let entry = by_reason.entry(reason).or_default();
            *entry = entry.saturating_add(1);
        }
        let reasons: Vec<String> = by_reason.iter().map(|(reason, n)| format!("{n} {reason}")).collect();
        let because = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join(", ")) };
        let happened = format!("{} in, {} refused{because}", summary.imported, summary.rejected);
        match &file.malformed {
            Some(malformed) => stage.check(
                &format!("{name} ({}): {} bad", summary.encoding, count(count_of(malformed.len()), "row")),
                *malformed == refused && summary.imported > 0,
                happened,
            )?,
            None => stage.check(&format!("{name} ({})", summary.encoding), summary.imported > 0, happened)?,
        }
    }
    let quiet = rejects_are_private(world)?;
    stage.check(
        "rejects files name lines and reasons, no values",
        quiet,
        "rejects/, outside the vault, mode 0600",
    )?;
    let rate = f64::from(u32::try_from(rows).unwrap_or(u32::MAX)) / f64::max(seconds, 0.001);
    stage.check(
        "each row sealed, indexed and logged",
        rows > 0,
        format!("{rows} rows, {rate:.0} a second"),
    )?;
    Ok(())
}

type Refused = BTreeSet<Refusal>;

fn import(
    world: &World,
    vault: &Vault,
    file: &GivenFile,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Summary, Refused), CliError> {
    let session = world.session(vault, "importer", "service")?;
    let options = ImportOptions { kind: kind(file.kind)?, charset: None, owner: None };
    let failed = |error: crate::import::ImportError| CliError::input(error.to_string());
    let mut rejects =
        Rejects::create_for(&file.path, &world.dir.join("rejects"), &world.vault_dir()).map_err(failed)?;
    let clock = world.options.clock.as_ref();
    let summary =
        import_file(vault, &session, &file.path, &options, &mut rejects, clock, progress).map_err(failed)?;
    rejects.finish().map_err(failed)?;
    Ok((summary.clone(), refused(&summary)?))
}

#[derive(Deserialize)]
struct RejectLine {
    row: u64,
    line: u64,
    field: Option<String>,
    reason: String,
}

/// What the rejects file says, read back.
fn refused(summary: &Summary) -> Result<Refused, CliError> {
    let Some(path) = &summary.rejects else { return Ok(Refused::new()) };
    let text = fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
    text.lines()
        .map(|line| {
            let one: RejectLine =
                serde_json::from_str(line).map_err(|error| CliError::input(error.to_string()))?;
            Ok((one.row, one.line, one.field, one.reason))
        })
        .collect()
}

/// Whether nobody else can read the rejects files, and nothing in them looks like a customer's data.
fn rejects_are_private(world: &World) -> Result<bool, CliError> {
    let folder = world.dir.join("rejects");
    let scanner = strongroom_dlp::Scanner::new();
    let failed = |error: std::io::Error| CliError::file(&folder, &error);
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            if entry.metadata().map_err(failed)?.permissions().mode() & 0o777 != 0o600 {
                return Ok(false);
            }
        }
        if !scanner.scan(&fs::read(entry.path()).map_err(failed)?).is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn count_of(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
