//! A world for disposals: a journal, a shredder and two targets with durable state, which can fail at any call, before or after
//! the effect, and which checks the orderings at every effect.

#![expect(clippy::arithmetic_side_effects, reason = "an overflow in a test is a failed test")]

use crate::*;
use ring::{
    digest::{SHA256, digest},
    signature::{Ed25519KeyPair, KeyPair},
};
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
};
use strongroom_types::{ActorId, CaseId, Clock, CustomerId, Digest, KeyId, TenantId, Timestamp};

pub(crate) const CASE: CaseId = CaseId::from_bytes([0xCA; 16]);
pub(crate) const CUSTOMER: CustomerId = CustomerId::from_bytes([1; 16]);
pub(crate) const KEY: KeyId = KeyId::from_bytes([0xE1; 16]);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum When {
    Before,
    After,
}

/// What survives a crash.
#[derive(Default)]
pub(crate) struct Durable {
    /// As JSON, so that every test also proves that intents and steps survive storage.
    pub(crate) intent: Option<(String, LogRef)>,
    pub(crate) steps: Vec<String>,
    pub(crate) entries: Vec<String>,
    pub(crate) results: Vec<(ResultRecord, LogRef)>,
    pub(crate) shredded: Option<ShredReceipt>,
    pub(crate) holdings: BTreeMap<String, u64>,
    pub(crate) holds_version: u64,
}

pub(crate) struct World {
    pub(crate) durable: RefCell<Durable>,
    pub(crate) faults: RefCell<BTreeSet<(usize, When)>>,
    pub(crate) calls: Cell<usize>,
    /// Targets that say "still there" so many more times.
    pub(crate) stubborn: Cell<u32>,
    pub(crate) epoch_turned_at: Option<Timestamp>,
    now: Cell<Timestamp>,
    signer: Ed25519KeyPair,
}

// The tests are single-threaded; `Clock` demands what cells do not give, so it is a type of its own.
struct Ticking(std::sync::atomic::AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_micros(self.0.fetch_add(1_000_000, std::sync::atomic::Ordering::Relaxed))
    }
}

pub(crate) struct Target<'a> {
    pub(crate) world: &'a World,
    pub(crate) name: &'static str,
    pub(crate) method: Method,
}

impl World {
    pub(crate) fn new() -> Self {
        let holdings = BTreeMap::from([("mailbox".to_owned(), 3), ("vault".to_owned(), 2)]);
        Self {
            durable: RefCell::new(Durable { holdings, ..Durable::default() }),
            faults: RefCell::default(),
            calls: Cell::new(0),
            stubborn: Cell::new(0),
            epoch_turned_at: None,
            now: Cell::new("2026-11-22T02:00:00Z".parse().unwrap()),
            signer: Ed25519KeyPair::from_seed_unchecked(&[9; 32]).unwrap(),
        }
    }

    pub(crate) fn with_fault(call: usize, when: When) -> Self {
        let world = Self::new();
        world.faults.borrow_mut().insert((call, when));
        world
    }

    pub(crate) fn set_now(&self, now: Timestamp) {
        self.now.set(now);
    }

