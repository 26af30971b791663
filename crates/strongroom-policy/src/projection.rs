//! What of a record a permit shows. The one place where masks are applied.

use crate::Mask;
use crate::permit::{Obligation, Permit};
use crate::schema::{FieldSchema, KindSchema, Schema};
use crate::tables::CompiledGrant;
use std::{collections::HashMap, sync::Arc};
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
#[derive(Debug, Clone)]
pub struct Projection {
    grant: Arc<CompiledGrant>,
    ceiling: Level,
    purpose: Option<Purpose>,
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

impl Projection {
    /// The projection of this permit.
    pub fn new(schema: &Schema, permit: &Permit) -> Self {
        let fields = schema.kind(permit.kind()).map(KindSchema::fields).unwrap_or_default();
        let fields = fields.iter().map(|field| (field.name().clone(), treatment(field, permit))).collect();
        Self {
            grant: Arc::clone(permit.grant()),
            ceiling: permit.ceiling(),
            purpose: permit.purpose().cloned(),
            fields,
        }
    }

    /// Whether this is the projection of that permit too: of the same grant, ceiling and purpose. Lists build one
    /// projection for many records.
    pub fn fits(&self, permit: &Permit) -> bool {
        Arc::ptr_eq(&self.grant, permit.grant())
            && self.ceiling == permit.ceiling()
            && self.purpose.as_ref() == permit.purpose()
    }

    /// What the field shows of this value.
    pub fn project<'v>(&self, field: &str, value: &'v str) -> Projected<'v> {
        match self.fields.get(field).map(|treatment| treatment.shown) {
            Some(Shown::Clear) => Projected::Clear(value),
            Some(Shown::Masked(mask)) => mask.apply(value).map_or(Projected::Redacted, Projected::Masked),
            Some(Shown::Nothing) | None => Projected::Redacted,
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

    /// Whether the field may be written: its label lies within the ceiling and no obligation hides it. The purpose
    /// does not count, since it limits what is revealed.
    pub fn may_write(&self, field: &str) -> bool {
        self.fields.get(field).is_some_and(|treatment| treatment.writable)
    }
}

fn treatment(field: &FieldSchema, permit: &Permit) -> Treatment {
    let hidden = permit.obligations().iter().fold(Shown::Clear, |shown, obligation| match obligation {
        Obligation::Mask { field: name, mask } if name == field.name() => shown.masked(*mask),
        Obligation::Redact { field: name } if name == field.name() => Shown::Nothing,
        Obligation::Approve { .. }
        | Obligation::Justify
        | Obligation::Mask { .. }
        | Obligation::Notify { .. }
        | Obligation::Redact { .. }
        | Obligation::StepUp { .. }
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
