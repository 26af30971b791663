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
    /// Roles that nobody may hold, or use, together.
    #[serde(default)]
    pub separation: Vec<Separation>,
    /// Which roles may be lent to others; none if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegation: Option<DelegationRule>,
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
#[expect(clippy::struct_excessive_bools, reason = "one key of the configuration each")]
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
    /// The device has each of these postures, such as `managed` or `encrypted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<Vec<String>>,
    /// The actor stands in one of these relations to the record, such as `account-manager`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relations: Option<Vec<String>>,
    /// The person whom the record is about has consented to the request's purpose.
    pub consent: bool,
    /// The actor has broken the glass. A grant with this condition needs a `review` and `justify`.
    pub break_glass: bool,
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
        /// See [`MaskRule::replace_by`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replace_by: Option<String>,
    },
    /// No more records than this are reached through the grant, by one actor, in any such window.
    #[serde(rename_all = "kebab-case")]
    Budget {
        /// How many records, at least 1.
        records: u32,
        /// The length of the window, at least 1.
        per_seconds: u32,
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
    /// Somebody who holds the role looks at it afterwards.
    #[serde(rename_all = "kebab-case")]
    Review {
        /// The role.
        by_role: RoleName,
        /// Within how many hours, at least 1.
        within_hours: u32,
    },
    /// The actor uses a second factor anew.
    #[serde(rename_all = "kebab-case")]
    StepUp {
        /// How old it may be.
        max_age_seconds: u32,
    },
    /// The grant can be used so many times by each actor.
    #[serde(rename_all = "kebab-case")]
    Uses {
        /// How many times, at least 1.
        max: u32,
    },
    /// What leaves bears a watermark.
    Watermark,
}

impl ObligationRule {
    pub(crate) fn mask_rule(&self) -> MaskRule {
        match self {
            Self::Mask { keep_first, keep_last, generalise, replace_by, .. } => MaskRule {
                keep_first: *keep_first,
                keep_last: *keep_last,
                generalise: generalise.clone(),
                replace_by: replace_by.clone(),
            },
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
    /// The actor stands in one of these relations to the record: whoever created it does not approve it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relations: Option<Vec<String>>,
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

/// Separation of duty (ANSI INCITS 359, static and dynamic): of these roles nobody holds more than `at-most`,
/// themselves or by inheritance; with `dynamic`, nobody has more than that active in one session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Separation {
    /// The id in explanations and in the log.
    pub id: RuleId,
    /// The roles, more than `at-most`.
    pub roles: Vec<RoleName>,
    /// How many of them one person may have, at least 1; 1 if left out.
    #[serde(default = "one")]
    pub at_most: u8,
    /// Whether it counts the roles of a session rather than those that are assigned.
    #[serde(default)]
    pub dynamic: bool,
}

const fn one() -> u8 {
    1
}

/// Which roles may be lent to others, how far, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DelegationRule {
    /// The roles.
    pub roles: Vec<RoleName>,
    /// How many times a role may be lent on: 1 is from its holder to somebody, 2 from there to somebody else.
    #[serde(default = "one")]
    pub depth_max: u8,
    /// The longest time that one delegation runs.
    pub days_max: u16,
}
