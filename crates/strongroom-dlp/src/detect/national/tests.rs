//! Goal: the scanner finds each identifier where a word names it or its form is its own, and its near misses not.
//! Method: tables with the value between `⟦` and `⟧`, each text read as a whole.

use proptest::prelude::*;

use crate::{Entity, Scanner};

/// Checks that the text, with the marks taken out, has exactly the findings that the marks show, of this entity.
#[track_caller]
fn all(entity: Entity, table: &[&str]) {
    let scanner = Scanner::new();
    for marked in table {
        let (mut text, mut expected, mut open) = (String::new(), Vec::new(), 0);
        for c in marked.chars() {
            match c {
                '⟦' => open = text.len(),
                '⟧' => expected.push((entity.name(), open, text.len())),
                c => text.push(c),
            }
        }
        let findings = scanner.scan(text.as_bytes());
        let found: Vec<_> = findings.iter().map(|f| (f.entity.name(), f.start, f.end)).collect();
        assert_eq!(found, expected, "{text}\n{findings:?}");
    }
}

/// Checks that no finding of this entity is in any of the texts.
#[track_caller]
fn none(entity: Entity, table: &[&str]) {
    let scanner = Scanner::new();
    for text in table {
        let findings = scanner.scan(text.as_bytes());
        assert!(findings.iter().all(|found| found.entity != entity), "{text}\n{findings:?}");
    }
}

#[test]
fn australia() {
    all(
        Entity::AuAbn,
        &[
            "ABN ⟦51 824 753 556⟧",
            "abn: ⟦51824753556⟧",
            "澳洲商业号码：⟦51824753556⟧",
            "{\"tax_id\":\"⟦51824753556⟧\"}",
            "51 824 753 556",
            "51824753556",
            "ABN 51 824 753 557",
            "ABN 51 824 753 556 1",
        ],
    );
    all(
        Entity::AuMedicare,
        &[
            "Medicare number ⟦2428 77813 1⟧",
            "medicare card: ⟦2428778131⟧",
            "澳洲医保卡 ⟦2428778131⟧",
            "2428 77813 1",
            "Medicare 2428 77812 1",
        ],
    );
    all(
        Entity::AuTfn,
        &[
            "TFN ⟦123 456 782⟧",
            "tax file number: ⟦123456782⟧",
            "澳洲税号：⟦123456782⟧",
            "tfn ⟦37 118 655⟧",
            "123 456 782",
            "TFN 123 456 783",
            "订单 123456782",
        ],
    );
}

#[test]
fn brazil() {
    all(
        Entity::BrCpf,
        &[
            "CPF ⟦529.982.247-25⟧",
            "o cliente ⟦529.982.247-25⟧ pagou",
            "cpf: ⟦52998224725⟧",
            "CPF nº ⟦529982247-25⟧",
            "巴西税号 ⟦529.982.247-25⟧",
            "cadastro de pessoas físicas ⟦52998224725⟧",
            "529.982.247-26",
            "529.982.247.25",
            "529-982-247.25",
            "52998224725",
            "cpf 52998224726",
            "cpf 11111111111",
        ],
    );
    all(
        Entity::BrCnpj,
        &[
            "CNPJ ⟦11.222.333/0001-81⟧",
            "⟦11.222.333/0001-81⟧, São Paulo",
            "empresa ⟦12.ABC.345/01DE-35⟧",
            "cnpj: ⟦11222333000181⟧",
            "cnpj ⟦12ABC34501DE35⟧",
            "巴西公司税号：⟦11.222.333/0001-81⟧",
            "11222333000181",
            "11.222.333/0001-82",
            "11.222.333-0001-81",
            "911.222.333/0001-81",
            "cnpj 12ABC34501DE36",
        ],
    );
}

