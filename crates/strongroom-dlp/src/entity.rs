//! The kinds of data the scanner knows, by their public names.

use std::fmt;
use std::str::FromStr;

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
        }

        impl Entity {
            /// Every kind this version can find, in the order of the names.
            pub const ALL: &[Self] = &[ $( Self::$variant, )+ ];

            /// The public name, in upper case with underscores.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )+ }
            }

            /// The place of this kind in [`Entity::ALL`].
            pub(crate) const fn index(self) -> usize {
                // A fieldless enum without explicit discriminants counts from zero; `the_index_is_the_place_in_all` checks.
                #[expect(clippy::as_conversions, reason = "a fieldless enum to its discriminant, which has no `From`")]
                { self as usize }
            }
        }
    };
}

entities! {
    /// An access key id of Amazon Web Services: `AKIA` or `ASIA` and 16 characters of base 32.
    AwsKey = "AWS_KEY",
    /// A bank account number of mainland China, 12 to 22 digits, told by context words alone.
    CnBankAccount = "CN_BANK_ACCOUNT",
    /// 居民身份证 of mainland China (GB 11643-1999), 18 digits with a check character; the older 15 digits with context.
    CnResidentId = "CN_RESIDENT_ID",
    /// 统一社会信用代码, the unified social credit code of an organisation (GB 32100-2015).
    CnUscc = "CN_USCC",
    /// A payment card number: an issuer range that is in use, a length it allows, and the Luhn digit (ISO/IEC 7812-1).
    CreditCard = "CREDIT_CARD",
    /// An email address as people write it: the dot-atom form of RFC 5322 with a domain of at least two labels.
    Email = "EMAIL",
    /// 香港身份證, the Hong Kong identity card number with its check digit.
    HkHkid = "HK_HKID",
    /// An international bank account number (ISO 13616) with its length per country and check digits.
    Iban = "IBAN",
    /// An IPv4 address with four parts.
    IpAddress = "IP_ADDRESS",
    /// A JSON web token (RFC 7519) whose header begins a JSON object.
    Jwt = "JWT",
    /// A passport number of mainland China, Taiwan, Hong Kong or the United States, told by context words.
    Passport = "PASSPORT",
    /// A telephone number: mainland China, Taiwan, Hong Kong, Macao, North America, or any in the `+` form of E.164.
    Phone = "PHONE",
    /// The opening line of a private key in PEM (RFC 7468), through its closing line where there is one.
    PrivateKey = "PRIVATE_KEY",
    /// 國民身分證統一編號, the national identification number of Taiwan with its check digit.
    TwNationalId = "TW_NATIONAL_ID",
    /// 統一編號 of a business in Taiwan, eight digits with a check sum, told by context words too.
    TwUbn = "TW_UBN",
    /// The user name and password inside a URL.
    UrlCredentials = "URL_CREDENTIALS",
    /// A social security number of the United States in the form 3-2-4.
    UsSsn = "US_SSN",
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

    #[cfg(feature = "serde")]
    #[test]
    fn serde_speaks_the_public_name() {
        assert_eq!(serde_json::to_string(&Entity::CnResidentId).unwrap(), "\"CN_RESIDENT_ID\"");
        assert_eq!(serde_json::from_str::<Entity>("\"IBAN\"").unwrap(), Entity::Iban);
        assert!(serde_json::from_str::<Entity>("\"Iban\"").is_err());
    }
}
