//! What must not slip through between a plan and its execution, through a closed door, or past a mask.
//! Method: each test plays one scenario in which somebody is a little faster, larger or slyer than expected.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod common;

use common::{field, init, kind, options, passphrase, person};
use std::io::Read;
use strongroom::{
    ContractStep, Created, Error, Export, ExportRequest, Fields, Folder, NewRecord, Selection, Session,
    Vault, Whose,
};
use strongroom_cases::{ExitReason, ExitTrigger, SignatureMethod};
use strongroom_retention::{ReasonCode, Scope};
use strongroom_types::{Action, CaseId, RecordId};

fn vault(dir: &tempfile::TempDir) -> (Vault, strongroom::FolderOptions) {
    let options = options();
    let path = dir.path().join("vault");
    init(&path, &options);
    (Folder::open(&path, &passphrase(), &options).unwrap(), options)
}

fn customer(session: &Session<'_>, number: &str) -> Created {
    let fields = Fields::new()
        .with(field("customer_no"), number)
        .with(field("name"), "李雷")
        .with(field("phone"), "13800138000");
    session.create(NewRecord::new(kind("customer"), Whose::New, fields)).unwrap()
}

fn preference(number: usize) -> Fields {
    Fields::new().with(field("topic"), format!("topic-{number}")).with(field("choice"), "yes")
}

fn approved_exit(dpo: &Session<'_>, second: &Session<'_>, one: Created) -> CaseId {
    let case = dpo.open_exit(one.customer, ExitTrigger::Manual, ExitReason::Service, None).unwrap();
    dpo.plan_exit(case).unwrap();
    second.approve_exit(case).unwrap();
    case
}

#[test]
fn from_the_opening_of_an_exit_nobody_sees_or_adds_anything() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, options) = vault(&dir);
    let manager = person(&vault, &options, 1, "manager", "service");
    let dpo = person(&vault, &options, 4, "dpo", "legal").because("exit");
    let one = customer(&manager, "C-1");
    let case = dpo.open_exit(one.customer, ExitTrigger::Manual, ExitReason::Service, None).unwrap();

    assert!(matches!(manager.view(one.record), Err(Error::AccessClosed { .. })));
    assert!(manager.list(&kind("customer"), None, 10).unwrap().views.is_empty());
    assert!(manager.search(&kind("customer"), &field("customer_no"), "C-1").unwrap().is_empty());
    let more = NewRecord::new(kind("preference"), Whose::Customer(one.customer), preference(1));
    assert!(matches!(manager.create(more.clone()), Err(Error::AccessClosed { .. })));
    let attached = manager.attach(one.customer, "a.txt", "text/plain", &mut &b"x"[..]);
    assert!(matches!(attached, Err(Error::AccessClosed { .. })));
    assert!(dpo.open_exit(one.customer, ExitTrigger::Manual, ExitReason::Price, None).is_err());

    dpo.withdraw_exit(case).unwrap();
    manager.view(one.record).unwrap();
    manager.create(more).unwrap();
}

#[test]
fn an_approved_exit_of_another_plan_destroys_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, options) = vault(&dir);
    let manager = person(&vault, &options, 1, "manager", "service");
    let dpo = person(&vault, &options, 4, "dpo", "legal").because("exit");
    let second = person(&vault, &options, 5, "dpo", "legal").because("exit");
    let one = customer(&manager, "C-1");
    let case = approved_exit(&dpo, &second, one);
    let hold = dpo.place_hold(Scope::Customer(one.customer), ReasonCode::new("litigation").unwrap()).unwrap();
    assert!(matches!(dpo.run_exit(case), Err(Error::Held)));
    dpo.release_hold(hold).unwrap();
    // Nothing is stuck: the same approved plan is true again.
    dpo.run_exit(case).unwrap();
    assert!(vault.verify(Vec::new(), &mut |_| ()).unwrap().is_sound());
    assert!(dpo.run_exit(case).is_ok(), "running it again answers the certificate");
}

#[test]
fn a_customer_with_very_many_records_can_leave() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, options) = vault(&dir);
    let importer = person(&vault, &options, 1, "importer", "service");
    let root = NewRecord::new(
        kind("customer"),
        Whose::New,
        Fields::new().with(field("customer_no"), "C-1").with(field("name"), "韩梅梅"),
    );
    let one = importer.import(vec![root]).remove(0).unwrap();
    let rows =
        (0..1500).map(|n| NewRecord::new(kind("preference"), Whose::Key("C-1".to_owned()), preference(n)));
    assert!(importer.import(rows.collect()).iter().all(Result::is_ok));
    let dpo = person(&vault, &options, 4, "dpo", "legal").because("exit");
    let second = person(&vault, &options, 5, "dpo", "legal").because("exit");
    let certificate = dpo.run_exit(approved_exit(&dpo, &second, one)).unwrap();
    assert_eq!((certificate.body.records, certificate.body.whole_subject), (1501, true));
    assert!(vault.verify(Vec::new(), &mut |_| ()).unwrap().is_sound());
}

