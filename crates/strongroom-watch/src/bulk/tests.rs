//! The detector beside a recount of the whole history, and its bounds.

#![expect(clippy::arithmetic_side_effects, reason = "an overflow is a failed test")]

use super::*;
use crate::Severity;
use proptest::prelude::*;
use std::collections::BTreeMap;
use strongroom_types::{Action, CustomerId, Kind, Level, RuleId, Timestamp};

fn cases(base: u32) -> u32 {
    match std::env::var("STRONGROOM_EFFORT").as_deref() {
        Ok("soak") => base * 100,
        Ok("ci") => base * 10,
        _ => base,
    }
}

fn config(base: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases(base)) }
}

fn seen(seconds: i64, actor: u8, customer: Option<u8>, records: u64) -> Observation {
    Observation {
        at: Timestamp::from_unix_micros(1_000_000_000_000_000).plus_seconds(seconds),
        actor: ActorId::from_bytes([actor; 16]),
        action: Action::View,
        kind: Kind::new("customer").unwrap(),
        level: Some(Level::from_rank(1)),
        records,
        customer: customer.map(|n| CustomerId::from_bytes([n; 16])),
        allowed: true,
    }
}

fn rule(name: &str, measure: Measure, threshold: u64, window_seconds: u32) -> BulkRule {
    BulkRule::new(RuleId::new(name).unwrap(), measure, threshold, window_seconds)
}

fn settings(rules: Vec<BulkRule>) -> BulkSettings {
    BulkSettings { rules, lateness_seconds: 5, ..BulkSettings::default() }
}

fn small() -> BulkSettings {
    let chief = RoleName::new("chief").unwrap();
    let intern = RoleName::new("intern").unwrap();
    settings(vec![
        BulkRule {
            roles: BTreeMap::from([(chief, 9), (intern, 2)]),
            ..rule("people", Measure::Customers, 5, 60)
        },
        BulkRule {
            level_min: Level::from_rank(2),
            severity: Severity::High,
            ..rule("secret", Measure::Customers, 3, 30)
        },
        BulkRule { actions: [Action::Export].into(), ..rule("taken", Measure::Records, 20, 45) },
    ])
}

/// The naive reference: keeps everything, and recounts from the start each time.
#[derive(Default)]
struct Recount {
    history: Vec<(i64, Observation)>,
    fired: HashMap<(ActorId, usize), i64>,
    skew: i64,
}

impl Recount {
    fn observe(
        &mut self,
        settings: &BulkSettings,
        new: &Observation,
        roles: &[RoleName],
    ) -> Vec<(RuleId, ActorId, u64)> {
        // Time as the README tells it: a little late is now, and a clock set back goes on from the latest instant.
        let latest = self.history.last().map(|(at, _)| *at);
        let own = new.at.unix_micros() + self.skew;
        let now = match latest {
            Some(latest) if own < latest => {
                if latest - own > i64::from(settings.lateness_seconds) * 1_000_000 {
                    self.skew += latest - own;
                }
                latest
            }
            _ => own,
        };
        self.history.push((now, new.clone()));
        let mut alerts = Vec::new();
        for (index, rule) in settings.rules.iter().enumerate() {
            let matches = |o: &Observation| {
                o.actor == new.actor
                    && o.allowed
                    && rule.actions.contains(&o.action)
                    && (rule.kinds.is_empty() || rule.kinds.contains(&o.kind))
                    && o.level.is_none_or(|level| level >= rule.level_min)
                    && o.records > 0
            };
            if !matches(new) {
                continue;
            }
            let width = i64::from(rule.window_seconds) * 1_000_000;
            let inside =
                self.history.iter().filter(|(at, o)| *at > now - width && matches(o)).map(|(_, o)| o);
            let mut customers = BTreeSet::new();
            let mut count = 0;
            for o in inside {
                match (rule.measure, o.customer) {
                    (Measure::Customers, Some(customer)) => count += u64::from(customers.insert(customer)),
                    _ => count += o.records,
                }
            }
            let own: Vec<u64> = roles.iter().filter_map(|role| rule.roles.get(role).copied()).collect();
            let threshold = own.into_iter().min().unwrap_or(rule.threshold);
            let quiet = self.fired.get(&(new.actor, index)).is_some_and(|fired| now < fired + width);
            if count >= threshold && !quiet {
                self.fired.insert((new.actor, index), now);
                alerts.push((rule.name.clone(), new.actor, count));
            }
        }
        alerts
    }
}

