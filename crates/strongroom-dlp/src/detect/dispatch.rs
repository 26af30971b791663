//! Which detector is worth calling on which window, so that most windows call none.

mod shapes;

use super::{
    CHARACTERS_MAX, Hit, Window, account, card, hkid, iban, national, network, phone, resident, taiwan, uscc,
};
use crate::Entity;
use crate::chain::{Chain, NUMERALS_MIN, WINDOW_GROUPS_MAX};
use crate::context::{Reader, bit};
use shapes::Shapes;
pub(super) use shapes::Walk;

/// Detectors as bits, in the order of the table.
type Bits = u64;

/// The detectors that are on, and which of them to call.
#[derive(Debug, Clone)]
pub(crate) struct Dispatch {
    shapes: Shapes,
    /// Those that reach their threshold only with a word nearby.
    weak: Bits,
    /// Those of them whose word is looked for first.
    common: Bits,
}

impl Dispatch {
    /// The detectors of the entities that have a threshold.
    pub(crate) fn new(threshold: impl Fn(Entity) -> Option<f32>) -> Self {
        let is_weak =
            |detector: &Detector| threshold(detector.entity).is_some_and(|least| detector.best < least);
        Self {
            shapes: Shapes::new(|detector| threshold(detector.entity).is_some()),
            weak: bits(is_weak),
            common: bits(|detector| is_weak(detector) && detector.common),
        }
    }

    /// Calls every detector that could match on every window of the chain.
    pub(crate) fn run(
        &self,
        bytes: &[u8],
        chain: &Chain,
        context: &mut Reader<'_>,
        found: &mut dyn FnMut(Hit, &mut Reader<'_>),
    ) {
        let mut left = chain.groups.as_slice();
        for _ in 0..chain.starts {
            let groups = left;
            let Some((start, after)) = groups.split_first() else { break };
            left = after;
            let mut walk = Walk::new(&self.shapes, self.shapes.beginning(bytes, chain, start));
            for (group, count) in groups.iter().zip(1..=WINDOW_GROUPS_MAX) {
                let length = group.to.saturating_sub(start.from);
                if walk.take(group).is_none() || length > CHARACTERS_MAX {
                    break;
                }
                let called = walk.called(length);
                if called != 0
                    && let Some(window) =
                        groups.get(..count).and_then(|groups| Window::of(bytes, chain, groups, &walk))
                {
                    self.call(called, &window, context, found);
                }
            }
        }
    }

    fn call(
        &self,
        called: Bits,
        window: &Window<'_>,
        context: &mut Reader<'_>,
        found: &mut dyn FnMut(Hit, &mut Reader<'_>),
    ) {
        let numerals = window.numerals();
        if numerals != 0 && numerals < NUMERALS_MIN {
            return;
        }
        let by_word = called & self.common != 0 || (called & self.weak).count_ones() > WEAK_MAX;
        let mut names = None;
        for place in places(called) {
            let Some(detector) = detector_at(place) else { continue };
            if by_word && self.weak & (1 << place) != 0 {
                // It is nothing without a word that names it, so it is not called where no word does.
                let names = *names
                    .get_or_insert_with(|| context.around(window.bytes, window.start, window.end).names());
                if names & bit(detector.entity) == 0 {
                    continue;
                }
            }
            if let Some(hit) = (detector.find)(window) {
                found(hit, context);
            }
        }
    }
}

/// So many checks cost less than to look for a word.
const WEAK_MAX: u32 = 2;

/// The places of the bits that are set, from the lowest on.
fn places(mut of: Bits) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = usize::try_from(of.trailing_zeros()).ok().filter(|_| of != 0)?;
        of &= of.wrapping_sub(1);
        Some(place)
    })
}

fn detector_at(place: usize) -> Option<&'static Detector> {
    match place.checked_sub(DETECTORS.len()) {
        Some(place) => national::rows::DETECTORS.get(place),
        None => DETECTORS.get(place),
    }
}

/// All detectors, those of identifiers of states last.
fn detectors() -> impl Iterator<Item = &'static Detector> {
    DETECTORS.iter().chain(national::rows::DETECTORS)
}

fn bits(of: impl Fn(&Detector) -> bool) -> Bits {
    let each_bit = std::iter::successors(Some(1), |bit: &Bits| bit.checked_mul(2));
    detectors().zip(each_bit).filter(|(detector, _)| of(detector)).fold(0, |bits, (_, bit)| bits | bit)
}

