//! The `policy` and `staff` commands as an operator types them: each question with its answer, its JSON and its exit code.
//!
//! Method: the binary is run as a process, on one vault whose log has something to tell.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(clippy::indexing_slicing, reason = "a missing member is a failed test")]

use serde_json::Value;
use std::{fs, path::PathBuf, process::Command};

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.ok("init --origin crm.example/policy");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The exit code, what was printed, and what was said beside it.
    fn say(&self, line: &str) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
        command.current_dir(self.0.path()).args(line.split(' '));
        command.env_remove("STRONGROOM_VAULT").env("STRONGROOM_PASSPHRASE", "correct horse");
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn ok(&self, line: &str) -> String {
        let (code, out, err) = self.say(line);
        assert_eq!(code, 0, "{line}: {out}{err}");
        out
    }

    fn json(&self, code: i32, line: &str) -> Value {
        let (found, out, err) = self.say(&format!("{line} --format json"));
        assert_eq!(found, code, "{line}: {out}{err}");
        serde_json::from_str(&out).unwrap()
    }

    fn fails(&self, code: i32, line: &str, words: &[&str]) {
        let (found, out, err) = self.say(line);
        assert_eq!(found, code, "{line}: {out}{err}");
        for word in words {
            assert!(out.contains(word) || err.contains(word), "{line}: no `{word}` in {out}{err}");
        }
    }
}

#[test]
fn every_question_about_a_policy_has_an_answer() {
    let place = Place::new();
    one_request(&place);
    a_file_of_requests(&place);
    the_other_way_round(&place);
    a_change(&place);
    what_the_log_needs(&place);
    reviews(&place);
    leaving(&place);
}

/// A text with changes to what stands after a mark.
fn changed_after(text: &str, mark: &str, changes: &[(&str, &str)]) -> String {
    let (before, after) = text.split_once(mark).unwrap();
    let after = changes.iter().fold(after.to_owned(), |text, (old, new)| text.replacen(old, new, 1));
    [before, mark, &after].concat()
}

fn one_request(place: &Place) {
    let own = "policy explain --who sun --action view --kind contract --owner sun --for service";
    let yes = place.json(0, own);
    assert_eq!(
        (yes["allowed"].as_bool(), yes["rule"].as_str()),
        (Some(true), Some("sales-own-contracts-read"))
    );
    assert_eq!(yes["ceiling"], "Confidential");
    let other = place.json(0, &own.replace("--owner sun", "--owner li"));
    assert_eq!((other["allowed"].as_bool(), other["code"].as_str()), (Some(false), Some("not-owner")));
    assert!(place.ok(&format!("{own} --zh")).contains("允许"));
    let deny =
        place.json(0, "policy explain --who wang --action update --kind contract --for service --mfa-age 5");
    assert_eq!(deny["denies"][0], "managers-never-edit-contracts");
    place.fails(
        5,
        "policy explain --who nobody --action view --kind contract",
        &["nobody called `nobody`", "sun"],
    );
    place.fails(
        5,
        "policy explain --who sun --action view --kind contrakt",
        &["no kind `contrakt`", "contract"],
    );
    place.fails(5, &format!("{own} --level Top"), &["no level `Top`", "Restricted"]);
    place.fails(2, "policy explain --action view --kind contract", &["--who"]);
}