    /// Hands the ports to `act`, all targets included.
    pub(crate) fn run<T>(&self, act: impl FnOnce(&Ports<'_>) -> T) -> T {
        let vault = Target { world: self, name: "vault", method: Method::KeyDestroy };
        let mailbox = Target { world: self, name: "mailbox", method: Method::Delete };
        self.run_with(&[&vault, &mailbox], act)
    }

    pub(crate) fn run_with<T>(&self, targets: &[&dyn PurgeTarget], act: impl FnOnce(&Ports<'_>) -> T) -> T {
        let clock = Ticking(self.now.get().unix_micros().into());
        let ports =
            Ports { journal: self, shredder: self, targets, proofs: self, signer: self, clock: &clock };
        let answer = act(&ports);
        self.now.set(clock.now());
        answer
    }

    /// Tries again after each failure as a host would, and counts the tries.
    pub(crate) fn finish(&self, permit: impl Fn() -> DisposalPermit) -> (Certificate, usize) {
        let mut answer = self.run(|ports| purge(permit(), ports));
        for tries in 1..100 {
            answer = match answer {
                Ok(certificate) => return (certificate, tries),
                Err(PurgeError::NoIntent(_)) => self.run(|ports| purge(permit(), ports)),
                Err(_) => self.run(|ports| resume(CASE, ports)),
            };
        }
        panic!("not done after 100 tries: {answer:?}");
    }

    pub(crate) fn public_key(&self) -> [u8; 32] {
        self.signer.public_key().as_ref().try_into().unwrap()
    }

    fn gate<T>(&self, effect: impl FnOnce(&mut Durable) -> Result<T, PortError>) -> Result<T, PortError> {
        let call = self.calls.replace(self.calls.get() + 1);
        let fails = |when| self.faults.borrow_mut().remove(&(call, when));
        if fails(When::Before) {
            return Err(PortError::Unavailable("injected before".into()));
        }
        let answer = effect(&mut self.durable.borrow_mut());
        if fails(When::After) {
            return Err(PortError::Unavailable("injected after".into()));
        }
        answer
    }
}

fn append(durable: &mut Durable, entry: &serde_json::Value) -> LogRef {
    let text = entry.to_string();
    let leaf = leaf_hash(&text);
    durable.entries.push(text);
    LogRef { index: u64::try_from(durable.entries.len()).unwrap() - 1, leaf }
}

fn leaf_hash(entry: &str) -> Digest {
    let hash = digest(&SHA256, &[&[0], entry.as_bytes()].concat());
    Digest::from_bytes(hash.as_ref().try_into().unwrap())
}

impl Journal for World {
    fn intend(&self, intent: &Intent) -> Result<LogRef, PortError> {
        self.gate(|durable| {
            if let Some((_, log)) = &durable.intent {
                return Ok(*log);
            }
            if durable.holds_version != intent.holds_version {
                return Err(PortError::Held);
            }
            assert!(durable.shredded.is_none(), "shred before intent");
            let log = append(durable, &serde_json::json!({"case": intent.case, "what": "intent"}));
            durable.intent = Some((serde_json::to_string(intent).unwrap(), log));
            Ok(log)
        })
    }

    fn record(&self, case: CaseId, step: &StepRecord) -> Result<(), PortError> {
        self.gate(|durable| {
            assert_eq!(case, CASE);
            durable.steps.push(serde_json::to_string(step).unwrap());
            Ok(())
        })
    }

    fn result(&self, result: &ResultRecord) -> Result<LogRef, PortError> {
        self.gate(|durable| {
            assert!(
                durable.holdings.values().all(|count| *count == 0),
                "result before the targets are clean"
            );
            assert!(
                durable.steps.iter().any(|step| step.contains("\"body\"")),
                "result before its body is recorded"
            );
            if let Some((first, log)) = durable.results.first() {
                assert_eq!(first.body, result.body, "two certificate bodies for one case");
                return Ok(*log);
            }
            let entry = serde_json::json!({"body": result.body, "case": result.case, "what": "result"});
            let log = append(durable, &entry);
            durable.results.push((result.clone(), log));
            Ok(log)
        })
    }

    fn recall(&self, case: CaseId) -> Result<Option<Recalled>, PortError> {
        self.gate(|durable| {
            assert_eq!(case, CASE);
            Ok(durable.intent.as_ref().map(|(intent, log)| Recalled {
                intent: serde_json::from_str(intent).unwrap(),
                log: *log,
                steps: durable.steps.iter().map(|step| serde_json::from_str(step).unwrap()).collect(),
            }))
        })
    }
}

impl Shredder for World {
    fn shred(&self, intent: &Intent) -> Result<ShredReceipt, PortError> {
        let destroyed_at = self.now.get();
        self.gate(|durable| {
            assert!(durable.intent.is_some(), "shred before the intent is durable");
            assert_eq!(intent.customer, CUSTOMER);
            let receipt = durable.shredded.get_or_insert_with(|| ShredReceipt {
                keys: vec![KEY],
                destroyed_at,
                epoch_turned_at: self.epoch_turned_at,
                guarantee: "local-keyring".parse().unwrap(),
            });
            Ok(receipt.clone())
        })
    }
}

impl PurgeTarget for Target<'_> {
    fn describe(&self) -> TargetInfo {
        TargetInfo { name: self.name.into(), version: "1.2".into(), method: self.method }
    }

    fn discover(&self, scope: &PurgeScope<'_>) -> Result<Discovery, PortError> {
        assert_eq!(scope.customer, CUSTOMER);
        self.world.gate(|durable| {
            let found = durable.holdings[self.name];
            Ok(Discovery { found, locators: vec![format!("secret-locator-{}", self.name)] })
        })
    }

    fn erase(&self, intent: &Intent) -> Result<(), PortError> {
        assert_eq!(intent.locators(self.name), [format!("secret-locator-{}", self.name)]);
        self.world.gate(|durable| {
            assert!(durable.shredded.is_some(), "erase before shred");
            durable.holdings.insert(self.name.into(), 0);
            Ok(())
        })
    }

    fn verify_absence(&self, _: &Intent) -> Result<Absence, PortError> {
        self.world.gate(|durable| {
            if self.world.stubborn.get() > 0 {
                self.world.stubborn.set(self.world.stubborn.get() - 1);
                return Ok(Absence::StillThere { count: 1 });
            }
            match durable.holdings[self.name] {
                0 => Ok(Absence::Absent),
                count => Ok(Absence::StillThere { count }),
            }
        })
    }
}

impl ProofSource for World {
    fn checkpoint_and_prove(&self, refs: &[LogRef]) -> Result<Vec<Proof>, PortError> {
        self.gate(|durable| {
            let evidence = |log: &LogRef| serde_json::json!({"entry": durable.entries[usize::try_from(log.index).unwrap()]});
            Ok(refs.iter().map(|log| Proof { log: *log, evidence: evidence(log) }).collect())
        })
    }
}

impl CertificateSigner for World {
    fn key_name(&self) -> &'static str {
        "officer+2026"
    }

