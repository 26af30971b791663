//! The check digits of published standards, as predicates.
//!
//! Values are drawn until the predicate holds, and look-alikes until it does not; so one reading of each standard decides
//! both. Nothing here is shared with the scanner under test: a mistake made twice would hide itself.
#![expect(clippy::arithmetic_side_effects, reason = "sums of a few digits")]

mod asia;
mod codes;
mod west;

pub use asia::{
    cn_organisation, cn_resident_id, cn_uscc, hk_hkid, in_aadhaar, jp_my_number, kr_rrn, sg_nric, th_tnin,
    tw_arc, tw_national_id, tw_ubn,
};
pub use codes::{
    base58_check, base58_encode, bech32, bech32_encode, credit_card, github_checksum, github_token, iban,
    luhn,
};
pub use west::{
    au_abn, au_medicare, au_tfn, br_cnpj, br_cpf, ca_sin, de_tax_id, es_nie, es_nif, fi_hetu, fr_nir,
    it_fiscal_code, mx_curp, nl_bsn, nz_ird, pl_pesel, se_personnummer, uk_nhs, us_bank_routing,
};

/// The letters and digits of a text as numbers, A being 10.
fn values(text: &str) -> Vec<u32> {
    text.chars().filter_map(|c| c.to_digit(36)).collect()
}

/// The digits of a text that has no other character, of a given length.
fn digits(text: &str, len: usize) -> Option<Vec<u32>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(10)).collect();
    digits.filter(|digits| digits.len() == len)
}

/// The sum of the products; the shorter list decides how many.
fn weigh(values: &[u32], weights: &[u32]) -> u32 {
    values.iter().zip(weights).map(|(value, weight)| value * weight).sum()
}

/// The character of an alphabet at a place; a question mark beyond its end, which no valid value contains.
fn letter(alphabet: &str, at: u32) -> char {
    alphabet.chars().nth(usize::try_from(at).unwrap_or(usize::MAX)).unwrap_or('?')
}

/// Whether a month has such a day; February has 29 of them where the year does not say otherwise.
fn is_day(year: Option<u32>, month: u32, day: u32) -> bool {
    let leap = year.is_none_or(|y| (y.is_multiple_of(4) && !y.is_multiple_of(100)) || y.is_multiple_of(400));
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => 0,
    };
    (1..=last).contains(&day)
}

/// Whether any all-digit identifier of the corpus has this form and check digit: then it is no safe look-alike.
pub(super) fn is_some_number(text: &str) -> bool {
    let predicates: [fn(&str) -> bool; 22] = [
        luhn,
        cn_resident_id,
        tw_ubn,
        in_aadhaar,
        jp_my_number,
        kr_rrn,
        th_tnin,
        au_abn,
        au_medicare,
        au_tfn,
        br_cnpj,
        br_cpf,
        ca_sin,
        de_tax_id,
        fr_nir,
        nl_bsn,
        nz_ird,
        pl_pesel,
        se_personnummer,
        uk_nhs,
        us_bank_routing,
        |text| text.len() == 18 && text.ends_with(['X', 'x']) && cn_resident_id(text),
    ];
    predicates.iter().any(|holds| holds(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Predicate = fn(&str) -> bool;

    /// Every published example holds, and changing any one digit of it breaks it where the scheme finds all such changes.
    #[test]
    fn published_examples_hold_and_their_neighbours_do_not() {
        let examples: [(Predicate, &str); 36] = [
            (cn_resident_id, "11010519491231002X"),
            (cn_resident_id, "440524188001010014"),
            (cn_uscc, "91350100M000100Y43"),
            (credit_card, "4111111111111111"),
            (credit_card, "378282246310005"),
            (credit_card, "5555555555554444"),
            (credit_card, "3530111333300000"),
            (credit_card, "6011111111111117"),
            (iban, "GB82WEST12345698765432"),
            (iban, "DE89370400440532013000"),
            (iban, "CH9300762011623852957"),
            (hk_hkid, "A1234563"),
            (tw_national_id, "A123456789"),
            (in_aadhaar, "234123412346"),
            (jp_my_number, "123456789018"),
            (sg_nric, "S1234567D"),
            (sg_nric, "F1234567N"),
            (au_abn, "51824753556"),
            (au_tfn, "123456782"),
            (au_medicare, "2123456701"),
            (br_cpf, "11144477735"),
            (br_cpf, "39053344705"),
            (br_cnpj, "11222333000181"),
            (ca_sin, "046454286"),
            (de_tax_id, "86095742719"),
            (de_tax_id, "36574261809"),
            (es_nif, "12345678Z"),
            (es_nie, "X2482300W"),
            (fi_hetu, "131052-308T"),
            (fr_nir, "295109912611193"),
            (it_fiscal_code, "RSSMRA80A01H501U"),
            (nl_bsn, "111222333"),
            (pl_pesel, "44051401359"),
            (se_personnummer, "8112289874"),
            (uk_nhs, "9434765919"),
            (us_bank_routing, "021000021"),
        ];
        for (holds, example) in examples {
            assert!(holds(example), "{example}");
            let neighbours = (0..10).filter(|digit| {
                let mut other = example.to_owned();
                let at = example.len() - 2;
                other.replace_range(at..=at, &digit.to_string());
                other != example && holds(&other)
            });
            assert_eq!(neighbours.count(), 0, "{example}");
        }
    }

    #[test]
    fn schemes_that_miss_some_changes_hold_for_their_examples() {
        for number in ["04595257", "10458574"] {
            assert!(tw_ubn(number), "{number}");
        }
        for number in ["49091850", "35901981", "49098576", "136410132"] {
            assert!(nz_ird(number), "{number}");
        }
        for number in ["136410133", "9125568"] {
            assert!(!nz_ird(number), "{number}");
        }
        // The weight of its last digit but one is 2, which hides a change by five.
        assert!(mx_curp("BOXW310820HNERXN09") && !mx_curp("BOXW310820HNERXN08"));
        assert!(tw_arc("A800000014"));
        assert!(kr_rrn("9710139019902"));
        assert!(!kr_rrn("9710139019903"));
    }

    #[test]
    fn published_addresses_and_tokens_hold() {
        assert!(base58_check("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"));
        assert!(!base58_check("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"));
        assert!(bech32("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"));
        assert!(!bech32("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"));
        assert!(bech32("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"));
        assert_eq!(github_checksum("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ"), "0mLq17");
        assert!(!github_token("ghp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18"));
    }

    #[test]
    fn the_days_of_months() {
        assert!(is_day(Some(2000), 2, 29) && is_day(None, 2, 29) && !is_day(Some(1900), 2, 29));
        assert!(!is_day(Some(2001), 4, 31) && !is_day(Some(2001), 13, 1) && !is_day(Some(2001), 1, 0));
    }
}
