//! What the rules are applied to: one record, as the host sees it.

use crate::{ClassName, EventName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use strongroom_types::{CustomerId, FieldName, Kind, RecordId, Timestamp};

/// A record, its classes and the events that happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The record.
    pub record: RecordId,
    /// Whose data it is.
    pub customer: CustomerId,
    /// The kind of record.
    pub kind: Kind,
    /// The record's retention class.
    pub class: ClassName,
    /// The record's fields. May be empty where every field has the record's class.
    #[serde(default)]
    pub fields: Vec<FieldItem>,
    /// Which events happened, and when. An instant in the future is an event that is known to come.
    #[serde(default)]
    pub triggers: BTreeMap<EventName, Timestamp>,
    /// Until when the record may not be erased, whatever the rules say.
    #[serde(default)]
    pub locks: Vec<Lock>,
}

/// One field of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldItem {
    /// The field.
    pub name: FieldName,
    /// Its retention class, often the record's.
    pub class: ClassName,
}

impl Item {
    /// A record without fields of their own class, events or locks.
    pub const fn new(record: RecordId, customer: CustomerId, kind: Kind, class: ClassName) -> Self {
        Self {
            record,
            customer,
            kind,
            class,
            fields: Vec::new(),
            triggers: BTreeMap::new(),
            locks: Vec::new(),
        }
    }
}

/// A lock: the record may not be erased before an instant. It can be extended, never shortened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    until: Timestamp,
}

/// The lock would be shortened; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the lock runs until {locked_until} and can only be extended")]
pub struct LockError {
    /// Until when the lock runs.
    pub locked_until: Timestamp,
}

impl Lock {
    /// A lock until this instant.
    pub const fn new(until: Timestamp) -> Self {
        Self { until }
    }

    /// Until when.
    pub const fn until(self) -> Timestamp {
        self.until
    }

    /// The lock until a later instant (or the same).
    pub fn extend(self, until: Timestamp) -> Result<Self, LockError> {
        if until < self.until {
            return Err(LockError { locked_until: self.until });
        }
        Ok(Self { until })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_only_extends() {
        let lock = Lock::new(Timestamp::from_unix_micros(10));
        assert_eq!(lock.extend(Timestamp::from_unix_micros(11)).unwrap().until().unix_micros(), 11);
        assert_eq!(lock.extend(lock.until()), Ok(lock));
        assert_eq!(
            lock.extend(Timestamp::from_unix_micros(9)),
            Err(LockError { locked_until: lock.until() })
        );
    }
}
