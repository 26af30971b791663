//! The commit path: all or nothing, in one order, each refusal alone.

use super::*;
use strongroom_store::{BATCH_BYTES_MAX, Refusal, VALUE_BYTES_MAX};
use strongroom_types::CaseId;

fn put(key: &str, value: &str) -> Batch {
    Batch::new().put(NOTES, key, value)
}

fn note(bench: &Bench, key: &str) -> Option<String> {
    bench.log.read().get(NOTES, key.as_bytes()).unwrap().map(|value| String::from_utf8(value).unwrap())
}

#[test]
fn a_change_and_its_entries_arrive_together() {
    let bench = Bench::new();
    let commit = one(view()).event(view().count(2)).changes(put("a", "1"));
    let receipt = bench.log.commit(at(5), commit).unwrap();
    assert_eq!((receipt.indices(), receipt.time, receipt.durability), (0..2, at(5), Durability::Process));
    assert_eq!(note(&bench, "a").as_deref(), Some("1"));
    let second = bench.log.entry(1).unwrap().unwrap();
    assert_eq!((second.id, second.count, second.time), (receipt.entries[1], Some(2), at(5)));
    assert_ne!(receipt.entries[0], receipt.entries[1]);
    assert_eq!(bench.log.entry(2).unwrap(), None);
    assert_eq!(bench.verify().verdict(), Verdict::Intact);
}

