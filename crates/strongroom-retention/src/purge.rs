//! The disposal: a chain of types, each consuming the last, each step repeatable after a crash.

use crate::{
    Absence, Certificate, CertificateBody, CertificateSigner, Discovered, DisposalPermit, Intent, Journal,
    LogRef, PortError, ProofSource, PurgeScope, PurgeTarget, ResultRecord, ShredReceipt, Shredder,
    StepRecord, TargetInfo, TargetResult, TargetStep,
};
use std::collections::BTreeSet;
use strongroom_types::{CaseId, Clock, Timestamp};

/// What a disposal works with.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// The durable memory.
    pub journal: &'a dyn Journal,
    /// Destroys keys.
    pub shredder: &'a dyn Shredder,
    /// Every place that holds data, the vault's own store among them.
    pub targets: &'a [&'a dyn PurgeTarget],
    /// Proves log entries.
    pub proofs: &'a dyn ProofSource,
    /// Signs the certificate.
    pub signer: &'a dyn CertificateSigner,
    /// Tells the time of each step.
    pub clock: &'a dyn Clock,
}

impl std::fmt::Debug for Ports<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ports").field("targets", &self.targets.len()).finish_non_exhaustive()
    }
}

/// Why a disposal stopped. Unless it says otherwise, [`resume`] goes on where it stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PurgeError {
    /// The case has an intent about somebody else. Nothing was done; a disposal has a case of its own.
    #[error("case `{0}` has another intent")]
    CaseUsed(CaseId),
    /// The permit is older than [`crate::PERMIT_SECONDS_MAX`]: plan again. Nothing was done.
    #[error("the permit was good until {valid_until}")]
    Expired {
        /// The last instant at which it was good.
        valid_until: Timestamp,
    },
    /// The journal knows no intent of the case: nothing was done, plan again.
    #[error("case `{0}` has no intent")]
    NoIntent(CaseId),
    /// A port failed.
    #[error("{step}: {error}")]
    Port {
        /// What was tried.
        step: &'static str,
        /// How it failed.
        #[source]
        error: PortError,
    },
    /// Some targets did not do their part; the others have.
    #[error("{}", describe(.0))]
    Targets(Vec<TargetFault>),
    /// Two targets have one name, or the targets are not those of the intent.
    #[error("target `{0}` is there twice, or is not the same set of targets that the intent names")]
    TargetNames(String),
    /// A proof is missing, or is of another entry.
    #[error("the log proved other entries than were asked for")]
    WrongProof,
}

/// What went wrong at one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetFault {
    /// The target.
    pub target: String,
    /// How it failed; `None` if a second look still found something.
    pub error: Option<PortError>,
}

fn describe(faults: &[TargetFault]) -> String {
    let texts = faults.iter().map(|fault| match &fault.error {
        Some(error) => format!("target `{}`: {error}", fault.target),
        None => format!("target `{}` still holds something", fault.target),
    });
    texts.collect::<Vec<_>>().join("; ")
}

/// A step that was not done, and the state before it.
#[derive(Debug)]
pub struct Stopped<S> {
    /// The state to try again from. Dropping it loses nothing that was made durable.
    pub state: Box<S>,
    /// Why.
    pub error: PurgeError,
}

/// Disposes of what a permit names, from the discovery to the certificate.
///
/// On an error after the intent became durable, call [`resume`] with the case, as often as needed.
pub fn purge(permit: DisposalPermit, ports: &Ports<'_>) -> Result<Certificate, PurgeError> {
    let intended = Due::new(permit).intend(ports).map_err(|stopped| stopped.error)?;
    finish(intended, ports)
}

/// Goes on with a disposal whose intent is durable, after a crash or a failed step. Done steps are not done again; a step that
/// may have been done is, which its port allows. A finished disposal gives its certificate again, with fresh proofs.
pub fn resume(case: CaseId, ports: &Ports<'_>) -> Result<Certificate, PurgeError> {
    let recalled = ports.journal.recall(case).map_err(at("recall"))?.ok_or(PurgeError::NoIntent(case))?;
    targets_of(ports, Some(&recalled.intent))?;
    finish(Intended { intent: recalled.intent, log: recalled.log, steps: recalled.steps }, ports)
}

