//! India, Singapore, Korea, Japan, Thailand, Malaysia, the Philippines, Australia and New Zealand, and phones of the world.

use crate::corpus::Variant::{Dashed, FullWidth, Plain, Prefixed};
use crate::corpus::check::{
    au_abn, au_medicare, au_tfn, in_aadhaar, jp_my_number, kr_rrn, nz_ird, sg_nric, th_tnin,
};
use crate::corpus::draw::{Draw, until};
use crate::corpus::spec::Spec;
use crate::generate::SplitMix;

fn world_phone(rng: &mut SplitMix) -> String {
    // Ranges that the national plans assign; the last digits are drawn.
    rng.of(&[
        "+1 415 55# ####",
        "+1 212-^##-####",
        "+1212^######",
        "+1 (646) 4##-####",
        "+44 7700 9#####",
        "+44 20 7### ####",
        "+447911######",
        "+49 30 ########",
        "+49 151 ########",
        "+33 6 ## ## ## ##",
        "+33612######",
        "+81 90-^###-####",
        "+81 3-5###-####",
        "+65 9### ####",
        "+6581######",
        "+61 4## ### ###",
        "+82 10-^###-####",
        "+91 98### #####",
        "+60 12-### ####",
        "+55 11 9####-####",
        "+34 6## ### ###",
        "+39 347 #######",
        "+971 50 ### ####",
        "+886 9^# ### ###",
        "+886-2-27##-####",
        "+8869^#######",
    ])
}

fn american_phone(rng: &mut SplitMix) -> String {
    let area = rng.one(&["212", "415", "646", "312", "206", "617", "702", "305"]);
    format!("{area}{}{}", rng.of(&["2##", "3##", "55#", "7##"]), rng.digits(4))
}

fn rrn(rng: &mut SplitMix) -> String {
    until(
        rng,
        |rng| {
            let (year, month, day) = rng.day(1950, 2012);
            let century = if year < 2000 { rng.text("12", 1) } else { rng.text("34", 1) };
            format!("{:02}{month:02}{day:02}{century}{}", year % 100, rng.digits(6))
        },
        kr_rrn,
    )
}

fn nric(rng: &mut SplitMix) -> String {
    until(rng, |rng| format!("{}{}{}", rng.text("STFG", 1), rng.digits(7), rng.pattern("@")), sg_nric)
}

fn malaysian(rng: &mut SplitMix) -> String {
    let (year, month, day) = rng.day(1950, 2012);
    let state = rng.between(1, 16);
    format!("{:02}{month:02}{day:02}{state:02}{}", year % 100, rng.digits(4))
}

fn pan(rng: &mut SplitMix) -> String {
    // The fourth letter says what kind of taxpayer it is.
    format!("{}{}{}", rng.pattern("@@@"), rng.text("PPPCHFT", 1), rng.pattern("@####@"))
}

