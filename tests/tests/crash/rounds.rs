//! `kill -9` at random moments of a mixed workload.

use crate::{
    job::{Said, Work, Worker, job},
    orderings::nothing_altered,
    workload::THREADS,
};
use std::collections::{BTreeMap, BTreeSet};
use strongroom::{Session, Shown, Vault, View};
use strongroom_audit::{Decision, Entry, EventName, sha256};
use strongroom_tests::{House, Person, SplitMix, effort, kind, seed, vault_folder};
use strongroom_types::{Action, ActorId, ApprovalId, CaseId, CustomerId, HoldId, Kind, RecordId};

/// So many kills of one folder, then a new one: few enough that the quick tier meets both engines.
fn kills_per_folder() -> u32 {
    if effort() > 1 { 20 } else { 5 }
}

const KILLS: u32 = 10;
const KINDS: [&str; 4] = ["customer", "feedback", "transaction", "document"];

#[test]
#[expect(clippy::print_stdout, reason = "a soak records what it did")]
fn kill_9_at_any_moment_loses_nothing_acknowledged_and_leaves_nothing_half_done() {
    let seed = seed(0x5743_4f4e_4752);
    let mut rng = SplitMix::new(seed);
    let mut total = Total::default();
    let mut round = 0;
    while round < KILLS * effort() {
        let root = vault_folder().unwrap();
        let path = root.path().join("vault");
        // One folder on sled, the next on redb.
        let home = if (round / kills_per_folder()).is_multiple_of(2) { "sled:" } else { "redb:" };
        House::init_in(&path, &moment(round), home.parse().unwrap());
        let mut model = Model::default();
        for _ in 0..kills_per_folder().min(KILLS * effort() - round) {
            let what = format!("seed {seed}, round {round}");
            let said = kill_one(&path, seed, round, &mut rng);
            let house = House::at(&path, &moment(round));
            house.clock().pass_seconds(1800);
            model.learn(&said, &what);
            model.check(&house, &what);
            total.actions += said.len();
            round += 1;
        }
        total.entries += model.entries;
    }
    println!(
        "{round} kills, {} acknowledged actions, {} log entries, seed {seed}",
        total.actions, total.entries
    );
}

#[derive(Default)]
struct Total {
    actions: usize,
    entries: usize,
}

fn moment(round: u32) -> String {
    format!("2026-{:02}-{:02}T{:02}:00:00Z", 1 + round / 24 / 28 % 12, 1 + round / 24 % 28, round % 24)
}

/// Starts a worker, lets it acknowledge some actions, kills it, and returns all that it said.
fn kill_one(path: &std::path::Path, seed: u64, round: u32, rng: &mut SplitMix) -> Vec<Said> {
    let mut worker = Worker::start(&job(path, &moment(round), Work::Mixed { seed, round }));
    let mut said = Vec::new();
    let patience = rng.below(90);
    while let Some(one) = worker.next() {
        let counts = one != Said::Ready;
        said.push(one);
        if counts && u64::try_from(said.len()).unwrap() > patience {
            break;
        }
    }
    // Somewhere between two acknowledgements: the worker does not wait for us.
    (0..rng.below(3_000_000)).for_each(|_| std::hint::spin_loop());
    worker.kill();
    said.extend(worker.rest().0);
    said
}

/// What must be true of a folder.
#[derive(Default)]
struct Model {
    records: BTreeMap<RecordId, Known>,
    documents: BTreeMap<RecordId, strongroom_types::Digest>,
    exits_begun: BTreeSet<CustomerId>,
    exits: BTreeSet<CustomerId>,
    holds: BTreeSet<HoldId>,
    holds_ended: BTreeSet<HoldId>,
    holds_ending: BTreeSet<HoldId>,
    releases: BTreeMap<ApprovalId, strongroom_types::Digest>,
    views: BTreeMap<(ActorId, RecordId), u64>,
    denials: BTreeSet<(ActorId, RecordId)>,
    pages: BTreeMap<(ActorId, &'static str), u64>,
    turns: BTreeSet<u64>,
    entries: usize,
}

struct Known {
    customer: CustomerId,
    kind: Kind,
    version: u64,
    phone: Option<String>,
}

impl Model {
    fn learn(&mut self, said: &[Said], what: &str) {
        for one in said.iter().cloned() {
            match one {
                Said::Attached { record, customer, digest } => {
                    self.records
                        .insert(record, Known { customer, kind: kind("document"), version: 1, phone: None });
                    self.documents.insert(record, digest);
                }
                Said::Created { record, customer, kind, phone } => {
                    self.records.insert(record, Known { customer, kind, version: 1, phone });
                }
                Said::Denied { actor, record } => drop(self.denials.insert((actor, record))),
                Said::ExitBegun { customer } => drop(self.exits_begun.insert(customer)),
                Said::Exited { customer, .. } => drop(self.exits.insert(customer)),
                Said::Failed { what: verb, error } => panic!("{what}: {verb}: {error}"),
                Said::HoldPlaced { hold } => drop(self.holds.insert(hold)),
                Said::HoldReleased { hold } => drop(self.holds_ended.insert(hold)),
                Said::HoldReleasing { hold } => drop(self.holds_ending.insert(hold)),
                Said::Listed { actor } => *self.pages.entry((actor, "list")).or_default() += 1,
                Said::Searched { actor } => *self.pages.entry((actor, "search")).or_default() += 1,
                Said::Released { approval, digest } => drop(self.releases.insert(approval, digest)),
                Said::Turned { to } => drop(self.turns.insert(u64::from(to))),
                Said::Updated { record, version, phone } => {
                    let known = self.records.get_mut(&record).unwrap();
                    assert!(version > known.version, "{what}: versions count up");
                    (known.version, known.phone) = (version, Some(phone));
                }
                Said::Viewed { actor, record, phone } => {
                    // One thread works on a record, so what it saw is what it last wrote.
                    assert_eq!(
                        self.records[&record].phone.as_deref(),
                        Some(phone.as_str()),
                        "{what}: a view"
                    );
                    *self.views.entry((actor, record)).or_default() += 1;
                }
                Said::Done { .. } | Said::Ready => {}
            }
        }
    }

