//! The sample policy, case by case: who may do what, and what the answer says.

use super::{actor, now, sample};
use crate::{AuthContext, Decision, Miss, Obligation, Reason, Request, Resource};
use strongroom_types::{Kind, Label, Level, Purpose, Zone};

/// A question such as `sales view contract own mfa service` and its answer: a grant, or `!` and a code.
///
/// After roles (joined by `+`), action and kind come: `own` or `other` for the owner, `mfa` or `mfa-9h`,
/// `restricted` for a record that was raised to that level, a purpose.
fn check(question: &str, expected: &str) {
    let (schema, policy) = sample();
    let mut words = question.split(' ');
    let roles: Vec<&str> = words.next().unwrap().split('+').filter(|role| *role != "nobody").collect();
    let actor = actor(1, &roles);
    let action = words.next().unwrap().parse().unwrap();
    let kind = Kind::new(words.next().unwrap()).unwrap();
    let label = schema.kind(&kind).map_or_else(Label::default, crate::KindSchema::label);
    let mut resource = Resource::new(&kind, label);
    let mut auth = AuthContext::new(now().plus_seconds(-36_000));
    for word in words {
        match word {
            "own" => resource.owner = Some(actor.id),
            "other" => resource.owner = Some(super::actor(2, &[]).id),
            "mfa" => auth.mfa_at = Some(now().plus_seconds(-60)),
            "mfa-9h" => auth.mfa_at = Some(now().plus_seconds(-9 * 3600)),
            "mfa-later" => auth.mfa_at = Some(now().plus_seconds(1)),
            "restricted" => resource.label.level = Level::from_rank(3),
            "office" => auth.zone = Some(Zone::new("office").unwrap()),
            purpose => auth.purpose = Some(Purpose::new(purpose).unwrap()),
        }
    }
    let answer =
        match policy.decide(&Request { actor: &actor, auth: &auth, action, resource: &resource, now: now() })
        {
            Decision::Allow(permit) => permit.rules().next().unwrap().to_string(),
            Decision::Deny(denial) => format!("!{}", denial.code()),
        };
    assert_eq!(answer, expected, "{question}");
}

fn table(cases: &[(&str, &str)]) {
    for (question, expected) in cases {
        check(question, expected);
    }
}

#[test]
fn sales_see_and_edit_their_own_contracts() {
    table(&[
        ("sales view contract own service", "sales-own-contracts-read"),
        ("sales view contract own contract", "sales-own-contracts-read"),
        ("sales list contract own service", "sales-own-contracts-read"),
        ("sales search contract own service", "sales-own-contracts-read"),
        ("sales open contract own service", "sales-own-contracts-read"),
        ("sales update contract own mfa service", "sales-own-contracts-edit"),
        ("sales create contract own mfa contract", "sales-own-contracts-edit"),
        ("sales contract contract own mfa contract", "sales-own-contracts-edit"),
        ("sales attach contract own mfa-9h contract", "sales-own-contracts-edit"),
        ("sales export contract own mfa service", "sales-export-own"),
        ("sales view contract other service", "!not-owner"),
        ("sales view contract service", "!not-owner"),
        ("sales view contract own", "!wrong-purpose"),
        ("sales view contract own marketing", "!wrong-purpose"),
        ("sales view contract own restricted mfa service", "!clearance-too-low"),
        ("sales update contract other mfa service", "!not-owner"),
        ("sales update contract own service", "!needs-mfa"),
        ("sales update contract own mfa-later service", "!needs-mfa"),
        ("sales update contract own mfa", "!wrong-purpose"),
        ("sales export contract own service", "!needs-mfa"),
        ("sales export contract other mfa service", "!not-owner"),
        ("sales import contract own mfa service", "!no-grant"),
        ("sales exit customer own mfa service", "!no-grant"),
        ("sales hold contract own mfa legal", "!no-grant"),
    ]);
}

