#![doc = include_str!("../README.md")]

mod action;
mod digest;
mod id;
mod label;
mod name;
mod time;
mod world;

pub use action::{Action, UnknownAction};
pub use digest::{Digest, DigestError};
pub use id::{ActorId, ApprovalId, CaseId, CustomerId, HoldId, IdError, KeyId, RecordId, TenantId};
pub use label::{Categories, Category, Label, Level, LevelScale, ScaleError, UnknownCategory};
pub use name::{FieldName, Kind, NAME_BYTES_MAX, NameError, Purpose, RoleName, RuleId, Zone};
pub use time::{Timestamp, TimestampError};
pub use world::{Clock, FixedClock, Random, RandomError};
