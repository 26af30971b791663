//! `retention::ProofSource` from the log, and `retention::ProofCheck` against a pinned log key, offline.

use crate::{Error, Vault, flow::port_error};
use serde::{Deserialize, Serialize};
use strongroom_audit::{
    Checkpoint, Entry, EventName, FactName, FactValue, InclusionProof, VerifierKey, leaf_hash,
    verify_inclusion,
};
use strongroom_retention::{Claim, LogRef, PortError, Proof, ProofCheck, ProofSource};

/// What a proof carries, so that it can be checked with nothing but a pinned key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Evidence {
    /// The entry, as its leaf holds it: canonical JSON without personal data.
    leaf: String,
    /// The way from the leaf to the root.
    inclusion: InclusionProof,
    /// The signed checkpoint with that root.
    checkpoint: String,
}

pub(crate) struct LogProofs<'v>(&'v Vault);

impl<'v> LogProofs<'v> {
    pub(crate) fn new(vault: &'v Vault) -> Self {
        Self(vault)
    }

    fn prove(&self, refs: &[LogRef]) -> Result<Vec<Proof>, Error> {
        let log = &self.0.log;
        let checkpoint = log.checkpoint(self.0.now())?;
        refs.iter()
            .map(|reference| {
                let leaf =
                    log.leaf_bytes(reference.index)?.ok_or(Error::Invariant("a cited entry is there"))?;
                let leaf = String::from_utf8(leaf).map_err(|_| Error::Tampered { what: "a log entry" })?;
                let inclusion = log.prove_inclusion(reference.index, checkpoint.size())?;
                let evidence = Evidence { leaf, inclusion, checkpoint: checkpoint.note().to_owned() };
                let evidence =
                    serde_json::to_value(evidence).map_err(|_| Error::Invariant("a proof is JSON"))?;
                Ok(Proof { log: *reference, evidence })
            })
            .collect()
    }
}

impl ProofSource for LogProofs<'_> {
    fn checkpoint_and_prove(&self, refs: &[LogRef]) -> Result<Vec<Proof>, PortError> {
        self.prove(refs).map_err(port_error)
    }
}

/// Checks proofs against a pinned log key. Needs no vault.
pub(crate) struct PinnedProofs(pub(crate) VerifierKey);

impl ProofCheck for PinnedProofs {
    fn check(&self, proof: &Proof, claim: &Claim) -> Result<(), PortError> {
        let refused = |what: &str| PortError::Refused(what.to_owned());
        let evidence: Evidence = serde_json::from_value(proof.evidence.clone())
            .map_err(|_| refused("the proof has another form"))?;
        let checkpoint = Checkpoint::open(&evidence.checkpoint, std::slice::from_ref(&self.0))
            .map_err(|_| refused("the checkpoint is not signed by the pinned log key"))?;
        let leaf = leaf_hash(evidence.leaf.as_bytes());
        if leaf != proof.log.leaf || evidence.inclusion.index != proof.log.index {
            return Err(refused("the proof is of another entry"));
        }
        if evidence.inclusion.size != checkpoint.size() {
            return Err(refused("the proof is for another checkpoint"));
        }
        verify_inclusion(&leaf, &evidence.inclusion, &checkpoint.root())
            .map_err(|_| refused("the entry is not under the checkpoint's root"))?;
        let entry =
            Entry::decode(evidence.leaf.as_bytes()).map_err(|_| refused("the entry has another form"))?;
        let holds = match claim {
            Claim::Intent { case } => entry.name == EventName::PURGE_INTENT && entry.case == Some(*case),
            Claim::Result { case, body } => {
                let stated = entry.facts.get(&BODY);
                entry.name == EventName::PURGE_RESULT
                    && entry.case == Some(*case)
                    && stated == Some(&FactValue::Digest(*body))
            }
        };
        if holds { Ok(()) } else { Err(refused("the entry says something else")) }
    }
}

const BODY: FactName = FactName::from_static("certificate-body");
