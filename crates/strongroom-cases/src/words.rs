//! Closed lists of words and short configured names: one spelling each.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};
use strongroom_types::RuleId;

/// The text is not one of the words that are expected here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected as {what} one of `{}`", .expected.join("`, `"))]
pub struct UnknownWord {
    /// What was to be named.
    pub what: &'static str,
    /// The words there are.
    pub expected: Vec<&'static str>,
}

macro_rules! words {
    ($(#[$meta:meta])* $name:ident, $what:literal { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// Every one, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word, as stored and as people read it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;

            fn from_str(text: &str) -> Result<Self, $crate::UnknownWord> {
                Self::ALL.iter().copied().find(|word| word.name() == text).ok_or_else(|| $crate::UnknownWord {
                    what: $what,
                    expected: Self::ALL.iter().map(|word| word.name()).collect(),
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use words;

/// The text is not a name. Names are configuration, but the text may be anything, so it is not quoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a {what} has 1 to 64 bytes: a lower-case letter a-z, then a-z, 0-9, `_`, `-`, `.` or `:`; found {bytes} bytes of another form"
)]
pub struct CodeError {
    what: &'static str,
    bytes: usize,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident, $what:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// 1 to 64 bytes: a lower-case letter, then `a-z`, `0-9`, `_`, `-`, `.`, `:`. Cheap to clone.
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        // One alphabet for every name of the project; the rule's own words never show.
        pub struct $name(RuleId);

        impl $name {
            /// Checks a text and makes it a name.
            pub fn new(text: &str) -> Result<Self, CodeError> {
                RuleId::new(text).map(Self).map_err(|_| CodeError { what: $what, bytes: text.len() })
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = CodeError;

            fn from_str(text: &str) -> Result<Self, CodeError> {
                Self::new(text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

codes! {
    /// One duty out of a contract, such as `first-delivery`.
    ObligationName, "obligation name";
    /// One place that must be cleared when a customer leaves, such as `mailbox` or `backup:weekly`.
    TargetName, "target name";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ApprovalVerb, ContractVerb, ExitReason, ExitTrigger, ExitVerb, RefusalReason, SignatureMethod,
    };

    #[test]
    fn every_word_is_found_by_its_one_spelling() {
        fn check<W: FromStr + Copy + PartialEq + fmt::Debug + fmt::Display>(all: &[W]) {
            for word in all {
                assert!(word.to_string().parse::<W>().is_ok_and(|found| found == *word));
                assert!(word.to_string().to_uppercase().parse::<W>().is_err());
            }
            assert!("".parse::<W>().is_err());
        }
        check(ApprovalVerb::ALL);
        check(ContractVerb::ALL);
        check(ExitReason::ALL);
        check(ExitTrigger::ALL);
        check(ExitVerb::ALL);
        check(RefusalReason::ALL);
        check(SignatureMethod::ALL);
    }

    #[test]
    fn an_error_lists_what_there_is_and_never_repeats_what_was_given() {
        let error = "张三说太贵".parse::<ExitTrigger>().unwrap_err().to_string();
        assert_eq!(error, "expected as exit trigger one of `automatic`, `manual`, `staff-leaves`");
        assert!(!TargetName::new("张三").unwrap_err().to_string().contains('张'));
        for refused in ["", "Mailbox", "1st", "a b", "a/b", &"x".repeat(65)] {
            assert!(TargetName::new(refused).is_err(), "{refused:?}");
        }
        assert_eq!(ObligationName::new(&"x".repeat(64)).unwrap().as_str().len(), 64);
    }
}
