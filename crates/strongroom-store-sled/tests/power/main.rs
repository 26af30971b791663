//! Acknowledged batches survive a real power cut, as far as that can be had without pulling a plug: this binary starts
//! itself again as a writer, `strace` records every byte and every sync of its folder, and from the record the folder is
//! built again as a device may hold it when the power fails at some moment. Each such folder is opened and checked.
//!
//! The segments have the size that users have; the batches are large, so that the log comes round and what it replaces is
//! overwritten. The control takes one single sync out of the record and must find a loss.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "what fails here fails the test"
)]
#![cfg(unix)]

mod disk;
mod trace;

use disk::{Disk, Keep, Random};
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};
use strongroom_store::{Batch, Direction, Durability, KeyRange, Read, Space, Store};
use strongroom_store_sled::{Options, SledStore};
use tempfile::TempDir;
use trace::{Call, Event, Trace};
use uuid::Uuid;

const DATA: Space = Space::mutable(3, "data");
const LOG: Space = Space::append_only(4, "log");

const FOLDER: &str = "STRONGROOM_TEST_FOLDER";
const COMMITS: &str = "STRONGROOM_TEST_COMMITS";

/// Batches by each process. The second opens what the first left without closing it; the third opens what the second
/// closed.
const SESSIONS: [u32; 3] = [260, 150, 10];
const KEYS: u32 = 24;
const PIECES: u32 = 3;

/// The writer, when this binary was started as one; otherwise the proof that a writer without a folder does nothing.
#[test]
fn writer() {
    let Ok(folder) = env::var(FOLDER) else {
        assert!(env::var(COMMITS).is_err(), "commits were asked for without a folder");
        return;
    };
    let say = |line: String| {
        let mut out = std::io::stdout().lock();
        // One write per line, so that a line seen is a line said.
        out.write_all(format!("\n{line}\n").as_bytes()).and_then(|()| out.flush()).unwrap();
    };
    let store = open(Path::new(&folder)).unwrap();
    let (first, commits) = (entries(&store), env::var(COMMITS).unwrap().parse::<u32>().unwrap());
    for n in first..first + commits {
        store.commit(&batch(n), Durability::Power).unwrap();
        say(format!("ack {n}"));
    }
    if first == 0 {
        // As with a process that is killed: nothing is closed.
        let _left_open: &mut SledStore = Box::leak(Box::new(store));
    }
}

fn open(path: &Path) -> Result<SledStore, strongroom_store_sled::OpenError> {
    SledStore::open(path, Uuid::from_u128(1), Options::default()).map(|(store, _right)| store)
}

fn entries(store: &SledStore) -> u32 {
    let log = store.scan(LOG, &KeyRange::all(), Direction::Forward, 10_000).unwrap();
    assert!(
        log.iter().map(|(key, _)| key.clone()).eq((0u32..).map(|n| n.to_be_bytes().to_vec()).take(log.len()))
    );
    u32::try_from(log.len()).unwrap()
}

/// Batch `n` logs `n` and overwrites some of few keys: up to 384 KiB in values of up to 128 KiB.
fn batch(n: u32) -> Batch {
    (0..PIECES).fold(Batch::new().put(LOG, n.to_be_bytes(), "entry"), |batch, piece| {
        batch.put(DATA, key(n, piece).to_be_bytes(), value(n, piece))
    })
}

fn key(n: u32, piece: u32) -> u32 {
    (n * 7 + piece * 5) % KEYS
}

fn value(n: u32, piece: u32) -> Vec<u8> {
    let len = [128 << 10, 100_000, (128 << 10) - 16, 300][usize::try_from((n + piece) % 4).unwrap()];
    // Printable, so that the record is hardly longer than the data; different in each sector of each batch.
    let mut value: Vec<u8> = (0..=len / 512)
        .map(|at| format!("{n:05}/{piece}/{at:08}").repeat(32))
        .collect::<String>()
        .into_bytes();
    value.truncate(len);
    value
}

