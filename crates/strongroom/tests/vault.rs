//! The vault's verbs once round on a real folder: what is written is read by the right people and refused to the
//! wrong ones, leaves only through approval, and is gone after an exit.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod common;
#[path = "common/homes.rs"]
mod homes;

use common::{field, init, kind, passphrase, person};
use homes::{at_home, homes};
use std::path::Path;
use strongroom::{
    Changes, Created, Error, Export, ExportRequest, Fields, Folder, FolderOptions, NewRecord, Selection,
    Session, Shown, Whose,
};
use strongroom_cases::{ExitReason, ExitTrigger};
use strongroom_retention::{ReasonCode, Scope, Status};
use strongroom_types::Action;

fn customer(session: &Session<'_>, number: &str, phone: &str) -> Created {
    let fields = Fields::new()
        .with(field("customer_no"), number)
        .with(field("name"), "王小明")
        .with(field("phone"), phone)
        .with(field("email"), format!("{number}@example.com"));
    session.create(NewRecord::new(kind("customer"), Whose::New, fields)).unwrap()
}

#[test]
fn a_customer_comes_is_seen_is_kept_from_the_wrong_people_and_goes_whatever_it_is_stored_in() {
    for home in homes() {
        let dir = tempfile::tempdir().unwrap();
        a_customer_comes_and_goes(dir.path(), &at_home(&home));
    }
}

