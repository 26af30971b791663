//! The orderings of the design, each with a process that stops before every single commit of its flow. The last one,
//! "no permit, no bytes", is kept by the compiler: the `compile_fail` examples of `strongroom_policy::Permit` and
//! `strongroom_retention::DisposalPermit` are its tests.

use crate::{
    job::{Cast, Said, Scene, Stop, Work, Worker, job},
    rounds::{entries, living},
    scenes::{NEW_NUMBER, approved_exit, approved_export, customer, place_hold, set_up},
};
use std::{path::Path, sync::Arc};
use strongroom::{Error, Fields, NewRecord, Session, Vault, Whose};
use strongroom_audit::{Entry, EventName, Finding, Reason, Verdict};
use strongroom_envelope::CustomerKeys;
use strongroom_retention::{ReasonCode, Scope, Status};
use strongroom_store::{Direction, KeyRange, Read as _, Space};
use strongroom_tests::{House, Person, copy_folder, effort, field, kind, vault_folder};
use strongroom_types::{CaseId, CustomerId};

const BEFORE: &str = "2026-11-22T02:00:00Z";
const DURING: &str = "2026-11-22T03:00:00Z";
const AFTER: &str = "2026-11-22T04:00:00Z";
const STAGED: Space = Space::mutable(24, "staged");
const PURGE: Space = Space::mutable(26, "purge");

/// Prepares a folder once; then, for every commit of the scene, plays it on a copy up to there and calls `check` with
/// the folder, the players, what was said and where it stopped.
fn at_every_commit(
    scene: Scene,
    stops: &[fn(u64) -> Stop],
    prepare: impl Fn(&Vault, &House) -> Cast,
    check: impl Fn(&House, &Cast, &[Said], &str),
) {
    let root = vault_folder().unwrap();
    let base = root.path().join("base");
    let house = House::init(&base, BEFORE);
    let players = {
        let vault = house.open();
        prepare(&vault, &house)
    };
    let run = |stop: Stop| {
        let path = root.path().join("run");
        copy_folder(&base, &path);
        let work = Work::Scene { scene, stop, players: players.clone() };
        let (said, well) = Worker::start(&job(&path, DURING, work)).rest();
        assert_eq!(
            well,
            said.iter().any(|one| matches!(one, Said::Done { .. })),
            "{scene:?} {stop:?}: {said:?}"
        );
        check(&House::at(&path, AFTER), &players, &said, &format!("{scene:?} {stop:?}"));
        std::fs::remove_dir_all(&path).unwrap();
        (said, well)
    };
    let (said, well) = run(Stop::Never);
    assert!(well, "{scene:?}: {said:?}");
    let commits = said.iter().find_map(|one| match one {
        Said::Done { commits } if *commits > 0 => Some(*commits),
        _ => None,
    });
    let commits = commits.unwrap();
    for stop in stops {
        for n in 1..=commits {
            let (said, well) = run(stop(n));
            assert!(!well, "{scene:?} {:?}: it did not stop: {said:?}", stop(n));
        }
    }
}

fn sound(vault: &Vault, what: &str) {
    let found = vault.verify(Vec::new(), &mut |_| ()).unwrap();
    assert!(found.is_sound(), "{what}: {found:?}");
}

/// Before anything is mended. Details whose purge has no result yet count as missing until it is finished.
pub(crate) fn nothing_altered(vault: &Vault, what: &str) {
    let found = vault.verify(Vec::new(), &mut |_| ()).unwrap();
    let details = |finding: &Finding| matches!(finding.reason, Reason::DetailKeyGone | Reason::DetailMissing);
    let unsound = found.log.findings.iter().filter(|finding| finding.verdict > Verdict::ErasedAuthorised);
    assert!(unsound.clone().all(details), "{what}, before anything is mended: {found:?}");
    assert!(found.data.is_empty(), "{what}, before anything is mended: {found:?}");
}

fn recovered(house: &House, what: &str) -> Vault {
    let vault = house.open();
    nothing_altered(&vault, what);
    let recovered = vault.recover(Person::DPO.id()).unwrap();
    assert!(recovered.stopped.is_empty(), "{what}: {:?}", recovered.stopped);
    sound(&vault, what);
    vault
}

fn named<'e>(log: &'e [Entry], name: &'static str) -> impl Iterator<Item = &'e Entry> {
    log.iter().filter(move |entry| entry.name.as_str() == name)
}

