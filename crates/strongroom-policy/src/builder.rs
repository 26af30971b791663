//! Policies in code: what configuration says, said with types.

use crate::policy::{
    DelegationRule, Deny, DenyWhen, Grant, ObligationRule, Policy, Requirement, Role, Separation, When,
};
use crate::{CompiledPolicy, ConfigError, Schema};
use strongroom_types::{Action, Kind, Purpose, RoleName, RuleId, Timestamp};

impl Policy {
    /// An empty policy of the version that this crate reads: it allows nothing.
    pub fn new() -> Self {
        Self { version: 1, ..Self::default() }
    }

    /// With a role.
    #[must_use]
    pub fn role(mut self, name: RoleName, role: Role) -> Self {
        self.roles.insert(name, role);
        self
    }

    /// With a grant.
    #[must_use]
    pub fn grant(mut self, grant: Grant) -> Self {
        self.grants.push(grant);
        self
    }

    /// A policy without one of its grants, for "what if".
    #[must_use]
    pub fn without_grant(&self, id: &RuleId) -> Self {
        let mut policy = self.clone();
        policy.grants.retain(|grant| grant.id != *id);
        policy
    }

    /// With a deny.
    #[must_use]
    pub fn deny(mut self, deny: Deny) -> Self {
        self.denies.push(deny);
        self
    }

    /// With what holds for everybody from a level upwards.
    #[must_use]
    pub fn require(mut self, id: RuleId, from_level: impl Into<String>, when: When) -> Self {
        self.requirements.push(Requirement { id, from: from_level.into(), actions: None, when });
        self
    }

    /// With roles of which nobody may hold more than one.
    #[must_use]
    pub fn separate(mut self, id: RuleId, roles: impl IntoIterator<Item = RoleName>) -> Self {
        let roles = roles.into_iter().collect();
        self.separation.push(Separation { id, roles, at_most: 1, dynamic: false });
        self
    }

    /// With roles of which nobody may have more than one active in a session.
    #[must_use]
    pub fn separate_in_session(mut self, id: RuleId, roles: impl IntoIterator<Item = RoleName>) -> Self {
        let roles = roles.into_iter().collect();
        self.separation.push(Separation { id, roles, at_most: 1, dynamic: true });
        self
    }

    /// With roles that may be lent.
    #[must_use]
    pub fn lend(mut self, roles: impl IntoIterator<Item = RoleName>, depth_max: u8, days_max: u16) -> Self {
        self.delegation = Some(DelegationRule { roles: roles.into_iter().collect(), depth_max, days_max });
        self
    }

    /// Checks it against a schema and compiles it.
    ///
    /// # Errors
    /// Every problem that was found.
    pub fn compile(&self, schema: &Schema) -> Result<CompiledPolicy, ConfigError> {
        CompiledPolicy::compile(schema, self)
    }
}

impl Role {
    /// A role that reaches up to a level.
    pub fn cleared(level: impl Into<String>) -> Self {
        Self { clearance: Some(level.into()), ..Self::default() }
    }

    /// Holding the grants of other roles as well.
    #[must_use]
    pub fn inheriting(mut self, roles: impl IntoIterator<Item = RoleName>) -> Self {
        self.inherits.extend(roles);
        self
    }
}

impl Grant {
    /// A grant to roles of actions on kinds, without conditions or obligations.
    pub fn new(
        id: RuleId,
        roles: impl IntoIterator<Item = RoleName>,
        kinds: impl IntoIterator<Item = Kind>,
        actions: impl IntoIterator<Item = Action>,
    ) -> Self {
        Self {
            id,
            roles: roles.into_iter().collect(),
            kinds: kinds.into_iter().collect(),
            actions: actions.into_iter().collect(),
            when: When::default(),
            obligations: Vec::new(),
            from: None,
            until: None,
        }
    }

    /// Only when the conditions hold.
    #[must_use]
    pub fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }

    /// With one more obligation.
    #[must_use]
    pub fn oblige(mut self, obligation: ObligationRule) -> Self {
        self.obligations.push(obligation);
        self
    }

    /// In force from one instant on, and before another.
    #[must_use]
    pub fn between(mut self, from: Timestamp, until: Timestamp) -> Self {
        (self.from, self.until) = (Some(from), Some(until));
        self
    }
}

impl Deny {
    /// A deny of actions on kinds that binds everybody.
    pub fn new(
        id: RuleId,
        kinds: impl IntoIterator<Item = Kind>,
        actions: impl IntoIterator<Item = Action>,
    ) -> Self {
        let (kinds, actions) = (kinds.into_iter().collect(), actions.into_iter().collect());
        Self { id, roles: None, kinds, actions, when: DenyWhen::default(), unless: None }
    }

    /// Binding those who hold one of the roles.
    #[must_use]
    pub fn roles(mut self, roles: impl IntoIterator<Item = RoleName>) -> Self {
        self.roles.get_or_insert_default().extend(roles);
        self
    }

    /// Only where the conditions hold, or may hold.
    #[must_use]
    pub fn when(mut self, when: DenyWhen) -> Self {
        self.when = when;
        self
    }

    /// Not where the conditions hold.
    #[must_use]
    pub fn unless(mut self, when: When) -> Self {
        self.unless = Some(when);
        self
    }
}

impl When {
    /// The actor owns the record.
    #[must_use]
    pub fn own(mut self) -> Self {
        self.own = true;
        self
    }

    /// The actor is of the record's team.
    #[must_use]
    pub fn team(mut self) -> Self {
        self.team = true;
        self
    }

    /// A second factor was used in the session, no longer ago than this if it is given.
    #[must_use]
    pub fn mfa(mut self, age_seconds_max: Option<u32>) -> Self {
        self.mfa = true;
        self.mfa_age_max_seconds = age_seconds_max;
        self
    }

    /// The purpose is one of these.
    #[must_use]
    pub fn purposes(mut self, purposes: impl IntoIterator<Item = Purpose>) -> Self {
        self.purposes.get_or_insert_default().extend(purposes);
        self
    }

    /// The record is in one of these states.
    #[must_use]
    pub fn states<S: Into<String>>(mut self, states: impl IntoIterator<Item = S>) -> Self {
        self.states.get_or_insert_default().extend(states.into_iter().map(Into::into));
        self
    }

    /// The actor stands in one of these relations to the record.
    #[must_use]
    pub fn related<S: Into<String>>(mut self, relations: impl IntoIterator<Item = S>) -> Self {
        self.relations.get_or_insert_default().extend(relations.into_iter().map(Into::into));
        self
    }
}
