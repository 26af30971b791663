//! Words that stand beside numbers and say what they are. Looked up only around candidates.

pub(crate) mod header;
mod reader;
mod row;
mod starts;
mod words;

pub(crate) use reader::{Around, Reader};

use crate::Entity;
use starts::Starts;
use std::collections::HashMap;

/// Bytes before a candidate in which a word may stand.
const BEFORE_BYTES: usize = 72;
/// Bytes after a candidate in which a word in brackets may stand.
const AFTER_BYTES: usize = 36;
/// The longest word in bytes.
const WORD_BYTES_MAX: usize = 48;
/// Bytes of a label before the letters that touch a number: `Card No` before `4111`.
const LABEL_BYTES_MAX: usize = 12;
/// Places of the table that finds the words that begin with given bytes.
const BUCKETS: usize = 8192;

/// Entities as bits, by [`Entity::index`].
pub(crate) type Entities = u128;

/// The bit of one entity.
pub(crate) const fn bit(entity: Entity) -> Entities {
    1 << entity.index()
}

/// The words, by what they begin with.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    /// The place in `lists` of the words that begin so, by [`bucket_of`]; 0 is the list without words.
    heads: Vec<u16>,
    /// What a byte can be to a word, as bits of [`class`].
    classes: [u8; 256],
    lists: Vec<List>,
    starts: Starts,
}

/// What a byte can be.
mod class {
    /// The first of a word.
    pub(super) const BEGINS: u8 = 1;
    /// A letter of ASCII, which no English word begins after.
    pub(super) const LETTER: u8 = 2;
    /// The end of a line.
    pub(super) const FEED: u8 = 4;
}

/// The words that begin with the same three bytes, and those that only share a bucket with them.
#[derive(Debug, Clone, Default)]
struct List {
    /// The tells that its words have, as bits of their low halves.
    tells: u64,
    words: Vec<(u8, Word)>,
}

#[derive(Debug, Clone, Copy)]
struct Word {
    text: &'static &'static str,
    /// The entities that it names; none where it names another kind of number, such as an order.
    names: Entities,
}

/// What a word says of the number beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Topic {
    /// An identity document in general.
    Identity,
    /// One entity.
    Of(Entity),
    /// Several entities, such as the numbers of many tax offices.
    OneOf(&'static [Entity]),
    /// A bank card or an account, which are written alike.
    Bank,
    /// A number that is no personal data.
    Contrary,
}

impl Topic {
    fn names(self) -> Entities {
        let all = |entities: &[Entity]| entities.iter().fold(0, |bits, entity| bits | bit(*entity));
        match self {
            Self::Identity => all(words::IDENTITY),
            Self::Of(of) => bit(of),
            Self::OneOf(some) => all(some),
            Self::Bank => all(&[Entity::CreditCard, Entity::CnBankAccount, Entity::Iban]),
            Self::Contrary => 0,
        }
    }
}

