//! Why not, in words for people and codes for the log.

use crate::tables::Words;
use crate::words;
use std::{fmt, sync::Arc};
use strongroom_types::{Action, Kind, Level, LevelScale, RuleId};

/// A refusal with its reason.
#[derive(Clone)]
pub struct Denial {
    words: Arc<Words>,
    reason: Reason,
    action: Action,
    kind: Kind,
}

/// Why a request was denied.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// A deny binds, whatever is granted.
    Blocked {
        /// The deny.
        rule: RuleId,
    },
    /// The actor holds roles that nobody may hold together, and so may do nothing.
    ConflictingRoles {
        /// The rule of separation.
        rule: RuleId,
    },
    /// The actor is not active.
    Inactive,
    /// A grant speaks of it, and this keeps it from allowing.
    NearMiss {
        /// The grant with the fewest conditions unmet, or the requirement that is not met.
        rule: RuleId,
        /// The first of these conditions.
        miss: Miss,
    },
    /// No grant of any of the actor's roles speaks of the action on this kind.
    NoGrant,
    /// The schema has no such kind.
    UnknownKind,
}

/// A condition that did not hold. A missing attribute counts as not holding.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Miss {
    /// The role through which the grant is held does not reach the label's level.
    ClearanceTooLow {
        /// The label's level.
        need: Level,
        /// The role's clearance.
        has: Level,
    },
    /// The device lacks a posture.
    DeviceLacks {
        /// Which, such as `managed`.
        posture: Arc<str>,
    },
    /// The actor lacks evidence, or it has expired.
    EvidenceMissing {
        /// Which, such as `nda`.
        name: Arc<str>,
    },
    /// The grant is for emergencies, and nobody broke the glass.
    GlassNotBroken,
    /// The second factor was used too long ago.
    MfaTooOld {
        /// How old it may be.
        age_seconds_max: u32,
    },
    /// No second factor was used.
    NeedsMfa,
    /// The person whom the record is about has not consented to the purpose.
    NoConsent,
    /// The grant is not in force yet or no longer.
    NotInForce,
    /// The actor does not own the record.
    NotOwner,
    /// The actor stands in none of the grant's relations to the record.
    NotRelated,
    /// The actor is not of the record's team.
    NotTeam,
    /// The time is outside the grant's hours.
    OutsideHours,
    /// The session began too long ago.
    SessionTooOld {
        /// How old it may be.
        age_seconds_max: u32,
    },
    /// The purpose is none of the grant's.
    WrongPurpose,
    /// The record's state is none of the grant's.
    WrongState,
    /// The request comes from none of the grant's zones.
    WrongZone,
}

impl Denial {
    pub(crate) fn new(words: Arc<Words>, reason: Reason, action: Action, kind: &Kind) -> Self {
        Self { words, reason, action, kind: kind.clone() }
    }

    /// The reason.
    pub fn reason(&self) -> &Reason {
        &self.reason
    }

    /// The rule that made it, if one did.
    pub fn rules(&self) -> &[RuleId] {
        match &self.reason {
            Reason::Blocked { rule } | Reason::ConflictingRoles { rule } | Reason::NearMiss { rule, .. } => {
                std::slice::from_ref(rule)
            }
            Reason::Inactive | Reason::NoGrant | Reason::UnknownKind => &[],
        }
    }

    /// The reason as a word that stays the same, for the log.
    pub fn code(&self) -> &'static str {
        match &self.reason {
            Reason::Blocked { .. } => "blocked",
            Reason::ConflictingRoles { .. } => "conflicting-roles",
            Reason::Inactive => "inactive",
            Reason::NearMiss { miss, .. } => miss.code(),
            Reason::NoGrant => "no-grant",
            Reason::UnknownKind => "unknown-kind",
        }
    }

    /// The reason, in English.
    pub fn explain_en(&self) -> String {
        let what = format!("`{}` on `{}` is denied", self.action, self.kind);
        match &self.reason {
            Reason::Blocked { rule } => format!("{what} by the rule `{rule}`"),
            Reason::ConflictingRoles { rule } => {
                format!("{what}: the actor holds roles that `{rule}` keeps apart")
            }
            Reason::Inactive => format!("{what}: the actor is not active"),
            Reason::NearMiss { rule, miss } => {
                format!("{what}: {} (rule `{rule}`)", words::miss_en(miss, &self.words.scale))
            }
            Reason::NoGrant => format!("{what}: no grant allows it"),
            Reason::UnknownKind => format!("{what}: the schema has no such kind"),
        }
    }

    /// The reason, in Chinese.
    pub fn explain_zh(&self) -> String {
        let kind = self.words.kind_titles.get(&self.kind).map_or(self.kind.as_str(), |title| &title.zh);
        let what = format!("不允许对「{kind}」执行「{}」", words::action_zh(self.action));
        match &self.reason {
            Reason::Blocked { rule } => format!("{what}:规则 `{rule}` 禁止"),
            Reason::ConflictingRoles { rule } => format!("{what}:此人同时拥有 `{rule}` 规定不得兼任的角色"),
            Reason::Inactive => format!("{what}:此人已停用"),
            Reason::NearMiss { rule, miss } => {
                format!("{what}:{}(规则 `{rule}`)", words::miss_zh(miss, &self.words.scale))
            }
            Reason::NoGrant => format!("{what}:没有任何授权"),
            Reason::UnknownKind => format!("{what}:数据模型中没有此类记录"),
        }
    }
}

impl Miss {
    /// The condition, in English.
    pub fn explain_en(&self, scale: &LevelScale) -> String {
        words::miss_en(self, scale)
    }

    /// The condition, in Chinese.
    pub fn explain_zh(&self, scale: &LevelScale) -> String {
        words::miss_zh(self, scale)
    }

    /// The condition as a word that stays the same, for the log.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ClearanceTooLow { .. } => "clearance-too-low",
            Self::DeviceLacks { .. } => "device-lacks",
            Self::EvidenceMissing { .. } => "evidence-missing",
            Self::GlassNotBroken => "glass-not-broken",
            Self::MfaTooOld { .. } => "mfa-too-old",
            Self::NeedsMfa => "needs-mfa",
            Self::NoConsent => "no-consent",
            Self::NotInForce => "not-in-force",
            Self::NotOwner => "not-owner",
            Self::NotRelated => "not-related",
            Self::NotTeam => "not-team",
            Self::OutsideHours => "outside-hours",
            Self::SessionTooOld { .. } => "session-too-old",
            Self::WrongPurpose => "wrong-purpose",
            Self::WrongState => "wrong-state",
            Self::WrongZone => "wrong-zone",
        }
    }
}

impl fmt::Debug for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Denial")
            .field("action", &self.action)
            .field("kind", &self.kind)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain_en())
    }
}

impl std::error::Error for Denial {}
