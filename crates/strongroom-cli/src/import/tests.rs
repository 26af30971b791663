//! What an import promises: exactly the bad rows stay out, whatever the encoding, and nothing of them is told.

use super::{
    ImportError, ImportOptions, Progress, Rejects, Rows, Summary, import_file,
    text::{Charset, Decoding, Tally},
};
use proptest::prelude::*;
use std::{
    collections::BTreeSet,
    fs,
    io::Read,
    path::{Path, PathBuf},
    rc::Rc,
};
use strongroom::{
    Folder, FolderOptions, SystemClock, Texts, Vault,
    envelope::{KeyringParams, Passphrase},
    policy::{Actor, AuthContext},
};
use strongroom_dlp::Encoding;
use strongroom_types::{ActorId, Clock, Kind, RoleName};

const SCHEMA: &str = include_str!("../../sample/schema.toml");
const HEADINGS: &str = "customer_no,name,phone,birth_date";

struct House {
    dir: tempfile::TempDir,
    vault: Vault,
}

impl House {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = FolderOptions { params: KeyringParams::weak_for_tests(), ..FolderOptions::default() };
        let texts = Texts {
            schema: SCHEMA,
            policy: include_str!("../../sample/policy.toml"),
            retention: include_str!("../../sample/retention.toml"),
            house: include_str!("../../sample/house.toml"),
        };
        let path = dir.path().join("vault");
        let words = Passphrase::new("correct horse");
        Folder::init(&path, "test.example/import", texts, &words, &options).unwrap();
        let vault = Folder::open(&path, &words, &options).unwrap();
        Self { dir, vault }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn import_as(
        &self,
        role: &str,
        file: &Path,
        kind: &str,
        charset: Option<Charset>,
    ) -> Result<Summary, ImportError> {
        let now = SystemClock.now();
        let mut auth = AuthContext::new(now);
        auth.mfa_at = Some(now);
        let actor = Actor::new(ActorId::from_bytes([7; 16]), [RoleName::new(role).unwrap()]);
        let session = self.vault.session(actor, auth);
        let options = ImportOptions { kind: Kind::new(kind).unwrap(), charset, owner: None };
        let mut rejects = Rejects::create_for(file, self.dir.path(), &self.path("vault")).unwrap();
        let mut last = None;
        let mut hear = |progress: Progress| last = Some(progress);
        let summary =
            import_file(&self.vault, &session, file, &options, &mut rejects, &SystemClock, &mut hear)?;
        let last = last.unwrap();
        assert_eq!((last.imported, last.rejected), (summary.imported, summary.rejected));
        assert_eq!(Some(last.bytes), last.bytes_total);
        rejects.finish().unwrap();
        Ok(summary)
    }

    fn import(&self, file: &Path, kind: &str) -> Summary {
        self.import_as("importer", file, kind, None).unwrap()
    }

    fn records(&self) -> u64 {
        self.vault.verify(Vec::new(), &mut |_| ()).unwrap().records
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample").join(name)
}

/// Row, line, field, reason.
type Refused = BTreeSet<(u64, u64, Option<String>, String)>;

fn refused(summary: &Summary) -> Refused {
    let Some(path) = &summary.rejects else { return Refused::new() };
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| entry(&serde_json::from_str(line).unwrap())).collect()
}

fn entry(json: &serde_json::Value) -> (u64, u64, Option<String>, String) {
    let number = |name: &str| json[name].as_u64().unwrap();
    let text = |name: &str| json[name].as_str().map(ToOwned::to_owned);
    (number("row"), number("line"), text("field"), text("reason").unwrap())
}