#[test]
fn a_refused_commit_leaves_nothing() {
    let bench = Bench::new();
    bench.log.commit(at(0), one(view()).changes(put("a", "1"))).unwrap();
    let before = bench.rig.rows();
    let changes =
        put("b", "2").require_value(NOTES, "a", "1").require_absent(NOTES, "a").require_absent(NOTES, "c");
    match bench.log.commit(at(1), one(view()).changes(changes)) {
        Err(LogError::Conflict(failed)) => {
            assert_eq!(failed.len(), 1);
            assert_eq!(failed[0].index, 1, "the index is that of the caller's own precondition");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.rig.rows(), before);
    bench.log.commit(at(2), one(view())).unwrap();
    assert_eq!(bench.log.size().unwrap(), 2);
}

#[test]
fn what_may_not_be_committed_is_refused_before_anything_happens() {
    let bench = Bench::new();
    bench.log.commit(at(0), one(view()).changes(Batch::new().put(LEDGER, "a", "1"))).unwrap();
    let before = bench.rig.rows();
    let refused = |commit: Commit| bench.log.commit(at(0), commit).unwrap_err();
    assert!(matches!(refused(Commit::new(Durability::Process)), LogError::Eventless));
    assert!(matches!(refused(Commit::new(Durability::Power).event(view())), LogError::TooDurable { .. }));
    for space in SPACES {
        let put = one(view()).changes(Batch::new().put(*space, "a", "b"));
        assert!(matches!(refused(put), LogError::ReservedSpace { .. }));
        let require = one(view()).changes(Batch::new().require_absent(*space, "a"));
        assert!(matches!(refused(require), LogError::ReservedSpace { .. }));
        assert!(matches!(
            bench.log.stage(&Batch::new().put(*space, "a", "b"), Durability::Process),
            Err(LogError::ReservedSpace { .. })
        ));
    }
    let foreign = Batch::new().delete(SPACES[3], "another tenant's detail");
    assert!(matches!(refused(one(view()).changes(foreign)), LogError::ReservedSpace { .. }));
    let again = Batch::new().put(LEDGER, "a", "2");
    assert!(matches!(refused(one(view()).changes(again)), LogError::Refused(Refusal::AppendOnly { .. })));
    let long = "x".repeat(VALUE_BYTES_MAX + 1);
    assert!(matches!(
        refused(one(view()).changes(put("a", &long))),
        LogError::Refused(Refusal::ValueBytes { .. })
    ));
    assert_eq!(bench.rig.rows(), before);
}

#[test]
fn limits_hold_at_the_limit_and_one_past_it() {
    let bench = Bench::new();
    let load = |bytes: usize| {
        let value = "x".repeat(bytes / 4);
        let changes = ["a", "b", "c", "d"]
            .iter()
            .fold(Batch::new(), |batch, key| batch.put(NOTES, *key, value.as_str()));
        bench.log.commit(at(0), one(view()).changes(changes))
    };
    load(BATCH_BYTES_MAX - 8192).unwrap();
    assert!(matches!(load(BATCH_BYTES_MAX - 1024), Err(LogError::TooLarge { .. })));

    let rule = |n: usize| strongroom_types::RuleId::new(&format!("{}{n:04}", "r".repeat(60))).unwrap();
    let sized = |rules: usize, zone: usize| {
        let zone = strongroom_types::Zone::new(&"z".repeat(zone)).unwrap();
        view().rules((0..rules).map(rule)).zone(zone)
    };
    let leaf = |event: Event| {
        let receipt = bench.log.commit(at(0), one(event))?;
        Ok::<_, LogError>(bench.log.leaf_bytes(receipt.first).unwrap().unwrap().len())
    };
    // A rule takes 67 bytes; the zone fills up what is left. The clock that may be added later is kept free.
    let base = leaf(sized(1, 1)).unwrap();
    let free = ENTRY_BYTES_MAX - codec::CLOCK_BYTES - base;
    let (rules, zone) = (1 + free / 67, 1 + free % 67);
    let (rules, zone) = if zone > 63 { (rules - 1, 63) } else { (rules, zone) };
    let longest = leaf(sized(rules, zone)).unwrap();
    assert!(longest <= ENTRY_BYTES_MAX - codec::CLOCK_BYTES);
    match bench.log.commit(at(0), one(sized(rules + 1, zone + 1))) {
        Err(LogError::EntryTooLong { bytes }) => assert_eq!(bytes, longest + 68 + codec::CLOCK_BYTES),
        other => panic!("{other:?}"),
    }
    let commit = (0..2000).fold(Commit::new(Durability::Process), |commit, _| commit.event(view()));
    assert!(matches!(bench.log.commit(at(0), commit), Err(LogError::TooLarge { .. })));
    assert_eq!(bench.verify().verdict(), Verdict::Intact);
}

#[test]
fn time_never_falls_and_a_clock_behind_is_told() {
    let bench = Bench::new();
    assert_eq!(bench.log.last_time().unwrap(), None);
    let commit = |now: Timestamp| {
        let receipt = bench.log.commit(now, one(view())).unwrap();
        let entry = bench.log.entry(receipt.first).unwrap().unwrap();
        (entry.time, entry.clock)
    };
    assert_eq!(commit(at(100)), (at(100), None));
    let slightly = Timestamp::from_unix_micros(at(100).unix_micros() - 999_999);
    assert_eq!(commit(slightly), (at(100), None), "threads that overtake each other are no news");
    assert_eq!(commit(at(99)), (at(100), Some(at(99))));
    assert_eq!(commit(at(-86_400)), (at(100), Some(at(-86_400))));
    assert_eq!(commit(at(101)), (at(101), None));
    assert_eq!(bench.log.last_time().unwrap(), Some(at(101)));
    assert_eq!(bench.verify().verdict(), Verdict::Intact);
}

#[test]
fn fences_let_through_and_refuse() {
    let bench = Bench::new();
    let (who, intent, other) = (customer(1), CaseId::from_bytes([5; 16]), CaseId::from_bytes([6; 16]));
    let guarded = |guard| bench.log.commit(at(0), one(view()).guard(guard));
    let changed = |change| bench.log.commit(at(0), one(view()).fence(change));
    let active = |generation| Guard::Active { customer: who, generation };
    let fenced = |result: Result<Receipt, LogError>, wanted: Option<Fence>| match result {
        Err(LogError::Fenced { customer, found }) => assert_eq!((customer, found), (who, wanted)),
        other => panic!("{other:?}"),
    };
    fenced(guarded(active(None)), None);
    changed(FenceChange::Open { customer: who }).unwrap();
    fenced(changed(FenceChange::Open { customer: who }), Some(Fence::Active { generation: 1 }));
    guarded(active(Some(1))).unwrap();
    fenced(guarded(active(Some(2))), Some(Fence::Active { generation: 1 }));
    changed(FenceChange::NextGeneration { customer: who, intent: None }).unwrap();
    guarded(active(Some(2))).unwrap();
    changed(FenceChange::Condemn { customer: who, intent }).unwrap();
    let condemned = Some(Fence::Condemned { intent, generation: 2 });
    fenced(guarded(active(None)), condemned);
    fenced(guarded(Guard::Condemned { customer: who, intent: other }), condemned);
    guarded(Guard::Condemned { customer: who, intent }).unwrap();
    fenced(changed(FenceChange::Gone { customer: who, intent: other }), condemned);
    changed(FenceChange::Gone { customer: who, intent }).unwrap();
    fenced(guarded(active(None)), Some(Fence::Gone));
    assert_eq!(bench.log.fence(who).unwrap(), Some(Fence::Gone));

    assert_eq!(bench.log.holds_version().unwrap(), 0);
    guarded(Guard::HoldsVersion(0)).unwrap();
    changed(FenceChange::BumpHolds).unwrap();
    assert!(matches!(guarded(Guard::HoldsVersion(0)), Err(LogError::HoldsMoved { found: 1 })));
    guarded(Guard::HoldsVersion(1)).unwrap();
    assert_eq!(bench.verify().verdict(), Verdict::Intact);
}

#[test]
fn guards_see_what_stood_before_the_commits_own_changes() {
    let bench = Bench::new();
    let who = customer(1);
    let open_and_use = one(view())
        .guard(Guard::Active { customer: who, generation: None })
        .fence(FenceChange::Open { customer: who });
    assert!(matches!(bench.log.commit(at(0), open_and_use), Err(LogError::Fenced { found: None, .. })));
    let several = one(view())
        .fence(FenceChange::Open { customer: who })
        .fence(FenceChange::NextGeneration { customer: who, intent: None })
        .fence(FenceChange::BumpHolds)
        .fence(FenceChange::BumpHolds);
    bench.log.commit(at(0), several).unwrap();
    assert_eq!(bench.log.fence(who).unwrap(), Some(Fence::Active { generation: 2 }));
    assert_eq!(bench.log.holds_version().unwrap(), 2);
    assert_eq!(bench.verify().verdict(), Verdict::Intact);
}

#[test]
fn staged_chunks_need_no_event() {
    let bench = Bench::new();
    bench.log.stage(&put("chunk", "x"), Durability::Process).unwrap();
    assert_eq!((bench.log.size().unwrap(), note(&bench, "chunk").as_deref()), (0, Some("x")));
}

#[test]
fn a_store_that_fails_leaves_no_entry_and_no_handle() {
    for (fault, kept) in [(Fault::Before, 1), (Fault::After, 2)] {
        let bench = Bench::new();
        bench.log.commit(at(0), one(view())).unwrap();
        bench.rig.fail(fault);
        let error = bench.log.commit(at(1), one(view()).changes(put("a", "1"))).unwrap_err();
        match fault {
            Fault::Before => assert!(matches!(error, LogError::Fatal(_))),
            _ => assert!(matches!(error, LogError::Unknown(_))),
        }
        bench.rig.fail(Fault::None);
        assert!(matches!(bench.log.commit(at(2), one(view())), Err(LogError::Poisoned)));
        assert!(matches!(bench.log.checkpoint(at(2)), Err(CheckpointError::Poisoned)));
        let reopened = Bench::on(bench.rig, bench.sealer);
        assert_eq!(reopened.log.size().unwrap(), kept, "{fault:?}");
        assert_eq!(note(&reopened, "a").is_some(), kept == 2, "an action if and only if its entry");
        assert_eq!(reopened.verify().verdict(), Verdict::Intact);
        reopened.log.commit(at(3), one(view())).unwrap();
    }
}

#[test]
fn a_passing_failure_passes() {
    let bench = Bench::new();
    bench.rig.fail(Fault::Once);
    assert!(matches!(bench.log.commit(at(0), one(view())), Err(LogError::Retryable(_))));
    assert_eq!(bench.log.commit(at(0), one(view())).unwrap().first, 0);
}

#[test]
fn two_handles_on_one_store_never_fork_the_log() {
    let first = Bench::new();
    let second = Bench::on(Arc::clone(&first.rig), Arc::clone(&first.sealer));
    for round in 0..20 {
        let (one_log, other) = if round % 3 == 0 { (&first, &second) } else { (&second, &first) };
        assert_eq!(
            one_log.log.commit(at(round), one(view())).unwrap().first,
            u64::try_from(round * 2).unwrap()
        );
        let changes = Batch::new().require_absent(NOTES, "only once").put(NOTES, "only once", "x");
        let result = other.log.commit(at(round), one(view()).changes(changes));
        assert_eq!(result.is_ok(), round == 0);
        if round > 0 {
            assert!(matches!(result, Err(LogError::Conflict(_))));
            other.log.commit(at(round), one(view())).unwrap();
        }
        if round % 5 == 0 {
            other.log.checkpoint(at(round)).unwrap();
        }
    }
    assert_eq!(first.log.size().unwrap(), 40);
    assert_eq!(first.verify().verdict(), Verdict::Intact);
}

#[test]
fn a_checkpoint_is_durable_signed_and_repeatable() {
    let bench = Bench::new();
    assert_eq!(bench.log.latest_checkpoint().unwrap(), None);
    let empty = bench.log.checkpoint(at(0)).unwrap();
    assert_eq!((empty.size(), empty.root()), (0, sha256(&[])));
    bench.log.commit(at(10), one(view())).unwrap();
    let syncs = bench.rig.syncs.load(Ordering::Relaxed);
    let checkpoint = bench.log.checkpoint(at(5)).unwrap();
    assert!(bench.rig.syncs.load(Ordering::Relaxed) > syncs, "what is signed was synced first");
    assert_eq!((checkpoint.size(), checkpoint.time(), checkpoint.origin()), (1, Some(at(10)), ORIGIN));
    let idle = bench.log.checkpoint(at(20)).unwrap();
    assert_eq!((idle.size(), idle.root()), (1, checkpoint.root()));
    assert_eq!(Checkpoint::open(idle.note(), &[Signer::new(7).key()]).unwrap(), idle);
    assert_eq!(Checkpoint::open(idle.note(), &[Signer::new(8).key()]), Err(NoteError::Unsigned));
    let mut all = Vec::new();
    bench
        .log
        .checkpoints(|checkpoint| {
            all.push(checkpoint);
            true
        })
        .unwrap();
    assert_eq!(all, [empty, checkpoint, idle.clone()]);
    assert_eq!(bench.log.latest_checkpoint().unwrap(), Some(idle));
    assert_eq!(bench.verify().checkpoints, 3);
}

#[test]
fn a_log_that_does_not_fit_its_head_does_not_open() {
    let bench = Bench::new();
    for n in 0..3 {
        bench.log.commit(at(n), one(view())).unwrap();
    }
    let rows = bench.rig.rows();
    let reopen = |rows: &Rows| open(&Rig::holding(rows), &bench.sealer, Arc::new(Counting::default()));
    reopen(&rows).unwrap();
    let last = rows.iter().rposition(|(space, ..)| *space == SPACES[0]).unwrap();
    let mut cut = rows.clone();
    cut.remove(last);
    assert!(matches!(reopen(&cut), Err(OpenError::Inconsistent { .. })));
    let mut longer = rows.clone();
    let (space, mut key, value) = rows[last].clone();
    *key.last_mut().unwrap() += 1;
    longer.push((space, key, value));
    assert!(matches!(reopen(&longer), Err(OpenError::Inconsistent { .. })));
    // The same where it is not the very last one, but near it; then it can be looked at, and nothing more.
    for n in 3..1040 {
        bench.log.commit(at(n), one(view())).unwrap();
    }
    let rows = bench.rig.rows();
    let entries: Vec<usize> = (0..rows.len()).filter(|row| rows[*row].0 == SPACES[0]).collect();
    for (back, found) in [(2, true), (100, true), (1024, true), (1025, false)] {
        let row = entries[entries.len() - back];
        // The one before the tail is missed as well: the tail is held against its chain value.
        let mut hole = rows.clone();
        hole.remove(row);
        assert!(reopen(&hole).is_err(), "the entry {back} from the end is missing");
        let mut altered = rows.clone();
        *altered[row].2.last_mut().unwrap() ^= 1;
        let answer = reopen(&altered);
        assert_eq!(answer.is_err(), found, "the entry {back} from the end is another: {answer:?}");
    }
    let mut hole = rows;
    hole.remove(entries[entries.len() - 2]);
    let mut options = LogOptions::new(TENANT, ORIGIN);
    options.read_only = true;
    let log = open_as(options, &Rig::holding(&hole), &bench.sealer, Arc::new(Counting::default())).unwrap();
    assert!(matches!(log.commit(at(0), one(view())), Err(LogError::ReadOnly)));
    assert!(matches!(log.checkpoint(at(0)), Err(CheckpointError::ReadOnly)));
    assert!(matches!(log.stage(&Batch::new(), Durability::Process), Err(LogError::ReadOnly)));
    let options = VerifyOptions::new(vec![log.verifier_key()]);
    let report = verify(log.read(), log.stream(), &options, &mut |_| ()).unwrap();
    assert_eq!((report.size, report.verdict()), (1040, Verdict::Missing), "{report:?}");
    for origin in ["", "two\nlines", &"x".repeat(256)] {
        let right = PruneRight::for_store(uuid::Uuid::nil());
        let options = LogOptions::new(TENANT, origin);
        let sealer: Arc<dyn DetailSealer> = Arc::<Sealer>::clone(&bench.sealer);
        let log = Log::open(
            Rig::new(),
            right,
            options,
            Arc::new(Signer::new(7)),
            sealer,
            Arc::new(Counting::default()),
        );
        assert!(matches!(log, Err(OpenError::Origin(_))));
    }
}
