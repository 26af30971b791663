//! Our side: sessions bound and targets looked up beforehand, as a host does it once for a session and a record.

use strongroom_benches::Fault;
use strongroom_benches::crm::{Crm, Ours, Request};
use strongroom_policy::{Bound, Resource, Target};
use strongroom_types::{Action, Timestamp};

/// The sessions and records of a workload, ready for requests.
#[derive(Debug)]
pub struct Session<'a> {
    /// The workload.
    pub crm: &'a Crm,
    ours: &'a Ours,
    /// By user, then by circumstances.
    bounds: Vec<Bound<'a, 'a>>,
    targets: Vec<Target<'a>>,
}

/// A request of ours, ready to be decided.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    bound: &'a Bound<'a, 'a>,
    action: Action,
    target: &'a Target<'a>,
    now: Timestamp,
}

impl<'a> Session<'a> {
    /// Everybody and everything of the workload.
    pub fn new(crm: &'a Crm, ours: &'a Ours, resources: &'a [Resource<'a>]) -> Self {
        let bind = |actor| ours.sessions.iter().map(move |auth| ours.policy.bind(actor, auth));
        let bounds = ours.actors.iter().flat_map(bind).collect();
        let targets = resources.iter().map(|resource| ours.policy.target(resource)).collect();
        Self { crm, ours, bounds, targets }
    }

    /// Makes a request ready.
    pub fn ask(&self, request: &Request) -> Result<Asked<'_>, Fault> {
        let session = Ours::session(request);
        let bound = request.user.saturating_mul(self.ours.sessions.len()).saturating_add(session);
        Ok(Asked {
            bound: self.bounds.get(bound).ok_or("there is a user")?,
            action: Ours::action(request.action),
            target: self.targets.get(request.record).ok_or("there is a record")?,
            now: self.ours.sessions.get(session).ok_or("there is a session")?.session_started,
        })
    }

    /// Whether it is allowed.
    pub fn allows(&self, request: &Request) -> Result<bool, Fault> {
        Ok(self.ask(request)?.decide())
    }
}

impl Asked<'_> {
    /// Whether it is allowed.
    pub fn decide(&self) -> bool {
        self.bound.decide(self.action, self.target, self.now).is_ok()
    }
}
