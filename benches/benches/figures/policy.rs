//! Decisions on the shipped example policy beside a table of the same answers, written by hand for that policy alone.
//!
//! `policy-*` hand both the same request, with roles, kind and purpose as names. `policy-bound-*` resolve the roles
//! before, as a list of records does, and give the hand-written table every name as a number.

use std::{collections::HashMap, hint::black_box};
use strongroom_benches::{Fault, Figures, Goal, Unit, ensure, repeated};
use strongroom_policy::{
    Actor, AuthContext, Bound, CompiledPolicy, Decision, KindSchema, Request, Resource, Schema, Target,
};
use strongroom_types::{Action, ActorId, Kind, Label, Purpose, RecordId, RoleName, Timestamp};

pub(crate) const SCHEMA: &str = include_str!("../../../crates/strongroom-policy/examples/crm.schema.toml");
pub(crate) const POLICY: &str = include_str!("../../../crates/strongroom-policy/examples/crm.policy.toml");

pub(crate) fn run(figures: &Figures) -> Result<(), Fault> {
    if !figures.wants(&[
        "policy-allow",
        "policy-deny",
        "policy-bound-allow",
        "policy-bound-deny",
        "policy-records",
    ]) {
        return Ok(());
    }
    let schema = Schema::from_toml(SCHEMA, "crm.schema.toml")?;
    let policy = CompiledPolicy::from_toml(&schema, POLICY, "crm.policy.toml")?;
    let hand = Hand::new();
    let now: Timestamp = "2026-11-20T10:00:00+08:00".parse()?;
    let mut auth = AuthContext::new(now);
    auth.mfa_at = Some(now);
    auth.purpose = Some(Purpose::new("service")?);
    agree(&schema, &policy, &hand, &auth, now)?;

    let actor = Actor::new(ActorId::from_bytes([1; 16]), [RoleName::new("sales")?]);
    let kind = Kind::new("contract")?;
    let label = schema.kind(&kind).map_or_else(Label::default, KindSchema::label);
    for (answer, owner) in [("allow", actor.id), ("deny", ActorId::from_bytes([2; 16]))] {
        let mut resource = Resource::new(&kind, label);
        resource.owner = Some(owner);
        let request = Request { actor: &actor, auth: &auth, action: Action::View, resource: &resource, now };
        decide(figures, answer, &policy, &hand, &request)?;
    }
    let little = resources(&kind, label, actor.id, 1_000);
    let much = resources(&kind, label, actor.id, 10_000);
    let session = policy.bind(&actor, &auth);
    let (little, much): (Vec<_>, Vec<_>) = (
        little.iter().map(|one| policy.target(one)).collect(),
        much.iter().map(|one| policy.target(one)).collect(),
    );
    let over = |targets| each(&session, targets, now);
    figures.growth("policy-records", 10, 2.0, over(&little), over(&much))
}

fn decide(
    figures: &Figures,
    answer: &str,
    policy: &CompiledPolicy,
    hand: &Hand,
    request: &Request<'_>,
) -> Result<(), Fault> {
    // 2.5 times the table of numbers, 1.3 times the table of names.
    let (numbers_goal, names_goal) = (Goal::Share(1.0 / 2.5), Goal::Share(1.0 / 1.3));
    figures.ratio(
        &format!("policy-{answer}"),
        Unit::Nanos,
        names_goal,
        repeated(|| {
            drop(black_box(policy.decide(black_box(request))));
            Ok(())
        }),
        repeated(|| {
            black_box(hand.decide(black_box(request)));
            Ok(())
        }),
    )?;
    let (session, target) = (policy.bind(request.actor, request.auth), policy.target(request.resource));
    let numbers = hand.numbers(request);
    figures.ratio(
        &format!("policy-bound-{answer}"),
        Unit::Nanos,
        numbers_goal,
        repeated(|| {
            let _ = black_box(session.decide(request.action, black_box(&target), request.now));
            Ok(())
        }),
        repeated(|| {
            black_box(hand.decide_numbers(black_box(&numbers)));
            Ok(())
        }),
    )
}

/// One decision per round-robin record.
fn each<'a>(
    session: &'a Bound<'a, 'a>,
    targets: &'a [Target<'a>],
    now: Timestamp,
) -> impl FnMut() -> Result<f64, Fault> + use<'a> {
    let mut next = targets.iter().cycle();
    repeated(move || {
        let target = next.next().ok_or("there are records")?;
        let _ = black_box(session.decide(Action::View, target, now));
        Ok(())
    })
}

