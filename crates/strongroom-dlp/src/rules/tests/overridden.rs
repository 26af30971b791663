//! Goal: nobody overrides what is firm, nor without words, and the log can tell what was overridden. Method: tables.

use super::*;

const WHY: &str = "customer asked in writing, case 4711";

fn verdict(entities: &[Entity]) -> Verdict {
    Rules::new()
        .rule(Rule::new("soft block", Response::Block).entities(&[Entity::Phone]).overridable())
        .rule(Rule::new("firm block", Response::Block).entities(&[Entity::CnResidentId]))
        .rule(Rule::new("soft hold", Response::NeedApproval).entities(&[Entity::Iban]).overridable())
        .rule(Rule::new("masked", Response::Redact).entities(&[Entity::Email, Entity::Phone]))
        .rule(Rule::new("fine", Response::Allow).entities(&[Entity::IpAddress]))
        .respond(&found(entities), EXTERNAL, 0)
}

#[test]
fn the_strictest_reasons_alone_are_overridden() {
    use Entity::{CreditCard, Email, Iban, Phone};
    for (entities, gone, left) in [
        (&[Phone][..], 1, Response::Redact),
        (&[Phone, Phone], 1, Response::Redact),
        (&[Phone, Iban], 1, Response::NeedApproval),
        (&[Iban], 1, Response::Allow),
        (&[Iban, Email], 1, Response::Redact),
        (&[Phone, CreditCard], 1, Response::NeedApproval),
    ] {
        let before = verdict(entities);
        let overridden = before.clone().override_with(WHY).unwrap();
        assert_eq!(overridden.lifted().len(), gone, "{entities:?}");
        assert!(overridden.lifted().iter().all(|r| r.overridable && r.response == before.response));
        assert_eq!(overridden.verdict().response, left, "{entities:?}");
        assert_eq!(overridden.verdict().reasons.len(), before.reasons.len().saturating_sub(gone));
        assert_eq!(overridden.reason(), WHY);
    }
    // The next tier takes an override of its own.
    let twice = verdict(&[Phone, Iban]).override_with(WHY).unwrap();
    assert_eq!(twice.verdict().clone().override_with(WHY).unwrap().verdict().response, Response::Redact);
}

#[test]
fn what_is_firm_stays() {
    use Entity::{CnResidentId, CreditCard, Email, Phone};
    let firm = |rule: Option<&str>, response| OverrideError::NotOverridable {
        rule: rule.map(str::to_owned),
        response,
    };
    for (entities, error) in [
        (&[CnResidentId][..], firm(Some("firm block"), Response::Block)),
        (&[Phone, CnResidentId], firm(Some("firm block"), Response::Block)),
        (&[Email], firm(Some("masked"), Response::Redact)),
        (&[CreditCard], firm(None, Response::NeedApproval)),
        (&[Entity::IpAddress], OverrideError::NothingToOverride),
        (&[], OverrideError::NothingToOverride),
    ] {
        assert_eq!(verdict(entities).override_with(WHY), Err(error), "{entities:?}");
    }
    let foreign = Verdict { response: Response::Block, reasons: Vec::new() };
    assert_eq!(foreign.override_with(WHY), Err(firm(None, Response::Block)));
}

#[test]
fn a_reason_says_something_and_fits_a_line() {
    for reason in ["12345678", "  客户同意  ", "a b c d e f g h", &"x".repeat(1000)] {
        let overridden = verdict(&[Entity::Phone]).override_with(reason).unwrap();
        assert_eq!(overridden.reason(), reason.trim());
    }
    for (reason, error) in [
        ("", OverrideError::ReasonBlank),
        (" \t\n\u{3000}", OverrideError::ReasonBlank),
        ("1234567", OverrideError::ReasonShort { columns: 7 }),
        ("客户好", OverrideError::ReasonShort { columns: 6 }),
        ("ok ........", OverrideError::ReasonShort { columns: 2 }),
        (&"x".repeat(1001), OverrideError::ReasonLong { characters: 1001 }),
        ("approved\nBLOCK lifted by admin", OverrideError::ReasonControl),
        ("approved\u{2028}by the desk", OverrideError::ReasonControl),
        ("approved \u{202e}by the desk", OverrideError::ReasonControl),
    ] {
        assert_eq!(verdict(&[Entity::Phone]).override_with(reason), Err(error), "{reason:?}");
    }
}

#[test]
fn errors_name_the_rule_and_never_the_words() {
    let error = verdict(&[Entity::CnResidentId]).override_with(WHY).unwrap_err();
    assert_eq!(error.to_string(), "the rule `firm block` demands Block and may not be overridden");
    let error = verdict(&[Entity::CreditCard]).override_with(WHY).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the default of the recipient kind demands NeedApproval and may not be overridden"
    );
    let error = verdict(&[Entity::Phone]).override_with("secret").unwrap_err();
    assert!(!error.to_string().contains("secret"));
}

#[cfg(feature = "serde")]
#[test]
fn an_override_can_be_logged() {
    let overridden = verdict(&[Entity::Iban]).override_with(WHY).unwrap();
    let logged = serde_json::to_string(&overridden).unwrap();
    let expected = concat!(
        r#"{"reason":"customer asked in writing, case 4711","lifted":[{"entity":"IBAN","count":1,"#,
        r#""rule":"soft hold","response":"NeedApproval","overridable":true}],"#,
        r#""verdict":{"response":"Allow","reasons":[]}}"#,
    );
    assert_eq!(logged, expected);
}
