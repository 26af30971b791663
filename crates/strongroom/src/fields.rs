//! The values of a record in the clear.

use std::{collections::BTreeMap, fmt};
use strongroom_types::FieldName;
use zeroize::Zeroizing;

/// Field values in the clear, as a host hands them in. Wiped when dropped; printing shows names only.
#[derive(Default, Clone)]
pub struct Fields(BTreeMap<FieldName, Zeroizing<String>>);

impl Fields {
    /// No values.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a value.
    #[must_use]
    pub fn with(mut self, field: FieldName, value: impl Into<String>) -> Self {
        self.set(field, value);
        self
    }

    /// Sets a value.
    pub fn set(&mut self, field: FieldName, value: impl Into<String>) {
        self.0.insert(field, Zeroizing::new(value.into()));
    }

    /// Removes a value.
    pub fn remove(&mut self, field: &FieldName) {
        self.0.remove(field);
    }

    /// The value of a field.
    pub fn value(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(|value| value.as_str())
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&FieldName, &str)> {
        self.0.iter().map(|(name, value)| (name, value.as_str()))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<V: Into<String>> FromIterator<(FieldName, V)> for Fields {
    fn from_iter<I: IntoIterator<Item = (FieldName, V)>>(iter: I) -> Self {
        let mut fields = Self::new();
        for (name, value) in iter {
            fields.set(name, value);
        }
        fields
    }
}
