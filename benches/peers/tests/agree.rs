//! Every product gives our answers. The program asks more of each before it measures.

use strongroom_benches::crm::{Crm, Scale};
use strongroom_peers::{Casbin, Cedar, Peer, Rego, agree};

fn check<P: Peer>(name: &str, new: impl Fn(&Crm) -> P, count: usize) {
    // Smaller than what is measured, so that a debug build ends in a minute.
    let crm = Crm::new(Scale { users: 200, records: 500, ..Scale::BASE });
    let requests: Vec<_> = crm.requests.iter().copied().chain(crm.random_requests(9, count)).collect();
    agree(name, &mut new(&crm), &crm, &requests, count).unwrap();
}

#[test]
fn cedar() {
    check("cedar", |crm| Cedar::new(crm).unwrap(), 1_000);
}

#[test]
fn casbin() {
    check("casbin", |crm| Casbin::new(crm).unwrap(), 100);
}

#[test]
fn regorus() {
    check("regorus", |crm| Rego::new(crm).unwrap(), 2_000);
}
