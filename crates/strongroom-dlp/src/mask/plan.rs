//! What is replaced by what, worked out once and then applied to text or to bytes in any encoding.

use std::cmp::Reverse;
use std::ops::Range;

use super::{Cover, MaskError, MaskedSpan};
use crate::{Entity, Finding};

/// The ranges to cover: checked, in order, and none touching another's inside.
///
/// `place` says where a range lies in the text that the plan is made on, and `None` for one that cuts a character.
pub(super) fn merged(
    length: usize,
    findings: &[Finding],
    mut place: impl FnMut(Range<usize>) -> Option<Range<usize>>,
) -> Result<Vec<(Entity, Range<usize>)>, MaskError> {
    let mut ranges = Vec::<(Entity, Range<usize>)>::with_capacity(findings.len());
    for finding in findings {
        let Range { start, end } = finding.range();
        if start >= end || end > length {
            return Err(MaskError::OutOfRange { start, end, length });
        }
        let range = place(finding.range()).ok_or(MaskError::SplitsCharacter { start, end })?;
        ranges.push((finding.entity, range));
    }
    ranges.sort_by_key(|(entity, range)| (range.start, Reverse(range.end), *entity));
    let mut merged = Vec::<(Entity, Range<usize>)>::with_capacity(ranges.len());
    for (entity, range) in ranges {
        match merged.last_mut() {
            Some((_, last)) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push((entity, range)),
        }
    }
    Ok(merged)
}

/// One replacement. An escape replaces nothing and covers no entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) entity: Option<Entity>,
    pub(super) source: Range<usize>,
    new: Range<usize>,
}

/// All replacements, in order.
#[derive(Clone, Default)]
pub(super) struct Plan {
    pub(super) edits: Vec<Edit>,
    new: String,
}

impl Plan {
    /// Covers the ranges, which must be in order and apart, in chunks of text that stand at these offsets.
    pub(super) fn new<'t>(
        chunks: impl IntoIterator<Item = (usize, &'t str)>,
        ranges: Vec<(Entity, Range<usize>)>,
        cover: &mut impl Cover,
    ) -> Result<Self, MaskError> {
        let mut plan = Self::default();
        let mut ranges = ranges.into_iter().peekable();
        for (base, chunk) in chunks {
            let end = base.saturating_add(chunk.len());
            let within = |offset: usize| offset.saturating_sub(base);
            let mut done = base;
            while let Some((entity, range)) = ranges.next_if(|(_, range)| range.start < end) {
                let split = MaskError::SplitsCharacter { start: range.start, end: range.end };
                let between = chunk.get(within(done)..within(range.start)).filter(|_| range.start >= done);
                let value = chunk.get(within(range.start)..within(range.end));
                let (Some(between), Some(value)) = (between, value) else { return Err(split) };
                plan.escape(done, between, cover);
                done = range.end;
                plan.replace(Some(entity), range, |out| cover.cover(entity, value, out));
            }
            plan.escape(done, chunk.get(within(done)..).unwrap_or_default(), cover);
        }
        match ranges.next() {
            Some((_, Range { start, end })) => Err(MaskError::SplitsCharacter { start, end }),
            None => Ok(plan),
        }
    }

    /// One more replacement, after all the others.
    pub(super) fn replace(
        &mut self,
        entity: Option<Entity>,
        source: Range<usize>,
        write: impl FnOnce(&mut String),
    ) {
        let start = self.new.len();
        write(&mut self.new);
        self.edits.push(Edit { entity, source, new: start..self.new.len() });
    }

    fn escape(&mut self, base: usize, between: &str, cover: &impl Cover) {
        for at in cover.escapes(between) {
            let at = base.saturating_add(at);
            self.replace(None, at..at, |out| out.push('#'));
        }
    }
}

/// What the new text is put together from.
pub(super) enum Piece<'a> {
    /// This range of the given text, as it is.
    Kept(Range<usize>),
    /// New text.
    New(&'a str),
}

/// Puts the new text together piece by piece. `put` says how long the new text then is, and `None` where it cannot be
/// written.
pub(super) fn splice(
    plan: &Plan,
    length: usize,
    mut put: impl FnMut(Piece<'_>) -> Option<usize>,
) -> Result<(Vec<MaskedSpan>, Offsets), MaskError> {
    let mut spans = Vec::new();
    let mut offsets = Offsets::default();
    let mut copied = 0;
    for Edit { entity, source, new } in &plan.edits {
        let lacks = MaskError::Unencodable { start: source.start, end: source.end };
        let start = put(Piece::Kept(copied..source.start)).ok_or(lacks.clone())?;
        let end = put(Piece::New(plan.new.get(new.clone()).unwrap_or_default())).ok_or(lacks)?;
        copied = source.end;
        offsets.edits.push((source.clone(), start..end));
        if let Some(entity) = *entity {
            spans.push(MaskedSpan { entity, source: source.clone(), target: start..end });
        }
    }
    let lacks = MaskError::Unencodable { start: copied, end: length };
    offsets.target_length = put(Piece::Kept(copied..length)).ok_or(lacks)?;
    offsets.source_length = length;
    Ok((spans, offsets))
}

/// Where what was kept went, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Offsets {
    edits: Vec<(Range<usize>, Range<usize>)>,
    source_length: usize,
    target_length: usize,
}

impl Offsets {
    pub(super) fn target(&self, source: usize) -> Option<usize> {
        let before = self.edits.partition_point(|(from, _)| from.end <= source);
        if source > self.source_length
            || self.edits.get(before).is_some_and(|(from, _)| from.contains(&source))
        {
            return None;
        }
        let (from, to) = self.last(before);
        to.checked_add(source.checked_sub(from)?)
    }

    pub(super) fn source(&self, target: usize) -> Option<usize> {
        let before = self.edits.partition_point(|(_, to)| to.end <= target);
        if target > self.target_length || self.edits.get(before).is_some_and(|(_, to)| to.contains(&target)) {
            return None;
        }
        let (from, to) = self.last(before);
        from.checked_add(target.checked_sub(to)?)
    }

    /// Where the last of so many edits ends, before and after.
    fn last(&self, before: usize) -> (usize, usize) {
        let last = before.checked_sub(1).and_then(|last| self.edits.get(last));
        last.map_or((0, 0), |(from, to)| (from.end, to.end))
    }
}
