//! Acts 12 to 14: the log proves itself, tampering shows, and all of it outlives a restart.

use super::{Story, find, stage::Stage};
use crate::{error::CliError, text::count};
use memchr::memmem;
use std::{fs, path::Path};
use strongroom::{
    Vault, Verification, View,
    audit::{SPACES, Verdict},
    store::{Batch, Direction, Durability, KeyRange, Read, Space, Store},
    store_sled::{Options, SledStore},
};
use strongroom_types::{RecordId, TenantId};

/// Act 12.
pub(super) fn verified(story: &Story, vault: &Vault, stage: &mut Stage<'_>) -> Result<(), CliError> {
    stage.act("The log proves itself to a witness", "日志自证，见证人背书")?;
    let auditor = story.session(vault, "auditor", "legal")?;
    let witness = story.world.witness(vault);
    let checkpoint = auditor.checkpoint(&[&witness])?;
    stage.check(
        "a signed checkpoint, kept by a witness outside",
        checkpoint.size() > 0,
        format!("{} entries, root {:.16}…", checkpoint.size(), checkpoint.root().to_string()),
    )?;
    let found = verify(story, vault)?;
    stage.check(
        "chain, tree, checkpoints, details, records are sound",
        found.is_sound() && found.verdict() == Verdict::ErasedAuthorised,
        format!(
            "{}; {} compared\nerased with authority: the two who went",
            words(&found),
            count(found.records, "record")
        ),
    )?;
    Ok(())
}

/// Act 13.
pub(super) fn tampered(story: &Story, tenant: TenantId, stage: &mut Stage<'_>) -> Result<(), CliError> {
    stage.act("Tampering behind the vault's back is caught", "篡改必被发现")?;
    let dir = &story.world.dir;
    story.world.copy(tenant, "yesterday")?;

    story.world.copy(tenant, "tampered")?;
    let record = change_record(&dir.join("tampered"), tenant)?;
    let found = verify_in(story, "tampered", |_, found| {
        let named = found.data.iter().any(|finding| finding.record == record);
        (named && found.verdict() == Verdict::Altered, words(found))
    });
    let (ok, happened) = told(found);
    stage.check("one flipped bit in a sealed record", ok, happened)?;

    story.world.copy(tenant, "tampered-log")?;
    let forged = change_log(&dir.join("tampered-log"), tenant)?;
    stage.check("the store itself overwrites no log entry", forged.refused, "refused: append-only")?;
    let found = verify_in(story, "tampered-log", |_, found| {
        let at = found.log.findings.iter().any(|finding| finding.index == Some(forged.index));
        (at && found.verdict() == Verdict::Altered, words(found))
    });
    let (ok, happened) = told(found);
    stage.check("around the store: a denial rewritten as allowed", ok, happened)?;

    let later = story.world.open("vault").map_err(|error| CliError::input(error.to_string()))?;
    let wang = story.session(&later, "wang", "service")?;
    drop(find(&wang, &story.cast.shown)?);
    later.checkpoint(&[&story.world.witness(&later)])?;
    drop(wang);
    drop(later);
    let found = verify_in(story, "yesterday", |_, found| (!found.is_sound(), words(found)));
    let (ok, happened) = told(found);
    stage.check("the whole folder replaced by yesterday's", ok, happened)?;
    for copy in ["yesterday", "tampered-log"] {
        let path = dir.join(copy);
        fs::remove_dir_all(&path).map_err(|error| CliError::file(&path, &error))?;
    }
    Ok(())
}

/// Act 14. Answers a customer who is still there.
pub(super) fn restarted(
    story: &Story,
    kept: Option<RecordId>,
    stage: &mut Stage<'_>,
) -> Result<View, CliError> {
    stage.act("Restarted, it is all still so", "重启之后依然如故")?;
    let vault = story.world.open("vault").map_err(|error| CliError::input(error.to_string()))?;
    let found = verify(story, &vault)?;
    stage.check("verification after the restart", found.is_sound(), words(&found))?;
    let wang = story.session(&vault, "wang", "service")?;
    let view = find(&wang, &story.cast.shown)?;
    stage.check("who stayed is there", true, format!("wang finds {}", story.cast.shown.number))?;
    let gone = wang.search(
        &super::world::kind("customer")?,
        &super::world::field("phone")?,
        &story.cast.leaving.phone,
    )?;
    let gone = !gone.iter().any(|view| {
        view.field("customer_no").and_then(strongroom::Shown::text)
            == Some(story.cast.leaving.number.as_str())
    });
    stage.check("who went is not", gone, format!("wang does not find {}", story.cast.leaving.number))?;
    let chen = story.session(&vault, "chen", "legal")?.because("demo");
    let closed = kept.map(|record| chen.view(record));
    let ok = matches!(closed, Some(Err(strongroom::Error::Restricted { .. })));
    stage.check("what the law keeps is still closed", ok, "restricted to the law's own purposes")?;
    Ok(view)
}

