//! A vault moves to stores of another kind: everything arrives, the log still verifies, and what was not whole or not
//! sound changes nothing.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "what fails here fails the test"
)]
#![cfg(feature = "redb")]

mod common;
#[path = "common/homes.rs"]
mod homes;

use common::{field, init, kind, options, passphrase, person};
use homes::{at_home, homes};
use std::{fs, path::Path};
use strongroom::{
    Fields, Folder, FolderError, FolderOptions, Home, MoveError, NewRecord, Vault, Whose,
    store::{Batch, CopyError, Direction, Durability, KeyRange, Read as _, Space, Store as _},
};
use strongroom_cases::{ExitReason, ExitTrigger};

const RECORD: Space = Space::mutable(16, "record");

fn home(text: &str) -> Home {
    text.parse().unwrap()
}

/// A vault with customers, a document, and one who left.
fn lived_in(path: &Path, options: &FolderOptions) -> Vault {
    init(path, options);
    let vault = Folder::open(path, &passphrase(), options).unwrap();
    {
        let manager = person(&vault, options, 1, "manager", "service");
        let create = |number: usize| {
            let fields = Fields::new()
                .with(field("customer_no"), format!("C-{number}"))
                .with(field("name"), "王小明")
                .with(field("phone"), format!("1380013{number:04}"));
            manager.create(NewRecord::new(kind("customer"), Whose::New, fields)).unwrap()
        };
        let created: Vec<_> = (0..30).map(create).collect();
        let content = vec![7_u8; 200_000];
        manager
            .attach(created[0].customer, "a.bin", "application/octet-stream", &mut content.as_slice())
            .unwrap();
        let (dpo, second) =
            (person(&vault, options, 4, "dpo", "legal"), person(&vault, options, 5, "dpo", "legal"));
        let case = dpo.open_exit(created[1].customer, ExitTrigger::Manual, ExitReason::Price, None).unwrap();
        if dpo.plan_exit(case).unwrap().review_needed {
            second.review_exit(case).unwrap();
        }
        second.approve_exit(case).unwrap();
        dpo.run_exit(case).unwrap();
    }
    vault
}

/// What can be seen of it: customers by number, and the entries of the log.
fn seen(vault: &Vault, options: &FolderOptions) -> (Vec<String>, u64) {
    let manager = person(vault, options, 1, "manager", "service");
    let mut numbers = Vec::new();
    for number in 0..30 {
        let found =
            manager.search(&kind("customer"), &field("phone"), &format!("1380013{number:04}")).unwrap();
        numbers
            .extend(found.iter().map(|view| view.field("customer_no").unwrap().text().unwrap().to_owned()));
    }
    let found = vault.verify(Vec::new(), &mut |_| ()).unwrap();
    assert!(found.is_sound(), "{found:?}");
    (numbers, found.records)
}

#[test]
fn a_vault_moves_there_and_back_and_is_the_same() {
    let root = tempfile::tempdir().unwrap();
    let kinds = homes().len();
    for from in 0..kinds {
        for to in (0..kinds).filter(|to| *to != from) {
            // Asked for anew: a server gives another schema each time.
            let (from_home, to_home) = (homes().swap_remove(from), homes().swap_remove(to));
            move_there_and_back(&root.path().join(format!("vault-{from}-{to}")), &from_home, &to_home);
        }
    }
}

fn move_there_and_back(path: &Path, from: &Home, to: &Home) {
    let made = at_home(from);
    let vault = lived_in(path, &made);
    let before = seen(&vault, &made);
    drop(vault);
    let mut pages = 0;
    let moved = Folder::move_to(path, to, &passphrase(), &options(), &mut |_| {
        pages += 1;
        true
    });
    let moved = moved.unwrap();
    assert!(moved.pairs > 300 && pages > 10, "{moved:?}");
    assert_eq!((moved.from, moved.to), (from.to_string(), to.to_string()));
    // The vault itself knows where it lies now.
    let unsaid = FolderOptions { store: None, ..made.clone() };
    let vault = Folder::open(path, &passphrase(), &unsaid).unwrap();
    assert_eq!(Folder::home_of(path, &unsaid).unwrap(), *to);
    assert_eq!(seen(&vault, &made), before, "{from} to {to}");
    assert_eq!(before.0.len(), 29, "one had left");
    drop(vault);
    let same = Folder::move_to(path, to, &passphrase(), &options(), &mut |_| true);
    assert!(matches!(same, Err(MoveError::SamePlace(_))));
    // Back into the old place, which is not empty and lacks the looks of a moment ago: nothing is mixed.
    let back = Folder::move_to(path, from, &passphrase(), &options(), &mut |_| true);
    assert!(matches!(back, Err(MoveError::Copy { source: CopyError::NotEmpty, .. })), "{back:?}");
    assert_eq!(Folder::home_of(path, &options()).unwrap(), *to);
}

#[test]
fn a_move_that_was_stopped_goes_on_and_until_then_the_vault_stays() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("vault");
    let options = options();
    let vault = lived_in(&path, &options);
    let before = seen(&vault, &options);
    drop(vault);
    let mut stops = 0;
    for patience in 1.. {
        let mut pages = 0;
        let moved = Folder::move_to(&path, &home("redb:"), &passphrase(), &options, &mut |_| {
            pages += 1;
            pages < patience
        });
        match moved {
            Err(MoveError::Stopped) => {
                stops += 1;
                assert_eq!(Folder::home_of(&path, &options).unwrap(), home("sled:"));
            }
            moved => {
                moved.unwrap();
                break;
            }
        }
    }
    assert!(stops > 10, "{stops} stops");
    let vault = Folder::open(&path, &passphrase(), &options).unwrap();
    assert_eq!(seen(&vault, &options), before);
}

#[test]
fn what_arrives_unsound_is_not_moved_into_and_a_wrong_passphrase_moves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("vault");
    drop(lived_in(&path, &options()));
    let descriptor = fs::read(path.join("vault.toml")).unwrap();
    let wrong = strongroom_envelope::Passphrase::new("wrong");
    let refused = Folder::move_to(&path, &home("redb:"), &wrong, &options(), &mut |_| true);
    assert!(matches!(refused, Err(MoveError::Folder(FolderError::Keyring(_)))), "{refused:?}");
    assert_eq!(fs::read(path.join("vault.toml")).unwrap(), descriptor);

    // A record that was changed behind the vault's back is copied as it is, and then found.
    {
        let stores = home("sled:").open(&path, &strongroom_envelope::OsRandom).unwrap();
        let rows = stores.data.scan(RECORD, &KeyRange::all(), Direction::Forward, 1).unwrap();
        let (key, mut row) = rows.into_iter().next().unwrap();
        *row.last_mut().unwrap() ^= 1;
        stores.data.commit(&Batch::new().put(RECORD, key, row), Durability::Power).unwrap();
    }
    let elsewhere = home(&format!("redb:{}", root.path().join("elsewhere").display()));
    let refused = Folder::move_to(&path, &elsewhere, &passphrase(), &options(), &mut |_| true);
    assert!(matches!(refused, Err(MoveError::Unsound(_))), "{refused:?}");
    assert_eq!(fs::read(path.join("vault.toml")).unwrap(), descriptor);
}
