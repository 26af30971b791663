//! Which detector is worth calling on which window, so that most windows call none.

use super::{
    CHARACTERS_MAX, Hit, Window, account, card, hkid, iban, national, network, phone, resident, taiwan, uscc,
};
use crate::Entity;
use crate::chain::{Chain, NUMERALS_MIN, WINDOW_GROUPS_MAX, join};
use crate::context::{Entities, Reader};

/// Detectors as bits, in the order of the table.
type Bits = u128;

/// The detectors that are on, by what a window must be for them.
#[derive(Debug, Clone)]
pub(crate) struct Dispatch {
    enabled: Bits,
    /// Those that reach their threshold only with a word nearby.
    weak: Bits,
    letters: Bits,
    any_joins: Bits,
    by_length: [Bits; CHARACTERS_MAX + 1],
    by_groups: [Bits; WINDOW_GROUPS_MAX + 1],
    /// The detectors of each entity, by [`Entity::index`].
    by_entity: Vec<Bits>,
}

impl Dispatch {
    /// The detectors of the entities that have a threshold.
    pub(crate) fn new(threshold: impl Fn(Entity) -> Option<f32>) -> Self {
        let is_weak =
            |detector: &Detector| threshold(detector.entity).is_some_and(|least| detector.best < least);
        let mut dispatch = Self {
            enabled: bits(|detector| threshold(detector.entity).is_some()),
            weak: bits(is_weak),
            letters: bits(|detector| detector.letters),
            any_joins: bits(|detector| detector.any_joins),
            by_length: [0; CHARACTERS_MAX + 1],
            by_groups: [0; WINDOW_GROUPS_MAX + 1],
            by_entity: Entity::ALL.iter().map(|entity| bits(|detector| detector.entity == *entity)).collect(),
        };
        for (length, of) in dispatch.by_length.iter_mut().enumerate() {
            *of = bits(|detector| (detector.length.0..=detector.length.1).contains(&length));
        }
        for (groups, of) in dispatch.by_groups.iter_mut().enumerate() {
            *of = bits(|detector| (detector.groups.0..=detector.groups.1).contains(&groups));
        }
        dispatch
    }

    /// The detectors of these entities.
    fn named(&self, mut names: Entities) -> Bits {
        let mut found = 0;
        while names != 0 {
            let place = usize::try_from(names.trailing_zeros()).unwrap_or(0);
            names &= names.wrapping_sub(1);
            found |= self.by_entity.get(place).copied().unwrap_or(0);
        }
        found
    }

    /// Calls every detector that could match on every window of the chain.
    pub(crate) fn run(
        &self,
        bytes: &[u8],
        chain: &Chain,
        context: &mut Reader<'_>,
        found: &mut dyn FnMut(Hit, &mut Reader<'_>),
    ) {
        for (first, start) in chain.groups.iter().enumerate().take(chain.starts) {
            let (mut possible, mut joined) = (self.enabled, 0);
            for (further, group) in chain.groups.iter().skip(first).take(WINDOW_GROUPS_MAX).enumerate() {
                if group.letters {
                    possible &= self.letters;
                }
                if further > 0 {
                    joined |= group.join;
                }
                if !matches!(joined, 0 | join::SPACE | join::DASH | join::DOT) {
                    possible &= self.any_joins;
                }
                let length = group.to.saturating_sub(start.from);
                let Some(of_length) = self.by_length.get(length) else { break };
                let of_groups = self.by_groups.get(further.saturating_add(1)).copied().unwrap_or(0);
                if possible == 0 {
                    break;
                }
                let mut called = possible & of_length & of_groups;
                if called == 0 {
                    continue;
                }
                let Some(window) = Window::of(bytes, chain, first, first.saturating_add(further)) else {
                    continue;
                };
                let numerals = window.numerals();
                if numerals != 0 && numerals < NUMERALS_MIN {
                    continue;
                }
                if called & self.weak != 0 {
                    // They are nothing without a word that names them, so none is called where no word does.
                    let names = context.around(bytes, window.start, window.end).names();
                    called &= !self.weak | self.named(names);
                }
                call(called, &window, &mut |hit| found(hit, context));
            }
        }
    }
}

fn call(mut called: Bits, window: &Window<'_>, found: &mut dyn FnMut(Hit)) {
    while called != 0 {
        let place = usize::try_from(called.trailing_zeros()).unwrap_or(0);
        called &= called.wrapping_sub(1);
        if let Some(hit) = detector_at(place).and_then(|detector| (detector.find)(window)) {
            found(hit);
        }
    }
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
    /// Whether groups may be joined by anything but all spaces, all dashes or all dots.
    pub(super) any_joins: bool,
    /// The most that it gives without a word nearby.
    pub(super) best: f32,
}

const DETECTORS: &[Detector] = &[
    detector(Entity::CnBankAccount, account::bank_account, (12, 22), (1, 6)).at_most(0.0),
    detector(Entity::CnResidentId, resident::find, (15, 18), (1, 6)).with_letters(),
    detector(Entity::CnUscc, uscc::find, (18, 18), (1, 6)).with_letters(),
    detector(Entity::CreditCard, card::find, (12, 19), (1, 5)),
    detector(Entity::HkHkid, hkid::find, (7, 9), (1, 1)).with_letters(),
    detector(Entity::Iban, iban::find, (15, CHARACTERS_MAX), (1, WINDOW_GROUPS_MAX)).with_letters(),
    detector(Entity::IpAddress, network::ip_v4, (4, 12), (4, 4)),
    detector(Entity::Passport, account::passport, (8, 9), (1, 1)).with_letters().at_most(0.0),
    detector(Entity::Phone, phone::find, (7, 20), (1, 6)).with_any_joins(),
    detector(Entity::TwUbn, taiwan::ubn, (8, 8), (1, 1)).at_most(0.0),
    detector(Entity::UsSsn, account::us_ssn, (9, 9), (1, 3)),
];

pub(super) const fn detector(
    entity: Entity,
    find: fn(&Window<'_>) -> Option<Hit>,
    length: (usize, usize),
    groups: (usize, usize),
) -> Detector {
    Detector { entity, find, length, groups, letters: false, any_joins: false, best: 1.0 }
}

impl Detector {
    pub(super) const fn with_letters(mut self) -> Self {
        self.letters = true;
        self
    }

    /// At most this without a word nearby; where that is less than the threshold, it is called only beside a word.
    pub(super) const fn at_most(mut self, score: f32) -> Self {
        self.best = score;
        self
    }

    pub(super) const fn with_any_joins(mut self) -> Self {
        self.any_joins = true;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_detector_has_its_bit() {
        assert_eq!(usize::try_from(bits(|_| true).count_ones()), Ok(detectors().count()));
    }
}
