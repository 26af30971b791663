//! The story goes as it is told.

use super::{Plot, play, stage::Stage};
use std::{fs, path::Path};
use strongroom::{FolderOptions, envelope::KeyringParams};

fn tell(dir: &Path, customers: Option<&Path>, store: &str) -> (super::Played, String) {
    let mut out = Vec::new();
    let store = Some(store.parse().unwrap());
    let plot = Plot {
        dir: Some(dir),
        customers,
        fast: true,
        options: FolderOptions { params: KeyringParams::weak_for_tests(), store, ..FolderOptions::default() },
    };
    let played = play(plot, &mut Stage::new(&mut out, false), &mut |_| ());
    let text = String::from_utf8(out).unwrap();
    (played.unwrap_or_else(|error| panic!("{error}\n{text}")), text)
}

#[test]
fn every_act_goes_as_expected_and_nothing_is_written_outside() {
    for store in ["sled:", "redb:"] {
        let around = tempfile::tempdir().unwrap();
        let dir = around.path().join("story");
        let (played, text) = tell(&dir, None, store);
        assert!(played.ok, "{store}: {text}");
        assert_eq!(played.acts.len(), 14, "{text}");
        assert!(played.acts.iter().all(|act| !act.checks.is_empty()));
        assert!(played.acts.iter().flat_map(|act| &act.checks).all(|check| check.ok == Some(true)), "{text}");
        assert_eq!(fs::read_dir(around.path()).unwrap().count(), 1);
        assert!(!text.contains('\u{1b}'));
    }
}

#[test]
fn it_takes_customers_of_ones_own_and_a_folder_that_is_empty() {
    let dir = tempfile::tempdir().unwrap();
    let rows: Vec<String> =
        (1..=30).map(|n| format!("K-{n},\"Customer No {n}\",+44 20 7946 {n:04}")).collect();
    let file = dir.path().join("own.csv");
    fs::write(&file, format!("customer_no,name,phone\n{}\n", rows.join("\n"))).unwrap();
    let story = dir.path().join("story");
    fs::create_dir(&story).unwrap();
    let (played, text) = tell(&story, Some(&file), "sled:");
    assert!(played.ok, "{text}");

    let again = Plot { dir: Some(&story), customers: None, fast: true, options: FolderOptions::default() };
    let refused = play(again, &mut Stage::new(&mut Vec::new(), false), &mut |_| ()).unwrap_err();
    assert!(refused.to_string().contains("not empty"), "{refused}");
}
