//! Approvals: a request binds to a digest; people of the right roles vote; the grant is used once.

use crate::{Error, Session, Vault, session::Means, spaces};
use strongroom_audit::{Commit, Event, FactName, Outcome};
use strongroom_cases::{ApprovalRequest, Fact, RefusalReason};
use strongroom_policy::{ApproverRefused, Resource};
use strongroom_store::{Batch, Direction, KeyRange};
use strongroom_types::{Action, ActorId, ApprovalId, Digest, Kind, Purpose, RoleName, Timestamp};

/// An approval that waits for somebody, or that has been given.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Pending {
    /// Which approval.
    pub approval: ApprovalId,
    /// What it is for.
    pub action: Action,
    /// Who asks.
    pub requester: ActorId,
    /// For what purpose.
    pub purpose: Purpose,
    /// `open`, `granted`, `refused`, …
    pub state: &'static str,
    /// Whose vote is waited for.
    pub waits_for: Option<RoleName>,
    /// What exactly it binds to.
    pub binding: Digest,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

impl Session<'_> {
    /// All approvals, the oldest first.
    pub fn approvals(&self) -> Result<Vec<Pending>, Error> {
        self.may_approve_anything()?;
        let vault = self.vault;
        let range = KeyRange::prefix(&spaces::tenant(vault.tenant));
        let rows = vault.read().scan(spaces::APPROVAL, &range, Direction::Forward, 10_000)?;
        let mut pending = rows
            .iter()
            .map(|(key, bytes)| vault.open_approval(key, bytes).map(|request| describe(&request)))
            .collect::<Result<Vec<_>, _>>()?;
        pending.sort_by_key(|one| one.expires_at);
        Ok(pending)
    }

    /// Says yes. Answers the state that the approval is in then.
    ///
    /// # Errors
    /// [`Error::Approval`]: the requester, a second vote of one person, a missing role, an expired request.
    pub fn approve(&self, approval: ApprovalId) -> Result<Pending, Error> {
        self.may_approve_anything()?;
        self.step(approval, |request, roles, by, now| request.approve(by, roles, now))
    }

    /// Says no.
    ///
    /// # Errors
    /// As for [`Session::approve`].
    pub fn refuse(&self, approval: ApprovalId, reason: RefusalReason) -> Result<Pending, Error> {
        self.may_approve_anything()?;
        let pending =
            self.step(approval, |request, roles, by, now| request.refuse(by, roles, reason, now))?;
        if pending.state != "open" && pending.state != "granted" {
            self.vault.erase_staged(approval)?;
        }
        Ok(pending)
    }

    /// Takes one's own request back; what was staged for it goes.
    ///
    /// # Errors
    /// [`Error::Approval`] for somebody else's.
    pub fn withdraw(&self, approval: ApprovalId) -> Result<Pending, Error> {
        let pending = self.step(approval, |request, _, by, now| request.withdraw(by, now))?;
        self.vault.erase_staged(approval)?;
        Ok(pending)
    }

    /// Approving is an action of its own, on the kinds that the policy names.
    pub(crate) fn may_approve_anything(&self) -> Result<(), Error> {
        let vault = self.vault;
        let subject = vault.config.policy.bind(&self.actor, &self.auth);
        let kinds: Vec<&Kind> =
            vault.config.schema.kinds().map(strongroom_policy::KindSchema::name).collect();
        let granted = kinds.iter().find(|kind| subject.has_grant(Action::Approve, kind));
        let kind = granted.or_else(|| kinds.first()).ok_or(Error::NotFound { what: "kind" })?;
        let resource = Resource::new(kind, vault.config.kind(kind)?.label());
        let permit = self.decide(Action::Approve, &resource)?;
        self.clear(permit, Means::NONE).map(drop)
    }

    fn step(
        &self,
        approval: ApprovalId,
        verb: impl FnOnce(
            ApprovalRequest,
            &[RoleName],
            ActorId,
            Timestamp,
        ) -> Result<(ApprovalRequest, Vec<Fact>), strongroom_cases::ApprovalError>,
    ) -> Result<Pending, Error> {
        let vault = self.vault;
        vault.refuse_departed(self.actor.id)?;
        let now = vault.now();
        let (request, old) = vault.approval(approval)?;
        let roles = self.roles_for(&request);
        let (request, facts) = verb(request, &roles, self.actor.id, now)?;
        let mut commit = Commit::new(vault.durable).changes(vault.approval_moved(&request, Some(old))?);
        for fact in &facts {
            commit = commit.event(self.fact_event(fact).approval(approval).fact(BINDING, request.binding()));
        }
        if facts.is_empty() {
            return Ok(describe(&request));
        }
        vault.log.commit(now, commit)?;
        Ok(describe(&request))
    }

    /// Of the roles that a request waits for, those that this person may vote with: held, directly or by inheritance,
    /// not in conflict with another role, and not as the requester.
    fn roles_for(&self, request: &ApprovalRequest) -> Vec<RoleName> {
        let policy = &self.vault.config.policy;
        let asked = request.needed().iter().map(|step| &step.role);
        asked
            .filter(|role| match policy.may_approve(request.requester(), &self.actor, role) {
                // The requester's own vote is left to the state machine, which refuses it in better words.
                Ok(()) | Err(ApproverRefused::SamePerson) => true,
                Err(_) => false,
            })
            .cloned()
            .collect()
    }

    /// A fact of a case as a log entry.
    pub(crate) fn fact_event(&self, fact: &Fact) -> Event {
        let name = strongroom_audit::EventName::new(fact.event.name());
        let event = match name {
            Ok(name) => self.event(name),
            // Names of facts are constants of the same alphabet; their tests say so.
            Err(_) => self.event(Action::Approve),
        };
        event.outcome(Outcome::Done)
    }
}