/// Whether a store opens and holds the first batches whole, up to the one after `acknowledged` at most.
fn check(path: &Path, acknowledged: Option<u32>) -> Result<(), String> {
    let store = open(path).map_err(|error| error.to_string())?;
    let there = entries(&store);
    let least = acknowledged.map_or(0, |n| n + 1);
    if there != least && there != least + 1 {
        return Err(format!("{least} batches were acknowledged, {there} are there"));
    }
    let mut expected = BTreeMap::new();
    for n in there.saturating_sub(2 * KEYS)..there {
        expected.extend((0..PIECES).map(|piece| (key(n, piece), (n, piece))));
    }
    let found =
        store.scan(DATA, &KeyRange::all(), Direction::Forward, 100).map_err(|error| error.to_string())?;
    let whole = found.len() == expected.len()
        && found
            .iter()
            .zip(&expected)
            .all(|((at, bytes), (key, (n, piece)))| *at == key.to_be_bytes() && *bytes == value(*n, *piece));
    if whole { Ok(()) } else { Err(format!("of {there} batches not all the data is there")) }
}

/// Runs the writer under `strace`, several times in one folder. `None`: there is no `strace`.
fn record(root: &Path, folder: &Path) -> Option<Trace> {
    let probe = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).status();
    if !probe.is_ok_and(|status| status.success()) {
        return None;
    }
    fs::create_dir(folder).unwrap();
    let (mut trace, file) = (Trace::default(), root.join("trace"));
    for commits in SESSIONS {
        let mut strace = Command::new("strace");
        strace
            .args(["-f", "-y", "-s", "100000000", "-e", trace::CALLS, "-o"])
            .arg(&file)
            .arg(env::current_exe().unwrap());
        strace.args(["writer", "--exact", "--nocapture", "--test-threads=1"]);
        strace
            .env(FOLDER, folder)
            .env(COMMITS, commits.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        assert!(strace.status().unwrap().success(), "the writer finished under strace");
        trace.read(&file, folder);
        fs::remove_file(&file).unwrap();
    }
    Some(trace)
}

/// One record for all tests. `None`: there is no `strace`, which is said.
fn recorded() -> Option<&'static Trace> {
    static RECORD: OnceLock<Option<Trace>> = OnceLock::new();
    let trace = RECORD.get_or_init(|| {
        let root = TempDir::new().unwrap();
        let folder = root.path().join("store");
        let trace = record(root.path(), &folder)?;
        // The record is whole if it leads to the very files that are there.
        let (mut disk, again) = (Disk::new(&trace, None), root.path().join("again"));
        disk.advance(trace.events.len());
        disk.cut(&again, Keep::All, &mut Random(0));
        assert_eq!(files(&again), files(&folder), "the names of the recorded files");
        for name in files(&folder) {
            let same = fs::read(again.join(&name)).unwrap() == fs::read(folder.join(&name)).unwrap();
            assert!(same, "the recorded bytes of {}", name.display());
        }
        assert_eq!(
            disk.acknowledged(),
            Some(SESSIONS.iter().sum::<u32>() - 1),
            "every acknowledgement was seen"
        );
        assert!(disk.rewritten > 3, "the log did not come round: {} segments were rewritten", disk.rewritten);
        Some(trace)
    });
    if trace.is_none() {
        println!("skipped: strace is not installed or may not trace");
    }
    trace.as_ref()
}

fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_file()).map(|path| path.strip_prefix(folder).unwrap().to_owned()).collect()
}

/// No opening of this test has more.
const OPENING_EVENTS: usize = 44;

const WAYS: [Keep; 7] =
    [Keep::Some(5), Keep::Overwritten, Keep::Appended, Keep::None, Keep::Some(1), Keep::Some(9), Keep::All];

/// Cuts the power at this moment and looks at what is left.
fn cut(disk: &Disk<'_>, keep: Keep, random: &mut Random) -> Result<(), String> {
    let root = TempDir::new().unwrap();
    let folder = root.path().join("store");
    disk.cut(&folder, keep, random);
    check(&folder, disk.acknowledged())
}