fn a_file_of_requests(place: &Place) {
    let lines = [
        r#"{"who":"sun","action":"view","what":{"kind":"contract","owner":"sun"},"context":{"purpose":"service"},"expect":"allow"}"#,
        r#"{"who":"wang","action":"update","what":"contract","context":{"purpose":"service","mfa_age_seconds":9},"expect":"managers-never-edit-contracts"}"#,
        "",
        r#"{"who":"zhou","action":"view","what":{"kind":"customer","level":"Restricted"},"context":{"purpose":"service"},"expect":"clearance-too-low"}"#,
    ];
    fs::write(place.path("r.jsonl"), lines.join("\n")).unwrap();
    let (code, out, _) = place.say("policy explain --requests r.jsonl --format jsonl");
    let answers: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((code, answers.len()), (0, 3));
    assert!(answers.iter().all(|answer| answer["as_expected"] == true), "{out}");
    assert!(place.ok("policy check --requests r.jsonl").contains("Sound"));
    let wrong = lines.join("\n").replace("\"allow\"", "\"deny\"");
    fs::write(place.path("w.jsonl"), wrong).unwrap();
    place.fails(
        1,
        "policy check --requests w.jsonl",
        &["request 1: expected `deny`, found `allowed`", "NOT SOUND"],
    );
    place.fails(1, "policy explain --requests w.jsonl", &["yes: sun"]);
    for (line, words) in [
        ("{", "`b.jsonl`:2"),
        (r#"{"who":"sun","action":"fly","what":"contract"}"#, "`fly` is no action"),
        (r#"{"who":"sun","action":"view","what":"contract","when":1}"#, "unknown field `when`"),
        (r#"{"who":"tom","action":"view","what":"contract"}"#, "nobody called `tom`"),
        (r#"{"who":"sun","action":"view","what":{"kind":"x"}}"#, "no kind `x`"),
    ] {
        fs::write(place.path("b.jsonl"), format!("\n{line}\n")).unwrap();
        place.fails(5, "policy explain --requests b.jsonl", &[words]);
    }
}

fn the_other_way_round(place: &Place) {
    let can = place.json(0, "policy who-can view --kind customer --for service --mfa-age 5");
    let names: Vec<&str> =
        can["people"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(
        (names.contains(&"wang"), names.contains(&"zhou"), names.contains(&"sun")),
        (true, true, false)
    );
    let page = place.json(0, "policy who-can view --kind customer --for service --mfa-age 5 --limit 1");
    assert_eq!(page["people"].as_array().unwrap().len(), 1);
    let rest = format!(
        "policy who-can view --kind customer --for service --mfa-age 5 --after {}",
        page["next"].as_str().unwrap()
    );
    assert_eq!(place.json(0, &rest)["people"].as_array().unwrap().len(), 1);
    assert!(place.ok("policy what-can sun --for service").contains("owned by"));
    assert!(place.ok("policy what-can zhou --for marketing").lines().count() <= 1, "nothing but the heading");
    let export = place.json(0, "policy export");
    assert_eq!(export["matrix"]["manager"]["contract"]["view"][0], "managers-view-contracts");
    assert!(export["matrix"]["manager"]["contract"]["update"].is_null());
}

fn a_change(place: &Place) {
    let policy = fs::read_to_string(place.path("vault/policy.toml")).unwrap();
    fs::write(place.path("same.toml"), format!("# a remark\n{policy}")).unwrap();
    assert!(place.ok("policy diff same.toml --fail-on gained --fail-on lost").contains("No request"));
    let wider =
        policy.replacen("when = { own = true, mfa = true, purposes", "when = { own = true, purposes", 1);
    assert_ne!(wider, policy);
    fs::write(place.path("wider.toml"), wider).unwrap();
    let diff = place.json(1, "policy diff wider.toml --fail-on gained");
    assert_eq!(diff["gained"][0]["request"]["mfa_age_seconds"], Value::Null);
    assert_eq!(diff["lost"].as_array().unwrap().len(), 0);
    place.fails(5, "policy diff missing.toml", &["missing.toml", "check the path"]);
    let shadowed = format!(
        "{policy}\n[[grants]]\nid = \"again\"\nroles = [\"sales\"]\nkinds = [\"contract\"]\nactions = [\"view\"]\nwhen = {{ own = true, purposes = [\"service\"] }}\n"
    );
    fs::write(place.path("shadowed.toml"), &shadowed).unwrap();
    let line = shadowed.lines().position(|line| line.contains("\"again\"")).unwrap();
    place.fails(
        1,
        "policy check --schema vault/schema.toml --policy shadowed.toml",
        &[&format!("shadowed.toml:{line}:"), "the grant `again` is shadowed", "sales-own-contracts-read"],
    );
    place.ok("policy check --minimise");
}

fn what_the_log_needs(place: &Place) {
    fs::write(place.path("c.csv"), "customer_no,name,phone\nC-1,王小明,13800138000\nC-2,李雷,13900139000\n")
        .unwrap();
    place.ok("import --kind customer c.csv --as importer --mfa");
    place.ok("list customer --as wang --mfa --purpose service");
    place.ok("list customer --as zhou --purpose service");
    place.say("list customer --as sun --purpose legal");
    let read = "--as auditor --mfa";
    let report = place.json(1, &format!("policy unused {read}"));
    assert!(report["decisions"].as_u64().unwrap() >= 3, "{report}");
    let rules: Vec<&str> =
        report["unused_grants"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
    assert!(rules.contains(&"legal-holds") && !rules.contains(&"managers-customers"));
    let policy = fs::read_to_string(place.path("vault/policy.toml")).unwrap();
    let narrow = changed_after(&policy, "id = \"managers-customers\"", &[("\"list\", ", "")]);
    fs::write(place.path("narrow.toml"), narrow).unwrap();
    let simulated = place.json(1, &format!("policy simulate narrow.toml {read}"));
    assert_eq!(
        (simulated["lost"].as_u64(), simulated["may_be_lost"].as_u64()),
        (Some(1), Some(0)),
        "{simulated}"
    );
    assert_eq!(simulated["differences"][0]["name"], "wang");
    let suggestion =
        place.json(0, &format!("policy suggest {read} --out least.toml --out-directory least-people.toml"));
    assert_eq!((suggestion["proved"].as_bool(), &suggestion["used"]), (Some(true), &suggestion["kept"]));
    let check = "policy explain --schema vault/schema.toml --policy least.toml --directory least-people.toml";
    let still =
        place.json(0, &format!("{check} --who wang --action list --kind customer --for service --mfa-age 5"));
    assert_eq!(still["allowed"], true);
    let gone = place
        .json(0, &format!("{check} --who wang --action update --kind customer --for service --mfa-age 5"));
    assert_eq!(gone["allowed"], false);
}

fn reviews(place: &Place) {
    let read = "--as auditor --mfa";
    place.fails(
        5,
        &format!("policy review open r.json --reviewer chen {read}"),
        &["reviewer other than themselves"],
    );
    place.ok(&format!("policy review open r.json --reviewer chen --reviewer lin {read}"));
    place.fails(5, &format!("policy review open r.json --reviewer chen --reviewer lin {read}"), &["r.json"]);
    place.fails(3, "policy review decide r.json sun sales certify --as lin", &["somebody else reviews"]);
    place.fails(3, "policy review decide r.json sun sales certify --as chen", &["say why"]);
    place.ok("policy review decide r.json sun sales certify --as chen --because starts-on-Monday");
    place.ok("policy review decide r.json wang manager certify --as chen");
    place.fails(5, "policy review decide r.json sun manager revoke --as chen", &["no item for `sun`"]);
    place.fails(4, "policy review close r.json --out-directory after.toml", &["wait for a decision"]);
    for (who, role) in [
        ("li", "sales"),
        ("zhou", "support"),
        ("importer", "importer"),
        ("lin", "approver"),
        ("lin", "dpo"),
        ("legal", "legal"),
        ("auditor", "auditor"),
        ("admin", "admin"),
    ] {
        place.ok(&format!("policy review decide r.json {who} {role} revoke --as chen"));
    }
    place.ok("policy review decide r.json chen dpo revoke --as lin");
    place.ok("policy review close r.json --out-directory after.toml");
    let after = fs::read_to_string(place.path("after.toml")).unwrap();
    assert!(after.contains("\"sales\"") && !after.contains("\"auditor\"]"), "{after}");
}

fn leaving(place: &Place) {
    place.fails(3, "staff offboard wang --as sun", &["denied"]);
    let gone = place.json(0, "staff offboard wang --as admin --mfa");
    assert_eq!((gone["name"].as_str(), gone["assignments"][0].as_str()), (Some("wang"), Some("manager")));
    place.fails(3, "list customer --as wang --mfa --purpose service", &["access was ended"]);
    let people = fs::read_to_string(place.path("vault/actors.toml")).unwrap();
    // Back in the directory alone, the vault still refuses.
    let changes = [("active = false", "active = true"), ("roles = []", "roles = [\"manager\"]")];
    fs::write(place.path("vault/actors.toml"), changed_after(&people, "name = \"wang\"", &changes)).unwrap();
    place.fails(3, "list customer --as wang --mfa --purpose service", &["access was ended"]);
    place.ok("staff readmit wang --as admin --mfa");
    place.ok("list customer --as wang --mfa --purpose service");
}
