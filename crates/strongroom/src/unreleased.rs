//! Opened data, and the only ways out of it.

use crate::{Error, Fields, row::HEAD_FIELD, row::Head};
use serde::Serialize;
use std::fmt;
use strongroom_envelope::OpenedRecord;
use strongroom_policy::{Projected, Projection};
use strongroom_types::{ActorId, CustomerId, FieldName, Kind, Label, RecordId};

/// A record in the clear that nobody has seen yet.
///
/// SECURITY: private on purpose. It leaves as a [`View`], through the projection of a cleared permit, or is sealed
/// again under the next version. There is no accessor that answers its bytes to a caller of the vault.
pub(crate) struct Unreleased {
    pub(crate) record: RecordId,
    pub(crate) head: Head,
    fields: Fields,
    /// The sealed header of a document's chunks, where the record is one.
    document: Option<Vec<u8>>,
}

/// Under this name a document's header lies beside its fields. No schema can have it.
pub(crate) const DOCUMENT_FIELD: &str = "strongroom:document";

impl Unreleased {
    /// Takes an opened record, once its sealed head equals the head beside it.
    pub(crate) fn new(record: RecordId, head: Head, opened: &OpenedRecord) -> Result<Self, Error> {
        let mut fields = Fields::new();
        let (mut document, mut sealed_head) = (None, None);
        for (name, value) in opened.iter() {
            match name.as_str() {
                HEAD_FIELD => sealed_head = Some(value),
                DOCUMENT_FIELD => document = Some(value.to_vec()),
                _ => {
                    let text = std::str::from_utf8(value).map_err(|_| Error::Tampered { what: "a field" })?;
                    fields.set(name.clone(), text);
                }
            }
        }
        // SECURITY: owner, state and label decide who may read; they must be those that were sealed.
        if sealed_head != Some(head.encode().as_slice()) {
            return Err(Error::Tampered { what: "the head of a record" });
        }
        Ok(Self { record, head, fields, document })
    }

    /// What the permit behind `projection` lets its holder see.
    pub(crate) fn project(&self, projection: &Projection<'_>) -> View {
        let fields = self
            .fields
            .iter()
            .map(|(name, value)| {
                let shown = match projection.project(name.as_str(), value) {
                    Projected::Clear(text) => Shown::Clear(text.to_owned()),
                    Projected::Masked(text) => Shown::Masked(text),
                    Projected::Redacted => Shown::Redacted,
                };
                (name.clone(), shown)
            })
            .collect();
        View {
            record: self.record,
            customer: self.head.customer,
            kind: self.head.kind.clone(),
            version: self.head.version,
            owner: self.head.owner,
            state: self.head.state.clone(),
            label: self.head.label,
            fields,
        }
    }

    /// The fields, to be sealed again.
    pub(crate) fn into_parts(self) -> (Head, Fields, Option<Vec<u8>>) {
        (self.head, self.fields, self.document)
    }

    pub(crate) fn document(&self) -> Option<&[u8]> {
        self.document.as_deref()
    }
}

impl fmt::Debug for Unreleased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unreleased({})", self.record)
    }
}

/// What a viewer sees of one field.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "as", content = "value", rename_all = "kebab-case")]
pub enum Shown {
    /// The value.
    Clear(String),
    /// A masked form of it.
    Masked(String),
    /// That there is one.
    Redacted,
}

// What is printed for debugging ends up in files of the host.
impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clear(_) => "Clear",
            Self::Masked(_) => "Masked",
            Self::Redacted => "Redacted",
        })
    }
}

impl Shown {
    /// The text that may be shown, `None` where it is redacted.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Clear(text) | Self::Masked(text) => Some(text),
            Self::Redacted => None,
        }
    }
}

/// A record as its viewer may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct View {
    /// Which record.
    pub record: RecordId,
    /// Whose.
    pub customer: CustomerId,
    /// Of which kind.
    pub kind: Kind,
    /// Which version of it; an update names it.
    pub version: u64,
    /// Whose it is within the house.
    pub owner: Option<ActorId>,
    /// Its state, where the kind has states.
    pub state: Option<String>,
    /// How sensitive it is.
    pub label: Label,
    /// What is shown, by field.
    #[serde(serialize_with = "as_map")]
    pub fields: Vec<(FieldName, Shown)>,
}

fn as_map<S: serde::Serializer>(fields: &[(FieldName, Shown)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(fields.iter().map(|(name, shown)| (name, shown)))
}

impl View {
    /// What is shown of a field.
    pub fn field(&self, name: &str) -> Option<&Shown> {
        self.fields.iter().find(|(field, _)| field.as_str() == name).map(|(_, shown)| shown)
    }
}