/// Orderings 1 and 5: a change and its entry are one commit, and the key was durable before it.
#[test]
fn a_record_its_entry_and_its_key_come_together_or_not_at_all() {
    at_every_commit(
        Scene::Create,
        &[Stop::Before, Stop::After],
        |vault, house| set_up(vault, house, false),
        |house, _, said, what| {
            let vault = recovered(house, what);
            let log = entries(&Person::DPO.at(&vault, house));
            // Listing opens every record, so each has its key.
            let there = living(&vault, house)
                .into_values()
                .find(|view| view.field("customer_no").and_then(|shown| shown.text()) == Some(NEW_NUMBER));
            let acknowledged = said.iter().any(|one| matches!(one, Said::Created { .. }));
            assert!(there.is_some() || !acknowledged, "{what}: an acknowledged record is lost");
            let logged =
                there.as_ref().map_or(2, |view| log.iter().filter(|e| e.record == Some(view.record)).count());
            let creations =
                named(&log, "create").filter(|entry| entry.kind == Some(kind("customer"))).count();
            assert_eq!(creations, 2 + usize::from(there.is_some()), "{what}: entries and records");
            assert!(logged > 0, "{what}: a record without its entry");
            let again = customer(&Person::MANAGER.at(&vault, house), NEW_NUMBER, "13600136000");
            match again {
                Ok(_) => assert!(there.is_none(), "{what}: two of one number"),
                Err(Error::Duplicate { .. }) => assert!(there.is_some(), "{what}: a number without a record"),
                Err(error) => panic!("{what}: {error}"),
            }
            sound(&vault, what);
        },
    );
}

/// Ordering 1: a read is in the log before anybody sees anything.
#[test]
fn what_was_seen_is_in_the_log() {
    at_every_commit(
        Scene::View,
        &[Stop::Before, Stop::After],
        |vault, house| set_up(vault, house, false),
        |house, players, said, what| {
            let vault = recovered(house, what);
            let log = entries(&Person::DPO.at(&vault, house));
            let logged = named(&log, "view").filter(|entry| entry.record == players.record).count();
            if said.iter().any(|one| matches!(one, Said::Viewed { .. })) {
                assert_eq!(logged, 1, "{what}: seen and not logged");
            }
            assert!(logged <= 1, "{what}");
        },
    );
}

/// Ordering 4: nothing leaves but by a release that is in the log, and an approval is used once.
#[test]
fn an_approval_is_used_before_the_first_byte_leaves_and_only_once() {
    let prepare = |vault: &Vault, house: &House| {
        let mut players = set_up(vault, house, false);
        approved_export(vault, house, &mut players);
        players
    };
    at_every_commit(Scene::Release, &[Stop::Before, Stop::After], prepare, |house, players, said, what| {
        let vault = recovered(house, what);
        let approval = players.approval.unwrap();
        let dpo = Person::DPO.at(&vault, house);
        let state =
            || dpo.approvals().unwrap().into_iter().find(|one| one.approval == approval).unwrap().state;
        let releases =
            || named(&entries(&dpo), "export.released").filter(|e| e.approval == Some(approval)).count();
        let left = said.iter().any(|one| matches!(one, Said::Released { .. }));
        let used = state() == "used";
        assert!(used || !left, "{what}: bytes left under an approval that is {}", state());
        assert_eq!(releases(), usize::from(used), "{what}: the entry goes with the use");
        let again = Person::MANAGER.at(&vault, house).release(approval);
        assert_eq!(again.is_ok(), !used, "{what}: {again:?}");
        assert_eq!((state(), releases()), ("used", 1), "{what}: once and no more");
        dpo.sweep(&mut |_, _| ()).unwrap();
        drop(dpo);
        drop(vault);
        let left = house.stores().data.scan(STAGED, &KeyRange::all(), Direction::Forward, 10).unwrap();
        assert!(left.is_empty(), "{what}: {} staged parts outlive their approval", left.len());
    });
}

fn exit_scene(kept: bool) -> impl Fn(&Vault, &House) -> Cast {
    move |vault, house| {
        let mut players = set_up(vault, house, kept);
        approved_export(vault, house, &mut players);
        approved_exit(vault, house, &mut players);
        players
    }
}

