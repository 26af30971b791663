//! Refusals of schemas and policies: each names file, line, column, the part, and what was probably meant.

use super::{POLICY, SCHEMA, sample};
use crate::{CONFIG_BYTES_MAX, CompiledPolicy, Policy, Schema};

fn schema_error(old: &str, new: &str) -> String {
    assert!(SCHEMA.contains(old), "{old}");
    Schema::from_toml(&SCHEMA.replacen(old, new, 1), "s.toml").unwrap_err().to_string()
}

/// A grant of its own before those of the sample, so that the sample may grow.
const PROBE: &str = r#"[[grants]]
id = "probe"
roles = ["sales"]
kinds = ["contract"]
actions = ["view"]
when = { own = true, purposes = ["service", "contract"] }

[[grants]]"#;

fn policy_error(old: &str, new: &str) -> String {
    let policy = POLICY.replacen("[[grants]]", PROBE, 1);
    assert!(policy.contains(old), "{old}");
    let (schema, _) = sample();
    CompiledPolicy::from_toml(schema, &policy.replacen(old, new, 1), "p.toml").unwrap_err().to_string()
}

#[test]
fn a_bad_schema_is_refused_with_its_place() {
    let label = "label = { level = \"Confidential\", categories = [\"basic\"] }\n";
    for (old, new, expected) in [
        ("version = 1", "version = 2", "s.toml:6:1: `version`: this program reads schema version 1, not 2"),
        ("\"four\"", "\"five\"", "s.toml:7:1: `levels`: `five` is no preset scale"),
        ("\"four\"", "7", "s.toml:7:10: expected the name of a preset scale or a list of level names"),
        ("\"four\"", "[\"a\", \"a\"]", "level names must differ"),
        (label, "", "`kinds.customer.fields.name`: a field needs a `label`, its own or its kind's"),
        (label, "lable = 1\n", "unknown field `lable`, expected one of"),
        (label, "lable = 1\n", "; did you mean `label`?"),
        (
            "\"Confidential\", categories = [\"basic\"]",
            "\"Confidental\"",
            "s.toml:11:11: `kinds.customer.label.level`: there is no level `Confidental`; did you mean `Confidential`?",
        ),
        (
            "[\"basic\"]",
            "[\"basics\"]",
            "s.toml:11:49: `kinds.customer.label.categories[0]`: there is no data category `basics`; did you mean `basic`?",
        ),
        (
            "key = \"customer_no\"",
            "key = \"custmer_no\"",
            "there is no field `custmer_no`; did you mean `customer_no`?",
        ),
        ("key = \"customer_no\"", "key = \"phone\"", "the key `phone` must be `required = true`"),
        (
            "belongs-to = \"customer\"",
            "belongs-to = \"custommer\"",
            "there is no kind `custommer`; did you mean `customer`?",
        ),
        ("belongs-to = \"customer\"", "belongs-to = \"contact\"", "a kind cannot belong to itself"),
        (
            "belongs-to = \"customer\"",
            "belongs-to = \"contract\"",
            "`contract` belongs to another kind itself",
        ),
        ("type = \"date\"", "type = \"data\"", "did you mean `date`?"),
        (
            "type = \"date\"",
            "type = \"date\"\nindex = true",
            "a field of few distinct values must not be indexed",
        ),
        (
            "values = [\"female\"",
            "index = true\nvalues = [\"female\"",
            "a field of few distinct values must not be indexed",
        ),
        (
            "values = [\"female\", \"male\", \"other\", \"女\", \"男\", \"其他\"]",
            "values = []",
            "list at least one value",
        ),
        ("\"female\", \"male\"", "\"female\", \"female\"", "the value `female` is empty or listed twice"),
        (
            "values = [\"female\"",
            "type = \"id\"\nvalues = [\"female\"",
            "`values` go with `type = \"text\"` alone",
        ),
        ("mask = { keep-first = 1 }", "mask = { keep-frist = 1 }", "expected a mask"),
        ("mask = { keep-first = 1 }", "mask = {}", "a mask keeps something or is `redact`"),
        ("mask = { keep-first = 1 }", "mask = \"reduct\"", "`reduct` is no mask; did you mean `redact`?"),
        (
            "generalise = \"year\"",
            "generalise = \"monht\"",
            "`generalise` does not know `monht`; did you mean `month`?",
        ),
        (
            "{ generalise = \"year\" }",
            "{ generalise = \"year\", keep-last = 1 }",
            "`generalise` and `replace-by` stand alone",
        ),
        ("purposes = [\"service\", \"contract\", \"legal\"]", "purposes = []", "list at least one purpose"),
        (
            "csv = [\"sex\", \"性別\"]",
            "csv = [\"Mobile\"]",
            "`kinds.customer.fields.phone`: the column heading `mobile` already stands for `gender`",
        ),
        (
            "states = [\"draft\", \"signed\"",
            "states = [\"draft\", \"draft\"",
            "the state `draft` is empty or listed twice",
        ),
        ("[kinds.preference]", "[kinds.vault]", "the kind `vault` is the vault itself"),
        ("[kinds.preference]", "[kinds.Preference]", "is no record kind"),
        ("[kinds.customer]", "[kinds.customer", "s.toml:9:"),
        (
            "title = { en = \"Customer\", zh = \"客户\" }",
            "title = { en = \"Customer\" }",
            "missing field `zh`",
        ),
    ] {
        let error = schema_error(old, new);
        assert!(error.contains(expected), "{new}\n{error}\n{expected}");
        assert!(error.lines().all(|line| line.starts_with("s.toml:")), "{error}");
    }
    let empty = Schema::from_toml("version = 1\n[kinds]\n", "s.toml").unwrap_err().to_string();
    assert!(empty.contains("a schema has 1 to 64 kinds, this one has 0"), "{empty}");
    let huge = Schema::from_toml(&"#".repeat(CONFIG_BYTES_MAX + 1), "s.toml").unwrap_err().to_string();
    assert!(huge.contains("a text has at most 4194304 bytes"), "{huge}");
}

