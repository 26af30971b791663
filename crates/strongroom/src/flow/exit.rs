//! A customer's exit: opened and access closed, inventoried and planned, approved by somebody else, purged, certified.

use crate::{
    Error, Session, Vault,
    adapters::TARGET_NAME,
    session::{Means, resource},
    spaces,
};
use std::collections::{BTreeMap, BTreeSet};
use strongroom_audit::{Commit, Event, EventName, FactName, Guard};
use strongroom_cases::{
    AccessClosure, ExitCase, ExitDraft, ExitReason, ExitState, ExitTrigger, Fact, TargetName, TargetReport,
};
use strongroom_envelope::sha256;
use strongroom_policy::Cleared;
use strongroom_retention::{Certificate, PermitTerms, Plan, ReasonCode, Status, plan};
use strongroom_store::Batch;
use strongroom_types::{Action, ActorId, CaseId, CustomerId, Digest, Timestamp};

/// The event that an exit causes for everything of the customer.
pub(crate) const ACCOUNT_CLOSED: &str = "account-closed";

/// What an exit will do, to be read before it is approved.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ExitPlan {
    /// The case.
    pub case: CaseId,
    /// What goes, what stays, and why.
    pub plan: Plan,
    /// The digest that the approval binds to.
    pub digest: Digest,
    /// Whether a second person must review conflicts between rules first.
    pub review_needed: bool,
}

/// How an exit stands.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ExitReport {
    /// The case.
    pub exit: ExitCase,
    /// Its certificate, once it was purged.
    pub certificate: Option<Certificate>,
}

impl<'v> Session<'v> {
    /// Opens an exit and closes access at once: from here on nobody views, lists, exports or adds to the customer's data,
    /// and exports that wait with it in them lead nowhere. The note is sealed under the customer's own log key, which
    /// goes when the last of their data goes.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::CustomerGone`].
    pub fn open_exit(
        &self,
        customer: CustomerId,
        trigger: ExitTrigger,
        reason: ExitReason,
        note: Option<&str>,
    ) -> Result<CaseId, Error> {
        let vault = self.vault;
        let now = vault.now();
        let cleared = self.clear_exit(customer)?;
        let case = CaseId::fresh(vault.random.as_ref())?;
        let draft = ExitDraft { id: case, customer, trigger, reason, note_held: note.is_some() };
        let (exit, mut facts) = ExitCase::open(draft, self.actor.id, now)?;
        let staged = vault.staged_with(customer)?;
        let permissions = u32::try_from(staged.len()).unwrap_or(u32::MAX);
        let closed = AccessClosure { accounts: 1, permissions, sessions: 0 };
        let (exit, more) = exit.close_access(closed, self.actor.id, now)?;
        facts.extend(more);
        let key = spaces::customer(vault.tenant, customer);
        let mut commit = vault.case_commit(&exit, None, &facts)?;
        commit = commit
            .guard(Guard::Active { customer, generation: None })
            // One exit at a time, and from here on no ordinary use.
            .changes(Batch::new().require_absent(spaces::CLOSED, key.clone()).put(
                spaces::CLOSED,
                key,
                *case.as_bytes(),
            ))
            .changes(self.owed(&cleared, 1)?);
        if let (Some(note), Some(first)) = (note, commit.events.first_mut()) {
            first.detail.insert(NOTE, note.to_owned());
        }
        vault.log.commit(now, commit)?;
        // What waits to go out with this customer in it no longer does; their approvals lead nowhere.
        for approval in &staged {
            vault.erase_staged(*approval)?;
        }
        Ok(case)
    }

    /// Takes the inventory and plans: what goes, what stays, under which rule. May be repeated until the approval.
    pub fn plan_exit(&self, case: CaseId) -> Result<ExitPlan, Error> {
        let vault = self.vault;
        let now = vault.now();
        let (mut exit, old) = vault.exit_row(case)?;
        self.clear_exit(exit.customer()).map(drop)?;
        let (inventory, plan) = vault.exit_plan(&exit, now)?;
        let digest = plan_digest(&plan)?;
        let review_needed = !plan.review().is_empty();
        let mut facts = Vec::new();
        if matches!(exit.state(), ExitState::AccessClosed) {
            let targets = BTreeSet::from([target()?]);
            let (next, more) = exit.inventory(targets, inventory, self.actor.id, now)?;
            exit = next;
            facts.extend(more);
        }
        let (exit, more) = exit.plan(digest, review_needed, self.actor.id, now)?;
        facts.extend(more);
        vault.log.commit(now, vault.case_commit(&exit, Some(old), &facts)?)?;
        Ok(ExitPlan { case, plan, digest, review_needed })
    }

    /// A second person confirms how conflicts between rules come out.
    pub fn review_exit(&self, case: CaseId) -> Result<(), Error> {
        self.exit_step(case, ExitCase::review)
    }