/// Orderings 2, 3 and 6, before anything is mended: no destroyed key without an intent in the log, no erased byte
/// without the destroyed key, and the fence closed in between.
fn check_order_of_steps(house: &House, players: &Cast, what: &str) {
    let customer = players.customer.unwrap();
    let (log, exit, state) = {
        let vault = house.open();
        nothing_altered(&vault, what);
        let dpo = Person::DPO.at(&vault, house);
        let (log, exit) = (entries(&dpo), state_of(&dpo, players.case.unwrap()));
        drop(dpo);
        drop(vault);
        let stores = house.stores();
        (log, exit, house.keys(Arc::new(stores.keys)).state(customer).unwrap())
    };
    let destroyed = match &state {
        CustomerKeys::Absent => panic!("{what}: no trace of the customer's keys"),
        CustomerKeys::Destroyed { .. } => true,
        CustomerKeys::Living { shredded, .. } => !shredded.is_empty(),
    };
    let intended = log.iter().any(|entry| entry.name == EventName::PURGE_INTENT);
    let erased = named(&log, "purge.erase").count() > 0;
    assert_eq!(intended, exit != "approved", "{what}: the case moves with the intent");
    assert!(intended || !destroyed, "{what}: a key was destroyed without an intent");
    assert!(destroyed || !erased, "{what}: bytes were erased before their key");
}