/// Of ten records, seven are the actor's.
fn resources(kind: &Kind, label: Label, actor: ActorId, count: u32) -> Vec<Resource<'_>> {
    let resource = |number: u32| {
        let mut id = [9; 16];
        id.iter_mut().zip(number.to_be_bytes()).for_each(|(byte, new)| *byte = new);
        let mut resource = Resource::new(kind, label);
        resource.record = Some(RecordId::from_bytes(id));
        resource.owner = Some(if number % 10 < 7 { actor } else { ActorId::from_bytes(id) });
        resource
    };
    (0..count).map(resource).collect()
}

/// The table gives the policy's answers to every request that can be made of the words it knows.
fn agree(
    schema: &Schema,
    policy: &CompiledPolicy,
    hand: &Hand,
    auth: &AuthContext,
    now: Timestamp,
) -> Result<(), Fault> {
    for role in ROLES {
        let actor = Actor::new(ActorId::from_bytes([1; 16]), [RoleName::new(role)?]);
        for kind in KINDS {
            let kind = Kind::new(kind)?;
            let label = schema.kind(&kind).map_or_else(Label::default, KindSchema::label);
            // Managers may approve by a role that they inherit, which the table leaves out.
            for action in Action::ALL.iter().copied().filter(|action| *action != Action::Approve) {
                for owner in [actor.id, ActorId::from_bytes([2; 16])] {
                    let mut resource = Resource::new(&kind, label);
                    resource.owner = Some(owner);
                    let request = Request { actor: &actor, auth, action, resource: &resource, now };
                    let ours = match policy.decide(&request) {
                        Decision::Allow(permit) => permit.rules().next().map(|rule| rule.as_str().to_owned()),
                        Decision::Deny(_) => None,
                    };
                    let theirs = hand.decide(&request).map(str::to_owned);
                    ensure(ours == theirs, &format!("{role} {action} {kind}: {ours:?}, by hand {theirs:?}"))?;
                }
            }
        }
    }
    Ok(())
}

/// A grant as somebody would write it down for this one policy.
struct Rule {
    id: &'static str,
    role: &'static str,
    kinds: &'static [&'static str],
    actions: &'static [Action],
    own: bool,
    mfa: bool,
    purposes: &'static [&'static str],
}

const ROLES: [&str; 3] = ["sales", "manager", "support"];
const KINDS: [&str; 7] =
    ["customer", "contact", "transaction", "preference", "feedback", "contract", "document"];
const PURPOSES: [&str; 4] = ["service", "contract", "marketing", "legal"];

const READ: &[Action] = &[Action::View, Action::List, Action::Search, Action::Open];
const EGRESS: &[Action] = &[Action::Export, Action::Print, Action::Share, Action::Send];

const RULES: [Rule; 10] = [
    Rule {
        id: "sales-own-contracts-read",
        role: "sales",
        kinds: &["contract", "document"],
        actions: READ,
        own: true,
        mfa: false,
        purposes: &["service", "contract"],
    },
    Rule {
        id: "sales-own-contracts-edit",
        role: "sales",
        kinds: &["contract", "document"],
        actions: &[Action::Create, Action::Update, Action::Contract, Action::Attach],
        own: true,
        mfa: true,
        purposes: &["service", "contract"],
    },
    Rule {
        id: "sales-own-customers",
        role: "sales",
        kinds: &["customer", "contact", "transaction", "preference", "feedback"],
        actions: READ,
        own: true,
        mfa: false,
        purposes: &["service", "contract", "marketing"],
    },
    Rule {
        id: "sales-own-dealings",
        role: "sales",
        kinds: &["contact", "preference", "feedback"],
        actions: &[Action::Create, Action::Update],
        own: true,
        mfa: false,
        purposes: &["service", "contract", "marketing"],
    },
    Rule {
        id: "sales-export-own",
        role: "sales",
        kinds: &["customer", "contract"],
        actions: EGRESS,
        own: true,
        mfa: true,
        purposes: &["service", "contract"],
    },
    Rule {
        id: "managers-customers",
        role: "manager",
        kinds: &["customer", "contact", "transaction", "preference", "feedback", "document"],
        actions: &[
            Action::View,
            Action::List,
            Action::Search,
            Action::Open,
            Action::Create,
            Action::Update,
            Action::Attach,
            Action::Import,
        ],
        own: false,
        mfa: true,
        purposes: &["service", "contract", "marketing"],
    },
    Rule {
        id: "managers-view-contracts",
        role: "manager",
        kinds: &["contract"],
        actions: READ,
        own: false,
        mfa: true,
        purposes: &["service", "contract"],
    },
    Rule {
        id: "managers-export",
        role: "manager",
        kinds: &["customer", "contract"],
        actions: EGRESS,
        own: false,
        mfa: true,
        purposes: &["service", "contract"],
    },
    Rule {
        id: "support-masked-customers",
        role: "support",
        kinds: &["customer"],
        actions: &[Action::View, Action::List, Action::Search],
        own: false,
        mfa: false,
        purposes: &["service"],
    },
    Rule {
        id: "support-dealings",
        role: "support",
        kinds: &["contact", "preference", "feedback"],
        actions: &[Action::View, Action::List, Action::Search, Action::Create, Action::Update],
        own: false,
        mfa: false,
        purposes: &["service"],
    },
];

