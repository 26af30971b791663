//! Chains of groups around digits: all that one number can be made of.

use crate::glyph::{self, Glyph};

/// Digits that a chain has at the least where letters in it are read as digits.
const LOOK_ALIKE_DIGITS_MIN: usize = 6;
/// Letters and digits in one group; a longer group is no identifier and is passed over whole.
const GROUP_CHARACTERS_MAX: usize = 64;
/// Groups in one chain before it is cut and taken up again.
const GROUPS_MAX: usize = 64;
/// Bytes of a chain of more groups than a value can have before it is cut.
const CHAIN_BYTES_MAX: usize = 2048;
/// Groups that one value can have: an IBAN of 34 characters in fours.
pub(crate) const WINDOW_GROUPS_MAX: usize = 9;
/// Separators between two groups of one chain: `) - (`.
const SEPARATORS_MAX: usize = 4;
/// What stands between two groups.
pub(crate) mod join {
    pub(crate) const SPACE: u8 = 1;
    pub(crate) const DASH: u8 = 2;
    pub(crate) const DOT: u8 = 4;
    pub(crate) const OPEN: u8 = 8;
    pub(crate) const CLOSE: u8 = 16;
    pub(crate) const SLASH: u8 = 32;
}

/// One group of letters and digits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group {
    /// Its characters in the chain.
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// Its bytes in the input.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether it has a letter.
    pub(crate) letters: bool,
    /// How many of its characters are Chinese numerals.
    pub(crate) numerals: usize,
    /// What stands before it, as bits of [`join`]; 0 for the first of a chain.
    pub(crate) join: u8,
    /// Whether letters in it were read as the digits that they look like.
    pub(crate) alike: bool,
}

/// Groups with digits, joined by a few separators: all that one number can be made of.
#[derive(Debug, Default, Clone)]
pub(crate) struct Chain {
    /// Letters in upper case and digits.
    pub(crate) characters: Vec<u8>,
    pub(crate) groups: Vec<Group>,
    /// Groups at which a value may begin; the others come again in the next chain.
    pub(crate) starts: usize,
    /// Where the search goes on.
    pub(crate) end: usize,
    /// Where a group that was too long begins, if one stopped the chain, and one past its 64th character.
    pub(crate) long: Option<usize>,
    /// Group index up to which groups of letters alone may follow, since an IBAN seems to have begun.
    letters_until: usize,
    /// How many letters such a group may have.
    letters_max: usize,
    /// Whether Chinese numerals are digits.
    numerals: bool,
}

impl Chain {
    /// Collects the chain around the digit at `trigger`, not reaching back before `floor`.
    pub(crate) fn collect(&mut self, bytes: &[u8], trigger: usize, floor: usize) {
        self.fill(bytes, trigger, floor, false);
    }

    /// Collects the chain around the Chinese numeral at `trigger`, in which numerals are digits.
    pub(crate) fn collect_numerals(&mut self, bytes: &[u8], trigger: usize, floor: usize) {
        self.fill(bytes, trigger, floor, true);
    }

    fn fill(&mut self, bytes: &[u8], trigger: usize, floor: usize, numerals: bool) {
        self.characters.clear();
        self.groups.clear();
        self.long = None;
        (self.letters_until, self.letters_max) = (0, 4);
        self.numerals = numerals;
        let begin = self.group_start(bytes, trigger, floor);
        let (mut at, mut join) = (begin, 0);
        self.end = trigger;
        let mut cut = false;
        while let Some(end) = self.take_group(bytes, at, join) {
            self.end = end;
            let groups = self.groups.len();
            cut = groups == GROUPS_MAX
                || (groups > WINDOW_GROUPS_MAX && end.saturating_sub(begin) > CHAIN_BYTES_MAX);
            if cut {
                break;
            }
            match next_group(bytes, end, numerals) {
                Some((next, separators)) => (at, join) = (next, separators),
                None => break,
            }
        }
        self.starts = self.groups.len();
        if cut {
            // A value that begins in one of the last groups may reach past the cut.
            self.starts = self.starts.saturating_sub(WINDOW_GROUPS_MAX);
            self.end = self.groups.get(self.starts).map_or(self.end, |group| group.start);
        }
    }

    /// The chain without the letters of a group that are a word glued to its number: `CPF14357112621`, `Tel13800138000`;
    /// `None` where no group has such a word.
    pub(crate) fn without_labels(
        &self,
        bytes: &[u8],
        is_word: impl Fn(usize, usize) -> bool,
    ) -> Option<Self> {
        let mut split: Option<Self> = None;
        for (place, group) in self.groups.iter().enumerate().filter(|(_, group)| group.letters) {
            let text = self.text(group);
            let letters = text.iter().take_while(|character| character.is_ascii_uppercase()).count();
            let rest = text.get(letters..).unwrap_or_default();
            let plain = group.end.saturating_sub(group.start) == text.len();
            let label = group.start.saturating_add(letters);
            let number = rest.len() >= 6 && rest.first().is_some_and(u8::is_ascii_digit);
            if (1..=12).contains(&letters)
                && number
                && plain
                && bytes.len() >= group.end
                && is_word(group.start, label)
            {
                let group = split.get_or_insert_with(|| self.clone()).groups.get_mut(place)?;
                group.letters = !rest.iter().all(u8::is_ascii_digit);
                (group.from, group.start) = (group.from.saturating_add(letters), label);
            }
        }
        split
    }

