//! Goal: the checked-in sample is what the generator makes, and the manifest tells the truth about it.
//! Method: generate again and compare bytes; read the files back with checkers that share no code with the generator and
//! were themselves tried on published identifiers.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed unwrap is a failed test")]

mod checkers;

use csv::StringRecord;
use encoding_rs::{BIG5, GB18030};
use serde_json::Value;
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};
use strongroom_dlp::{Scanner, detect_encoding};
use strongroom_policy::{Column, RecordFault, Schema};
use strongroom_tests::generate::{Options, SAMPLE, generate};
use strongroom_types::Kind;

type Checker = fn(&str) -> bool;

fn sample() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/strongroom-cli/sample"))
}

fn manifest() -> Value {
    serde_json::from_slice(&fs::read(sample().join("manifest.json")).unwrap()).unwrap()
}

/// The text of a sample file, decoded.
fn text(name: &str) -> String {
    let bytes = fs::read(sample().join(name)).unwrap();
    let (text, lossy) = match name {
        "customers-big5.csv" => BIG5.decode_without_bom_handling(&bytes),
        "customers-gb18030.csv" => GB18030.decode_without_bom_handling(&bytes),
        _ => (String::from_utf8(bytes).unwrap().into(), false),
    };
    assert!(!lossy, "{name}");
    text.into_owned()
}

/// Header and rows; a row knows the line on which it starts.
fn read(name: &str) -> (StringRecord, Vec<StringRecord>) {
    let text = text(name);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    (reader.headers().unwrap().clone(), reader.records().map(Result::unwrap).collect())
}

/// Row number to line, field and reason, of one of the manifest's lists.
fn bad_rows(manifest: &Value, file: &str, list: &str) -> BTreeMap<usize, (u64, Option<String>, String)> {
    let rows = manifest["files"][file][list].as_array().unwrap();
    let fact = |row: &Value| {
        let number = usize::try_from(row["row"].as_u64().unwrap()).unwrap();
        let field = row["field"].as_str().map(str::to_owned);
        (number, (row["line"].as_u64().unwrap(), field, row["reason"].as_str().unwrap().to_owned()))
    };
    rows.iter().map(fact).collect()
}

#[test]
fn the_checked_in_sample_is_what_the_generator_makes() {
    let fresh = tempfile::tempdir().unwrap();
    generate(SAMPLE, fresh.path(), |_| ()).unwrap();
    let mut names: Vec<_> = fs::read_dir(fresh.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names.len(), 9);
    for name in names {
        let made = fs::read(fresh.path().join(&name)).unwrap();
        let kept = fs::read(sample().join(&name)).unwrap();
        assert!(
            made == kept,
            "{} differs: run `just generate` and read the difference before you commit it",
            name.display()
        );
    }
}

#[test]
fn a_customer_depends_on_the_seed_and_its_place_alone() {
    let made = |customers, contracts, seed| {
        let folder = tempfile::tempdir().unwrap();
        generate(Options { customers, contracts, seed }, folder.path(), |_| ()).unwrap();
        fs::read_to_string(folder.path().join("customers.csv")).unwrap()
    };
    let few = made(200, 1, 7);
    assert!(made(500, 9, 7).starts_with(&few));
    assert_ne!(made(200, 1, 8), few);
    assert_eq!(made(0, 3, 7).lines().count(), 1);
}

#[test]
fn the_manifest_names_the_line_of_every_bad_row() {
    let manifest = manifest();
    for (name, facts) in manifest["files"].as_object().unwrap() {
        let (_, rows) = read(name);
        assert_eq!(facts["rows"].as_u64(), u64::try_from(rows.len()).ok(), "{name}");
        for list in ["malformed", "invalid"] {
            for (row, (line, _, _)) in bad_rows(&manifest, name, list) {
                assert_eq!(rows[row - 1].position().unwrap().line(), line, "{name}: row {row}");
            }
        }
    }
}

