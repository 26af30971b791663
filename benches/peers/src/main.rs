//! `cargo run --release`: checks that everybody gives the same answers, then measures. Words on the command line choose,
//! as in `cargo run --release -- cedar`.

use std::hint::black_box;
use strongroom_benches::crm::{Crm, Ours, Request, Scale};
use strongroom_benches::{Fault, Figures, Goal, Unit, ensure, repeated};
use strongroom_peers::{Casbin, Cedar, Compared, Peer, Rego, Session, agree};

const FULL: Compared = Compared { least: 100_000, most: 100_000, seconds: 0.0 };
/// What a minute gives, of products that may be slow.
const A_MINUTE: Compared = Compared { least: 2_000, most: 100_000, seconds: 60.0 };

fn main() -> Result<(), Fault> {
    let figures = Figures::named(std::env::args().skip(1));
    let crm = Crm::new(Scale::BASE);
    let ours = Ours::new(&crm)?;
    let resources = ours.resources(&crm);
    let ours = Session::new(&crm, &ours, &resources);
    compare(&figures, "peers-cedar", Cedar::new, &ours, FULL)?;
    compare(&figures, "peers-casbin", Casbin::new, &ours, A_MINUTE)?;
    compare(&figures, "peers-regorus", Rego::new, &ours, A_MINUTE)
}

/// The other takes the place of the limit, so that the ratio says how many times faster we are.
fn compare<P: Peer>(
    figures: &Figures,
    name: &str,
    new: impl FnOnce(&Crm) -> Result<P, Fault>,
    ours: &Session<'_>,
    compared: Compared,
) -> Result<(), Fault> {
    if !figures.wants(&[name]) {
        return Ok(());
    }
    let crm = ours.crm;
    let mut peer = new(crm)?;
    // The requests that are measured come first, seven in ten of them allowed; then others, allowed or not.
    let mut requests: Vec<Request> = crm.requests.clone();
    requests.extend(crm.random_requests(5, compared.most.saturating_sub(requests.len())));
    let (asked, allowed) = agree(&mut peer, ours, &requests, compared)?;
    print_line(&format!("agree {name} requests={asked} allowed={allowed}"));
    let measured = crm.requests.iter();
    let allowed = measured.clone().map(|request| ours.allows(request).map(usize::from));
    let (allowed, all) = (allowed.sum::<Result<usize, Fault>>()?, crm.requests.len());
    let percent = all.saturating_mul(65)..=all.saturating_mul(75);
    ensure(
        percent.contains(&allowed.saturating_mul(100)),
        &format!("{allowed} of {all} are not seven in ten"),
    )?;
    let mine: Vec<_> = measured.clone().map(|request| ours.ask(request)).collect::<Result<_, _>>()?;
    let theirs: Vec<_> = measured.map(|request| peer.ask(crm, request)).collect::<Result<_, _>>()?;
    let (mut next, mut next_of_theirs) = (mine.iter().cycle(), theirs.iter().cycle());
    figures.ratio(
        name,
        Unit::Nanos,
        Goal::Share(100.0),
        repeated(|| {
            let _ = black_box(next.next().ok_or("there are requests")?.decide());
            Ok(())
        }),
        repeated(|| {
            let _ = black_box(peer.decide(next_of_theirs.next().ok_or("there are requests")?)?);
            Ok(())
        }),
    )
}

#[expect(clippy::print_stdout, reason = "the lines are what a bench is for")]
fn print_line(line: &str) {
    println!("{line}");
}
