//! Hong Kong, Macao and Taiwan.

use crate::corpus::Variant::{Dashed, FullWidth, Plain, Prefixed};
use crate::corpus::check::{hk_hkid, tw_arc, tw_national_id, tw_ubn};
use crate::corpus::draw::{Draw, until};
use crate::corpus::spec::Spec;
use crate::generate::SplitMix;

fn taiwan_mobile(rng: &mut SplitMix) -> String {
    rng.pattern("09^#######")
}

fn taiwan_line(rng: &mut SplitMix) -> String {
    rng.of(&["022#######", "0227######", "0287######"])
}

fn hong_kong_phone(rng: &mut SplitMix) -> String {
    rng.of(&["9^######", "6^######", "5^######", "2^######", "3^######"])
}

fn macao_phone(rng: &mut SplitMix) -> String {
    rng.of(&["66######", "65######", "62######", "28######"])
}

fn hkid(rng: &mut SplitMix) -> String {
    until(
        rng,
        |rng| {
            let head = rng.one(&["A", "B", "C", "D", "E", "G", "K", "P", "R", "V", "Y", "Z", "WX", "XA"]);
            format!("{head}{}{}", rng.digits(6), rng.text("0123456789A", 1))
        },
        hk_hkid,
    )
}

fn taiwan_id(rng: &mut SplitMix) -> String {
    until(rng, |rng| format!("{}{}", rng.pattern("@"), rng.of(&["1########", "2########"])), tw_national_id)
}

fn taiwan_arc(rng: &mut SplitMix) -> String {
    until(rng, |rng| format!("{}{}", rng.pattern("@"), rng.of(&["8########", "9########"])), tw_arc)
}

fn taiwan_arc_old(rng: &mut SplitMix) -> String {
    until(rng, |rng| format!("{}{}{}", rng.pattern("@"), rng.text("ABCD", 1), rng.digits(8)), tw_arc)
}

fn business_number(rng: &mut SplitMix) -> String {
    until(rng, |rng| rng.digits(8), tw_ubn)
}

/// The table.
pub(super) const SPECS: &[Spec] = &[
    Spec::new(
        "PHONE",
        taiwan_mobile,
        &["台湾手机", "手机号"],
        &["手機", "行動電話", "聯絡電話", "手機號碼", "電話"],
        &["mobile", "Taiwan mobile", "cell phone"],
    )
    .share(30)
    .spaced(&["#### ### ###", "#### ######"])
    .dashed(&["####-###-###", "####-######"])
    .bare(&[Dashed]),
    Spec::new(
        "PHONE",
        taiwan_line,
        &["台北电话"],
        &["電話", "市話", "公司電話", "聯絡電話", "傳真"],
        &["tel", "phone", "fax"],
    )
    .plain(&["##-########"])
    .spaced(&["## #### ####"])
    .dashed(&["##-####-####", "(##)####-####", "(##)########"]),
    Spec::new(
        "PHONE",
        hong_kong_phone,
        &["香港电话", "电话", "联系电话", "香港手机"],
        &["電話", "聯絡電話", "手提電話", "流動電話", "WhatsApp"],
        &["tel", "mobile", "phone", "Hong Kong mobile", "WhatsApp"],
    )
    .share(25)
    .spaced(&["#### ####"])
    .dashed(&["####-####"])
    .prefixed(&["+852 ########", "+852 #### ####", "+852########", "+852-####-####", "00852 ########"])
    .bare(&[Prefixed]),
    Spec::new(
        "PHONE",
        macao_phone,
        &["澳门电话", "电话"],
        &["澳門電話", "電話", "手提電話"],
        &["tel", "Macau phone"],
    )
    .spaced(&["#### ####"])
    .prefixed(&["+853 ########", "+853 #### ####", "+853########", "00853-########"])
    .bare(&[Prefixed]),
    Spec::new(
        "HK_HKID",
        hkid,
        &["香港身份证", "香港身份证号", "香港永久居民身份证"],
        &["香港身份證", "身份證號碼", "香港身份證號碼", "身分證"],
        &["HKID", "HKID no.", "Hong Kong identity card", "HK ID card"],
    )
    .share(25)
    .plain(&["#######(#)", "########(#)"])
    .spaced(&["####### (#)", "######## (#)"])
    .dashed(&["#######-#", "########-#"])
    .acronyms(&["HKID", "HKIC"])
    .bare(&[Plain]),
    Spec::new(
        "HK_HKID",
        hkid,
        &["香港身份证号码", "香港身份证"],
        &["香港身份證號碼", "身份證號碼"],
        &["HKID", "HKID number", "Hong Kong ID"],
    )
    .share(8),
    Spec::new(
        "MO_ID",
        |rng| rng.of(&["1#######", "5#######", "7#######"]),
        &["澳门身份证", "澳门居民身份证", "澳门身份证号"],
        &["澳門身份證", "澳門居民身份證號碼", "澳門身份證號"],
        &["Macau ID", "Macao resident identity card", "BIR no."],
    )
    .plain(&["#######(#)", "########"])
    .dashed(&["#######-#"]),
    Spec::new(
        "TW_NATIONAL_ID",
        taiwan_id,
        &["台湾身份证", "台湾身份证号"],
        &["身分證字號", "身分證", "身分證統一編號", "國民身分證", "身份證字號"],
        &["Taiwan ID", "national ID", "ROC ID number"],
    )
    .share(25)
    .spaced(&["# #########", "#### ### ###"])
    .dashed(&["#-#########"])
    .acronyms(&["ID", "身分證"])
    .bare(&[Plain, FullWidth]),
    Spec::new(
        "TW_ARC",
        taiwan_arc,
        &["台湾居留证", "居留证号"],
        &["居留證號", "居留證統一證號", "統一證號", "外僑居留證"],
        &["ARC no.", "ARC number", "alien resident certificate"],
    )
    .acronyms(&["ARC"])
    .bare(&[Plain]),
    Spec::new(
        "TW_ARC",
        taiwan_arc_old,
        &["台湾居留证", "旧式居留证"],
        &["居留證號碼", "舊式統一證號", "外僑居留證號"],
        &["ARC no.", "resident certificate number"],
    )
    .acronyms(&["ARC"])
    .bare(&[Plain]),
    Spec::new(
        "TW_UBN",
        business_number,
        &["台湾统一编号", "台湾公司统编"],
        &["統一編號", "統編", "公司統編", "營利事業統一編號"],
        &["Uniform number (Taiwan)", "UBN", "GUI number", "VAT no. (Taiwan)"],
    )
    .share(15)
    .acronyms(&["UBN", "統編"]),
    Spec::new(
        "LICENSE_PLATE",
        |rng| rng.of(&["AB ^###", "KL ^###", "VX ^###", "TW ^##"]),
        &["香港车牌", "车牌号"],
        &["車牌", "車牌號碼", "香港車牌"],
        &["license plate", "vehicle plate", "registration mark"],
    )
    .share(6),
    Spec::new(
        "LICENSE_PLATE",
        |rng| rng.of(&["ABC-####", "RBK-####", "BKE-####"]),
        &["台湾车牌"],
        &["車牌", "車號", "車牌號碼"],
        &["license plate", "plate no."],
    )
    .share(6),
];
