//! WRITE again: the next version of a record, sealed under a fresh salt, in place of the one that was read.

use crate::{
    Error, Fields, Session, Vault,
    flow::create::writable,
    row::{Head, Row},
    spaces,
};
use strongroom_audit::{Commit, Event, Guard};
use strongroom_envelope::sha256;
use strongroom_store::Batch;
use strongroom_types::{Action, FieldName, RecordId};

/// What changes in a record.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// New values.
    pub set: Fields,
    /// Fields whose values go.
    pub unset: Vec<FieldName>,
    /// The version that the changes were made to; [`Error::Conflict`] if there is a newer one.
    pub expected_version: Option<u64>,
}

impl Session<'_> {
    /// Changes a record and answers its new version.
    ///
    /// # Errors
    /// As for [`Session::view`] and [`Session::create`]; [`Error::Conflict`] where somebody was faster.
    pub fn update(&self, record: RecordId, changes: &Changes) -> Result<u64, Error> {
        let vault = self.vault;
        let (row, bytes) = vault.row(record)?;
        let cleared = self.clear_read(Action::Update, record, &row)?;
        if changes.expected_version.is_some_and(|expected| expected != row.head.version) {
            return Err(Error::Conflict);
        }
        let kind = row.head.kind.clone();
        let projection = vault.projection(&cleared);
        writable(&projection, &kind, changes.set.iter().map(|(name, _)| name).chain(&changes.unset))?;

        let (mut head, mut fields, document) = vault.unseal(record, &row)?.into_parts();
        for field in &changes.unset {
            fields.remove(field);
        }
        for (field, value) in changes.set.iter() {
            fields.set(field.clone(), value);
        }
        let schema = vault.config.kind(&kind)?;
        let texts = fields.iter().map(|(name, value)| (name.as_str(), value));
        vault.config.schema.check_record(&kind, texts).map_err(Error::Record)?;

        let collected = head.triggers.get("collected").copied().unwrap_or_else(|| vault.now());
        // Only the dates that were changed speak: what a contract's own end recorded stays.
        head.triggers.extend(self.triggers(&kind, &changes.set, collected)?);
        head.tokens = self.tokens(schema, &fields)?;
        // A label only rises here: what was once sensitive does not become harmless by an edit.
        head.label = head.label.join(vault.config.classify(schema, fields.iter()));
        let event = self.allowed(&cleared);
        let old_bytes = bytes;
        let with = Some(Commit::new(vault.durable).changes(self.owed(&cleared, 1)?));
        let replacement = Replacement { record, old: &row, old_bytes, head, event, with };
        self.replace(replacement, &fields, document.as_deref())
    }

    /// Puts the next version of a record in place of the one that was read, and moves its index entries.
    pub(crate) fn replace(
        &self,
        replacement: Replacement<'_>,
        fields: &Fields,
        document: Option<&[u8]>,
    ) -> Result<u64, Error> {
        let vault = self.vault;
        let Replacement { record, old, old_bytes, mut head, event, with } = replacement;
        head.version = head.version.checked_add(1).ok_or(Error::Invariant("a version fits 64 bits"))?;
        head.schema_version = vault.config.schema.version();
        let row = vault.seal(record, head, old.generation, fields, document)?;
        let new_bytes = row.encode();
        let event = event
            .record(row.head.kind.clone(), record)
            .customer(row.head.customer)
            .sealed(sha256(&new_bytes))
            .version(row.head.version);
        let changes = vault
            .moved(record, &old.head, &row.head)
            .require_value(spaces::RECORD, spaces::record(vault.tenant, record), old_bytes)
            .put(spaces::RECORD, spaces::record(vault.tenant, record), new_bytes);
        let changes = {
            let mut changes = changes;
            changes.append(vault.touch(row.head.customer, record, row.head.version));
            changes
        };
        let commit = with.unwrap_or_else(|| Commit::new(vault.durable)).changes(changes).event(event);
        let guard = Guard::Active { customer: row.head.customer, generation: Some(row.generation) };
        vault.log.commit(vault.now(), commit.guard(guard))?;
        Ok(row.head.version)
    }
}

/// The next version of a record, but for its content.
pub(crate) struct Replacement<'r> {
    pub(crate) record: RecordId,
    pub(crate) old: &'r Row,
    pub(crate) old_bytes: Vec<u8>,
    /// The new head; its version is counted up here.
    pub(crate) head: Head,
    pub(crate) event: Event,
    /// What else belongs into the same commit.
    pub(crate) with: Option<Commit>,
}

impl Vault {
    /// Index and due entries of the old head out, those of the new head in.
    pub(crate) fn moved(&self, record: RecordId, old: &Head, new: &Head) -> Batch {
        let key_field = self.config.schema.kind(&new.kind).and_then(|schema| schema.key().cloned());
        let mut batch = Batch::new();
        for (field, token) in old.tokens.iter().filter(|entry| !new.tokens.contains(entry)) {
            let key = spaces::token(self.tenant, &old.kind, field, token);
            if key_field.as_ref() == Some(field) {
                batch = batch.delete(spaces::UNIQUE, key.clone());
            }
            batch = batch.delete(spaces::INDEX, [key.as_slice(), record.as_bytes()].concat());
        }
        for (field, token) in new.tokens.iter().filter(|entry| !old.tokens.contains(entry)) {
            let key = spaces::token(self.tenant, &new.kind, field, token);
            if key_field.as_ref() == Some(field) {
                batch = batch.require_absent(spaces::UNIQUE, key.clone());
                batch = batch.put(spaces::UNIQUE, key.clone(), *record.as_bytes());
            }
            let entry = [key.as_slice(), record.as_bytes()].concat();
            batch = batch.put(spaces::INDEX, entry, *new.customer.as_bytes());
        }
        let (due_old, due_new) = (self.due_key(record, old), self.due_key(record, new));
        if due_old != due_new {
            batch = due_old.into_iter().fold(batch, |batch, key| batch.delete(spaces::DUE, key));
            batch = due_new.into_iter().fold(batch, |batch, key| batch.put(spaces::DUE, key, []));
        }
        batch
    }

    /// Every row that leads to a record or is part of it, but its document chunks.
    pub(crate) fn removal(&self, record: RecordId, head: &Head) -> Batch {
        let tenant = self.tenant;
        let mut batch = Batch::new()
            .delete(spaces::RECORD, spaces::record(tenant, record))
            // A contract's case lies under its record's id and holds a digest of the terms.
            .delete(spaces::CASE, spaces::row(tenant, record.as_bytes()))
            .delete(spaces::BY_CUSTOMER, spaces::by_customer(tenant, head.customer, record))
            .delete(spaces::BY_KIND, spaces::by_kind(tenant, &head.kind, record));
        let bare = Head { tokens: Vec::new(), ..head.clone() };
        batch.append(self.moved(record, head, &bare));
        self.due_key(record, head).into_iter().fold(batch, |batch, key| batch.delete(spaces::DUE, key))
    }
}
