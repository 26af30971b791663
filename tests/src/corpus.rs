//! A labelled corpus for the content scanner, from a seed: documents, what is in them, and what only looks like it.
//!
//! Every value that a standard gives a check digit has the right one, by an implementation of that standard in [`check`]
//! that shares nothing with the scanner. The look-alikes are checked to have none. Nobody is meant: numbers are drawn at
//! random, and a likeness to one in use is chance.
//!
//! The document of an index follows from the seed and the index alone, so that a longer corpus begins with the shorter one.

pub mod check;
mod decoy;
mod draw;
mod people;
mod score;
mod spec;
mod specs;
mod table;
mod templates;
mod write;

pub use decoy::DecoyKind;
pub use score::{Counts, Example, Found, Score, SecondTier, Seen, Verdict, score};

use crate::generate::SplitMix;
use draw::Draw as _;
use serde::Serialize;
use write::Writer;

/// The entities that no check can prove; they are scored apart.
pub const SECOND_TIER: [&str; 3] = ["PERSON", "ORG", "ADDRESS"];

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Variant {
    /// As its issuer prints it.
    Plain,
    /// Letters and digits in full width, as input methods for Chinese produce them.
    FullWidth,
    /// In groups with spaces between.
    Spaced,
    /// In groups with dashes, dots or brackets between.
    Dashed,
    /// With a country prefix, which belongs to the value, or right behind an abbreviation, which does not.
    Prefixed,
    /// In Chinese numerals.
    ChineseNumerals,
}

impl Variant {
    /// Every variant.
    pub const ALL: [Self; 6] =
        [Self::Plain, Self::FullWidth, Self::Spaced, Self::Dashed, Self::Prefixed, Self::ChineseNumerals];

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "Plain",
            Self::FullWidth => "FullWidth",
            Self::Spaced => "Spaced",
            Self::Dashed => "Dashed",
            Self::Prefixed => "Prefixed",
            Self::ChineseNumerals => "ChineseNumerals",
        }
    }
}

/// A value that is in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// Its name in the scanner's public contract.
    pub entity: &'static str,
    /// How it is written.
    pub variant: Variant,
    /// Its first byte in the text; words beside it do not belong to it.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

/// Something that looks like a value and is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decoy {
    /// What it is.
    pub kind: DecoyKind,
    /// Its first byte in the text.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

/// What kind of text a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Style {
    /// A note about a customer.
    Note,
    /// Clauses of a contract.
    Contract,
    /// A letter by mail, with a signature.
    Email,
    /// A table with a header.
    Csv,
    /// A conversation with a customer.
    Chat,
}

/// The language a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Language {
    /// Chinese in simplified characters.
    Simplified,
    /// Chinese in traditional characters.
    Traditional,
    /// English.
    English,
}

/// A text and everything that was planted in it, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What kind of text it is.
    pub style: Style,
    /// In which language.
    pub language: Language,
    /// The text.
    pub text: String,
    /// The values, in order, none overlapping.
    pub labels: Vec<Label>,
    /// The look-alikes, in order, none overlapping a value.
    pub decoys: Vec<Decoy>,
}

/// So many documents of a seed.
pub fn corpus(seed: u64, documents: usize) -> Vec<Document> {
    (0_u64..).take(documents).map(|index| document(seed, index)).collect()
}

