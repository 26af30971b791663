//! One retention rule: data with provenance.

use crate::{ClassName, EventName, Period};
use serde::{Deserialize, Serialize};
use strongroom_types::{RuleId, Timestamp};
use time::{Date, UtcOffset};

/// The most classes that one rule names.
pub const RULE_CLASSES_MAX: usize = 64;
/// The longest text in a rule (instrument, article, note), in bytes.
pub const RULE_TEXT_BYTES_MAX: usize = 1024;

/// What a rule demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    /// Must be erased when the period after the event is over. Without a period a person is asked once the event happened.
    Erase,
    /// May only be stored from the event until the period is over; without a period, until an erasure or a person ends it.
    Restrict,
    /// May not be kept longer than the period after the event. Without a period a person is asked once the event happened.
    RetainMax,
    /// May not be erased before the period after the event is over.
    RetainMin,
}

/// How well a rule was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Mark {
    /// Not law but a rule of the house: a notice, a policy, a contract.
    #[serde(rename = "house")]
    House,
    /// From memory, unverified. Cannot be enabled.
    M,
    /// A proposal or draft, not law. Cannot be enabled.
    P,
    /// A secondary source.
    S,
    /// The text of the law was read.
    V,
}

/// One rule of a [`crate::Schedule`].
///
/// Any values may be written here; [`crate::Schedule::new`] checks them and says what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The stable id, such as `cn-pipl-47-1`.
    pub id: RuleId,
    /// Raised by 1 with every change; from 1.
    pub version: u32,
    /// Such as `CN`, `EU`, `US-CA`, or `house`.
    pub jurisdiction: String,
    /// The law, regulation or notice.
    pub instrument: String,
    /// The article in it.
    pub article: String,
    /// What the rule demands.
    pub kind: RuleKind,
    /// How long after the event; a minimum must have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// The event that starts the period.
    pub trigger: EventName,
    /// The classes (or groups of classes) that the rule is about; at most [`RULE_CLASSES_MAX`].
    pub classes: Vec<ClassName>,
    /// Where civil dates are counted, as `+08:00`. CN, HK and TW default to `+08:00`; every other jurisdiction must say.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "text::offset")]
    pub zone: Option<UtcOffset>,
    /// The first civil day on which the rule is in force, as `2021-11-01`. Older data is bound from that day on.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "text::date")]
    pub valid_from: Option<Date>,
    /// The last civil day on which an event still starts the period; what has started runs on.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "text::date")]
    pub valid_to: Option<Date>,
    /// Whether the rule acts. Rules marked M or P must say `false`.
    #[serde(default = "enabled")]
    pub enabled: bool,
    /// How well the rule was verified.
    pub mark: Mark,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

