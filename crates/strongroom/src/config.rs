//! Everything that is data and not code: schema, policy, retention schedule, house rules.

use serde::Deserialize;
use std::collections::BTreeMap;
use strongroom_dlp::{Entity, Finding, Rules, Scanner};
use strongroom_policy::{CompiledPolicy, FieldType, KindSchema, Schema};
use strongroom_retention::{EventName, Schedule};
use strongroom_types::{Categories, Category, FieldName, Kind, Label, Level, RoleName};
use strongroom_watch::BulkSettings;

/// The rules a vault works by. Immutable while the vault is open.
#[derive(Debug)]
pub struct Config {
    /// What kinds of records there are and how sensitive each field is.
    pub schema: Schema,
    /// Who may do what.
    pub policy: CompiledPolicy,
    /// How long what stays.
    pub schedule: Schedule,
    /// What else the house decides.
    pub house: House,
    /// Finds personal data in what leaves and in free text that comes in.
    pub scanner: Scanner,
}

/// A field whose date says when a retention event happened.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TriggerHook {
    /// The kind of record.
    pub kind: Kind,
    /// The date field.
    pub field: FieldName,
    /// The event that happened on that date.
    pub event: EventName,
}

/// What the house decides beside schema, policy and schedule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct House {
    /// What happens to findings on their way out, by recipient.
    pub egress: Rules,
    /// Which date fields are retention events.
    pub triggers: Vec<TriggerHook>,
    /// When many look-ups are too many.
    pub bulk: BulkSettings,
    /// From which level on a read must be in the log durably against power loss before it is answered; a rank.
    pub read_power_from: u8,
    /// Who approves an egress where the egress rules ask for approval and the policy names nobody.
    pub approver: Option<RoleName>,
    /// How long an approval can be used, in hours.
    pub approval_hours: u32,
    /// How far the clock may stand from the log's own time before a sweep refuses, in hours.
    pub sweep_clock_hours: u32,
    /// The hours each civil date of a trigger is read in, east of UTC.
    pub zone_hours: i8,
}

impl Default for House {
    fn default() -> Self {
        Self {
            egress: Rules::new(),
            triggers: Vec::new(),
            bulk: BulkSettings::default(),
            read_power_from: 2,
            approver: None,
            approval_hours: 72,
            sweep_clock_hours: 24 * 7,
            zone_hours: 8,
        }
    }
}

/// The house rules cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {message}")]
pub struct HouseError {
    file: String,
    message: String,
}

impl House {
    /// Reads house rules from TOML. `file` is named in errors, with line and column.
    #[cfg(feature = "folder")]
    pub fn from_toml(text: &str, file: &str) -> Result<Self, HouseError> {
        toml::from_str(text).map_err(|error| {
            let at = error.span().map_or_else(String::new, |span| {
                let before = text.get(..span.start).unwrap_or(text);
                let line = before.matches('\n').count().saturating_add(1);
                let column = before.rsplit('\n').next().map_or(1, |l| l.chars().count().saturating_add(1));
                format!(":{line}:{column}")
            });
            HouseError { file: format!("{file}{at}"), message: error.message().to_owned() }
        })
    }

    fn check(&self, schema: &Schema) -> Result<(), String> {
        for hook in &self.triggers {
            let kind = schema.kind(&hook.kind).ok_or_else(|| format!("triggers: no kind `{}`", hook.kind))?;
            let field = kind
                .field(hook.field.as_str())
                .ok_or_else(|| format!("triggers: `{}` has no field `{}`", hook.kind, hook.field))?;
            if field.field_type() != FieldType::Date {
                return Err(format!("triggers: `{}` of `{}` is not a date", hook.field, hook.kind));
            }
        }
        self.bulk.validate().map_err(|error| format!("bulk: {error}"))
    }
}

impl Config {
    /// Puts the parts together and checks them against each other.
    pub fn new(
        schema: Schema,
        policy: CompiledPolicy,
        schedule: Schedule,
        house: House,
    ) -> Result<Self, HouseError> {
        let refused = |message| HouseError { file: "house rules".to_owned(), message };
        house.check(&schema).map_err(refused)?;
        let known: Vec<&str> = schedule.classes().map(strongroom_retention::ClassName::as_str).collect();
        for kind in schema.kinds() {
            let Some(class) = kind.retention() else {
                // What no rule speaks of would be kept for ever, or stop every exit.
                return Err(HouseError {
                    file: "schema".to_owned(),
                    message: format!("`{}` has no `retention` class", kind.name()),
                });
            };
            if !known.contains(&class) {
                return Err(HouseError {
                    file: "retention schedule".to_owned(),
                    message: format!(
                        "no enabled rule speaks of class `{class}`, which the schema gives to `{}`; classes with rules: {}",
                        kind.name(),
                        known.join(", ")
                    ),
                });
            }
        }
        Ok(Self { schema, policy, schedule, house, scanner: Scanner::new() })
    }

    /// What findings in free text add to a record's label: at least one level below the highest, and the category.
    pub(crate) fn label_of(&self, findings: &[Finding]) -> Label {
        let highest = self.schema.scale().highest().rank();
        let level = Level::from_rank(highest.saturating_sub(1));
        findings.iter().fold(Label::default(), |label, finding| {
            label.join(Label { level, categories: Categories::from(category(finding.entity)) })
        })
    }

    pub(crate) fn kind(&self, kind: &Kind) -> Result<&KindSchema, crate::Error> {
        self.schema.kind(kind).ok_or_else(|| crate::Error::UnknownKind(kind.clone()))
    }

    /// Free text fields are scanned on write; typed fields have their label from the schema.
    pub(crate) fn classify<'v>(
        &self,
        kind: &KindSchema,
        fields: impl Iterator<Item = (&'v FieldName, &'v str)>,
    ) -> Label {
        fields
            .filter(|(name, _)| {
                kind.field(name.as_str()).is_none_or(|field| {
                    field.field_type() == FieldType::Text && !field.is_indexed() && field.values().is_empty()
                })
            })
            .map(|(_, value)| self.label_of(&self.scanner.scan(value.as_bytes())))
            .fold(kind.label(), Label::join)
    }

    /// How many findings of each entity there are.
    pub(crate) fn counts(findings: &[Finding]) -> BTreeMap<Entity, u64> {
        findings.iter().fold(BTreeMap::new(), |mut counts, finding| {
            let count: &mut u64 = counts.entry(finding.entity).or_default();
            *count = count.saturating_add(1);
            counts
        })
    }
}

fn category(entity: Entity) -> Category {
    match entity {
        Entity::CreditCard | Entity::CnBankAccount | Entity::Iban => Category::FinancialAccount,
        Entity::Email | Entity::Phone => Category::Contact,
        Entity::AwsKey | Entity::Jwt | Entity::PrivateKey | Entity::UrlCredentials => Category::Credential,
        _ => Category::Basic,
    }
}
