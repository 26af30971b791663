//! What there is of a customer, as retention sees it.

use crate::{
    Error, Vault,
    flow::list::record_of,
    row::{Head, Row},
    spaces,
};
use std::collections::BTreeMap;
use strongroom_policy::{FieldSchema, KindSchema};
use strongroom_retention::{ClassName, EventName, FieldItem, Item};
use strongroom_store::{KeyRange, ReadExt};
use strongroom_types::{CustomerId, RecordId, Timestamp};

impl Vault {
    /// Every record of a customer.
    pub(crate) fn records_of(&self, customer: CustomerId) -> Result<Vec<(RecordId, Row)>, Error> {
        let mut records = Vec::new();
        let range = KeyRange::prefix(&spaces::customer(self.tenant, customer));
        self.read().for_each(spaces::BY_CUSTOMER, &range, |key, _| {
            let record = record_of(key)?;
            records.push((record, self.row(record)?.0));
            Ok::<_, Error>(true)
        })?;
        Ok(records)
    }

    /// The customer's own record: the first of a kind that belongs to no other.
    pub(crate) fn main_record(&self, customer: CustomerId) -> Result<Option<(RecordId, Head)>, Error> {
        let main = self.records_of(customer)?.into_iter().find(|(_, row)| {
            self.config.schema.kind(&row.head.kind).is_some_and(|kind| kind.belongs_to().is_none())
        });
        Ok(main.map(|(record, row)| (record, row.head)))
    }

    /// A record as an item of retention; `None` where its kind has no retention class.
    pub(crate) fn item(&self, record: RecordId, head: &Head) -> Option<Item> {
        let schema = self.config.schema.kind(&head.kind)?;
        let class = ClassName::new(schema.retention()?).ok()?;
        let mut item = Item::new(record, head.customer, head.kind.clone(), class.clone());
        item.fields = field_items(schema, &class);
        item.triggers = triggers(&head.triggers);
        Some(item)
    }

    /// The inventory of a customer. `events` happened to all of it, such as the closing of the account.
    pub(crate) fn inventory(
        &self,
        customer: CustomerId,
        events: &BTreeMap<String, Timestamp>,
    ) -> Result<Vec<Item>, Error> {
        let mut items = Vec::new();
        for (record, row) in self.records_of(customer)? {
            let mut head = row.head;
            head.triggers.extend(events.iter().map(|(name, at)| (name.clone(), *at)));
            let item = self.item(record, &head).ok_or_else(|| {
                // Never purge or keep in silence what no rule speaks of.
                Error::Config(format!("kind `{}` has no retention class in the schema", head.kind))
            })?;
            items.push(item);
        }
        Ok(items)
    }
}

/// The fields, where any of them has a class other than the record's; a record that stands as one has none.
fn field_items(schema: &KindSchema, class: &ClassName) -> Vec<FieldItem> {
    let own = |field: &FieldSchema| field.retention().and_then(|name| ClassName::new(name).ok());
    if schema.fields().iter().all(|field| own(field).is_none_or(|own| own == *class)) {
        return Vec::new();
    }
    schema
        .fields()
        .iter()
        .map(|field| FieldItem {
            name: field.name().clone(),
            class: own(field).unwrap_or_else(|| class.clone()),
        })
        .collect()
}

fn triggers(heads: &BTreeMap<String, Timestamp>) -> BTreeMap<EventName, Timestamp> {
    heads.iter().filter_map(|(name, at)| Some((EventName::new(name).ok()?, *at))).collect()
}
