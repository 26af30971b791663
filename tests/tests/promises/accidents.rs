//! Damaged, truncated and wrong files: a clear error that names the file, nothing written, and never a panic.

use crate::{NOW, customer};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};
use strongroom::{Folder, FolderOptions, Vault};
use strongroom_audit::Checkpoint;
use strongroom_envelope::Passphrase;
use strongroom_tests::{House, Person, copy_folder, effort, vault_folder};
use strongroom_types::RecordId;

/// A closed vault with one customer, the last checkpoint that a witness saw, and the record.
fn closed(path: &Path) -> (House, Checkpoint, RecordId) {
    let house = House::init(path, NOW);
    let (checkpoint, record) = {
        let vault = house.open();
        let record = customer(&Person::MANAGER.at(&vault, &house), "C-1").record;
        (vault.checkpoint(&[]).unwrap(), record)
    };
    (house, checkpoint, record)
}

/// How much of a file is in use: sled reserves more, as zeros.
fn used(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)
}

fn bytes_of(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(bytes_of(&path));
        } else {
            all.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    all
}

fn refusal(house: &House) -> String {
    match house.try_open() {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_wrong_configuration_is_refused_by_file_and_line_and_changes_nothing() {
    let root = vault_folder().unwrap();
    let (house, ..) = closed(&root.path().join("vault"));
    // A file, what to put in place of what, and what the error must name.
    let cases: [(&str, &str, &str, &[&str]); 9] = [
        (
            "schema.toml",
            "label = { level = \"Confidential\", categories = [\"basic\"] }\nretention = \"customer-basic\"",
            "retention = \"customer-basic\"",
            &["schema.toml", "customer", "label"],
        ),
        ("schema.toml", "levels = \"four\"", "levels = \"five\"", &["schema.toml:", "five"]),
        ("schema.toml", "[kinds.customer]", "[kinds.customer", &["schema.toml:"]),
        ("policy.toml", "roles = [\"manager\"]", "roles = [\"ghost\"]", &["policy.toml:", "`ghost`"]),
        ("policy.toml", "inherits = [\"staff\"]", "inherits = [\"ghost\"]", &["policy.toml:", "`ghost`"]),
        ("retention.toml", "kind = \"erase\"", "kind = \"burn\"", &["retention.toml:"]),
        ("house.toml", "approval-hours = 72", "approval-hours = \"many\"", &["house.toml"]),
        ("house.toml", "kind = \"transaction\"", "kind = \"ghost\"", &["house", "ghost"]),
        ("vault.toml", "format = 0", "format = 7", &["vault.toml", "7"]),
    ];
    for (file, old, new, names) in cases {
        let path = house.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{file}: the sample has {old}");
        fs::write(&path, text.replacen(old, new, 1)).unwrap();
        let before = bytes_of(house.path());
        let error = refusal(&house);
        for name in names {
            assert!(error.contains(name), "{file}, {new}: `{error}` does not name {name}");
        }
        assert!(bytes_of(house.path()) == before, "{file}, {new}: something was written");
        fs::write(&path, &text).unwrap();
        let missing = format!("{file}.away");
        fs::rename(&path, house.path().join(&missing)).unwrap();
        assert!(refusal(&house).contains(file), "without {file}: {}", refusal(&house));
        fs::rename(house.path().join(&missing), &path).unwrap();
    }
    assert_eq!(refusal(&house), "", "everything is as it was");
}

#[test]
fn a_new_vault_with_a_wrong_configuration_leaves_no_folder() {
    let root = vault_folder().unwrap();
    let path = root.path().join("vault");
    let mut texts = strongroom_tests::texts();
    texts.policy = "version = 1\n[[grants]]\nid = \"g\"\nroles = [\"ghost\"]\nkinds = [\"customer\"]\nactions = [\"view\"]\n";
    let passphrase = strongroom_tests::passphrase();
    let error =
        Folder::init(&path, "crm.example/test", texts, &passphrase, &FolderOptions::default()).unwrap_err();
    assert!(error.to_string().contains("policy.toml:4") && error.to_string().contains("`ghost`"), "{error}");
    assert!(!path.exists(), "nothing was made");
}

#[test]
fn a_wrong_passphrase_and_a_damaged_keyring_open_nothing_and_name_the_file() {
    let root = vault_folder().unwrap();
    let (house, ..) = closed(&root.path().join("vault"));
    let before = bytes_of(house.path());
    let error = Folder::open(house.path(), &Passphrase::new("wrong"), &FolderOptions::default()).unwrap_err();
    assert!(error.to_string().contains("keyring"), "{error}");
    assert!(bytes_of(house.path()) == before, "nothing was written");
    let path = house.path().join("keyring");
    let whole = fs::read(&path).unwrap();
    let step = if effort() > 1 { 1 } else { 7 };
    for at in (0..whole.len()).step_by(step) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        for (how, bytes) in [("flipped", flipped.as_slice()), ("cut", &whole[..at])] {
            fs::write(&path, bytes).unwrap();
            let error = refusal(&house);
            assert!(error.contains("keyring"), "{how} at {at} of {}: `{error}`", whole.len());
        }
    }
    fs::remove_file(&path).unwrap();
    assert!(refusal(&house).contains("keyring"), "{}", refusal(&house));
    fs::write(&path, whole).unwrap();
    assert_eq!(refusal(&house), "");
}

/// What a damaged store may do: be refused by name; or open, and then either be found out or be whole.
fn refused_or_found_out(house: &House, witnessed: &Checkpoint, record: RecordId, what: &str) -> &'static str {
    let vault = match house.try_open() {
        Ok(vault) => vault,
        Err(error) => {
            let error = error.to_string();
            let named = ["data", "keys", "store", "log", "key"].iter().any(|name| error.contains(name));
            assert!(named, "{what}: `{error}`");
            return "refused";
        }
    };
    let checkpoint = Checkpoint::open(witnessed.note(), &[vault.log_key()]).unwrap();
    let sound = match vault.verify(vec![checkpoint], &mut |_| ()) {
        Ok(found) => found.is_sound(),
        Err(_) => false,
    };
    let view = view(&vault, house, record);
    match (sound, view) {
        (true, Ok(())) => "whole",
        // Keys are not what verification reads: without them nothing opens.
        _ => "found out",
    }
}

