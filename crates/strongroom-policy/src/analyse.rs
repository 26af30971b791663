//! Questions about a policy as a whole, answered exactly: what a change gives and takes, and which rules do nothing.
//!
//! Every condition looks at one attribute of a request, and the conditions of a few rules tell only so many values of it
//! apart. So the requests that a cell (kind and action) can meet fall into finitely many classes, and "is there a request
//! that .." is a search among these, which ends and, where it finds one, has a witness to show.

mod cell;
mod diff;
mod formula;
mod lint;
mod simulate;
mod space;
mod witness;

pub use diff::{Change, DiffError, Outcome, PolicyDiff};
pub use lint::Lint;
pub use simulate::{Fate, Replayed, Simulation};
pub use witness::Witness;
