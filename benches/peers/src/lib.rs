//! The workload of `strongroom_benches::crm` in the words of other products, and their answers.

mod cedar;
mod peer_casbin;
mod rego;

pub use cedar::Cedar;
pub use peer_casbin::Casbin;
pub use rego::Rego;

use strongroom_benches::Fault;
use strongroom_benches::crm::{Crm, Request};

/// Another product with the workload loaded.
pub trait Peer {
    /// A request, made ready beforehand as far as the product lets one.
    type Asked;

    /// Makes a request ready.
    ///
    /// # Errors
    /// The product's.
    fn ask(&self, crm: &Crm, request: &Request) -> Result<Self::Asked, Fault>;

    /// Whether it is allowed.
    ///
    /// # Errors
    /// The product's.
    fn decide(&mut self, asked: &Self::Asked) -> Result<bool, Fault>;
}

/// Asks the first `count` of the requests, and says which one is answered otherwise than by hand.
///
/// # Errors
/// The product's, and the first difference.
pub fn agree<P: Peer>(
    name: &str,
    peer: &mut P,
    crm: &Crm,
    requests: &[Request],
    count: usize,
) -> Result<usize, Fault> {
    let hand = strongroom_benches::crm::Hand::new(crm);
    for (number, request) in requests.iter().take(count).enumerate() {
        let asked = peer.ask(crm, request)?;
        let (theirs, ours) = (peer.decide(&asked)?, hand.decide(&hand.request(crm, request)).is_some());
        if theirs != ours {
            return Err(format!(
                "{name} answers request {number} with {theirs}, we with {ours}: {request:?}"
            )
            .into());
        }
    }
    Ok(count.min(requests.len()))
}

/// By role: the highest clearance through which each user holds it, by inheritance too.
fn reach(crm: &Crm, roles: &[usize]) -> std::collections::BTreeMap<usize, usize> {
    let mut reach = std::collections::BTreeMap::new();
    for role in roles {
        let clearance = crm.clearance(*role);
        for held in crm.closure(*role) {
            let highest = reach.entry(held).or_insert(clearance);
            *highest = clearance.max(*highest);
        }
    }
    reach
}
