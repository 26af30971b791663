//! The scanner: which detectors run, what they must reach, and the one pass over the input.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use crate::context::Context;
use crate::detect::Dispatch;
use crate::glyph::{self, Glyph};
use crate::pass::Pass;
use crate::{Detector, Entity, Finding, Stream};

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
    custom: Vec<Custom>,
}

/// A detector of the host's own, and what it must reach.
#[derive(Clone)]
pub(crate) struct Custom {
    pub(crate) detector: Arc<dyn Detector>,
    pub(crate) threshold: f32,
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
            dispatch: Dispatch::new(|_| Some(THRESHOLD)),
            custom: Vec::new(),
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
        let known = Entity::ALL.iter().copied().filter(|entity| self.threshold(*entity).is_some());
        known.chain(self.custom.iter().map(|custom| custom.detector.entity().into()))
    }

    /// Every finding, in order of its start; no two overlap.
    ///
    /// The input is UTF-8; bytes that are not count as separators. Offsets are into `input` as given, and always fall
    /// on the boundaries of characters. Where readings of the same bytes compete, the one with the higher confidence
    /// wins, then one with a check sum, then the longer, then the earlier.
    pub fn scan(&self, input: &[u8]) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut pass = Pass::new(self);
        pass.run(input, true, &mut findings);
        findings
    }

    /// A scan of input that comes in pieces.
    pub fn stream(&self) -> Stream<'_> {
        Stream::new(self)
    }

    pub(crate) fn custom(&self) -> &[Custom] {
        &self.custom
    }

    pub(crate) const fn context(&self) -> &Context {
        &self.context
    }

    pub(crate) const fn dispatch(&self) -> &Dispatch {
        &self.dispatch
    }

    /// Whether the value is one that is never reported.
    pub(crate) fn allows(&self, value: &[u8]) -> bool {
        !self.allowed.is_empty() && self.allowed.contains(&comparable(value))
    }

    pub(crate) fn threshold(&self, entity: Entity) -> Option<f32> {
        self.thresholds.get(entity.index()).copied().flatten()
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
    custom: Vec<Arc<dyn Detector>>,
}

impl fmt::Debug for ScannerBuilder {
    /// Allowed values may be someone's data, so only their number shows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScannerBuilder")
            .field("on", &self.on)
            .field("threshold", &self.threshold)
            .field("thresholds", &self.thresholds)
            .field("allowed", &self.allowed.len())
            .field("custom", &self.custom.len())
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
            custom: Vec::new(),
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

    /// Looks for a kind of data of your own too.
    #[must_use]
    pub fn detector(mut self, detector: impl Detector + 'static) -> Self {
        self.custom.push(Arc::new(detector));
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
        let thresholds = Entity::ALL.iter().map(threshold_of).collect::<Result<Vec<_>, _>>()?;
        let custom = |detector: &Arc<dyn Detector>| {
            let entity = Entity::from(detector.entity());
            let threshold = self.thresholds.get(&entity).copied().unwrap_or(self.threshold);
            if !(0.0..=1.0).contains(&threshold) {
                return Err(BuildError::Threshold { entity });
            }
            Ok(Custom { detector: Arc::clone(detector), threshold })
        };
        let custom = self.custom.iter().map(custom).collect::<Result<Vec<_>, _>>()?;
        if self.allowed.iter().any(Vec::is_empty) {
            return Err(BuildError::EmptyValue);
        }
        Ok(Scanner {
            dispatch: Dispatch::new(|entity| thresholds.get(entity.index()).copied().flatten()),
            thresholds,
            allowed: self.allowed.into_iter().collect(),
            context: Context::new(),
            custom,
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
