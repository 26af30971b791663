//! Labels of what the schema does not know, from what a scanner found in it.

use crate::schema::Schema;
use serde::{Deserialize, Serialize};
use strongroom_types::{Categories, Category, Label, Level};

/// What a scanner saw: an entity, how sure it is, and how often. This crate knows no scanner; the names are its words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sighting<'a> {
    /// The entity, such as `CN_RESIDENT_ID`.
    pub entity: &'a str,
    /// How sure the scanner is, 0 to 1.
    pub confidence: f32,
    /// How many.
    pub count: u64,
}

/// Which entities make which labels, as configuration; rules are tried in order, each that fits joins its label.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingRules {
    /// The rules.
    #[serde(default, rename = "rule")]
    pub rules: Vec<FindingRule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FindingRule {
    /// The entities that it speaks of; a `*` at the end stands for any rest.
    pub entities: Vec<String>,
    /// The least confidence.
    #[serde(default)]
    pub confidence_min: f32,
    /// The least number of them, all entities together.
    #[serde(default = "one")]
    pub count_min: u64,
    /// The level, by name.
    pub level: String,
    /// The categories.
    #[serde(default)]
    pub categories: Vec<Category>,
}

const fn one() -> u64 {
    1
}

/// A label, and what led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Classified {
    /// The join of all rules that fit; the lowest level where none does.
    pub label: Label,
    /// The entities that led to it.
    pub because: Vec<String>,
    /// Levels that rules name and the schema does not have. What they speak of counts as the highest level.
    pub unknown_levels: Vec<String>,
}

impl FindingRules {
    /// The label of something in which this was seen.
    pub fn classify<'a>(
        &self,
        schema: &Schema,
        sightings: impl IntoIterator<Item = Sighting<'a>>,
    ) -> Classified {
        let sightings: Vec<Sighting<'_>> = sightings.into_iter().collect();
        let mut found =
            Classified { label: Label::default(), because: Vec::new(), unknown_levels: Vec::new() };
        for rule in &self.rules {
            let fits =
                |one: &Sighting<'_>| rule.speaks_of(one.entity) && one.confidence >= rule.confidence_min;
            let fitting = sightings.iter().filter(|one| fits(one));
            let (mut count, mut names) = (0_u64, Vec::new());
            for one in fitting {
                count = count.saturating_add(one.count);
                names.push(one.entity.to_owned());
            }
            if count == 0 || count < rule.count_min {
                continue;
            }
            let level = schema.scale().level(&rule.level).unwrap_or_else(|| {
                found.unknown_levels.push(rule.level.clone());
                schema.scale().highest()
            });
            let categories: Categories = rule.categories.iter().copied().collect();
            found.label = found.label.join(Label { level, categories });
            found.because.extend(names);
        }
        found.because.sort_unstable();
        found.because.dedup();
        found
    }

    /// Rules for a scale: identity numbers and accounts at its highest level, contacts one below, credentials highest.
    pub fn standard(schema: &Schema) -> Self {
        let scale = schema.scale();
        let highest = scale.highest();
        let below = Level::from_rank(highest.rank().saturating_sub(1));
        let name = |level: Level| scale.name(level).unwrap_or_default().to_owned();
        let rule = |entities: &[&str], level: Level, categories: &[Category]| FindingRule {
            entities: entities.iter().map(|entity| (*entity).to_owned()).collect(),
            confidence_min: 0.5,
            count_min: 1,
            level: name(level),
            categories: categories.to_vec(),
        };
        let identity = [
            "CN_RESIDENT_ID",
            "PASSPORT",
            "CN_TRAVEL_PERMIT",
            "HK_HKID",
            "MO_ID",
            "TW_NATIONAL_ID",
            "TW_ARC",
            "US_SSN",
            "US_ITIN",
            "UK_N*",
            "CA_SIN",
            "AU_TFN",
            "IN_*",
            "SG_NRIC",
            "KR_RRN",
            "JP_MY_NUMBER",
            "TH_TNIN",
            "MY_NRIC",
            "ES_NI*",
            "IT_FISCAL_CODE",
            "FR_NIR",
            "DE_TAX_ID",
            "PL_PESEL",
            "FI_HETU",
            "SE_PERSONNUMMER",
            "NL_BSN",
            "BR_CPF",
            "MX_CURP",
            "CN_OFFICER_ID",
        ];
        Self {
            rules: vec![
                rule(&identity, highest, &[Category::Basic]),
                rule(
                    &["CREDIT_CARD", "CN_BANK_ACCOUNT", "IBAN", "US_BANK_ROUTING", "CRYPTO_ADDRESS"],
                    highest,
                    &[Category::FinancialAccount],
                ),
                rule(
                    &[
                        "AWS_KEY",
                        "GITHUB_TOKEN",
                        "SLACK_TOKEN",
                        "JWT",
                        "PRIVATE_KEY",
                        "URL_CREDENTIALS",
                        "API_KEY",
                    ],
                    highest,
                    &[Category::Credential],
                ),
                rule(&["PHONE", "EMAIL", "ADDRESS"], below, &[Category::Contact]),
                rule(&["PERSON", "DATE_OF_BIRTH"], below, &[Category::Basic]),
                rule(&["GEO_COORDINATES", "LICENSE_PLATE"], below, &[Category::Whereabouts]),
            ],
        }
    }
}

impl FindingRule {
    fn speaks_of(&self, entity: &str) -> bool {
        self.entities.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => entity.starts_with(start),
            None => pattern == entity,
        })
    }
}
