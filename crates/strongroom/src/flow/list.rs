//! READ of many: one decision per record, one log entry per page, then open and project.

use crate::{
    Error, Session, View,
    row::Row,
    session::{Look, Means, resource},
    spaces,
};
use std::collections::BTreeMap;
use strongroom_audit::{Commit, FactName, Fence, Guard};
use strongroom_policy::{Cleared, Projection, Resource};
use strongroom_store::{Direction, KeyRange};
use strongroom_types::{Action, CustomerId, Kind, Level, RecordId, RuleId};

/// The most records on one page: their customers all stand in one log entry.
pub const LIST_LIMIT_MAX: usize = 1000;

/// How many rows are looked at for one page before an incomplete page is answered, so that a list of which little may
/// be seen stays bounded.
const LOOKED_AT_MAX: usize = 20_000;

/// A page of records.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Page {
    /// The records, in order of their creation.
    pub views: Vec<View>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<RecordId>,
}

/// A record that may be read, and the permit that says so.
pub(crate) struct Readable<'v> {
    pub(crate) record: RecordId,
    pub(crate) row: Row,
    pub(crate) cleared: Cleared<'v>,
}

impl<'v> Session<'v> {
    /// The records of a kind that this person may see, at most `limit` ([`LIST_LIMIT_MAX`]), from `after` on.
    /// What may not be seen is left out without a trace in the answer.
    ///
    /// # Errors
    /// [`Error::Denied`] where no grant speaks of listing this kind at all.
    pub fn list(&self, kind: &Kind, after: Option<RecordId>, limit: usize) -> Result<Page, Error> {
        let (readable, next) = self.readable(Action::List, kind, after, limit.clamp(1, LIST_LIMIT_MAX))?;
        Ok(Page { views: self.reveal(Action::List, kind, &readable)?, next })
    }

    /// Which records of a kind may be read for `action`. Nothing is opened yet, and nothing logged but a refusal of
    /// the whole.
    pub(crate) fn readable(
        &self,
        action: Action,
        kind: &Kind,
        after: Option<RecordId>,
        limit: usize,
    ) -> Result<(Vec<Readable<'v>>, Option<RecordId>), Error> {
        let vault = self.vault;
        self.refuse_wholly(action, kind)?;
        // Whoever reaches no record of the kind, whatever it is like, has none touched.
        let bound = vault.config.policy.bind(&self.actor, &self.auth);
        if bound.filter(action, kind, vault.now()).is_nothing() {
            return Ok((Vec::new(), None));
        }
        let mut range = KeyRange::prefix(&spaces::kind(vault.tenant, kind));
        if let Some(after) = after {
            let last = spaces::by_kind(vault.tenant, kind, after);
            range = range.after(&last, Direction::Forward);
        }
        let mut readable = Vec::new();
        let mut looked_at = 0_usize;
        loop {
            let page = vault.read().scan(spaces::BY_KIND, &range, Direction::Forward, 256)?;
            for (key, _) in &page {
                let record = record_of(key)?;
                looked_at = looked_at.saturating_add(1);
                readable.extend(self.read_permit(action, record)?);
                if readable.len() >= limit || looked_at >= LOOKED_AT_MAX {
                    return Ok((readable, Some(record)));
                }
            }
            match page.last() {
                Some((last, _)) if page.len() >= 256 => range = range.after(last, Direction::Forward),
                _ => return Ok((readable, None)),
            }
        }
    }

    /// A kind of which no grant speaks is refused as a whole, with its reason, rather than as an empty page.
    pub(crate) fn refuse_wholly(&self, action: Action, kind: &Kind) -> Result<(), Error> {
        let schema = self.vault.config.kind(kind)?;
        self.vault.refuse_departed(self.actor.id)?;
        if self.vault.config.policy.bind(&self.actor, &self.auth).has_grant(action, kind) {
            return Ok(());
        }
        let resource = Resource::new(kind, schema.label());
        self.decide(action, &resource).map(drop)
    }