#[test]
fn two_purges_of_one_customer_both_become_final() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, options) = vault(&dir);
    let importer = person(&vault, &options, 1, "importer", "service");
    let root = NewRecord::new(
        kind("customer"),
        Whose::New,
        Fields::new().with(field("customer_no"), "C-1").with(field("name"), "韩梅梅"),
    );
    let one = importer.import(vec![root]).remove(0).unwrap();
    let sale = Fields::new()
        .with(field("transaction_no"), "T-1")
        .with(field("happened_on"), "2016-01-05")
        .with(field("amount"), "1.00");
    let sale = NewRecord::new(kind("transaction"), Whose::Key("C-1".to_owned()), sale);
    importer.import(vec![sale]).remove(0).unwrap();
    let dpo = person(&vault, &options, 4, "dpo", "legal").because("exit");
    let second = person(&vault, &options, 5, "dpo", "legal").because("exit");
    // The transaction of 2016 is past its limit: a sweep takes it and re-seals the customer.
    let swept = dpo.sweep(&mut |_, _| ()).unwrap();
    assert_eq!((swept.erased, swept.stopped.len()), (1, 0), "{:?}", swept.stopped);
    let case = approved_exit(&dpo, &second, one);
    dpo.run_exit(case).unwrap();
    let admin = person(&vault, &options, 6, "admin", "service");
    let finalised = admin.turn_epoch(&mut |_| ()).unwrap().finalised;
    assert_eq!(finalised.len(), 2);
    assert!(vault.verify(Vec::new(), &mut |_| ()).unwrap().is_sound());
}

/// A document whose reader runs a sweep in the middle.
struct Sweeping<'a>(&'a Session<'a>, usize);

impl Read for Sweeping<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.1 == 0 {
            return Ok(0);
        }
        self.0.sweep(&mut |_, _| ()).unwrap();
        let count = out.len().min(self.1);
        out.get_mut(..count).unwrap().fill(7);
        self.1 = self.1.checked_sub(count).unwrap();
        Ok(count)
    }
}

#[test]
fn a_sweep_leaves_an_attachment_in_progress_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, options) = vault(&dir);
    let manager = person(&vault, &options, 1, "manager", "service");
    let dpo = person(&vault, &options, 4, "dpo", "legal").because("sweep");
    let one = customer(&manager, "C-1");
    let mut content = Sweeping(&dpo, 150_000);
    let document = manager.attach(one.customer, "a.bin", "application/octet-stream", &mut content).unwrap();
    let mut back = Vec::new();
    manager.open_document(document.record, &mut back).unwrap();
    assert_eq!(back, vec![7; 150_000]);
}

#[test]
fn a_search_tells_nothing_to_whoever_may_not_see_what_it_finds() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, options) = vault(&dir);
    let manager = person(&vault, &options, 1, "manager", "service");
    customer(&manager, "C-1");
    let (kind, phone) = (kind("customer"), field("phone"));
    // Without a justification, and through a mask: the same answer for a hit and for a miss.
    for silent in
        [person(&vault, &options, 4, "dpo", "legal"), person(&vault, &options, 2, "support", "service")]
    {
        let hit = silent.search(&kind, &phone, "13800138000").unwrap_err().to_string();
        let miss = silent.search(&kind, &phone, "13900139000").unwrap_err().to_string();
        assert_eq!(hit, miss);
    }
}

