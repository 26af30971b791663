//! What shows: ceilings, purposes and masks meet in one place, and searching gives away no more than seeing.

use super::{actor, now, sample};
use crate::{AuthContext, Projected, Projection, Request, Resource};
use strongroom_types::{Kind, Purpose};

fn projection(role: &str, kind: &str, purpose: &str, mfa_age_seconds: i64) -> Projection<'static> {
    projection_for(role, "view", kind, purpose, mfa_age_seconds)
}

fn projection_for(
    role: &str,
    action: &str,
    kind: &str,
    purpose: &str,
    mfa_age_seconds: i64,
) -> Projection<'static> {
    let (schema, policy) = sample();
    let (actor, kind) = (actor(1, &[role]), Kind::new(kind).unwrap());
    let mut resource = Resource::new(&kind, schema.kind(&kind).unwrap().label());
    resource.owner = Some(actor.id);
    let mut auth = AuthContext::new(now());
    auth.purpose = Some(Purpose::new(purpose).unwrap());
    auth.mfa_at = Some(now().plus_seconds(-mfa_age_seconds));
    let permit = policy
        .decide(&Request {
            actor: &actor,
            auth: &auth,
            action: action.parse().unwrap(),
            resource: &resource,
            now: now(),
        })
        .permit()
        .unwrap();
    Projection::new(schema, &permit)
}

fn shown(projection: &Projection<'_>, field: &str, value: &str) -> String {
    match projection.project(field, value) {
        Projected::Clear(value) => value.to_owned(),
        Projected::Masked(value) => format!("masked {value}"),
        Projected::Redacted => "-".to_owned(),
    }
}

#[test]
fn support_sees_masked_phones() {
    let view = projection("support", "customer", "service", 60);
    for (field, value, expected) in [
        ("name", "欧阳娜娜", "欧阳娜娜"),
        ("customer_no", "C-1", "C-1"),
        ("phone", "13800138000", "masked *******8000"),
        ("email", "an@example.com", "masked a*************"),
        ("birth_date", "1990-03-07", "masked 1990"),
        ("birth_date", "7 March 1990", "-"),
        ("address", "上海市黄浦区", "masked 上海市***"),
        ("national_id", "110101199003070011", "-"),
        ("bank_card", "6222020200000000000", "-"),
        ("nickname", "x", "-"),
        ("", "x", "-"),
    ] {
        assert_eq!(shown(&view, field, value), expected, "{field}");
    }
}

#[test]
fn what_is_masked_can_be_neither_searched_nor_sorted_nor_overwritten() {
    let view = projection("support", "customer", "service", 60);
    for field in ["phone", "email", "birth_date", "address", "national_id", "bank_card", "nickname"] {
        assert!(!view.may_search(field) && !view.may_sort(field) && !view.may_write(field), "{field}");
        assert!(!view.may_aggregate(field), "{field}");
    }
    for field in ["name", "customer_no", "region"] {
        assert!(view.may_search(field) && view.may_sort(field) && view.may_write(field), "{field}");
        assert!(view.may_aggregate(field), "{field}");
    }
}

#[test]
fn the_highest_level_shows_only_after_a_recent_second_factor() {
    let hours = 3600;
    let recent = projection("manager", "customer", "contract", 8 * hours);
    assert_eq!(shown(&recent, "national_id", "110101199003070011"), "110101199003070011");
    let old = projection("manager", "customer", "contract", 8 * hours + 1);
    assert_eq!(shown(&old, "national_id", "110101199003070011"), "-");
    assert_eq!(shown(&old, "phone", "13800138000"), "13800138000");
    assert!(!old.may_write("national_id") && recent.may_write("national_id"));
}

#[test]
fn a_field_shows_only_for_its_purposes() {
    let service = projection("manager", "customer", "service", 60);
    assert_eq!(shown(&service, "national_id", "110101199003070011"), "-");
    assert_eq!(shown(&service, "address", "上海市"), "上海市");
    let marketing = projection("manager", "customer", "marketing", 60);
    assert_eq!(shown(&marketing, "address", "上海市"), "-");
    assert_eq!(shown(&marketing, "phone", "13800138000"), "13800138000");
    // A purpose limits what is revealed, not what is brought in.
    assert!(service.may_write("national_id"));
}

#[test]
fn without_a_purpose_no_field_that_lists_one_shows() {
    let (schema, policy) = sample();
    let (importer, kind) = (actor(1, &["importer"]), Kind::new("customer").unwrap());
    let resource = Resource::new(&kind, schema.kind(&kind).unwrap().label());
    let mut auth = AuthContext::new(now());
    auth.mfa_at = Some(now());
    let action = "import".parse().unwrap();
    let permit = policy
        .decide(&Request { actor: &importer, auth: &auth, action, resource: &resource, now: now() })
        .permit()
        .unwrap();
    let view = Projection::new(schema, &permit);
    for field in schema.kind(&kind).unwrap().fields() {
        assert!(!view.shows(field.name().as_str()));
        assert!(view.may_write(field.name().as_str()));
    }
}

