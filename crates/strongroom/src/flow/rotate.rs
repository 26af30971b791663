//! Keys: turning the epoch, which makes every destroyed key unrecoverable from old pages and copies, and makes
//! provisional certificates final.

use crate::{Error, Session, Vault, session::Means, spaces};
use strongroom_audit::{Commit, EventName, FactName};
use strongroom_cases::ExitState;
use strongroom_envelope::{CustomerKeys, Destroyed, TurnProgress};
use strongroom_retention::{Certificate, EpochReceipt, Status};
use strongroom_store::{Batch, KeyRange, ReadExt};
use strongroom_types::{Action, CaseId, KeyId, Timestamp};

/// What a turn did.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Turned {
    /// The epoch that was destroyed, with all before it.
    pub from: u32,
    /// The epoch in force now.
    pub to: u32,
    /// How many keys were wrapped anew.
    pub rewrapped: u64,
    /// When the old epoch was destroyed.
    pub at: Timestamp,
    /// Cases whose certificates became final.
    pub finalised: Vec<CaseId>,
}

impl Session<'_> {
    /// Turns the key epoch: a new one in the keyring, all living keys wrapped anew, the old one destroyed. No data byte
    /// is touched. Running it again after a crash goes on where it stopped.
    pub fn turn_epoch(&self, progress: &mut dyn FnMut(TurnProgress)) -> Result<Turned, Error> {
        let vault = self.vault;
        let permit = self.decide_on_vault(Action::Rotate)?;
        let cleared = self.clear(permit, Means::NONE)?;
        let event = self.allowed(&cleared).outcome(strongroom_audit::Outcome::Intended);
        vault.log.commit(vault.now(), vault.essential().event(event))?;
        let turn = vault.keys.turn_epoch(vault.now_in_log()?, progress)?;
        let event = self.event(EPOCH_TURNED).fact(EPOCH, u64::from(turn.to.0)).count(turn.rewrapped);
        vault.log.commit(vault.now(), vault.essential().event(event))?;
        let finalised = self.finalise_certificates()?;
        Ok(Turned {
            from: turn.from.0,
            to: turn.to.0,
            rewrapped: turn.rewrapped,
            at: turn.receipt.at,
            finalised,
        })
    }

    /// Certificates whose keys only a destroyed epoch had wrapped become final.
    fn finalise_certificates(&self) -> Result<Vec<CaseId>, Error> {
        let vault = self.vault;
        let mut finalised = Vec::new();
        for certificate in vault.provisional_certificates()? {
            let case = certificate.body.case;
            let Some(receipt) = vault.epoch_receipt(&certificate)? else { continue };
            // One that cannot become final does not keep the others from it.
            let Ok(sealed) = certificate.finalise(&receipt, &vault.certificates()?) else { continue };
            let json = sealed.to_json();
            let digest = strongroom_envelope::sha256(json.as_bytes());
            let key = spaces::case(vault.tenant, case);
            let event = self.event(FINALISED).case(case).fact(crate::flow::CERTIFICATE, digest);
            let mut commit =
                vault.essential().changes(Batch::new().put(spaces::CERTIFICATE, key, json)).event(event);
            let exit = vault.exit_case(case)?;
            if let Some(exit) = exit.filter(|exit| matches!(exit.state(), ExitState::Purged { .. })) {
                let (_, old) = vault.exit_row(case)?;
                let (exit, facts) = exit.finish(digest, self.actor.id, vault.now())?;
                let finish = vault.case_commit(&exit, Some(old), &facts)?;
                commit = finish.events.into_iter().fold(commit.changes(finish.changes), Commit::event);
            }
            vault.log.commit(vault.now(), commit)?;
            finalised.push(case);
        }
        Ok(finalised)
    }
}

impl Vault {
    fn provisional_certificates(&self) -> Result<Vec<Certificate>, Error> {
        let mut provisional = Vec::new();
        let range = KeyRange::prefix(&spaces::tenant(self.tenant));
        self.read().for_each(spaces::CERTIFICATE, &range, |_, json| {
            let text = std::str::from_utf8(json).map_err(|_| Error::Tampered { what: "a certificate" })?;
            let certificate =
                Certificate::from_json(text).map_err(|_| Error::Tampered { what: "a certificate" })?;
            if matches!(certificate.status, Status::Provisional) {
                provisional.push(certificate);
            }
            Ok::<_, Error>(true)
        })?;
        Ok(provisional)
    }

    /// The second dated fact about all keys of a certificate, once it is true of all of them.
    fn epoch_receipt(&self, certificate: &Certificate) -> Result<Option<EpochReceipt>, Error> {
        let (customer, case) = (certificate.body.subject, certificate.body.case);
        let destroyed: Vec<Destroyed> = match self.keys.state(customer)? {
            CustomerKeys::Living { shredded, .. } => shredded,
            CustomerKeys::Destroyed { receipt, others, .. } => others.into_iter().chain([*receipt]).collect(),
            CustomerKeys::Absent => return Ok(None),
        };
        let destroyed: Vec<Destroyed> = destroyed.into_iter().filter(|one| one.case == case).collect();
        // Every key that the certificate names must be among them.
        let named = |key: &KeyId| destroyed.iter().any(|one| one.keys.iter().any(|gone| gone.id == *key));
        if !certificate.body.keys.iter().all(named) {
            return Ok(None);
        }
        let mut turned_at = None;
        for one in &destroyed {
            match self.keys.epoch_turned(one)? {
                Some(turn) => turned_at = turned_at.max(Some(turn.receipt.at)),
                None => return Ok(None),
            }
        }
        let keys = destroyed.iter().flat_map(|one| one.keys.iter().map(|key| key.id)).collect();
        Ok(turned_at.map(|turned_at| EpochReceipt { turned_at, keys }))
    }
}

const EPOCH: FactName = FactName::from_static("epoch");
const EPOCH_TURNED: EventName = EventName::from_static("keys.turned");
const FINALISED: EventName = EventName::from_static("purge.finalised");
