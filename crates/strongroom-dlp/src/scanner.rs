//! The scanner: which detectors run, what they must reach, and the one pass over the input.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use thiserror::Error;

use crate::candidate::{Chain, Group, next_trigger};
use crate::context::{Context, Reader};
use crate::detect::{self, Dispatch, Hit};
use crate::glyph::{self, Glyph};
use crate::{Entity, Finding};

/// What a finding must reach unless a threshold says otherwise.
const THRESHOLD: f32 = 0.5;

/// Finds personal and secret data in bytes.
///
/// It is plain data, built once and shared between threads. A scan neither fails nor panics on any input, its time is
/// linear in the input's length, and its findings are the same on every run.
#[derive(Clone)]
pub struct Scanner {
    /// The least confidence, by [`Entity::index`]; `None` where the detector is off.
    thresholds: Vec<Option<f32>>,
    allowed: HashSet<Vec<u8>>,
    context: Context,
    dispatch: Dispatch,
}

impl fmt::Debug for Scanner {
    /// Allowed values may be someone's data, so only their number shows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entities: Vec<_> = self.entities().collect();
        f.debug_struct("Scanner")
            .field("entities", &entities)
            .field("allowed", &self.allowed.len())
            .finish_non_exhaustive()
    }
}

impl Default for Scanner {
    fn default() -> Self {
        Self {
            thresholds: vec![Some(THRESHOLD); Entity::ALL.len()],
            allowed: HashSet::new(),
            context: Context::new(),
            dispatch: Dispatch::new(|_| true),
        }
    }
}

impl Scanner {
    /// Every detector, a threshold of 0.5, nothing allowed.
    pub fn new() -> Self {
        Self::default()
    }

    /// A scanner of your choice.
    pub fn builder() -> ScannerBuilder {
        ScannerBuilder::default()
    }

    /// The entities it looks for.
    pub fn entities(&self) -> impl Iterator<Item = Entity> + '_ {
        Entity::ALL.iter().copied().filter(|entity| self.threshold(*entity).is_some())
    }

    /// Every finding, in order of its start; no two overlap.
    ///
    /// The input is UTF-8; bytes that are not count as separators. Offsets are into `input` as given, and always fall
    /// on the boundaries of characters. Where readings of the same bytes compete, the one with the higher confidence
    /// wins, then one with a check sum, then the longer, then the earlier.
    pub fn scan(&self, input: &[u8]) -> Vec<Finding> {
        let mut sieve = Sieve { scanner: self, input, context: self.context.reader(), found: Vec::new() };
        sieve.run();
        let mut findings = strongest(sieve.found);
        if !self.allowed.is_empty() {
            findings.retain(|finding| {
                !input.get(finding.range()).is_some_and(|value| self.allowed.contains(&comparable(value)))
            });
        }
        findings
    }

    fn threshold(&self, entity: Entity) -> Option<f32> {
        self.thresholds.get(entity.index()).copied().flatten()
    }
}

/// One pass over one input.
struct Sieve<'a> {
    scanner: &'a Scanner,
    input: &'a [u8],
    context: Reader<'a>,
    found: Vec<Finding>,
}

