//! Europe and the Americas, and the accounts of banks there.

use crate::corpus::Variant::{Dashed, FullWidth, Plain, Spaced};
use crate::corpus::check::{
    br_cnpj, br_cpf, ca_sin, de_tax_id, es_nie, es_nif, fi_hetu, fr_nir, iban, it_fiscal_code, mx_curp,
    nl_bsn, pl_pesel, se_personnummer, uk_nhs, us_bank_routing,
};
use crate::corpus::draw::{Draw, until};
use crate::corpus::spec::Spec;
use crate::generate::SplitMix;

const CONSONANTS: &str = "BCDFGHJKLMNPQRSTVWXYZ";

fn account(rng: &mut SplitMix) -> String {
    // The structure of each country's account from the registry of ISO 13616; `%%` stands for the check digits.
    let form = rng.one(&[
        "GB%%@@@@##############",
        "DE%%##################",
        "FR%%#######################",
        "NL%%@@@@##########",
        "ES%%####################",
        "IT%%@######################",
        "CH%%#################",
        "AT%%################",
        "PL%%########################",
        "SE%%####################",
        "IE%%@@@@##############",
        "DK%%##############",
        "LU%%################",
        "PT%%#####################",
        "AE%%###################",
        "SA%%####################",
    ]);
    let drawn = rng.pattern(form);
    until(rng, |rng| drawn.replace("%%", &format!("{:02}", rng.between(2, 98))), iban)
}

fn bic(rng: &mut SplitMix) -> String {
    let bank = rng.one(&[
        "DEUT", "BKCH", "ICBK", "HSBC", "CITI", "COBA", "BNPA", "SMPL", "UBSW", "ABOC", "CMBC", "SCBL",
    ]);
    let country = rng.one(&["DE", "CN", "HK", "US", "GB", "FR", "CH", "SG", "TW", "JP"]);
    let place = rng.one(&["FF", "BJ", "HK", "33", "2L", "PP", "ZZ", "SG", "TP", "JT"]);
    format!("{bank}{country}{place}{}", rng.one(&["", "", "XXX", "300", "SHA", "500"]))
}

fn ssn(rng: &mut SplitMix) -> String {
    let area = until(rng, |rng| format!("{:03}", rng.between(1, 899)), |area| area != "666");
    format!("{area}{:02}{:04}", rng.between(1, 99), rng.between(1, 9999))
}

fn itin(rng: &mut SplitMix) -> String {
    let group = rng.one(&["50", "57", "65", "70", "78", "80", "88", "90", "91", "92", "94", "97", "99"]);
    format!("9{}{group}{}", rng.digits(2), rng.digits(4))
}

fn nino(rng: &mut SplitMix) -> String {
    let reserved = ["BG", "GB", "NK", "KN", "TN", "NT", "ZZ"];
    let prefix = until(
        rng,
        |rng| format!("{}{}", rng.text("ABCEGHJKLMNOPRSTWXYZ", 1), rng.text("ABCEGHJKLMNPRSTWXYZ", 1)),
        |prefix| !reserved.contains(&prefix),
    );
    format!("{prefix}{}{}", rng.digits(6), rng.text("ABCD", 1))
}

fn fiscal_code(rng: &mut SplitMix) -> String {
    until(
        rng,
        |rng| {
            let day = rng.between(1, 28).wrapping_add(if rng.chance(50) { 40 } else { 0 });
            let place = rng.one(&["H501", "F205", "L219", "F839", "A944", "D612", "G273", "A662"]);
            let name = rng.text(CONSONANTS, 6);
            format!(
                "{name}{}{}{day:02}{place}{}",
                rng.digits(2),
                rng.text("ABCDEHLMPRST", 1),
                rng.pattern("@")
            )
        },
        it_fiscal_code,
    )
}

fn curp(rng: &mut SplitMix) -> String {
    until(
        rng,
        |rng| {
            let (year, month, day) = rng.day(1940, 1999);
            let state = rng.one(&["DF", "JC", "NL", "MC", "PL", "GT", "YN", "BC", "OC", "VZ"]);
            format!(
                "{}{}{}{:02}{month:02}{day:02}{}{state}{}{}",
                rng.text(CONSONANTS, 1),
                rng.text("AEIOU", 1),
                rng.text(CONSONANTS, 2),
                year % 100,
                rng.text("HM", 1),
                rng.text(CONSONANTS, 3),
                rng.digits(2)
            )
        },
        mx_curp,
    )
}

fn nir(rng: &mut SplitMix) -> String {
    let body = format!(
        "{}{}{:02}{:02}{:03}{}",
        rng.text("12", 1),
        rng.digits(2),
        rng.between(1, 12),
        rng.between(1, 95),
        rng.between(1, 500),
        rng.digits(3)
    );
    until(rng, |rng| format!("{body}{:02}", rng.between(1, 97)), fr_nir)
}