#[expect(clippy::too_many_lines, reason = "one story, told in order")]
#[expect(clippy::panic, reason = "what fails here fails the test")]
fn a_customer_comes_and_goes(dir: &Path, options: &FolderOptions) {
    let path = dir.join("vault");
    init(&path, options);
    let vault = Folder::open(&path, &passphrase(), options).unwrap();
    let manager = person(&vault, options, 1, "manager", "service");
    let created = customer(&manager, "C-000001", "13800138000");

    // The right person sees it.
    let view = manager.view(created.record).unwrap();
    assert_eq!(view.field("phone"), Some(&Shown::Clear("13800138000".to_owned())));
    // Support sees the end of the phone.
    let support = person(&vault, options, 2, "support", "service");
    let masked = support.view(created.record).unwrap();
    assert_eq!(masked.field("phone").unwrap().text(), Some("*******8000"));
    assert!(matches!(
        support.search(&kind("customer"), &field("phone"), "13800138000"),
        Err(Error::FieldWithheld { .. })
    ));
    // Sales do not see what is not theirs, and hear why.
    let sales = person(&vault, options, 3, "sales", "service");
    let denied = sales.view(created.record).unwrap_err();
    assert!(matches!(denied, Error::Denied(_)), "{denied}");

    assert_eq!(manager.search(&kind("customer"), &field("phone"), "+86 138-0013-8000").unwrap().len(), 1);
    let second = NewRecord::new(
        kind("customer"),
        Whose::New,
        Fields::new().with(field("customer_no"), "C-000001").with(field("name"), "x"),
    );
    assert!(matches!(manager.create(second), Err(Error::Duplicate { .. })));
    let update = Changes {
        set: Fields::new().with(field("phone"), "13900139000"),
        expected_version: Some(1),
        ..Changes::default()
    };
    assert_eq!(manager.update(created.record, &update).unwrap(), 2);
    assert!(matches!(manager.update(created.record, &update), Err(Error::Conflict)));
    assert!(manager.search(&kind("customer"), &field("phone"), "13800138000").unwrap().is_empty());
    assert_eq!(manager.list(&kind("customer"), None, 10).unwrap().views.len(), 1);

    // A document, longer than one chunk.
    let content: Vec<u8> = (0..200_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let document =
        manager.attach(created.customer, "合同.pdf", "application/pdf", &mut content.as_slice()).unwrap();
    let mut back = Vec::new();
    let service = person(&vault, options, 1, "manager", "contract");
    service.open_document(document.record, &mut back).unwrap();
    assert_eq!(back, content);

    // Out only through approval.
    let request = ExportRequest {
        action: Action::Export,
        kind: kind("customer"),
        selection: Selection::All,
        fields: vec![field("customer_no"), field("phone")],
        recipient: "Partner".to_owned(),
        recipients: vec!["partner@example.com".to_owned()],
        redact: false,
    };
    let asking = person(&vault, options, 1, "manager", "service").because("quarterly mailing");
    let Export::NeedsApproval { approval, .. } = asking.export(&request).unwrap() else {
        panic!("must wait")
    };
    assert!(asking.release(approval.approval).is_err());
    assert!(asking.approve(approval.approval).is_err());
    let dpo = person(&vault, options, 4, "dpo", "legal").because("data protection");
    assert_eq!(dpo.approve(approval.approval).unwrap().state, "granted");
    let released = asking.release(approval.approval).unwrap();
    let text = String::from_utf8(released.content.to_vec()).unwrap();
    assert!(text.contains("13900139000"), "{text}");
    assert!(asking.release(approval.approval).is_err());

    // A hold stops the exit.
    let hold =
        dpo.place_hold(Scope::Customer(created.customer), ReasonCode::new("litigation").unwrap()).unwrap();
    let case =
        dpo.open_exit(created.customer, ExitTrigger::Manual, ExitReason::Service, Some("太贵了")).unwrap();
    let plan = dpo.plan_exit(case).unwrap();
    assert!(plan.plan.erase().is_empty());
    dpo.release_hold(hold).unwrap();
    let plan = dpo.plan_exit(case).unwrap();
    assert!(plan.plan.whole_customer(), "{:?}", plan.plan);
    assert!(dpo.approve_exit(case).is_err());
    let second = person(&vault, options, 5, "dpo", "legal").because("second pair of eyes");
    second.approve_exit(case).unwrap();
    let certificate = dpo.run_exit(case).unwrap();
    assert!(matches!(certificate.status, Status::Provisional));
    strongroom::verify_certificate(&certificate, &vault.certificate_key().unwrap(), vault.log_key()).unwrap();
    assert!(matches!(manager.view(created.record), Err(Error::NotFound { .. } | Error::CustomerGone { .. })));

    let admin = person(&vault, options, 6, "admin", "service");
    let turned = admin.turn_epoch(&mut |_| ()).unwrap();
    assert_eq!(turned.finalised, vec![case]);
    let last = dpo.certificate(case).unwrap();
    assert!(matches!(last.status, Status::Final { .. }));
    strongroom::verify_certificate(&last, &vault.certificate_key().unwrap(), vault.log_key()).unwrap();

    let found = dpo.verify(Vec::new(), &mut |_| ()).unwrap();
    assert!(found.is_sound(), "{found:?}");
    assert!(dpo.who_saw(created.customer).unwrap().len() > 8);
    drop((manager, support, sales, asking, dpo, second, admin, service));
    drop(vault);
    let vault = Folder::open(&path, &passphrase(), options).unwrap();
    assert!(vault.verify(Vec::new(), &mut |_| ()).unwrap().is_sound());
}

#[test]
fn what_the_law_keeps_stays_sealed_under_a_new_key_and_closed() {
    for home in homes() {
        let dir = tempfile::tempdir().unwrap();
        the_law_keeps_something(dir.path(), &at_home(&home));
    }
}

fn the_law_keeps_something(dir: &Path, options: &FolderOptions) {
    let path = dir.join("vault");
    init(&path, options);
    let vault = Folder::open(&path, &passphrase(), options).unwrap();
    let importer = person(&vault, options, 1, "importer", "service");
    let rows = vec![NewRecord::new(
        kind("customer"),
        Whose::New,
        Fields::new().with(field("customer_no"), "C-7").with(field("name"), "陳大文"),
    )];
    let created = importer.import(rows).remove(0).unwrap();
    let transaction = Fields::new()
        .with(field("transaction_no"), "T-1")
        .with(field("happened_on"), "2026-01-05")
        .with(field("amount"), "12.50");
    let rows = vec![NewRecord::new(kind("transaction"), Whose::Key("C-7".to_owned()), transaction)];
    let kept = importer.import(rows).remove(0).unwrap();
    let dpo = person(&vault, options, 4, "dpo", "legal").because("exit");
    let second = person(&vault, options, 5, "dpo", "legal").because("exit");
    let case = dpo.open_exit(created.customer, ExitTrigger::Manual, ExitReason::Price, None).unwrap();
    let plan = dpo.plan_exit(case).unwrap();
    assert_eq!((plan.plan.erase().len(), plan.plan.restrict().len()), (1, 1), "{:?}", plan.plan);
    if plan.review_needed {
        second.review_exit(case).unwrap();
    }
    second.approve_exit(case).unwrap();
    let certificate = dpo.run_exit(case).unwrap();
    assert_eq!(certificate.body.exceptions.len(), 1);
    assert!(dpo.view(created.record).is_err());
    assert!(matches!(dpo.view(kept.record), Err(Error::Restricted { .. })));
    let admin = person(&vault, options, 6, "admin", "service");
    assert_eq!(admin.turn_epoch(&mut |_| ()).unwrap().finalised, vec![case]);
    let found = vault.verify(Vec::new(), &mut |_| ()).unwrap();
    assert!(found.is_sound(), "{found:?}");
    assert!(certificate.render_zh().contains("Civil Code") || certificate.render_zh().contains("电子商务法"));
}
