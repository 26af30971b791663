//! The real program on a vault in a temporary folder: one journey as an operator types it, and each bad input with its
//! message and its exit code.
//!
//! Method: the binary is run as a process; what it prints is compared in part, what it prints as JSON is parsed. The
//! keyring has its real cost, so calls are few.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(clippy::indexing_slicing, reason = "a missing member is a failed test")]

mod common;

use common::Said;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use strongroom::{Folder, FolderOptions, envelope::Passphrase};

const PASSPHRASE: &str = "correct horse battery staple";

/// A working directory with a `vault` in it.
struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { dir: tempfile::tempdir().unwrap() };
        let said = place.run(&["init", "--origin", "crm.example/test"]);
        assert_eq!(said.code, 0, "{}", said.err);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
        command.current_dir(self.dir.path()).args(args);
        command.env_remove("STRONGROOM_VAULT").env("STRONGROOM_PASSPHRASE", PASSPHRASE);
        command
    }

    /// Runs a line as a person would type it; arguments hold no spaces.
    fn run(&self, args: &[&str]) -> Said {
        Said::of(self.command(args).output().unwrap())
    }

    fn say(&self, line: &str) -> Said {
        self.run(&line.split(' ').collect::<Vec<_>>())
    }

    /// The JSON that a line answers, which must end with this code.
    fn json(&self, code: i32, line: &str) -> Value {
        let said = self.say(&format!("{line} --format json"));
        assert_eq!(said.code, code, "{line}: {}{}", said.out, said.err);
        serde_json::from_str(&said.out).unwrap()
    }

    /// A copy of the vault, to be spoiled.
    fn copy(&self, name: &str) -> PathBuf {
        let to = self.path(name);
        copy_dir(&self.path("vault"), &to);
        to
    }
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

const CUSTOMERS: &str = "\
customer_no,name,phone,email,national_id
C-1,王小明,13800138000,wang@example.com,11010519491231002X
C-2,陳大文,+886 912 345 678,chen@example.com,
";

#[test]
fn an_operator_brings_a_customer_in_shows_exports_and_lets_them_go() {
    let place = Place::new();
    fs::write(place.path("customers.csv"), CUSTOMERS).unwrap();
    let imported = place.say("import customers.csv --kind customer --as importer --mfa --owner li");
    assert_eq!(imported.code, 0, "{}", imported.err);

    let page = place.json(0, "list customer --as wang --mfa --purpose service --limit 1");
    assert_eq!(page["next"], page["views"][0]["record"]);
    let found = place.json(0, "search customer phone +8613800138000 --as wang --mfa --purpose service");
    let first = &found[0];
    assert_eq!(first["fields"]["name"]["value"], "王小明");
    assert_eq!(first["fields"]["national_id"]["as"], "redacted", "needs a recent second factor: {first}");
    let (record, customer) = (text(&first["record"]), text(&first["customer"]));

    // The right people see it, masked or not; the wrong ones hear why not.
    let masked = place.say(&format!("show {record} --as zhou --purpose service"));
    assert!(masked.out.contains("⟨*******8000⟩"), "{}", masked.out);
    assert!(!masked.out.contains("13800138000"), "{}", masked.out);
    place
        .say(&format!("show {record} --as sun --purpose service"))
        .ends(3)
        .says(&["not the owner", "sales-own-customers"]);

    // Out only through approval by a second person.
    let export = "export customer --fields customer_no,phone --to-kind Partner --recipient a@b.example";
    let blocked = place.run(&[
        "export",
        "customer",
        "--to-kind",
        "Partner",
        "--recipient",
        "a@b.example",
        "--as",
        "wang",
        "--mfa",
        "--purpose",
        "service",
    ]);
    blocked.ends(3).says(&["justify", "--because TEXT"]);
    let waiting = place.json(4, &format!("{export} --as wang --mfa --purpose service --because mailing"));
    assert_eq!(waiting["export"], "needs-approval");
    let approval = text(&waiting["approval"]["approval"]);
    let release =
        format!("release {approval} --out out.csv --as wang --mfa --purpose service --because mailing");
    place.say(&release).ends(4).says(&["not granted yet"]);
    assert!(!place.path("out.csv").exists());
    place.say(&format!("approve yes {approval} --as wang --mfa")).ends(3).says(&["own request"]);
    assert_eq!(place.json(0, &format!("approve yes {approval} --as lin --mfa"))["state"], "granted");
    assert_eq!(place.say(&release).code, 0);
    let released = fs::read_to_string(place.path("out.csv")).unwrap();
    assert!(released.contains("13800138000"), "{released}");
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(place.path("out.csv")).unwrap().permissions())
            & 0o777,
        0o600
    );

    exit_and_verify(&place, &customer, &record);
}

