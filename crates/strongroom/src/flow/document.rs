//! Documents: chunks are staged sealed and unreferenced, then published by the record that names them.

use crate::{
    Error, Fields, Session, Vault,
    row::Head,
    session::{Look, Means},
    spaces,
};
use std::{collections::BTreeMap, io};
use strongroom_audit::{Commit, Guard};
use strongroom_envelope::{CHUNK_BYTES, DocumentAddress, Generation, sha256};
use strongroom_policy::Resource;
use strongroom_store::Batch;
use strongroom_types::{Action, CustomerId, FieldName, Kind, RecordId};
use zeroize::Zeroizing;

/// The kind under which the schema describes documents: fields `name`, `media_type` and `bytes`.
pub const DOCUMENT_KIND: &str = "document";

/// What is known of an opened document.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DocumentInfo {
    /// Which document.
    pub record: RecordId,
    /// Whose.
    pub customer: CustomerId,
    /// Its length in bytes.
    pub bytes: u64,
}

impl Session<'_> {
    /// Attaches a document to a customer, in bounded memory however long it is.
    ///
    /// # Errors
    /// As for [`Session::create`]; [`Error::Io`] where `content` fails, and then nothing is attached.
    pub fn attach(
        &self,
        customer: CustomerId,
        name: &str,
        media_type: &str,
        content: &mut dyn io::Read,
    ) -> Result<DocumentInfo, Error> {
        let vault = self.vault;
        let now = vault.now();
        let kind = document_kind()?;
        let schema = vault.config.kind(&kind)?;
        let generation = vault.generation(customer)?;
        let cleared = {
            let owner = vault.main_record(customer)?.and_then(|(_, head)| head.owner);
            let mut resource = Resource::new(&kind, schema.label());
            resource.customer = Some(customer);
            // Whose customer it is decides, not who attaches.
            resource.owner = owner;
            resource.team = self.actor.team.as_deref();
            let permit = self.decide(Action::Attach, &resource)?;
            self.clear(permit, Means::SETTLED)?
        };
        vault.refuse_closed(customer)?;
        let record = RecordId::fresh(now, vault.random.as_ref())?;
        let (header, bytes) = self.stage_document(customer, record, generation, content)?;

        let mut fields = Fields::new();
        for (field, value) in
            [("name", name), ("media_type", media_type), ("bytes", bytes.to_string().as_str())]
        {
            let field = FieldName::new(field).map_err(|_| Error::Invariant("a document field's name"))?;
            fields.set(field, value);
        }
        let texts = fields.iter().map(|(name, value)| (name.as_str(), value));
        vault.config.schema.check_record(&kind, texts).map_err(Error::Record)?;
        let head = Head {
            customer,
            kind: kind.clone(),
            version: 1,
            schema_version: vault.config.schema.version(),
            label: schema.label(),
            owner: Some(self.actor.id),
            team: self.actor.team.clone(),
            state: None,
            restricted: false,
            triggers: BTreeMap::from([("collected".to_owned(), now)]),
            tokens: Vec::new(),
        };
        let due = vault.due_key(record, &head);
        let row = vault.seal(record, head, generation, &fields, Some(&header))?.encode();
        let event = self.allowed(&cleared).record(kind.clone(), record).customer(customer);
        let changes = Batch::new()
            .put(spaces::BY_CUSTOMER, spaces::by_customer(vault.tenant, customer, record), kind.as_str())
            .put(spaces::BY_KIND, spaces::by_kind(vault.tenant, &kind, record), *customer.as_bytes());
        let changes = due.into_iter().fold(changes, |changes, key| changes.put(spaces::DUE, key, []));
        let event = event.sealed(sha256(&row)).version(1);
        let commit = Commit::new(vault.durable)
            .changes(vault.touch(customer, record, 1))
            .changes(self.owed(&cleared, 1)?)
            .changes(changes.put(spaces::RECORD, spaces::record(vault.tenant, record), row))
            .event(event)
            .guard(Guard::Active { customer, generation: Some(generation) });
        vault.log.commit(now, commit)?;
        Ok(DocumentInfo { record, customer, bytes })
    }

    /// Opens a document into `out`. The read is in the log before the first byte comes.
    ///
    /// # Errors
    /// As for [`Session::view`]; [`Error::Io`] where `out` fails.
    pub fn open_document(&self, record: RecordId, out: &mut dyn io::Write) -> Result<DocumentInfo, Error> {
        let vault = self.vault;
        let (row, _) = vault.row(record)?;
        let cleared = self.clear_read(Action::Open, record, &row)?;
        self.log_read(&cleared, record, &row)?;
        let unreleased = vault.unseal(record, &row)?;
        let header = unreleased.document().ok_or(Error::NotFound { what: "document" })?;
        let customer = row.head.customer;
        let opener = vault.keys.open_document(&vault.document_address(customer, record), header)?;
        for index in 0..opener.chunks() {
            let key = spaces::chunk(vault.tenant, record, u64::from(index));
            let sealed = vault.read().get(spaces::CHUNK, &key)?;
            let sealed = sealed.ok_or(Error::Tampered { what: "a document" })?;
            let plain = opener.chunk(index, &sealed)?;
            out.write_all(&plain).map_err(|source| Error::Io { what: "writing the document", source })?;
        }
        self.observe(Action::Open, [Look::of(&row.head)].into_iter())?;
        Ok(DocumentInfo { record, customer, bytes: opener.length() })
    }

    fn stage_document(
        &self,
        customer: CustomerId,
        record: RecordId,
        generation: u32,
        content: &mut dyn io::Read,
    ) -> Result<(Vec<u8>, u64), Error> {
        let vault = self.vault;
        let address = vault.document_address(customer, record);
        let mut sealer = vault.keys.seal_document(&address, Generation(generation))?;
        let mut current = read_chunk(content)?;
        let mut index = 0_u64;
        loop {
            // A full chunk is the last one only if nothing follows.
            let next = if current.len() == CHUNK_BYTES { read_chunk(content)? } else { Zeroizing::default() };
            let last = next.is_empty();
            let bytes = sealer.chunk(&current, last)?;
            let key = spaces::chunk(vault.tenant, record, index);
            vault.log.stage(&Batch::new().put(spaces::CHUNK, key, bytes), vault.durable)?;
            if last {
                break;
            }
            index = index.saturating_add(1);
            current = next;
        }
        let document = sealer.finish()?;
        Ok((document.header, document.length))
    }
}

impl Vault {
    pub(crate) fn document_address(&self, customer: CustomerId, document: RecordId) -> DocumentAddress {
        DocumentAddress { tenant: self.tenant, customer, document, version: 1 }
    }

    /// Removes all chunks of a document, some at a time.
    pub(crate) fn erase_chunks(&self, record: RecordId) -> Result<(), Error> {
        self.erase_range(spaces::CHUNK, &spaces::record(self.tenant, record))
    }
}

pub(crate) fn document_kind() -> Result<Kind, Error> {
    Kind::new(DOCUMENT_KIND).map_err(|_| Error::Invariant("the kind of documents"))
}

fn read_chunk(content: &mut dyn io::Read) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut chunk = Zeroizing::new(Vec::with_capacity(CHUNK_BYTES));
    let limit = u64::try_from(CHUNK_BYTES).unwrap_or(u64::MAX);
    io::Read::read_to_end(&mut io::Read::take(content, limit), &mut chunk)
        .map_err(|source| Error::Io { what: "reading the document", source })?;
    Ok(chunk)
}
