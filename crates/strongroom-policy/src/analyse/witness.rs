//! A request that shows what an answer is about.

use super::formula::Values;
use super::space::{Attribute, Space, Value};
use crate::{Actor, AuthContext, Related, Request, Resource};
use std::collections::BTreeSet;
use strongroom_types::{Action, ActorId, Kind, Label, Level, Purpose, RoleName, Timestamp, Zone};

/// A request in owned parts. [`Self::ask`] puts it to any policy.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Witness {
    /// Who asks.
    pub actor: Actor,
    /// Under which circumstances.
    pub auth: AuthContext,
    /// To do what.
    pub action: Action,
    /// With a record of which kind.
    pub kind: Kind,
    /// How sensitive it is.
    pub level: Level,
    /// Its owner.
    pub owner: Option<ActorId>,
    /// Its team.
    pub team: Option<String>,
    /// Its state.
    pub state: Option<String>,
    /// The actor's relations to it; `None` if they are not known.
    pub relations: Option<BTreeSet<String>>,
    /// Whether the person whom it is about has consented to the purpose.
    pub consent: bool,
    /// When.
    pub now: Timestamp,
}

const ASKER: ActorId = ActorId::from_bytes([1; 16]);
const OTHER: ActorId = ActorId::from_bytes([2; 16]);

impl Witness {
    pub(super) fn new(
        space: &Space,
        values: &[Values],
        roles: Vec<RoleName>,
        kind: &Kind,
        action: Action,
    ) -> Self {
        let chosen: Vec<(&Attribute, &Value)> = space
            .attributes
            .iter()
            .zip(values)
            .filter_map(|((attribute, all), bit)| {
                Some((attribute, all.get(usize::try_from(bit.trailing_zeros()).ok()?)?))
            })
            .collect();
        let now =
            chosen.iter().find_map(|(_, value)| if let Value::At(at) = value { Some(*at) } else { None });
        let now = now.unwrap_or(Timestamp::MIN);
        let mut witness = Self {
            actor: Actor::new(ASKER, roles),
            auth: AuthContext::new(now),
            action,
            kind: kind.clone(),
            level: Level::default(),
            owner: None,
            team: None,
            state: None,
            relations: Some(BTreeSet::new()),
            consent: false,
            now,
        };
        for (attribute, value) in &chosen {
            witness.set(attribute, value);
        }
        if chosen.contains(&(&Attribute::RelationsKnown, &Value::Truth(Some(false)))) {
            witness.relations = None;
        }
        witness
    }

    fn set(&mut self, attribute: &Attribute, value: &Value) {
        let ago = |age: u32| self.now.plus_seconds(i64::from(age).saturating_neg());
        let yes = *value == Value::Truth(Some(true));
        match (attribute, value) {
            (Attribute::Level, Value::Level(level)) => self.level = *level,
            (Attribute::Own, Value::Truth(own)) => {
                self.owner = own.map(|own| if own { ASKER } else { OTHER });
            }
            (Attribute::Team, Value::Truth(same)) => {
                self.actor.team = same.map(|_| "one-team".to_owned());
                self.team = same.map(|same| if same { "one-team" } else { "another-team" }.to_owned());
            }
            (Attribute::State, Value::Name(name)) => self.state = name.as_deref().map(str::to_owned),
            (Attribute::Purpose, Value::Name(name)) => {
                self.auth.purpose = name.as_ref().and_then(|name| Purpose::new(name).ok());
            }
            (Attribute::Zone, Value::Name(name)) => {
                self.auth.zone = name.as_ref().and_then(|name| Zone::new(name).ok());
            }
            (Attribute::Session, Value::Age(age)) => self.auth.session_started = ago(*age),
            (Attribute::Mfa, Value::Age(age)) => self.auth.mfa_at = Some(ago(*age)),
            (Attribute::Glass, _) => self.auth.broke_glass = yes,
            (Attribute::Consent, _) => self.consent = yes,
            (Attribute::Related(name), _) if yes => {
                self.relations.get_or_insert_default().insert(name.to_string());
            }
            (Attribute::Evidence(name), _) if yes => {
                self.actor.evidence.insert(name.to_string(), Timestamp::MAX);
            }
            (Attribute::Device(name), _) if yes => self.auth.device.push(name.to_string()),
            // What is not there, and what was looked at before.
            _ => {}
        }
    }

    /// Hands the request to `with`, as a policy takes it.
    pub fn ask<T>(&self, with: impl FnOnce(&Request<'_>) -> T) -> T {
        let related: Vec<Related<'_>> = self
            .relations
            .iter()
            .flatten()
            .map(|relation| Related { actor: self.actor.id, relation })
            .collect();
        let consents: Vec<Purpose> = self.auth.purpose.iter().filter(|_| self.consent).cloned().collect();
        let mut resource = Resource::new(&self.kind, Label { level: self.level, ..Label::default() });
        resource.owner = self.owner;
        resource.team = self.team.as_deref();
        resource.state = self.state.as_deref();
        resource.related = self.relations.as_ref().map(|_| related.as_slice());
        resource.consents = Some(&consents);
        let Self { actor, auth, action, now, .. } = self;
        with(&Request { actor, auth, action: *action, resource: &resource, now: *now })
    }
}
