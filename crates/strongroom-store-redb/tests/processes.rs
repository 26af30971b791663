//! Promises that only another process can prove. This binary starts itself again as a writer and then kills it, denies it
//! disk space, watches its system calls, or holds its folder.
#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "what fails here fails the test")]

use std::{
    collections::HashMap,
    env, fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
};
use strongroom_store::{Batch, CommitError, Direction, Durability, KeyRange, Read, Space, Store};
use strongroom_store_redb::{OpenError, Options, RedbStore};
use tempfile::TempDir;
use uuid::Uuid;

const DATA: Space = Space::mutable(3, "data");
const LOG: Space = Space::append_only(4, "log");
const LAST: Space = Space::mutable(5, "last");

const FOLDER: &str = "STRONGROOM_TEST_FOLDER";
const COMMITS: &str = "STRONGROOM_TEST_COMMITS";

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
    let store = match open(Path::new(&folder)) {
        Ok(store) => store,
        Err(OpenError::Locked { .. }) => return say("locked".to_owned()),
        Err(error) => return say(format!("failed {error}")),
    };
    let first = last(&store).map_or(0, |last| last + 1);
    let commits: u32 = env::var(COMMITS).unwrap().parse().unwrap();
    for n in first..first.saturating_add(commits) {
        say(format!("begin {n}"));
        let asked = if n.is_multiple_of(2) { Durability::Power } else { Durability::Process };
        match store.commit(&batch(n), asked) {
            Ok(_) => say(format!("ack {n}")),
            Err(error) => {
                say(format!("failed {error:?}"));
                // Whatever it was, it does not write on as if nothing had happened.
                let next = store.commit(&batch(n), asked);
                let said = matches!(
                    next,
                    Err(CommitError::Fatal(_) | CommitError::Full(_) | CommitError::Retryable(_))
                );
                return say(format!("refused {said}"));
            }
        }
    }
    say("done".to_owned());
}

fn open(path: &Path) -> Result<RedbStore, OpenError> {
    // Below the bound on file sizes that one of the tests sets.
    let mut options = Options::default();
    options.reserve_bytes = 1 << 20;
    RedbStore::open(path, Uuid::from_u128(1), options).map(|(store, _)| store)
}

fn last(store: &RedbStore) -> Option<u32> {
    store.get(LAST, b"n").unwrap().map(|bytes| u32::from_be_bytes(bytes.try_into().unwrap()))
}

/// How many pieces of data batch `n` puts.
fn pieces(n: u32) -> u32 {
    n % 9 + 1
}

const KEPT: u32 = 150;

/// Batch `n` logs `n`, puts some pieces, and deletes the pieces of the batch `KEPT` before it, so that the log of the
/// engine comes round.
fn batch(n: u32) -> Batch {
    let len = match n {
        n if n.is_multiple_of(7) && pieces(n) <= 3 => 120_000,
        n if n.is_multiple_of(5) => 30_000,
        n => usize::try_from(n % 700).unwrap(),
    };
    let mut batch = Batch::new().put(LAST, "n", n.to_be_bytes()).put(LOG, n.to_be_bytes(), "entry");
    for piece in 0..pieces(n) {
        batch = batch.put(DATA, name(n, piece), vec![u8::try_from(n % 251).unwrap(); len]);
    }
    if let Some(old) = n.checked_sub(KEPT) {
        batch = (0..pieces(old)).fold(batch, |batch, piece| batch.delete(DATA, name(old, piece)));
    }
    batch
}

fn name(n: u32, piece: u32) -> Vec<u8> {
    format!("{n:08}/{piece}").into_bytes()
}

/// Every batch up to the last is there whole, nothing of a later one is, and no acknowledged one is missing.
fn check_whole(path: &Path, acknowledged: Option<u32>, what: &str) -> Option<u32> {
    let store = open(path).unwrap();
    let last = last(&store);
    assert!(
        last >= acknowledged,
        "{what}: {acknowledged:?} was acknowledged, {last:?} is the last one there"
    );
    let count = last.map_or(0, |last| last + 1);
    let snapshot = store.snapshot().unwrap();
    let mut entries = Vec::new();
    strongroom_store::ReadExt::for_each::<strongroom_store::ReadError>(
        &*snapshot,
        LOG,
        &KeyRange::all(),
        |key, _| {
            entries.push(u32::from_be_bytes(key.try_into().unwrap()));
            Ok(true)
        },
    )
    .unwrap();
    assert_eq!(entries, (0..count).collect::<Vec<_>>(), "{what}: the log");
    let mut expected = HashMap::new();
    for n in count.saturating_sub(KEPT)..count {
        let Some((_, value)) = batch(n).ops().iter().find_map(|op| match op {
            strongroom_store::Op::Put { space, value, .. } if *space == DATA => Some((n, value.clone())),
            _ => None,
        }) else {
            continue;
        };
        expected.extend((0..pieces(n)).map(|piece| (name(n, piece), value.clone())));
    }
    let found: HashMap<_, _> =
        store.scan(DATA, &KeyRange::all(), Direction::Forward, 10_000).unwrap().into_iter().collect();
    assert_eq!(found.len(), expected.len(), "{what}: pieces of data");
    assert!(found == expected, "{what}: the data");
    last
}

