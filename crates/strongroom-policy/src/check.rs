//! Whether a record fits the schema. Problems name fields and never quote a value.

use crate::schema::{FieldSchema, FieldType, Schema};
use std::{collections::BTreeSet, fmt};
use strongroom_types::Kind;

/// The longest value of a field, in bytes.
pub const VALUE_BYTES_MAX: usize = 65_536;

/// One thing that is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {reason}")]
pub struct RecordProblem {
    /// The field, or the kind where there is no such kind.
    pub field: String,
    /// What is wrong with it.
    pub reason: RecordFault,
}

/// What is wrong with a field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordFault {
    /// The value is not of the field's type.
    BadForm(FieldType),
    /// The field comes twice.
    Duplicate,
    /// The field is required and absent or empty.
    Missing,
    /// The value is not among those that the schema lists.
    NotListed,
    /// The value is longer than [`VALUE_BYTES_MAX`].
    TooLong,
    /// The kind has no such field.
    UnknownField,
    /// The schema has no such kind.
    UnknownKind,
}

impl fmt::Display for RecordFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadForm(FieldType::Amount) => f.write_str("is no decimal amount such as `1234.50`"),
            Self::BadForm(FieldType::Date) => f.write_str("is no date of the form `YYYY-MM-DD`"),
            Self::BadForm(FieldType::Email) => f.write_str("is no email address"),
            Self::BadForm(FieldType::Id) => {
                f.write_str("is no identifier of 1 to 64 characters without control characters")
            }
            Self::BadForm(FieldType::Number) => f.write_str("is no whole number of at most 18 digits"),
            Self::BadForm(FieldType::Phone) => f.write_str("is no telephone number of 5 to 20 digits"),
            Self::BadForm(FieldType::Text) => f.write_str("has control characters"),
            Self::Duplicate => f.write_str("comes twice"),
            Self::Missing => f.write_str("is required"),
            Self::NotListed => f.write_str("is none of the values that the schema lists"),
            Self::TooLong => write!(f, "is longer than {VALUE_BYTES_MAX} bytes"),
            Self::UnknownField => f.write_str("is no field of this kind"),
            Self::UnknownKind => f.write_str("is no kind of the schema"),
        }
    }
}

impl Schema {
    /// Whether a record of `kind` with these fields fits: known fields, each once, the required ones present, every
    /// value of its type. An empty value counts as absent.
    ///
    /// On failure, every problem; none quotes a value.
    pub fn check_record<'a>(
        &self,
        kind: &Kind,
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<(), Vec<RecordProblem>> {
        let Some(schema) = self.kind(kind) else {
            return Err(vec![RecordProblem {
                field: kind.as_str().to_owned(),
                reason: RecordFault::UnknownKind,
            }]);
        };
        let mut problems = Vec::new();
        let mut refuse =
            |field: &str, reason| problems.push(RecordProblem { field: field.to_owned(), reason });
        let (mut seen, mut present) = (BTreeSet::new(), BTreeSet::new());
        for (name, value) in fields {
            if !seen.insert(name) {
                refuse(name, RecordFault::Duplicate);
            }
            match schema.field(name) {
                None => refuse(name, RecordFault::UnknownField),
                Some(_) if value.is_empty() => {}
                Some(field) => {
                    present.insert(name);
                    if let Some(fault) = fault(field, value) {
                        refuse(name, fault);
                    }
                }
            }
        }
        for field in schema.fields().iter().filter(|field| field.is_required()) {
            if !present.contains(field.name().as_str()) {
                refuse(field.name().as_str(), RecordFault::Missing);
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

fn fault(field: &FieldSchema, value: &str) -> Option<RecordFault> {
    if value.len() > VALUE_BYTES_MAX {
        return Some(RecordFault::TooLong);
    }
    if !field.values().is_empty() {
        return (!field.values().iter().any(|listed| listed == value)).then_some(RecordFault::NotListed);
    }
    let fits = match field.field_type() {
        FieldType::Amount => is_amount(value),
        FieldType::Date => is_date(value),
        FieldType::Email => is_email(value),
        FieldType::Id => value.chars().count() <= 64 && !value.chars().any(char::is_control),
        FieldType::Number => is_digits(value.strip_prefix('-').unwrap_or(value), 18),
        FieldType::Phone => is_phone(value),
        FieldType::Text => !value.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')),
    };
    (!fits).then_some(RecordFault::BadForm(field.field_type()))
}

fn is_digits(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_amount(value: &str) -> bool {
    let value = value.strip_prefix('-').unwrap_or(value);
    match value.split_once('.') {
        Some((whole, part)) => is_digits(whole, 18) && is_digits(part, 4),
        None => is_digits(value, 18),
    }
}

fn is_date(value: &str) -> bool {
    let mut parts = value.split('-');
    let mut number = |digits: usize| {
        parts.next().filter(|part| part.len() == digits && is_digits(part, digits))?.parse::<u16>().ok()
    };
    let (Some(year), Some(month), Some(day)) = (number(4), number(2), number(2)) else { return false };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    year > 0 && (1..=days).contains(&day) && parts.next().is_none()
}

/// Roughly: one `@`, something before it, a dotted domain after it, no space. Who answers there only a mail can tell.
fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.split_once('@') else { return false };
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '@' | ',' | ';' | '<' | '>');
    (1..=64).contains(&local.len())
        && value.len() <= 254
        && !value.replacen('@', "", 1).contains(odd)
        && domain.split('.').count() >= 2
        && domain.split('.').all(|part| !part.is_empty())
}

fn is_phone(value: &str) -> bool {
    let rest = value.strip_prefix('+').unwrap_or(value);
    let digits = rest.bytes().filter(u8::is_ascii_digit).count();
    (5..=20).contains(&digits)
        && rest.len() <= 40
        && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')'))
}