    /// The chain with O, I and l as 0 and 1 in groups that have no other letters, but an X at the end; `None` where it has no such
    /// group, or so few digits that they are rather words.
    pub(crate) fn with_look_alikes(&self) -> Option<Self> {
        let is_alike = |group: &&Group| {
            let text = self.text(group);
            let text = text.strip_suffix(b"X").unwrap_or(text);
            group.letters
                && text.iter().all(|c| matches!(c, b'0'..=b'9' | b'O' | b'I' | b'L'))
                && text.iter().any(u8::is_ascii_uppercase)
        };
        if !self.groups.iter().any(|group| is_alike(&group)) {
            return None;
        }
        let digits = self.characters.iter().filter(|c| c.is_ascii_digit()).count();
        if digits < LOOK_ALIKE_DIGITS_MIN || digits.saturating_mul(2) < self.characters.len() {
            return None;
        }
        let mut chain = self.clone();
        for (group, before) in
            chain.groups.iter_mut().zip(&self.groups).filter(|(_, before)| is_alike(before))
        {
            let text = chain.characters.get_mut(group.from..group.to)?;
            for character in text.iter_mut() {
                *character = match *character {
                    b'O' => b'0',
                    b'I' | b'L' => b'1',
                    other => other,
                };
            }
            group.letters = text.iter().any(u8::is_ascii_uppercase);
            group.alike = before.letters;
        }
        Some(chain)
    }

    /// The characters of a group.
    pub(crate) fn text(&self, group: &Group) -> &[u8] {
        self.characters.get(group.from..group.to).unwrap_or_default()
    }