#[test]
fn a_power_cut_loses_nothing_that_was_acknowledged() {
    let Some(trace) = recorded() else { return };
    let (cuts, seed) = (6 * effort(), seed());
    let mut random = Random(seed);
    let is_sync =
        |event: &Event| matches!(event, Event::End(call) if matches!(trace.calls[*call], Call::Sync(_)));
    let syncs: Vec<usize> = (0..trace.events.len()).filter(|at| is_sync(&trace.events[*at])).collect();
    let mut moments: Vec<(usize, usize)> = (0..cuts)
        .map(|nth| match nth % 3 {
            0 => random.below(trace.events.len() + 1),
            // While a store opens: recovery writes, too. Each moment in turn, far ones early.
            1 => {
                let nth = nth / 3;
                trace.starts[nth % trace.starts.len()] + (nth / trace.starts.len() * 17 + 5) % OPENING_EVENTS
            }
            // Everything was written and the sync has not come back.
            _ => syncs[random.below(syncs.len())],
        })
        .enumerate()
        .map(|(nth, moment)| (moment, nth))
        .collect();
    moments.sort_unstable();
    // The store was made once its folder was synced. A cut before that may leave a folder that is refused.
    let is_folder = |call: &Call| matches!(call, Call::Sync(path) if path.as_os_str().is_empty());
    let is_made = |event: &Event| matches!(event, Event::End(call) if is_folder(&trace.calls[*call]));
    let made = trace.events.iter().position(is_made).unwrap();
    let mut disk = Disk::new(trace, None);
    let (mut unmade, mut lost) = (0, Vec::new());
    for (moment, nth) in moments {
        let keep = WAYS[nth % WAYS.len()];
        disk.advance(moment);
        let found = cut(&disk, keep, &mut Random(seed ^ u64::try_from(nth).unwrap()));
        match found {
            Ok(()) => {}
            Err(_) if moment <= made => unmade += 1,
            Err(what) => {
                let near = trace.near(moment);
                lost.push(format!(
                    "cut at event {moment} of {} (near {near}), {keep:?}: {what}",
                    trace.events.len()
                ));
            }
        }
    }
    println!(
        "{cuts} power cuts, seed {seed}: {} broke a promise, {unmade} left a store that was not made yet",
        lost.len()
    );
    assert!(
        lost.is_empty(),
        "seed {seed}, of {cuts} power cuts {} broke a promise:\n{}",
        lost.len(),
        lost.join("\n")
    );
}

#[test]
fn one_sync_left_out_is_a_loss_that_this_test_sees() {
    let Some(trace) = recorded() else { return };
    let mut random = Random(seed());
    // Moments from an acknowledgement to the end of the next sync, which would cover what the one left out did not.
    let acknowledgements: Vec<usize> = (0..trace.events.len())
        .filter(|at| matches!(trace.events[*at], Event::Begin(call) if matches!(trace.calls[call], Call::Acknowledge(_))))
        .collect();
    let (mut lost, mut cuts) = (0, 0);
    for _ in 0..effort().min(10) {
        let first = acknowledgements[random.below(acknowledgements.len() - 1)] + 1;
        let is_sync = |event: &Event| match event {
            Event::End(call) if matches!(trace.calls[*call], Call::Sync(_)) => Some(*call),
            _ => None,
        };
        let left_out = trace.events[..first].iter().rev().find_map(is_sync).unwrap();
        let next = trace.events[first..].iter().position(|event| is_sync(event).is_some()).unwrap();
        let (mut with, mut without) = (Disk::new(trace, None), Disk::new(trace, Some(left_out)));
        for (moment, keep) in (first..first + next).step_by(2).zip([Keep::Some(5), Keep::None, Keep::Some(1)])
        {
            with.advance(moment);
            without.advance(moment);
            assert_eq!(cut(&with, keep, &mut Random(seed())), Ok(()), "with all syncs, cut at {moment}");
            lost += usize::from(cut(&without, keep, &mut Random(seed())).is_err());
            cuts += 1;
        }
    }
    assert!(lost > 0, "of {cuts} cuts behind a sync left out none lost anything: this test cannot fail");
    println!("{lost} of {cuts} cuts behind a sync left out lost an acknowledged batch");
}

fn effort() -> usize {
    env::var("STRONGROOM_EFFORT").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

fn seed() -> u64 {
    env::var("STRONGROOM_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0x5eed)
}
