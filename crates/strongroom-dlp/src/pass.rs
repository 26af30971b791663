//! The one pass over the input, which can stop where more of it is to come and go on later.

use crate::chain::{Chain, numeral_run, run_end};
use crate::context::Reader;
use crate::context::header::LINE_BYTES_MAX;
use crate::detect::{self, Hit};
use crate::fact::Fact;
use crate::glyph;
use crate::lone::{self, Lone};
use crate::resolve;
use crate::trigger::{Trigger, Triggers};
use crate::{CUSTOM_BYTES_MAX, Entity, Evidence, Finding, Match, Scanner};
use memchr::memchr;

/// Bytes after a trigger that can decide what is found there: a private key and the line that closes it.
pub(crate) const AHEAD: usize = 24 * 1024;
/// Bytes before a trigger that can decide what is found there: a line of a table up to its cell.
pub(crate) const BEHIND: usize = 8 * 1024;
/// Bytes that are searched before what is certain is moved on.
const PART_BYTES: usize = 32 * 1024;
/// Bytes at the end of input that may be the first part of a trigger.
const TRIGGER_BYTES_MAX: usize = 64;

/// What is taken where letters were read as digits.
const LOOK_ALIKE_WEIGHT: f32 = 0.1;

/// Bytes by which it is told.
const TRIGGER_HEAD_BYTES: usize = 8;

/// A scan that is under way.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    scanner: &'a Scanner,
    context: Reader<'a>,
    triggers: Triggers,
    chain: Chain,
    /// Whether the header of a table was looked for.
    begun: bool,
    /// What `bytes` begins at, in the whole input.
    base: usize,
    /// Where the search goes on.
    at: usize,
    /// How far all searches have come: that of triggers, that of lines, and those of the host.
    done: usize,
    /// Where the group of a digit may begin at the earliest.
    floor: usize,
    /// Whether `at` lies in a run of letters and digits that is too long for a group.
    in_run: bool,
    /// Where the next line of a table begins whose cells are to be looked at.
    line: usize,
    /// Where each of the host's own detectors goes on.
    custom: Vec<usize>,
    /// Findings whose rivals may still come, by place in the whole input.
    found: Vec<Finding>,
    /// Those of them whose value is never reported; they still win over their rivals.
    allowed: Vec<(usize, Entity)>,
    /// Where the last finding that was kept ends, in the whole input.
    kept_end: usize,
}

impl<'a> Pass<'a> {
    pub(crate) fn new(scanner: &'a Scanner) -> Self {
        Self {
            scanner,
            context: scanner.context().reader(),
            triggers: Triggers::new(),
            chain: Chain::default(),
            begun: false,
            base: 0,
            at: 0,
            done: 0,
            floor: 0,
            in_run: false,
            line: 0,
            custom: vec![0; scanner.custom().len()],
            found: Vec::new(),
            allowed: Vec::new(),
            kept_end: 0,
        }
    }

    /// Searches as far as the bytes allow, to their end where they are the last, and adds what is certain to `kept`.
    pub(crate) fn run(&mut self, bytes: &[u8], last: bool, kept: &mut Vec<Finding>) {
        let ready = if last { usize::MAX } else { bytes.len().saturating_sub(AHEAD) };
        if self.at >= ready {
            return;
        }
        if !self.begun {
            self.begun = true;
            self.context.read_header(bytes);
        }
        loop {
            // A part at a time, so that the findings under way stay few.
            self.search(bytes, last, ready.min(self.at.saturating_add(PART_BYTES)));
            // Where nothing triggers, the search runs up to the end of the bytes; lines and patterns need more ahead.
            let until = self.at.min(ready).min(bytes.len());
            self.search_cells(bytes, until, last);
            self.search_custom(bytes, until, last);
            self.done = until;
            let done = self.at >= ready.min(bytes.len());
            let settled = if done && last { usize::MAX } else { self.settled() };
            self.settle(settled, kept);
            if done {
                break;
            }
        }
    }

    /// No finding that is still to come begins before this place: no value reaches further back from its trigger than a
    /// group and the part of an address before its at sign.
    const fn settled(&self) -> usize {
        self.base.saturating_add(self.done.saturating_sub(BEHIND / 2))
    }

    /// Moves the findings that are certain to `kept`.
    fn settle(&mut self, settled: usize, kept: &mut Vec<Finding>) {
        let before = kept.len();
        resolve::settle(&mut self.found, settled, &mut self.kept_end, kept);
        if !self.allowed.is_empty() {
            let (mut place, allowed) = (0_usize, &self.allowed);
            kept.retain(|finding| {
                place = place.saturating_add(1);
                place <= before || !allowed.contains(&(finding.start, finding.entity))
            });
            let pending = self.found.first().map_or(settled, |finding| finding.start);
            self.allowed.retain(|(start, _)| *start >= pending);
        }
    }