fn finish(intended: Intended, ports: &Ports<'_>) -> Result<Certificate, PurgeError> {
    let shredded = intended.shred(ports).map_err(|stopped| stopped.error)?;
    let erased = shredded.erase(ports).map_err(|stopped| stopped.error)?;
    let verified = erased.verify(ports).map_err(|stopped| stopped.error)?;
    verified.certify(ports).map_err(|stopped| stopped.error)
}

fn at(step: &'static str) -> impl Fn(PortError) -> PurgeError {
    move |error| PurgeError::Port { step, error }
}

/// The targets' descriptions, all of different names and, if there is an intent, the very ones that it names: a target that
/// was forgotten at the restart must not be certified as clean.
fn targets_of(ports: &Ports<'_>, intent: Option<&Intent>) -> Result<Vec<TargetInfo>, PurgeError> {
    let infos: Vec<_> = ports.targets.iter().map(|target| target.describe()).collect();
    let mut names = BTreeSet::new();
    for info in &infos {
        if !names.insert(info.name.as_str()) {
            return Err(PurgeError::TargetNames(info.name.clone()));
        }
    }
    if let Some(intent) = intent {
        let intended: BTreeSet<_> = intent.discoveries.iter().map(|d| d.target.as_str()).collect();
        if let Some(odd) = names.symmetric_difference(&intended).next() {
            return Err(PurgeError::TargetNames((*odd).to_owned()));
        }
    }
    Ok(infos)
}

/// Something is due to be disposed of, and somebody may.
#[derive(Debug)]
pub struct Due {
    permit: DisposalPermit,
}

impl Due {
    /// Uses up the permit.
    pub const fn new(permit: DisposalPermit) -> Self {
        Self { permit }
    }

    /// Asks every target what it holds, and makes the intent durable. Nothing is destroyed.
    pub fn intend(self, ports: &Ports<'_>) -> Result<Intended, Stopped<Self>> {
        match self.try_intend(ports) {
            Ok((intent, log)) => Ok(Intended { intent, log, steps: Vec::new() }),
            Err(error) => Err(Stopped { state: Box::new(self), error }),
        }
    }

    fn try_intend(&self, ports: &Ports<'_>) -> Result<(Intent, LogRef), PurgeError> {
        let now = ports.clock.now();
        let valid_until = self.permit.valid_until();
        if now > valid_until {
            return Err(PurgeError::Expired { valid_until });
        }
        let discoveries = self.discover(ports)?;
        let DisposalPermit {
            terms,
            customer,
            planned_at,
            holds_version,
            whole_customer,
            erase,
            exceptions,
            citations,
        } = &self.permit;
        let intent = Intent {
            case: terms.case,
            tenant: terms.tenant,
            customer: *customer,
            reason: terms.reason.clone(),
            requester: terms.requester,
            operator: terms.operator,
            approvers: terms.approvers.clone(),
            planned_at: *planned_at,
            intended_at: now,
            holds_version: *holds_version,
            whole_customer: *whole_customer,
            erase: erase.clone(),
            exceptions: exceptions.clone(),
            citations: citations.clone(),
            backups: terms.backups.clone(),
            discoveries,
        };
        let log = ports.journal.intend(&intent).map_err(at("intend"))?;
        // What is durable counts: if an earlier try got through unnoticed, its discoveries are the ones that were kept.
        let stored = ports
            .journal
            .recall(terms.case)
            .map_err(at("recall"))?
            .ok_or(PurgeError::NoIntent(terms.case))?;
        if stored.log != log || stored.intent.customer != *customer {
            return Err(PurgeError::CaseUsed(terms.case));
        }
        Ok((stored.intent, log))
    }

    fn discover(&self, ports: &Ports<'_>) -> Result<Vec<Discovered>, PurgeError> {
        let infos = targets_of(ports, None)?;
        let DisposalPermit { terms, customer, erase, whole_customer, .. } = &self.permit;
        let scope =
            PurgeScope { case: terms.case, customer: *customer, erase, whole_customer: *whole_customer };
        let mut discoveries = Vec::new();
        let mut faults = Vec::new();
        for (info, target) in infos.into_iter().zip(ports.targets) {
            match target.discover(&scope) {
                Ok(discovery) => discoveries.push(Discovered { target: info.name, discovery }),
                Err(error) => faults.push(TargetFault { target: info.name, error: Some(error) }),
            }
        }
        if faults.is_empty() { Ok(discoveries) } else { Err(PurgeError::Targets(faults)) }
    }
}

