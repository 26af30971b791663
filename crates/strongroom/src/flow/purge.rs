//! PURGE: the chain of `strongroom-retention`, with the vault's adapters as its ports.

use crate::{
    Error, Session, Vault,
    adapters::{CaseJournal, KeyShredder, KeyringCertificates, LogProofs, VaultTarget},
    spaces,
};
use strongroom_audit::{Commit, EventName, FactName};
use strongroom_envelope::SigningPurpose;
use strongroom_retention::{Certificate, DisposalPermit, Ports, purge, resume};
use strongroom_store::{Batch, Direction, KeyRange};
use strongroom_types::{ActorId, CaseId, CustomerId};

impl Session<'_> {
    /// Runs the whole chain for one case and stores the certificate.
    pub(crate) fn purge_case(&self, permit: DisposalPermit) -> Result<Certificate, Error> {
        let case = permit.case();
        let certificate = self.vault.with_ports(self.actor.id, |ports| Ok(purge(permit, ports)?))?;
        self.vault.certified(self.actor.id, case, &certificate)?;
        Ok(certificate)
    }
}

impl Vault {
    /// Goes on with a purge that a crash or an unanswered target interrupted.
    pub(crate) fn resume_case(&self, operator: ActorId, case: CaseId) -> Result<Certificate, Error> {
        let certificate = self.with_ports(operator, |ports| Ok(resume(case, ports)?))?;
        self.certified(operator, case, &certificate)?;
        Ok(certificate)
    }

    fn with_ports<T>(
        &self,
        operator: ActorId,
        act: impl FnOnce(&Ports<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let signer = self.certificates()?;
        let target = VaultTarget::new(self, operator);
        act(&Ports {
            journal: &CaseJournal::new(self, operator),
            shredder: &KeyShredder::new(self, operator),
            targets: &[&target],
            proofs: &LogProofs::new(self),
            signer: &signer,
            clock: self.clock.as_ref(),
        })
    }

    pub(crate) fn certificates(&self) -> Result<KeyringCertificates, Error> {
        let signer = self.keyring.signer(SigningPurpose::Certificate);
        let signer = signer.map_err(|error| Error::Config(error.to_string()))?;
        Ok(KeyringCertificates::new(format!("{}/certificates", self.log.options().origin), signer))
    }

    /// Keeps the certificate, drops the case's working rows, and destroys the key they were sealed under.
    fn certified(&self, operator: ActorId, case: CaseId, certificate: &Certificate) -> Result<(), Error> {
        let now = self.now();
        let json = certificate.to_json();
        let digest = strongroom_envelope::sha256(json.as_bytes());
        let mut changes = Batch::new().put(spaces::CERTIFICATE, spaces::case(self.tenant, case), json);
        let range = KeyRange::prefix(&spaces::case(self.tenant, case));
        for (key, _) in self.read().scan(spaces::PURGE, &range, Direction::Forward, 10_000)? {
            changes = changes.delete(spaces::PURGE, key);
        }
        let event = strongroom_audit::Event::new(CERTIFIED, operator).case(case).fact(CERTIFICATE, digest);
        self.log.commit(now, Commit::new(self.durable).changes(changes).event(event))?;
        self.keys.shred(case_customer(case), case, now)?;
        Ok(())
    }

    /// Cases that an intent began and no certificate ended.
    pub(crate) fn unfinished_purges(&self) -> Result<Vec<CaseId>, Error> {
        let range = KeyRange::prefix(&spaces::tenant(self.tenant));
        let rows = self.read().scan(spaces::PURGE, &range, Direction::Forward, 10_000)?;
        let mut cases: Vec<CaseId> = rows
            .iter()
            .filter_map(|(key, _)| key.get(16..32).and_then(|id| <[u8; 16]>::try_from(id).ok()))
            .map(CaseId::from_bytes)
            .collect();
        cases.dedup();
        Ok(cases)
    }

    /// The certificate of a case, if there is one.
    pub(crate) fn certificate_row(&self, case: CaseId) -> Result<Option<Certificate>, Error> {
        let Some(bytes) = self.read().get(spaces::CERTIFICATE, &spaces::case(self.tenant, case))? else {
            return Ok(None);
        };
        let text = std::str::from_utf8(&bytes).map_err(|_| Error::Tampered { what: "a certificate" })?;
        Certificate::from_json(text).map(Some).map_err(|_| Error::Tampered { what: "a certificate" })
    }
}

/// The key store knows customers; a case in progress has a key there like one, under its own id, so that what the
/// intent remembers can be destroyed when the case ends.
pub(crate) fn case_customer(case: CaseId) -> CustomerId {
    CustomerId::from_bytes(*case.as_bytes())
}

/// A digest as a fact.
pub(crate) const CERTIFICATE: FactName = FactName::from_static("certificate");
const CERTIFIED: EventName = EventName::from_static("purge.certified");

/// The keys of a case are made once.
pub(crate) fn case_key(vault: &Vault, case: CaseId) -> Result<CustomerId, Error> {
    let customer = case_customer(case);
    vault.keys.create(customer, vault.now())?;
    Ok(customer)
}

/// Shared by the adapters: the vault's own error as a port's.
pub(crate) fn port_error(error: Error) -> strongroom_retention::PortError {
    use strongroom_retention::PortError;
    match error {
        Error::Held => PortError::Held,
        Error::CustomerGone { .. } => PortError::TooLate,
        Error::Tampered { what } => PortError::Corrupt(what.to_owned()),
        other => PortError::Unavailable(other.to_string()),
    }
}
