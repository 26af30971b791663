//! Classification labels: a level and a set of categories, and their join.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// How sensitive: a rank in a [`LevelScale`], 0 the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Level(u8);

impl Level {
    /// The level of this rank. Whether a scale has it, [`LevelScale::name`] tells.
    pub const fn from_rank(rank: u8) -> Self {
        Self(rank)
    }

    /// The rank, 0 the least sensitive.
    pub const fn rank(self) -> u8 {
        self.0
    }
}

/// Why names do not make a scale.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScaleError {
    /// Fewer than 2 or more than 16 levels.
    #[error("a scale has 2 to 16 levels, this one has {0}")]
    Count(usize),
    /// Two levels of one name, or an empty name.
    #[error("level names must differ and not be empty: `{0}`")]
    Name(String),
    /// No preset is called so.
    #[error("`{0}` is no preset scale; there are `four`, `three` and `gbt-43697`")]
    Preset(String),
}

/// An ordered list of 2 to 16 level names, the least sensitive first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelScale(Vec<String>);

impl LevelScale {
    /// A scale of these names, the least sensitive first.
    pub fn new<I: IntoIterator<Item = S>, S: Into<String>>(names: I) -> Result<Self, ScaleError> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        if !(2..=16).contains(&names.len()) {
            return Err(ScaleError::Count(names.len()));
        }
        for (at, name) in names.iter().enumerate() {
            if name.is_empty() || names.iter().skip(at.saturating_add(1)).any(|other| other == name) {
                return Err(ScaleError::Name(name.clone()));
            }
        }
        Ok(Self(names))
    }

    /// A scale that ships: `four` (Public < Internal < Confidential < Restricted), `three` (普通 < 重要 < 机密),
    /// `gbt-43697` (一般 < 重要 < 核心, GB/T 43697-2024).
    pub fn preset(name: &str) -> Result<Self, ScaleError> {
        match name {
            "four" => Self::new(["Public", "Internal", "Confidential", "Restricted"]),
            "three" => Self::new(["普通", "重要", "机密"]),
            "gbt-43697" => Self::new(["一般", "重要", "核心"]),
            _ => Err(ScaleError::Preset(name.to_owned())),
        }
    }

    /// The level of this name.
    pub fn level(&self, name: &str) -> Option<Level> {
        let at = self.0.iter().position(|candidate| candidate == name)?;
        u8::try_from(at).ok().map(Level)
    }

    /// The name of a level, if the scale has it.
    pub fn name(&self, level: Level) -> Option<&str> {
        self.0.get(usize::from(level.0)).map(String::as_str)
    }

    /// The names, the least sensitive first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The most sensitive level.
    pub fn highest(&self) -> Level {
        Level(u8::try_from(self.0.len().saturating_sub(1)).unwrap_or(15))
    }
}

/// No category is called so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no data category")]
pub struct UnknownCategory(String);

macro_rules! categories {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What kind of data: the categories people asked for, and the sensitive kinds that the law names
        /// (PIPL art. 28, GDPR art. 9).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Category { $($(#[$doc])* $variant,)* }

        impl Category {
            /// Every category, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in configuration.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            const fn bit(self) -> u32 {
                #[expect(clippy::as_conversions, reason = "a unit enum of fewer than 32 variants")]
                { 1 << (self as u32) }
            }
        }
    };
}

