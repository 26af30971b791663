//! The program on a vault in PostgreSQL, on a private server: the whole story, the check of the store, and a move.
#![cfg(feature = "postgres")]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

#[path = "../../strongroom-store-postgres/tests/common/mod.rs"]
mod common;

use common::fresh_url;
use std::{path::Path, process::Command};

fn run(dir: &Path, args: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
    command.current_dir(dir).args(args).env_remove("STRONGROOM_VAULT").env_remove("STRONGROOM_STORE");
    command.env("STRONGROOM_PASSPHRASE", "correct horse battery staple");
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(said).unwrap())
}

#[test]
fn the_whole_story_is_told_on_postgres_as_on_files() {
    let Some(url) = fresh_url() else { return };
    let dir = tempfile::tempdir().unwrap();
    let (code, said) = run(dir.path(), &["demo", "--fast", "--dir", "story", "--store", &url]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("14  ") && !said.contains('✘'), "{said}");
}

#[test]
fn an_operator_checks_a_server_and_moves_a_vault_to_it_and_back() {
    let Some(url) = fresh_url() else { return };
    let dir = tempfile::tempdir().unwrap();
    let (code, said) = run(dir.path(), &["init"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = run(dir.path(), &["store", "check", &url]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("keeps all"), "{said}");
    let create = [
        "create",
        "customer",
        "--as",
        "wang",
        "--mfa",
        "--purpose",
        "service",
        "--set",
        "customer_no=C-1",
        "--set",
        "name=Li",
    ];
    assert_eq!(run(dir.path(), &create).0, 0);
    let (code, said) = run(dir.path(), &["store", "copy", "sled:", &url]);
    assert_eq!(code, 0, "{said}");
    let list = ["list", "customer", "--as", "wang", "--mfa", "--purpose", "service"];
    let (code, said) = run(dir.path(), &list);
    assert!(code == 0 && said.contains("C-1"), "{said}");
    let (code, said) =
        run(dir.path(), &["audit", "verify", "--as", "auditor", "--mfa", "--purpose", "legal"]);
    assert!(code == 0 && said.contains("Sound"), "{said}");
    let (code, said) = run(dir.path(), &["store", "copy", &url, "redb:"]);
    assert_eq!(code, 0, "{said}");
}
