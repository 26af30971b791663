//! Contracts with the kind of text a scanner has to read: names, numbers, accounts and mail addresses in the middle of
//! sentences, in Simplified Chinese, Traditional Chinese and English.

use super::customer::{
    Customer, Lang, Region, card, day_after, day_between, email, firm, is_past, name, phone,
};
use super::manifest::Planted;
use super::{ids, rng::SplitMix};
use std::collections::BTreeMap;
use time::Date;

/// The headings of `contracts.csv`.
pub(crate) const HEADER: [&str; 9] =
    ["customer_no", "contract_no", "title", "party", "amount", "signed_on", "ends_on", "text", "state"];

/// The contract of an index, with a customer.
pub(crate) fn contract(seed: u64, index: u64, customer: &Customer) -> (Vec<String>, Planted) {
    let mut rng = SplitMix::of(seed, 20, index);
    let signed = day_between(&mut rng, 2016, 2026);
    let ends =
        day_after(signed, i64::try_from(rng.below(4).saturating_add(1)).unwrap_or(1).saturating_mul(365));
    let mut text = Text { rng, customer, planted: BTreeMap::new(), signed, ends };
    let amount = format!("{}00.00", text.rng.below(9_000).saturating_add(50));
    let number = format!("HT-{}-{:04}", signed.year(), index.saturating_add(1));
    let body = match customer.lang {
        Lang::En => text.english(&number, &amount),
        Lang::Hans => text.simplified(&number, &amount),
        Lang::Hant => text.traditional(&number, &amount),
    };
    let title = match customer.lang {
        Lang::En => text.rng.pick(&["Service agreement", "Supply agreement", "Equipment lease"]),
        Lang::Hans => text.rng.pick(&["技术服务合同", "采购合同", "设备租赁合同"]),
        Lang::Hant => text.rng.pick(&["技術服務合約", "採購合約", "設備租賃合約"]),
    };
    let state = match (is_past(ends), text.rng.below(10)) {
        (true, _) => "ended",
        (false, 0..=2) => "draft",
        (false, 3) => "changed",
        (false, _) => "signed",
    };
    let row = vec![
        customer.number.clone(),
        number.clone(),
        title.to_owned(),
        text.party(),
        amount,
        signed.to_string(),
        ends.to_string(),
        body,
        state.to_owned(),
    ];
    (row, Planted { contract: number, lang: customer.lang.name(), entities: text.planted })
}

struct Text<'a> {
    rng: SplitMix,
    customer: &'a Customer,
    planted: BTreeMap<&'static str, u32>,
    signed: Date,
    ends: Date,
}

