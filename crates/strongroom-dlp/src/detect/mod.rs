//! The detectors: small matchers over one window of a chain, or around one at sign.
//!
//! Weights. A detector gives a base score from 0 to 1 for its checks and its shape; 0.5 is where a finding is more
//! likely right than wrong, and the default threshold. What stands around it then moves the score (see [`Hit::settle`]).

pub(crate) mod account;
pub(crate) mod around;
mod bic;
pub(crate) mod card;
mod civil;
mod dispatch;
pub(crate) mod email;
mod geo;
pub(crate) mod hkid;
pub(crate) mod iban;
pub(crate) mod named;
pub(crate) mod national;
pub(crate) mod network;
pub(crate) mod phone;
mod plate;
pub(crate) mod resident;
pub(crate) mod secret;
pub(crate) mod taiwan;
mod token;
pub(crate) mod uscc;

pub(crate) use civil::plain as birth_date;
pub(crate) use dispatch::Dispatch;
use dispatch::Walk;

use crate::chain::{Chain, Group, WINDOW_GROUPS_MAX};
use crate::context::{Around, Reader};
use crate::fact::Fact;
use crate::glyph::{self, Glyph};
use crate::{Entity, Evidence, Finding};

/// The longest value in letters and digits: an IBAN has 34.
const CHARACTERS_MAX: usize = 34;

/// What a context word adds.
pub(crate) const CONTEXT_WEIGHT: f32 = 0.25;
/// What a word that names another kind of number, such as an order number, takes.
const CONTRARY_WEIGHT: f32 = 0.4;
/// What a word that names another kind of personal data takes.
const OTHER_WEIGHT: f32 = 0.1;
/// What is taken where the value is joined to more letters or digits by a dash, dot, slash or underscore.
const JOINED_WEIGHT: f32 = 0.35;
/// What is taken where it reads as an amount.
const MONEY_WEIGHT: f32 = 0.5;
/// What is taken from a value of several groups where the next group looks like one more of them.
const CROWDED_WEIGHT: f32 = 0.25;

/// Some neighbouring groups of a chain, read as one value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) text: &'a [u8],
    pub(crate) groups: &'a [Group],
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Characters in each group; 0 past the last.
    sizes: [u8; WINDOW_GROUPS_MAX],
    digits: bool,
    uniform: bool,
}

impl<'a> Window<'a> {
    fn of(bytes: &'a [u8], chain: &'a Chain, groups: &'a [Group], walk: &Walk<'_>) -> Option<Self> {
        let (from, to) = (groups.first()?.from, groups.last()?.to);
        let text = chain.characters.get(from..to)?;
        Some(Self {
            bytes,
            text,
            groups,
            start: groups.first()?.start,
            end: groups.last()?.end,
            sizes: walk.sizes(),
            digits: walk.digits && walk.characters == text.len(),
            uniform: walk.parted && walk.is_joined_alike(),
        })
    }

    /// The bits of [`join`] between each two groups.
    pub(crate) fn joins(&self) -> impl Iterator<Item = u8> + '_ {
        self.groups.iter().skip(1).map(|group| group.join)
    }

    /// Characters in each group; 0 past the last.
    pub(crate) const fn sizes(&self) -> [u8; WINDOW_GROUPS_MAX] {
        self.sizes
    }

    /// How many of the characters are Chinese numerals.
    pub(crate) fn numerals(&self) -> usize {
        self.groups.iter().fold(0, |sum, group| sum.saturating_add(group.numerals))
    }

    pub(crate) const fn is_single(&self) -> bool {
        self.groups.len() == 1
    }

    /// Whether the groups, if more than one, are joined all alike by a space, a dash or a dot, and only the last of
    /// them may be a single character.
    pub(crate) const fn is_uniform(&self) -> bool {
        self.uniform
    }

    pub(crate) const fn all_digits(&self) -> bool {
        self.digits
    }

    /// A hit over the whole window.
    pub(crate) fn hit(&self, entity: Entity, score: f32) -> Hit {
        let numeric = self.all_digits();
        Hit { grouped: !self.is_single(), numeric, ..Hit::new(entity, self.start, self.end, score) }
    }
}

/// What one detector says before its surroundings are weighed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) entity: Entity,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) score: f32,
    pub(crate) evidence: Evidence,
    /// It is nothing without a context word.
    pub(crate) needs_context: bool,
    /// It is one of several groups, so a group beside it may belong to it.
    pub(crate) grouped: bool,
    /// It is digits alone, so it may be an amount or an order number.
    pub(crate) numeric: bool,
}

impl Hit {
    pub(crate) fn new(entity: Entity, start: usize, end: usize, score: f32) -> Self {
        let evidence = Evidence::default();
        Self { entity, start, end, score, evidence, needs_context: false, grouped: false, numeric: false }
    }

    #[must_use]
    pub(crate) fn with(mut self, fact: Fact) -> Self {
        self.evidence = self.evidence.with(fact);
        self
    }

    #[must_use]
    pub(crate) const fn with_context_only(mut self) -> Self {
        self.needs_context = true;
        self
    }