#[test]
fn the_rejects_of_the_sample_are_exactly_the_rows_that_its_generator_broke() {
    let house = House::new();
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(sample("manifest.json")).unwrap()).unwrap();
    let order = [
        "customers.csv",
        "customers-gb18030.csv",
        "customers-big5.csv",
        "contacts.csv",
        "transactions.csv",
        "preferences.csv",
        "feedback.csv",
        "contracts.csv",
    ];
    assert_eq!(manifest["files"].as_object().unwrap().len(), order.len());
    let mut imported = 0;
    for name in order {
        let listed = &manifest["files"][name];
        let summary = house.import(&sample(name), listed["kind"].as_str().unwrap());
        let expected: Refused = listed["malformed"].as_array().unwrap().iter().map(entry).collect();
        assert_eq!(refused(&summary), expected, "{name}");
        assert_eq!(summary.encoding, listed["encoding"].as_str().unwrap(), "{name}");
        assert_eq!(summary.imported + summary.rejected, listed["rows"].as_u64().unwrap(), "{name}");
        imported += summary.imported;
    }
    assert_eq!(house.records(), imported);
    // Once more: every customer is there already.
    let again = house.import(&sample("customers-big5.csv"), "customer");
    assert_eq!((again.imported, again.rejected), (0, 20));
    let duplicates = refused(&again);
    let duplicates = duplicates
        .iter()
        .filter(|(_, _, field, reason)| field.as_deref() == Some("customer_no") && reason == "duplicate");
    assert_eq!(duplicates.count(), 19);
}

#[test]
fn a_rejects_file_is_private_outside_the_vault_and_never_over_another() {
    let house = House::new();
    let vault = house.path("vault");
    let refused = |path: &Path| Rejects::create(path, &vault).unwrap_err();
    assert!(matches!(refused(&vault.join("r.jsonl")), ImportError::RejectsInVault(_)));
    assert!(matches!(refused(&vault.join("data").join("r.jsonl")), ImportError::RejectsInVault(_)));
    let roundabout = house.path("vault/../vault/r.jsonl");
    assert!(matches!(refused(&roundabout), ImportError::RejectsInVault(_)));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&vault, house.path("link")).unwrap();
        assert!(matches!(refused(&house.path("link/r.jsonl")), ImportError::RejectsInVault(_)));
    }
    assert!(matches!(refused(&house.path("nowhere/r.jsonl")), ImportError::Io { .. }));
    let precious = house.file("precious", "text");
    assert!(matches!(refused(&precious), ImportError::Io { .. }));
    assert_eq!(fs::read(&precious).unwrap(), b"text");

    // A file that says nothing goes again.
    let empty = Rejects::create(&house.path("none.jsonl"), &vault).unwrap();
    empty.finish().unwrap();
    assert!(!house.path("none.jsonl").exists());

    let bad = house.file("bad.csv", format!("{HEADINGS}\nC-1,王小明,13800138000,gestern-7\n"));
    let first = house.import(&bad, "customer").rejects.unwrap();
    let second = house.import(&bad, "customer").rejects.unwrap();
    assert_eq!(first.file_name().unwrap(), "bad.csv.rejects.jsonl");
    assert_eq!(second.file_name().unwrap(), "bad.csv.rejects-2.jsonl");
    let text = fs::read_to_string(&first).unwrap();
    for value in ["C-1", "王小明", "13800138000", "gestern"] {
        assert!(!text.contains(value), "{text}");
    }
    assert!(text.contains("\"line\":2,\"column\":4,\"field\":\"birth_date\""), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&first).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn rejects_are_csv_where_the_name_says_so() {
    let house = House::new();
    let bad = house.file("bad.csv", format!("{HEADINGS}\nC-1,,123,\nC-2,x\n"));
    let options = ImportOptions { kind: Kind::new("customer").unwrap(), charset: None, owner: None };
    let mut auth = AuthContext::new(SystemClock.now());
    auth.mfa_at = Some(SystemClock.now());
    let actor = Actor::new(ActorId::from_bytes([7; 16]), [RoleName::new("importer").unwrap()]);
    let session = house.vault.session(actor, auth);
    let mut rejects = Rejects::create(&house.path("r.csv"), &house.path("vault")).unwrap();
    let summary =
        import_file(&house.vault, &session, &bad, &options, &mut rejects, &SystemClock, &mut |_| ()).unwrap();
    rejects.finish().unwrap();
    assert_eq!((summary.imported, summary.rejected), (0, 2));
    let text = fs::read_to_string(house.path("r.csv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(
        lines[1].contains(",1,2,3,phone,bad_form,") || lines[2].contains(",1,2,3,phone,bad_form,"),
        "{text}"
    );
    assert!(lines[3].contains(",2,3,,,missing_value,"), "{text}");
}

#[test]
fn headings_are_checked_before_anything_goes_in() {
    let house = House::new();
    let refusal = |headings: &str| {
        let file = house.file("h.csv", format!("{headings}\nC-1,王小明,13800138000,1990-01-01\n"));
        house.import_as("importer", &file, "customer", None).unwrap_err().to_string()
    };
    let unknown = refusal("customer_no,name,telefon,geburtstag");
    assert!(unknown.contains("`telefon`, `geburtstag`"), "{unknown}");
    assert!(unknown.contains("phone | ") && unknown.contains("手机"), "{unknown}");
    assert!(refusal("customer_no,phone,gender,birth_date").contains("no column for `name`"));
    assert!(refusal("customer_no,name,phone,手机").contains("two columns are for `phone`"));
    assert!(refusal(" , , , ").contains("no heading row"));
    // A first row that is data is not repeated.
    let data = refusal("C-1,王小明,13800138000,1990-01-01");
    assert!(data.contains("none of the 4 headings") && !data.contains("王小明"), "{data}");
    let contacts = house.file("c.csv", "channel,contacted_on,summary\nphone,2026-01-01,x\n");
    let orphan = house.import_as("importer", &contacts, "contact", None).unwrap_err().to_string();
    assert!(orphan.contains("`customer_no`"), "{orphan}");
    assert_eq!(house.records(), 0);
}

#[test]
fn a_wrong_encoding_is_said_with_its_place_and_nothing_goes_in() {
    let house = House::new();
    for (name, charset) in [
        ("customers-gb18030.csv", Encoding::Utf8),
        ("customers-big5.csv", Encoding::Utf8),
        ("customers.csv", Encoding::Utf16Le),
    ] {
        let error = house.import_as("importer", &sample(name), "customer", Some(charset.into())).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(name), "{text}");
        assert!(matches!(error, ImportError::Encoding { .. } | ImportError::Headings { .. }), "{text}");
    }
    let mut text = format!("{HEADINGS}\nC-1,Ann,,\nC-2,").into_bytes();
    let offset = text.len();
    text.extend([0xff, 0xfe]);
    text.extend(b"nn,,\n");
    let file = house.file("broken.csv", &text);
    let charset = Some(Encoding::Utf8.into());
    let error = house.import_as("importer", &file, "customer", charset).unwrap_err();
    let ImportError::Encoding { source, .. } = error else { panic!("{error}") };
    assert_eq!((source.line, source.offset), (3, offset));
    assert_eq!(house.records(), 0);
}

