//! One file per flow, each read from top to bottom.

mod approval;
mod contract;
mod create;
mod document;
mod exit;
mod export;
mod hold;
mod inventory;
mod list;
mod offboard;
mod prove;
mod purge;
mod rotate;
mod search;
mod sweep;
mod update;
mod view;

pub use approval::Pending;
pub use contract::ContractStep;
pub use create::{Created, NewRecord, Whose};
pub use document::{DOCUMENT_KIND, DocumentInfo};
pub use exit::{ExitPlan, ExitReport};
pub use export::{Export, ExportRequest, Manifest, Released, Selection};
pub use list::{LIST_LIMIT_MAX, Page};
pub use offboard::Left;
pub use prove::{DataFinding, HoldFinding, Proven, Seen, Verification, verify_certificate};
pub use purge::Recovered;
pub use rotate::Turned;
pub use sweep::{SweepPlan, SweepReport};
pub use update::Changes;

// For the adapters.
pub(crate) use exit::ACCOUNT_CLOSED;
pub(crate) use export::part_of;
pub(crate) use list::record_of;
pub(crate) use purge::{CERTIFICATE, case_customer, case_key, port_error};