    /// Weighs what stands around the hit; `None` where less than the threshold is left.
    pub(crate) fn settle(
        mut self,
        bytes: &[u8],
        context: &mut Reader<'_>,
        threshold: f32,
    ) -> Option<Finding> {
        if self.numeric {
            let (mut before, after) = (Edge::before(bytes, self.start), Edge::after(bytes, self.end));
            if before == Edge::Joined && context.is_labelled(bytes, self.start) {
                before = Edge::Open;
            }
            if before == Edge::Money || after == Edge::Money {
                self.score -= MONEY_WEIGHT;
            }
            if before == Edge::Joined || after == Edge::Joined {
                self.score -= JOINED_WEIGHT;
            }
            if self.grouped && (before == Edge::Crowded || after == Edge::Crowded) {
                self.score -= CROWDED_WEIGHT;
            }
        }
        // Not even a word could lift it, so none is looked for.
        if self.score + CONTEXT_WEIGHT < threshold {
            return None;
        }
        match context.around(bytes, self.start, self.end).of(self.entity) {
            Around::Word(word) => {
                self.score += CONTEXT_WEIGHT;
                self.evidence = self.evidence.beside(word);
            }
            _ if self.needs_context => return None,
            Around::Contrary if self.numeric => self.score -= CONTRARY_WEIGHT,
            Around::Other if self.numeric => self.score -= OTHER_WEIGHT,
            Around::Contrary | Around::Other | Around::Nothing => {}
        }
        let confidence = self.score.clamp(0.0, 0.99);
        let Self { entity, start, end, evidence, .. } = self;
        (confidence > 0.0 && confidence >= threshold).then_some(Finding {
            entity,
            start,
            end,
            confidence,
            evidence,
        })
    }
}

/// What touches a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    /// Nothing that matters.
    Open,
    /// A space and one more group of digits.
    Crowded,
    /// A dash, dot, slash or underscore and more letters or digits.
    Joined,
    /// A currency or a unit.
    Money,
}

impl Edge {
    fn before(bytes: &[u8], start: usize) -> Self {
        let Some((glyph, at, _)) = glyph::previous_visible(bytes, start) else { return Self::Open };
        let further = || glyph::previous_visible(bytes, at).map(|(glyph, ..)| glyph);
        match glyph {
            Glyph::Mark(b'$') => Self::Money,
            Glyph::Mark(b'-' | b'.' | b'_') if further().is_some_and(|g| g.alphanumeric().is_some()) => {
                Self::Joined
            }
            Glyph::Mark(b'/') if matches!(further(), Some(Glyph::Letter(_))) => Self::Joined,
            Glyph::Mark(b' ') => match further() {
                Some(Glyph::Digit(_)) => Self::Crowded,
                Some(Glyph::Mark(b'$')) => Self::Money,
                _ => Self::Open,
            },
            Glyph::Digit(_) | Glyph::Letter(_) => Self::Joined,
            _ => Self::Open,
        }
    }

    fn after(bytes: &[u8], end: usize) -> Self {
        let Some((glyph, at, next)) = glyph::next_visible(bytes, end) else { return Self::Open };
        let further = || glyph::next_visible(bytes, next).map(|(glyph, ..)| glyph);
        match glyph {
            Glyph::Mark(b'%' | b'$') => Self::Money,
            Glyph::Mark(b'.') if matches!(further(), Some(Glyph::Digit(_))) => Self::Joined,
            Glyph::Mark(b'-' | b'_') if further().is_some_and(|g| g.alphanumeric().is_some()) => Self::Joined,
            Glyph::Mark(b' ') if matches!(further(), Some(Glyph::Digit(_))) => Self::Crowded,
            Glyph::Digit(_) | Glyph::Letter(_) => Self::Joined,
            Glyph::Other
                if bytes.get(at..).is_some_and(|rest| UNITS.iter().any(|unit| rest.starts_with(unit))) =>
            {
                Self::Money
            }
            _ => Self::Open,
        }
    }
}

/// Units and currencies that follow a number, in UTF-8.
const UNITS: &[&[u8]] = &[
    "元".as_bytes(),
    "万".as_bytes(),
    "萬".as_bytes(),
    "亿".as_bytes(),
    "億".as_bytes(),
    "美元".as_bytes(),
    "圆".as_bytes(),
];

/// A few digits as a number.
pub(crate) fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |sum: u32, digit| sum.wrapping_mul(10).wrapping_add(u32::from(digit & 0x0F)))
}

/// Whether a day of the Gregorian calendar exists.
pub(crate) const fn is_date(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    day >= 1 && day <= days
}

/// The value of a letter or digit in base 36: `A` is 10.
pub(crate) const fn base36(character: u8) -> Option<u32> {
    match character {
        b'0'..=b'9' => Some(widen(character.wrapping_sub(b'0'))),
        b'A'..=b'Z' => Some(widen(character.wrapping_sub(b'A').wrapping_add(10))),
        _ => None,
    }
}

const fn widen(byte: u8) -> u32 {
    u32::from_le_bytes([byte, 0, 0, 0])
}

#[cfg(test)]
mod tests;