impl Context {
    pub(crate) fn new() -> Self {
        // A word of several topics names all of their entities.
        let mut names = HashMap::<&'static &'static str, Entities>::new();
        for (topic, words) in words::all() {
            for text in *words {
                *names.entry(text).or_default() |= topic.names();
            }
        }
        let mut context = Self {
            heads: vec![0; BUCKETS],
            classes: [0; 256],
            lists: vec![List::default()],
            starts: Starts::of(names.keys().map(|text| text.as_bytes())),
        };
        for (byte, of) in (0..=u8::MAX).zip(&mut context.classes) {
            *of |= if byte.is_ascii_alphabetic() { class::LETTER } else { 0 };
            *of |= if byte == b'\n' { class::FEED } else { 0 };
        }
        for (text, names) in names {
            context.add(Word { text, names });
        }
        // The longest first, so that `身份证号` wins over `身份证`.
        for list in &mut context.lists {
            list.words.sort_by_key(|(_, word)| (std::cmp::Reverse(word.text.len()), word.text));
        }
        context
    }

    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader::new(self)
    }

    /// Whether a word that names something begins at `start` or a little before and ends just at `end`.
    pub(crate) fn is_word(&self, bytes: &[u8], start: usize, end: usize) -> bool {
        if bytes.get(start..end).is_some_and(is_short_label) {
            return true;
        }
        let from = start.saturating_sub(LABEL_BYTES_MAX);
        (from..=start).rev().any(|at| {
            self.match_at(bytes, at, bytes.len())
                .is_some_and(|word| word.names != 0 && at.saturating_add(word.text.len()) == end)
        })
    }

    fn add(&mut self, word: Word) {
        let next = u16::try_from(self.lists.len()).ok();
        let Some(&three) = word.text.as_bytes().first_chunk::<3>() else { return };
        let [first, ..] = three;
        for first in [first, first.to_ascii_uppercase()] {
            if let Some(of) = self.classes.get_mut(usize::from(first)) {
                *of |= class::BEGINS;
            }
        }
        let (Some(next), Some(head)) = (next, self.heads.get_mut(bucket_of(three))) else { return };
        if *head == 0 {
            *head = next;
            self.lists.push(List::default());
        }
        if let Some(list) = self.lists.get_mut(usize::from(*head)) {
            let tell = tell_of(word.text.as_bytes());
            list.tells |= bit_of(tell);
            list.words.push((tell, word));
        }
    }

    /// The longest word that begins at `at` and ends by `limit`.
    #[inline]
    fn match_at(&self, bytes: &[u8], at: usize, limit: usize) -> Option<Word> {
        let class = self.class(*bytes.get(at)?);
        let before =
            at.checked_sub(1).and_then(|before| bytes.get(before)).map_or(0, |byte| self.class(*byte));
        if class & class::BEGINS == 0 || class & before & class::LETTER != 0 {
            return None;
        }
        self.longest(bytes, at, limit)
    }

    #[inline]
    fn class(&self, byte: u8) -> u8 {
        self.classes.get(usize::from(byte)).copied().unwrap_or(0)
    }

    /// The longest word that begins at `at`, where one can begin, and ends by `limit`.
    #[inline]
    fn longest(&self, bytes: &[u8], at: usize, limit: usize) -> Option<Word> {
        let rest = bytes.get(at..limit)?;
        let head = *self.heads.get(bucket_of(*rest.first_chunk()?))?;
        if head == 0 {
            return None;
        }
        let list = self.lists.get(usize::from(head))?;
        let tell = tell_of(rest);
        if list.tells & (bit_of(tell) | bit_of(SHORT)) == 0 {
            return None;
        }
        let fits = |(told, word): &&(u8, Word)| {
            if *told != tell && *told != SHORT {
                return false;
            }
            let text = word.text.as_bytes();
            rest.get(..text.len()).is_some_and(|head| same(head, text))
                && !(text.last().is_some_and(u8::is_ascii_alphabetic)
                    && bytes.get(at.saturating_add(text.len())).is_some_and(u8::is_ascii_alphabetic))
        };
        list.words.iter().find(fits).map(|(_, word)| *word)
    }
}

/// Whether the text is the word, in any case; an underscore is a space, as in `account_no`.
fn same(text: &[u8], word: &[u8]) -> bool {
    let alike = |(a, b): (&u8, &u8)| a.eq_ignore_ascii_case(b) || (*a == b'_' && *b == b' ');
    text.iter().zip(word).all(alike)
}

/// Whether these letters are a label of two letters, too short for a word, that people write right before a number.
fn is_short_label(letters: &[u8]) -> bool {
    [b"ID", b"IC", b"CC", b"NI"].iter().any(|label| letters.eq_ignore_ascii_case(*label))
}

/// Words are told apart by their first three bytes, the first character of a Chinese one.
#[inline]
fn bucket_of(three: [u8; 3]) -> usize {
    let [a, b, c] = three.map(|byte| byte.to_ascii_lowercase());
    let mixed = u32::from_le_bytes([a, b, c, 0]).wrapping_mul(0x9E37_79B1);
    usize::try_from(mixed >> 16).unwrap_or(0) % BUCKETS
}

/// The tell of words that are too short to have one.
const SHORT: u8 = 0;

/// What tells words with the same beginning apart: the fourth letter, or the last byte of the second character.
#[inline]
fn tell_of(text: &[u8]) -> u8 {
    let place = if text.first().is_some_and(u8::is_ascii) { 3 } else { 5 };
    match text.get(place) {
        None => SHORT,
        Some(b'_') => b' ',
        Some(byte) => byte.to_ascii_lowercase(),
    }
}

const fn bit_of(tell: u8) -> u64 {
    1 << (tell & 63)
}

#[cfg(test)]
mod tests;
