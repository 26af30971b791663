//! Names of events, facts and detail fields.

use std::{borrow::Cow, fmt, str::FromStr};
use strongroom_types::{Action, FieldName, NAME_BYTES_MAX, NameError};

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident, $what:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// 1 to 64 bytes: a lower-case letter, then `a-z`, `0-9`, `_`, `-`, `.`, `:`. Names are words of a program or
        /// of its configuration, never data.
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Cow<'static, str>);

        impl $name {
            /// Checks a text and makes it a name.
            pub fn new(text: &str) -> Result<Self, NameError> {
                check($what, text)?;
                Ok(Self(Cow::Owned(text.to_owned())))
            }

            /// A name that stands in the program. Meant for constants, where a text that is no name stops the
            /// compilation.
            ///
            /// # Panics
            ///
            /// If the text is no name.
            pub const fn from_static(text: &'static str) -> Self {
                assert!(is_name(text), "a name starts with a-z and goes on with a-z, 0-9, `_`, `-`, `.` or `:`");
                Self(Cow::Borrowed(text))
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
    )*};
}

names! {
    /// What happened, such as `view` or `purge.intent`.
    EventName, "event name";
    /// The name of a fact or of a detail field, such as `certificate` or `address`.
    FactName, "fact name";
}

impl EventName {
    /// A purge of a customer is about to destroy keys.
    pub const PURGE_INTENT: Self = Self::from_static("purge.intent");
    /// A purge of a customer has ended.
    pub const PURGE_RESULT: Self = Self::from_static("purge.result");
}

impl From<Action> for EventName {
    fn from(action: Action) -> Self {
        Self(Cow::Borrowed(action.name()))
    }
}

impl From<&FieldName> for FactName {
    fn from(field: &FieldName) -> Self {
        Self(Cow::Owned(field.as_str().to_owned()))
    }
}

fn check(what: &'static str, text: &str) -> Result<(), NameError> {
    if is_name(text) {
        return Ok(());
    }
    if text.is_empty() {
        return Err(NameError::Empty { what });
    }
    if text.len() > NAME_BYTES_MAX {
        return Err(NameError::TooLong { what, bytes: text.len() });
    }
    Err(NameError::BadCharacter { what, name: text.to_owned() })
}

/// Whether a text is a name; the rule of every name in `strongroom-types`.
const fn is_name(text: &str) -> bool {
    let [b'a'..=b'z', rest @ ..] = text.as_bytes() else { return false };
    if text.len() > NAME_BYTES_MAX {
        return false;
    }
    let mut rest = rest;
    while let [first, after @ ..] = rest {
        if !matches!(first, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b':') {
            return false;
        }
        rest = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rule_of_the_shared_words() {
        let long = "x".repeat(65);
        for text in [
            "a",
            "view",
            "purge.intent",
            "a:b-c_9",
            &"x".repeat(64),
            "",
            "View",
            "1st",
            "_x",
            "a b",
            "a\n",
            "电话",
            &long,
        ] {
            assert_eq!(EventName::new(text).is_ok(), FieldName::new(text).is_ok(), "{text:?}");
            assert_eq!(FactName::new(text).is_ok(), FieldName::new(text).is_ok(), "{text:?}");
        }
        for action in Action::ALL {
            assert_eq!(EventName::from(*action), EventName::new(action.name()).unwrap());
        }
    }
}
