//! Where everything lies: the spaces of the data store and of the key store, and the keys in them.
//!
//! Every key starts with the tenant, so that tenants scale out sideways. `docs/format.md` has the table.

use crate::codec::Writer;
use strongroom_envelope::IndexToken;
use strongroom_store::Space;
use strongroom_types::{
    ActorId, ApprovalId, CaseId, CustomerId, FieldName, HoldId, Kind, RecordId, RuleId, TenantId, Timestamp,
};

// Ids 1 to 15 of the data store belong to `strongroom-audit`, those of the key store to `strongroom-envelope`.

/// Sealed records, by record.
pub(crate) const RECORD: Space = Space::mutable(16, "record");
/// Which records a customer has.
pub(crate) const BY_CUSTOMER: Space = Space::mutable(17, "by-customer");
/// Which records of a kind there are.
pub(crate) const BY_KIND: Space = Space::mutable(18, "by-kind");
/// Blind index: which records have a value.
pub(crate) const INDEX: Space = Space::mutable(19, "index");
/// Blind index of natural keys: at most one record each.
pub(crate) const UNIQUE: Space = Space::mutable(20, "unique");
/// Sealed chunks of documents.
pub(crate) const CHUNK: Space = Space::mutable(21, "chunk");
/// Legal holds.
pub(crate) const HOLD: Space = Space::mutable(22, "hold");
/// Approvals, by id.
pub(crate) const APPROVAL: Space = Space::mutable(23, "approval");
/// Sealed parts of staged exports, by approval.
pub(crate) const STAGED: Space = Space::mutable(24, "staged");
/// Cases, by id.
pub(crate) const CASE: Space = Space::mutable(25, "case");
/// Purges in progress, sealed under a key that goes when they end.
pub(crate) const PURGE: Space = Space::mutable(26, "purge");
/// Records by the date they are due.
pub(crate) const DUE: Space = Space::mutable(27, "due");
/// Certificates of what was purged, by case.
pub(crate) const CERTIFICATE: Space = Space::mutable(28, "certificate");
/// Alerts of the watch, by time.
pub(crate) const ALERT: Space = Space::mutable(29, "alert");

/// What was last written about a customer: a purge that was planned before it finds another value and begins anew.
pub(crate) const TOUCH: Space = Space::mutable(30, "touch");
/// Customers whose access is closed, and by which exit.
pub(crate) const CLOSED: Space = Space::mutable(31, "closed");
/// How often somebody used a grant that counts, by rule and actor.
pub(crate) const TALLY: Space = Space::mutable(32, "tally");
/// Who has left, and when.
pub(crate) const DEPARTED: Space = Space::mutable(33, "departed");

/// Erasure ledger, in the key store: what was condemned, written before anything is destroyed.
pub(crate) const LEDGER: Space = Space::append_only(16, "erasure-ledger");

/// All spaces of the data store, for whoever copies it.
#[cfg(feature = "folder")]
pub(crate) fn data() -> Vec<Space> {
    let own = [
        RECORD,
        BY_CUSTOMER,
        BY_KIND,
        INDEX,
        UNIQUE,
        CHUNK,
        HOLD,
        APPROVAL,
        STAGED,
        CASE,
        PURGE,
        DUE,
        CERTIFICATE,
        ALERT,
        TOUCH,
        CLOSED,
        TALLY,
        DEPARTED,
    ];
    strongroom_audit::SPACES.iter().copied().chain(own).collect()
}

/// All spaces of the key store.
#[cfg(feature = "folder")]
pub(crate) fn keys() -> Vec<Space> {
    strongroom_envelope::SPACES.iter().copied().chain([LEDGER]).collect()
}

/// The tenant's part of any space.
pub(crate) fn tenant(tenant: TenantId) -> Vec<u8> {
    tenant.as_bytes().to_vec()
}

/// A tenant's row of some id.
pub(crate) fn row(tenant: TenantId, id: &[u8; 16]) -> Vec<u8> {
    [tenant.as_bytes().as_slice(), id].concat()
}

