//! What only another process can show: a sync before every acknowledgement, and a folder that is taken.

use crate::{NOW, customer};
use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};
use strongroom_tests::{House, Person, vault_folder};

const FOLDER: &str = "STRONGROOM_TEST_FOLDER";
const WRITES: u32 = 20;

/// The other process, when this binary was started as one; otherwise the proof that it does nothing unasked.
#[test]
fn other_process() {
    let Ok(folder) = env::var(FOLDER) else { return };
    let say = |line: &str| {
        let mut out = std::io::stdout().lock();
        out.write_all(format!("\n{line}\n").as_bytes()).and_then(|()| out.flush()).unwrap();
    };
    let house = House::at(Path::new(&folder), NOW);
    let vault = match house.try_open() {
        Ok(vault) => vault,
        Err(error) => return say(&format!("refused {error}")),
    };
    let manager = Person::MANAGER.at(&vault, &house);
    for n in 0..WRITES {
        say(&format!("begin {n}"));
        if n % 2 == 0 {
            customer(&manager, &format!("C-{n}"));
        } else {
            // A look at a confidential record is as durable as a write.
            let page = manager.list(&strongroom_tests::kind("customer"), None, 1).unwrap();
            manager.view(page.views[0].record).unwrap();
        }
        say(&format!("ack {n}"));
    }
    say("done");
}

fn lines_of(mut command: Command, folder: &Path) -> Vec<String> {
    let mut child = command
        .args(["syncs::other_process", "--exact", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok).collect();
    child.wait().unwrap();
    lines
}

#[test]
fn a_second_process_is_told_that_the_folder_is_in_use() {
    let root = vault_folder().unwrap();
    let house = House::init(&root.path().join("vault"), NOW);
    let vault = house.open();
    let said = lines_of(Command::new(env::current_exe().unwrap()), house.path());
    let refused = said.iter().find_map(|line| line.strip_prefix("refused ")).unwrap();
    assert!(refused.contains("in use") && refused.contains("vault/data"), "{refused}");
    assert!(!said.iter().any(|line| line.starts_with("begin")), "it wrote nothing");
    // And nobody is harmed by the attempt.
    customer(&Person::MANAGER.at(&vault, &house), "C-1");
    drop(vault);
    let said = lines_of(Command::new(env::current_exe().unwrap()), house.path());
    assert!(said.iter().any(|line| line == "done"), "once it is free: {said:?}");
}

#[test]
#[expect(clippy::print_stdout, reason = "a skipped proof must be seen to be skipped")]
fn every_acknowledged_action_lies_behind_a_sync_of_the_data_store() {
    let works = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).status();
    if !works.is_ok_and(|status| status.success()) {
        println!("skipped: strace is not installed or may not trace");
        return;
    }
    let root = vault_folder().unwrap();
    let house = House::init(&root.path().join("vault"), NOW);
    let trace = root.path().join("trace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-s", "32", "-e", "trace=fsync,fdatasync,write,pwrite64", "-o"]).arg(&trace);
    strace.arg(env::current_exe().unwrap());
    let said = lines_of(strace, house.path());
    assert!(said.iter().any(|line| line == "done"), "{said:?}");
    let trace = fs::read_to_string(&trace).unwrap();
    let seen = follow(&trace);
    assert_eq!(seen.acks, WRITES, "every acknowledgement was seen");
    assert!(seen.data_syncs >= WRITES, "{WRITES} actions, {} syncs of the data store", seen.data_syncs);
    // A new customer's key is durable before the record that needs it.
    assert!(seen.key_syncs >= WRITES / 2, "{} syncs of the key store", seen.key_syncs);
    // The reader of traces sees a missing sync.
    let without = trace.lines().filter(|line| !line.contains("sync")).collect::<Vec<_>>().join("\n");
    assert_eq!(follow(&without).unsynced, WRITES, "the check would not notice");
    assert_eq!(seen.unsynced, 0, "an acknowledgement without a sync since its action began");
    assert_eq!(seen.uncovered, 0, "an acknowledgement after a write that no sync covers");
}

#[derive(Default)]
struct Trace {
    acks: u32,
    data_syncs: u32,
    key_syncs: u32,
    unsynced: u32,
    uncovered: u32,
}

fn follow(trace: &str) -> Trace {
    let mut seen = Trace::default();
    // The threads in an unfinished sync of the data store.
    let mut syncing: Vec<&str> = Vec::new();
    let (mut synced, mut dirty) = (false, false);
    for line in trace.lines() {
        let (thread, call) = line.split_once(' ').unwrap();
        let call = call.trim_start();
        let sync = call.starts_with("fdatasync(") || call.starts_with("fsync(");
        if sync && call.contains("/vault/keys/") {
            seen.key_syncs += 1;
        }
        let starts = sync && call.contains("/vault/data/db>");
        let resumes = call.contains("fdatasync resumed") || call.contains("fsync resumed");
        if starts {
            // What was written before it began is what it covers.
            dirty = false;
            syncing.push(thread);
        }
        if (starts || resumes) && call.ends_with("= 0") && syncing.contains(&thread) {
            syncing.retain(|at| *at != thread);
            seen.data_syncs += 1;
            synced = true;
        }
        if call.starts_with("pwrite64(") && call.contains("/vault/data/db>") {
            dirty = true;
        }
        if call.starts_with("write(1") && call.contains("\\nbegin ") {
            synced = false;
        }
        if call.starts_with("write(1") && call.contains("\\nack ") {
            seen.acks += 1;
            seen.unsynced += u32::from(!synced);
            seen.uncovered += u32::from(dirty);
        }
    }
    seen
}
