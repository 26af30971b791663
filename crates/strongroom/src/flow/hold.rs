//! Legal holds: placed and released under the tenant's holds version, so that no purge can race them.

use crate::{
    Error, Session, Vault,
    session::{Means, resource},
    spaces,
};
use strongroom_audit::{Event, EventName, FactName, FenceChange, Guard};
use strongroom_policy::Permit;
use strongroom_retention::{Hold, Holds, ReasonCode, Scope};
use strongroom_store::{Batch, KeyRange, ReadExt};
use strongroom_types::{Action, CustomerId, HoldId};

impl<'v> Session<'v> {
    /// Places a hold. From the moment this returns nothing in its scope is purged, on any path.
    ///
    /// # Errors
    /// [`Error::CustomerGone`] or [`Error::TooLate`] where something in scope is already condemned.
    pub fn place_hold(&self, scope: Scope, reason: ReasonCode) -> Result<HoldId, Error> {
        let vault = self.vault;
        let now = vault.now();
        let permit = self.hold_permit(Action::Hold, &scope)?;
        let version = vault.log.holds_version()?;
        let id = HoldId::fresh(vault.random.as_ref())?;
        let hold = Hold { id, scope, reason, placed_by: self.actor.id, placed_at: now, released: None };
        let mut event = self.allowed(&permit).fact(HOLD, id);
        event = named(HOLD_PLACE, event);
        let mut commit = vault
            .essential()
            .guard(Guard::HoldsVersion(version))
            .fence(FenceChange::BumpHolds)
            .changes(self.owed(&permit, 1)?);
        // SECURITY: whoever is condemned already is beyond holding; the caller must hear that, not believe otherwise.
        if let Some(customer) = vault.scope_customer(&hold.scope)? {
            commit = commit.guard(Guard::Active { customer, generation: None });
            event = event.customer(customer);
        } else {
            // Every intent moves the holds version that is required here: none slips in after this look.
            let cases = vault.unfinished_purges()?;
            if !cases.is_empty() {
                return Err(Error::TooLate { cases });
            }
        }
        self.clear(permit, Means::SETTLED).map(drop)?;
        commit = commit.changes(vault.hold_row(&hold, None)?).event(event);
        vault.log.commit(now, commit)?;
        Ok(id)
    }

    /// Releases a hold. What waited for it is due again at the next sweep.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown hold; [`Error::Conflict`] for one that is released already.
    pub fn release_hold(&self, id: HoldId) -> Result<(), Error> {
        let vault = self.vault;
        let now = vault.now();
        let key = spaces::hold(vault.tenant, id);
        let old = vault.read().get(spaces::HOLD, &key)?.ok_or(Error::NotFound { what: "hold" })?;
        let mut hold = vault.open_hold(&key, &old)?;
        let permit = self.hold_permit(Action::Release, &hold.scope)?;
        let version = vault.log.holds_version()?;
        hold.release(self.actor.id, now).map_err(|_| Error::Conflict)?;
        let mut event = named(HOLD_RELEASE, self.allowed(&permit).fact(HOLD, id));
        if let Some(customer) = vault.scope_customer(&hold.scope)? {
            event = event.customer(customer);
        }
        let commit = vault
            .essential()
            .guard(Guard::HoldsVersion(version))
            .fence(FenceChange::BumpHolds)
            .changes(self.owed(&permit, 1)?)
            .changes(vault.hold_row(&hold, Some(old))?)
            .event(event);
        self.clear(permit, Means::SETTLED).map(drop)?;
        vault.log.commit(now, commit)?;
        Ok(())
    }

    /// All holds, released ones too.
    pub fn holds(&self) -> Result<Vec<Hold>, Error> {
        let permit = self.hold_permit(Action::Hold, &Scope::Everything)?;
        self.clear(permit, Means::NONE).map(drop)?;
        self.vault.all_holds()
    }

    /// A hold on one customer is decided on the customer's kind, any wider one on the vault itself.
    fn hold_permit(&self, action: Action, scope: &Scope) -> Result<Permit<'v>, Error> {
        let head = match scope {
            Scope::Customer(customer) => self.vault.main_record(*customer)?,
            Scope::Record(record) => Some((*record, self.vault.row(*record)?.0.head)),
            Scope::Class(_) | Scope::Everything => None,
        };
        match head {
            Some((record, head)) => self.decide(action, &resource(record, &head)),
            None => self.decide_on_vault(action),
        }
    }
}

impl Vault {
    pub(crate) fn all_holds(&self) -> Result<Vec<Hold>, Error> {
        let range = KeyRange::prefix(&spaces::tenant(self.tenant));
        let mut holds = Vec::new();
        self.read().for_each(spaces::HOLD, &range, |key, bytes| {
            holds.push(self.open_hold(key, bytes)?);
            Ok::<_, Error>(true)
        })?;
        holds.sort_by_key(|hold: &Hold| hold.placed_at);
        Ok(holds)
    }

    /// The holds, with the version that a purge's intent must still find.
    pub(crate) fn holds_now(&self) -> Result<Holds, Error> {
        // The version first: a hold placed in between moves it, and the intent is refused.
        let version = self.log.holds_version()?;
        Ok(Holds::new(version, self.all_holds()?))
    }

    fn hold_row(&self, hold: &Hold, old: Option<Vec<u8>>) -> Result<Batch, Error> {
        let key = spaces::hold(self.tenant, hold.id);
        let json = serde_json::to_vec(hold).map_err(|_| Error::Invariant("a hold is JSON"))?;
        let row = self.trusted(spaces::HOLD, &key, &json)?;
        let batch = match old {
            Some(old) => Batch::new().require_value(spaces::HOLD, key.clone(), old),
            None => Batch::new().require_absent(spaces::HOLD, key.clone()),
        };
        Ok(batch.put(spaces::HOLD, key, row))
    }

    pub(crate) fn open_hold(&self, key: &[u8], sealed: &[u8]) -> Result<Hold, Error> {
        let json = self.trust(spaces::HOLD, key, sealed)?;
        serde_json::from_slice(&json).map_err(|_| Error::Tampered { what: "a hold" })
    }

    fn scope_customer(&self, scope: &Scope) -> Result<Option<CustomerId>, Error> {
        Ok(match scope {
            Scope::Customer(customer) => Some(*customer),
            Scope::Record(record) => Some(self.row(*record)?.0.head.customer),
            Scope::Class(_) | Scope::Everything => None,
        })
    }
}

pub(crate) const HOLD: FactName = FactName::from_static("hold");
pub(crate) const HOLD_PLACE: EventName = EventName::from_static("hold.place");
pub(crate) const HOLD_RELEASE: EventName = EventName::from_static("hold.release");

fn named(name: EventName, mut event: Event) -> Event {
    event.name = name;
    event
}