fn state_of(dpo: &Session<'_>, case: CaseId) -> &'static str {
    dpo.exit(case).unwrap().exit.state().name()
}

/// Whatever happened, the exit can be brought to its end, and then there is one of everything.
fn check_exit_ends(house: &House, players: &Cast, said: &[Said], what: &str) {
    let (case, customer) = (players.case.unwrap(), players.customer.unwrap());
    let acknowledged = said.iter().any(|one| matches!(one, Said::Exited { .. }));
    let case = {
        let vault = recovered(house, what);
        let dpo = Person::DPO.at(&vault, house);
        let manager = Person::MANAGER.at(&vault, house);
        assert!(manager.view(players.record.unwrap()).is_err(), "{what}: closed since the exit was opened");
        let case = match state_of(&dpo, case) {
            "approved" => {
                assert!(!acknowledged, "{what}: an acknowledged exit is undone");
                // Nothing happened: whoever changes their mind has everything back, and may begin anew.
                dpo.withdraw_exit(case).unwrap();
                let contract = Person::MANAGER.for_purpose("contract").at(&vault, house);
                let [feedback, document] = players.others[..] else { panic!("two other records") };
                manager.view(players.record.unwrap()).unwrap();
                manager.view(feedback).unwrap();
                contract.open_document(document, &mut Vec::new()).unwrap();
                let hold = place_hold(&vault, house, players).unwrap();
                dpo.release_hold(hold).unwrap();
                let case = approved_exit(&vault, house, &mut players.clone());
                dpo.run_exit(case).unwrap();
                case
            }
            state => {
                assert_eq!(state, "purged", "{what}: recovery finishes what an intent began");
                case
            }
        };
        let hold = place_hold(&vault, house, players);
        assert_eq!(hold.is_ok(), players.kept.is_some(), "{what}: a hold on who is gone: {hold:?}");
        if let Ok(hold) = hold {
            dpo.release_hold(hold).unwrap();
        }
        let certificate = dpo.certificate(case).unwrap();
        assert_eq!(certificate.body.exceptions.len(), usize::from(players.kept.is_some()), "{what}");
        strongroom::verify_certificate(&certificate, &vault.certificate_key().unwrap(), vault.log_key())
            .unwrap();
        assert!(manager.view(players.record.unwrap()).is_err(), "{what}: gone in the end");
        let turned = Person::ADMIN.at(&vault, house).turn_epoch(&mut |_| ()).unwrap();
        assert_eq!(turned.finalised, vec![case], "{what}");
        assert!(matches!(dpo.certificate(case).unwrap().status, Status::Final { .. }), "{what}");
        let log = entries(&dpo);
        for name in ["purge.intent", "purge.result", "purge.finalised"] {
            assert_eq!(named(&log, name).count(), 1, "{what}: {name}");
        }
        let at = |name: &str| log.iter().position(|entry| entry.name.as_str() == name).unwrap();
        assert!(at("purge.intent") < at("purge.erase") && at("purge.erase") < at("purge.result"), "{what}");
        sound(&vault, what);
        case
    };
    let stores = house.stores();
    let left = stores.data.scan(STAGED, &KeyRange::all(), Direction::Forward, 10).unwrap();
    assert!(left.is_empty(), "{what}: staged parts of the customer are left");
    if let Some(kept) = players.kept {
        let row = house.row(&stores.data, kept).unwrap();
        let (address, sealed) = house.taken_apart(kept, &row);
        let keys = house.keys(Arc::new(stores.keys));
        assert!(keys.open_record(&address, &sealed).is_ok(), "{what}: what the law keeps can be opened");
        check_case_key(&keys, case, what);
    } else {
        let keys = house.keys(Arc::new(stores.keys));
        assert!(matches!(keys.state(customer).unwrap(), CustomerKeys::Destroyed { .. }), "{what}");
        check_case_key(&keys, case, what);
    }
}

/// What the case remembered was sealed under a key of its own, which ends with it.
fn check_case_key(keys: &strongroom_envelope::Keys, case: CaseId, what: &str) {
    let state = keys.state(CustomerId::from_bytes(*case.as_bytes())).unwrap();
    assert!(matches!(state, CustomerKeys::Destroyed { .. }), "{what}: the case's own key outlives it");
}

#[test]
fn an_exit_is_finished_after_any_crash_with_one_certificate_and_nothing_left() {
    at_every_commit(Scene::Exit, &[Stop::Before], exit_scene(false), |house, players, said, what| {
        check_order_of_steps(house, players, what);
        check_exit_ends(house, players, said, what);
    });
}

/// An intent too long for one row is staged in parts first. A crash between the parts and the intent once made the
/// recovery destroy the case's own key, after which that exit could never be run.
#[test]
fn an_exit_of_many_records_runs_after_a_crash_before_its_intent() {
    let root = vault_folder().unwrap();
    let path = root.path().join("vault");
    let house = House::init(&path, BEFORE);
    let players = {
        let vault = house.open();
        let mut players = set_up(&vault, &house, false);
        let feedback = |n: usize| {
            let fields =
                Fields::new().with(field("given_on"), "2026-11-01").with(field("comment"), n.to_string());
            NewRecord::new(kind("feedback"), Whose::Customer(players.customer.unwrap()), fields)
        };
        let importer = Person::IMPORTER.at(&vault, &house);
        assert!(importer.import((0..400).map(feedback).collect()).iter().all(Result::is_ok));
        approved_exit(&vault, &house, &mut players);
        players
    };
    // The case's key, the first staged part; then it stops.
    let work = Work::Scene { scene: Scene::Exit, stop: Stop::After(2), players: players.clone() };
    let (said, well) = Worker::start(&job(&path, DURING, work)).rest();
    assert!(!well, "it did not stop: {said:?}");
    let staged = house.stores().data.scan(PURGE, &KeyRange::all(), Direction::Forward, 10).unwrap();
    assert!(!staged.is_empty(), "the intent is long enough to be staged");
    let what = "an exit of many records";
    let vault = recovered(&House::at(&path, AFTER), what);
    let dpo = Person::DPO.at(&vault, &house);
    let case = players.case.unwrap();
    assert_eq!(state_of(&dpo, case), "approved", "{what}: nothing was condemned");
    let certificate = dpo.run_exit(case).unwrap();
    assert_eq!(certificate.body.records, 403, "{what}");
    sound(&vault, what);
}

#[test]
fn what_the_law_keeps_stays_readable_through_any_crash_of_a_partial_purge() {
    at_every_commit(Scene::Exit, &[Stop::Before], exit_scene(true), |house, players, said, what| {
        check_order_of_steps(house, players, what);
        check_exit_ends(house, players, said, what);
    });
}

/// Ordering 5, for keys wrapped anew: whatever a turn was interrupted at, every living record opens.
#[test]
fn a_turn_of_the_epoch_loses_no_key_wherever_it_stops() {
    let prepare = |vault: &Vault, house: &House| {
        let mut players = set_up(vault, house, true);
        let case = approved_exit(vault, house, &mut players);
        Person::DPO.at(vault, house).run_exit(case).unwrap();
        players
    };
    at_every_commit(Scene::Turn, &[Stop::Before, Stop::After], prepare, |house, players, _, what| {
        let vault = recovered(house, what);
        assert_eq!(living(&vault, house).len(), 1, "{what}: the other customer opens");
        let admin = Person::ADMIN.at(&vault, house);
        admin.turn_epoch(&mut |_| ()).unwrap();
        let dpo = Person::DPO.at(&vault, house);
        let certificate = dpo.certificate(players.case.unwrap()).unwrap();
        assert!(matches!(certificate.status, Status::Final { .. }), "{what}: the turn was finished");
        strongroom::verify_certificate(&certificate, &vault.certificate_key().unwrap(), vault.log_key())
            .unwrap();
        assert_eq!(living(&vault, house).len(), 1, "{what}: the other customer opens after it");
        customer(&Person::MANAGER.at(&vault, house), "C-3", "13500135000").unwrap();
        sound(&vault, what);
        drop((admin, dpo));
        drop(vault);
        let stores = house.stores();
        let kept = players.kept.unwrap();
        let (address, sealed) = house.taken_apart(kept, &house.row(&stores.data, kept).unwrap());
        let keys = house.keys(Arc::new(stores.keys));
        assert!(keys.open_record(&address, &sealed).is_ok(), "{what}: what the law keeps opens");
    });
}

/// Ordering 6: a hold that was acknowledged stops the purge; one that was not, does not.
#[test]
fn an_acknowledged_hold_survives_and_stops_the_purge() {
    let prepare = |vault: &Vault, house: &House| {
        let mut players = set_up(vault, house, false);
        approved_exit(vault, house, &mut players);
        players
    };
    at_every_commit(Scene::Hold, &[Stop::Before, Stop::After], prepare, |house, players, said, what| {
        let vault = recovered(house, what);
        let dpo = Person::DPO.at(&vault, house);
        let holds = dpo.holds().unwrap();
        let placed = said.iter().any(|one| matches!(one, Said::HoldPlaced { .. }));
        assert!(holds.len() == 1 || !placed, "{what}: an acknowledged hold is lost");
        assert_eq!(named(&entries(&dpo), "hold.place").count(), holds.len(), "{what}: a hold and its entry");
        let exit = dpo.run_exit(players.case.unwrap());
        assert_eq!(exit.is_ok(), holds.is_empty(), "{what}: {exit:?}");
        let state = if holds.is_empty() { "purged" } else { "approved" };
        assert_eq!(state_of(&dpo, players.case.unwrap()), state, "{what}");
        for hold in holds {
            dpo.release_hold(hold.id).unwrap();
            dpo.run_exit(players.case.unwrap()).unwrap();
        }
        sound(&vault, what);
    });
}

/// Ordering 6, raced: either the hold came first and the customer is there, or the purge did and the hold was refused.
#[test]
fn a_hold_and_a_purge_cannot_both_win() {
    let root = vault_folder().unwrap();
    let (mut stayed, mut purged) = (0, 0);
    let house = House::init(&root.path().join("vault"), BEFORE);
    let vault = house.open();
    for n in 0..effort() * 12 {
        let manager = Person::MANAGER.at(&vault, &house);
        let created = customer(&manager, &format!("C-{n}"), "13800138000").unwrap();
        let mut players =
            Cast { customer: Some(created.customer), record: Some(created.record), ..Cast::default() };
        let case = approved_exit(&vault, &house, &mut players);
        let (hold, exit) = std::thread::scope(|scope| {
            let hold = scope.spawn(|| {
                // Each round a little later, so that both orders come up.
                (0..n % 12 * 40_000).for_each(|_| std::hint::spin_loop());
                place_hold(&vault, &house, &players)
            });
            let exit = Person::DPO.at(&vault, &house).run_exit(case);
            (hold.join().unwrap(), exit)
        });
        let there = state_of(&Person::DPO.at(&vault, &house), case) == "approved";
        assert_eq!(hold.is_ok(), there, "race {n}: {hold:?}, {exit:?}");
        assert_eq!(exit.is_ok(), !there, "race {n}: {hold:?}, {exit:?}");
        if there {
            Person::DPO.at(&vault, &house).withdraw_exit(case).unwrap();
            manager.view(created.record).unwrap();
        }
        *(if there { &mut stayed } else { &mut purged }) += 1;
    }
    assert_eq!(stayed + purged, effort() * 12);
    sound(&vault, "after the races");
    let everything =
        Person::DPO.at(&vault, &house).place_hold(Scope::Everything, ReasonCode::new("audit").unwrap());
    assert!(everything.is_ok(), "{everything:?}");
}

#[test]
fn a_folder_is_copied_whole() {
    let root = vault_folder().unwrap();
    let (from, to) = (root.path().join("from"), root.path().join("to"));
    House::init(&from, BEFORE);
    copy_folder(&from, &to);
    let same = |name: &str| {
        std::fs::read(Path::new(&from).join(name)).unwrap() == std::fs::read(to.join(name)).unwrap()
    };
    assert!(["vault.toml", "keyring", "schema.toml"].into_iter().all(same));
}