    fn check(&mut self, house: &House, what: &str) {
        let vault = house.open();
        nothing_altered(&vault, what);
        let recovered = vault.recover(Person::DPO.id()).unwrap();
        assert!(recovered.stopped.is_empty(), "{what}: {:?}", recovered.stopped);
        let found = vault.verify(Vec::new(), &mut |_| ()).unwrap();
        assert!(found.is_sound(), "{what}: {found:?}");
        let dpo = Person::DPO.at(&vault, house);
        let entries = entries(&dpo);
        self.entries = entries.len();
        let gone = self.check_exits(&entries, what);
        give_up_open_exits(&dpo, &entries, &gone);
        self.check_reads(&entries, what);
        self.check_records(&vault, house, &entries, &gone, found.records, what);
        self.check_holds_and_releases(&dpo, &entries, what);
    }

    /// Who is gone: everybody whose exit was acknowledged, and nobody whose exit was never begun.
    fn check_exits(&self, entries: &[Entry], what: &str) -> BTreeSet<CustomerId> {
        let named = |name| {
            let of = entries.iter().filter(move |entry| entry.name == name);
            of.filter_map(|entry| entry.customer).collect::<Vec<_>>()
        };
        let (intents, results) = (named(EventName::PURGE_INTENT), named(EventName::PURGE_RESULT));
        let gone: BTreeSet<CustomerId> = results.iter().copied().collect();
        assert_eq!(gone.len(), results.len(), "{what}: one result for each");
        assert_eq!(gone, intents.iter().copied().collect(), "{what}: what was intended was finished");
        assert!(gone.is_superset(&self.exits), "{what}: an acknowledged exit is undone");
        assert!(gone.is_subset(&self.exits_begun), "{what}: somebody is gone whom nobody sent away");
        gone
    }

    fn check_reads(&mut self, entries: &[Entry], what: &str) {
        let mut views: BTreeMap<(ActorId, RecordId), u64> = BTreeMap::new();
        let mut pages: BTreeMap<(ActorId, &str), u64> = BTreeMap::new();
        let mut denials = BTreeSet::new();
        for entry in entries {
            match (entry.name.as_str(), entry.decision, entry.record) {
                ("view", Some(Decision::Allow), Some(record)) => {
                    *views.entry((entry.actor, record)).or_default() += 1;
                }
                ("view", Some(Decision::Deny), Some(record)) => drop(denials.insert((entry.actor, record))),
                (name @ ("list" | "search"), Some(Decision::Allow), None) => {
                    *pages.entry((entry.actor, name)).or_default() += 1;
                }
                _ => {}
            }
        }
        for (key, acknowledged) in std::mem::take(&mut self.views) {
            let logged = views.get(&key).copied().unwrap_or_default();
            assert!(
                (acknowledged..=acknowledged + 1).contains(&logged),
                "{what}: {acknowledged} views, {logged} entries"
            );
        }
        for ((actor, verb), acknowledged) in std::mem::take(&mut self.pages) {
            let logged = pages.get(&(actor, verb)).copied().unwrap_or_default();
            assert!(logged >= acknowledged, "{what}: {acknowledged} times {verb}, {logged} entries");
        }
        // Equal denials of a minute are one entry.
        for denied in std::mem::take(&mut self.denials) {
            assert!(denials.contains(&denied), "{what}: a denial without an entry");
        }
    }

