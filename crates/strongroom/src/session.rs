//! A session: somebody, and how they proved it. Every verb goes through [`Session::decide`] and [`Session::clear`].

use crate::{Error, Notice, NoticeKind, Vault, denials::DenialKey, row::Head, spaces};
use strongroom_audit::{Commit, Decision as Decided, Event, EventName, FactName, Outcome};
use strongroom_cases::Grant;
use strongroom_policy::{
    Actor, AuthContext, Cleared, Decision, Denial, KIND_VAULT, Obligation, Permit, Request, Resource,
};
use strongroom_store::{Batch, Durability};
use strongroom_types::{Action, ActorId, Kind, Label, Level, Purpose, RecordId, Timestamp};
use strongroom_watch::Observation;

/// Somebody at work in a vault, for one request or a few.
///
/// Authentication is the host's: the session believes the [`AuthContext`] that it was opened with.
pub struct Session<'v> {
    pub(crate) vault: &'v Vault,
    pub(crate) actor: Actor,
    pub(crate) auth: AuthContext,
    pub(crate) justification: Option<String>,
}

// A justification is free text.
impl std::fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("actor", &self.actor.id).finish_non_exhaustive()
    }
}

impl<'v> Session<'v> {
    pub(crate) fn new(vault: &'v Vault, actor: Actor, auth: AuthContext) -> Self {
        Self { vault, actor, auth, justification: None }
    }

    /// Says why, where the policy asks for a justification. The words go into the log sealed, never in the clear.
    #[must_use]
    pub fn because(mut self, justification: impl Into<String>) -> Self {
        self.justification = Some(justification.into()).filter(|words| !words.trim().is_empty());
        self
    }

    /// Whose session it is.
    pub fn actor(&self) -> ActorId {
        self.actor.id
    }

    /// Asks the policy about a resource. A denial is in the log before it is answered.
    pub(crate) fn decide(&self, action: Action, resource: &Resource<'_>) -> Result<Permit<'v>, Error> {
        if action != Action::Audit {
            self.vault.refuse_inspected()?;
        }
        self.vault.refuse_departed(self.actor.id)?;
        let now = self.vault.now();
        let request = Request { actor: &self.actor, auth: &self.auth, action, resource, now };
        match self.vault.config.policy.decide(&request) {
            Decision::Allow(permit) => Ok(permit),
            Decision::Deny(denial) => Err(self.denied(action, resource, denial, now)),
        }
    }

    /// Asks the policy about the vault itself: audit, sweep, rotate.
    pub(crate) fn decide_on_vault(&self, action: Action) -> Result<Permit<'v>, Error> {
        let kind = Kind::new(KIND_VAULT).map_err(|_| Error::Invariant("the vault's own kind"))?;
        self.decide(action, &Resource::new(&kind, Label::default()))
    }

    pub(crate) fn denied(
        &self,
        action: Action,
        resource: &Resource<'_>,
        denial: Denial,
        now: Timestamp,
    ) -> Error {
        let key = DenialKey {
            actor: self.actor.id,
            action,
            kind: resource.kind.clone(),
            record: resource.record,
            code: denial.code(),
        };
        let Some(count) = self.vault.denials.count(key, now) else { return denial.into() };
        let mut event = self.event(action).decision(Decided::Deny).outcome(Outcome::Refused).count(count);
        event = event.rules(denial.rules().iter().cloned()).kind(resource.kind.clone());
        if let Ok(code) = FactName::new(denial.code()) {
            event = event.fact(CODE, code);
        }
        if let Some(record) = resource.record {
            event = event.record(resource.kind.clone(), record);
        }
        if let Some(customer) = resource.customer {
            event = event.customer(customer);
        }
        // If the log fails, the answer is the log's failure: an unlogged denial is not answered as one.
        match self.vault.log.commit(now, Commit::new(Durability::Process).event(event)) {
            Ok(_) => denial.into(),
            Err(error) => error.into(),
        }
    }

