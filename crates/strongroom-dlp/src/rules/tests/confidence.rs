//! Goal: a minimum makes a rule milder, never a finding unheard. Method: a table, and a reference that asks one finding
//! at a time.

use super::*;
use proptest::prelude::*;

fn sure(value: f32) -> Confidence {
    Confidence::new(value).unwrap()
}

fn phones(confidences: &[f32]) -> Vec<Finding> {
    let mut all = found(&vec![Entity::Phone; confidences.len()]);
    for (finding, confidence) in all.iter_mut().zip(confidences) {
        finding.confidence = *confidence;
    }
    all
}

#[test]
fn a_minimum_leaves_the_others_to_the_default() {
    let rules = Rules::new().rule(
        Rule::new("sure phones pass", Response::Allow)
            .entities(&[Entity::Phone])
            .confidence_min(Entity::Phone, sure(0.8)),
    );
    for (confidences, expected) in [
        (&[0.8][..], Response::Allow),
        (&[0.79], Response::NeedApproval),
        (&[0.9, 0.79], Response::NeedApproval),
        (&[f32::NAN], Response::Allow),
        (&[f32::INFINITY], Response::Allow),
        (&[f32::NEG_INFINITY], Response::NeedApproval),
    ] {
        let verdict = rules.respond(&phones(confidences), EXTERNAL, 0);
        assert_eq!(verdict.response, expected, "{confidences:?}");
    }
    let verdict = rules.respond(&phones(&[0.9, 0.5, 0.8, 0.6]), EXTERNAL, 0);
    let reasons: Vec<_> = verdict.reasons.iter().map(|r| (r.count, r.rule.as_deref())).collect();
    assert_eq!(reasons, [(2, None), (2, Some("sure phones pass"))]);
}

#[test]
fn only_what_is_sure_enough_counts_towards_the_least_number() {
    let rules = Rules::new()
        .unmatched_other(Response::Allow)
        .rule(Rule::new("many", Response::Block).confidence_min(Entity::Phone, sure(0.7)).count_min(2));
    assert_eq!(rules.respond(&phones(&[0.7, 0.9, 0.1]), EXTERNAL, 0).response, Response::Block);
    assert_eq!(rules.respond(&phones(&[0.6, 0.9, 0.1]), EXTERNAL, 0).response, Response::Allow);
    // The minimum is for phones alone.
    let mut mixed = phones(&[0.9]);
    mixed.extend(found(&[Entity::Email]).into_iter().map(|finding| Finding { confidence: 0.1, ..finding }));
    assert_eq!(rules.respond(&mixed, EXTERNAL, 0).response, Response::Block);
}

#[test]
fn a_confidence_is_from_zero_to_one() {
    for value in [0.0, -0.0, 0.5, 1.0] {
        assert_eq!(Confidence::new(value).map(Confidence::value), Ok(value));
    }
    for value in [-0.001, 1.001, f32::NAN, f32::INFINITY] {
        assert!(Confidence::new(value).is_err(), "{value}");
    }
    assert_eq!(sure(0.25).to_string(), "0.25");
}

proptest! {
    #![proptest_config(crate::testing::cases(256))]

    #[test]
    fn every_finding_is_heard(
        confidences in proptest::collection::vec(0_u8..10, 0..8),
        minima in proptest::collection::vec((0_u8..10, 0_usize..4), 0..4),
    ) {
        let confidences: Vec<_> = confidences.iter().map(|tenths| f32::from(*tenths) / 10.0).collect();
        let findings = phones(&confidences);
        let mut rules = Rules::new().unmatched_other(Response::Block);
        for (tenths, count) in &minima {
            let least = sure(f32::from(*tenths) / 10.0);
            let rule = Rule::new("r", Response::Warn).confidence_min(Entity::Phone, least).count_min(*count);
            rules = rules.rule(rule);
        }
        let heard = |confidence: f32| {
            rules.rules.iter().any(|rule| {
                let least = rule.confidence_min[&Entity::Phone].value();
                let counting = confidences.iter().filter(|other| **other >= least).count();
                confidence >= least && counting >= rule.count_min.max(1)
            })
        };
        let unheard = confidences.iter().filter(|confidence| !heard(**confidence)).count();
        let verdict = rules.respond(&findings, EXTERNAL, 0);
        let fallback = verdict.reasons.iter().filter(|reason| reason.rule.is_none()).map(|reason| reason.count);
        prop_assert_eq!(fallback.sum::<usize>(), unheard);
    }
}
