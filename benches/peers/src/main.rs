//! `cargo run --release`: checks that everybody gives the same answers, then measures. Words on the command line choose.

use std::hint::black_box;
use strongroom_benches::crm::{Crm, Ours, Scale};
use strongroom_benches::{Fault, Figures, Goal, Unit, repeated};
use strongroom_peers::{Casbin, Cedar, Peer, Rego, agree};
use strongroom_policy::{Bound, Target};

fn main() -> Result<(), Fault> {
    let figures = Figures::named(std::env::args().skip(1));
    let crm = Crm::new(Scale::BASE);
    let ours = Ours::new(&crm)?;
    if figures.wants(&["peers-cedar"]) {
        compare(&figures, "peers-cedar", Cedar::new(&crm)?, &crm, &ours, 100_000)?;
    }
    if figures.wants(&["peers-regorus"]) {
        compare(&figures, "peers-regorus", Rego::new(&crm)?, &crm, &ours, 100_000)?;
    }
    if figures.wants(&["peers-casbin"]) {
        compare(&figures, "peers-casbin", Casbin::new(&crm)?, &crm, &ours, 5_000)?;
    }
    Ok(())
}

/// Our decision takes the place of ours, the other's that of the limit: the ratio says how many times faster we are.
fn compare<P: Peer>(
    figures: &Figures,
    name: &str,
    mut peer: P,
    crm: &Crm,
    ours: &Ours,
    count: usize,
) -> Result<(), Fault> {
    let requests: Vec<_> = crm.requests.iter().copied().chain(crm.random_requests(5, count)).collect();
    let checked = agree(name, &mut peer, crm, &requests, count)?;
    println!("agree {name} on {checked} requests");
    let resources = ours.resources(crm);
    let sessions: Vec<Bound<'_, '_>> = ours
        .actors
        .iter()
        .flat_map(|actor| ours.sessions.iter().map(move |auth| ours.policy.bind(actor, auth)))
        .collect();
    let targets: Vec<Target<'_>> = resources.iter().map(|resource| ours.policy.target(resource)).collect();
    let asked: Vec<P::Asked> =
        crm.requests.iter().map(|request| peer.ask(crm, request)).collect::<Result<_, _>>()?;
    let (mut next, mut next_of_theirs) = (crm.requests.iter().cycle(), asked.iter().cycle());
    figures.ratio(
        name,
        Unit::Nanos,
        Goal::Share(100.0),
        repeated(|| {
            let request = next.next().ok_or("there are requests")?;
            let session = Ours::session(request);
            let bound = sessions.get(request.user * 4 + session).ok_or("there is a session")?;
            let target = targets.get(request.record).ok_or("there is a record")?;
            let now = ours.sessions.get(session).ok_or("there is a session")?.session_started;
            let _ = black_box(bound.decide(Ours::action(request.action), target, now));
            Ok(())
        }),
        repeated(|| {
            let _ = black_box(peer.decide(next_of_theirs.next().ok_or("there are requests")?)?);
            Ok(())
        }),
    )
}
