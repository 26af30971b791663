//! Labels keep their order on every scale, come down by two people alone, and follow what is found.

use super::*;
use crate::{Actor, Schema};
use strongroom_types::{ActorId, Categories, Category, Label, Level, LevelScale, RoleName};

const SCALES: [&str; 3] = ["four", "three", "gbt-43697"];

#[test]
fn mappings_keep_the_order_and_there_and_back_never_lowers() {
    for from in SCALES {
        for to in SCALES.into_iter().filter(|to| *to != from) {
            let there = LevelMapping::preset(from, to).unwrap();
            let back = LevelMapping::preset(to, from).unwrap();
            let scale = LevelScale::preset(from).unwrap();
            let levels: Vec<Level> = (0..=scale.highest().rank()).map(Level::from_rank).collect();
            for level in &levels {
                assert!(back.level(there.level(*level)) >= *level, "{from} {to} {level:?}");
            }
            assert!(levels.windows(2).all(|pair| there.level(pair[0]) <= there.level(pair[1])));
            assert_eq!(there.level(scale.highest()), there.to().highest());
            // A level that the scale does not have counts as the highest.
            assert_eq!(there.level(Level::from_rank(15)), there.to().highest());
            let json = serde_json::to_string(&there).unwrap();
            assert_eq!(serde_json::from_str::<LevelMapping>(&json).unwrap(), there);
        }
    }
    assert!(LevelMapping::preset("four", "five").is_err());
}

#[test]
fn a_table_that_is_no_mapping_is_refused() {
    let (four, three) = (LevelScale::preset("four").unwrap(), LevelScale::preset("three").unwrap());
    let check = |levels: &[&str]| LevelMapping::new(four.clone(), three.clone(), levels.iter().copied());
    assert!(check(&["普通", "普通", "重要", "机密"]).is_ok());
    assert!(check(&["普通", "普通", "普通", "普通"]).is_ok());
    for refused in [
        &["普通", "重要", "普通", "机密"][..],
        &["普通", "普通", "重要"],
        &["普通", "普通", "重要", "机密", "机密"],
        &["普通", "普通", "重要", "秘密"],
        &[],
    ] {
        assert!(check(refused).is_err(), "{refused:?}");
    }
}

#[test]
fn a_label_comes_down_with_a_reason_and_by_two_people() {
    let label = |level, categories: &[Category]| Label {
        level: Level::from_rank(level),
        categories: categories.iter().copied().collect::<Categories>(),
    };
    let (high, low) = (label(3, &[Category::Basic, Category::Health]), label(2, &[Category::Basic]));
    let requester = ActorId::from_bytes([1; 16]);
    let ask = |from, to, why| DowngradeRequest::new(from, to, requester, why);
    for (from, to) in [
        (low, low),
        (low, high),
        (label(2, &[]), label(2, &[Category::Basic])),
        (label(3, &[]), label(2, &[Category::Health])),
        (label(2, &[Category::Basic]), label(3, &[])),
    ] {
        assert_eq!(ask(from, to, "why not").unwrap_err(), DowngradeError::NotLower, "{from:?} {to:?}");
    }
    assert_eq!(ask(high, low, " \n").unwrap_err(), DowngradeError::NoReason);

    let (_, policy) = crate::tests::sample();
    let role = RoleName::new("approver").unwrap();
    let person = |number: u8, roles: &[&str]| crate::tests::actor(number, roles);
    let approve = |who: &Actor| ask(high, low, "anonymised").unwrap().approve(policy, who, &role);
    assert!(approve(&person(1, &["dpo"])).is_err(), "not one's own");
    assert!(approve(&person(2, &["sales"])).is_err(), "not the role");
    let gone = Actor { active: false, ..person(2, &["dpo"]) };
    assert!(approve(&gone).is_err(), "not when gone");
    let done = approve(&person(2, &["dpo"])).unwrap();
    assert_eq!((done.label, done.requester, done.approver.as_bytes()), (low, requester, &[2; 16]));
}

#[test]
fn what_is_found_makes_the_label() {
    let schema = Schema::from_toml(crate::tests::SCHEMA, "s.toml").unwrap();
    let rules = FindingRules::standard(&schema);
    let seen = |entity, confidence, count| Sighting { entity, confidence, count };
    let check = |sightings: &[Sighting<'_>], level: &str, because: &[&str]| {
        let found = rules.classify(&schema, sightings.iter().copied());
        assert_eq!(schema.scale().name(found.label.level), Some(level), "{sightings:?}");
        assert_eq!(found.because, because);
    };
    check(&[], "Public", &[]);
    check(&[seen("PHONE", 0.9, 1)], "Confidential", &["PHONE"]);
    check(&[seen("PHONE", 0.2, 9)], "Public", &[]);
    check(&[seen("ORDER_NUMBER", 0.9, 9)], "Public", &[]);
    check(
        &[seen("PHONE", 0.9, 1), seen("CN_RESIDENT_ID", 1.0, 1)],
        "Restricted",
        &["CN_RESIDENT_ID", "PHONE"],
    );
    check(&[seen("UK_NHS", 0.9, 1)], "Restricted", &["UK_NHS"]);
    check(&[seen("PHONE", 0.9, 0)], "Public", &[]);

    let mut many = FindingRules::default();
    many.rules.push(FindingRule {
        entities: vec!["EMAIL".to_owned()],
        confidence_min: 0.0,
        count_min: 100,
        level: "Top".to_owned(),
        categories: vec![Category::Contact],
    });
    assert_eq!(many.classify(&schema, [seen("EMAIL", 0.9, 99)]).label, Label::default());
    // A level that the schema does not have must not make data public.
    let found = many.classify(&schema, [seen("EMAIL", 0.9, 60), seen("EMAIL", 0.5, 60)]);
    assert_eq!((found.label.level, found.unknown_levels.len()), (schema.scale().highest(), 1));
}

#[test]
fn fields_for_nothing_are_found() {
    let schema = Schema::from_toml(
        "version = 1\n[kinds.customer]\nlabel = { level = \"Internal\", categories = [\"basic\"] }\n\
         retention = \"r\"\npurposes = [\"service\"]\n[kinds.customer.fields.name]\nrequired = true\n\
         [kinds.customer.fields.secret]\nlabel = { level = \"Restricted\" }\n\
         [kinds.customer.fields.taste]\npurposes = [\"service\", \"marketing\"]\n\
         [kinds.note]\nlabel = { level = \"Internal\" }\n[kinds.note.fields.text]\n",
        "s.toml",
    )
    .unwrap();
    let policy = crate::CompiledPolicy::from_toml(
        &schema,
        "version = 1\n[roles.staff]\nclearance = \"Internal\"\n[[grants]]\nid = \"g\"\nroles = [\"staff\"]\n\
         kinds = [\"customer\"]\nactions = [\"view\"]\nwhen = { purposes = [\"service\"] }\n",
        "p.toml",
    )
    .unwrap();
    let found: Vec<String> = policy
        .minimisation(&schema)
        .iter()
        .map(|one| format!("{}.{}: {:?}", one.kind, one.field, one.issues))
        .collect();
    assert_eq!(
        found,
        [
            "customer.secret: [NeverSeen]",
            "customer.taste: [UnusedPurposes([\"marketing\"])]",
            "note.text: [NoCategory, NoPurpose, NoRetention, NeverSeen]",
        ]
    );
}