fn view(vault: &Vault, house: &House, record: RecordId) -> Result<(), strongroom::Error> {
    Person::MANAGER.at(vault, house).view(record).map(drop)
}

#[test]
fn a_damaged_store_is_refused_or_found_out_and_never_believed() {
    let root = vault_folder().unwrap();
    let base = root.path().join("base");
    let (_, witnessed, record) = closed(&base);
    let mut came_out: BTreeMap<&str, usize> = BTreeMap::new();
    for store in ["data", "keys"] {
        let whole = fs::read(base.join(store).join("db")).unwrap();
        let used = used(&whole);
        let steps = usize::try_from(effort()).unwrap() * 8;
        for step in 0..steps {
            let at = used * step / steps;
            let mut flipped = whole.clone();
            flipped[at] ^= 0x10;
            for (how, bytes) in [("flipped", flipped.as_slice()), ("cut", &whole[..at])] {
                let path = root.path().join("run");
                copy_folder(&base, &path);
                fs::write(path.join(store).join("db"), bytes).unwrap();
                let what = format!("{store}/db {how} at {at} of {used}");
                let came = refused_or_found_out(&House::at(&path, NOW), &witnessed, record, &what);
                *came_out.entry(came).or_default() += 1;
                // Whatever was cut off had been acknowledged.
                assert!(how != "cut" || came == "refused", "{what}: {came}");
                fs::remove_dir_all(&path).unwrap();
            }
        }
        for name in ["db", "conf"] {
            let path = root.path().join("run");
            copy_folder(&base, &path);
            fs::write(path.join(store).join(name), b"this is something else altogether").unwrap();
            let what = format!("{store}/{name} replaced");
            let came = refused_or_found_out(&House::at(&path, NOW), &witnessed, record, &what);
            assert_ne!(came, "whole", "{what}");
            fs::remove_dir_all(&path).unwrap();
        }
    }
    let whole = came_out.get("whole").copied().unwrap_or_default();
    assert!(whole * 2 < came_out.values().sum(), "most of the file matters: {came_out:?}");
    let untouched = refused_or_found_out(&House::at(&base, NOW), &witnessed, record, "nothing");
    assert_eq!(untouched, "whole", "without damage nothing is found");
}
