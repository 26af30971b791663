#![doc = include_str!("../README.md")]

mod adapters;
mod clock;
mod codec;
mod config;
mod denials;
mod error;
mod fields;
mod flow;
#[cfg(feature = "folder")]
mod folder;
mod notice;
mod row;
mod session;
mod spaces;
mod unreleased;
mod vault;

pub use clock::SystemClock;
pub use config::{Config, House, HouseError, TriggerHook};
pub use error::Error;
pub use fields::Fields;
pub use flow::{
    Changes, ContractStep, Created, DOCUMENT_KIND, DataFinding, DocumentInfo, ExitPlan, ExitReport, Export,
    ExportRequest, HoldFinding, LIST_LIMIT_MAX, Manifest, NewRecord, Page, Pending, Proven, Recovered,
    Released, Seen, Selection, SweepPlan, SweepReport, Turned, Verification, Whose, verify_certificate,
};
#[cfg(feature = "folder")]
pub use folder::{Folder, FolderError, FolderOptions, Texts, config as read_config};
pub use notice::{Notice, NoticeKind};
pub use session::Session;
pub use unreleased::{Shown, View};
pub use vault::{OpenError, Parts, Vault};

// One dependency is enough: the leaves, each under its own noun.
pub use strongroom_audit as audit;
pub use strongroom_cases as cases;
pub use strongroom_dlp as dlp;
pub use strongroom_envelope as envelope;
pub use strongroom_policy as policy;
pub use strongroom_retention as retention;
pub use strongroom_store as store;
#[cfg(feature = "folder")]
pub use strongroom_store_sled as store_sled;
pub use strongroom_types as types;
pub use strongroom_watch as watch;
