//! WRITE: decide, classify, make the key durable, seal, index, commit with the log.

use crate::{
    Error, Fields, Session,
    row::{Head, Row},
    session::Means,
    spaces,
};
use std::collections::{BTreeMap, HashSet};
use strongroom_audit::{Commit, Event, Fence, FenceChange, Guard};
use strongroom_envelope::sha256;
use strongroom_policy::{Cleared, KindSchema, Projection, Resource};
use strongroom_retention::EventName;
use strongroom_store::Batch;
use strongroom_types::{Action, ActorId, CustomerId, FieldName, Kind, RecordId, Timestamp};
use time::{Date, UtcOffset, macros::format_description};

/// Whose record it will be.
#[derive(Clone, PartialEq, Eq)]
pub enum Whose {
    /// A customer that the vault knows.
    Customer(CustomerId),
    /// The customer with this natural key (such as the customer number); the key is data and does not print.
    Key(String),
    /// A new customer, who gets a key of their own.
    New,
}

impl std::fmt::Debug for Whose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Customer(customer) => write!(f, "Customer({customer})"),
            Self::Key(_) => f.write_str("Key([redacted])"),
            Self::New => f.write_str("New"),
        }
    }
}

/// A record to be created.
#[derive(Debug, Clone)]
pub struct NewRecord {
    /// Of which kind.
    pub kind: Kind,
    /// Whose.
    pub customer: Whose,
    /// Its values.
    pub fields: Fields,
    /// Who owns it within the house; the creator if `None`.
    pub owner: Option<ActorId>,
    /// Its state; the first of the kind's states if `None`.
    pub state: Option<String>,
}

impl NewRecord {
    /// A record of `kind` with these values, owned by its creator.
    pub fn new(kind: Kind, customer: Whose, fields: Fields) -> Self {
        Self { kind, customer, fields, owner: None, state: None }
    }
}

/// What was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Created {
    /// The record.
    pub record: RecordId,
    /// Whose it is.
    pub customer: CustomerId,
}

/// A record made ready: everything but the commit.
pub(crate) struct Prepared {
    pub(crate) created: Created,
    changes: Batch,
    event: Event,
    guard: Option<Guard>,
    fence: Option<FenceChange>,
    unique: Option<(Kind, FieldName, Vec<u8>)>,
}

/// How many records, and how many bytes of them, one commit of many takes at most: well below the limits of a batch,
/// since the log adds its own rows.
const GROUP_RECORDS: usize = 128;
const GROUP_BYTES: usize = 160 * 1024;

impl<'v> Session<'v> {
    /// Creates a record.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::Record`] for values that the schema refuses, [`Error::Duplicate`] for a natural key
    /// that another record has, [`Error::NotFound`] for an unknown customer.
    pub fn create(&self, new: NewRecord) -> Result<Created, Error> {
        let prepared = self.prepare(new, Action::Create, None)?;
        self.commit_prepared(prepared)
    }

    /// Creates many records, such as the rows of a file, in few durable commits. One answer for each, in order; a row
    /// that is refused does not keep the others out.
    pub fn import(&self, rows: Vec<NewRecord>) -> Vec<Result<Created, Error>> {
        let newborn = rows.iter().filter(|row| self.may_be_born(row)).count();
        let mut ids = match self.birth(newborn) {
            Ok(ids) => ids.into_iter(),
            Err(error) => {
                let message = error.to_string();
                return rows.iter().map(|_| Err(Error::Config(message.clone()))).collect();
            }
        };
        let mut answers: Vec<Result<Created, Error>> = Vec::with_capacity(rows.len());
        let mut group: Vec<Prepared> = Vec::new();
        let mut keys: HashSet<Vec<u8>> = HashSet::new();
        let mut bytes = 0_usize;
        for row in rows {
            let id = if self.may_be_born(&row) { ids.next() } else { None };
            let prepared = match self.prepare(row, Action::Import, id) {
                Ok(prepared) => prepared,
                Err(error) => {
                    // Order is kept: what waits goes in first.
                    self.commit_group(&mut group, &mut answers);
                    answers.push(Err(error));
                    continue;
                }
            };
            let clash = prepared.unique.as_ref().is_some_and(|(_, _, key)| !keys.insert(key.clone()));
            bytes = bytes.saturating_add(prepared.changes.bytes());
            if clash || group.len() >= GROUP_RECORDS || bytes > GROUP_BYTES {
                self.commit_group(&mut group, &mut answers);
                keys.clear();
                keys.extend(prepared.unique.as_ref().map(|(_, _, key)| key.clone()));
                bytes = prepared.changes.bytes();
            }
            group.push(prepared);
        }
        self.commit_group(&mut group, &mut answers);
        answers
    }

