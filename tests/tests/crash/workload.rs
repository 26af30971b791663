//! The mixed workload: several threads, every verb, each thread on customers of its own.

use crate::job::{Job, Said, Work, say};
use std::collections::BTreeSet;
use strongroom::{
    Changes, Created, Error, Export, ExportRequest, Fields, NewRecord, Selection, Session, Vault, Whose,
};
use strongroom_audit::sha256;
use strongroom_cases::{ExitReason, ExitTrigger};
use strongroom_retention::{ReasonCode, Scope};
use strongroom_tests::{House, Person, SplitMix, field, kind};
use strongroom_types::{Action, CustomerId, HoldId, RecordId};

pub(crate) const THREADS: u8 = 3;

pub(crate) fn run(job: &Job) {
    let Work::Mixed { seed, round } = job.work else { return };
    let house = House::at(&job.folder, &job.now);
    let vault = house.open();
    vault.recover(Person::DPO.id()).unwrap();
    let page = Person::MANAGER.at(&vault, &house).list(&kind("customer"), None, 1000).unwrap();
    let known: Vec<Created> =
        page.views.iter().map(|view| Created { record: view.record, customer: view.customer }).collect();
    say(&Said::Ready);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let own =
                known.iter().filter(|one| one.record.as_bytes()[15] % THREADS == thread).copied().collect();
            let rng = SplitMix::of(seed, u64::from(round), u64::from(thread));
            let mut hand =
                Hand { vault: &vault, house: &house, round, thread, rng, own, holds: Vec::new(), made: 0 };
            scope.spawn(move || while hand.act() {});
        }
    });
}

/// Who acts in a thread of a round, so that their entries can be counted.
pub(crate) fn actor(person: Person, round: u32, thread: u8) -> Person {
    let mut id = [0x40 + thread; 16];
    id[..4].copy_from_slice(&round.to_be_bytes());
    id[4] = u8::from(person.id() == Person::SALES.id());
    person.called(id)
}

struct Hand<'v> {
    vault: &'v Vault,
    house: &'v House,
    round: u32,
    thread: u8,
    rng: SplitMix,
    own: Vec<Created>,
    holds: Vec<(HoldId, CustomerId)>,
    made: u32,
}

impl<'v> Hand<'v> {
    /// One action. `false` where something went wrong that should not.
    fn act(&mut self) -> bool {
        let (what, done) = match self.rng.below(100) {
            0..20 => ("create", self.create()),
            20..38 => ("update", self.update()),
            38..52 => ("view", self.view()),
            52..60 => ("search", self.search()),
            60..63 => ("list", self.list()),
            63..71 => ("attach", self.attach()),
            71..77 => ("denied", self.denied()),
            77..84 => ("export", self.export()),
            84..91 => ("hold", self.hold()),
            91..98 => ("exit", self.exit()),
            _ => ("turn", self.turn()),
        };
        match done {
            Ok(()) => true,
            Err(error) => {
                say(&Said::Failed { what: what.to_owned(), error: error.to_string() });
                false
            }
        }
    }

