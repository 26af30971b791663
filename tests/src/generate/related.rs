//! What hangs on a customer: contacts, transactions, preferences, feedback. Each row of a sound customer only, so that
//! a refused customer never takes others along; the few rows that name an unknown customer say so in the manifest.

use super::customer::{Customer, Lang, Region, day_between, phone};
use super::manifest::{Fault, Reason};
use super::{rng::SplitMix, words};

/// Values in the order of the file's header, and what is wrong with them.
pub(crate) type Row = (Vec<String>, Option<Fault>);

/// A customer number that no customer ever has.
const NOBODY: &str = "C-999999999";

/// One of the files below a customer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Related {
    Contact,
    Feedback,
    Preference,
    Transaction,
}

impl Related {
    pub(crate) const ALL: [Self; 4] = [Self::Contact, Self::Feedback, Self::Preference, Self::Transaction];

    pub(crate) const fn file(self) -> &'static str {
        match self {
            Self::Contact => "contacts.csv",
            Self::Feedback => "feedback.csv",
            Self::Preference => "preferences.csv",
            Self::Transaction => "transactions.csv",
        }
    }

    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Feedback => "feedback",
            Self::Preference => "preference",
            Self::Transaction => "transaction",
        }
    }

    /// English, Simplified and Traditional headings on purpose: an import must know them all.
    pub(crate) const fn header(self) -> &'static [&'static str] {
        match self {
            Self::Contact => &["customer_no", "channel", "contacted_on", "summary"],
            Self::Feedback => &["客户编号", "反馈日期", "评分", "评价"],
            Self::Preference => &["客戶編號", "主題", "選擇"],
            Self::Transaction => {
                &["customer_no", "transaction_no", "happened_on", "product", "amount", "currency"]
            }
        }
    }

    /// Every how many rows one is malformed.
    const fn stride(self) -> u64 {
        match self {
            Self::Contact => 400,
            Self::Feedback => 150,
            Self::Preference => 300,
            Self::Transaction => 500,
        }
    }

    /// The rows of one customer; `written` is how many rows the file has so far.
    pub(crate) fn rows(self, seed: u64, index: u64, customer: &Customer, written: u64) -> Vec<Row> {
        let stream = match self {
            Self::Contact => 10,
            Self::Feedback => 11,
            Self::Preference => 12,
            Self::Transaction => 13,
        };
        let mut rng = SplitMix::of(seed, stream, index);
        let count = match self {
            Self::Contact => rng.below(4),
            Self::Feedback => u64::from(rng.chance(30)),
            Self::Preference => rng.below(3),
            Self::Transaction => rng.below(5),
        };
        // The first customer has two of everything.
        let count = if index == 0 { 2 } else { count };
        (0..count)
            .map(|n| {
                let row = match self {
                    Self::Contact => contact(&mut rng, customer),
                    Self::Feedback => feedback(&mut rng, customer),
                    Self::Preference => preference(&mut rng, customer, n),
                    Self::Transaction => transaction(&mut rng, customer, n),
                };
                let at = written.saturating_add(n);
                let (turn, place) =
                    (at.checked_div(self.stride()).unwrap_or(0), at.checked_rem(self.stride()).unwrap_or(0));
                if place.saturating_add(1) == self.stride() { self.malform(row, turn) } else { (row, None) }
            })
            .collect()
    }

    fn malform(self, mut row: Vec<String>, way: u64) -> Row {
        let (field, reason) = match (self, way % 4) {
            (_, 0) => {
                set(&mut row, 0, NOBODY);
                (Some("customer_no"), Reason::UnknownCustomer)
            }
            (Self::Contact, 1) => {
                set(&mut row, 2, "2026-02-30");
                (Some("contacted_on"), Reason::BadForm)
            }
            (Self::Feedback, 1) => {
                set(&mut row, 1, "2025-06-31");
                (Some("given_on"), Reason::BadForm)
            }
            (Self::Transaction, 1) => {
                set(&mut row, 4, "twelve");
                (Some("amount"), Reason::BadForm)
            }
            (Self::Contact, 2) => {
                set(&mut row, 3, "");
                (Some("summary"), Reason::EmptyRequired)
            }
            (Self::Preference, 2) => {
                set(&mut row, 1, "");
                (Some("topic"), Reason::EmptyRequired)
            }
            (Self::Feedback, 2) => {
                set(&mut row, 2, "6");
                (Some("rating"), Reason::NotListed)
            }
            (Self::Transaction, 2) => {
                set(&mut row, 2, "2026-13-01");
                (Some("happened_on"), Reason::BadForm)
            }
            (Self::Preference, 1) => {
                row.pop();
                (None, Reason::MissingValue)
            }
            (_, _) => {
                row.push("surplus".to_owned());
                (None, Reason::ExtraValue)
            }
        };
        (row, Some(Fault { field, reason }))
    }
}

