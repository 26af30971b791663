//! Goal: a certificate is believed exactly as it was signed. Method: a golden file, every byte of it flipped, and tables of refusals.

use super::*;
use crate::testing::world::*;

const GOLDEN: &str = include_str!("../../vectors/certificate-v0.json");

fn golden() -> Certificate {
    Certificate::from_json(GOLDEN.trim_end()).unwrap()
}

fn signer() -> World {
    World::new()
}

#[test]
fn the_golden_certificate_is_still_what_a_disposal_makes() {
    let world = World::new();
    let (certificate, _) = world.finish(permit);
    assert_eq!(certificate.to_json(), GOLDEN.trim_end());
    assert_eq!(golden(), certificate);
    golden().verify(&world.public_key(), &world).unwrap();
    assert_eq!(
        certificate.body.digest().to_string(),
        include_str!("../../vectors/certificate-v0.body.sha256").trim_end()
    );
}

#[test]
fn a_flipped_byte_is_never_believed() {
    let world = World::new();
    let (certificate, _) = world.finish(permit);
    let text = certificate.to_json();
    for at in 0..text.len() {
        for flip in [1, 0x20] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= flip;
            let Ok(altered) = String::from_utf8(bytes) else { continue };
            let believed = Certificate::from_json(&altered)
                .is_ok_and(|read| read.verify(&world.public_key(), &world).is_ok());
            assert!(!believed, "byte {at} ^ {flip}");
        }
    }
}

#[test]
fn only_the_canonical_spelling_is_read() {
    let text = GOLDEN.trim_end();
    assert!(Certificate::from_json(text).is_ok());
    let check = |altered: &str, expected: fn(&CertificateError) -> bool| {
        assert_ne!(altered, text);
        let error = Certificate::from_json(altered).unwrap_err();
        assert!(expected(&error), "{error}");
    };
    check(GOLDEN, |error| matches!(error, CertificateError::Canonical));
    check(&text.replacen(':', ": ", 1), |error| matches!(error, CertificateError::Canonical));
    check(&text.replacen("\"found\":2", "\"found\":2.0", 1), |error| {
        matches!(error, CertificateError::Form { .. })
    });
    check(&text.replacen("customer-exit", "customer\\u002dexit", 1), |error| {
        matches!(error, CertificateError::Canonical)
    });
    check(&text.replacen("{\"body\"", "{\"more\":1,\"body\"", 1), |error| {
        matches!(error, CertificateError::Form { .. })
    });
    check(&text.replacen("\"version\":0", "\"version\":1", 1), |error| {
        matches!(error, CertificateError::Version(1))
    });
    check(text.trim_end_matches('}'), |error| matches!(error, CertificateError::Form { line: 1, .. }));
    check("", |error| matches!(error, CertificateError::Form { .. }));
    check(&" ".repeat(CERTIFICATE_BYTES_MAX + 1), |error| matches!(error, CertificateError::TooLarge(_)));
}

#[test]
fn another_key_or_another_log_is_refused() {
    let world = World::new();
    let (certificate, _) = world.finish(permit);
    assert_eq!(certificate.verify_signature(&[7; 32]), Err(CertificateError::Signature));
    let elsewhere = World::new();
    assert!(matches!(
        certificate.verify(&world.public_key(), &elsewhere),
        Err(CertificateError::Proof { what: "intent", .. })
    ));
    let mut fewer = certificate.clone();
    fewer.proofs.pop();
    assert_eq!(fewer.verify(&world.public_key(), &world), Err(CertificateError::Proofs(1)));
    let mut swapped = certificate.clone();
    swapped.proofs.reverse();
    assert!(matches!(
        swapped.verify(&world.public_key(), &world),
        Err(CertificateError::Proof { what: "intent", .. })
    ));
    let mut twice = certificate.clone();
    twice.proofs[1] = twice.proofs[0].clone();
    assert!(matches!(
        twice.verify(&world.public_key(), &world),
        Err(CertificateError::Proof { what: "result", .. })
    ));
    // Signed by the right key, but not the body whose digest is in the log.
    let mut body = certificate.body.clone();
    body.records = 1;
    let forged = Certificate::sign(body, None, certificate.proofs, &world).unwrap();
    assert_eq!(forged.verify_signature(&world.public_key()), Ok(()));
    assert!(matches!(
        forged.verify(&world.public_key(), &world),
        Err(CertificateError::Proof { what: "result", .. })
    ));
}