#[test]
fn north_america() {
    all(
        Entity::CaSin,
        &[
            "SIN: ⟦193-456-787⟧",
            "sin ⟦193456787⟧",
            "Social Insurance Number ⟦193 456 787⟧",
            "numéro d'assurance sociale : ⟦193 456 787⟧",
            "社会保险号 ⟦193-456-787⟧",
            "社會保險號碼：⟦193456787⟧",
            "193-456-787",
            "sin 193-456-788",
            "sin 893-456-789",
            "basin 193-456-787",
        ],
    );
    all(
        Entity::MxCurp,
        &[
            "CURP ⟦HEGG560427MVZRRL04⟧",
            "⟦HEGG560427MVZRRL04⟧",
            "⟦hegg560427mvzrrl04⟧",
            "CURP HEGG560427MVZRRL05",
            "HEGG560427MVXRRL04",
        ],
    );
    all(
        Entity::UsBankRouting,
        &[
            "routing number ⟦021000021⟧",
            "ABA ⟦011000015⟧",
            "routing_number=⟦122105155⟧",
            "银行路由号 ⟦021000021⟧",
            "021000021",
            "routing number 021000022",
            "order no 021000021",
        ],
    );
    all(
        Entity::UsItin,
        &[
            "ITIN ⟦912-70-3456⟧",
            "⟦912-70-3456⟧",
            "itin: ⟦912703456⟧",
            "美国报税号 ⟦912 70 3456⟧",
            "912-49-3456",
            "912703456",
            "itin 812703456",
        ],
    );
}

#[test]
fn greater_china() {
    all(
        Entity::CnOfficerId,
        &[
            "⟦军字第12345678号⟧",
            "军官证：⟦军字第1234567号⟧",
            "证件 ⟦武字第20161234号⟧，",
            "⟦軍字第12345678號⟧",
            "军官证号：⟦12345678⟧",
            "軍官證 ⟦南字第123456號⟧",
            "officer id ⟦12345678⟧",
            "军字第1234号",
            "（2014）朝民初字第12345号",
            "京房权证朝字第12345678号",
            "12345678",
        ],
    );
    all(
        Entity::CnTravelPermit,
        &[
            "港澳通行证 ⟦C12345678⟧",
            "往来港澳通行证号：⟦CA1234567⟧",
            "回乡证：⟦H12345678⟧",
            "回鄉證 ⟦M1234567800⟧",
            "台胞证号 ⟦12345678⟧",
            "home return permit ⟦H1234567800⟧",
            "C12345678",
            "H12345678",
            "回乡证 K12345678",
        ],
    );
    all(
        Entity::MoId,
        &[
            "澳門身份證 ⟦1234567(8)⟧",
            "澳门居民身份证：⟦5123456（7）⟧",
            "Macau ID ⟦7654321 (0)⟧",
            "BIR no ⟦51234567⟧",
            "1234567(8)",
            "澳门身份证 2345678(9)",
        ],
    );
    all(
        Entity::TwArc,
        &[
            "居留證號碼 ⟦A800000014⟧",
            "ARC no. ⟦AC01234567⟧",
            "統一證號：⟦F912345678⟧",
            "居留证 ⟦A800000014⟧",
            "⟦A800000014⟧",
            "居留證 A800000015",
            "ARC A700000014",
        ],
    );
}

#[test]
fn germany_and_the_netherlands() {
    all(
        Entity::DeTaxId,
        &[
            "Steuer-ID: ⟦86095742719⟧",
            "Steuerliche Identifikationsnummer ⟦86 095 742 719⟧",
            "IdNr. ⟦86095742719⟧",
            "德国税号 ⟦86095742719⟧",
            "86095742719",
            "Steuer-ID 86095742718",
            "Steuer-ID 12345678903",
        ],
    );
    all(
        Entity::NlBsn,
        &[
            "BSN ⟦111222333⟧",
            "burgerservicenummer: ⟦1112.22.333⟧",
            "荷兰公民服务号 ⟦111222333⟧",
            "bsn ⟦123 456 782⟧",
            "111222333",
            "BSN 111222334",
        ],
    );
}

#[test]
fn southern_europe_and_france() {
    all(
        Entity::EsNif,
        &[
            "NIF ⟦12345678Z⟧",
            "DNI: ⟦12345678-Z⟧",
            "dni ⟦12.345.678-Z⟧",
            "西班牙身份证 ⟦12345678Z⟧",
            "12345678Z",
            "DNI 12345678A",
            "DNI 12345678-ZA",
        ],
    );
    all(
        Entity::EsNie,
        &[
            "NIE ⟦X1234567L⟧",
            "nie: ⟦X-1234567-L⟧",
            "NIE ⟦Y-1234567X⟧",
            "西班牙居留号 ⟦Z1234567R⟧",
            "⟦X1234567L⟧",
            "NIE X1234567M",
        ],
    );
    all(
        Entity::FrNir,
        &[
            "⟦255081416802538⟧",
            "⟦2 55 08 14 168 025 38⟧",
            "sécurité sociale ⟦2 55 08 14 168 025 38⟧",
            "NIR : ⟦188052A12345680⟧",
            "法国社保号 ⟦2550814168025 38⟧",
            "⟦1 88 05 2A 123 456 80⟧",
            "255081416802539",
            "2 55 08 14 168 025 39",
        ],
    );
    all(
        Entity::ItFiscalCode,
        &[
            "⟦RSSMRA85T10A562S⟧",
            "codice fiscale ⟦RSS MRA 85T10 A562S⟧",
            "C.F. ⟦rssmra85t10a562s⟧",
            "⟦RSSMRA85T10A56NH⟧",
            "RSSMRA85T10A562T",
            "RSSMRA85T32A562S",
        ],
    );
}