#[test]
fn an_approval_releases_only_what_was_approved_and_only_for_its_purpose() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, options) = vault(&dir);
    let manager = person(&vault, &options, 1, "manager", "service").because("mailing");
    let one = customer(&manager, "C-1");
    let request = ExportRequest {
        action: Action::Export,
        kind: kind("customer"),
        selection: Selection::All,
        fields: vec![field("customer_no"), field("phone")],
        recipient: "Partner".to_owned(),
        recipients: vec!["partner@example.com".to_owned()],
        redact: false,
    };
    let Export::NeedsApproval { approval, .. } = manager.export(&request).unwrap() else {
        panic!("must wait")
    };
    let dpo = person(&vault, &options, 4, "dpo", "legal").because("data protection");
    let content = dpo.approval_content(approval.approval).unwrap();
    assert_eq!((content.recipients, content.records), (request.recipients.clone(), vec![one.record]));
    dpo.approve(approval.approval).unwrap();
    let other = person(&vault, &options, 1, "manager", "contract").because("mailing");
    assert!(matches!(other.release(approval.approval), Err(Error::Approval(_))));
    assert!(matches!(dpo.release(approval.approval), Err(Error::Approval(_))));
    manager.release(approval.approval).unwrap();

    // Closed after the approval: nothing leaves.
    let Export::NeedsApproval { approval, .. } = manager.export(&request).unwrap() else {
        panic!("must wait")
    };
    dpo.approve(approval.approval).unwrap();
    dpo.open_exit(one.customer, ExitTrigger::Manual, ExitReason::Price, None).unwrap();
    assert!(manager.release(approval.approval).is_err());
}

/// A contract of the customer that was signed, performed and ended; closed by legal, not by who ended it.
fn lived_contract(
    vault: &Vault,
    options: &strongroom::FolderOptions,
    sales: &Session<'_>,
    one: Created,
) -> RecordId {
    let fields = Fields::new()
        .with(field("contract_no"), "HT-2")
        .with(field("title"), "服务合同")
        .with(field("party"), "李雷");
    let contract = NewRecord::new(kind("contract"), Whose::Customer(one.customer), fields);
    let contract = sales.create(contract).unwrap().record;
    let day = time::Date::from_calendar_date(2026, time::Month::November, 22).unwrap();
    let sign = ContractStep::Sign { method: SignatureMethod::Handwritten, on: day };
    for (step, state) in [
        (ContractStep::Draft, "draft"),
        (sign, "signed"),
        (ContractStep::Perform, "performing"),
        (ContractStep::End(day), "closing"),
    ] {
        assert_eq!(sales.contract(contract, step).unwrap(), state);
    }
    assert!(matches!(sales.contract(contract, ContractStep::Close), Err(Error::Contract(_))));
    let legal = person(vault, options, 8, "legal", "legal");
    assert_eq!(legal.contract(contract, ContractStep::Close).unwrap(), "ended");
    contract
}

#[test]
fn an_ended_contract_does_not_come_back_as_a_draft() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, options) = vault(&dir);
    let sales = person(&vault, &options, 3, "sales", "contract");
    let importer = person(&vault, &options, 9, "importer", "service");
    let mut root = NewRecord::new(
        kind("customer"),
        Whose::New,
        Fields::new().with(field("customer_no"), "C-1").with(field("name"), "李雷"),
    );
    root.owner = Some(sales.actor());
    let one = importer.import(vec![root]).remove(0).unwrap();
    let fields = Fields::new()
        .with(field("contract_no"), "HT-1")
        .with(field("title"), "供货合同")
        .with(field("party"), "李雷");
    let contract = NewRecord::new(kind("contract"), Whose::Customer(one.customer), fields);
    let contract = sales.create(contract).unwrap().record;
    let ended = lived_contract(&vault, &options, &sales, one);
    assert!(sales.contract(ended, ContractStep::Draft).is_err());
    assert_eq!(sales.contract(contract, ContractStep::Draft).unwrap(), "draft");
    assert!(sales.contract(contract, ContractStep::Draft).is_err());
    sales.contract(contract, ContractStep::Abandon).unwrap();
    assert!(sales.contract(contract, ContractStep::Draft).is_err());
    // Managers see contracts and edit none.
    let manager = person(&vault, &options, 1, "manager", "contract");
    manager.view(contract).unwrap();
    assert!(matches!(manager.contract(contract, ContractStep::Revise), Err(Error::Denied(_))));
}

#[test]
fn each_refused_look_is_in_the_log_under_its_customer() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, options) = vault(&dir);
    let manager = person(&vault, &options, 1, "manager", "service");
    let (one, two) = (customer(&manager, "C-1"), customer(&manager, "C-2"));
    let sales = person(&vault, &options, 3, "sales", "service");
    for record in [one.record, two.record, one.record] {
        assert!(matches!(sales.view(record), Err(Error::Denied(_))));
    }
    let dpo = person(&vault, &options, 4, "dpo", "legal").because("audit");
    for customer in [one.customer, two.customer] {
        let refused =
            dpo.who_saw(customer).unwrap().into_iter().filter(|seen| seen.allowed == Some(false)).count();
        assert_eq!(refused, 1);
    }
}
