//! The mainland.

use crate::corpus::Variant::{Dashed, FullWidth, Plain, Prefixed, Spaced};
use crate::corpus::check::{cn_resident_id, cn_uscc, luhn};
use crate::corpus::draw::{Draw, until};
use crate::corpus::spec::Spec;
use crate::generate::SplitMix;

/// Codes of administrative divisions, GB/T 2260.
const DIVISIONS: &[&str] = &[
    "110105", "110108", "120101", "130102", "210102", "310104", "310115", "320102", "320505", "330106",
    "340102", "350102", "370102", "410105", "420106", "430102", "440106", "440305", "500103", "510104",
    "610113", "650102",
];

fn resident_id(rng: &mut SplitMix) -> String {
    let division = rng.one(DIVISIONS);
    until(
        rng,
        |rng| {
            let (year, month, day) = rng.day(1945, 2010);
            format!("{division}{year}{month:02}{day:02}{}{}", rng.digits(3), rng.text("0123456789X", 1))
        },
        cn_resident_id,
    )
}

fn old_resident_id(rng: &mut SplitMix) -> String {
    let (year, month, day) = rng.day(1945, 1990);
    format!("{}{:02}{month:02}{day:02}{}", rng.one(DIVISIONS), year % 100, rng.digits(3))
}

fn uscc(rng: &mut SplitMix) -> String {
    let head =
        format!("{}{}", rng.one(&["91", "91", "91", "92", "93", "52", "12", "51"]), rng.one(DIVISIONS));
    until(rng, |rng| format!("{head}{}", rng.of(&["########**", "MA*****#**", "MA********"])), cn_uscc)
}

fn mobile(rng: &mut SplitMix) -> String {
    let head = rng.one(&[
        "130", "131", "132", "133", "134", "135", "136", "137", "138", "139", "145", "147", "149", "150",
        "151", "152", "153", "155", "156", "157", "158", "159", "166", "170", "173", "175", "176", "177",
        "178", "180", "181", "182", "183", "185", "186", "187", "188", "189", "191", "193", "195", "198",
        "199",
    ]);
    rng.pattern(&format!("{head}########"))
}

fn land_line(rng: &mut SplitMix) -> String {
    // The cities of three-digit codes have numbers of eight digits.
    let area = rng.one(&["010", "021", "022", "020", "023", "024", "025", "027", "028", "029"]);
    format!("{area}{}{}", rng.text("23568", 1), rng.digits(7))
}

fn land_line_long(rng: &mut SplitMix) -> String {
    let area = rng.one(&["0755", "0571", "0512", "0574", "0591", "0532", "0731", "0371", "0411", "0769"]);
    format!("{area}{}{}", rng.text("2368", 1), rng.digits(7))
}

fn bank_account(rng: &mut SplitMix) -> String {
    // Without the check digit of cards and ids, so that it is an account and nothing else.
    let patterns = &[
        "1##################",
        "4403##############0",
        "3###################",
        "0200###############",
        "7#################",
        "110#############",
        "8#############",
        "9#################",
        "^###########",
    ];
    until(rng, |rng| rng.of(patterns), |text| !luhn(text) && !cn_resident_id(text))
}

const PROVINCES: &[&str] = &[
    "京", "津", "沪", "渝", "冀", "豫", "云", "辽", "黑", "湘", "皖", "鲁", "新", "苏", "浙", "赣", "鄂",
    "桂", "甘", "晋", "蒙", "陕", "吉", "闽", "贵", "粤", "青", "藏", "川", "宁", "琼",
];

fn plate(rng: &mut SplitMix) -> String {
    let office = rng.text("ABCDEFGHJK", 1);
    let serial = rng.of(&["#####", "#####", "####", "###"]);
    let letters = 5_usize.saturating_sub(serial.len());
    let tail = rng.text("ABCDEFGHJKLMNPQRSTUVWXYZ", letters);
    let number = if rng.chance(50) { format!("{serial}{tail}") } else { format!("{tail}{serial}") };
    format!("{}{office}{number}", rng.one(PROVINCES))
}

fn green_plate(rng: &mut SplitMix) -> String {
    let office = rng.text("ABCDEFGHJK", 1);
    let number = rng.of(&["D#####", "F#####", "D@####", "F#####", "#####D", "#####F"]);
    let number = number.replace(['I', 'O'], "K");
    format!("{}{office}{number}", rng.one(PROVINCES))
}

fn officer_id(rng: &mut SplitMix) -> String {
    let organ = rng.one(&["军", "军", "军", "海", "空", "政"]);
    format!("{organ}字第{}号", rng.of(&["^######", "^#######", "20######"]))
}

