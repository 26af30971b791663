//! Goal: each check accepts the published values and none of their nearest neighbours. Method: for every published
//! value, every other character in every place; a check digit must catch each single error it promises to.

use super::*;

/// The value holds, and no value that differs in one digit does.
fn only(check: fn(&str) -> bool, values: &[&str]) {
    for value in values {
        assert!(check(value), "{value}");
        for (at, old) in value.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
            for new in ('0'..='9').filter(|new| *new != old) {
                let mut other = (*value).to_owned();
                other.replace_range(at..=at, &new.to_string());
                assert!(!check(&other), "{other}");
            }
        }
    }
}

#[test]
fn resident_ids() {
    only(cn_resident_id, &["11010519491231002X", "440524188001010014"]);
    assert!(cn_resident_id("110105 19491231 002x"));
    for id in [
        "",
        "X",
        "1010519491231002X",
        "11010519491231002X0",
        "11010519491331002X",
        "110105190002290017",
        "１1010519491231002X",
        "1101051949123100-2Y",
    ] {
        assert!(!cn_resident_id(id), "{id}");
    }
}

#[test]
fn unified_credit_codes() {
    only(cn_uscc, &["91350100M000100Y43"]);
    for code in [
        "",
        "1350100M000100Y43",
        "91350100M000100Y430",
        "91350100M000100Y4O",
        "91350100O000100Y43",
        "00350100M000100Y43",
    ] {
        assert!(!cn_uscc(code), "{code}");
    }
}

#[test]
fn cards() {
    only(luhn, &["4111111111111111", "378282246310005", "6011111111111117", "79927398713"]);
    for digits in ["", "0", "4111a", "４１１１"] {
        assert!(!luhn(digits), "{digits}");
    }
}

#[test]
fn ibans() {
    only(
        iban,
        &[
            "GB82WEST12345698765432",
            "DE89370400440532013000",
            "NO9386011117947",
            "MT84MALT011000012345MTLCAST001S",
        ],
    );
    assert!(iban("gb82 west 1234 5698 7654 32"));
    // Lengths of no country, a country that is not in the registry, characters that do not belong.
    for number in [
        "",
        "GB",
        "GB82WEST1234569876543",
        "GB82WEST123456987654320",
        "ZZ82WEST12345698765432",
        "GB82WEST1234569876543-2X",
        "GB82WEST1234569876543Ü",
    ] {
        assert!(!iban(number), "{number}");
    }
}

#[test]
fn hong_kong_ids() {
    for id in ["A123456(3)", "A1234563", "a123456(3)", "AB987654(3)", "G123456(A)", "C123456(9)"] {
        assert!(hk_hkid(id), "{id}");
    }
    for id in ["A123456(4)", "A123456(A)", "AB987654(4)", "ABC123456(3)", "A12345(3)", "1234563", ""] {
        assert!(!hk_hkid(id), "{id}");
    }
    only(hk_hkid, &["A1234563", "AB9876543"]);
}

#[test]
fn taiwan_ids() {
    // The weights 2, 4, 5, 6 and 8 share a factor with 10, so only the check digit catches every error.
    assert!(tw_national_id("A123456789"));
    for last in 0..9 {
        assert!(!tw_national_id(&format!("A12345678{last}")), "{last}");
    }
    for id in ["", "A", "A12345678", "A1234567890", "A323456789", "1123456789", "AA23456789"] {
        assert!(!tw_national_id(id), "{id}");
    }
    assert!(tw_national_id("a123456789"));
}

#[test]
fn taiwan_business_numbers() {
    // The second has 7 in the seventh place, the third holds only since the rule of 2023.
    for number in ["04595257", "10458575", "04595252"] {
        assert!(tw_ubn(number), "{number}");
    }
    for number in ["", "04595258", "0459525", "045952570", "00000000", "0459525A"] {
        assert!(!tw_ubn(number), "{number}");
    }
}