    /// A second person approves the plan, which must still be the one that was made.
    pub fn approve_exit(&self, case: CaseId) -> Result<(), Error> {
        self.exit_step(case, ExitCase::approve)
    }

    /// Gives an exit up before anything was destroyed, and opens the data to ordinary use again.
    pub fn withdraw_exit(&self, case: CaseId) -> Result<(), Error> {
        let vault = self.vault;
        let now = vault.now();
        let (exit, old) = vault.exit_row(case)?;
        self.clear_exit(exit.customer()).map(drop)?;
        let key = spaces::customer(vault.tenant, exit.customer());
        let (exit, facts) = exit.withdraw(self.actor.id, now)?;
        let commit = vault.case_commit(&exit, Some(old), &facts)?;
        vault.log.commit(now, commit.changes(Batch::new().delete(spaces::CLOSED, key)))?;
        Ok(())
    }

    /// Purges, and answers the certificate: provisional until the key epoch turns. Running it again after a crash goes
    /// on where it stopped.
    ///
    /// # Errors
    /// [`Error::Held`] where a hold came in between; [`Error::Exit`] without an approval of the very plan;
    /// [`Error::Purge`] where something was written about the customer while it was worked out, and then nothing happened.
    pub fn run_exit(&self, case: CaseId) -> Result<Certificate, Error> {
        let vault = self.vault;
        let now = vault.now();
        let (exit, old) = vault.exit_row(case)?;
        let customer = exit.customer();
        self.clear_exit(customer).map(drop)?;
        match exit.state() {
            ExitState::Purging { .. } => return vault.resume_case(self.actor.id, case),
            ExitState::Purged { .. } | ExitState::Finished { .. } => {
                return vault.certificate_row(case)?.ok_or(Error::Tampered { what: "a certificate" });
            }
            _ => {}
        }
        // Before the inventory is taken: whatever is written from here on makes the intent fail.
        let untouched = vault.untouched(customer)?;
        let (_, plan) = vault.exit_plan(&exit, now)?;
        if !plan.held().is_empty() {
            return Err(Error::Held);
        }
        let digest = plan_digest(&plan)?;
        let approvers: Vec<ActorId> = exit.approver().into_iter().collect();
        // The state machine first: it says what is allowed where there is no approval of this very plan.
        let (exit, facts) = exit.begin_purge(digest, digest, self.actor.id, now)?;
        let permit = plan.permit(terms(self, &exit, approvers)?)?;
        // The case moves on in the intent's own commit: there is no purging without an intent.
        let opening = vault.case_commit(&exit, Some(old), &facts)?.changes(untouched);
        self.purge_case(permit, opening)
    }

    /// How an exit stands.
    pub fn exit(&self, case: CaseId) -> Result<ExitReport, Error> {
        let permit = self.decide_on_vault(Action::Audit)?;
        self.clear(permit, Means::NONE).map(drop)?;
        let (exit, _) = self.vault.exit_row(case)?;
        Ok(ExitReport { exit, certificate: self.vault.certificate_row(case)? })
    }

    fn exit_step<E>(
        &self,
        case: CaseId,
        step: impl FnOnce(ExitCase, Digest, ActorId, Timestamp) -> Result<(ExitCase, Vec<Fact>), E>,
    ) -> Result<(), Error>
    where
        Error: From<E>,
    {
        let vault = self.vault;
        let now = vault.now();
        let (exit, old) = vault.exit_row(case)?;
        self.clear_exit(exit.customer()).map(drop)?;
        let (_, plan) = vault.exit_plan(&exit, now)?;
        let (exit, facts) = step(exit, plan_digest(&plan)?, self.actor.id, now)?;
        vault.log.commit(now, vault.case_commit(&exit, Some(old), &facts)?)?;
        Ok(())
    }

    /// Decided on the customer's own record; on the vault where that is gone already and the rest goes.
    fn clear_exit(&self, customer: CustomerId) -> Result<Cleared<'v>, Error> {
        let permit = match self.vault.main_record(customer)? {
            Some((record, head)) => self.decide(Action::Exit, &resource(record, &head))?,
            None if self.vault.log.fence(customer)?.is_none() => {
                return Err(Error::NotFound { what: "customer" });
            }
            None => self.decide_on_vault(Action::Sweep)?,
        };
        // What is owed is settled once, by the commit that opens the case.
        self.clear(permit, Means::SETTLED)
    }
}

