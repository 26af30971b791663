//! The table of everything that is planted, with its words.

mod asia;
mod china;
mod common;
mod harbour;
mod tech;
mod west;

use super::spec::Spec;

/// Every kind of value of the first tier.
pub(super) fn all() -> impl Iterator<Item = &'static Spec> {
    [china::SPECS, harbour::SPECS, common::SPECS, asia::SPECS, west::SPECS, tech::SPECS].into_iter().flatten()
}
