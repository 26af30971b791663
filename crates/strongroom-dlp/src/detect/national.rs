//! Identifiers of states as data: how each is written, and what a number of that form scores.
//!
//! Scores. What more than about one in a thousand arbitrary strings of its form would pass stays below 0.5, so that it
//! is nothing without a word: 0.3 to 0.45 by how rare it is, and with `needs_context` whatever the threshold where the
//! form is as common as eight digits. What passes less often, by its letters, date and check together, has 0.6 to 0.9.
//! A grouping in which nothing else is written, such as 000.000.000-00, counts as one more check.

pub(crate) mod around;
pub(crate) mod rows;
pub(crate) mod special;

use super::{Hit, Window};
use crate::Entity;
use crate::chain::join;
use crate::fact::Fact;
use around::Spread;

/// One kind of identifier.
#[derive(Debug)]
pub(crate) struct National {
    pub(crate) entity: Entity,
    /// Over the compact value, letters in upper case.
    pub(crate) valid: fn(&[u8]) -> bool,
    /// What holds where it is valid, at most four.
    pub(crate) proofs: &'static [Fact],
    pub(crate) forms: &'static [Form],
    /// Whether its groups with digits may have letters.
    pub(crate) letters: bool,
    pub(crate) needs_context: bool,
}

impl National {
    /// Whether one of its forms has so many groups with digits, and one of this size in this place.
    pub(crate) fn has(&self, groups: usize, place: usize, size: usize) -> bool {
        self.forms.iter().any(|form| form.sizes.len() == groups && form.sizes.get(place) == Some(&size))
    }
}

/// One way to write it.
#[derive(Debug)]
pub(crate) struct Form {
    /// Groups of letters alone before the ones with digits.
    pub(crate) before: &'static [usize],
    /// Groups with digits.
    pub(crate) sizes: &'static [usize],
    /// Groups of letters alone after them.
    pub(crate) after: &'static [usize],
    /// What joins the groups with digits, as bits of [`join`]; empty for all spaces, all dashes or all dots.
    pub(crate) joins: &'static [u8],
    pub(crate) score: f32,
}

impl Form {
    /// Groups with digits alone, joined all alike.
    const fn of(sizes: &'static [usize], score: f32) -> Self {
        Self { before: &[], sizes, after: &[], joins: &[], score }
    }

    const fn joined(mut self, joins: &'static [u8]) -> Self {
        self.joins = joins;
        self
    }

    /// With groups of letters before and after.
    const fn between(mut self, before: &'static [usize], after: &'static [usize]) -> Self {
        self.before = before;
        self.after = after;
        self
    }

    fn fits(&self, window: &Window<'_>) -> bool {
        let sized = window.groups.len() == self.sizes.len()
            && window
                .groups
                .iter()
                .zip(self.sizes)
                .all(|(group, size)| group.to.saturating_sub(group.from) == *size);
        if !sized || !self.joins.is_empty() {
            return sized && window.joins().eq(self.joins.iter().copied());
        }
        let first = window.joins().next().unwrap_or(join::SPACE);
        matches!(first, join::SPACE | join::DASH | join::DOT) && window.joins().all(|join| join == first)
    }

    /// The hit, if what stands in this form is valid.
    fn hit(&self, window: &Window<'_>, kind: &National) -> Option<Hit> {
        if self.before.is_empty() && self.after.is_empty() {
            return (kind.valid)(window.text).then(|| window.hit(kind.entity, self.score));
        }
        // Two bytes on either side tell most of the windows that no letters stand beside.
        let head = window.bytes.get(..window.start).unwrap_or_default();
        let tail = window.bytes.get(window.end..).unwrap_or_default();
        let before =
            matches!(head, [.., b'A'..=b'Z' | b'a'..=b'z' | 0x80.., b' ' | b'-' | b'.'] | [.., 0x80..=0xFF]);
        let after =
            matches!(tail, [b' ' | b'-' | b'.', b'A'..=b'Z' | b'a'..=b'z' | 0x80.., ..] | [0x80..=0xFF, ..]);
        if !(self.before.is_empty() || before) || !(self.after.is_empty() || after) {
            return None;
        }
        let spread = Spread::read(window, self.before, self.after)?;
        (kind.valid)(spread.text()).then(|| Hit {
            start: spread.start,
            end: spread.end,
            grouped: true,
            numeric: false,
            ..window.hit(kind.entity, self.score)
        })
    }
}

/// The first form that fits and holds.
pub(crate) fn find(window: &Window<'_>, kind: &National) -> Option<Hit> {
    let mut fitting = kind.forms.iter().filter(|form| form.fits(window));
    let hit = fitting.find_map(|form| form.hit(window, kind))?;
    let evidence = kind.proofs.iter().fold(hit.evidence, |evidence, proof| evidence.with(*proof));
    Some(Hit { evidence, needs_context: kind.needs_context, ..hit })
}

#[cfg(test)]
mod tests;
