//! The policy as data. What it means is in `compile` and `decide`.

use crate::{MaskRule, Title};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use strongroom_types::{Action, FieldName, Kind, Purpose, RoleName, RuleId, Timestamp, Zone};

/// Who may do what, as configuration. Means something only once compiled against a schema.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub struct Policy {
    /// The version of the language: 1.
    pub version: u32,
    /// The roles.
    #[serde(default)]
    pub roles: BTreeMap<RoleName, Role>,
    /// What holds for everybody from a level upwards.
    #[serde(default)]
    pub requirements: Vec<Requirement>,
    /// What is allowed.
    #[serde(default)]
    pub grants: Vec<Grant>,
    /// What is denied, whatever is granted.
    #[serde(default)]
    pub denies: Vec<Deny>,
    /// Roles that nobody may hold together.
    #[serde(default)]
    pub separation: Vec<Separation>,
}

/// A role: holds its own grants and those of the roles that it inherits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Role {
    /// The name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// The roles whose grants it holds as well.
    pub inherits: Vec<RoleName>,
    /// The highest level that it reaches; the highest of its inherited roles' if that is higher, and the lowest level
    /// if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clearance: Option<String>,
}

/// Something that is allowed under conditions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Grant {
    /// The id in explanations and in the log.
    pub id: RuleId,
    /// The roles that hold it, and so the roles that inherit them.
    pub roles: Vec<RoleName>,
    /// The kinds that it speaks of; `vault` is the vault itself.
    pub kinds: Vec<Kind>,
    /// The actions that it allows.
    pub actions: Vec<Action>,
    /// The conditions, all of which must hold.
    #[serde(default)]
    pub when: When,
    /// What the enforcement point must do.
    #[serde(default)]
    pub obligations: Vec<ObligationRule>,
    /// It holds from this instant on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// It holds before this instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// Conditions, all of which must hold. A missing attribute holds none; a condition that is left out always holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct When {
    /// The actor owns the record.
    pub own: bool,
    /// The actor is of the record's team.
    pub team: bool,
    /// The actor used a second factor in this session.
    pub mfa: bool,
    /// The second factor is no older.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mfa_age_max_seconds: Option<u32>,
    /// The session is no older.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_age_max_seconds: Option<u32>,
    /// The purpose is one of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purposes: Option<Vec<Purpose>>,
    /// The request comes from one of these zones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zones: Option<Vec<Zone>>,
    /// The record is in one of these states.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub states: Option<Vec<String>>,
    /// The actor has each of these, and none has expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Vec<String>>,
    /// The local time is within these hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
}

/// A daily window in a zone of a fixed offset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Hours {
    /// Its first minute, `HH:MM`.
    pub from: String,
    /// The minute after its last, `HH:MM`, after `from`; `24:00` is the end of the day.
    pub to: String,
    /// The offset from UTC, such as `+08:00`.
    pub offset: String,
    /// The days; every day if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Vec<Day>>,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// What the enforcement point must do, as configuration says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObligationRule {
    /// So many others who hold the role say yes.
    #[serde(rename_all = "kebab-case")]
    Approve {
        /// The role.
        by_role: RoleName,
        /// How many.
        count: u8,
    },
    /// The actor says why.
    Justify,
    /// The fields show masked.
    #[serde(rename_all = "kebab-case")]
    Mask {
        /// The fields.
        fields: Vec<FieldName>,
        /// See [`MaskRule::keep_first`]. Where a mask says nothing, each field's own mask applies.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keep_first: Option<u8>,
        /// See [`MaskRule::keep_last`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keep_last: Option<u8>,
        /// See [`MaskRule::generalise`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        generalise: Option<String>,
    },
    /// Those who hold the role are told.
    #[serde(rename_all = "kebab-case")]
    Notify {
        /// The role.
        role: RoleName,
    },
    /// The fields do not show.
    #[serde(rename_all = "kebab-case")]
    Redact {
        /// The fields.
        fields: Vec<FieldName>,
    },
    /// The actor uses a second factor anew.
    #[serde(rename_all = "kebab-case")]
    StepUp {
        /// How old it may be.
        max_age_seconds: u32,
    },
    /// What leaves bears a watermark.
    Watermark,
}

impl ObligationRule {
    pub(crate) fn mask_rule(&self) -> MaskRule {
        match self {
            Self::Mask { keep_first, keep_last, generalise, .. } => {
                MaskRule { keep_first: *keep_first, keep_last: *keep_last, generalise: generalise.clone() }
            }
            _ => MaskRule::default(),
        }
    }
}

/// Something that is denied, whatever is granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Deny {
    /// The id in explanations and in the log.
    pub id: RuleId,
    /// The roles that it binds, and so the roles that inherit them; everybody if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<RoleName>>,
    /// The kinds that it speaks of.
    pub kinds: Vec<Kind>,
    /// The actions that it denies.
    pub actions: Vec<Action>,
    /// It binds only where all of these hold or may hold.
    #[serde(default)]
    pub when: DenyWhen,
    /// It does not bind where all of these hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unless: Option<When>,
}

/// Conditions of a deny. A missing attribute counts as holding, so that leaving it out never helps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct DenyWhen {
    /// Whether the actor owns the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<bool>,
    /// Whether the actor is of the record's team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<bool>,
    /// The purpose is one of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purposes: Option<Vec<Purpose>>,
    /// The request comes from one of these zones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zones: Option<Vec<Zone>>,
    /// The record is in one of these states.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub states: Option<Vec<String>>,
}

/// What holds for everybody from a level upwards. Where it does not hold, a permit reaches only below that level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Requirement {
    /// The id in explanations and in the log.
    pub id: RuleId,
    /// The level from which it counts; not the lowest.
    pub from: String,
    /// The actions for which it counts; all if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<Vec<Action>>,
    /// The conditions, all of which must hold.
    pub when: When,
}

/// Static separation of duty: nobody may hold more than one of these roles, themselves or by inheritance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Separation {
    /// The id in explanations and in the log.
    pub id: RuleId,
    /// The roles, at least two.
    pub roles: Vec<RoleName>,
}
