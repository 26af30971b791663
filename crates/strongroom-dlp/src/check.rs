//! Check digits and check sums, each useful on its own.
//!
//! Every function takes one value as text and says whether it holds. Letters may be in either case; spaces and dashes
//! between characters are passed over, as people write them. Anything else in the value makes it false. Full-width
//! forms are for the scanner; here they are false.

use crate::detect::{card, hkid, iban as iban_number, resident, taiwan, uscc};

/// The longest value with its separators that is looked at; a longer one is false.
const CHARACTERS_MAX: usize = 64;

/// 居民身份证 of 18 characters: region, a real birth date, and the ISO 7064 MOD 11-2 check character (GB 11643-1999).
///
/// ```
/// assert!(strongroom_dlp::check::cn_resident_id("11010519491231002X"));
/// assert!(!strongroom_dlp::check::cn_resident_id("110105194912310021"));
/// ```
pub fn cn_resident_id(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| resident::is_valid(&id))
}

/// 统一社会信用代码: 18 characters without I, O, S, V, Z and the modulo 31 check character (GB 32100-2015).
pub fn cn_uscc(value: &str) -> bool {
    compact(value, " -").is_some_and(|code| uscc::is_valid(&code))
}

/// 香港身份證: one or two letters, six digits, and the check digit or `A`, which may stand in brackets.
pub fn hk_hkid(value: &str) -> bool {
    compact(value, " -()").is_some_and(|id| hkid::is_valid(&id))
}

/// An IBAN: a country of the registry, its length, and the modulo 97 check digits (ISO 13616, ISO 7064).
pub fn iban(value: &str) -> bool {
    compact(value, " -").is_some_and(|number| iban_number::is_valid(&number))
}

/// The Luhn digit of 2 to 64 digits (ISO/IEC 7812-1, annex B). It says nothing of issuer or length.
pub fn luhn(value: &str) -> bool {
    compact(value, " -").is_some_and(|digits| card::luhn(&digits))
}

/// 國民身分證統一編號: a letter, 1 or 2, and eight digits with a weighted check sum.
pub fn tw_national_id(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| taiwan::is_national_id(&id))
}

/// 統一編號: eight digits with a weighted check sum, divisible by 5 since 2023 (by 10 before, which that includes).
pub fn tw_ubn(value: &str) -> bool {
    compact(value, " -").is_some_and(|number| taiwan::is_ubn(&number))
}

/// Upper case without the separators named; `None` where anything else but ASCII letters and digits is left.
fn compact(value: &str, separators: &str) -> Option<Vec<u8>> {
    if value.len() > CHARACTERS_MAX {
        return None;
    }
    let kept = value.bytes().filter(|byte| !separators.bytes().any(|separator| separator == *byte));
    kept.map(|byte| byte.is_ascii_alphanumeric().then(|| byte.to_ascii_uppercase())).collect()
}

#[cfg(test)]
mod tests;
