//! The word that decides what a candidate is.

use super::class;
use super::header::Header;
use super::{AFTER_BYTES, BEFORE_BYTES, Context, Entities, WORD_BYTES_MAX, Word, bit, is_short_label};
use crate::Entity;
use crate::lanes::BLOCK;
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
    /// The last two ends of lines among them, the later first.
    feeds: (Option<usize>, Option<usize>),
    /// The last candidate, and the same without what stands after it.
    last: Option<(usize, usize, Seen)>,
    last_before: Option<(usize, Option<usize>, Option<Word>)>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(context: &'a Context) -> Self {
        Self {
            context,
            header: None,
            read: (0, 0),
            matches: Vec::new(),
            feeds: (None, None),
            last: None,
            last_before: None,
        }
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
    pub(crate) fn cells(&self, bytes: &[u8], line: Range<usize>, found: &mut Vec<(Entity, Range<usize>)>) {
        if let Some(header) = &self.header {
            header.cells(bytes, line, found);
        }
    }

    /// Forgets every position, since the bytes move.
    pub(crate) fn forget(&mut self) {
        (self.read, self.feeds) = ((0, 0), (None, None));
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
        // Where nothing stands before it, the windows of one number differ only by what follows.
        if let Some((from, None, None)) = self.last_before
            && from == start
            && !is_bracketed(bytes, end)
        {
            return Seen(None);
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
            None => self.line_start(bytes, reach, start),
        };
        (cell.map(|(_, column)| column), self.before(bytes, from, start))
    }

    /// Where the words before a candidate may begin: at its line, or before it where nothing but space and marks stands
    /// between, as in a form whose labels stand above.
    fn line_start(&mut self, bytes: &[u8], reach: usize, start: usize) -> usize {
        self.read_to(bytes, reach, start);
        let before = bytes.get(reach..start).unwrap_or_default();
        // The last end of a line before this candidate, which is not the last that was read where one is read again.
        let (last, earlier) = match self.feeds {
            (Some(feed), earlier) if feed < start => (Some(feed), earlier),
            (None, _) => (None, None),
            _ => last_feeds(before, reach),
        };
        let Some(feed) = last.filter(|feed| *feed >= reach) else { return reach };
        let rest = bytes.get(feed..start).unwrap_or_default();
        if rest.iter().all(|byte| byte.is_ascii_whitespace() || byte.is_ascii_punctuation()) {
            return earlier.filter(|feed| *feed >= reach).map_or(reach, |feed| feed.saturating_add(1));
        }
        feed.saturating_add(1)
    }

    fn before(&mut self, bytes: &[u8], from: usize, start: usize) -> Option<Word> {
        self.read_to(bytes, from, start);
        let mut best: Option<(usize, usize, Word)> = None;
        let within = || self.matches.iter().rev().take_while(|(begin, ..)| *begin >= from);
        for (begin, end, word) in within().filter(|(_, end, _)| *end <= start) {
            match best {
                Some((_, nearest, _)) if begin.saturating_add(WORD_BYTES_MAX) < nearest => break,
                Some((_, nearest, _)) if *end < nearest => {}
                // The one that ends later, or as late and began earlier: `订单号码` over `号码`.
                _ => best = Some((*begin, *end, *word)),
            }
        }
        let (begin, end, word) = best?;
        let word = qualified(begin, end, word, within());
        let spent = word.names == 0 && is_spent(bytes.get(end..start).unwrap_or_default());
        (!spent).then_some(word)
    }

    /// Finds the words that begin in `from..start`.
    fn read_to(&mut self, bytes: &[u8], from: usize, start: usize) {
        let (low, high) = self.read;
        let mut at = high;
        if from < low || from > high || self.matches.len() > MATCHES_MAX {
            self.matches.clear();
            (self.read, self.feeds) = ((from, from), (None, None));
            at = from;
        }
        // A few bytes are read faster one by one.
        if start.saturating_sub(at) >= BLOCK / 4 {
            at = self.read_blocks(bytes, at, start);
        }
        let mut before = at
            .checked_sub(1)
            .and_then(|before| bytes.get(before))
            .map_or(0, |byte| self.context.class(*byte));
        for (at, byte) in (at..).zip(bytes.get(at..start).unwrap_or_default()) {
            let class = self.context.class(*byte);
            let begins = class & class::BEGINS != 0 && class & before & class::LETTER == 0;
            before = class;
            if class & class::FEED != 0 {
                self.feeds = (Some(at), self.feeds.0);
            }
            if begins && let Some(word) = self.context.longest(bytes, at, bytes.len()) {
                self.matches.push((at, at.saturating_add(word.text.len()), word));
            }
        }
        self.read.1 = self.read.1.max(start);
    }

    /// Finds the words of all whole blocks that begin before `start`, and returns where the last of them ends.
    fn read_blocks(&mut self, bytes: &[u8], mut at: usize, start: usize) -> usize {
        while at < start {
            let letter =
                at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(u8::is_ascii_alphabetic);
            let Some(block) = self.context.starts.block(bytes, at, letter) else { break };
            // What begins at the candidate or after it is read when the next one asks.
            let within = start.saturating_sub(at).min(BLOCK);
            let mask = u32::try_from(BLOCK.saturating_sub(within))
                .ok()
                .and_then(|out| u64::MAX.checked_shr(out))
                .unwrap_or(0);
            for place in bits(block.feeds & mask) {
                self.feeds = (Some(at.saturating_add(place)), self.feeds.0);
            }
            for place in bits(block.begins & mask) {
                let begin = at.saturating_add(place);
                if let Some(word) = self.context.longest(bytes, begin, bytes.len()) {
                    self.matches.push((begin, begin.saturating_add(word.text.len()), word));
                }
            }
            at = at.saturating_add(within);
        }
        at
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

/// Whether a bracket may follow.
fn is_bracketed(bytes: &[u8], end: usize) -> bool {
    matches!(bytes.get(end..), Some([b'(' | 0xEF, ..] | [b' ', b'(', ..]))
}

/// The places of the bits that are set, from the lowest on.
fn bits(mut of: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = usize::try_from(of.trailing_zeros()).ok().filter(|_| of != 0)?;
        of &= of.wrapping_sub(1);
        Some(place)
    })
}

/// The last two ends of lines in these bytes, the later first, by place in the input.
fn last_feeds(bytes: &[u8], base: usize) -> (Option<usize>, Option<usize>) {
    let mut feeds = bytes.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n');
    let mut next = || feeds.next().map(|(at, _)| base.saturating_add(at));
    (next(), next())
}

/// Whether another number already stood behind the word, and a clause ended after it: `订单号 2023, 13800138000`.
fn is_spent(between: &[u8]) -> bool {
    let Some(digit) = between.iter().rposition(u8::is_ascii_digit) else { return false };
    let rest = between.get(digit..).unwrap_or_default();
    rest.iter().any(|byte| matches!(byte, b',' | b';' | b'\t' | b'|' | b'\n'))
        || rest.windows(3).any(|three| CLAUSES.iter().any(|clause| three == clause.as_bytes()))
}

const CLAUSES: [&str; 4] = ["，", "；", "。", "、"];
