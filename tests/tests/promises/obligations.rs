//! Each obligation of the policy, dropped in turn: what is not discharged is refused, what counts is counted in the same
//! commit, and who has left does nothing, whatever they hold.

use crate::{NOW, customer};
use std::fs;
use strongroom::{
    Changes, Error, Export, ExportRequest, Fields, NoticeKind, Selection, Shown, Vault, policy::AuthContext,
};
use strongroom_policy::Actor;
use strongroom_tests::{House, Person, field, kind, vault_folder};
use strongroom_types::{Action, ActorId, RoleName};

/// A house whose managers see customers under one obligation more.
fn house_with(root: &std::path::Path, obligations: &str) -> House {
    let house = House::init(&root.join("vault"), NOW);
    let path = house.path().join("policy.toml");
    let policy = fs::read_to_string(&path).unwrap();
    let read = "[\"view\", \"list\", \"search\", \"open\", \"create\", \"update\", \"attach\", \"import\"]";
    let (before, after) = policy.split_once(&format!("actions = {read}\n")).unwrap();
    let changed = format!("{before}actions = {read}\nobligations = [{obligations}]\n{after}");
    fs::write(&path, changed).unwrap();
    house
}

/// Which obligation a refusal names.
fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    match result.unwrap_err() {
        Error::Undischarged { obligation, .. } => obligation,
        _ => "another error",
    }
}

#[test]
fn an_obligation_that_is_not_discharged_is_a_refusal() {
    for (obligation, name) in [
        ("{ approve = { by-role = \"approver\", count = 1 } }", "approve"),
        ("\"justify\"", "justify"),
        ("{ step-up = { max-age-seconds = 0 } }", "step-up"),
        ("\"watermark\"", "watermark"),
        ("{ uses = { max = 1 } }", "uses"),
        ("{ budget = { records = 1, per-seconds = 3600 } }", "budget"),
    ] {
        let root = vault_folder().unwrap();
        let house = house_with(root.path(), obligation);
        let vault = house.open();
        // Whoever brings it in is not bound by what binds managers.
        let record = imported(&vault, &house);
        // Whoever says nothing has not justified anything.
        let manager = Person::MANAGER.at(&vault, &house).because(" ");
        match name {
            "uses" | "budget" => {
                manager.view(record).unwrap();
                assert_eq!(refusal(manager.view(record)), name);
            }
            _ => assert_eq!(refusal(manager.view(record)), name, "{obligation}"),
        }
        // Nothing was revealed by the refusal, and it is in the log.
        let auditor = Person::AUDITOR.at(&vault, &house);
        let entries = auditor.entries(0, 1000).unwrap();
        let refused = entries.iter().any(|(_, entry)| entry.outcome == strongroom_audit::Outcome::Refused);
        assert!(refused || matches!(name, "uses" | "budget"), "{name}");
    }
}

fn imported(vault: &Vault, house: &House) -> strongroom_types::RecordId {
    let importer = Person::IMPORTER.at(vault, house);
    customer(&importer, "C-1").record
}

#[test]
fn an_obligation_that_nobody_knows_is_refused_before_anything_is_decided() {
    for unknown in
        ["\"shred\"", "{ mask = { fields = [\"phone\"], rot13 = true } }", "{ uses = { most = 1 } }", "7"]
    {
        let root = vault_folder().unwrap();
        let house = house_with(root.path(), unknown);
        let error = house.try_open().unwrap_err().to_string();
        assert!(error.contains("policy.toml") || error.contains("policy"), "{unknown}: {error}");
    }
}

#[test]
fn uses_and_budgets_are_counted_with_what_is_done() {
    let root = vault_folder().unwrap();
    let house = house_with(root.path(), "{ budget = { records = 3, per-seconds = 3600 } }");
    let record = {
        let vault = house.open();
        let record = imported(&vault, &house);
        let manager = Person::MANAGER.at(&vault, &house);
        manager.view(record).unwrap();
        assert_eq!(manager.list(&kind("customer"), None, 10).unwrap().views.len(), 1);
        record
    };
    // The count outlives the process, and counts what is written as well.
    let vault = house.open();
    let manager = Person::MANAGER.at(&vault, &house);
    let set = Fields::new().with(field("region"), "华东");
    manager.update(record, &Changes { set: set.clone(), ..Changes::default() }).unwrap();
    assert_eq!(refusal(manager.view(record)), "budget");
    assert_eq!(refusal(manager.update(record, &Changes { set, ..Changes::default() })), "budget");
    assert_eq!(refusal(manager.list(&kind("customer"), None, 10)), "budget");
    // Somebody else has a budget of their own.
    assert!(Person::SUPPORT.at(&vault, &house).view(record).is_ok());
    house.clock().pass_seconds(3601);
    assert!(Person::MANAGER.at(&vault, &house).view(record).is_ok());
}

