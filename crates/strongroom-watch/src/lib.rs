#![doc = include_str!("../README.md")]

mod bulk;
mod observation;
mod settings;
mod snapshot;
mod window;

pub use bulk::BulkAccess;
pub use observation::{Alert, Observation, Severity};
pub use settings::{
    ACTORS_MAX, BulkRule, BulkSettings, Measure, RULES_MAX, SettingsError, THRESHOLD_MAX, WINDOW_SECONDS_MAX,
};
pub use snapshot::{BulkSnapshot, ResumeError};