/// A detector, and the windows that it is worth calling on.
pub(super) struct Detector {
    pub(super) entity: Entity,
    pub(super) find: fn(&Window<'_>) -> Option<Hit>,
    /// Letters and digits, from and through.
    pub(super) length: (usize, usize),
    /// Groups, from and through.
    pub(super) groups: (usize, usize),
    /// Whether letters may be among them.
    pub(super) letters: bool,
    pub(super) joins: Joins,
    /// The most that it gives without a word nearby.
    pub(super) best: f32,
    /// Whether it holds for so many numbers that it is best to look for the word first.
    pub(super) common: bool,
    pub(super) begins: Begins,
    /// Whether a window of so many groups may have one of this size in this place; it may be more than are valid.
    pub(super) shape: fn(groups: usize, place: usize, size: usize) -> bool,
}

/// What may join the groups of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joins {
    /// All spaces, all dashes or all dots.
    Alike,
    /// All dots.
    Dots,
    /// Anything.
    Any,
}

/// What a window begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begins {
    Any,
    /// A plus sign before it, or a double zero.
    Plus,
    Letter,
    /// Two letters and two digits.
    Country,
}

const DETECTORS: &[Detector] = &[
    detector(Entity::CnBankAccount, account::bank_account, (12, 22), (1, 6))
        .shaped(in_fours)
        .at_most(0.0)
        .common(),
    detector(Entity::CnResidentId, resident::find, (15, 15), (1, 1)),
    detector(Entity::CnResidentId, resident::find, (18, 18), (1, 6)).shaped(in_parts).with_letters(),
    detector(Entity::CnUscc, uscc::find, (18, 18), (1, 6)).shaped(in_parts).with_letters(),
    detector(Entity::CreditCard, card::find, (12, 19), (1, 5)).shaped(in_parts),
    detector(Entity::HkHkid, hkid::find, (7, 9), (1, 1)).with_letters().beginning(Begins::Letter),
    detector(Entity::Iban, iban::find, (15, CHARACTERS_MAX), (1, WINDOW_GROUPS_MAX))
        .shaped(in_fours)
        .with_letters()
        .beginning(Begins::Country),
    detector(Entity::IpAddress, network::ip_v4, (4, 12), (4, 4)).shaped(|_, _, size| size <= 3).with_dots(),
    detector(Entity::Passport, account::passport, (8, 9), (1, 1)).with_letters().at_most(0.0).common(),
    detector(Entity::Phone, phone::national, (7, 20), (1, 6))
        .shaped(phone::is_national_shape)
        .with_any_joins(),
    detector(Entity::Phone, phone::international, (7, 20), (1, 6)).beginning(Begins::Plus).with_any_joins(),
    detector(Entity::Phone, phone::local, (7, 8), (1, 2))
        .shaped(phone::is_local_shape)
        .with_any_joins()
        .at_most(0.35)
        .common(),
    detector(Entity::TwUbn, taiwan::ubn, (8, 8), (1, 1)).at_most(0.0).common(),
    detector(Entity::UsSsn, account::us_ssn, (9, 9), (1, 3))
        .shaped(|groups, place, size| groups == 1 || [3, 2, 4].get(place) == Some(&size)),
];

/// Fours, but the last.
const fn in_fours(groups: usize, place: usize, size: usize) -> bool {
    place.saturating_add(1) == groups || size == 4
}

/// No single characters but the last.
const fn in_parts(groups: usize, place: usize, size: usize) -> bool {
    place.saturating_add(1) == groups || size > 1
}

pub(super) const fn detector(
    entity: Entity,
    find: fn(&Window<'_>) -> Option<Hit>,
    length: (usize, usize),
    groups: (usize, usize),
) -> Detector {
    Detector {
        entity,
        find,
        length,
        groups,
        letters: false,
        joins: Joins::Alike,
        best: 1.0,
        common: false,
        begins: Begins::Any,
        shape: |_, _, _| true,
    }
}

impl Detector {
    fn fits(&self, groups: usize, place: usize, size: usize) -> bool {
        (self.groups.0..=self.groups.1).contains(&groups) && (self.shape)(groups, place, size)
    }

    pub(super) const fn beginning(mut self, begins: Begins) -> Self {
        self.begins = begins;
        self
    }

    pub(super) const fn shaped(mut self, shape: fn(usize, usize, usize) -> bool) -> Self {
        self.shape = shape;
        self
    }

    pub(super) const fn with_letters(mut self) -> Self {
        self.letters = true;
        self
    }

    /// At most this without a word nearby; where that is less than the threshold, it is called only beside a word.
    pub(super) const fn at_most(mut self, score: f32) -> Self {
        self.best = score;
        self
    }

    pub(super) const fn common(mut self) -> Self {
        self.common = true;
        self
    }

    pub(super) const fn with_dots(mut self) -> Self {
        self.joins = Joins::Dots;
        self
    }

    pub(super) const fn with_any_joins(mut self) -> Self {
        self.joins = Joins::Any;
        self
    }
}

#[cfg(test)]
mod tests;