#[test]
fn sales_see_their_own_customers_and_edit_none() {
    table(&[
        ("sales view customer own service", "sales-own-customers"),
        ("sales list customer own marketing", "sales-own-customers"),
        ("sales create contact own service", "sales-own-dealings"),
        ("sales update feedback own service", "sales-own-dealings"),
        ("sales view customer other service", "!not-owner"),
        ("sales view customer own legal", "!wrong-purpose"),
        ("sales update customer own mfa service", "!no-grant"),
        ("sales create customer own mfa service", "!no-grant"),
        ("sales update transaction own mfa service", "!no-grant"),
        ("sales audit vault mfa", "!no-grant"),
    ]);
}

#[test]
fn managers_see_and_edit_customers_and_only_see_contracts() {
    table(&[
        ("manager view customer other mfa service", "managers-customers"),
        ("manager update customer other mfa service", "managers-customers"),
        ("manager create customer mfa service", "managers-customers"),
        ("manager import customer mfa service", "managers-customers"),
        ("manager view contract other mfa service", "managers-view-contracts"),
        ("manager list contract other mfa contract", "managers-view-contracts"),
        ("manager export customer mfa service", "managers-export"),
        ("manager view customer restricted mfa service", "managers-customers"),
        ("manager approve contract mfa", "approvers-approve"),
        ("manager update contract other mfa service", "!blocked"),
        ("manager update contract own mfa service", "!blocked"),
        ("manager create contract own mfa service", "!blocked"),
        ("manager contract contract own mfa contract", "!blocked"),
        ("manager attach contract own mfa contract", "!blocked"),
        ("manager import contract mfa service", "!blocked"),
        ("manager view customer service", "!needs-mfa"),
        ("manager view customer mfa", "!wrong-purpose"),
        ("manager view customer mfa legal", "!wrong-purpose"),
        ("manager view customer restricted mfa-9h service", "!mfa-too-old"),
        ("manager approve contract mfa-9h", "!mfa-too-old"),
        ("manager approve contract", "!needs-mfa"),
        ("manager exit customer mfa legal", "!no-grant"),
        ("manager configure vault mfa", "!no-grant"),
    ]);
}

#[test]
fn a_second_role_gives_no_way_round_a_deny() {
    table(&[
        ("manager+sales view contract own service", "sales-own-contracts-read"),
        ("manager+sales update contract own mfa service", "!blocked"),
        ("manager+sales create contract own mfa service", "!blocked"),
        ("importer+manager import contract mfa service", "!blocked"),
        ("importer import contract mfa service", "importers-import"),
        ("admin+dpo exit customer mfa legal", "!conflicting-roles"),
        ("admin+auditor audit vault mfa", "!conflicting-roles"),
        ("admin+dpo configure vault mfa", "!conflicting-roles"),
        ("admin+sales configure vault mfa", "admins-run-the-system"),
    ]);
}

