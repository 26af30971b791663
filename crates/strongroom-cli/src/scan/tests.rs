//! What a scan promises: offsets in the original bytes, places as an editor counts them, and no matched text.

use super::{
    Located, Scan, Wanted,
    lines::{self, Line},
    plan,
    source::{self, Input, Walk},
};
use crate::args::{Cli, Command, Format, ScanArgs};
use clap::Parser;
use std::{
    fs,
    path::{Path, PathBuf},
};
use strongroom_dlp::{Encoding, Entity};

const TEXT: &str = "合同甲方\n联系电话：18957667102，邮箱 a.b@example.com\r\n身份证号 510104199608314924\n";

fn scan(encoding: Option<Encoding>) -> Scan {
    Scan::new(&Wanted::default(), [], encoding).unwrap()
}

fn located(scan: &Scan, bytes: &[u8]) -> Vec<Located> {
    scan.bytes(bytes).unwrap().located(bytes)
}

fn in_bytes(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Encoding::Gb18030 | Encoding::Big5 => {
            let encoding = if encoding == Encoding::Big5 { encoding_rs::BIG5 } else { encoding_rs::GB18030 };
            let mut bytes = vec![0; 4096];
            let (result, _, written) =
                encoding.new_encoder().encode_from_utf8_without_replacement(text, &mut bytes, true);
            assert_eq!(result, encoding_rs::EncoderResult::InputEmpty);
            bytes.truncate(written);
            bytes
        }
        _ => text.as_bytes().to_vec(),
    }
}

#[test]
fn offsets_are_in_the_original_bytes_and_places_are_the_same_in_every_encoding() {
    for encoding in [Encoding::Utf8, Encoding::Gb18030, Encoding::Utf16Le, Encoding::Utf16Be] {
        let bytes = in_bytes(TEXT, encoding);
        let found = located(&scan(Some(encoding)), &bytes);
        let seen: Vec<_> = found.iter().map(|one| (one.entity, one.line, one.column)).collect();
        let expected = [(Entity::Phone, 2, 6), (Entity::Email, 2, 21), (Entity::CnResidentId, 3, 6)];
        assert_eq!(seen, expected, "{encoding}");
        for (one, value) in found.iter().zip(["18957667102", "a.b@example.com", "510104199608314924"]) {
            assert_eq!(bytes[one.start..one.end], in_bytes(value, encoding), "{encoding}");
        }
    }
}

#[test]
fn a_finding_has_the_promised_members_and_no_text() {
    let found = located(&scan(None), TEXT.as_bytes());
    let json = serde_json::to_value(&found[0]).unwrap();
    let names: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected = ["entity", "start", "end", "confidence", "evidence"];
    expected.sort_unstable();
    assert_eq!(names, expected, "and `path` where it is printed");
    assert_eq!(json["entity"], "PHONE");
    let all = serde_json::to_string(&found).unwrap();
    assert!(!all.contains("18957667102") && !all.contains("example.com"), "{all}");
}

#[test]
fn binary_is_what_has_a_zero_character_near_its_start() {
    let late = [vec![b'a'; 64 * 1024], vec![0]].concat();
    for (bytes, binary) in [
        (&b"text"[..], false),
        (b"", false),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", true),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01", true),
        (b"\0", true),
        (b"text with one\0zero in it", true),
        (&in_bytes("\u{feff}18957667102 a", Encoding::Utf16Le), false),
        (&in_bytes("18957667102 a", Encoding::Utf16Be), false),
        (&in_bytes("\u{feff}zero\0", Encoding::Utf16Le), true),
        (&late, false),
    ] {
        assert_eq!(scan(None).bytes(bytes).is_none(), binary, "{}", bytes.escape_ascii());
    }
    let all = scan(None).with_binary(true).bytes(b"\0\0 18957667102 \0").unwrap();
    assert_eq!(all.findings.len(), 1, "asked for, it is looked into");
}

/// The answers, and the lines that are refused.
fn lines_of(input: &str) -> (Vec<Line>, Vec<(u64, String)>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    let bytes = lines::scan(&scan(None), input.as_bytes(), &mut |answer| {
        match answer {
            Ok(line) => good.push(line),
            Err(line) => bad.push(line),
        }
        Ok(())
    });
    assert_eq!(usize::try_from(bytes.unwrap()), Ok(input.len()));
    (good, bad)
}

