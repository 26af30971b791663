//! Every kind of data that has a reference, the words that name it, and values that come close to it.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::Union;
use proptest::string::string_regex;

use super::slow::{america, asia, britain, china, europe, money, net, nordic, oceania};
use crate::Entity::{self, *};
use crate::check;

/// One kind, or one form of it.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) entity: Entity,
    /// What stands before the value where it is not found alone.
    pub(super) label: &'static str,
    holds: fn(&str) -> bool,
    /// What [`crate::check`] says, where it speaks of the kind.
    pub(super) check: Option<fn(&str) -> bool>,
    /// Patterns of its values, in which `#` stands for a check digit and `@` for a check character.
    shapes: &'static [&'static str],
    /// How values are also written, `9` for each character.
    forms: &'static [&'static str],
    /// Values that no pattern can make.
    made: Option<fn() -> BoxedStrategy<String>>,
    /// Whether each character counts as it is, so that case and marks make another value.
    pub(super) exact: bool,
    /// Whether some values are spoilt.
    spoilt: bool,
}

impl Kind {
    const fn new(
        entity: Entity,
        label: &'static str,
        holds: fn(&str) -> bool,
        shapes: &'static [&'static str],
    ) -> Self {
        Self { entity, label, holds, check: None, shapes, forms: &[], made: None, exact: false, spoilt: true }
    }

    const fn check(mut self, check: fn(&str) -> bool) -> Self {
        self.check = Some(check);
        self
    }

    const fn forms(mut self, forms: &'static [&'static str]) -> Self {
        self.forms = forms;
        self
    }

    const fn exact(mut self) -> Self {
        self.exact = true;
        self
    }

    /// For a kind of which the scanner does not promise to read every character.
    const fn unspoilt(mut self) -> Self {
        self.spoilt = false;
        self
    }

    const fn made(mut self, made: fn() -> BoxedStrategy<String>) -> Self {
        self.made = Some(made);
        self.exact()
    }

    /// Whether the reference takes the value.
    pub(super) fn holds(&self, value: &str) -> bool {
        let compact = || value.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        if self.exact { (self.holds)(value) } else { (self.holds)(&compact().to_uppercase()) }
    }

    /// Values near to the kind: about half of those with a check are made to hold, and some of all are spoilt.
    pub(super) fn values(&'static self) -> BoxedStrategy<String> {
        let shaped = self.shapes.iter().map(|shape| string_regex(shape).unwrap().boxed());
        let bodies = Union::new(shaped.chain(self.made.map(|made| made())));
        let bodies = (bodies, any::<bool>(), any::<Index>())
            .prop_map(move |(body, repair, other)| self.filled(&body, repair, other));
        (bodies, 0_usize..16, any::<Index>(), select(self.characters()))
            .prop_map(|(value, way, at, c)| if self.spoilt { spoilt(&value, way, at, c) } else { value })
            .boxed()
    }

    /// The value with characters in the places of its check, the first that hold or any.
    fn filled(&self, body: &str, repair: bool, other: Index) -> String {
        let all = fillings(body);
        let holding = all.iter().find(|value| repair && self.holds(value));
        holding.unwrap_or_else(|| other.get(&all)).clone()
    }

    fn characters(&self) -> Vec<char> {
        if self.exact {
            "0123456789abcdefABCDEFXYZxyz".chars().collect()
        } else {
            "0123456789ABCDEFGHKLMPSTXZ".chars().collect()
        }
    }

    /// The value as people write it: in groups, or in lower case.
    pub(super) fn written(&self, value: &str, way: usize, form: Index) -> String {
        match way {
            0 if !self.exact => value.to_lowercase(),
            1 | 2 if !self.forms.is_empty() => {
                grouped(value, self.forms[form.index(self.forms.len())]).unwrap_or_else(|| value.to_owned())
            }
            _ => value.to_owned(),
        }
    }
}

/// Every way to fill the places of the check.
fn fillings(body: &str) -> Vec<String> {
    let Some((before, after)) = body.split_once(['#', '@']) else { return vec![body.to_owned()] };
    let characters = ('0'..='9').chain('A'..='Z');
    let digits = body.strip_prefix(before).is_some_and(|rest| rest.starts_with('#'));
    characters
        .take(if digits { 10 } else { 36 })
        .flat_map(|c| fillings(&format!("{before}{c}{after}")))
        .collect()
}

