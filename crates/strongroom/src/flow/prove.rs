//! PROVE: verify the log and the data against it, show who saw a customer, check a certificate offline.

use crate::{
    Error, Notice, Session, Vault,
    adapters::PinnedProofs,
    flow::hold::{HOLD, HOLD_PLACE, HOLD_RELEASE},
    row::Row,
    session::Means,
    spaces,
};
use std::collections::BTreeMap;
use strongroom_audit::{
    Checkpoint, Commit, Decision, Detail, Entry, Event, ExportError, FactName, FactValue, InclusionProof,
    Progress, Report, Verdict, VerifierKey, VerifyOptions, Witness, verify,
};
use strongroom_envelope::sha256;
use strongroom_policy::{KIND_VAULT, Usage};
use strongroom_retention::{Certificate, CertificateError};
use strongroom_store::{Direction, KeyRange, Read, ReadExt};
use strongroom_types::{
    Action, ActorId, CaseId, CustomerId, Digest, HoldId, Kind, Purpose, RecordId, Timestamp,
};

/// What a verification found.
#[derive(Debug, serde::Serialize)]
pub struct Verification {
    /// The log by itself: entries, chain, tree, checkpoints, details.
    pub log: Report,
    /// The living records against their last entries.
    pub data: Vec<DataFinding>,
    /// The holds against their entries.
    pub holds: Vec<HoldFinding>,
    /// How many living records were compared.
    pub records: u64,
}

/// A legal hold that is not as the log says it is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct HoldFinding {
    /// Missing or altered.
    pub verdict: Verdict,
    /// Which hold.
    pub hold: HoldId,
    /// Why.
    pub reason: &'static str,
}

impl Verification {
    /// Whether everything is as it was written, but for what was erased with authority.
    pub fn is_sound(&self) -> bool {
        self.log.is_sound() && self.data.is_empty() && self.holds.is_empty()
    }

    /// The verdict over all.
    pub fn verdict(&self) -> Verdict {
        let data = self.data.iter().map(|finding| finding.verdict);
        let holds = self.holds.iter().map(|finding| finding.verdict);
        data.chain(holds).fold(self.log.verdict(), Verdict::max)
    }
}

/// A record that is not what the log says it is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DataFinding {
    /// Missing or altered.
    pub verdict: Verdict,
    /// Which record.
    pub record: RecordId,
    /// Why.
    pub reason: &'static str,
}

/// One time that somebody saw, changed or was refused a customer's data.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Seen {
    /// The entry's place in the log.
    pub index: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: ActorId,
    /// What was done.
    pub action: String,
    /// To which kind of record.
    pub kind: Option<Kind>,
    /// To which record, if one.
    pub record: Option<RecordId>,
    /// Why.
    pub purpose: Option<Purpose>,
    /// Whether the policy allowed it; `None` where it was not asked.
    pub allowed: Option<bool>,
}

/// An entry with the proof that it is in the log.
#[derive(Debug, serde::Serialize)]
pub struct Proven {
    /// The entry's bytes: canonical JSON.
    pub leaf: String,
    /// The way to the root.
    pub proof: InclusionProof,
    /// The signed checkpoint that has the root.
    pub checkpoint: String,
}

