//! What a worker is told, and what it says. One line per acknowledged action, written after the call returned.

use serde::{Deserialize, Serialize};
use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use strongroom_types::{ActorId, ApprovalId, CaseId, CustomerId, Digest, HoldId, Kind, RecordId};

/// The job of a worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) folder: PathBuf,
    /// Where its clock stands.
    pub(crate) now: String,
    pub(crate) work: Work,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Work {
    /// Everything at once from several threads, until killed.
    Mixed { seed: u64, round: u32 },
    /// One flow, stopped at one of its commits.
    Scene { scene: Scene, stop: Stop, players: Cast },
}

/// A flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Scene {
    Create,
    View,
    Release,
    Exit,
    Turn,
    Hold,
}

/// Where a scene stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stop {
    Before(u64),
    After(u64),
    Never,
}

/// Who and what a scene is about.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Cast {
    pub(crate) customer: Option<CustomerId>,
    pub(crate) record: Option<RecordId>,
    pub(crate) others: Vec<RecordId>,
    pub(crate) kept: Option<RecordId>,
    pub(crate) approval: Option<ApprovalId>,
    pub(crate) case: Option<CaseId>,
}

/// A line of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Said {
    Attached { record: RecordId, customer: CustomerId, digest: Digest },
    Created { record: RecordId, customer: CustomerId, kind: Kind, phone: Option<String> },
    Denied { actor: ActorId, record: RecordId },
    Done { commits: u64 },
    ExitBegun { customer: CustomerId },
    Exited { customer: CustomerId, case: CaseId },
    Failed { what: String, error: String },
    HoldPlaced { hold: HoldId },
    HoldReleased { hold: HoldId },
    HoldReleasing { hold: HoldId },
    Listed { actor: ActorId },
    Ready,
    Released { approval: ApprovalId, digest: Digest },
    Searched { actor: ActorId },
    Turned { to: u32 },
    Updated { record: RecordId, version: u64, phone: String },
    Viewed { actor: ActorId, record: RecordId, phone: String },
}

/// The job of this process, if it is a worker.
pub(crate) fn given() -> Option<Job> {
    env::var(JOB).ok().map(|json| serde_json::from_str(&json).unwrap())
}

/// One write per line, so that a line seen is a line said.
pub(crate) fn say(said: &Said) {
    let line = format!("\n{MARK}{}\n", serde_json::to_string(said).unwrap());
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes()).and_then(|()| out.flush()).unwrap();
}

/// A worker at work.
pub(crate) struct Worker {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Worker {
    pub(crate) fn start(job: &Job) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["worker", "--exact", "--nocapture", "--test-threads=1"])
            .env(JOB, serde_json::to_string(job).unwrap())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// The next line, `None` at the end. A line that was cut by the death of its writer was never said.
    pub(crate) fn next(&mut self) -> Option<Said> {
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).unwrap_or(0) == 0 {
                return None;
            }
            let Some(json) = line.strip_prefix(MARK) else { continue };
            if let Ok(said) = serde_json::from_str(json) {
                return Some(said);
            }
        }
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// What it still says, once it is gone; and whether it ended by itself and well.
    pub(crate) fn rest(mut self) -> (Vec<Said>, bool) {
        let rest = std::iter::from_fn(|| self.next()).collect();
        let well = self.child.wait().unwrap().success();
        (rest, well)
    }
}

/// A job for a folder.
pub(crate) fn job(folder: &Path, now: &str, work: Work) -> Job {
    Job { folder: folder.to_owned(), now: now.to_owned(), work }
}

const JOB: &str = "STRONGROOM_TEST_JOB";
const MARK: &str = "said ";