prop_compose! {
    fn step()(
        jump in prop_oneof![20 => 0i64..6, 4 => -8i64..0, 1 => 20i64..100, 1 => -500i64..0],
        actor in 0u8..3,
        customer in proptest::option::weighted(0.9, 0u8..12),
        records in prop_oneof![8 => 1u64..3, 1 => 0u64..30],
        rank in proptest::option::weighted(0.9, 0u8..4),
        export in proptest::bool::weighted(0.3),
        allowed in proptest::bool::weighted(0.9),
        roles in proptest::sample::subsequence(vec!["chief", "intern", "other"], 0..=2),
    ) -> (i64, Observation, Vec<RoleName>) {
        let action = if export { Action::Export } else { Action::View };
        let observation =
            Observation { level: rank.map(Level::from_rank), action, allowed, ..seen(0, actor, customer, records) };
        (jump, observation, roles.into_iter().map(|role| RoleName::new(role).unwrap()).collect())
    }
}

fn timed(steps: Vec<(i64, Observation, Vec<RoleName>)>) -> Vec<(Observation, Vec<RoleName>)> {
    let mut clock = 0;
    let place = |(jump, observation, roles): (i64, Observation, Vec<RoleName>)| {
        clock += jump;
        (Observation { at: observation.at.plus_seconds(clock), ..observation }, roles)
    };
    steps.into_iter().map(place).collect()
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn the_detector_alerts_exactly_when_a_recount_of_the_whole_history_does(
        steps in proptest::collection::vec(step(), 1..120),
    ) {
        let settings = small();
        let mut watch = BulkAccess::new(settings.clone()).unwrap();
        let mut recount = Recount::default();
        for (observation, roles) in timed(steps) {
            let alerts = watch.observe(&observation, &roles);
            let expected = recount.observe(&settings, &observation, &roles);
            let named: Vec<_> = alerts.iter().map(|alert| (alert.rule.clone(), alert.actor)).collect();
            prop_assert_eq!(named, expected.iter().map(|(rule, actor, _)| (rule.clone(), *actor)).collect::<Vec<_>>());
            for (alert, (_, _, counted)) in alerts.iter().zip(&expected) {
                prop_assert!(alert.threshold <= alert.observed && alert.observed <= *counted);
                prop_assert!(alert.from <= alert.to);
            }
        }
        prop_assert_eq!(watch.evicted(), 0);
    }

    #[test]
    fn a_restart_in_the_middle_changes_nothing(
        steps in proptest::collection::vec(step(), 1..80), at in any::<proptest::sample::Index>(),
    ) {
        let steps = timed(steps);
        let (before, after) = steps.split_at(at.index(steps.len()));
        let mut whole = BulkAccess::new(small()).unwrap();
        whole.replay(before.iter().cloned());
        let text = serde_json::to_string(&whole.snapshot()).unwrap();
        let mut resumed = BulkAccess::resume(small(), serde_json::from_str(&text).unwrap()).unwrap();
        prop_assert_eq!(whole.replay(after.iter().cloned()), resumed.replay(after.iter().cloned()));
        prop_assert_eq!(whole.snapshot(), resumed.snapshot());
        prop_assert_eq!(whole.entries(), resumed.entries());
    }

    #[test]
    fn the_bounds_hold_and_the_actor_at_hand_is_never_forgotten(
        steps in proptest::collection::vec(step(), 1..120), actors_max in 1u32..3, spare in 0u32..10,
    ) {
        let mut settings = small();
        settings.actors_max = actors_max;
        settings.entries_max = 9 + 3 + 20 + spare;
        let mut watch = BulkAccess::new(settings.clone()).unwrap();
        for (observation, roles) in timed(steps) {
            watch.observe(&observation, &roles);
            prop_assert!(u32::try_from(watch.actors()).unwrap() <= actors_max);
            prop_assert!(u32::try_from(watch.entries()).unwrap() <= settings.entries_max);
            let counted: usize = watch.actors.values().flat_map(|w| &w.windows).map(Window::len).sum();
            prop_assert_eq!(counted, watch.entries());
            prop_assert_eq!(watch.idle.len(), watch.actors());
        }
        prop_assert!(BulkAccess::resume(settings, watch.snapshot()).is_ok());
    }
}

