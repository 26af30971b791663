//! Goal: the strictest rule wins and silence is never consent. Method: one small rule set, a table of cases.

use super::recipient::{EXTERNAL, INTERNAL, PARTNER};
use super::*;
use crate::Evidence;

fn found(entities: &[Entity]) -> Vec<Finding> {
    let finding = |entity: &Entity| Finding {
        entity: *entity,
        start: 0,
        end: 1,
        confidence: 0.9,
        evidence: Evidence::default(),
    };
    entities.iter().map(finding).collect()
}

fn rules() -> Rules {
    Rules::new()
        .rule(
            Rule::new("partners get no ids", Response::Block)
                .recipients([PARTNER])
                .entities(&[Entity::CnResidentId]),
        )
        .rule(Rule::new("phones are masked", Response::Redact).entities(&[Entity::Phone]))
        .rule(
            Rule::new("many contacts", Response::Block)
                .entities(&[Entity::Phone, Entity::Email])
                .count_min(3),
        )
        .rule(Rule::new("mail is fine", Response::Allow).recipients([PARTNER]).entities(&[Entity::Email]))
        .rule(Rule::new("secret", Response::Block).level_min(4))
}

#[test]
fn the_strictest_matching_rule_wins() {
    use Entity::{CnResidentId, Email, Iban, Phone};
    for (entities, recipient, level, expected) in [
        (&[][..], EXTERNAL, 9, Response::Allow),
        (&[Phone], EXTERNAL, 0, Response::Redact),
        (&[Phone, Email, Email], EXTERNAL, 0, Response::Block),
        (&[Phone, Email], EXTERNAL, 0, Response::NeedApproval),
        (&[Phone, Email], PARTNER, 0, Response::Redact),
        (&[Email], PARTNER, 3, Response::Allow),
        (&[Email], PARTNER, 4, Response::Block),
        (&[CnResidentId], PARTNER, 0, Response::Block),
        (&[CnResidentId], INTERNAL, 0, Response::Allow),
        (&[Iban], EXTERNAL, 0, Response::NeedApproval),
        (&[Iban], "Regulator", 0, Response::NeedApproval),
    ] {
        let verdict = rules().respond(&found(entities), recipient, level);
        assert_eq!(verdict.response, expected, "{entities:?} to {recipient} at {level}");
        assert_eq!(verdict.reasons.iter().map(|r| r.response).max().unwrap_or(Response::Allow), expected);
    }
}

#[test]
fn reasons_name_entity_count_and_rule() {
    let verdict = rules().respond(&found(&[Entity::Phone, Entity::Phone, Entity::Iban]), EXTERNAL, 0);
    let reasons: Vec<_> = verdict.reasons.iter().map(|r| (r.entity, r.count, r.rule.as_deref())).collect();
    assert_eq!(reasons, [(Entity::Iban, 1, None), (Entity::Phone, 2, Some("phones are masked"))]);
}

#[test]
fn the_defaults_can_be_changed() {
    let rules = Rules::new().unmatched(INTERNAL, Response::Warn).unmatched_other(Response::Block);
    assert_eq!(rules.respond(&found(&[Entity::Email]), INTERNAL, 0).response, Response::Warn);
    assert_eq!(rules.respond(&found(&[Entity::Email]), PARTNER, 0).response, Response::Block);
}

#[test]
fn a_count_of_zero_does_not_match_nothing() {
    let rules = Rules::new().rule(Rule::new("zero", Response::Block).count_min(0));
    assert_eq!(rules.respond(&[], EXTERNAL, 9).response, Response::Allow);
}

#[test]
fn responses_are_ordered_by_strictness() {
    use Response::{Allow, Block, NeedApproval, Redact, Warn};
    assert!([Allow, Warn, Redact, NeedApproval, Block].is_sorted());
}

#[cfg(feature = "serde")]
#[test]
fn rules_survive_json_and_refuse_unknown_fields() {
    let json = serde_json::to_string(&rules()).unwrap();
    assert_eq!(serde_json::from_str::<Rules>(&json).unwrap(), rules());
    let short = r#"{"rules":[{"name":"n","response":"Block","entities":["PHONE"]}]}"#;
    let read: Rules = serde_json::from_str(short).unwrap();
    assert_eq!(read, Rules::new().rule(Rule::new("n", Response::Block).entities(&[Entity::Phone])));
    assert!(serde_json::from_str::<Rules>(r#"{"rule":[]}"#).is_err());
}

mod confidence;
mod overridden;
mod validate;