fn verify(story: &Story, vault: &Vault) -> Result<Verification, CliError> {
    let witnessed = story.world.witness(vault).latest_checkpoint();
    let witnessed = witnessed.map_err(|error| CliError::input(error.to_string()))?;
    Ok(vault.verify(witnessed.into_iter().collect(), &mut |_| ())?)
}

/// Opens a copy and verifies it. That it does not even open is caught too.
fn verify_in(
    story: &Story,
    folder: &str,
    judge: impl FnOnce(&Vault, &Verification) -> (bool, String),
) -> Result<(bool, String), CliError> {
    match story.world.open(folder) {
        Ok(vault) => {
            let found = verify(story, &vault)?;
            Ok(judge(&vault, &found))
        }
        Err(error) => Ok((true, format!("does not open: {error}"))),
    }
}

fn told(found: Result<(bool, String), CliError>) -> (bool, String) {
    found.unwrap_or_else(|error| (false, error.to_string()))
}

/// A verification in words: the verdict and what was found first.
fn words(found: &Verification) -> String {
    let verdict = format!("{:?}", found.verdict());
    let data = found
        .data
        .first()
        .map(|finding| format!("record {:.8}…: {}", finding.record.to_string(), finding.reason));
    let log = found.log.findings.iter().filter(|finding| finding.verdict > Verdict::ErasedAuthorised);
    let log = log.map(|finding| match finding.index {
        Some(index) => format!("entry {index}: {}", finding.reason),
        None => finding.reason.to_string(),
    });
    let first = log.chain(data).next();
    match first {
        Some(first) => format!("{verdict}: {first}"),
        None => format!("{verdict}: {} entries", found.log.size),
    }
}

/// The vault's space of records, as its format description has it.
const RECORD: Space = Space::mutable(16, "record");

fn change_record(vault: &Path, tenant: TenantId) -> Result<RecordId, CliError> {
    let store = store(vault)?;
    let range = KeyRange::prefix(tenant.as_bytes());
    let rows = store.scan(RECORD, &range, Direction::Forward, 1).map_err(|error| failed(&error))?;
    let (key, mut bytes) =
        rows.into_iter().next().ok_or_else(|| CliError::input("the vault has no record"))?;
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    let id = key.last_chunk::<16>().ok_or_else(|| CliError::input("a record's key is short"))?;
    let record = RecordId::from_bytes(*id);
    let change = Batch::new().put(RECORD, key, bytes);
    store.commit(&change, Durability::Process).map_err(|error| failed(&error))?;
    Ok(record)
}

/// What became of a forged entry.
struct Forged {
    index: u64,
    /// Whether the store refused it by its own rules.
    refused: bool,
}

const DENIED: &[u8] = b"\"deny\"";
const ALLOWED: &[u8] = b"\"allow\"";

/// Rewrites the first denial as an allowance.
fn change_log(vault: &Path, tenant: TenantId) -> Result<Forged, CliError> {
    let store = store(vault)?;
    let space = SPACES.iter().find(|space| space.name() == "audit-entries");
    let space = *space.ok_or_else(|| CliError::input("the log has no space of entries"))?;
    let mut range = KeyRange::prefix(tenant.as_bytes());
    loop {
        let page = store.scan(space, &range, Direction::Forward, 256).map_err(|error| failed(&error))?;
        for (key, bytes) in &page {
            let Some(at) = memmem::find(bytes, DENIED) else { continue };
            let (before, after) = bytes.split_at_checked(at).unwrap_or((bytes, &[]));
            let after = after.get(DENIED.len()..).unwrap_or_default();
            let forged = [before, ALLOWED, after].concat();
            let honest = Batch::new().put(space, key.clone(), forged.clone());
            let refused = store.commit(&honest, Durability::Process).is_err();
            // The same space under another flag: what somebody with the disk in hand could do.
            let around = Space::mutable(space.id(), space.name());
            let change = Batch::new().put(around, key.clone(), forged);
            store.commit(&change, Durability::Process).map_err(|error| failed(&error))?;
            let index = key.last_chunk::<8>().map(|index| u64::from_be_bytes(*index));
            let index = index.ok_or_else(|| CliError::input("an entry's key is short"))?;
            return Ok(Forged { index, refused });
        }
        match page.last() {
            Some((last, _)) => range = range.after(last, Direction::Forward),
            None => return Err(CliError::input("the log has no denial")),
        }
    }
}

fn store(vault: &Path) -> Result<SledStore, CliError> {
    // Any opening's name will do: nothing that is committed here asks for it again.
    let opening = strongroom_types::CaseId::from_bytes([1; 16]).uuid();
    let (store, _) =
        SledStore::open(&vault.join("data"), opening, Options::default()).map_err(|error| failed(&error))?;
    Ok(store)
}

fn failed(error: &dyn std::fmt::Display) -> CliError {
    CliError::input(error.to_string())
}
