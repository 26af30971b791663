//! Goal: a keyring opens with its passphrase and says plainly why it does not; what was destroyed is not in the file.
//! Method: real files, altered, cut and replaced behind the program's back.

#![expect(clippy::clone_on_ref_ptr, reason = "what tests share, they share everywhere")]

use super::*;
use crate::{
    OsRandom,
    testing::{House, Known, TENANT, WORDS, later, now, words},
    verify_signature,
};
use std::fs;
use zeroize::Zeroizing;

type Expected = fn(&KeyringError) -> bool;

fn open(house: &House) -> Result<Keyring, KeyringError> {
    Keyring::open(&house.path(), &words(), house.random.clone())
}

fn key() -> Secret {
    Secret::from_bytes(&Zeroizing::new([0x42; 32]))
}

#[test]
fn a_keyring_opens_again_with_all_that_was_in_it() {
    let house = House::new();
    let keyring = house.keyring();
    let other = TenantId::from_bytes([0x22; 16]);
    keyring.add_tenant(other, now()).unwrap();
    keyring.add_tenant(other, later()).unwrap();
    keyring.new_epoch(TENANT, now()).unwrap();
    let wrapped = keyring.wrap(TENANT, b"here", &key()).unwrap();
    let public = keyring.signer(SigningPurpose::Log).unwrap().public_key();
    let again = open(&house).unwrap();
    assert_eq!(again.tenants(), [TENANT, other]);
    assert_eq!((again.epoch(TENANT).unwrap(), again.epoch(other).unwrap()), (Epoch(2), Epoch(1)));
    assert_eq!(again.unwrap(TENANT, b"here", &wrapped).unwrap().expose_secret(), key().expose_secret());
    let signer = again.signer(SigningPurpose::Log).unwrap();
    assert_eq!(signer.public_key(), public);
    assert!(verify_signature(&public, b"message", &signer.sign(b"message")));
    assert!(!verify_signature(&public, b"massage", &signer.sign(b"message")));
    assert_ne!(again.signer(SigningPurpose::Certificate).unwrap().public_key(), public);
}

#[test]
fn a_wrap_opens_in_its_place_alone() {
    let house = House::new();
    let keyring = house.keyring();
    let other = TenantId::from_bytes([0x22; 16]);
    keyring.add_tenant(other, now()).unwrap();
    let wrapped = keyring.wrap(TENANT, b"here", &key()).unwrap();
    assert_ne!(keyring.wrap(TENANT, b"here", &key()).unwrap(), wrapped);
    assert!(matches!(keyring.unwrap(TENANT, b"there", &wrapped), Err(ProviderError::Refused)));
    assert!(matches!(keyring.unwrap(other, b"here", &wrapped), Err(ProviderError::Refused)));
    let stranger = TenantId::from_bytes([0x33; 16]);
    assert!(matches!(keyring.unwrap(stranger, b"here", &wrapped), Err(ProviderError::UnknownTenant { .. })));
    for place in 0..wrapped.bytes.len() {
        let mut altered = wrapped.clone();
        altered.bytes[place] ^= 1;
        assert!(matches!(keyring.unwrap(TENANT, b"here", &altered), Err(ProviderError::Refused)));
        altered.bytes.truncate(place);
        assert!(matches!(keyring.unwrap(TENANT, b"here", &altered), Err(ProviderError::Refused)));
    }
    let ahead = Wrapped { epoch: Epoch(2), ..wrapped };
    assert!(matches!(keyring.unwrap(TENANT, b"here", &ahead), Err(ProviderError::UnknownEpoch { .. })));
}

#[test]
fn a_destroyed_epoch_opens_nothing_and_its_receipt_says_when() {
    let house = House::new();
    let keyring = house.keyring();
    let wrapped = keyring.wrap(TENANT, b"here", &key()).unwrap();
    let epoch = keyring.new_epoch(TENANT, now()).unwrap();
    assert!(keyring.unwrap(TENANT, b"here", &wrapped).is_ok());
    assert!(keyring.destroy_epochs_before(TENANT, Epoch(3), now()).is_err());
    let receipt = keyring.destroy_epochs_before(TENANT, epoch, now()).unwrap();
    assert_eq!((receipt.destroyed_before, receipt.at), (Epoch(2), now()));
    assert_eq!(receipt.guarantee.code(), "local-keyring");
    assert!(
        receipt.guarantee.to_string().ends_with("an old copy of that file plus the passphrase still opens")
    );
    let again = open(&house).unwrap();
    assert_eq!(again.destroy_epochs_before(TENANT, epoch, later()).unwrap(), receipt);
    for keyring in [&*keyring, &again] {
        assert!(matches!(keyring.unwrap(TENANT, b"here", &wrapped), Err(ProviderError::EpochGone { .. })));
    }
    // Not by its number, and not under the number of the epoch that is there.
    let renamed = Wrapped { epoch, ..wrapped };
    assert!(matches!(again.unwrap(TENANT, b"here", &renamed), Err(ProviderError::Refused)));
}

