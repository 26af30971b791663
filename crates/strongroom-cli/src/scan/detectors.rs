//! What can be looked for, in words for people.

use crate::{error::CliError, output::Output, text::Table};
use serde::Serialize;
use strongroom_dlp::Entity;

/// What an entity is, and how it is told from other text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Detector {
    /// The name, as it stands in findings and on the command line.
    pub(super) name: &'static str,
    /// What it is.
    pub(super) description: &'static str,
    /// What must hold beyond the form.
    pub(super) proof: &'static str,
}

/// The answer of `--list-detectors`.
pub(super) fn list(output: Output) -> Result<(), CliError> {
    let all: Vec<Detector> = Entity::ALL.iter().map(|entity| about(*entity)).collect();
    output.list(&all, |out| {
        let mut table = Table::new(["entity", "what it is", "proof"]);
        for one in &all {
            table.row([one.name, one.description, one.proof]);
        }
        out.write_all(table.render().as_bytes())
    })
}

/// What the entity is.
pub(super) fn about(entity: Entity) -> Detector {
    let name = entity.name();
    let known = KNOWN.iter().find(|(known, ..)| *known == name);
    // The scanner may know more than this table does.
    let (_, description, proof) = known.copied().unwrap_or((name, "personal or secret data", CONTEXT));
    Detector { name, description, proof }
}

const CONTEXT: &str = "its form, and words nearby";
const FORM: &str = "its form";

/// In the order of the names.
const KNOWN: &[(&str, &str, &str)] = &[
    ("ADDRESS", "a postal address", "areas, street and number together"),
    ("API_KEY", "a key or password beside its name", CONTEXT),
    ("AU_ABN", "a business number of Australia", "check digits mod 89"),
    ("AU_MEDICARE", "a Medicare number of Australia", "a check digit mod 10"),
    ("AU_TFN", "a tax file number of Australia", "a check digit mod 11"),
    ("AWS_KEY", "an access key id of Amazon Web Services", "its prefix and alphabet"),
    ("BR_CNPJ", "a business number of Brazil", "two check digits mod 11"),
    ("BR_CPF", "a person's number of Brazil", "two check digits mod 11"),
    ("CA_SIN", "a social insurance number of Canada", "the Luhn digit"),
    ("CN_BANK_ACCOUNT", "a bank account of mainland China", CONTEXT),
    ("CN_OFFICER_ID", "军官证, an officer's certificate of China", FORM),
    ("CN_RESIDENT_ID", "居民身份证, the identity card of China", "ISO 7064 MOD 11-2, region, birth date"),
    ("CN_TRAVEL_PERMIT", "a permit to cross to or from mainland China", CONTEXT),
    ("CN_USCC", "统一社会信用代码 of an organisation", "a check character mod 31"),
    ("CREDIT_CARD", "a payment card number", "the Luhn digit, issuer, length"),
    ("CRYPTO_ADDRESS", "an address of Bitcoin or Ethereum", "its check sum"),
    ("DATE_OF_BIRTH", "a day of birth", CONTEXT),
    ("DE_TAX_ID", "a tax number of Germany", "ISO 7064 MOD 11,10"),
    ("EMAIL", "an email address", FORM),
    ("ES_NIE", "a foreigner's number of Spain", "a control letter mod 23"),
    ("ES_NIF", "a person's number of Spain", "a control letter mod 23"),
    ("FI_HETU", "a henkilötunnus of Finland", "a check character mod 31, birth date"),
    ("FR_NIR", "a social security number of France", "check digits mod 97"),
    ("GEO_COORDINATES", "a latitude and longitude", "range and precision"),
    ("GITHUB_TOKEN", "a token of GitHub", "its prefix and alphabet"),
    ("HK_HKID", "香港身份證, the identity card of Hong Kong", "a check digit mod 11"),
    ("IBAN", "an international bank account number", "ISO 7064 MOD 97-10, country, length"),
    ("IN_AADHAAR", "an Aadhaar number of India", "the Verhoeff digit"),
    ("IN_PAN", "an account number of India's tax office", "the letter of the holder"),
    ("IP_ADDRESS", "an IP address", FORM),
    ("IT_FISCAL_CODE", "a codice fiscale of Italy", "a control letter mod 26, birth date"),
    ("JP_MY_NUMBER", "個人番号 of Japan", "a check digit mod 11"),
    ("JWT", "a JSON web token", "its header is JSON"),
    ("KR_RRN", "주민등록번호 of Korea", "birth date, check digit where there is one"),
    ("LICENSE_PLATE", "a number plate", CONTEXT),
    ("MAC_ADDRESS", "a hardware address", FORM),
    ("MO_ID", "澳門居民身份證, the identity card of Macao", CONTEXT),
    ("MX_CURP", "a CURP of Mexico", "a check digit mod 10, birth date, state"),
    ("MY_NRIC", "a MyKad number of Malaysia", "birth date, place"),
    ("NL_BSN", "a burgerservicenummer of the Netherlands", "the eleven test"),
    ("NZ_IRD", "an IRD number of New Zealand", "a check digit mod 11"),
    ("ORG", "the name of an organisation", "its last word, and words nearby"),
    ("PASSPORT", "a passport number", CONTEXT),
    ("PERSON", "the name of a person", "a family name, and words nearby"),
    ("PHONE", "a telephone number", "numbering plan, grouping, words nearby"),
    ("PH_TIN", "a tax number of the Philippines", CONTEXT),
    ("PL_PESEL", "a PESEL of Poland", "a check digit mod 10, birth date"),
    ("PRIVATE_KEY", "a private key in PEM", "its first line"),
    ("SE_PERSONNUMMER", "a personnummer of Sweden", "the Luhn digit, birth date"),
    ("SG_NRIC", "an NRIC or FIN of Singapore", "a check letter mod 11"),
    ("SLACK_TOKEN", "a token of Slack", "its prefix and alphabet"),
    ("SWIFT_BIC", "a bank's identifier code", CONTEXT),
    ("TH_TNIN", "a citizen's number of Thailand", "a check digit mod 11"),
    ("TW_ARC", "統一證號 of a foreigner in Taiwan", "a check digit mod 10"),
    ("TW_NATIONAL_ID", "國民身分證統一編號 of Taiwan", "a check digit mod 10"),
    ("TW_UBN", "統一編號 of a business in Taiwan", "a check sum, and words nearby"),
    ("UK_NHS", "an NHS number", "a check digit mod 11"),
    ("UK_NINO", "a national insurance number of Britain", "its prefix"),
    ("URL_CREDENTIALS", "user name and password inside a URL", FORM),
    ("US_BANK_ROUTING", "a bank routing number", "a check digit mod 10, prefix"),
    ("US_ITIN", "a taxpayer number of the United States", "its ranges"),
    ("US_SSN", "a social security number", "its ranges and grouping"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_nothing_is_without_words() {
        assert!(KNOWN.is_sorted_by(|a, b| a.0 < b.0));
        for entity in Entity::ALL {
            let one = about(*entity);
            assert_eq!(one.name, entity.name());
            assert!(!one.description.is_empty() && !one.proof.is_empty());
        }
        assert_eq!(about(Entity::Email).description, "an email address");
        // Cells of a table are cut at 44 columns.
        for (_, description, proof) in KNOWN {
            assert!(
                crate::text::width(description) <= 44 && crate::text::width(proof) <= 44,
                "{description}"
            );
        }
    }
}
