//! What of a record a permit shows. The one place where masks are applied.

use crate::permit::{Obligation, Permit};
use crate::schema::{FieldSchema, KindSchema, Schema};
use crate::tables::CompiledGrant;
use crate::{Mask, Pseudonyms};
use std::{collections::HashMap, fmt};
use strongroom_types::{FieldName, Level, Purpose};

/// What a field shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Projected<'v> {
    /// The value itself.
    Clear(&'v str),
    /// A masked form of it.
    Masked(String),
    /// Nothing.
    Redacted,
}

/// How each field of a kind shows under a permit. View, list, search, sort and export all go through it.
///
/// A field shows only if its label lies within the permit's ceiling, the permit's purpose is among the field's, and no
/// obligation masks or redacts it. A field that the schema does not know does not show.
#[derive(Clone)]
pub struct Projection<'p> {
    grant: &'p CompiledGrant,
    ceiling: Level,
    purpose: Option<&'p Purpose>,
    pseudonyms: Option<&'p dyn Pseudonyms>,
    fields: HashMap<FieldName, Treatment>,
}

#[derive(Debug, Clone, Copy)]
struct Treatment {
    shown: Shown,
    writable: bool,
}

#[derive(Debug, Clone, Copy)]
enum Shown {
    Clear,
    Masked(Mask),
    Nothing,
}

impl fmt::Debug for Projection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = (&self.grant.id, self.ceiling, self.purpose);
        f.debug_tuple("Projection").field(&parts).field(&self.fields).finish()
    }
}

impl<'p> Projection<'p> {
    /// The projection of this permit. Fields that a hash or a token should stand for show nothing.
    pub fn new(schema: &Schema, permit: &Permit<'p>) -> Self {
        Self::with_pseudonyms(schema, permit, None)
    }

    /// The projection of this permit, with what stands for values under [`Mask::Hash`] and [`Mask::Token`].
    pub fn with_pseudonyms(
        schema: &Schema,
        permit: &Permit<'p>,
        pseudonyms: Option<&'p dyn Pseudonyms>,
    ) -> Self {
        let fields = schema.kind(permit.kind()).map(KindSchema::fields).unwrap_or_default();
        let fields = fields.iter().map(|field| (field.name().clone(), treatment(field, permit))).collect();
        let (grant, ceiling, purpose) = (permit.grant(), permit.ceiling(), permit.purpose());
        Self { grant, ceiling, purpose, pseudonyms, fields }
    }

    /// Whether this is the projection of that permit too: of the same grant, ceiling and purpose. Lists build one
    /// projection for many records.
    pub fn fits(&self, permit: &Permit<'_>) -> bool {
        std::ptr::eq(self.grant, permit.grant())
            && self.ceiling == permit.ceiling()
            && self.purpose == permit.purpose()
    }

    /// What the field shows of this value.
    pub fn project<'v>(&self, field: &str, value: &'v str) -> Projected<'v> {
        let Some((name, treatment)) = self.fields.get_key_value(field) else { return Projected::Redacted };
        match treatment.shown {
            Shown::Clear => Projected::Clear(value),
            Shown::Masked(mask) => {
                self.masked(name, mask, value).map_or(Projected::Redacted, Projected::Masked)
            }
            Shown::Nothing => Projected::Redacted,
        }
    }

    fn masked(&self, name: &FieldName, mask: Mask, value: &str) -> Option<String> {
        match mask {
            Mask::Hash => self.pseudonyms?.hash(&self.grant.kind, name, value),
            Mask::Token => self.pseudonyms?.token(&self.grant.kind, name, value),
            Mask::Decade
            | Mask::KeepEnds { .. }
            | Mask::Month
            | Mask::Range
            | Mask::Redact
            | Mask::Region
            | Mask::Year => mask.apply(value),
        }
    }

    /// Whether the field shows in clear.
    pub fn shows(&self, field: &str) -> bool {
        self.fields.get(field).is_some_and(|treatment| matches!(treatment.shown, Shown::Clear))
    }

    /// Whether records may be searched by the field. Not if it is masked: a hit would reveal what the mask hides.
    pub fn may_search(&self, field: &str) -> bool {
        self.shows(field)
    }

    /// Whether records may be sorted by the field. Not if it is masked: the order would reveal what the mask hides.
    pub fn may_sort(&self, field: &str) -> bool {
        self.shows(field)
    }

    /// Whether values of the field may be added up, compared or counted by. Not if it is masked: a sum over one record
    /// is its value, and groups tell which values are equal.
    pub fn may_aggregate(&self, field: &str) -> bool {
        self.shows(field)
    }

    /// What a change of the field shows in a log or a history: that it changed, and before and after as the field
    /// shows. Where nothing of it shows, whether two versions differ is not told either: `None`.
    pub fn project_change<'v>(
        &self,
        field: &str,
        before: Option<&'v str>,
        after: Option<&'v str>,
    ) -> Option<(Option<Projected<'v>>, Option<Projected<'v>>)> {
        let shown = self.fields.get(field)?.shown;
        if matches!(shown, Shown::Nothing) {
            return None;
        }
        let project = |value: Option<&'v str>| value.map(|value| self.project(field, value));
        Some((project(before), project(after)))
    }

    /// Whether the field may be written: its label lies within the ceiling and no obligation hides it. The purpose
    /// does not count, since it limits what is revealed.
    pub fn may_write(&self, field: &str) -> bool {
        self.fields.get(field).is_some_and(|treatment| treatment.writable)
    }
}

fn treatment(field: &FieldSchema, permit: &Permit<'_>) -> Treatment {
    let hidden = permit.obligations().iter().fold(Shown::Clear, |shown, obligation| match obligation {
        Obligation::Mask { field: name, mask } if name == field.name() => shown.masked(*mask),
        Obligation::Redact { field: name } if name == field.name() => Shown::Nothing,
        Obligation::Approve { .. }
        | Obligation::Budget { .. }
        | Obligation::Justify
        | Obligation::Mask { .. }
        | Obligation::Notify { .. }
        | Obligation::Redact { .. }
        | Obligation::Review { .. }
        | Obligation::StepUp { .. }
        | Obligation::Uses { .. }
        | Obligation::Watermark => shown,
    });
    let within = field.label().level <= permit.ceiling();
    let purposes = field.purposes();
    let for_this = purposes.is_empty() || permit.purpose().is_some_and(|purpose| purposes.contains(purpose));
    Treatment {
        shown: if within && for_this { hidden } else { Shown::Nothing },
        writable: within && matches!(hidden, Shown::Clear),
    }
}

impl Shown {
    /// Where two masks meet, no more shows than under either.
    fn masked(self, mask: Mask) -> Self {
        match self {
            Self::Clear => Self::Masked(mask),
            Self::Masked(other) => Self::Masked(mask.join(other)),
            Self::Nothing => Self::Nothing,
        }
    }
}