#[test]
fn a_bad_policy_is_refused_with_its_place() {
    let own = "id = \"probe\"\nroles = [\"sales\"]\nkinds = [\"contract\"]\nactions = [\"view\"";
    let with = |old: &str, new: &str| own.replace(old, new);
    let cycle = "[roles.staff]\ninherits = [\"manager\"]";
    for (old, new, expected) in [
        ("version = 1", "version = 3", "this program reads policy version 1, not 3"),
        (
            own,
            &with("\"sales\"", "\"saels\""),
            "`grants[0].roles[0]`: there is no role `saels`; did you mean `sales`?",
        ),
        (
            own,
            &with("\"contract\"", "\"contracts\""),
            "`grants[0].kinds[0]`: there is no kind `contracts`; did you mean `contract`?",
        ),
        (own, &with("\"view\"", "\"veiw\""), "`veiw` is no action; did you mean `view`?"),
        (own, &with("[\"sales\"]", "[]"), "`grants[0].roles`: list at least one of `roles`"),
        (own, &with("[\"contract\"]", "[]"), "`grants[0].kinds`: list at least one of `kinds`"),
        (own, &with("kinds", "kind"), "unknown field `kind`, expected one of"),
        (own, &with("probe", "sales-own-customers"), "the id `sales-own-customers` is taken by another rule"),
        (
            "clearance = \"Internal\"",
            "clearance = \"Internl\"",
            "`roles.staff.clearance`: there is no level `Internl`; did you mean `Internal`?",
        ),
        (
            "inherits = [\"staff\"]",
            "inherits = [\"stuff\"]",
            "`roles.sales.inherits[0]`: there is no role `stuff`; did you mean `staff`?",
        ),
        ("[roles.staff]", cycle, "`roles.manager.inherits`: the role `manager` inherits itself"),
        ("[roles.staff]", cycle, "`roles.staff.inherits`: the role `staff` inherits itself"),
        (
            "own = true, purposes = [\"service\", \"contract\"]",
            "own = true, purposes = []",
            "`grants[0].when.purposes`: list at least one",
        ),
        (
            "purposes = [\"service\", \"contract\"]",
            "purposes = [\"servise\"]",
            "there is no field with the purpose `servise`; did you mean `service`?",
        ),
        (
            "own = true, purposes",
            "states = [\"sigend\"], purposes",
            "there is no state `sigend`; did you mean `signed`?",
        ),
        ("own = true, purposes", "own = \"yes\", purposes", "invalid type"),
        (
            "own = true, purposes",
            "hours = { from = \"9\", to = \"10:00\", offset = \"+08:00\" }, purposes",
            "`grants[0].when.hours.from`: expected a time of day",
        ),
        (
            "by-role = \"approver\"",
            "by-role = \"aprover\"",
            "there is no role `aprover`; did you mean `approver`?",
        ),
        ("count = 1", "count = 0", "an approval needs at least one person"),
        ("fields = [\"phone\"]", "fields = [\"phon\"]", "there is no field `phon`; did you mean `phone`?"),
        ("fields = [\"phone\"]", "fields = []", "list at least one of `fields`"),
        ("\"watermark\"", "\"watermarks\"", "unknown variant `watermarks`"),
        ("\"watermark\"", "\"watermarks\"", "did you mean `watermark`?"),
        ("role = \"dpo\"", "role = \"dop\"", "there is no role `dop`; did you mean `dpo`?"),
        (
            "roles = [\"admin\", \"auditor\", \"dpo\"]",
            "roles = [\"admin\"]",
            "separation needs more roles than the 1 that are allowed together",
        ),
        (
            "roles = [\"admin\", \"auditor\", \"dpo\"]",
            "roles = [\"dpo\", \"approver\"]",
            "the role `dpo` holds more than 1 of them by itself",
        ),
        ("from = \"Restricted\"", "from = \"Public\"", "below the lowest level nothing is left"),
        (
            "from = \"Restricted\"",
            "from = \"Restrictd\"",
            "there is no level `Restrictd`; did you mean `Restricted`?",
        ),
        (
            "when = { mfa-age-max-seconds = 28800 }\n\n# Who",
            "when = {}\n\n# Who",
            "a requirement needs a condition",
        ),
        (
            "kinds = [\"vault\"]\nactions = [\"configure\"",
            "kinds = [\"customer\"]\nactions = [\"configure\"",
            "no role that holds this grant is cleared for `customer`, which is `Confidential`; the highest clearance is `Public`",
        ),
        (
            "when = { own = true, mfa",
            "from = \"2026-01-01T00:00:00Z\"\nuntil = \"2026-01-01T00:00:00Z\"\nwhen = { own = true, mfa",
            "the grant ends before it begins",
        ),
    ] {
        let error = policy_error(old, new);
        assert!(error.contains(expected), "{new}\n{error}\n{expected}");
        assert!(error.lines().all(|line| line.starts_with("p.toml:")), "{error}");
    }
}