fn exit_and_verify(place: &Place, customer: &str, record: &str) {
    let dpo = "--as lin --mfa --purpose legal --because law";
    let hold = place.json(0, &format!("hold place --customer {customer} --reason litigation {dpo}"));
    let case = text(&place.json(0, &format!("exit open {customer} --reason price {dpo}"))["case"]);
    let planned = place.json(0, &format!("exit plan {case} {dpo}"));
    assert_eq!(planned["plan"]["erase"].as_array().unwrap().len(), 0, "{planned}");
    place.say(&format!("hold release {} {dpo}", text(&hold["hold"])));
    let planned = place.json(0, &format!("exit plan {case} {dpo}"));
    assert_eq!(planned["plan"]["erase"].as_array().unwrap().len(), 1, "{planned}");
    place.say(&format!("exit run {case} {dpo}")).ends(4).says(&["exit approve"]);
    place.say(&format!("exit approve {case} {dpo}")).ends(3).says(&["second person"]);
    assert_eq!(
        place.say(&format!("exit approve {case} --as chen --mfa --purpose legal --because law")).code,
        0
    );
    assert_eq!(place.json(0, &format!("exit run {case} {dpo}"))["status"]["state"], "provisional");
    assert_eq!(place.json(0, "keys rotate --as admin --mfa")["finalised"][0], *case);

    // Offline: two pinned keys and a file; there is no vault where this runs.
    assert_eq!(place.say(&format!("certificate show {case} --out c.json --as auditor --mfa")).code, 0);
    let keys = place.json(0, "keys show");
    let pins =
        format!("--log-key {} --certificate-key {}", text(&keys["log_key"]), text(&keys["certificate_key"]));
    let sound = place.json(0, &format!("certificate verify c.json {pins} --vault nowhere"));
    assert_eq!((&sound["sound"], &sound["records"]), (&Value::Bool(true), &Value::from(1)));
    let forged = fs::read_to_string(place.path("c.json")).unwrap().replace("\"records\":1", "\"records\":2");
    fs::write(place.path("forged.json"), forged).unwrap();
    place
        .say(&format!("certificate verify forged.json {pins}"))
        .ends(1)
        .says(&["forged.json", "does not verify"]);

    assert_eq!(place.say("audit checkpoint --witness witness --as auditor --mfa").code, 0);
    let verified = place.json(0, "audit verify --witness witness --as auditor --mfa");
    assert_eq!(
        (&verified["sound"], &verified["verdict"]),
        (&Value::Bool(true), &Value::from("erased_authorised"))
    );
    place.say(&format!("show {record} --as wang --mfa --purpose service")).ends(5).says(&["no such"]);
    assert!(
        place.json(0, &format!("audit who-saw {customer} --as auditor --mfa")).as_array().unwrap().len() > 8
    );
}

#[test]
fn each_bad_input_has_its_message_and_its_code() {
    let place = Place::new();
    let list = "list customer --as wang --mfa --purpose service";

    let wrong = place.command(&["keys", "show"]).env("STRONGROOM_PASSPHRASE", "wrong").output().unwrap();
    Said::of(wrong).ends(5).says(&["vault/keyring", "passphrase is wrong", "try the passphrase again"]);
    let nobody = place.command(&["keys", "show"]).env_remove("STRONGROOM_PASSPHRASE").output().unwrap();
    Said::of(nobody).ends(5).says(&["--passphrase-file"]);
    place.say(&format!("{list} --vault nowhere")).ends(5).says(&[
        "nowhere",
        "holds no vault",
        "strongroom init",
    ]);
    place.say("keys show --as nobody").ends(5).says(&["nobody", "it has sun, li, wang"]);
    place.say("init").ends(5).says(&["vault", "is not empty"]);
    place.say("show 12").ends(2).says(&["record id"]);

    // As JSON: one line on standard error, nothing on standard output.
    let usage = place.say("frobnicate --format json");
    assert_eq!((usage.code, usage.out.as_str()), (2, ""));
    let error: Value = serde_json::from_str(&usage.err).unwrap();
    assert_eq!(error["error"]["kind"], "usage");
    let denied = place.say("audit verify --as sun --format json");
    assert_eq!((denied.code, denied.out.as_str()), (3, ""));
    let error: Value = serde_json::from_str(&denied.err).unwrap();
    assert_eq!(error["error"]["kind"], "denied");
    assert!(text(&error["error"]["message"]).contains("no grant"), "{error}");

    // Configuration: file, line, column and what was meant. Nothing is opened.
    let broken = place.copy("broken");
    let policy = fs::read_to_string(broken.join("policy.toml")).unwrap();
    fs::write(broken.join("policy.toml"), policy.replacen("roles = [\"sales\"]", "roles = [\"saels\"]", 1))
        .unwrap();
    let line = policy.lines().position(|line| line.contains("roles = [\"sales\"]")).unwrap() + 1;
    let at = format!("policy.toml:{line}:");
    place.say(&format!("{list} --vault broken")).ends(5).says(&[
        &at,
        "no role `saels`",
        "did you mean `sales`?",
    ]);
    place.say("policy check --vault broken").ends(1).says(&["broken/policy.toml:", "`saels`"]);
    let schema = fs::read_to_string(broken.join("schema.toml")).unwrap();
    let label = "label = { level = \"Internal\", categories = [\"feedback\"] }\n";
    assert!(schema.contains(label));
    fs::write(place.path("schema.toml"), schema.replace(label, "")).unwrap();
    place.say("policy check --schema schema.toml").ends(1).says(&[
        "schema.toml:",
        "kinds.feedback",
        "needs a `label`",
    ]);
    place.say("init --vault other --schema schema.toml").ends(5).says(&["schema.toml:", "needs a `label`"]);
    assert!(!place.path("other").exists(), "nothing half-written");
    assert_eq!(place.json(0, "policy check")["policy_version"], 1);

    // A second process on the same folder.
    let held =
        Folder::open(&place.path("vault"), &Passphrase::new(PASSPHRASE), &FolderOptions::default()).unwrap();
    place.say(list).ends(7).says(&["in use by another process"]);
    drop(held);
    assert_eq!(place.say(list).code, 0);
}

