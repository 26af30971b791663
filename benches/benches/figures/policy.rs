//! Decisions on the CRM of `strongroom_benches::crm` beside a table of the same answers, written by hand for it alone.
//!
//! Every figure asks the same 20,000 requests round and round, seven in ten of them allowed, over all users and records.

use std::hint::black_box;
use strongroom_benches::crm::{Bits, Crm, Hand, HandRequest, NamedHand, Ours, Scale};
use strongroom_benches::{Fault, Figures, Goal, Unit, ensure, repeated};
use strongroom_policy::{Bound, CompiledPolicy, Request, Target};
use strongroom_types::{Action, Timestamp};

pub(crate) const SCHEMA: &str = include_str!("../../../crates/strongroom-policy/examples/crm.schema.toml");
pub(crate) const POLICY: &str = include_str!("../../../crates/strongroom-policy/examples/crm.policy.toml");

const NAMES: [&str; 9] = [
    "policy-decide",
    "policy-decide-bits",
    "policy-decide-explained",
    "policy-decide-names",
    "policy-10x-policies",
    "policy-10x-entities",
    "policy-who-can",
    "policy-compile",
    "policy-diff",
];

pub(crate) fn run(figures: &Figures) -> Result<(), Fault> {
    if !figures.wants(&NAMES) {
        return Ok(());
    }
    let base = World::new(Scale::BASE)?;
    base.agree()?;
    let resources = base.ours.resources(&base.crm);
    let (sessions, targets) = (base.sessions(), base.targets(&resources));
    let asked = base.asked(&sessions, &targets);
    let by_hand = base.by_hand();
    // 2.5 times the table of numbers, 6 times with the reason, 1.3 times the table of names.
    let share = |times: f64| Goal::Share(1.0 / times);
    figures.ratio("policy-decide", Unit::Nanos, share(2.5), decided(&asked), table(&base.hand, &by_hand))?;
    bits(figures, &base, &asked)?;
    figures.ratio(
        "policy-decide-explained",
        Unit::Nanos,
        share(6.0),
        explained(&asked),
        table(&base.hand, &by_hand),
    )?;
    names(figures, &base)?;
    growth(figures, &asked)?;
    who_can(figures, &base, &targets)?;
    whole(figures, &base)
}

/// A workload, in our words and by hand.
struct World {
    crm: Crm,
    ours: Ours,
    hand: Hand,
}

/// A request with every name looked up.
struct Asked<'a> {
    session: &'a Bound<'a, 'a>,
    action: Action,
    target: &'a Target<'a>,
    now: Timestamp,
}

impl World {
    fn new(scale: Scale) -> Result<Self, Fault> {
        let crm = Crm::new(scale);
        Ok(Self { ours: Ours::new(&crm)?, hand: Hand::new(&crm), crm })
    }

    /// A session for each user under each of the circumstances, by user and then by these.
    fn sessions(&self) -> Vec<Bound<'_, '_>> {
        let bind = |actor| self.ours.sessions.iter().map(move |auth| self.ours.policy.bind(actor, auth));
        self.ours.actors.iter().flat_map(bind).collect()
    }

