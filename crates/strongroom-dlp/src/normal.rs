//! One form for the many ways in which one value is written.
//!
//! Kept apart from what the scanner reads: pseudonyms and fingerprints are stored, so the form of a value must stay the
//! same when the scanner learns another dash. A change here is a change of format.

use crate::Entity;

/// What of a value tells it from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Every visible character, and its case: keys and tokens.
    Exact,
    /// Every visible character in upper case: values whose dots and dashes are part of them.
    Marked,
    /// Letters and digits in upper case: numbers, however they are grouped.
    Compact,
}

/// By name and by ending, so that a kind added later is treated as its likes are.
fn form(entity: Entity) -> Form {
    let name = entity.name();
    if ["KEY", "TOKEN", "JWT", "CREDENTIALS", "CRYPTO_ADDRESS"].iter().any(|end| name.ends_with(end)) {
        return Form::Exact;
    }
    match name {
        "ADDRESS" | "DATE_OF_BIRTH" | "EMAIL" | "GEO_COORDINATES" | "IP_ADDRESS" | "ORG" | "PERSON" => {
            Form::Marked
        }
        _ => Form::Compact,
    }
}

/// The form of a value that is the same for every spacing, grouping and width it is written in.
///
/// A value with nothing in it that counts is its own form, so that two such values stay two.
pub(crate) fn normal(entity: Entity, value: &str) -> String {
    let visible = value.chars().filter_map(fold).filter(|c| !c.is_whitespace());
    let form = match form(entity) {
        Form::Exact => visible.collect(),
        Form::Marked => visible.map(|c| c.to_ascii_uppercase()).collect(),
        Form::Compact => {
            visible.filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect::<String>()
        }
    };
    if form.is_empty() {
        return value.to_owned();
    }
    match entity {
        Entity::Phone => domestic(&form).map_or(form.clone(), str::to_owned),
        _ => form,
    }
}

/// A mobile number of mainland China without its country code, which few write.
fn domestic(digits: &str) -> Option<&str> {
    let rest = digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86"))?;
    (rest.len() == 11 && rest.starts_with('1')).then_some(rest)
}

/// The plain character that one stands for; `None` for one that does not show.
fn fold(c: char) -> Option<char> {
    match c {
        '\u{AD}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' => None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '\u{B7}' | '\u{2022}' | '\u{2027}' | '\u{3002}' | '\u{30FB}' => Some('.'),
        // The full-width forms of ASCII 0x21 to 0x7E; `from_u32` cannot fail there.
        '\u{FF01}'..='\u{FF5E}' => match u32::from(c).checked_sub(0xFEE0) {
            Some(code) => char::from_u32(code),
            None => Some(c),
        },
        _ => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_value_have_one_form() {
        for (entity, form, spellings) in [
            (
                Entity::Phone,
                "13800138000",
                &[
                    "138 0013 8000",
                    "138-0013-8000",
                    "１３８－００１３－８０００",
                    "138\u{200b}00138000",
                    "+86 138—0013—8000",
                    "0086 13800138000",
                ][..],
            ),
            (Entity::CnResidentId, "11010519491231002X", &["11010519491231002x", "110105 19491231 002Ｘ"]),
            (Entity::HkHkid, "A1234563", &["A123456(3)", "a123456（3）"]),
            (Entity::Email, "ZS@EXAMPLE.COM", &["zs@example.com", "ZS＠example.com", "zs@example。com"]),
            (
                Entity::AwsKey,
                "AKIAIOSFODNN7EXAMPLE",
                &["AKIAIOSFODNN7EXAMPLE", "AKIA\u{200b}IOSFODNN7EXAMPLE"],
            ),
        ] {
            for spelling in spellings {
                assert_eq!(normal(entity, spelling), form, "{spelling}");
            }
        }
    }

    #[test]
    fn different_values_keep_different_forms() {
        for (entity, one, other) in [
            (Entity::Email, "a.b@example.com", "ab@example.com"),
            (Entity::Email, "a-b@example.com", "a_b@example.com"),
            (Entity::IpAddress, "10.0.0.11", "10.0.01.1"),
            (Entity::Jwt, "eyJhbGci.a.b", "eyJhbGci.A.b"),
            (Entity::UrlCredentials, "a:bc", "ab:c"),
            (Entity::Phone, "+1 380 013 8000", "+81 380 013 8000"),
            (Entity::Phone, "+86 10 6552 9988", "+85 10 6552 9988"),
            (Entity::Passport, "--", ".."),
        ] {
            assert_ne!(normal(entity, one), normal(entity, other), "{one} {other}");
        }
    }
}