fn set(row: &mut [String], at: usize, value: &str) {
    if let Some(slot) = row.get_mut(at) {
        value.clone_into(slot);
    }
}

fn contact(rng: &mut SplitMix, customer: &Customer) -> Vec<String> {
    let channel = rng.pick(&["phone", "email", "wechat", "visit", "letter"]);
    let note = rng.pick(customer.lang.of(words::NOTES_HANS, words::NOTES_HANT, words::NOTES_EN));
    // One note in six holds what free text should not, for the scanner to find.
    let note = if rng.below(6) == 0 {
        let number = phone(rng, customer.region);
        let second = customer.lang.of("备用电话", "備用電話", "Second phone");
        format!("{note} {second}: {number}")
    } else {
        note.to_owned()
    };
    vec![customer.number.clone(), channel.to_owned(), day_between(rng, 2018, 2026).to_string(), note]
}

fn transaction(rng: &mut SplitMix, customer: &Customer, n: u64) -> Vec<String> {
    let item = rng.pick(customer.lang.of(words::ITEMS_HANS, words::ITEMS_HANT, words::ITEMS_EN));
    let currency = match customer.region {
        Region::Cn => "CNY",
        Region::Gb => "EUR",
        Region::Hk => "HKD",
        Region::Tw => "TWD",
        Region::Sg | Region::Us => "USD",
    };
    let (whole, cents) = (rng.below(90_000).saturating_add(10), rng.below(100));
    vec![
        customer.number.clone(),
        format!("T-{}-{:02}", customer.number.trim_start_matches("C-"), n.saturating_add(1)),
        day_between(rng, 2012, 2026).to_string(),
        item.to_owned(),
        format!("{whole}.{cents:02}"),
        currency.to_owned(),
    ]
}

fn preference(rng: &mut SplitMix, customer: &Customer, n: u64) -> Vec<String> {
    // Even and odd topics, so that no customer has one twice.
    let topics: [(&str, &[&str]); 6] = [
        ("newsletter", &["monthly", "weekly", "never"]),
        ("call_hours", &["morning", "evening", "never"]),
        ("language", &["zh-Hans", "zh-Hant", "en"]),
        ("sms", &["yes", "no"]),
        ("paper_invoice", &["yes", "no"]),
        ("birthday_gift", &["yes", "no"]),
    ];
    let at = rng.below(3).saturating_mul(2).saturating_add(n % 2);
    let drawn = usize::try_from(at).ok().and_then(|at| topics.get(at));
    let (topic, choices) = drawn.copied().unwrap_or(("sms", &["no"]));
    vec![customer.number.clone(), topic.to_owned(), rng.pick(choices).to_owned()]
}

fn feedback(rng: &mut SplitMix, customer: &Customer) -> Vec<String> {
    let text = rng.pick(customer.lang.of(words::FEEDBACK_HANS, words::FEEDBACK_HANT, words::FEEDBACK_EN));
    let text = match (rng.below(5), customer.lang) {
        // A line break inside a value: rows and lines part ways.
        (0, Lang::En) => format!("{text}\nPlease call back."),
        (0, Lang::Hans) => format!("{text}\n请回电。"),
        (0, Lang::Hant) => format!("{text}\n請回電。"),
        _ => text.to_owned(),
    };
    let rating = rng.below(5).saturating_add(1);
    vec![customer.number.clone(), day_between(rng, 2019, 2026).to_string(), rating.to_string(), text]
}
