//! Goal: whatever moment a process dies at, what it acknowledged is there with its entry in the log, what it did not is
//! either wholly there or not at all, and the vault goes on. Method: this binary starts itself again as a worker on a
//! folder, kills it, or lets it stop itself between two commits, and looks at what is left.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what fails here fails the test"
)]

mod job;
mod orderings;
mod rounds;
mod scenes;
mod workload;

/// The worker, when this binary was started as one; otherwise the proof that a worker without a job does nothing.
#[test]
fn worker() {
    let Some(job) = job::given() else { return };
    match job.work {
        job::Work::Mixed { .. } => workload::run(&job),
        job::Work::Scene { .. } => scenes::act(&job),
    }
    job::say(&job::Said::Done { commits: 0 });
}
