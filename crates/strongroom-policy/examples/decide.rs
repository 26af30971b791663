//! Times decisions on the sample: `cargo run --release -p strongroom-policy --example decide`.

#![expect(clippy::print_stdout, reason = "the result is for people")]

use std::{error::Error, hint::black_box, time::Duration};
use strongroom_policy::{Actor, AuthContext, CompiledPolicy, Decision, Request, Resource, Schema};
use strongroom_types::{Action, ActorId, Kind, Label, Purpose, RoleName, Timestamp};

const ROUNDS: u32 = 1_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let schema = Schema::from_toml(include_str!("crm.schema.toml"), "crm.schema.toml")?;
    let text = include_str!("crm.policy.toml");
    let policy = CompiledPolicy::from_toml(&schema, text, "crm.policy.toml")?;
    let (took, _) = time(1_000, || CompiledPolicy::from_toml(&schema, text, "crm.policy.toml").is_ok());
    println!("read and compile the sample   {:>9.1} us", took.as_secs_f64() * 1e6 / 1e3);

    let now: Timestamp = "2026-11-20T10:00:00+08:00".parse()?;
    let mut auth = AuthContext::new(now);
    auth.mfa_at = Some(now);
    auth.purpose = Some(Purpose::new("service")?);
    for (roles, action, kind, own) in [
        ("sales", Action::View, "contract", true),
        ("sales", Action::Update, "contract", true),
        ("manager", Action::View, "customer", false),
        ("manager sales", Action::View, "contract", true),
        ("support", Action::View, "customer", false),
        ("sales", Action::View, "contract", false),
        ("manager", Action::Update, "contract", true),
    ] {
        let roles = roles.split(' ').map(RoleName::new).collect::<Result<Vec<_>, _>>()?;
        let actor = Actor::new(ActorId::from_bytes([1; 16]), roles);
        let kind = Kind::new(kind)?;
        let label = schema.kind(&kind).map_or_else(Label::default, strongroom_policy::KindSchema::label);
        let mut resource = Resource::new(&kind, label);
        resource.owner = own.then_some(actor.id);
        let request = Request { actor: &actor, auth: &auth, action, resource: &resource, now };
        let (whole, allowed) =
            time(ROUNDS, || matches!(policy.decide(black_box(&request)), Decision::Allow(_)));
        let (session, target) = (policy.bind(&actor, &auth), policy.target(&resource));
        let (bound, _) = time(ROUNDS, || session.decide(action, black_box(&target), now).is_ok());
        println!(
            "{:<28} {:<6} {:>6.1} ns, names resolved before {:>6.1} ns",
            format!(
                "{} {action} {kind}",
                actor.roles.iter().map(RoleName::as_str).collect::<Vec<_>>().join("+")
            ),
            if allowed { "allow" } else { "deny" },
            nanos(whole),
            nanos(bound),
        );
    }
    Ok(())
}

fn nanos(took: Duration) -> f64 {
    took.as_secs_f64() * 1e9 / f64::from(ROUNDS)
}

#[expect(clippy::disallowed_methods, reason = "measuring time is what this program is for")]
fn time(rounds: u32, mut act: impl FnMut() -> bool) -> (Duration, bool) {
    let mut last = false;
    let start = std::time::Instant::now();
    for _ in 0..rounds {
        last = black_box(act());
    }
    (start.elapsed(), last)
}
