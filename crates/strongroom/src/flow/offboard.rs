//! Somebody leaves: their sessions end, what waits at their request is withdrawn, and what they own is listed, in one
//! commit with the entry that says so.

use crate::{Error, Session, Vault, flow::list::record_of, row::Row, session::Means, spaces};
use serde::{Deserialize, Serialize};
use strongroom_audit::{Commit, FactName};
use strongroom_policy::KindSchema;
use strongroom_store::{Batch, Direction, KeyRange};
use strongroom_types::{Action, ActorId, ApprovalId, Kind, RecordId, Timestamp};

/// What an offboarding ended, and what it leaves to be given to somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Left {
    /// Who left.
    pub actor: ActorId,
    /// When. From then on no session of theirs does anything, whenever it was opened.
    pub at: Timestamp,
    /// The approvals that waited, or were granted and not used, at their request.
    pub approvals: Vec<ApprovalId>,
    /// The records that they still own.
    pub owned: Vec<(Kind, RecordId)>,
}

/// The row of somebody who left.
#[derive(Debug, Serialize, Deserialize)]
struct Departed {
    at: Timestamp,
}

impl Session<'_> {
    /// Ends all that somebody may do here. Their roles are the host's to take; until they are, this holds.
    ///
    /// # Errors
    /// [`Error::Denied`] without the right to `offboard`; [`Error::Config`] for oneself. Repeating it is no error.
    pub fn offboard(&self, actor: ActorId) -> Result<Left, Error> {
        let permit = self.decide_on_vault(Action::Offboard)?;
        let cleared = self.clear(permit, Means::NONE)?;
        if actor == self.actor.id {
            return Err(Error::Config("nobody ends their own access; ask another".to_owned()));
        }
        let vault = self.vault;
        let now = vault.now();
        let key = spaces::row(vault.tenant, actor.as_bytes());
        let at = vault.departed(actor)?.unwrap_or(now);
        let json =
            serde_json::to_vec(&Departed { at }).map_err(|_| Error::Invariant("an instant is JSON"))?;
        let row = vault.trusted(spaces::DEPARTED, &key, &json)?;
        let mut changes = Batch::new().put(spaces::DEPARTED, key, row);
        let mut approvals = Vec::new();
        let range = KeyRange::prefix(&spaces::tenant(vault.tenant));
        let rows = vault.read().scan(spaces::APPROVAL, &range, Direction::Forward, 10_000)?;
        for (key, bytes) in rows {
            let request = vault.open_approval(&key, &bytes)?;
            let approval = request.id();
            if request.requester() != actor {
                continue;
            }
            // What is used, refused or expired already has nothing to withdraw.
            if let Ok((withdrawn, _)) = request.withdraw(actor, now) {
                changes.append(vault.approval_moved(&withdrawn, Some(bytes))?);
                approvals.push(approval);
            }
        }
        let owned = vault.owned_by(actor)?;
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let event = self
            .allowed(&cleared)
            .on_behalf(actor)
            .fact(FactName::from_static("approvals"), count(approvals.len()))
            .fact(FactName::from_static("owned"), count(owned.len()));
        vault.log.commit(now, Commit::new(vault.durable).changes(changes).event(event))?;
        for approval in &approvals {
            vault.erase_staged(*approval)?;
        }
        Ok(Left { actor, at, approvals, owned })
    }

    /// Lets somebody act again who had left.
    ///
    /// # Errors
    /// As for [`Self::offboard`]; [`Error::NotFound`] for somebody who had not.
    pub fn readmit(&self, actor: ActorId) -> Result<(), Error> {
        let permit = self.decide_on_vault(Action::Offboard)?;
        let cleared = self.clear(permit, Means::NONE)?;
        let vault = self.vault;
        vault.departed(actor)?.ok_or(Error::NotFound { what: "departure" })?;
        let changes = Batch::new().delete(spaces::DEPARTED, spaces::row(vault.tenant, actor.as_bytes()));
        let event = self.allowed(&cleared).on_behalf(actor).fact(FactName::from_static("readmitted"), 1_u64);
        vault.log.commit(vault.now(), Commit::new(vault.durable).changes(changes).event(event))?;
        Ok(())
    }
}

impl Vault {
    /// When somebody left, if they did.
    pub(crate) fn departed(&self, actor: ActorId) -> Result<Option<Timestamp>, Error> {
        let key = spaces::row(self.tenant, actor.as_bytes());
        let Some(sealed) = self.read().get(spaces::DEPARTED, &key)? else { return Ok(None) };
        let json = self.trust(spaces::DEPARTED, &key, &sealed)?;
        let row: Departed =
            serde_json::from_slice(&json).map_err(|_| Error::Tampered { what: "a departure" })?;
        Ok(Some(row.at))
    }

    /// Refuses whoever has left, whatever their session says.
    pub(crate) fn refuse_departed(&self, actor: ActorId) -> Result<(), Error> {
        match self.departed(actor)? {
            Some(at) => Err(Error::Departed { at }),
            None => Ok(()),
        }
    }

    fn owned_by(&self, actor: ActorId) -> Result<Vec<(Kind, RecordId)>, Error> {
        let mut owned = Vec::new();
        for kind in self.config.schema.kinds().map(KindSchema::name) {
            let mut range = KeyRange::prefix(&spaces::kind(self.tenant, kind));
            loop {
                let page = self.read().scan(spaces::BY_KIND, &range, Direction::Forward, 256)?;
                for (key, _) in &page {
                    let record = record_of(key)?;
                    let row = self.read().get(spaces::RECORD, &spaces::record(self.tenant, record))?;
                    if let Some(row) = row
                        && Row::decode(&row)?.head.owner == Some(actor)
                    {
                        owned.push((kind.clone(), record));
                    }
                }
                match page.last() {
                    Some((last, _)) if page.len() >= 256 => range = range.after(last, Direction::Forward),
                    _ => break,
                }
            }
        }
        Ok(owned)
    }
}
