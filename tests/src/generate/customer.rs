//! One customer, made from the seed and its index alone, so that a million of them need no more memory than one.

use super::manifest::{Fault, Reason};
use super::{ids, rng::SplitMix, words};
use time::{Date, Duration, Month};

/// The day on which the sample plays; nothing in it is later.
const TODAY: Date = match Date::from_calendar_date(2026, Month::November, 22) {
    Ok(date) => date,
    Err(_) => Date::MIN,
};

/// The first customers are sound, so that examples and demos can name them.
const SOUND_FIRST: u64 = 20;

/// The script and language of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    En,
    Hans,
    Hant,
}

impl Lang {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Hans => "zh-Hans",
            Self::Hant => "zh-Hant",
        }
    }

    /// The words of this language.
    pub(crate) fn of<'a, T: ?Sized>(self, simplified: &'a T, traditional: &'a T, english: &'a T) -> &'a T {
        match self {
            Self::En => english,
            Self::Hans => simplified,
            Self::Hant => traditional,
        }
    }
}

/// Where a customer lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Region {
    Cn,
    Gb,
    Hk,
    Sg,
    Tw,
    Us,
}

impl Region {
    const fn name(self) -> &'static str {
        match self {
            Self::Cn => "CN",
            Self::Gb => "GB",
            Self::Hk => "HK",
            Self::Sg => "SG",
            Self::Tw => "TW",
            Self::Us => "US",
        }
    }

    fn draw(rng: &mut SplitMix, index: u64) -> Self {
        // The first four show one of each kind.
        match (index, rng.below(100)) {
            (0, _) | (4.., 0..=54) => Self::Cn,
            (1, _) | (4.., 55..=74) => Self::Tw,
            (2, _) | (4.., 75..=88) => Self::Hk,
            (3, _) | (4.., 89..=92) => Self::Gb,
            (_, 93..=96) => Self::Us,
            _ => Self::Sg,
        }
    }
}

/// One row of `customers.csv`, and what is wrong with it.
#[derive(Debug, Clone)]
pub(crate) struct Customer {
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) birth_date: String,
    pub(crate) national_id: String,
    pub(crate) phone: String,
    pub(crate) email: String,
    pub(crate) address: String,
    pub(crate) company: String,
    pub(crate) uscc: String,
    pub(crate) bank_card: String,
    pub(crate) region: Region,
    pub(crate) gender: &'static str,
    pub(crate) lang: Lang,
    /// Surplus values, or how many of the last ones are missing.
    columns: isize,
    pub(crate) fault: Option<Fault>,
}

impl Customer {
    /// The customer of an index, from 0. About three in a hundred carry an invalid identifier, some rows are malformed.
    pub(crate) fn of(seed: u64, index: u64) -> Self {
        let mut rng = SplitMix::of(seed, 1, index);
        let region = Region::draw(&mut rng, index);
        let mut customer = Self::sound(&mut rng, 'C', index, region);
        if index >= SOUND_FIRST {
            if index % 140 == 99 {
                customer.malform(index / 140);
            } else if rng.below(1000) < 33 {
                customer.spoil(&mut rng);
            }
        }
        customer
    }

    /// A customer for a small file in an old encoding. The thirteenth row is malformed.
    pub(crate) fn of_region(seed: u64, index: u64, prefix: char, region: Region) -> Self {
        let mut rng =
            SplitMix::of(seed, 2, index.saturating_mul(256).saturating_add(u64::from(u32::from(prefix))));
        let mut customer = Self::sound(&mut rng, prefix, index, region);
        if region == Region::Cn && index == 4 {
            // Outside GBK: these take four bytes in GB18030.
            "样本㛃".clone_into(&mut customer.name);
        }
        if index == 12 {
            customer.malform(4);
        }
        customer
    }

    /// The values in the order of the header.
    pub(crate) fn row(&self) -> Vec<&str> {
        let mut row = vec![
            self.number.as_str(),
            &self.name,
            self.gender,
            &self.birth_date,
            &self.national_id,
            &self.phone,
            &self.email,
            &self.address,
            &self.company,
            &self.uscc,
            &self.bank_card,
            self.region.name(),
            self.lang.name(),
        ];
        let len = row.len().saturating_add_signed(self.columns);
        row.resize(len, "surplus");
        row
    }

