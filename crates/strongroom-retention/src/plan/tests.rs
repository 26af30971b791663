//! Goal: a plan loses nothing, and grants nothing it should not. Method: the exit of a sample customer, and tables of refusals.

#![expect(clippy::arithmetic_side_effects, reason = "an overflow in a test is a failed test")]

use super::*;
use crate::testing::{config, crm, item, world::*};
use crate::{FieldItem, Hold, Mark, Rule, Scope};
use proptest::prelude::*;
use strongroom_types::{ActorId, HoldId};

fn classes(lines: &[PlanLine]) -> Vec<&str> {
    lines.iter().map(|line| line.class.as_str()).collect()
}

#[test]
fn an_exit_shows_what_goes_and_what_stays_and_why() {
    let plan = exit_plan();
    assert_eq!(classes(plan.erase()), ["customer-basic", "contact"]);
    assert_eq!(classes(plan.restrict()), ["transaction"]);
    assert_eq!(classes(plan.pending()), ["contract"]);
    assert_eq!(classes(plan.review()), ["transaction", "contract"], "conflicts are for a person, too");
    assert!(plan.keep().is_empty() && plan.held().is_empty() && !plan.whole_customer());
    let articles: Vec<_> =
        plan.citations().iter().map(|c| format!("{} {}", c.instrument, c.article)).collect();
    assert!(articles.contains(&"电子商务法 E-Commerce Law 31".to_owned()), "{articles:?}");
    assert!(articles.contains(&"PIPL 个人信息保护法 47(1)".to_owned()), "{articles:?}");
    let report = serde_json::to_value(&plan).unwrap();
    assert_eq!(report["erase"][0]["outcome"]["outcome"], "erase");
}

#[test]
fn a_plan_of_wrong_records_is_refused() {
    let (crm, none) = (crm(), Holds::new(0, Vec::new()));
    let now = "2026-11-22T02:00:00Z".parse().unwrap();
    let mut foreign = item(2, "contact", &[]);
    foreign.customer = CustomerId::from_bytes([9; 16]);
    let check = |inventory: &[Item]| plan(CUSTOMER, inventory, &crm, &none, now);
    assert_eq!(check(&[item(1, "contact", &[]), foreign.clone()]), Err(PlanError::Foreign(foreign.record)));
    let twice = [item(1, "contact", &[]), item(1, "contact", &[])];
    assert_eq!(check(&twice), Err(PlanError::Twice(twice[0].record)));
    let many = vec![item(1, "contact", &[]); PLAN_RECORDS_MAX + 1];
    assert_eq!(check(&many), Err(PlanError::TooLarge(PLAN_RECORDS_MAX + 1)));
    let empty = check(&[]).unwrap();
    assert!(!empty.whole_customer());
    assert_eq!(empty.permit(terms()).unwrap_err(), PermitError::Nothing);
    // A sweep plans each customer alone, and only those of whom something is due.
    let due = item(1, "contact", &[("account-closed", "2026-01-01T00:00:00Z")]);
    let plans = plans(&[foreign, due.clone()], &crm, &none, now).unwrap();
    assert_eq!(plans.iter().map(Plan::customer).collect::<Vec<_>>(), [due.customer]);
    assert!(plans[0].whole_customer());
}

#[test]
fn permits_are_granted_or_refused() {
    let actor = |n: u8| ActorId::from_bytes([n; 16]);
    let check = |approvers: &[u8], approvals_min, expected: Result<(), PermitError>| {
        let terms = PermitTerms {
            requester: actor(1),
            approvers: approvers.iter().map(|n| actor(*n)).collect(),
            approvals_min,
            ..terms()
        };
        assert_eq!(exit_plan().permit(terms).map(|_| ()), expected, "{approvers:?}");
    };
    check(&[2, 3], 2, Ok(()));
    check(&[2, 3, 4], 2, Ok(()));
    check(&[2], 1, Ok(()));
    check(&[], 0, Ok(()));
    check(&[], 1, Err(PermitError::Approvals { found: 0, needed: 1 }));
    check(&[2], 2, Err(PermitError::Approvals { found: 1, needed: 2 }));
    check(&[2, 2], 2, Err(PermitError::Approvals { found: 1, needed: 2 }));
    check(&[1, 2], 2, Err(PermitError::SelfApproval));
    check(&[2, 3, 1], 2, Err(PermitError::SelfApproval));
    check(&[1], 0, Err(PermitError::SelfApproval));
    let many: Vec<u8> = (2..=66).collect();
    check(&many[..64], 2, Ok(()));
    check(&many, 2, Err(PermitError::TooMany));
}