#[test]
fn what_is_no_keyring_is_told_from_a_wrong_passphrase() {
    let house = House::new();
    let good = fs::read(house.path()).unwrap();
    let wrong = Keyring::open(&house.path(), &Passphrase::new("three small word"), house.random.clone());
    assert!(matches!(wrong, Err(KeyringError::WrongPassphraseOrDamaged { .. })));
    let newer = [&good[..8], &[7, 0], &good[10..]].concat();
    let dear = [&good[..11], &u32::MAX.to_le_bytes(), &good[15..]].concat();
    let cases: [(Vec<u8>, Expected); 7] = [
        (Vec::new(), |error| matches!(error, KeyringError::Foreign { .. })),
        (b"-----BEGIN".to_vec(), |error| matches!(error, KeyringError::Foreign { .. })),
        (newer, |error| matches!(error, KeyringError::NewerVersion { found: 7, .. })),
        (dear, |error| matches!(error, KeyringError::Damaged { .. })),
        (good[..5].to_vec(), |error| matches!(error, KeyringError::Truncated { bytes: 5, .. })),
        (good[..good.len() - 1].to_vec(), |error| matches!(error, KeyringError::Truncated { .. })),
        ([&good[..], &[0]].concat(), |error| matches!(error, KeyringError::Damaged { .. })),
    ];
    for (bytes, expected) in cases {
        fs::write(house.path(), bytes).unwrap();
        let error = open(&house).unwrap_err();
        assert!(expected(&error), "{error:?}");
        assert!(error.to_string().contains("keyring"), "{error}");
    }
    fs::remove_file(house.path()).unwrap();
    assert!(matches!(open(&house), Err(KeyringError::Missing { .. })));
}

#[test]
fn every_altered_byte_is_refused() {
    let house = House::new();
    let good = fs::read(house.path()).unwrap();
    for place in 0..good.len() {
        let mut altered = good.clone();
        altered[place] ^= 1;
        fs::write(house.path(), &altered).unwrap();
        assert!(open(&house).is_err(), "byte {place}");
        fs::write(house.path(), &good[..place]).unwrap();
        assert!(open(&house).is_err(), "cut at {place}");
    }
}

#[test]
fn a_keyring_is_never_overwritten_by_another() {
    let house = House::new();
    let good = fs::read(house.path()).unwrap();
    let weak = KeyringParams::weak_for_tests();
    let second = Keyring::create(&house.path(), &words(), weak, &[TENANT], now(), house.random.clone());
    assert!(matches!(second, Err(KeyringError::AlreadyThere { .. })));
    // Two that have it open: who writes second is told.
    let (a, b) = (open(&house).unwrap(), open(&house).unwrap());
    a.new_epoch(TENANT, now()).unwrap();
    let error = b.new_epoch(TENANT, now()).unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("changed by another process"), "{source}");
    assert_eq!(b.epoch(TENANT).unwrap(), Epoch(1));
    assert_ne!(fs::read(house.path()).unwrap(), good);
    assert_eq!(open(&house).unwrap().epoch(TENANT).unwrap(), Epoch(2));
}

#[test]
fn a_passphrase_can_be_changed_by_who_knows_it() {
    let house = House::new();
    let keyring = house.keyring();
    let wrapped = keyring.wrap(TENANT, b"here", &key()).unwrap();
    let (next, params) = (Passphrase::new("four other small words"), KeyringParams::new(16, 1, 2).unwrap());
    assert!(keyring.change_passphrase(&next, &next, params).is_err());
    assert!(matches!(
        keyring.change_passphrase(&words(), &Passphrase::new(""), params),
        Err(KeyringError::PassphraseEmpty)
    ));
    keyring.change_passphrase(&words(), &next, params).unwrap();
    assert!(matches!(open(&house), Err(KeyringError::WrongPassphraseOrDamaged { .. })));
    // The open one goes on saving under the new passphrase.
    keyring.new_epoch(TENANT, now()).unwrap();
    let again = Keyring::open(&house.path(), &next, house.random).unwrap();
    assert!(again.unwrap(TENANT, b"here", &wrapped).is_ok());
    assert_eq!(again.epoch(TENANT).unwrap(), Epoch(2));
}

#[test]
fn the_file_is_private_small_and_alone() {
    let house = House::new();
    fs::write(house.folder.path().join("keyring.new"), b"left by a crash").unwrap();
    house.keyring().new_epoch(TENANT, now()).unwrap();
    let names: Vec<_> =
        fs::read_dir(house.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["keyring"]);
    assert!(fs::metadata(house.path()).unwrap().len() < 400);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(house.path()).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn the_default_parameters_open_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let random = Arc::new(OsRandom);
    Keyring::create(&path, &words(), KeyringParams::default(), &[TENANT], now(), random.clone()).unwrap();
    assert_eq!(Keyring::open(&path, &words(), random).unwrap().tenants(), [TENANT]);
}

#[test]
fn nothing_secret_is_printed() {
    let house = House::new();
    let keyring = house.keyring();
    let printed = format!("{keyring:?} {:?}", keyring.signer(SigningPurpose::Log).unwrap());
    assert!(printed.contains("[redacted]") && !printed.contains(WORDS), "{printed}");
    // The stream of randomness is known: two seeds, the first epoch and two salts were drawn from it in this order.
    let file = fs::read(house.path()).unwrap();
    let known = Known::default();
    let drawn: Vec<[u8; 32]> = (0..5)
        .map(|_| {
            let mut block = [0; 32];
            known.fill(&mut block).unwrap();
            block
        })
        .collect();
    let seen = drawn.iter().map(|block| file.windows(16).any(|window| window == &block[..16]));
    assert_eq!(seen.collect::<Vec<_>>(), [false, false, false, true, true]);
}