#[test]
fn nordic_and_poland() {
    all(
        Entity::FiHetu,
        &[
            "⟦131052-308T⟧",
            "henkilötunnus ⟦131052-308T⟧",
            "⟦010190Y123M⟧",
            "hetu: ⟦240899+2341⟧,",
            "芬兰身份证 ⟦290200A255J⟧",
            "131052-308U",
            "131052/308T",
            "1131052-308T",
            "131052-308T1",
            "321052-308T",
        ],
    );
    all(
        Entity::SePersonnummer,
        &[
            "personnummer ⟦811218-9876⟧",
            "⟦19811218-9876⟧",
            "⟦198112189876⟧",
            "personnr: ⟦8112189876⟧",
            "⟦811228+9874⟧",
            "samordningsnummer ⟦701063-2391⟧",
            "瑞典个人号 ⟦811218-9876⟧",
            "811218-9876",
            "personnummer 811218-9875",
            "personnummer 811318-9876",
        ],
    );
    all(
        Entity::PlPesel,
        &[
            "PESEL ⟦44051401359⟧",
            "nr PESEL: ⟦02070803628⟧",
            "波兰身份证 ⟦44051401359⟧",
            "44051401359",
            "PESEL 44051401358",
            "PESEL 44053201354",
        ],
    );
}

#[test]
fn india_and_japan() {
    all(
        Entity::InAadhaar,
        &[
            "Aadhaar: ⟦2341 2341 2346⟧",
            "aadhaar_number=⟦234123412346⟧",
            "आधार ⟦2341 2341 2346⟧",
            "印度身份证 ⟦234123412346⟧",
            "2341 2341 2346",
            "aadhaar 2341 2341 2347",
            "aadhaar 1341 2341 2346",
        ],
    );
    all(
        Entity::InPan,
        &[
            "PAN: ⟦ABCPE1234F⟧",
            "PAN card ⟦ABCPE 1234 F⟧",
            "permanent account number ⟦abcpe1234f⟧",
            "ABCPE1234F",
            "PAN ABCXE1234F",
        ],
    );
    all(
        Entity::JpMyNumber,
        &[
            "マイナンバー：⟦123456789018⟧",
            "個人番号 ⟦1234 5678 9018⟧",
            "my number: ⟦1234-5678-9018⟧",
            "个人番号 ⟦123456789018⟧",
            "123456789018",
            "個人番号 123456789017",
        ],
    );
}

#[test]
fn korea_and_the_south_east() {
    all(
        Entity::KrRrn,
        &[
            "⟦900101-1234568⟧",
            "주민등록번호 ⟦900101-1234568⟧",
            "주민번호: ⟦9001011234568⟧",
            "외국인등록번호 ⟦991231-5234562⟧",
            "韩国身份证 ⟦201005-3123456⟧",
            "주민번호 ⟦900101-1234567⟧",
            "900101-1234567",
            "201005-3123456",
            "9001011234568",
            "900132-1234568",
            "주민번호 901301-1234568",
        ],
    );
    all(
        Entity::MyNric,
        &[
            "MyKad ⟦770305-02-1234⟧",
            "No. Kad Pengenalan: ⟦770305-02-1234⟧",
            "ic no ⟦770305021234⟧",
            "大马身份证 ⟦770305-02-1234⟧",
            "770305-02-1234",
            "MyKad 771305-02-1234",
            "MyKad 770305-00-1234",
        ],
    );
    all(
        Entity::PhTin,
        &[
            "TIN: ⟦123-456-789-000⟧",
            "BIR TIN ⟦123-456-789⟧",
            "菲律宾税号 ⟦123-456-789-00000⟧",
            "123-456-789-000",
        ],
    );
    all(
        Entity::SgNric,
        &[
            "NRIC: ⟦S1234567D⟧",
            "FIN no ⟦G1234567X⟧",
            "新加坡身份证 ⟦T1234567J⟧",
            "nric ⟦s1234567d⟧",
            "⟦S1234567D⟧",
            "NRIC S1234567E",
            "NRIC A1234567D",
        ],
    );
    all(
        Entity::ThTnin,
        &[
            "⟦1-2345-67890-12-1⟧",
            "เลขประจำตัวประชาชน ⟦1234567890121⟧",
            "泰国身份证 ⟦1 2345 67890 12 1⟧",
            "1234567890121",
            "1-2345-67890-12-2",
        ],
    );
}

