//! The version at the head of a file that a host keeps.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Written as this number, and read only where it is this number.
///
/// It is the first member of a file, so that a file of another version is refused for that and not for what else is new.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Version<const KNOWN: u32>;

impl<const KNOWN: u32> Serialize for Version<KNOWN> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(KNOWN)
    }
}

impl<'de, const KNOWN: u32> Deserialize<'de> for Version<KNOWN> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            found if found == KNOWN => Ok(Self),
            found => Err(D::Error::custom(format!("unknown version {found}, expected {KNOWN}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_known_version_is_read() {
        assert_eq!(serde_json::to_string(&Version::<3>).unwrap(), "3");
        assert!(serde_json::from_str::<Version<3>>("3").is_ok());
        let error = serde_json::from_str::<Version<3>>("4").unwrap_err().to_string();
        assert!(error.starts_with("unknown version 4, expected 3"), "{error}");
        for other in ["\"3\"", "-3", "3.0", "null", "4294967299"] {
            assert!(serde_json::from_str::<Version<3>>(other).is_err(), "{other}");
        }
    }
}
