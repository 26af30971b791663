//! Names that come from configuration: kinds, fields, roles, purposes, zones, rules.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Borrow, fmt, str::FromStr, sync::Arc};

/// The longest name, in bytes.
pub const NAME_BYTES_MAX: usize = 64;

/// Why a text is not a name. Names are configuration, so the error may quote them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// The text is empty.
    #[error("a {what} must not be empty")]
    Empty {
        /// What was to be named.
        what: &'static str,
    },
    /// The text is longer than [`NAME_BYTES_MAX`].
    #[error("a {what} has at most {NAME_BYTES_MAX} bytes, this one has {bytes}")]
    TooLong {
        /// What was to be named.
        what: &'static str,
        /// How long the text was.
        bytes: usize,
    },
    /// A character that names do not have.
    #[error(
        "`{name}` is no {what}: it starts with a lower-case letter a-z and goes on with a-z, 0-9, `_`, `-`, `.` or `:`"
    )]
    BadCharacter {
        /// What was to be named.
        what: &'static str,
        /// The refused text.
        name: String,
    },
}

fn check(what: &'static str, text: &str) -> Result<(), NameError> {
    let Some(first) = text.chars().next() else { return Err(NameError::Empty { what }) };
    if text.len() > NAME_BYTES_MAX {
        return Err(NameError::TooLong { what, bytes: text.len() });
    }
    let rest = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.' | ':');
    if first.is_ascii_lowercase() && text.chars().all(rest) {
        return Ok(());
    }
    Err(NameError::BadCharacter { what, name: text.to_owned() })
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident, $what:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// 1 to [`NAME_BYTES_MAX`] bytes: a lower-case letter, then `a-z`, `0-9`, `_`, `-`, `.`, `:`. Cheap to clone.
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks a text and makes it a name.
            pub fn new(text: &str) -> Result<Self, NameError> {
                check($what, text)?;
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

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
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
    /// The name of a field of a record kind, such as `phone`.
    FieldName, "field name";
    /// The name of a record kind, such as `customer`.
    Kind, "record kind";
    /// Why somebody looks, such as `service`: the purpose that consent and policy speak of.
    Purpose, "purpose";
    /// The name of a role, such as `sales`.
    RoleName, "role name";
    /// The stable id of a rule, grant, deny or retention rule, such as `sales-own-contracts`.
    RuleId, "rule id";
    /// A code for where a request comes from, such as `office-shanghai`; never a network address.
    Zone, "zone";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_accepted_or_refused() {
        for accepted in ["a", "phone", "tax_id", "cn-2026.1", "pipl:47", &"x".repeat(64)] {
            assert_eq!(FieldName::new(accepted).unwrap().as_str(), accepted);
        }
        for refused in
            ["", "Phone", "1st", "_x", "-x", "a b", "a/b", "电话", "a\n", "a\0", "é", &"x".repeat(65)]
        {
            assert!(FieldName::new(refused).is_err(), "{refused:?}");
        }
    }
}
