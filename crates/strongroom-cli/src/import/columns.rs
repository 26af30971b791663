//! Which column holds what, as the schema has it.

use strongroom::policy::{Column, FieldSchema, KindSchema, Schema};
use strongroom_types::{FieldName, Kind};

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slot {
    Field(FieldName),
    /// The key of the customer that the row belongs to.
    Parent,
}

/// The columns of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) slots: Vec<Slot>,
    /// The parent's key field, where rows name their customer.
    pub(super) parent_key: Option<FieldName>,
}

/// Why the first row of a file is no heading for the kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum HeadingError {
    /// The schema has no such kind.
    #[error("the schema has no kind `{0}`")]
    UnknownKind(Kind),
    /// There is no first row.
    #[error("the file has no heading row")]
    Empty,
    /// Not one heading is known, so that the row is likely data; it is not repeated here.
    #[error(
        "none of the {count} headings is known, as when a file has no heading row; `{kind}` takes:\n{}",
        accepted.join("\n")
    )]
    NoneKnown {
        /// How many there are.
        count: usize,
        /// The kind.
        kind: Kind,
        /// What would be known.
        accepted: Vec<String>,
    },
    /// Some headings are not known.
    #[error("unknown headings {}; `{kind}` takes:\n{}", quoted(headings), accepted.join("\n"))]
    Unknown {
        /// Which.
        headings: Vec<String>,
        /// The kind.
        kind: Kind,
        /// What would be known.
        accepted: Vec<String>,
    },
    /// Two columns for one field.
    #[error("two columns are for `{0}`")]
    Twice(String),
    /// A column that every row needs is not there.
    #[error("no column for {}, which every `{kind}` needs", quoted(fields))]
    Missing {
        /// Which.
        fields: Vec<String>,
        /// The kind.
        kind: Kind,
    },
}

impl Columns {
    pub(super) fn of(schema: &Schema, kind: &Kind, headings: &[&str]) -> Result<Self, HeadingError> {
        let kind_schema = schema.kind(kind).ok_or_else(|| HeadingError::UnknownKind(kind.clone()))?;
        let parent = parent_key(schema, kind_schema);
        if headings.iter().all(|heading| heading.trim().is_empty()) {
            return Err(HeadingError::Empty);
        }
        let mut slots = Vec::with_capacity(headings.len());
        let mut unknown = Vec::new();
        for heading in headings {
            match schema.csv_column(kind, heading) {
                Some(Column::Field(field)) => slots.push(Slot::Field(field.name().clone())),
                Some(Column::Parent) => slots.push(Slot::Parent),
                None => unknown.push((*heading).to_owned()),
            }
        }
        if !unknown.is_empty() {
            let accepted = accepted(kind_schema, parent);
            let kind = kind.clone();
            return Err(if slots.is_empty() {
                HeadingError::NoneKnown { count: unknown.len(), kind, accepted }
            } else {
                HeadingError::Unknown { headings: unknown, kind, accepted }
            });
        }
        for (at, slot) in slots.iter().enumerate() {
            if slots.iter().skip(at.saturating_add(1)).any(|other| other == slot) {
                return Err(HeadingError::Twice(match slot {
                    Slot::Field(field) => field.as_str().to_owned(),
                    Slot::Parent => parent.map(|key| key.name().as_str().to_owned()).unwrap_or_default(),
                }));
            }
        }
        let required = kind_schema.fields().iter().filter(|field| field.is_required());
        let mut missing: Vec<String> = required
            .filter(|field| !slots.contains(&Slot::Field(field.name().clone())))
            .map(|field| field.name().as_str().to_owned())
            .collect();
        if let Some(key) = parent.filter(|_| !slots.contains(&Slot::Parent)) {
            missing.push(key.name().as_str().to_owned());
        }
        if !missing.is_empty() {
            return Err(HeadingError::Missing { fields: missing, kind: kind.clone() });
        }
        Ok(Self { slots, parent_key: parent.map(|key| key.name().clone()) })
    }
}

/// The field of the parent kind by which rows name whose they are.
fn parent_key<'s>(schema: &'s Schema, kind: &KindSchema) -> Option<&'s FieldSchema> {
    let parent = schema.kind(kind.belongs_to()?)?;
    parent.field(parent.key()?.as_str())
}

/// One line per field: its name and what else it is called.
fn accepted(kind: &KindSchema, parent: Option<&FieldSchema>) -> Vec<String> {
    let fields = parent.into_iter().chain(kind.fields());
    fields
        .map(|field| {
            let title = field.title();
            let mut names = vec![field.name().as_str()];
            for name in
                [title.en.as_str(), &title.zh].into_iter().chain(field.csv().iter().map(String::as_str))
            {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            format!("  {}", names.join(" | "))
        })
        .collect()
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
