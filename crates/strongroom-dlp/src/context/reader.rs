//! The word that decides what a candidate is.

use super::header::Header;
use super::{AFTER_BYTES, BEFORE_BYTES, Context, Entities, WORD_BYTES_MAX, Word, bit, is_short_label};
use crate::Entity;
use std::ops::Range;

/// Words that are remembered before those that have passed are let go.
const MATCHES_MAX: usize = 64;

/// What the surroundings say of a candidate, for one entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Around {
    /// The word that decides names this kind of number.
    Word(&'static &'static str),
    /// It names a number that is no personal data: an order, an amount, a time.
    Contrary,
    /// It names another kind of personal data.
    Other,
    /// No word.
    Nothing,
}

/// The word that decides what a candidate is, if there is one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen(Option<Word>);

impl Seen {
    /// What it says for one entity.
    pub(crate) fn of(self, entity: Entity) -> Around {
        match self.0 {
            Some(Word { text, names }) if names & bit(entity) != 0 => Around::Word(text),
            Some(Word { names: 0, .. }) => Around::Contrary,
            Some(_) => Around::Other,
            None => Around::Nothing,
        }
    }

    /// The entities that it names.
    pub(crate) fn names(self) -> Entities {
        self.0.map_or(0, |word| word.names)
    }
}

/// Reads the surroundings of one candidate after the other.
///
/// What it says is a function of the text alone; what it remembers only saves reading a byte twice.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    context: &'a Context,
    header: Option<Header>,
    /// The bytes in which every word is in `matches`.
    read: (usize, usize),
    matches: Vec<(usize, usize, Word)>,
    /// The last candidate, and the same without what stands after it.
    last: Option<(usize, usize, Seen)>,
    last_before: Option<(usize, Option<usize>, Option<Word>)>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(context: &'a Context) -> Self {
        Self { context, header: None, read: (0, 0), matches: Vec::new(), last: None, last_before: None }
    }

    /// Takes the first line for the names of columns, if it reads like that.
    pub(crate) fn read_header(&mut self, bytes: &[u8]) {
        self.header = Header::of(bytes, self.context);
    }

    /// Whether there is a table with columns of names.
    pub(crate) fn has_names(&self) -> bool {
        self.header.as_ref().is_some_and(Header::has_names)
    }

    /// The cells of a line that hold names, and what the header says they are.
    pub(crate) fn cells(&self, bytes: &[u8], line: Range<usize>) -> Vec<(Entity, Range<usize>)> {
        self.header.as_ref().map(|header| header.cells(bytes, line)).unwrap_or_default()
    }

    /// Forgets every position, since the bytes move.
    pub(crate) fn forget(&mut self) {
        self.read = (0, 0);
        self.matches.clear();
        (self.last, self.last_before) = (None, None);
        if let Some(header) = &mut self.header {
            header.forget();
        }
    }

    /// Whether a word touches the candidate from the left, so that what looks like a part of it is its label.
    pub(crate) fn is_labelled(&mut self, bytes: &[u8], start: usize) -> bool {
        let glued = start.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphabetic);
        if !glued {
            return false;
        }
        let letters = bytes.get(..start).unwrap_or_default();
        let length = letters.iter().rev().take(3).take_while(|byte| byte.is_ascii_alphabetic()).count();
        if letters.get(start.saturating_sub(length)..).is_some_and(is_short_label) {
            return true;
        }
        self.read_to(bytes, start.saturating_sub(WORD_BYTES_MAX), start);
        self.matches.iter().any(|(_, end, word)| *end == start && word.names != 0)
    }

    /// What stands around the candidate at `start..end`.
    ///
    /// The nearest word before it on its line decides; where the candidate begins its line, the end of the line before
    /// is read too. Where there is none, a word in brackets right after it. In a table with a header, the cell and then
    /// the name of its column.
    pub(crate) fn around(&mut self, bytes: &[u8], start: usize, end: usize) -> Seen {
        if let Some((from, to, seen)) = self.last
            && (from, to) == (start, end)
        {
            return seen;
        }
        let seen = Seen(self.word_around(bytes, start, end));
        self.last = Some((start, end, seen));
        seen
    }

    fn word_around(&mut self, bytes: &[u8], start: usize, end: usize) -> Option<Word> {
        let (column, before) = match self.last_before {
            Some((from, column, before)) if from == start => (column, before),
            _ => self.word_before(bytes, start),
        };
        self.last_before = Some((start, column, before));
        before.or_else(|| self.after(bytes, end)).or_else(|| self.header.as_ref()?.name(column?))
    }

    /// The column of a table that `start` lies in, and the word before it.
    fn word_before(&mut self, bytes: &[u8], start: usize) -> (Option<usize>, Option<Word>) {
        let cell = self.header.as_mut().and_then(|header| header.cell(bytes, start));
        let reach = start.saturating_sub(BEFORE_BYTES);
        let from = match cell {
            Some((begin, _)) => begin.max(reach),
            None => line_start(bytes, reach, start),
        };
        (cell.map(|(_, column)| column), self.before(bytes, from, start))
    }

    fn before(&mut self, bytes: &[u8], from: usize, start: usize) -> Option<Word> {
        self.read_to(bytes, from, start);
        let mut best: Option<(usize, usize, Word)> = None;
        for (begin, end, word) in
            self.matches.iter().rev().filter(|(begin, end, _)| *begin >= from && *end <= start)
        {
            match best {
                Some((_, nearest, _)) if begin.saturating_add(WORD_BYTES_MAX) < nearest => break,
                Some((_, nearest, _)) if *end < nearest => {}
                // The one that ends later, or as late and began earlier: `订单号码` over `号码`.
                _ => best = Some((*begin, *end, *word)),
            }
        }
        let (begin, end, word) = best?;
        let word =
            qualified(begin, end, word, self.matches.iter().rev().filter(|(first, ..)| *first >= from));
        let spent = word.names == 0 && is_spent(bytes.get(end..start).unwrap_or_default());
        (!spent).then_some(word)
    }

    /// Finds the words that begin in `from..start`.
    fn read_to(&mut self, bytes: &[u8], from: usize, start: usize) {
        let (low, high) = self.read;
        let mut at = high;
        if from < low || from > high || self.matches.len() > MATCHES_MAX {
            self.matches.clear();
            self.read = (from, from);
            at = from;
        }
        while at < start {
            if let Some(word) = self.context.match_at(bytes, at, bytes.len()) {
                self.matches.push((at, at.saturating_add(word.text.len()), word));
            }
            at = at.saturating_add(1);
        }
        self.read.1 = self.read.1.max(start);
    }

    fn after(&self, bytes: &[u8], end: usize) -> Option<Word> {
        let past = end.saturating_add(AFTER_BYTES).min(bytes.len());
        let rest = bytes.get(end..past).unwrap_or_default();
        let bracket = BRACKETS.iter().find(|bracket| rest.starts_with(bracket))?;
        self.context.match_at(bytes, end.saturating_add(bracket.len()), past)
    }
}

