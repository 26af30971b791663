//! Promise: the functions of `check` and the scanner agree. A value that holds is found behind a word that names it, just
//! where it stands, in full width and with invisible characters in it too; one that does not hold is never reported as
//! what it is not.
//!
//! Each kind has the shapes in which the scanner reads it without groups; the input fills one in, and the last
//! characters are tried until the check holds, so that one input in a few is valid.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use strongroom_dlp::{Entity, Finding, Scanner, check};

/// What is compared: a kind, a word that names it and no other, its check, and its shapes: `9` is a digit, `a` a letter,
/// `*` either, `#` a character that is tried until the check holds, and any other is itself.
struct Kind {
    entity: Entity,
    word: &'static str,
    check: fn(&str) -> bool,
    shapes: &'static [&'static str],
}

const fn kind(
    entity: Entity,
    word: &'static str,
    check: fn(&str) -> bool,
    shapes: &'static [&'static str],
) -> Kind {
    Kind { entity, word, check, shapes }
}

const KINDS: &[Kind] = &[
    kind(Entity::AuAbn, "abn", check::au_abn, &["999999999##"]),
    kind(Entity::AuMedicare, "medicare", check::au_medicare, &["99999999#9", "99999999#99"]),
    kind(Entity::AuTfn, "tfn", check::au_tfn, &["9999999#", "99999999#"]),
    kind(Entity::BrCnpj, "cnpj", check::br_cnpj, &["999999999999##", "************##"]),
    kind(Entity::BrCpf, "cpf", check::br_cpf, &["999999999##"]),
    kind(Entity::CaSin, "sin", check::ca_sin, &["99999999#"]),
    kind(
        Entity::CnResidentId,
        "公民身份号码",
        check::cn_resident_id,
        &["99999919999999999#", "99999920999999999#"],
    ),
    kind(
        Entity::CnTravelPermit,
        "通行证",
        check::cn_travel_permit,
        &["C99999999", "Ca9999999", "H99999999", "M9999999999", "99999999"],
    ),
    kind(Entity::CnUscc, "统一社会信用代码", check::cn_uscc, &["*****************#", "91999999*********#"]),
    kind(Entity::DeTaxId, "steuer-id", check::de_tax_id, &["9999999999#"]),
    kind(Entity::EsNie, "nie", check::es_nie, &["X9999999#", "Y9999999#", "Z9999999#"]),
    kind(Entity::EsNif, "nif", check::es_nif, &["99999999#", "K9999999#"]),
    kind(Entity::FiHetu, "hetu", check::fi_hetu, &["999999-999#", "999999+999#", "999999A999#"]),
    kind(
        Entity::FrNir,
        "numéro de sécurité sociale",
        check::fr_nir,
        &["9999999999999##", "299992A999999##", "199992B999999##"],
    ),
    kind(Entity::HkHkid, "hkid", check::hk_hkid, &["a999999#", "aa999999#"]),
    kind(
        Entity::Iban,
        "iban",
        check::iban,
        &[
            "GB##aaaa99999999999999",
            "DE##999999999999999999",
            "NO##99999999999",
            "MT##aaaa99999******************",
            "NI##aaaa99999999999999999999",
        ],
    ),
    kind(Entity::InAadhaar, "aadhaar", check::in_aadhaar, &["99999999999#"]),
    kind(Entity::InPan, "permanent account number", check::in_pan, &["aaaaa9999a", "aaaPa9999a"]),
    kind(
        Entity::ItFiscalCode,
        "codice fiscale",
        check::it_fiscal_code,
        &["RSSMRA99a99a999#", "RSSMRA9*a**a***#"],
    ),
    kind(Entity::JpMyNumber, "my number", check::jp_my_number, &["99999999999#"]),
    kind(Entity::KrRrn, "rrn", check::kr_rrn, &["999999999999#", "200999399999#"]),
    kind(Entity::MoId, "macau id", check::mo_id, &["99999999"]),
    kind(Entity::MxCurp, "curp", check::mx_curp, &["GARC999999aaaaaa*#", "GARC991231HDFRRL*#"]),
    kind(Entity::MyNric, "mykad", check::my_nric, &["999999999999"]),
    kind(Entity::NlBsn, "bsn", check::nl_bsn, &["99999999#"]),
    kind(Entity::NzIrd, "ird", check::nz_ird, &["9999999#", "99999999#"]),
    kind(Entity::PhTin, "philippine tin", check::ph_tin, &["999999999", "999999999999", "99999999999999"]),
    kind(Entity::PlPesel, "pesel", check::pl_pesel, &["9999999999#"]),
    kind(Entity::SePersonnummer, "personnummer", check::se_personnummer, &["999999999#", "19999999999#"]),
    kind(
        Entity::SgNric,
        "singapore id",
        check::sg_nric,
        &["S9999999#", "T9999999#", "F9999999#", "G9999999#", "M9999999#"],
    ),
    kind(
        Entity::SwiftBic,
        "swift code",
        check::swift_bic,
        &["aaaaaa**", "aaaaaa*****", "aaaaDE**", "aaaaCN*****"],
    ),
    kind(Entity::ThTnin, "thai id", check::th_tnin, &["999999999999#"]),
    kind(Entity::TwArc, "居留證", check::tw_arc, &["a89999999#", "a99999999#", "aC9999999#"]),
    kind(Entity::TwNationalId, "國民身分證", check::tw_national_id, &["a19999999#", "a29999999#"]),
    kind(Entity::TwUbn, "統編號碼", check::tw_ubn, &["9999999#"]),
    kind(Entity::UkNhs, "nhs", check::uk_nhs, &["999999999#"]),
    kind(Entity::UkNino, "nino", check::uk_nino, &["aa999999a", "aa999999C"]),
    kind(Entity::UsBankRouting, "aba", check::us_bank_routing, &["99999999#"]),
    kind(Entity::UsItin, "itin", check::us_itin, &["999999999", "9997#9999"]),
];

