//! Details: sealed apart, committed to, erasable.

use super::*;

const ADDRESS: FactName = FactName::from_static("address");
const REASON: FactName = FactName::from_static("reason");
const SECRET: &str = "电话 13800138000";

fn told(who: Option<CustomerId>) -> Event {
    let mut event = view().detail(ADDRESS, "203.0.113.9").detail(REASON, SECRET);
    event.customer = who;
    event
}

#[test]
fn a_detail_opens_and_no_row_shows_it() {
    let bench = Bench::new();
    for (index, who) in (0..).zip([Some(customer(1)), None]) {
        let event = told(who);
        assert!(!format!("{event:?}").contains("13800138000"));
        bench.log.commit(at(0), one(event)).unwrap();
        let detail = bench.log.detail(index).unwrap().unwrap();
        assert_eq!((detail.get("reason"), detail.get("address")), (Some(SECRET), Some("203.0.113.9")));
        assert!(!format!("{detail:?}").contains("13800138000"));
        assert_eq!(detail.fields().count(), 2);
    }
    for (_, _, value) in bench.rig.rows() {
        for word in ["13800138000", "203.0.113.9"] {
            assert!(!value.windows(word.len()).any(|window| window == word.as_bytes()));
        }
    }
    let [first, second] = [0, 1].map(|index| bench.log.entry(index).unwrap().unwrap().commitments);
    assert_eq!(first.len(), 2);
    assert_ne!(first[&REASON], second[&REASON], "equal values have unequal commitments");
    assert_eq!(bench.verify().details, 2);
    assert_eq!(bench.verify().verdict(), Verdict::Intact);
}

#[test]
fn an_entry_without_a_detail_has_none() {
    let bench = Bench::new();
    bench.log.commit(at(0), one(view())).unwrap();
    assert!(bench.log.detail(0).unwrap().is_none());
    assert!(matches!(bench.log.detail(1), Err(LookupError::Missing { index: 1, .. })));
}

#[test]
fn anothers_detail_does_not_open() {
    let bench = Bench::new();
    bench
        .log
        .commit(
            at(0),
            one(told(Some(customer(1)))).event(told(Some(customer(2)))).event(told(Some(customer(1)))),
        )
        .unwrap();
    let rows = bench.rig.rows();
    let details: Vec<usize> =
        rows.iter().enumerate().filter(|(_, row)| row.0 == SPACES[3]).map(|(at, _)| at).collect();
    // In order of customer, then index: entries 0, 2 and 1.
    for (from, to, index) in [(0, 2, 1), (0, 1, 2)] {
        let mut swapped = rows.clone();
        swapped[details[to]].2 = rows[details[from]].2.clone();
        let bench = Bench::on(Rig::holding(&swapped), Arc::clone(&bench.sealer));
        assert!(matches!(bench.log.detail(index), Err(LookupError::Detail(DetailError::Failed))));
        let report = bench.verify();
        assert_eq!(report.findings.len(), 1);
        assert_eq!(
            (report.findings[0].index, &report.findings[0].reason),
            (Some(index), &Reason::DetailAltered)
        );
    }
}

#[test]
fn erasing_a_customer_leaves_the_log_whole() {
    let bench = Bench::new();
    let (who, other) = (customer(1), customer(2));
    for _ in 0..5 {
        bench.log.commit(at(0), one(told(Some(who))).event(told(Some(other))).event(told(None))).unwrap();
    }
    let checkpoint = bench.log.checkpoint(at(1)).unwrap();
    bench
        .log
        .commit(
            at(2),
            one(Event::new(EventName::PURGE_INTENT, ACTOR).customer(who).outcome(Outcome::Intended)),
        )
        .unwrap();
    while let Some(batch) = bench.log.erase_details(who, 2).unwrap() {
        assert!(batch.ops().len() <= 2);
        bench.log.commit(at(3), one(view()).changes(batch)).unwrap();
    }
    assert_eq!(bench.verify().verdict(), Verdict::Missing, "an intent alone authorises nothing yet");
    let result =
        bench.log.commit(at(4), one(Event::new(EventName::PURGE_RESULT, ACTOR).customer(who))).unwrap();

    let report = bench.verify_against(vec![checkpoint]);
    assert_eq!(report.verdict(), Verdict::ErasedAuthorised);
    assert!(report.is_sound());
    let indices: Vec<_> = report.findings.iter().map(|finding| finding.index.unwrap()).collect();
    assert_eq!(indices, [0, 3, 6, 9, 12]);
    assert!(
        report.findings.iter().all(|finding| finding.reason == Reason::DetailErased { result: result.first })
    );
    assert!(matches!(bench.log.detail(0), Err(LookupError::DetailGone { index: 0 })));
    assert_eq!(bench.log.detail(1).unwrap().unwrap().get("reason"), Some(SECRET));
}

#[test]
fn a_shredded_key_counts_as_erased_only_where_the_log_says_so() {
    let bench = Bench::new();
    let who = customer(1);
    bench.log.commit(at(0), one(told(Some(who)))).unwrap();
    bench.sealer.destroy(who);
    assert!(matches!(bench.log.detail(0), Err(LookupError::Detail(DetailError::KeyGone))));
    assert_eq!(bench.verify().findings[0].reason, Reason::DetailKeyGone);
    let refused = bench.log.commit(at(1), one(told(Some(who))));
    assert!(matches!(refused, Err(LogError::Detail(DetailError::KeyGone))));
    let purge = |name| one(Event::new(name, ACTOR).customer(who));
    bench.log.commit(at(2), purge(EventName::PURGE_RESULT)).unwrap();
    assert_eq!(bench.verify().verdict(), Verdict::Missing, "a result without an intent authorises nothing");
    bench.log.commit(at(2), purge(EventName::PURGE_INTENT)).unwrap();
    bench.log.commit(at(2), purge(EventName::PURGE_RESULT)).unwrap();
    assert_eq!(bench.verify().verdict(), Verdict::ErasedAuthorised);
}

#[test]
fn a_purge_does_not_excuse_what_was_written_after_it() {
    let bench = Bench::new();
    let who = customer(1);
    for name in [EventName::PURGE_INTENT, EventName::PURGE_RESULT] {
        bench.log.commit(at(0), one(Event::new(name, ACTOR).customer(who))).unwrap();
    }
    bench.log.commit(at(1), one(told(Some(who)))).unwrap();
    let batch = bench.log.erase_details(who, 10).unwrap().unwrap();
    bench.log.commit(at(2), one(view()).changes(batch)).unwrap();
    let report = bench.verify();
    assert_eq!((report.findings[0].index, &report.findings[0].reason), (Some(2), &Reason::DetailMissing));
}

#[test]
fn a_detail_has_a_limit() {
    let bench = Bench::new();
    let sized = |bytes: usize| bench.log.commit(at(0), one(view().detail(ADDRESS, "x".repeat(bytes))));
    let overhead = 1 + 1 + "address".len() + 16 + 4;
    sized(DETAIL_BYTES_MAX - overhead).unwrap();
    assert!(matches!(sized(DETAIL_BYTES_MAX - overhead + 1), Err(LogError::DetailTooLong)));
    assert_eq!(bench.verify().verdict(), Verdict::Intact);
}
