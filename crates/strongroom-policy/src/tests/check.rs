//! Records against the schema: what fits, what does not, and that no problem quotes a value.

use super::sample;
use crate::{Column, RecordFault, VALUE_BYTES_MAX};
use strongroom_types::Kind;

fn faults(kind: &str, fields: &[(&str, &str)]) -> Vec<(String, RecordFault)> {
    let (schema, _) = sample();
    let checked = schema.check_record(&Kind::new(kind).unwrap(), fields.iter().copied());
    checked.err().unwrap_or_default().into_iter().map(|problem| (problem.field, problem.reason)).collect()
}

/// Whether a value fits a field of a customer that is otherwise in order.
fn fits(field: &str, value: &str) -> bool {
    faults("customer", &[("customer_no", "C-1"), ("name", "李雷"), (field, value)]).is_empty()
}

#[test]
fn values_fit_their_types_or_not() {
    for (field, value) in [
        ("birth_date", "1990-03-07"),
        ("birth_date", "2000-02-29"),
        ("birth_date", ""),
        ("email", "a@b.cn"),
        ("email", "用户@例子.公司"),
        ("phone", "13800138000"),
        ("phone", "+86 (21) 6384-0000"),
        ("phone", "852.2345.6789"),
        ("national_id", "11010119900307001X"),
        ("lang", "zh-Hant"),
        ("address", "第一行\n第二行"),
    ] {
        assert!(fits(field, value), "{field} {value:?}");
    }
    for (field, value) in [
        ("birth_date", "1990-3-7"),
        ("birth_date", "1990-02-29"),
        ("birth_date", "1900-02-29"),
        ("birth_date", "1990-13-01"),
        ("birth_date", "1990-00-10"),
        ("birth_date", "1990-04-31"),
        ("birth_date", "0000-01-01"),
        ("birth_date", "1990-03-07 "),
        ("birth_date", "1990-03-07-01"),
        ("birth_date", "1990/03/07"),
        ("birth_date", "+990-03-07"),
        ("email", "a"),
        ("email", "@b.cn"),
        ("email", "a@b"),
        ("email", "a@b..cn"),
        ("email", "a@b.cn, c@d.cn"),
        ("email", "a b@c.cn"),
        ("email", "a@b@c.cn"),
        ("phone", "1234"),
        ("phone", "123456789012345678901"),
        ("phone", "call me"),
        ("phone", "++8613800138000"),
        ("national_id", &"1".repeat(65)),
        ("national_id", "1\n2"),
        ("lang", "fr"),
        ("lang", "EN"),
        ("address", "a\0b"),
        ("address", &"x".repeat(VALUE_BYTES_MAX + 1)),
        ("nickname", "x"),
    ] {
        assert!(!fits(field, value), "{field} {value:?}");
    }
    assert!(fits("address", &"x".repeat(VALUE_BYTES_MAX)));
}

#[test]
fn amounts_fit_or_not() {
    let base = [("transaction_no", "T-1"), ("happened_on", "2026-01-01")];
    let fits = |value: &str| faults("transaction", &[base[0], base[1], ("amount", value)]).is_empty();
    for value in ["0", "-1", "1234.5", "1234.5678", "999999999999999999"] {
        assert!(fits(value), "{value}");
    }
    for value in
        ["1,234", "1.", ".5", "1.23456", "1e3", "--1", "+1", "１２", "1234567890123456789", "NaN", "-"]
    {
        assert!(!fits(value), "{value}");
    }
}

#[test]
fn every_problem_is_named_and_no_value_quoted() {
    let secret = "SECRET-VALUE";
    let found = faults(
        "customer",
        &[
            ("name", ""),
            ("phone", secret),
            ("email", secret),
            ("lang", secret),
            ("nickname", secret),
            ("phone", "1"),
        ],
    );
    let fields: Vec<_> = found.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["phone", "email", "lang", "nickname", "phone", "phone", "customer_no", "name"]);
    for (field, fault) in &found {
        assert!(!format!("{field} {fault} {fault:?}").contains(secret));
    }
    assert_eq!(faults("invoice", &[]), [("invoice".to_owned(), RecordFault::UnknownKind)]);
}

#[test]
fn column_headings_find_their_fields() {
    let (schema, _) = sample();
    let check = |kind: &str, header: &str, expected: &str| {
        let found = match schema.csv_column(&Kind::new(kind).unwrap(), header) {
            Some(Column::Field(field)) => field.name().as_str(),
            Some(Column::Parent) => "parent",
            None => "none",
        };
        assert_eq!(found, expected, "{kind} {header}");
    };
    check("customer", "phone", "phone");
    check("customer", "Phone", "phone");
    check("customer", " 手机号 ", "phone");
    check("customer", "電話", "phone");
    check("customer", "\u{feff}客户编号", "customer_no");
    check("customer", "Fax", "none");
    check("customer", "", "none");
    check("contract", "客户编号", "parent");
    check("contract", "customer_no", "parent");
    check("contract", "Amount", "amount");
    check("invoice", "amount", "none");
}