    /// Discharges the obligations of a permit with what the caller has and will do.
    pub(crate) fn clear(&self, permit: Permit<'v>, means: Means) -> Result<Cleared<'v>, Error> {
        let refused = self.event(permit.action()).outcome(Outcome::Refused).kind(permit.kind().clone());
        let refused = match (permit.record(), permit.customer()) {
            (Some(record), Some(customer)) => {
                refused.record(permit.kind().clone(), record).customer(customer)
            }
            _ => refused,
        };
        let cleared = self.discharge(permit, means);
        if let Err(Error::Undischarged { obligation, .. }) = &cleared {
            // A refusal is an event like a denial.
            let code = FactName::new(obligation).map_err(|_| Error::Invariant("an obligation's name"))?;
            let event = refused.fact(CODE, code);
            self.vault.log.commit(self.vault.now(), Commit::new(Durability::Process).event(event))?;
        }
        cleared
    }

    /// As [`Self::clear`], without a word to the log.
    pub(crate) fn discharge(&self, permit: Permit<'v>, means: Means) -> Result<Cleared<'v>, Error> {
        permit.discharge(|permit, obligation| match obligation {
            // Whoever reads does so through the projection, which masks and redacts.
            Obligation::Mask { .. } | Obligation::Redact { .. } => Ok(()),
            Obligation::Approve { .. } if means.granted => Ok(()),
            Obligation::Approve { .. } => {
                Err(undischarged(obligation, "ask for an approval and act on the grant"))
            }
            Obligation::Justify if self.justification.is_some() => Ok(()),
            Obligation::Justify => Err(undischarged(obligation, "say why")),
            Obligation::StepUp { max_age_seconds } if permit.stepped_up(*max_age_seconds) => Ok(()),
            Obligation::StepUp { .. } => Err(undischarged(obligation, "prove a second factor again")),
            Obligation::Watermark if means.watermarked => Ok(()),
            Obligation::Watermark => {
                Err(undischarged(obligation, "take it out as an export, which is marked"))
            }
            // Part of the commit that acts: see `owed`.
            Obligation::Notify { .. } | Obligation::Review { .. } if means.owed != Owed::Nothing => Ok(()),
            Obligation::Budget { .. } | Obligation::Uses { .. } if means.owed == Owed::All => Ok(()),
            Obligation::Budget { .. }
            | Obligation::Notify { .. }
            | Obligation::Review { .. }
            | Obligation::Uses { .. } => {
                Err(undischarged(obligation, "the vault keeps no count of this action; change the policy"))
            }
        })
    }

    /// An entry in this person's name.
    pub(crate) fn event(&self, name: impl Into<EventName>) -> Event {
        let mut event = Event::new(name, self.actor.id);
        if let Some(zone) = &self.auth.zone {
            event = event.zone(zone.clone());
        }
        if let Some(purpose) = &self.auth.purpose {
            event = event.purpose(purpose.clone());
        }
        event
    }

    /// An entry for what a permit allowed.
    pub(crate) fn allowed(&self, permit: &Permit<'_>) -> Event {
        let mut event = self.event(permit.action()).decision(Decided::Allow).rules(permit.rules().cloned());
        if let Some(words) = &self.justification {
            event = event.detail(JUSTIFICATION, words.clone());
        }
        if let Some(lender) = permit.on_behalf() {
            event = event.on_behalf(lender);
        }
        event
    }

    pub(crate) fn notice(&self, kind: NoticeKind) -> Result<Batch, Error> {
        let at = self.vault.now();
        let mut serial = [0; 8];
        self.vault.random.fill(&mut serial)?;
        let key = spaces::alert(self.vault.tenant, at, u64::from_le_bytes(serial));
        let notice = Notice { at, actor: self.actor.id, kind };
        let json = serde_json::to_vec(&notice).map_err(|_| Error::Invariant("a notice is JSON"))?;
        Ok(Batch::new().put(spaces::ALERT, key, json))
    }

    /// Tells the watch what was read. An alert goes into the log and into the notices.
    pub(crate) fn observe(&self, action: Action, looks: impl Iterator<Item = Look>) -> Result<(), Error> {
        let now = self.vault.now();
        let mut alerts = Vec::new();
        {
            let mut watch = self.vault.watch();
            for look in looks {
                let observation = Observation {
                    at: now,
                    actor: self.actor.id,
                    action,
                    kind: look.kind,
                    level: Some(look.level),
                    records: 1,
                    customer: Some(look.customer),
                    allowed: true,
                };
                alerts.extend(watch.observe(&observation, &self.actor.roles));
            }
        }
        for alert in alerts {
            let changes = self.notice(NoticeKind::BulkAccess {
                rule: alert.rule.to_string(),
                observed: alert.observed,
                threshold: alert.threshold,
                from: alert.from,
                severity: alert.severity.to_string(),
            })?;
            let event = self.event(ALERT_RAISED).rules([alert.rule]).count(alert.observed);
            let commit = Commit::new(self.vault.durable).changes(changes).event(event);
            self.vault.log.commit(now, commit)?;
        }
        Ok(())
    }

    pub(crate) fn purpose(&self) -> Result<Purpose, Error> {
        self.auth.purpose.clone().ok_or_else(undischarged_purpose)
    }
}

/// What a verb has to discharge obligations with. What it does not name is refused.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Means {
    /// An approval is at hand, or asked for later by the egress that binds it to what goes out.
    pub(crate) granted: bool,
    /// What goes out will be marked.
    pub(crate) watermarked: bool,
    /// What the commit that acts holds of [`Session::owed`].
    pub(crate) owed: Owed,
}

/// What a commit holds of what its permit owes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Owed {
    /// Nothing.
    #[default]
    Nothing,
    /// Notices and reviews. It is one of many in one commit, where uses and budgets cannot be counted.
    Notices,
    /// All of it.
    All,
}