static EAGER: LazyLock<Scanner> = LazyLock::new(strongroom_fuzz::eager);
static USUAL: LazyLock<Scanner> = LazyLock::new(Scanner::new);
/// A scanner for each kind, which looks for no other, so that no rival is in the way.
static ALONE: LazyLock<Vec<Scanner>> = LazyLock::new(|| {
    let alone = |kind: &Kind| Scanner::builder().with_entities(&[kind.entity]).build().expect("a scanner");
    KINDS.iter().map(alone).collect()
});

fuzz_target!(|input: &[u8]| {
    let ([place, shape], rest) = strongroom_fuzz::head(input);
    let place = place % (KINDS.len() + 1);
    let Some(kind) = KINDS.get(place) else { return every_finding_passes_its_check(rest) };
    let value = filled(kind, kind.shapes[shape % kind.shapes.len()], rest);
    let text = format!("{}: {value}", kind.word);
    let range = text.len() - value.len()..text.len();
    let is_it = |finding: &Finding| finding.entity == kind.entity && finding.range() == range;
    if !(kind.check)(&value) {
        // Numbers with a wrong check digit are reported, less surely: the digit is random since 2020.
        let is_allowed =
            kind.entity == Entity::KrRrn || readings(&value).iter().any(|value| (kind.check)(value));
        assert!(is_allowed || !EAGER.scan(text.as_bytes()).iter().any(is_it), "{text} does not hold");
        return;
    }
    let alone = ALONE[place].scan(text.as_bytes());
    let found = alone.iter().find(|finding| is_it(finding));
    let found = found.unwrap_or_else(|| panic!("{text} holds and is not found: {alone:?}"));
    for spelling in spellings(&value) {
        let text = format!("{}: {spelling}", kind.word);
        let alone = ALONE[place].scan(text.as_bytes());
        let whole = Finding { end: text.len(), ..*found };
        assert!(alone.contains(&whole), "{text:?} is {value}: {alone:?}");
    }
    // Among all kinds it is found, or something as likely in its place.
    let all = USUAL.scan(text.as_bytes());
    let stands = |other: &Finding| {
        is_it(other)
            || (other.start < range.end && other.end > range.start && other.confidence >= found.confidence)
    };
    assert!(all.iter().any(stands), "{text}: {all:?}");
});