    fn targets<'a>(&'a self, resources: &'a [strongroom_policy::Resource<'a>]) -> Vec<Target<'a>> {
        resources.iter().map(|resource| self.ours.policy.target(resource)).collect()
    }

    fn asked<'a>(&'a self, sessions: &'a [Bound<'a, 'a>], targets: &'a [Target<'a>]) -> Vec<Asked<'a>> {
        let asked = |request: &strongroom_benches::crm::Request| {
            let session = Ours::session(request);
            Some(Asked {
                session: sessions.get(request.user.checked_mul(4)?.checked_add(session)?)?,
                action: Ours::action(request.action),
                target: targets.get(request.record)?,
                now: self.ours.sessions.get(session)?.session_started,
            })
        };
        self.crm.requests.iter().filter_map(asked).collect()
    }

    fn by_hand(&self) -> Vec<HandRequest> {
        self.crm.requests.iter().map(|request| self.hand.request(&self.crm, request)).collect()
    }

    /// The table gives our answers, also to requests that are drawn at random.
    fn agree(&self) -> Result<(), Fault> {
        let resources = self.ours.resources(&self.crm);
        let more = self.crm.random_requests(3, 100_000);
        let mut allowed = 0_u32;
        for (number, request) in self.crm.requests.iter().chain(&more).enumerate() {
            let auth = self.ours.sessions.get(Ours::session(request)).ok_or("there is a session")?;
            let asked = Request {
                actor: self.ours.actors.get(request.user).ok_or("there is a user")?,
                auth,
                action: Ours::action(request.action),
                resource: resources.get(request.record).ok_or("there is a record")?,
                now: auth.session_started,
            };
            let ours = self.ours.policy.decide(&asked).permit().is_ok();
            let theirs = self.hand.decide(&self.hand.request(&self.crm, request)).is_some();
            ensure(ours == theirs, &format!("request {number}: ours {ours}, by hand {theirs}"))?;
            allowed = allowed.saturating_add(u32::from(ours && number < self.crm.requests.len()));
        }
        ensure(allowed == 14_000, &format!("seven in ten of the requests are allowed, not {allowed}"))
    }
}

