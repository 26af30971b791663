//! Reads the groups of letters that stand beside a window, which belong to no chain since they have no digits.

use crate::detect::Window;
use crate::glyph::{self, Glyph};

/// The longest value of several groups with letters around: a codice fiscale has 16.
const CHARACTERS_MAX: usize = 24;

/// A value of which some groups stand outside its window.
#[derive(Debug)]
pub(crate) struct Spread {
    characters: [u8; CHARACTERS_MAX],
    length: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Spread {
    /// The window with groups of just so many letters before and after it, each set off by one space, dash or dot.
    pub(crate) fn read(window: &Window<'_>, before: &[usize], after: &[usize]) -> Option<Self> {
        let mut spread = Self::at(window.start);
        for size in before.iter().rev() {
            spread.start = separator_before(window.bytes, spread.start)?;
            for _ in 0..*size {
                spread.push_before(window.bytes, |glyph| matches!(glyph, Glyph::Letter(_)))?;
            }
        }
        spread.characters.get_mut(..spread.length)?.reverse();
        for character in window.text {
            spread.push(*character)?;
        }
        spread.end = window.end;
        for size in after {
            spread.end = separator_after(window.bytes, spread.end, b" -.")?;
            for _ in 0..*size {
                spread.push_after(window.bytes, |glyph| matches!(glyph, Glyph::Letter(_)))?;
            }
        }
        let open = (before.is_empty() || is_open_before(window.bytes, spread.start))
            && (after.is_empty() || is_open_after(window.bytes, spread.end));
        open.then_some(spread)
    }

    /// The window, one of the marks, which is kept too if `kept`, and just so many letters or digits.
    pub(crate) fn read_after(window: &Window<'_>, marks: &[u8], kept: bool, size: usize) -> Option<Self> {
        let mut spread = Self::at(window.start);
        for character in window.text {
            spread.push(*character)?;
        }
        let (glyph, ..) = glyph::next_visible(window.bytes, window.end)?;
        spread.end = separator_after(window.bytes, window.end, marks)?;
        if let (Glyph::Mark(mark), true) = (glyph, kept) {
            spread.push(mark)?;
        }
        for _ in 0..size {
            spread.push_after(window.bytes, |glyph| glyph.alphanumeric().is_some())?;
        }
        is_open_after(window.bytes, spread.end).then_some(spread)
    }

    /// Groups of just so many letters or digits, each followed by one mark, and then the window.
    pub(crate) fn read_before(window: &Window<'_>, groups: &[(usize, u8)]) -> Option<Self> {
        let mut spread = Self::at(window.start);
        for (size, mark) in groups.iter().rev() {
            let (glyph, at, _) = glyph::previous_visible(window.bytes, spread.start)?;
            if glyph != Glyph::Mark(*mark) {
                return None;
            }
            spread.start = at;
            for _ in 0..*size {
                spread.push_before(window.bytes, |glyph| glyph.alphanumeric().is_some())?;
            }
        }
        spread.characters.get_mut(..spread.length)?.reverse();
        for character in window.text {
            spread.push(*character)?;
        }
        spread.end = window.end;
        is_open_before(window.bytes, spread.start).then_some(spread)
    }

    /// All its characters, compact.
    pub(crate) fn text(&self) -> &[u8] {
        self.characters.get(..self.length).unwrap_or_default()
    }

    const fn at(place: usize) -> Self {
        Self { characters: [0; CHARACTERS_MAX], length: 0, start: place, end: place }
    }

    fn push(&mut self, character: u8) -> Option<()> {
        *self.characters.get_mut(self.length)? = character;
        self.length = self.length.saturating_add(1);
        Some(())
    }

    fn push_before(&mut self, bytes: &[u8], is: impl Fn(Glyph) -> bool) -> Option<()> {
        let (glyph, at, _) = glyph::previous_visible(bytes, self.start)?;
        self.start = at;
        self.push(glyph.alphanumeric().filter(|_| is(glyph))?)
    }

    fn push_after(&mut self, bytes: &[u8], is: impl Fn(Glyph) -> bool) -> Option<()> {
        let (glyph, _, end) = glyph::next_visible(bytes, self.end)?;
        self.end = end;
        self.push(glyph.alphanumeric().filter(|_| is(glyph))?)
    }
}

fn separator_before(bytes: &[u8], start: usize) -> Option<usize> {
    let (glyph, at, _) = glyph::previous_visible(bytes, start)?;
    matches!(glyph, Glyph::Mark(b' ' | b'-' | b'.')).then_some(at)
}

fn separator_after(bytes: &[u8], end: usize, marks: &[u8]) -> Option<usize> {
    let (glyph, _, next) = glyph::next_visible(bytes, end)?;
    matches!(glyph, Glyph::Mark(mark) if marks.contains(&mark)).then_some(next)
}

/// Whether no letter or digit touches from the left.
pub(crate) fn is_open_before(bytes: &[u8], start: usize) -> bool {
    glyph::previous_visible(bytes, start).is_none_or(|(glyph, ..)| glyph.alphanumeric().is_none())
}

/// Whether no letter or digit touches from the right.
pub(crate) fn is_open_after(bytes: &[u8], end: usize) -> bool {
    glyph::next_visible(bytes, end).is_none_or(|(glyph, ..)| glyph.alphanumeric().is_none())
}
