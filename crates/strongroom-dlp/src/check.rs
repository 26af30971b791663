//! Check digits and check sums, each useful on its own.
//!
//! Every function takes one value as text and says whether it holds. Letters may be in either case; spaces and dashes
//! between characters are passed over, as people write them. Anything else in the value makes it false. Full-width
//! forms are for the scanner; here they are false.

use crate::detect::{card, hkid, iban as iban_number, resident, taiwan, uscc};
use crate::national::{americas, asia, britain, europe, greater_china, nordic, oceania, swift};

/// The longest value with its separators that is looked at; a longer one is false.
const CHARACTERS_MAX: usize = 64;

/// Australian business number: eleven digits modulo 89 (Australian Business Register).
pub fn au_abn(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| oceania::is_au_abn(&id))
}

/// Australian Medicare card number: ten digits, or eleven with the person's place on the card, and a check digit in the
/// ninth place (Services Australia).
pub fn au_medicare(value: &str) -> bool {
    compact(value, " -/").is_some_and(|id| oceania::is_au_medicare(&id))
}

/// Australian tax file number: nine digits, or eight of the older ones, modulo 11 (Australian Taxation Office).
pub fn au_tfn(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| oceania::is_au_tfn(&id))
}

/// CNPJ: twelve characters, which may be letters since 2026, and two check digits modulo 11 (Instrução Normativa RFB
/// 2.229/2024).
pub fn br_cnpj(value: &str) -> bool {
    compact(value, " -./").is_some_and(|id| americas::is_br_cnpj(&id))
}

/// CPF: nine digits and two check digits modulo 11 (Receita Federal).
///
/// ```
/// assert!(strongroom_dlp::check::br_cpf("529.982.247-25"));
/// assert!(!strongroom_dlp::check::br_cpf("529.982.247-52"));
/// ```
pub fn br_cpf(value: &str) -> bool {
    compact(value, " -.").is_some_and(|id| americas::is_br_cpf(&id))
}

/// Social insurance number of Canada: nine digits that do not begin with 8, with the Luhn digit (Service Canada).
pub fn ca_sin(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| americas::is_ca_sin(&id))
}

/// 军官证: one Chinese character, 字第, five to eight digits, 号; or the digits alone, of which nothing more is known.
pub fn cn_officer_id(value: &str) -> bool {
    let digits = match value.split_once("字第") {
        Some((issuer, rest)) => {
            let mut issuer = issuer.chars();
            let one = issuer.next().is_some_and(|c| ('\u{4E00}'..='\u{9FA5}').contains(&c));
            let rest = rest.strip_suffix(['号', '號']).unwrap_or(rest);
            (one && issuer.next().is_none()).then_some(rest)
        }
        None => Some(value),
    };
    digits.is_some_and(|digits| greater_china::is_cn_officer_digits(digits.trim_matches(' ').as_bytes()))
}

/// 居民身份证 of 18 characters: a real birth date and the ISO 7064 MOD 11-2 check character (GB 11643-1999). The region may
/// be any: codes of regions that are no more stay on people's cards.
///
/// ```
/// assert!(strongroom_dlp::check::cn_resident_id("11010519491231002X"));
/// assert!(!strongroom_dlp::check::cn_resident_id("110105194912310021"));
/// ```
pub fn cn_resident_id(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| resident::is_valid(&id))
}

/// Permits between mainland China, Hong Kong, Macao and Taiwan: letter and length; none has a check digit (国家移民管理局).
pub fn cn_travel_permit(value: &str) -> bool {
    compact(value, " ()").is_some_and(|id| greater_china::is_cn_travel_permit(&id))
}

/// 统一社会信用代码: 18 characters without I, O, S, V, Z and the modulo 31 check character (GB 32100-2015).
pub fn cn_uscc(value: &str) -> bool {
    compact(value, " -").is_some_and(|code| uscc::is_valid(&code))
}

/// Steuerliche Identifikationsnummer: eleven digits, one of which comes twice or three times among the first ten, and the
/// check digit of ISO 7064 MOD 11,10 (Bundeszentralamt für Steuern).
pub fn de_tax_id(value: &str) -> bool {
    compact(value, " -/").is_some_and(|id| europe::is_de_tax_id(&id))
}

/// NIE of Spain: X, Y or Z, seven digits, and the control letter modulo 23 (Real Decreto 557/2011).
pub fn es_nie(value: &str) -> bool {
    compact(value, " -.").is_some_and(|id| europe::is_es_nie(&id))
}

/// NIF of a person in Spain: eight digits, or K, L or M and seven, and the control letter modulo 23 (Orden EHA/451/2008).
pub fn es_nif(value: &str) -> bool {
    compact(value, " -.").is_some_and(|id| europe::is_es_nif(&id))
}

/// Henkilötunnus with its century sign: a real birth date and the check character modulo 31 (Digi- ja väestötietovirasto).
///
/// The sign may be a dash, so nothing is passed over here.
pub fn fi_hetu(value: &str) -> bool {
    value.len() == 11 && nordic::is_fi_hetu(value.to_ascii_uppercase().as_bytes())
}

/// NIR of France: fifteen digits, 2A and 2B for Corsica among them, and the key modulo 97 (INSEE).
pub fn fr_nir(value: &str) -> bool {
    compact(value, " -.").is_some_and(|id| europe::is_fr_nir(&id))
}

/// 香港身份證: one or two letters, six digits, and the check digit or `A`, which may stand in brackets.
pub fn hk_hkid(value: &str) -> bool {
    compact(value, " -()").is_some_and(|id| hkid::is_valid(&id))
}