fn hetu(rng: &mut SplitMix) -> String {
    let (year, month, day) = rng.day(1930, 2015);
    let sign = if year < 2000 { "-" } else { "A" };
    let head = format!("{day:02}{month:02}{:02}{sign}{:03}", year % 100, rng.between(2, 899));
    until(rng, |rng| format!("{head}{}", rng.text("0123456789ABCDEFHJKLMNPRSTUVWXY", 1)), fi_hetu)
}

fn pesel(rng: &mut SplitMix) -> String {
    let (year, month, day) = rng.day(1940, 2012);
    let month = if year < 2000 { month } else { month.wrapping_add(20) };
    until(rng, |rng| format!("{:02}{month:02}{day:02}{}", year % 100, rng.digits(5)), pl_pesel)
}

fn personnummer(rng: &mut SplitMix) -> String {
    let (year, month, day) = rng.day(1940, 2012);
    until(rng, |rng| format!("{:02}{month:02}{day:02}{}", year % 100, rng.digits(4)), se_personnummer)
}

/// The table.
pub(super) const SPECS: &[Spec] = &[
    Spec::new(
        "IBAN",
        account,
        &["IBAN", "IBAN账号", "国际银行账号", "境外收款账号"],
        &["IBAN", "國際銀行帳號", "IBAN帳號"],
        &["IBAN", "bank account (IBAN)", "account", "IBAN no.", "beneficiary IBAN"],
    )
    .share(30)
    .spaced(&["~ "])
    .dashed(&["~-"])
    .acronyms(&["IBAN"])
    .bare(&[Plain, FullWidth, Spaced]),
    Spec::new(
        "SWIFT_BIC",
        bic,
        &["SWIFT代码", "SWIFT", "银行识别代码", "SWIFT Code"],
        &["SWIFT代碼", "SWIFT Code", "銀行國際代碼"],
        &["SWIFT", "BIC", "SWIFT code", "SWIFT/BIC", "BIC code"],
    )
    .share(15)
    .acronyms(&["SWIFT", "BIC"]),
    Spec::new(
        "US_SSN",
        ssn,
        &["美国社会安全号码", "SSN", "社会安全号"],
        &["美國社會安全號碼", "社會安全號碼"],
        &["SSN", "social security number", "Social Security No.", "SSN on file"],
    )
    .share(20)
    .spaced(&["### ## ####"])
    .dashed(&["###-##-####"])
    .acronyms(&["SSN"])
    .bare(&[Dashed]),
    Spec::new(
        "US_ITIN",
        itin,
        &["美国个人纳税识别号", "ITIN"],
        &["美國個人報稅號碼", "ITIN"],
        &["ITIN", "individual taxpayer identification number", "ITIN no."],
    )
    .spaced(&["### ## ####"])
    .dashed(&["###-##-####"])
    .acronyms(&["ITIN"]),
    Spec::new(
        "US_BANK_ROUTING",
        |rng| until(rng, |rng| rng.digits(9), us_bank_routing),
        &["美国银行路由号", "路由号码"],
        &["美國銀行路由號碼"],
        &["routing number", "ABA", "ABA routing no.", "bank routing number", "RTN"],
    )
    .acronyms(&["ABA", "RTN"]),
    Spec::new(
        "UK_NHS",
        |rng| until(rng, |rng| rng.pattern("^#########"), uk_nhs),
        &["英国NHS号码", "NHS号"],
        &["英國NHS號碼"],
        &["NHS number", "NHS no.", "NHS"],
    )
    .spaced(&["### ### ####"])
    .dashed(&["###-###-####"])
    .acronyms(&["NHS"]),
    Spec::new(
        "UK_NINO",
        nino,
        &["英国国民保险号", "国民保险号码"],
        &["英國國民保險號碼"],
        &["National Insurance number", "NI number", "NINO", "NI no."],
    )
    .spaced(&["## ## ## ## #"])
    .dashed(&["##-##-##-##-#"])
    .acronyms(&["NINO", "NI"]),
    Spec::new(
        "CA_SIN",
        |rng| until(rng, |rng| rng.pattern("^########"), ca_sin),
        &["加拿大社会保险号", "加拿大SIN"],
        &["加拿大社會保險號碼"],
        &["SIN", "social insurance number", "Social Insurance No."],
    )
    .spaced(&["### ### ###"])
    .dashed(&["###-###-###"])
    .acronyms(&["SIN"]),
    Spec::new(
        "ES_NIF",
        |rng| until(rng, |rng| rng.pattern("########@"), es_nif),
        &["西班牙身份证号", "西班牙NIF"],
        &["西班牙身分證號"],
        &["NIF", "DNI", "DNI/NIF", "Spanish tax number"],
    )
    .dashed(&["########-#"])
    .spaced(&["######## #"])
    .acronyms(&["NIF", "DNI"]),
    Spec::new(
        "ES_NIE",
        |rng| until(rng, |rng| format!("{}{}", rng.text("XYZ", 1), rng.pattern("#######@")), es_nie),
        &["西班牙外国人身份号", "西班牙NIE"],
        &["西班牙外僑號碼"],
        &["NIE", "NIE number", "número de identidad de extranjero"],
    )
    .dashed(&["#-#######-#"])
    .acronyms(&["NIE"])
    .bare(&[Plain, Dashed]),
    Spec::new(
        "IT_FISCAL_CODE",
        fiscal_code,
        &["意大利税号", "意大利税务代码"],
        &["義大利稅號"],
        &["codice fiscale", "fiscal code", "Italian tax code", "C.F."],
    )
    .spaced(&["### ### ##### #####"])
    .acronyms(&["CF"])
    .bare(&[Plain]),
    Spec::new(
        "FR_NIR",
        nir,
        &["法国社保号", "法国社会保险号"],
        &["法國社會保險號碼"],
        &["NIR", "numéro de sécurité sociale", "French social security number", "INSEE number"],
    )
    .spaced(&["# ## ## ## ### ### ##"])
    .dashed(&["#-##-##-##-###-###-##"])
    .acronyms(&["NIR"]),
    Spec::new(
        "DE_TAX_ID",
        |rng| until(rng, |rng| rng.pattern("^##########"), de_tax_id),
        &["德国税号", "德国税务识别号"],
        &["德國稅號"],
        &["Steuer-ID", "German tax ID", "Steueridentifikationsnummer", "IdNr.", "tax ID (Germany)"],
    )
    .spaced(&["## ### ### ###"])
    .acronyms(&["Steuer-ID"]),
    Spec::new(
        "PL_PESEL",
        pesel,
        &["波兰身份号PESEL", "波兰PESEL"],
        &["波蘭PESEL號碼"],
        &["PESEL", "PESEL number", "numer PESEL"],
    )
    .acronyms(&["PESEL"]),
    Spec::new(
        "FI_HETU",
        hetu,
        &["芬兰个人身份代码", "芬兰身份证号"],
        &["芬蘭身分代碼"],
        &["HETU", "henkilötunnus", "Finnish personal identity code"],
    )
    .acronyms(&["HETU"])
    .bare(&[Plain]),
    Spec::new(
        "SE_PERSONNUMMER",
        personnummer,
        &["瑞典个人身份号", "瑞典身份证号"],
        &["瑞典個人號碼"],
        &["personnummer", "Swedish personal number", "Swedish personal identity number"],
    )
    .plain(&["######-####"])
    .prefixed(&["19######-####"])
    .acronyms(&["Personnr"]),
    Spec::new(
        "NL_BSN",
        |rng| until(rng, |rng| rng.pattern("^########"), nl_bsn),
        &["荷兰公民服务号", "荷兰BSN"],
        &["荷蘭BSN號碼"],
        &["BSN", "burgerservicenummer", "citizen service number", "BSN no."],
    )
    .spaced(&["### ### ###", "#### ## ###"])
    .acronyms(&["BSN"]),
    Spec::new(
        "BR_CPF",
        |rng| until(rng, |rng| rng.digits(11), br_cpf),
        &["巴西税号CPF", "巴西CPF"],
        &["巴西CPF號碼"],
        &["CPF", "CPF number", "CPF no.", "cadastro de pessoas físicas"],
    )
    .dashed(&["###.###.###-##"])
    .spaced(&["### ### ### ##"])
    .acronyms(&["CPF"])
    .bare(&[Dashed]),
    Spec::new(
        "BR_CNPJ",
        |rng| until(rng, |rng| rng.pattern("########000###"), br_cnpj),
        &["巴西公司税号CNPJ", "巴西CNPJ"],
        &["巴西CNPJ號碼"],
        &["CNPJ", "CNPJ number", "CNPJ no."],
    )
    .dashed(&["##.###.###/####-##"])
    .acronyms(&["CNPJ"])
    .bare(&[Dashed]),
    Spec::new(
        "MX_CURP",
        curp,
        &["墨西哥CURP", "墨西哥身份代码"],
        &["墨西哥CURP"],
        &["CURP", "clave única (CURP)", "Mexican CURP"],
    )
    .acronyms(&["CURP"])
    .bare(&[Plain]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::draw::UPPER;

    #[test]
    fn drawn_numbers_keep_to_the_ranges_given_out() {
        let mut rng = SplitMix::new(11);
        for _ in 0..500 {
            let number = ssn(&mut rng);
            assert_eq!(number.len(), 9);
            assert!(!number.starts_with('9') && !number.starts_with("666") && !number.starts_with("000"));
            assert!(bic(&mut rng).len() % 3 == 2 && bic(&mut rng).starts_with(|c| UPPER.contains(c)));
            assert_eq!(nino(&mut rng).len(), 9);
            assert_eq!(itin(&mut rng).len(), 9);
        }
    }
}
