//! Classification beyond the schema: labels of what it does not know, labels on other scales, labels that come down, and
//! fields that should not be there.

mod downgrade;
mod findings;
mod mapping;
mod minimise;

pub use downgrade::{DowngradeError, DowngradeRequest, Downgraded};
pub use findings::{Classified, FindingRule, FindingRules, Sighting};
pub use mapping::{LevelMapping, MappingError};
pub use minimise::{FieldIssue, Minimisation};

#[cfg(test)]
mod tests;
