//! ANSI INCITS 359 (the NIST model): core, hierarchical, static and dynamic separation of duty, as tables. Half of the
//! cases are refusals.

use super::{actor, now};
use crate::policy::{Grant, Policy, Role, Separation};
use crate::{Actor, AuthContext, CompiledPolicy, Request, Resource, Schema};
use strongroom_types::{Action, Kind, Label, RoleName};

fn role(name: &str) -> RoleName {
    RoleName::new(name).unwrap()
}

fn schema() -> Schema {
    let kinds = ["order", "payment", "ledger"].map(|kind| {
        format!("[kinds.{kind}]\nlabel = {{ level = \"Internal\" }}\n[kinds.{kind}.fields.text]\n")
    });
    Schema::from_toml(&format!("version = 1\n{}", kinds.concat()), "nist.toml").unwrap()
}

/// `role: kind action, kind action` in lines; `role < parent other` in lines; separation as given.
fn policy(grants: &str, hierarchy: &str, separation: Vec<Separation>) -> CompiledPolicy {
    let mut policy = Policy { separation, ..Policy::new() };
    for line in grants.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, permissions) = line.split_once(": ").unwrap();
        policy = policy.role(role(name), Role::cleared("Restricted"));
        for (at, permission) in permissions.split(", ").filter(|text| *text != "-").enumerate() {
            let (kind, action) = permission.split_once(' ').unwrap();
            let id = format!("{name}-{at}").parse().unwrap();
            let kind = Kind::new(kind).unwrap();
            policy = policy.grant(Grant::new(id, [role(name)], [kind], [action.parse().unwrap()]));
        }
    }
    for line in hierarchy.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, parents) = line.split_once(" < ").unwrap();
        let entry = policy.roles.get_mut(name).unwrap();
        entry.inherits.extend(parents.split(' ').map(role));
    }
    policy.compile(&schema()).unwrap_or_else(|error| panic!("{error}"))
}

/// Somebody with `assigned` roles; after `/` those that the session has active.
fn user(text: &str) -> Actor {
    let (assigned, active) = text.split_once(" / ").map_or((text, None), |(a, b)| (a, Some(b)));
    let names = |text: &str| text.split(' ').filter(|n| *n != "-").map(role).collect::<Vec<_>>();
    let mut who = actor(1, &[]);
    who.roles = names(assigned);
    who.active_roles = active.map(names);
    who
}

/// `who | action kind | yes or the code of the refusal`, a line each. Answers how many there were, and how many refusals.
fn check(policy: &CompiledPolicy, table: &str) -> (usize, usize) {
    let (mut cases, mut refusals) = (0, 0);
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let parts: Vec<&str> = line.split(" | ").map(str::trim).collect();
        let (who, (action, kind), expected) = (user(parts[0]), parts[1].split_once(' ').unwrap(), parts[2]);
        let (auth, kind) = (AuthContext::new(now()), Kind::new(kind).unwrap());
        let resource = Resource::new(&kind, Label::default());
        let action: Action = action.parse().unwrap();
        let request = Request { actor: &who, auth: &auth, action, resource: &resource, now: now() };
        let answer = policy.decide(&request).permit().map_or_else(|denial| denial.code(), |_| "yes");
        assert_eq!(answer, expected, "{line}");
        cases += 1;
        refusals += usize::from(answer != "yes");
    }
    (cases, refusals)
}

const GRANTS: &str = "
    clerk: order view, order create
    buyer: order update, payment create
    payer: payment approve, payment view
    auditor: ledger audit, ledger view
    guest: -
";

/// Users, roles, permissions, sessions: a permission comes through an assigned role that is active, and in no other way.
const CORE: &str = "
    clerk | view order | yes
    clerk | create order | yes
    clerk | update order | no-grant
    clerk | approve payment | no-grant
    clerk | view payment | no-grant
    clerk | view ledger | no-grant
    buyer | update order | yes
    buyer | create payment | yes
    buyer | view order | no-grant
    buyer | approve payment | no-grant
    buyer | create ledger | no-grant
    payer | approve payment | yes
    payer | view payment | yes
    payer | create payment | no-grant
    payer | view order | no-grant
    payer | approve order | no-grant
    auditor | audit ledger | yes
    auditor | view ledger | yes
    auditor | update ledger | no-grant
    auditor | view order | no-grant
    auditor | view payment | no-grant
    guest | view order | no-grant
    guest | view ledger | no-grant
    guest | create payment | no-grant
    - | view order | no-grant
    - | approve payment | no-grant
    stranger | view order | no-grant
    stranger | audit ledger | no-grant
    clerk stranger | view order | yes
    clerk buyer | view order | yes
    clerk buyer | create order | yes
    clerk buyer | update order | yes
    clerk buyer | create payment | yes
    clerk buyer | approve payment | no-grant
    clerk buyer | view ledger | no-grant
    clerk payer | view order | yes
    clerk payer | view payment | yes
    clerk payer | update order | no-grant
    clerk buyer payer auditor | audit ledger | yes
    clerk buyer payer auditor | approve payment | yes
    clerk buyer payer auditor | create payment | yes
    clerk buyer / clerk | view order | yes
    clerk buyer / clerk | create order | yes
    clerk buyer / clerk | update order | no-grant
    clerk buyer / clerk | create payment | no-grant
    clerk buyer / buyer | update order | yes
    clerk buyer / buyer | view order | no-grant
    clerk buyer / clerk buyer | view order | yes
    clerk buyer / clerk buyer | update order | yes
    clerk buyer / - | view order | no-grant
    clerk buyer / - | update order | no-grant
    clerk / payer | approve payment | no-grant
    clerk / payer | view order | no-grant
    clerk / clerk payer | view order | yes
    clerk / clerk payer | approve payment | no-grant
    - / clerk | view order | no-grant
    stranger / clerk | view order | no-grant
    guest / guest | view order | no-grant
    auditor / auditor | audit ledger | yes
    auditor / - | audit ledger | no-grant