/// The intent is durable: from here on the disposal will be finished.
#[derive(Debug)]
pub struct Intended {
    intent: Intent,
    log: LogRef,
    /// What a run before the crash recorded.
    steps: Vec<StepRecord>,
}

impl Intended {
    /// What is going to happen.
    pub const fn intent(&self) -> &Intent {
        &self.intent
    }

    /// Destroys the keys: the point of no return.
    pub fn shred(self, ports: &Ports<'_>) -> Result<Shredded, Stopped<Self>> {
        // The intent is durable before this: a crash after the shred would otherwise leave a missing key that nobody can explain.
        let known = self.steps.iter().find_map(|step| match step {
            StepRecord::Shredded(receipt) => Some(receipt.clone()),
            _ => None,
        });
        let receipt = match known.map_or_else(|| self.try_shred(ports), Ok) {
            Ok(receipt) => receipt,
            Err(error) => return Err(Stopped { state: Box::new(self), error }),
        };
        Ok(Shredded { intent: self.intent, log: self.log, steps: self.steps, receipt })
    }

    fn try_shred(&self, ports: &Ports<'_>) -> Result<ShredReceipt, PurgeError> {
        let receipt = ports.shredder.shred(&self.intent).map_err(at("shred"))?;
        let step = StepRecord::Shredded(receipt.clone());
        ports.journal.record(self.intent.case, &step).map_err(at("record"))?;
        Ok(receipt)
    }
}

/// The keys are gone; removing bytes is repeatable hygiene.
#[derive(Debug)]
pub struct Shredded {
    intent: Intent,
    log: LogRef,
    steps: Vec<StepRecord>,
    receipt: ShredReceipt,
}

impl Shredded {
    /// What was destroyed.
    pub const fn receipt(&self) -> &ShredReceipt {
        &self.receipt
    }

    /// Lets every target erase. All are asked, also when one fails; those that fail are named.
    pub fn erase(mut self, ports: &Ports<'_>) -> Result<Erased, Stopped<Self>> {
        match self.try_erase(ports) {
            Ok(removals) => Ok(Erased {
                intent: self.intent,
                log: self.log,
                steps: self.steps,
                receipt: self.receipt,
                removals,
            }),
            Err(error) => Err(Stopped { state: Box::new(self), error }),
        }
    }

    fn try_erase(&mut self, ports: &Ports<'_>) -> Result<Vec<TargetStep>, PurgeError> {
        let Self { intent, steps, .. } = self;
        each_target(
            ports,
            intent,
            steps,
            |step| if let StepRecord::Erased(done) = step { Some(done) } else { None },
            StepRecord::Erased,
            |target, intent| target.erase(intent).map(|()| Absence::Absent),
        )
    }
}

/// Every target has erased.
#[derive(Debug)]
pub struct Erased {
    intent: Intent,
    log: LogRef,
    steps: Vec<StepRecord>,
    receipt: ShredReceipt,
    removals: Vec<TargetStep>,
}

impl Erased {
    /// Looks again everywhere. A target that still finds something erases once more, and is named if that did not help.
    pub fn verify(mut self, ports: &Ports<'_>) -> Result<Verified, Stopped<Self>> {
        match self.try_verify(ports) {
            Ok(second_looks) => Ok(Verified {
                intent: self.intent,
                log: self.log,
                steps: self.steps,
                receipt: self.receipt,
                removals: self.removals,
                second_looks,
                body: None,
            }),
            Err(error) => Err(Stopped { state: Box::new(self), error }),
        }
    }

    fn try_verify(&mut self, ports: &Ports<'_>) -> Result<Vec<TargetStep>, PurgeError> {
        let Self { intent, steps, .. } = self;
        let look = |target: &dyn PurgeTarget, intent: &Intent| {
            if target.verify_absence(intent)? == Absence::Absent {
                return Ok(Absence::Absent);
            }
            target.erase(intent)?;
            target.verify_absence(intent)
        };
        each_target(
            ports,
            intent,
            steps,
            |step| if let StepRecord::Verified(done) = step { Some(done) } else { None },
            StepRecord::Verified,
            look,
        )
    }
}