impl Sieve<'_> {
    fn run(&mut self) {
        let mut chain = Chain::default();
        let (mut at, mut floor) = (0, 0);
        while let Some(trigger) = next_trigger(self.input, at) {
            at = match glyph::next(self.input, trigger) {
                Some((Glyph::Digit(_), _)) => {
                    chain.collect(self.input, trigger, floor);
                    self.chain(&chain);
                    floor = chain.end.max(trigger.saturating_add(1));
                    floor
                }
                Some((Glyph::Mark(b'@'), length)) => {
                    let after = trigger.saturating_add(length);
                    self.keep(detect::email::find(self.input, trigger, after));
                    self.keep(detect::secret::url_credentials(self.input, trigger));
                    after
                }
                _ => self.dashes(trigger),
            };
        }
    }

    fn chain(&mut self, chain: &Chain) {
        self.scanner.dispatch.run(self.input, chain, &mut |hit| self.keep(Some(hit)));
        // The parts of a token may be short or too long for a group.
        let groups = chain.groups.iter().take(chain.starts);
        let is_token =
            |group: &&Group| chain.characters.get(group.from..group.to).is_some_and(is_token_start);
        let starts = groups.filter(is_token).filter_map(|group| chain.start_of(group.from));
        for start in starts.chain(chain.long) {
            self.keep(detect::secret::jwt(self.input, start));
        }
    }

    /// Looks for a private key behind a run of dashes, and returns where the search goes on.
    fn dashes(&mut self, trigger: usize) -> usize {
        let rest = self.input.get(trigger..).unwrap_or_default();
        let run = rest.iter().take_while(|byte| **byte == b'-').count();
        let past = trigger.saturating_add(run.max(1));
        let key = past.checked_sub(5).and_then(|start| detect::secret::private_key(self.input, start));
        self.keep(key);
        key.map_or(past, |key| key.end)
    }

    fn keep(&mut self, hit: Option<Hit>) {
        if let Some(hit) = hit
            && let Some(threshold) = self.scanner.threshold(hit.entity)
            && let Some(finding) = hit.settle(self.input, &mut self.context, threshold)
        {
            self.found.push(finding);
        }
    }
}

#[cfg(feature = "encodings")]
impl Scanner {
    /// Every finding in input of this encoding; offsets are into `input` as given.
    ///
    /// The input is decoded into memory first, which takes about twice its size. Malformed bytes count as separators.
    pub fn scan_encoded(&self, input: &[u8], encoding: crate::Encoding) -> Vec<Finding> {
        if encoding == crate::Encoding::Utf8 {
            return self.scan(input);
        }
        let decoded = crate::decode(input, encoding);
        let mut findings = self.scan(decoded.text().as_bytes());
        findings.retain_mut(|finding| {
            let ends = (decoded.source_offset(finding.start), decoded.source_offset(finding.end));
            let (Some(start), Some(end)) = ends else { return false };
            (finding.start, finding.end) = (start, end);
            true
        });
        findings
    }
}

/// Whether a group can begin a token: `eyJ`, with its case folded.
fn is_token_start(group: &[u8]) -> bool {
    group.starts_with(b"EYJ")
}

/// The strongest of the findings that overlap, in order of their starts.
fn strongest(mut found: Vec<Finding>) -> Vec<Finding> {
    found.sort_by_key(|finding| (finding.start, finding.end, finding.entity));
    let mut kept = Vec::with_capacity(found.len());
    let mut rest = found.as_mut_slice();
    while let Some(first) = rest.first() {
        let mut end = first.end;
        let touches = |finding: &&Finding| {
            let inside = finding.start < end;
            end = end.max(finding.end);
            inside
        };
        let count = rest.iter().take_while(touches).count();
        let (cluster, after) = rest.split_at_mut(count.max(1));
        resolve(cluster, &mut kept);
        rest = after;
    }
    kept
}

/// Keeps the strongest of a cluster, then each next one that is still free.
fn resolve(cluster: &mut [Finding], kept: &mut Vec<Finding>) {
    if let [only] = cluster {
        kept.push(*only);
        return;
    }
    cluster.sort_by(|a, b| {
        let length = |finding: &Finding| finding.end.saturating_sub(finding.start);
        b.confidence
            .total_cmp(&a.confidence)
            .then_with(|| b.evidence.has_checksum().cmp(&a.evidence.has_checksum()))
            .then_with(|| length(b).cmp(&length(a)))
            .then_with(|| a.start.cmp(&b.start))
            .then_with(|| a.entity.cmp(&b.entity))
    });
    let mut taken = BTreeMap::<usize, Finding>::new();
    for finding in cluster {
        // Those kept never overlap, so only the last one that begins before this one's end can touch it.
        let free =
            taken.range(..finding.end).next_back().is_none_or(|(_, before)| before.end <= finding.start);
        if free {
            taken.insert(finding.start, *finding);
        }
    }
    kept.extend(taken.into_values());
}

