//! `retention::Journal` on the log: the intent with the fence in one commit, the working rows sealed under the case's
//! own key, the result with the fence's last move.

use crate::{
    Error, Vault,
    flow::{case_customer, case_key, port_error},
    spaces,
};
use std::sync::{Mutex, PoisonError};
use strongroom_audit::{Commit, Event, EventName, FactName, Fence, FenceChange, Guard, Outcome, leaf_hash};
use strongroom_envelope::KeyRole;
use strongroom_retention::{Intent, Journal, LogRef, PortError, Recalled, ResultRecord, StepRecord};
use strongroom_store::{Batch, KeyRange, ReadExt, StoreExt as _};
use strongroom_types::{ActorId, CaseId, CustomerId};

pub(crate) struct CaseJournal<'v> {
    vault: &'v Vault,
    operator: ActorId,
    /// What else belongs into the intent's own commit: the exit's next state, the check that nothing was written since
    /// the plan. Taken once.
    opening: Mutex<Option<Commit>>,
}

impl<'v> CaseJournal<'v> {
    pub(crate) fn new(vault: &'v Vault, operator: ActorId, opening: Option<Commit>) -> Self {
        Self { vault, operator, opening: Mutex::new(opening) }
    }

    fn begin(&self, intent: &Intent) -> Result<LogRef, Error> {
        let vault = self.vault;
        let (case, customer) = (intent.case, intent.customer);
        if vault.read().get(spaces::PURGE, &step_key(vault, case, 0, 0))?.is_some() {
            return self.find(&EventName::PURGE_INTENT, case, customer);
        }
        // Parts of an attempt that was refused.
        vault.erase_working_rows(case)?;
        let json = serde_json::to_vec(intent).map_err(|_| Error::Invariant("an intent is JSON"))?;
        let first = self.staged_parts(case, 0, &json)?;
        let event = Event::new(EventName::PURGE_INTENT, self.operator)
            .customer(customer)
            .case(case)
            .outcome(Outcome::Intended)
            .fact(INTENT, strongroom_envelope::sha256(&json))
            .count(u64::try_from(intent.erase.len()).unwrap_or(u64::MAX))
            .rules(intent.citations.iter().map(|citation| citation.id.clone()));
        // The holds version moves with every intent, so that a hold that was placed in between is refused, and hears of it.
        let mut commit = vault
            .essential()
            .guard(Guard::HoldsVersion(intent.holds_version))
            .fence(FenceChange::Condemn { customer, intent: case })
            .fence(FenceChange::BumpHolds)
            .changes(first)
            .event(event);
        let opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(opening) = opening {
            commit = opening.events.into_iter().fold(commit.changes(opening.changes), Commit::event);
        }
        let receipt = vault.log.commit(vault.now(), commit)?;
        self.ledger(intent)?;
        self.reference(receipt.first)
    }

    /// The second home of the intent, before anything is destroyed.
    fn ledger(&self, intent: &Intent) -> Result<(), Error> {
        let store = &self.vault.key_store;
        let key = spaces::case(self.vault.tenant, intent.case);
        if store.get(spaces::LEDGER, &key)?.is_some() {
            return Ok(());
        }
        let json = serde_json::to_vec(intent).map_err(|_| Error::Invariant("an intent is JSON"))?;
        // FORMAT: `docs/format.md`, "erasure ledger".
        let row = crate::codec::Writer::new()
            .byte(0)
            .id(intent.customer.as_bytes())
            .i64(intent.intended_at.unix_micros())
            .byte(u8::from(intent.whole_customer))
            .bytes(strongroom_envelope::sha256(&json).as_bytes())
            .finish();
        let batch = Batch::new().require_absent(spaces::LEDGER, key.clone()).put(spaces::LEDGER, key, row);
        let batch = batch.from_reserve();
        let durability = store.capabilities().durability_max.min(self.vault.durable);
        store
            .commit_settled(&batch, durability)
            .map(drop)
            .map_err(|error| Error::Config(format!("erasure ledger: {error}")))
    }

    fn append(&self, case: CaseId, step: &StepRecord) -> Result<(), Error> {
        let steps = u32::try_from(self.rows(case)?.len()).unwrap_or(u32::MAX);
        let json = serde_json::to_vec(step).map_err(|_| Error::Invariant("a step is JSON"))?;
        let first = self.staged_parts(case, steps, &json)?;
        self.vault.log.stage(&first, self.vault.durable)?;
        Ok(())
    }

    fn end(&self, result: &ResultRecord) -> Result<LogRef, Error> {
        let vault = self.vault;
        let (customer, intent) = (result.customer, result.case);
        // Done before a crash: the fence has moved on.
        if !matches!(vault.log.fence(customer)?, Some(Fence::Condemned { intent: found, .. }) if found == intent)
        {
            return self.find(&EventName::PURGE_RESULT, result.case, customer);
        }
        let change = if vault.records_of(customer)?.is_empty() {
            FenceChange::Gone { customer, intent }
        } else {
            FenceChange::Reprieve { customer, intent }
        };
        let event = Event::new(EventName::PURGE_RESULT, self.operator)
            .customer(customer)
            .case(result.case)
            .fact(BODY, result.body);
        let commit = vault.essential().fence(change).event(event);
        let receipt = vault.log.commit(vault.now(), commit)?;
        self.reference(receipt.first)
    }