    /// The permit for one record among many. A denial here is not an event: nobody asked for this record.
    pub(crate) fn read_permit(
        &self,
        action: Action,
        record: RecordId,
    ) -> Result<Option<Readable<'v>>, Error> {
        let (row, _) = match self.vault.row(record) {
            Ok(row) => row,
            // Erased between the index and the row.
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let now = self.vault.now();
        let policy = &self.vault.config.policy;
        let bound = policy.bind(&self.actor, &self.auth);
        let resource = resource(record, &row.head);
        let target = policy.target(&resource);
        let Ok(permit) = bound.decide(action, &target, now) else { return Ok(None) };
        let customer = row.head.customer;
        // Whoever is leaving, or is being purged, is on no page; and does not keep others off it.
        let fence = self.vault.log.fence(customer)?;
        let open = matches!(fence, Some(Fence::Active { generation }) if generation == row.generation);
        if row.head.restricted || !open || self.vault.is_closed(customer)? {
            return Ok(None);
        }
        // An approval asked for an egress is left to the egress, which binds it to what goes out and marks it.
        let egress = permit.action().is_egress();
        let cleared =
            self.discharge(permit, Means { granted: egress, watermarked: egress, ..Means::SETTLED })?;
        Ok(Some(Readable { record, row, cleared }))
    }

    /// Logs who is about to be seen, in one entry, then opens and projects.
    pub(crate) fn reveal(
        &self,
        action: Action,
        kind: &Kind,
        readable: &[Readable<'_>],
    ) -> Result<Vec<View>, Error> {
        self.log_reads(action, kind, readable)?;
        let vault = self.vault;
        let mut projection: Option<Projection<'_>> = None;
        let mut views = Vec::with_capacity(readable.len());
        for Readable { record, row, cleared } in readable {
            let fitting = projection.take().filter(|projection| projection.fits(cleared));
            let fitting = fitting.unwrap_or_else(|| vault.projection(cleared));
            views.push(vault.unseal(*record, row)?.project(&fitting));
            projection = Some(fitting);
        }
        self.observe(action, readable.iter().map(|one| Look::of(&one.row.head)))?;
        Ok(views)
    }

    /// One entry for the whole page, with every customer on it, as durably as the most sensitive record asks. A page
    /// on which somebody is being purged is not answered.
    pub(crate) fn log_reads(
        &self,
        action: Action,
        kind: &Kind,
        readable: &[Readable<'_>],
    ) -> Result<(), Error> {
        let vault = self.vault;
        let customers: BTreeMap<CustomerId, u32> =
            readable.iter().map(|one| (one.row.head.customer, one.row.generation)).collect();
        let level = readable.iter().map(|one| one.row.head.label.level).max().unwrap_or(Level::default());
        let mut event = self.event(action).kind(kind.clone()).decision(strongroom_audit::Decision::Allow);
        event = event.count(u64::try_from(readable.len()).unwrap_or(u64::MAX));
        let rules: std::collections::BTreeSet<_> =
            readable.iter().flat_map(|one| one.cleared.rules().cloned()).collect();
        event = event.rules(rules).customers(customers.keys().copied());
        match (&self.justification, customers.keys().next()) {
            // The words are sealed under the key of whom they are about. About many there is no such key, and what lay
            // under the tenant's would outlive them: that words were given is all that is kept.
            (Some(words), Some(only)) if customers.len() == 1 => {
                event = event.customer(*only).detail(FactName::from_static("justification"), words.clone());
            }
            (Some(_), _) => event = event.fact(FactName::from_static("justified"), 1_u64),
            (None, _) => {}
        }
        let mut commit = Commit::new(vault.read_durability(level)).event(event);
        // One notice per grant that asks for it, not one per record; and one count of all its records.
        let mut reached: BTreeMap<&RuleId, (&Cleared<'_>, u64)> = BTreeMap::new();
        for one in readable {
            for rule in one.cleared.rules() {
                let (_, count) = reached.entry(rule).or_insert((&one.cleared, 0));
                *count = count.saturating_add(1);
            }
        }
        for (cleared, count) in reached.into_values() {
            commit = commit.changes(self.owed(cleared, count)?);
        }
        for (customer, generation) in customers {
            commit = commit.guard(Guard::Active { customer, generation: Some(generation) });
        }
        vault.log.commit(vault.now(), commit)?;
        Ok(())
    }
}

/// The record at the end of an index key.
pub(crate) fn record_of(key: &[u8]) -> Result<RecordId, Error> {
    let bytes = key.last_chunk::<16>().ok_or(Error::Tampered { what: "an index row" })?;
    Ok(RecordId::from_bytes(*bytes))
}