impl Vault {
    /// A case in its next state, with its facts as entries, in one commit.
    pub(crate) fn case_commit(
        &self,
        exit: &ExitCase,
        old: Option<Vec<u8>>,
        facts: &[Fact],
    ) -> Result<Commit, Error> {
        let json = exit.encode().map_err(|error| Error::Case(error.to_string()))?;
        let mut commit = self.essential().changes(self.case_row(exit.id(), &json, old)?);
        for fact in facts {
            let name = EventName::new(fact.event.name()).map_err(|_| Error::Invariant("a fact's name"))?;
            commit = commit.event(Event::new(name, fact.actor).case(exit.id()).customer(exit.customer()));
        }
        Ok(commit)
    }

    /// The exit behind a purge, taken on by its certificate; `None` where the purge was a sweep's.
    pub(crate) fn exit_purged(
        &self,
        operator: ActorId,
        case: CaseId,
        certificate: &Certificate,
        digest: Digest,
    ) -> Result<Option<Commit>, Error> {
        let now = self.now();
        let Some(exit) = self.exit_case(case)? else { return Ok(None) };
        if !matches!(exit.state(), ExitState::Purging { .. }) {
            return Ok(None);
        }
        let (_, old) = self.exit_row(case)?;
        let kept = certificate.body.exceptions.iter().map(|exception| exception.count).sum();
        let report = TargetReport { erased: certificate.body.records, kept, evidence: digest };
        let (exit, mut facts) = exit.report(&target()?, report, operator, now)?;
        let (mut exit, more) = exit.purged(digest, operator, now)?;
        facts.extend(more);
        if matches!(certificate.status, Status::Final { .. }) {
            let (finished, more) = exit.finish(digest, operator, now)?;
            exit = finished;
            facts.extend(more);
        }
        self.case_commit(&exit, Some(old), &facts).map(Some)
    }

    pub(crate) fn exit_row(&self, case: CaseId) -> Result<(ExitCase, Vec<u8>), Error> {
        let bytes = self.read().get(spaces::CASE, &spaces::case(self.tenant, case))?;
        let bytes = bytes.ok_or(Error::NotFound { what: "exit case" })?;
        let json = self.trust(spaces::CASE, &spaces::case(self.tenant, case), &bytes)?;
        let exit = ExitCase::decode(&json).map_err(|error| Error::Case(error.to_string()))?;
        Ok((exit, bytes))
    }

    /// The exit behind a case, if it is one: sweeps purge without.
    pub(crate) fn exit_case(&self, case: CaseId) -> Result<Option<ExitCase>, Error> {
        match self.exit_row(case) {
            Ok((exit, _)) => Ok(Some(exit)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A case in its next state, in place of the state that was read.
    pub(crate) fn case_row(&self, case: CaseId, json: &[u8], old: Option<Vec<u8>>) -> Result<Batch, Error> {
        let key = spaces::case(self.tenant, case);
        let bytes = self.trusted(spaces::CASE, &key, json)?;
        let batch = match old {
            Some(old) => Batch::new().require_value(spaces::CASE, key.clone(), old),
            None => Batch::new().require_absent(spaces::CASE, key.clone()),
        };
        Ok(batch.put(spaces::CASE, key, bytes))
    }

    fn exit_plan(&self, exit: &ExitCase, now: Timestamp) -> Result<(Digest, Plan), Error> {
        // Access was closed in the same commit that opened the case.
        let events = BTreeMap::from([(ACCOUNT_CLOSED.to_owned(), exit.opened_at())]);
        let items = self.inventory(exit.customer(), &events)?;
        let plan = plan(exit.customer(), &items, &self.config.schedule, &self.holds_now()?, now)?;
        let inventory = serde_json::to_vec(&items).map_err(|_| Error::Invariant("an inventory is JSON"))?;
        Ok((sha256(&inventory), plan))
    }
}

/// What an approval binds to: what goes and what stays and by which rules, but not the moment it was worked out.
fn plan_digest(plan: &Plan) -> Result<Digest, Error> {
    let lines = (plan.erase(), plan.restrict(), plan.keep(), plan.held(), plan.pending(), plan.review());
    let json = serde_json::to_vec(&lines).map_err(|_| Error::Invariant("a plan is JSON"))?;
    Ok(sha256(&json))
}

fn terms(session: &Session<'_>, exit: &ExitCase, approvers: Vec<ActorId>) -> Result<PermitTerms, Error> {
    let reason = ReasonCode::new(&format!("exit:{}", exit.reason().name()))
        .map_err(|_| Error::Invariant("an exit reason is a code"))?;
    Ok(PermitTerms {
        case: exit.id(),
        tenant: session.vault.tenant,
        reason,
        requester: exit.opener(),
        operator: session.actor.id,
        approvers,
        approvals_min: 1,
        backups: Vec::new(),
    })
}

fn target() -> Result<TargetName, Error> {
    TargetName::new(TARGET_NAME).map_err(|_| Error::Invariant("the vault's name as a target"))
}

const NOTE: FactName = FactName::from_static("note");