#[test]
fn malformed_bytes_further_on_cost_their_row_alone() {
    let house = House::new();
    let mut text = format!("{HEADINGS}\n").into_bytes();
    for row in 1..=900 {
        text.extend(format!("C-{row},{},13800138000,1990-01-01\n", "王小明".repeat(10)).bytes());
    }
    assert!(text.len() > 2 * super::text::HEAD_BYTES / 2);
    text.extend(b"C-901,A\xffnn,,\n");
    text.extend("C-902,Ünal,,\n".bytes());
    text.extend(b"C-903,\xe7\x8e,,\n");
    let summary = house.import(&house.file("late.csv", &text), "customer");
    assert_eq!((summary.imported, summary.rejected), (901, 2));
    let bad = |row: u64| (row, row + 1, None, "bad_encoding".to_owned());
    assert_eq!(refused(&summary), Refused::from([bad(901), bad(903)]));
}

#[test]
fn every_encoding_brings_in_the_same_rows() {
    let text = format!("{HEADINGS}\r\nC-1,王小明,13800138000,\r\nC-2,\"陳,大文\",,1990-01-01\r\n");
    let utf16 = |bytes: fn(u16) -> [u8; 2], mark: &[u8]| {
        mark.iter().copied().chain(text.encode_utf16().flat_map(bytes)).collect::<Vec<u8>>()
    };
    let cases = [
        (text.clone().into_bytes(), "utf-8"),
        ([b"\xef\xbb\xbf", text.as_bytes()].concat(), "utf-8"),
        (utf16(u16::to_le_bytes, b"\xff\xfe"), "utf-16le"),
        (utf16(u16::to_be_bytes, b"\xfe\xff"), "utf-16be"),
        (utf16(u16::to_le_bytes, b""), "utf-16le"),
    ];
    let dir = tempfile::tempdir().unwrap();
    let schema = strongroom::policy::Schema::from_toml(SCHEMA, "schema.toml").unwrap();
    let kind = Kind::new("customer").unwrap();
    for (at, (bytes, charset)) in cases.into_iter().enumerate() {
        let path = dir.path().join(at.to_string());
        fs::write(&path, bytes).unwrap();
        let mut rows = Rows::open(&path, &schema, &kind, None).unwrap();
        assert_eq!(rows.charset().to_string(), charset);
        let mut names = Vec::new();
        while let Some(row) = rows.next_row().unwrap() {
            names.push(row.unwrap().fields.value("name").unwrap().to_owned());
        }
        assert_eq!(names, ["王小明", "陳,大文"], "{charset} {at}");
    }
}

