//! What the tests of every machine share.

use proptest::prelude::ProptestConfig;
use strongroom_types::{ActorId, ApprovalId, CaseId, CustomerId, Digest, HoldId, Timestamp};

/// So many cases, more with a higher `STRONGROOM_EFFORT`.
pub(crate) fn config(base: u32) -> ProptestConfig {
    let factor = match std::env::var("STRONGROOM_EFFORT").as_deref() {
        Ok("soak") => 100,
        Ok("ci") => 10,
        _ => 1,
    };
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(base.saturating_mul(factor)) }
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    // 2026-11-22T00:00:00Z
    Timestamp::from_unix_micros(1_795_305_600_000_000).plus_seconds(seconds)
}

pub(crate) const fn actor(n: u8) -> ActorId {
    ActorId::from_bytes([n; 16])
}

pub(crate) const fn approval(n: u8) -> ApprovalId {
    ApprovalId::from_bytes([n; 16])
}

pub(crate) const fn case(n: u8) -> CaseId {
    CaseId::from_bytes([n; 16])
}

pub(crate) const fn customer(n: u8) -> CustomerId {
    CustomerId::from_bytes([n; 16])
}

pub(crate) const fn hold(n: u8) -> HoldId {
    HoldId::from_bytes([n; 16])
}

pub(crate) const fn digest(n: u8) -> Digest {
    Digest::from_bytes([n; 32])
}

/// Asserts that the stored form is read back as it was, and that nothing near it is.
pub(crate) fn stored_form_is_strict<T: PartialEq + std::fmt::Debug>(
    bytes: &[u8],
    decode: impl Fn(&[u8]) -> Result<T, crate::DecodeError>,
) {
    use crate::DecodeError::{NotCanonical, UnknownVersion};
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let case = decode(bytes);
    assert!(case.is_ok(), "{case:?} from {text}");
    for cut in 0..bytes.len() {
        assert!(decode(bytes.get(..cut).unwrap_or_default()).is_err(), "cut at {cut}");
    }
    // A flipped bit is refused or tells another case; never the same one, never a panic.
    for place in 0..bytes.len() {
        let mut flipped = bytes.to_vec();
        if let Some(byte) = flipped.get_mut(place) {
            *byte ^= if place.is_multiple_of(2) { 0x01 } else { 0x20 };
        }
        if let Ok(other) = decode(&flipped) {
            assert_ne!(Ok(other), case, "byte {place}");
        }
    }
    let change = |from: &str, to: &str| decode(text.replacen(from, to, 1).as_bytes());
    assert_eq!(change(r#""version":0"#, r#""version":1"#), Err(UnknownVersion(1)));
    assert_eq!(change(r#""version":0"#, r#""version":0 "#), Err(NotCanonical));
    assert_eq!(decode(format!("{text}\n").as_bytes()), Err(NotCanonical));
    assert!(change(r#"{"version":0"#, r#"{"version":0,"extra":1"#).is_err());
    assert!(change(r#"{"version":0"#, "{").is_err());
    assert!(change(r#"{"version":0"#, r#"{"version":0,"version":0"#).is_err());
    assert!(decode(&vec![b' '; crate::CASE_BYTES_MAX.saturating_add(1)]).is_err());
}