/// Ways to write a value that make no difference.
fn spellings(value: &str) -> [String; 2] {
    let wide = |c: char| char::from_u32(u32::from(c) + 0xFEE0).expect("the value is ASCII");
    let (head, tail) = value.split_at(value.len() / 2);
    [value.chars().map(wide).collect(), format!("{head}\u{200b}{tail}")]
}

/// The shape with characters made of these bytes, and with those that make the check hold, if some do.
fn filled(kind: &Kind, shape: &str, bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut bytes = bytes.iter().copied();
    let mut one = |alphabet: &[u8]| alphabet[usize::from(bytes.next().unwrap_or(0)) % alphabet.len()];
    let mut value: Vec<u8> = shape
        .bytes()
        .map(|place| match place {
            b'9' => one(&ALPHABET[..10]),
            b'a' => one(&ALPHABET[10..]),
            b'*' => one(ALPHABET),
            other => other,
        })
        .collect();
    let open: Vec<usize> = (0..value.len()).filter(|place| value[*place] == b'#').collect();
    let tries: usize = if open.len() == 2 { 100 } else { ALPHABET.len() };
    for number in 0..tries {
        match *open {
            [] => {}
            [only] => value[only] = ALPHABET[number],
            [first, second, ..] => {
                value[first] = ALPHABET[number / 10];
                value[second] = ALPHABET[number % 10];
            }
        }
        if (kind.check)(&String::from_utf8_lossy(&value)) {
            break;
        }
    }
    String::from_utf8(value).expect("the alphabet is ASCII")
}

/// What the scanner reports of a kind with a check passes it, in whatever text.
fn every_finding_passes_its_check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for finding in EAGER.scan(text.as_bytes()) {
        let value = &text[finding.range()];
        let check = match finding.entity {
            // Some have no check digit, or one that is no longer asked for.
            Entity::KrRrn | Entity::CnOfficerId => continue,
            Entity::CreditCard => check::luhn,
            entity => match KINDS.iter().find(|kind| kind.entity == entity) {
                Some(kind) => kind.check,
                None => continue,
            },
        };
        let compact = |value: &str| value.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        let holds = readings(value).iter().any(|value| check(value) || check(&compact(value)));
        let is_older = finding.entity == Entity::CnResidentId && compact(value).len() == 15;
        // The checks do not read other widths and scripts, and in Finland a sign is a part of the value.
        let is_plain = value.is_ascii() && !is_older;
        assert!(!is_plain || holds, "{value} is no {}", finding.entity);
    }
}

/// The value as it is, and with O, I and l as digits in groups without other letters, but an X at the end: in those with
/// digits, and in all, since a group of letters alone may stand beside the digits.
fn readings(value: &str) -> [String; 3] {
    let is_alike = |c: char| c.is_ascii_digit() || "OoIiLl".contains(c);
    let digit = |c: char| match c {
        'O' | 'o' => '0',
        'I' | 'i' | 'L' | 'l' => '1',
        other => other,
    };
    [usize::MAX, 1, 0].map(|digits_min| {
        let group = |group: &str| {
            let number = group.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            let number = number.strip_suffix(['X', 'x']).unwrap_or(number);
            let digits = number.chars().filter(char::is_ascii_digit).count();
            let is_number = digits >= digits_min && number.chars().all(is_alike);
            if is_number { group.chars().map(digit).collect() } else { group.to_owned() }
        };
        value.split_inclusive(|c: char| !c.is_ascii_alphanumeric()).map(group).collect()
    })
}