#[test]
fn a_row_that_never_ends_stops_the_import_in_bounded_memory() {
    let house = House::new();
    let mut text = format!("{HEADINGS}\nC-1,Ann,,\nC-2,\"Ben,,\n").into_bytes();
    text.resize(6 * 1024 * 1024, b'x');
    let file = house.file("endless.csv", &text);
    let error = house.import_as("importer", &file, "customer", None).unwrap_err();
    assert!(matches!(error, ImportError::RowTooLong { line: 3, imported: 1, .. }), "{error}");
    assert_eq!(house.records(), 1);
}

#[test]
fn who_may_not_import_imports_nothing_and_hears_why() {
    let house = House::new();
    let file = house.file("good.csv", format!("{HEADINGS}\nC-1,Ann,,\n"));
    let error = house.import_as("auditor", &file, "customer", None).unwrap_err();
    assert!(
        matches!(
            &error,
            ImportError::Stopped { line: 2, imported: 0, source: strongroom::Error::Denied(_), .. }
        ),
        "{error}"
    );
    assert_eq!(house.records(), 0);
}

/// Hands out what it has in pieces of these sizes.
struct Pieces {
    bytes: Vec<u8>,
    sizes: Vec<usize>,
}

impl Read for Pieces {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let size = self.sizes.pop().unwrap_or(out.len()).clamp(1, out.len()).min(self.bytes.len());
        out[..size].copy_from_slice(&self.bytes[..size]);
        self.bytes.drain(..size);
        Ok(size)
    }
}

fn effort() -> u32 {
    match std::env::var("STRONGROOM_EFFORT").as_deref() {
        Ok("ci") => 10,
        Ok("soak") => 100,
        _ => 1,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64_u32.saturating_mul(effort()), failure_persistence: None, ..ProptestConfig::default() })]

    /// However a stream is cut, it decodes to what the whole decodes to at once.
    #[test]
    fn decoding_does_not_depend_on_how_the_stream_is_cut(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..400),
            "[a-z王小明陳\n,\"]{0,120}".prop_map(|text: String| text.into_bytes()),
        ],
        sizes in prop::collection::vec(1_usize..9, 0..60),
        which in 0_usize..5,
    ) {
        let (ours, theirs) = [
            (Encoding::Utf8, encoding_rs::UTF_8),
            (Encoding::Gb18030, encoding_rs::GB18030),
            (Encoding::Big5, encoding_rs::BIG5),
            (Encoding::Utf16Le, encoding_rs::UTF_16LE),
            (Encoding::Utf16Be, encoding_rs::UTF_16BE),
        ][which];
        let mut expected = vec![0; 4096];
        let (_, _, written, replaced) =
            theirs.new_decoder_with_bom_removal().decode_to_utf8(&bytes, &mut expected, true);
        expected.truncate(written);
        let tally = Rc::new(Tally::default());
        let mut decoding =
            Decoding::new(Pieces { bytes: bytes.clone(), sizes }, ours.into(), Rc::clone(&tally));
        let mut text = Vec::new();
        let mut piece = [0; 16];
        loop {
            let read = decoding.read(&mut piece).unwrap();
            if read == 0 {
                break;
            }
            text.extend_from_slice(&piece[..read]);
        }
        prop_assert_eq!(text, expected);
        prop_assert_eq!(tally.bytes_read(), u64::try_from(bytes.len()).unwrap());
        prop_assert_eq!(tally.malformed_before(u64::MAX), replaced);
        prop_assert_eq!(Charset::from(ours).check(&bytes, true).is_err(), replaced);
    }
}