fn start(mut command: Command, folder: &Path, commits: u32) -> Child {
    command
        .args(["writer", "--exact", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .env(COMMITS, commits.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn this_binary() -> Command {
    Command::new(env::current_exe().unwrap())
}

fn lines(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok)
}

fn acknowledged(line: &str) -> Option<u32> {
    line.strip_prefix("ack ").and_then(|n| n.parse().ok())
}

fn effort() -> u32 {
    env::var("STRONGROOM_EFFORT").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let root = TempDir::new().unwrap();
    let mut random = 0x5eed_u64;
    let mut there = None;
    for round in 0..effort() * 5 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let patience = u32::try_from(random >> 56).unwrap();
        let mut child = start(this_binary(), root.path(), u32::MAX);
        let mut acks = lines(&mut child).filter_map(|line| acknowledged(&line));
        let mut last_ack = acks.nth(usize::try_from(patience).unwrap()).or(there);
        // Somewhere between two acknowledgements: the writer does not wait for us.
        (0..patience * 50).for_each(|_| std::hint::spin_loop());
        child.kill().unwrap();
        child.wait().unwrap();
        last_ack = acks.last().or(last_ack);
        assert!(last_ack > there, "round {round}: the writer wrote");
        let what = format!("round {round}, killed after acknowledgement {last_ack:?}");
        there = check_whole(root.path(), last_ack, &what);
        assert!(there <= last_ack.map(|last| last + 1), "{what}: a batch too many");
    }
}

#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let root = TempDir::new().unwrap();
    // A bound on the size of files stands in for a full disk: the engine's write fails the same way. Blocks are of
    // 512 or 1024 bytes, as the shell likes.
    let script = "trap '' XFSZ; ulimit -f 5000; exec \"$0\" \"$@\"";
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).arg(env::current_exe().unwrap());
    let mut child = start(shell, root.path(), 100_000);
    let said: Vec<String> = lines(&mut child).collect();
    child.wait().unwrap();
    let last_ack = said.iter().rev().find_map(|line| acknowledged(line));
    assert!(last_ack.is_some(), "it wrote: {:?}", said.last());
    let failed = said.iter().find(|line| line.starts_with("failed "));
    assert!(
        failed.is_some_and(|failed| failed.contains("Full") || failed.contains("Unknown")),
        "the failed commit says what it is: {failed:?}"
    );
    assert!(said.contains(&"refused true".to_owned()), "and so does the one after it");
    check_whole(root.path(), last_ack, "after a full disk");
}

#[test]
fn a_second_process_is_locked_out() {
    let root = TempDir::new().unwrap();
    let store = open(root.path()).unwrap();
    let second = |commits| {
        let mut child = start(this_binary(), root.path(), commits);
        let said: Vec<String> = lines(&mut child).collect();
        child.wait().unwrap();
        said
    };
    assert!(second(1).contains(&"locked".to_owned()), "while it is open");
    drop(store);
    assert!(second(1).contains(&"ack 0".to_owned()), "once it is closed");
}

#[test]
#[expect(clippy::print_stdout, reason = "a skipped proof must be seen to be skipped")]
fn each_acknowledgement_follows_a_sync_of_the_log() {
    const N: u32 = 40;
    let root = TempDir::new().unwrap();
    let trace = root.path().join("trace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-s", "32", "-e", "trace=fsync,fdatasync,sync_file_range,write,pwrite64", "-o"]);
    strace.arg(&trace).arg(env::current_exe().unwrap());
    if Command::new("strace")
        .args(["-f", "-o", "/dev/null", "true"])
        .status()
        .is_ok_and(|status| status.success())
    {
        let mut child = start(strace, &root.path().join("store"), N);
        assert!(lines(&mut child).any(|line| line == "done"), "the writer finished under strace");
        child.wait().unwrap();
    } else {
        println!("skipped: strace is not installed or may not trace");
        return;
    }
    let mut syncs = 0;
    // The threads in an unfinished sync of the log.
    let mut syncing: Vec<String> = Vec::new();
    let (mut acks, mut synced, mut dirty) = (0, false, false);
    for line in fs::read_to_string(&trace).unwrap().lines() {
        let (thread, call) = line.split_once(' ').unwrap();
        let call = call.trim_start();
        let starts = (call.starts_with("fdatasync(") || call.starts_with("fsync("))
            && call.contains("/store/data.redb>");
        let resumes = call.contains("fdatasync resumed") || call.contains("fsync resumed");
        if starts {
            // What was written before it began is what it covers.
            dirty = false;
            syncing.push(thread.to_owned());
        }
        if (starts || resumes) && call.ends_with("= 0") && syncing.iter().any(|at| at == thread) {
            syncing.retain(|at| at != thread);
            syncs += 1;
            synced = true;
        }
        if call.starts_with("pwrite64(") && call.contains("/store/data.redb>") {
            dirty = true;
        }
        if call.starts_with("write(1") && call.contains("\\nbegin ") {
            synced = false;
        }
        if call.starts_with("write(1") && call.contains("\\nack ") {
            acks += 1;
            assert!(synced, "acknowledgement {acks} without a sync since its commit began");
            assert!(!dirty, "acknowledgement {acks} after a write to the log that no sync covers");
        }
    }
    assert_eq!(acks, N, "every acknowledgement was seen");
    assert!(syncs >= N, "{N} commits, {syncs} syncs");
}
