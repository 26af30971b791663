//! The kinds of data the scanner knows, by their public names.

use std::fmt;
use std::str::FromStr;
use std::sync::{PoisonError, RwLock};

use thiserror::Error;

macro_rules! entities {
    ($( $(#[$doc:meta])* $variant:ident = $name:literal, )+) => {
        /// A kind of personal or secret data.
        ///
        /// The [name](Entity::name) is the public contract: it stays the same for ever, in findings, rules and files.
        /// More kinds will be added, so a `match` needs a wildcard arm.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Entity {
            $( $(#[$doc])* $variant, )+
            /// A kind that the host looks for with a [detector](crate::Detector) of its own.
            Custom(CustomEntity),
        }

        impl Entity {
            /// Every kind this version can find, in the order of the names.
            pub const ALL: &[Self] = &[ $( Self::$variant, )+ ];

            /// The public name, in upper case with underscores.
            pub fn name(self) -> &'static str {
                match self {
                    $( Self::$variant => $name, )+
                    Self::Custom(custom) => custom.name(),
                }
            }

            /// The place of this kind in [`Entity::ALL`]; past the last for one of the host's own.
            pub(crate) const fn index(self) -> usize {
                // Counts the kinds, so that none is left out when one is added.
                #[expect(clippy::as_conversions, reason = "a fieldless enum to its discriminant, which has no `From`")]
                const fn place(kind: Kind) -> usize { kind as usize }
                match self {
                    $( Self::$variant => place(Kind::$variant), )+
                    Self::Custom(_) => Self::ALL.len(),
                }
            }
        }

        enum Kind { $( $variant, )+ }
    };
}

entities! {
    /// A postal address: administrative areas, street and number.
    Address = "ADDRESS",
    /// A key, token or password given beside its name, such as `api_key=`.
    ApiKey = "API_KEY",
    /// An Australian business number: eleven digits modulo 89 (Australian Business Register).
    AuAbn = "AU_ABN",
    /// An Australian Medicare card number: ten or eleven digits with a check digit (Services Australia).
    AuMedicare = "AU_MEDICARE",
    /// An Australian tax file number: eight or nine digits modulo 11 (Australian Taxation Office).
    AuTfn = "AU_TFN",
    /// An access key id of Amazon Web Services: `AKIA` or `ASIA` and 16 characters of base 32.
    AwsKey = "AWS_KEY",
    /// A CNPJ of a business in Brazil, of digits or, since 2026, of letters too (Instrução Normativa RFB 2.229/2024).
    BrCnpj = "BR_CNPJ",
    /// A CPF of a person in Brazil: nine digits and two check digits modulo 11 (Receita Federal).
    BrCpf = "BR_CPF",
    /// A social insurance number of Canada: nine digits with the Luhn digit (Service Canada).
    CaSin = "CA_SIN",
    /// A bank account number of mainland China, 12 to 22 digits, told by context words alone.
    CnBankAccount = "CN_BANK_ACCOUNT",
    /// 军官证 and its like, the certificate of a member of China's armed forces: `军字第12345678号`.
    CnOfficerId = "CN_OFFICER_ID",
    /// 居民身份证 of mainland China (GB 11643-1999), 18 digits with a check character; the older 15 digits with context.
    CnResidentId = "CN_RESIDENT_ID",
    /// A permit to cross between mainland China, Hong Kong, Macao and Taiwan (国家移民管理局), told by context words.
    CnTravelPermit = "CN_TRAVEL_PERMIT",
    /// 统一社会信用代码, the unified social credit code of an organisation (GB 32100-2015).
    CnUscc = "CN_USCC",
    /// A payment card number: an issuer range that is in use, a length it allows, and the Luhn digit (ISO/IEC 7812-1).
    CreditCard = "CREDIT_CARD",
    /// An address of a cryptocurrency with its check sum: Bitcoin or Ethereum.
    CryptoAddress = "CRYPTO_ADDRESS",
    /// A day of birth, told by context words.
    DateOfBirth = "DATE_OF_BIRTH",
    /// A Steuerliche Identifikationsnummer of Germany: eleven digits, ISO 7064 MOD 11,10 (Bundeszentralamt für Steuern).
    DeTaxId = "DE_TAX_ID",
    /// An email address as people write it: the dot-atom form of RFC 5322 with a domain of at least two labels.
    Email = "EMAIL",
    /// An NIE of a foreigner in Spain: X, Y or Z, seven digits, control letter (Real Decreto 557/2011).
    EsNie = "ES_NIE",
    /// A NIF of a person in Spain: the eight digits of the DNI and its control letter (Real Decreto 1065/2007).
    EsNif = "ES_NIF",
    /// A henkilötunnus of Finland with its century sign and check character (Digi- ja väestötietovirasto).
    FiHetu = "FI_HETU",
    /// A NIR, the social security number of France: fifteen characters modulo 97 (INSEE).
    FrNir = "FR_NIR",
    /// A pair of latitude and longitude.
    GeoCoordinates = "GEO_COORDINATES",
    /// A token of GitHub: `ghp_`, `github_pat_` and their like.
    GithubToken = "GITHUB_TOKEN",
    /// 香港身份證, the Hong Kong identity card number with its check digit.
    HkHkid = "HK_HKID",
    /// An international bank account number (ISO 13616) with its length per country and check digits.
    Iban = "IBAN",
    /// An Aadhaar number of India: twelve digits with the check digit of Verhoeff (UIDAI).
    InAadhaar = "IN_AADHAAR",
    /// A permanent account number of India: five letters, four digits, a letter (Income Tax Department).
    InPan = "IN_PAN",
    /// An IPv4 address with four parts.
    IpAddress = "IP_ADDRESS",
    /// A codice fiscale of a person in Italy, with its control letter (Decreto ministeriale 23 December 1976).
    ItFiscalCode = "IT_FISCAL_CODE",
    /// 個人番号 of Japan, My Number: twelve digits modulo 11 (Ministry of Internal Affairs and Communications).
    JpMyNumber = "JP_MY_NUMBER",
    /// A JSON web token (RFC 7519) whose header begins a JSON object.
    Jwt = "JWT",
    /// 주민등록번호 of Korea, the resident registration number, and that of foreigners: birth date and seven digits.
    KrRrn = "KR_RRN",
    /// A number plate of a vehicle.
    LicensePlate = "LICENSE_PLATE",
    /// A hardware address of a network interface (IEEE 802).
    MacAddress = "MAC_ADDRESS",
    /// 澳門居民身份證, the identity card number of Macao: seven digits and one in brackets.
    MoId = "MO_ID",
    /// A CURP of Mexico: eighteen characters with birth date, state and check digit (RENAPO).
    MxCurp = "MX_CURP",
    /// A `MyKad` number of Malaysia: birth date, place of birth, four digits (Jabatan Pendaftaran Negara).
    MyNric = "MY_NRIC",
    /// A burgerservicenummer of the Netherlands: nine digits that pass the eleven test.
    NlBsn = "NL_BSN",
    /// An IRD number of New Zealand: eight or nine digits modulo 11 (Inland Revenue).
    NzIrd = "NZ_IRD",
    /// The name of a business or another organisation.
    Org = "ORG",
    /// A passport number of mainland China, Taiwan, Hong Kong or the United States, told by context words.
    Passport = "PASSPORT",
    /// The name of a person.
    Person = "PERSON",
    /// A telephone number: mainland China, Taiwan, Hong Kong, Macao, North America, or any in the `+` form of E.164.
    Phone = "PHONE",
    /// A taxpayer identification number of the Philippines (Bureau of Internal Revenue), told by context words.
    PhTin = "PH_TIN",
    /// A PESEL of Poland: birth date, serial, check digit modulo 10.
    PlPesel = "PL_PESEL",
    /// The opening line of a private key in PEM (RFC 7468), through its closing line where there is one.
    PrivateKey = "PRIVATE_KEY",
    /// A personnummer or samordningsnummer of Sweden: birth date, serial, Luhn digit (Skatteverket, SKV 704).
    SePersonnummer = "SE_PERSONNUMMER",
    /// An NRIC or FIN of Singapore: S, T, F, G or M, seven digits, check letter.
    SgNric = "SG_NRIC",
    /// A token of Slack: `xoxb-`, `xoxp-` and their like.
    SlackToken = "SLACK_TOKEN",
    /// A business identifier code of a bank (ISO 9362), told by context words.
    SwiftBic = "SWIFT_BIC",
    /// เลขประจำตัวประชาชน of Thailand: thirteen digits modulo 11 (Department of Provincial Administration).
    ThTnin = "TH_TNIN",
    /// 統一證號 of a foreigner in Taiwan, of the form since 2021 and the one before, with its check digit.
    TwArc = "TW_ARC",
    /// 國民身分證統一編號, the national identification number of Taiwan with its check digit.
    TwNationalId = "TW_NATIONAL_ID",
    /// 統一編號 of a business in Taiwan, eight digits with a check sum, told by context words too.
    TwUbn = "TW_UBN",
    /// An NHS number, or its like in Scotland and Northern Ireland: ten digits modulo 11 (NHS Data Dictionary).
    UkNhs = "UK_NHS",
    /// A national insurance number of the United Kingdom (HMRC, NIM39110).
    UkNino = "UK_NINO",
    /// The user name and password inside a URL.
    UrlCredentials = "URL_CREDENTIALS",
    /// A routing number of a bank in the United States: nine digits with the weights 3, 7, 1 (ABA).
    UsBankRouting = "US_BANK_ROUTING",
    /// An individual taxpayer identification number of the United States (IRS, Publication 1915).
    UsItin = "US_ITIN",
    /// A social security number of the United States in the form 3-2-4.
    UsSsn = "US_SSN",
}

/// The name of a kind that the host looks for itself, such as `EMPLOYEE_NUMBER`.
///
/// Names are kept for as long as the program runs, once each, so that findings stay small and can be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomEntity(u16);

/// Names that a program may add.
const CUSTOM_MAX: usize = 1024;
/// Bytes of a name.
const NAME_BYTES_MAX: usize = 64;

static CUSTOM: RwLock<Vec<&'static str>> = RwLock::new(Vec::new());

impl CustomEntity {
    /// The kind of this name, which may have been named before.
    ///
    /// # Errors
    /// The name is not 2 to 64 upper-case letters, digits and underscores that begin with a letter, is that of a kind
    /// the scanner knows, or is one too many: a program may name 1,024.
    pub fn new(name: &str) -> Result<Self, CustomEntityError> {
        let shape = (2..=NAME_BYTES_MAX).contains(&name.len())
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        if !shape {
            return Err(CustomEntityError::Shape { name: name.to_owned() });
        }
        if Entity::ALL.iter().any(|entity| entity.name() == name) {
            return Err(CustomEntityError::Known { name: name.to_owned() });
        }
        let mut names = CUSTOM.write().unwrap_or_else(PoisonError::into_inner);
        let place = names.iter().position(|known| *known == name).unwrap_or(names.len());
        if place == CUSTOM_MAX {
            return Err(CustomEntityError::TooMany);
        }
        let id = u16::try_from(place).map_err(|_| CustomEntityError::TooMany)?;
        if place == names.len() {
            names.push(Box::leak(name.to_owned().into_boxed_str()));
        }
        Ok(Self(id))
    }

    /// The name.
    pub fn name(self) -> &'static str {
        let names = CUSTOM.read().unwrap_or_else(PoisonError::into_inner);
        names.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    fn known(name: &str) -> Option<Self> {
        let names = CUSTOM.read().unwrap_or_else(PoisonError::into_inner);
        let place = names.iter().position(|known| *known == name)?;
        u16::try_from(place).ok().map(Self)
    }
}

impl From<CustomEntity> for Entity {
    fn from(custom: CustomEntity) -> Self {
        Self::Custom(custom)
    }
}

/// Why a name cannot be that of a kind of the host's own.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CustomEntityError {
    /// It is not written as names of kinds are.
    #[error("`{name}` is no name of an entity, expected 2 to 64 of A-Z, 0-9 and _ that begin with a letter")]
    Shape {
        /// The name.
        name: String,
    },
    /// The scanner has a kind of this name.
    #[error("`{name}` is an entity that the scanner knows, choose another name")]
    Known {
        /// The name.
        name: String,
    },
    /// There are as many as there may be.
    #[error("there are {CUSTOM_MAX} custom entities, which is as many as there may be")]
    TooMany,
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Entity {
    type Err = UnknownEntity;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|entity| entity.name() == name)
            .or_else(|| CustomEntity::known(name).map(Self::Custom))
            .ok_or_else(|| UnknownEntity(name.to_owned()))
    }
}

