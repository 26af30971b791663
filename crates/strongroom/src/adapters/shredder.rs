//! `retention::Shredder` by envelope: the whole customer's keys, or one generation after what stays was sealed under
//! the next.

use crate::{
    Error, Vault,
    flow::{ACCOUNT_CLOSED, port_error},
    row::Row,
    spaces,
};
use strongroom_audit::{Event, EventName, Fence, FenceChange, Guard};
use strongroom_envelope::{CustomerKeys, Destroyed, Generation, KeyProvider, sha256};
use strongroom_retention::{GuaranteeCode, Intent, PortError, ShredReceipt, Shredder};
use strongroom_store::Batch;
use strongroom_types::{ActorId, CaseId, CustomerId, FieldName, RecordId, Timestamp};

pub(crate) struct KeyShredder<'v> {
    vault: &'v Vault,
    operator: ActorId,
}

impl<'v> KeyShredder<'v> {
    pub(crate) fn new(vault: &'v Vault, operator: ActorId) -> Self {
        Self { vault, operator }
    }

    fn destroy(&self, intent: &Intent) -> Result<ShredReceipt, Error> {
        let vault = self.vault;
        let (customer, case) = (intent.customer, intent.case);
        let destroyed = if intent.whole_customer {
            let now = vault.now_in_log()?;
            vec![vault.keys.shred(customer, case, now)?, vault.keys.shred_log_details(customer, case, now)?]
        } else {
            vec![self.shred_generation(intent)?]
        };
        let mut turned: Option<Timestamp> = None;
        let mut all_turned = true;
        for one in &destroyed {
            match vault.keys.epoch_turned(one)? {
                Some(turn) => turned = turned.max(Some(turn.receipt.at)),
                None => all_turned = false,
            }
        }
        let guarantee = vault.keyring.guarantee().code();
        Ok(ShredReceipt {
            keys: destroyed.iter().flat_map(|one| one.keys.iter().map(|key| key.id)).collect(),
            destroyed_at: destroyed.iter().map(|one| one.at).max().unwrap_or_else(|| vault.now()),
            epoch_turned_at: turned.filter(|_| all_turned),
            guarantee: GuaranteeCode::new(guarantee).map_err(|_| Error::Invariant("a guarantee's code"))?,
        })
    }

    /// Seals what stays under the customer's next generation, destroys the old one, moves the fence on. Each step may
    /// be repeated after a crash: what is under the next generation already is left alone, and a tombstone of this
    /// case says that the old one is gone.
    fn shred_generation(&self, intent: &Intent) -> Result<Destroyed, Error> {
        let vault = self.vault;
        let (customer, case) = (intent.customer, intent.case);
        let Some(Fence::Condemned { generation, .. }) = vault.log.fence(customer)? else {
            return Err(Error::CustomerGone { customer });
        };
        let destroyed = if let Some(destroyed) = self.tombstone(customer, case)? {
            destroyed
        } else {
            if vault.keys.current_generation(customer)?.0 == generation {
                vault.keys.next_generation(customer, vault.now())?;
            }
            self.reseal_what_stays(intent, generation.saturating_add(1))?;
            vault.keys.shred_generation(customer, Generation(generation), case, vault.now_in_log()?)?
        };
        if destroyed.generation == Some(Generation(generation)) {
            let event = Event::new(RESEALED, self.operator).customer(customer).case(case);
            let fence = FenceChange::NextGeneration { customer, intent: Some(case) };
            vault.log.commit(vault.now(), vault.essential().fence(fence).event(event))?;
        }
        Ok(destroyed)
    }

    fn tombstone(&self, customer: CustomerId, case: CaseId) -> Result<Option<Destroyed>, Error> {
        Ok(match self.vault.keys.state(customer)? {
            CustomerKeys::Living { shredded, .. } => shredded.into_iter().find(|one| one.case == case),
            CustomerKeys::Absent | CustomerKeys::Destroyed { .. } => None,
        })
    }

    fn reseal_what_stays(&self, intent: &Intent, next: u32) -> Result<(), Error> {
        let vault = self.vault;
        // After an exit all that stays is kept by law alone, closed to ordinary use.
        let closed = vault.exit_case(intent.case)?.and_then(|exit| exit.access().map(|_| exit.opened_at()));
        for (record, row) in vault.records_of(intent.customer)? {
            let lines: Vec<_> = intent.erase.iter().filter(|line| line.record == record).collect();
            if lines.iter().any(|line| line.fields.is_none()) {
                continue;
            }
            let fields: Vec<FieldName> =
                lines.iter().filter_map(|line| line.fields.clone()).flatten().collect();
            if row.generation < next {
                self.reseal(intent, record, &row, next, &fields, closed)?;
            }
        }
        Ok(())
    }

    fn reseal(
        &self,
        intent: &Intent,
        record: RecordId,
        row: &Row,
        generation: u32,
        without: &[FieldName],
        closed: Option<Timestamp>,
    ) -> Result<(), Error> {
        let vault = self.vault;
        let old_bytes = row.encode();
        let (old_head, mut fields, document) = vault.unseal(record, row)?.into_parts();
        let mut head = old_head.clone();
        for field in without {
            fields.remove(field);
            head.tokens.retain(|(indexed, _)| indexed != field);
        }
        head.version = head.version.saturating_add(1);
        if let Some(closed) = closed {
            head.restricted = true;
            head.triggers.insert(ACCOUNT_CLOSED.to_owned(), closed);
        }
        let document = match document {
            Some(header) => {
                let address = vault.document_address(intent.customer, record);
                Some(vault.keys.rewrap_document(&address, &header, Generation(generation))?)
            }
            None => None,
        };
        let changes = vault.moved(record, &old_head, &head);
        let resealed = vault.seal(record, head, generation, &fields, document.as_deref())?;
        let bytes = resealed.encode();
        let event = Event::new(RESEAL, self.operator)
            .customer(intent.customer)
            .record(resealed.head.kind.clone(), record)
            .case(intent.case)
            .sealed(sha256(&bytes))
            .version(resealed.head.version);
        let key = spaces::record(vault.tenant, record);
        let changes = {
            let mut batch = Batch::new().require_value(spaces::RECORD, key.clone(), old_bytes);
            batch.append(changes.put(spaces::RECORD, key, bytes));
            batch
        };
        let commit = vault
            .essential()
            .changes(changes)
            .event(event)
            .guard(Guard::Condemned { customer: intent.customer, intent: intent.case });
        vault.log.commit(vault.now(), commit)?;
        Ok(())
    }
}

impl Shredder for KeyShredder<'_> {
    fn shred(&self, intent: &Intent) -> Result<ShredReceipt, PortError> {
        self.destroy(intent).map_err(port_error)
    }
}

const RESEAL: EventName = EventName::from_static("purge.reseal");
const RESEALED: EventName = EventName::from_static("purge.resealed");