#[test]
fn what_cannot_be_counted_is_refused() {
    let root = vault_folder().unwrap();
    let house = house_with(root.path(), "{ uses = { max = 5 } }");
    let vault = house.open();
    let manager = Person::MANAGER.at(&vault, &house);
    // Many records in one commit have one row of counts between them.
    let row = |number: &str| {
        let fields = Fields::new().with(field("customer_no"), number).with(field("name"), "王小明");
        strongroom::NewRecord::new(kind("customer"), strongroom::Whose::New, fields)
    };
    for answer in manager.import(vec![row("C-1"), row("C-2")]) {
        assert_eq!(refusal(answer), "uses");
    }
}

#[test]
fn two_sessions_cannot_both_take_the_last_use() {
    let root = vault_folder().unwrap();
    let house = house_with(root.path(), "{ uses = { max = 5 } }");
    let vault = house.open();
    let record = imported(&vault, &house);
    let taken: usize = std::thread::scope(|scope| {
        let look = || (0..5).filter(|_| Person::MANAGER.at(&vault, &house).view(record).is_ok()).count();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(look)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert!((1..=5).contains(&taken), "{taken}");
}

#[test]
fn a_review_is_owed_from_the_moment_of_the_access() {
    let root = vault_folder().unwrap();
    let house = house_with(root.path(), "\"justify\", { review = { by-role = \"dpo\", within-hours = 24 } }");
    let vault = house.open();
    let record = imported(&vault, &house);
    Person::MANAGER.at(&vault, &house).because("a customer collapsed in the shop").view(record).unwrap();
    let notices = Person::AUDITOR.at(&vault, &house).notices().unwrap();
    let review = notices.iter().find_map(|notice| match notice.kind.clone() {
        NoticeKind::Review { role, due, record, .. } => Some((role, due, record)),
        _ => None,
    });
    let (role, due, of) = review.unwrap();
    assert_eq!((role.as_str(), of), ("dpo", Some(record)));
    // The test's clock goes on a little with each look.
    assert!((0..60).contains(&house.now().plus_seconds(24 * 3600).seconds_since(due)));
}

#[test]
fn a_hash_and_a_token_stand_for_a_value_and_give_nothing_away() {
    let root = vault_folder().unwrap();
    let house = house_with(
        root.path(),
        "{ mask = { fields = [\"phone\"], replace-by = \"hash\" } }, { mask = { fields = [\"email\"], replace-by = \"token\" } }, { mask = { fields = [\"address\"], replace-by = \"hash\" } }",
    );
    let vault = house.open();
    let (first, second) = {
        let importer = Person::IMPORTER.at(&vault, &house);
        (customer(&importer, "C-1").record, customer(&importer, "C-2").record)
    };
    let manager = Person::MANAGER.at(&vault, &house);
    let shown = |record, name: &str| manager.view(record).unwrap().field(name).cloned();
    let (Some(Shown::Masked(one)), Some(Shown::Masked(two))) =
        (shown(first, "phone"), shown(second, "phone"))
    else {
        panic!("masked")
    };
    assert!(one == two && one.starts_with('#') && !one.contains("138"), "{one}");
    // Without an index there is no key, and nothing shows.
    let fields = Fields::new()
        .with(field("customer_no"), "C-3")
        .with(field("name"), "王小明")
        .with(field("address"), "上海市黄浦区");
    let row = strongroom::NewRecord::new(kind("customer"), strongroom::Whose::New, fields);
    let third = Person::IMPORTER.at(&vault, &house).import(vec![row]).remove(0).unwrap().record;
    assert_eq!(shown(third, "address"), Some(Shown::Redacted));
    assert!(matches!(shown(first, "name"), Some(Shown::Clear(_))));
    assert!(manager.search(&kind("customer"), &field("phone"), "13800138000").is_err(), "finding is seeing");
    let request = ExportRequest {
        action: Action::Export,
        kind: kind("customer"),
        selection: Selection::All,
        fields: vec![field("phone")],
        recipient: "Internal".to_owned(),
        recipients: vec![],
        redact: false,
    };
    // The export's own grant masks nothing: it waits for approval as before.
    assert!(matches!(manager.because("audit").export(&request), Ok(Export::NeedsApproval { .. })));
}

#[test]
fn whoever_left_does_nothing_whatever_they_hold() {
    let root = vault_folder().unwrap();
    let house = House::init(&root.path().join("vault"), NOW);
    let vault = house.open();
    let manager = Person::MANAGER.at(&vault, &house);
    let record = customer(&manager, "C-1").record;
    let request = ExportRequest {
        action: Action::Export,
        kind: kind("customer"),
        selection: Selection::All,
        fields: vec![field("name")],
        recipient: "Partner".to_owned(),
        recipients: vec!["p@example.com".to_owned()],
        redact: false,
    };
    let manager = manager.because("for the partner");
    let Export::NeedsApproval { approval, .. } = manager.export(&request).unwrap() else {
        panic!("it waits")
    };
    let admin = Person::ADMIN.at(&vault, &house);
    assert!(manager.offboard(admin.actor()).is_err(), "a right of its own");
    assert!(admin.offboard(admin.actor()).is_err(), "nobody ends their own access");
    let left = admin.offboard(manager.actor()).unwrap();
    assert_eq!(left.approvals, [approval.approval]);
    assert_eq!(left.owned, [(kind("customer"), record)]);
    // The session that was open, and a new one with all the roles.
    for session in [&manager, &Person::MANAGER.at(&vault, &house)] {
        assert!(matches!(session.view(record), Err(Error::Departed { .. })));
        assert!(matches!(session.list(&kind("customer"), None, 10), Err(Error::Departed { .. })));
        assert!(session.release(approval.approval).is_err());
        assert!(matches!(session.withdraw(approval.approval), Err(Error::Departed { .. })));
        assert!(session.search(&kind("customer"), &field("name"), "王小明").is_err());
    }
    assert!(admin.offboard(manager.actor()).unwrap().approvals.is_empty(), "again");
    drop((manager, admin));
    drop(vault);
    // It outlives the process.
    let vault = house.open();
    assert!(matches!(Person::MANAGER.at(&vault, &house).view(record), Err(Error::Departed { .. })));
    Person::ADMIN.at(&vault, &house).readmit(Person::MANAGER.at(&vault, &house).actor()).unwrap();
    assert!(Person::MANAGER.at(&vault, &house).view(record).is_ok());
}

#[test]
fn a_deputy_acts_on_behalf_and_the_log_says_so() {
    let root = vault_folder().unwrap();
    let house = House::init(&root.path().join("vault"), NOW);
    let vault = house.open();
    let record = customer(&Person::MANAGER.at(&vault, &house), "C-1").record;
    let lender = Person::MANAGER.at(&vault, &house).actor();
    let mut deputy = Actor::new(ActorId::from_bytes([77; 16]), []);
    deputy.lent.push(strongroom_policy::Lent {
        by: lender,
        team: None,
        roles: vec![RoleName::new("manager").unwrap()],
    });
    let mut auth = AuthContext::new(house.now());
    auth.mfa_at = Some(house.now());
    auth.purpose = Some("service".parse().unwrap());
    vault.session(deputy, auth).view(record).unwrap();
    let entries = Person::AUDITOR.at(&vault, &house).entries(0, 1000).unwrap();
    let entry = entries.iter().rev().find(|(_, entry)| entry.name.as_str() == "view").unwrap();
    assert_eq!((entry.1.actor, entry.1.on_behalf), (ActorId::from_bytes([77; 16]), Some(lender)));
    // What the log records is what usage reports read.
    let usage = Person::AUDITOR.at(&vault, &house).usage().unwrap();
    assert!(usage.iter().any(|one| one.action == Action::View && one.allowed && !one.rules.is_empty()));
}
