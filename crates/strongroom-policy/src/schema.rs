//! The schema: which kinds of record there are, which fields they have, and how each is classified.

mod build;
mod file;

use crate::{Mask, error::ConfigError};
use file::SchemaFile;
use serde::{Deserialize, Serialize};
use std::fmt;
use strongroom_types::{FieldName, Kind, Label, LevelScale, Purpose};

/// The kind that stands for the vault itself: its log, keys and rules. No schema may define it.
pub const KIND_VAULT: &str = "vault";
/// The most kinds in a schema.
pub const KINDS_MAX: usize = 64;
/// The most fields in a kind.
pub const FIELDS_MAX: usize = 256;

/// What the records of a vault look like and how they are classified. Checked: every field has a label.
///
/// Serialises as the configuration that it was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SchemaFile", into = "SchemaFile")]
pub struct Schema {
    file: SchemaFile,
    scale: LevelScale,
    kinds: Vec<KindSchema>,
}

impl Schema {
    /// The number that the configuration gives itself.
    pub fn version(&self) -> u32 {
        self.file.version
    }

    /// The levels, the least sensitive first.
    pub fn scale(&self) -> &LevelScale {
        &self.scale
    }

    /// The kinds, by name.
    pub fn kinds(&self) -> impl Iterator<Item = &KindSchema> {
        self.kinds.iter()
    }

    /// The kind of this name.
    pub fn kind(&self, name: &Kind) -> Option<&KindSchema> {
        let at = self.kinds.binary_search_by(|kind| kind.name.cmp(name)).ok()?;
        self.kinds.get(at)
    }

    /// The label of a whole record: the join of the kind's and of all of its fields'.
    pub fn label_of(&self, name: &Kind) -> Option<Label> {
        let kind = self.kind(name)?;
        Some(kind.fields.iter().fold(kind.label, |label, field| label.join(field.label)))
    }

    /// What an import takes a column with this heading for: a field's name, title or alias, without regard to
    /// surrounding space or ASCII case; or the natural key of the record that records of this kind belong to.
    pub fn csv_column(&self, name: &Kind, header: &str) -> Option<Column<'_>> {
        let kind = self.kind(name)?;
        if let Some(field) = kind.fields.iter().find(|field| field.answers_to(header)) {
            return Some(Column::Field(field));
        }
        let parent = self.kind(kind.belongs_to.as_ref()?)?;
        let key = parent.field(parent.key.as_ref()?.as_str())?;
        key.answers_to(header).then_some(Column::Parent)
    }
}

/// What a column of a CSV file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column<'a> {
    /// Values of this field.
    Field(&'a FieldSchema),
    /// The natural key of the record that the row belongs to.
    Parent,
}

/// A name for people, in English and Chinese.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

/// What a field's values look like. Decides how a value is checked and how a blind index normalises it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldType {
    /// A decimal amount such as `-1234.50`, at most 18 digits before and 4 after the point.
    Amount,
    /// A civil date such as `1990-03-07`.
    Date,
    /// An email address.
    Email,
    /// An identifier: 1 to 64 characters without control characters.
    Id,
    /// A whole number of at most 18 digits.
    Number,
    /// A telephone number: 5 to 20 digits among spaces, dashes, dots, brackets and a leading plus.
    Phone,
    /// Any text without control characters other than tab and line ends.
    #[default]
    Text,
}

impl FieldType {
    /// The name in configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Amount => "amount",
            Self::Date => "date",
            Self::Email => "email",
            Self::Id => "id",
            Self::Number => "number",
            Self::Phone => "phone",
            Self::Text => "text",
        }
    }
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One kind of record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindSchema {
    name: Kind,
    title: Title,
    label: Label,
    retention: Option<String>,
    key: Option<FieldName>,
    belongs_to: Option<Kind>,
    states: Vec<String>,
    fields: Vec<FieldSchema>,
}

impl KindSchema {
    /// The name.
    pub fn name(&self) -> &Kind {
        &self.name
    }

    /// The name for people; the name itself where the schema gives none.
    pub fn title(&self) -> &Title {
        &self.title
    }

    /// The kind's own label, below which no record and no field of it lies.
    pub fn label(&self) -> Label {
        self.label
    }

    /// The retention class, which a retention schedule explains.
    pub fn retention(&self) -> Option<&str> {
        self.retention.as_deref()
    }

    /// The field that identifies a record in the outside world. Required in every record.
    pub fn key(&self) -> Option<&FieldName> {
        self.key.as_ref()
    }

    /// The kind that records of this kind belong to.
    pub fn belongs_to(&self) -> Option<&Kind> {
        self.belongs_to.as_ref()
    }

    /// The states of a record's life, the first one initial; empty where records have none.
    pub fn states(&self) -> &[String] {
        &self.states
    }

    /// The fields, by name.
    pub fn fields(&self) -> &[FieldSchema] {
        &self.fields
    }

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&FieldSchema> {
        let at = self.fields.binary_search_by(|field| field.name.as_str().cmp(name)).ok()?;
        self.fields.get(at)
    }
}

/// One field of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSchema {
    name: FieldName,
    title: Title,
    label: Label,
    field_type: FieldType,
    values: Vec<String>,
    mask: Option<Mask>,
    index: bool,
    purposes: Vec<Purpose>,
    required: bool,
    retention: Option<String>,
    csv: Vec<String>,
}

impl FieldSchema {
    /// The name.
    pub fn name(&self) -> &FieldName {
        &self.name
    }

    /// The name for people; the name itself where the schema gives none.
    pub fn title(&self) -> &Title {
        &self.title
    }

    /// The label: the field's own joined with its kind's.
    pub fn label(&self) -> Label {
        self.label
    }

    /// What its values look like.
    pub fn field_type(&self) -> FieldType {
        self.field_type
    }

    /// The only values that it may have; empty where any value of the type will do.
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// The mask that a mask obligation applies where it names none of its own. Without one, nothing is shown.
    pub fn mask(&self) -> Option<Mask> {
        self.mask
    }

    /// Whether records are found by its exact value.
    pub fn is_indexed(&self) -> bool {
        self.index
    }

    /// The purposes under which it shows, its own or else its kind's; empty where every purpose will do.
    pub fn purposes(&self) -> &[Purpose] {
        &self.purposes
    }

    /// Whether every record must have it.
    pub fn is_required(&self) -> bool {
        self.required
    }

    /// The retention class, its own or else its kind's.
    pub fn retention(&self) -> Option<&str> {
        self.retention.as_deref()
    }

    /// The column headings that an import accepts beside its name and titles.
    pub fn csv(&self) -> &[String] {
        &self.csv
    }

    fn headers(&self) -> impl Iterator<Item = &str> {
        let titles = [self.name.as_str(), &self.title.en, &self.title.zh];
        titles.into_iter().chain(self.csv.iter().map(String::as_str))
    }

    fn answers_to(&self, header: &str) -> bool {
        let header = header.trim().trim_start_matches('\u{feff}').trim();
        self.headers().any(|name| name.eq_ignore_ascii_case(header))
    }
}

impl TryFrom<SchemaFile> for Schema {
    type Error = ConfigError;

    fn try_from(file: SchemaFile) -> Result<Self, ConfigError> {
        Self::from_file(file)
    }
}

impl From<Schema> for SchemaFile {
    fn from(schema: Schema) -> Self {
        schema.file
    }
}
