//! From the written schema to the checked one.

use super::file::{FieldFile, KindFile, LabelFile, LevelsFile, SchemaFile};
use super::{FIELDS_MAX, FieldSchema, FieldType, KIND_VAULT, KINDS_MAX, KindSchema, Schema, Title};
use crate::error::{ConfigError, ConfigProblem, Step};
use std::collections::BTreeMap;
use strongroom_types::{Categories, Category, FieldName, Kind, Label, LevelScale};

impl Schema {
    pub(crate) fn from_file(file: SchemaFile) -> Result<Self, ConfigError> {
        let scale = scale(&file)?;
        let mut build = Build { file: &file, scale: &scale, problems: Vec::new() };
        if file.version != 1 {
            let message = format!("this program reads schema version 1, not {}", file.version);
            build.refuse(&["version".into()], message);
        }
        if file.kinds.is_empty() || file.kinds.len() > KINDS_MAX {
            let message = format!("a schema has 1 to {KINDS_MAX} kinds, this one has {}", file.kinds.len());
            build.refuse(&["kinds".into()], message);
        }
        let kinds: Vec<_> = file.kinds.iter().map(|(name, kind)| build.kind(name, kind)).collect();
        ConfigError::unless_empty(build.problems)?;
        Ok(Self { file, scale, kinds })
    }
}

fn scale(file: &SchemaFile) -> Result<LevelScale, ConfigError> {
    let scale = match &file.levels {
        LevelsFile::Names(names) => LevelScale::new(names.iter().cloned()),
        LevelsFile::Preset(name) => LevelScale::preset(name),
    };
    scale.map_err(|error| ConfigProblem::new(vec!["levels".into()], error.to_string()).into())
}

struct Build<'a> {
    file: &'a SchemaFile,
    scale: &'a LevelScale,
    problems: Vec<ConfigProblem>,
}

