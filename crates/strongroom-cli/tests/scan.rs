//! `strongroom scan` as a program: what it answers, where, with which exit code, and that it never says what it found.
//!
//! Method: the binary is run as a process in a temporary folder with made-up data; every answer of every run is searched
//! for that data.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod common;

use common::Said;
use serde_json::Value;
use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

/// What stands in the files.
const SECRETS: [&str; 3] = ["18957667102", "a.b@example.com", "510104199608314924"];
const TEXT: &str = "甲方\n电话：18957667102，邮箱 a.b@example.com\r\n身份证号 510104199608314924\n";

struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let place = Self { dir: tempfile::tempdir().unwrap() };
        for (name, bytes) in files {
            let path = place.path(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs `strongroom scan` with the arguments of a line, and this on its standard input.
    fn with(&self, line: &str, stdin: &[u8]) -> Said {
        let mut child = Command::new(env!("CARGO_BIN_EXE_strongroom"))
            .current_dir(self.dir.path())
            .arg("scan")
            .args(line.split_whitespace())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // One that refuses its arguments does not read.
        let _ = child.stdin.take().unwrap().write_all(stdin);
        let said = Said::of(child.wait_with_output().unwrap());
        for secret in SECRETS {
            assert!(
                !said.out.contains(secret) && !said.err.contains(secret),
                "{line}: {}{}",
                said.out,
                said.err
            );
        }
        said
    }

    fn scan(&self, line: &str) -> Said {
        self.with(line, b"")
    }
}

/// Each line of the answer, which is JSON.
fn lines(said: &Said) -> Vec<Value> {
    said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn gb18030(text: &str) -> Vec<u8> {
    let mut bytes = vec![0; 4096];
    let (result, _, written) =
        encoding_rs::GB18030.new_encoder().encode_from_utf8_without_replacement(text, &mut bytes, true);
    assert_eq!(result, encoding_rs::EncoderResult::InputEmpty);
    bytes.truncate(written);
    bytes
}

fn utf_16le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn the_exit_code_says_whether_something_was_found_that_was_asked_about() {
    let place = Place::new(&[("dirty.txt", TEXT.as_bytes()), ("clean.txt", b"nothing\n")]);
    for (line, code) in [
        ("dirty.txt", 0),
        ("dirty.txt --fail-on none", 0),
        ("dirty.txt --fail-on any", 1),
        ("dirty.txt --fail-on-findings", 1),
        ("dirty.txt --fail-on IBAN,EMAIL", 1),
        ("dirty.txt --fail-on IBAN", 0),
        ("dirty.txt --fail-on any --min-confidence 1", 0),
        ("clean.txt --fail-on any", 0),
        (". --fail-on any --allow 18957667102 --not-entity EMAIL,CN_RESIDENT_ID", 0),
        ("dirty.txt --fail-on all", 2),
        ("dirty.txt --format xml", 2),
        ("gone.txt", 5),
        ("gone.txt dirty.txt --fail-on any", 5),
    ] {
        assert_eq!(place.scan(line).code, code, "{line}");
    }
    fs::write(place.path("allowed"), "# our own\n\n189 5766 7102\na.b@example.com\n").unwrap();
    place.scan("dirty.txt --fail-on any --allow-file allowed --entity PHONE,EMAIL").ends(0);
    place.scan("dirty.txt --allow-file none").ends(5).says(&["`none`", "check the path"]);
    let refused = Command::new(env!("CARGO_BIN_EXE_strongroom"))
        .args(["keys", "show", "--format", "sarif"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn what_cannot_be_scanned_is_told_and_the_rest_goes_on() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR 18957667102";
    let place = Place::new(&[("a.png", png), ("b.txt", TEXT.as_bytes()), ("z.txt", TEXT.as_bytes())]);
    let said = place.scan("a.png b.txt gone.txt z.txt --entity PHONE").ends(5);
    assert_eq!(said.out.lines().count(), 2, "{}", said.out);
    assert!(said.out.starts_with("b.txt:2:4 PHONE "), "{}", said.out);
    let said = said.says(&[
        "a.png: binary, left out",
        "gone.txt: ",
        "check the path",
        "1 file could not be scanned",
    ]);
    assert!(said.err.contains("2 findings in 2 files"), "{}", said.err);
    assert!(said.err.contains("1 binary file left out"), "{}", said.err);
    place.scan("a.png --fail-on any").ends(0);
    place.scan("a.png --fail-on any --binary").ends(1);
    let quiet = place.scan("a.png b.txt --quiet").ends(0);
    assert_eq!(quiet.err, "");
    let json = place.scan(". --format jsonl").ends(0);
    let summary: Value = serde_json::from_str(json.err.lines().last().unwrap()).unwrap();
    let summary = &summary["summary"];
    assert_eq!((&summary["files"], &summary["skipped"]), (&Value::from(2), &Value::from(1)), "{}", json.err);
    assert_eq!((&summary["findings"]["PHONE"], &summary["bytes"]), (&2.into(), &(TEXT.len() * 2).into()));
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_reported_and_the_others_are_scanned() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new(&[("a.txt", TEXT.as_bytes()), ("b.txt", TEXT.as_bytes())]);
    fs::set_permissions(place.path("a.txt"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(place.path("a.txt")).is_ok() {
        // The superuser reads everything: a link that leads nowhere is unreadable for everybody.
        fs::remove_file(place.path("a.txt")).unwrap();
        std::os::unix::fs::symlink("nowhere", place.path("a.txt")).unwrap();
    }
    let said = place.scan("a.txt b.txt --entity PHONE").ends(5).says(&["a.txt: ", "check "]);
    assert_eq!(said.out.lines().count(), 1);
}

#[test]
fn folders_leave_out_what_git_does_and_lists_name_the_rest() {
    let text = TEXT.as_bytes();
    let place = Place::new(&[
        (".gitignore", b"build/\n"),
        (".env", text),
        ("src/a.txt", text),
        ("build/b.txt", text),
        (".git/c.txt", text),
    ]);
    let paths = |line: &str, stdin: &[u8]| {
        let said = place.with(&format!("{line} --entity PHONE --format jsonl"), stdin).ends(0);
        let paths =
            lines(&said).iter().map(|one| one["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        paths.join(" ")
    };
    for (line, expected) in [
        (".", "./src/a.txt"),
        (". --hidden", "./.env ./src/a.txt"),
        (". --no-ignore", "./build/b.txt ./src/a.txt"),
        (". --hidden --no-ignore", "./.env ./build/b.txt ./src/a.txt"),
        ("build/b.txt src .env", ".env build/b.txt src/a.txt"),
        ("src src src/a.txt", "src/a.txt"),
    ] {
        assert_eq!(paths(line, b""), expected, "{line}");
    }
    assert_eq!(paths("--files-from -", b"src/a.txt\0.env\0"), ".env src/a.txt");
    assert_eq!(paths("--files-from -", b""), "", "an empty list is no reason to wait for input");
    assert_eq!(paths("", TEXT.as_bytes()), "-");
    fs::write(place.path("list"), "build\n").unwrap();
    assert_eq!(paths("--files-from list src", b""), "build/b.txt src/a.txt");
}

#[test]
fn the_answer_is_the_same_on_any_number_of_threads() {
    let place = Place::new(&[]);
    for n in 0..120_usize {
        let text = TEXT.repeat(if n % 13 == 0 { 200 } else { n % 4 });
        fs::create_dir_all(place.path(&format!("d{}", n % 7))).unwrap();
        fs::write(place.path(&format!("d{}/{n}.txt", n % 7)), text).unwrap();
    }
    for format in ["human", "json", "jsonl", "sarif"] {
        let one = place.scan(&format!(". gone --threads 1 --format {format}")).ends(5);
        for threads in [2, 5, 32] {
            let many = place.scan(&format!("gone . --threads {threads} --format {format}")).ends(5);
            assert!(one.out == many.out && one.err == many.err, "{format} on {threads} threads");
        }
        if format.starts_with("js") {
            assert!(one.out.contains("\"path\":\"./d0/0.txt\""));
        }
    }
}

#[test]
fn lines_of_json_are_answered_by_line_and_pointer() {
    let place = Place::new(&[]);
    let input = concat!(
        "{\"id\":7,\"who\":{\"tel\":[\"none\",\"电话 18957667102\"]}}\n",
        "oops\n",
        "{\"18957667102\":\"a.b@example.com\"}\n",
    );
    let said = place
        .with("--jsonl-in --fail-on any", input.as_bytes())
        .ends(5)
        .says(&["line 2", "1 line could not"]);
    let answers = lines(&said);
    assert_eq!((&answers[0]["id"], &answers[0]["line"]), (&7.into(), &1.into()));
    let found = &answers[0]["findings"][0];
    assert_eq!((&found["pointer"], &found["entity"]), (&"/who/tel/1".into(), &"PHONE".into()));
    assert_eq!((&found["start"], &found["end"]), (&7.into(), &18.into()));
    assert_eq!(answers[1]["findings"][0]["in_name"], true);
    assert_eq!(answers[1]["findings"][1]["pointer"], "/[PHONE]");
    let good = input.replace("oops\n", "");
    fs::write(place.path("lines.jsonl"), good).unwrap();
    let sarif = place.scan("lines.jsonl --jsonl-in --format sarif --fail-on EMAIL").ends(1);
    let sarif: Value = serde_json::from_str(&sarif.out).unwrap();
    let location = &sarif["runs"][0]["results"][0]["locations"][0];
    assert_eq!(location["physicalLocation"]["region"]["startLine"], 1);
    assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], "/who/tel/1");
}

#[test]
fn sarif_is_the_golden_log() {
    let place = Place::new(&[("in/客 户.txt", TEXT.as_bytes()), ("in/b.bin", b"\0")]);
    let said = place.scan("in gone --format sarif --entity EMAIL,PHONE --not-entity PHONE").ends(5);
    let mut log: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(log["runs"][0]["tool"]["driver"]["semanticVersion"].take(), env!("CARGO_PKG_VERSION"));
    let result = &mut log["runs"][0]["results"][0];
    // How sure the scanner is, and why, is its own affair.
    let rank = result["rank"].take().as_f64().unwrap();
    assert!((50.0..=100.0).contains(&rank), "{rank}");
    assert!(result["properties"]["confidence"].take().is_number());
    assert!(result["properties"]["evidence"].take().is_string());
    let notes = &mut log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    let gone = notes[0]["message"]["text"].take();
    assert!(gone.as_str().unwrap().contains("check the path"), "the rest are the system's words");
    let golden: Value = serde_json::from_str(include_str!("golden/scan.sarif")).unwrap();
    assert_eq!(log, golden, "{log:#}");
}

#[test]
fn covered_copies_keep_path_encoding_and_everything_else() {
    let bom = format!("\u{feff}{TEXT}");
    let place = Place::new(&[
        ("in/gb.txt", &gb18030(TEXT)),
        ("in/sub/u16.txt", &utf_16le(&bom)),
        ("in/clean.txt", b"nothing\xff\r\n"),
        ("in/logo.png", b"\0"),
    ]);
    let expected = "甲方\n电话：[PHONE]，邮箱 [EMAIL]\r\n身份证号 [CN_RESIDENT_ID]\n";
    let said = place.scan("in --redact-to out/new").ends(0).says(&["covered copies: 3"]);
    assert_eq!(said.out.lines().count(), 6);
    assert_eq!(fs::read(place.path("out/new/gb.txt")).unwrap(), gb18030(expected));
    assert_eq!(
        fs::read(place.path("out/new/sub/u16.txt")).unwrap(),
        utf_16le(&format!("\u{feff}{expected}"))
    );
    assert_eq!(fs::read(place.path("out/new/clean.txt")).unwrap(), b"nothing\xff\r\n");
    assert!(!place.path("out/new/logo.png").exists());
    let left = fs::read_dir(place.path("out/new")).unwrap().count();
    assert_eq!(left, 3, "nothing half-written stays");
    assert_eq!(fs::read(place.path("in/gb.txt")).unwrap(), gb18030(TEXT), "the original is as it was");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(place.path("out/new/gb.txt")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    // Nothing is overwritten unless that is asked for.
    let keep = "in --redact-to out/new --style keep-ends";
    place.scan(keep).ends(5).says(&["is there already", "--force"]);
    assert_eq!(fs::read(place.path("out/new/gb.txt")).unwrap(), gb18030(expected));
    place.scan(&format!("{keep} --force")).ends(0);
    let kept = fs::read(place.path("out/new/gb.txt")).unwrap();
    assert!(kept.windows(11).any(|bytes| bytes == b"189****7102"));
    // One input to one file, also from standard input.
    place.scan("in/gb.txt --redact-to one.txt --style same-length").ends(0);
    let one = fs::read(place.path("one.txt")).unwrap();
    assert_eq!(one.len(), gb18030(TEXT).len());
    place.with("--redact-to two.txt --entity EMAIL", b"to: a.b@example.com\n").ends(0);
    assert_eq!(fs::read(place.path("two.txt")).unwrap(), b"to: [EMAIL]\n");
}

#[test]
fn copies_never_land_on_an_input_or_on_each_other() {
    let text = TEXT.as_bytes();
    let place = Place::new(&[("in/a.txt", text), ("in/b/a.txt", text), ("file", b"x")]);
    for (line, words) in [
        ("in --redact-to in --force", &["is scanned itself"][..]),
        ("in/a.txt --redact-to in/a.txt --force", &["is scanned itself"]),
        ("in/a.txt --redact-to in/../in/a.txt", &["is scanned itself"]),
        ("in in/b --redact-to in/b --force", &["would both be"]),
        ("in --redact-to file", &["is a file"]),
        ("in/a.txt --redact-to file", &["is there already"]),
        ("in/a.txt --redact-to file/deep", &["`file` cannot be a folder"]),
    ] {
        place.scan(line).ends(5).says(words);
    }
    for name in ["in/a.txt", "in/b/a.txt"] {
        assert_eq!(fs::read(place.path(name)).unwrap(), text);
    }
    // Inside the scanned folder, it is said, and a second scan does not copy the copies.
    for force in ["", " --force"] {
        let said = place.scan(&format!("in --redact-to in/safe{force}")).ends(0);
        let said = said.says(&["inside the scanned folder `in`", "covered copies: 2"]);
        assert_eq!(said.out.lines().count(), 6);
    }
}

#[test]
fn the_detectors_are_listed_with_their_proof() {
    let place = Place::new(&[]);
    let said = place.scan("--list-detectors").ends(0);
    assert!(said.out.lines().any(|line| line.starts_with("EMAIL ") && line.contains("an email address")));
    let json: Value =
        serde_json::from_str(&place.scan("--list-detectors --format json").ends(0).out).unwrap();
    assert!(json.as_array().unwrap().len() >= 17);
    for member in ["name", "description", "proof"] {
        assert!(json[0][member].is_string(), "{}", json[0]);
    }
}
