//! Lending roles: from their holder to somebody, from there to somebody else, only as far and as long as the policy
//! says, and never longer than the holder holds them.

use super::{Directory, Person};
use crate::{CompiledPolicy, Lent};
use serde::{Deserialize, Serialize};
use strongroom_types::{ActorId, RoleName, RuleId, Timestamp};

/// Roles that one person lends to another for a time: a deputy's cover, a partner's errand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Delegation {
    /// Its name.
    pub id: RuleId,
    /// Who lends.
    pub by: ActorId,
    /// To whom.
    pub to: ActorId,
    /// Which roles.
    pub roles: Vec<RoleName>,
    /// From this instant on.
    pub from: Timestamp,
    /// Before this instant.
    pub until: Timestamp,
    /// The delegation through which the lender has them, where they are not the lender's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under: Option<RuleId>,
}

/// Why a delegation lends nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DelegationFault {
    /// The policy lets nobody lend such a role.
    #[error("lends the role `{role}`, which the policy lets nobody lend")]
    NotLendable {
        /// The role.
        role: RoleName,
    },
    /// The lender does not hold it now.
    #[error("lends the role `{role}`, which its lender does not hold")]
    NotHeld {
        /// The role.
        role: RoleName,
    },
    /// It is not in force at this instant, or ends before it begins.
    #[error("is not in force")]
    NotInForce,
    /// It runs longer than the policy lets it.
    #[error("runs for more than {days_max} days")]
    TooLong {
        /// How many it may run.
        days_max: u16,
    },
    /// It is lent on more often than the policy lets it.
    #[error("lends on more than {depth_max} times")]
    TooDeep {
        /// How often it may be.
        depth_max: u8,
    },
    /// The lender or the borrower is not there, or not active.
    #[error("has a lender or a borrower who is not active")]
    Inactive,
    /// Nobody lends to themselves, nor back to whose roles they are.
    #[error("lends to the person whose roles they are")]
    ToOneself,
    /// The delegation that it rests on is not there, or is not to this lender.
    #[error("rests on `{under}`, which lends nothing to its lender")]
    NoBasis {
        /// The one that it names.
        under: RuleId,
    },
}

impl Directory {
    /// What others have lent to somebody, as of an instant.
    pub(super) fn lent_to(&self, policy: &CompiledPolicy, to: ActorId, now: Timestamp) -> Vec<Lent> {
        let mine = self.delegations.iter().filter(|one| one.to == to);
        mine.filter_map(|delegation| {
            let root = self.root_of(policy, delegation, now).ok()?;
            Some(Lent { by: root.id, team: root.team.clone(), roles: delegation.roles.clone() })
        })
        .collect()
    }

    /// Whose roles they are, if the delegation lends anything.
    pub(super) fn root_of<'d>(
        &'d self,
        policy: &CompiledPolicy,
        delegation: &'d Delegation,
        now: Timestamp,
    ) -> Result<&'d Person, DelegationFault> {
        let depth_max = policy.delegation().map_or(0, |(depth, _)| depth);
        let mut link = delegation;
        let mut depth: u8 = 1;
        loop {
            // Ends on circles too: each turn is a step deeper.
            if depth > depth_max.max(1) {
                return Err(DelegationFault::TooDeep { depth_max });
            }
            let lender = self.check_link(policy, link, now)?;
            let Some(under) = &link.under else {
                let held: Vec<&RoleName> = lender.held(now).collect();
                // SECURITY: what is lent is what the holder has by name; inheritance would lend what nobody listed.
                if let Some(role) = delegation.roles.iter().find(|role| !held.contains(role)) {
                    return Err(DelegationFault::NotHeld { role: role.clone() });
                }
                if lender.id == delegation.to {
                    return Err(DelegationFault::ToOneself);
                }
                return Ok(lender);
            };
            let no_basis = || DelegationFault::NoBasis { under: under.clone() };
            let mut found = self.delegations.iter().filter(|one| one.id == *under);
            let basis = found.next().filter(|basis| basis.to == link.by).ok_or_else(no_basis)?;
            if found.next().is_some() {
                return Err(no_basis());
            }
            if let Some(role) = delegation.roles.iter().find(|role| !basis.roles.contains(role)) {
                return Err(DelegationFault::NotHeld { role: role.clone() });
            }
            link = basis;
            depth = depth.saturating_add(1);
        }
    }

    fn check_link(
        &self,
        policy: &CompiledPolicy,
        link: &Delegation,
        now: Timestamp,
    ) -> Result<&Person, DelegationFault> {
        let unlendable = |role: &&RoleName| !policy.is_lendable(role);
        if let Some(role) = link.roles.iter().find(unlendable) {
            return Err(DelegationFault::NotLendable { role: role.clone() });
        }
        let days_max = policy.delegation().map_or(0, |(_, days)| days);
        if link.from.plus_seconds(i64::from(days_max).saturating_mul(86_400)) < link.until {
            return Err(DelegationFault::TooLong { days_max });
        }
        if !(link.from <= now && now < link.until) {
            return Err(DelegationFault::NotInForce);
        }
        if link.by == link.to {
            return Err(DelegationFault::ToOneself);
        }
        let active = |id: ActorId| self.person(id).filter(|person| person.active);
        match (active(link.by), active(link.to)) {
            (Some(lender), Some(_)) => Ok(lender),
            _ => Err(DelegationFault::Inactive),
        }
    }
}