/// The value in this form, if it has as many characters.
fn grouped(value: &str, form: &str) -> Option<String> {
    let mut characters = value.chars();
    let text: Option<String> =
        form.chars().map(|c| if c == '9' { characters.next() } else { Some(c) }).collect();
    text.filter(|_| characters.next().is_none())
}

/// The value with one character changed, left out, put in, or changed for the first, or of one character throughout;
/// mostly as it is.
fn spoilt(value: &str, way: usize, at: Index, c: char) -> String {
    let mut characters: Vec<char> = value.chars().collect();
    let at = at.index(characters.len());
    match way {
        0 => characters[at] = c,
        1 => drop(characters.remove(at)),
        2 => characters.insert(at, c),
        3 if at > 0 => characters.swap(0, at),
        4 => {
            let one = characters[at];
            characters.fill(one);
        }
        _ => {}
    }
    characters.into_iter().collect()
}

#[rustfmt::skip]
pub(super) static KINDS: &[Kind] = &[
    Kind::new(AuAbn, "ABN: ", oceania::au_abn, &["##[0-9]{9}"]).check(check::au_abn).forms(&["99 999 999 999"]),
    Kind::new(AuMedicare, "Medicare number: ", oceania::au_medicare, &["[1-7][0-9]{7}#[0-9]", "[2-6][0-9]{7}#[1-9]{2}"])
        .check(check::au_medicare).forms(&["9999 99999 9"]),
    Kind::new(AuTfn, "TFN: ", oceania::au_tfn, &["[0-9]{8}#", "[0-9]{7}#"]).check(check::au_tfn).forms(&["999 999 999", "99 999 999"]),
    Kind::new(AwsKey, "", net::aws_key, &["(AKIA|ASIA)[A-Z2-7]{16}", "A[KS]IA[A-Z0-9]{16}"]).exact(),
    Kind::new(BrCnpj, "CNPJ: ", america::br_cnpj, &["[0-9]{8}000[1-9]##", "[0-9A-Z]{10}[0-9]{2}##"]).check(check::br_cnpj).forms(&["99.999.999/9999-99"]),
    Kind::new(BrCpf, "CPF: ", america::br_cpf, &["[0-9]{9}##"]).check(check::br_cpf).forms(&["999.999.999-99"]),
    Kind::new(CaSin, "SIN: ", america::ca_sin, &["[0-9]{8}#"]).check(check::ca_sin).forms(&["999-999-999", "999 999 999"]),
    Kind::new(CnResidentId, "", china::resident_id, &["(11|31|44|65|82|99|00)[0-9]{4}(18[4-9]|19[0-9]|20[0-5])[0-9](0[1-9]|1[0-3])[0-2][0-9]{4}@"])
        .forms(&["999999 99999999 9999", "999999-99999999-9999"]),
    Kind::new(CnResidentId, "身份证 ", china::resident_id_of_any_region, &["(11|31|44|65|82|99|00)[0-9]{4}(18[4-9]|19[0-9]|20[0-5])[0-9](0[1-9]|1[0-3])[0-2][0-9]{4}@"]),
    Kind::new(CnResidentId, "身份证 ", china::old_resident_id, &["(11|31|44|65|99)[0-9]{6}(0[1-9]|1[0-3])[0-3][0-9]{4}"]),
    Kind::new(CnTravelPermit, "通行证：", china::travel_permit, &["C[0-9]{8}", "C[A-Z][0-9]{7}", "[HM][0-9]{8}", "[HM][0-9]{9,10}", "[LTK][0-9]{8}", "[0-9]{8}"]).check(check::cn_travel_permit),
    Kind::new(CnUscc, "统一社会信用代码：", china::credit_code, &["(91|92|93|11|51|52|12|Y1|A1|N2|31|13|Z9)(11|35|44|65|99|10)(0000|[0-9]{4})[0-9A-HJ-NPQRTUWXY]{9}@"])
        .check(check::cn_uscc),
    Kind::new(CreditCard, "", money::card, &["(4|5[1-5]|2221|2720|6011|65|3[4-7]|62)[0-9]{9,14}#", "4[0-9]{14}#", "(62|62|01|99)[0-9]{13,16}#"])
        .forms(&["9999 9999 9999 9999", "9999-9999-9999-9999", "9999 999999 99999"]),
    Kind::new(CryptoAddress, "", money::coin_address, &["0x[0-9a-f]{40}", "0x[0-9a-fA-F]{40}"]).made(coins),
    Kind::new(DeTaxId, "Steuer-ID: ", europe::de_tax_id, &["(12345678|98765432|30712845|56092817)[0-9]{2}#", "(1|2|3)[1-4]567890[1-4][1-4]#"])
        .check(check::de_tax_id).forms(&["99 999 999 999"]),
    Kind::new(EsNie, "NIE: ", europe::es_nie, &["[W-Z][0-9]{7}@"]).check(check::es_nie).forms(&["9-9999999-9"]),
    Kind::new(EsNif, "NIF: ", europe::es_nif, &["[0-9]{8}@", "[J-M][0-9]{7}@"]).check(check::es_nif).forms(&["99999999-9"]),
    Kind::new(FiHetu, "", nordic::fi_hetu, &["[0-2][1-9](0[1-9]|1[0-3])[0-9]{2}[-+A-FU-Y][0-9]{3}@", "[12][1-8](0[1-9]|1[0-2])[0-9]{2}[-AY][0-8][1-9]{2}@", "(29|30|31)02(00|0[0-9])[-+A][0-9]{3}@"]).exact().check(check::fi_hetu),
    Kind::new(FrNir, "NIR: ", europe::fr_nir, &["[112578][0-9]{2}(0[1-9]|1[0-3]|50)(0[1-9]|[1-8][0-9]|9[0-5]|97|99|2A|2B|00)[0-9]{6}##"])
        .check(check::fr_nir).forms(&["9 99 99 99 999 999 99"]),
    Kind::new(GithubToken, "", net::github_token, &["github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}"]).made(github),
    Kind::new(HkHkid, "身份證號碼：", china::hkid, &["[A-Z]{1,2}[0-9]{6}@"]).check(check::hk_hkid).forms(&["99999999(9)", "9999999(9)", "9999999 (9)"]),
    Kind::new(Iban, "", money::iban, &["(DE##[0-9]{18}|GB##[A-Z]{4}[0-9]{14}|NO##[0-9]{11}|FR##[0-9]{10}[A-Z0-9]{11}[0-9]{2}|MT##[A-Z]{4}[0-9]{5}[A-Z0-9]{18}|XX##[0-9]{18})"])
        .check(check::iban).forms(&["9999 9999 9999 9999 9999 99", "9999 9999 9999 999"]),
    Kind::new(InAadhaar, "Aadhaar: ", asia::in_aadhaar, &["[1-9][0-9]{10}#"]).check(check::in_aadhaar).forms(&["9999 9999 9999"]),
    Kind::new(InPan, "PAN: ", asia::in_pan, &["[A-Z]{3}[A-HJLPT][A-Z][0-9]{4}[A-Z]"]).check(check::in_pan),
    Kind::new(IpAddress, "IP address: ", net::ipv4, &["(1?[0-9]{1,2}|2[0-6][0-9])(\\.(1?[0-9]{1,2}|2[0-6][0-9])){3}"]).exact(),
    Kind::new(IpAddress, "IP address: ", net::ipv6, &["[1-9][0-9a-f]{0,3}(:[0-9a-f]{1,4}){6,8}", "2[0-9a-f]{3}:[0-9a-f]{4}::[0-9a-f]{1,4}:[0-9a-g]{1,4}"]).exact(),
    Kind::new(ItFiscalCode, "codice fiscale: ", europe::it_fiscal_code, &[
        "[BCDFGLMNPRSTVZ]{3}[BCDFGLMNPRSTVZ]{2}[AEIOU][0-9]{2}[ABCDEHLMPRST][04][1-9][A-MZN][0-9]{3}@",
        "[BCDFGLMNPRSTVZ]{2}[AO][BCDFGLMNPRSTVZ][AEIOU]{2}[0-9]{2}[ABCDEHLMPRST][0-7][0-9][A-M][0-9]{2}[LMNPQRSTUV]@",
        "[BCDFGLMNPRSTVZ][AEIO]X[AEIOU]{3}[0-9]{2}[ABCDEHLMPRST][0-7][0-9][A-M][0-9][LMNPQRSTUV]{2}@",
    ]).check(check::it_fiscal_code),
    Kind::new(JpMyNumber, "マイナンバー：", asia::jp_my_number, &["[0-9]{11}#"]).check(check::jp_my_number).forms(&["9999 9999 9999"]),
    Kind::new(Jwt, "", net::jwt, &["eyJ[0-9A-Za-z]{4,20}\\.eyJ[0-9A-Za-z]{8}\\.[0-9A-Za-z_-]{8}"]).made(tokens).unspoilt(),
    Kind::new(KrRrn, "", asia::kr_rrn_checked, &["[0-9]{2}[01][0-9][0-3][0-9]-[0-9][0-9]{5}#", "[0-9]{2}(0[1-9]|1[0-2])[0-2][1-8]-[1-8][0-9]{5}#"])
        .exact().check(check::kr_rrn),
    Kind::new(KrRrn, "주민등록번호 ", asia::kr_rrn_named, &["[0-9]{2}(0[1-9]|1[0-3])[0-2][0-9]-[0-9]{7}"]).exact(),
    Kind::new(MacAddress, "MAC address: ", net::mac, &["[0F]{2}(:[0F]{2}){5}", "[0-9A-G][0-9A-F](:[0-9A-F]{2}){5}", "[0-9a-f]{2}(-[0-9a-f]{2}){5}", "[0-9a-f]{4}(\\.[0-9a-f]{4}){2}"]).exact(),
    Kind::new(MoId, "澳門身份證 ", china::macao_id, &["[1-8][0-9]{7}", "[157][0-9]{7}"]).check(check::mo_id).forms(&["9999999(9)"]),
    Kind::new(MxCurp, "", america::mx_curp, &["[A-Z][AEIOUX][A-Z]{2}[0-9]{2}(0[1-9]|1[0-3])[0-2][0-9][HMX](AS|DF|JC|NE|VZ|XX)[B-DF-H][J-N][P-T][0-9A-Z]#"]).check(check::mx_curp),
    Kind::new(MyNric, "MyKad: ", asia::my_nric, &["[0-9]{2}(0[1-9]|1[0-3])[0-2][0-9]{7}"]).check(check::my_nric).forms(&["999999-99-9999"]),
    Kind::new(NlBsn, "BSN: ", europe::nl_bsn, &["[0-9]{8}#"]).check(check::nl_bsn).forms(&["999 999 999"]),
    Kind::new(NzIrd, "IRD: ", oceania::nz_ird, &["[0-9]{7}#", "[012][0-9]{7}#"]).check(check::nz_ird).forms(&["99-999-999", "999-999-999"]),
    Kind::new(Phone, "", china::mobile, &["1[3-9][0-9]{9}", "1[0-9]{10}"]).forms(&["999 9999 9999", "999-9999-9999"]),
    Kind::new(PhTin, "BIR TIN: ", asia::ph_tin, &["[0-9]{9}", "[0-9]{9}000", "[0-9]{14}", "[0-9]{11}"]).check(check::ph_tin).forms(&["999-999-999", "999-999-999-999", "999-999-999-99999"]),
    Kind::new(PlPesel, "PESEL: ", europe::pl_pesel, &["[0-9]{2}[0-9][0-9][0-3][0-9]{5}#", "[0-9]{2}[028][1-9][0-2][0-9]{5}#"]).check(check::pl_pesel),
    Kind::new(SePersonnummer, "personnummer: ", nordic::se_personnummer, &["[0-9]{2}0[1-9][0-26-8][0-9]{4}#", "(18|19|20)[0-4][0-9](0[1-9]|1[0-3])[0-26-8][0-9]{4}#"])
        .check(check::se_personnummer).forms(&["999999-9999", "99999999-9999"]),
    Kind::new(SePersonnummer, "personnummer: ", nordic::old_se_personnummer, &["[0-9]{2}0[1-9][0-26-8][0-9]\\+[0-9]{3}#"]).exact(),
    Kind::new(SgNric, "NRIC: ", asia::sg_nric, &["[STFGMA][0-9]{7}@"]).check(check::sg_nric),
    Kind::new(SwiftBic, "SWIFT: ", money::bic, &["[A-Z]{4}(DE|CN|HK|GB|XK|UK|XX)[A-Z0-9]{2}", "[A-Z]{4}(DE|US|ZZ|FR)[A-Z0-9]{2}(XXX|[A-Z0-9]{3})", "[A-Z]{6}[A-Z0-9]{2}"]).exact().check(check::swift_bic),
    Kind::new(ThTnin, "เลขประจำตัวประชาชน ", asia::th_tnin, &["[0-9]{12}#", "[1-8](10|20|44|83|96|28|97)[0-9]{9}#"]).check(check::th_tnin).forms(&["9-9999-99999-99-9"]),
    Kind::new(TwArc, "居留證號碼 ", china::taiwan_residence, &["[A-Z][7-9][0-9]{7}#", "[A-Z][A-E][0-9]{7}#"]).check(check::tw_arc),
    Kind::new(TwNationalId, "", china::taiwan_id, &["[A-Z][123][0-9]{7}#"]).check(check::tw_national_id),
    Kind::new(TwUbn, "統一編號：", china::taiwan_business, &["[0-9]{7}#", "[0-9]{6}7#"]).check(check::tw_ubn),
    Kind::new(UkNhs, "NHS number: ", britain::nhs, &["[0-9]{9}#", "[0-3][0-9](0[1-9]|1[0-3])[0-9]{5}#", "[4-79][0-9]{8}#"]).check(check::uk_nhs).forms(&["999 999 9999", "999-999-9999"]),
    Kind::new(UkNino, "NI number: ", britain::nino, &["[A-Z]{2}[0-9]{6}[A-E]", "[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z][0-9]{6}[A-D]"]).check(check::uk_nino).forms(&["99 99 99 99 9"]),
    Kind::new(UsBankRouting, "routing number: ", america::us_routing, &["(0[0-9]|1[0-3]|2[0-9]|3[0-3]|6|7[0-3]|80|9)[0-9]{6}#"]).check(check::us_bank_routing),
    Kind::new(UsItin, "ITIN: ", america::us_itin, &["9[0-9]{8}", "[0-9]{9}"]).check(check::us_itin).forms(&["999-99-9999"]),
    Kind::new(UsSsn, "SSN ", us_ssn_with_dashes, &["[0-9]{3}-[0-9]{2}-[0-9]{4}", "(000|666|899|900)-(00|12)-(0000|0001)"]).exact(),
];

