//! The sweep: what is due goes. Its cost follows what is due, not what exists.

use crate::{Error, Session, Vault, spaces};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use strongroom_audit::{Commit, EventName};
use strongroom_retention::{Certificate, PermitTerms, Plan, ReasonCode, clock_agrees, due_key, plan};
use strongroom_store::{Direction, KeyRange};
use strongroom_types::{Action, CaseId, CustomerId, RecordId, Timestamp};

/// The most due records that one sweep takes up; the next one goes on.
const DUE_MAX: usize = 10_000;

/// What a sweep would do.
#[derive(Debug, Clone, serde::Serialize)]
pub struct SweepPlan {
    /// How many records have a due date that has come.
    pub due: u64,
    /// One plan per customer of whom something goes.
    pub plans: Vec<Plan>,
    /// How many due records stay: held, waiting for an event, or for a person.
    pub waiting: u64,
}

/// What a sweep did.
#[derive(Debug, Clone, serde::Serialize)]
pub struct SweepReport {
    /// How many records went.
    pub erased: u64,
    /// One certificate per customer.
    pub certificates: Vec<Certificate>,
    /// Customers whose purge stopped, and why; the next sweep goes on with them.
    pub stopped: Vec<(CustomerId, String)>,
}

impl Session<'_> {
    /// What is due now. Changes nothing.
    ///
    /// # Errors
    /// [`Error::Config`] where the clock stands too far from the log's own time: a wrong year must not delete all.
    pub fn plan_sweep(&self) -> Result<SweepPlan, Error> {
        let permit = self.decide_on_vault(Action::Sweep)?;
        self.clear(permit, None, false).map(drop)?;
        self.vault.sweep_plan()
    }

    /// Purges what is due, customer by customer. `progress` hears how many of how many customers are done.
    pub fn sweep(&self, progress: &mut dyn FnMut(usize, usize)) -> Result<SweepReport, Error> {
        let vault = self.vault;
        let permit = self.decide_on_vault(Action::Sweep)?;
        let cleared = self.clear(permit, None, false)?;
        let found = vault.sweep_plan()?;
        let event = self.allowed(&cleared).count(found.due);
        vault.log.commit(vault.now(), Commit::new(vault.durable).event(event))?;
        let mut report = SweepReport { erased: 0, certificates: Vec::new(), stopped: Vec::new() };
        let total = found.plans.len();
        for (done, plan) in found.plans.into_iter().enumerate() {
            progress(done, total);
            match self.sweep_one(&plan) {
                Ok(certificate) => {
                    report.erased = report.erased.saturating_add(certificate.body.records);
                    report.certificates.push(certificate);
                }
                Err(error) => report.stopped.push((plan.customer(), error.to_string())),
            }
        }
        progress(total, total);
        self.sweep_leftovers()?;
        Ok(report)
    }

    fn sweep_one(&self, plan: &Plan) -> Result<Certificate, Error> {
        let case = CaseId::fresh(self.vault.random.as_ref())?;
        let reason = ReasonCode::new("retention").map_err(|_| Error::Invariant("a reason is a code"))?;
        let permit = plan.permit(PermitTerms {
            case,
            tenant: self.vault.tenant,
            reason,
            requester: self.actor.id,
            operator: self.actor.id,
            approvers: Vec::new(),
            approvals_min: 0,
            backups: Vec::new(),
        })?;
        self.purge_case(permit)
    }

    /// Chunks that no record names: what a crash in the middle of an attachment left.
    fn sweep_leftovers(&self) -> Result<(), Error> {
        let vault = self.vault;
        let orphans = vault.orphan_documents()?;
        if orphans.is_empty() {
            return Ok(());
        }
        for orphan in &orphans {
            vault.erase_chunks(*orphan)?;
        }
        let count = u64::try_from(orphans.len()).unwrap_or(u64::MAX);
        let event = self.event(ORPHANS).count(count);
        vault.log.commit(vault.now(), Commit::new(vault.durable).event(event))?;
        Ok(())
    }
}

impl Vault {
    fn sweep_plan(&self) -> Result<SweepPlan, Error> {
        let now = self.now();
        let bound = Duration::from_secs(u64::from(self.config.house.sweep_clock_hours).saturating_mul(3600));
        if let Some(last) = self.log.last_time()? {
            clock_agrees(now, last, bound).map_err(|error| Error::Config(error.to_string()))?;
        }
        let due = self.due_records(now)?;
        let mut customers: BTreeSet<CustomerId> = BTreeSet::new();
        for record in &due {
            match self.row(*record) {
                Ok((row, _)) => customers.extend([row.head.customer]),
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let holds = self.holds_now()?;
        let mut plans = Vec::new();
        let mut going = BTreeSet::new();
        for customer in customers {
            if !Self::is_open(self.log.fence(customer)?.as_ref()) {
                continue;
            }
            let items = self.inventory(customer, &BTreeMap::new())?;
            let one = plan(customer, &items, &self.config.schedule, &holds, now)?;
            if !one.erase().is_empty() {
                going.extend(one.erase().iter().map(|line| line.record));
                plans.push(one);
            }
        }
        let waiting = due.iter().filter(|record| !going.contains(record)).count();
        let count = |n| u64::try_from(n).unwrap_or(u64::MAX);
        Ok(SweepPlan { due: count(due.len()), plans, waiting: count(waiting) })
    }

    fn due_records(&self, now: Timestamp) -> Result<Vec<RecordId>, Error> {
        let tenant = spaces::tenant(self.tenant);
        let past = due_key(now.plus_seconds(1), RecordId::from_bytes([0; 16]));
        let range = KeyRange::between(tenant.clone(), [tenant.as_slice(), &past].concat());
        let rows = self.read().scan(spaces::DUE, &range, Direction::Forward, DUE_MAX)?;
        rows.iter().map(|(key, _)| crate::flow::record_of(key)).collect()
    }

    fn orphan_documents(&self) -> Result<BTreeSet<RecordId>, Error> {
        let mut orphans = BTreeSet::new();
        let mut range = KeyRange::prefix(&spaces::tenant(self.tenant));
        // From document to document: only the first chunk of each is looked at.
        loop {
            let page = self.read().scan(spaces::CHUNK, &range, Direction::Forward, 1)?;
            let Some((key, _)) = page.first() else { return Ok(orphans) };
            let document = key.get(16..32).and_then(|id| <[u8; 16]>::try_from(id).ok());
            let document = RecordId::from_bytes(document.ok_or(Error::Tampered { what: "a document" })?);
            let prefix = spaces::record(self.tenant, document);
            if self.read().get(spaces::RECORD, &prefix)?.is_none() {
                orphans.insert(document);
            }
            match KeyRange::prefix(&prefix).end {
                Some(next) => range.start = next,
                None => return Ok(orphans),
            }
        }
    }
}

const ORPHANS: EventName = EventName::from_static("sweep.orphans");
