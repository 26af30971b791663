//! The words for identifiers of states, in Chinese, English and the language of the country.

use super::super::Topic;
use crate::Entity;

/// The identity documents that a word such as `id number` may speak of: those with letters, a date or a check digit.
pub(in crate::context) const IDENTITY: &[Entity] = &[
    Entity::BrCpf,
    Entity::CnResidentId,
    Entity::CnTravelPermit,
    Entity::EsNie,
    Entity::EsNif,
    Entity::FiHetu,
    Entity::FrNir,
    Entity::HkHkid,
    Entity::InAadhaar,
    Entity::ItFiscalCode,
    Entity::KrRrn,
    Entity::MoId,
    Entity::MxCurp,
    Entity::MyNric,
    Entity::Passport,
    Entity::PlPesel,
    Entity::SePersonnummer,
    Entity::SgNric,
    Entity::ThTnin,
    Entity::TwArc,
    Entity::TwNationalId,
    Entity::UkNino,
];

/// The numbers that tax offices give out, each of which a word such as `tax id` may speak of.
const TAX: &[Entity] = &[
    Entity::AuAbn,
    Entity::AuTfn,
    Entity::BrCnpj,
    Entity::BrCpf,
    Entity::CnUscc,
    Entity::DeTaxId,
    Entity::EsNie,
    Entity::EsNif,
    Entity::InPan,
    Entity::ItFiscalCode,
    Entity::NzIrd,
    Entity::PhTin,
    Entity::UsItin,
];

/// In India the account with the tax office, elsewhere the primary account number of a card.
const PAN: &[Entity] = &[Entity::CreditCard, Entity::InPan];

/// People say DNI of the foreigner's number too.
const SPAIN: &[Entity] = &[Entity::EsNie, Entity::EsNif];