/// The table.
pub(super) const SPECS: &[Spec] = &[
    Spec::new(
        "CN_RESIDENT_ID",
        resident_id,
        &["身份证号", "身份证", "身份证号码", "证件号码", "居民身份证", "公民身份号码", "身份证件号"],
        &["身份證號碼", "內地身份證", "大陸身分證號", "居民身份證"],
        &["Chinese ID", "resident ID", "PRC ID card no.", "ID number", "identity card number"],
    )
    .share(60)
    .spaced(&["###### ######## ####", "###### #### #### ####", "#### #### #### ######"])
    .dashed(&["######-########-####", "######-####-####-####"])
    .acronyms(&["ID", "身份证", "身份证号"])
    .numerals()
    .bare(&[Plain, FullWidth, Spaced, Dashed]),
    Spec::new(
        "CN_RESIDENT_ID",
        old_resident_id,
        &["身份证号", "身份证", "一代身份证", "身份证号码"],
        &["身份證號碼", "舊身份證"],
        &["resident ID", "old Chinese ID card"],
    )
    .share(6),
    Spec::new(
        "CN_USCC",
        uscc,
        &["统一社会信用代码", "信用代码", "社会信用代码", "税号", "纳税人识别号"],
        &["統一社會信用代碼", "信用代碼"],
        &["USCC", "unified social credit code", "social credit code"],
    )
    .share(25)
    .spaced(&["######## ##########", "~ "])
    .dashed(&["########-########-##", "~-"])
    .acronyms(&["USCC", "税号"])
    .bare(&[Plain, FullWidth]),
    Spec::new(
        "PHONE",
        mobile,
        &[
            "手机",
            "手机号",
            "电话",
            "联系方式",
            "联系电话",
            "移动电话",
            "手机号码",
            "联系人电话",
            "手机/微信",
        ],
        &["手機", "內地手機", "電話", "聯絡電話", "流動電話"],
        &["mobile", "cell", "tel", "phone", "China mobile", "Mobile No.", "contact number"],
    )
    .share(70)
    .spaced(&["### #### ####", "#### ### ####", "### ### #####"])
    .dashed(&["###-####-####", "####-###-####"])
    .prefixed(&[
        "+86###########",
        "+86 ###########",
        "+86 ### #### ####",
        "+86-###########",
        "+86-###-####-####",
        "0086###########",
        "0086 ###########",
        "0086-###########",
        "86-###########",
    ])
    .acronyms(&["TEL", "Tel", "Mob"])
    .numerals()
    .bare(&[Plain, FullWidth, Spaced, Dashed, Prefixed]),
    Spec::new(
        "PHONE",
        land_line,
        &["电话", "座机", "固定电话", "联系电话", "办公电话", "传真", "服务热线"],
        &["電話", "辦公電話", "傳真"],
        &["tel", "phone", "office", "landline", "fax", "switchboard"],
    )
    .share(25)
    .plain(&["###-########"])
    .spaced(&["### ########", "### #### ####"])
    .dashed(&["###-####-####", "(###)########", "(###) #### ####"])
    .prefixed(&["+86 ### #### ####", "+86-###-########"])
    .bare(&[Plain, Dashed]),
    Spec::new(
        "PHONE",
        land_line_long,
        &["电话", "座机", "固定电话", "办公电话", "传真"],
        &["電話", "公司電話"],
        &["tel", "office phone", "fax"],
    )
    .share(15)
    .plain(&["####-########"])
    .spaced(&["#### ########", "#### #### ####"])
    .dashed(&["####-####-####", "(####)########"])
    .bare(&[Plain]),
    Spec::new(
        "CN_BANK_ACCOUNT",
        bank_account,
        &["银行账号", "账号", "开户账号", "对公账户", "收款账号", "银行账户", "银行帐号"],
        &["銀行賬號", "銀行帳號", "帳號", "收款帳號"],
        &["bank account", "account number", "account no.", "A/C No.", "beneficiary account"],
    )
    .share(25)
    .spaced(&["~ "])
    .dashed(&["~-"])
    .acronyms(&["A/C", "账号"]),
    Spec::new(
        "PASSPORT",
        |rng| {
            rng.of(&["E########", "E@#######", "G########", "EB#######", "EJ#######"])
                .replace(['I', 'O'], "C")
        },
        &["护照号", "护照号码", "护照", "因私护照"],
        &["護照號碼", "護照", "護照號"],
        &["passport", "passport no.", "passport number"],
    )
    .share(20)
    .acronyms(&["Passport No", "护照"]),
    Spec::new(
        "CN_TRAVEL_PERMIT",
        |rng| rng.of(&["C########", "CA#######", "CB#######", "W########"]),
        &["港澳通行证", "往来港澳通行证", "港澳通行证号"],
        &["港澳通行證", "往來港澳通行證號碼"],
        &["exit-entry permit to Hong Kong and Macao", "two-way permit"],
    ),
    Spec::new(
        "CN_TRAVEL_PERMIT",
        |rng| rng.of(&["H########", "M########"]),
        &["回乡证", "港澳居民来往内地通行证", "回乡证号"],
        &["回鄉證", "回鄉證號碼", "港澳居民來往內地通行證"],
        &["home return permit", "Mainland travel permit", "HRP no."],
    ),
    Spec::new(
        "CN_TRAVEL_PERMIT",
        |rng| rng.pattern("########"),
        &["台胞证", "台湾居民来往大陆通行证", "台胞证号"],
        &["台胞證", "台胞證號碼", "臺灣居民來往大陸通行證"],
        &["Taiwan compatriot permit", "MTP number"],
    ),
    Spec::new(
        "LICENSE_PLATE",
        plate,
        &["车牌", "车牌号", "号牌号码", "车辆牌照", "车号"],
        &["內地車牌", "車牌號碼"],
        &["plate", "license plate", "vehicle registration"],
    )
    .share(20)
    .spaced(&["## #####"])
    .dashed(&["##·#####", "##-#####"])
    .bare(&[Plain, FullWidth, Dashed]),
    Spec::new(
        "LICENSE_PLATE",
        green_plate,
        &["新能源车牌", "车牌", "车牌号", "绿牌"],
        &["內地車牌"],
        &["plate", "EV plate"],
    )
    .spaced(&["## ######"])
    .dashed(&["##·######", "##-######"])
    .bare(&[Plain]),
    Spec::new(
        "CN_OFFICER_ID",
        officer_id,
        &["军官证", "军官证号", "证件号", "军人证件"],
        &["軍官證"],
        &["military officer ID"],
    )
    .bare(&[Plain]),
];