/// The number as the administration writes it; without its dashes it is not looked for.
fn us_ssn_with_dashes(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [3, 2, 4] && america::us_ssn(&text.replace('-', ""))
}

fn coins() -> BoxedStrategy<String> {
    let base58 = (select(vec![0, 5, 5, 7]), any::<[u8; 20]>(), 0_usize..4).prop_map(
        |(version, mut payload, zeros)| {
            payload[..zeros].fill(0);
            money::base58_of(version, &payload)
        },
    );
    let segwit = prop_oneof![
        any::<[u8; 20]>().prop_map(|program| money::segwit_of(0, &program)),
        any::<[u8; 32]>().prop_map(|program| money::segwit_of(0, &program)),
        any::<[u8; 32]>().prop_map(|program| money::segwit_of(1, &program)),
        (select(vec![0, 1, 2, 16, 17, 31]), vec(any::<u8>(), 1..43))
            .prop_map(|(version, program)| money::segwit_of(version, &program)),
    ];
    prop_oneof![base58, segwit].boxed()
}

fn github() -> BoxedStrategy<String> {
    ("gh[pousr]_", "[0-9A-Za-z]{30}", any::<bool>(), "[0-9A-Za-z]{6}")
        .prop_map(|(prefix, random, repair, other)| {
            format!("{prefix}{random}{}", if repair { net::github_check(&random) } else { other })
        })
        .boxed()
}