/// A name that is no entity of this version.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown entity `{0}`, expected a name such as `PHONE`")]
pub struct UnknownEntity(String);

#[cfg(feature = "serde")]
impl serde::Serialize for Entity {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Entity {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_back_and_are_sorted() {
        for entity in Entity::ALL {
            assert_eq!(entity.name().parse(), Ok(*entity));
            assert_eq!(entity.to_string(), entity.name());
        }
        assert!(Entity::ALL.is_sorted_by(|a, b| a.name() < b.name()));
        assert!("phone".parse::<Entity>().is_err());
        assert!("".parse::<Entity>().is_err());
    }

    #[test]
    fn the_index_is_the_place_in_all() {
        for (place, entity) in Entity::ALL.iter().enumerate() {
            assert_eq!(entity.index(), place);
        }
    }

    #[test]
    fn names_of_ones_own_are_kept() {
        let badge = CustomEntity::new("BADGE_NUMBER").unwrap();
        assert_eq!(CustomEntity::new("BADGE_NUMBER"), Ok(badge));
        assert_eq!(Entity::from(badge).name(), "BADGE_NUMBER");
        assert_eq!("BADGE_NUMBER".parse(), Ok(Entity::Custom(badge)));
        assert!("NEVER_NAMED".parse::<Entity>().is_err());
        for name in ["", "A", "badge", "1A", "_A", "BADGE-NUMBER", "BADGE NUMBER", "工号", &"A".repeat(65)]
        {
            assert!(matches!(CustomEntity::new(name), Err(CustomEntityError::Shape { .. })), "{name}");
        }
        assert!(matches!(CustomEntity::new("PHONE"), Err(CustomEntityError::Known { .. })));
    }

    #[cfg(feature = "serde")]
    #[test]
    fn serde_speaks_the_public_name() {
        assert_eq!(serde_json::to_string(&Entity::CnResidentId).unwrap(), "\"CN_RESIDENT_ID\"");
        assert_eq!(serde_json::from_str::<Entity>("\"IBAN\"").unwrap(), Entity::Iban);
        assert!(serde_json::from_str::<Entity>("\"Iban\"").is_err());
    }
}
