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
pub use flow::*;
#[cfg(feature = "folder")]
pub use folder::{Folder, FolderError, FolderOptions, Texts, config as read_config};
pub use notice::{Notice, NoticeKind};
pub use session::Session;
pub use unreleased::{Shown, View};
pub use vault::{OpenError, Parts, Vault};
