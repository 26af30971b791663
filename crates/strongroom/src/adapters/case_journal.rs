//! `retention::Journal` on the log: the intent with the fence in one commit, the working rows sealed under the case's
//! own key, the result with the fence's last move.

use crate::{
    Error, Vault,
    flow::{case_customer, case_key, port_error},
    spaces,
};
use strongroom_audit::{Commit, Event, EventName, FactName, Fence, FenceChange, Guard, Outcome, leaf_hash};
use strongroom_envelope::KeyRole;
use strongroom_retention::{Intent, Journal, LogRef, PortError, Recalled, ResultRecord, StepRecord};
use strongroom_store::{Batch, Direction, KeyRange};
use strongroom_types::{ActorId, CaseId, CustomerId};

pub(crate) struct CaseJournal<'v> {
    vault: &'v Vault,
    operator: ActorId,
}

impl<'v> CaseJournal<'v> {
    pub(crate) fn new(vault: &'v Vault, operator: ActorId) -> Self {
        Self { vault, operator }
    }

    fn begin(&self, intent: &Intent) -> Result<LogRef, Error> {
        let vault = self.vault;
        let key = spaces::case(vault.tenant, intent.case);
        if vault.read().get(spaces::PURGE, &step_key(&key, 0))?.is_some() {
            return self.find(&EventName::PURGE_INTENT, intent.case, intent.customer);
        }
        let json = serde_json::to_vec(intent).map_err(|_| Error::Invariant("an intent is JSON"))?;
        let sealed = self.sealed(intent.case, &step_key(&key, 0), &json)?;
        // Two homes before anything is destroyed: the ledger in the key store, and the log.
        self.ledger(intent, &json)?;
        let event = Event::new(EventName::PURGE_INTENT, self.operator)
            .customer(intent.customer)
            .case(intent.case)
            .outcome(Outcome::Intended)
            .fact(INTENT, strongroom_envelope::sha256(&json))
            .count(u64::try_from(intent.erase.len()).unwrap_or(u64::MAX))
            .rules(intent.citations.iter().map(|citation| citation.id.clone()));
        let commit = Commit::new(vault.durable)
            .guard(Guard::HoldsVersion(intent.holds_version))
            .fence(FenceChange::Condemn { customer: intent.customer, intent: intent.case })
            .changes(Batch::new().put(spaces::PURGE, step_key(&key, 0), sealed))
            .event(event);
        let receipt = vault.log.commit(vault.now(), commit)?;
        self.reference(receipt.first)
    }

    fn ledger(&self, intent: &Intent, json: &[u8]) -> Result<(), Error> {
        let store = &self.vault.key_store;
        let key = spaces::case(self.vault.tenant, intent.case);
        if store.get(spaces::LEDGER, &key)?.is_some() {
            return Ok(());
        }
        // FORMAT: `docs/format.md`, "erasure ledger".
        let row = crate::codec::Writer::new()
            .byte(0)
            .id(intent.customer.as_bytes())
            .i64(intent.intended_at.unix_micros())
            .byte(u8::from(intent.whole_customer))
            .bytes(strongroom_envelope::sha256(json).as_bytes())
            .finish();
        let batch = Batch::new().require_absent(spaces::LEDGER, key.clone()).put(spaces::LEDGER, key, row);
        let durability = store.capabilities().durability_max.min(self.vault.durable);
        store
            .commit(&batch, durability)
            .map(drop)
            .map_err(|error| Error::Config(format!("erasure ledger: {error}")))
    }

    fn append(&self, case: CaseId, step: &StepRecord) -> Result<(), Error> {
        let vault = self.vault;
        let key = spaces::case(vault.tenant, case);
        let steps = self.rows(case)?;
        let json = serde_json::to_vec(step).map_err(|_| Error::Invariant("a step is JSON"))?;
        let place = step_key(&key, u32::try_from(steps.len()).unwrap_or(u32::MAX));
        let sealed = self.sealed(case, &place, &json)?;
        vault.log.stage(&Batch::new().put(spaces::PURGE, place, sealed), vault.durable)?;
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
        let commit = Commit::new(vault.durable).fence(change).event(event);
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
        Ok(Some(Recalled { intent, log, steps }))
    }

    /// The opened working rows of a case, in order.
    fn rows(&self, case: CaseId) -> Result<Vec<Vec<u8>>, Error> {
        let range = KeyRange::prefix(&spaces::case(self.vault.tenant, case));
        let rows = self.vault.read().scan(spaces::PURGE, &range, Direction::Forward, 10_000)?;
        rows.iter()
            .map(|(key, sealed)| {
                let keys = &self.vault.keys;
                Ok(keys.open_small(Some(case_customer(case)), KeyRole::Data, LABEL, key, sealed)?.to_vec())
            })
            .collect()
    }

    fn sealed(&self, case: CaseId, place: &[u8], json: &[u8]) -> Result<Vec<u8>, Error> {
        let customer = case_key(self.vault, case)?;
        Ok(self.vault.keys.seal_small(Some(customer), KeyRole::Data, LABEL, place, json)?)
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

fn step_key(case: &[u8], step: u32) -> Vec<u8> {
    [case, &step.to_be_bytes()].concat()
}
