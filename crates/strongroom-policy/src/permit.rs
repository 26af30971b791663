//! The right to do one thing, and what must be done with it.

use crate::bound::{Bound, Target};
use crate::condition::is_recent;
use crate::decide::Found;
use crate::tables::CompiledGrant;
use crate::{Mask, words};
use serde::Serialize;
use std::ops::Deref;
use strongroom_types::{
    Action, ActorId, CustomerId, FieldName, Kind, Level, Purpose, RecordId, RoleName, RuleId, Timestamp,
};

/// Something that the enforcement point must do before or while it acts.
///
/// Exhaustive on purpose: match every arm, so that a new obligation breaks the build rather than being overlooked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Obligation {
    /// So many others who hold the role must have said yes; see
    /// [`may_approve`](crate::CompiledPolicy::may_approve).
    Approve {
        /// The role.
        role: RoleName,
        /// How many different people.
        count: u8,
    },
    /// No more records than this may be reached through the grant, by one actor, in any window of this length: count
    /// them durably, with the access.
    Budget {
        /// How many records.
        records: u32,
        /// The length of the window.
        per_seconds: u32,
    },
    /// The actor must have said why.
    Justify,
    /// The field shows masked: read through [`Projection`](crate::Projection).
    Mask {
        /// The field.
        field: FieldName,
        /// How.
        mask: Mask,
    },
    /// Those who hold the role are told.
    Notify {
        /// The role.
        role: RoleName,
    },
    /// The field does not show: read through [`Projection`](crate::Projection).
    Redact {
        /// The field.
        field: FieldName,
    },
    /// Somebody who holds the role must look at it afterwards: leave a review open, with the access.
    Review {
        /// The role.
        role: RoleName,
        /// Within how many hours.
        within_hours: u32,
    },
    /// The actor must have used a second factor this recently; see [`Permit::stepped_up`].
    StepUp {
        /// How old it may be.
        max_age_seconds: u32,
    },
    /// The grant may be used so many times by one actor: count them durably, with the access.
    Uses {
        /// How many times.
        max: u32,
    },
    /// What leaves must bear a watermark.
    Watermark,
}

impl Obligation {
    /// The name in policies and in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Approve { .. } => "approve",
            Self::Budget { .. } => "budget",
            Self::Justify => "justify",
            Self::Mask { .. } => "mask",
            Self::Notify { .. } => "notify",
            Self::Redact { .. } => "redact",
            Self::Review { .. } => "review",
            Self::StepUp { .. } => "step-up",
            Self::Uses { .. } => "uses",
            Self::Watermark => "watermark",
        }
    }

    /// How much it asks. What people must do outweighs what does not show, and that what happens by itself.
    pub(crate) fn burden(&self) -> u32 {
        match self {
            Self::Review { .. } => 100_000_000,
            Self::Approve { count, .. } => u32::from(*count).saturating_mul(300_000),
            Self::StepUp { .. } => 200_000,
            Self::Justify => 100_000,
            Self::Uses { .. } => 50_000,
            Self::Budget { .. } => 10_000,
            Self::Redact { .. } => 30,
            Self::Mask { .. } => 20,
            Self::Notify { .. } => 2,
            Self::Watermark => 1,
        }
    }
}

/// The right of one actor to do one action with one resource, once.
///
/// Only a decision makes one, it cannot be copied, and [`discharge`](Self::discharge) uses it up:
///
/// ```compile_fail
/// # fn twice(permit: strongroom_policy::Permit<'_>) {
/// let first = permit.discharge(|_, _| Ok::<(), ()>(()));
/// let second = permit.discharge(|_, _| Ok::<(), ()>(()));
/// # }
/// ```
#[derive(Debug)]
#[must_use]
pub struct Permit<'p> {
    grant: &'p CompiledGrant,
    purpose: Option<&'p Purpose>,
    ceiling: Level,
    actor: ActorId,
    lender: Option<ActorId>,
    action: Action,
    record: Option<RecordId>,
    customer: Option<CustomerId>,
    mfa_at: Option<Timestamp>,
    at: Timestamp,
}

impl<'p> Permit<'p> {
    #[inline]
    pub(crate) fn new(
        bound: &Bound<'p, '_>,
        found: &Found<'p>,
        action: Action,
        target: &Target<'_>,
        now: Timestamp,
    ) -> Self {
        Self {
            grant: found.grant,
            purpose: bound.purpose,
            ceiling: found.ceiling,
            actor: bound.id,
            lender: found.lender,
            action,
            record: target.record,
            customer: target.customer,
            mfa_at: bound.auth.mfa_at,
            at: now,
        }
    }

    /// Calls `each` for every obligation, in the policy's order; its first error stops and uses the permit up.
    pub fn discharge<E>(
        self,
        mut each: impl FnMut(&Self, &Obligation) -> Result<(), E>,
    ) -> Result<Cleared<'p>, E> {
        for obligation in self.obligations() {
            each(&self, obligation)?;
        }
        Ok(Cleared(self))
    }

    /// Whose it is.
    pub fn actor(&self) -> ActorId {
        self.actor
    }

    /// Who lent the role through which it is held, if somebody did: on whose behalf the actor acts.
    pub fn on_behalf(&self) -> Option<ActorId> {
        self.lender
    }

    /// What it allows.
    pub fn action(&self) -> Action {
        self.action
    }

    /// The kind of record that it is for.
    pub fn kind(&self) -> &'p Kind {
        &self.grant.kind
    }

    /// The record that it is for, if the request named one.
    pub fn record(&self) -> Option<RecordId> {
        self.record
    }

    /// The customer that it is about, if the request named one.
    pub fn customer(&self) -> Option<CustomerId> {
        self.customer
    }

    /// What the data is for, if the schema or the policy knows such a purpose.
    pub fn purpose(&self) -> Option<&'p Purpose> {
        self.purpose
    }

    /// When a second factor was last used before the decision.
    pub fn mfa_at(&self) -> Option<Timestamp> {
        self.mfa_at
    }

    /// When it was decided.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The highest level that it reveals.
    pub fn ceiling(&self) -> Level {
        self.ceiling
    }

    /// What the enforcement point must do.
    pub fn obligations(&self) -> &'p [Obligation] {
        &self.grant.obligations
    }

    /// Whether a second factor was used no longer than this before the decision.
    pub fn stepped_up(&self, max_age_seconds: u32) -> bool {
        is_recent(self.mfa_at, max_age_seconds, self.at)
    }

    /// The smallest set of grants that allows this. Any one grant suffices, so it has one member: alone it would have
    /// allowed, and a policy without it allows only if another grant does by itself.
    pub fn rules(&self) -> impl Iterator<Item = &'p RuleId> + use<'p> {
        std::iter::once(&self.grant.id)
    }

    /// The reason, in English.
    pub fn explain_en(&self) -> String {
        format!("`{}` on `{}` is allowed by the grant `{}`", self.action, self.grant.kind, self.grant.id)
    }

    /// The reason, in Chinese.
    pub fn explain_zh(&self) -> String {
        let (action, kind) = (words::action_zh(self.action), &self.grant.kind_title.zh);
        format!("根据授权 `{}`,允许对「{kind}」执行「{action}」", self.grant.id)
    }

    pub(crate) fn grant(&self) -> &'p CompiledGrant {
        self.grant
    }
}

/// A permit of which every obligation is discharged. What acts takes it by value.
#[derive(Debug)]
#[must_use]
pub struct Cleared<'p>(Permit<'p>);

impl<'p> Deref for Cleared<'p> {
    type Target = Permit<'p>;

    fn deref(&self) -> &Permit<'p> {
        &self.0
    }
}
