//! The schema as it is written.

use super::{FieldType, Title};
use crate::mask::MaskFile;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use strongroom_types::{FieldName, Kind, Purpose};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct SchemaFile {
    pub(super) version: u32,
    #[serde(default)]
    pub(super) levels: LevelsFile,
    pub(super) kinds: BTreeMap<Kind, KindFile>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected the name of a preset scale or a list of level names")]
pub(super) enum LevelsFile {
    Names(Vec<String>),
    Preset(String),
}

impl Default for LevelsFile {
    fn default() -> Self {
        Self::Preset("four".to_owned())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct KindFile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<Title>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) label: Option<LabelFile>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) retention: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) belongs_to: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) states: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) purposes: Vec<Purpose>,
    #[serde(default)]
    pub(super) fields: BTreeMap<FieldName, FieldFile>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct FieldFile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<Title>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) label: Option<LabelFile>,
    #[serde(default, rename = "type")]
    pub(super) field_type: FieldType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) values: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) mask: Option<MaskFile>,
    #[serde(default)]
    pub(super) index: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) purposes: Option<Vec<Purpose>>,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) retention: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) csv: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct LabelFile {
    pub(super) level: String,
    #[serde(default)]
    pub(super) categories: Vec<String>,
}
