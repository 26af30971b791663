//! The verdict on one record beside a comparison of dates over the rules that bind it, picked out before.

use std::{collections::BTreeMap, hint::black_box};
use strongroom_benches::{Fault, Figures, Goal, Unit, ensure, repeated};
use strongroom_retention::{ClassName, EventName, Holds, Item, Outcome, Rule, RuleKind, Schedule, verdict};
use strongroom_types::{CustomerId, Kind, RecordId, RuleId, Timestamp};

pub(crate) const HOUSE: &str =
    include_str!("../../../crates/strongroom-retention/examples/crm.retention.toml");
const RULES: usize = 60;

pub(crate) fn run(figures: &Figures) -> Result<(), Fault> {
    if !figures.wants(&["retention-verdict"]) {
        return Ok(());
    }
    let schedule = schedule()?;
    let now: Timestamp = "2026-11-20T02:00:00Z".parse()?;
    let class = ClassName::new("transaction")?;
    let (record, customer) = (RecordId::from_bytes([1; 16]), CustomerId::from_bytes([2; 16]));
    let mut item = Item::new(record, customer, Kind::new("transaction")?, class.clone());
    for (event, at) in [("collected", "2025-03-01T00:00:00Z"), ("transaction-done", "2025-02-28T16:00:00Z")] {
        item.triggers.insert(EventName::new(event)?, at.parse()?);
    }
    let holds = Holds::new(0, Vec::new());
    let by_hand = ByHand::new(&schedule, &class, &item);
    let ours = verdict(&item, &schedule, &holds, now);
    ensure(matches!(ours.outcome, Outcome::Keep { .. }), "the record is kept")?;
    ensure(by_hand.is_kept(now.unix_micros()), "by hand it is kept as well")?;
    figures.ratio(
        "retention-verdict",
        Unit::Nanos,
        Goal::Nanos(200.0),
        repeated(|| {
            drop(black_box(verdict(black_box(&item), &schedule, &holds, now)));
            Ok(())
        }),
        repeated(|| {
            black_box(by_hand.is_kept(black_box(now.unix_micros())));
            Ok(())
        }),
    )
}

/// The law pack and what the example of a house adds to it, filled up with rules about classes of their own, and a group
/// that puts the law's personal data over the transactions.
fn schedule() -> Result<Schedule, Fault> {
    let mut rules = Schedule::shipped()?.rules().to_vec();
    let house = Schedule::from_toml("crm.retention.toml", HOUSE)?;
    let is_new = |rule: &&Rule| !rules.iter().any(|law| law.id == rule.id);
    let added: Vec<Rule> = house.rules().iter().filter(is_new).cloned().collect();
    rules.extend(added);
    let model = house.rules().iter().find(|rule| rule.id.as_str() == "house-feedback-max");
    let model = model.ok_or("the example has the rule `house-feedback-max`")?;
    for number in rules.len()..RULES {
        let (id, class) = (format!("house-more-{number}"), format!("class-{number}"));
        rules.push(Rule { id: RuleId::new(&id)?, classes: vec![ClassName::new(&class)?], ..model.clone() });
    }
    let groups = BTreeMap::from([(ClassName::new("personal")?, vec![ClassName::new("transaction")?])]);
    Ok(Schedule::new(groups, rules)?)
}

/// When each rule that binds the record begins and ends, in microseconds, for the events that have happened to it.
struct ByHand(Vec<(RuleKind, i64, i64)>);

impl ByHand {
    fn new(schedule: &Schedule, class: &ClassName, item: &Item) -> Self {
        let personal =
            |rule: &&Rule| rule.classes.iter().any(|name| name == class || name.as_str() == "personal");
        let dates = |rule: &Rule| {
            let trigger = *item.triggers.get(&rule.trigger)?;
            let end = rule.period?.end(trigger, rule.zone?);
            Some((rule.kind, trigger.unix_micros(), end.unix_micros()))
        };
        let rules = schedule.rules().iter().filter(|rule| rule.enabled).filter(personal);
        Self(rules.filter_map(dates).collect())
    }

    /// Whether nothing is due, with each end compared once.
    fn is_kept(&self, now: i64) -> bool {
        let (mut not_before, mut not_after) = (i64::MIN, i64::MAX);
        for (kind, begin, end) in &self.0 {
            match kind {
                _ if *begin > now => {}
                RuleKind::Erase | RuleKind::RetainMax => not_after = not_after.min(*end),
                RuleKind::RetainMin => not_before = not_before.max(*end),
                RuleKind::Restrict => return false,
            }
        }
        now < not_after && not_before <= not_after
    }
}