    /// Takes the group at `at` if it belongs to the chain, and returns where it ends.
    fn take_group(&mut self, bytes: &[u8], at: usize, join: u8) -> Option<usize> {
        let from = self.characters.len();
        let rest = bytes.get(at..)?;
        let mut digits = 0_usize;
        for byte in rest.iter().take(GROUP_CHARACTERS_MAX) {
            let digit = byte.is_ascii_digit();
            if !digit && !byte.is_ascii_alphabetic() {
                break;
            }
            digits = digits.saturating_add(usize::from(digit));
            self.characters.push(byte.to_ascii_uppercase());
        }
        let plain = self.characters.len().saturating_sub(from);
        let mut read = Read { end: at.saturating_add(plain), digits, numerals: 0 };
        if rest.get(plain).is_some_and(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii()) {
            self.read_on(bytes, at, from, &mut read)?;
        }
        let to = self.characters.len();
        let (size, place) = (to.saturating_sub(from), self.groups.len());
        if size == 0 || (read.digits == 0 && !(place < self.letters_until && size <= self.letters_max)) {
            self.characters.truncate(from);
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
        // A code in groups of one size may have a group of letters: `9143-0102-MATX-…`, `91430102-MATXABCD-1E`.
        let first = self.groups.first().map_or(0, |group| group.to.saturating_sub(group.from));
        if matches!(join, join::DASH | join::SPACE)
            && (matches!((first, size, place), (4, 4, 1..)) || self.letters_until > place)
        {
            self.letters_until = place.saturating_add(3);
        } else if place == 0 && size == 8 {
            self.letters_until = 2;
        }
        self.letters_max = if first == 8 || (place == 0 && size == 8) { 8 } else { 4 };
        let letters = read.digits < size;
        self.groups.push(Group {
            from,
            to,
            start: at,
            end: read.end,
            letters,
            numerals: read.numerals,
            join,
            alike: false,
        });
        Some(read.end)
    }

    /// Reads the rest of a group that is not ASCII throughout; `None` where the group is too long.
    fn read_on(&mut self, bytes: &[u8], at: usize, from: usize, read: &mut Read) -> Option<()> {
        let mut next = read.end;
        while let Some((glyph, length)) = self.glyph(bytes, next) {
            let stop = next.saturating_add(length);
            match glyph {
                Glyph::Digit(character) | Glyph::Letter(character) => {
                    if self.characters.len().saturating_sub(from) == GROUP_CHARACTERS_MAX {
                        self.characters.truncate(from);
                        self.long = Some(at);
                        self.end = stop;
                        return None;
                    }
                    let digit = character.is_ascii_digit();
                    let numeral = digit && self.numerals && glyph::numeral(bytes, next).is_some();
                    read.digits = read.digits.saturating_add(usize::from(digit));
                    read.numerals = read.numerals.saturating_add(usize::from(numeral));
                    read.end = stop;
                    self.characters.push(character);
                }
                Glyph::Skip if read.end > at && stop.saturating_sub(read.end) <= SKIP_BYTES_MAX => {}
                _ => break,
            }
            next = stop;
        }
        Some(())
    }

    /// The glyph at `at`, a digit where it is a numeral and they count.
    fn glyph(&self, bytes: &[u8], at: usize) -> Option<(Glyph, usize)> {
        if self.numerals
            && let Some(digit) = glyph::numeral(bytes, at)
        {
            return Some((Glyph::Digit(digit), 3));
        }
        glyph::next(bytes, at)
    }

    /// Where the group of the digit at `trigger` begins.
    fn group_start(&self, bytes: &[u8], trigger: usize, floor: usize) -> usize {
        let (mut start, mut at) = (trigger, trigger);
        let head = bytes.get(floor.min(trigger)..trigger).unwrap_or_default();
        let plain =
            head.iter().rev().take(GROUP_CHARACTERS_MAX).take_while(|b| b.is_ascii_alphanumeric()).count();
        if plain < GROUP_CHARACTERS_MAX && head.iter().rev().nth(plain).is_none_or(u8::is_ascii) {
            return trigger.saturating_sub(plain);
        }
        for _ in 0..GROUP_CHARACTERS_MAX.saturating_mul(2) {
            let numeral =
                at.checked_sub(3).filter(|before| self.numerals && glyph::numeral(bytes, *before).is_some());
            let (glyph, length) = match numeral {
                Some(_) => (Glyph::Digit(b'0'), 3),
                None => match glyph::previous(bytes, at) {
                    Some(found) => found,
                    None => break,
                },
            };
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
}

/// How far a group was read.
#[derive(Debug, Clone, Copy)]
struct Read {
    end: usize,
    digits: usize,
    numerals: usize,
}

/// Bytes of invisible characters within a group that are passed over in a row.
const SKIP_BYTES_MAX: usize = 24;

/// Where the next group begins and what stands between, if few enough separators do.
fn next_group(bytes: &[u8], mut at: usize, numerals: bool) -> Option<(usize, u8)> {
    let mut join = 0;
    for _ in 0..=SEPARATORS_MAX {
        // Most that follows a number is plain ASCII.
        let mark = match bytes.get(at)? {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => return (join != 0).then_some((at, join)),
            b' ' => join::SPACE,
            b'-' => join::DASH,
            b'.' => join::DOT,
            b'/' => join::SLASH,
            b'(' => join::OPEN,
            b')' => join::CLOSE,
            0x80.. => 0,
            _ => return None,
        };
        if mark != 0 {
            (join, at) = (join | mark, at.saturating_add(1));
            continue;
        }
        let (glyph, start, end) = glyph::next_visible(bytes, at)?;
        if numerals && glyph::numeral(bytes, start).is_some() {
            return (join != 0).then_some((start, join));
        }
        join |= match glyph {
            Glyph::Digit(_) | Glyph::Letter(_) => return (join != 0).then_some((start, join)),
            Glyph::Mark(b' ') => join::SPACE,
            Glyph::Mark(b'-') => join::DASH,
            Glyph::Mark(b'.') => join::DOT,
            Glyph::Mark(b'/') => join::SLASH,
            Glyph::Mark(b'(') => join::OPEN,
            Glyph::Mark(b')') => join::CLOSE,
            _ => return None,
        };
        at = end;
    }
    None
}

/// Chinese numerals that are read as a number; fewer are words.
pub(crate) const NUMERALS_MIN: usize = 7;

/// Where the run of Chinese numerals begins that `at` lies in, if it has enough of them, single separators aside.
pub(crate) fn numeral_run(bytes: &[u8], at: usize, floor: usize) -> Option<usize> {
    let is_numeral = |place: usize| glyph::numeral(bytes, place).is_some();
    let before = |place: usize| place.checked_sub(3).filter(|place| *place >= floor && is_numeral(*place));
    let (mut start, mut count) = (at, 1_usize);
    while count < GROUP_CHARACTERS_MAX {
        let separated = || {
            let (glyph, length) = glyph::previous(bytes, start)?;
            matches!(glyph, Glyph::Mark(b' ' | b'-' | b'.') | Glyph::Skip)
                .then(|| before(start.saturating_sub(length)))
                .flatten()
        };
        let Some(place) = before(start).or_else(separated) else { break };
        (start, count) = (place, count.saturating_add(1));
    }
    let mut end = at.saturating_add(3);
    while count < NUMERALS_MIN {
        let separated = || {
            let (glyph, length) = glyph::next(bytes, end)?;
            let after = end.saturating_add(length);
            (matches!(glyph, Glyph::Mark(b' ' | b'-' | b'.') | Glyph::Skip) && is_numeral(after))
                .then_some(after)
        };
        let place = if is_numeral(end) { end } else { separated()? };
        (end, count) = (place.saturating_add(3), count.saturating_add(1));
    }
    Some(start)
}

/// Where the run of letters and digits ends that `at` lies in, and whether that is before the input ends.
pub(crate) fn run_end(bytes: &[u8], mut at: usize) -> (usize, bool) {
    while let Some((glyph, length)) = glyph::next(bytes, at) {
        if glyph.alphanumeric().is_none() && glyph != Glyph::Skip {
            return (at, true);
        }
        at = at.saturating_add(length);
    }
    (at, false)
}
