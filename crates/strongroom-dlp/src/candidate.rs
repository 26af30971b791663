//! Where a detector should look: the places of digits and at signs, and the chains of groups around digits.

use crate::glyph::{self, Glyph};

/// Letters and digits in one group; a longer group is no identifier and is passed over whole.
const GROUP_CHARACTERS_MAX: usize = 64;
/// Groups in one chain before it is cut and taken up again.
const GROUPS_MAX: usize = 64;
/// Groups that one value can have: an IBAN of 34 characters in fours.
pub(crate) const WINDOW_GROUPS_MAX: usize = 9;
/// Separators between two groups of one chain: `) - (`.
const SEPARATORS_MAX: usize = 4;
/// Bytes that are tested at once for anything of interest.
const LANES: usize = 32;

/// What stands between two groups.
pub(crate) mod join {
    pub(crate) const SPACE: u8 = 1;
    pub(crate) const DASH: u8 = 2;
    pub(crate) const DOT: u8 = 4;
    pub(crate) const OPEN: u8 = 8;
    pub(crate) const CLOSE: u8 = 16;
}

/// The next byte from `at` on where a candidate may be: a digit or an at sign, full-width too, or three dashes.
#[inline]
pub(crate) fn next_trigger(bytes: &[u8], mut at: usize) -> Option<usize> {
    // Blocks without anything of interest are passed over in lanes that the compiler turns into vector instructions.
    while let Some(block) = lanes(bytes, at) {
        if block {
            let end = at.saturating_add(LANES);
            if let Some(found) = (at..end).find(|place| is_trigger(bytes, *place)) {
                return Some(found);
            }
        }
        at = at.saturating_add(LANES);
    }
    (at..bytes.len()).find(|place| is_trigger(bytes, *place))
}

/// Whether any of the next lanes begins something of interest; `None` where there are too few bytes left.
#[expect(clippy::needless_bitwise_bool, reason = "branches would keep it from being vector instructions")]
#[inline]
fn lanes(bytes: &[u8], at: usize) -> Option<bool> {
    let first = bytes.get(at..)?.first_chunk::<LANES>()?;
    let second = bytes.get(at.saturating_add(1)..)?.first_chunk::<LANES>()?;
    let third = bytes.get(at.saturating_add(2)..)?.first_chunk::<LANES>()?;
    let mut any = false;
    for ((a, b), c) in first.iter().zip(second).zip(third) {
        let digit = a.wrapping_sub(b'0') < 10;
        let wide = (*a == 0xEF) & (*b == 0xBC) & (c.wrapping_sub(0x90) <= 0x10);
        let dashes = (*a == b'-') & (*b == b'-') & (*c == b'-');
        any |= digit | (*a == b'@') | wide | dashes;
    }
    Some(any)
}

fn is_trigger(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at..) {
        Some([b'0'..=b'9' | b'@', ..] | [b'-', b'-', b'-', ..]) => true,
        // U+FF10..FF19 and U+FF20.
        Some([0xEF, 0xBC, third, ..]) => matches!(third, 0x90..=0x99 | 0xA0),
        _ => false,
    }
}

/// One group of letters and digits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group {
    /// Its characters in the chain.
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// Whether it has a letter.
    pub(crate) letters: bool,
    /// What stands before it, as bits of [`join`]; 0 for the first of a chain.
    pub(crate) join: u8,
}

/// Groups with digits, joined by a few separators: all that one number can be made of.
#[derive(Debug, Default)]
pub(crate) struct Chain {
    /// Letters in upper case and digits.
    pub(crate) characters: Vec<u8>,
    /// The first byte of each character, and one past its last.
    spans: Vec<(usize, usize)>,
    pub(crate) groups: Vec<Group>,
    /// Groups at which a value may begin; the others come again in the next chain.
    pub(crate) starts: usize,
    /// Where the search goes on.
    pub(crate) end: usize,
    /// Where a group that was too long begins, if one stopped the chain.
    pub(crate) long: Option<usize>,
    /// Group index up to which groups of letters alone may follow, since an IBAN seems to have begun.
    letters_until: usize,
}