    fn check_records(
        &mut self,
        vault: &Vault,
        house: &House,
        entries: &[Entry],
        gone: &BTreeSet<CustomerId>,
        stored: u64,
        what: &str,
    ) {
        let living = living(vault, house);
        let mut unknown = 0;
        for view in living.values() {
            assert!(!gone.contains(&view.customer), "{what}: a record of somebody who is gone");
            let phone = view.field("phone").and_then(Shown::text).map(str::to_owned);
            match self.records.get_mut(&view.record) {
                Some(known) if known.version == view.version => {
                    assert_eq!(known.phone, phone, "{what}: another value than was acknowledged");
                }
                // The update that was under way when the process died.
                Some(known) => {
                    assert_eq!(known.version + 1, view.version, "{what}: an acknowledged version is lost");
                    (known.version, known.phone) = (view.version, phone);
                    unknown += 1;
                }
                None => {
                    let kind = view.kind.clone();
                    let known = Known { customer: view.customer, kind, version: view.version, phone };
                    self.records.insert(view.record, known);
                    unknown += 1;
                }
            }
        }
        assert!(unknown <= usize::from(THREADS), "{what}: {unknown} changes that nobody acknowledged");
        for (record, known) in &self.records {
            assert_eq!(
                living.contains_key(record),
                !gone.contains(&known.customer),
                "{what}: {}",
                known.kind
            );
        }
        let contract = Person::MANAGER.for_purpose("contract").at(vault, house);
        for (record, digest) in std::mem::take(&mut self.documents) {
            if living.contains_key(&record) {
                let mut content = Vec::new();
                contract.open_document(record, &mut content).unwrap();
                assert_eq!(sha256(&content), digest, "{what}: a document's content");
            }
        }
        // What the law keeps of those who are gone, and nothing else, is there without being shown.
        let kept: BTreeSet<RecordId> = entries
            .iter()
            .filter(|entry| entry.kind == Some(kind("transaction")))
            .filter(|entry| entry.customer.is_some_and(|customer| gone.contains(&customer)))
            .filter_map(|entry| entry.record)
            .collect();
        assert_eq!(usize::try_from(stored).unwrap(), living.len() + kept.len(), "{what}: stored records");
    }

    fn check_holds_and_releases(&mut self, dpo: &Session<'_>, entries: &[Entry], what: &str) {
        let holds = dpo.holds().unwrap();
        let active: BTreeSet<HoldId> =
            holds.iter().filter(|hold| hold.released.is_none()).map(|hold| hold.id).collect();
        let all: BTreeSet<HoldId> = holds.iter().map(|hold| hold.id).collect();
        assert!(all.is_superset(&self.holds), "{what}: an acknowledged hold is lost");
        assert!(active.is_disjoint(&self.holds_ended), "{what}: a released hold is back");
        let must: BTreeSet<HoldId> = self.holds.difference(&self.holds_ending).copied().collect();
        assert!(active.is_superset(&must), "{what}: a hold ended that nobody released");
        let placed = entries.iter().filter(|entry| entry.name.as_str() == "hold.place").count();
        assert_eq!(placed, holds.len(), "{what}: one entry for each hold");

        let mut released: BTreeMap<ApprovalId, u64> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| entry.name.as_str() == "export.released") {
            *released.entry(entry.approval.unwrap()).or_default() += 1;
        }
        for one in dpo.approvals().unwrap() {
            let times = released.get(&one.approval).copied().unwrap_or_default();
            assert_eq!(times, u64::from(one.state == "used"), "{what}: {} and {times} releases", one.state);
        }
        for (approval, digest) in std::mem::take(&mut self.releases) {
            assert_eq!(released.get(&approval), Some(&1), "{what}: a release without an entry");
            let content = format!("{digest}");
            let entry = entries
                .iter()
                .find(|entry| entry.approval == Some(approval) && entry.name.as_str() == "export.released");
            let facts = serde_json::to_string(entry.unwrap()).unwrap();
            assert!(facts.contains(&content), "{what}: the entry names the content");
        }
        let turned = entries.iter().filter(|entry| entry.name.as_str() == "keys.turned").count();
        assert!(turned >= self.turns.len(), "{what}: a turn without an entry");
    }
}

/// An exit that was opened closes the customer to ordinary use; given up, everything is open to inspection again.
fn give_up_open_exits(dpo: &Session<'_>, entries: &[Entry], gone: &BTreeSet<CustomerId>) {
    let begun =
        entries.iter().filter(|entry| entry.customer.is_some_and(|customer| !gone.contains(&customer)));
    let cases: BTreeSet<CaseId> = begun.filter_map(|entry| entry.case).collect();
    for case in cases {
        if dpo.exit(case).unwrap().exit.state().name() != "withdrawn" {
            dpo.withdraw_exit(case).unwrap();
        }
    }
}

/// The whole log.
pub(crate) fn entries(session: &Session<'_>) -> Vec<Entry> {
    session.entries(0, usize::MAX).unwrap().into_iter().map(|(_, entry)| entry).collect()
}

/// Every record that ordinary work can see, opened.
pub(crate) fn living(vault: &Vault, house: &House) -> BTreeMap<RecordId, View> {
    let manager = Person::MANAGER.at(vault, house);
    let mut living = BTreeMap::new();
    for of in KINDS {
        let page = manager.list(&kind(of), None, 1000).unwrap();
        assert_eq!(page.next, None, "one page is enough");
        living.extend(page.views.into_iter().map(|view| (view.record, view)));
    }
    assert_eq!(Action::List.name(), "list", "as entries call it");
    living
}
