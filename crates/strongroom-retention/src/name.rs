//! Names that retention rules speak in: classes, events, reasons, guarantees.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Borrow, fmt, str::FromStr, sync::Arc};
use strongroom_types::{Kind, NameError};

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// 1 to 64 bytes: a lower-case letter, then `a-z`, `0-9`, `_`, `-`, `.`, `:`. Cheap to clone.
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks a text and makes it a name.
            pub fn new(text: &str) -> Result<Self, NameError> {
                check(stringify!($name), text)?;
                Ok(Self(text.into()))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::new(&text).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

names! {
    /// A retention class, such as `contract` or `customer-basic`: what rules are about.
    ClassName;
    /// An event that starts a period, such as `account-closed`: a fact that the host records in its log.
    EventName;
    /// What a key store promises about a destroyed key, such as `local-keyring` or `non-exportable`.
    GuaranteeCode;
    /// Why something is held or disposed of, such as `customer-exit` or `litigation`. A code, never free text.
    ReasonCode;
}

/// The grammar of names is the one that the shared words have; only what is named differs.
fn check(type_name: &'static str, text: &str) -> Result<(), NameError> {
    let what = match type_name {
        "ClassName" => "retention class",
        "EventName" => "trigger event",
        "GuaranteeCode" => "guarantee code",
        _ => "reason code",
    };
    match Kind::new(text) {
        Ok(_) => Ok(()),
        Err(NameError::TooLong { bytes, .. }) => Err(NameError::TooLong { what, bytes }),
        Err(NameError::BadCharacter { name, .. }) => Err(NameError::BadCharacter { what, name }),
        Err(_) => Err(NameError::Empty { what }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_accepted_or_refused() {
        for accepted in ["contract", "customer-basic", "cn:47"] {
            assert_eq!(ClassName::new(accepted).unwrap().as_str(), accepted);
        }
        for refused in ["", "Contract", "合同", "a b", &"x".repeat(65)] {
            assert!(EventName::new(refused).is_err(), "{refused}");
        }
        assert_eq!(EventName::new("").unwrap_err().to_string(), "a trigger event must not be empty");
    }
}
