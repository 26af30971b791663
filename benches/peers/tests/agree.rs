//! Goal: every product gives our answers, so that the program compares like with like.
//! Method: fewer users and records than are measured, so that a debug build ends soon; all roles, grants and denies.

use strongroom_benches::Fault;
use strongroom_benches::crm::{Crm, Ours, Scale};
use strongroom_peers::{Casbin, Cedar, Compared, Peer, Rego, Session, agree};

/// As many of the requests that are drawn at seven in ten allowed, and of those at random.
fn check<P: Peer>(new: impl Fn(&Crm) -> Result<P, Fault>, count: usize) -> Result<(), Fault> {
    let crm = Crm::new(Scale { users: 200, records: 500, ..Scale::BASE });
    let ours = Ours::new(&crm)?;
    let resources = ours.resources(&crm);
    let ours = Session::new(&crm, &ours, &resources);
    let mut requests: Vec<_> = crm.requests.iter().copied().take(count).collect();
    requests.extend(crm.random_requests(9, count));
    let all = Compared { least: requests.len(), most: requests.len(), seconds: 0.0 };
    let (asked, allowed) = agree(&mut new(&crm)?, &ours, &requests, all)?;
    assert_eq!(asked, requests.len());
    // Somebody who always says yes, or no, is not agreed with.
    assert!(allowed > asked / 4 && asked.saturating_sub(allowed) > asked / 4, "{allowed} of {asked}");
    Ok(())
}

#[test]
fn cedar_gives_our_answers() -> Result<(), Fault> {
    check(Cedar::new, 1_000)
}

#[test]
fn casbin_gives_our_answers() -> Result<(), Fault> {
    check(Casbin::new, 250)
}

#[test]
fn regorus_gives_our_answers() -> Result<(), Fault> {
    check(Rego::new, 2_000)
}

/// Answers otherwise once.
struct Liar {
    honest: Rego,
    truths: usize,
}

impl Peer for Liar {
    type Asked = <Rego as Peer>::Asked;

    fn ask(&self, crm: &Crm, request: &strongroom_benches::crm::Request) -> Result<Self::Asked, Fault> {
        self.honest.ask(crm, request)
    }

    fn decide(&mut self, asked: &Self::Asked) -> Result<bool, Fault> {
        let lies = self.truths == 0;
        self.truths = self.truths.wrapping_sub(1);
        Ok(self.honest.decide(asked)? != lies)
    }
}

#[test]
fn a_single_other_answer_is_found() {
    let liar = |crm: &Crm| Ok(Liar { honest: Rego::new(crm)?, truths: 377 });
    assert!(check(liar, 200).is_err());
}