#[test]
fn identifiers_hold_save_where_the_manifest_says_so() {
    let manifest = manifest();
    let mut seen = BTreeMap::<&str, u32>::new();
    for name in ["customers.csv", "customers-big5.csv", "customers-gb18030.csv"] {
        let (malformed, invalid) =
            (bad_rows(&manifest, name, "malformed"), bad_rows(&manifest, name, "invalid"));
        for (at, row) in read(name).1.iter().enumerate() {
            if malformed.contains_key(&(at + 1)) {
                continue;
            }
            let (region, born) = (&row[11], &row[3]);
            let verdicts = [
                ("national_id", checkers::national_id(&row[4], region, born)),
                ("phone", checkers::phone(&row[5], region)),
                ("uscc", row[9].is_empty() || checkers::uscc(&row[9])),
                ("bank_card", checkers::luhn(&row[10])),
            ];
            for (field, holds) in verdicts {
                let is_bad = invalid.get(&(at + 1)).is_some_and(|(_, bad, _)| bad.as_deref() == Some(field));
                assert_eq!(holds, !is_bad, "{name}: row {}, {field}", at + 1);
            }
            if let Some((_, field, reason)) = invalid.get(&(at + 1)) {
                *seen
                    .entry(match (field.as_deref().unwrap(), reason.as_str()) {
                        ("national_id", "birth_date") => {
                            assert!(checkers::iso7064_mod11_2(&row[4]), "only the date is wrong");
                            "birth date"
                        }
                        ("national_id", "check_digit") => "national id",
                        ("phone", "length") => "phone",
                        ("uscc", "check_digit") => "uscc",
                        ("bank_card", "check_digit") => "card",
                        other => panic!("{other:?}"),
                    })
                    .or_default() += 1;
            }
        }
    }
    assert_eq!(
        seen.keys().copied().collect::<Vec<_>>(),
        ["birth date", "card", "national id", "phone", "uscc"]
    );
    assert!((20..=45).contains(&seen.values().sum::<u32>()), "about three in a hundred: {seen:?}");
}

#[test]
fn contracts_hold_valid_numbers_where_they_are_announced() {
    let mut found = [0; 3];
    for row in read("contracts.csv").1 {
        let marks: [(&str, Checker); 3] = [
            ("IBAN", checkers::iban),
            ("統一編號：", checkers::tw_ubn),
            ("统一社会信用代码：", checkers::uscc),
        ];
        for (at, (mark, check)) in marks.into_iter().enumerate() {
            for (_, rest) in row[7].split(mark).enumerate().skip(1) {
                let rest = rest.trim_start_matches([' ', '账', '号']);
                let number: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
                assert!(check(&number), "{}: {mark}", &row[1]);
                found[at] += 1;
            }
        }
    }
    assert!(found.iter().all(|count| *count > 0), "{found:?}");
}

#[test]
fn the_sample_schema_refuses_exactly_the_malformed_rows() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/strongroom-policy/examples/crm.schema.toml");
    let schema = Schema::from_toml(&fs::read_to_string(path).unwrap(), "crm.schema.toml").unwrap();
    let manifest = manifest();
    let customers: BTreeSet<String> = read("customers.csv")
        .1
        .iter()
        .map(|row| row[0].to_owned())
        .filter(|number| !number.is_empty())
        .collect();
    for (name, facts) in manifest["files"].as_object().unwrap() {
        let kind: Kind = facts["kind"].as_str().unwrap().parse().unwrap();
        let (header, rows) = read(name);
        let columns: Vec<_> = header
            .iter()
            .map(|heading| schema.csv_column(&kind, heading).unwrap_or_else(|| panic!("{name}: {heading}")))
            .collect();
        let expected = bad_rows(&manifest, name, "malformed");
        let mut refused = BTreeMap::new();
        for (at, row) in rows.iter().enumerate() {
            let (mut fields, mut unknown) = (Vec::new(), false);
            for (column, value) in columns.iter().zip(row) {
                match column {
                    Column::Field(field) => fields.push((field.name().as_str(), value)),
                    Column::Parent => unknown |= !customers.contains(value),
                }
            }
            let reason = match (row.len().cmp(&header.len()), schema.check_record(&kind, fields)) {
                (Ordering::Less, _) => (None, "missing_value"),
                (Ordering::Greater, _) => (None, "extra_value"),
                (Ordering::Equal, Ok(())) if unknown => (Some("customer_no".to_owned()), "unknown_customer"),
                (Ordering::Equal, Ok(())) => continue,
                (Ordering::Equal, Err(problems)) => {
                    assert_eq!(problems.len(), 1, "{name}: row {}", at + 1);
                    let reason = match problems[0].reason {
                        RecordFault::Missing => "empty_required",
                        RecordFault::NotListed => "not_listed",
                        _ => "bad_form",
                    };
                    (Some(problems[0].field.clone()), reason)
                }
            };
            refused.insert(at + 1, (reason.0, reason.1.to_owned()));
        }
        let expected: BTreeMap<_, _> =
            expected.into_iter().map(|(row, (_, field, reason))| (row, (field, reason))).collect();
        assert_eq!(refused, expected, "{name}");
    }
}

