//! Goal: a mistake in configuration is named with its rule and field. Method: sound rules, each spoilt in one place.

use super::*;

type Spoil = fn(&mut Rules);

#[test]
fn each_mistake_is_named() {
    let cases: [(Spoil, &str); 10] = [
        (
            |r| r.rules[4].name = "many contacts".to_owned(),
            "rule `many contacts`: `name` is that of an earlier rule",
        ),
        (|r| r.rules[1].name = " ".to_owned(), "rule 2: `name` holds a blank name"),
        (
            |r| r.rules[0].recipients.push(String::new()),
            "rule `partners get no ids`: `recipients` holds a blank name",
        ),
        (
            |r| r.rules[0].recipients.push(PARTNER.to_owned()),
            "rule `partners get no ids`: `recipients` names `Partner` twice",
        ),
        (
            |r| r.rules[1].entities.push(Entity::Phone),
            "rule `phones are masked`: `entities` names `PHONE` twice",
        ),
        (
            |r| {
                let _ = r.rules[1].confidence_min.insert(Entity::Email, Confidence::new(0.5).unwrap());
            },
            "rule `phones are masked`: `confidence_min` names `EMAIL`, which `entities` leaves out",
        ),
        (
            |r| r.rules[4].count_min = 0,
            "rule `secret`: `count_min` is zero, but a rule needs something that was found",
        ),
        (
            |r| r.rules[3].overridable = true,
            "rule `mail is fine`: `overridable` is set where the response is `Allow`, so there is nothing to override",
        ),
        (
            |r| {
                let _ = r.unmatched.insert("\u{3000}".to_owned(), Response::Allow);
            },
            "`unmatched` holds a blank name",
        ),
        (
            |r| {
                r.rules[4].name.clear();
                r.rules[4].count_min = 0;
            },
            "rule 5: `name` holds a blank name; rule 5: `count_min` is zero, but a rule needs something that was found",
        ),
    ];
    for (spoil, expected) in cases {
        let mut spoilt = rules();
        spoil(&mut spoilt);
        let message = spoilt.validate().unwrap_err().to_string();
        assert_eq!(message, expected);
        // Rules with a mistake still answer.
        spoilt.respond(&found(Entity::ALL), EXTERNAL, 9);
    }
}

#[test]
fn sound_rules_pass() {
    assert_eq!(rules().validate(), Ok(()));
    assert_eq!(Rules::new().validate(), Ok(()));
    // A minimum without a list of entities is for one of them all.
    let any = Rule::new("any", Response::Block).confidence_min(Entity::Email, Confidence::new(0.5).unwrap());
    assert_eq!(Rules::new().rule(any.overridable()).validate(), Ok(()));
    assert_eq!(Rules::new().rule(Rule::new("warned", Response::Warn).overridable()).validate(), Ok(()));
}