impl Chain {
    /// Collects the chain around the digit at `trigger`, not reaching back before `floor`.
    pub(crate) fn collect(&mut self, bytes: &[u8], trigger: usize, floor: usize) {
        self.characters.clear();
        self.spans.clear();
        self.groups.clear();
        self.long = None;
        self.letters_until = 0;
        let mut at = group_start(bytes, trigger, floor);
        let mut join = 0;
        self.end = trigger;
        while let Some(end) = self.take_group(bytes, at, join) {
            self.end = end;
            if self.groups.len() == GROUPS_MAX {
                break;
            }
            match next_group(bytes, end) {
                Some((next, separators)) => (at, join) = (next, separators),
                None => break,
            }
        }
        self.starts = self.groups.len();
        if self.groups.len() == GROUPS_MAX {
            // A value that begins in one of the last groups may reach past the cut.
            self.starts = GROUPS_MAX.saturating_sub(WINDOW_GROUPS_MAX);
            self.end =
                self.groups.get(self.starts).and_then(|group| self.start_of(group.from)).unwrap_or(self.end);
        }
    }

    /// The first byte of a character.
    pub(crate) fn start_of(&self, character: usize) -> Option<usize> {
        self.spans.get(character).map(|(start, _)| *start)
    }

    /// One past the last byte of a character.
    pub(crate) fn end_of(&self, character: usize) -> Option<usize> {
        self.spans.get(character).map(|(_, end)| *end)
    }

    /// Takes the group at `at` if it belongs to the chain, and returns where it ends.
    fn take_group(&mut self, bytes: &[u8], at: usize, join: u8) -> Option<usize> {
        let from = self.characters.len();
        let (mut next, mut end, mut digits) = (at, at, 0_usize);
        while let Some((glyph, length)) = glyph::next(bytes, next) {
            let stop = next.saturating_add(length);
            if let Some(character) = glyph.alphanumeric() {
                if self.characters.len().saturating_sub(from) == GROUP_CHARACTERS_MAX {
                    self.characters.truncate(from);
                    self.spans.truncate(from);
                    self.long = Some(at);
                    self.end = long_end(bytes, stop);
                    return None;
                }
                digits = digits.saturating_add(usize::from(character.is_ascii_digit()));
                self.characters.push(character);
                self.spans.push((next, stop));
                end = stop;
            } else if glyph != Glyph::Skip || end == at || stop.saturating_sub(end) > SKIP_BYTES_MAX {
                break;
            }
            next = stop;
        }
        let to = self.characters.len();
        let place = self.groups.len();
        let letters = digits < to.saturating_sub(from);
        if to == from || (digits == 0 && !(place < self.letters_until && to.saturating_sub(from) <= 4)) {
            self.characters.truncate(from);
            self.spans.truncate(from);
            return None;
        }
        if let Some([a, b, c, d]) = self.characters.get(from..to)
            && a.is_ascii_uppercase()
            && b.is_ascii_uppercase()
            && c.is_ascii_digit()
            && d.is_ascii_digit()
        {
            self.letters_until = place.saturating_add(WINDOW_GROUPS_MAX);
        }
        self.groups.push(Group { from, to, letters, join });
        Some(end)
    }
}

/// Bytes of invisible characters within a group that are passed over in a row.
const SKIP_BYTES_MAX: usize = 24;

/// Where the group of the digit at `trigger` begins.
fn group_start(bytes: &[u8], trigger: usize, floor: usize) -> usize {
    let (mut start, mut at) = (trigger, trigger);
    for _ in 0..GROUP_CHARACTERS_MAX.saturating_mul(2) {
        let Some((glyph, length)) = glyph::previous(bytes, at) else { break };
        at = at.saturating_sub(length);
        if at < floor {
            break;
        }
        if glyph.alphanumeric().is_some() {
            start = at;
        } else if glyph != Glyph::Skip {
            break;
        }
    }
    start
}

/// Where the next group begins and what stands between, if few enough separators do.
fn next_group(bytes: &[u8], mut at: usize) -> Option<(usize, u8)> {
    let mut join = 0;
    for _ in 0..=SEPARATORS_MAX {
        let (glyph, start, end) = glyph::next_visible(bytes, at)?;
        join |= match glyph {
            Glyph::Digit(_) | Glyph::Letter(_) => return (join != 0).then_some((start, join)),
            Glyph::Mark(b' ') => join::SPACE,
            Glyph::Mark(b'-') => join::DASH,
            Glyph::Mark(b'.') => join::DOT,
            Glyph::Mark(b'(') => join::OPEN,
            Glyph::Mark(b')') => join::CLOSE,
            _ => return None,
        };
        at = end;
    }
    None
}

fn long_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some((glyph, length)) = glyph::next(bytes, at) {
        if glyph.alphanumeric().is_none() && glyph != Glyph::Skip {
            break;
        }
        at = at.saturating_add(length);
    }
    at
}
