//! What the generator made: enough for a test to know every row that an import must refuse, and no value of any.

use serde::Serialize;
use std::collections::BTreeMap;

/// Written as `manifest.json` beside the files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// The seed from which everything follows.
    pub seed: u64,
    /// Rows in `customers.csv`, sound or not.
    pub customers: u64,
    /// Rows in `contracts.csv`.
    pub contracts: u64,
    /// Each file by name.
    pub files: BTreeMap<&'static str, FileFacts>,
    /// What the text of each contract mentions, in the order of the rows.
    pub planted: Vec<Planted>,
}

/// One file of the sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileFacts {
    /// The record kind of its rows.
    pub kind: &'static str,
    /// The encoding, as the WHATWG names it.
    pub encoding: &'static str,
    /// Rows, the header not counted.
    pub rows: u64,
    /// Rows an import refuses under the sample schema, in order.
    pub malformed: Vec<BadRow>,
    /// Rows an import takes although one identifier in them is invalid, in order.
    pub invalid: Vec<BadRow>,
}

/// One bad row and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BadRow {
    /// The row, the first after the header being 1.
    pub row: u64,
    /// The line on which the row starts, the header being line 1. Values may hold line breaks.
    pub line: u64,
    /// What is wrong.
    #[serde(flatten)]
    pub fault: Fault,
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The field, by its name in the schema; none where the row as a whole is at fault.
    pub field: Option<&'static str>,
    /// Why.
    pub reason: Reason,
}

/// Why a row is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Malformed: not of the form that the field's type asks for; no such day in the calendar, say.
    BadForm,
    /// Invalid: the birth date inside the identifier is no day in the calendar; the check digit is right.
    BirthDate,
    /// Invalid: the check digit is wrong.
    CheckDigit,
    /// Malformed: a required value is empty.
    EmptyRequired,
    /// Malformed: more values than the header names.
    ExtraValue,
    /// Invalid: digits are missing.
    Length,
    /// Malformed: fewer values than the header names.
    MissingValue,
    /// Malformed: not one of the values that the schema lists.
    NotListed,
    /// Malformed: no customer has this number.
    UnknownCustomer,
}

impl Reason {
    /// Whether the row as such is at fault, and not only an identifier in it.
    pub const fn is_malformed(self) -> bool {
        match self {
            Self::BadForm
            | Self::EmptyRequired
            | Self::ExtraValue
            | Self::MissingValue
            | Self::NotListed
            | Self::UnknownCustomer => true,
            Self::BirthDate | Self::CheckDigit | Self::Length => false,
        }
    }
}

/// What the text of one contract mentions: for each entity of the scanner, how often at least.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Planted {
    /// The contract's number.
    pub contract: String,
    /// The language of the text.
    pub lang: &'static str,
    /// Entity names and counts.
    pub entities: BTreeMap<&'static str, u32>,
}
