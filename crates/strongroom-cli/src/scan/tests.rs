//! What a scan promises: offsets in the original bytes, places as an editor counts them, and no matched text.

use super::{Scan, lines, source};
use std::fs;
use strongroom_dlp::{Encoding, Entity};

const TEXT: &str = "合同甲方\n联系电话：18957667102，邮箱 a.b@example.com\r\n身份证号 510104199608314924\n";

fn scan(encoding: Option<Encoding>) -> Scan {
    Scan::new(&[], None, encoding).unwrap()
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
        let found = scan(Some(encoding)).bytes("x.txt", &bytes);
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
    let found = scan(None).bytes("x.txt", TEXT.as_bytes());
    let json = serde_json::to_value(&found[0]).unwrap();
    let names: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected = ["path", "entity", "start", "end", "confidence", "evidence"];
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert_eq!(json["entity"], "PHONE");
    let all = serde_json::to_string(&found).unwrap();
    assert!(!all.contains("18957667102") && !all.contains("example.com"), "{all}");
}

#[test]
fn a_good_line_answers_a_bad_line_is_told_by_number_and_the_rest_goes_on() {
    let input = concat!(
        "{\"id\":\"a\",\"text\":\"电话 18957667102\"}\n",
        "\n",
        "{\"id\":7,\"text\":\"nothing\",\"more\":true}\r\n",
        "no json\n",
        "{\"id\":\"b\",\"txt\":\"18957667102\"}\n",
        "{\"id\":{},\"text\":\"x\"}\n",
        "{\"id\":\"c\",\"text\":18957667102}\n",
        "{\"id\":\"d\",\"text\":\"王 a@b.example.com\"}",
    );
    let (mut out, mut refused) = (Vec::new(), Vec::new());
    let lines = lines::scan(&scan(None), input.as_bytes(), &mut out, &mut |line, why| {
        refused.push((line, why.to_owned()));
        Ok(())
    })
    .unwrap();
    assert_eq!((lines.findings, lines.bad), (2, 4));
    let numbers: Vec<u64> = refused.iter().map(|(line, _)| *line).collect();
    assert_eq!(numbers, [4, 5, 6, 7]);
    assert!(refused.iter().all(|(_, why)| !why.contains("18957667102")), "{refused:?}");
    let answers: Vec<serde_json::Value> =
        String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: Vec<String> = answers.iter().map(|answer| answer["id"].to_string()).collect();
    assert_eq!(ids, ["\"a\"", "7", "\"d\""]);
    // Offsets count the bytes of the text in UTF-8.
    assert_eq!(answers[0]["findings"][0]["entity"], "PHONE");
    assert_eq!(
        (answers[0]["findings"][0]["start"].as_u64(), answers[0]["findings"][0]["end"].as_u64()),
        (Some(7), Some(18))
    );
    assert_eq!(answers[0]["findings"][0].as_object().unwrap().len(), 4);
    assert_eq!(answers[1]["findings"].as_array().unwrap().len(), 0);
    assert_eq!(answers[2]["findings"][0]["start"].as_u64(), Some(4));
}

#[test]
fn folders_are_walked_in_order_and_ignored_files_left_out() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["b.txt", "a.txt", "skip.log", ".hidden", "sub/c.txt", ".git/config"] {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
    fs::write(dir.path().join(".gitignore"), "*.log\n").unwrap();
    let walk = |paths: &[std::path::PathBuf], hidden: bool| {
        let (mut files, mut skipped) = (Vec::new(), 0);
        source::files(
            paths,
            hidden,
            &mut |path| {
                files.push(path.strip_prefix(dir.path()).unwrap().display().to_string());
                Ok(())
            },
            &mut |_| {
                skipped += 1;
                Ok(())
            },
        )
        .unwrap();
        (files, skipped)
    };
    let all = [dir.path().to_owned()];
    assert_eq!(walk(&all, false), (vec!["a.txt".into(), "b.txt".into(), "sub/c.txt".into()], 0));
    let with_hidden = walk(&all, true).0;
    assert_eq!(with_hidden, [".gitignore", ".hidden", "a.txt", "b.txt", "skip.log", "sub/c.txt"]);
    // Named outright, an ignored file is scanned, and a missing one is told.
    assert_eq!(walk(&[dir.path().join("skip.log")], false).0, ["skip.log"]);
    assert_eq!(walk(&[dir.path().join("gone")], false), (Vec::new(), 1));
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

#[test]
fn entities_and_threshold_narrow_the_search() {
    let only = Scan::new(&[Entity::Email], None, None).unwrap().bytes("-", TEXT.as_bytes());
    assert_eq!(only.iter().map(|one| one.entity).collect::<Vec<_>>(), [Entity::Email]);
    assert!(Scan::new(&[], Some(1.5), None).is_err());
    let sure = Scan::new(&[], Some(0.99), None).unwrap().bytes("-", TEXT.as_bytes());
    assert!(sure.iter().all(|one| one.confidence >= 0.99));
}