    /// Only who may import the kind at all has keys made for its new customers.
    fn may_be_born(&self, row: &NewRecord) -> bool {
        let subject = self.vault.config.policy.bind(&self.actor, &self.auth);
        row.customer == Whose::New && subject.has_grant(Action::Import, &row.kind)
    }

    /// Keys of new customers, durable before the first batch that needs them.
    fn birth(&self, count: usize) -> Result<Vec<CustomerId>, Error> {
        let ids = (0..count).map(|_| CustomerId::fresh(self.vault.random.as_ref()));
        let ids = ids.collect::<Result<Vec<_>, _>>()?;
        self.vault.keys.create_many(&ids, self.vault.now())?;
        Ok(ids)
    }

    fn prepare(&self, new: NewRecord, action: Action, born: Option<CustomerId>) -> Result<Prepared, Error> {
        let vault = self.vault;
        let now = vault.now();
        let schema = vault.config.kind(&new.kind)?;
        let texts = new.fields.iter().map(|(name, value)| (name.as_str(), value));
        vault.config.schema.check_record(&new.kind, texts).map_err(Error::Record)?;
        let state = initial_state(schema, new.state.as_deref())?;
        self.refuse_wholly(action, &new.kind)?;
        let known = self.whose(schema, &new.customer)?;
        let owner = new.owner.unwrap_or(self.actor.id);
        let cleared = self.clear_creation(action, schema, known, owner, state.as_deref())?;
        // An import brings in what its clerk may not read again; whoever creates by hand writes what they may see.
        if action == Action::Create {
            let projection = vault.projection(&cleared);
            writable(&projection, &new.kind, new.fields.iter().map(|(name, _)| name))?;
        }
        // Key before data: durable before the batch that needs it.
        let (customer, generation) = if let Some(customer) = known {
            (customer, vault.generation(customer)?)
        } else {
            let fresh = || CustomerId::fresh(vault.random.as_ref());
            let customer = born.map_or_else(fresh, Ok)?;
            (customer, vault.keys.create(customer, now)?.0)
        };
        let record = RecordId::fresh(now, vault.random.as_ref())?;
        let head = Head {
            customer,
            kind: new.kind.clone(),
            version: 1,
            schema_version: vault.config.schema.version(),
            label: vault.config.classify(schema, new.fields.iter()),
            owner: Some(owner),
            team: self.actor.team.clone(),
            state,
            restricted: false,
            triggers: self.triggers(&new.kind, &new.fields, now)?,
            tokens: self.tokens(schema, &new.fields)?,
        };
        let row = vault.seal(record, head, generation, &new.fields, None)?;
        let bytes = row.encode();
        let event = self.allowed(&cleared).record(new.kind, record).customer(customer);
        let event = event.sealed(sha256(&bytes)).version(1);
        let (mut changes, unique) = self.insertion(schema, record, &row, bytes);
        changes.append(vault.touch(customer, record, 1));
        changes.append(self.owed(&cleared, 1)?);
        let created = Created { record, customer };
        let (guard, fence) = match known {
            Some(customer) => (Some(Guard::Active { customer, generation: Some(generation) }), None),
            None => (None, Some(FenceChange::Open { customer })),
        };
        Ok(Prepared { created, changes, event, guard, fence, unique })
    }

    /// The customer that a record is to belong to; `None` for a new one.
    fn whose(&self, schema: &KindSchema, whose: &Whose) -> Result<Option<CustomerId>, Error> {
        let known = match (whose, schema.belongs_to()) {
            (Whose::New, None) => return Ok(None),
            (Whose::New, Some(parent)) => {
                let kind = schema.name();
                return Err(Error::Config(format!("a `{kind}` belongs to a `{parent}`: name the customer")));
            }
            (_, None) => {
                return Err(Error::Config(format!("a `{}` is a new customer of its own", schema.name())));
            }
            (Whose::Customer(customer), Some(_)) => *customer,
            (Whose::Key(key), Some(_)) => self.customer_of(schema, key)?,
        };
        self.vault.refuse_closed(known)?;
        Ok(Some(known))
    }

