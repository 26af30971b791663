//! A person's decision against a rule: who may, with what words, and what is left.

use thiserror::Error;

use super::{Reason, Response, Verdict};

/// Columns of letters and digits that the stated reason has at least.
const REASON_MIN: usize = 8;
/// Characters that it has at most.
const REASON_MAX: usize = 1000;

impl Verdict {
    /// Overrides what the verdict demands, for a reason that is stated and can be logged.
    ///
    /// It is granted where every strictest reason comes from a rule that may be overridden; what the milder reasons
    /// demand then holds, and may be overridden in turn. The stated reason has at least 8 columns of letters and digits (a
    /// character outside ASCII, such as a Chinese one, takes two), at most 1000 characters, and no control characters,
    /// so it fits one line of a log. That the person is allowed to override is for the host to know, and who it was is
    /// for the host to log.
    pub fn override_with(self, reason: &str) -> Result<Overridden, OverrideError> {
        let reason = stated(reason)?;
        if self.response == Response::Allow {
            return Err(OverrideError::NothingToOverride);
        }
        let (lifted, kept): (Vec<_>, Vec<_>) =
            self.reasons.into_iter().partition(|demand| demand.response >= self.response);
        if let Some(firm) = lifted.iter().find(|demand| !demand.overridable) {
            return Err(OverrideError::NotOverridable { rule: firm.rule.clone(), response: firm.response });
        }
        // A verdict has public fields: one without the reasons for its response is not one of ours.
        if lifted.is_empty() {
            return Err(OverrideError::NotOverridable { rule: None, response: self.response });
        }
        let response = kept.iter().map(|demand| demand.response).max().unwrap_or(Response::Allow);
        Ok(Overridden { reason, lifted, verdict: Self { response, reasons: kept } })
    }
}

/// The reason without spaces around it, where it is one that can stand in a log.
fn stated(reason: &str) -> Result<String, OverrideError> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(OverrideError::ReasonBlank);
    }
    // Line and paragraph separators and direction marks are no control characters by name, and break a line as well.
    let breaks =
        |c: char| matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    if reason.chars().any(|c| c.is_control() || breaks(c)) {
        return Err(OverrideError::ReasonControl);
    }
    let characters = reason.chars().count();
    if characters > REASON_MAX {
        return Err(OverrideError::ReasonLong { characters });
    }
    let words = reason.chars().filter(|c| c.is_alphanumeric());
    let columns = words.fold(0_usize, |sum, c| sum.saturating_add(if c.is_ascii() { 1 } else { 2 }));
    if columns < REASON_MIN {
        return Err(OverrideError::ReasonShort { columns });
    }
    Ok(reason.to_owned())
}

/// What was overridden, why, and what still holds. Made by [`Verdict::override_with`] alone; log it whole.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Overridden {
    reason: String,
    lifted: Vec<Reason>,
    verdict: Verdict,
}

impl Overridden {
    /// The stated reason, without spaces around it.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The reasons of the verdict that no longer hold.
    pub fn lifted(&self) -> &[Reason] {
        &self.lifted
    }

    /// What still holds.
    pub const fn verdict(&self) -> &Verdict {
        &self.verdict
    }
}

/// Why a verdict was not overridden. No variant repeats the stated reason.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OverrideError {
    /// The verdict allows already.
    #[error("the verdict allows already, so there is nothing to override")]
    NothingToOverride,
    /// A strictest reason is firm.
    #[error("{} demands {response:?} and may not be overridden", named(rule.as_deref()))]
    NotOverridable {
        /// The name of the rule; `None` for the default of the recipient kind.
        rule: Option<String>,
        /// What it demands.
        response: Response,
    },
    /// No reason is stated.
    #[error("an override needs a reason")]
    ReasonBlank,
    /// The reason says too little.
    #[error(
        "a reason of {columns} columns of letters and digits says too little; it needs at least {REASON_MIN}"
    )]
    ReasonShort {
        /// Columns of letters and digits; those outside ASCII take two.
        columns: usize,
    },
    /// The reason does not fit a line of a log.
    #[error("a reason of {characters} characters is too long; it has at most {REASON_MAX}")]
    ReasonLong {
        /// Characters without the spaces around them.
        characters: usize,
    },
    /// The reason would break a line of a log.
    #[error("a reason has no line breaks, direction marks or other control characters")]
    ReasonControl,
}

fn named(rule: Option<&str>) -> String {
    rule.map_or_else(|| "the default of the recipient kind".to_owned(), |rule| format!("the rule `{rule}`"))
}