#[test]
fn support_the_officers_and_the_administrators_do_their_work_and_no_other() {
    table(&[
        ("support view customer service", "support-masked-customers"),
        ("support search customer service", "support-masked-customers"),
        ("support update contact service", "support-dealings"),
        ("support view customer", "!wrong-purpose"),
        ("support view customer marketing", "!wrong-purpose"),
        ("support view customer restricted mfa service", "!clearance-too-low"),
        ("support update customer mfa service", "!no-grant"),
        ("support view contract mfa service", "!no-grant"),
        ("support export customer mfa service", "!no-grant"),
        ("dpo exit customer mfa legal", "dpo-runs-exits"),
        ("dpo hold customer mfa legal", "dpo-runs-exits"),
        ("dpo view customer restricted mfa legal", "dpo-sees-for-the-law"),
        ("dpo sweep vault mfa", "dpo-runs-the-vault"),
        ("dpo audit vault mfa", "dpo-runs-the-vault"),
        ("dpo approve customer mfa", "approvers-approve"),
        ("dpo exit customer legal", "!needs-mfa"),
        ("dpo exit customer mfa-9h legal", "!mfa-too-old"),
        ("dpo exit customer mfa service", "!wrong-purpose"),
        ("dpo view customer mfa service", "!wrong-purpose"),
        ("dpo update customer mfa legal", "!no-grant"),
        ("legal hold contract mfa legal", "legal-holds"),
        ("legal view contract mfa legal", "legal-reads-contracts"),
        ("legal view customer mfa legal", "!no-grant"),
        ("legal exit customer mfa legal", "!no-grant"),
        ("auditor audit vault mfa", "auditors-audit"),
        ("auditor audit vault", "!needs-mfa"),
        ("auditor view customer mfa legal", "!no-grant"),
        ("admin configure vault mfa", "admins-run-the-system"),
        ("admin rotate vault mfa office", "admins-run-the-system"),
        ("admin configure vault mfa-9h", "!mfa-too-old"),
        ("admin view customer mfa service", "!no-grant"),
        ("admin audit vault mfa", "!no-grant"),
        ("importer import customer mfa", "importers-import"),
        ("importer import customer", "!needs-mfa"),
        ("importer view customer mfa service", "!no-grant"),
        ("nobody view customer own mfa service", "!no-grant"),
        ("stranger view customer own mfa service", "!no-grant"),
        ("staff view customer own mfa service", "!no-grant"),
        ("sales view invoice own service", "!unknown-kind"),
    ]);
}

#[test]
fn somebody_who_left_may_do_nothing() {
    let (schema, policy) = sample();
    let kind = Kind::new("customer").unwrap();
    let mut gone = actor(1, &["dpo", "sales", "manager"]);
    gone.active = false;
    let resource = Resource::new(&kind, schema.kind(&kind).unwrap().label());
    for action in strongroom_types::Action::ALL {
        let decision = policy.decide(&Request {
            actor: &gone,
            auth: &AuthContext::new(now()),
            action: *action,
            resource: &resource,
            now: now(),
        });
        assert_eq!(decision.permit().unwrap_err().reason(), &Reason::Inactive);
        assert!(!policy.bind(&gone, &AuthContext::new(now())).has_grant(*action, &kind));
    }
}

#[test]
fn an_answer_explains_itself_in_both_languages() {
    let (schema, policy) = sample();
    let kind = Kind::new("contract").unwrap();
    let mut resource = Resource::new(&kind, schema.kind(&kind).unwrap().label());
    let mut auth = AuthContext::new(now());
    auth.purpose = Some(Purpose::new("service").unwrap());
    let action = "view".parse().unwrap();
    let sales = actor(1, &["sales"]);
    let denial = policy
        .decide(&Request { actor: &sales, auth: &auth, action, resource: &resource, now: now() })
        .permit()
        .unwrap_err();
    let own = "sales-own-contracts-read".parse().unwrap();
    assert_eq!(denial.reason(), &Reason::NearMiss { rule: own, miss: Miss::NotOwner });
    assert_eq!(
        denial.explain_en(),
        "`view` on `contract` is denied: the actor is not the owner (rule `sales-own-contracts-read`)"
    );
    assert_eq!(
        denial.explain_zh(),
        "不允许对「合同」执行「查看」:不是记录的负责人(规则 `sales-own-contracts-read`)"
    );
    resource.owner = Some(sales.id);
    let permit = policy
        .decide(&Request { actor: &sales, auth: &auth, action, resource: &resource, now: now() })
        .permit()
        .unwrap();
    assert_eq!(
        permit.explain_en(),
        "`view` on `contract` is allowed by the grant `sales-own-contracts-read`"
    );
    assert_eq!(permit.explain_zh(), "根据授权 `sales-own-contracts-read`,允许对「合同」执行「查看」");
    resource.label.level = Level::from_rank(3);
    let denial = policy
        .decide(&Request { actor: &sales, auth: &auth, action, resource: &resource, now: now() })
        .permit()
        .unwrap_err();
    assert_eq!(
        denial.to_string(),
        "`view` on `contract` is denied: it needs clearance `Restricted`, the role has `Confidential` \
         (rule `sales-own-contracts-read`)"
    );
}

