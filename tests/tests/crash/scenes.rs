//! One flow each, in a process that stops itself between two commits.

use crate::job::{Cast, Job, Said, Scene, Stop, Work, say};
use std::sync::Arc;
use strongroom::{
    Created, Error, Export, ExportRequest, Fields, NewRecord, Selection, Session, Vault, Whose,
};
use strongroom_cases::{ExitReason, ExitTrigger};
use strongroom_retention::{ReasonCode, Scope};
use strongroom_tests::{CrashAt, CrashPoint, House, Person, field, kind};
use strongroom_types::{Action, CaseId, HoldId};

pub(crate) const PHONE: &str = "13800138000";
pub(crate) const NEW_NUMBER: &str = "C-NEW";

/// Plays the scene of a job and says how many commits it took.
pub(crate) fn act(job: &Job) {
    let Work::Scene { scene, stop, players } = &job.work else { return };
    let house = House::at(&job.folder, &job.now);
    let point = match *stop {
        Stop::Before(n) => CrashPoint::before(n),
        Stop::After(n) => CrashPoint::after(n),
        Stop::Never => CrashPoint::before(0),
    };
    let stores = house.stores();
    let data = Arc::new(CrashAt::new(stores.data, Arc::clone(&point)));
    let keys = Arc::new(CrashAt::new(stores.keys, Arc::clone(&point)));
    let vault = house.on(data, stores.prune, keys);
    point.arm();
    play(*scene, players, &vault, &house).unwrap();
    say(&Said::Done { commits: point.commits() });
}

fn play(scene: Scene, players: &Cast, vault: &Vault, house: &House) -> Result<(), Error> {
    match scene {
        Scene::Create => {
            let created = customer(&Person::MANAGER.at(vault, house), NEW_NUMBER, PHONE)?;
            let (record, customer) = (created.record, created.customer);
            say(&Said::Created { record, customer, kind: kind("customer"), phone: Some(PHONE.to_owned()) });
        }
        Scene::View => {
            let session = Person::MANAGER.at(vault, house);
            let record = players.record.unwrap();
            let view = session.view(record)?;
            let phone = view.field("phone").unwrap().text().unwrap().to_owned();
            say(&Said::Viewed { actor: session.actor(), record, phone });
        }
        Scene::Release => {
            let approval = players.approval.unwrap();
            let released = Person::MANAGER.at(vault, house).release(approval)?;
            say(&Said::Released { approval, digest: released.digest });
        }
        Scene::Exit => {
            let (case, customer) = (players.case.unwrap(), players.customer.unwrap());
            Person::DPO.at(vault, house).run_exit(case)?;
            say(&Said::Exited { customer, case });
        }
        Scene::Turn => {
            let turned = Person::ADMIN.at(vault, house).turn_epoch(&mut |_| ())?;
            say(&Said::Turned { to: turned.to });
        }
        Scene::Hold => say(&Said::HoldPlaced { hold: place_hold(vault, house, players)? }),
    }
    Ok(())
}

pub(crate) fn customer(session: &Session<'_>, number: &str, phone: &str) -> Result<Created, Error> {
    let fields = Fields::new()
        .with(field("customer_no"), number)
        .with(field("name"), "王小明")
        .with(field("phone"), phone)
        .with(field("email"), format!("{number}@example.com"));
    session.create(NewRecord::new(kind("customer"), Whose::New, fields))
}

pub(crate) fn place_hold(vault: &Vault, house: &House, players: &Cast) -> Result<HoldId, Error> {
    let reason = ReasonCode::new("litigation").unwrap();
    Person::DPO.at(vault, house).place_hold(Scope::Customer(players.customer.unwrap()), reason)
}

/// A customer with feedback and a document of more than one chunk; with `kept`, a transaction that the law keeps; and
/// somebody else beside them.
pub(crate) fn set_up(vault: &Vault, house: &House, kept: bool) -> Cast {
    let manager = Person::MANAGER.at(vault, house);
    let created = customer(&manager, "C-1", PHONE).unwrap();
    let whose = Whose::Customer(created.customer);
    let fields = Fields::new().with(field("given_on"), "2026-11-01").with(field("comment"), "很满意");
    let feedback = manager.create(NewRecord::new(kind("feedback"), whose.clone(), fields)).unwrap();
    let content = vec![7; 70_000];
    let document =
        manager.attach(created.customer, "合同.pdf", "application/pdf", &mut content.as_slice()).unwrap();
    let kept = kept.then(|| {
        let fields = Fields::new()
            .with(field("transaction_no"), "T-1")
            .with(field("happened_on"), "2026-01-05")
            .with(field("amount"), "12.50");
        let rows = vec![NewRecord::new(kind("transaction"), whose, fields)];
        Person::IMPORTER.at(vault, house).import(rows).remove(0).unwrap().record
    });
    customer(&manager, "C-2", "13700137000").unwrap();
    Cast {
        customer: Some(created.customer),
        record: Some(created.record),
        others: vec![feedback.record, document.record],
        kept,
        approval: None,
        case: None,
    }
}

/// An export of everybody that was approved and not yet released.
pub(crate) fn approved_export(vault: &Vault, house: &House, players: &mut Cast) {
    let request = ExportRequest {
        action: Action::Export,
        kind: kind("customer"),
        selection: Selection::All,
        fields: vec![field("customer_no"), field("phone")],
        recipient: "Partner".to_owned(),
        recipients: vec!["partner@example.com".to_owned()],
        redact: false,
    };
    let Export::NeedsApproval { approval, .. } = Person::MANAGER.at(vault, house).export(&request).unwrap()
    else {
        panic!("an export to a partner waits for approval");
    };
    Person::DPO.at(vault, house).approve(approval.approval).unwrap();
    players.approval = Some(approval.approval);
}

/// An exit that was approved and not yet run.
pub(crate) fn approved_exit(vault: &Vault, house: &House, players: &mut Cast) -> CaseId {
    let dpo = Person::DPO.at(vault, house);
    let second = Person::SECOND_DPO.at(vault, house);
    let customer = players.customer.unwrap();
    let case = dpo.open_exit(customer, ExitTrigger::Manual, ExitReason::Price, Some("太贵了")).unwrap();
    if dpo.plan_exit(case).unwrap().review_needed {
        second.review_exit(case).unwrap();
    }
    second.approve_exit(case).unwrap();
    players.case = Some(case);
    case
}
