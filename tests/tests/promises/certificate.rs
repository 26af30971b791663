//! A certificate is checked with two pinned keys and nothing else, and no byte of it can be another.

use crate::{NOW, customer, exit};
use strongroom_audit::VerifierKey;
use strongroom_retention::Certificate;
use strongroom_tests::{House, Person, effort, vault_folder};

struct Pinned {
    json: String,
    certificate_key: [u8; 32],
    log_key: String,
}

impl Pinned {
    fn of_an_exit(turned: bool) -> Self {
        let root = vault_folder().unwrap();
        let house = House::init(&root.path().join("vault"), NOW);
        let vault = house.open();
        let created = customer(&Person::MANAGER.at(&vault, &house), "C-000001");
        let case = exit(&vault, &house, created.customer, "x");
        if turned {
            Person::ADMIN.at(&vault, &house).turn_epoch(&mut |_| ()).unwrap();
        }
        let json = Person::DPO.at(&vault, &house).certificate(case).unwrap().to_json();
        Self { json, certificate_key: vault.certificate_key().unwrap(), log_key: vault.log_key().to_string() }
    }

    fn log_key(&self) -> VerifierKey {
        self.log_key.parse().unwrap()
    }

    fn accepts(&self, json: &[u8]) -> bool {
        let Ok(text) = std::str::from_utf8(json) else { return false };
        let Ok(certificate) = Certificate::from_json(text) else { return false };
        strongroom::verify_certificate(&certificate, &self.certificate_key, self.log_key()).is_ok()
    }
}

#[test]
fn a_certificate_verifies_offline_and_not_with_anybody_elses_keys() {
    for turned in [false, true] {
        let (one, other) = (Pinned::of_an_exit(turned), Pinned::of_an_exit(turned));
        assert!(one.accepts(one.json.as_bytes()), "with nothing but two keys");
        let certificate = Certificate::from_json(&one.json).unwrap();
        let check = |key, log: &Pinned| strongroom::verify_certificate(&certificate, key, log.log_key());
        assert!(check(&other.certificate_key, &one).is_err(), "another certificate key");
        assert!(check(&one.certificate_key, &other).is_err(), "another log key");
        assert!(!one.accepts(other.json.as_bytes()) && !other.accepts(one.json.as_bytes()));
    }
}

#[test]
fn no_byte_of_a_certificate_can_be_another() {
    for turned in [false, true] {
        let pinned = Pinned::of_an_exit(turned);
        let json = pinned.json.as_bytes();
        let masks: &[u8] = if effort() > 1 { &[1, 2, 4, 8, 16, 32, 64, 128] } else { &[4] };
        for at in 0..json.len() {
            for mask in masks {
                let mut changed = json.to_vec();
                changed[at] ^= mask;
                let text = String::from_utf8_lossy(&changed);
                assert!(!pinned.accepts(&changed), "byte {at} changed by {mask}: {text}");
            }
            if effort() == 1 && at % 5 > 0 {
                continue;
            }
            let mut shorter = json.to_vec();
            shorter.remove(at);
            assert!(!pinned.accepts(&shorter), "without byte {at}");
            assert!(!pinned.accepts(&json[..at]), "cut at {at}");
        }
        for end in [" ", "\n", "{}"] {
            assert!(!pinned.accepts(format!("{}{end}", pinned.json).as_bytes()), "with more behind it");
        }
    }
}

#[test]
fn a_certificate_names_nobody() {
    let pinned = Pinned::of_an_exit(true);
    for word in ["王小明", "13800138000", "C-000001"] {
        assert!(!pinned.json.contains(word));
    }
}
