//! Words that stand beside numbers and say what they are. Looked up only around candidates.

pub(crate) mod header;
mod reader;
mod words;

pub(crate) use reader::{Around, Reader};

use crate::Entity;
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
const BUCKETS: usize = 4096;

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
    /// The bytes that a word can begin with.
    begins: [bool; 256],
    lists: Vec<Vec<Word>>,
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
            for text in words.iter() {
                *names.entry(text).or_default() |= topic.names();
            }
        }
        let mut context = Self { heads: vec![0; BUCKETS], begins: [false; 256], lists: vec![Vec::new()] };
        for (text, names) in names {
            context.add(Word { text, names });
        }
        // The longest first, so that `身份证号` wins over `身份证`.
        for list in &mut context.lists {
            list.sort_by_key(|word| (std::cmp::Reverse(word.text.len()), word.text));
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
            if let Some(begins) = self.begins.get_mut(usize::from(first)) {
                *begins = true;
            }
        }
        let (Some(next), Some(head)) = (next, self.heads.get_mut(bucket_of(three))) else { return };
        if *head == 0 {
            *head = next;
            self.lists.push(Vec::new());
        }
        if let Some(list) = self.lists.get_mut(usize::from(*head)) {
            list.push(word);
        }
    }

    /// The longest word that begins at `at` and ends by `limit`.
    #[inline]
    fn match_at(&self, bytes: &[u8], at: usize, limit: usize) -> Option<Word> {
        let first = *bytes.get(at)?;
        if !self.begins.get(usize::from(first)).copied().unwrap_or(false) {
            return None;
        }
        let english = first.is_ascii();
        if english
            && at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(u8::is_ascii_alphabetic)
        {
            return None;
        }
        let rest = bytes.get(at..limit)?;
        let head = *self.heads.get(bucket_of(*rest.first_chunk()?))?;
        if head == 0 {
            return None;
        }
        let fits = |word: &&Word| {
            let text = word.text.as_bytes();
            rest.get(..text.len()).is_some_and(|head| same(head, text))
                && !(text.last().is_some_and(u8::is_ascii_alphabetic)
                    && bytes.get(at.saturating_add(text.len())).is_some_and(u8::is_ascii_alphabetic))
        };
        self.lists.get(usize::from(head))?.iter().find(fits).copied()
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
fn bucket_of([a, b, c]: [u8; 3]) -> usize {
    let lower = |byte: u8| usize::from(byte.to_ascii_lowercase());
    // Spreads the six low bits, where characters of one script differ, over the table.
    let mixed = lower(a)
        .wrapping_mul(7)
        .wrapping_add(lower(b).wrapping_mul(67))
        .wrapping_add(lower(c).wrapping_mul(31));
    mixed % BUCKETS
}

#[cfg(test)]
mod tests;