#[test]
fn a_record_with_a_field_that_stays_is_never_erased_whole() {
    let rule = |id: &str, kind, period: &str, classes: &[&str]| Rule {
        kind,
        period: Some(period.parse().unwrap()),
        classes: classes.iter().map(|class| class.parse().unwrap()).collect(),
        id: id.parse().unwrap(),
        mark: Mark::House,
        trigger: "account-closed".parse().unwrap(),
        ..crm().rules()[0].clone()
    };
    let rules = [
        rule("go", RuleKind::Erase, "P0D", &["contract", "contact"]),
        rule("stay", RuleKind::RetainMin, "P10Y", &["tax"]),
    ];
    let schedule = Schedule::new(BTreeMap::new(), rules.to_vec()).unwrap();
    let field =
        |name: &str, class: &str| FieldItem { name: name.parse().unwrap(), class: class.parse().unwrap() };
    let names = |line: &PlanLine| {
        line.fields.as_ref().map(|names| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
    };
    let check = |fields: &[FieldItem], erased: &[Option<&str>], restricted: &[Option<&str>]| {
        let mut contract = item(1, "contract", &[("account-closed", "2026-01-01T00:00:00Z")]);
        contract.fields = fields.to_vec();
        let now = "2026-11-22T02:00:00Z".parse().unwrap();
        let plan = plan(CUSTOMER, &[contract], &schedule, &Holds::new(0, Vec::new()), now).unwrap();
        let found: Vec<_> = plan.erase().iter().map(names).collect();
        assert_eq!(found.iter().map(Option::as_deref).collect::<Vec<_>>(), erased);
        let found: Vec<_> = plan.restrict().iter().map(names).collect();
        assert_eq!(found.iter().map(Option::as_deref).collect::<Vec<_>>(), restricted);
        assert_eq!(plan.whole_customer(), restricted.is_empty());
    };
    let (text, phone, tax) = (field("text", "contract"), field("phone", "contact"), field("tax_id", "tax"));
    check(&[], &[None], &[]);
    check(&[text.clone(), phone.clone()], &[None], &[]);
    check(&[text, phone.clone(), tax.clone()], &[Some("text,phone")], &[Some("tax_id")]);
    check(&[phone, tax.clone()], &[Some("phone")], &[Some("tax_id")]);
    check(&[tax], &[], &[Some("tax_id")]);
}

fn any_item(number: u8) -> impl Strategy<Value = Item> {
    let class =
        prop::sample::select(vec!["contact", "contract", "transaction", "preference", "fax", "document"]);
    let events = prop::sample::subsequence(
        vec!["account-closed", "contract-ended", "transaction-done", "collected"],
        0..=4,
    );
    let other = prop::option::of(prop::sample::select(vec!["contact", "transaction", "fax"]));
    (class, events, 2015i32..2027, other).prop_map(move |(class, events, year, other)| {
        let at = format!("{year}-05-31T00:00:00Z");
        let triggers: Vec<_> = events.iter().map(|event| (*event, at.as_str())).collect();
        let mut item = item(number, class, &triggers);
        let fields = [("own", Some(class)), ("other", other)];
        for (name, class) in fields.into_iter().filter_map(|(name, class)| Some((name, class?))) {
            item.fields.push(FieldItem { name: name.parse().unwrap(), class: class.parse().unwrap() });
        }
        item
    })
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn every_field_of_every_record_is_in_exactly_one_list(
        items in (0u8..8).prop_flat_map(|count| (0..count).map(any_item).collect::<Vec<_>>()),
        held in prop::option::of(0u8..8),
    ) {
        let crm = crm();
        let hold = held.map(|number| Hold {
            id: HoldId::from_bytes([1; 16]),
            scope: Scope::Record(RecordId::from_bytes([number; 16])),
            reason: "litigation".parse().unwrap(),
            placed_by: ActorId::from_bytes([1; 16]),
            placed_at: Timestamp::MIN,
            released: None,
        });
        let holds = Holds::new(1, hold.into_iter().collect());
        let now = "2026-11-22T02:00:00Z".parse().unwrap();
        let plan = plan(CUSTOMER, &items, &crm, &holds, now).unwrap();
        let all: Vec<&PlanLine> = plan.erase().iter().chain(plan.staying()).collect();
        for item in &items {
            let of_item: Vec<_> = all.iter().filter(|line| line.record == item.record).collect();
            prop_assert!(!of_item.is_empty());
            let whole = of_item.iter().filter(|line| line.fields.is_none()).count();
            for field in &item.fields {
                let named = of_item.iter().filter(|line| line.fields.iter().flatten().any(|name| *name == field.name)).count();
                prop_assert_eq!(whole + named, 1, "{:?}", of_item);
            }
            if held.is_some_and(|number| item.record == RecordId::from_bytes([number; 16])) {
                let all_held = of_item.iter().all(|line| matches!(line.outcome, Outcome::Hold { .. }));
                prop_assert!(all_held);
            }
        }
        let all_go = !items.is_empty() && all.iter().all(|line| line.fields.is_none() && matches!(line.outcome, Outcome::Erase { .. }));
        prop_assert_eq!(plan.whole_customer(), all_go);
        for line in &all {
            for rule in &line.rules {
                prop_assert!(plan.citations().iter().any(|citation| citation.id == rule.id));
            }
        }
    }
}
