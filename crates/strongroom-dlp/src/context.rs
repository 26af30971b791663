//! Words that stand beside numbers and say what they are. Looked up only around candidates.

mod words;

use crate::Entity;
use words::WORDS;

/// Bytes before a candidate in which a word may stand.
const BEFORE_BYTES: usize = 72;
/// Bytes after a candidate in which a word in brackets may stand.
const AFTER_BYTES: usize = 36;
/// Places of the table that finds the words that begin with given bytes.
const BUCKETS: usize = 4096;

/// What the surroundings say of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Around {
    /// The nearest word names this kind of number.
    Word(&'static str),
    /// The nearest word names a number that is no personal data: an order, an amount, a time.
    Contrary,
    /// No word, or the nearest one names another kind of personal data.
    Nothing,
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

/// Reads the surroundings of one candidate after the other, and remembers the last, which many detectors ask about.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    context: &'a Context,
    last: Option<(usize, usize, Option<Word>)>,
}

impl Reader<'_> {
    /// What stands around the candidate at `start..end`, for this entity.
    pub(crate) fn around(&mut self, bytes: &[u8], start: usize, end: usize, entity: Entity) -> Around {
        let word = match self.last {
            Some((from, to, word)) if (from, to) == (start, end) => word,
            _ => self.context.word_around(bytes, start, end),
        };
        self.last = Some((start, end, word));
        match word {
            Some(Word { text, topic }) if topic.names(entity) => Around::Word(text),
            Some(Word { topic: Topic::Contrary, .. }) => Around::Contrary,
            Some(_) | None => Around::Nothing,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Word {
    text: &'static str,
    topic: Topic,
}

/// What a word says of the number beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Topic {
    /// An identity document in general.
    Identity,
    /// One entity.
    Of(Entity),
    /// A bank card or an account, which are written alike.
    Bank,
    /// A number that is no personal data.
    Contrary,
}

impl Topic {
    fn names(self, entity: Entity) -> bool {
        match self {
            Self::Identity => {
                matches!(
                    entity,
                    Entity::CnResidentId | Entity::HkHkid | Entity::TwNationalId | Entity::Passport
                )
            }
            Self::Of(of) => of == entity,
            Self::Bank => matches!(entity, Entity::CreditCard | Entity::CnBankAccount | Entity::Iban),
            Self::Contrary => false,
        }
    }
}

impl Context {
    pub(crate) fn new() -> Self {
        let mut context = Self { heads: vec![0; BUCKETS], begins: [false; 256], lists: vec![Vec::new()] };
        for (topic, words) in WORDS {
            for text in *words {
                context.add(Word { text, topic: *topic });
            }
        }
        // The longest first, so that `身份证号` wins over `身份证`.
        for list in &mut context.lists {
            list.sort_by_key(|word| std::cmp::Reverse(word.text.len()));
        }
        context
    }

    pub(crate) const fn reader(&self) -> Reader<'_> {
        Reader { context: self, last: None }
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

    /// The place of the words that begin so, 0 if none does.
    fn head(&self, three: [u8; 3]) -> u16 {
        let [first, ..] = three;
        if !self.begins.get(usize::from(first)).copied().unwrap_or(false) {
            return 0;
        }
        self.heads.get(bucket_of(three)).copied().unwrap_or(0)
    }

    /// The word that says what the candidate at `start..end` is.
    ///
    /// The nearest word before it decides; where there is none, a word in brackets right after it.
    fn word_around(&self, bytes: &[u8], start: usize, end: usize) -> Option<Word> {
        let from = start.saturating_sub(BEFORE_BYTES);
        let before = bytes.get(from..start).unwrap_or_default();
        // Most places begin no word, so the two small tables are asked before anything else is.
        let begins = |three: &[u8]| three.first_chunk().is_some_and(|three| self.head(*three) != 0);
        let places = before.windows(3).enumerate().rev().filter(|(_, three)| begins(three));
        let nearest =
            places.map(|(at, _)| from.saturating_add(at)).find_map(|at| self.word_at(bytes, at, start));
        let after = || {
            let past = end.saturating_add(AFTER_BYTES).min(bytes.len());
            let rest = bytes.get(end..past).unwrap_or_default();
            let bracket = BRACKETS.iter().find(|bracket| rest.starts_with(bracket))?;
            self.word_at(bytes, end.saturating_add(bracket.len()), past)
        };
        nearest.or_else(after)
    }

    /// The longest word that begins at `at` and ends by `limit`.
    ///
    /// Searching backwards meets the tail of a word first, so a word that is the tail of a longer one is widened by
    /// [`Self::longer`].
    fn word_at(&self, bytes: &[u8], at: usize, limit: usize) -> Option<Word> {
        let word = self.match_at(bytes, at, limit)?;
        Some(self.longer(bytes, at, word, limit))
    }

    fn match_at(&self, bytes: &[u8], at: usize, limit: usize) -> Option<Word> {
        let rest = bytes.get(at..limit)?;
        let list = self.lists.get(usize::from(self.head(*rest.first_chunk()?)))?;
        let fits = |word: &&Word| {
            let text = word.text.as_bytes();
            rest.get(..text.len()).is_some_and(|head| head.eq_ignore_ascii_case(text))
                && (!text.is_ascii() || stands_alone(bytes, at, at.saturating_add(text.len())))
        };
        list.iter().find(fits).copied()
    }

    /// The longest word that ends where this one does or later and begins a little earlier: `订单号码` over `号码`.
    fn longer(&self, bytes: &[u8], at: usize, word: Word, limit: usize) -> Word {
        let end = at.saturating_add(word.text.len());
        let from = at.saturating_sub(LONGER_BYTES);
        let wider = (from..at).find_map(|earlier| {
            let found = self.match_at(bytes, earlier, limit)?;
            (earlier.saturating_add(found.text.len()) >= end).then_some(found)
        });
        wider.unwrap_or(word)
    }
}

/// How much earlier a longer word may begin.
const LONGER_BYTES: usize = 18;

const BRACKETS: &[&[u8]] = &[b"(", b" (", "（".as_bytes()];

/// Words are told apart by their first three bytes, the first character of a Chinese one.
fn bucket_of([a, b, c]: [u8; 3]) -> usize {
    let lower = |byte: u8| usize::from(byte.to_ascii_lowercase());
    // Spreads the six low bits, where characters of one script differ, over the table.
    let mixed = lower(a)
        .wrapping_mul(7)
        .wrapping_add(lower(b).wrapping_mul(67))
        .wrapping_add(lower(c).wrapping_mul(31));
    mixed % BUCKETS
}

/// Whether no ASCII letter touches the English word.
fn stands_alone(bytes: &[u8], start: usize, end: usize) -> bool {
    let letter = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphabetic);
    !letter(start.checked_sub(1)) && !letter(Some(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(before: &str, after: &str, entity: Entity) -> Around {
        let text = format!("{before}{after}");
        Context::new().reader().around(text.as_bytes(), before.len(), before.len(), entity)
    }

    #[test]
    fn the_nearest_word_decides() {
        use Around::{Contrary, Nothing, Word};
        for (before, after, entity, expected) in [
            ("手机号：", "", Entity::Phone, Word("手机号")),
            ("手機號碼 ", "", Entity::Phone, Word("手機號碼")),
            ("Tel: ", "", Entity::Phone, Word("tel")),
            ("hotel ", "", Entity::Phone, Nothing),
            ("telex ", "", Entity::Phone, Nothing),
            ("订单号：", "", Entity::Phone, Contrary),
            ("订单号码：", "", Entity::Phone, Contrary),
            ("电话订单号：", "", Entity::Phone, Contrary),
            ("订单 A，电话：", "", Entity::Phone, Word("电话")),
            ("身份证号：", "", Entity::Phone, Nothing),
            ("身份证号：", "", Entity::CnResidentId, Word("身份证号")),
            ("公民身份号码 ", "", Entity::CnResidentId, Word("公民身份号码")),
            ("证件号码 ", "", Entity::Passport, Word("证件号码")),
            ("银行卡号 ", "", Entity::CreditCard, Word("银行卡号")),
            ("", "（手机）", Entity::Phone, Word("手机")),
            ("", " (mobile)", Entity::Phone, Word("mobile")),
            ("", "，手机", Entity::Phone, Nothing),
            ("", "", Entity::Phone, Nothing),
        ] {
            assert_eq!(around(before, after, entity), expected, "{before:?} {after:?}");
        }
    }

    #[test]
    fn a_word_too_far_away_is_not_heard() {
        let before = format!("电话{}", "，".repeat(BEFORE_BYTES / 3));
        assert_eq!(around(&before, "", Entity::Phone), Around::Nothing);
    }

    #[test]
    fn words_can_be_found() {
        for (_, words) in WORDS {
            for word in *words {
                assert!(word.len() >= 3, "{word}");
                assert_eq!(*word, word.to_ascii_lowercase());
                assert!(word.len() < BEFORE_BYTES);
            }
        }
    }
}
