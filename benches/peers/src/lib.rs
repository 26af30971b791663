#![doc = include_str!("../README.md")]

mod casbin;
mod cedar;
mod ours;
mod regorus;

pub use casbin::Casbin;
pub use cedar::Cedar;
pub use ours::Session;
pub use regorus::Rego;

use std::collections::BTreeMap;
use strongroom_benches::crm::{Crm, Request};
use strongroom_benches::{Fault, ensure, seconds};

/// Another product with the workload loaded.
pub trait Peer {
    /// A request, made ready beforehand as far as the product lets one.
    type Asked;

    /// Makes a request ready.
    fn ask(&self, crm: &Crm, request: &Request) -> Result<Self::Asked, Fault>;

    /// Whether it is allowed.
    fn decide(&mut self, asked: &Self::Asked) -> Result<bool, Fault>;
}

/// How many requests are compared.
#[derive(Debug, Clone, Copy)]
pub struct Compared {
    /// So many, however long that takes.
    pub least: usize,
    /// No more than these.
    pub most: usize,
    /// After this time no more than the least.
    pub seconds: f64,
}

/// Asks both, and faults at the first request that is answered in two ways. Answers how many were asked, and how many of
/// them were allowed.
pub fn agree<P: Peer>(
    peer: &mut P,
    ours: &Session<'_>,
    requests: &[Request],
    compared: Compared,
) -> Result<(usize, usize), Fault> {
    let (mut asked, mut allowed, mut spent) = (0_usize, 0_usize, 0.0);
    let requests = requests.get(..compared.most).unwrap_or(requests);
    for some in requests.chunks(500) {
        if asked >= compared.least && spent > compared.seconds {
            break;
        }
        spent += seconds(|| {
            for request in some {
                let theirs = peer.ask(ours.crm, request)?;
                let (theirs, ours) = (peer.decide(&theirs)?, ours.allows(request)?);
                ensure(theirs == ours, &format!("{request:?} is answered with {theirs}, by us with {ours}"))?;
                allowed = allowed.saturating_add(usize::from(ours));
            }
            Ok(())
        })?;
        asked = asked.saturating_add(some.len());
    }
    ensure(asked >= compared.least, &format!("{} requests are compared, not {asked}", compared.least))?;
    Ok((asked, allowed))
}

/// By role: the highest clearance through which somebody with these roles holds it, by inheritance too.
fn reach(crm: &Crm, roles: &[usize]) -> BTreeMap<usize, usize> {
    let mut reach = BTreeMap::new();
    for role in roles {
        let clearance = crm.clearance(*role);
        for held in crm.closure(*role) {
            let highest = reach.entry(held).or_insert(clearance);
            *highest = clearance.max(*highest);
        }
    }
    reach
}
