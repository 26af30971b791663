//! Sealed at rest, and gone after an exit: no spelling of the customer's words lies anywhere in the folder, and no key
//! that is left opens their records, from whatever old copy.

use crate::{NOW, customer, exit};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use std::{fs, path::Path, sync::Arc};
use strongroom::{Changes, Export, ExportRequest, Fields, NewRecord, Selection, Whose};
use strongroom_store::{Read as _, Store as _};
use strongroom_tests::{House, Person, RECORD, copy_folder, field, kind, vault_folder};
use strongroom_types::Action;

/// What only this customer has: name, phone, e-mail, address, what was said about them and by them.
const WORDS: [&str; 8] = [
    "欧阳靖宇",
    "13987654321",
    "ouyang.jingyu@example.org",
    "台北市信義區松仁路七段九十九號",
    "因價格太高而離開的備註",
    "對服務極其不滿的評語",
    "本合同第九十九條之特別約定",
    "13712349876",
];

#[test]
fn no_spelling_of_a_customer_lies_in_the_folder_before_or_after_an_exit() {
    let [name, phone, email, address, note, comment, contract, phone_after] = WORDS;
    let root = vault_folder().unwrap();
    let house = House::init(&root.path().join("vault"), NOW);
    let needles: Vec<Needle> = WORDS.iter().flat_map(|word| spellings(word)).collect();
    let case = {
        let vault = house.open();
        let manager = Person::MANAGER.at(&vault, &house);
        let fields = Fields::new()
            .with(field("customer_no"), "C-000001")
            .with(field("name"), name)
            .with(field("phone"), phone)
            .with(field("email"), email)
            .with(field("address"), address);
        let created = manager.create(NewRecord::new(kind("customer"), Whose::New, fields)).unwrap();
        let fields = Fields::new().with(field("given_on"), "2026-11-01").with(field("comment"), comment);
        manager.create(NewRecord::new(kind("feedback"), Whose::Customer(created.customer), fields)).unwrap();
        let content = format!("{}{contract}{name}", "甲乙雙方同意如下".repeat(9000)).into_bytes();
        manager.attach(created.customer, contract, "text/plain", &mut content.as_slice()).unwrap();
        let set = Fields::new().with(field("phone"), phone_after);
        manager.update(created.record, &Changes { set, ..Changes::default() }).unwrap();
        for (of, word) in [("name", name), ("phone", phone_after), ("phone", phone), ("email", email)] {
            manager.search(&kind("customer"), &field(of), word).unwrap();
        }
        let request = ExportRequest {
            action: Action::Export,
            kind: kind("customer"),
            selection: Selection::All,
            fields: vec![field("name"), field("phone"), field("email"), field("address")],
            recipient: "Partner".to_owned(),
            recipients: vec!["partner@example.com".to_owned()],
            redact: false,
        };
        let staged = manager.because(comment).export(&request).unwrap();
        assert!(matches!(staged, Export::NeedsApproval { .. }), "it waits, staged");
        assert_eq!(found(root.path(), &needles), Vec::<String>::new(), "before the exit");
        let case = exit(&vault, &house, created.customer, note);
        Person::ADMIN.at(&vault, &house).turn_epoch(&mut |_| ()).unwrap();
        case
    };
    assert_eq!(found(root.path(), &needles), Vec::<String>::new(), "after the exit, closed");
    let vault = house.open();
    Person::DPO.at(&vault, &house).certificate(case).unwrap();
    assert!(vault.verify(Vec::new(), &mut |_| ()).unwrap().is_sound());
    drop(vault);
    assert_eq!(found(root.path(), &needles), Vec::<String>::new(), "after the exit, opened again");

    // The search sees every spelling that it looks for, wherever it lies.
    let mut planted = b"xyz".to_vec();
    for needle in &needles {
        planted.extend(&needle.bytes);
        planted.extend([0, 0x55]);
    }
    fs::write(house.path().join("data").join("planted"), planted).unwrap();
    let seen = found(root.path(), &needles);
    assert_eq!(seen.len(), needles.len(), "the search missed a planted spelling");
}

#[test]
fn a_word_in_base64_is_found_at_every_alignment_and_case_of_hex() {
    for before in 0..5 {
        let text = format!("{}欧阳靖宇 and more", "x".repeat(before));
        let root = vault_folder().unwrap();
        fs::write(root.path().join("a"), STANDARD_NO_PAD.encode(text)).unwrap();
        assert!(!found(root.path(), &spellings("欧阳靖宇")).is_empty(), "alignment {before}");
    }
    for text in [hex::encode("欧阳靖宇"), hex::encode_upper("欧阳靖宇")] {
        let root = vault_folder().unwrap();
        fs::write(root.path().join("a"), text).unwrap();
        assert!(!found(root.path(), &spellings("欧阳靖宇")).is_empty());
    }
}