fn tokens() -> BoxedStrategy<String> {
    let headers = vec![
        r#"{"alg":"HS256","typ":"JWT"}"#,
        r#"{"typ":"JWT","alg":"RS256","kid":"1"}"#,
        r#"{"alg":"none"}"#,
        r#"{"typ":"JWT"}"#,
        r#"["alg"]"#,
    ];
    (select(headers), vec(any::<u8>(), 8..40), "[0-9A-Za-z_-]{0,43}")
        .prop_map(|(header, payload, signature)| {
            format!("{}.{}.{signature}", net::base64url(header.as_bytes()), net::base64url(&payload))
        })
        .boxed()
}

/// A value near to any of the kinds that are letters and digits alone.
pub(super) fn compact() -> impl Strategy<Value = (&'static Kind, String)> {
    let kinds = KINDS.iter().filter(|kind| !kind.exact);
    Union::new(kinds.map(|kind| kind.values().prop_map(move |value| (kind, value))))
}

/// Whether the product may report the value or not, by what else it sees.
pub(super) fn is_doubtful(entity: Entity, value: &str) -> bool {
    match entity {
        CreditCard => money::is_of_a_wide_range(value),
        // What is not eleven digits from 1 on may be of another country.
        Phone => value.len() != 11 || !value.starts_with('1'),
        _ => false,
    }
}
