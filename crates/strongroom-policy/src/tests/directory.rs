//! Who holds what, for how long, on whose behalf; and that nothing is left when somebody leaves.

use super::{actor, now};
use crate::{
    AuthContext, CompiledPolicy, Delegation, Directory, Estate, Owned, Person, Request, Resource, Schema,
};
use strongroom_types::{Action, ActorId, ApprovalId, Kind, Label, RecordId, RoleName, Timestamp};

const SCHEMA: &str =
    "version = 1\n[kinds.order]\nlabel = { level = \"Internal\" }\n[kinds.order.fields.text]\n";
const POLICY: &str = r#"
version = 1
[roles.sales]
clearance = "Internal"
[roles.lead]
clearance = "Internal"
inherits = ["sales"]
[roles.approver]
clearance = "Internal"
[roles.auditor]
clearance = "Internal"
[delegation]
roles = ["sales", "approver"]
depth-max = 2
days-max = 30
[[separation]]
id = "apart"
roles = ["sales", "auditor"]
[[grants]]
id = "own"
roles = ["sales"]
kinds = ["order"]
actions = ["update"]
when = { own = true }
[[grants]]
id = "team"
roles = ["sales"]
kinds = ["order"]
actions = ["view"]
when = { team = true }
[[grants]]
id = "yes"
roles = ["approver"]
kinds = ["order"]
actions = ["approve"]
[[denies]]
id = "not-ones-own"
kinds = ["order"]
actions = ["approve"]
when = { own = true }
"#;

fn policy() -> CompiledPolicy {
    let schema = Schema::from_toml(SCHEMA, "s.toml").unwrap();
    CompiledPolicy::from_toml(&schema, POLICY, "p.toml").unwrap_or_else(|error| panic!("{error}"))
}

fn id(number: u8) -> ActorId {
    ActorId::from_bytes([number; 16])
}

fn days(count: i64) -> Timestamp {
    now().plus_seconds(count * 86_400)
}

fn directory() -> Directory {
    let text = format!(
        "[[person]]\nid = \"{}\"\nname = \"sun\"\nroles = [\"sales\"]\nteam = \"north\"\nactive = true\n\
         [[person]]\nid = \"{}\"\nname = \"li\"\nroles = []\nteam = \"south\"\nactive = true\n\
         [[person]]\nid = \"{}\"\nname = \"wang\"\nroles = [\"approver\", {{ role = \"sales\", from = \"{}\", until = \"{}\" }}]\nactive = true\n\
         [[person]]\nid = \"{}\"\nname = \"ann\"\nroles = [\"auditor\"]\nactive = true\n",
        id(1),
        id(2),
        id(3),
        days(1),
        days(2),
        id(4),
    );
    toml::from_str(&text).unwrap()
}

fn lends(name: &str, by: u8, to: u8, role: &str) -> Delegation {
    Delegation {
        id: name.parse().unwrap(),
        by: id(by),
        to: id(to),
        roles: vec![RoleName::new(role).unwrap()],
        from: days(-1),
        until: days(1),
        under: None,
    }
}

/// What somebody may do with an order of somebody's, of the northern team.
fn answer(directory: &Directory, who: u8, action: Action, owner: u8, at: Timestamp) -> String {
    let policy = policy();
    let Some(actor) = directory.actor(&policy, id(who), at) else { return "nobody".to_owned() };
    let kind = Kind::new("order").unwrap();
    let mut resource = Resource::new(&kind, Label::default());
    (resource.owner, resource.team) = (Some(id(owner)), Some("north"));
    let auth = AuthContext::new(at);
    match policy
        .decide(&Request { actor: &actor, auth: &auth, action, resource: &resource, now: at })
        .permit()
    {
        Ok(permit) => match permit.on_behalf() {
            Some(lender) => format!("yes for {}", lender.as_bytes()[0]),
            None => "yes".to_owned(),
        },
        Err(denial) => denial.code().to_owned(),
    }
}

#[test]
fn a_role_is_held_for_its_time() {
    let directory = directory();
    for (at, expected) in [(0, "no-grant"), (1, "yes"), (2, "no-grant"), (3, "no-grant")] {
        assert_eq!(answer(&directory, 3, Action::Update, 3, days(at)), expected, "{at}");
    }
    assert_eq!(directory.check(&policy(), now()), []);
}