    fn clear_creation(
        &self,
        action: Action,
        schema: &KindSchema,
        known: Option<CustomerId>,
        owner: ActorId,
        state: Option<&str>,
    ) -> Result<Cleared<'v>, Error> {
        let mut resource = Resource::new(schema.name(), schema.label());
        resource.customer = known;
        // Whose customer it is decides over what is added to them; of an import the file's owner.
        resource.owner = match known {
            Some(customer) if action == Action::Create => {
                self.vault.main_record(customer)?.and_then(|(_, head)| head.owner)
            }
            _ => Some(owner),
        };
        resource.team = self.actor.team.as_deref();
        resource.state = state;
        let permit = self.decide(action, &resource)?;
        let means = if action == Action::Import { Means::ONE_OF_MANY } else { Means::SETTLED };
        self.clear(permit, means)
    }

    pub(crate) fn commit_prepared(&self, prepared: Prepared) -> Result<Created, Error> {
        let Prepared { created, changes, event, guard, fence, unique } = prepared;
        let mut commit = Commit::new(self.vault.durable).changes(changes).event(event);
        commit.guards.extend(guard);
        commit.fences.extend(fence);
        match self.vault.log.commit(self.vault.now(), commit) {
            Ok(_) => Ok(created),
            Err(strongroom_audit::LogError::Conflict(failed)) => match unique {
                // The only precondition of an insertion is that the natural key is free.
                Some((kind, field, _)) if !failed.is_empty() => Err(Error::Duplicate { kind, field }),
                _ => Err(Error::Conflict),
            },
            Err(error) => Err(error.into()),
        }
    }

    fn commit_group(&self, group: &mut Vec<Prepared>, answers: &mut Vec<Result<Created, Error>>) {
        if group.is_empty() {
            return;
        }
        let mut commit = Commit::new(self.vault.durable);
        for prepared in group.iter() {
            commit = commit.changes(prepared.changes.clone()).event(prepared.event.clone());
            commit.guards.extend(prepared.guard);
            commit.fences.extend(prepared.fence);
        }
        match self.vault.log.commit(self.vault.now(), commit) {
            Ok(_) => answers.extend(group.drain(..).map(|prepared| Ok(prepared.created))),
            // One of them is refused: one by one, so that the others go in.
            Err(_) => answers.extend(group.drain(..).map(|prepared| self.commit_prepared(prepared))),
        }
    }

    /// The rows that a new record adds, and the natural key that must be free.
    fn insertion(
        &self,
        schema: &KindSchema,
        record: RecordId,
        row: &Row,
        bytes: Vec<u8>,
    ) -> (Batch, Option<(Kind, FieldName, Vec<u8>)>) {
        let tenant = self.vault.tenant;
        let head = &row.head;
        let mut changes = Batch::new()
            .put(spaces::RECORD, spaces::record(tenant, record), bytes)
            .put(spaces::BY_CUSTOMER, spaces::by_customer(tenant, head.customer, record), head.kind.as_str())
            .put(spaces::BY_KIND, spaces::by_kind(tenant, &head.kind, record), *head.customer.as_bytes());
        let mut unique = None;
        for (field, token) in &head.tokens {
            let key = spaces::token(tenant, &head.kind, field, token);
            if schema.key() == Some(field) {
                changes = changes.require_absent(spaces::UNIQUE, key.clone()).put(
                    spaces::UNIQUE,
                    key.clone(),
                    *record.as_bytes(),
                );
                unique = Some((head.kind.clone(), field.clone(), key.clone()));
            }
            let entry = [key.as_slice(), record.as_bytes()].concat();
            changes = changes.put(spaces::INDEX, entry, *head.customer.as_bytes());
        }
        if let Some(key) = self.vault.due_key(record, head) {
            changes = changes.put(spaces::DUE, key, []);
        }
        (changes, unique)
    }

    /// The customer whose natural key this is. `schema` is of the record that is to belong to them.
    fn customer_of(&self, schema: &KindSchema, key: &str) -> Result<CustomerId, Error> {
        let vault = self.vault;
        let parent = schema.belongs_to().ok_or_else(|| {
            Error::Config(format!(
                "kind `{}` belongs to no other kind, so no key leads to its customer",
                schema.name()
            ))
        })?;
        let parent_schema = vault.config.kind(parent)?;
        let field = parent_schema.key().and_then(|key| parent_schema.field(key.as_str()));
        let field = field.ok_or_else(|| Error::Config(format!("kind `{parent}` has no natural key")))?;
        let token = spaces::token(vault.tenant, parent, field.name(), &vault.token(field, key)?);
        let record = vault.read().get(spaces::UNIQUE, &token)?.ok_or(Error::NotFound { what: "customer" })?;
        let record = record.try_into().map_err(|_| Error::Tampered { what: "an index row" })?;
        Ok(vault.row(RecordId::from_bytes(record))?.0.head.customer)
    }

    /// Index tokens of the indexed fields that have a value.
    pub(crate) fn tokens(
        &self,
        schema: &KindSchema,
        fields: &Fields,
    ) -> Result<Vec<(FieldName, strongroom_envelope::IndexToken)>, Error> {
        let indexed = schema.fields().iter().filter(|field| field.is_indexed());
        indexed
            .filter_map(|field| Some((field, fields.value(field.name().as_str())?)))
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(field, value)| Ok((field.name().clone(), self.vault.token(field, value)?)))
            .collect()
    }

    /// When the events happened that retention counts from: the collection, and what date fields say.
    pub(crate) fn triggers(
        &self,
        kind: &Kind,
        fields: &Fields,
        collected: Timestamp,
    ) -> Result<BTreeMap<String, Timestamp>, Error> {
        let house = &self.vault.config.house;
        let zone = UtcOffset::from_hms(house.zone_hours, 0, 0)
            .map_err(|_| Error::Config("`zone-hours` is no offset from UTC".to_owned()))?;
        let mut triggers = BTreeMap::from([(COLLECTED.to_owned(), collected)]);
        for hook in house.triggers.iter().filter(|hook| hook.kind == *kind) {
            let date = fields.value(hook.field.as_str()).and_then(parse_date);
            if let Some(date) = date {
                triggers.insert(EventName::as_str(&hook.event).to_owned(), Timestamp::start_of(date, zone));
            }
        }
        Ok(triggers)
    }
}

