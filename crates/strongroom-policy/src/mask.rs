//! Masks: what of a value may be shown.

use crate::error::{ConfigError, ConfigProblem, Step};
use serde::{Deserialize, Serialize};
use strongroom_types::{FieldName, Kind};

/// How a value is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mask {
    /// Of a date such as `1990-03-07` the first three digits of the year stay, as `199x`. Of anything else, nothing.
    Decade,
    /// A keyed hash stands for the value: equal values look equal, and nothing of them shows. See [`Pseudonyms`].
    Hash,
    /// The first and last characters stay (Unicode scalar values), each other one becomes `*`.
    /// A value that has no others is masked whole.
    KeepEnds {
        /// How many of the first characters stay.
        first: u8,
        /// How many of the last characters stay.
        last: u8,
    },
    /// Of a date such as `1990-03-07` year and month stay. Of anything else, nothing.
    Month,
    /// Of an amount or a number its order of magnitude stays: `1,234.50` lies in `1000..10000`. Of anything else,
    /// nothing.
    Range,
    /// Nothing stays.
    Redact,
    /// Of an address the province, autonomous region or municipality stays (浙江省, 新疆维吾尔自治区, 上海市), or what
    /// stands after the last comma. Of anything else, nothing.
    Region,
    /// A token stands for the value, which whoever keeps the tokens can turn back. See [`Pseudonyms`].
    Token,
    /// Of a date such as `1990-03-07` the year stays. Of anything else, nothing.
    Year,
}

/// What stands for values under [`Mask::Hash`] and [`Mask::Token`]. This crate holds no keys: who does, answers.
pub trait Pseudonyms {
    /// A keyed, one-way stand-in for a value of a field: the same for equal values of the field, telling nothing
    /// to who lacks the key. `None` where there is none; then nothing shows.
    fn hash(&self, kind: &Kind, field: &FieldName, value: &str) -> Option<String>;

    /// A stand-in that its maker can turn back. `None` where there is none; then nothing shows.
    fn token(&self, kind: &Kind, field: &FieldName, value: &str) -> Option<String>;
}

impl Mask {
    /// The masked value, or `None` where nothing of it may be shown. [`Mask::Hash`] and [`Mask::Token`] need keys, so
    /// here they show nothing.
    pub fn apply(self, value: &str) -> Option<String> {
        match self {
            Self::Decade => year(value)?.get(..3).map(|decade| format!("{decade}x")),
            Self::KeepEnds { first, last } => Some(keep_ends(value, first.into(), last.into())),
            Self::Month => month(value).map(str::to_owned),
            Self::Range => range(value),
            Self::Hash | Self::Redact | Self::Token => None,
            Self::Region => region(value).map(str::to_owned),
            Self::Year => year(value).map(str::to_owned),
        }
    }

    /// The mask that shows no more than either.
    #[must_use]
    pub(crate) fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::KeepEnds { first: a, last: b }, Self::KeepEnds { first: c, last: d }) => {
                Self::KeepEnds { first: a.min(c), last: b.min(d) }
            }
            (Self::Decade, Self::Month | Self::Year) | (Self::Month | Self::Year, Self::Decade) => {
                Self::Decade
            }
            (Self::Year, Self::Month) | (Self::Month, Self::Year) => Self::Year,
            // A token can be turned back, a hash tells equal from different: neither shows less in every way.
            (a, b) if a == b => a,
            _ => Self::Redact,
        }
    }
}

fn keep_ends(value: &str, first: usize, last: usize) -> String {
    let count = value.chars().count();
    // SECURITY: a value so short that its ends are the whole of it would otherwise show in clear.
    let (first, last) = if first.saturating_add(last) >= count { (0, 0) } else { (first, last) };
    let hidden = first..count.saturating_sub(last);
    value.chars().enumerate().map(|(at, c)| if hidden.contains(&at) { '*' } else { c }).collect()
}

fn year(value: &str) -> Option<&str> {
    let (year, rest) = value.split_at_checked(4)?;
    (year.bytes().all(|b| b.is_ascii_digit()) && rest.starts_with('-')).then_some(year)
}

fn month(value: &str) -> Option<&str> {
    year(value)?;
    let (month, rest) = value.split_at_checked(7)?;
    let digits = month.get(5..)?;
    (digits.bytes().all(|b| b.is_ascii_digit()) && rest.starts_with('-')).then_some(month)
}