    fn sound(rng: &mut SplitMix, prefix: char, index: u64, region: Region) -> Self {
        let lang = match region {
            Region::Cn => Lang::Hans,
            Region::Tw => Lang::Hant,
            Region::Hk if rng.chance(70) => Lang::Hant,
            Region::Gb | Region::Hk | Region::Sg | Region::Us => Lang::En,
        };
        let born = day_between(rng, 1946, 2006);
        let (division, city) = ids::division(rng);
        let is_company = rng.chance(40) || index == 0;
        let is_female = rng.chance(50);
        let number = index.saturating_add(1);
        Self {
            number: format!("{prefix}-{number:06}"),
            name: name(rng, lang),
            gender: match (lang, is_female) {
                (Lang::En, true) => rng.pick(&["female", "female", "other", ""]),
                (Lang::En, false) => rng.pick(&["male", "male", "other", ""]),
                (Lang::Hans | Lang::Hant, true) => "女",
                (Lang::Hans | Lang::Hant, false) => "男",
            },
            birth_date: born.to_string(),
            national_id: match region {
                Region::Cn => ids::cn_resident_id(rng, division, born, is_female),
                Region::Hk => ids::hk_id(rng),
                Region::Tw => ids::tw_national_id(rng, is_female),
                Region::Gb | Region::Sg | Region::Us => String::new(),
            },
            phone: phone(rng, region),
            email: email(rng, number, region, prefix),
            address: address(rng, region, city, lang),
            company: if is_company { firm(rng, lang).to_owned() } else { String::new() },
            uscc: if is_company && region == Region::Cn {
                ids::cn_uscc(rng, division)
            } else {
                String::new()
            },
            bank_card: card(rng, region),
            region,
            lang,
            columns: 0,
            fault: None,
        }
    }

    /// Breaks the row as a row, in one of five ways.
    fn malform(&mut self, way: u64) {
        let (field, reason) = match way % 5 {
            0 => {
                self.columns = -3;
                (None, Reason::MissingValue)
            }
            1 => {
                self.columns = 2;
                (None, Reason::ExtraValue)
            }
            2 => {
                self.name.clear();
                (Some("name"), Reason::EmptyRequired)
            }
            3 => {
                self.email = self.email.replace('@', ".at.");
                (Some("email"), Reason::BadForm)
            }
            _ => {
                "1985-13-40".clone_into(&mut self.birth_date);
                (Some("birth_date"), Reason::BadForm)
            }
        };
        self.fault = Some(Fault { field, reason });
    }

    /// Makes one identifier invalid. The row stays well-formed.
    fn spoil(&mut self, rng: &mut SplitMix) {
        let (field, reason) = match rng.below(5) {
            0 if !self.national_id.is_empty() => {
                self.national_id = ids::with_wrong_check(&self.national_id);
                ("national_id", Reason::CheckDigit)
            }
            1 if self.region == Region::Cn => {
                let (division, _) = ids::division(rng);
                let born = day_between(rng, 1950, 2004);
                self.national_id = ids::cn_resident_id_of_no_day(rng, division, born, self.gender == "女");
                ("national_id", Reason::BirthDate)
            }
            2 if !self.uscc.is_empty() => {
                self.uscc = ids::with_wrong_check(&self.uscc);
                ("uscc", Reason::CheckDigit)
            }
            3 => {
                self.phone.truncate(self.phone.len().saturating_sub(3));
                ("phone", Reason::Length)
            }
            _ => {
                self.bank_card = ids::with_wrong_check(&self.bank_card);
                ("bank_card", Reason::CheckDigit)
            }
        };
        self.fault = Some(Fault { field: Some(field), reason });
    }
}

/// A day from the first of January of `first` to the end of `last`, but never later than the sample's today.
pub(crate) fn day_between(rng: &mut SplitMix, first: i32, last: i32) -> Date {
    let years = u64::try_from(last.saturating_sub(first)).unwrap_or(0).saturating_add(1);
    let year = first.saturating_add(i32::try_from(rng.below(years)).unwrap_or(0));
    let day = u16::try_from(rng.below(365)).unwrap_or(0).saturating_add(1);
    Date::from_ordinal_date(year, day).unwrap_or(TODAY).min(TODAY)
}

/// The day so many days later.
pub(crate) fn day_after(day: Date, days: i64) -> Date {
    day.saturating_add(Duration::days(days))
}

/// Whether a day lies before the day on which the sample plays.
pub(crate) fn is_past(day: Date) -> bool {
    day < TODAY
}

