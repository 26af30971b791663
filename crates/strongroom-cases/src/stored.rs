//! The stored form: canonical JSON with a version. `docs/format.md` describes it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned, de::Error as _};

/// The longest encoded case, in bytes. The limits of each machine keep every case below it.
pub const CASE_BYTES_MAX: usize = 98_304;

/// The version that this release writes, and the only one it reads.
const VERSION: u64 = 0;

/// A case could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// Longer than [`CASE_BYTES_MAX`].
    #[error("an encoded case has at most {CASE_BYTES_MAX} bytes, this one has {0}")]
    Bytes(usize),
    /// A promise inside this crate was broken.
    #[error("a case could not be written as JSON")]
    Json(#[source] serde_json::Error),
}

/// Stored bytes are not a case. Nothing of their content is repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Longer than [`CASE_BYTES_MAX`].
    #[error("an encoded case has at most {CASE_BYTES_MAX} bytes, this one has {0}")]
    Bytes(usize),
    /// The parts contradict each other, so no step of a case can have led there.
    #[error("the stored case contradicts itself: {0}")]
    Inconsistent(&'static str),
    /// Not JSON of the expected members.
    #[error("the stored case is malformed at line {line}, column {column}")]
    Malformed {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// A second spelling of the same case. One case has one encoding.
    #[error("the stored case is not in its canonical form")]
    NotCanonical,
    /// Written by another release.
    #[error("the stored case has version {0}, and only version {VERSION} is known")]
    UnknownVersion(u64),
}

/// The member `version`: written as 0, refused otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Version;

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(VERSION)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            VERSION => Ok(Self),
            _ => Err(D::Error::custom("unknown version")),
        }
    }
}

/// A record of a case's members, which becomes a case if it does not contradict itself.
pub(crate) trait Record: DeserializeOwned + Serialize {
    /// What is wrong, if anything.
    fn check(&self) -> Result<(), &'static str>;
}

pub(crate) fn encode<R: Record>(record: &R) -> Result<Vec<u8>, EncodeError> {
    debug_assert_eq!(record.check(), Ok(()), "a step led to a case that could not be read back");
    let bytes = serde_json::to_vec(record).map_err(EncodeError::Json)?;
    if bytes.len() > CASE_BYTES_MAX {
        return Err(EncodeError::Bytes(bytes.len()));
    }
    Ok(bytes)
}

pub(crate) fn decode<R: Record>(bytes: &[u8]) -> Result<R, DecodeError> {
    #[derive(Deserialize)]
    struct Head {
        version: u64,
    }

    if bytes.len() > CASE_BYTES_MAX {
        return Err(DecodeError::Bytes(bytes.len()));
    }
    // The version first: of another version, nothing else can be said.
    let head: Head = serde_json::from_slice(bytes).map_err(|e| malformed(&e))?;
    if head.version != VERSION {
        return Err(DecodeError::UnknownVersion(head.version));
    }
    let record: R = serde_json::from_slice(bytes).map_err(|e| malformed(&e))?;
    record.check().map_err(DecodeError::Inconsistent)?;
    if serde_json::to_vec(&record).map_err(|e| malformed(&e))? != bytes {
        return Err(DecodeError::NotCanonical);
    }
    Ok(record)
}

// SECURITY: only the place is kept; a JSON error's text may quote what was stored.
fn malformed(error: &serde_json::Error) -> DecodeError {
    DecodeError::Malformed { line: error.line(), column: error.column() }
}

/// `encode`, `decode` and serde for a case that wraps its record.
macro_rules! stored {
    ($name:ident, $record:ident) => {
        impl $name {
            /// The stored form: canonical JSON, described in `docs/format.md`.
            pub fn encode(&self) -> Result<Vec<u8>, $crate::EncodeError> {
                $crate::stored::encode(&self.0)
            }

            /// Reads the stored form. Refuses other versions, unknown members, second spellings and cases
            /// that contradict themselves.
            pub fn decode(bytes: &[u8]) -> Result<Self, $crate::DecodeError> {
                $crate::stored::decode::<$record>(bytes).map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let record = $record::deserialize(deserializer)?;
                $crate::stored::Record::check(&record).map_err(serde::de::Error::custom)?;
                Ok(Self(record))
            }
        }
    };
}
pub(crate) use stored;

/// A civil date as `2026-11-22`.
pub(crate) mod date {
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};
    use time::{Date, format_description::BorrowedFormatItem, macros::format_description};

    const FORMAT: &[BorrowedFormatItem<'static>] = format_description!("[year]-[month]-[day]");

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(crate) fn serialize<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&date.format(FORMAT).map_err(serde::ser::Error::custom)?)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        let text = String::deserialize(deserializer)?;
        Date::parse(&text, FORMAT).map_err(|_| D::Error::custom("expected a date such as `2026-11-22`"))
    }

    pub(crate) mod optional {
        use serde::{Deserialize, Deserializer, Serializer};
        use time::Date;

        #[derive(Deserialize)]
        #[serde(transparent)]
        struct Written(#[serde(with = "super")] Date);

        #[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
        pub(crate) fn serialize<S: Serializer>(
            date: &Option<Date>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            match date {
                Some(date) => super::serialize(date, serializer),
                None => serializer.serialize_none(),
            }
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Date>, D::Error> {
            Ok(Option::<Written>::deserialize(deserializer)?.map(|written| written.0))
        }
    }
}

/// The verb does not fit the state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{verb}` does not fit a case in state `{state}`; what fits: {}", listed(.allowed))]
pub struct WrongState {
    /// The state the case is in.
    pub state: &'static str,
    /// What was tried.
    pub verb: &'static str,
    /// What could have been tried.
    pub allowed: Vec<&'static str>,
}

fn listed(verbs: &[&str]) -> String {
    if verbs.is_empty() {
        return "nothing, the case is over".to_owned();
    }
    format!("`{}`", verbs.join("`, `"))
}
