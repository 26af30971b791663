//! Tampering: every byte flipped, every row deleted, every end cut, and `verify` names it.

use super::*;
use strongroom_types::CaseId;

/// A log with everything in it: 37 entries, so nodes, a part of a block, details, checkpoints, fences.
fn whole() -> Bench {
    let bench = Bench::new();
    let intent = CaseId::from_bytes([5; 16]);
    let commits = (0..33).map(|n: u8| {
        let event = view().customer(customer(n % 3)).count(n.into());
        let event = if n.is_multiple_of(8) {
            event.detail(FactName::from_static("address"), "203.0.113.9")
        } else {
            event
        };
        match n {
            0 => one(event).fence(FenceChange::Open { customer: customer(1) }),
            1 => one(event).fence(FenceChange::Open { customer: customer(2) }).fence(FenceChange::BumpHolds),
            2 => one(event).fence(FenceChange::Condemn { customer: customer(2), intent }),
            n if n % 10 == 0 => one(event).event(view()),
            _ => one(event),
        }
    });
    for (n, commit) in (0..).zip(commits) {
        bench.log.commit(at(n), commit).unwrap();
        if n == 20 || n == 30 {
            bench.log.checkpoint(at(n)).unwrap();
        }
    }
    bench
}

fn report_on(rows: &Rows, sealer: &Arc<Sealer>) -> Report {
    let mut options = VerifyOptions::new(vec![Signer::new(7).key()]);
    options.origin = Some(ORIGIN.to_owned());
    options.sealer = Some(&**sealer);
    verify(&*Rig::holding(rows), Stream::first(TENANT), &options, &mut |_| ()).unwrap()
}

fn ours(row: &(Space, Vec<u8>, Vec<u8>)) -> bool {
    SPACES.contains(&row.0)
}

fn index(key: &[u8]) -> u64 {
    u64::from_be_bytes(*key.last_chunk().unwrap())
}

#[test]
fn the_whole_log_is_intact_and_counted() {
    let bench = whole();
    let mut last = None;
    let mut options = VerifyOptions::new(vec![bench.log.verifier_key()]);
    options.sealer = Some(&*bench.sealer);
    let report =
        verify(&*bench.rig, bench.log.stream(), &options, &mut |progress| last = Some(progress)).unwrap();
    assert_eq!((report.verdict(), report.findings.len()), (Verdict::Intact, 0), "{report:?}");
    assert_eq!((report.size, report.checkpoints, report.details), (36, 2, 5));
    assert_eq!(last, Some(Progress { done: 36, total: 36 }));
    assert!(serde_json::to_string(&report).unwrap().contains("\"verdict\":\"intact\""));
    let empty = Bench::new();
    assert_eq!(empty.verify().verdict(), Verdict::Intact);
}

#[test]
fn every_flipped_byte_is_named() {
    let bench = whole();
    let rows = bench.rig.rows();
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| ours(row)) {
        // Of entries, checkpoints and details, which are many and alike, all of one and some of the others.
        let alike = [SPACES[0], SPACES[3], SPACES[4]].contains(&row.0) && ![0, 17].contains(&index(&row.1));
        let step = if alike && effort() == 1 { 29 } else { 1 };
        for byte in (0..row.2.len()).step_by(step) {
            let mut flipped = rows.clone();
            flipped[at].2[byte] ^= 1 << (byte % 8);
            let report = report_on(&flipped, &bench.sealer);
            let place = format!("{} row {at} byte {byte}: {:?}", row.0.name(), report.findings);
            assert!(report.verdict() >= Verdict::Missing, "{place}");
            if row.0 == SPACES[0] {
                let wanted = if byte < 32 { Reason::ChainValue } else { Reason::EntryAltered };
                assert_eq!(
                    report.findings.iter().filter(|finding| finding.reason == wanted).count(),
                    1,
                    "{place}"
                );
                assert!(
                    report.findings.iter().all(|finding| finding.index.is_none_or(|i| i >= index(&row.1))),
                    "{place}"
                );
                assert!(
                    report.findings.iter().any(|finding| finding.index == Some(index(&row.1))),
                    "{place}"
                );
                // Blocks that were closed stand in for their leaves, so signed roots after the damage still hold.
                assert!(report.checkpoints >= if index(&row.1) < 16 { 2 } else { 0 }, "{place}");
            }
        }
    }
}