impl Build<'_> {
    fn refuse(&mut self, path: &[Step], message: String) {
        self.problems.push(ConfigProblem::new(path.to_vec(), message));
    }

    fn unknown<'n>(
        &mut self,
        path: &[Step],
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let problem = ConfigProblem::new(path.to_vec(), format!("there is no {what} `{name}`"));
        self.problems.push(problem.meaning(name, known));
    }

    fn kind(&mut self, name: &Kind, file: &KindFile) -> KindSchema {
        let path: Vec<Step> = vec!["kinds".into(), name.as_str().into()];
        if name.as_str() == KIND_VAULT {
            self.refuse(&path, format!("the kind `{KIND_VAULT}` is the vault itself; choose another name"));
        }
        if file.fields.is_empty() || file.fields.len() > FIELDS_MAX {
            let message = format!("a kind has 1 to {FIELDS_MAX} fields, this one has {}", file.fields.len());
            self.refuse(&path, message);
        }
        let label = file.label.as_ref().map(|label| self.label(&join(&path, &["label"]), label));
        let fields: Vec<_> =
            file.fields.iter().filter_map(|(field, f)| self.field(&path, (file, label), field, f)).collect();
        self.kind_references(&path, name, file);
        self.headers(&path, &fields);
        KindSchema {
            name: name.clone(),
            title: title(file.title.as_ref(), name.as_str()),
            // Where the kind has no label each of its fields has one, or the schema is refused; no field lies below
            // the lowest of them.
            label: label.unwrap_or_else(|| Label {
                level: fields.iter().map(|field| field.label.level).min().unwrap_or_default(),
                categories: Categories::EMPTY,
            }),
            retention: file.retention.clone(),
            key: file.key.as_deref().and_then(|key| FieldName::new(key).ok()),
            belongs_to: file.belongs_to.as_deref().and_then(|kind| Kind::new(kind).ok()),
            states: file.states.clone(),
            fields,
        }
    }

    fn kind_references(&mut self, path: &[Step], name: &Kind, file: &KindFile) {
        if let Some(key) = &file.key {
            let path = join(path, &["key"]);
            match file.fields.get(key.as_str()) {
                None => self.unknown(&path, "field", key, file.fields.keys().map(FieldName::as_str)),
                Some(field) if !field.required => {
                    self.refuse(&path, format!("the key `{key}` must be `required = true`"));
                }
                Some(_) => {}
            }
        }
        if let Some(parent) = &file.belongs_to {
            let path = join(path, &["belongs-to"]);
            match self.file.kinds.get(parent.as_str()) {
                None => self.unknown(&path, "kind", parent, self.file.kinds.keys().map(Kind::as_str)),
                Some(_) if parent == name.as_str() => {
                    self.refuse(&path, "a kind cannot belong to itself".to_owned());
                }
                Some(kind) if kind.belongs_to.is_some() => {
                    self.refuse(&path, format!("`{parent}` belongs to another kind itself"));
                }
                Some(_) => {}
            }
        }
        if let Some(state) = repeated(file.states.iter().map(String::as_str)) {
            self.refuse(&join(path, &["states"]), format!("the state `{state}` is empty or listed twice"));
        }
    }

    fn field(
        &mut self,
        path: &[Step],
        (kind, kind_label): (&KindFile, Option<Label>),
        name: &FieldName,
        file: &FieldFile,
    ) -> Option<FieldSchema> {
        let path = join(path, &["fields", name.as_str()]);
        let own = file.label.as_ref().map(|label| self.label(&join(&path, &["label"]), label));
        let (Some(label), base) = (own.or(kind_label), kind_label.unwrap_or_default()) else {
            self.refuse(&path, "a field needs a `label`, its own or its kind's".to_owned());
            return None;
        };
        let mask = match file.mask.as_ref().map(|mask| mask.mask(&join(&path, &["mask"]))).transpose() {
            Ok(mask) => mask,
            Err(error) => {
                self.problems.extend(error.into_problems());
                None
            }
        };
        self.field_values(&path, file);
        Some(FieldSchema {
            name: name.clone(),
            title: title(file.title.as_ref(), name.as_str()),
            label: base.join(label),
            field_type: file.field_type,
            values: file.values.clone().unwrap_or_default(),
            mask,
            index: file.index,
            purposes: file.purposes.clone().unwrap_or_else(|| kind.purposes.clone()),
            required: file.required,
            retention: file.retention.clone().or_else(|| kind.retention.clone()),
            csv: file.csv.clone(),
        })
    }

    fn field_values(&mut self, path: &[Step], file: &FieldFile) {
        // An index tells equal values apart from others: with few distinct values, counting alone reveals them.
        let few = file.values.is_some() || file.field_type == FieldType::Date;
        if file.index && few {
            self.refuse(
                &join(path, &["index"]),
                "a field of few distinct values must not be indexed".to_owned(),
            );
        }
        if let Some(values) = &file.values {
            let path = join(path, &["values"]);
            if values.is_empty() {
                self.refuse(&path, "list at least one value, or leave `values` out".to_owned());
            }
            if let Some(value) = repeated(values.iter().map(String::as_str)) {
                self.refuse(&path, format!("the value `{value}` is empty or listed twice"));
            }
            if file.field_type != FieldType::Text {
                self.refuse(&path, "`values` go with `type = \"text\"` alone".to_owned());
            }
        }
        // An empty list would read as "no purpose" and mean "any".
        if file.purposes.as_ref().is_some_and(Vec::is_empty) {
            let message = "list at least one purpose, or leave `purposes` out".to_owned();
            self.refuse(&join(path, &["purposes"]), message);
        }
    }

    /// No column heading may stand for two fields.
    fn headers(&mut self, path: &[Step], fields: &[FieldSchema]) {
        let mut seen: BTreeMap<String, &FieldName> = BTreeMap::new();
        for field in fields {
            for header in field.headers() {
                let other = *seen.entry(header.trim().to_ascii_lowercase()).or_insert(&field.name);
                if *other != field.name {
                    let path = join(path, &["fields", field.name.as_str()]);
                    self.refuse(&path, format!("the column heading `{header}` already stands for `{other}`"));
                }
            }
        }
    }

    fn label(&mut self, path: &[Step], file: &LabelFile) -> Label {
        let level = self.scale.level(&file.level);
        if level.is_none() {
            self.unknown(&join(path, &["level"]), "level", &file.level, self.scale.names());
        }
        let mut categories = Vec::new();
        for (at, name) in file.categories.iter().enumerate() {
            if let Ok(category) = name.parse::<Category>() {
                categories.push(category);
            } else {
                let mut path = join(path, &["categories"]);
                path.push(at.into());
                self.unknown(&path, "data category", name, Category::ALL.iter().map(|c| c.name()));
            }
        }
        Label { level: level.unwrap_or_default(), categories: categories.into_iter().collect() }
    }
}

pub(super) fn join(path: &[Step], keys: &[&str]) -> Vec<Step> {
    path.iter().cloned().chain(keys.iter().map(|key| (*key).into())).collect()
}

fn title(title: Option<&Title>, name: &str) -> Title {
    title.cloned().unwrap_or_else(|| Title { en: name.to_owned(), zh: name.to_owned() })
}

/// A text that is empty or comes twice.
fn repeated<'a>(texts: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut seen = std::collections::BTreeSet::new();
    texts.into_iter().find(|text| text.is_empty() || !seen.insert(*text))
}