/// The decimal order of magnitude of the whole part.
fn range(value: &str) -> Option<String> {
    let plain: String = value.trim().chars().filter(|c| *c != ',').collect();
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
    let whole = digits.split('.').next().unwrap_or_default();
    let part = digits.get(whole.len()..).unwrap_or_default();
    let numeric = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 18
        || !numeric(whole)
        || !numeric(part.strip_prefix('.').unwrap_or(part))
    {
        return None;
    }
    let length = whole.trim_start_matches('0').len();
    let power = |zeros: usize| format!("1{}", "0".repeat(zeros));
    let (low, high) = if length == 0 {
        ("0".to_owned(), "1".to_owned())
    } else {
        (power(length.saturating_sub(1)), power(length))
    };
    Some(if sign.is_empty() { format!("{low}..{high}") } else { format!("-{high}..-{low}") })
}

/// The first-level division at the start of a Chinese address, or the last part of one with commas.
fn region(value: &str) -> Option<&str> {
    let value = value.trim();
    // Longer ends first: 广西壮族自治区 ends in 区 as districts do.
    for end in ["特别行政区", "自治区", "省", "市"] {
        let start = value.find(end).filter(|at| (3..=30).contains(at));
        if let Some(region) = start.and_then(|at| value.get(..at.checked_add(end.len())?))
            && region.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
        {
            return Some(region);
        }
    }
    let (before, last) = value.rsplit_once([',', '，'])?;
    let last = last.trim();
    // A last part with digits is a postal code or a house number, which is no region.
    (!before.trim().is_empty() && !last.is_empty() && !last.contains(|c: char| c.is_numeric()))
        .then_some(last)
}

/// A mask as it stands in a schema: `"redact"`, `{ keep-first = 1, keep-last = 4 }` or `{ generalise = "year" }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a mask: `\"redact\"`, `{ keep-first = 1, keep-last = 4 }`, `{ generalise = \"year\" }` or `{ replace-by = \"hash\" }`"
)]
pub(crate) enum MaskFile {
    Rule(MaskRule),
    Word(String),
}

/// What a mask keeps, as configuration says it. At least one key; `generalise` and `replace-by` stand alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct MaskRule {
    /// How many of the first characters stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_first: Option<u8>,
    /// How many of the last characters stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_last: Option<u8>,
    /// `year`, `month` or `decade` of a date, `range` of an amount, `region` of an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generalise: Option<String>,
    /// `hash` or `token`: what stands in the value's place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replace_by: Option<String>,
}

impl MaskFile {
    pub(crate) fn mask(&self, steps: &[Step]) -> Result<Mask, ConfigError> {
        match self {
            Self::Rule(rule) => rule.mask(steps)?.ok_or_else(|| {
                ConfigProblem::new(steps.to_vec(), "a mask keeps something or is `redact`".to_owned()).into()
            }),
            Self::Word(word) if word == "redact" => Ok(Mask::Redact),
            Self::Word(word) => Err(ConfigProblem::new(steps.to_vec(), format!("`{word}` is no mask"))
                .meaning(word, ["redact"])
                .into()),
        }
    }
}

impl MaskRule {
    /// The mask, or `None` where the rule says nothing.
    pub(crate) fn mask(&self, steps: &[Step]) -> Result<Option<Mask>, ConfigError> {
        let refused = |message: String| Err(ConfigError::from(ConfigProblem::new(steps.to_vec(), message)));
        let named = |known: &[(&str, Mask)], key: &str, name: &str| {
            let found = known.iter().find(|(known, _)| *known == name);
            found.map(|(_, mask)| Some(*mask)).ok_or_else(|| {
                let problem = ConfigProblem::new(steps.to_vec(), format!("`{key}` does not know `{name}`"));
                ConfigError::from(problem.meaning(name, known.iter().map(|(known, _)| *known)))
            })
        };
        match (self.keep_first, self.keep_last, self.generalise.as_deref(), self.replace_by.as_deref()) {
            (None, None, None, None) => Ok(None),
            (None, None, Some(name), None) => named(GENERALISE, "generalise", name),
            (None, None, None, Some(name)) => named(REPLACE_BY, "replace-by", name),
            (first, last, None, None) => {
                Ok(Some(Mask::KeepEnds { first: first.unwrap_or(0), last: last.unwrap_or(0) }))
            }
            _ => refused("`generalise` and `replace-by` stand alone".to_owned()),
        }
    }
}