#[test]
fn the_place_is_the_line_and_column_of_the_part() {
    let (schema, _) = sample();
    let text = "version = 1\n\n[roles.a]\n\n[[grants]]\nid = \"x\"\nroles = [\"a\",\n  \"b\"]\nkinds = [\"vault\"]\nactions = [\"audit\"]\n";
    let error = CompiledPolicy::from_toml(schema, text, "p.toml").unwrap_err();
    assert_eq!(error.to_string(), "p.toml:8:3: `grants[0].roles[1]`: there is no role `b`");
    let place = error.problems()[0].place.as_ref().unwrap();
    assert_eq!((place.file.as_str(), place.line, place.column), ("p.toml", 8, 3));
    // Without a text there is no place, and the part is named all the same.
    let policy = Policy::from_toml(text, "p.toml").unwrap();
    let error = CompiledPolicy::compile(schema, &policy).unwrap_err();
    assert_eq!(error.to_string(), "`grants[0].roles[1]`: there is no role `b`");
}

#[test]
fn a_schema_and_a_policy_come_back_from_another_notation() {
    let (schema, _) = sample();
    let json = serde_json::to_string(&schema).unwrap();
    assert_eq!(serde_json::from_str::<Schema>(&json).unwrap(), *schema);
    let policy = Policy::from_toml(POLICY, "p.toml").unwrap();
    let json = serde_json::to_string(&policy).unwrap();
    assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), policy);
    let bad = serde_json::to_string(&schema).unwrap().replacen("Confidential", "Confidental", 1);
    assert!(serde_json::from_str::<Schema>(&bad).unwrap_err().to_string().contains("did you mean"));
}

