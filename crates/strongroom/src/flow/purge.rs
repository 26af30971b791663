//! PURGE: the chain of `strongroom-retention`, with the vault's adapters as its ports.

use crate::{
    Error, Session, Vault,
    adapters::{CaseJournal, KeyShredder, KeyringCertificates, LogProofs, VaultTarget},
    spaces,
};
use strongroom_audit::{Commit, Event, EventName, FactName};
use strongroom_envelope::SigningPurpose;
use strongroom_retention::{Certificate, DisposalPermit, Ports, PurgeError, purge, resume};
use strongroom_store::{Batch, Direction, KeyRange, Space};
use strongroom_types::{ActorId, CaseId, CustomerId, RecordId};

/// What became of purges that a crash had interrupted.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Recovered {
    /// Those that came to their end.
    pub certificates: Vec<Certificate>,
    /// Those that could not go on, and why.
    pub stopped: Vec<(CaseId, String)>,
}

impl Session<'_> {
    /// Runs the whole chain for one case and stores the certificate. `opening` belongs into the intent's own commit.
    pub(crate) fn purge_case(&self, permit: DisposalPermit, opening: Commit) -> Result<Certificate, Error> {
        let case = permit.case();
        let vault = self.vault;
        let _one_at_a_time = vault.purging();
        let certificate =
            vault.with_ports(self.actor.id, Some(opening), |ports| Ok(purge(permit, ports)?))?;
        vault.certified(self.actor.id, case, certificate)
    }
}

impl Vault {
    /// Goes on with a purge that a crash or an unanswered target interrupted.
    pub(crate) fn resume_case(&self, operator: ActorId, case: CaseId) -> Result<Certificate, Error> {
        let _one_at_a_time = self.purging();
        if let Some(certificate) = self.certificate_row(case)? {
            self.close_case(case)?;
            return Ok(certificate);
        }
        let certificate = self.with_ports(operator, None, |ports| Ok(resume(case, ports)?))?;
        self.certified(operator, case, certificate)
    }

    fn with_ports<T>(
        &self,
        operator: ActorId,
        opening: Option<Commit>,
        act: impl FnOnce(&Ports<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let signer = self.certificates()?;
        let target = VaultTarget::new(self, operator);
        act(&Ports {
            journal: &CaseJournal::new(self, operator, opening),
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

    /// Keeps the certificate and takes the exit on, in one commit; then closes the case. A crash in between leaves
    /// working rows beside a certificate, which `recover` closes.
    fn certified(
        &self,
        operator: ActorId,
        case: CaseId,
        certificate: Certificate,
    ) -> Result<Certificate, Error> {
        let now = self.now();
        let json = certificate.to_json();
        let digest = strongroom_envelope::sha256(json.as_bytes());
        let event = Event::new(CERTIFIED, operator).case(case).fact(CERTIFICATE, digest);
        let mut commit = self
            .essential()
            .changes(Batch::new().put(spaces::CERTIFICATE, spaces::case(self.tenant, case), json))
            .event(event);
        if let Some(exit) = self.exit_purged(operator, case, &certificate, digest)? {
            commit = exit.events.into_iter().fold(commit.changes(exit.changes), Commit::event);
        }
        self.log.commit(now, commit)?;
        self.close_case(case)?;
        Ok(certificate)
    }

    /// Destroys the key that a case's working rows were sealed under, then removes the rows. Repeatable.
    fn close_case(&self, case: CaseId) -> Result<(), Error> {
        let now = self.now();
        self.keys.shred(case_customer(case), case, now)?;
        self.keys.shred_log_details(case_customer(case), case, now)?;
        self.erase_working_rows(case)
    }

    pub(crate) fn erase_working_rows(&self, case: CaseId) -> Result<(), Error> {
        self.erase_range(spaces::PURGE, &spaces::case(self.tenant, case))
    }

    /// Removes all rows of a mutable space that begin with a prefix, some at a time.
    pub(crate) fn erase_range(&self, space: Space, prefix: &[u8]) -> Result<(), Error> {
        let range = KeyRange::prefix(prefix);
        loop {
            let page = self.read().scan(space, &range, Direction::Forward, 256)?;
            if page.is_empty() {
                return Ok(());
            }
            let batch = page.into_iter().fold(Batch::new(), |batch, (key, _)| batch.delete(space, key));
            self.log.stage(&batch.from_reserve(), self.durable)?;
        }
    }

    /// What was last written about a customer, as a precondition for whoever plans on what is there.
    pub(crate) fn untouched(&self, customer: CustomerId) -> Result<Batch, Error> {
        let key = spaces::customer(self.tenant, customer);
        Ok(match self.read().get(spaces::TOUCH, &key)? {
            Some(last) => Batch::new().require_value(spaces::TOUCH, key, last),
            None => Batch::new().require_absent(spaces::TOUCH, key),
        })
    }

    /// Says that this version of this record was written about a customer. A blind put: writers do not conflict with
    /// each other, only with a purge that was planned before.
    pub(crate) fn touch(&self, customer: CustomerId, record: RecordId, version: u64) -> Batch {
        let value = [record.as_bytes().as_slice(), &version.to_le_bytes()].concat();
        Batch::new().put(spaces::TOUCH, spaces::customer(self.tenant, customer), value)
    }

    /// Goes on with every purge that a crash interrupted. Hosts call it after opening; one that cannot go on does not
    /// keep the others.
    pub fn recover(&self, operator: ActorId) -> Result<Recovered, Error> {
        self.refuse_inspected()?;
        let mut recovered = Recovered::default();
        for case in self.unfinished_purges()? {
            match self.resume_case(operator, case) {
                Ok(certificate) => recovered.certificates.push(certificate),
                // Staged for an intent that never came: nothing was condemned. The case's key stays, since the same case
                // may be run again.
                Err(Error::Purge(PurgeError::NoIntent(_))) => self.erase_working_rows(case)?,
                Err(error) => recovered.stopped.push((case, error.to_string())),
            }
        }
        Ok(recovered)
    }

    /// Cases that an intent began and no certificate ended.
    pub(crate) fn unfinished_purges(&self) -> Result<Vec<CaseId>, Error> {
        let mut cases: Vec<CaseId> = Vec::new();
        let mut range = KeyRange::prefix(&spaces::tenant(self.tenant));
        // From case to case, not from row to row.
        loop {
            let page = self.read().scan(spaces::PURGE, &range, Direction::Forward, 1)?;
            let Some((key, _)) = page.first() else { return Ok(cases) };
            let id = key.get(16..32).and_then(|id| <[u8; 16]>::try_from(id).ok());
            let case = CaseId::from_bytes(id.ok_or(Error::Tampered { what: "a purge in progress" })?);
            cases.push(case);
            match KeyRange::prefix(&spaces::case(self.tenant, case)).end {
                Some(next) => range.start = next,
                None => return Ok(cases),
            }
        }
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
    vault.keys.create_from_reserve(customer, vault.now())?;
    Ok(customer)
}

/// Shared by the adapters: the vault's own error as a port's.
pub(crate) fn port_error(error: Error) -> strongroom_retention::PortError {
    use strongroom_retention::PortError;
    match error {
        Error::Held => PortError::Held,
        Error::CustomerGone { .. } => PortError::TooLate,
        Error::Conflict => PortError::Refused(
            "something was written about the customer since the plan; plan again".to_owned(),
        ),
        Error::Tampered { what } => PortError::Corrupt(what.to_owned()),
        other => PortError::Unavailable(other.to_string()),
    }
}