impl Session<'_> {
    /// Signs where the log stands. Show it to a witness.
    pub fn checkpoint(&self, witnesses: &[&dyn Witness]) -> Result<Checkpoint, Error> {
        self.audit_right()?;
        self.vault.checkpoint(witnesses)
    }

    /// Verifies the log against the pinned key and the living records against the log.
    pub fn verify(
        &self,
        witnessed: Vec<Checkpoint>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Verification, Error> {
        self.audit_right()?;
        self.vault.verify(witnessed, progress)
    }

    /// Everybody who saw, changed or was refused data of a customer, the oldest first.
    pub fn who_saw(&self, customer: CustomerId) -> Result<Vec<Seen>, Error> {
        self.audit_right()?;
        let log = &self.vault.log;
        let mut seen = Vec::new();
        log.entries(0..log.size()?, |index, entry| {
            if entry.customer == Some(customer) || entry.customers.contains(&customer) {
                seen.push(Seen {
                    index,
                    at: entry.time,
                    actor: entry.actor,
                    action: entry.name.as_str().to_owned(),
                    kind: entry.kind.clone(),
                    record: entry.record,
                    purpose: entry.purpose.clone(),
                    allowed: entry.decision.map(|decision| decision == Decision::Allow),
                });
            }
            true
        })?;
        Ok(seen)
    }

    /// What people did or tried, as the log tells it, for [`policy`](crate::policy)'s usage reports, simulations and
    /// reviews. A page of a list counts as one use, coalesced denials as one each.
    pub fn usage(&self) -> Result<Vec<Usage>, Error> {
        self.audit_right()?;
        let log = &self.vault.log;
        let mut all = Vec::new();
        log.entries(0..log.size()?, |_, entry| {
            all.extend(usage_of(entry));
            true
        })?;
        Ok(all)
    }

    /// Entries of the log, from `from` on.
    pub fn entries(&self, from: u64, limit: usize) -> Result<Vec<(u64, Entry)>, Error> {
        self.audit_right()?;
        let log = &self.vault.log;
        let mut entries = Vec::new();
        log.entries(from..log.size()?, |index, entry| {
            entries.push((index, entry));
            entries.len() < limit
        })?;
        Ok(entries)
    }

    /// The sealed detail of an entry, opened and checked against its commitments. The look is itself an entry.
    pub fn entry_detail(&self, index: u64) -> Result<Option<Detail>, Error> {
        let permit = self.decide_on_vault(Action::Audit)?;
        let cleared = self.clear(permit, Means::NONE)?;
        let event: Event = self.allowed(&cleared).fact(FactName::from_static("entry"), index);
        self.vault.log.commit(self.vault.now(), Commit::new(self.vault.durable).event(event))?;
        Ok(self.vault.log.detail(index)?)
    }

    /// Proves that an entry is in the log, under a fresh checkpoint.
    pub fn prove(&self, index: u64) -> Result<Proven, Error> {
        self.audit_right()?;
        let log = &self.vault.log;
        let leaf = log.leaf_bytes(index)?.ok_or(Error::NotFound { what: "entry" })?;
        let checkpoint = log.checkpoint(self.vault.now())?;
        Ok(Proven {
            leaf: String::from_utf8(leaf).map_err(|_| Error::Tampered { what: "a log entry" })?,
            proof: log.prove_inclusion(index, checkpoint.size())?,
            checkpoint: checkpoint.note().to_owned(),
        })
    }

    /// Writes the whole log with its proofs as JSON lines, under a fresh checkpoint, for a stranger to verify. Answers
    /// how many entries were written.
    pub fn export_log(&self, out: &mut dyn std::io::Write) -> Result<u64, Error> {
        self.audit_right()?;
        let checkpoint = self.vault.checkpoint(&[])?;
        self.vault.log.export(&checkpoint, 0..checkpoint.size(), out).map_err(|error| match error {
            ExportError::Io(source) => Error::Io { what: "writing the log", source },
            ExportError::Lookup(error) => error.into(),
            _ => Error::Invariant("an export of the log fails in a known way"),
        })
    }

    /// Alerts and notifications, the oldest first.
    pub fn notices(&self) -> Result<Vec<Notice>, Error> {
        self.audit_right()?;
        let vault = self.vault;
        let range = KeyRange::prefix(&spaces::tenant(vault.tenant));
        let rows = vault.read().scan(spaces::ALERT, &range, Direction::Forward, 10_000)?;
        let broken = |_| Error::Tampered { what: "a notice" };
        rows.iter().map(|(_, json)| serde_json::from_slice(json).map_err(broken)).collect()
    }

    /// The certificate of a case.
    pub fn certificate(&self, case: CaseId) -> Result<Certificate, Error> {
        self.audit_right()?;
        self.vault.certificate_row(case)?.ok_or(Error::NotFound { what: "certificate" })
    }

    fn audit_right(&self) -> Result<(), Error> {
        let permit = self.decide_on_vault(Action::Audit)?;
        self.clear(permit, Means::NONE).map(drop)
    }
}

/// What an entry tells the policy, if it records a decision.
fn usage_of(entry: Entry) -> Option<Usage> {
    let action: Action = entry.name.as_str().parse().ok()?;
    let allowed = entry.decision? == Decision::Allow;
    // An empty page: nothing was reached, so no right was used.
    if allowed && entry.rules.is_empty() {
        return None;
    }
    // What was decided about the vault itself bears no kind.
    let kind = entry.kind.or_else(|| Kind::new(KIND_VAULT).ok())?;
    let mut usage = Usage::denied(entry.time, entry.actor, action, kind);
    (usage.rules, usage.allowed, usage.record) = (entry.rules, allowed, entry.record);
    (usage.purpose, usage.zone) = (entry.purpose, entry.zone);
    Some(usage)
}

impl Vault {
    /// A checkpoint as a heartbeat: signs, stores, shows to the witnesses. Logs held-back denials first.
    pub fn checkpoint(&self, witnesses: &[&dyn Witness]) -> Result<Checkpoint, Error> {
        self.log_held_back_denials()?;
        let checkpoint = self.log.checkpoint(self.now())?;
        for witness in witnesses {
            self.log
                .witness(&checkpoint, *witness)
                .map_err(|error| Error::Config(format!("witness: {error}")))?;
        }
        Ok(checkpoint)
    }

