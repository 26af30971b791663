#![doc = include_str!("../README.md")]

mod actor;
mod analyse;
mod answers;
mod bound;
mod builder;
mod cells;
mod check;
mod classify;
mod compile;
mod condition;
mod decide;
mod denial;
mod directory;
mod error;
mod explain;
mod filter;
mod hours;
mod intern;
mod live;
mod mask;
mod permit;
mod policy;
mod projection;
mod reverse;
mod role_set;
mod schema;
mod tables;
#[cfg(feature = "toml")]
mod text;
mod usage;
mod words;

#[cfg(all(test, feature = "toml"))]
mod tests;

pub use actor::{Actor, ActorProblem, ApproverRefused, AuthContext, Lent, Related, Request, Resource};
pub use analyse::{Change, DiffError, Fate, Lint, Outcome, PolicyDiff, Replayed, Simulation, Witness};
pub use bound::{Bound, Target};
pub use check::{RecordFault, RecordProblem, VALUE_BYTES_MAX};
pub use classify::{
    Classified, DowngradeError, DowngradeRequest, Downgraded, FieldIssue, FindingRule, FindingRules,
    LevelMapping, MappingError, Minimisation, Sighting,
};
pub use compile::{ROLES_MAX, RULES_MAX, TABLE_ENTRIES_MAX};
pub use decide::{Decision, Refusal};
pub use denial::{Denial, Miss, Reason};
pub use directory::{
    Assignment, Delegation, DelegationFault, Directory, DirectoryProblem, Estate, Offboarded, Owned, Person,
};
pub use error::{ConfigError, ConfigProblem, Place};
pub use explain::{Considered, Explanation};
pub use filter::{Columns, Filter, Inexpressible};
pub use intern::NAMES_MAX;
pub use live::{LivePolicy, Superseded, Version};
pub use mask::{Mask, MaskRule, Pseudonyms};
pub use permit::{Cleared, Obligation, Permit};
pub use policy::{
    Day, DelegationRule, Deny, DenyWhen, Grant, Hours, ObligationRule, Policy, Requirement, Role, Separation,
    When,
};
pub use projection::{Projected, Projection};
pub use reverse::{Reach, Roster, WhoCan};
pub use schema::{
    Column, FIELDS_MAX, FieldSchema, FieldType, KIND_VAULT, KINDS_MAX, KindSchema, Schema, Title,
};
pub use tables::CompiledPolicy;
#[cfg(feature = "toml")]
pub use text::CONFIG_BYTES_MAX;
pub use usage::{
    AccessReview, Dormant, Duties, Proof, ReviewError, ReviewItem, ReviewState, RoleUse, Suggestion,
    UnusedGrant, Usage, UsageLog, UsageReport, Verdict,
};
