//! READ by value: through the blind index, never by opening what does not match.

use crate::{Error, Session, View, flow::list::record_of, session::Means, spaces};
use strongroom_audit::{Commit, FactName, Outcome};
use strongroom_policy::{KindSchema, Resource};
use strongroom_store::{Direction, Durability, KeyRange};
use strongroom_types::{Action, FieldName, Kind};

/// The most records that one search answers.
const SEARCH_LIMIT: usize = 200;

impl Session<'_> {
    /// The records of a kind whose `field` has this value, normalised by the field's type (a phone is found with or
    /// without spaces and country code), among those that this person may see.
    ///
    /// The log says who searched in which field and whom they found; the value itself is written nowhere.
    ///
    /// # Errors
    /// [`Error::NotIndexed`]; [`Error::FieldWithheld`] where the person would see the field only masked, since finding
    /// is seeing.
    pub fn search(&self, kind: &Kind, field: &FieldName, value: &str) -> Result<Vec<View>, Error> {
        let vault = self.vault;
        let schema = vault.config.kind(kind)?;
        let field_schema = schema.field(field.as_str()).ok_or(Error::NotFound { what: "field" })?;
        if !field_schema.is_indexed() {
            return Err(Error::NotIndexed { kind: kind.clone(), field: field.clone() });
        }
        self.refuse_wholly(Action::Search, kind)?;
        self.refuse_masked(schema, field)?;
        let token = vault.token(field_schema, value)?;
        let prefix = spaces::token(vault.tenant, kind, field, &token);
        let hits =
            vault.read().scan(spaces::INDEX, &KeyRange::prefix(&prefix), Direction::Forward, SEARCH_LIMIT)?;
        let mut readable = Vec::new();
        for (key, _) in &hits {
            // SECURITY: an obligation that this record alone asks for leaves it out; an error would say that it is there.
            let one = match self.read_permit(Action::Search, record_of(key)?) {
                Ok(Some(one)) => one,
                Ok(None) | Err(Error::Undischarged { .. }) => continue,
                Err(error) => return Err(error),
            };
            // SECURITY: a masked field must not be searched, or guessing would unmask it. Left out in silence here: an
            // error would say that there was a hit.
            if vault.projection(&one.cleared).may_search(field.as_str()) {
                readable.push(one);
            }
        }
        self.reveal(Action::Search, kind, &readable)
    }

    /// Says before looking, and so without telling whether there is a hit, that even of an own record this field
    /// would be masked.
    fn refuse_masked(&self, schema: &KindSchema, field: &FieldName) -> Result<(), Error> {
        let mut own = Resource::new(schema.name(), schema.label());
        own.owner = Some(self.actor.id);
        own.team = self.actor.team.as_deref();
        own.state = schema.states().first().map(String::as_str);
        let policy = &self.vault.config.policy;
        let (bound, target) = (policy.bind(&self.actor, &self.auth), policy.target(&own));
        let Ok(permit) = bound.decide(Action::Search, &target, self.vault.now()) else { return Ok(()) };
        if self.vault.projection(&permit).may_search(field.as_str()) {
            // Obligations too are settled before the index is asked, and a refusal is logged.
            return self.clear(permit, Means::SETTLED).map(drop);
        }
        let event = self.event(Action::Search).kind(schema.name().clone()).outcome(Outcome::Refused);
        let code = FactName::from_static("field-withheld");
        let event = event.fact(FactName::from_static("code"), code).rules(permit.rules().cloned());
        let commit = Commit::new(Durability::Process).event(event);
        self.vault.log.commit(self.vault.now(), commit)?;
        Err(Error::FieldWithheld { kind: schema.name().clone(), field: field.clone(), verb: "search" })
    }
}
