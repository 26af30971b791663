//! What the generator draws beyond bits: numbers of a range, items of a list, texts of a pattern.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "bounds are small and never empty"
)]

use crate::generate::SplitMix;

pub(super) const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
pub(super) const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
pub(super) const DIGITS: &str = "0123456789";

/// Draws for the corpus; each takes from the one stream of the document.
pub(super) trait Draw {
    /// A number below `end`, which is not 0.
    fn number(&mut self, end: u32) -> u32;

    /// A number of a range, both ends included.
    fn between(&mut self, first: u32, last: u32) -> u32 {
        first + self.number(last - first + 1)
    }

    /// An item of a list that is not empty.
    fn one<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.at(items.len())]
    }

    /// A copy of an item of a list that is not empty.
    fn copy<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.at(items.len())]
    }

    /// A place in a list of this length, which is not 0.
    fn at(&mut self, len: usize) -> usize {
        usize::try_from(self.number(u32::try_from(len).unwrap_or(u32::MAX))).unwrap_or(0)
    }

    /// A text of so many characters of an alphabet.
    fn text(&mut self, alphabet: &str, len: usize) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..len).map(|_| letters[self.at(letters.len())]).collect()
    }

    /// A letter of an alphabet of ASCII.
    fn letter(&mut self, alphabet: &str) -> char {
        char::from(alphabet.as_bytes()[self.at(alphabet.len())])
    }

    /// A text in which `#` stands for a digit, `^` for one that is not 0, `@` for a capital letter, `*` for a capital
    /// letter or digit; other characters for themselves.
    fn pattern(&mut self, pattern: &str) -> String {
        let mut text = String::new();
        for c in pattern.chars() {
            match c {
                '#' => text.push(self.letter(DIGITS)),
                '^' => text.push(self.letter("123456789")),
                '@' => text.push(self.letter(UPPER)),
                '*' => text.push(self.letter("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789")),
                c => text.push(c),
            }
        }
        text
    }

    /// One of several patterns, filled in.
    fn of(&mut self, patterns: &[&str]) -> String {
        let pattern = self.one(patterns);
        self.pattern(pattern)
    }

    /// A day between two years, both included: year, month, day.
    fn day(&mut self, first: u32, last: u32) -> (u32, u32, u32) {
        (self.between(first, last), self.between(1, 12), self.between(1, 28))
    }
}

impl Draw for SplitMix {
    fn number(&mut self, end: u32) -> u32 {
        u32::try_from(self.below(u64::from(end))).unwrap_or(0)
    }
}

/// Draws until a predicate holds; every predicate of the corpus holds for at least one draw in a thousand.
pub(super) fn until(
    rng: &mut SplitMix,
    mut draw: impl FnMut(&mut SplitMix) -> String,
    holds: impl Fn(&str) -> bool,
) -> String {
    loop {
        let text = draw(rng);
        if holds(&text) {
            return text;
        }
    }
}
