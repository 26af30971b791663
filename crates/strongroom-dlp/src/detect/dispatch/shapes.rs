//! Which detectors a window can be for, by the sizes of its groups and by what joins them.

use super::{Begins, Bits, Detector, Joins, bits};
use crate::chain::{Chain, Group, WINDOW_GROUPS_MAX, join};
use crate::detect::CHARACTERS_MAX;
use crate::glyph::{self, Glyph};

/// Sizes of groups that are told apart; a longer group counts as this.
const SIZES: usize = 20;
/// Groups of a window whose sizes are asked, from its first on.
const PLACES: usize = 3;

/// Bits by the size of a group.
type BySize = [Bits; SIZES + 1];

/// The detectors that are on, by what a window must be for them.
#[derive(Debug, Clone)]
pub(super) struct Shapes {
    /// By what the window begins with: a digit, a digit after a plus sign, a letter, two letters and two digits.
    digit: Bits,
    plus: Bits,
    letter: Bits,
    country: Bits,
    /// Those that may have letters.
    letters: Bits,
    /// Those that may be joined by anything, and those that only dots may join.
    any_joins: Bits,
    only_dots: Bits,
    by_length: [Bits; CHARACTERS_MAX + 1],
    /// By the place and the size of a group, whatever follows.
    reach: [BySize; PLACES],
    /// By how many groups there are, and the place and the size of one.
    exact: Vec<[BySize; PLACES]>,
    /// By how many groups there are at the least.
    groups: [Bits; WINDOW_GROUPS_MAX + 1],
}

impl Shapes {
    pub(super) fn new(enabled: impl Fn(&Detector) -> bool) -> Self {
        let begins =
            |allowed: &[Begins]| bits(|detector| enabled(detector) && allowed.contains(&detector.begins));
        let by_size = |fits: &dyn Fn(&Detector, usize) -> bool| -> BySize {
            std::array::from_fn(|size| bits(|detector| fits(detector, size)))
        };
        let anywhere = |place: usize, detector: &Detector, size: usize| {
            (place.saturating_add(1)..=WINDOW_GROUPS_MAX).any(|groups| detector.fits(groups, place, size))
        };
        Self {
            digit: begins(&[Begins::Any]),
            plus: begins(&[Begins::Any, Begins::Plus]),
            letter: begins(&[Begins::Any, Begins::Letter]),
            country: begins(&[Begins::Any, Begins::Letter, Begins::Country]),
            letters: bits(|detector| detector.letters),
            any_joins: bits(|detector| detector.joins == Joins::Any),
            only_dots: bits(|detector| detector.joins == Joins::Dots),
            by_length: std::array::from_fn(|length| {
                bits(|detector| (detector.length.0..=detector.length.1).contains(&length))
            }),
            reach: std::array::from_fn(|place| by_size(&|detector, size| anywhere(place, detector, size))),
            exact: (0..=WINDOW_GROUPS_MAX)
                .map(|groups| {
                    std::array::from_fn(|place| by_size(&|detector, size| detector.fits(groups, place, size)))
                })
                .collect(),
            groups: std::array::from_fn(|groups| bits(|detector| detector.groups.1 >= groups)),
        }
    }

    /// Those that may begin with this group.
    #[inline]
    pub(super) fn beginning(&self, bytes: &[u8], chain: &Chain, start: &Group) -> Bits {
        let first = match chain.text(start) {
            [b'A'..=b'Z', b'A'..=b'Z', b'0'..=b'9', b'0'..=b'9', ..] => self.country,
            [b'A'..=b'Z', ..] => self.letter,
            // `+86…`, and `0086…`, which reads like it.
            [b'0', b'0', ..] => self.plus,
            _ => match start.start.checked_sub(1).and_then(|before| bytes.get(before)) {
                Some(b'+') => self.plus,
                Some(0x80..) => match glyph::previous_visible(bytes, start.start) {
                    Some((Glyph::Mark(b'+'), ..)) => self.plus,
                    _ => self.digit,
                },
                _ => self.digit,
            },
        };
        first & if start.letters { self.letters } else { Bits::MAX }
    }
}

/// The groups of a window, one after the other, and the detectors that are left.
#[derive(Debug, Clone, Copy)]
pub(in crate::detect) struct Walk<'a> {
    shapes: &'a Shapes,
    /// Those that this window or a longer one can be for.
    possible: Bits,
    joined: u8,
    groups: usize,
    sizes: [u8; WINDOW_GROUPS_MAX],
    /// Characters in all of them, without labels that were taken off.
    pub(in crate::detect) characters: usize,
    /// Whether there are but digits.
    pub(in crate::detect) digits: bool,
    /// Whether all groups but the last have more than one character.
    pub(in crate::detect) parted: bool,
}

impl<'a> Walk<'a> {
    pub(super) const fn new(shapes: &'a Shapes, possible: Bits) -> Self {
        let sizes = [0; WINDOW_GROUPS_MAX];
        Self { shapes, possible, joined: 0, groups: 0, sizes, characters: 0, digits: true, parted: true }
    }

    /// Takes one more group; `None` where neither this window nor a longer one can be for any detector.
    #[inline]
    pub(super) fn take(&mut self, group: &Group) -> Option<()> {
        let size = group.to.saturating_sub(group.from);
        if let Some(last) = self.groups.checked_sub(1) {
            self.joined |= group.join;
            self.parted = self.parted && self.sizes.get(last).is_some_and(|size| *size > 1);
            self.possible &= match self.joined {
                join::DOT => Bits::MAX,
                join::SPACE | join::DASH => !self.shapes.only_dots,
                _ => self.shapes.any_joins,
            };
        }
        self.characters = self.characters.saturating_add(size);
        if group.letters {
            self.digits = false;
            self.possible &= self.shapes.letters;
        }
        if let Some(reach) = self.shapes.reach.get(self.groups) {
            self.possible &= reach.get(size.min(SIZES)).copied().unwrap_or(0);
        }
        *self.sizes.get_mut(self.groups)? = u8::try_from(size).unwrap_or(u8::MAX);
        self.groups = self.groups.saturating_add(1);
        self.possible &= self.shapes.groups.get(self.groups).copied().unwrap_or(0);
        (self.possible != 0).then_some(())
    }

    /// Those that this window can be for.
    #[inline]
    pub(super) fn called(&self, length: usize) -> Bits {
        let of_length = self.possible & self.shapes.by_length.get(length).copied().unwrap_or(0);
        if of_length == 0 {
            return 0;
        }
        let Some(exact) = self.shapes.exact.get(self.groups) else { return 0 };
        let ([first, second, third], [one, two, three, ..]) = (exact, self.sizes);
        let of = |by_size: &BySize, size: u8| by_size.get(usize::from(size).min(SIZES)).copied().unwrap_or(0);
        let mut called = of_length & of(first, one);
        if self.groups > 1 {
            called &= of(second, two);
        }
        if self.groups > 2 {
            called &= of(third, three);
        }
        called
    }

    pub(in crate::detect) const fn sizes(&self) -> [u8; WINDOW_GROUPS_MAX] {
        self.sizes
    }

    /// Whether all groups are joined by a space, all by a dash or all by a dot.
    pub(in crate::detect) const fn is_joined_alike(&self) -> bool {
        matches!(self.joined, 0 | join::SPACE | join::DASH | join::DOT)
    }
}