#[test]
fn a_damaged_vault_is_refused_and_told_apart_from_a_wrong_passphrase() {
    let place = Place::new();
    let list = "list customer --as wang --mfa --purpose service";
    let create = "create customer --as wang --mfa --purpose service --set customer_no=C-1 --set name=Li";
    assert_eq!(place.say(create).code, 0);

    for store in ["data", "keys"] {
        let file = place.copy(store).join(store).join("db");
        let bytes = fs::read(&file).unwrap();
        let end = bytes.iter().rposition(|byte| *byte != 0).unwrap();
        // Cut off in the middle of what was written.
        fs::write(&file, &bytes[..end / 2]).unwrap();
        place.say(&format!("{list} --vault {store}")).ends(6).says(&["damaged", "restore"]);
        // Every bit of a page in turn would take too long: one bit in each fiftieth part.
        let flipped: Vec<u8> = bytes
            .iter()
            .enumerate()
            .map(|(at, byte)| if at % (end / 50) == 17 && at < end { byte ^ 4 } else { *byte })
            .collect();
        fs::write(&file, flipped).unwrap();
        place.say(&format!("{list} --vault {store}")).ends(6).says(&["damaged", "restore"]);
    }

    let cut = place.copy("cut").join("keyring");
    let bytes = fs::read(&cut).unwrap();
    fs::write(&cut, &bytes[..20]).unwrap();
    place.say(&format!("{list} --vault cut")).ends(6).says(&["cut/keyring", "cut short"]);
    fs::remove_file(&cut).unwrap();
    place.say(&format!("{list} --vault cut")).ends(5).says(&["no keyring at", "--keyring FILE"]);
}

#[test]
fn an_operator_checks_a_store_and_moves_the_vault_into_it() {
    let place = Place::new();
    let list = "list customer --as wang --mfa --purpose service";
    let create = "create customer --as wang --mfa --purpose service --set customer_no=C-1 --set name=Li";
    assert_eq!(place.say(create).code, 0);
    let checked = place.json(0, "store check redb: --quiet");
    assert_eq!((&checked["kept"], &checked["broken"]), (&Value::Bool(true), &Value::Null), "{checked}");
    assert!(checked["promises"].as_u64().unwrap() >= 14, "{checked}");
    let leftovers = fs::read_dir(place.path("vault")).unwrap();
    let leftovers = leftovers
        .filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().contains("store-check"));
    assert_eq!(leftovers.count(), 0, "the scratch space is gone");

    place.say("store copy redb: sled:").ends(5).says(&["lies in `sled:`, not in `redb:`"]);
    place.say("store copy sled: sled:").ends(5).says(&["is where the vault is already"]);
    place.say("store copy sled: floppy:").ends(2).says(&["names no store"]);
    let moved = place.json(0, "store copy sled: redb:");
    assert_eq!((text(&moved["from"]), text(&moved["to"])), ("sled:".to_owned(), "redb:".to_owned()));
    assert_eq!(
        place.json(0, list)["views"].as_array().unwrap().len(),
        1,
        "the list comes from the new stores"
    );
    place.say(&format!("{list} --store floppy:")).ends(2).says(&["names no store"]);
    place.say("store copy redb: sled:").ends(5).says(&["not empty"]);
    assert_eq!(place.json(0, "audit verify --as auditor --mfa --purpose legal")["sound"], true);
}

#[test]
fn help_lists_the_exit_codes_and_says_whom_the_program_believes() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place { dir };
    let help = place.say("--help");
    assert_eq!(help.code, 0);
    for words in
        ["Exit codes:", "believes whoever holds the passphrase", "70", "certificate", "--passphrase-file"]
    {
        assert!(help.out.contains(words), "{words}");
    }
}