#[test]
fn britain_and_new_zealand() {
    all(
        Entity::UkNhs,
        &[
            "NHS number ⟦943 476 5919⟧",
            "nhs_number: ⟦9434765919⟧",
            "NHS No ⟦401-023-2137⟧",
            "英国医保号 ⟦9434765919⟧",
            "9434765919",
            "NHS number 943 476 5918",
        ],
    );
    all(
        Entity::UkNino,
        &[
            "NI number ⟦AB123456C⟧",
            "⟦AB 12 34 56 C⟧",
            "national insurance: ⟦AB 123456 C⟧",
            "nino ⟦ab123456c⟧",
            "国民保险号 ⟦AB123456C⟧",
            "AB123456C",
            "NI number QQ123456C",
            "QQ 12 34 56 C",
            "AB 12 34 56 E",
        ],
    );
    all(
        Entity::NzIrd,
        &[
            "IRD ⟦49-091-850⟧",
            "ird number: ⟦136410132⟧",
            "新西兰税号 ⟦136-410-132⟧",
            "136-410-132",
            "IRD 136-410-133",
        ],
    );
}

#[test]
fn words_that_name_a_kind_of_document_help_all_of_it() {
    all(Entity::SgNric, &["证件号码：⟦S1234567D⟧", "id_no: ⟦S1234567D⟧"]);
    all(Entity::EsNie, &["national id ⟦X1234567L⟧"]);
    all(Entity::ItFiscalCode, &["tax id: ⟦RSSMRA85T10A562S⟧"]);
    none(Entity::NlBsn, &["证件号码：111222333", "id number 111222333"]);
}

#[test]
fn numbers_of_other_kinds_are_none_of_these() {
    let scanner = Scanner::new();
    for text in [
        "订单号 86095742719",
        "tracking no 52998224725",
        "invoice 44051401359",
        "时间戳 1234567890121",
        "uuid 198112189877",
        "SKU AB123456X",
        "version 1.2345.67890",
        "2024-01-02 12:34:56",
        "$123456782",
        "￥12,345,678",
    ] {
        assert!(scanner.scan(text.as_bytes()).is_empty(), "{text} {:?}", scanner.scan(text.as_bytes()));
    }
}

/// Pieces that values are made of, whole and broken.
const PIECES: &[&str] = &[
    "AB",
    "12",
    "34",
    "56",
    "C",
    " ",
    "-",
    ".",
    "/",
    "+",
    "(",
    ")",
    "（7）",
    "军",
    "字第",
    "号",
    "軍字第",
    "號",
    "12345678",
    "1234567",
    "529",
    "982",
    "247",
    "25",
    "0001",
    "81",
    "131052",
    "308T",
    "811228",
    "9874",
    "X",
    "L",
    "RSS",
    "MRA",
    "85T10",
    "A562S",
    "ABCPE",
    "1234",
    "F",
    "\u{200b}",
    "　",
    "１２",
    "ｚ",
    "é",
    "😀",
    "CPF",
    "澳門身份證",
    "nie ",
    "tin ",
    "\n",
    "1",
    "2",
    "55",
];

proptest! {
    #![proptest_config(crate::testing::cases(2048))]

    #[test]
    fn findings_are_in_order_apart_and_on_characters(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..24)) {
        let text = pieces.concat();
        let findings = Scanner::builder().threshold(0.1).build().unwrap().scan(text.as_bytes());
        let mut end = 0;
        for found in findings {
            prop_assert!(found.start >= end && found.end > found.start && found.end <= text.len(), "{text:?} {found:?}");
            prop_assert!(text.is_char_boundary(found.start) && text.is_char_boundary(found.end), "{text:?} {found:?}");
            end = found.end;
        }
    }
}