fn initial_state(schema: &KindSchema, wanted: Option<&str>) -> Result<Option<String>, Error> {
    match wanted {
        None => Ok(schema.states().first().cloned()),
        Some(state) if schema.states().iter().any(|known| known == state) => Ok(Some(state.to_owned())),
        Some(state) => Err(Error::Config(format!("kind `{}` has no state `{state}`", schema.name()))),
    }
}

/// Nobody writes what they may not see.
pub(crate) fn writable<'f>(
    projection: &Projection<'_>,
    kind: &Kind,
    mut fields: impl Iterator<Item = &'f FieldName>,
) -> Result<(), Error> {
    match fields.find(|field| !projection.may_write(field.as_str())) {
        Some(field) => Err(Error::FieldWithheld { kind: kind.clone(), field: field.clone(), verb: "write" }),
        None => Ok(()),
    }
}

/// The event that every record has: it was collected.
const COLLECTED: &str = "collected";

fn parse_date(text: &str) -> Option<Date> {
    Date::parse(text.trim(), format_description!("[year]-[month]-[day]")).ok()
}

impl crate::Vault {
    /// The due-index key of a record, where something of it becomes due.
    pub(crate) fn due_key(&self, record: RecordId, head: &Head) -> Option<Vec<u8>> {
        let item = self.item(record, head)?;
        let due = self.config.schedule.next_due(&item)?;
        Some([spaces::tenant(self.tenant).as_slice(), &strongroom_retention::due_key(due, record)].concat())
    }

    /// Whether a fence lets ordinary work on its customer go on.
    pub(crate) fn is_open(fence: Option<&Fence>) -> bool {
        matches!(fence, Some(Fence::Active { .. }))
    }
}