#[test]
fn no_key_that_is_left_opens_a_purged_record_from_any_old_copy() {
    let root = vault_folder().unwrap();
    let house = House::init(&root.path().join("vault"), NOW);
    let created = {
        let vault = house.open();
        customer(&Person::MANAGER.at(&vault, &house), "C-000001")
    };
    let old = root.path().join("old");
    copy_folder(house.path(), &old);
    let row = {
        let vault = house.stores();
        house.row(&vault.data, created.record).unwrap()
    };
    let (address, sealed) = house.taken_apart(created.record, &row);
    {
        let vault = house.open();
        exit(&vault, &house, created.customer, "x");
        Person::ADMIN.at(&vault, &house).turn_epoch(&mut |_| ()).unwrap();
    }
    // The raw bytes, and the key store as it is.
    let keys = house.keys(Arc::new(house.stores().keys));
    assert!(keys.open_record(&address, &sealed).is_err(), "the keys of now open it");
    drop(keys);
    // The old stores with the keyring of now: every page that the engine may have left behind.
    let mixed = root.path().join("mixed");
    copy_folder(&old, &mixed);
    fs::copy(house.path().join("keyring"), mixed.join("keyring")).unwrap();
    let mixed = House::at(&mixed, NOW);
    let stores = mixed.stores();
    assert_eq!(
        mixed.row(&stores.data, created.record).as_deref(),
        Some(row.as_slice()),
        "the old copy has the row"
    );
    assert!(opens(&mixed, stores.keys, &address, &sealed).is_err(), "an old key store opens it");
    // The old keyring with the key store of now.
    let other = root.path().join("other");
    copy_folder(house.path(), &other);
    fs::copy(old.join("keyring"), other.join("keyring")).unwrap();
    let other = House::at(&other, NOW);
    assert!(opens(&other, other.stores().keys, &address, &sealed).is_err(), "an old keyring opens it");
    // What the certificate says it cannot promise: an old copy of both, with the passphrase.
    let old = House::at(&old, NOW);
    opens(&old, old.stores().keys, &address, &sealed).unwrap();
    // And what was put back behind the vault's back opens nothing either, and shows.
    let stores = house.stores();
    let batch = strongroom_store::Batch::new().put(RECORD, house.row_key(created.record), row);
    stores.data.commit(&batch, strongroom_store::Durability::Power).unwrap();
    assert!(stores.data.get(RECORD, &house.row_key(created.record)).unwrap().is_some());
    drop(stores);
    let vault = house.open();
    assert!(Person::MANAGER.at(&vault, &house).view(created.record).is_err());
    let found = vault.verify(Vec::new(), &mut |_| ()).unwrap();
    assert!(found.data.iter().any(|finding| finding.record == created.record), "{found:?}");
}

fn opens(
    house: &House,
    keys: strongroom_store_sled::SledStore,
    address: &strongroom_envelope::RecordAddress,
    sealed: &[u8],
) -> Result<(), String> {
    let keyring = strongroom_envelope::Keyring::open(
        &house.path().join("keyring"),
        &strongroom_tests::passphrase(),
        Arc::new(strongroom_envelope::OsRandom),
    );
    let keyring = Arc::new(keyring.unwrap());
    let signer = keyring.signer(strongroom_envelope::SigningPurpose::Certificate).unwrap();
    let options = strongroom_envelope::KeysOptions::new(signer);
    let random = Arc::new(strongroom_envelope::OsRandom);
    let keys = strongroom_envelope::Keys::open(
        Arc::new(keys),
        keyring,
        house.tenant(),
        random,
        options,
        house.now(),
    )
    .map_err(|error| error.to_string())?;
    keys.open_record(address, sealed).map(drop).map_err(|error| error.to_string())
}

struct Needle {
    word: &'static str,
    spelling: String,
    bytes: Vec<u8>,
}

/// Every way in which a word may lie on a disk.
fn spellings(word: &'static str) -> Vec<Needle> {
    let utf16 = |to: fn(u16) -> [u8; 2]| word.encode_utf16().flat_map(to).collect::<Vec<u8>>();
    let mut plain = vec![
        ("utf-8", word.as_bytes().to_vec()),
        ("utf-16le", utf16(u16::to_le_bytes)),
        ("utf-16be", utf16(u16::to_be_bytes)),
    ];
    for (name, encoding) in [("gb18030", encoding_rs::GB18030), ("big5", encoding_rs::BIG5)] {
        let (bytes, _, unmappable) = encoding.encode(word);
        if !unmappable && bytes != word.as_bytes() {
            plain.push((name, bytes.into_owned()));
        }
    }
    let mut all = Vec::new();
    for (name, bytes) in plain {
        let mut add = |spelling: String, bytes: Vec<u8>| all.push(Needle { word, spelling, bytes });
        add(format!("{name} in hex"), hex::encode(&bytes).into_bytes());
        add(format!("{name} in HEX"), hex::encode_upper(&bytes).into_bytes());
        for shift in 0..3_usize {
            // The characters at the edges depend on the neighbours.
            let encoded = STANDARD_NO_PAD.encode([vec![0; shift], bytes.clone()].concat());
            let inner =
                encoded.as_bytes().iter().copied().take(encoded.len() - 1).skip((shift * 8).div_ceil(6));
            add(format!("{name} in base64, shifted by {shift}"), inner.collect());
        }
        add(name.to_owned(), bytes);
    }
    // Digits look the same in hex, whichever the case.
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|needle| seen.insert(needle.bytes.clone()));
    all
}

/// Which needles lie in any file under a folder.
fn found(root: &Path, needles: &[Needle]) -> Vec<String> {
    let mut haystacks = Vec::new();
    read_all(root, &mut haystacks);
    assert!(haystacks.iter().map(Vec::len).sum::<usize>() > 0, "there is something to search");
    let lies_in = |needle: &&Needle| {
        let finder = memchr::memmem::Finder::new(&needle.bytes);
        haystacks.iter().any(|bytes| finder.find(bytes).is_some())
    };
    needles.iter().filter(lies_in).map(|needle| format!("{} as {}", needle.word, needle.spelling)).collect()
}

fn read_all(folder: &Path, files: &mut Vec<Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        files.push(path.to_string_lossy().into_owned().into_bytes());
        if path.is_dir() {
            read_all(&path, files);
        } else {
            let bytes = fs::read(&path).unwrap();
            // The engine's files are mostly holes: long runs of zeros hold no word.
            let kept = bytes.chunks(4096).filter(|page| page.iter().any(|byte| *byte != 0));
            files.push(kept.flatten().copied().collect());
        }
    }
}