";

#[test]
fn core() {
    let (cases, refusals) = check(&policy(GRANTS, "", vec![]), CORE);
    assert!(cases >= 60 && refusals * 2 >= cases, "{cases} {refusals}");
}

const HIERARCHY: &str = "
    buyer < clerk
    payer < clerk
    chief < buyer payer
";

/// Seniors hold what their juniors do, over any number of steps; never the other way round, and never a sibling's.
const HIERARCHICAL: &str = "
    clerk | view order | yes
    clerk | update order | no-grant
    clerk | create payment | no-grant
    clerk | approve payment | no-grant
    clerk | hold ledger | no-grant
    buyer | view order | yes
    buyer | create order | yes
    buyer | update order | yes
    buyer | create payment | yes
    buyer | approve payment | no-grant
    buyer | view payment | no-grant
    buyer | hold ledger | no-grant
    payer | view order | yes
    payer | approve payment | yes
    payer | update order | no-grant
    payer | create payment | no-grant
    payer | hold ledger | no-grant
    chief | hold ledger | yes
    chief | update order | yes
    chief | create payment | yes
    chief | approve payment | yes
    chief | view payment | yes
    chief | view order | yes
    chief | create order | yes
    chief | audit ledger | no-grant
    chief | view ledger | no-grant
    auditor | view order | no-grant
    auditor | hold ledger | no-grant
    auditor | audit ledger | yes
    chief auditor | audit ledger | yes
    chief / chief | view order | yes
    chief / chief | approve payment | yes
    chief / buyer | update order | yes
    chief / buyer | view order | yes
    chief / buyer | approve payment | no-grant
    chief / buyer | hold ledger | no-grant
    chief / clerk | view order | yes
    chief / clerk | update order | no-grant
    chief / clerk | hold ledger | no-grant
    chief / buyer payer | approve payment | yes
    chief / buyer payer | update order | yes
    chief / buyer payer | hold ledger | no-grant
    chief / auditor | audit ledger | no-grant
    buyer / chief | hold ledger | no-grant
    buyer / chief | view order | no-grant
    buyer / payer | approve payment | no-grant
    buyer / clerk | create order | yes
    clerk / buyer | update order | no-grant
    chief / - | view order | no-grant
";

fn with_chief() -> String {
    format!("{GRANTS}\n    chief: ledger hold\n")
}

#[test]
fn hierarchical() {
    let (cases, refusals) = check(&policy(&with_chief(), HIERARCHY, vec![]), HIERARCHICAL);
    assert!(cases >= 45 && refusals * 2 >= cases, "{cases} {refusals}");
}

fn separation(id: &str, roles: &str, at_most: u8, dynamic: bool) -> Separation {
    let roles = roles.split(' ').map(role).collect();
    Separation { id: id.parse().unwrap(), roles, at_most, dynamic }
}

/// Static separation counts what is assigned, by inheritance too, whatever the session has active.
const STATIC: &str = "
    clerk | view order | yes
    buyer | update order | yes
    payer | approve payment | yes
    auditor | audit ledger | yes
    clerk buyer | update order | yes
    clerk payer | approve payment | yes
    clerk auditor | audit ledger | yes
    buyer payer | update order | conflicting-roles
    buyer payer | approve payment | conflicting-roles
    buyer payer | view order | conflicting-roles
    payer buyer | view payment | conflicting-roles
    clerk buyer payer | view order | conflicting-roles
    buyer payer auditor | audit ledger | conflicting-roles
    buyer payer / buyer | update order | conflicting-roles
    buyer payer / payer | approve payment | conflicting-roles
    buyer payer / clerk | view order | conflicting-roles
    buyer payer / - | view order | conflicting-roles
    buyer buyer | update order | yes
    buyer stranger | update order | yes
    lead | update order | yes
    lead | hold ledger | yes
    lead payer | view order | conflicting-roles
    lead payer | approve payment | conflicting-roles
    lead payer / lead | hold ledger | conflicting-roles
    lead buyer | update order | yes
    lead auditor | audit ledger | yes
    two one | view order | yes
    two three | view order | yes
    one three | view order | yes
    one two three | view order | conflicting-roles
    one two three clerk | create order | conflicting-roles
    one two three / one | view order | conflicting-roles
    all-but-one | view order | yes
    all-but-one three | view order | conflicting-roles
    all-but-one one | view order | yes
    - | view order | no-grant