#[test]
fn the_scanner_finds_what_the_contracts_mention() {
    let (manifest, scanner) = (manifest(), Scanner::new());
    let contracts = read("contracts.csv").1;
    let planted = manifest["planted"].as_array().unwrap();
    assert_eq!(planted.len(), contracts.len());
    for (contract, planted) in contracts.iter().zip(planted) {
        let mut found = BTreeMap::<&str, u64>::new();
        for finding in scanner.scan(contract[7].as_bytes()) {
            *found.entry(finding.entity.name()).or_default() += 1;
        }
        for (entity, count) in planted["entities"].as_object().unwrap() {
            let found = found.get(entity.as_str()).copied().unwrap_or(0);
            assert!(found >= count.as_u64().unwrap(), "{}: {entity}: {found} of {count}", &contract[1]);
        }
    }
}

#[test]
fn the_encoding_of_every_file_is_recognised() {
    for (name, facts) in manifest()["files"].as_object().unwrap() {
        let bytes = fs::read(sample().join(name)).unwrap();
        assert_eq!(detect_encoding(&bytes).to_string(), facts["encoding"].as_str().unwrap(), "{name}");
    }
}

#[test]
fn nobody_is_meant() {
    for name in ["customers.csv", "customers-big5.csv", "customers-gb18030.csv"] {
        for row in read(name).1 {
            let host = row[6].rsplit_once('@').map_or("example.com", |(_, host)| host);
            assert!(
                ["example.com", "example.net", "example.org"].iter().any(|kept| host.ends_with(kept)),
                "{host}"
            );
        }
    }
}

#[test]
fn the_three_languages_are_all_there() {
    let mut counts = BTreeMap::<String, u32>::new();
    for row in read("customers.csv").1.iter().filter(|row| row.len() == 13) {
        *counts.entry(row[12].to_owned()).or_default() += 1;
    }
    assert!(counts.values().all(|count| *count > 100), "{counts:?}");
    assert_eq!(counts.keys().map(String::as_str).collect::<Vec<_>>(), ["en", "zh-Hans", "zh-Hant"]);
    // One name needs four bytes in GB18030: a reader that takes the file for GBK stumbles.
    assert!(text("customers-gb18030.csv").contains('\u{36C3}'));
}

#[test]
fn the_checkers_know_published_identifiers_from_their_neighbours() {
    // GB 11643 annex; GB 32100 annex; the card schemes' test numbers; the IBAN registry; published examples of the rest.
    let check = |checker: Checker, good: &[&str]| {
        for id in good {
            assert!(checker(id), "{id}");
            for (at, digit) in id.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
                let next = char::from_digit((digit.to_digit(10).unwrap() + 1) % 10, 10).unwrap();
                let mut other = (*id).to_owned();
                other.replace_range(at..=at, &next.to_string());
                assert!(!checker(&other), "{id} at {at}");
            }
        }
    };
    check(checkers::iso7064_mod11_2, &["11010519491231002X", "440524188001010014"]);
    check(checkers::uscc, &["91350100M000100Y43"]);
    check(checkers::luhn, &["4111111111111111", "5555555555554444", "6200000000000005"]);
    check(checkers::tw_id, &["A123456789"]);
    check(checkers::hk_id, &["A123456(3)", "C123456(9)", "L555555(0)"]);
    check(checkers::iban, &["GB82WEST12345698765432", "DE89370400440532013000"]);
    assert!(checkers::tw_ubn("04595257") && !checkers::tw_ubn("04595258") && !checkers::tw_ubn("0459525"));
}