/// An IBAN: a country of the registry, its length, and the modulo 97 check digits (ISO 13616, ISO 7064).
pub fn iban(value: &str) -> bool {
    compact(value, " -").is_some_and(|number| iban_number::is_valid(&number))
}

/// Aadhaar: twelve digits that do not begin with 0 or 1, with the check digit of Verhoeff (UIDAI).
pub fn in_aadhaar(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| asia::is_in_aadhaar(&id))
}

/// Permanent account number of India: five letters, of which the fourth tells the kind of holder, four digits, a letter
/// (Income Tax Department). It has no check that is published.
pub fn in_pan(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| asia::is_in_pan(&id))
}

/// Codice fiscale: name, a birth date that can be, place, and the control letter modulo 26, letters of omocodia included
/// (Decreto ministeriale 23 December 1976).
pub fn it_fiscal_code(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| europe::is_it_fiscal_code(&id))
}

/// 個人番号: twelve digits, the last modulo 11 (Ministry of Internal Affairs and Communications, Ordinance 85 of 2014).
pub fn jp_my_number(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| asia::is_jp_my_number(&id))
}

/// 주민등록번호 and 외국인등록번호: a real birth date and the check digit modulo 11, which is not asked of those born since
/// October 2020, whose numbers are random (주민등록법 시행규칙).
pub fn kr_rrn(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| asia::is_kr_rrn(&id))
}

/// The Luhn digit of 2 to 64 digits (ISO/IEC 7812-1, annex B). It says nothing of issuer or length.
pub fn luhn(value: &str) -> bool {
    compact(value, " -").is_some_and(|digits| card::luhn(&digits))
}

/// 澳門居民身份證: eight digits that begin with 1, 5 or 7, the last of which may stand in brackets. How it is made is not
/// published (Direcção dos Serviços de Identificação).
pub fn mo_id(value: &str) -> bool {
    compact(value, " -/()").is_some_and(|id| greater_china::is_mo_id(&id))
}

/// CURP: name, a real birth date, sex, state, and the check digit modulo 10 (RENAPO).
pub fn mx_curp(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| americas::is_mx_curp(&id))
}

/// `MyKad` of Malaysia: a birth date that can be and a code of a place of birth (Jabatan Pendaftaran Negara). It has no
/// check digit.
pub fn my_nric(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| asia::is_my_nric(&id))
}

/// Burgerservicenummer: nine digits that pass the eleven test (Logisch ontwerp BSN).
pub fn nl_bsn(value: &str) -> bool {
    compact(value, " -.").is_some_and(|id| europe::is_nl_bsn(&id))
}

/// IRD number of New Zealand: eight or nine digits in the range given out, modulo 11 with two sets of weights (Inland
/// Revenue).
pub fn nz_ird(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| oceania::is_nz_ird(&id))
}

/// TIN of the Philippines: nine, twelve or fourteen digits (Bureau of Internal Revenue). It has no check that is published.
pub fn ph_tin(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| asia::is_ph_tin(&id))
}

/// PESEL: a real birth date with its century in the month, and the check digit modulo 10 (Ustawa o ewidencji ludności).
pub fn pl_pesel(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| europe::is_pl_pesel(&id))
}

/// Personnummer or samordningsnummer of ten or twelve digits: a real birth date and the Luhn digit (Skatteverket, SKV 704).
pub fn se_personnummer(value: &str) -> bool {
    compact(value, " -+").is_some_and(|id| nordic::is_se_personnummer(&id))
}

/// NRIC or FIN of Singapore: S, T, F, G or M, seven digits, and the check letter modulo 11 (Immigration and Checkpoints
/// Authority).
pub fn sg_nric(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| asia::is_sg_nric(&id))
}

/// A business identifier code of 8 or 11 characters: institution, country, place, branch (ISO 9362). It has no check digit.
pub fn swift_bic(value: &str) -> bool {
    compact(value, " -").is_some_and(|code| swift::bic_at(&code))
}

/// เลขประจำตัวประชาชน: thirteen digits, the kind of person and the province first, modulo 11 (Department of Provincial
/// Administration).
pub fn th_tnin(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| asia::is_th_tnin(&id))
}

/// 統一證號: a letter, 8 or 9 (or A to D before 2021), and eight digits with the weighted check sum of the identity card
/// (內政部移民署).
pub fn tw_arc(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| greater_china::is_tw_arc(&id))
}

/// 國民身分證統一編號: a letter, 1 or 2, and eight digits with a weighted check sum.
pub fn tw_national_id(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| taiwan::is_national_id(&id))
}

/// 統一編號: eight digits with a weighted check sum, divisible by 5 since 2023 (by 10 before, which that includes).
pub fn tw_ubn(value: &str) -> bool {
    compact(value, " -").is_some_and(|number| taiwan::is_ubn(&number))
}

/// NHS number: ten digits modulo 11; those that begin with 0 to 3 are in the ranges of Scotland and Northern Ireland (NHS
/// Data Dictionary).
pub fn uk_nhs(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| britain::is_uk_nhs(&id))
}

/// National insurance number: a prefix that is in use, six digits, and A to D (HMRC, NIM39110). It has no check digit.
pub fn uk_nino(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| britain::is_uk_nino(&id))
}

/// Routing number of the American Bankers Association: a prefix in use and the weights 3, 7, 1 modulo 10 (ABA).
pub fn us_bank_routing(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| americas::is_us_bank_routing(&id))
}

/// ITIN: nine digits that begin with 9 and whose fourth and fifth are in the ranges given out (IRS, Publication 1915).
pub fn us_itin(value: &str) -> bool {
    compact(value, " -").is_some_and(|id| americas::is_us_itin(&id))
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