fn decided<'a>(asked: &'a [Asked<'a>]) -> impl FnMut() -> Result<f64, Fault> + use<'a> {
    let mut next = asked.iter().cycle();
    repeated(move || {
        let one = next.next().ok_or("there are requests")?;
        let _ = black_box(one.session.decide(one.action, one.target, one.now));
        Ok(())
    })
}

/// With the reason: the grant that allows, or the rule that blocks and the nearest miss.
fn explained<'a>(asked: &'a [Asked<'a>]) -> impl FnMut() -> Result<f64, Fault> + use<'a> {
    let mut next = asked.iter().cycle();
    repeated(move || {
        let one = next.next().ok_or("there are requests")?;
        match one.session.decide(one.action, one.target, one.now) {
            Ok(permit) => drop(black_box(permit.rules().next())),
            Err(refusal) => drop(black_box(refusal.explain())),
        }
        Ok(())
    })
}

fn table<'a>(hand: &'a Hand, requests: &'a [HandRequest]) -> impl FnMut() -> Result<f64, Fault> + use<'a> {
    let mut next = requests.iter().cycle();
    repeated(move || {
        let one = next.next().ok_or("there are requests")?;
        let _ = black_box(hand.decide(one));
        Ok(())
    })
}

/// Beside the answer alone: masks that know no grant, so that there is nothing to search and nothing to cite.
fn bits(figures: &Figures, base: &World, asked: &[Asked<'_>]) -> Result<(), Fault> {
    let bits = Bits::new(&base.crm).ok_or("the roles fit a word")?;
    let requests: Vec<_> = base.crm.requests.iter().map(Bits::request).collect();
    let mut next = requests.iter().cycle();
    figures.ratio(
        "policy-decide-bits",
        Unit::Nanos,
        Goal::Share(1.0 / 2.5),
        decided(asked),
        repeated(|| {
            let _ = black_box(bits.decide(next.next().ok_or("there are requests")?));
            Ok(())
        }),
    )
}

fn names(figures: &Figures, base: &World) -> Result<(), Fault> {
    if !figures.wants(&["policy-decide-names"]) {
        return Ok(());
    }
    let resources = base.ours.resources(&base.crm);
    let named = NamedHand::new(&base.crm);
    let theirs: Vec<_> =
        base.crm.requests.iter().filter_map(|request| named.request(&base.crm, request)).collect();
    let ours = base.crm.requests.iter().filter_map(|request| {
        let auth = base.ours.sessions.get(Ours::session(request))?;
        let (actor, resource) = (base.ours.actors.get(request.user)?, resources.get(request.record)?);
        let action = Ours::action(request.action);
        Some(Request { actor, auth, action, resource, now: auth.session_started })
    });
    let ours: Vec<Request<'_>> = ours.collect();
    let (mut next, mut next_by_hand) = (ours.iter().cycle(), theirs.iter().cycle());
    figures.ratio(
        "policy-decide-names",
        Unit::Nanos,
        Goal::Share(1.0 / 1.3),
        repeated(|| {
            drop(black_box(base.ours.policy.decide(next.next().ok_or("there are requests")?)));
            Ok(())
        }),
        repeated(|| {
            let _ = black_box(named.decide(next_by_hand.next().ok_or("there are requests")?));
            Ok(())
        }),
    )
}

fn growth(figures: &Figures, asked: &[Asked<'_>]) -> Result<(), Fault> {
    for (name, scale, goal) in
        [("policy-10x-policies", Scale::POLICIES, 1.3), ("policy-10x-entities", Scale::ENTITIES, 2.0)]
    {
        if figures.wants(&[name]) {
            let world = World::new(scale)?;
            world.agree()?;
            let resources = world.ours.resources(&world.crm);
            let (sessions, targets) = (world.sessions(), world.targets(&resources));
            let much = world.asked(&sessions, &targets);
            figures.growth(name, 10, goal, decided(asked), decided(&much))?;
        }
    }
    Ok(())
}

/// Everybody among 1,000 who can see a record, beside asking the table for each.
fn who_can(figures: &Figures, base: &World, targets: &[Target<'_>]) -> Result<(), Fault> {
    if !figures.wants(&["policy-who-can"]) {
        return Ok(());
    }
    let roster = base.ours.policy.roster(&base.ours.actors);
    let auth = base.ours.sessions.last().ok_or("there are sessions")?;
    let (mut next, mut record) = (targets.iter().cycle(), 0_usize);
    let all = base.crm.records.len();
    figures.ratio(
        "policy-who-can",
        Unit::Nanos,
        // 10 us where the scan takes 6.8.
        Goal::Share(0.68),
        repeated(|| {
            let target = next.next().ok_or("there are records")?;
            let everybody = (None, usize::MAX);
            drop(black_box(roster.who_can(Action::View, target, auth, auth.session_started, everybody)));
            Ok(())
        }),
        repeated(|| {
            record = record.wrapping_add(1).checked_rem(all).unwrap_or(0);
            let action = strongroom_benches::crm::number(Action::View);
            let can = (0..base.crm.users.len()).filter(|user| {
                let request =
                    strongroom_benches::crm::Request { user: *user, action, record, mfa: true, office: true };
                base.hand.decide(&base.hand.request(&base.crm, &request)).is_some()
            });
            black_box(can.count());
            Ok(())
        }),
    )
}

/// What is done once for each policy: compiling 3,400 rules, and comparing two policies of the base size.
fn whole(figures: &Figures, base: &World) -> Result<(), Fault> {
    if figures.wants(&["policy-compile"]) {
        let big = World::new(Scale::POLICIES)?;
        figures.ratio(
            "policy-compile",
            Unit::Nanos,
            Goal::Nanos(20e6),
            repeated(|| {
                drop(black_box(CompiledPolicy::compile(&big.ours.schema, &big.ours.source)?));
                Ok(())
            }),
            repeated(|| {
                drop(black_box(Hand::new(&big.crm)));
                Ok(())
            }),
        )?;
    }
    if figures.wants(&["policy-diff"]) {
        let mut changed = base.ours.source.clone();
        // Ten grants go, ten lose a condition, one deny goes.
        changed.grants.drain(0..10);
        changed.grants.iter_mut().take(10).for_each(|grant| grant.when = strongroom_policy::When::default());
        changed.denies.pop();
        let changed = CompiledPolicy::compile(&base.ours.schema, &changed)?;
        let now = strongroom_benches::crm::instant(true);
        let diff = base.ours.policy.diff(&changed, now)?;
        ensure(!diff.lost.is_empty() && !diff.gained.is_empty(), "the change takes and gives")?;
        figures.ratio(
            "policy-diff",
            Unit::Nanos,
            Goal::Nanos(100e6),
            repeated(|| {
                drop(black_box(base.ours.policy.diff(&changed, now)?));
                Ok(())
            }),
            repeated(|| {
                drop(black_box(CompiledPolicy::compile(&base.ours.schema, &base.ours.source)?));
                Ok(())
            }),
        )?;
    }
    Ok(())
}
