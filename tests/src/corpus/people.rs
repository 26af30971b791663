//! Persons, organisations and addresses: the second tier, which no check digit proves.

use super::draw::Draw;
use super::write::Writer;
use super::{Language, Variant};
use crate::generate::SplitMix;

const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗";
const GIVEN: &[&str] = &[
    "小明", "伟", "芳", "秀英", "建国", "丽华", "志强", "雨桐", "子涵", "晓东", "海燕", "文博", "静", "磊",
    "雪梅",
];
const SURNAMES_TW: &str = "陳林黃張李王吳劉蔡楊許鄭謝郭洪";
const GIVEN_TW: &[&str] = &["大明", "淑芬", "志豪", "雅婷", "建宏", "怡君", "俊傑", "美玲", "家豪", "佩珊"];
const FIRST: &[&str] = &[
    "John", "Mary", "Peter", "Susan", "David", "Emma", "Michael", "Linda", "James", "Olivia", "Anna",
    "Robert",
];
const LAST: &[&str] =
    &["Smith", "Brown", "Johnson", "Taylor", "Wilson", "Clark", "Walker", "Hughes", "Chan", "Evans", "Baker"];

/// A name as people of the language write it.
pub(super) fn name(rng: &mut SplitMix, language: Language) -> String {
    match language {
        Language::Simplified => format!("{}{}", rng.text(SURNAMES, 1), rng.one(GIVEN)),
        Language::Traditional => format!("{}{}", rng.text(SURNAMES_TW, 1), rng.one(GIVEN_TW)),
        Language::English => format!("{} {}", rng.one(FIRST), rng.one(LAST)),
    }
}

/// The name of a company.
pub(super) fn firm(rng: &mut SplitMix, language: Language) -> String {
    match language {
        Language::Simplified => format!(
            "{}{}{}",
            rng.one(&["上海", "北京", "深圳市", "杭州", "苏州"]),
            rng.one(&["某某", "恒通样例", "示例", "华信测试", "远景范本"]),
            rng.one(&[
                "科技有限公司",
                "贸易有限公司",
                "信息技术有限公司",
                "实业股份有限公司",
                "物流有限公司"
            ])
        ),
        Language::Traditional => format!(
            "{}{}",
            rng.one(&["範例", "台北樣本", "宏達測試", "香港示範", "永信範例"]),
            rng.one(&["股份有限公司", "有限公司", "貿易有限公司", "科技股份有限公司"])
        ),
        Language::English => format!(
            "{} {}",
            rng.one(&["Acme", "Sample", "Northwind", "Contoso", "Example", "Fabrikam", "Specimen"]),
            rng.one(&[
                "Trading Ltd",
                "Logistics Inc.",
                "Holdings Limited",
                "GmbH",
                "Consulting LLC",
                "Corporation"
            ])
        ),
    }
}

/// Where somebody lives or works.
pub(super) fn place(rng: &mut SplitMix, language: Language) -> String {
    match language {
        Language::Simplified => {
            let head = rng.one(&[
                "北京市朝阳区建国路",
                "上海市浦东新区世纪大道",
                "广州市天河区体育西路",
                "浙江省杭州市西湖区文三路",
                "深圳市南山区科技园南路",
            ]);
            format!("{head}{}", rng.of(&["^#号", "^##号#^室", "^8号院^号楼", "1^#号"]))
        }
        Language::Traditional => {
            let head = rng.one(&[
                "台北市信義區松仁路",
                "新北市板橋區文化路一段",
                "高雄市左營區博愛二路",
                "香港九龍彌敦道",
                "香港中環皇后大道中",
            ]);
            format!("{head}{}", rng.of(&["^#號", "^##號^樓", "1^#號"]))
        }
        Language::English => {
            let street = rng.one(&[
                "High Street",
                "Church Road",
                "Main Street",
                "Park Avenue",
                "Station Road",
                "Victoria Lane",
            ]);
            let city = rng.one(&[
                "London",
                "Manchester",
                "Springfield, IL 62704",
                "Boston, MA 02108",
                "Sydney NSW 2000",
            ]);
            format!("{} {street}, {city}", rng.between(2, 199))
        }
    }
}

/// Writes a person as a sentence names one.
pub(super) fn person(writer: &mut Writer) {
    let frame = match writer.language {
        Language::Simplified => writer.rng.one(&["客户|", "经办人|", "|先生", "|女士", "|"]),
        Language::Traditional => writer.rng.one(&["客戶|", "承辦人|", "|先生", "|小姐", "|"]),
        Language::English => writer.rng.one(&["Mr |", "Ms |", "customer |", "Mrs. |", "|"]),
    };
    framed(writer, frame);
}

/// Writes a person behind a label.
pub(super) fn labelled_person(writer: &mut Writer) {
    let frame = match writer.language {
        Language::Simplified => writer.rng.one(&["联系人：|", "姓名：|", "法定代表人：|", "收件人：|"]),
        Language::Traditional => writer.rng.one(&["聯絡人：|", "姓名：|", "負責人：|", "收件人：|"]),
        Language::English => writer.rng.one(&["contact: |", "Name: |", "Attn: |", "Signed by |"]),
    };
    framed(writer, frame);
}

/// Writes a name in the place of the bar.
fn framed(writer: &mut Writer, frame: &str) {
    let (before, after) = frame.split_once('|').unwrap_or_default();
    let text = name(&mut writer.rng, writer.language);
    writer.push(before);
    writer.value("PERSON", Variant::Plain, &text);
    writer.push(after);
}

/// Writes an organisation.
pub(super) fn organisation(writer: &mut Writer) {
    let text = firm(&mut writer.rng, writer.language);
    writer.value("ORG", Variant::Plain, &text);
}

/// Writes an address behind its word.
pub(super) fn address(writer: &mut Writer) {
    let word = match writer.language {
        Language::Simplified => writer.rng.one(&["地址：", "住址：", "收货地址：", "联系地址", "通讯地址："]),
        Language::Traditional => writer.rng.one(&["地址：", "聯絡地址：", "通訊地址：", "戶籍地址："]),
        Language::English => {
            writer.rng.one(&["address: ", "Address: ", "lives at ", "ship to ", "registered office: "])
        }
    };
    let text = place(&mut writer.rng, writer.language);
    writer.push(word);
    writer.value("ADDRESS", Variant::Plain, &text);
}
