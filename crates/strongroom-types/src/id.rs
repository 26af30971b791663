//! Ids. Records carry UUID version 7, so that they sort by birth; actors and customers carry version 4,
//! since their ids outlive them in the log and must tell nothing, not even when somebody arrived.

use crate::{Random, RandomError, Timestamp};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a {what} as a UUID of 36 characters, found {bytes} bytes of another form")]
pub struct IdError {
    what: &'static str,
    bytes: usize,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident, $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The id with these 16 bytes, as it stands in stored data; every value is valid.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The 16 bytes in network order.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The id as a `uuid` value.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                // Only the hyphenated form: one id, one spelling.
                let refused = IdError { what: $what, bytes: text.len() };
                if text.len() != 36 {
                    return Err(refused);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| refused)
            }
        }
    )*};
}

macro_rules! random_ids {
    ($($name:ident)*) => {$(
        impl $name {
            /// A fresh random id (UUID version 4).
            pub fn fresh(random: &dyn Random) -> Result<Self, RandomError> {
                let mut bytes = [0; 16];
                random.fill(&mut bytes)?;
                Ok(Self(uuid::Builder::from_random_bytes(bytes).into_uuid()))
            }
        }
    )*};
}

ids! {
    /// A member of staff, a service or a partner that acts. Who it is, only erasable records say.
    ActorId, "actor id";
    /// One request for approval.
    ApprovalId, "approval id";
    /// One case: an exit, a contract, an incident.
    CaseId, "case id";
    /// A customer (data subject). Outlives the customer in the log, and means nothing once the records are gone.
    CustomerId, "customer id";
    /// One legal hold.
    HoldId, "hold id";
    /// One generation of one key.
    KeyId, "key id";
    /// One record. Version 7: sorts by the time of its creation.
    RecordId, "record id";
    /// A tenant: owns its log, its keys and its data.
    TenantId, "tenant id";
}

random_ids! { ActorId ApprovalId CaseId CustomerId HoldId KeyId TenantId }

impl RecordId {
    /// A fresh id (UUID version 7): milliseconds of `now`, then 74 random bits.
    ///
    /// Instants before 1970 count as 1970: the layout has no earlier ones.
    pub fn fresh(now: Timestamp, random: &dyn Random) -> Result<Self, RandomError> {
        let mut bits = [0; 10];
        random.fill(&mut bits)?;
        let millis = u64::try_from(now.unix_micros().div_euclid(1000)).unwrap_or(0);
        Ok(Self(uuid::Builder::from_unix_timestamp_millis(millis, &bits).into_uuid()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
            bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
            Ok(())
        }
    }

    #[test]
    fn records_sort_by_birth_and_customers_tell_nothing() {
        let random = Counting(9.into());
        let early = RecordId::fresh(Timestamp::from_unix_micros(1_000_000), &random).unwrap();
        let late = RecordId::fresh(Timestamp::from_unix_micros(2_000_000), &random).unwrap();
        assert!(early < late);
        assert_eq!(early.uuid().get_version_num(), 7);
        assert_eq!(CustomerId::fresh(&random).unwrap().uuid().get_version_num(), 4);
    }

    #[test]
    fn one_id_has_one_spelling() {
        let text = "0190b5a0-0000-7000-8000-00000000002a";
        assert_eq!(text.parse::<RecordId>().unwrap().to_string(), text);
        for refused in [
            "",
            "0190b5a0",
            "0190b5a000007000800000000000002a",
            "{0190b5a0-0000-7000-8000-00000000002a}",
            "urn:uuid:0190b5a0-0000-7000-8000-00000000002a",
            "0190b5a0-0000-7000-8000-00000000002g",
            " 0190b5a0-0000-7000-8000-00000000002a",
            "0190b5a0-0000-7000-8000-00000000002a ",
            "0190b5a0-0000-7000-80000-0000000002aa",
            "0190b5a0_0000_7000_8000_00000000002a",
        ] {
            assert!(refused.parse::<RecordId>().is_err(), "{refused}");
        }
    }

    #[test]
    fn an_error_never_repeats_what_it_was_given() {
        let error = "110101199003070000".parse::<CustomerId>().unwrap_err().to_string();
        assert_eq!(
            error,
            "expected a customer id as a UUID of 36 characters, found 18 bytes of another form"
        );
    }
}
