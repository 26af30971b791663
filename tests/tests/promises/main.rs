//! Goal: what the README promises about attackers and accidents, each promise with the nearest case in which a careless
//! search or check would see nothing. Method: real folders, looked at, copied, changed and put back from the outside.
#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "what fails here fails the test")]

mod accidents;
mod certificate;
mod full;
mod gone;
mod obligations;
mod syncs;
mod tampering;

use strongroom::{Created, Fields, NewRecord, Session, Vault, Whose};
use strongroom_cases::{ExitReason, ExitTrigger};
use strongroom_tests::{House, Person, field, kind};
use strongroom_types::{CaseId, CustomerId};

pub(crate) const NOW: &str = "2026-11-22T02:00:00Z";

pub(crate) fn customer(session: &Session<'_>, number: &str) -> Created {
    let fields = Fields::new()
        .with(field("customer_no"), number)
        .with(field("name"), "王小明")
        .with(field("phone"), "13800138000");
    session.create(NewRecord::new(kind("customer"), Whose::New, fields)).unwrap()
}

/// A whole exit, up to the provisional certificate.
pub(crate) fn exit(vault: &Vault, house: &House, customer: CustomerId, note: &str) -> CaseId {
    let (dpo, second) = (Person::DPO.at(vault, house), Person::SECOND_DPO.at(vault, house));
    let case = dpo.open_exit(customer, ExitTrigger::Manual, ExitReason::Price, Some(note)).unwrap();
    if dpo.plan_exit(case).unwrap().review_needed {
        second.review_exit(case).unwrap();
    }
    second.approve_exit(case).unwrap();
    dpo.run_exit(case).unwrap();
    case
}
