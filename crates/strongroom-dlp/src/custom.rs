//! Detectors of the host's own: a trait, and one made of a regular expression.

use std::ops::Range;

use crate::CustomEntity;
#[cfg(feature = "patterns")]
use crate::Entity;

/// The longest value that a custom detector finds, in bytes.
pub const CUSTOM_BYTES_MAX: usize = 4096;

/// What a detector says of one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// Where it is, in the bytes that were given.
    pub range: Range<usize>,
    /// How likely it is what the detector looks for, from 0 to 1.
    pub confidence: f32,
}

/// Looks for a kind of data that the scanner does not know.
///
/// The scanner calls it over and over, each time from where the last match ended; so that a stream gives the findings of
/// the whole, its answer must follow from the bytes alone, and a match must be no longer than [`CUSTOM_BYTES_MAX`].
pub trait Detector: Send + Sync {
    /// What it looks for.
    fn entity(&self) -> CustomEntity;

    /// The first match that begins at `from` or later.
    fn find(&self, input: &[u8], from: usize) -> Option<Match>;
}

#[cfg(feature = "patterns")]
pub use pattern::{Pattern, PatternError};

#[cfg(feature = "patterns")]
mod pattern {
    use super::{CUSTOM_BYTES_MAX, CustomEntity, Detector, Entity, Match};
    use regex_automata::{Input, meta::Regex};
    use std::fmt;
    use thiserror::Error;

    /// Bytes before a match in which a word of it may stand.
    const BEFORE_BYTES: usize = 72;
    /// What a word nearby adds.
    const WORD_WEIGHT: f32 = 0.25;
    /// Bytes that the compiled pattern may take.
    const SIZE_MAX: usize = 4 << 20;

    /// Finds what a regular expression matches, in time linear in the input.
    ///
    /// ```
    /// use strongroom_dlp::{Pattern, Scanner};
    ///
    /// let badge = Pattern::new("BADGE_NUMBER", r"\bB-[0-9]{6}\b")?.confidence(0.4).words(&["工号", "badge"]);
    /// let scanner = Scanner::builder().detector(badge).build()?;
    /// assert_eq!(scanner.scan("工号 B-123456".as_bytes()).len(), 1);
    /// assert_eq!(scanner.scan(b"part B-123456").len(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[derive(Clone)]
    pub struct Pattern {
        entity: CustomEntity,
        regex: Regex,
        confidence: f32,
        words: Vec<String>,
        valid: fn(&[u8]) -> bool,
    }

    impl fmt::Debug for Pattern {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Pattern").field("entity", &Entity::from(self.entity)).finish_non_exhaustive()
        }
    }

    impl Pattern {
        /// Finds what the expression matches, in the syntax of the `regex` crate, with a confidence of 0.6.
        ///
        /// # Errors
        /// The name or the expression is wrong, the expression is too large, or it matches nothing at all.
        pub fn new(name: &str, expression: &str) -> Result<Self, PatternError> {
            let entity = CustomEntity::new(name)?;
            let config = Regex::config().nfa_size_limit(Some(SIZE_MAX)).onepass_size_limit(Some(SIZE_MAX));
            let regex = Regex::builder().configure(config).build(expression).map_err(|error| {
                PatternError::Expression { name: name.to_owned(), reason: error.to_string() }
            })?;
            if regex.is_match("") {
                return Err(PatternError::Empty { name: name.to_owned() });
            }
            Ok(Self { entity, regex, confidence: 0.6, words: Vec::new(), valid: |_| true })
        }

        /// The confidence of a match without a word nearby.
        #[must_use]
        pub const fn confidence(mut self, confidence: f32) -> Self {
            self.confidence = confidence;
            self
        }

        /// Words that add 0.25 where one stands in the 72 bytes before a match; ASCII case does not matter.
        #[must_use]
        pub fn words(mut self, words: &[&str]) -> Self {
            self.words = words.iter().map(|word| word.to_ascii_lowercase()).collect();
            self
        }

        /// Keeps only matches for which this holds, such as one with a right check digit.
        #[must_use]
        pub const fn valid(mut self, valid: fn(&[u8]) -> bool) -> Self {
            self.valid = valid;
            self
        }

        fn has_word(&self, input: &[u8], start: usize) -> bool {
            let before = input.get(start.saturating_sub(BEFORE_BYTES)..start).unwrap_or_default();
            let before = before.to_ascii_lowercase();
            let stands =
                |word: &String| before.windows(word.len().max(1)).any(|part| part == word.as_bytes());
            self.words.iter().any(stands)
        }
    }

    impl Detector for Pattern {
        fn entity(&self) -> CustomEntity {
            self.entity
        }

        fn find(&self, input: &[u8], mut from: usize) -> Option<Match> {
            loop {
                let found = self.regex.search(&Input::new(input).range(from.min(input.len())..))?;
                let value = input.get(found.range())?;
                if !value.is_empty() && value.len() <= CUSTOM_BYTES_MAX && (self.valid)(value) {
                    let word = if self.has_word(input, found.start()) { WORD_WEIGHT } else { 0.0 };
                    return Some(Match { range: found.range(), confidence: self.confidence + word });
                }
                // What is too long may be cut by the end of a piece, so the search goes on at a place that is not.
                from = found
                    .end()
                    .clamp(found.start().saturating_add(1), found.start().saturating_add(CUSTOM_BYTES_MAX));
                // What matched nothing at the very end would match there for ever.
                if from > input.len() {
                    return None;
                }
            }
        }
    }

    /// Why a pattern cannot be made.
    #[derive(Debug, Clone, PartialEq, Eq, Error)]
    #[non_exhaustive]
    pub enum PatternError {
        /// The name of what it finds.
        #[error(transparent)]
        Name(#[from] crate::CustomEntityError),
        /// The expression is wrong or too large.
        #[error("the pattern of `{name}` cannot be used: {reason}")]
        Expression {
            /// The name of what it finds.
            name: String,
            /// What is wrong with it.
            reason: String,
        },
        /// The expression matches where nothing is.
        #[error("the pattern of `{name}` matches the empty text, so it would match everywhere")]
        Empty {
            /// The name of what it finds.
            name: String,
        },
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        /// An expression such as `\b` does not match the empty text, but matches nothing at all behind a letter. The
        /// search for the next match once stayed at the end of the input for ever.
        #[test]
        fn a_match_of_nothing_at_the_end_ends_the_search() {
            for (expression, expected) in [(r"\b", None), (r"\b(?:x|$)", None), (r"\bb|\b", Some(2..3))] {
                let pattern = Pattern::new("NOTHING_TEST", expression).unwrap();
                assert_eq!(pattern.find(b"a b", 0).map(|found| found.range), expected, "{expression}");
                assert_eq!(pattern.find(b"a b", 3), None, "{expression}");
            }
        }
    }
}
