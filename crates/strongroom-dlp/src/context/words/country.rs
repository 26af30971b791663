//! The names of countries: a number that checks out right behind the name of its country is that country's.

use super::super::Topic;
use crate::Entity;

/// In Simplified and Traditional Chinese and English.
#[rustfmt::skip]
pub(super) const WORDS: &[(Topic, &[&str])] = &[
    (Topic::OneOf(&[Entity::AuAbn, Entity::AuMedicare, Entity::AuTfn]), &[
        "澳大利亚", "澳大利亞", "澳洲", "australia", "australian",
    ]),
    (Topic::OneOf(&[Entity::BrCnpj, Entity::BrCpf]), &["巴西", "brazil", "brazilian", "brasil"]),
    (Topic::Of(Entity::CaSin), &["加拿大", "canada", "canadian"]),
    (Topic::Of(Entity::DeTaxId), &["德国", "德國", "germany", "german"]),
    (Topic::OneOf(&[Entity::EsNie, Entity::EsNif]), &["西班牙", "spain", "spanish"]),
    (Topic::Of(Entity::FiHetu), &["芬兰", "芬蘭", "finland", "finnish"]),
    (Topic::Of(Entity::FrNir), &["法国", "法國", "france", "french"]),
    (Topic::OneOf(&[Entity::InAadhaar, Entity::InPan]), &["印度", "india", "indian"]),
    (Topic::Of(Entity::ItFiscalCode), &["意大利", "義大利", "italy", "italian"]),
    (Topic::Of(Entity::JpMyNumber), &["日本", "japan", "japanese", "個人番號", "个人番号", "個人番号"]),
    (Topic::Of(Entity::KrRrn), &["韩国", "韓國", "korea", "korean"]),
    (Topic::OneOf(&[Entity::MoId, Entity::Phone]), &["澳门", "澳門"]),
    (Topic::Of(Entity::MxCurp), &["墨西哥", "mexico", "mexican"]),
    (Topic::Of(Entity::MyNric), &["马来西亚", "馬來西亞", "malaysia", "malaysian"]),
    (Topic::Of(Entity::NlBsn), &["荷兰", "荷蘭", "netherlands", "dutch"]),
    (Topic::Of(Entity::NzIrd), &["新西兰", "紐西蘭", "new zealand"]),
    (Topic::Of(Entity::PhTin), &["菲律宾", "菲律賓", "philippine", "philippines"]),
    (Topic::Of(Entity::PlPesel), &["波兰", "波蘭", "poland", "polish"]),
    (Topic::Of(Entity::SePersonnummer), &["瑞典", "sweden", "swedish"]),
    (Topic::Of(Entity::SgNric), &["新加坡", "singapore", "singaporean"]),
    (Topic::Of(Entity::ThTnin), &["泰国", "泰國", "thailand", "thai"]),
    (Topic::OneOf(&[Entity::TwArc, Entity::TwNationalId, Entity::TwUbn]), &["taiwan", "taiwanese"]),
    (Topic::OneOf(&[Entity::UkNhs, Entity::UkNino]), &["英国", "英國", "british"]),
    (Topic::OneOf(&[Entity::UsBankRouting, Entity::UsItin, Entity::UsSsn]), &["美国", "美國"]),
    (Topic::Of(Entity::UsItin), &["個人報稅號碼", "个人报税号码", "individual taxpayer identification number"]),
    (Topic::OneOf(&[Entity::CreditCard, Entity::CnBankAccount, Entity::Iban]), &["a/c"]),
    (Topic::Of(Entity::UsBankRouting), &["aba", "rtn"]),
    (Topic::Of(Entity::GeoCoordinates), &["lat, lon", "lat, lng", "lat,lng", "lat,lon"]),
    (Topic::Of(Entity::Phone), &["mob", "mob."]),
    (Topic::Of(Entity::InAadhaar), &["uid"]),
    (Topic::Of(Entity::MyNric), &["ic:", "ic：", "ic=", "ic#"]),
    (Topic::Of(Entity::UkNino), &["ni:", "ni：", "ni=", "ni#"]),
    (Topic::Of(Entity::CnTravelPermit), &["hrp no", "hrp", "two-way permit", "home return permit"]),
];