/// What a word says together with the one that it is part of or follows at once.
///
/// In `Aadhaar卡号` the first part says whose number it is, of the many that the second could speak of; in
/// `泰国身份证号` and `印度税号PAN` both speak. A number of another kind, such as an order, stays one.
pub(super) fn qualified<'a>(
    begin: usize,
    end: usize,
    word: Word,
    mut matches: impl Iterator<Item = &'a (usize, usize, Word)>,
) -> Word {
    let touching = |(first, last, other): &&(usize, usize, Word)| {
        *first < begin && *last >= begin && *last < end && other.names != 0
    };
    match matches.find(touching) {
        _ if word.names == 0 => word,
        None => word,
        Some((_, _, other)) if word.names.count_ones() > 2 && other.names.is_power_of_two() => *other,
        Some((_, _, other)) => Word { names: word.names | other.names, ..word },
    }
}

const BRACKETS: &[&[u8]] = &[b"(", b" (", "（".as_bytes()];

/// Where the words before a candidate may begin: at its line, or before it where nothing but space and marks stands
/// between, as in a form whose labels stand above.
fn line_start(bytes: &[u8], reach: usize, start: usize) -> usize {
    let before = bytes.get(reach..start).unwrap_or_default();
    let Some(feed) = before.iter().rposition(|byte| *byte == b'\n') else { return reach };
    let rest = before.get(feed..).unwrap_or_default();
    if rest.iter().all(|byte| byte.is_ascii_whitespace() || byte.is_ascii_punctuation()) {
        let head = before.get(..feed).unwrap_or_default();
        let feed = head.iter().rposition(|byte| *byte == b'\n');
        return feed.map_or(reach, |feed| reach.saturating_add(feed).saturating_add(1));
    }
    reach.saturating_add(feed).saturating_add(1)
}

/// Whether another number already stood behind the word, and a clause ended after it: `订单号 2023, 13800138000`.
fn is_spent(between: &[u8]) -> bool {
    let Some(digit) = between.iter().rposition(u8::is_ascii_digit) else { return false };
    let rest = between.get(digit..).unwrap_or_default();
    rest.iter().any(|byte| matches!(byte, b',' | b';' | b'\t' | b'|' | b'\n'))
        || rest.windows(3).any(|three| CLAUSES.iter().any(|clause| three == clause.as_bytes()))
}

const CLAUSES: [&str; 4] = ["，", "；", "。", "、"];
