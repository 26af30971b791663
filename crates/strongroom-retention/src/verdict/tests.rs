//! Goal: precedence is what the documentation says. Method: tables, and a naive reference evaluator that shares no code with
//! the engine, compared on random schedules, records and instants.

#![expect(clippy::arithmetic_side_effects, reason = "an overflow in a test is a failed test")]

use super::*;
use crate::testing::{config, crm, item};
use crate::{FieldItem, Hold, Lock, Mark, Scope};
use proptest::prelude::*;
use std::collections::BTreeMap;
use strongroom_types::{ActorId, CustomerId, RecordId};

fn none() -> Holds {
    Holds::new(0, Vec::new())
}

fn ts(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn brief(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Erase { due } => format!("erase {due}"),
        Outcome::Hold { holds } => format!("hold {}", holds.len()),
        Outcome::Keep { until } => format!("keep {until}"),
        Outcome::Pending { events } => {
            format!("pending {}", events.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
        }
        Outcome::Restrict { until } => {
            format!("restrict {}", until.map_or("open".to_owned(), |at| at.to_string()))
        }
        Outcome::Review { reason } => format!("review {reason:?}"),
    }
}

#[test]
fn the_sample_schedule_decides_as_its_text_says() {
    let crm = crm();
    let check = |class: &str, triggers: &[(&str, &str)], now: &str, expected: &str| {
        let verdict = verdict(&item(1, class, triggers), &crm, &none(), ts(now));
        assert_eq!(brief(&verdict.outcome), expected, "{class} {triggers:?} at {now}");
    };
    let closed = ("account-closed", "2026-11-22T10:00:00+08:00");
    let sold = ("transaction-done", "2025-03-15T10:00:00+08:00");
    let ended = ("contract-ended", "2024-02-29T10:00:00+08:00");
    let collected = ("collected", "2025-11-22T10:00:00+08:00");
    // A customer who stays.
    check("customer-basic", &[], "2026-11-22T10:00:00+08:00", "pending account-closed");
    check("preference", &[collected], "2026-11-22T10:00:00+08:00", "keep 2027-11-22T16:00:00.000000Z");
    check("preference", &[collected], "2027-11-22T15:59:59.999999Z", "keep 2027-11-22T16:00:00.000000Z");
    check("preference", &[collected], "2027-11-22T16:00:00Z", "erase 2027-11-22T16:00:00.000000Z");
    check("transaction", &[sold], "2026-11-22T10:00:00+08:00", "keep 2030-03-15T16:00:00.000000Z");
    check("contract", &[], "2026-11-22T10:00:00+08:00", "pending account-closed,contract-ended");
    check("fax", &[], "2026-11-22T10:00:00+08:00", "review NoRule");
    // A customer who left: at once, not tomorrow.
    check("customer-basic", &[closed], "2026-11-22T09:59:59+08:00", "keep 2026-11-22T02:00:00.000000Z");
    check("customer-basic", &[closed], "2026-11-22T10:00:00+08:00", "erase 2026-11-22T02:00:00.000000Z");
    check(
        "transaction",
        &[closed, sold],
        "2026-11-22T10:00:00+08:00",
        "restrict 2028-03-15T16:00:00.000000Z",
    );
    check("transaction", &[closed, sold], "2028-03-16T00:00:00+08:00", "erase 2028-03-15T16:00:00.000000Z");
    check("contract", &[closed, ended], "2026-11-22T10:00:00+08:00", "restrict 2027-02-28T16:00:00.000000Z");
    // The contract has not ended: its minimum has not even begun.
    check("contract", &[closed], "2026-11-22T10:00:00+08:00", "pending contract-ended");
}

fn rule(id: &str, kind: RuleKind, period: Option<&str>, trigger: &str, classes: &[&str]) -> Rule {
    Rule {
        id: id.parse().unwrap(),
        version: 1,
        jurisdiction: "CN".into(),
        instrument: "x".into(),
        article: "1".into(),
        kind,
        period: period.map(|text| text.parse().unwrap()),
        trigger: trigger.parse().unwrap(),
        classes: classes.iter().map(|class| class.parse().unwrap()).collect(),
        zone: None,
        valid_from: None,
        valid_to: None,
        enabled: true,
        mark: Mark::House,
        note: String::new(),
    }
}

fn schedule(rules: Vec<Rule>) -> Schedule {
    Schedule::new(BTreeMap::new(), rules).unwrap()
}

fn date(text: &str) -> time::Date {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    time::Date::parse(text, format).unwrap()
}

#[test]
fn precedence_is_a_table() {
    use RuleKind::{Erase, Restrict, RetainMax, RetainMin};
    let day = |day: u8| format!("2026-01-{day:02}T12:00:00+08:00");
    let check = |rules: &[Rule], triggers: &[(&str, &str)], locks: &[&str], now: u8, expected: &str| {
        let mut item = item(1, "a", triggers);
        item.locks = locks.iter().map(|until| Lock::new(ts(until))).collect();
        let verdict = verdict(&item, &schedule(rules.to_vec()), &none(), ts(&day(now)));
        let found = format!("{}{}", brief(&verdict.outcome), if verdict.conflict { " conflict" } else { "" });
        assert_eq!(found.replace("T16:00:00.000000Z", ""), expected, "{rules:#?} {triggers:?} on day {now}");
    };
    let (first, second) = (&*day(1), &*day(2));
    let min = |period| rule("min", RetainMin, Some(period), "t", &["a"]);
    let max = |period| rule("max", RetainMax, Some(period), "t", &["a"]);
    let erase = |period| rule("erase", Erase, Some(period), "u", &["a"]);
    let t = ("t", first);
    let u = ("u", second);
    // One kind alone.
    check(&[min("P9D")], &[t], &[], 5, "keep 2026-01-10");
    check(&[min("P9D")], &[t], &[], 20, "review NoDuty");
    check(&[min("P9D")], &[], &[], 5, "pending t");
    check(&[max("P9D")], &[t], &[], 5, "keep 2026-01-10");
    check(&[max("P9D")], &[t], &[], 11, "erase 2026-01-10");
    check(&[erase("P9D")], &[], &[], 11, "pending u");
    // The longest minimum and the shortest duty win.
    let min_long = rule("min2", RetainMin, Some("P19D"), "t", &["a"]);
    check(&[min("P9D"), min_long], &[t], &[], 5, "keep 2026-01-20");
    check(&[max("P9D"), erase("P3D")], &[t, u], &[], 4, "keep 2026-01-05");
    check(&[max("P9D"), erase("P3D")], &[t, u], &[], 6, "erase 2026-01-05");
    // Between minimum and maximum: kept until the maximum.
    check(&[min("P3D"), max("P9D")], &[t], &[], 7, "keep 2026-01-10");
    check(&[min("P9D"), max("P9D")], &[t], &[], 11, "erase 2026-01-10");
    // They cross.
    check(&[min("P9D"), erase("P1D")], &[t, u], &[], 3, "keep 2026-01-03");
    check(&[min("P9D"), erase("P1D")], &[t, u], &[], 4, "restrict 2026-01-10 conflict");
    check(&[min("P9D"), erase("P1D")], &[t, u], &[], 11, "erase 2026-01-10");
    // A minimum that has not begun forbids, and says so.
    check(&[min("P9D"), erase("P1D")], &[u], &[], 20, "pending t conflict");
    check(&[min("P9D"), erase("P1D")], &[t], &[], 5, "keep 2026-01-10");
    check(&[min("P9D"), erase("P1D")], &[t], &[], 20, "pending u");
    // Locks keep like minima.
    let lock = "2026-01-15T00:00:00+08:00";
    check(&[max("P9D")], &[t], &[lock], 5, "keep 2026-01-10");
    check(&[max("P9D")], &[t], &[lock], 12, "restrict 2026-01-14 conflict");
    check(&[max("P9D")], &[t], &[lock], 16, "erase 2026-01-14");
    check(&[], &[], &[lock], 5, "keep 2026-01-14");
    check(&[], &[], &[lock], 16, "review NoRule");
    // Restriction: stricter than keeping, milder than erasing.
    let restrict = |period| rule("restrict", Restrict, period, "u", &["a"]);
    check(&[max("P9D"), restrict(None)], &[t], &[], 5, "keep 2026-01-10");
    check(&[max("P9D"), restrict(None)], &[t, u], &[], 5, "restrict open");
    check(&[max("P9D"), restrict(Some("P4D"))], &[t, u], &[], 5, "restrict 2026-01-06");
    check(&[max("P9D"), restrict(Some("P4D"))], &[t, u], &[], 8, "keep 2026-01-10");
    check(&[max("P9D"), restrict(None)], &[t, u], &[], 11, "erase 2026-01-10");
    check(&[restrict(None)], &[], &[], 11, "review NoRule");
    // A duty without a period asks a person, who does not wait for a far maximum but does for a minimum.
    let shortest = rule("shortest", RetainMax, None, "u", &["a"]);
    check(std::slice::from_ref(&shortest), &[], &[], 5, "pending u");
    check(std::slice::from_ref(&shortest), &[u], &[], 5, "review Judgement");
    check(&[shortest.clone(), max("P9D")], &[t, u], &[], 5, "review Judgement");
    check(&[shortest.clone(), max("P9D")], &[t, u], &[], 11, "erase 2026-01-10");
    check(&[shortest, min("P9D")], &[t, u], &[], 5, "keep 2026-01-10");
    // Validity: old data is bound from the first day on; what began before the last day runs on.
    let later = |mut rule: Rule, from| {
        rule.valid_from = Some(date(from));
        rule
    };
    let until = |mut rule: Rule, to| {
        rule.valid_to = Some(date(to));
        rule
    };
    check(&[later(max("P1D"), "2026-01-15")], &[t], &[], 10, "keep 2026-01-14");
    check(&[later(max("P1D"), "2026-01-15")], &[t], &[], 15, "erase 2026-01-14");
    check(&[later(min("P19D"), "2026-01-15"), max("P9D")], &[t], &[], 11, "erase 2026-01-10");
    check(&[later(min("P19D"), "2026-01-15"), max("P9D")], &[t], &[], 15, "restrict 2026-01-20 conflict");
    check(&[until(max("P9D"), "2026-01-01")], &[t], &[], 11, "erase 2026-01-10");
    check(&[until(max("P9D"), "2025-12-31")], &[t], &[], 11, "review NoRule");
    // A rule that is off does nothing.
    let off = Rule { enabled: false, ..min("P9D") };
    check(&[off, max("P3D")], &[t], &[], 6, "erase 2026-01-04");
}

#[test]
fn fields_go_and_stay_one_by_one() {
    use RuleKind::{Erase, RetainMin};
    let rules = schedule(vec![
        rule("keep-contract", RetainMin, Some("P3Y"), "contract-ended", &["contract"]),
        rule("erase-all", Erase, Some("P0D"), "account-closed", &["contract", "contact"]),
        rule("keep-tax", RetainMin, Some("P10Y"), "contract-ended", &["tax"]),
    ]);
    let mut contract = item(
        1,
        "contract",
        &[("account-closed", "2026-01-01T12:00:00+08:00"), ("contract-ended", "2025-01-01T12:00:00+08:00")],
    );
    let field =
        |name: &str, class: &str| FieldItem { name: name.parse().unwrap(), class: class.parse().unwrap() };
    contract.fields = vec![field("text", "contract"), field("phone", "contact"), field("tax_id", "tax")];
    let at = |now| verdict(&contract, &rules, &none(), ts(now));
    let fields = |verdict: &Verdict| {
        verdict.fields.iter().map(|f| format!("{} {}", f.name, brief(&f.outcome))).collect::<Vec<_>>()
    };
    let now = at("2026-06-01T00:00:00Z");
    assert_eq!(brief(&now.outcome), "restrict 2028-01-01T16:00:00.000000Z");
    assert_eq!(
        fields(&now),
        ["phone erase 2026-01-01T04:00:00.000000Z", "tax_id restrict 2035-01-01T16:00:00.000000Z"]
    );
    assert!(now.conflict && !now.fields[0].conflict && now.fields[1].conflict);
    let cited: Vec<_> = now.rules.iter().map(|rule| rule.id.to_string()).collect();
    assert_eq!(cited, ["keep-contract", "erase-all"], "both sides of a conflict are cited");
    let later = at("2030-01-01T00:00:00Z");
    assert_eq!(brief(&later.outcome), "erase 2028-01-01T16:00:00.000000Z");
    assert_eq!(
        fields(&later)[1],
        "tax_id restrict 2035-01-01T16:00:00.000000Z",
        "the duty binds the field, the minimum saves it"
    );
}

#[test]
fn a_held_record_survives_its_deadline() {
    let crm = crm();
    let mut item = item(7, "contact", &[("account-closed", "2020-01-01T00:00:00Z")]);
    item.fields = vec![FieldItem { name: "taste".parse().unwrap(), class: "preference".parse().unwrap() }];
    let now = ts("2026-11-22T00:00:00Z");
    let hold = |scope| Hold {
        id: HoldId::from_bytes([3; 16]),
        scope,
        reason: "litigation".parse().unwrap(),
        placed_by: ActorId::from_bytes([4; 16]),
        placed_at: ts("2026-01-01T00:00:00Z"),
        released: None,
    };
    let check = |scope: Scope, held: bool| {
        let mut placed = hold(scope.clone());
        let with = verdict(&item, &crm, &Holds::new(1, vec![placed.clone()]), now);
        assert_eq!(matches!(with.outcome, Outcome::Hold { .. }), held, "{scope:?}");
        placed.release(ActorId::from_bytes([5; 16]), now).unwrap();
        let without = verdict(&item, &crm, &Holds::new(2, vec![placed.clone()]), now);
        assert!(matches!(without.outcome, Outcome::Erase { .. }), "{scope:?}");
        assert!(placed.release(ActorId::from_bytes([5; 16]), now).is_err());
        assert!(hold(scope).release(ActorId::from_bytes([5; 16]), ts("2025-01-01T00:00:00Z")).is_err());
    };
    check(Scope::Everything, true);
    check(Scope::Customer(item.customer), true);
    check(Scope::Customer(CustomerId::from_bytes([2; 16])), false);
    check(Scope::Record(item.record), true);
    check(Scope::Record(RecordId::from_bytes([8; 16])), false);
    check(Scope::Class("contact".parse().unwrap()), true);
    check(Scope::Class("contract".parse().unwrap()), false);
    check(Scope::Class("preference".parse().unwrap()), true);
}

/// The naive reference: four lists, written from the documentation, no index, no struct, no early exit.
fn reference(item: &Item, class: &ClassName, rules: &[Rule], now: Timestamp) -> String {
    let binds = |rule: &&Rule| {
        rule.enabled
            && (rule.classes.contains(class)
                || (rule.kind != RuleKind::RetainMin && rule.classes.contains(&item.class)))
    };
    let zone = time::UtcOffset::from_hms(8, 0, 0).unwrap();
    let from = |rule: &Rule| rule.valid_from.map_or(Timestamp::MIN, |date| Timestamp::start_of(date, zone));
    let started = |rule: &Rule| {
        let at = *item.triggers.get(&rule.trigger)?;
        rule.valid_to.is_none_or(|last| at.date_in(zone) <= last).then_some(at)
    };
    let bound: Vec<&Rule> = rules.iter().filter(binds).collect();
    let of =
        |kinds: &[RuleKind]| bound.iter().copied().filter(|r| kinds.contains(&r.kind)).collect::<Vec<_>>();
    let duty_kinds = [RuleKind::Erase, RuleKind::RetainMax];
    let floor = of(&[RuleKind::RetainMin])
        .into_iter()
        .filter(|rule| from(rule) <= now)
        .filter_map(|rule| Some(rule.period?.end(started(rule)?, zone)))
        .chain(item.locks.iter().map(|lock| lock.until()))
        .max();
    let due = of(&duty_kinds)
        .into_iter()
        .filter_map(|rule| Some(rule.period?.end(started(rule)?, zone).max(from(rule))))
        .min();
    let judged = of(&duty_kinds)
        .into_iter()
        .any(|rule| rule.period.is_none() && started(rule).is_some_and(|at| at <= now) && from(rule) <= now);
    let restrictions: Vec<Option<Timestamp>> = of(&[RuleKind::Restrict])
        .into_iter()
        .filter_map(|rule| Some((rule, started(rule)?)))
        .filter(|(rule, at)| *at <= now && from(rule) <= now)
        .map(|(rule, at)| rule.period.map(|period| period.end(at, zone)))
        .filter(|end| end.is_none_or(|end| now < end))
        .collect();
    let awaited = |kinds: &[RuleKind]| {
        let mut events: Vec<_> =
            of(kinds).into_iter().map(|r| &r.trigger).filter(|t| !item.triggers.contains_key(*t)).collect();
        events.sort();
        events.dedup();
        events.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    };
    let any = awaited(&[RuleKind::Erase, RuleKind::RetainMax, RuleKind::RetainMin]);
    let awaits_floor = !awaited(&[RuleKind::RetainMin]).is_empty();
    let kept = floor.is_some_and(|floor| now < floor);
    match due.is_some_and(|due| due <= now) {
        true if kept => format!("restrict {}", floor.unwrap()),
        true if !awaits_floor => format!("erase {}", due.max(floor).unwrap()),
        _ if restrictions.contains(&None) => "restrict open".to_owned(),
        _ if !restrictions.is_empty() => format!("restrict {}", restrictions.iter().flatten().max().unwrap()),
        true => format!("pending {any}"),
        false if judged && !kept => "review Judgement".to_owned(),
        false if due.is_some() => format!("keep {}", due.unwrap()),
        false if kept => format!("keep {}", floor.unwrap()),
        false if !any.is_empty() => format!("pending {any}"),
        false if of(&[RuleKind::RetainMin]).iter().any(|r| started(r).is_some() && from(r) <= now) => {
            "review NoDuty".to_owned()
        }
        false => "review NoRule".to_owned(),
    }
}

fn any_rule(id: usize) -> impl Strategy<Value = Rule> {
    let kinds = prop::sample::select(vec![
        RuleKind::Erase,
        RuleKind::Restrict,
        RuleKind::RetainMax,
        RuleKind::RetainMin,
    ]);
    let periods = prop::sample::select(vec!["", "P0D", "P1D", "P5D", "P1M", "P3M", "P1Y"]);
    let triggers = prop::sample::select(vec!["t", "u", "v"]);
    let classes = prop::sample::subsequence(vec!["a", "b", "c"], 1..=3);
    let dates = prop::sample::select(vec!["", "2026-01-20", "2026-03-01"]);
    (kinds, periods, triggers, classes, dates.clone(), dates, prop::bool::weighted(0.9)).prop_map(
        move |(kind, period, trigger, classes, from, to, enabled)| {
            let period = match (kind, period) {
                (RuleKind::RetainMin, "" | "P0D") => Some("P2M"),
                (_, "") => None,
                (_, period) => Some(period),
            };
            let valid_from = (!from.is_empty()).then(|| date(from));
            let valid_to = (!to.is_empty() && from <= to).then(|| date(to));
            Rule { valid_from, valid_to, enabled, ..rule(&format!("r{id}"), kind, period, trigger, &classes) }
        },
    )
}

fn any_rules() -> impl Strategy<Value = Vec<Rule>> {
    (0usize..7).prop_flat_map(|count| (0..count).map(any_rule).collect::<Vec<_>>())
}

fn any_instant() -> impl Strategy<Value = Timestamp> {
    // Around the edges of civil days in +08:00, so that off-by-one mistakes show.
    let base = ts("2026-01-01T16:00:00Z");
    (0i64..500, -1i64..=1).prop_map(move |(day, offset)| {
        Timestamp::from_unix_micros(base.unix_micros() + day * 86_400_000_000 + offset)
    })
}

prop_compose! {
    fn any_item()(
        triggers in prop::collection::btree_map(prop::sample::select(vec!["t", "u", "v"]), any_instant(), 0..4),
        locks in prop::collection::vec(any_instant(), 0..2),
        with_field in any::<bool>(),
    ) -> Item {
        let mut item = item(1, "a", &[]);
        item.triggers = triggers.into_iter().map(|(event, at)| (event.parse().unwrap(), at)).collect();
        item.locks = locks.into_iter().map(Lock::new).collect();
        if with_field {
            item.fields = vec![FieldItem { name: "f".parse().unwrap(), class: "b".parse().unwrap() }];
        }
        item
    }
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn the_engine_agrees_with_the_naive_reference(rules in any_rules(), item in any_item(), now in any_instant()) {
        let schedule = schedule(rules.clone());
        let found = verdict(&item, &schedule, &none(), now);
        prop_assert_eq!(brief(&found.outcome), reference(&item, &item.class, &rules, now));
        prop_assert_eq!(found.fields.len(), item.fields.len());
        for (field, verdict) in item.fields.iter().zip(&found.fields) {
            prop_assert_eq!(brief(&verdict.outcome), reference(&item, &field.class, &rules, now));
        }
    }

    #[test]
    fn nothing_is_erased_before_its_due_date_and_something_at_it(rules in any_rules(), item in any_item(), now in any_instant()) {
        let schedule = schedule(rules);
        let erases = |now| {
            let found = verdict(&item, &schedule, &none(), now);
            std::iter::once(&found.outcome).chain(found.fields.iter().map(|f| &f.outcome)).any(|o| matches!(o, Outcome::Erase { .. }))
        };
        match schedule.next_due(&item) {
            None => prop_assert!(!erases(now) && !erases(Timestamp::MAX)),
            Some(due) => {
                prop_assert!(erases(due));
                prop_assert!(!erases(Timestamp::from_unix_micros(due.unix_micros() - 1)));
                prop_assert!(due <= now || !erases(now));
            }
        }
    }

    #[test]
    fn another_minimum_or_lock_never_makes_anything_erasable(rules in any_rules(), item in any_item(), extra in any_rule(99), until in any_instant(), now in any_instant()) {
        let erased = |item: &Item, rules: &[Rule]| matches!(verdict(item, &schedule(rules.to_vec()), &none(), now).outcome, Outcome::Erase { .. });
        let before = erased(&item, &rules);
        let mut more = rules.clone();
        more.push(Rule { kind: RuleKind::RetainMin, period: Some("P3M".parse().unwrap()), ..extra });
        prop_assert!(before || !erased(&item, &more));
        let mut locked = item;
        locked.locks.push(Lock::new(until));
        prop_assert!(before || !erased(&locked, &rules));
    }
}