/// Believes every proof, so that what remains is the certificate's own check.
struct Gullible;

impl ProofCheck for Gullible {
    fn check(&self, _: &Proof, _: &Claim) -> Result<(), PortError> {
        Ok(())
    }
}

#[test]
fn the_intent_that_was_signed_is_the_one_that_is_proved() {
    let mut certificate = golden();
    let public_key = signer().public_key();
    assert_eq!(certificate.verify(&public_key, &Gullible), Ok(()));
    certificate.proofs.reverse();
    let error = certificate.verify(&public_key, &Gullible).unwrap_err();
    assert!(matches!(error, CertificateError::Proof { what: "intent", .. }), "{error}");
}

#[test]
fn a_provisional_certificate_becomes_final_once_and_only_for_its_keys() {
    let world = World::new();
    let (certificate, _) = world.finish(permit);
    assert_eq!(certificate.status, Status::Provisional);
    let turned_at = certificate.body.completed_at.plus_seconds(60);
    let receipt = |keys: &[KeyId], turned_at| EpochReceipt { turned_at, keys: keys.to_vec() };
    let check = |receipt: &EpochReceipt, expected| {
        assert_eq!(certificate.clone().finalise(receipt, &signer()).map(|_| ()), expected);
    };
    let too_early = certificate.body.destroyed_at.plus_seconds(-1);
    check(&receipt(&[], turned_at), Err(CertificateError::Epoch));
    check(&receipt(&[KeyId::from_bytes([0; 16])], turned_at), Err(CertificateError::Epoch));
    check(&receipt(&[KEY], too_early), Err(CertificateError::Epoch));
    check(&receipt(&[KeyId::from_bytes([0; 16]), KEY], turned_at), Ok(()));
    let last = certificate.clone().finalise(&receipt(&[KEY], turned_at), &signer()).unwrap();
    assert_eq!(last.status, Status::Final { epoch_turned_at: turned_at });
    last.verify(&world.public_key(), &world).unwrap();
    assert_eq!(Certificate::from_json(&last.to_json()).unwrap(), last);
    assert_eq!(last.clone().finalise(&receipt(&[KEY], turned_at), &signer()), Err(CertificateError::Final));
    let mut pretended = certificate.clone();
    pretended.status = last.status;
    assert_eq!(pretended.verify_signature(&world.public_key()), Err(CertificateError::Signature));
    let mut forged = certificate;
    forged.body.records = 1;
    assert_eq!(forged.finalise(&receipt(&[KEY], turned_at), &signer()), Err(CertificateError::Signature));
    // A shred that turned the epoch at once makes a final certificate at once.
    let mut at_once = World::new();
    at_once.epoch_turned_at = Some(turned_at);
    assert_eq!(at_once.finish(permit).0.status, Status::Final { epoch_turned_at: turned_at });
}

#[test]
fn cryptographic_erase_is_claimed_only_where_keys_were_destroyed() {
    let golden = golden().body;
    assert_eq!(golden.claims, [Sanitisation::CryptographicErase, Sanitisation::Delete]);
    let receipt = |keys| ShredReceipt {
        keys,
        destroyed_at: golden.destroyed_at,
        epoch_turned_at: None,
        guarantee: golden.guarantee.clone(),
    };
    let world = World::new();
    let intended = world.run(|ports| crate::Due::new(permit()).intend(ports)).unwrap();
    let body = |keys, targets| {
        CertificateBody::new(intended.intent(), golden.intent, &receipt(keys), targets, golden.completed_at)
    };
    let (vault, mailbox) = (golden.targets[0].clone(), golden.targets[1].clone());
    assert_eq!(body(vec![], vec![vault.clone()]).claims, [Sanitisation::Delete]);
    assert_eq!(body(vec![KEY], vec![vault]).claims, [Sanitisation::CryptographicErase]);
    assert_eq!(body(vec![KEY], vec![mailbox]).claims, [Sanitisation::Delete]);
}

#[test]
fn the_text_says_what_went_what_stayed_and_why_in_both_languages() {
    let certificate = golden();
    assert_eq!(certificate.render_en(), include_str!("../../vectors/certificate-v0.en.txt"));
    assert_eq!(certificate.render_zh(), include_str!("../../vectors/certificate-v0.zh.txt"));
    for text in [certificate.render_en(), certificate.render_zh()] {
        for part in ["customer-basic", "transaction x 1", "31", "47(1)", "nightly-2026-11-21", "officer+2026"]
        {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }
}