#[test]
fn an_alert_comes_at_the_threshold_and_then_once_a_window() {
    let mut watch = BulkAccess::new(settings(vec![rule("r", Measure::Records, 10, 60)])).unwrap();
    let alerts: Vec<i64> =
        (0..300).filter(|second| !watch.observe(&seen(*second, 1, None, 1), &[]).is_empty()).collect();
    assert_eq!(alerts, [9, 69, 129, 189, 249]);
}

#[test]
fn what_is_exactly_a_window_old_no_longer_counts() {
    let check = |gap: i64, expected: usize| {
        let mut watch = BulkAccess::new(settings(vec![rule("r", Measure::Customers, 2, 60)])).unwrap();
        assert!(watch.observe(&seen(0, 1, Some(1), 1), &[]).is_empty());
        assert_eq!(watch.observe(&seen(gap, 1, Some(2), 1), &[]).len(), expected, "{gap}");
    };
    check(59, 1);
    check(60, 0);
}

#[test]
fn the_same_customer_again_is_one_customer_and_one_colleague_is_not_another() {
    let mut watch = BulkAccess::new(settings(vec![rule("r", Measure::Customers, 3, 60)])).unwrap();
    for second in 0..50 {
        assert!(watch.observe(&seen(second, 1, Some(1), 1), &[]).is_empty());
        assert!(watch.observe(&seen(second, 2, Some(u8::try_from(second % 2).unwrap()), 1), &[]).is_empty());
    }
    assert_eq!(watch.entries(), 3);
    assert!(watch.observe(&seen(50, 1, Some(2), 1), &[]).is_empty());
    let alerts = watch.observe(&seen(51, 1, Some(3), 1), &[]);
    assert_eq!((alerts.len(), alerts[0].observed, alerts[0].from.seconds_since(alerts[0].to)), (1, 3, -2));
}

#[test]
fn a_clock_that_is_set_back_hides_nothing_and_blinds_nobody() {
    let mut watch = BulkAccess::new(settings(vec![rule("r", Measure::Customers, 4, 60)])).unwrap();
    let years = 73 * 31_557_600;
    let looks =
        [(0, 1), (years, 2), (years + 1, 3), (2, 4), (3, 5), (4, 6), (200, 7), (201, 8), (202, 9), (203, 10)];
    let alerts: Vec<u8> = looks
        .into_iter()
        .filter(|(second, customer)| !watch.observe(&seen(*second, 1, Some(*customer), 1), &[]).is_empty())
        .map(|(_, customer)| customer)
        .collect();
    assert_eq!(alerts, [5, 10]);
}

#[test]
fn numbers_at_the_edge_neither_overflow_nor_hide() {
    let mut watch = BulkAccess::new(settings(vec![rule("r", Measure::Records, 100_000, 60)])).unwrap();
    assert_eq!(watch.observe(&seen(0, 1, None, u64::MAX), &[])[0].observed, u64::MAX);
    watch.observe(&seen(1, 1, None, u64::MAX), &[]);
    for at in [Timestamp::MAX, Timestamp::MIN, Timestamp::MAX] {
        watch.observe(&Observation { at, ..seen(0, 1, None, 1) }, &[]);
    }
    assert_eq!(watch.actors(), 1);
}

#[test]
fn what_was_refused_or_shows_nothing_or_is_no_reading_is_not_counted() {
    let mut watch = BulkAccess::new(settings(vec![rule("r", Measure::Records, 1, 60)])).unwrap();
    let base = seen(0, 1, Some(1), 1);
    for ignored in [
        Observation { allowed: false, ..base.clone() },
        Observation { records: 0, ..base.clone() },
        Observation { action: Action::Create, ..base.clone() },
        Observation { action: Action::Configure, ..base.clone() },
    ] {
        assert!(watch.observe(&ignored, &[]).is_empty(), "{ignored:?}");
    }
    assert_eq!(watch.actors(), 0);
    for action in [
        Action::View,
        Action::List,
        Action::Open,
        Action::Search,
        Action::Export,
        Action::Print,
        Action::Send,
        Action::Share,
    ] {
        let mut watch = BulkAccess::new(settings(vec![rule("r", Measure::Records, 1, 60)])).unwrap();
        assert_eq!(watch.observe(&Observation { action, ..base.clone() }, &[]).len(), 1, "{action}");
    }
}

