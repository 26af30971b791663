//! Somebody leaves: one call ends all that they may do, and lists what they leave behind.

use super::{Assignment, Delegation, Directory};
use serde::Serialize;
use strongroom_types::{ActorId, ApprovalId, Kind, RecordId, RuleId, Timestamp};

/// What of a person lies outside the directory. The host answers, over its own sessions, approvals and records.
///
/// Each verb may be called again after a crash, and then ends nothing twice.
pub trait Estate {
    /// Why the host could not.
    type Error;

    /// Ends every session and token, and answers how many there were. From its return on, none of them acts.
    ///
    /// # Errors
    /// The host's own.
    fn end_sessions(&mut self, actor: ActorId, at: Timestamp) -> Result<u64, Self::Error>;

    /// Withdraws what waits for an approval at their request, takes back what they approved for others and what nobody
    /// has acted on yet, and answers which these were.
    ///
    /// # Errors
    /// The host's own.
    fn withdraw_approvals(&mut self, actor: ActorId, at: Timestamp) -> Result<Vec<ApprovalId>, Self::Error>;

    /// What they still own.
    ///
    /// # Errors
    /// The host's own.
    fn owned(&self, actor: ActorId) -> Result<Vec<Owned>, Self::Error>;
}

/// Something that somebody owns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Owned {
    /// Its kind.
    pub kind: Kind,
    /// Which.
    pub record: RecordId,
}

/// What an offboarding ended, and what is left to be given to somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offboarded {
    /// Who left.
    pub actor: ActorId,
    /// When.
    pub at: Timestamp,
    /// The roles that they held, or would have held later.
    pub assignments: Vec<Assignment>,
    /// Delegations by them, to them, and whatever was lent on from these.
    pub delegations: Vec<RuleId>,
    /// How many sessions were ended.
    pub sessions: u64,
    /// The approvals that were withdrawn.
    pub approvals: Vec<ApprovalId>,
    /// What they still own: it is nobody's to edit until it has another owner.
    pub owned: Vec<Owned>,
}

impl Directory {
    /// Ends all that somebody may do. Again for the same person it ends what there is by then.
    ///
    /// The directory is changed first, so that whatever fails later, nobody who left can begin anything new.
    ///
    /// # Errors
    /// The estate's; what was ended by then stays ended, and the call is to be repeated.
    pub fn offboard<E: Estate + ?Sized>(
        &mut self,
        estate: &mut E,
        actor: ActorId,
        at: Timestamp,
    ) -> Result<Offboarded, E::Error> {
        let mut assignments = Vec::new();
        for person in self.people.iter_mut().filter(|person| person.id == actor) {
            person.active = false;
            assignments.append(&mut person.roles);
            person.evidence.clear();
        }
        let delegations = self.end_delegations(actor);
        let sessions = estate.end_sessions(actor, at)?;
        let approvals = estate.withdraw_approvals(actor, at)?;
        let mut owned = estate.owned(actor)?;
        owned.sort_unstable();
        Ok(Offboarded { actor, at, assignments, delegations, sessions, approvals, owned })
    }

    /// Those by or to somebody, and those that rest on them.
    fn end_delegations(&mut self, actor: ActorId) -> Vec<RuleId> {
        let mut ended: Vec<RuleId> = Vec::new();
        loop {
            let goes = |one: &Delegation| {
                one.by == actor || one.to == actor || one.under.as_ref().is_some_and(|id| ended.contains(id))
            };
            let (gone, kept): (Vec<_>, Vec<_>) =
                std::mem::take(&mut self.delegations).into_iter().partition(goes);
            self.delegations = kept;
            if gone.is_empty() {
                return ended;
            }
            ended.extend(gone.into_iter().map(|one| one.id));
        }
    }
}