    fn reread(&self, case: CaseId) -> Result<Option<Recalled>, Error> {
        let mut rows = self.rows(case)?.into_iter();
        let Some(first) = rows.next() else { return Ok(None) };
        let broken = |_| Error::Tampered { what: "a purge in progress" };
        let intent: Intent = serde_json::from_slice(&first).map_err(broken)?;
        let steps =
            rows.map(|row| serde_json::from_slice(&row).map_err(broken)).collect::<Result<Vec<_>, _>>()?;
        let log = self.find(&EventName::PURGE_INTENT, case, intent.customer)?;
        self.ledger(&intent)?;
        Ok(Some(Recalled { intent, log, steps }))
    }

    /// The opened working rows of a case, one per step, in order. None without the first part of the intent: it comes
    /// with the intent's commit, and what was staged for it means nothing before.
    fn rows(&self, case: CaseId) -> Result<Vec<Vec<u8>>, Error> {
        let vault = self.vault;
        if vault.read().get(spaces::PURGE, &step_key(vault, case, 0, 0))?.is_none() {
            return Ok(Vec::new());
        }
        let mut steps: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        let range = KeyRange::prefix(&spaces::case(vault.tenant, case));
        vault.read().for_each(spaces::PURGE, &range, |key, sealed| {
            let part = vault.keys.open_small(Some(case_customer(case)), KeyRole::Data, LABEL, key, sealed)?;
            let step = key.get(..36).ok_or(Error::Tampered { what: "a purge in progress" })?;
            match steps.last_mut() {
                Some((last, bytes)) if last == step => bytes.extend_from_slice(&part),
                _ => steps.push((step.to_vec(), part.to_vec())),
            }
            Ok::<_, Error>(true)
        })?;
        Ok(steps.into_iter().map(|(_, bytes)| bytes).collect())
    }

    /// Seals a step in parts that fit a row, stages all but the first, and answers the batch that publishes the step by
    /// its first part.
    fn staged_parts(&self, case: CaseId, step: u32, json: &[u8]) -> Result<Batch, Error> {
        let vault = self.vault;
        let customer = case_key(vault, case)?;
        let mut first = Batch::new().from_reserve();
        for (part, bytes) in (0_u32..).zip(json.chunks(PART_BYTES)) {
            let key = step_key(vault, case, step, part);
            let sealed = vault.keys.seal_small(Some(customer), KeyRole::Data, LABEL, &key, bytes)?;
            if part == 0 {
                first = first.require_absent(spaces::PURGE, key.clone()).put(spaces::PURGE, key, sealed);
            } else {
                let batch = Batch::new().put(spaces::PURGE, key, sealed).from_reserve();
                vault.log.stage(&batch, vault.durable)?;
            }
        }
        Ok(first)
    }

    fn reference(&self, index: u64) -> Result<LogRef, Error> {
        let leaf =
            self.vault.log.leaf_bytes(index)?.ok_or(Error::Invariant("an entry just written is there"))?;
        Ok(LogRef { index, leaf: leaf_hash(&leaf) })
    }

    /// Looks an entry up from the end of the log: only after a crash, and then it is near.
    fn find(&self, name: &EventName, case: CaseId, customer: CustomerId) -> Result<LogRef, Error> {
        let log = &self.vault.log;
        for index in (0..log.size()?).rev() {
            let Some(entry) = log.entry(index)? else { continue };
            if entry.name == *name && entry.case == Some(case) && entry.customer == Some(customer) {
                return self.reference(index);
            }
        }
        Err(Error::Invariant("a purge in progress has its entry in the log"))
    }
}

impl Journal for CaseJournal<'_> {
    fn intend(&self, intent: &Intent) -> Result<LogRef, PortError> {
        self.begin(intent).map_err(port_error)
    }

    fn record(&self, case: CaseId, step: &StepRecord) -> Result<(), PortError> {
        self.append(case, step).map_err(port_error)
    }

    fn result(&self, result: &ResultRecord) -> Result<LogRef, PortError> {
        self.end(result).map_err(port_error)
    }

    fn recall(&self, case: CaseId) -> Result<Option<Recalled>, PortError> {
        self.reread(case).map_err(port_error)
    }
}

const LABEL: &str = "purge";
const INTENT: FactName = FactName::from_static("intent");
const BODY: FactName = FactName::from_static("certificate-body");

/// How much of a step lies in one row: with its seal well below the longest value.
const PART_BYTES: usize = 64 * 1024;

fn step_key(vault: &Vault, case: CaseId, step: u32, part: u32) -> Vec<u8> {
    [spaces::case(vault.tenant, case).as_slice(), &step.to_be_bytes(), &part.to_be_bytes()].concat()
}