/// A request with every name as a number.
struct Numbers {
    actor: ActorId,
    roles: u8,
    kind: usize,
    action: usize,
    owner: Option<ActorId>,
    mfa_at: Option<Timestamp>,
    now: Timestamp,
    purpose: u8,
}

struct Cell {
    id: &'static str,
    role: u8,
    own: bool,
    mfa: bool,
    purposes: u8,
}

/// The rules by kind and action. Every kind is within the clearance of the three roles, and no manager's rule edits
/// contracts, so neither clearances nor the policy's one deny need a check of their own.
struct Hand {
    roles: HashMap<&'static str, u8>,
    kinds: HashMap<&'static str, usize>,
    purposes: HashMap<&'static str, u8>,
    cells: Vec<Vec<Cell>>,
}

impl Hand {
    fn new() -> Self {
        let bits = |names: &[&'static str]| {
            names.iter().copied().zip((0..8).map(|bit| 1_u8 << bit)).collect::<HashMap<_, _>>()
        };
        let (roles, purposes) = (bits(&ROLES), bits(&PURPOSES));
        let cell = |rule: &Rule| Cell {
            id: rule.id,
            role: roles.get(rule.role).copied().unwrap_or(0),
            own: rule.own,
            mfa: rule.mfa,
            purposes: rule
                .purposes
                .iter()
                .filter_map(|name| purposes.get(name))
                .fold(0, |all, bit| all | bit),
        };
        let of = |kind: &'static str, action: Action| {
            let speaks = |rule: &&Rule| rule.kinds.contains(&kind) && rule.actions.contains(&action);
            RULES.iter().filter(speaks).map(cell).collect::<Vec<_>>()
        };
        let cells = KINDS.iter().flat_map(|kind| Action::ALL.iter().map(move |action| (kind, action)));
        let cells = cells.map(|(kind, action)| of(kind, *action)).collect();
        let kinds = KINDS.iter().copied().zip(0..).collect();
        Self { roles, kinds, purposes, cells }
    }

    fn decide(&self, request: &Request<'_>) -> Option<&'static str> {
        self.decide_numbers(&self.numbers(request))
    }

    fn numbers(&self, request: &Request<'_>) -> Numbers {
        let Request { actor, auth, action, resource, now } = request;
        let role = |name: &RoleName| self.roles.get(name.as_str()).copied().unwrap_or(0);
        let purpose = auth.purpose.as_ref().and_then(|name| self.purposes.get(name.as_str()));
        Numbers {
            actor: actor.id,
            roles: if actor.active { actor.roles.iter().map(role).fold(0, |all, bit| all | bit) } else { 0 },
            kind: self.kinds.get(resource.kind.as_str()).copied().unwrap_or(usize::MAX),
            action: number(*action),
            owner: resource.owner,
            mfa_at: auth.mfa_at,
            now: *now,
            purpose: purpose.copied().unwrap_or(0),
        }
    }

    fn decide_numbers(&self, of: &Numbers) -> Option<&'static str> {
        let at = of.kind.checked_mul(Action::ALL.len())?.checked_add(of.action)?;
        let holds = |cell: &&Cell| {
            cell.role & of.roles != 0
                && (!cell.own || of.owner == Some(of.actor))
                && (!cell.mfa || of.mfa_at.is_some_and(|at| at <= of.now))
                && cell.purposes & of.purpose != 0
        };
        self.cells.get(at)?.iter().find(holds).map(|cell| cell.id)
    }
}

#[expect(clippy::as_conversions, reason = "the number of an enum's variant, as a table by hand would use it")]
const fn number(action: Action) -> usize {
    action as usize
}