#[test]
fn an_export_carries_its_obligations_and_one_refusal_stops_it() {
    let (schema, policy) = sample();
    let kind = Kind::new("customer").unwrap();
    let sales = actor(1, &["sales"]);
    let mut resource = Resource::new(&kind, schema.kind(&kind).unwrap().label());
    resource.owner = Some(sales.id);
    let mut auth = AuthContext::new(now());
    auth.purpose = Some(Purpose::new("contract").unwrap());
    auth.mfa_at = Some(now());
    let permit = || {
        let action = "export".parse().unwrap();
        policy
            .decide(&Request { actor: &sales, auth: &auth, action, resource: &resource, now: now() })
            .permit()
            .unwrap()
    };
    let names: Vec<_> = permit().obligations().iter().map(Obligation::name).collect();
    assert_eq!(names, ["approve", "justify", "watermark", "mask", "mask"]);
    // Dropping any one obligation leaves nothing to act with.
    for (dropped, name) in names.iter().enumerate() {
        let mut at = 0;
        let cleared = permit().discharge(|_, obligation| {
            at += 1;
            if at == dropped + 1 { Err(obligation.name()) } else { Ok(()) }
        });
        assert_eq!(cleared.unwrap_err(), *name);
    }
    let cleared = permit().discharge(|_, _| Ok::<(), ()>(())).unwrap();
    assert_eq!(cleared.kind(), &kind);
    assert!(cleared.stepped_up(0));
}

#[test]
fn nobody_approves_their_own_request() {
    let (_, policy) = sample();
    let sales = actor(1, &["sales"]);
    let check = |approver: u8, roles: &[&str], active, role: &str, expected: &str| {
        let mut approver = actor(approver, roles);
        approver.active = active;
        let answer = policy.may_approve(sales.id, &approver, &role.parse().unwrap());
        assert_eq!(answer.map_or_else(|error| error.to_string(), |()| "yes".to_owned()), expected);
    };
    check(2, &["manager"], true, "approver", "yes");
    check(2, &["dpo"], true, "approver", "yes");
    check(2, &["manager"], true, "manager", "yes");
    check(1, &["manager"], true, "approver", "nobody approves their own request");
    check(2, &["manager"], false, "approver", "the approver is not active");
    check(2, &["sales"], true, "approver", "the approver does not hold the role `approver`");
    check(2, &["manager"], true, "dpo", "the approver does not hold the role `dpo`");
    check(2, &["manager"], true, "king", "the approver does not hold the role `king`");
    check(2, &["dpo", "admin"], true, "dpo", "the approver holds roles that `admin-apart` keeps apart");
}

#[test]
fn the_directory_is_checked_when_somebody_joins() {
    let (_, policy) = sample();
    let check = |roles: &[&str], expected: &[&str]| {
        let problems = policy.check_actor(&actor(1, roles)).err().unwrap_or_default();
        assert_eq!(problems.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
    };
    check(&["sales", "manager"], &[]);
    check(&[], &[]);
    check(&["saels"], &["there is no role `saels`; did you mean `sales`?"]);
    check(&["king"], &["there is no role `king`"]);
    check(&["admin", "auditor"], &["holds roles that `admin-apart` keeps apart"]);
    assert!(
        serde_json::from_str::<crate::Actor>(r#"{"id":"00000000-0000-4000-8000-000000000000"}"#).is_err()
    );
    let forgot: crate::Actor =
        serde_json::from_str(r#"{"id":"00000000-0000-4000-8000-000000000000","roles":["dpo"]}"#).unwrap();
    assert!(!forgot.active);
}