/// Three bytes at least each; English in lower case.
#[rustfmt::skip]
pub(in crate::context) const WORDS: &[(Topic, &[&str])] = &[
    (Topic::Of(Entity::AuAbn), &[
        "abn", "abn no", "abn number", "abn_no", "abn_number", "a.b.n", "a.b.n.",
        "australian business number", "澳洲商业号码", "澳洲商业编号", "澳大利亚商业号码", "澳洲公司号", "澳洲商業號碼", "澳洲商業編號",
        "澳大利亞商業號碼",
    ]),
    (Topic::Of(Entity::AuMedicare), &[
        "medicare", "medicare no", "medicare number", "medicare card", "medicare card number",
        "medicare_no", "medicare_number", "medicare_card", "澳洲医保", "澳洲医保卡", "澳洲医疗卡", "澳洲醫保", "澳洲醫保卡",
        "澳洲醫療卡", "聯邦醫療保險",
    ]),
    (Topic::Of(Entity::AuTfn), &[
        "tfn", "tfn no", "tfn_no", "tfn number", "tax file number", "tax file no", "tax_file_number",
        "澳洲税号", "澳大利亚税号", "税务档案号", "澳洲稅號", "澳大利亞稅號", "稅務檔案號碼", "税务档案号码",
    ]),
    (Topic::Of(Entity::BrCnpj), &[
        "cnpj", "cnpj no", "cnpj/mf", "cadastro nacional da pessoa jurídica",
        "cadastro nacional de pessoas jurídicas", "inscrição cnpj", "巴西企业税号", "巴西公司税号", "巴西企業稅號", "巴西公司稅號",
    ]),
    (Topic::Of(Entity::BrCpf), &[
        "cpf", "cpf no", "cpf/mf", "cpf number", "cadastro de pessoas físicas", "cadastro de pessoa física",
        "número do cpf", "巴西税号", "巴西个人税号", "巴西稅號", "巴西個人稅號",
    ]),
    (Topic::Of(Entity::CaSin), &[
        "sin", "sin no", "sin number", "sin_number", "sin_no", "sin card", "s.i.n.",
        "social insurance number", "social insurance no", "social insurance", "social_insurance_number",
        "numéro d'assurance sociale", "numero d'assurance sociale", "n.a.s.", "社会保险号", "社会保险号码", "加拿大工卡",
        "工卡号", "社會保險號", "社會保險號碼", "社會保險碼", "加拿大社会保险号", "individual tax number",
    ]),
    (Topic::Of(Entity::CnOfficerId), &[
        "军官证", "军官证号", "军官证号码", "士兵证", "士兵证号", "士官证", "文职干部证", "文职证", "军人证", "军人证件", "军人身份证件", "武警证",
        "武警警官证", "警官证", "军官身份证", "军官退休证", "军人保障卡", "军字第", "軍官證", "軍官證號", "軍人證", "士兵證", "警官證", "武警證",
        "軍人身分證", "officer id", "officer card", "officer certificate", "military id", "military id number",
        "military_id", "officer_id", "military card", "soldier id", "soldier card",
    ]),
    (Topic::Of(Entity::CnTravelPermit), &[
        "港澳通行证", "往来港澳通行证", "港澳通行证号", "通行证", "通行证号", "通行证号码", "港澳居民来往内地通行证", "港澳居民往来内地通行证", "来往内地通行证",
        "回乡证", "回乡证号", "回乡卡", "台胞证", "台胞证号", "台湾居民来往大陆通行证", "台湾通行证", "往来台湾通行证", "大陆居民往来台湾通行证", "大通证", "入台证",
        "港澳台通行证", "港澳台居民居住证", "旅行通行证", "港澳通行證", "往來港澳通行證", "通行證", "通行證號碼", "港澳居民來往內地通行證", "港澳居民往來內地通行證",
        "來往內地通行證", "回鄉證", "回鄉證號碼", "回鄉卡", "台胞證", "臺胞證", "台胞證號", "台灣居民來往大陸通行證", "臺灣居民來往大陸通行證", "往來台灣通行證",
        "入台證", "入臺證", "大通證", "home return permit", "home visit permit", "mainland travel permit",
        "travel permit", "travel permit number", "travel_permit", "exit-entry permit", "exit entry permit",
        "taiwan compatriot permit", "taiwan compatriot", "mtp", "eep",
    ]),
    (Topic::Of(Entity::DeTaxId), &[
        "steuer-id", "steuerid", "steuer id", "steuer-identifikationsnummer", "steueridentifikationsnummer",
        "steuerliche identifikationsnummer", "identifikationsnummer", "steuer-idnr", "steuer-id-nr", "idnr",
        "id-nr", "german tax id", "german tax number", "tax identification number germany", "德国税号",
        "德国个人税号", "德国税务识别号", "德國稅號", "德國個人稅號", "德國稅務識別號",
    ]),
    (Topic::OneOf(SPAIN), &[
        "dni", "d.n.i.", "dni/nie", "nif/nie", "dni o nie", "documento nacional de identidad",
        "número de dni", "西班牙身份证", "西班牙身份證", "西班牙身分證", "spanish id", "spanish national id",
    ]),
    (Topic::Of(Entity::EsNie), &[
        "nie", "n.i.e.", "nie no", "nie number", "número de nie", "numero de nie",
        "número de identidad de extranjero", "numero de identidad de extranjero", "tarjeta de residencia",
        "foreigner identity number", "西班牙居留", "西班牙居留号", "外国人身份号码", "西班牙外国人身份号", "西班牙居留號", "外國人身分號碼",
    ]),
    (Topic::Of(Entity::EsNif), &[
        "nif", "n.i.f.", "nif no", "número de identificación fiscal", "numero de identificacion fiscal",
        "西班牙税号", "西班牙稅號", "spanish tax id",
    ]),
    (Topic::Of(Entity::FiHetu), &[
        "hetu", "henkilötunnus", "henkilötunnuksen", "henkilotunnus", "henkilöturvatunnus", "sotu",
        "personbeteckning", "finnish personal identity code", "finnish id", "personal identity code",
        "芬兰身份证", "芬兰个人身份号码", "芬兰身份号", "芬蘭身分證", "芬蘭個人身分號碼",
    ]),
    (Topic::Of(Entity::FrNir), &[
        "nir", "n.i.r.", "numéro de sécurité sociale", "numero de securite sociale",
        "n° de sécurité sociale", "numéro de sécu", "no de sécurité sociale", "sécurité sociale",
        "securite sociale", "numéro insee", "n° insee", "insee", "carte vitale", "num secu", "num_secu",
        "french social security number", "法国社保号", "法国社会保险号", "法国社会保障号", "法國社保號", "法國社會保險號", "法國社會安全號",
    ]),
    (Topic::Of(Entity::InAadhaar), &[
        "aadhaar", "aadhar", "adhaar", "aadhaar no", "aadhaar number", "aadhar number", "aadhaar card",
        "aadhar card", "aadhaar_no", "aadhaar_number", "uidai", "uid number", "आधार", "आधार संख्या",
        "आधार कार्ड", "印度身份证", "印度身份号", "印度身分證", "印度身份證", "阿达尔", "印度生物识别号",
    ]),
    (Topic::OneOf(PAN), &[
        "pan", "pan no", "pan number", "pan_no", "pan_number",
    ]),
    (Topic::Of(Entity::InPan), &[
        "pan card", "pan card number", "pan_card", "permanent account number", "income tax pan",
        "स्थायी खाता संख्या", "पैन", "पैन कार्ड", "印度税号", "印度永久账号", "印度稅號", "印度永久帳號",
    ]),
    (Topic::Of(Entity::ItFiscalCode), &[
        "codice fiscale", "codice_fiscale", "codicefiscale", "cod. fiscale", "cod. fisc", "cod fiscale",
        "cod_fiscale", "cod.fisc", "c.f.", "italian tax code", "italian fiscal code", "fiscal code",
        "fiscal_code", "tax code", "tessera sanitaria", "意大利税号", "意大利税卡", "意大利稅號", "義大利稅號", "義大利稅卡",
    ]),
    (Topic::Of(Entity::JpMyNumber), &[
        "my number", "my_number", "mynumber", "individual number", "マイナンバー", "マイナンバーカード", "個人番号", "個人番号カード",
        "通知カード", "日本个人编号", "日本個人編號", "个人番号", "日本个人番号", "個人號碼卡", "日本個人號碼",
    ]),
    (Topic::Of(Entity::KrRrn), &[
        "주민등록번호", "주민번호", "주민등록", "외국인등록번호", "외국인등록", "등록번호", "resident registration number",
        "resident registration no", "korean id", "korean resident number", "alien registration number",
        "rrn", "rrn no", "韩国身份证", "韩国身份证号", "居民登录号", "居民登录证", "住民登录号", "住民登录证", "外国人登录号", "外国人登录证", "韓國身分證",
        "韓國身份證", "居民登錄號", "住民登錄號碼", "住民登錄證", "外國人登錄號", "外國人登錄證",
    ]),
    (Topic::Of(Entity::MoId), &[
        "澳門身份證", "澳門身份證號碼", "澳門身分證號碼", "澳門居民身份證", "澳門居民身分證", "澳門永久性居民身份證", "澳門永久性居民身分證", "澳門非永久性居民身份證", "澳門非永久性居民身分證", "澳门身份证", "澳门身份证号", "澳门居民身份证",
        "澳门永久性居民身份证", "澳門身分證", "macau id", "macao id", "macau id card", "macao id card",
        "macau resident id", "macau identity card", "macao identity card", "macao resident identity card",
        "macau resident identity card", "bilhete de identidade", "bilhete de identidade de residente",
        "bir no",
    ]),
    (Topic::Of(Entity::MxCurp), &[
        "curp", "c.u.r.p.", "clave única de registro de población", "clave unica de registro de poblacion",
        "clave curp", "墨西哥人口登记号", "墨西哥身份证", "墨西哥身份號", "墨西哥人口登記號", "墨西哥身分證",
    ]),
    (Topic::Of(Entity::MyNric), &[
        "nric", "mykad", "my kad", "kad pengenalan", "no kad pengenalan", "no. kad pengenalan",
        "nombor kad pengenalan", "no. k/p", "no k/p", "no. kp", "malaysia ic", "malaysian ic",
        "malaysian id", "ic no", "ic no.", "ic number", "ic_no", "ic_number", "new ic", "i/c no", "马来西亚身份证",
        "大马身份证", "马来西亚登记证", "大马卡", "馬來西亞身份證", "馬來西亞身分證", "大馬身份證", "大馬身分證",
    ]),
    (Topic::Of(Entity::NlBsn), &[
        "bsn", "b.s.n.", "bsn-nummer", "bsn nummer", "bsn no", "bsn_number", "burgerservicenummer",
        "burger service nummer", "sofinummer", "sofi-nummer", "citizen service number",
        "dutch citizen number", "荷兰公民服务号", "公民服务号", "公民服务号码", "荷兰社保号", "荷兰税号", "荷蘭公民服務號碼", "公民服務號碼",
        "公民服務號", "荷蘭稅號",
    ]),
    (Topic::Of(Entity::NzIrd), &[
        "ird", "ird no", "ird number", "ird_number", "ird_no", "inland revenue number", "inland revenue",
        "nz tax number", "new zealand tax number", "新西兰税号", "新西兰税务号", "纽西兰税号", "新西蘭稅號", "紐西蘭稅號", "紐西蘭稅務號",
    ]),
    (Topic::Of(Entity::PhTin), &[
        "philippine tin", "philippines tin", "bir tin", "tin no", "tin number", "tin_no", "tin_number",
        "tin id", "菲律宾税号", "菲律賓稅號", "菲律宾纳税人识别号", "numero ng tin",
    ]),
    (Topic::Of(Entity::PlPesel), &[
        "pesel", "nr pesel", "numer pesel", "pesel no", "pesel number", "nr ewidencyjny",
        "polish id number", "polish national id", "波兰身份证", "波兰身份号", "波兰个人识别号", "波蘭身分證", "波蘭個人識別號",
    ]),
    (Topic::Of(Entity::SePersonnummer), &[
        "personnummer", "personnr", "person nr", "pers.nr", "pers nr", "persnr", "samordningsnummer",
        "samordningsnr", "person_nummer", "swedish personal number", "swedish personal identity number",
        "swedish id number", "personal identity number", "瑞典个人号", "瑞典人口号", "瑞典个人号码", "瑞典身份号码", "瑞典個人號碼",
        "瑞典身分證號",
    ]),
    (Topic::Of(Entity::SgNric), &[
        "fin", "nric", "nric no", "nric number", "nric/fin", "nric_no", "nric_number", "nric_fin", "fin no",
        "fin number", "fin_no", "foreign identification number", "singapore id", "singapore ic", "pink ic",
        "blue ic", "s'pore ic", "新加坡身份证", "新加坡身份证号", "新加坡身份证号码", "新加坡登记证", "外国人身份证号码", "新加坡身份證", "新加坡身分證",
        "新加坡身份證號碼", "新加坡身分證號碼", "kad pengenalan singapura",
    ]),
    (Topic::Of(Entity::ThTnin), &[
        "เลขประจำตัวประชาชน", "เลขบัตรประชาชน", "บัตรประชาชน", "เลขบัตรประจำตัวประชาชน",
        "เลขที่บัตรประชาชน", "เลขประจำตัวผู้เสียภาษี", "thai id", "thai national id", "thai id card",
        "thailand id", "thai citizen id", "citizen id", "tnin", "泰国身份证", "泰国身份证号", "泰国身份证号码", "泰國身份證",
        "泰國身分證", "泰國身分證號碼",
    ]),
    (Topic::Of(Entity::TwArc), &[
        "居留證", "居留證號", "居留證號碼", "居留證統一證號", "統一證號", "統一证号", "外僑居留證", "外僑永久居留證", "居留证", "居留证号", "居留证号码",
        "外侨居留证", "统一证号", "arc", "arc no", "arc number", "arc_no", "aprc", "ui no", "ui number",
        "alien resident certificate", "resident certificate", "resident certificate no", "taiwan arc",
        "中華民國居留證", "新式統一證號",
    ]),
    (Topic::Of(Entity::UkNhs), &[
        "nhs", "nhs no", "nhs number", "nhs no.", "nhs_number", "nhs_no", "nhsnumber",
        "national health service", "national health service number", "chi number", "chi no",
        "health and care number", "h&c number", "英国医保号", "英国国民保健号", "国民保健服务号", "国民医疗服务号码", "英國國民保健號",
        "國民保健服務號碼", "英國醫保號",
    ]),
    (Topic::Of(Entity::UkNino), &[
        "nino", "ni no", "ni no.", "ni number", "ni_number", "nat ins", "nat ins no", "national insurance",
        "national insurance number", "national insurance no", "national_insurance_number",
        "national_insurance", "n.i. number", "国民保险号", "国民保险号码", "英国国民保险号", "英国社保号", "國民保險號", "國民保險號碼",
        "英國國民保險號碼",
    ]),
    (Topic::Of(Entity::UsBankRouting), &[
        "routing", "routing no", "routing number", "routing_number", "routing_no", "routing#",
        "routing transit number", "rtn", "aba", "aba no", "aba number", "aba_number", "aba routing",
        "aba routing number", "aba rtn", "ach routing", "wire routing", "fedwire", "bank routing",
        "bank routing number", "路由号", "路由号码", "银行路由号", "银行路由号码", "汇款路线号码", "美国银行路由号", "aba号码", "路由號碼",
        "銀行路由號碼", "匯款路由號", "美國銀行路由號碼", "aba號碼",
    ]),
    (Topic::Of(Entity::UsItin), &[
        "itin", "itin no", "itin number", "itin_number", "i.t.i.n.",
        "individual taxpayer identification number", "individual taxpayer id",
        "individual taxpayer identification", "个人纳税识别号", "个人纳税人识别号", "美国个人税号", "美国报税号", "個人納稅識別號",
        "個人報稅識別號碼", "美國個人稅號", "個人稅號",
    ]),
    (Topic::OneOf(TAX), &[
        "tin", "tax id", "tax_id", "taxid", "tax id no", "tax id number", "tax no", "tax number",
        "tax_number", "tax_no", "tax identification number", "tax identification no", "tax identification",
        "tax reference number", "tax ref", "tax_identification_number", "taxpayer_id", "taxpayer number",
        "taxpayer identification number", "taxpayer no", "税务号", "税务编号", "税务登记号", "税务识别号", "纳税号", "个人税号",
        "納稅號碼", "稅務編號", "稅務識別號", "稅籍編號", "稅務登記號", "numéro fiscal", "numero fiscal", "steuernummer",
        "número fiscal", "numer identyfikacji podatkowej",
    ]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_identifier_has_words_in_english_and_in_others() {
        let mut kinds = 0;
        for (topic, words) in WORDS {
            let Topic::Of(entity) = topic else { continue };
            let ascii = words.iter().filter(|word| word.is_ascii()).count();
            assert!(ascii >= 1 && words.len() >= ascii.saturating_add(2), "{entity}");
            kinds += 1;
        }
        assert_eq!(kinds, 33);
    }
}