#[test]
fn impossible_settings_are_refused() {
    let check = |change: fn(&mut BulkSettings), expected: &str| {
        let mut settings = small();
        change(&mut settings);
        assert_eq!(settings.validate().unwrap_err().to_string(), expected);
        assert!(BulkAccess::new(settings).is_err());
    };
    assert_eq!(BulkSettings::default().validate(), Ok(()));
    assert_eq!(BulkSettings::default().rules.len(), 3);
    assert_eq!(small().validate(), Ok(()));
    check(|s| s.rules.clear(), "there are 1 to 32 rules, not 0");
    check(|s| s.rules = vec![s.rules[0].clone(); 33], "there are 1 to 32 rules, not 33");
    check(|s| s.rules[1] = s.rules[0].clone(), "two rules are called `people`");
    check(|s| s.rules[0].actions.clear(), "rule `people` counts no action");
    check(|s| s.rules[0].threshold = 0, "a threshold of rule `people` is 1 to 100000, not 0");
    check(|s| s.rules[0].threshold = 100_001, "a threshold of rule `people` is 1 to 100000, not 100001");
    check(
        |s| *s.rules[0].roles.values_mut().next().unwrap() = 0,
        "a threshold of rule `people` is 1 to 100000, not 0",
    );
    check(|s| s.rules[0].window_seconds = 0, "`window_seconds` of rule `people` is 1 to 86400, not 0");
    check(
        |s| s.rules[0].window_seconds = 86_401,
        "`window_seconds` of rule `people` is 1 to 86400, not 86401",
    );
    check(|s| s.actors_max = 0, "`actors_max` is 1 to 1000000, not 0");
    check(|s| s.actors_max = 1_000_001, "`actors_max` is 1 to 1000000, not 1000001");
    check(|s| s.lateness_seconds = 31, "`lateness_seconds` is at most 30, the shortest window, not 31");
    check(
        |s| s.entries_max = 31,
        "`entries_max` is at least 32, the sum of the rules' highest thresholds, not 31",
    );
    for text in [
        r#"{"rule":[]}"#,
        r#"{"rules":[{"name":"a","measure":"records","threshold":1}]}"#,
        r#"{"rules":[{"name":"a","measure":"bytes","threshold":1,"window_seconds":1}]}"#,
        r#"{"rules":[{"name":"a","measure":"records","threshold":-1,"window_seconds":1}]}"#,
        r#"{"rules":[{"name":"a","measure":"records","threshold":1,"window_seconds":1,"actions":["look"]}]}"#,
    ] {
        assert!(serde_json::from_str::<BulkSettings>(text).is_err(), "{text}");
    }
    assert_eq!(serde_json::from_str::<BulkSettings>("{}").unwrap(), BulkSettings::default());
}

#[test]
fn snapshots_that_no_detector_leaves_are_refused() {
    let mut watch = BulkAccess::new(small()).unwrap();
    for n in 0..4 {
        watch.observe(&seen(i64::from(n), 1, Some(n), 1), &[]);
    }
    let text = serde_json::to_string(&watch.snapshot()).unwrap();
    let resume = |text: &str| BulkAccess::resume(small(), serde_json::from_str(text).unwrap());
    assert!(resume(&text).is_ok());
    let check = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        assert!(resume(&text.replacen(from, to, 1)).is_err(), "{from} -> {to}");
    };
    check(r#""version":0"#, r#""version":1"#);
    check(r#""threshold":5"#, r#""threshold":6"#);
    check(r#""latest":1000000003000000"#, r#""latest":null"#);
    check(r#""latest":1000000003000000"#, r#""latest":1000000002000000"#);
    check(r#""last":1000000003000000"#, r#""last":1000000002000000"#);
    check(r#""weight":1"#, r#""weight":0"#);
    check(r#""weight":1"#, r#""weight":2"#);
    check("01010101-0101-0101-0101-010101010101\"}", "00000000-0000-0000-0000-000000000000\"}");
    check(r#""fired":null"#, r#""fired":2000000000000000"#);
    check(r#","entries":[]}]"#, r#","entries":[]},{"fired":null,"entries":[]}]"#);
    let other = BulkSettings { actors_max: 7, ..small() };
    assert_eq!(BulkAccess::resume(other, watch.snapshot()).unwrap_err(), ResumeError::OtherSettings);
}
