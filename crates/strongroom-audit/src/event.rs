//! What a caller asks the log to record.

use crate::{EventName, FactName};
use std::{collections::BTreeMap, fmt};
use strongroom_types::{
    ActorId, ApprovalId, CaseId, CustomerId, Digest, HoldId, KeyId, Kind, Purpose, RecordId, RuleId,
    Timestamp, Zone,
};
use uuid::Uuid;

/// What the policy said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Go ahead.
    Allow,
    /// Do not.
    Deny,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was tried and did not succeed.
    Failed,
    /// It is about to be done; another entry tells the end.
    Intended,
    /// It was not tried.
    Refused,
}

/// A typed value beside an event. There is no free text among them on purpose: an entry can never be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactValue {
    /// A SHA-256 digest. Of personal data only under a secret salt: anyone can try a phone number's digest.
    Digest(Digest),
    /// An id.
    Id(Uuid),
    /// A word of the program or its configuration.
    Name(FactName),
    /// A number.
    Number(u64),
    /// An instant.
    Time(Timestamp),
}

macro_rules! facts {
    ($($from:ident => $variant:ident $convert:expr;)*) => {$(
        impl From<$from> for FactValue {
            fn from(value: $from) -> Self {
                Self::$variant($convert(value))
            }
        }
    )*};
}

facts! {
    Digest => Digest std::convert::identity;
    FactName => Name std::convert::identity;
    Timestamp => Time std::convert::identity;
    Uuid => Id std::convert::identity;
    u64 => Number std::convert::identity;
    ActorId => Id ActorId::uuid;
    ApprovalId => Id ApprovalId::uuid;
    CaseId => Id CaseId::uuid;
    CustomerId => Id CustomerId::uuid;
    HoldId => Id HoldId::uuid;
    KeyId => Id KeyId::uuid;
    RecordId => Id RecordId::uuid;
}

/// Something that happened: who, what, on which object, why, with what outcome. When, the log adds.
///
/// Everything but `detail` goes into the entry, which lasts as long as the log: ids and names, never personal data.
/// `detail` is for personal data and free text: it is sealed under the customer's log-detail key (the tenant's where
/// no customer is named) and can be erased; the entry keeps a salted commitment to each field.
#[derive(Clone, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub name: EventName,
    /// Who did it.
    pub actor: ActorId,
    /// On whose behalf, where that is somebody else.
    pub on_behalf: Option<ActorId>,
    /// Where from: a code, never a network address.
    pub zone: Option<Zone>,
    /// The kind of the object.
    pub kind: Option<Kind>,
    /// The object.
    pub record: Option<RecordId>,
    /// The customer it is about.
    pub customer: Option<CustomerId>,
    /// The customers it is about, where they are many: everybody on a page that was listed.
    pub customers: Vec<CustomerId>,
    /// Why.
    pub purpose: Option<Purpose>,
    /// The approval it rests on.
    pub approval: Option<ApprovalId>,
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// What the policy said.
    pub decision: Option<Decision>,
    /// The rules that said so.
    pub rules: Vec<RuleId>,
    /// How it ended.
    pub outcome: Outcome,
    /// SHA-256 of the sealed record that was written.
    pub sealed: Option<Digest>,
    /// The version of the record.
    pub version: Option<u64>,
    /// How many: records listed, denials coalesced.
    pub count: Option<u64>,
    /// Further typed facts.
    pub facts: BTreeMap<FactName, FactValue>,
    /// Personal data and free text, sealed apart from the entry.
    pub detail: BTreeMap<FactName, String>,
}

macro_rules! setters {
    ($($(#[$doc:meta])* $field:ident: $type:ty;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $field(mut self, $field: $type) -> Self {
            self.$field = Some($field);
            self
        }
    )*};
}

impl Event {
    /// An event that was done, with nothing more said of it yet.
    pub fn new(name: impl Into<EventName>, actor: ActorId) -> Self {
        Self {
            name: name.into(),
            actor,
            on_behalf: None,
            zone: None,
            kind: None,
            record: None,
            customer: None,
            customers: Vec::new(),
            purpose: None,
            approval: None,
            case: None,
            decision: None,
            rules: Vec::new(),
            outcome: Outcome::Done,
            sealed: None,
            version: None,
            count: None,
            facts: BTreeMap::new(),
            detail: BTreeMap::new(),
        }
    }

    setters! {
        /// On whose behalf.
        on_behalf: ActorId;
        /// Where from.
        zone: Zone;
        /// The kind of the objects, where there is not one record.
        kind: Kind;
        /// The customer it is about.
        customer: CustomerId;
        /// Why.
        purpose: Purpose;
        /// The approval it rests on.
        approval: ApprovalId;
        /// The case it belongs to.
        case: CaseId;
        /// What the policy said.
        decision: Decision;
        /// SHA-256 of the sealed record that was written.
        sealed: Digest;
        /// The version of the record.
        version: u64;
        /// How many.
        count: u64;
    }

    /// The object, and its kind.
    #[must_use]
    pub fn record(mut self, kind: Kind, record: RecordId) -> Self {
        self.kind = Some(kind);
        self.record = Some(record);
        self
    }

    /// The customers it is about, where they are many; sorted, each once. About 1,600 fit one entry.
    #[must_use]
    pub fn customers(mut self, customers: impl IntoIterator<Item = CustomerId>) -> Self {
        self.customers.extend(customers);
        self.customers.sort_unstable();
        self.customers.dedup();
        self
    }

    /// The rules behind the decision, after those already named.
    #[must_use]
    pub fn rules(mut self, rules: impl IntoIterator<Item = RuleId>) -> Self {
        self.rules.extend(rules);
        self
    }

    /// How it ended.
    #[must_use]
    pub const fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// A further typed fact.
    #[must_use]
    pub fn fact(mut self, name: FactName, value: impl Into<FactValue>) -> Self {
        self.facts.insert(name, value.into());
        self
    }

    /// A field of personal data or free text, which is sealed apart from the entry.
    #[must_use]
    pub fn detail(mut self, name: FactName, value: impl Into<String>) -> Self {
        self.detail.insert(name, value.into());
        self
    }
}

// The values of the detail are personal data.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("name", &self.name)
            .field("actor", &self.actor)
            .field("customer", &self.customer)
            .field("customers", &self.customers)
            .field("record", &self.record)
            .field("decision", &self.decision)
            .field("outcome", &self.outcome)
            .field("detail", &format_args!("[redacted] in {} field(s)", self.detail.len()))
            .finish_non_exhaustive()
    }
}
