//! A contract along its life: drafted, signed, performed, ended. Its state gates the policy, its end starts retention.

use crate::{Error, Fields, Session, Vault, row::Head, spaces};
use std::collections::BTreeSet;
use strongroom_audit::Commit;
use strongroom_cases::{
    Contract, ContractDraft, ContractState, Fact, Signature, SignatureMethod, Signer, Stepped,
};
use strongroom_envelope::sha256;
use strongroom_types::{Action, ActorId, CaseId, Digest, FieldName, RecordId, Timestamp};
use time::{Date, UtcOffset, macros::format_description};

/// A step in a contract's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContractStep {
    /// Give a draft up.
    Abandon,
    /// Review done, nothing open: it is over. Not by whoever began to close it.
    Close,
    /// Begin its life from the record's present content.
    Draft,
    /// It has ended on this date; closing begins.
    End(Date),
    /// Performance begins.
    Perform,
    /// Take a closing back.
    Reinstate,
    /// Take the record's present content as the draft's.
    Revise,
    /// Both sides have signed the present content.
    Sign {
        /// How.
        method: SignatureMethod,
        /// The contract's civil date.
        on: Date,
    },
    /// It was terminated on this date; closing begins.
    Terminate(Date),
}

impl Session<'_> {
    /// Takes a contract one step on and answers the name of its new state, which is also the record's.
    ///
    /// # Errors
    /// [`Error::Contract`] with the steps that are allowed instead; [`Error::Denied`].
    pub fn contract(&self, record: RecordId, step: ContractStep) -> Result<&'static str, Error> {
        let vault = self.vault;
        let now = vault.now();
        let (row, bytes) = vault.row(record)?;
        let cleared = self.clear_read(Action::Contract, record, &row)?;
        let (mut head, fields, document) = vault.unseal(record, &row)?.into_parts();
        let case = CaseId::from_bytes(*record.as_bytes());
        let stored = vault.contract_row(case)?;
        let by = self.actor.id;
        let (contract, facts) = match stored.as_ref() {
            None => self.draft(step, case, &head, &fields, now)?,
            Some((contract, _)) => advance(contract.clone(), step, &fields, by, now)?,
        };
        let state = state_name(contract.state());
        head.state = Some(state.to_owned());
        self.take_triggers(&mut head.triggers, &facts)?;
        let encoded = contract.encode().map_err(|error| Error::Case(error.to_string()))?;
        // The case and the record move in one commit.
        let mut commit =
            Commit::new(vault.durable).changes(vault.case_row(case, &encoded, stored.map(|(_, old)| old))?);
        commit = commit.changes(self.owed(&cleared, 1)?);
        for fact in &facts {
            commit = commit.event(self.fact_event(fact).case(case).customer(contract.customer()));
        }
        let event = self.allowed(&cleared);
        self.replace(
            crate::flow::update::Replacement {
                record,
                old: &row,
                old_bytes: bytes,
                head,
                event,
                with: Some(commit),
            },
            &fields,
            document.as_deref(),
        )?;
        Ok(state)
    }

    fn draft(
        &self,
        step: ContractStep,
        case: CaseId,
        head: &Head,
        fields: &Fields,
        now: Timestamp,
    ) -> Result<Stepped<Contract>, Error> {
        if step != ContractStep::Draft {
            return Err(Error::NotFound { what: "contract case; draft it first" });
        }
        let schema = self.vault.config.kind(&head.kind)?;
        let required = schema.fields().iter().filter(|field| field.is_required());
        let draft = ContractDraft {
            id: case,
            customer: head.customer,
            terms: terms(fields),
            required: required.map(|field| field.name().clone()).collect(),
            filled: filled(fields),
            ends_on: date(fields, "ends_on"),
            obligations: Vec::new(),
        };
        Ok(Contract::draft(draft, self.actor.id, now)?)
    }

    fn take_triggers(
        &self,
        triggers: &mut std::collections::BTreeMap<String, Timestamp>,
        facts: &[Fact],
    ) -> Result<(), Error> {
        let zone = UtcOffset::from_hms(self.vault.config.house.zone_hours, 0, 0)
            .map_err(|_| Error::Config("`zone-hours` is no offset from UTC".to_owned()))?;
        for (name, on) in facts.iter().filter_map(|fact| fact.event.trigger()) {
            triggers.insert(name.to_owned(), Timestamp::start_of(on, zone));
        }
        Ok(())
    }
}

impl Vault {
    fn contract_row(&self, case: CaseId) -> Result<Option<(Contract, Vec<u8>)>, Error> {
        let Some(bytes) = self.read().get(spaces::CASE, &spaces::case(self.tenant, case))? else {
            return Ok(None);
        };
        let json = self.trust(spaces::CASE, &spaces::case(self.tenant, case), &bytes)?;
        let contract = Contract::decode(&json).map_err(|error| Error::Case(error.to_string()))?;
        Ok(Some((contract, bytes)))
    }
}

fn advance(
    contract: Contract,
    step: ContractStep,
    fields: &Fields,
    by: ActorId,
    now: Timestamp,
) -> Result<Stepped<Contract>, Error> {
    Ok(match step {
        ContractStep::Abandon => contract.abandon(by, now)?,
        ContractStep::Close => contract.close(by, now)?,
        // A contract is drafted once; what was signed or ended does not come back as a draft.
        ContractStep::Draft => {
            return Err(Error::Config("the contract has its case already; revise its draft".to_owned()));
        }
        ContractStep::End(on) => contract.end(on, by, now)?,
        ContractStep::Perform => contract.perform(by, now)?,
        ContractStep::Reinstate => contract.reinstate(by, now)?,
        ContractStep::Revise => {
            contract.revise(terms(fields), filled(fields), date(fields, "ends_on"), by, now)?
        }
        ContractStep::Sign { method, on } => {
            let signers = BTreeSet::from([Signer::Actor(by), Signer::Customer(contract.customer())]);
            let signature = Signature { method, signers, on, at: now, terms: terms(fields), evidence: None };
            contract.sign(signature, by, now)?
        }
        ContractStep::Terminate(on) => contract.terminate(on, by, now)?,
    })
}

/// The digest of the content that is signed: names and values, length-prefixed, the state left out.
fn terms(fields: &Fields) -> Digest {
    let out = crate::codec::Writer::new().text("strongroom-contract-terms-v0");
    let parts = fields.iter().filter(|(name, _)| name.as_str() != "state");
    sha256(&parts.fold(out, |out, (name, value)| out.text(name.as_str()).text(value)).finish())
}

fn filled(fields: &Fields) -> BTreeSet<FieldName> {
    fields.iter().filter(|(_, value)| !value.trim().is_empty()).map(|(name, _)| name.clone()).collect()
}

fn date(fields: &Fields, field: &str) -> Option<Date> {
    Date::parse(fields.value(field)?.trim(), format_description!("[year]-[month]-[day]")).ok()
}

fn state_name(state: &ContractState) -> &'static str {
    match state {
        ContractState::Draft => "draft",
        ContractState::Signed => "signed",
        ContractState::Performing => "performing",
        ContractState::Amending { .. } => "amending",
        ContractState::Closing { .. } => "closing",
        ContractState::Ended { .. } => "ended",
        ContractState::Terminated { .. } => "terminated",
        ContractState::Abandoned => "abandoned",
    }
}