/// A value without what people write differently: case, width, spaces, dashes, brackets, invisible characters.
fn comparable(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut at = 0;
    while let Some((glyph, length)) = glyph::next(value, at) {
        let end = at.saturating_add(length);
        match glyph {
            Glyph::Mark(b' ' | b'-' | b'(' | b')') | Glyph::Skip => {}
            Glyph::Digit(c) | Glyph::Letter(c) | Glyph::Mark(c) => out.push(c),
            Glyph::Other => out.extend_from_slice(value.get(at..end).unwrap_or_default()),
        }
        at = end;
    }
    out
}

/// Chooses what a [`Scanner`] does.
#[derive(Clone)]
pub struct ScannerBuilder {
    on: Vec<Entity>,
    threshold: f32,
    thresholds: BTreeMap<Entity, f32>,
    allowed: Vec<Vec<u8>>,
}

impl fmt::Debug for ScannerBuilder {
    /// Allowed values may be someone's data, so only their number shows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScannerBuilder")
            .field("on", &self.on)
            .field("threshold", &self.threshold)
            .field("thresholds", &self.thresholds)
            .field("allowed", &self.allowed.len())
            .finish()
    }
}

impl Default for ScannerBuilder {
    fn default() -> Self {
        Self {
            on: Entity::ALL.to_vec(),
            threshold: THRESHOLD,
            thresholds: BTreeMap::new(),
            allowed: Vec::new(),
        }
    }
}

impl ScannerBuilder {
    /// Looks for these entities and no others.
    #[must_use]
    pub fn with_entities(mut self, entities: &[Entity]) -> Self {
        self.on = entities.to_vec();
        self
    }

    /// Does not look for these entities.
    #[must_use]
    pub fn without(mut self, entities: &[Entity]) -> Self {
        self.on.retain(|entity| !entities.contains(entity));
        self
    }

    /// The confidence, from 0 to 1, that a finding must reach. It is 0.5 unless set.
    #[must_use]
    pub const fn threshold(mut self, confidence: f32) -> Self {
        self.threshold = confidence;
        self
    }

    /// The confidence that a finding of this entity must reach, whatever holds for the others.
    #[must_use]
    pub fn threshold_of(mut self, entity: Entity, confidence: f32) -> Self {
        self.thresholds.insert(entity, confidence);
        self
    }

    /// Never reports this value, such as a company's own hotline. Case, width, spaces, dashes and brackets are ignored.
    #[must_use]
    pub fn allow(mut self, value: &str) -> Self {
        self.allowed.push(comparable(value.as_bytes()));
        self
    }

    /// The scanner.
    pub fn build(self) -> Result<Scanner, BuildError> {
        let threshold_of = |entity: &Entity| {
            let confidence = self.thresholds.get(entity).copied().unwrap_or(self.threshold);
            if !(0.0..=1.0).contains(&confidence) {
                return Err(BuildError::Threshold { entity: *entity });
            }
            Ok(self.on.contains(entity).then_some(confidence))
        };
        let thresholds = Entity::ALL.iter().map(threshold_of).collect::<Result<_, _>>()?;
        if self.allowed.iter().any(Vec::is_empty) {
            return Err(BuildError::EmptyValue);
        }
        Ok(Scanner {
            thresholds,
            dispatch: Dispatch::new(|entity| self.on.contains(&entity)),
            allowed: self.allowed.into_iter().collect(),
            context: Context::new(),
        })
    }
}

/// Why a scanner could not be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// An allowed value has no letter, digit or mark in it.
    #[error("an allowed value is empty")]
    EmptyValue,
    /// A threshold is not a number from 0 to 1.
    #[error("the threshold of `{entity}` is not between 0 and 1")]
    Threshold {
        /// The entity it would hold for.
        entity: Entity,
    },
}

#[cfg(test)]
mod tests;