    fn person(&self, person: Person) -> Session<'v> {
        actor(person, self.round, self.thread).at(self.vault, self.house)
    }

    fn one(&mut self) -> Option<Created> {
        let count = u64::try_from(self.own.len()).unwrap();
        let at = usize::try_from(self.rng.below(count)).unwrap();
        self.own.get(at).copied()
    }

    fn phone(&mut self) -> String {
        format!("139{}", self.rng.digits(8))
    }

    fn create(&mut self) -> Result<(), Error> {
        let session = self.person(Person::MANAGER);
        self.made += 1;
        let phone = self.phone();
        let fields = Fields::new()
            .with(field("customer_no"), format!("C-{}-{}-{}", self.round, self.thread, self.made))
            .with(field("name"), "王小明")
            .with(field("phone"), phone.as_str());
        let created = session.create(NewRecord::new(kind("customer"), Whose::New, fields))?;
        say_created(created, "customer", Some(phone));
        self.own.push(created);
        if self.rng.chance(40) {
            let fields = Fields::new().with(field("given_on"), "2026-11-01").with(field("comment"), "很满意");
            let new = NewRecord::new(kind("feedback"), Whose::Customer(created.customer), fields);
            say_created(session.create(new)?, "feedback", None);
        }
        if self.rng.chance(30) {
            let fields = Fields::new()
                .with(field("transaction_no"), format!("T-{}-{}-{}", self.round, self.thread, self.made))
                .with(field("happened_on"), "2026-01-05")
                .with(field("amount"), "12.50");
            let new = NewRecord::new(kind("transaction"), Whose::Customer(created.customer), fields);
            let importer = self.person(Person::IMPORTER);
            let created = importer.import(vec![new]).remove(0)?;
            say_created(created, "transaction", None);
        }
        Ok(())
    }

    fn update(&mut self) -> Result<(), Error> {
        let Some(one) = self.one() else { return Ok(()) };
        let phone = self.phone();
        let set = Fields::new().with(field("phone"), phone.as_str());
        let version =
            self.person(Person::MANAGER).update(one.record, &Changes { set, ..Changes::default() })?;
        say(&Said::Updated { record: one.record, version, phone });
        Ok(())
    }

    fn view(&mut self) -> Result<(), Error> {
        let Some(one) = self.one() else { return Ok(()) };
        let session = self.person(Person::MANAGER);
        let view = session.view(one.record)?;
        let phone = view.field("phone").and_then(|shown| shown.text()).unwrap_or_default().to_owned();
        say(&Said::Viewed { actor: session.actor(), record: one.record, phone });
        Ok(())
    }

    fn search(&mut self) -> Result<(), Error> {
        let session = self.person(Person::MANAGER);
        let phone = self.phone();
        session.search(&kind("customer"), &field("phone"), &phone)?;
        say(&Said::Searched { actor: session.actor() });
        Ok(())
    }

    fn list(&mut self) -> Result<(), Error> {
        let session = self.person(Person::MANAGER);
        match session.list(&kind("feedback"), None, 50) {
            Ok(_) => say(&Said::Listed { actor: session.actor() }),
            // Another thread purges somebody on the page.
            Err(Error::CustomerGone { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn attach(&mut self) -> Result<(), Error> {
        let Some(one) = self.one() else { return Ok(()) };
        let long = usize::try_from(self.rng.below(90_000)).unwrap();
        let content = self.rng.digits(long).into_bytes();
        let session = self.person(Person::MANAGER);
        let info = session.attach(one.customer, "合同.txt", "text/plain", &mut content.as_slice())?;
        say(&Said::Attached { record: info.record, customer: info.customer, digest: sha256(&content) });
        Ok(())
    }

    fn denied(&mut self) -> Result<(), Error> {
        let Some(one) = self.one() else { return Ok(()) };
        let session = self.person(Person::SALES);
        match session.view(one.record) {
            Err(Error::Denied(_)) => say(&Said::Denied { actor: session.actor(), record: one.record }),
            Err(error) => return Err(error),
            Ok(_) => return Err(Error::Invariant("sales see what is not theirs")),
        }
        Ok(())
    }

    fn export(&mut self) -> Result<(), Error> {
        let picked: BTreeSet<RecordId> = (0..3).filter_map(|_| self.one().map(|one| one.record)).collect();
        if picked.is_empty() {
            return Ok(());
        }
        let session = self.person(Person::MANAGER);
        let request = ExportRequest {
            action: Action::Export,
            kind: kind("customer"),
            selection: Selection::Records(picked.into_iter().collect()),
            fields: vec![field("customer_no"), field("phone")],
            recipient: "Partner".to_owned(),
            recipients: vec!["partner@example.com".to_owned()],
            redact: false,
        };
        let Export::NeedsApproval { approval, .. } = session.export(&request)? else {
            return Err(Error::Invariant("an export to a partner waits for approval"));
        };
        Person::DPO.at(self.vault, self.house).approve(approval.approval)?;
        let released = session.release(approval.approval)?;
        say(&Said::Released { approval: approval.approval, digest: released.digest });
        Ok(())
    }

    fn hold(&mut self) -> Result<(), Error> {
        let session = self.person(Person::DPO);
        if self.holds.len() > 3 {
            let (hold, _) = self.holds.remove(0);
            say(&Said::HoldReleasing { hold });
            again(|| session.release_hold(hold))?;
            say(&Said::HoldReleased { hold });
            return Ok(());
        }
        let Some(one) = self.one() else { return Ok(()) };
        let reason = ReasonCode::new("litigation").unwrap();
        let hold = again(|| session.place_hold(Scope::Customer(one.customer), reason.clone()))?;
        say(&Said::HoldPlaced { hold });
        self.holds.push((hold, one.customer));
        Ok(())
    }

    /// A whole exit of a customer whom nothing holds.
    fn exit(&mut self) -> Result<(), Error> {
        let Some(one) = self.one() else { return Ok(()) };
        let held = Person::DPO.at(self.vault, self.house).holds()?;
        let held =
            held.iter().any(|hold| hold.released.is_none() && hold.scope == Scope::Customer(one.customer));
        if held || self.own.len() < 4 {
            return Ok(());
        }
        say(&Said::ExitBegun { customer: one.customer });
        let dpo = self.person(Person::DPO);
        let second = Person::SECOND_DPO.at(self.vault, self.house);
        let case = dpo.open_exit(one.customer, ExitTrigger::Manual, ExitReason::Service, Some("太贵了"))?;
        let plan = dpo.plan_exit(case)?;
        if plan.review_needed {
            second.review_exit(case)?;
        }
        second.approve_exit(case)?;
        // Another thread's hold moves the version that the intent must find.
        again(|| dpo.run_exit(case).map(drop))?;
        say(&Said::Exited { customer: one.customer, case });
        self.own.retain(|other| other.customer != one.customer);
        Ok(())
    }

    fn turn(&mut self) -> Result<(), Error> {
        // One turn at a time is the operator's business.
        if self.thread == 0 {
            let turned = self.person(Person::ADMIN).turn_epoch(&mut |_| ())?;
            say(&Said::Turned { to: turned.to });
        }
        Ok(())
    }
}

fn say_created(created: Created, of: &str, phone: Option<String>) {
    say(&Said::Created { record: created.record, customer: created.customer, kind: kind(of), phone });
}

/// Once more where somebody else was faster.
fn again<T>(mut act: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
    let mut last = act();
    for _ in 0..50 {
        match last {
            Err(Error::Held | Error::Conflict) => last = act(),
            Err(Error::Purge(ref error)) if error.to_string().contains("hold") => last = act(),
            other => return other,
        }
    }
    last
}