impl Vault {
    pub(crate) fn approval(&self, id: ApprovalId) -> Result<(ApprovalRequest, Vec<u8>), Error> {
        let key = spaces::row(self.tenant, id.as_bytes());
        let bytes = self.read().get(spaces::APPROVAL, &key)?.ok_or(Error::NotFound { what: "approval" })?;
        Ok((self.open_approval(&key, &bytes)?, bytes))
    }

    pub(crate) fn open_approval(&self, key: &[u8], sealed: &[u8]) -> Result<ApprovalRequest, Error> {
        let json = self.trust(spaces::APPROVAL, key, sealed)?;
        ApprovalRequest::decode(&json).map_err(|error| Error::Case(error.to_string()))
    }

    /// Writes an approval in place of the state that was read.
    pub(crate) fn approval_moved(
        &self,
        request: &ApprovalRequest,
        old: Option<Vec<u8>>,
    ) -> Result<Batch, Error> {
        let key = spaces::row(self.tenant, request.id().as_bytes());
        let json = request.encode().map_err(|error| Error::Case(error.to_string()))?;
        let bytes = self.trusted(spaces::APPROVAL, &key, &json)?;
        let batch = match old {
            Some(old) => Batch::new().require_value(spaces::APPROVAL, key.clone(), old),
            None => Batch::new().require_absent(spaces::APPROVAL, key.clone()),
        };
        Ok(batch.put(spaces::APPROVAL, key, bytes))
    }

    /// Removes what was staged for an approval.
    pub(crate) fn erase_staged(&self, approval: ApprovalId) -> Result<(), Error> {
        self.erase_range(spaces::STAGED, &spaces::row(self.tenant, approval.as_bytes()))
    }
}

const BINDING: FactName = FactName::from_static("binding");

pub(crate) fn describe(request: &ApprovalRequest) -> Pending {
    Pending {
        approval: request.id(),
        action: request.action(),
        requester: request.requester(),
        purpose: request.purpose().clone(),
        state: request.state().name(),
        waits_for: request.current_step().map(|step| step.role.clone()),
        binding: request.binding(),
        expires_at: request.expires_at(),
    }
}
