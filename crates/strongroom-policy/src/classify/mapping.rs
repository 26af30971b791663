//! From the levels of one scale to those of another.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use strongroom_types::{Label, Level, LevelScale};

/// Which level of one scale stands for which of another. Order is kept: what is more sensitive stays so.
///
/// A mapping says how a house handles data that arrives under other names. Whether data is 重要数据 or 核心数据 in the sense of
/// the law, the authorities' catalogues decide (Data Security Law art. 21, GB/T 43697-2024), not a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "MappingFile", into = "MappingFile")]
pub struct LevelMapping {
    from: LevelScale,
    to: LevelScale,
    levels: Vec<Level>,
}

/// Why a table is no mapping.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MappingError {
    /// A level maps below one that is less sensitive.
    #[error("`{level}` must not map lower than the level before it")]
    Disorder {
        /// The level.
        level: String,
    },
    /// A level is missing, or stands there and the scale has no such level.
    #[error("the mapping has to name each level of its scale once, and `{level}` is missing or unknown")]
    Level {
        /// The level.
        level: String,
    },
    /// The names do not make a scale.
    #[error("{0}")]
    Scale(#[from] strongroom_types::ScaleError),
    /// There is no such mapping.
    #[error(
        "no mapping from `{from}` to `{to}` ships; there are mappings between `four`, `three` and `gbt-43697`"
    )]
    Unknown {
        /// From which preset.
        from: String,
        /// To which.
        to: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MappingFile {
    from: Vec<String>,
    to: Vec<String>,
    levels: BTreeMap<String, String>,
}

/// From, to, and for each level of the one its level in the other. Where a scale is coarser, the stricter level is taken
/// (就高从严).
const PRESETS: &[(&str, &str, &[&str])] = &[
    ("four", "three", &["普通", "普通", "重要", "机密"]),
    ("four", "gbt-43697", &["一般", "一般", "重要", "核心"]),
    ("three", "four", &["Internal", "Confidential", "Restricted"]),
    ("three", "gbt-43697", &["一般", "重要", "核心"]),
    ("gbt-43697", "four", &["Internal", "Confidential", "Restricted"]),
    ("gbt-43697", "three", &["普通", "重要", "机密"]),
];

impl LevelMapping {
    /// A mapping from each level of a scale, in order, to a level of another.
    ///
    /// # Errors
    /// [`MappingError`] where levels are missing or out of order.
    pub fn new<'a>(
        from: LevelScale,
        to: LevelScale,
        levels: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, MappingError> {
        let unknown = |level: &str| MappingError::Level { level: level.to_owned() };
        let mut ranks: Vec<Level> = Vec::new();
        let mut names = levels.into_iter();
        for name in from.names() {
            let target = names.next().ok_or_else(|| unknown(name))?;
            let level = to.level(target).ok_or_else(|| unknown(target))?;
            if ranks.last().is_some_and(|last| *last > level) {
                return Err(MappingError::Disorder { level: name.to_owned() });
            }
            ranks.push(level);
        }
        if let Some(more) = names.next() {
            return Err(unknown(more));
        }
        Ok(Self { from, to, levels: ranks })
    }

    /// A mapping between two presets: `four`, `three`, `gbt-43697`.
    ///
    /// # Errors
    /// [`MappingError::Unknown`].
    pub fn preset(from: &str, to: &str) -> Result<Self, MappingError> {
        let found = PRESETS.iter().find(|(a, b, _)| (*a, *b) == (from, to));
        let unknown = || MappingError::Unknown { from: from.to_owned(), to: to.to_owned() };
        let (_, _, levels) = found.ok_or_else(unknown)?;
        Self::new(LevelScale::preset(from)?, LevelScale::preset(to)?, levels.iter().copied())
    }

    /// The level on the other scale; the highest for a level that the scale does not have.
    pub fn level(&self, level: Level) -> Level {
        self.levels.get(usize::from(level.rank())).copied().unwrap_or_else(|| self.to.highest())
    }

    /// The label with its level on the other scale.
    pub fn label(&self, label: Label) -> Label {
        Label { level: self.level(label.level), ..label }
    }

    /// The scale that it maps to.
    pub fn to(&self) -> &LevelScale {
        &self.to
    }
}

impl TryFrom<MappingFile> for LevelMapping {
    type Error = MappingError;

    fn try_from(file: MappingFile) -> Result<Self, MappingError> {
        let unknown = |level: &String| MappingError::Level { level: level.clone() };
        if let Some(level) = file.levels.keys().find(|level| !file.from.contains(level)) {
            return Err(unknown(level));
        }
        let levels = file.from.iter().map(|level| file.levels.get(level).ok_or_else(|| unknown(level)));
        let levels = levels.collect::<Result<Vec<_>, _>>()?;
        let scale = |names: &[String]| LevelScale::new(names.iter().cloned());
        Self::new(scale(&file.from)?, scale(&file.to)?, levels.into_iter().map(String::as_str))
    }
}

impl From<LevelMapping> for MappingFile {
    fn from(mapping: LevelMapping) -> Self {
        let name = |level: &Level| mapping.to.name(*level).unwrap_or_default().to_owned();
        let levels = mapping.from.names().map(str::to_owned).zip(mapping.levels.iter().map(name)).collect();
        let names = |scale: &LevelScale| scale.names().map(str::to_owned).collect();
        Self { from: names(&mapping.from), to: names(&mapping.to), levels }
    }
}
