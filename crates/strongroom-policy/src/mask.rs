//! Masks: what of a value may be shown.

use crate::error::{ConfigError, ConfigProblem, Step};
use serde::{Deserialize, Serialize};

/// How a value is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mask {
    /// The first and last characters stay (Unicode scalar values), each other one becomes `*`.
    /// A value that has no others is masked whole.
    KeepEnds {
        /// How many of the first characters stay.
        first: u8,
        /// How many of the last characters stay.
        last: u8,
    },
    /// Nothing stays.
    Redact,
    /// Of a date such as `1990-03-07` the year stays. Of anything else, nothing.
    Year,
}

impl Mask {
    /// The masked value, or `None` where nothing of it may be shown.
    pub fn apply(self, value: &str) -> Option<String> {
        match self {
            Self::KeepEnds { first, last } => Some(keep_ends(value, first.into(), last.into())),
            Self::Redact => None,
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
            (Self::Year, Self::Year) => Self::Year,
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

/// A mask as it stands in a schema: `"redact"`, `{ keep-first = 1, keep-last = 4 }` or `{ generalise = "year" }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a mask: `\"redact\"`, `{ keep-first = 1, keep-last = 4 }` or `{ generalise = \"year\" }`"
)]
pub(crate) enum MaskFile {
    Rule(MaskRule),
    Word(String),
}

/// What a mask keeps, as configuration says it. At least one key; `generalise` stands alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct MaskRule {
    /// How many of the first characters stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_first: Option<u8>,
    /// How many of the last characters stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_last: Option<u8>,
    /// `year`: of a date the year stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generalise: Option<String>,
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
        match (self.keep_first, self.keep_last, self.generalise.as_deref()) {
            (None, None, None) => Ok(None),
            (None, None, Some("year")) => Ok(Some(Mask::Year)),
            (None, None, Some(other)) => refused(format!("`generalise` knows only `year`, not `{other}`")),
            (first, last, None) => {
                Ok(Some(Mask::KeepEnds { first: first.unwrap_or(0), last: last.unwrap_or(0) }))
            }
            _ => refused("`generalise` stands alone".to_owned()),
        }
    }
}

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
