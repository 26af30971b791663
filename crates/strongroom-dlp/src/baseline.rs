//! What was there and accepted at a point in time, so that a scan reports what is new.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::input::Input;
use crate::{Entity, Finding, Fingerprint, ValueKey};

/// What was accepted: which values, at which places, how many times. It holds fingerprints, never values.
///
/// It is made and used under one key, and refuses another: under that, all would seem new. Offsets are no part of it, so
/// a value may move within its place; a value that was never accepted at the place is always new.
///
/// With the feature `serde` it is `{"version": 1, "key": …, "accepted": […]}`, in the order of places, entities and
/// fingerprints, so that two of them can be compared line by line; an unknown version is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "stored::File", try_from = "stored::File"))]
pub struct Baseline {
    /// What tells the key from another.
    key: String,
    /// By place.
    accepted: BTreeMap<String, Counts>,
}

type Counts = BTreeMap<(Entity, Fingerprint), u64>;

impl Baseline {
    /// Nothing accepted, under this key.
    pub fn new(key: &ValueKey) -> Self {
        Self { key: key.check(), accepted: BTreeMap::new() }
    }

    /// Accepts the findings at this place, and no longer what was accepted there before.
    ///
    /// On an error nothing has changed.
    pub fn accept<'i>(
        &mut self,
        place: &str,
        input: impl Into<Input<'i>>,
        findings: &[Finding],
        key: &ValueKey,
    ) -> Result<(), BaselineError> {
        self.check(key)?;
        let input = input.into();
        let mut counts = Counts::new();
        for finding in findings {
            let value = input.value(finding.range());
            let value = value.ok_or(BaselineError::OtherInput { start: finding.start, end: finding.end })?;
            let count = counts.entry((finding.entity, key.fingerprint(finding.entity, &value))).or_default();
            *count = count.saturating_add(1);
        }
        if counts.is_empty() {
            self.accepted.remove(place);
        } else {
            self.accepted.insert(place.to_owned(), counts);
        }
        Ok(())
    }

    /// No longer accepts anything at this place.
    pub fn forget(&mut self, place: &str) {
        self.accepted.remove(place);
    }

    /// Parts the findings at one place into new and known ones, and says what is gone.
    ///
    /// Where a value is found more often than it was accepted, the first findings are the known ones. A finding whose
    /// value cannot be read, because it belongs to another input, is new.
    pub fn compare<'i>(
        &self,
        place: &str,
        input: impl Into<Input<'i>>,
        findings: &[Finding],
        key: &ValueKey,
    ) -> Result<Compared, BaselineError> {
        self.check(key)?;
        let input = input.into();
        let mut left = self.accepted.get(place).cloned().unwrap_or_default();
        let mut compared = Compared::default();
        for finding in findings {
            let value = input.value(finding.range()).filter(|_| !left.is_empty());
            let count = value.and_then(|value| {
                let fingerprint = key.fingerprint(finding.entity, &value);
                left.get_mut(&(finding.entity, fingerprint)).filter(|count| **count > 0)
            });
            match count {
                Some(count) => {
                    *count = count.saturating_sub(1);
                    compared.known.push(*finding);
                }
                None => compared.new.push(*finding),
            }
        }
        left.retain(|_, count| *count > 0);
        compared.gone = entries(place, &left).collect();
        Ok(compared)
    }

    /// All that is accepted, by place, entity and fingerprint.
    pub fn accepted(&self) -> impl Iterator<Item = Accepted> + '_ {
        self.accepted.iter().flat_map(|(place, counts)| entries(place, counts))
    }

    /// Whether nothing is accepted.
    pub fn is_empty(&self) -> bool {
        self.accepted.is_empty()
    }

    fn check(&self, key: &ValueKey) -> Result<(), BaselineError> {
        if key.check() == self.key { Ok(()) } else { Err(BaselineError::OtherKey) }
    }
}

fn entries<'a>(place: &'a str, counts: &'a Counts) -> impl Iterator<Item = Accepted> + 'a {
    counts.iter().map(move |((entity, fingerprint), count)| Accepted {
        place: place.to_owned(),
        entity: *entity,
        fingerprint: fingerprint.clone(),
        count: *count,
    })
}

/// One value that is accepted at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Accepted {
    /// Where, as the host names it.
    pub place: String,
    /// What it is.
    pub entity: Entity,
    /// Which value.
    pub fingerprint: Fingerprint,
    /// How many times; at least one.
    pub count: u64,
}

/// The findings at one place beside what was accepted there.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Compared {
    /// Those that were not accepted, in the order given.
    pub new: Vec<Finding>,
    /// Those that were.
    pub known: Vec<Finding>,
    /// What was accepted and is no longer found, and how many times fewer: accept the place anew to be rid of it.
    pub gone: Vec<Accepted>,
}

/// Why a baseline was not made or compared.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// The baseline was made under another key.
    #[error("the baseline was made under another key")]
    OtherKey,
    /// A finding does not lie on characters of the input.
    #[error("a finding at bytes {start}..{end} belongs to another input or another encoding")]
    OtherInput {
        /// Where the finding says it starts.
        start: usize,
        /// Where the finding says it ends.
        end: usize,
    },
}

#[cfg(feature = "serde")]
mod stored {
    use super::{Accepted, Baseline};
    use crate::fingerprint::is_key_check;
    use crate::version::Version;

    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct File {
        version: Version<1>,
        key: String,
        accepted: Vec<Accepted>,
    }

    impl From<Baseline> for File {
        fn from(baseline: Baseline) -> Self {
            Self { version: Version, accepted: baseline.accepted().collect(), key: baseline.key }
        }
    }

    impl TryFrom<File> for Baseline {
        type Error = String;

        fn try_from(file: File) -> Result<Self, Self::Error> {
            if !is_key_check(&file.key) {
                return Err("`key` is not the check of a key".to_owned());
            }
            let mut baseline = Self { key: file.key, accepted: std::collections::BTreeMap::new() };
            for Accepted { place, entity, fingerprint, count } in file.accepted {
                let counts = baseline.accepted.entry(place).or_default();
                if count == 0 || counts.insert((entity, fingerprint), count).is_some() {
                    return Err(format!("`accepted` has a count of zero or one `{entity}` twice"));
                }
            }
            Ok(baseline)
        }
    }
}

#[cfg(test)]
mod tests;