const fn enabled() -> bool {
    true
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleFault {
    /// The rule names no class, or more than [`RULE_CLASSES_MAX`].
    #[error("a rule names 1 to {RULE_CLASSES_MAX} classes, this one {0}")]
    Classes(usize),
    /// A mark that cannot act is enabled.
    #[error("a rule marked M or P is unverified or no law and must say `enabled = false`")]
    Mark,
    /// A minimum without a period, or one of no length, keeps nothing.
    #[error("`retain_min` needs a period longer than `P0D`")]
    Period,
    /// A text is empty where it must not be, or too long.
    #[error("`{0}` must have 1 to {RULE_TEXT_BYTES_MAX} bytes")]
    Text(&'static str),
    /// `valid_to` is before `valid_from`.
    #[error("`valid_to` is before `valid_from`")]
    Valid,
    /// Versions start at 1.
    #[error("`version` starts at 1")]
    Version,
    /// Outside CN, HK and TW a rule must say where its dates are counted.
    #[error("`zone` is missing; only CN, HK and TW have a default")]
    Zone,
}

impl Rule {
    /// Checks the rule and fills in the zone where the jurisdiction has a default.
    pub(crate) fn checked(mut self) -> Result<Self, (RuleId, RuleFault)> {
        if let Some(fault) = self.fault() {
            return Err((self.id, fault));
        }
        self.zone = self.zone.or_else(|| default_zone(&self.jurisdiction));
        Ok(self)
    }

    fn fault(&self) -> Option<RuleFault> {
        let texts = [
            ("jurisdiction", &self.jurisdiction),
            ("instrument", &self.instrument),
            ("article", &self.article),
        ];
        if let Some((name, _)) = texts.iter().find(|(_, t)| t.is_empty() || t.len() > RULE_TEXT_BYTES_MAX) {
            return Some(RuleFault::Text(name));
        }
        if self.note.len() > RULE_TEXT_BYTES_MAX {
            return Some(RuleFault::Text("note"));
        }
        if self.version == 0 {
            return Some(RuleFault::Version);
        }
        if self.classes.is_empty() || self.classes.len() > RULE_CLASSES_MAX {
            return Some(RuleFault::Classes(self.classes.len()));
        }
        if self.enabled && matches!(self.mark, Mark::M | Mark::P) {
            return Some(RuleFault::Mark);
        }
        if self.kind == RuleKind::RetainMin && self.period.is_none_or(Period::is_zero) {
            return Some(RuleFault::Period);
        }
        if self.zone.is_none() && default_zone(&self.jurisdiction).is_none() {
            return Some(RuleFault::Zone);
        }
        if let (Some(from), Some(to)) = (self.valid_from, self.valid_to)
            && to < from
        {
            return Some(RuleFault::Valid);
        }
        None
    }

    /// Where dates are counted; checked rules always have a zone.
    fn zone_offset(&self) -> UtcOffset {
        self.zone.unwrap_or(UtcOffset::UTC)
    }

    /// When the period that `trigger` started is over; `None` if the rule has no period or the event came too late.
    pub(crate) fn end(&self, trigger: Timestamp) -> Option<Timestamp> {
        self.period.map(|period| period.end(trigger, self.zone_offset()))
    }

    /// Whether an event at this instant starts the rule's period.
    pub(crate) fn starts_with(&self, trigger: Timestamp) -> bool {
        self.valid_to.is_none_or(|last| trigger.date_in(self.zone_offset()) <= last)
    }

    /// The first instant at which the rule is in force.
    pub(crate) fn in_force_from(&self) -> Timestamp {
        self.valid_from.map_or(Timestamp::MIN, |first| Timestamp::start_of(first, self.zone_offset()))
    }
}

fn default_zone(jurisdiction: &str) -> Option<UtcOffset> {
    matches!(jurisdiction, "CN" | "HK" | "TW").then(|| UtcOffset::from_hms(8, 0, 0).ok()).flatten()
}

/// Dates and offsets as text in configuration.
mod text {
    macro_rules! as_text {
        ($module:ident, $type:ty, $format:tt, $expected:literal) => {
            pub(crate) mod $module {
                use serde::{Deserialize, Deserializer, Serializer, de::Error as _, ser::Error as _};
                use time::macros::format_description;

                #[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
                pub(crate) fn serialize<S: Serializer>(
                    value: &Option<$type>,
                    serializer: S,
                ) -> Result<S::Ok, S::Error> {
                    let Some(value) = value else { return serializer.serialize_none() };
                    let text = value.format(format_description!($format)).map_err(S::Error::custom)?;
                    serializer.serialize_str(&text)
                }

                pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
                    deserializer: D,
                ) -> Result<Option<$type>, D::Error> {
                    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
                    let refused = |_| D::Error::custom(format!("`{text}` is no {}", $expected));
                    <$type>::parse(&text, format_description!($format)).map(Some).map_err(refused)
                }
            }
        };
    }

    as_text!(date, time::Date, "[year]-[month]-[day]", "date such as `2021-11-01`");
    as_text!(
        offset,
        time::UtcOffset,
        "[offset_hour sign:mandatory]:[offset_minute]",
        "offset from UTC such as `+08:00`"
    );
}
