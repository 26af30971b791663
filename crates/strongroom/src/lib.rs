#![doc = include_str!("../README.md")]

mod adapters;
#[cfg(feature = "check")]
mod check;
mod clock;
mod codec;
mod config;
mod denials;
mod error;
mod fields;
mod flow;
#[cfg(feature = "folder")]
mod folder;
#[cfg(feature = "folder")]
mod home;
mod notice;
mod owed;
mod row;
mod session;
mod spaces;
#[cfg(feature = "folder")]
mod transfer;
mod unreleased;
mod vault;

#[cfg(feature = "check")]
pub use check::check_home;
pub use clock::SystemClock;
pub use config::{Config, House, HouseError, TriggerHook};
pub use error::Error;
pub use fields::Fields;
pub use flow::{
    Changes, ContractStep, Created, DOCUMENT_KIND, DataFinding, DocumentInfo, ExitPlan, ExitReport, Export,
    ExportRequest, HoldFinding, LIST_LIMIT_MAX, Left, Manifest, NewRecord, Page, Pending, Proven, Recovered,
    Released, Seen, Selection, SweepPlan, SweepReport, Turned, Verification, Whose, verify_certificate,
};
#[cfg(feature = "folder")]
pub use folder::{Folder, FolderError, FolderOptions, Texts, config as read_config};
#[cfg(feature = "folder")]
pub use home::{Home, HomeError, HomeParseError, HomeTrouble, Stores};
pub use notice::{Notice, NoticeKind};
pub use session::Session;
#[cfg(feature = "folder")]
pub use transfer::{MoveError, MoveProgress, Moved, copy_stores};
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