/// Does one thing at every target that has not recorded it yet, and records it. Goes on past failures, and names them.
fn each_target(
    ports: &Ports<'_>,
    intent: &Intent,
    steps: &mut Vec<StepRecord>,
    pick: fn(&StepRecord) -> Option<&TargetStep>,
    wrap: fn(TargetStep) -> StepRecord,
    act: impl Fn(&dyn PurgeTarget, &Intent) -> Result<Absence, PortError>,
) -> Result<Vec<TargetStep>, PurgeError> {
    let infos = targets_of(ports, Some(intent))?;
    let mut all = Vec::new();
    let mut faults = Vec::new();
    for (TargetInfo { name, .. }, target) in infos.into_iter().zip(ports.targets) {
        if let Some(done) = steps.iter().filter_map(pick).find(|done| done.target == name) {
            all.push(done.clone());
            continue;
        }
        let started_at = ports.clock.now();
        match act(*target, intent) {
            Ok(Absence::Absent) => {}
            Ok(Absence::StillThere { .. }) => {
                faults.push(TargetFault { target: name, error: None });
                continue;
            }
            Err(error) => {
                faults.push(TargetFault { target: name, error: Some(error) });
                continue;
            }
        }
        let done = TargetStep { target: name, started_at, ended_at: ports.clock.now() };
        let step = wrap(done.clone());
        ports.journal.record(intent.case, &step).map_err(at("record"))?;
        steps.push(step);
        all.push(done);
    }
    if faults.is_empty() { Ok(all) } else { Err(PurgeError::Targets(faults)) }
}

/// Nothing is left anywhere that was asked.
#[derive(Debug)]
pub struct Verified {
    intent: Intent,
    log: LogRef,
    steps: Vec<StepRecord>,
    receipt: ShredReceipt,
    removals: Vec<TargetStep>,
    second_looks: Vec<TargetStep>,
    /// A body that was made but perhaps not recorded: a second try must record the same one.
    body: Option<CertificateBody>,
}

impl Verified {
    /// Writes the result into the log, proves it and signs the certificate. When the host has stored the certificate, it may
    /// destroy the case's sealed intent.
    pub fn certify(mut self, ports: &Ports<'_>) -> Result<Certificate, Stopped<Self>> {
        match self.try_certify(ports) {
            Ok(certificate) => Ok(certificate),
            Err(error) => Err(Stopped { state: Box::new(self), error }),
        }
    }

    fn try_certify(&mut self, ports: &Ports<'_>) -> Result<Certificate, PurgeError> {
        let body = self.body(ports)?;
        let result = ResultRecord {
            case: body.case,
            customer: body.subject,
            body: body.digest(),
            intent: self.log,
            at: body.completed_at,
        };
        let entry = ports.journal.result(&result).map_err(at("result"))?;
        let refs = [self.log, entry];
        let proofs = ports.proofs.checkpoint_and_prove(&refs).map_err(at("prove"))?;
        if !proofs.iter().map(|proof| proof.log).eq(refs) {
            return Err(PurgeError::WrongProof);
        }
        Certificate::sign(body, self.receipt.epoch_turned_at, proofs, ports.signer).map_err(at("sign"))
    }

    /// The body that was recorded before a crash, or a new one. It is recorded before its digest goes into the log, so that
    /// there is one body per case for ever.
    fn body(&mut self, ports: &Ports<'_>) -> Result<CertificateBody, PurgeError> {
        let known = self.steps.iter().find_map(|step| match step {
            StepRecord::Body(body) => Some(body.as_ref().clone()),
            _ => None,
        });
        if let Some(body) = known {
            return Ok(body);
        }
        let body = match self.body.take() {
            Some(body) => body,
            None => CertificateBody::new(
                &self.intent,
                self.log,
                &self.receipt,
                self.targets(ports)?,
                ports.clock.now(),
            ),
        };
        self.body = Some(body.clone());
        let step = StepRecord::Body(Box::new(body.clone()));
        ports.journal.record(body.case, &step).map_err(at("record"))?;
        self.steps.push(step);
        Ok(body)
    }

    fn targets(&self, ports: &Ports<'_>) -> Result<Vec<TargetResult>, PurgeError> {
        let infos = targets_of(ports, Some(&self.intent))?;
        let results = infos.into_iter().zip(self.removals.iter().zip(&self.second_looks));
        Ok(results
            .map(|(info, (erased, verified))| TargetResult::new(info, &self.intent, erased, verified))
            .collect())
    }
}

#[cfg(test)]
#[cfg(feature = "toml")]
mod tests;
