//! Vectors of others: RFC 6962 trees and proofs, C2SP signed notes, checkpoints of a public log.

use super::*;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

/// Some cases have hashes of other lengths: a type of 32 bytes refuses them before any proof does.
fn digest(value: &Value) -> Option<Digest> {
    Some(Digest::from_bytes(STANDARD.decode(value.as_str().unwrap()).unwrap().try_into().ok()?))
}

fn digests(value: &Value) -> Option<Vec<Digest>> {
    value.as_array().unwrap().iter().map(digest).collect()
}

fn inclusion_holds(case: &Value) -> Option<bool> {
    let (index, size) = (case[0].as_u64().unwrap(), case[1].as_u64().unwrap());
    let proof = InclusionProof { index, size, path: digests(&case[4])? };
    Some(verify_inclusion(&digest(&case[2])?, &proof, &digest(&case[3])?).is_ok())
}

fn consistency_holds(case: &Value) -> Option<bool> {
    let (old, new) = (case[0].as_u64().unwrap(), case[1].as_u64().unwrap());
    let proof = ConsistencyProof { old, new, path: digests(&case[4])? };
    // One pair of equal trees is given with equal words for roots; digests of the words do as well.
    let root = |value| digest(value).unwrap_or_else(|| sha256(value.to_string().as_bytes()));
    Some(verify_consistency(&root(&case[2]), &root(&case[3]), &proof).is_ok())
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn rfc6962() -> Value {
    serde_json::from_str(include_str!("../../vectors/rfc6962.json")).unwrap()
}

fn notes() -> Value {
    serde_json::from_str(include_str!("../../vectors/signed_note.json")).unwrap()
}

#[test]
fn roots_are_those_of_the_reference_tree() {
    let vectors = rfc6962();
    let mut frontier = tree::Frontier::default();
    let mut leaves = Vec::new();
    let roots: Vec<&str> =
        vectors["roots"].as_array().unwrap().iter().map(|root| root.as_str().unwrap()).collect();
    assert_eq!(frontier.root().to_string(), roots[0]);
    for (leaf, root) in vectors["leaves"].as_array().unwrap().iter().zip(&roots[1..]) {
        let leaf = leaf_hash(&unhex(leaf.as_str().unwrap()));
        leaves.push(leaf);
        frontier.push(leaf, |_| ());
        assert_eq!(frontier.root().to_string(), *root);
        assert_eq!(root_by_hand(&leaves).to_string(), *root);
    }
    assert_eq!(leaves.len(), 8);
}

#[test]
fn proofs_are_accepted_and_refused_as_the_reference_does() {
    let vectors = rfc6962();
    let cases = |name: &str| vectors[name].as_array().unwrap().clone();
    for case in cases("inclusion") {
        assert_ne!(inclusion_holds(&case).unwrap_or(false), case[6].as_bool().unwrap(), "inclusion: {case}");
    }
    for case in cases("consistency") {
        assert_ne!(
            consistency_holds(&case).unwrap_or(false),
            case[6].as_bool().unwrap(),
            "consistency: {case}"
        );
    }
    assert_eq!((cases("inclusion").len(), cases("consistency").len()), (98, 98));
}

#[test]
fn notes_are_opened_and_refused_as_the_reference_does() {
    let vectors = notes();
    for case in vectors["open"].as_array().unwrap() {
        let note = STANDARD.decode(case[0].as_str().unwrap()).unwrap();
        let keys: Vec<VerifierKey> =
            case[1].as_array().unwrap().iter().map(|key| key.as_str().unwrap().parse().unwrap()).collect();
        // What is not UTF-8 cannot become a `&str`, let alone a note.
        let opened = std::str::from_utf8(&note)
            .map_err(|_| NoteError::MalformedNote)
            .and_then(|note| SignedNote::open(note, &keys));
        let wanted = match case[4].as_str() {
            None => {
                let opened = opened.unwrap();
                assert_eq!(u64::try_from(opened.signers.len()).unwrap(), case[2].as_u64().unwrap(), "{case}");
                assert_eq!(u64::try_from(opened.unknown).unwrap(), case[3].as_u64().unwrap(), "{case}");
                continue;
            }
            Some("no verifiable signatures") => NoteError::Unsigned,
            Some("ambiguous key") => NoteError::AmbiguousKey,
            Some("malformed note") => NoteError::MalformedNote,
            Some("invalid signature") => NoteError::InvalidSignature,
            Some(other) => panic!("{other}"),
        };
        assert_eq!(opened.unwrap_err(), wanted, "{case}");
    }
}

#[test]
fn a_key_has_one_spelling() {
    let vectors = notes();
    let whole = vectors["key"].as_str().unwrap();
    assert_eq!(whole.parse::<VerifierKey>().unwrap().to_string(), whole);
    for start in 0..whole.len() {
        for end in start..=whole.len() {
            let part = &whole[start..end];
            assert!(part == whole || part.parse::<VerifierKey>().is_err(), "{part}");
        }
    }
    for key in vectors["bad_keys"].as_array().unwrap() {
        assert!(key.as_str().unwrap().parse::<VerifierKey>().is_err(), "{key}");
    }
}

#[test]
fn notes_are_signed_byte_for_byte_as_the_reference_does() {
    let case = &notes()["sign"];
    let secret = case["skey"].as_str().unwrap().splitn(5, '+').last().unwrap();
    let secret = STANDARD.decode(secret).unwrap();
    let pair = Ed25519KeyPair::from_seed_unchecked(&secret[1..]).unwrap();
    let key = VerifierKey::ed25519("PeterNeumann", pair.public_key().as_ref().try_into().unwrap()).unwrap();
    let text = case["text"].as_str().unwrap();
    let line = key.signature_line(pair.sign(text.as_bytes()).as_ref().try_into().unwrap());
    assert_eq!(format!("{text}\n{line}"), case["want"].as_str().unwrap());
}

#[test]
fn checkpoints_of_a_public_log_open() {
    for case in notes()["checkpoints"].as_array().unwrap() {
        let key = case[1].as_str().unwrap().parse().unwrap();
        let opened = Checkpoint::open(case[0].as_str().unwrap(), &[key]);
        assert_eq!(opened.is_ok(), case[2].as_bool().unwrap(), "{case}");
        if let Ok(checkpoint) = opened {
            assert_eq!(checkpoint.origin(), "go.sum database tree");
            assert_eq!(case[0].as_str().unwrap().lines().nth(1).unwrap(), checkpoint.size().to_string());
        }
    }
}