/// The table.
pub(super) const SPECS: &[Spec] = &[
    Spec::new(
        "PHONE",
        world_phone,
        &["电话", "国际电话", "联系电话", "海外电话"],
        &["電話", "國際電話", "聯絡電話"],
        &["phone", "tel", "mobile", "cell", "call me at", "direct line", "telephone"],
    )
    .share(30)
    .bare(&[Plain]),
    Spec::new(
        "PHONE",
        american_phone,
        &["美国电话"],
        &["美國電話"],
        &["phone", "cell", "tel", "US phone", "home phone", "mobile", "telephone number"],
    )
    .share(15)
    .plain(&["###-###-####"])
    .spaced(&["### ### ####"])
    .dashed(&["(###) ###-####", "###.###.####"])
    .prefixed(&["+1 ### ### ####", "+1-###-###-####", "1-###-###-####", "+1##########"])
    .bare(&[Prefixed]),
    Spec::new(
        "IN_AADHAAR",
        |rng| until(rng, |rng| rng.digits(12), in_aadhaar),
        &["印度Aadhaar号", "Aadhaar卡号"],
        &["Aadhaar號碼"],
        &["Aadhaar", "Aadhaar number", "Aadhaar no.", "UIDAI number"],
    )
    .spaced(&["#### #### ####"])
    .dashed(&["####-####-####"])
    .acronyms(&["AADHAAR", "UID"]),
    Spec::new(
        "IN_PAN",
        pan,
        &["印度PAN号", "印度税号PAN"],
        &["PAN號碼"],
        &["PAN", "PAN number", "PAN card", "permanent account number"],
    )
    .acronyms(&["PAN"]),
    Spec::new(
        "SG_NRIC",
        nric,
        &["新加坡身份证", "新加坡NRIC"],
        &["新加坡身份證", "NRIC號碼"],
        &["NRIC", "NRIC no.", "FIN", "NRIC/FIN", "Singapore ID"],
    )
    .acronyms(&["NRIC", "FIN"])
    .bare(&[Plain, FullWidth]),
    Spec::new(
        "KR_RRN",
        rrn,
        &["韩国居民登录号", "韩国身份证号"],
        &["韓國身分證號", "韓國居民登錄號碼"],
        &["RRN", "resident registration number", "주민등록번호", "Korean RRN"],
    )
    .dashed(&["######-#######"])
    .spaced(&["###### #######"])
    .acronyms(&["RRN"])
    .bare(&[Dashed]),
    Spec::new(
        "JP_MY_NUMBER",
        |rng| until(rng, |rng| rng.digits(12), jp_my_number),
        &["日本个人编号", "日本个人番号"],
        &["日本個人編號", "個人番號"],
        &["My Number", "マイナンバー", "個人番号", "Individual Number (Japan)"],
    )
    .spaced(&["#### #### ####"])
    .dashed(&["####-####-####"])
    .acronyms(&["My Number"]),
    Spec::new(
        "TH_TNIN",
        |rng| until(rng, |rng| rng.pattern("^############"), th_tnin),
        &["泰国身份证号", "泰国身份证"],
        &["泰國身分證號", "泰國身份證"],
        &["Thai ID", "Thai national ID", "เลขประจำตัวประชาชน", "Thai citizen ID"],
    )
    .spaced(&["# #### ##### ## #"])
    .dashed(&["#-####-#####-##-#"])
    .acronyms(&["Thai ID"])
    .bare(&[Dashed]),
    Spec::new(
        "MY_NRIC",
        malaysian,
        &["马来西亚身份证", "马来西亚身份证号"],
        &["馬來西亞身份證"],
        &["MyKad", "NRIC (Malaysia)", "MyKad no.", "IC number", "No. Kad Pengenalan"],
    )
    .dashed(&["######-##-####"])
    .spaced(&["###### ## ####"])
    .acronyms(&["MyKad", "IC"]),
    Spec::new(
        "PH_TIN",
        |rng| rng.of(&["^########000", "^########", "^########001"]),
        &["菲律宾税号", "菲律宾TIN"],
        &["菲律賓稅號"],
        &["TIN", "TIN (Philippines)", "BIR TIN", "taxpayer identification number"],
    )
    .plain(&["###-###-###-###", "###-###-###"])
    .spaced(&["### ### ### ###", "### ### ###"])
    .dashed(&["###-###-###-###", "###-###-###"])
    .acronyms(&["TIN"]),
    Spec::new(
        "AU_TFN",
        |rng| until(rng, |rng| rng.pattern("^########"), au_tfn),
        &["澳大利亚税号", "澳洲税号TFN"],
        &["澳洲稅號"],
        &["TFN", "tax file number", "TFN no."],
    )
    .spaced(&["### ### ###"])
    .dashed(&["###-###-###"])
    .acronyms(&["TFN"]),
    Spec::new(
        "AU_ABN",
        |rng| until(rng, |rng| rng.pattern("^##########"), au_abn),
        &["澳大利亚商业号码", "澳洲ABN"],
        &["澳洲商業號碼", "澳洲ABN"],
        &["ABN", "Australian Business Number", "ABN no."],
    )
    .spaced(&["## ### ### ###"])
    .dashed(&["##-###-###-###"])
    .acronyms(&["ABN"]),
    Spec::new(
        "AU_MEDICARE",
        |rng| until(rng, |rng| rng.digits(10), au_medicare),
        &["澳洲医保卡号", "澳大利亚Medicare号"],
        &["澳洲醫保卡號"],
        &["Medicare", "Medicare number", "Medicare card", "Medicare no."],
    )
    .spaced(&["#### ##### #"])
    .dashed(&["####-#####-#"])
    .acronyms(&["Medicare"]),
    Spec::new(
        "NZ_IRD",
        |rng| {
            until(
                rng,
                |rng| rng.of(&["########", "1########"]),
                |text| nz_ird(text) && !text.starts_with('0'),
            )
        },
        &["新西兰税号", "新西兰IRD号"],
        &["紐西蘭稅號"],
        &["IRD", "IRD number", "IRD no.", "Inland Revenue number"],
    )
    .spaced(&["## ### ###", "### ### ###"])
    .dashed(&["##-###-###", "###-###-###"])
    .acronyms(&["IRD"]),
];