    /// Verifies without a session: for the operator who holds the passphrase, and after every opening that wants it.
    pub fn verify(
        &self,
        witnessed: Vec<Checkpoint>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Verification, Error> {
        let mut options = VerifyOptions::new(vec![self.log_key()]);
        options.witnessed = witnessed;
        options.sealer = Some(self.details.as_ref());
        // Of one moment, so that writers meanwhile are not taken for tampering.
        let snapshot = self.log.snapshot()?;
        let log = verify(snapshot.as_ref(), self.log.stream(), &options, progress)
            .map_err(|error| Error::Config(format!("verify: {error}")))?;
        let (data, records) = self.verify_data(snapshot.as_ref(), log.size)?;
        let holds = self.verify_holds(snapshot.as_ref(), log.size)?;
        Ok(Verification { log, data, holds, records })
    }

    /// Denials that were counted and not yet logged.
    pub fn log_held_back_denials(&self) -> Result<(), Error> {
        let held_back = self.denials.drain();
        if held_back.is_empty() {
            return Ok(());
        }
        let mut commit = Commit::new(self.durable);
        for (key, count) in held_back {
            let event =
                Event::new(key.action, key.actor).kind(key.kind).decision(Decision::Deny).count(count);
            let code = FactName::new(key.code).map_err(|_| Error::Invariant("a denial's code"))?;
            let event = event.outcome(strongroom_audit::Outcome::Refused);
            commit = commit.event(event.fact(FactName::from_static("code"), code));
        }
        self.log.commit(self.now(), commit)?;
        Ok(())
    }

    /// Every hold that the log placed must be there, and active until the log released it.
    fn verify_holds(&self, snapshot: &dyn Read, size: u64) -> Result<Vec<HoldFinding>, Error> {
        let mut placed: BTreeMap<HoldId, bool> = BTreeMap::new();
        self.log.whole_entries(0..size, |_, entry| {
            let of_hold = entry.name == HOLD_PLACE || entry.name == HOLD_RELEASE;
            if let (true, Some(FactValue::Id(id))) = (of_hold, entry.facts.get(&HOLD)) {
                placed.insert(HoldId::from(*id), entry.name == HOLD_PLACE);
            }
        })?;
        let mut findings = Vec::new();
        for (hold, active) in placed {
            let key = spaces::hold(self.tenant, hold);
            let row = snapshot.get(spaces::HOLD, &key)?;
            let reason = match row.map(|sealed| self.open_hold(&key, &sealed)) {
                None => Some((Verdict::Missing, "the log placed this hold and it is gone")),
                Some(Err(_)) => Some((Verdict::Altered, "the hold is not one that this vault wrote")),
                Some(Ok(found)) if found.is_active() != active => {
                    Some((Verdict::Altered, "the hold is active or released against the log"))
                }
                Some(Ok(_)) => None,
            };
            findings.extend(reason.map(|(verdict, reason)| HoldFinding { verdict, hold, reason }));
        }
        Ok(findings)
    }

    /// Every living record must be the one that the log last wrote, and every one the log wrote and did not erase must
    /// live: a row put back, changed or removed behind the vault's back shows here.
    fn verify_data(&self, snapshot: &dyn Read, size: u64) -> Result<(Vec<DataFinding>, u64), Error> {
        let mut last: BTreeMap<RecordId, Option<Digest>> = BTreeMap::new();
        self.log.whole_entries(0..size, |_, entry| {
            if let Some(record) = entry.record {
                if let Some(digest) = entry.sealed {
                    last.insert(record, Some(digest));
                } else if entry.name.as_str() == ERASE {
                    last.insert(record, None);
                }
            }
        })?;
        let mut findings = Vec::new();
        let mut records = 0_u64;
        let range = KeyRange::prefix(&spaces::tenant(self.tenant));
        snapshot.for_each(spaces::RECORD, &range, |key, bytes| {
            let record = crate::flow::record_of(key)?;
            records = records.saturating_add(1);
            let reason = match last.remove(&record) {
                Some(Some(digest)) if digest != sha256(bytes) => {
                    Some("the record is not the one last written")
                }
                Some(Some(_)) if Row::decode(bytes).is_err() => Some("the record has an unknown form"),
                Some(Some(_)) => None,
                Some(None) => Some("the record was erased and is back"),
                None => Some("the log knows nothing of this record"),
            };
            findings.extend(reason.map(|reason| DataFinding { verdict: Verdict::Altered, record, reason }));
            Ok::<_, Error>(true)
        })?;
        let missing =
            last.into_iter().filter(|(_, digest)| digest.is_some()).map(|(record, _)| DataFinding {
                verdict: Verdict::Missing,
                record,
                reason: "the log wrote this record and nothing erased it",
            });
        findings.extend(missing);
        Ok((findings, records))
    }
}

const ERASE: &str = "purge.erase";

/// Checks a certificate with nothing but two pinned keys: the signature, and that the log holds the intent and the
/// result with this very body. Needs no vault and no network.
///
/// # Errors
/// Says which of them does not hold.
pub fn verify_certificate(
    certificate: &Certificate,
    certificate_key: &[u8; 32],
    log_key: VerifierKey,
) -> Result<(), CertificateError> {
    certificate.verify(certificate_key, &PinnedProofs(log_key))
}
