//! What is known everywhere: payment cards, mail, passports, dates of birth.

use crate::corpus::Variant::{Dashed, FullWidth, Plain, Spaced};
use crate::corpus::check::credit_card;
use crate::corpus::draw::{Draw, until};
use crate::corpus::spec::Spec;
use crate::generate::SplitMix;

fn card(rng: &mut SplitMix) -> String {
    let patterns = &[
        "4###############",
        "5^##############",
        "51##############",
        "53##############",
        "34#############",
        "37#############",
        "622###############",
        "6228###############",
        "621##############",
        "2221############",
        "2500############",
        "3528############",
        "3566############",
        "6011############",
        "65##############",
    ];
    let pattern = rng.one(patterns);
    until(rng, |rng| rng.pattern(pattern), credit_card)
}

fn card_of_bank(rng: &mut SplitMix) -> String {
    let pattern =
        rng.one(&["6222#############", "6217###############", "6228###############", "6225############"]);
    until(rng, |rng| rng.pattern(pattern), credit_card)
}

fn birth_date(rng: &mut SplitMix) -> String {
    let (year, month, day) = rng.day(1940, 2012);
    match rng.number(4) {
        0 | 1 => format!("{year}-{month:02}-{day:02}"),
        2 => format!("{year}/{month:02}/{day:02}"),
        _ => format!("{year}.{month:02}.{day:02}"),
    }
}

fn email(rng: &mut SplitMix) -> String {
    let local = match rng.number(6) {
        0 => format!(
            "{}.{}",
            rng.one(&["wei", "xiaoming", "li.na", "chen", "mary", "j.smith"]),
            rng.one(&["wang", "zhang", "liu", "brown", "ops"])
        ),
        1 => format!("{}{}", rng.one(&["zhangsan", "lisi", "wanghong", "peter", "anna_k"]), rng.digits(3)),
        2 => rng.pattern("^########"),
        3 => format!(
            "{}+{}",
            rng.one(&["info", "sales", "support", "wu"]),
            rng.one(&["crm", "orders", "2024"])
        ),
        4 => rng.one(&["service", "hr", "finance", "legal-team", "contact_us"]).to_owned(),
        _ => rng.text("abcdefghijklmnopqrstuvwxyz", 7),
    };
    let domain = rng.one(&[
        "example.com",
        "example.com.cn",
        "mail.example.org",
        "qq.com",
        "163.com",
        "sample-trading.com",
        "corp.example.cn",
        "example.com.tw",
        "example.hk",
        "test-bank.co.uk",
        "gmail.com",
        "outlook.com",
    ]);
    format!("{local}@{domain}")
}

/// The table.
pub(super) const SPECS: &[Spec] = &[
    Spec::new(
        "CREDIT_CARD",
        card,
        &["信用卡号", "卡号", "信用卡", "银行卡号", "支付卡号"],
        &["信用卡號", "卡號", "信用卡", "信用卡號碼"],
        &["card number", "credit card", "card no.", "Visa/Mastercard", "card on file", "CC", "payment card"],
    )
    .share(45)
    .spaced(&["#### #### #### ####", "#### ###### #####", "~ "])
    .dashed(&["####-####-####-####", "####-######-#####", "~-"])
    .acronyms(&["CARD", "Card No", "CC"])
    .bare(&[Plain, FullWidth, Spaced, Dashed]),
    Spec::new(
        "CREDIT_CARD",
        card_of_bank,
        &["银行卡号", "借记卡", "储蓄卡号", "收款卡号"],
        &["銀行卡號", "銀聯卡號"],
        &["UnionPay card", "debit card"],
    )
    .share(15)
    .spaced(&["~ "])
    .dashed(&["~-"])
    .bare(&[Plain, Spaced]),
    Spec::new(
        "PASSPORT",
        |rng| rng.of(&["3########", "K########", "KJ#######", "^########", "H########", "C########"]),
        &["护照号码", "护照号"],
        &["護照號碼", "護照"],
        &["passport number", "passport no.", "travel document (passport)"],
    )
    .share(12),
    Spec::new(
        "EMAIL",
        email,
        &["邮箱", "电子邮箱", "邮件", "Email", "电子邮件"],
        &["電子郵件", "信箱", "電郵", "Email"],
        &["email", "e-mail", "mail", "contact", "Email address"],
    )
    .share(60)
    .copied()
    .bare(&[Plain]),
    Spec::new(
        "DATE_OF_BIRTH",
        birth_date,
        &["出生日期", "生日", "出生年月", "出生"],
        &["出生日期", "生日", "出生年月日"],
        &["date of birth", "DOB", "born", "birth date", "D.O.B."],
    )
    .share(15),
    Spec::new(
        "DATE_OF_BIRTH",
        |rng| {
            let (year, month, day) = rng.day(1940, 2012);
            format!("{year}年{month}月{day}日")
        },
        &["出生日期", "生日", "出生于"],
        &["出生日期", "生日", "出生於"],
        &[],
    )
    .share(15),
    Spec::new(
        "DATE_OF_BIRTH",
        |rng| {
            let (year, month, day) = rng.day(1940, 2010);
            let name = rng.one(&[
                "January", "March", "April", "May", "June", "July", "August", "October", "December", "Feb",
                "Nov", "Sep",
            ]);
            match month % 2 {
                0 => format!("{name} {day}, {year}"),
                _ => format!("{day} {name} {year}"),
            }
        },
        &[],
        &[],
        &["date of birth", "DOB", "born on", "birthday"],
    )
    .copied(),
];
