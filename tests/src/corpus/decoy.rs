//! What looks like a value and is none.

mod words;

use super::Language;
use super::check::is_some_number;
use super::draw::{Draw, until};
use super::write::Writer;
use crate::generate::SplitMix;
use serde::Serialize;

/// The kinds of look-alikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum DecoyKind {
    /// An order number in the shape of a phone, behind a word that says order.
    OrderNumber,
    /// A point in time in digits.
    Timestamp,
    /// A parcel's number.
    Tracking,
    /// An amount of money, some of it in the shape of a phone.
    Amount,
    /// A version in four parts, in the shape of an IP address.
    Version,
    /// A digest in hexadecimal.
    Hash,
    /// Eighteen digits with a birth date and the wrong check digit.
    BadResidentId,
    /// A card number with the wrong check digit.
    BadCard,
    /// Two decimals side by side that are no place.
    Pair,
    /// A device's serial number.
    SerialNumber,
    /// A UUID.
    Uuid,
    /// A date on which nobody was born.
    Date,
    /// A book's number, with the right check digit of its own.
    Isbn,
    /// An invoice's number of eight digits.
    Invoice,
    /// A contract's number.
    ContractNumber,
}

impl DecoyKind {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::OrderNumber,
        Self::Timestamp,
        Self::Tracking,
        Self::Amount,
        Self::Version,
        Self::Hash,
        Self::BadResidentId,
        Self::BadCard,
        Self::Pair,
        Self::SerialNumber,
        Self::Uuid,
        Self::Date,
        Self::Isbn,
        Self::Invoice,
        Self::ContractNumber,
    ];

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OrderNumber => "OrderNumber",
            Self::Timestamp => "Timestamp",
            Self::Tracking => "Tracking",
            Self::Amount => "Amount",
            Self::Version => "Version",
            Self::Hash => "Hash",
            Self::BadResidentId => "BadResidentId",
            Self::BadCard => "BadCard",
            Self::Pair => "Pair",
            Self::SerialNumber => "SerialNumber",
            Self::Uuid => "Uuid",
            Self::Date => "Date",
            Self::Isbn => "Isbn",
            Self::Invoice => "Invoice",
            Self::ContractNumber => "ContractNumber",
        }
    }

    /// The words before it.
    pub(super) fn words(self, language: Language) -> &'static [&'static str] {
        let found = words::WORDS.iter().find(|(kind, _)| *kind == self);
        found.map_or(&["no."], |(_, words)| words.of(language))
    }

    /// The look-alike itself.
    pub(super) fn draw(self, rng: &mut SplitMix) -> String {
        match self {
            Self::OrderNumber => {
                numbers(rng, &["139########", "138########", "150########", "186########", "177########"])
            }
            Self::Timestamp => {
                let (year, month, day) = rng.day(2019, 2026);
                let day = format!("{year}{month:02}{day:02}");
                let pattern =
                    rng.one(&["{}1#3#2#", "{}0#1#4####", "17########", "17###########"]).replace("{}", &day);
                numbers(rng, &[&pattern])
            }
            Self::Tracking => numbers(
                rng,
                &[
                    "SF1############",
                    "YT##############",
                    "7###########",
                    "JD00###########",
                    "773############",
                ],
            ),
            Self::Amount => match rng.number(4) {
                0 => format!("{}元", numbers(rng, &["139########", "158########"])),
                1 => rng.of(&["¥^,###,###.##", "¥^##,###.##", "RMB ^,###,###.00"]),
                2 => rng.of(&["^####.##", "^##,###.00"]),
                _ => rng.of(&["$^,###,###.##", "USD ^##,###.##", "NT$^##,###"]),
            },
            Self::Version => rng.of(&["2.14.^.^", "10.0.1^.4^", "v1.^.^.#", "3.^#.2#.1##", "V4.2.^.^#"]),
            Self::Hash => {
                let len = rng.copy(&[32, 40, 64]);
                rng.text("0123456789abcdef", len)
            }
            Self::BadResidentId => bad_resident_id(rng),
            Self::BadCard => {
                numbers(rng, &["4###############", "5^##############", "622#############", "37#############"])
            }
            Self::Pair => {
                rng.of(&["3#.####, 11#.####", "^#.##, 1^#.##", "0.####, 0.####", "2#.####,12#.####"])
            }
            Self::SerialNumber => {
                numbers(rng, &["SN^########", "C02@#####@##", "5CD#######", "FCW####L0##", "2102########"])
            }
            Self::Uuid => uuid(rng),
            Self::Date => {
                let (year, month, day) = rng.day(2018, 2027);
                match rng.number(3) {
                    0 => format!("{year}-{month:02}-{day:02}"),
                    1 => format!("{year}/{month:02}/{day:02}"),
                    _ => format!("{year}.{month:02}.{day:02}"),
                }
            }
            Self::Isbn => isbn(rng),
            Self::Invoice => rng.of(&["########", "0#######"]),
            Self::ContractNumber => rng.of(&["HT-202#-####", "HT202#0##^-0##", "CN-2#-^####", "XS202#1###"]),
        }
    }
}

/// A number in one of the forms that is none of the identifiers, whatever its letters.
fn numbers(rng: &mut SplitMix, patterns: &[&str]) -> String {
    let is_none = |text: &str| {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        !is_some_number(&digits)
    };
    until(rng, |rng| rng.of(patterns), is_none)
}

fn uuid(rng: &mut SplitMix) -> String {
    let mut hex = |len| rng.text("0123456789abcdef", len);
    format!("{}-{}-4{}-a{}-{}", hex(8), hex(4), hex(3), hex(3), hex(12))
}

fn bad_resident_id(rng: &mut SplitMix) -> String {
    let draw = |rng: &mut SplitMix| {
        let division = rng.one(&["110105", "310115", "440106", "510104"]);
        let (year, month, day) = rng.day(1950, 2008);
        format!("{division}{year}{month:02}{day:02}{}", rng.digits(4))
    };
    until(rng, draw, |text| !is_some_number(text))
}

fn isbn(rng: &mut SplitMix) -> String {
    let body = rng.pattern("9787###^####");
    let sum = body.chars().filter_map(|c| c.to_digit(10)).enumerate().fold(0_u32, |sum, (at, digit)| {
        sum.saturating_add(if at % 2 == 0 { digit } else { digit.saturating_mul(3) })
    });
    let check = 10_u32.saturating_sub(sum % 10) % 10;
    let (group, rest) = body.split_at(3);
    let (area, rest) = rest.split_at(1);
    let (house, title) = rest.split_at(3);
    format!("{group}-{area}-{house}-{title}-{check}")
}

/// A word, and the look-alike it names.
pub(super) fn phrase(writer: &mut Writer) {
    // Order numbers are the ones that deployments stumble over, so every third is one.
    let kind = if writer.rng.chance(33) {
        DecoyKind::OrderNumber
    } else {
        let at = writer.rng.at(DecoyKind::ALL.len());
        DecoyKind::ALL.get(at).copied().unwrap_or(DecoyKind::OrderNumber)
    };
    let word = writer.rng.one(kind.words(writer.language));
    let joint = match writer.language {
        Language::English if word.ends_with('#') => "",
        Language::English => writer.rng.one(&[" ", ": ", " "]),
        Language::Simplified | Language::Traditional => {
            if word.ends_with(|c: char| c.is_ascii_alphanumeric()) {
                writer.rng.one(&["：", " "])
            } else {
                writer.rng.one(&["：", "", ":", " "])
            }
        }
    };
    writer.push(word);
    writer.push(joint);
    let text = kind.draw(&mut writer.rng);
    writer.look_alike(kind, &text);
}