fn document(seed: u64, index: u64) -> Document {
    let mut rng = SplitMix::of(seed, 40, index);
    let language = match rng.number(20) {
        0..=7 => Language::Simplified,
        8..=11 => Language::Traditional,
        _ => Language::English,
    };
    let style = match rng.number(10) {
        0..=2 => Style::Note,
        3 | 4 => Style::Contract,
        5 | 6 => Style::Email,
        7 => Style::Csv,
        _ => Style::Chat,
    };
    let mut writer = Writer::new(rng, language);
    match style {
        Style::Csv => table::write(&mut writer),
        Style::Note | Style::Contract | Style::Email | Style::Chat => templates::write(&mut writer, style),
    }
    writer.finish(style)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    type Predicate = fn(&str) -> bool;

    const ENTITIES: [&str; 58] = [
        "CN_RESIDENT_ID",
        "CN_USCC",
        "PHONE",
        "CREDIT_CARD",
        "CN_BANK_ACCOUNT",
        "PASSPORT",
        "CN_TRAVEL_PERMIT",
        "HK_HKID",
        "MO_ID",
        "TW_NATIONAL_ID",
        "TW_ARC",
        "TW_UBN",
        "LICENSE_PLATE",
        "CN_OFFICER_ID",
        "EMAIL",
        "IBAN",
        "SWIFT_BIC",
        "US_SSN",
        "US_ITIN",
        "US_BANK_ROUTING",
        "UK_NHS",
        "UK_NINO",
        "CA_SIN",
        "AU_TFN",
        "AU_ABN",
        "AU_MEDICARE",
        "NZ_IRD",
        "IN_AADHAAR",
        "IN_PAN",
        "SG_NRIC",
        "KR_RRN",
        "JP_MY_NUMBER",
        "TH_TNIN",
        "MY_NRIC",
        "PH_TIN",
        "ES_NIF",
        "ES_NIE",
        "IT_FISCAL_CODE",
        "FR_NIR",
        "DE_TAX_ID",
        "PL_PESEL",
        "FI_HETU",
        "SE_PERSONNUMMER",
        "NL_BSN",
        "BR_CPF",
        "BR_CNPJ",
        "MX_CURP",
        "IP_ADDRESS",
        "MAC_ADDRESS",
        "GEO_COORDINATES",
        "DATE_OF_BIRTH",
        "AWS_KEY",
        "GITHUB_TOKEN",
        "SLACK_TOKEN",
        "JWT",
        "PRIVATE_KEY",
        "URL_CREDENTIALS",
        "API_KEY",
    ];

    #[test]
    fn the_same_seed_gives_the_same_corpus_and_a_longer_one_begins_with_it() {
        let short = corpus(7, 40);
        assert_eq!(short, corpus(7, 40));
        assert_eq!(short, corpus(7, 60)[..40]);
        assert_ne!(short, corpus(8, 40));
    }

    #[test]
    fn every_entity_variant_style_and_decoy_occurs() {
        let documents = corpus(1, 2_000);
        let labels = || documents.iter().flat_map(|document| &document.labels);
        let entities: BTreeSet<&str> = labels().map(|label| label.entity).collect();
        let expected: BTreeSet<&str> =
            ENTITIES.into_iter().chain(["CRYPTO_ADDRESS"]).chain(SECOND_TIER).collect();
        assert_eq!(entities, expected);
        let variants: BTreeSet<Variant> = labels().map(|label| label.variant).collect();
        assert_eq!(variants, Variant::ALL.into());
        let decoys: BTreeSet<DecoyKind> =
            documents.iter().flat_map(|document| &document.decoys).map(|decoy| decoy.kind).collect();
        assert_eq!(decoys, DecoyKind::ALL.into());
        let mut kinds: BTreeMap<(Style, Language), u32> = BTreeMap::new();
        for document in &documents {
            *kinds.entry((document.style, document.language)).or_default() += 1;
        }
        assert_eq!(kinds.len(), 15);
    }

    #[test]
    fn labels_and_decoys_lie_in_order_apart_and_on_characters() {
        for document in corpus(2, 600) {
            let mut spans: Vec<(usize, usize)> =
                document.labels.iter().map(|label| (label.start, label.end)).collect();
            assert!(spans.is_sorted());
            spans.extend(document.decoys.iter().map(|decoy| (decoy.start, decoy.end)));
            spans.sort_unstable();
            for (start, end) in &spans {
                let value = document.text.get(*start..*end).unwrap();
                assert!(!value.is_empty() && value.trim() == value, "{value}");
            }
            assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{}", document.text);
        }
    }

    /// A value without its groups, prefix and width.
    fn folded(value: &str) -> String {
        let narrow = |c: char| match c {
            '！'..='～' => char::from_u32(u32::from(c).wrapping_sub(0xfee0)).unwrap(),
            c => c,
        };
        value.chars().map(narrow).filter(char::is_ascii_alphanumeric).collect()
    }

    #[test]
    fn values_have_the_check_digit_of_their_standard_in_every_variant() {
        let predicates: [(&str, Predicate); 30] = [
            ("CN_USCC", check::cn_uscc),
            ("CREDIT_CARD", check::credit_card),
            ("IBAN", check::iban),
            ("HK_HKID", check::hk_hkid),
            ("TW_NATIONAL_ID", check::tw_national_id),
            ("TW_ARC", check::tw_arc),
            ("TW_UBN", check::tw_ubn),
            ("IN_AADHAAR", check::in_aadhaar),
            ("JP_MY_NUMBER", check::jp_my_number),
            ("KR_RRN", check::kr_rrn),
            ("SG_NRIC", check::sg_nric),
            ("TH_TNIN", check::th_tnin),
            ("AU_ABN", check::au_abn),
            ("AU_TFN", check::au_tfn),
            ("AU_MEDICARE", check::au_medicare),
            ("BR_CPF", check::br_cpf),
            ("BR_CNPJ", check::br_cnpj),
            ("CA_SIN", check::ca_sin),
            ("DE_TAX_ID", check::de_tax_id),
            ("ES_NIF", check::es_nif),
            ("ES_NIE", check::es_nie),
            ("FR_NIR", check::fr_nir),
            ("IT_FISCAL_CODE", check::it_fiscal_code),
            ("MX_CURP", check::mx_curp),
            ("NL_BSN", check::nl_bsn),
            ("NZ_IRD", check::nz_ird),
            ("PL_PESEL", check::pl_pesel),
            ("UK_NHS", check::uk_nhs),
            ("US_BANK_ROUTING", check::us_bank_routing),
            ("GITHUB_TOKEN", |text| text.starts_with("ghp")),
        ];
        let predicates = BTreeMap::from(predicates);
        let mut checked = BTreeSet::new();
        for document in corpus(3, 1_500) {
            for label in &document.labels {
                let value = folded(document.text.get(label.start..label.end).unwrap());
                if let Some(holds) = predicates.get(label.entity) {
                    assert!(holds(&value), "{}: {value}", label.entity);
                    checked.insert(label.entity);
                } else if label.entity == "CN_RESIDENT_ID" && value.len() == 18 {
                    assert!(check::cn_resident_id(&value), "{value}");
                }
            }
        }
        assert_eq!(checked.len(), predicates.len());
    }

    #[test]
    fn numbers_that_only_look_right_are_wrong() {
        for document in corpus(4, 1_500) {
            for decoy in &document.decoys {
                let value = folded(document.text.get(decoy.start..decoy.end).unwrap());
                match decoy.kind {
                    DecoyKind::BadResidentId => assert!(!check::cn_resident_id(&value), "{value}"),
                    DecoyKind::BadCard => assert!(!check::luhn(&value), "{value}"),
                    _ => {}
                }
            }
        }
    }
}
