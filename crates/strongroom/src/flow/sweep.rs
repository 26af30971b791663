//! The sweep: what is due goes. Its cost follows what is due, not what exists.

use crate::{Error, Session, Vault, session::Means, spaces};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use strongroom_audit::EventName;
use strongroom_cases::ApprovalState;
use strongroom_retention::{Certificate, PermitTerms, Plan, ReasonCode, clock_agrees, due_key, plan};
use strongroom_store::{Direction, KeyRange, ReadExt};
use strongroom_types::{Action, ApprovalId, CaseId, CustomerId, RecordId, Timestamp};

/// Chunks and staged parts without a record or an approval are left alone while somebody may still be writing them.
const LEFTOVER_SECONDS: i64 = 24 * 3600;

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
        self.clear(permit, Means::NONE).map(drop)?;
        self.vault.sweep_plan()
    }

    /// Purges what is due, customer by customer. `progress` hears how many of how many customers are done.
    pub fn sweep(&self, progress: &mut dyn FnMut(usize, usize)) -> Result<SweepReport, Error> {
        let vault = self.vault;
        let permit = self.decide_on_vault(Action::Sweep)?;
        let cleared = self.clear(permit, Means::NONE)?;
        let found = vault.sweep_plan()?;
        let event = self.allowed(&cleared).count(found.due);
        vault.log.commit(vault.now(), vault.essential().event(event))?;
        let mut report = SweepReport { erased: 0, certificates: Vec::new(), stopped: Vec::new() };
        let total = found.plans.len();
        for (done, plan) in found.plans.into_iter().enumerate() {
            progress(done, total);
            match self.sweep_one(plan.customer()) {
                Ok(None) => {}
                Ok(Some(certificate)) => {
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

    /// Plans anew right before it purges: what was written since the sweep began is part of it, and what is written
    /// during it makes the intent fail.
    fn sweep_one(&self, customer: CustomerId) -> Result<Option<Certificate>, Error> {
        let vault = self.vault;
        let case = CaseId::fresh(vault.random.as_ref())?;
        let untouched = vault.untouched(customer)?;
        let plan = vault.due_plan(customer)?;
        if plan.erase().is_empty() {
            return Ok(None);
        }
        let reason = ReasonCode::new("retention").map_err(|_| Error::Invariant("a reason is a code"))?;
        let permit = plan.permit(PermitTerms {
            case,
            tenant: vault.tenant,
            reason,
            requester: self.actor.id,
            operator: self.actor.id,
            approvers: Vec::new(),
            approvals_min: 0,
            backups: Vec::new(),
        })?;
        self.purge_case(permit, vault.essential().changes(untouched)).map(Some)
    }

    /// Chunks that no record names and parts that no approval waits for: what a crash in the middle, a refusal or an
    /// expiry left.
    fn sweep_leftovers(&self) -> Result<(), Error> {
        let vault = self.vault;
        let (chunks, staged) = (vault.orphan_documents()?, vault.dead_stagings()?);
        if chunks.is_empty() && staged.is_empty() {
            return Ok(());
        }
        for orphan in &chunks {
            vault.erase_chunks(*orphan)?;
        }
        for approval in &staged {
            vault.erase_staged(*approval)?;
        }
        let count = u64::try_from(chunks.len().saturating_add(staged.len())).unwrap_or(u64::MAX);
        let event = self.event(ORPHANS).count(count);
        vault.log.commit(vault.now(), vault.essential().event(event))?;
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
        let mut plans = Vec::new();
        let mut going = BTreeSet::new();
        for customer in customers {
            if !Self::is_open(self.log.fence(customer)?.as_ref()) {
                continue;
            }
            let one = self.due_plan(customer)?;
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
        let mut due = Vec::new();
        self.read().for_each(spaces::DUE, &range, |key, _| {
            due.push(crate::flow::record_of(key)?);
            Ok::<_, Error>(true)
        })?;
        Ok(due)
    }

    fn due_plan(&self, customer: CustomerId) -> Result<Plan, Error> {
        let items = self.inventory(customer, &BTreeMap::new())?;
        Ok(plan(customer, &items, &self.config.schedule, &self.holds_now()?, self.now())?)
    }

    /// Staged exports whose approval is not there, over, or expired.
    fn dead_stagings(&self) -> Result<BTreeSet<ApprovalId>, Error> {
        let now = self.now();
        let mut dead = BTreeSet::new();
        let mut range = KeyRange::prefix(&spaces::tenant(self.tenant));
        loop {
            let page = self.read().scan(spaces::STAGED, &range, Direction::Forward, 1)?;
            let Some((key, _)) = page.first() else { return Ok(dead) };
            let id = key.get(16..32).and_then(|id| <[u8; 16]>::try_from(id).ok());
            let approval = ApprovalId::from_bytes(id.ok_or(Error::Tampered { what: "the staged export" })?);
            let waits = match self.approval(approval) {
                Ok((request, _)) => {
                    now < request.expires_at()
                        && matches!(request.state(), ApprovalState::Open | ApprovalState::Granted { .. })
                }
                // Perhaps being staged at this moment; its approval comes last, and a day is enough.
                Err(Error::NotFound { .. }) => self
                    .staged_manifest(approval)?
                    .is_some_and(|manifest| now.seconds_since(manifest.at) < LEFTOVER_SECONDS),
                Err(error) => return Err(error),
            };
            if !waits {
                dead.insert(approval);
            }
            match KeyRange::prefix(&spaces::row(self.tenant, approval.as_bytes())).end {
                Some(next) => range.start = next,
                None => return Ok(dead),
            }
        }
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
            // A document that is being attached has its record last.
            let settled = self.now().seconds_since(born(document)) >= LEFTOVER_SECONDS;
            if settled && self.read().get(spaces::RECORD, &prefix)?.is_none() {
                orphans.insert(document);
            }
            match KeyRange::prefix(&prefix).end {
                Some(next) => range.start = next,
                None => return Ok(orphans),
            }
        }
    }
}

/// When a record's id was made: the first 48 bits of a UUID version 7 are milliseconds since 1970.
fn born(record: RecordId) -> Timestamp {
    let millis = record.as_bytes().iter().take(6).fold(0_i64, |sum, byte| (sum << 8) | i64::from(*byte));
    Timestamp::from_unix_micros(millis.saturating_mul(1000))
}

const ORPHANS: EventName = EventName::from_static("sweep.orphans");