#[test]
fn labels_join_downwards() {
    let (schema, _) = sample();
    let scale = schema.scale();
    let customer = schema.kind(&"customer".parse().unwrap()).unwrap();
    for field in customer.fields() {
        assert!(field.label().level >= customer.label().level);
        assert_eq!(field.label().join(customer.label()), field.label());
    }
    let all = schema.label_of(customer.name()).unwrap();
    assert_eq!(scale.name(all.level), Some("Restricted"));
    assert!(all.categories.contains(strongroom_types::Category::FinancialAccount));
    assert_eq!(schema.label_of(&"invoice".parse().unwrap()), None);
}

#[test]
fn no_condition_can_hold_for_a_lower_level_alone() {
    // A condition that a higher label breaks would be one that raising a label helps to pass elsewhere; and the other
    // way round. The language has `clearance` and "from this level on" (`requirements`), and nothing else.
    for condition in
        ["level = \"Public\"", "level-max = \"Internal\"", "below = \"Restricted\"", "clearance = \"Public\""]
    {
        for (at, text) in [
            (
                "grants",
                format!(
                    "[[grants]]\nid = \"g\"\nroles = [\"r\"]\nkinds = [\"customer\"]\nactions = [\"view\"]\nwhen = {{ {condition} }}\n"
                ),
            ),
            (
                "denies",
                format!(
                    "[[denies]]\nid = \"d\"\nkinds = [\"customer\"]\nactions = [\"view\"]\nwhen = {{ {condition} }}\n"
                ),
            ),
            (
                "requirements",
                format!("[[requirements]]\nid = \"q\"\nfrom = \"Restricted\"\nwhen = {{ {condition} }}\n"),
            ),
        ] {
            let text = format!("version = 1\n[roles.r]\nclearance = \"Restricted\"\n{text}");
            let (schema, _) = sample();
            let error = CompiledPolicy::from_toml(schema, &text, "p.toml").unwrap_err().to_string();
            assert!(
                error.contains("p.toml:") && error.contains("unknown field"),
                "{at} {condition}: {error}"
            );
        }
    }
    let text = "version = 1\n[[requirements]]\nid = \"q\"\nfrom = \"Public\"\nwhen = { mfa = true }\n";
    let error = CompiledPolicy::from_toml(&sample().0, text, "p.toml").unwrap_err().to_string();
    assert!(error.contains("below the lowest level nothing is left"), "{error}");
}

#[test]
fn whoever_breaks_the_glass_says_why_and_is_reviewed() {
    let (schema, _) = sample();
    let with = |obligations: &str| {
        let text = format!(
            "version = 1\n[roles.r]\nclearance = \"Restricted\"\n[[grants]]\nid = \"g\"\nroles = [\"r\"]\nkinds = [\"customer\"]\n\
             actions = [\"view\"]\nwhen = {{ break-glass = true }}\nobligations = [{obligations}]\n"
        );
        CompiledPolicy::from_toml(schema, &text, "p.toml").map(drop).map_err(|error| error.to_string())
    };
    let review = "{ review = { by-role = \"r\", within-hours = 24 } }";
    assert_eq!(with(&format!("\"justify\", {review}")), Ok(()));
    for lacking in ["", "\"justify\"", review, "\"justify\", { notify = { role = \"r\" } }"] {
        let error = with(lacking).unwrap_err();
        assert!(error.contains("needs the obligations `review` and `justify`"), "{lacking}: {error}");
    }
    for (wrong, expected) in [
        ("{ review = { by-role = \"x\", within-hours = 24 } }", "no role `x`"),
        ("{ review = { by-role = \"r\", within-hours = 0 } }", "at least 1"),
        ("{ uses = { max = 0 } }", "at least 1"),
        ("{ budget = { records = 0, per-seconds = 1 } }", "at least 1"),
        ("{ budget = { records = 1, per-seconds = 0 } }", "at least 1"),
        ("{ mask = { fields = [\"phone\"], replace-by = \"hsah\" } }", "did you mean `hash`"),
    ] {
        let error = with(&format!("\"justify\", {review}, {wrong}")).unwrap_err();
        assert!(error.contains(expected), "{wrong}: {error}");
    }
}