#[test]
fn a_good_line_answers_a_bad_line_is_told_by_number_and_the_rest_goes_on() {
    let (good, bad) = lines_of(concat!(
        "{\"id\":\"a\",\"text\":\"电话 18957667102\"}\n",
        "\n",
        "{\"id\":7,\"text\":\"nothing\",\"more\":true}\r\n",
        "no json\n",
        "[\"18957667102\"]\n",
        "{\"text\":\"18957667102\n",
        "{\"id\":\"c\"} 18957667102\n",
        "{\"id\":\"d\",\"text\":\"王 a@b.example.com\"}",
    ));
    assert_eq!(bad.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [4, 5, 6, 7]);
    assert!(bad.iter().all(|(_, why)| !why.contains("18957667102")), "{bad:?}");
    let answers: Vec<serde_json::Value> =
        good.iter().map(|line| serde_json::to_value(line).unwrap()).collect();
    let ids: Vec<String> = answers.iter().map(|answer| answer["id"].to_string()).collect();
    assert_eq!(ids, ["\"a\"", "7", "\"d\""]);
    // Offsets count the bytes of the text in UTF-8.
    let first = &answers[0]["findings"][0];
    assert_eq!((first["entity"].as_str(), first["pointer"].as_str()), (Some("PHONE"), Some("/text")));
    assert_eq!((first["start"].as_u64(), first["end"].as_u64()), (Some(7), Some(18)));
    assert_eq!(answers[1]["findings"].as_array().unwrap().len(), 0);
    assert_eq!(answers[2]["findings"][0]["start"].as_u64(), Some(4));
    assert_eq!(answers[2]["line"], 8);
}

