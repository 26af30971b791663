//! READ: decide, log the read durably, open, project.

use crate::{
    Error, Session, View,
    row::Row,
    session::{Look, Means, resource},
};
use strongroom_audit::{Commit, Guard};
use strongroom_policy::Cleared;
use strongroom_types::{Action, RecordId};

impl<'v> Session<'v> {
    /// One record, as this person may see it.
    ///
    /// # Errors
    /// [`Error::Denied`] (with the reason, and logged), [`Error::NotFound`], [`Error::CustomerGone`],
    /// [`Error::Restricted`] for what the law alone keeps.
    pub fn view(&self, record: RecordId) -> Result<View, Error> {
        let vault = self.vault;
        let (row, _) = vault.row(record)?;
        let cleared = self.clear_read(Action::View, record, &row)?;
        self.log_read(&cleared, record, &row)?;
        let unreleased = vault.unseal(record, &row)?;
        let view = unreleased.project(&vault.projection(&cleared));
        self.observe(Action::View, [Look::of(&row.head)].into_iter())?;
        Ok(view)
    }

    pub(crate) fn clear_read(
        &self,
        action: Action,
        record: RecordId,
        row: &Row,
    ) -> Result<Cleared<'v>, Error> {
        let permit = self.decide(action, &resource(record, &row.head))?;
        if row.head.restricted {
            return Err(Error::Restricted { record });
        }
        self.vault.refuse_closed(row.head.customer)?;
        self.clear(permit, Means::SETTLED)
    }

    /// The read is in the log, as durably as its level asks, before anybody sees anything; and only while the customer
    /// is not being purged.
    pub(crate) fn log_read(&self, cleared: &Cleared<'_>, record: RecordId, row: &Row) -> Result<(), Error> {
        let vault = self.vault;
        let customer = row.head.customer;
        let event = self.allowed(cleared).record(row.head.kind.clone(), record).customer(customer);
        let commit = Commit::new(vault.read_durability(row.head.label.level))
            .event(event.version(row.head.version))
            .changes(self.owed(cleared, 1)?)
            .guard(Guard::Active { customer, generation: Some(row.generation) });
        vault.log.commit(vault.now(), commit)?;
        Ok(())
    }
}