#[test]
fn a_deputy_does_what_the_lender_could_and_no_more() {
    let mut directory = directory();
    directory.delegations.push(lends("cover", 1, 2, "sales"));
    let check = |who, action, owner, at, expected: &str| {
        assert_eq!(answer(&directory, who, action, owner, days(at)), expected, "{who} {action} {owner} {at}");
    };
    check(2, Action::Update, 1, 0, "yes for 1");
    check(2, Action::View, 1, 0, "yes for 1");
    check(2, Action::Update, 2, 0, "not-owner");
    check(2, Action::Update, 3, 0, "not-owner");
    // In the name of the owner the deny on owners binds too.
    check(2, Action::Approve, 1, 0, "blocked");
    check(2, Action::Update, 1, -2, "no-grant");
    check(2, Action::Update, 1, 1, "no-grant");
    check(1, Action::Update, 1, 0, "yes");
    // An approver who borrows nothing from the owner approves; one who owns the record does not.
    check(3, Action::Approve, 1, 0, "yes");
    check(3, Action::Approve, 3, 0, "blocked");
}

#[test]
fn what_nobody_may_lend_is_not_lent() {
    let base = || lends("d", 1, 2, "sales");
    let fault = |delegation: Delegation| {
        let mut directory = directory();
        directory.people[1].roles.push(crate::Assignment::new(RoleName::new("lead").unwrap()));
        directory.delegations.push(delegation);
        let problems = directory.check(&policy(), now());
        let lent = directory.actor(&policy(), id(2), now()).unwrap().lent;
        assert!(lent.is_empty() || problems.is_empty(), "{problems:?}");
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(fault(base()), "");
    for (delegation, expected) in [
        (lends("d", 1, 2, "lead"), "which the policy lets nobody lend"),
        (lends("d", 1, 2, "auditor"), "which the policy lets nobody lend"),
        (lends("d", 1, 2, "approver"), "which its lender does not hold"),
        // Held by inheritance is not held by name.
        (lends("d", 2, 1, "sales"), "which its lender does not hold"),
        (lends("d", 3, 2, "sales"), "which its lender does not hold"),
        (Delegation { from: days(1), until: days(2), ..base() }, "is not in force"),
        (Delegation { from: days(-2), until: days(-1), ..base() }, "is not in force"),
        (Delegation { from: days(-1), until: days(30), ..base() }, "runs for more than 30 days"),
        (Delegation { by: id(9), ..base() }, "not active"),
        (Delegation { to: id(9), ..base() }, "not active"),
        (Delegation { to: id(1), ..base() }, "the person whose roles they are"),
        (Delegation { under: Some("x".parse().unwrap()), ..base() }, "rests on `x`, which lends nothing"),
        (Delegation { under: Some("d".parse().unwrap()), ..base() }, "rests on `d`, which lends nothing"),
    ] {
        assert!(fault(delegation.clone()).contains(expected), "{expected}: {}", fault(delegation));
    }
}

#[test]
fn a_role_is_lent_on_no_further_than_the_policy_says() {
    let mut directory = directory();
    for number in 5..8 {
        directory.people.push(Person::new(id(number)));
    }
    let on = |name: &str, by, to, under: &str| Delegation {
        under: Some(under.parse().unwrap()),
        ..lends(name, by, to, "sales")
    };
    directory.delegations = vec![
        lends("one", 1, 5, "sales"),
        on("two", 5, 6, "one"),
        on("three", 6, 7, "two"),
        // Not from the one to whom it was lent, and back to whose it is.
        on("stolen", 6, 2, "one"),
        on("back", 5, 1, "one"),
    ];
    for (who, expected) in [(5, "yes for 1"), (6, "yes for 1"), (7, "no-grant"), (2, "no-grant")] {
        assert_eq!(answer(&directory, who, Action::Update, 1, now()), expected, "{who}");
    }
    assert_eq!(directory.check(&policy(), now()).len(), 3, "three, stolen, back");
    // Whoever stops holding it has lent nothing.
    directory.people[0].active = false;
    assert_eq!(answer(&directory, 6, Action::Update, 1, now()), "no-grant");
}

#[test]
fn borrowed_roles_count_for_separation_of_duty() {
    let mut directory = directory();
    directory.delegations.push(lends("cover", 1, 4, "sales"));
    assert_eq!(answer(&directory, 4, Action::Update, 1, now()), "conflicting-roles");
    let problems = directory.check(&policy(), now());
    assert!(problems.iter().any(|one| one.to_string().contains("`apart` keeps apart")), "{problems:?}");
}

#[test]
fn nobody_approves_in_the_name_of_who_asked() {
    let policy = policy();
    let role = RoleName::new("approver").unwrap();
    let mut directory = directory();
    directory.delegations.push(lends("cover", 3, 2, "approver"));
    let deputy = directory.actor(&policy, id(2), now()).unwrap();
    assert!(policy.may_approve(id(1), &deputy, &role).is_ok());
    assert!(policy.may_approve(id(2), &deputy, &role).is_err(), "not one's own");
    assert!(policy.may_approve(id(3), &deputy, &role).is_err(), "not the lender's");
    assert!(policy.may_approve(id(1), &actor(5, &["sales"]), &role).is_err());
}

#[test]
fn of_two_entries_for_one_person_neither_acts() {
    let mut directory = directory();
    let twin = directory.people[0].clone();
    directory.people.push(twin);
    assert_eq!(answer(&directory, 1, Action::Update, 1, now()), "nobody");
    assert!(directory.check(&policy(), now())[0].to_string().contains("two entries for `sun`"));
}

/// The rest of the house. Sessions end before anything is asked of approvals.
#[derive(Default)]
struct House {
    sessions: Vec<ActorId>,
    approvals: Vec<(ActorId, ApprovalId)>,
    fails: bool,
}

impl Estate for House {
    type Error = &'static str;

    fn end_sessions(&mut self, actor: ActorId, _: Timestamp) -> Result<u64, Self::Error> {
        let before = self.sessions.len();
        self.sessions.retain(|one| *one != actor);
        Ok(u64::try_from(before - self.sessions.len()).unwrap())
    }

    fn withdraw_approvals(&mut self, actor: ActorId, _: Timestamp) -> Result<Vec<ApprovalId>, Self::Error> {
        if self.fails {
            return Err("the disk is gone");
        }
        let (gone, kept) = std::mem::take(&mut self.approvals).into_iter().partition(|one| one.0 == actor);
        self.approvals = kept;
        let gone: Vec<(ActorId, ApprovalId)> = gone;
        Ok(gone.into_iter().map(|one| one.1).collect())
    }

    fn owned(&self, _: ActorId) -> Result<Vec<Owned>, Self::Error> {
        Ok(vec![Owned { kind: Kind::new("order").unwrap(), record: RecordId::from_bytes([7; 16]) }])
    }
}

#[test]
fn whoever_leaves_keeps_nothing() {
    let mut directory = directory();
    directory.people.push(Person::new(id(5)));
    directory.delegations = vec![
        lends("given", 1, 2, "sales"),
        Delegation { under: Some("given".parse().unwrap()), ..lends("on", 2, 5, "sales") },
        lends("received", 3, 1, "approver"),
        lends("others", 3, 2, "approver"),
    ];
    let approval = ApprovalId::from_bytes([4; 16]);
    let mut house = House {
        sessions: vec![id(1), id(2), id(1)],
        approvals: vec![(id(1), approval), (id(2), ApprovalId::from_bytes([5; 16]))],
        fails: true,
    };
    // Where the estate fails half way, nobody who left begins anything, and the call is repeated.
    assert!(directory.offboard(&mut house, id(1), now()).is_err());
    assert_eq!(answer(&directory, 1, Action::Update, 1, now()), "inactive");
    assert_eq!(house.sessions, [id(2)]);
    house.fails = false;
    let gone = directory.offboard(&mut house, id(1), now()).unwrap();
    assert_eq!((gone.approvals, gone.owned.len(), gone.sessions), (vec![approval], 1, 0));
    assert_eq!(directory.delegations.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["others"]);
    for who in [1, 2, 5] {
        assert_ne!(&answer(&directory, who, Action::Update, 1, now())[..3], "yes", "{who}");
    }
    assert!(directory.people[0].roles.is_empty() && !directory.people[0].active);
}

#[test]
fn whoever_leaves_at_once_gives_back_everything_at_once() {
    let mut directory = directory();
    directory.delegations.push(lends("given", 1, 2, "sales"));
    let gone = directory.offboard(&mut House::default(), id(1), now()).unwrap();
    assert_eq!(gone.assignments.len(), 1);
    assert_eq!(gone.delegations.len(), 1);
    assert_eq!(answer(&directory, 1, Action::Update, 1, now()), "inactive");
    let again = directory.offboard(&mut House::default(), id(1), now()).unwrap();
    assert!(again.assignments.is_empty() && again.delegations.is_empty());
}
