//! Which detector is worth calling on which window, so that most windows call none.

use super::{
    CHARACTERS_MAX, Hit, Window, account, card, hkid, iban, network, phone, resident, secret, taiwan, uscc,
};
use crate::Entity;
use crate::candidate::{Chain, WINDOW_GROUPS_MAX, join};

/// Detectors as bits, in the order of the table.
type Bits = u16;

/// The detectors that are on, by what a window must be for them.
#[derive(Debug, Clone)]
pub(crate) struct Dispatch {
    enabled: Bits,
    letters: Bits,
    any_joins: Bits,
    by_length: [Bits; CHARACTERS_MAX + 1],
    by_groups: [Bits; WINDOW_GROUPS_MAX + 1],
}

impl Dispatch {
    pub(crate) fn new(on: impl Fn(Entity) -> bool) -> Self {
        let mut dispatch = Self {
            enabled: bits(|detector| on(detector.entity)),
            letters: bits(|detector| detector.letters),
            any_joins: bits(|detector| detector.any_joins),
            by_length: [0; CHARACTERS_MAX + 1],
            by_groups: [0; WINDOW_GROUPS_MAX + 1],
        };
        for (length, of) in dispatch.by_length.iter_mut().enumerate() {
            *of = bits(|detector| (detector.length.0..=detector.length.1).contains(&length));
        }
        for (groups, of) in dispatch.by_groups.iter_mut().enumerate() {
            *of = bits(|detector| (detector.groups.0..=detector.groups.1).contains(&groups));
        }
        dispatch
    }

    /// Calls every detector that could match on every window of the chain.
    pub(crate) fn run(&self, bytes: &[u8], chain: &Chain, found: &mut dyn FnMut(Hit)) {
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
                let called = possible & of_length & of_groups;
                if called != 0
                    && let Some(window) = Window::of(bytes, chain, first, first.saturating_add(further))
                {
                    call(called, &window, found);
                }
            }
        }
    }
}

fn call(called: Bits, window: &Window<'_>, found: &mut dyn FnMut(Hit)) {
    for (detector, bit) in DETECTORS.iter().zip(each_bit()) {
        if called & bit != 0
            && let Some(hit) = (detector.find)(window)
        {
            found(hit);
        }
    }
}

fn bits(of: impl Fn(&Detector) -> bool) -> Bits {
    DETECTORS.iter().zip(each_bit()).filter(|(detector, _)| of(detector)).fold(0, |bits, (_, bit)| bits | bit)
}

/// The bits from the lowest up.
fn each_bit() -> impl Iterator<Item = Bits> {
    std::iter::successors(Some(1), |bit: &Bits| bit.checked_mul(2))
}

/// A detector, and the windows that it is worth calling on.
struct Detector {
    entity: Entity,
    find: fn(&Window<'_>) -> Option<Hit>,
    /// Letters and digits, from and through.
    length: (usize, usize),
    /// Groups, from and through.
    groups: (usize, usize),
    /// Whether letters may be among them.
    letters: bool,
    /// Whether groups may be joined by anything but all spaces, all dashes or all dots.
    any_joins: bool,
}

const DETECTORS: &[Detector] = &[
    detector(Entity::AwsKey, secret::aws_key, (20, 20), (1, 1)).with_letters(),
    detector(Entity::CnBankAccount, account::bank_account, (12, 22), (1, 6)),
    detector(Entity::CnResidentId, resident::find, (15, 18), (1, 6)).with_letters(),
    detector(Entity::CnUscc, uscc::find, (18, 18), (1, 6)).with_letters(),
    detector(Entity::CreditCard, card::find, (12, 19), (1, 5)),
    detector(Entity::HkHkid, hkid::find, (7, 9), (1, 1)).with_letters(),
    detector(Entity::Iban, iban::find, (15, CHARACTERS_MAX), (1, WINDOW_GROUPS_MAX)).with_letters(),
    detector(Entity::IpAddress, network::ip_v4, (4, 12), (4, 4)),
    detector(Entity::Passport, account::passport, (8, 9), (1, 1)).with_letters(),
    detector(Entity::Phone, phone::find, (7, 20), (1, 6)).with_any_joins(),
    detector(Entity::TwNationalId, taiwan::national_id, (10, 10), (1, 1)).with_letters(),
    detector(Entity::TwUbn, taiwan::ubn, (8, 8), (1, 1)),
    detector(Entity::UsSsn, account::us_ssn, (9, 9), (3, 3)),
];

const fn detector(
    entity: Entity,
    find: fn(&Window<'_>) -> Option<Hit>,
    length: (usize, usize),
    groups: (usize, usize),
) -> Detector {
    Detector { entity, find, length, groups, letters: false, any_joins: false }
}

impl Detector {
    const fn with_letters(mut self) -> Self {
        self.letters = true;
        self
    }

    const fn with_any_joins(mut self) -> Self {
        self.any_joins = true;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_detector_has_its_bit() {
        assert_eq!(usize::try_from(bits(|_| true).count_ones()), Ok(DETECTORS.len()));
    }
}