    /// How many bytes at the start are not needed any more.
    pub(crate) fn spent(&self) -> usize {
        self.done.saturating_sub(BEHIND)
    }

    /// Goes on with bytes that lack these at the start.
    pub(crate) fn forget(&mut self, bytes: usize) {
        self.base = self.base.saturating_add(bytes);
        self.at = self.at.saturating_sub(bytes);
        self.done = self.done.saturating_sub(bytes);
        self.floor = self.floor.saturating_sub(bytes);
        self.line = self.line.saturating_sub(bytes);
        self.custom.iter_mut().for_each(|at| *at = at.saturating_sub(bytes));
        self.context.forget();
        self.triggers.forget();
    }

    /// Looks at the cells of names in the lines that begin before `until`, to which the search has come.
    fn search_cells(&mut self, bytes: &[u8], until: usize, last: bool) {
        if !self.context.has_names() {
            return;
        }
        let mut cells = Vec::new();
        while self.line < until {
            let rest = bytes.get(self.line..).unwrap_or_default();
            // A line that is longer has no cells; the search for its end goes on from where this one stopped.
            let reach = rest.get(..LINE_BYTES_MAX).unwrap_or(rest);
            let feed = memchr(b'\n', reach);
            let end = self.line.saturating_add(feed.unwrap_or(reach.len()));
            let begins = self.line.checked_sub(1).is_some_and(|before| bytes.get(before) == Some(&b'\n'));
            if begins && (feed.is_some() || (last && end == bytes.len())) {
                self.context.cells(bytes, self.line..end, &mut cells);
                for (entity, cell) in cells.drain(..) {
                    self.keep(bytes, detect::named::cell(bytes, entity, cell));
                }
            }
            self.line = end.saturating_add(usize::from(feed.is_some())).max(self.line.saturating_add(1));
        }
    }

    /// Asks the host's own detectors for what begins before `until`, to which the search has come.
    fn search_custom(&mut self, bytes: &[u8], until: usize, last: bool) {
        let scanner = self.scanner;
        for (custom, from) in scanner.custom().iter().zip(&mut self.custom) {
            while *from < until || (last && *from <= until) {
                let Some(Match { range, confidence }) = custom.detector.find(bytes, *from) else { break };
                if range.start >= until || range.start < *from {
                    break;
                }
                let size = range.end.saturating_sub(range.start);
                *from = range
                    .end
                    .max(range.start.saturating_add(1))
                    .min(range.start.saturating_add(CUSTOM_BYTES_MAX));
                if !(1..=CUSTOM_BYTES_MAX).contains(&size)
                    || range.end > bytes.len()
                    || confidence < custom.threshold
                {
                    continue;
                }
                let entity = Entity::Custom(custom.detector.entity());
                let (start, end) =
                    (range.start.saturating_add(self.base), range.end.saturating_add(self.base));
                let evidence = Evidence::default().with(Fact::Custom);
                self.found.push(Finding {
                    entity,
                    start,
                    end,
                    confidence: confidence.clamp(0.0, 0.99),
                    evidence,
                });
                if bytes.get(range).is_some_and(|value| scanner.allows(value)) {
                    self.allowed.push((start, entity));
                }
            }
            *from = (*from).max(until);
        }
    }