#[test]
fn every_deleted_row_is_named() {
    let bench = whole();
    let rows = bench.rig.rows();
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| ours(row)) {
        let mut fewer = rows.clone();
        fewer.remove(at);
        let report = report_on(&fewer, &bench.sealer);
        let place = format!("{} row {at}: {:?}", row.0.name(), report.findings);
        let named = |reason: &Reason| report.findings.iter().any(|finding| finding.reason == *reason);
        match row.0.id() {
            1 => {
                assert_eq!(report.findings[0].index, Some(index(&row.1)), "{place}");
                assert_eq!(report.findings[0].reason, Reason::EntryMissing(1), "{place}");
            }
            2 => assert!(named(&Reason::NodeMissing(4)), "{place}"),
            3 => assert!(named(&Reason::HeadMissing), "{place}"),
            4 => assert!(named(&Reason::DetailMissing), "{place}"),
            5 => assert!(named(&Reason::CheckpointMissing(index(&row.1))), "{place}"),
            _ => assert!(report.verdict() == Verdict::Altered, "{place}"),
        }
    }
}

#[test]
fn every_row_too_many_is_named() {
    let bench = whole();
    let rows = bench.rig.rows();
    for row in rows.iter().filter(|row| ours(row)) {
        for change in [1, 0x40] {
            let mut more = rows.clone();
            let (space, mut key, value) = row.clone();
            *key.last_mut().unwrap() ^= change;
            if space == SPACES[2] || rows.iter().any(|(other, there, _)| *other == space && *there == key) {
                continue;
            }
            more.push((space, key, value));
            let report = report_on(&more, &bench.sealer);
            assert!(report.verdict() >= Verdict::Missing, "{} {:?}", space.name(), row.1);
        }
        let mut longer = rows.clone();
        let (space, mut key, value) = row.clone();
        key.push(0);
        longer.push((space, key, value));
        let told = report_on(&longer, &bench.sealer).verdict();
        // Of heads, only the one with the stream's own key is ever read.
        assert!(told >= Verdict::Missing || space == SPACES[2], "{} {:?}", space.name(), row.1);
    }
}

#[test]
fn a_log_cut_at_any_length_is_named() {
    let bench = whole();
    let rows = bench.rig.rows();
    for length in 0..36 {
        let cut: Rows =
            rows.iter().filter(|row| row.0 != SPACES[0] || index(&row.1) < length).cloned().collect();
        let report = report_on(&cut, &bench.sealer);
        let missing =
            report.findings.iter().find(|finding| matches!(finding.reason, Reason::EntryMissing(_)));
        assert_eq!(missing.unwrap().index, Some(length));
        assert_eq!(missing.unwrap().reason, Reason::EntryMissing(36 - length));
    }
}

/// Whoever may write to the store can write a whole new log; only signatures stand in the way.
#[test]
fn a_log_rewritten_without_a_flaw_fails_its_signed_checkpoints() {
    let bench = whole();
    let rewritten = Bench::new();
    for n in 0..36 {
        rewritten.log.commit(at(n), one(view())).unwrap();
    }
    let checkpoints = |row: &(Space, Vec<u8>, Vec<u8>)| row.0 == SPACES[4];
    let mut rows: Rows = rewritten.rig.rows();
    let head = rows.iter_mut().find(|row| row.0 == SPACES[2]).unwrap();
    head.2[13] = 2;
    rows.extend(bench.rig.rows().into_iter().filter(checkpoints));
    let report = report_on(&rows, &bench.sealer);
    assert_eq!(report.findings.len(), 2, "{:?}", report.findings);
    assert!(matches!(report.findings[0].reason, Reason::CheckpointRoot { .. }));
    assert!(report.findings[0].index.is_some());

    let other = vec![Signer::new(8).key()];
    let report = verify(&*bench.rig, bench.log.stream(), &VerifyOptions::new(other), &mut |_| ()).unwrap();
    assert!(matches!(report.findings[0].reason, Reason::CheckpointRefused { number: 0, .. }));
}

#[test]
fn a_far_entry_does_not_keep_verification_busy() {
    let bench = whole();
    let mut rows: Rows = bench.rig.rows().into_iter().filter(|row| row.0 != SPACES[2]).collect();
    let mut key = rows[0].1.clone();
    key[20] = 0xff;
    let value = rows[0].2.clone();
    rows.push((SPACES[0], key, value));
    let report = report_on(&rows, &bench.sealer);
    assert!(report.findings.iter().any(|finding| finding.reason == Reason::EntryExtra));
}
