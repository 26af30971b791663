//! Goal: every operation beside its physical limit, as one line that an eye and a script can read.
//! Method: both in turns in one process, medians of the rounds; `../../README.md` says how to read the lines.
//! It reports and never fails for slowness; it does fail where it would measure something else than it says.

mod audit;
mod corpus;
mod dlp;
mod engine;
mod envelope;
mod policy;
mod retention;
mod store;
mod vault;

use strongroom_benches::{Fault, Figures};

fn main() -> Result<(), Fault> {
    let Some(figures) = Figures::from_args() else { return Ok(()) };
    dlp::run(&figures)?;
    policy::run(&figures)?;
    envelope::run(&figures)?;
    audit::run(&figures)?;
    store::run(&figures)?;
    retention::run(&figures)?;
    vault::run(&figures)
}
