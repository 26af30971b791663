//! What the tests of several modules share.

/// How many times the quick tier's cases a test runs: `STRONGROOM_EFFORT` is `quick` (1, the default), `ci` (10) or `soak` (100).
fn effort() -> u32 {
    match std::env::var("STRONGROOM_EFFORT").as_deref() {
        Ok("ci") => 10,
        Ok("soak") => 100,
        _ => 1,
    }
}

/// The settings of a property test of so many cases in the quick tier.
pub(crate) fn config(cases: u32) -> proptest::prelude::ProptestConfig {
    use proptest::prelude::ProptestConfig;
    let cases = cases.saturating_mul(effort());
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

/// The example schedule of the sample CRM.
#[cfg(feature = "toml")]
pub(crate) fn crm() -> crate::Schedule {
    crate::Schedule::from_toml("crm.retention.toml", include_str!("../examples/crm.retention.toml")).unwrap()
}

/// A record of customer 1 of the sample CRM with these events.
#[cfg(feature = "toml")]
pub(crate) fn item(number: u8, class: &str, triggers: &[(&str, &str)]) -> crate::Item {
    use strongroom_types::{CustomerId, RecordId};
    let triggers = triggers.iter().map(|(event, at)| (event.parse().unwrap(), at.parse().unwrap())).collect();
    crate::Item {
        triggers,
        ..crate::Item::new(
            RecordId::from_bytes([number; 16]),
            CustomerId::from_bytes([1; 16]),
            class.parse().unwrap(),
            class.parse().unwrap(),
        )
    }
}

#[cfg(feature = "toml")]
pub(crate) mod world;