impl Means {
    /// Nothing but the session itself.
    pub(crate) const NONE: Self = Self { granted: false, watermarked: false, owed: Owed::Nothing };
    /// The commit that acts holds what is owed.
    pub(crate) const SETTLED: Self = Self { owed: Owed::All, ..Self::NONE };
    /// As that, one among many in one commit: uses and budgets cannot be counted there.
    pub(crate) const ONE_OF_MANY: Self = Self { owed: Owed::Notices, ..Self::NONE };

    /// An approval that was taken; what is owed was settled when the content was read.
    pub(crate) const fn granted(_: &Grant, watermarked: bool) -> Self {
        Self { granted: true, watermarked, ..Self::SETTLED }
    }
}

/// The resource that a record is.
pub(crate) fn resource(record: RecordId, head: &Head) -> Resource<'_> {
    let mut resource = Resource::new(&head.kind, head.label);
    resource.record = Some(record);
    resource.customer = Some(head.customer);
    resource.owner = head.owner;
    resource.team = head.team.as_deref();
    resource.state = head.state.as_deref();
    resource
}

/// One record that somebody saw.
#[derive(Debug)]
pub(crate) struct Look {
    pub(crate) kind: Kind,
    pub(crate) level: Level,
    pub(crate) customer: strongroom_types::CustomerId,
}

impl Look {
    pub(crate) fn of(head: &Head) -> Self {
        Self { kind: head.kind.clone(), level: head.label.level, customer: head.customer }
    }
}

const CODE: FactName = FactName::from_static("code");
const JUSTIFICATION: FactName = FactName::from_static("justification");
const ALERT_RAISED: EventName = EventName::from_static("watch.alert");

fn undischarged(obligation: &Obligation, todo: &'static str) -> Error {
    Error::Undischarged { obligation: obligation.name(), todo }
}

fn undischarged_purpose() -> Error {
    Error::Undischarged { obligation: "purpose", todo: "open the session with a purpose" }
}