    fn public_key(&self) -> [u8; 32] {
        self.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], PortError> {
        self.gate(|_| Ok(self.signer.sign(message).as_ref().try_into().unwrap()))
    }
}

/// Pins the entries of the log.
impl ProofCheck for World {
    fn check(&self, proof: &Proof, claim: &Claim) -> Result<(), PortError> {
        let refused = |why: &str| Err(PortError::Refused(why.into()));
        let entry = proof.evidence["entry"].as_str().unwrap_or_default();
        let pinned = self
            .durable
            .borrow()
            .entries
            .get(usize::try_from(proof.log.index).unwrap())
            .map(|entry| leaf_hash(entry));
        if pinned != Some(proof.log.leaf) || leaf_hash(entry) != proof.log.leaf {
            return refused("not in the log");
        }
        let said: serde_json::Value = serde_json::from_str(entry).unwrap_or_default();
        let expected = match claim {
            Claim::Intent { case } => serde_json::json!({"what": "intent", "case": case}),
            Claim::Result { case, body } => serde_json::json!({"what": "result", "case": case, "body": body}),
        };
        if said == expected { Ok(()) } else { refused("the entry says something else") }
    }
}

pub(crate) fn terms() -> PermitTerms {
    PermitTerms {
        case: CASE,
        tenant: TenantId::from_bytes([0x7E; 16]),
        reason: "customer-exit".parse().unwrap(),
        requester: ActorId::from_bytes([0xA1; 16]),
        operator: ActorId::from_bytes([0xA1; 16]),
        approvers: vec![ActorId::from_bytes([0xA2; 16]), ActorId::from_bytes([0xA3; 16])],
        approvals_min: 2,
        backups: vec![BackupSet {
            name: "nightly-2026-11-21".into(),
            expires_at: Some("2026-12-21T00:00:00Z".parse().unwrap()),
        }],
    }
}

/// A customer who left with a running minimum on a transaction.
pub(crate) fn exit_plan() -> Plan {
    use super::{crm, item};
    let closed = ("account-closed", "2026-11-22T09:00:00+08:00");
    let inventory = [
        item(1, "customer-basic", &[closed]),
        item(2, "contact", &[closed]),
        item(3, "transaction", &[closed, ("transaction-done", "2025-03-15T10:00:00+08:00")]),
        item(4, "contract", &[closed]),
    ];
    let now = "2026-11-22T02:00:00Z".parse().unwrap();
    plan(CUSTOMER, &inventory, &crm(), &Holds::new(0, Vec::new()), now).unwrap()
}

pub(crate) fn permit() -> DisposalPermit {
    exit_plan().permit(terms()).unwrap()
}
