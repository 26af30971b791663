//! One spelling for values that are searched for, so that equal things get equal index tokens.

/// What a searched field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldType {
    /// An email address: case does not count, in either part.
    Email,
    /// An identifier such as a passport or company number: letters and digits count, in upper case.
    Id,
    /// A telephone number: digits count, and a leading `+`; the prefix of mainland China is left off.
    Phone,
    /// A text: case and the width and number of spaces do not count.
    Text,
}

/// The one spelling of a value.
///
/// Full-width ASCII (U+FF01 to U+FF5E) and the ideographic space are folded first in every type. No other Unicode
/// normalisation is done: composed and decomposed accents stay different.
pub fn normalise(field: FieldType, text: &str) -> String {
    let folded = text.chars().map(fold_width);
    match field {
        FieldType::Email => folded.filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect(),
        FieldType::Id => folded.filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect(),
        FieldType::Phone => phone(folded),
        FieldType::Text => text_words(&folded.collect::<String>()),
    }
}

fn fold_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        _ => c,
    }
}

fn phone(folded: impl Iterator<Item = char>) -> String {
    let mut digits = String::new();
    for c in folded {
        if c.is_ascii_digit() || (c == '+' && digits.is_empty()) {
            digits.push(c);
        }
    }
    let international = digits.strip_prefix("00").map(|rest| format!("+{rest}")).unwrap_or(digits);
    match international.strip_prefix("+86") {
        Some(rest) => rest.to_owned(),
        // A mobile number of mainland China, its country code written without the plus.
        None => match international.strip_prefix("86") {
            Some(rest) if rest.len() == 11 && rest.starts_with('1') => rest.to_owned(),
            _ => international,
        },
    }
}

fn text_words(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_things_get_one_spelling() {
        use FieldType::{Email, Id, Phone, Text};
        for (field, expected, spellings) in [
            (
                Phone,
                "13800138000",
                &[
                    "13800138000",
                    "+86 138-0013-8000",
                    "0086 13800138000",
                    "8613800138000",
                    "138 0013 8000",
                    "＋８６ １３８００１３８０００",
                ][..],
            ),
            (Phone, "+85291234567", &["+852 9123 4567", "00852-9123-4567"]),
            (Phone, "02112345678", &["(021) 1234-5678", "021-12345678"]),
            (Phone, "+442071838750", &["+44 20 7183 8750"]),
            (Email, "a.b@example.com", &["A.B@Example.com ", "ａ.b＠example.com"]),
            (
                Id,
                "11010519491231002X",
                &["11010519491231002x", "110105 19491231 002X", "１１０１０５-19491231-002X"],
            ),
            (Id, "A1234563", &["A123456(3)", "a123456 3"]),
            (Text, "张 三 zhang", &["张　三  Zhang", " 张 三 ZHANG "]),
        ] {
            for spelling in spellings {
                assert_eq!(normalise(field, spelling), expected, "{field:?} {spelling}");
            }
        }
    }

    #[test]
    fn different_things_stay_different() {
        for (field, a, b) in [
            (FieldType::Phone, "+85291234567", "91234567"),
            (FieldType::Phone, "8613800138", "13800138"),
            (FieldType::Email, "a.b@x.cn", "ab@x.cn"),
            (FieldType::Text, "a b", "ab"),
        ] {
            assert_ne!(normalise(field, a), normalise(field, b));
        }
    }

    #[test]
    fn normalising_twice_changes_nothing() {
        for text in ["", "+86", "86", "0086", "+86+86138", "İ", "ß", "  ", "００８６１", "0000861"] {
            for field in [FieldType::Email, FieldType::Id, FieldType::Text] {
                let once = normalise(field, text);
                assert_eq!(normalise(field, &once), once, "{field:?} {text}");
            }
        }
    }
}