/// [`TALLY`].
pub(crate) fn tally(tenant: TenantId, rule: &RuleId, actor: ActorId) -> Vec<u8> {
    Writer::new().id(tenant.as_bytes()).text(rule.as_str()).id(actor.as_bytes()).finish()
}

/// [`RECORD`].
pub(crate) fn record(tenant: TenantId, id: RecordId) -> Vec<u8> {
    row(tenant, id.as_bytes())
}

/// [`TOUCH`], [`CLOSED`], and [`BY_CUSTOMER`] of all of a customer's records.
pub(crate) fn customer(tenant: TenantId, customer: CustomerId) -> Vec<u8> {
    row(tenant, customer.as_bytes())
}

/// [`BY_CUSTOMER`], of one record.
pub(crate) fn by_customer(tenant: TenantId, owner: CustomerId, record: RecordId) -> Vec<u8> {
    [customer(tenant, owner).as_slice(), record.as_bytes()].concat()
}

/// [`BY_KIND`], of all records of a kind.
pub(crate) fn kind(tenant: TenantId, kind: &Kind) -> Vec<u8> {
    Writer::new().id(tenant.as_bytes()).text(kind.as_str()).finish()
}

/// [`BY_KIND`], of one record. Records sort by their birth.
pub(crate) fn by_kind(tenant: TenantId, of: &Kind, record: RecordId) -> Vec<u8> {
    [kind(tenant, of).as_slice(), record.as_bytes()].concat()
}

/// [`UNIQUE`], or [`INDEX`] of all records that have the value behind `token`.
pub(crate) fn token(tenant: TenantId, kind: &Kind, field: &FieldName, token: &IndexToken) -> Vec<u8> {
    let key = Writer::new().id(tenant.as_bytes()).text(kind.as_str()).text(field.as_str());
    key.id(token.as_bytes()).finish()
}

/// [`CHUNK`], of one document.
pub(crate) fn chunk(tenant: TenantId, document: RecordId, index: u64) -> Vec<u8> {
    [record(tenant, document).as_slice(), &index.to_be_bytes()].concat()
}

/// [`STAGED`], of one part of a staged export.
pub(crate) fn staged(tenant: TenantId, approval: ApprovalId, part: u32) -> Vec<u8> {
    [row(tenant, approval.as_bytes()).as_slice(), &part.to_be_bytes()].concat()
}

/// [`HOLD`].
pub(crate) fn hold(tenant: TenantId, id: HoldId) -> Vec<u8> {
    row(tenant, id.as_bytes())
}

/// [`CASE`], [`PURGE`] and [`CERTIFICATE`].
pub(crate) fn case(tenant: TenantId, id: CaseId) -> Vec<u8> {
    row(tenant, id.as_bytes())
}

/// [`ALERT`]. Sorts by time.
pub(crate) fn alert(tenant: TenantId, at: Timestamp, serial: u64) -> Vec<u8> {
    let micros = at.unix_micros().cast_unsigned() ^ (1 << 63);
    [tenant.as_bytes().as_slice(), &micros.to_be_bytes(), &serial.to_be_bytes()].concat()
}

#[cfg(all(test, feature = "folder"))]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn whoever_copies_a_vault_copies_every_space_of_it() {
        let defined =
            include_str!("spaces.rs").lines().filter(|line| line.starts_with("pub(crate) const ")).count();
        assert!(defined > 10, "{defined} lines define a space");
        let own =
            data().len() - strongroom_audit::SPACES.len() + keys().len() - strongroom_envelope::SPACES.len();
        assert_eq!(own, defined, "a space that is defined here is in neither list");
        for list in [data(), keys()] {
            let ids: BTreeSet<u8> = list.iter().map(|space| space.id()).collect();
            assert_eq!(ids.len(), list.len(), "no id is given twice in one store");
        }
    }
}