categories! {
    /// Name, birth date, national id: 基础信息.
    Basic = "basic",
    /// Biometric data.
    Biometric = "biometric",
    /// Mails, calls, messages.
    Communication = "communication",
    /// Phone, email, address: 联系信息.
    Contact = "contact",
    /// Contracts and their terms.
    Contract = "contract",
    /// Passwords, tokens, keys.
    Credential = "credential",
    /// Attached documents.
    Document = "document",
    /// Complaints, ratings: 反馈与评价信息.
    Feedback = "feedback",
    /// Bank and card accounts.
    FinancialAccount = "financial-account",
    /// Health.
    Health = "health",
    /// Data on minors.
    Minors = "minors",
    /// Preferences: 偏好信息.
    Preference = "preference",
    /// Purchases, payments: 交易信息.
    Transaction = "transaction",
    /// Whereabouts, tracks.
    Whereabouts = "whereabouts",
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Category {
    type Err = UnknownCategory;

    fn from_str(text: &str) -> Result<Self, UnknownCategory> {
        Self::ALL.iter().copied().find(|c| c.name() == text).ok_or_else(|| UnknownCategory(text.to_owned()))
    }
}

impl Serialize for Category {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Category {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A set of categories.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Categories(u32);

impl Categories {
    /// The empty set.
    pub const EMPTY: Self = Self(0);

    /// Everything in either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the set holds `category`.
    pub const fn contains(self, category: Category) -> bool {
        self.0 & category.bit() != 0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The members, in order.
    pub fn iter(self) -> impl Iterator<Item = Category> {
        Category::ALL.iter().copied().filter(move |c| self.contains(*c))
    }
}

impl FromIterator<Category> for Categories {
    fn from_iter<I: IntoIterator<Item = Category>>(iter: I) -> Self {
        Self(iter.into_iter().fold(0, |set, category| set | category.bit()))
    }
}

impl From<Category> for Categories {
    fn from(category: Category) -> Self {
        Self(category.bit())
    }
}

impl fmt::Debug for Categories {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Category::name)).finish()
    }
}

impl Serialize for Categories {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Categories {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Category>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// A classification label: level × categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Label {
    /// How sensitive.
    pub level: Level,
    /// What kinds of data.
    pub categories: Categories,
}

impl Label {
    /// The label of data derived from both: the higher level and the union of the categories (就高从严).
    /// Associative, commutative, idempotent, and never lower than either.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self { level: self.level.max(other.level), categories: self.categories.union(other.categories) }
    }
}

/// The label of data derived from all of them; the lowest label of nothing.
impl FromIterator<Self> for Label {
    fn from_iter<I: IntoIterator<Item = Self>>(labels: I) -> Self {
        labels.into_iter().fold(Self::default(), Self::join)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    prop_compose! {
        fn label()(rank in 0u8..16, bits in 0u32..(1 << Category::ALL.len())) -> Label {
            Label { level: Level(rank), categories: Categories(bits) }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

        #[test]
        fn the_join_is_a_semilattice_and_never_lowers(a in label(), b in label(), c in label()) {
            prop_assert_eq!(a.join(b), b.join(a));
            prop_assert_eq!(a.join(b).join(c), a.join(b.join(c)));
            prop_assert_eq!(a.join(a), a);
            prop_assert_eq!([a, b, c].into_iter().collect::<Label>(), a.join(b).join(c));
            // Monotone: what is joined to more is no lower.
            prop_assert_eq!(a.join(b).join(a.join(c)), a.join(b.join(c)));
            prop_assert!(a.join(b).level >= a.level);
            prop_assert!(a.categories.iter().all(|k| a.join(b).categories.contains(k)));
        }
    }

    #[test]
    fn scales_are_accepted_or_refused() {
        for name in ["four", "three", "gbt-43697"] {
            let scale = LevelScale::preset(name).unwrap();
            for (rank, level) in scale.names().enumerate() {
                assert_eq!(usize::from(scale.level(level).unwrap().rank()), rank);
            }
        }
        assert_eq!(LevelScale::preset("three").unwrap().name(Level(2)), Some("机密"));
        assert!(LevelScale::new(["one"]).is_err());
        assert!(LevelScale::new((0..17).map(|n| n.to_string())).is_err());
        assert!(LevelScale::new((0..16).map(|n| n.to_string())).is_ok());
        assert!(LevelScale::new(["a", "a"]).is_err());
        assert!(LevelScale::new(["a", ""]).is_err());
        assert!(LevelScale::preset("five").is_err());
    }

    #[test]
    fn every_category_is_found_by_its_name() {
        for category in Category::ALL {
            assert_eq!(category.name().parse::<Category>().unwrap(), *category);
        }
        assert!("secrets".parse::<Category>().is_err());
    }
}