    fn search(&mut self, bytes: &[u8], last: bool, ready: usize) {
        let whole = if last { bytes.len() } else { bytes.len().saturating_sub(TRIGGER_BYTES_MAX) };
        let mut chain = std::mem::take(&mut self.chain);
        loop {
            if self.in_run {
                let (end, ended) = run_end(bytes.get(..whole).unwrap_or_default(), self.at);
                (self.at, self.floor) = (end, end);
                // A character that is cut there may go on with the run.
                if !ended || (!last && end.saturating_add(TRIGGER_HEAD_BYTES) > whole) {
                    break;
                }
                self.in_run = false;
            }
            let searched = bytes.get(..whole).unwrap_or_default();
            let Some((trigger, kind)) = self.triggers.next(searched, self.at) else {
                // What begins in the last bytes is known only when more of them come.
                let known = if last { whole } else { whole.saturating_sub(TRIGGER_HEAD_BYTES) };
                self.at = self.at.max(known);
                break;
            };
            if trigger >= ready {
                self.at = trigger;
                break;
            }
            self.at = match kind {
                Trigger::Digit if let Some(lone) = lone::at(bytes, trigger, self.floor) => {
                    if let Lone::Date { start, end } = lone {
                        self.keep(bytes, detect::birth_date(bytes, start, end));
                    }
                    self.floor = lone.end();
                    self.floor
                }
                Trigger::Digit => {
                    chain.collect(bytes, trigger, self.floor);
                    let context = self.scanner.context();
                    match chain.without_labels(bytes, |at, end| context.is_word(bytes, at, end)) {
                        None => self.chain(bytes, &chain),
                        Some(split) => {
                            // The letters may be the value's own: `CC123456A` is a number of national insurance.
                            self.dispatch(bytes, &chain, |_| true);
                            self.chain(bytes, &split);
                        }
                    }
                    self.floor = chain.end.max(trigger.saturating_add(1));
                    self.in_run = chain.long.is_some();
                    self.floor
                }
                Trigger::Numeral => self.numerals(bytes, trigger, &mut chain),
                Trigger::At => {
                    let after =
                        trigger.saturating_add(glyph::next(bytes, trigger).map_or(1, |(_, length)| length));
                    self.keep(bytes, detect::email::find(bytes, trigger, after));
                    self.keep(bytes, detect::secret::url_credentials(bytes, trigger));
                    after
                }
                Trigger::Dashes => self.dashes(bytes, trigger),
                Trigger::Label => {
                    detect::named::find(bytes, trigger, &mut |hit| self.keep(bytes, Some(hit)));
                    trigger.saturating_add(1)
                }
            };
        }
        self.chain = chain;
    }

    /// Reads the run of Chinese numerals around `trigger`, if it is long enough, and returns where the search goes on.
    fn numerals(&mut self, bytes: &[u8], trigger: usize, chain: &mut Chain) -> usize {
        let Some(start) = numeral_run(bytes, trigger, self.floor) else { return trigger.saturating_add(3) };
        chain.collect_numerals(bytes, start, self.floor);
        self.chain(bytes, chain);
        self.floor = chain.end.max(trigger.saturating_add(3));
        self.in_run = chain.long.is_some();
        self.floor
    }

    fn chain(&mut self, bytes: &[u8], chain: &Chain) {
        self.dispatch(bytes, chain, |_| true);
        if let Some(read) = chain.with_look_alikes() {
            self.dispatch(bytes, &read, |hit| {
                hit.score -= LOOK_ALIKE_WEIGHT;
                read.groups.iter().any(|group| group.alike && hit.start < group.end && group.start < hit.end)
            });
        }
        detect::around::run(bytes, chain, &mut |hit| self.keep(bytes, Some(hit)));
    }

    /// Weighs what the detectors say of the windows of a chain, as far as it is wanted.
    fn dispatch(&mut self, bytes: &[u8], chain: &Chain, wanted: impl Fn(&mut Hit) -> bool) {
        let (scanner, base) = (self.scanner, self.base);
        let Self { context, found, allowed, .. } = self;
        scanner.dispatch().run(bytes, chain, context, &mut |mut hit, context| {
            let weighed = wanted(&mut hit).then(|| weigh(scanner, context, bytes, hit, base)).flatten();
            let Some((finding, known)) = weighed else { return };
            found.push(finding);
            allowed.extend(known);
        });
    }

    /// Looks for a private key behind a run of dashes, and returns where the search goes on.
    fn dashes(&mut self, bytes: &[u8], trigger: usize) -> usize {
        let rest = bytes.get(trigger..).unwrap_or_default();
        let run = rest.iter().take(AHEAD / 2).take_while(|byte| **byte == b'-').count();
        let past = trigger.saturating_add(run.max(1));
        let key = past.checked_sub(5).and_then(|start| detect::secret::private_key(bytes, start));
        self.keep(bytes, key);
        key.map_or(past, |key| key.end)
    }

    fn keep(&mut self, bytes: &[u8], hit: Option<Hit>) {
        let weighed = hit.and_then(|hit| weigh(self.scanner, &mut self.context, bytes, hit, self.base));
        if let Some((finding, known)) = weighed {
            self.found.push(finding);
            self.allowed.extend(known);
        }
    }
}

/// The finding that a hit is worth, by place in the whole input, and its name among those whose value is allowed.
fn weigh(
    scanner: &Scanner,
    context: &mut Reader<'_>,
    bytes: &[u8],
    hit: Hit,
    base: usize,
) -> Option<(Finding, Option<(usize, Entity)>)> {
    let finding = hit.settle(bytes, context, scanner.threshold(hit.entity)?)?;
    let allowed = bytes.get(finding.range()).is_some_and(|value| scanner.allows(value));
    let (start, end) = (finding.start.saturating_add(base), finding.end.saturating_add(base));
    Some((Finding { start, end, ..finding }, allowed.then_some((start, finding.entity))))
}