/// A person's name. Given names are made of words for sample, test and example.
pub(crate) fn name(rng: &mut SplitMix, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{} {}", rng.pick(words::FIRST_EN), rng.pick(words::LAST_EN)),
        Lang::Hans => format!("{}{}", rng.pick(words::SURNAMES_HANS), rng.pick(words::GIVEN_HANS)),
        Lang::Hant => format!("{}{}", rng.pick(words::SURNAMES_HANT), rng.pick(words::GIVEN_HANT)),
    }
}

/// A company's name.
pub(crate) fn firm(rng: &mut SplitMix, lang: Lang) -> &'static str {
    rng.pick(lang.of(words::FIRMS_HANS, words::FIRMS_HANT, words::FIRMS_EN))
}

/// A phone number in one of the ways people write it. British and American ones are of the ranges kept for fiction.
pub(crate) fn phone(rng: &mut SplitMix, region: Region) -> String {
    let (a, b, c) = (rng.digits(4), rng.digits(4), rng.digits(3));
    let way = rng.below(4);
    match region {
        Region::Cn => {
            let head = rng.pick(&["138", "139", "150", "158", "177", "186", "189", "199"]);
            match way {
                0 => format!("{head} {a} {b}"),
                1 => format!("+86 {head}-{a}-{b}"),
                _ => format!("{head}{a}{b}"),
            }
        }
        Region::Gb => format!("+44 7700 900{c}"),
        Region::Hk => {
            let head = rng.pick(&["5", "6", "9"]);
            if way == 0 { format!("{head}{c} {a}") } else { format!("+852 {head}{c} {a}") }
        }
        Region::Sg => format!("+65 9{c} {a}"),
        Region::Tw => match way {
            0 => format!("+886 9{} {c} {}", tail(&a, 2), tail(&b, 3)),
            1 => format!("(02) 2{c}-{a}"),
            _ => format!("09{}-{c}-{}", tail(&a, 2), tail(&b, 3)),
        },
        Region::Us => format!("({}) 555-01{}", rng.pick(&["202", "212", "312", "415"]), tail(&a, 2)),
    }
}

fn tail(digits: &str, count: usize) -> &str {
    digits.get(digits.len().saturating_sub(count)..).unwrap_or(digits)
}

/// A mail address under example.com, example.net or example.org, which RFC 2606 keeps for examples.
pub(crate) fn email(rng: &mut SplitMix, number: u64, region: Region, prefix: char) -> String {
    let host = match region {
        Region::Cn => "cn.example.com",
        Region::Hk => "hk.example.com",
        Region::Tw => "tw.example.com",
        Region::Gb | Region::Sg | Region::Us => "example.com",
    };
    let host = if rng.chance(70) { host } else { rng.pick(&["example.net", "example.org", "example.com"]) };
    let local = rng.pick(&["sample", "first.last", "user", "mail+crm"]);
    format!("{local}.{}{number}@{host}", prefix.to_ascii_lowercase())
}

fn address(rng: &mut SplitMix, region: Region, city: &str, lang: Lang) -> String {
    let (house, flat) = (rng.below(399).saturating_add(1), rng.below(30).saturating_add(1));
    match region {
        Region::Cn => format!("{city}{}{house}号{flat}室", rng.pick(words::STREETS_HANS)),
        Region::Hk if lang == Lang::Hant => {
            format!("{}{}{house}號{flat}樓", rng.pick(words::CITIES_HK), rng.pick(words::STREETS_TW))
        }
        Region::Hk => format!("Flat {flat}, {house} {}, Hong Kong", rng.pick(words::STREETS_EN)),
        Region::Tw => {
            format!("{}{}{house}號{flat}樓", rng.pick(words::CITIES_TW), rng.pick(words::STREETS_TW))
        }
        Region::Gb => format!("{house} {}, Exampleton", rng.pick(words::STREETS_EN)),
        Region::Sg => format!("{house} {}, #{flat:02}-01, Singapore", rng.pick(words::STREETS_EN)),
        Region::Us => format!("{house} {}, Apt {flat}, Sampleville", rng.pick(words::STREETS_EN)),
    }
}

/// A bank card: `UnionPay` (62) where it is at home, else the prefix of another scheme.
pub(crate) fn card(rng: &mut SplitMix, region: Region) -> String {
    match region {
        Region::Cn => ids::card(rng, "62", 19),
        Region::Hk | Region::Tw if rng.chance(40) => ids::card(rng, "62", 16),
        _ => {
            let prefix = rng.pick(&["4", "52", "55"]);
            ids::card(rng, prefix, 16)
        }
    }
}