#[test]
fn an_export_masks_what_the_view_would_withhold_anyway() {
    let export = projection_for("sales", "export", "customer", "contract", 60);
    // Above the ceiling of sales, so the mask does not even come into play.
    assert_eq!(shown(&export, "national_id", "110101199003070011"), "-");
    let export = projection_for("manager", "export", "customer", "contract", 60);
    assert_eq!(shown(&export, "bank_card", "6222020200000000000"), "6222020200000000000");
}

#[test]
fn a_projection_fits_permits_of_one_grant_ceiling_and_purpose() {
    let (schema, policy) = sample();
    let (manager, kind) = (actor(1, &["manager"]), Kind::new("customer").unwrap());
    let resource = Resource::new(&kind, schema.kind(&kind).unwrap().label());
    let permit = |purpose: &str, mfa_age: i64, action: &str| {
        let mut auth = AuthContext::new(now());
        auth.purpose = Some(Purpose::new(purpose).unwrap());
        auth.mfa_at = Some(now().plus_seconds(-mfa_age));
        let action = action.parse().unwrap();
        policy
            .decide(&Request { actor: &manager, auth: &auth, action, resource: &resource, now: now() })
            .permit()
            .unwrap()
    };
    let view = Projection::new(schema, &permit("service", 60, "list"));
    assert!(view.fits(&permit("service", 60, "list")));
    assert!(view.fits(&permit("service", 120, "list")));
    assert!(!view.fits(&permit("marketing", 60, "list")));
    assert!(!view.fits(&permit("service", 30_000, "list")));
    assert!(!view.fits(&permit("service", 60, "export")));
}

#[test]
fn a_history_shows_no_more_than_a_view() {
    let view = projection("support", "customer", "service", 60);
    let change = |field: &str| view.project_change(field, Some("13800138000"), Some("13900139000"));
    let masked = (
        Some(Projected::Masked("*******8000".to_owned())),
        Some(Projected::Masked("*******9000".to_owned())),
    );
    assert_eq!(change("phone"), Some(masked));
    // Where nothing shows, not even that it changed does.
    for field in ["national_id", "bank_card", "nickname"] {
        assert_eq!(change(field), None, "{field}");
    }
    let added = view.project_change("name", None, Some("欧阳娜娜"));
    assert_eq!(added, Some((None, Some(Projected::Clear("欧阳娜娜")))));
}

struct Keys;

impl crate::Pseudonyms for Keys {
    fn hash(&self, kind: &Kind, field: &strongroom_types::FieldName, value: &str) -> Option<String> {
        Some(format!("{kind}.{field}:{}", value.len()))
    }

    fn token(&self, _: &Kind, _: &strongroom_types::FieldName, _: &str) -> Option<String> {
        None
    }
}

#[test]
fn a_stand_in_is_made_by_who_has_the_keys_or_nothing_shows() {
    let (schema, policy) = sample();
    let mut source = policy.source().clone();
    let grant =
        source.grants.iter_mut().find(|grant| grant.id.as_str() == "support-masked-customers").unwrap();
    let mask = |field: &str, by: &str| crate::ObligationRule::Mask {
        fields: vec![field.parse().unwrap()],
        keep_first: None,
        keep_last: None,
        generalise: None,
        replace_by: Some(by.to_owned()),
    };
    grant.obligations = vec![mask("phone", "hash"), mask("email", "token"), mask("name", "hash")];
    let policy = crate::CompiledPolicy::compile(schema, &source).unwrap();
    let (support, kind) = (actor(1, &["support"]), Kind::new("customer").unwrap());
    let resource = Resource::new(&kind, schema.kind(&kind).unwrap().label());
    let mut auth = AuthContext::new(now());
    auth.purpose = Some(Purpose::new("service").unwrap());
    let action = "view".parse().unwrap();
    let request = Request { actor: &support, auth: &auth, action, resource: &resource, now: now() };
    let permit = policy.decide(&request).permit().unwrap();
    let with = Projection::with_pseudonyms(schema, &permit, Some(&Keys));
    assert_eq!(shown(&with, "phone", "13800138000"), "masked customer.phone:11");
    assert_eq!(shown(&with, "email", "an@example.com"), "-");
    let without = Projection::new(schema, &permit);
    for field in ["phone", "email", "name"] {
        assert_eq!(shown(&without, field, "x"), "-", "{field}");
        assert!(!with.may_search(field) && !with.may_sort(field) && !with.may_aggregate(field), "{field}");
    }
}