const GENERALISE: &[(&str, Mask)] = &[
    ("decade", Mask::Decade),
    ("month", Mask::Month),
    ("range", Mask::Range),
    ("region", Mask::Region),
    ("year", Mask::Year),
];
const REPLACE_BY: &[(&str, Mask)] = &[("hash", Mask::Hash), ("token", Mask::Token)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_show_what_they_say_and_no_more() {
        let keep = |first, last| Mask::KeepEnds { first, last };
        let check = |mask: Mask, value: &str, expected: Option<&str>| {
            assert_eq!(mask.apply(value).as_deref(), expected, "{mask:?} {value}");
        };
        check(keep(0, 4), "13800138000", Some("*******8000"));
        check(keep(3, 4), "13800138000", Some("138****8000"));
        check(keep(1, 0), "欧阳娜娜", Some("欧***"));
        check(keep(1, 0), "李", Some("*"));
        check(keep(0, 4), "8000", Some("****"));
        check(keep(0, 4), "800", Some("***"));
        check(keep(2, 2), "abcd", Some("****"));
        check(keep(2, 2), "abcde", Some("ab*de"));
        check(keep(0, 0), "abc", Some("***"));
        check(keep(255, 255), "abc", Some("***"));
        check(keep(0, 1), "e\u{301}", Some("*\u{301}"));
        check(keep(3, 3), "", Some(""));
        for (date, year, month, decade) in [
            ("1990-03-07", Some("1990"), Some("1990-03"), Some("199x")),
            ("1990-3-7", Some("1990"), None, Some("199x")),
            ("1990/03/07", None, None, None),
            ("19900307", None, None, None),
            ("1990-ab-07", Some("1990"), None, Some("199x")),
            ("", None, None, None),
        ] {
            check(Mask::Year, date, year);
            check(Mask::Month, date, month);
            check(Mask::Decade, date, decade);
        }
        for (amount, expected) in [
            ("1234.50", Some("1000..10000")),
            ("1,234.50", Some("1000..10000")),
            ("0.99", Some("0..1")),
            ("0", Some("0..1")),
            ("10000", Some("10000..100000")),
            ("-250", Some("-1000..-100")),
            ("12.34.5", None),
            ("12a", None),
            ("", None),
            ("-", None),
            ("1234567890123456789", None),
        ] {
            check(Mask::Range, amount, expected);
        }
        for (address, expected) in [
            ("浙江省杭州市西湖区文三路1号", Some("浙江省")),
            ("上海市黄浦区南京东路", Some("上海市")),
            ("新疆维吾尔自治区乌鲁木齐市", Some("新疆维吾尔自治区")),
            ("香港特别行政区中环", Some("香港特别行政区")),
            ("中环德辅道", None),
            ("省府路", None),
            ("1号楼浙江省", None),
            ("12 High Street, Oxford, England", Some("England")),
            ("12 High Street, OX1 4AB", None),
            ("England", None),
            ("", None),
        ] {
            check(Mask::Region, address, expected);
        }
        for mask in [Mask::Hash, Mask::Token] {
            check(mask, "13800138000", None);
        }
        check(Mask::Redact, "abc", None);
        check(Mask::Year, "1990-03-07", Some("1990"));
        check(Mask::Year, "19900307", None);
        check(Mask::Year, "07/03/1990", None);
        check(Mask::Year, "一九九〇年", None);
        check(Mask::Year, "", None);
    }

    #[test]
    fn joined_masks_show_no_more_than_either() {
        let (a, b) = (Mask::KeepEnds { first: 1, last: 4 }, Mask::KeepEnds { first: 3, last: 0 });
        assert_eq!(a.join(b), Mask::KeepEnds { first: 1, last: 0 });
        assert_eq!(a.join(Mask::Year), Mask::Redact);
        assert_eq!(Mask::Redact.join(b), Mask::Redact);
        assert_eq!(Mask::Year.join(Mask::Year), Mask::Year);
    }
}