impl Text<'_> {
    fn simplified(&mut self, number: &str, amount: &str) -> String {
        let (party, signed, ends) = (self.party(), self.signed, self.ends);
        let supplier = firm(&mut self.rng, Lang::Hans);
        let clerk = name(&mut self.rng, Lang::Hans);
        let (uscc, id, card) = (self.uscc(), self.national_id(), self.card());
        let (own_phone, phone, own_mail, mail) =
            (self.customer_phone(), self.phone(), self.customer_email(), self.email());
        let address = self.customer.address.clone();
        let mut paragraphs = vec![
            format!("合同编号：{number}。甲方：{party}，统一社会信用代码：{uscc}。乙方：{supplier}。"),
            format!(
                "第一条 甲方委托乙方提供本合同附件所列服务，服务期自{signed}起至{ends}止，总价为人民币{amount}元（含税）。"
            ),
            format!("第二条 甲方联系人{clerk}，身份证号码{id}，手机{own_phone}，邮箱{own_mail}，联系地址：{address}。"),
            format!("第三条 甲方应在收到发票后三十日内付款。乙方收款银行卡号：{card}，开户行：示例银行样例支行。"),
            "第四条 双方对履行本合同所知悉的个人信息和商业秘密负有保密义务，合同终止后仍然有效。个人信息的处理应当限于实现处理目的的最小范围。"
                .to_owned(),
            format!("第五条 因本合同发生争议的，由双方协商解决。服务热线：{phone}，电子邮件：{mail}。"),
        ];
        if self.rng.chance(30) {
            let iban = self.iban();
            paragraphs.push(format!("补充条款 境外付款请汇至IBAN账号{iban}，手续费由付款方承担。"));
        }
        paragraphs.join("\n")
    }

    fn traditional(&mut self, number: &str, amount: &str) -> String {
        let (party, signed, ends) = (self.party(), self.signed, self.ends);
        let supplier = firm(&mut self.rng, Lang::Hant);
        let clerk = name(&mut self.rng, Lang::Hant);
        let (id, card) = (self.national_id(), self.card());
        let (own_phone, phone, own_mail, mail) =
            (self.customer_phone(), self.phone(), self.customer_email(), self.email());
        let (id_name, currency, hotline) = if self.customer.region == Region::Hk {
            ("香港身份證號碼", "港幣", "客服熱線")
        } else {
            ("身分證字號", "新台幣", "客服專線")
        };
        let address = self.customer.address.clone();
        let mut paragraphs = vec![
            format!("合約編號：{number}。甲方：{party}。乙方：{supplier}。"),
            format!("一、甲方委託乙方提供附件所列服務，期間自{signed}起至{ends}止，總價{currency}{amount}元。"),
            format!("二、甲方聯絡人：{clerk}，{id_name}：{id}，電話：{own_phone}，電子郵件：{own_mail}，地址：{address}。"),
            format!("三、甲方應於收到發票後三十日內付款；以信用卡付款者，卡號{card}，由乙方依約請款。"),
            "四、雙方就履行本合約所知悉之個人資料及營業秘密負保密義務，合約終止後仍有效力；個人資料之利用不得逾越特定目的之必要範圍。"
                .to_owned(),
            format!("五、因本合約所生之爭議，雙方應先行協商。{hotline}：{phone}，信箱：{mail}。"),
        ];
        if self.customer.region == Region::Tw {
            self.plant("TW_UBN");
            paragraphs.push(format!("附註 乙方統一編號：{}。", ids::tw_ubn(&mut self.rng)));
        }
        paragraphs.join("\n")
    }

    fn english(&mut self, number: &str, amount: &str) -> String {
        let (party, signed, ends) = (self.party(), self.signed, self.ends);
        let supplier = firm(&mut self.rng, Lang::En);
        let clerk = name(&mut self.rng, Lang::En);
        let (card, iban) = (self.card(), self.iban());
        let (own_phone, phone, own_mail, mail) =
            (self.customer_phone(), self.phone(), self.customer_email(), self.email());
        let id = if self.customer.region == Region::Hk {
            format!(", HKID {}", self.national_id())
        } else {
            String::new()
        };
        let address = &self.customer.address;
        [
            format!("Agreement {number} between {party} (the Customer) and {supplier} (the Supplier)."),
            format!("1. The Supplier provides the services in Annex A from {signed} to {ends} for a total of {amount}."),
            format!("2. Contact for the Customer: {clerk}{id}, phone {own_phone}, email {own_mail}, {address}."),
            format!("3. Payment falls due thirty days after invoice. Transfers go to IBAN {iban}; card on file: {card}."),
            "4. Each party keeps confidential the personal data and trade secrets it learns under this agreement, and \
             handles personal data only as far as the purpose requires. This clause outlives the agreement."
                .to_owned(),
            format!("5. Disputes are first taken to the account managers. Helpline: {phone}, {mail}."),
        ]
        .join("\n")
    }

    /// Who signs: the customer's company, or the customer.
    fn party(&self) -> String {
        let customer = self.customer;
        if customer.company.is_empty() { customer.name.clone() } else { customer.company.clone() }
    }

    fn plant(&mut self, entity: &'static str) {
        let count = self.planted.entry(entity).or_default();
        *count = count.saturating_add(1);
    }

    fn uscc(&mut self) -> String {
        self.plant("CN_USCC");
        let (division, _) = ids::division(&mut self.rng);
        let drawn = ids::cn_uscc(&mut self.rng, division);
        if self.customer.uscc.is_empty() { drawn } else { self.customer.uscc.clone() }
    }

    fn national_id(&mut self) -> String {
        self.plant(match self.customer.region {
            Region::Hk => "HK_HKID",
            Region::Tw => "TW_NATIONAL_ID",
            Region::Cn | Region::Gb | Region::Sg | Region::Us => "CN_RESIDENT_ID",
        });
        self.customer.national_id.clone()
    }

    fn card(&mut self) -> String {
        self.plant("CREDIT_CARD");
        card(&mut self.rng, self.customer.region)
    }

    fn iban(&mut self) -> String {
        self.plant("IBAN");
        ids::iban(&mut self.rng)
    }

    fn customer_phone(&mut self) -> String {
        self.plant("PHONE");
        self.customer.phone.clone()
    }

    fn phone(&mut self) -> String {
        self.plant("PHONE");
        phone(&mut self.rng, self.customer.region)
    }

    fn customer_email(&mut self) -> String {
        self.plant("EMAIL");
        self.customer.email.clone()
    }

    fn email(&mut self) -> String {
        self.plant("EMAIL");
        let number = self.rng.below(1_000_000);
        email(&mut self.rng, number, self.customer.region, 'S')
    }
}
