//! `retention::PurgeTarget`: the vault's own store. Everything in it was only ever stored sealed.

use crate::{
    Error, Vault,
    flow::{part_of, port_error, record_of},
    spaces,
};
use std::collections::BTreeSet;
use strongroom_audit::{Event, EventName, Guard};
use strongroom_retention::{
    Absence, Discovery, Intent, Method, PlanLine, PortError, PurgeScope, PurgeTarget, TargetInfo,
};
use strongroom_store::{Direction, KeyRange, ReadExt};
use strongroom_types::{ActorId, ApprovalId, CustomerId, RecordId};

/// The name of this target in cases and certificates.
pub(crate) const TARGET_NAME: &str = "vault";

pub(crate) struct VaultTarget<'v> {
    vault: &'v Vault,
    operator: ActorId,
}

impl<'v> VaultTarget<'v> {
    pub(crate) fn new(vault: &'v Vault, operator: ActorId) -> Self {
        Self { vault, operator }
    }

    fn remove(&self, intent: &Intent) -> Result<(), Error> {
        let vault = self.vault;
        let (customer, case) = (intent.customer, intent.case);
        for record in whole_records(&intent.erase) {
            vault.erase_chunks(record)?;
            let row = match vault.row(record) {
                Ok((row, _)) => row,
                Err(Error::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            let event = Event::new(ERASED, self.operator)
                .customer(customer)
                .record(row.head.kind.clone(), record)
                .case(case)
                .version(row.head.version);
            let commit = vault
                .essential()
                .changes(vault.removal(record, &row.head))
                .event(event)
                .guard(Guard::Condemned { customer, intent: case });
            vault.log.commit(vault.now(), commit)?;
        }
        for approval in self.staged_with(customer)? {
            vault.erase_staged(approval)?;
        }
        if intent.whole_customer {
            while let Some(batch) = vault.log.erase_details(customer, 256)? {
                let event = Event::new(DETAILS_ERASED, self.operator).customer(customer).case(case);
                let commit = vault.essential().changes(batch).event(event);
                vault.log.commit(vault.now(), commit)?;
            }
        }
        Ok(())
    }

    /// How much of what was to go is still there.
    fn left(&self, intent: &Intent) -> Result<u64, Error> {
        let vault = self.vault;
        let gone: BTreeSet<RecordId> = whole_records(&intent.erase).collect();
        let mut left = 0_u64;
        for record in &gone {
            let key = spaces::record(vault.tenant, *record);
            let chunks = vault.read().scan(spaces::CHUNK, &KeyRange::prefix(&key), Direction::Forward, 1)?;
            let there = vault.read().get(spaces::RECORD, &key)?.is_some() || !chunks.is_empty();
            left = left.saturating_add(u64::from(there));
        }
        let range = KeyRange::prefix(&spaces::customer(vault.tenant, intent.customer));
        vault.read().for_each(spaces::BY_CUSTOMER, &range, |key, _| {
            left = left.saturating_add(u64::from(gone.contains(&record_of(key)?)));
            Ok::<_, Error>(true)
        })?;
        // Fields that went while their record stays.
        for line in &intent.erase {
            if let Some(fields) = &line.fields {
                let (row, _) = vault.row(line.record)?;
                let header = strongroom_envelope::record_header(&row.sealed)?;
                let still = header.fields.iter().filter(|field| fields.contains(field)).count();
                left = left.saturating_add(u64::try_from(still).unwrap_or(u64::MAX));
            }
        }
        let staged = self.staged_with(intent.customer)?.len();
        left = left.saturating_add(u64::try_from(staged).unwrap_or(u64::MAX));
        if intent.whole_customer && vault.log.erase_details(intent.customer, 1)?.is_some() {
            left = left.saturating_add(1);
        }
        Ok(left)
    }

    /// Staged exports that hold something of the customer.
    fn staged_with(&self, customer: CustomerId) -> Result<BTreeSet<ApprovalId>, Error> {
        self.vault.staged_with(customer)
    }
}

impl Vault {
    /// Staged exports that hold something of a customer.
    pub(crate) fn staged_with(&self, customer: CustomerId) -> Result<BTreeSet<ApprovalId>, Error> {
        let mut approvals = BTreeSet::new();
        let range = KeyRange::prefix(&spaces::tenant(self.tenant));
        self.read().for_each(spaces::STAGED, &range, |key, row| {
            if part_of(row)?.customer == Some(customer) {
                let id = key.get(16..32).and_then(|id| <[u8; 16]>::try_from(id).ok());
                approvals.extend(id.map(ApprovalId::from_bytes));
            }
            Ok::<_, Error>(true)
        })?;
        Ok(approvals)
    }
}

impl PurgeTarget for VaultTarget<'_> {
    fn describe(&self) -> TargetInfo {
        TargetInfo {
            name: TARGET_NAME.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            method: Method::KeyDestroy,
        }
    }

    fn discover(&self, scope: &PurgeScope<'_>) -> Result<Discovery, PortError> {
        let found = u64::try_from(scope.erase.len()).unwrap_or(u64::MAX);
        // Heads stay readable after the shred and hold the index tokens: nothing else is needed to find the rows.
        Ok(Discovery { found, locators: Vec::new() })
    }

    fn erase(&self, intent: &Intent) -> Result<(), PortError> {
        self.remove(intent).map_err(port_error)
    }

    fn verify_absence(&self, intent: &Intent) -> Result<Absence, PortError> {
        match self.left(intent).map_err(port_error)? {
            0 => Ok(Absence::Absent),
            count => Ok(Absence::StillThere { count }),
        }
    }
}

const ERASED: EventName = EventName::from_static("purge.erase");
const DETAILS_ERASED: EventName = EventName::from_static("purge.details");

/// Records that go as a whole.
fn whole_records(erase: &[PlanLine]) -> impl Iterator<Item = RecordId> {
    erase.iter().filter(|line| line.fields.is_none()).map(|line| line.record)
}