#[test]
fn pointers_lead_to_every_text_and_never_show_one() {
    let (good, bad) = lines_of(
        r#"{"a/b":{"c~d":["x","y a.b@example.com",{"":"13800138000"}]},"13800138000":{"n":"a.b@example.com"},"t":"\u0031\u0033800138000","t":"13800138000"}"#,
    );
    assert!(bad.is_empty(), "{bad:?}");
    let seen: Vec<(&str, bool)> =
        good[0].findings.iter().map(|found| (found.pointer.as_str(), found.in_name)).collect();
    let expected = [
        ("/a~1b/c~0d/1", false),
        ("/a~1b/c~0d/2/", false),
        ("/[PHONE]", true),
        ("/[PHONE]/n", false),
        // Of two members with one name both count, however they are written.
        ("/t", false),
        ("/t", false),
    ];
    assert_eq!(seen, expected);
    // An id in which something is found is not answered.
    for (line, id) in [
        (r#"{"id":"13800138000"}"#, None),
        (r#"{"id":13800138000}"#, None),
        (r#"{"id":-4}"#, Some("-4")),
        (r#"{"id":0.5}"#, Some("0.5")),
        (r#"{"id":null}"#, None),
        (r#"{"id":["x"]}"#, None),
        (r#"{"deep":{"id":"x"}}"#, None),
        (r"{}", None),
    ] {
        let (good, _) = lines_of(line);
        assert_eq!(good[0].id.as_ref().map(ToString::to_string).as_deref(), id, "{line}");
    }
    let deep = format!("{}{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    assert_eq!(lines_of(&deep).1.len(), 1, "what is too deep is refused, and the stack holds");
}

#[test]
fn folders_are_walked_in_order_and_ignored_files_left_out() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["b.txt", "a.txt", "skip.log", ".hidden", "sub/c.txt", ".git/config", "out/copy.txt"] {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
    fs::write(dir.path().join(".gitignore"), "*.log\n").unwrap();
    let walk = |walk: &Walk, paths: &[PathBuf]| {
        let inputs = walk.inputs(paths);
        let files = inputs.found.iter().map(|input| match input {
            Input::Stdin => "-".to_owned(),
            Input::File { path, .. } => path.strip_prefix(dir.path()).unwrap().display().to_string(),
        });
        (files.collect::<Vec<_>>().join(" "), inputs.unread.len())
    };
    let all = [dir.path().to_owned()];
    let out = Some(dir.path().join("out").canonicalize().unwrap());
    for (hidden, ignored, without, expected) in [
        (false, false, None, "a.txt b.txt out/copy.txt sub/c.txt"),
        (true, false, None, ".gitignore .hidden a.txt b.txt out/copy.txt sub/c.txt"),
        (false, true, None, "a.txt b.txt out/copy.txt skip.log sub/c.txt"),
        (true, true, None, ".gitignore .hidden a.txt b.txt out/copy.txt skip.log sub/c.txt"),
        (false, false, out, "a.txt b.txt sub/c.txt"),
    ] {
        assert_eq!(walk(&Walk { hidden, ignored, without }, &all), (expected.to_owned(), 0));
    }
    // Named outright, an ignored file is scanned; named twice, once; and a missing one is told.
    let plain = Walk::default();
    assert_eq!(walk(&plain, &[dir.path().join("skip.log")]).0, "skip.log");
    assert_eq!(walk(&plain, &[dir.path().join("gone")]), (String::new(), 1));
    let many = [dir.path().join("sub"), "-".into(), dir.path().join("a.txt"), dir.path().join("sub/c.txt")];
    assert_eq!(walk(&plain, &many).0, "- a.txt sub/c.txt");
}

#[test]
fn a_list_names_one_path_a_line_or_ended_by_zero_bytes() {
    for (list, expected) in [
        (&b"a\nb c\r\n\n-d"[..], &["a", "b c", "-d"][..]),
        (b"a\0b\nc\0", &["a", "b\nc"]),
        (b"", &[]),
        (b"\n", &[]),
        ("客.txt\n".as_bytes(), &["客.txt"]),
    ] {
        let expected: Vec<&Path> = expected.iter().map(Path::new).collect();
        assert_eq!(source::paths_of(list).unwrap(), expected);
    }
}

#[test]
fn what_is_too_long_is_refused_by_size() {
    struct Endless;
    impl std::io::Read for Endless {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            Ok(out.len())
        }
    }
    assert!(source::whole(Endless).unwrap_err().contains("256 MiB"));
    assert_eq!(source::whole(&b"abc"[..]).unwrap(), b"abc");
}

fn args(line: &str) -> Result<ScanArgs, String> {
    let cli = Cli::try_parse_from(["strongroom", "scan"].into_iter().chain(line.split_whitespace()));
    match cli.map_err(|error| error.to_string())?.command {
        Command::Scan(args) => Ok(args),
        _ => Err("another command".to_owned()),
    }
}

#[test]
fn entities_threshold_and_allowed_values_narrow_the_search() {
    for (line, expected) in [
        ("", &["PHONE", "EMAIL", "CN_RESIDENT_ID"][..]),
        ("--entity EMAIL", &["EMAIL"]),
        ("--entities EMAIL,PHONE", &["PHONE", "EMAIL"]),
        ("--not-entity EMAIL", &["PHONE", "CN_RESIDENT_ID"]),
        ("--entity EMAIL,PHONE --not-entity PHONE", &["EMAIL"]),
        ("--allow 189-5766-7102 --allow A.B@EXAMPLE.COM", &["CN_RESIDENT_ID"]),
    ] {
        let scan = plan::scan(&args(line).unwrap()).unwrap();
        let found = located(&scan, TEXT.as_bytes());
        assert_eq!(found.iter().map(|one| one.entity.name()).collect::<Vec<_>>(), expected, "{line}");
    }
    let sure = plan::scan(&args("--threshold 0.99").unwrap()).unwrap();
    assert!(located(&sure, TEXT.as_bytes()).iter().all(|one| one.confidence >= 0.99));
    let shown = format!("{:?}", args("--allow 18957667102").unwrap());
    assert!(!shown.contains("18957667102"), "{shown}");
}

#[test]
fn arguments_that_contradict_each_other_are_refused() {
    for (line, words) in [
        ("--style keep-ends", "--redact-to"),
        ("--force", "--redact-to"),
        ("--style blur --redact-to x", "possible values: redact, keep-ends, same-length"),
        ("--threads 0", "--threads"),
        ("--fail-on any --fail-on-findings", "cannot be used with"),
        ("--fail-on FON", "--list-detectors"),
        ("--fail-on any,PHONE", "any"),
        ("--entity phone", "PHONE"),
        ("--threshold 1.5", "between 0 and 1"),
        ("--threshold NaN", "between 0 and 1"),
        ("--min-confidence 0.5", "--threshold"),
        ("--min-confidence 2 --fail-on any", "between 0 and 1"),
        ("--entity PHONE --not-entity PHONE", "nothing to look for"),
        ("--entity PHONE --fail-on EMAIL", "EMAIL is not looked for"),
        ("--jsonl-in --redact-to x", "--jsonl-in"),
        ("--jsonl-in --encoding big5", "UTF-8"),
        ("--files-from - -", "standard input"),
        ("--allow --", "empty"),
    ] {
        let refused = args(line).and_then(|args| {
            plan::check(&args, Format::Human).map_err(|error| error.to_string())?;
            plan::scan(&args).map_err(|error| error.to_string())?;
            Ok(())
        });
        let refused = refused.expect_err(line);
        assert!(refused.contains(words), "{line}: {refused}");
    }
    let list = args("--list-detectors").unwrap();
    assert!(plan::check(&list, Format::Sarif).is_err() && plan::check(&list, Format::Json).is_ok());
}

#[test]
fn the_gate_stops_what_it_names_and_is_sure_of() {
    for (line, phone, email) in [
        ("", false, false),
        ("--fail-on none", false, false),
        ("--fail-on any", true, true),
        ("--fail-on-findings", true, true),
        ("--fail-on EMAIL,IBAN", false, true),
        ("--fail-on any --min-confidence 0.8", false, true),
    ] {
        let gate = plan::Gate::new(&args(line).unwrap());
        assert_eq!(
            (gate.stops(Entity::Phone, 0.6), gate.stops(Entity::Email, 0.8)),
            (phone, email),
            "{line}"
        );
    }
}