";

#[test]
fn static_separation() {
    let grants = format!(
        "{GRANTS}\n lead: ledger hold\n one: order view\n two: order view\n three: order view\n all-but-one: -\n"
    );
    let rules = vec![
        separation("buy-or-pay", "buyer payer", 1, false),
        separation("two-of-three", "one two three", 2, false),
    ];
    let policy = policy(&grants, "lead < buyer\n all-but-one < one two", rules);
    let (cases, refusals) = check(&policy, STATIC);
    assert!(cases >= 35 && refusals * 2 >= cases, "{cases} {refusals}");
    // Nobody is let into the directory like that.
    for (who, sound) in
        [("buyer clerk", true), ("buyer payer", false), ("lead payer", false), ("one two", true)]
    {
        assert_eq!(policy.check_actor(&user(who)).is_ok(), sound, "{who}");
    }
}

/// Dynamic separation counts what a session has active: the same person may be either, not both at once.
const DYNAMIC: &str = "
    buyer | update order | yes
    payer | approve payment | yes
    buyer payer | update order | conflicting-roles
    buyer payer | approve payment | conflicting-roles
    buyer payer | view order | conflicting-roles
    buyer payer / buyer | update order | yes
    buyer payer / buyer | create payment | yes
    buyer payer / buyer | approve payment | no-grant
    buyer payer / payer | approve payment | yes
    buyer payer / payer | view payment | yes
    buyer payer / payer | update order | no-grant
    buyer payer / buyer payer | update order | conflicting-roles
    buyer payer / payer buyer | approve payment | conflicting-roles
    buyer payer / - | view order | no-grant
    clerk buyer payer / clerk buyer | view order | yes
    clerk buyer payer / clerk payer | view order | yes
    clerk buyer payer / clerk buyer payer | view order | conflicting-roles
    lead payer / lead | hold ledger | yes
    lead payer / payer | approve payment | yes
    lead payer / lead payer | approve payment | conflicting-roles
    lead payer / buyer payer | approve payment | conflicting-roles
    lead payer / lead payer | hold ledger | conflicting-roles
    lead payer | view order | conflicting-roles
    buyer / payer | approve payment | no-grant
    buyer / buyer payer | update order | yes
    buyer / buyer payer | approve payment | no-grant
    buyer stranger / buyer stranger | update order | yes
";

#[test]
fn dynamic_separation() {
    let grants = format!("{GRANTS}\n lead: ledger hold\n");
    let rules = vec![separation("not-at-once", "buyer payer", 1, true)];
    let policy = policy(&grants, "lead < buyer", rules);
    let (cases, refusals) = check(&policy, DYNAMIC);
    assert!(cases >= 27 && refusals * 2 >= cases, "{cases} {refusals}");
    assert!(policy.check_actor(&user("buyer payer")).is_ok(), "assigned together they may be");
}

#[test]
fn a_hierarchy_or_a_separation_that_contradicts_itself_is_refused() {
    let problem = |policy: &Policy| policy.compile(&schema()).unwrap_err().to_string();
    let base = || {
        let with = |policy: Policy, name: &str| policy.role(role(name), Role::cleared("Internal"));
        ["a", "b", "c"].into_iter().fold(Policy::new(), with)
    };
    let inherit = |mut policy: Policy, child: &str, parent: &str| {
        policy.roles.get_mut(child).unwrap().inherits.push(role(parent));
        policy
    };
    let with = |rule| Policy { separation: vec![rule], ..base() };
    for (policy, expected) in [
        (inherit(base(), "a", "a"), "inherits itself"),
        (inherit(inherit(base(), "a", "b"), "b", "a"), "inherits itself"),
        (inherit(base(), "a", "d"), "there is no role `d`"),
        (with(separation("s", "a", 1, false)), "more roles than the 1"),
        (with(separation("s", "a a", 1, false)), "more roles than the 1"),
        (with(separation("s", "a b", 2, false)), "more roles than the 2"),
        (with(separation("s", "a b", 0, false)), "nobody could use these roles"),
        (with(separation("s", "a d", 1, false)), "there is no role `d`"),
        (inherit(inherit(with(separation("s", "a b", 1, false)), "c", "a"), "c", "b"), "by itself"),
        (inherit(with(separation("s", "a b", 1, true)), "a", "b"), "by itself"),
    ] {
        assert!(problem(&policy).contains(expected), "{expected}: {}", problem(&policy));
    }
}
